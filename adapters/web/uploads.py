"""Reads what a page sends: text fields and files, streamed into the store within limits."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from aiohttp import BodyPartReader, web

from adapters.web.capabilities import FILE_LIMIT, FILES_LIMIT, TEXT_LIMIT
from adapters.web.items import ShownFile
from adapters.web.words import Saying, saying, text_too_long, too_many_files
from bot.adapter import Uploads
from bot.conversation.voice import Voice
from bot.delivery.fit import size_text
from bot.errors import MediaUnavailable
from bot.model.text import is_blank, tidy_name

#: For how long one message with its files may be on its way.
UPLOAD_LASTS = timedelta(minutes=15)
#: Bytes of one text field: the longest text in four-byte letters, and some.
_FIELD_LIMIT = 4 * TEXT_LIMIT + 1024
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


#: Only a page of another version, or somebody's own program, sends such a thing.
_OUTDATED = saying("page-outdated")
_DAMAGED = saying("page-damaged")


class Refused(Exception):
    """A request that is not carried out, with what the page tells about it."""

    def __init__(self, status: int, text: str | Saying, *, retry_after: timedelta | None = None) -> None:
        """`text`: in the reader's language; or as it is, where only officials read it."""
        super().__init__(text)
        self.status = status
        self._text = text
        self.retry_after = retry_after

    def said(self, voice: Voice) -> str:
        """What the page tells whoever speaks this language."""
        return self._text if isinstance(self._text, str) else self._text(voice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a page sent."""

    fields: Mapping[str, str]
    files: tuple[ShownFile, ...] = ()

    def client_id(self) -> str:
        """Raises Refused unless it is a UUID."""
        value = self.fields.get("client_id", "").lower()
        if not _UUID.fullmatch(value):
            raise Refused(400, _OUTDATED)
        return value

    def text(self) -> str:
        """The text, clean, empty where nothing of it can be seen. Raises Refused when it is too long."""
        text = clean_text(self.fields.get("text", ""))
        if len(text) > TEXT_LIMIT:
            raise Refused(413, text_too_long)
        return "" if is_blank(text) else text

    def message_id(self, name: str = "message_id") -> int:
        """The id of a message in the log. Raises Refused when there is none."""
        value = self.fields.get(name, "")
        if not re.fullmatch(r"\d{1,18}", value, re.ASCII):
            raise Refused(400, _OUTDATED)
        return int(value)

    def name(self, otherwise: str) -> str:
        """What the writer calls himself."""
        return tidy_name(self.fields.get("name", "")) or otherwise


def clean_text(text: str) -> str:
    """Without what no one types and the database does not keep; forms send line ends as CR LF."""
    text = text.encode(errors="replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) != "Cc").strip()


#: Told of each piece of a file that came. Raises Refused when it is one too many.
Meter = Callable[[int], None]


async def read_form(request: web.Request, uploads: Uploads | None = None, meter: Meter = lambda _: None) -> Form:
    """Read JSON or multipart; files go to `uploads`, None: there may be none. Raises Refused."""
    try:
        async with asyncio.timeout(UPLOAD_LASTS.total_seconds()):
            match request.content_type:
                case "application/json":
                    return Form(fields=await _json_fields(request))
                case "multipart/form-data":
                    return await _multipart(request, uploads, meter)
    except TimeoutError:
        raise Refused(408, saying("page-slow")) from None
    raise Refused(415, _OUTDATED)


async def _json_fields(request: web.Request) -> dict[str, str]:
    content = bytearray()
    # JSON writes a letter in up to twelve bytes.
    limit = 3 * _FIELD_LIMIT
    async for chunk in request.content.iter_chunked(64 * 1024):
        content += chunk
        if len(content) > limit:
            raise Refused(413, text_too_long)
    try:
        fields = msgspec.json.decode(content, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused(400, _DAMAGED) from None
    return {name: value for name, value in fields.items() if isinstance(value, str)}


async def _multipart(request: web.Request, uploads: Uploads | None, meter: Meter) -> Form:
    fields: dict[str, str] = {}
    files: list[ShownFile] = []
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or len(fields) + len(files) > 40:
                raise Refused(400, _DAMAGED)
            if part.name == "files":
                if len(files) == FILES_LIMIT:
                    raise Refused(413, too_many_files)
                files.append(await _take_in(part, uploads, meter))
            else:
                fields[part.name or ""] = await _field(part)
    except (ValueError, AssertionError, web.HTTPRequestEntityTooLarge):
        # What aiohttp's reader raises on a body that is cut off or no multipart at all.
        raise Refused(400, _DAMAGED) from None
    return Form(fields=fields, files=tuple(files))


async def _field(part: BodyPartReader) -> str:
    content = bytearray()
    while chunk := await part.read_chunk():
        content += chunk
        if len(content) > _FIELD_LIMIT:
            raise Refused(413, text_too_long)
    return content.decode(errors="replace")


async def _take_in(part: BodyPartReader, uploads: Uploads | None, meter: Meter) -> ShownFile:
    if uploads is None:
        raise Refused(400, _OUTDATED)
    name = part.filename or "file"
    try:
        file = await uploads.put(_chunks(part, meter), file_name=name, limit=FILE_LIMIT)
    except MediaUnavailable as error:
        raise Refused(413, partial(_why_not_kept, error.code, name[:100])) from None
    return ShownFile.of(file)


def _why_not_kept(code: str, name: str, voice: Voice) -> str:
    match code:
        case "too_big":
            return voice.say("page-file-big", name=name, size=size_text(FILE_LIMIT, voice))
        case "empty":
            return voice.say("page-file-empty", name=name)
        case _:
            return voice.say("page-file-not-kept", name=name)


async def _chunks(part: BodyPartReader, meter: Meter) -> AsyncIterator[bytes]:
    size = 0
    while chunk := await part.read_chunk(64 * 1024):
        size += len(chunk)
        if size > FILE_LIMIT:
            raise MediaUnavailable("too_big", f"more than {FILE_LIMIT} bytes")
        meter(len(chunk))
        yield chunk
    if not size:
        raise MediaUnavailable("empty", "no bytes")
