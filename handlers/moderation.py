"""Keeping order: residents who may not write for a while, and spam."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.conversation import order
from bot.conversation.voice import voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import moderation
from bot.model.action import Deed
from bot.model.chat import ChatKind
from bot.model.event import MessageReceived
from bot.model.question import Author, CloseKind, Conversation, Question
from handlers import closing
from handlers.context import Context
from handlers.desk import Desk
from handlers.outgoing import Address, post
from storage import bans, conversations, links, messages, questions
from storage.database import Transaction
from storage.messages import NewMessage


async def ban(desk: Desk, question: Question, rest: str) -> str:
    """Take no messages from this resident for a while; returns what a press shows."""
    term = moderation.read_term(rest)
    if isinstance(term, moderation.Unclear):
        return await desk.refuse(term.why)
    conversation = await _conversation(desk, question)
    now = desk.ctx.clock()
    until = now + term.span
    # Whoever is banned anew is told of the new term.
    await conversations.change(desk.tx, conversation.id, banned_until=until, ban_reason=term.reason, ban_told_at=None)
    await desk.did(question.number, Deed.BANNED, moderation.trail(term))
    draft = moderation.banned(question.number, until, term, now, desk.ctx.look.zone)
    return await desk.say(replace(draft, reply_to=desk.message_id), question=question.number)


async def unban(desk: Desk, question: Question) -> str:
    """Take his messages again."""
    conversation = await _conversation(desk, question)
    if not is_banned(conversation, desk.ctx.clock()):
        return await desk.refuse(moderation.not_banned(question.number))
    await conversations.change(desk.tx, conversation.id, banned_until=None, ban_reason="", ban_told_at=None)
    thread = conversation.question or question.number
    meanwhile = await bans.written_meanwhile(desk.tx, thread)
    await desk.did(question.number, Deed.UNBANNED)
    return await desk.say(moderation.unbanned(question.number, meanwhile, thread), question=question.number)


async def _conversation(desk: Desk, question: Question) -> Conversation:
    """The resident's conversation; `desk.find` has locked it already."""
    conversation = await conversations.lock_of_question(desk.tx, question.number)
    assert conversation is not None
    return conversation


async def spam(desk: Desk, question: Question) -> str:
    """Close a question as spam, without a word to whoever wrote it."""
    return await closing.close(desk, question, "", kind=CloseKind.SPAM)


# --- while he is banned --------------------------------------------------------------------------------------------


def is_banned(conversation: Conversation, now: datetime) -> bool:
    """A ban that is over ends by itself."""
    return conversation.banned_until is not None and now < conversation.banned_until


async def keeps_out(
    tx: Transaction, ctx: Context, conversation: Conversation, event: MessageReceived, now: datetime
) -> bool:
    """Whether the resident is banned: then what he wrote is kept, shown to nobody, and he is told once."""
    if conversation.banned_until is None:
        return False
    if not is_banned(conversation, now):
        await _ended(tx, ctx, conversation)
        return False
    await _keep(tx, conversation, event)
    if not conversation.ban_told:
        await conversations.change(tx, conversation.id, ban_told_at=now)
        voice = voice_of(conversation.language)
        text = order.banned(voice, conversation.banned_until, conversation.ban_reason, now, ctx.look.zone)
        address = Address(chat=event.chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION)
        await post(tx, ctx, address, Draft(text=text, voice=voice))
    return True


async def _ended(tx: Transaction, ctx: Context, conversation: Conversation) -> None:
    """The ban is over, and he writes again: officials hear of what he wrote meanwhile."""
    await conversations.change(tx, conversation.id, banned_until=None, ban_reason="", ban_told_at=None)
    number = conversation.question
    question = await questions.find(tx, number, lock=True) if number is not None else None
    if question is None or not (count := await bans.written_meanwhile(tx, question.number)):
        return
    address = Address(
        chat=ctx.desk.home_of(question.admin_chat, question.department),
        chat_kind=ChatKind.GROUP,
        role=Role.COMMAND,
        question=question.number,
    )
    await post(tx, ctx, address, Draft(text=moderation.over(question.number, count)))


async def _keep(tx: Transaction, conversation: Conversation, event: MessageReceived) -> None:
    """In the thread of his last question, an album as one message."""
    part_of = await messages.album(tx, event.chat, event.album_id) if event.album_id else None
    if part_of is not None and part_of.role is Author.BANNED:
        link = links.Link(question=part_of.question, thread_message=part_of.id, role=Author.BANNED)
        await links.add(tx, event.chat, event.message_id, link)
        await messages.set_content(tx, part_of, part_of.content.with_part(event.content))
        return
    message = NewMessage(
        role=Author.BANNED,
        author="",
        chat=event.chat,
        message_id=event.message_id,
        content=event.content,
        at=event.at,
        album_id=event.album_id,
    )
    await messages.add(tx, conversation.question, message)


def is_silent(conversation: Conversation, role: str, now: datetime) -> bool:
    """Whether officials hear nothing of a correction: of what a banned resident wrote, or by a banned resident."""
    return role == Author.BANNED or is_banned(conversation, now)
