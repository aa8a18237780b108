"""The addresses of the page: each request is checked, carried out, and answered with the security headers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import msgspec
import structlog
from aiohttp import hdrs, web

from adapters.web.access import Access, Visitor
from adapters.web.entrance import back_to, turned_away
from adapters.web.guard import ask_to_wait, guarded
from adapters.web.inbound import Inbound
from adapters.web.items import PICTURES, Side, view
from adapters.web.pages import Pages
from adapters.web.stream import Streams
from adapters.web.upload_brake import UploadBrake
from adapters.web.uploads import Form, Refused, read_form
from adapters.web.words import preferred, saying
from bot.adapter import ChatLog, Files, LogItem, Route
from bot.conversation.voice import RUSSIAN, voice_of

log = structlog.get_logger(__name__)

#: Seconds for which the page waits to be told in which language it is read.
_LANGUAGE_LASTS = 2.0
#: What a browser may be told of a file's kind: nothing of these can run.
_TOLD = (*sorted(PICTURES), "audio/", "video/", "application/pdf")


class Routes:
    """Ties addresses to what is behind them."""

    def __init__(
        self,
        *,
        access: Access,
        inbound: Inbound,
        streams: Streams,
        pages: Pages,
        chat_log: ChatLog,
        files: Files,
        brake: UploadBrake,
        now: Callable[[], datetime],
        language_in: Callable[[str], Awaitable[str]],
    ) -> None:
        """`language_in`: the code of the language that the resident of a chat chose; empty: none."""
        self._access = access
        self._inbound = inbound
        self._streams = streams
        self._pages = pages
        self._log = chat_log
        self._files = files
        self._brake = brake
        self._now = now
        self._language_in = language_in

    def all(self) -> Sequence[Route]:
        side = "/web/{side:resident|admin}"
        return [
            guarded("GET", "/", self._index),
            guarded("GET", "/admin", self._admin),
            guarded("POST", "/admin/login", self._log_in),
            guarded("POST", "/admin/logout", self._log_out),
            guarded("GET", "/static/{version}/{name}", self._static),
            guarded("GET", f"{side}/me", self._me),
            guarded("GET", f"{side}/events", self._events),
            guarded("POST", f"{side}/messages", self._message),
            guarded("POST", f"{side}/retry", self._retry),
            guarded("POST", f"{side}/edit", self._edit),
            guarded("POST", f"{side}/press", self._press),
            guarded("POST", "/web/{side:resident}/start", self._start),
            guarded("POST", "/web/{side:resident}/language", self._language),
            guarded("GET", f"{side}/files/{{sha256:[0-9a-f]{{64}}}}/{{name:[^/]+}}", self._file),
        ]

    # --- pages ---

    async def _index(self, request: web.Request) -> web.StreamResponse:
        sides = (Side.RESIDENT, Side.ADMIN) if self._access.opens_without_password(request) else (Side.RESIDENT,)
        known = await self._language_of(request)
        voice = voice_of(known)
        likes = preferred(request.headers.get(hdrs.ACCEPT_LANGUAGE, "")) if not known else None
        response = self._pages.chats(sides, voice=voice, offered=likes if likes != voice else None)
        self._access.greet(request, response)
        return response

    async def _language_of(self, request: web.Request) -> str:
        """What the resident behind this browser chose; empty: nothing, or nobody can tell now."""
        chat_id = self._access.resident_chat(request)
        if chat_id is None:
            return ""
        try:
            async with asyncio.timeout(_LANGUAGE_LASTS):
                return await self._language_in(chat_id)
        except Exception as error:
            # Most likely the database is away: the page opens all the same, and changes when its stream is there.
            log.warning("web.language_unknown", error=type(error).__name__)
            return ""

    async def _admin(self, request: web.Request) -> web.StreamResponse:
        if (instead := await turned_away(request, self._access, self._pages, login_status=200)) is not None:
            return instead
        response = self._pages.chats((Side.ADMIN,), can_log_out=self._access.asks_password)
        self._access.greet(request, response)
        return response

    async def _log_in(self, request: web.Request) -> web.StreamResponse:
        back = back_to(request.query.get("back"))
        response = web.Response(status=303, headers={"Location": back})
        try:
            await self._access.log_in(request, response)
        except Refused as refused:
            page = self._pages.login(back=back, error=refused.said(RUSSIAN), status=refused.status)
            ask_to_wait(page, refused.retry_after)
            return page
        return response

    async def _log_out(self, request: web.Request) -> web.StreamResponse:
        response = web.Response(status=303, headers={"Location": "/admin"})
        await self._access.log_out(request, response)
        return response

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return self._pages.static(request)

    # --- chats ---

    async def _me(self, request: web.Request) -> web.StreamResponse:
        """Whether the page may still ask: it cannot see why a stream was refused."""
        await self._access.visitor(request)
        return web.Response(status=204)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        visitor = await self._access.visitor(request)

        async def may_go_on() -> bool:
            return visitor.side is Side.RESIDENT or await self._access.opens_admin(request)

        async def speaks() -> str:
            known = await self._language_in(visitor.chat_id)
            return voice_of(known).language if known else ""

        return await self._streams.serve(
            request,
            visitor.chat_id,
            viewer=visitor.user,
            is_official=visitor.side is Side.ADMIN,
            # A browser that reconnects by itself asks with the first address and says in a header how far it got.
            after=max(_version(request.query.get("after")), _version(request.headers.get("Last-Event-ID"))),
            show=lambda item: _view(item, visitor),
            may_go_on=may_go_on,
            speaks=speaks,
            # Who does not say in which language he reads, as officials' pages do not, is told of none.
            read_in=request.query.get("language", "") if visitor.side is Side.RESIDENT else "",
        )

    async def _message(self, request: web.Request) -> web.StreamResponse:
        visitor = await self._access.visitor(request)
        async with self._files.uploads() as uploads:
            form = await read_form(
                request, uploads, meter=lambda size: self._brake.take(visitor.user, size, self._now())
            )
            body = self._inbound.written(visitor, form)
        return _shown(await self._inbound.message(visitor, body), visitor)

    async def _retry(self, request: web.Request) -> web.StreamResponse:
        visitor, form = await self._asked(request)
        return _shown(await self._inbound.retry(visitor, form), visitor)

    async def _edit(self, request: web.Request) -> web.StreamResponse:
        visitor, form = await self._asked(request)
        return _shown(await self._inbound.edit(visitor, form), visitor)

    async def _press(self, request: web.Request) -> web.StreamResponse:
        await self._inbound.press(*await self._asked(request))
        return web.Response(status=204)

    async def _start(self, request: web.Request) -> web.StreamResponse:
        await self._inbound.start(*await self._asked(request))
        return web.Response(status=204)

    async def _language(self, request: web.Request) -> web.StreamResponse:
        await self._inbound.language(*await self._asked(request))
        return web.Response(status=204)

    async def _asked(self, request: web.Request) -> tuple[Visitor, Form]:
        return await self._access.visitor(request), await read_form(request)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        visitor = await self._access.visitor(request)
        sha256 = request.match_info["sha256"]
        is_seen = await self._log.file_seen(visitor.chat_id, sha256)
        file = await self._files.find(sha256) if is_seen else None
        if file is None:
            raise Refused(404, saying("page-file-gone"))
        inline = file.mime_type in PICTURES
        # The name of this message's file, not of the one in the store: there it may be somebody else's.
        name = re.sub(r'[\x00-\x1f\x7f"\\]', "_", PurePath(request.match_info["name"]).name) or "file"
        response = web.FileResponse(file.path)
        # The kind that was found out from the bytes, never one by the name.
        response.headers[hdrs.CONTENT_TYPE] = (
            file.mime_type if file.mime_type.startswith(_TOLD) else "application/octet-stream"
        )
        response.headers[hdrs.CONTENT_DISPOSITION] = _disposition("inline" if inline else "attachment", name)
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response.headers[hdrs.CACHE_CONTROL] = "private, max-age=86400"
        return response


def _shown(item: LogItem, visitor: Visitor) -> web.Response:
    return web.Response(body=_view(item, visitor), content_type="application/json")


def _view(item: LogItem, visitor: Visitor) -> bytes:
    shown: dict[str, Any] = view(item, side=visitor.side, user=visitor.user)
    return msgspec.json.encode(shown)


def _version(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,18}", text, re.ASCII) else 0


def _disposition(kind: str, name: str) -> str:
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    # https://www.rfc-editor.org/rfc/rfc6266#section-5
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
