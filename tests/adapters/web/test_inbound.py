"""What people send: once, in full, within limits, and honestly failed when it failed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from adapters.web.access import Visitor
from adapters.web.inbound import Inbound
from adapters.web.items import Side, State, Who, decode
from adapters.web.upload_brake import UploadBrake
from adapters.web.uploads import Form
from bot.adapter import Update
from bot.model.content import Content
from bot.model.event import ButtonPressed, ChatStarted, LanguageChosen, MessageEdited, MessageReceived, RepliedTo
from bot.model.message import Button, Keyboard, SendMessage
from tests.adapters.web.conftest import OpenPage, Page
from tests.adapters.web.fakes import ADMIN, PNG, MemoryLog

ID = "0b8f6a52-3f0e-4d53-9d0a-6f3f6f1c2a11"
OTHER = "1b8f6a52-3f0e-4d53-9d0a-6f3f6f1c2a12"
KEYS = Keyboard(rows=((Button(text="Взять", data="take:1"),),))


@pytest.fixture
async def person(page: Page) -> ClientSession:
    """Somebody who has opened the page."""
    session = page.person()
    await (await session.get("/")).read()
    return session


async def _post(person: ClientSession, path: str, **fields: Any) -> tuple[int, Any]:
    async with person.post(path, json={"client_id": ID} | fields) as response:
        return response.status, await response.json() if response.status != 204 else None


def _bodies(page: Page, chat_id: str) -> list[Any]:
    return [decode(item.body) for item in page.log.items(chat_id)]


async def test_message(page: Page, person: ClientSession) -> None:
    """What a resident writes reaches the core and stands in his chat under one id."""
    status, shown = await _post(person, "/web/resident/messages", text=" Холодно\r\nв школе\x00 ", name=" Анна\n Б. ")
    [event] = page.core.events
    assert isinstance(event, MessageReceived)
    assert (event.content, event.sender.name) == (Content(text="Холодно\nв школе"), "Анна Б.")
    assert (status, shown["id"], shown["state"], shown["mine"]) == (200, event.message_id, "sent", True)
    [body] = _bodies(page, event.chat.chat_id)
    assert (body.text, body.who, body.state) == ("Холодно\nв школе", Who.RESIDENT, State.SENT)


async def test_a_message_stands_before_what_follows_from_it(page: Page, person: ClientSession) -> None:
    """A confirmation never stands above the question, however fast the core is."""
    page.core.quiet = False
    await _post(person, "/web/resident/messages", text="Холодно")
    chat_id = page.core.events[0].chat.chat_id
    assert [body.who for body in _bodies(page, chat_id)] == [Who.RESIDENT, Who.SERVICE]


async def test_a_repeat_is_the_same_message(page: Page, person: ClientSession) -> None:
    """A page that lost the answer and sends again does not double the question."""
    first = await _post(person, "/web/resident/messages", text="Холодно")
    second = await _post(person, "/web/resident/messages", text="Холодно")
    assert first == second
    assert len(page.core.updates) == 1


async def test_two_people_may_have_the_same_client_id(page: Page, person: ClientSession) -> None:
    """Ids made by pages are never mixed up between officials of one chat."""
    other = page.person()
    await (await other.get("/")).read()
    for who in (person, other):
        await _post(who, "/web/admin/messages", text="Доброе утро")
    assert len(_bodies(page, "admin")) == 2


async def test_the_core_is_away(page: Page, person: ClientSession) -> None:
    """A message that could not be stored does not look sent, and a repeat sends that very message."""
    page.core.away = True
    status, answer = await _post(person, "/web/resident/messages", text="Холодно")
    assert (status, set(answer)) == (503, {"error"})
    [chat_id] = page.log._items
    assert [body.state for body in _bodies(page, chat_id)] == [State.FAILED]
    page.core.away = False
    status, shown = await _post(person, "/web/resident/messages", text="Холодно")
    assert (status, shown["state"], len(page.core.updates)) == (200, "sent", 1)
    assert [body.state for body in _bodies(page, chat_id)] == [State.SENT]


async def test_message_that_removes_all() -> None:
    """The word that has everything removed is gone with the rest; the page does not say that it could not be sent."""
    log, resident = MemoryLog(), Visitor(side=Side.RESIDENT, chat_id="r1", user="r1")

    async def forget(_: Update) -> None:
        for item in log.items("r1"):
            await log.change("r1", item.id, lambda _: None)

    inbound = Inbound("web", log, forget, lambda: datetime.now(UTC))
    body = inbound.written(resident, Form(fields={"client_id": ID, "text": "Да, удалить"}))
    item = await inbound.message(resident, body)
    assert State.SENT is decode(item.body).state
    assert [] == log.items("r1")


async def test_retry_of_a_stored_message(page: Page, person: ClientSession) -> None:
    """After a reload the page no longer has the text, but can have the message sent."""
    page.core.away = True
    await _post(person, "/web/admin/messages", text="Чиним")
    page.core.away = False
    [item] = page.log.items("admin")
    status, shown = await _post(person, "/web/admin/retry", message_id=str(item.id))
    assert (status, shown["state"]) == (200, "sent")
    assert [Content(text="Чиним")] == [
        event.content for event in page.core.events if isinstance(event, MessageReceived)
    ]


async def test_the_log_is_away(page: Page, person: ClientSession) -> None:
    """Without the database the page gets an error that it can show, and nothing is stored."""
    page.log.away = True
    status, answer = await _post(person, "/web/resident/messages", text="Холодно")
    assert (status, answer) == (503, {"error": "Сейчас не получается. Попробуйте ещё раз."})
    assert page.core.updates == []


async def test_reply(page: Page, person: ClientSession) -> None:
    """An official's reply says which message it answers, whose that was, what it says, and what its buttons were."""
    [card] = (await page.core.send(ADMIN, SendMessage(text="№ 1", keyboard=KEYS))).message_ids
    await _post(person, "/web/admin/messages", text="Чиним", reply_to=card)
    [event] = page.core.events
    assert isinstance(event, MessageReceived)
    assert event.reply_to is not None
    assert event.reply_to == RepliedTo(message_id=card, by_bot=True, buttons=("take:1",), text="№ 1")


async def test_a_reply_to_a_message_that_is_gone_stays_a_reply(page: Page, person: ClientSession) -> None:
    """The core is told that it was a reply: otherwise the answer would count as talk and go nowhere."""
    await _post(person, "/web/admin/messages", text="Чиним", reply_to="999")
    [event] = page.core.events
    assert isinstance(event, MessageReceived)
    assert event.reply_to is not None
    assert event.reply_to.message_id == "999"


async def test_edit(page: Page, person: ClientSession) -> None:
    """An edit reaches the core and shows as one."""
    _, shown = await _post(person, "/web/resident/messages", text="Холодно")
    status, edited = await _post(person, "/web/resident/edit", message_id=shown["id"], text="Очень холодно")
    event = page.core.events[-1]
    assert isinstance(event, MessageEdited)
    assert (event.message_id, event.content) == (shown["id"], Content(text="Очень холодно"))
    assert (status, edited["text"], edited["edited"]) == (200, "Очень холодно", True)


async def test_edit_of_a_reply(page: Page, person: ClientSession) -> None:
    """What is corrected is still a reply to that message."""
    _, question = await _post(person, "/web/resident/messages", text="Холодно")
    _, shown = await _post(person, "/web/resident/messages", text="/faq", reply_to=question["id"], client_id=OTHER)
    await _post(person, "/web/resident/edit", message_id=shown["id"], text="И вода")
    event = page.core.events[-1]
    assert isinstance(event, MessageEdited)
    assert event.reply_to == RepliedTo(message_id=question["id"], by_bot=False, text="Холодно")


async def test_only_ones_own_messages_are_edited(page: Page, person: ClientSession) -> None:
    """Neither the service's messages nor a colleague's can be changed."""
    [card] = (await page.core.send(ADMIN, SendMessage(text="№ 1"))).message_ids
    colleague = page.person()
    await (await colleague.get("/")).read()
    _, shown = await _post(colleague, "/web/admin/messages", text="Чиним")
    for message_id in (card, shown["id"]):
        status, _ = await _post(person, "/web/admin/edit", message_id=message_id, text="!")
        assert status == 404
    assert len(page.core.updates) == 1


async def test_an_edit_that_failed_changes_nothing(page: Page, person: ClientSession) -> None:
    """What the core does not know is not shown as changed."""
    _, shown = await _post(person, "/web/resident/messages", text="Холодно")
    page.core.away = True
    status, _ = await _post(person, "/web/resident/edit", message_id=shown["id"], text="Жарко")
    [body] = _bodies(page, page.core.events[0].chat.chat_id)
    assert (status, body.text, body.edited) == (503, "Холодно", False)


async def test_press(page: Page, person: ClientSession) -> None:
    """A press reaches the core with all that its answer needs."""
    [card] = (await page.core.send(ADMIN, SendMessage(text="№ 1", keyboard=KEYS))).message_ids
    status, _ = await _post(person, "/web/admin/press", message_id=card, data="take:1")
    [event] = page.core.events
    assert isinstance(event, ButtonPressed)
    assert (status, event.data, event.message_id, event.press_id) == (204, "take:1", card, ID)


@pytest.mark.parametrize(("side", "data"), [("admin", "close:1"), ("resident", "take:1")])
async def test_only_buttons_that_are_there_can_be_pressed(
    page: Page, person: ClientSession, side: str, data: str
) -> None:
    """Nobody presses a button that his chat does not show, whatever he sends."""
    [card] = (await page.core.send(ADMIN, SendMessage(text="№ 1", keyboard=KEYS))).message_ids
    status, _ = await _post(person, f"/web/{side}/press", message_id=card, data=data)
    assert (status, page.core.updates) == (409, [])


async def test_start(page: Page, person: ClientSession) -> None:
    """Coming by a link counts once, also when the page tells it twice, and nothing is said: the page greets."""
    for _ in range(2):
        status, _ = await _post(person, "/web/resident/start", source="school5\n")
        assert status == 204
    [event] = page.core.events
    assert isinstance(event, ChatStarted)
    assert (event.source, event.greet) == ("school5", False)


async def test_the_same_link_again(page: Page, person: ClientSession) -> None:
    """Whoever opens a link a second time comes from there a second time, for another question."""
    for client_id in (ID, OTHER):
        await _post(person, "/web/resident/start", source="school5", client_id=client_id)
    assert ["school5", "school5"] == [event.source for event in page.core.events if isinstance(event, ChatStarted)]


async def test_language(page: Page, person: ClientSession) -> None:
    """A language chosen on the page reaches the core, once; one that there is not is refused."""
    for language, expected in (("en", 204), ("en", 204), ("xx", 400), ("", 400)):
        status, _ = await _post(person, "/web/resident/language", language=language)
        assert expected == status
    [event] = page.core.events
    assert isinstance(event, LanguageChosen)
    assert "en" == event.language


async def test_officials_choose_no_language(page: Page, person: ClientSession) -> None:
    """Their side is in Russian."""
    async with person.post("/web/admin/language", json={"client_id": ID, "language": "en"}) as response:
        assert 404 == response.status


REFUSED = {
    "nothing written": ({"text": " \n "}, 400),
    "nothing that can be seen": ({"text": "\u200b\u2060 \u3164"}, 400),
    "text too long": ({"text": "я" * 20_001}, 413),
    "far too long": ({"text": "я" * 100_000}, 413),
    "no client id": ({"client_id": "1", "text": "Холодно"}, 400),
    "reply to no message": ({"text": "Да", "reply_to": "x"}, 400),
}


REFUSALS = {
    "a resident whose page is in English": ("resident", "en", "Write something or attach a file."),
    "a resident whose page is in Russian": ("resident", "ru", "Напишите что-нибудь или приложите файл."),
    "a browser that likes Russian less": ("resident", "ru;q=0.5, en-GB", "Write something or attach a file."),
    "a browser that speaks neither": ("resident", "de-DE, de;q=0.9", "Напишите что-нибудь или приложите файл."),
    "a program that says nothing": ("resident", "", "Напишите что-нибудь или приложите файл."),
    "an official whose browser speaks English": ("admin", "en", "Напишите что-нибудь или приложите файл."),
}


@pytest.mark.parametrize(("side", "accepted", "expected"), REFUSALS.values(), ids=REFUSALS.keys())
async def test_refused_in_whose_language(person: ClientSession, side: str, accepted: str, expected: str) -> None:
    """Residents are told what is wrong in the language of their page, officials in Russian."""
    fields = {"client_id": ID, "text": ""}
    headers = {"Accept-Language": accepted}
    async with person.post(f"/web/{side}/messages", json=fields, headers=headers) as response:
        assert {"error": expected} == await response.json()


async def test_a_failure_in_english(page: Page, person: ClientSession) -> None:
    """What went wrong here is said in the language of the page, too."""
    page.log.away = True
    fields = {"client_id": ID, "text": "Cold"}
    async with person.post("/web/resident/messages", json=fields, headers={"Accept-Language": "en"}) as response:
        assert {"error": "That is not working right now. Please try again."} == await response.json()


async def test_files_refused_in_english(page: Page, person: ClientSession) -> None:
    """A file that cannot be taken is named in the language of the page."""
    headers = {"Accept-Language": "en"}
    async with person.post("/web/resident/messages", data=_form(("empty.txt", b"")), headers=headers) as response:
        assert {"error": "The file “empty.txt” is empty."} == await response.json()
    big = _form(("video.mp4", _endless(50 * 1024 * 1024)))
    async with person.post("/web/resident/messages", data=big, headers=headers) as response:
        assert {"error": "The file “video.mp4” is larger than 50 MB."} == await response.json()


@pytest.mark.parametrize(("fields", "expected"), REFUSED.values(), ids=REFUSED.keys())
async def test_refused(page: Page, person: ClientSession, fields: dict[str, str], expected: int) -> None:
    """What cannot be sent is refused in plain words, and leaves no trace."""
    status, answer = await _post(person, "/web/resident/messages", **fields)
    assert (expected, True) == (status, answer["error"].endswith("."))
    assert (page.core.updates, page.log._items) == ([], {})


async def test_the_longest_text(page: Page, person: ClientSession) -> None:
    """The limit counts letters, whatever they weigh."""
    status, shown = await _post(person, "/web/resident/messages", text="🙂" * 20_000)
    assert (status, len(shown["text"])) == (200, 20_000)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"text": "\xff"}', b'{"text": "\\ud800"'])
async def test_damaged_json(page: Page, person: ClientSession, body: bytes) -> None:
    """A damaged request is refused, not an error of ours."""
    headers = {"Content-Type": "application/json"}
    async with person.post("/web/resident/messages", data=body, headers=headers) as response:
        assert response.status == 400


# --- files ---


def _form(*files: tuple[str, Any], text: str = "", client_id: str = ID) -> FormData:
    # As browsers write names: in UTF-8, not in percents.
    form = FormData(quote_fields=False)
    form.add_field("client_id", client_id)
    form.add_field("text", text, content_type="text/plain; charset=utf-8")
    for name, content in files:
        form.add_field("files", content, filename=name, content_type="image/png")
    return form


async def test_files(page: Page, person: ClientSession) -> None:
    """Files arrive with the text, in order, under their names; what they are is found out, not believed."""
    form = _form(("двор.png", PNG), ("акт.html", b"<!doctype html>"), text="Вот")
    async with person.post("/web/resident/messages", data=form) as response:
        shown = await response.json()
    [event] = page.core.events
    assert isinstance(event, MessageReceived)
    assert event.content.text == "Вот"
    assert [(media.file_name, media.kind) for media in event.content.media] == [
        ("двор.png", "photo"),
        ("акт.html", "document"),
    ]
    assert [file["shown_as"] for file in shown["files"]] == ["picture", "file"]


async def test_a_picture_may_show_inline(page: Page, person: ClientSession) -> None:
    """A picture opens in the browser and cannot run anything there."""
    async with person.post("/web/resident/messages", data=_form(("двор.png", PNG))) as response:
        [file] = (await response.json())["files"]
    async with person.get(file["url"]) as response:
        assert await response.read() == PNG
        headers = response.headers
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Disposition"].startswith("inline")
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_anything_else_is_downloaded(page: Page, person: ClientSession) -> None:
    """A page that a resident sends is saved to disk and never opens under our name."""
    form = _form(('"../"<script>.html', b"<!doctype html><script>alert(1)</script>"))
    async with person.post("/web/resident/messages", data=form) as response:
        [file] = (await response.json())["files"]
    async with person.get(file["url"]) as response:
        headers = response.headers
    assert response.status == 200
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith('attachment; filename="')
    assert "\\" not in headers["Content-Disposition"]


@pytest.mark.parametrize("name", [".", "..", "...", "a/b.png", "я я.png", "%2e%2e", "a?b#c.png", "план {1}.png"])
async def test_any_name_can_be_fetched(page: Page, person: ClientSession, name: str) -> None:
    """A name that means something in addresses leads to the file all the same."""
    file = page.files.keep(PNG, name)
    media_form = _form((name, PNG))
    async with person.post("/web/resident/messages", data=media_form) as response:
        [shown] = (await response.json())["files"]
    async with person.get(f"{page.url}{shown['url']}") as response:
        assert (200, file.size) == (response.status, len(await response.read()))


async def test_a_part_of_a_file(page: Page, person: ClientSession) -> None:
    """Players ask for stretches of a file."""
    async with person.post("/web/resident/messages", data=_form(("двор.png", PNG))) as response:
        [file] = (await response.json())["files"]
    async with person.get(file["url"], headers={"Range": "bytes=1-3"}) as response:
        assert (response.status, await response.read()) == (206, b"PNG")


async def _endless(limit: int) -> AsyncIterator[bytes]:
    for _ in range(limit // 65536 + 2):
        yield bytes(65536)


async def test_a_file_that_is_too_big(page: Page, person: ClientSession) -> None:
    """A file above 50 MB is refused by name before it is kept."""
    form = _form(("видео.mp4", _endless(50 * 1024 * 1024)))
    async with person.post("/web/resident/messages", data=form) as response:
        answer = await response.json()
    assert (response.status, answer) == (413, {"error": "Файл «видео.mp4» больше 50 МБ."})
    assert (page.files.files, page.core.updates) == ({}, [])


async def test_an_empty_file(page: Page, person: ClientSession) -> None:
    """An empty file is refused in plain words: no messenger would take it further."""
    async with person.post("/web/resident/messages", data=_form(("пусто.txt", b""))) as response:
        assert (400, 413).count(response.status) == 1
        assert "пусто.txt" in (await response.json())["error"]


async def test_too_many_files(page: Page, person: ClientSession) -> None:
    """Ten files are a message, eleven are not."""
    for count, expected in ((11, 413), (10, 200)):
        form = _form(*((f"{number}.png", PNG + bytes([number])) for number in range(count)))
        async with person.post("/web/resident/messages", data=form) as response:
            assert expected == response.status


TOO_LONG = "я" * 20_001
REFUSED_WITH_FILES = {
    "more files than a message may have": ({}, [PNG + bytes([number]) for number in range(10)]),
    "an empty file behind it": ({}, [b""]),
    "text too long": ({"text": TOO_LONG}, []),
    "no client id": ({"client_id": "1"}, []),
    "reply to no message": ({"reply_to": "x"}, []),
}


@pytest.mark.parametrize(("fields", "more"), REFUSED_WITH_FILES.values(), ids=REFUSED_WITH_FILES.keys())
async def test_refused_with_a_file(
    page: Page, person: ClientSession, fields: dict[str, str], more: list[bytes]
) -> None:
    """Of what is refused no file is kept either, whatever was wrong."""
    form = FormData(quote_fields=False)
    for name, value in ({"client_id": ID} | fields).items():
        form.add_field(name, value, content_type="text/plain; charset=utf-8")
    for number, content in enumerate((PNG, *more)):
        form.add_field("files", content, filename=f"{number}.png", content_type="image/png")
    async with person.post("/web/resident/messages", data=form) as response:
        assert response.status in (400, 413)
    assert ({}, []) == (page.files.files, page.core.updates)


async def test_cut_off_behind_a_file(page: Page, person: ClientSession) -> None:
    """A form that breaks off leaves nothing of the files that were there already."""
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    body, headers = head + PNG + b"\r\n" + head + b"half", {"Content-Type": "multipart/form-data; boundary=x"}
    async with person.post("/web/resident/messages", data=body, headers=headers) as response:
        assert 400 == response.status
    assert {} == page.files.files


async def _sends(
    person: ClientSession, content: bytes, *, language: str = "ru", client_id: str = ID
) -> tuple[int, str, str]:
    """Sends a file; the status, what is said, and after how many seconds it is worth another try."""
    form, headers = _form(("a.png", content), client_id=client_id), {"Accept-Language": language}
    async with person.post("/web/resident/messages", data=form, headers=headers) as response:
        return response.status, (await response.json()).get("error", ""), response.headers.get("Retry-After", "")


async def test_too_much_at_once(open_page: OpenPage) -> None:
    """Who sends more in some minutes than the page takes hears so, and when to go on; nothing of it is kept."""
    page = await open_page(upload_brake=UploadBrake(limit=1000))
    person = page.person()
    await (await person.get("/")).read()
    assert (200, "", "") == await _sends(person, PNG + bytes(600))
    page.clock.forward(timedelta(minutes=3))
    said = (
        "Слишком много файлов: за 10 минут можно отправить до 1000 байт. Отправьте эти файлы снова через 7 минут, "
        "а текст без файлов можно и сейчас."
    )
    assert (429, said, "421") == await _sends(person, PNG + bytes(601))
    said = (
        "Too many files: up to 1000 bytes can be sent in 10 minutes. Send these files again in 7 minutes; text "
        "without files can be sent now."
    )
    assert (429, said, "421") == await _sends(person, PNG + bytes(602), language="en")
    assert (1, 1) == (len(page.files.files), len(page.core.updates))
    status, _ = await _post(person, "/web/resident/messages", text="Холодно", client_id=OTHER)
    assert 200 == status


async def test_too_much_by_somebody_else(open_page: OpenPage) -> None:
    """What one has sent is held against nobody else, and against himself for some minutes."""
    page = await open_page(upload_brake=UploadBrake(limit=1000))
    people = [page.person(), page.person()]
    for person in people:
        await (await person.get("/")).read()
        assert 200 == (await _sends(person, PNG + bytes(600)))[0]
    page.clock.forward(timedelta(minutes=10))
    assert 200 == (await _sends(people[0], PNG + bytes(601), client_id=OTHER))[0]


async def test_a_damaged_form(page: Page, person: ClientSession) -> None:
    """A form that is cut off is refused, and nothing of it is taken for a message."""
    for body in (b"", b"--x\r\n", b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nabc'):
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        async with person.post("/web/resident/messages", data=body, headers=headers) as response:
            assert response.status == 400
    assert page.core.updates == []
