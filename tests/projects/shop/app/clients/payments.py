"""The payment provider."""

from typing import Any, Union

import requests

from app.domain.errors import PaymentDeclined
from app.settings import Settings

Amount = Union[int, str]


class PaymentClient:
    def __init__(self, settings: Settings) -> None:
        self._url = settings.payment_url
        self._timeout = settings.request_timeout

    async def charge(self, order_id: int, amount: Amount) -> str:
        """Charge an amount in cents and return the provider's reference."""
        payload = {"order": order_id, "cents": int(amount)}
        response = requests.post(f"{self._url}/charges", json=payload, timeout=self._timeout)
        answer: dict[str, Any] = response.json()
        if response.status_code != 201:
            raise PaymentDeclined(order_id, answer.get("reason", "no reason given"))
        return str(answer["reference"])
