"""What residents do: ask, add, press, come and go."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.conversation import choices, my_questions, news, order, texts
from bot.conversation.decisions import (
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
    Press,
    PromiseNew,
    Skip,
    Speak,
    Welcome,
)
from bot.conversation.machine import decide, looks
from bot.conversation.machine import pressed as what_it_says
from bot.conversation.rights import with_notice
from bot.conversation.voice import voice_of
from bot.delivery.entry import Role
from bot.model.chat import ChatKind
from bot.model.event import ButtonPressed, ChatStarted, ChatStopped, LanguageChosen, MessageReceived
from bot.model.message import AnswerPress, Keyboard
from bot.model.question import Author, Conversation, NextIs, NextMessage, Question
from handlers import (
    moderation,
    no_question,
    placing,
    rating,
    threads,
)
from handlers.context import Context
from handlers.menu import PAGES
from handlers.outgoing import Address, do
from handlers.rights import consent, wanted
from handlers.standing import chosen_question, last_question, standing, standing_with
from handlers.visit import Visit
from storage import conversations, messages, questions, unindexed
from storage.database import Transaction


async def message(tx: Transaction, ctx: Context, event: MessageReceived) -> None:
    """A resident wrote: it is a question, or belongs to his open one, or is a word that stands for a button."""
    now = ctx.clock()
    conversation = await conversations.lock(tx, event.chat, event.sender)
    if moderation.is_banned(conversation, now):
        # Whoever may not write may still read, and his data are his.
        page = looks(event.content, standing(ctx, conversation, None, now))
        if page is not None:
            await no_question.heard(tx, event, now)
            await _say(tx, ctx, conversation, await last_question(tx, conversation), page, now)
            return
    if await wanted.said(tx, ctx, conversation, event, now, register):
        return
    if await moderation.keeps_out(tx, ctx, conversation, event, now):
        return
    await _take_in(tx, ctx, conversation, event, now)


async def said_nothing(tx: Transaction, ctx: Context, event: MessageReceived) -> None:
    """In what he sent nothing can be seen: it is no question and belongs to none, and he hears so."""
    conversation, now = await conversations.lock(tx, event.chat, event.sender), ctx.clock()
    await no_question.heard(tx, event, now)
    if not moderation.is_banned(conversation, now):
        voice = voice_of(conversation.language)
        await threads.tell(tx, ctx, voice, event.chat, voice.say("nothing-seen"))


async def register(tx: Transaction, ctx: Context, event: MessageReceived) -> None:
    """A message that was kept aside is taken in now, as if it came now: its writer may have been banned meanwhile."""
    conversation, now = await conversations.lock(tx, event.chat, event.sender), ctx.clock()
    if not await moderation.keeps_out(tx, ctx, conversation, event, now):
        await _take_in(tx, ctx, conversation, event, now)


async def _take_in(
    tx: Transaction, ctx: Context, conversation: Conversation, event: MessageReceived, now: datetime
) -> None:
    part_of = await messages.album(tx, event.chat, event.album_id) if event.album_id else None
    # Of an album that began while he was banned, the rest begins anew.
    if part_of is not None and part_of.role is not Author.BANNED:
        await threads.album_part(tx, ctx, event, part_of)
        return
    last = await last_question(tx, conversation)
    chosen = await chosen_question(tx, conversation, event, now)
    stands = standing(ctx, conversation, last, now) if chosen is None else standing_with(ctx, conversation, chosen, now)
    decision = decide(stands, event, now)
    if isinstance(decision, Ask) and await consent.holds_back(tx, ctx, conversation, event, now):
        return
    if not isinstance(decision, Ask | Join | Comment):
        await no_question.heard(tx, event, now)
    match decision:
        case Ask(first=first):
            await _heard(tx, conversation, None)
            await threads.ask(tx, ctx, conversation, event, now, first=first)
        case Join(reopens=reopens):
            question = chosen.question if chosen is not None else last
            assert question is not None
            await _heard(tx, conversation, _next_after(conversation, question.number, now))
            aloud = chosen is not None and (chosen.kind is NextIs.ADDITION or question.number != conversation.question)
            await threads.join(tx, ctx, event, question, now, reopens=reopens, aloud=aloud)
        case Comment():
            await _heard(tx, conversation, None)
            question, left_out = await rating.comment(tx, ctx, conversation, event, now)
            await threads.name_left_out(tx, ctx, question, left_out)
        case Press(data=data):
            await _press(tx, ctx, conversation, last, data, now)
        case Skip() | OtherPlace() if chosen is not None:
            await _say(tx, ctx, conversation, chosen.question, decision, now)
        case _:
            await _say(tx, ctx, conversation, last, decision, now)


def _next_after(conversation: Conversation, joined: int, now: datetime) -> NextMessage | None:
    """What his next message is, after one that joined this question."""
    told = conversation.next_is(NextIs.CLARIFICATION, now) or conversation.next_is(NextIs.ADDITION, now)
    if told is not None and told.question != joined:
        # He replied elsewhere: what he was asked, or promised, of another question holds.
        return told
    if joined == conversation.question or conversation.wants_new:
        return None
    # Whoever writes to an earlier question seldom does so in one message.
    return NextMessage(kind=NextIs.GOING_ON, question=joined, until=now + my_questions.GOES_ON_FOR)


async def _heard(tx: Transaction, conversation: Conversation, next_message: NextMessage | None) -> None:
    """He has written something that is passed on: keep what comes next; the page before it is not the last word now."""
    if conversation.next_message != next_message:
        await conversations.expect(tx, conversation.id, next_message)
    if conversation.buttons:
        await conversations.show_buttons(tx, conversation.id, {})


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
    last = await last_question(tx, conversation)
    await _press(tx, ctx, conversation, last, event.data, now, pressed_message=event.message_id)


async def _press(
    tx: Transaction,
    ctx: Context,
    conversation: Conversation,
    last: Question | None,
    data: str,
    now: datetime,
    *,
    pressed_message: str = "",
) -> None:
    """Do what a button does; he pressed it, or typed what it says."""
    if (choice := choices.read(data)) is not None:
        await placing.pressed(_visit(tx, ctx, conversation, None, now, pressed_message=pressed_message), choice)
    else:
        await _say(tx, ctx, conversation, last, what_it_says(data), now, pressed_message=pressed_message)


async def started(tx: Transaction, ctx: Context, event: ChatStarted) -> list[int]:
    """A resident opened the chat; returns the entries that greet him: they may ride in the webhook's answer."""
    now = ctx.clock()
    conversation = await conversations.lock(tx, event.chat, event.sender)
    question = await last_question(tx, conversation)
    return await _say(
        tx, ctx, conversation, question, decide(standing(ctx, conversation, question, now), event, now), now
    )


async def chose_language(tx: Transaction, event: LanguageChosen) -> None:
    """A resident chose his language beside the chat: from now on he is written to in it."""
    conversation = await conversations.lock(tx, event.chat, event.sender)
    await conversations.change(tx, conversation.id, chosen_language=voice_of(event.language).language)


async def stopped(tx: Transaction, event: ChatStopped) -> None:
    """A resident blocked the bot: remembered, so that officials hear of it when they answer."""
    await conversations.set_stopped(tx, event.chat, event.at)


async def named(tx: Transaction, ctx: Context, conversation_id: int) -> None:
    """The resident's name is known now: a card that waits for it goes out with it."""
    number = await conversations.lock_current_question(tx, conversation_id)
    if number is None:
        return
    await unindexed.mark(tx, number)
    question = await questions.find(tx, number)
    first = await messages.first(tx, number)
    if question is None or first is None:
        return
    await threads.show_anew(tx, ctx, question, first, first.content, ctx.clock(), delay=timedelta(0))


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
    if conversation.buttons and not isinstance(decision, Open):
        # The page is not the last word any more.
        await conversations.show_buttons(tx, conversation.id, {})
    if conversation.next_is(NextIs.COMMENT, now) is not None:
        # Nor is the question why he rated an answer so: what he says to this must not be kept as a review.
        await conversations.expect(tx, conversation.id, None)
    match decision:
        case Greet(source=source):
            values: dict[str, object] = {"greeted_at": now, "stopped_at": None}
            await conversations.change(tx, conversation.id, **values, **_came_by(source, now))
            text = texts.greeting(voice, ctx.service_name, ctx.desk.answer_within)
            text = with_notice(voice, text, ctx.rights.notice_url)
            keyboard = texts.first_keyboard(voice)
            if ctx.unasked.news and not conversation.greeted:
                text = f"{text}\n\n{news.offer(voice, buttons=ctx.capabilities[chat.channel].keyboard is not None)}"
                keyboard = Keyboard(rows=((news.button(voice),), *keyboard.rows))
            return await threads.tell(tx, ctx, voice, chat, text, keyboard=keyboard)
        case Welcome(source=source):
            values = {"stopped_at": None}
            await conversations.change(tx, conversation.id, **values, **_came_by(source, now))
            return []
        case PromiseNew():
            if conversation.next_message is not None:
                await conversations.expect(tx, conversation.id, None)
            await conversations.change(tx, conversation.id, wants_new=True)
            return await threads.tell(tx, ctx, voice, chat, texts.promise_new(voice))
        case Explain():
            text = texts.explanation(voice, ctx.desk.answer_within)
            return await threads.tell(tx, ctx, voice, chat, text, keyboard=texts.menu_keyboard(voice))
        case OfferLanguages():
            text = texts.which_language(voice, buttons=ctx.capabilities[chat.channel].keyboard is not None)
            return await threads.tell(tx, ctx, voice, chat, text, keyboard=texts.languages_keyboard(voice))
        case Speak(language=language):
            await conversations.change(tx, conversation.id, chosen_language=language)
            voice = voice_of(language)
            return await threads.tell(tx, ctx, voice, chat, texts.language_chosen(voice))
        case Open(page=page) if page not in FOR_BANNED and moderation.is_banned(conversation, now):
            assert conversation.banned_until is not None
            text = order.banned(voice, conversation.banned_until, conversation.ban_reason, now, ctx.look.zone)
            return await threads.tell(tx, ctx, voice, chat, text)
        case Skip() if question is not None and question.asked_for is not None:
            return await placing.skip(_visit(tx, ctx, conversation, question, now), question, question.asked_for)
        case OtherPlace() if question is not None:
            return await placing.other_place(_visit(tx, ctx, conversation, question, now), question)
        case Open(page=page, argument=argument):
            visit = _visit(tx, ctx, conversation, question, now, argument=argument, pressed_message=pressed_message)
            return await PAGES[page](visit)
        case Ask() | Join() | Comment() | Press() | Skip() | OtherPlace():
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


def _came_by(source: str, now: datetime) -> dict[str, object]:
    """What is kept of the link that led here."""
    return {"source": source[:200], "source_at": now} if source else {}
