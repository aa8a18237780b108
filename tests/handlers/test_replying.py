"""Replying is answering: a reply goes to the resident of the card that it answers, whole, and once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.entry import Role
from bot.errors import RecipientGone
from bot.model.chat import ChatRef
from bot.model.content import Content, Media, MediaKind
from bot.model.question import Author, Status
from tests.handlers.fakes import ABLE, DESK, ENERGY, IRINA, OLEG, PLAIN, WORK, Office, open_office, photo
from tests.handlers.replies import answered, answers, asked, listed

HUGE = 90 * 1024 * 1024


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


# --- replying is answering -----------------------------------------------------------------------------------------


async def test_reply_to_the_card(office: Office) -> None:
    """A reply to the card goes to the resident as a reply to his words, and gets a mark; the question is answered."""
    message = await office.writes(IRINA, "Когда дадут тепло?")
    await office.deliver()
    reply = await office.writes(DESK, "  Сегодня\nк 18:00. ", reply_to=office.work.id_of(DESK, "№ 1 "))
    await office.deliver()
    answer, _ = office.home.messages(IRINA)[-1]
    assert ("  Сегодня\nк 18:00. ", message) == (answer.text, answer.reply_to)
    assert [reply] == office.work.marks(DESK)
    assert Status.ANSWERED == (await office.question(1)).status


async def test_reply_in_a_topic(office: Office) -> None:
    """Officials may work in the topics of their group."""
    card = await asked(office)
    await office.writes(ChatRef(channel=WORK, chat_id="-500:42"), "Сегодня", reply_to=card)
    await office.deliver()
    assert ["Сегодня"] == answers(office)


async def test_reply_to_a_part_of_the_card(office: Office) -> None:
    """A reply to the second file of an album, or to the rest of a long text, is a reply to the card."""
    for n in range(2):
        await office.writes(IRINA, "Я" * 1500 if n else "", media=(photo(f"p{n}"),), album="al1")
    await office.deliver()
    ids = [one for _, ids in office.work.messages(DESK) for one in ids]
    assert 3 == len(ids)
    for one in ids:
        await office.writes(DESK, f"к {one}", reply_to=one)
    await office.deliver()
    assert [f"к {one}" for one in ids] == answers(office)


async def test_reply_to_a_follow_up(office: Office) -> None:
    """A reply to what the resident added goes to him."""
    await asked(office)
    await office.writes(IRINA, "И воды нет")
    await office.deliver()
    await office.writes(DESK, "Будет", reply_to=office.work.id_of(DESK, "И воды нет"))
    await office.deliver()
    assert ["Будет"] == answers(office)


async def test_reply_to_a_colleagues_answer(office: Office) -> None:
    """A reply to a colleague's answer goes to the same resident: a second message of the answer."""
    reply = await answered(office)
    await office.writes(DESK, "И вода тоже.", reply_to=reply, by_bot=False, name="Олег")
    await office.deliver()
    assert ["Сегодня к 18:00.", "И вода тоже."] == answers(office)
    assert ["", "Ольга", "Олег"] == [message.author for message in await office.thread(1)]


async def test_reply_to_the_whole_thread(office: Office) -> None:
    """`/q 1` shows everything with its files; a reply to it is an answer."""
    await office.writes(IRINA, "Яма", media=(photo("p"),))
    await office.deliver()
    await office.writes(DESK, "/q 1")
    await office.deliver()
    message, ids = office.work.messages(DESK)[-1]
    assert ["p"] == [media.ref for media in message.media]
    await office.writes(DESK, "Зароем", reply_to=ids[0])
    await office.deliver()
    assert ["Зароем"] == answers(office)


async def test_answers_do_not_mix(office: Office) -> None:
    """Each reply goes to the resident whose card it answers, whatever its text says."""
    first = await asked(office, "Тепло?")
    second = await asked(office, "Автобус?", OLEG)
    await office.writes(DESK, "№ 2 это не к вам, а тепло сегодня", reply_to=first)
    await office.writes(DESK, "Автобус завтра", reply_to=second)
    await office.deliver()
    assert (["№ 2 это не к вам, а тепло сегодня"], ["Автобус завтра"]) == (answers(office), answers(office, OLEG))


async def test_old_card_is_answered(office: Office) -> None:
    """A question of a year ago can still be answered from its card."""
    card = await asked(office)
    office.clock.move(timedelta(days=400))
    async with office.database.transaction() as tx:
        await tx.raw.execute("DELETE FROM outbox")
    await office.writes(DESK, "Наконец", reply_to=card)
    await office.deliver()
    assert "Наконец" == answers(office)[-1]


async def test_closed_question_is_answered(office: Office) -> None:
    """A reply to the card of a closed question is an answer as well, and the question is answered."""
    card = await asked(office)
    await office.writes(DESK, "/close 1 дубль")
    await office.writes(DESK, "Всё же: сегодня", reply_to=card)
    await office.deliver()
    assert "Всё же: сегодня" == answers(office)[-1]
    assert (Status.ANSWERED, "") == ((await office.question(1)).status, (await office.question(1)).close_reason)


async def test_answer_with_files(office: Office) -> None:
    """Text, files, voice, place: all of the answer comes, in order."""
    card = await asked(office)
    media = (
        photo("p", channel=WORK),
        Media(kind=MediaKind.VOICE, channel=WORK, ref="v"),
        Media(kind=MediaKind.DOCUMENT, channel=WORK, ref="d", file_name="график.pdf"),
    )
    await office.writes(DESK, content=Content(text="График", media=media), reply_to=card)
    await office.deliver()
    sent = [message for message, _ in office.home.messages(IRINA)][1:]
    assert ["p", "v", "d"] == [one.ref for message in sent for one in message.media]
    assert ["График", "", ""] == [message.text for message in sent]
    assert 1 == len(office.work.marks(DESK))


async def test_answer_without_replies(database_address: str) -> None:
    """Where the resident's messenger has no replies, the answer says which question it answers."""
    async with open_office(database_address, home=PLAIN) as office:
        await answered(office)
        assert ["Ответ на вопрос № 1:\nСегодня к 18:00."] == answers(office)


async def test_note_in_place_of_a_mark(database_address: str) -> None:
    """Where the officials' messenger has no marks, a short note under the reply says that it was delivered."""
    async with open_office(database_address, work=replace(ABLE, marks=False)) as office:
        reply = await answered(office)
        note, _ = office.work.messages(DESK)[-1]
        assert ("✓ Доставлено.", reply) == (note.text, note.reply_to)


async def test_album_answer(office: Office) -> None:
    """Parts of an official's album are one answer: one album, one mark, under the first part."""
    card = await asked(office)
    parts = [
        await office.writes(
            DESK, "Вот" if n == 1 else "", media=(photo(f"p{n}", channel=WORK),), reply_to=card, album="a"
        )
        for n in range(3)
    ]
    await office.deliver()
    (message, _) = office.home.messages(IRINA)[-1]
    assert ("Вот", ["p0", "p1", "p2"]) == (message.text, [media.ref for media in message.media])
    assert parts[:1] == office.work.marks(DESK)


async def test_part_of_an_album_answer_that_comes_late(office: Office) -> None:
    """A part that comes after the album went out follows it, to the same resident, also without being a reply."""
    card = await asked(office)
    await office.writes(DESK, media=(photo("p0", channel=WORK),), reply_to=card, album="a")
    await office.deliver()
    await office.writes(DESK, media=(photo("p1", channel=WORK),), album="a")
    await office.deliver()
    assert [["p0"], ["p1"]] == [[m.ref for m in message.media] for message, _ in office.home.messages(IRINA)[1:]]


async def test_nothing_to_send(office: Office) -> None:
    """A reply with nothing that can be passed on says so, and the question stays open."""
    card = await asked(office)
    await office.writes(DESK, content=Content(unsupported=("опрос",)), reply_to=card)
    await office.deliver()
    assert "нечего передать" in office.work.texts(DESK)[-1]
    assert Status.OPEN == (await office.question(1)).status


async def test_large_file_of_an_answer(office: Office) -> None:
    """The official hears that a file cannot go along; the text arrives, and names the file."""
    card = await asked(office)
    document = Media(kind=MediaKind.DOCUMENT, channel=WORK, ref="d", file_name="карта.tif", size=HUGE)
    await office.writes(DESK, content=Content(text="Карта", media=(document,)), reply_to=card)
    await office.deliver()
    assert answers(office)[-1].startswith("Карта\n\n📎 «карта.tif», 90 МБ: не передан")
    assert "карта.tif" in office.work.texts(DESK)[-1]


async def test_resident_that_blocked_the_bot_is_reported_once(office: Office) -> None:
    """One answer, one note, however many messages it takes."""
    card = await asked(office)
    office.home.fail(RecipientGone("403"), times=9)
    await office.writes(DESK, "Длинно. " * 1200, reply_to=card)
    await office.deliver()
    notes = [row for row in await office.entries(DESK, Role.COMMAND) if "не доставлен" in row.text]
    assert 1 == len(notes)


# --- which question? -----------------------------------------------------------------------------------------------


async def test_reply_to_several_asks_for_the_number(office: Office) -> None:
    """A reply whose question is not clear is kept; the number, as a reply to the note, sends it out."""
    await asked(office, "Тепло?")
    await asked(office, "Автобус?", OLEG)
    several = await listed(office)
    reply = await office.writes(DESK, "Завтра", reply_to=several)
    await office.deliver()
    asks, ids = office.work.messages(DESK)[-1]
    assert ("На какой вопрос" in asks.text, asks.reply_to) == (True, reply)
    await office.writes(DESK, "№ 2", reply_to=ids[0])
    await office.deliver()
    assert ([], ["Завтра"]) == (answers(office), answers(office, OLEG))
    assert [reply] == office.work.marks(DESK)
    assert Status.ANSWERED == (await office.question(2)).status


async def test_leading_number_says_it_at_once(office: Office) -> None:
    """«2 текст» as a reply to several goes to question 2, without the number."""
    await asked(office, "Тепло?")
    await asked(office, "Автобус?", OLEG)
    await office.writes(DESK, "2 Завтра", reply_to=await listed(office))
    await office.deliver()
    assert ([], ["Завтра"]) == (answers(office), answers(office, OLEG))


async def test_reply_to_cards_put_together(office: Office) -> None:
    """What the service itself put together is answered in the same way, and each number it shows is known."""
    await asked(office, "Тепло?")
    await office.writes(DESK, "/help")
    await office.deliver()
    helped = office.work.id_of(DESK, "Чтобы ответить")
    await office.writes(DESK, "1 Завтра", reply_to=helped)
    await office.deliver()
    assert ["Завтра"] == answers(office)


async def test_number_that_there_is_not(office: Office) -> None:
    """A wrong number loses nothing: the note that says so takes the right one."""
    await asked(office)
    await office.writes(DESK, "Завтра", reply_to=await listed(office))
    await office.deliver()
    await office.writes(DESK, "99", reply_to=office.work.id_of(DESK, "На какой вопрос"))
    await office.deliver()
    await office.writes(DESK, "1", reply_to=office.work.id_of(DESK, "Вопроса № 99 нет"))
    await office.deliver()
    assert ["Завтра"] == answers(office)


async def test_number_given_twice(office: Office) -> None:
    """A reply goes out once, however often its number is given."""
    await asked(office, "Тепло?")
    await asked(office, "Автобус?", OLEG)
    await office.writes(DESK, "Завтра", reply_to=await listed(office))
    await office.deliver()
    note = office.work.id_of(DESK, "На какой вопрос")
    for number in ("1", "2"):
        await office.writes(DESK, number, reply_to=note)
    await office.deliver()
    assert (["Завтра"], []) == (answers(office), answers(office, OLEG))
    assert "Этот ответ уже отправлен: № 1." == office.work.texts(DESK)[-1]


async def test_number_of_anothers_question(database_address: str) -> None:
    """A department cannot answer another's question by its number."""
    async with open_office(database_address) as office:
        await office.writes(IRINA, "Нет тепла")
        await office.writes(ENERGY, "/help")
        await office.deliver()
        await office.writes(ENERGY, "1 Сегодня", reply_to=office.work.id_of(ENERGY, "Чтобы ответить"))
        await office.deliver()
        assert [] == answers(office)
        assert "другой отдел" in office.work.texts(ENERGY)[-1]


async def test_album_whose_question_is_not_clear(office: Office) -> None:
    """All parts of a kept album go out once its number is known; the number is asked for once."""
    await asked(office)
    several = await listed(office)
    for n in range(3):
        await office.writes(DESK, media=(photo(f"p{n}", channel=WORK),), reply_to=several, album="a")
    await office.deliver()
    assert 1 == len([text for text in office.work.texts(DESK) if "На какой вопрос" in text])
    await office.writes(DESK, "1", reply_to=office.work.id_of(DESK, "На какой вопрос"))
    await office.deliver()
    assert ["p0", "p1", "p2"] == [media.ref for media in office.home.messages(IRINA)[-1][0].media]


# --- what went wrong once --------------------------------------------------------------------------------------------


async def test_unclear_note_never_reaches_the_resident(office: Office) -> None:
    """An internal note stays one, also when the question it belongs to had to be asked for."""
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.writes(DESK, "/open")
    await office.deliver()
    await office.writes(DESK, "// опять этот скандалист", reply_to=office.work.id_of(DESK, "Ждёт ответа"))
    await office.deliver()
    await office.writes(DESK, "1", reply_to=office.work.id_of(DESK, "На какой вопрос"))
    await office.deliver()
    assert [] == [text for text in office.home.texts(IRINA) if "скандалист" in text]
    assert [Author.RESIDENT, Author.NOTE] == [message.role for message in await office.thread(1)]


async def test_left_out_file_of_an_album_is_named_once(office: Office) -> None:
    """The official hears once of the file that cannot go along, however many parts the album has."""
    await office.writes(IRINA, "Где график?")
    await office.deliver()
    card = office.work.id_of(DESK, "№ 1 ")
    huge = photo("huge", channel=WORK, size=90 * 1024 * 1024)
    for media in (huge, photo("a", channel=WORK), photo("b", channel=WORK)):
        await office.writes(DESK, media=(media,), reply_to=card, album="al1")
    await office.deliver()
    assert 1 == len([text for text in office.work.texts(DESK) if "не передать" in text])


async def test_album_parts_at_the_same_time(office: Office) -> None:
    """Parts of an official's album that come in at once are one answer, one album for the resident."""
    await office.writes(IRINA, "Где график?")
    await office.deliver()
    card = office.work.id_of(DESK, "№ 1 ")
    parts = [office.received(DESK, media=(photo(f"p{n}", channel=WORK),), reply_to=card, album="al1") for n in range(4)]
    await asyncio.gather(*(office.accept(DESK, part) for part in parts))
    await office.deliver()
    assert 2 == len(await office.thread(1))
    albums = [message.media for message, _ in office.home.messages(IRINA) if message.media]
    assert [{"p0", "p1", "p2", "p3"}] == [{media.ref for media in album} for album in albums]


async def test_number_that_the_message_does_not_show(office: Office) -> None:
    """«2 дома …» as a reply to a message with the cards of others: asked, never sent to the resident of № 2."""
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.writes(OLEG, "Где автобус?")
    await office.writes(DESK, "/close 2")
    await office.writes(DESK, "/open")
    await office.deliver()
    listed = office.work.id_of(DESK, "Ждёт ответа: 1")
    await office.writes(DESK, "2 дома уже с теплом, остальные завтра", reply_to=listed)
    await office.deliver()
    assert [] == [text for text in office.home.texts(OLEG) if "остальные завтра" in text]


async def test_time_is_no_number(office: Office) -> None:
    """«2:30 приедем» is no answer to question 2."""
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.writes(OLEG, "Где автобус?")
    await office.writes(DESK, "/open")
    await office.deliver()
    await office.writes(DESK, "2:30 приедем", reply_to=office.work.id_of(DESK, "Ждут ответа"))
    await office.deliver()
    assert [] == [text for text in office.home.texts(OLEG) if "приедем" in text]
