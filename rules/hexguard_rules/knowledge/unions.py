"""Which objects `|` takes beside a type when it runs. Source: documentation of each library, *Stdlib types* (PEP 604).

`Optional[...]` takes anything, so what looks like a class and is a function works there, and fails beside `|`.
"""

import builtins

CLASSES = frozenset(
    f"builtins.{name}" for name, value in vars(builtins).items() if isinstance(value, type)
) | frozenset(
    {
        "array.array",
        "collections.defaultdict",
        "collections.deque",
        "datetime.date",
        "datetime.datetime",
        "datetime.time",
        "datetime.timedelta",
        "datetime.timezone",
        "datetime.tzinfo",
        "numpy.ndarray",
    }
)
"""Classes that are not written like one."""

NO_CLASSES = frozenset(
    {
        "builtins.Ellipsis",
        "builtins.NotImplemented",
        "dataclasses.InitVar",
        "tempfile.NamedTemporaryFile",
        "tempfile.TemporaryFile",
        "threading.Lock",
        "threading.RLock",
        "typing.NamedTuple",
        "typing.TypedDict",
        "typing_extensions.NamedTuple",
        "typing_extensions.TypedDict",
        *(
            f"multiprocessing.{name}"
            for name in (
                "Array",
                "Barrier",
                "BoundedSemaphore",
                "Condition",
                "Event",
                "JoinableQueue",
                "Lock",
                "Manager",
                "Pipe",
                "Pool",
                "Queue",
                "RLock",
                "RawArray",
                "RawValue",
                "Semaphore",
                "SimpleQueue",
                "Value",
            )
        ),
    }
)
"""Functions, and other objects without `|`, that are written like a class."""

TYPE_MAKERS = frozenset({"TypeVar", "NewType"})
"""What makes an object that takes `|`, by its last name."""
