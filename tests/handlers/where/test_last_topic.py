"""The topic of last time: offered first where a topic is asked for, and never taken by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest

from bot.capabilities import KeyboardLimits
from bot.desk.routing import Department
from bot.model.message import EditMessage
from bot.model.question import AskedFor, Status
from tests.handlers.fakes import ABLE, DESK, ENERGY, IRINA, OLEG, PLAIN, Office, open_office, photo
from tests.handlers.story import desk as by_topic
from tests.handlers.test_placing import NADYM, SALEKHARD, buttons, by_place, last_said
from tests.handlers.where.asked import (
    ALWAYS,
    ROADS,
    WHAT,
    asks_again,
    both,
    last,
    presses,
    writes,
)

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
