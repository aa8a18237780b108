"""How hard something works: the processor's time alone, so that a busy machine changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable


def effort(work: Callable[[], object], *, tries: int = 3) -> float:
    """Seconds of the processor's time, the least of some tries."""
    spent = []
    for _ in range(tries):
        began = time.thread_time()
        work()
        spent.append(time.thread_time() - began)
    return min(spent)
