"""Reminding officials: what is to be said of a question when, and how it is put together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import IntEnum

from bot.capabilities import TextUnit
from bot.conversation.texts import deadline, length, moment
from bot.delivery.fit import Draft
from bot.delivery.split import shorten
from bot.desk.cards import PREVIEW, number
from bot.desk.working_time import Schedule, add_working_time
from bot.model.message import Span, Style
from bot.plural import plural

#: Working time that a department has after its deadline before the coordinators hear of it.
ESCALATES_AFTER = timedelta(minutes=30)
#: Between two reminders in one chat, however much there is to say.
PAUSE = timedelta(minutes=10)
#: Questions that one message names; the rest are counted.
LISTED = 20
#: Questions that are counted at the most.
COUNTED = 1000
#: When the day begins where somebody works round the clock, by the service's own time zone.
MORNING = time(9)
#: How late a morning list is still one: the service may have been away.
MORNING_LASTS = timedelta(hours=3)


class Stage(IntEnum):
    """How far officials were reminded of a question; kept as a number."""

    NONE = 0
    #: Half of its time is over.
    HALF = 1
    #: All of it is.
    END = 2
    #: The coordinators know.
    ESCALATED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What follows for a question whose time to be reminded of has come."""

    #: What is to be said; None: nothing yet.
    says: Stage | None
    #: How far it is then, and when to look again; None: never.
    stage: Stage
    remind_at: datetime | None


def next_step(stage: Stage, due_at: datetime, now: datetime, when: Schedule) -> Step:
    """Decide on one question. Nobody is reminded while his department is closed, nor of a stage that was missed."""
    if not when.is_open(now):
        return Step(says=None, stage=stage, remind_at=when.opens_at(now))
    if now < due_at:
        return Step(says=Stage.HALF if stage < Stage.HALF else None, stage=Stage.HALF, remind_at=due_at)
    if stage < Stage.END:
        # Counted from now: a reminder that came late leaves the same time to act upon it.
        escalates_at = add_working_time(now, ESCALATES_AFTER, when)
        return Step(says=Stage.END, stage=Stage.END, remind_at=escalates_at)
    return Step(says=Stage.ESCALATED, stage=Stage.ESCALATED, remind_at=None)


def list_until(when: Schedule, now: datetime) -> datetime | None:
    """What is due before this belongs into the morning list, when it is the time for one; None when it is not.

    A working day begins with its first shift; round the clock it begins at MORNING.
    """
    day = now.astimezone(when.zone).date()
    midnight = datetime.combine(day + timedelta(days=1), time(0), tzinfo=when.zone)
    if when.hours.always:
        begins, ends = datetime.combine(day, MORNING, tzinfo=when.zone), midnight
    else:
        shifts = when.of(day)
        if not shifts or not when.is_open(now):
            return None
        begins, ends = shifts[0][0], shifts[-1][1]
    return max(ends, midnight) if begins <= now < begins + MORNING_LASTS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question of a reminder."""

    number: int
    due_at: datetime
    waiting_since: datetime
    preview: str = ""
    says: Stage = Stage.NONE
    #: The department's name, where it is told to the coordinators.
    department: str = ""


#: What is told first matters most.
ORDER = (Stage.ESCALATED, Stage.END, Stage.HALF)
_HEADINGS = {
    Stage.ESCALATED: "Отдел не ответил в срок",
    Stage.END: "Срок ответа истёк",
    Stage.HALF: "Прошла половина срока",
}
_TAIL = "Прочитать: /q и номер. Ответить: ответьте на карточку вопроса."


def reminder(items: Sequence[Item], total: int, now: datetime, zone: tzinfo) -> Draft:
    """Questions that wait too long, what matters most first; `items` are the first of `total`."""
    text = _Text()
    text.bold(f"⏰ Без ответа: {_questions(total)}")
    for stage in ORDER:
        those = [item for item in items if item.says is stage]
        if those:
            text.plain(f"\n\n{_HEADINGS[stage]}:")
        for item in those:
            whose = f" · {item.department}" if item.department else ""
            age = length(max(now - item.waiting_since, timedelta(0)))
            text.question(item, f"{whose} · ждёт {age} · срок {moment(item.due_at, now, zone)}")
    return text.draft(total - len(items))


def morning(items: Sequence[Item], total: int, overdue: int, now: datetime, zone: tzinfo) -> Draft:
    """What is to be answered today, what is due first in front."""
    text = _Text()
    text.bold(f"☀️ Ответить сегодня: {_questions(total)}" + (f", просрочено: {overdue}" if overdue else ""))
    for item in items:
        late = item.due_at <= now
        due = f"просрочен на {length(now - item.due_at)}" if late else f"до {deadline(item.due_at, now, zone)}"
        text.question(item, f" · {due}")
    return text.draft(total - len(items))


def _questions(count: int) -> str:
    least = "не меньше " if count >= COUNTED else ""
    return f"{least}{count} {plural(count, 'вопрос', 'вопроса', 'вопросов')}"


class _Text:
    """A text that grows, with its bold parts."""

    def __init__(self) -> None:
        self._text = ""
        self._spans: list[Span] = []

    def plain(self, words: str) -> None:
        self._text += words

    def bold(self, words: str) -> None:
        self._spans.append(Span(start=len(self._text), end=len(self._text) + len(words), style=Style.BOLD))
        self._text += words

    def question(self, item: Item, told: str) -> None:
        self.plain("\n\n")
        self.bold(number(item.number))
        self.plain(f"{told}\n{shorten(item.preview, PREVIEW, TextUnit.UTF16) or '(без текста)'}")

    def draft(self, rest: int) -> Draft:
        more = f"\n\n…и ещё {rest}." if rest > 0 else ""
        return Draft(text=f"{self._text}{more}\n\n{_TAIL}", spans=tuple(self._spans))
