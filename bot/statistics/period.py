"""Days that officials name: «день», «неделя», «1.11-15.11», «с 1.11 по 15.11», «вчера». Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.statistics import written
from bot.statistics.written import EXAMPLES, WrongDays

#: The longest period whose figures are worked out: five years.
MOST_DAYS = 5 * 366
#: Of words that cannot be read so many characters are repeated.
_REPEATED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole days of the service's zone, the first and the last of them included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def bounds(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """From when to (without) when that is, in UTC; a day with a clock change is shorter or longer."""
        return _midnight(self.first, zone), _midnight(self.last + timedelta(days=1), zone)

    def midnights(self, zone: tzinfo) -> list[datetime]:
        """When each of its days begins, and when the last one ends: one more than there are days, in UTC."""
        return [_midnight(self.first + timedelta(days=day), zone) for day in range(self.days + 1)]

    def before(self) -> Period:
        """As many days just before: what this is compared with."""
        return Period(first=self.first - timedelta(days=self.days), last=self.first - timedelta(days=1))

    def same_moment_before(self, at: datetime, zone: tzinfo) -> datetime:
        """When the period before was as old as this one is `at` that moment, by the clock on the wall; in UTC.

        What waits on Monday at nine has waited since the weekend: that of the week before is compared as it waited
        on its Monday at nine, else a steady office would seem to become faster with each report.
        """
        return (at.astimezone(zone) - timedelta(days=self.days)).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Why words are no period, in a line for whoever wrote them."""

    why: str


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def read_period(text: str, today: date) -> tuple[Period, str] | Unreadable:
    """The period that these words begin with (nothing: the last seven days), and what stands behind it."""
    words = text.strip()
    try:
        found = written.at_the_start(words, today)
    except WrongDays as wrong:
        return Unreadable(why=str(wrong))
    if found is not None:
        period = Period(first=found.first, last=found.last)
        if period.days > MOST_DAYS:
            return Unreadable(why=f"Больше пяти лет сразу не посчитать. {EXAMPLES}")
        return period, words[found.end :].strip()
    if written.is_like_days(words):
        return Unreadable(why=f"Не понимаю, за какие дни: «{words[:_REPEATED]}». {EXAMPLES}")
    return Period(first=today - timedelta(days=6), last=today), words


def find_dates(text: str, today: date) -> tuple[Period | None, str] | Unreadable:
    """The dates that a search names somewhere («вода с 1.11 по 15.11», «вчера»), and the words without them.

    Only what cannot well be anything else: «14-16» and «дом 1.11» are words. Of several the first ones count.
    """
    try:
        found = written.anywhere(text, today)
    except WrongDays as wrong:
        return Unreadable(why=str(wrong))
    if found is None:
        return None, text.strip()
    words = f"{text[: found.start].rstrip()} {text[found.end :].lstrip()}"
    return Period(first=found.first, last=found.last), words.strip()


def find_likely_dates(text: str, today: date) -> tuple[Period, str, str] | None:
    """The dates that a search most likely means («вода 12.11.2026», «в ноябре»), the words without them, and theirs.

    Something else may be meant: a question may speak of a day on which it was not asked.
    """
    found = written.likely(text, today)
    if found is None:
        return None
    words = f"{text[: found.start].rstrip()} {text[found.end :].lstrip()}"
    return Period(first=found.first, last=found.last), words.strip(), text[found.start : found.end]
