"""A resident says where it is and what it is about: by a button, or by a word that stands for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.conversation import choices, my_questions, places, texts
from bot.conversation.choices import Chosen, OtherPlace
from bot.conversation.machine import JOINS_FOR
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.model.chat import ChatKind
from bot.model.message import Button, EditMessage, Keyboard
from bot.model.question import AskedFor, Question, Status
from handlers import asking, confirming, learning
from handlers.learning import Known
from handlers.outgoing import Address, do, fitted
from handlers.visit import Visit
from storage import conversations, links, questions, shows


async def pressed(visit: Visit, choice: Chosen | OtherPlace) -> None:
    """He pressed one of these buttons, perhaps an old one, perhaps one that is not his."""
    voice = visit.voice
    question = await visit.own(choice.question)
    if question is None:
        await visit.say(places.foreign(voice))
    elif _is_over(question, visit.now):
        await visit.say(places.over(voice, question.number))
    elif isinstance(choice, OtherPlace):
        await other_place(visit, question)
    elif choice.page is not None:
        await _turn(visit, question, choice.kind, choice.page)
    elif not choice.slug:
        await skip(visit, question, choice.kind)
    elif choice.kind is AskedFor.PLACE and choice.slug not in visit.ctx.desk.places:
        await visit.say(places.no_such_place(voice))
    elif choice.kind is AskedFor.TOPIC and choice.slug not in visit.ctx.desk.topics:
        await visit.say(places.no_such_topic(voice))
    else:
        await _choose(visit, question, choice.kind, choice.slug)


def _is_over(question: Question, now: datetime) -> bool:
    """Whether even words would not join it any more."""
    if question.status is Status.ANSWERED and question.answered_at is not None:
        return now - question.answered_at > JOINS_FOR
    return question.status is Status.CLOSED


async def _choose(visit: Visit, question: Question, kind: AskedFor, slug: str) -> None:
    tx, ctx, now, voice = visit.tx, visit.ctx, visit.now, visit.voice
    was_asked, was_of = question.asked_for, question.department
    if kind is AskedFor.PLACE:
        name = ctx.desk.places[slug]
        changed = replace(question, place=slug, place_assumed=False)
    else:
        name = ctx.desk.topics[slug]
        changed = replace(question, topic=slug)
    changed = replace(changed, asked_for=asking.still(ctx, changed))
    if changed != question:
        known = await learning.know(tx, ctx, question, changed, now)
        if changed.place != question.place:
            await _tell_officials(visit, known, place=name)
        elif changed.topic != question.topic:
            await _tell_officials(visit, known, topic=name)
        question = known.question
    waits_until = question.expected_at if question.status is Status.OPEN and question.expected_at > now else None
    due = texts.deadline(waits_until, now, ctx.look.zone, voice) if waits_until is not None else ""
    asks = question.asked_for is not None and question.asked_for is not was_asked
    reads = confirming.reads(ctx, question, now) if question.department != was_of and due else ""
    said = " ".join(filter(None, (places.noted(voice, name, due), reads)))
    either = await asking.named_alike(tx, ctx, question) if asks and question.asked_for is AskedFor.PLACE else ()
    await _say(visit, question, said, asks=asks, either=either)


async def skip(visit: Visit, question: Question, kind: AskedFor) -> list[int]:
    """He does not want to say; once he is asked the next thing, if there is one."""
    asked = question.asked_for is kind
    if asked:
        question = replace(question, asked_for=asking.following(visit.ctx, question, kind))
        await questions.change(visit.tx, question.number, asked_for=question.asked_for or "")
    asks = asked and question.asked_for is not None
    return await _say(visit, question, places.skipped(visit.voice), asks=asks)


async def other_place(visit: Visit, question: Question) -> list[int]:
    """It is not where the service takes it to be: the place is taken back, and he is asked for the right one.

    What was taken back stands last among them: a way back for whoever slipped, and in nobody else's way.
    """
    ctx, voice, taken_back = visit.ctx, visit.voice, question.place
    if taken_back:
        name = ctx.desk.places.get(taken_back, taken_back)
        changed = replace(question, place="", place_assumed=False)
        if asking.options(ctx, changed, AskedFor.PLACE):
            changed = replace(changed, asked_for=AskedFor.PLACE)
        known = await learning.know(visit.tx, ctx, question, changed, visit.now)
        await _tell_officials(visit, known, instead_of=name)
        question = known.question
    if asking.options(ctx, question, AskedFor.PLACE):
        question = replace(question, asked_for=AskedFor.PLACE)
        return await _say(visit, question, places.removed(voice), asks=True, last=taken_back)
    return await _say(visit, question, places.removed_write(voice), asks=False)


async def _say(
    visit: Visit, question: Question, text: str, *, asks: bool, either: Sequence[str] = (), last: str = ""
) -> list[int]:
    """Answer him, and with `asks` ask what comes next in the same message, as `asking.ask` does."""
    if not asks:
        return await visit.say(text, question=question.number)
    asked, rows = asking.ask(visit.ctx, question, either=either, last=last)
    return await visit.say(f"{text} {asked}", *rows, question=question.number, typed=choices.turning(rows))


async def _tell_officials(
    visit: Visit, known: Known, *, place: str = "", topic: str = "", instead_of: str = ""
) -> None:
    """Let whoever has the question hear of it, where its card alone does not say it loud enough."""
    question, missed = known.question, known.missed
    waits = question.status is Status.OPEN and not question.taken_by
    # An edit of the card alone makes no sound: whoever has the question would not hear of it.
    if known.moved or (known.shown and missed is None and waits):
        return
    department = visit.ctx.desk.departments.get(missed.department) if missed is not None else None
    told = places.told(
        question.number,
        place,
        topic=topic,
        instead_of=instead_of,
        department=department.name if department is not None else "",
        transfer=department.slug if department is not None else "",
    )
    await learning.tell_officials(visit.tx, visit.ctx, question, told)


async def _turn(visit: Visit, question: Question, kind: AskedFor, page: int) -> None:
    """Show another page: under the same words where messages can be edited, else in a message of its own."""
    tx, ctx, voice = visit.tx, visit.ctx, visit.voice
    offered = asking.options(ctx, question, kind)
    if not offered:
        await visit.say(places.no_such_place(voice) if kind is AskedFor.PLACE else places.no_such_topic(voice))
        return
    capabilities = ctx.capabilities[visit.conversation.chat.channel]
    message = visit.pressed_message
    link = await links.find(tx, visit.conversation.chat, message) if message and capabilities.edits else None
    said = await shows.said_by(tx, link.entry) if link is not None and link.entry is not None else None
    other = choices.other_place(voice, question.number)
    # What stands under the words that tell the place, of last time or of a point, stays there.
    stands = said.keyboard.rows if said is not None and said.keyboard is not None else ()
    has_other = any(one.data == other.data for row in stands for one in row)
    below: tuple[Button, ...] = (other,) if has_other or question.place_assumed else ()
    rows = choices.rows(voice, kind, question.number, offered, capabilities.keyboard, page=page, below=below)
    if said is None or not said.text or said.media:
        text, _ = asking.ask(ctx, replace(question, asked_for=kind))
        await visit.say(text, *rows, question=question.number, typed=choices.turning(rows))
        return
    await conversations.show_buttons(
        tx, visit.conversation.id, choices.turning(rows), visit.now + my_questions.PAGE_FOR
    )
    address = Address(
        chat=visit.conversation.chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=question.number
    )
    draft = Draft(text=said.text, keyboard=Keyboard(rows=(*rows, *texts.keyboard(voice).rows)), voice=voice)
    keyboard = fitted(ctx, address, draft).messages[0].keyboard
    effect = EditMessage(message_id=message, text=said.text, spans=said.spans, keyboard=keyboard)
    await do(tx, ctx, address, effect, strand=f"page:{message}")
