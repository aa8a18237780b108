"""Pages whose message cannot be changed any more: whoever presses a button sees what he pressed for, however late."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.conversation.faq import Entry
from bot.errors import Rejected, Transient
from bot.model.message import EditMessage, Outgoing
from storage.outbox import State
from tests.handlers.fakes import DESK, HOME, IRINA, Office, open_office
from tests.handlers.test_placing import by_place

YEAR = timedelta(days=366)
ENTRIES = tuple(
    Entry(id=0, question=f"Где находится школа № {n}?", answer="На улице Ленина.", topic="water" if n % 2 else "")
    for n in range(30)
)


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """Nine questions of one resident, thirty known answers of two topics, places and topics to subscribe to."""
    async with open_office(database_address, desk=by_place()) as opened:
        opened.ctx.answers.of_file = ENTRIES
        await opened.ctx.answers.once()
        for number in range(8):
            await opened.writes(IRINA, f"Яма на улице {number}")
            await opened.presses(IRINA, "new")
        await opened.writes(IRINA, "Нет воды")
        await opened.deliver()
        yield opened


def changes(outgoing: Outgoing) -> bool:
    return isinstance(outgoing.effect, EditMessage)


async def page_of(office: Office, data: str) -> str:
    """The id of the page under which this button stands."""
    asks, words = OPENED[data.partition(":")[0]]
    await office.writes(IRINA, asks)
    await office.deliver()
    return office.home.id_of(IRINA, words)


#: What is typed to open the page of a button, by what the button begins with; words of the page.
OPENED = {
    "my": ("мои вопросы", "Ваши вопросы"),
    "faq": ("частые вопросы", "Частые вопросы"),
    "news": ("новости", "Новости:"),
    "stop": ("новости", "Новости:"),
    "places": ("Где вода?", "Подскажите, где это?"),
}
#: The data of a page's button, and what is read then.
PAGES = {
    "my questions": ("my:", "Ваши вопросы: 9"),
    "the next page of them": ("my:p:2", "Ваши вопросы: 9 · страница 2 из 2"),
    "known answers": ("faq:", "Частые вопросы"),
    "another page of them": ("faq:p:0", "Частые вопросы"),
    "those of a topic": ("faq:t:water:0", "Частые вопросы · Вода"),
    "news": ("news:", "Новости:"),
    "places of news": ("news:places:0", "О каких местах"),
    "topics of news": ("news:topics:0", "О каких темах"),
    "a place to subscribe to": ("news:p:nadym:0", "О каких местах"),
    "all news": ("news:all", "Новости:"),
    "no news of a place": ("stop:p:nadym:0", "О каких местах"),
    "no news": ("stop:", "Вы ни на что не подписаны"),
    "where a question is": ("places:9:0", "Ваш вопрос принят: № 9."),
}


@pytest.mark.parametrize(("data", "read"), PAGES.values(), ids=PAGES.keys())
async def test_refused_page_becomes_a_message(office: Office, data: str, read: str) -> None:
    """What cannot be shown in the place of an old page stands below, with the same buttons."""
    pressed = await page_of(office, data)
    office.home.fail(Rejected("vk_909", "too old to edit"), when=changes, times=9)
    await office.presses(IRINA, data, message_id=pressed)
    (page,) = [one.effect for one in await office.entries(IRINA) if isinstance(one.effect, EditMessage)]
    before = len(office.home.messages(IRINA))
    await office.deliver()
    (said, _), *more = office.home.messages(IRINA)[before:]
    assert not more
    assert said.text.startswith(read)
    assert (page.text, page.spans, page.keyboard) == (said.text, said.spans, said.keyboard)
    assert said.keyboard is not None


#: All that can stand under a message of ours, but for two that were answered when they were pressed first.
BUTTONS = [data for data, _ in PAGES.values()] + [
    *("new", "help", "language", "lang:en", "my:3", "add:3", "withdraw:ask:3", "withdraw:3", "reopen:3", "rate:3:1:5"),
    *("faq:1", "helped:3:1", "wait:3", "mydata:", "forget:", "forget-yes", "at:3:nadym", "on:3:water"),
    *("elsewhere:3", "what nobody knows"),
]


@pytest.mark.parametrize("data", BUTTONS)
async def test_pressed_after_a_year(office: Office, data: str) -> None:
    """No button is too old to be answered with words."""
    pressed = office.home.id_of(IRINA, "№ 3")
    office.clock.move(YEAR)
    office.home.fail(Rejected("vk_909", "too old to edit"), when=changes, times=9)
    before = len(office.home.messages(IRINA))
    await office.presses(IRINA, data, message_id=pressed)
    await office.deliver(HOME)
    assert office.home.messages(IRINA)[before:]


async def test_page_of_officials(office: Office) -> None:
    """The same holds for the lists of officials."""
    for number in range(4):
        await office.presses(IRINA, "new")
        await office.writes(IRINA, f"Мост {number}")
    await office.writes(DESK, "/open")
    await office.deliver()
    listed = office.work.id_of(DESK, "страница 1 из 2")
    office.work.fail(Rejected("vk_909", "too old to edit"), when=changes)
    await office.presses(DESK, "page:1:open", message_id=listed)
    await office.deliver()
    assert [text for text in office.work.texts(DESK) if "страница 2 из 2" in text]


async def test_page_that_comes_a_day_late(office: Office) -> None:
    """Nobody waits a day for a page: when the platform was away, it is not said behind all that came since."""
    office.home.fail(Transient("503"), when=changes, times=99)
    await office.presses(IRINA, "my:", message_id=await page_of(office, "my:"))
    async with office.sending(HOME):
        await office.home.wait_for(lambda: any(map(changes, office.home.asked)))
        office.clock.move(timedelta(days=2))
        await office.delivered(HOME)
    (page,) = [one for one in await office.entries(IRINA) if isinstance(one.effect, EditMessage)]
    assert State.DEAD is page.state
