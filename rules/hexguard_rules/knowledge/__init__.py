"""Tables of what is known about libraries, put together for the index."""

from hexguard.index.knowledge import Knowledge
from hexguard_rules.knowledge.alembic import RETURNS as MIGRATION_RETURNS
from hexguard_rules.knowledge.blocking import ALIASES as BLOCKING_ALIASES
from hexguard_rules.knowledge.blocking import BLOCKING, REQUEST_METHODS
from hexguard_rules.knowledge.blocking import RETURNS as BLOCKING_RETURNS
from hexguard_rules.knowledge.pooling import ALIASES as POOLING_ALIASES
from hexguard_rules.knowledge.pydantic import FLUENT, PYDANTIC_ALIASES, SCHEMA_BASES, SETTINGS_BASES
from hexguard_rules.knowledge.sqlalchemy import (
    ALIASES,
    COLUMNS,
    DATACLASS_BASES,
    ENTERS,
    FACTORIES,
    MODEL_BASES,
    RETURNS,
)
from hexguard_rules.knowledge.tasks import LOOPS

KNOWLEDGE = Knowledge(
    aliases={
        **ALIASES,
        **BLOCKING_ALIASES,
        **PYDANTIC_ALIASES,
        **POOLING_ALIASES,
        "starlette.applications.Starlette": "starlette.applications.Starlette",
        "fastapi.applications.FastAPI": "fastapi.FastAPI",
        "fastapi.routing.APIRouter": "fastapi.APIRouter",
        "fastapi.param_functions.Depends": "fastapi.Depends",
        "requests.sessions.Session": "requests.Session",
        "requests.session": "requests.Session",
        **{f"requests.api.{method}": f"requests.{method}" for method in REQUEST_METHODS},
        "httpx._client.Client": "httpx.Client",
        "urllib3.poolmanager.PoolManager": "urllib3.PoolManager",
        "urllib3.poolmanager.ProxyManager": "urllib3.ProxyManager",
        "urllib3.connectionpool.HTTPConnectionPool": "urllib3.HTTPConnectionPool",
        "urllib3.connectionpool.HTTPSConnectionPool": "urllib3.HTTPSConnectionPool",
        "typing_extensions.Optional": "typing.Optional",
        "typing_extensions.Union": "typing.Union",
    },
    returns={**MIGRATION_RETURNS, **RETURNS, **BLOCKING_RETURNS, **LOOPS},
    fluent=FLUENT,
    enters=ENTERS,
    blocking=BLOCKING,
    threads=frozenset(
        {
            "anyio.to_thread.run_sync",
            "asyncio.to_thread",
            "fastapi.concurrency.run_in_threadpool",
            "starlette.concurrency.run_in_threadpool",
        }
    ),
    dependencies=frozenset({"fastapi.Depends", "fastapi.Security", "litestar.di.Provide"}),
    routers=frozenset({"fastapi.FastAPI", "fastapi.APIRouter"}),
    model_bases=MODEL_BASES,
    relationships=frozenset({"sqlalchemy.orm.relationship"}),
    dataclass_bases=DATACLASS_BASES,
    columns=COLUMNS,
    factories=FACTORIES,
    schema_bases=SCHEMA_BASES,
    settings_bases=SETTINGS_BASES,
    transparent_decorators=frozenset(
        {
            "builtins.staticmethod",
            "builtins.classmethod",
            "functools.cache",
            "functools.lru_cache",
            "functools.wraps",
            "typing.override",
            "typing_extensions.override",
            "typing.final",
            "abc.abstractmethod",
        }
    ),
)
"""All that the index knows about libraries."""
