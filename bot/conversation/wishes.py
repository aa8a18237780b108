"""What a resident wants with his data: the buttons that say it, and the same as typed words. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.model.content import Content
from bot.model.message import Button, Keyboard

#: How long a wish to have everything removed may be confirmed.
CONFIRMS_WITHIN = timedelta(minutes=10)
#: How often he may have a file with his data.
FILE_EVERY = timedelta(hours=1)


class Wish(StrEnum):
    """What is wanted; the values are what buttons begin with."""

    MY_DATA = "mydata"
    FORGET = "forget"
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


CONSENT, NO_CONSENT = "Согласен", "Не согласен"
REMOVE, LEAVE = "Да, удалить", "Нет, оставить"

#: Understood at any time.
_ALWAYS = {
    "мои данные": Wish.MY_DATA,
    "/mydata": Wish.MY_DATA,
    "забыть меня": Wish.FORGET,
    "забудьте меня": Wish.FORGET,
    "удалить мои данные": Wish.FORGET,
    "удалите мои данные": Wish.FORGET,
    "/forget": Wish.FORGET,
    # Only that button says so: whoever writes it means nothing else.
    "да удалить": Wish.FORGET_YES,
}
#: Understood while he is asked whether everything is to be removed.
_OF_FORGETTING = {"нет оставить": Wish.FORGET_NO}
#: Understood while he is asked to consent.
_OF_CONSENT = {
    **dict.fromkeys(
        ("согласен", "согласна", "согласны", "я согласен", "я согласна", "да", "да согласен", "да согласна"),
        Wish.CONSENT_YES,
    ),
    **dict.fromkeys(
        ("не согласен", "не согласна", "не согласны", "я не согласен", "я не согласна", "нет", "нет не согласен"),
        Wish.CONSENT_NO,
    ),
}
_BUTTON = re.compile(r"(mydata|forget|forget-yes|forget-no|consent-yes|consent-no)(?::([0-9a-f]{8}))?")


def said(content: Content, *, consent_asked: bool, forget_asked: bool) -> Wish | None:
    """What these words ask for; None: they are something to pass on."""
    if content.media or content.location or content.contact or content.links:
        return None
    words = " ".join(content.text.lower().replace(",", " ").split()).rstrip(".! ")
    found = _ALWAYS.get(words)
    if found is None and forget_asked:
        found = _OF_FORGETTING.get(words)
    if found is None and consent_asked:
        found = _OF_CONSENT.get(words)
    return found


def is_consent(content: Content) -> bool:
    """Whether these words can only be meant as a consent, also of somebody who was not asked for it yet."""
    return (
        said(content, consent_asked=True, forget_asked=False) is Wish.CONSENT_YES and "соглас" in content.text.lower()
    )


def read(data: str) -> Pressed | None:
    """What a button says; None: it is none of these."""
    match = _BUTTON.fullmatch(data)
    return Pressed(wish=Wish(match[1]), text=match[2] or "") if match is not None else None


def mark_of(version: str) -> str:
    """What the buttons of a consent know of the text: one for an older text is no consent to a newer."""
    return hashlib.sha256(version.encode()).hexdigest()[:8]


def consent_keyboard(version: str) -> Keyboard:
    mark = mark_of(version)
    return Keyboard(
        rows=(
            (
                Button(text=CONSENT, data=f"{Wish.CONSENT_YES}:{mark}"),
                Button(text=NO_CONSENT, data=f"{Wish.CONSENT_NO}:{mark}"),
            ),
        )
    )


def forget_keyboard() -> Keyboard:
    return Keyboard(rows=((Button(text=REMOVE, data=Wish.FORGET_YES), Button(text=LEAVE, data=Wish.FORGET_NO)),))
