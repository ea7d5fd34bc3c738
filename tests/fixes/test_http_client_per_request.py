"""A client that is made in front of a loop asks for the same, and there is one of it."""

import asyncio
import inspect
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import cast

import httpx
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from support.generated import Imported, examples, indented, laid_out, ways_to_import
from support.mended import loaded, refactored

RULE = "http-client-per-request"

ASYNC_LOOPS = (
    "for url in urls:\n    async with {client}(timeout=3) as client:\n        {get}\n",
    "for number, url in enumerate(urls):\n    async with {client}() as client:  # short\n\n"
    "        # one by one\n        if number:\n            continue\n        {get}\n",
    "if urls:\n    for url in sorted(urls):\n"
    "        async with {client}(\n            timeout=3,\n        ) as client:\n"
    "            {get}\n    found.append('all')\n",
)
SYNC_LOOPS = (
    "for url in urls:\n    client = {client}()\n    {get}\n",
    "for url in urls:\n    with {client}() as client:\n        {get}\n",
    "for url in urls:\n    client = {client}()\n    for _ in range(2):\n        {get}\n",
)


@contextmanager
def answered(made: list[str]) -> Generator[None]:
    """Requests are answered by their addresses, and the clients that are made are noted."""

    def note(kind: str, own_init: Callable[..., None]) -> Callable[..., None]:
        def init(client: object, **options: object) -> None:
            made.append(kind)
            own_init(client, **options)

        return init

    async def get_async(client: object, url: str) -> str:
        return f"answer of {url}"

    def get(client: object, url: str) -> str:
        return f"answer of {url}"

    with pytest.MonkeyPatch.context() as patch:
        for owner, method in ((httpx.AsyncClient, get_async), (httpx.Client, get), (requests.Session, get)):
            patch.setattr(owner, "get", method)
            patch.setattr(owner, "__init__", note(owner.__name__, owner.__init__))
        yield


def check(code: str) -> bool:
    """Whether there is a rewrite of `code`; it finds the same, and makes one client instead of one for each address."""
    after = refactored(code, RULE)
    if after is None:
        return False
    made: list[str] = []
    made_after: list[str] = []
    urls = ["b", "a", "c"]
    with answered(made):
        found = found_by(code, urls)
    with answered(made_after):
        assert found_by(after, urls) == found, after
    assert (len(made), len(made_after)) == (3, 1), after
    assert found_by(after, []) == found_by(code, []), after
    return True


def found_by(code: str, urls: list[str]) -> list[str]:
    """What the program finds behind some addresses."""
    result = loaded(code).run(urls)
    # A module that was just made does not say what its functions give.
    return cast("list[str]", asyncio.run(result) if inspect.iscoroutine(result) else result)


@st.composite
def programs(draw: st.DrawFn) -> str:
    is_async = draw(st.booleans())
    names = ("httpx.AsyncClient",) if is_async else ("httpx.Client", "requests.Session")
    client: Imported = draw(ways_to_import(draw(st.sampled_from(names))))
    loop = draw(st.sampled_from(ASYNC_LOOPS if is_async else SYNC_LOOPS)).replace("{client}", client.text)
    loop = loop.replace("{get}", f"found.append({'await ' if is_async else ''}client.get(url))")
    if client.text.endswith("Session") or "requests" in client.statement:
        loop = loop.replace("timeout=3", "")
    word = "async def" if is_async else "def"
    body = indented(f"found: list[str] = []\n{loop}return found\n")
    return draw(laid_out(f"{client.statement}\n\n{word} run(urls: list[str]):\n{body}\n", most=2))


@examples(15)
@given(programs())
def test_it_finds_the_same(code: str) -> None:
    check(code)


def program(loop: str, client: str, *, is_async: bool) -> str:
    get = "found.append(await client.get(url))" if is_async else "found.append(client.get(url))"
    loop = loop.replace("{client}", client).replace("{get}", get)
    body = indented(f"found: list[str] = []\n{loop}return found\n")
    word = "async def" if is_async else "def"
    return f"import httpx\nimport requests\n\n{word} run(urls: list[str]):\n{body}\n"


def test_each_loop_is_rewritten() -> None:
    assert [check(program(loop, "httpx.AsyncClient", is_async=True)) for loop in ASYNC_LOOPS] == [True] * 3
    assert [check(program(loop, "requests.Session", is_async=False)) for loop in SYNC_LOOPS] == [True] * 3


@pytest.mark.parametrize(
    "loop",
    [
        "for url in urls:\n    with {client}(base_url=url) as client:\n        {get}\n",
        "for url in urls:\n    with {client}() as client:\n        {get}\n    print(url)\n",
        "for url in urls:\n    with {client}() as client:\n        {get}\nelse:\n    print(urls)\n",
        "for url in urls:\n    with {client}() as client: {get}\n",
        "for url in urls:  # each\n    with {client}() as client:\n        {get}\n",
        "for url in urls:\n    with {client}() as client, {client}() as other:\n        {get}\n",
        "for url in urls:\n    print(url)\n    client = {client}()\n    {get}\n",
        "for url in urls:\n    client = {client}()\n    {get}\n    client.close()\n",
        "for url in urls:\n    client = {client}()\n    client.headers['url'] = url\n    {get}\n",
        "for url in urls:\n    client = {client}()\n    client.trust_env = False\n    {get}\n",
        "for url in urls:\n    client = {client}()\n    found.append(use(client))\n",
        "for part in urls:\n    for url in part:\n        client = {client}()\n        {get}\n",
    ],
)
def test_what_is_about_one_item_stays(loop: str) -> None:
    assert refactored(program(loop, "httpx.Client", is_async=False), RULE) is None
