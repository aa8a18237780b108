"""`otvet.toml`: channels, departments, topics, places and answers known beforehand, as data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.conversation.faq import Entry, fold
from bot.conversation.rating import ASK_AFTER, LATEST
from bot.desk.calendar import Calendar, Days
from bot.desk.faq import ANSWER_LIMIT, QUESTION_LIMIT
from bot.desk.geography import WITHIN_KM, Area, Point, PointSetting, PolygonsSetting
from bot.desk.hours import ALWAYS, HoursSetting
from bot.desk.words import tokenize
from bot.model.chat import ChatRef
from bot.settings import Duration, MediaTerm, UpdatesTerm, parse_chat, parse_duration
from bot.statistics.figures import Targets
from bot.statistics.weekly import Weekly, WeeklySetting

ChatSetting = Annotated[ChatRef, BeforeValidator(parse_chat)]
#: What a slug may be.
_SLUG = "1 to 40 of a-z, 0-9, - and _, a letter or digit first"
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description=_SLUG)]


#: Behind a name that nothing has.
_EXPECTED_SLUG = "expected the slug of one of the [[{}]]"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class ChannelTable(BaseModel):
    """One bot account or community. What else it takes is its platform's: see `adapters/<platform>/settings.py`."""

    model_config = ConfigDict(extra="allow", frozen=True)

    #: Also the webhook's path: `/webhooks/<name>`.
    name: Slug
    platform: str
    #: Questions from here go to this department first.
    department: str = ""

    @property
    def platform_values(self) -> dict[str, Any]:
        """The keys that belong to the platform's own settings."""
        return dict(self.model_extra or {})


class DepartmentTable(_Table):
    """Who answers."""

    slug: Slug
    name: str = Field(min_length=1, max_length=200)
    admin_chat: ChatSetting | None = None
    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    answer_within: Duration | None = None
    #: When it works; deadlines run then. Unset: round the clock.
    hours: HoursSetting = ALWAYS


class CoordinatorsTable(_Table):
    """Who gets what no department takes; their chat is ADMIN_CHAT."""

    #: When they work; deadlines of their questions run then. Unset: round the clock.
    hours: HoursSetting = ALWAYS


class TopicTable(_Table):
    """About what."""

    slug: Slug
    name: str = Field(min_length=1)
    #: All forms of each word are meant.
    words: tuple[str, ...] = ()
    #: Taken as they are.
    forms: tuple[str, ...] = ()


class PlaceTable(_Table):
    """Where."""

    slug: Slug
    name: str = Field(min_length=1)
    #: All forms of each word are meant.
    words: tuple[str, ...] = ()
    #: Taken as they are.
    forms: tuple[str, ...] = ()
    #: Where it is on the map, for locations that residents share.
    centre: PointSetting = None
    polygon: PolygonsSetting = ()

    @property
    def area(self) -> Area:
        return Area(slug=self.slug, centre=self.centre, polygons=self.polygon)

    def mistakes(self) -> list[str]:
        """What does not fit together, a line each."""
        if self.centre is None or not self.polygon or any(one.holds(self.centre) for one in self.polygon):
            return []
        return [f"places.{self.slug}.centre: lies outside of its polygon; expected [latitude, longitude] in both"]


class GeographyTable(_Table):
    """Locations that residents share."""

    #: How far from a place's centre, in km, a point still belongs to it.
    within_km: float = Field(default=WITHIN_KM, gt=0, le=20_000)


class LateTable(_Table):
    """Answers that are late."""

    #: Whether the resident is told, with a new time.
    notice: bool = True


class NewsTable(_Table):
    """News for residents."""

    #: Whether they are told at first contact that there are some.
    offer: bool = True


class FaqTable(_Table):
    """A question whose answer is known."""

    question: Annotated[str, Field(min_length=1, max_length=QUESTION_LIMIT)]
    answer: Annotated[str, Field(min_length=1, max_length=ANSWER_LIMIT)]
    topic: str = ""
    #: Other ways to ask the same.
    also: tuple[Annotated[str, Field(max_length=QUESTION_LIMIT)], ...] = ()

    @property
    def entry(self) -> Entry:
        return Entry(id=0, question=self.question, answer=self.answer, topic=self.topic, also=self.also)


def _parse_ask_after(value: object) -> object:
    """Read a duration of at most three days, or `off`."""
    if isinstance(value, str) and value.strip().lower() == "off":
        return None
    span = parse_duration(value)
    if not isinstance(span, timedelta):
        raise ValueError("is not a duration; expected one such as 30min or 2h, or off")  # noqa: TRY004 - for pydantic
    if span > LATEST:
        raise ValueError("is too long; expected at most 3d, or off")
    return span


class RatingTable(_Table):
    """What residents are asked about answers."""

    #: How long after an answer; None: never.
    ask_after: Annotated[timedelta | None, BeforeValidator(_parse_ask_after)] = ASK_AFTER


class CalendarTable(_Table):
    """Days that differ from their weekday, for all departments that have working hours."""

    holidays: Days = frozenset()
    working_days: Days = frozenset()
    short_days: Days = frozenset()

    @property
    def calendar(self) -> Calendar:
        return Calendar(holidays=self.holidays, working_days=self.working_days, short_days=self.short_days)


class StatisticsTable(_Table):
    """What the figures are measured by, and when the leaders get them."""

    #: The mean time to the first answer that the region wants to keep.
    target: Duration = timedelta(hours=3, minutes=12)
    #: The mean of the country, for comparison.
    country: Duration = timedelta(hours=4, minutes=31)
    #: When the coordinators' chat gets the report of the week before; `off`: never.
    report: WeeklySetting = Weekly(weekday=0, minutes=9 * 60)

    @property
    def targets(self) -> Targets:
        return Targets(own=self.target, country=self.country)


#: Shorter terms would erase what a resident may still add to: see `bot.conversation.machine.JOINS_FOR`.
_SHORTEST_TERM = timedelta(days=7)


def _long_enough(term: timedelta) -> timedelta:
    if term < _SHORTEST_TERM:
        raise ValueError("is too short; expected at least 7d")
    return term


Term = Annotated[Duration, AfterValidator(_long_enough)]


class RetentionTable(_Table):
    """For how long each kind of data is kept; unset: for ever."""

    #: What was written, and the files among it, from the end of the question.
    texts: Term | None = None
    files: Term | None = None
    #: Residents' names and ids, from when they last wrote.
    names: Term | None = None
    #: Which official did what.
    actions: Term | None = None
    #: What a resident wrote who did not consent.
    set_aside: Duration = timedelta(days=30)
    #: Raw updates, and files on our disk since they were last used; unset: as EVENTS_KEPT and MEDIA_KEPT say.
    updates: UpdatesTerm | None = None
    media: MediaTerm | None = None


class RightsTable(_Table):
    """What residents are told of their data, and what becomes of it."""

    #: Where people read how their data is kept.
    notice_url: str = Field(default="", pattern=r"^(https?://\S{1,500})?$", description="an address such as https://…")
    #: Names the text that residents consent to (CONSENT=required): with a new name they are asked again.
    consent_version: str = Field(default="1", min_length=1, max_length=100)
    #: Whether the law wants questions kept when a resident has his data removed; if so, for how long they are locked
    #: away. Otherwise they are erased at once.
    keep_by_law: bool = False
    locked_for: Duration | None = None
    retention: RetentionTable = RetentionTable()

    def mistakes(self) -> list[str]:
        """What does not fit together."""
        if self.keep_by_law and self.locked_for is None:
            return ["rights.locked_for: is missing; expected a duration such as 1826d, since keep_by_law is true"]
        if not self.keep_by_law or self.locked_for is None:
            return []
        # What is erased when its term is over is locked away nowhere.
        days = -(-self.locked_for // timedelta(days=1))
        kept = {"texts": self.retention.texts, "files": self.retention.files, "names": self.retention.names}
        return [
            f"rights.retention.{kind}: is shorter than locked_for, for which the law wants questions kept;"
            f" expected at least {days}d"
            for kind, term in kept.items()
            if term is not None and term < self.locked_for
        ]


class Config(_Table):
    """The whole file."""

    channels: tuple[ChannelTable, ...] = ()
    departments: tuple[DepartmentTable, ...] = ()
    topics: tuple[TopicTable, ...] = ()
    places: tuple[PlaceTable, ...] = ()
    faq: tuple[FaqTable, ...] = ()
    calendar: CalendarTable = CalendarTable()
    coordinators: CoordinatorsTable = CoordinatorsTable()
    statistics: StatisticsTable = StatisticsTable()
    rating: RatingTable = RatingTable()
    geography: GeographyTable = GeographyTable()
    late: LateTable = LateTable()
    news: NewsTable = NewsTable()
    rights: RightsTable = RightsTable()

    def mistakes(self) -> list[str]:
        """What does not fit together, a line each."""
        found: list[str] = []
        for kind, names in (
            ("channels", [one.name for one in self.channels]),
            ("departments", [one.slug for one in self.departments]),
            ("topics", [one.slug for one in self.topics]),
            ("places", [one.slug for one in self.places]),
        ):
            found += [
                f"{kind}: {name!r} is there twice; expected it once"
                for name in sorted({n for n in names if names.count(n) > 1})
            ]
        found += _same_names("topics", self.topics) + _same_names("places", self.places)
        found += [f"calendar: {mistake}" for mistake in self.calendar.calendar.mistakes()]
        found += self.rights.mistakes()
        departments = {one.slug for one in self.departments}
        topics = {one.slug for one in self.topics}
        places = {one.slug for one in self.places}
        for kind, tables in (("topics", self.topics), ("places", self.places)):
            for table in tables:
                empty = [word for word in (*table.words, *table.forms) if not tokenize(word)]
                found += [
                    f"{kind}.{table.slug}: {word!r} has no letter and no digit; expected a word" for word in empty
                ]
        found += [mistake for place in self.places for mistake in place.mistakes()]
        found += self._same_centres()
        for channel in self.channels:
            if channel.department and channel.department not in departments:
                found.append(
                    f"channels.{channel.name}.department: there is no department {channel.department!r};"
                    f" {_EXPECTED_SLUG.format('departments')}"
                )
        for department in self.departments:
            where = f"departments.{department.slug}"
            found += [
                f"{where}.topics: there is no topic {one!r}; {_EXPECTED_SLUG.format('topics')}"
                for one in department.topics
                if one not in topics
            ]
            found += [
                f"{where}.places: there is no place {one!r}; {_EXPECTED_SLUG.format('places')}"
                for one in department.places
                if one not in places
            ]
        found += [
            f"faq: {one.question[:40]!r} has no word; expected a question in words"
            for one in self.faq
            if not fold(one.question)
        ]
        asked = [fold(one.question) for one in self.faq]
        found += [
            f"faq: {one!r} is there twice; expected it once"
            for one in sorted({one for one in asked if asked.count(one) > 1})
        ]
        found += [
            f"faq.{one.question[:40]}: there is no topic {one.topic!r}; {_EXPECTED_SLUG.format('topics')}"
            for one in self.faq
            if one.topic not in {"", *topics}
        ]
        return found

    def _same_centres(self) -> list[str]:
        """Of two places in one spot the second would never be found."""
        known: dict[Point, str] = {}
        return [
            f"places.{place.slug}.centre: is that of {known[place.centre]!r}, too; expected another point"
            for place in self.places
            if place.centre is not None and known.setdefault(place.centre, place.slug) != place.slug
        ]


def _same_names(kind: str, tables: Sequence[TopicTable | PlaceTable]) -> list[str]:
    """Of two whose buttons say the same nobody could choose the one that he means, nor name it in words."""
    known: dict[str, str] = {}
    return [
        f"{kind}.{one.slug}.name: is that of {known[called]!r}, too; expected another name, since buttons show it alone"
        for one in tables
        # A picture alone has no word.
        if known.setdefault(called := fold(one.name) or one.name, one.slug) != one.slug
    ]
