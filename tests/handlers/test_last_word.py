"""What was said last is what is answered: a resident's word is never taken for the answer to something above that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation.faq import Entry
from bot.model.question import Author, CloseKind, Status
from handlers.asking_rating import AskingRating
from handlers.lapsing import Lapsing
from handlers.late import LateNotices
from tests.handlers.fakes import ABLE, DESK, ENERGY, IRINA, Office, open_office
from tests.handlers.story import desk

#: A Wednesday morning.
TEN = datetime(2026, 11, 18, 10, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
HEAT, BRIDGE, SCHOOL = "Когда дадут тепло?", "Почему закрыт мост?", "Как записать ребёнка в школу?"
ADDED = "Добавили к вопросу № 1."
#: Where nothing can be changed that was sent: all is said below it.
OLD = replace(ABLE, edits=False, deletes=False)


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """He has asked a question, which is with the department of energy."""
    async with open_office(database_address, desk=desk()) as opened:
        opened.ctx.answers.of_file = (Entry(id=0, question=SCHOOL, answer="Через Госуслуги."),)
        await opened.ctx.answers.once()
        opened.clock.now = TEN
        await says(opened, HEAT)
        yield opened


async def says(office: Office, *words: str, reply_to: str = "") -> str:
    """He writes these one after the other, the last one as a reply; returns what he reads at last."""
    *earlier, last = words
    for text in earlier:
        await office.writes(IRINA, text)
    await office.writes(IRINA, last, reply_to=reply_to)
    await office.deliver()
    return office.home.texts(IRINA)[-1]


async def happens(office: Office, what: str) -> None:
    """Something is said to him of his first question: a command of officials, a notice by itself, or an answer."""
    match what:
        case "a late notice":
            office.clock.move(7 * HOUR)
            await LateNotices(office.ctx).once()
        case "a reminder":
            office.clock.move(DAY)
            await Lapsing(office.ctx).once()
        case "a request for a rating":
            office.clock.move(31 * MINUTE)
            await AskingRating(office.ctx).once()
        case command if command.startswith("/"):
            await office.writes(ENERGY, command)
        case answer:
            await office.writes(ENERGY, answer, reply_to=office.work.id_of(ENERGY, "№ 1"))
    await office.deliver()


async def words_of(office: Office, number: int) -> list[str]:
    return [one.content.text for one in (await office.thread(number)) if one.role is Author.RESIDENT]


# --- known answers -------------------------------------------------------------------------------------------------

SAID_OF_ANOTHER = ["Завтра", "/interim 1 Ищем", "/close 1 дубль", "a late notice"]


@pytest.mark.parametrize("since", SAID_OF_ANOTHER)
async def test_what_helped_is_what_he_was_told_last(office: Office, since: str) -> None:
    """«Помогло» after words about another question closes nothing that waits; the button does what it says."""
    await says(office, "Новый вопрос", SCHOOL)
    assert "Похоже, ответ уже есть" in office.home.texts(IRINA)[-1]
    await happens(office, since)
    await says(office, "Спасибо, помогло!")
    assert Status.OPEN is (await office.question(2)).status
    await office.presses(IRINA, "helped:2:1")
    assert CloseKind.HELPED is (await office.question(2)).close_kind


# --- why he rated it so --------------------------------------------------------------------------------------------


async def bridge_is_answered_and_rated(office: Office) -> None:
    """His second question, which he has rated as bad while he still waits for the first one."""
    await says(office, "Новый вопрос", BRIDGE)
    await office.writes(DESK, "Ремонт", reply_to=office.work.id_of(DESK, "№ 2"))
    await office.deliver()
    assert "что не так" in await says(office, "оценка 2")


@pytest.mark.parametrize("since", ["/close 1 дубль", "a late notice"])
async def test_no_review_of_another_answer(office: Office, since: str) -> None:
    """What he writes below a word about another question is no review, which nobody would answer."""
    await bridge_is_answered_and_rated(office)
    if since == "a late notice":
        office.clock.move(7 * HOUR)
        await says(office, "оценка 1")
        await LateNotices(office.ctx).once()
    else:
        await happens(office, since)
    await says(office, "Сколько можно ждать")
    assert [Author.RESIDENT] == [
        row["role"]
        for row in await office.rows("SELECT role FROM messages WHERE content->>'text' = 'Сколько можно ждать'")
    ]


# --- of which question ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["Завтра", "/interim 1 Ищем"])
async def test_what_follows_belongs_to_it(office: Office, said: str) -> None:
    """What he writes below words about his first question reaches those who have it, though another is newer."""
    await says(office, "Новый вопрос", BRIDGE)
    await happens(office, said)
    assert ADDED == await says(office, "А во сколько?")
    assert ([HEAT, "А во сколько?"], [BRIDGE]) == (await words_of(office, 1), await words_of(office, 2))
    assert Status.OPEN is (await office.question(1)).status


async def test_thanks_for_it(office: Office) -> None:
    """So do thanks, which open nothing again; and his last question, answered before, is left alone."""
    await bridge_is_answered_and_rated(office)
    await happens(office, "Завтра")
    assert ADDED == await says(office, "Спасибо!")
    assert [Status.ANSWERED] * 2 == [(await office.question(number)).status for number in (1, 2)]


async def test_a_quarter_of_an_hour_later(office: Office) -> None:
    """Later what he writes goes to his last question, as always."""
    await says(office, "Новый вопрос", BRIDGE)
    await happens(office, "Завтра")
    office.clock.move(16 * MINUTE)
    await says(office, "Опора треснула")
    assert ([HEAT], [BRIDGE, "Опора треснула"]) == (await words_of(office, 1), await words_of(office, 2))


async def test_the_last_of_two_answers(office: Office) -> None:
    """Whoever spoke last is meant: he goes on with his first question until he is answered to the other one."""
    await says(office, "Новый вопрос", BRIDGE, "дополнить 1", "Ленина 5")
    await office.writes(DESK, "Ремонт", reply_to=office.work.id_of(DESK, "№ 2"))
    await says(office, "До какого числа?")
    assert ([HEAT, "Ленина 5"], [BRIDGE, "До какого числа?"]) == (await words_of(office, 1), await words_of(office, 2))


@pytest.mark.parametrize(("before", "goes_to"), [("дополнить 2", 2), ("Новый вопрос", 3)])
async def test_what_he_was_promised_holds(office: Office, before: str, goes_to: int) -> None:
    """«Дополнить» and «Новый вопрос» go before what is said to him of another question meanwhile."""
    await says(office, "Новый вопрос", BRIDGE, before)
    await happens(office, "Завтра")
    await says(office, "Опора треснула")
    assert "Опора треснула" == (await words_of(office, goes_to))[-1]


async def test_what_he_is_asked_holds(office: Office) -> None:
    """So does what an official has asked him: an answer to another question takes nothing from that."""
    await says(office, "Новый вопрос", BRIDGE)
    await office.writes(DESK, "/clarify 2 Какой мост?")
    await happens(office, "Завтра")
    await says(office, "Через Надым")
    assert ([HEAT], [BRIDGE, "Через Надым"]) == (await words_of(office, 1), await words_of(office, 2))


@pytest.mark.parametrize(("words", "rating", "goes_to"), [("5", 5, []), ("Нет, не помог", None, ["Нет, не помог"])])
async def test_asked_to_rate_it(office: Office, words: str, rating: int | None, goes_to: list[str]) -> None:
    """«Помог ли ответ на вопрос № 1?» is answered of that one, by a digit or in words, though another is newer."""
    await says(office, "Новый вопрос", BRIDGE)
    await office.writes(DESK, "Ремонт", reply_to=office.work.id_of(DESK, "№ 2"))
    await happens(office, "Завтра")
    await office.value("UPDATE questions SET rate_at = NULL WHERE id = 2 RETURNING 1")
    await happens(office, "a request for a rating")
    await says(office, words)
    assert rating == await office.value("SELECT rating FROM waits WHERE question_id = 1")
    assert ([HEAT, *goes_to], [BRIDGE]) == (await words_of(office, 1), await words_of(office, 2))


async def test_closed_without_an_answer(office: Office) -> None:
    """«Если это не так, напишите нам ещё раз» is true: what he writes to that is a question, and no part of another."""
    await says(office, "Новый вопрос", BRIDGE)
    await happens(office, "/close 1 дубль")
    await says(office, "Это не дубль!")
    assert ["Это не дубль!"] == await words_of(office, 3)


async def test_corrected_while_he_is_asked(database_address: str) -> None:
    """What he is asked holds, however late, when the question is corrected below it where nothing can be edited."""
    async with open_office(database_address, desk=desk(), home=OLD) as office:
        office.clock.now = TEN
        await says(office, HEAT, "Новый вопрос", BRIDGE)
        asked = await office.writes(ENERGY, "/clarify 1 Какой дон?")
        await office.deliver()
        await office.edits(ENERGY, asked, "/clarify 1 Какой дом?")
        office.clock.move(HOUR)
        assert ADDED == await says(office, "Ленина 5")


# --- a page above what was said ------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["corrected", "taken back", "put off"])
async def test_no_page_above_what_officials_do(database_address: str, said: str) -> None:
    """«Да» to whatever officials let him know takes nothing back that he was asked about before."""
    async with open_office(database_address, desk=desk(), home=OLD) as office:
        office.clock.now = TEN
        await says(office, HEAT, "Новый вопрос", BRIDGE)
        to = office.work.id_of(ENERGY, "№ 1")
        written = await office.writes(ENERGY, "/interim 1 Ищем" if said == "put off" else "Завтра", reply_to=to)
        await office.deliver()
        await says(office, "отозвать")
        assert "Отозвать вопрос № 2?" in office.home.texts(IRINA)[-1]
        match said:
            case "corrected":
                await office.edits(ENERGY, written, "Послезавтра")
            case "taken back":
                await office.writes(ENERGY, "/withdraw 1")
            case _:
                (press,) = [
                    one.data
                    for message, _ in office.work.messages(ENERGY)
                    for row in (message.keyboard.rows if message.keyboard is not None else ())
                    for one in row
                    if one.text == "+1 день"
                ]
                await office.presses(ENERGY, press)
        assert ADDED == await says(office, "Да")
        assert Status.OPEN is (await office.question(2)).status


@pytest.mark.parametrize(
    ("page", "words"), [("withdraw:ask:1", "Да"), ("withdraw:ask:1", "Нет"), ("news:places:0", "Надым")]
)
async def test_no_page_above_the_request_to_be_forgotten(office: Office, page: str, words: str) -> None:
    """What he says to «Удалить всё?» takes nothing back and subscribes to nothing."""
    await office.presses(IRINA, page)
    await says(office, "забыть меня", words)
    assert [HEAT, words] == await words_of(office, 1)
    assert Status.OPEN is (await office.question(1)).status
    assert 0 == await office.value("SELECT count(*) FROM subscriptions")


@pytest.mark.parametrize("what", ["Дом пятиэтажный?", "Вопрос № 1 снова открыт"])
async def test_a_reply_is_said_to_what_it_replies_to(office: Office, what: str) -> None:
    """«Да» in a reply to words about one question is for those who have it, though the page below is of another."""
    await says(office, "Новый вопрос", BRIDGE)
    for command in ("/close 1 дубль", "/reopen 1", "/clarify 1 Дом пятиэтажный?"):
        await happens(office, command)
    await office.presses(IRINA, "withdraw:ask:2")
    await says(office, "Да", reply_to=office.home.id_of(IRINA, what))
    assert ([HEAT, "Да"], Status.OPEN) == (await words_of(office, 1), (await office.question(2)).status)


# --- what ends ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["Понятно, спасибо!", "Хорошо"])
@pytest.mark.parametrize("end", ["/close 1 дубль", "/close 1", "отозвать 1"])
async def test_thanks_are_no_question(office: Office, end: str, words: str) -> None:
    """Thanks for the word that a question is closed open no other one, and not this again."""
    if end.startswith("/"):
        await happens(office, end)
    else:
        await says(office, end)
    await says(office, words)
    assert 1 == await office.value("SELECT count(*) FROM questions")
    assert ([HEAT, words], Status.CLOSED) == (await words_of(office, 1), (await office.question(1)).status)


@pytest.mark.parametrize("since", ["забыть меня", "отозвать 1", "вопрос 1", "помощь", "частые вопросы"])
async def test_no_review_below_a_page(office: Office, since: str) -> None:
    """What he says below whatever he has opened since he rated an answer is no review of that."""
    await happens(office, "Завтра")
    await says(office, "оценка 2", since, "Не приехали")
    assert [Author.RESIDENT] == [one.role for one in await office.thread(1) if one.content.text == "Не приехали"]


async def test_not_asked_to_rate_before_a_new_question(office: Office) -> None:
    """Who has announced a question is not asked for a digit, which would become that question; later he is."""
    await says(office, "Новый вопрос")
    await happens(office, "Завтра")
    await happens(office, "a request for a rating")
    assert "Завтра" == office.home.texts(IRINA)[-1]
    await says(office, BRIDGE)
    office.clock.move(HOUR)
    await AskingRating(office.ctx).once()
    await office.deliver()
    assert "Помог ли ответ на вопрос № 1?" in office.home.texts(IRINA)[-1]


# --- a number below a list -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "opened"), [("мои вопросы", "Вопрос № 1: "), ("частые вопросы", SCHOOL)])
async def test_a_number_below_a_list(office: Office, page: str, opened: str) -> None:
    """«1» below a list is what stands there under this number, though an answer was to be rated by a digit."""
    await happens(office, "Завтра")
    await happens(office, "a request for a rating")
    await says(office, page)
    assert (await says(office, "1")).startswith(opened)
    assert None is await office.value("SELECT rating FROM waits WHERE question_id = 1")
    assert [HEAT] == await words_of(office, 1)


async def test_nothing_is_removed_by_a_reply_to_an_official(office: Office) -> None:
    """«Да, удалить» in a reply to an official is for him, also while «Удалить всё?» stands below that."""
    await happens(office, "/clarify 1 Удалить вторую заявку?")
    await says(office, "забыть меня")
    await says(office, "Да, удалить", reply_to=office.home.id_of(IRINA, "вторую заявку?"))
    assert ([HEAT, "Да, удалить"], Status.OPEN) == (await words_of(office, 1), (await office.question(1)).status)
