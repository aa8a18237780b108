"""The figures for everybody: off unless they are wanted, nothing personal, counted once however many ask."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from adapters.web.insight.months import Months
from bot.adapter import Labels
from bot.statistics.figures import MONTHS, OTHERS, By, Counts, Figures, Month
from tests.adapters.web.conftest import OpenPage, Page
from tests.adapters.web.fakes import NAME, Clock
from tests.adapters.web.insight.example import NOW, FakeInsight, figures, labels, months, times
from tests.adapters.web.insight.reading import read

PATHS = ["/statistics", "/statistics.json"]


async def _open(open_page: OpenPage, insight: FakeInsight, **changes: object) -> Page:
    return await open_page(**{"insight": insight, "open_statistics": True, "clock": lambda: NOW, **changes})


@pytest.mark.parametrize("path", PATHS)
async def test_off_unless_wanted(open_page: OpenPage, path: str) -> None:
    """Without OPEN_STATISTICS there is no such page, for officials neither."""
    insight = FakeInsight()
    page = await _open(open_page, insight, open_statistics=False)
    async with page.person().get(path) as response:
        assert (404, 0) == (response.status, insight.counted)


@pytest.mark.parametrize("path", PATHS)
async def test_open_to_strangers(open_page: OpenPage, path: str) -> None:
    """Anybody may look, from anywhere, and gets no cookie; browsers and proxies keep it for five minutes."""
    page = await _open(open_page, FakeInsight(), local_only=False, admin_password="кедр")
    headers = {"X-Forwarded-For": "192.0.2.1", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
    async with page.person().get(path, headers=headers) as response:
        assert (200, "public, max-age=300") == (response.status, response.headers["Cache-Control"])
        assert "Set-Cookie" not in response.headers
        assert "nosniff" == response.headers["X-Content-Type-Options"]


async def test_json_for_other_sites(open_page: OpenPage) -> None:
    """Other sites' pages may read the JSON; the page itself stays closed to them."""
    page = await _open(open_page, FakeInsight())
    allowed = {}
    for path in PATHS:
        async with page.person().get(path) as response:
            allowed[path] = response.headers.get("Access-Control-Allow-Origin")
    assert {"/statistics": None, "/statistics.json": "*"} == allowed


async def test_json(open_page: OpenPage) -> None:
    """The keys of the JSON are those that are documented, and the merged groups are named as such."""
    month = Month(
        first=date(2026, 10, 1),
        total=figures(100),
        by={By.DEPARTMENT: {"energy": figures(80, rated=0), "": figures(13), OTHERS: figures(7)}, By.TOPIC: {}},
    )
    page = await _open(open_page, FakeInsight(all_months=(month,)))
    async with page.person().get("/statistics.json") as response:
        assert "application/json" == response.content_type
        found = await response.json()
    [shown] = found.pop("months")
    assert {
        "service": "Полярный <Вестник> & Ко",
        "counted_at": "2026-11-15T09:05:00+00:00",
        "timezone": "Asia/Yekaterinburg",
        "target_seconds": 11520,
        "country_seconds": 16260,
    } == found
    departments = shown.pop("departments")
    total = shown.pop("total")
    assert {"month": "2026-10", "topics": [], "places": [], "channels": []} == shown
    assert {
        "received": 100,
        "reopened": 6,
        "answered": 93,
        "open": 3,
        "clarifying": 1,
        "closed_without_answer": 3,
        "overdue": 4,
        "handed_over": 11,
        "interim_answers": 5,
        "rating": 4.42,
        "first_answer_seconds": {"mean": 10200, "median": 6324, "p90": 23460},
        "first_answer_working_seconds": {"mean": 5640, "median": 3497, "p90": 12972},
    } == total
    assert [
        ("energy", "Департамент энергетики", False),
        ("", "Координаторы", False),
        ("*", "Прочие", True),
    ] == [(one["key"], one["name"], one["is_merged"]) for one in departments]


async def test_few_ratings_are_not_told(open_page: OpenPage) -> None:
    """What fewer than five residents thought is nobody's business: neither the page nor the JSON tells it."""
    few = Figures(counts=Counts(asked=9, answered=9, rated=4, rating_sum=7), clock=times(9, 60))
    month = Month(first=date(2026, 10, 1), total=few, by={By.TOPIC: {"topic0": few, "topic1": few}})
    page = await _open(open_page, FakeInsight(all_months=(month,)))
    async with page.person().get("/statistics.json") as response:
        [shown] = (await response.json())["months"]
    assert [None, None, None] == [one["rating"] for one in (shown["total"], *shown["topics"])]
    async with page.person().get("/statistics") as response:
        assert "1,8" not in await response.text()


async def test_few_questions_are_not_told(open_page: OpenPage) -> None:
    """A month with fewer than five questions says so much, and no number: in the JSON its keys are there, and null."""
    month = Month(first=date(2026, 10, 1), total=None, by={})
    page = await _open(open_page, FakeInsight(all_months=(month, *months(2)[1:])))
    async with page.person().get("/statistics.json") as response:
        [shown, whole] = (await response.json())["months"]
    assert shown["total"].keys() == whole["total"].keys()
    assert {None} == {one for one in shown["total"].values() if not isinstance(one, dict)}
    assert {"mean": None, "median": None, "p90": None} == shown["total"]["first_answer_seconds"]
    assert [] == shown["departments"]
    async with page.person().get("/statistics?month=2026-10") as response:
        found = read(await response.text())
    assert 3 == found.texts("td").count("меньше пяти вопросов")
    assert "Вопросов было меньше пяти: подробностей нет." in found.texts("p")


async def test_page(open_page: OpenPage) -> None:
    """The page has a line for each month, and the groups of the last whole one, the merged ones as «Прочие»."""
    page = await _open(open_page, FakeInsight())
    async with page.person().get("/statistics") as response:
        shown = read(await response.text())
    links = shown.links()
    assert "/statistics?month=2026-10#groups" == links["октябрь 2026"]
    assert "Октябрь 2026" in shown.texts("h2")
    assert "Прочие" in shown.texts("span", "name")
    assert [] == [href for href in links.values() if href.startswith("/admin")]
    assert "/statistics.json" == links["JSON"]


@pytest.mark.parametrize(("query", "expected"), [("month=2026-05", "Май 2026"), ("month=", "Октябрь 2026")])
async def test_another_month(open_page: OpenPage, query: str, expected: str) -> None:
    """The groups of each month can be seen, and their address can be kept."""
    page = await _open(open_page, FakeInsight())
    async with page.person().get(f"/statistics?{query}") as response:
        shown = read(await response.text())
    assert expected in shown.texts("h2")


@pytest.mark.parametrize("value", ["2020-01", "2027-01", "2026-5", "октябрь", "2026-10-01", "<script>", "٢٠٢٦-١٠"])
async def test_a_month_that_there_is_not(open_page: OpenPage, value: str) -> None:
    """A month without figures is said in a line, with the way to the others."""
    page = await _open(open_page, FakeInsight())
    async with page.person().get("/statistics", params={"month": value}) as response:
        shown = read(await response.text())
        assert 404 == response.status
    assert ["За этот месяц ничего не посчитано: выберите другой."] == shown.texts("div", "trouble")
    assert [] == shown.all("script")


async def test_before_the_first_month(open_page: OpenPage) -> None:
    """A service that has just begun has a page that says so."""
    page = await _open(open_page, FakeInsight(all_months=()))
    for path in PATHS:
        async with page.person().get(path) as response:
            assert 200 == response.status
            assert "Пока считать нечего." in await response.text() or path.endswith("json")


async def test_only_the_last_months(open_page: OpenPage) -> None:
    """However long the service runs, the page stays as long as it is."""
    page = await _open(open_page, FakeInsight(all_months=months(60)))
    async with page.person().get("/statistics.json") as response:
        assert MONTHS == len((await response.json())["months"])


async def test_the_database_is_away(open_page: OpenPage) -> None:
    """When nothing can be counted, strangers are asked to come again, and it is tried anew then."""
    insight = FakeInsight(away=True)
    page = await _open(open_page, insight)
    for path in PATHS:
        async with page.person().get(path) as response:
            assert (503, "no-store") == (response.status, response.headers["Cache-Control"])
    insight.away = False
    async with page.person().get("/statistics") as response:
        assert 200 == response.status


# --- whose language -------------------------------------------------------------------------------------------------

LANGUAGES = {
    "nothing is said": ("", "", "ru"),
    "the browser": ("", "en-US,en;q=0.9", "en"),
    "the browser, by its weights": ("", "en;q=0.5,ru;q=0.7", "ru"),
    "a browser whose language there is not": ("", "de-DE,de;q=0.9", "ru"),
    "the address": ("language=en", "", "en"),
    "the address against the browser": ("language=ru&month=2026-05", "en-US", "ru"),
    "an address whose language there is not": ("language=de", "en-US", "en"),
    "nonsense": ("language=<script>", "en;", "ru"),
}


@pytest.mark.parametrize(("query", "accepted", "expected"), LANGUAGES.values(), ids=LANGUAGES.keys())
async def test_language(open_page: OpenPage, query: str, accepted: str, expected: str) -> None:
    """The page is in the language of its address, else of the browser, else in Russian; the other is offered."""
    page = await _open(open_page, FakeInsight())
    async with page.person().get(f"/statistics?{query}", headers={"Accept-Language": accepted}) as response:
        shown = read(await response.text())
    titles = {"ru": "Как мы отвечаем", "en": "How we answer"}
    assert expected == shown.all("html")[0]["lang"]
    assert [titles[expected]] == shown.texts("h1")
    assert f"{titles[expected]} — {NAME}" == shown.texts("title")[0]
    other = {"ru": "English", "en": "Русский"}[expected]
    assert other in shown.links()
    assert {"ru", "en"} - {expected} == {one["lang"] for one in shown.all("a") if one["lang"]}


def _latin() -> Labels:
    """Settings of a region whose names are not Russian, so that what is Russian must be ours."""
    there = labels()

    def named(names: Mapping[str, str]) -> dict[str, str]:
        return {value: f"<{value}>" for value in names}

    return replace(there, departments=named(there.departments), topics=named(there.topics), places=named(there.places))


def _all_kinds() -> tuple[Month, ...]:
    """Months with everything that can be said of them."""
    few = Month(first=date(2026, 9, 1), total=None, by={})
    handed_on = replace(figures(60), counts=replace(figures(60).counts, handed_on=7))
    nobody = {"": handed_on, OTHERS: figures(9)}
    newest, whole, *older = months(4)
    return (newest, replace(whole, by={by: {**groups, **nobody} for by, groups in whole.by.items()}), few, *older)


@pytest.mark.parametrize("query", ["", "month=2026-09", "month=2020-01"])
async def test_english_is_english(open_page: OpenPage, query: str) -> None:
    """Whoever reads English reads nothing of ours in Russian, neither on the screen nor by ear."""
    page = await _open(open_page, FakeInsight(there=_latin(), all_months=_all_kinds()))
    async with page.person().get(f"/statistics?{query}", headers={"Accept-Language": "en"}) as response:
        text = (await response.text()).replace(html.escape(NAME), "")
    russian = re.findall(r"[^<>\"]*[а-яё][^<>\"]*", text, re.IGNORECASE)
    assert ["Язык", "Русский"] == [one.removeprefix("Language · ") for one in russian]


async def test_figures_in_english(open_page: OpenPage) -> None:
    """The same figures as in Russian, written as English writes them; names stay as the settings have them."""
    page = await _open(open_page, FakeInsight())
    async with page.person().get("/statistics?language=en") as response:
        shown = read(await response.text())
    assert {"October 2026", "Departments", "Questions received by month"} <= set(shown.texts("h2"))
    cells = shown.texts("td")
    assert {"5,740", "2 h 48 min", "4.4"} <= set(cells)
    assert "Департамент энергетики" in shown.texts("span", "name")
    assert {"Oct ’25", "2,000", "5 h"} <= set(shown.texts("text"))
    assert "Table: by month" in {one["aria-label"] for one in shown.all("div", "scroll")}
    assert "October 2026: 5,740 questions (Telegram 2,514, VK 1,257, VK (vk-school5) 838, Viber 628, Website 503)" in {
        " ".join(one.text.split()) for one in shown.all("title")
    }


async def test_links_keep_what_was_chosen(open_page: OpenPage) -> None:
    """Whoever chose a language keeps it from month to month; other addresses everybody reads in his own."""
    page = await _open(open_page, FakeInsight())

    async def links(query: str) -> dict[str, str]:
        async with page.person().get(f"/statistics?{query}", headers={"Accept-Language": "en"}) as response:
            return read(await response.text()).links()

    assert "/statistics?month=2026-05#groups" == (await links(""))["May 2026"]
    assert "/statistics?month=2026-05&language=en#groups" == (await links("language=en"))["May 2026"]
    assert "/statistics?language=ru" == (await links(""))["Русский"]
    assert "/statistics?month=2026-06&language=ru" == (await links("month=2026-06&language=en"))["Русский"]
    assert "/statistics?language=en" == (await links("month=2020-01&language=en"))["All months"]


async def test_nobody_gets_anothers_language(open_page: OpenPage) -> None:
    """What is kept, here or by a proxy, is never given to whoever reads another language."""
    page = await _open(open_page, insight := FakeInsight())
    told = []
    for accepted in ("ru", "en", "ru", "en"):
        async with page.person().get("/statistics", headers={"Accept-Language": accepted}) as response:
            assert "Accept-Encoding, Accept-Language" == response.headers["Vary"]
            told.append(read(await response.text()).all("html")[0]["lang"])
    assert (["ru", "en", "ru", "en"], 1) == (told, insight.counted)


async def test_trouble_is_told_in_ones_language(open_page: OpenPage) -> None:
    """When nothing can be counted, that is said in the reader's language, and the way back keeps what he chose."""
    page = await _open(open_page, FakeInsight(away=True))
    async with page.person().get("/statistics?language=en") as response:
        shown = read(await response.text())
        assert (503, "no-store") == (response.status, response.headers["Cache-Control"])
    assert ["That is not working right now. Please try again."] == shown.texts("div", "trouble")
    assert "en" == shown.all("html")[0]["lang"]
    assert "/statistics?language=en" == shown.links()["All months"]


# --- counted once ---------------------------------------------------------------------------------------------------


class _Slow(FakeInsight):
    """Counts when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def months(self) -> Sequence[Month]:
        found = await super().months()
        await self.go.wait()
        return found


async def test_counted_once_for_all_who_wait() -> None:
    """A hundred strangers at once cost one counting."""
    insight = _Slow()
    kept = Months(insight, "Ямал", Clock())
    async with asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(kept.get()) for _ in range(100)]
        await asyncio.sleep(0)
        insight.go.set()
    assert (1, 1) == (insight.counted, len({id(one.result()) for one in waiting}))


async def test_one_who_leaves_spoils_nothing() -> None:
    """When the one for whom it was counted goes away, the next one gets his figures all the same."""
    insight = _Slow()
    kept = Months(insight, "Ямал", Clock())
    first, second = asyncio.create_task(kept.get()), asyncio.create_task(kept.get())
    await asyncio.sleep(0)
    first.cancel()
    insight.go.set()
    assert MONTHS > len((await second).months) > 0
    assert first.cancelled()


async def test_counted_anew_after_a_while() -> None:
    """Figures are at most ten minutes old."""
    insight, clock = FakeInsight(), Clock()
    kept = Months(insight, "Ямал", clock)
    await kept.get()
    clock.forward(timedelta(minutes=9, seconds=59))
    await kept.get()
    before = insight.counted
    clock.forward(timedelta(seconds=1))
    await kept.get()
    assert (1, 2) == (before, insight.counted)
