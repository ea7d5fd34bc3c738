"""What was said about a file, with everything that it came from, so that it need not be worked out again."""

from collections.abc import Container, Iterable, Mapping

import msgspec

from hexguard.app.printed import PrintedReport
from hexguard.files.stamp import digest
from hexguard.files.store import Known
from hexguard.index.reads import Read

ENCODER = msgspec.msgpack.Encoder()


class Verdict(msgspec.Struct, frozen=True, array_like=True):
    """The reports on a file, and what they depend on.

    `configuration` names the settings and the code, `content` the bytes of the file.
    `modules` are the digests of the summaries that were asked for, by module, `None` for one that did not exist.
    `packages` tells whether the packages that were asked for existed.
    `imports` is the digest of all imports of the project if import chains were asked for, else empty.
    `places` are the digests of the files that reports point to.
    """

    configuration: str
    content: bytes
    modules: dict[str, bytes | None]
    packages: dict[str, bool]
    imports: bytes
    places: dict[str, bytes]
    reports: tuple[PrintedReport, ...]


DECODER = msgspec.msgpack.Decoder(Verdict)


class Standing(msgspec.Struct, frozen=True):
    """What the files of a project offer as of now."""

    files: Mapping[str, Known]
    modules: Mapping[str, bytes]
    packages: Container[str]
    imports: bytes

    @staticmethod
    def of(files: Mapping[str, Known]) -> "Standing":
        """The standing of a project with these files, by absolute path."""
        modules = {known.module: known.summary for known in files.values()}
        packages: set[str] = set()
        for module in modules:
            package = module
            while package and package not in packages:
                packages.add(package)
                package = package.rpartition(".")[0]
        imports = sorted((known.module, known.imports) for known in files.values())
        return Standing(files, modules, packages, digest(ENCODER.encode(imports)))

    def content(self, path: str) -> bytes:
        """The digest of a file's bytes; empty for one that is not known."""
        known = self.files.get(path)
        return known.content if known else b""


def verdict_of(
    path: str, configuration: str, reports: Iterable[PrintedReport], asked: Iterable[Read], standing: Standing
) -> Verdict:
    """The verdict on the file at `path`, for which `asked` was asked."""
    modules: dict[str, bytes | None] = {}
    packages: dict[str, bool] = {}
    imports = b""
    for kind, name, _ in asked:
        match kind:
            case "package":
                packages[name] = name in standing.packages
            case "chain" | "links":
                imports = standing.imports
            case "library":
                # The environment is part of the configuration, and what it says does not change with anything else.
                pass
            case _:
                modules[name] = standing.modules.get(name)
    told = tuple(reports)
    pointed = {related.place.path for report in told for related in report.related}
    places = {other: standing.content(other) for other in pointed}
    return Verdict(configuration, standing.content(path), modules, packages, imports, places, told)


def holds(verdict: Verdict, path: str, configuration: str, standing: Standing) -> bool:
    """Whether checking the file at `path` again would give the same reports."""
    return (
        verdict.configuration == configuration
        and verdict.content == standing.content(path)
        and all(standing.modules.get(name) == found for name, found in verdict.modules.items())
        and verdict.imports in (b"", standing.imports)
        and all((name in standing.packages) == found for name, found in verdict.packages.items())
        and all(standing.content(other) == found for other, found in verdict.places.items())
    )
