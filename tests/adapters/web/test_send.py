"""What the service sends, as messages of the log."""

from __future__ import annotations

import asyncio
from io import BytesIO
from pathlib import Path

import pytest

from adapters.web.adapter import WebAdapter, build
from adapters.web.items import Body, ShownFile, Who, decode
from adapters.web.settings import Settings
from bot.adapter import Adapter, Finding, HasRoutes, RawRequest
from bot.errors import MediaUnavailable, Rejected, Transient, Unauthentic
from bot.model.chat import ChatRef
from bot.model.content import Contact, Location, Media, MediaKind
from bot.model.message import (
    AnswerPress,
    Button,
    DeleteMessage,
    EditMessage,
    Keyboard,
    Mark,
    SendMessage,
    SetMark,
    Span,
    Style,
)
from tests.adapters.web.conftest import OpenPage, Page
from tests.adapters.web.fakes import ADMIN, PNG, FolderFiles, MemoryKept, MemoryLog, lent

KEYS = Keyboard(rows=((Button(text="Взять", data="take:1"),),))


def _bodies(page: Page, chat_id: str = "admin") -> list[Body]:
    return [decode(item.body) for item in page.log.items(chat_id)]


def _media(ref: str, name: str = "двор.png") -> Media:
    return Media(kind=MediaKind.PHOTO, channel="web", ref=ref, file_name=name)


def test_is_an_adapter_with_routes(tmp_path: Path) -> None:
    """The core finds in the page all that it asks of an adapter."""
    adapter = build("web", Settings(), lent(FolderFiles(tmp_path), MemoryLog(), MemoryKept()))
    as_adapter: Adapter = adapter
    assert isinstance(adapter, HasRoutes)
    assert as_adapter.channel == "web"


async def test_message(page: Page) -> None:
    """A message stands in the log with its styles, files, buttons and what it replies to."""
    file = page.files.keep(PNG, "двор.png")
    effect = SendMessage(
        text="№ 1 Холодно",
        spans=(Span(start=0, end=3, style=Style.BOLD),),
        media=(_media(f"file:{file.sha256}"),),
        keyboard=KEYS,
        reply_to="5",
    )
    receipt = await page.core.send(ADMIN, effect)
    [item] = page.log.items("admin")
    assert receipt.message_ids == (str(item.id),)
    assert decode(item.body) == Body(
        who=Who.SERVICE,
        at=page.clock(),
        text="№ 1 Холодно",
        spans=effect.spans,
        files=(ShownFile(sha256=file.sha256, name="двор.png", size=len(PNG), mime="image/png"),),
        keyboard=KEYS.rows,
        reply_to="5",
    )


async def test_a_repeat_is_not_doubled(page: Page) -> None:
    """The same entry, tried again, finds its message and gets the same receipt."""
    first = await page.core.send(ADMIN, SendMessage(text="Добрый день"), key=42)
    second = await page.core.send(ADMIN, SendMessage(text="Добрый день"), key=42)
    assert first == second
    assert len(_bodies(page)) == 1


async def test_place_and_contact_are_not_lost(page: Page) -> None:
    """What the page has no picture for is written in words."""
    effect = SendMessage(
        location=Location(latitude=66.53, longitude=66.6, title="Дом"),
        contact=Contact(name="Анна", phone="+70000000000"),
    )
    await page.core.send(ADMIN, effect)
    assert [body.text for body in _bodies(page)] == ["Дом\n66.530000, 66.600000\nАнна +70000000000"]


async def test_edit(page: Page) -> None:
    """A correction changes text and buttons, keeps the files, and is called an edit."""
    file = page.files.keep(PNG, "двор.png")
    sent = SendMessage(text="Было", media=(_media(f"file:{file.sha256}"),), keyboard=KEYS)
    [message_id] = (await page.core.send(ADMIN, sent)).message_ids
    await page.core.send(ADMIN, EditMessage(message_id=message_id, text="Стало", corrects=True))
    [body] = _bodies(page)
    assert (body.text, body.keyboard, body.edited, len(body.files)) == ("Стало", (), True, 1)


async def test_turned_page_is_no_edit(page: Page) -> None:
    """What the service changes by itself, a page or a card, is no correction: nobody need read it again."""
    [message_id] = (await page.core.send(ADMIN, SendMessage(text="Страница 1", keyboard=KEYS))).message_ids
    await page.core.send(ADMIN, EditMessage(message_id=message_id, text="Страница 2"))
    [body] = _bodies(page)
    assert ("Страница 2", False) == (body.text, body.edited)


async def test_once_corrected_stays_so(page: Page) -> None:
    """A corrected answer goes on being called so, whatever the service changes under it."""
    [message_id] = (await page.core.send(ADMIN, SendMessage(text="Завтра"))).message_ids
    await page.core.send(ADMIN, EditMessage(message_id=message_id, text="В среду", corrects=True))
    await page.core.send(ADMIN, EditMessage(message_id=message_id, text="В среду", keyboard=KEYS))
    [body] = _bodies(page)
    assert (True, KEYS.rows) == (body.edited, body.keyboard)


async def test_new_buttons_are_no_edit(page: Page) -> None:
    """A message whose words did not change is not called edited."""
    [message_id] = (await page.core.send(ADMIN, SendMessage(text="Вопрос"))).message_ids
    await page.core.send(ADMIN, EditMessage(message_id=message_id, text="Вопрос", keyboard=KEYS, corrects=True))
    [body] = _bodies(page)
    assert (body.edited, body.keyboard) == (False, KEYS.rows)


async def test_delete(page: Page) -> None:
    """Of a deleted message nothing stays readable, and later changes do not bring it back."""
    [message_id] = (await page.core.send(ADMIN, SendMessage(text="Тайна", keyboard=KEYS))).message_ids
    await page.core.send(ADMIN, DeleteMessage(message_id=message_id))
    await page.core.send(ADMIN, EditMessage(message_id=message_id, text="Тайна"))
    await page.core.send(ADMIN, SetMark(message_id=message_id, mark=Mark.FAILED))
    assert _bodies(page) == [Body(who=Who.SERVICE, at=page.clock(), deleted=True)]


async def test_mark(page: Page) -> None:
    """A mark stands on the message it is for."""
    [message_id] = (await page.core.send(ADMIN, SendMessage(text="Чиним"))).message_ids
    await page.core.send(ADMIN, SetMark(message_id=message_id, mark=Mark.DELIVERED))
    assert [body.mark for body in _bodies(page)] == [Mark.DELIVERED]


async def test_toasts_share_one_place(page: Page) -> None:
    """Answers to presses do not fill the log, and an empty one leaves no trace."""
    await page.core.send(ADMIN, AnswerPress(press_id="1", user_id="official-1"))
    await page.core.send(ADMIN, AnswerPress(press_id="2", user_id="official-1", text="Взято"))
    await page.core.send(ADMIN, AnswerPress(press_id="3", user_id="official-1", text="Закрыто"))
    assert [(body.press_id, body.text) for body in _bodies(page)] == [("3", "Закрыто")]


async def test_a_lost_file_is_named(page: Page) -> None:
    """The outbox learns which file cannot be passed on, so that the text still goes."""
    file = page.files.keep(PNG, "двор.png")
    effect = SendMessage(text="Вот", media=(_media(f"file:{file.sha256}"), _media("file:gone")))
    with pytest.raises(Rejected) as raised:
        await page.core.send(ADMIN, effect)
    assert (raised.value.part, raised.value.reason) == (1, "файла больше нет")
    assert _bodies(page) == []


@pytest.mark.parametrize("message_id", ["999", "", "abc", "²"])
async def test_no_such_message(page: Page, message_id: str) -> None:
    """A change of a message that is not there ends, instead of being tried for ever."""
    with pytest.raises(Rejected):
        await page.core.send(ADMIN, DeleteMessage(message_id=message_id))


async def test_log_away(page: Page) -> None:
    """While the log is away, an entry waits: a repeat doubles nothing."""
    page.log.away = True
    with pytest.raises(Transient):
        await page.core.send(ADMIN, SendMessage(text="Добрый день"))


async def test_no_webhook(page: Page) -> None:
    """Nobody gets in by a webhook that the page does not have."""
    with pytest.raises(Unauthentic):
        await page.adapter.receive(RawRequest(headers={}, body=b"{}"))


async def test_files_are_in_the_store_or_nowhere(page: Page) -> None:
    """The page has no place of its own to fetch from."""
    with pytest.raises(MediaUnavailable):
        await page.adapter.fetch(_media("file:gone"), BytesIO())


async def test_listening_lasts(page: Page) -> None:
    """The page has nothing to ask anybody for: listening goes on until it is cancelled."""
    listening = asyncio.create_task(page.adapter.listen(page.core.accept))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await listening
    assert listening.cancelled()


def _closed(ok: bool) -> Finding:
    return Finding(ok=ok, text="чат сотрудников на странице закрыт: задайте WEB_ADMIN_PASSWORD")


async def test_check(open_page: OpenPage) -> None:
    """`otvet check` says how the admin chat opens, and complains only when officials cannot get in."""

    async def second(admin_chats: list[ChatRef], **changes: object) -> Finding:
        adapter: WebAdapter = (await open_page(**changes)).adapter
        return (await adapter.check(admin_chats))[1]

    assert await second([ADMIN], local_only=False) == _closed(ok=False)
    assert await second([], local_only=False) == _closed(ok=True)
    assert (await second([ADMIN])).ok
    assert (await second([ADMIN], admin_password="кедр")).ok


async def test_check_names_a_chat_that_is_not_there(page: Page) -> None:
    """A mistyped admin chat shows before anybody waits for cards in it."""
    findings = await page.adapter.check([ChatRef(channel="web", chat_id="admins")])
    assert [finding.ok for finding in findings if "web:admins" in finding.text] == [False]
