"""The grammar of bans, what is too much at once, and what officials and residents read of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import order
from bot.conversation.voice import RUSSIAN
from bot.desk import moderation
from bot.desk.moderation import FOREVER, LIMIT, LONGEST, SHORTEST, USUAL, WINDOW, Term, Unclear, is_surplus, read_term

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

TERMS = {
    "": Term(span=USUAL),
    "оскорбления": Term(span=USUAL, reason="оскорбления"),
    "7д оскорбления": Term(span=7 * DAY, reason="оскорбления"),
    "7d": Term(span=7 * DAY),
    "7Д": Term(span=7 * DAY),
    "12ч": Term(span=12 * HOUR),
    "12h мат": Term(span=12 * HOUR, reason="мат"),
    "2н": Term(span=14 * DAY),
    "2w": Term(span=14 * DAY),
    "7 дней": Term(span=7 * DAY),
    "12 часов мат и угрозы": Term(span=12 * HOUR, reason="мат и угрозы"),
    "2 недели, за мат": Term(span=14 * DAY, reason="за мат"),
    "1 день: мат": Term(span=DAY, reason="мат"),
    "1нед. мат": Term(span=7 * DAY, reason="мат"),
    "3 суток": Term(span=3 * DAY),
    "1 месяц": Term(span=30 * DAY),
    "1 год": Term(span=365 * DAY),
    "60 минут": Term(span=HOUR),
    "365д": Term(span=365 * DAY),
    "навсегда": Term(span=FOREVER),
    "Навсегда, угрозы": Term(span=FOREVER, reason="угрозы"),
    "forever spam": Term(span=FOREVER, reason="spam"),
    "  7д\n две строки\nпричины ": Term(span=7 * DAY, reason="две строки\nпричины"),
    "7д 3 раза обругал": Term(span=7 * DAY, reason="3 раза обругал"),
    "днём и ночью пишет мат": Term(span=USUAL, reason="днём и ночью пишет мат"),
}


@pytest.mark.parametrize(("text", "term"), TERMS.items(), ids=TERMS.keys())
def test_terms(text: str, term: Term) -> None:
    """A term is a number with a unit, in Russian or English, or «навсегда»; what follows is the reason."""
    assert term == read_term(text)


@pytest.mark.parametrize("text", ["7", "7 мат", "7x мат", "7дм", "1,5ч", "дней мат", "неделя", "7-д", "²д", "1234567д"])
def test_what_is_no_term(text: str) -> None:
    """What could be meant as a term and is none is refused with an example: nobody is banned by a slip."""
    reading = read_term(text)
    assert isinstance(reading, Unclear)
    assert "Не понимаю срок, ничего не изменилось. Например: /ban 123 7д причина" in reading.why


@pytest.mark.parametrize("text", ["59м", "0ч", "0д мат", "30 минут", "366д", "8761ч", "53н", "2 года", "999999 лет"])
def test_bounds(text: str) -> None:
    """From an hour to a year, or for ever."""
    reading = read_term(text)
    assert isinstance(reading, Unclear)
    assert reading.why.startswith("Срок — от часа до года или навсегда")


@given(st.text(max_size=100))
def test_any_text_is_read(text: str) -> None:
    """Whatever an official writes is a term within the bounds, or is refused."""
    reading = read_term(text)
    assert isinstance(reading, Unclear) or reading.span == FOREVER or SHORTEST <= reading.span <= LONGEST


def test_long_reason() -> None:
    """A reason is not longer than people read."""
    reading = read_term("7д " + "мат " * 1000)
    assert isinstance(reading, Term)
    assert 500 == len(reading.reason)


@pytest.mark.parametrize(
    ("term", "trail"),
    [
        (Term(span=7 * DAY, reason="мат"), "7 дней: мат"),
        (Term(span=12 * HOUR), "12 часов"),
        (Term(span=FOREVER, reason="угрозы"), "навсегда: угрозы"),
    ],
)
def test_trail(term: Term, trail: str) -> None:
    """The audit trail has the term and the reason."""
    assert trail == moderation.trail(term)


def test_line_of_a_ban() -> None:
    """One line says until when and why."""
    term = Term(span=2 * DAY, reason="мат.")
    assert (
        "№ 5: не принимаем сообщения этого жителя до 12:00 4 марта, причина: мат. Сам вопрос остаётся как есть."
        == moderation.banned(5, NOW + term.span, term, NOW, UTC).text
    )


@pytest.mark.parametrize(
    ("until", "reason", "text"),
    [
        (NOW + DAY, "мат.", "не принимаем здесь ваши сообщения до 12:00 завтра. Причина: мат. Официальное"),
        (NOW + DAY, "", "не принимаем здесь ваши сообщения до 12:00 завтра. Официальное"),
        (NOW + FOREVER, "мат", "не принимаем здесь ваши сообщения. Причина: мат. Официальное"),
    ],
    ids=["with a reason", "without one", "for ever"],
)
def test_what_the_resident_reads(until: datetime, reason: str, text: str) -> None:
    """Term and reason, where they are, and whom to call in danger."""
    said = order.banned(RUSSIAN, until, reason, NOW, UTC)
    assert text in said
    assert said.endswith("Если есть угроза жизни, звоните 112.")


# --- too much at once ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        ([], False),
        ([1] * (LIMIT - 1), False),
        ([1] * LIMIT, True),
        ([1] * (LIMIT - 1) + [59], True),
        ([1] * (LIMIT - 1) + [60], False),
        ([1] * LIMIT + [3600], True),
        ([-1] * LIMIT, True),
        ([-3600] * LIMIT, False),
    ],
    ids=[
        "first",
        "tenth",
        "eleventh",
        "within the minute",
        "a minute later",
        "older do not count",
        "jumbled",
        "backlog",
    ],
)
def test_surplus(ages: list[int], expected: bool) -> None:
    """The eleventh message within a minute is too much, in whatever order a platform brings them."""
    assert expected == is_surplus(NOW, [NOW - timedelta(seconds=age) for age in ages])


@given(st.lists(st.integers(min_value=0, max_value=20), max_size=200))
def test_a_minute_has_no_more(pauses: list[int]) -> None:
    """What is shown by itself is never more than so many in a minute, and whoever writes slowly is never held back."""
    times, shown = list[datetime](), list[datetime]()
    at = NOW
    for pause in pauses:
        at += timedelta(seconds=pause)
        if not is_surplus(at, times[::-1]):
            shown.append(at)
        times.append(at)
    assert all(later - earlier >= WINDOW for earlier, later in zip(shown, shown[LIMIT:], strict=False))
    if all(pause * LIMIT >= WINDOW.total_seconds() for pause in pauses):
        assert times == shown


@pytest.mark.parametrize(("held_back", "words"), [(1, "1 сообщение"), (2, "2 сообщения"), (57, "57 сообщений")])
def test_count(held_back: int, words: str) -> None:
    """The count is said in good Russian, and tells a command besides the button."""
    text = moderation.surplus(123, held_back, 7).text
    assert f"№ 123 · житель прислал ещё {words} подряд\nПоказать: кнопка или /q 123" == text
