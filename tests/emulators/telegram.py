"""A look-alike of the Bot API server: https://core.telegram.org/bots/api.

It checks what it is asked as the real one does, keeps what was delivered, and brings updates by webhook or
`getUpdates`. The words of its refusals are those of the real server.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from tests.emulators.base import Fault
from tests.emulators.telegram_chats import TOKEN, USERNAME
from tests.emulators.telegram_messages import MESSAGE_METHODS, Delivered, TelegramMessages
from tests.emulators.telegram_wire import (
    Params,
    Refusal,
    StoredFile,
    full_chat,
    integer,
    person,
    read_params,
    required,
    shown_member,
    unique_id,
)

__all__ = ["TOKEN", "USERNAME", "Delivered", "TelegramEmulator", "person"]

#: The kinds that come when nobody says which; https://core.telegram.org/bots/api#setwebhook
_NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

#: Bytes; https://core.telegram.org/bots/api#getfile
_DOWNLOAD_LIMIT = 20 * 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Call:
    """A call that reached the server and was not stopped by a fault."""

    method: str
    params: Params


class TelegramEmulator(TelegramMessages):
    """The server: methods, webhook, queue."""

    def __init__(self, *, token: str = TOKEN, username: str = USERNAME) -> None:
        super().__init__(token=token, username=username)
        self.calls: list[Call] = []
        #: By the JSON of the scope, and of the language if there is one: the commands set for it.
        self.commands: dict[str, list[dict[str, str]]] = {}
        #: What the bot is in a group: `administrator` if nothing is said.
        self.status_in: dict[int, str] = {}
        self.reads_all = False
        self.webhook: Params = {}
        #: Beginnings of addresses, and where they really lead: a test has no https.
        self.forward: dict[str, str] = {}
        #: Whether a webhook may do without https, for tests whose other platforms need the service's own address.
        self.takes_http = False
        #: Seconds before a webhook is called again: the real server waits longer and longer.
        self.retry_delay = 0.05
        self._paths: dict[str, StoredFile] = {}
        self._queue: list[dict[str, Any]] = []
        self._poll = 0

    # --- the server ---

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_route("*", "/bot{token}/{method}", self._serve)
        router.add_get("/file/bot{token}/{path:.+}", self._serve_file)

    def method_of(self, request: web.Request) -> str:
        """As the documentation spells it, though the server does not mind; `file` for a download."""
        if request.path.startswith("/file/"):
            return "file"
        return _SPELLING.get(request.path.rsplit("/", 1)[-1].lower(), "")

    def fault_body(self, fault: Fault) -> tuple[str, str]:
        """A fault with a status alone answers in the shape of the Bot API."""
        if fault.body == "" and fault.status is not None:
            answer = {"ok": False, "error_code": fault.status, "description": f"Error {fault.status}"}
            return json.dumps(answer), "application/json"
        return super().fault_body(fault)

    async def _serve(self, request: web.Request) -> web.Response:
        try:
            if request.match_info["token"] != self.token:
                raise Refusal(401, "Unauthorized")
            method = self.method_of(request)
            handler = _METHODS.get(method)
            if handler is None:
                raise Refusal(404, "Not Found: method not found")
            params = await read_params(request)
            self.calls.append(Call(method=method, params=params))
            result = await handler(self, method, params)
        except Refusal as refusal:
            body: Params = {"ok": False, "error_code": refusal.status, "description": refusal.description}
            if refusal.parameters:
                body["parameters"] = refusal.parameters
            return web.json_response(body, status=refusal.status)
        await self.changed()
        return web.json_response({"ok": True, "result": result})

    async def _serve_file(self, request: web.Request) -> web.Response:
        file = self._paths.get(request.match_info["path"])
        if request.match_info["token"] != self.token or file is None:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.Response(body=file.data, content_type="application/octet-stream")

    # --- methods: the bot and its updates ---

    async def _get_me(self, method: str, params: Params) -> Any:
        return self.bot | {"can_join_groups": True, "can_read_all_group_messages": self.reads_all}

    async def _set_webhook(self, method: str, params: Params) -> Any:
        url = params.get("url", "")
        if url and not url.startswith("https://") and not self.takes_http:
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        secret = params.get("secret_token", "")
        if any(not (c.isascii() and (c.isalnum() or c in "_-")) for c in secret) or len(secret) > 256:
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        if params.get("drop_pending_updates"):
            self._queue.clear()
        self.webhook = dict(params) if url else {}
        return True

    async def _delete_webhook(self, method: str, params: Params) -> Any:
        if params.get("drop_pending_updates") in (True, "true", "True"):
            self._queue.clear()
        self.webhook = {}
        return True

    async def _get_webhook_info(self, method: str, params: Params) -> Any:
        info = {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self._queue),
        }
        known = ("allowed_updates", "max_connections", "last_error_date", "last_error_message")
        return info | {name: self.webhook[name] for name in known if name in self.webhook}

    async def _get_updates(self, method: str, params: Params) -> Any:
        if self.webhook:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
                "webhook first",
            )
        offset, limit = int(params.get("offset", 0)), int(params.get("limit", 100))
        self._queue = [update for update in self._queue if update["update_id"] >= offset]
        self._poll = poll = self._poll + 1
        await self.changed()
        try:
            async with asyncio.timeout(min(int(params.get("timeout", 0)), 50)), self._changed:
                while not self._queue and self._poll == poll:
                    await self._changed.wait()
        except TimeoutError:
            return []
        if self._poll != poll:
            raise Refusal(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        return self._queue[:limit]

    async def _set_my_commands(self, method: str, params: Params) -> Any:
        scope = params.get("scope") or {"type": "default"}
        if scope["type"] == "chat":
            self._check_chat(int(scope["chat_id"]))
        for_language = {"language_code": params["language_code"]} if "language_code" in params else {}
        self.commands[json.dumps(scope | for_language, sort_keys=True)] = required(params, "commands")
        return True

    async def _get_chat(self, method: str, params: Params) -> Any:
        return full_chat(self._check_chat(integer(params, "chat_id")))

    async def _get_chat_member(self, method: str, params: Params) -> Any:
        chat_id = self._check_chat(integer(params, "chat_id"))
        if integer(params, "user_id") != self.bot_id:
            raise Refusal(400, "Bad Request: user not found")
        return shown_member(self.bot, self.status_in.get(chat_id, "administrator"))

    # --- methods: files ---

    async def _get_file(self, method: str, params: Params) -> Any:
        file = self._files.get(required(params, "file_id"))
        if file is None:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(file.data) > _DOWNLOAD_LIMIT:
            raise Refusal(400, "Bad Request: file is too big")
        suffix = file.name.rpartition(".")[2] or "bin"
        path = f"{file.kind}s/file_{len(self._paths)}.{suffix if suffix.isascii() else 'bin'}"
        self._paths[path] = file
        return {
            "file_id": file.file_id,
            "file_unique_id": unique_id(file.file_id),
            "file_size": len(file.data),
            "file_path": path,
        }

    # --- for tests ---

    async def push(self, update: Mapping[str, Any], *, attempts: int = 5) -> int:
        """Bring an update as the real server does; gives the last status of the webhook, 0 if it is for a poll."""
        kind = next(name for name in update if name != "update_id")
        allowed = self.webhook.get("allowed_updates")
        if kind in _NOT_BY_DEFAULT and (not allowed or kind not in allowed):
            return 0
        if not self.webhook:
            self._queue.append(dict(update))
            await self.changed()
            return 0
        if allowed and kind not in allowed:
            return 0
        return await self._post(update, attempts)

    async def _post(self, update: Mapping[str, Any], attempts: int) -> int:
        url = self.webhook["url"]
        for public, real in self.forward.items():
            if url.startswith(public):
                url = real + url.removeprefix(public)
        headers = {}
        if secret := self.webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        status = 0
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as client:
            for attempt in range(attempts):
                try:
                    async with client.post(url, json=update, headers=headers) as response:
                        status = response.status
                except aiohttp.ClientError:
                    status = 0
                if 200 <= status < 300:
                    break
                self.webhook["last_error_date"] = self._tick()
                self.webhook["last_error_message"] = f"Wrong response from the webhook: {status}"
                await asyncio.sleep(self.retry_delay * attempt)
        return status


_Handler = Callable[[TelegramEmulator, str, Params], Awaitable[Any]]

_METHODS: dict[str, _Handler] = {
    "getMe": TelegramEmulator._get_me,
    "setWebhook": TelegramEmulator._set_webhook,
    "deleteWebhook": TelegramEmulator._delete_webhook,
    "getWebhookInfo": TelegramEmulator._get_webhook_info,
    "getUpdates": TelegramEmulator._get_updates,
    "setMyCommands": TelegramEmulator._set_my_commands,
    "getChat": TelegramEmulator._get_chat,
    "getChatMember": TelegramEmulator._get_chat_member,
    "getFile": TelegramEmulator._get_file,
    **MESSAGE_METHODS,
}

_SPELLING = {name.lower(): name for name in _METHODS}
