"""The service with a look at what it does every millisecond of CPU: `python -m benchmarks.profiled <file>`.

Sampled, not traced: tracing doubles the price of short functions and so shows the wrong ones. It begins at SIGUSR1,
so that the start is not in it. The file holds one line for each stack, as flame graphs are drawn from:
`outermost;...;innermost count`.
"""

from __future__ import annotations

import signal
import sys
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType

from bot.__main__ import main

#: Seconds of CPU between two looks; the system may take more.
_INTERVAL = 0.001

_Stack = tuple[CodeType, ...]


class Sampler:
    """Counts the stacks that it meets."""

    def __init__(self) -> None:
        self._met: Counter[_Stack] = Counter()

    def prepare(self) -> None:
        """Begin at SIGUSR1."""
        signal.signal(signal.SIGPROF, self._look)
        signal.signal(signal.SIGUSR1, lambda *_: signal.setitimer(signal.ITIMER_PROF, _INTERVAL, _INTERVAL))

    def write(self, into: Path) -> None:
        """Stop, and write what was met."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        lines = (f"{';'.join(map(_name, reversed(stack)))} {count}\n" for stack, count in self._met.most_common())
        into.write_text("".join(lines))

    def _look(self, _signal: int, frame: FrameType | None) -> None:
        stack: list[CodeType] = []
        while frame is not None:
            stack.append(frame.f_code)
            frame = frame.f_back
        self._met[tuple(stack)] += 1


def _name(code: CodeType) -> str:
    path = Path(code.co_filename)
    parts = path.parts[path.parts.index("site-packages") + 1 :] if "site-packages" in path.parts else path.parts[-3:]
    return f"{'/'.join(parts)}:{code.co_qualname if hasattr(code, 'co_qualname') else code.co_name}"


def shares(profile: Path, *, top: int = 45) -> str:
    """The functions in which most of the time goes, with what they call and without; shares of all samples."""
    within: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    total = 0
    for line in profile.read_text().splitlines():
        stack, _, times = line.rpartition(" ")
        names, number = stack.split(";"), int(times)
        total += number
        alone[names[-1]] += number
        for name in set(names):
            within[name] += number
    lines = [f"{total} samples", " within   alone"]
    for name, count in within.most_common(top):
        lines.append(f"{count / total:7.1%} {alone[name] / total:7.1%}  {name}")
    lines += ["", "  alone"]
    lines += [f"{count / total:7.1%}  {name}" for name, count in alone.most_common(top // 2)]
    return "\n".join(lines)


def run(profile: Path) -> int:
    """Run the service; returns its exit code."""
    sampler = Sampler()
    sampler.prepare()
    code: int = main([])
    sampler.write(profile)
    return code


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1])))
