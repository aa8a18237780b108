"""The piece of a text that shows why a question was found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.excerpts import LENGTH, Sign, excerpt

WATER = Sign(frozenset({"вода", "воды", "воду"}))
LONG = "Здравствуйте, пишу не в первый раз. " * 6


def marked(texts: list[str], sign: Sign = WATER, resident: str = "") -> str:
    """The excerpt with its marks in square brackets."""
    line, marks = excerpt(texts, resident, sign)
    for start, end in reversed(marks):
        line = f"{line[:start]}[{line[start:end]}]{line[end:]}"
    return line


CASES = {
    "a short text is shown whole": (["Когда дадут воду?"], "Когда дадут [воду]?"),
    "capitals": (["ВОДЫ нет"], "[ВОДЫ] нет"),
    "several": (["Вода! Нет воды"], "[Вода]! Нет [воды]"),
    "one line": (["Нет\n\nводы\tс утра"], "Нет [воды] с утра"),
    "a part of a word is none": (["водопровод и заводы"], "водопровод и заводы"),
    "a letter in two parts": (["Наи\u0306дите воду"], "Найдите [воду]"),
    "a stress mark": (["Во\u0301ды нет"], "[Воды] нет"),
    "emoji before the word": (["👨‍👩‍👧‍👦🔥 воды нет"], "👨‍👩‍👧‍👦🔥 [воды] нет"),
    "a word at a comma": (["свет,вода,газ"], "свет,[вода],газ"),
    "the message that has it": (["Добрый день", "Нет воды", "спасибо"], "Нет [воды]"),
    "the message that has most": (["вода", "вода или воды"], "[вода] или [воды]"),
    "none has it": (["", "Добрый день", "ещё"], "Добрый день"),
    "nothing at all": ([], ""),
}


@pytest.mark.parametrize(("texts", "expected"), CASES.values(), ids=CASES.keys())
def test_excerpt(texts: list[str], expected: str) -> None:
    """One line, with every word that was looked for marked where it stands."""
    assert expected == marked(texts)


def test_yo() -> None:
    """ё is found by е, and shown as it was written."""
    assert "Где [ёлка]?" == marked(["Где ёлка?"], Sign(frozenset({"елка"})))


def test_far_into_a_text() -> None:
    """The piece begins with a whole word shortly before, and both ends show that there is more."""
    found = marked([f"{LONG}нет воды {LONG}"])
    assert found.startswith("…пишу не в первый раз. нет [воды] Здравствуйте,")
    assert found.endswith("…")
    assert len(found) <= LENGTH + 4


def test_word_without_spaces() -> None:
    """Where there is no space to begin at, the word itself begins the piece."""
    assert "…[воды] нет" == marked([f"{'я-' * 100}воды нет"])


def test_beginnings() -> None:
    """What begins like a word is marked, too."""
    assert "ул. [Геологов]" == marked(["ул. Геологов"], Sign(beginnings=("геол",)))


def test_name() -> None:
    """Whoever was looked for by his name is shown with it."""
    sign = Sign(frozenset({"петрова", "воды"}))
    assert "Ирина [Петрова]: Нет [воды]" == marked(["Нет воды"], sign, "Ирина Петрова")
    assert "Ирина [Петрова]" == marked([], sign, "Ирина Петрова")
    assert "Нет [воды]" == marked(["Нет воды"], sign, "Ирина")


@given(st.lists(st.text(max_size=400), max_size=3), st.text(max_size=50))
def test_marks_lie_in_the_line(texts: list[str], resident: str) -> None:
    """Whatever people write, marks are in order and within one line."""
    sign = Sign(frozenset({"а", "b", "1", *resident.lower().split()[:1]}), ("в",))
    line, marks = excerpt(texts, resident, sign)
    assert "\n" not in line
    ends = [0, *(place for mark in marks for place in mark), len(line)]
    assert sorted(ends) == ends
