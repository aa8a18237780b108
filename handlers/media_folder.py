"""The store's folder on the disk: files under their hash, and what is known of them. Blocking: call it in a thread."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import json
import os
import secrets
import shutil
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from bot.adapter import StoredFile
from bot.errors import MediaUnavailable
from bot.model.content import Media, MediaKind
from handlers.media_types import HEAD_BYTES, clean_name, sniff

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

log = structlog.get_logger(__name__)

_INCOMING = "incoming"
_RECORDS = "refs"
_FULL = (errno.ENOSPC, errno.EDQUOT)

#: Bytes; a record has some 500.
_RECORD_LIMIT = 64 * 1024

#: Seconds in which a file that was just made may be empty and not yet locked.
_NOT_YET_LOCKED = 60

#: A file is marked as used once a day: more often would only write to the disk, and change its ETag.
_TOUCH_AFTER = 24 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file of the store, and whether it is a picture that we made ourselves and so may be shown."""

    file: StoredFile
    reencoded: bool = False
    #: Of which file, by its SHA-256.
    made_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What was said about a file before anyone looked into it."""

    kind: MediaKind = MediaKind.DOCUMENT
    file_name: str = ""
    mime_type: str = ""

    @classmethod
    def of(cls, media: Media) -> Claim:
        return cls(kind=media.kind, file_name=media.file_name, mime_type=media.mime_type)


class Incoming(io.FileIO):
    """A temporary file that refuses to grow past its limit, and into what is to be left free on the disk.

    It is locked as long as it is open, so that whoever tidies up, in this process or another, can tell it from
    what a crash left behind. `write` raises MediaUnavailable: `too_big`, or `disk_full`.
    """

    def __init__(self, path: Path, limit: int, reserve: int = 0) -> None:
        super().__init__(path, "x+", opener=_open_private)
        self.path = path
        self._limit = limit
        self._reserve = reserve
        fcntl.flock(self.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

    def write(self, data: ReadableBuffer, /) -> int:
        view = memoryview(data).cast("B")
        if self.tell() + len(view) > self._limit:
            raise MediaUnavailable("too_big", f"больше {in_words(self._limit)}")
        written = 0
        with telling_full_disk():
            # Also here: many others may have begun at the same time.
            _leave_free(self.path.parent, self._reserve, but=len(view))
            # A raw file may take less than it is given.
            while written < len(view):
                written += super().write(view[written:])
        return written


class MediaFolder:
    """Where what is: `ab/cdef…` files by their SHA-256, `refs/` records of them, `incoming/` what is on its way.

    A record has a key: what a file was fetched by, or `file:<sha256>` for the file itself.
    """

    def __init__(self, root: Path, *, reserve: int = 0) -> None:
        """`reserve`: bytes that are left free on the disk."""
        self._root = root.absolute()
        self._reserve = reserve
        # Two threads that take in the same bytes must not undo each other's record.
        self._writing = threading.Lock()

    def open(self) -> None:
        """Make the folder, for our eyes only, and remove what a crash left behind."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._remove_leftovers()

    def receive(self, limit: int) -> Incoming:
        """A file to write into, at most `limit` bytes; hand it to `adopt` or `place`, and in any case to `discard`."""
        with telling_full_disk():
            path = self._new_name()
            _leave_free(path.parent, self._reserve)
            return Incoming(path, limit, self._reserve)

    def discard(self, incoming: Incoming) -> None:
        """Let go of a file that was received, adopted or not."""
        # In this order: a thread that is still at work on the file then fails to move it, and moves nothing else.
        incoming.path.unlink(missing_ok=True)
        incoming.close()

    def keep(self, content: bytes, key: str, claim: Claim, made_from: str) -> StoredFile:
        """Store a picture that we made ourselves, of the file with this hash."""
        incoming = self.receive(len(content))
        try:
            incoming.write(content)
            return self.adopt(incoming, key, claim, made_from=made_from)
        finally:
            self.discard(incoming)

    def adopt(self, incoming: Incoming, key: str | None, claim: Claim, *, made_from: str = "") -> StoredFile:
        """Give what was received its place, and remember it under the key. Raises MediaUnavailable when empty.

        `made_from`: the hash of the file of which this is a picture that we made ourselves.
        """
        file = self.inspect(incoming, claim)
        self.place(incoming, file, key, claim.kind, made_from=made_from)
        return file

    def inspect(self, incoming: Incoming, claim: Claim) -> StoredFile:
        """What was received, as it will be in its place. Raises MediaUnavailable when empty."""
        size = incoming.seek(0, os.SEEK_END)
        if size == 0:
            raise MediaUnavailable("empty", "файл пустой")
        incoming.seek(0)
        head = incoming.read(HEAD_BYTES)
        incoming.seek(0)
        sha256 = hashlib.file_digest(incoming, "sha256").hexdigest()
        mime_type = sniff(head, claim.file_name, claim.mime_type)
        return StoredFile(
            path=self._content(sha256),
            sha256=sha256,
            size=size,
            mime_type=mime_type,
            file_name=clean_name(claim.file_name, mime_type, claim.kind),
        )

    def place(
        self, incoming: Incoming, file: StoredFile, key: str | None, kind: MediaKind, *, made_from: str = ""
    ) -> None:
        """Give what was received, and is this file, its place."""
        found = FoundFile(file=file, reencoded=bool(made_from), made_from=made_from)
        # Whoever sends the same finds this one: how somebody else called it is nobody's business.
        shared = replace(found, file=renamed(file, Claim(kind=kind)))
        with telling_full_disk(), self._writing:
            file.path.parent.mkdir(mode=0o700, exist_ok=True)
            incoming.path.replace(file.path)
            known = self._read(file_key(file.sha256))
            if known is None or (made_from and not known.reencoded):
                self._write(file_key(file.sha256), shared)
            if key is not None:
                self._write(key, shared if made_from else found)

    def look_up(self, key: str) -> FoundFile | None:
        """The file that is remembered under the key, if it is still here; marks it as used."""
        found = self._read(key)
        if found is None:
            return None
        try:
            status = found.file.path.stat()
            # Nothing is flushed to the disk on purpose: after a power cut a file may be shorter than its record says.
            if status.st_size != found.file.size:
                return None
            if time.time() - status.st_mtime > _TOUCH_AFTER:
                os.utime(found.file.path)
        except FileNotFoundError:
            return None
        return found

    def size_of(self, key: str) -> int | None:
        """The size of the file that is remembered under the key, if it is still here."""
        found = self._read(key)
        return found.file.size if found is not None and found.file.path.exists() else None

    def clean(self, unused_since: datetime, but: Collection[str] = ()) -> int:
        """Remove the files that were not used since then, with their records, but not these keys'; how many."""
        self._remove_leftovers()
        removed = 0
        kept = {found.file.path for key in but if (found := self._read(key)) is not None}
        for path in self._root.glob("[0-9a-f][0-9a-f]/*"):
            with suppress(FileNotFoundError):
                if path not in kept and path.stat().st_mtime < unused_since.timestamp():
                    path.unlink()
                    removed += 1
        if removed:
            for record in (self._root / _RECORDS).glob("*/*.json"):
                found = self._load(record)
                if found is None or not found.file.path.exists():
                    record.unlink(missing_ok=True)
        return removed

    def forget(self, keys: Collection[str]) -> int:
        """Remove the files that are remembered under these keys, and what was made of them; say how many.

        A file to which another key leads stays: somebody else sent the same.
        """
        wanted = {found.file.sha256 for key in keys if (found := self._read(key)) is not None}
        if not wanted:
            return 0
        records = {path: found for path in (self._root / _RECORDS).glob("*/*.json") if (found := self._load(path))}
        by_keys = {self._record(key) for key in keys}
        own = by_keys | {self._record(file_key(sha256)) for sha256 in wanted}
        others = {found.file.sha256 for path, found in records.items() if path not in own and not found.made_from}
        wanted -= others
        made = {found.file.sha256 for found in records.values() if found.made_from in wanted}
        paths = {path: _inode(path) for path in map(self._content, wanted | (made - others))}
        removed = 0
        with self._writing:
            for path, inode in paths.items():
                # It may just have come again, and is another file then.
                if inode is not None and _inode(path) == inode:
                    path.unlink()
                    removed += 1
            for path, found in records.items():
                if path in by_keys or not found.file.path.exists():
                    path.unlink(missing_ok=True)
        return removed

    # --- inside ---

    def _content(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:]

    def _record(self, key: str) -> Path:
        # The key may be an address with somebody's token in it: only its hash touches the disk.
        name = hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
        return self._root / _RECORDS / name[:2] / f"{name[2:]}.json"

    def _new_name(self) -> Path:
        folder = self._root / _INCOMING
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / secrets.token_hex(16)

    def _read(self, key: str) -> FoundFile | None:
        return self._load(self._record(key))

    def _load(self, record: Path) -> FoundFile | None:
        try:
            known: dict[str, Any] = json.loads(record.read_bytes())
            file = StoredFile(
                path=self._content(known["sha256"]),
                sha256=known["sha256"],
                size=known["size"],
                mime_type=known["mime_type"],
                file_name=known["file_name"],
            )
            return FoundFile(file=file, reencoded=known["reencoded"], made_from=known.get("made_from", ""))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError):
            # Cut short by a power cut: as good as none, the file is fetched again.
            return None

    def _write(self, key: str, found: FoundFile) -> None:
        record = self._record(key)
        record.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = found.file
        known = {
            "sha256": file.sha256,
            "size": file.size,
            "mime_type": file.mime_type,
            "file_name": file.file_name,
            "reencoded": found.reencoded,
            "made_from": found.made_from,
        }
        half = Incoming(self._new_name(), _RECORD_LIMIT)
        try:
            half.write(json.dumps(known).encode())
            half.path.replace(record)
        finally:
            self.discard(half)

    def _remove_leftovers(self) -> None:
        for path in (self._root / _INCOMING).glob("*"):
            with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as leftover:
                status = path.stat()
                if status.st_size == 0 and time.time() - status.st_mtime < _NOT_YET_LOCKED:
                    continue
                fcntl.flock(leftover, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


def _leave_free(folder: Path, reserve: int, *, but: int = 0) -> None:
    """Raises OSError when less is free than is to be left free, without the bytes that are still to come (`but`)."""
    if reserve and shutil.disk_usage(folder).free - but < reserve:
        raise OSError(errno.ENOSPC, "less is free than is to be left free")


def file_key(sha256: str) -> str:
    """The key of a file's own record."""
    return f"file:{sha256}"


def renamed(file: StoredFile, claim: Claim) -> StoredFile:
    """The same file, called as it is called here."""
    return replace(file, file_name=clean_name(claim.file_name, file.mime_type, claim.kind))


def in_words(size: int) -> str:
    """A size in bytes as people say it: «20 МБ»."""
    for unit, name in ((1024**3, "ГБ"), (1024**2, "МБ"), (1024, "КБ")):
        if size >= unit:
            return f"{size / unit:.1f}".rstrip("0").rstrip(".").replace(".", ",") + f" {name}"
    return f"{size} Б"


@contextmanager
def telling_full_disk() -> Iterator[None]:
    """Turn the system's word for a full disk into ours, and tell those who run the service."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        log.error("media.disk_full")  # noqa: TRY400
        raise MediaUnavailable("disk_full", "на сервере нет места для файла") from error


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
