"""The messages of the Bot API's look-alike: sending, changing, marking, and what people then see.

It checks what it is asked as the real server does, and refuses in its words.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.telegram_chats import TOKEN, USERNAME, TelegramChats
from tests.emulators.telegram_wire import (
    Params,
    Refusal,
    StoredFile,
    integer,
    read_entities,
    read_keyboard,
    required,
    shown_chat,
    shown_file,
)

#: Out of the standard set; https://core.telegram.org/bots/api#reactiontypeemoji
REACTIONS = frozenset(
    ("👍", "👎", "❤", "🔥", "🥰", "👏", "😁", "🤔", "🤯", "😱", "🎉", "🙏", "👌", "🕊", "👀", "✍", "🤝", "🫡")
)

_FILE_METHODS = {
    "sendPhoto": "photo",
    "sendVideo": "video",
    "sendAnimation": "animation",
    "sendVoice": "voice",
    "sendVideoNote": "video_note",
    "sendAudio": "audio",
    "sendDocument": "document",
    "sendSticker": "sticker",
}
_ALBUM_GROUPS = ({"photo", "video"}, {"document"}, {"audio"})
_MB = 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Delivered:
    """One message of the bot as people see it now; an album is several."""

    method: str
    chat_id: int
    message_id: int
    thread: int | None = None
    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    #: Rows of buttons, each with `text` and `callback_data`.
    keyboard: list[list[dict[str, str]]] = field(default_factory=list)
    reply_to: int | None = None
    #: The kind of file; empty for text.
    kind: str = ""
    file: StoredFile | None = None
    #: Whether the file came with the call, or was named by its id.
    uploaded: bool = False
    album: str = ""
    #: Fields of locations and contacts, as they were sent.
    extra: Params = field(default_factory=dict)
    #: The texts that it had before.
    edits: list[str] = field(default_factory=list)
    deleted: bool = False

    @property
    def buttons(self) -> list[str]:
        """The data of all buttons, in order."""
        return [button["callback_data"] for row in self.keyboard for button in row]


class TelegramMessages(TelegramChats):
    """What the bot does in the chats."""

    def __init__(self, *, token: str = TOKEN, username: str = USERNAME) -> None:
        super().__init__(token=token, username=username)
        self.delivered: list[Delivered] = []
        #: The answers to presses of buttons: id of the press, text.
        self.answers: list[tuple[str, str]] = []
        #: By chat and message: the bot's reaction.
        self.reactions: dict[tuple[int, int], str] = {}
        #: Chats that answer 403.
        self.blocked: set[int] = set()
        #: Chats that do not exist.
        self.missing: set[int] = set()
        #: By group and topic.
        self.deleted_topics: set[tuple[int, int]] = set()
        self.closed_topics: set[tuple[int, int]] = set()
        #: Names of photos that the server will not process.
        self.bad_photos: set[str] = set()
        self.stale_presses: set[str] = set()

    # --- for tests ---

    def sent_to(self, chat_id: int) -> list[Delivered]:
        """The bot's messages that people still see in this chat."""
        return [message for message in self.delivered if message.chat_id == chat_id and not message.deleted]

    # --- methods ---

    async def _send_message(self, method: str, params: Params) -> Any:
        message = self._new(method, params)
        message.text = self._text(params, "text", 4096)
        if not message.text.strip():
            raise Refusal(400, "Bad Request: message text is empty")
        message.entities = read_entities(params, "entities", message.text)
        return self._deliver(message)

    async def _send_file(self, method: str, params: Params) -> Any:
        message = self._new(method, params)
        self._attach(message, _FILE_METHODS[method], required(params, _FILE_METHODS[method]), params)
        if message.kind not in ("sticker", "video_note"):
            message.text = self._text(params, "caption", 1024)
            message.entities = read_entities(params, "caption_entities", message.text)
        return self._deliver(message)

    async def _send_media_group(self, method: str, params: Params) -> Any:
        items = required(params, "media")
        if not 2 <= len(items) <= 10:
            raise Refusal(400, "Bad Request: wrong number of media: must include 2-10 items")
        kinds = {item.get("type") for item in items}
        if not any(kinds <= group for group in _ALBUM_GROUPS):
            raise Refusal(400, "Bad Request: the media can't be mixed in one album")
        if "reply_markup" in params:
            raise Refusal(400, "Bad Request: an album can't have buttons")
        messages = []
        for index, item in enumerate(items, start=1):
            message = self._new(method, params)
            message.album = f"139{self._date}{self._last_message.get(message.chat_id, 0)}"
            try:
                self._attach(message, item["type"], required(item, "media"), params)
            except Refusal as refusal:
                words = refusal.description.removeprefix("Bad Request: ")
                described = f'Bad Request: failed to send message #{index} with the error message "{words}"'
                raise Refusal(400, described) from None
            message.text = self._text(item, "caption", 1024)
            message.entities = read_entities(item, "caption_entities", message.text)
            messages.append(message)
        return [self._deliver(message) for message in messages]

    async def _send_location(self, method: str, params: Params) -> Any:
        message = self._new(method, params)
        names = ("latitude", "longitude") + (("title", "address") if method == "sendVenue" else ())
        message.kind = "venue" if method == "sendVenue" else "location"
        message.extra = {name: required(params, name) for name in names}
        return self._deliver(message)

    async def _send_contact(self, method: str, params: Params) -> Any:
        message = self._new(method, params)
        message.kind = "contact"
        message.extra = {name: required(params, name) for name in ("phone_number", "first_name")}
        return self._deliver(message)

    async def _edit(self, method: str, params: Params) -> Any:
        message = self._own(params, "edit")
        is_text = method == "editMessageText"
        if is_text == bool(message.kind):
            raise Refusal(400, f"Bad Request: there is no {'text' if is_text else 'caption'} in the message to edit")
        text = self._text(params, "text" if is_text else "caption", 4096 if is_text else 1024)
        if is_text and not text:
            raise Refusal(400, "Bad Request: message text is empty")
        entities = read_entities(params, "entities" if is_text else "caption_entities", text)
        # A keyboard that is left out is taken away.
        keyboard = read_keyboard(params)
        if (text, entities, keyboard) == (message.text, message.entities, message.keyboard):
            raise Refusal(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
                "same as a current content and reply markup of the message",
            )
        message.edits.append(message.text)
        message.text, message.entities, message.keyboard = text, entities, keyboard
        return self._show(message) | {"edit_date": self._tick()}

    async def _delete(self, method: str, params: Params) -> Any:
        self._own(params, "delete").deleted = True
        return True

    async def _react(self, method: str, params: Params) -> Any:
        chat_id = self._check_chat(integer(params, "chat_id"))
        key = (chat_id, integer(params, "message_id"))
        if key not in self._messages:
            raise Refusal(400, "Bad Request: message to react not found")
        reaction = params.get("reaction") or []
        if len(reaction) > 1 or any(one.get("emoji") not in REACTIONS for one in reaction):
            raise Refusal(400, "Bad Request: REACTION_INVALID")
        if reaction:
            self.reactions[key] = reaction[0]["emoji"]
        else:
            self.reactions.pop(key, None)
        return True

    async def _answer(self, method: str, params: Params) -> Any:
        press_id, text = required(params, "callback_query_id"), str(params.get("text", ""))
        if press_id in self.stale_presses:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        if len(text) > 200:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
        self.answers.append((press_id, text))
        return True

    # --- what methods share ---

    def _check_chat(self, chat_id: int) -> int:
        if to := self.migrated.get(chat_id):
            raise Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=to)
        if chat_id in self.missing:
            raise Refusal(400, "Bad Request: chat not found")
        if chat_id in self.blocked:
            who = "bot was blocked by the user" if chat_id > 0 else "bot was kicked from the supergroup chat"
            raise Refusal(403, f"Forbidden: {who}")
        return chat_id

    def _new(self, method: str, params: Params) -> Delivered:
        """A message that is not delivered yet, after all checks that have nothing to do with its kind."""
        if "parse_mode" in params:
            raise Refusal(400, "Bad Request: can't parse entities: this service sends none")
        chat_id = self._check_chat(integer(params, "chat_id"))
        thread = integer(params, "message_thread_id") if "message_thread_id" in params else None
        if thread == 1 or (chat_id, thread) in self.deleted_topics:
            raise Refusal(400, "Bad Request: message thread not found")
        if (chat_id, thread) in self.closed_topics:
            raise Refusal(400, "Bad Request: TOPIC_CLOSED")
        reply = params.get("reply_parameters") or {}
        reply_to = reply.get("message_id")
        if reply_to is not None and (chat_id, reply_to) not in self._messages:
            if not reply.get("allow_sending_without_reply"):
                raise Refusal(400, "Bad Request: message to be replied not found")
            reply_to = None
        return Delivered(
            method=method,
            chat_id=chat_id,
            message_id=0,
            thread=thread,
            reply_to=reply_to,
            keyboard=read_keyboard(params),
        )

    @staticmethod
    def _text(params: Params, name: str, limit: int) -> str:
        text = str(params.get(name, ""))
        if len(text.encode("utf-16-le")) // 2 > limit:
            too_long = "message is too long" if name == "text" else "message caption is too long"
            raise Refusal(400, f"Bad Request: {too_long}")
        return text

    def _attach(self, message: Delivered, kind: str, given: str, params: Params) -> None:
        """The file of a message: a part of the form, named directly or by `attach://`, or a known `file_id`."""
        message.kind = kind
        uploads: dict[str, StoredFile] = params.get("__files__", {})
        part = given.removeprefix("attach://") if given.startswith("attach://") else kind
        if given.startswith("attach://") or given == "__file__":
            if (file := uploads.get(part)) is None:
                raise Refusal(400, "Bad Request: wrong file identifier/HTTP URL specified")
            self._check_upload(kind, file)
            file.kind = kind
            message.uploaded = True
        else:
            if (known := self._files.get(given)) is None:
                raise Refusal(400, "Bad Request: wrong file identifier/HTTP URL specified")
            if known.kind != kind:
                raise Refusal(400, f"Bad Request: can't use file of type {known.kind.title()} as {kind.title()}")
            file = known
        message.file = file

    def _check_upload(self, kind: str, file: StoredFile) -> None:
        if not file.data:
            raise Refusal(400, "Bad Request: file must be non-empty")
        if kind == "photo":
            if file.name in self.bad_photos:
                raise Refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
            if len(file.data) > 10 * _MB:
                raise Refusal(400, "Bad Request: file of size exceeds the limit: too big for a photo")
        if len(file.data) > 50 * _MB:
            raise Refusal(413, "Request Entity Too Large")

    def _own(self, params: Params, verb: str) -> Delivered:
        """A message of the bot that is still there."""
        chat_id, message_id = self._check_chat(integer(params, "chat_id")), integer(params, "message_id")
        for message in self.delivered:
            if (message.chat_id, message.message_id) == (chat_id, message_id) and not message.deleted:
                return message
        if (chat_id, message_id) in self._messages and verb == "edit":
            raise Refusal(400, "Bad Request: message can't be edited")
        raise Refusal(400, f"Bad Request: message to {verb} not found")

    def _deliver(self, message: Delivered) -> dict[str, Any]:
        message.message_id = self._next_message(message.chat_id)
        if message.file is not None and message.uploaded:
            message.file = self._keep(message.file)
        self.delivered.append(message)
        return self._show(message)

    def _show(self, message: Delivered) -> dict[str, Any]:
        """The message as the API shows it, and as a reply to it will."""
        shown: dict[str, Any] = {
            "message_id": message.message_id,
            "from": self.bot,
            "chat": shown_chat(message.chat_id),
            "date": self._tick(),
        }
        if message.thread is not None:
            shown |= {"message_thread_id": message.thread, "is_topic_message": True}
        if message.file is not None:
            shown[message.kind] = shown_file(message.kind, message.file)
        elif message.kind:
            shown[message.kind] = message.extra
        if message.text:
            shown["caption" if message.kind else "text"] = message.text
        if message.keyboard:
            shown["reply_markup"] = {"inline_keyboard": message.keyboard}
        if message.album:
            shown["media_group_id"] = message.album
        self._messages[message.chat_id, message.message_id] = shown
        return shown


_Handler = Callable[[TelegramMessages, str, Params], Awaitable[Any]]

MESSAGE_METHODS: dict[str, _Handler] = {
    "sendMessage": TelegramMessages._send_message,
    "sendMediaGroup": TelegramMessages._send_media_group,
    "sendLocation": TelegramMessages._send_location,
    "sendVenue": TelegramMessages._send_location,
    "sendContact": TelegramMessages._send_contact,
    "editMessageText": TelegramMessages._edit,
    "editMessageCaption": TelegramMessages._edit,
    "deleteMessage": TelegramMessages._delete,
    "setMessageReaction": TelegramMessages._react,
    "answerCallbackQuery": TelegramMessages._answer,
} | dict.fromkeys(_FILE_METHODS, TelegramMessages._send_file)
