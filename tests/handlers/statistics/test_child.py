"""Worker processes: what they make, and that nothing is left of those that fail."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from handlers.statistics.child import WorkerFailed, draw_in_child, export_in_child
from handlers.statistics.jobs import Drawing, Exporting, decode, encode
from handlers.statistics.pictures import draw
from tests.bot.statistics.examples import LABELS, day, order, report

REPORT = report([day(date(2026, 11, 1), {"telegram": 3}, 1.5)])
#: Writes its number where the test finds it, reads its job, and then does as it is told.
_SCRIPT = """
import os, sys, time
open({mark!r}, "w").write(str(os.getpid()))
os.rename({mark!r}, {mark!r} + ".pid")
sys.stdin.buffer.read()
{then}
"""


@pytest.fixture
def told(tmp_path: Path) -> Callable[[str], list[str]]:
    """A command that stands in for the worker's and does this."""

    def command(then: str) -> list[str]:
        return [sys.executable, "-c", _SCRIPT.format(mark=str(tmp_path / "worker"), then=then)]

    return command


async def started(tmp_path: Path) -> int:
    """The number of the process, once it is there."""
    async with asyncio.timeout(20):
        while not (mark := tmp_path / "worker.pid").exists():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return int(mark.read_text())


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_picture_comes_from_a_process_of_its_own() -> None:
    """The picture that a worker draws is the very one of these figures."""
    assert draw(REPORT, LABELS) == await draw_in_child(REPORT, LABELS)


def test_jobs_survive_the_way() -> None:
    """A worker gets what was meant: periods, durations, names, the zone."""
    drawing = Drawing(report=REPORT, labels=LABELS, path="/p")
    assert drawing == decode(encode(drawing), Drawing)
    exporting = Exporting(dsn="postgresql://x", order=order(departments=("energy", "")), path="/p")
    assert exporting == decode(encode(exporting), Exporting)


@pytest.mark.parametrize(
    ("then", "why"),
    [
        ("sys.exit(3)", "ended"),
        ("os.kill(os.getpid(), 9)", "ended"),
        ('print(\'{"failed": "KeyError"}\')', "KeyError"),
        ("print('Traceback: Ирина')", "DecodeError"),
        ("print('{\"done\": 7}')", "ValidationError"),
        ("print('{\"done\": true}')", "FileNotFoundError"),
    ],
)
async def test_worker_that_fails(told: Callable[[str], list[str]], tmp_path: Path, then: str, why: str) -> None:
    """Whatever ails a worker becomes one error that names its kind and nothing else, and the process is gone."""
    with pytest.raises(WorkerFailed) as raised:
        await draw_in_child(REPORT, LABELS, command=told(then))
    assert why == str(raised.value)
    assert is_gone(await started(tmp_path))


async def test_worker_that_hangs(told: Callable[[str], list[str]], tmp_path: Path) -> None:
    """A worker that takes too long is ended."""
    with pytest.raises(WorkerFailed, match="timeout"):
        await draw_in_child(REPORT, LABELS, command=told("time.sleep(600)"), seconds=3)
    assert is_gone(await started(tmp_path))


async def test_worker_that_does_not_listen(tmp_path: Path) -> None:
    """A worker that dies before it has read a long job is no broken pipe of ours."""
    long = report([day(date(2026, 11, 1), {f"channel{number}": 1 for number in range(50_000)})])
    with pytest.raises(WorkerFailed, match="ended"):
        await draw_in_child(long, LABELS, command=[sys.executable, "-c", ""])


async def test_worker_that_cannot_be_started(tmp_path: Path) -> None:
    """A machine that has no room for another process is a failure like any other."""
    with pytest.raises(WorkerFailed, match="FileNotFoundError"):
        await draw_in_child(REPORT, LABELS, command=[str(tmp_path / "nothing")])


async def test_nobody_wants_it_any_more(told: Callable[[str], list[str]], tmp_path: Path) -> None:
    """When the service stops, its worker does."""
    task = asyncio.create_task(draw_in_child(REPORT, LABELS, command=told("time.sleep(600)")))
    pid = await started(tmp_path)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert is_gone(pid)


async def test_worker_knows_no_secrets(
    told: Callable[[str], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker has neither our tokens nor, on its command line, the address of the database."""
    monkeypatch.setenv("TELEGRAM_TOKEN", "1:made-up-secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:made-up-secret@h/d")
    then = f"open({str(tmp_path / 'seen')!r}, 'w').write(repr(os.environ) + repr(sys.orig_argv))"
    with pytest.raises(WorkerFailed):
        await export_in_child("postgresql://u:made-up-secret@h/d", order(), tmp_path / "t.xlsx", command=told(then))
    assert "PATH" in (tmp_path / "seen").read_text()
    assert "made-up-secret" not in (tmp_path / "seen").read_text()


async def test_service_itself_does_not_draw() -> None:
    """What draws and writes tables takes a second and a hundred megabytes: the service never imports it."""
    look = "import sys, bot.__main__; print({'matplotlib', 'xlsxwriter', 'numpy'} & set(sys.modules))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", look, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[3]
    )
    out, _ = await process.communicate()
    assert (0, b"set()\n") == (process.returncode, out)
