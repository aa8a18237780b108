"""What officials' commands do; a button under a card does the same."""

from __future__ import annotations

from dataclasses import replace

from bot.delivery.entry import Role
from bot.desk import cards, closing, forgotten, texts
from bot.desk.commands import Choice, Chosen, Command, Name
from bot.model.action import Deed
from bot.model.question import Author, Question
from handlers import (
    asking_back,
    binding,
    finding,
    flood,
    handing,
    held,
    interim,
    known_answers,
    moderation,
    news,
    similar,
    templates,
    withdrawing,
)
from handlers import closing as closings
from handlers.desk import Desk
from handlers.reload import reload
from handlers.statistics import command as statistics
from handlers.statistics import exporting
from storage import actions, messages, ratings, waiting
from storage.waiting import COUNTED, Listing

#: The last page of a list that is shown: further ones cost ever more, and nobody reads them.
_LAST_PAGE = COUNTED // cards.PAGE


async def run(desk: Desk, command: Command) -> str:
    """Carry a command out and answer it in the chat; returns what a press of its button shows."""
    match command.name:
        case Name.HELP:
            return await desk.say(texts.help_text())
        case Name.OPEN | Name.MINE | Name.OVERDUE:
            page = int(command.rest) - 1 if command.rest.isdecimal() and len(command.rest) < 6 else 0
            return await _list(desk, command.name, max(page, 0))
        case Name.BIND:
            said = await binding.bind(desk.tx, desk.ctx, desk.chat, desk.official.name, command.rest)
            return await desk.say(said) if said else ""
        case Name.RELOAD:
            return await desk.say(await reload(desk.ctx, desk.admin_chat))
        case Name.FAQ:
            return await known_answers.run(desk, command.rest)
        case Name.NEWS:
            return await news.count(desk)
        case Name.TEMPLATE:
            return await templates.save(desk, command.rest)
        case Name.FIND:
            return await finding.find(desk, command.rest)
        case Name.STATISTICS:
            return await statistics.show(desk, command.rest)
        case Name.EXPORT:
            return await exporting.ask(desk, command.rest)
        case Name.TEMPLATES if command.number is None:
            return await templates.show(desk, None, command.rest)
    if command.number is None:
        return await desk.refuse(texts.expects(command.name))
    question = await desk.find(command.number, to_read=command.name is Name.QUESTION)
    if isinstance(question, str):
        return await desk.refuse(question)
    if question.forgotten and command.name is not Name.QUESTION:
        return await desk.refuse(forgotten.nobody(question.number))
    match command.name:
        case Name.TAKE:
            return await handing.take(desk, question)
        case Name.RELEASE:
            return await handing.release(desk, question)
        case Name.TRANSFER:
            return await handing.choose(desk, question, command.rest)
        case Name.CLOSE if desk.pressed:
            return await closings.ask(desk, question)
        case Name.CLOSE:
            return await closings.close(desk, question, command.rest)
        case Name.REOPEN:
            return await closings.reopen(desk, question)
        case Name.CLARIFY:
            return await asking_back.ask(desk, question, command.rest)
        case Name.INTERIM:
            return await interim.answer(desk, question, command.rest)
        case Name.WITHDRAW:
            return await withdrawing.withdraw(desk, question)
        case Name.TEMPLATES:
            return await templates.show(desk, question, command.rest)
        case Name.SIMILAR:
            return await similar.show(desk, question)
        case Name.SPAM:
            return await moderation.spam(desk, question)
        case Name.BAN:
            return await moderation.ban(desk, question, command.rest)
        case Name.UNBAN:
            return await moderation.unban(desk, question)
        case Name.NOTE:
            return await _note(desk, question, command.rest)
        case _ if command.rest.lower() in ("log", "история"):
            return await _log(desk, question)
        case _:
            return await _thread(desk, question)


async def answered(desk: Desk, asked: Role, name: Name, number: int, text: str) -> str:
    """Do what the bot asked for words for."""
    if asked is Role.ASK_TRANSFER:
        return await handing.give_reason(desk, number, text)
    if asked is Role.ASK_CLOSE and not text.strip():
        return await desk.say(texts.reason_in_words(number))
    return await run(desk, Command(name=name, number=number, rest=text))


async def choose(desk: Desk, chosen: Chosen) -> str:
    """Do what a button says that is no command; returns what the press shows."""
    if chosen.choice is Choice.PAGE and chosen.detail == Name.TEMPLATES:
        return await templates.show(desk, None, "", chosen.number)
    if chosen.choice is Choice.PAGE and chosen.detail == Name.FAQ:
        return await known_answers.show_page(desk, chosen.number)
    if chosen.choice is Choice.KNOWN:
        return await known_answers.pressed(desk, chosen.number, chosen.detail)
    if chosen.choice is Choice.PAGE:
        lists = {Name.OPEN.value: Name.OPEN, Name.MINE.value: Name.MINE, Name.OVERDUE.value: Name.OVERDUE}
        name = lists.get(chosen.detail)
        return await _list(desk, name, chosen.number) if name is not None else texts.OLD_BUTTON
    number = int(chosen.detail) if chosen.detail.isdecimal() and len(chosen.detail) < 19 else None
    if chosen.choice is Choice.FOUND:
        return await finding.turn(desk, chosen.detail, chosen.number)
    if chosen.choice is Choice.DELETE_TEMPLATE:
        return await templates.delete(desk, chosen.number)
    question = await desk.find(chosen.number)
    if isinstance(question, str):
        return await desk.refuse(question)
    if question.forgotten:
        return await desk.refuse(forgotten.nobody(question.number))
    match chosen.choice:
        case Choice.CLOSE_AS:
            return await _close_as(desk, question, chosen.detail)
        case Choice.EXTEND:
            return await interim.extend(desk, question, chosen.detail)
        case Choice.TEMPLATES if number is not None:
            return await templates.show(desk, question, "", number)
        case Choice.TEMPLATE if number is not None:
            return await templates.use(desk, question, number)
        case Choice.SURPLUS if number is not None:
            return await flood.show(desk, question, number)
        case Choice.REUSE if number is not None:
            return await similar.use(desk, question, number)
        case Choice.HAND_TO:
            return await handing.hand_over(desk, question, chosen.detail, "")
        case Choice.DEPARTMENTS if number is not None:
            return await handing.turn(desk, question, number)
        case Choice.SEND | Choice.DROP if number is not None:
            return await held.decide(desk, question, number, send=chosen.choice is Choice.SEND)
        case _:
            return texts.OLD_BUTTON


async def _close_as(desk: Desk, question: Question, reason: str) -> str:
    """Close a question for one of the usual reasons."""
    if reason == closing.SPAM:
        return await moderation.spam(desk, question)
    if reason not in closing.REASONS:
        return texts.OLD_BUTTON
    return await closings.close(desk, question, closing.REASONS[reason][1])


async def _list(desk: Desk, name: Name, page: int) -> str:
    """What is unanswered here."""
    page = min(page, _LAST_PAGE)
    now = desk.ctx.clock()
    found, total = await waiting.listed(
        desk.tx,
        None if desk.sees_all else desk.admin_chat,
        limit=cards.PAGE,
        offset=page * cards.PAGE,
        listing=Listing(name.value),
        official=desk.official.id,
        now=now,
    )
    previews = await messages.previews(desk.tx, [one.number for one in found])
    listed = [(one, previews.get(one.number, "")) for one in found]
    draft = cards.waiting_list(name, listed, total, now, page=page, counted=COUNTED)
    if desk.pressed:
        return await desk.turn_page(draft)
    return await desk.say(replace(draft, reply_to=desk.message_id))


async def _note(desk: Desk, question: Question, text: str) -> str:
    if not text:
        return await desk.say(texts.note_expects_text())
    await messages.add(desk.tx, question.number, desk.written(Author.NOTE, replace(desk.content, text=text)))
    await desk.did(question.number, Deed.NOTED)
    return await desk.say(texts.noted(question.number), question=question.number)


async def _thread(desk: Desk, question: Question) -> str:
    """The whole thread, its files behind it; a reply to any of it is an answer."""
    newest, total = await messages.newest_of(desk.tx, question.number, limit=cards.LAST)
    rating = await ratings.rating_of(desk.tx, question.number)
    draft = cards.thread(question, newest, desk.ctx.look, desk.ctx.clock(), total=total, rating=rating)
    if not desk.may(question):
        # It was here before: what became of it may be read, no more.
        draft = replace(draft, text=f"{draft.text}\n\n{texts.only_to_read(question.number)}", keyboard=None)
    await desk.say(replace(draft, reply_to=desk.message_id), question=question.number)
    return ""


async def _log(desk: Desk, question: Question) -> str:
    """Who did what to it."""
    done = await actions.of_question(desk.tx, question.number)
    draft = cards.log(question, done, desk.ctx.look, desk.ctx.clock())
    return await desk.say(replace(draft, reply_to=desk.message_id), question=question.number)
