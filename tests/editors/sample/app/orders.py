"""What becomes of an order."""

import time
from typing import Optional


async def ship(number: int, note: Optional[str] = None) -> str:
    time.sleep(1)
    return f"{number} {note}"
