"""Having a worker process draw or write: started, fed, watched, and gone at the end whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from bot.adapter import Labels
from bot.statistics.figures import Report
from bot.statistics.table import Order, Written
from handlers.statistics.jobs import Drawing, Exporting, Job, Said, decode, encode

#: Seconds that a picture and a table may take.
DRAW_SECONDS, EXPORT_SECONDS = 60.0, 900.0
_ROOT = Path(__file__).resolve().parents[2]
#: What is run, with the kind of the job behind it.
COMMAND = (sys.executable, "-m", "handlers.statistics.worker")
#: What a worker gets to know of our environment: no tokens.
_NAMES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
#: What asyncpg reads beside the address.
_PREFIX = "PG"


class WorkerFailed(Exception):
    """A worker did not do its work; the text is the kind of the error alone, good for a log."""


async def draw_in_child(
    report: Report, labels: Labels, *, command: Sequence[str] = COMMAND, seconds: float = DRAW_SECONDS
) -> bytes:
    """The picture of these figures as PNG. Raises WorkerFailed."""
    with tempfile.TemporaryDirectory(prefix="otvet-") as folder:
        path = Path(folder) / "picture.png"
        job = Drawing(report=report, labels=labels, path=str(path))
        await _work([*command, Job.DRAW], encode(job), Path(folder), seconds)
        try:
            return await asyncio.to_thread(path.read_bytes)
        except OSError as error:
            raise WorkerFailed(type(error).__name__) from None


async def export_in_child(
    dsn: str,
    order: Order,
    path: Path,
    tell: Callable[[int, int], None] = lambda *_: None,
    *,
    command: Sequence[str] = COMMAND,
    seconds: float = EXPORT_SECONDS,
) -> Written:
    """Have the table written to a file, in a folder for it alone. Raises WorkerFailed.

    `tell` hears now and then how many rows are written, of how many.
    """
    job = Exporting(dsn=dsn, order=order, path=str(path))
    written = await _work([*command, Job.EXPORT], encode(job), path.parent, seconds, tell)
    if written is None:
        raise WorkerFailed("nothing was written")
    return written


async def _work(
    command: Sequence[str],
    job: bytes,
    folder: Path,
    seconds: float,
    tell: Callable[[int, int], None] = lambda *_: None,
) -> Written | None:
    """Run a worker to its end; killed when it takes longer, or when nobody wants the result any more."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=_environment(folder),
            # A Ctrl+C at the terminal is for us: we end it.
            start_new_session=True,
        )
    except OSError as error:
        raise WorkerFailed(type(error).__name__) from None
    try:
        async with asyncio.timeout(seconds):
            return await _listen(process, job, tell)
    except TimeoutError:
        raise WorkerFailed("timeout") from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise WorkerFailed(type(error).__name__) from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _listen(process: Process, job: bytes, tell: Callable[[int, int], None]) -> Written | None:
    assert process.stdin is not None
    assert process.stdout is not None
    # One that died at once does not listen: what it says, or does not, tells more.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(job)
        await process.stdin.drain()
        process.stdin.close()
    while line := await process.stdout.readline():
        said = decode(line, Said)
        if said.failed:
            raise WorkerFailed(said.failed)
        if said.done:
            await process.wait()
            return said.table
        tell(said.written, said.whole)
    raise WorkerFailed("ended")


def _environment(folder: Path) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if name in _NAMES or name.startswith(_PREFIX)}
    return {
        **known,
        "PYTHONPATH": str(_ROOT),
        # Where matplotlib notes which fonts there are.
        "MPLCONFIGDIR": str(folder),
        # One thread each: memory of threads that do nothing.
        "OPENBLAS_NUM_THREADS": "1",
    }
