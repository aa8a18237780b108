"""Figures with the service as a process: over Telegram, and on the pages in a browser."""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import openpyxl
import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import expect

from tests.browser import browsing, chromium
from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import TelegramDesk, number_of, resident
from tests.scenarios.service import Service, running, until

__all__ = ["chromium"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN = -1001234567890
PUBLIC = "https://otvet.example"
#: Milliseconds; a busy machine takes a while.
PATIENCE = 20_000
#: Seconds for a picture or a table: a process is started for each.
MADE_IN = 60
TOML = """
[[topics]]
slug = "heating"
name = "Отопление"
words = ["тепло"]

[statistics]
target = "2h"
report = "off"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> AsyncIterator[TelegramDesk]:
    async with TelegramEmulator() as telegram:
        folder = tmp_path_factory.mktemp("figures")
        (folder / "otvet.toml").write_text(TOML, encoding="utf-8")
        service = Service(
            folder=folder,
            settings={
                "DATABASE_URL": await new_database(),
                "PUBLIC_URL": PUBLIC,
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                "ADMIN_CHAT": f"telegram:{ADMIN}",
                "TELEGRAM_GROUP_RATE": "1000/s",
                "TELEGRAM_CHAT_RATE": "1000/s",
            },
        )
        telegram.forward[PUBLIC] = service.url
        async with running(service):
            await telegram.wait_for(lambda: telegram.webhook)
            yield TelegramDesk(telegram, ADMIN)


async def test_figures_in_the_chat(desk: TelegramDesk) -> None:
    """`/stats` tells the figures as text, and then as a picture."""
    irina = resident()
    await desk.answer(await desk.ask(irina, "Когда дадут тепло?"), irina, "Сегодня к 18:00.")
    await desk.ask(resident(), "Почему закрыт мост?")
    asked = await desk.say("/stats день")
    told = await desk.said_to(asked)
    assert "Поступило: 2" in told.text
    assert "Отвечено: 1" in told.text
    assert "Цель 2 ч" in told.text
    picture = await desk.emulator.wait_for(
        lambda: next((one.file for one in desk.emulator.sent_to(ADMIN) if one.file is not None), None), seconds=MADE_IN
    )
    with Image.open(io.BytesIO(picture.data)) as image:
        assert image.width >= 1000


async def test_table_in_the_chat(desk: TelegramDesk) -> None:
    """`/export` brings the same period as a table that opens."""
    await desk.ask(resident(), "=1+1 почему нет света?")
    await desk.say("/export день")
    table = await desk.emulator.wait_for(
        lambda: next(
            (one.file for one in desk.emulator.sent_to(ADMIN) if one.file and one.file.name.endswith(".xlsx")), None
        ),
        seconds=MADE_IN,
    )
    book = openpyxl.load_workbook(io.BytesIO(table.data))
    assert {"Вопросы", "По отделам", "Методика"} <= set(book.sheetnames)
    texts = [cell for row in book["Вопросы"].iter_rows(values_only=True) for cell in row]
    assert "=1+1 почему нет света?" in texts
    assert not any(cell.data_type == "f" for row in book["Вопросы"].iter_rows() for cell in row)


WRONG = {
    "/stats 31.02": "31.02",
    "/stats 15.11-1.11": "15.11",
    "/stats 1.1.2099": "2099",
    "/stats день космос": "космос",
    "/export день космос": "космос",
}


@pytest.mark.parametrize(("text", "named"), WRONG.items(), ids=list(WRONG))
async def test_wrong_words(desk: TelegramDesk, text: str, named: str) -> None:
    """What cannot be read is named in a line, and nothing is made."""
    asked = await desk.say(text)
    assert named in (await desk.said_to(asked)).text


async def test_found_again(desk: TelegramDesk) -> None:
    """A question is found by its words in another form, and its answer is used again."""
    oleg = resident("Олег")
    await desk.answer(await desk.ask(oleg, "Когда отремонтируют насосную станцию?"), oleg, "В декабре.")
    card = await desk.ask(resident(), "Насосная станция всё стоит, когда отремонтируют?")

    async def find() -> bool:
        found = await desk.said_to(await desk.say("/find насосной станции"))
        return f"№ {number_of(card)}" in found.text and f"№ {number_of(card) - 1}" in found.text

    # A moment later: what was asked just now is indexed soon.
    await until(find)
    await desk.press(card, "Похожие")
    similar = await desk.card("В декабре.")
    assert re.search(r"№ \d+", similar.text)


async def test_pages(tmp_path: Path, new_database: NewDatabase, chromium: Path) -> None:
    """The leaders' page, the list behind a number, the search and the open page show what has happened."""
    service = Service(folder=tmp_path, settings={"DATABASE_URL": await new_database(), "OPEN_STATISTICS": "on"})
    async with running(service), browsing(chromium) as browser:
        page = await browser.new_page()
        await page.goto(service.url)
        chat = page.get_by_role("region", name="Житель")
        await chat.get_by_role("textbox").fill("Когда починят лифт на Ленина, 5?")
        await chat.get_by_role("button", name="Отправить").click()
        await expect(chat.get_by_text("Ваш вопрос принят: № 1.")).to_be_visible(timeout=PATIENCE)

        await page.goto(f"{service.url}/admin/statistics")
        await expect(page.get_by_role("heading", name="Статистика").first).to_be_visible(timeout=PATIENCE)
        await page.goto(f"{service.url}/admin/statistics/list?what=open")
        await expect(page.get_by_text("Когда починят лифт").first).to_be_visible(timeout=PATIENCE)

        async def found() -> bool:
            await page.goto(f"{service.url}/admin/find?q=лифтом")
            return await page.locator("mark").count() > 0

        await until(found)
        assert "лифт" == (await page.locator("mark").first.text_content() or "").lower()

        status, body = await service.get("/statistics.json")
        assert 200 == status
        # One question is nobody's business.
        assert json.loads(body)["months"][0]["total"]["received"] is None
        assert "лифт" not in body
        await page.goto(f"{service.url}/statistics")
        await expect(page.get_by_text("Ямал Официально").first).to_be_visible(timeout=PATIENCE)
