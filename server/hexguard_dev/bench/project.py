"""Writes projects of any number of modules that import and call each other, the same for the same seed."""

import random
from collections.abc import Sequence
from pathlib import Path
from string import Template

import msgspec

from hexguard_dev.bench.code import NOUNS, Code, generate, units
from hexguard_dev.bench.servers import write_project

MODULES_PER_PACKAGE = 40
LINES_PER_MODULE = 100
IMPORTS_PER_MODULE = 3
N_WATCHED = 10
TYPED_LINES = 200

SHARED = '''"""What all modules of the shop share."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

router = APIRouter()
STALE_AFTER = timedelta(days=30)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Base(DeclarativeBase):
    """What all tables share."""


async def get_session() -> AsyncSession:
    """The session of the request."""
    return AsyncSession()


SessionNeeded = Annotated[AsyncSession, Depends(get_session)]
'''

HEAD = '''"""All about one kind of $noun."""

import asyncio
import time
from datetime import datetime
from typing import Union

from fastapi import HTTPException
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shop.shared import NEVER, STALE_AFTER, Base, SessionNeeded, router
$imports

def work_$number(amounts: list[int]) -> int:
    """Add up what the modules below say."""
    total = len(amounts)
$calls    return total
'''

PAUSE = '''

def pause_$number() -> None:
    """Give the other side some time."""
    time.sleep(0.1)
'''

WATCHER = '''

async def watch_$number() -> None:
    """Stop the event loop, one module away."""
    pause_$number()
'''


class Project(msgspec.Struct, frozen=True):
    """A project on disk. `n_watched` functions in `watcher` have a finding each that needs a module somewhere else."""

    folder: Path
    n_lines: int
    typed: Path
    typed_code: Code
    watcher: Path
    n_watched: int


def make_project(folder: Path, n_modules: int, seed: int = 0) -> Project:
    """Write a project of `n_modules` modules, besides a few small ones, into a new `folder`."""
    write_project(folder)
    names = [_module_name(number, seed) for number in range(n_modules)]
    n_watched = min(N_WATCHED, n_modules)
    watched = sorted({round(step * (n_modules - 1) / max(n_watched - 1, 1)) for step in range(n_watched)})
    code = generate(TYPED_LINES, seed)
    texts = {"shop.shared": SHARED, "shop.typed": code.text, "shop.watcher": _watcher(names, watched)}
    for number, name in enumerate(names):
        texts[name] = _module(number, names, seed) + (_fill(PAUSE, number=number) if number in watched else "")
    n_lines = sum(_write(folder, name, text) for name, text in texts.items())
    package = folder / "shop"
    return Project(folder, n_lines, package / "typed.py", code, package / "watcher.py", len(watched))


def _module_name(number: int, seed: int) -> str:
    noun = random.Random(f"{seed} name {number}").choice(NOUNS)
    return f"shop.area_{number // MODULES_PER_PACKAGE:03}.{noun}_{number:05}"


def _module(number: int, names: Sequence[str], seed: int) -> str:
    """A module that imports some of those before it, mostly from nearby."""
    dice = random.Random(f"{seed} module {number}")
    nearby = range(max(number - 2 * MODULES_PER_PACKAGE, 0), number)
    imported = sorted(dice.sample(nearby, min(IMPORTS_PER_MODULE, len(nearby))))
    imports = "".join(f"from {names[other]} import work_{other}\n" for other in imported)
    calls = "".join(f"    total += work_{other}(amounts)\n" for other in imported)
    head = _fill(HEAD, noun=dice.choice(NOUNS), number=number, imports=imports, calls=calls)
    return head + "".join(units(dice, LINES_PER_MODULE - head.count("\n")))


def _watcher(names: Sequence[str], watched: Sequence[int]) -> str:
    imports = "".join(f"from {names[number]} import pause_{number}\n" for number in watched)
    return f'"""Calls across the project."""\n\n{imports}' + "".join(_fill(WATCHER, number=n) for n in watched)


def _fill(template: str, **words: object) -> str:
    return Template(template).substitute(words)


def _write(folder: Path, name: str, text: str) -> int:
    """Write a module and the packages around it; gives its number of lines."""
    path = folder.joinpath(*name.split(".")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    for package in (path.parent, folder / "shop"):
        (package / "__init__.py").touch()
    path.write_text(text, "utf-8")
    return text.count("\n")
