"""The place of last time: taken for the next question, told, and taken back with one word."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.desk.routing import Department
from bot.model.message import EditMessage
from bot.model.question import AskedFor
from tests.handlers.fakes import DESK, IRINA, OLEG, PLAIN, Office, open_office
from tests.handlers.test_placing import NADYM, buttons, by_place, edits, last_said
from tests.handlers.where.asked import (
    ALWAYS,
    AT_NADYM,
    MAP,
    WHAT,
    WHERE,
    asks_again,
    last,
    presses,
    sends,
    writes,
)

REMEMBERED = "Место: Надымский район, как в прошлый раз. Не там? Нажмите или напишите «Другое место»."


LEARNED: dict[str, Callable[[Office], Awaitable[None]]] = {
    "named in the question": lambda office: writes(office, "Ржавая вода в Надыме"),
    "chosen": lambda office: office.presses(IRINA, "at:1:nadym"),
    "named afterwards": lambda office: writes(office, "Это Надым"),
    "by a location": lambda office: sends(office, AT_NADYM),
}


@pytest.mark.parametrize("label", LEARNED)
async def test_remembered(office: Office, label: str) -> None:
    """However he said the place, his next question has it: it is routed by it, and he reads so."""
    if label != "named in the question":
        await writes(office, "Ржавая вода")
    await LEARNED[label](office)
    await asks_again(office)
    question = await office.question(2)
    assert ("nadym", "water-nadym", True) == (question.place, question.department, question.place_assumed)
    assert REMEMBERED in last(office).text
    assert ["Другое место", *ALWAYS] == buttons(last(office).keyboard)
    card = office.work.texts(NADYM)[-1]
    assert "Почему здесь: по теме «Вода» и месту «Надымский район», место из прошлого вопроса жителя" in card


async def test_remembered_without_buttons(database_address: str) -> None:
    """Where there are no buttons, the word does the same."""
    async with open_office(database_address, desk=by_place(), home=PLAIN) as office:
        await writes(office, "Ржавая вода в Надыме")
        await writes(office, "Новый вопрос")
        await writes(office, "Опять ржавая вода")
        assert "Не там? Напишите «Другое место»." in last_said(office)
        await writes(office, "Другое место")
        assert "Хорошо, это место убрали." in last_said(office)
        await writes(office, "Салехард")
        assert "water-salekhard" == (await office.question(2)).department


async def test_in_english(database_address: str) -> None:
    """All of it in the resident's language."""
    async with open_office(database_address, desk=by_place(geography=MAP)) as office:
        await writes(office, "Вода, Надым", language="en")
        await office.presses(IRINA, "new", language="en")
        await writes(office, "Вода", language="en")
        assert (
            "Place: Надымский район, same as last time. Not there? Press or write “Another place”." in last(office).text
        )
        await writes(office, "another place", language="en")
        assert last(office).text.startswith("All right, we have removed that place. Where is this?")
        await writes(office, "skip", language="en")
        assert "All right, we can do without it." == last(office).text
        await office.presses(IRINA, "new", language="en")
        await writes(office, "Hello", language="en")
        assert "What is it about?" in last(office).text


async def test_each_remembers_his_own(office: Office) -> None:
    """One resident's place is nobody else's."""
    await writes(office, "Ржавая вода в Надыме")
    await writes(office, "Ржавая вода", OLEG)
    assert "" == (await office.question(2)).place


async def test_a_new_place_replaces_the_old_one(office: Office) -> None:
    """A question that names a place goes there, and the next one after it, too."""
    await writes(office, "Ржавая вода в Надыме")
    await asks_again(office, "Ржавая вода в Салехарде")
    assert ("salekhard", False) == ((question := await office.question(2)).place, question.place_assumed)
    await asks_again(office)
    assert "Место: Салехард, как в прошлый раз." in last(office).text


async def test_a_place_that_is_gone_is_not_taken(office: Office) -> None:
    """What the settings no longer have is not remembered aloud; he is asked."""
    await writes(office, "Ржавая вода в Надыме")
    office.ctx.desk = replace(office.ctx.desk, places={"salekhard": "Салехард", "muzhi": "Мужи"})
    await asks_again(office)
    assert "" == (await office.question(2)).place
    assert WHERE in last(office).text


async def test_the_topic_is_not_taken(office: Office) -> None:
    """Today it is water, tomorrow the road: of last time only the place is."""
    await writes(office, "Ржавая вода в Надыме")
    await asks_again(office, "Ещё у меня вот что")
    assert ("", "nadym") == ((question := await office.question(2)).topic, question.place)
    # Both in one message, and its buttons in reach.
    assert REMEMBERED in last(office).text
    assert WHAT in last(office).text
    assert ["Вода", "Пропустить", "Другое место", *ALWAYS] == buttons(last(office).keyboard)


@pytest.mark.parametrize("way", ["button", "word"])
async def test_another_place(office: Office, way: str) -> None:
    """«Другое место» takes the place back at once, and asks; it is not remembered any more."""
    await writes(office, "Ржавая вода в Надыме")
    await asks_again(office)
    if way == "button":
        await presses(office, "Другое место")
    else:
        await writes(office, "Другое место")
    question = await office.question(2)
    assert ("", "", DESK, False) == (
        question.place,
        question.department,
        question.admin_chat,
        question.place_assumed,
    )
    assert last(office).text.startswith(f"Хорошо, это место убрали. {WHERE}")
    assert "Салехард" in buttons(last(office).keyboard)
    assert "Передан: координаторы (житель уточнил, что это не «Надымский район»)" in edits(office, NADYM)[-1].text
    assert "житель уточнил, что это не «Надымский район»" in office.work.texts(DESK)[-1]
    await presses(office, "Салехард")
    assert "water-salekhard" == (await office.question(2)).department
    await asks_again(office)
    assert "Место: Салехард, как в прошлый раз." in last(office).text


async def test_the_place_that_was_taken_back_comes_last(office: Office) -> None:
    """It is no more in the way of whoever said that it is wrong; whoever slipped still finds it."""
    await writes(office, "Ржавая вода в Надыме")
    await asks_again(office)
    await presses(office, "Другое место")
    assert ["Салехард", "Мужи", "Надымский район", "Пропустить", *ALWAYS] == buttons(last(office).keyboard)
    await presses(office, "Надымский район")
    assert "water-nadym" == (await office.question(2)).department


async def test_the_place_that_was_taken_back_among_many(database_address: str) -> None:
    """Where there are more places than one page has, all the others come before it, and it is still found."""
    names = {f"p{n}": f"Село {'абвгдежзик'[n]}" for n in range(10)}
    departments = [
        Department(slug=slug, name=name, admin_chat=NADYM, places=frozenset({slug})) for slug, name in names.items()
    ]
    several = {"places": names, "departments": {one.slug: one for one in departments}}
    async with open_office(database_address, desk=by_place(**several)) as office:
        await writes(office, "Село а")
        await asks_again(office)
        await presses(office, "Другое место")
        assert list(names.values())[1:9] == buttons(last(office).keyboard)[:8]
        seen = list[str]()
        _, (message_id, *_) = office.home.messages(IRINA)[-1]
        for page_number in (1, 0):
            await office.presses(IRINA, f"places:2:{page_number}", message_id=message_id)
            await office.deliver()
            page = [one for one in office.home.effects(IRINA) if isinstance(one, EditMessage)][-1]
            seen += buttons(page.keyboard)
        assert set(names.values()) < set(seen)


async def test_another_place_and_silence(office: Office) -> None:
    """Whoever takes his place back and says no other has none the next time, either."""
    await writes(office, "Ржавая вода в Надыме")
    await asks_again(office)
    await presses(office, "Другое место")
    await asks_again(office, "И ещё ржавая вода")
    assert "" == (await office.question(3)).place


async def test_another_place_in_words(office: Office) -> None:
    """Whoever simply names another place need press nothing: what was only assumed gives way."""
    await writes(office, "Ржавая вода в Надыме")
    await asks_again(office)
    await writes(office, "Это в Салехарде")
    question = await office.question(2)
    assert ("salekhard", "water-salekhard", False) == (
        question.place,
        question.department,
        question.place_assumed,
    )
    await writes(office, "А бабушка в Надыме")
    assert "salekhard" == (await office.question(2)).place


async def test_the_same_place_in_words(office: Office) -> None:
    """Whoever confirms it settles it, and nothing moves."""
    await writes(office, "Ржавая вода в Надыме")
    await asks_again(office)
    await writes(office, "Да, в Надыме")
    assert ("nadym", False) == ((question := await office.question(2)).place, question.place_assumed)
    await writes(office, "Или в Салехарде")
    assert "nadym" == (await office.question(2)).place


async def test_another_place_of_a_question_that_somebody_has(office: Office) -> None:
    """It stays with him; he reads that it is not there."""
    await writes(office, "Ржавая вода в Надыме")
    await asks_again(office)
    await office.presses(NADYM, "take:2")
    await presses(office, "Другое место")
    assert ("", "water-nadym") == ((question := await office.question(2)).place, question.department)
    assert "№ 2 · житель говорит, что место другое, не Надымский район" == office.work.texts(NADYM)[-1]


async def test_another_place_where_it_changes_nothing(topics: Office) -> None:
    """Where nobody answers by place, he is asked to write it, and need not."""
    await writes(topics, "Когда будет тепло, Надым?")
    await presses_new(topics, "Разбита дорога")
    assert "Место: Надым, как в прошлый раз." in last(topics).text
    await presses(topics, "Другое место")
    assert "Хорошо, это место убрали. Если хотите, напишите, где это: мы передадим." == last(topics).text
    assert ALWAYS == buttons(last(topics).keyboard)
    assert "" == (await topics.question(2)).place


async def test_another_place_before_the_topic(office: Office) -> None:
    """Whoever takes the place back first is still asked for the topic; once that makes the place matter, for it."""
    await writes(office, "Ржавая вода в Надыме")
    await asks_again(office, "Ещё у меня вот что")
    await presses(office, "Другое место")
    assert AskedFor.TOPIC is (await office.question(2)).asked_for
    await presses(office, "Вода")
    assert WHERE in last(office).text
    await presses(office, "Салехард")
    assert "water-salekhard" == (await office.question(2)).department


async def presses_new(office: Office, text: str) -> None:
    await office.presses(IRINA, "new")
    await writes(office, text)


async def test_other_places_button_twice(office: Office) -> None:
    """Pressed twice it does what it did once, and moves nothing again."""
    await writes(office, "Ржавая вода в Надыме")
    await asks_again(office)
    for _ in range(2):
        await office.presses(IRINA, "elsewhere:2")
    await office.deliver()
    first, second = office.home.texts(IRINA)[-2:]
    assert first == second
    assert 1 == await office.value("SELECT count(*) FROM actions WHERE question_id = 2 AND what = 'rerouted'")
