"""What residents do: ask, add, correct, press, come and go."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation import choices, news, order, texts
from bot.conversation.machine import (
    FOR_BANNED,
    Ask,
    Comment,
    Decision,
    Explain,
    Greet,
    Join,
    OfferLanguages,
    Open,
    OtherPlace,
    PromiseNew,
    Skip,
    Speak,
    Welcome,
    decide,
    looks,
)
from bot.conversation.rights import with_notice
from bot.conversation.voice import Voice, voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft, LeftOut
from bot.desk import cards
from bot.desk.words import Recognized
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content
from bot.model.event import ButtonPressed, ChatStarted, ChatStopped, MessageEdited, MessageReceived
from bot.model.message import AnswerPress, Keyboard, Mark, SetMark
from bot.model.question import Author, CloseKind, Conversation, Question, Status, ThreadMessage
from handlers import (
    asking_back,
    by_resident,
    confirming,
    consulting,
    flood,
    learning,
    moderation,
    placing,
    rating,
    showing,
)
from handlers.context import ALBUM_WAIT, NAME_WAIT, Context
from handlers.menu import PAGES
from handlers.outgoing import Address, Posted, do, post, post_both, refit
from handlers.rights import consent, wanted
from handlers.standing import chosen_question, last_question, standing, standing_with
from handlers.visit import Visit
from storage import conversations, links, questions, shows, unindexed
from storage.database import Transaction
from storage.questions import NewMessage

_SHOWS = (Role.CARD, Role.CARD_PART, Role.FOLLOW_UP)


async def message(tx: Transaction, ctx: Context, event: MessageReceived) -> None:
    """A resident wrote: it is a question, or belongs to his open one, or is a word that stands for a button."""
    now = ctx.clock()
    conversation = await conversations.lock(tx, event.chat, event.sender)
    if moderation.is_banned(conversation, now) and (page := looks(event.content)) is not None:
        # Whoever may not write may still read, and his data are his.
        await _say(tx, ctx, conversation, await last_question(tx, conversation), page, now)
        return
    if await wanted.said(tx, ctx, conversation, event, now, register):
        return
    if await moderation.keeps_out(tx, ctx, conversation, event, now):
        return
    await _take_in(tx, ctx, conversation, event, now)


async def register(tx: Transaction, ctx: Context, event: MessageReceived) -> None:
    """A message that was kept aside is taken in now."""
    await _take_in(tx, ctx, await conversations.lock(tx, event.chat, event.sender), event, ctx.clock())


async def _take_in(
    tx: Transaction, ctx: Context, conversation: Conversation, event: MessageReceived, now: datetime
) -> None:
    part_of = await questions.album(tx, event.chat, event.album_id) if event.album_id else None
    # Of an album that began while he was banned, the rest begins anew.
    if part_of is not None and part_of.role is not Author.BANNED:
        await _album_part(tx, ctx, event, part_of)
        return
    last = await last_question(tx, conversation)
    chosen = await chosen_question(tx, conversation, now)
    stands = standing(ctx, conversation, last, now) if chosen is None else standing_with(ctx, conversation, chosen, now)
    decision = decide(stands, event, now)
    if isinstance(decision, Ask) and await consent.holds_back(tx, ctx, conversation, event, now):
        return
    match decision:
        case Ask(first=first):
            await _ask(tx, ctx, conversation, event, now, first=first)
        case Join(reopens=reopens):
            question = chosen or last
            assert question is not None
            await _join(tx, ctx, event, question, now, reopens=reopens, aloud=chosen is not None)
        case Comment():
            question, left_out = await rating.comment(tx, ctx, conversation, event, now)
            await _name_left_out(tx, ctx, question, left_out)
        case _:
            await _say(tx, ctx, conversation, last, decision, now)
            return
    if conversation.next_message is not None:
        # That was it.
        await conversations.expect(tx, conversation.id, None)


async def pressed(tx: Transaction, ctx: Context, event: ButtonPressed) -> None:
    """A resident pressed a button of ours, perhaps an old one."""
    now = ctx.clock()
    if event.press_id and ctx.capabilities[event.chat.channel].answers_presses:
        address = Address(chat=event.chat, chat_kind=ChatKind.PRIVATE, role=Role.PRESS, lifetime=timedelta(minutes=1))
        effect = AnswerPress(press_id=event.press_id, user_id=event.sender.user_id)
        await do(tx, ctx, address, effect, strand=f"press:{event.press_id}")
    if await wanted.pressed(tx, ctx, event, now, register):
        return
    conversation = await conversations.lock(tx, event.chat, event.sender)
    if (choice := choices.read(event.data)) is not None:
        await placing.pressed(_visit(tx, ctx, conversation, None, now, pressed_message=event.message_id), choice)
        return
    question = await last_question(tx, conversation)
    decision = decide(standing(ctx, conversation, question, now), event, now)
    await _say(tx, ctx, conversation, question, decision, now, pressed_message=event.message_id)


async def started(tx: Transaction, ctx: Context, event: ChatStarted) -> list[int]:
    """A resident opened the chat; returns the entries that greet him: they may ride in the webhook's answer."""
    now = ctx.clock()
    conversation = await conversations.lock(tx, event.chat, event.sender)
    question = await last_question(tx, conversation)
    return await _say(
        tx, ctx, conversation, question, decide(standing(ctx, conversation, question, now), event, now), now
    )


async def stopped(tx: Transaction, event: ChatStopped) -> None:
    """A resident blocked the bot: remembered, so that officials hear of it when they answer."""
    await conversations.set_stopped(tx, event.chat, event.at)


async def edited(tx: Transaction, ctx: Context, event: MessageEdited) -> None:
    """A resident corrected himself: officials see the old text beside the new one."""
    now = ctx.clock()
    conversation = await conversations.lock_known(tx, event.chat)
    if conversation is None or await consent.edited(tx, conversation, event):
        return
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
    question, moved = await learning.learn(tx, ctx, question, new, now)
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


async def _ask(
    tx: Transaction, ctx: Context, conversation: Conversation, event: MessageReceived, now: datetime, *, first: bool
) -> None:
    destination = ctx.desk.route(event.chat.channel, now, event.content, conversation.place)
    about = Recognized(topic=destination.topic, place=destination.place)
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
        source=conversation.source,
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
    )
    confirmation = confirming.confirmation(ctx, question, now, first=first, by_map=ctx.desk.is_by_map(event.content))
    if first:
        confirmation = replace(
            confirmation, text=with_notice(voice_of(conversation.language), confirmation.text, ctx.rights.notice_url)
        )
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
    await _name_left_out(tx, ctx, question, posted.left_out)
    await consulting.suggest(tx, ctx, question, event.content.text)
    tx.after_commit(ctx.metrics.questions.labels(event.chat.channel).inc)


async def _join(
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
    thread_message = await questions.add_message(tx, question.number, _new_message(event))
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
    await _acknowledge(tx, ctx, event, question, aloud=aloud)
    await _name_left_out(tx, ctx, question, posted.left_out)


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
        await _tell(tx, ctx, voice, event.chat, texts.joined(voice, question.number), question=question.number)


async def _say(
    tx: Transaction,
    ctx: Context,
    conversation: Conversation,
    question: Question | None,
    decision: Decision,
    now: datetime,
    *,
    pressed_message: str = "",
) -> list[int]:
    voice, chat = voice_of(conversation.language), conversation.chat
    match decision:
        case Greet(source=source):
            values: dict[str, object] = {"greeted_at": now, "stopped_at": None}
            await conversations.change(tx, conversation.id, **values, **({"source": source[:200]} if source else {}))
            text = texts.greeting(voice, ctx.service_name, ctx.desk.answer_within)
            text = with_notice(voice, text, ctx.rights.notice_url)
            keyboard = texts.first_keyboard(voice)
            if ctx.unasked.news and not conversation.greeted:
                text = f"{text}\n\n{news.offer(voice, buttons=ctx.capabilities[chat.channel].keyboard is not None)}"
                keyboard = Keyboard(rows=((news.button(voice),), *keyboard.rows))
            return await _tell(tx, ctx, voice, chat, text, keyboard=keyboard)
        case Welcome(source=source):
            values = {"stopped_at": None}
            await conversations.change(tx, conversation.id, **values, **({"source": source[:200]} if source else {}))
            return []
        case PromiseNew():
            if conversation.next_message is not None:
                await conversations.expect(tx, conversation.id, None)
            await conversations.change(tx, conversation.id, wants_new=True)
            return await _tell(tx, ctx, voice, chat, texts.promise_new(voice))
        case Explain():
            text = texts.explanation(voice, ctx.desk.answer_within)
            return await _tell(tx, ctx, voice, chat, text, keyboard=texts.menu_keyboard(voice))
        case OfferLanguages():
            text = texts.which_language(voice, buttons=ctx.capabilities[chat.channel].keyboard is not None)
            return await _tell(tx, ctx, voice, chat, text, keyboard=texts.languages_keyboard(voice))
        case Speak(language=language):
            await conversations.change(tx, conversation.id, chosen_language=language)
            voice = voice_of(language)
            return await _tell(tx, ctx, voice, chat, texts.language_chosen(voice))
        case Open(page=page) if page not in FOR_BANNED and moderation.is_banned(conversation, now):
            assert conversation.banned_until is not None
            text = order.banned(voice, conversation.banned_until, conversation.ban_reason, now, ctx.look.zone)
            return await _tell(tx, ctx, voice, chat, text)
        case Skip() if question is not None and question.asked_for is not None:
            return await placing.skip(_visit(tx, ctx, conversation, question, now), question, question.asked_for)
        case OtherPlace() if question is not None:
            return await placing.other_place(_visit(tx, ctx, conversation, question, now), question)
        case Open(page=page, argument=argument):
            visit = _visit(tx, ctx, conversation, question, now, argument=argument, pressed_message=pressed_message)
            return await PAGES[page](visit)
        case Ask() | Join() | Comment() | Skip() | OtherPlace():
            raise AssertionError("a question needs its message, and what is said of one needs the question")


def _visit(
    tx: Transaction,
    ctx: Context,
    conversation: Conversation,
    question: Question | None,
    now: datetime,
    *,
    argument: str = "",
    pressed_message: str = "",
) -> Visit:
    return Visit(
        tx=tx,
        ctx=ctx,
        conversation=conversation,
        question=question,
        argument=argument,
        now=now,
        pressed_message=pressed_message,
    )


async def _album_part(tx: Transaction, ctx: Context, event: MessageReceived, part_of: ThreadMessage) -> None:
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
    content = with_part(part_of.content, event.content)
    await questions.set_content(tx, part_of, content)
    posted = await _show_anew(tx, ctx, question, part_of, content, now, delay=ALBUM_WAIT)
    if posted is None and await flood.was_held_back(tx, part_of):
        return
    if posted is None:
        # The rest is there already, or on its way: this part follows by itself.
        about = await _card(tx, ctx, question)
        address = _desk_address(ctx, question, Role.FOLLOW_UP, part_of.id, about=about)
        posted = await post(tx, ctx, address, await _shown_under(tx, question, part_of, event.content))
    await _name_left_out(tx, ctx, question, posted.left_out_of(event.content.media))


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
    if role is Role.CARD:
        draft = cards.card(question, content, ctx.look, now)
    else:
        draft = await _shown_under(tx, question, shown_message, content)
    address = _desk_address(ctx, question, role, shown_message.id, delay=delay)
    return await refit(tx, ctx, replace(address, chat=shown[0].chat), shown, draft)


async def _shown_under(tx: Transaction, question: Question, message: ThreadMessage, content: Content) -> Draft:
    """What stands under the card for a further message of the resident."""
    if message.role is Author.COMMENT:
        return await rating.shown(tx, question, message.id, content)
    return cards.follow_up(question, content)


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


async def _tell(
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


async def _name_left_out(tx: Transaction, ctx: Context, question: Question, left_out: tuple[LeftOut, ...]) -> None:
    """Tell the resident which file did not go along: he may send it in another way."""
    voice = voice_of(question.language)
    for one in left_out:
        text = texts.file_left_out(voice, one)
        await _tell(tx, ctx, voice, question.chat, text, question=question.number)
