"""The service as a process of its own: started, asked, killed, started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parents[2]
#: Seconds; a machine under load starts slowly.
START_SECONDS = 60


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@dataclass(slots=True, kw_only=True)
class Service:
    """One installation: a folder, settings, a database; the process may come and go."""

    folder: Path
    settings: Mapping[str, str]
    port: int = field(default_factory=free_port)
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "service.log"

    async def start(self) -> None:
        """Start the process and wait until it says its address."""
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PORT": str(self.port), **self.settings}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                cwd=self.folder,
                env=environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
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

    async def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            return await self._process.wait()

    async def get(self, path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as response:
            return response.status, await response.text()


@contextlib.asynccontextmanager
async def running(service: Service) -> AsyncIterator[Service]:
    """The service, stopped at the end whatever happens."""
    await service.start()
    try:
        yield service
    finally:
        with contextlib.suppress(ProcessLookupError):
            await service.stop()
