"""Call the Bot API over HTTP: JSON when there are no files, a form when there are.

aiogram's `Bot` calls through it where types are worth more than speed: webhook, menus, checks, files. Messages go as
plain dicts by `call`: building aiogram's method objects costs 0.2 ms of CPU a call, a dict 0.01 ms.
https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import quote

import aiohttp
import msgspec
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import InputFile
from pydantic import SecretStr
from yarl import URL

from adapters.telegram.capabilities import DOWNLOAD_LIMIT
from adapters.telegram.errors import ApiError
from adapters.telegram.render import Upload
from adapters.telegram.results import OddResult, read_result
from bot.errors import MediaUnavailable, OutcomeUnknown, SendError, Transient

#: Seconds. Until a connection stands nothing was sent, so a failure there is harmless.
_CONNECT = 10.0
_CALL = 30.0
#: For a form with up to 10 files of 50 MB, and for a file of 20 MB from there.
_UPLOAD = 300.0
_DOWNLOAD = 120
#: Seconds without a byte.
_SILENCE = 30.0
_CHUNK = 64 * 1024

#: Statuses that say the same whoever answers: wrong address, too large, too many.
_MEANT_FOR_US = frozenset({401, 404, 413, 429})

#: Characters of a description that are kept.
_DESCRIPTION = 200


@dataclass(frozen=True, slots=True)
class _Part:
    """A file of a form."""

    field: str
    #: An open file, or an asynchronous generator of its bytes.
    content: Any
    file_name: str
    mime_type: str | None = None


class Session(BaseSession):
    """The connections of one bot. No error that leaves here holds the token, though every address does."""

    def __init__(self, api_url: str, token: SecretStr) -> None:
        super().__init__(api=TelegramAPIServer.from_base(api_url), timeout=_CALL)
        self._token = token.get_secret_value()
        path = quote(self._token, safe=":")
        self._base = f"{api_url}/bot{path}/"
        self._file_base = f"{api_url}/file/bot{path}/"
        self._urls: dict[str, URL] = {}
        self._client: aiohttp.ClientSession | None = None

    async def call(
        self, method: str, fields: dict[str, Any], uploads: Sequence[Upload] = (), *, wait: float = 0
    ) -> Any:
        """The `result` of a method, as it came. `wait`: seconds that the platform may take itself (long polling).

        Raises ApiError for a refusal, Transient when the call surely had no effect or may be repeated without
        harm, OutcomeUnknown when a message may have been sent.
        """
        if not uploads:
            return await self._exchange(method, fields, total=_CALL + wait)
        with ExitStack() as opened:
            parts = []
            for upload in uploads:
                content = opened.enter_context(await asyncio.to_thread(upload.file.path.open, "rb"))
                name = upload.file.file_name or upload.field
                parts.append(_Part(upload.field, content, name, upload.file.mime_type))
            return await self._exchange(method, fields, parts, total=_UPLOAD)

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - as aiogram calls it
    ) -> TelegramType:
        """The typed result of a method of aiogram's. Raises the same as `call`, and never aiogram's own errors."""
        files: dict[str, InputFile] = {}
        fields = self.prepare_value(method.model_dump(warnings=False), bot, files, _dumps_json=False)
        parts = [_Part(field, file.read(bot), file.filename or field) for field, file in files.items()]
        total = timeout or (_UPLOAD if parts else self.timeout)
        name = method.__api_method__
        result = await self._exchange(name, fields, parts, total=total)
        try:
            return read_result(method, result)
        except OddResult:
            error = _cut_off(name, "odd result")
        raise error

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = _DOWNLOAD,  # noqa: ASYNC109 - as aiogram calls it
        chunk_size: int = _CHUNK,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """A file of the platform, in pieces. Raises MediaUnavailable or Transient."""
        limits = aiohttp.ClientTimeout(total=timeout, sock_connect=_CONNECT, sock_read=_SILENCE)
        error: Exception
        try:
            async with self._opened().get(
                URL(url, encoded=True), headers=headers, timeout=limits, allow_redirects=False
            ) as response:
                if response.status == 200 or not raise_for_status:
                    async for chunk in response.content.iter_chunked(chunk_size):
                        yield chunk
                    return
                if response.status in (400, 403, 404, 410):
                    error = gone()
                else:
                    error = Transient("download_failed", f"HTTP {response.status}")
        except TimeoutError:
            error = Transient("download_timeout", "файл не скачался вовремя")
        except aiohttp.ClientError as failure:
            error = Transient("download_failed", type(failure).__name__)
        # Outside the handler, so that the error of aiohttp with its address is not chained to ours.
        raise error

    async def download(self, file_path: str, into: BinaryIO) -> None:
        """Write a file of the platform into `into`; `file_path` is what `getFile` told.

        Raises MediaUnavailable or Transient. https://core.telegram.org/bots/api#file
        """
        size = 0
        # The link holds the token: it must not be handed to the downloader that is meant for public addresses.
        async with aclosing(self.stream_content(self._file_base + quote(file_path))) as chunks:
            async for chunk in chunks:
                size += len(chunk)
                if size > DOWNLOAD_LIMIT:
                    raise too_big()
                into.write(chunk)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    # --- inside ---

    def _opened(self) -> aiohttp.ClientSession:
        # Made at the first call: an aiohttp session belongs to a running loop, and `build` may have none.
        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=100, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._client

    async def _exchange(self, method: str, fields: dict[str, Any], parts: Sequence[_Part] = (), *, total: float) -> Any:
        """One call there and back; `total` in seconds."""
        if parts:
            status, content = await self._post(method, _form(fields, parts), None, total)
        else:
            headers = {"Content-Type": "application/json"}
            status, content = await self._post(method, msgspec.json.encode(fields), headers, total)
        return self._result(method, status, content)

    async def _post(self, method: str, body: Any, headers: dict[str, str] | None, total: float) -> tuple[int, bytes]:
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = URL(self._base + method, encoded=True)
        timeout = aiohttp.ClientTimeout(total=total, connect=_CONNECT, sock_connect=_CONNECT)
        error: SendError
        try:
            async with self._opened().post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as failure:
            error = Transient("connection_failed", type(failure).__name__)
        except (TimeoutError, aiohttp.ClientError, ConnectionError) as failure:
            error = _cut_off(method, type(failure).__name__)
        raise error

    def _result(self, method: str, status: int, content: bytes) -> Any:
        try:
            answer = msgspec.json.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            answer = None
        if not isinstance(answer, dict):
            # Not the Bot API but something before it: a proxy's page. 2xx and 3xx say nothing about the effect.
            if status < 400:
                raise _cut_off(method, f"HTTP {status} without JSON")
            # Its 403 must not be taken for a resident who blocked the bot.
            if status < 500 and status not in _MEANT_FOR_US:
                raise Transient("not_the_api", f"HTTP {status} without JSON")
            raise ApiError(status, f"HTTP {status}")
        if answer.get("ok") is True and "result" in answer:
            return answer["result"]
        code, parameters = answer.get("error_code"), answer.get("parameters")
        raise ApiError(
            code if isinstance(code, int) else status,
            str(answer.get("description") or f"HTTP {status}").replace(self._token, "***")[:_DESCRIPTION],
            parameters if isinstance(parameters, dict) else None,
        )


def is_repeatable(method: str) -> bool:
    """Whether a method does no harm when it is carried out twice: all but those that make a new message."""
    return not method.startswith("send")


def too_big() -> MediaUnavailable:
    """A file that bots cannot download; https://core.telegram.org/bots/api#getfile"""
    return MediaUnavailable("too_big", "больше 20 МБ")


def gone() -> MediaUnavailable:
    """A file that Telegram does not have, or whose link has expired."""
    return MediaUnavailable("gone", "файл больше не доступен в Telegram")


def _cut_off(method: str, reason: str) -> SendError:
    return Transient("cut_off", reason) if is_repeatable(method) else OutcomeUnknown("cut_off", reason)


def _form(fields: dict[str, Any], parts: Iterable[_Part]) -> aiohttp.FormData:
    """The call as multipart/form-data; the files are read while they are sent."""
    # The server wants file names as UTF-8, not percent-encoded.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in fields.items():
        form.add_field(name, value if isinstance(value, str) else msgspec.json.encode(value).decode())
    for part in parts:
        form.add_field(part.field, part.content, filename=part.file_name, content_type=part.mime_type)
    return form
