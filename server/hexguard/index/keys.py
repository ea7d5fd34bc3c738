"""Which primary keys models have, and which of them the database makes, so that an object has none at first.

Where a column has arguments that the index does not keep (a foreign key, `Identity()`), nothing is said about it.
"""

from hexguard.facts.expressions import Attribute, Binary, Call, Constant, ConstantKind, Expr, Free, Subscript
from hexguard.facts.summary import Symbol, VariableSymbol
from hexguard.index.frameworks import Frameworks


def generated_key(model: str, frameworks: Frameworks) -> str:
    """The one primary key of the model with this qualified name, if the database makes it; empty in doubt."""
    if frameworks.model(model) is None:
        return ""
    keys = _keys(model, frameworks)
    match frameworks.inherited(model, keys[0]) if len(keys) == 1 else ():
        case (VariableSymbol(annotation=annotation, value=Call() as column),):
            is_made = _is_empty_at_first(keys[0], column, model, frameworks) and _is_generated(annotation, column)
            return keys[0] if is_made else ""
        case _:
            return ""


def only_key(model: str, frameworks: Frameworks) -> tuple[str, str]:
    """The one primary key of a model and its type, `int` or `UUID`; both are empty for others, and in doubt."""
    keys = _keys(model, frameworks) if frameworks.model(model) else []
    match frameworks.inherited(model, keys[0]) if len(keys) == 1 else ():
        case (VariableSymbol(annotation=annotation, value=Call(args=args)),):
            types = {_last_name(given) for given in args if not isinstance(given, Constant)}
            named = _type_name(annotation) or ("int" if types and types <= _INTEGERS else "")
            return (keys[0], named) if named in ("int", "UUID") else ("", "")
        case _:
            return "", ""


def may_link(model: str, attribute: str, frameworks: Frameworks) -> bool:
    """Whether an attribute of a model may lead to other rows; so may one that the model itself does not declare."""
    match frameworks.inherited(model, attribute):
        case (VariableSymbol(value=Call(func=func)),):
            return _last_name(func).lower() in _LINKS
        case (VariableSymbol(value=None),):
            return False
        case _:
            return True


_LINKS = frozenset({"association_proxy", "dynamic_loader", "relationship", "synonym"})


def _keys(model: str, frameworks: Frameworks) -> list[str]:
    members = dict.fromkeys(name for _, symbol in frameworks.classes(model) for name in symbol.members)
    return [name for name in members if any(map(_is_key, frameworks.inherited(model, name)))]


def _is_key(symbol: Symbol) -> bool:
    match symbol:
        case VariableSymbol(value=Call() as column):
            return _given(column, "primary_key", ConstantKind.TRUE)
        case _:
            return False


def _is_empty_at_first(name: str, column: Call, model: str, frameworks: Frameworks) -> bool:
    """Whether a call makes a column that has no value before the row is there."""
    if not frameworks.is_dataclass(model):
        is_column = any(found.name == name for found in frameworks.columns(model))
        return is_column and not any(column.keyword(argument) for argument in _CLIENT_SIDE)
    # A table of SQLModel takes the default from Pydantic, and `None` leaves the key to the database.
    keywords = [given for _, symbol in frameworks.classes(model) for given in symbol.keywords]
    is_table = any(given.name == "table" and _is(given.value, ConstantKind.TRUE) for given in keywords)
    is_plain = not any(column.keyword(argument) for argument in _CLIENT_SIDE if argument != "default")
    is_field = _last_name(column.func) == "Field"
    return is_table and is_field and is_plain and _given(column, "default", ConstantKind.NONE)


_CLIENT_SIDE = ("default", "default_factory", "init", "insert_default", "sa_column", "sa_type")
"""Arguments of a column by which a value may be there before the row is, or which say something else altogether."""


def _is_generated(annotation: Expr | None, column: Call) -> bool:
    """Whether the database gives the column a value: it counts up an integer, or has a default."""
    types = {_last_name(given) for given in column.args if not isinstance(given, Constant)}
    is_counted = not _given(column, "autoincrement", ConstantKind.FALSE) and column.keyword("type_") is None
    if column.has_unpacking or not types <= _INTEGERS | _UUIDS:
        return False
    if default := column.keyword("server_default"):
        return not _is(default.value, ConstantKind.NONE)
    return is_counted and (types <= _INTEGERS if types else _type_name(annotation) in _INTEGERS)


_INTEGERS = frozenset({"BigInteger", "BIGINT", "int", "Integer", "INTEGER", "SmallInteger", "SMALLINT"})
"""Types that a database counts up by itself."""

_UUIDS = frozenset({"UUID", "Uuid"})
"""Types that a default of the server makes."""


def _type_name(annotation: Expr | None) -> str:
    """The last name of the type in `Mapped[int]`, `int | None` or `Optional[int]`; empty for anything else."""
    match annotation:
        case Subscript(value=outer, items=(inner,)) if _last_name(outer) in ("Mapped", "Optional"):
            return _type_name(inner)
        case Binary(op="|", left=left, right=right):
            return _type_name(left if _is(right, ConstantKind.NONE) else right)
        case Free() | Attribute():
            return _last_name(annotation)
        case _:
            return ""


def _given(call: Call, name: str, kind: ConstantKind) -> bool:
    keyword = call.keyword(name)
    return keyword is not None and _is(keyword.value, kind)


def _is(expr: Expr, kind: ConstantKind) -> bool:
    return isinstance(expr, Constant) and expr.kind is kind


def _last_name(expr: Expr) -> str:
    return expr.id if isinstance(expr, Free) else expr.attr if isinstance(expr, Attribute) else ""
