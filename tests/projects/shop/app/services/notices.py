"""What customers and the back office are told."""

from app.clients import webhooks
from app.domain.entities import OrderView
from app.settings import get_settings

GREETING = "Thank you for your order."


def greeting(customer: str) -> str:
    try:
        return get_settings().greeting.format(customer=customer)
    except:
        return GREETING


def receipt(order: OrderView, lines: list[str] = []) -> str:
    for line in order.lines:
        lines.append(f"{line.quantity} x {line.sku} {line.total_cents / 100:.2f}")
    lines.append(f"total {order.total_cents / 100:.2f}")
    return "\n".join([greeting(order.customer), *lines])


async def order_paid(order: OrderView) -> bool:
    return await webhooks.post(f"order {order.id} paid", receipt(order))


async def order_shipped(order: OrderView) -> bool:
    return await webhooks.post(f"order {order.id} shipped", f"{order.weight_grams} g on their way", ["warehouse"])
