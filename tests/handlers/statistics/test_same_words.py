"""The same label, the same number: in the chat, in the table and on the page, whoever looks where."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from adapters.web.insight import report_page
from adapters.web.insight.address import Asked, Viewer
from bot.statistics import words
from bot.statistics.figures import By, Report, Scope, What
from bot.statistics.period import Period
from bot.statistics.said import statistics
from bot.statistics.summary import DEPARTMENTS
from bot.statistics.table import Order
from handlers.statistics.counting import Counting
from handlers.statistics.writing import write
from tests.adapters.web.insight.reading import Reader, read
from tests.handlers.fakes import Office
from tests.handlers.statistics.test_writing import read as read_sheets

WEEK = Period(first=date(2026, 11, 2), last=date(2026, 11, 8))
LABELS = [*words.COUNTS.values(), words.CAME, words.INTERIMS]


@pytest.fixture
async def report(forty: Office) -> Report:
    return await Counting(forty.ctx).count(Scope(period=WEEK))


def in_the_chat(office: Office, report: Report) -> dict[str, int]:
    """What stands behind each label, without arrows; the parts of a line, too."""
    text = statistics(report, Counting(office.ctx).labels()).text.replace("\u202f", "")
    found = {}
    for label in LABELS:
        for wanted in (rf"^{label}: (\d+)", rf"[(,] ?{label.lower()}(?: от жителя)?:? (\d+)"):
            if match := re.search(wanted, text, re.MULTILINE):
                found[label] = int(match[1])
    return found


async def in_the_table(office: Office, path: Path) -> dict[str, int]:
    """The line of all departments."""
    labels = Counting(office.ctx).labels()
    await write(office.eye, Order(scope=Scope(period=WEEK), labels=labels, at=office.clock()), path, lambda *_: None)
    *_, whole = read_sheets(path)[DEPARTMENTS]
    return {label: whole[label] for label in LABELS if label in whole}


def on_the_page(office: Office, report: Report) -> dict[str, int]:
    """The tiles, and the parts of one."""
    shown = _page(office, report)
    tiles = dict(zip(shown.texts("dt"), shown.texts("dd", "value"), strict=True))
    found = {label: int(tiles[label].replace(" ", "")) for label in LABELS if label in tiles}
    links = {text.rpartition(" ")[0]: text.rpartition(" ")[2] for text in shown.texts("a")}
    return found | {label: int(links[label.lower()]) for label in LABELS if label.lower() in links}


def _page(office: Office, report: Report) -> Reader:
    labels = Counting(office.ctx).labels()
    return read(report_page.page(report, Asked(period=WEEK), Viewer(today=date(2026, 11, 9), labels=labels)))


async def test_same_numbers(forty: Office, report: Report, tmp_path: Path) -> None:
    """Every count has one name and one number; what is nought may be left out."""
    counts = report.total.counts
    expected = {words.COUNTS[what]: getattr(counts, what) for what in What} | {words.INTERIMS: counts.interims}
    shown = {label: value for label, value in expected.items() if value}
    # Of departments it says from which side it is seen.
    sides = {words.CAME if label == words.COUNTS[What.HANDED_OVER] else label: n for label, n in expected.items()}
    assert sides == await in_the_table(forty, tmp_path / "table.xlsx")
    for found in (in_the_chat(forty, report), on_the_page(forty, report)):
        assert shown == {label: value for label, value in found.items() if value}


async def test_same_columns(forty: Office, report: Report, tmp_path: Path) -> None:
    """A column of the page's tables says what the tile of that name says, department by department."""
    shown = _page(forty, report)
    heads = shown.texts("th")
    at = heads.index("Название")
    columns = heads[at + 1 : at + 5]
    assert [words.COUNTS[what] for what in (What.RECEIVED, What.ANSWERED, What.OPEN, What.OVERDUE)] == columns
    for slug, figures in report.by[By.DEPARTMENT].items():
        alone = await Counting(forty.ctx).count(Scope(period=WEEK, departments=(slug,)))
        assert figures == alone.total
        tiles = on_the_page(forty, replace(alone, by={}))
        assert figures.counts.open == tiles[words.COUNTS[What.OPEN]]


async def test_same_groups(forty: Office, report: Report) -> None:
    """Groups and those without a value have the same names in the chat and on the page."""
    text, shown = statistics(report, Counting(forty.ctx).labels()).text, _page(forty, report)
    assert "Темы: Отопление — 26" in text
    assert "Тема не ясна — 5" in text
    assert {"Отделы", "Темы"} <= set(shown.texts("h2"))
    assert {"Отопление", "Тема не ясна", "Координаторы"} <= set(shown.texts("span", "name"))
