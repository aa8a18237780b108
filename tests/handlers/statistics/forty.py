"""Forty questions of a week, and what a person with pencil and paper makes of them.

The week is Monday 2 to Sunday 8 November 2026 in Yekaterinburg; Wednesday 4 is a holiday. Energy works from nine to six
on weekdays, roads and the coordinators round the clock; each has four hours of working time for the first answer.
Residents write from Kaliningrad (three hours behind), from Yekaterinburg and from Kamchatka (seven hours ahead), and
each story is told by its resident's clock. The figures are looked at on Monday 9 at noon.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.desk.calendar import Calendar
from bot.model.chat import ChatRef
from tests.handlers.fakes import HOME, Office
from tests.handlers.story import Story, desk

SERVICE = ZoneInfo("Asia/Yekaterinburg")
WEST, HERE, EAST = ZoneInfo("Europe/Kaliningrad"), SERVICE, ZoneInfo("Asia/Kamchatka")
#: When the figures are looked at.
NOW = datetime(2026, 11, 9, 12, 0, tzinfo=SERVICE).astimezone(UTC)
DESK = desk(SERVICE, calendar=Calendar(holidays=frozenset({datetime(2026, 11, 4, tzinfo=SERVICE).date()})))

#: At first in each story: for energy, for roads, for the coordinators.
HEAT, ROAD, OTHER = "asks Когда дадут тепло?", "asks Когда починят дорогу? дорога", "asks Как записаться?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line on the sheet of paper: one wait. Times in minutes."""

    outcome: str = "answered"
    #: The day of November on which it began in Yekaterinburg.
    day: int
    department: str = "energy"
    clock: int = 0
    worked: int = 0
    late: bool = False
    handovers: int = 0
    interims: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    zone: ZoneInfo = HERE
    #: The day of November with which the story begins, by its resident's clock.
    day: int
    steps: tuple[str, ...]
    rows: tuple[Row, ...]


def _case(day: int, *steps: str, rows: tuple[Row, ...], zone: ZoneInfo = HERE) -> Case:
    return Case(zone=zone, day=day, steps=steps, rows=rows)


FORTY = (
    # 1-4: answered within the day.
    _case(2, f"10:00 {HEAT}", "10:30 answer", rows=(Row(day=2, clock=30, worked=30),)),
    _case(2, f"10:00 {HEAT}", "11:00 answer", rows=(Row(day=2, clock=60, worked=60),)),
    _case(2, f"10:00 {HEAT}", "12:00 answer", rows=(Row(day=2, clock=120, worked=120),)),
    _case(2, f"10:00 {HEAT}", "13:00 answer", rows=(Row(day=2, clock=180, worked=180),)),
    # 5: an hour late.
    _case(2, f"10:00 {HEAT}", "15:00 answer", rows=(Row(day=2, clock=300, worked=300, late=True),)),
    # 6: over night.
    _case(2, f"17:30 {HEAT}", "+1d 09:30 answer", rows=(Row(day=2, clock=960, worked=60),)),
    # 7: over the holiday.
    _case(3, f"17:00 {HEAT}", "+2d 10:00 answer", rows=(Row(day=3, clock=2460, worked=120),)),
    # 8: over the weekend.
    _case(6, f"17:00 {HEAT}", "+3d 10:00 answer", rows=(Row(day=6, clock=3900, worked=120),)),
    # 9, 10: a clarification, awaited by day and by night.
    _case(
        2,
        f"10:00 {HEAT}",
        "10:30 clarify Какой дом?",
        "12:30 writes Дом 5",
        "13:00 answer",
        rows=(Row(day=2, clock=60, worked=60),),
    ),
    _case(
        2,
        f"17:00 {HEAT}",
        "17:30 clarify Какой дом?",
        "+1d 10:00 writes Дом 5",
        "10:30 answer",
        rows=(Row(day=2, clock=60, worked=60),),
    ),
    # 11, 12: opened again, on the same day and after the holiday (then answered two hours late).
    _case(
        3,
        f"10:00 {HEAT}",
        "11:00 answer",
        "12:00 writes Всё равно холодно",
        "14:00 answer",
        rows=(Row(day=3, clock=60, worked=60), Row(day=3, clock=120, worked=120)),
    ),
    _case(
        3,
        f"16:00 {HEAT}",
        "17:00 answer",
        "+2d 10:00 writes Всё равно холодно",
        "16:00 answer",
        rows=(Row(day=3, clock=60, worked=60), Row(day=5, clock=360, worked=360, late=True)),
    ),
    # 13, 14: handed over.
    _case(
        2,
        f"16:00 {HEAT}",
        "17:00 transfer roads",
        "18:00 answer",
        rows=(Row(day=2, department="roads", clock=120, worked=120, handovers=1),),
    ),
    _case(
        3,
        f"09:00 {ROAD}",
        "10:00 transfer energy",
        "12:00 answer",
        rows=(Row(day=3, clock=180, worked=180, handovers=1),),
    ),
    # 15: across midnight.
    _case(2, f"22:00 {ROAD}", "+1d 00:30 answer", rows=(Row(day=2, department="roads", clock=150, worked=150),)),
    # 16-19: Monday evening in Kaliningrad is Tuesday here, Tuesday morning on Kamchatka is Monday.
    _case(2, f"22:30 {ROAD}", "23:30 answer", rows=(Row(day=3, department="roads", clock=60, worked=60),), zone=WEST),
    _case(3, f"03:00 {ROAD}", "04:30 answer", rows=(Row(day=2, department="roads", clock=90, worked=90),), zone=EAST),
    _case(4, f"10:00 {HEAT}", "+1d 07:00 answer", rows=(Row(day=4, clock=1260, worked=60),), zone=WEST),
    _case(5, f"18:00 {HEAT}", "20:00 answer", rows=(Row(day=5, clock=120, worked=120),), zone=EAST),
    # 20-22: the coordinators answer, close, see spam.
    _case(2, f"12:00 {OTHER}", "12:10 answer", rows=(Row(day=2, department="", clock=10, worked=10),)),
    _case(
        3,
        f"12:00 {OTHER}",
        "13:00 close Не наш вопрос",
        rows=(Row(outcome="closed", day=3, department="", clock=60, worked=60),),
    ),
    _case(4, f"12:00 {OTHER}", "12:05 spam", rows=(Row(outcome="spam", day=4, department="", clock=5, worked=5),)),
    # 23: he never says what he was asked.
    _case(
        5,
        f"12:00 {HEAT}",
        "13:00 clarify Какой дом?",
        "+1d 13:30 lapse",
        "+2d 13:30 lapse",
        rows=(Row(outcome="unclarified", day=5, clock=60, worked=60),),
    ),
    # 24, 25: open, the second one overdue.
    _case(8, f"20:00 {HEAT}", rows=(Row(outcome="", day=8),)),
    _case(8, f"10:00 {ROAD}", rows=(Row(outcome="", day=8, department="roads", late=True),)),
    # 26: a clarification is awaited.
    _case(6, f"10:00 {HEAT}", "11:00 clarify Дом?", rows=(Row(outcome="", day=6, clock=60, worked=60),)),
    # 27: an interim answer moves the deadline to three o'clock; the answer comes at five.
    _case(
        6,
        f"10:00 {HEAT}",
        "11:00 interim Ищем причину",
        "17:00 answer",
        rows=(Row(day=6, clock=420, worked=420, late=True, interims=1),),
    ),
    # 28, 29: a closing undone, an answer taken back.
    _case(
        6,
        f"10:00 {ROAD}",
        "11:00 close",
        "12:00 reopen",
        "13:00 answer",
        rows=(Row(day=6, department="roads", clock=180, worked=180),),
    ),
    _case(
        6,
        f"10:00 {ROAD}",
        "11:00 answer",
        "11:30 withdraw",
        "12:00 answer",
        rows=(Row(day=6, department="roads", clock=120, worked=120),),
    ),
    # 30-33: at the weekend.
    _case(7, f"10:00 {HEAT}", "+2d 09:30 answer", rows=(Row(day=7, clock=2850, worked=30),)),
    _case(7, f"10:00 {ROAD}", "10:20 answer", rows=(Row(day=7, department="roads", clock=20, worked=20),)),
    _case(
        7,
        f"11:00 {ROAD}",
        "12:30 answer",
        "13:00 writes Спасибо!",
        rows=(Row(day=7, department="roads", clock=90, worked=90),),
    ),
    _case(8, f"10:00 {OTHER}", "10:40 answer", rows=(Row(day=8, department="", clock=40, worked=40),)),
    # 34: opened again, and then handed over twice.
    _case(
        5,
        f"10:00 {HEAT}",
        "11:00 answer",
        "+1d 10:00 writes Опять холодно",
        "10:30 transfer roads",
        "11:00 transfer energy",
        "12:00 answer",
        rows=(Row(day=5, clock=60, worked=60), Row(day=6, clock=120, worked=120, handovers=2)),
    ),
    # 35: half an hour late. 36: asked before work begins.
    _case(2, f"09:00 {ROAD}", "13:30 answer", rows=(Row(day=2, department="roads", clock=270, worked=270, late=True),)),
    _case(2, f"08:00 {HEAT}", "10:00 answer", rows=(Row(day=2, clock=120, worked=60),)),
    # 37: closed, and answered all the same.
    _case(3, f"12:00 {HEAT}", "12:30 close", "14:00 answer", rows=(Row(day=3, clock=120, worked=120),)),
    # 38: a Kamchatkan morning is night here.
    _case(2, f"10:00 {OTHER}", "10:45 answer", rows=(Row(day=2, department="", clock=45, worked=45),), zone=EAST),
    # 39, 40: not of this week: Sunday evening in Kaliningrad is Monday here; the day before the week.
    _case(8, f"22:30 {ROAD}", "23:00 answer", rows=(Row(day=9, department="roads", clock=30, worked=30),), zone=WEST),
    _case(1, f"23:30 {ROAD}", "+1d 00:30 answer", rows=(Row(day=1, department="roads", clock=60, worked=60),)),
)


async def live_through(office: Office) -> None:
    """Let all forty happen."""
    for place, case in enumerate(FORTY, start=1):
        resident = ChatRef(channel=HOME, chat_id=str(100 + place))
        day = datetime(2026, 11, case.day, tzinfo=case.zone)
        await Story(office=office, day=day, resident=resident).run(case.steps)
