"""Buttons with places or topics to choose from, and what they say when they are pressed. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.capabilities import KeyboardLimits
from bot.conversation import texts
from bot.conversation.typed import labels
from bot.conversation.voice import Voice, voices
from bot.delivery.split import shorten
from bot.model.message import Button, Keyboard
from bot.model.question import AskedFor

Rows = tuple[tuple[Button, ...], ...]

#: Options on one page, in rows of two; fewer where a message has fewer buttons.
PAGE = 8
#: Characters of a button that every platform shows.
_LABEL = 40
#: Beside the options: back, on, skip.
_TURNS, _SKIP = 2, 1

#: What buttons begin with: with an option, and for another page. Short, so that the longest slug fits.
_SIGNS = {AskedFor.PLACE: ("at", "places"), AskedFor.TOPIC: ("on", "topics")}
_OTHER_PLACE = "elsewhere"
_OPTION = re.compile(r"(at|on):([0-9]{1,15}):((?:[a-z0-9][a-z0-9_-]{0,39})?)")
_PAGE = re.compile(r"(places|topics):([0-9]{1,15}):([0-9]{1,3})")
_OTHER = re.compile(rf"{_OTHER_PLACE}:([0-9]{{1,15}})")
_KINDS = {sign: kind for kind, signs in _SIGNS.items() for sign in signs}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A place or a topic that can be chosen."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A button with a place or a topic, or for another page of them."""

    question: int
    kind: AskedFor
    #: Empty: he does not want to say.
    slug: str = ""
    #: Another page is wanted.
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPlace:
    """The place that the service took for his is not the one that he means."""

    question: int


def read(data: str) -> Chosen | OtherPlace | None:
    """What a button says; None: it is no button of these."""
    if match := _OPTION.fullmatch(data):
        return Chosen(question=int(match[2]), kind=_KINDS[match[1]], slug=match[3])
    if match := _PAGE.fullmatch(data):
        return Chosen(question=int(match[2]), kind=_KINDS[match[1]], page=int(match[3]))
    if match := _OTHER.fullmatch(data):
        return OtherPlace(question=int(match[1]))
    return None


def first(options: Sequence[Option], slug: str) -> list[Option]:
    """The same options, the one with this slug before all others; one that is not among them adds nothing."""
    return sorted(options, key=lambda one: one.slug != slug)


def last(options: Sequence[Option], slug: str) -> list[Option]:
    """The same options, the one with this slug behind all others."""
    return sorted(options, key=lambda one: one.slug == slug)


def rows(
    voice: Voice,
    kind: AskedFor,
    number: int,
    options: Sequence[Option],
    limits: KeyboardLimits | None,
    *,
    page: int = 0,
    below: tuple[Button, ...] = (),
) -> Rows:
    """One page of options to choose from, above the buttons that are always there; none where there are no buttons.

    `below` are further buttons, in a row of their own.
    """
    if limits is None:
        return ()
    option, turn = _SIGNS[kind]
    size = _page_size(len(options), limits, (*texts.keyboard(voice).rows, *((below,) if below else ())))
    last = max((len(options) - 1) // size, 0)
    page = min(page, last)
    shown = [
        Button(
            text=one.name if len(one.name) <= _LABEL else shorten(one.name, _LABEL),
            data=f"{option}:{number}:{one.slug}",
        )
        for one in options[page * size : (page + 1) * size]
    ]
    around = []
    if page:
        around.append(Button(text=voice.say("button-back"), data=f"{turn}:{number}:{page - 1}"))
    if page < last:
        around.append(_further(voice, kind, number, page + 1))
    around.append(Button(text=voice.say("button-skip"), data=f"{option}:{number}:"))
    return (
        *(tuple(shown[at : at + 2]) for at in range(0, len(shown), 2)),
        tuple(around),
        *((below,) if below else ()),
    )


def keyboard(
    voice: Voice,
    kind: AskedFor,
    number: int,
    options: Sequence[Option],
    limits: KeyboardLimits | None,
    *,
    page: int = 0,
    below: tuple[Button, ...] = (),
) -> Keyboard:
    """The same with the buttons that are always there."""
    own = rows(voice, kind, number, options, limits, page=page, below=below)
    return Keyboard(rows=(*own, *texts.keyboard(voice).rows))


def _further(voice: Voice, kind: AskedFor, number: int, page: int) -> Button:
    label = voice.say("button-more-places" if kind is AskedFor.PLACE else "button-more-topics")
    return Button(text=label, data=f"{_SIGNS[kind][1]}:{number}:{page}")


def further(kind: AskedFor, number: int) -> Mapping[str, str]:
    """What can be typed for the second page of options, in all languages, with the button's data."""
    return labels([[_further(voice, kind, number, 1) for voice in voices()]])


def turning(rows: Rows) -> Mapping[str, str]:
    """What can be typed in the place of those of these buttons that turn pages: a place's name is no button's alone."""
    return labels([[button for row in rows for button in row if _PAGE.fullmatch(button.data)]])


def other_place(voice: Voice, number: int) -> Button:
    """Takes back the place that the service took for his."""
    return Button(text=voice.say("button-other-place"), data=f"{_OTHER_PLACE}:{number}")


def _page_size(count: int, limits: KeyboardLimits, below: Rows) -> int:
    """How many options go on a page, so that the buttons below them are there, too."""
    in_rows = 2 * (limits.rows - 1 - len(below))
    room = limits.buttons - _SKIP - sum(map(len, below))
    alone = min(PAGE, in_rows, room)
    if count <= alone:
        return max(alone, 1)
    return max(min(PAGE, in_rows, room - _TURNS), 1)
