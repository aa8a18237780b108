"""The rows and columns of the table of a period."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.model.question import Status
from bot.model.wait import Outcome
from bot.statistics.columns import COLUMNS
from bot.statistics.figures import Counts
from bot.statistics.rows import clean, counts_of
from tests.bot.statistics.examples import LABELS, row


def _shown(name: str, **values: Any) -> object:
    (column,) = (column for column in COLUMNS if column.name == name)
    return column.shown(row(**values), LABELS)


@pytest.mark.parametrize(
    ("name", "values", "shown"),
    [
        ("channel", {}, "Telegram"),
        ("channel", {"channel": "gone"}, "gone"),
        ("department", {}, "Департамент энергетики"),
        ("department", {"department": ""}, "Координаторы"),
        ("topic", {"topic": ""}, ""),
        ("status", {"status": Status.CLARIFYING}, "ждём уточнения"),
        ("outcome", {"outcome": Outcome.UNCLARIFIED}, "житель не уточнил"),
        ("outcome", {"outcome": None}, "ещё ждёт"),
        ("question", {"question": ""}, "[без текста]"),
        ("helped_by", {"helped_by": 77}, 77),
        ("clock", {}, timedelta(hours=2, minutes=30)),
    ],
)
def test_people_read_names(name: str, values: dict[str, Any], shown: object) -> None:
    """People read names, not slugs; of what the settings no longer have, the slug is left."""
    assert shown == _shown(name, **values)


def test_every_state_has_a_name() -> None:
    """No status and no outcome is shown as a program calls it."""
    assert [] == [one for one in Status if _shown("status", status=one) == one.value]
    assert [] == [one for one in Outcome if _shown("outcome", outcome=one) == one.value]


def test_no_name_and_no_address_of_residents() -> None:
    """The table says nothing of who asked beyond what he wrote: it goes through many hands."""
    assert set() == {column.name for column in COLUMNS} & {"resident", "name", "chat_id", "user_id", "phone"}


def test_columns_are_told_apart() -> None:
    """No two columns have the same name or title."""
    assert len(COLUMNS) == len({column.name for column in COLUMNS}) == len({column.title for column in COLUMNS})


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ({}, Counts(asked=1, answered=1)),
        ({"round": 3}, Counts(reopened=1, answered=1)),
        ({"outcome": None}, Counts(asked=1, open=1)),
        ({"outcome": None, "stands": True}, Counts(asked=1, clarifying=1)),
        ({"outcome": Outcome.CLOSED}, Counts(asked=1, closed=1)),
        ({"outcome": Outcome.SPAM}, Counts(asked=1, spam=1)),
        ({"outcome": Outcome.UNCLARIFIED}, Counts(asked=1, unclarified=1)),
        (
            {"is_overdue": True, "handovers": 2, "interims": 3, "helped_by": 5, "rating": 4},
            Counts(asked=1, answered=1, overdue=1, handed_over=1, interims=3, helped=1, rated=1, rating_sum=4),
        ),
    ],
)
def test_counts(values: dict[str, Any], counts: Counts) -> None:
    """A row adds to the figures what the figures count: a question that was handed over twice was handed over."""
    assert counts == counts_of(row(**values))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nb\rc\nd\te", "a\nb\nc\nd\te"),
        ("a\x00b\x07c\x1bd\x7fe", "abcde"),
        ("\ud83d ￾\uffff.", " ."),
        ("Ёлка 🎄 <b>&amp;</b>", "Ёлка 🎄 <b>&amp;</b>"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    """What no table can hold is left out; words, emoji and markup stay as they are."""
    assert cleaned == clean(text)
