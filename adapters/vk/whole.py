"""Asks for the rest of big messages: of their attachments and forwarded messages VK delivers one each."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from adapters.vk.client import VkClient
from adapters.vk.json_values import as_dict, as_int, as_items
from bot.errors import SendError

log = structlog.get_logger(__name__)

#: Seconds for which an update waits for its rest. Four photos make a message big, so this is no rare case; but VK
#: waits for the answer to its callback.
_LASTS = 1.5
#: What VK cuts off.
_CUT = ("attachments", "fwd_messages", "reply_message", "geo")


class Whole:
    """Makes updates whole."""

    def __init__(self, *, client: VkClient, group_id: int) -> None:
        self._client = client
        self._group_id = group_id

    async def of(self, update: dict[str, Any]) -> dict[str, Any]:
        """The same update with all that its message has; as it came, when that is not to be had.

        https://dev.vk.com/en/method/messages.getByConversationMessageId
        """
        body = as_dict(update.get("object"))
        inside = as_dict(body.get("message"))
        message = inside or body
        if update.get("type") not in ("message_new", "message_edit") or message.get("is_cropped") is not True:
            return update
        rest = await self._ask(message)
        if not rest:
            return update
        whole = {**message, **{name: rest[name] for name in _CUT if name in rest}}
        whole["is_cropped"] = rest.get("is_cropped") is True
        return {**update, "object": {**body, "message": whole} if inside else whole}

    async def _ask(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        peer, number = as_int(message.get("peer_id")), as_int(message.get("conversation_message_id"))
        params = {"peer_id": f"{peer}", "conversation_message_ids": f"{number}", "group_id": f"{self._group_id}"}
        try:
            async with asyncio.timeout(_LASTS):
                answer = as_dict(await self._client.ask("messages.getByConversationMessageId", params))
        except (SendError, TimeoutError) as error:
            log.warning("vk.cropped", group_id=self._group_id, error=getattr(error, "code", "timeout"))
            return {}
        items = map(as_dict, as_items(answer.get("items")))
        return next((item for item in items if as_int(item.get("conversation_message_id")) == number), {})
