"""What readers of settings share: how a bad value is refused, and where the problems are gathered."""

import difflib
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Literal, TypeGuard

from hexguard.settings.locate import KeyPath, Places
from hexguard.settings.model import Problem
from hexguard.text.span import Span


class RejectedError(Exception):
    """A value that cannot be used; `path` says which, the message says why."""

    def __init__(self, path: KeyPath, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


class Report:
    """Gathers the problems of one source, and finds the span of each.

    `locate` gives the places of the source; it is called for the first problem, because most sources have none.
    """

    def __init__(self, source: str, locate: Callable[[], Places], selectors: Collection[str] | None = None) -> None:
        self.source = source
        self._locate = locate
        self.selectors = selectors
        self.problems: list[Problem] = []

    @cached_property
    def places(self) -> Places:
        """Where everything in the source stands."""
        return self._locate()

    def rejected(self, error: RejectedError) -> None:
        """Note a value that falls back to its default."""
        self._add(self.places.value(error.path), error.message, "error")

    def doubtful_key(self, path: KeyPath, message: str) -> None:
        """Note a key that is probably a mistake."""
        self._add(self.places.key(path), message, "warning")

    def check_selector(self, name: str, path: KeyPath) -> None:
        """Note a name that selects nothing, if the caller of `load` said what can be selected."""
        if self.selectors is None or name == "all" or name in self.selectors:
            return
        message = f"no rule, family or alias is called `{name}`{did_you_mean(name, self.selectors)}"
        self._add(self.places.value(path), message, "warning")

    def _add(self, span: Span | None, message: str, severity: Literal["error", "warning"]) -> None:
        self.problems.append(Problem(self.source, span, message, severity))


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Give `; did you mean ...?` for the closest known name, or nothing."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""


def is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    """Say whether a value from TOML or JSON is a table; the keys of one are always strings."""
    return isinstance(value, Mapping)


def is_array(value: object) -> TypeGuard[list[object]]:
    """Say whether a value from TOML or JSON is an array."""
    return isinstance(value, list)


def table(value: object, path: KeyPath) -> Mapping[str, object]:
    """Give a table, or raise `RejectedError`."""
    if is_table(value):
        return value
    raise wrong(path, "a table", value)


def array(value: object, path: KeyPath) -> list[object]:
    """Give an array, or raise `RejectedError`."""
    if is_array(value):
        return value
    raise wrong(path, "a list", value)


def string(value: object, path: KeyPath) -> str:
    """Give a string, or raise `RejectedError`."""
    if isinstance(value, str):
        return value
    raise wrong(path, "a string", value)


def strings(value: object, path: KeyPath) -> tuple[str, ...]:
    """Give a list of strings, or raise `RejectedError` at the list or the member that is wrong."""
    if not is_array(value):
        raise wrong(path, "a list of strings", value)
    return tuple(string(member, (*path, index)) for index, member in enumerate(value))


def boolean(value: object, path: KeyPath) -> bool:
    """Give a boolean, or raise `RejectedError`."""
    if isinstance(value, bool):
        return value
    raise wrong(path, "true or false", value)


def one_of(value: object, path: KeyPath, choices: Collection[str]) -> str:
    """Give a string that is one of the choices, or raise `RejectedError`."""
    text = string(value, path)
    if text in choices:
        return text
    raise RejectedError(
        path, f"{naming(path)} must be one of {', '.join(choices)}, not `{text}`{did_you_mean(text, choices)}"
    )


def wrong(path: KeyPath, wanted: str, value: object) -> RejectedError:
    """Say what was wanted and what was found instead."""
    return RejectedError(path, f"{naming(path)} must be {wanted}, not {_kind(value)}")


def naming(path: KeyPath) -> str:
    """Name a key as the user knows it: without the table that all settings share, members counted from one."""
    names = [part for part in path if isinstance(part, str)]
    if names[:1] == ["tool"]:
        names = names[2:] if len(names) > 2 else names
    key = f"`{'.'.join(names)}`"
    return f"member {path[-1] + 1} of {key}" if isinstance(path[-1], int) else key


def _kind(value: object) -> str:
    kinds: dict[type, str] = {
        bool: "a boolean",
        int: "an integer",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "a table",
        type(None): "null",
    }
    return kinds.get(type(value), "a date or time")
