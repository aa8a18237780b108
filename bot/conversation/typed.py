"""What a resident types in the place of a button: compared as people write it on a phone. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from bot.model.content import Content
from bot.model.message import Button

#: Signs that may stand around a word, as in the texts that tell it, and as people end what they write.
_AROUND = ".,!;:()…«»“”\"' "
#: Signs that stand for others on some keyboards.
_FOLDED = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "ё": "е", "–": "-", "—": "-", "‑": "-", ",": " "})
#: Kinds of characters that pictures and arrows are made of: signs, skins of hands, joiners. One of these says more.
_PICTURES, _NUMBER = frozenset(("So", "Sk", "Sm", "Mn", "Cf")), "№"


def bare(content: Content) -> str | None:
    """The words of a message as they are compared; None: there is more than words."""
    if content.media or content.location or content.contact or content.links or content.unsupported:
        return None
    return plain(content.text)


def plain(text: str) -> str:
    """Small letters, ё as е, one space between words, no signs and no pictures around them."""
    words = " ".join(text.lower().translate(_FOLDED).split())
    first, end = 0, len(words)
    while first < end and _is_around(words[first]):
        first += 1
    while first < end and _is_around(words[end - 1]):
        end -= 1
    return words[first:end]


def _is_around(sign: str) -> bool:
    return sign in _AROUND or (sign != _NUMBER and unicodedata.category(sign) in _PICTURES)


def labels(rows: Iterable[Sequence[Button]]) -> Mapping[str, str]:
    """What can be typed in the place of these buttons, each with the button's data."""
    return {plain(button.text): button.data for row in rows for button in row}
