"""Public addresses of files for platforms that fetch by URL: unguessable, expiring, remembered nowhere."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from aiohttp import web

from bot.adapter import StoredFile
from handlers.media_folder import FoundFile
from handlers.media_types import clean_name, safe_type

#: Where `media_handler` belongs: with `router.add_get`, which answers HEAD too. A name may have braces.
MEDIA_PATH = "/m/{token}/{name:[^/]+}"

#: Bytes of a token; 54 in all, which are 72 characters without padding or spare bits.
_EXPIRY = 6
_HASH = 32
_SIGNATURE = 16

_TOKEN = re.compile(r"[A-Za-z0-9_-]{72}")

#: Seconds. Addresses made within an hour are the same, so that a message that is sent again is the same too.
_STEP = 3600

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, max-age=86400",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}


class LooksUp(Protocol):
    """The part of the store that serving files needs."""

    async def look_up(self, sha256: str) -> FoundFile | None: ...


def load_key(folder: Path) -> bytes:
    """The key of an installation's media links: kept beside the files that they open, made when it is not there."""
    path = folder / "media.key"
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()


class MediaLinks:
    """Makes and reads the addresses of one installation.

    A token is the time of its end, the file's hash, and a signature over both: whoever lacks the key can make
    none, and none has to be stored.
    """

    def __init__(self, key: bytes, base_url: str, *, lifetime: timedelta = timedelta(days=14)) -> None:
        if len(key) < 16:
            raise ValueError("the key of media links must have at least 16 bytes")
        self._key = key
        self._base_url = base_url.rstrip("/")
        self._lifetime = lifetime

    def make(self, file: StoredFile, now: datetime) -> str:
        """The file's address, good for the lifetime and at most an hour more. Its end is the file's extension."""
        expires = -(int((now + self._lifetime).timestamp()) // -_STEP) * _STEP
        content = expires.to_bytes(_EXPIRY) + bytes.fromhex(file.sha256)
        token = base64.urlsafe_b64encode(content + self._signature(content)).decode()
        return f"{self._base_url}/m/{token}/{quote(file.file_name, safe='')}"

    def read(self, token: str, now: datetime) -> str | None:
        """The hash of the file that the token is for; None when it is not ours or no longer good."""
        if not _TOKEN.fullmatch(token):
            return None
        raw = base64.urlsafe_b64decode(token)
        content, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
        if not hmac.compare_digest(signature, self._signature(content)):
            return None
        if int.from_bytes(content[:_EXPIRY]) < now.timestamp():
            return None
        return content[_EXPIRY:].hex()

    def _signature(self, content: bytes) -> bytes:
        return hmac.digest(self._key, b"media link\0" + content, hashlib.sha256)[:_SIGNATURE]


def media_handler(
    store: LooksUp, links: MediaLinks, clock: Callable[[], datetime]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Serve files at their addresses, so that no browser ever runs one. All that is wrong gets the same 404."""

    async def handle(request: web.Request) -> web.StreamResponse:
        sha256 = links.read(request.match_info["token"], clock())
        found = await store.look_up(sha256) if sha256 else None
        if found is None:
            raise web.HTTPNotFound
        mime_type = safe_type(found.file.mime_type)
        # Whoever holds an address may write any name at its end; the extension still fits what is served.
        name = clean_name(request.match_info["name"], mime_type)
        disposition = "inline" if found.reencoded else "attachment"
        headers = {
            **_HEADERS,
            "Content-Type": mime_type,
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(name, safe='')}",
        }
        return web.FileResponse(found.file.path, headers=headers)

    return handle


async def no_media(_: web.Request) -> web.StreamResponse:
    """What is there instead where no addresses are made."""
    return web.Response(status=404)
