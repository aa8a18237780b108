"""What a resident thinks of an answer: kept, changed, explained, and heard by those whom it concerns."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.delivery.entry import Role
from bot.model.chat import ChatRef
from bot.model.question import Author, Status
from handlers.asking_rating import AskingRating
from tests.handlers.fakes import DESK, ENERGY, IRINA, OLEG, PLAIN, Office, open_office, photo
from tests.handlers.story import desk, ledger

#: A Wednesday morning.
TEN = datetime(2026, 11, 18, 10, tzinfo=UTC)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
HEAT = "Когда дадут тепло?"
ASKED = "Помог ли ответ на вопрос № 1?"


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """A question was answered, and the resident asked what he thinks of it."""
    async with open_office(database_address, desk=desk()) as opened:
        opened.clock.now = TEN
        await answered(opened)
        await asked(opened)
        yield opened


async def answered(office: Office, *, language: str = "") -> None:
    await office.writes(IRINA, HEAT, language=language)
    await office.deliver()
    office.clock.move(HOUR)
    await answers(office)


async def answers(office: Office, text: str = "Завтра") -> str:
    written = await office.writes(ENERGY, text, reply_to=office.work.id_of(ENERGY, "№ 1"))
    await office.deliver()
    return written


async def asked(office: Office) -> None:
    office.clock.move(31 * MINUTE)
    await AskingRating(office.ctx).once()
    await office.deliver()


async def says(office: Office, *words: str, language: str = "") -> str:
    for text in words:
        await office.writes(IRINA, text, language=language)
    await office.deliver()
    return office.home.texts(IRINA)[-1]


async def presses(office: Office, data: str, *, who: ChatRef = IRINA, press_id: str = "p1") -> str:
    await office.presses(who, data, press_id=press_id)
    await office.deliver()
    return office.home.texts(who)[-1]


def buttons(office: Office) -> dict[str, str]:
    """The buttons under the last message that he got, without those that are always there."""
    keyboard = office.home.messages(IRINA)[-1][0].keyboard
    assert keyboard is not None
    return {one.text: one.data for row in keyboard.rows[:-1] for one in row}


async def rating(office: Office, number: int = 1, round_: int = 1) -> int | None:
    statement = "SELECT rating FROM waits WHERE question_id = $1 AND round = $2"
    found: int | None = await office.value(statement, number, round_)
    return found


async def comments(office: Office) -> list[str]:
    return [one.content.text for one in await office.thread(1) if one.role is Author.COMMENT]


async def no_bugs(office: Office) -> None:
    assert 0 == await office.value("SELECT count(*) FROM events WHERE status = 'failed'")


# --- rating --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["button", "words", "digit", "command"])
async def test_rated(office: Office, way: str) -> None:
    """By a button, by «оценка 4», by a digit alone: it is kept with the wait, and nothing is opened again."""
    match way:
        case "button":
            said = await presses(office, buttons(office)["4"])
        case "words":
            said = await says(office, "Оценка 4")
        case "command":
            said = await says(office, "/rate 4")
        case _:
            said = await says(office, "4")
    assert said == "Спасибо за оценку! Если хотите, напишите, что понравилось или что не так."
    assert (4, Status.ANSWERED) == (await rating(office), (await office.question(1)).status)
    assert [Author.RESIDENT, Author.OFFICIAL] == [one.role for one in await office.thread(1)]
    assert [] == office.work.texts(DESK)
    assert 1 == await office.value("SELECT count(*) FROM waits")


@pytest.mark.parametrize("given", [1, 2])
async def test_bad(office: Office, given: int) -> None:
    """A bad rating offers another answer, and the coordinators hear whose answer it was, and how to read all of it."""
    said = await presses(office, f"rate:1:1:{given}")
    assert said.startswith("Спасибо, что сказали. Жаль, что ответ не помог.")
    assert "«открыть снова 1»" in said
    assert {"Открыть снова": "reopen:1"} == buttons(office)
    (message, _) = office.work.messages(DESK)[-1]
    assert f"№ 1 · Энергетика · оценка жителя: {given} из 5" == message.text
    assert message.keyboard is not None
    assert ["q:1"] == [one.data for row in message.keyboard.rows for one in row]


async def test_opened_again(office: Office) -> None:
    """«Открыть снова» under a bad rating: what he writes then is no comment, and its answer is rated by itself."""
    await presses(office, "rate:1:1:1")
    await presses(office, buttons(office)["Открыть снова"])
    await says(office, "Холодно!")
    assert (Status.OPEN, []) == ((await office.question(1)).status, await comments(office))
    office.clock.move(HOUR)
    await answers(office, "Едем")
    await asked(office)
    await says(office, "5")
    assert [1, 5] == [await rating(office, round_=1), await rating(office, round_=2)]
    assert ["answered", "answered"] == [one.outcome for one in await ledger(office, 1)]


async def test_changed(office: Office) -> None:
    """Within a day another rating replaces the first; who heard of a bad one hears of that."""
    await presses(office, "rate:1:1:1")
    office.clock.move(DAY)
    await presses(office, "rate:1:1:4")
    assert 4 == await rating(office)
    assert "№ 1 · Энергетика · оценка жителя: 4 из 5 (была 1)" == office.work.texts(DESK)[-1]
    office.clock.move(MINUTE)
    assert "Вы уже оценили этот ответ: 4 из 5. Спасибо!" == await presses(office, "rate:1:1:1")
    assert 4 == await rating(office)


async def test_pressed_twice(office: Office) -> None:
    """The same rating twice is one: the coordinators hear of it once."""
    for press in ("p1", "p2"):
        await presses(office, "rate:1:1:2", press_id=press)
    assert (2, 1) == (await rating(office), len(office.work.texts(DESK)))
    assert 1 == await office.value("SELECT count(*) FROM actions WHERE what = 'rated'")


async def test_not_again_and_again(office: Office) -> None:
    """Whoever changes his mind all the time does not fill the coordinators' chat."""
    for turn in range(20):
        await office.presses(IRINA, f"rate:1:1:{1 + turn % 2}", press_id=f"p{turn}")
    await office.deliver()
    assert 6 == len(office.work.texts(DESK))
    assert "Вы уже оценили этот ответ: 2 из 5. Спасибо!" == office.home.texts(IRINA)[-1]


async def test_after_a_month(office: Office) -> None:
    """A button pressed after a year: it is too late, and he hears so."""
    office.clock.move(365 * DAY)
    assert "Этот ответ пришёл больше месяца назад, оценить его уже нельзя." == await presses(office, "rate:1:1:1")
    assert None is await rating(office)


async def test_withdrawn(office: Office) -> None:
    """An answer that was taken back need not be rated; the next one can be, by the same button."""
    await office.writes(ENERGY, "/withdraw 1")
    said = await presses(office, "rate:1:1:1")
    assert said.startswith("Ответ на вопрос № 1 отозван, оценивать его не нужно.")
    await answers(office, "Послезавтра")
    await presses(office, "rate:1:1:5")
    assert 5 == await rating(office)


async def test_others(office: Office) -> None:
    """Nobody rates what somebody else was answered."""
    said = await presses(office, "rate:1:1:1", who=OLEG)
    assert said.startswith("Сейчас оценивать нечего.")
    assert None is await rating(office)


@pytest.mark.parametrize("data", ["rate:1:9:5", "rate:77:1:5", "rate::", "rate:1:1", "rate:1:1:", "rate:0:0:0"])
async def test_forged(office: Office, data: str) -> None:
    """What no button of ours says rates nothing, and is answered."""
    before = len(office.home.texts(IRINA))
    await presses(office, data)
    assert before + 1 == len(office.home.texts(IRINA))
    assert None is await rating(office)
    await no_bugs(office)


@pytest.mark.parametrize("words", ["Оценка 9", "оценить", "/rate", "оценка 0"])
async def test_no_rating_in_it(office: Office, words: str) -> None:
    """Whoever names none of the five is asked for one, with buttons."""
    assert (await says(office, words)).startswith(ASKED)
    assert ["1", "2", "3", "4", "5"] == list(buttons(office))
    assert None is await rating(office)


async def test_rates_without_being_asked(database_address: str) -> None:
    """«Оценка 5» rates his last answer, whether he was asked or not; before an answer there is nothing to rate."""
    async with open_office(database_address, desk=desk()) as office:
        await office.writes(IRINA, HEAT)
        assert (await says(office, "оценка 5")).startswith("Сейчас оценивать нечего.")
        await answers(office)
        await says(office, "оценка 5")
        assert 5 == await rating(office)
        await asked(office)
        assert not any(text.startswith(ASKED) for text in office.home.texts(IRINA))


async def test_a_digit_after_a_day(office: Office) -> None:
    """A day after he was asked a digit is a message like any other."""
    office.clock.move(DAY)
    await says(office, "5")
    assert (None, Status.OPEN) == (await rating(office), (await office.question(1)).status)
    assert "5" == (await office.thread(1))[-1].content.text


async def test_a_digit_for_what_he_was_asked(office: Office) -> None:
    """While an official waits for his word a digit is that word; so it is in an addition, and after «Новый вопрос»."""
    await says(office, "дополнить 1", "5")
    await office.writes(ENERGY, "/clarify 1 Какой этаж?")
    await says(office, "3")
    await says(office, "Новый вопрос", "2")
    assert None is await rating(office)
    assert ["5", "3"] == [one.content.text for one in (await office.thread(1)) if one.content.text.isdecimal()]
    assert "2" == (await office.thread(2))[0].content.text


async def test_a_digit_after_he_asked_further(office: Office) -> None:
    """Once he has asked further a digit is no rating; the buttons still are."""
    await says(office, "Не дали", "5")
    assert (None, "5") == (await rating(office), (await office.thread(1))[-1].content.text)
    await presses(office, "rate:1:1:2")
    assert (2, Status.OPEN) == (await rating(office), (await office.question(1)).status)
    assert "Спасибо, что сказали. Жаль, что ответ не помог." == office.home.texts(IRINA)[-1]


async def test_a_digit_after_an_official_spoke(office: Office) -> None:
    """What an official has said since he was asked is the last word: a digit answers that, and is no rating."""
    await answers(office, "А сколько у вас батарей?")
    await says(office, "2")
    assert (None, Status.OPEN) == (await rating(office), (await office.question(1)).status)
    assert "№ 1 · дополнение от жителя\n\n2" == office.work.texts(ENERGY)[-1]
    await says(office, "оценка 4")
    await presses(office, "rate:1:1:4")
    assert 4 == await rating(office)


async def test_officials_see_it(office: Office) -> None:
    """The thread says the rating, the history who gave it; the card says it when it is changed anyway."""
    await says(office, "2", "Никто не приехал")
    for words in ("/q 1", "/q 1 log"):
        await office.writes(ENERGY, words)
    await office.deliver()
    thread, log = office.work.texts(ENERGY)[-2:]
    assert "Оценка жителя: 2 из 5\n" in thread
    assert "Отзыв жителя · 11:31\nНикто не приехал" in thread
    assert "житель оценил ответ: 2 из 5" in log
    await presses(office, "reopen:1")
    card = [text for one in office.work.effects(ENERGY) if "№ 1 · М" in (text := getattr(one, "text", ""))][-1]
    assert "\nОценка жителя: 2 из 5\n" in card


# --- why -----------------------------------------------------------------------------------------------------------


async def test_comment(office: Office) -> None:
    """His next words say why: they stand in the thread and under the card, and open nothing again."""
    await says(office, "5")
    said = await says(office, "Быстро и понятно")
    assert said.startswith("Спасибо, мы передали ваши слова тем, кто отвечал. Если нужен ответ, ")
    assert {"Это вопрос": "asks:1"} == buttons(office)
    assert ["Быстро и понятно"] == await comments(office)
    assert (Status.ANSWERED, 1) == ((await office.question(1)).status, await office.value("SELECT count(*) FROM waits"))
    assert "№ 1 · отзыв жителя, оценка 5 из 5\n\nБыстро и понятно" == office.work.texts(ENERGY)[-1]
    assert [] == office.work.texts(DESK)
    comment = (await office.thread(1))[-1]
    assert comment.id == await office.value("SELECT comment_id FROM waits")


async def test_comment_on_a_bad_answer(office: Office) -> None:
    """The coordinators read it, too, with the department."""
    await says(office, "1", "Никто не приехал")
    assert "№ 1 · отзыв жителя, оценка 1 из 5\n\nНикто не приехал" == office.work.texts(ENERGY)[-1]
    assert "№ 1 · Энергетика · отзыв жителя, оценка 1 из 5\n\nНикто не приехал" == office.work.texts(DESK)[-1]


async def test_coordinators_own(database_address: str) -> None:
    """What the coordinators answered themselves they read once."""
    async with open_office(database_address, desk=desk()) as office:
        await office.writes(IRINA, "Почему закрыт мост?")
        await office.deliver()
        await office.writes(DESK, "Ремонт", reply_to=office.work.id_of(DESK, "№ 1"))
        await says(office, "оценка 1", "Опять!")
        assert 1 == sum("Опять!" in text for text in office.work.texts(DESK))
        assert "№ 1 · оценка жителя: 1 из 5" in office.work.texts(DESK)


async def test_a_reply_to_a_comment_answers(office: Office) -> None:
    """Officials may reply to it, and coordinators to what they were told: it reaches him, and ends no wait anew."""
    await says(office, "1", "Никто не приехал")
    await office.writes(ENERGY, "Едем", reply_to=office.work.id_of(ENERGY, "отзыв жителя"))
    await office.writes(DESK, "Проверим", reply_to=office.work.id_of(DESK, "оценка жителя"), user="9", name="Пётр")
    await office.writes(DESK, "Проверим", reply_to=office.work.id_of(DESK, "отзыв жителя"))
    await office.deliver()
    assert "Едем" in office.home.texts(IRINA)
    assert "Проверим" in office.home.texts(IRINA)
    assert ["answered"] == [one.outcome for one in await ledger(office, 1)]


async def test_comment_is_one_message(office: Office) -> None:
    """One message, within an hour; what follows is a message like any other."""
    await says(office, "5", "Быстро", "А когда у соседей?")
    assert (["Быстро"], Status.OPEN) == (await comments(office), (await office.question(1)).status)


async def test_comment_after_an_hour(office: Office) -> None:
    """After an hour his words open the question again, as always."""
    await says(office, "5")
    office.clock.move(HOUR)
    await says(office, "А когда у соседей?")
    assert ([], Status.OPEN) == (await comments(office), (await office.question(1)).status)


async def test_comment_after_an_official_spoke(office: Office) -> None:
    """What an official has said since he rated is the last word, too: what he writes is for them."""
    await says(office, "5")
    await answers(office, "А сколько у вас батарей?")
    await says(office, "Две")
    assert ([], Status.OPEN) == (await comments(office), (await office.question(1)).status)


@pytest.mark.parametrize("way", ["button", "word"])
async def test_comment_becomes_a_question(office: Office, way: str) -> None:
    """A comment that wanted an answer gets one with a tap or a word: the question is open with these words in it."""
    await says(office, "4", "У соседей холодно")
    if way == "button":
        said = await presses(office, buttons(office)["Это вопрос"])
    else:
        said = await says(office, "это вопрос")
    assert said.startswith("Передали ваши слова как вопрос: № 1 снова открыт, ответ придёт сюда до ")
    assert (Status.OPEN, []) == ((await office.question(1)).status, await comments(office))
    assert "У соседей холодно" in [one.content.text for one in await office.thread(1) if one.role is Author.RESIDENT]
    assert "№ 1 · дополнение от жителя\n\nУ соседей холодно" == office.work.texts(ENERGY)[-1]
    assert None is await office.value("SELECT comment_id FROM waits WHERE round = 1")
    assert (await presses(office, "asks:1")).startswith("Вопрос № 1 и так открыт")
    await no_bugs(office)


URGENT = {
    "a question": {"text": "А у соседей когда?"},
    "a photo": {"text": "Вот", "media": (photo("p"),)},
    "a topic": {"text": "Прорвало трубу, топит подвал, тепло пропало!"},
    "a place": {"text": "Прорвало трубу, Надым!"},
}


@pytest.mark.parametrize("message", URGENT.values(), ids=URGENT)
async def test_more_than_a_comment(office: Office, message: dict[str, Any]) -> None:
    """What asks, shows or names something after a rating is no review that nobody need answer."""
    await says(office, "5")
    await office.writes(IRINA, **message)
    assert ([], Status.OPEN) == (await comments(office), (await office.question(1)).status)


@pytest.mark.parametrize("words", ["Спасибо!", "Не помогло"])
async def test_words_of_buttons_as_a_comment(office: Office, words: str) -> None:
    """Thanks are a comment, and so is a word that stands for a button elsewhere."""
    await says(office, "2", words)
    assert ([words], Status.ANSWERED) == (await comments(office), (await office.question(1)).status)


async def test_a_promised_addition_goes_before(office: Office) -> None:
    """A rating pressed after «Дополнить» takes nothing from what he was promised."""
    await office.writes(IRINA, "/new")
    await office.writes(IRINA, "Почему закрыт мост?")
    await office.deliver()
    await office.writes(DESK, "Ремонт", reply_to=office.work.id_of(DESK, "№ 2"))
    await says(office, "дополнить 1")
    assert "Спасибо за оценку!" == await presses(office, "rate:2:1:5")
    await says(office, "Третий подъезд")
    assert "Третий подъезд" == (await office.thread(1))[-1].content.text


async def test_a_digit_while_another_waits(office: Office) -> None:
    """A digit is for the question that waits; replied to the question about the rating it rates."""
    await office.writes(IRINA, "/new")
    await says(office, "Нас двое или трое?", "3")
    assert (None, "3") == (await rating(office), (await office.thread(2))[-1].content.text)
    await office.writes(IRINA, "4", reply_to=office.home.id_of(IRINA, ASKED))
    assert (4, Status.ANSWERED) == (await rating(office), (await office.question(1)).status)


async def test_a_reply_to_the_answer_is_no_comment(office: Office) -> None:
    """Replied to the very answer his words are for those who gave it, also when he has just rated it."""
    await says(office, "2")
    await office.writes(IRINA, "Так и не включили", reply_to=office.home.id_of(IRINA, "Завтра"))
    assert ([], Status.OPEN) == (await comments(office), (await office.question(1)).status)


async def test_comment_while_he_is_asked(office: Office) -> None:
    """What an official waits for goes before: he is not asked why, and his words are what he was asked."""
    await office.writes(IRINA, "/new")
    await office.writes(IRINA, "Почему закрыт мост?")
    await office.writes(DESK, "/clarify 2 Какой мост?")
    assert "Спасибо за оценку!" == await presses(office, "rate:1:1:5")
    await says(office, "Через Надым")
    assert ([], Status.OPEN) == (await comments(office), (await office.question(2)).status)


async def test_comment_while_another_is_open(office: Office) -> None:
    """Who waits for another answer writes to those who are at it: nothing that is urgent becomes a comment."""
    await office.writes(IRINA, "/new")
    await office.writes(IRINA, "Прорвало трубу")
    assert "Спасибо за оценку!" == await presses(office, "rate:1:1:5")
    await says(office, "Вода на втором этаже")
    assert ([], "Вода на втором этаже") == (await comments(office), (await office.thread(2))[-1].content.text)


async def test_asked_after_the_rating(office: Office) -> None:
    """The same when the official asks after he has rated."""
    await office.writes(IRINA, "/new")
    await office.writes(IRINA, "Почему закрыт мост?")
    await presses(office, "rate:1:1:5")
    await office.writes(DESK, "/clarify 2 Какой мост?")
    await says(office, "Через Надым")
    assert ([], Status.OPEN) == (await comments(office), (await office.question(2)).status)


async def test_new_question_after_the_rating(office: Office) -> None:
    """«Новый вопрос» after a rating opens one: what he writes is no comment."""
    await says(office, "5", "Новый вопрос", "Где автобус?")
    assert ([], 2) == (await comments(office), await office.value("SELECT count(*) FROM questions"))


async def test_album_after_a_rating(office: Office) -> None:
    """Files show what is wrong: they open the question again, all parts of an album as one message."""
    await says(office, "2")
    for ref in ("a", "b"):
        await office.writes(IRINA, "Вот" if ref == "a" else "", media=(photo(ref),), album="x")
    await office.deliver()
    message = office.work.messages(ENERGY)[-1][0]
    assert (["a", "b"], Status.OPEN) == ([one.ref for one in message.media], (await office.question(1)).status)
    assert ("№ 1 · дополнение от жителя\n\nВот", []) == (message.text, await comments(office))
    await no_bugs(office)


async def test_comment_is_corrected(office: Office) -> None:
    """A correction of it reaches officials: before they saw it in its place, afterwards below it."""
    await says(office, "2")
    written = await office.writes(IRINA, "Никто не преехал")
    await office.edits(IRINA, written, "Никто не приехал")
    await office.deliver()
    assert "№ 1 · отзыв жителя, оценка 2 из 5\n\nНикто не приехал" == office.work.texts(ENERGY)[-1]
    await office.edits(IRINA, written, "Никто не приехал!")
    await office.deliver()
    assert "житель исправил сообщение" in office.work.texts(ENERGY)[-1]
    assert Status.ANSWERED is (await office.question(1)).status


async def test_a_comment_is_no_template(office: Office) -> None:
    """What a resident says of an answer never becomes an official's template."""
    await says(office, "5", "Быстро")
    await office.writes(ENERGY, "/template хорошо", reply_to=office.work.id_of(ENERGY, "отзыв жителя"))
    assert 0 == await office.value("SELECT count(*) FROM templates")


# --- everybody -----------------------------------------------------------------------------------------------------


async def test_no_buttons(database_address: str) -> None:
    """On a channel without buttons a digit does it, and words open the question again."""
    async with open_office(database_address, desk=desk(), home=PLAIN) as office:
        office.clock.now = TEN
        await answered(office)
        await asked(office)
        assert "напишите цифру" in office.home.texts(IRINA)[-1]
        assert "напишите «открыть снова 1»" in await says(office, "1")
        await says(office, "открыть снова 1")
        assert (1, Status.OPEN) == (await rating(office), (await office.question(1)).status)


async def test_english(database_address: str) -> None:
    """All of it in English; officials read Russian."""
    async with open_office(database_address, desk=desk()) as office:
        office.clock.now = TEN
        await answered(office, language="en")
        await asked(office)
        heard = [office.home.texts(IRINA)[-1]]
        typed = ("2", "Nobody came", "rating 5", "rating 9", "open again 1", "rate")
        heard += [await says(office, words, language="en") for words in typed]
        office.clock.move(40 * DAY)
        heard.append(await presses(office, "rate:1:1:1"))
        assert [] == [text for text in heard if re.search("[а-яё]", text, re.IGNORECASE)]
        assert 5 == await rating(office)
        assert "№ 1 · отзыв жителя, оценка 2 из 5\n\nNobody came" in office.work.texts(ENERGY)


async def test_what_was_asked_expires(office: Office) -> None:
    """A question about an answer that could not be shown for an hour is worth nothing."""
    (entry,) = [row for row in await office.entries(IRINA, Role.CONFIRMATION) if row.text.startswith(ASKED)]
    assert HOUR == await office.value("SELECT expires_at - created_at FROM outbox WHERE id = $1", entry.id)
