"""The figures of a period as tiles: the number, what part it is, how it changed, and the list behind it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from adapters.web.insight.address import Asked
from adapters.web.insight.changes import Change, of_count, of_rating, of_share, of_time
from adapters.web.insight.markup import Markup, tag, together
from adapters.web.insight.wording import counted, decimal, duration, percent
from bot.plural import plural
from bot.statistics.figures import Counts, Figures, Report, Targets, Times, What
from bot.statistics.phrases import number
from bot.statistics.words import COUNTS, INTERIMS, MEAN, MEDIAN, P90, UNANSWERED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tile:
    title: str
    value: str
    #: What else is said of it, below.
    notes: tuple[str | None, ...] = ()
    change: Change | None = None
    #: The list behind the number; empty: there is none.
    link: str = ""

    def shown(self) -> Markup:
        value = (
            tag("a", self.value, href=self.link, aria_label=f"{self.title}: {self.value}, список")
            if self.link
            else self.value
        )
        return tag(
            "div",
            tag("dt", self.title),
            tag("dd", value, class_="value"),
            *(tag("dd", note, class_="note") for note in self.notes if note),
            tag("dd", self.change.shown()) if self.change else None,
            class_="tile",
        )


def counts(report: Report, asked: Asked) -> Markup:
    """How many questions came, and what became of them."""
    now, before = report.total.counts, report.before.counts

    def tile(what: What, value: int, was: int, *notes: str | None) -> _Tile:
        return _Tile(
            title=COUNTS[what], value=number(value), notes=notes, change=of_count(value, was), link=asked.behind(what)
        )

    reopened = plural(now.reopened, "открыт", "открыты", "открыты")
    tiles = [
        tile(
            What.RECEIVED,
            now.received,
            before.received,
            f"из них {number(now.reopened)} {reopened} снова" if now.reopened else None,
        ),
        tile(What.ANSWERED, now.answered, before.answered, _part(now.answered, now)),
        tile(What.OPEN, now.open, before.open, _part(now.open, now)),
        tile(What.CLARIFYING, now.clarifying, before.clarifying, "часы стоят" if now.clarifying else None),
        _Tile(
            title=COUNTS[What.OVERDUE],
            value=number(now.overdue),
            notes=(_part(now.overdue, now), _was(before)),
            change=of_share(_share(now.overdue, now), _share(before.overdue, before)),
            link=asked.behind(What.OVERDUE),
        ),
        tile(What.HANDED_OVER, now.handed_over, before.handed_over, _part(now.handed_over, now)),
        _unanswered(now, before, asked),
        # There is no list: of one question there may be several.
        _Tile(title=INTERIMS, value=number(now.interims), change=of_count(now.interims, before.interims)),
        tile(What.SIMILAR, now.helped, before.helped),
    ]
    return tag("dl", *(one.shown() for one in tiles), class_="tiles")


def times(report: Report, targets: Targets) -> Markup:
    """How long residents waited for the first answer, beside the targets, and what they thought of it."""
    now, before = report.total, report.before

    def tile(title: str, value: timedelta | None, was: timedelta | None, worked: timedelta | None) -> _Tile:
        note = f"в рабочее время {duration(worked)}" if worked is not None else None
        return _Tile(title=title, value=duration(value), notes=(note,), change=of_time(value, was))

    tiles = [
        tile(MEAN, now.clock.mean, before.clock.mean, now.worked.mean),
        tile(f"{MEDIAN}: половина быстрее", now.clock.median, before.clock.median, now.worked.median),
        tile(P90, now.clock.p90, before.clock.p90, now.worked.p90),
    ]
    if now.counts.rated:
        tiles.append(_rating(now, before))
    return together(
        (
            _against(now.clock, targets),
            tag("dl", *(one.shown() for one in tiles), class_="tiles times"),
        )
    )


def _against(clock: Times, targets: Targets) -> Markup:
    """The mean beside the two targets, in words."""
    if clock.mean is None:
        verdicts = [tag("p", "Ответов за это время ещё нет.")]
    else:
        verdicts = [
            _verdict("Цель", targets.own, clock.mean),
            _verdict("В среднем по стране", targets.country, clock.mean),
        ]
    return tag("div", *verdicts, class_="verdicts")


def _verdict(name: str, target: timedelta, mean: timedelta) -> Markup:
    by = target - mean
    if abs(by) < timedelta(minutes=1):
        said = tag("span", "ровно столько же", class_="change")
    elif by > timedelta(0):
        said = tag("span", f"✓ быстрее на {duration(by)}", class_="change good")
    else:
        said = tag("span", f"✗ медленнее на {duration(-by)}", class_="change bad")
    return tag("p", f"{name} — ", tag("b", duration(target)), ": ", said)


def _rating(now: Figures, before: Figures) -> _Tile:
    value, was = now.counts.rating, before.counts.rating
    return _Tile(
        title="Оценка жителей",
        value=f"{decimal(value or 0)} из 5",
        notes=(counted(now.counts.rated, "оценка", "оценки", "оценок"),),
        change=of_rating(value, was),
    )


def _unanswered(now: Counts, before: Counts, asked: Asked) -> _Tile:
    links = [
        tag("a", f"{COUNTS[what].lower()} {number(count)}", href=asked.behind(what))
        for what in UNANSWERED
        if (count := getattr(now, what))
    ]
    return _Tile(
        title=COUNTS[What.UNANSWERED],
        value=number(now.unanswered),
        notes=(together(part for link in links for part in (", ", link) if part != ", " or link is not links[0]),),
        change=of_count(now.unanswered, before.unanswered),
        link=asked.behind(What.UNANSWERED),
    )


def _share(count: int, counts: Counts) -> float | None:
    return count / counts.received if counts.received else None


def _part(count: int, counts: Counts) -> str | None:
    return f"{percent(count / counts.received)} поступивших" if counts.received else None


def _was(before: Counts) -> str | None:
    return f"было {number(before.overdue)}, {percent(before.overdue / before.received)}" if before.received else None
