"""Whether a version of a framework has what a rule needs, as far as a project's declarations can tell."""

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

_POETRY_BOUND = re.compile(r"(\^|~(?!=))\s*(\d+(?:\.\d+)*)\S*")
_BARE_VERSION = re.compile(r"\d+(?:\.(?:\d+|\*))*\S*")


class Package(msgspec.Struct, frozen=True):
    """A package that the project uses: its canonical name, its exact version if that is known, and what is declared.

    `specifier` is in the notation of PEP 440, empty if nothing is declared.
    """

    name: str
    version: str | None = None
    specifier: str = ""


def satisfies(package: Package | None, requirement: str) -> bool:
    """Say whether the package may be what a requirement such as `sqlalchemy>=1.4` asks for.

    An exact version decides.
    Otherwise the answer is no only if the bounds of the declaration and of the requirement leave no room in common;
    which versions were ever released, and `!=`, do not count.
    What is unknown or malformed cannot be disproved: then the answer is yes.
    Raises `packaging.requirements.InvalidRequirement` for a malformed requirement.
    """
    wanted = _requirement(requirement).specifier
    if package is None:
        return True
    if package.version is not None:
        try:
            return wanted.contains(Version(package.version), prereleases=True)
        except InvalidVersion:
            return True
    try:
        declared = SpecifierSet(package.specifier)
    except InvalidSpecifier:
        return True
    return _has_room([*declared, *wanted])


def meets(packages: Mapping[str, Package], requirement: str) -> bool:
    """Say the same of the one among `packages` that the requirement names; `packages` is keyed by canonical name."""
    return satisfies(packages.get(canonicalize_name(_requirement(requirement).name)), requirement)


def parse_requirement(line: str) -> Package | None:
    """Read one requirement as in PEP 508; None if it is none, and a version only if it is pinned."""
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return None
    pins = [spec.version for spec in requirement.specifier if spec.operator in {"==", "==="}]
    version = pins[0] if len(pins) == 1 and "*" not in pins[0] else None
    return Package(canonicalize_name(requirement.name), version, str(requirement.specifier))


def poetry_specifier(constraint: str) -> str:
    """Put a constraint of Poetry (`^1.4`, `~2.0`, `1.2.*`, `*`) into the notation of PEP 440.

    Alternatives (`^1.4 || ^2.0`) come out as no constraint at all.
    """
    constraint = constraint.strip()
    if "|" in constraint or constraint in {"", "*"}:
        return ""
    parts: list[str] = []
    for part in map(str.strip, constraint.split(",")):
        bound = _POETRY_BOUND.fullmatch(part)
        if bound:
            parts.append(f">={bound[2]},<{_next(bound[2], caret=bound[1] == '^')}")
        else:
            parts.append(f"=={part}" if _BARE_VERSION.fullmatch(part) else part)
    return ",".join(parts)


def lowest_python(specifier: str) -> tuple[int, int] | None:
    """Give the lowest minor version of Python that a specifier such as `>=3.11` allows, None if it sets no bound."""
    try:
        lower, _ = _bounds(list(SpecifierSet(specifier)))
    except InvalidSpecifier:
        return None
    return (lower[0].major, lower[0].minor) if lower else None


@lru_cache(maxsize=1024)
def _requirement(text: str) -> Requirement:
    return Requirement(text)


_Bound = tuple[Version, bool]
"""A version, and whether it is allowed itself."""


def _has_room(specifiers: list[Specifier]) -> bool:
    lower, upper = _bounds(specifiers)
    if lower is None or upper is None or lower[0] < upper[0]:
        return True
    return lower[0] == upper[0] and lower[1] and upper[1]


def _bounds(specifiers: list[Specifier]) -> tuple[_Bound | None, _Bound | None]:
    """Give the highest of all lower bounds and the lowest of all upper ones."""
    lowers: list[_Bound] = []
    uppers: list[_Bound] = []
    for specifier in specifiers:
        lower, upper = _bounds_of(specifier)
        lowers.extend([lower] if lower else [])
        uppers.extend([upper] if upper else [])
    # Of two equal versions, the one that is not allowed itself is the tighter bound.
    highest = max(lowers, key=lambda bound: (bound[0], not bound[1]), default=None)
    lowest = min(uppers, key=lambda bound: (bound[0], bound[1]), default=None)
    return highest, lowest


def _bounds_of(specifier: Specifier) -> tuple[_Bound | None, _Bound | None]:
    text = specifier.version
    try:
        version = Version(text.removesuffix(".*"))
    except InvalidVersion:
        return None, None
    release = version.release
    match specifier.operator:
        case "==" if text.endswith(".*"):
            return (version, True), (_successor(release), False)
        case "==" | "===":
            return (version, True), (version, True)
        case "~=":
            return (version, True), (_successor(release[:-1]), False)
        case ">" | ">=":
            return (version, specifier.operator == ">="), None
        case "<" | "<=":
            return None, (version, specifier.operator == "<=")
        case _:
            return None, None


def _successor(release: tuple[int, ...]) -> Version:
    """Give the first version that does not begin with this release."""
    return Version(".".join(str(number) for number in (*release[:-1], release[-1] + 1)))


def _next(version: str, *, caret: bool) -> Version:
    """Give the first version that Poetry's `^` or `~` leaves out."""
    release = tuple(int(number) for number in version.split("."))
    if not caret:
        return _successor(release[:2])
    n_zeros = next((index for index, number in enumerate(release) if number), len(release) - 1)
    return _successor(release[: n_zeros + 1])
