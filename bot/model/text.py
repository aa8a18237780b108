"""Text that can be stored and shown: JSON can carry more than that."""

from __future__ import annotations

import re
from typing import Any

#: NUL, which PostgreSQL refuses, and halves of surrogate pairs, which no encoding takes.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with what cannot be stored replaced by `�`: no word around it is lost."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def make_storable(data: Any, *names: str) -> None:
    """Mend these fields of a frozen dataclass, from its `__post_init__`."""
    for name in names:
        text = getattr(data, name)
        if text and _UNSTORABLE.search(text) is not None:
            object.__setattr__(data, name, storable(text))
