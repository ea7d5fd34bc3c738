"""A client that sends nonsense: the server answers or passes over it, and goes on."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "server"), str(ROOT / "rules")))}
PATIENCE = 30.0
URI = "file:///nowhere/app.py"
SLEEP = "import time\n\n\nasync def wait() -> None:\n    time.sleep(1)\n"
HUGE = 2**31 - 1


class Raw:
    """A client that sends whatever it is told."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._n_requests = 0

    def send(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)

    def message(self, **content: object) -> None:
        body = json.dumps({"jsonrpc": "2.0", **content}).encode()
        self.send(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    async def ask(self, method: str, params: object = None) -> dict[str, object]:
        """The answer to a request; what comes before it is passed over."""
        self._n_requests += 1
        self.message(id=self._n_requests, method=method, params=params)
        return await self.until("id", self._n_requests)

    async def until(self, key: str, value: object) -> dict[str, object]:
        async with asyncio.timeout(PATIENCE):
            while (found := await self._read()).get(key) != value or ("id" in found and "method" in found):
                pass
        return found

    async def _read(self) -> dict[str, object]:
        assert self.process.stdout
        header = await self.process.stdout.readuntil(b"\r\n\r\n")
        length = int(header.partition(b"Content-Length:")[2].partition(b"\r\n")[0])
        return msgspec.json.decode(await self.process.stdout.readexactly(length), type=dict[str, object])


@asynccontextmanager
async def server(*, initialized: bool = True) -> AsyncGenerator[Raw]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hexguard", "server", stdin=PIPE, stdout=PIPE, stderr=PIPE, env=ENVIRONMENT
    )
    client = Raw(process)
    # Whatever the server logs has to go somewhere, or it would wait for ever.
    assert process.stderr
    drain = asyncio.create_task(process.stderr.read())
    try:
        if initialized:
            assert "result" in await client.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
            client.message(method="initialized", params={})
        yield client
    finally:
        if process.returncode is None:
            assert process.stdin
            process.stdin.close()
        async with asyncio.timeout(PATIENCE):
            await process.wait()
            await drain


def change(start: tuple[int, int], end: tuple[int, int], *, version: object = 2, uri: str = URI) -> dict[str, object]:
    places = {
        "start": {"line": start[0], "character": start[1]},
        "end": {"line": end[0], "character": end[1]},
    }
    return {
        "textDocument": {"uri": uri, "version": version},
        "contentChanges": [{"range": places, "text": "\n"}],
    }


def notification(method: str, params: object) -> bytes:
    return framed(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}).encode())


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


NONSENSE = {
    "no JSON": framed(b"{{{{"),
    "no UTF-8": framed(b"\xff\xfe\xfd"),
    "a list": framed(b"[1, 2]"),
    "a number": framed(b"7"),
    "nested too deeply": framed(b"[" * 100_000),
    "another protocol": framed(b'{"id": 1, "method": "x"}'),
    "no method": framed(b'{"jsonrpc": "2.0"}'),
    "a method that is no text": framed(b'{"jsonrpc": "2.0", "method": 5, "params": {}}'),
    "an answer to nothing": framed(b'{"jsonrpc": "2.0", "id": 99, "result": null}'),
    "an error about nothing": framed(b'{"jsonrpc": "2.0", "id": 99, "error": {"code": 1, "message": "x"}}'),
    "an unknown notification": notification("x/y", {"a": 1}),
    "the cancelling of nothing": notification("$/cancelRequest", {"id": 77}),
    "a length that is too short": b"Content-Length: 5\r\n\r\n" + b'{"jsonrpc": "2.0", "method": "x/y", "params": {}}',
    "a length that is too long": b"Content-Length: 60\r\n\r\n" + b'{"jsonrpc": "2.0", "method": "x/y"}' + b" " * 40,
    "a length beyond all measure": b"Content-Length: 99999999999999\r\n\r\n",
    "a length that is no number": b"Content-Length: many\r\n\r\n{}",
    "a small header": framed(b"{}").replace(b"Content-Length", b"content-length"),
    "garbage": b"garbage\r\n\r\n\0\0\0" * 3000,
    "an edit far outside": notification("textDocument/didChange", change((HUGE, HUGE), (HUGE, HUGE))),
    "a reversed edit": notification("textDocument/didChange", change((4, 0), (1, 0))),
    "negative numbers": notification("textDocument/didChange", change((-1, -5), (-1, -1))),
    "an older version": notification("textDocument/didChange", change((0, 0), (0, 0), version=-4)),
    "a version that is no number": notification("textDocument/didChange", change((0, 0), (0, 0), version="two")),
    "an edit of an unknown document": notification(
        "textDocument/didChange", change((0, 0), (0, 0), uri="file:///x.py")
    ),
    "an edit without a text": notification("textDocument/didChange", {"textDocument": {"uri": URI, "version": 3}}),
    "the closing of an unknown document": notification("textDocument/didClose", {"textDocument": {"uri": "x"}}),
    "a document with an odd uri": notification(
        "textDocument/didOpen",
        {"textDocument": {"uri": "file://[::x/%00", "languageId": "python", "version": 1, "text": SLEEP}},
    ),
    "a document that is open": notification(
        "textDocument/didOpen", {"textDocument": {"uri": URI, "languageId": "python", "version": 9, "text": SLEEP}}
    ),
    "settings that are none": notification("workspace/didChangeConfiguration", {"settings": [1, {"hexguard": 5}]}),
    "a second start": framed(b'{"jsonrpc": "2.0", "id": "again", "method": "initialize", "params": {}}'),
}


async def test_the_server_survives() -> None:
    async with server() as client:
        for name, nonsense in NONSENSE.items():
            text = {"uri": URI, "languageId": "python", "version": 1, "text": SLEEP}
            client.message(method="textDocument/didOpen", params={"textDocument": text})
            client.send(nonsense)
            # A message may be lost with a broken header before it; the one after it may not.
            client.message(method="$/lost", params={})
            where = {"textDocument": {"uri": URI}, "position": {"line": 4, "character": 6}}
            answer = await client.ask("textDocument/hover", where)
            assert "result" in answer, name


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("no/such", {}, -32601),
        ("textDocument/hover", {"textDocument": 5}, -32602),
        ("textDocument/codeAction", None, -32602),
        ("codeAction/resolve", {"title": "x"}, -32602),
        ("codeAction/resolve", {"title": "x", "data": {"type": "none", "uri": "file:///x"}}, -32602),
        ("codeAction/resolve", {"title": "x", "data": {"type": "many", "uri": "file:///x"}}, -32801),
        ("workspace/executeCommand", {"command": "hexguard.apply"}, -32602),
        (
            "workspace/executeCommand",
            {"command": "hexguard.apply", "arguments": [{"type": "everywhere", "uri": "file:///x"}]},
            -32801,
        ),
        ("workspace/executeCommand", {"command": "rm"}, -32602),
        ("initialize", {"capabilities": {}}, -32600),
    ],
)
async def test_a_request_that_makes_no_sense_is_answered(method: str, params: object, code: int) -> None:
    async with server() as client:
        error = (await client.ask(method, params))["error"]
        assert isinstance(error, dict)
        assert error["code"] == code
        assert error["message"]


async def test_nothing_is_answered_before_the_start_and_after_the_end() -> None:
    async with server(initialized=False) as client:
        error = (await client.ask("textDocument/hover", {}))["error"]
        assert isinstance(error, dict)
        assert error["code"] == -32002
    async with server() as client:
        assert (await client.ask("shutdown"))["result"] is None
        error = (await client.ask("textDocument/hover", {}))["error"]
        assert isinstance(error, dict)
        assert error["code"] == -32600


@pytest.mark.parametrize(
    ("farewell", "code"), [(("shutdown", "exit"), 0), (("exit",), 1), ((), 1)], ids=["in order", "at once", "never"]
)
async def test_the_exit_code_tells_how_it_ended(farewell: tuple[str, ...], code: int) -> None:
    async with server() as client:
        for method in farewell:
            if method == "exit":
                client.message(method=method)
            else:
                await client.ask(method)
        if not farewell:
            assert client.process.stdin
            client.process.stdin.close()
        async with asyncio.timeout(PATIENCE):
            assert await client.process.wait() == code


async def test_a_request_can_be_cancelled() -> None:
    async with server() as client:
        text = {"uri": URI, "languageId": "python", "version": 1, "text": SLEEP * 2000}
        client.message(method="textDocument/didOpen", params={"textDocument": text})
        position = {"textDocument": {"uri": URI}, "position": {"line": 4, "character": 6}}
        client.message(id="slow", method="textDocument/hover", params=position)
        client.message(method="$/cancelRequest", params={"id": "slow"})
        error = (await client.until("id", "slow"))["error"]
        assert isinstance(error, dict)
        assert error["code"] == -32800


async def test_one_client_can_connect_to_a_socket() -> None:
    command = (sys.executable, "-m", "hexguard", "server", "--tcp", "127.0.0.1:0")
    process = await asyncio.create_subprocess_exec(*command, stderr=PIPE, env=ENVIRONMENT)
    assert process.stderr
    async with asyncio.timeout(PATIENCE):
        port = int((await process.stderr.readline()).rpartition(b":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        params: dict[str, object] = {"capabilities": {}}
        initialize: dict[str, object] = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
        shutdown: dict[str, object] = {"jsonrpc": "2.0", "id": 2, "method": "shutdown"}
        for message in (initialize, shutdown):
            writer.write(framed(json.dumps(message).encode()))
            assert b"Content-Length" in await reader.readuntil(b"\r\n\r\n")
        writer.write(framed(b'{"jsonrpc": "2.0", "method": "exit"}'))
        assert await process.wait() == 0
        writer.close()
