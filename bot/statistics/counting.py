"""Working figures out of waits, many at a time: a column for each thing that counts, and a few passes over it. Pure.

numpy is imported where it is needed alone: the service starts faster without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.statistics.bins import starts
from bot.statistics.figures import LONGEST, OTHERS, By, Counts, Day, Figures, LongWait, Month, Report, Scope, Times
from bot.statistics.period import Period

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Column = NDArray[Any]

#: Outcomes (`bot.model.wait.Outcome`) by the codes of their first letters: no two begin alike.
_ANSWERED, _CLOSED, _SPAM, _UNCLARIFIED, _HELPED, _TAKEN_BACK, _LASTS = *map(ord, "acsuhw"), 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What many waits are about: one of these for each wait."""

    names: Sequence[str]
    #: Places in `names`.
    codes: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Many waits, one in each place of all columns. Moments are datetime64[us] in UTC, NaT where there is none."""

    question: Column
    #: Whether it began because the question was opened again.
    again: Column
    started: Column
    #: Since when the clock runs.
    running: Column
    ended: Column
    due: Column
    #: Codes of the first letters, 0 while it lasts.
    outcome: Column
    #: Seconds until the clock stood last: by the clock, and of working time (below 0: unknown).
    clock: Column
    worked: Column
    handovers: Column
    interims: Column
    helped: Column
    #: 0: none.
    rating: Column
    values: Mapping[By, Values]

    def __len__(self) -> int:
        return len(self.clock)

    def of(self, places: Column) -> Waits:
        """Some of them."""
        columns = {one.name: getattr(self, one.name)[places] for one in fields(self) if one.name != "values"}
        values = {by: replace(one, codes=one.codes[places]) for by, one in self.values.items()}
        return Waits(**columns, values=values)


#: Waits that the smallest group has which everybody may see.
LEAST = 5


def moment(at: datetime) -> Any:
    """A moment as the columns have it."""
    import numpy as np

    return np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "us")


def times(seconds: Iterable[int]) -> Times:
    """Mean, median (of an even count the mean of the two in the middle) and p90 (nearest rank) of these times."""
    import numpy as np

    one = np.fromiter(seconds, dtype=np.int64)
    return _times(one, np.zeros(len(one), dtype=np.int64), 1)[0]


def total(waits: Waits, now: datetime) -> Figures:
    """The figures of all of them together."""
    import numpy as np

    return grouped(waits, np.zeros(len(waits), dtype=np.int64), 1, now)[0]


def split(waits: Waits, by: By, now: datetime, *, least: int = 0) -> dict[str, Figures]:
    """The figures of each group, most received first, then by name; groups of fewer than `least` together as OTHERS.

    These are then at least as many, as far as there are: else what is left out could be worked out from the rest.
    """
    import numpy as np

    values = waits.values[by]
    sizes = np.bincount(values.codes, minlength=len(values.names)).tolist()
    groups = [(name, size, code) for code, (name, size) in enumerate(zip(values.names, sizes, strict=True)) if size]
    groups.sort(key=lambda group: (-group[1], group[0]))
    shown = [(name, size, code) for name, size, code in groups if size >= least and name != OTHERS]
    rest = len(waits) - sum(size for _, size, _ in shown)
    while shown and 0 < rest < least:
        rest += shown.pop()[1]
    new = np.full(len(values.names), len(shown), dtype=np.int64)
    for at, (_, _, code) in enumerate(shown):
        new[code] = at
    names = [name for name, _, _ in shown] + [OTHERS] * (rest > 0)
    return dict(zip(names, grouped(waits, new[values.codes], len(names), now), strict=True))


def grouped(waits: Waits, groups: Column, count: int, now: datetime) -> list[Figures]:
    """The figures of `count` groups; `groups` says for each wait the place of its group."""
    import numpy as np

    lasts = waits.outcome == _LASTS
    runs = lasts & ~np.isnat(waits.running)
    answered = waits.outcome == _ANSWERED
    late = (answered & (waits.ended > waits.due)) | (runs & (waits.due < moment(now)))
    counted = {
        "asked": ~waits.again,
        "reopened": waits.again,
        "answered": answered,
        "open": runs,
        "clarifying": lasts & ~runs,
        "closed": waits.outcome == _CLOSED,
        "spam": waits.outcome == _SPAM,
        "unclarified": waits.outcome == _UNCLARIFIED,
        "helped_at_once": waits.outcome == _HELPED,
        "taken_back": waits.outcome == _TAKEN_BACK,
        "overdue": late,
        "handed_over": waits.handovers > 0,
        "interims": waits.interims,
        "helped": waits.helped,
        "rated": waits.rating > 0,
        "rating_sum": waits.rating,
    }
    sums = {name: _sums(column, groups, count) for name, column in counted.items()}
    known = answered & (waits.worked >= 0)
    clock = _times(waits.clock[answered], groups[answered], count)
    worked = _times(waits.worked[known], groups[known], count)
    return [
        Figures(
            counts=Counts(**{name: column[at] for name, column in sums.items()}), clock=clock[at], worked=worked[at]
        )
        for at in range(count)
    ]


def _sums(column: Column, groups: Column, count: int) -> list[int]:
    """The sum of the column in each group; of yes and no, how many say yes."""
    import numpy as np

    picked = np.flatnonzero(column)
    if column.dtype == np.bool_:
        return np.bincount(groups[picked], minlength=count).tolist()  # type: ignore[no-any-return]
    # Sums of small whole numbers: floating point holds them exactly.
    return np.bincount(groups[picked], weights=column[picked], minlength=count).astype(np.int64).tolist()  # type: ignore[no-any-return]


def _times(seconds: Column, groups: Column, count: int) -> list[Times]:
    """How long answers took in each group."""
    import numpy as np

    sizes = np.bincount(groups, minlength=count)
    # Sorted by group, then by time, in one go: seconds have less than 32 bits.
    ordered = np.sort((groups.astype(np.int64) << 32) | np.maximum(seconds, 0).astype(np.int64)) & 0xFFFFFFFF
    # An empty group is looked up in the place of another, and then left out.
    ordered, starts = np.append(ordered, 0), np.cumsum(sizes) - sizes
    sums = np.bincount(groups, weights=np.maximum(seconds, 0), minlength=count)
    doubled = ordered[starts + np.maximum(sizes - 1, 0) // 2] + ordered[starts + sizes // 2]
    # The nearest rank: nine tenths of them, rounded up.
    p90 = ordered[starts + np.maximum((9 * sizes + 9) // 10 - 1, 0)]
    columns = (column.tolist() for column in (sizes, sums, doubled, p90))
    return [
        Times(
            count=size,
            mean=timedelta(seconds=summed / size),
            median=timedelta(seconds=twice / 2),
            p90=timedelta(seconds=ninth),
        )
        if size
        else Times()
        for size, summed, twice, ninth in zip(*columns, strict=True)
    ]


def days(waits: Waits, first: date, midnights: Sequence[datetime]) -> tuple[Day, ...]:
    """Each day from `first` on; `midnights`: when each begins and when the last one ends."""
    return _spans(waits, [first + timedelta(days=at) for at in range(len(midnights) - 1)], midnights)


def bins(waits: Waits, period: Period, midnights: Sequence[datetime]) -> tuple[Day, ...]:
    """The same by weeks, months or years, where a chart of so many days could not be read."""
    firsts = starts(period)
    return _spans(waits, firsts, [*(midnights[(one - period.first).days] for one in firsts), midnights[-1]])


def _spans(waits: Waits, firsts: Sequence[date], edges: Sequence[datetime]) -> tuple[Day, ...]:
    """Days, or spans of them, called by their first days; `edges`: when each begins and when the last one ends."""
    import numpy as np

    count = len(firsts)
    of_day = np.searchsorted(np.array([moment(at) for at in edges]), waits.started, side="right") - 1
    channels = waits.values[By.CHANNEL]
    pairs = np.bincount(of_day * len(channels.names) + channels.codes, minlength=count * len(channels.names))
    answered = waits.outcome == _ANSWERED
    clock = _times(waits.clock[answered], of_day[answered], count)
    received = pairs.reshape(count, len(channels.names)).tolist() if channels.names else [[]] * count
    return tuple(
        Day(
            day=firsts[at],
            received={name: n for name, n in zip(channels.names, received[at], strict=True) if n},
            clock=clock[at],
        )
        for at in range(count)
    )


def longest(waits: Waits, now: datetime, *, most: int = LONGEST) -> tuple[LongWait, ...]:
    """The longest of those that were answered or last, the longest first; of equals, the older question."""
    import numpy as np

    places = np.flatnonzero((waits.outcome == _ANSWERED) | (waits.outcome == _LASTS))
    clock = waits.clock[places].astype(np.int64)
    runs = ~np.isnat(waits.running[places])
    clock[runs] += np.maximum((moment(now) - waits.running[places][runs]) // np.timedelta64(1, "s"), 0)
    departments = waits.values[By.DEPARTMENT]
    # Few are put in order: those not shorter than the last that is wanted.
    shortest = np.sort(clock)[-most:][:1]
    near = np.flatnonzero(clock >= shortest) if len(shortest) else places
    first = near[np.lexsort((waits.question[places[near]], -clock[near]))][:most]
    return tuple(
        LongWait(
            question=int(waits.question[places[at]]),
            clock=timedelta(seconds=int(clock[at])),
            department=departments.names[departments.codes[places[at]]],
            is_answered=bool(waits.outcome[places[at]] == _ANSWERED),
        )
        for at in first.tolist()
    )


def report(
    scope: Scope,
    waits: Waits,
    before: Waits,
    older: Sequence[LongWait],
    now: datetime,
    then: datetime,
    midnights: Sequence[datetime],
) -> Report:
    """All figures of a period: of its waits at `now`, and of those of the period before, read as they were `then`.

    `older`: the longest of those that began earlier.
    """
    long_ones = sorted((*longest(waits, now), *older), key=lambda one: (-one.clock, one.question))
    return Report(
        scope=scope,
        at=now,
        total=total(waits, now),
        before=total(before, then),
        by={by: split(waits, by, now) for by in By},
        days=days(waits, scope.period.first, midnights),
        bins=bins(waits, scope.period, midnights),
        longest=tuple(long_ones[:LONGEST]),
        before_departments=split(before, By.DEPARTMENT, then),
    )


#: Where a question came from is left out: what a link says may be about one resident.
OPEN_BY = (By.DEPARTMENT, By.TOPIC, By.PLACE, By.CHANNEL)


def months(waits: Waits, firsts: Sequence[date], midnights: Sequence[datetime], now: datetime) -> list[Month]:
    """What everybody may see of the months, newest first, back to the first in which there was anything.

    `firsts`: their first days, oldest first; `midnights`: when each begins, and when the last one ends.
    """
    import numpy as np

    of_month = np.searchsorted(np.array([moment(at) for at in midnights]), waits.started, side="right") - 1
    found: list[Month] = []
    for at, first in enumerate(firsts):
        own = waits.of(np.flatnonzero(of_month == at))
        if 0 < len(own) < LEAST:
            found.append(Month(first=first, total=None, by={}))
        elif len(own) or found:
            by = {one: _discreet(split(own, one, now, least=LEAST)) for one in OPEN_BY}
            found.append(Month(first=first, total=_discreet({"": total(own, now)})[""], by=by))
    return found[::-1]


def _discreet(groups: Mapping[str, Figures]) -> dict[str, Figures]:
    """The same without times that say how long somebody waited: of so few answers that they are nearly one's own.

    The answers whose times are left out are at least as many: else these could be worked out from those of the rest.
    """
    found = dict(groups)
    for figure in ("clock", "worked"):
        left_out = 0
        for name, one in sorted(groups.items(), key=lambda group: getattr(group[1], figure).count):
            count = getattr(one, figure).count
            if count >= LEAST and not 0 < left_out < LEAST:
                break
            left_out += count
            times: dict[str, Any] = {figure: Times(count=count)}
            found[name] = replace(found[name], **times)
    return found
