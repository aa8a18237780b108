"""The forms of words: looked up once, in a thread, and let go when nobody searches."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable

from bot.desk.words import Inflect
from handlers import lexicon
from handlers.lexicon import Lexicon


class Dictionary:
    """A dictionary that remembers what it was asked for."""

    def __init__(self) -> None:
        self.reads = 0
        self.asked: list[str] = []
        self.threads: set[int] = set()

    def read(self) -> Inflect:
        self.reads += 1
        return self._inflect

    def _inflect(self, word: str) -> Iterable[str]:
        self.asked.append(word)
        self.threads.add(threading.get_ident())
        return (word, f"{word}ы", f"{word}-ё", f"{word}ё")


async def test_forms() -> None:
    """Each word has its forms, spelt as texts are taken apart; a form of two words is none."""
    found = await Lexicon(Dictionary().read).forms(["вод", "14"])
    assert {"вод": ("вод", "воды", "воде"), "14": ("14",)} == found


async def test_real_dictionary() -> None:
    """The dictionary that the service comes with knows cases, numbers and names."""
    found = await Lexicon().forms(["вода", "надым", "ирина"])
    assert {"воды", "водой", "воде"} <= set(found["вода"])
    assert {"надыме", "надыма"} <= set(found["надым"])
    assert {"ирины", "ирине"} <= set(found["ирина"])


async def test_looked_up_once() -> None:
    """The dictionary is read once, and asked once for a word, by however many; never on the loop."""
    dictionary = Dictionary()
    words = Lexicon(dictionary.read)
    await asyncio.gather(*(words.forms(["вод", "ям"]) for _ in range(5)))
    await words.forms(["вод", "луж"])
    assert (1, ["вод", "ям", "луж"]) == (dictionary.reads, dictionary.asked)
    assert threading.get_ident() not in dictionary.threads


async def test_let_go() -> None:
    """When nobody searches for a while, the memory is given back; the next search reads it anew."""
    dictionary = Dictionary()
    words = Lexicon(dictionary.read, idle=0)
    await words.forms(["вод"])
    # A timer of no seconds goes off on the next round of the loop, and what it does is done on the one after.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await words.forms(["вод"])
    assert 2 == dictionary.reads


async def test_not_without_end() -> None:
    """Whatever is looked for, no more than so many words are kept, the latest."""
    dictionary = Dictionary()
    words = Lexicon(dictionary.read)
    letters = "абвгдежзийклмнопрстуфхцчшщэюя"
    many = [f"{one}{two}{three}" for one in letters for two in letters for three in letters[:8]]
    assert len(many) > lexicon.KEPT
    await words.forms(many)
    asked = len(dictionary.asked)
    await words.forms(many[-10:])
    assert asked == len(dictionary.asked)
    await words.forms(many[:1])
    assert asked + 1 == len(dictionary.asked)
