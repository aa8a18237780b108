"""A resident's whole way over the page in a browser, with the service behind it: on a phone and on a desktop."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, ViewportSize, expect
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page as BrowserPage

from bot.conversation.voice import RUSSIAN, Voice, voice_of
from tests.browser import browsing, chromium
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.service import Service, running, until
from tests.scenarios.test_page import PATIENCE

__all__ = ["chromium"]

SIZES = {"phone": ViewportSize(width=390, height=844), "desktop": ViewportSize(width=1280, height=800)}
#: Where pictures of the way are put for whoever wants to look at it; unset: nowhere.
PICTURES = os.environ.get("OTVET_TEST_PICTURES", "")
CONFIG = """
[[departments]]
slug = "water-nadym"
name = "Вода Надыма"
topics = ["water"]
places = ["nadym", "salekhard"]

[[topics]]
slug = "water"
name = "Вода"
words = ["вода"]

[[places]]
slug = "nadym"
name = "Надымский район"
words = ["Надым"]

[[places]]
slug = "salekhard"
name = "Салехард"
words = ["Салехард"]

[[faq]]
question = "Когда включат отопление?"
answer = "После пяти дней холоднее +8 °C."
topic = "water"
"""


@dataclass(slots=True, kw_only=True)
class Walker:
    """A resident before his screen, and an official before another one."""

    tab: BrowserPage
    officials: Locator
    size: str
    steps: int = 0
    #: In which language the page is.
    voice: Voice = RUSSIAN

    @property
    def chat(self) -> Locator:
        return self.tab.get_by_role("region", name=self.voice.say("page-region"))

    async def writes(self, text: str, *expected: str) -> None:
        await self.chat.get_by_role("textbox").fill(text)
        await self.chat.get_by_role("button", name=self.voice.say("page-send")).click()
        # What he is told stands below his own words: above them he may have read of the same question.
        told = self.chat.locator(".mine", has_text=text).last.locator(":scope ~ .theirs")
        await expect(told.first).to_be_visible(timeout=PATIENCE)
        await self.reads(*expected)

    async def hears(self, voice: Voice) -> None:
        """The page comes anew in his language, and he reads that it is the one that he wanted."""
        self.voice = voice
        await self.reads(voice.say("language-chosen"))

    async def presses(self, label: str, *expected: str) -> None:
        """The newest button of this name; it must be where a thumb can reach it."""
        button = self.chat.get_by_role("button", name=label, exact=True).last
        await expect(button).to_be_visible(timeout=PATIENCE)
        before = await self._screen()
        await button.click(timeout=PATIENCE)

        async def answered() -> bool:
            try:
                return await self._screen() != before
            except PlaywrightError:
                # The page loads anew, in another language or without anything.
                return False

        await until(answered)
        await self.reads(*expected)

    async def _screen(self) -> list[str]:
        """What the service says there, with its buttons."""
        return await self.chat.locator("li").all_inner_texts()

    async def reads(self, *expected: str) -> None:
        for words in expected:
            await expect(self.chat.locator("p.text", has_text=words).last).to_be_in_viewport(timeout=PATIENCE)
        await self._look()

    async def answers(self, question: str, text: str) -> None:
        """An official answers this question."""
        message = self.officials.locator("li", has_text=question).last
        await message.get_by_role("button", name="Ответить").click(timeout=PATIENCE)
        await self.officials.get_by_role("textbox").fill(text)
        await self.officials.get_by_role("button", name="Отправить").click()
        await self.reads(text)

    async def _look(self) -> None:
        """Nothing hangs over the edge of the screen."""

        async def needed() -> int | None:
            try:
                return int(await self.tab.evaluate("document.documentElement.scrollWidth"))
            except PlaywrightError:
                # The page loads anew, in another language or without anything.
                return None

        assert SIZES[self.size]["width"] >= await until(needed)
        if PICTURES:
            self.steps += 1
            await self.tab.screenshot(path=Path(PICTURES) / f"{self.size}-{self.steps:02}.png")


@asynccontextmanager
async def walking(browser: Browser, service: Service, size: str) -> AsyncIterator[Walker]:
    troubles: list[str] = []
    visitor = await browser.new_context(viewport=SIZES[size], locale="ru-RU")
    official = await browser.new_context(locale="ru-RU")
    tab, desk = await visitor.new_page(), await official.new_page()
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    await desk.goto(f"{service.url}/admin")
    await tab.goto(service.url)
    if size == "phone":
        # There each chat has the screen for itself.
        await tab.get_by_role("navigation", name="Чаты").get_by_role("link").first.click()
    yield Walker(tab=tab, officials=desk.get_by_role("region", name="Сотрудники"), size=size)
    await visitor.close()
    await official.close()
    assert [] == troubles


@pytest.mark.parametrize("size", SIZES)
async def test_the_whole_way(size: str, tmp_path: Path, new_database: NewDatabase, chromium: Path) -> None:
    """He asks, is helped, says where it is, sees to his questions, rates, subscribes, and leaves without a trace."""
    (tmp_path / "otvet.toml").write_text(CONFIG, encoding="utf-8")
    service = Service(folder=tmp_path, settings={"DATABASE_URL": await new_database()})
    say = voice_of("ru").say
    async with running(service), browsing(chromium) as browser, walking(browser, service, size) as me:
        # Helped at once.
        await me.writes("Скажите, когда включат отопленее?", "№ 1", "После пяти дней")
        await me.presses(say("button-helped"), "№ 1")
        await me.presses(say("button-wait-after-all"), "№ 1")
        # Where it is.
        await me.presses(say("button-new"))
        await me.writes("Ржавая вода из крана", "№ 2")
        await me.presses("Салехард", "Салехард")
        # What he thinks of an answer.
        await me.answers("Ржавая вода из крана", "Промыли трубы.")
        await me.writes("оценить ответ", "№ 2")
        await me.presses("5", "№ 2")
        # His own questions.
        await me.presses(say("button-help"), say("consultation"))
        await me.presses(say("button-my"), "Ржавая вода из крана")
        await me.presses("№ 1", "№ 1")
        await me.presses(say("button-add"), "№ 1")
        await me.writes("Дом на Мира, 5", "№ 1")
        await expect(me.officials.get_by_text("Дом на Мира, 5")).to_be_visible(timeout=PATIENCE)
        await me.presses(say("button-withdraw"), "№ 1")
        await me.presses(say("my-sure-yes"), "№ 1")
        await me.presses(say("button-reopen"), "№ 1")
        await me.writes("Топить так и не начали", "№ 1")
        # News.
        await me.writes("новости", say("news-now-none"))
        await me.presses(say("button-news-places"), say("news-choose-places", example="Надымский район"))
        await me.presses("Салехард")
        await me.presses("✓ Салехард")
        await expect(me.chat.get_by_role("button", name="✓ Салехард")).to_have_count(0, timeout=PATIENCE)
        await me.presses(say("button-news"), say("news-now-none"))
        await me.presses(say("button-news-all"), say("news-now-all"))
        await me.presses(say("button-stop"), say("news-stopped"))
        # Language, there and back.
        await me.writes("язык", "Language English")
        await me.presses("English")
        await me.hears(english := voice_of("en"))
        await me.presses(english.say("button-help"), english.say("consultation"))
        await me.writes("язык русский")
        await me.hears(RUSSIAN)
        # What is kept about him, and the end of that.
        await me.writes("мои данные")
        link = me.chat.get_by_role("link", name="мои-данные.json")
        await expect(link).to_be_visible(timeout=PATIENCE)
        await me.reads()
        address = await link.get_attribute("href")
        kept = json.loads(await (await me.tab.request.get(f"{service.url}{address}")).body())
        assert {1, 2} == {one["number"] for one in kept["questions"]}
        await me.writes("забыть меня")
        await me.presses(say("button-forget-yes"), say("forget-done"))
        await me.tab.reload()
        await me.reads(say("forget-done"))
        await expect(me.chat.get_by_text("Дом на Мира, 5")).to_have_count(0)
