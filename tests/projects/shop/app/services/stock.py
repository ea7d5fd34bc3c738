"""Use cases around the stock of products."""

import asyncio
from collections.abc import Mapping
from time import sleep

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import Product
from app.domain.errors import OutOfStock
from app.repositories.products import ProductRepository

POLL_SECONDS = 0.01


def reserve(products: Mapping[str, Product], wanted: Mapping[str, int]) -> None:
    for sku, quantity in wanted.items():
        product = products[sku]
        if product.stock < quantity:
            raise OutOfStock(sku, quantity, product.stock)
        product.stock -= quantity


async def restock(session: AsyncSession, sku: str, quantity: int) -> int:
    product = await ProductRepository(session).by_sku(sku)
    product.stock += quantity
    session.flush()
    level = product.stock
    await session.commit()
    return level


async def wait_for_stock(session: AsyncSession, sku: str, quantity: int, polls: int = 3) -> bool:
    for _ in range(polls):
        product = await ProductRepository(session).by_sku(sku)
        if product.stock >= quantity:
            return True
        sleep(POLL_SECONDS)
        await session.refresh(product)
    return False


async def settle() -> None:
    """Give the warehouse system a moment to see a change."""
    await asyncio.sleep(POLL_SECONDS)
