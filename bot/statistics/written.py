"""How days are written, and which ones are meant. Pure.

A day without a year is the latest such day that is not in the future; of a span that goes on, what has come counts.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

_SUCH = "неделя, ноябрь, 1.11-15.11."
EXAMPLES, DAYS = f"Напишите, например: {_SUCH}", f"Дни пишут так: {_SUCH}"
#: Nobody asked anything before.
_FIRST_YEAR = 2000
#: A span without years that would go over New Year and last longer than this is written the wrong way round.
_OVER_NEW_YEAR = timedelta(days=183)
#: Days in a row that are counted at the most, as a guard of the calendar.
_MOST_DAYS = 20 * 366


class WrongDays(Exception):
    """Which days are written cannot be; why, in a line for whoever wrote them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Days, and where in the text they are written."""

    first: date
    last: date
    start: int
    end: int


_Days = tuple[date, date]


def at_the_start(text: str, today: date) -> Found | None:
    """The days that this text begins with. Raises WrongDays."""
    folded = _folded(text)
    for pattern, read in _AT_THE_START:
        if (match := pattern.match(folded)) is not None:
            first, last = read(match, today)
            return Found(first=first, last=last, start=0, end=match.end())
    return None


def is_like_days(text: str) -> bool:
    """Whether somebody seems to have meant days, and no name."""
    return _LIKE_DAYS.match(_folded(text)) is not None


def anywhere(text: str, today: date) -> Found | None:
    """The first days in this text that cannot well be anything else: no house number, no time of day.

    Raises WrongDays.
    """
    folded = _folded(text)
    matches = [(match, read) for pattern, read in _ANYWHERE for match in pattern.finditer(folded)]
    for match, read in sorted(matches, key=lambda found: (found[0].start(), -found[0].end())):
        if not _is_time(match):
            first, last = read(match, today)
            return Found(first=first, last=last, start=match.start(), end=match.end())
    return None


def likely(text: str, today: date) -> Found | None:
    """The first days in this text that are meant most likely, unless they stand in quotes: a full date, a month."""
    folded = _folded(text)
    matches = [(match, read) for pattern, read in _LIKELY for match in pattern.finditer(folded)]
    for match, read in sorted(matches, key=lambda found: (found[0].start(), -found[0].end())):
        try:
            if not _is_time(match):
                first, last = read(match, today)
                return Found(first=first, last=last, start=match.start(), end=match.end())
        except WrongDays:
            # Nothing was asked then: the text of a question may say so.
            continue
    return None


# --- single days ---------------------------------------------------------------------------------------------------

_MONTHS = (
    r"янв(?:ар[ьяею])?",
    r"фев(?:рал[ьяею])?",
    r"мар(?:т[ае]?)?",
    r"апр(?:ел[ьяею])?",
    r"ма[йяею]",
    r"июн[ьяею]",
    r"июл[ьяею]",
    r"авг(?:уст[ае]?)?",
    r"сен(?:т(?:ябр[ьяею])?)?",
    r"окт(?:ябр[ьяею])?",
    r"ноя(?:б(?:р[ьяею])?)?",
    r"дек(?:абр[ьяею])?",
)
_MONTH = rf"(?:{'|'.join(_MONTHS)})\b\.?"
_YEAR = r"20\d\d(?!\d)(?:\s*г(?:од[ау]?\b|\b\.?))?"
_ISO = r"\d{4}-\d\d?-\d\d?(?!\d)"
_DOTTED = r"\d\d?\.\d\d?(?:\.(?:\d{4}|\d\d))?(?!\d|\.\d)"
_DAY = rf"(?:{_ISO}|{_DOTTED}|\d\d?\s+{_MONTH}(?:\s+{_YEAR})?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A day as it was written; what was left out is None."""

    text: str
    day: int
    month: int | None = None
    year: int | None = None

    @property
    def order(self) -> tuple[int, int]:
        return self.month or 0, self.day

    def of(self, year: int) -> date:
        if year < _FIRST_YEAR:
            raise WrongDays(f"Так давно вопросов ещё не было: {self.text}. {EXAMPLES}")
        try:
            return date(year, self.month or 0, self.day)
        except ValueError:
            raise WrongDays(f"Дня {self.text} нет в календаре. {EXAMPLES}") from None

    def latest(self, today: date) -> date:
        """The day with its own year, else the latest such day that is not in the future."""
        if self.year is not None:
            return self.of(self.year)
        year = today.year - (self.order > (today.month, today.day))
        if self.order == (2, 29):
            # Of the last leap year.
            year = next(one for one in range(year, year - 9, -1) if monthrange(one, 2)[1] == 29)
        return self.of(year)


def _read_day(text: str) -> _Written:
    if re.fullmatch(_ISO, text):
        year, month, day = map(int, text.split("-"))
        return _Written(text=text, day=day, month=month, year=year)
    if re.fullmatch(_DOTTED, text):
        parts = text.split(".")
        # «26» is 2026.
        year_of = int(parts[2]) + 2000 * (len(parts[2]) == 2) if parts[2:] else None
        return _Written(text=text, day=int(parts[0]), month=int(parts[1]), year=year_of)
    first, *rest = text.split(maxsplit=2)
    return _Written(
        text=text,
        day=int(first),
        month=_month(rest[0]) if rest else None,
        year=int(rest[1][:4]) if rest[1:] else None,
    )


def _month(word: str) -> int:
    return next(at for at, month in enumerate(_MONTHS, start=1) if re.fullmatch(rf"{month}\.?", word))


# --- what is meant -------------------------------------------------------------------------------------------------


def _one_day(match: re.Match[str], today: date) -> _Days:
    found = _read_day(match["first"]).latest(today)
    return _come(found, found, today)


def _since(match: re.Match[str], today: date) -> _Days:
    found = _read_day(match["first"]).latest(today)
    return _come(found, max(found, today), today)


def _from_to(match: re.Match[str], today: date) -> _Days:
    one, other = _read_day(match["first"]), _read_day(match["last"])
    if one.month is None:
        # «с 1 по 15 ноября»
        one = _Written(text=one.text, day=one.day, month=other.month, year=other.year)
    goes_over = one.order > other.order
    if one.year is None and other.year is not None:
        first, last = one.of(other.year - goes_over), other.of(other.year)
    else:
        first = one.latest(today)
        last = other.of(first.year + goes_over if other.year is None else other.year)
    guessed = None in (one.year, other.year)
    if last < first or (guessed and goes_over and last - first > _OVER_NEW_YEAR):
        raise WrongDays(f"Конец раньше начала: {one.text} — {other.text}. Напишите наоборот или с годом.")
    return _come(first, last, today)


def _come(first: date, last: date, today: date) -> _Days:
    """Those of these days that have come."""
    if first > today:
        raise WrongDays(f"Эти дни ещё не наступили: {first:%d.%m.%Y}. {EXAMPLES}")
    return first, min(last, today)


def _near(match: re.Match[str], today: date) -> _Days:
    day = today - timedelta(days=("сегодня", "вчера", "позавчера").index(match["near"]))
    return day, day


def _weekday(match: re.Match[str], today: date) -> _Days:
    """The last such day; today is one."""
    weekday = next(at for at, name in enumerate(_WEEKDAYS) if re.fullmatch(name, match["weekday"]))
    day = today - timedelta(days=(today.weekday() - weekday) % 7)
    return day, day


def _not_yet(match: re.Match[str], _: date) -> _Days:
    raise WrongDays(f"Эти дни ещё не наступили: «{match[0].strip()}». {EXAMPLES}")


def _whole_months(year: int, month: int, count: int, today: date) -> _Days:
    """So many months from this one on."""
    last = year * 12 + month - 1 + count - 1
    of, at = last // 12, last % 12 + 1
    return _come(date(year, month, 1), date(of, at, monthrange(of, at)[1]), today)


def _year(written: str | None, month: int, today: date) -> int:
    """As it is written; else that in which this month came last."""
    return int(written[:4]) if written else today.year - (month > today.month)


def _months(match: re.Match[str], today: date) -> _Days:
    """«октябрь - ноябрь», «с ноября 2025 по январь»."""
    first, last = _month(match["from"]), _month(match["to"])
    goes_over = first > last
    if match["to_year"]:
        end = int(match["to_year"][:4])
        begin = int(match["from_year"][:4]) if match["from_year"] else end - goes_over
    else:
        begin = int(match["from_year"][:4]) if match["from_year"] else today.year - (first > today.month)
        # Of two that have both come, the last time; «ноябрь-январь» in November is that of a year ago.
        if not match["from_year"] and goes_over and date(begin + 1, last, 1) > today:
            begin -= 1
        end = begin + goes_over
    count = (end - begin) * 12 + last - first + 1
    if count < 1:
        raise WrongDays(f"Конец раньше начала: {match[0].strip()}. {EXAMPLES}")
    return _whole_months(begin, first, count, today)


def _whole_month(match: re.Match[str], today: date) -> _Days:
    month = _month(match["month"])
    return _whole_months(_year(match["year"], month, today), month, 1, today)


def _whole_quarter(match: re.Match[str], today: date) -> _Days:
    month = 3 * int(match["quarter"]) - 2
    return _whole_months(_year(match["year"], month, today), month, 3, today)


def _whole_year(match: re.Match[str], today: date) -> _Days:
    return _whole_months(int(match["year"][:4]), 1, 12, today)


def _back(today: date, months: int) -> date:
    """When so many months began that end today: on the day after the same day of the month then."""
    counted = today.year * 12 + today.month - 1 - months
    year, month = counted // 12, counted % 12 + 1
    return date(year, month, min(today.day, monthrange(year, month)[1])) + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """A length of time by which people count."""

    #: About so many.
    days: int
    #: When so many of them began that end on this day.
    back: Callable[[date, int], date]
    #: When the one began, by the calendar, in which this day is.
    begin: Callable[[date], date]


_UNITS = {
    "д": _Unit(days=1, back=lambda day, n: day - timedelta(days=n - 1), begin=lambda day: day),
    "н": _Unit(
        days=7,
        back=lambda day, n: day - timedelta(days=7 * n - 1),
        begin=lambda day: day - timedelta(days=day.weekday()),
    ),
    "м": _Unit(days=30, back=_back, begin=lambda day: day.replace(day=1)),
    "к": _Unit(
        days=91,
        back=lambda day, n: _back(day, 3 * n),
        begin=lambda day: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
    ),
    "г": _Unit(days=365, back=lambda day, n: _back(day, 12 * n), begin=lambda day: day.replace(month=1, day=1)),
}
_UNITS |= {
    "с": _UNITS["д"],
    "л": _UNITS["г"],
    "п": _Unit(
        days=182,
        back=lambda day, n: _back(day, 6 * n),
        begin=lambda day: day.replace(month=(day.month - 1) // 6 * 6 + 1, day=1),
    ),
}


def _span(match: re.Match[str], today: date) -> _Days:
    """«неделя», «за прошлый месяц», «этот год», «полгода», «10 дней»."""
    unit, n, which = _UNITS[match["unit"][0]], int(match["n"] or 1), match["which"] or ""
    if which.startswith(("следующ", "будущ")):
        return _not_yet(match, today)
    if not 0 < n * unit.days < _MOST_DAYS:
        raise WrongDays(f"Столько дней не посчитать: «{match[0]}». {EXAMPLES}")
    if which.startswith(("эт", "текущ")):
        return unit.begin(today), today
    if which.startswith(("прошл", "предыдущ")):
        last = unit.begin(today) - timedelta(days=1)
        return unit.begin(last), last
    return unit.back(today, n), today


# --- how it is written ---------------------------------------------------------------------------------------------

#: Each character becomes one, so that places in the text stay the same.
_FOLD = str.maketrans("ё–—−‑", "е----")


def _folded(text: str) -> str:
    # A few letters are longer in lower case.
    return "".join(low if len(low) == 1 else one for one in text for low in (one.lower(),)).translate(_FOLD)


_TO = r"(?:\s*(?:-|\.\.+|…)\s*|\s+(?:по|до)\s+)"
_FROM = r"(?:(?:с|со)\s+)"
_UNIT = r"(?P<unit>день|дн(?:я|ей|и)|сут(?:ки|ок)|недел[яюиь]|месяц(?:а|ев)?|квартал(?:а|ов)?|год(?:а|ы)?|лет|полгода)"
_WHICH = r"(?:(?P<which>(?:последн|прошл|предыдущ|текущ|следующ|будущ)[а-я]{1,3}|эт(?:от|у|а|и|их))\s+)"
_NAMED = rf"(?P<month>{_MONTH})(?:\s+(?P<year>{_YEAR}))?"
_QUARTER = rf"(?P<quarter>[1-4])(?:-?й)?\s+квартала?(?:\s+(?P<year>{_YEAR}))?"
_WEEKDAYS = ("понедельник", "вторник", "сред[ауы]", "четверг", "пятниц[ауы]", "суббот[ауы]", "воскресенье")
_MONTHS_RUNNING = (
    rf"{_FROM}?(?P<from>{_MONTH})(?:\s+(?P<from_year>{_YEAR}))?{_TO}(?P<to>{_MONTH})(?:\s+(?P<to_year>{_YEAR}))?"
)
_Read = Callable[[re.Match[str], date], _Days]


def _patterns(begin: str, end: str, *patterns: tuple[str, _Read]) -> list[tuple[re.Pattern[str], _Read]]:
    return [(re.compile(f"{begin}{pattern}{end}"), read) for pattern, read in patterns]


_AT_THE_START = _patterns(
    r"(?:за\s+)?",
    r"(?!\S)",
    (rf"{_FROM}?(?P<first>{_DAY}|\d\d?){_TO}(?P<last>{_DAY})", _from_to),
    (rf"{_FROM}(?P<first>{_DAY})", _since),
    (rf"(?P<first>{_DAY})", _one_day),
    (r"(?P<near>позавчера|вчера|сегодня)", _near),
    (r"(?:после)?завтра", _not_yet),
    (rf"(?:во?\s+)?(?P<weekday>{'|'.join(_WEEKDAYS)})", _weekday),
    (_MONTHS_RUNNING, _months),
    (_QUARTER, _whole_quarter),
    (rf"(?P<year>{_YEAR})", _whole_year),
    (rf"{_WHICH}?(?:(?P<n>\d{{1,4}})\s+)?{_UNIT}", _span),
    (_NAMED, _whole_month),
)
#: Digits with a sign behind them, signs, a preposition alone: «32.13.», «1.11-», «—», «с».
_LIKE_DAYS = re.compile(
    r"(?:(?:с|со|за|по|до)\s+)?\d{1,4}\s*(?:(?:[./…-]|по|до)\s*(?:\d|$|\s)|$)|[-.…]|(?:с|со|за|по|до)(?!\S)"
)

#: A comma ends the days of a search, too.
_ANYWHERE = _patterns(
    r"(?<![\w.,/-])",
    r"(?![\w/-]|\.\d)",
    (rf"{_FROM}(?P<first>{_DAY}|\d\d?)\s+(?:по|до)\s+(?P<last>{_DAY})", _from_to),
    (rf"(?P<first>{_DOTTED})\s*-\s*(?P<last>{_DOTTED})", _from_to),
    (rf"(?P<first>{_ISO}){_TO}(?P<last>{_ISO})", _from_to),
    (rf"{_FROM}(?P<first>{_DAY})", _since),
    (rf"(?P<first>{_ISO})", _one_day),
    (r"(?:за\s+)?(?P<near>позавчера|вчера|сегодня)", _near),
    (rf"за\s+{_WHICH}?(?:(?P<n>\d{{1,4}})\s+)?{_UNIT}", _span),
    (rf"за\s+{_NAMED}", _whole_month),
)
_IN_MONTH = r"(?P<month>январе|феврале|марте|апреле|мае|июне|июле|августе|сентябре|октябре|ноябре|декабре)"
_LIKELY = _patterns(
    r"(?<![\w.,/\"«„-])",
    r"(?![\w/-]|\.\d)",
    (r"(?P<first>\d\d?\.\d\d?\.20\d\d|\d\d\.\d\d\.\d\d)", _one_day),
    (rf"(?P<first>\d\d?\s+{_MONTH}\s+{_YEAR})", _one_day),
    (rf"в\s+{_IN_MONTH}(?:\s+(?P<year>{_YEAR}))?", _whole_month),
    (rf"(?P<month>{_MONTH})\s+(?P<year>{_YEAR})", _whole_month),
)


def _is_time(match: re.Match[str]) -> bool:
    """Whether «с 10.15 до 11.30» and the like are times of day: no month has such numbers."""
    ends = [match.groupdict().get(name) or "" for name in ("first", "last")]
    return any(re.fullmatch(_DOTTED, one) and not 1 <= int(one.split(".")[1]) <= 12 for one in ends)
