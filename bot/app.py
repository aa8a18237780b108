"""The whole service put together: the one place that sees all four rooms."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import secrets
import tomllib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web
from dotenv import dotenv_values

from adapters.registry import ChannelSpec, read_channels
from bot.adapter import Adapter, Lent, NamesPeople
from bot.config import Config, PlaceTable, TopicTable
from bot.conversation import texts, voice
from bot.conversation.faq import Entry
from bot.conversation.unasked import Unasked
from bot.desk.cards import Look
from bot.desk.commands import MENU
from bot.desk.geography import Geography
from bot.desk.routing import Department, Desk
from bot.desk.words import Subject, build_recognizer
from bot.model.chat import ChannelName
from bot.rights import Retention, Rights
from bot.settings import Settings, SettingsError, read_settings, validate
from handlers import binding, residents
from handlers.asking_rating import AskingRating
from handlers.chores import Chores
from handlers.context import Context
from handlers.delivery.owner import Owner
from handlers.finding import Finder
from handlers.health import Ailments
from handlers.indexing import Indexing
from handlers.insight import Insights
from handlers.intake import Intake
from handlers.lapsing import Lapsing
from handlers.late import LateNotices
from handlers.media import MediaStore
from handlers.media_links import MediaLinks, media_handler
from handlers.metrics import Metrics
from handlers.names import Names
from handlers.reminders import Reminders
from handlers.rights import my_data
from handlers.rights.retention import Retention as RetentionJob
from handlers.rights.traces import TraceRemover
from handlers.server import LINE_LIMIT, Readiness, accept_for, make_app
from handlers.statistics.child import draw_in_child
from handlers.statistics.counting import Counting
from handlers.statistics.exporting import EXPORT, Exports
from handlers.statistics.telling import STATISTICS, Telling
from handlers.statistics.weekly import REPORT, WeeklyReports
from handlers.upkeep import Upkeep
from migrations.run import migrate
from storage import conversations
from storage.chat_log import StoredChatLog
from storage.database import Database, DatabaseAway
from storage.embedded import EmbeddedServer
from storage.kept import KeptValues

log = structlog.get_logger(__name__)

#: Seconds between tries to reach a database that is away at the start.
_DATABASE_RETRY = 1.0
#: Seconds before a job that failed is begun anew.
_JOB_RETRY = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the settings and the file ask for, checked."""

    settings: Settings
    config: Config
    channels: tuple[ChannelSpec, ...]


def read_plan(environment: Mapping[str, str], folder: Path) -> Plan:
    """Read the environment, `.env` and `otvet.toml`. Raises SettingsError with every mistake there is."""
    dotenv = {name: value for name, value in dotenv_values(folder / ".env").items() if value}
    known = {**dotenv, **{name: value for name, value in environment.items() if value.strip()}}
    settings, mistakes = read_settings(known)
    config, wrong = _read_config(folder, known.get("CONFIG", "").strip())
    mistakes += wrong
    # The rest is judged with defaults in place of what is wrong, so that every mistake is told at once.
    assumed = settings or Settings()
    public_url = known.get("PUBLIC_URL", "").strip() or None
    page = {
        "local_only": assumed.is_local and public_url is None,
        "secure_cookies": (public_url or "").startswith("https:"),
        "timezone": assumed.service_timezone,
    }
    channels, wrong = read_channels(known, config, public_url=public_url, web=page if assumed.web else None)
    mistakes += wrong
    if (named := settings or _alone(known, "ADMIN_CHAT")) is not None:
        mistakes += _misfits(named, config, channels)
    shown = settings or _alone(known, "OPEN_STATISTICS", "WEB")
    if shown is not None and shown.open_statistics and not shown.web:
        mistakes.append("OPEN_STATISTICS: is on, but the page that shows them is off; expected WEB=on as well")
    if mistakes or settings is None:
        raise SettingsError(list(dict.fromkeys(mistakes)))
    return Plan(settings=settings, config=config, channels=tuple(channels))


def _alone(known: Mapping[str, str], *names: str) -> Settings | None:
    """These settings with all others at their defaults: a wrong port must not hide an admin chat that is wrong too."""
    return read_settings({name: known.get(name, "") for name in names})[0]


def _read_config(folder: Path, named: str) -> tuple[Config, list[str]]:
    path = folder / (named or "otvet.toml")
    if not named and not path.exists():
        return Config(), []
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        return Config(), [f"CONFIG: {path} cannot be read ({error.strerror}); expected a TOML file"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return Config(), [f"CONFIG: {path} is no TOML: {error}"]
    config, mistakes = validate(Config, table, name_of=str)
    config = config or Config()
    return config, [f"{path.name}: {mistake}" for mistake in [*mistakes, *config.mistakes()]]


def _misfits(settings: Settings, config: Config, channels: list[ChannelSpec]) -> list[str]:
    """Admin chats on channels that there are not, or that have no groups."""
    platforms = {spec.name: spec.platform for spec in channels}
    named = [("ADMIN_CHAT", settings.admin_chat)]
    named += [(f"departments.{one.slug}.admin_chat", one.admin_chat) for one in config.departments if one.admin_chat]
    mistakes: list[str] = []
    for name, chat in named:
        able = ", ".join(one for one, platform in platforms.items() if platform.has_groups) or "a channel with a token"
        if chat.channel not in platforms:
            mistakes.append(f"{name}: there is no channel {chat.channel!r} (is its token set?); expected one of {able}")
        elif not platforms[chat.channel].has_groups:
            mistakes.append(f"{name}: {platforms[chat.channel].title} has no group chats; expected one of {able}")
    return mistakes


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
class App:
    """One process of the service."""

    plan: Plan
    #: Where the server listens, once it does.
    address: str = ""
    on_address: Callable[[str], None] = field(default=lambda _: None)
    on_context: Callable[[Context], None] = field(default=lambda _: None)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set; then finish what is on its way and let go of everything."""
        async with self.rooms() as rooms:
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

    @contextlib.asynccontextmanager
    async def rooms(self) -> AsyncIterator[Rooms]:
        """Everything built on a database that is there, nothing running yet."""
        settings = self.plan.settings
        async with contextlib.AsyncExitStack() as stack:
            if settings.database_url is not None:
                address = settings.database_url.get_secret_value()
            else:
                server = EmbeddedServer(settings.data_dir / "postgres")
                stack.push_async_callback(server.stop)
                address = await server.start()
            database = Database(address)
            stack.push_async_callback(database.close)
            rooms = build_rooms(self.plan, database)
            await rooms.media.open()
            stack.push_async_callback(rooms.media.close)
            yield rooms

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
            for job in rooms.jobs():
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


@dataclass(slots=True, kw_only=True)
class Rooms:
    """Everything built, nothing started."""

    database: Database
    ctx: Context
    adapters: Mapping[ChannelName, Adapter]
    intake: Intake
    owner: Owner
    names: Names
    upkeep: Upkeep
    reminders: Reminders
    lapsing: Lapsing
    chores: Chores
    reports: WeeklyReports
    indexing: Indexing
    asking_rating: AskingRating
    late_notices: LateNotices
    traces: TraceRemover
    retention: RetentionJob
    media: MediaStore
    serve_media: Callable[[web.Request], Any]
    readiness: Readiness
    #: Makes `random_id`s of two installations differ.
    salt: int = 0

    def jobs(self) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        """What runs as long as the service."""
        workers = (
            self.owner,
            self.names,
            self.upkeep,
            self.reminders,
            self.lapsing,
            self.chores,
            self.reports,
            self.indexing,
            self.asking_rating,
            self.late_notices,
            self.traces,
            self.retention,
            self.ctx.answers,
        )
        return [worker.run for worker in workers]


async def _for_ever(job: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """A mistake in one job must not end the service, nor the job."""
    while True:
        try:
            await job()
        except Exception:
            log.exception("job.failed", job=job.__qualname__)
        await asyncio.sleep(_JOB_RETRY)


def build_rooms(plan: Plan, database: Database) -> Rooms:
    """Put the service together for these settings."""
    settings = plan.settings
    # Now, so that no resident waits for it.
    voice.load()
    desk = build_desk(plan)
    links = MediaLinks(_media_key(settings.data_dir), settings.public_url) if settings.public_url else None
    media = MediaStore(settings.data_dir / "media", links=links)
    insight = Insights()
    adapters: dict[ChannelName, Adapter] = {
        spec.name: spec.platform.build(spec.name, spec.settings, _lend(plan, spec, desk, media, database, insight))
        for spec in plan.channels
    }
    for name, adapter in adapters.items():
        media.register(name, adapter.fetch, adapter.capabilities.download_limit)
    askable = {name: adapter for name, adapter in adapters.items() if isinstance(adapter, NamesPeople)}
    ctx = Context(
        database=database,
        desk=desk,
        look=build_look(plan),
        service_name=settings.service_name,
        ask_rating_after=plan.config.rating.ask_after,
        rights=build_rights(plan.config, settings),
        capabilities={name: adapter.capabilities for name, adapter in adapters.items()},
        nameless=frozenset(askable),
        targets=plan.config.statistics.targets,
        weekly_report=plan.config.statistics.report,
        metrics=Metrics(),
        clock=_now,
        unasked=unasked_of(plan),
    )
    ailments = Ailments()

    def key_of(entry_id: int) -> int:
        return rooms.salt + entry_id

    intake = Intake(ctx, adapters, key_of)
    owner = Owner(
        ctx,
        adapters,
        lambda channel: accept_for(intake, channel),
        key_of=key_of,
        ailments=ailments,
        on_receipt=intake.receipt_came,
    )
    names = Names(ctx, askable)
    ctx.wake, ctx.ask_name = owner.wake, names.ask
    counting = Counting(ctx)
    insight.serve(counting, Finder(ctx))
    telling = Telling(ctx, counting, media, draw=draw_in_child)
    exports = Exports(ctx, media, counting.labels)
    ctx.answers.of_file = answers_of(plan)
    remover = TraceRemover(ctx, media)
    rooms = Rooms(
        database=database,
        ctx=ctx,
        adapters=adapters,
        intake=intake,
        owner=owner,
        names=names,
        upkeep=Upkeep(ctx, intake, media),
        reminders=Reminders(ctx),
        lapsing=Lapsing(ctx),
        chores=Chores(
            ctx,
            {
                STATISTICS: telling.statistics,
                REPORT: telling.weekly,
                EXPORT: exports.make,
                my_data.KIND: my_data.MyData(ctx, media).make,
            },
        ),
        reports=WeeklyReports(ctx),
        indexing=Indexing(ctx),
        asking_rating=AskingRating(ctx),
        late_notices=LateNotices(ctx),
        traces=remover,
        retention=RetentionJob(ctx, remover, residents.register),
        media=media,
        serve_media=media_handler(media, links, _now) if links is not None else _no_media,
        readiness=Readiness(database=database, ailments=ailments, channels=tuple(adapters)),
    )
    return rooms


def build_look(plan: Plan) -> Look:
    """How cards show what the settings name."""
    return Look(
        zone=plan.settings.zone,
        titles={spec.name: spec.title for spec in plan.channels},
        departments={one.slug: one.name for one in plan.config.departments},
        topics={one.slug: one.name for one in plan.config.topics},
        places={one.slug: one.name for one in plan.config.places},
    )


def build_rights(config: Config, settings: Settings) -> Rights:
    """What holds for residents' data."""
    table, kept = config.rights, config.rights.retention
    return Rights(
        notice_url=table.notice_url,
        consent=table.consent_version if settings.consent == "required" else None,
        locked_for=table.locked_for if table.keep_by_law else None,
        retention=Retention(
            texts=kept.texts,
            files=kept.files,
            names=kept.names,
            actions=kept.actions,
            set_aside=kept.set_aside,
            updates=kept.updates or settings.events_kept,
            media=kept.media or settings.media_kept,
        ),
    )


def build_desk(plan: Plan) -> Desk:
    """The officials' side as the settings say it.

    With topics or places this reads the dictionary and takes from 0.2 s to a second: in a thread, once it serves.
    """
    topics, places = plan.config.topics, plan.config.places
    return Desk(
        coordinators=plan.settings.admin_chat,
        answer_within=plan.settings.answer_within,
        departments={
            one.slug: Department(
                slug=one.slug,
                name=one.name,
                admin_chat=one.admin_chat,
                answer_within=one.answer_within,
                hours=one.hours,
                topics=frozenset(one.topics),
                places=frozenset(one.places),
            )
            for one in plan.config.departments
        },
        hours=plan.config.coordinators.hours,
        channel_departments={spec.name: spec.department for spec in plan.channels if spec.department},
        zone=plan.settings.zone,
        calendar=plan.config.calendar.calendar,
        topics={one.slug: one.name for one in topics},
        places={one.slug: one.name for one in places},
        recognizer=build_recognizer(_subjects(topics), _subjects(places)),
        geography=Geography(areas=tuple(one.area for one in places), within_km=plan.config.geography.within_km),
    )


def unasked_of(plan: Plan) -> Unasked:
    """What residents are told unasked."""
    return Unasked(news=plan.config.news.offer, late=plan.config.late.notice)


def answers_of(plan: Plan) -> tuple[Entry, ...]:
    """The known answers that the file names."""
    return tuple(one.entry for one in plan.config.faq)


def _subjects(tables: Iterable[TopicTable | PlaceTable]) -> list[Subject]:
    return [Subject(slug=one.slug, words=one.words, forms=one.forms) for one in tables]


def _lend(plan: Plan, spec: ChannelSpec, desk: Desk, media: MediaStore, database: Database, insight: Insights) -> Lent:
    settings = plan.settings
    return Lent(
        files=media,
        kept=KeptValues(database, spec.name),
        chat_log=StoredChatLog(database, spec.name),
        webhook_url=f"{settings.public_url}/webhooks/{spec.name}" if settings.public_url else None,
        address=settings.address,
        service_name=settings.service_name,
        media_hosts=settings.media_hosts,
        official_commands=tuple((name.value, what) for name, _, what in MENU),
        resident_commands=texts.menu(voice.RUSSIAN),
        resident_commands_in={one.language: texts.menu(one) for one in voice.voices() if one != voice.RUSSIAN},
        admin_chats=tuple(sorted((chat for chat in desk.admin_chats if chat.channel == spec.name), key=str)),
        insight=insight,
        open_statistics=settings.open_statistics,
        language_of=partial(conversations.language_in, database),
    )


def _media_key(data_dir: Path) -> bytes:
    """The key of media links: kept beside the files that they open."""
    path = data_dir / "media.key"
    data_dir.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()


async def _no_media(_: web.Request) -> web.StreamResponse:
    return web.Response(status=404)


def _now() -> datetime:
    return datetime.now(UTC)
