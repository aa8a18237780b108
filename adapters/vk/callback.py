"""Have VK deliver to our webhook: https://dev.vk.com/en/api/callback/getting-started"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from adapters.vk.client import API_VERSION, VkClient
from adapters.vk.errors import NO_ACCESS
from adapters.vk.events_wanted import EVENTS
from adapters.vk.json_values import as_dict, as_int, as_items, as_text
from bot.adapter import Kept
from bot.errors import Misconfigured, Rejected, SendError, Transient

log = structlog.get_logger(__name__)

#: At most 14 letters.
TITLE = "Otvet"
#: Seconds between two looks at the server's state.
_LOOK_EVERY = 300
#: Seconds that a confirmation code is used again. It changes when servers are added or edited, and anybody may
#: send the request for it, so it is neither kept for long nor asked for each time.
_CODE_LIFE = 5
_CODE = "confirmation"


class CallbackServer:
    """Our entry in the community's list of callback servers."""

    def __init__(
        self,
        *,
        client: VkClient,
        kept: Kept,
        group_id: int,
        url: str,
        secret: Callable[[], Awaitable[str]],
        given_code: str | None,
        is_made_by_hand: bool,
    ) -> None:
        self._client = client
        self._kept = kept
        self._group = {"group_id": str(group_id)}
        self._url = url
        self._secret = secret
        self._given_code = given_code
        #: Secret and code are given: somebody may have entered the server in VK's own pages.
        self._is_made_by_hand = is_made_by_hand
        self._code = ""
        self._code_from = 0.0
        self._code_lock = asyncio.Lock()

    async def watch(self) -> None:
        """Register the address and look after it. Never returns; raises a SendError."""
        is_first = True
        while True:
            try:
                await self._look(is_first=is_first)
            except (Misconfigured, Rejected) as error:
                is_denied = isinstance(error, Rejected) or error.code in NO_ACCESS
                if not (self._is_made_by_hand and is_denied):
                    raise
                log.warning("vk.callback.unmanaged", **self._group, error=error.code)
            is_first = False
            await asyncio.sleep(_LOOK_EVERY)

    async def confirmation(self) -> str:
        """What VK wants to hear. Raises a SendError when it cannot be found out."""
        if self._given_code is not None:
            return self._given_code
        async with self._code_lock:
            if not self._code or time.monotonic() - self._code_from > _CODE_LIFE:
                self._code = await self._ask_code()
                self._code_from = time.monotonic()
            return self._code

    async def find(self) -> Mapping[str, Any] | None:
        """Our entry in the list: https://dev.vk.com/en/method/groups.getCallbackServers"""
        answer = as_dict(await self._client.ask("groups.getCallbackServers", self._group))
        servers = map(as_dict, as_items(answer.get("items")))
        return next(
            (server for server in servers if as_text(server.get("url")).rstrip("/") == self._url.rstrip("/")), None
        )

    async def _look(self, *, is_first: bool) -> None:
        server = await self.find()
        secret = await self._secret()
        if server is None:
            number = await self._add(secret)
            is_first = True
        else:
            number = as_int(server.get("id")) or 0
            is_failed = server.get("status") == "failed"
            if is_failed:
                log.warning("vk.callback.failed", **self._group, server=number)
            if is_failed or (is_first and as_text(server.get("secret_key")) != secret):
                await self._edit(number, secret)
        if is_first:
            # https://dev.vk.com/en/method/groups.setCallbackSettings
            settings = {**self._group, "server_id": str(number), "api_version": API_VERSION, **EVENTS}
            await self._client.ask("groups.setCallbackSettings", settings)

    async def _add(self, secret: str) -> int:
        """https://dev.vk.com/en/method/groups.addCallbackServer; VK asks the address for the code at once."""
        await self._renew_code()
        params = {**self._group, "url": self._url, "title": TITLE, "secret_key": secret}
        number = as_int(as_dict(await self._client.ask("groups.addCallbackServer", params)).get("server_id"))
        if number is None:
            raise Transient("callback_not_added", "no server_id given")
        log.info("vk.callback.added", **self._group, server=number)
        return number

    async def _edit(self, number: int, secret: str) -> None:
        """https://dev.vk.com/en/method/groups.editCallbackServer: VK looks at the address again."""
        await self._renew_code()
        params = {
            **self._group,
            "server_id": str(number),
            "url": self._url,
            "title": TITLE,
            "secret_key": secret,
        }
        try:
            await self._client.ask("groups.editCallbackServer", params)
        except Rejected as error:
            log.warning("vk.callback.not_edited", **self._group, server=number, error=error.code)

    async def _renew_code(self) -> None:
        """Keep the code where other processes find it, should VK not tell it while it asks for it."""
        if self._given_code is None:
            self._code = ""
            await self._ask_code()

    async def _ask_code(self) -> str:
        """https://dev.vk.com/en/method/groups.getCallbackConfirmationCode"""
        try:
            answer = as_dict(await self._client.ask("groups.getCallbackConfirmationCode", self._group))
        except SendError:
            if code := await self._kept.get(_CODE):
                return code
            raise
        code = as_text(answer.get("code"))
        if not code:
            raise Transient("no_confirmation_code")
        await self._kept.set(_CODE, code)
        return code
