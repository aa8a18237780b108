"""The leaders' report: every week, once, also after a short absence, and as the settings want it now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.delivery.entry import Role
from bot.model.chat import ChatRef
from bot.model.message import SendMessage
from bot.statistics.weekly import Weekly
from handlers.chores import ATTEMPTS, LEASE
from tests.handlers.fakes import DESK, WORK
from tests.handlers.statistics.desk import Bureau, open_bureau, workers

MONDAY = Weekly(weekday=0, minutes=9 * 60)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
#: The Monday on which the week from the 9th to the 15th is reported.
NINE = datetime(2026, 11, 16, 9, tzinfo=UTC)
NINTH = "📈 Неделя 9–15 ноября 2026"
SIXTEENTH = "📈 Неделя 16–22 ноября 2026"


@pytest.fixture
async def bureau(database_address: str, tmp_path: Path) -> AsyncIterator[Bureau]:
    """On the Sunday before, the service has been running for a while."""
    async with open_bureau(database_address, tmp_path) as bureau:
        bureau.office.ctx.weekly_report = MONDAY
        bureau.office.clock.now = NINE - DAY
        await bureau.reports.once()
        yield bureau


async def reported(bureau: Bureau, at: datetime | None = None) -> list[str]:
    """The headings of the reports that come at this time, beyond those before."""
    if at is not None:
        bureau.office.clock.now = at
    before = len(await texts(bureau))
    await bureau.reports.once()
    await bureau.chores.once()
    return [text.partition("\n")[0] for text in (await texts(bureau))[before:]]


async def texts(bureau: Bureau, chat: ChatRef = DESK) -> list[str]:
    return [row.text for row in await bureau.office.entries(chat, Role.REMINDER) if row.text]


async def test_every_week(bureau: Bureau) -> None:
    """On Monday at nine the coordinators get the week before, and a week later the next one; nobody else does."""
    assert [] == await reported(bureau, NINE - timedelta(seconds=1))
    assert [NINTH] == await reported(bureau, NINE)
    assert [] == await reported(bureau, NINE + HOUR)
    assert [SIXTEENTH] == await reported(bureau, NINE + WEEK)
    assert {DESK} == {row.chat for row in await bureau.office.entries()}


async def test_what_it_says(bureau: Bureau) -> None:
    """Monday to Sunday beside the week before at the same hour, the longest waits, and the picture behind it."""
    for started, more in (
        (NINE - 2 * WEEK, {"clock": 36_000}),
        # Answered an hour after the report of its week: in that one it was not.
        (NINE - WEEK - 10 * HOUR, {"clock": 39_600, "ended_at": NINE - WEEK + HOUR}),
        (NINE - WEEK - timedelta(hours=9), {"clock": 3600, "department": "energy"}),
        # Still without an answer on Monday at nine; the other one came on Monday.
        (NINE - 10 * HOUR, {"outcome": None}),
        (NINE - 9 * HOUR, {}),
    ):
        await bureau.wait(started_at=started, **more)
    assert [NINTH] == await reported(bureau, NINE)
    (text,) = await texts(bureau)
    lines = text.split("\n")
    assert "Поступило 2, отвечено 1, ждут ответа 1, просрочено 1." in lines
    assert "• отвечаем быстрее: в среднем 1 ч вместо 10 ч" in lines
    assert ["№ 4 · Координаторы · 10 ч, ещё без ответа", "№ 3 · Энергетика · 1 ч, отвечен"] == lines[-2:]
    effects = [row.effect for row in await bureau.office.entries(DESK)]
    assert [0, 1] == [len(one.media) for one in effects if isinstance(one, SendMessage)]
    assert [2] == [one.total.counts.received for one in bureau.painter.drawn]


@pytest.mark.parametrize(
    ("away", "expected"),
    [(DAY, [NINTH]), (2 * DAY, [NINTH]), (2 * DAY + timedelta(seconds=1), [])],
)
async def test_after_an_absence(bureau: Bureau, away: timedelta, expected: list[str]) -> None:
    """A service that was away makes up for it within two days; later it is no news, and the next one comes."""
    assert expected == await reported(bureau, NINE + away)
    assert [SIXTEENTH] == await reported(bureau, NINE + WEEK)


async def test_after_weeks(bureau: Bureau) -> None:
    """After weeks away the last report comes that is still news, and none of those before."""
    assert [] == await reported(bureau, NINE + 3 * WEEK - 3 * DAY)
    assert ["📈 Неделя 30 ноября — 6 декабря 2026"] == await reported(bureau, NINE + 3 * WEEK)
    assert ["📈 Неделя 21–27 декабря 2026"] == await reported(bureau, NINE + 6 * WEEK + DAY) + await reported(bureau)


async def test_started_for_the_first_time(database_address: str, tmp_path: Path) -> None:
    """A service that was not there on Monday does not report a week that it has not seen."""
    async with open_bureau(database_address, tmp_path) as bureau:
        bureau.office.ctx.weekly_report = MONDAY
        assert [] == await reported(bureau, NINE + HOUR)
        assert [SIXTEENTH] == await reported(bureau, NINE + WEEK)


async def test_two_processes(bureau: Bureau) -> None:
    """Two processes tell it once."""
    _, reports, chores = workers(bureau.office, bureau.media, bureau.painter)
    bureau.office.clock.now = NINE
    for _ in range(2):
        await asyncio.gather(bureau.reports.once(), reports.once())
        await asyncio.gather(bureau.chores.once(), chores.once())
    assert 1 == len(await texts(bureau))
    assert 1 == await bureau.office.value("SELECT count(*) FROM chores")


async def test_off(bureau: Bureau) -> None:
    """Who wants none gets none; when he wants it again, the next one comes."""
    bureau.office.ctx.weekly_report = None
    assert [] == await reported(bureau, NINE)
    assert 0 == await bureau.office.value("SELECT count(*) FROM chores")
    bureau.office.ctx.weekly_report = MONDAY
    assert [] == await reported(bureau)
    assert [SIXTEENTH] == await reported(bureau, NINE + WEEK)


async def test_off_at_the_last_moment(bureau: Bureau) -> None:
    """Settings count as they are when it would be told."""
    bureau.office.clock.now = NINE
    bureau.office.ctx.weekly_report = None
    await bureau.chores.once()
    assert [] == await texts(bureau)


async def test_other_time(bureau: Bureau) -> None:
    """Another time of the week takes effect, and no week is told twice or left out."""
    wednesday = Weekly(weekday=2, minutes=15 * 60)
    bureau.office.ctx.weekly_report = wednesday
    assert [] == await reported(bureau, NINE)
    assert [NINTH] == await reported(bureau, NINE + 2 * DAY + 6 * HOUR)
    bureau.office.ctx.weekly_report = Weekly(weekday=4, minutes=10 * 60)
    assert [] == await reported(bureau, NINE + 4 * DAY + HOUR)
    bureau.office.ctx.weekly_report = MONDAY
    assert [SIXTEENTH] == await reported(bureau, NINE + WEEK)


async def test_later_at_the_last_moment(bureau: Bureau) -> None:
    """A report whose time was put off just when it was due waits for its new time."""
    bureau.office.clock.now = NINE
    bureau.office.ctx.weekly_report = replace(MONDAY, minutes=MONDAY.minutes + 30)
    await bureau.chores.once()
    assert [] == await texts(bureau)
    assert [NINTH] == await reported(bureau, NINE + timedelta(minutes=30))


async def test_zone(database_address: str, tmp_path: Path) -> None:
    """Nine o'clock and Monday are those of the service."""
    async with open_bureau(database_address, tmp_path, zone=ZoneInfo("Asia/Yekaterinburg")) as bureau:
        bureau.office.ctx.weekly_report = MONDAY
        assert [] == await reported(bureau, NINE - 5 * HOUR - timedelta(seconds=1))
        # The last minute of Sunday there.
        await bureau.wait(started_at=datetime(2026, 11, 15, 18, 59, tzinfo=UTC))
        await bureau.wait(started_at=datetime(2026, 11, 15, 19, 0, tzinfo=UTC))
        assert [NINTH] == await reported(bureau, NINE - 5 * HOUR)
        assert "Поступило 1," in (await texts(bureau))[0]


async def test_coordinators_moved(bureau: Bureau) -> None:
    """It comes to where the coordinators are by then."""
    new = ChatRef(channel=WORK, chat_id="-100500")
    bureau.office.ctx.desk = bureau.office.ctx.desk.moved({DESK: new})
    bureau.office.clock.now = NINE
    await bureau.chores.once()
    assert ([], 1) == (await texts(bureau), len(await texts(bureau, new)))


async def test_given_up(bureau: Bureau) -> None:
    """A report that cannot be made is given up: the coordinators are told where to look, and the next one comes."""
    for _ in range(ATTEMPTS + 1):
        await bureau.office.value("UPDATE chores SET not_before = $1, attempts = attempts + 1 RETURNING 1", NINE)
    bureau.office.clock.now = NINE
    await bureau.chores.once()
    (told,) = await bureau.office.entries(DESK)
    assert "⚠️ Отчёт за неделю собрать не получилось. Посмотреть цифры: /stats прошлая неделя" == told.text
    bureau.office.clock.move(LEASE)
    assert [] == await reported(bureau)
    assert [SIXTEENTH] == await reported(bureau, NINE + WEEK)
