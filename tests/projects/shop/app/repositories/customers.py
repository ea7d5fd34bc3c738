"""Customers in the database."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import Customer
from app.domain.errors import NotFound


class CustomerRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, customer_id: int) -> Customer:
        customer = await self._session.get(Customer, customer_id)
        if customer is None:
            raise NotFound("customer", customer_id)
        return customer

    async def by_email(self, email: str) -> Customer | None:
        return await self._session.scalar(select(Customer).where(Customer.email == email))

    async def page(self, offset: int, limit: int) -> Sequence[Customer]:
        rows = await self._session.scalars(select(Customer).order_by(Customer.id).offset(offset).limit(limit))
        return rows.all()

    async def add(self, customer: Customer) -> None:
        self._session.add(customer)
        await self._session.flush()
