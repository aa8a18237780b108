"""More becomes known of a question: where it is, what it is about. It may have to go elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.conversation import places, texts
from bot.conversation.machine import JOINS_FOR
from bot.conversation.places import Chosen, Place
from bot.delivery.entry import SHOWS_QUESTION, Role
from bot.delivery.fit import Draft
from bot.desk import cards
from bot.desk.handing import trail
from bot.desk.routing import Destination
from bot.desk.words import Recognized
from bot.model.action import Deed, Official
from bot.model.chat import ChatKind
from bot.model.event import ButtonPressed
from bot.model.message import EditMessage, Keyboard
from bot.model.question import SAID_TO_RESIDENT, Conversation, Question, Status
from handlers import asking_back, handing, waits
from handlers.context import Context
from handlers.outgoing import Address, do, fitted, post
from storage import actions, links, questions, shows
from storage.database import Transaction
from storage.outbox import State

#: So often a question moves by itself: somebody who presses one place after the other does not fill all chats.
MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What came of knowing more."""

    question: Question
    #: Shown anew in another admin chat, with its whole thread.
    moved: bool = False
    #: Where it would have gone, did nobody have it already.
    missed: Destination | None = None
    #: Its card says what is known now.
    shown: bool = True


# --- the resident is asked -----------------------------------------------------------------------------------------


def asking(ctx: Context, question: Question) -> tuple[str, Keyboard] | None:
    """What to ask the resident under the confirmation of this new question; None: his place changes nothing."""
    if question.place or not (offered := _offered(ctx, question)):
        return None
    limits = ctx.capabilities[question.chat.channel].keyboard
    return places.where(limits), places.keyboard(question.number, offered, limits)


def _offered(ctx: Context, question: Question) -> list[Place]:
    slugs = ctx.desk.places_that_matter(question.chat.channel, question.topic)
    return [Place(slug=slug, name=ctx.desk.places[slug]) for slug in slugs]


async def chosen(
    tx: Transaction, ctx: Context, conversation: Conversation, event: ButtonPressed, choice: Chosen, now: datetime
) -> None:
    """The resident pressed a place."""
    question = await questions.find(tx, choice.question, lock=True)
    if question is None or question.chat != conversation.chat:
        await _say(tx, ctx, event, places.FOREIGN)
    elif _is_over(question, now):
        await _say(tx, ctx, event, places.over(question.number))
    elif choice.page is not None:
        await _turn(tx, ctx, question, event, choice.page)
    elif not choice.place:
        await _say(tx, ctx, event, places.SKIPPED)
    elif choice.place not in ctx.desk.places:
        await _say(tx, ctx, event, places.NO_SUCH_PLACE)
    else:
        await _place(tx, ctx, question, event, choice.place, now)


def _is_over(question: Question, now: datetime) -> bool:
    """Whether even words would not join it any more."""
    if question.status is Status.ANSWERED and question.answered_at is not None:
        return now - question.answered_at > JOINS_FOR
    return question.status is Status.CLOSED


async def _place(
    tx: Transaction, ctx: Context, question: Question, event: ButtonPressed, place: str, now: datetime
) -> None:
    name = ctx.desk.places[place]
    if question.status is Status.CLARIFYING:
        question = await asking_back.resumed(tx, ctx, question, now)
    if place != question.place:
        known = await _know(tx, ctx, question, Recognized(topic=question.topic, place=place), now)
        question = known.question
        waits = question.status is Status.OPEN and not question.taken_by
        if not known.moved and not (known.shown and known.missed is None and waits):
            # An edit of the card alone makes no sound: whoever has the question would not hear of it.
            await _tell_officials(tx, ctx, question, name, known.missed)
    waits_until = question.due_at if question.status is Status.OPEN and question.due_at > now else None
    due = texts.moment(waits_until, now, ctx.look.zone) if waits_until is not None else ""
    await _say(tx, ctx, event, places.noted(name, due), question=question.number)


async def _tell_officials(
    tx: Transaction, ctx: Context, question: Question, place: str, missed: Destination | None
) -> None:
    department = ctx.desk.departments.get(missed.department) if missed is not None else None
    draft = places.told(
        question.number,
        place,
        department=department.name if department is not None else "",
        transfer=department.slug if department is not None else "",
    )
    await _follow_up(tx, ctx, question, draft)


async def _turn(tx: Transaction, ctx: Context, question: Question, event: ButtonPressed, page: int) -> None:
    """Show another page: under the same words where messages can be edited, else in a message of its own."""
    offered = _offered(ctx, question)
    if not offered:
        await _say(tx, ctx, event, places.NO_SUCH_PLACE)
        return
    capabilities = ctx.capabilities[event.chat.channel]
    draft = Draft(
        text=places.where(capabilities.keyboard),
        keyboard=places.keyboard(question.number, offered, capabilities.keyboard, page=page),
    )
    address = _to_resident(event, question.number)
    link = await links.find(tx, event.chat, event.message_id) if event.message_id and capabilities.edits else None
    said = await shows.said_by(tx, link.entry) if link is not None and link.entry is not None else None
    if said is None or not said.text or said.media:
        await post(tx, ctx, address, draft)
        return
    keyboard = fitted(ctx, address, draft).messages[0].keyboard
    effect = EditMessage(message_id=event.message_id, text=said.text, spans=said.spans, keyboard=keyboard)
    await do(tx, ctx, address, effect, strand=f"page:{event.message_id}")


# --- his words say more --------------------------------------------------------------------------------------------


async def learn(tx: Transaction, ctx: Context, question: Question, text: str, now: datetime) -> tuple[Question, bool]:
    """Look for topic and place in further words of the resident, where they are missing.

    Returns the question as it is now, and whether it has just been shown anew, with all that its thread says, in
    another admin chat. Its conversation is locked.
    """
    if question.topic and question.place:
        return question, False
    if question.status is Status.CLOSED or question.answered_at is not None:
        return question, False
    found = ctx.desk.recognizer.recognize(text)
    about = Recognized(topic=question.topic or found.topic, place=question.place or found.place)
    if about == Recognized(topic=question.topic, place=question.place):
        return question, False
    known = await _know(tx, ctx, question, about, now)
    if known.question.due_at != question.due_at:
        due = texts.moment(known.question.due_at, now, ctx.look.zone)
        draft = Draft(text=places.moved(question.number, due), keyboard=texts.KEYBOARD)
        address = Address(
            chat=question.chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=question.number
        )
        await post(tx, ctx, address, draft)
    return known.question, known.moved


# --- what follows --------------------------------------------------------------------------------------------------


async def _know(tx: Transaction, ctx: Context, question: Question, about: Recognized, now: datetime) -> _Known:
    """Store what a question is about; move it, when that changes the department and nobody has begun with it."""
    known = replace(question, topic=about.topic, place=about.place)
    destination = ctx.desk.assign(question.chat.channel, question.asked_at, about)
    elsewhere = destination.department != question.department
    if elsewhere and await _may_move(tx, question):
        return await _move(tx, ctx, question, known, destination, now)
    await questions.change(tx, question.number, topic=known.topic, place=known.place)
    shown = await handing.recard(tx, ctx, known)
    return _Known(question=known, shown=shown, missed=destination if elsewhere else None)


async def _may_move(tx: Transaction, question: Question) -> bool:
    """Nobody took it, passed it on or said anything to the resident."""
    if question.status is not Status.OPEN or question.taken_by or question.handovers:
        return False
    if question.answered_at is not None:
        return False
    if any(one.role in SAID_TO_RESIDENT for one in await questions.thread(tx, question.number)):
        return False
    done = await actions.of_question(tx, question.number)
    return sum(one.deed is Deed.REROUTED for one in done) < MOST


async def _move(
    tx: Transaction, ctx: Context, before: Question, known: Question, destination: Destination, now: datetime
) -> _Known:
    slug, home, due_at = destination.department, destination.admin_chat, destination.due_at
    department = ctx.desk.departments.get(slug)
    name = department.name if department is not None else ""
    # What has become known, by its names.
    topic = ctx.desk.topics.get(known.topic, known.topic) if known.topic != before.topic else ""
    place = ctx.desk.places.get(known.place, known.place) if known.place != before.place else ""
    stays = home == ctx.desk.home_of(before.admin_chat, before.department)
    moved = replace(
        known,
        department=slug,
        admin_chat=home,
        due_at=due_at,
        routed_by=places.why(destination.why, topic=topic, place=place),
    )
    if slug != before.department:
        await waits.count_up(tx, ctx, before, now)
    await questions.change(
        tx,
        moved.number,
        topic=moved.topic,
        place=moved.place,
        department=slug,
        admin_channel=home.channel,
        admin_chat_id=home.chat_id,
        routed_by=moved.routed_by,
        due_at=due_at,
        reminded=0,
        remind_at=max(ctx.desk.remind_at(slug, moved.asked_at, due_at), now),
    )
    by_itself = Official(id="", name="", chat=moved.chat)
    await actions.add(tx, moved.number, by_itself, Deed.REROUTED, now, trail(name, ""))
    if stays:
        return _Known(question=moved, shown=await handing.recard(tx, ctx, moved))
    await _leave(tx, ctx, before, places.gone(name, topic=topic, place=place))
    await handing.show_all(tx, ctx, moved)
    return _Known(question=moved, moved=True)


async def _leave(tx: Transaction, ctx: Context, question: Question, gone: str) -> None:
    """Let the old chat see where the question went; what it has not seen yet it need not see."""
    await shows.drop_unseen(tx, question.number, SHOWS_QUESTION)
    first = await questions.first_message(tx, question.number)
    chat = ctx.desk.home_of(question.admin_chat, question.department)
    seen = await shows.find(tx, first.id, [Role.CARD]) if first is not None else []
    own = [one for one in seen if one.chat == chat]
    if own and own[-1].state is State.MERGED:
        # It stands among others: only words can tell.
        await _follow_up(tx, ctx, question, Draft(text=f"{cards.number(question.number)}: {gone}"))
    elif own:
        await handing.recard(tx, ctx, question, gone=gone)


# --- saying --------------------------------------------------------------------------------------------------------


async def _follow_up(tx: Transaction, ctx: Context, question: Question, draft: Draft) -> None:
    address = Address(
        chat=ctx.desk.home_of(question.admin_chat, question.department),
        chat_kind=ChatKind.GROUP,
        role=Role.FOLLOW_UP,
        question=question.number,
        about_entry=await shows.card_of(tx, question.number),
    )
    await post(tx, ctx, address, draft)


def _to_resident(event: ButtonPressed, number: int | None) -> Address:
    return Address(chat=event.chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=number)


async def _say(tx: Transaction, ctx: Context, event: ButtonPressed, text: str, *, question: int | None = None) -> None:
    await post(tx, ctx, _to_resident(event, question), Draft(text=text, keyboard=texts.KEYBOARD))
