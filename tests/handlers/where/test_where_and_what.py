"""Where and what: topics by buttons and words, locations, and skipping."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk.routing import Department
from bot.desk.words import Subject, build_recognizer
from bot.model.message import EditMessage, SendMessage
from bot.model.question import AskedFor, Status
from tests.handlers.fakes import ABLE, DESK, ENERGY, HOME, IRINA, OLEG, PLAIN, Office, open_office, photo
from tests.handlers.story import desk as by_topic
from tests.handlers.test_placing import NADYM, buttons, by_place, edits, last_said
from tests.handlers.where.asked import (
    ALWAYS,
    AT_NADYM,
    AT_SALEKHARD,
    DISTRICTS,
    FAR,
    MAP,
    ROADS,
    WHAT,
    WHERE,
    asks_again,
    both,
    last,
    presses,
    sends,
    writes,
)

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


async def test_one_name_of_a_place_and_a_topic(database_address: str) -> None:
    """Of a place and a topic that are called the same, that one is meant which he was asked for."""
    departments = [
        Department(slug="town", name="Администрация", admin_chat=NADYM, places=frozenset({"nadym"})),
        Department(slug="same", name="Новости", admin_chat=ROADS, topics=frozenset({"same"})),
    ]
    named = {"topics": {"same": "Надым"}, "departments": {one.slug: one for one in departments}}
    async with open_office(database_address, desk=by_place(**named)) as office:
        await writes(office, "Беда")
        seen = []
        for _ in range(2):
            await writes(office, "Надым")
            seen.append(((question := await office.question(1)).topic, question.place, question.department))
        assert [("", "nadym", "town"), ("same", "nadym", "same")] == seen


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
