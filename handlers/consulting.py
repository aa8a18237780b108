"""Known answers for residents: shown at once under the confirmation, and on pages of their own."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from bot.conversation import consulting, texts
from bot.conversation.consulting import Wanted
from bot.conversation.decisions import NO_TOPIC, TOPIC, TYPED_TURN, Page
from bot.conversation.faq import Entry
from bot.conversation.my_questions import deed_button, may_reopen
from bot.conversation.voice import voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.model.action import Deed
from bot.model.chat import ChatKind
from bot.model.message import Keyboard
from bot.model.question import CloseKind, Question, Status
from handlers import asking_back, by_resident, my_questions
from handlers.context import Context
from handlers.outgoing import Address, post
from handlers.visit import Visit
from storage import conversations, faq, questions
from storage.database import Transaction


async def suggest(tx: Transaction, ctx: Context, question: Question, text: str) -> None:
    """Show the answers that a new question resembles. It is registered, and on its way, whatever comes of this."""
    found = ctx.answers.library.best(text)
    if not found:
        return
    await faq.offer(tx, question.number, [one.id for one in found])
    voice = voice_of(question.language)
    said, rows = consulting.suggestion(voice, question.number, found)
    keyboard = Keyboard(rows=(*rows, *texts.keyboard(voice).rows))
    address = Address(chat=question.chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=question.number)
    await post(tx, ctx, address, Draft(text=said, keyboard=keyboard, voice=voice))


async def show(visit: Visit) -> list[int]:
    """`/faq`: topics, questions of a topic, or one answer."""
    ctx, voice, argument = visit.ctx, visit.voice, visit.argument
    entries = ctx.answers.library.entries
    if not entries:
        return await visit.say(voice.say("faq-none"))
    if (wanted := consulting.read(argument)) is not None:
        return await _answer(visit, wanted)
    names = ctx.desk.topics
    limits = ctx.capabilities[visit.conversation.chat.channel].keyboard
    if argument.startswith(TOPIC):
        topic, _, page = argument.removeprefix(TOPIC).partition(":")
        slug = "" if topic == NO_TOPIC else topic
        if of_topic := [one for one in entries if consulting.listed_under(one, names) == slug]:
            said, rows, typed = consulting.entries_page(voice, of_topic, slug, names, limits, _number(page))
            return await visit.turn(Role.PAGE_ANSWERS, said, *rows, typed=typed)
    counts = Counter(consulting.listed_under(one, names) for one in entries)
    at = _number(argument.rpartition(":")[2])
    if argument.startswith(TYPED_TURN):
        # People count from 1.
        at -= 1
    if limits is None or len(entries) <= consulting.size(limits) or len(counts) == 1:
        said, rows, typed = consulting.entries_page(voice, entries, None, names, limits, at)
    else:
        said, rows, typed = consulting.topics_page(voice, counts, names, limits, at)
    return await visit.turn(Role.PAGE_ANSWERS, said, *rows, typed=typed)


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= 15


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0


async def _answer(visit: Visit, wanted: Wanted) -> list[int]:
    entry: Entry | None = next((one for one in visit.ctx.answers.library.entries if one.id == wanted.entry), None)
    if entry is None:
        return await visit.say(visit.voice.say("faq-gone"))
    number = wanted.question or await faq.offered_with(visit.tx, visit.conversation.id, entry.id)
    question = await visit.own(number) if number is not None else visit.question
    waits = question is not None and question.status is Status.OPEN
    if question is not None and waits:
        # «Помогло» is said of what he has read last.
        await faq.read(visit.tx, question.number, entry.id)
    said, rows = consulting.answer(visit.voice, entry, open_question=question.number if question and waits else None)
    return await visit.say(said, *rows)


async def helped(visit: Visit) -> list[int]:
    """«Помогло»: the question needs no other answer."""
    number, _, entry = visit.argument.partition(":")
    question = await visit.own(int(number)) if _is_number(number) else visit.question
    voice = visit.voice
    if question is None:
        return await visit.say(voice.say("faq-glad"))
    enough = int(entry) if _is_number(entry) else next(iter(question.offered), None)
    if question.close_kind is CloseKind.HELPED or question.status is Status.ANSWERED:
        return await visit.say(voice.say("faq-glad"))
    if question.status is Status.CLOSED:
        return await visit.say(voice.say("faq-closed", number=question.number))
    if enough is None:
        # He was shown nothing: whatever helped, others may still be at it.
        return await visit.say(voice.say("faq-glad-open", number=question.number), question=question.number)
    await faq.count_help(visit.tx, enough)
    await by_resident.close(visit.tx, visit.ctx, question, CloseKind.HELPED, Deed.HELPED, visit.now, str(enough))
    undo = consulting.undo(voice, question.number)
    return await visit.say(voice.say("faq-helped", number=question.number), undo, question=question.number)


async def wait(visit: Visit) -> list[int]:
    """«Нет, жду ответа»: everything stays as it was; what was closed by a slip is open again."""
    question = await visit.own(visit.number) if visit.number is not None else visit.question
    voice = visit.voice
    if question is None:
        return await visit.say(texts.explanation(voice, visit.ctx.desk.answer_within))
    if question.close_kind is CloseKind.HELPED:
        return await my_questions.reopen(replace(visit, argument=str(question.number)))
    await questions.nothing_offered(visit.tx, question.number)
    if question.status is Status.CLARIFYING:
        until = visit.now + asking_back.CLOSES_AFTER
        await conversations.expect_clarification(visit.tx, question.number, visit.now, until, instead_of_new=True)
        said = voice.say("faq-waiting-clarifying", number=question.number)
    elif question.status is not Status.OPEN:
        return await _over(visit, question)
    elif question.expected_at <= visit.now:
        said = voice.say("faq-waiting-late", number=question.number)
    else:
        due = texts.deadline(question.expected_at, visit.now, visit.ctx.look.zone, voice)
        said = voice.say("faq-waiting", number=question.number, due=due)
    return await visit.say(said, question=question.number)


async def _over(visit: Visit, question: Question) -> list[int]:
    """It ended otherwise meanwhile: he hears how to open it again, where that can be."""
    voice, number = visit.voice, question.number
    said = voice.say("faq-answered" if question.status is Status.ANSWERED else "faq-closed", number=number)
    if not may_reopen(question, visit.now):
        return await visit.say(said, question=number)
    again = deed_button(voice, Page.REOPEN, number)
    return await visit.say(f"{said} {voice.say('my-how-reopen', number=number)}", (again,), question=number)
