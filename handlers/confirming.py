"""What a resident reads as soon as his question is registered: one message, and nothing in it that he must do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.conversation import choices, news, places, texts
from bot.conversation.voice import voice_of
from bot.delivery.fit import Draft
from bot.model.message import Keyboard
from bot.model.question import Question
from handlers import asking
from handlers.context import Context


def reads(ctx: Context, question: Question, now: datetime) -> str:
    """When people read it, where whoever has it does not work just now; else empty."""
    opens_at = ctx.desk.schedule_of(question.department).opens_at(now)
    return texts.reads(voice_of(question.language), opens_at, now, ctx.look.zone) if opens_at > now else ""


def confirmation(
    ctx: Context, question: Question, now: datetime, *, first: bool, by_map: bool, either: Sequence[str] = ()
) -> Draft:
    """Number and time; when people read it; the place that was taken for his; what he is asked, if anything.

    `first`: he was never told what this is. `by_map`: the place is that of a point which he sent. `either`: the places
    of which he named one, without saying which.
    """
    voice, limits = voice_of(question.language), ctx.capabilities[question.chat.channel].keyboard
    due = texts.deadline(question.due_at, now, ctx.look.zone, voice)
    parts = [texts.confirmation(voice, question.number, due, first=first, reads=reads(ctx, question, now))]
    rows: choices.Rows = ()
    if question.place_assumed or by_map:
        place = ctx.desk.places[question.place]
        parts.append((places.by_map if by_map else places.remembered)(voice, place, limits))
        rows = ((choices.other_place(voice, question.number),),)
    if first and ctx.unasked.news:
        # Beside the buttons of a question it would only be one more to read.
        asks = question.asked_for is not None
        parts.append(news.offer(voice, buttons=limits is not None and not asks))
        rows = (*rows, (news.button(voice),))
    if question.asked_for is not None:
        below = (choices.other_place(voice, question.number),) if question.place_assumed or by_map else ()
        asked, rows = asking.ask(ctx, question, either=either, below=below)
        parts.append(asked)
    keyboard = Keyboard(rows=(*rows, *texts.keyboard(voice).rows))
    return Draft(text="\n\n".join(parts), keyboard=keyboard, voice=voice)
