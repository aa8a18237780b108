"""/forget: a resident has everything removed that is stored about him. Figures stay, and what the law wants kept.

What an index finds goes in the transaction that confirms it: from then on he is a stranger. The rest, and the files,
follow at once: see `handlers.rights.traces`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from bot.conversation import rights as texts
from bot.conversation import wishes
from bot.conversation.texts import moment
from bot.conversation.voice import Voice, voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import forgotten
from bot.model.action import Deed, Official
from bot.model.chat import ChatKind
from bot.model.message import SendMessage
from bot.model.question import CloseKind, Conversation, Question, Status
from bot.model.wait import Outcome
from handlers import waits
from handlers.context import Context
from handlers.outgoing import Address, post
from handlers.rights import traces
from handlers.rights.saying import say
from handlers.visit import Visit
from storage import actions, consents, conversations, erasing, questions
from storage import forgotten as stored_forgotten
from storage import traces as stored_traces
from storage.database import Transaction
from storage.erasing import InGroup
from storage.outbox import State
from storage.traces import Traces

log = structlog.get_logger(__name__)

#: What shows words of his besides the card.
_SHOWS_MORE = (Role.CARD_PART, Role.FOLLOW_UP, Role.SURPLUS, Role.NOTE, Role.COMMAND, Role.REMINDER)
_WAITS = (Status.OPEN, Status.CLARIFYING)


async def ask(visit: Visit) -> list[int]:
    """He wants everything removed: does he mean it? Nothing else waits for what he says to that."""
    tx, ctx, conversation, voice = visit.tx, visit.ctx, visit.conversation, visit.voice
    await conversations.change(tx, conversation.id, forget_asked_at=visit.now)
    asked = await questions.of_conversation(tx, conversation.id)
    unanswered = [one.number for one in asked if one.status in _WAITS]
    text = texts.ask_forget(voice, unanswered, _locked_until(ctx, voice, asked, visit.now))
    return await say(tx, ctx, conversation, text, wishes.forget_keyboard(voice), role=Role.FORGET)


async def left(tx: Transaction, ctx: Context, conversation: Conversation) -> None:
    """He has thought better of it."""
    if conversation.forget_asked_at is None:
        # Pressed twice.
        return
    await conversations.change(tx, conversation.id, forget_asked_at=None)
    await say(tx, ctx, conversation, texts.left(voice_of(conversation.language)))


async def confirmed(tx: Transaction, ctx: Context, conversation: Conversation, now: datetime) -> None:
    """He means it: carried out if he was asked within the last minutes."""
    if not is_asked(conversation, now):
        await say(tx, ctx, conversation, texts.too_late(voice_of(conversation.language)))
        return
    await _forget(tx, ctx, conversation, now)


async def unclear(tx: Transaction, ctx: Context, conversation: Conversation) -> None:
    """He has confirmed something, but he was written to since he was asked: nothing goes on such a word."""
    await say(tx, ctx, conversation, texts.unclear(voice_of(conversation.language)))


def is_asked(conversation: Conversation, now: datetime, *, within: timedelta = wishes.CONFIRMS_WITHIN) -> bool:
    """Whether he may confirm it now."""
    asked_at = conversation.forget_asked_at
    return asked_at is not None and now - asked_at <= within


async def _forget(tx: Transaction, ctx: Context, conversation: Conversation, now: datetime) -> None:
    chat, voice = conversation.chat, voice_of(conversation.language)
    asked = await questions.of_conversation(tx, conversation.id, lock=True)
    numbers = [one.number for one in asked]
    unanswered = [one for one in asked if one.status in _WAITS]
    for question in asked:
        if question.status is not Status.CLOSED:
            await _close(tx, ctx, question, now)
    whose = await erasing.with_offered(tx, await erasing.whose(tx, conversation, numbers))
    shown = await erasing.in_groups(tx, whose)
    files = await erasing.media_sent(tx, chat) | await erasing.media_on_page(tx, chat)
    files |= {media for one in await consents.waiting(tx, conversation.id) for media in one.content.media}
    if ctx.rights.locked_for is not None:
        await erasing.seal(tx, numbers, now + ctx.rights.locked_for)
    else:
        files |= await erasing.media_of(tx, whose.messages)
    user_id = await erasing.user_of(tx, conversation)
    await erasing.everything(tx, whose)
    banned = conversation.banned_until is not None and conversation.banned_until > now
    if banned:
        await erasing.keep_ban(tx, conversation)
    await _tell_officials(tx, ctx, shown, unanswered)
    said = texts.forgotten(voice, [one.number for one in unanswered], _locked_until(ctx, voice, asked, now))
    if banned:
        assert conversation.banned_until is not None
        said += f" {texts.still_banned(voice, moment(conversation.banned_until, now, ctx.look.zone, voice))}"
    await say(tx, ctx, conversation, said)
    # From here on no table that has his words is posted: those posted before are looked for.
    await stored_forgotten.add(tx)
    event, entry = await stored_traces.newest(tx)
    await traces.add(
        tx,
        ctx,
        Traces(
            chats=(chat,),
            user_id=user_id,
            numbers=tuple(numbers),
            desks=tuple(sorted({one.chat.whole for one in shown} | {one.admin_chat.whole for one in asked}, key=str)),
            since=min((one.asked_at for one in asked), default=now),
            last_event=event,
            last_entry=entry,
            files=tuple(sorted((one.channel, one.ref) for one in files)),
            again=1,
        ),
    )
    tx.after_commit(lambda: log.info("resident.forgotten", channel=chat.channel, questions=len(numbers)))


async def _close(tx: Transaction, ctx: Context, question: Question, now: datetime) -> None:
    # He does not wait any more, and no official has closed it.
    await waits.end(tx, ctx, question, Outcome.WITHDRAWN, now)
    await questions.change(
        tx,
        question.number,
        status=Status.CLOSED,
        closed_at=now,
        close_kind=CloseKind.FORGOTTEN,
        waiting_since=None,
        work_left=None,
        act_at=None,
        remind_at=None,
    )
    by_himself = Official(id="", name="", chat=question.admin_chat)
    await actions.add(tx, question.number, by_himself, Deed.FORGOTTEN, now)


def _locked_until(ctx: Context, voice: Voice, asked: Sequence[Question], now: datetime) -> str:
    """The day until which his questions are kept by law, for people; empty: they are not."""
    if ctx.rights.locked_for is None or not asked:
        return ""
    return texts.day(voice, now + ctx.rights.locked_for, ctx.look.zone)


# --- the officials -------------------------------------------------------------------------------------------------


async def _tell_officials(
    tx: Transaction, ctx: Context, shown: Sequence[InGroup], unanswered: Sequence[Question]
) -> None:
    """Let cards say that he is gone, and take his other words out of the admin chats, where they can be."""
    said = set[int]()
    for one in shown:
        if one.chat.channel not in ctx.capabilities:
            # Its channel is in the settings no more.
            continue
        if one.question is None:
            # What was offered as an answer has his name; what asks whether a held one is to go out has nothing of him.
            if one.role is Role.COMMAND:
                await traces.delete(tx, ctx, one)
            continue
        if one.role is Role.CARD and one.state is State.MERGED:
            # It stands among others: these are shortened in a moment, where they can be edited.
            if ctx.capabilities[one.chat.channel].edits:
                said.add(one.question)
        elif one.role is Role.CARD:
            gone = SendMessage(text=forgotten.card(one.question), media=one.message.media)
            if await traces.edit(tx, ctx, one, gone) and not one.message.media:
                said.add(one.question)
        if one.role in _SHOWS_MORE or (one.role is Role.CARD and one.message.media):
            await traces.delete(tx, ctx, one)
    seen = {one.question for one in shown if one.role is Role.CARD}
    for question in unanswered:
        if question.number in seen - said:
            # With files, on a platform without edits: there a line says it.
            address = Address(
                chat=ctx.desk.home_of(question.admin_chat, question.department),
                chat_kind=ChatKind.GROUP,
                role=Role.COMMAND,
                question=question.number,
            )
            await post(tx, ctx, address, Draft(text=forgotten.closed(question.number)))
