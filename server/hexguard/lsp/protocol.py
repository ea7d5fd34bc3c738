"""Answers every message, also one that is malformed or comes at the wrong time, so that no client waits in vain."""

import json
from collections.abc import Mapping
from typing import cast

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import RPCMessage

from hexguard.lsp.keystroke import edit_of
from hexguard.settings.report import is_table

CONTENT_MODIFIED = -32801


def content_modified() -> JsonRpcException:
    """The error that a client expects when its document has changed since it asked."""
    return JsonRpcException("the document has changed since this action was offered", code=CONTENT_MODIFIED)


def refused(message: str) -> JsonRpcException:
    """The error for what cannot be done, with the reason for the person who asked."""
    return JsonRpcException(message, code=int(lsp.LSPErrorCodes.RequestFailed))


# pygls keeps texts of its own for these and ends the process itself on `exit`; all of that is ours here.
_REPLACED = (
    lsp.TEXT_DOCUMENT_DID_OPEN,
    lsp.TEXT_DOCUMENT_DID_CHANGE,
    lsp.TEXT_DOCUMENT_DID_CLOSE,
    lsp.NOTEBOOK_DOCUMENT_DID_OPEN,
    lsp.NOTEBOOK_DOCUMENT_DID_CHANGE,
    lsp.NOTEBOOK_DOCUMENT_DID_CLOSE,
    lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
    lsp.EXIT,
)


def to_json(value: object) -> bytes:
    """A value as JSON. Text may hold lone surrogates, which only the slower encoder can write."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value).encode()


class Encoded(msgspec.Struct, frozen=True):
    """The result of a request as JSON: what is large or frequent is written where it is made."""

    json: bytes


class Protocol(LanguageServerProtocol):
    """The protocol of pygls, without its text documents, and with answers for what it would let drop."""

    is_initialized = False

    @property
    def is_shut_down(self) -> bool:
        """Whether the client said `shutdown`."""
        return self._shutdown

    def receive(self, body: bytes) -> None:
        """Handle the body of one message."""
        if (edit := edit_of(body)) and self.is_initialized and not self._shutdown:
            self._handle_notification(lsp.TEXT_DOCUMENT_DID_CHANGE, edit)
            return
        try:
            # JSON can be nested deeper than the parser can go.
            message: object = json.loads(body)
        except (ValueError, RecursionError) as error:
            self.refuse(None, lsp.ErrorCodes.ParseError, f"the message is no valid JSON: {error}")
            return
        if not is_table(message) or message.get("jsonrpc") != self.VERSION:
            identifier = message.get("id") if is_table(message) else None
            self.refuse(identifier, lsp.ErrorCodes.InvalidRequest, "the message is no JSON-RPC 2.0 object")
            return
        method = message.get("method")
        if trouble := self._trouble_with(method):
            if "id" in message:
                self.refuse(message["id"], *trouble)
            return
        try:
            # pygls does not say what comes out; `handle_message` takes it as it is.
            structured = cast(RPCMessage, self.structure_message(dict(message)))  # it is one of those
        except JsonRpcException as error:
            self._refuse_malformed(message, error)
            return
        self.is_initialized = self.is_initialized or method == lsp.INITIALIZE
        self.handle_message(structured)

    def notify_encoded(self, method: str, params: bytes) -> None:
        """Send a notification whose parameters are JSON already."""
        self._write(b'{"jsonrpc":"2.0","method":"%s","params":%s}' % (method.encode(), params))

    def _send_response(self, msg_id: str | int, result: object = None, error: lsp.ResponseError | None = None) -> None:
        if isinstance(result, Encoded):
            self._result_types.pop(msg_id, None)
            self._write(b'{"jsonrpc":"2.0","id":%s,"result":%s}' % (to_json(msg_id), result.json))
        else:
            super()._send_response(msg_id, result, error)

    def _write(self, body: bytes) -> None:
        if self.writer is not None:
            self.writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def refuse(self, identifier: object, code: int, message: str) -> None:
        """Answer a request with an error; without an `identifier`, the client is only told that something was wrong."""
        error = {"code": int(code), "message": message}
        self._send_data({"jsonrpc": self.VERSION, "id": identifier, "error": error})

    def _register_builtin_features(self) -> None:
        # pygls gives this method no types.
        super()._register_builtin_features()  # type: ignore[no-untyped-call]
        for method in _REPLACED:
            # The same holds for its table.
            self.fm.builtin_features.pop(method, None)  # pyright: ignore[reportUnknownMemberType]

    def _trouble_with(self, method: object) -> tuple[int, str] | None:
        """Why a message comes before the start or after the end; answers always come right."""
        if method is None or method == lsp.EXIT:
            return None
        if self._shutdown:
            return lsp.ErrorCodes.InvalidRequest, "the server is shutting down"
        if method == lsp.INITIALIZE and self.is_initialized:
            return lsp.ErrorCodes.InvalidRequest, "the server is initialized already"
        if method != lsp.INITIALIZE and not self.is_initialized:
            return lsp.ErrorCodes.ServerNotInitialized, "the server is not initialized yet"
        return None

    def _refuse_malformed(self, message: Mapping[str, object], error: JsonRpcException) -> None:
        method = message.get("method")
        if "id" in message and method is not None:
            cause = error.__cause__ or error
            text = f"the parameters of {method!r} are malformed: {_first_line(cause)}"
            self.refuse(message["id"], lsp.ErrorCodes.InvalidParams, text)
            return
        self._server.report_server_error(ValueError(f"{method or 'an answer'} is malformed"), JsonRpcException)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
