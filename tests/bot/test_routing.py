"""A question finds its department by channel, topic and place; what no department takes goes to the coordinators."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.geography import Area, Geography
from bot.desk.hours import Hours, parse_hours
from bot.desk.routing import Department, Desk
from bot.desk.words import Recognized, Subject, build_recognizer
from bot.model.chat import ChatRef
from bot.model.content import Content, Location
from bot.model.question import AskedFor

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
    found = DESK.route(channel, NOW, Content(text=text))
    own = DESK.departments.get(slug)
    assert (slug, own.admin_chat if own else COORDINATORS, why) == (found.department, found.admin_chat, found.why)


def test_topic_and_place_are_told_with_the_channel_too() -> None:
    """What a question is about is known also when its channel alone decided: statistics count it."""
    found = DESK.route("school", NOW, Content(text="Холодные батареи в Надыме"))
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
    assert slug == among(one, other).route("home", NOW, Content(text="батарея в Надыме")).department


def test_a_department_without_a_chat() -> None:
    """Its question is counted as its own and shown to the coordinators."""
    found = among(department("heating", None, HEATING)).route("home", NOW, Content(text="батарея"))
    assert ("heating", COORDINATORS) == (found.department, found.admin_chat)


def test_its_own_deadline() -> None:
    """The department that the words chose has to answer in its own time."""
    quick = replace(department("heating", 2, HEATING), answer_within=timedelta(hours=1))
    assert NOW + timedelta(hours=1) == among(quick).route("home", NOW, Content(text="батарея")).due_at


def test_nothing_to_choose_from() -> None:
    """Without topics and places a card has no line about why it came."""
    plain = Desk(coordinators=COORDINATORS, answer_within=timedelta(hours=4))
    assert "" == plain.route("home", NOW, Content(text="батарея")).why


def test_moved_chat() -> None:
    """A group that became a supergroup gets the questions of its topics at its new address."""
    new = ChatRef(channel="work", chat_id="-100")
    old = DESK.departments["heating"].admin_chat
    assert old is not None
    assert new == DESK.moved({old: new}).route("home", NOW, Content(text="отопление")).admin_chat


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


# --- topics, and what is asked first -------------------------------------------------------------------------------

TOPICS_MATTER = {
    # A place matters by itself (town hall), so that it is asked for first: what needs both is not offered without it.
    "no place": ("home", "", ("heating",)),
    "a place of several departments": ("home", "nadym", ("heating", "water")),
    "a place of one": ("home", "salekhard", ("heating", "water")),
    "a place of nobody": ("home", "muzhi", ("heating",)),
    "the channel decided": ("school", "", ()),
}


@pytest.mark.parametrize(("channel", "place", "topics"), TOPICS_MATTER.values(), ids=TOPICS_MATTER.keys())
def test_topics_that_matter(channel: str, place: str, topics: tuple[str, ...]) -> None:
    """A resident is offered only topics that change who answers, in the order of the file."""
    assert topics == DESK.topics_that_matter(channel, place)


def test_topics_that_will_matter() -> None:
    """Where only topic and place together decide, topics are offered first; the place will be asked for then."""
    desk = among(department("water-nadym", 4, WATER, NADYM), department("roads-muzhi", 5, ROADS, frozenset({"muzhi"})))
    assert ("water", "roads") == desk.topics_that_matter("home", "")
    assert ("water",) == desk.topics_that_matter("home", "nadym")


@given(st.lists(st.tuples(_TOPICS, _PLACES), max_size=6))
def test_each_topic_that_matters_changes_the_department(tasks: list[tuple[frozenset[str], frozenset[str]]]) -> None:
    """What is offered is what routing would do, or leads to a place that does, whatever the departments are."""
    desk = among(*(department(f"d{number}", number, *task) for number, task in enumerate(tasks)))

    def goes_to(topic: str, place: str) -> str:
        return desk.assign("home", NOW, Recognized(topic=topic, place=place)).department

    for place in ("", *desk.places):
        leads = not place and not desk.places_that_matter("home", "")
        expected = [
            topic
            for topic in desk.topics
            if goes_to(topic, place) != goes_to("", place) or (leads and desk.places_that_matter("home", topic))
        ]
        assert expected == list(desk.topics_that_matter("home", place))


PLACE, TOPIC = AskedFor.PLACE, AskedFor.TOPIC
BOTH = among(department("water-nadym", 4, WATER, NADYM))
FIRST = {
    "both are known": (DESK, Recognized(topic="water", place="nadym"), None),
    "the place is missing": (DESK, Recognized(topic="water"), PLACE),
    "the topic is missing": (DESK, Recognized(place="nadym"), TOPIC),
    "both are: the place comes first": (DESK, Recognized(), PLACE),
    "a place that matters to nobody": (among(department("heating", 2, HEATING)), Recognized(topic="heating"), None),
    "a topic of nobody": (among(department("heating", 2, HEATING)), Recognized(topic="roads"), None),
    "both, and the place says nothing alone": (BOTH, Recognized(), TOPIC),
    "no departments": (among(), Recognized(), None),
}


@pytest.mark.parametrize(("desk", "about", "expected"), FIRST.values(), ids=FIRST.keys())
def test_asked_first(desk: Desk, about: Recognized, expected: AskedFor | None) -> None:
    """Asked is what is missing and decides who answers, one thing at a time."""
    assert expected == desk.asks_first("home", about)


def test_nothing_is_asked_where_the_channel_decides() -> None:
    """Whoever writes to a school's own channel is asked neither where nor what."""
    assert [None] * 3 == [
        DESK.asks_first("school", about)
        for about in (Recognized(), Recognized(topic="water"), Recognized(place="nadym"))
    ]


NEXT = {
    "the topic, after the place": (DESK, Recognized(place="nadym"), PLACE, TOPIC),
    "the topic, after the place was skipped": (DESK, Recognized(), PLACE, TOPIC),
    "nothing, when the topic is known": (DESK, Recognized(topic="water", place="nadym"), PLACE, None),
    "nothing, after a topic, when the place was skipped": (DESK, Recognized(topic="water"), TOPIC, None),
    "nothing, after the topic was skipped": (DESK, Recognized(place="nadym"), TOPIC, None),
    "the place, once the topic makes it matter": (BOTH, Recognized(topic="water"), TOPIC, PLACE),
    "nothing, when the topic does not": (BOTH, Recognized(topic="roads"), TOPIC, None),
    "nothing, when such a topic was skipped": (BOTH, Recognized(), TOPIC, None),
}


@pytest.mark.parametrize(("desk", "about", "answered", "expected"), NEXT.values(), ids=NEXT.keys())
def test_asked_next(desk: Desk, about: Recognized, answered: AskedFor, expected: AskedFor | None) -> None:
    """After the place the topic; after the topic a place that matters only now; nothing twice."""
    assert expected == desk.asks_next("home", about, answered)


# --- what a message says -------------------------------------------------------------------------------------------

ON_MAP = replace(
    DESK,
    geography=Geography(areas=(Area(slug="nadym", centre=(65.53, 72.52)), Area(slug="muzhi", centre=(65.4, 64.7)))),
)
AT_NADYM = Location(latitude=65.5, longitude=72.5)
FAR = Location(latitude=55.7, longitude=37.6)
SAID = {
    "words": (Content(text="Вода в Надыме"), "water", "nadym"),
    "a place's name as its button says it": (Content(text="Надымский район"), "", "nadym"),
    "written otherwise": (Content(text=" надымский  РАЙОН. "), "", "nadym"),
    "a name in a sentence": (Content(text="Надымский район замёрз"), "", ""),
    "a topic's name": (Content(text="Дороги"), "roads", ""),
    "a topic's name that is no word of its": (Content(text="отопление"), "heating", ""),
    "a location": (Content(location=AT_NADYM), "", "nadym"),
    "a location with words about something": (Content(text="Вода!", location=AT_NADYM), "water", "nadym"),
    "words name another place than the location": (Content(text="Это в Салехарде", location=AT_NADYM), "", "salekhard"),
    "a location in no place": (Content(location=FAR), "", ""),
    "a location whose address names one": (
        Content(location=replace(FAR, title="Школа", address="Салехард, Ленина, 1")),
        "",
        "salekhard",
    ),
    "nothing": (Content(), "", ""),
    "a very long text": (Content(text="Надымский район " * 1000), "", ""),
}


@pytest.mark.parametrize(("content", "topic", "place"), SAID.values(), ids=SAID.keys())
def test_recognize(content: Content, topic: str, place: str) -> None:
    """Words come first, then the exact name, then the point on the map, then the address that came with it."""
    assert Recognized(topic=topic, place=place) == ON_MAP.recognize(content)


def test_by_map() -> None:
    """A place is by the map only where no word names it."""
    only = [Content(location=AT_NADYM), Content(text="Вода", location=AT_NADYM)]
    others = [Content(text="Надым", location=AT_NADYM), Content(text="Надым"), Content(location=FAR), Content()]
    assert [True] * 2 + [False] * 4 == [ON_MAP.is_by_map(one) for one in (*only, *others)]


def test_one_name_of_two_places() -> None:
    """A name that two places have is neither, on a button or typed; of two topics it is the first."""
    same = replace(DESK, places={"a": "Заречный", "b": "заречный."}, topics={"c": "Снег", "d": "снег"})
    assert Recognized() == same.recognize(Content(text="Заречный")) == same.named("Заречный")
    assert Recognized(topic="c") == same.recognize(Content(text="Снег")) == same.named("Снег")


NAMED = {
    "Надымский район": ("", "nadym"),
    "надыма": ("", "nadym"),
    "дорогами": ("roads", ""),
    "Дороги": ("roads", ""),
    "вода в Надыме": ("", ""),
    "Надым, пожалуйста": ("", ""),
    "": ("", ""),
    "???": ("", ""),
}


@pytest.mark.parametrize(("text", "expected"), NAMED.items(), ids=str)
def test_named(text: str, expected: tuple[str, str]) -> None:
    """A name alone, in any form; anything more is no name."""
    assert Recognized(topic=expected[0], place=expected[1]) == DESK.named(text)


ASSUMED = {
    "no place is named": ("Ржавая вода", "nadym", "water-nadym", "nadym", True),
    "a place is named": ("Ржавая вода в Салехарде", "nadym", "utilities", "salekhard", False),
    "there was none": ("Ржавая вода", "", "", "", False),
    "a place that there is no more": ("Ржавая вода", "gone", "", "", False),
}


@pytest.mark.parametrize(("text", "last", "slug", "place", "assumed"), ASSUMED.values(), ids=ASSUMED.keys())
def test_last_place(text: str, last: str, slug: str, place: str, assumed: bool) -> None:
    """The place of the last question is taken where this one names none; officials read that it is not certain."""
    found = DESK.route("home", NOW, Content(text=text), last)
    assert (slug, place, assumed) == (found.department, found.place, found.place_assumed)
    assert assumed == found.why.endswith(", место из прошлого вопроса жителя")


LOCATED = {
    "in a place": (AT_NADYM, "", "nadym", False),
    "in no place": (FAR, "", "", False),
    "in no place, with words that name one": (FAR, " в Надыме", "nadym", False),
    "none": (None, "", "salekhard", True),
}


@pytest.mark.parametrize(("location", "text", "place", "assumed"), LOCATED.values(), ids=LOCATED.keys())
def test_last_place_and_a_location(location: Location | None, text: str, place: str, assumed: bool) -> None:
    """Who sends a point says where it is: if that is nowhere on the map, it is not where it was last time, either."""
    found = ON_MAP.route("home", NOW, Content(text=f"Ржавая вода{text}", location=location), "salekhard")
    assert (place, assumed) == (found.place, found.place_assumed)


def test_last_place_where_there_is_no_map() -> None:
    """Without a map a point says nothing to us, and the last place is taken as ever."""
    assert DESK.route("home", NOW, Content(text="Ржавая вода", location=FAR), "nadym").place_assumed


def test_late_until() -> None:
    """What is late is promised for half of the department's working time more, never for a moment from now."""
    hours = parse_hours("mon-fri 09:00-18:00")
    assert isinstance(hours, Hours)
    slow = replace(department("slow", 1), hours=hours, answer_within=timedelta(hours=4))
    quick = replace(department("quick", 2), answer_within=timedelta(minutes=10))
    desk = among(slow, quick)
    evening = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
    assert datetime(2026, 3, 3, 10, 0, tzinfo=UTC) == desk.late_until("slow", evening)
    assert evening + timedelta(minutes=30) == desk.late_until("quick", evening)
    assert evening + timedelta(hours=2) == desk.late_until("", evening)
