"""What the address of a page asks for, and addresses that ask for it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from adapters.web.insight.wording import counted, day_of
from bot.adapter import Labels
from bot.statistics.asking import is_slug
from bot.statistics.figures import OTHERS, By, Scope, What
from bot.statistics.period import Period, Unreadable, read_period

REPORT = "/admin/statistics"
LIST = "/admin/statistics/list"
FIND = "/admin/find"
OPEN = "/statistics"
OPEN_JSON = "/statistics.json"

#: Stands for questions without a department (the coordinators answer them), topic, place or source: no slug looks so.
NONE = "-"
#: The first day that can be asked for, and how many days at once: three years.
EARLIEST = date(2015, 1, 1)
LONGEST = 3 * 366
#: Characters of a source that can be asked for.
_LONGEST_SOURCE = 100
#: Pages are numbered from 1 in addresses; nobody turns further.
LAST_PAGE = 9999

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
#: What people type where the browser shows no calendar.
_RUSSIAN = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})", re.ASCII)
_PAGE = re.compile(r"[1-9]\d{0,3}", re.ASCII)


class Quick(StrEnum):
    """Periods that end today, as long as those that chats know by these words; the values are written in addresses."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    def period(self, today: date) -> Period:
        found = read_period(_WORDS[self], today)
        assert not isinstance(found, Unreadable)
        return found[0]


_WORDS = {
    Quick.DAY: "день",
    Quick.WEEK: "неделя",
    Quick.MONTH: "месяц",
    Quick.QUARTER: "квартал",
    Quick.YEAR: "год",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to see."""

    period: Period
    #: The period was asked for by this name, and moves on with the days; None: by its dates.
    quick: Quick | None = None
    #: Slugs, channels, what links say; None: all; empty: those without one.
    department: str | None = None
    topic: str | None = None
    place: str | None = None
    channel: str | None = None
    source: str | None = None
    what: What = What.RECEIVED
    #: From 0.
    page: int = 0

    @property
    def scope(self) -> Scope:
        return Scope(
            period=self.period,
            departments=None if self.department is None else (self.department,),
            topic=self.topic,
            place=self.place,
            channel=self.channel,
            source=self.source,
        )

    @property
    def chosen(self) -> dict[By, str]:
        """The one department, topic, place, channel and source, where one is asked for."""
        return {by: value for by in By if (value := getattr(self, by.value)) is not None}

    def only(self, by: By, value: str) -> Asked:
        """The same of one group alone."""
        chosen: dict[str, Any] = {by.value: value}
        return replace(self, page=0, **chosen)

    def within(self, period: Period) -> Asked:
        """The same of some of its days."""
        return self if period == self.period else replace(self, period=period, quick=None, page=0)

    def over(self, quick: Quick, today: date) -> Asked:
        """The same of another period."""
        return replace(self, period=quick.period(today), quick=quick, page=0)

    def report(self) -> str:
        """The address of these figures."""
        return _address(REPORT, self._parts())

    def behind(self, what: What, *, page: int = 0) -> str:
        """The address of the list behind a number."""
        return _address(LIST, {"what": what.value, **self._parts(), **_page(page)})

    def _parts(self) -> dict[str, str]:
        if self.quick is not None:
            parts = {"period": self.quick.value}
        else:
            parts = {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        return parts | {by.value: value or NONE for by, value in self.chosen.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """What holds for whoever looks: what day it is for him, how things are called, whose questions he may see."""

    today: date
    labels: Labels
    #: Departments; None: all.
    allowed: tuple[str, ...] | None = None
    #: Those of which there are figures, though settings do not have them any more: as far as he asks for them.
    removed: tuple[str, ...] = ()

    @property
    def departments(self) -> tuple[str, ...]:
        """The departments that he can ask for; the empty one is what the coordinators answer."""
        return ("", *self.labels.departments, *self.removed) if self.allowed is None else self.allowed

    def may_have_had(self, department: str) -> bool:
        """Whether there may be figures of a department that is not in the settings, and he may see them."""
        return self.allowed is None and department not in self.departments and is_slug(department)


def find(text: str, *, page: int = 0) -> str:
    """The address of what fits these words."""
    return _address(FIND, {"q": text, **_page(page)})


def read(query: Mapping[str, str], viewer: Viewer) -> tuple[Asked, list[str]]:
    """What is asked for, and a line for each mistake in it; what is wrong is left out."""
    mistakes: list[str] = []
    quick, period = _period(query, viewer.today, mistakes)

    def choice(name: str, there_are: Collection[str], complaint: str) -> str | None:
        value = query.get(name, "").strip()
        slug = "" if value == NONE else value
        if value and slug not in there_are:
            mistakes.append(f"{complaint}: «{_quoted(value)}».")
        return slug if value and slug in there_are else None

    return (
        Asked(
            period=period,
            quick=quick,
            department=choice("department", viewer.departments, "Такого отдела нет"),
            topic=choice("topic", ("", *viewer.labels.topics), "Такой темы нет"),
            place=choice("place", ("", *viewer.labels.places), "Такого места нет"),
            channel=choice("channel", viewer.labels.channels, "Такого канала нет"),
            source=_source(query, mistakes),
            what=_what(query, mistakes),
            page=read_page(query, mistakes),
        ),
        mistakes,
    )


def read_page(query: Mapping[str, str], mistakes: list[str]) -> int:
    """Which page is asked for, from 0."""
    value = query.get("page", "").strip()
    if not value:
        return 0
    if not _PAGE.fullmatch(value):
        mistakes.append("Такой страницы нет.")
        return 0
    return int(value) - 1


def _period(query: Mapping[str, str], today: date, mistakes: list[str]) -> tuple[Quick | None, Period]:
    otherwise = Quick.WEEK, Quick.WEEK.period(today)
    first, last = query.get("from", "").strip(), query.get("to", "").strip()
    if first or last:
        read = _dates(first, last, today)
        if isinstance(read, Period):
            return None, read
        mistakes.append(read)
        return otherwise
    name = query.get("period", "").strip()
    if not name:
        return otherwise
    if name not in set(Quick):
        mistakes.append(f"Период «{_quoted(name)}» не понятен: укажите даты.")
        return otherwise
    return Quick(name), Quick(name).period(today)


def _dates(first_text: str, last_text: str, today: date) -> Period | str:
    if not first_text:
        return "Укажите, с какого дня считать."
    first = _date(first_text)
    last = _date(last_text) if last_text else today
    if first is None or last is None:
        wrong = first_text if first is None else last_text
        return f"Даты «{_quoted(wrong)}» нет: напишите её так: {today:%d.%m.%Y}."
    if first > today:
        return f"Период ещё не начался: сегодня {day_of(today)}."
    if last > today:
        return f"Период кончается в будущем: сегодня {day_of(today)}."
    if first > last:
        return f"Период кончается раньше, чем начинается: {day_of(first)} позже, чем {day_of(last)}."
    if first < EARLIEST:
        return f"Так давно вопросов не было: начните не раньше чем с {day_of(EARLIEST)}."
    period = Period(first=first, last=last)
    if period.days > LONGEST:
        most = counted(LONGEST, "дня", "дней", "дней")
        return f"Период слишком длинный: {counted(period.days, 'день', 'дня', 'дней')}, а можно до {most}."
    return period


def _date(text: str) -> date | None:
    match = _ISO.fullmatch(text) or _RUSSIAN.fullmatch(text)
    if match is None:
        return None
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def is_source(value: str) -> bool:
    """Whether an address may ask for it: links say anything."""
    return (
        value.isprintable() and len(value) <= _LONGEST_SOURCE and value not in {NONE, OTHERS} and value.strip() == value
    )


def _source(query: Mapping[str, str], mistakes: list[str]) -> str | None:
    value = query.get("source", "").strip()
    if not value:
        return None
    if value == NONE:
        return ""
    if is_source(value):
        return value
    mistakes.append(f"Такого источника нет: «{_quoted(value)}».")
    return None


def _what(query: Mapping[str, str], mistakes: list[str]) -> What:
    value = query.get("what", "").strip()
    if value in set(What):
        return What(value)
    if value:
        mistakes.append(f"Такого списка нет: «{_quoted(value)}».")
    return What.RECEIVED


def _quoted(text: str) -> str:
    """What somebody wrote, short enough for a line."""
    text = "".join(char if char.isprintable() else " " for char in text)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _page(page: int) -> dict[str, str]:
    return {"page": str(page + 1)} if page else {}


def _address(path: str, parts: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(parts)}" if parts else path
