"""Rates and tracking of the parcel carriers."""

from dataclasses import dataclass

import requests

from app.settings import get_settings


@dataclass(frozen=True, slots=True)
class Rate:
    carrier: str
    cents: int
    days: int


def fetch_rates(weight_grams: int) -> list[Rate]:
    settings = get_settings()
    response = requests.get(
        f"{settings.carrier_url}/rates",
        params={"grams": weight_grams},
        timeout=settings.request_timeout,
    )
    response.raise_for_status()
    return [Rate(item["carrier"], item["cents"], item["days"]) for item in response.json()]


async def track(order_id: int) -> str:
    settings = get_settings()
    response = requests.get(f"{settings.carrier_url}/parcels/{order_id}", timeout=settings.request_timeout)
    if response.status_code == 404:
        return "unknown"
    return str(response.json()["state"])
