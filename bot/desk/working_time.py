"""Working time: when a span of it is over, and how much of it lies between two moments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from bot.desk.calendar import NO_CALENDAR, Calendar
from bot.desk.hours import ALWAYS, Hours

_ONE_DAY = timedelta(days=1)
#: After so many days in a row without an hour of work nobody will come any more: clock time counts from there.
_PATIENCE = 366
#: Days whose opening times are remembered.
_REMEMBERED = 1000

Opening = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Working hours in a calendar and a time zone: when a department is open. Moments are aware UTC."""

    hours: Hours = ALWAYS
    calendar: Calendar = NO_CALENDAR
    zone: tzinfo = UTC
    _known: dict[date, tuple[Opening, ...]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, day: date) -> tuple[Opening, ...]:
        """From when to when the shifts last that begin on this day."""
        if (known := self._known.get(day)) is not None:
            return known
        found = tuple(
            (self._moment(day, one.start), self._moment(day, one.end)) for one in self.hours.of(day, self.calendar)
        )
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[day] = found
        return found

    def from_(self, at: datetime) -> Iterator[Opening]:
        """The open times from this moment on, none of it in the past; ends where a year has none."""
        until = at.astimezone(UTC)
        # A shift over midnight may have begun the day before.
        day = at.astimezone(self.zone).date() - _ONE_DAY
        idle = 0
        while idle <= _PATIENCE and day < date.max:
            idle += 1
            for opens, closes in self.of(day):
                # Clocks put forward may leave nothing of a range.
                if closes > (begins := max(opens, until)):
                    yield begins, closes
                    until, idle = closes, 0
            day += _ONE_DAY

    def is_open(self, at: datetime) -> bool:
        """Whether somebody works at this moment; hours that never open count as round the clock."""
        return self.opens_at(at) == at

    def opens_at(self, at: datetime) -> datetime:
        """This moment when somebody works then, else the next one when somebody does."""
        if self.hours.always:
            return at
        return next((opens for opens, _ in self.from_(at)), at)

    def _moment(self, day: date, minutes: int) -> datetime:
        later, minute = divmod(minutes, 24 * 60)
        local = datetime.combine(day + timedelta(days=later), time(*divmod(minute, 60)), tzinfo=self.zone)
        return local.astimezone(UTC)


@lru_cache(maxsize=2048)
def schedule(hours: Hours, calendar: Calendar, zone: tzinfo) -> Schedule:
    """The schedule of these hours: one for all who share them, since it remembers the days that it has worked out."""
    return Schedule(hours=hours, calendar=calendar, zone=zone)


def add_working_time(start: datetime, span: timedelta, when: Schedule) -> datetime:
    """When so much working time has passed since `start`.

    At the very end of a day's work it is that end, not the next morning. Where nobody works for a year, clock time
    counts instead.
    """
    reached = start.astimezone(UTC)
    if when.hours.always or span <= timedelta(0):
        return reached + max(span, timedelta(0))
    left = span
    for opens, closes in when.from_(reached):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
        reached = closes
    return reached + left


def working_time_between(start: datetime, end: datetime, when: Schedule) -> timedelta:
    """How much working time lies between two moments; none when the end is not after the start."""
    if when.hours.always:
        return max(end - start, timedelta(0))
    worked = timedelta(0)
    for opens, closes in when.from_(start):
        if opens >= end:
            break
        worked += min(closes, end) - opens
    return worked


def half_way(start: datetime, end: datetime, when: Schedule) -> datetime:
    """The moment at which half of the working time between two moments has passed."""
    worked = working_time_between(start, end, when)
    if worked <= timedelta(0):
        return start + max(end - start, timedelta(0)) / 2
    return add_working_time(start, worked / 2, when)
