"""What a resident says when he is asked about his data: the buttons that say it, and the same as typed words. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache

from bot.conversation.typed import bare, plain
from bot.conversation.voice import Voice, voices
from bot.model.content import Content
from bot.model.message import Button, Keyboard

#: How long a wish to have everything removed may be confirmed.
CONFIRMS_WITHIN = timedelta(minutes=10)
#: How long whoever confirms it in words hears that it is too late; later they mean something else.
TOO_LATE_FOR = timedelta(hours=1)
#: How often he may have a file with his data.
FILE_EVERY = timedelta(hours=1)


class Wish(StrEnum):
    """What is said to what the service asks; the values are what buttons begin with, and name their words."""

    FORGET_YES = "forget-yes"
    FORGET_NO = "forget-no"
    CONSENT_YES = "consent-yes"
    CONSENT_NO = "consent-no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button of these."""

    wish: Wish
    #: Of a consent: to which text, see `mark_of`.
    text: str = ""


_BUTTON = re.compile(rf"({'|'.join(Wish)})(?::([0-9a-f]{{8}}))?")


def said(content: Content, *, consent_asked: bool, forget_asked: bool, forget_lately: bool = False) -> Wish | None:
    """What these words answer, in any language; None: they are something to pass on.

    `forget_lately`: he was asked, but so long ago that he can only hear that it is too late.
    """
    words = bare(content)
    if (forget_asked or forget_lately) and words in _typed(Wish.FORGET_YES):
        return Wish.FORGET_YES
    if forget_asked and words in _typed(Wish.FORGET_NO):
        return Wish.FORGET_NO
    if consent_asked and words in _typed(Wish.CONSENT_YES) | _yes():
        return Wish.CONSENT_YES
    if consent_asked and words in _typed(Wish.CONSENT_NO) | _no():
        return Wish.CONSENT_NO
    return None


def is_consent(content: Content) -> bool:
    """Whether these words can only be meant as a consent, also of somebody who was not asked for it yet."""
    return bare(content) in _typed(Wish.CONSENT_YES)


def is_plain(content: Content) -> bool:
    """Whether these words are a yes or a no to anything."""
    return bare(content) in _yes() | _no()


@cache
def _typed(wish: Wish) -> frozenset[str]:
    """What can be typed in the place of this button, in all languages."""
    return frozenset(
        plain(text) for voice in voices() for text in (voice.say(f"button-{wish}"), *voice.words(f"word-{wish}"))
    )


@cache
def _yes() -> frozenset[str]:
    """Words that agree to anything, in all languages."""
    return frozenset(plain(text) for voice in voices() for text in voice.words("words-yes"))


@cache
def _no() -> frozenset[str]:
    """Words that refuse anything, in all languages."""
    return frozenset(plain(text) for voice in voices() for text in voice.words("words-no"))


def read(data: str) -> Pressed | None:
    """What a button says; None: it is none of these."""
    match = _BUTTON.fullmatch(data)
    return Pressed(wish=Wish(match[1]), text=match[2] or "") if match is not None else None


def mark_of(version: str) -> str:
    """What the buttons of a consent know of the text: one for an older text is no consent to a newer."""
    return hashlib.sha256(version.encode()).hexdigest()[:8]


def consent_keyboard(voice: Voice, version: str) -> Keyboard:
    mark = mark_of(version)
    return _keyboard(voice, {wish: f"{wish}:{mark}" for wish in (Wish.CONSENT_YES, Wish.CONSENT_NO)})


def forget_keyboard(voice: Voice) -> Keyboard:
    return _keyboard(voice, {wish: wish.value for wish in (Wish.FORGET_YES, Wish.FORGET_NO)})


def _keyboard(voice: Voice, buttons: Mapping[Wish, str]) -> Keyboard:
    return Keyboard(
        rows=(tuple(Button(text=voice.say(f"button-{wish}"), data=data) for wish, data in buttons.items()),)
    )
