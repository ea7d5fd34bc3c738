"""Shows the main job on a copy of the sample project: diagnostics while typing, chains over files, fixes that hold."""

import difflib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from hexguard.app.batch import check_batch
from hexguard.app.worker import Task
from hexguard.settings.report import is_array, is_table
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_dev.client import Client, ClientError
from hexguard_dev.editor import Diagnostic, Editor

TYPED_INTO = Path("app/api/customers.py")
ROUTE = "async def "
N_TOGGLES = 20
SEVERITIES = {1: "error", 2: "warning", 3: "information", 4: "hint"}


class Driven(msgspec.Struct, frozen=True):
    """How the sample behaved: by step, the status and body of the answer and what blocked the event loop meanwhile."""

    answers: dict[str, tuple[int, object]]
    blocked: dict[str, list[str]]


def demonstrate(projects: Path) -> int:
    """Copy the sample project below `projects`, work on it as an editor does, and say whether everything held."""
    with tempfile.TemporaryDirectory(prefix="hexguard-try-") as folder:
        shop = Path(folder).resolve() / "shop"
        shutil.copytree(projects / "shop", shop, ignore=shutil.ignore_patterns("__pycache__"))
        _say(f"A copy of tests/projects/shop in {shop}")
        driver = projects / "drive_shop.py"
        try:
            before = _drive(driver, shop)
            _edit_as_people_do(shop)
            _show_difference(projects / "shop", shop)
            _compare(before, _drive(driver, shop))
        except (ClientError, DemonstrationError) as error:
            print(f"\nFAILED: {error}", file=sys.stderr)
            return 1
    return 0


class DemonstrationError(RuntimeError):
    """What was shown is not what Hexguard promises."""


def _edit_as_people_do(shop: Path) -> None:
    client = Client(["server"])
    try:
        editor = Editor(client, shop)
        _open_all(editor, shop)
        _type(editor, shop / TYPED_INTO)
        _fix_all(editor, shop)
        code = client.leave()
        if code:
            raise DemonstrationError(f"the server ended with exit code {code}")
    finally:
        client.end()


def _open_all(editor: Editor, shop: Path) -> None:
    _say("Opening every file, as an editor would; each diagnostic with the time since its file was opened")
    for path in sorted(shop.rglob("*.py")):
        editor.open(path)
    expected = _verdict(shop)
    editor.wait_until(
        lambda: _shown(editor) == expected,
        lambda path, diagnostic, seconds: _show(shop, path, diagnostic, seconds),
    )
    n_found = sum(len(findings) for findings in expected.values())
    print(f"\n{n_found} diagnostics in {len(expected)} files; `hexguard check` finds exactly the same.")


def _verdict(shop: Path) -> dict[Path, list[tuple[int, int, str]]]:
    """What the command line says about the files on disk: line, column and rule of each finding."""
    found: dict[Path, list[tuple[int, int, str]]] = {}
    for report in check_batch(Task(shop), [str(path) for path in shop.rglob("*.py")]).reports:
        place = report.place
        found.setdefault(Path(place.path), []).append((place.line, place.column, report.rule))
    return {path: sorted(findings) for path, findings in found.items()}


def _shown(editor: Editor) -> dict[Path, list[tuple[int, int, str]]]:
    """What the server says about the open documents, in the same form."""
    return {
        path: sorted((d.range.start.line + 1, d.range.start.character + 1, d.code) for d in diagnostics)
        for path in editor.texts
        if (diagnostics := editor.diagnostics(path))
    }


def _type(editor: Editor, path: Path) -> None:
    original = editor.texts[path]
    _say(f"Typing a blocking call into a route of {TYPED_INTO}, one character at a time")
    editor.edit(path, [Edit(Span(0, 0), "import time\n")])
    text = editor.texts[path]
    at = text.index(":\n", text.index(ROUTE)) + 2
    keys = "    time.sleep(1)\n"
    sent_at = 0.0
    for offset, key in enumerate(keys):
        sent_at = editor.edit(path, [Edit(Span(at + offset, at + offset), key)])
    came_at = editor.wait_until(lambda: _sleeps(editor, path))
    print(f"{len(keys)} keystrokes; the diagnostic was there {_ms(came_at - sent_at)} after the last one.")
    latencies = list(_toggled(editor, path, at + 4))
    print(f"A keystroke that makes it come or go, {len(latencies)} times, until the new diagnostics are there:")
    print(f"  median {_ms(statistics.median(latencies))}, worst {_ms(max(latencies))}")
    editor.edit(path, [Edit(Span(0, len(editor.texts[path])), original)])
    editor.wait_until(lambda: not _sleeps(editor, path))


def _toggled(editor: Editor, path: Path, at: int) -> Iterator[float]:
    """Put a `#` before the call and take it away again; the seconds until the diagnostics followed."""
    for _ in range(N_TOGGLES):
        sent_at = editor.edit(path, [Edit(Span(at, at), "#")])
        yield editor.wait_until(lambda: not _sleeps(editor, path)) - sent_at
        sent_at = editor.edit(path, [Edit(Span(at, at + 1), "")])
        yield editor.wait_until(lambda: _sleeps(editor, path)) - sent_at


def _sleeps(editor: Editor, path: Path) -> bool:
    return any(diagnostic.code == "blocking-sleep-in-async" for diagnostic in editor.diagnostics(path))


def _fix_all(editor: Editor, shop: Path) -> None:
    _say("Taking the first quick fix of each diagnostic")
    n_fixed = sum(_fix_file(editor, shop, path) for path in sorted(editor.texts))
    for path in editor.texts:
        editor.save(path)
    expected = _verdict(shop)
    editor.wait_until(lambda: _shown(editor) == expected)
    n_left = sum(len(findings) for findings in expected.values())
    print(f"\n{n_fixed} fixed, {n_left} left, which have no quick fix; `hexguard check` agrees about those as well.")
    if not n_fixed:
        raise DemonstrationError("nothing was fixed")


def _fix_file(editor: Editor, shop: Path, path: Path) -> int:
    """Fix one diagnostic after another until those that are left have no quick fix; gives how many were fixed."""
    n_fixed = 0
    without_fix: set[tuple[str, str]] = set()
    while diagnostic := next((d for d in editor.diagnostics(path) if (d.code, d.message) not in without_fix), None):
        actions = [action for action in editor.actions(path, diagnostic) if action.kind.startswith("quickfix")]
        if not actions:
            without_fix.add((diagnostic.code, diagnostic.message))
            continue
        where = f"{path.relative_to(shop)}:{diagnostic.range.start.line + 1}"
        print(f"  {where}: {diagnostic.code}: {actions[0].title} ({actions[0].trust})")
        if path not in editor.carry_out(actions[0]):
            raise DemonstrationError(f"the fix of {diagnostic.code} in {where} changed nothing")
        editor.wait_until(lambda: editor.is_answered(path))
        n_fixed += 1
    return n_fixed


def _show_difference(before: Path, after: Path) -> None:
    _say("What the fixes changed")
    n_lines = 0
    for path in sorted(after.rglob("*.py")):
        name = path.relative_to(after).as_posix()
        was, now = ((folder / name).read_text("utf-8").splitlines(keepends=True) for folder in (before, after))
        for line in difflib.unified_diff(was, now, f"before/{name}", f"after/{name}", n=1):
            n_lines += 1
            print(line, end="" if line.endswith("\n") else "\n")
    if not n_lines:
        raise DemonstrationError("the files are as they were")


def _drive(driver: Path, shop: Path) -> Driven:
    """Run the sample through its routes in a process of its own."""
    run = subprocess.run([sys.executable, driver, shop], capture_output=True, text=True, timeout=120, check=False)
    if run.returncode:
        raise DemonstrationError(f"the project does not run\n{run.stderr}")
    answers: dict[str, dict[str, object]] = json.loads(run.stdout)["answers"]
    driven = {step: msgspec.convert(answer, _Answer) for step, answer in answers.items()}
    return Driven(
        {step: (answer.status, answer.body) for step, answer in driven.items()},
        {step: answer.blocked for step, answer in driven.items() if answer.blocked},
    )


class _Answer(msgspec.Struct, frozen=True):
    status: int
    body: object
    blocked: list[str]


def _compare(before: Driven, after: Driven) -> None:
    _say("Running the project before and after")
    print(f"Requests that stopped the event loop: {len(before.blocked)} before, {len(after.blocked)} after")
    changed: dict[str, list[str]] = {}
    for step, was in before.answers.items():
        for what in _differences(was, after.answers[step]):
            changed.setdefault(what, []).append(step)
    print("Answers that became others:")
    for what, steps in changed.items():
        print(f"  {what} (at {', '.join(steps)})")
    failed = [step for step, (status, _) in after.answers.items() if status >= 500]
    if failed:
        raise DemonstrationError(f"the fixed project fails at {', '.join(failed)}")
    if after.blocked:
        raise DemonstrationError(f"the fixed project still stops the event loop at {', '.join(after.blocked)}")
    print(f"All {len(after.answers)} requests were answered.")


def _differences(before: tuple[int, object], after: tuple[int, object]) -> Iterator[str]:
    """How two answers differ, value by value; of two times only whether they tell their zone."""
    if before[0] != after[0]:
        yield f"the status is {after[0]}, no longer {before[0]}"
    was, now = dict(_values(before[1], ())), dict(_values(after[1], ()))
    for place in sorted({*was, *now}):
        old, new = was.get(place), now.get(place)
        zones = (_zone(old), _zone(new))
        if all(zones) and zones[0] != zones[1]:
            yield f"`{place[-1]}` is a time {zones[1]}, no longer {zones[0]}"
        elif old != new and not all(zones):
            yield f"`{'.'.join(place)}` is {json.dumps(new)}, no longer {json.dumps(old)}"


def _values(value: object, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    """The values inside an answer, each with where it stands."""
    if is_table(value):
        for key, each in value.items():
            yield from _values(each, (*place, key))
    elif is_array(value):
        for index, each in enumerate(value):
            yield from _values(each, (*place, str(index)))
    else:
        yield place, value


def _zone(text: object) -> str:
    """Whether a time tells its zone; empty for what is no time."""
    if not isinstance(text, str):
        return ""
    try:
        return "with its zone" if datetime.fromisoformat(text).tzinfo else "without a zone"
    except ValueError:
        return ""


def _show(shop: Path, path: Path, diagnostic: Diagnostic, seconds: float) -> None:
    where = f"{path.relative_to(shop)}:{diagnostic.range.start.line + 1}:{diagnostic.range.start.character + 1}"
    severity = SEVERITIES[diagnostic.severity]
    print(f"  {_ms(seconds):>8}  {where}: {severity}: {diagnostic.message} [{diagnostic.code}]")
    for related in diagnostic.related_information or ():
        name = related.location.uri.removeprefix(f"{shop.as_uri()}/")
        print(f"            {name}:{related.location.range.start.line + 1}: {related.message}")


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"


def _say(title: str) -> None:
    print(f"\n== {title}\n", flush=True)
