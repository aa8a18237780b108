"""Calls to Viber: JSON over HTTP, and every way a call can fail as one of the errors of sending."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import aiohttp

from adapters.viber.errors import OK, error_for, error_for_http
from adapters.viber.render import encode
from bot.errors import OutcomeUnknown, SendError, Transient

#: Viber fetches our webhook during `set_webhook`, and may look at a file during `send_message`.
_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)


class ViberApi:
    """One bot's connection. The token goes in a header, so that no body and no address holds it."""

    def __init__(self, url: str, token: str, *, chat_pause: timedelta) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._chat_pause = chat_pause
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a call that Viber carried out. Raises a SendError otherwise."""
        status, answer = await self.ask(method, body)
        if status != OK:
            raise self.error(status)
        return answer

    async def ask(self, method: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Viber's status and answer. Raises a SendError when there is none."""
        try:
            async with self._open().post(
                f"{self._url}/{method}",
                data=encode(body),
                headers={"Content-Type": "application/json; charset=utf-8", "X-Viber-Auth-Token": self._token},
                # A redirect would carry the token elsewhere.
                allow_redirects=False,
            ) as response:
                answer = _object(await response.read()) if response.status < 500 else {}
                status = _status(answer)
                # Failures come as HTTP 200 with a status; other answers are a gateway's, unless they hold one.
                if response.status != 200 and (status in (None, OK) or response.status == 429):
                    raise error_for_http(response.status, response.headers.get("Retry-After", ""))
                if status is None:
                    raise OutcomeUnknown("no_status", "ответ Viber не разобрать")
                return status, answer
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Transient("no_connection", type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            # The text of the error may hold more than its kind.
            raise OutcomeUnknown("connection_lost", type(error).__name__) from None

    def error(self, status: int) -> SendError:
        """The error of sending that this status stands for."""
        return error_for(status, chat_pause=self._chat_pause)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        # Made at the first call: a session belongs to a running loop.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=_TIMEOUT,
                cookie_jar=aiohttp.DummyCookieJar(),
                # A connection that the other side has just let go would leave an outcome unknown.
                connector=aiohttp.TCPConnector(keepalive_timeout=5),
            )
        return self._session


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _status(answer: dict[str, Any]) -> int | None:
    status = answer.get("status")
    return status if isinstance(status, int) and not isinstance(status, bool) else None
