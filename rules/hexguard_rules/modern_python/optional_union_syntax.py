"""Unions written with `Optional` and `Union` where `|` would do.

## What it does
Reports `typing.Optional[...]` and `typing.Union[...]` in annotations, the outermost of nested ones.

## Why it matters
`str | None` says in the language what `Optional[str]` says through an import.
`Optional` also reads as "may be left out", which it does not mean.

## Known limits
Quoted annotations and aliases (`Name = Optional[str]`) are left alone.
No fix where a member is a string: `Optional["User"]` works, `"User" | None` fails when it is evaluated.
No fix where a comment would be lost.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import (
    Attribute,
    Binary,
    Collection,
    Constant,
    ConstantKind,
    Expr,
    Name,
    Subscript,
)
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Rule, Severity, View

RULE = Rule(
    name="optional-union-syntax",
    message="`{name}` says with an import what `|` says in the language",
    doc=__doc__,
    severity=Severity.NIT,
    requires=("python>=3.10",),
    examples=(
        Bad(
            """
            from typing import Optional

            def find(email: Optional[str] = None) -> list[Optional[int]]:
            #               ^^^^^^^^^^^^^
            #                                             ^^^^^^^^^^^^^
                return []
            """,
            fixed="""
            def find(email: str | None = None) -> list[int | None]:
                return []
            """,
        ),
        Bad(
            """
            import typing as t
            from typing import Any, Optional as Maybe, Union

            class Order:
                total: Union[int, Maybe[float], None]
            #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                notes: t.Optional[t.Union[dict[str, Maybe[Any]], list["Note"]]] = None
            #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from typing import Any

            class Order:
                total: int | float | None
                notes: dict[str, Any | None] | list["Note"] | None = None
            """,
        ),
        Bad(
            """
            from typing import Annotated, Union
            from fastapi import FastAPI, Query

            app = FastAPI()

            @app.get("/orders")
            async def orders(
                page: Annotated[
                    Union[
            #       ^^^^^^
                        int,
                        str,
                    ],
                    Query(),
                ] = 1,
            ) -> None: ...
            """,
            fixed="""
            from typing import Annotated
            from fastapi import FastAPI, Query

            app = FastAPI()

            @app.get("/orders")
            async def orders(
                page: Annotated[
                    int | str,
                    Query(),
                ] = 1,
            ) -> None: ...
            """,
        ),
        Bad(
            """
            from typing import Optional, Union

            class Node:
                parent: Optional["Node"] = None
            #           ^^^^^^^^^^^^^^^^
                value: Union[  # as the sender gave it
            #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                    int, str
                ]
            """,
            why="a string beside `|` fails when it is evaluated, and the comment would be lost",
        ),
        Good(
            """
            #- pyproject.toml
            [project]
            requires-python = ">=3.10"
            #- app/main.py
            from typing import Optional, Union, cast
            from strawberry import Union as Choice

            Identifier = Union[int, str]

            def parse(value: object, kind: Choice["a", "b"]) -> "Optional[int]":
                return cast(Optional[int], value) if isinstance(value, int) else None
            """,
            why="no annotation, a quoted one, another `Union`",
        ),
    ),
)

_UNIONS = ("typing.Optional", "typing.Union")


@RULE.check(Subscript)
def check(subscript: Subscript, view: View) -> Iterator[Finding[Subscript]]:
    if not subscript.in_annotation or (name := view.name(subscript.value)) not in _UNIONS:
        return
    annotated = (found for found in view.block.of_type(Subscript) if found.in_annotation)
    unions = (found for found in annotated if found is not subscript and view.name(found.value) in _UNIONS)
    if not any(subscript in _inside(union) for union in unions):
        yield RULE.at(subscript, name=name.rpartition(".")[2])


def _inside(expr: Expr) -> Iterator[Subscript]:
    """The subscripts inside a type."""
    match expr:
        case Subscript(items=parts) | Collection(items=parts):
            pass
        case Binary(left=left, right=right):
            parts = (left, right)
        case _:
            parts = ()
    for part in parts:
        if isinstance(part, Subscript):
            yield part
        yield from _inside(part)


@RULE.fix(Applicability.SAFE)
def write_as_union(finding: Finding[Subscript], edits: Edits) -> Fix | None:
    subscript = finding.fact
    members = _members(subscript, edits)
    if members is None or "#" in edits.text(subscript.node):
        return None
    unions = [found for found in (subscript, *_inside(subscript)) if edits.means(found.value, *_TYPED_NAMES)]
    text = " | ".join(dict.fromkeys(members))
    unused = edits.forget(*(found.value for found in unions))
    return Fix("Write the union with `|`", (edits.replace(subscript.node, text), *unused))


def _members(expr: Expr, edits: Edits) -> list[str] | None:
    """The members of a union as text, in their order; `None` if a member may not stand beside `|`."""
    match expr:
        case Subscript(value=value, items=items) if edits.means(value, *_TYPED_NAMES):
            is_optional = edits.means(value, *_TYPED_NAMES[:2])
            members = _all_members(items, edits)
            if members is None or (is_optional and len(items) != 1):
                return None
            return [*members, "None"] if is_optional else members
        case Binary(op="|", left=left, right=right):
            return _all_members((left, right), edits)
        case Subscript():
            text = _rewritten(expr, edits)
            return None if text is None else [text]
        case Name() | Attribute() | Constant(kind=ConstantKind.NONE):
            text = edits.text(expr.node)
            return None if text in _FUNCTIONS else [text]
        case _:
            return None


def _all_members(exprs: tuple[Expr, ...], edits: Edits) -> list[str] | None:
    members: list[str] = []
    for expr in exprs:
        found = _members(expr, edits)
        if found is None:
            return None
        members.extend(found)
    return members


def _rewritten(expr: Subscript, edits: Edits) -> str | None:
    """The text of a member, with the unions inside it rewritten as well."""
    text, start = edits.text(expr.node), edits.span(expr.node).start
    inner = [found for found in _inside(expr) if edits.means(found.value, *_TYPED_NAMES)]
    outermost = [found for found in inner if not any(found in _inside(other) for other in inner)]
    for found in reversed(outermost):
        members = _members(found, edits)
        if members is None:
            return None
        span = edits.span(found.node).shift(-start)
        text = text[: span.start] + " | ".join(dict.fromkeys(members)) + text[span.end :]
    return text


_TYPED_NAMES = ("typing.Optional", "typing_extensions.Optional", "typing.Union", "typing_extensions.Union")

_FUNCTIONS = ("callable", "any")
"""Builtin functions that some write for a type: `Optional[callable]` is accepted, `callable | None` is not."""
