"""What a resident thinks of an answer: the rating, and the words that say why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.conversation import my_questions, rating, texts
from bot.conversation.decisions import Page
from bot.conversation.voice import voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft, LeftOut
from bot.desk import by_resident as told
from bot.desk import cards
from bot.model.action import Deed, Official
from bot.model.chat import ChatKind
from bot.model.content import Content
from bot.model.event import MessageReceived
from bot.model.message import Button, Keyboard
from bot.model.question import AskedToRate, Author, Conversation, NextIs, NextMessage, Question
from handlers import by_resident
from handlers.context import ALBUM_WAIT, Context
from handlers.outgoing import Address, post
from handlers.visit import Visit
from storage import actions, conversations, messages, questions, ratings
from storage.database import Transaction
from storage.messages import NewMessage
from storage.ratings import Rated


async def rate(visit: Visit) -> list[int]:
    """A rating by a button, by «оценка 5», by a digit alone; without one he is asked for it."""
    voice, now = visit.voice, visit.now
    given = rating.read(visit.argument)
    question, rated = await _meant(visit, given)
    if question is None or rated is None:
        return await visit.say(voice.say("rating-nothing"))
    number = question.number
    if rated.answered_at is None:
        return await visit.say(voice.say("rating-gone", number=number), question=number)
    if rated.rating is not None and await _is_final(visit, rated):
        return await visit.say(voice.say("rating-kept", rating=rated.rating), question=number)
    if rated.rating is None and now - rated.answered_at > rating.RATED_FOR:
        return await visit.say(voice.say("rating-late"), question=number)
    if given.rating is None or not 1 <= given.rating <= rating.BEST:
        await _asked(visit.tx, visit.conversation, rated, now + rating.COUNTS_FOR)
        said, row = rating.ask(voice, number, rated.round)
        return await visit.say(said, row, question=number)
    if given.rating != rated.rating:
        await _keep(visit, question, rated, given.rating)
    return await _thank(visit, question, rated, given.rating)


async def _meant(visit: Visit, given: rating.Given) -> tuple[Question | None, Rated | None]:
    """The answer of the button; else the one that he was asked about lately, else the last one of his last question."""
    if given.question is not None:
        return await _own(visit, given.question, given.round)
    asked, last = visit.conversation.rating, visit.question
    if last is not None and not (asked is not None and visit.now < asked.until):
        rated = await ratings.last(visit.tx, last.number)
        if rated is not None and rated.answered_at is not None:
            return last, rated
    return await _own(visit, asked.question, asked.round) if asked is not None else (None, None)


async def _own(visit: Visit, number: int, round_: int) -> tuple[Question | None, Rated | None]:
    question = await visit.own(number)
    return question, await ratings.find(visit.tx, number, round_) if question is not None else None


async def _is_final(visit: Visit, rated: Rated) -> bool:
    """Whether he has rated it long ago, or again and again."""
    if rated.rated_at is None or visit.now - rated.rated_at > rating.COUNTS_FOR:
        return True
    done = await actions.of_question(visit.tx, rated.question)
    return sum(one.deed is Deed.RATED for one in done) > rating.CHANGES


async def _keep(visit: Visit, question: Question, rated: Rated, given: int) -> None:
    tx, ctx, before = visit.tx, visit.ctx, rated.rating
    await ratings.rate(tx, rated, given, visit.now)
    by_himself = Official(id="", name="", chat=question.chat)
    await actions.add(tx, question.number, by_himself, Deed.RATED, visit.now, told.trail(given, before))
    if rating.is_bad(given) or rating.is_bad(before):
        draft = told.rated(question, given, ctx.look, before=before)
        await _tell_coordinators(tx, ctx, question, draft)


async def _thank(visit: Visit, question: Question, rated: Rated, given: int) -> list[int]:
    now = visit.now
    last, told = visit.question, visit.conversation.next_message
    # What he writes now may be for whoever is at his last question, or a question that he announced or chose.
    promised = visit.conversation.wants_new or (
        told is not None
        and now < told.until
        and not (told.kind is NextIs.COMMENT or (told.kind is NextIs.GOING_ON and told.question == question.number))
    )
    may_say_why = not (last is not None and my_questions.is_open(last)) and not promised
    until = now + rating.WHY_FOR
    await _asked(visit.tx, visit.conversation, rated, until)
    if may_say_why:
        why = NextMessage(kind=NextIs.COMMENT, question=rated.question, round=rated.round, until=until)
        await conversations.expect(visit.tx, visit.conversation.id, why)
    reopens = my_questions.may_reopen(question, now)
    said = rating.thanks(visit.voice, question.number, given, may_say_why=may_say_why, reopens=reopens)
    rows: list[Sequence[Button]] = []
    if rating.is_bad(given) and reopens:
        rows.append((my_questions.deed_button(visit.voice, Page.REOPEN, question.number),))
    return await visit.say(said, *rows, question=question.number)


async def ask(
    tx: Transaction, ctx: Context, conversation: Conversation, rated: Rated, now: datetime, *, by_digit: bool
) -> None:
    """Ask what he thinks of this answer: once. `by_digit`: nothing else of his waits, for which a digit would be."""
    await conversations.spoken_to(tx, rated.question, now, now + my_questions.GOES_ON_FOR, by_official=False)
    await ratings.asked(tx, rated, now)
    await _asked(tx, conversation, rated, now + rating.COUNTS_FOR)
    voice = voice_of(conversation.language)
    said, row = rating.ask(voice, rated.question, rated.round, by_digit=by_digit)
    keyboard = Keyboard(rows=(tuple(row), *texts.keyboard(voice).rows))
    address = Address(
        chat=conversation.chat,
        chat_kind=ChatKind.PRIVATE,
        role=Role.CONFIRMATION,
        question=rated.question,
        # Whoever cannot be reached for so long is not woken up by it.
        lifetime=timedelta(hours=1),
    )
    await post(tx, ctx, address, Draft(text=said, keyboard=keyboard, voice=voice))


async def _asked(tx: Transaction, conversation: Conversation, rated: Rated, until: datetime) -> None:
    asked = AskedToRate(question=rated.question, round=rated.round, until=until)
    await conversations.ask_to_rate(tx, conversation.id, asked)


# --- why -----------------------------------------------------------------------------------------------------------


async def comment(
    tx: Transaction, ctx: Context, conversation: Conversation, event: MessageReceived, now: datetime
) -> tuple[Question, tuple[LeftOut, ...]]:
    """Keep what he says of the answer in its thread, and show it under the card: nothing is opened again by it.

    Returns the question, and the files that cannot go along.
    """
    why = conversation.next_is(NextIs.COMMENT, now)
    assert why is not None
    question = await questions.find(tx, why.question, lock=True)
    assert question is not None
    message = NewMessage(
        role=Author.COMMENT,
        author="",
        chat=event.chat,
        message_id=event.message_id,
        content=event.content,
        at=event.at,
        album_id=event.album_id,
    )
    thread_message = await messages.add(tx, question.number, message)
    await ratings.say_why(tx, why.question, why.round, thread_message)
    draft = await shown(tx, question, thread_message, event.content)
    delay = ALBUM_WAIT if event.album_id else timedelta(0)
    posted = await by_resident.tell_officials(tx, ctx, question, draft, message=thread_message, delay=delay)
    rated = await ratings.find(tx, why.question, why.round)
    if rated is not None and rating.is_bad(rated.rating):
        department = ctx.look.departments.get(question.department, question.department)
        for_all = cards.comment(question, event.content, rated.rating, department=department)
        await _tell_coordinators(tx, ctx, question, for_all, only_elsewhere=True)
    voice = voice_of(conversation.language)
    reopens = my_questions.may_reopen(question, now)
    rows: list[tuple[Button, ...]] = []
    if reopens:
        rows.append((rating.asks_button(voice, question.number),))
        typed = rating.asks_words(question.number)
        await conversations.show_buttons(tx, conversation.id, typed, now + rating.WHY_FOR)
    said = Draft(
        text=rating.passed_on(voice, reopens=reopens),
        keyboard=Keyboard(rows=(*rows, *texts.keyboard(voice).rows)),
        voice=voice,
    )
    address = Address(chat=event.chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=question.number)
    await post(tx, ctx, address, said)
    return question, posted.left_out


async def shown(tx: Transaction, question: Question, thread_message: int, content: Content) -> Draft:
    """How officials see such words."""
    return cards.comment(question, content, await ratings.explained_by(tx, question.number, thread_message))


async def _tell_coordinators(
    tx: Transaction, ctx: Context, question: Question, draft: Draft, *, only_elsewhere: bool = False
) -> None:
    """What is bad goes to those who see all; `only_elsewhere`: where the question is shown they see it anyway."""
    chat = ctx.desk.now_at(ctx.desk.coordinators)
    if only_elsewhere and chat == ctx.desk.home_of(question.admin_chat, question.department):
        return
    address = Address(chat=chat, chat_kind=ChatKind.GROUP, role=Role.COMMAND, question=question.number)
    await post(tx, ctx, address, draft)
