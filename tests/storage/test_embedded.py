"""The embedded PostgreSQL: it starts at once whatever happened before, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from storage.embedded import EmbeddedError, EmbeddedServer

PROJECT = Path(__file__).parents[2]

#: A service in miniature: it starts the server, says so, and stops it when its input ends.
SERVICE = """
import asyncio, sys
from pathlib import Path
from storage.embedded import EmbeddedServer

async def main():
    server = EmbeddedServer(Path(sys.argv[1]), durable=False)
    await server.start()
    print("owner" if server.owned else "guest", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop()

asyncio.run(main())
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user can reach: pytest's own is closed to all but its owner, who may be root."""
    folder = Path(tempfile.mkdtemp(prefix="otvet-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """The data of a server that was started and stopped: to be copied, which is faster than initdb."""
    with tempfile.TemporaryDirectory(prefix="otvet-test-") as name:
        Path(name).chmod(0o711)
        folder = Path(name, "postgres")

        async def make() -> None:
            server = EmbeddedServer(folder, durable=False)
            await server.start()
            await server.stop()

        asyncio.run(make())
        yield folder / "cluster"


@pytest.fixture
def folder(place: Path, template: Path) -> Path:
    """A folder with data, and no server running."""
    return _filled(place / "postgres", template)


def _filled(folder: Path, template: Path) -> Path:
    folder.mkdir(parents=True)
    shutil.copytree(template, folder / "cluster")
    return folder


async def _ask(address: str, question: str) -> object:
    connection = await asyncpg.connect(address, timeout=10)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close(timeout=10)


def _pid(folder: Path) -> int:
    return int((folder / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def _runs(pid: int) -> bool:
    """Whether the process runs; one that is dead but not collected by its parent does not."""
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(told.strip()) and not told.startswith("Z")


def _stranger(uid: int) -> subprocess.Popen[bytes]:
    """Start a program of the same user that is no PostgreSQL."""
    return subprocess.Popen(["sleep", "600"], user=uid)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _is_gone(path: Path) -> bool:
    return not os.path.lexists(path)


@contextmanager
def _service(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the miniature service in a process of its own; gives it and what it calls itself."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVICE, str(folder)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()


async def test_first_start(place: Path) -> None:
    """On a fresh machine the server is made and answers, in Russian too; in UTC; and we own it."""
    server = EmbeddedServer(place / "deeper" / "postgres", durable=False)
    address = await server.start()
    try:
        assert server.owned
        assert "otvet" == await _ask(address, "SELECT current_user::text")
        assert "UTC" == await _ask(address, "SHOW timezone")
        assert "надым ёж" == await _ask(address, "SELECT lower('НАДЫМ ЁЖ')")
        assert "'надым':1" == await _ask(address, "SELECT to_tsvector('russian', '«Надыме»')::text")
    finally:
        await server.stop()


async def test_durable_unless_told_otherwise(place: Path) -> None:
    """What was committed survives a power cut: fsync is on unless a test turns it off."""
    server = EmbeddedServer(place / "postgres")
    address = await server.start()
    try:
        assert "on on on" == await _ask(
            address,
            "SELECT concat_ws(' ', current_setting('fsync'), current_setting('synchronous_commit'),"
            " current_setting('full_page_writes'))",
        )
    finally:
        await server.stop()


async def test_stop_leaves_no_process(folder: Path) -> None:
    """After a normal stop no server runs, and stopping twice does no harm."""
    server = EmbeddedServer(folder, durable=False)
    await server.start()
    pid = _pid(folder)
    assert _runs(pid)
    await server.stop()
    await server.stop()
    assert (False, False) == (_runs(pid), server.owned)


async def test_restart_keeps_data(folder: Path) -> None:
    """What was written before a stop is there after the next start."""
    server = EmbeddedServer(folder, durable=False)
    await _ask(await server.start(), "CREATE TABLE kept AS SELECT 42 AS number")
    await server.stop()
    try:
        assert 42 == await _ask(await server.start(), "SELECT number FROM kept")
    finally:
        await server.stop()


async def test_start_twice(folder: Path) -> None:
    """A second start of the same object changes nothing: same address, same process."""
    server = EmbeddedServer(folder, durable=False)
    try:
        first = await server.start(), _pid(folder)
        assert first == (await server.start(), _pid(folder))
    finally:
        await server.stop()


async def test_only_we_can_reach_it(folder: Path) -> None:
    """The data, the log and the socket are closed to other users, and there is no TCP port."""
    server = EmbeddedServer(folder, durable=False)
    address = await server.start()
    try:
        assert 0o700 == _mode(folder)
        assert "" == await _ask(address, "SHOW listen_addresses")
    finally:
        await server.stop()


async def test_takes_over_after_sigkill(folder: Path) -> None:
    """After a SIGKILL of the service the next one finds the server running, becomes its owner, and stops it."""
    with _service(folder) as (process, role):
        assert "owner" == role
        pid = _pid(folder)
        process.kill()
    assert _runs(pid)
    server = EmbeddedServer(folder, durable=False)
    address = await server.start()
    try:
        assert (True, pid, 1) == (server.owned, _pid(folder), await _ask(address, "SELECT 1"))
    finally:
        await server.stop()
    assert not _runs(pid)


async def test_survivor_with_other_settings_is_restarted(folder: Path) -> None:
    """A server that survived its service is restarted when it should run otherwise than it does."""
    with _service(folder) as (process, _):
        process.kill()
    server = EmbeddedServer(folder, durable=False, settings={"work_mem": "5MB"})
    try:
        assert "5MB" == await _ask(await server.start(), "SHOW work_mem")
    finally:
        await server.stop()


async def test_start_again_after_the_server_was_killed(folder: Path) -> None:
    """A server that was killed itself is started again by the next `start`, with its data."""
    server = EmbeddedServer(folder, durable=False)
    await server.start()
    pid = _pid(folder)
    os.kill(pid, signal.SIGKILL)
    try:
        assert 1 == await _ask(await server.start(), "SELECT 1")
        assert pid != _pid(folder)
    finally:
        await server.stop()


async def test_stale_pid_of_another_program(folder: Path) -> None:
    """After a power cut the pid in postmaster.pid may be another program's, of the same user: no obstacle."""
    server = EmbeddedServer(folder, durable=False)
    await server.start()
    told = (folder / "cluster" / "postmaster.pid").read_text()
    lock = (folder / ".s.PGSQL.5432.lock").read_text()
    pid = _pid(folder)
    await server.stop()
    with _stranger((folder / "cluster").stat().st_uid) as stranger:
        try:
            for path, text in ((folder / "cluster" / "postmaster.pid", told), (folder / ".s.PGSQL.5432.lock", lock)):
                path.write_text(text.replace(str(pid), str(stranger.pid), 1))
                os.chown(path, (folder / "cluster").stat().st_uid, -1)
            assert 1 == await _ask(await server.start(), "SELECT 1")
            await server.stop()
            assert stranger.poll() is None
        finally:
            stranger.kill()


async def test_second_process_is_a_guest(folder: Path) -> None:
    """A second service on the same folder uses the server of the first, and its stop leaves it running."""
    with _service(folder) as (process, role):
        assert "owner" == role
        guest = EmbeddedServer(folder, durable=False)
        assert 1 == await _ask(await guest.start(), "SELECT 1")
        assert not guest.owned
        await guest.stop()
        pid = _pid(folder)
        assert _runs(pid)
        process.communicate(timeout=30)
        assert (0, False) == (process.returncode, _runs(pid))


async def test_started_at_the_same_time(place: Path) -> None:
    """Of two that start at once on a fresh folder one makes the server, and both use it."""
    pair = [EmbeddedServer(place / "postgres", durable=False) for _ in range(2)]
    first, second = await asyncio.gather(*(server.start() for server in pair))
    try:
        assert first == second
        assert [False, True] == sorted(server.owned for server in pair)
    finally:
        for server in pair:
            await server.stop()


@pytest.mark.parametrize("delay", [0, 0.03, 0.1])
async def test_cancelled_start_leaves_nothing(place: Path, delay: float) -> None:
    """A start that is cut short leaves no server and no lock, and the next one works."""
    server = EmbeddedServer(place / "postgres", durable=False)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(delay):
            await server.start()
    assert not server.owned
    assert not (place / "postgres" / "cluster" / "postmaster.pid").exists()
    other = EmbeddedServer(place / "postgres", durable=False)
    try:
        assert 1 == await _ask(await other.start(), "SELECT 1")
        assert other.owned
    finally:
        await other.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A folder's name that has made trouble."""

    label: str
    parts: tuple[str, ...] = field(repr=False)


NAMES = [
    Name(label="spaces and Cyrillic", parts=("Мои документы", "Ответ данные")),
    Name(label="quotes, dollar, comma and percent", parts=('it\'s "$HOME"', "50%, `id`", "a\\b")),
    Name(label="longer than a socket's address may be", parts=("very-long-name-" * 8, "длинное-имя-" * 8)),
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name.label)
async def test_any_path(place: Path, template: Path, name: Name) -> None:
    """The server works in a folder of any name, and its socket's folder is nobody else's."""
    folder = _filled(place.joinpath(*name.parts), template)
    server = EmbeddedServer(folder, durable=False)
    address = await server.start()
    try:
        assert 1 == await _ask(address, "SELECT 1")
        sockets = Path((folder / "cluster" / "postmaster.pid").read_text().splitlines()[4])
        assert 0o700 == _mode(sockets)
    finally:
        await server.stop()
    assert sockets == folder or _is_gone(sockets)


async def test_user(place: Path, template: Path) -> None:
    """For root the server runs as somebody else, and a closed folder above is named and left as it is."""
    folder = _filled(place / "closed" / "postgres", template)
    server = EmbeddedServer(folder, durable=False)
    closed = folder.parent
    closed.chmod(0o700)
    if os.geteuid() == 0:
        with pytest.raises(EmbeddedError, match=f"cannot enter {closed}:"):
            await server.start()
        assert (0, 0o700) == (closed.stat().st_uid, _mode(closed))
        closed.chmod(0o711)
    await server.start()
    try:
        owner = (folder / "cluster").stat().st_uid
        assert (os.geteuid() == 0) == (owner != os.geteuid())
        assert os.geteuid() == closed.stat().st_uid
    finally:
        await server.stop()


async def test_another_major_version(folder: Path) -> None:
    """Data of another PostgreSQL are left alone, and the message says which version made them."""
    (folder / "cluster" / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedError, match="was made by PostgreSQL 16"):
        await EmbeddedServer(folder, durable=False).start()


def _spoil_setting(folder: Path) -> None:
    with (folder / "cluster" / "postgresql.conf").open("a") as file:
        file.write("\nno_such_thing = 1\n")


def _spoil_folder(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("not a folder")


@pytest.mark.parametrize(
    ("spoil", "told"), [(_spoil_setting, "no_such_thing"), (_spoil_folder, "postgres")], ids=["setting", "folder"]
)
async def test_failure_says_why(folder: Path, spoil: Callable[[Path], None], told: str) -> None:
    """When the server does not start, the error is one line with the reason, and nothing is left running."""
    spoil(folder)
    server = EmbeddedServer(folder, durable=False)
    with pytest.raises(EmbeddedError, match=told) as caught:
        await server.start()
    assert (False, False) == ("\n" in str(caught.value), server.owned)


async def test_log_has_no_words_of_residents(folder: Path) -> None:
    """A failing statement leaves neither its text nor the row in the server's log."""
    server = EmbeddedServer(folder, durable=False)
    address = await server.start()
    try:
        await _ask(address, "CREATE TABLE question (text text UNIQUE)")
        await _ask(address, "INSERT INTO question VALUES ('Течёт крыша')")
        with pytest.raises(asyncpg.UniqueViolationError):
            await _ask(address, "INSERT INTO question VALUES ('Течёт крыша')")
    finally:
        await server.stop()
    assert "крыша" not in (folder / "server.log").read_text()


async def test_long_log_is_put_aside(folder: Path) -> None:
    """The log does not grow for ever: past 10 MiB a start begins a new one, and one old one is kept."""
    log = folder / "server.log"
    log.write_bytes(b"old\n" * (3 * 1024 * 1024))
    server = EmbeddedServer(folder, durable=False)
    await server.start()
    await server.stop()
    assert (True, True) == (log.stat().st_size < 10_000, (folder / "server.log.1").stat().st_size > 10_000_000)
