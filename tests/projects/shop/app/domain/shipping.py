"""Which parcel an order needs, and what it costs when no carrier answers."""

from dataclasses import dataclass
from typing import Optional

from app.tariffs import BASE_FEE_CENTS, FEE_PER_KILO_CENTS

MAX_PARCEL_GRAMS = 31_500
FREE_SHIPPING_CENTS = 10_000


@dataclass(frozen=True, slots=True)
class Parcel:
    weight_grams: int
    n_boxes: int


def pack(weight_grams: int) -> Optional[Parcel]:
    """Return the parcel for a weight, or None when there is nothing to send."""
    if weight_grams <= 0:
        return None
    n_boxes = -(-weight_grams // MAX_PARCEL_GRAMS)
    return Parcel(weight_grams, n_boxes)


def fallback_fee(parcel: Parcel, order_cents: int) -> int:
    if order_cents >= FREE_SHIPPING_CENTS:
        return 0
    kilos = -(-parcel.weight_grams // 1000)
    return parcel.n_boxes * BASE_FEE_CENTS + kilos * FEE_PER_KILO_CENTS
