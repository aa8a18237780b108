"""The pages of figures in a real browser: on a phone, on paper, with scripts switched off."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ViewportSize, expect
from playwright.async_api import Page as BrowserPage

from tests.adapters.web.conftest import Page, serving
from tests.adapters.web.insight.example import NOW, FakeInsight
from tests.browser import browsing

# One browser for all of this: on the module's event loop, like all that its pages are served by.
pytestmark = pytest.mark.asyncio(loop_scope="module")

PHONE = ViewportSize(width=360, height=740)
SMALLEST = ViewportSize(width=320, height=600)
ORDINARY = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1280, height=800)
ADDRESSES = [
    "/admin/statistics",
    "/admin/statistics?period=year",
    "/admin/statistics?period=day&department=housing&place=place11&channel=vk-school5",
    "/admin/statistics?from=2027-01-01&department=nobody",
    "/admin/statistics/list?what=overdue&page=2",
    "/admin/find?q=вода",
    "/statistics",
    "/statistics?language=en",
]
#: Short and long periods, and the longest names at once.
PRINTED = ["/admin/statistics?period=month", *ADDRESSES[:3]]

Visit = Callable[..., Awaitable[BrowserPage]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def served(tmp_path: Path) -> AsyncIterator[Page]:
    """All pages, over made-up figures."""
    async with serving(tmp_path) as open_page:
        yield await open_page(insight=FakeInsight(), open_statistics=True, clock=lambda: NOW)


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser, served: Page) -> AsyncIterator[Visit]:
    """Opens an address with scripts switched off. At the end: nothing was refused, nothing loaded from elsewhere."""
    async with AsyncExitStack() as stack:
        troubles: list[str] = []

        async def visited(path: str, *, size: ViewportSize = DESKTOP, **context_options: Any) -> BrowserPage:
            context = await browser.new_context(
                viewport=size, **{"locale": "ru-RU", "java_script_enabled": False, **context_options}
            )
            stack.push_async_callback(context.close)
            tab = await context.new_page()
            tab.set_default_timeout(15_000)
            tab.on("console", lambda line: troubles.append(line.text) if "Policy" in line.text else None)
            tab.on("request", lambda one: None if one.url.startswith(served.url) else troubles.append(one.url))
            await tab.goto(served.url + path)
            return tab

        yield visited
        assert troubles == []


@pytest.mark.parametrize("size", [PHONE, SMALLEST], ids=["phone", "smallest"])
async def test_narrow(visit: Visit, size: ViewportSize) -> None:
    """On a phone nothing sticks out: what is wider, a table, scrolls by itself, also when it is opened."""
    for path in ADDRESSES:
        tab = await visit(path, size=size, java_script_enabled=True)
        await tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        stuck_out = await tab.evaluate(
            """[...document.querySelectorAll('main *')].filter(one => one.checkVisibility()
                && one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.scroll, .pills, svg'))
                .map(one => one.outerHTML.slice(0, 100))"""
        )
        width = await tab.evaluate("document.documentElement.scrollWidth")
        assert (path, size["width"], []) == (path, width, stuck_out)


async def test_charts_can_be_read_on_a_phone(visit: Visit) -> None:
    """A phone gets charts made for it, whose letters are not scaled down; a desk gets the wide ones."""
    for size, shown, least in ((PHONE, "narrow", 10), (DESKTOP, "wide", 9)):
        tab = await visit("/admin/statistics?period=month", size=size, java_script_enabled=True)
        charts = tab.locator("svg.chart:visible")
        assert 2 == await charts.count()
        for chart in await charts.all():
            assert shown in (await chart.get_attribute("class") or "")
            box, width = await chart.bounding_box(), float(await chart.get_attribute("width") or 0)
            assert box is not None
            assert 11 * box["width"] / width > least


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_paper(visit: Visit, scheme: str) -> None:
    """The figures are one page of A4, dark on light whatever the screen is, without forms and folded tables."""
    for path in PRINTED:
        tab = await visit(path, color_scheme=scheme)
        pdf = await tab.pdf(prefer_css_page_size=True)
        assert (path, 1) == (path, len(re.findall(rb"/Type\s*/Page\b", pdf)))
        await tab.emulate_media(media="print")
        assert 0 == await tab.locator("form:visible, details:visible, nav:visible").count()
        background = await tab.locator(".tile").first.evaluate("one => getComputedStyle(one).backgroundColor")
        assert "rgb(255, 255, 255)" == background


async def test_choosing(visit: Visit) -> None:
    """Without a script the form counts anew, and its address can be kept; a quick period keeps the choice."""
    tab = await visit("/admin/statistics")
    await tab.get_by_label("С какого дня").fill("2026-11-01")
    await tab.get_by_label("По какой").fill("2026-11-10")
    await tab.get_by_role("combobox", name="Отдел").select_option("Департамент энергетики")
    await tab.get_by_role("button", name="Показать").click()
    await expect(tab.locator(".under")).to_have_text("1–10 ноября 2026 · Департамент энергетики")
    assert "from=2026-11-01&to=2026-11-10&department=energy" in tab.url
    await tab.reload()
    await expect(tab.get_by_role("combobox", name="Отдел")).to_have_value("energy")
    await tab.get_by_role("link", name="месяц").click()
    await expect(tab.locator(".under")).to_have_text("16 октября – 15 ноября 2026 · Департамент энергетики")


async def test_from_a_number_to_a_question(visit: Visit) -> None:
    """A number leads to its list, the list to its next page and to the question, and all back to the figures."""
    tab = await visit("/admin/statistics?period=month")
    await tab.get_by_role("link", name=re.compile("^Просрочено: ")).click()
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Просрочено")
    await tab.get_by_role("link", name="Дальше →").click()
    await expect(tab.locator(".pager")).to_contain_text("2 из 3")
    await tab.get_by_role("link", name="К статистике").click()
    await expect(tab.locator(".under")).to_have_text("16 октября – 15 ноября 2026")
    await tab.get_by_role("link", name="№ 48213").click()
    await expect(tab.get_by_role("searchbox")).to_have_value("48213")


async def test_searching(visit: Visit) -> None:
    """From the chat the search is one step away; Enter looks for the words."""
    tab = await visit("/admin")
    await tab.get_by_role("link", name="Поиск").click()
    box = tab.get_by_role("searchbox", name="Что найти")
    await box.fill("вода надым с 1.11 по 15.11")
    await box.press("Enter")
    await expect(tab.get_by_role("status")).to_have_text("Найдено вопросов: 23.")
    await expect(tab.locator("mark").first).to_have_text("Надыме")
    await expect(tab.get_by_role("searchbox")).to_have_value("вода надым с 1.11 по 15.11")


async def test_tables_beside_charts(visit: Visit) -> None:
    """Under each chart its table opens without a script."""
    tab = await visit("/admin/statistics")
    for figure in await tab.locator("figure").all():
        await expect(figure.locator("table")).to_be_hidden()
        await figure.get_by_text("Таблица").click()
        await expect(figure.locator("tbody tr")).to_have_count(7)
        await expect(figure.locator("table")).to_be_visible()


async def test_what_screen_readers_find(visit: Visit) -> None:
    """Headings, charts by name, tables by name: the page can be walked through without seeing it."""
    tab = await visit("/admin/statistics")
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Статистика")
    await expect(tab.get_by_role("img", name=re.compile("^Поступило вопросов по дням"))).to_have_count(1)
    await expect(tab.get_by_role("img", name=re.compile("^Время до первого ответа по дням"))).to_have_count(1)
    await expect(tab.get_by_role("region", name="Таблица: Отделы", exact=True)).to_have_count(1)
    await expect(tab.get_by_role("navigation", name="Разделы").get_by_role("link")).to_have_count(3)
    await expect(tab.get_by_role("search")).to_have_count(0)


async def test_open_page(visit: Visit) -> None:
    """A stranger sees the months, chooses one, and is asked for nothing."""
    tab = await visit("/statistics")
    await expect(tab.get_by_role("heading", name="Октябрь 2026")).to_be_visible()
    await tab.get_by_role("link", name="май 2026").click()
    await expect(tab.get_by_role("heading", name="Май 2026")).to_be_visible()
    assert [] == await tab.context.cookies()


async def test_open_page_in_another_language(visit: Visit) -> None:
    """Whoever's browser speaks English reads English; a link changes the language, and the choice lasts."""
    tab = await visit("/statistics?month=2026-05", locale="en-US")
    await expect(tab).to_have_title(re.compile("^How we answer"))
    await expect(tab.get_by_role("heading", name="May 2026")).to_be_visible()
    await expect(tab.get_by_role("img", name=re.compile("^Questions received by month"))).to_have_count(1)
    await tab.get_by_role("navigation", name="Language").get_by_role("link", name="Русский").click()
    await expect(tab.get_by_role("heading", name="Май 2026")).to_be_visible()
    await tab.get_by_role("link", name="июнь 2026").click()
    await expect(tab.get_by_role("heading", name="Июнь 2026")).to_be_visible()
    await expect(tab.locator("html")).to_have_attribute("lang", "ru")
    assert [] == await tab.context.cookies()


@pytest.mark.parametrize("path", ["/", "/statistics", "/statistics?language=en", "/admin/statistics"])
async def test_a_long_name_of_the_service(browser: Browser, tmp_path: Path, path: str) -> None:
    """On a phone a long name takes two lines and is read whole; a short one leaves room for what stands beside it."""
    heights = []
    async with serving(tmp_path) as open_page:
        for name in ("Ямал", "Вопросы и ответы Ямало-Ненецкого автономного округа"):
            page = await open_page(insight=FakeInsight(), open_statistics=True, service_name=name, clock=lambda: NOW)
            tab = await browser.new_page(viewport=ORDINARY)
            await tab.goto(page.url + path)
            title = tab.locator(".top").get_by_text(name)
            hidden = await title.evaluate(
                "one => Math.max(one.scrollHeight - one.clientHeight, one.scrollWidth - one.clientWidth)"
            )
            # A height of half pixels is rounded.
            assert hidden <= 1
            assert ORDINARY["width"] == await tab.evaluate("document.documentElement.scrollWidth")
            box = await title.bounding_box()
            assert box is not None
            heights.append(box["height"])
            await tab.close()
    assert [1, 2] == [round(height / heights[0]) for height in heights]
