"""Runs scenarios on several servers in turn, round by round, so that a slow moment of the machine hits all alike."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from hexguard_dev.bench.code import Code
from hexguard_dev.bench.measure import Row, Tally
from hexguard_dev.bench.scenarios import Job, Scenario
from hexguard_dev.bench.servers import Server
from hexguard_dev.bench.session import Session
from hexguard_dev.client import ClientError, SilenceError

SETTLE_SECONDS = 0.5
PAUSE_SECONDS = 0.02


class Contestant(msgspec.Struct, frozen=True):
    """A server with the folder that it works on. `name` is how its column is called."""

    name: str
    server: Server
    folder: Path
    environment: Mapping[str, str]


class Rounds(msgspec.Struct, frozen=True):
    """How often a scenario runs: usually, if it takes long, and on a slow server; and the patience with one answer."""

    usual: int
    long: int
    slow: int
    limit: float

    def has(self, number: int, scenario: Scenario, server: Server) -> bool:
        """Whether a server takes part in a round."""
        n_rounds = min(self.long if scenario.is_long else self.usual, self.slow if server.is_slow else self.usual)
        return number < n_rounds


class Compared(msgspec.Struct, frozen=True):
    """The times of all scenarios, and by contestant its peak memory in bytes and its stale publications."""

    rows: tuple[Row, ...]
    memory: Mapping[str, int | None]
    n_stale: Mapping[str, int]


def compare(contestants: Sequence[Contestant], code: Code, scenarios: Sequence[Scenario], rounds: Rounds) -> Compared:
    """Let all contestants do all scenarios with a document of this code."""
    tally = Tally()
    seats = [_Seat(contestant, code, rounds.limit) for contestant in contestants]
    try:
        for scenario in scenarios:
            print(f"  {', '.join(scenario.rows)}", file=sys.stderr, flush=True)
            for number in range(rounds.usual):
                for seat in seats:
                    if rounds.has(number, scenario, seat.contestant.server):
                        seat.run(scenario, number, tally)
        memory = {seat.contestant.name: seat.memory() for seat in seats}
        n_stale = {seat.contestant.name: seat.n_stale for seat in seats}
    finally:
        for seat in seats:
            seat.clear()
    return Compared(tally.rows(), memory, n_stale)


class _Seat:
    """Where a contestant sits: a server that fails gets a successor, but does not try the same scenario again."""

    def __init__(self, contestant: Contestant, code: Code, limit: float) -> None:
        self.contestant = contestant
        self._code = code
        self._limit = limit
        self._path = contestant.folder / "orders.py"
        self._session: Session | None = None
        self._failed: set[tuple[str, ...]] = set()
        self._n_stale_before = 0

    @property
    def n_stale(self) -> int:
        """Publications that were older than another one."""
        return self._n_stale_before + (self._session.n_stale if self._session else 0)

    def run(self, scenario: Scenario, number: int, tally: Tally) -> None:
        """Do a scenario once, and note the times."""
        name = self.contestant.name
        if scenario.rows in self._failed:
            return
        try:
            session = self._seated()
            if scenario.ability and not session.offers(scenario.ability):
                return
            job = Job(session, self.contestant.folder, self._path.as_uri(), self._code, number, self._limit)
            for row, seconds in scenario.run(job):
                tally.add(row, name, seconds)
            session.rest(PAUSE_SECONDS)
        except ClientError as error:
            print(f"  {name}: {error}", file=sys.stderr, flush=True)
            trouble = f"> {self._limit:.0f} s" if isinstance(error, SilenceError) else "ended"
            self._failed.add(scenario.rows)
            for row in scenario.rows:
                tally.fail(row, name, trouble)
            self.clear()

    def memory(self) -> int | None:
        """The peak memory of the server that sits here, in bytes."""
        return self._session.memory() if self._session else None

    def clear(self) -> None:
        """End the server."""
        if self._session is not None:
            self._n_stale_before += self._session.n_stale
            self._session.end()
            self._session = None

    def _seated(self) -> Session:
        """The server, with the document open and all its other work done."""
        if self._session is None:
            self._path.write_text(self._code.text, "utf-8")
            session = Session(self.contestant.server, self.contestant.folder, self.contestant.environment)
            self._session = session
            session.open(self._path.as_uri(), self._code.text)
            session.published(self._path.as_uri(), self._limit)
            session.rest(SETTLE_SECONDS)
            session.memory()
        return self._session
