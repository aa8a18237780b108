"""Days that officials name: how they are written, which ones are meant, and what cannot be read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.statistics.period import MOST_DAYS, Period, Unreadable, find_dates, read_period

#: A Wednesday.
TODAY = date(2026, 11, 18)
BERLIN = ZoneInfo("Europe/Berlin")
EXAMPLES = "Напишите, например: неделя, ноябрь, 1.11-15.11."


def shown(read: tuple[Period | None, str] | Unreadable) -> str:
    """What was read, in a line: `11-12..11-18 2026 | rest`, or why not."""
    if isinstance(read, Unreadable):
        return f"! {read.why}"
    period, rest = read
    days = f"{period.first:%d.%m.%y}-{period.last:%d.%m.%y}" if period is not None else ""
    return f"{days} | {rest}" if rest else days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "12.11.26-18.11.26"),
        ("  ", "12.11.26-18.11.26"),
        ("день", "18.11.26-18.11.26"),
        ("Сегодня", "18.11.26-18.11.26"),
        ("за сутки", "18.11.26-18.11.26"),
        ("вчера", "17.11.26-17.11.26"),
        ("позавчера", "16.11.26-16.11.26"),
        ("неделя", "12.11.26-18.11.26"),
        ("за последнюю неделю", "12.11.26-18.11.26"),
        ("прошлая неделя", "09.11.26-15.11.26"),
        ("эта неделя", "16.11.26-18.11.26"),
        ("2 недели", "05.11.26-18.11.26"),
        ("10 дней", "09.11.26-18.11.26"),
        ("месяц", "19.10.26-18.11.26"),
        ("этот месяц", "01.11.26-18.11.26"),
        ("за прошлый месяц", "01.10.26-31.10.26"),
        ("квартал", "19.08.26-18.11.26"),
        ("прошлый квартал", "01.07.26-30.09.26"),
        ("1 квартал", "01.01.26-31.03.26"),
        ("4 квартал 2025", "01.10.25-31.12.25"),
        ("год", "19.11.25-18.11.26"),
        ("прошлый год", "01.01.25-31.12.25"),
        ("2025", "01.01.25-31.12.25"),
        ("2025 год", "01.01.25-31.12.25"),
        ("ноябрь", "01.11.26-18.11.26"),
        ("ноябрь 2025", "01.11.25-30.11.25"),
        ("за декабрь", "01.12.25-31.12.25"),
        ("мая 2026 г.", "01.05.26-31.05.26"),
        ("окт", "01.10.26-31.10.26"),
        ("1.11-15.11", "01.11.26-15.11.26"),
        ("1.11–15.11", "01.11.26-15.11.26"),
        ("1.11 — 15.11", "01.11.26-15.11.26"),
        ("01.11.2026-15.11.2026", "01.11.26-15.11.26"),
        ("01.11.25-15.11.25", "01.11.25-15.11.25"),
        ("1.11-15.11.2025", "01.11.25-15.11.25"),
        ("1.11.2025-15.11", "01.11.25-15.11.25"),
        ("1.11", "01.11.26-01.11.26"),
        ("19.11", "19.11.25-19.11.25"),
        ("29.02", "29.02.24-29.02.24"),
        ("1 ноября", "01.11.26-01.11.26"),
        ("1 ноября 2025 года", "01.11.25-01.11.25"),
        ("с 1.11 по 15.11", "01.11.26-15.11.26"),
        ("с 1 по 15 ноября", "01.11.26-15.11.26"),
        ("со 2 по 15 ноября 2025", "02.11.25-15.11.25"),
        ("1-15 ноября", "01.11.26-15.11.26"),
        ("с 1 октября по 15 ноября", "01.10.26-15.11.26"),
        ("с 1.11", "01.11.26-18.11.26"),
        ("2026-11-01..2026-11-15", "01.11.26-15.11.26"),
        ("2026-11-01 — 2026-11-15", "01.11.26-15.11.26"),
        ("2026-11-01", "01.11.26-01.11.26"),
        # What has not come yet is left out; what goes over New Year is no mistake.
        ("1.11-30.11", "01.11.26-18.11.26"),
        ("15.12-15.01", "15.12.25-15.01.26"),
        ("15.12-15.01.2025", "15.12.24-15.01.25"),
        # What stands behind it.
        ("energy", "12.11.26-18.11.26 | energy"),
        ("Школа № 5", "12.11.26-18.11.26 | Школа № 5"),
        ("12-shkola", "12.11.26-18.11.26 | 12-shkola"),
        ("деньги", "12.11.26-18.11.26 | деньги"),
        ("неделя energy", "12.11.26-18.11.26 | energy"),
        ("1.11-15.11 Школа–сад", "01.11.26-15.11.26 | Школа–сад"),
        ("ноябрь 2025 отдел", "01.11.25-30.11.25 | отдел"),
        ("с 1 по 15 ноября energy", "01.11.26-15.11.26 | energy"),
    ],
)
def test_read(text: str, expected: str) -> None:
    """Each way to write a period means these days."""
    assert expected == shown(read_period(text, TODAY))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15.11-1.11", "Конец раньше начала: 15.11 — 1.11. Напишите наоборот или с годом."),
        (
            "15.11.2026-01.11.2026",
            "Конец раньше начала: 15.11.2026 — 01.11.2026. Напишите наоборот или с годом.",
        ),
        ("с 15 по 1 ноября", "Конец раньше начала: 15 — 1 ноября. Напишите наоборот или с годом."),
        ("2026-11-15..2026-11-01", "Конец раньше начала: 2026-11-15 — 2026-11-01. Напишите наоборот или с годом."),
        ("1.12.2026-15.12.2026", f"Эти дни ещё не наступили: 01.12.2026. {EXAMPLES}"),
        ("19.11.2026", f"Эти дни ещё не наступили: 19.11.2026. {EXAMPLES}"),
        ("декабрь 2026", f"Эти дни ещё не наступили: 01.12.2026. {EXAMPLES}"),
        ("2027", f"Эти дни ещё не наступили: 01.01.2027. {EXAMPLES}"),
        ("31.02", f"Дня 31.02 нет в календаре. {EXAMPLES}"),
        ("1.02-31.02", f"Дня 31.02 нет в календаре. {EXAMPLES}"),
        ("29.02.2026", f"Дня 29.02.2026 нет в календаре. {EXAMPLES}"),
        ("32.13", f"Дня 32.13 нет в календаре. {EXAMPLES}"),
        ("0.0", f"Дня 0.0 нет в календаре. {EXAMPLES}"),
        ("2026-13-01", f"Дня 2026-13-01 нет в календаре. {EXAMPLES}"),
        ("1.11.1999", f"Так давно вопросов ещё не было: 1.11.1999. {EXAMPLES}"),
        ("1.11.0001", f"Так давно вопросов ещё не было: 1.11.0001. {EXAMPLES}"),
        ("1.1.2010-1.1.2026", f"Больше пяти лет сразу не посчитать. {EXAMPLES}"),
        ("6 лет", f"Больше пяти лет сразу не посчитать. {EXAMPLES}"),
        ("9999 лет", f"Столько дней не посчитать: «9999 лет». {EXAMPLES}"),
        ("0 дней", f"Столько дней не посчитать: «0 дней». {EXAMPLES}"),
        ("1.11-", f"Не понимаю, за какие дни: «1.11-». {EXAMPLES}"),
        ("-15.11", f"Не понимаю, за какие дни: «-15.11». {EXAMPLES}"),
        ("-", f"Не понимаю, за какие дни: «-». {EXAMPLES}"),
        ("15", f"Не понимаю, за какие дни: «15». {EXAMPLES}"),
        ("с", f"Не понимаю, за какие дни: «с». {EXAMPLES}"),
        ("1/11-15/11" + "9" * 5000, f"Не понимаю, за какие дни: «1/11-15/11{'9' * 30}». {EXAMPLES}"),
    ],
)
def test_unreadable(text: str, expected: str) -> None:
    """Empty, reversed, future, endless and impossible periods are refused in a line that says what to write."""
    assert f"! {expected}" == shown(read_period(text, TODAY))


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("29.02", date(2028, 2, 28), "29.02.24-29.02.24"),
        ("29.02", date(2028, 2, 29), "29.02.28-29.02.28"),
        ("месяц", date(2026, 3, 31), "01.03.26-31.03.26"),
        ("год", date(2028, 2, 29), "01.03.27-29.02.28"),
        ("прошлая неделя", date(2026, 11, 15), "02.11.26-08.11.26"),
        ("прошлая неделя", date(2026, 11, 16), "09.11.26-15.11.26"),
        ("прошлый квартал", date(2026, 1, 1), "01.10.25-31.12.25"),
        ("15.12-15.01", date(2027, 1, 10), "15.12.26-10.01.27"),
        ("1.11-15.11", date(2026, 10, 31), "01.11.25-15.11.25"),
    ],
)
def test_around_the_turn(text: str, today: date, expected: str) -> None:
    """Ends of months, leap days and New Year make no difference."""
    assert expected == shown(read_period(text, today))


def test_longest() -> None:
    """Five years are counted, with their leap days; and what they are compared with is as long."""
    period, _ = read_period("5 лет", TODAY)  # type: ignore[misc]
    assert (1826, True) == (period.days, period.days <= MOST_DAYS)
    assert Period(first=period.first - timedelta(days=1826), last=period.first - timedelta(days=1)) == period.before()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("вода с 1.11 по 15.11", "01.11.26-15.11.26 | вода"),
        ("вода с 1 по 15 ноября Надым", "01.11.26-15.11.26 | вода Надым"),
        ("с 1.11.25 до 15.11.25", "01.11.25-15.11.25"),
        ("вода, с 1.11, двор", "01.11.26-18.11.26 | вода, , двор"),
        ("1.11-15.11 вода", "01.11.26-15.11.26 | вода"),
        ("Вода Вчера", "17.11.26-17.11.26 | Вода"),
        ("за вчера вода", "17.11.26-17.11.26 | вода"),
        ("сегодня", "18.11.26-18.11.26"),
        ("за неделю мусор", "12.11.26-18.11.26 | мусор"),
        ("мусор за месяц", "19.10.26-18.11.26 | мусор"),
        ("мусор за прошлый месяц", "01.10.26-31.10.26 | мусор"),
        ("мусор за 3 дня", "16.11.26-18.11.26 | мусор"),
        ("мусор за октябрь", "01.10.26-31.10.26 | мусор"),
        ("2026-11-01 свет", "01.11.26-01.11.26 | свет"),
        ("свет 2026-11-01..2026-11-15", "01.11.26-15.11.26 | свет"),
        # Words.
        ("", ""),
        ("Ленина 14-16", " | Ленина 14-16"),
        ("дом 1.11", " | дом 1.11"),
        ("квартира 5", " | квартира 5"),
        ("неделю нет воды", " | неделю нет воды"),
        ("детский сад в мае", " | детский сад в мае"),
        ("за водой", " | за водой"),
        ("8-912-11-22", " | 8-912-11-22"),
        ("нет света с 10.15 до 11.30", " | нет света с 10.15 до 11.30"),
        ("с 8.00 до 9.00", " | с 8.00 до 9.00"),
        ("позавчерашний", " | позавчерашний"),
        ("<b>'; DROP TABLE waits; --", " | <b>'; DROP TABLE waits; --"),
        # Of two the first counts.
        ("вчера и за месяц", "17.11.26-17.11.26 | и за месяц"),
        # No days.
        ("с 31.02 по 15.03", f"! Дня 31.02 нет в календаре. {EXAMPLES}"),
        ("вода с 15.11 по 1.11", "! Конец раньше начала: 15.11 — 1.11. Напишите наоборот или с годом."),
        ("с 1.12.2027 вода", f"! Эти дни ещё не наступили: 01.12.2027. {EXAMPLES}"),
    ],
)
def test_find(text: str, expected: str) -> None:
    """A search's dates are found wherever they stand; house numbers and times of day stay words."""
    assert expected == shown(find_dates(text, TODAY))


def test_bounds() -> None:
    """A day on which the clocks change has 23 or 25 hours, and the day after begins at midnight all the same."""
    spring = Period(first=date(2026, 3, 28), last=date(2026, 3, 29))
    autumn = Period(first=date(2026, 10, 25), last=date(2026, 10, 25))
    assert (timedelta(hours=47), timedelta(hours=25)) == tuple(
        end - start for start, end in (one.bounds(BERLIN) for one in (spring, autumn))
    )
    assert [
        datetime(2026, 3, 27, 23, tzinfo=UTC),
        datetime(2026, 3, 28, 23, tzinfo=UTC),
        datetime(2026, 3, 29, 22, tzinfo=UTC),
    ] == spring.midnights(BERLIN)


@pytest.mark.parametrize(
    ("first", "last", "at", "expected"),
    [
        # Monday at nine: the Monday before at nine, also where the clocks changed in between.
        (date(2026, 11, 9), date(2026, 11, 15), "2026-11-16 09:00", "2026-11-09 09:00"),
        (date(2026, 10, 19), date(2026, 10, 25), "2026-10-26 09:00", "2026-10-19 09:00"),
        (date(2026, 11, 18), date(2026, 11, 18), "2026-11-18 12:30", "2026-11-17 12:30"),
        (date(2026, 10, 1), date(2026, 10, 31), "2027-03-01 08:00", "2027-01-29 08:00"),
    ],
)
def test_same_moment_before(first: date, last: date, at: str, expected: str) -> None:
    """The period before is looked at when it was as old as this one is now, by the clock on the wall."""
    moments = [datetime.fromisoformat(one).replace(tzinfo=BERLIN) for one in (at, expected)]
    assert moments[1] == Period(first=first, last=last).same_moment_before(moments[0], BERLIN)


@pytest.mark.parametrize(
    "text", ["1.11-15.11 " * 500, "с " * 2500, "1." * 2500, "за год" * 900, "İ" * 5000, "\x00٣.١١"]
)
def test_anything_is_read(text: str) -> None:
    """No text whatever raises, or takes long."""
    for read in (read_period, find_dates):
        assert isinstance(read(text, TODAY), tuple | Unreadable)
