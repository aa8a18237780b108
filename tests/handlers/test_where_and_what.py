"""Where and what: topics by buttons and words, locations, skipping, and the place that is remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.capabilities import KeyboardLimits
from bot.desk.geography import Area, Geography
from bot.desk.routing import Department
from bot.desk.words import Subject, build_recognizer
from bot.model.chat import ChatRef
from bot.model.content import Content, Location
from bot.model.message import EditMessage, SendMessage
from bot.model.question import AskedFor, Status
from tests.handlers.fakes import ABLE, DESK, ENERGY, HOME, IRINA, OLEG, PLAIN, WORK, Office, open_office, photo
from tests.handlers.story import desk as by_topic
from tests.handlers.test_placing import NADYM, SALEKHARD, buttons, by_place, edits, last_said

WHERE, WHAT = "Подскажите, где это?", "О чём ваш вопрос?"
ROADS = ChatRef(channel=WORK, chat_id="-700")
ALWAYS = ["Новый вопрос", "Помощь"]
MAP = Geography(areas=(Area(slug="nadym", centre=(65.53, 72.52)), Area(slug="salekhard", centre=(66.53, 66.61))))
DISTRICTS = {"nadym": "Надым", "salekhard": "Салехард"}
AT_NADYM, AT_SALEKHARD = Location(latitude=65.5, longitude=72.5), Location(latitude=66.5, longitude=66.6)
FAR = Location(latitude=55.75, longitude=37.62)


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """Water is answered by place; nothing else is answered by anybody but the coordinators."""
    async with open_office(database_address, desk=by_place(geography=MAP)) as opened:
        yield opened


@pytest.fixture
async def topics(database_address: str) -> AsyncIterator[Office]:
    """Heating and roads are answered by departments, wherever it is."""
    async with open_office(database_address, desk=by_topic()) as opened:
        yield opened


async def writes(office: Office, text: str = "", chat: ChatRef = IRINA, **more: object) -> None:
    await office.writes(chat, text, **more)
    await office.deliver()


async def sends(office: Office, location: Location, text: str = "") -> None:
    await office.writes(IRINA, content=Content(text=text, location=location))
    await office.deliver()


async def presses(office: Office, label: str, chat: ChatRef = IRINA) -> None:
    """Press the button with this label under the last message that has it."""
    found = [
        (one.data, ids[0])
        for message, ids in office.home.messages(chat)
        if message.keyboard is not None
        for row in message.keyboard.rows
        for one in row
        if one.text == label
    ]
    data, message_id = found[-1]
    await office.presses(chat, data, message_id=message_id)
    await office.deliver()


def last(office: Office, chat: ChatRef = IRINA) -> SendMessage:
    return office.home.messages(chat)[-1][0]


# --- what it is about ----------------------------------------------------------------------------------------------


async def test_asked_what_it_is_about(topics: Office) -> None:
    """Where the topic decides who answers and no word says it, the confirmation asks with the topics that do."""
    await writes(topics, "Почему закрыт мост?")
    (message,) = [message for message, _ in topics.home.messages(IRINA)]
    assert message.text.startswith("Ваш вопрос принят: № 1.")
    assert WHAT in message.text
    assert ["Отопление", "Дороги", "Пропустить", *ALWAYS] == buttons(message.keyboard)
    # It is on its way, whatever comes of this.
    assert 1 == len(topics.work.texts(DESK))


NOT_ASKED = {
    "the topic is named": ("Почему разбита дорога?", {}),
    "the channel has a department": ("Почему закрыт мост?", {"channel_departments": {HOME: "energy"}}),
    "there are no departments": ("Почему закрыт мост?", {"departments": {}}),
}


@pytest.mark.parametrize(("text", "changes"), NOT_ASKED.values(), ids=NOT_ASKED.keys())
async def test_not_asked(database_address: str, text: str, changes: dict[str, object]) -> None:
    """Nobody is asked for what is known, or changes nothing."""
    async with open_office(database_address, desk=replace(by_topic(), **changes)) as office:  # type: ignore[arg-type]
        await writes(office, text)
        assert WHAT not in last(office).text
        assert ALWAYS == buttons(last(office).keyboard)


async def test_topic_pressed(topics: Office) -> None:
    """The question goes to those who answer for it; he reads what was noted, and by when he has an answer."""
    await writes(topics, "Почему закрыт мост?")
    await presses(topics, "Дороги")
    question = await topics.question(1)
    assert ("roads", "roads", ROADS) == (question.topic, question.department, question.admin_chat)
    assert "житель уточнил тему «Дороги»" in topics.work.texts(ROADS)[0]
    assert "Передан: Дороги (житель уточнил тему «Дороги»)" in edits(topics, DESK)[-1].text
    assert last_said(topics).startswith("Спасибо! Записали: Дороги. Ответ придёт сюда до ")
    assert ALWAYS == buttons(last(topics).keyboard)


@pytest.mark.parametrize("text", ["Дороги", "дорога", "Там вся дорога в ямах"])
async def test_topic_typed(topics: Office, text: str) -> None:
    """The button's label, another form of it and a whole sentence do the same; the words are in the thread."""
    await writes(topics, "Почему закрыт мост?")
    await writes(topics, text)
    assert "roads" == (await topics.question(1)).department
    assert text == (await topics.thread(1))[-1].content.text


async def test_a_name_that_no_word_is(topics: Office) -> None:
    """A name counts even where the file lists other words: he reads it on the button, and types it."""
    await writes(topics, "Почему холодно?")
    await writes(topics, "отопление")
    assert "energy" == (await topics.question(1)).department


async def test_topic_without_buttons(database_address: str) -> None:
    """Where there are no buttons, the topics are named; typing one does the same, as does skipping."""
    async with open_office(database_address, desk=by_topic(), home=PLAIN) as office:
        await writes(office, "Почему закрыт мост?")
        assert "Напишите тему (Отопление, Дороги)" in last_said(office)
        assert "кнопку" not in last_said(office)
        await writes(office, "дороги")
        assert "roads" == (await office.question(1)).department
        await writes(office, "Почему закрыт клуб?", OLEG)
        await writes(office, "Пропустить", OLEG)
        assert "Хорошо, обойдёмся без этого." == last_said(office, OLEG)
        assert 1 == len(await office.thread(2))


async def test_topic_of_a_question_that_somebody_has(topics: Office) -> None:
    """It stays with him, and he is told where it could go."""
    await writes(topics, "Почему закрыт мост?")
    await topics.presses(DESK, "take:1")
    await presses(topics, "Дороги")
    assert ("roads", "") == ((question := await topics.question(1)).topic, question.department)
    assert (
        "№ 1 · житель указал тему: Дороги\nТам отвечает: Дороги. Передать: /transfer 1 roads"
        == topics.work.texts(DESK)[-1]
    )


async def test_topics_are_turned(database_address: str) -> None:
    """More topics than fit are turned through under the same words."""
    names = {f"t{number}": f"Тема {number}" for number in range(20)}
    departments = {
        slug: Department(slug=slug, name=name, admin_chat=ENERGY, topics=frozenset({slug}))
        for slug, name in names.items()
    }
    desk = replace(by_topic(), topics=names, departments=departments)
    async with open_office(database_address, desk=desk) as office:
        await writes(office, "Здравствуйте")
        first = last(office)
        await presses(office, "Ещё темы →")
        page = [one for one in office.home.effects(IRINA) if isinstance(one, EditMessage)][-1]
        assert first.text == page.text
        assert ["Тема 8", "Тема 9"] == buttons(page.keyboard)[:2]


# --- one after the other -------------------------------------------------------------------------------------------


def both() -> dict[str, object]:
    """Somebody answers for a place whatever it is about, others for topics there: first the place, then the topic."""
    salekhard = frozenset({"salekhard"})
    departments = [
        Department(slug="town", name="Администрация", admin_chat=SALEKHARD, places=salekhard),
        Department(slug="roads", name="Дороги", admin_chat=ROADS, places=salekhard, topics=frozenset({"roads"})),
        Department(slug="water", name="Вода", admin_chat=NADYM, topics=frozenset({"water"})),
    ]
    return {"departments": {one.slug: one for one in departments}}


async def test_place_then_topic(database_address: str) -> None:
    """Never both at once: the topic is asked for when the place is known, in the message that says so."""
    async with open_office(database_address, desk=by_place(**both())) as office:
        await writes(office, "Помогите")
        assert (WHERE in last(office).text, WHAT in last(office).text) == (True, False)
        await presses(office, "Салехард")
        assert last(office).text.startswith("Спасибо! Записали: Салехард. Ответ придёт сюда до ")
        assert WHAT in last(office).text
        assert ["Вода", "Дороги", "Пропустить", *ALWAYS] == buttons(last(office).keyboard)
        assert "town" == (await office.question(1)).department
        await presses(office, "Дороги")
        assert "roads" == (await office.question(1)).department
        assert WHERE not in last(office).text
        assert None is (await office.question(1)).asked_for


@pytest.mark.parametrize("way", ["buttons", "words"])
async def test_skipped_one_after_the_other(database_address: str, way: str) -> None:
    """Each can be skipped, by the button and by the word; then nothing more is asked, and nothing has changed."""
    async with open_office(database_address, desk=by_place(**both())) as office:
        await writes(office, "Помогите")
        before = await office.question(1)
        for asked in (True, False):
            if way == "buttons":
                await presses(office, "Пропустить")
            else:
                await writes(office, "пропустить")
            assert last(office).text.startswith("Хорошо, обойдёмся без этого.")
            assert asked == (WHAT in last(office).text)
        assert replace(before, asked_for=None) == await office.question(1)
        assert 1 == len(await office.thread(1))
        # Where nothing is asked, the word is one like others.
        await writes(office, "пропустить")
        assert 2 == len(await office.thread(1))


async def test_an_old_skip_asks_nothing_again(database_address: str) -> None:
    """A button of a moment ago is answered, and that is all."""
    async with open_office(database_address, desk=by_place(**both())) as office:
        await writes(office, "Помогите")
        for _ in range(2):
            await office.presses(IRINA, "at:1:")
        await office.deliver()
        assert [True, False] == [WHAT in text for text in office.home.texts(IRINA)[1:]]
        assert AskedFor.TOPIC is (await office.question(1)).asked_for


async def test_topic_first_where_the_place_says_nothing_alone(office: Office) -> None:
    """Where only both together decide, the topic comes first; once it makes the place matter, that is asked for."""
    await writes(office, "Здравствуйте")
    assert [WHAT in last(office).text, "Вода" in buttons(last(office).keyboard)] == [True, True]
    await presses(office, "Вода")
    assert WHERE in last(office).text
    await presses(office, "Надымский район")
    assert "water-nadym" == (await office.question(1)).department
    assert not any(word in last(office).text for word in (WHERE, WHAT))


async def test_words_lead_on_too(office: Office) -> None:
    """Whoever writes instead of pressing is asked what is missing then, and held up by nothing."""
    await writes(office, "Здравствуйте")
    await writes(office, "Из крана течёт ржавая вода")
    assert WHERE in last(office).text
    await writes(office, "Надым")
    question = await office.question(1)
    assert ("water", "nadym", None) == (question.topic, question.place, question.asked_for)
    assert 3 == len(await office.thread(1))


async def test_all_at_once(office: Office) -> None:
    """Words that say both leave nothing to ask."""
    await writes(office, "Здравствуйте")
    await writes(office, "В Надыме ржавая вода")
    assert "water-nadym" == (await office.question(1)).department
    assert not any(WHERE in text for text in office.home.texts(IRINA))


# --- a location ----------------------------------------------------------------------------------------------------


async def test_location_answers_where(office: Office) -> None:
    """A shared location is the answer to «где это?»: the question moves, and he reads which place that was."""
    await writes(office, "Ржавая вода")
    assert "Можно прислать и точку на карте." in last(office).text
    await sends(office, AT_NADYM)
    question = await office.question(1)
    assert ("nadym", "water-nadym", NADYM) == (question.place, question.department, question.admin_chat)
    assert last_said(office).startswith(
        "Место по вашей точке на карте: Надымский район. Не там? Нажмите или напишите «Другое место»."
    )
    assert ["Другое место", *ALWAYS] == buttons(last(office).keyboard)
    # The officials have the point itself, too.
    assert AT_NADYM in [
        one.location for one in office.work.effects(NADYM) if isinstance(one, SendMessage) and one.location
    ]


async def test_location_with_the_question(office: Office) -> None:
    """A question that comes with a location goes to its place at once; the confirmation says which."""
    await sends(office, AT_SALEKHARD, "Ржавая вода")
    assert "water-salekhard" == (await office.question(1)).department
    assert "Место по вашей точке на карте: Салехард." in last(office).text
    assert WHERE not in last(office).text
    assert ["Другое место", *ALWAYS] == buttons(last(office).keyboard)


async def test_location_alone_is_a_question(office: Office) -> None:
    """A location without a word is registered like anything else, with its place; the topic is asked for."""
    await sends(office, AT_NADYM)
    question = await office.question(1)
    assert (Status.OPEN, "nadym") == (question.status, question.place)
    assert WHAT in last(office).text
    assert ["Вода", "Пропустить", "Другое место", *ALWAYS] == buttons(last(office).keyboard)
    await writes(office, "Ржавая вода")
    assert "water-nadym" == (await office.question(1)).department


async def test_words_count_more_than_a_location(office: Office) -> None:
    """Who names a place means that one, wherever he stands; nobody explains to him what he wrote."""
    await sends(office, AT_NADYM, "В Салехарде ржавая вода")
    assert "water-salekhard" == (await office.question(1)).department
    assert "на карте" not in last(office).text


async def test_location_in_no_place(office: Office) -> None:
    """A point that is in no place joins like any other message, and changes nothing."""
    await writes(office, "Ржавая вода")
    before = await office.question(1)
    await sends(office, FAR)
    assert before == await office.question(1)
    assert 1 == len(office.home.texts(IRINA))
    assert 2 == len(await office.thread(1))


async def test_location_where_there_is_no_map(database_address: str) -> None:
    """Without centres and polygons a location is passed on, and nobody is told to send one."""
    async with open_office(database_address, desk=by_place()) as office:
        await writes(office, "Ржавая вода")
        assert "на карте" not in last(office).text
        await sends(office, AT_NADYM)
        assert "" == (await office.question(1)).place


async def test_another_place_while_topics_are_turned(database_address: str) -> None:
    """The button that takes the place of his point back stays under the words that speak of it, on each page."""
    names = {f"t{number}": f"Тема {number}" for number in range(20)}
    departments = {
        slug: Department(slug=slug, name=name, admin_chat=ENERGY, topics=frozenset({slug}), places=frozenset({"nadym"}))
        for slug, name in names.items()
    }
    async with open_office(
        database_address, desk=by_place(geography=MAP, topics=names, departments=departments)
    ) as office:
        await sends(office, AT_NADYM, "Помогите")
        assert "Другое место" in buttons(last(office).keyboard)
        await presses(office, "Ещё темы →")
        page = [one for one in office.home.effects(IRINA) if isinstance(one, EditMessage)][-1]
        assert ["Тема 8", "Другое место"] == [
            one for one in buttons(page.keyboard) if one in ("Тема 8", "Другое место")
        ]


async def test_location_in_no_place_with_a_new_question(office: Office) -> None:
    """A point nowhere on the map is not where it was last time: nothing is taken, he is asked, and his place stays."""
    await writes(office, "Ржавая вода в Надыме")
    await office.presses(IRINA, "new")
    await sends(office, FAR, "Опять ржавая вода")
    question = await office.question(2)
    assert ("", "", AskedFor.PLACE) == (question.place, question.department, question.asked_for)
    assert WHERE in last(office).text
    await asks_again(office)
    assert "nadym" == (await office.question(3)).place


TYPED = {
    "small letters": ("надым", "nadym"),
    "capitals": ("НАДЫМ!", "nadym"),
    "another case": ("в Надыме", "nadym"),
    "a typo": ("Надим", ""),
    "Latin letters": ("Nadym", ""),
    "a letter that only looks Russian": ("Hадым", ""),
    "a name of two districts": ("Заречный", ""),
}


@pytest.mark.parametrize(("text", "place"), TYPED.values(), ids=TYPED.keys())
async def test_place_typed(database_address: str, text: str, place: str) -> None:
    """What names a place moves the question; what does not for certain is passed on, and he may still choose."""
    subjects = [Subject(slug=slug, words=(name, "Заречный")) for slug, name in DISTRICTS.items()]
    recognizer = build_recognizer((Subject(slug="water", words=("вода",)),), subjects)
    async with open_office(database_address, desk=by_place(recognizer=recognizer)) as office:
        await writes(office, "Ржавая вода")
        await writes(office, text)
        question = await office.question(1)
        assert (place, place and f"water-{place}") == (question.place, question.department)
        assert (AskedFor.PLACE if not place else None) is question.asked_for
        assert text == (await office.thread(1))[-1].content.text
        assert text in "\n".join(office.work.texts(question.admin_chat))
        await presses(office, "Салехард")
        assert "salekhard" == (await office.question(1)).place


# --- the place of last time ----------------------------------------------------------------------------------------

REMEMBERED = "Место: Надымский район, как в прошлый раз. Не там? Нажмите или напишите «Другое место»."


async def asks_again(office: Office, text: str = "Опять ржавая вода") -> None:
    """Another question of hers."""
    await office.presses(IRINA, "new")
    await writes(office, text)


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


# --- the topic of last time ----------------------------------------------------------------------------------------

AGAIN = "Почему закрыт мост?"
#: Roads before what stands before them in the file.
ROADS_FIRST = ["Дороги", "Отопление", "Пропустить", *ALWAYS]

SAID_TOPIC: dict[str, Sequence[Callable[[Office], Awaitable[None]]]] = {
    "named in the question": (lambda office: writes(office, "Разбита дорога"),),
    "chosen": (lambda office: writes(office, AGAIN), lambda office: presses(office, "Дороги")),
    "named afterwards": (lambda office: writes(office, AGAIN), lambda office: writes(office, "Там вся дорога в ямах")),
}


@pytest.mark.parametrize("steps", SAID_TOPIC.values(), ids=SAID_TOPIC.keys())
async def test_offered_first(topics: Office, steps: Sequence[Callable[[Office], Awaitable[None]]]) -> None:
    """However he said the topic, it is the first button the next time; it is not taken, and one tap is enough."""
    for step in steps:
        await step(topics)
    await asks_again(topics, AGAIN)
    assert "Нажмите кнопку или просто напишите, например «Дороги»; можно и не отвечать." in last(topics).text
    assert ROADS_FIRST == buttons(last(topics).keyboard)
    question = await topics.question(2)
    assert ("", "", DESK) == (question.topic, question.department, question.admin_chat)
    assert "№ 2" in topics.work.texts(DESK)[-1]
    await presses(topics, "Дороги")
    assert "roads" == (await topics.question(2)).department


async def test_nobody_has_said_a_topic(topics: Office) -> None:
    """A newcomer, and whoever never said one, is asked as ever."""
    for number in (1, 2):
        await asks_again(topics, AGAIN)
        assert AskedFor.TOPIC is (await topics.question(number)).asked_for
        assert "например" not in last(topics).text
        assert ["Отопление", "Дороги", "Пропустить", *ALWAYS] == buttons(last(topics).keyboard)


async def test_each_is_offered_his_own_topic(topics: Office) -> None:
    """One resident's topic is nobody else's."""
    await writes(topics, "Разбита дорога")
    await writes(topics, AGAIN, OLEG)
    assert ["Отопление", "Дороги", "Пропустить", *ALWAYS] == buttons(last(topics, OLEG).keyboard)


async def test_the_last_topic_is_offered(topics: Office) -> None:
    """The newest that he said, also by a button of an older question; one that says none forgets nothing."""
    await writes(topics, AGAIN)
    await presses(topics, "Дороги")
    await asks_again(topics, "Когда будет тепло?")
    await asks_again(topics, AGAIN)
    assert ["Отопление", "Дороги"] == buttons(last(topics).keyboard)[:2]
    await topics.presses(IRINA, "on:1:heating")
    await topics.presses(IRINA, "on:1:roads")
    await asks_again(topics, AGAIN)
    assert ["Дороги", "Отопление"] == buttons(last(topics).keyboard)[:2]
    await asks_again(topics, AGAIN)
    assert ["Дороги", "Отопление"] == buttons(last(topics).keyboard)[:2]


IGNORED = {
    "nothing": ((), ""),
    "more words": (("Уже третий день", "Никто не едет"), ""),
    "words with another topic": (("У нас и тепло пропало",), "heating"),
    "words and a photo": (("Вот он", ""), ""),
}


@pytest.mark.parametrize(("words", "topic"), IGNORED.values(), ids=IGNORED.keys())
async def test_the_offer_is_ignored(topics: Office, words: Sequence[str], topic: str) -> None:
    """Whoever does not answer is held up by nothing: all that he writes is in the thread and before the officials."""
    await writes(topics, "Разбита дорога")
    await asks_again(topics, AGAIN)
    for text in words:
        await writes(topics, text, media=() if text else (photo("a"),))
    question = await topics.question(2)
    assert (topic, topic and "energy", Status.OPEN) == (question.topic, question.department, question.status)
    assert [AGAIN, *words] == [one.content.text for one in await topics.thread(2)]
    shown = "\n".join(topics.work.texts(question.admin_chat))
    assert [] == [text for text in (AGAIN, *words) if text not in shown]
    # The next one is registered all the same, with the last topic that he did say.
    await asks_again(topics, "И ещё одно")
    assert (Status.OPEN, "") == ((third := await topics.question(3)).status, third.topic)
    assert ("Отопление" if topic else "Дороги") == buttons(last(topics).keyboard)[0]


@pytest.mark.parametrize("way", ["button", "word"])
async def test_the_offer_is_skipped(topics: Office, way: str) -> None:
    """«Пропустить» is there with it, and leaves the question where it is."""
    await writes(topics, "Разбита дорога")
    await asks_again(topics, AGAIN)
    before = await topics.question(2)
    await (presses(topics, "Пропустить") if way == "button" else writes(topics, "пропустить"))
    assert "Хорошо, обойдёмся без этого." == last(topics).text
    assert replace(before, asked_for=None) == await topics.question(2)


async def test_offered_without_buttons(database_address: str) -> None:
    """Where there are no buttons it is the example; typed it does the same, and other words join."""
    async with open_office(database_address, desk=by_topic(), home=PLAIN) as office:
        await writes(office, "Разбита дорога")
        await writes(office, "Новый вопрос")
        await writes(office, AGAIN)
        assert "Напишите тему, например «Дороги» (есть и другие: Отопление), или" in last_said(office)
        await writes(office, "Третий день")
        await writes(office, "Дороги")
        assert "roads" == (await office.question(2)).department
        assert [AGAIN, "Третий день", "Дороги"] == [one.content.text for one in await office.thread(2)]


async def test_offered_in_english(topics: Office) -> None:
    """All of it in the resident's language."""
    await writes(topics, "дорога", language="en")
    await topics.presses(IRINA, "new", language="en")
    await writes(topics, "Hello", language="en")
    assert "Press a button or just write, for example “Дороги”. You don’t have to answer." in last(topics).text
    assert ["Дороги", "Отопление", "Skip"] == buttons(last(topics).keyboard)[:3]


GONE_TOPIC = {
    "from the settings": {
        "topics": {"heating": "Отопление"},
        "departments": {"energy": by_topic().departments["energy"]},
    },
    "from the departments": {"departments": {"energy": by_topic().departments["energy"]}},
}


@pytest.mark.parametrize("changes", GONE_TOPIC.values(), ids=GONE_TOPIC.keys())
async def test_a_topic_that_is_gone_is_not_offered(topics: Office, changes: dict[str, object]) -> None:
    """Nobody is offered what is on the list no more, or brings the question to nobody else."""
    await writes(topics, "Разбита дорога")
    topics.ctx.desk = replace(topics.ctx.desk, **changes)  # type: ignore[arg-type]
    await asks_again(topics, AGAIN)
    assert WHAT in last(topics).text
    assert "Дороги" not in last(topics).text
    assert ["Отопление", "Пропустить", *ALWAYS] == buttons(last(topics).keyboard)


@pytest.mark.parametrize("limits", [ABLE.keyboard, KeyboardLimits(columns=3, rows=6, buttons=10, label=40)])
async def test_offered_first_of_many(database_address: str, limits: KeyboardLimits) -> None:
    """Of more topics than fit it is on the first page, and further on each of the others once."""
    names = {f"t{number}": f"Тема {number}" for number in range(20)}
    departments = {
        slug: Department(slug=slug, name=name, admin_chat=ENERGY, topics=frozenset({slug}))
        for slug, name in names.items()
    }
    desk, home = replace(by_topic(), topics=names, departments=departments), replace(ABLE, keyboard=limits)
    async with open_office(database_address, desk=desk, home=home) as office:
        await writes(office, "Тема 17")
        await asks_again(office, AGAIN)
        seen = [one for one in buttons(last(office).keyboard) if one.startswith("Тема ")]
        assert ["Тема 17", "Тема 0"] == seen[:2]
        message_id = office.home.messages(IRINA)[-1][1][0]
        for number in range(1, 10):
            if seen[-1] == "Тема 19":
                break
            await office.presses(IRINA, f"topics:2:{number}", message_id=message_id)
            await office.deliver()
            page = [one for one in office.home.effects(IRINA) if isinstance(one, EditMessage)][-1]
            seen += [one for one in buttons(page.keyboard) if one.startswith("Тема ")]
        assert ["Тема 17", *(f"Тема {number}" for number in range(20) if number != 17)] == seen


def town() -> dict[str, object]:
    """In Salekhard somebody answers for everything, in Nadym it depends on what it is."""
    nadym = frozenset({"nadym"})
    departments = [
        Department(slug="town", name="Администрация", admin_chat=SALEKHARD, places=frozenset({"salekhard"})),
        Department(slug="water", name="Вода", admin_chat=NADYM, topics=frozenset({"water"}), places=nadym),
        Department(slug="roads", name="Дороги", admin_chat=ROADS, topics=frozenset({"roads"}), places=nadym),
    ]
    return {"departments": {one.slug: one for one in departments}}


#: By language: the question what it is about, and the buttons to take the place back and to skip.
SAYS = {"ru": (WHAT, "Другое место", "Пропустить"), "en": ("What is it about?", "Another place", "Skip")}


@pytest.mark.parametrize("language", SAYS)
async def test_no_offer_where_the_place_decides(database_address: str, language: str) -> None:
    """Where the place alone says who answers, nobody is asked for a topic; it is offered once it counts."""
    what, other, skip = SAYS[language]
    async with open_office(database_address, desk=by_place(**town())) as office:
        await writes(office, "В Салехарде разбита дорога", language=language)
        await office.presses(IRINA, "new", language=language)
        await writes(office, "Помогите", language=language)
        question = await office.question(2)
        assert ("town", "", None) == (question.department, question.topic, question.asked_for)
        assert [what in last(office).text, "Дороги" in last(office).text] == [False, False]
        # It is elsewhere, and what is still known is only offered.
        await presses(office, other)
        await writes(office, "Надым", language=language)
        assert what in last(office).text
        assert ["Дороги", "Вода", skip] == buttons(last(office).keyboard)[:3]
        assert ("", "nadym") == ((question := await office.question(2)).topic, question.place)
        await presses(office, "Дороги")
        assert ("roads", ROADS) == ((question := await office.question(2)).department, question.admin_chat)


async def test_offered_beside_the_place_of_last_time(database_address: str) -> None:
    """Both in one message: the place is taken, the topic is only offered, and each has its button."""
    async with open_office(database_address, desk=by_place(**both())) as office:
        await writes(office, "В Салехарде разбита дорога")
        await asks_again(office, "Ещё у меня вот что")
        assert "Место: Салехард, как в прошлый раз." in last(office).text
        assert ["Дороги", "Вода", "Пропустить", "Другое место", *ALWAYS] == buttons(last(office).keyboard)
        assert ("town", "") == ((question := await office.question(2)).department, question.topic)


# --- buttons of another time, and what is no button ----------------------------------------------------------------

FORGED = {
    "somebody else's topic": ("on:1:water", "Эта кнопка от другого вопроса."),
    "somebody else's place": ("elsewhere:1", "Эта кнопка от другого вопроса."),
    "no such question": ("on:99:water", "Эта кнопка от другого вопроса."),
    "a page of topics": ("topics:1:1", "Эта кнопка от другого вопроса."),
    "no number": ("elsewhere:x", "Просто напишите вопрос"),
    "no slug": ("on:1:Вода", "Просто напишите вопрос"),
}


@pytest.mark.parametrize(("data", "said"), FORGED.values(), ids=FORGED.keys())
async def test_forged(office: Office, data: str, said: str) -> None:
    """Nobody changes another's question, and whatever is pressed gets an answer."""
    await writes(office, "Ржавая вода в Надыме")
    before = await office.question(1)
    await office.presses(OLEG, data)
    await office.deliver()
    assert last_said(office, OLEG).startswith(said)
    assert before == await office.question(1)
    assert 0 == await office.value("SELECT count(*) FROM events WHERE status = 'failed'")


@pytest.mark.parametrize("data", ["on:1:gone", "topics:1:1"])
async def test_a_topic_that_is_no_more(office: Office, data: str) -> None:
    """The settings have changed since: he is asked to write."""
    await writes(office, "Здравствуйте")
    office.ctx.desk = by_place(departments={})
    await office.presses(IRINA, data)
    await office.deliver()
    assert "Этой темы больше нет в списке. Просто напишите, о чём вопрос: мы передадим." == last_said(office)


@pytest.mark.parametrize("data", ["on:1:water", "on:1:", "elsewhere:1"])
async def test_a_year_later(office: Office, data: str) -> None:
    """Buttons of a question that is over say so."""
    await writes(office, "Здравствуйте, Надым")
    await office.writes(DESK, "Здравствуйте!", reply_to=office.work.id_of(DESK, "№ 1"))
    office.clock.move(timedelta(days=365))
    await office.presses(IRINA, data)
    await office.deliver()
    assert "Вопрос № 1 уже не ждёт ответа. Если что-то ещё нужно, просто напишите нам." == last_said(office)


async def test_what_an_official_asks_comes_first(office: Office) -> None:
    """While an official asks him something, «пропустить» and «другое место» are answers to that."""
    await writes(office, "Ржавая вода")
    await writes(office, "/clarify 1 Какой дом? Можно пропустить", DESK)
    await writes(office, "Пропустить")
    assert "Пропустить" == (await office.thread(1))[-1].content.text
    assert Status.OPEN is (await office.question(1)).status


async def test_a_caption_is_no_button(office: Office) -> None:
    """A photo with «пропустить» under it is a part of the question."""
    await writes(office, "Ржавая вода")
    await writes(office, "Пропустить", media=(photo("a"),))
    assert 2 == len(await office.thread(1))
    assert AskedFor.PLACE is (await office.question(1)).asked_for


async def test_tight_keyboards(database_address: str) -> None:
    """With few buttons in a message everything that is asked still has its buttons, «Пропустить» too."""
    limits = replace(ABLE.keyboard, columns=5, rows=6, buttons=10, label=40)  # type: ignore[type-var]
    async with open_office(database_address, desk=by_place(), home=replace(ABLE, keyboard=limits)) as office:
        await writes(office, "Ржавая вода в Надыме")
        await asks_again(office, "Ещё у меня вот что")
        assert ["Вода", "Пропустить", "Другое место", *ALWAYS] == buttons(last(office).keyboard)
