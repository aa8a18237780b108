"""What figures sound like in a chat."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.model.message import Span, Style
from bot.statistics.figures import OTHERS, By, Counts, Figures, LongWait
from bot.statistics.period import Period
from bot.statistics.phrases import by_how_much, days, name, span, verdict
from bot.statistics.said import not_done, statistics, weekly
from tests.bot.statistics.reports import LABELS, figures, report, times

#: Everything that can be told.
FULL = Counts(
    asked=120,
    reopened=8,
    answered=110,
    open=10,
    clarifying=3,
    overdue=14,
    handed_over=6,
    closed=2,
    spam=2,
    unclarified=1,
    interims=4,
    helped=7,
    rated=41,
    rating_sum=190,
)
GROUPS = {
    By.DEPARTMENT: {
        "energy": figures(50, 130),
        "school5": figures(20, 40),
        "": figures(15, None),
        "roads": figures(9),
        "health": figures(3),
    },
    By.TOPIC: {"": figures(60, 200), "heating": figures(40, 100)},
    By.PLACE: {"nadym": figures(50), "gone": figures(40)},
    By.CHANNEL: {"telegram": figures(70), "vk": figures(40)},
    By.SOURCE: {"": figures(80), OTHERS: figures(20)},
}


def lines(text: str) -> list[str]:
    return text.split("\n")


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (timedelta(0), "0 сек"),
        (timedelta(seconds=59.4), "59 сек"),
        (timedelta(seconds=59.6), "1 мин"),
        (timedelta(minutes=59, seconds=40), "1 ч"),
        (timedelta(hours=3, minutes=12), "3 ч 12 мин"),
        (timedelta(hours=47, minutes=59), "47 ч 59 мин"),
        (timedelta(hours=48), "2 дн"),
        (timedelta(days=4, hours=5, minutes=20), "4 дн 5 ч"),
    ],
)
def test_span(of: timedelta, expected: str) -> None:
    """Times are as long as they need be."""
    assert expected == span(of)


@pytest.mark.parametrize(
    ("mean", "expected"),
    [
        (timedelta(hours=2, minutes=52), "быстрее на 20 минут"),
        (timedelta(hours=3, minutes=13), "медленнее на 1 минуту"),
        (timedelta(hours=3, minutes=15), "медленнее на 3 минуты"),
        (timedelta(hours=6), "медленнее на 2 ч 48 мин"),
        (timedelta(hours=3, minutes=12, seconds=20), "ровно столько"),
    ],
)
def test_verdict(mean: timedelta, expected: str) -> None:
    """A leader reads at once whether that is good."""
    assert expected == verdict(mean, timedelta(hours=3, minutes=12))


def test_by_how_much() -> None:
    """Minutes are written out, longer times are short."""
    assert ["1 минуту", "22 минуты", "11 минут", "1 ч 1 мин"] == [
        by_how_much(timedelta(minutes=minutes)) for minutes in (1, 22, 11, 61)
    ]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 11, 9), date(2026, 11, 15), "9–15 ноября 2026"),
        (date(2026, 11, 1), date(2026, 11, 1), "1 ноября 2026"),
        (date(2026, 10, 28), date(2026, 11, 3), "28 октября — 3 ноября 2026"),
        (date(2025, 12, 28), date(2026, 1, 3), "28 декабря 2025 — 3 января 2026"),
        (date(2025, 11, 1), date(2026, 11, 30), "1 ноября 2025 — 30 ноября 2026"),
    ],
)
def test_days(first: date, last: date, expected: str) -> None:
    """Which days are meant is never in doubt."""
    assert expected == days(Period(first=first, last=last))


@pytest.mark.parametrize(
    ("by", "value", "expected"),
    [
        (By.DEPARTMENT, "energy", "Энергетика"),
        (By.DEPARTMENT, "", "Координаторы"),
        (By.DEPARTMENT, "removed", "removed"),
        (By.TOPIC, "", "Тема не ясна"),
        (By.PLACE, "", "Место не названо"),
        (By.CHANNEL, "vk", "ВКонтакте"),
        (By.SOURCE, "qr-1", "qr-1"),
        (By.SOURCE, "", "Без метки"),
        (By.SOURCE, OTHERS, "Прочие"),
    ],
)
def test_name(by: By, value: str, expected: str) -> None:
    """Each group has a name that people know, also one that settings no longer have."""
    assert expected == name(LABELS, by, value)


# --- /stats --------------------------------------------------------------------------------------------------------


def test_everything() -> None:
    """All figures in at most 25 lines, beside those of the period before and the two targets."""
    now = Figures(counts=FULL, clock=times(172, count=110), worked=times(90, count=100))
    before = Figures(
        counts=replace(FULL, asked=130, answered=104, open=12, overdue=14, handed_over=4), clock=times(187)
    )
    found = statistics(report(now, before, by=GROUPS), LABELS, reply_to="7")
    assert [
        "📊 9–15 ноября 2026",
        "",
        "Поступило: 128 (↓ 10), из них снова открыто 8",
        "Отвечено: 110 (↑ 6)",
        "Ждут ответа: 10 (↓ 2), ждём уточнения от жителя: 3",
        "Просрочено: 14",
        "Закрыто без ответа: 5 (закрыто сотрудником 2, спам 2, житель не уточнил 1)",
        "Передано другому отделу: 6 (↑ 2)",
        "Промежуточных ответов: 4",
        "Помог похожий ответ: 7",
        "",
        "Первый ответ: в среднем 2 ч 52 мин (↓ 15 мин), половина — до 1 ч 55 мин, 9 из 10 — до 5 ч 44 мин",
        "В рабочее время: в среднем 1 ч 30 мин, половина — до 1 ч, 9 из 10 — до 3 ч (известно о 100 из 110)",
        "Цель 3 ч 12 мин: быстрее на 20 минут. По стране 4 ч 31 мин: быстрее на 1 ч 39 мин.",
        "Оценка: 4,6 из 5 (41 оценка)",
        "",
        "Больше всего вопросов (в скобках — первый ответ в среднем):",
        "Отделы: Энергетика — 50 (2 ч 10 мин), Школа № 5 — 20 (40 мин), Координаторы — 15, другие — 12",
        "Темы: Тема не ясна — 60 (3 ч 20 мин), Отопление — 40 (1 ч 40 мин)",
        "Места: Надымский район — 50 (2 ч 52 мин), gone — 40 (2 ч 52 мин)",
        "Каналы: Telegram — 70 (2 ч 52 мин), ВКонтакте — 40 (2 ч 52 мин)",
        "Источники: Без метки — 80 (2 ч 52 мин), Прочие — 20 (2 ч 52 мин)",
        "",
        "Стрелки — по сравнению с 2–8 ноября 2026 на тот же момент.",
    ] == lines(found.text)
    assert ("7", (Span(start=0, end=len("📊 9–15 ноября 2026"), style=Style.BOLD),)) == (found.reply_to, found.spans)


def test_little() -> None:
    """What there is not is not told; where there was nothing before, nothing is compared."""
    found = statistics(report(figures(3, None, open=3), Figures()), LABELS, whose="Энергетика")
    assert [
        "📊 9–15 ноября 2026 · Энергетика",
        "",
        "Поступило: 3",
        "Отвечено: 0",
        "Ждут ответа: 3",
        "Просрочено: 0",
        "",
        "Ответов пока нет.",
        "",
        "Сравнить не с чем: за 2–8 ноября 2026 на тот же момент вопросов не было.",
    ] == lines(found.text)


def test_of_departments() -> None:
    """Of departments it is told what came to them from others, and what they handed on and is counted elsewhere."""
    now = figures(handed_over=2, handed_on=3)
    assert ["Пришло из другого отдела: 2", "Передал другим: 3"] == [
        line for line in lines(statistics(report(now, now, departments=("energy",)), LABELS).text) if "друг" in line
    ]
    assert ["Передано другому отделу: 2"] == [
        line for line in lines(statistics(report(now, now), LABELS).text) if "друг" in line
    ]


def test_all_handed_on() -> None:
    """A department that handed on all that it got has no questions, but it is seen that it had them."""
    found = statistics(report(figures(0, None, handed_on=3), departments=("energy",)), LABELS, whose="Энергетика")
    assert "📊 9–15 ноября 2026 · Энергетика\n\nВсе вопросы переданы другим: 3." == found.text


def test_groups_without_questions() -> None:
    """Among those with the most questions nobody is named who has none."""
    by = {By.DEPARTMENT: {"energy": figures(), "roads": figures(0, None, handed_on=3)}}
    assert "Отделы" not in statistics(report(by=by), LABELS).text


def test_nothing() -> None:
    """A period without questions takes a line."""
    assert "📊 9–15 ноября 2026\n\nВопросов не было." == statistics(report(Figures()), LABELS).text


def test_one_group() -> None:
    """Where there is but one group, its figures are those of all: nothing is said twice."""
    found = statistics(report(by={By.DEPARTMENT: {"energy": figures()}}), LABELS)
    assert "Отделы" not in found.text


def test_long_names() -> None:
    """What a link or a file calls something takes its place on a phone, and no more."""
    by = {By.SOURCE: {f"{'ы' * 3000}\n/close 5": figures(), "b": figures()}}
    found = statistics(report(by=by), LABELS, whose="Департамент, " * 100)
    assert (True, True) == (len(found.text) < 900, max(map(len, lines(found.text))) < 200)


# --- the week ------------------------------------------------------------------------------------------------------


def test_week() -> None:
    """What got better, what got worse, and who waited longest."""
    now = Figures(counts=FULL, clock=times(172), worked=times(90))
    was = Figures(counts=replace(FULL, asked=92, overdue=5, handed_over=15, rating_sum=170), clock=times(192))
    by = {"energy": figures(50, 130), "school5": figures(20, 40), "roads": figures(15, 300), "health": figures(2, 10)}
    by_was = {"energy": figures(50, 190), "school5": figures(20, 30), "roads": figures(15, 301), "health": figures(9)}
    longest = (
        LongWait(question=123, clock=timedelta(days=2, hours=3), department="energy", is_answered=False),
        LongWait(question=99, clock=timedelta(hours=30), department="", is_answered=True),
    )
    found = weekly(report(now, was, by={By.DEPARTMENT: by}, before_departments=by_was, longest=longest), LABELS)
    assert [
        "📈 Неделя 9–15 ноября 2026",
        "",
        "Поступило 128 (↑ 28), отвечено 110, ждут ответа 10, ждём уточнения 3, просрочено 14.",
        "Первый ответ: в среднем 2 ч 52 мин (↓ 20 мин), половина — до 1 ч 55 мин, 9 из 10 — до 5 ч 44 мин",
        "В рабочее время: в среднем 1 ч 30 мин, половина — до 1 ч, 9 из 10 — до 3 ч",
        "Цель 3 ч 12 мин: быстрее на 20 минут. По стране 4 ч 31 мин: быстрее на 1 ч 39 мин.",
        "Оценка: 4,6 из 5 (41 оценка)",
        "",
        "👍 Стало лучше:",
        "• отвечаем быстрее: в среднем 2 ч 52 мин вместо 3 ч 12 мин",
        "• меньше переданных другому отделу: 5 % вместо 15 %",
        "• оценка выше: 4,6 вместо 4,1",
        "• Энергетика: быстрее на 1 ч",
        "",
        "👎 Стало хуже:",
        "• больше просроченных: 11 % вместо 5 %",
        "• Школа № 5: медленнее на 10 минут",
        "",
        "Дольше всего ждали:",
        "№ 123 · Энергетика · 2 дн 3 ч, ещё без ответа",
        "№ 99 · Координаторы · 30 ч, отвечен",
    ] == lines(found.text)


def test_same_week() -> None:
    """Where nothing changed that is worth a word, that is the word."""
    assert "Заметных перемен за неделю нет." in weekly(report(before=figures(10, 175)), LABELS).text


@pytest.mark.parametrize(
    ("now", "before"),
    [
        # 2.4 % and 1.5 % read «2 %» both times.
        ({"overdue": 24}, {"overdue": 15}),
        ({"handed_over": 15}, {"handed_over": 24}),
        ({"rated": 1000, "rating_sum": 4551}, {"rated": 1000, "rating_sum": 4649}),
    ],
)
def test_same_words_are_no_news(now: dict[str, int], before: dict[str, int]) -> None:
    """Nobody reads that it got better from 2 % to 2 %."""
    found = weekly(report(figures(1000, **now), figures(1000, **before)), LABELS).text
    assert "Заметных перемен за неделю нет." in found


def test_first_week() -> None:
    """Beside a week without questions nothing is better or worse."""
    found = weekly(report(before=Figures()), LABELS).text
    assert (False, False, False) == tuple(words in found for words in ("лучше", "хуже", "перемен"))


def test_quiet_week() -> None:
    """A week without questions says so."""
    found = weekly(report(Figures(), figures(4)), LABELS)
    assert "📈 Неделя 9–15 ноября 2026\n\nВопросов не было (неделей раньше — 4)." == found.text


def test_not_done() -> None:
    """Whoever asked for something that cannot be done hears what it was."""
    assert ["Статистику", "Таблицу", "Отчёт", "Это"] == [
        not_done(kind).split()[1] for kind in ("stats", "export", "report", "other")
    ]
