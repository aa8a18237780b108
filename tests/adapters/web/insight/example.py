"""Figures of a made-up region, as big as a real one, and an `Insight` over them that remembers what it was asked."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.adapter import Labels
from bot.desk.search import Found, Hit
from bot.model.chat import ChatRef
from bot.model.question import Status
from bot.statistics.bins import starts
from bot.statistics.figures import (
    LIST_PAGE,
    OTHERS,
    Behind,
    By,
    Counts,
    Day,
    Figures,
    Listed,
    LongWait,
    Month,
    Report,
    Scope,
    Targets,
    Times,
    What,
)
from bot.statistics.period import Period

ZONE = ZoneInfo("Asia/Yekaterinburg")
NOW = datetime(2026, 11, 15, 9, 5, tzinfo=UTC)
TODAY = date(2026, 11, 15)
TARGETS = Targets(own=timedelta(hours=3, minutes=12), country=timedelta(hours=4, minutes=31))

_TOPICS = (
    "Отопление", "Вода", "Дороги", "Школы", "Детские сады", "Поликлиники", "Лекарства", "Автобусы",
    "Мусор", "Освещение", "Дворы", "Ремонт домов", "Жильё", "Пособия", "Пенсии", "Налоги", "Работа", "Спорт",
    "Животные", "Связь", "Паспорта", "Вахтовики", "Экология", "Газ", "Электричество", "Лифты", "Стройка", "Земля",
    "Торговля", "Туризм", "Ветераны", "Безопасность", "Паводок", "Аэропорт", "Переправа", "Зимник", "Рыбалка", "Другое",
    "Культура", "Зимники",
)  # fmt: skip
_PLACES = (
    "Салехард", "Новый Уренгой", "Ноябрьск", "Надымский район", "Муравленко", "Губкинский", "Лабытнанги",
    "Пуровский район", "Тазовский район", "Шурышкарский район", "Ямальский район", "Красноселькупский район", "Пангоды",
    "Тарко-Сале", "Уренгой", "Харп", "Аксарка", "Мужи", "Яр-Сале", "Газ-Сале", "Красноселькуп", "Толька", "Салемал",
    "Мыс Каменный", "Сеяха", "Панаевск", "Белоярск", "Катравож", "Горки",
    "Приуральский район",
)  # fmt: skip


def labels() -> Labels:
    """What the settings of a big region say: 300 departments, 40 topics, 30 places, 5 channels."""
    long = "Департамент государственного жилищного надзора и координации работы управляющих организаций округа"
    departments = {"energy": "Департамент энергетики", "housing": long, "evil": "<script>alert(1)</script> & «Ко»"}
    departments |= {f"school{number}": f"Школа № {number}" for number in range(1, 298)}
    return Labels(
        zone=ZONE,
        departments=departments,
        topics={f"topic{number}": name for number, name in enumerate(_TOPICS)},
        places={"nadym": "Надымский район"} | {f"place{n}": name for n, name in enumerate(_PLACES) if n != 3},
        channels={
            "telegram": "Telegram",
            "vk": "ВКонтакте",
            "vk-school5": "ВКонтакте (vk-school5)",
            "viber": "Viber",
            "web": "Сайт",
        },
        targets=TARGETS,
    )


def times(count: int, mean_minutes: float) -> Times:
    """Times as they are: many quick, few very slow."""
    if not count:
        return Times()
    mean = timedelta(minutes=round(mean_minutes))
    return Times(count=count, mean=mean, median=mean * 0.62, p90=mean * 2.3)


def figures(
    received: int, *, mean: float = 170, late: float = 0.04, reopened: float = 0.06, rated: float = 0.2
) -> Figures:
    """Figures that add up, for so many questions."""
    again = round(received * reopened)
    overdue, closed, spam, unclarified = (round(received * part) for part in (late, 0.02, 0.008, 0.004))
    waits, clarifying = round(received * 0.03), round(received * 0.01)
    answered = received - closed - spam - unclarified - waits - clarifying
    marks = round(answered * rated)
    return Figures(
        counts=Counts(
            asked=received - again,
            reopened=again,
            answered=answered,
            open=waits,
            clarifying=clarifying,
            closed=closed,
            spam=spam,
            unclarified=unclarified,
            overdue=overdue,
            handed_over=round(received * 0.11),
            interims=round(received * 0.05),
            helped=round(received * 0.17),
            rated=marks,
            rating_sum=round(marks * 4.4),
        ),
        clock=times(answered, mean),
        worked=times(answered, mean * 0.55),
    )


def days(period: Period, a_day: int = 190) -> tuple[Day, ...]:
    """Every day of a period: quiet weekends, a frost, one day without a single question."""
    chance = random.Random(period.first.toordinal())  # noqa: S311
    found = []
    for number in range(period.days):
        day = period.first + timedelta(days=number)
        weight = (0.45 if day.weekday() > 4 else 1) * chance.uniform(0.85, 1.15) * (1.8 if number % 37 == 11 else 1)
        weight = 0 if number % 41 == 20 else weight
        parts = {"telegram": 0.42, "vk": 0.33, "viber": 0.12, "web": 0.09, "vk-school5": 0.04}
        received = {channel: round(a_day * weight * part) for channel, part in parts.items()}
        clock = times(sum(received.values()), 175 * chance.uniform(0.6, 1.5))
        found.append(Day(day=day, received=received, clock=clock))
    return tuple(found)


def put_together(of_days: Sequence[Day]) -> tuple[Day, ...]:
    """The days as a report has them for charts; of the answers the mean is right, the rest is that of the first day."""
    firsts = [*starts(Period(first=of_days[0].day, last=of_days[-1].day)), date.max]
    found = []
    for first, following in pairwise(firsts):
        own = [one for one in of_days if first <= one.day < following]
        received: Counter[str] = Counter()
        for one in own:
            received.update(one.received)
        count = sum(one.clock.count for one in own)
        waited = sum((one.clock.mean * one.clock.count for one in own if one.clock.mean is not None), timedelta(0))
        clock = replace(own[0].clock, count=count, mean=waited / count if count else None)
        found.append(Day(day=first, received=received, clock=clock))
    return tuple(found)


def groups(values: Sequence[str], total: int) -> dict[str, Figures]:
    """The figures of these groups, of which few are large and many small."""
    weights = [1 / (place + 1) for place in range(len(values))]
    shares = [weight / sum(weights) for weight in weights]
    return {
        value: figures(max(round(total * share), 1), mean=120 + 37 * (place % 7), late=0.02 + 0.01 * (place % 6))
        for place, (value, share) in enumerate(zip(values, shares, strict=True))
    }


def report(scope: Scope, there: Labels) -> Report:
    """All figures of a scope, in a region as big as these labels say."""
    of_days = days(scope.period)
    total = sum(sum(day.received.values()) for day in of_days)
    return Report(
        scope=scope,
        at=NOW,
        total=figures(total, mean=171, late=0.031),
        before=figures(round(total * 0.93), mean=184, late=0.038),
        by={
            By.DEPARTMENT: groups([*there.departments, ""], total),
            By.TOPIC: groups([*there.topics, ""], total),
            By.PLACE: groups([*there.places, ""], total),
            By.CHANNEL: groups(list(there.channels), total),
            By.SOURCE: groups(["", *(f"qr-{number}" for number in range(30))], total),
        },
        days=of_days,
        bins=put_together(of_days),
        longest=(
            LongWait(question=48213, clock=timedelta(days=6, hours=4), department="housing", is_answered=False),
            LongWait(question=48377, clock=timedelta(days=4, hours=21), department="energy", is_answered=True),
            LongWait(question=48011, clock=timedelta(hours=52), department="", is_answered=True),
        ),
    )


def nothing(scope: Scope) -> Report:
    """A scope in which there was nothing at all."""
    empty = tuple(
        Day(day=scope.period.first + timedelta(days=number), received={}, clock=Times())
        for number in range(scope.period.days)
    )
    return Report(
        scope=scope, at=NOW, total=Figures(), before=Figures(), by={}, days=empty, bins=put_together(empty), longest=()
    )


def waits(total: int) -> list[Behind]:
    """So many waits, the longest first."""
    outcomes = ("answered", "", "closed", "answered", "unclarified", "spam")
    return [
        Behind(
            question=50000 - number,
            started_at=NOW - timedelta(hours=5 * number + 3),
            clock=timedelta(minutes=9 * (total - number) + 4),
            outcome=outcomes[number % len(outcomes)],
            is_late=number % 3 == 0,
            channel="telegram" if number % 2 else "vk",
            department="energy" if number % 4 else "",
            topic="topic0",
            place="nadym" if number % 3 else "",
            preview="Третий день нет горячей воды на Заводской 5, дом <b>замёрз</b>, когда включат? "
            * (1 + number % 2),
        )
        for number in range(total)
    ]


def hit(number: int) -> Hit:
    """A question about water, with the words that were looked for."""
    excerpt = "…в Надыме третий день нет <горячей> воды, управляющая компания & диспетчер молчат…"
    start = excerpt.index("воды")
    return Hit(
        number=number,
        status=list(Status)[number % 4],
        asked_at=NOW - timedelta(days=number % 300),
        answered_at=NOW - timedelta(days=number % 300 - 1) if number % 4 > 1 else None,
        due_at=NOW - timedelta(hours=1 if number % 8 else -1),
        channel="telegram",
        department="energy",
        topic="topic1",
        place="nadym",
        resident="Анна <i>К.</i>",
        excerpt=excerpt,
        marks=((excerpt.index("Надыме"), excerpt.index("Надыме") + 6), (start, start + 4)),
    )


def months(count: int, *, a_month: int = 5800) -> tuple[Month, ...]:
    """So many months, the newest first; small groups are put together."""
    there = labels()
    found = []
    for number in range(count):
        place = 2026 * 12 + 10 - number
        first = date(place // 12, place % 12 + 1, 1)
        total = a_month // 2 if number == 0 else a_month - 60 * number
        found.append(
            Month(
                first=first,
                total=figures(total, mean=165 + 3 * number),
                by={
                    By.DEPARTMENT: groups([*list(there.departments)[:24], "", OTHERS], total),
                    By.TOPIC: groups([*list(there.topics)[:20], OTHERS], total),
                    By.PLACE: groups([*there.places, ""], total),
                    By.CHANNEL: groups(list(there.channels), total),
                },
            )
        )
    return tuple(found)


@dataclass(slots=True, kw_only=True)
class FakeInsight:
    """An `Insight` over made-up figures.

    `allowed`: whose questions the admin chat may see. `away`: the database is away.
    """

    there: Labels = field(default_factory=labels)
    allowed: tuple[str, ...] | None = None
    away: bool = False
    is_empty: bool = False
    waits: int = 60
    hits: int = 23
    #: What a search is answered with instead: why it cannot be made.
    refusal: str = ""
    only_newest: bool = False
    notes: tuple[str, ...] = ()
    #: Departments that the settings do not have any more.
    removed: tuple[str, ...] = ("gone",)
    all_months: tuple[Month, ...] = field(default_factory=lambda: months(14))
    #: What was asked: the chat and the scope, the list and its page, the search and its page.
    scopes: list[tuple[ChatRef, Scope]] = field(default_factory=list)
    lists: list[tuple[What, int]] = field(default_factory=list)
    searches: list[tuple[str, int]] = field(default_factory=list)
    counted: int = 0

    def labels(self) -> Labels:
        return self.there

    def departments_of(self, admin_chat: ChatRef) -> tuple[str, ...] | None:
        return self.allowed

    async def has_figures(self, department: str) -> bool:
        self._check()
        return department in self.removed

    async def report(self, admin_chat: ChatRef, scope: Scope) -> Report:
        self._check()
        self.scopes.append((admin_chat, scope))
        return nothing(scope) if self.is_empty else report(scope, self.there)

    async def behind(self, admin_chat: ChatRef, scope: Scope, what: What, *, page: int) -> Listed:
        self._check()
        self.scopes.append((admin_chat, scope))
        self.lists.append((what, page))
        rows = waits(self.waits)
        return Listed(rows=rows[page * LIST_PAGE : (page + 1) * LIST_PAGE], total=len(rows), page=page)

    async def find(self, admin_chat: ChatRef, text: str, *, page: int) -> Found | str:
        self._check()
        self.searches.append((text, page))
        if self.refusal:
            return self.refusal
        found = [hit(47000 + number) for number in range(self.hits)][page * 10 : page * 10 + 10]
        return Found(hits=found, total=self.hits, page=page, only_newest=self.only_newest, notes=self.notes)

    async def months(self) -> Sequence[Month]:
        self._check()
        self.counted += 1
        return self.all_months

    def _check(self) -> None:
        if self.away:
            raise ConnectionRefusedError("the database is away")
