"""The process that draws and writes tables: `python -m handlers.statistics.worker draw`, the job on standard input.

What it needs is large and slow to import, and it keeps a processor busy: the service itself has neither.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import BinaryIO

from bot.statistics.table import Written
from handlers.statistics.jobs import Drawing, Exporting, Job, Said, decode, encode
from storage.database import Database

#: Answering residents comes first.
_NICENESS = 10
#: Seconds between lines that say how far it is.
_EVERY = 0.5


def main(job: Job, into: BinaryIO, said: BinaryIO) -> int:
    """Do one job; returns the exit code."""
    try:
        match job:
            case Job.DRAW:
                _draw(decode(into.read(), Drawing))
                table = None
            case Job.EXPORT:
                table = asyncio.run(_export(decode(into.read(), Exporting), said))
    except BrokenPipeError:
        # Who asked for it is gone.
        return 1
    except Exception as error:
        _say(said, Said(failed=type(error).__name__))
        return 1
    _say(said, Said(done=True, table=table))
    return 0


def _draw(job: Drawing) -> None:
    # Imported here: who writes a table needs none of it.
    from handlers.statistics.pictures import draw

    Path(job.path).write_bytes(draw(job.report, job.labels))


async def _export(job: Exporting, said: BinaryIO) -> Written:
    from handlers.statistics.writing import write

    told = time.monotonic()

    def tell(written: int, whole: int) -> None:
        nonlocal told
        if time.monotonic() - told > _EVERY:
            told = time.monotonic()
            _say(said, Said(written=written, whole=whole))

    database = Database(job.dsn, pool_size=1)
    try:
        return await write(database, job.order, Path(job.path), tell)
    finally:
        await database.close()


def _say(said: BinaryIO, line: Said) -> None:
    said.write(encode(line) + b"\n")
    said.flush()


if __name__ == "__main__":
    os.nice(_NICENESS)
    sys.exit(main(Job(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer))
