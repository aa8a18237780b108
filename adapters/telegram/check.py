"""Answer `otvet check` for one bot: token, updates, rights in the admin chats."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from aiogram import Bot
from aiogram.methods import GetChat, GetChatMember, GetMe, GetWebhookInfo
from aiogram.types import (
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberOwner,
    ChatMemberRestricted,
    User,
)

from adapters.telegram.errors import ApiError
from adapters.telegram.render import split_chat
from bot.adapter import Finding
from bot.errors import SendError
from bot.model.chat import ChatRef


class Checker:
    """Asks the platform; changes nothing."""

    def __init__(self, bot: Bot, *, webhook_url: str | None) -> None:
        self._bot = bot
        #: None: updates are polled.
        self._webhook_url = webhook_url

    async def run(self, admin_chats: Sequence[ChatRef]) -> list[Finding]:
        """One line for the token, one for the updates, one for each chat."""
        try:
            me = await self._bot(GetMe())
        except ApiError as error:
            hint = "неверный TELEGRAM_TOKEN" if error.status in (401, 404) else error.description
            return [Finding(ok=False, text=f"Telegram не признаёт бота: {hint}")]
        except SendError as error:
            return [Finding(ok=False, text=f"Telegram недоступен: {error}")]
        findings = [Finding(ok=True, text=f"бот @{me.username or ''} отвечает")]
        findings.append(await self._ask(self._updates(), "получение сообщений"))
        for chat in admin_chats:
            findings.append(await self._ask(self._chat(chat, me), f"чат {chat.chat_id}"))  # noqa: PERF401
        return findings

    async def _ask(self, question: Awaitable[Finding], subject: str) -> Finding:
        try:
            return await question
        except ApiError as error:
            return Finding(ok=False, text=f"{subject}: {error.description}")
        except SendError as error:
            return Finding(ok=False, text=f"{subject}: {error}")

    async def _updates(self) -> Finding:
        """https://core.telegram.org/bots/api#webhookinfo"""
        info = await self._bot(GetWebhookInfo())
        url, pending = info.url, info.pending_update_count
        waiting = f"; ждут получения: {pending}" if pending else ""
        if self._webhook_url is None:
            if url:
                return Finding(ok=False, text=f"сообщения опрашиваются, но у бота стоит вебхук{waiting}")
            return Finding(ok=True, text=f"сообщения опрашиваются (polling){waiting}")
        if not url:
            return Finding(ok=False, text=f"вебхук не установлен: сервис сделает это при запуске{waiting}")
        if url != self._webhook_url:
            return Finding(ok=False, text=f"вебхук ведёт на другой адрес: токеном пользуется кто-то ещё?{waiting}")
        # The last error stays in the answer after the webhook works again: it matters while updates wait.
        if pending and info.last_error_message:
            return Finding(ok=False, text=f"вебхук установлен, но не отвечает: {info.last_error_message}{waiting}")
        return Finding(ok=True, text=f"вебхук установлен{waiting}")

    async def _chat(self, chat: ChatRef, me: User) -> Finding:
        """https://core.telegram.org/bots/features#privacy-mode: an administrator sees every message."""
        chat_id, _ = split_chat(chat.whole.chat_id)
        about = await self._bot(GetChat(chat_id=chat_id))
        member = await self._bot(GetChatMember(chat_id=chat_id, user_id=me.id))
        name = f"чат {chat.chat_id} «{about.title or ''}»"
        match member:
            case ChatMemberAdministrator() | ChatMemberOwner():
                return Finding(ok=True, text=f"{name}: бот — администратор, видит все сообщения")
            case ChatMemberLeft() | ChatMemberBanned():
                return Finding(ok=False, text=f"{name}: бота нет в чате")
            case ChatMemberRestricted(can_send_messages=False):
                return Finding(ok=False, text=f"{name}: боту запрещено писать")
        if me.can_read_all_group_messages:
            return Finding(ok=True, text=f"{name}: бот — участник, видит все сообщения")
        return Finding(
            ok=False, text=f"{name}: сделайте бота администратором: без этого ответы коллегам до него не доходят"
        )
