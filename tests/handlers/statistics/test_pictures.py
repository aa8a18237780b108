"""The picture of a period."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from PIL import Image

from bot.statistics.figures import Counts, Day, Figures, Times
from handlers.statistics.pictures import HEIGHT, WIDTH, draw
from tests.bot.statistics.examples import LABELS, day, report

LONG = "Муниципальное бюджетное общеобразовательное учреждение «Школа № 5 имени героя труда» 🎓"


def days(count: int, received: dict[str, int], *hours: float, first: date = date(2026, 11, 1)) -> list[Day]:
    return [day(first + timedelta(days=step), received, *hours) for step in range(count)]


@pytest.mark.parametrize(
    "shown",
    [
        days(1, {"telegram": 3, "vk": 1}, 1, 2),
        days(7, {"telegram": 3}, 1) + days(1, {}, first=date(2026, 11, 8)),
        days(31, {"telegram": 3, "vk": 2}, 0.5),
        days(365, {"telegram": 3, "vk": 2}, 0.5, first=date(2026, 1, 1)),
        days(15, {f"channel{number}": number for number in range(12)}, 3),
        days(15, {}),
        days(15, {"telegram": 3_000_000}, 24 * 400),
        [*days(14, {"vk": 1}, 2), day(date(2026, 11, 15), {"vk": 1}, 24 * 90)],
        days(15, {"school": 2}, 0),
    ],
    ids=[
        "a day",
        "a week with a gap",
        "a month",
        "a year",
        "many channels",
        "nothing",
        "huge",
        "one day stands out",
        "at once",
    ],
)
def test_any_period_gives_a_picture(shown: Sequence[Day]) -> None:
    """Whatever the figures are, there is a picture of the size that a phone shows whole, with something on it."""
    labels = replace(LABELS, channels={**LABELS.channels, "school": LONG})
    picture = Image.open(io.BytesIO(draw(report(shown, departments=("energy",)), labels)))
    assert ("PNG", (WIDTH, HEIGHT)) == (picture.format, picture.size)
    assert len(picture.convert("RGB").getcolors(maxcolors=1_000_000) or []) > 50


def test_same_figures_same_picture() -> None:
    """The picture depends on the figures and on nothing else."""
    shown = days(7, {"telegram": 3, "vk": 1}, 1, 2)
    assert draw(report(shown), LABELS) == draw(report(shown), LABELS)


@pytest.mark.parametrize(
    "other",
    [
        days(7, {"telegram": 4, "vk": 1}, 1, 2),
        days(7, {"telegram": 3, "web": 1}, 1, 2),
        days(7, {"telegram": 3, "vk": 1}, 1, 3),
        days(7, {"telegram": 3, "vk": 1}, 1, 2, first=date(2026, 11, 2)),
    ],
    ids=["more questions", "another channel", "slower", "other days"],
)
def test_other_figures_other_picture(other: Sequence[Day]) -> None:
    """Whatever differs in the figures is seen."""
    assert draw(report(days(7, {"telegram": 3, "vk": 1}, 1, 2)), LABELS) != draw(report(other), LABELS)


def test_other_targets_other_picture() -> None:
    """The targets are those of the settings."""
    shown = report(days(7, {"telegram": 3}, 1, 2))
    stricter = replace(LABELS, targets=replace(LABELS.targets, own=timedelta(hours=1)))
    assert draw(shown, LABELS) != draw(shown, stricter)


def test_head_shows_the_main_figures() -> None:
    """The numbers of the head are those of the whole report: they are not made from the days."""
    shown = report(days(7, {"telegram": 3}, 1, 2))
    fewer = replace(
        shown, total=Figures(counts=Counts(asked=1, answered=1), clock=Times(count=1, mean=timedelta(hours=9)))
    )
    assert draw(shown, LABELS) != draw(fewer, LABELS)


@pytest.mark.parametrize("name", ["Цена $5 и $10^{", "\\frac{1}{", "🎄", "", "<b>&amp;</b>", "а" * 500])
def test_any_name_can_be_shown(name: str) -> None:
    """A channel may be called as it likes: no name is taken for a formula, and none is too long."""
    labels = replace(LABELS, channels={"vk": name}, departments={"energy": name})
    assert draw(report(days(7, {"vk": 3}, 1), departments=("energy",)), labels)
