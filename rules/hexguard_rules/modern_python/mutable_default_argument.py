"""Defaults that all calls share and any call can change.

## What it does
Reports a parameter whose default is a list, dict, set or another mutable object that the function changes, keeps in an
attribute or another object, or gives back.

## Why it matters
The default is made once, when the `def` runs.
What one request appends to it, the next request finds there.

## Fix safety
Unsafe: each call gets an object of its own.
That is the point, but code that used the default as a cache stops sharing it.
A caller that passes `None` gets a new object as well, and who reads the signature finds `None`.

## Known limits
A read-only annotation such as `Sequence[str]` is believed, and so is metadata of FastAPI, which copies defaults.
A default that the function only reads, or hands to other functions, is left alone; what those do with it is not followed.
Class attributes are not looked at.
A default that reads names of the class or function around it is reported without a fix.
"""

import re
from collections.abc import Iterator

from hexguard.facts.expressions import (
    Binary,
    Call,
    Collection,
    Comprehension,
    Constant,
    ConstantKind,
    Context,
    Dictionary,
    Expr,
    Name,
    Subscript,
)
from hexguard.facts.keeping import is_changed_or_kept
from hexguard.facts.model import Assignment, Function, Parameter
from hexguard.facts.summary import ClassSymbol
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.knowledge.mutable import MUTABLE_MAKERS, READ_ONLY_TYPES

RULE = Rule(
    name="mutable-default-argument",
    message="`{name}` defaults to one object, which all calls share",
    doc=__doc__,
    severity=Severity.BLOCKING,
    aliases=("AP-12",),
    examples=(
        Bad(
            """
            def add_role(user: User, roles: list[str] = []) -> list[str]:
            #                                           ^^
                roles.append(user.role)
                return roles
            """,
            fixed="""
            def add_role(user: User, roles: list[str] | None = None) -> list[str]:
                if roles is None:
                    roles = []
                roles.append(user.role)
                return roles
            """,
        ),
        Bad(
            """
            from collections import defaultdict as grouped
            from typing import Optional

            class Basket:
                def __init__(self, tags: set[str]) -> None:
                    self.tags = tags

            class Cart:
                def total(
                    self,
                    prices: "dict[str, int]" = {  # in cents
            #                                  ^^^^^^^^^^^^^
                        "shipping": 4,
                    },
                    *,
                    seen=grouped(list),
            #            ^^^^^^^^^^^^^
                    tags: Optional[set[str]] = {tag for tag in ("new", "sale")},
            #                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                ) -> int:
                    \"\"\"The sum of all prices.\"\"\"

                    # Shipping is a price as well.
                    self.prices = prices
                    self.seen = seen
                    self.basket = Basket(tags)
                    return sum(prices.values())
            """,
            fixed="""
            from collections import defaultdict as grouped
            from typing import Optional

            class Basket:
                def __init__(self, tags: set[str]) -> None:
                    self.tags = tags

            class Cart:
                def total(
                    self,
                    prices: "dict[str, int] | None" = None,
                    *,
                    seen=None,
                    tags: Optional[set[str]] = None,
                ) -> int:
                    \"\"\"The sum of all prices.\"\"\"

                    if prices is None:
                        prices = {  # in cents
                            "shipping": 4,
                        }
                    if seen is None:
                        seen = grouped(list)
                    if tags is None:
                        tags = {tag for tag in ("new", "sale")}
                    # Shipping is a price as well.
                    self.prices = prices
                    self.seen = seen
                    self.basket = Basket(tags)
                    return sum(prices.values())
            """,
        ),
        Bad(
            """
            #- pyproject.toml
            [project]
            requires-python = ">=3.9"
            #- app/main.py
            from collections.abc import Callable

            async def watch(hooks: list[Callable[[], None]] = list()) -> None:
            #                                                 ^^^^^^
                # Copy: a hook may remove itself.
                for hook in list(hooks):
                    hook()
                hooks.clear()
            """,
            fixed="""
            from collections.abc import Callable
            from typing import Optional

            async def watch(hooks: Optional[list[Callable[[], None]]] = None) -> None:
                if hooks is None:
                    hooks = list()
                # Copy: a hook may remove itself.
                for hook in list(hooks):
                    hook()
                hooks.clear()
            """,
        ),
        Bad(
            """
            def collect(item: str, into: list[str] = []) -> list[str]: into.append(item); return into
            #                                        ^^
            """,
            why="the body stands in the line of the `def`",
        ),
        Bad(
            """
            class Report:
                WIDTH = 80

                def columns(self, widths=[WIDTH]):
            #                            ^^^^^^^
                    return widths
            """,
            why="`WIDTH` means nothing inside the function",
        ),
        Good(
            """
            from collections.abc import Mapping, Sequence
            from typing import Annotated
            from fastapi import Depends, Query

            def search(
                words: Sequence[str] = [],
                weights: "Mapping[str, int] | None" = None,
                tags: Annotated[list[str], Query()] = [],
                page: tuple[int, int] = (0, 20),
                session=Depends([]),
            ) -> list[object]:
                return [words, weights, tags, page, session]
            """,
            why="read-only types, metadata of FastAPI, values that cannot change",
        ),
        Good(
            """
            def columns(table: Table, hidden: list[str] = [], widths={}, parents=[]) -> dict[str, int]:
                names = [name for name in table.names if name not in hidden]
                parents = list(parents)
                parents.append(table.name)
                draw(names, hidden)
                return {name: widths.get(name, 10) for name in names}

            class Registry:
                def __init__(self, make=lambda hooks=[]: hooks, kind=list):
                    self.hooks = make(kind())
            """,
            why="the defaults are only read or called; missed: what `draw` does with one, and the default of the lambda",
        ),
        Good(
            """
            from typing import Protocol, overload

            class Store(Protocol):
                def find(self, ids: list[int] = []) -> None: ...

            @overload
            def load(ids: list[int] = []) -> int: ...
            @overload
            def load(ids: str) -> str: ...
            def load(ids):
                return len(ids)
            """,
            why="declarations: no code uses the default",
        ),
    ),
)


@RULE.check(Parameter)
def check(parameter: Parameter, view: View) -> Iterator[Finding[Parameter]]:
    default = parameter.default
    if default is None or not _is_mutable(default, view) or _is_excused(parameter.annotation, view):
        return
    function = next(found for found in view.block.of_type(Function) if found.scope == parameter.function)
    if function.is_stub:
        return

    def keeps(call: Call) -> bool:
        return any(isinstance(found, ClassSymbol) for found in view.bindings(call.func))

    if is_changed_or_kept(view.block, parameter.name, parameter.function, keeps):
        annotation = parameter.annotation
        is_modern = view.project.python is None or view.project.python >= (3, 10)
        style = "" if annotation is None or _is_optional(annotation, view) else "union" if is_modern else "Optional"
        yield RULE.at(parameter, default.node, name=parameter.name, style=style)


def _is_mutable(default: Expr, view: View) -> bool:
    match default:
        case Dictionary() | Collection(kind="list" | "set") | Comprehension(kind="list" | "set" | "dict"):
            return True
        case Call():
            return view.callee(default) in MUTABLE_MAKERS
        case _:
            return False


def _is_excused(annotation: Expr | None, view: View) -> bool:
    """Whether the annotation says that nobody changes the object, or that a framework copies it."""
    match annotation:
        case Subscript(value=value, items=(_, *metadata)) if view.name(value).endswith(".Annotated"):
            return any(isinstance(item, Call) and view.callee(item).startswith("fastapi.") for item in metadata)
        case Subscript(value=value):
            return view.name(value) in READ_ONLY_TYPES
        case None:
            return False
        case _:
            return view.name(annotation) in READ_ONLY_TYPES


def _is_optional(annotation: Expr, view: View) -> bool:
    match annotation:
        case Constant(kind=ConstantKind.NONE):
            return True
        case Constant(kind=ConstantKind.STRING, text=text):
            return "None" in text or "Optional" in text
        case Binary(op="|", left=left, right=right):
            return _is_optional(left, view) or _is_optional(right, view)
        case Subscript(value=value, items=items):
            name = view.name(value)
            unites = name in ("typing.Union", *_ANNOTATED)
            return name == "typing.Optional" or (unites and any(_is_optional(item, view) for item in items))
        case _:
            return view.name(annotation) in ("typing.Any", "builtins.object")


@RULE.fix(Applicability.UNSAFE)
def make_it_inside(finding: Finding[Parameter], edits: Edits) -> Fix | Refusal:
    parameter = finding.fact
    title = f"Make the default of `{parameter.name}` in each call"
    function = edits.function(parameter)
    default = parameter.default
    if function is None or default is None:
        return Refusal(title, "a `lambda` has no place to make it")
    if not edits.means_the_same_inside(default, function) or _BOUND_TO_ITS_PLACE.search(edits.text(default.node)):
        return Refusal(title, "the default would mean something else inside the function")
    if _BROKEN_OUTSIDE.match(edits.text(default.node)):
        return Refusal(title, "the default is broken over lines in a way that only parentheses allow")
    line = edits.body_line(function)
    annotated = _annotated(parameter, function.context, finding["style"], edits)
    if line is None:
        return Refusal(title, "the body stands in the line of the `def`")
    if annotated is None:
        return Refusal(title, "the annotation is written in a form that cannot take `None` for certain")
    body = edits.indent_at(edits.span(function.body).start)
    unit = body.removeprefix(edits.indent_at(edits.span(function.name_node).start))
    value = edits.indented(default.node, body + unit)
    at = _after_earlier(parameter, function, line, edits)
    lines = (f"{body}if {parameter.name} is None:", f"{body}{unit}{parameter.name} = {value}", "")
    added = edits.insert_at(at, edits.newline.join(lines))
    return Fix(title, (*annotated, edits.replace(default.node, "None"), added))


def _annotated(parameter: Parameter, context: Context, style: str, edits: Edits) -> tuple[Edit, ...] | None:
    """Edits that let the annotation allow `None`; `None` if its form is not known."""
    annotation = parameter.annotation
    if annotation is None or not style:
        return ()
    if isinstance(annotation, Subscript) and edits.means(annotation.value, *_ANNOTATED):
        annotation = annotation.items[0]
    text, quote = edits.text(annotation.node), ""
    if isinstance(annotation, Constant) and annotation.kind is ConstantKind.STRING:
        text, quote = text[1:-1], text[:1]
    elif not isinstance(annotation, Name | Subscript | Binary) and not text.replace(".", "_").isidentifier():
        return None
    if quote not in ("", '"', "'") or text.startswith(('"', "'")):
        return None
    if style == "union":
        return (edits.replace(annotation.node, f"{quote}{text} | None{quote}"),)
    spelling = edits.spell("typing.Optional", context)
    if spelling is None:
        return None
    return (edits.replace(annotation.node, f"{quote}{spelling.text}[{text}]{quote}"), *spelling.edits)


_BOUND_TO_ITS_PLACE = re.compile(r"\b(?:await|yield|super|__class__|locals)\b|:=")
"""What means something else inside the function, or nothing at all."""


_BROKEN_OUTSIDE = re.compile(r"[^([{]*[\r\n\\]")
"""A line that ends before the first bracket, which only the parentheses of the `def` allow."""


def _after_earlier(parameter: Parameter, function: Function, line: int, edits: Edits) -> int:
    """Where the lines for a parameter begin: after those that earlier fixes put at `line` for the parameters before it."""
    names = [found.name for found in function.parameters]
    for name in names[: names.index(parameter.name)]:
        made = next(
            (
                fact
                for fact in edits.facts()
                if isinstance(fact, Assignment) and isinstance(fact.target, Name) and fact.target.id == name
                if edits.slice(Span(line, edits.span(fact.node).start)).strip() == f"if {name} is None:"
            ),
            None,
        )
        if made is not None:
            line = edits.whole_lines(edits.span(made.node)).end
    return line


_ANNOTATED = ("typing.Annotated", "typing_extensions.Annotated")
