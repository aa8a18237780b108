"""What departments handed on: a question is counted where it is now, and would be missing where it was. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.statistics.figures import By, Figures, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOn:
    """Waits that departments had and handed on."""

    #: Each wait once, however many departments had it.
    total: int = 0
    #: By slug; only those who handed anything on.
    by_department: Mapping[str, int] = field(default_factory=dict)


def with_total(figures: Figures, handed_on: HandedOn) -> Figures:
    """The figures of all, with what was handed on."""
    return _with(figures, handed_on.total)


def with_departments(groups: Mapping[str, Figures], handed_on: HandedOn) -> dict[str, Figures]:
    """The figures of each department with what it handed on; those who have nothing any more come last."""
    known = {slug: _with(figures, handed_on.by_department.get(slug, 0)) for slug, figures in groups.items()}
    gone = sorted(handed_on.by_department.keys() - groups.keys())
    return known | {slug: _with(Figures(), handed_on.by_department[slug]) for slug in gone}


def with_both(report: Report, handed_on: HandedOn) -> Report:
    """The report, in its total and by department."""
    by = {**report.by, By.DEPARTMENT: with_departments(report.by[By.DEPARTMENT], handed_on)}
    return replace(report, total=with_total(report.total, handed_on), by=by)


def _with(figures: Figures, count: int) -> Figures:
    return replace(figures, counts=replace(figures.counts, handed_on=count))
