"""Notices to the webhook that the back office listens on."""

import logging
import time
from typing import Optional

import httpx

from app.settings import get_settings

logger = logging.getLogger(__name__)


async def post(subject: str, body: str, tags: list[str] = []) -> bool:
    """Deliver a notice and say whether somebody took it."""
    settings = get_settings()
    if settings.webhook_url is None:
        return False
    payload = {"subject": subject, "body": body, "tags": [*tags, "shop"]}
    async with httpx.AsyncClient(timeout=settings.request_timeout) as client:
        for _ in range(settings.webhook_attempts):
            failure = await attempt(client, settings.webhook_url, payload)
            if failure is None:
                return True
            logger.info("notice %r not taken: %s", subject, failure)
            time.sleep(settings.retry_delay)
    return False


async def attempt(client: httpx.AsyncClient, url: str, payload: dict[str, object]) -> Optional[str]:
    try:
        response = await client.post(url, json=payload)
        response.raise_for_status()
    except httpx.HTTPError as error:
        return str(error)
    return None
