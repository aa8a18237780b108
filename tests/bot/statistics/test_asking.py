"""What officials ask figures of, in whatever order they say it."""

from __future__ import annotations

from datetime import date

import pytest

from bot.desk.routing import Department
from bot.statistics.asking import Asked, read

TODAY = date(2026, 11, 18)
DEPARTMENTS = [
    Department(slug="energy", name="Департамент энергетики"),
    Department(slug="school5", name="Школа № 5"),
    Department(slug="school6", name="Школа № 6"),
    Department(slug="2025", name="Управление стройки"),
]
ALL = "energy — Департамент энергетики, school5 — Школа № 5, school6 — Школа № 6, 2025 — Управление стройки"

DAYS = "Дни пишут так: неделя, ноябрь, 1.11-15.11."


def shown(asked: Asked | str) -> str:
    if isinstance(asked, str):
        return asked
    whose = "" if asked.department is None else f" {asked.department or 'coordinators'}"
    return f"{asked.period.first:%d.%m}-{asked.period.last:%d.%m}{whose}"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", "12.11-18.11"),
        ("вчера", "17.11-17.11"),
        ("energy", "12.11-18.11 energy"),
        ("Energy", "12.11-18.11 energy"),
        ("вчера energy", "17.11-17.11 energy"),
        ("energy вчера", "17.11-17.11 energy"),
        ("1.11-15.11 энергетик", "01.11-15.11 energy"),
        ("школа № 5", "12.11-18.11 school5"),
        ("школа № 5 с 1.11 по 15.11", "01.11-15.11 school5"),
        ("координаторы", "12.11-18.11 coordinators"),
        ("вчера координаторы", "17.11-17.11 coordinators"),
        ("2025", "12.11-18.11 2025"),
        ("неделя энергетика", "12.11-18.11 energy"),
        ("энергетике вчера", "17.11-17.11 energy"),
        ("стройке", "12.11-18.11 2025"),
        ("управления стройки", "12.11-18.11 2025"),
        # Not to be read.
        ("31.02 energy", "Дня 31.02 нет в календаре. Напишите, например: неделя, ноябрь, 1.11-15.11."),
        ("energy 31.02", "Дня 31.02 нет в календаре. Напишите, например: неделя, ноябрь, 1.11-15.11."),
        ("роскосмос", f"Отдела «роскосмос» нет. Есть: {ALL}. {DAYS}"),
        ("вчера роскосмос", f"Отдела «роскосмос» нет. Есть: {ALL}. {DAYS}"),
        ("energy чепуха", f"Отдела «energy чепуха» нет. Есть: {ALL}. {DAYS}"),
        ("' OR 1=1 --", f"Отдела «' OR 1=1 --» нет. Есть: {ALL}. {DAYS}"),
        ("х" * 5000, f"Отдела «{'х' * 40}…» нет. Есть: {ALL}. {DAYS}"),
        (
            "школы",
            "«школы» — так называется не один отдел: school5 — Школа № 5, school6 — Школа № 6. Напишите короткое имя.",
        ),
        (
            "школа",
            "«школа» — так называется не один отдел: school5 — Школа № 5, school6 — Школа № 6. Напишите короткое имя.",
        ),
    ],
)
def test_read(words: str, expected: str) -> None:
    """Coordinators name any department, or themselves; what is not there is refused with what there is."""
    assert expected == shown(read(words, TODAY, DEPARTMENTS, sees_all=True))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", "12.11-18.11"),
        ("school5 вчера", "17.11-17.11 school5"),
        ("energy", f"Отдела «energy» в этом чате нет, здесь можно посчитать: school5 — Школа № 5. {DAYS}"),
        ("координаторы", f"Отдела «координаторы» в этом чате нет, здесь можно посчитать: school5 — Школа № 5. {DAYS}"),
    ],
)
def test_own(words: str, expected: str) -> None:
    """A department asks of itself alone, and is not told who else there is."""
    assert expected == shown(read(words, TODAY, DEPARTMENTS[1:2], sees_all=False))


def test_no_departments() -> None:
    """Where there are none, nobody is told to choose."""
    assert (
        "Не понимаю «отдел»: это не дни, а отделов в настройках нет. Напишите, например: неделя, ноябрь, 1.11-15.11."
        == read("отдел", TODAY, [], sees_all=True)
    )


def test_many_departments() -> None:
    """Of hundreds the first are named."""
    many = [Department(slug=f"d{at}", name=f"Отдел {at}") for at in range(300)]
    found = read("роскосмос", TODAY, many, sees_all=True)
    assert isinstance(found, str)
    assert (True, True) == (len(found) < 500, found.endswith(f"d19 — Отдел 19 и ещё 280. {DAYS}"))
