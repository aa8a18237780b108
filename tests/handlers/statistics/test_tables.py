"""The table as CSV and as JSON lines."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest

from bot.model.question import Status
from bot.statistics.columns import COLUMNS
from bot.statistics.rows import Row
from bot.statistics.table import Format
from handlers.statistics.tables import CsvTable, JsonTable
from tests.bot.statistics.examples import order, row


def as_csv(*rows: Row) -> str:
    into = io.StringIO(newline="")
    CsvTable(into, order(Format.CSV)).add(rows)
    return into.getvalue()


def cells(*rows: Row) -> list[dict[str, str]]:
    """The lines as a spreadsheet reads them, by the columns' titles."""
    return list(csv.DictReader(io.StringIO(as_csv(*rows).removeprefix("\ufeff"), newline=""), delimiter=";"))


def objects(*rows: Row) -> list[dict[str, object]]:
    into = io.StringIO()
    JsonTable(into, order(Format.JSONL)).add(rows)
    return [json.loads(line) for line in into.getvalue().splitlines()]


def test_csv_is_read_by_russian_excel() -> None:
    """The sign of UTF-8 in front, `;` between cells, lines that end as on Windows, dates and times as people write."""
    text = as_csv(row())
    assert text.startswith("\ufeff№;Поступил;Канал;")
    assert text.endswith("\r\n")
    (line,) = cells(row())
    assert ("02.11.2026 10:00:00", "2:30:00", "нет", "Telegram", "отвечен") == tuple(
        line[title] for title in ("Поступил", "Время до ответа", "Просрочен", "Канал", "Состояние")
    )


def test_csv_of_long_times() -> None:
    """Hours are counted on beyond a day, and what is not known is empty."""
    (line,) = cells(row(clock=timedelta(days=5, hours=3, minutes=4, seconds=5), worked=None, rating=None))
    assert ("123:04:05", "", "") == (line["Время до ответа"], line["В рабочем времени"], line["Оценка"])


@pytest.mark.parametrize("text", ["=1+1", "+79001234567", "-2", "@x", "\tx", '=HYPERLINK("http://x.example";"y")'])
def test_csv_has_no_formulas(text: str) -> None:
    """What a resident writes never becomes a formula on an official's computer."""
    (line,) = cells(row(question=text, source=text))
    assert (f"'{text}", f"'{text}") == (line["Вопрос"], line["Источник"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("да,=1+1", "да,'=1+1"),
        ("да;+1", "да;'+1"),
        ("да\t@x", "да\t'@x"),
        ("да\n-1", "да\n'-1"),
        ('да,"=1+1"', 'да,"\'=1+1"'),
        ("=1,=2", "'=1,'=2"),
        ("\t=1", "'\t'=1"),
    ],
)
def test_csv_has_no_formulas_between_other_separators(text: str, expected: str) -> None:
    """Nor does it where the computer takes another sign for the end of a cell."""
    (line,) = cells(row(question=text))
    assert expected == line["Вопрос"]
    for separator in ",\t|":
        read = csv.reader(io.StringIO(as_csv(row(question=text)), newline=""), delimiter=separator)
        assert [] == [cell for one in read for cell in one if cell.startswith(("=", "+", "@"))]


def test_rounds_are_told_apart() -> None:
    """A line about a question that was opened again says so, for people and for programs."""
    rows = [row(1), row(1, round=2)]
    assert ["нет", "да"] == [line["Открыт снова"] for line in cells(*rows)]
    assert [False, True] == [found["is_reopened"] for found in objects(*rows)]


@pytest.mark.parametrize("text", ["a;b", 'сказал "нет"', "две\nстроки", "10-15", "a=b", "нет, -5 не верно", "а, б - в"])
def test_csv_keeps_texts(text: str) -> None:
    """All other texts come out as they went in."""
    (line,) = cells(row(question=text))
    assert text == line["Вопрос"]


def test_json_is_for_programs() -> None:
    """Slugs, times with their offset, seconds, true and false, null; a line for each question."""
    first, second = objects(row(1), row(2, clock=None, answered_at=None, is_overdue=True, status=Status.OPEN))
    expected = {
        "number": 1,
        "began_at": "2026-11-02T10:00:00+05:00",
        "department": "energy",
        "status": "answered",
        "outcome": "answered",
        "clock": 9000,
        "is_overdue": False,
        "question": "Когда дадут тепло?",
    }
    assert expected == {name: first[name] for name in expected}
    assert (2, None, None, True, "open") == tuple(
        second[name] for name in ("number", "clock", "answered_at", "is_overdue", "status")
    )
    assert [*(column.name for column in COLUMNS), "is_reopened"] == list(first)


@pytest.mark.parametrize("text", ["=1+1", "две\nстроки", '"\\', "\u2028", "🎄"])
def test_json_keeps_texts(text: str) -> None:
    """Any text is one line, and comes out as it went in."""
    (found,) = objects(row(question=text))
    assert text == found["question"]
