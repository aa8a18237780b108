"""Asking a resident what he thinks of an answer: when, in which words, and what he reads then. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from bot.conversation.decisions import Page
from bot.conversation.typed import labels, plain
from bot.conversation.voice import Voice, voices
from bot.model.message import Button

#: How long after an answer he is asked, and the longest that settings may say.
ASK_AFTER, LATEST = timedelta(minutes=30), timedelta(days=3)
#: The hours of a day in which he is asked.
_MORNING, _EVENING = time(9), time(21)
#: What was to be asked so long ago is not asked any more.
_MISSED = timedelta(days=1)
#: Whoever was asked about one answer is not asked about others of the same time.
TOGETHER = timedelta(hours=1)
#: How long he is let alone after he wrote, and while he is asked something else.
AFTER_WORDS, WHILE_ASKED = timedelta(minutes=10), timedelta(hours=1)
#: How long after an answer it can be rated; how long a digit alone does so, and a rating can be changed.
RATED_FOR, COUNTS_FOR = timedelta(days=30), timedelta(days=1)
#: How long after a rating his next message says why.
WHY_FOR = timedelta(hours=1)
#: Changes of ratings of one question: more say nothing new, and each bad one is told to somebody.
CHANGES = 5
#: The best, and the best that is still bad.
BEST, BAD = 5, 2


def is_bad(rating: int | None) -> bool:
    return rating is not None and rating <= BAD


def by_day(at: datetime, zone: tzinfo) -> datetime:
    """The same time, or the next morning: nobody is asked at night."""
    local = at.astimezone(zone)
    if _MORNING <= local.time() < _EVENING:
        return at
    day = local.date() + timedelta(days=local.time() >= _EVENING)
    return max(datetime.combine(day, _MORNING, tzinfo=zone), at)


def ask_at(answered_at: datetime, after: timedelta | None, zone: tzinfo) -> datetime | None:
    """When to ask about an answer; `after`: how long after it; None: never."""
    return by_day(answered_at + after, zone) if after is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How things stand when the time has come to ask about an answer."""

    #: When it was given; None: no answer ended his last wait, or it does not hold.
    answered_at: datetime | None
    #: He was asked about it already, or about another one just now; or nothing can be said to him.
    is_settled: bool
    #: Until when he is to be let alone.
    busy_until: datetime | None


def when_to_ask(chance: Chance, after: timedelta | None, now: datetime, zone: tzinfo) -> datetime | None:
    """Now, or when to look again; None: he is not asked. `after`: how long after an answer; None: never."""
    if chance.answered_at is None or chance.is_settled:
        return None
    wanted_at = ask_at(chance.answered_at, after, zone)
    if wanted_at is None or now - wanted_at > _MISSED:
        return None
    return by_day(max(now, chance.busy_until or now), zone)


# --- what buttons and words say ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What stands in a button, or behind a word."""

    rating: int | None = None
    #: The question and the wait whose answer is meant; None: the one that he was asked about.
    question: int | None = None
    round: int = 0


def read(argument: str) -> Given:
    """`12:1:5` of a button, `5` behind a word, or nothing."""
    parts = [int(part) for part in argument.split(":") if part.isdecimal() and len(part) <= 15]
    if len(parts) == 3 and argument.count(":") == 2:
        return Given(question=parts[0], round=min(parts[1], 2**15 - 1), rating=parts[2])
    return Given(rating=parts[0]) if len(parts) == 1 and argument.isdecimal() else Given()


# --- what he reads -------------------------------------------------------------------------------------------------


def ask(voice: Voice, number: int, round_: int, *, by_digit: bool = True) -> tuple[str, Sequence[Button]]:
    """The question, with a button for each rating; `by_digit`: a digit alone says it, too."""
    row = [Button(text=str(rating), data=f"{Page.RATE}:{number}:{round_}:{rating}") for rating in range(1, BEST + 1)]
    return voice.say("rating-ask" if by_digit else "rating-ask-words", number=number), row


def thanks(voice: Voice, number: int, rating: int, *, may_say_why: bool, reopens: bool) -> str:
    """`may_say_why`: his next message does so. `reopens`: the question can be opened again."""
    bad = is_bad(rating)
    said = [voice.say("rating-sorry" if bad else "rating-thanks")]
    if may_say_why:
        said.append(voice.say("rating-why" if bad else "rating-say"))
    if bad and reopens:
        said.append(voice.say("rating-reopen", number=number))
    return " ".join(said)


def passed_on(voice: Voice, *, reopens: bool) -> str:
    """His words are with those who answered; `reopens`: they can become a question."""
    said = voice.say("rating-passed-on")
    return f"{said} {voice.say('rating-asks')}" if reopens else said


def asks_button(voice: Voice, number: int) -> Button:
    """Makes his last comment a part of the question."""
    return Button(text=voice.say("button-asks"), data=f"{Page.ASKS}:{number}")


def asks_words(number: int) -> Mapping[str, str]:
    """What can be typed in its place, in all languages, with the button's data."""
    words = {plain(word) for voice in voices() for word in voice.words(f"word-{Page.ASKS}")}
    buttons = [[asks_button(voice, number) for voice in voices()]]
    return {**labels(buttons), **dict.fromkeys(words, f"{Page.ASKS}:{number}")}
