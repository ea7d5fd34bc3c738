"""Products in the database."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import Product
from app.domain.errors import NotFound


class ProductRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self) -> Sequence[Product]:
        return (await self._session.scalars(select(Product).order_by(Product.sku))).all()

    async def by_skus(self, skus: Iterable[str]) -> dict[str, Product]:
        wanted = set(skus)
        rows = await self._session.scalars(select(Product).where(Product.sku.in_(wanted)))
        found = {product.sku: product for product in rows}
        for sku in sorted(wanted - found.keys()):
            raise NotFound("product", sku)
        return found

    async def by_sku(self, sku: str) -> Product:
        return (await self.by_skus([sku]))[sku]
