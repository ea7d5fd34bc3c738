"""Engines: an async one for requests, a sync one for reports."""

from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import sessionmaker

from app.settings import get_settings

engine = create_async_engine(get_settings().database_url)
SessionFactory = async_sessionmaker(engine)

report_engine = create_engine(get_settings().report_database_url)
ReportSession = sessionmaker(report_engine)


async def dispose() -> None:
    await engine.dispose()
    report_engine.dispose()
