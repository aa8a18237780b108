"""`/export`: the table of a period in the admin chat."""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from bot.capabilities import Capabilities
from bot.model.chat import ChatRef
from bot.model.content import Media, MediaKind
from bot.model.message import EditMessage, SendMessage
from bot.statistics.summary import DEPARTMENTS, QUESTIONS
from handlers.chores import Chores
from handlers.media import MediaStore
from handlers.statistics.child import COMMAND
from handlers.statistics.counting import Counting
from handlers.statistics.exporting import EXPORT, Exports
from tests.handlers.fakes import ABLE, DESK, ENERGY, IRINA, OLEG, Office, open_office

#: Says how far it is, and goes on when the test lets it.
_SLOW = """
import json, os, sys, time
job = json.loads(sys.stdin.buffer.read())
print(json.dumps({"written": 40, "whole": 100}), flush=True)
while not os.path.exists(GO_ON): time.sleep(0.01)
open(job["path"], "w").write("table")
print(json.dumps({"done": True, "table": {"questions": 100, "reopened": 0}}), flush=True)
"""


@dataclass(slots=True, kw_only=True)
class Exporting:
    """An office whose chores can be carried out."""

    office: Office
    store: MediaStore

    def chores(self, *, command: tuple[str, ...] = COMMAND, every: float = 10.0) -> Chores:
        ctx = self.office.ctx
        exports = Exports(ctx, self.store, Counting(ctx).labels, command=command, every=every)
        return Chores(ctx, {EXPORT: exports.make})

    async def export(self, chat: ChatRef, words: str = "") -> SendMessage:
        """Ask for a table; what came of it."""
        await self.office.writes(chat, f"/export {words}")
        assert 1 == await self.chores().once()
        await self.office.deliver()
        return self.office.work.messages(chat)[-1][0]

    async def rows(self, media: Media, sheet: str = QUESTIONS) -> list[tuple[object, ...]]:
        """The lines of a sheet of a table that was sent."""
        file = await self.store.get(media)
        book = openpyxl.load_workbook(io.BytesIO(file.path.read_bytes()))
        return list(book[sheet].iter_rows(min_row=2, values_only=True))

    async def waiting(self) -> int:
        found: int = await self.office.value("SELECT count(*) FROM chores")
        return found


@contextlib.asynccontextmanager
async def made(address: str, folder: Path, work: Capabilities = ABLE) -> AsyncIterator[Exporting]:
    """Two questions; the second is the energy department's."""
    async with open_office(address, work=work) as office:
        await office.writes(IRINA, "=1+1")
        await office.writes(OLEG, "Когда дадут тепло?")
        await office.writes(DESK, "/transfer 2 energy")
        await office.deliver()
        store = MediaStore(folder / "media", reserve=0)
        await store.open()
        yield Exporting(office=office, store=store)
        await store.close()


@pytest.fixture
async def exporting(database_address: str, tmp_path: Path) -> AsyncIterator[Exporting]:
    async with made(database_address, tmp_path) as opened:
        yield opened


async def test_export(exporting: Exporting) -> None:
    """The official hears at once that it is being made; then the table comes, as an answer to his command."""
    asked = await exporting.office.writes(DESK, "/export")
    await exporting.office.deliver()
    assert exporting.office.work.texts(DESK)[-1].startswith("Готовлю таблицу за ")
    await exporting.chores().once()
    await exporting.office.deliver()
    sent = exporting.office.work.messages(DESK)[-1][0]
    today = exporting.office.clock().date()
    assert f"otvet-{today - timedelta(days=6)}-{today}.xlsx" == sent.media[0].file_name
    assert (MediaKind.DOCUMENT, asked) == (sent.media[0].kind, sent.reply_to)
    assert sent.text.endswith(": 2 вопроса.")
    assert ["=1+1", "Когда дадут тепло?"] == [row[-2] for row in await exporting.rows(sent.media[0])]
    assert 0 == await exporting.waiting()


async def test_department_gets_its_own(exporting: Exporting) -> None:
    """A department has a table of its own questions alone, whatever it asks for."""
    sent = await exporting.export(ENERGY, "день")
    assert [2] == [row[0] for row in await exporting.rows(sent.media[0])]
    await exporting.office.writes(ENERGY, "/export день координаторы")
    await exporting.office.deliver()
    assert exporting.office.work.texts(ENERGY)[-1].startswith("Отдела «координаторы» в этом чате нет")
    assert 0 == await exporting.waiting()


async def test_coordinators_choose_a_department(exporting: Exporting) -> None:
    """The same words as of `/stats` choose what is in it."""
    sent = await exporting.export(DESK, "день energy")
    assert [2] == [row[0] for row in await exporting.rows(sent.media[0])]
    names = [row[0] for row in await exporting.rows(sent.media[0], DEPARTMENTS)]
    # The test's office has no names of departments.
    assert ["energy", "Всего"] == names


@pytest.mark.parametrize("words", ["с 15.11 по 1.11", "32.13", "чушь", "0 дней", "x" * 4000, "'; DROP TABLE waits; --"])
async def test_wrong_words(exporting: Exporting, words: str) -> None:
    """What cannot be understood is said in a line, and nothing is made."""
    await exporting.office.writes(DESK, f"/export {words}")
    await exporting.office.deliver()
    said = exporting.office.work.texts(DESK)[-1]
    assert not said.startswith("Готовлю")
    assert len(said) < 300
    assert 0 == await exporting.waiting()


async def test_strangers_get_nothing(exporting: Exporting) -> None:
    """A resident who writes the command has asked a question, and nothing is made."""
    await exporting.office.writes(IRINA, "/export")
    assert 0 == await exporting.waiting()


async def test_same_table_is_made_once(exporting: Exporting) -> None:
    """An impatient official who asks twice gets the table once, and is told so; another period is another table."""
    for words in ("", "", "месяц"):
        await exporting.office.writes(DESK, f"/export {words}")
    await exporting.office.deliver()
    first, second, third = exporting.office.work.texts(DESK)[-3:]
    assert first.startswith("Готовлю таблицу за ")
    assert second.endswith("уже готовится: она придёт сюда.")
    assert third.startswith("Готовлю таблицу за ")
    assert 2 == await exporting.chores().once()


async def test_table_too_big_for_the_chat(database_address: str, tmp_path: Path) -> None:
    """What the platform does not take is not sent: the official hears why, and what to do."""
    work = replace(ABLE, media={**ABLE.media, MediaKind.DOCUMENT: 5000})
    async with made(database_address, tmp_path, work) as exporting:
        sent = await exporting.export(DESK)
    assert () == sent.media
    assert "сюда можно прислать до 5 КБ" in sent.text


async def test_chat_without_files(database_address: str, tmp_path: Path) -> None:
    """Where there are no files at all the official hears how he gets the table."""
    async with made(database_address, tmp_path, replace(ABLE, media={})) as exporting:
        sent = await exporting.export(DESK)
    assert "otvet export" in sent.text


async def test_how_far_it_is(exporting: Exporting, tmp_path: Path) -> None:
    """Who waits for a large table sees how far it is, in the place of the first answer; at the end that it is there."""
    meanwhile, at_the_end = await _told_meanwhile(exporting, tmp_path)
    assert meanwhile.endswith(": готово 40 %…")
    assert at_the_end.endswith(" готова.")
    assert "не готова" not in at_the_end
    assert exporting.office.work.messages(DESK)[-1][0].media


async def test_how_far_it_was(database_address: str, tmp_path: Path) -> None:
    """Of a table that does not come after all nothing says that it is there, or still being made."""
    work = replace(ABLE, media={**ABLE.media, MediaKind.DOCUMENT: 3})
    async with made(database_address, tmp_path, work) as exporting:
        _, at_the_end = await _told_meanwhile(exporting, tmp_path)
    assert at_the_end.endswith(" не готова.")


async def _told_meanwhile(exporting: Exporting, tmp_path: Path) -> tuple[str, str]:
    """What stands in the place of the first answer while a table is being made, and at the end."""
    go_on = tmp_path / "go-on"
    command = (sys.executable, "-c", _SLOW.replace("GO_ON", repr(str(go_on))))
    await exporting.office.writes(DESK, "/export")
    await exporting.office.deliver()
    first = exporting.office.work.messages(DESK)[-1][1][0]
    making = asyncio.create_task(exporting.chores(command=command, every=0.01).once())
    async with exporting.office.sending():
        (edit,) = await exporting.office.work.wait_for(lambda: _edits(exporting.office))
        go_on.touch()
        await making
        await exporting.office.delivered()
    last = _edits(exporting.office)[-1]
    assert {first} == {edit.message_id, last.message_id}
    return edit.text, last.text


def _edits(office: Office) -> list[EditMessage]:
    return [effect for effect in office.work.effects(DESK) if isinstance(effect, EditMessage)]


async def test_worker_that_fails(exporting: Exporting) -> None:
    """A worker that fails is tried again later; nothing that it said is in the log."""
    command = (sys.executable, "-c", "print('Traceback: Ирина')")
    await exporting.office.writes(DESK, "/export")
    assert 1 == await exporting.chores(command=command).once()
    assert 1 == await exporting.waiting()
    assert "Ирина" not in str(exporting.office.logs)
    (line,) = [line for line in exporting.office.logs if line["event"] == "chore.failed"]
    assert "WorkerFailed" == line["error"]


async def test_worker_that_lost_the_database(exporting: Exporting) -> None:
    """A database that is away is no failure of the table: it is made when the database is back."""
    command = (sys.executable, "-c", 'print(\'{"failed": "DatabaseAway"}\')')
    await exporting.office.writes(DESK, "/export")
    assert 1 == await exporting.chores(command=command).once()
    assert ["database.away"] == [line["event"] for line in exporting.office.logs if line["log_level"] != "info"]
    assert 1 == await exporting.waiting()


@pytest.mark.parametrize("arguments", ['{"chat": "work:-500"}', '{"chat": 7}', "{}"])
async def test_arguments_of_another_time(exporting: Exporting, arguments: str) -> None:
    """A chore whose arguments nobody understands any more is let be."""
    await exporting.office.value(
        "INSERT INTO chores (kind, key, arguments, not_before) VALUES ('export', 'x', $1, now() - interval '1 day')",
        arguments,
    )
    assert 1 == await exporting.chores().once()
    assert 0 == await exporting.waiting()
