"""Whether a resident waits for an answer: by what he wrote, and by a whole thread. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache

from bot.conversation.voice import voices
from bot.model.content import Content, MediaKind
from bot.model.question import SAID_TO_RESIDENT, Author, ThreadMessage

_THANKS_SIGN = re.compile(r"[\s👍🙏👌🤝❤♥️😊🙂🏻🏼🏽🏾🏿]+")


def unanswered_since(thread: Sequence[ThreadMessage]) -> datetime | None:
    """Since when a resident waits, going by a thread: his first message after the last answer; thanks do not count."""
    answered = max((place for place, one in enumerate(thread) if one.role is Author.OFFICIAL), default=-1)
    for one in thread[answered + 1 :]:
        if one.role in (Author.INTERIM, Author.REOPENED):
            # More was promised, or is wanted.
            return one.at
        if one.role is Author.RESIDENT and (answered < 0 or not is_thanks(one.content)):
            return one.at
    return None


def still_asked(thread: Sequence[ThreadMessage]) -> bool:
    """Whether the last that was said between the two is a question to the resident."""
    between = [one.role for one in thread if one.role is Author.RESIDENT or one.role in SAID_TO_RESIDENT]
    return bool(between) and between[-1] is Author.CLARIFYING


def is_thanks(content: Content) -> bool:
    """Whether this only thanks or agrees, so that nobody has to answer it again."""
    if content.location or content.contact or content.links:
        return False
    if content.media:
        # A sticker alone asks nothing.
        return not content.text and all(one.kind is MediaKind.STICKER for one in content.media)
    words = re.findall(r"\w+", content.text.lower())
    if not words:
        return _THANKS_SIGN.fullmatch(content.text) is not None
    thanks, around = _thanks()
    return "?" not in content.text and not thanks.isdisjoint(words) and set(words) <= around


def says_yes(content: Content) -> bool:
    """Whether this is a yes and no more: «Да», «Да, очень»."""
    if content.media or content.location or content.contact or content.links or content.unsupported:
        return False
    words = re.findall(r"\w+", content.text.lower())
    return bool(words) and words[0] in _yes() and set(words) <= _thanks()[1] | _yes() and "?" not in content.text


@cache
def _yes() -> frozenset[str]:
    return frozenset(word for voice in voices() for word in voice.words("words-yes"))


@cache
def _thanks() -> tuple[frozenset[str], frozenset[str]]:
    """The words that thank or agree, and those with the ones that may stand between them; in all languages."""
    thanks = frozenset(word for voice in voices() for word in voice.words("words-thanks"))
    return thanks, thanks.union(*(voice.words("words-around") for voice in voices()))
