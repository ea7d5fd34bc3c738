"""Puts the first products on the shelves."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.db.engine import dispose, engine
from app.db.models import Product

SHELF: tuple[tuple[str, str, int, int, int], ...] = (
    ("MUG-1", "Mug", 1250, 400, 10),
    ("PEN-1", "Pen", 200, 20, 100),
    ("BAG-1", "Bag", 4900, 900, 0),
)

Sessions = async_sessionmaker(engine, class_=AsyncSession, autoflush=False)


async def seed() -> int:
    async with Sessions() as session:
        session.add_all(
            Product(sku=sku, title=title, price_cents=cents, weight_grams=grams, stock=stock)
            for sku, title, cents, grams, stock in SHELF
        )
        await session.commit()
    return len(SHELF)


async def main() -> None:
    try:
        await seed()
    finally:
        await dispose()


if __name__ == "__main__":
    asyncio.run(main())
