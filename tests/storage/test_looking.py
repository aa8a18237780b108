"""Which way through the index is the quickest, and how far back it goes."""

from __future__ import annotations

import pytest

from bot.model.chat import ChatRef
from storage.commonness import Commonness
from storage.looking import Parameters, Seen, Sought, newest, way

MILLION = 1_000_000
COMMONNESS = Commonness(
    questions=MILLION,
    parts={"часто": 0.3, "иногда": 0.05, "бывает": 0.01, "=chat:a:1": 0.01, "везде": 0.95},
    rare=0.0002,
)


def word(*forms: str, lexemes: tuple[str, ...] = ()) -> Sought:
    return Sought(forms=(forms,), lexemes=lexemes)


OFTEN, SOMETIMES, SELDOM, RARELY = word("часто"), word("иногда"), word("бывает"), word("редко")
WAYS = {
    "a rare word is listed": ([RARELY], 1, [RARELY], [], True),
    "beside it, common ones are compared": ([OFTEN, RARELY], 1, [RARELY], [OFTEN], True),
    "of a common word the newest are fetched": ([OFTEN], 999_000, [], [OFTEN], False),
    "of two common words as well": ([OFTEN, SOMETIMES], 980_000, [SOMETIMES], [OFTEN], False),
    "so they are of one that nearly all have": ([word("везде")], 999_700, [], [word("везде")], False),
    "of a less common one the newest are listed": ([SELDOM], 960_000, [SELDOM], [], False),
    "all of them": ([SELDOM], 1, [SELDOM], [], True),
    "nothing is looked for": ([], 999_000, [], [], False),
}


@pytest.mark.parametrize(("wanted", "first", "listed", "compared", "few"), WAYS.values(), ids=WAYS.keys())
def test_way(wanted: list[Sought], first: int, listed: list[Sought], compared: list[Sought], few: bool) -> None:
    """What is rare is looked up in the index, what is common is found by reading the newest questions."""
    found = way(wanted, COMMONNESS, first, MILLION)
    assert (listed, compared) == (list(found.listed), list(found.compared))
    assert few == (found.few and bool(found.listed))


def test_nobody_has_counted() -> None:
    """While nothing is known of any word, all are looked up."""
    assert (OFTEN, RARELY) == way([OFTEN, RARELY], Commonness(), 1, MILLION).listed


NEWEST = {
    "a rare word: all": ([RARELY], 1),
    "a common word: as many as it takes": ([OFTEN], MILLION - 1000),
    "two words": ([OFTEN, SOMETIMES], MILLION - 20_000),
    "a word that few have: all": ([SELDOM, SOMETIMES], 1),
    "nothing: as many as are wanted": ([], MILLION - 300),
}


@pytest.mark.parametrize(("wanted", "expected"), NEWEST.values(), ids=NEWEST.keys())
def test_newest(wanted: list[Sought], expected: int) -> None:
    """As many questions are looked at as should have what is wanted; all, where these are not many more."""
    rare = Commonness(questions=MILLION, parts=COMMONNESS.parts)
    assert pytest.approx(expected, abs=1) == newest(wanted, rare, 1, MILLION, expected=300)


def test_newest_of_few() -> None:
    """Where there are hardly more questions, all of them are looked at."""
    assert 1 == newest([OFTEN], COMMONNESS, 1, 1900, expected=300)


def test_part() -> None:
    """A name is in as many questions as have it or its words, a phrase in as many as its rarer word."""
    assert 0.3002 == pytest.approx(word("часто", lexemes=("=topic:x",)).part(COMMONNESS))
    assert 0.0102 == pytest.approx(Sought(forms=(("часто",), ("бывает",))).part(COMMONNESS))
    assert 0.3002 == pytest.approx(Sought(forms=(("час",),), begins=True).part(COMMONNESS))
    chat = Seen(chats=(ChatRef(channel="a", chat_id="1"),), departments=("b",)).sought
    assert 0.0102 == pytest.approx(chat.part(COMMONNESS))


def test_quoted() -> None:
    """Whatever an address or a name has in it, it stays one word of the query."""
    chat = ChatRef(channel="o'hara", chat_id="a\\b|c & d:*")
    given = Parameters()
    found = way([Seen(chats=(chat,)).sought], Commonness(), 1, 2).rows(given)
    assert "'=chat:o''hara:a\\\\b|c & d:*'" in given.values
    assert "hara" not in found
