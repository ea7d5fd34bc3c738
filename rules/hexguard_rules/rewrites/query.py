"""Rewrites `session.query(...)` into the statements of SQLAlchemy 2, by small edits that keep comments and layout.

Source of the forms: SQLAlchemy documentation, *Migrating to SQLAlchemy 2.0*, section *ORM Usage*.
"""

from collections.abc import Sequence

from hexguard.facts.chains import chain_from
from hexguard.facts.expressions import Attribute, Call, Comprehension, Expr, Name
from hexguard.facts.model import Assignment, Loop, Reference
from hexguard.rule import Edits, Finding, Fix
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.rewrites.steps import may_duplicate, means_the_same, renamed

_RESULTS = frozenset({"all", "one", "one_or_none", "first"})
_QUERY_ONLY = frozenset({"with_labels", "reduce_columns"})
_EMBEDDED = frozenset({"subquery", "exists", "scalar_subquery", "cte"})


class Query:
    """One chain that begins with `session.query(...)` and ends in what it is for."""

    def __init__(self, finding: Finding[Call], edits: Edits) -> None:
        self._finding = finding
        self._edits = edits
        self._base = finding.fact
        self._entities = finding["result"] != "rows"
        self._chain = chain_from(finding.fact, edits.facts())

    def fix(self) -> Fix | None:
        """The fix for a chain that is whole in one expression."""
        *steps, last = self._chain
        if len(self._chain) > 1 and (made := self._ended(steps[1:], last)):
            return made
        is_iterated = self._is_iterated(last)
        return self._iterated(self._chain[1:]) if is_iterated else None

    def _ended(self, steps: list[Call], last: Call) -> Fix | None:
        if last.method == "get":
            return self._get(steps, last) if self._entities else None
        grown = self._grown(steps)
        if grown is None:
            return None
        if last.method in ("delete", "update"):
            return self._changing(steps, last, grown)
        if last.method in _EMBEDDED:
            # `Query` selects nothing where it only asks whether rows exist, so further tables are left out.
            is_known = self._entities or last.method != "exists"
            if not is_known or {keyword.name for keyword in last.keywords} & _QUERY_ONLY:
                return None
            return self._built("select", "", grown, ())
        if last.method == "count" and not last.args and not last.keywords:
            return self._counted(last, grown)
        if last.args or last.keywords:
            return None
        if last.method == "scalar":
            return self._scalar(steps, last, grown)
        if last.method not in _RESULTS:
            return None
        limit = ".limit(1)" if last.method == "first" else ""
        closing = f"{limit}){self._unique(steps)}"
        return self._built("select", self._runner, grown, (self._after(last, closing),))

    def _grown(self, steps: Sequence[Call]) -> tuple[Edit, ...] | None:
        """The edits for the steps between; `None` if a statement would not do the same after them."""
        if not means_the_same(steps, self._base.args, self._entities):
            return None
        return renamed(self._edits, steps)

    @property
    def _runner(self) -> str:
        return "scalars" if self._entities else "execute"

    def _unique(self, steps: Sequence[Call]) -> str:
        """`Query` drops duplicate entities, which joins and joined loading bring."""
        duplicating = bool(self._finding["joined"]) or may_duplicate(steps)
        return ".unique()" if self._entities and duplicating else ""

    def _after(self, last: Call, text: str) -> Edit:
        """Put `text` where the statement ends, before the method that runs it."""
        return self._edits.insert_after(last.receiver.node, text) if last.receiver else Edit(Span(0, 0), "")

    def _built(self, function: str, runner: str, grown: tuple[Edit, ...], closing: tuple[Edit, ...]) -> Fix | None:
        """`session.query(` becomes `session.runner(function(`; without a runner the statement is not run here."""
        func = self._base.func
        spelled = self._edits.spell_all((f"sqlalchemy.{function}",), self._base.context)
        if spelled is None or not isinstance(func, Attribute) or "#" in self._edits.text(func.node):
            return None
        (text,), imports = spelled
        if runner:
            opening = self._edits.rename_attribute(func, f"{runner}({text}")
        else:
            opening = self._edits.replace(func.node, text)
        return Fix(f"Use `{function}()`", (opening, *grown, *closing, *imports))

    def _counted(self, last: Call, grown: tuple[Edit, ...]) -> Fix | None:
        """`Query.count()` counts the rows of the query as a subquery."""
        spelled = self._edits.spell_all(("sqlalchemy.select", "sqlalchemy.func"), self._base.context)
        if spelled is None or not isinstance(self._base.func, Attribute):
            return None
        (select, func), imports = spelled
        opening = f"scalar({select}({func}.count()).select_from({select}"
        closing = Edit(_named_call(last, self._edits), "subquery()))")
        if "#" in self._edits.slice(closing.span):
            return None
        return Fix(
            "Use `select()`", (self._edits.rename_attribute(self._base.func, opening), *grown, closing, *imports)
        )

    def _scalar(self, steps: list[Call], last: Call, grown: tuple[Edit, ...]) -> Fix | None:
        """`Query.scalar()` allows one row or none, and gives its first value."""
        if not isinstance(last.func, Attribute):
            return None
        closing = (
            self._after(last, f"){self._unique(steps)}"),
            self._edits.rename_attribute(last.func, "scalar_one_or_none"),
        )
        return self._built("select", "execute", grown, closing)

    def _get(self, steps: list[Call], last: Call) -> Fix | None:
        """`session.query(User).get(key)` becomes `session.get(User, key)`."""
        key = last.argument(0, "ident")
        if (
            steps
            or key is None
            or len(last.args) + len(last.keywords) != 1
            or not isinstance(self._base.func, Attribute)
        ):
            return None
        between = Span(self._edits.span(self._base.args[0].node).end, self._edits.span(key.node).start)
        if "#" in self._edits.slice(between):
            return None
        return Fix(
            "Use `Session.get()`",
            (self._edits.rename_attribute(self._base.func, "get"), Edit(between, ", ")),
        )

    def _changing(self, steps: list[Call], last: Call, grown: tuple[Edit, ...]) -> Fix | None:
        """`delete()` and `update()` become statements; what counted rows then asks for `rowcount`."""
        if not self._entities or any(step.method not in ("filter", "filter_by", "where") for step in steps):
            return None
        expected = 1 if last.method == "update" else 0
        if len(last.args) != expected or not {keyword.name for keyword in last.keywords} <= {"synchronize_session"}:
            return None
        option = last.keyword("synchronize_session")
        options = f".execution_options({self._edits.text(option.node)})" if option else ""
        count = "" if last.discarded else ".rowcount"
        end = self._edits.span(last.node).end
        if last.method == "update":
            values = self._edits.text(last.args[0].node)
            tail = Edit(_named_call(last, self._edits), f"values({values}){options}){count}")
        else:
            start = self._edits.span(last.receiver.node).end if last.receiver else end
            tail = Edit(Span(start, end), f"{options}){count}")
        if "#" in self._edits.slice(tail.span):
            return None
        return self._built(last.method, "execute", grown, (tail,))

    def _is_iterated(self, last: Call) -> bool:
        return any(
            (isinstance(fact, Loop) and fact.source.node == last.node)
            or (isinstance(fact, Call) and _is_collected(fact, last))
            for fact in self._edits.facts()
        )

    def _iterated(self, steps: tuple[Call, ...]) -> Fix | None:
        """`for user in session.query(User)` runs the query on its own."""
        grown = self._grown(steps)
        if grown is None:
            return None
        closing = self._edits.insert_after(self._chain[-1].node, f"){self._unique(steps)}")
        return self._built("select", self._runner, grown, (closing,))


def _named_call(call: Call, edits: Edits) -> Span:
    """The name and the arguments of a method call, without what it is called on and the dot."""
    start = edits.attribute_name(call.func).start if isinstance(call.func, Attribute) else edits.span(call.node).start
    return Span(start, edits.span(call.node).end)


def _is_collected(call: Call, last: Call) -> bool:
    """`list(session.query(User))`."""
    match call:
        case Call(func=Name(id="list" | "set" | "tuple" | "sorted"), args=(first, *_)):
            return first.node == last.node or (isinstance(first, Comprehension) and last.node in _nodes(first.sources))
        case _:
            return False


def _nodes(exprs: tuple[Expr, ...]) -> set[int]:
    return {expr.node for expr in exprs}


class KeptQuery:
    """A query that is kept in a local variable and grows over several statements before it runs."""

    def __init__(self, finding: Finding[Call], edits: Edits) -> None:
        self._finding = finding
        self._edits = edits
        self._base = finding.fact

    def fix(self) -> Fix | None:
        """The fix if every use of the variable is understood: it grows, or it is run by the end of a chain."""
        name = self._variable()
        spelled = self._edits.spell_all(("sqlalchemy.select",), self._base.context)
        func = self._base.func
        if not name or spelled is None or not isinstance(func, Attribute) or not _is_stable(func.value):
            return None
        if "#" in self._edits.text(func.node):
            return None
        session = self._edits.text(func.value.node)
        uses = [self._use(use, name, session) for use in self._uses(name)]
        steps = [*chain_from(self._base, self._edits.facts())[1:], *self._later_steps(name)]
        if not means_the_same(steps, self._base.args, self._finding["result"] != "rows"):
            return None
        grown = renamed(self._edits, chain_from(self._base, self._edits.facts())[1:])
        if grown is None or not uses or any(use is None for use in uses):
            return None
        (select,), imports = spelled
        edits = [edit for use in uses if use is not None for edit in use]
        return Fix("Use `select()`", (self._edits.replace(func.node, select), *grown, *edits, *imports))

    def _variable(self) -> str:
        """The name that the whole chain is assigned to, if it is a local name that only grows."""
        whole = chain_from(self._base, self._edits.facts())[-1]
        for fact in self._edits.facts():
            if isinstance(fact, Assignment) and fact.value is not None and fact.value.node == whole.node:
                is_plain = isinstance(fact.target, Name) and not fact.op and fact.annotation is None
                if is_plain and fact.context.scope and isinstance(fact.target, Name):
                    return fact.target.id if self._only_grows(fact.target.id, fact) else ""
        return ""

    def _only_grows(self, name: str, first: Assignment) -> bool:
        """Whether every other assignment of the name is `name = name.method(...)`."""
        for fact in self._edits.facts():
            match fact:
                case Assignment(target=Name(id=assigned), value=value) if assigned == name and fact is not first:
                    if fact.op or fact.context.scope != first.context.scope or _root(value) != name:
                        return False
                case _:
                    pass
        return True

    def _uses(self, name: str) -> list[Reference]:
        return [fact for fact in self._edits.facts() if isinstance(fact, Reference) and _root(fact.expr) == name]

    def _later_steps(self, name: str) -> list[Call]:
        """What is called on the variable further down, in the order of the text, without the ends that run it."""
        facts = self._edits.facts()
        firsts = [
            fact
            for fact in facts
            if isinstance(fact, Call) and isinstance(fact.receiver, Name) and fact.receiver.id == name
        ]
        steps = [step for first in firsts for step in chain_from(first, facts)]
        return [step for step in steps if step.method not in _RESULTS]

    def _use(self, use: Reference, name: str, session: str) -> tuple[Edit, ...] | None:
        """The edits for one use: `name.filter(...)` grows, `name.order_by(...).all()` runs; `None` for anything else."""
        if not use.called or use.context.scope != self._base.context.scope:
            return None
        first = next(
            (fact for fact in self._edits.facts() if isinstance(fact, Call) and fact.func.node == use.expr.node), None
        )
        if first is None or not isinstance(first.func, Attribute) or not isinstance(first.func.value, Name):
            return None
        chain = chain_from(first, self._edits.facts())
        if self._is_assigned_back(chain[-1], name):
            return renamed(self._edits, chain)
        *steps, last = chain
        grown = renamed(self._edits, tuple(steps))
        if grown is None or last.args or last.keywords or last.method not in _RESULTS or self._finding["result"] == "":
            return None
        runner = "execute" if self._finding["result"] == "rows" else "scalars"
        limit = ".limit(1)" if last.method == "first" else ""
        receiver = last.receiver
        if receiver is None:
            return None
        unique = ".unique()" if runner == "scalars" and self._may_duplicate() else ""
        return (
            self._edits.insert_before(first.func.value.node, f"{session}.{runner}("),
            *grown,
            self._edits.insert_after(receiver.node, f"{limit}){unique}"),
        )

    def _may_duplicate(self) -> bool:
        calls = [fact for fact in self._edits.facts() if isinstance(fact, Call)]
        return bool(self._finding["joined"]) or may_duplicate(calls)

    def _is_assigned_back(self, last: Call, name: str) -> bool:
        for fact in self._edits.facts():
            match fact:
                case Assignment(target=Name(id=assigned), value=Call(node=node)) if node == last.node:
                    return assigned == name
                case _:
                    pass
        return False


def _is_stable(expr: Expr) -> bool:
    """`session` or `self.session`: something that can be written again further down."""
    return isinstance(expr, Name) or (isinstance(expr, Attribute) and isinstance(expr.value, Name))


def _root(expr: Expr | None) -> str:
    """The name that a chain of attributes and calls begins with."""
    while isinstance(expr, Attribute | Call):
        expr = expr.value if isinstance(expr, Attribute) else expr.func
    return expr.id if isinstance(expr, Name) else ""
