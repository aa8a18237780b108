"""The folder of the embedded PostgreSQL: its data, settings, log and socket, and the server that runs on it."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
import shutil
import stat
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from storage.postgres_programs import MAJOR, Account, EmbeddedError, package_version, run, spawn
from storage.postgres_user import owner_of

#: The name of the superuser and of the database.
NAME = "otvet"
#: Only names the socket; no TCP port is opened.
PORT = 5432

#: Seconds.
INITDB_LIMIT = 120
_PROBE_LIMIT = 10
#: Bytes.
_LOG_LIMIT = 10 * 1024 * 1024
#: Bytes: macOS allows 104 for the whole address of a socket, Linux 108.
_SOCKET_ADDRESS_LIMIT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmaster:
    """A server that runs on our data, as its postmaster.pid tells.

    https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/utils/pidfile.h
    """

    pid: int
    #: Empty until the server has come that far.
    socket_folder: str
    status: str

    @property
    def is_ready(self) -> bool:
        return self.status == "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The folder, and the user that its server runs as."""

    folder: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def hand_over(self) -> None:
        """Give the server its folder with all that is in it, and shut out everybody else."""
        self.folder.chmod(0o700)
        if not owner_of(self.folder) == self.account.uid == owner_of(self.data):
            self.account.give_all(self.folder)

    async def make(self, binaries: Path, *, durable: bool) -> None:
        """Run initdb on the first start. The cluster appears whole, by a rename, or not at all."""
        if self.data.exists():
            found = (self.data / "PG_VERSION").read_text().strip()
            if found != MAJOR:
                raise EmbeddedError(
                    f"{self.data} was made by PostgreSQL {found}, and the embedded one is {MAJOR}: "
                    "move the data over with pg_dump and pg_restore, or set DATA_DIR to another folder"
                )
            return
        for leftover in self.folder.glob("cluster.new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh = self.folder / f"cluster.new-{secrets.token_hex(4)}"
        told = ""
        # The built-in provider sorts and folds; the tokens of full text search still come from the system's LC_CTYPE,
        # where C would take «» for letters. macOS may have no C.UTF-8.
        for ctype in ("C.UTF-8", "en_US.UTF-8", "C"):
            command = [
                str(binaries / "initdb"), "-D", fresh.name, "-U", NAME, "--auth=trust", "--encoding=UTF8",
                "--locale=C", f"--lc-ctype={ctype}", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                *(() if durable else ("--no-sync",)),
            ]  # fmt: skip
            code, told = await run(command, account=self.account, folder=self.folder, limit=INITDB_LIMIT)
            if code == 0:
                break
            shutil.rmtree(fresh, ignore_errors=True)
            if "invalid locale name" not in told:
                raise EmbeddedError(f"initdb failed in {self.folder}{_tail(told)}")
        else:
            raise EmbeddedError(f"initdb failed in {self.folder}{_tail(told)}")
        with (fresh / "postgresql.conf").open("a") as file:
            file.write("\ninclude 'otvet.conf'\n")
        fresh.rename(self.data)
        _sync_folder(self.folder)

    def write_settings(self, settings: Mapping[str, str], socket_folder: Path) -> bool:
        """Write otvet.conf; True when it changed. Its first line tells which binaries the server was started from."""
        for name in settings:
            if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name) is None:
                raise EmbeddedError(f"{name!r} is not the name of a PostgreSQL setting")
        listed = '"' + str(socket_folder).replace('"', '""') + '"'
        values = {**settings, "unix_socket_directories": listed}
        lines = [f"# {package_version()}, written at every start"]
        lines += [f"{name} = {_quoted(value)}" for name, value in values.items()]
        text = "\n".join(lines) + "\n"
        target = self.data / "otvet.conf"
        if target.is_file() and target.read_bytes() == os.fsencode(text):
            return False
        fresh = self.data / f"otvet.conf.{secrets.token_hex(4)}"
        fresh.write_bytes(os.fsencode(text))
        self.account.give(fresh)
        fresh.replace(target)
        return True

    def launch(self, binaries: Path) -> subprocess.Popen[bytes]:
        """Start the server as our child, so that it is collected when it ends; pg_ctl would orphan it."""
        log = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            self.account.give(self.log)
            command = [str(binaries / "postgres"), "-D", str(self.data)]
            return spawn(command, account=self.account, folder=self.folder, output=log)
        finally:
            os.close(log)

    def remove_traces(self, socket_folder: Path) -> None:
        """Remove what a killed server left: PostgreSQL itself gives up when another program of this user has its pid.

        Only called under our lock, when no server runs here. That no orphan of it still uses the data, PostgreSQL
        checks by its shared memory.
        """
        socket = socket_folder / f".s.PGSQL.{PORT}"
        for path in (self.data / "postmaster.pid", socket, socket.with_name(f"{socket.name}.lock")):
            path.unlink(missing_ok=True)

    async def find(self) -> Postmaster | None:
        """Find the server that runs on our data. A pid that another program has by now does not count."""
        try:
            lines = os.fsdecode((self.data / "postmaster.pid").read_bytes()).split("\n")
        except FileNotFoundError:
            return None
        lines += [""] * (8 - len(lines))
        if not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        if not is_alive(pid) or not await self._is_postgres(pid):
            return None
        return Postmaster(pid=pid, socket_folder=lines[4], status=lines[7].strip())

    async def _is_postgres(self, pid: int) -> bool:
        """Tell whether the process is a PostgreSQL that works in our cluster."""
        if platform.system() == "Linux":
            return _works_in(pid, self.data)
        try:
            _, told = await run(
                ["ps", "-o", "comm=", "-p", str(pid)], account=self.account, folder=self.folder, limit=_PROBE_LIMIT
            )
        except OSError:
            return True
        return "postgres" in told

    def socket_folder(self) -> Path:
        """Our folder; where its name is too long for a socket's address, a private one in /tmp named by its hash."""
        name = str(self.folder)
        # asyncpg splits hosts at commas.
        if _fits(name) and "," not in name:
            return self.folder
        folder = _spare_socket_folder(self.folder)
        with suppress(FileExistsError):
            folder.mkdir(0o700)
            self.account.give(folder)
        found = folder.lstat()
        allowed = {os.geteuid()} if self.account.uid is None else {self.account.uid}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in allowed or stat.S_IMODE(found.st_mode) & 0o077:
            raise EmbeddedError(f"{folder} is not a private folder of user {self.account.name}: remove it")
        return folder

    def leave_socket_folder(self, used: str) -> None:
        spare = _spare_socket_folder(self.folder)
        if used == str(spare):
            with suppress(OSError):
                spare.rmdir()

    def rotate_log(self) -> int:
        """Put a long log aside; returns the size of what is left, in bytes."""
        try:
            size = self.log.stat().st_size
        except FileNotFoundError:
            return 0
        if size > _LOG_LIMIT:
            self.log.replace(self.log.with_name("server.log.1"))
            return 0
        return size

    def last_words(self, since: int = 0) -> str:
        try:
            with self.log.open("rb") as file:
                file.seek(max(since, self.log.stat().st_size - 4096))
                return _tail(file.read().decode(errors="replace"))
        except OSError:
            return ""


def _spare_socket_folder(folder: Path) -> Path:
    # Not tempfile.gettempdir(): on macOS that is too long itself.
    return Path("/tmp", f"otvet-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}")  # noqa: S108


def _fits(socket_folder: str) -> bool:
    return len(os.fsencode(f"{socket_folder}/.s.PGSQL.{PORT}")) <= _SOCKET_ADDRESS_LIMIT


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # Another user's process: the same pid, but not our server.
        return False
    with suppress(OSError):
        # Dead but not yet collected by its parent. The state follows the name, which is in brackets.
        return not Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].startswith(" Z")
    return True


def _works_in(pid: int, folder: Path) -> bool:
    """Tell whether the process has `folder` as its working folder, as every PostgreSQL has its data (Linux)."""
    process = Path("/proc", str(pid))
    try:
        return (process / "cwd").samefile(folder)
    except FileNotFoundError:
        return False
    except PermissionError:
        return (process / "comm").read_text().strip() == "postgres"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'"


def _tail(text: str, count: int = 5) -> str:
    """The last lines as one, to stand behind a message."""
    kept = [line.strip() for line in text.splitlines() if line.strip()][-count:]
    return ": " + " | ".join(kept) if kept else ""
