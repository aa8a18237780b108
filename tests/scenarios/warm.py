"""The service's processes made quickly: forked from one that has imported everything already.

Importing is most of a start: a second of CPU, for more than a hundred processes. What comes of it is a process like any
other, with a folder, settings, signals and a death of its own. Nothing but the imports has happened before; scenarios
about starting itself run `python -m bot`, as people do.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import os
import random
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

_ROOT = Path(__file__).parents[2]
#: Bytes of a request: arguments and settings.
_MOST = 1 << 16
#: What a process is born with beside its settings: where its output and its complaints go, and what we hear of it.
_DESCRIPTORS = 3


class _Pipe(asyncio.Protocol):
    """Our end of a pipe, until it is closed."""

    def __init__(self, read: Callable[[bytes], None], end: Callable[[], None]) -> None:
        self.closed = asyncio.Event()
        self._read = read
        self._end = end
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read(data)

    def eof_received(self) -> None:
        self._end()

    def connection_lost(self, _: Exception | None) -> None:
        self.closed.set()

    async def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            await self.closed.wait()


class Process:
    """A process of the service; what scenarios use of `asyncio.subprocess.Process`."""

    def __init__(self) -> None:
        self.pid = 0
        self.returncode: int | None = None
        #: What it prints, and what it complains of where that goes to no file.
        self.stdout = asyncio.StreamReader()
        self.stderr = asyncio.StreamReader()
        self.pipes: list[_Pipe] = []
        self.born = asyncio.Event()
        self._dead = asyncio.Event()
        self._news = b""

    def send_signal(self, how: signal.Signals) -> None:
        """Raises ProcessLookupError when it is known to be dead."""
        if self.returncode is not None:
            raise ProcessLookupError
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, how)

    async def communicate(self) -> tuple[bytes, bytes]:
        """All that it prints and complains of, until its end."""
        return await self.stdout.read(), await self.stderr.read()

    async def wait(self) -> int:
        await self._dead.wait()
        for pipe in self.pipes:
            await pipe.close()
        assert self.returncode is not None
        return self.returncode

    def told(self, news: bytes) -> None:
        """Hear of its birth, then of its death: a line with a number each."""
        *lines, self._news = (self._news + news).split(b"\n")
        for line in lines:
            if not self.born.is_set():
                self.pid = int(line)
                self.born.set()
            else:
                self.returncode = int(line)
                self._dead.set()

    def lost(self) -> None:
        """Nothing more is heard of it: the nursery itself is dead, if this is no death that was told."""
        if self.returncode is None:
            self.returncode = 1
            self.born.set()
            self._dead.set()


class Nursery:
    """The process that has imported everything, seen from the tests."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control

    async def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, *, stderr: int | None
    ) -> Process:
        """A new process of the service in this folder, with this environment alone; without `stderr` it is read."""
        process = Process()
        with contextlib.ExitStack() as theirs:

            async def pipe(read: Callable[[bytes], None], end: Callable[[], None]) -> int:
                ours, other = os.pipe()
                theirs.callback(os.close, other)
                process.pipes.append(one := _Pipe(read, end))
                await asyncio.get_running_loop().connect_read_pipe(lambda: one, os.fdopen(ours, "rb"))
                return other

            out = await pipe(process.stdout.feed_data, process.stdout.feed_eof)
            if stderr is None:
                stderr = await pipe(process.stderr.feed_data, process.stderr.feed_eof)
            news = await pipe(process.told, process.lost)
            request = {"arguments": arguments, "environment": environment, "folder": str(folder)}
            socket.send_fds(self._control, [json.dumps(request).encode()], [out, stderr, news])
        await process.born.wait()
        return process


@contextlib.contextmanager
def opened() -> Iterator[Nursery | None]:
    """The nursery, where the system has what it needs: Linux. It ends with us, whatever happens to us."""
    if not hasattr(os, "pidfd_open"):
        yield None
        return
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "tests.scenarios.warm", str(theirs.fileno())]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(_ROOT)}
    with ours, subprocess.Popen(command, env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL):
        theirs.close()
        try:
            yield Nursery(ours)
        finally:
            # Nobody can ask any more: that is its end.
            ours.close()


# --- in the nursery ------------------------------------------------------------------------------------------------


def main() -> None:
    """Be the nursery; in what is forked, the service."""
    import bot.__main__
    from adapters.registry import PLATFORMS
    from adapters.telegram.late_types import types_built_when_used

    with types_built_when_used():
        for name in PLATFORMS:
            importlib.import_module(f"adapters.{name}.adapter")
    gc.freeze()
    # A Ctrl+C is for the tests, and what they do then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    arguments = _serve(socket.socket(fileno=int(sys.argv[1])))
    if arguments is not None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.exit(bot.__main__.main(arguments))


def _serve(control: socket.socket) -> list[str] | None:
    """Fork when asked, and tell of deaths, until nobody can ask any more; in what is forked: its arguments."""
    #: By a descriptor of each process: its pid, and where to tell of it.
    living: dict[int, tuple[int, int]] = {}
    with control, selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fd in living:
                    selector.unregister(key.fd)
                    pid, news = living.pop(key.fd)
                    os.close(key.fd)
                    _tell(news, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                    os.close(news)
                    continue
                request, descriptors, *_ = socket.recv_fds(control, _MOST, _DESCRIPTORS)
                if not request:
                    for pid, _ in living.values():
                        os.kill(pid, signal.SIGKILL)
                    return None
                if not (pid := os.fork()):
                    for descriptor, (_, news) in living.items():
                        os.close(descriptor)
                        os.close(news)
                    return _born(json.loads(request), *descriptors)
                out, stderr, news = descriptors
                os.close(out)
                os.close(stderr)
                living[descriptor := os.pidfd_open(pid)] = pid, news
                selector.register(descriptor, selectors.EVENT_READ)
                _tell(news, pid)


def _tell(news: int, number: int) -> None:
    # Whoever does not listen any more does not want to know.
    with contextlib.suppress(BrokenPipeError):
        os.write(news, b"%d\n" % number)


def _born(request: Mapping[str, object], out: int, stderr: int, news: int) -> list[str]:
    """Become what was asked for."""
    for descriptor, name in ((out, 1), (stderr, 2)):
        os.dup2(descriptor, name)
        os.close(descriptor)
    os.close(news)
    match request:
        case {"arguments": list(arguments), "environment": dict(environment), "folder": str(folder)}:
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(environment)
            sys.path[0] = folder
            random.seed()
            return arguments
    raise ValueError(request)


if __name__ == "__main__":
    main()
