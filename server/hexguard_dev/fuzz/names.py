"""Edits of names, which other files can observe: renamed definitions, imports, calls, and kinds of functions."""

import re
from collections.abc import Iterator

from hexguard_dev.fuzz.desk import Desk
from hexguard_dev.fuzz.steps import Change, Edit, Write

_DEFINITION = re.compile(r"^[ \t]*(?P<async>async[ \t]+)?(?P<kind>def|class)[ \t]+(?P<name>\w+)", re.MULTILINE)
_TOP_FUNCTION = re.compile(r"^(?:async[ \t]+)?def[ \t]+(?P<name>\w+)", re.MULTILINE)
_IMPORT = re.compile(r"^(?:from|import)\b[^\r\n]*(?:\r\n|\r|\n)", re.MULTILINE)
_BODY = re.compile(r"^(?P<indent>[ \t]+)\S", re.MULTILINE)
_ANNOTATION = re.compile(r"(?:->|:)[ \t]*(?P<type>\w[\w.\[\], |]*)")
TYPES = ("int", "str", "None", "AsyncSession", "Session", "requests.Session", "httpx.Client", "list[int]", "object")
IMPORTS = (
    "import time\n",
    "import requests\n",
    "import subprocess as sp\n",
    "from time import sleep\n",
    "from . import *\n",
)

Made = Iterator[tuple[Change, ...]]


def renamed(desk: Desk) -> Made:
    """A function or class gets another name, where it is defined only or everywhere."""
    path = desk.opened()
    found = _choice(desk, _DEFINITION, desk.text(path))
    if found is None:
        return
    old, new = found["name"], desk.chance.choice((f"{found['name']}2", "main", "run", "Base"))
    if desk.chance.random() < 0.5:
        yield (Edit(path, *found.span("name"), new),)
    elif desk.chance.random() < 0.5:
        yield tuple(_everywhere(desk, old, new))
    else:
        for change in _everywhere(desk, old, new):
            yield (change,)


def imported(desk: Desk) -> Made:
    """An import comes: of a name of another file, of a whole module, or of a library."""
    path, other = desk.opened(), desk.chance.choice(desk.modules())
    module = _module(other)
    function = _choice(desk, _TOP_FUNCTION, desk.text(other))
    name = function["name"] if function else "*"
    line = desk.chance.choice((f"from {module} import {name}\n", f"import {module}\n", desk.chance.choice(IMPORTS)))
    at = desk.chance.choice((0, desk.line(desk.text(path)).start))
    yield (Edit(path, at, at, line),)


def unimported(desk: Desk) -> Made:
    """An import goes."""
    path = desk.opened()
    if found := _choice(desk, _IMPORT, desk.text(path)):
        yield (Edit(path, *found.span(), ""),)


def called(desk: Desk) -> Made:
    """A body begins to call a function of another file, which is imported by the same step or by the next."""
    path, other = desk.opened(), desk.chance.choice(desk.modules())
    text = desk.text(path)
    function, body = _choice(desk, _TOP_FUNCTION, desk.text(other)), _choice(desk, _BODY, text)
    if function is None or body is None:
        return
    call = Edit(path, body.start(), body.start(), f"{body['indent']}{function['name']}()\n")
    needed = Edit(path, 0, 0, f"from {_module(other)} import {function['name']}\n")
    if desk.chance.random() < 0.5:
        yield call, needed
    else:
        yield (call,)
        yield (needed,)


def blocking(desk: Desk) -> Made:
    """A body begins to block the thread, or a call goes that did."""
    path = desk.opened()
    text = desk.text(path)
    blocks = "__import__('time').sleep(1)" if desk.chance.random() < 0.1 else "time.sleep(1)"
    if (at := text.find(blocks)) >= 0 and desk.chance.random() < 0.5:
        yield (Edit(path, at, at + len(blocks), "pass"),)
    elif body := _choice(desk, _BODY, text):
        needed = Edit(path, 0, 0, "import time\n")
        call = Edit(path, body.start(), body.start(), f"{body['indent']}{blocks}\n")
        yield (call,) if "import time" in text else (call, needed)


def colored(desk: Desk) -> Made:
    """A function becomes a coroutine function, or stops being one."""
    path = desk.opened()
    found = _choice(desk, _DEFINITION, desk.text(path))
    if found is None or found["kind"] == "class":
        return
    if found["async"]:
        yield (Edit(path, *found.span("async"), ""),)
    else:
        yield (Edit(path, found.start("kind"), found.start("kind"), "async "),)


def annotated(desk: Desk) -> Made:
    """Something that looks like an annotation becomes another one."""
    path = desk.opened()
    if found := _choice(desk, _ANNOTATION, desk.text(path)):
        yield (Edit(path, *found.span("type"), desk.chance.choice(TYPES)),)


def _everywhere(desk: Desk, old: str, new: str) -> Iterator[Change]:
    """A word becomes another one in all files, from the end of each to its start."""
    word = re.compile(rf"\b{re.escape(old)}\b")
    for path in desk.modules():
        text = desk.text(path)
        if path in desk.live.opened:
            yield from (Edit(path, *found.span(), new) for found in reversed(list(word.finditer(text))))
        elif word.search(text):
            yield Write(path, word.sub(new, text))


def _choice(desk: Desk, pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Some match, if there is one."""
    found = list(pattern.finditer(text))
    return desk.chance.choice(found) if found else None


def _module(path: str) -> str:
    """The name under which a file can be imported, as far as its path tells."""
    parts = path.rpartition(".")[0].removeprefix("src/").split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
