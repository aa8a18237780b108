"""Between the service and its database: goes away, hangs, or holds one commit."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qs, urlsplit

_COMMIT = b"COMMIT\0"


@dataclass(slots=True, kw_only=True)
class HeldCommit:
    """One commit that does not come through: of the transaction that mentions `marker`."""

    marker: bytes
    #: Whether the database carries it out, and only the answer is kept back.
    carried_out: bool
    #: Set when it is held: the very moment between two steps.
    reached: asyncio.Event = field(default_factory=asyncio.Event)


class DatabaseProxy:
    """Listens on TCP and passes everything to the database's Unix socket."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        query = parse_qs(parts.query)
        self._socket = f"{query['host'][0]}/.s.PGSQL.{query['port'][0]}"
        self._name = parts.path.strip("/")
        self._user = parts.username or ""
        self._server: asyncio.Server | None = None
        self._port = 0
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._held: list[HeldCommit] = []

    async def __aenter__(self) -> Self:
        await self.come_back()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.go_away()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def address(self) -> str:
        """What the service is told."""
        return f"postgresql://{self._user}:proxy-password@127.0.0.1:{self._port}/{self._name}"

    async def go_away(self) -> None:
        """Refuse connections and drop those that there are."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for link in list(self._links):
            link.drop()

    async def come_back(self) -> None:
        """Listen (again), on the same port."""
        self._flowing.set()
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def hang(self) -> None:
        """Take connections and bytes, and pass nothing on: a machine that was cut from the network."""
        self._flowing.clear()

    def flow(self) -> None:
        """Pass everything on again, also what came meanwhile."""
        self._flowing.set()

    def hold_commit(self, marker: str, *, carried_out: bool) -> HeldCommit:
        """Hold the commit of the next transaction that mentions this."""
        held = HeldCommit(marker=marker.encode(), carried_out=carried_out)
        self._held.append(held)
        return held

    # --- inside ---

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._pass_on(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(self._socket)
        link = _Link(writer, server_writer)
        self._links.add(link)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._requests(link, reader, server_writer))
                tasks.create_task(self._answers(link, server_reader, writer))
        except* (ConnectionError, _Ended):
            pass
        finally:
            self._links.discard(link)
            link.drop()

    async def _requests(self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._flowing.wait()
            for held in self._held:
                if held.marker in data:
                    link.held = held
            if link.held is not None and not link.commits and _COMMIT in data:
                self._held.remove(link.held)
                link.commits = True
                if not link.held.carried_out:
                    link.held.reached.set()
            if link.commits and link.held is not None and not link.held.carried_out:
                # Read on, so that the end of the service's side is seen, and its transaction ends with it.
                continue
            writer.write(data)
            await writer.drain()
        raise _Ended

    async def _answers(self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._flowing.wait()
            if link.commits and link.held is not None:
                link.held.reached.set()
                continue
            writer.write(data)
            await writer.drain()
        raise _Ended


class _Ended(Exception):
    """One side has closed the connection: the other need not wait."""


class _Link:
    """One connection."""

    def __init__(self, *writers: asyncio.StreamWriter) -> None:
        self._writers = writers
        #: The commit that is to be held on this connection, once it comes.
        self.held: HeldCommit | None = None
        self.commits = False

    def drop(self) -> None:
        for writer in self._writers:
            with contextlib.suppress(RuntimeError):
                writer.transport.abort()
