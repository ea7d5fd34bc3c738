"""Routes of products and of what it costs to send them."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

from app.api.deps import RatesDep, SessionDep
from app.api.schemas import ProductOut, RateOut
from app.clients.carriers import Rate
from app.db.models import Product
from app.repositories.products import ProductRepository
from app.services import stock
from app.services.shipping import cheapest_rate, flat_fee

router = APIRouter(tags=["products"])


@router.get("/products", response_model=list[ProductOut])
async def list_products(session: SessionDep) -> list[Product]:
    return list(await ProductRepository(session).all())


@router.post("/products/{sku}/restock")
async def restock_product(sku: str, session: SessionDep, quantity: Annotated[int, Query(gt=0)]) -> dict[str, int]:
    level = await stock.restock(session, sku, quantity)
    await stock.settle()
    return {"stock": level}


@router.get("/products/{sku}/available")
async def product_available(sku: str, session: SessionDep, quantity: int = 1) -> dict[str, bool]:
    return {"available": await stock.wait_for_stock(session, sku, quantity)}


@router.get("/rates", response_model=list[RateOut])
async def list_rates(rates: RatesDep) -> list[Rate]:
    return sorted(rates, key=lambda rate: rate.cents)


@router.get("/rates/cheapest", response_model=RateOut)
async def read_cheapest_rate(grams: int) -> Rate:
    return await asyncio.to_thread(cheapest_rate, grams)


@router.get("/rates/flat")
async def read_flat_fee(grams: int, order_cents: int = 0) -> dict[str, int]:
    return {"cents": flat_fee(grams, order_cents)}
