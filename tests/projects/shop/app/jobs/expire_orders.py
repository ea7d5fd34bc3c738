"""Cancels orders that nobody paid."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import async_sessionmaker

from app.db.engine import dispose, engine
from app.domain.entities import OrderStatus
from app.repositories.orders import OrderRepository

PATIENCE = timedelta(days=3)

Sessions = async_sessionmaker(engine, expire_on_commit=False)


async def expire(now: datetime) -> list[int]:
    """Cancel the orders still pending after PATIENCE and return their ids; `now` is in UTC."""
    limit = now.astimezone(UTC).replace(tzinfo=None) - PATIENCE
    async with Sessions() as session:
        stale = await OrderRepository(session).pending_before(limit)
        for order in stale:
            order.status = OrderStatus.CANCELED.value
        await session.commit()
        return [order.id for order in stale]


async def main() -> None:
    try:
        await expire(datetime.now(UTC))
    finally:
        await dispose()


if __name__ == "__main__":
    asyncio.run(main())
