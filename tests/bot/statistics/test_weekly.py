"""When the report of which week is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.statistics.weekly import Weekly, due_at, next_week

MONDAY = Weekly(weekday=0, minutes=9 * 60)
#: The Monday of the week that is reported.
WEEK = date(2026, 11, 9)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (MONDAY, datetime(2026, 11, 16, 9, tzinfo=UTC)),
        (Weekly(weekday=0, minutes=0), datetime(2026, 11, 16, tzinfo=UTC)),
        (Weekly(weekday=2, minutes=10 * 60 + 30), datetime(2026, 11, 18, 10, 30, tzinfo=UTC)),
        (Weekly(weekday=6, minutes=23 * 60 + 59), datetime(2026, 11, 22, 23, 59, tzinfo=UTC)),
    ],
)
def test_due(when: Weekly, expected: datetime) -> None:
    """A week is reported at the first such moment after it has ended, and it is the next one until then."""
    moment = timedelta(microseconds=1)
    assert expected == due_at(WEEK, when, UTC)
    assert [WEEK, WEEK + timedelta(days=7)] == [next_week(at, when, UTC) for at in (expected - moment, expected)]


def test_zone() -> None:
    """Nine in the morning is nine where the service is, in summer and in winter."""
    berlin = ZoneInfo("Europe/Berlin")
    assert [datetime(2026, 10, 19, 7, tzinfo=UTC), datetime(2026, 10, 26, 8, tzinfo=UTC)] == [
        due_at(date(2026, 10, day), MONDAY, berlin) for day in (12, 19)
    ]
