"""The forms of Russian words, and how common words are: what searching needs to know of the language."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping

from bot.desk.words import Inflect, read_dictionary, tokenize
from storage.commonness import Commonness

#: Words whose forms are kept; about 1 KB each.
KEPT = 5000
#: Seconds without a search after which the dictionary is let go.
IDLE = 3600.0


class Lexicon:
    """Knows words. The dictionary (25 MB, read in 0.2 s) is there only while somebody searches."""

    def __init__(self, read: Callable[[], Inflect] = read_dictionary, *, idle: float = IDLE) -> None:
        self._read = read
        self._idle = idle
        self._inflect: Inflect | None = None
        self._forms: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._turn = asyncio.Lock()
        self._letting_go: asyncio.TimerHandle | None = None
        #: Replaced by the job that indexes.
        self.commonness = Commonness()

    async def forms(self, words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """All forms of each of these words (as `tokenize` gives them), the word itself among them."""
        wanted = dict.fromkeys(words)
        if self._letting_go is not None:
            self._letting_go.cancel()
        if any(word not in self._forms for word in wanted):
            async with self._turn:
                missing = [word for word in wanted if word not in self._forms]
                # A verb takes a millisecond, the dictionary much more: residents need not wait for it.
                self._forms |= await asyncio.to_thread(self._look_up, missing)
        found = {word: self._forms[word] for word in wanted}
        for word in wanted:
            self._forms.move_to_end(word)
        while len(self._forms) > KEPT:
            self._forms.popitem(last=False)
        self._letting_go = asyncio.get_running_loop().call_later(self._idle, self._let_go)
        return found

    def _look_up(self, words: Iterable[str]) -> dict[str, tuple[str, ...]]:
        if self._inflect is None:
            self._inflect = self._read()
        return {word: _forms(word, self._inflect) for word in words}

    def _let_go(self) -> None:
        self._inflect = None
        self._forms.clear()


def _forms(word: str, inflect: Inflect) -> tuple[str, ...]:
    if not any(map(str.isalpha, word)):
        return (word,)
    forms = (tokenize(form) for form in inflect(word))
    # A form with a hyphen is two words, here as in texts.
    return tuple(dict.fromkeys((word, *(form[0] for form in forms if len(form) == 1))))
