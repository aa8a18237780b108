"""An official's reply: it goes to the resident, to colleagues as a note, or is kept until its question is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.delivery.entry import Role
from bot.desk import commands, forgotten, offers, texts
from bot.desk.commands import Note, Words
from bot.desk.masking import is_masked
from bot.desk.offers import Offer, Source
from bot.model.action import Deed
from bot.model.content import Content
from bot.model.question import SAID_TO_RESIDENT, Author, Question, ThreadMessage
from handlers import answering, held, withdrawing
from handlers.context import ALBUM_WAIT
from handlers.desk import Desk
from handlers.outgoing import Posted, post, refit
from storage import conversations, links, messages, questions, shows
from storage.links import Link
from storage.messages import NewMessage


async def reply(desk: Desk, link: Link, text: str, *, as_note: bool) -> None:
    """The official replied with these words, and his files, to what the link is of."""
    number, content = link.question, replace(desk.content, text=text)
    if number is None and link.thread_message is not None:
        offer = offers.read(await messages.album_of(desk.tx, link.thread_message))
        if offer is not None:
            await _reply_to_offer(desk, link, link.thread_message, offer, content, as_note=as_note)
            return
    if number is None:
        # The message shows several questions, or none: a number at the beginning says which one is meant.
        number, rest = commands.leading_number(text)
        lists = link.entry if link.thread_message is None else None
        said = await shows.said_by(desk.tx, lists) if lists is not None else None
        shown = commands.numbers_shown(said.text, said.spans) if said is not None else frozenset()
        if shown and number not in shown:
            # «2 дома уже с теплом» under the cards of others is no answer to question 2.
            number = None
        if link.role == Role.ASK_HELD and rest:
            # «2 дома уже с теплом» says nothing of what is to become of the answer that was held back.
            number = None
        content = replace(content, text=rest)
        if number is not None and content.is_empty and link.thread_message is not None:
            await _assign(desk, link.thread_message, number)
            return
    if number is None:
        await _ask_number(desk)
        return
    await _answer(desk, link, number, content, as_note=as_note)


async def _reply_to_offer(
    desk: Desk, link: Link, offered: int, offer: Offer, content: Content, *, as_note: bool
) -> None:
    """The number sends an offered text as it is, words are sent instead of it: to its own resident alone."""
    if as_note:
        await _answer(desk, link, offer.number, content, as_note=True)
        return
    named, rest = commands.leading_number(content.text)
    if named is not None and named != offer.number:
        await desk.say(offers.made_for_another(offer.number, named), thread_message=offered)
        return
    content = replace(content, text=rest)
    as_it_is = named is not None and content.is_empty
    said = (await messages.get(desk.tx, offered)).content if as_it_is else content
    if offer.source is Source.SIMILAR and is_masked(said.text):
        await desk.say(offers.FILL_IN, thread_message=offered)
    elif as_it_is:
        await _assign(desk, offered, offer.number)
    elif await _answer(desk, link, offer.number, content, as_note=False, offer=offer):
        kept = await messages.get(desk.tx, offered)
        if kept.role is Author.UNCLEAR:
            # It was said in other words: its button sends it no more.
            await messages.assign(desk.tx, kept.id, offer.number, Author.WITHHELD)


async def _answer(
    desk: Desk, link: Link, number: int, content: Content, *, as_note: bool, offer: Offer | None = None
) -> bool:
    """Pass it on to the resident, or keep it as a note; False: it could not be, and the official is told.

    `offer`: the text that was offered and changed into it.
    """
    question = await _answerable(desk, number)
    if question is None:
        return False
    if as_note:
        await messages.add(desk.tx, number, _said(desk, Author.NOTE, content))
        await desk.did(number, Deed.NOTED)
        await desk.say(texts.noted(number), question=number)
        return False
    if replace(content, unsupported=()).is_empty:
        await desk.say(texts.nothing_to_send(number), question=number)
        return False
    key = str(offer) if offer is not None else ""
    # Whoever replies to a colleague's answer has seen it.
    knowing = link.role in SAID_TO_RESIDENT
    if not knowing and (why := await held.reason(desk.tx, question, desk.official)):
        await held.hold(desk, question, _said(desk, Author.UNCLEAR, content, key), why)
        return True
    thread_message = await messages.add(desk.tx, number, _said(desk, Author.OFFICIAL, content, key))
    await _send(desk, question, thread_message, content, offer)
    return True


async def _answerable(desk: Desk, number: int, *, thread_message: int | None = None) -> Question | None:
    """A question that this desk may answer, locked; None: there is none of this number, and the official is told.

    `thread_message`: what he wrote is kept there, and a reply to what he is told takes the right number.
    """
    question = await desk.find(number)
    if isinstance(question, Question) and not question.forgotten:
        return question
    why = question if isinstance(question, str) else forgotten.nobody(number)
    await desk.say(why, thread_message=thread_message)
    return None


async def _send(desk: Desk, question: Question, thread_message: int, content: Content, offer: Offer | None) -> None:
    delay = ALBUM_WAIT if desk.album_id else timedelta(0)
    left_out = await answering.send(
        desk.tx, desk.ctx, desk.official, question, thread_message, content, delay=delay, offer=offer
    )
    await desk.name_left_out(question.number, left_out)


async def _ask_number(desk: Desk) -> None:
    """Keep the reply and ask which question it answers: nothing that an official wrote is dropped in silence."""
    kept = await messages.add(desk.tx, None, _said(desk, Author.UNCLEAR, desk.content))
    await desk.say(texts.ASK_NUMBER, thread_message=kept)


async def _assign(desk: Desk, kept_message: int, number: int) -> None:
    """The official named the question of a reply that was kept: now it goes out."""
    kept = await messages.get(desk.tx, kept_message)
    if kept.role is not Author.UNCLEAR:
        said = texts.decided_already if kept.role is Author.WITHHELD else texts.assigned_already
        await desk.say(said(kept.question or number))
        return
    question = await _answerable(desk, number, thread_message=kept_message)
    if question is None:
        return
    if isinstance(reading := commands.read(kept.content.text), Note):
        await messages.assign(desk.tx, kept_message, number, Author.NOTE)
        await messages.set_content(desk.tx, kept, replace(kept.content, text=reading.text))
        await desk.say(texts.noted(number), question=number)
        return
    await messages.assign(desk.tx, kept_message, number, Author.OFFICIAL, at=desk.ctx.clock())
    offer = offers.read(await messages.album_of(desk.tx, kept_message))
    await _send(desk, question, kept_message, kept.content, offer)


async def album_part(desk: Desk, part_of: ThreadMessage) -> None:
    """A further part of an official's album: it goes with the first part, to the same resident."""
    link = Link(question=part_of.question, thread_message=part_of.id, role=part_of.role)
    await links.add(desk.tx, desk.chat, desk.message_id, link)
    asked = await questions.find(desk.tx, part_of.question) if part_of.question is not None else None
    if asked is not None and asked.forgotten:
        return
    content = part_of.content.with_part(desk.content)
    await messages.set_content(desk.tx, part_of, content)
    if part_of.question is None or part_of.role not in SAID_TO_RESIDENT:
        return
    await conversations.lock_of_question(desk.tx, part_of.question)
    question = await questions.find(desk.tx, part_of.question, lock=True)
    assert question is not None
    reading = commands.read(desk.content.text)
    if not isinstance(reading, Words):
        # The words come with a later part than the first: they tell that the album was not meant for the resident.
        await withdrawing.withdraw(replace(desk, replied_message=part_of.id), question)
        if isinstance(reading, Note):
            await messages.assign(desk.tx, part_of.id, question.number, Author.NOTE)
            await messages.set_content(desk.tx, part_of, replace(content, text=reading.text))
        return
    address = answering.address(question, part_of.id, delay=ALBUM_WAIT)
    shown = await shows.find(desk.tx, part_of.id, [Role.ANSWER])
    draft = await answering.draft(desk.tx, desk.ctx, question, content, part_of.role)
    posted: Posted | None = await refit(desk.tx, desk.ctx, address, shown, draft)
    if posted is None:
        posted = await post(desk.tx, desk.ctx, address, answering.plain(question, desk.content))
    await desk.name_left_out(question.number, posted.left_out_of(desk.content.media))


async def keep_as_command(desk: Desk) -> None:
    """Keep what came with a command: the further parts of its album have no words, and must not pass for an answer."""
    await messages.add(desk.tx, None, _said(desk, Author.COMMAND, desk.content))


def _said(desk: Desk, role: Author, content: Content, key: str = "") -> NewMessage:
    """What the official wrote, at the time of his messenger.

    `key`: of the offered text that was changed into it; an album has its own, and needs it for its further parts.
    """
    return replace(desk.written(role, content), at=desk.at, album_id=desk.album_id or key)
