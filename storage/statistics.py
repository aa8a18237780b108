"""The ledger of waits as figures need it: many waits at once as columns, and those behind one number page by page.

A year has hundreds of thousands of waits, and medians need each of them. So they come as PostgreSQL's binary COPY,
whose rows all have the same length here, and are never Python objects: a fifth of the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from bot.delivery.split import shorten
from bot.desk.masking import mask_numbers
from bot.model.wait import Outcome
from bot.statistics.counting import Values, Waits
from bot.statistics.figures import GROUPS, LIST_PAGE, OTHERS, Behind, By, Listed, LongWait, Scope, What
from bot.statistics.handed_on import HandedOn
from storage import messages
from storage.database import Transaction

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Bytes that are turned into columns at once: a few milliseconds of work.
_STEP = 1 << 20
#: Characters of a question that a list shows.
_PREVIEW = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which waits are meant; None: any."""

    #: Those that began from then on, and before then.
    since: datetime
    until: datetime
    departments: Sequence[str] | None = None
    place: str | None = None
    channel: str | None = None
    topic: str | None = None
    source: str | None = None

    @classmethod
    def of(cls, scope: Scope, zone: tzinfo) -> Which:
        """The waits of a scope, by the days of this zone."""
        since, until = scope.period.bounds(zone)
        return cls(
            since=since,
            until=until,
            departments=scope.departments,
            place=scope.place,
            channel=scope.channel,
            topic=scope.topic,
            source=scope.source,
        )

    def condition(self, when: str = "w.started_at >= $1 AND w.started_at < $2") -> tuple[str, list[object]]:
        """In SQL, with its values from `$1` on; `when`: which ones, by the time alone."""
        values: list[object] = [self.since, self.until]
        parts = [when]
        if self.departments is not None:
            values.append(list(self.departments))
            parts.append(f"w.department = ANY(${len(values)}::text[])")
        for by in (By.PLACE, By.CHANNEL, By.TOPIC, By.SOURCE):
            if (value := getattr(self, by)) is not None:
                values.append(value)
                parts.append(f"w.{by} = ${len(values)}")
        return " AND ".join(parts), values


#: Each column: its name, how it is read (never NULL: all rows have the same length), how it comes and how it is kept.
_COLUMNS = (
    ("question", "w.question_id", ">i8", "i8"),
    ("round", "w.round", ">i2", "i2"),
    ("started", "w.started_at", ">i8", "M8[us]"),
    # numpy reads it as «no time».
    ("running", "coalesce(w.running_since, '-infinity')", ">i8", "M8[us]"),
    ("ended", "coalesce(w.ended_at, '-infinity')", ">i8", "M8[us]"),
    ("due", "w.due_at", ">i8", "M8[us]"),
    ("outcome", "ascii(w.outcome)", ">i4", "u1"),
    ("clock", "w.clock", ">i4", "i4"),
    ("worked", "coalesce(w.worked, -1)", ">i4", "i4"),
    ("handovers", "w.handovers", ">i2", "i2"),
    ("interims", "w.interims", ">i2", "i2"),
    ("helped", "w.helped_by IS NOT NULL", "u1", "?"),
    ("rating", "coalesce(w.rating, 0::smallint)", ">i2", "i1"),
)

#: Whether a wait went on at `{then}`, and whether its clock stood: the audit trail knows when the resident was asked.
_WENT_ON = "coalesce(w.ended_at > {then}, true)"
_STOOD = (
    "coalesce((SELECT a.what = 'clarifying' FROM actions a WHERE a.question_id = w.question_id"
    " AND a.at BETWEEN w.started_at AND {then} AND a.what IN ('clarifying', 'clarified', 'interim', 'reopened')"
    " ORDER BY a.id DESC LIMIT 1), false)"
)


def _done_until_then(count: str, deed: str) -> str:
    """How often something had been done; only of what went on the audit trail is asked."""
    return (
        f"CASE WHEN w.{count} > 0 AND {_WENT_ON} THEN least(w.{count}, (SELECT count(*) FROM actions a"
        f" WHERE a.question_id = w.question_id AND a.what = '{deed}'"
        f" AND a.at BETWEEN w.started_at AND {{then}}))::smallint ELSE w.{count} END"
    )


#: How columns differ that are read as they were `{then}`.
_THEN = {
    "running": f"CASE WHEN {_WENT_ON} AND NOT {_STOOD} THEN {{then}} ELSE '-infinity'::timestamptz END",
    "ended": f"CASE WHEN {_WENT_ON} THEN '-infinity'::timestamptz ELSE w.ended_at END",
    "outcome": f"CASE WHEN {_WENT_ON} THEN 0 ELSE ascii(w.outcome) END",
    "handovers": _done_until_then("handovers", "handed_over"),
    "interims": _done_until_then("interims", "interim"),
    "helped": f"w.helped_by IS NOT NULL AND NOT {_WENT_ON}",
    "rating": f"CASE WHEN {_WENT_ON} OR w.rated_at > {{then}} THEN 0 ELSE coalesce(w.rating, 0) END::smallint",
}


async def snapshot(tx: Transaction) -> None:
    """All that this transaction reads is of one moment; for its beginning."""
    await tx.raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


async def name_of_snapshot(tx: Transaction) -> str:
    """By which other transactions can look at what this one sees, while it goes on. After `snapshot`."""
    name: str = await tx.raw.fetchval("SELECT pg_export_snapshot()")
    return name


async def look_at(tx: Transaction, snapshot: str) -> None:
    """See what the other transaction sees; before anything is read."""
    # Names of snapshots are no parameters.
    await tx.raw.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")


async def waits(tx: Transaction, which: Which, by: Collection[By] = (), *, then: datetime | None = None) -> Waits:
    """These waits, with what they are about as far as it is asked for. After `snapshot`.

    With `then` as they stood at that moment, as far as it is known: of one that went on the clock is not, and its
    department is the one that had it at the end.
    """
    if then is not None:
        which = replace(which, until=max(min(which.until, then), which.since))
    condition, values = which.condition()
    written = {name: sql for name, sql, _, _ in _COLUMNS}
    if then is not None:
        values.append(then)
        written |= {name: sql.format(then=f"${len(values)}") for name, sql in _THEN.items()}
    columns = [
        *((name, written[name], comes, kept) for name, _, comes, kept in _COLUMNS),
        *((one.value, f"hashtextextended(w.{one}, 0)", ">i8", "i8") for one in by),
    ]
    selected = ", ".join(sql for _, sql, _, _ in columns)
    # In a thread, since numpy takes a while to import for the first time.
    rows = await asyncio.to_thread(_Rows, [(name, comes, kept) for name, _, comes, kept in columns])
    await tx.raw.copy_from_query(
        f"SELECT {selected} FROM waits w WHERE {condition}", *values, output=rows.take, format="binary"
    )
    read = await asyncio.to_thread(rows.columns)
    rounds = read.pop("round")
    hashes = {one: read.pop(one.value) for one in by}
    names = {one: await _values(tx, one, hashes[one], read["question"], rounds) for one in by}
    return Waits(**read, again=rounds > 1, values=names)


async def handed_on(tx: Transaction, which: Which) -> HandedOn:
    """Of these waits, wherever they are now, those that the departments had and handed on."""
    condition, values = replace(which, departments=None).condition()
    if which.departments is not None:
        values.append(list(which.departments))
        condition += f" AND slug = ANY(${len(values)}::text[])"
    rows = await tx.raw.fetch(
        "SELECT slug, count(DISTINCT (w.question_id, w.round)) AS count FROM waits w"
        f" CROSS JOIN unnest(w.handed_by) slug WHERE {condition} AND w.handed_by <> '{{}}' GROUP BY ROLLUP (slug)",
        *values,
    )
    counts = {row["slug"]: row["count"] for row in rows}
    return HandedOn(total=counts.pop(None, 0), by_department=counts)


class _Rows:
    """Turns a binary COPY into columns while it comes in."""

    _HEADER = 19
    #: Microseconds from 1970 to 2000, from when PostgreSQL counts.
    _EPOCH = 946_684_800_000_000

    def __init__(self, columns: Sequence[tuple[str, str, str]]) -> None:
        import numpy as np

        self._kept = {name: kept for name, _, kept in columns}
        fields = [("_fields", ">i2")]
        for name, comes, _ in columns:
            fields += [(f"_length_{name}", ">i4"), (name, comes)]
        self._row = np.dtype(fields)
        self._parts: dict[str, list[Any]] = {name: [] for name in self._kept}
        self._buffer = bytearray()
        self._begun = False

    async def take(self, data: bytes) -> None:
        """Some more of the COPY."""
        self._buffer += data
        if len(self._buffer) >= _STEP:
            self._read()

    def columns(self) -> dict[str, NDArray[Any]]:
        """All that came."""
        import numpy as np

        self._read()
        # One at a time, so that hardly anything is there twice.
        return {name: np.concatenate(self._parts.pop(name)) for name in self._kept}

    def _read(self) -> None:
        import numpy as np

        start = 0 if self._begun else self._HEADER
        self._begun = True
        # Behind the last row there are two bytes: too few for another.
        count = (len(self._buffer) - start) // self._row.itemsize
        rows = np.frombuffer(bytes(self._buffer), dtype=self._row, count=count, offset=start)
        if not (rows["_fields"] == len(self._kept)).all():
            raise ValueError("a row of the COPY has another form")
        for name, kept in self._kept.items():
            if kept.startswith("M8"):
                moments = rows[name].astype(np.int64).view(kept)
                self._parts[name].append(moments + np.timedelta64(self._EPOCH, "us"))
            else:
                self._parts[name].append(rows[name].astype(kept))
        del self._buffer[: start + count * self._row.itemsize]


def _told_apart(hashes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], bool]:
    """A place of each of the most common values, the number of the value in each place, and whether there are others.

    These have the number after the last.
    """
    import numpy as np

    known = np.unique(hashes)
    codes = np.searchsorted(known, hashes)
    sizes = np.bincount(codes, minlength=len(known))
    where = np.zeros(len(known), dtype=np.int64)
    where[codes] = np.arange(len(codes))
    shown = np.argsort(-sizes, kind="stable")[:GROUPS]
    new = np.full(len(sizes), len(shown), dtype=np.int32)
    new[shown] = np.arange(len(shown), dtype=np.int32)
    return where[shown], new[codes], len(sizes) > len(shown)


async def _values(tx: Transaction, by: By, hashes: NDArray[Any], numbers: NDArray[Any], rounds: NDArray[Any]) -> Values:
    """What these waits are about, by name: of each value one wait that has it tells the name."""
    witnesses, codes, others = await asyncio.to_thread(_told_apart, hashes)
    rows = await tx.raw.fetch(
        f"SELECT w.{by} AS name FROM unnest($1::bigint[], $2::smallint[]) WITH ORDINALITY AS v (question, round, at)"
        " JOIN waits w ON w.question_id = v.question AND w.round = v.round ORDER BY v.at",
        numbers[witnesses].tolist(),
        rounds[witnesses].tolist(),
    )
    return Values(names=[row["name"] for row in rows] + [OTHERS] * others, codes=codes)


#: Since when the clock runs counts up to `{now}`.
_CLOCK = "w.clock + coalesce(greatest(extract(epoch FROM {now} - w.running_since), 0), 0)::integer"
_RUNS = "w.outcome = '' AND w.running_since IS NOT NULL"
_LATE = f"(w.outcome = 'answered' AND w.ended_at > w.due_at OR {_RUNS} AND w.due_at < {{now}})"
#: The same in SQL as `bot.statistics.counting` has it.
_BEHIND = {
    What.RECEIVED: "true",
    What.ANSWERED: "w.outcome = 'answered'",
    What.OPEN: _RUNS,
    What.CLARIFYING: "w.outcome = '' AND w.running_since IS NULL",
    What.CLOSED: "w.outcome = 'closed'",
    What.SPAM: "w.outcome = 'spam'",
    What.UNCLARIFIED: "w.outcome = 'unclarified'",
    What.HELPED: "w.outcome = 'helped'",
    What.TAKEN_BACK: "w.outcome = 'withdrawn'",
    What.OVERDUE: _LATE,
    What.HANDED_OVER: "w.handovers > 0",
    What.SIMILAR: "w.helped_by IS NOT NULL",
    What.UNANSWERED: "w.outcome NOT IN ('', 'answered')",
}


async def departments_among(tx: Transaction, slugs: Collection[str]) -> list[str]:
    """Which of these have figures, whether settings still have them or not."""
    # The ledger is read through: asked only for what settings do not know.
    rows = await tx.raw.fetch(
        "SELECT slug FROM unnest($1::text[]) slug WHERE EXISTS (SELECT FROM waits w WHERE w.department = slug)",
        list(slugs),
    )
    return [row["slug"] for row in rows]


async def longest_of_before(tx: Transaction, which: Which, now: datetime, *, most: int) -> list[LongWait]:
    """The longest of those waits that began before, and last still or were answered in the period."""
    condition, values = which.condition(
        "w.started_at < $1 AND (w.ended_at IS NULL OR w.ended_at >= $1 AND w.ended_at < $2)"
    )
    values += [now, most]
    rows = await tx.raw.fetch(
        f"SELECT w.question_id, {_CLOCK.format(now=f'${len(values) - 1}')} AS clock, w.department, w.outcome"
        f" FROM waits w WHERE {condition} AND w.outcome IN ('', 'answered')"
        f" ORDER BY clock DESC, w.question_id LIMIT ${len(values)}",
        *values,
    )
    return [
        LongWait(
            question=row["question_id"],
            clock=timedelta(seconds=row["clock"]),
            department=row["department"],
            is_answered=row["outcome"] == Outcome.ANSWERED,
        )
        for row in rows
    ]


async def behind(tx: Transaction, which: Which, what: What, now: datetime, *, page: int) -> Listed:
    """One page of the waits that a number counts, the longest first."""
    condition, values = which.condition()
    values.append(now)
    at = f"${len(values)}"
    where = f"FROM waits w WHERE {condition} AND {_BEHIND[what].format(now=at)}"
    # `now` has a type of its own, also where the condition does not speak of it.
    total = await tx.raw.fetchval(f"SELECT count(*) {where} AND {at}::timestamptz IS NOT NULL", *values)
    page = max(min(page, (total - 1) // LIST_PAGE), 0)
    rows = await tx.raw.fetch(
        f"SELECT w.question_id, w.started_at, {_CLOCK.format(now=at)} AS clock, w.outcome,"
        f" {_BEHIND[What.CLARIFYING]} AS stands,"
        f" {_LATE.format(now=at)} AS late, w.channel, w.department, w.topic, w.place {where}"
        f" ORDER BY clock DESC, w.question_id, w.round LIMIT {LIST_PAGE} OFFSET ${len(values) + 1}",
        *values,
        page * LIST_PAGE,
    )
    previews = await messages.previews(tx, [row["question_id"] for row in rows])
    return Listed(
        rows=[
            Behind(
                question=row["question_id"],
                started_at=row["started_at"],
                clock=timedelta(seconds=row["clock"]),
                outcome=row["outcome"],
                stands=row["stands"],
                is_late=row["late"],
                channel=row["channel"],
                department=row["department"],
                topic=row["topic"],
                place=row["place"],
                # Masked before it is cut: a number that is cut short would not be known as one.
                preview=shorten(mask_numbers(previews.get(row["question_id"], "")), _PREVIEW),
            )
            for row in rows
        ],
        total=total,
        page=page,
    )
