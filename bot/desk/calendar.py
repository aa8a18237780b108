"""Which days differ from their weekday: holidays, working days that were moved, days before holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator

_EXPECTED = 'expected dates such as 2026-11-04 or "2026-01-01..2026-01-08"'
#: Days that one span may have.
_LONGEST = 366
#: Wrong dates that are named, of those in one list.
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Days as local dates. A shift over midnight belongs to the day on which it begins."""

    #: Nobody works, whatever the weekday.
    holidays: frozenset[date] = frozenset()
    #: Worked although the weekday is free.
    working_days: frozenset[date] = frozenset()
    #: One hour less at the end.
    short_days: frozenset[date] = frozenset()

    def mistakes(self) -> list[str]:
        """Days that cannot be both, a line each."""
        pairs = (
            ("a holiday", self.holidays, "a working day", self.working_days),
            ("a holiday", self.holidays, "a short day", self.short_days),
        )
        return [
            f"{day} is both {one} and {other}; expected one of them"
            for one, days, other, others in pairs
            for day in sorted(days & others)
        ]


#: The calendar of a service that was told none.
NO_CALENDAR = Calendar()


def parse_days(value: object) -> object:
    """Read a list of dates and spans of dates (`2026-01-01..2026-01-08`, both ends included)."""
    if not isinstance(value, list | tuple | set | frozenset):
        raise ValueError(f"is not a list; {_EXPECTED}")  # noqa: TRY004 (pydantic wants it)
    days: set[date] = set()
    wrong: list[str] = []
    for one in value:
        span = _span(one)
        if span is None:
            wrong.append(repr(str(one)[:40]))
        else:
            first, last = span
            days |= {first + timedelta(days=step) for step in range((last - first).days + 1)}
    if wrong:
        named = ", ".join(wrong[:_NAMED]) + (f" and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else "")
        what = "which is not a date" if len(wrong) == 1 else "which are not dates"
        raise ValueError(f"has {named}, {what}; {_EXPECTED}")
    return frozenset(days)


def _span(value: object) -> tuple[date, date] | None:
    """The first and the last day; None when it is none."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value, value
    if not isinstance(value, str):
        return None
    first, dots, last = (part.strip() for part in value.partition(".."))
    try:
        begin = date.fromisoformat(first)
        end = date.fromisoformat(last) if dots else begin
    except ValueError:
        return None
    return (begin, end) if 0 <= (end - begin).days < _LONGEST else None


#: A list of dates in the file.
Days = Annotated[frozenset[date], BeforeValidator(parse_days)]
