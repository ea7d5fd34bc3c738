"""The values that say what the user declared, so that every layer above reads settings and none reads a file format."""

from collections.abc import Mapping
from enum import Enum
from typing import Literal

import msgspec

from hexguard.settings.names import BASELINE
from hexguard.text.span import Span

Preset = Literal["simple", "layered", "hexagonal", "django"]
ContractKind = Literal["layers", "forbidden", "independence"]

DEFAULT_SELECT = ("all",)
DEFAULT_SRC = (".", "src")


class Severity(Enum):
    """How a finding is shown by default, from the worst to the mildest."""

    BLOCKING = "blocking"
    IMPORTANT = "important"
    NIT = "nit"
    SUGGESTION = "suggestion"


class Layer(msgspec.Struct, frozen=True):
    """A named set of modules in the user's architecture.

    A module pattern is dotted; `*` stands for exactly one part and `**` for any number of parts, none included.
    A pattern covers the modules that it names and everything inside them.
    """

    name: str
    modules: tuple[str, ...]


class Contract(msgspec.Struct, frozen=True):
    """What a layer or a module may import.

    Which fields count depends on `kind`:

    - `layers`: `layers` from high to low; a lower one may not import a higher one.
      Siblings share one tuple and may import each other, unless an `independence` contract says otherwise.
    - `forbidden`: nothing in `source` may import anything in `forbidden`.
    - `independence`: the members of `source` may not import each other.

    Each name is the name of a `Layer` or a module pattern.
    With `containers`, each name in `layers` and `source` is relative to every one of them.
    A name that matches no module of the project is no mistake: optional layers are written plainly.
    `ignore_imports` lists (importer, imported) pairs of module patterns that are allowed anyway.
    With `allow_indirect`, only direct imports count.
    """

    name: str
    kind: ContractKind
    layers: tuple[tuple[str, ...], ...] = ()
    containers: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    ignore_imports: tuple[tuple[str, str], ...] = ()
    allow_indirect: bool = False


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the user can declare, validated; `Settings()` is what holds when nothing is declared.

    Rules are chosen by rule name, family name, alias, or `all`.
    `preset` and `python` are None when they are to be detected.
    `baseline` is the path, relative to the root, of the file with the findings that are left alone.
    `environment` is the path, relative to the root, of the virtual environment; empty when it is to be found.
    `exclude` and the keys of `per_file_ignores` are patterns in the manner of `.gitignore`, relative to the root.
    `severity` is keyed by rule or family name, `options` by rule name; option values stay as the file gave them.
    `switches` has only what is declared, by the whole names of switches such as `pooling.pre_ping`.
    """

    select: tuple[str, ...] = DEFAULT_SELECT
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    preset: Preset | None = None
    switches: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    severity: Mapping[str, Severity] = msgspec.field(default_factory=dict[str, Severity])
    exclude: tuple[str, ...] = ()
    src: tuple[str, ...] = DEFAULT_SRC
    python: tuple[int, int] | None = None
    preview: bool = False
    unsafe_fixes: bool = False
    baseline: str = BASELINE
    environment: str = ""
    layers: tuple[Layer, ...] = ()
    contracts: tuple[Contract, ...] = ()
    options: Mapping[str, Mapping[str, object]] = msgspec.field(default_factory=dict[str, Mapping[str, object]])
    per_file_ignores: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict[str, tuple[str, ...]])


class Problem(msgspec.Struct, frozen=True):
    """Something wrong with what the user declared, to be told once.

    `path` is the path of the text as the caller named it; `span` is in code points of that text, None for the whole.
    """

    path: str
    span: Span | None
    message: str
    severity: Literal["error", "warning"] = "error"


class Loaded(msgspec.Struct, frozen=True):
    """Settings, and the problems met on the way to them."""

    settings: Settings
    problems: tuple[Problem, ...] = ()
