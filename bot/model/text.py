"""Text that can be stored and shown: JSON can carry more than that, and people write what cannot be seen."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

#: Characters of a person's name that are kept.
NAME = 64

#: NUL, which PostgreSQL refuses, and halves of surrogate pairs, which no encoding takes.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
#: Overrides of the direction of writing, left to right and right to left.
_OVERRIDES = re.compile("[\u202d\u202e]")
#: Letters and signs by their category that show nothing: fillers of Hangul, the empty cell of Braille.
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
#: Zero width joiner and non-joiner: part of a name between two visible signs, as in 👩‍💻, and only there.
_JOINERS = "\u200c\u200d"
_JOINING_NOTHING = re.compile(rf"(?<!\S)[{_JOINERS}]+|[{_JOINERS}]+(?!\S)|[{_JOINERS}]{{2,}}")


def storable(text: str) -> str:
    """The text with what cannot be stored replaced by `�`: no word around it is lost."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def make_storable(data: Any, *names: str) -> None:
    """Mend these fields of a frozen dataclass, from its `__post_init__`."""
    for name in names:
        text = getattr(data, name)
        if text and _UNSTORABLE.search(text) is not None:
            object.__setattr__(data, name, storable(text))


def straight(text: str) -> str:
    """The text as it was written: nothing turns round what follows.

    An override makes `fdp.exe` read as `exe.pdf`, and an amount as another. Whoever writes from right to left needs
    none: letters have their direction.
    """
    return _OVERRIDES.sub("", text)


def is_blank(text: str) -> bool:
    """Whether nobody can see anything in this."""
    return not any(map(_is_seen, text))


def tidy_name(name: str) -> str:
    """A person's name as one short line, empty where nothing of it can be seen.

    People choose their names, and officials read them at the head of a card: a name must not begin a new line there,
    turn the writing round or fill the screen.
    """
    line = " ".join(name.split())
    line = "".join(char for char in line if char in _JOINERS or not _is_hidden(char))
    line = " ".join(_JOINING_NOTHING.sub("", line).split())[:NAME].rstrip(f" {_JOINERS}")
    return "" if is_blank(line) else line


def _is_hidden(char: str) -> bool:
    """Control and format characters, halves of pairs, and signs that each font has its own for."""
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co")


def _is_seen(char: str) -> bool:
    # Characters that are not assigned count as seen: emoji are newer than the tables of this Python.
    category = unicodedata.category(char)
    return category in ("Cn", "Co") or (category[0] not in "CZM" and char not in _FILLERS)
