"""The table of a period out of a database, as a file."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.statistics.columns import Value
from bot.statistics.figures import By, Scope
from bot.statistics.period import Period
from bot.statistics.phrases import name
from bot.statistics.summary import AGAIN, DEPARTMENTS, FIGURES, METHOD, QUESTIONS
from bot.statistics.table import Format, Order, Written
from handlers.statistics.child import WorkerFailed, export_in_child
from handlers.statistics.counting import Counting
from handlers.statistics.writing import write
from storage.database import Database
from tests.bot.statistics.examples import order
from tests.handlers.fakes import Office
from tests.handlers.statistics.forty import FORTY
from tests.office import Opened, open_workbook, soffice
from tests.storage.asked import asked, says, wait

__all__ = ["soffice"]

#: Ten o'clock in Yekaterinburg.
TEN = datetime(2026, 11, 2, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
#: What adds up: columns of «По отделам», and what the rows behind it say.
SUMS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "Отвечено": lambda row: row["Итог"] == "отвечен",
    "Ждут ответа": lambda row: row["Итог"] == "ещё ждёт",
    "Закрыто без ответа": lambda row: row["Итог"] not in ("отвечен", "ещё ждёт"),
    "Закрыто сотрудником": lambda row: row["Итог"] == "закрыт сотрудником",
    "Просрочено": lambda row: row["Просрочен"] == "да",
    "Пришло из другого отдела": lambda row: row["Передан, раз"] > 0,
    "Помог похожий ответ": lambda row: row["Взят ответ на №"] is not None,
    "Оценок": lambda row: row["Оценка"] is not None,
}

Fill = Callable[[], Awaitable[None]]


@pytest.fixture
async def filled(database: Database) -> Database:
    """Two departments and the coordinators, with all that can happen to a question."""
    async with database.transaction() as tx:
        for number in range(1, 8):
            span = number * 20 * HOUR
            answered = await asked(
                tx,
                TEN,
                text=f"=1+{number}",
                department="energy",
                outcome="answered",
                ended_at=TEN + span,
                clock=round(span.total_seconds()),
                worked=number * 3600,
                handovers=number % 3,
                rating=number % 5 + 1 if number % 2 else None,
                helped_by=1 if number == 4 else None,
            )
            await says(tx, answered, "official", f"@{number}", TEN + span)
        await wait(tx, answered, 2, TEN + 200 * HOUR, department="schools", handovers=2)
        await asked(tx, TEN, department="schools", outcome="closed", ended_at=TEN + HOUR, close_reason="-повтор")
        await asked(tx, TEN, text="\t<r>&</r>")
        await asked(tx, datetime(2026, 10, 31, tzinfo=UTC), text="чужой месяц")
    return database


async def written(database: Database, path: Path, **scope: Any) -> dict[str, list[dict[str, Any]]]:
    """The sheets of a workbook of these days."""
    await write(database, order(**scope), path, lambda *_: None)
    return read(path)


def read(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The sheets, each line by the titles of its columns."""
    book = openpyxl.load_workbook(path)
    lines = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    return {name: [dict(zip(rows[0], row, strict=True)) for row in rows[1:]] for name, rows in lines.items()}


async def test_figures_agree_with_the_rows(filled: Database, tmp_path: Path) -> None:
    """Whoever adds up the rows of both sheets gets the figures of each department, and those of all."""
    sheets = await written(filled, tmp_path / "table.xlsx")
    assert [QUESTIONS, AGAIN, DEPARTMENTS, METHOD] == list(sheets)
    rows = sheets[QUESTIONS] + sheets[AGAIN]
    assert (9, 1) == (len(sheets[QUESTIONS]), len(sheets[AGAIN]))
    assert ["Департамент энергетики", "Школы", "Координаторы", "Всего"] == [one["Отдел"] for one in sheets[DEPARTMENTS]]
    for line in sheets[DEPARTMENTS]:
        own = [row for row in rows if line["Отдел"] in (row["Отдел"], "Всего")]
        spans = [row["Время до ответа"] for row in own if row["Время до ответа"] is not None]
        assert {
            "Поступило": len(own),
            "Зарегистрировано": sum(row in sheets[QUESTIONS] for row in own),
            "Ответ в среднем": sum(spans, timedelta(0)) / len(spans) if spans else None,
            **{title: sum(map(counts, own)) for title, counts in SUMS.items()},
        } == {title: line[title] for title in ("Поступило", "Зарегистрировано", "Ответ в среднем", *SUMS)}


async def test_office_reads_the_same(filled: Database, tmp_path: Path, soffice: str) -> None:
    """LibreOffice opens the workbook: dates and durations are such, nothing is a formula, and the sums agree."""
    await write(filled, order(), tmp_path / "table.xlsx", lambda *_: None)
    sheets = open_workbook(soffice, tmp_path / "table.xlsx", tmp_path)
    assert [QUESTIONS, AGAIN, DEPARTMENTS, METHOD] == list(sheets)
    assert [] == [cell for lines in sheets.values() for line in lines for cell in line if cell.formula]

    def column(sheet: str, title: str) -> list[Opened]:
        place = [cell.value for cell in sheets[sheet][0]].index(title)
        return [line[place] for line in sheets[sheet][1:] if len(line) > place and line[0].kind]

    assert {"date"} == {cell.kind for cell in column(QUESTIONS, "Поступил")}
    assert "2026-11-02T10:00:00" == column(QUESTIONS, "Поступил")[0].value
    spans = [cell for name in (QUESTIONS, AGAIN) for cell in column(name, "Время до ответа") if cell.kind]
    assert ({"time"}, "PT140H00M00S") == ({cell.kind for cell in spans}, spans[-1].value)
    assert [f"=1+{number}" for number in range(1, 8)] == [cell.value for cell in column(QUESTIONS, "Вопрос")[:7]]
    *departments, whole = (float(cell.value) for cell in column(DEPARTMENTS, "Поступило"))
    assert sum(departments) == whole == len(column(QUESTIONS, "№")) + len(column(AGAIN, "№"))
    answered = [float(cell.value) for cell in column(DEPARTMENTS, "Отвечено")]
    assert len(spans) == answered[-1] == sum(answered[:-1])
    mean = sum(_hours(cell.value) for cell in spans) / len(spans)
    assert mean == pytest.approx(_hours(column(DEPARTMENTS, "Ответ в среднем")[-1].value))


def _hours(span: str) -> float:
    """`PT140H30M00S` as hours."""
    hours, minutes, seconds = span.removeprefix("PT").rstrip("S").replace("M", "H").split("H")
    return int(hours) + int(minutes) / 60 + float(seconds) / 3600


async def test_forty_questions(forty: Office, tmp_path: Path) -> None:
    """The table agrees with what was worked out by hand, row by row, and its figures with those of `/stats`."""
    counting, path = Counting(forty.ctx), tmp_path / "table.xlsx"
    scope = Scope(period=Period(first=date(2026, 11, 2), last=date(2026, 11, 8)))
    await write(forty.eye, Order(scope=scope, labels=counting.labels(), at=forty.clock()), path, lambda *_: None)
    sheets = read(path)
    by_hand = {
        (number, again): one
        for number, case in enumerate(FORTY, start=1)
        for again, one in enumerate(case.rows)
        if 2 <= one.day <= 8
    }
    assert {
        key: (timedelta(minutes=one.clock), timedelta(minutes=one.worked), one.handovers, one.interims)
        if one.outcome == "answered"
        else (None, None, one.handovers, one.interims)
        for key, one in by_hand.items()
    } == {
        (row["№"], again): (
            row["Время до ответа"],
            row["В рабочем времени"],
            row["Передан, раз"],
            row["Промежуточных ответов"],
        )
        for again, sheet in enumerate((QUESTIONS, AGAIN))
        for row in sheets[sheet]
    }
    assert {number for (number, _), one in by_hand.items() if one.late} == {
        row["№"] for sheet in (QUESTIONS, AGAIN) for row in sheets[sheet] if row["Просрочен"] == "да"
    }
    report = await counting.count(scope)
    figures = {name(counting.labels(), By.DEPARTMENT, slug): one for slug, one in report.by[By.DEPARTMENT].items()}
    assert {
        who: {column.title: _rounded(column.value(one)) for column in FIGURES}
        for who, one in (figures | {"Всего": report.total}).items()
    } == {line.pop("Отдел"): line for line in sheets[DEPARTMENTS]}


def _rounded(value: Value) -> Value:
    return timedelta(seconds=round(value.total_seconds())) if isinstance(value, timedelta) else value


async def test_handed_on(database: Database, tmp_path: Path) -> None:
    """A department that handed on all that it got has a line of its own; each question counts once in the total."""
    async with database.transaction() as tx:
        for handed_by in (["energy"], ["energy", "schools"], []):
            await asked(tx, TEN, department="schools", handovers=len(handed_by), handed_by=handed_by)
    for scope, expected in (
        ({}, {"Школы": (3, 2, 1), "Департамент энергетики": (0, 0, 2), "Всего": (3, 2, 2)}),
        ({"departments": ("energy",)}, {"Департамент энергетики": (0, 0, 2), "Всего": (0, 0, 2)}),
    ):
        sheets = await written(database, tmp_path / "table.xlsx", **scope)
        assert expected == {
            line["Отдел"]: (line["Поступило"], line["Пришло из другого отдела"], line["Передал другим"])
            for line in sheets[DEPARTMENTS]
        }


async def test_only_what_was_asked_for(filled: Database, tmp_path: Path) -> None:
    """A department's table has its own questions alone, and says so."""
    sheets = await written(filled, tmp_path / "table.xlsx", departments=("schools",))
    assert {"Школы"} == {row["Отдел"] for row in sheets[QUESTIONS] + sheets[AGAIN]}
    assert ["Школы", "Всего"] == [one["Отдел"] for one in sheets[DEPARTMENTS]]
    assert {"Что": "Отделы", "Как считается": "Школы"} in sheets[METHOD]


async def test_nothing_came(database: Database, tmp_path: Path) -> None:
    """A period without questions gives a table without rows, and zeros."""
    sheets = await written(database, tmp_path / "table.xlsx")
    assert ([], []) == (sheets[QUESTIONS], sheets[AGAIN])
    (whole,) = sheets[DEPARTMENTS]
    assert ("Всего", 0, None) == (whole["Отдел"], whole["Поступило"], whole["Ответ в среднем"])


@pytest.mark.parametrize("format", [Format.CSV, Format.JSONL])
async def test_lines(filled: Database, tmp_path: Path, format: Format) -> None:  # noqa: A002
    """Both plain forms have a line for each wait of the period, in its order: their sums are those of `/stats`."""
    path = tmp_path / "table"
    heard: list[tuple[int, int]] = []
    done = await write(filled, order(format), path, lambda *numbers: heard.append(numbers))
    text = path.read_text(encoding="utf-8")
    assert (Written(questions=9, reopened=1), [(10, 10)]) == (done, heard)
    if format is Format.JSONL:
        assert [f"=1+{number}" for number in range(1, 8)] == [
            json.loads(line)["question"] for line in text.splitlines()[:7]
        ]
    else:
        assert [] == [line for line in text.splitlines() if ";=1+" in line]
        assert 11 == text.count("\n")


async def test_nothing_is_left_behind(filled: Database, tmp_path: Path) -> None:
    """Beside the table there is nothing at the end."""
    await write(filled, order(), tmp_path / "table.xlsx", lambda *_: None)
    assert ["table.xlsx"] == os.listdir(tmp_path)  # noqa: PTH208


async def test_nothing_is_left_behind_a_failure(filled: Database, tmp_path: Path) -> None:
    """What fails in the middle leaves neither a table nor parts of one."""

    def fail(written: int, whole: int) -> None:
        raise KeyError(written, whole)

    with pytest.raises(KeyError):
        await write(filled, order(), tmp_path / "table.xlsx", fail)
    assert [] == os.listdir(tmp_path)  # noqa: PTH208


async def test_worker_writes_the_same(filled: Database, tmp_path: Path) -> None:
    """The worker process reads the database itself."""
    here, there = tmp_path / "here", tmp_path / "there"
    assert await write(filled, order(Format.JSONL), here, lambda *_: None) == await export_in_child(
        filled.address, order(Format.JSONL), there
    )
    assert here.read_bytes() == there.read_bytes()


async def test_worker_without_a_database(tmp_path: Path) -> None:
    """A database that is away is told by its name, and its address by nobody."""
    with pytest.raises(WorkerFailed) as raised:
        await export_in_child("postgresql://u:made-up@127.0.0.1:1/d", order(), tmp_path / "table.xlsx")
    assert "DatabaseAway" == str(raised.value)
