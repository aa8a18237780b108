"""Working hours as people write them: `mon-fri 08:30-17:30, sat 10:00-14:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from bot.desk.calendar import Calendar

_EXPECTED = "expected hours such as mon-fri 08:30-17:30, or several behind commas"
_DAY = 24 * 60
_FRIDAY = 4
#: Minutes that a short day is shorter.
_SHORTER = 60

#: Names by weekday, from Monday; whole words and what they are shortened to.
_NAMES = (
    ("mon", "monday", "пн", "понедельник"),
    ("tue", "tues", "tuesday", "вт", "вторник"),
    ("wed", "weds", "wednesday", "ср", "среда"),
    ("thu", "thur", "thurs", "thursday", "чт", "четверг"),
    ("fri", "friday", "пт", "пятница"),
    ("sat", "saturday", "сб", "суббота"),
    ("sun", "sunday", "вс", "воскресенье"),
)
_WEEKDAYS = {name: weekday for weekday, names in enumerate(_NAMES) for name in names}

_PART = re.compile(
    r"(?P<days>[^\W\d_]+\.?(?:\s*-\s*[^\W\d_]+\.?)?)?\s*(?P<ranges>(?:\d{1,2}:\d\d\s*-\s*\d{1,2}:\d\d\s*)*)"
)
_RANGE = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")
_DASHES = str.maketrans("–—−", "---")


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """An open time of a day, in minutes from its midnight; the end may lie in the next day (over 1440)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a department works."""

    #: Ranges of each weekday, from Monday, in order. Empty: round the clock, holidays too.
    week: tuple[tuple[Range, ...], ...] = ()

    @property
    def always(self) -> bool:
        """Whether work never stops."""
        return not self.week

    def of(self, day: date, calendar: Calendar) -> tuple[Range, ...]:
        """The ranges that begin on this day.

        A working day that was moved to a free weekday has the hours of Friday; where Friday is free too, those of
        the last weekday that is not. One that has hours of its own (a Saturday worked always) keeps them.
        """
        if day in calendar.holidays or self.always:
            return ()
        ranges = self.week[day.weekday()]
        if not ranges and day in calendar.working_days:
            worked = [weekday for weekday, there in enumerate(self.week) if there]
            ranges = self.week[_FRIDAY] or self.week[worked[-1]]
        return _shortened(ranges) if day in calendar.short_days else ranges


#: Round the clock: what holds where no hours are given.
ALWAYS = Hours()


def parse_hours(value: object) -> object:
    """Read working hours; empty and `24/7` mean round the clock, holidays too.

    A part without days belongs to the days before it; days without times to the times behind them. A range that ends
    before it starts goes over midnight.
    """
    if isinstance(value, Hours):
        return value
    if not isinstance(value, str):
        raise ValueError(f"is not text; {_EXPECTED}")  # noqa: TRY004 (pydantic wants it)
    text = value.translate(_DASHES).strip().lower()
    if text in ("", "24/7"):
        return ALWAYS
    week: list[list[Range]] = [[] for _ in range(7)]
    days: list[int] = []
    open_days = False
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"has {part[:40]!r}, which is neither days nor times; {_EXPECTED}")
        if match["days"]:
            days = [*(days if open_days else []), *_days(match["days"])]
        if not days:
            raise ValueError(f"has {part[:40]!r} without days; {_EXPECTED}")
        ranges = [_range(found) for found in _RANGE.finditer(match["ranges"])]
        open_days = not ranges
        for weekday in days:
            week[weekday] += ranges
    if open_days:
        raise ValueError(f"has days without times at its end; {_EXPECTED}")
    if not days:
        raise ValueError(f"has neither days nor times; {_EXPECTED}")
    for ranges in week:
        ranges.sort(key=lambda one: one.start)
    _refuse_overlaps(week)
    return Hours(week=tuple(tuple(ranges) for ranges in week))


def _days(text: str) -> list[int]:
    names = [name.strip().rstrip(".") for name in text.split("-")]
    for name in names:
        if name not in _WEEKDAYS:
            raise ValueError(f"has {name[:20]!r}, which is not a weekday; expected mon, tue, wed, thu, fri, sat or sun")
    first, last = _WEEKDAYS[names[0]], _WEEKDAYS[names[-1]]
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _range(match: re.Match[str]) -> Range:
    start, end = _minutes(match[1], match[2]), _minutes(match[3], match[4])
    if start in (_DAY, end):
        raise ValueError(f"has {match[0]!r}, which is not a time; a whole day is expected as 00:00-24:00")
    return Range(start=start, end=end if end > start else end + _DAY)


def _minutes(hour: str, minute: str) -> int:
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes > _DAY:
        raise ValueError(f"has {hour}:{minute}, which is not a time; expected one from 00:00 to 24:00")
    return minutes


def _refuse_overlaps(week: list[list[Range]]) -> None:
    for weekday, ranges in enumerate(week):
        # The last range of the day before may reach into this one.
        until = max((one.end - _DAY for one in week[weekday - 1]), default=0)
        for one in ranges:
            if one.start < until:
                raise ValueError(f"has times of {_NAMES[weekday][0]} that overlap; expected each time once")
            until = one.end


def _shortened(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    left, cut = list(ranges), _SHORTER
    while left and cut:
        last = left.pop()
        if last.end - last.start > cut:
            return (*left, Range(start=last.start, end=last.end - cut))
        cut -= last.end - last.start
    return tuple(left)


#: Working hours in the file.
HoursSetting = Annotated[Hours, BeforeValidator(parse_hours), PlainSerializer(str)]
