"""Cutting text: nothing lost, nothing too long, nothing torn."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.capabilities import TextUnit
from bot.delivery.split import measure, shorten, split_text

FAMILY = "👩‍👩‍👧‍👦"
FLAG = "🇷🇺"
THUMB = "👍🏽"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
SHORT_I = "и\u0306"
HEART = "❤️‍🔥"
KEYCAP = "1️⃣"
ZALGO = "а" + "\u0301\u0327\u0353" * 4

#: What a reader sees as one sign, each; any two side by side stay two signs.
GRAPHEMES = [FAMILY, FLAG, THUMB, ENGLAND, SHORT_I, HEART, KEYCAP, ZALGO, "я", "ё", "Ж", "x", "😀", ".", "!", "»", "№"]
GAPS = [" ", "  ", "\n", "\r\n", "\n\n", "\n \n", "\t", "\u00a0", ". ", "?\n"]

units = st.sampled_from(TextUnit)
signs = st.lists(st.sampled_from(GRAPHEMES + GAPS), max_size=120)
wild = st.text(alphabet=st.sampled_from("аб \n\r\t.\u00a0\u0301\u200d\ufe0f🇷😀👩🏽\ud83d\ude00"), max_size=120)
quick = settings(max_examples=200, deadline=None)


def texts(text: str, limit: int, unit: TextUnit = TextUnit.CODE_POINT) -> list[str]:
    return [piece.text for piece in split_text(text, limit, unit)]


# --- for any text ------------------------------------------------------------------------------------------------


@quick
@given(text=wild, limit=st.integers(4, 60), unit=units)
def test_only_whitespace_at_the_cuts_is_lost(text: str, limit: int, unit: TextUnit) -> None:
    """The pieces are stretches of the text in order, and between them there is nothing but whitespace."""
    end = 0
    for piece in split_text(text, limit, unit):
        assert text[piece.start : piece.end] == piece.text
        assert not text[end : piece.start].strip()
        assert end <= piece.start
        end = piece.end
    assert not text[end:].strip()


@quick
@given(text=wild, limit=st.integers(4, 60), unit=units)
def test_no_piece_is_too_long(text: str, limit: int, unit: TextUnit) -> None:
    """The limit holds in the unit in which the platform counts."""
    assert not [piece for piece in split_text(text, limit, unit) if measure(piece.text, unit) > limit]


@quick
@given(text=wild, limit=st.integers(4, 60), unit=units)
def test_no_piece_is_blank(text: str, limit: int, unit: TextUnit) -> None:
    """Platforms refuse a message without visible text."""
    assert not [piece for piece in split_text(text, limit, unit) if not piece.text.strip()]


@quick
@given(parts=signs, limit=st.integers(40, 80), unit=units)
def test_no_sign_is_torn(parts: list[str], limit: int, unit: TextUnit) -> None:
    """A cut falls between the signs that a reader sees, never inside one."""
    text = "".join(parts)
    ends, at = {0}, 0
    for part in parts:
        # Whitespace may be cut anywhere: it is dropped there.
        ends |= set(range(at, at + len(part))) if part in GAPS else set()
        at += len(part)
        ends.add(at)
    pieces = split_text(text, limit, unit)
    assert set() == {edge for piece in pieces for edge in (piece.start, piece.end)} - ends


@quick
@given(words=st.lists(st.text("абв.!", min_size=1, max_size=9), min_size=1, max_size=200), data=st.data())
def test_pieces_are_reasonably_full(words: list[str], data: st.DataObject) -> None:
    """Of words that are not long, each piece but the last fills a third of the limit, so there are not too many."""
    gaps = data.draw(st.lists(st.sampled_from([" ", "\n", "\n\n"]), min_size=len(words), max_size=len(words)))
    text = "".join(word + gap for word, gap in zip(words, gaps, strict=True))
    assert not [piece for piece in texts(text, 40)[:-1] if len(piece) < 13]


@quick
@given(words=st.lists(st.sampled_from(["дом", FAMILY, "слово" * 4, ZALGO]), max_size=60), limit=st.integers(20, 50))
def test_words_stay_whole(words: list[str], limit: int) -> None:
    """A word that fits the limit is never cut."""
    assert words == " ".join(texts(" ".join(words), limit)).split()


# --- where it is cut ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cut:
    label: str
    text: str
    limit: int
    expected: list[str]
    unit: TextUnit = TextUnit.CODE_POINT


CUTS = [
    Cut("a text that fits is untouched, with its whitespace", "  а б \n", 7, ["  а б \n"]),
    Cut("an empty text gives nothing", "", 10, []),
    Cut("a blank text gives nothing", " \n\u00a0 ", 10, []),
    Cut(
        "at a paragraph rather than at a later line", "раз два\n\nтри\nчетыре пять", 18, ["раз два", "три\nчетыре пять"]
    ),
    Cut("a line of spaces parts paragraphs", "раз два\n \nтри\nчетыре пять", 18, ["раз два", "три\nчетыре пять"]),
    Cut("line ends of two characters", "раз два\r\n\r\nтри\r\nчетыре", 16, ["раз два", "три\r\nчетыре"]),
    Cut("at a line rather than at a later sentence", "раз два\nТри дня. Всё же", 18, ["раз два", "Три дня. Всё же"]),
    Cut("at a sentence rather than at a later word", "Тепло нет? Когда дадут", 18, ["Тепло нет?", "Когда дадут"]),
    Cut(
        "after the quotes that close a sentence",
        "Он пишет: «Жду!» И долго ждёт",
        24,
        ["Он пишет: «Жду!»", "И долго ждёт"],
    ),
    Cut("not after «ул.»", "Живу здесь, ул. Ленина сто", 24, ["Живу здесь, ул. Ленина", "сто"]),
    Cut("at a word", "один два три четыре", 12, ["один два три", "четыре"]),
    Cut("not at a no-break space", "вопрос под №\u00a012", 12, ["вопрос под", "№\u00a012"]),
    Cut(
        "a paragraph that leaves too little is passed over",
        "Да.\n\nодин два три пять",
        18,
        ["Да.\n\nодин два три", "пять"],
    ),
    Cut("a long word keeps whole after a short one", "см. example.org/stranica", 20, ["см.", "example.org/stranica"]),
    Cut("a word over the limit fills the piece", "см. " + "я" * 30, 20, ["см. " + "я" * 16, "я" * 14]),
    Cut("a word over the limit", "я" * 25, 10, ["я" * 10, "я" * 10, "я" * 5]),
    Cut("flags stay whole", FLAG * 5, 5, [FLAG * 2, FLAG * 2, FLAG]),
    Cut("flags stay whole after a letter", "я" + FLAG * 3, 4, ["я" + FLAG, FLAG * 2]),
    Cut("flags made of tags stay whole", ENGLAND * 2, 10, [ENGLAND, ENGLAND]),
    Cut("families stay whole", FAMILY * 3, 20, [FAMILY * 2, FAMILY]),
    Cut("a mark stays with its letter", SHORT_I * 4, 5, [SHORT_I * 2] * 2),
    Cut("a mark stays with its space", "аб \u0301вг", 4, ["аб \u0301", "вг"]),
    Cut("a skin tone stays with its hand", THUMB * 3, 5, [THUMB * 2, THUMB]),
    Cut(
        "a sign over the limit is cut all the same",
        "а" + "\u0301" * 9,
        4,
        ["а\u0301\u0301\u0301", "\u0301" * 4, "\u0301" * 2],
    ),
    Cut("an emoji counts two in UTF-16", "😀" * 5, 4, ["😀😀", "😀😀", "😀"], TextUnit.UTF16),
    Cut("an emoji counts one in code points", "😀" * 5, 4, ["😀" * 4, "😀"]),
    Cut("an odd limit does not tear a pair", "😀" * 3, 5, ["😀😀", "😀"], TextUnit.UTF16),
    Cut(
        "a pair of lone halves stays together",
        "я\ud83d\ude00" * 2,
        5,
        ["я\ud83d\ude00я", "\ud83d\ude00"],
        TextUnit.UTF16,
    ),
]


@pytest.mark.parametrize("case", CUTS, ids=lambda case: case.label)
def test_cut(case: Cut) -> None:
    """The text is cut where a reader would cut it."""
    assert case.expected == texts(case.text, case.limit, case.unit)


HUGE = {
    "one word": "я" * 1_000_000,
    "one word of emoji": "😀" * 500_000,
    "flags": FLAG * 250_000,
    "one sign": "а" + "\u0301" * 500_000,
    "joined without end": "👩\u200d" * 250_000,
    "letters": "я " * 500_000,
    "short lines": "я\n" * 500_000,
    "nothing but line ends between two letters": "я" + "\r\n" * 500_000 + "я",
    "sentences": "Да! " * 250_000,
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_a_megabyte_takes_linear_time(text: str) -> None:
    """A text made to be slow is cut too: quadratic work would not end within the patience of whoever runs this."""
    pieces = split_text(text, 4096, TextUnit.UTF16)
    assert len(pieces) <= measure(text, TextUnit.UTF16) // 1300 + 2


def test_a_limit_without_room() -> None:
    """A limit into which not even one emoji goes is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least 2"):
        split_text("текст", 1, TextUnit.UTF16)


# --- measuring and shortening ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code_points", "utf16"),
    [
        ("", 0, 0),
        ("привет", 6, 6),
        ("😀", 1, 2),
        (FAMILY, 7, 11),
        (FLAG, 2, 4),
        ("\ud83d", 1, 1),
        ("\ud83d\ude00", 2, 2),
    ],
)
def test_measure(text: str, code_points: int, utf16: int) -> None:
    """UTF-16 counts signs beyond the first 65536 twice."""
    assert (code_points, utf16) == (measure(text, TextUnit.CODE_POINT), measure(text, TextUnit.UTF16))


SHORTENED = [
    Cut("a short text stays", "Нет тепла", 80, ["Нет тепла"]),
    Cut("whitespace becomes one space", " Нет\n\n тепла\t", 80, ["Нет тепла"]),
    Cut("cut at a word", "Нет тепла третий день", 18, ["Нет тепла третий…"]),
    Cut("a word that just fits stays", "Нет тепла третий день", 17, ["Нет тепла третий…"]),
    Cut("no comma before the ellipsis", "Нет тепла, воды и света", 14, ["Нет тепла…"]),
    Cut("a long word is cut", "я" * 100, 10, ["я" * 9 + "…"]),
    Cut("a long word after a short one is cut", "см. " + "я" * 100, 20, ["см. " + "я" * 15 + "…"]),
    Cut("no sign is torn", FAMILY * 5, 20, [FAMILY * 2 + "…"]),
    Cut("in UTF-16", "😀" * 10, 8, ["😀😀😀…"], TextUnit.UTF16),
]


@pytest.mark.parametrize("case", SHORTENED, ids=lambda case: case.label)
def test_shorten(case: Cut) -> None:
    """A preview is one line that ends at a word."""
    assert case.expected == [shorten(case.text, case.limit, case.unit)]


@quick
@given(text=wild, limit=st.integers(0, 30), unit=units)
def test_a_preview_is_never_too_long(text: str, limit: int, unit: TextUnit) -> None:
    """The limit includes the ellipsis."""
    assert measure(shorten(text, limit, unit), unit) <= limit
