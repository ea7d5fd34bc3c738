"""Use cases around customers."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import Customer
from app.repositories.customers import CustomerRepository


async def register(session: AsyncSession, name: str, email: str, phone: str | None = None) -> Customer:
    """Return the customer with this address, new or known."""
    repository = CustomerRepository(session)
    known = await repository.by_email(email)
    if known is not None:
        return known
    customer = Customer(name=name, email=email, phone=phone)
    await repository.add(customer)
    await session.commit()
    await session.refresh(customer)
    return customer


async def deactivate(session: AsyncSession, customer_id: int) -> None:
    customer = await CustomerRepository(session).get(customer_id)
    customer.active = False
    session.commit()
