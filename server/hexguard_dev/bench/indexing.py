"""Measures the server while it reads a whole project and afterwards: how long, how large, and typing meanwhile."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from itertools import cycle, islice

import msgspec

from hexguard_dev.bench.code import MISSING
from hexguard_dev.bench.measure import Times
from hexguard_dev.bench.project import Project
from hexguard_dev.bench.servers import HEXGUARD_SERVER
from hexguard_dev.bench.session import Session, deletion, insertion
from hexguard_dev.client import SilenceError

WATCHED_RULE = "blocking-call-transitive"
TYPING_SECONDS = 0.1
PING_SECONDS = 0.02
# No server knows it, so the event loop refuses it at once, without a word to any other thread.
UNKNOWN_METHOD = "bench/unknown"


class Patience(msgspec.Struct, frozen=True):
    """How long to wait for a whole index and for one answer, in seconds, and how many keystrokes to time after it."""

    index: float
    answer: float
    n_keystrokes: int


class Start(msgspec.Struct, frozen=True):
    """One start of the server: until everything was read, keystrokes until then and from then on, and bytes."""

    index: Times
    during: Times
    after: Times
    memory: int | None


def time_start(project: Project, environment: Mapping[str, str], patience: Patience) -> Start:
    """Start the server on a project and type into one of its files, without a break, until all is read and longer."""
    session = Session(HEXGUARD_SERVER, project.folder, environment)
    try:
        _open(session, project, patience)
        typing = _typing(session, project, patience.answer)
        index, during = _type_until_read(session, project, typing, patience.index)
        after: list[float] = []
        for seconds in islice(typing, 0 if index.trouble else patience.n_keystrokes):
            after.append(seconds)
            session.rest(TYPING_SECONDS)
        memory = session.memory()
        session.leave()
    finally:
        session.end()
    return Start(index, Times(tuple(during)), Times(tuple(after)), memory)


def time_loop(project: Project, environment: Mapping[str, str], patience: Patience, idle: float) -> tuple[Times, Times]:
    """How fast the event loop answers while a project is read, and for `idle` seconds with nothing else to do."""
    session = Session(HEXGUARD_SERVER, project.folder, environment)
    try:
        _open(session, project, patience)
        busy = _ping(session, project, patience, patience.index)
        return busy, _ping(session, None, patience, idle)
    finally:
        session.end()


def _open(session: Session, project: Project, patience: Patience) -> None:
    session.open(project.typed.as_uri(), project.typed_code.text)
    session.published(project.typed.as_uri(), patience.answer)
    session.open(project.watcher.as_uri(), project.watcher.read_text("utf-8"))


def _type_until_read(
    session: Session, project: Project, typing: Iterator[float], limit: float
) -> tuple[Times, list[float]]:
    """Seconds until all was read, and of the keystrokes until then."""
    during: list[float] = []
    deadline = session.ready_at + limit
    for seconds in typing:
        during.append(seconds)
        session.memory()
        if time.perf_counter() > deadline:
            break
        # To be silent is not wrong here: it only means that the next keystroke is due.
        with contextlib.suppress(SilenceError):
            session.wait_until(lambda: _is_read(session, project), TYPING_SECONDS)
            return Times((time.perf_counter() - session.ready_at,)), during
    return Times(trouble=f"> {limit:.0f} s"), during


def _is_read(session: Session, project: Project) -> bool:
    """Whether the findings that need the whole project are there, and a progress that was shown is over."""
    found = session.diagnostics(project.watcher.as_uri())
    n_found = sum(one.get("code") == WATCHED_RULE for one in found)
    return n_found >= project.n_watched and session.n_ended >= session.n_begun


def _typing(session: Session, project: Project, limit: float) -> Iterator[float]:
    """A letter typed and deleted again, without end; the seconds until the diagnostics were there."""
    uri = project.typed.as_uri()
    line, column = project.typed_code.spots["middle"]
    for change in cycle((insertion(line, column, MISSING), deletion((line, column), (line, column + 1)))):
        sent_at = session.edit(uri, change)
        yield session.published(uri, limit) - sent_at


def _ping(session: Session, project: Project | None, patience: Patience, limit: float) -> Times:
    """Ask again and again, until a project is read or the time is over."""
    deadline = time.perf_counter() + limit
    asked = [session.ask(UNKNOWN_METHOD, None)]
    while time.perf_counter() < deadline and not (project is not None and _is_read(session, project)):
        session.rest(PING_SECONDS)
        asked.append(session.ask(UNKNOWN_METHOD, None))
    times: list[float] = []
    for each in asked:
        try:
            times.append(each.wait(patience.answer).at - each.sent_at)
        except SilenceError:
            return Times(tuple(times), f"> {patience.answer:.0f} s")
    return Times(tuple(times))
