"""Finds the Python files of a project and leaves out what version control ignores and what is not the project's own."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
from pathspec import GitIgnoreSpec

from hexguard.settings import Problem

SUFFIXES = (".py", ".pyi")
DEFAULT_EXCLUDES = (
    ".git/",
    ".hg/",
    ".svn/",
    ".venv/",
    "venv/",
    ".direnv/",
    ".eggs/",
    ".ipynb_checkpoints/",
    ".mypy_cache/",
    ".nox/",
    ".pytest_cache/",
    ".ruff_cache/",
    ".tox/",
    "__pycache__/",
    "__pypackages__/",
    "build/",
    "dist/",
    "node_modules/",
    "site-packages/",
)
"""What is left out anywhere in a project, in the manner of `.gitignore`; a `!` pattern in the settings undoes one."""

OnProblem = Callable[[Problem], None]


def discover(
    paths: Iterable[Path], exclude: Iterable[str] = (), *, root: Path, on_problem: OnProblem | None = None
) -> Iterator[Path]:
    """Give the Python files among and below `paths`, each once, sorted within each folder.

    A file that is named is always given, whatever it is called and whatever excludes it, if it exists.
    Below a folder that is named, `exclude` (patterns as in `.gitignore`, relative to `root`) decides first,
    then the `.gitignore` files, the nearest one before those above it, up to `root`.
    Symbolic links to folders are not followed; links to files come last, if the file itself was not given.
    What does not exist or cannot be listed goes to `on_problem`, and the rest goes on.
    """
    walk = _Walk(Path(os.path.abspath(root)), exclude, on_problem or _drop)
    real_folders: dict[str, str] = {}
    seen: set[str] = set()
    for path in walk.all(paths):
        real = _real(path, real_folders)
        if real not in seen:
            seen.add(real)
            yield Path(path)


def is_excluded(path: Path, exclude: Iterable[str] = (), *, root: Path) -> bool:
    """Say whether `discover` would leave this file out when it walks `root`, as it never does outside of `root`."""
    root, path = Path(os.path.abspath(root)), Path(os.path.abspath(path))
    if not path.is_relative_to(root):
        return False
    rules = _Walk(root, exclude, _drop).rules_for(path.parent)
    folders = _folders_below(root, path.parent)
    return _is_ignored(str(path), rules, is_folder=False) or any(
        _is_ignored(str(folder), rules, is_folder=True) for folder in folders
    )


class _Rule(msgspec.Struct, frozen=True):
    """Ignore patterns and the folder that they are relative to; `base` ends with a separator."""

    base: str
    spec: GitIgnoreSpec

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Say whether the path is left out, or None if this rule does not speak of it."""
        if not path.startswith(self.base):
            return None
        relative = path[len(self.base) :].replace(os.sep, "/")
        return self.spec.check_file(f"{relative}/" if is_folder else relative).include


_Rules = tuple[_Rule, ...]
"""The strongest first: the excludes, then the ignore files from the nearest folder upwards."""


class _Walk:
    """One call of `discover`: what it leaves out and whom it tells."""

    def __init__(self, root: Path, exclude: Iterable[str], on_problem: OnProblem) -> None:
        self.root = root
        self.on_problem = on_problem
        self.links: list[str] = []
        self.excludes = self.spec([*DEFAULT_EXCLUDES, *exclude], str(root), "`exclude`: ")

    def all(self, paths: Iterable[Path]) -> Iterator[str]:
        for path in paths:
            yield from self.files(Path(os.path.abspath(path)))
        yield from sorted(self.links)

    def files(self, path: Path) -> Iterator[str]:
        """Give the file itself, or those below the folder."""
        if path.is_dir():
            yield from self.below(path)
        elif path.exists():
            yield str(path)
        else:
            self.on_problem(Problem(str(path), None, "does not exist"))

    def below(self, start: Path) -> Iterator[str]:
        """Walk depth first without recursion; `waiting` holds what is still to be visited, the next one last."""
        waiting: list[tuple[str, _Rules | None]] = [(str(start), self.rules_for_start(start))]
        while waiting:
            path, rules = waiting.pop()
            if rules is None:
                yield path
                continue
            for entry in reversed(self.entries(path)):
                is_folder = _is_folder(entry)
                wanted = is_folder or entry.name.endswith(SUFFIXES)
                if not wanted or _is_ignored(entry.path, rules, is_folder=is_folder):
                    continue
                if entry.is_symlink():
                    self.links.append(entry.path)
                else:
                    waiting.append((entry.path, self.with_own(entry.path, rules) if is_folder else None))

    def entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.on_problem(Problem(folder, None, f"cannot be listed: {error.strerror or error}"))
            return []

    def rules_for_start(self, start: Path) -> _Rules:
        """Give the rules for a folder that the caller named: those that would leave it out itself do not count."""
        own = _Rule(_base(start), self.excludes)
        if not start.is_relative_to(self.root):
            return self.with_own(str(start), (own,))
        excludes, *ignore_files = self.rules_for(start)
        if start != self.root and excludes.verdict(str(start), is_folder=True):
            excludes = own
        kept = [rule for rule in ignore_files if start == self.root or not rule.verdict(str(start), is_folder=True)]
        return (excludes, *kept)

    def rules_for(self, folder: Path) -> _Rules:
        """Give the rules for what is in a folder at or below the root."""
        rules: _Rules = (_Rule(_base(self.root), self.excludes),)
        for path in (self.root, *_folders_below(self.root, folder)):
            rules = self.with_own(str(path), rules)
        return rules

    def with_own(self, folder: str, rules: _Rules) -> _Rules:
        """Add the rules that a folder itself holds, behind the excludes, the stronger file last to come first."""
        for name in (os.path.join(".git", "info", "exclude"), ".gitignore"):
            path = os.path.join(folder, name)
            lines = self.lines(path)
            if lines:
                rules = (rules[0], _Rule(_base(folder), self.spec(lines, path)), *rules[1:])
        return rules

    def lines(self, path: str) -> list[str]:
        if not os.path.isfile(path):
            return []
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                return file.read().split("\n")
        except OSError as error:
            self.on_problem(Problem(path, None, f"cannot be read: {error.strerror or error}"))
            return []

    def spec(self, lines: list[str], source: str, prefix: str = "") -> GitIgnoreSpec:
        """Compile patterns; a malformed one is told and left out."""
        try:
            return GitIgnoreSpec.from_lines(lines)
        except ValueError:
            bad = [line for line in lines if not _is_pattern(line)]
        for line in bad:
            self.on_problem(Problem(source, None, f"{prefix}`{line}` is no valid pattern", "warning"))
        return GitIgnoreSpec.from_lines(line for line in lines if line not in bad)


def _drop(_problem: Problem) -> None:
    """Stand in for a caller who does not ask for problems."""


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_ignored(path: str, rules: _Rules, *, is_folder: bool) -> bool:
    verdicts = (rule.verdict(path, is_folder=is_folder) for rule in rules)
    return next((verdict for verdict in verdicts if verdict is not None), False)


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _real(path: str, real_folders: dict[str, str]) -> str:
    """Resolve links like `os.path.realpath`, but ask once for each folder."""
    if os.path.islink(path):
        return os.path.realpath(path)
    folder, name = os.path.split(path)
    if folder not in real_folders:
        real_folders[folder] = os.path.realpath(folder)
    return os.path.join(real_folders[folder], name)


def _base(folder: Path | str) -> str:
    return os.path.join(str(folder), "")


def _folders_below(root: Path, folder: Path) -> tuple[Path, ...]:
    """Give the folders below `root` down to, and with, `folder`."""
    parts = folder.relative_to(root).parts
    return tuple(root.joinpath(*parts[: index + 1]) for index in range(len(parts)))
