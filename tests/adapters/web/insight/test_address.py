"""What addresses ask for, and that what is wrong in them is said in a line."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest

from adapters.web.insight.address import Asked, Quick, Viewer, find, read
from bot.statistics.figures import Scope, What
from bot.statistics.period import Period, read_period
from tests.adapters.web.insight.example import TODAY, labels

VIEWER = Viewer(today=TODAY, labels=labels())
DEPARTMENT = Viewer(today=TODAY, labels=labels(), allowed=("energy", "housing"))


def _period(first: str, last: str) -> Period:
    return Period(first=date.fromisoformat(first), last=date.fromisoformat(last))


WEEK = _period("2026-11-09", "2026-11-15")
GOOD = [
    ("nothing: the last seven days", {}, WEEK),
    ("empty fields of the form", {"from": "", "to": "", "department": "", "place": "", "channel": ""}, WEEK),
    ("today", {"period": "day"}, _period("2026-11-15", "2026-11-15")),
    ("a month", {"period": "month"}, _period("2026-10-16", "2026-11-15")),
    ("a quarter", {"period": "quarter"}, _period("2026-08-16", "2026-11-15")),
    ("a year", {"period": "year"}, _period("2025-11-16", "2026-11-15")),
    ("two dates", {"from": "2026-11-01", "to": "2026-11-10"}, _period("2026-11-01", "2026-11-10")),
    ("dates as people write them", {"from": "1.11.2026", "to": "10.11.2026"}, _period("2026-11-01", "2026-11-10")),
    ("until today", {"from": "2026-11-01"}, _period("2026-11-01", "2026-11-15")),
    ("dates win over names", {"from": "2026-11-15", "period": "year"}, _period("2026-11-15", "2026-11-15")),
    ("spaces around", {"from": " 2026-11-01 ", "to": "2026-11-02 "}, _period("2026-11-01", "2026-11-02")),
    ("a leap day", {"from": "2024-02-29", "to": "2024-02-29"}, _period("2024-02-29", "2024-02-29")),
    ("parameters of others", {"utm_source": "mail"}, WEEK),
]


@pytest.mark.parametrize(("query", "expected"), [case[1:] for case in GOOD], ids=[case[0] for case in GOOD])
def test_periods(query: dict[str, str], expected: Period) -> None:
    """A period is named, or told by its dates; without one it is the last week."""
    asked, mistakes = read(query, VIEWER)
    assert ([], expected) == (mistakes, asked.period)


BAD = [
    ("reversed", {"from": "2026-11-10", "to": "2026-11-01"}, "раньше, чем начинается"),
    ("in the future", {"from": "2026-11-16", "to": "2026-11-20"}, "ещё не начался"),
    ("ends in the future", {"from": "2026-11-10", "to": "2026-11-16"}, "кончается в будущем"),
    ("without a beginning", {"to": "2026-11-10"}, "с какого дня"),
    ("a day that there is not", {"from": "2026-02-30"}, "«2026-02-30» нет"),
    ("a month that there is not", {"from": "2026-13-01"}, "нет"),
    ("year zero", {"from": "0000-01-01"}, "нет"),
    ("the first year", {"from": "0001-01-01", "to": "0001-01-02"}, "не раньше"),
    ("the last year", {"from": "9999-12-31"}, "ещё не начался"),
    ("too long", {"from": "2016-01-01"}, "слишком длинный"),
    ("words", {"from": "вчера"}, "«вчера» нет"),
    ("a week of the calendar", {"from": "2026-W01-1"}, "нет"),
    ("other digits", {"from": "٢٠٢٦-١١-٠١"}, "нет"),
    ("SQL", {"from": "2026-11-01'; DROP TABLE waits; --"}, "нет"),
    ("NUL", {"from": "2026-11-01\x00"}, "нет"),
    ("a name that there is not", {"period": "century"}, "«century» не понятен"),
    ("a department that there is not", {"department": "nobody"}, "Такого отдела нет: «nobody»"),
    ("a name of a department", {"department": "Департамент энергетики"}, "Такого отдела нет"),
    ("a place that there is not", {"place": "moon"}, "Такого места нет: «moon»"),
    ("a channel that there is not", {"channel": "pigeon"}, "Такого канала нет: «pigeon»"),
    ("a topic that there is not", {"topic": "war"}, "Такой темы нет: «war»"),
    ("a source that links do not say", {"source": "я" * 101}, "Такого источника нет"),
    ("a source that is no text", {"source": "a\ud800"}, "Такого источника нет"),
    ("no channel at all", {"channel": "-"}, "Такого канала нет"),
    ("a list that there is not", {"what": "everything"}, "Такого списка нет: «everything»"),
    ("page zero", {"page": "0"}, "Такой страницы нет"),
    ("page below zero", {"page": "-1"}, "Такой страницы нет"),
    ("a page far away", {"page": "10000"}, "Такой страницы нет"),
    ("a page in words", {"page": "first"}, "Такой страницы нет"),
]


@pytest.mark.parametrize(("query", "says"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_mistakes(query: dict[str, str], says: str) -> None:
    """What cannot be counted is said in one line, and the rest of the page still has something to show."""
    asked, mistakes = read(query, VIEWER)
    assert 1 == len(mistakes)
    assert says in mistakes[0]
    assert "\n" not in mistakes[0]
    assert asked.period.last <= TODAY


def test_every_mistake_is_told() -> None:
    """Whoever mends an address mends it in one go."""
    _, mistakes = read({"from": "x", "department": "x", "place": "x", "channel": "x", "what": "x", "page": "x"}, VIEWER)
    assert 6 == len(mistakes)


def test_long_values_are_cut() -> None:
    """An address of thousands of letters does not fill the page."""
    _, mistakes = read({"department": "я" * 5000}, VIEWER)
    assert len(mistakes[0]) < 100


def test_other_departments_are_not_there() -> None:
    """A department's chat can ask for its own departments, and does not learn which others there are."""
    asked, mistakes = read({"department": "housing"}, DEPARTMENT)
    assert (("housing",), []) == (asked.scope.departments, mistakes)
    for slug in ("evil", "nobody", "-"):
        asked, mistakes = read({"department": slug}, DEPARTMENT)
        assert (None, [f"Такого отдела нет: «{slug}»."]) == (asked.scope.departments, mistakes)


def test_questions_without_a_department_or_place() -> None:
    """A hyphen asks for what the coordinators answer, and for what names no place, no topic and no source."""
    asked, mistakes = read({"department": "-", "place": "-", "topic": "-", "source": "-"}, VIEWER)
    assert [] == mistakes
    assert Scope(period=WEEK, departments=("",), place="", topic="", source="") == asked.scope


@pytest.mark.parametrize("quick", Quick)
def test_usual_periods_are_those_of_chats(quick: Quick) -> None:
    """«Месяц» and «год» are as many days on the page as in `/stats`."""
    word = {"day": "день", "week": "неделя", "month": "месяц", "quarter": "квартал", "year": "год"}[quick]
    assert (quick.period(TODAY), "") == read_period(word, TODAY)


ASKED = [
    Asked(period=WEEK, quick=Quick.WEEK),
    Asked(period=_period("2026-11-01", "2026-11-10"), department="energy", place="", channel="vk"),
    Asked(period=WEEK, quick=Quick.WEEK, topic="topic3", source="листовка у входа"),
    Asked(period=WEEK, quick=Quick.WEEK, department="", what=What.HANDED_OVER, page=4),
]


@pytest.mark.parametrize("asked", ASKED)
def test_addresses_say_what_they_ask_for(asked: Asked) -> None:
    """A link to a list asks for the same thing that made it: it can be kept and sent."""
    address = asked.behind(asked.what, page=asked.page)
    assert (asked, []) == read(dict(parse_qsl(urlsplit(address).query)), VIEWER)


def test_searched_words_survive() -> None:
    """Whatever is looked for is the same on the next page."""
    text = "вода & «надым» #5 +7 <b>%"
    assert {"q": text, "page": "3"} == dict(parse_qsl(urlsplit(find(text, page=2)).query))
