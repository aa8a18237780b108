"""A resident with several questions: his words reach the one that he means, and he is told which one that was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.model.question import Author, CloseKind, Status
from handlers.lapsing import Lapsing
from tests.handlers.fakes import DESK, ENERGY, IRINA, OLEG, Office, open_office
from tests.handlers.story import desk

#: A Wednesday morning.
TEN = datetime(2026, 11, 18, 10, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
HEAT, BRIDGE = "Когда дадут тепло?", "Почему закрыт мост?"
ADDED = "Добавили к вопросу № 1."


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """He has asked two questions: the first one is with the department of energy."""
    async with open_office(database_address, desk=desk()) as opened:
        opened.clock.now = TEN
        await says(opened, HEAT, "Новый вопрос", BRIDGE)
        yield opened


async def says(office: Office, *words: str, reply_to: str = "") -> str:
    """He writes these one after the other, the last one as a reply; returns what he reads at last."""
    *earlier, last = words
    for text in earlier:
        await office.writes(IRINA, text)
    await office.writes(IRINA, last, reply_to=reply_to)
    await office.deliver()
    return office.home.texts(IRINA)[-1]


async def official(office: Office, text: str, *, reply: bool = False) -> None:
    to = office.work.id_of(ENERGY, "№ 1") if reply else ""
    await office.writes(ENERGY, text, reply_to=to)
    await office.deliver()


async def words_of(office: Office, number: int) -> list[str]:
    return [one.content.text for one in (await office.thread(number)) if one.role is Author.RESIDENT]


# --- a messenger's own reply ---------------------------------------------------------------------------------------


async def test_reply_to_a_clarification(office: Office) -> None:
    """A reply to what an official asked is the answer to it, though another question is newer."""
    await official(office, "/clarify 1 Какой адрес?")
    said = await says(office, "Ленина 5", reply_to=office.home.id_of(IRINA, "Какой адрес?"))
    assert (ADDED, Status.OPEN) == (said, (await office.question(1)).status)
    assert ([HEAT, "Ленина 5"], [BRIDGE]) == (await words_of(office, 1), await words_of(office, 2))
    assert office.work.texts(ENERGY)[-1].startswith("№ 1 · житель уточнил")


async def test_reply_to_an_answer(office: Office) -> None:
    """A reply to an answer opens that question again, also days later."""
    await official(office, "Завтра", reply=True)
    answer = office.home.id_of(IRINA, "Завтра")
    office.clock.move(4 * DAY)
    assert ADDED == await says(office, "Так и не включили!", reply_to=answer)
    assert (Status.OPEN, [BRIDGE]) == ((await office.question(1)).status, await words_of(office, 2))


@pytest.mark.parametrize("what", [HEAT, "Ваш вопрос принят: № 1"])
async def test_reply_to_his_own_words_or_ours(office: Office, what: str) -> None:
    """A reply to his own message, or to the confirmation, means that question, too."""
    if what == HEAT:
        asked = await office.value("SELECT message_id FROM links WHERE question_id = 1 AND role = 'resident'")
    else:
        asked = office.home.id_of(IRINA, what)
    await says(office, "Ленина 5", reply_to=asked)
    assert [HEAT, "Ленина 5"] == await words_of(office, 1)


async def test_thanks_in_a_reply(office: Office) -> None:
    """Thanks open nothing, wherever they go."""
    await official(office, "Завтра", reply=True)
    await says(office, "Спасибо!", reply_to=office.home.id_of(IRINA, "Завтра"))
    assert (Status.ANSWERED, [HEAT, "Спасибо!"]) == ((await office.question(1)).status, await words_of(office, 1))


async def test_reply_to_the_last_one_needs_no_words(office: Office) -> None:
    """Where the reply means his last question it has its mark as always."""
    texts = len(office.home.texts(IRINA))
    await says(office, "Опора треснула", reply_to=office.home.id_of(IRINA, "№ 2"))
    assert (texts, 1) == (len(office.home.texts(IRINA)), len(office.home.marks(IRINA)))


async def test_reply_to_spam(office: Office) -> None:
    """What was spam takes nothing up."""
    answer = office.home.id_of(IRINA, "№ 1")
    await official(office, "/spam 1")
    await says(office, "Ответьте!", reply_to=answer)
    assert ([HEAT], [BRIDGE, "Ответьте!"]) == (await words_of(office, 1), await words_of(office, 2))


async def test_reply_to_what_ended_long_ago(office: Office) -> None:
    """A month later it is a new matter, as without a reply."""
    await official(office, "Завтра", reply=True)
    answer = office.home.id_of(IRINA, "Завтра")
    office.clock.move(31 * DAY)
    await says(office, "Холодно!", reply_to=answer)
    assert ([HEAT], [BRIDGE, "Холодно!"]) == (await words_of(office, 1), await words_of(office, 2))


async def test_reply_to_what_is_not_his(office: Office) -> None:
    """An id of somebody else's chat, or of no message of ours, means nothing."""
    await office.writes(OLEG, "Личное дело")
    await office.deliver()
    for to in (office.home.id_of(OLEG, "№ 3"), "31337"):
        await says(office, "Опора треснула", reply_to=to)
    assert [BRIDGE, "Опора треснула", "Опора треснула"] == await words_of(office, 2)


# --- what he is asked ----------------------------------------------------------------------------------------------


async def test_what_he_writes_after_a_clarification(office: Office) -> None:
    """Where a messenger has no replies, what he writes next is the answer, and he is told so in words."""
    await official(office, "/clarify 1 Какой адрес?")
    assert ADDED == await says(office, "Ленина 5")
    assert (Status.OPEN, [HEAT, "Ленина 5"]) == ((await office.question(1)).status, await words_of(office, 1))


async def test_what_he_writes_after_the_reminder(office: Office) -> None:
    """«Просто напишите сюда» is true, whatever he has written or announced since."""
    await official(office, "/clarify 1 Какой адрес?")
    await says(office, "Новый вопрос", "Где автобус?", "Новый вопрос")
    office.clock.move(DAY)
    await Lapsing(office.ctx).once()
    await office.deliver()
    assert "Просто напишите сюда." in office.home.texts(IRINA)[-1]
    assert ADDED == await says(office, "Ленина 5")
    assert [HEAT, "Ленина 5"] == await words_of(office, 1)


async def test_reminded_below_a_page(office: Office) -> None:
    """«Да» after the reminder is the answer to it, though a page above it asks something, too."""
    await official(office, "/clarify 1 Дом пятиэтажный?")
    office.clock.move(DAY - MINUTE)
    await says(office, "/withdraw")
    office.clock.move(MINUTE)
    await Lapsing(office.ctx).once()
    await office.deliver()
    assert ADDED == await says(office, "Да")
    assert [Status.OPEN] * 2 == [(await office.question(number)).status for number in (1, 2)]


async def test_closed_without_it(office: Office) -> None:
    """Where he has asked something else since, he hears how to open it again: what he writes goes there."""
    await official(office, "/clarify 1 Какой адрес?")
    for later in (DAY, 2 * DAY):
        office.clock.move(later)
        await Lapsing(office.ctx).once()
    await office.deliver()
    assert "Если он ещё важен, напишите «открыть снова 1»." in office.home.texts(IRINA)[-1]
    assert CloseKind.UNCLARIFIED is (await office.question(1)).close_kind


async def test_new_question_instead(office: Office) -> None:
    """«Новый вопрос» goes before what he was asked."""
    await official(office, "/clarify 1 Какой адрес?")
    await says(office, "Новый вопрос", "Где автобус?", "Маршрут 5")
    assert ["Где автобус?", "Маршрут 5"] == await words_of(office, 3)
    assert Status.CLARIFYING is (await office.question(1)).status


async def test_answered_without_it(office: Office) -> None:
    """Once officials have gone on without his words, they go where they always go; a little later, if not at once."""
    await official(office, "/clarify 1 Какой адрес?")
    await official(office, "Уже чиним", reply=True)
    office.clock.move(16 * MINUTE)
    await says(office, "Опора треснула")
    assert (Status.ANSWERED, [BRIDGE, "Опора треснула"]) == (
        (await office.question(1)).status,
        await words_of(office, 2),
    )


async def test_reply_to_another_while_he_is_asked(office: Office) -> None:
    """A reply elsewhere takes nothing from what he is asked."""
    await official(office, "/clarify 1 Какой адрес?")
    await says(office, "Опора треснула", reply_to=office.home.id_of(IRINA, "№ 2"))
    await says(office, "Ленина 5")
    assert ([HEAT, "Ленина 5"], [BRIDGE, "Опора треснула"]) == (await words_of(office, 1), await words_of(office, 2))


async def test_goes_on_after_they_have_gone_on(office: Office) -> None:
    """What he was asked and nobody waits for any more holds nothing up that he chooses himself."""
    await says(office, "Новый вопрос", "Где автобус?")
    await office.writes(DESK, "/clarify 2 Какой мост?")
    await office.deliver()
    await office.writes(DESK, "Нашли", reply_to=office.work.id_of(DESK, "№ 2"))
    await office.deliver()
    await says(office, "Ленина 5", reply_to=office.home.id_of(IRINA, "№ 1"))
    await says(office, "Третий подъезд")
    assert [HEAT, "Ленина 5", "Третий подъезд"] == await words_of(office, 1)


# --- he goes on ----------------------------------------------------------------------------------------------------


async def test_several_messages(office: Office) -> None:
    """Whoever writes to an earlier question seldom does so in one message."""
    await official(office, "Завтра", reply=True)
    await says(office, "открыть снова 1")
    for text in ("Так и не включили", "Ленина 5, третий подъезд"):
        assert ADDED == await says(office, text)
        office.clock.move(14 * MINUTE)
    assert [HEAT, "Так и не включили", "Ленина 5, третий подъезд"] == await words_of(office, 1)
    office.clock.move(MINUTE)
    await says(office, "Опора треснула")
    assert [BRIDGE, "Опора треснула"] == await words_of(office, 2)


@pytest.mark.parametrize("what", ["Новый вопрос", "дополнить 2"])
async def test_until_he_chooses_something_else(office: Office, what: str) -> None:
    """«Новый вопрос», or another question, ends it."""
    await says(office, "дополнить 1", "Ленина 5", what, "Опора треснула", "Ограждения нет")
    assert [HEAT, "Ленина 5"] == await words_of(office, 1)


async def test_words_of_the_chosen_question(office: Office) -> None:
    """«Пропустить» and «Другое место» are said of the question that he chose; nothing fails."""
    async with office.eye.transaction() as tx:
        await tx.raw.execute("UPDATE questions SET asked_for = 'place', place = 'nadym' WHERE id = 1")
    await says(office, "дополнить 1", "Пропустить")
    assert None is (await office.question(1)).asked_for
    await says(office, "дополнить 1", "Другое место")
    assert "" == (await office.question(1)).place
    assert 0 == await office.value("SELECT count(*) FROM events WHERE status = 'failed'")


# --- taking back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["да", "Да!", "Да, отозвать", "yes"])
async def test_sure(office: Office, words: str) -> None:
    """«Отозвать вопрос № 2?» is answered as people answer."""
    await says(office, "отозвать")
    assert (await says(office, words)).startswith("Вопрос № 2 отозван")
    assert CloseKind.WITHDRAWN is (await office.question(2)).close_kind


async def test_not_sure(office: Office) -> None:
    """«Нет» leaves it as it is."""
    await says(office, "отозвать")
    assert "Хорошо, вопрос № 2 остаётся: ответим до 14:00." == await says(office, "нет")
    assert ([BRIDGE], Status.OPEN) == (await words_of(office, 2), (await office.question(2)).status)


@pytest.mark.parametrize("since", ["words", "an hour", "an answer", "help"])
async def test_no_answer_to_that(office: Office, since: str) -> None:
    """Once something else was said «да» is a message like any other."""
    await says(office, "отозвать")
    match since:
        case "words":
            await says(office, "Опора треснула")
        case "an hour":
            office.clock.move(timedelta(hours=1))
        case "an answer":
            await official(office, "/interim 1 Ищем")
        case _:
            await says(office, "помощь")
    await says(office, "да")
    said_of = 1 if since == "an answer" else 2
    assert ("да", Status.OPEN) == ((await words_of(office, said_of))[-1], (await office.question(2)).status)


async def test_the_button_that_he_sees(office: Office) -> None:
    """Under one of his questions «Дополнить» typed means that one, as the button does."""
    await says(office, "вопрос 1")
    assert "попадёт в вопрос № 1." in await says(office, "Дополнить")
    await says(office, "мои вопросы")
    assert (await says(office, "№ 1")).startswith("Вопрос № 1: ")


# --- where he came from --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("later", "source"), [(timedelta(hours=23), "school5"), (200 * DAY, "")])
async def test_source_of_a_day(office: Office, later: timedelta, source: str) -> None:
    """A link counts for what he asks within a day, not for a question of the next year."""
    await office.starts(IRINA, source="school5")
    await says(office, "Опора треснула")
    office.clock.move(later)
    await says(office, "Новый вопрос", "Где автобус?")
    assert ["", source] == [(await office.question(number)).source for number in (2, 3)]
