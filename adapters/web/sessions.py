"""Who is who for the page: the resident's secret, the officials' sessions, the brake on guessing."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

#: For how long officials stay logged in.
SESSION_LASTS = timedelta(hours=12)
_VISITOR = re.compile(r"[0-9a-f]{32}")
_TOKEN = re.compile(r"(\d{1,12})\.([0-9a-f]{32})\.([0-9a-f]{64})", re.ASCII)


def new_visitor() -> str:
    """The secret of a browser, 128 random bits: whoever has it sees the chat."""
    return secrets.token_hex(16)


def is_visitor(cookie: str) -> bool:
    return _VISITOR.fullmatch(cookie) is not None


def public_id(visitor: str, purpose: str) -> str:
    """An id that may be stored and shown to officials: the secret cannot be had from it."""
    return hashlib.sha256(f"otvet web {purpose}:{visitor}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An official who gave the password."""

    id: str
    expires_at: datetime


class Sessions:
    """Makes and reads the officials' session cookies. A new password ends all sessions."""

    def __init__(self, *, key: bytes, password: str) -> None:
        """`key`: kept, so that a restart logs nobody out."""
        self._key = hmac.digest(key, password.encode(), "sha256")

    def issue(self, now: datetime) -> tuple[str, Session]:
        """A new session and its cookie."""
        session = Session(id=secrets.token_hex(16), expires_at=(now + SESSION_LASTS).replace(microsecond=0))
        signed = f"{int(session.expires_at.timestamp())}.{session.id}"
        return f"{signed}.{self._sign(signed)}", session

    def read(self, cookie: str, now: datetime) -> Session | None:
        """The session of this cookie; None when it is not ours or has expired."""
        match = _TOKEN.fullmatch(cookie)
        if match is None:
            return None
        expires, session_id, signature = match.groups()
        expected = self._sign(f"{expires}.{session_id}")
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            return None
        expires_at = datetime.fromtimestamp(int(expires), UTC)
        return Session(id=session_id, expires_at=expires_at) if now < expires_at else None

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()


def is_password(given: str, password: str) -> bool:
    """Compare in constant time; hashed first, so that the length does not show either."""
    return hmac.compare_digest(
        hashlib.sha256(given.encode(errors="replace")).digest(), hashlib.sha256(password.encode()).digest()
    )


class LoginBrake:
    """Wrong passwords of the last minute: so many from one address and from all together, then nobody may try.

    Behind a proxy all requests have its address, so there one limit holds for all.
    """

    #: Addresses that are remembered; the limit for all together holds beyond.
    _ADDRESSES = 1000

    def __init__(self, *, per_address: int = 5, together: int = 50, window: timedelta = timedelta(minutes=1)) -> None:
        self._per_address = per_address
        self._together = together
        self._window = window
        self._all: deque[datetime] = deque(maxlen=together)
        self._by_address: OrderedDict[str, deque[datetime]] = OrderedDict()

    def wait(self, address: str, now: datetime) -> timedelta | None:
        """How long until the next attempt may be made; None: now."""
        waits = [
            attempts[0] + self._window - now
            for attempts, limit in (
                (self._all, self._together),
                (self._by_address.get(address, deque[datetime]()), self._per_address),
            )
            if len(attempts) == limit
        ]
        longest = max(waits, default=timedelta(0))
        return longest if longest > timedelta(0) else None

    def succeeded(self, address: str, at: datetime) -> None:
        """Forget the attempt made at this time: it was right."""
        for attempts in (self._all, self._by_address.get(address)):
            if attempts and at in attempts:
                attempts.remove(at)

    def failed(self, address: str, now: datetime) -> None:
        """Remember a wrong password, or an attempt that may turn out to be one."""
        self._all.append(now)
        self._by_address.setdefault(address, deque(maxlen=self._per_address)).append(now)
        self._by_address.move_to_end(address)
        if len(self._by_address) > self._ADDRESSES:
            self._by_address.popitem(last=False)
