"""The service under cProfile: `python -m benchmarks.profiled <file>`; the file is written when it stops."""

from __future__ import annotations

import cProfile
import sys
from pathlib import Path

from bot.__main__ import main


def profile(statistics: Path) -> int:
    """Run the service; returns its exit code."""
    profiler = cProfile.Profile()
    try:
        code: int = profiler.runcall(main, [])
    finally:
        profiler.dump_stats(statistics)
    return code


if __name__ == "__main__":
    sys.exit(profile(Path(sys.argv[1])))
