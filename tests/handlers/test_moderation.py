"""Bans and spam: what officials order, what the resident hears, and that nothing of his is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.delivery.entry import Role
from bot.model.message import AnswerPress
from bot.model.question import Author, CloseKind, Status
from storage import conversations
from tests.handlers.fakes import DESK, ENERGY, IRINA, OLEG, Office, open_office, photo


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """Irina has asked, and her question is shown."""
    async with open_office(database_address) as opened:
        await opened.writes(IRINA, "Нет тепла")
        await opened.deliver()
        yield opened


async def said(office: Office, command: str, *, reply_to: str = "") -> str:
    """What an official's command is answered with."""
    await office.writes(DESK, command, reply_to=reply_to)
    await office.deliver()
    return office.work.texts(DESK)[-1]


def words(office: Office) -> list[str]:
    """What Irina was told after the confirmation."""
    return office.home.texts(IRINA)[1:]


async def roles(office: Office, number: int = 1) -> list[tuple[Author, str]]:
    return [(one.role, one.content.text) for one in await office.thread(number)]


# --- bans ----------------------------------------------------------------------------------------------------------


async def test_ban(office: Office) -> None:
    """The officials read until when and why, can undo it with one tap, and the trail has term and reason."""
    before = await office.question(1)
    line = await said(office, "/ban 1 2н оскорбления")
    assert line.startswith("№ 1: не принимаем сообщения этого жителя до ")
    assert ", причина: оскорбления. Сам вопрос остаётся как есть." in line
    note, _ = office.work.messages(DESK)[-1]
    assert note.keyboard is not None
    assert [("Снять запрет", "unban:1")] == [(one.text, one.data) for row in note.keyboard.rows for one in row]
    assert before == await office.question(1)
    until = await office.value("SELECT banned_until FROM conversations")
    assert timedelta(days=14) == until - office.clock()
    assert "запретил(а) жителю писать: 14 дней: оскорбления" in await said(office, "/q 1 log")


async def test_ban_as_a_reply_to_the_card(office: Office) -> None:
    """The card says which question is meant; a term with a space in it is no number of another question's."""
    await office.writes(OLEG, "Яма")
    await office.deliver()
    card = office.work.id_of(DESK, "Нет тепла")
    assert (await said(office, "/ban 2 дня мат", reply_to=card)).startswith("Не понимаю срок, ничего не изменилось.")
    assert 0 == await office.value("SELECT count(*) FROM conversations WHERE banned_until IS NOT NULL")
    assert (await said(office, "/ban 2д мат", reply_to=card)).startswith("№ 1: не принимаем сообщения")
    assert IRINA.chat_id == await office.value("SELECT chat_id FROM conversations WHERE banned_until IS NOT NULL")


@pytest.mark.parametrize("term", ["10м", "30 минут", "2 года", "366д", "999999н"])
async def test_terms_that_cannot_be(office: Office, term: str) -> None:
    """Nobody is banned for a minute or a lifetime by a slip: the refusal has an example."""
    line = await said(office, f"/ban 1 {term} мат")
    assert line.startswith("Срок — от часа до года или навсегда, ничего не изменилось. Например: /ban 123 7д причина")
    assert await office.value("SELECT banned_until IS NULL FROM conversations")


async def test_without_a_number(office: Office) -> None:
    """A command without its question says what it expects, with an example."""
    for command in ("/ban", "/unban", "/spam"):
        assert f"например {command} 123" in await said(office, command)


async def test_other_departments_cannot(office: Office) -> None:
    """A department bans nobody whose question it does not have."""
    for command in ("/ban 1", "/unban 1", "/spam 1"):
        await office.writes(ENERGY, command)
    await office.deliver()
    assert 3 * ["Вопрос № 1 ведёт другой отдел."] == office.work.texts(ENERGY)
    assert await office.value("SELECT banned_until IS NULL FROM conversations")


async def test_what_a_banned_resident_writes(office: Office) -> None:
    """It is kept in the thread of his question and shown to nobody; he is told once, kindly, with term and reason."""
    await office.writes(DESK, "/ban 1 7д оскорбления.")
    await office.deliver()
    shown = office.work.texts(DESK)
    for text in ("Эй!", "Помощь", "Новый вопрос"):
        await office.writes(IRINA, text)
    await office.deliver()
    (told,) = words(office)
    assert told.startswith("К сожалению, мы не принимаем здесь ваши сообщения до ")
    assert " Причина: оскорбления. " in told
    assert told.endswith("звоните 112.")
    assert shown == office.work.texts(DESK)
    assert [(Author.RESIDENT, "Нет тепла"), *((Author.BANNED, text) for text in ("Эй!", "Помощь", "Новый вопрос"))] == (
        await roles(office)
    )
    thread = await said(office, "/q 1")
    assert "Житель (под запретом) · " in thread
    assert "Эй!" in thread


async def test_ban_without_reason_and_end(office: Office) -> None:
    """What has neither a reason nor an end does not speak of them."""
    assert "№ 1: не принимаем сообщения этого жителя навсегда. " in await said(office, "/ban 1 навсегда")
    await office.writes(IRINA, "Эй!")
    await office.deliver()
    assert words(office)[0].startswith("К сожалению, мы не принимаем здесь ваши сообщения. Официальное обращение")


async def test_others_are_not_banned(office: Office) -> None:
    """A ban is one resident's."""
    await office.writes(DESK, "/ban 1")
    await office.writes(OLEG, "Яма")
    await office.deliver()
    assert "Яма" in office.work.texts(DESK)[-1]


async def test_album_of_a_banned_resident(office: Office) -> None:
    """The parts of an album are one message of the thread, and none is shown."""
    await office.writes(DESK, "/ban 1")
    parts = [office.received(IRINA, media=(photo(f"p{n}"),), album="al1") for n in range(4)]
    await asyncio.gather(*(office.accept(IRINA, part) for part in parts))
    await office.deliver()
    _, album = await office.thread(1)
    assert (Author.BANNED, {"p0", "p1", "p2", "p3"}) == (album.role, {one.ref for one in album.content.media})
    assert [] == [one for message, _ in office.work.messages(DESK) for one in message.media]
    assert 1 == len(words(office))


async def test_album_over_the_end_of_a_ban(office: Office) -> None:
    """What comes of an album when the ban is over is shown as any message is; what came before is not."""
    await office.writes(DESK, "/ban 1 1ч")
    await office.writes(IRINA, media=(photo("before"),), album="al1")
    office.clock.move(timedelta(hours=1))
    for n in range(2):
        await office.writes(IRINA, media=(photo(f"p{n}"),), album="al1")
    await office.deliver()
    assert ["p0", "p1"] == [one.ref for message, _ in office.work.messages(DESK) for one in message.media]


async def test_album_over_the_beginning_of_a_ban(office: Office) -> None:
    """What comes of an album after the ban is kept apart from what was shown before."""
    await office.writes(IRINA, media=(photo("before"),), album="al1")
    await office.writes(DESK, "/ban 1")
    await office.writes(IRINA, media=(photo("after"),), album="al1")
    await office.deliver()
    assert ["before"] == [one.ref for message, _ in office.work.messages(DESK) for one in message.media]
    assert [Author.RESIDENT, Author.RESIDENT, Author.BANNED] == [one.role for one in await office.thread(1)]


@pytest.mark.parametrize("when", ["written before the ban", "written during the ban", "after the ban"])
async def test_edits_of_a_banned_resident(office: Office, when: str) -> None:
    """Correcting a message is no way round a ban: the thread has the new words, the officials hear nothing."""
    before = await office.writes(IRINA, "Было")
    await office.writes(DESK, "/ban 1 1ч")
    during = await office.writes(IRINA, "Было")
    await office.deliver()
    shown = office.work.texts(DESK)
    if when == "after the ban":
        office.clock.move(timedelta(hours=2))
    await office.edits(IRINA, before if when == "written before the ban" else during, "Стало")
    await office.deliver()
    assert shown == office.work.texts(DESK)
    assert ["Было", "Стало"] == sorted(one.content.text for one in (await office.thread(1))[1:])


async def test_ban_ends_by_itself(office: Office) -> None:
    """When its term is over what he writes is shown again; officials hear once of what he wrote meanwhile."""
    await office.writes(DESK, "/ban 1 1ч")
    await office.writes(IRINA, "Эй!")
    office.clock.move(timedelta(hours=1))
    await office.writes(IRINA, "Ау")
    await office.writes(IRINA, "Дали тепло?")
    await office.deliver()
    line = "№ 1: запрет кончился, житель снова пишет. За это время он написал 1 сообщение, прочитать: /q 1"
    assert 1 == office.work.texts(DESK).count(line)
    assert "№ 1 · дополнение от жителя\n\nДали тепло?" == office.work.texts(DESK)[-1]
    assert "№ 1: сообщения этого жителя и так принимаются." == await said(office, "/unban 1")


async def test_unban(office: Office) -> None:
    """One tap takes his messages again and says how many there were; a second press says that nothing is left to do."""
    await office.writes(DESK, "/ban 1")
    for text in ("Эй!", "Где вы?"):
        await office.writes(IRINA, text)
    for press_id in ("p1", "p2"):
        await office.presses(DESK, "unban:1", press_id=press_id)
    await office.writes(IRINA, "Спасибо, что слушаете")
    await office.deliver()
    line = "№ 1: снова принимаем сообщения этого жителя. За это время он написал 2 сообщения, прочитать: /q 1"
    assert 1 == office.work.texts(DESK).count(line)
    assert "№ 1 · дополнение от жителя\n\nСпасибо, что слушаете" == office.work.texts(DESK)[-1]
    shown = [one.text for one in office.work.effects(DESK) if isinstance(one, AnswerPress)]
    assert "№ 1: сообщения этого жителя и так принимаются." == shown[-1]
    assert "снял(а) запрет" in await said(office, "/q 1 log")


async def test_only_what_was_written_meanwhile_is_counted(office: Office) -> None:
    """Of two bans each counts its own messages, none where he was silent."""
    for text in ("Эй!", ""):
        await office.writes(DESK, "/ban 1")
        if text:
            await office.writes(IRINA, text)
        await office.writes(DESK, "/unban 1")
        await office.writes(IRINA, "Есть тепло?")
    await office.deliver()
    lines = [text.partition("За это время он ")[2] for text in office.work.texts(DESK) if "снова принимаем" in text]
    assert ["написал 1 сообщение, прочитать: /q 1", "ничего не написал."] == lines


async def test_messages_are_with_the_last_question(office: Office) -> None:
    """Banned for an earlier question, what he writes is with his last one: the officials are told where."""
    await office.writes(IRINA, "Новый вопрос")
    await office.writes(IRINA, "Яма")
    await office.writes(DESK, "/ban 1")
    await office.writes(IRINA, "Эй!")
    assert [(Author.RESIDENT, "Яма"), (Author.BANNED, "Эй!")] == await roles(office, 2)
    assert "прочитать: /q 2" in await said(office, "/unban 1")


async def test_banned_anew(office: Office) -> None:
    """A new term replaces the old one, and he is told of it."""
    for term in ("1ч", "навсегда мат"):
        await office.writes(DESK, f"/ban 1 {term}")
        for _ in range(2):
            await office.writes(IRINA, "Эй!")
    await office.deliver()
    assert 2 == len(words(office))
    assert "Причина: мат." in words(office)[-1]


async def test_two_messages_at_once(office: Office) -> None:
    """However many come at the same time, he is told once."""
    await office.writes(DESK, "/ban 1")
    await asyncio.gather(*(office.accept(IRINA, office.received(IRINA, "Эй!")) for _ in range(5)))
    await office.deliver()
    assert 1 == len(words(office))
    assert 6 == len(await office.thread(1))


async def test_banned_before_he_asked(office: Office) -> None:
    """Without a question of his the message is kept, too, and a correction of it."""
    await office.starts(OLEG)
    async with office.database.transaction() as tx:
        conversation = await conversations.lock(tx, OLEG, office.received(OLEG).sender)
        until = office.clock() + timedelta(days=1)
        await conversations.change(tx, conversation.id, banned_until=until)
    message = await office.writes(OLEG, "Эй!")
    await office.writes(OLEG, media=(photo("p0"),), album="al1")
    await office.writes(OLEG, media=(photo("p1"),), album="al1")
    await office.edits(OLEG, message, "Эй, вы!")
    kept = "SELECT string_agg(content ->> 'text', '|' ORDER BY id) FROM messages WHERE question_id IS NULL"
    assert "Эй, вы!|" == await office.value(kept)
    assert 1 == await office.value("SELECT count(*) FROM questions")


async def test_answer_to_a_banned_resident(office: Office) -> None:
    """His question stays: it can be answered, and he gets the answer."""
    await office.writes(DESK, "/ban 1")
    await office.writes(DESK, "Сегодня", reply_to=office.work.id_of(DESK, "Нет тепла"))
    await office.deliver()
    assert ["Сегодня"] == words(office)


# --- spam ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["command", "button"])
async def test_spam(office: Office, way: str) -> None:
    """Closed as spam, without a word to whoever wrote it; one tap undoes it."""
    if way == "command":
        await office.writes(DESK, "/spam 1")
    else:
        await office.presses(DESK, "shut:1:spam")
    await office.deliver()
    question = await office.question(1)
    assert (Status.CLOSED, CloseKind.SPAM) == (question.status, question.close_kind)
    assert [] == words(office)
    note = next(message for message, _ in office.work.messages(DESK) if "закрыт как спам" in message.text)
    assert note.keyboard is not None
    assert ["reopen:1"] == [one.data for row in note.keyboard.rows for one in row]
    await office.presses(DESK, "reopen:1")
    await office.deliver()
    assert Status.OPEN is (await office.question(1)).status
    assert [] == words(office)


async def test_spam_twice(office: Office) -> None:
    """Of two who press one closes it; the other hears that it is closed."""
    for press_id in ("p1", "p2"):
        await office.presses(DESK, "shut:1:spam", press_id=press_id)
    await office.deliver()
    presses = [one.text for one in office.work.effects(DESK) if isinstance(one, AnswerPress)]
    assert "Вопрос № 1 уже закрыт." == presses[-1]
    assert 1 == len([text for text in office.work.texts(DESK) if "закрыт как спам" in text])


@pytest.mark.parametrize("answered", [False, True], ids=["never answered", "answered before"])
async def test_after_spam_comes_a_new_question(office: Office, answered: bool) -> None:
    """Whoever writes again asks anew: spam is not taken up again."""
    if answered:
        await office.writes(DESK, "Сегодня", reply_to=office.work.id_of(DESK, "Нет тепла"))
    await office.writes(DESK, "/spam 1")
    await office.writes(IRINA, "Когда починят дорогу?")
    await office.deliver()
    assert Status.CLOSED is (await office.question(1)).status
    assert [(Author.RESIDENT, "Когда починят дорогу?")] == await roles(office, 2)
    assert [1, 2] == [row.question for row in await office.entries(DESK, Role.CARD)]
