"""Answers held back because a colleague is at it, or has answered: the official decides whether they go out."""

from __future__ import annotations

from datetime import timedelta

from bot.delivery.entry import Role
from bot.delivery.fit import Draft, describe
from bot.desk import texts
from bot.desk.commands import Choice, choice_button
from bot.model.action import Official
from bot.model.chat import ChatKind
from bot.model.event import MessageReceived
from bot.model.message import Keyboard
from bot.model.question import Author, Question, Status
from handlers import answering
from handlers.context import ALBUM_WAIT, Context
from handlers.desk import Desk
from handlers.outgoing import Address, post
from storage import actions, questions
from storage.database import Transaction
from storage.questions import NewMessage


async def reason(tx: Transaction, question: Question, official: Official) -> str:
    """Why an answer of this official should wait: somebody else has the question, or has answered it. Else empty."""
    if official.is_other_than(question.taken_by) and question.status is Status.OPEN:
        return texts.colleague_has_it(question.number, question.taken_name)
    if question.status is Status.ANSWERED and question.taken_by != official.id:
        answered = await actions.answered_by(tx, question.number)
        # Whoever has answered himself knows how things stand.
        if answered and all(official.is_other_than(one.id) for one in answered):
            return texts.colleague_answered(question.number, answered[-1].name)
    return ""


async def hold(
    tx: Transaction, ctx: Context, event: MessageReceived, question: Question, message: NewMessage, why: str
) -> None:
    """Keep the answer and ask whether it is to go out; a reply with the number says so, too."""
    kept = await questions.add_message(tx, None, message)
    keyboard = Keyboard(
        rows=(
            (
                choice_button("Всё равно отправить", Choice.SEND, question.number, kept),
                choice_button("Не отправлять", Choice.DROP, question.number, kept),
            ),
        )
    )
    address = Address(
        chat=event.chat,
        chat_kind=ChatKind.GROUP,
        role=Role.COMMAND,
        thread_message=kept,
        # What an album has besides comes in a moment: it is asked about once.
        delay=ALBUM_WAIT if event.album_id else timedelta(0),
    )
    await post(tx, ctx, address, Draft(text=why, keyboard=keyboard, reply_to=event.message_id))


async def decide(desk: Desk, question: Question, kept_message: int, *, send: bool) -> str:
    """The official has decided."""
    kept = await questions.message_there(desk.tx, kept_message)
    if kept is None or kept.role is not Author.UNCLEAR:
        return await desk.refuse(texts.decided_already(question.number))
    if not send:
        await questions.assign_message(desk.tx, kept_message, question.number, Author.WITHHELD)
        return await desk.say(texts.withheld(question.number), question=question.number)
    await questions.assign_message(desk.tx, kept_message, question.number, Author.OFFICIAL)
    left_out = await answering.send(desk.tx, desk.ctx, desk.official, question, kept_message, kept.content)
    for one in left_out:
        await desk.say(texts.file_not_passed(question.number, describe(one.media), one.reason))
    return texts.SENT
