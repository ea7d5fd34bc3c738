"""Takes small projects out of real ones: files that import each other, cut to a size that is quickly compared."""

import random
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec

from hexguard.files.discover import discover
from hexguard.files.read import Source, read
from hexguard_dev.fuzz.steps import Case
from hexguard_rules.catalogue import CATALOGUE

SETTINGS = ("hexguard.toml", "pyproject.toml")
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+([^\r\n]*)|import[ \t]+([.\w]+))", re.MULTILINE)
_NAME = re.compile(r"\w+")
_PART = "\n\n\n"


class Shape(msgspec.Struct, frozen=True):
    """How large a sample is: so many files at least and at most, of so many characters, so many of them open.

    One time in `large_each` (never if 0) a document has `large` characters: what is kept of long ones is kept in parts.
    """

    least: int = 5
    most: int = 15
    size: int = 2500
    opened: int = 4
    large: int = 30_000
    large_each: int = 40


class Library:
    """The files of one real project, by path relative to `folder`, and which of them imports which."""

    def __init__(self, folder: Path) -> None:
        """Read all Python files below a folder; those that cannot be read are left out."""
        sources = ((path, read(path)) for path in discover((folder.resolve(),), root=folder.resolve()))
        self.texts: dict[str, str] = {
            path.relative_to(folder.resolve()).as_posix(): source.text
            for path, source in sources
            if isinstance(source, Source)
        }
        self.settings = {name: (folder / name).read_text("utf-8") for name in SETTINGS if (folder / name).is_file()}
        self._paths = {_module(path): path for path in self.texts}

    def sample(self, chance: random.Random, shape: Shape) -> Case:
        """Some files that hang together, some of them open, with or without the settings of their project."""
        paths = self._neighbors(chance, chance.randint(shape.least, shape.most))
        files = {path: _cut(self.texts[path], shape.size, chance) for path in paths}
        opened = {
            path: files[path] for path in chance.sample(paths, k=chance.randint(1, min(shape.opened, len(paths))))
        }
        if shape.large_each and chance.randrange(shape.large_each) == 0:
            path = chance.choice(sorted(opened))
            files[path] = opened[path] = self._joined(chance, shape.large)
        # Settings are read again at each step, so long ones come rarely.
        n_characters = sum(map(len, self.settings.values()))
        settings = self.settings if chance.random() < min(0.7, 1000 / max(n_characters, 1)) else {}
        return Case({**settings, **files}, opened, stored=chance.random() < 0.5)

    def _neighbors(self, chance: random.Random, wanted: int) -> list[str]:
        """Files found by following imports from a random one; where these end, another random one is taken."""
        every = sorted(self.texts)
        found: dict[str, None] = {}
        waiting: list[str] = []
        while len(found) < min(wanted, len(every)):
            path = waiting.pop(chance.randrange(len(waiting))) if waiting else chance.choice(every)
            if path not in found:
                found[path] = None
                waiting += self._imports(path)
        return list(found)

    def _joined(self, chance: random.Random, size: int) -> str:
        """The texts of random files one after another, up to about `size` characters."""
        texts: list[str] = []
        every = sorted(self.texts)
        while sum(map(len, texts)) < size:
            texts.append(self.texts[chance.choice(every)] + _PART)
        return "".join(texts)

    def _imports(self, path: str) -> Iterator[str]:
        package = _module(path).split(".")
        if not path.endswith("__init__.py"):
            package.pop()
        for source, names, whole in _IMPORT.findall(self.texts[path]):
            module = _absolute(source or whole, package)
            for name in (module, *(f"{module}.{name}" for name in _NAME.findall(names))):
                if name in self._paths:
                    yield self._paths[name]


@cache
def library(folder: Path) -> Library:
    """The library of a folder, read once in each process."""
    return Library(folder)


@cache
def snippets() -> tuple[str, ...]:
    """Texts that make rules speak: the examples in their documentation."""
    return tuple(example.code for rule in CATALOGUE for example in rule.examples)


def _module(path: str) -> str:
    parts = path.rpartition(".")[0].removeprefix("src/").split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _absolute(name: str, package: Sequence[str]) -> str:
    module = name.lstrip(".")
    up = len(name) - len(module)
    if not up:
        return name
    return ".".join((*package[: len(package) - up + 1], *((module,) if module else ())))


def _cut(text: str, size: int, chance: random.Random) -> str:
    """The head of a file, where its imports stand, and some parts that follow one another, up to about `size`."""
    head, *parts = text.split(_PART)
    first = chance.randrange(len(parts)) if parts else 0
    kept = [head[: 2 * size]]
    for part in parts[first:]:
        if sum(map(len, kept)) + len(part) > size and len(kept) > 1:
            break
        kept.append(part[:size])
    return _PART.join(kept) if len(kept) > 1 or parts else kept[0]
