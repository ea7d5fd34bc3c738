"""Orders as the business sees them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.errors import WrongStatus


class OrderStatus(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELED = "canceled"


ALLOWED: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PENDING: frozenset({OrderStatus.PAID, OrderStatus.CANCELED}),
    OrderStatus.PAID: frozenset({OrderStatus.SHIPPED, OrderStatus.CANCELED}),
    OrderStatus.SHIPPED: frozenset(),
    OrderStatus.CANCELED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Line:
    sku: str
    quantity: int
    unit_price_cents: int
    weight_grams: int

    @property
    def total_cents(self) -> int:
        return self.quantity * self.unit_price_cents


@dataclass(frozen=True, slots=True)
class OrderView:
    id: int
    customer: str
    email: str
    status: OrderStatus
    created_at: datetime
    shipped_at: datetime | None = None
    lines: Sequence[Line] = field(default_factory=tuple)

    @property
    def total_cents(self) -> int:
        return sum(line.total_cents for line in self.lines)

    @property
    def weight_grams(self) -> int:
        return sum(line.quantity * line.weight_grams for line in self.lines)


def advance(order_id: int, current: OrderStatus, wanted: OrderStatus) -> OrderStatus:
    """Return the wanted status if the order may move there, else raise WrongStatus."""
    if wanted not in ALLOWED[current]:
        raise WrongStatus(order_id, current, wanted)
    return wanted
