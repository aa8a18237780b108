"""What `otvet check` asks VK about one community."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.vk.callback import CallbackServer
from adapters.vk.client import VkClient
from adapters.vk.json_values import as_dict, as_int, as_items, as_text
from bot.adapter import Finding
from bot.errors import SendError
from bot.model.chat import ChatRef

_RIGHTS = ("messages", "photos", "docs", "manage")
_STATES = {
    "ok": "работает",
    "wait": "ждёт подтверждения",
    "failed": "отключён ВКонтакте из-за ошибок",
    "unconfigured": "не настроен",
}
#: Only for an administrator of the chat does VK list its members.
_NOT_ADMIN = frozenset({"vk_917", "vk_925"})


class Checks:
    """Asks, and says what it found in words for people."""

    def __init__(self, *, client: VkClient, group_id: int, callback: CallbackServer | None) -> None:
        self._client = client
        self._group_id = group_id
        self._callback = callback

    async def run(self, admin_chats: Sequence[ChatRef]) -> list[Finding]:
        try:
            found = [await self._community()]
        except SendError as error:
            return [Finding(ok=False, text=f"ВКонтакте не принимает токен или недоступен: {error}")]
        questions = [self._rights(), self._delivery(), *(self._chat(chat) for chat in admin_chats)]
        for question in questions:
            try:
                found.append(await question)
            except SendError as error:
                found.append(Finding(ok=False, text=f"ВКонтакте не отвечает на проверку: {error}"))
        return found

    async def _community(self) -> Finding:
        """https://dev.vk.com/en/method/groups.getById: without parameters, the token's own community."""
        answer = await self._client.ask("groups.getById", {})
        group = as_dict(next(iter(as_items(as_dict(answer).get("groups")) or as_items(answer)), None))
        number, name = as_int(group.get("id")), as_text(group.get("name"))
        if number not in (None, self._group_id):
            return Finding(ok=False, text=f"токен выдан сообществу {number}, а в настройках указано {self._group_id}")
        return Finding(ok=True, text=f"токен действует: сообщество «{name}» ({self._group_id})")

    async def _rights(self) -> Finding:
        """https://dev.vk.com/en/method/groups.getTokenPermissions"""
        answer = as_dict(await self._client.ask("groups.getTokenPermissions", {}))
        given = {as_text(as_dict(item).get("name")) for item in as_items(answer.get("permissions"))}
        if missing := [right for right in _RIGHTS if right not in given]:
            return Finding(ok=False, text=f"у токена нет прав: {', '.join(missing)}")
        return Finding(ok=True, text=f"права токена: {', '.join(_RIGHTS)}")

    async def _delivery(self) -> Finding:
        if self._callback is None:
            # https://dev.vk.com/en/method/groups.getLongPollSettings
            group = {"group_id": str(self._group_id)}
            answer = as_dict(await self._client.ask("groups.getLongPollSettings", group))
            if answer.get("is_enabled") in (True, 1):
                return Finding(ok=True, text="Long Poll включён")
            return Finding(ok=False, text="Long Poll выключен; сервис включит его, когда запустится")
        server = await self._callback.find()
        if server is None:
            return Finding(ok=False, text="адрес не записан в Callback API; сервис запишет его, когда запустится")
        status = as_text(server.get("status"))
        return Finding(ok=status == "ok", text=f"сервер Callback API: {_STATES.get(status, status or 'неизвестно')}")

    async def _chat(self, chat: ChatRef) -> Finding:
        """https://dev.vk.com/en/method/messages.getConversationsById"""
        try:
            answer = await self._client.ask("messages.getConversationsById", {"peer_ids": chat.chat_id})
        except SendError as error:
            return Finding(ok=False, text=f"чат {chat}: недоступен ({error})")
        found = as_dict(next(iter(as_items(as_dict(answer).get("items"))), None))
        if not found:
            return Finding(ok=False, text=f"чат {chat}: сообщества в нём нет")
        settings = as_dict(found.get("chat_settings"))
        title = as_text(settings.get("title"))
        name = f"чат {chat} «{title}»" if title else f"чат {chat}"
        if as_text(settings.get("state")) in ("kicked", "left"):
            return Finding(ok=False, text=f"{name}: сообщество исключено из беседы")
        if as_dict(found.get("can_write")).get("allowed") is False:
            return Finding(ok=False, text=f"{name}: сообществу нельзя писать")
        return await self._sees_all(chat, name)

    async def _sees_all(self, chat: ChatRef, name: str) -> Finding:
        """https://dev.vk.com/en/method/messages.getConversationMembers"""
        try:
            members: Any = await self._client.ask("messages.getConversationMembers", {"peer_id": chat.chat_id})
        except SendError as error:
            if error.code in _NOT_ADMIN:
                return Finding(
                    ok=False,
                    text=f"{name}: дайте сообществу доступ ко всей переписке (назначьте администратором беседы)",
                )
            # It cannot be told, which is no fault.
            return Finding(ok=True, text=f"{name}: доступен")
        count = as_int(as_dict(members).get("count"))
        return Finding(ok=True, text=f"{name}: доступен" + (f", участников: {count}" if count else ""))
