"""One process of the service: it starts, listens, works, and lets go of everything."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import structlog
from aiohttp import web

from bot.app import Job, Rooms, build_rooms
from bot.plan import Plan
from handlers import binding
from handlers.context import Context
from handlers.server import LINE_LIMIT, make_app
from migrations.run import migrate
from storage.database import Database, DatabaseAway
from storage.embedded import EmbeddedServer
from storage.kept import KeptValues

log = structlog.get_logger(__name__)

#: Seconds between tries to reach a database that is away at the start.
_DATABASE_RETRY = 1.0
#: Seconds before a job that failed is begun anew.
_JOB_RETRY = 1.0


class ListenError(Exception):
    """The address of the settings cannot be listened on; one line for whoever set it."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        match error.errno:
            case errno.EADDRINUSE:
                line = f"PORT: {port} is in use on {host}; expected a free port"
            case errno.EACCES:
                line = f"PORT: {port} needs more rights than this user has; expected a port above 1023"
            case _:
                what = os.strerror(error.errno or 0)
                line = f"HOST: {host} cannot be listened on ({what}); expected an address of this machine"
        super().__init__(line)


@dataclass(slots=True, kw_only=True)
class Process:
    """One process of the service."""

    plan: Plan
    #: Where the server listens, once it does.
    address: str = ""
    on_address: Callable[[str], None] = field(default=lambda _: None)
    on_context: Callable[[Context], None] = field(default=lambda _: None)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set; then finish what is on its way and let go of everything."""
        async with open_rooms(self.plan) as rooms:
            runner = await self._listen(rooms)
            self.on_context(rooms.ctx)
            try:
                async with asyncio.TaskGroup() as tasks:
                    working = tasks.create_task(self._work(rooms))
                    await stop.wait()
                    log.info("stopping")
                    rooms.readiness.stopping = True
                    working.cancel()
            finally:
                # Streams of the page stay open for ever: closing the adapters ends them.
                await asyncio.gather(*(adapter.close() for adapter in rooms.adapters.values()))
                await runner.cleanup()
        log.info("stopped")

    async def _listen(self, rooms: Rooms) -> web.AppRunner:
        settings = self.plan.settings
        app = make_app(rooms.ctx, rooms.adapters, rooms.intake, rooms.readiness, rooms.serve_media)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, max_line_size=LINE_LIMIT)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.host, settings.port, backlog=1024).start()
        except OSError as error:
            await runner.cleanup()
            raise ListenError(settings.host, settings.port, error) from error
        host, port = runner.addresses[0][:2]
        self.address = settings.public_url or f"http://{f'[{host}]' if ':' in host else host}:{port}"
        return runner

    async def _work(self, rooms: Rooms) -> None:
        await self._prepare_database(rooms)
        async with asyncio.TaskGroup() as tasks:
            for job in rooms.jobs:
                tasks.create_task(_for_ever(job))
            rooms.readiness.started = True
            log.info("started", channels=sorted(rooms.adapters))
            self.on_address(self.address)

    async def _prepare_database(self, rooms: Rooms) -> None:
        """Bring the database to shape; one that is away is waited for."""
        while True:
            try:
                await rooms.database.ping()
                await migrate(rooms.database)
                salt = await KeptValues(rooms.database, "").get_or_set("salt", str(secrets.randbelow(2**31)))
                await binding.load(rooms.ctx)
            except DatabaseAway as error:
                rooms.readiness.reason = "waiting for the database"
                log.warning("database.away", where="start", error=str(error))
                await asyncio.sleep(_DATABASE_RETRY)
            else:
                rooms.salt = int(salt)
                return


@contextlib.asynccontextmanager
async def open_rooms(plan: Plan) -> AsyncIterator[Rooms]:
    """Everything built on a database that is there, nothing running yet."""
    settings = plan.settings
    async with contextlib.AsyncExitStack() as stack:
        if settings.database_url is not None:
            address = settings.database_url.get_secret_value()
        else:
            server = EmbeddedServer(settings.data_dir / "postgres")
            stack.push_async_callback(server.stop)
            address = await server.start()
        database = Database(address)
        stack.push_async_callback(database.close)
        with _staying_for_ever():
            rooms = build_rooms(plan, database)
        await rooms.media.open()
        stack.push_async_callback(rooms.media.close)
        yield rooms


@contextlib.contextmanager
def _staying_for_ever() -> Iterator[None]:
    """What is there at the end of this is never looked through for garbage again.

    The platforms' libraries bring hundreds of thousands of objects that stay. Looking through them cost a third of the
    start, a second when the process ends, and at work a pause of everything whenever it came round.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


async def _for_ever(job: Job) -> None:
    """A mistake in one job must not end the service, nor the job."""
    while True:
        try:
            await job()
        except Exception:
            log.exception("job.failed", job=job.__qualname__)
        await asyncio.sleep(_JOB_RETRY)
