"""Taking a question, giving it back, handing it over; and the card that says so."""

from __future__ import annotations

from dataclasses import replace

from bot.delivery.entry import SHOWS_QUESTION, Role
from bot.delivery.fit import Draft
from bot.desk import cards, forgotten, handing, texts
from bot.desk.routing import Department
from bot.model.action import Deed
from bot.model.chat import ChatKind, ChatRef
from bot.model.message import EditMessage
from bot.model.question import Author, Question, Status
from handlers import waits
from handlers.context import Context
from handlers.desk import Desk
from handlers.outgoing import Address, do, fitted, post, refit
from storage import conversations, messages, questions, ratings, shows
from storage import waits as stored_waits
from storage.database import Transaction
from storage.outbox import State

#: After so many hand-overs the coordinators decide.
MOST = 2


async def take(desk: Desk, question: Question) -> str:
    """This official answers it: the others see that on the card."""
    if question.status is Status.CLOSED:
        return await desk.refuse(texts.closed_already(question.number))
    if question.taken_by:
        if question.taken_by == desk.official.id:
            return await desk.refuse(handing.yours_already(question.number))
        if desk.pressed:
            return await desk.refuse(handing.taken_by(question.number, question.taken_name))
    taken = replace(question, taken_by=desk.official.id or "?", taken_name=desk.official.name)
    await questions.change(
        desk.tx,
        question.number,
        taken_by=taken.taken_by,
        taken_name=taken.taken_name,
        taken_at=desk.ctx.clock(),
    )
    await desk.did(question.number, Deed.TAKEN, question.taken_name)
    return await _show(desk, taken, handing.taken(question.number, desk.official.name, instead_of=question.taken_name))


async def release(desk: Desk, question: Question) -> str:
    """Nobody in particular answers it now."""
    if not question.taken_by:
        return await desk.refuse(handing.nobodys(question.number))
    if desk.official.is_other_than(question.taken_by) and not desk.sees_all:
        return await desk.refuse(handing.taken_by(question.number, question.taken_name))
    await questions.change(desk.tx, question.number, taken_by="", taken_name="", taken_at=None)
    await desk.did(question.number, Deed.RELEASED)
    return await _show(desk, replace(question, taken_by="", taken_name=""), handing.released(question.number))


async def _show(desk: Desk, question: Question, said: str) -> str:
    """Let the card say it; in words besides where it was a command, or the card cannot."""
    if not desk.pressed:
        await desk.say(said, question=question.number)
        await recard(desk.tx, desk.ctx, question)
    elif not await recard(desk.tx, desk.ctx, question):
        await desk.say(said, question=question.number)
    return said


async def choose(desk: Desk, question: Question, wanted: str) -> str:
    """Hand a question over to whom the words name; when they name none or several, ask with buttons."""
    if question.status is Status.CLOSED:
        return await desk.refuse(texts.closed_already(question.number))
    departments = list(desk.ctx.desk.departments.values())
    choice = handing.read(wanted, departments)
    if isinstance(choice, handing.Named):
        return await hand_over(desk, question, choice.slug, choice.reason)
    draft = handing.ask_department(question.number, choice.found, searched=choice.searched)
    return await desk.say(replace(draft, reply_to=desk.message_id), question=question.number, role=Role.ASK_DEPARTMENT)


async def turn(desk: Desk, question: Question, page: int) -> str:
    """Another page of the departments to choose from."""
    draft = handing.ask_department(question.number, list(desk.ctx.desk.departments.values()), page=page)
    return await desk.turn_page(draft)


async def hand_over(desk: Desk, question: Question, slug: str, reason: str) -> str:
    """Give a question to another department (empty: to the coordinators), with all that was written."""
    tx, ctx = desk.tx, desk.ctx
    department = ctx.desk.departments.get(slug)
    if slug and department is None:
        return await desk.refuse(handing.no_department(slug))
    if question.status is Status.CLOSED:
        return await desk.refuse(texts.closed_already(question.number))
    if slug == question.department and ctx.desk.chat_of(slug) == ctx.desk.now_at(question.admin_chat):
        return await desk.refuse(handing.there_already(question.number, _name(department)))
    settled = question.handovers >= MOST and bool(slug) and not desk.sees_all
    if settled:
        # Departments that pass a question round do not agree: somebody above them decides.
        slug, department = "", None
    home = ctx.desk.chat_of(slug)
    # Of its own department it is here only while that one's chat cannot be written to.
    origin = ctx.desk.departments.get(question.department) if slug != question.department else None
    moved = replace(
        question,
        department=slug,
        admin_chat=home,
        taken_by="",
        taken_name="",
        handovers=question.handovers + 1,
        routed_by=ctx.desk.explained(handing.why(_name(origin), desk.official.name, reason, settled=settled), slug),
    )
    said = handing.handed_over(question.number, _name(department), settled=settled)
    if reason:
        await desk.say(said, question=question.number)
    else:
        await desk.say(f"{said} {handing.WHY}", question=question.number, role=Role.ASK_TRANSFER)
    # First, so that the words by which a chat without edits is told are not dropped with the rest.
    await shows.drop_unseen(tx, question.number, SHOWS_QUESTION)
    await recard(tx, ctx, question, gone=handing.gone(_name(department), desk.official.name, reason))
    await waits.count_up(tx, ctx, question, ctx.clock())
    if question.department not in ("", slug):
        # What coordinators give out was nobody's yet.
        await stored_waits.count_handover(tx, question.number, question.department)
    await questions.change(
        tx,
        question.number,
        department=slug,
        admin_channel=home.channel,
        admin_chat_id=home.chat_id,
        taken_by="",
        taken_name="",
        taken_at=None,
        handovers=moved.handovers,
        routed_by=moved.routed_by,
        reminded=0,
        remind_at=ctx.desk.remind_at(slug, ctx.clock(), question.due_at),
    )
    await desk.did(question.number, Deed.HANDED_OVER, handing.trail(_name(department), reason))
    await show_all(tx, ctx, moved)
    return said


async def give_reason(desk: Desk, number: int, reason: str) -> str:
    """Why it was handed over, said afterwards: a note that whoever has the question now sees."""
    await conversations.lock_of_question(desk.tx, number)
    question = await questions.find(desk.tx, number, lock=True)
    if question is None:
        return await desk.refuse(texts.no_question(number))
    if question.forgotten:
        return await desk.refuse(forgotten.nobody(number))
    content = replace(desk.content, text=reason)
    if content.is_empty:
        return await desk.refuse(texts.note_expects_text())
    note = await messages.add(desk.tx, number, desk.written(Author.NOTE, content))
    await desk.did(number, Deed.NOTED)
    address = Address(
        chat=desk.ctx.desk.home_of(question.admin_chat, question.department),
        chat_kind=ChatKind.GROUP,
        role=Role.NOTE,
        question=number,
        thread_message=note,
        about_entry=await shows.card_of(desk.tx, number),
    )
    text = handing.reason_of(number, desk.official.name, reason)
    await post(desk.tx, desk.ctx, address, Draft(text=text, media=content.media))
    return await desk.say(texts.reason_added(number))


def _name(department: Department | None) -> str:
    return department.name if department is not None else ""


async def show_all(tx: Transaction, ctx: Context, question: Question) -> None:
    """Show a question with its whole thread in the admin chat that has it now."""
    first = await messages.first(tx, question.number)
    if first is None:
        return
    chat = ctx.desk.home_of(question.admin_chat, question.department)
    address = Address(
        chat=chat,
        chat_kind=ChatKind.GROUP,
        role=Role.CARD,
        question=question.number,
        thread_message=first.id,
    )
    now = ctx.clock()
    posted = await post(tx, ctx, address, cards.card(question, first.content, ctx.look, now))
    newest, total = await messages.newest_of(tx, question.number, limit=cards.LAST)
    if total == 1:
        return
    rest = [one for one in newest if one.id != first.id]
    draft = replace(cards.thread(question, rest, ctx.look, now, total=total - 1), keyboard=None)
    about = replace(address, role=Role.FOLLOW_UP, thread_message=None, about_entry=posted.entries[0])
    await post(tx, ctx, about, draft)


async def recard(
    tx: Transaction, ctx: Context, question: Question, *, gone: str = "", chat: ChatRef | None = None
) -> bool:
    """Make the card say how the question stands now; False when it cannot (it is shown among others).

    With `gone` the card says that the question is elsewhere, and has no buttons any more. With `chat` it is the card
    in that chat, which need not be an admin chat any more.
    """
    first = await messages.first(tx, question.number)
    if first is None:
        return False
    chat = chat or ctx.desk.home_of(question.admin_chat, question.department)
    shown = [one for one in await shows.find(tx, first.id, [Role.CARD, Role.CARD_PART]) if one.chat == chat]
    own = [one for one in shown if one.role is Role.CARD]
    if not own or own[-1].state is State.MERGED:
        return False
    card = own[-1]
    rating = await ratings.rating_of(tx, question.number)
    draft = cards.card(question, first.content, ctx.look, ctx.clock(), rating=rating)
    if gone:
        draft = replace(draft, text=f"{draft.text}\n\n{gone}", keyboard=None)
    address = Address(
        chat=chat,
        chat_kind=ChatKind.GROUP,
        role=Role.CARD_EDIT,
        question=question.number,
        about_entry=card.id,
    )
    if card.state is State.WAITING:
        waiting = [one for one in shown if one.id >= card.id]
        as_card = replace(address, role=Role.CARD, thread_message=first.id, about_entry=None)
        return await refit(tx, ctx, as_card, waiting, draft) is not None
    ready = fitted(ctx, address, draft).messages
    if not ctx.capabilities[chat.channel].edits or any(one.text for one in ready[1:]):
        # A long text that moves from one message to the next would leave words behind.
        if gone:
            follow_up = replace(address, role=Role.FOLLOW_UP)
            await post(tx, ctx, follow_up, Draft(text=f"{cards.number(question.number)}: {gone}"))
        return False
    now = ready[0]
    effect = EditMessage(message_id="", text=now.text, spans=now.spans, media=now.media, keyboard=now.keyboard)
    await do(tx, ctx, address, effect, strand=address.strand)
    return True
