"""Drivers of databases and caches that block the thread. Source: the documentation of each library; PEP 249."""

_CONNECTION = ("commit", "rollback")
_CURSOR = ("execute", "executemany", "callproc", "fetchone", "fetchmany", "fetchall")
_REDIS = (
    *("append", "blpop", "brpop", "decr", "decrby", "delete", "eval", "evalsha", "exists", "expire", "expireat"),
    *("flushall", "flushdb", "get", "getdel", "getset", "hdel", "hexists", "hget", "hgetall", "hincrby", "hkeys"),
    *("hlen", "hmget", "hmset", "hset", "hsetnx", "hvals", "incr", "incrby", "info", "keys", "lindex", "llen", "lpop"),
    *("lpush", "lrange", "lrem", "ltrim", "mget", "mset", "persist", "ping", "publish", "rename", "rpop", "rpush"),
    *("sadd", "scan", "scard", "set", "setex", "setnx", "sismember", "smembers", "srem", "strlen", "sunion", "ttl"),
    *("xadd", "xack", "xgroup_create", "xrange", "xread", "xreadgroup", "zadd", "zcard", "zincrby", "zrange"),
    *("zrangebyscore", "zrank", "zrem", "zscore"),
)
_MONGO = (
    *("aggregate", "bulk_write", "count_documents", "create_index", "delete_many", "delete_one", "distinct"),
    *("estimated_document_count", "find_one", "find_one_and_delete", "find_one_and_replace"),
    *("find_one_and_update", "insert_many", "insert_one", "replace_one", "update_many", "update_one"),
)

_METHODS = {
    "sqlite3.Connection": ("execute", "executemany", "executescript", *_CONNECTION, "backup"),
    "sqlite3.Cursor": (*_CURSOR, "executescript"),
    "psycopg2.extensions.connection": _CONNECTION,
    "psycopg2.extensions.cursor": (*_CURSOR, "copy_expert", "copy_from", "copy_to"),
    "psycopg.Connection": ("execute", *_CONNECTION),
    "psycopg.Cursor": _CURSOR,
    "pymysql.connections.Connection": (*_CONNECTION, "ping"),
    "pymysql.cursors.Cursor": _CURSOR,
    "mysql.connector.connection.MySQLConnection": _CONNECTION,
    "mysql.connector.cursor.MySQLCursor": _CURSOR,
    "sqlalchemy.Engine": ("connect", "begin"),
    "sqlalchemy.Connection": ("execute", "scalar", "scalars", "exec_driver_sql", *_CONNECTION),
    "redis.Redis": _REDIS,
    "redis.RedisCluster": _REDIS,
    "pymongo.collection.Collection": _MONGO,
}

CONNECTS = frozenset(
    {"psycopg2.connect", "psycopg.connect", "psycopg.Connection.connect", "pymysql.connect", "mysql.connector.connect"}
)

DRIVERS = {
    **{f"{owner}.{method}": "waits for the database" for owner, methods in _METHODS.items() for method in methods},
    **dict.fromkeys(CONNECTS, "waits for the database"),
}

ONE_THREAD_ONLY = ("sqlite3.", "sqlalchemy.", "psycopg2.extensions.cursor.", "pymysql.", "mysql.")
"""What these names begin belongs to the thread that opened it, or must not be used by two threads at a time."""

RETURNS = {
    "sqlite3.connect": "sqlite3.Connection",
    "sqlite3.Connection.cursor": "sqlite3.Cursor",
    "sqlite3.Connection.execute": "sqlite3.Cursor",
    "sqlite3.Connection.executemany": "sqlite3.Cursor",
    "sqlite3.Cursor.execute": "sqlite3.Cursor",
    "psycopg2.connect": "psycopg2.extensions.connection",
    "psycopg2.extensions.connection.cursor": "psycopg2.extensions.cursor",
    "psycopg.connect": "psycopg.Connection",
    "psycopg.Connection.connect": "psycopg.Connection",
    "psycopg.Connection.cursor": "psycopg.Cursor",
    "psycopg.Connection.execute": "psycopg.Cursor",
    "pymysql.connect": "pymysql.connections.Connection",
    "pymysql.connections.Connection.cursor": "pymysql.cursors.Cursor",
    "mysql.connector.connect": "mysql.connector.connection.MySQLConnection",
    "mysql.connector.connection.MySQLConnection.cursor": "mysql.connector.cursor.MySQLCursor",
    "sqlalchemy.Engine.connect": "sqlalchemy.Connection",
    "sqlalchemy.Engine.begin": "sqlalchemy.Connection",
    "redis.from_url": "redis.Redis",
    "redis.Redis.from_url": "redis.Redis",
}

ALIASES = {
    "sqlalchemy.engine.Engine": "sqlalchemy.Engine",
    "sqlalchemy.engine.base.Engine": "sqlalchemy.Engine",
    "sqlalchemy.engine.Connection": "sqlalchemy.Connection",
    "sqlalchemy.engine.base.Connection": "sqlalchemy.Connection",
    "psycopg2._psycopg.connection": "psycopg2.extensions.connection",
    "psycopg.connection.Connection": "psycopg.Connection",
    "psycopg.cursor.Cursor": "psycopg.Cursor",
    "pymysql.Connection": "pymysql.connections.Connection",
    "pymysql.connect.Connection": "pymysql.connections.Connection",
    "redis.StrictRedis": "redis.Redis",
    "redis.client.Redis": "redis.Redis",
    "redis.cluster.RedisCluster": "redis.RedisCluster",
    "redis.utils.from_url": "redis.from_url",
    "pymongo.synchronous.collection.Collection": "pymongo.collection.Collection",
}
