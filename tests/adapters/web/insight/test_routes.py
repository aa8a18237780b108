"""The addresses of leaders and officials: who comes in, what is asked of `Insight`, what is said when it fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from aiohttp import ClientSession

from adapters.web.insight import questions
from bot.model.chat import ChatRef
from bot.statistics.figures import Scope, What
from bot.statistics.period import Period
from tests.adapters.web.conftest import OpenPage, Page
from tests.adapters.web.fakes import ADMIN
from tests.adapters.web.insight.example import NOW, FakeInsight, labels, waits
from tests.adapters.web.insight.reading import Reader, read
from tests.adapters.web.test_pages import POLICY

PASSWORD = "кедр-и-море"
PAGES = ["/admin/statistics", "/admin/statistics/list?what=open", "/admin/find?q=вода"]


async def _get(person: ClientSession, path: str, **headers: str) -> tuple[int, Reader]:
    async with person.get(path, headers=headers) as response:
        return response.status, read(await response.text())


async def _open(open_page: OpenPage, insight: FakeInsight | None = None, **changes: object) -> Page:
    return await open_page(insight=insight or FakeInsight(), clock=lambda: NOW, **changes)


@pytest.mark.parametrize("path", PAGES)
async def test_local_requests_enter(open_page: OpenPage, path: str) -> None:
    """On the machine itself the pages open as the admin chat does, with the page's own headers."""
    page = await _open(open_page)
    async with page.person().get(path) as response:
        assert (200, POLICY, "no-store") == (
            response.status,
            response.headers["Content-Security-Policy"],
            response.headers["Cache-Control"],
        )
        assert "Set-Cookie" not in response.headers


FOREIGN = {
    "through a proxy": {"X-Forwarded-For": "127.0.0.1"},
    "by a foreign name": {"Host": "evil.example"},
    "from a foreign page": {"Origin": "https://evil.example"},
    "read by a foreign page": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    "read by a neighbour's page": {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN.keys())
@pytest.mark.parametrize("path", PAGES)
async def test_others_do_not(open_page: OpenPage, path: str, headers: dict[str, str]) -> None:
    """Without a password nobody else comes in, and nothing is counted for him."""
    insight = FakeInsight()
    page = await _open(open_page, insight)
    status, shown = await _get(page.person(), path, **headers)
    assert (403, []) == (status, shown.all("table"))
    assert ([], [], []) == (insight.scopes, insight.lists, insight.searches)


@pytest.mark.parametrize("path", PAGES)
async def test_a_public_service_without_a_password(open_page: OpenPage, path: str) -> None:
    """Where the admin chat is closed, so are the figures."""
    page = await _open(open_page, local_only=False)
    assert 403 == (await _get(page.person(), path))[0]


@pytest.mark.parametrize("path", PAGES)
async def test_the_password_leads_back(open_page: OpenPage, path: str) -> None:
    """A kept address asks for the password first, also after a wrong one, and then opens."""
    insight = FakeInsight()
    page = await _open(open_page, insight, admin_password=PASSWORD)
    person = page.person()
    status, shown = await _get(person, path)
    assert (401, ["Войти"], []) == (status, shown.texts("button"), insight.scopes)
    [form] = shown.all("form")
    async with person.post(form["action"], json={"password": "нет"}) as response:
        [form] = read(await response.text()).all("form")
    async with person.post(form["action"], json={"password": PASSWORD}, allow_redirects=False) as response:
        status, there = response.status, response.headers["Location"]
    assert (303, 200) == (status, (await _get(person, there))[0])
    assert path.partition("?")[0] == there.partition("?")[0]
    assert (await _get(person, path))[1].texts("nav", "parts") == ["Чат Поиск Статистика"]


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example",
        "/admin/statistics/../../x",
        "/admin\\evil",
        "javascript:1",
        "/m/x",
        "",
    ],
)
async def test_the_password_leads_nowhere_else(open_page: OpenPage, back: str) -> None:
    """An address made by somebody else cannot send an official away with his session just begun."""
    page = await _open(open_page, admin_password=PASSWORD)
    async with page.person().post(
        "/admin/login", params={"back": back}, json={"password": PASSWORD}, allow_redirects=False
    ) as response:
        assert (303, "/admin") == (response.status, response.headers["Location"])


async def test_an_ended_session_sees_nothing(open_page: OpenPage) -> None:
    """After logging out the figures are closed again."""
    page = await _open(open_page, admin_password=PASSWORD)
    person = page.person()
    await (await person.post("/admin/login", json={"password": PASSWORD})).read()
    before = (await _get(person, "/admin/statistics"))[0]
    await (await person.post("/admin/logout")).read()
    assert (200, 401) == (before, (await _get(person, "/admin/statistics"))[0])


@pytest.mark.parametrize("path", [*PAGES, "/statistics", "/statistics.json"])
async def test_without_figures_there_are_no_pages(page: Page, path: str) -> None:
    """A service that lends no figures has no pages for them, and no links."""
    person = page.person()
    async with person.get(path) as response:
        assert 404 == response.status
    assert "Статистика" not in (await _get(person, "/admin"))[1].links()


async def test_what_is_asked(open_page: OpenPage) -> None:
    """The figures are asked for the admin chat of the page, and for exactly what the address says."""
    insight = FakeInsight()
    page = await _open(open_page, insight)
    query = "from=2026-11-01&to=2026-11-15&department=energy&topic=topic1&place=nadym&channel=vk&source=qr-1"
    assert 200 == (await _get(page.person(), f"/admin/statistics?{query}"))[0]
    scope = Scope(
        period=Period(first=date(2026, 11, 1), last=date(2026, 11, 15)),
        departments=("energy",),
        topic="topic1",
        place="nadym",
        channel="vk",
        source="qr-1",
    )
    assert [(ChatRef(channel="web", chat_id="admin"), scope)] == insight.scopes
    assert ADMIN == insight.scopes[0][0]


async def test_a_department_that_is_gone(open_page: OpenPage) -> None:
    """Coordinators see what was answered by a department that is no more; a department's chat learns nothing of it."""
    everything, own = FakeInsight(), FakeInsight(allowed=("energy",))
    for insight, expected in ((everything, 200), (own, 400)):
        page = await _open(open_page, insight)
        status, shown = await _get(page.person(), "/admin/statistics?department=gone")
        assert expected == status
        assert ("gone" in shown.texts("option")) == (expected == 200)
    assert ("gone",) == everything.scopes[0][1].departments
    assert [] == own.scopes


async def test_today_is_the_services_day(open_page: OpenPage) -> None:
    """At midnight in the service's zone the day changes, wherever the server stands."""
    insight = FakeInsight()
    page = await open_page(insight=insight, clock=lambda: NOW.replace(hour=19, minute=1))
    await _get(page.person(), "/admin/statistics?period=day")
    assert date(2026, 11, 16) == insight.scopes[0][1].period.last


@pytest.mark.parametrize("path", ["/admin/statistics", "/admin/statistics/list"])
@pytest.mark.parametrize(
    "query",
    ["from=2026-11-10&to=2026-11-01", "from=2027-01-01", "department=nobody", "place=%00", "channel=%ED%A0%80&page=-1"],
)
async def test_mistakes_in_the_address(open_page: OpenPage, path: str, query: str) -> None:
    """A wrong address is told above a form that works, with status 400; nothing is counted."""
    insight = FakeInsight()
    page = await _open(open_page, insight)
    status, shown = await _get(page.person(), f"{path}?{query}")
    [trouble] = shown.all("div", "trouble")
    assert (400, "alert", []) == (status, trouble["role"], insight.scopes)
    assert 4 == len(shown.all("select"))


@pytest.mark.parametrize("path", PAGES)
async def test_the_database_is_away(open_page: OpenPage, path: str) -> None:
    """What fails behind the page is said on a page, and when to come again; no error shows its insides."""
    page = await _open(open_page, FakeInsight(away=True))
    async with page.person().get(path) as response:
        text = await response.text()
        assert (503, "text/html", "6") == (response.status, response.content_type, response.headers["Retry-After"])
    assert "Сейчас не получается" in text
    assert "database" not in text


@pytest.mark.parametrize("path", PAGES)
async def test_a_chat_without_questions(open_page: OpenPage, path: str) -> None:
    """Where the page's admin chat is nobody's, it is said so, and nothing is shown."""
    insight = FakeInsight(allowed=())
    page = await _open(open_page, insight)
    status, shown = await _get(page.person(), path)
    assert (403, []) == (status, insight.scopes)
    assert any("нет своих вопросов" in text for text in shown.texts("p"))


# --- the list behind a number ---


async def test_list(open_page: OpenPage) -> None:
    """Each wait of the list says since when, how long, how it ended, whether late, where and what about."""
    insight = FakeInsight()
    page = await _open(open_page, insight)
    status, shown = await _get(page.person(), "/admin/statistics/list?what=overdue")
    assert (200, [(What.OVERDUE, 0)]) == (status, insight.lists)
    assert ["Просрочено"] == shown.texts("h1")
    assert "9–15 ноября 2026 · 60 вопросов" == shown.texts("p", "under")[0]
    first, second = shown.texts("li")[:2]
    assert first.startswith("№ 50000 15 ноября 2026, 11:05 ожидание 9 ч 4 мин отвечен ! с опозданием")
    assert first.endswith("ВКонтакте · Координаторы · Отопление")
    assert second.startswith("№ 49999 15 ноября 2026, 06:05 ожидание 8 ч 55 мин ещё ждёт в срок")
    assert second.endswith("Telegram · Департамент энергетики · Отопление · Надымский район")
    assert "дом <b>замёрз</b>" in first


@pytest.mark.parametrize(
    ("outcome", "stands", "is_late", "expected"),
    [
        ("answered", False, False, "отвечен в срок"),
        ("answered", False, True, "отвечен ! с опозданием"),
        ("", False, False, "ещё ждёт в срок"),
        ("", False, True, "ещё ждёт ! просрочен"),
        ("", True, False, "ждём уточнения"),
        ("closed", False, False, "закрыт сотрудником"),
        ("spam", False, False, "спам"),
        ("unclarified", False, False, "житель не уточнил"),
        ("helped", False, False, "помог готовый ответ"),
        ("withdrawn", False, False, "житель отозвал"),
    ],
)
def test_in_time(outcome: str, expected: str, *, stands: bool, is_late: bool) -> None:
    """«В срок» is said of who was answered or waits for it, never of what was closed, or asked back."""
    row = replace(waits(1)[0], clock=timedelta(hours=1), outcome=outcome, stands=stands, is_late=is_late)
    (facts,) = read(questions.behind(row, labels())).texts("p", "facts")
    assert expected == facts.partition("ожидание 1 ч ")[2]


async def test_list_pages(open_page: OpenPage) -> None:
    """A long list has pages, which keep what was asked; one beyond the last says so."""
    insight = FakeInsight()
    page = await _open(open_page, insight)
    person = page.person()
    _, first = await _get(person, "/admin/statistics/list?what=open&department=energy")
    following = first.links()["Дальше →"]
    assert "/admin/statistics/list?what=open&period=week&department=energy&page=2" == following
    assert "← Назад" not in first.links()
    _, last = await _get(person, following.replace("page=2", "page=3"))
    assert ("Дальше →" in last.links(), "← Назад" in last.links(), 10) == (False, True, len(last.all("li")))
    _, beyond = await _get(person, following.replace("page=2", "page=9"))
    assert "На этой странице ничего нет: список короче." in beyond.texts("p")
    assert [0, 2, 8] == [number for _, number in insight.lists]


async def test_an_empty_list(open_page: OpenPage) -> None:
    """Nothing behind a number is said, not left blank."""
    page = await _open(open_page, FakeInsight(waits=0))
    _, shown = await _get(page.person(), "/admin/statistics/list?what=spam")
    assert "Таких вопросов нет." in shown.texts("p")
    assert [] == shown.all("nav", "pager")


# --- the search ---


async def test_find(open_page: OpenPage) -> None:
    """What fits is shown with its words marked, and stays text whatever residents wrote."""
    insight = FakeInsight(notes=("Слово «в» не ищется.",), only_newest=True)
    page = await _open(open_page, insight)
    status, shown = await _get(page.person(), "/admin/find?q=вода надым")
    assert (200, [("вода надым", 0)]) == (status, insight.searches)
    assert ["Надыме", "воды"] == shown.texts("mark")[:2]
    item = shown.texts("li")[1]
    assert item.startswith("№ 47001 ")
    assert "Анна <i>К.</i>" in item
    assert "нет <горячей> воды" in item
    assert [] == shown.all("i")
    assert "Найдено вопросов: 23+." in shown.texts("p", "under")
    notes = shown.texts("p", "said")
    assert ("Слово «в» не ищется.", True) == (notes[0], "только новые" in notes[1])
    assert "/admin/find?q=%D0%B2%D0%BE%D0%B4%D0%B0+%D0%BD%D0%B0%D0%B4%D1%8B%D0%BC&page=2" == shown.links()["Дальше →"]


async def test_find_before_anything_is_asked(open_page: OpenPage) -> None:
    """The link to the search shows the box; the button over an empty box says what to do."""
    insight = FakeInsight()
    page = await _open(open_page, insight)
    person = page.person()
    status, shown = await _get(person, "/admin/find")
    assert (200, []) == (status, shown.all("div", "trouble"))
    for path in ("/admin/find?q=", "/admin/find?q=%20%09", "/admin/find?q=%00"):
        status, shown = await _get(person, path)
        assert (400, ["Напишите, что найти."]) == (status, shown.texts("div", "trouble"))
    assert [] == insight.searches


async def test_find_what_cannot_be_looked_for(open_page: OpenPage) -> None:
    """Why words cannot be looked for is said above the box, which keeps them."""
    page = await _open(open_page, FakeInsight(refusal="Одной буквы мало."))
    status, shown = await _get(page.person(), "/admin/find?q=я")
    [box] = [one for one in shown.all("input") if one["name"] == "q"]
    assert (400, ["Одной буквы мало."], "я") == (status, shown.texts("div", "trouble"), box["value"])


@pytest.mark.parametrize(
    "text", ["я" * 5000, '"><script>alert(1)</script>', "' OR 1=1 --", "\u202eвода", "𝔴𝔬𝔡𝔞", "а\x00б\ud800"]
)
async def test_find_anything(open_page: OpenPage, text: str) -> None:
    """Letters by the thousand, markup, SQL and broken text reach the search as text, and come back as text."""
    insight = FakeInsight(hits=0)
    page = await _open(open_page, insight)
    person = page.person()
    async with person.get("/admin/find", params={"q": text.encode(errors="replace").decode()}) as response:
        status, shown = response.status, read(await response.text())
    [box] = [one for one in shown.all("input") if one["name"] == "q"]
    clean = text.replace("\x00", "").replace("\ud800", "?")
    assert (200, clean, [(clean, 0)]) == (status, box["value"], insight.searches)
    assert [] == shown.all("script")
    assert "Ничего не нашлось." in shown.texts("p", "under")


# --- the way between the parts ---


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/admin", "Чат"),
        ("/admin/find", "Поиск"),
        ("/admin/statistics", "Статистика"),
        ("/admin/statistics/list", "Статистика"),
    ],
)
async def test_parts(open_page: OpenPage, path: str, current: str) -> None:
    """From each page of the officials the others are one step away, and the one that is open is marked."""
    page = await _open(open_page)
    _, shown = await _get(page.person(), path)
    links = shown.links()
    assert ["/admin", "/admin/find", "/admin/statistics"] == [links[name] for name in ("Чат", "Поиск", "Статистика")]
    assert [current] == [one.text for one in shown.all("a") if one["aria-current"] == "page" and not one.has("pill")]


async def test_residents_see_no_parts(open_page: OpenPage) -> None:
    """The resident's chat alone does not point at the officials' pages."""
    page = await _open(open_page, local_only=False, admin_password=PASSWORD)
    _, shown = await _get(page.person(), "/")
    assert not {"Поиск", "Статистика"} & shown.links().keys()
