"""Which Python and which packages a project declares or has locked, read from the texts that declare them."""

import configparser
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from hexguard.settings.names import DEPENDENCY_FILES, JSON_LOCK, REQUIREMENTS, TOML_LOCKS
from hexguard.settings.report import is_array, is_table
from hexguard.settings.versions import Package, lowest_python, parse_requirement, poetry_specifier

# Lock files are written by machines and may be megabytes long, so they are searched, not parsed.
_LOCKED = re.compile(r'^\[\[packages?\]\]\r?\nname = "([^"\n]+)"\r?\nversion = "([^"\n]+)"', re.MULTILINE)
_VERSION_FILE = re.compile(r"^[ \t]*(?:python-?|cpython-?|pypy-?)?(3)\.(\d+)", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_OPTION = re.compile(r"\s--?[a-z].*$")


def python_version(texts: Mapping[str, str]) -> tuple[int, int] | None:
    """Give the lowest Python that the project supports, or None if nothing says.

    `requires-python` comes first, then what Poetry and `setup.cfg` call it, then `.python-version`.
    """
    pyproject = _toml(texts.get("pyproject.toml", ""))
    declared = (
        _get(pyproject, "project", "requires-python"),
        _poetry_constraint(_get(pyproject, "tool", "poetry", "dependencies", "python")),
        _ini(texts.get("setup.cfg", ""), "options").get("python_requires"),
    )
    for specifier in declared:
        lowest = lowest_python(specifier) if isinstance(specifier, str) else None
        if lowest is not None:
            return lowest
    match = _VERSION_FILE.search(texts.get(".python-version", ""))
    return (int(match[1]), int(match[2])) if match else None


def packages(texts: Mapping[str, str]) -> dict[str, Package]:
    """Give every package that the project names, by canonical name.

    The exact version comes from a lock file, else from a pin among the requirements;
    the specifier from `pyproject.toml`, else from the requirements files, else from `setup.cfg`.
    A package that is locked in several versions counts as the lowest, which has the least.
    """
    declared = list(_declared(texts))
    versions = _lowest(_locked(texts))
    for package in declared:
        if package.version is not None:
            versions.setdefault(package.name, package.version)
    specifiers: dict[str, str] = {}
    for package in declared:
        if package.specifier:
            specifiers.setdefault(package.name, package.specifier)
    names = dict.fromkeys([*(package.name for package in declared), *versions])
    return {name: Package(name, versions.get(name), specifiers.get(name, "")) for name in names}


def with_installed(found: Mapping[str, Package], installed: Mapping[str, str]) -> dict[str, Package]:
    """Give the packages that a project names, and those that are `installed` for it: their versions by name.

    The version that is installed is the last resort: it counts only where nothing that is declared says otherwise.
    """
    versions: dict[str, str] = {canonicalize_name(name): version for name, version in installed.items()}
    known = {name: Package(name, version) for name, version in versions.items()}
    for name, package in found.items():
        version = versions.get(name)
        is_last_resort = version and package.version is None and _allows(package.specifier, version)
        known[name] = msgspec.structs.replace(package, version=version) if is_last_resort else package
    return known


def is_dependency_file(path: str) -> bool:
    """Say whether a path relative to the root (with `/`) is one that is read here."""
    return any(fnmatchcase(path, pattern) and path.count("/") == pattern.count("/") for pattern in DEPENDENCY_FILES)


def _locked(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in TOML_LOCKS:
        yield from _LOCKED.findall(texts.get(name, ""))
    lock = _json(texts.get(JSON_LOCK, ""))
    for section in ("default", "develop"):
        entries = _get(lock, section)
        for name, entry in entries.items() if is_table(entries) else ():
            version = _get(entry, "version")
            if isinstance(version, str):
                yield name, version.removeprefix("==")


def _lowest(locked: Iterable[tuple[str, str]]) -> dict[str, str]:
    lowest: dict[str, str] = {}
    for name, version in locked:
        canonical = canonicalize_name(name)
        if canonical not in lowest or _order(version) < _order(lowest[canonical]):
            lowest[canonical] = version
    return lowest


def _allows(specifier: str, version: str) -> bool:
    try:
        return SpecifierSet(specifier).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return False


def _order(version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion:
        return Version("0")


def _declared(texts: Mapping[str, str]) -> Iterator[Package]:
    """Give the declarations from the most to the least trusted."""
    yield from _pyproject(_toml(texts.get("pyproject.toml", "")))
    for path in sorted(texts):
        if any(fnmatchcase(path, pattern) for pattern in REQUIREMENTS):
            yield from _requirements(texts[path].replace("\\\r\n", " ").replace("\\\n", " ").splitlines())
    options = _ini(texts.get("setup.cfg", ""), "options").get("install_requires", "")
    extras = _ini(texts.get("setup.cfg", ""), "options.extras_require").values()
    yield from _requirements(line for value in (options, *extras) for line in value.splitlines())


def _pyproject(raw: Mapping[str, object]) -> Iterator[Package]:
    yield from _requirements(_texts_in(_get(raw, "project", "dependencies")))
    for groups in (_get(raw, "project", "optional-dependencies"), _get(raw, "dependency-groups")):
        for group in groups.values() if is_table(groups) else ():
            yield from _requirements(_texts_in(group))
    poetry = _get(raw, "tool", "poetry")
    yield from _poetry(_get(poetry, "dependencies"))
    yield from _poetry(_get(poetry, "dev-dependencies"))
    groups = _get(poetry, "group")
    for group in groups.values() if is_table(groups) else ():
        yield from _poetry(_get(group, "dependencies"))


def _requirements(lines: Iterable[str]) -> Iterator[Package]:
    for line in lines:
        package = parse_requirement(_OPTION.sub("", _COMMENT.sub("", line)).strip())
        if package is not None:
            yield package


def _poetry(dependencies: object) -> Iterator[Package]:
    for name, constraint in dependencies.items() if is_table(dependencies) else ():
        specifier = _poetry_constraint(constraint)
        if name != "python":
            yield parse_requirement(f"{name}{specifier}") or Package(canonicalize_name(name))


def _poetry_constraint(constraint: object) -> str:
    text = _get(constraint, "version") if is_table(constraint) else constraint
    return poetry_specifier(text) if isinstance(text, str) else ""


def _toml(text: str) -> Mapping[str, object]:
    """Parse TOML; a text that is broken declares nothing, and `load` tells the user."""
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return {}


def _json(text: str) -> object:
    try:
        return msgspec.json.decode(text.encode(errors="replace")) if text else None
    except (msgspec.DecodeError, RecursionError):
        return None


def _ini(text: str, section: str) -> Mapping[str, str]:
    if f"[{section}]" not in text:
        return {}
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return {}
    return dict(parser[section]) if parser.has_section(section) else {}


def _get(value: object, *path: str) -> object:
    for name in path:
        value = value.get(name) if is_table(value) else None
    return value


def _texts_in(value: object) -> Iterator[str]:
    return (member for member in value if isinstance(member, str)) if is_array(value) else iter(())
