"""A resident's words on their way into the thread of a question, and before the officials who have it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation import texts
from bot.conversation.rights import with_notice
from bot.conversation.voice import Voice, voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft, LeftOut
from bot.desk import cards
from bot.desk.words import Recognized
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content
from bot.model.event import MessageReceived
from bot.model.message import Keyboard, Mark, SetMark
from bot.model.question import Author, CloseKind, Conversation, Question, Status, ThreadMessage
from handlers import (
    asking_back,
    by_resident,
    confirming,
    consulting,
    flood,
    learning,
    rating,
    showing,
)
from handlers.context import ALBUM_WAIT, NAME_WAIT, Context
from handlers.outgoing import Address, Posted, do, post, post_both, refit
from storage import links, messages, questions, shows
from storage.database import Transaction
from storage.messages import NewMessage

_SHOWS = (Role.CARD, Role.CARD_PART, Role.FOLLOW_UP)


async def ask(
    tx: Transaction, ctx: Context, conversation: Conversation, event: MessageReceived, now: datetime, *, first: bool
) -> None:
    """Register a question, confirm it to the resident, show it to the officials.

    `first`: he was never told what this is.
    """
    destination = ctx.desk.route(event.chat.channel, now, event.content, conversation.place)
    about = Recognized(topic=destination.topic, place=destination.place, either=destination.either)
    asked_for = ctx.desk.asks_first(event.chat.channel, about)
    number, thread_message = await questions.ask(
        tx,
        conversation,
        _new_message(event),
        admin_chat=destination.admin_chat,
        department=destination.department,
        due_at=destination.due_at,
        remind_at=ctx.desk.remind_at(destination.department, now, destination.due_at),
        now=now,
        topic=destination.topic,
        place=destination.place,
        routed_by=destination.why,
        asked_for=asked_for,
        place_assumed=destination.place_assumed,
    )
    question = Question(
        number=number,
        chat=event.chat,
        resident=conversation.name,
        status=Status.OPEN,
        admin_chat=destination.admin_chat,
        department=destination.department,
        source=conversation.came_by(event.at),
        asked_at=now,
        due_at=destination.due_at,
        waiting_since=now,
        answered_at=None,
        topic=destination.topic,
        place=destination.place,
        routed_by=destination.why,
        language=conversation.language,
        asked_for=asked_for,
        place_assumed=destination.place_assumed,
        last_topic=conversation.topic,
    )
    by_map = ctx.desk.is_by_map(event.content)
    confirmation = confirming.confirmation(ctx, question, now, first=first, by_map=by_map, either=destination.either)
    if first:
        confirmation = replace(
            confirmation, text=with_notice(voice_of(conversation.language), confirmation.text, ctx.rights.notice_url)
        )
    delay = ALBUM_WAIT if event.album_id else timedelta(0)
    if not conversation.name and event.chat.channel in ctx.nameless:
        delay = max(delay, NAME_WAIT)
        tx.after_commit(lambda: ctx.ask_name(event.chat.channel, event.sender.user_id))
    address = desk_address(ctx, question, Role.CARD, thread_message, delay=delay)
    _, posted = await post_both(
        tx,
        ctx,
        (_confirmation_address(event.chat, number), confirmation),
        (address, cards.card(question, event.content, ctx.look, now)),
    )
    await name_left_out(tx, ctx, question, posted.left_out)
    await consulting.suggest(tx, ctx, question, event.content.text)
    tx.after_commit(ctx.metrics.questions.labels(event.chat.channel).inc)


async def join(
    tx: Transaction,
    ctx: Context,
    event: MessageReceived,
    question: Question,
    now: datetime,
    *,
    reopens: bool,
    aloud: bool,
) -> None:
    """`aloud`: it is a question that he chose, and he is told in words that it has it."""
    # First, so that what this says anew is shown where the question goes, and only once.
    question, _ = await learning.learn(tx, ctx, question, event.content, now)
    thread_message = await messages.add(tx, question.number, _new_message(event))
    was_asked = question.status is Status.CLARIFYING or question.close_kind is CloseKind.UNCLARIFIED
    if was_asked:
        question = await asking_back.resumed(tx, ctx, question, now)
    elif reopens:
        question = await by_resident.reopen(tx, ctx, question, now)
    if showing.is_astray(ctx, question) and await showing.show_elsewhere(tx, ctx, question.number):
        # Nobody can work with it where it was: it is shown with all its thread, these words too.
        await _acknowledge(tx, ctx, event, question, aloud=aloud)
        return
    if await flood.hold_back(tx, ctx, event, question, thread_message):
        if ctx.capabilities[event.chat.channel].marks:
            await _acknowledge(tx, ctx, event, question)
        return
    about = await card_of(tx, ctx, question)
    address = desk_address(
        ctx,
        question,
        Role.FOLLOW_UP,
        thread_message,
        about=about,
        delay=ALBUM_WAIT if event.album_id else timedelta(0),
    )
    draft = cards.follow_up(question, event.content)
    if was_asked:
        draft = cards.clarified(question, event.content, ctx.look, now)
    posted = await post(tx, ctx, address, draft)
    await _acknowledge(tx, ctx, event, question, aloud=aloud)
    await name_left_out(tx, ctx, question, posted.left_out)


async def _acknowledge(
    tx: Transaction, ctx: Context, event: MessageReceived, question: Question, *, aloud: bool = False
) -> None:
    """A sign of life: a mark on his message where the platform has them, else, or `aloud`, a line."""
    if ctx.capabilities[event.chat.channel].marks and not aloud:
        address = Address(chat=event.chat, chat_kind=ChatKind.PRIVATE, role=Role.MARK, lifetime=timedelta(hours=1))
        effect = SetMark(message_id=event.message_id, mark=Mark.DELIVERED)
        await do(tx, ctx, address, effect, strand=f"mark:{event.message_id}")
    else:
        voice = voice_of(question.language)
        await tell(tx, ctx, voice, event.chat, texts.joined(voice, question.number), question=question.number)


async def album_part(tx: Transaction, ctx: Context, event: MessageReceived, part_of: ThreadMessage) -> None:
    """A further part of an album: it belongs to the message of the first part, and is shown with it."""
    assert part_of.question is not None
    await links.add(
        tx,
        event.chat,
        event.message_id,
        links.Link(question=part_of.question, thread_message=part_of.id, role=part_of.role),
    )
    question = await questions.find(tx, part_of.question)
    assert question is not None
    now = ctx.clock()
    # First, so that this part is shown where the question goes, and only once.
    question, _ = await learning.learn(tx, ctx, question, event.content, now)
    content = part_of.content.with_part(event.content)
    await messages.set_content(tx, part_of, content)
    posted = await show_anew(tx, ctx, question, part_of, content, now, delay=ALBUM_WAIT)
    if posted is None and await flood.was_held_back(tx, part_of):
        return
    if posted is None:
        # The rest is there already, or on its way: this part follows by itself.
        about = await card_of(tx, ctx, question)
        address = desk_address(ctx, question, Role.FOLLOW_UP, part_of.id, about=about)
        posted = await post(tx, ctx, address, await _shown_under(tx, question, part_of, event.content))
    await name_left_out(tx, ctx, question, posted.left_out_of(event.content.media))


async def show_anew(
    tx: Transaction,
    ctx: Context,
    question: Question,
    shown_message: ThreadMessage,
    content: Content,
    now: datetime,
    *,
    delay: timedelta,
) -> Posted | None:
    """Change the card or follow-up that shows this message, while nobody has seen it; None when it is too late."""
    shown = await shows.find(tx, shown_message.id, _SHOWS)
    if not shown:
        return None
    role = shown[0].role
    if role is Role.CARD:
        draft = cards.card(question, content, ctx.look, now)
    else:
        draft = await _shown_under(tx, question, shown_message, content)
    address = desk_address(ctx, question, role, shown_message.id, delay=delay)
    return await refit(tx, ctx, replace(address, chat=shown[0].chat), shown, draft)


async def _shown_under(tx: Transaction, question: Question, message: ThreadMessage, content: Content) -> Draft:
    """What stands under the card for a further message of the resident."""
    if message.role is Author.COMMENT:
        return await rating.shown(tx, question, message.id, content)
    return cards.follow_up(question, content)


async def card_of(tx: Transaction, ctx: Context, question: Question) -> int | None:
    """The entry that shows the card of this question; None when that is in a chat where it is no more."""
    return None if showing.is_astray(ctx, question) else await shows.card_of(tx, question.number)


# --- small things --------------------------------------------------------------------------------------------------


def _new_message(event: MessageReceived) -> NewMessage:
    return NewMessage(
        role=Author.RESIDENT,
        author="",
        chat=event.chat,
        message_id=event.message_id,
        content=event.content,
        at=event.at,
        album_id=event.album_id,
    )


def desk_address(
    ctx: Context,
    question: Question,
    role: Role,
    thread_message: int,
    *,
    about: int | None = None,
    delay: timedelta = timedelta(0),
) -> Address:
    """Where something about a question is shown to the officials who have it."""
    return Address(
        chat=ctx.desk.home_of(question.admin_chat, question.department),
        chat_kind=ChatKind.GROUP,
        role=role,
        question=question.number,
        thread_message=thread_message,
        about_entry=about,
        delay=delay,
    )


async def tell(
    tx: Transaction,
    ctx: Context,
    voice: Voice,
    chat: ChatRef,
    text: str,
    *,
    question: int | None = None,
    keyboard: Keyboard | None = None,
) -> list[int]:
    """Say something to a resident, in his language, with the buttons that are always there or with these."""
    draft = Draft(text=text, keyboard=keyboard or texts.keyboard(voice), voice=voice)
    return list((await post(tx, ctx, _confirmation_address(chat, question), draft)).entries)


def _confirmation_address(chat: ChatRef, question: int | None) -> Address:
    return Address(chat=chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=question)


async def name_left_out(tx: Transaction, ctx: Context, question: Question, left_out: tuple[LeftOut, ...]) -> None:
    """Tell the resident which file did not go along: he may send it in another way."""
    voice = voice_of(question.language)
    for one in left_out:
        text = texts.file_left_out(voice, one)
        await tell(tx, ctx, voice, question.chat, text, question=question.number)
