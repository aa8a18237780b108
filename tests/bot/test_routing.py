"""A question finds its department by channel, topic and place; what no department takes goes to the coordinators."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.hours import Hours, parse_hours
from bot.desk.routing import Department, Desk
from bot.desk.words import Recognized, Subject, build_recognizer
from bot.model.chat import ChatRef

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
COORDINATORS = ChatRef(channel="work", chat_id="-500")


def department(
    slug: str, number: int | None, topics: frozenset[str] = frozenset(), places: frozenset[str] = frozenset()
) -> Department:
    chat = ChatRef(channel="work", chat_id=f"-{number}") if number is not None else None
    return Department(slug=slug, name=slug, admin_chat=chat, topics=topics, places=places)


def among(*departments: Department) -> Desk:
    return Desk(
        coordinators=COORDINATORS,
        answer_within=timedelta(hours=4),
        departments={one.slug: one for one in departments},
        channel_departments={"school": "school5"},
        topics={"heating": "Отопление", "water": "Вода", "roads": "Дороги", "schools": "Школы"},
        places={"nadym": "Надымский район", "salekhard": "Салехард", "muzhi": "Мужи"},
        recognizer=RECOGNIZER,
    )


RECOGNIZER = build_recognizer(
    (
        Subject(slug="heating", words=("батарея", "отопление")),
        Subject(slug="water", words=("вода",)),
        Subject(slug="roads", words=("дорога",)),
        Subject(slug="schools", words=("школа",)),
    ),
    (
        Subject(slug="nadym", words=("Надым",)),
        Subject(slug="salekhard", words=("Салехард",)),
        Subject(slug="muzhi", forms=("Мужи", "Мужах")),
    ),
)
HEATING, WATER, ROADS = frozenset({"heating"}), frozenset({"water"}), frozenset({"roads"})
NADYM, SALEKHARD = frozenset({"nadym"}), frozenset({"salekhard"})
DESK = among(
    department("school5", 1),
    department("heating", 2, HEATING),
    department("heating-nadym", 3, HEATING, NADYM),
    department("water-nadym", 4, WATER, NADYM),
    department("town-hall-nadym", 5, frozenset(), NADYM),
    department("utilities", 6, HEATING | WATER, NADYM | SALEKHARD),
)

ROUTES = {
    "the channel's own": ("school", "Холодные батареи в Надыме", "school5", "по каналу"),
    "topic and place": (
        "home",
        "В Надыме ледяные батареи",
        "heating-nadym",
        "по теме «Отопление» и месту «Надымский район»",
    ),
    "topic in one of several places": (
        "home",
        "В Салехарде ледяные батареи",
        "utilities",
        "по теме «Отопление» и месту «Салехард»",
    ),
    "the topic, another place": ("home", "В Мужах нет отопления", "heating", "по теме «Отопление»"),
    "the topic, no place": ("home", "Нет отопления", "heating", "по теме «Отопление»"),
    "the topic only in some places, no place": (
        "home",
        "Ржавая вода",
        "",
        "место не названо, а отделы по теме «Вода» работают не везде",
    ),
    "the topic only in other places": (
        "home",
        "В Мужах ржавая вода",
        "",
        "нет отдела по теме «Вода» и месту «Мужи»",
    ),
    "a topic of nobody in a place of somebody": (
        "home",
        "Дорога в Надым",
        "town-hall-nadym",
        "по месту «Надымский район»",
    ),
    "a place of somebody, no topic": ("home", "Привет из Надыма", "town-hall-nadym", "по месту «Надымский район»"),
    "a place of nobody, no topic": ("home", "Привет из Салехарда", "", "нет отдела по месту «Салехард»"),
    "a topic of nobody": ("home", "Ямы на дорогах", "", "нет отдела по теме «Дороги»"),
    "nothing": ("home", "Здравствуйте", "", "ни одна тема не подошла"),
    "no text": ("home", "", "", "ни одна тема не подошла"),
}


@pytest.mark.parametrize(("channel", "text", "slug", "why"), ROUTES.values(), ids=ROUTES.keys())
def test_route(channel: str, text: str, slug: str, why: str) -> None:
    """The channel's department first, then the one that suits best, then the coordinators; the card can say why."""
    found = DESK.route(channel, NOW, text)
    own = DESK.departments.get(slug)
    assert (slug, own.admin_chat if own else COORDINATORS, why) == (found.department, found.admin_chat, found.why)


def test_topic_and_place_are_told_with_the_channel_too() -> None:
    """What a question is about is known also when its channel alone decided: statistics count it."""
    found = DESK.route("school", NOW, "Холодные батареи в Надыме")
    assert ("heating", "nadym") == (found.topic, found.place)


EQUALS = {
    "fewer places": (department("a", 1, HEATING, NADYM | SALEKHARD), department("b", 2, HEATING, NADYM), "b"),
    "fewer topics": (department("a", 1, HEATING | WATER, NADYM), department("b", 2, HEATING, NADYM), "b"),
    "the first": (department("a", 1, HEATING, NADYM), department("b", 2, HEATING, NADYM), "a"),
    "topic before place": (department("a", 1, frozenset(), NADYM), department("b", 2, HEATING | WATER | ROADS), "b"),
    "topic and place before topic": (department("a", 1, HEATING), department("b", 2, HEATING | WATER, NADYM), "b"),
}


@pytest.mark.parametrize(("one", "other", "slug"), EQUALS.values(), ids=EQUALS.keys())
def test_the_most_specific_wins(one: Department, other: Department, slug: str) -> None:
    """Of several departments that suit, the one with the narrowest task gets it; else the one that stands first."""
    assert slug == among(one, other).route("home", NOW, "батарея в Надыме").department


def test_a_department_without_a_chat() -> None:
    """Its question is counted as its own and shown to the coordinators."""
    found = among(department("heating", None, HEATING)).route("home", NOW, "батарея")
    assert ("heating", COORDINATORS) == (found.department, found.admin_chat)


def test_its_own_deadline() -> None:
    """The department that the words chose has to answer in its own time."""
    quick = replace(department("heating", 2, HEATING), answer_within=timedelta(hours=1))
    assert NOW + timedelta(hours=1) == among(quick).route("home", NOW, "батарея").due_at


def test_nothing_to_choose_from() -> None:
    """Without topics and places a card has no line about why it came."""
    plain = Desk(coordinators=COORDINATORS, answer_within=timedelta(hours=4))
    assert "" == plain.route("home", NOW, "батарея").why


def test_moved_chat() -> None:
    """A group that became a supergroup gets the questions of its topics at its new address."""
    new = ChatRef(channel="work", chat_id="-100")
    old = DESK.departments["heating"].admin_chat
    assert old is not None
    assert new == DESK.moved({old: new}).route("home", NOW, "отопление").admin_chat


def test_the_place_comes_later() -> None:
    """A question whose place the resident names afterwards goes where it would have gone at once."""
    found = DESK.assign("home", NOW, Recognized(topic="water", place="nadym"))
    assert ("water-nadym", "по теме «Вода» и месту «Надымский район»") == (found.department, found.why)


MATTERS = {
    "a topic that is answered by place": ("home", "water", ("nadym", "salekhard")),
    "a topic that somebody answers everywhere": ("home", "heating", ("nadym", "salekhard")),
    "a topic of nobody, but somebody answers for a place": ("home", "roads", ("nadym",)),
    "no topic": ("home", "", ("nadym",)),
    "the channel decided": ("school", "water", ()),
}


@pytest.mark.parametrize(("channel", "topic", "places"), MATTERS.values(), ids=MATTERS.keys())
def test_places_that_matter(channel: str, topic: str, places: tuple[str, ...]) -> None:
    """A resident is offered only places that change who answers; asked again, the same are found."""
    assert [places, places] == [DESK.places_that_matter(channel, topic) for _ in range(2)]


_TOPICS = st.frozensets(st.sampled_from(sorted(DESK.topics)), max_size=2)
_PLACES = st.frozensets(st.sampled_from(sorted(DESK.places)), max_size=2)


@given(st.lists(st.tuples(_TOPICS, _PLACES), max_size=6))
def test_each_place_that_matters_changes_the_department(tasks: list[tuple[frozenset[str], frozenset[str]]]) -> None:
    """What is offered is what routing would do, place by place, whatever the departments are."""
    desk = among(*(department(f"d{number}", number, *task) for number, task in enumerate(tasks)))
    for topic in ("", *desk.topics):
        here = desk.assign("home", NOW, Recognized(topic=topic)).department
        expected = [
            place
            for place in desk.places
            if here != desk.assign("home", NOW, Recognized(topic=topic, place=place)).department
        ]
        assert expected == list(desk.places_that_matter("home", topic))


def test_no_place_matters_where_nobody_is_limited_to_one() -> None:
    """With departments for topics alone nobody is bothered."""
    assert () == among(department("heating", 2, HEATING)).places_that_matter("home", "heating")


def test_a_general_department_hides_those_of_places() -> None:
    """Where the topic's department comes before those of places, the place changes nothing."""
    desk = among(department("heating", 2, HEATING), department("town-hall", 3, frozenset(), NADYM))
    assert [(), ("nadym",)] == [desk.places_that_matter("home", topic) for topic in ("heating", "water")]


def test_other_settings_other_places() -> None:
    """A desk that was loaded anew does not remember what mattered before."""
    assert ("nadym", "salekhard") == DESK.places_that_matter("home", "water")
    fewer = replace(DESK, departments={"water-nadym": DESK.departments["water-nadym"]})
    assert ("nadym",) == fewer.places_that_matter("home", "water")


def test_hours_of_the_coordinators() -> None:
    """What no department takes is due in the coordinators' hours; a department without hours works round the clock."""
    hours = parse_hours("mon-sun 08:00-20:00")
    assert isinstance(hours, Hours)
    evening = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)
    desk = replace(among(department("heating", 2, HEATING)), hours=hours, zone=UTC)
    assert datetime(2026, 3, 3, 11, 0, tzinfo=UTC) == desk.due_at("", evening)
    assert evening + timedelta(hours=4) == desk.due_at("heating", evening)
