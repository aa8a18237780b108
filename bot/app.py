"""The whole service put together: what rooms there are, and how they are tied."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from adapters.registry import ChannelSpec
from bot.adapter import Adapter, Lent, NamesPeople
from bot.conversation import texts, voice
from bot.desk.commands import MENU
from bot.desk.routing import Desk
from bot.model.chat import ChannelName
from bot.plan import Plan, answers_of, build_desk, build_look, build_rights, unasked_of
from handlers import residents
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
from handlers.media_links import MediaLinks, load_key, media_handler, no_media
from handlers.metrics import Metrics
from handlers.names import Names
from handlers.reminders import Reminders
from handlers.rights import my_data
from handlers.rights.retention import Retention
from handlers.rights.traces import TraceRemover
from handlers.server import Handler, Readiness, accept_for
from handlers.statistics.child import draw_in_child
from handlers.statistics.counting import Counting
from handlers.statistics.exporting import EXPORT, Exports
from handlers.statistics.telling import STATISTICS, Telling
from handlers.statistics.weekly import REPORT, WeeklyReports
from handlers.upkeep import Upkeep
from storage import conversations
from storage.chat_log import StoredChatLog
from storage.database import Database
from storage.kept import KeptValues

#: What runs as long as the service.
Job = Callable[[], Coroutine[Any, Any, None]]


@dataclass(slots=True, kw_only=True)
class Rooms:
    """Everything built, nothing started."""

    database: Database
    ctx: Context
    adapters: Mapping[ChannelName, Adapter]
    media: MediaStore
    serve_media: Handler
    intake: Intake
    readiness: Readiness
    jobs: tuple[Job, ...]
    #: Makes `random_id`s of two installations differ.
    salt: int = 0


def build_rooms(plan: Plan, database: Database) -> Rooms:
    """Put the service together for these settings."""
    settings = plan.settings
    # Now, so that no resident waits for it.
    voice.load()
    desk = build_desk(plan)
    links = MediaLinks(load_key(settings.data_dir), settings.public_url) if settings.public_url else None
    media = MediaStore(settings.data_dir / "media", links=links)
    insight = Insights()
    adapters: dict[ChannelName, Adapter] = {
        spec.name: spec.platform.build(spec.name, spec.settings, _lend(plan, spec, desk, media, database, insight))
        for spec in plan.channels
    }
    for name, adapter in adapters.items():
        media.register(name, adapter.fetch, adapter.capabilities.download_limit)
    ctx = _build_context(plan, database, desk, adapters)

    def key_of(entry_id: int) -> int:
        return rooms.salt + entry_id

    ailments = Ailments()
    intake = Intake(ctx, adapters, key_of)
    owner = Owner(
        ctx,
        adapters,
        lambda channel: accept_for(intake, channel),
        key_of=key_of,
        ailments=ailments,
        on_receipt=intake.receipt_came,
    )
    names = Names(ctx, {name: one for name, one in adapters.items() if isinstance(one, NamesPeople)})
    ctx.wake, ctx.ask_name = owner.wake, names.ask
    counting = Counting(ctx)
    insight.serve(counting, Finder(ctx))
    remover = TraceRemover(ctx, media)
    rooms = Rooms(
        database=database,
        ctx=ctx,
        adapters=adapters,
        media=media,
        serve_media=media_handler(media, links, _now) if links is not None else no_media,
        intake=intake,
        readiness=Readiness(database=database, ailments=ailments, channels=tuple(adapters)),
        jobs=(
            owner.run,
            names.run,
            Upkeep(ctx, intake, media).run,
            Reminders(ctx).run,
            Lapsing(ctx).run,
            _build_chores(ctx, media, counting).run,
            WeeklyReports(ctx).run,
            Indexing(ctx).run,
            AskingRating(ctx).run,
            LateNotices(ctx).run,
            remover.run,
            Retention(ctx, remover, residents.register).run,
            ctx.answers.run,
        ),
    )
    return rooms


def _build_context(plan: Plan, database: Database, desk: Desk, adapters: Mapping[ChannelName, Adapter]) -> Context:
    """What all handlers share, but for whom they wake: that is known when the owner is built."""
    ctx = Context(
        database=database,
        desk=desk,
        look=build_look(plan),
        service_name=plan.settings.service_name,
        ask_rating_after=plan.config.rating.ask_after,
        rights=build_rights(plan.config, plan.settings),
        capabilities={name: adapter.capabilities for name, adapter in adapters.items()},
        nameless=frozenset(name for name, adapter in adapters.items() if isinstance(adapter, NamesPeople)),
        targets=plan.config.statistics.targets,
        weekly_report=plan.config.statistics.report,
        metrics=Metrics(),
        clock=_now,
        unasked=unasked_of(plan),
    )
    ctx.answers.of_file = answers_of(plan)
    return ctx


def _build_chores(ctx: Context, media: MediaStore, counting: Counting) -> Chores:
    """Long work, by its kinds."""
    telling = Telling(ctx, counting, media, draw=draw_in_child)
    return Chores(
        ctx,
        {
            STATISTICS: telling.statistics,
            REPORT: telling.weekly,
            EXPORT: Exports(ctx, media, counting.labels).make,
            my_data.KIND: my_data.MyData(ctx, media).make,
        },
    )


def _lend(plan: Plan, spec: ChannelSpec, desk: Desk, media: MediaStore, database: Database, insight: Insights) -> Lent:
    """What the adapter of a channel is lent."""
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


def _now() -> datetime:
    return datetime.now(UTC)
