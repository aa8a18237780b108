"""What pages advise in words leads where they say: on every page of every list, whatever buttons a client shows."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.telegram.capabilities import capabilities as telegram
from adapters.telegram.settings import Settings as TelegramSettings
from adapters.viber.capabilities import capabilities as viber
from adapters.viber.settings import Settings as ViberSettings
from adapters.vk.capabilities import KEYBOARD as OF_VK
from adapters.web.capabilities import CAPABILITIES as OF_PAGE
from bot.capabilities import KeyboardLimits
from bot.conversation.faq import Entry
from bot.desk.routing import Department
from bot.desk.words import Subject, build_recognizer
from tests.handlers.fakes import ABLE, DESK, ENERGY, IRINA, Office, open_office
from tests.handlers.story import desk

KEYBOARDS = {
    "telegram": telegram(TelegramSettings(token=SecretStr("1:a"))).keyboard,
    "vk": OF_VK,
    "viber": viber(ViberSettings(token=SecretStr("a"))).keyboard,
    "page": OF_PAGE.keyboard,
    "no buttons": None,
}
#: One of them is what a place is called, too, one has a place's very name; another has signs in its name.
TOPICS = {
    "heating": "Отопление",
    "bus": "Автобусы Надыма",
    "same": "Надым",
    "odd": "Дороги, мосты (и тротуары)",
} | {f"t{n}": f"Тема {'абвгдежзиклм'[n]}" for n in range(12)}
PLACES = {"nadym": "Надым"} | {
    f"p{n}": f"Село {'вгджз'[n // 20]}{'бвгджзклмнпрстфхцчшщ'[n % 20]}ово" for n in range(100)
}
#: Nine answers and more of a topic, of none, and of one that is no more in the settings; one of each other topic.
ENTRIES = [
    *(
        Entry(id=0, question=f"Когда придёт тепло в {n} подъезд?", answer=f"Скоро, {n}.", topic="heating")
        for n in range(21)
    ),
    *(Entry(id=0, question=f"Где школа номер {n}?", answer=f"Рядом, {n}.") for n in range(19)),
    *(Entry(id=0, question=f"Что такое пункт {n}?", answer=f"Место, {n}.", topic="gone") for n in range(3)),
    *(
        Entry(id=0, question=f"О чём тема {slug}?", answer="О разном.", topic=slug)
        for slug in TOPICS
        if slug != "heating"
    ),
]
_QUOTED, _FURTHER = re.compile(r"«([^»]+)»"), re.compile(r"(?:Дальше|Остальные): «([^»]+)»")
_NEWS = "Новости: сюда придут объявления о том, что вы выберете. "
#: What pages advise, but for what turns them, and how the answer begins.
ADVISED = {
    r"вопрос (\d+)": r"Вопрос № \1:",
    r"частые вопросы (.+)": r"Частые вопросы · \1\n",
    r"подписаться на всё|Все новости": f"{_NEWS}Сейчас вы подписаны на все новости.",
    r"подписаться (.+)": rf"{_NEWS}Ваши подписки: \1.",
    r"отписаться (.+)": _NEWS,
    r"стоп|отписаться": "Вы ни на что не подписаны, новости не придут.",
    "Места": "О каких местах присылать новости?",
    "Темы": "О каких темах присылать новости?",
}


@pytest.fixture(params=tuple(KEYBOARDS.values()), ids=tuple(KEYBOARDS))
async def office(request: pytest.FixtureRequest, database_address: str) -> AsyncIterator[Office]:
    """A resident who has asked before, fifty-eight known answers, many places and topics."""
    recognizer = build_recognizer(
        [Subject(slug="heating", forms=("тепло",)), Subject(slug="bus", forms=("автобус",))],
        [Subject(slug="nadym", forms=("надым", "автобусы надыма"))],
    )
    at = replace(desk(), topics=TOPICS, places=PLACES, recognizer=recognizer)
    async with open_office(database_address, desk=at, home=replace(ABLE, keyboard=request.param)) as opened:
        opened.ctx.answers.of_file = tuple(ENTRIES)
        await opened.ctx.answers.once()
        await opened.writes(IRINA, "Почему закрыт мост?")
        await opened.deliver()
        yield opened


@pytest.fixture
async def twenty(office: Office) -> None:
    """He has asked twenty questions."""
    for n in range(1, 20):
        await office.presses(IRINA, "new")
        await office.writes(IRINA, f"Почему закрыт мост {n}?")
    await office.deliver()


#: For what is otherwise where there are no buttons: all stands on one page then, and questions are listed themselves.
with_buttons = pytest.mark.parametrize(
    "office",
    [one for one in KEYBOARDS.values() if one],
    ids=[name for name, one in KEYBOARDS.items() if one],
    indirect=True,
)


def has_buttons(office: Office) -> bool:
    return office.ctx.capabilities[IRINA.channel].keyboard is not None


async def reads(office: Office, *words: str) -> str:
    """Type these, one after the other; what he reads last, in as many messages as it takes."""
    before = 0
    for one in words:
        before = len(office.home.messages(IRINA))
        await office.writes(IRINA, one)
        await office.deliver()
    return "\n".join(message.text for message, _ in office.home.messages(IRINA)[before:])


async def walk(office: Office, word: str) -> list[tuple[list[str], str]]:
    """A list from its first page to its last, by the words that each page advises: the way to each, and its text."""
    way, pages = [word], [await reads(office, word)]
    ways = [list(way)]
    while further := _FURTHER.search(pages[-1]):
        way.append(further[1])
        ways.append(list(way))
        pages.append(await reads(office, further[1]))
        assert len(pages) < 30
    return list(zip(ways, pages, strict=True))


def numbers(pages: Sequence[tuple[list[str], str]], pattern: str) -> list[str]:
    return [found for _, page in pages for found in re.findall(pattern, page, re.MULTILINE)]


async def is_understood(office: Office, way: Sequence[str], page: str) -> None:
    """Each phrase that this page quotes does what it says, right after the page was read."""
    advised = set(_QUOTED.findall(page)) - set(_FURTHER.findall(page))
    assert advised
    for phrase in advised:
        said = await reads(office, *way, phrase)
        assert said.startswith(begins(phrase)), (phrase, said)


def begins(phrase: str) -> str:
    """How the answer to this phrase begins."""
    if number := re.fullmatch(r"ответ (\d+)", phrase):
        return ENTRIES[int(number[1]) - 1].question
    return next(match.expand(said) for words, said in ADVISED.items() if (match := re.fullmatch(words, phrase)))


async def test_topics_of_known_answers(office: Office) -> None:
    """All topics are read, those without one as well, and each that a page names as an example opens."""
    pages = await walk(office, "частые вопросы")
    if not has_buttons(office):
        assert list(map(str, range(1, len(ENTRIES) + 1))) == numbers(pages, r"^(\d+)\. ")
    else:
        assert ["Отопление", "Разное", *list(TOPICS.values())[1:]] == numbers(pages, r"^• (.+): \d+$")
        assert ["22"] == numbers(pages, r"^• Разное: (\d+)$")
    for way, page in pages:
        await is_understood(office, way[-1:], page)


@pytest.mark.parametrize(
    ("topic", "count"),
    [("Отопление", 21), ("Разное", 22), ("Автобусы Надыма", 1), ("Надым", 1), ("Дороги, мосты (и тротуары)", 1)],
)
async def test_known_answers_of_a_topic(office: Office, topic: str, count: int) -> None:
    """All questions of a topic are read, page by page, and those of none; the examples open."""
    pages = await walk(office, f"частые вопросы {topic}")
    assert all(page.startswith(f"Частые вопросы · {topic}\n") for _, page in pages)
    assert count == len(set(numbers(pages, r"^(\d+)\. "))) == len(numbers(pages, r"^(\d+)\. "))
    for way, page in pages:
        await is_understood(office, way, page)


@with_buttons
async def test_each_listed_topic_opens(office: Office) -> None:
    """What a page lists can be typed by its name alone, also where there is no room for its button."""
    for way, page in await walk(office, "частые вопросы"):
        for topic in re.findall(r"^• (.+): \d+$", page, re.MULTILINE):
            said = await reads(office, way[-1], topic)
            assert said.startswith(f"Частые вопросы · {topic}\n")


async def test_each_listed_question_opens(office: Office) -> None:
    """So can a listed question, in its own words, and nothing of that goes to the officials."""
    before = await office.value("SELECT count(*) FROM messages")
    page = await reads(office, "частые вопросы Разное")
    for question in re.findall(r"^\d+\. (.+)$", page, re.MULTILINE):
        said = await reads(office, "частые вопросы Разное", question)
        assert said.startswith(f"{question}\n\n")
    assert before == await office.value("SELECT count(*) FROM messages")


async def test_whoever_may_not_write_reads_on(office: Office) -> None:
    """What pages advise leads on for him, too, who may only read."""
    await office.writes(DESK, "/ban 1 7д ругань")
    await office.deliver()
    pages = await walk(office, "частые вопросы Отопление")
    assert 21 == len(numbers(pages, r"^(\d+)\. "))
    assert (await reads(office, "частые вопросы Отопление", ENTRIES[0].question)).startswith(ENTRIES[0].question)
    assert 1 == len(await office.thread(1))


@with_buttons
async def test_back_in_words(office: Office) -> None:
    """«Назад» leads to the page before."""
    first, _, again = [await reads(office, word) for word in ("частые вопросы Разное", "дальше", "назад")]
    assert first == again


async def test_own_questions(office: Office, twenty: None) -> None:
    """All his questions are read, and the example opens."""
    pages = await walk(office, "мои вопросы")
    assert list(map(str, range(20, 0, -1))) == numbers(pages, r"^№ (\d+) · ")
    for way, page in pages:
        await is_understood(office, way[-1:], page)


@pytest.mark.parametrize(("word", "names"), [("места", PLACES), ("темы", TOPICS)], ids=["places", "topics"])
async def test_lists_of_news(office: Office, word: str, names: dict[str, str]) -> None:
    """All places and topics of news are read, however many there are, and the examples are understood."""
    await reads(office, "новости")
    pages = await walk(office, word)
    (*_, start), *_ = pages[0]
    assert start == word
    lists = [page.split(f"{word.capitalize()}: ")[1].split(".")[0].partition(" и ещё ")[0] for _, page in pages]
    assert list(names.values()) == list(
        dict.fromkeys(re.findall("|".join(map(re.escape, names.values())), " ".join(lists)))
    )
    for way, page in pages:
        await is_understood(office, ["стоп", "новости", *way[-1:]], page)


async def test_news_of_one_name(office: Office) -> None:
    """Of a place and a topic that are called the same, that one is meant whose list he reads; without one both end."""
    subscribed = "SELECT string_agg(kind, ' ' ORDER BY kind) FROM subscriptions"
    for word, now in (("темы", "topic"), ("места", "place topic")):
        await reads(office, "новости", word, "подписаться на Надым")
        assert now == await office.value(subscribed)
    await reads(office, "отписаться от Надым")
    assert None is await office.value(subscribed)


async def test_beginning_of_news(office: Office) -> None:
    """Each word of the beginning is understood; where it lists all that there is, so is what leads further."""
    page = await reads(office, "новости")
    await is_understood(office, ["стоп", "новости"], page)
    for further in _FURTHER.findall(page):
        assert list(PLACES.values())[-1] in await reads(office, "новости", further)


@pytest.mark.parametrize(("word", "kind"), [("места", "places"), ("темы", "topics")], ids=["places", "topics"])
async def test_pages_of_what_is_asked(database_address: str, word: str, kind: str) -> None:
    """Whoever is asked where it is, or what about, turns to any page of the buttons by its number, there and back."""
    options = {f"o{n}": f"Номер {n}" for n in range(30)}
    of_each: list[dict[str, Any]] = [{"slug": slug, kind: frozenset({slug})} for slug in options]
    departments = {one["slug"]: Department(name="Отдел", admin_chat=ENERGY, **one) for one in of_each}
    changes: dict[str, Any] = {"places": {}, "topics": {}, kind: options, "departments": departments}
    few = KeyboardLimits(columns=5, rows=6, buttons=12, label=40)
    async with open_office(
        database_address, desk=replace(desk(), **changes), home=replace(ABLE, keyboard=few)
    ) as office:
        await office.writes(IRINA, "Помогите, пожалуйста!")
        seen = []
        for page in (2, 5, 99, 1):
            await reads(office, f"{word} {page}")
            keyboard = office.home.messages(IRINA)[-1][0].keyboard
            assert keyboard is not None
            seen.append(keyboard.rows[0][0].text)
        assert ["Номер 7", "Номер 28", "Номер 28", "Номер 0"] == seen
        assert 1 == len(await office.thread(1))


async def test_number_behind_places_in_a_question(office: Office) -> None:
    """Where no list can be turned, «места 2» is what he says of his question."""
    await reads(office, "места 2")
    assert "места 2" == (await office.thread(1))[-1].content.text


async def test_all_news_already(office: Office) -> None:
    """Whoever has all news is not advised a word that would end it."""
    page = await reads(office, "подписаться на всё")
    assert "«Все новости»" not in page
