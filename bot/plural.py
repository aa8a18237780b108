"""Russian plural forms: «1 вопрос», «2 вопроса», «5 вопросов»."""

from __future__ import annotations


def plural(n: int, one: str, few: str, many: str) -> str:
    """The form of the word that goes with `n`: `plural(2, "вопрос", "вопроса", "вопросов")` is «вопроса»."""
    tens, units = divmod(abs(n) % 100, 10)
    if tens == 1:
        return many
    if units == 1:
        return one
    return few if units in (2, 3, 4) else many


def count(n: int, one: str, few: str, many: str) -> str:
    """The number and the word: «2 вопроса»."""
    return f"{n} {plural(n, one, few, many)}"
