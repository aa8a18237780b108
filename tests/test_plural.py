"""Russian plural forms."""

from __future__ import annotations

import pytest

from bot.plural import count, plural

FORMS = {
    "one": [1, 21, 101, 1001, -1],
    "few": [2, 3, 4, 22, 104, 1003],
    "many": [0, 5, 9, 10, 11, 12, 13, 14, 19, 20, 25, 100, 111, 112, 214, 1011],
}


@pytest.mark.parametrize(("form", "n"), [(form, n) for form, numbers in FORMS.items() for n in numbers])
def test_plural(form: str, n: int) -> None:
    """Each number takes its form, also those that end in 11 to 14."""
    assert form == plural(n, "one", "few", "many")


def test_count() -> None:
    """The number stands before its word."""
    expected = ["1 вопрос", "2 вопроса", "11 вопросов"]
    assert expected == [count(n, "вопрос", "вопроса", "вопросов") for n in (1, 2, 11)]
