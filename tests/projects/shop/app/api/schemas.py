"""Bodies of requests and responses."""

from datetime import datetime
from typing import Optional

from pydantic import BaseModel, ConfigDict, Field

from app.domain.entities import OrderStatus


class CustomerIn(BaseModel):
    name: str = Field(min_length=1, max_length=120)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)
    phone: Optional[str] = None


class CustomerOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    email: str
    phone: str | None
    active: bool


class ProductOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    sku: str
    title: str
    price_cents: int
    stock: int


class OrderIn(BaseModel):
    customer_id: int
    items: dict[str, int] = Field(min_length=1)
    note: str | None = Field(default=None, max_length=500)


class LineOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    sku: str
    quantity: int
    total_cents: int


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    customer: str
    status: OrderStatus
    total_cents: int
    created_at: datetime
    shipped_at: datetime | None
    lines: list[LineOut] = []


class RateOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    carrier: str
    cents: int
    days: int
