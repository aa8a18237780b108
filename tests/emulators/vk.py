"""VK on loopback: takes messages of a community, keeps its files, and delivers by callbacks or Long Poll.

https://dev.vk.com/en/method/messages, https://dev.vk.com/en/api/upload/overview
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.emulators.vk_delivery import ApiError, CallbackEntry, VkDelivery
from tests.emulators.vk_people import DATE, FIRST_CHAT, Delivered, SavedFile

__all__ = ["FIRST_CHAT", "GROUP_ID", "TOKEN", "ApiError", "CallbackEntry", "Delivered", "SavedFile", "VkEmulator"]

#: The token and the number of the community, when a test does not care.
TOKEN = "vk1.a.emulator-token"
GROUP_ID = 700100

_TEXT_LIMIT = 4096
_REFUSED_DOCS = (".mp3", ".exe", ".apk")


class VkEmulator(VkDelivery):
    """One community of VK with its residents and chats."""

    def __init__(self, *, token: str = TOKEN, group_id: int = GROUP_ID) -> None:
        super().__init__(group_id=group_id)
        self.token = token
        #: Everything that the community has written, in order.
        self.delivered: list[Delivered] = []
        #: Reactions of the community: (peer_id, cmid) -> reaction_id.
        self.reactions: dict[tuple[int, int], int] = {}
        #: Answers to presses: (event_id, text of the snackbar).
        self.press_answers: list[tuple[str, str]] = []
        #: Each call of the API: the method, and its parameters without the token.
        self.calls: list[tuple[str, dict[str, str]]] = []
        #: Query strings of all calls of the API: no token belongs there.
        self.query_strings: list[str] = []
        #: Messages that are too old to be edited: (peer_id, cmid).
        self.too_old: set[tuple[int, int]] = set()
        self.refuses_photos = False
        self.refuses_voices = False
        self.uploads = 0
        #: The fields of each form that came to an upload server.
        self.upload_fields: list[list[str]] = []
        self._saved: dict[str, SavedFile] = {}
        self._uploaded: dict[str, tuple[str, str, bytes]] = {}
        self._sent: dict[tuple[int, int], Delivered] = {}

    @property
    def api_url(self) -> str:
        return f"{self.url}/method/"

    def sent_to(self, peer_id: int) -> list[Delivered]:
        """What stands in this chat, oldest first."""
        return [message for message in self.delivered if message.peer_id == peer_id and not message.deleted]

    def called(self, method: str) -> list[dict[str, str]]:
        """The parameters of each call of this method."""
        return [params for name, params in self.calls if name == method]

    # --- the server ---

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_route("*", "/method/{name}", self._method)
        router.add_post("/upload/{kind}", self._upload)
        router.add_get("/files/{key}", self._file)
        router.add_get("/longpoll", self._poll)

    def method_of(self, request: web.Request) -> str:
        first, _, rest = request.path.strip("/").partition("/")
        return rest if first == "method" else f"{first}.{rest}" if rest and first == "upload" else first

    async def _method(self, request: web.Request) -> web.Response:
        params = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
        name = request.match_info["name"]
        self.query_strings.append(request.query_string)
        try:
            if params.pop("access_token", None) != self.token:
                raise ApiError(5, "User authorization failed: invalid access_token (4).")
            if not params.get("v"):
                raise ApiError(8, "Invalid request: v (version) is required")
            self.calls.append((name, params))
            handler = getattr(self, f"_do_{name.replace('.', '_')}", None)
            if handler is None:
                raise ApiError(3, "Unknown method passed")
            answer = {"response": await handler(params)}
        except ApiError as error:
            request_params = [{"key": key, "value": value} for key, value in params.items()]
            details = {"error_code": error.code, "error_msg": error.message, "request_params": request_params}
            answer = {"error": details}
        await self.changed()
        return web.json_response(answer)

    # --- messages ---

    async def _do_messages_send(self, params: Mapping[str, str]) -> Any:
        random_id = _int32(params.get("random_id"))
        text = params.get("message", "")
        if len(text) > _TEXT_LIMIT:
            raise ApiError(914, "Message is too long")
        content = self._content(params)
        if not text and not content["attachments"] and "lat" not in params:
            raise ApiError(100, "One of the parameters specified was missing or invalid: message is empty or invalid")
        if "peer_ids" not in params:
            item = self._deliver(int(params["peer_id"]), random_id, params, content)
            if "error" in item:
                raise ApiError(item["error"]["code"], item["error"]["description"])
            return item["message_id"]
        return [self._deliver(int(peer), random_id, params, content) for peer in params["peer_ids"].split(",")]

    def _deliver(
        self, peer_id: int, random_id: int, params: Mapping[str, str], content: Mapping[str, Any]
    ) -> dict[str, Any]:
        if peer_id not in self.chats and peer_id not in self.allowed:
            if peer_id in range(FIRST_CHAT, FIRST_CHAT + 100_000_000):
                return _item_error(peer_id, 917, "You don't have access to this chat")
            return _item_error(peer_id, 901, "Can't send messages for users without permission")
        message = self._sent.get((peer_id, random_id))
        if message is None:
            location = (float(params["lat"]), float(params["long"])) if "lat" in params else None
            message = Delivered(
                peer_id=peer_id,
                cmid=self._next_cmid(peer_id),
                message_id=next(self._numbers),
                random_id=random_id,
                reply_cmid=self._reply(peer_id, params.get("forward")),
                location=location,
                **content,
            )
            self._sent[peer_id, random_id] = message
            self.delivered.append(message)
            self._messages[peer_id, message.cmid] = {
                "date": DATE + message.cmid,
                "from_id": -self.group_id,
                "id": message.message_id,
                "out": 1,
                "attachments": [],
                "conversation_message_id": message.cmid,
                "text": message.text,
                "peer_id": peer_id,
            }
        return {"peer_id": peer_id, "message_id": message.message_id, "conversation_message_id": message.cmid}

    def _content(self, params: Mapping[str, str]) -> dict[str, Any]:
        names = [name for name in params.get("attachment", "").split(",") if name]
        if len(names) > 10 or any(name not in self._saved for name in names):
            raise ApiError(100, "One of the parameters specified was missing or invalid: attachment is invalid")
        styles = params.get("format_data")
        return {
            "text": params.get("message", ""),
            "attachments": [self._saved[name] for name in names],
            "keyboard": _keyboard(params.get("keyboard")),
            "format_data": json.loads(styles) if styles else None,
        }

    def _reply(self, peer_id: int, forward: str | None) -> int | None:
        if forward is None:
            return None
        wanted = json.loads(forward)
        numbers = wanted["conversation_message_ids"]
        is_here = wanted["peer_id"] == peer_id and wanted.get("is_reply") and len(numbers) == 1
        if not is_here or (peer_id, numbers[0]) not in self._messages:
            raise ApiError(100, "One of the parameters specified was missing or invalid: forward is invalid")
        return int(numbers[0])

    async def _do_messages_edit(self, params: Mapping[str, str]) -> int:
        message = self._ours(params)
        if (message.peer_id, message.cmid) in self.too_old:
            raise ApiError(909, "Can't edit this message, because it's too old")
        for name, value in self._content(params).items():
            setattr(message, name, value)
        message.edits += 1
        return 1

    async def _do_messages_delete(self, params: Mapping[str, str]) -> list[dict[str, Any]]:
        answers = []
        for cmid in params["cmids"].split(","):
            item: dict[str, Any] = {"peer_id": int(params["peer_id"]), "conversation_message_id": int(cmid)}
            try:
                self._ours({**params, "cmid": cmid}).deleted = True
                answers.append({**item, "response": 1})
            except ApiError:
                failure = {"code": 924, "description": "Can't delete this message for everybody"}
                answers.append({**item, "error": failure})
        return answers

    def _ours(self, params: Mapping[str, str]) -> Delivered:
        where = (int(params["peer_id"]), int(params["cmid"]))
        for message in self.delivered:
            if (message.peer_id, message.cmid) == where and not message.deleted:
                return message
        raise ApiError(15, "Access denied: message is not found")

    async def _do_messages_sendReaction(self, params: Mapping[str, str]) -> int:  # noqa: N802
        where = (int(params["peer_id"]), int(params["cmid"]))
        if where not in self._messages:
            raise ApiError(100, "One of the parameters specified was missing or invalid: cmid is invalid")
        if not 1 <= int(params["reaction_id"]) <= 64:
            raise ApiError(1009, "Unknown reaction passed")
        self.reactions[where] = int(params["reaction_id"])
        return 1

    async def _do_messages_sendMessageEventAnswer(self, params: Mapping[str, str]) -> int:  # noqa: N802
        if params["event_id"] not in self._presses:
            raise ApiError(100, "One of the parameters specified was missing or invalid: event_id is invalid")
        self._presses.discard(params["event_id"])
        data = json.loads(params["event_data"]) if "event_data" in params else {"text": ""}
        if len(data["text"]) > 90:
            raise ApiError(100, "One of the parameters specified was missing or invalid: text is too long")
        self.press_answers.append((params["event_id"], data["text"]))
        return 1

    async def _do_messages_getById(self, params: Mapping[str, str]) -> dict[str, Any]:  # noqa: N802
        wanted = {int(number) for number in params["message_ids"].split(",")}
        items = [message for message in self._messages.values() if message["id"] in wanted]
        return {"count": len(items), "items": items}

    async def _do_messages_getByConversationMessageId(self, params: Mapping[str, str]) -> dict[str, Any]:  # noqa: N802
        numbers = [int(number) for number in params["conversation_message_ids"].split(",")]
        places = [(int(params["peer_id"]), number) for number in numbers]
        items = [self._messages[place] for place in places if place in self._messages]
        return {"count": len(items), "items": items}

    async def _do_messages_getConversationsById(self, params: Mapping[str, str]) -> dict[str, Any]:  # noqa: N802
        items = [
            {
                "peer": {"id": peer, "type": "chat"},
                "can_write": {"allowed": True},
                "chat_settings": {"title": "Сотрудники", "state": "in"},
            }
            for peer in map(int, params["peer_ids"].split(","))
            if peer in self.chats
        ]
        return {"count": len(items), "items": items}

    async def _do_messages_getConversationMembers(self, params: Mapping[str, str]) -> dict[str, Any]:  # noqa: N802
        if int(params["peer_id"]) not in self.admin_of:
            raise ApiError(917, "You don't have access to this chat")
        return {"count": 3, "items": []}

    async def _do_users_get(self, params: Mapping[str, str]) -> list[dict[str, Any]]:
        numbers = [int(number) for number in params["user_ids"].split(",")]
        if len(numbers) > 1000:
            raise ApiError(100, "One of the parameters specified was missing or invalid: user_ids")
        known = [(number, *self.names[number]) for number in numbers if number in self.names]
        return [{"id": number, "first_name": first, "last_name": last} for number, first, last in known]

    # --- files ---

    async def _do_photos_getMessagesUploadServer(self, params: Mapping[str, str]) -> dict[str, Any]:  # noqa: N802
        return {"upload_url": f"{self.url}/upload/photo", "album_id": -3, "user_id": 0}

    async def _do_docs_getMessagesUploadServer(self, params: Mapping[str, str]) -> dict[str, Any]:  # noqa: N802
        return {"upload_url": f"{self.url}/upload/{params.get('type', 'doc')}"}

    async def _upload(self, request: web.Request) -> web.Response:
        kind = request.match_info["kind"]
        form = await request.post()
        self.upload_fields.append([*request.query, *form])
        part = form.get("photo" if kind == "photo" else "file")
        if not isinstance(part, web.FileField):
            return web.json_response({"error": "ERR_UPLOAD_NO_FILE"})
        data, name = part.file.read(), part.filename
        part.file.close()
        self.uploads += 1
        is_refused = (kind == "audio_message" and self.refuses_voices) or name.lower().endswith(_REFUSED_DOCS)
        if is_refused:
            return web.json_response({"error": "unknown error", "error_descr": "file type is not allowed"})
        if kind == "photo" and self.refuses_photos:
            return web.json_response({"server": 1, "photo": "[]", "hash": "h"})
        token = secrets.token_hex(8)
        self._uploaded[token] = (kind, name, data)
        answer = {"server": 626018, "photo": token, "hash": "h"} if kind == "photo" else {"file": token}
        # VK itself says text/html here.
        return web.Response(text=json.dumps(answer), content_type="text/html")

    async def _do_photos_saveMessagesPhoto(self, params: Mapping[str, str]) -> list[dict[str, Any]]:  # noqa: N802
        if params.get("server") != "626018" or params.get("hash") != "h":
            raise ApiError(121, "Invalid hash")
        return [self._save(params["photo"], "")]

    async def _do_docs_save(self, params: Mapping[str, str]) -> dict[str, Any]:
        kind = self._uploaded.get(params["file"], ("doc",))[0]
        return {"type": kind, kind: self._save(params["file"], params.get("title", ""))}

    def _save(self, token: str, title: str) -> dict[str, Any]:
        if token not in self._uploaded:
            raise ApiError(100, "One of the parameters specified was missing or invalid: file")
        kind, file_name, data = self._uploaded.pop(token)
        item = {"id": next(self._numbers), "owner_id": -self.group_id, "access_key": secrets.token_hex(4)}
        name = f"{kind}{item['owner_id']}_{item['id']}_{item['access_key']}"
        self._saved[name] = SavedFile(name=name, kind=kind, title=title or file_name, data=data)
        return item

    def forget_saved(self) -> None:
        """Somebody deletes all saved files."""
        self._saved.clear()

    async def _file(self, request: web.Request) -> web.Response:
        if (found := self._hosted.get(request.match_info["key"])) is None:
            return web.Response(status=404)
        return web.Response(body=found[0])

    # --- the community ---

    async def _do_groups_getById(self, params: Mapping[str, str]) -> dict[str, Any]:  # noqa: N802
        return {"groups": [{"id": self.group_id, "name": "Ямал Официально"}], "profiles": []}

    async def _do_groups_getTokenPermissions(self, params: Mapping[str, str]) -> dict[str, Any]:  # noqa: N802
        return {"mask": 0, "permissions": [{"name": name, "setting": 1} for name in self.permissions]}


def _int32(value: str | None) -> int:
    number = int(value or 0)
    if number == 0 or not -(2**31) <= number < 2**31:
        raise ApiError(100, "One of the parameters specified was missing or invalid: random_id")
    return number


def _item_error(peer_id: int, code: int, description: str) -> dict[str, Any]:
    return {"peer_id": peer_id, "message_id": 0, "error": {"code": code, "description": description}}


def _keyboard(text: str | None) -> Mapping[str, Any] | None:
    """https://dev.vk.com/en/api/bots/development/keyboard"""
    if text is None:
        return None
    try:
        keyboard = json.loads(text)
        rows = keyboard["buttons"]
        actions = [button["action"] for row in rows for button in row]
        is_inline = keyboard.get("inline") is True
        rows_allowed, buttons_allowed = (6, 10) if is_inline else (10, 40)
        is_good = (
            len(rows) <= rows_allowed
            and len(actions) <= buttons_allowed
            and all(1 <= len(row) <= 5 for row in rows)
            and all(action["type"] in ("text", "callback", "open_link") for action in actions)
            and all(1 <= len(action["label"]) <= 40 for action in actions)
            and all(
                len(action["payload"]) <= 255 and isinstance(json.loads(action["payload"]), dict) for action in actions
            )
        )
    except (ValueError, KeyError, TypeError):
        is_good = False
    if not is_good:
        raise ApiError(911, "Keyboard format is invalid")
    return dict(keyboard)
