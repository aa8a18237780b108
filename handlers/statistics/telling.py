"""Telling figures in chats: what `/stats` asked for, and the report of a week. The text first, then the picture."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec
import structlog

from bot.adapter import Files, Labels
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Media, MediaKind
from bot.statistics import said
from bot.statistics.figures import By, Report, Scope
from bot.statistics.period import Period
from bot.statistics.phrases import name
from handlers.chores import Outdated
from handlers.context import Context
from handlers.outgoing import Address, post
from handlers.statistics import weekly
from handlers.statistics.counting import Counting
from storage import chores
from storage.chores import Chore
from storage.database import Transaction

log = structlog.get_logger(__name__)

STATISTICS = "stats"
#: Bytes of a picture at the most.
_PICTURE = 10 * 1024 * 1024

#: Draws the figures of a period; a PNG.
Draw = Callable[[Report, Labels], Awaitable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Figures that somebody asked for: a chore's arguments."""

    #: `channel:id`, and the message that asks for them.
    chat: str
    message: str
    scope: Scope
    #: The text is there already; the picture is not.
    is_told: bool = False


class Telling:
    """Carries out the chores that tell figures."""

    def __init__(self, ctx: Context, counting: Counting, files: Files, draw: Draw | None) -> None:
        """Without `draw` there are no pictures."""
        self._ctx = ctx
        self._counting = counting
        self._files = files
        self._draw = draw

    async def statistics(self, chore: Chore) -> None:
        """Tell the figures that somebody asked for. Raises Outdated, ChoreGone, DatabaseAway."""
        wanted = _read(chore, Wanted)
        chat = self._chat(wanted.chat)
        report = await self._counting.count(wanted.scope)
        labels = self._counting.labels()
        if not wanted.is_told:
            async with self._ctx.database.transaction() as tx:
                await chores.change(tx, chore, {**chore.arguments, "is_told": True})
                whose = ", ".join(name(labels, By.DEPARTMENT, slug) for slug in wanted.scope.departments or ())
                draft = said.statistics(report, labels, whose=whose, reply_to=wanted.message)
                await self._post(tx, chat, Role.COMMAND, draft)
        picture = await self._picture(report, labels)
        async with self._ctx.database.transaction() as tx:
            await chores.finish(tx, chore.id)
            await self._show(tx, chat, Role.COMMAND, picture)

    async def weekly(self, chore: Chore) -> None:
        """Tell the coordinators the figures of a week, and see to the next one. Raises as `statistics`."""
        wanted = _read(chore, weekly.Wanted)
        now, week = self._ctx.clock(), date.fromisoformat(chore.key)
        chat = self._ctx.desk.now_at(self._ctx.desk.coordinators)
        if not wanted.is_told and not weekly.is_in_time(self._ctx, week, now):
            log.info("report.skipped", week=chore.key)
            async with self._ctx.database.transaction() as tx:
                await chores.finish(tx, chore.id)
                await weekly.prepare(tx, self._ctx)
            return
        period = Period(first=week, last=week + timedelta(days=6))
        report = await self._counting.count(Scope(period=period))
        labels = self._counting.labels()
        if not wanted.is_told:
            async with self._ctx.database.transaction() as tx:
                await chores.change(tx, chore, {**chore.arguments, "is_told": True})
                await self._post(tx, chat, Role.REMINDER, said.weekly(report, labels))
        picture = await self._picture(report, labels)
        async with self._ctx.database.transaction() as tx:
            await chores.finish(tx, chore.id)
            await weekly.prepare(tx, self._ctx, behind=week)
            await self._show(tx, chat, Role.REMINDER, picture)

    # --- inside ---

    def _chat(self, text: str) -> ChatRef:
        """Where it is told; Outdated when its channel is no more."""
        try:
            chat = self._ctx.desk.now_at(ChatRef.parse(text))
        except ValueError:
            raise Outdated from None
        if chat.channel not in self._ctx.capabilities:
            raise Outdated
        return chat

    async def _picture(self, report: Report, labels: Labels) -> Media | None:
        """The picture in our store; None: there is nothing to draw, or it could not be drawn."""
        if self._draw is None or not report.total.counts.received:
            return None
        try:
            png = await self._draw(report, labels)
            stored = await self._files.put(_chunks(png), file_name=_file_name(report.scope.period), limit=_PICTURE)
        except Exception as error:
            # The figures are told all the same.
            log.exception("picture.failed", error=type(error).__name__)
            return None
        return Media(
            kind=MediaKind.PHOTO,
            channel="",
            ref=f"file:{stored.sha256}",
            file_name=stored.file_name,
            mime_type=stored.mime_type,
            size=stored.size,
        )

    async def _show(self, tx: Transaction, chat: ChatRef, role: Role, picture: Media | None) -> None:
        if picture is not None:
            await self._post(tx, chat, role, Draft(media=(picture,)))

    async def _post(self, tx: Transaction, chat: ChatRef, role: Role, draft: Draft) -> None:
        await post(tx, self._ctx, Address(chat=chat, chat_kind=ChatKind.GROUP, role=role), draft)


def _read(chore: Chore, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(chore.arguments, kind)
    except msgspec.ValidationError:
        raise Outdated from None


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _file_name(period: Period) -> str:
    return f"statistics-{period.first:%Y-%m-%d}-{period.last:%Y-%m-%d}.png"
