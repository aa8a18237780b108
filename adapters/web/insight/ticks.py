"""Where the marks of an axis stand: few, round, and up to above the highest value. Pure."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import count

_MINUTES = (5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440, 2880, 4320, 7200, 10080)


def of_counts(highest: int, most: int = 5) -> tuple[int, ...]:
    """Whole numbers from 0, at most so many steps of 1, 2 or 5 times a power of ten."""
    step = next(
        step for power in count() for step in (10**power, 2 * 10**power, 5 * 10**power) if step * most >= highest
    )
    return tuple(range(0, max(math.ceil(highest / step), 1) * step + 1, step))


def of_times(highest: timedelta, most: int = 5) -> tuple[timedelta, ...]:
    """The same of times: steps of minutes, hours or days as clocks have them."""
    minutes = math.ceil(highest / timedelta(minutes=1))
    step = next((step for step in _MINUTES if step * most >= minutes), 0)
    if not step:
        step = math.ceil(minutes / most / _MINUTES[-1]) * _MINUTES[-1]
    steps = max(math.ceil(minutes / step), 1)
    return tuple(timedelta(minutes=step * number) for number in range(steps + 1))


def labelled(bars: int, room: int) -> range:
    """Which bars have a label, where there is room for so many: every one, every second…, every seventh…"""
    fits = (step for step in (1, 2, 3, 4, 7, 14, 28) if math.ceil(bars / step) <= max(room, 1))
    return range(0, bars, next(fits, math.ceil(bars / max(room, 1))))
