"""The value of a link or QR code by which residents come: what we let it be."""

from __future__ import annotations

import re

#: What each platform's link carries as it is; Telegram is the strictest: 64 of A-Z, a-z, 0-9, _ and -
#: (https://core.telegram.org/bots/features#deep-linking). Small letters alone, since people copy them by hand.
SOURCE_RULE = "1 to 32 of the characters a-z, 0-9, _ and -"
_SOURCE = re.compile(r"[a-z0-9_-]{1,32}")


def is_source(text: str) -> bool:
    """Whether links may carry this: see SOURCE_RULE."""
    return _SOURCE.fullmatch(text) is not None
