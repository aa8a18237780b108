"""When residents are asked what they think of answers, and what they read then."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.conversation import rating
from bot.conversation.rating import Chance, Given, ask_at, by_day, read, when_to_ask
from bot.conversation.voice import RUSSIAN, Voice, voice_of, voices

ZONE = ZoneInfo("Asia/Yekaterinburg")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HALF = timedelta(minutes=30)


def there(clock: str, day: int = 18) -> datetime:
    """A time in November by the service's clock."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


DAYS = {
    "in the morning": ("09:00", there("09:00")),
    "a minute before": ("08:59", there("09:00")),
    "after midnight": ("00:30", there("09:00")),
    "at noon": ("12:00", there("12:00")),
    "a minute before the evening": ("20:59", there("20:59")),
    "in the evening": ("21:00", there("09:00", 19)),
    "before midnight": ("23:59", there("09:00", 19)),
}


@pytest.mark.parametrize(("clock", "expected"), DAYS.values(), ids=DAYS)
def test_by_day(clock: str, expected: datetime) -> None:
    """From nine to nine by the service's own clock; at night it waits for the morning."""
    assert expected == by_day(there(clock).astimezone(UTC), ZONE)


def test_clocks_change() -> None:
    """The morning is the morning also in a night in which clocks change."""
    berlin = ZoneInfo("Europe/Berlin")
    assert datetime(2026, 10, 25, 8, tzinfo=UTC) == by_day(datetime(2026, 10, 24, 22, tzinfo=berlin), berlin)


def test_ask_at() -> None:
    """A little after the answer, by day; never where settings say so."""
    assert there("12:30") == ask_at(there("12:00"), HALF, ZONE)
    assert there("09:00", 19) == ask_at(there("20:45"), HALF, ZONE)
    assert None is ask_at(there("12:00"), None, ZONE)


#: When it was answered, where a case does not say so.
NOON = there("12:00")


def chance(answered: datetime | None = NOON, *, settled: bool = False, busy: str = "") -> Chance:
    return Chance(answered_at=answered, is_settled=settled, busy_until=there(busy) if busy else None)


WHENS = {
    "it is time": (chance(), there("12:30"), there("12:30")),
    "no answer": (chance(None), there("12:30"), None),
    "asked already": (chance(settled=True), there("12:30"), None),
    "he is writing": (chance(busy="12:35"), there("12:30"), there("12:35")),
    "he was writing": (chance(busy="12:20"), there("12:30"), there("12:30")),
    "he writes until the evening": (chance(busy="21:05"), there("20:55"), there("09:00", 19)),
    "the service was away until the night": (chance(), there("23:00"), there("09:00", 19)),
    "away for a day": (chance(), there("12:30", 19), there("12:30", 19)),
    "and a minute": (chance(), there("12:31", 19), None),
    "away since an answer in the evening": (chance(there("22:00")), there("09:00", 20), there("09:00", 20)),
}


@pytest.mark.parametrize(("how", "now", "expected"), WHENS.values(), ids=WHENS)
def test_when_to_ask(how: Chance, now: datetime, expected: datetime | None) -> None:
    """Once, by day, not while he is at something, and not about what is long ago."""
    assert expected == when_to_ask(how, HALF, now, ZONE)


def test_never() -> None:
    """Where it was turned off meanwhile nobody is asked."""
    assert None is when_to_ask(chance(), None, there("12:30"), ZONE)


ARGUMENTS = {
    "12:1:5": Given(question=12, round=1, rating=5),
    "12:1:0": Given(question=12, round=1, rating=0),
    "5": Given(rating=5),
    "77": Given(rating=77),
    "": Given(),
    "12:1": Given(),
    "12::5": Given(),
    "a:1:5": Given(),
    "1:2:3:4": Given(),
    "12:99999999:5": Given(question=12, round=32_767, rating=5),
    "9999999999999999": Given(),
}


@pytest.mark.parametrize(("argument", "expected"), ARGUMENTS.items(), ids=lambda value: str(value)[:20] or "none")
def test_read(argument: str, expected: Given) -> None:
    """What buttons and words say; what is forged says nothing."""
    assert expected == read(argument)


@pytest.mark.parametrize("voice", voices(), ids=lambda voice: voice.language)
def test_asked(voice: Voice) -> None:
    """Five buttons, best last, and the number of the question: he may have asked several."""
    text, row = rating.ask(voice, 123, 2)
    assert "№ 123" in text
    assert [(str(n), f"rate:123:2:{n}") for n in range(1, 6)] == [(one.text, one.data) for one in row]


@pytest.mark.parametrize("given", range(1, 6))
def test_thanks(given: int) -> None:
    """Everybody is thanked; whoever was not helped hears how to get another answer, where that can be."""
    said = [
        rating.thanks(RUSSIAN, 123, given, may_say_why=why, reopens=reopens)
        for why in (True, False)
        for reopens in (True, False)
    ]
    assert [True] * 4 == [text.startswith("Спасибо") for text in said]
    assert [given < 3, False, given < 3, False] == ["«открыть снова 123»" in text for text in said]
    assert [True, True, False, False] == ["напишите, " in text.lower() for text in said]


def test_in_english() -> None:
    """All of it is there in English."""
    english = voice_of("en")
    said = [
        rating.ask(english, 1, 1)[0],
        rating.passed_on(english, reopens=True),
        *(rating.thanks(english, 1, given, may_say_why=True, reopens=True) for given in (1, 5)),
    ]
    assert [] == [text for text in said if re.search("[а-яё]", text, re.IGNORECASE)]
