"""Names, numbers and marks in the picture."""

from __future__ import annotations

from datetime import date

import pytest

from bot.statistics import picture_texts as texts
from tests.bot.statistics.examples import LABELS, NOVEMBER, day, report


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (750, "750"), (4500, "4\N{NARROW NO-BREAK SPACE}500"), (12_500, "12,5 тыс."), (3_000_000, "3 млн")],
)
def test_short_number(value: float, said: str) -> None:
    """Marks of an axis have room beside it."""
    assert said == texts.short_number(value)


def test_channels() -> None:
    """Channels are ordered by their questions; those beyond five are one heap, and none is lost."""
    received = {f"c{number}": number for number in range(1, 9)}
    series = texts.series([day(date(2026, 11, 1), received), day(date(2026, 11, 2), {"c8": 2, "c9": 0})], LABELS)
    assert ["c8", "c7", "c6", "c5", "c4", "Ещё 3"] == [one.name for one in series]
    assert [False] * 5 + [True] == [one.is_rest for one in series]
    assert (6, 0) == series[-1].counts
    assert 38 == sum(sum(one.counts) for one in series)


def test_subtitle() -> None:
    """Whoever sees the picture later sees what alone it counts; the coordinators have a name, too."""
    days = [day(NOVEMBER.first, {})]
    assert "Вопросы жителей, все отделы" == texts.subtitle(report(days), LABELS)
    only = report(days, departments=("energy", ""), place="nadym", channel="vk")
    assert "Департамент энергетики · Координаторы · Надымский район · ВКонтакте" == texts.subtitle(only, LABELS)
