"""More becomes known of a question: where it is, what it is about. It may have to go elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.conversation import choices, places, texts
from bot.conversation.voice import voice_of
from bot.delivery.entry import SHOWS_QUESTION, Role
from bot.delivery.fit import Draft
from bot.desk import cards
from bot.desk.handing import trail
from bot.desk.routing import Destination
from bot.desk.words import Recognized
from bot.model.action import Deed, Official
from bot.model.chat import ChatKind
from bot.model.content import Content
from bot.model.message import Button, Keyboard
from bot.model.question import AskedFor, Question, Status
from handlers import asking, confirming, handing, waits
from handlers.context import Context
from handlers.outgoing import Address, post
from storage import actions, conversations, messages, questions, shows
from storage import waits as stored_waits
from storage.database import Transaction
from storage.outbox import State

#: So often a question moves by itself: somebody who presses one place after the other does not fill all chats.
MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What came of knowing more."""

    question: Question
    #: Shown anew in another admin chat, with its whole thread.
    moved: bool = False
    #: Where it would have gone, did nobody have it already.
    missed: Destination | None = None
    #: Its card says what is known now.
    shown: bool = True


# --- his words say more --------------------------------------------------------------------------------------------


async def learn(
    tx: Transaction,
    ctx: Context,
    question: Question,
    content: Content,
    now: datetime,
    *,
    instead_of: Content | None = None,
) -> tuple[Question, bool]:
    """Look for topic and place in a further message of the resident, where they are missing or only assumed.

    `instead_of`: what it said before he corrected it.

    Returns the question as it is now, and whether it has just been shown anew, with all that its thread says, in
    another admin chat. Its conversation is locked.
    """
    if question.topic and question.place and not question.place_assumed:
        return question, False
    if question.status is Status.CLOSED or question.answered_at is not None:
        return question, False
    found = _found(ctx, question, content)
    says_place = bool(found.place) and (question.place_assumed or not question.place)
    says_topic = bool(found.topic) and not question.topic
    known = replace(
        question,
        topic=found.topic if says_topic else question.topic,
        place=found.place if says_place else question.place,
        place_assumed=question.place_assumed and not says_place,
    )
    either = await _new_either(tx, ctx, known, content, found.either, instead_of)
    if not (says_place or says_topic or either):
        return question, False
    known = replace(known, asked_for=AskedFor.PLACE if either else asking.still(ctx, known))
    came = await know(tx, ctx, question, known, now)
    by_map = says_place and ctx.desk.is_by_map(content)
    asks = came.question.asked_for if either or came.question.asked_for is not question.asked_for else None
    if asks is AskedFor.PLACE and not either:
        either = await asking.named_alike(tx, ctx, came.question)
    await _tell(tx, ctx, question, replace(came.question, asked_for=asks), now, by_map=by_map, either=either)
    return came.question, came.moved


def _found(ctx: Context, question: Question, content: Content) -> Recognized:
    """What a further message says; a name alone that a place and a topic have is that for which he is asked."""
    found = ctx.desk.recognize(content)
    named, exact = ctx.desk.named(content.text), ctx.desk.recognizer.exactly(content.text)
    is_of_both = (named.place or exact.place) and (named.topic or exact.topic)
    if question.asked_for is None or not is_of_both:
        return found
    return replace(found, topic="") if question.asked_for is AskedFor.PLACE else replace(found, place="")


async def _new_either(
    tx: Transaction,
    ctx: Context,
    question: Question,
    content: Content,
    either: tuple[str, ...],
    instead_of: Content | None,
) -> tuple[str, ...]:
    """These places, if it matters which of them he names in this message; none, where he was asked that before."""
    is_known = bool(question.place) and (not question.place_assumed or question.place in either)
    if is_known or not either:
        return ()
    if not ctx.desk.place_matters(question.chat.channel, Recognized(topic=question.topic, either=either)):
        return ()
    # Who says the very same once more may not have understood; who only goes on need not be asked again.
    before = await asking.latest_of_his(tx, question)
    if instead_of is not None:
        before.append(instead_of)
    return () if any(one != content and ctx.desk.recognize(one).either == either for one in before) else either


async def _tell(
    tx: Transaction,
    ctx: Context,
    before: Question,
    question: Question,
    now: datetime,
    *,
    by_map: bool,
    either: tuple[str, ...],
) -> None:
    """What the resident hears of it: the place that his point became, a new deadline, what he is asked next.

    `either`: the places of which he named one, without saying which.
    """
    voice, limits = voice_of(question.language), ctx.capabilities[question.chat.channel].keyboard
    due = texts.deadline(question.due_at, now, ctx.look.zone, voice) if question.due_at != before.due_at else ""
    said, below = list[str](), tuple[Button, ...]()
    if by_map:
        said.append(places.by_map(voice, ctx.desk.places[question.place], limits))
        below = (choices.other_place(voice, question.number),)
    if due:
        moved = places.moved(voice, question.number, due)
        said.append(" ".join(filter(None, (moved, confirming.reads(ctx, question, now)))))
    rows: choices.Rows = (below,) if below else ()
    if question.asked_for is not None:
        asked, rows = asking.ask(ctx, question, either=either, below=below)
        said.append(asked)
    if said:
        keyboard = Keyboard(rows=(*rows, *texts.keyboard(voice).rows))
        address = Address(
            chat=question.chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=question.number
        )
        await post(tx, ctx, address, Draft(text="\n\n".join(said), keyboard=keyboard, voice=voice))


# --- what follows --------------------------------------------------------------------------------------------------


async def know(tx: Transaction, ctx: Context, before: Question, known: Question, now: datetime) -> Known:
    """Store what a question is about; move it, when that changes the department and nobody has begun with it.

    Place and topic are kept for the resident's next question, too; a place that is no more is forgotten.
    """
    if known.place != before.place or before.place_assumed:
        await conversations.remember_place(tx, before.number, known.place)
    if known.topic != before.topic:
        await conversations.remember_topic(tx, before.number, known.topic)
    about = Recognized(topic=known.topic, place=known.place)
    if about == Recognized(topic=before.topic, place=before.place):
        await questions.change(tx, before.number, asked_for=known.asked_for or "", place_assumed=known.place_assumed)
        return Known(question=known)
    # He may have opened it again since: its time runs from there.
    wait = await stored_waits.last(tx, before.number)
    since = await stored_waits.began_at(tx, wait) if wait is not None else before.asked_at
    destination = ctx.desk.assign(before.chat.channel, since, about)
    elsewhere = destination.department != before.department
    if elsewhere and await _may_move(tx, before):
        return await _move(tx, ctx, before, known, destination, since, now)
    await questions.change(
        tx,
        before.number,
        topic=known.topic,
        place=known.place,
        asked_for=known.asked_for or "",
        place_assumed=known.place_assumed,
    )
    shown = await handing.recard(tx, ctx, known)
    return Known(question=known, shown=shown, missed=destination if elsewhere else None)


async def _may_move(tx: Transaction, question: Question) -> bool:
    """Nobody took it, passed it on or said anything to the resident."""
    if question.status is not Status.OPEN or question.taken_by or question.handovers:
        return False
    if question.answered_at is not None:
        return False
    if await messages.is_spoken_to(tx, question.number):
        return False
    done = await actions.of_question(tx, question.number)
    return sum(one.deed is Deed.REROUTED for one in done) < MOST


async def _move(
    tx: Transaction,
    ctx: Context,
    before: Question,
    known: Question,
    destination: Destination,
    since: datetime,
    now: datetime,
) -> Known:
    slug, home, due_at = destination.department, destination.admin_chat, destination.due_at
    department = ctx.desk.departments.get(slug)
    name = department.name if department is not None else ""
    # What has become known, by its names; without a place, which one it is not.
    topic = ctx.desk.topics.get(known.topic, known.topic) if known.topic != before.topic else ""
    place = ctx.desk.places.get(known.place, known.place) if known.place != before.place else ""
    instead_of = "" if known.place else ctx.desk.places.get(before.place, before.place)
    stays = home == ctx.desk.home_of(before.admin_chat, before.department)
    moved = replace(
        known,
        department=slug,
        admin_chat=home,
        due_at=due_at,
        routed_by=places.why(destination.why, topic=topic, place=place, instead_of=instead_of),
    )
    if slug != before.department:
        await waits.count_up(tx, ctx, before, now)
    await questions.change(
        tx,
        moved.number,
        topic=moved.topic,
        place=moved.place,
        asked_for=moved.asked_for or "",
        place_assumed=moved.place_assumed,
        department=slug,
        admin_channel=home.channel,
        admin_chat_id=home.chat_id,
        routed_by=moved.routed_by,
        due_at=due_at,
        reminded=0,
        remind_at=max(ctx.desk.remind_at(slug, since, due_at), now),
    )
    by_itself = Official(id="", name="", chat=moved.chat)
    await actions.add(tx, moved.number, by_itself, Deed.REROUTED, now, trail(name, ""))
    if stays:
        return Known(question=moved, shown=await handing.recard(tx, ctx, moved))
    await _leave(tx, ctx, before, places.gone(name, topic=topic, place=place, instead_of=instead_of))
    await handing.show_all(tx, ctx, moved)
    return Known(question=moved, moved=True)


async def _leave(tx: Transaction, ctx: Context, question: Question, gone: str) -> None:
    """Let the old chat see where the question went; what it has not seen yet it need not see."""
    await shows.drop_unseen(tx, question.number, SHOWS_QUESTION)
    first = await messages.first(tx, question.number)
    chat = ctx.desk.home_of(question.admin_chat, question.department)
    seen = await shows.find(tx, first.id, [Role.CARD]) if first is not None else []
    own = [one for one in seen if one.chat == chat]
    if own and own[-1].state is State.MERGED:
        # It stands among others: only words can tell.
        await tell_officials(tx, ctx, question, Draft(text=f"{cards.number(question.number)}: {gone}"))
    elif own:
        await handing.recard(tx, ctx, question, gone=gone)


async def tell_officials(tx: Transaction, ctx: Context, question: Question, draft: Draft) -> None:
    """Say something of a question where its card is."""
    address = Address(
        chat=ctx.desk.home_of(question.admin_chat, question.department),
        chat_kind=ChatKind.GROUP,
        role=Role.FOLLOW_UP,
        question=question.number,
        about_entry=await shows.card_of(tx, question.number),
    )
    await post(tx, ctx, address, draft)
