"""Asking a resident where it is: buttons with places, what they say, and what people read of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.capabilities import KeyboardLimits
from bot.conversation.texts import KEYBOARD
from bot.delivery.fit import Draft
from bot.delivery.split import shorten
from bot.model.message import Button, Keyboard, Span, Style

#: Places on one page, in rows of two; fewer where a message has fewer buttons.
PAGE = 8
#: Characters of a button that every platform shows.
_LABEL = 40
#: Beside the places: back, on, skip; and the buttons under everything that we say to a resident.
_TURNS, _SKIP, _ALWAYS = 2, 1, sum(len(row) for row in KEYBOARD.rows)

_PLACE = re.compile(r"at:([0-9]{1,15}):((?:[a-z0-9][a-z0-9_-]{0,39})?)")
_PAGE = re.compile(r"places:([0-9]{1,15}):([0-9]{1,3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place that can be chosen."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A button with a place, or for another page of them."""

    question: int
    #: A slug; empty: he does not want to say.
    place: str = ""
    #: Another page is wanted.
    page: int | None = None


def read(data: str) -> Chosen | None:
    """What a button says; None: it is no button of these."""
    if match := _PLACE.fullmatch(data):
        return Chosen(question=int(match[1]), place=match[2])
    if match := _PAGE.fullmatch(data):
        return Chosen(question=int(match[1]), page=int(match[2]))
    return None


def keyboard(number: int, places: Sequence[Place], limits: KeyboardLimits | None, *, page: int = 0) -> Keyboard:
    """One page of places to choose from; where there are no buttons, those that are always offered."""
    if limits is None:
        return KEYBOARD
    size = _page_size(len(places), limits)
    last = max((len(places) - 1) // size, 0)
    page = min(page, last)
    shown = [
        Button(text=one.name if len(one.name) <= _LABEL else shorten(one.name, _LABEL), data=f"at:{number}:{one.slug}")
        for one in places[page * size : (page + 1) * size]
    ]
    around = []
    if page:
        around.append(Button(text="← Назад", data=f"places:{number}:{page - 1}"))
    if page < last:
        around.append(Button(text="Ещё места →", data=f"places:{number}:{page + 1}"))
    around.append(Button(text="Пропустить", data=f"at:{number}:"))
    rows = [tuple(shown[at : at + 2]) for at in range(0, len(shown), 2)]
    return Keyboard(rows=(*rows, tuple(around), *KEYBOARD.rows))


def _page_size(count: int, limits: KeyboardLimits) -> int:
    """How many places go on a page, so that the buttons below them are there, too."""
    rows = 2 * (limits.rows - 1 - len(KEYBOARD.rows))
    alone = min(PAGE, rows, limits.buttons - _SKIP - _ALWAYS)
    if count <= alone:
        return max(alone, 1)
    return max(min(PAGE, rows, limits.buttons - _TURNS - _SKIP - _ALWAYS), 1)


# --- what the resident reads ---------------------------------------------------------------------------------------


def where(limits: KeyboardLimits | None) -> str:
    """The question that stands above the buttons; it can be answered in words, too."""
    how = "Напишите" if limits is None else "Нажмите кнопку или просто напишите"
    return f"Подскажите, где это? Так вопрос быстрее попадёт к тем, кто может помочь. {how}; можно и не отвечать."


def noted(place: str, due: str = "") -> str:
    return f"Спасибо! Записали: {place}." + (f" Ответ придёт сюда до {due}." if due else "")


def moved(number: int, due: str) -> str:
    """What his further words changed: other people answer, in their own time."""
    return f"Спасибо, это помогло: вопрос № {number} теперь у тех, кто этим занимается. Ответ придёт сюда до {due}."


SKIPPED = "Хорошо, обойдёмся без этого."
FOREIGN = "Эта кнопка от другого вопроса. Если нужна помощь, просто напишите нам."
NO_SUCH_PLACE = "Этого места больше нет в списке. Просто напишите, где это: мы передадим."


def over(number: int) -> str:
    return f"Вопрос № {number} уже закончен. Если что-то ещё нужно, просто напишите нам."


# --- what the officials read ---------------------------------------------------------------------------------------


def told(number: int, place: str, *, department: str = "", transfer: str = "") -> Draft:
    """The resident said where it is. With a department: it would be the one to answer, did nobody have it already."""
    head = f"№ {number}"
    text = f"{head} · житель указал место: {place}"
    if department:
        text += f"\nТам отвечает: {department}. Передать: /transfer {number} {transfer}"
    return Draft(text=text, spans=(Span(start=0, end=len(head), style=Style.BOLD),))


def gone(department: str, *, topic: str, place: str) -> str:
    """What the old card says from now on; topic and place are what has become known."""
    return f"Передан: {department or 'координаторы'} ({_said(topic, place)})"


def why(by: str, *, topic: str, place: str) -> str:
    """Why the new chat sees the question."""
    return ", ".join(filter(None, (by, _said(topic, place))))


def _said(topic: str, place: str) -> str:
    what = " и ".join(filter(None, (topic and f"тему «{topic}»", place and f"место «{place}»")))
    return f"житель уточнил {what}"
