"""Around every address of the page: mistakes become answers, answers get the security headers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from aiohttp import hdrs, web

from adapters.web.pages import SECURITY
from adapters.web.uploads import Refused
from adapters.web.words import reader
from bot.adapter import Route
from bot.conversation.voice import Voice

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: What is answered in place of what was asked for: the status and a line for people.
Failing = Callable[[int, str, web.Request], web.Response]
#: In whose voice that line is said.
Speaks = Callable[[web.Request], Voice]


def as_json(status: int, text: str, _: web.Request) -> web.Response:
    """The answer for a script of ours."""
    return web.json_response({"error": text}, status=status)


def _speaks(request: web.Request) -> Voice:
    return reader(request.match_info.get("side"), request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))


def guarded(method: str, path: str, handler: Handler, failing: Failing = as_json, *, speaks: Speaks = _speaks) -> Route:
    """The address with its handler, so that neither a refusal nor a failure leaves the page without an answer."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except Refused as refused:
            response = failing(refused.status, refused.said(speaks(request)), request)
            ask_to_wait(response, refused.retry_after)
        except web.HTTPException:
            raise
        except Exception as error:
            if isinstance(error, ConnectionError) and _is_gone(request):
                raise
            # Most likely the database is away. The text of the error may hold residents' words.
            log.warning("web.request_failed", path=path, error=type(error).__name__)
            response = failing(503, speaks(request).say("page-trouble"), request)
            ask_to_wait(response, timedelta(seconds=5))
        if not response.prepared:
            _secure(response)
        return response

    return Route(method=method, path=path, handler=handle)


def ask_to_wait(response: web.StreamResponse, retry_after: timedelta | None) -> None:
    """Say when to come again; None: whenever."""
    if retry_after is not None:
        response.headers[hdrs.RETRY_AFTER] = str(int(retry_after.total_seconds()) + 1)


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _secure(response: web.StreamResponse) -> None:
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
