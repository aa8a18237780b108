"""/forget on the page, which has no messenger behind it: what it showed is ours, and goes too, on both sides."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from tests.browser import browsing, chromium
from tests.scenarios.service import Service, running, until
from tests.scenarios.test_page import PATIENCE

__all__ = ["chromium"]


async def test_nothing_is_left_on_the_page(tmp_path: Path, database_address: str, chromium: Path) -> None:
    """Words typed on the page are in no table any more, and neither side shows them; the last word is there."""
    service = Service(folder=tmp_path, settings={"DATABASE_URL": database_address})
    async with running(service), browsing(chromium) as browser:
        page = await browser.new_page()
        await page.goto(service.url)
        resident = page.get_by_role("region", name="Житель")
        officials = page.get_by_role("region", name="Сотрудники")

        async def write(text: str) -> None:
            await resident.get_by_role("textbox").fill(text)
            await resident.get_by_role("button", name="Отправить").click()

        await write("Кракозябра на улице")
        await expect(officials.get_by_text("Кракозябра на улице")).to_be_visible(timeout=PATIENCE)
        await write("Ещё одна кракозябра")
        await expect(officials.get_by_text("Ещё одна кракозябра")).to_be_visible(timeout=PATIENCE)
        await write("Забыть меня")
        await expect(resident.get_by_text("Вернуть их будет нельзя")).to_be_visible(timeout=PATIENCE)
        await resident.get_by_role("button", name="Да, удалить").last.click()
        await expect(resident.get_by_text("Готово: всё, что мы о вас хранили, удалено.")).to_be_visible(
            timeout=PATIENCE
        )
        await expect(officials.get_by_text("№ 1 · житель удалил свои данные")).to_be_visible(timeout=PATIENCE)
        await expect(officials.get_by_text("кракозябра")).to_have_count(0, timeout=PATIENCE)

        async def gone() -> bool:
            (row,) = await service.query(
                "SELECT (SELECT count(*) FROM log_items WHERE body LIKE '%ракозябр%')"
                " + (SELECT count(*) FROM messages WHERE content::text LIKE '%ракозябр%')"
                " + (SELECT count(*) FROM outbox WHERE position(convert_to('ракозябр', 'UTF8') in effect) > 0)"
                " + (SELECT count(*) FROM events WHERE position(convert_to('ракозябр', 'UTF8') in raw) > 0) AS left"
            )
            return bool(row["left"] == 0)

        await until(gone)
        await page.reload()
        await expect(resident.get_by_text("Готово: всё, что мы о вас хранили, удалено.")).to_be_visible(
            timeout=PATIENCE
        )
        await expect(resident.get_by_text("кракозябра")).to_have_count(0)

        await write("Новая беда")
        await expect(officials.get_by_text("Новая беда")).to_be_visible(timeout=PATIENCE)


async def test_my_data_on_the_page(tmp_path: Path, database_address: str, chromium: Path) -> None:
    """The two files can be had on the page, by nobody but him."""
    service = Service(folder=tmp_path, settings={"DATABASE_URL": database_address})
    async with running(service), browsing(chromium) as browser:
        page = await browser.new_page()
        await page.goto(service.url)
        resident = page.get_by_role("region", name="Житель")
        await resident.get_by_role("textbox").fill("Кракозябра на улице")
        await resident.get_by_role("button", name="Отправить").click()
        await resident.get_by_role("textbox").fill("мои данные")
        await resident.get_by_role("button", name="Отправить").click()
        link = resident.get_by_role("link", name="мои-данные.json")
        await expect(link).to_be_visible(timeout=PATIENCE)
        address = await link.get_attribute("href")
        assert address is not None
        mine = await page.request.get(service.url + address)
        assert "Кракозябра на улице" in (await mine.body()).decode()
        assert "attachment" in mine.headers["content-disposition"]
        stranger = await (await browser.new_context()).new_page()
        await stranger.goto(service.url)
        assert 404 == (await stranger.request.get(service.url + address)).status
