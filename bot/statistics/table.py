"""A table of a period that somebody wants: what is in it, in which form, what the file is called. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.adapter import Labels
from bot.statistics.figures import Scope
from bot.statistics.period import Period


class Format(StrEnum):
    """The forms of a table; the values are the files' endings."""

    XLSX = "xlsx"
    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be written."""

    scope: Scope
    labels: Labels
    #: When it is counted: what is overdue then is overdue in the table.
    at: datetime
    format: Format = Format.XLSX


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written."""

    #: Questions that were registered in the period: a row each.
    questions: int
    #: Questions that were opened again in it: rows, too; in a workbook on another sheet.
    reopened: int = 0


def file_name(period: Period, form: Format) -> str:
    """What the file is called: `otvet-2026-11-01-2026-11-15.xlsx`."""
    return f"otvet-{period.first}-{period.last}.{form}"


def period_of(name: str) -> Period | None:
    """Of which days the table is that is called so; None: it is no table."""
    match = re.fullmatch(r"otvet-(\d{4}-\d\d-\d\d)-(\d{4}-\d\d-\d\d)\.[a-z]+", name)
    return Period(first=date.fromisoformat(match[1]), last=date.fromisoformat(match[2])) if match else None
