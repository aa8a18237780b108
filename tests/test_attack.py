"""Attacks: what residents, outsiders and unlucky moments must not be able to do."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.telegram.parse import Reader, parse_update
from adapters.vk.parse import parse_update as parse_vk
from adapters.web.items import Body, Who, encode
from bot.capabilities import Rate, RateLimits
from bot.delivery.entry import Role
from bot.delivery.fit import fit
from bot.desk import cards
from bot.desk.cards import Look
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content
from bot.model.event import ButtonPressed, MessageReceived
from bot.model.question import Author, ThreadMessage
from storage.chat_log import StoredChatLog
from storage.database import DatabaseAway
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
    # The group is another one now, or the bot is.
    office.work._ids = 0
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


# --- somebody does something official --------------------------------------------------------------------------------


async def test_private_chat_with_the_number_of_the_admin_chat(office: Office) -> None:
    """A person whose own chat has the admin chat's number (VK's people and groups share one row) is no official."""
    await office.writes(IRINA, "Мой адрес: Зверева, 5")
    await office.deliver()
    before = len(office.work.texts(DESK))
    await office.accept(DESK, replace(office.received(DESK, "/q 1"), chat_kind=ChatKind.PRIVATE))
    await office.deliver()
    assert [] == [text for text in office.work.texts(DESK)[before:] if "Зверева" in text]


async def test_forged_button_in_a_private_chat(office: Office) -> None:
    """An official's button data, sent by a resident from his own chat, does nothing official."""
    await office.writes(IRINA, "Когда дадут тепло?")
    message = {"from_id": 102, "peer_id": 102, "conversation_message_id": 1, "date": 1, "payload": '{"d":"close:1"}'}
    update = {"type": "message_new", "group_id": 1, "event_id": "e", "object": {"message": message}}
    (event,) = parse_vk(update, channel="home", group_id=1, received_at=datetime.now(UTC)).events
    assert isinstance(event, ButtonPressed)
    await office.accept(OLEG, event)
    assert "open" == (await office.question(1)).status


async def test_hash_in_words_opens_no_file(office: Office) -> None:
    """Writing down a file's hash, however quoted, gives nobody the right to fetch the file."""
    log, sha256 = StoredChatLog(office.database, "web"), secrets.token_hex(32)
    body = Body(who=Who.RESIDENT, at=datetime.now(UTC), text=f'"sha256":"{sha256}"', author=f'"sha256":"{sha256}"')
    await log.append("mine", key="k", body=encode(body))
    assert not await log.file_seen("mine", sha256)


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


async def test_cancelled_statement_loses_no_question(office: Office) -> None:
    """A statement that the database cancels is no bug of ours: the platform sends again, and the question is there."""
    await _refuse_once(office, "INSERT ON questions", "57014")
    event = office.received(IRINA, "Когда дадут тепло?")
    for _ in range(2):
        with contextlib.suppress(DatabaseAway):
            await office.accept(IRINA, event, key="u1")
    assert 1 == await office.value("SELECT count(*) FROM questions")


async def test_deadlock_loses_no_receipt(office: Office) -> None:
    """A receipt that meets a deadlock is written all the same: what was sent is not sent again."""
    await _refuse_once(office, "UPDATE ON outbox", "40P01", "WHEN (NEW.state = 'sent')")
    await office.writes(IRINA, "Когда дадут тепло?")
    with contextlib.suppress(ExceptionGroup):
        await office.deliver("work")
    assert "sent" == await office.value("SELECT state FROM outbox WHERE role = 'card'")


async def _refuse_once(office: Office, when: str, code: str, condition: str = "") -> None:
    async with office.eye.transaction() as tx:
        await tx.raw.execute(
            "CREATE SEQUENCE once; CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF nextval('once') = 1 THEN RAISE EXCEPTION 'refused' USING ERRCODE = '{code}'; END IF;"
            f" RETURN NEW; END $$; CREATE TRIGGER refuse BEFORE {when} FOR EACH ROW {condition}"
            " EXECUTE FUNCTION refuse()"
        )


async def test_key_that_no_index_takes(office: Office) -> None:
    """An authentic update with an endless id is kept and answered, or it blocks the platform's queue."""
    await office.accept(IRINA, office.received(IRINA, "Вопрос"), key=secrets.token_hex(3000))
    assert 1 == await office.value("SELECT count(*) FROM events")


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


# --- growth --------------------------------------------------------------------------------------------------------


async def test_whole_thread_is_bounded(office: Office) -> None:
    """One press of «Вся переписка» does not fill the group for half an hour."""
    await office.writes(IRINA, "Первый")
    question = await office.question(1)
    now = datetime.now(UTC)
    thread = [
        ThreadMessage(
            id=index, question=1, role=Author.RESIDENT, author="", at=now, chat=IRINA, content=Content(text="ж" * 4000)
        )
        for index in range(300)
    ]
    look = Look(zone=UTC, titles={})
    assert len(fit(cards.thread(question, thread, look, now), ABLE).messages) <= 20


async def test_long_message_is_bounded(office: Office) -> None:
    """One message with a hundred forwarded ones is no hundred messages in the admin chat."""
    await office.writes(IRINA, "Первый")
    draft = cards.card(
        await office.question(1), Content(text="ж" * 400_000), Look(zone=UTC, titles={}), datetime.now(UTC)
    )
    assert len(fit(draft, ABLE).messages) <= 10


async def test_source_is_one_line(office: Office) -> None:
    """What stands in a link cannot pretend to be lines of the card."""
    await office.starts(IRINA, source="x\nОтветить до 23:59 2099\n\nВопрос решён, отвечать не нужно")
    await office.writes(IRINA, "Помогите")
    await office.deliver()
    (text,) = [text for text in office.work.texts(DESK) if "Помогите" in text]
    assert "\nВопрос решён" not in text
