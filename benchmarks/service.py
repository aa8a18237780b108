"""The service, and the echo it is compared with, as processes of their own: started as in production, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bot_api import ADMIN_CHAT, SECRET, TOKEN
from benchmarks.processes import children, cores, pin, postmaster_of

ROOT = Path(__file__).parents[1]
#: Seconds.
_START, _STOP = 120, 60

LIFTED = {
    "TELEGRAM_ACCOUNT_RATE": "100000/s",
    "TELEGRAM_CHAT_RATE": "1000/s",
    "TELEGRAM_GROUP_RATE": "100000/s",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cores:
    """Which cores each side may use; empty: any."""

    service: tuple[int, ...] = ()
    driver: tuple[int, ...] = ()
    postgres: tuple[int, ...] = ()

    @classmethod
    def chosen(cls, postgres: str) -> Cores:
        """One core for the service, another for the driver. `postgres`: free, service or driver."""
        have = cores()
        if len(have) < 2 or not hasattr(os, "sched_setaffinity"):
            return cls()
        service, driver = (have[0],), (have[1],)
        return cls(
            service=service,
            driver=driver,
            postgres={"service": service, "driver": driver}.get(postgres, tuple(have)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A process that takes webhooks."""

    pid: int
    port: int
    path: str
    postmaster: int | None = None


@contextlib.asynccontextmanager
async def otvet(
    api_url: str,
    pinned: Cores,
    *,
    folder: Path | None = None,
    limits: Mapping[str, str] = LIFTED,
    statistics: Path | None = None,
) -> AsyncIterator[Running]:
    """The service with a new embedded database, durable as it comes. `statistics`: where to put a profile."""
    with tempfile.TemporaryDirectory(prefix="otvet-bench-", dir=folder) as made:
        home = Path(made)
        # As root the embedded server runs as another user, who has to get in.
        home.chmod(0o755)  # noqa: ASYNC240 - nothing else runs yet
        port = _free_port()
        settings = {
            "PORT": str(port),
            "DATA_DIR": str(home / "data"),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "ADMIN_CHAT": f"telegram:{ADMIN_CHAT}",
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": api_url,
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
            "LOG_LEVEL": "warning",
            **limits,
        }
        program = ["-m", "bot"] if statistics is None else ["-m", "benchmarks.profiled", str(statistics)]
        async with _process(program, settings, home, ready=b"Otvet: ") as pid:
            postmaster = postmaster_of(home / "data")
            pin(pid, pinned.service or cores())
            if postmaster is not None:
                for one in (postmaster, *children(postmaster)):
                    pin(one, pinned.postgres or cores())
            yield Running(pid=pid, port=port, path="/webhooks/telegram", postmaster=postmaster)


@contextlib.asynccontextmanager
async def echo(api_url: str, pinned: Cores) -> AsyncIterator[Running]:
    """The echo of `benchmarks.echo`."""
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="otvet-bench-") as home:
        settings = {"PORT": str(port), "API_URL": api_url}
        async with _process(["-m", "benchmarks.echo"], settings, Path(home), ready=b"Echo") as pid:
            pin(pid, pinned.service or cores())
            yield Running(pid=pid, port=port, path="/webhook")


@contextlib.asynccontextmanager
async def _process(
    arguments: Sequence[str], settings: Mapping[str, str], home: Path, *, ready: bytes
) -> AsyncIterator[int]:
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **settings}
    log = home / "log"
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=home, env=environment, stdout=asyncio.subprocess.PIPE, stderr=errors
        )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(_START):
            line = await process.stdout.readline()
        if not line.startswith(ready):
            raise RuntimeError(f"did not start:\n{log.read_text()}")
        yield process.pid
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOP):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        if complaints := log.read_text():
            print(f"--- the process logged:\n{complaints[-4000:]}---", file=sys.stderr)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
