"""News that a resident can subscribe to: what buttons say, pages that fit every platform, texts in both languages."""

from __future__ import annotations

import re

import pytest

from bot.capabilities import Capabilities, KeyboardLimits
from bot.conversation import news
from bot.conversation.consulting import Rows
from bot.conversation.news import Names, Wish
from bot.conversation.texts import keyboard
from bot.conversation.voice import RUSSIAN, voice_of
from bot.delivery.fit import Draft, fit
from bot.desk import news as desk_news
from bot.desk.words import Recognized
from bot.model.message import Keyboard
from bot.model.subscription import EVERYTHING, About, Subscribers, Subscription

ENGLISH = voice_of("en")
ROOMY = KeyboardLimits(columns=8, rows=10, buttons=40, label=64)
#: The tightest that is known: VK under a message.
TIGHT = KeyboardLimits(columns=5, rows=6, buttons=10, label=40)
NADYM = Subscription(about=About.PLACE, slug="nadym")
WATER = Subscription(about=About.TOPIC, slug="water")
NAMES = Names(places={"nadym": "Надымский район", "yar": "Яр-Сале"}, topics={"water": "Вода"})

READ = {
    "": Wish(),
    "all": Wish(subscription=EVERYTHING),
    "p:nadym": Wish(subscription=NADYM),
    "p:nadym:2": Wish(subscription=NADYM, listed=About.PLACE, page=2),
    "t:water": Wish(subscription=WATER),
    "t:water:0": Wish(subscription=WATER, listed=About.TOPIC),
    "places:3": Wish(listed=About.PLACE, page=3),
    "topics:0": Wish(listed=About.TOPIC),
    "places:": Wish(listed=About.PLACE),
    "places:x": Wish(listed=About.PLACE),
    "p:nadym:99999999": Wish(subscription=NADYM, listed=About.PLACE),
    "p:": None,
    "all:0": None,
    "x:nadym": None,
    "12": None,
}


@pytest.mark.parametrize(("argument", "expected"), READ.items(), ids=str)
def test_read(argument: str, expected: Wish | None) -> None:
    """What was given to a button is understood; what was forged is nothing, or the first page."""
    assert expected == news.read(argument)


def test_names_become_arguments() -> None:
    """A typed name is what its button would have been."""
    found = [
        Recognized(place="nadym"),
        Recognized(topic="water"),
        Recognized(topic="water", place="nadym"),
        Recognized(),
    ]
    assert ["p:nadym", "t:water", "p:nadym", ""] == [news.argument_of(one) for one in found]
    assert ["p:nadym", "t:water", "t:water", ""] == [news.argument_of(one, topic_first=True) for one in found]


NOW = {
    "nothing": (frozenset[Subscription](), "ни на что не подписаны", "not subscribed to anything"),
    "everything": (frozenset({EVERYTHING}), "на все новости", "to all news"),
    "some": (frozenset({WATER, NADYM}), "подписки: Надымский район, Вода.", "subscriptions: Надымский район, Вода."),
    "one that is no more": (frozenset({Subscription(about=About.PLACE, slug="gone")}), "ни на что", "not subscribed"),
}


@pytest.mark.parametrize(("chosen", "russian", "english"), NOW.values(), ids=NOW.keys())
def test_how_things_stand(chosen: frozenset[Subscription], russian: str, english: str) -> None:
    """The beginning says what he is subscribed to."""
    assert russian in news.beginning(RUSSIAN, chosen, NAMES, ROOMY)[0]
    assert english in news.beginning(ENGLISH, chosen, NAMES, None)[0]


def labels(rows: Rows) -> list[list[str]]:
    return [[one.text for one in row] for row in rows]


def test_buttons_of_the_beginning() -> None:
    """Everything, the lists that there are, and the end of it all once there is something to end."""
    nothing = frozenset[Subscription]()
    assert [["Все новости"], ["Места", "Темы"]] == labels(news.beginning(RUSSIAN, nothing, NAMES, ROOMY)[1])
    everything = news.beginning(RUSSIAN, {EVERYTHING}, Names(places={}, topics={}), ROOMY)[1]
    assert [["✓ Все новости"], ["Отписаться от всего"]] == labels(everything)
    assert ["stop:all", "stop:"] == [one.data for row in everything for one in row]


def test_in_words() -> None:
    """Where there are no buttons, the names are listed and an example says how."""
    text, rows = news.beginning(RUSSIAN, frozenset(), NAMES, None)
    assert [] == rows
    assert ["Места: Надымский район, Яр-Сале.", "Темы: Вода."] == text.split("\n\n")[1:3]
    assert "«подписаться Надымский район»" in text
    bare, _ = news.beginning(RUSSIAN, frozenset(), Names(places={}, topics={}), None)
    assert "Напишите «подписаться на всё»." in bare


def test_long_lists_end() -> None:
    """However many places there are, the text stays one message."""
    many = {f"p{n}": f"Муниципальный округ номер {n}" for n in range(300)}
    names = Names(places=many, topics={})
    chosen = frozenset(Subscription(about=About.PLACE, slug=slug) for slug in many)
    text, _ = news.beginning(RUSSIAN, chosen, names, ROOMY)
    assert "и ещё 290." in text
    assert len(news.beginning(RUSSIAN, chosen, names, None)[0]) < 4000


@pytest.mark.parametrize("limits", [ROOMY, TIGHT], ids=["roomy", "tight"])
def test_all_are_on_some_page(limits: KeyboardLimits) -> None:
    """Each place is on one page, no platform cuts a button off, and back and on lead from page to page."""
    places = {f"p{n}": f"Место {n}" for n in range(30)}
    names, seen, page = Names(places=places, topics={}), list[str](), 0
    chosen = frozenset({Subscription(about=About.PLACE, slug="p1")})
    while True:
        text, rows = news.choosing(RUSSIAN, About.PLACE, chosen, names, limits, page)
        whole = Keyboard(rows=(*rows, *keyboard(RUSSIAN).rows))
        draft = Draft(text=text, keyboard=whole)
        assert whole == fit(draft, Capabilities(text_limit=4096, keyboard=limits)).messages[0].keyboard
        data = [one.data for row in rows for one in row]
        seen += [one for one in data if ":p:" in one]
        if f"news:places:{page + 1}" not in data:
            break
        page += 1
    assert [f"{'stop' if slug == 'p1' else 'news'}:p:{slug}" for slug in places] == [
        one.rpartition(":")[0] for one in seen
    ]


def test_buttons_fit_every_platform() -> None:
    """Data of at most 60 bytes of ASCII, labels of at most 40 characters, also for the longest names."""
    slugs = [f"{n:02}{'a' * 38}" for n in range(20)]
    names = Names(places=dict.fromkeys(slugs, "Город областного значения " * 3), topics={})
    chosen = frozenset(Subscription(about=About.PLACE, slug=slug) for slug in slugs)
    _, rows = news.choosing(RUSSIAN, About.PLACE, chosen, names, ROOMY, 2)
    buttons = [one for row in rows for one in row]
    assert max(len(one.data.encode("ascii")) for one in buttons) <= 60
    assert max(len(one.text) for one in buttons) <= 40


@pytest.mark.parametrize("page", [-1, 99], ids=["before the first", "behind the last"])
def test_a_page_that_is_no_more(page: int) -> None:
    """A page of another time is one that there is."""
    _, rows = news.choosing(RUSSIAN, About.TOPIC, frozenset(), NAMES, ROOMY, page)
    assert [["Вода"], ["Новости"]] == labels(rows)


COUNTS = [
    Subscribers(subscription=EVERYTHING, count=21),
    Subscribers(subscription=NADYM, count=5),
    Subscribers(subscription=Subscription(about=About.PLACE, slug="gone"), count=1),
    Subscribers(subscription=WATER, count=2),
]


def test_what_coordinators_read() -> None:
    """Figures by name, a place that is no more by its slug; nobody's name."""
    text = desk_news.counted(21, COUNTS, places=NAMES.places, topics=NAMES.topics)
    assert (
        "На новости подписан: 21 житель\n\nНа все новости: 21\n\nМеста:\nНадымский район: 5\ngone: 1\n\nТемы:\nВода: 2"
    ) == text
    assert "На новости пока никто не подписан." == desk_news.counted(0, [], places={}, topics={})
    many = [Subscribers(subscription=Subscription(about=About.TOPIC, slug=f"t{n}"), count=1) for n in range(300)]
    assert desk_news.counted(300, many, places={}, topics={}).endswith("\n…и ещё 260")


def test_plain_words() -> None:
    """The offer and the pages are tidy in both languages."""
    said = [
        text
        for voice in (RUSSIAN, ENGLISH)
        for text in (
            news.offer(voice, buttons=True),
            news.offer(voice, buttons=False),
            news.beginning(voice, {NADYM}, NAMES, None)[0],
            news.beginning(voice, {NADYM}, NAMES, ROOMY)[0],
        )
    ]
    assert [] == [text for text in said if re.search(r"[{}]|None|\s$|[.]{2}| [.,:!]", text)]
