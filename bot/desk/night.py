"""When residents are not disturbed by what they did not ask for. Pure."""

from __future__ import annotations

from datetime import datetime, time, tzinfo

#: By the service's own clock.
BEGINS, ENDS = time(22), time(8)


def is_night(now: datetime, zone: tzinfo) -> bool:
    """Whether people sleep."""
    clock = now.astimezone(zone).time()
    return clock >= BEGINS or clock < ENDS
