"""Answers held back because a colleague is at it, or taken from elsewhere: the official decides whether they go out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import commands, offers, texts
from bot.desk.commands import Choice, choice_button
from bot.desk.offers import Offer
from bot.model.action import Official
from bot.model.chat import ChatKind
from bot.model.content import Content
from bot.model.message import Keyboard, SendMessage
from bot.model.question import Author, Question, Status
from handlers import answering
from handlers.context import ALBUM_WAIT
from handlers.desk import Desk
from handlers.outgoing import Address, post
from storage import actions, links, messages, shows
from storage.database import Transaction
from storage.messages import NewMessage

#: What may still go out: what was held back, and an answer that was taken back.
_UNDECIDED = (Author.UNCLEAR, Author.WITHDRAWN)


async def reason(tx: Transaction, question: Question, official: Official) -> str:
    """Why an answer of this official should wait: somebody else has the question, or has answered it. Else empty."""
    if official.is_other_than(question.taken_by) and question.status in (Status.OPEN, Status.CLARIFYING):
        return texts.colleague_has_it(question.number, question.taken_name)
    if question.status is Status.ANSWERED and question.taken_by != official.id:
        answered = await actions.answered_by(tx, question.number)
        # Whoever has answered himself knows how things stand.
        if answered and all(official.is_other_than(one.id) for one in answered):
            return texts.colleague_answered(question.number, answered[-1].name)
    return ""


def buttons(number: int, kept_message: int, *, against: bool) -> Keyboard:
    """Send it, or let it be; `against`: there is a reason not to."""
    send = "Всё равно отправить" if against else "Отправить"
    return Keyboard(
        rows=(
            (
                choice_button(send, Choice.SEND, number, kept_message),
                choice_button("Не отправлять", Choice.DROP, number, kept_message),
            ),
        )
    )


async def hold(desk: Desk, question: Question, message: NewMessage, why: str) -> None:
    """Keep the answer and ask whether it is to go out; a reply with the number says so, too."""
    kept = await messages.add(desk.tx, None, message)
    keyboard = buttons(question.number, kept, against=True)
    address = Address(
        chat=desk.chat,
        chat_kind=ChatKind.GROUP,
        role=Role.ASK_HELD,
        thread_message=kept,
        # What an album has besides comes in a moment: it is asked about once.
        delay=ALBUM_WAIT if desk.album_id else timedelta(0),
    )
    await post(desk.tx, desk.ctx, address, Draft(text=why, keyboard=keyboard, reply_to=desk.message_id))


async def offer(desk: Desk, question: Question, offer: Offer, content: Content, preview: Callable[[str], Draft]) -> str:
    """Keep a text that was not written here like an answer that was held back: it goes out when the official says so.

    `preview`: how it is shown, with what should be known before.
    """
    kept = await _kept(desk, offer, content, Author.UNCLEAR)
    warning = await reason(desk.tx, question, desk.official)
    keyboard = buttons(question.number, kept, against=bool(warning))
    await desk.say(replace(preview(warning), keyboard=keyboard, reply_to=desk.message_id), thread_message=kept)
    return ""


async def show(desk: Desk, offer: Offer, content: Content, draft: Draft) -> str:
    """Show a text that cannot go out as it is: a reply to it is the answer."""
    kept = await _kept(desk, offer, content, Author.WITHHELD)
    return await desk.say(replace(draft, reply_to=desk.message_id), thread_message=kept)


async def _kept(desk: Desk, offer: Offer, content: Content, role: Author) -> int:
    """The message that waits to be sent. Pressed twice, or by two, there is still one: it is sent once."""
    before = await messages.album(desk.tx, desk.chat, str(offer))
    if before is not None and before.role is role and before.content == content:
        return before.id
    message = NewMessage(
        role=role,
        author=desk.official.name,
        chat=desk.chat,
        # Of no message of his: what he pressed or wrote is no answer, and an edit of it must not become one.
        message_id="",
        content=content,
        at=desk.ctx.clock(),
        album_id=str(offer),
    )
    return await messages.add(desk.tx, None, message)


async def decide(desk: Desk, question: Question, kept_message: int, *, send: bool) -> str:
    """The official has decided."""
    kept = await messages.find(desk.tx, kept_message)
    if kept is None or kept.role not in _UNDECIDED or kept.question not in (None, question.number):
        return await desk.refuse(texts.decided_already(question.number))
    if desk.ctx.desk.now_at(kept.chat.whole) != desk.chat.whole:
        # Its button was never shown here.
        return texts.OLD_BUTTON
    if not send:
        await messages.assign(desk.tx, kept_message, question.number, Author.WITHHELD)
        return await desk.say(texts.withheld(question.number), question=question.number)
    reading = commands.read(kept.content.text)
    if isinstance(reading, commands.Note):
        # He has thought better of it since.
        await messages.assign(desk.tx, kept_message, question.number, Author.NOTE)
        await messages.set_content(desk.tx, kept, replace(kept.content, text=reading.text))
        return await desk.say(texts.noted(question.number), question=question.number)
    if not isinstance(reading, commands.Words):
        return await desk.refuse(texts.command_is_no_answer(question.number))
    if why := await _untold(desk, question, kept_message):
        keyboard = buttons(question.number, kept_message, against=True)
        draft = Draft(text=why, keyboard=keyboard, reply_to=desk.message_id)
        await desk.say(draft, thread_message=kept_message, role=Role.ASK_HELD)
        return ""
    await messages.assign(desk.tx, kept_message, question.number, Author.OFFICIAL, at=desk.ctx.clock())
    offer = offers.read(await messages.album_of(desk.tx, kept_message))
    left_out = await answering.send(desk.tx, desk.ctx, desk.official, question, kept_message, kept.content, offer=offer)
    await desk.name_left_out(question.number, left_out)
    return texts.SENT


async def _untold(desk: Desk, question: Question, kept_message: int) -> str:
    """Why the answer should wait after all, where the message with the pressed button did not say so."""
    why = await reason(desk.tx, question, desk.official)
    if not why:
        return ""
    shown = await shows.find(desk.tx, kept_message, [Role.COMMAND, Role.ASK_HELD])
    # A press may overtake the receipt of the message that was pressed.
    overtaken = await links.find(desk.tx, desk.chat, desk.message_id) is None
    told = any(
        isinstance(one.effect, SendMessage)
        and why in one.effect.text
        and (desk.message_id in ("", *one.message_ids) or (overtaken and not one.message_ids))
        for one in shown
    )
    return "" if told else why
