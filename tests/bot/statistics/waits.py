"""Waits for the tests of figures: rows as people think of them, put into columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from bot.model.wait import Outcome
from bot.statistics.counting import Values, Waits, moment
from bot.statistics.figures import By

#: A Wednesday.
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One wait; it began so long before NOW."""

    question: int = 1
    round: int = 1
    ago: timedelta = timedelta(hours=10)
    #: None: it lasts.
    outcome: Outcome | None = Outcome.ANSWERED
    #: Minutes that its clock counted, and minutes of working time.
    clock: int = 60
    worked: int | None = 30
    #: It lasts, and its clock runs; since it began.
    runs: bool = False
    #: Minutes until it is due, from its beginning; and until it ended.
    due: int = 240
    ended: int | None = None
    handovers: int = 0
    interims: int = 0
    helped: bool = False
    rating: int = 0
    department: str = "energy"
    topic: str = ""
    place: str = ""
    channel: str = "home"
    source: str = ""


def waits(*rows: Row) -> Waits:
    """These rows as columns."""
    starts = [NOW - row.ago for row in rows]
    ends = [
        start + timedelta(minutes=row.clock if row.ended is None else row.ended) if row.outcome else None
        for row, start in zip(rows, starts, strict=True)
    ]
    return Waits(
        question=np.array([row.question for row in rows], dtype=np.int64),
        again=np.array([row.round > 1 for row in rows], dtype=np.bool_),
        started=_moments(starts),
        running=_moments([start if row.runs else None for row, start in zip(rows, starts, strict=True)]),
        ended=_moments(ends),
        due=_moments([start + timedelta(minutes=row.due) for row, start in zip(rows, starts, strict=True)]),
        outcome=np.array([ord(row.outcome[0]) if row.outcome else 0 for row in rows], dtype=np.uint8),
        clock=np.array([0 if row.runs else row.clock * 60 for row in rows], dtype=np.int32),
        worked=np.array([-1 if row.worked is None else row.worked * 60 for row in rows], dtype=np.int32),
        handovers=np.array([row.handovers for row in rows], dtype=np.int16),
        interims=np.array([row.interims for row in rows], dtype=np.int16),
        helped=np.array([row.helped for row in rows], dtype=np.bool_),
        rating=np.array([row.rating for row in rows], dtype=np.int8),
        values={by: _values([getattr(row, by) for row in rows]) for by in By},
    )


def _moments(times: Sequence[datetime | None]) -> np.ndarray:
    return np.array([moment(at) if at else np.datetime64("NaT") for at in times], dtype="M8[us]")


def _values(names: Sequence[str]) -> Values:
    known = sorted(set(names))
    return Values(names=known, codes=np.array([known.index(name) for name in names], dtype=np.int32))
