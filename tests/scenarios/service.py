"""The service as a process of its own: started, asked, killed, started again."""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
import json
import os
import random
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import aiohttp
import asyncpg

from tests.scenarios import warm

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
#: Below those that systems give to whoever asks for any; for each worker of a run others.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
_ports = itertools.cycle(random.sample(range(20_000 + 1_500 * _WORKER, 21_500 + 1_500 * _WORKER), 1_500))
#: Seconds; a machine under load starts slowly.
START_SECONDS = 60
#: Settings whose values must not be in a log.
_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD")
#: Fields of raw updates that hold what people said or who they are.
_WORDS = frozenset({"text", "caption", "first_name", "last_name", "name", "file_name", "phone_number", "title"})
#: Shorter words may stand in a log for other reasons.
_TELLING = 5


def free_port() -> int:
    """A port that nobody listens on, nor will while its service is away for a moment."""
    while True:
        port = next(_ports)
        with socket.socket() as sock, contextlib.suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port


async def until(look: Callable[[], Awaitable[T | None]], *, seconds: float = 20) -> T:
    """Ask an outside process again and again, until it gives something true. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110
            # A process cannot be waited on otherwise than by asking it.
            await asyncio.sleep(0.02)
        return found


@dataclass(slots=True, kw_only=True)
class Service:
    """One installation: a folder, settings, a database; the process may come and go."""

    folder: Path
    settings: Mapping[str, str]
    port: int = field(default_factory=free_port)
    #: The database's own address, where the settings name a proxy before it.
    database: str = ""
    #: What must not be in the log, beside what the settings and the stored updates tell.
    secrets: set[str] = field(default_factory=set)
    #: Events of the log that a scenario provokes though they tell of a bug elsewhere.
    provoked: set[str] = field(default_factory=set)
    #: Started as people start it, imports and all; else its processes are forked from one that has imported already.
    cold: bool = False
    #: Where they come from, set for all scenarios of a run.
    nursery: ClassVar[warm.Nursery | None] = None
    _process: asyncio.subprocess.Process | warm.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "service.log"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    # --- the process ---

    async def start(self) -> None:
        """Start the process and wait until it says its address."""
        await self.begin()
        await self.started()

    async def begin(self) -> None:
        """Start the process and wait for nothing."""
        with self.log.open("ab") as log:
            self._process = await self._execute(stderr=log.fileno())

    async def started(self) -> None:
        """Wait until the process says its address."""
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            line = await self._process.stdout.readline()
        if not line.startswith(b"Otvet: "):
            raise AssertionError(f"the service did not start:\n{self.log.read_text()}")

    async def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is said."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """SIGTERM or SIGINT; returns the exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(how)
        async with asyncio.timeout(20):
            return await self._process.wait()

    async def command(self, *arguments: str, settings: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        """Run another command of the service; exit code, what it printed, what it complained of."""
        process = await self._execute(*arguments, settings=settings)
        async with asyncio.timeout(START_SECONDS):
            out, complaints = await process.communicate()
        return await process.wait(), out.decode(), complaints.decode()

    async def _execute(
        self, *arguments: str, settings: Mapping[str, str] | None = None, stderr: int | None = None
    ) -> asyncio.subprocess.Process | warm.Process:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PORT": str(self.port),
            **(self.settings if settings is None else settings),
        }
        if self.nursery is not None and not self.cold:
            return await self.nursery.start(arguments, environment, self.folder, stderr=stderr)
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            cwd=self.folder,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE if stderr is None else stderr,
        )

    # --- its HTTP server ---

    async def get(self, path: str) -> tuple[int, str]:
        """GET; status 0 when nobody listens."""
        try:
            async with aiohttp.ClientSession() as session, session.get(self.url + path) as response:
                return response.status, await response.text()
        except aiohttp.ClientConnectionError:
            return 0, ""

    async def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        """POST these very bytes."""
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session,
            session.post(
                self.url + path, data=io.BytesIO(body), headers={"Content-Type": "application/json", **(headers or {})}
            ) as response,
        ):
            return response.status, await response.text()

    async def ailments(self, channel: str) -> list[str]:
        """What `/readyz` says of a channel."""
        _, page = await self.get("/readyz")
        found: list[str] = json.loads(page)["channels"][channel] if page else []
        return found

    # --- its log and its database ---

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The lines of the log with this event."""
        return [line for line in self._lines() if line.get("event") == event]

    def _lines(self) -> Iterator[dict[str, Any]]:
        for line in self.log.read_text(encoding="utf-8").splitlines():
            if line.startswith("{"):
                yield json.loads(line)

    async def query(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        """What the database says."""
        connection = await asyncpg.connect(self.database or self.settings["DATABASE_URL"])
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()

    async def check_log(self) -> None:
        """No secret, no word or name of a resident, no bug is in the log."""
        secrets = self.secrets | {value for name, value in self.settings.items() if _SECRET.search(name)}
        if "DATABASE_URL" in self.settings:
            secrets |= {row["value"] for row in await self.query("SELECT value FROM kept WHERE name LIKE '%secret%'")}
            for row in await self.query("SELECT raw FROM events"):
                secrets |= set(_words(json.loads(row["raw"])))
        log = self.log.read_text(encoding="utf-8")
        assert [] == sorted(secret for secret in secrets if secret and secret in log)
        bugs = [line for line in self._lines() if "exception" in line and line["event"] not in self.provoked]
        assert [] == bugs
        assert "Traceback" not in log


def _words(value: object, name: str = "") -> Iterator[str]:
    match value:
        case dict():
            for key, item in value.items():
                yield from _words(item, key)
        case list():
            for item in value:
                yield from _words(item, name)
        case str() if name in _WORDS and len(value.strip()) >= _TELLING:
            yield value.strip()


@contextlib.asynccontextmanager
async def running(service: Service) -> AsyncIterator[Service]:
    """The service; at the end it is stopped whatever happened, and its log is read."""
    try:
        await service.start()
        yield service
        assert 0 == await service.stop()
    finally:
        with contextlib.suppress(ProcessLookupError):
            await service.kill()
    await service.check_log()
