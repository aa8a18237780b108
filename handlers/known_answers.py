"""`/faq` in the admin chat: coordinators keep the known answers."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.faq import Entry
from bot.delivery.fit import Draft
from bot.desk import faq
from bot.desk.faq import Line, Verb, Wish
from bot.desk.texts import OLD_BUTTON
from handlers import similar
from handlers.desk import Desk
from storage import faq as stored
from storage.faq import Kept


async def run(desk: Desk, rest: str) -> str:
    """Do what stands behind `/faq`; returns what a press shows."""
    wish = faq.read(rest)
    if wish is None:
        return await desk.say(faq.HOW)
    match wish.verb:
        case Verb.LIST:
            return await show_page(desk, 0)
        case Verb.SHOW:
            return await _show(desk, wish)
    if not desk.sees_all:
        return await desk.refuse(faq.REFUSED)
    if wish.verb is Verb.ADD:
        return await _add(desk, wish)
    kept = await stored.find(desk.tx, wish.entry or 0)
    if kept is None:
        return await desk.say(faq.no_entry(wish.entry))
    if wish.verb is Verb.EDIT:
        return await _edit(desk, wish, kept)
    return await desk.say(await _turn(desk, kept, off=wish.verb is Verb.OFF))


async def show_page(desk: Desk, page: int) -> str:
    """One page of all entries."""
    lines = [
        Line(entry=one.entry, is_off=one.is_off, shown=one.shown, helped=one.helped)
        for one in await stored.load(desk.tx)
    ]
    draft = faq.page_of(lines, page)
    if desk.pressed:
        return await desk.turn_page(draft)
    return await desk.say(replace(draft, reply_to=desk.message_id))


async def pressed(desk: Desk, entry: int, deed: str) -> str:
    """Do what a button under the list, or under an answer, says; returns what the press shows."""
    kept = await stored.find(desk.tx, entry)
    if kept is None:
        return await desk.refuse(faq.no_entry(entry))
    if deed == Verb.SHOW:
        return await desk.say(_shown(desk, kept))
    if not desk.sees_all:
        return await desk.refuse(faq.REFUSED)
    match deed:
        case Verb.ON | Verb.OFF:
            done = await _turn(desk, kept, off=deed == Verb.OFF)
            await desk.turn_page(_shown(desk, replace(kept, is_off=deed == Verb.OFF)))
            return done
        case Verb.EDIT:
            return await desk.say(faq.how_to_edit(kept.entry))
        case _:
            return OLD_BUTTON


async def _show(desk: Desk, wish: Wish) -> str:
    kept = await stored.find(desk.tx, wish.entry or 0)
    if kept is None:
        return await desk.say(faq.no_entry(wish.entry))
    return await desk.say(replace(_shown(desk, kept), reply_to=desk.message_id))


def _shown(desk: Desk, kept: Kept) -> Draft:
    return faq.shown(
        kept.entry,
        desk.ctx.desk.topics,
        is_off=kept.is_off,
        counts=(kept.shown, kept.helped),
        edited_by=kept.edited_by,
        may_change=desk.sees_all,
    )


async def _add(desk: Desk, wish: Wish) -> str:
    answer = wish.answer or (desk.replied_text or "").strip()
    topic = _topic(desk, wish.topic)
    if topic is None:
        return await desk.say(faq.no_topic(wish.topic or "", list(desk.ctx.desk.topics.values())))
    if not wish.question:
        return await desk.say(faq.HOW)
    if why := faq.why_not(wish.question, answer):
        return await desk.say(why)
    if not wish.answer and (masked := await similar.replied_masked(desk, answer)) != answer:
        return await desk.say(faq.personal(wish, masked))
    if len(await stored.load(desk.tx)) >= faq.MOST:
        return await desk.say(faq.FULL)
    entry = Entry(id=0, question=wish.question, answer=answer, topic=topic)
    added = await stored.add(desk.tx, entry, by=_who(desk), now=desk.ctx.clock())
    if added is None:
        known = await stored.named(desk.tx, wish.question)
        return await desk.say(faq.there_already(known.entry.id if known is not None else 0))
    desk.tx.after_commit(desk.ctx.answers.changed.set)
    return await desk.say(faq.added(added))


async def _edit(desk: Desk, wish: Wish, kept: Kept) -> str:
    before = kept.entry
    topic = before.topic if wish.topic is None else _topic(desk, wish.topic)
    if topic is None:
        return await desk.say(faq.no_topic(wish.topic or "", list(desk.ctx.desk.topics.values())))
    entry = replace(before, question=wish.question or before.question, answer=wish.answer or before.answer, topic=topic)
    if why := faq.why_not(entry.question, entry.answer):
        return await desk.say(why)
    if entry == before:
        return await desk.say(faq.unchanged(before.id))
    known = await stored.named(desk.tx, entry.question)
    if known is not None and known.entry.id != before.id:
        return await desk.say(faq.there_already(known.entry.id))
    await stored.edit(desk.tx, entry, is_off=kept.is_off, by=_who(desk), now=desk.ctx.clock())
    desk.tx.after_commit(desk.ctx.answers.changed.set)
    return await desk.say(faq.edited(before))


async def _turn(desk: Desk, kept: Kept, *, off: bool) -> str:
    """Let residents see it again, or no more; returns what is said to that."""
    if kept.is_off == off:
        return faq.unchanged(kept.entry.id)
    await stored.edit(desk.tx, kept.entry, is_off=off, by=_who(desk), now=desk.ctx.clock())
    desk.tx.after_commit(desk.ctx.answers.changed.set)
    return faq.turned_off(kept.entry.id) if off else faq.turned_on(kept.entry.id)


def _topic(desk: Desk, wanted: str | None) -> str | None:
    """The slug of a topic by slug or name; empty: none is wanted; None: there is none of that name."""
    if not wanted:
        return ""
    by_name = {name.casefold(): slug for slug, name in desk.ctx.desk.topics.items()}
    return wanted if wanted in desk.ctx.desk.topics else by_name.get(wanted.casefold())


def _who(desk: Desk) -> str:
    return desk.official.name or desk.official.id
