"""Shipping labels."""

from app.clients import printer
from app.domain.entities import OrderView

WIDTH = 40


def render(order: OrderView) -> str:
    rows = [f"ORDER {order.id}".center(WIDTH), order.customer, order.email]
    rows.extend(f"{line.quantity:>4} {line.sku}" for line in order.lines)
    return "\n".join(rows) + "\n"


def print_label(order: OrderView) -> bool:
    return printer.send(render(order)) == 0
