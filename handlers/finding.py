"""`/find`: what officials look for, in chats and on the page."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import msgspec

from bot.desk import finding, found
from bot.desk.excerpts import Sign, excerpt
from bot.desk.search import LAST_PAGE, PAGE, Found, Query, Term
from bot.model.chat import ChatRef
from handlers.context import Context
from handlers.desk import Desk, seen_by
from storage import kept, looking, search
from storage.database import Transaction
from storage.looking import Seen, Sought, TooMuch
from storage.search import Wanted

#: How long the buttons of what was found work.
REMEMBERED = timedelta(days=1)
#: How many terms are left out, one after the other, until something is found.
_LEFT_OUT = 3
#: Which part of all questions must have a word that need not be looked for to know that it is there.
_COMMON = 0.005


class _Asked(msgspec.Struct):
    """A search as it is kept for its buttons."""

    #: The admin chat in which it was made.
    chat: str
    words: str
    #: What «вчера» is the day before of.
    day: date


async def find(desk: Desk, words: str) -> str:
    """Show what fits these words; returns what a press shows."""
    day = _today(desk.ctx)
    looked = await look(desk.tx, desk.ctx, desk.admin_chat, words, day=day)
    if isinstance(looked, str):
        return await desk.say(looked)
    asked = _Asked(chat=str(desk.admin_chat), words=words[: finding.READ + 1], day=day)
    # The same search has the same buttons: whoever repeats it leaves nothing behind.
    known_by = hashlib.sha256(msgspec.json.encode(asked)).hexdigest()[:24]
    if looked.total > PAGE:
        until = desk.ctx.clock() + REMEMBERED
        await kept.keep(desk.tx, desk.chat.channel, _name(known_by), msgspec.json.encode(asked).decode(), until)
    draft = found.page(looked, words, desk.ctx.look, desk.ctx.clock(), known_by)
    return await desk.say(replace(draft, reply_to=desk.message_id))


async def turn(desk: Desk, known_by: str, page: int) -> str:
    """Show another page of what was found."""
    value = await kept.find(desk.tx, desk.chat.channel, _name(known_by))
    asked = msgspec.json.decode(value, type=_Asked) if value is not None else None
    if asked is None or asked.chat != str(desk.admin_chat):
        return await desk.refuse(found.OLD_SEARCH)
    looked = await look(desk.tx, desk.ctx, desk.admin_chat, asked.words, day=asked.day, page=page)
    if isinstance(looked, str):
        return await desk.refuse(looked)
    return await desk.turn_page(found.page(looked, asked.words, desk.ctx.look, desk.ctx.clock(), known_by))


def _name(known_by: str) -> str:
    return f"search:{known_by}"


def _today(ctx: Context) -> date:
    return ctx.clock().astimezone(ctx.look.zone).date()


class Finder:
    """The same for the page: see `bot.adapter.Insight.find`."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def find(self, admin_chat: ChatRef, text: str, *, page: int) -> Found | str:
        """What fits these words for the people of this admin chat; or why they cannot be looked for, in a line."""
        async with self._ctx.database.transaction(durable=False) as tx:
            return await look(tx, self._ctx, admin_chat, text, day=_today(self._ctx), page=page)


async def look(
    tx: Transaction, ctx: Context, admin_chat: ChatRef, words: str, *, day: date, page: int = 0
) -> Found | str:
    """One page of what fits; or why these words cannot be looked for. `day`: when they were said."""
    names = finding.known_names(
        ctx.desk.recognizer,
        {slug: one.name for slug, one in ctx.desk.departments.items()},
        {channel: ctx.look.title(channel) for channel in ctx.capabilities},
    )
    query = finding.read_query(words, names, day)
    if isinstance(query, str):
        return query
    try:
        return await _Search(tx, ctx, seen_by(ctx, admin_chat), ctx.clock()).run(query, min(max(page, 0), LAST_PAGE))
    except TooMuch:
        return found.TOO_MUCH


@dataclass(frozen=True, slots=True)
class _Search:
    """One search; each question that it finds may be seen."""

    tx: Transaction
    ctx: Context
    seen: Seen | None
    now: datetime

    async def run(self, query: Query, page: int) -> Found:
        """What fits; where nothing does, what fits best."""
        looked = await self._page(query, page)
        if looked.total or not query.terms:
            return looked
        async with aclosing(self._less(query)) as others:
            async for other in others:
                instead = await self._page(other, page)
                if instead.total:
                    return instead
        return looked

    async def _less(self, query: Query) -> AsyncGenerator[Query, None]:
        """What may have been meant, and then less and less of it."""
        if query.state is not None:
            yield finding.without_state(query)
        if query.period_words:
            yield finding.without_period(query)
        known = await self._known(query)
        if known != query and known.terms:
            yield (query := known)
        for _ in range(min(len(query.terms) - 1, _LEFT_OUT)):
            yield (query := finding.without(query, await self._commonest(query)))

    async def _known(self, query: Query) -> Query:
        """The query without the terms that no question has, or with what begins like them."""
        known, unknown = [], []
        for term in query.terms:
            for one in (term, finding.beginning(term)):
                if one is not None and await self._is_known(one):
                    known.append(one)
                    break
            else:
                unknown.append(term)
        return finding.without_unknown(query, known, unknown)

    async def _is_known(self, term: Term) -> bool:
        (sought,) = await self._sought([term])
        if sought.part(self.ctx.lexicon.commonness) > _COMMON:
            return True
        return await search.exists(self.tx, sought, self.seen)

    async def _commonest(self, query: Query) -> Term:
        sought = await self._sought(query.terms)
        parts = [one.part(self.ctx.lexicon.commonness) for one in sought]
        return query.terms[parts.index(max(parts))]

    async def _forms(self, terms: Sequence[Term]) -> Mapping[str, tuple[str, ...]]:
        return await self.ctx.lexicon.forms(word for term in terms if not term.begins for word in term.words)

    async def _sought(self, terms: Sequence[Term]) -> list[Sought]:
        forms = await self._forms(terms)
        return [looking.sought(term, forms, self.ctx.lexicon.commonness) for term in terms]

    async def _page(self, query: Query, page: int) -> Found:
        wanted = Wanted(
            sought=tuple(await self._sought(query.terms)),
            number=query.number,
            state=query.state,
            between=query.period.bounds(self.ctx.look.zone) if query.period is not None else None,
            seen=self.seen,
        )
        shown = await search.find(self.tx, wanted, self.ctx.lexicon.commonness, self.now, page=page)
        if page and not shown.hits:
            # So many were found before: since then some were answered, or handed over.
            page = 0
            shown = await search.find(self.tx, wanted, self.ctx.lexicon.commonness, self.now)
        texts = await search.texts(self.tx, [hit.number for hit in shown.hits])
        forms = await self._forms(query.terms)
        sign = Sign(
            forms=frozenset(form for several in forms.values() for form in several),
            beginnings=tuple(term.words[0] for term in query.terms if term.begins),
        )
        hits = []
        for hit in shown.hits:
            piece, marks = excerpt(texts.get(hit.number, []), hit.resident, sign)
            hits.append(replace(hit, excerpt=piece, marks=marks))
        return Found(hits=tuple(hits), total=shown.total, page=page, only_newest=shown.only_newest, notes=query.notes)
