"""Corrections: an official changed what he wrote, and whoever has it sees it as it is now."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import rating
from bot.conversation import texts as resident_texts
from bot.conversation.voice import voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import commands, texts
from bot.desk.commands import SAID_BY, Command, Words
from bot.model.action import Deed
from bot.model.chat import ChatRef
from bot.model.content import Content
from bot.model.event import MessageEdited
from bot.model.message import EditMessage, SendMessage
from bot.model.question import SAID_TO_RESIDENT, Author
from handlers import answering, asking_back
from handlers.context import Context
from handlers.desk import Desk
from handlers.outgoing import Address, do, fitted, post, refit
from storage import conversations, links, messages, questions, ratings, shows
from storage.database import Transaction
from storage.outbox import State
from storage.shows import Shown


async def edited(tx: Transaction, ctx: Context, event: MessageEdited, admin_chat: ChatRef) -> None:
    """An official corrected an answer: the resident sees the correction, in place where his messenger can."""
    link = await links.find(tx, event.chat, event.message_id)
    if link is None or link.thread_message is None:
        return
    if link.role in (Author.UNCLEAR, Author.WITHDRAWN):
        written = await messages.get(tx, link.thread_message)
        await messages.set_content(tx, written, event.content, edited_at=event.at)
    if link.role == Author.NOTE:
        text = event.content.text.strip().removeprefix(commands.NOTE_SIGN).strip()
        note = await messages.get(tx, link.thread_message)
        await messages.set_content(tx, note, replace(event.content, text=text), edited_at=event.at)
    if link.role not in SAID_TO_RESIDENT or link.question is None:
        return
    role = Author(link.role)
    await conversations.lock_of_question(tx, link.question)
    question = await questions.find(tx, link.question, lock=True)
    assert question is not None
    if question.forgotten:
        return
    old = await messages.get(tx, link.thread_message)
    content = _corrected(question.number, old.content, _without_command(role, event.content))
    to_command = not isinstance(commands.read(content.text), Words)
    # Whatever he meant by a command, the resident must not read it.
    said = old.content if to_command else content
    if not await messages.set_content(tx, old, said, edited_at=event.at) or content == old.content:
        # He has corrected it once more since, or changed nothing.
        return
    desk = Desk.of(tx, ctx, event, admin_chat)
    if to_command:
        await desk.say(texts.EDITED_TO_COMMAND, question=question.number)
        return
    await desk.did(question.number, Deed.CORRECTED)
    if (rate_at := rating.ask_at(ctx.clock(), ctx.ask_rating_after, ctx.look.zone)) is not None:
        await ratings.put_off(tx, question.number, rate_at)
    address = answering.address(question, old.id)
    draft = await answering.draft(tx, ctx, question, content, role)
    shown = await shows.find(tx, old.id, [Role.ANSWER])
    if await refit(tx, ctx, address, shown, draft) is not None:
        return
    before = await answering.draft(tx, ctx, question, old.content, role)
    if not await _edit_in_place(tx, ctx, address, shown, before, draft):
        added = tuple(media for media in content.media if media not in old.content.media)
        await asking_back.spoken_to(tx, question, ctx.clock())
        text = resident_texts.correction(voice_of(question.language), content.text)
        await post(tx, ctx, address, replace(answering.plain(question, content), text=text, media=added))


def _without_command(role: Author, content: Content) -> Content:
    """What an edited command says: it may stand before the words, as it did at first."""
    reading = commands.read(content.text)
    if isinstance(reading, Command) and reading.name is SAID_BY.get(role):
        return replace(content, text=reading.rest)
    return content


def _corrected(number: int, old: Content, new: Content) -> Content:
    """What a corrected answer says: without the number that it may begin with, and with all parts of its album."""
    named, rest = commands.leading_number(new.text)
    if named == number and commands.leading_number(old.text)[0] != number:
        new = replace(new, text=rest)
    return replace(old, text=new.text) if len(old.media) > len(new.media) else new


async def _edit_in_place(
    tx: Transaction, ctx: Context, address: Address, shown: list[Shown], before: Draft, after: Draft
) -> bool:
    """Edit what the resident has, when the corrected answer takes the same messages; False when it cannot be done."""
    if not ctx.capabilities[address.chat.channel].edits:
        return False
    sent = [one for one in shown if isinstance(one.effect, SendMessage)]
    old, new = fitted(ctx, address, before).messages, fitted(ctx, address, after).messages
    if not len(sent) == len(old) == len(new) or any(one.state not in (State.SENT, State.SENDING) for one in sent):
        return False
    if any(was.media != now.media for was, now in zip(old, new, strict=True)):
        return False
    for one, was, now in zip(sent, old, new, strict=True):
        if (was.text, was.spans) != (now.text, now.spans):
            effect = EditMessage(
                message_id="",
                text=now.text,
                spans=now.spans,
                media=now.media,
                keyboard=now.keyboard,
                corrects=True,
            )
            await do(tx, ctx, replace(address, about_entry=one.id), effect, strand=address.strand)
    return True
