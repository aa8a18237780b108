"""VK on loopback: takes messages of a community, keeps its files, and delivers by callbacks or Long Poll.

https://dev.vk.com/en/method/messages, https://dev.vk.com/en/api/callback/getting-started,
https://dev.vk.com/en/api/bots-long-poll/getting-started
"""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.emulators.base import Emulator

#: The token and the number of the community, when a test does not care.
TOKEN = "vk1.a.emulator-token"
GROUP_ID = 700100
#: The first chat with several people; chats count up from here.
FIRST_CHAT = 2_000_000_001

_TEXT_LIMIT = 4096
_DATE = 1_760_000_000
_PERMISSIONS = ("messages", "photos", "docs", "manage")
_REFUSED_DOCS = (".mp3", ".exe", ".apk")
#: Pauses between two tries of a callback, in seconds: VK's own are longer.
_RETRY_PAUSE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFile:
    """A file that was uploaded and saved: what a message can attach."""

    name: str
    #: `photo`, `doc` or `audio_message`.
    kind: str
    title: str
    data: bytes


@dataclass(slots=True, kw_only=True)
class Delivered:
    """A message of the community in somebody's chat, as it stands now."""

    peer_id: int
    cmid: int
    message_id: int
    random_id: int
    text: str = ""
    format_data: Mapping[str, Any] | None = None
    attachments: list[SavedFile] = field(default_factory=list)
    keyboard: Mapping[str, Any] | None = None
    reply_cmid: int | None = None
    location: tuple[float, float] | None = None
    edits: int = 0
    deleted: bool = False

    @property
    def buttons(self) -> dict[str, Any]:
        """What each button says, and what it carries."""
        rows = (self.keyboard or {}).get("buttons", ())
        actions = [button["action"] for row in rows for button in row]
        return {action["label"]: json.loads(action["payload"]) for action in actions}


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


class VkEmulator(Emulator):
    """One community of VK with its residents and chats."""

    def __init__(self, *, token: str = TOKEN, group_id: int = GROUP_ID) -> None:
        super().__init__()
        self.token = token
        self.group_id = group_id
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
        #: Who may be written to, and the chats that the community is in.
        self.allowed: set[int] = set()
        self.chats: set[int] = set()
        #: Chats in which it sees everything.
        self.admin_of: set[int] = set()
        self.names: dict[int, tuple[str, str]] = {}
        self.permissions: tuple[str, ...] = _PERMISSIONS
        #: Messages that are too old to be edited: (peer_id, cmid).
        self.too_old: set[tuple[int, int]] = set()
        self.refuses_photos = False
        self.refuses_voices = False
        self.uploads = 0
        #: The fields of each form that came to an upload server.
        self.upload_fields: list[list[str]] = []
        self.servers: list[CallbackEntry] = []
        self.longpoll_settings: dict[str, str] = {}
        #: How the next requests for updates end: see `fail_longpoll`.
        self.longpoll_failures: list[int] = []
        #: What each try of a callback got: status and body.
        self.callback_answers: list[tuple[int, str]] = []
        self._saved: dict[str, SavedFile] = {}
        self._uploaded: dict[str, tuple[str, str, bytes]] = {}
        self._hosted: dict[str, tuple[bytes, str]] = {}
        self._sent: dict[tuple[int, int], Delivered] = {}
        self._messages: dict[tuple[int, int], dict[str, Any]] = {}
        self._presses: set[str] = set()
        self._cmids: dict[int, int] = {}
        self._numbers = itertools.count(1001)
        self._code = secrets.token_hex(4)
        self._longpoll_key = secrets.token_hex(8)
        self._waiting_key = ""
        self._longpoll_first = 1
        self._longpoll: list[dict[str, Any]] = []

    @property
    def api_url(self) -> str:
        return f"{self.url}/method/"

    def sent_to(self, peer_id: int) -> list[Delivered]:
        """What stands in this chat, oldest first."""
        return [message for message in self.delivered if message.peer_id == peer_id and not message.deleted]

    def called(self, method: str) -> list[dict[str, str]]:
        """The parameters of each call of this method."""
        return [params for name, params in self.calls if name == method]

    # --- what happens at VK: updates ---

    def add_file(self, data: bytes, name: str) -> str:
        """Keep a file as VK does; gives the address it is fetched from."""
        key = f"{next(self._numbers)}-{name}"
        self._hosted[key] = (data, name)
        return f"{self.url}/files/{key}"

    def photo(self, data: bytes, *, width: int = 1280, height: int = 960) -> dict[str, Any]:
        small = {"type": "s", "width": 75, "height": 56, "url": self.add_file(b"small", "s.jpg")}
        large = {"type": "z", "width": width, "height": height, "url": self.add_file(data, "z.jpg")}
        photo = {"id": next(self._numbers), "owner_id": 1, "sizes": [large, small]}
        return {"type": "photo", "photo": photo}

    def doc(self, data: bytes, name: str) -> dict[str, Any]:
        extension = name.rpartition(".")[2]
        url = self.add_file(data, name)
        doc = {"id": next(self._numbers), "owner_id": 1, "title": name, "ext": extension, "size": len(data), "url": url}
        return {"type": "doc", "doc": doc}

    def voice(self, data: bytes, *, duration: int = 4) -> dict[str, Any]:
        ogg = self.add_file(data, "voice.ogg")
        mp3 = self.add_file(b"mp3", "voice.mp3")
        return {"type": "audio_message", "audio_message": {"duration": duration, "link_ogg": ogg, "link_mp3": mp3}}

    def sticker(self, data: bytes) -> dict[str, Any]:
        images = [{"url": self.add_file(data, "512.png"), "width": 512, "height": 512}]
        return {"type": "sticker", "sticker": {"sticker_id": 9, "product_id": 2, "images": images}}

    def message(
        self,
        user_id: int,
        text: str = "",
        *,
        chat: int | None = None,
        attachments: Sequence[Mapping[str, Any]] = (),
        reply_to: int | None = None,
        forwarded: Sequence[Mapping[str, Any]] = (),
        payload: Mapping[str, Any] | None = None,
        ref: str = "",
        geo: tuple[float, float] | None = None,
    ) -> dict[str, Any]:
        """`message_new`: somebody writes to the community, or in a chat with it. `reply_to` is a cmid."""
        peer_id = chat or user_id
        cmid = self._next_cmid(peer_id)
        message: dict[str, Any] = {
            "date": _DATE + cmid,
            "from_id": user_id,
            "id": 0 if chat else next(self._numbers),
            "version": 10_000_000 + cmid,
            "out": 0,
            "important": False,
            "is_hidden": False,
            "attachments": list(attachments),
            "conversation_message_id": cmid,
            "fwd_messages": list(forwarded),
            "text": text,
            "peer_id": peer_id,
            "random_id": 0,
        }
        if reply_to is not None:
            message["reply_message"] = self._messages[peer_id, reply_to]
        if payload is not None:
            message["payload"] = json.dumps(payload)
        if ref:
            message |= {"ref": ref, "ref_source": "qr"}
        if geo is not None:
            message["geo"] = {"type": "point", "coordinates": {"latitude": geo[0], "longitude": geo[1]}}
        self._messages[peer_id, cmid] = message
        if chat is None:
            self.allowed.add(user_id)
        else:
            self.chats.add(chat)
        client_info = {"button_actions": ["text", "callback"], "keyboard": True, "inline_keyboard": True, "lang_id": 0}
        return self.update("message_new", {"client_info": client_info, "message": message})

    def edited(self, update: Mapping[str, Any], text: str) -> dict[str, Any]:
        """`message_edit` of a message that was made by `message`."""
        message = update["object"]["message"]
        changed = {**message, "text": text, "update_time": message["date"] + 60}
        self._messages[message["peer_id"], message["conversation_message_id"]] = changed
        return self.update("message_edit", changed)

    def press(self, message: Delivered, label: str, user_id: int) -> dict[str, Any]:
        """`message_event`: somebody presses a button under a message of the community."""
        event_id = secrets.token_hex(6)
        self._presses.add(event_id)
        body = {
            "user_id": user_id,
            "peer_id": message.peer_id,
            "event_id": event_id,
            "payload": message.buttons[label],
            "conversation_message_id": message.cmid,
        }
        return self.update("message_event", body)

    def starts(self, user_id: int, *, ref: str = "") -> dict[str, Any]:
        """The button «Начать» of an empty chat."""
        return self.message(user_id, "Начать", payload={"command": "start"}, ref=ref)

    def allow(self, user_id: int) -> dict[str, Any]:
        self.allowed.add(user_id)
        return self.update("message_allow", {"user_id": user_id, "key": ""})

    def deny(self, user_id: int) -> dict[str, Any]:
        self.allowed.discard(user_id)
        return self.update("message_deny", {"user_id": user_id})

    def kick(self, chat: int, by: int) -> dict[str, Any]:
        """Somebody removes the community from a chat."""
        update = self.message(by, chat=chat)
        update["object"]["message"]["action"] = {"type": "chat_kick_user", "member_id": -self.group_id}
        self.chats.discard(chat)
        return update

    def update(self, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Any update, with an id of its own."""
        event_id = secrets.token_hex(20)
        return {"group_id": self.group_id, "type": kind, "event_id": event_id, "v": "5.199", "object": dict(body)}

    # --- delivering ---

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
                "date": _DATE + message.cmid,
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

    def _next_cmid(self, peer_id: int) -> int:
        self._cmids[peer_id] = self._cmids.get(peer_id, 0) + 1
        return self._cmids[peer_id]


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
