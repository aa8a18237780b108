"""Calls of VK's API: vkbottle's client without its habits of repeating calls and putting the token into addresses."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from vkbottle import API, AiohttpClient
from vkbottle.api import ABCResponseValidator

from adapters.vk.errors import error_for
from adapters.vk.json_values import read_object
from bot.errors import OutcomeUnknown, Rejected, Scope, SendError, Throttled, Transient

#: https://dev.vk.com/en/reference/versions
API_VERSION = "5.199"
#: VK answers within a second or two; `messages.send` under load takes longer.
_CALL_TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=5)
#: 200 MB at a slow connection; a silent server is given up sooner.
_UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=600, sock_connect=10, sock_read=60)
_REASON_LIMIT = 200

# vkbottle logs each call with its parameters (residents' words) at the level of debugging, by a handler of its own.
_log_of_library = logging.getLogger("vkbottle")
_log_of_library.handlers.clear()
_log_of_library.setLevel(logging.WARNING)


class VkClient:
    """The API for one community, and the other addresses that VK hands out."""

    def __init__(self, *, token: str, api_url: str) -> None:
        self._token = token
        # A client of its own: vkbottle's default is one for the whole process, and waits for five minutes.
        self._http = _QuietHttp(timeout=_CALL_TIMEOUT)
        self._api = API(token, http_client=self._http)
        # On the instance, since the class's own lists are shared by the whole process. Parameters come encoded.
        self._api.API_URL = api_url
        self._api.request_validators = []
        self._api.response_validators = [_Answer()]

    async def ask(self, method: str, params: Mapping[str, str]) -> Any:
        """Call a method that nobody sees the effect of: when it is cut off, it may be called again.

        Gives what is under `response`. Raises a SendError.
        """
        try:
            return await self.act(method, params)
        except OutcomeUnknown as error:
            raise Transient(error.code, error.reason) from None

    async def act(self, method: str, params: Mapping[str, str]) -> Any:
        """Call a method that changes what people see. Gives what is under `response`. Raises a SendError."""
        try:
            return await self._api.request(method, dict(params), API_VERSION)
        except _Refused as refused:
            # Without the cause: VK repeats the call's parameters in its errors.
            raise error_for(refused.number, self._clean(refused.reason), method=method) from None
        except (TimeoutError, aiohttp.ClientError) as error:
            raise _network_error(error) from None

    async def poll(self, url: str, params: Mapping[str, str], *, seconds: float) -> dict[str, Any]:
        """Ask a Long Poll server. Raises Transient; the address, which holds a key, is in no error."""
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=5)
        try:
            text = await self._http.request_text(url, method="GET", params=params, timeout=timeout)
        except (TimeoutError, aiohttp.ClientError, OutcomeUnknown, Throttled) as error:
            raise Transient("longpoll_failed", type(error).__name__) from None
        answer = read_object(text)
        if answer is None:
            raise Transient("longpoll_failed", "not JSON")
        return answer

    async def upload(self, url: str, form: aiohttp.FormData) -> dict[str, Any]:
        """Post a file to an upload server, which gets no token. Raises Transient."""
        try:
            text = await self._http.upload(url, form)
        except (TimeoutError, aiohttp.ClientError, OutcomeUnknown, Throttled) as error:
            raise Transient("upload_failed", type(error).__name__) from None
        answer = read_object(text)
        if answer is None:
            raise Transient("upload_failed", "not JSON")
        return answer

    async def close(self) -> None:
        await self._http.close()

    def _clean(self, reason: str) -> str:
        return reason.replace(self._token, "***")[:_REASON_LIMIT]


class _Refused(Exception):
    """VK answered with an error."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(number)
        self.number = number
        self.reason = reason


class _QuietHttp(AiohttpClient):
    """Sends the token in the body, where no log of a proxy keeps it, and never sends anything twice."""

    async def request_text(  # type: ignore[override]
        self,
        url: str,
        method: str = "GET",
        data: dict[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> str:
        """The text of the answer. Raises OutcomeUnknown for an answer that does not come from the API itself."""
        if method == "POST":
            data, params = {**(data or {}), **(params or {})}, None
        async with self.request(url, method, data, params=params, **kwargs) as response:
            return await _text_of(response)

    async def upload(self, url: str, form: aiohttp.FormData) -> str:
        async with self.request(url, "POST", form, timeout=_UPLOAD_TIMEOUT) as response:  # type: ignore[arg-type]
            return await _text_of(response)


async def _text_of(response: aiohttp.ClientResponse) -> str:
    text = (await response.read()).decode("utf-8", "replace")
    # vkbottle waits for five seconds and repeats the call when the answer is no JSON: it never gets to see one.
    if read_object(text) is not None:
        return text
    if response.status == 429:
        raise Throttled("http_429", retry_after=_retry_after(response), scope=Scope.ACCOUNT)
    raise OutcomeUnknown(f"http_{response.status}", "not JSON")


def _retry_after(response: aiohttp.ClientResponse) -> timedelta:
    text = response.headers.get("Retry-After", "")
    return timedelta(seconds=min(int(text), 3600) if text.isascii() and text.isdigit() else 1)


class _Answer(ABCResponseValidator):
    """Takes an answer apart; vkbottle's own way needs fields in errors that not every error has."""

    async def validate(self, method: str, data: dict[str, Any], response: Any, ctx_api: Any) -> Any:
        answer = read_object(response) or {}
        if isinstance(error := answer.get("error"), dict):
            number = error.get("error_code")
            raise _Refused(number if isinstance(number, int) else 1, str(error.get("error_msg", "")))
        if "response" not in answer:
            raise OutcomeUnknown("strange_answer", method)
        return answer["response"]


def _network_error(error: Exception) -> SendError:
    # The texts of aiohttp's errors may hold addresses: only the kind of error is kept.
    name = type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Transient("not_connected", name)
    if isinstance(error, aiohttp.InvalidURL):
        return Rejected("bad_address", name)
    return OutcomeUnknown("cut_off", name)
