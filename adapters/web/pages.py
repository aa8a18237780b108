"""The page's own files, read once: HTML with its slots filled, scripts and styles under an address that never ages."""

from __future__ import annotations

import gzip
import hashlib
import html
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web

from adapters.web import officials, words
from adapters.web.capabilities import FILE_LIMIT, FILES_LIMIT, TEXT_LIMIT
from adapters.web.insight.markup import Markup, spaced, tag
from adapters.web.items import Side
from bot.conversation.voice import RUSSIAN, Voice, voices

_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
#: Bytes from which packing a page takes a while.
_PACKED_ASIDE = 16 * 1024
_STATIC = Path(__file__).parent / "static"

#: Nothing from other hosts, no script or style that is not a file of ours; pictures before they are sent are blobs.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: with it browsers send the login form with `Origin: null`.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Part(StrEnum):
    """What officials have beside their chat; the values are addresses."""

    CHAT = "/admin"
    SEARCH = "/admin/find"
    STATISTICS = "/admin/statistics"


_PARTS = {Part.CHAT: officials.CHAT, Part.SEARCH: officials.SEARCH, Part.STATISTICS: officials.STATISTICS}


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    content: bytes
    zipped: bytes
    content_type: str


class Pages:
    """Makes the responses that carry the page."""

    def __init__(self, *, service_name: str, timezone: str, has_insight: bool = False) -> None:
        self._common = {"service": service_name, "zone": timezone}
        #: Search and figures are there beside the chat.
        self._has_insight = has_insight
        paths = sorted(_STATIC.iterdir())
        self._templates = {path.stem: path.read_text("utf-8") for path in paths if path.suffix == ".html"}
        self._files = {path.name: _read(path) for path in paths if path.suffix in _TYPES}
        digest = hashlib.sha256()
        for name, file in self._files.items():
            digest.update(name.encode() + file.content)
        #: Part of the addresses: scripts import one another by relative names, so all change together.
        self._version = digest.hexdigest()[:16]

    def chats(
        self,
        sides: tuple[Side, ...],
        *,
        voice: Voice = RUSSIAN,
        offered: Voice | None = None,
        can_log_out: bool = False,
    ) -> web.Response:
        """The page with these chats.

        `voice`: what the resident reads; officials, and the frame of a page with both, speak Russian. `offered`: in
        which language a newcomer is offered to go on.
        """
        alone = len(sides) == 1
        speaks = {Side.RESIDENT: voice, Side.ADMIN: RUSSIAN}
        says = {side: words.in_html(side, speaks[side].language) for side in sides}
        chats = "".join(
            self._fill(
                "chat",
                says[side]
                | {
                    "side": side,
                    "language": speaks[side].language,
                    "heading": says[side]["heading" if alone else "region"],
                    "texts": words.in_script(side, speaks[side].language),
                },
                {
                    "languages": _languages(voice) if side is Side.RESIDENT else "",
                    "offer": _offer(offered) if side is Side.RESIDENT and offered else "",
                },
            )
            for side in sides
        )
        links = "".join(self._fill("tab", {"side": side, "label": says[side]["region"]}) for side in sides)
        frame = voice if sides == (Side.RESIDENT,) else RUSSIAN
        return self._page(
            "page",
            {
                "kind": sides[0] if alone else "both",
                "language": frame.language,
                "no-script": frame.say("page-no-script"),
                "text_limit": str(TEXT_LIMIT),
                "file_limit": str(FILE_LIMIT),
                "files_limit": str(FILES_LIMIT),
            },
            ready={
                "chats": chats,
                "tabs": "" if alone else self._fill("tabs", {"label": officials.TABS}, {"links": links}),
                # On a page with both chats, the chat is here already.
                "parts": self._parts(Part.CHAT if alone else None) if Side.ADMIN in sides else "",
                "logout": self._fill("logout", {}) if can_log_out else "",
            },
        )

    def desk(self, *, title: str, body: Markup, part: Part, can_log_out: bool, status: int = 200) -> web.Response:
        """A page for officials beside their chat."""
        logout = self._fill("logout", {}) if can_log_out else ""
        ready = {"body": body, "parts": self._parts(part), "logout": logout}
        return self._page("desk", {"title": title}, ready=ready, status=status)

    def open(self, *, body: Markup, voice: Voice, languages: Markup, status: int = 200) -> web.Response:
        """The page with figures for everybody; `languages`: the ways to it in others."""
        slots = {
            "language": voice.language,
            "title": voice.say("figures-title"),
            "data": voice.say("figures-data"),
            "ask": voice.say("figures-ask"),
        }
        return self._page("open", slots, ready={"body": body, "languages": languages}, status=status)

    def login(self, *, back: str = Part.CHAT, error: str = "", status: int = 200) -> web.Response:
        """The page that asks for the password; `back`: where to go then, an address of ours."""
        note = self._fill("login_error", {"error": error}) if error else ""
        action = "/admin/login" if back == Part.CHAT else f"/admin/login?{urlencode({'back': back})}"
        return self._page("login", {"action": action}, ready={"note": note}, status=status)

    def closed(self, *, explanation: str, status: int) -> web.Response:
        """The page that says why there is no chat here."""
        return self._page("closed", {"explanation": explanation}, status=status)

    def static(self, request: web.Request) -> web.Response:
        """A script, a style or a picture of the page. Raises HTTPNotFound."""
        file = self._files.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        current = request.match_info["version"] == self._version
        headers = {
            # During an update a page may ask for the files of another version: it gets ours, and does not keep them.
            "Cache-Control": "public, max-age=31536000, immutable" if current else "no-store",
            "Vary": "Accept-Encoding",
        }
        body = file.content
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            body = file.zipped
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=body, content_type=file.content_type, charset="utf-8", headers=headers)

    def _parts(self, current: Part | None) -> str:
        if not self._has_insight:
            return ""
        links = (
            tag("a", text, href=part.value, aria_current="page" if part is current else None)
            for part, text in _PARTS.items()
            if current is not None or part is not Part.CHAT
        )
        return tag("nav", spaced(*links), class_="parts", aria_label=officials.PARTS)

    def _page(
        self, name: str, slots: Mapping[str, str], *, ready: Mapping[str, str] | None = None, status: int = 200
    ) -> web.Response:
        static = f"/static/{self._version}"
        return web.Response(
            status=status,
            # Where a big page is packed, it is packed beside the loop.
            zlib_executor_size=_PACKED_ASIDE,
            text=self._fill(name, self._common | {"static": static} | dict(slots), ready),
            content_type="text/html",
            headers={"Cache-Control": "no-store"},
        )

    def _fill(self, name: str, slots: Mapping[str, str], ready: Mapping[str, str] | None = None) -> str:
        """`slots` are texts and are escaped; `ready` is HTML that was made here."""
        values = {key: html.escape(value) for key, value in slots.items()} | dict(ready or {})
        first, *rest = self._templates[name].split("{{")
        parts = [first]
        for piece in rest:
            slot, _, tail = piece.partition("}}")
            parts += [values[slot], tail]
        return "".join(parts)


def _languages(current: Voice) -> Markup:
    """A button for each other language, called as those who speak it call it."""
    choices = [_choice(voice, voice.name) for voice in voices() if voice != current]
    label = current.say("button-language")
    return tag("div", spaced(*choices), class_="languages", role="group", aria_label=label) if choices else Markup()


def _offer(voice: Voice) -> Markup:
    """The greeting in another language, and the way there."""
    greeting = tag("p", voice.say("page-empty"))
    return tag("div", greeting, _choice(voice, voice.say("page-continue")), class_="offer", lang=voice.language)


def _choice(voice: Voice, text: str) -> Markup:
    return tag("button", text, type="button", class_="quiet", lang=voice.language, data_language=voice.language)


def _read(path: Path) -> _File:
    content = path.read_bytes()
    return _File(content=content, zipped=gzip.compress(content, mtime=0), content_type=_TYPES[path.suffix])
