"""Table and picture of a period: in an admin chat and from the shell, with the service running and without it."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import openpyxl
import pytest
from PIL import Image

from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import TelegramDesk, resident
from tests.scenarios.platforms import Said, WebPlace, seen, somebody
from tests.scenarios.service import Service, running, until
from tests.scenarios.web_desk import PASSWORD

ADMIN = -1001234567890
_DEPARTMENTS = '[[departments]]\nslug = "energy"\nname = "Энергетика"\n'


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as telegram:
        yield telegram


@pytest.fixture
async def service(tmp_path: Path, new_database: NewDatabase, telegram: TelegramEmulator) -> Service:
    (tmp_path / "otvet.toml").write_text(_DEPARTMENTS, encoding="utf-8")
    return Service(
        folder=tmp_path,
        settings={
            "DATABASE_URL": await new_database(),
            "TELEGRAM_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "ADMIN_CHAT": f"telegram:{ADMIN}",
        },
    )


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that an unprivileged user reaches too: as root, PostgreSQL runs as one."""
    with tempfile.TemporaryDirectory(prefix="otvet-export-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def lines(workbook: bytes, sheet: str) -> list[dict[str, object]]:
    """A sheet's lines by the titles of its columns."""
    titles, *rows = openpyxl.load_workbook(io.BytesIO(workbook))[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, titles), row, strict=True)) for row in rows]


async def test_telegram_and_shell(service: Service, telegram: TelegramEmulator) -> None:
    """An official gets table and picture in his chat; the shell gives the same, beside the running service."""
    desk, irina = TelegramDesk(telegram, ADMIN), resident()
    async with running(service):
        card = await desk.ask(irina, "=Когда дадут тепло?")
        await desk.answer(card, irina, "Завтра к обеду.")
        await desk.say("/export день")
        sent = await telegram.wait_for(lambda: next((one for one in telegram.sent_to(ADMIN) if one.file), None))
        assert sent.file is not None
        assert sent.text.endswith(": 1 вопрос.")
        assert sent.file.name.endswith(".xlsx")
        (row,) = lines(sent.file.data, "Вопросы")
        assert (1, "Telegram", "отвечен", "=Когда дадут тепло?", "Завтра к обеду.") == tuple(
            row[title] for title in ("№", "Канал", "Итог", "Вопрос", "Ответ")
        )

        await desk.say("/stats день")
        picture = await telegram.wait_for(
            lambda: next((one for one in telegram.sent_to(ADMIN) if one.kind == "photo"), None)
        )
        assert picture.file is not None
        assert (1080, 1350) == Image.open(io.BytesIO(picture.file.data)).size

        code, out, complaints = await service.command("export", "день", "--format", "jsonl", "--output", "-")
        assert (0, "1 questions\n") == (code, complaints)
        told = json.loads(out)
        assert (1, "answered", "Завтра к обеду.") == (told["number"], told["outcome"], told["answer"])

        code, out, _ = await service.command("stats", "--json")
        assert 0 == code
        assert 1 == json.loads(out)["total"]["counts"]["answered"]
        code, out, _ = await service.command("stats", "день")
        assert 0 == code
        assert "Поступило: 1" in out
        # Of a department that is in no settings any more there are figures still.
        await service.query("UPDATE waits SET department = 'roads'")
        code, out, _ = await service.command("stats", "день", "--department", "roads")
        assert 0 == code
        assert "Отвечено: 1" in out


async def test_shell_alone(service: Service) -> None:
    """Without a running service the commands work too: a file is written whole, for its owner, and never replaced."""
    code, out, complaints = await service.command("export", "--output", "table.csv")
    path = service.folder / "table.csv"
    assert (0, f"{path}: 0 questions\n", "") == (code, out, complaints)
    assert 0o600 == path.stat().st_mode & 0o777
    text = path.read_text(encoding="utf-8-sig")
    assert "№" == next(csv.reader(io.StringIO(text), delimiter=";"))[0]
    code, _, complaints = await service.command("export", "--output", "table.csv")
    assert 2 == code
    assert "--force" in complaints
    assert (await service.command("export", "--output", "table.csv", "--force", "--format", "xlsx"))[0] == 0
    assert [] == lines(path.read_bytes(), "Вопросы")
    for command in ("export", "stats"):
        code, _, complaints = await service.command(command, "--department", "roads")
        assert 2 == code
        assert "no department 'roads'; expected one of energy, coordinators" in complaints
    assert {"table.csv", "otvet.toml", "data"} == {one.name for one in service.folder.iterdir()}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("stats", "чушь"), "чушь"),
        (("stats", "с", "15.11", "по", "1.11"), "раньше"),
        (("export", "32.13"), "32.13"),
        (("export", "--department", "Дороги"), "expected one of energy, coordinators"),
        (("export", "--format", "pdf"), "pdf"),
        (("export", "--output", "nowhere/table.csv"), "folder"),
        (("export", "--output", "."), "folder"),
    ],
)
async def test_wrong_words(service: Service, arguments: tuple[str, ...], said: str) -> None:
    """What cannot be meant is said in a line, with exit code 2, before anything is asked of the database."""
    nowhere = {**service.settings, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    code, out, complaints = await service.command(*arguments, settings=nowhere)
    assert (2, "") == (code, out)
    assert said in complaints
    assert "Traceback" not in complaints


async def test_database_away(service: Service) -> None:
    """A database that is away is said so, and no file is left."""
    nowhere = {**service.settings, "DATABASE_URL": "postgresql://nobody:made-up@127.0.0.1:1/nothing"}
    code, out, complaints = await service.command("export", "--output", "table.xlsx", settings=nowhere)
    assert (1, "") == (code, out)
    assert complaints.startswith("DATABASE_URL:")
    assert "made-up" not in complaints
    assert not (service.folder / "table.xlsx").exists()


async def test_page_and_embedded_database(reachable: Path) -> None:
    """With nothing set up, the table comes in the page's chat, and from the shell beside the running service."""
    service = Service(folder=reachable, settings={"WEB_ADMIN_PASSWORD": PASSWORD})
    async with running(service):
        web = WebPlace(url=service.url, password=PASSWORD)
        try:
            who = somebody()
            await web.ask(who, Said(text="Где автобус?"))
            await seen(web.seen_by_officials, lambda one: "Где автобус?" in one.text)
            await web.reply("", Said(text="/export день"))

            async def table() -> bytes | None:
                found = [one for one in await web.seen_by_officials() if one.files]
                return found[0].files[0] if found else None

            assert ["Где автобус?"] == [row["Вопрос"] for row in lines(await until(table), "Вопросы")]
            code, out, _ = await service.command("export", "день", "--output", "table.xlsx")
            assert 0 == code
            assert "1 questions" in out
            assert ["Где автобус?"] == [
                row["Вопрос"] for row in lines((reachable / "table.xlsx").read_bytes(), "Вопросы")
            ]
        finally:
            await web.close()
