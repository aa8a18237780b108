"""Nobody is woken by what he did not ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.desk.night import is_night

CLOCKS = {"00:00": True, "07:59": True, "08:00": False, "12:00": False, "21:59": False, "22:00": True, "23:59": True}


@pytest.mark.parametrize(("clock", "expected"), CLOCKS.items())
def test_is_night(clock: str, expected: bool) -> None:
    """From ten to eight, by the clock of the zone and not by that of UTC."""
    zone = ZoneInfo("Asia/Yekaterinburg")
    there = datetime.fromisoformat(f"2026-11-18 {clock}").replace(tzinfo=zone)
    assert [expected, expected] == [is_night(there, zone), is_night(there.astimezone(UTC), zone)]
