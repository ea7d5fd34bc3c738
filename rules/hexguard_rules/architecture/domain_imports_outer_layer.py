"""Imports against the direction that the project declared.

## What it does
Reports an import that breaks a contract of the project, directly or through the modules that it imports in turn.
Names from one module count once in a statement, and so does a module that several contracts forbid.
Contracts come from `[tool.hexguard]`, from import-linter, or from the preset.

## Why it matters
The inner layer can no longer be used, tested or changed without the outer one.
One such import is enough to undo what the layers are for.

## How to fix
Declare what the inner layer needs as a `Protocol` inside it, and let the outer layer implement it.

## Known limits
Imports for type checking count as well, since they tie the code together all the same.
Imports by a name in a string (`importlib.import_module`) are not seen.
An import that leads up through a module of another layer of the contract is reported in that module only.
Contracts of a preset do not count in tests.
"""

from collections.abc import Iterator

from hexguard.facts.model import Import
from hexguard.rule import Bad, Breach, Finding, Good, Related, Rule, Severity, View

RULE = Rule(
    name="domain-imports-outer-layer",
    message="`{module}` reaches `{crossed}` through this import",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    aliases=("AP-03",),
    examples=(
        Bad(
            """
            #- pyproject.toml
            [tool.hexguard]
            preset = "hexagonal"
            #- app/infrastructure/tables.py
            class OrderRow: ...
            class PriceRow: ...
            #- app/domain/orders.py
            from dataclasses import dataclass
            from app.infrastructure.tables import OrderRow as Row, PriceRow
            #                                     ^^^^^^^^^^^^^^^

            @dataclass
            class Order:
                row: Row
            """
        ),
        Bad(
            """
            #- pyproject.toml
            [tool.hexguard.layers]
            core = ["shop.core"]
            storage = ["shop.storage"]

            [[tool.hexguard.contracts]]
            name = "the core knows no storage"
            kind = "forbidden"
            source = ["core"]
            forbidden = ["storage"]
            #- shop/storage/files.py
            def save(text: str) -> None: ...
            #- shop/journal.py
            from shop.storage import files

            def note(text: str) -> None:
                files.save(text)
            #- shop/core/prices.py
            def raise_price(price: int) -> int:
                from .. import journal
            #                  ^^^^^^^
                journal.note(str(price))
                return price + 1
            """
        ),
        Bad(
            """
            #- pyproject.toml
            [tool.importlinter]
            root_package = "shop"

            [[tool.importlinter.contracts]]
            name = "layers"
            type = "layers"
            layers = ["shop.api", "shop.services", "shop.models"]
            ignore_imports = ["shop.models.legacy -> shop.services.orders"]
            #- shop/api.py
            import shop.services.orders
            #- shop/services/orders.py
            from shop.models import orders

            def place() -> None: ...
            #- shop/services/mail.py
            from shop.models import forms
            #- shop/models/forms.py
            from shop import api
            #                ^^^
            #- shop/models/legacy.py
            from shop.services import orders
            #- shop/models/orders.py
            from typing import TYPE_CHECKING

            if TYPE_CHECKING:
                from shop.services.orders import place
            #                                    ^^^^^
            """
        ),
        Bad(
            """
            from app.db import Session
            #                  ^^^^^^^
            #- app/db.py
            class Session: ...
            #- pyproject.toml
            [tool.hexguard]
            src = ["."]

            [[tool.hexguard.contracts]]
            name = "The entry point knows no database"
            kind = "forbidden"
            source = ["app.main"]
            forbidden = ["app.db"]

            [[tool.hexguard.contracts]]
            name = "Layers"
            kind = "layers"
            layers = ["app.db", "app.main"]
            """,
            why="two contracts forbid the same import, which is one thing to mend",
        ),
        Good(
            """
            #- pyproject.toml
            [tool.hexguard]
            preset = "hexagonal"
            #- app/domain/orders.py
            import sqlalchemy
            from app.domain.prices import Price

            total = Price()
            #- app/domain/prices.py
            class Price: ...
            #- app/infrastructure/orders.py
            from app.domain.orders import total
            #- tests/domain/test_orders.py
            from app.infrastructure.orders import total
            """,
            why="the outer layer depends on the inner one, libraries are in no layer, and a preset says nothing of tests",
        ),
        Good(
            """
            #- app/infrastructure/tables.py
            class OrderRow: ...
            #- app/domain/orders.py
            from app.infrastructure.tables import OrderRow
            """,
            why="without a contract there is no direction",
        ),
        Good(
            """
            #- pyproject.toml
            [tool.hexguard]
            [[tool.hexguard.contracts]]
            name = "clients stay apart"
            kind = "independence"
            source = ["app.mail", "app.payments"]
            allow-indirect = true
            #- app/mail.py
            import app.shared
            #- app/shared.py
            import app.payments
            #- app/payments.py
            retries = 3
            """,
            why="only direct imports count in this contract",
        ),
    ),
)


@RULE.check(Import)
def check(fact: Import, view: View) -> Iterator[Finding[Import]]:
    told = {breach.chain[0].imported for breach in _told_before(fact, view)}
    for breach in _breaches(fact, view):
        if breach.chain[0].imported not in told:
            told.add(breach.chain[0].imported)
            rest = [Related(f"`{link.module}` imports `{link.imported}` here", link) for link in breach.chain[1:]]
            yield RULE.at(fact, related=rest, module=view.module, crossed=breach.crossed)


def _breaches(fact: Import, view: View) -> Iterator[Breach]:
    """The contracts that an import breaks; those of a preset are not about tests, which mirror the names of layers."""
    declared = {contract.name for contract in view.project.settings.contracts} if view.is_test else None
    return (breach for breach in view.breaches(fact) if declared is None or breach.contract in declared)


def _told_before(fact: Import, view: View) -> Iterator[Breach]:
    """The breaches of the names that stand before this one in the same statement."""
    for earlier in view.block.of_type(Import):
        if earlier is fact:
            return
        if earlier.statement == fact.statement:
            yield from view.breaches(earlier)
