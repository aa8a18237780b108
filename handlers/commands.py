"""What officials' commands do; a button under a card does the same."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import texts as resident_texts
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import cards, texts
from bot.desk.commands import Choice, Chosen, Command, Name
from bot.model.action import Deed
from bot.model.chat import ChatKind
from bot.model.content import Content
from bot.model.question import Author, Question, Status
from handlers import binding, handing, held
from handlers.desk import Desk
from handlers.outgoing import Address, post
from handlers.reload import reload
from storage import actions, questions
from storage.questions import COUNTED, Listing, NewMessage

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
    if command.number is None:
        return await desk.refuse(texts.expects(command.name))
    question = await desk.find(command.number)
    if isinstance(question, str):
        return await desk.refuse(question)
    match command.name:
        case Name.TAKE:
            return await handing.take(desk, question)
        case Name.RELEASE:
            return await handing.release(desk, question)
        case Name.TRANSFER:
            return await handing.choose(desk, question, command.rest)
        case Name.CLOSE:
            return await _close(desk, question, command.rest)
        case Name.REOPEN:
            return await _reopen(desk, question)
        case Name.NOTE:
            return await _note(desk, question, command.rest)
        case _ if command.rest.lower() in ("log", "история"):
            return await _log(desk, question)
        case _:
            return await _thread(desk, question)


async def choose(desk: Desk, chosen: Chosen) -> str:
    """Do what a button says that is no command; returns what the press shows."""
    if chosen.choice is Choice.PAGE:
        lists = {Name.OPEN.value: Name.OPEN, Name.MINE.value: Name.MINE, Name.OVERDUE.value: Name.OVERDUE}
        name = lists.get(chosen.detail)
        return await _list(desk, name, chosen.number) if name is not None else texts.OLD_BUTTON
    question = await desk.find(chosen.number)
    if isinstance(question, str):
        return await desk.refuse(question)
    match chosen.choice:
        case Choice.HAND_TO:
            return await handing.hand_over(desk, question, chosen.detail, "")
        case Choice.DEPARTMENTS if chosen.detail.isdecimal():
            return await handing.turn(desk, question, int(chosen.detail))
        case Choice.SEND | Choice.DROP if chosen.detail.isdecimal() and len(chosen.detail) < 19:
            return await held.decide(desk, question, int(chosen.detail), send=chosen.choice is Choice.SEND)
        case _:
            return texts.OLD_BUTTON


async def _list(desk: Desk, name: Name, page: int) -> str:
    """What is unanswered here."""
    page = min(page, _LAST_PAGE)
    now = desk.ctx.clock()
    found, total = await questions.waiting(
        desk.tx,
        None if desk.sees_all else [desk.admin_chat],
        limit=cards.PAGE,
        offset=page * cards.PAGE,
        listing=Listing(name.value),
        official=desk.official.id,
        now=now,
    )
    previews = await questions.previews(desk.tx, [one.number for one in found])
    listed = [(one, previews.get(one.number, "")) for one in found]
    draft = cards.waiting_list(name, listed, total, now, page=page, counted=COUNTED)
    if desk.pressed:
        return await desk.turn_page(draft)
    return await desk.say(replace(draft, reply_to=desk.message_id))


async def _close(desk: Desk, question: Question, reason: str) -> str:
    if question.status is Status.CLOSED:
        return await desk.refuse(texts.closed_already(question.number))
    now = desk.ctx.clock()
    await questions.change(
        desk.tx, question.number, status=Status.CLOSED, closed_at=now, close_reason=reason[:1000], waiting_since=None
    )
    if question.status is Status.OPEN or reason:
        address = Address(
            chat=question.chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=question.number
        )
        text = resident_texts.closed(question.number, reason)
        await post(desk.tx, desk.ctx, address, Draft(text=text, keyboard=resident_texts.KEYBOARD))
    await desk.did(question.number, Deed.CLOSED, reason)
    said = await desk.say(texts.closed(question.number), question=question.number)
    await handing.recard(desk.tx, desk.ctx, replace(question, status=Status.CLOSED, close_reason=reason))
    return said


async def _reopen(desk: Desk, question: Question) -> str:
    """Undo a closing: the question stands as it did before."""
    if question.status is not Status.CLOSED:
        return await desk.refuse(texts.not_closed(question.number))
    now = desk.ctx.clock()
    asked_at = await questions.unanswered_since(desk.tx, question.number)
    status = Status.OPEN if asked_at is not None else Status.ANSWERED
    await questions.change(
        desk.tx,
        question.number,
        status=status,
        closed_at=None,
        close_reason="",
        waiting_since=asked_at,
        reminded=0,
        remind_at=desk.ctx.desk.remind_at(question.department, now, question.due_at),
    )
    if asked_at is not None:
        address = Address(
            chat=question.chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=question.number
        )
        text = resident_texts.reopened(question.number)
        await post(desk.tx, desk.ctx, address, Draft(text=text, keyboard=resident_texts.KEYBOARD))
    await desk.did(question.number, Deed.REOPENED)
    said = await desk.say(texts.reopened(question.number), question=question.number)
    await handing.recard(desk.tx, desk.ctx, replace(question, status=status, close_reason=""))
    return said


async def _note(desk: Desk, question: Question, text: str) -> str:
    if not text:
        return await desk.say(texts.note_expects_text())
    await questions.add_message(
        desk.tx,
        question.number,
        NewMessage(
            role=Author.NOTE,
            author=desk.official.name,
            chat=desk.chat,
            message_id=desk.message_id,
            content=Content(text=text),
            at=desk.ctx.clock(),
        ),
    )
    await desk.did(question.number, Deed.NOTED)
    return await desk.say(texts.noted(question.number), question=question.number)


async def _thread(desk: Desk, question: Question) -> str:
    """The whole thread, its files behind it; a reply to any of it is an answer."""
    thread = await questions.thread(desk.tx, question.number)
    draft = cards.thread(question, thread, desk.ctx.look, desk.ctx.clock())
    await desk.say(replace(draft, reply_to=desk.message_id), question=question.number)
    return ""


async def _log(desk: Desk, question: Question) -> str:
    """Who did what to it."""
    done = await actions.of_question(desk.tx, question.number)
    draft = cards.log(question, done, desk.ctx.look, desk.ctx.clock())
    return await desk.say(replace(draft, reply_to=desk.message_id), question=question.number)
