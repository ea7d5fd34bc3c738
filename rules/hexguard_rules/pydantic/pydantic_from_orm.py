"""Models that are made from objects by `from_orm`.

## What it does
Reports `Order.from_orm(row)` where `Order` is known to be a Pydantic model.

## Why it matters
Pydantic 2 calls it `model_validate`, warns at each call of the old name, and drops that in version 3.
Without `from_attributes=True` in the options of the model, `from_orm` raises an error.

## Fix safety
Safe where the model says `from_attributes=True` and has no `model_validate` of its own.
Else unsafe: the call gets the argument `from_attributes=True`, and works from then on, for nested models as well.

## Known limits
A subclass that takes the option back, behind a receiver such as `cls`, is not looked for; on `cls` and `self` the fix is unsafe.
Calls in an `except` clause are left alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Call, Constant, ConstantKind, Name
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.pydantic import SCHEMA_BASES

TITLE = "Call `model_validate`"

RULE = Rule(
    name="pydantic-from-orm",
    message="`from_orm` is a name of Pydantic 1; in version 2 it is `model_validate`",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("pydantic>=2",),
    examples=(
        Bad(
            """
            from pydantic import BaseModel, ConfigDict

            class OrderRead(BaseModel):
                model_config = ConfigDict(from_attributes=True)
                id: int

            def read(row: object) -> OrderRead:
                return OrderRead.from_orm(row)
            #          ^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from pydantic import BaseModel, ConfigDict

            class OrderRead(BaseModel):
                model_config = ConfigDict(from_attributes=True)
                id: int

            def read(row: object) -> OrderRead:
                return OrderRead.model_validate(row)
            """,
        ),
        Bad(
            """
            #- app/schemas.py
            import pydantic as pd

            class Schema(pd.BaseModel):
                class Config:
                    orm_mode = True

            class OrderRead(Schema):
                id: int

                @classmethod
                def of(cls, row: object) -> "OrderRead":
                    return cls.from_orm(row)
            #              ^^^^^^^^^^^^
            #- app/main.py
            from app import schemas

            class Orders:
                schema = schemas.OrderRead

                def all(self, rows: list[object]) -> list[schemas.OrderRead]:
                    def one(row: object) -> schemas.OrderRead:
                        return schemas.OrderRead.from_orm(
            #                  ^^^^^^^^^^^^^^^^^^^^^^^^^^
                            row,  # as it is
                        )

                    return [one(row) for row in rows]
            """,
            fixed="""
            #- app/schemas.py
            import pydantic as pd

            class Schema(pd.BaseModel):
                class Config:
                    orm_mode = True

            class OrderRead(Schema):
                id: int

                @classmethod
                def of(cls, row: object) -> "OrderRead":
                    return cls.model_validate(row, from_attributes=True)
            #- app/main.py
            from app import schemas

            class Orders:
                schema = schemas.OrderRead

                def all(self, rows: list[object]) -> list[schemas.OrderRead]:
                    def one(row: object) -> schemas.OrderRead:
                        return schemas.OrderRead.model_validate(
                            row,  # as it is
                            from_attributes=True,
                        )

                    return [one(row) for row in rows]
            """,
        ),
        Bad(
            """
            from pydantic import BaseModel

            class OrderRead(BaseModel):
                id: int

            def read(given: tuple[object]) -> OrderRead:
                return OrderRead.from_orm(*given)
            #          ^^^^^^^^^^^^^^^^^^
            """,
            why="the arguments are not written out",
        ),
        Good(
            """
            from pydantic import BaseModel
            from app.mapping import Mapper

            class OrderRead(BaseModel):
                @classmethod
                def from_orm(cls, row: object) -> "OrderRead":
                    return cls.model_validate(row, from_attributes=True)

            def read(row: object, kind) -> list[object]:
                return [OrderRead.from_orm(row), Mapper.from_orm(row), kind.from_orm(row)]
            """,
            why="a method of the model itself, another class, and something unknown",
        ),
    ),
)

_OLD = frozenset(f"{base}.from_orm" for base in SCHEMA_BASES)


@RULE.check(Call, methods=["from_orm"])
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if call.receiver is None or call.context.in_handler:
        return
    if view.callee(call) not in _OLD:
        return
    receiver = view.value(call.receiver)
    schema = view.schema(receiver.name) if receiver else None
    given = schema.options.get("from_attributes") if schema and schema.options else None
    reads_attributes = isinstance(given, Constant) and given.kind is ConstantKind.TRUE
    first = {scope.first_parameter for scope in view.block.scopes}
    is_own = isinstance(call.receiver, Name) and call.receiver.id in first
    is_certain = reads_attributes and not is_own and schema is not None and not schema.overrides("model_validate")
    yield RULE.at(call, call.func.node, certainty="yes" if is_certain else "")


@RULE.fix(Applicability.SAFE)
def rename(finding: Finding[Call], edits: Edits) -> Fix | Refusal | None:
    return _renamed(finding, edits) if finding["certainty"] else None


@RULE.fix(Applicability.UNSAFE)
def rename_and_read_attributes(finding: Finding[Call], edits: Edits) -> Fix | Refusal | None:
    return None if finding["certainty"] else _renamed(finding, edits)


def _renamed(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    call = finding.fact
    keywords = [keyword.name for keyword in call.keywords]
    if call.has_unpacking or len(call.args) + len(keywords) != 1 or keywords not in ([], ["obj"]):
        return Refusal(TITLE, "the arguments are not written out")
    if not isinstance(call.func, Attribute):
        return Refusal(TITLE, "the method is not called by its name")
    renamed = edits.rename_attribute(call.func, "model_validate")
    if finding["certainty"]:
        return Fix(TITLE, (renamed,))
    return Fix(TITLE, (renamed, edits.add_argument(call, "from_attributes=True")))
