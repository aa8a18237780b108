"""Who gets into the admin chat, asked of every address that belongs to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import ClientResponse, ClientSession

from bot.model.content import Media, MediaKind
from bot.model.message import SendMessage
from tests.adapters.web.conftest import OpenPage, Page
from tests.adapters.web.fakes import ADMIN, PNG

PASSWORD = "кедр-и-море"
ID = "0b8f6a52-3f0e-4d53-9d0a-6f3f6f1c2a11"
#: What belongs to the admin chat: method, path, whether it is part of the chat's own addresses.
READS = ["/web/admin/events", "/web/admin/me", f"/web/admin/files/{'ab' * 32}/x.png"]
WRITES = ["messages", "edit", "press", "retry"]


async def _log_in(person: ClientSession, password: str = PASSWORD) -> ClientResponse:
    form = {"password": password}
    async with person.post("/admin/login", json=form, allow_redirects=False) as response:
        await response.read()
        return response


async def _statuses(person: ClientSession, headers: dict[str, str]) -> set[int]:
    statuses = set()
    for path in READS:
        async with person.get(path, headers=headers) as response:
            statuses.add(response.status)
    for name in WRITES:
        async with person.post(
            f"/web/admin/{name}", json={"client_id": ID, "text": "Я тут"}, headers=headers
        ) as response:
            statuses.add(response.status)
    return statuses


FOREIGN = {
    "through a proxy": {"X-Forwarded-For": "127.0.0.1"},
    "through a tunnel": {"Forwarded": "for=192.0.2.1"},
    "by a foreign name": {"Host": "evil.example"},
    "from a foreign page": {"Origin": "https://evil.example"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN.keys())
async def test_without_a_password_only_local_requests_enter(page: Page, headers: dict[str, str]) -> None:
    """Every address of the admin chat asks whether the request is local; nothing gets in or out otherwise."""
    person = page.person()
    await (await person.get("/")).read()
    assert {403} == await _statuses(person, headers)
    async with person.get("/admin", headers=headers) as response:
        assert response.status == 403
        assert 'role="region"' not in await response.text()
    async with person.get("/", headers=headers) as response:
        text = await response.text()
        assert ("Житель" in text, "Сотрудники" in text) == (True, False)
    assert page.core.updates == []


async def test_without_a_password_a_public_service_has_no_admin_chat(open_page: OpenPage) -> None:
    """Where the service can be reached from outside, not even a local request opens the chat."""
    page = await open_page(local_only=False)
    person = page.person()
    await (await person.get("/")).read()
    assert {403} == await _statuses(person, {})


async def test_local_page_shows_both_chats(page: Page) -> None:
    """On a fresh machine one page has both chats, and works."""
    person = page.person()
    async with person.get("/") as response:
        text = await response.text()
    assert ['aria-label="Житель"' in text, 'aria-label="Сотрудники"' in text] == [True, True]
    async with person.post("/web/admin/messages", json={"client_id": ID, "text": "Я тут"}) as response:
        assert response.status == 200


async def test_password_closes_the_chat(open_page: OpenPage) -> None:
    """With a password, being local is not enough."""
    page = await open_page(admin_password=PASSWORD)
    person = page.person()
    async with person.get("/") as response:
        assert "Сотрудники" not in await response.text()
    assert {401} == await _statuses(person, {})
    async with person.get("/admin") as response:
        text = await response.text()
    assert ('type="password"' in text, 'role="region"' in text) == (True, False)


async def test_login_and_logout(open_page: OpenPage) -> None:
    """The right password opens the chat until logging out, which holds for copied cookies too."""
    page = await open_page(admin_password=PASSWORD)
    person = page.person()
    response = await _log_in(person)
    assert (response.status, response.headers["Location"]) == (303, "/admin")
    cookie = response.cookies["otvet_admin"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", "43200")
    async with person.get("/admin") as opened:
        assert 'aria-label="Сотрудники"' in await opened.text()
    async with person.get("/web/admin/me") as me:
        assert me.status == 204
    await (await person.post("/admin/logout", allow_redirects=False)).read()
    async with person.get("/web/admin/me", headers={"Cookie": f"otvet_admin={cookie.value}"}) as me:
        assert me.status == 401


async def test_session_expires(open_page: OpenPage) -> None:
    """After twelve hours the password is asked again, whatever the browser kept."""
    page = await open_page(admin_password=PASSWORD)
    person = page.person()
    await _log_in(person)
    await (await person.get("/admin")).read()
    page.clock.forward(timedelta(hours=12))
    async with person.get("/web/admin/me") as me:
        assert me.status == 401


async def test_https_cookies(open_page: OpenPage) -> None:
    """Behind https no cookie travels without it."""
    page = await open_page(admin_password=PASSWORD, local_only=False, secure_cookies=True)
    person = page.person()
    session = (await _log_in(person)).cookies["__Host-otvet_admin"]
    async with person.get("/") as response:
        visitor = response.cookies["__Host-otvet_chat"]
    assert (session["secure"], visitor["secure"]) == (True, True)
    assert (visitor["samesite"], visitor["httponly"]) == ("Lax", True)


async def test_guessing_is_slowed(open_page: OpenPage) -> None:
    """After five wrong passwords even the right one waits a minute, and the page says so."""
    page = await open_page(admin_password=PASSWORD)
    person = page.person()
    wrong = [(await _log_in(person, f"{number}")).status for number in range(5)]
    held = await _log_in(person)
    page.clock.forward(timedelta(minutes=1))
    assert (wrong, held.status, (await _log_in(person)).status) == ([401] * 5, 429, 303)
    assert int(held.headers["Retry-After"]) in range(1, 62)


async def test_login_from_a_foreign_page(open_page: OpenPage) -> None:
    """Another site's page cannot even try passwords."""
    page = await open_page(admin_password=PASSWORD)
    async with page.person().post(
        "/admin/login", json={"password": PASSWORD}, headers={"Origin": "https://evil.example"}, allow_redirects=False
    ) as response:
        assert (response.status, dict(response.cookies)) == (403, {})


async def test_login_without_a_password_set(page: Page) -> None:
    """Where no password is set, none opens anything."""
    assert (await _log_in(page.person(), "")).status == 403


async def test_residents_see_their_own_chat_only(page: Page) -> None:
    """One resident's messages and files are nothing to another."""
    anna, boris = page.person(), page.person()
    for person in (anna, boris):
        await (await person.get("/")).read()
    async with anna.post("/web/resident/messages", json={"client_id": ID, "text": "Холодно"}) as response:
        item = await response.json()
    async with boris.post(
        "/web/resident/edit", json={"client_id": ID, "message_id": item["id"], "text": "!"}
    ) as response:
        assert response.status == 404
    chats = {event.chat.chat_id for event in page.core.events}
    async with boris.post("/web/resident/messages", json={"client_id": ID, "text": "Темно"}) as response:
        assert response.status == 200
    assert len({event.chat.chat_id for event in page.core.events} - chats) == 1


async def test_the_chat_id_is_not_the_secret(page: Page) -> None:
    """What the officials' side knows of a resident does not open his chat."""
    person = page.person()
    async with person.get("/") as response:
        secret = response.cookies["otvet_chat"].value
    await (await person.post("/web/resident/messages", json={"client_id": ID, "text": "Холодно"})).read()
    [update] = page.core.updates
    assert secret not in update.raw.decode() + str(update.events)


async def test_files_only_for_the_chat_that_shows_them(page: Page) -> None:
    """Knowing a file's hash is not enough to fetch it."""
    person = page.person()
    await (await person.get("/")).read()
    file = page.files.keep(PNG, "двор.png")
    media = (Media(kind=MediaKind.PHOTO, channel="web", ref=f"file:{file.sha256}"),)
    await page.core.send(ADMIN, SendMessage(media=media))
    statuses = []
    for side in ("admin", "resident"):
        async with person.get(f"/web/{side}/files/{file.sha256}/x.png") as response:
            statuses.append(response.status)
    assert statuses == [200, 404]


async def test_other_pages_cannot_write(page: Page) -> None:
    """Without our own page behind it, a request changes nothing, on either side."""
    person = page.person()
    await (await person.get("/")).read()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        async with person.post(
            "/web/resident/messages", json={"client_id": ID, "text": "Спам"}, headers=headers
        ) as response:
            assert response.status == 403
    async with person.post("/web/resident/messages", data={"client_id": ID, "text": "Спам"}) as response:
        assert response.status == 415
    assert page.core.updates == []


async def test_without_a_cookie_there_is_no_chat(page: Page) -> None:
    """A request without the browser's secret, or with one that we did not make, gets no chat."""
    for cookie in ("", "otvet_chat=admin", f"otvet_chat={'g' * 32}"):
        async with page.person().get("/web/resident/me", headers={"Cookie": cookie}) as response:
            assert response.status == 401
