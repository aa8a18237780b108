"""A name that several places have: the resident is asked which of them he means, and need not say."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator

import pytest

from bot.desk.words import Recognizer, Subject, build_recognizer
from bot.model.content import Content
from bot.model.question import AskedFor
from tests.handlers.fakes import DESK, IRINA, PLAIN, Office, open_office
from tests.handlers.test_placing import buttons, by_place
from tests.handlers.where.asked import (
    ALWAYS,
    AT_NADYM,
    AT_SALEKHARD,
    MAP,
    WHAT,
    WHERE,
    asks_again,
    last,
    presses,
    sends,
    writes,
)

WHICH = "Такое название есть в нескольких местах: Надымский район, Салехард. Какое из них ваше?"
BOTH = ["Надымский район", "Салехард", "Пропустить", *ALWAYS]


@functools.cache
def _recognizer() -> Recognizer:
    """Two places have a settlement of one name, two others one of another."""
    return build_recognizer(
        (Subject(slug="water", words=("вода",)), Subject(slug="roads", words=("дорога",))),
        (
            Subject(slug="nadym", words=("Надым", "посёлок Южный")),
            Subject(slug="salekhard", words=("Салехард", "посёлок Южный")),
            Subject(slug="muzhi", words=("Мужи", "Озёрный")),
            Subject(slug="yar", words=("Яр-Сале", "Озёрный", "Речной")),
            Subject(slug="aksarka", words=("Речной",)),
        ),
    )


def alike(**changes: object) -> dict[str, object]:
    names = {"nadym": "Надымский район", "salekhard": "Салехард", "muzhi": "Мужи", "yar": "Яр-Сале"}
    return {"recognizer": _recognizer(), "places": {**names, "aksarka": "Аксарка"}, **changes}


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address, desk=by_place(**alike())) as opened:
        yield opened


async def test_asked_which_with_the_question(office: Office) -> None:
    """A question that names one of two places is registered, and he is asked which, with a button for each."""
    await writes(office, "Ржавая вода, посёлок Южный")
    question = await office.question(1)
    assert ("", DESK, AskedFor.PLACE) == (question.place, question.admin_chat, question.asked_for)
    assert WHICH in last(office).text
    assert BOTH == buttons(last(office).keyboard)
    assert "место не ясно, а отделы по теме «Вода» работают не везде" in office.work.texts(DESK)[-1]


async def test_asked_which_afterwards(office: Office) -> None:
    """Nor is it passed on without a word when he says it later."""
    await writes(office, "Ржавая вода")
    await writes(office, "Посёлок Южный")
    assert "Посёлок Южный" in office.work.texts(DESK)[-1]
    assert last(office).text.startswith(WHICH)
    assert BOTH == buttons(last(office).keyboard)


SAID = {
    "the button": lambda office: presses(office, "Салехард"),
    "its label": lambda office: writes(office, "салехард"),
    "in a sentence": lambda office: writes(office, "Тот, что в Салехарде"),
    "a point": lambda office: sends(office, AT_SALEKHARD),
}


@pytest.mark.parametrize("way", SAID)
async def test_said_which(database_address: str, way: str) -> None:
    """However he says it, the question goes there."""
    async with open_office(database_address, desk=by_place(**alike(geography=MAP))) as office:
        await writes(office, "Ржавая вода, посёлок Южный")
        await SAID[way](office)
        question = await office.question(1)
        assert ("salekhard", "water-salekhard", None) == (question.place, question.department, question.asked_for)


@pytest.mark.parametrize("way", ["button", "word"])
async def test_skipped(office: Office, way: str) -> None:
    """He need not say, and is not asked again when he says the name once more; nothing of it is lost."""
    await writes(office, "Ржавая вода, посёлок Южный")
    await (presses(office, "Пропустить") if way == "button" else writes(office, "Пропустить"))
    assert "Хорошо, обойдёмся без этого." == last(office).text
    said = len(office.home.texts(IRINA))
    await writes(office, "На посёлке Южном это уже неделю")
    assert said == len(office.home.texts(IRINA))
    assert "На посёлке Южном это уже неделю" in office.work.texts(DESK)[-1]
    assert None is (await office.question(1)).asked_for


async def test_the_same_again(office: Office) -> None:
    """Who answers with the very same words is asked once more: he may not have understood."""
    await writes(office, "Ржавая вода")
    for _ in range(2):
        await writes(office, "Посёлок Южный")
    assert 2 == sum(WHICH in text for text in office.home.texts(IRINA))


async def test_skipped_before(office: Office) -> None:
    """Who did not want to say where, and then says it after all, is asked which."""
    await writes(office, "Ржавая вода")
    await presses(office, "Пропустить")
    await writes(office, "Ну хорошо, посёлок Южный")
    assert last(office).text.startswith(WHICH)
    await presses(office, "Салехард")
    assert "water-salekhard" == (await office.question(1)).department


async def test_the_topic_comes_later(office: Office) -> None:
    """What he said of the place is still known once the topic makes it matter."""
    await writes(office, "Беда, посёлок Южный")
    assert WHAT in last(office).text
    await presses(office, "Вода")
    assert WHICH in last(office).text
    assert BOTH == buttons(last(office).keyboard)


async def test_the_topic_comes_later_in_words(office: Office) -> None:
    """So it is where he writes the topic."""
    await writes(office, "Беда, посёлок Южный")
    await writes(office, "Совсем без воды")
    assert WHICH in last(office).text


async def test_corrected(office: Office) -> None:
    """A name that an edit brings is asked about, too."""
    await office.writes(IRINA, "Ржавая вода, посёлок Южнй", message_id="m1")
    await office.deliver()
    await office.edits(IRINA, "m1", "Ржавая вода, посёлок Южный")
    await office.deliver()
    assert last(office).text.startswith(WHICH)


@pytest.mark.parametrize("skips", [False, True])
async def test_corrected_elsewhere(office: Office, skips: bool) -> None:
    """Who corrects something else in what he was asked about is not asked again."""
    await office.writes(IRINA, "Ржавя вода, посёлок Южный", message_id="m1")
    await office.deliver()
    if skips:
        await presses(office, "Пропустить")
    said, asked_for = len(office.home.texts(IRINA)), (await office.question(1)).asked_for
    for text in ("Ржавая вода, посёлок Южный", "Ржавая вода, посёлок Южный!"):
        await office.edits(IRINA, "m1", text)
        await office.deliver()
    assert (said, asked_for) == (len(office.home.texts(IRINA)), (await office.question(1)).asked_for)


async def test_not_the_place_of_last_time(office: Office) -> None:
    """Who names one of two places is not taken to be in a third, where he was last time."""
    await writes(office, "Ржавая вода в Мужах")
    await asks_again(office, "Ржавая вода, посёлок Южный")
    question = await office.question(2)
    assert ("", False, AskedFor.PLACE) == (question.place, question.place_assumed, question.asked_for)
    assert WHICH in last(office).text


async def test_the_place_of_last_time_is_one_of_them(office: Office) -> None:
    """Where he was last time in one of the two, that is meant, and he may take it back."""
    await writes(office, "Ржавая вода в Салехарде")
    await asks_again(office, "Ржавая вода, посёлок Южный")
    question = await office.question(2)
    assert ("salekhard", True, None) == (question.place, question.place_assumed, question.asked_for)
    assert "Место: Салехард, как в прошлый раз." in last(office).text
    await writes(office, "Посёлок Южный, говорю")
    assert "Место: Салехард, как в прошлый раз." in last(office).text


async def test_a_point_beside_the_name(database_address: str) -> None:
    """A point says which of them it is: there is nothing to ask."""
    async with open_office(database_address, desk=by_place(**alike(geography=MAP))) as office:
        await office.writes(IRINA, content=Content(text="Ржавая вода, посёлок Южный", location=AT_NADYM))
        await office.deliver()
        assert ("nadym", None) == ((question := await office.question(1)).place, question.asked_for)


async def test_one_of_them_changes_nothing(office: Office) -> None:
    """Both are offered as soon as one of them would bring the question elsewhere."""
    await writes(office, "Ржавая вода, Озёрный")
    assert ["Мужи", "Яр-Сале", "Пропустить", *ALWAYS] == buttons(last(office).keyboard)
    await presses(office, "Яр-Сале")
    assert ("yar", "") == ((question := await office.question(1)).place, question.department)


async def test_none_of_them_changes_anything(office: Office) -> None:
    """Nobody is asked what changes nothing: not which of them it is, nor where else it could be."""
    await writes(office, "Ржавая вода, Речной")
    assert None is (await office.question(1)).asked_for
    assert ALWAYS == buttons(last(office).keyboard)


async def test_without_buttons(database_address: str) -> None:
    """Where there are no buttons the places are named, and he is asked to write."""
    async with open_office(database_address, desk=by_place(**alike()), home=PLAIN) as office:
        await writes(office, "Ржавая вода, посёлок Южный")
        assert WHICH in last(office).text
        assert "кнопку" not in last(office).text
        await writes(office, "Надымский район")
        assert "water-nadym" == (await office.question(1)).department


async def test_in_english(office: Office) -> None:
    """The same in another language."""
    await writes(office, "Вода, посёлок Южный", language="en")
    assert "There is more than one place of that name: Надымский район, Салехард. Which is yours?" in last(office).text
    assert WHERE not in last(office).text
