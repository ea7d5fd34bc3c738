"""Another loading strategy for a relationship: the one that the project chose by the switch `sqlalchemy.loading`."""

from collections.abc import Mapping

import msgspec

from hexguard.facts.expressions import Attribute, Call
from hexguard.rule import Edits, Fix, Refusal


class Loading(msgspec.Struct, frozen=True):
    """A strategy: its name for `lazy=`, the option that asks for it with its argument, and what a fix says it does."""

    lazy: str
    option: str
    title: str
    argument: str = ""


LOADINGS: Mapping[str, Loading] = {
    "raise": Loading("raise", "raiseload", "Raise where it is not loaded"),
    "raise_on_sql": Loading("raise_on_sql", "raiseload", "Raise where reading it asks the database", "sql_only=True"),
    "selectin": Loading("selectin", "selectinload", "Load it by one more query"),
}
"""The strategies by the choices of the switch."""


def loading(edits: Edits) -> Loading:
    """The strategy that the project chose."""
    return LOADINGS[edits.switch("sqlalchemy.loading")]


def with_option(call: Call, edits: Edits) -> Fix | Refusal:
    """The fix that makes another option of the loader option `call`, be it a function or a step of another one."""
    chosen = loading(edits)
    added = (edits.add_argument(call, chosen.argument),) if chosen.argument else ()
    if isinstance(call.func, Attribute):
        return Fix(chosen.title, (edits.rename_attribute(call.func, chosen.option), *added))
    spelled = edits.exchange(f"sqlalchemy.orm.{chosen.option}", call.context, call.func)
    if spelled is None:
        return Refusal(chosen.title, f"every name for `{chosen.option}` means something else here")
    return Fix(chosen.title, (edits.replace(call.func.node, spelled.text), *spelled.edits, *added))
