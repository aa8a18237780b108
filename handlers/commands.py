"""What officials' commands do; a button under a card does the same."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.conversation import texts as resident_texts
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import cards, texts
from bot.desk.commands import Command, Name
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content
from bot.model.question import Author, Question, Status
from handlers.context import Context
from handlers.outgoing import Address, post
from storage import conversations, questions
from storage.database import Transaction
from storage.questions import NewMessage

#: How many questions `/open` shows.
LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a command was given, and by whom."""

    tx: Transaction
    ctx: Context
    #: The admin chat as the settings know it: what it may see.
    admin_chat: ChatRef
    #: Where to answer: the same, or one of its topics.
    chat: ChatRef
    author: str


async def run(desk: Desk, command: Command, message_id: str) -> str:
    """Carry a command out and answer it in the chat; returns what a press of its button shows."""
    if command.name is Name.HELP:
        return await _say(desk, Draft(text=texts.help_text(), reply_to=message_id))
    if command.name is Name.OPEN:
        return await _open(desk, message_id)
    if command.number is None:
        return await _say(desk, Draft(text=texts.expects(command.name), reply_to=message_id))
    await conversations.lock_of_question(desk.tx, command.number)
    question = await questions.find(desk.tx, command.number, lock=True)
    if question is None:
        return await _say(desk, Draft(text=texts.no_question(command.number), reply_to=message_id))
    if not (desk.ctx.desk.sees_all(desk.admin_chat) or desk.ctx.desk.now_at(question.admin_chat) == desk.admin_chat):
        return await _say(desk, Draft(text=texts.not_yours(command.number), reply_to=message_id))
    match command.name:
        case Name.CLOSE:
            return await _close(desk, question, command.rest, message_id)
        case Name.NOTE:
            return await _note(desk, question, command.rest, message_id)
        case _:
            return await _thread(desk, question, message_id)


async def _open(desk: Desk, message_id: str) -> str:
    """What is unanswered here, longest waiting first."""
    chats = None if desk.ctx.desk.sees_all(desk.admin_chat) else [desk.admin_chat]
    found, total = await questions.waiting(desk.tx, chats, limit=LISTED)
    previews = await questions.previews(desk.tx, [one.number for one in found])
    listed = [(one, previews.get(one.number, "")) for one in found]
    draft = cards.waiting_list(listed, total, desk.ctx.clock())
    await _post(desk, replace(draft, reply_to=message_id))
    return ""


async def _close(desk: Desk, question: Question, reason: str, message_id: str) -> str:
    if question.status is Status.CLOSED:
        return await _say(desk, Draft(text=texts.closed_already(question.number), reply_to=message_id))
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
    return await _say(desk, Draft(text=texts.closed(question.number), reply_to=message_id), question=question.number)


async def _note(desk: Desk, question: Question, text: str, message_id: str) -> str:
    if not text:
        return await _say(desk, Draft(text=texts.note_expects_text(), reply_to=message_id))
    await questions.add_message(
        desk.tx,
        question.number,
        NewMessage(
            role=Author.NOTE,
            author=desk.author,
            chat=desk.chat,
            message_id=message_id,
            content=Content(text=text),
            at=desk.ctx.clock(),
        ),
    )
    return await _say(desk, Draft(text=texts.noted(question.number), reply_to=message_id), question=question.number)


async def _thread(desk: Desk, question: Question, message_id: str) -> str:
    """The whole thread, its files behind it; a reply to any of it is an answer."""
    thread = await questions.thread(desk.tx, question.number)
    draft = cards.thread(question, thread, desk.ctx.look, desk.ctx.clock())
    await _post(desk, replace(draft, reply_to=message_id), question=question.number)
    return ""


async def _say(desk: Desk, draft: Draft, *, question: int | None = None) -> str:
    await _post(desk, draft, question=question)
    return draft.text if len(draft.text) <= 80 else ""


async def _post(desk: Desk, draft: Draft, *, question: int | None = None) -> None:
    address = Address(chat=desk.chat, chat_kind=ChatKind.GROUP, role=Role.COMMAND, question=question)
    await post(desk.tx, desk.ctx, address, draft)
