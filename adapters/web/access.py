"""Who may do what on the page: asked at every request, before anything else."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import HttpVersion11, web

from adapters.web import officials
from adapters.web.items import Side
from adapters.web.locality import is_foreign_read, is_local, is_own_page
from adapters.web.sessions import (
    SESSION_LASTS,
    LoginBrake,
    Session,
    Sessions,
    is_password,
    is_visitor,
    new_visitor,
    public_id,
)
from adapters.web.settings import Settings
from adapters.web.uploads import Refused, read_form
from adapters.web.words import saying
from bot.adapter import Kept

#: The id of the admin chat.
ADMIN_CHAT = "admin"
#: Browsers keep a cookie for no longer than this.
_VISITOR_LASTS = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody at one side of the page."""

    side: Side
    chat_id: str
    user: str


class Access:
    """Knows residents by a secret cookie, and officials by a session or by being local."""

    def __init__(self, settings: Settings, kept: Kept, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._kept = kept
        self._now = now
        self._brake = LoginBrake()
        self._sessions: Sessions | None = None
        # A browser takes a cookie with this prefix only over https and for this very host.
        prefix = "__Host-" if settings.secure_cookies else ""
        self._visitor_cookie = f"{prefix}otvet_chat"
        self._session_cookie = f"{prefix}otvet_admin"

    @property
    def asks_password(self) -> bool:
        return self._settings.admin_password is not None

    def opens_without_password(self, request: web.Request) -> bool:
        """Whether this request may see the admin chat just because it is local."""
        return (
            not self.asks_password
            and self._settings.local_only
            # What browsers never speak, and nginx does where nobody told it otherwise, without a word of forwarding.
            and request.version >= HttpVersion11
            and is_local(peer_of(request) or "", request.headers)
        )

    async def opens_admin(self, request: web.Request) -> bool:
        """Whether this request may see the admin chat."""
        if self.asks_password:
            return await self._session(request) is not None
        return self.opens_without_password(request)

    async def visitor(self, request: web.Request) -> Visitor:
        """Who asks. Raises Refused."""
        side = Side(request.match_info["side"])
        if side is Side.ADMIN and not await self.opens_admin(request):
            if self.asks_password:
                raise Refused(401, officials.SESSION_OVER)
            raise Refused(403, officials.CHAT_CLOSED)
        if request.method == "GET" and is_foreign_read(request.headers):
            raise Refused(403, saying("page-foreign"))
        if request.method != "GET":
            self.must_be_own_page(request)
        secret = self._visitor_secret(request)
        if secret is None:
            raise Refused(401, saying("page-no-cookie"))
        if side is Side.ADMIN:
            return Visitor(side=side, chat_id=ADMIN_CHAT, user=f"official-{public_id(secret, 'official')}")
        chat_id = public_id(secret, "resident")
        return Visitor(side=side, chat_id=chat_id, user=chat_id)

    def resident_chat(self, request: web.Request) -> str | None:
        """The id of this browser's own chat; None: it was never here."""
        secret = self._visitor_secret(request)
        return public_id(secret, "resident") if secret is not None else None

    def must_be_own_page(self, request: web.Request) -> None:
        """Raises Refused when a page of somebody else's asks."""
        if not is_own_page(request.headers):
            raise Refused(403, saying("page-foreign"))

    def greet(self, request: web.Request, response: web.StreamResponse) -> None:
        """Give the browser its secret, if it has none yet."""
        secret = self._visitor_secret(request) or new_visitor()
        # Sent again at each visit, so that a chat in use does not expire.
        response.set_cookie(
            self._visitor_cookie,
            secret,
            max_age=int(_VISITOR_LASTS.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=self._settings.secure_cookies,
        )

    async def log_in(self, request: web.Request, response: web.StreamResponse) -> None:
        """Start a session. Raises Refused."""
        password = self._settings.admin_password
        if password is None:
            raise Refused(403, officials.NO_PASSWORD)
        self.must_be_own_page(request)
        address = peer_of(request) or ""
        # Counted before the body is awaited: attempts that come together do not slip through.
        now = self._now()
        if (wait := self._brake.wait(address, now)) is not None:
            raise Refused(429, officials.MANY_ATTEMPTS, retry_after=wait)
        self._brake.failed(address, now)
        form = await read_form(request)
        if not is_password(form.fields.get("password", ""), password.get_secret_value()):
            raise Refused(401, officials.WRONG_PASSWORD)
        self._brake.succeeded(address, now)
        token, _ = (await self._session_maker()).issue(now)
        response.set_cookie(
            self._session_cookie,
            token,
            max_age=int(SESSION_LASTS.total_seconds()),
            httponly=True,
            samesite="Strict",
            secure=self._settings.secure_cookies,
        )

    async def log_out(self, request: web.Request, response: web.StreamResponse) -> None:
        """End the session, also for those who copied its cookie. Raises Refused."""
        self.must_be_own_page(request)
        session = await self._session(request)
        if session is not None:
            await self._kept.set(_ended(session), "1", expires_at=session.expires_at)
        response.del_cookie(
            self._session_cookie, httponly=True, samesite="Strict", secure=self._settings.secure_cookies
        )

    async def _session(self, request: web.Request) -> Session | None:
        cookie = request.cookies.get(self._session_cookie)
        if not cookie or not self.asks_password:
            return None
        session = (await self._session_maker()).read(cookie, self._now())
        if session is None or await self._kept.get(_ended(session)) is not None:
            return None
        return session

    async def _session_maker(self) -> Sessions:
        password = self._settings.admin_password
        if self._sessions is None and password is not None:
            key = await self._kept.get_or_set("session_key", secrets.token_hex(32))
            self._sessions = Sessions(key=bytes.fromhex(key), password=password.get_secret_value())
        if self._sessions is None:
            raise Refused(403, officials.NO_PASSWORD)
        return self._sessions

    def _visitor_secret(self, request: web.Request) -> str | None:
        cookie = request.cookies.get(self._visitor_cookie, "")
        return cookie if is_visitor(cookie) else None


def peer_of(request: web.Request) -> str | None:
    """The address at the other end of the connection; None when it has none (a Unix socket)."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return str(peer[0]) if isinstance(peer, tuple) and peer else None


def _ended(session: Session) -> str:
    return f"ended_session:{session.id}"
