"""The HTTP server: platforms' callbacks, media links, health, metrics, and the pages of adapters that have them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog
from aiohttp import web

from bot.adapter import Accept, Adapter, HasRoutes, RawReply, RawRequest
from bot.errors import BadUpdate, SendError, Unauthentic
from bot.model.chat import ChannelName
from bot.model.subscription import Subscribers
from handlers.context import Context
from handlers.health import Ailments
from handlers.intake import Intake
from handlers.media_links import MEDIA_PATH
from storage import outbox, subscriptions, waiting
from storage.database import Database, DatabaseAway

log = structlog.get_logger(__name__)

#: Bytes of a callback.
BODY_LIMIT = 1024 * 1024
#: Bytes of an address: whoever looks for 5,000 letters is told that it is too long, not that he is misunderstood.
LINE_LIMIT = 64 * 1024
#: Seconds within which a callback is answered, stored or not: a platform that waits too long sends again anyway.
ANSWER_WITHIN = 2.8

#: Seconds for a callback's body to come in.
READ_WITHIN = 10.0

#: Seconds between counts of who wants which news: that looks at all of them.
COUNTED_EVERY = 60.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True, kw_only=True)
class Readiness:
    """Whether the service may take updates."""

    database: Database
    ailments: Ailments
    channels: tuple[ChannelName, ...]
    #: Migrations are done and everything runs.
    started: bool = False
    stopping: bool = False
    #: What keeps it from starting, for people.
    reason: str = field(default="starting")


def make_app(
    ctx: Context,
    adapters: Mapping[ChannelName, Adapter],
    intake: Intake,
    readiness: Readiness,
    media: Handler,
) -> web.Application:
    """All routes. Adapters with pages of their own bring theirs."""
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[_guard])
    app[_READINESS] = readiness
    router = app.router
    router.add_post("/webhooks/{channel}", _webhooks(adapters, intake, readiness))
    router.add_get("/healthz", _healthz)
    router.add_get("/readyz", _readyz(readiness))
    router.add_get("/metrics", _metrics(ctx))
    router.add_get(MEDIA_PATH, media)
    for channel, adapter in adapters.items():
        if isinstance(adapter, HasRoutes):
            for route in adapter.routes(accept_for(intake, channel)):
                router.add_route(route.method, route.path, route.handler)
    return app


_READINESS = web.AppKey("readiness", Readiness)


def accept_for(intake: Intake, channel: ChannelName) -> Accept:
    """What an adapter gives its updates to."""

    async def accept(update: object) -> None:
        await intake.accept(channel, update)  # type: ignore[arg-type]

    return accept


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """For every address: nothing packed comes in, and a database that is away is nobody's mistake: come again."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        # No platform packs its callbacks, no browser its forms: unpacking would be work for strangers.
        return web.Response(status=415, text="no content encoding")
    try:
        return await handler(request)
    except DatabaseAway:
        return _come_again("database is away")


def _come_again(why: str) -> web.Response:
    return web.Response(status=503, text=why, headers={"Retry-After": "2"})


def _webhooks(adapters: Mapping[ChannelName, Adapter], intake: Intake, readiness: Readiness) -> Handler:
    async def webhook(request: web.Request) -> web.StreamResponse:
        adapter = adapters.get(request.match_info["channel"])
        if adapter is None:
            return web.Response(status=404, text="no such channel")
        try:
            async with asyncio.timeout(READ_WITHIN):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408, text="too slow")
        if not readiness.started or readiness.stopping:
            return _come_again("not ready")
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                reply = await _receive(adapter, intake, RawRequest(headers=headers, body=body))
        except Unauthentic as error:
            return web.Response(status=401, text=str(error))
        except BadUpdate as error:
            return web.Response(status=400, text=str(error))
        except (DatabaseAway, TimeoutError) as error:
            log.warning("webhook.refused", channel=adapter.channel, error=str(error) or type(error).__name__)
            return _come_again("database is away")
        except SendError as error:
            log.warning("webhook.platform_away", channel=adapter.channel, error=error.code)
            return _come_again("platform is away")
        return web.Response(status=reply.status, text=reply.body, content_type=reply.content_type)

    return webhook


async def _receive(adapter: Adapter, intake: Intake, request: RawRequest) -> RawReply:
    received = await adapter.receive(request)
    reply = received.reply
    for update in received.updates:
        inline = await intake.accept(adapter.channel, update)
        if inline is not None:
            reply = RawReply(body=inline, content_type="application/json")
    return reply


async def _healthz(_: web.Request) -> web.StreamResponse:
    return web.Response(text="ok")


def _readyz(readiness: Readiness) -> Handler:
    async def readyz(_: web.Request) -> web.StreamResponse:
        database = "ok"
        try:
            await readiness.database.ping()
        except DatabaseAway:
            database = "away"
        ready = readiness.started and not readiness.stopping and database == "ok"
        page = {
            "ready": ready,
            "database": database,
            "channels": {channel: readiness.ailments.of(channel) for channel in readiness.channels},
        }
        if not readiness.started:
            page["reason"] = readiness.reason
        return web.Response(
            status=200 if ready else 503,
            text=json.dumps(page, ensure_ascii=False),
            content_type="application/json",
        )

    return readyz


def _metrics(ctx: Context) -> Handler:
    counted_at = -COUNTED_EVERY

    async def metrics(_: web.Request) -> web.StreamResponse:
        nonlocal counted_at
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(ANSWER_WITHIN), ctx.database.transaction() as tx:
                depths = await outbox.depths(tx)
                unanswered = await waiting.count(tx)
                if now - counted_at >= COUNTED_EVERY:
                    _set_subscriptions(ctx, await subscriptions.counts(tx))
                    counted_at = now
        except (DatabaseAway, TimeoutError):
            # The process's own figures are worth having just then.
            depths, unanswered = [], None
        ctx.metrics.outbox_depth.clear()
        ctx.metrics.outbox_age.clear()
        for depth in depths:
            labels = (depth.channel, str(depth.priority))
            ctx.metrics.outbox_depth.labels(*labels).set(depth.count)
            ctx.metrics.outbox_age.labels(*labels).set(depth.age)
        if unanswered is not None:
            ctx.metrics.waiting.set(unanswered)
        return web.Response(body=ctx.metrics.page(), headers={"Content-Type": "text/plain; version=0.0.4"})

    return metrics


def _set_subscriptions(ctx: Context, counts: list[Subscribers]) -> None:
    ctx.metrics.subscriptions.clear()
    for one in counts:
        ctx.metrics.subscriptions.labels(one.subscription.about, one.subscription.slug).set(one.count)
