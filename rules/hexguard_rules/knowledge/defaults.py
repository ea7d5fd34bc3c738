"""What is known about values for the defaults of columns: what differs from call to call, and what can be changed."""

NOW = frozenset({"datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow"})
"""Functions that tell the time as a `datetime`."""

FRESH = NOW | frozenset(
    {
        "datetime.date.today",
        "os.urandom",
        "random.choice",
        "random.getrandbits",
        "random.randint",
        "random.random",
        "random.randrange",
        "secrets.choice",
        "secrets.token_bytes",
        "secrets.token_hex",
        "secrets.token_urlsafe",
        "time.time",
        "time.time_ns",
        "uuid.uuid1",
        "uuid.uuid4",
        "uuid.uuid6",
        "uuid.uuid7",
    }
)
"""Functions that are called for a value that no other call gives."""

CONTAINERS = {"builtins.dict": "{}", "builtins.list": "[]", "builtins.set": "set()"}
"""Classes of values that can be changed, with what an empty one is written as."""
