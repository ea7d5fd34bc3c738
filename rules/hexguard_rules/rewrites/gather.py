"""Writes `await asyncio.gather(...)` as a task group."""

from collections.abc import Sequence

import msgspec

from hexguard.facts.expressions import Await, Call, Collection, Comprehension, Expr, Name, Starred
from hexguard.facts.model import Assignment, Return
from hexguard.rule import Edits
from hexguard.text.edit import Edit
from hexguard.text.span import Span

GROUP = "group"


class _Statement(msgspec.Struct, frozen=True):
    """The statement that awaits: what stands before the results, and the targets that they go to, if any."""

    span: Span
    head: str
    targets: tuple[Expr, ...] = ()


class _Tasks(msgspec.Struct, frozen=True):
    """The lines that make the tasks, and the expression that gives all results."""

    lines: tuple[str, ...]
    results: str
    names: tuple[str, ...]


def task_group(call: Call, spelling: str, edits: Edits) -> Edit | None:
    """The edit that rewrites an awaited call of `gather` and its statement; `spelling` is that of `TaskGroup`.

    `None` if the arguments are no plain calls, or if something in the statement would get lost.
    """
    statement = _statement(call, edits)
    unit = edits.unit(call.context)
    if statement is None or not unit or "#" in edits.slice(statement.span) or "\\" in edits.slice(statement.span):
        return None
    tasks = _unpacked(call, edits) if len(call.args) == 1 else None
    tasks = tasks or _listed(call, statement, edits)
    if tasks is None or not all(map(edits.is_unused, (GROUP, *tasks.names))):
        return None
    lines = [f"async with {spelling}() as {GROUP}:", *(unit + line for line in tasks.lines)]
    if statement.head:
        lines.append(statement.head + tasks.results)
    indent = edits.indent_at(statement.span.start)
    return Edit(statement.span, (edits.newline + indent).join(lines))


def _statement(call: Call, edits: Edits) -> _Statement | None:
    """The statement around an awaited call, if it does nothing but keep, return or drop the results."""
    match [fact for fact in edits.facts() if isinstance(fact, Assignment | Return) and _keeps(fact.value, call)]:
        case []:
            span = _bare(call, edits)
            found = _Statement(span, "") if span else None
        case [Assignment(annotation=None, op="", target=target) as fact]:
            found = _Statement(edits.span(fact.node), f"{edits.text(target.node)} = ", _items(target))
        case [Return() as fact]:
            found = _Statement(edits.span(fact.node), "return ")
        case _:
            found = None
    return found if found and _is_alone(found.span, edits) else None


def _keeps(value: Expr | None, call: Call) -> bool:
    return isinstance(value, Await) and value.value == call


def _bare(call: Call, edits: Edits) -> Span | None:
    """The span of a statement that is nothing but `await` and the call."""
    span = edits.span(call.node)
    line = edits.line_start(span.start)
    before = edits.slice(Span(line, span.start))
    if before.strip() != "await":
        return None
    return Span(line + before.index("await"), span.end)


def _is_alone(span: Span, edits: Edits) -> bool:
    lines = edits.whole_lines(span)
    before, after = edits.slice(Span(lines.start, span.start)), edits.slice(Span(span.end, lines.end))
    return not before.strip() and not after.partition("#")[0].strip()


def _items(target: Expr) -> tuple[Expr, ...]:
    return target.items if isinstance(target, Collection) else ()


def _unpacked(call: Call, edits: Edits) -> _Tasks | None:
    """`gather(*(load(key) for key in keys))`."""
    match call.args[0]:
        case Starred(value=Comprehension(kind="list" | "generator", elements=(Call() as made,)) as whole, double=False):
            pass
        case _:
            return None
    outer, inner = edits.span(whole.node), edits.span(made.node)
    clauses = edits.slice(Span(inner.end, outer.end - 1)).rstrip()
    if edits.slice(Span(outer.start + 1, inner.start)).strip() or " async " in f"{clauses} ":
        return None
    line = f"tasks = [{GROUP}.create_task({edits.text(made.node)}){clauses}]"
    return _Tasks((line,), "[task.result() for task in tasks]", ("tasks", "task"))


def _listed(call: Call, statement: _Statement, edits: Edits) -> _Tasks | None:
    """`gather(load(1), load(2))`."""
    calls = [argument for argument in call.args if isinstance(argument, Call)]
    if len(calls) != len(call.args) or not calls:
        return None
    made = [f"{GROUP}.create_task({edits.text(each.node)})" for each in calls]
    if not statement.head:
        return _Tasks(tuple(made), "", ())
    names = _names(statement.targets, calls)
    if len(set(names)) != len(names):
        return None
    results = ", ".join(f"{name}.result()" for name in names)
    lines = tuple(f"{name} = {each}" for name, each in zip(names, made, strict=True))
    return _Tasks(lines, results if statement.targets else f"[{results}]", tuple(names))


def _names(targets: Sequence[Expr], calls: Sequence[Call]) -> list[str]:
    """Names for the tasks: after what their results are called, else after what is called."""
    kept = [target.id for target in targets if isinstance(target, Name)]
    if targets and len(kept) == len(targets) == len(calls):
        return [f"{name}_task" for name in kept]
    called = [call.method or "some" for call in calls]
    numbers = [f"_{called[: at + 1].count(name)}" if called.count(name) > 1 else "" for at, name in enumerate(called)]
    return [f"{name}_task{number}" for name, number in zip(called, numbers, strict=True)]
