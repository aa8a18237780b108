"""What residents say and press when they are asked about their data, before anything else, and who carries it out."""

from __future__ import annotations

from datetime import datetime

from bot.conversation import wishes
from bot.conversation.typed import bare
from bot.conversation.wishes import Wish
from bot.delivery.entry import Role
from bot.model.event import ButtonPressed, MessageReceived
from bot.model.question import Conversation
from handlers import moderation, no_question
from handlers.context import Context
from handlers.rights import consent, forgetting
from handlers.rights.consent import Register
from storage import conversations, links, shows
from storage.database import Transaction

#: What is done in a resident's chat without a word.
_WORDLESS = (Role.MARK, Role.PRESS)


async def said(
    tx: Transaction, ctx: Context, conversation: Conversation, event: MessageReceived, now: datetime, register: Register
) -> bool:
    """Whether he wrote a word that stands for a button of these; else it is something to pass on."""
    waived = consent.is_waived(ctx, conversation) and conversation.banned_until is None
    if waived:
        await consent.release(tx, ctx, conversation, event.sender, register)
        conversation = await conversations.lock(tx, event.chat, event.sender)
    wish = wishes.said(
        event.content,
        consent_asked=conversation.consent_asked_at is not None,
        forget_asked=forgetting.is_asked(conversation, now),
        forget_lately=forgetting.is_asked(conversation, now, within=wishes.TOO_LATE_FOR),
    )
    if wish in (Wish.CONSENT_YES, Wish.CONSENT_NO):
        to_request = await _is_said_to_request(tx, conversation, event, now)
        if to_request is None:
            await _in_doubt(tx, ctx, event, now, register)
            return True
        if not to_request:
            return False
    elif wish is not None and await _replied_to(tx, event) == Role.ANSWER:
        # «Да, удалить» to an official who asks about something else.
        return False
    if wish is not None:
        await no_question.heard(tx, event, now)
    match wish:
        case None if waived:
            # With what he has asked by now.
            await register(tx, ctx, event)
        case None:
            return False
        case Wish.CONSENT_YES:
            await consent.given(tx, ctx, conversation, event.sender, now, register)
        case Wish.CONSENT_NO:
            await consent.refused(tx, ctx, conversation)
        case Wish.FORGET_YES | Wish.FORGET_NO:
            return await _of_forgetting(tx, ctx, conversation, wish, now)
    return True


async def _is_said_to_request(
    tx: Transaction, conversation: Conversation, event: MessageReceived, now: datetime
) -> bool | None:
    """Whether a word that consents or refuses is said to the request for his consent; None: nobody knows.

    It may be an answer to an official, and a plain yes or no to whatever the service has said to him since.
    """
    replied_to = await _replied_to(tx, event)
    if replied_to in (Role.CONSENT, Role.ANSWER):
        return replied_to == Role.CONSENT
    if bare(event.content) in conversation.may_type(now):
        # A page that he has opened since asks him something.
        return False
    since = await _said_since_request(tx, conversation)
    return None if Role.ANSWER in since or (since and wishes.is_plain(event.content)) else True


async def _replied_to(tx: Transaction, event: MessageReceived) -> str:
    """What it is that he replies to with his messenger's own reply, by its role; empty: nothing that is known."""
    found = await links.find(tx, event.chat, event.reply_to.message_id) if event.reply_to is not None else None
    return found.role if found is not None else ""


async def _said_since_request(tx: Transaction, conversation: Conversation) -> list[Role]:
    """What was said to him since he was asked to consent."""
    since = await shows.said_since(tx, conversation.chat, Role.CONSENT)
    return [role for role in since if role not in _WORDLESS]


async def _in_doubt(tx: Transaction, ctx: Context, event: MessageReceived, now: datetime, register: Register) -> None:
    """The word is taken in as any other, and the request comes below whatever is said to that."""
    await register(tx, ctx, event)
    conversation = await conversations.lock(tx, event.chat, event.sender)
    if await _said_since_request(tx, conversation) and not moderation.is_banned(conversation, now):
        await consent.ask_anew(tx, ctx, conversation, now)


async def _of_forgetting(tx: Transaction, ctx: Context, conversation: Conversation, wish: Wish, now: datetime) -> bool:
    """His words mean this wish where nothing was said to him since he was asked; they may be an answer to an official.

    A button stands under the very request: whoever presses it means that.
    """
    since = await shows.said_since(tx, conversation.chat, Role.FORGET)
    for_officials = Role.ANSWER in since
    if wish is Wish.FORGET_YES and since:
        await forgetting.unclear(tx, ctx, conversation)
    elif wish is Wish.FORGET_YES:
        await forgetting.confirmed(tx, ctx, conversation, now)
    elif not for_officials:
        await forgetting.left(tx, ctx, conversation)
    return not for_officials


async def pressed(tx: Transaction, ctx: Context, event: ButtonPressed, now: datetime, register: Register) -> bool:
    """Whether he pressed a button of these, perhaps an old one."""
    button = wishes.read(event.data)
    if button is None:
        return False
    if button.wish in (Wish.FORGET_YES, Wish.FORGET_NO):
        # Of whom nothing is known nothing is to be remembered, because he pressed twice.
        known = await conversations.lock_known(tx, event.chat)
        if known is not None and button.wish is Wish.FORGET_YES:
            await forgetting.confirmed(tx, ctx, known, now)
        elif known is not None:
            await forgetting.left(tx, ctx, known)
        return True
    conversation = await conversations.lock(tx, event.chat, event.sender)
    if button.wish is Wish.CONSENT_YES:
        await consent.given(tx, ctx, conversation, event.sender, now, register, mark=button.text)
    else:
        await consent.refused(tx, ctx, conversation)
    return True
