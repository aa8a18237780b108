"""A time of the week: when the report is made, and of which week. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(rf"({'|'.join(_DAYS)})\s+(\d\d?):(\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """A weekday and a time of day, by the service's zone."""

    #: 0 is Monday.
    weekday: int
    #: Since midnight.
    minutes: int

    def __str__(self) -> str:
        return f"{_DAYS[self.weekday]} {self.minutes // 60:02}:{self.minutes % 60:02}"

    def next(self, after: datetime, zone: tzinfo) -> datetime:
        """The first such moment after this one, in UTC."""
        local = after.astimezone(zone)
        day = local.date() + timedelta(days=(self.weekday - local.weekday()) % 7)
        while True:
            found = datetime.combine(day, time(*divmod(self.minutes, 60)), tzinfo=zone).astimezone(UTC)
            if found > after:
                return found
            day += timedelta(days=7)


def due_at(week: date, when: Weekly, zone: tzinfo) -> datetime:
    """When the report of the week is due that begins on this Monday: at the first such moment after its end."""
    end = datetime.combine(week + timedelta(days=7), time(), tzinfo=zone)
    return when.next(end - timedelta(microseconds=1), zone)


def next_week(after: datetime, when: Weekly, zone: tzinfo) -> date:
    """The first week, by its Monday, whose report is due after this moment."""
    due = when.next(after, zone).astimezone(zone).date()
    return due - timedelta(days=due.weekday() + 7)


def parse_weekly(value: object) -> object:
    """Read `mon 09:00`; `off` is never."""
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    if text == "off":
        return None
    match = _FORM.fullmatch(text)
    if match is None or int(match[2]) > 23 or int(match[3]) > 59:
        raise ValueError("is not a time of the week; expected one such as mon 09:00, or off")
    return Weekly(weekday=_DAYS.index(match[1]), minutes=int(match[2]) * 60 + int(match[3]))


WeeklySetting = Annotated[
    Weekly | None, BeforeValidator(parse_weekly), PlainSerializer(lambda value: str(value) if value else "off")
]
