"""Starts the language server, on the standard streams or on a socket, and ends it with the right exit code."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable

from lsprotocol import types as lsp

from hexguard.lsp.features import (
    code_actions,
    commands,
    completion,
    configuration,
    hover,
    information,
    lifecycle,
    sync,
    timings,
    watching,
)
from hexguard.lsp.framing import Framer
from hexguard.lsp.outbox import TIMINGS
from hexguard.lsp.service import Service
from hexguard.lsp.target import APPLY, SHOW_DOCUMENTATION

READ_SIZE = 64 * 1024

FEATURES: tuple[tuple[str, Callable[..., object]], ...] = (
    (lsp.INITIALIZE, lifecycle.initialize),
    (lsp.INITIALIZED, lifecycle.initialized),
    (lsp.EXIT, lifecycle.leave),
    (lsp.TEXT_DOCUMENT_DID_OPEN, sync.did_open),
    (lsp.TEXT_DOCUMENT_DID_CHANGE, sync.did_change),
    (lsp.TEXT_DOCUMENT_DID_SAVE, sync.did_save),
    (lsp.TEXT_DOCUMENT_DID_CLOSE, sync.did_close),
    (lsp.TEXT_DOCUMENT_HOVER, hover.hover),
    (lsp.CODE_ACTION_RESOLVE, code_actions.resolve),
    (lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, configuration.did_change),
    (lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, configuration.did_change_folders),
    (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, watching.did_change_files),
    (TIMINGS, timings.timings),
    (information.EXPLAIN, information.explain),
    (information.PROJECT, information.project),
)

COMMANDS: tuple[tuple[str, Callable[..., object]], ...] = (
    (APPLY, commands.apply),
    (SHOW_DOCUMENTATION, commands.show_documentation),
)


def create() -> Service:
    """A server with all features, ready to be connected."""
    service = Service()
    register(service)
    return service


def register(service: Service) -> None:
    """Give a server all features, besides those that wait for what the client can do."""
    for method, handler in FEATURES:
        service.feature(method)(handler)
    service.feature(lsp.TEXT_DOCUMENT_COMPLETION, completion.OPTIONS)(completion.complete)
    for name, handler in COMMANDS:
        service.command(name)(handler)


def run_stdio() -> int:
    """Serve the client on the standard streams until it leaves; the exit code of the process comes back."""
    source, sink = os.dup(0), os.dup(1)
    # Whatever else reads or prints in this process must not touch the protocol's streams.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    return asyncio.run(_serve_stdio(create(), source, sink))


def run_tcp(host: str, port: int) -> int:
    """Serve one client on a socket until it leaves; the address is told on the standard error stream.

    With port 0 the system chooses one. Raises `OSError` if the address cannot be had.
    """
    return asyncio.run(_serve_tcp(create(), host, port))


class _Pipe:
    """Writes messages whole."""

    def __init__(self, service: Service, handle: int) -> None:
        self._service = service
        self._file = os.fdopen(handle, "wb")

    def write(self, data: bytes) -> None:
        try:
            self._file.write(data)
            self._file.flush()
        except OSError:
            # The client is gone, and with it everybody who could be told.
            self._service.finish(orderly=False)

    def close(self) -> None:
        self._file.close()


async def _serve_stdio(service: Service, source: int, sink: int) -> int:
    service.protocol.set_writer(_Pipe(service, sink))
    loop = asyncio.get_running_loop()

    def read() -> None:
        framer = Framer()
        while data := os.read(source, READ_SIZE):
            for body in framer.feed(data):
                loop.call_soon_threadsafe(service.connection.receive, body)
        loop.call_soon_threadsafe(lambda: service.finish(orderly=False))

    finished = asyncio.ensure_future(service.finished())
    threading.Thread(target=read, name="hexguard-reader", daemon=True).start()
    return await finished


async def _serve_tcp(service: Service, host: str, port: int) -> int:
    has_client = False

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal has_client
        if has_client:
            writer.close()
            return
        has_client = True
        service.protocol.set_writer(writer)
        framer = Framer()
        while data := await reader.read(READ_SIZE):
            for body in framer.feed(data):
                service.connection.receive(body)
        service.finish(orderly=False)

    finished = asyncio.ensure_future(service.finished())
    server = await asyncio.start_server(connected, host, port)
    address = server.sockets[0].getsockname()
    sys.stderr.write(f"hexguard listens on {address[0]}:{address[1]}\n")
    sys.stderr.flush()
    try:
        return await finished
    finally:
        server.close()
