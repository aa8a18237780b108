"""Working time against a hand-made table, and how hours and calendars are read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config
from bot.desk.calendar import NO_CALENDAR, Calendar, parse_days
from bot.desk.hours import ALWAYS, Hours, Range, parse_hours
from bot.desk.routing import Department, Desk
from bot.desk.working_time import Schedule, add_working_time, half_way, working_time_between
from bot.model.chat import ChatRef
from bot.plan import build_desk, read_plan
from bot.settings import validate

YAMAL, BERLIN = ZoneInfo("Asia/Yekaterinburg"), ZoneInfo("Europe/Berlin")
OFFICE = "mon-fri 08:30-17:30"
SPLIT = "mon-fri 09:00-13:00, mon-fri 14:00-18:00"
NIGHT = "mon-fri 20:00-04:00"
EXAMPLE = Path(__file__).parents[2] / "otvet.example.toml"
#: The real one of 2026, with a Saturday worked for a Monday, as other years have them.
CALENDAR = Calendar(
    holidays=frozenset({date(2026, 5, 1), date(2026, 5, 11), date(2026, 11, 4), date(2026, 11, 9)}),
    working_days=frozenset({date(2026, 11, 7)}),
    short_days=frozenset({date(2026, 4, 30), date(2026, 5, 8), date(2026, 11, 3)}),
)


def read(text: str) -> Hours:
    hours = parse_hours(text)
    assert isinstance(hours, Hours)
    return hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    label: str
    start: str
    span: timedelta
    end: str
    hours: str = OFFICE
    zone: ZoneInfo = YAMAL
    calendar: Calendar = CALENDAR

    @property
    def schedule(self) -> Schedule:
        return Schedule(hours=read(self.hours), calendar=self.calendar, zone=self.zone)

    def at(self, text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=self.zone).astimezone(UTC)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


# 2026: 20 November is a Friday, 2 November a Monday, 30 April a Thursday, 8 May a Friday.
SUMS = [
    Sum(label="within a day", start="2026-11-18 09:00", span=hours(4), end="2026-11-18 13:00"),
    Sum(label="to the very end of the day", start="2026-11-18 13:30", span=hours(4), end="2026-11-18 17:30"),
    Sum(label="into the next morning", start="2026-11-18 15:30", span=hours(4), end="2026-11-19 10:30"),
    Sum(label="asked before work begins", start="2026-11-18 05:00", span=hours(1), end="2026-11-18 09:30"),
    Sum(label="asked after work", start="2026-11-18 21:00", span=hours(1), end="2026-11-19 09:30"),
    Sum(label="asked at the end of work", start="2026-11-18 17:30", span=hours(1), end="2026-11-19 09:30"),
    Sum(label="over a weekend", start="2026-11-20 16:30", span=hours(4), end="2026-11-23 11:30"),
    Sum(label="asked on a Sunday", start="2026-11-22 12:00", span=hours(4), end="2026-11-23 12:30"),
    Sum(label="a week of nine hours a day", start="2026-11-16 08:30", span=hours(45), end="2026-11-20 17:30"),
    Sum(label="a short day and a holiday", start="2026-11-03 15:30", span=hours(4), end="2026-11-05 11:30"),
    Sum(label="to the end of a short day", start="2026-11-03 15:30", span=hours(1), end="2026-11-03 16:30"),
    Sum(label="a holiday and the weekend behind", start="2026-04-30 15:30", span=hours(2), end="2026-05-04 09:30"),
    Sum(label="asked on a holiday", start="2026-05-01 12:00", span=hours(1), end="2026-05-04 09:30"),
    Sum(label="a Monday off for a Saturday", start="2026-05-08 16:00", span=hours(1), end="2026-05-12 09:00"),
    Sum(label="a Saturday worked", start="2026-11-06 16:30", span=hours(4), end="2026-11-07 11:30"),
    Sum(label="the Monday that it was worked for", start="2026-11-07 16:30", span=hours(4), end="2026-11-10 11:30"),
    Sum(
        label="a Saturday worked has Friday's hours",
        start="2026-11-07 08:30",
        span=hours(9),
        end="2026-11-10 09:15",
        hours="mon-thu 08:30-18:00, fri 08:30-16:45",
    ),
    Sum(
        label="where Friday is free, the last weekday's",
        start="2026-11-07 08:00",
        span=hours(3),
        end="2026-11-10 09:00",
        hours="mon-tue 08:00-18:00, wed 10:00-12:00",
    ),
    Sum(
        label="a Saturday with hours of its own keeps them",
        start="2026-11-07 08:00",
        span=hours(5),
        end="2026-11-10 09:30",
        hours=f"{OFFICE}, sat 10:00-14:00",
    ),
    Sum(label="over lunch", start="2026-11-18 12:00", span=hours(2), end="2026-11-18 15:00", hours=SPLIT),
    Sum(label="asked at lunch", start="2026-11-18 13:20", span=hours(1), end="2026-11-18 15:00", hours=SPLIT),
    Sum(label="to lunch", start="2026-11-18 12:00", span=hours(1), end="2026-11-18 13:00", hours=SPLIT),
    Sum(label="a short day with lunch", start="2026-11-03 15:00", span=hours(3), end="2026-11-05 10:00", hours=SPLIT),
    Sum(
        label="an afternoon of half an hour goes whole on a short day",
        start="2026-11-03 09:00",
        span=hours(4),
        end="2026-11-05 09:30",
        hours="mon-fri 09:00-13:00, 14:00-14:30",
    ),
    Sum(label="over midnight", start="2026-11-18 23:00", span=hours(3), end="2026-11-19 02:00", hours=NIGHT),
    Sum(label="after midnight", start="2026-11-19 03:00", span=hours(2), end="2026-11-19 21:00", hours=NIGHT),
    Sum(
        label="Friday's shift ends on Saturday",
        start="2026-11-20 23:00",
        span=hours(6),
        end="2026-11-23 21:00",
        hours=NIGHT,
    ),
    Sum(
        label="a shift goes on into a holiday, an hour shorter",
        start="2026-11-03 23:00",
        span=hours(5),
        end="2026-11-05 21:00",
        hours=NIGHT,
    ),
    Sum(
        label="to midnight, and from midnight",
        start="2026-11-18 22:00",
        span=hours(4),
        end="2026-11-19 02:00",
        hours="mon-sun 00:00-24:00",
    ),
    Sum(
        label="a whole holiday",
        start="2026-11-03 22:00",
        span=hours(4),
        end="2026-11-05 03:00",
        hours="mon-sun 00:00-24:00",
    ),
    Sum(
        label="round the clock, holidays too", start="2026-11-03 22:00", span=hours(4), end="2026-11-04 02:00", hours=""
    ),
    Sum(
        label="clocks put forward inside a shift",
        start="2026-03-28 23:00",
        span=hours(5),
        end="2026-03-29 05:00",
        hours="sat 22:00-06:00",
        zone=BERLIN,
    ),
    Sum(
        label="clocks put back inside a shift",
        start="2026-10-24 23:00",
        span=hours(5),
        end="2026-10-25 03:00",
        hours="sat 22:00-06:00",
        zone=BERLIN,
    ),
    Sum(
        label="over the weekend on which clocks change",
        start="2026-03-27 16:30",
        span=hours(2),
        end="2026-03-30 09:30",
        zone=BERLIN,
    ),
    Sum(
        label="a range that the change of clocks swallows",
        start="2026-03-29 00:00",
        span=hours(1),
        end="2026-04-05 03:00",
        hours="sun 02:00-03:00",
        zone=BERLIN,
    ),
]


@pytest.mark.parametrize("case", SUMS, ids=lambda case: case.label)
def test_working_time(case: Sum) -> None:
    """A span of working time ends when a person with a calendar would say, and measures what it was."""
    start, end = case.at(case.start), case.at(case.end)
    assert end == add_working_time(start, case.span, case.schedule)
    assert case.span == working_time_between(start, end, case.schedule)


def test_nobody_ever_works() -> None:
    """A year without an hour of work does not hang: clock time counts."""
    off = frozenset(date(2026, 1, 1) + timedelta(days=day) for day in range(1000))
    case = Sum(label="", start="2026-11-18 09:00", span=hours(4), end="", calendar=Calendar(holidays=off))
    start = case.at(case.start)
    assert start + hours(4) == add_working_time(start, hours(4), case.schedule)
    assert timedelta(0) == working_time_between(start, start + hours(4), case.schedule)
    assert start + hours(2) == half_way(start, start + hours(4), case.schedule)
    assert case.schedule.is_open(start)


def test_half_way() -> None:
    """Half of the deadline is half of its working time, not of the night between."""
    case = Sum(label="", start="2026-11-20 15:30", span=hours(4), end="2026-11-23 10:30")
    assert case.at("2026-11-20 17:30") == half_way(case.at(case.start), case.at(case.end), case.schedule)


OPEN = {
    "at the first minute": ("2026-11-18 08:30", True, "2026-11-18 08:30"),
    "before it": ("2026-11-18 08:29", False, "2026-11-18 08:30"),
    "at the end": ("2026-11-18 17:30", False, "2026-11-19 08:30"),
    "on a Saturday": ("2026-11-21 12:00", False, "2026-11-23 08:30"),
    "in the last hour of a short day": ("2026-11-03 16:30", False, "2026-11-05 08:30"),
}


@pytest.mark.parametrize("label", OPEN)
def test_open(label: str) -> None:
    """Reminders know when somebody is there to read them."""
    at, is_open, opens = OPEN[label]
    case = Sum(label="", start=at, span=hours(0), end="")
    assert is_open == case.schedule.is_open(case.at(at))
    assert case.at(opens) == case.schedule.opens_at(case.at(at))


def nine_to_five() -> tuple[Range, ...]:
    return (Range(start=540, end=1020),)


READ = {
    "english days": ("mon-fri 09:00-17:00", [*"wwwww--"]),
    "russian days": ("пн-пт 9:00-17:00", [*"wwwww--"]),
    "whole words, large letters, dashes of all kinds": ("Понедельник – Friday 09:00 — 17:00", [*"wwwww--"]),
    "abbreviated with points": ("пн. - ср. 09:00-17:00", [*"www----"]),
    "several parts": ("mon-tue 09:00-17:00; sat 09:00-17:00", [*"ww---w-"]),
    "over the week's end": ("fri-mon 09:00-17:00", [*"w---www"]),
    "days apart": ("mon, wed, fri 09:00-17:00", [*"w-w-w--"]),
    "one day": ("sun 09:00-17:00", [*"------w"]),
}


@pytest.mark.parametrize("label", READ)
def test_read(label: str) -> None:
    """Hours are read however people write them."""
    text, worked = READ[label]
    assert [nine_to_five() if mark == "w" else () for mark in worked] == list(read(text).week)


def test_read_ranges() -> None:
    """Lunch breaks, shifts over midnight and the day's end have their minutes."""
    assert read(SPLIT) == read("пн-пт 09:00-13:00, 14:00-18:00") == read("mon-fri 14:00-18:00 09:00-13:00")
    assert (Range(start=1200, end=1680),) == read(NIGHT).week[0]
    assert read("mon 20:00-24:00") == read("mon 20:00-00:00")
    assert ALWAYS == read("") == read(" 24/7 ")


WRONG = {
    "no weekday": (
        "mon-fry 09:00-17:00",
        "has 'fry', which is not a weekday; expected mon, tue, wed, thu, fri, sat or sun",
    ),
    "no time": ("mon 09:00-25:00", "has 25:00, which is not a time; expected one from 00:00 to 24:00"),
    "no minute": ("mon 09:60-10:00", "has 09:60, which is not a time; expected one from 00:00 to 24:00"),
    "nothing between": (
        "mon 09:00-09:00",
        "has '09:00-09:00', which is not a time; a whole day is expected as 00:00-24:00",
    ),
    "no days": (
        "09:00-17:00",
        "has '09:00-17:00' without days; expected hours such as mon-fri 08:30-17:30, or several behind commas",
    ),
    "no times": (
        "mon-fri",
        "has days without times at its end; expected hours such as mon-fri 08:30-17:30, or several behind commas",
    ),
    "words": (
        "always open",
        "has 'always open', which is neither days nor times; expected hours such as mon-fri 08:30-17:30, or several"
        " behind commas",
    ),
    "nothing but a comma": (
        ",",
        "has neither days nor times; expected hours such as mon-fri 08:30-17:30, or several behind commas",
    ),
    "twice": ("mon-fri 09:00-13:00, fri 12:00-15:00", "has times of fri that overlap; expected each time once"),
    "the shift of the day before": (
        "sun 20:00-04:00, mon 03:00-10:00",
        "has times of mon that overlap; expected each time once",
    ),
    "a number": (8, "is not text; expected hours such as mon-fri 08:30-17:30, or several behind commas"),
}


@pytest.mark.parametrize("label", WRONG)
def test_wrong_hours(label: str) -> None:
    """A mistake is said under its name with what is expected."""
    text, line = WRONG[label]
    table = {"departments": [{"slug": "a", "name": "A", "hours": text}]}
    assert [f"departments.0.hours: {line}"] == validate(Config, table, name_of=str)[1]


DAYS = 'expected dates such as 2026-11-04 or "2026-01-01..2026-01-08"'
WRONG_DAYS: dict[str, tuple[object, list[str]]] = {
    "no list": ({"holidays": "2026-01-01"}, [f"calendar.holidays: is not a list; {DAYS}"]),
    "no such day": (
        {"short_days": ["2026-02-30"]},
        [f"calendar.short_days: has '2026-02-30', which is not a date; {DAYS}"],
    ),
    "several at once": (
        {"holidays": ["x", 5], "working_days": ["2026-01-08..2026-01-01"]},
        [
            f"calendar.holidays: has 'x', '5', which are not dates; {DAYS}",
            f"calendar.working_days: has '2026-01-08..2026-01-01', which is not a date; {DAYS}",
        ],
    ),
    "a time": (
        {"holidays": [datetime(2026, 1, 1, 8, tzinfo=UTC)]},
        [f"calendar.holidays: has '2026-01-01 08:00:00+00:00', which is not a date; {DAYS}"],
    ),
    "no such key": ({"days": []}, ["calendar.days: is not a setting; expected one of those in otvet.example.toml"]),
}


@pytest.mark.parametrize("label", WRONG_DAYS)
def test_wrong_calendar(label: str) -> None:
    """Every list that is wrong is named."""
    table, lines = WRONG_DAYS[label]
    assert lines == validate(Config, {"calendar": table}, name_of=str)[1]


def test_contradicting_calendar() -> None:
    """A day cannot be off and worked; each such day is named."""
    table = {"calendar": {"holidays": [date(2026, 1, 1), "2026-01-05"], "working_days": ["2026-01-05"]}}
    config, _ = validate(Config, table, name_of=str)
    assert ["calendar: 2026-01-05 is both a holiday and a working day; expected one of them"] == config.mistakes()


def test_days() -> None:
    """Dates of TOML, dates as text and spans of dates are read alike."""
    expected = {date(2026, 1, day) for day in (1, 2, 3, 8)}
    assert expected == parse_days(["2026-01-01..2026-01-03", date(2026, 1, 8)])


def test_example() -> None:
    """The example file's calendar has as many working days in 2026 as the law counts: 247, four of them short."""
    config = Config.model_validate(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")))
    calendar = config.calendar.calendar
    days = [date(2026, 1, 1) + timedelta(days=step) for step in range(365)]
    worked = [day for day in days if read(OFFICE).of(day, calendar)]
    assert [] == calendar.mistakes()
    assert (247, 4) == (len(worked), len(calendar.short_days & set(worked)))


def test_desk_uses_hours() -> None:
    """A department's deadline runs in its hours, the coordinators' by the clock."""
    own = Department(slug="a", name="A", answer_within=hours(2), hours=read(OFFICE))
    desk = Desk(
        coordinators=ChatRef(channel="web", chat_id="admin"),
        answer_within=hours(4),
        departments={"a": own},
        zone=YAMAL,
        calendar=CALENDAR,
    )
    friday = datetime(2026, 11, 20, 16, 30, tzinfo=YAMAL).astimezone(UTC)
    assert datetime(2026, 11, 23, 9, 30, tzinfo=YAMAL) == desk.due_at("a", friday)
    assert friday + hours(4) == desk.due_at("", friday)


def test_file_reaches_the_desk(tmp_path: Path) -> None:
    """Hours, holidays and the zone of the settings are those that deadlines are counted in."""
    (tmp_path / "otvet.toml").write_text(
        '[[departments]]\nslug = "a"\nname = "A"\nhours = "пн-пт 08:30-17:30"\n[calendar]\nholidays = [2026-11-23]\n',
        encoding="utf-8",
    )
    desk = build_desk(read_plan({"ANSWER_WITHIN": "2h"}, tmp_path))
    friday = datetime(2026, 11, 20, 16, 30, tzinfo=YAMAL).astimezone(UTC)
    assert datetime(2026, 11, 24, 9, 30, tzinfo=YAMAL) == desk.due_at("a", friday)


# --- properties ------------------------------------------------------------------------------------------------------

_BETWEEN = (datetime(2025, 12, 1), datetime(2027, 2, 1))  # noqa: DTZ001 (hypothesis wants them naive)
_MOMENTS = st.datetimes(*_BETWEEN, timezones=st.just(UTC))
_SPANS = st.timedeltas(timedelta(0), timedelta(days=20))
_SCHEDULES = st.builds(
    Schedule,
    hours=st.sampled_from([OFFICE, SPLIT, NIGHT, "", "sat-sun 00:00-24:00", "mon-sun 23:00-01:00"]).map(read),
    calendar=st.sampled_from([NO_CALENDAR, CALENDAR]),
    zone=st.sampled_from([YAMAL, BERLIN, ZoneInfo("UTC"), ZoneInfo("America/St_Johns")]),
)


@given(start=_MOMENTS, span=_SPANS, when=_SCHEDULES)
def test_adding_then_measuring(start: datetime, span: timedelta, when: Schedule) -> None:
    """What was added is what is measured, and its half is half."""
    end = add_working_time(start, span, when)
    assert end >= start + span if span else end == start
    assert span == working_time_between(start, end, when)
    assert abs(span / 2 - working_time_between(start, half_way(start, end, when), when)) <= timedelta(microseconds=1)


@given(start=_MOMENTS, later=_SPANS, one=_SPANS, other=_SPANS, when=_SCHEDULES)
def test_monotonic(start: datetime, later: timedelta, one: timedelta, other: timedelta, when: Schedule) -> None:
    """Who asks later, or has more time, is not due earlier."""
    shorter, longer = sorted((one, other))
    assert add_working_time(start, shorter, when) <= add_working_time(start, longer, when)
    assert add_working_time(start, shorter, when) <= add_working_time(start + later, shorter, when)


@given(start=_MOMENTS, one=_SPANS, other=_SPANS, when=_SCHEDULES)
def test_adds_up(start: datetime, one: timedelta, other: timedelta, when: Schedule) -> None:
    """Two spans of clock time hold as much work as both together."""
    middle, end = start + one, start + one + other
    parts = working_time_between(start, middle, when) + working_time_between(middle, end, when)
    assert parts == working_time_between(start, end, when)
