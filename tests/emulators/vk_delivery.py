"""How VK on loopback delivers: callbacks that are tried again until they are taken, and Long Poll.

https://dev.vk.com/en/api/callback/getting-started, https://dev.vk.com/en/api/bots-long-poll/getting-started
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.emulators.vk_people import VkPeople

_PERMISSIONS = ("messages", "photos", "docs", "manage")
#: Pauses between two tries of a callback, in seconds: VK's own are longer.
_RETRY_PAUSE = 0.05


@dataclass(slots=True, kw_only=True)
class CallbackEntry:
    """One of the community's callback servers."""

    id: int
    url: str
    title: str
    secret_key: str
    status: str = "wait"
    settings: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "creator_id": 1,
            "url": self.url,
            "secret_key": self.secret_key,
            "status": self.status,
        }


class ApiError(Exception):
    """An error of the API: HTTP 200 all the same."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class VkDelivery(VkPeople):
    """The community's callback servers and its Long Poll."""

    def __init__(self, *, group_id: int) -> None:
        super().__init__(group_id=group_id)
        #: The rights of the token.
        self.permissions: tuple[str, ...] = _PERMISSIONS
        self.servers: list[CallbackEntry] = []
        self.longpoll_settings: dict[str, str] = {}
        #: How the next requests for updates end: see `fail_longpoll`.
        self.longpoll_failures: list[int] = []
        #: What each try of a callback got: status and body.
        self.callback_answers: list[tuple[int, str]] = []
        self._code = secrets.token_hex(4)
        self._longpoll_key = secrets.token_hex(8)
        self._waiting_key = ""
        self._longpoll_first = 1
        self._longpoll: list[dict[str, Any]] = []

    async def push(self, update: Mapping[str, Any], *, tries: int = 20) -> bool:
        """Deliver an update: into Long Poll where it is on, and to each callback server until it says `ok`.

        Gives whether every callback server took it.
        """
        if self.longpoll_settings.get("enabled") == "1":
            self._longpoll.append(dict(update))
            await self.changed()
        took = [await self._call_back(server, update, tries) for server in self.servers if server.status == "ok"]
        return all(took)

    async def post(self, update: Mapping[str, Any], *, url: str = "", secret: str | None = None) -> tuple[int, str]:
        """One try of a callback; gives status and body, or 0 when nobody answers."""
        body = {**update} if secret is None else {**update, "secret": secret}
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
                session.post(url or self.servers[0].url, json=body) as response,
            ):
                answer = (response.status, await response.text())
        except (TimeoutError, aiohttp.ClientError) as error:
            answer = (0, type(error).__name__)
        self.callback_answers.append(answer)
        return answer

    async def _call_back(self, server: CallbackEntry, update: Mapping[str, Any], tries: int) -> bool:
        if server.settings.get(update["type"]) != "1":
            return True
        for _ in range(tries):
            if await self.post(update, url=server.url, secret=server.secret_key) == (200, "ok"):
                return True
            await asyncio.sleep(_RETRY_PAUSE)
        server.status = "failed"
        return False

    def fail_longpoll(self, failed: int) -> None:
        """Let the next request for updates end so: 1 old number, 2 old key, 3 both."""
        self.longpoll_failures.append(failed)

    def forget_longpoll(self) -> None:
        """Lose the updates so far, as VK does after a while."""
        self._longpoll_first += len(self._longpoll)
        self._longpoll.clear()

    # --- callback servers ---

    async def _do_groups_getCallbackConfirmationCode(self, params: Mapping[str, str]) -> dict[str, Any]:  # noqa: N802
        self._check_group(params)
        return {"code": self._code}

    async def _do_groups_getCallbackServers(self, params: Mapping[str, str]) -> dict[str, Any]:  # noqa: N802
        self._check_manager(params)
        return {"count": len(self.servers), "items": [server.as_json() for server in self.servers]}

    async def _do_groups_addCallbackServer(self, params: Mapping[str, str]) -> dict[str, Any]:  # noqa: N802
        self._check_manager(params)
        if len(self.servers) >= 10:
            raise ApiError(2000, "Servers number limit is reached")
        server = CallbackEntry(
            id=next(self._numbers), url=params["url"], title=params["title"], secret_key=params.get("secret_key", "")
        )
        self.servers.append(server)
        await self._confirm(server)
        return {"server_id": server.id}

    async def _do_groups_editCallbackServer(self, params: Mapping[str, str]) -> int:  # noqa: N802
        self._check_manager(params)
        server = self._server(params)
        server.url, server.title, server.secret_key = params["url"], params["title"], params.get("secret_key", "")
        await self._confirm(server)
        return 1

    async def _confirm(self, server: CallbackEntry) -> None:
        if len(server.title) > 14 or len(server.secret_key) > 50:
            raise ApiError(100, "One of the parameters specified was missing or invalid: title or secret_key")
        question = {"type": "confirmation", "group_id": self.group_id}
        answer = await self.post(question, url=server.url)
        server.status = "ok" if answer == (200, self._code) else "failed"
        # The code is another one after each change of the list.
        self._code = secrets.token_hex(4)

    async def _do_groups_setCallbackSettings(self, params: Mapping[str, str]) -> int:  # noqa: N802
        self._check_manager(params)
        self._server(params).settings.update(params)
        return 1

    def _server(self, params: Mapping[str, str]) -> CallbackEntry:
        for server in self.servers:
            if str(server.id) == params.get("server_id"):
                return server
        raise ApiError(100, "One of the parameters specified was missing or invalid: server_id")

    def _check_manager(self, params: Mapping[str, str]) -> None:
        self._check_group(params)
        if "manage" not in self.permissions:
            raise ApiError(15, "Access denied: no access to call this method")

    def _check_group(self, params: Mapping[str, str]) -> None:
        if params.get("group_id") != str(self.group_id):
            raise ApiError(15, "Access denied: no access to call this method")

    # --- Long Poll ---

    async def _do_groups_setLongPollSettings(self, params: Mapping[str, str]) -> int:  # noqa: N802
        self._check_manager(params)
        self.longpoll_settings.update(params)
        return 1

    async def _do_groups_getLongPollSettings(self, params: Mapping[str, str]) -> dict[str, Any]:  # noqa: N802
        self._check_group(params)
        return {"is_enabled": self.longpoll_settings.get("enabled") == "1", "events": {}}

    async def _do_groups_getLongPollServer(self, params: Mapping[str, str]) -> dict[str, Any]:  # noqa: N802
        self._check_group(params)
        if self.longpoll_settings.get("enabled") != "1":
            raise ApiError(100, "One of the parameters specified was missing or invalid: longpoll is not enabled")
        self._longpoll_key = secrets.token_hex(8)
        return {"key": self._longpoll_key, "server": f"{self.url}/longpoll", "ts": str(self._longpoll_newest)}

    @property
    def polling(self) -> bool:
        """Whether a request for updates, with the newest key, waits for some."""
        return self._waiting_key == self._longpoll_key

    @property
    def _longpoll_newest(self) -> int:
        return self._longpoll_first + len(self._longpoll)

    async def _poll(self, request: web.Request) -> web.Response:
        answer = await self._updates(request)
        if self._waiting_key == request.query.get("key"):
            self._waiting_key = ""
        await self.changed()
        return web.json_response(answer)

    async def _updates(self, request: web.Request) -> dict[str, Any]:
        if request.query.get("act") != "a_check" or request.query.get("key") != self._longpoll_key:
            return {"failed": 2}
        if self.longpoll_failures:
            failed = self.longpoll_failures.pop(0)
            return {"failed": 1, "ts": self._longpoll_newest} if failed == 1 else {"failed": failed}
        ts = int(request.query["ts"])
        if not self._longpoll_first <= ts <= self._longpoll_newest:
            return {"failed": 1, "ts": self._longpoll_newest}
        self._waiting_key = request.query["key"]
        await self.changed()
        try:
            await self.wait_for(
                lambda: self._longpoll_newest > ts or self.longpoll_failures, seconds=int(request.query["wait"])
            )
        except TimeoutError:
            return {"ts": str(ts), "updates": []}
        updates = self._longpoll[ts - self._longpoll_first :]
        # Now a number, now a string, as at VK.
        newest: int | str = self._longpoll_newest if len(updates) % 2 else str(self._longpoll_newest)
        return {"ts": newest, "updates": updates}
