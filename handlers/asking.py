"""What the service itself asks a resident about his question: where it is, what it is about."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import choices, places
from bot.conversation.choices import Option, Rows
from bot.conversation.voice import voice_of
from bot.desk.words import Recognized
from bot.model.content import Content
from bot.model.message import Button
from bot.model.question import AskedFor, Author, Question
from handlers.context import Context
from storage import messages
from storage.database import Transaction

#: Messages of a resident that are looked through for a place.
_LOOKED_AT = 50


def options(ctx: Context, question: Question, kind: AskedFor) -> list[Option]:
    """The places, or topics, that change who answers; before the other topics the one that he spoke of last.

    That one is offered and never taken: a place stays his, but who asked about water may ask about a road next.
    """
    desk, channel = ctx.desk, question.chat.channel
    if kind is AskedFor.PLACE:
        return [Option(slug=one, name=desk.places[one]) for one in desk.places_that_matter(channel, question.topic)]
    found = [Option(slug=one, name=desk.topics[one]) for one in desk.topics_that_matter(channel, question.place)]
    return choices.first(found, question.last_topic)


def ask(
    ctx: Context,
    question: Question,
    *,
    either: Sequence[str] = (),
    last: str = "",
    below: tuple[Button, ...] = (),
) -> tuple[str, Rows]:
    """What he is asked now (he is asked something), and the buttons under it with those `below` them.

    `either`: the places of which he named one, without saying which: he is asked for that alone. `last`: what stands
    behind all others.
    """
    assert question.asked_for is not None
    kind, offered = question.asked_for, choices.last(options(ctx, question, question.asked_for), last)
    limits, voice = ctx.capabilities[question.chat.channel].keyboard, voice_of(question.language)
    if kind is AskedFor.PLACE and either:
        offered = [Option(slug=one, name=ctx.desk.places[one]) for one in either]
        names = [one.name for one in offered]
        said = places.which(voice, limits, names, on_map=bool(ctx.desk.geography))
    elif kind is AskedFor.PLACE:
        said = places.where(voice, limits, on_map=bool(ctx.desk.geography))
    else:
        again = len(offered) > 1 and offered[0].slug == question.last_topic
        said = places.what(voice, limits, [one.name for one in offered], again=again)
    return said, choices.rows(voice, kind, question.number, offered, limits, below=below)


async def latest_of_his(tx: Transaction, question: Question) -> list[Content]:
    """What the resident wrote to it, the latest first; of a long thread not all."""
    latest, _ = await messages.newest_of(tx, question.number, (Author.RESIDENT,), limit=_LOOKED_AT)
    return [one.content for one in reversed(latest)]


async def named_alike(tx: Transaction, ctx: Context, question: Question) -> tuple[str, ...]:
    """The places of which his messages name one, without saying which, if that decides who answers; the latest."""
    for said in await latest_of_his(tx, question):
        about = Recognized(topic=question.topic, either=ctx.desk.recognize(said).either)
        if about.either and ctx.desk.place_matters(question.chat.channel, about):
            return about.either
    return ()


def still(ctx: Context, question: Question) -> AskedFor | None:
    """What he is to be asked, now that more is known: the same as before, the next, or nothing more."""
    asked = question.asked_for
    if asked is None:
        return None
    answered = question.place if asked is AskedFor.PLACE else question.topic
    return following(ctx, question, asked) if answered else asked


def following(ctx: Context, question: Question, answered: AskedFor) -> AskedFor | None:
    """What to ask after this, which he has said, or does not want to say."""
    about = Recognized(topic=question.topic, place=question.place)
    return ctx.desk.asks_next(question.chat.channel, about, answered)
