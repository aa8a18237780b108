"""Keeping order: the terms of bans, what is too much at once, and what officials read of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bot.conversation.order import ENDLESS
from bot.conversation.texts import deadline, length
from bot.delivery.fit import Draft
from bot.desk.commands import Choice, Name, button, choice_button
from bot.model.message import Keyboard, Span, Style
from bot.plural import count

# --- terms ---------------------------------------------------------------------------------------------------------

#: A ban without a term.
USUAL = timedelta(days=7)
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=365)
FOREVER = timedelta(days=36_525)
#: Characters of a reason: the resident reads it.
_REASON = 500

_FOREVER = ("навсегда", "forever", "бессрочно")
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_UNITS = {
    word: unit
    for unit, words in (
        (_MINUTE, "м m мин min минута минуту минуты минут"),
        (_HOUR, "ч h час часа часов"),
        (_DAY, "д d дн день дня дней сутки суток"),
        (_DAY * 7, "н w нед неделя неделю недели недель"),
        (_DAY * 30, "мес месяц месяца месяцев"),
        (LONGEST, "г год года лет"),
    )
    for word in words.split()
}
_TERM = re.compile(r"([0-9]{1,6})\s*([^\W\d_]+)(?!\w)[.,:;]?\s*(.*)", re.DOTALL)
_FIRST_WORD = re.compile(r"([^\W\d_]+)(?!\w)[.,:;]?\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """For how long, and why."""

    span: timedelta
    reason: str = ""

    @property
    def is_endless(self) -> bool:
        return self.span > ENDLESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """It names no term that can be: what to say instead."""

    why: str


def read_term(text: str) -> Term | Unclear:
    """What stands behind the question's number: «7д причина», «12 часов», «навсегда», a reason alone, nothing."""
    text = text.strip()
    if text[:1].isdigit():
        return _numbered(text)
    if (word := _FIRST_WORD.match(text)) is not None:
        if word[1].lower() in _FOREVER:
            return Term(span=FOREVER, reason=_bounded(word[2]))
        if word[1].lower() in _UNITS:
            # «/ban 7 дней», said of a card: 7 has been read as the question's number.
            return Unclear(why=_NO_TERM)
    return Term(span=USUAL, reason=_bounded(text))


def _numbered(text: str) -> Term | Unclear:
    term = _TERM.match(text)
    unit = _UNITS.get(term[2].lower()) if term is not None else None
    if term is None or unit is None:
        return Unclear(why=_NO_TERM)
    span = int(term[1]) * unit
    if not SHORTEST <= span <= LONGEST:
        return Unclear(why=_OUT_OF_BOUNDS)
    return Term(span=span, reason=_bounded(term[3]))


def _bounded(reason: str) -> str:
    return reason.strip()[:_REASON]


_EXAMPLES = "Например: /ban 123 7д причина, /ban 123 12ч, /ban 123 2н, /ban 123 навсегда."
_NO_TERM = f"Не понимаю срок, ничего не изменилось. {_EXAMPLES}"
_OUT_OF_BOUNDS = f"Срок — от часа до года или навсегда, ничего не изменилось. {_EXAMPLES}"


# --- too much at once ----------------------------------------------------------------------------------------------

#: So many messages of a resident to one question in so short a time are shown one by one.
LIMIT, WINDOW = 20, timedelta(minutes=1)
#: After so many that were held back officials are told of the further ones in another message.
MOST = 500


def is_surplus(at: datetime, earlier: Sequence[datetime]) -> bool:
    """Whether a message written at this time is too much after these, the newest first.

    A backlog that a platform delivers late was not written at once, in whatever order it comes.
    """
    last = earlier[:LIMIT]
    return len(last) == LIMIT and all(abs(at - other) < WINDOW for other in last)


def surplus(number: int, held_back: int, since: int) -> Draft:
    """How much more a resident has written than is shown."""
    head = f"№ {number}"
    text = (
        f"{head} · житель прислал ещё {count(held_back, 'сообщение', 'сообщения', 'сообщений')} подряд\n"
        f"Показать: кнопка или /q {number}"
    )
    keyboard = Keyboard(rows=((choice_button("Показать", Choice.SURPLUS, number, since),),))
    return Draft(text=text, spans=(Span(start=0, end=len(head), style=Style.BOLD),), keyboard=keyboard)


def show_further(number: int, since: int) -> Keyboard:
    return Keyboard(rows=((choice_button("Показать дальше", Choice.SURPLUS, number, since),),))


def corrections(number: int) -> Draft:
    """A resident corrects himself faster than anybody reads."""
    head = f"№ {number}"
    text = f"{head} · житель исправляет сообщения одно за другим\nКак они звучат теперь: кнопка или /q {number}"
    keyboard = Keyboard(rows=((button("Вся переписка", Name.QUESTION, number),),))
    return Draft(text=text, spans=(Span(start=0, end=len(head), style=Style.BOLD),), keyboard=keyboard)


def nothing_held_back(number: int) -> str:
    return f"По № {number} показывать больше нечего."


# --- what is said of bans ------------------------------------------------------------------------------------------


def banned(number: int, until: datetime, term: Term, now: datetime, zone: tzinfo) -> Draft:
    """What the officials read."""
    end = "навсегда" if term.is_endless else f"до {deadline(until, now, zone)}"
    why = f", причина: {term.reason.rstrip('.! ')}" if term.reason else ""
    text = f"№ {number}: не принимаем сообщения этого жителя {end}{why}. Сам вопрос остаётся как есть."
    return Draft(text=text, keyboard=Keyboard(rows=((button("Снять запрет", Name.UNBAN, number),),)))


def trail(term: Term) -> str:
    """The term and the reason for the audit trail."""
    span = "навсегда" if term.is_endless else length(term.span)
    return f"{span}: {term.reason}" if term.reason else span


def unbanned(number: int, meanwhile: int, thread: int) -> str:
    """`thread` is the question in whose thread the messages are."""
    said = f"№ {number}: снова принимаем сообщения этого жителя."
    if not meanwhile:
        return f"{said} За это время он ничего не написал."
    written = count(meanwhile, "сообщение", "сообщения", "сообщений")
    return f"{said} За это время он написал {written}, прочитать: /q {thread}"


def over(number: int, meanwhile: int) -> str:
    """His ban has ended by itself, and he writes again."""
    written = count(meanwhile, "сообщение", "сообщения", "сообщений")
    return f"№ {number}: запрет кончился, житель снова пишет. За это время он написал {written}, прочитать: /q {number}"


def not_banned(number: int) -> str:
    return f"№ {number}: сообщения этого жителя и так принимаются."
