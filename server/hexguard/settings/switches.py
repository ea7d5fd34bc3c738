"""The switches by which a project chooses where guidelines disagree, described once for all who read or obey them."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from hexguard.settings.model import Preset


class Switch(msgspec.Struct, frozen=True):
    """A question that guidelines answer differently.

    `choices` maps each answer to what it means, in one sentence; the first is the default.
    `presets` are the presets that choose otherwise, and `rules` the rules for which it matters.
    """

    name: str
    does: str
    choices: Mapping[str, str]
    rules: tuple[str, ...]
    presets: Mapping[Preset, str] = msgspec.field(default_factory=dict[Preset, str])

    @property
    def default(self) -> str:
        """What holds where neither the settings nor the preset choose."""
        return next(iter(self.choices))

    @property
    def group(self) -> str:
        """The first part of the name, by which a table may hold several switches."""
        return self.name.partition(".")[0]

    def chosen_by(self, preset: Preset | None) -> str:
        """What a preset chooses."""
        return self.presets.get(preset, self.default) if preset else self.default

    @property
    def told(self) -> str:
        """What it does, what each choice means, and which rules it concerns, in Markdown."""
        lines = [f"- `{choice}`{self._chosen(choice)}: {means}" for choice, means in self.choices.items()]
        concerned = ", ".join(f"`{rule}`" for rule in self.rules)
        return "\n".join((self.does, "", *lines, "", f"It concerns {concerned}."))

    def _chosen(self, choice: str) -> str:
        presets = ", ".join(f"`{preset}`" for preset, chosen in self.presets.items() if chosen == choice)
        reasons = (
            *(["the default"] if choice == self.default else []),
            *([f"chosen by the preset {presets}"] if presets else []),
        )
        return f" ({', '.join(reasons)})" if reasons else ""


_SWITCHES = (
    Switch(
        "async.gather",
        "Whether calls of `asyncio.gather` are reported.",
        {
            "on-request": "Nothing is reported, and the rewrite as a task group is offered where the cursor is.",
            "report": "Each call that a task group could replace is a suggestion.",
        },
        rules=("gather-to-taskgroup",),
        presets={"simple": "report"},
    ),
    Switch(
        "pooling.engine_scope",
        "Where the engine of a database may be made.",
        {
            "any": "At module level or in the lifespan of the application.",
            "lifespan": "Only in a function, such as the lifespan: an engine at module level is a suggestion.",
        },
        rules=("module-level-engine",),
    ),
    Switch(
        "pooling.http_client_scope",
        "How long an HTTP client may live.",
        {
            "shared": "As long as the application: a client that is made for each request is reported.",
            "call": "As long as the call that needs it: nothing is reported.",
        },
        rules=("http-client-per-request",),
    ),
    Switch(
        "pooling.pre_ping",
        "Whether a pool has to ask if a connection is alive before it hands it out.",
        {
            "on": "An engine without `pool_pre_ping` is reported, if its database is reached over a network.",
            "off": "Nothing is reported.",
        },
        rules=("pool-pre-ping-missing",),
    ),
    Switch(
        "sqlalchemy.loading",
        "What fixes write in the place of a loading strategy that must not stay.",
        {
            "raise": "Reading a relationship that was not loaded raises: `raise`, `raiseload()`.",
            "raise_on_sql": "It raises only if that asks the database: `raise_on_sql`, `raiseload(sql_only=True)`.",
            "selectin": "It is loaded by one more query for all objects together: `selectin`, `selectinload()`.",
        },
        rules=("lazy-noload", "lazyload-option-in-async"),
        presets={"layered": "selectin"},
    ),
)

SWITCHES: Mapping[str, Switch] = {switch.name: switch for switch in _SWITCHES}
"""Every switch by its name."""

GROUPS: Mapping[str, tuple[Switch, ...]] = {
    group: tuple(switch for switch in _SWITCHES if switch.group == group)
    for group in dict.fromkeys(switch.group for switch in _SWITCHES)
}
"""The switches by the first part of their names."""

DEFAULTS: Mapping[str, str] = MappingProxyType({switch.name: switch.default for switch in _SWITCHES})
"""What holds where neither the settings nor a preset choose."""


def switches_for(declared: Mapping[str, str], preset: Preset | None) -> Mapping[str, str]:
    """Give the choice of every switch: what is declared, else what the preset chooses, else the default."""
    return {name: declared.get(name) or switch.chosen_by(preset) for name, switch in SWITCHES.items()}
