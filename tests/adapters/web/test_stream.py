"""The stream of a chat's messages: at once, nothing lost, nothing of other chats."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientPayloadError, ClientResponse, ClientSession

from bot.model.chat import ChatRef
from bot.model.message import DeleteMessage, EditMessage, SendMessage
from tests.adapters.web.conftest import OpenPage, Page
from tests.adapters.web.fakes import ADMIN

ID = "0b8f6a52-3f0e-4d53-9d0a-6f3f6f1c2a11"


class Events:
    """Reads a stream event by event."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def next(self) -> tuple[str, Any]:
        """The name and the data of the next event; ("end", None) at the end."""
        name, data = "", None
        async with asyncio.timeout(20):
            while line := (await self.response.content.readline()).decode():
                field, _, value = line.rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    data = json.loads(value)
                elif not field and name:
                    return name, data
        return "end", None

    async def texts(self) -> list[str]:
        """The texts of the items up to where the stream says that this is all."""
        texts = []
        while (event := await self.next())[0] == "item":
            texts.append(event[1].get("text", "deleted"))
        assert event[0] == "ready"
        return texts


@asynccontextmanager
async def _stream(person: ClientSession, query: str = "", side: str = "admin", **headers: str) -> AsyncIterator[Events]:
    async with person.get(f"/web/{side}/events{query}", headers=headers) as response:
        yield Events(response)


@pytest.fixture
async def person(page: Page) -> ClientSession:
    """Somebody who has opened the page."""
    return await _opened(page)


async def _opened(page: Page) -> ClientSession:
    session = page.person()
    await (await session.get("/")).read()
    return session


async def _say(page: Page, *texts: str) -> list[str]:
    return [(await page.core.send(ADMIN, SendMessage(text=text))).message_ids[0] for text in texts]


async def test_live(page: Page, person: ClientSession) -> None:
    """What is there comes first, then each message as it appears, and each change of it."""
    await _say(page, "Первое")
    async with _stream(person) as events:
        assert await events.texts() == ["Первое"]
        [message_id] = await _say(page, "Второе")
        assert (await events.next())[1]["text"] == "Второе"
        await page.core.send(ADMIN, EditMessage(message_id=message_id, text="Третье"))
        assert (await events.next())[1]["text"] == "Третье"
        await page.core.send(ADMIN, DeleteMessage(message_id=message_id))
        assert True is (await events.next())[1]["deleted"]


@pytest.mark.parametrize("by", ["query", "header", "both"])
async def test_resume(page: Page, person: ClientSession, by: str) -> None:
    """After a break a page gets exactly what it missed, whichever way it asks."""
    await _say(page, "Первое", "Второе")
    async with _stream(person) as events:
        version = [(await events.next())[1]["version"] for _ in range(2)][1]
    await _say(page, "Третье", "Четвёртое")
    headers = {} if by == "query" else {"Last-Event-ID": str(version)}
    query = {"query": f"?after={version}", "header": "", "both": "?after=0"}[by]
    async with _stream(person, query, **headers) as events:
        assert await events.texts() == ["Третье", "Четвёртое"]


async def test_a_long_break(page: Page, person: ClientSession) -> None:
    """More than one reading's worth of missed messages comes in full."""
    await _say(page, "Первое")
    async with _stream(person) as events:
        version = (await events.next())[1]["version"]
    texts = [f"{number}" for number in range(450)]
    await _say(page, *texts)
    async with _stream(person, f"?after={version}") as events:
        assert texts == await events.texts()


async def test_nonsense_as_a_version(page: Page, person: ClientSession) -> None:
    """A page that asks for nonsense gets everything."""
    await _say(page, "Первое")
    async with _stream(person, "?after=-1%27", **{"Last-Event-ID": "x"}) as events:
        assert await events.texts() == ["Первое"]


async def test_streams_of_other_chats(page: Page, person: ClientSession) -> None:
    """A resident's stream has nothing of the officials' chat, nor of another resident's."""
    await _say(page, "Для сотрудников")
    await page.core.send(ChatRef(channel="web", chat_id="другой"), SendMessage(text="Для другого"))
    async with _stream(person, side="resident") as events:
        assert await events.texts() == []


async def test_no_ids_of_people(page: Page, person: ClientSession) -> None:
    """Officials' browsers are not told by which hash the core knows a colleague."""
    await (await person.post("/web/admin/messages", json={"client_id": ID, "text": "Я тут"})).read()
    [event] = page.core.events
    colleague = await _opened(page)
    async with _stream(colleague) as events:
        _, item = await events.next()
    assert (item["mine"], "client_id" in item) == (False, False)
    assert "official-" not in json.dumps(item)
    assert event.chat == ADMIN


@pytest.mark.parametrize("restless", [False, True])
async def test_heartbeat(open_page: OpenPage, restless: bool) -> None:
    """A quiet stream shows that it lives."""
    page = await open_page(heartbeat=timedelta(milliseconds=1))
    page.log.restless = restless
    async with _stream(await _opened(page), side="resident") as events:
        assert [(await events.next())[0] for _ in range(3)] == ["ready", "beat", "beat"]


async def test_a_stream_ends_with_the_session(open_page: OpenPage) -> None:
    """A page left open does not outlive the twelve hours of its session."""
    page = await open_page(admin_password="кедр", heartbeat=timedelta(milliseconds=1))
    person = await _opened(page)
    await (await person.post("/admin/login", json={"password": "кедр"})).read()
    async with _stream(person) as events:
        assert [(await events.next())[0] for _ in range(2)] == ["ready", "beat"]
        page.clock.forward(timedelta(hours=12))
        while (name := (await events.next())[0]) == "beat":
            pass
    assert name == "end"


async def test_stopping_ends_streams(page: Page, person: ClientSession) -> None:
    """A stop of the service does not wait for open pages, and opens no new streams."""
    async with _stream(person) as events:
        assert await events.next() == ("ready", {})
        await page.adapter.close()
        assert await events.next() == ("end", None)
    async with _stream(person) as events:
        assert events.response.status == 503


async def test_streams_are_bounded(open_page: OpenPage) -> None:
    """More streams than the process can bear are refused, and a place that is left is free again."""
    page = await open_page(streams=2)
    person, other = await _opened(page), await _opened(page)
    async with _stream(person, side="resident") as first, _stream(person, side="resident") as second:
        assert [(await events.next())[0] for events in (first, second)] == ["ready", "ready"]
        async with _stream(other, side="resident") as third:
            assert (third.response.status, "Retry-After" in third.response.headers) == (503, True)


async def test_forty_reloads(page: Page, person: ClientSession) -> None:
    """A page that is loaded again and again gets its stream each time, long before the next heartbeat."""
    for _ in range(40):
        async with _stream(person, side="resident") as events:
            assert await events.next() == ("ready", {})


async def test_a_left_place_is_free_at_once(open_page: OpenPage) -> None:
    """A place that somebody left is another's, long before the next heartbeat."""
    page = await open_page(streams=1)
    person, other = await _opened(page), await _opened(page)
    async with _stream(person, side="resident") as events:
        assert await events.next() == ("ready", {})
    # The service hears that he left before it hears what is asked after it.
    await (await other.get("/")).read()
    async with _stream(other, side="resident") as events:
        assert await events.next() == ("ready", {})


async def test_the_newest_of_many_streams(open_page: OpenPage) -> None:
    """Whoever opens more than his share loses his oldest stream for the newest; nobody else loses one."""
    page = await open_page(streams=2)
    person, other = await _opened(page), await _opened(page)
    async with (
        _stream(other) as others,
        _stream(person) as first,
        _stream(person) as second,
        _stream(person) as third,
    ):
        assert [("ready", {})] * 4 == [await events.next() for events in (others, first, second, third)]
        with pytest.raises(ClientPayloadError):
            await first.next()
        await _say(page, "Всем")
        assert ["Всем"] * 3 == [(await events.next())[1]["text"] for events in (others, second, third)]


async def test_officials_are_not_locked_out(open_page: OpenPage) -> None:
    """However many strangers keep streams open, the officials' chat opens."""
    page = await open_page(streams=1)
    person = await _opened(page)
    async with _stream(person, side="resident") as first, _stream(person, side="admin") as officials:
        assert [(await events.next())[0] for events in (first, officials)] == ["ready", "ready"]


async def test_a_page_that_left_leaves_nothing(open_page: OpenPage) -> None:
    """A closed page is noticed, and nobody follows the chat for it any more."""
    page = await open_page(heartbeat=timedelta(milliseconds=1))
    person = await _opened(page)
    async with _stream(person) as events:
        assert (await events.next())[0] == "ready"
        assert page.log.followers == 1
    async with asyncio.timeout(20):
        await page.log.is_left.wait()


async def test_the_log_goes_away(page: Page, person: ClientSession) -> None:
    """A stream whose source fails ends, so that the page asks again."""
    async with _stream(person) as events:
        assert (await events.next())[0] == "ready"
        await _say(page, "Первое")
        assert (await events.next())[0] == "item"
        page.log.away = True
        page.log.wake()
        assert (await events.next())[0] == "end"


async def test_headers(page: Page, person: ClientSession) -> None:
    """Neither caches nor proxies keep events back."""
    async with _stream(person) as events:
        headers = events.response.headers
    assert headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-store", "no")
