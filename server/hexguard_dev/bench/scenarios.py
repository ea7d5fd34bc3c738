"""What is done with a document while the clock runs; each scenario leaves the document as it was."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

import msgspec

from hexguard_dev.bench.code import MISSING, Code, generate, paste
from hexguard_dev.bench.session import Answered, Session, deletion, insertion

PASTED_LINES = 300
TYPED = """    found: list[int] = []
    for index in range(attempt or 3):
        if index % 2 == 0:
            found.append(index)
    print(f"{len(found)} of {attempt}")
    names = {"one": 1, "m": (1, 2)}
"""


class Job(msgspec.Struct, frozen=True):
    """One run of a scenario: the document is open, and the round has a number."""

    session: Session
    folder: Path
    uri: str
    code: Code
    number: int
    limit: float


Timings: TypeAlias = Iterator[tuple[str, float]]
"""What was timed, and the seconds that it took."""


class Scenario(msgspec.Struct, frozen=True):
    """Something to time. `rows` are the names that `run` gives; `ability` is what the server has to offer for it."""

    rows: tuple[str, ...]
    run: Callable[[Job], Timings]
    ability: str = ""
    is_long: bool = False


def _open(job: Job) -> Timings:
    """A text that the server has never seen, so that nothing can be known about it."""
    uri = (job.folder / f"opened_{job.number}.py").as_uri()
    text = generate(len(job.code.lines), job.number + 1).text
    sent_at = job.session.open(uri, text)
    yield OPEN, job.session.published(uri, job.limit) - sent_at
    job.session.close(uri)


def _keystroke(row: str, spot: str, job: Job) -> Timings:
    """A letter completes the name of a blocking function, and is deleted again."""
    line, column = job.code.spots[spot]
    sent_at = job.session.edit(job.uri, insertion(line, column, MISSING))
    yield row, job.session.published(job.uri, job.limit) - sent_at
    sent_at = job.session.edit(job.uri, deletion((line, column), (line, column + 1)))
    yield row, job.session.published(job.uri, job.limit) - sent_at


def _burst(job: Job) -> Timings:
    """Lines of code are typed letter by letter above a line, and then the letter that the line misses."""
    line, column = job.code.spots["middle"]
    row = at = 0
    for letter in TYPED:
        job.session.edit(job.uri, insertion(line + row, at, letter))
        row, at = (row + 1, 0) if letter == "\n" else (row, at + 1)
    sent_at = job.session.edit(job.uri, insertion(line + row, column, MISSING))
    yield BURST, job.session.published(job.uri, job.limit) - sent_at
    typed = deletion((line, 0), (line + row, 0))
    job.session.edit(job.uri, typed, deletion((line, column), (line, column + 1)))
    job.session.published(job.uri, job.limit)


def _paste(job: Job) -> Timings:
    sent_at = job.session.edit(job.uri, insertion(job.code.gap, 0, paste(PASTED_LINES, job.number)))
    yield PASTE, job.session.published(job.uri, job.limit) - sent_at
    sent_at = job.session.edit(job.uri, deletion((job.code.gap, 0), (job.code.gap + PASTED_LINES, 0)))
    yield UNDO, job.session.published(job.uri, job.limit) - sent_at


def _break(rows: tuple[str, str], opened: str, job: Job) -> Timings:
    """Something is opened above the first statement and never closed, and then it is taken back."""
    sent_at = job.session.edit(job.uri, insertion(job.code.top, 0, opened))
    yield rows[0], job.session.published(job.uri, job.limit) - sent_at
    sent_at = job.session.edit(job.uri, deletion((job.code.top, 0), (job.code.top, len(opened))))
    yield rows[1], job.session.published(job.uri, job.limit) - sent_at


def _code_action(job: Job) -> Timings:
    """The quick fixes of a line with a finding."""
    line, _ = job.code.spots["middle"]
    with _Finding(job):
        found = job.session.at_line(job.uri, line)
        extent = {"start": {"line": line, "character": 0}, "end": {"line": line, "character": len(_line(job, line))}}
        context = {"diagnostics": found, "only": ["quickfix"]}
        yield from _asked(CODE_ACTION, job, "textDocument/codeAction", {"range": extent, "context": context})


def _hover(job: Job) -> Timings:
    """On a finding, or on whatever else the server explains."""
    with _Finding(job):
        first, _ = job.code.spots["middle"]
        wanted = job.session.server.hovers_on
        texts = [_line(job, line) for line in range(first, first + 3)]
        row = next(row for row, text in enumerate(texts) if wanted in text)
        place = {"line": first + row, "character": texts[row].index(wanted) + 1}
        yield from _asked(HOVER, job, "textDocument/hover", {"position": place})


def _asked(row: str, job: Job, method: str, params: Mapping[str, object]) -> Timings:
    """How long an answer takes; one that says nothing does not count."""
    asked = job.session.ask(method, {"textDocument": {"uri": job.uri}, **params})
    arrival = asked.wait(job.limit)
    if msgspec.convert(arrival.message, Answered).result:
        yield row, arrival.at - asked.sent_at


class _Finding:
    """While it is entered, the line in the middle has its finding."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._place = job.code.spots["middle"]

    def __enter__(self) -> None:
        self._job.session.edit(self._job.uri, insertion(*self._place, MISSING))
        self._job.session.published(self._job.uri, self._job.limit)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        # A server that was silent once is not waited for again.
        if error is None:
            line, column = self._place
            self._job.session.edit(self._job.uri, deletion((line, column), (line, column + 1)))
            self._job.session.published(self._job.uri, self._job.limit)


def _line(job: Job, line: int) -> str:
    """A line as it is with its finding."""
    text = job.code.lines[line]
    marked, column = job.code.spots["middle"]
    return text[:column] + MISSING + text[column:] if line == marked else text


OPEN = "open"
BURST = f"burst of {len(TYPED) + 1} keystrokes"
PASTE, UNDO = f"paste of {PASTED_LINES} lines", "undo of the paste"
CODE_ACTION, HOVER = "code action", "hover"
SPOTS = {
    "keystroke at the start": "start",
    "keystroke in the middle": "middle",
    "keystroke at the end": "end",
    "keystroke in a long class": "class",
    "keystroke in a long function": "function",
}
MIDDLE = "keystroke in the middle"
QUOTES = ("triple quote opened at the top", "triple quote taken back")
BRACKET = ("bracket opened at the top", "bracket taken back")

KEYSTROKE = Scenario((MIDDLE,), partial(_keystroke, MIDDLE, "middle"))
OPENING = Scenario((OPEN,), _open)
SCENARIOS: Sequence[Scenario] = (
    OPENING,
    *(Scenario((row,), partial(_keystroke, row, spot)) for row, spot in SPOTS.items()),
    Scenario((BURST,), _burst, is_long=True),
    Scenario((PASTE, UNDO), _paste),
    Scenario(QUOTES, partial(_break, QUOTES, '"""')),
    Scenario(BRACKET, partial(_break, BRACKET, "(")),
    Scenario((CODE_ACTION,), _code_action, ability="codeActionProvider"),
    Scenario((HOVER,), _hover, ability="hoverProvider"),
)
