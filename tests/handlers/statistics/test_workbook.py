"""The table as a workbook, read back."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook as Read

from bot.statistics.columns import COLUMNS
from bot.statistics.figures import Counts, Figures, Times
from bot.statistics.rows import Row
from bot.statistics.summary import AGAIN, DEPARTMENTS, FIGURES, METHOD, QUESTIONS
from bot.statistics.table import Written
from handlers.statistics.workbook import MOST, Workbook
from tests.bot.statistics.examples import order, row

Make = Callable[..., Read]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes a workbook and reads it."""

    def made(rows: Sequence[Row], *, most: int = MOST, figures: Figures | None = None) -> Read:
        path = tmp_path / "table.xlsx"
        with Workbook(path, order(), tmp_path, most=most) as book:
            book.begin(QUESTIONS)
            book.add(rows)
            book.begin(AGAIN)
            if figures is not None:
                book.summarize([("Школы", figures)], figures)
                book.explain(Written(questions=len(rows)))
        return openpyxl.load_workbook(path)

    return made


def cell(read: Read, title: str, *, sheet: str = QUESTIONS, line: int = 2) -> Any:
    """The cell of a column, by its title."""
    titles = [one.value for one in read[sheet][1]]
    return read[sheet].cell(line, titles.index(title) + 1)


def test_cells_have_types(make: Make) -> None:
    """Numbers are numbers, dates are dates of the service's zone, durations are durations that can be added up."""
    read = make([row(7, clock=timedelta(days=5, hours=3, seconds=1), rating=None, handovers=2)])
    found = {title: cell(read, title) for title in (column.title for column in COLUMNS)}
    assert {
        "№": 7,
        "Поступил": datetime(2026, 11, 2, 10),  # noqa: DTZ001
        "Канал": "Telegram",
        "Время до ответа": timedelta(days=5, hours=3, seconds=1),
        "Просрочен": "нет",
        "Передан, раз": 2,
        "Оценка": None,
    } == {title: found[title].value for title in found if title in _LOOKED_AT}
    assert ("d", "n", "[h]:mm:ss") == (
        found["Поступил"].data_type,
        found["Передан, раз"].data_type,
        found["Время до ответа"].number_format,
    )


_LOOKED_AT = {"№", "Поступил", "Канал", "Время до ответа", "Просрочен", "Передан, раз", "Оценка"}


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+79001234567",
        "-2",
        "@x",
        "{=SUM(A1)}",
        "00123",
        "http://x.example/y",
        "mailto:x@x.example",
        "internal:A1",
        "две\nстроки ",
        "_x0041_",
        "🎄 <b>&amp;</b>",
    ],
)
def test_texts_stay_texts(make: Make, text: str) -> None:
    """What a resident writes is text and stays what he wrote: no formula, no link, no number."""
    read = make([row(question=text, source=text, close_reason=text, answer=text)])
    for title in ("Вопрос", "Источник", "Причина закрытия", "Ответ"):
        found = cell(read, title)
        assert ("s", text, None) == (found.data_type, found.value.replace("_x005F", ""), found.hyperlink)


@pytest.mark.parametrize("text", ["<r><t>чужое</t></r>", "<r>&</r>", "<r><f>1+1</f></r>"])
def test_markup_of_the_writer_is_text(make: Make, text: str) -> None:
    """What looks like the writer's own markup neither breaks the file nor becomes part of it."""
    assert text == cell(make([row(question=text)]), "Вопрос").value.rstrip()


def test_signs_that_a_workbook_cannot_hold(make: Make) -> None:
    """Control characters are left out, so that Excel does not call the file broken."""
    assert "ab\nc" == cell(make([row(question="a\x00b\x0b\r\nc\x1f\ufffe")]), "Вопрос").value


def test_head_stays_in_sight(make: Make) -> None:
    """The first line is frozen and can be filtered, over all rows."""
    read = make([row(number) for number in range(1, 31)])
    sheet = read[QUESTIONS]
    assert ("B2", f"A1:{openpyxl.utils.get_column_letter(len(COLUMNS))}31") == (
        sheet.freeze_panes,
        sheet.auto_filter.ref,
    )


def test_more_rows_than_a_sheet_holds(make: Make) -> None:
    """Where a sheet is full another goes on, with a head of its own, and no row is lost."""
    read = make([row(number) for number in range(1, 8)], most=3)
    assert [QUESTIONS, f"{QUESTIONS} 2", f"{QUESTIONS} 3", AGAIN] == read.sheetnames
    numbers = [read[name].cell(line, 1).value for name in read.sheetnames for line in range(2, read[name].max_row + 1)]
    assert list(range(1, 8)) == numbers
    assert {"№"} == {read[name].cell(1, 1).value for name in read.sheetnames}


def test_figures_and_method(make: Make) -> None:
    """Behind the rows stand the figures as numbers and durations, and how each of them is counted."""
    figures = Figures(
        counts=Counts(asked=3, reopened=1, answered=2, rated=3, rating_sum=14),
        clock=Times(count=2, mean=timedelta(hours=2), median=timedelta(hours=1), p90=timedelta(hours=30)),
    )
    read = make([row()], figures=figures)
    for line in (2, 3):
        assert [4, timedelta(hours=2), timedelta(hours=30), None, 4.67] == [
            cell(read, title, sheet=DEPARTMENTS, line=line).value
            for title in ("Поступило", "Ответ в среднем", "9 из 10 быстрее", "Медиана, рабочее время", "Средняя оценка")
        ]
    assert ["Школы", "Всего"] == [cell(read, "Отдел", sheet=DEPARTMENTS, line=line).value for line in (2, 3)]
    told = {line[0].value: line[1].value for line in read[METHOD].iter_rows(min_row=2)}
    assert "1–15 ноября 2026, оба дня включительно" == told["Период"]
    assert "Asia/Yekaterinburg" in told["Часовой пояс"]
    assert "16.11.2026 09:00:00" in told["Подсчитано"]
    explained = {one.title for one in COLUMNS if one.method} | {one.title for one in FIGURES if one.method}
    assert set() == explained - set(told)


def test_file_says_nothing_of_the_machine(make: Make, tmp_path: Path) -> None:
    """The file holds the moment of counting, and no folder and no user of the server."""
    make([row()])
    with zipfile.ZipFile(tmp_path / "table.xlsx") as parts:
        whole = b"".join(parts.read(name) for name in parts.namelist())
    assert datetime(2026, 11, 16, 4, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode() in whole
    assert str(tmp_path).encode() not in whole
