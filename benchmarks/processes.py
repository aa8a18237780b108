"""What the system says of processes: CPU time, memory, cores. Where it does not say, None."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
#: Where the fields of /proc/<pid>/stat begin after the name in parentheses; proc(5) counts them from 3.
_FIRST = 3
_PARENT, _UTIME, _STIME, _CUTIME, _CSTIME = 4, 14, 15, 16, 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """CPU seconds so far."""

    service: float
    postgres: float

    def __sub__(self, before: Usage) -> Usage:
        return Usage(service=self.service - before.service, postgres=self.postgres - before.postgres)


def usage(service: int, postmaster: int | None) -> Usage | None:
    """What the service and its PostgreSQL used so far; None where there is no /proc."""
    own = _stat(service)
    if own is None or postmaster is None:
        return None
    return Usage(service=_seconds(own, _UTIME, _STIME), postgres=_postgres_seconds(postmaster))


def _postgres_seconds(postmaster: int) -> float:
    server = _stat(postmaster)
    if server is None:
        return 0.0
    # The children's fields hold those that are gone already.
    total = _seconds(server, _UTIME, _STIME, _CUTIME, _CSTIME)
    return total + sum(_seconds(one, _UTIME, _STIME) for pid in children(postmaster) if (one := _stat(pid)) is not None)


def children(pid: int) -> list[int]:
    """The processes that this one started."""
    if not _PROC.is_dir():
        return []
    found = (int(path.name) for path in _PROC.iterdir() if path.name.isdecimal())
    return [one for one in found if (stat := _stat(one)) is not None and int(stat[_PARENT - _FIRST]) == pid]


def resident_memory(pid: int) -> int | None:
    """Bytes of memory that the process holds."""
    return _memory(pid, "VmRSS:")


def peak_memory(pid: int) -> int | None:
    """Bytes of memory that the process has held at the most."""
    return _memory(pid, "VmHWM:")


def _memory(pid: int, field: str) -> int | None:
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return None
    sizes = [int(line.split()[1]) for line in lines if line.startswith(field)]
    return sizes[0] * 1024 if sizes else None


def postmaster_of(data_dir: Path) -> int | None:
    """The process id of the embedded server of this installation."""
    try:
        return int((data_dir / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def pin(pid: int, cores: Collection[int]) -> bool:
    """Keep a process, with all its threads, on these cores; False where that cannot be done."""
    if not hasattr(os, "sched_setaffinity"):
        return False
    try:
        threads = [int(path.name) for path in (_PROC / str(pid) / "task").iterdir()]
        for thread in threads:
            os.sched_setaffinity(thread, cores)
    except OSError:
        return False
    return True


def cores() -> list[int]:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def _stat(pid: int) -> list[str] | None:
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _seconds(stat: list[str], *fields: int) -> float:
    return sum(int(stat[one - _FIRST]) for one in fields) / os.sysconf("SC_CLK_TCK")
