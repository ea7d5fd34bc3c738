"""Settings of the service, read once from the environment."""

from functools import lru_cache
from typing import Optional

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_", env_file=".env", extra="ignore")

    database_url: str = "sqlite+aiosqlite:///shop.db"
    report_database_url: str = "sqlite:///shop.db"
    carrier_url: str = "http://127.0.0.1:9101"
    payment_url: str = "http://127.0.0.1:9102"
    greeting: str = "Thank you, {customer}."
    webhook_url: Optional[str] = None
    webhook_attempts: int = 3
    retry_delay: float = 0.01
    request_timeout: float = 5.0
    label_command: list[str] = Field(default_factory=lambda: ["lpr", "-o", "raw"])


@lru_cache
def get_settings() -> Settings:
    return Settings()
