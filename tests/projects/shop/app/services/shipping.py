"""Prices and progress of shipments."""

from app.clients.carriers import Rate, fetch_rates
from app.domain.shipping import fallback_fee, pack
from app.tariffs import house_rate


def all_rates(weight_grams: int) -> list[Rate]:
    return [*fetch_rates(weight_grams), house_rate(weight_grams)]


def cheapest_rate(weight_grams: int) -> Rate:
    return min(all_rates(weight_grams), key=lambda rate: (rate.cents, rate.days))


def flat_fee(weight_grams: int, order_cents: int) -> int:
    parcel = pack(weight_grams)
    return 0 if parcel is None else fallback_fee(parcel, order_cents)
