"""Figures for the back office, read with a session of their own."""

from dataclasses import dataclass
from typing import Optional

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.models import Customer, Order, OrderLine, Product


@dataclass(frozen=True, slots=True)
class Stats:
    n_orders: int
    n_shipped: int
    newest_order: int | None
    active_customers: list[str]


def stats(session: Session) -> Stats:
    n_orders = session.query(Order).count()
    n_shipped = session.query(Order).filter(Order.status == "shipped").count()
    newest = session.query(Order).order_by(Order.created_at.desc(), Order.id.desc()).first()
    customers = session.query(Customer).filter(Customer.active.is_(True)).order_by(Customer.name).all()
    return Stats(n_orders, n_shipped, newest.id if newest else None, [customer.name for customer in customers])


def best_sellers(session: Session, limit: int = 3) -> list[tuple[str, int]]:
    sold = func.sum(OrderLine.quantity)
    statement = (
        select(Product.sku, sold)
        .join(OrderLine, OrderLine.product_id == Product.id)
        .group_by(Product.sku)
        .order_by(sold.desc(), Product.sku)
        .limit(limit)
    )
    return [(sku, int(quantity)) for sku, quantity in session.execute(statement)]


class CustomerReport:
    def __init__(self, session: Session, customer_id: int) -> None:
        self._session = session
        self._customer_id = customer_id

    def name(self) -> Optional[str]:
        customer = self._session.query(Customer).get(self._customer_id)
        return customer.name if customer else None

    def order_ids(self) -> list[int]:
        orders = self._session.query(Order).filter_by(customer_id=self._customer_id).order_by(Order.id).all()
        return [order.id for order in orders]

    def spent_cents(self) -> int:
        amount = func.sum(OrderLine.quantity * OrderLine.unit_price_cents)
        statement = select(amount).join(Order).where(Order.customer_id == self._customer_id)
        return self._session.scalar(statement) or 0
