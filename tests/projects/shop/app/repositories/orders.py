"""Orders in the database, with their lines."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from app.db.models import Order, OrderLine
from app.domain.entities import Line, OrderStatus, OrderView
from app.domain.errors import NotFound


class OrderRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, order_id: int) -> Order:
        statement = self._with_lines().where(Order.id == order_id).execution_options(populate_existing=True)
        order = await self._session.scalar(statement)
        if order is None:
            raise NotFound("order", order_id)
        return order

    async def of_customer(self, customer_id: int, status: OrderStatus | None = None) -> list[Order]:
        statement = self._with_lines().where(Order.customer_id == customer_id).order_by(Order.id)
        if status is not None:
            statement = statement.where(Order.status == status.value)
        return list(await self._session.scalars(statement))

    async def pending_before(self, moment: datetime) -> list[Order]:
        statement = select(Order).where(Order.status == OrderStatus.PENDING.value, Order.created_at < moment)
        return list(await self._session.scalars(statement))

    async def add(self, order: Order) -> int:
        self._session.add(order)
        await self._session.flush()
        return order.id

    @staticmethod
    def _with_lines() -> Select[tuple[Order]]:
        lines = selectinload(Order.lines).joinedload(OrderLine.product)
        return select(Order).options(joinedload(Order.customer), lines)


def to_view(order: Order) -> OrderView:
    return OrderView(
        id=order.id,
        customer=order.customer.name,
        email=order.customer.email,
        status=OrderStatus(order.status),
        created_at=order.created_at,
        shipped_at=order.shipped_at,
        lines=tuple(
            Line(line.product.sku, line.quantity, line.unit_price_cents, line.product.weight_grams)
            for line in order.lines
        ),
    )
