"""What the page itself says: to residents in their language, from the catalogue, to officials in Russian. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache

from adapters.web.capabilities import FILES_LIMIT, TEXT_LIMIT
from adapters.web.items import Side
from adapters.web.officials import WORDS
from bot.conversation.voice import RUSSIAN, Voice, voice_of

#: In the HTML of a chat. The catalogue has these and the next ones as `page-…`.
IN_HTML = (
    *("region", "heading", "empty", "log", "to-end", "target-cancel", "attach", "message", "send", "hint-send"),
    *("hint-line", "drop", "naming", "naming-note", "name", "cancel", "save"),
)
#: What the script says; it puts the values in itself.
IN_SCRIPT = (
    *("unnamed", "you", "message", "above", "show", "sending", "sending-part", "failed", "edited", "delivered"),
    *("undelivered", "retry", "restore", "edit", "editing", "remove", "remove-file", "file-big", "file-empty"),
    *(
        "file-unread",
        "text-length",
        "to-end",
        "unseen",
        "offline",
        "silent",
        "lost",
        "stale",
        "again",
        "later",
        "today",
    ),
    *("yesterday", "day", "day-year", "moment"),
)
#: What the script says that officials alone have.
OFFICIALS_IN_SCRIPT = ("nameless", "reply", "replying", "replying-to", "restore-busy")
#: Characters of an `Accept-Language` that are looked at.
_LONGEST = 500
_WEIGHT = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)

#: Says something in the language of whoever reads it.
Saying = Callable[[Voice], str]


def saying(what: str, /, **values: object) -> Saying:
    """A text of the catalogue, to be said later."""
    return lambda voice: voice.say(what, **values)


@lru_cache(maxsize=256)
def in_html(side: Side, language: str) -> dict[str, str]:
    """The texts in the HTML of this chat, by their ids."""
    voice = voice_of(language)
    own = WORDS if side is Side.ADMIN else {}
    return {what: own.get(what) or voice.say(f"page-{what}") for what in IN_HTML}


@lru_cache(maxsize=256)
def in_script(side: Side, language: str) -> str:
    """All that the script says in this chat, as JSON. It has no plural rules: its numbers are small and said here."""
    voice = voice_of(language)
    own = WORDS if side is Side.ADMIN else {}
    texts = {what: own.get(what) or voice.text(f"page-{what}") for what in IN_SCRIPT}
    texts |= {what: own[what] for what in OFFICIALS_IN_SCRIPT if what in own}
    texts |= {
        "kb": voice.text("size-kb"),
        "mb": voice.text("size-mb"),
        "decimal-mark": voice.text("decimal-mark"),
        "text-long": text_too_long(voice),
        "many-files": too_many_files(voice),
    }
    lists = {
        "months": [voice.say(f"month-{number}") for number in range(1, 13)],
        "files": [voice.count("page-files", number) for number in range(FILES_LIMIT + 1)],
    }
    return json.dumps({"texts": texts, **lists}, ensure_ascii=False, separators=(",", ":"))


def text_too_long(voice: Voice) -> str:
    return voice.count("page-text-long", TEXT_LIMIT)


def too_many_files(voice: Voice) -> str:
    return voice.count("page-many-files", FILES_LIMIT)


def preferred(accepted: str) -> Voice | None:
    """Which of our languages a browser likes best, by its `Accept-Language`; None: it names none of them."""
    wishes = []
    for place, wish in enumerate(accepted[:_LONGEST].split(",")):
        code, has_weight, weight = wish.partition(";")
        match = _WEIGHT.fullmatch(weight.strip())
        likes = float(match[1]) if match else 0.0 if has_weight else 1.0
        wishes.append((-likes, place, code.strip().lower()))
    for dislikes, _, code in sorted(wishes):
        voice = voice_of(code)
        if dislikes and voice.language in (code, code.partition("-")[0]):
            return voice
    return None


def reader(side: str | None, accepted: str) -> Voice:
    """In whose voice a refusal is said: a resident's page tells in which language it stands, officials read Russian."""
    likes = preferred(accepted) if side == Side.RESIDENT else None
    return likes or RUSSIAN
