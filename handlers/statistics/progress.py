"""How far long work is, on a terminal."""

from __future__ import annotations

import time
from typing import TextIO

_CELLS = 30
#: Seconds between two drawings.
_EVERY = 0.1


class Bar:
    """A bar in one line of a terminal, and nothing where there is none: a log of a job keeps clean."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn_at: float | None = None

    def tell(self, done: int, whole: int) -> None:
        """So many are done, of so many."""
        if not self._stream.isatty():
            return
        now = time.monotonic()
        if self._drawn_at is not None and now - self._drawn_at < _EVERY and done < whole:
            return
        self._drawn_at = now
        share = done / whole if whole else 1.0
        full = round(share * _CELLS)
        self._stream.write(f"\r\x1b[K[{'#' * full}{' ' * (_CELLS - full)}] {share:4.0%}  {done:,} of {whole:,}")
        self._stream.flush()

    def clear(self) -> None:
        """Leave the line as it was."""
        if self._drawn_at is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
