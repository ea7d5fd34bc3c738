"""What is known about clients and engines that keep connections. Source: the documentation of each library."""

VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request"})

NEVER_ENDING = frozenset(f"{owner}.{verb}" for owner in ("requests", "requests.Session") for verb in VERBS)
"""Calls that wait as long as the other side likes, unless they are given a `timeout`."""

PATIENT_CLIENTS = frozenset({"aiohttp.ClientSession"})
"""Clients whose requests wait for five minutes, unless they are given a `timeout`."""

IMPATIENT = frozenset({"httpx.Client", "httpx.AsyncClient"})
"""Clients whose requests wait for five seconds, unless they are given another `timeout`."""

CLIENTS = frozenset({"aiohttp.ClientSession", "httpx.AsyncClient", "httpx.Client", "requests.Session"})
"""Clients that keep connections for the next request."""

OWN_CONNECTION = ("app", "cert", "connector", "mounts", "proxies", "proxy", "transport", "verify")
"""Arguments of clients that connect in a way of their own."""

RUN_ONCE = frozenset(
    {
        "",
        "check",
        "close",
        "connect",
        "init",
        "initialize",
        "login",
        "main",
        "ping",
        "run",
        "setup",
        "shutdown",
        "start",
    }
    | {"startup", "stop"}
)
"""Words in the names of methods that run once; that of a dunder method begins with the empty one."""

CLOSING = {
    "aio_pika.connect": "await {name}.close()",
    "aio_pika.connect_robust": "await {name}.close()",
    "aiohttp.ClientSession": "await {name}.close()",
    "aiokafka.AIOKafkaConsumer": "await {name}.stop()",
    "aiokafka.AIOKafkaProducer": "await {name}.stop()",
    "asyncpg.create_pool": "await {name}.close()",
    "httpx.AsyncClient": "await {name}.aclose()",
    "motor.motor_asyncio.AsyncIOMotorClient": "{name}.close()",
    "redis.asyncio.Redis": "await {name}.aclose()",
    "redis.asyncio.Redis.from_url": "await {name}.aclose()",
    "redis.asyncio.from_url": "await {name}.aclose()",
    "sqlalchemy.create_engine": "{name}.dispose()",
    "sqlalchemy.ext.asyncio.create_async_engine": "await {name}.dispose()",
}
"""What opens connections, and the statement that closes them."""

CLOSERS = frozenset({"aclose", "close", "disconnect", "dispose", "shutdown", "stop"})
"""Methods that close connections."""

SESSION_MAKERS = frozenset(
    {"sqlalchemy.orm.Session", "sqlalchemy.orm.sessionmaker", "sqlalchemy.ext.asyncio.async_sessionmaker"}
)
"""What takes an engine and never closes it."""

ENGINES = frozenset({"sqlalchemy.create_engine", "sqlalchemy.ext.asyncio.create_async_engine"})

NETWORK_DIALECTS = frozenset(
    {"postgresql", "postgres", "mysql", "mariadb", "oracle", "mssql", "cockroachdb", "redshift"}
)
"""Dialects whose databases are reached over a network, so that a connection can be lost while it waits in the pool."""

NETWORK_ADDRESSES = frozenset(
    f"{module}.{name}"
    for module in ("pydantic", "pydantic.networks")
    for name in ("PostgresDsn", "MySQLDsn", "MariaDBDsn", "CockroachDsn")
)
"""Types of settings that hold the address of such a database."""

POOLS_THAT_KEEP = frozenset({"sqlalchemy.QueuePool", "sqlalchemy.pool.QueuePool", "sqlalchemy.AsyncAdaptedQueuePool"})
"""Classes of pools that keep connections for later."""

POOL_SIZES = ("pool_size", "max_overflow", "pool_timeout")
"""Arguments that say how many connections a pool keeps."""

ALIASES = {
    "aiohttp.client.ClientSession": "aiohttp.ClientSession",
    "httpx._client.AsyncClient": "httpx.AsyncClient",
    "sqlmodel.create_engine": "sqlalchemy.create_engine",
    "sqlalchemy.pool.impl.QueuePool": "sqlalchemy.pool.QueuePool",
    "sqlalchemy.pool.AsyncAdaptedQueuePool": "sqlalchemy.AsyncAdaptedQueuePool",
}
