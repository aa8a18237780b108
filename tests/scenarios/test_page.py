"""The page in a browser, with the whole service behind it: what somebody sees who has just started it."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Locator, expect

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
        await expect(officials.get_by_text("Вопросов без ответа нет.")).to_be_visible(timeout=PATIENCE)
        await expect(resident.get_by_text("Коллеги")).to_have_count(0)

        await resident.get_by_role("button", name="Новый вопрос").first.click()
        await expect(resident.get_by_text("Напишите новый вопрос")).to_be_visible(timeout=PATIENCE)
        await resident.get_by_role("textbox").fill("Где автобус?")
        await resident.get_by_role("button", name="Отправить").click()
        await expect(resident.get_by_text("Ваш вопрос принят: № 2.")).to_be_visible(timeout=PATIENCE)


async def test_in_english(tmp_path: Path, database_address: str, chromium: Path) -> None:
    """A resident whose browser speaks English goes on in it with one press; in words he can change it back."""
    service = Service(folder=tmp_path, settings={"DATABASE_URL": database_address})
    async with running(service), browsing(chromium) as browser:
        page = await (await browser.new_context(locale="en-US")).new_page()
        await page.goto(service.url)
        officials = page.get_by_role("region", name="Сотрудники")
        await page.get_by_role("button", name="Continue in English").click()

        resident = page.get_by_role("region", name="Resident")
        await resident.get_by_role("textbox").fill("When will the heating be on?")
        await resident.get_by_role("button", name="Send").click()
        await expect(resident.get_by_text("We have your question: № 1.")).to_be_visible(timeout=PATIENCE)
        await officials.get_by_role("button", name="Ответить").first.click()
        await officials.get_by_role("textbox").fill("Today by 18:00.")
        await officials.get_by_role("button", name="Отправить").click()
        await expect(resident.get_by_text("Today by 18:00.")).to_be_visible(timeout=PATIENCE)
        await expect(resident.get_by_role("button", name="New question").first).to_be_visible(timeout=PATIENCE)

        await resident.get_by_role("textbox").fill("Язык Русский")
        await resident.get_by_role("button", name="Send").click()
        resident = page.get_by_role("region", name="Житель")
        await expect(resident.get_by_text("Хорошо, пишем вам по-русски.")).to_be_visible(timeout=PATIENCE)
        await expect(resident.get_by_role("button", name="Отправить")).to_be_visible(timeout=PATIENCE)
        await page.reload()
        await expect(resident.get_by_text("Today by 18:00.")).to_be_visible(timeout=PATIENCE)


DEPARTMENTS = """
[[departments]]
slug = "energy"
name = "Энергетика"

[[departments]]
slug = "roads"
name = "Дороги"
"""


async def test_working_at_the_desk(tmp_path: Path, database_address: str, chromium: Path) -> None:
    """With buttons alone a question is taken, asked back, handed over and closed; the card says each in its place."""
    (tmp_path / "otvet.toml").write_text(DEPARTMENTS, encoding="utf-8")
    service = Service(folder=tmp_path, settings={"DATABASE_URL": database_address})
    async with running(service), browsing(chromium) as browser:
        page = await browser.new_page()
        await page.goto(service.url)
        resident = page.get_by_role("region", name="Житель")
        officials = page.get_by_role("region", name="Сотрудники")

        async def write(region: Locator, text: str) -> None:
            await region.get_by_role("textbox").fill(text)
            await region.get_by_role("button", name="Отправить").click()

        async def press(label: str) -> None:
            await officials.get_by_role("button", name=label, exact=True).last.click()

        async def answers(prompt: str, text: str) -> None:
            await expect(officials.locator("p.text", has_text=prompt).last).to_be_visible(timeout=PATIENCE)
            await officials.get_by_role("button", name="Ответить").last.click()
            await write(officials, text)

        await write(resident, "Когда дадут тепло?")
        await expect(officials.locator("p.text", has_text="Когда дадут тепло?").last).to_be_visible(timeout=PATIENCE)
        await press("Взять")
        await expect(officials.locator("p.text", has_text="В работе: ").last).to_be_visible(timeout=PATIENCE)
        await expect(officials.get_by_role("button", name="Отдать").last).to_be_visible(timeout=PATIENCE)

        await press("Уточнить")
        await answers("Что уточнить у жителя", "Какой у вас дом?")
        await expect(resident.get_by_text("Уточните, пожалуйста: Какой у вас дом?")).to_be_visible(timeout=PATIENCE)
        await expect(officials.locator("p.text", has_text="срок остановлен").last).to_be_visible(timeout=PATIENCE)
        await write(resident, "Мира, 5")
        await expect(officials.locator("p.text", has_text="житель уточнил").last).to_be_visible(timeout=PATIENCE)

        await press("Передать")
        await expect(officials.locator("p.text", has_text="Кому передать № 1?").last).to_be_visible(timeout=PATIENCE)
        await press("Энергетика")
        await expect(officials.locator("p.text", has_text="Передан: Энергетика").last).to_be_visible(timeout=PATIENCE)
        await expect(officials.locator("p.text", has_text="Почему здесь: передан координаторами").last).to_be_visible(
            timeout=PATIENCE
        )

        await press("Ответ не требуется")
        await expect(officials.locator("p.text", has_text="Почему № 1 не требует ответа?").last).to_be_visible(
            timeout=PATIENCE
        )
        await press("Вопрос решён")
        await expect(resident.get_by_text("Вопрос № 1 закрыт: вопрос решён.")).to_be_visible(timeout=PATIENCE)
        await expect(officials.get_by_role("button", name="Открыть снова").last).to_be_visible(timeout=PATIENCE)
