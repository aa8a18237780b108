"""The page in a browser, with the whole service behind it: what somebody sees who has just started it."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from tests.browser import browsing, chromium
from tests.scenarios.service import Service, running

__all__ = ["chromium"]

#: Milliseconds; what is sent appears at once, on a busy machine a little later.
PATIENCE = 15_000


async def test_ask_and_answer(tmp_path: Path, database_address: str, chromium: Path) -> None:
    """A question asked on one side of the page is answered from the other, corrected, closed, and asked anew."""
    service = Service(folder=tmp_path, settings={"DATABASE_URL": database_address})
    async with running(service), browsing(chromium) as browser:
        page = await browser.new_page()
        await page.goto(service.url)
        resident = page.get_by_role("region", name="Житель")
        officials = page.get_by_role("region", name="Сотрудники")

        await resident.get_by_role("textbox").fill("Когда дадут тепло?")
        await resident.get_by_role("button", name="Отправить").click()
        await expect(resident.get_by_text("Ваш вопрос принят: № 1.")).to_be_visible(timeout=PATIENCE)
        await expect(officials.get_by_text("Когда дадут тепло?")).to_be_visible(timeout=PATIENCE)

        await officials.get_by_role("button", name="Ответить").first.click()
        await officials.get_by_role("textbox").fill("Сегодня к 18:00.")
        await officials.get_by_role("button", name="Отправить").click()
        await expect(resident.get_by_text("Сегодня к 18:00.")).to_be_visible(timeout=PATIENCE)
        await expect(officials.get_by_text("доставлено")).to_be_visible(timeout=PATIENCE)

        # Talk among officials, without a reply, goes nowhere; a command is answered there.
        await officials.get_by_role("textbox").fill("Коллеги, кто на связи?")
        await officials.get_by_role("button", name="Отправить").click()
        await officials.get_by_role("textbox").fill("/open")
        await officials.get_by_role("button", name="Отправить").click()
        await expect(officials.get_by_text("Все вопросы отвечены.")).to_be_visible(timeout=PATIENCE)
        await expect(resident.get_by_text("Коллеги")).to_have_count(0)

        await resident.get_by_role("button", name="Новый вопрос").first.click()
        await expect(resident.get_by_text("Напишите новый вопрос")).to_be_visible(timeout=PATIENCE)
        await resident.get_by_role("textbox").fill("Где автобус?")
        await resident.get_by_role("button", name="Отправить").click()
        await expect(resident.get_by_text("Ваш вопрос принят: № 2.")).to_be_visible(timeout=PATIENCE)
