"""What residents do: ask, add, correct, press, come and go."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation import places, texts
from bot.conversation.machine import (
    Ask,
    Decision,
    Explain,
    Greet,
    Join,
    PromiseNew,
    Standing,
    Welcome,
    decide,
)
from bot.delivery.entry import Role
from bot.delivery.fit import Draft, LeftOut, describe
from bot.desk import cards
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content
from bot.model.event import ButtonPressed, ChatStarted, ChatStopped, MessageEdited, MessageReceived
from bot.model.message import AnswerPress, Mark, SetMark
from bot.model.question import Author, CloseKind, Conversation, Question, Status, ThreadMessage
from handlers import asking_back, flood, moderation, placing, showing, waits
from handlers.context import ALBUM_WAIT, NAME_WAIT, Context
from handlers.outgoing import Address, Posted, do, post, post_both, refit
from storage import conversations, links, questions, shows, unindexed
from storage.database import Transaction
from storage.questions import NewMessage

_SHOWS = (Role.CARD, Role.CARD_PART, Role.FOLLOW_UP)


async def message(tx: Transaction, ctx: Context, event: MessageReceived) -> None:
    """A resident wrote: it is a question, or belongs to his open one, or is a word that stands for a button."""
    now = ctx.clock()
    conversation = await conversations.lock(tx, event.chat, event.sender)
    if await moderation.keeps_out(tx, ctx, conversation, event, now):
        return
    part_of = await questions.album(tx, event.chat, event.album_id) if event.album_id else None
    # Of an album that began while he was banned, the rest begins anew.
    if part_of is not None and part_of.role is not Author.BANNED:
        await _album_part(tx, ctx, event, part_of)
        return
    standing, question = await _standing(tx, conversation)
    decision = decide(standing, event, now)
    match decision:
        case Ask(first=first):
            await _ask(tx, ctx, conversation, event, now, first=first)
        case Join(reopens=reopens):
            assert question is not None
            await _join(tx, ctx, event, question, now, reopens=reopens)
        case _:
            await _say(tx, ctx, conversation, decision, now)


async def pressed(tx: Transaction, ctx: Context, event: ButtonPressed) -> None:
    """A resident pressed a button of ours, perhaps an old one."""
    now = ctx.clock()
    if event.press_id and ctx.capabilities[event.chat.channel].answers_presses:
        address = Address(chat=event.chat, chat_kind=ChatKind.PRIVATE, role=Role.PRESS, lifetime=timedelta(minutes=1))
        effect = AnswerPress(press_id=event.press_id, user_id=event.sender.user_id)
        await do(tx, ctx, address, effect, strand=f"press:{event.press_id}")
    conversation = await conversations.lock(tx, event.chat, event.sender)
    if (choice := places.read(event.data)) is not None:
        await placing.chosen(tx, ctx, conversation, event, choice, now)
        return
    standing, _ = await _standing(tx, conversation)
    await _say(tx, ctx, conversation, decide(standing, event, now), now)


async def started(tx: Transaction, ctx: Context, event: ChatStarted) -> list[int]:
    """A resident opened the chat; returns the entries that greet him: they may ride in the webhook's answer."""
    now = ctx.clock()
    conversation = await conversations.lock(tx, event.chat, event.sender)
    standing, _ = await _standing(tx, conversation)
    return await _say(tx, ctx, conversation, decide(standing, event, now), now)


async def stopped(tx: Transaction, event: ChatStopped) -> None:
    """A resident blocked the bot: remembered, so that officials hear of it when they answer."""
    await conversations.set_stopped(tx, event.chat, event.at)


async def edited(tx: Transaction, ctx: Context, event: MessageEdited) -> None:
    """A resident corrected himself: officials see the old text beside the new one."""
    now = ctx.clock()
    conversation = await conversations.lock(tx, event.chat, event.sender)
    link = await links.find(tx, event.chat, event.message_id)
    if link is None or link.thread_message is None or (link.question is None and link.role != Author.BANNED):
        return
    old = await questions.message(tx, link.thread_message)
    new = _corrected(old.content, event.content)
    if new == old.content:
        return
    await questions.set_content(tx, old, new, edited_at=event.at)
    if link.question is None or moderation.is_silent(conversation, link.role, now):
        return
    question = await questions.find(tx, link.question, lock=True)
    assert question is not None
    if question.status is Status.CLARIFYING:
        # What he was asked may just have been put in here.
        question = await asking_back.resumed(tx, ctx, question, now)
    question, moved = await placing.learn(tx, ctx, question, new.text, now)
    if moved:
        return
    if await _show_anew(tx, ctx, question, old, new, now, delay=timedelta(0)) is not None:
        return
    about = await _card(tx, ctx, question)
    address = _desk_address(ctx, question, Role.FOLLOW_UP, old.id, about=about)
    await post(tx, ctx, address, cards.edited(question, old.content, new))


async def named(tx: Transaction, ctx: Context, conversation_id: int) -> None:
    """The resident's name is known now: a card that waits for it goes out with it."""
    number = await conversations.lock_current_question(tx, conversation_id)
    if number is None:
        return
    await unindexed.mark(tx, number)
    question = await questions.find(tx, number)
    thread = await questions.thread(tx, number)
    if question is None or not thread:
        return
    await _show_anew(tx, ctx, question, thread[0], thread[0].content, ctx.clock(), delay=timedelta(0))


# --- carrying out decisions ----------------------------------------------------------------------------------------


async def _standing(tx: Transaction, conversation: Conversation) -> tuple[Standing, Question | None]:
    question = None
    if conversation.question is not None:
        question = await questions.find(tx, conversation.question, lock=True)
    return (
        Standing(
            greeted=conversation.greeted,
            wants_new=conversation.wants_new,
            question=question.number if question else None,
            status=question.status if question else Status.CLOSED,
            # What was spam is not taken up again.
            answered_at=question.answered_at if question and question.close_kind is not CloseKind.SPAM else None,
            lapsed_at=question.closed_at if question and question.close_kind is CloseKind.UNCLARIFIED else None,
        ),
        question,
    )


async def _ask(
    tx: Transaction, ctx: Context, conversation: Conversation, event: MessageReceived, now: datetime, *, first: bool
) -> None:
    destination = ctx.desk.route(event.chat.channel, now, event.content.text)
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
    )
    question = Question(
        number=number,
        chat=event.chat,
        resident=conversation.name,
        status=Status.OPEN,
        admin_chat=destination.admin_chat,
        department=destination.department,
        source=conversation.source,
        asked_at=now,
        due_at=destination.due_at,
        waiting_since=now,
        answered_at=None,
        topic=destination.topic,
        place=destination.place,
        routed_by=destination.why,
    )
    due = texts.moment(destination.due_at, now, ctx.look.zone)
    confirmation = Draft(text=texts.confirmation(number, due, first=first), keyboard=texts.KEYBOARD)
    if (asked := placing.asking(ctx, question)) is not None:
        where, keyboard = asked
        confirmation = replace(confirmation, text=f"{confirmation.text}\n\n{where}", keyboard=keyboard)
    delay = ALBUM_WAIT if event.album_id else timedelta(0)
    if not conversation.name and event.chat.channel in ctx.nameless:
        delay = max(delay, NAME_WAIT)
        tx.after_commit(lambda: ctx.ask_name(event.chat.channel, event.sender.user_id))
    address = _desk_address(ctx, question, Role.CARD, thread_message, delay=delay)
    _, posted = await post_both(
        tx,
        ctx,
        (_confirmation_address(event.chat, number), confirmation),
        (address, cards.card(question, event.content, ctx.look, now)),
    )
    await _name_left_out(tx, ctx, event.chat, number, posted.left_out)
    tx.after_commit(ctx.metrics.questions.labels(event.chat.channel).inc)


async def _join(
    tx: Transaction, ctx: Context, event: MessageReceived, question: Question, now: datetime, *, reopens: bool
) -> None:
    # First, so that what this says anew is shown where the question goes, and only once.
    question, _ = await placing.learn(tx, ctx, question, event.content.text, now)
    thread_message = await questions.add_message(tx, question.number, _new_message(event))
    was_asked = question.status is Status.CLARIFYING or question.close_kind is CloseKind.UNCLARIFIED
    if was_asked:
        question = await asking_back.resumed(tx, ctx, question, now)
    elif reopens:
        question = await _opened_again(tx, ctx, question, now)
    if showing.is_astray(ctx, question) and await showing.show_elsewhere(tx, ctx, question.number):
        # Nobody can work with it where it was: it is shown with all its thread, these words too.
        await _acknowledge(tx, ctx, event, question.number)
        return
    if await flood.hold_back(tx, ctx, event, question, thread_message):
        if ctx.capabilities[event.chat.channel].marks:
            await _acknowledge(tx, ctx, event, question.number)
        return
    about = await _card(tx, ctx, question)
    address = _desk_address(
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
    await _acknowledge(tx, ctx, event, question.number)
    await _name_left_out(tx, ctx, event.chat, question.number, posted.left_out)


async def _opened_again(tx: Transaction, ctx: Context, question: Question, now: datetime) -> Question:
    """Somebody has to answer again: the clock starts anew."""
    await waits.go_on(tx, question, now)
    due_at = ctx.desk.due_at(question.department, now)
    await questions.change(
        tx,
        question.number,
        status=Status.OPEN,
        waiting_since=now,
        due_at=due_at,
        reminded=0,
        remind_at=ctx.desk.remind_at(question.department, now, due_at),
        act_at=None,
        closed_at=None,
        close_kind="",
        close_reason="",
    )
    return replace(
        question, status=Status.OPEN, waiting_since=now, due_at=due_at, closed_at=None, close_kind=None, close_reason=""
    )


async def _acknowledge(tx: Transaction, ctx: Context, event: MessageReceived, number: int) -> None:
    """A sign of life: a mark on his message where the platform has them, else a line."""
    if ctx.capabilities[event.chat.channel].marks:
        address = Address(chat=event.chat, chat_kind=ChatKind.PRIVATE, role=Role.MARK, lifetime=timedelta(hours=1))
        effect = SetMark(message_id=event.message_id, mark=Mark.DELIVERED)
        await do(tx, ctx, address, effect, strand=f"mark:{event.message_id}")
    else:
        await _tell(tx, ctx, event.chat, texts.joined(number), question=number)


async def _say(
    tx: Transaction, ctx: Context, conversation: Conversation, decision: Decision, now: datetime
) -> list[int]:
    match decision:
        case Greet(source=source):
            values: dict[str, object] = {"greeted_at": now, "stopped_at": None}
            await conversations.change(tx, conversation.id, **values, **({"source": source[:200]} if source else {}))
            text = texts.greeting(ctx.service_name, ctx.desk.answer_within)
            return await _tell(tx, ctx, conversation.chat, text)
        case Welcome(source=source):
            values = {"stopped_at": None}
            await conversations.change(tx, conversation.id, **values, **({"source": source[:200]} if source else {}))
            return []
        case PromiseNew():
            await conversations.change(tx, conversation.id, wants_new=True)
            return await _tell(tx, ctx, conversation.chat, texts.promise_new())
        case Explain():
            return await _tell(tx, ctx, conversation.chat, texts.explanation(ctx.desk.answer_within))
        case Ask() | Join():
            raise AssertionError("a question needs its message")


async def _album_part(tx: Transaction, ctx: Context, event: MessageReceived, part_of: ThreadMessage) -> None:
    """A further part of an album: it belongs to the message of the first part, and is shown with it."""
    assert part_of.question is not None
    await links.add(
        tx,
        event.chat,
        event.message_id,
        links.Link(question=part_of.question, thread_message=part_of.id, role=Author.RESIDENT),
    )
    question = await questions.find(tx, part_of.question)
    assert question is not None
    now = ctx.clock()
    # First, so that this part is shown where the question goes, and only once.
    question, _ = await placing.learn(tx, ctx, question, event.content.text, now)
    content = with_part(part_of.content, event.content)
    await questions.set_content(tx, part_of, content)
    posted = await _show_anew(tx, ctx, question, part_of, content, now, delay=ALBUM_WAIT)
    if posted is None and await flood.was_held_back(tx, part_of):
        return
    if posted is None:
        # The rest is there already, or on its way: this part follows by itself.
        about = await _card(tx, ctx, question)
        address = _desk_address(ctx, question, Role.FOLLOW_UP, part_of.id, about=about)
        posted = await post(tx, ctx, address, cards.follow_up(question, event.content))
    await _name_left_out(tx, ctx, event.chat, question.number, posted.left_out_of(event.content.media))


async def _show_anew(
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
    draft = cards.card(question, content, ctx.look, now) if role is Role.CARD else cards.follow_up(question, content)
    address = _desk_address(ctx, question, role, shown_message.id, delay=delay)
    return await refit(tx, ctx, replace(address, chat=shown[0].chat), shown, draft)


async def _card(tx: Transaction, ctx: Context, question: Question) -> int | None:
    """The entry that shows the card of this question; None when that is in a chat where it is no more."""
    return None if showing.is_astray(ctx, question) else await shows.card_of(tx, question.number)


# --- small things --------------------------------------------------------------------------------------------------


def with_part(content: Content, part: Content) -> Content:
    """A message with one more part of its album."""
    return content.with_part(part)


def _corrected(old: Content, new: Content) -> Content:
    """An edit of one part of an album changes its words; the other parts stay."""
    if len(old.media) > len(new.media):
        return replace(old, text=new.text)
    return new


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


def _desk_address(
    ctx: Context,
    question: Question,
    role: Role,
    thread_message: int,
    *,
    about: int | None = None,
    delay: timedelta = timedelta(0),
) -> Address:
    return Address(
        chat=ctx.desk.home_of(question.admin_chat, question.department),
        chat_kind=ChatKind.GROUP,
        role=role,
        question=question.number,
        thread_message=thread_message,
        about_entry=about,
        delay=delay,
    )


async def _tell(tx: Transaction, ctx: Context, chat: ChatRef, text: str, *, question: int | None = None) -> list[int]:
    address = _confirmation_address(chat, question)
    return list((await post(tx, ctx, address, Draft(text=text, keyboard=texts.KEYBOARD))).entries)


def _confirmation_address(chat: ChatRef, question: int | None) -> Address:
    return Address(chat=chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=question)


async def _name_left_out(
    tx: Transaction, ctx: Context, chat: ChatRef, number: int, left_out: tuple[LeftOut, ...]
) -> None:
    """Tell the resident which file did not go along: he may send it in another way."""
    for one in left_out:
        await _tell(tx, ctx, chat, texts.file_not_passed(describe(one.media), one.reason), question=number)
