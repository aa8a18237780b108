"""What people read when a resident is asked where it is and what it is about, and says so. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.capabilities import KeyboardLimits
from bot.conversation.voice import Voice
from bot.delivery.fit import Draft
from bot.model.message import Span, Style

#: Topics, or places, that are named where there are no buttons.
_NAMED = 12


# --- what the resident reads ---------------------------------------------------------------------------------------


def where(voice: Voice, limits: KeyboardLimits | None, *, on_map: bool = False) -> str:
    """The question that stands above the buttons; it can be answered in words, too, and `on_map` by a location."""
    asked = voice.say("where-write" if limits is None else "where-press")
    return _or_on_map(voice, asked) if on_map else asked


def which(voice: Voice, limits: KeyboardLimits | None, places: Sequence[str], *, on_map: bool = False) -> str:
    """The same where he named several places alike; they stand here, too, for programs that show no buttons."""
    asked = voice.say("which-write" if limits is None else "which-press", places=", ".join(places[:_NAMED]))
    return _or_on_map(voice, asked) if on_map else asked


def _or_on_map(voice: Voice, asked: str) -> str:
    return f"{asked} {voice.say('where-map')}"


def what(voice: Voice, limits: KeyboardLimits | None, topics: Sequence[str], *, again: bool = False) -> str:
    """The same about the topic; where there are no buttons, it names them.

    `again`: the first of several is that of last time, and so the example of what can be written. Some programs show
    no buttons where the platform has them.
    """
    if again:
        others = ", ".join(topics[1:_NAMED])
        return voice.say("what-write-again" if limits is None else "what-press-again", topic=topics[0], topics=others)
    return voice.say("what-write" if limits is None else "what-press", topics=", ".join(topics[:_NAMED]))


def remembered(voice: Voice, place: str, limits: KeyboardLimits | None) -> str:
    """His question says no place: that of the last one was taken."""
    return f"{voice.say('place-remembered', place=place)} {_wrong(voice, limits)}"


def by_map(voice: Voice, place: str, limits: KeyboardLimits | None) -> str:
    """The place of the point that he sent with his question."""
    return f"{voice.say('place-by-map', place=place)} {_wrong(voice, limits)}"


def _wrong(voice: Voice, limits: KeyboardLimits | None) -> str:
    return voice.say("place-wrong-write" if limits is None else "place-wrong-press")


def removed(voice: Voice) -> str:
    """It was not there: he may say where it is."""
    return voice.say("place-removed")


def removed_write(voice: Voice) -> str:
    """The same, where there are no places to choose from."""
    return voice.say("place-removed-write")


def noted(voice: Voice, name: str, due: str = "") -> str:
    """He said a place or a topic."""
    return voice.say("place-noted-due", place=name, due=due) if due else voice.say("place-noted", place=name)


def moved(voice: Voice, number: int, due: str) -> str:
    """What his further words changed: other people answer, in their own time."""
    return voice.say("place-moved", number=number, due=due)


def skipped(voice: Voice) -> str:
    return voice.say("place-skipped")


def foreign(voice: Voice) -> str:
    """The button was under a question of somebody else."""
    return voice.say("place-foreign")


def no_such_place(voice: Voice) -> str:
    return voice.say("place-gone")


def no_such_topic(voice: Voice) -> str:
    return voice.say("topic-gone")


def over(voice: Voice, number: int) -> str:
    return voice.say("place-over", number=number)


# --- what the officials read ---------------------------------------------------------------------------------------


def told(
    number: int,
    place: str = "",
    *,
    topic: str = "",
    instead_of: str = "",
    department: str = "",
    transfer: str = "",
) -> Draft:
    """The resident said where it is, what it is about, or (`instead_of`) that it is not there.

    With a department: it would be the one to answer, did nobody have it already.
    """
    head = f"№ {number}"
    if place:
        said = f"житель указал место: {place}"
    elif topic:
        said = f"житель указал тему: {topic}"
    else:
        said = f"житель говорит, что место другое, не {instead_of}"
    text = f"{head} · {said}"
    if department:
        text += f"\nТам отвечает: {department}. Передать: /transfer {number} {transfer}"
    return Draft(text=text, spans=(Span(start=0, end=len(head), style=Style.BOLD),))


def gone(department: str, *, topic: str, place: str, instead_of: str = "") -> str:
    """What the old card says from now on; topic and place are what has become known."""
    return f"Передан: {department or 'координаторы'} ({_said(topic, place, instead_of)})"


def why(by: str, *, topic: str, place: str, instead_of: str = "") -> str:
    """Why the new chat sees the question."""
    return ", ".join(filter(None, (by, _said(topic, place, instead_of))))


def _said(topic: str, place: str, instead_of: str) -> str:
    said = " и ".join(filter(None, (topic and f"тему «{topic}»", place and f"место «{place}»")))
    return f"житель уточнил {said}" if said else f"житель уточнил, что это не «{instead_of}»"
