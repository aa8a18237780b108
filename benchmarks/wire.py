"""HTTP/1.1 with nothing that a benchmark can do without: what the measuring costs must not be what is measured."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\nContent-Length: *(\d+)", re.IGNORECASE)

#: Takes path and body of a request, gives the JSON to answer with.
Answer = Callable[[str, bytes], bytes]


class _Protocol(asyncio.Protocol):
    """Cuts what comes into messages of a first line and a body. Bodies must have a Content-Length."""

    def __init__(self) -> None:
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        while (head_end := self._buffer.find(_HEAD_END)) >= 0:
            head = self._buffer[:head_end]
            found = _LENGTH.search(head)
            if found is None and b"chunked" in head.lower():
                raise ValueError("a body in chunks is not understood here")
            start = head_end + len(_HEAD_END)
            end = start + (int(found[1]) if found else 0)
            if len(self._buffer) < end:
                return
            body, self._buffer = self._buffer[start:end], self._buffer[end:]
            self._came(head[: head.find(b"\r\n")], body)

    def _came(self, first_line: bytes, body: bytes) -> None:
        raise NotImplementedError


class ServerProtocol(_Protocol):
    """Answers every request with 200 and JSON, and keeps the connection."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer

    def _came(self, first_line: bytes, body: bytes) -> None:
        content = self._answer(first_line.split(b" ", 2)[1].decode(), body)
        assert self._transport is not None
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content) + content
        )


class ClientProtocol(_Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._reply: asyncio.Future[int] | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(ConnectionError("the service closed the connection"))

    async def ask(self, request: bytes) -> int:
        """Send a whole request; returns the status of the answer."""
        assert self._transport is not None
        self._reply = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._reply

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _came(self, first_line: bytes, body: bytes) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_result(int(first_line.split(b" ", 2)[1]))


async def connect(port: int) -> ClientProtocol:
    """A connection to this machine."""
    _, protocol = await asyncio.get_running_loop().create_connection(ClientProtocol, "127.0.0.1", port)
    return protocol
