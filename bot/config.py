"""`otvet.toml`: channels, departments, topics, places and answers known beforehand, as data."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.desk.calendar import Calendar, Days
from bot.desk.hours import ALWAYS, HoursSetting
from bot.desk.words import tokenize
from bot.model.chat import ChatRef
from bot.settings import Duration, parse_chat
from bot.statistics.figures import Targets
from bot.statistics.weekly import Weekly, WeeklySetting

ChatSetting = Annotated[ChatRef, BeforeValidator(parse_chat)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


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
    name: str
    #: All forms of each word are meant.
    words: tuple[str, ...] = ()
    #: Taken as they are.
    forms: tuple[str, ...] = ()


class PlaceTable(_Table):
    """Where."""

    slug: Slug
    name: str
    #: All forms of each word are meant.
    words: tuple[str, ...] = ()
    #: Taken as they are.
    forms: tuple[str, ...] = ()


class FaqTable(_Table):
    """A question whose answer is known."""

    question: str
    answer: str
    topic: str = ""


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

    def mistakes(self) -> list[str]:
        """What does not fit together, a line each."""
        found: list[str] = []
        for kind, names in (
            ("channels", [one.name for one in self.channels]),
            ("departments", [one.slug for one in self.departments]),
            ("topics", [one.slug for one in self.topics]),
            ("places", [one.slug for one in self.places]),
        ):
            found += [f"{kind}: {name!r} is there twice" for name in sorted({n for n in names if names.count(n) > 1})]
        found += [f"calendar: {mistake}" for mistake in self.calendar.calendar.mistakes()]
        departments = {one.slug for one in self.departments}
        topics = {one.slug for one in self.topics}
        places = {one.slug for one in self.places}
        for kind, tables in (("topics", self.topics), ("places", self.places)):
            for table in tables:
                empty = [word for word in (*table.words, *table.forms) if not tokenize(word)]
                found += [f"{kind}.{table.slug}: {word!r} has no letter and no digit" for word in empty]
        for channel in self.channels:
            if channel.department and channel.department not in departments:
                found.append(f"channels.{channel.name}.department: no department {channel.department!r}")
        for department in self.departments:
            where = f"departments.{department.slug}"
            found += [f"{where}.topics: no topic {one!r}" for one in department.topics if one not in topics]
            found += [f"{where}.places: no place {one!r}" for one in department.places if one not in places]
        found += [
            f"faq.{one.question[:40]}: no topic {one.topic!r}" for one in self.faq if one.topic not in {"", *topics}
        ]
        return found
