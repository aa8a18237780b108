"""The chats of the Bot API's look-alike: who wrote what, which files are known, and the updates of all that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.emulators.base import Emulator
from tests.emulators.telegram_wire import StoredFile, new_file_id, shown_chat, shown_file

#: The bot that the emulator knows, and whom updates address.
TOKEN = "700100200:AAEmulatorTokenOfNobody_000000000000"
USERNAME = "otvet_test_bot"


class TelegramChats(Emulator):
    """What people do in the chats of one bot. A positive id is a private chat, a negative one a group."""

    def __init__(self, *, token: str = TOKEN, username: str = USERNAME) -> None:
        super().__init__()
        self.token = token
        self.bot_id = int(token.partition(":")[0])
        self.bot = {"id": self.bot_id, "is_bot": True, "first_name": "Ответ", "username": username}
        #: Groups that became supergroups, and which.
        self.migrated: dict[int, int] = {}
        self._files: dict[str, StoredFile] = {}
        self._messages: dict[tuple[int, int], dict[str, Any]] = {}
        self._last_message: dict[int, int] = {}
        self._update_id = 710_000_000
        self._press_id = 4_240_000_000
        self._date = 1_760_000_000

    def add_file(self, data: bytes, name: str, *, kind: str = "document", mime_type: str = "") -> str:
        """The `file_id` of a file that somebody sent."""
        return self._keep(StoredFile(file_id="", data=data, name=name, kind=kind, mime_type=mime_type)).file_id

    def update(self, kind: str, of: Mapping[str, Any]) -> dict[str, Any]:
        """An update with the next id."""
        self._update_id += 1
        return {"update_id": self._update_id, kind: dict(of)}

    def message(
        self,
        chat_id: int,
        user: Mapping[str, Any],
        *,
        reply_to: int | None = None,
        thread: int | None = None,
        **content: Any,
    ) -> dict[str, Any]:
        """A message from somebody, with whatever content; remembered, so that it can be replied to."""
        message: dict[str, Any] = {
            "message_id": self._next_message(chat_id),
            "from": dict(user),
            "chat": shown_chat(chat_id, user),
            "date": self._tick(),
        }
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to is not None:
            replied = self._messages[chat_id, reply_to]
            message["reply_to_message"] = {k: v for k, v in replied.items() if k != "reply_to_message"}
        message |= content
        self._messages[chat_id, message["message_id"]] = message
        return message

    def text(self, chat_id: int, user: Mapping[str, Any], text: str, **more: Any) -> dict[str, Any]:
        """An update: somebody wrote `text`. A command is marked as one."""
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            more.setdefault("entities", [{"type": "bot_command", "offset": 0, "length": length}])
        return self.update("message", self.message(chat_id, user, text=text, **more))

    def private_text(self, user: Mapping[str, Any], text: str, **more: Any) -> dict[str, Any]:
        """An update: somebody wrote to the bot."""
        return self.text(int(user["id"]), user, text, **more)

    def value_of(self, link: str) -> str:
        """What the app sends behind `/start` when somebody opens this link to the bot."""
        found = re.fullmatch(rf"https://t\.me/{self.bot['username']}\?start=([A-Za-z0-9_-]{{1,64}})", link)
        assert found is not None, link
        return found[1]

    def file(
        self, chat_id: int, user: Mapping[str, Any], kind: str, data: bytes, name: str = "", **more: Any
    ) -> dict[str, Any]:
        """An update: somebody sent a file (`photo`, `document`, `voice`, ...); `mime_type` and `caption` may follow."""
        mime_type = more.pop("mime_type", "")
        file_id = self.add_file(data, name or f"file.{kind}", kind=kind, mime_type=mime_type)
        shown = shown_file(kind, self._files[file_id])
        if not name and isinstance(shown, dict):
            shown.pop("file_name", None)
        return self.update("message", self.message(chat_id, user, **{kind: shown}, **more))

    def album(
        self, chat_id: int, user: Mapping[str, Any], photos: list[bytes], caption: str = "", **more: Any
    ) -> list[dict[str, Any]]:
        """Updates: the parts of an album of photos; the caption is on the first."""
        album = f"1390000{self._tick()}"
        return [
            self.file(
                chat_id,
                user,
                "photo",
                data,
                media_group_id=album,
                **({"caption": caption} if caption and index == 0 else {}),
                **more,
            )
            for index, data in enumerate(photos)
        ]

    def edited(self, chat_id: int, message_id: int, text: str) -> dict[str, Any]:
        """An update: somebody changed the text of his message."""
        message = self._messages[chat_id, message_id]
        message |= {"text": text, "edit_date": self._tick()}
        return self.update("edited_message", message)

    def press(
        self, chat_id: int, user: Mapping[str, Any], message_id: int, data: str, *, accessible: bool = True
    ) -> dict[str, Any]:
        """An update: somebody pressed a button of the bot."""
        self._press_id += 1
        message = self._messages[chat_id, message_id]
        if not accessible:
            message = {"chat": shown_chat(chat_id, user), "message_id": message_id, "date": 0}
        return self.update(
            "callback_query",
            {
                "id": str(self._press_id),
                "from": dict(user),
                "message": message,
                "chat_instance": "-24356172039",
                "data": data,
            },
        )

    def membership(self, chat_id: int, user: Mapping[str, Any], status: str, *, before: str = "") -> dict[str, Any]:
        """An update: what the bot is in a chat has changed."""
        return self.update(
            "my_chat_member",
            {
                "chat": shown_chat(chat_id, user),
                "from": dict(user),
                "date": self._tick(),
                "old_chat_member": {"user": self.bot, "status": before or "member"},
                "new_chat_member": {"user": self.bot, "status": status},
            },
        )

    def migrate(self, old: int, new: int, user: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Updates: a group became a supergroup. From now on the old address is refused."""
        self.migrated[old] = new
        told = self.message(old, user, migrate_to_chat_id=new)
        anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
        received = self.message(new, anonymous, migrate_from_chat_id=old, sender_chat=shown_chat(new))
        return [self.update("message", told), self.update("message", received)]

    def _next_message(self, chat_id: int) -> int:
        # Every chat numbers its messages itself, so that an id without its chat is found out in tests.
        self._last_message[chat_id] = message_id = self._last_message.get(chat_id, 100) + 1
        return message_id

    def _tick(self) -> int:
        self._date += 1
        return self._date

    def _keep(self, file: StoredFile) -> StoredFile:
        file.file_id = new_file_id(f"{len(self._files)}:{file.name}")
        self._files[file.file_id] = file
        return file
