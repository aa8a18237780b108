"""Cutting text into pieces that a platform takes, where a reader would cut it himself."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from bot.capabilities import TextUnit

_ZWJ = "\u200d"
#: Belong to the character before them although Unicode does not class them as marks: zero width joiner and
#: non-joiner, skin tones, and the tags of which the flags of England, Scotland and Wales are made.
_JOINED = frozenset({_ZWJ, "\u200c", *map(chr, range(0x1F3FB, 0x1F400)), *map(chr, range(0xE0020, 0xE0080))})
#: Two of these make a flag.
_REGIONAL = frozenset(map(chr, range(0x1F1E6, 0x1F200)))

#: No-break spaces are whitespace, but «№ 123» must not be cut at one.
_NO_BREAK = frozenset("\u00a0\u2007\u202f")
_EMPTY_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_VISIBLE = re.compile(r"\S")
_BREAK = re.compile(r"[^\S\u00a0\u2007\u202f]")
#: A dot after one to three letters is more often «ул.», «г.» or «И.» than the end of a sentence.
_SENTENCE_END = re.compile(r"(?:[!?…]|(?<=\w\w\w\w)\.|(?<=[)»\"”.!?])\.)[)»\"”’]{0,3}(?=[^\S\u00a0\u2007\u202f])")

_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a text, `text[start:end]`, counted in code points."""

    start: int
    end: int
    text: str


def measure(text: str, unit: TextUnit) -> int:
    """How long a platform finds the text."""
    if unit is TextUnit.UTF16:
        # Half of a pair can come in through JSON: it counts as one.
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text)


def split_text(text: str, limit: int, unit: TextUnit) -> tuple[Piece, ...]:
    """Cut the text into pieces of at most `limit` units, in order.

    A text that fits is one piece, untouched; a blank one gives no piece. A longer one is cut at the end of a
    paragraph, else of a line, else of a sentence, as long as that fills a third of the limit; else between words;
    else, in a word that is longer than the limit, between graphemes; else, in a grapheme that is, between code
    points. Whitespace around a cut is dropped, the ends of the text counting as cuts; nothing else is.
    No piece is blank. Takes linear time. Raises ValueError when the limit is below 2, for which UTF-16 has no room.
    """
    if limit < 2:
        raise ValueError(f"limit must be at least 2, got {limit}")
    if not text or text.isspace():
        return ()
    if measure(text, unit) <= limit:
        return (Piece(start=0, end=len(text), text=text),)
    pieces = []
    start = _skip_whitespace(text, 0)
    while start < len(text):
        end = _cut(text, start, limit, unit)
        pieces.append(Piece(start=start, end=end, text=text[start:end]))
        start = _skip_whitespace(text, end)
    return tuple(pieces)


def shorten(text: str, limit: int, unit: TextUnit = TextUnit.CODE_POINT) -> str:
    """The beginning of the text in one line of at most `limit` units, with «…» where something was left out."""
    line = " ".join(text.split())
    if measure(line, unit) <= limit:
        return line
    if limit < 2:
        return _ELLIPSIS[:limit]
    reach = _reach(line, 0, limit - 1, unit)
    end = _last_break(line, reach // 2, reach)
    if end is None:
        end = _last_boundary(line, 0, reach)
    return line[:end].rstrip(" \u00a0\u202f,;:.-–—") + _ELLIPSIS


# --- where to cut ------------------------------------------------------------------------------------------------


def _cut(text: str, start: int, limit: int, unit: TextUnit) -> int:
    """Where the piece that starts at `start` ends; whitespace may follow."""
    reach = _reach(text, start, limit, unit)
    if _skip_whitespace(text, reach) == len(text):
        return _strip_end(text, start, reach)
    least = start + (reach - start) // 3
    for find in (_last_newline, _last_sentence):
        if (end := find(text, least, reach)) is not None:
            return end
    end = _last_break(text, start + 1, reach)
    # A word that must be cut anyway may as well fill this piece.
    if end is None or (end < least and _word_is_too_long(text, _skip_whitespace(text, end), limit, unit)):
        end = _last_boundary(text, start, reach)
    return _strip_end(text, start, end)


def _reach(text: str, start: int, limit: int, unit: TextUnit) -> int:
    """The furthest end of a piece that the limit allows."""
    window = text[start : start + limit]
    if unit is TextUnit.CODE_POINT or not window or max(window) <= "\uffff":
        return start + len(window)
    left = limit
    for index, character in enumerate(window, start):
        left -= 1 if character <= "\uffff" else 2
        if left < 0:
            return index
    return start + len(window)


def _last_newline(text: str, least: int, reach: int) -> int | None:
    """The last end of a paragraph between these, or else of a line."""
    # Four more: the empty line after a piece that just fits, its line ends of two characters each.
    ends = [found.start() for found in _EMPTY_LINES.finditer(text, least, min(reach + 4, len(text)))]
    ends = [end for end in ends if end <= reach][-1:]
    ends.append(text.rfind("\n", least, reach + 1))
    for end in ends:
        if filled := len(text[least : max(least, end)].rstrip()):
            return least + filled
    return None


def _last_sentence(text: str, least: int, reach: int) -> int | None:
    """The last end of a sentence between these."""
    last = None
    for found in _SENTENCE_END.finditer(text, least, min(reach + 1, len(text))):
        if _can_break(text, found.end()):
            last = found.end()
    return last


def _last_break(text: str, least: int, reach: int) -> int | None:
    """The last whitespace between these at which words may be parted."""
    for index in range(min(reach, len(text) - 1), least - 1, -1):
        if text[index].isspace() and _can_break(text, index):
            return index
    return None


def _can_break(text: str, index: int) -> bool:
    """Whether the whitespace at `index` parts words: it neither forbids it nor belongs to a mark that follows."""
    return text[index] not in _NO_BREAK and not _is_marked(text, index) and _is_boundary(text, 0, index)


def _word_is_too_long(text: str, start: int, limit: int, unit: TextUnit) -> bool:
    reach = _reach(text, start, limit, unit)
    return reach < len(text) and _BREAK.search(text, start, reach + 1) is None


def _last_boundary(text: str, start: int, reach: int) -> int:
    """The last end of a grapheme after `start`; `reach` itself when one grapheme is longer than that."""
    for index in range(reach, start, -1):
        # Asked first, because a sign may have thousands of marks.
        if index < len(text) and _extends(text[index]):
            continue
        if _is_boundary(text, start, index):
            return index
    return reach


# --- whitespace and graphemes ------------------------------------------------------------------------------------


def _skip_whitespace(text: str, index: int) -> int:
    found = _VISIBLE.search(text, index)
    end = found.start() if found else len(text)
    return end - 1 if end > index and _is_marked(text, end - 1) else end


def _strip_end(text: str, start: int, end: int) -> int:
    return start + max(1, len(text[start:end].rstrip()))


def _is_marked(text: str, index: int) -> bool:
    """Whether the whitespace at `index` carries a combining mark: then the two are one visible sign."""
    return text[index] not in "\r\n" and index + 1 < len(text) and _extends(text[index + 1])


@lru_cache(maxsize=4096)
def _extends(character: str) -> bool:
    """Whether it belongs to the character before it."""
    return character in _JOINED or (character > "\u02ff" and unicodedata.category(character)[0] == "M")


def _is_boundary(text: str, start: int, index: int) -> bool:
    """Whether a grapheme ends at `index`; `start` is a boundary.

    The rules of https://www.unicode.org/reports/tr29/ for what people write in messengers: marks and emoji. Line
    ends of two characters need none, since whitespace around a cut is dropped. Hangul in parts and the conjuncts of
    Indic scripts are left out.
    """
    if index in (start, len(text)):
        return True
    before, after = text[index - 1], text[index]
    if _extends(after):
        return False
    if before == _ZWJ:
        return after.isspace()
    if before in _REGIONAL and after in _REGIONAL:
        return _regional_before(text, start, index) % 2 == 0
    # A pair written as two escapes stays two code points when JSON is lenient.
    return not ("\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff")


def _regional_before(text: str, start: int, index: int) -> int:
    first = index
    while first > start and text[first - 1] in _REGIONAL:
        first -= 1
    return index - first
