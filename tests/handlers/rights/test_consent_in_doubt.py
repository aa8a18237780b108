"""Words that may be a consent or something else: nothing of his is erased or passed on because of such a word."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.conversation import wishes
from bot.model.question import Author, Status
from tests.handlers.fakes import DESK, IRINA, PLAIN, Office
from tests.handlers.rights.house import REQUIRED, open_house

YES = f"{wishes.Wish.CONSENT_YES}:{wishes.mark_of('v2')}"
HELD, HEAT = "Почему закрыт мост?", "Когда дадут тепло?"
REQUEST = "Ваше сообщение у нас, но передать его можно только с вашего согласия"


@pytest.fixture
async def office(database_address: str, tmp_path: Path) -> AsyncIterator[Office]:
    """She has an open question; the text has changed since, and her next question waits for a new consent."""
    async with open_house(database_address, tmp_path, rights=REQUIRED) as house:
        opened = house.office
        await says(opened, HEAT, "согласна")
        opened.ctx.rights = replace(REQUIRED, consent="v2")
        await says(opened, "Новый вопрос", HELD)
        assert 1 == await set_aside(opened)
        yield opened


async def says(office: Office, *words: str, reply_to: str = "") -> str:
    """She writes these one after the other; returns what she reads at last."""
    for text in words:
        await office.writes(IRINA, text, reply_to=reply_to)
    await office.deliver()
    return office.home.texts(IRINA)[-1]


async def official(office: Office, text: str) -> None:
    """An official writes: a command, or a reply to the card of her first question."""
    await office.writes(DESK, text, reply_to="" if text.startswith("/") else office.work.id_of(DESK, HEAT))
    await office.deliver()


async def set_aside(office: Office) -> int:
    found: int = await office.value("SELECT count(*) FROM set_aside")
    return found


async def consented(office: Office) -> list[str]:
    return [row["version"] for row in await office.rows("SELECT version FROM consents ORDER BY id")]


async def words_of(office: Office, number: int) -> list[str]:
    return [one.content.text for one in await office.thread(number) if one.role is Author.RESIDENT]


@pytest.mark.parametrize("word", ["Да", "Нет", "Согласна", "Не согласна"])
@pytest.mark.parametrize("asks", ["/clarify 1 Перенести на вторник?", "Перенести на вторник?"], ids=["back", "answer"])
async def test_said_to_an_official(office: Office, asks: str, word: str) -> None:
    """After an official's words it is said to him, too; she is asked anew, and then the word counts."""
    await official(office, asks)
    assert (await says(office, word)).startswith(REQUEST)
    assert ([HEAT, word], ["v1"], 1) == (await words_of(office, 1), await consented(office), await set_aside(office))
    assert any(text.endswith(word) for text in office.work.texts(DESK))
    assert Status.OPEN is (await office.question(1)).status
    await says(office, "Да")
    assert ([HELD], ["v1", "v2"]) == (await words_of(office, 2), await consented(office))


@pytest.mark.parametrize("word", ["Да", "Не согласна"])
async def test_reply_to_an_official(office: Office, word: str) -> None:
    """A reply to an official's message is for him, and no doubt about it."""
    await official(office, "Перенести на вторник?")
    request = await says(office, "Новый вопрос", "И ещё: где автобус?")
    assert request.startswith("Хорошо")
    await says(office, word, reply_to=office.home.id_of(IRINA, "на вторник"))
    assert ([HEAT, word], ["v1"], 2) == (await words_of(office, 1), await consented(office), await set_aside(office))


async def test_reply_to_the_request(office: Office) -> None:
    """A reply to the request is the answer to it, whatever was said since."""
    await official(office, "Перенести на вторник?")
    await says(office, "Да", reply_to=office.home.id_of(IRINA, REQUEST))
    assert ([HEAT], [HELD], ["v1", "v2"]) == (
        await words_of(office, 1),
        await words_of(office, 2),
        await consented(office),
    )


@pytest.mark.parametrize(("word", "status"), [("Да", Status.CLOSED), ("Нет", Status.OPEN)])
async def test_said_to_a_page(office: Office, word: str, status: Status) -> None:
    """Under «Отозвать вопрос?» it is said to that."""
    await says(office, "отозвать вопрос")
    await says(office, word)
    assert (status, ["v1"], 1) == ((await office.question(1)).status, await consented(office), await set_aside(office))


async def test_page_before_the_request(office: Office) -> None:
    """What she could say to a page before she cannot say any more when she is asked to consent."""
    await says(office, "отозвать вопрос")
    office.clock.move(timedelta(minutes=2))
    await says(office, "подписаться на всё")
    await says(office, "Да")
    assert (Status.OPEN, ["v1", "v2"]) == ((await office.question(1)).status, await consented(office))


@pytest.mark.parametrize("word", ["да", "нет"])
async def test_after_other_words_of_the_service(office: Office, word: str) -> None:
    """A plain yes or no after something else is no consent, and no refusal: she is asked anew."""
    await says(office, "помощь")
    assert (await says(office, word)).startswith(REQUEST)
    assert (["v1"], True) == (await consented(office), await set_aside(office) > 0)


@pytest.mark.parametrize(("word", "waits"), [("согласна", 0), ("не согласна", 0)])
async def test_clear_after_other_words_of_the_service(office: Office, word: str, waits: int) -> None:
    """The words of the buttons mean what they say."""
    await says(office, "помощь", word)
    assert waits == await set_aside(office)


async def test_the_request_is_the_last_word(database_address: str, tmp_path: Path) -> None:
    """Where the service says that an addition has arrived, the request stands below that: the next word counts."""
    async with open_house(database_address, tmp_path, rights=REQUIRED, home=PLAIN) as house:
        await says(house.office, HEAT, "согласна")
        house.office.ctx.rights = replace(REQUIRED, consent="v2")
        await says(house.office, "Новый вопрос", HELD)
        await official(house.office, "Перенести на вторник?")
        assert (await says(house.office, "Да")).startswith(REQUEST)
        await says(house.office, "Да")
        assert [HELD] == await words_of(house.office, 2)


async def test_button(office: Office) -> None:
    """A button stands under the very request: it counts whatever was said since."""
    await official(office, "Перенести на вторник?")
    await office.presses(IRINA, YES)
    assert ([HELD], ["v1", "v2"]) == (await words_of(office, 2), await consented(office))


# --- asked for something else before -------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["подписаться на всё", "согласна"])
async def test_question_right_after_another_request(database_address: str, tmp_path: Path, first: str) -> None:
    """Who was asked to consent for another reason hears at once that the question waits for it, too."""
    async with open_house(database_address, tmp_path, rights=REQUIRED) as house:
        await says(house.office, first)
        assert (await says(house.office, HEAT)).startswith(REQUEST)
        said = len(house.office.home.texts(IRINA))
        await says(house.office, "Совсем холодно")
        assert (said, 2) == (len(house.office.home.texts(IRINA)), await set_aside(house.office))
