"""What the service says to residents."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.conversation import texts

ZONE = ZoneInfo("Asia/Yekaterinburg")
#: 2026-12-30 22:30 there.
NOW = datetime(2026, 12, 30, 17, 30, tzinfo=UTC)

MOMENTS = {
    "in an hour": (NOW + timedelta(hours=1), "23:30"),
    "past midnight there, not in UTC": (NOW + timedelta(hours=2), "00:30 завтра"),
    "tomorrow, in the next month": (NOW + timedelta(hours=10), "08:30 завтра"),
    "the day after tomorrow is another year": (NOW + timedelta(days=2), "22:30 1 января 2027"),
    "yesterday": (NOW - timedelta(days=1), "22:30 29 декабря"),
    "in spring": (datetime(2026, 5, 9, 4, 5, tzinfo=UTC), "09:05 9 мая"),
}


@pytest.mark.parametrize(("at", "expected"), MOMENTS.values(), ids=MOMENTS.keys())
def test_moment(at: datetime, expected: str) -> None:
    """A point in time is said as people say it, by their own clock."""
    assert expected == texts.moment(at, NOW, ZONE)


LENGTHS = {
    timedelta(0): ("0 минут", "0 минут"),
    timedelta(seconds=50): ("1 минута", "1 минуты"),
    timedelta(minutes=2): ("2 минуты", "2 минут"),
    timedelta(minutes=11): ("11 минут", "11 минут"),
    timedelta(minutes=21): ("21 минута", "21 минуты"),
    timedelta(minutes=59): ("59 минут", "59 минут"),
    timedelta(hours=1): ("1 час", "1 часа"),
    timedelta(hours=4): ("4 часа", "4 часов"),
    timedelta(hours=21): ("21 час", "21 часа"),
    timedelta(hours=24): ("24 часа", "24 часов"),
    timedelta(hours=47): ("47 часов", "47 часов"),
    timedelta(days=2): ("2 дня", "2 дней"),
    timedelta(days=21): ("21 день", "21 дня"),
    timedelta(days=112): ("112 дней", "112 дней"),
}


@pytest.mark.parametrize(("span", "expected"), LENGTHS.items(), ids=str)
def test_length(span: timedelta, expected: tuple[str, str]) -> None:
    """Numbers and words agree, alone and behind «в течение»."""
    assert expected == (texts.length(span), texts.within(span))


def all_texts() -> dict[str, str]:
    """Everything that a resident can read."""
    return {
        "greeting": texts.greeting("Ямал Официально", timedelta(hours=4)),
        "explanation": texts.explanation(timedelta(hours=4)),
        "confirmation": texts.confirmation(123, "14:20", first=False),
        "first confirmation": texts.confirmation(123, "14:20", first=True),
        "joined": texts.joined(123),
        "promise": texts.promise_new(),
        "correction": texts.correction("Завтра"),
        "closed": texts.closed(123, "дубль"),
        "closed without a reason": texts.closed(123, ""),
        "file": texts.file_not_passed("файл «отчёт.pdf»", "больше 50 МБ"),
    }


BUREAUCRACY = re.compile(
    r"в целях|в соответствии|данн(ый|ая|ое|ые|ого|ой)\b|осуществля|является|вышеуказанн|настоящ(им|ий)|"
    r"в связи с|уважаем|посредством|надлежащ|\bобработк|в случае",
    re.IGNORECASE,
)


@pytest.mark.parametrize("text", all_texts().values(), ids=all_texts().keys())
def test_plain_words(text: str) -> None:
    """The service speaks like a person: no bureaucratic phrase, nothing too long, nothing left to fill in."""
    assert BUREAUCRACY.search(text) is None
    assert len(text) <= 600
    assert re.search(r"[{}]|None|\s\s(?<!\n\n)|\s$|[.]{2}| [.,:!]", text) is None


@pytest.mark.parametrize("name", ["greeting", "explanation", "first confirmation"])
def test_says_what_this_is_not(name: str) -> None:
    """Who meets the service for the first time hears of the law, of Gosuslugi and of 112."""
    assert [] == [word for word in ("59-ФЗ", "Госуслуги", "112") if word not in all_texts()[name]]


def test_greeting() -> None:
    """The greeting names the service, and when an answer usually comes."""
    text = all_texts()["greeting"]
    assert "«Ямал Официально»" in text
    assert "в течение 4 часов" in text


def test_confirmation() -> None:
    """The number is written `№ 123`, and the time stands beside it; the law is named the first time only."""
    text = all_texts()["confirmation"]
    assert "№ 123" in text
    assert "до 14:20" in text
    assert "59-ФЗ" not in text


def test_keyboard() -> None:
    """Under everything there are the two buttons, with data that any platform takes."""
    buttons = {button.text: button.data for row in texts.KEYBOARD.rows for button in row}
    assert {"Новый вопрос": "new", "Помощь": "help"} == buttons
