"""Use cases around orders."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.payments import PaymentClient
from app.db.models import Order, OrderLine
from app.domain.entities import OrderStatus, OrderView, advance
from app.repositories.customers import CustomerRepository
from app.repositories.orders import OrderRepository, to_view
from app.repositories.products import ProductRepository
from app.services import labels, notices, stock


class OrderService:
    def __init__(self, session: AsyncSession, payments: PaymentClient) -> None:
        self._session = session
        self._payments = payments
        self._orders = OrderRepository(session)

    async def create(self, customer_id: int, wanted: dict[str, int], note: str | None = None) -> OrderView:
        customer = await CustomerRepository(self._session).get(customer_id)
        products = await ProductRepository(self._session).by_skus(wanted)
        stock.reserve(products, wanted)
        order = Order(customer=customer, note=note)
        order.lines = [
            OrderLine(product=products[sku], quantity=quantity, unit_price_cents=products[sku].price_cents)
            for sku, quantity in wanted.items()
        ]
        order_id = await self._orders.add(order)
        await self._session.commit()
        return await self.view(order_id)

    async def view(self, order_id: int) -> OrderView:
        return to_view(await self._orders.get(order_id))

    async def of_customer(self, customer_id: int, status: OrderStatus | None = None) -> list[OrderView]:
        return [to_view(order) for order in await self._orders.of_customer(customer_id, status)]

    async def pay(self, order_id: int) -> OrderView:
        order = await self._orders.get(order_id)
        status = advance(order_id, OrderStatus(order.status), OrderStatus.PAID)
        order.payment_reference = await self._payments.charge(order_id, to_view(order).total_cents)
        order.status = status.value
        await self._session.commit()
        paid = await self.view(order_id)
        await notices.order_paid(paid)
        return paid

    async def ship(self, order_id: int) -> OrderView:
        order = await self._orders.get(order_id)
        status = advance(order_id, OrderStatus(order.status), OrderStatus.SHIPPED)
        labels.print_label(to_view(order))
        order.status = status.value
        order.shipped_at = datetime.utcnow()
        await self._session.commit()
        shipped = await self.view(order_id)
        await notices.order_shipped(shipped)
        return shipped

    async def cancel(self, order_id: int) -> OrderView:
        order = await self._orders.get(order_id)
        order.status = advance(order_id, OrderStatus(order.status), OrderStatus.CANCELED).value
        for line in order.lines:
            line.product.stock += line.quantity
        await self._session.commit()
        return await self.view(order_id)
