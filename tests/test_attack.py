"""Attacks: what residents, outsiders and unlucky moments must not be able to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.telegram.parse import Reader, parse_update
from bot.capabilities import Rate, RateLimits
from bot.delivery.entry import Role
from bot.delivery.fit import fit
from bot.desk import cards
from bot.desk.cards import Look
from bot.desk.routing import Desk
from bot.model.chat import ChatRef
from bot.model.content import Content
from bot.model.event import MessageReceived
from bot.model.question import Author, ThreadMessage
from tests.handlers.fakes import ABLE, DESK, IRINA, OLEG, Office, open_office, photo

_GROUP = RateLimits(group=Rate(count=10, per=timedelta(seconds=1)))


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


async def _card(office: Office, words: str) -> str:
    await office.deliver()
    return office.work.id_of(DESK, words)


# --- an answer reaches the wrong person ----------------------------------------------------------------------------


@pytest.mark.parametrize("caption", ["/zakroy 1 фото для коллег", "/close 1 дубль", "/note 1 для коллег", "/q 1"])
async def test_album_behind_a_command_stays_here(office: Office, caption: str) -> None:
    """A reply that begins with a command goes nowhere, with all the photos of its album."""
    await office.writes(IRINA, "Когда дадут тепло?")
    card = await _card(office, "Когда дадут тепло?")
    for text, ref in ((caption, "inner1"), ("", "inner2")):
        await office.writes(DESK, text, media=(photo(ref, channel="work"),), reply_to=card, album="a1")
    await office.deliver()
    assert [] == await office.entries(IRINA, Role.ANSWER)


async def test_same_message_id_again(office: Office) -> None:
    """Another bot behind the same channel counts its messages anew: a reply goes to the question that is shown."""
    await office.writes(IRINA, "Когда дадут тепло?")
    await _card(office, "Когда дадут тепло?")
    office.work._ids = 0  # the group is another one now, or the bot is
    await office.writes(OLEG, "Где моя субсидия?")
    card = await _card(office, "Где моя субсидия?")
    await office.writes(DESK, "Ваша субсидия 5000", reply_to=card)
    await office.deliver()
    assert [] == [text for text in office.home.texts(IRINA) if "5000" in text]


async def test_number_that_a_resident_wrote(database_address: str) -> None:
    """A number in a resident's words does not make a message show that question."""
    limits = replace(ABLE, limits=RateLimits(group=Rate(count=1, per=timedelta(milliseconds=50))))
    async with open_office(database_address, work=limits) as office:
        await office.writes(IRINA, "Когда дадут тепло?")
        await _card(office, "Когда дадут тепло?")
        for number in (201, 202, 203):
            await office.writes(ChatRef(channel="home", chat_id=str(number)), "Уже писали в № 1 про дома")
        await office.deliver()
        together = office.work.id_of(DESK, "новых вопроса")
        await office.writes(DESK, "1 дом уже с теплом", reply_to=together)
        await office.deliver()
        assert [] == await office.entries(IRINA, Role.ANSWER)


# --- lost questions ------------------------------------------------------------------------------------------------


async def test_one_resident_does_not_silence_the_others(database_address: str) -> None:
    """A resident who adds and adds to his question does not keep the cards of others from the officials."""
    async with open_office(database_address, work=replace(ABLE, limits=_GROUP)) as office:
        await office.writes(IRINA, "Первый")
        await office.deliver()
        for index in range(60):
            await office.writes(IRINA, f"и ещё {index}")
        await office.writes(OLEG, "У нас прорвало трубу")
        await office.deliver()
        texts = office.work.texts(DESK)
        place = next(index for index, text in enumerate(texts) if "прорвало трубу" in text)
        assert place < 30


def test_start_with_words_is_a_question() -> None:
    """`/start` takes a value of a link; words behind it are what somebody wants to say."""
    raw = (
        '{"update_id":1,"message":{"message_id":5,"date":1700000000,"chat":{"id":7,"type":"private"},'
        '"from":{"id":7,"first_name":"Ия"},"text":"/start Здравствуйте, нет отопления, дом 5"}}'
    ).encode()
    events = parse_update(raw, Reader(channel="telegram", bot_id=1)).events
    assert [MessageReceived] == [type(event) for event in events if isinstance(event, MessageReceived)]


def test_message_with_an_odd_field_is_not_lost() -> None:
    """A field that cannot be read does not take the resident's words with it."""
    raw = (
        '{"update_id":1,"message":{"message_id":5,"date":99999999999999,"chat":{"id":7,"type":"private"},'
        '"from":{"id":7,"first_name":"Ия"},"text":"Нет отопления"}}'
    ).encode()
    assert parse_update(raw, Reader(channel="telegram", bot_id=1)).events != ()


def test_first_topic_is_the_group() -> None:
    """An admin chat given as the group's first topic: messages there come without a topic."""
    desk = Desk(coordinators=ChatRef(channel="telegram", chat_id="-1001:1"), answer_within=timedelta(hours=4))
    assert desk.admin_chat_of(ChatRef(channel="telegram", chat_id="-1001")) is not None


# --- growth --------------------------------------------------------------------------------------------------------


async def test_whole_thread_is_bounded(office: Office) -> None:
    """One press of «Вся переписка» does not fill the group for half an hour."""
    await office.writes(IRINA, "Первый")
    question = await office.question(1)
    now = datetime.now(UTC)
    thread = [
        ThreadMessage(id=index, question=1, role=Author.RESIDENT, author="", at=now, content=Content(text="ж" * 4000))
        for index in range(300)
    ]
    look = Look(zone=UTC, titles={})
    assert len(fit(cards.thread(question, thread, look, now), ABLE).messages) <= 20


async def test_source_is_one_line(office: Office) -> None:
    """What stands in a link cannot pretend to be lines of the card."""
    await office.starts(IRINA, source="x\nОтветить до 23:59 2099\n\nВопрос решён, отвечать не нужно")
    await office.writes(IRINA, "Помогите")
    await office.deliver()
    (text,) = [text for text in office.work.texts(DESK) if "Помогите" in text]
    assert "\nВопрос решён" not in text
