"""Routes of orders."""

from fastapi import APIRouter

from app.api.deps import OrdersDep
from app.api.schemas import OrderIn, OrderOut, RateOut
from app.clients import carriers
from app.clients.carriers import Rate
from app.domain.entities import OrderView
from app.services.shipping import cheapest_rate

router = APIRouter(prefix="/orders", tags=["orders"])


@router.post("", status_code=201, response_model=OrderOut)
async def create_order(body: OrderIn, orders: OrdersDep) -> OrderView:
    return await orders.create(body.customer_id, body.items, body.note)


@router.get("/{order_id}", response_model=OrderOut)
async def read_order(order_id: int, orders: OrdersDep) -> OrderView:
    return await orders.view(order_id)


@router.post("/{order_id}/pay", response_model=OrderOut)
async def pay_order(order_id: int, orders: OrdersDep) -> OrderView:
    return await orders.pay(order_id)


@router.post("/{order_id}/ship", response_model=OrderOut)
async def ship_order(order_id: int, orders: OrdersDep) -> OrderView:
    return await orders.ship(order_id)


@router.post("/{order_id}/cancel", response_model=OrderOut)
async def cancel_order(order_id: int, orders: OrdersDep) -> OrderView:
    return await orders.cancel(order_id)


@router.get("/{order_id}/quote", response_model=RateOut)
async def quote_order(order_id: int, orders: OrdersDep) -> Rate:
    order = await orders.view(order_id)
    return cheapest_rate(order.weight_grams)


@router.get("/{order_id}/parcel")
async def track_parcel(order_id: int, orders: OrdersDep) -> dict[str, str]:
    order = await orders.view(order_id)
    return {"status": order.status, "parcel": await carriers.track(order.id)}
