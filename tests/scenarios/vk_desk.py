"""The officials' conversations in VK, spoken to in the words of a scenario."""

from __future__ import annotations

from dataclasses import dataclass

from tests.emulators.vk import Delivered as VkDelivered
from tests.emulators.vk import VkEmulator
from tests.scenarios.platforms import VkPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class VkDesk:
    """The officials' conversations in VK."""

    vk: VkEmulator
    place: VkPlace

    async def stands(self, chat: int, text: str) -> VkDelivered:
        """Wait until a message in this conversation has this in its text."""
        return await self.vk.wait_for(lambda: next((one for one in self.vk.sent_to(chat) if text in one.text), None))

    async def press(self, message: VkDelivered, label: str, who: int) -> str:
        """Press a button under a message; the snackbar that answers it."""
        update = self.vk.press(message, label, who)
        assert await self.vk.push(update)
        event_id = update["object"]["event_id"]
        found = await self.vk.wait_for(lambda: [text for one, text in self.vk.press_answers if one == event_id])
        return found[0]

    def edits(self, message: VkDelivered) -> int:
        """How often `messages.edit` was asked for this message."""
        where = (str(message.peer_id), str(message.cmid))
        return len([one for one in self.vk.called("messages.edit") if (one["peer_id"], one["cmid"]) == where])


def vk_labels(message: VkDelivered) -> list[str]:
    rows = message.keyboard["buttons"] if message.keyboard else []
    return [button["action"]["label"] for row in rows for button in row]
