"""What in a condition is SQL: columns of models, and what is made of them; the rest is a value of Python."""

from collections.abc import Iterator, Mapping

from hexguard.facts.expressions import (
    Attribute,
    Binary,
    Boolean,
    Call,
    Compare,
    Constant,
    ConstantKind,
    Expr,
    Free,
    Subscript,
    Unary,
)
from hexguard.facts.summary import Symbol, VariableSymbol
from hexguard.rule import Edits, View
from hexguard_rules.knowledge.statements import COLUMN_METHODS, COLUMN_TYPES, MAKE_CONDITIONS


def is_sql(expr: Expr, view: View) -> bool:
    """Whether an expression is a column, or SQL made of one; `False` where that is not certain."""
    match expr:
        case Attribute():
            return is_column(expr, view)
        case Compare(ops=ops):
            return not _PYTHON & set(ops) and any(is_sql(operand, view) for operand in expr.operands)
        case Call():
            return _is_made(expr, view)
        case Binary():
            return is_sql(expr.left, view) or is_sql(expr.right, view)
        case Unary(op="~" | "-"):
            return is_sql(expr.operand, view)
        case Subscript():
            return is_sql(expr.value, view)
        case _:
            return False


def is_column(expr: Attribute, view: View) -> bool:
    """Whether an expression is the column of a model (`User.name`), not a value of one object and no relationship."""
    owner = view.value(expr.value)
    if owner is None or owner.instance:
        return False
    value = view.value(expr)
    if value is None or not value.instance or value.name not in COLUMN_TYPES:
        return False
    return not any(_is_no_column(symbol) for symbol in view.frameworks.inherited(owner.name, expr.attr))


def _is_no_column(symbol: Symbol) -> bool:
    """Whether an attribute of a model is made by something that has no column, and none of the methods of one."""
    match symbol:
        case VariableSymbol(value=Call(func=Free(id=maker) | Attribute(attr=maker))):
            return maker in _NO_COLUMNS
        case _:
            return False


def answered_by_python(condition: Expr, view: View) -> Iterator[Expr]:
    """What Python answers in a condition about columns; only the outermost operator, since it decides."""
    for part in parts(condition):
        match part:
            case Boolean(left=tested) | Unary(operand=tested):
                if is_sql(tested, view) or any(answered_by_python(tested, view)):
                    yield part
            case Compare(operands=(tested, *_)) if is_sql(tested, view):
                yield part
            case _:
                pass


def parts(condition: Expr) -> Iterator[Expr]:
    """The outermost operations of Python in a condition, behind `&`, `|` and `~`."""
    match condition:
        case Binary(op="&" | "|", left=left, right=right):
            yield from parts(left)
            yield from parts(right)
        case Unary(op="~", operand=operand):
            yield from parts(operand)
        case Boolean() | Unary(op="not") | Compare() if operator(condition):
            yield condition
        case _:
            pass


def operator(expr: Expr) -> str:
    """The operator of an operation that only Python can do; empty for anything else."""
    match expr:
        case Boolean(op=op) | Unary(op="not" as op):
            return op
        case Compare(ops=("in" | "not in" as op,)):
            return op
        case Compare(ops=("is" | "is not" as op,), operands=(_, Constant(kind=ConstantKind.NONE))):
            return op
        case _:
            return ""


def is_all_sql(expr: Expr, view: View) -> bool:
    """Whether all that the operations of Python in `expr` work on is SQL."""
    if not operator(expr):
        return is_sql(expr, view)
    match expr:
        case Boolean(left=left, right=right):
            return is_all_sql(left, view) and is_all_sql(right, view)
        case Unary(operand=operand):
            return is_all_sql(operand, view)
        case Compare(operands=(left, *_)):
            return is_sql(left, view)
        case _:
            return False


def functions_of(expr: Expr) -> tuple[str, ...]:
    """The functions of SQLAlchemy that `as_sql` needs for `expr`."""
    match expr:
        case Boolean(op=op, left=left, right=right):
            return tuple(dict.fromkeys((f"{op}_", *functions_of(left), *functions_of(right))))
        case Unary(op="not", operand=operand):
            return tuple(dict.fromkeys(("not_", *functions_of(operand))))
        case _:
            return ()


def as_sql(expr: Expr, edits: Edits, names: Mapping[str, str]) -> str:
    """The text of a condition that the database answers; `names` says how functions are written in the file."""
    match expr:
        case Boolean(op=op):
            return f"{names[f'{op}_']}({', '.join(as_sql(part, edits, names) for part in _flattened(expr, op))})"
        case Unary(op="not", operand=operand):
            return f"{names['not_']}({as_sql(operand, edits, names)})"
        case Compare(operands=(column, given)) if method := _METHODS.get(operator(expr)):
            return f"{with_parentheses(column, edits)}.{method}({edits.text(given.node)})"
        case _:
            return edits.text(expr.node)


def _flattened(expr: Expr, op: str) -> Iterator[Expr]:
    if isinstance(expr, Boolean) and expr.op == op:
        yield from _flattened(expr.left, op)
        yield from _flattened(expr.right, op)
    else:
        yield expr


def with_parentheses(expr: Expr, edits: Edits) -> str:
    """The text of an expression on which a method can be called."""
    text = edits.text(expr.node)
    return text if isinstance(expr, Attribute | Call | Subscript) else f"({text})"


def _is_made(call: Call, view: View) -> bool:
    callee = view.callee(call)
    if callee.startswith("sqlalchemy.func.") or callee in MAKE_CONDITIONS:
        return True
    receiver = call.receiver
    return receiver is not None and call.method in COLUMN_METHODS and is_sql(receiver, view)


_NO_COLUMNS = frozenset({"association_proxy", "composite", "dynamic_loader", "relationship"})
_PYTHON = frozenset({"in", "not in", "is", "is not"})
_METHODS = {"in": "in_", "not in": "not_in", "is": "is_", "is not": "is_not"}
