"""How calls of requests are said in httpx. Source: the httpx documentation, *Requests Compatibility*."""

METHODS = frozenset(f"requests.{method}" for method in ("get", "options", "head", "post", "put", "patch", "delete"))
"""Functions of requests that are methods of an `httpx.AsyncClient` as well, the address first."""

BODIES = frozenset({"json", "data"})
"""Arguments that only the methods with a body take in httpx."""

METHODS_WITH_BODY = frozenset({"requests.post", "requests.put", "requests.patch"})

ARGUMENTS = frozenset({"url", "params", "headers", "json", "data", "auth", "timeout", "allow_redirects"})
"""Arguments that can be said in httpx; `cookies` belong to the client there, `files` get other names and types."""

RESPONSE_ATTRIBUTES = frozenset({"json", "text", "content", "status_code", "headers", "raise_for_status"})
"""What both libraries call the same in a response."""

HEADER_METHODS = frozenset({"get"})
"""What may be asked of the headers, besides one by its name: httpx lists them in lower case."""

FAMILY_NEUTRAL_ERRORS = frozenset(
    {"Exception", "BaseException", "KeyError", "IndexError", "LookupError", "TypeError", "AttributeError"}
)
"""Errors whose handlers treat both libraries alike; `OSError` is the base of the errors of requests only."""
