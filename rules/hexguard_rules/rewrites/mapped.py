"""Turns the columns of a whole class from `Column` to `Mapped` and `mapped_column`."""

from collections.abc import Iterator

import msgspec

from hexguard.facts.expressions import Attribute, Call, Constant, ConstantKind, Expr, Name
from hexguard.facts.model import Assignment, Class
from hexguard.rule import Edits
from hexguard.rule.source import Part
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.knowledge.column_types import PYTHON_TYPES

_MAPPED, _MAKER = "sqlalchemy.orm.Mapped", "sqlalchemy.orm.mapped_column"
_COLUMNS = ("sqlalchemy.Column", "sqlalchemy.schema.Column")


class Declared(msgspec.Struct, frozen=True):
    """A column in the body of a class, whose name ends at `end`.

    `type` is that of its values, as a qualified name or a builtin, if it is known.
    """

    name: str
    end: int
    call: Call
    part: Part
    type: str
    nullable: bool


def declared(owner: Class, edits: Edits) -> list[Declared]:
    """The columns that the body of a class of the module makes by `Column`, without an annotation."""
    return [
        Declared(
            fact.target.id,
            part.span(fact.target.node).end,
            fact.value,
            part,
            _type(fact.value, edits),
            _is_nullable(fact.value),
        )
        for part in _members(owner, edits)
        for fact in part.facts.of_type(Assignment)
        if isinstance(fact.target, Name) and isinstance(fact.value, Call) and _is_plain(fact, part, edits)
    ]


def _members(owner: Class, edits: Edits) -> Iterator[Part]:
    """The blocks of the body; each statement of it is one."""
    parts = iter(edits.parts())
    start = edits.span(owner.node).start
    for part in parts:
        if any(fact == owner and part.span(fact.node).start == start for fact in part.facts.of_type(Class)):
            break
    for part in parts:
        if not part.facts.is_member:
            return
        yield part


def _is_plain(fact: Assignment, part: Part, edits: Edits) -> bool:
    """Whether an assignment has the form `name = Column(...)`."""
    if not isinstance(fact.value, Call) or not edits.means(fact.value.func, *_COLUMNS):
        return False
    between = Span(part.span(fact.target.node).end, part.span(fact.value.node).start)
    return edits.slice(between).strip() == "=" and fact.annotation is None and fact.context.scope == 0


def _type(call: Call, edits: Edits) -> str:
    """What the values of a column are; empty where its type does not say it."""
    written = call.keyword("type_")
    for given in [written.value] if written else call.args[:2]:
        named = given.func if isinstance(given, Call) else given
        if isinstance(named, Name | Attribute):
            found = next((made for name, made in PYTHON_TYPES.items() if edits.means(named, name)), "")
            if found:
                return found
    return ""


def _is_nullable(call: Call) -> bool:
    written = call.keyword("nullable") or call.keyword("primary_key")
    if written is None:
        return True
    is_true = isinstance(written.value, Constant) and written.value.kind is ConstantKind.TRUE
    return is_true if written.name == "nullable" else not is_true


def is_understood(column: Declared) -> bool:
    """Whether the arguments of a column are all written out, and say plainly if it may be null."""
    given = (column.call.keyword(name) for name in ("nullable", "primary_key"))
    return not column.call.has_unpacking and all(keyword is None or _is_plain_flag(keyword.value) for keyword in given)


def _is_plain_flag(value: Expr) -> bool:
    return isinstance(value, Constant) and value.kind in (ConstantKind.TRUE, ConstantKind.FALSE)


def as_mapped(owner: Class, columns: list[Declared], edits: Edits) -> tuple[Edit, ...] | None:
    """The edits for all columns of a class and its imports; `None` if a name that they need means something else."""
    bound = {name for part in _members(owner, edits) for name in part.facts.scopes[0].bindings}
    types = {column.name: column.type for column in columns if column.type.rpartition(".")[2] not in bound}
    known = sorted({type_ for type_ in types.values() if "." in type_})
    names = [*([_MAPPED] if any(types.values()) else []), _MAKER, *known]
    dropped = [column.part.span(column.call.func.node) for column in columns]
    spelled = edits.exchange_all(names, owner.context, beyond=dropped)
    if spelled is None:
        return None
    texts = dict(zip(names, spelled[0], strict=True))
    if any(text.partition(".")[0] in bound for text in texts.values()):
        return None
    made = [edit for column in columns for edit in _rewritten(column, types.get(column.name, ""), texts)]
    return (*made, *spelled[1])


def _rewritten(column: Declared, type_: str, texts: dict[str, str]) -> Iterator[Edit]:
    yield Edit(column.part.span(column.call.func.node), texts[_MAKER])
    if type_:
        annotation = f"{texts.get(type_, type_)}{' | None' if column.nullable else ''}"
        yield Edit(Span(column.end, column.end), f": {texts[_MAPPED]}[{annotation}]")
