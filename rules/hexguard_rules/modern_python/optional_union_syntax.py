"""Unions written with `Optional` and `Union` where `|` would do.

## What it does
Reports `typing.Optional[...]` and `typing.Union[...]` in annotations, the outermost of nested ones.

## Why it matters
`str | None` says in the language what `Optional[str]` says through an import.
`Optional` also reads as "may be left out", which it does not mean.

## Fix safety
Safe where all members are known to be types.
Unsafe where one may be something else, such as a variable: `Optional` takes anything, `|` does not.
Unsafe where one is a string: `Optional["User"]` becomes `"User | None"`, which is the same only to those who evaluate it.

## Known limits
Quoted annotations and aliases (`Name = Optional[str]`) are left alone, and so is what protoc writes (`rates_pb2.pyi`).
A union with a member that does not take `|` (`threading.Lock`, `NamedTuple`, `*members`) is left alone.
No fix where a member is a name that the class itself gives a value: `|` would fail.
Code that compares `get_origin(...)` with `Union` must know `types.UnionType` as well, and `repr` shows the new form.
No fix where a comment would be lost.
"""

import re
from collections.abc import Iterator, Sequence

from hexguard.facts.expressions import Expr, Subscript
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.rewrites.union import as_union, beside, is_quoted, means_union, subscripts_inside, takes_bar

TITLE = "Write the union with `|`"

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
                children: list[Union[int, "Node"]]
            #                  ^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            class Node:
                parent: "Node | None" = None
                children: list["int | Node"]
            """,
        ),
        Bad(
            """
            from typing import Optional, Union

            def read(value: Union[  # as the sender gave it
            #               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                int, str
            ]) -> None:
                class Local: ...

                def inner(value: Union[Local, "Other"]) -> Optional["Other"] | int: ...
            #                    ^^^^^^^^^^^^^^^^^^^^^
            #                                              ^^^^^^^^^^^^^^^^^
            """,
            why="a comment would be lost, who evaluates a text cannot see `Local`, and `|` does not take a text",
        ),
        Bad(
            """
            #- app/kinds.py
            from typing import Union
            #- app/orders.py
            from datetime import date
            from typing import Optional
            from app.kinds import *

            class Order:
                date: Optional[date] = None
            #         ^^^^^^^^^^^^^^
                note: Union[str, int] = ""
            #         ^^^^^^^^^^^^^^^
            """,
            why="`date` is `None` by the time it is read; where `Union` comes from, only another file tells",
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
            #- app/rates_pb2.pyi
            from typing import Optional as _Optional

            class Rate:
                def __init__(self, country: _Optional[str] = ...) -> None: ...
            """,
            why="no annotation, a quoted one, another `Union`, and a file that protoc writes",
        ),
        Good(
            """
            from threading import Lock
            from typing import Generic, NamedTuple, Optional, TypeVarTuple, Union

            Kinds = TypeVarTuple("Kinds")

            class Row(Generic[*Kinds]):
                lock: Optional[Lock] = None
                key: Optional[NamedTuple] = None

                def first(self) -> Union[*Kinds]: ...
            """,
            why="`Lock` (before Python 3.13) and `NamedTuple` are functions, and `|` takes no starred member",
        ),
    ),
)

_UNIONS = ("typing.Optional", "typing.Union")


@RULE.check(Subscript)
def check(subscript: Subscript, view: View) -> Iterator[Finding[Subscript]]:
    if not subscript.in_annotation or (name := view.name(subscript.value)) not in _UNIONS:
        return
    if view.module.endswith(_GENERATED):
        return
    annotated = (found for found in view.block.of_type(Subscript) if found.in_annotation)
    unions = [found for found in annotated if view.name(found.value) in _UNIONS]
    if any(subscript in subscripts_inside(union) for union in unions if union is not subscript):
        return
    inside = {found.node for found in (subscript, *subscripts_inside(subscript))}
    members = [member for union in unions if union.node in inside for member in union.items]
    others = tuple(beside(subscript, view))
    is_local = view.function(subscript.context) is not None
    certainty = _certainty(members, others, view, is_local=is_local)
    if not certainty:
        return
    yield RULE.at(subscript, name=name.rpartition(".")[2], certainty=certainty)


_GENERATED = ("_pb2", "_pb2_grpc", "_pb2.pyi>", "_pb2_grpc.pyi>")
"""How the names of modules end that protoc writes, also where a stub stands beside the code and is named by its path."""


def _certainty(members: Sequence[Expr], others: Sequence[Expr], view: View, *, is_local: bool) -> str:
    """Whether `all` members take `|`, or only if the whole is `quoted`; else there is a `doubt`, or `none` may.

    It is empty if a member does not take `|`, however it is written.
    """
    named = [member for member in members if not is_quoted(member)]
    answers = {takes_bar(member, view) for member in named}
    if False in answers:
        return ""
    answers |= {takes_bar(other, view) for other in others}
    if False in answers:
        return "none"
    if len(named) < len(members):
        # What a text names is looked for in the module, where the names of a function are unknown.
        return "none" if others or (is_local and named) else "quoted"
    return "doubt" if None in answers else "all"


@RULE.fix(Applicability.SAFE)
def write_as_union(finding: Finding[Subscript], edits: Edits) -> Fix | Refusal | None:
    return _union(finding, edits) if finding["certainty"] == "all" else None


@RULE.fix(Applicability.UNSAFE)
def write_as_union_in_doubt(finding: Finding[Subscript], edits: Edits) -> Fix | Refusal | None:
    return _union(finding, edits) if finding["certainty"] != "all" else None


_HARD = re.compile(r"[#\\]")
"""Comments would be lost, and continued lines broken."""


def _union(finding: Finding[Subscript], edits: Edits) -> Fix | Refusal:
    subscript = finding.fact
    is_text = finding["certainty"] == "quoted"
    text = as_union(subscript, edits, is_text=is_text)
    if finding["certainty"] == "none" or text is None:
        return Refusal(TITLE, "a member in quotes, or one of which the type is not known, may not work with `|`")
    if not means_union(subscript, edits):
        return Refusal(TITLE, "the name comes with an `import *`")
    if _HARD.search(edits.text(subscript.node)):
        return Refusal(TITLE, "a comment or a backslash stands inside")
    unions = [found for found in (subscript, *subscripts_inside(subscript)) if means_union(found, edits)]
    unused = edits.forget(*(found.value for found in unions))
    return Fix(TITLE, (edits.replace(subscript.node, edits.quoted(text) if is_text else text), *unused))
