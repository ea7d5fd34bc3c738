"""The command `hexguard doctor`: what is installed, what it makes of a project, and where the time goes."""

import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

import hexguard
from hexguard.app.compose import Composition
from hexguard.app.fingerprint import code_fingerprint
from hexguard.app.root import Root
from hexguard.cli.exits import CLEAN, TROUBLE
from hexguard.engine.budget import Budget
from hexguard.engine.timings import Spent, Timings, add_up
from hexguard.files.read import Source, read
from hexguard.files.roots import find_root
from hexguard.files.store import Known, Store, store_path
from hexguard.settings.names import CONFIGURATION_FILES
from hexguard.settings.switches import SWITCHES
from hexguard.text.document import Document
from hexguard.text.span import Span

LIBRARIES = ("pygls", "lsprotocol", "libcst", "jedi", "tree-sitter", "tree-sitter-python", "msgspec")
SLOWEST = 5
"""So many rules and files are named."""

KEYSTROKES = 50


class Visit(msgspec.Struct, frozen=True):
    """One file as it was opened, checked and edited: seconds in all."""

    path: Path
    n_lines: int
    n_findings: int
    opened: float
    spent: Spent
    keystroke: float


def doctor(path: Path) -> int:
    """Print what there is to know about a project, or about one file and its project."""
    if not path.exists():
        print(f"error: {path}: does not exist", file=sys.stderr)
        return TROUBLE
    path = Path(os.path.abspath(path))
    timings = Timings()
    store = Store(store_path(find_root(path)), code_fingerprint())
    root = Root(find_root(path), trace=timings, budget=Budget(spent=timings.add), store=store)
    for line in (*_installed(), "", *_project(root), "", *_index(root)):
        print(line)
    timings.take()
    visits = _visits(root, path, timings)
    print("\n".join(("", *_timed(visits, root.path), *_inferred(root))))
    root.close_store()
    return CLEAN


def _installed() -> Iterator[str]:
    yield f"hexguard {hexguard.__version__} from {Path(hexguard.__file__).parent}"
    yield f"Python {platform.python_version()} at {sys.executable}, {platform.platform()}"
    yield ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)


def _project(root: Root) -> Iterator[str]:
    composition = root.composition
    yield f"project {root.path}"
    found = [name for name in CONFIGURATION_FILES if root.settings_text(name)]
    yield f"settings: {', '.join(found) or 'no file, so the defaults'}"
    python = composition.project.python
    yield f"Python of the project: {'.'.join(map(str, python)) if python else 'not declared'}"
    detected = composition.detected
    yield f"preset: {composition.project.preset or 'none'}{f' (detected: {detected.why})' if detected else ''}"
    yield f"switches: {', '.join(_switched(composition)) or 'the defaults'}"
    yield f"rules that are on: {len(composition.selection.rules)}"
    environment = root.environment
    where = os.path.relpath(environment.path, root.path) if environment.path else "none, so no library is asked"
    yield f"environment: {where}{f', {len(environment.versions)} distributions' if environment.path else ''}"
    for problem in root.problems:
        yield f"{problem.severity}: {problem.path}: {problem.message}"


def _switched(composition: Composition) -> Iterator[str]:
    """The switches that somebody chose, or the preset otherwise than by default, and who did."""
    for name, choice in composition.project.switches.items():
        if name in composition.settings.switches:
            yield f"{name} {choice} (set)"
        elif choice != SWITCHES[name].default:
            yield f"{name} {choice} (preset)"


def _index(root: Root) -> Iterator[str]:
    started = time.perf_counter()
    survey = root.survey()
    try:
        while True:
            next(survey)
    except StopIteration as end:
        changed: tuple[str, ...] = end.value
    unread = [problem for path in changed if (problem := root.take_in(path))]
    seconds = time.perf_counter() - started
    n_known = len(root.workspace.modules)
    yield f"index: {n_known} modules in {seconds:.2f} s, {n_known - len(changed) + len(unread)} of them from the store"
    yield from (f"{problem.path}: {problem.message}" for problem in unread[:SLOWEST])
    where = root.store.path if root.store else None
    size = f", {where.stat().st_size / 1e6:.1f} MB" if where and where.exists() else ""
    yield f"store: {where or 'in memory only, because no folder can be written'}{size}"


def _inferred(root: Root) -> Iterator[str]:
    """Ask the libraries what the files that were visited asked, and say what came of it."""
    if not root.environment.path:
        return
    questions = root.workspace.take_questions()
    started = time.perf_counter()
    with closing(root.inferrer()) as inferrer:
        said = dict(inferrer.answers(questions))
    seconds = time.perf_counter() - started
    root.learn(root.environment.stamp, said)
    n_known = len(root.store.inferred(root.environment.stamp)) if root.store else 0
    yield f"libraries: {len(said)} of {len(questions)} questions answered in {seconds:.2f} s, {n_known} in the store"


def _visits(root: Root, path: Path, timings: Timings) -> list[Visit]:
    """Open, check and edit the file that was named, or the longest ones of the project."""
    paths = [path] if path.is_file() else _longest(root)
    visits: list[Visit] = []
    for each in paths:
        source = read(each)
        if isinstance(source, Source):
            visits.append(_visit(root, source, timings))
    return visits


def _longest(root: Root) -> list[Path]:
    sizes = sorted(((known.stamp.size, path) for path, known in _known(root).items()), reverse=True)
    return [Path(path) for _, path in sizes[:SLOWEST]]


def _known(root: Root) -> dict[str, Known]:
    return root.store.known() if root.store else {}


def _visit(root: Root, source: Source, timings: Timings) -> Visit:
    path = str(source.path)
    started = time.perf_counter()
    document = Document.of(path, source.text)
    root.open(path, document)
    reports = root.reports(path)
    opened = time.perf_counter() - started
    spent = timings.take()
    keystroke = _keystroke(root, path)
    timings.take()
    return Visit(source.path, document.lines.n_lines, len(reports), opened, spent, keystroke)


def _keystroke(root: Root, path: str) -> float:
    """The median seconds of typing a character into the middle of a file and taking it back."""
    seconds: list[float] = []
    for number in range(KEYSTROKES):
        file = root.workspace.file(path)
        assert file, "it was opened"
        at = len(file.document.text) // 2
        span, text = (Span(at, at + 1), "") if number % 2 else (Span(at, at), "x")
        started = time.perf_counter()
        root.workspace.edit(path, file.document.edited(span, text, None), span, text)
        root.reports(path)
        seconds.append(time.perf_counter() - started)
    return sorted(seconds)[KEYSTROKES // 2]


def _timed(visits: list[Visit], base: Path) -> Iterator[str]:
    yield "milliseconds to open and check a file, and to take in one keystroke in its middle"
    for visit in visits:
        name = os.path.relpath(visit.path, base)
        yield (
            f"{visit.opened * 1e3:8.1f} {visit.keystroke * 1e3:7.2f}  {name}: "
            f"{visit.n_lines} lines, {visit.n_findings} finding{'' if visit.n_findings == 1 else 's'}"
        )
    stages: dict[str, float] = {}
    rules: dict[str, float] = {}
    for visit in visits:
        add_up(stages, visit.spent.stages)
        add_up(rules, visit.spent.rules)
    yield "of opening, by stage: " + _listed(stages, len(stages))
    yield "of findings, the slowest rules: " + _listed(rules, SLOWEST)


def _listed(seconds: dict[str, float], n_most: int) -> str:
    most = sorted(seconds.items(), key=lambda item: -item[1])[:n_most]
    return ", ".join(f"{name} {value * 1e3:.1f}" for name, value in most) or "none ran"
