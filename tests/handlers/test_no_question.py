"""A command that is corrected into a question is one; whoever corrects what is not known here hears so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.chat import ChatRef
from bot.model.event import Sender
from bot.model.question import Status
from bot.rights import Rights
from handlers import no_question
from handlers.intake import OVERTAKEN_FOR
from storage import conversations
from tests.handlers.fakes import DESK, IRINA, OLEG, Office, open_office
from tests.handlers.rights.house import open_house
from tests.handlers.rights.test_consent import YES

#: What he hears who corrected something that is not known.
UNKNOWN = (
    "Вы исправили сообщение, которого мы не нашли. Чтобы мы прочитали исправленное, пришлите его, пожалуйста, новым"
    " сообщением."
)


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


async def texts(office: Office, number: int = 1) -> list[str]:
    """What stands in the thread of a question."""
    return [one.content.text for one in await office.thread(number)]


async def questions(office: Office) -> int:
    """How many questions there are."""
    found: int = await office.value("SELECT count(*) FROM questions")
    return found


async def said_unknown(office: Office, chat: ChatRef = IRINA) -> int:
    """How often he heard that his message is not known; all that waited has been tried for the last time."""
    office.clock.move(OVERTAKEN_FOR + timedelta(seconds=1))
    assert not await office.intake.retry_overtaken()
    await office.deliver()
    return office.home.texts(chat).count(UNKNOWN)


# --- what was a command --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["Помощь", "/help", "мои вопросы", "новый вопрос", "Русский", "/unknown", "\u200b"])
async def test_word_corrected_into_a_question(office: Office, word: str) -> None:
    """A command, a word that stands for a button, a message of nothing: corrected into a question it is one."""
    message = await office.writes(IRINA, word)
    await office.edits(IRINA, message, "Нет тепла в школе № 5")
    await office.deliver()
    assert ["Нет тепла в школе № 5"] == await texts(office)
    assert office.home.texts(IRINA)[-1].startswith("Ваш вопрос принят: № 1.")
    assert office.work.texts(DESK)[-1].endswith("Нет тепла в школе № 5")


async def test_the_same_correction_twice(office: Office) -> None:
    """Messengers tell of one edit twice, and of edits that change nothing: the question is asked once."""
    message = await office.writes(IRINA, "Помощь")
    await office.edits(IRINA, message, "Помощь")
    for _ in range(2):
        await office.edits(IRINA, message, "Нет тепла")
    await office.deliver()
    assert (1, ["Нет тепла"]) == (await questions(office), await texts(office))
    assert 1 == len(office.work.texts(DESK))
    assert 2 == len(office.home.texts(IRINA))


async def test_corrected_again(office: Office) -> None:
    """From then on it is a message of its question: a further correction corrects it."""
    message = await office.writes(IRINA, "Помощь")
    await office.edits(IRINA, message, "Нет тпла")
    await office.deliver()
    await office.edits(IRINA, message, "Нет тепла")
    await office.deliver()
    assert (1, ["Нет тепла"]) == (await questions(office), await texts(office))
    assert office.work.texts(DESK)[-1].endswith("Было: Нет тпла\n\nСтало: Нет тепла")


@pytest.mark.parametrize("last", ["Нет тепла", "Мои вопросы"])
async def test_corrections_that_overtook_each_other(office: Office, last: str) -> None:
    """He corrected it twice, and the later correction came first: the earlier one changes nothing any more."""
    message = await office.writes(IRINA, "Помощь")
    office.clock.move(timedelta(seconds=5))
    early = office.clock()
    office.clock.move(timedelta(seconds=5))
    await office.edits(IRINA, message, last)
    office.clock.now = early
    await office.edits(IRINA, message, "Нет тпла")
    await office.deliver()
    assert (["Нет тепла"] if last == "Нет тепла" else []) == (await texts(office) if await questions(office) else [])
    assert [] == [text for text in office.work.texts(DESK) if "Нет тпла" in text]


async def test_word_corrected_into_another(office: Office) -> None:
    """One command corrected into another is carried out once; and it may become a question yet."""
    message = await office.writes(IRINA, "Помощь")
    for _ in range(2):
        await office.edits(IRINA, message, "English")
    await office.deliver()
    assert 2 == len(office.home.texts(IRINA))
    await office.edits(IRINA, message, "No heating")
    await office.deliver()
    assert ["No heating"] == await texts(office)
    assert office.home.texts(IRINA)[-1].startswith("We have your question: № 1.")


async def test_correction_that_overtook_its_word(office: Office) -> None:
    """A command and its correction come at once, to two processes: whichever is first, the question is asked."""
    message = office.message_id()
    await office.edits(IRINA, message, "Нет тепла")
    await office.writes(IRINA, "Помощь", message_id=message)
    assert not await office.intake.retry_overtaken()
    assert ["Нет тепла"] == await texts(office)


async def test_first_word_and_its_corrections_at_once(office: Office) -> None:
    """A correction that saw a newcomer's command only after it had looked for him waits: others may be taking it in."""
    event = office.received(IRINA, "Помощь")
    async with office.database.transaction() as tx:
        await no_question.heard(tx, event, office.clock())
    for _ in range(2):
        await office.edits(IRINA, event.message_id, "Нет тепла")
    assert 0 == await questions(office)
    await office.starts(IRINA)
    assert not await office.intake.retry_overtaken()
    assert ["Нет тепла"] == await texts(office)


async def test_word_corrected_into_what_was_asked(office: Office) -> None:
    """While an official waits for his words they are what he was asked, as a new message would be."""
    await office.writes(IRINA, "Нет тепла")
    await office.deliver()
    await office.writes(DESK, "/clarify 1 Какой дом?")
    await office.deliver()
    message = await office.writes(IRINA, "/help")
    await office.edits(IRINA, message, "Дом 5")
    assert "Дом 5" == (await texts(office))[-1]
    assert Status.OPEN is (await office.question(1)).status


@pytest.mark.parametrize("word", ["мои вопросы", "/faq"])
async def test_word_in_a_reply(office: Office, word: str) -> None:
    """A command in a reply to something of an earlier question: what it becomes belongs to that question."""
    for text in ("Нет тепла", "Новый вопрос", "Мост закрыт"):
        await office.writes(IRINA, text)
    await office.deliver()
    confirmation = office.home.id_of(IRINA, "№ 1")
    message = await office.writes(IRINA, word, reply_to=confirmation)
    await office.edits(IRINA, message, "Ленина 5", reply_to=confirmation)
    await office.deliver()
    assert (["Нет тепла", "Ленина 5"], ["Мост закрыт"]) == (await texts(office), await texts(office, 2))
    assert "Добавили к вопросу № 1." == office.home.texts(IRINA)[-1]


async def test_word_of_somebody_who_is_banned(office: Office) -> None:
    """What a banned resident makes of a command is kept and shown to nobody, like all that he writes."""
    await office.writes(IRINA, "Нет тепла")
    await office.deliver()
    await office.writes(DESK, "/ban 1")
    await office.deliver()
    before = office.work.texts(DESK)
    message = await office.writes(IRINA, "мои вопросы")
    await office.edits(IRINA, message, "Эй!")
    await office.deliver()
    assert (before, "Эй!") == (office.work.texts(DESK), (await texts(office))[-1])


async def test_word_of_somebody_who_has_not_consented(office: Office) -> None:
    """What becomes of a command waits for his consent, as a message would."""
    office.ctx.rights = Rights(consent="v1")
    message = await office.writes(IRINA, "Помощь")
    for text in ("Нет тпла", "Нет тепла"):
        await office.edits(IRINA, message, text)
    assert 0 == await questions(office)
    await office.presses(IRINA, YES)
    assert ["Нет тепла"] == await texts(office)


async def test_many_words(office: Office) -> None:
    """Of somebody who writes commands without an end the last ones are known."""
    words = [await office.writes(IRINA, "Помощь") for _ in range(50)]
    assert 5000 > await office.value("SELECT sum(length(value)) FROM kept")
    for message in (words[0], words[-1]):
        await office.edits(IRINA, message, "Нет тепла")
    assert 1 == await questions(office)
    assert 1 == await said_unknown(office)


async def test_nothing_is_left_of_words(database_address: str, tmp_path: Path) -> None:
    """Whoever had his data removed is not known by his commands either; the word that confirms it is no exception."""
    async with open_house(database_address, tmp_path) as house:
        office = house.office
        for word in ("Помощь", "забыть меня", "да, удалить"):
            message = await office.writes(IRINA, word)
        assert 0 == await office.value("SELECT count(*) FROM kept WHERE channel <> ''")
        await office.edits(IRINA, message, "Нет тепла")
        assert (1, 0) == (await said_unknown(office), await questions(office))
        await house.traces.once()
        await house.a_day_later()
        assert 0 == await office.value("SELECT count(*) FROM kept WHERE channel <> ''")


# --- what was a thanks ---------------------------------------------------------------------------------------------


async def answered_and_thanked(office: Office) -> str:
    """A question is answered, its resident says thanks; returns the id of that message."""
    await office.writes(IRINA, "Нет тепла")
    await office.deliver()
    await office.writes(DESK, "Включили.", reply_to=office.work.id_of(DESK, "№ 1 "))
    await office.deliver()
    return await office.writes(IRINA, "Спасибо")


async def test_thanks_corrected_into_a_question(office: Office) -> None:
    """Thanks end a question; what they are corrected into is waited for like what he writes: it is open again."""
    message = await answered_and_thanked(office)
    await office.deliver()
    await office.edits(IRINA, message, "Спасибо, но батареи холодные")
    await office.deliver()
    assert Status.OPEN is (await office.question(1)).status
    assert "Стало: Спасибо, но батареи холодные" in office.work.texts(DESK)[-1]


async def test_thanks_corrected_into_thanks(office: Office) -> None:
    """More thanks open nothing."""
    message = await answered_and_thanked(office)
    await office.edits(IRINA, message, "Большое спасибо!")
    assert Status.ANSWERED is (await office.question(1)).status


async def test_thanks_of_before_the_answer(office: Office) -> None:
    """What he said before he was answered opens nothing: the answer came after it."""
    await office.writes(IRINA, "Нет тепла")
    message = await office.writes(IRINA, "Спасибо")
    await office.deliver()
    office.clock.move(timedelta(hours=1))
    await office.writes(DESK, "Включили.", reply_to=office.work.id_of(DESK, "№ 1 "))
    await office.edits(IRINA, message, "Спасибо, жду")
    assert Status.ANSWERED is (await office.question(1)).status


@pytest.mark.parametrize("way", ["he withdraws it", "officials close it"])
async def test_thanks_after_it_was_closed(office: Office, way: str) -> None:
    """The same goes for thanks by which he left it at that nobody answers."""
    await office.writes(IRINA, "Нет тепла")
    await office.deliver()
    if way == "he withdraws it":
        await office.presses(IRINA, "withdraw:1")
    else:
        await office.writes(DESK, "/close 1 решено по телефону")
    message = await office.writes(IRINA, "Спасибо", reply_to=office.home.id_of(IRINA, "№ 1"))
    assert Status.CLOSED is (await office.question(1)).status
    await office.edits(IRINA, message, "Спасибо, но батареи холодные")
    assert Status.OPEN is (await office.question(1)).status


# --- what is not known ---------------------------------------------------------------------------------------------


async def test_correction_of_what_is_not_known(office: Office) -> None:
    """What came before the service did, or so long ago that nothing is known of it: he hears once to send it anew."""
    await office.starts(IRINA)
    for text in ("Нет тпла", "Нет тепла"):
        await office.edits(IRINA, "31337", text)
        assert 1 == await said_unknown(office)
    assert 0 == await questions(office)


async def test_correction_of_a_stranger(office: Office) -> None:
    """The same goes for somebody who never wrote to the service; nothing but that is remembered of him."""
    for text in ("Нет тпла", "Нет тепла"):
        await office.edits(OLEG, "31337", text)
        assert 1 == await said_unknown(office, OLEG)
    assert 0 == await office.value("SELECT count(*) FROM conversations")


async def test_in_his_language(office: Office) -> None:
    """He hears it in the language that he chose."""
    await office.writes(IRINA, "English")
    await office.edits(IRINA, "31337", "No heating")
    assert 0 == await said_unknown(office)
    assert office.home.texts(IRINA)[-1].startswith("You edited a message that we could not find.")


async def test_message_that_comes_after_all(office: Office) -> None:
    """It came long after its correction: it is taken in, and a further correction of it counts."""
    message = office.message_id()
    await office.edits(IRINA, message, "Нет тепла!")
    assert 1 == await said_unknown(office)
    await office.writes(IRINA, "Нет тпла", message_id=message)
    await office.edits(IRINA, message, "Нет тепла")
    assert ["Нет тепла"] == await texts(office)


async def test_banned_resident_hears_nothing(office: Office) -> None:
    """Who may not write is not asked to send anything."""
    async with office.database.transaction() as tx:
        conversation = await conversations.lock(tx, IRINA, Sender(user_id=IRINA.chat_id))
        await conversations.change(tx, conversation.id, banned_until=office.clock() + timedelta(days=1))
    await office.edits(IRINA, "31337", "Нет тепла")
    assert 0 == await said_unknown(office)


async def test_word_corrected_into_nothing(office: Office) -> None:
    """What a command became may be a message of nothing: he hears that, and what follows is understood."""
    message = await office.writes(IRINA, "Помощь")
    await office.edits(IRINA, message, "\u200b")
    await office.deliver()
    assert office.home.texts(IRINA)[-1].startswith("Сообщение пришло пустым.")
    await office.edits(IRINA, message, "Нет тепла")
    assert ["Нет тепла"] == await texts(office)
