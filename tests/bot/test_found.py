"""How officials see what was found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.fit import Draft
from bot.desk import found
from bot.desk.cards import Look
from bot.desk.commands import Choice, Chosen, numbers_shown, read_button
from bot.desk.search import MOST, Found, Hit
from bot.model.question import Status

NOW = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
LOOK = Look(
    zone=UTC,
    titles={},
    departments={"energy": "Энергетика"},
    topics={"heating": "Отопление"},
    places={"nadym": "Надым"},
)
HIT = Hit(
    number=7,
    status=Status.ANSWERED,
    asked_at=NOW - timedelta(days=17, minutes=30),
    answered_at=NOW,
    due_at=NOW - timedelta(days=17),
    channel="telegram",
    department="energy",
    topic="heating",
    place="nadym",
    resident="Ирина",
    excerpt="Нет тепла в № 5 🔥",
    marks=((4, 9),),
)


def page(**more: object) -> Draft:
    values: dict[str, object] = {"hits": (HIT,), "total": 1, **more}
    return found.page(Found(**values), "тепло", LOOK, NOW, "abc123")  # type: ignore[arg-type]


def test_hit() -> None:
    """A hit says how it stands, since when, where, what about and whose; its words are bold where they stand."""
    draft = page()
    assert (
        "Нашлось: 1\n\n№ 7 · отвечен · 11:30 3 ноября · Надым · Отопление · Энергетика\nНет тепла в № 5 🔥"
    ) == draft.text
    assert ["Нашлось: 1", "№ 7", "тепла"] == [draft.text[span.start : span.end] for span in draft.spans]
    assert {7} == numbers_shown(draft.text, draft.spans)
    assert draft.keyboard is None


@pytest.mark.parametrize(
    ("status", "due_at", "says"),
    [
        (Status.OPEN, NOW + timedelta(hours=1), "ждёт ответа ·"),
        (Status.OPEN, NOW - timedelta(hours=1), "ждёт ответа, просрочен ·"),
        (Status.CLARIFYING, NOW - timedelta(hours=1), "ждём уточнения ·"),
        (Status.CLOSED, NOW - timedelta(hours=1), "закрыт без ответа ·"),
    ],
)
def test_states(status: Status, due_at: datetime, says: str) -> None:
    """Each state has its word; what still waits past its deadline is overdue."""
    assert f"№ 7 · {says}" in page(hits=(replace(HIT, status=status, due_at=due_at),)).text


def test_bare_hit() -> None:
    """What is not known is left out."""
    bare = replace(HIT, department="", topic="", place="", excerpt="", marks=())
    assert page(hits=(bare,)).text.endswith("№ 7 · отвечен · 11:30 3 ноября\n(без текста)")


@pytest.mark.parametrize(
    ("total", "page_", "only_newest", "head", "labels"),
    [
        (10, 0, False, "Нашлось: 10\n", []),
        (11, 0, False, "Нашлось: 11 · страница 1 из 2\n", ["Дальше →"]),
        (11, 1, False, "Нашлось: 11 · страница 2 из 2\n", ["← Назад"]),
        (25, 1, True, "Нашлось: 25+ · страница 2 из 3\n", ["← Назад", "Дальше →"]),
        (MOST, 99, False, "Нашлось: 1000+ · страница 100 из 100\n", ["← Назад"]),
    ],
)
def test_pages(total: int, page_: int, only_newest: bool, head: str, labels: list[str]) -> None:
    """How many there are, as far as they were counted, and the way to the pages beside this one."""
    draft = page(total=total, page=page_, only_newest=only_newest)
    buttons = [button for row in draft.keyboard.rows for button in row] if draft.keyboard else []
    assert draft.text.startswith(head)
    assert labels == [button.text for button in buttons]
    assert all(len(button.data) <= 60 for button in buttons)


def test_button() -> None:
    """A button turns to its page of this very search."""
    draft = page(total=11)
    assert draft.keyboard is not None
    read = read_button(draft.keyboard.rows[0][0].data)
    assert Chosen(choice=Choice.FOUND, number=1, detail="abc123") == read


def test_notes() -> None:
    """What was left out of account is said at the end."""
    assert page(notes=("Раз.", "Два."), only_newest=True).text.endswith(f"Раз.\n\nДва.\n\n{found.ONLY_NEWEST}")


def test_nothing() -> None:
    """Where nothing was found, the words are repeated, however many they are."""
    draft = found.page(Found(notes=("Раз.",)), "слово " * 900, LOOK, NOW, "abc123")
    assert draft.text.startswith("По словам «слово слово")
    assert draft.text.endswith("…» ничего не нашлось.\n\nРаз.")
    assert len(draft.text) < 120
