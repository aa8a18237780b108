"""Bring files to VK and get the names by which messages attach them.

https://dev.vk.com/en/api/upload/photo-in-message, https://dev.vk.com/en/api/upload/document-in-message
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from adapters.vk.capabilities import ATTACHMENTS, DOC_LIMIT, PHOTO_LIMIT
from adapters.vk.client import VkClient
from adapters.vk.json_values import as_dict, as_int, as_items, as_text
from bot.adapter import Files, Kept, StoredFile
from bot.errors import MediaUnavailable, Rejected
from bot.model.content import Media, MediaKind

#: How long a saved file is used again. VK keeps it for ever, but somebody may delete it.
_REUSE_FOR = timedelta(days=1)
_PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/gif"})
#: Width and height of a photo together, in pixels, and the longer side in shorter ones, at most.
_SIDES = 14_000
_RATIO = 20
_PHOTO_SIDE = 4096
#: VK takes any document but these, so they travel inside a ZIP, which keeps their names.
_REFUSED = frozenset(
    {"apk", "bat", "cmd", "com", "cpl", "dll", "exe", "hta", "jar", "jse", "js", "lnk", "mp3", "msi", "msp", "ps1"}
    | {"reg", "scr", "sh", "sys", "vb", "vbe", "vbs", "wsf"}
)
_REFUSED_TYPES = frozenset(
    {"audio/mpeg", "application/x-msdownload", "application/x-dosexec", "application/x-msdos-program"}
)
_TITLE_LIMIT = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file as it goes to VK."""

    path: Path
    name: str
    mime_type: str


class Uploads:
    """Uploads for one community; a file that was saved once is attached again by its name for a day."""

    def __init__(self, *, client: VkClient, files: Files, kept: Kept) -> None:
        self._client = client
        self._files = files
        self._kept = kept

    async def attachments(self, media: Sequence[Media], peer: str, *, anew: bool = False) -> list[str]:
        """The names of these files, in order; `anew`: do not trust those that are kept.

        Raises Rejected with the index of the file at fault, or another SendError.
        """
        if len(media) > ATTACHMENTS:
            raise Rejected("too_many_files", f"больше {ATTACHMENTS} файлов", part=ATTACHMENTS)
        return [await self._attachment(item, index, peer, anew=anew) for index, item in enumerate(media)]

    async def _attachment(self, media: Media, index: int, peer: str, *, anew: bool) -> str:
        try:
            return await self._name_of(media, peer, anew=anew)
        except MediaUnavailable as error:
            raise Rejected(error.code, error.reason, part=index) from None
        except _RefusedFile as error:
            raise Rejected("upload_refused", error.reason, part=index) from None
        except Rejected as error:
            raise Rejected(error.code, error.reason, part=index) from None

    async def _name_of(self, media: Media, peer: str, *, anew: bool) -> str:
        stored = await self._files.get(media)
        match media.kind:
            case MediaKind.PHOTO:
                return await self._photo(media, stored, peer, anew=anew)
            case MediaKind.STICKER:
                return await self._saved_photo(await self._files.as_png(stored), peer, anew=anew)
            case MediaKind.VOICE if stored.mime_type in ("audio/ogg", "application/ogg", "audio/opus"):
                return await self._voice(stored, peer, anew=anew)
            case _:
                return await self._doc(stored, peer, anew=anew)

    # --- kinds ---

    async def _photo(self, media: Media, stored: StoredFile, peer: str, *, anew: bool) -> str:
        sides = sorted((media.width or 0, media.height or 0))
        if sides[0] and sides[1] > _RATIO * sides[0]:
            return await self._doc(stored, peer, anew=anew)
        if stored.mime_type not in _PHOTO_TYPES or stored.size > PHOTO_LIMIT or sum(sides) > _SIDES:
            try:
                stored = await self._files.as_jpeg(stored, max_bytes=PHOTO_LIMIT, max_side=_PHOTO_SIDE)
            except MediaUnavailable:
                return await self._doc(stored, peer, anew=anew)
        return await self._saved_photo(stored, peer, anew=anew)

    async def _saved_photo(self, stored: StoredFile, peer: str, *, anew: bool) -> str:
        name = f"upload:photo:{stored.sha256}"
        if not anew and (saved := await self._kept.get(name)):
            return saved
        address = await self._address("photos.getMessagesUploadServer", {"peer_id": peer})
        extension = stored.mime_type.removeprefix("image/").replace("jpeg", "jpg")
        file = _File(path=stored.path, name=f"photo.{extension}", mime_type=stored.mime_type)
        answer = await self._post(address, "photo", file)
        photo = as_text(answer.get("photo"))
        # https://dev.vk.com/en/method/photos.saveMessagesPhoto. An empty list says that the picture was refused.
        if photo in ("", "[]"):
            raise _RefusedFile("ВКонтакте не принимает это изображение")
        saved = await self._client.ask(
            "photos.saveMessagesPhoto",
            {"photo": photo, "server": str(answer.get("server", "")), "hash": as_text(answer.get("hash"))},
        )
        return await self._keep(name, _attachment_name("photo", next(iter(as_items(saved)), None)))

    async def _voice(self, stored: StoredFile, peer: str, *, anew: bool) -> str:
        name = f"upload:voice:{stored.sha256}"
        if not anew and (saved := await self._kept.get(name)):
            return saved
        file = _File(path=stored.path, name="voice.ogg", mime_type="audio/ogg")
        try:
            return await self._keep(name, await self._upload_doc(file, peer, kind="audio_message", title="voice.ogg"))
        except (_RefusedFile, Rejected):
            # VK wants OPUS at 16 kHz and at most five minutes; anything else still plays as a file.
            return await self._doc(stored, peer, anew=anew)

    async def _doc(self, stored: StoredFile, peer: str, *, anew: bool) -> str:
        if stored.size > DOC_LIMIT:
            raise MediaUnavailable("too_big", f"больше {DOC_LIMIT // 1024 // 1024} МБ")
        title = stored.file_name[-_TITLE_LIMIT:] or "file"
        # A saved document has a title: the same bytes under another name are another document.
        digest = hashlib.sha256(f"{stored.sha256}:{title}".encode("utf-8", "replace")).hexdigest()
        name = f"upload:doc:{digest}"
        if not anew and (saved := await self._kept.get(name)):
            return saved
        file = _File(path=stored.path, name=title, mime_type=stored.mime_type)
        if not _is_refused(stored):
            return await self._keep(name, await self._upload_doc(file, peer, kind="doc", title=title))
        with tempfile.TemporaryDirectory(prefix="otvet-vk-") as folder:
            packed = Path(folder) / "file.zip"
            await asyncio.to_thread(_pack, file, packed)
            file = _File(path=packed, name=f"{title}.zip", mime_type="application/zip")
            return await self._keep(name, await self._upload_doc(file, peer, kind="doc", title=file.name))

    # --- steps ---

    async def _upload_doc(self, file: _File, peer: str, *, kind: str, title: str) -> str:
        """https://dev.vk.com/en/method/docs.getMessagesUploadServer, https://dev.vk.com/en/method/docs.save"""
        address = await self._address("docs.getMessagesUploadServer", {"type": kind, "peer_id": peer})
        answer = await self._post(address, "file", file)
        token = as_text(answer.get("file"))
        if not token:
            raise _RefusedFile("ВКонтакте не принимает этот файл")
        saved = as_dict(await self._client.ask("docs.save", {"file": token, "title": title}))
        saved_kind = as_text(saved.get("type")) or "doc"
        return _attachment_name(saved_kind, saved.get(saved_kind))

    async def _address(self, method: str, params: Mapping[str, str]) -> str:
        address = as_text(as_dict(await self._client.ask(method, params)).get("upload_url"))
        if not address.startswith(("https://", "http://")):
            raise _RefusedFile("ВКонтакте не дал адреса для загрузки")
        return address

    async def _post(self, address: str, field: str, file: _File) -> dict[str, Any]:
        form = aiohttp.FormData(quote_fields=False)
        # Names go out as browsers send them, in UTF-8.
        with await asyncio.to_thread(file.path.open, "rb") as content:
            name = "".join(letter for letter in file.name if letter.isprintable()) or "file"
            form.add_field(field, content, filename=name, content_type=file.mime_type or "application/octet-stream")
            answer = await self._client.upload(address, form)
        # A refusal comes with status 200. Its words are VK's own, in English or none: not for residents.
        if answer.get("error"):
            raise _RefusedFile("ВКонтакте не принимает этот файл")
        return answer

    async def _keep(self, name: str, attachment: str) -> str:
        await self._kept.set(name, attachment, expires_at=datetime.now(UTC) + _REUSE_FOR)
        return attachment


class _RefusedFile(Exception):
    """VK will not have this file."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _attachment_name(kind: str, saved: object) -> str:
    """`photo<owner>_<id>_<key>`, as https://dev.vk.com/en/method/messages.send wants it."""
    item = as_dict(saved)
    owner, number, key = as_int(item.get("owner_id")), as_int(item.get("id")), as_text(item.get("access_key"))
    if owner is None or number is None:
        raise _RefusedFile("ВКонтакте не сохранил файл")
    return f"{kind}{owner}_{number}_{key}" if key else f"{kind}{owner}_{number}"


def _is_refused(stored: StoredFile) -> bool:
    return Path(stored.file_name).suffix.lower().removeprefix(".") in _REFUSED or stored.mime_type in _REFUSED_TYPES


def _pack(file: _File, into: Path) -> None:
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(file.path, arcname=file.name)
