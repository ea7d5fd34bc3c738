"""FastAPI's own client for tests, which starts an application, asks it and stops it."""

import warnings
from typing import cast

from fastapi import FastAPI

with warnings.catch_warnings():
    # The client works with httpx, and would rather have the successor that FastAPI itself does not ask for.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient


def answers(app: FastAPI, *paths: str) -> list[object]:
    """What the application answers to `paths`, as JSON, between its start and its stop; raises what its handlers do."""
    with TestClient(app) as client:
        # What an answer holds is up to the application.
        return [cast("object", client.get(path).json()) for path in paths]  # pyright: ignore[reportUnknownMemberType]
