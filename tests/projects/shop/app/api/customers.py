"""Routes of customers."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.deps import OrdersDep, SessionDep
from app.api.schemas import CustomerIn, CustomerOut, OrderOut
from app.db.models import Customer
from app.domain.entities import OrderStatus, OrderView
from app.repositories.customers import CustomerRepository
from app.services import customers

router = APIRouter(prefix="/customers", tags=["customers"])


@router.post("", status_code=201, response_model=CustomerOut)
async def create_customer(body: CustomerIn, session: SessionDep) -> Customer:
    return await customers.register(session, body.name, body.email, body.phone)


@router.get("", response_model=list[CustomerOut])
async def list_customers(
    session: SessionDep, offset: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> list[Customer]:
    return list(await CustomerRepository(session).page(offset, limit))


@router.get("/{customer_id}", response_model=CustomerOut)
async def read_customer(customer_id: int, session: SessionDep) -> Customer:
    return await CustomerRepository(session).get(customer_id)


@router.get("/{customer_id}/orders", response_model=list[OrderOut])
async def list_orders(customer_id: int, orders: OrdersDep, status: OrderStatus | None = None) -> list[OrderView]:
    return await orders.of_customer(customer_id, status)


@router.post("/{customer_id}/deactivate", status_code=204)
async def deactivate_customer(customer_id: int, session: SessionDep) -> None:
    await customers.deactivate(session, customer_id)
