"""What makes an object that can be changed in place, and which annotations promise that nobody does."""

MUTABLE_MAKERS = frozenset(
    {
        "builtins.list",
        "builtins.dict",
        "builtins.set",
        "builtins.bytearray",
        "collections.Counter",
        "collections.OrderedDict",
        "collections.defaultdict",
        "collections.deque",
    }
)
"""Calls of these give a new mutable object each time."""

READ_ONLY_TYPES = frozenset(
    f"{module}.{name}"
    for module in ("collections.abc", "typing")
    for name in (
        "AbstractSet",
        "Collection",
        "Container",
        "Iterable",
        "Mapping",
        "Reversible",
        "Sequence",
        "Set",
        "Sized",
    )
)
"""Abstract types without a method that changes the object (`collections.abc` documentation)."""
