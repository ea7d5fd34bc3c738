"""The command `hexguard server`, kept apart so that no other command loads the protocol libraries."""

import importlib
import ipaddress
import sys

from hexguard.cli.exits import TROUBLE


def serve(address: tuple[str, int] | None, *, allow_remote: bool = False) -> int:
    """Serve one client over standard input and output, or at a TCP address (host, port), until it says goodbye."""
    if address is not None and not allow_remote and not _is_loopback(address[0]):
        message = "is open to other machines, and whoever connects can read your files; add --allow-remote to allow it"
        print(f"error: {address[0]} {message}", file=sys.stderr)
        return TROUBLE
    # Loading the protocol takes half a second, which `hexguard check` must not pay.
    server = importlib.import_module("hexguard.lsp.server")
    try:
        code: int = server.run_stdio() if address is None else server.run_tcp(*address)
    except OSError as error:
        where = "the standard streams" if address is None else f"{address[0]}:{address[1]}"
        print(f"error: cannot serve at {where}: {error.strerror or error}", file=sys.stderr)
        return TROUBLE
    return code


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
