"""Viber on loopback: takes messages, fetches their files as Viber does, and calls the webhook.

https://developers.viber.com/docs/api/rest-bot-api/
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import aiohttp
from aiohttp import web

from tests.emulators.base import Emulator
from tests.emulators.viber_rules import Refused, check_keyboard, check_media, check_message

#: The token of the bot, when a test does not care.
TOKEN = "4d2f-viber-emulator-token"
_MAX_JSON = 30 * 1024
_MAX_SILENT = 100
_STATUS_MESSAGES = {
    0: "ok",
    1: "invalidUrl",
    2: "invalidAuthToken",
    3: "badData",
    4: "missingData",
    6: "notSubscribed",
    10: "webhookNotSet",
    12: "tooManyRequests",
    13: "apiVersionNotSupported",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A message on a resident's screen."""

    receiver: str
    #: Empty: a keyboard alone.
    type: str
    text: str
    token: int
    #: The whole message as it was sent.
    body: Mapping[str, Any]
    #: What Viber fetched.
    media: bytes = b""
    media_type: str = ""
    file_name: str = ""
    #: It rode in the answer to `conversation_started`.
    welcome: bool = False

    @property
    def buttons(self) -> dict[str, str]:
        """What each button says, and what a press of it sends back."""
        keyboard = self.body.get("keyboard") or {}
        return {button["Text"]: button["ActionBody"] for button in keyboard.get("Buttons", ())}


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A resident with Viber on his phone."""

    id: str
    name: str = "Мария Иванова"
    language: str = "ru"

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "language": self.language, "country": "RU", "api_version": 10}


class ViberEmulator(Emulator):
    """One bot and its residents."""

    def __init__(self, token: str = TOKEN) -> None:
        super().__init__()
        self.token = token
        self.uri = "otvettest"
        self.webhook = ""
        self.event_types: list[str] = []
        self.subscribed: set[str] = set()
        #: Whose Viber knows no newer messages than those of the first version of the API, without buttons.
        self.old_clients: set[str] = set()
        self.delivered: list[Delivered] = []
        #: Why a client would not show a message that was accepted with status 0.
        self.refused: list[str] = []
        #: Calls of the API: the method and the body.
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._unanswered: dict[str, int] = {}
        self._files: dict[str, tuple[bytes, str]] = {}
        # Above 2^53, as real ones are.
        self._tokens: Iterator[int] = itertools.count(5_612_790_134_512_640_001, 37)
        self._times: Iterator[int] = itertools.count(1_760_000_000_000, 1000)
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: aiohttp.ClientSession | None = None

    @property
    def api_url(self) -> str:
        return f"{self.url}/pa"

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.close()
            self._client = None
        await super().stop()

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/pa/{method}", self._call)
        router.add_get("/files/{key}/{name}", self._file)

    def method_of(self, request: web.Request) -> str:
        return "file" if request.path.startswith("/files/") else super().method_of(request)

    # --- for tests: residents ---

    def message(self, user: User, message: Mapping[str, Any]) -> dict[str, Any]:
        """A `message` event; `message` as in the documentation: `{"type": "text", "text": …}`."""
        return self._event("message", sender=user.as_json(), message=dict(message), silent=False)

    def text(self, user: User, text: str) -> dict[str, Any]:
        return self.message(user, {"type": "text", "text": text})

    def picture(self, user: User, data: bytes, name: str = "foto.jpg", text: str = "") -> dict[str, Any]:
        media = self.add_file(data, name, "image/jpeg")
        words = {"text": text} if text else {}
        return self.message(
            user, {"type": "picture", "media": media, "thumbnail": media, "file_name": name, "size": len(data), **words}
        )

    def video(self, user: User, data: bytes, name: str = "video.mp4", duration: int = 7) -> dict[str, Any]:
        media = self.add_file(data, name, "video/mp4")
        return self.message(
            user,
            {
                "type": "video",
                "media": media,
                "thumbnail": media,
                "size": len(data),
                "duration": duration,
                "file_name": name,
            },
        )

    def file(self, user: User, data: bytes, name: str) -> dict[str, Any]:
        media = self.add_file(data, name)
        return self.message(user, {"type": "file", "media": media, "size": len(data), "file_name": name})

    def sticker(self, user: User, data: bytes, sticker_id: int = 40100) -> dict[str, Any]:
        return self.message(
            user, {"type": "sticker", "media": self.add_file(data, "s.png", "image/png"), "sticker_id": sticker_id}
        )

    def contact(self, user: User, name: str, phone: str) -> dict[str, Any]:
        return self.message(user, {"type": "contact", "contact": {"name": name, "phone_number": phone}})

    def url_message(self, user: User, address: str) -> dict[str, Any]:
        return self.message(user, {"type": "url", "media": address})

    def location(self, user: User, lat: float, lon: float) -> dict[str, Any]:
        return self.message(user, {"type": "location", "location": {"lat": lat, "lon": lon}})

    def press(self, user: User, message: Delivered, label: str) -> dict[str, Any]:
        """The press of a button: Viber sends its `ActionBody` as the resident's text."""
        return self.message(user, {"type": "text", "text": message.buttons[label], "tracking_data": ""})

    def conversation_started(self, user: User, context: str = "") -> dict[str, Any]:
        more = {"context": context} if context else {}
        subscribed = user.id in self.subscribed
        return self._event("conversation_started", type="open", user=user.as_json(), subscribed=subscribed, **more)

    def value_of(self, link: str) -> str:
        """The `context` of the chat of somebody who opens this link to the bot."""
        found = re.fullmatch(rf"viber://pa\?chatURI={self.uri}&context=([^&#\s]+)", link)
        assert found is not None, link
        return unquote(found[1])

    def subscribed_event(self, user: User) -> dict[str, Any]:
        return self._event("subscribed", user=user.as_json())

    def unsubscribed(self, user: User) -> dict[str, Any]:
        return self._event("unsubscribed", user_id=user.id)

    def receipt(self, kind: str, message: Delivered) -> dict[str, Any]:
        """`delivered` or `seen`: it has the token of the message that it is about."""
        return self._event(kind, user_id=message.receiver) | {"message_token": message.token}

    def failed(self, user_id: str, token: int, desc: str) -> dict[str, Any]:
        return self._event("failed", user_id=user_id, desc=desc) | {"message_token": token}

    async def push(self, event: Mapping[str, Any], *, patience: float = 20) -> str:
        """Call the webhook until it answers 200, as Viber does (faster); the body of that answer. TimeoutError."""
        self._note(event)
        async with asyncio.timeout(patience):
            while True:
                try:
                    status, body = await self.push_once(event)
                except (aiohttp.ClientError, TimeoutError):
                    status, body = 0, ""
                if status == 200:
                    break
                # A retry has the same body and token. Viber waits seconds, a test does not.
                await asyncio.sleep(0.05)
        if event["event"] == "conversation_started" and body:
            await self._welcome(event["user"]["id"], body)
        await self.changed()
        return body

    async def push_once(self, event: Mapping[str, Any], *, signature: str | None = None) -> tuple[int, str]:
        """Call the webhook once, signed with the token unless told otherwise; status and body."""
        body = json.dumps(event, ensure_ascii=False).encode()
        headers = {"X-Viber-Content-Signature": self.sign(body) if signature is None else signature}
        headers["Content-Type"] = "application/json"
        async with self._http().post(self.webhook, data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    def sign(self, body: bytes) -> str:
        return hmac.new(self.token.encode(), body, hashlib.sha256).hexdigest()

    def add_file(self, data: bytes, name: str, content_type: str = "application/octet-stream") -> str:
        """Put a file where anybody can fetch it; its address, with a signature in the query."""
        key = hashlib.sha256(data).hexdigest()[:20]
        self._files[f"{key}/{name}"] = (data, content_type)
        return f"{self.url}/files/{key}/{quote(name)}?Expires=1760003600&Signature=q~w_e-r&Key-Pair-Id=APKATEST"

    # --- inside: the API ---

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        raw = await request.read()
        try:
            body = self._read(request, raw)
            self.calls.append((method, body))
            answer = await self._carry_out(method, body, len(raw))
        except Refused as error:
            answer = {"status": error.status, "status_message": _STATUS_MESSAGES[error.status]}
        await self.changed()
        return web.json_response({"status": 0, "status_message": "ok", "chat_hostname": "SN-CHAT-07_"} | answer)

    def _read(self, request: web.Request, raw: bytes) -> dict[str, Any]:
        try:
            body = json.loads(raw)
        except ValueError:
            raise Refused(3) from None
        if not isinstance(body, dict):
            raise Refused(3)
        if request.headers.get("X-Viber-Auth-Token", body.get("auth_token")) != self.token:
            raise Refused(2)
        return body

    async def _carry_out(self, method: str, body: dict[str, Any], size: int) -> dict[str, Any]:
        match method:
            case "set_webhook":
                return await self._set_webhook(body)
            case "get_account_info":
                return {
                    "id": "pa:5612790134512640",
                    "name": "Проверка связи",
                    "uri": self.uri,
                    "webhook": self.webhook,
                    "event_types": self.event_types,
                    "subscribers_count": len(self.subscribed),
                }
            case "send_message":
                if size > _MAX_JSON:
                    raise Refused(3)
                return {"message_token": await self._send(str(body.get("receiver", "")), body), "billing_status": 1}
            case "broadcast_message":
                return await self._broadcast(body, size)
            case _:
                raise Refused(3)

    async def _set_webhook(self, body: dict[str, Any]) -> dict[str, Any]:
        before, self.webhook = self.webhook, str(body.get("url", ""))
        self.event_types = list(body.get("event_types", ()))
        if self.webhook:
            try:
                status, _ = await self.push_once(self._event("webhook"))
            except (aiohttp.ClientError, TimeoutError):
                status = 0
            if status != 200:
                self.webhook = before
                raise Refused(1)
        return {"event_types": self.event_types}

    async def _send(self, receiver: str, body: dict[str, Any]) -> int:
        if not self.webhook:
            raise Refused(10)
        if not receiver:
            raise Refused(4)
        if receiver not in self.subscribed:
            raise Refused(6)
        if receiver in self.old_clients and ("keyboard" in body or body.get("min_api_version") != 1):
            raise Refused(13)
        check_message(body)
        if self._unanswered.get(receiver, 0) >= _MAX_SILENT:
            raise Refused(12)
        self._unanswered[receiver] = self._unanswered.get(receiver, 0) + 1
        token = next(self._tokens)
        await self._show(receiver, body, token)
        return token

    async def _broadcast(self, body: dict[str, Any], size: int) -> dict[str, Any]:
        receivers = body.get("broadcast_list")
        if not isinstance(receivers, list) or not 0 < len(receivers) <= 300 or size > _MAX_JSON:
            raise Refused(3)
        check_message(body)
        token = next(self._tokens)
        failed = []
        for receiver in receivers:
            if receiver in self.subscribed:
                await self._show(receiver, body, token)
            else:
                failed.append({"receiver": receiver, "status": 6, "status_message": "Not subscribed"})
        return {"message_token": token, "failed_list": failed}

    # --- inside: the resident's phone ---

    def _note(self, event: Mapping[str, Any]) -> None:
        match event["event"]:
            case "message":
                # A first message subscribes without an event of its own.
                user_id = event["sender"]["id"]
                self.subscribed.add(user_id)
                self._unanswered.pop(user_id, None)
            case "subscribed":
                self.subscribed.add(event["user"]["id"])
            case "unsubscribed":
                self.subscribed.discard(event["user_id"])

    async def _welcome(self, user_id: str, answer: str) -> None:
        body = json.loads(answer)
        check_message(body)
        await self._show(user_id, body, next(self._tokens), welcome=True)

    async def _show(self, receiver: str, body: dict[str, Any], token: int, *, welcome: bool = False) -> None:
        """Show a message, or tell the bot by a `failed` event that the client would not."""
        media, media_type = b"", ""
        try:
            if "keyboard" in body:
                check_keyboard(body["keyboard"])
            if body.get("type") in ("picture", "video", "file"):
                media, media_type = await self._fetch(body["media"])
                check_media(body, media, media_type)
        except ValueError as error:
            self.refused.append(str(error))
            if "failed" in self.event_types:
                task = asyncio.create_task(self._report(self.failed(receiver, token, str(error))))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            return
        shown = Delivered(
            receiver=receiver,
            type=body.get("type", ""),
            text=body.get("text", ""),
            token=token,
            body=body,
            media=media,
            media_type=media_type,
            file_name=body.get("file_name", ""),
            welcome=welcome,
        )
        self.delivered.append(shown)

    async def _report(self, event: dict[str, Any]) -> None:
        await self.push(event)

    async def _fetch(self, address: str) -> tuple[bytes, str]:
        """What is at an address, asked for by HEAD and GET. ValueError when a client could not show it."""
        try:
            async with self._http().head(address, allow_redirects=True) as head:
                promised, said = head.headers.get("Content-Length"), head.content_type
                if head.status != 200:
                    raise ValueError(f"HEAD gives {head.status}")
            async with self._http().get(address) as answer:
                if answer.status != 200:
                    raise ValueError(f"GET gives {answer.status}")
                data = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ValueError(f"the media cannot be fetched: {type(error).__name__}") from None
        if promised != str(len(data)) or said != answer.content_type:
            raise ValueError("HEAD and GET do not agree")
        return data, said

    async def _file(self, request: web.Request) -> web.Response:
        found = self._files.get(f"{request.match_info['key']}/{request.match_info['name']}")
        # Real links are signed: without the query there is no file.
        if found is None or "Signature" not in request.query:
            raise web.HTTPNotFound
        return web.Response(body=found[0], content_type=found[1])

    def _event(self, kind: str, **fields: Any) -> dict[str, Any]:
        event = {"event": kind, "timestamp": next(self._times), "chat_hostname": "SN-CHAT-07_"}
        return event | {"message_token": next(self._tokens)} | fields

    def _http(self) -> aiohttp.ClientSession:
        if self._client is None:
            self._client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))
        return self._client
