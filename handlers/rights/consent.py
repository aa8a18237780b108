"""Consent: asked for before a question is registered; what he wrote meanwhile is kept aside and not lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from bot.conversation import rights as texts
from bot.conversation import wishes
from bot.conversation.voice import voice_of
from bot.delivery.entry import Role
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Media
from bot.model.event import MessageEdited, MessageReceived, Sender
from bot.model.question import Conversation
from handlers import no_question
from handlers.context import Context
from handlers.rights import traces
from handlers.rights.saying import say
from storage import consents, conversations, messages
from storage.consents import SetAside
from storage.database import Transaction

#: Messages that are kept aside of one resident.
MOST = 200
#: He writes on without saying whether he consents: how often he is reminded of that.
REMINDS_EVERY = timedelta(minutes=1)

#: Registers a message: see `handlers.residents`.
Register = Callable[[Transaction, Context, MessageReceived], Awaitable[None]]


def is_missing(ctx: Context, conversation: Conversation) -> bool:
    """Whether this resident has to consent before a question of his is registered."""
    return ctx.rights.consent is not None and conversation.consented != ctx.rights.consent


async def holds_back(
    tx: Transaction, ctx: Context, conversation: Conversation, event: MessageReceived, now: datetime
) -> bool:
    """Whether this message, which would be a question, waits for his consent: then it is kept, and he is asked."""
    if not is_missing(ctx, conversation):
        return False
    voice = voice_of(conversation.language)
    if conversation.consent_asked_at is None and wishes.is_consent(event.content):
        # He read of it somewhere: that is no question, and no consent to what he was not shown.
        await no_question.heard(tx, event, now)
        await _ask(tx, ctx, conversation, texts.ask_consent_first(voice, ctx.rights.notice_url), now)
        return True
    opens = conversation.wants_new
    kept = await consents.set_aside(tx, conversation.id, event, now, opens=opens, most=MOST)
    if opens and kept:
        await conversations.change(tx, conversation.id, wants_new=False)
    if conversation.consent_asked_at is None or kept == 1:
        # Also where he was asked for another reason just now: he has to know that this waits.
        await _ask(tx, ctx, conversation, texts.ask_consent(voice, ctx.rights.notice_url), now)
    elif kept == MOST:
        # Before anything is refused.
        await _ask(tx, ctx, conversation, texts.full(voice), now)
    elif now - conversation.consent_asked_at >= REMINDS_EVERY:
        await _ask(tx, ctx, conversation, texts.still_aside(voice) if kept else texts.full(voice), now)
    return True


async def asks_first(tx: Transaction, ctx: Context, conversation: Conversation, now: datetime) -> bool:
    """Whether the news that he chose would be stored before he has consented: then they are not, and he is asked."""
    if not is_missing(ctx, conversation):
        return False
    text = texts.ask_consent_for_news(voice_of(conversation.language), ctx.rights.notice_url)
    await _ask(tx, ctx, conversation, text, now)
    return True


async def ask_anew(tx: Transaction, ctx: Context, conversation: Conversation, now: datetime) -> None:
    """A word of his may be a consent, or be said to somebody else: nothing goes by it, and he is asked once more."""
    voice = voice_of(conversation.language)
    waits = await consents.waiting(tx, conversation.id)
    text = (texts.ask_consent if waits else texts.ask_consent_first)(voice, ctx.rights.notice_url)
    await _ask(tx, ctx, conversation, text, now)


async def given(
    tx: Transaction,
    ctx: Context,
    conversation: Conversation,
    sender: Sender,
    now: datetime,
    register: Register,
    *,
    mark: str = "",
) -> None:
    """He consents: what he wrote is registered, in its order. By a button with the mark of its text, or in a word."""
    version, voice = ctx.rights.consent, voice_of(conversation.language)
    if is_waived(ctx, conversation):
        await release(tx, ctx, conversation, sender, register)
    if version is None or not is_missing(ctx, conversation):
        # Pressed twice, on two devices: there is nothing left to say.
        return
    if mark and mark != wishes.mark_of(version):
        await _ask(tx, ctx, conversation, texts.other_text(voice, ctx.rights.notice_url), now)
        return
    await consents.record(tx, conversation.id, version, now, "button" if mark else "word")
    if not await release(tx, ctx, conversation, sender, register):
        await say(tx, ctx, conversation, texts.consented(voice))


def is_waived(ctx: Context, conversation: Conversation) -> bool:
    """Whether he is asked for a consent that nobody needs any more: the settings have changed meanwhile."""
    return conversation.consent_asked_at is not None and not is_missing(ctx, conversation)


async def release(tx: Transaction, ctx: Context, conversation: Conversation, sender: Sender, register: Register) -> int:
    """Register what is kept aside; returns how many messages that were."""
    kept = await consents.take(tx, conversation.id)
    await conversations.change(tx, conversation.id, consent_asked_at=None)
    for place, one in enumerate(kept):
        # Only what would be a question is kept aside: whatever came of his earlier ones since, it is a new one.
        if one.opens or place == 0:
            await conversations.change(tx, conversation.id, wants_new=True)
        await register(tx, ctx, _event(conversation.chat, sender, one))
        await messages.edited_last(tx, conversation.chat, one.message_id, one.at)
    return len(kept)


async def refused(tx: Transaction, ctx: Context, conversation: Conversation) -> None:
    """He does not consent: what was kept is erased, and he hears how to ask elsewhere."""
    voice = voice_of(conversation.language)
    if ctx.rights.consent is not None and not is_missing(ctx, conversation):
        await say(tx, ctx, conversation, texts.consented_before(voice))
        return
    kept = await erase(tx, ctx, conversation)
    if kept or conversation.consent_asked_at is not None:
        await say(tx, ctx, conversation, texts.declined(voice))


async def erase(tx: Transaction, ctx: Context, conversation: Conversation) -> int:
    """Erase what is kept aside, and the updates that brought it; returns how many messages. He is asked no more.

    Of somebody who never consented to anything the name goes, too.
    """
    kept = await consents.take(tx, conversation.id)
    nameless = {"name": "", "username": "", "language": "", "source": ""} if conversation.question is None else {}
    await conversations.change(tx, conversation.id, consent_asked_at=None, **nameless)
    if kept:
        await traces.of_set_aside(tx, ctx, conversation, _media(kept))
    return len(kept)


async def edited(tx: Transaction, conversation: Conversation, event: MessageEdited) -> bool:
    """He corrected what is kept aside; False: it is not."""
    return conversation.consent_asked_at is not None and await consents.correct(
        tx, conversation.id, event.message_id, event.content, event.at
    )


def _media(kept: Sequence[SetAside]) -> list[Media]:
    return [media for one in kept for media in one.content.media]


def _event(chat: ChatRef, sender: Sender, kept: SetAside) -> MessageReceived:
    """The message as it came."""
    return MessageReceived(
        chat=chat,
        chat_kind=ChatKind.PRIVATE,
        message_id=kept.message_id,
        sender=sender,
        at=kept.at,
        content=kept.content,
        album_id=kept.album_id,
    )


async def _ask(tx: Transaction, ctx: Context, conversation: Conversation, text: str, now: datetime) -> None:
    assert ctx.rights.consent is not None
    await conversations.change(tx, conversation.id, consent_asked_at=now)
    keyboard = wishes.consent_keyboard(voice_of(conversation.language), ctx.rights.consent)
    await say(tx, ctx, conversation, text, keyboard, role=Role.CONSENT)
