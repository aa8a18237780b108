"""Questions that are asked, and answered by replies in the coordinators' chat."""

from __future__ import annotations

from bot.model.chat import ChatRef
from tests.handlers.fakes import DESK, IRINA, Office


async def asked(office: Office, text: str = "Когда дадут тепло?", chat: ChatRef = IRINA) -> str:
    """A question whose card is there; returns the card's id."""
    await office.writes(chat, text)
    await office.deliver()
    return office.work.id_of(DESK, text)


async def answered(office: Office, text: str = "Сегодня к 18:00.") -> str:
    """Question № 1 is asked and answered; returns the id of the official's reply."""
    card = await asked(office)
    reply = await office.writes(DESK, text, reply_to=card)
    await office.deliver()
    return reply


async def listed(office: Office) -> str:
    """A message that shows several questions; returns its id."""
    await office.writes(DESK, "/open")
    await office.deliver()
    return office.work.id_of(DESK, "ответа: ")


def answers(office: Office, chat: ChatRef = IRINA) -> list[str]:
    """What officials' words the resident has."""
    return [text for text in office.home.texts(chat) if not text.startswith(("Ваш вопрос принят", "Вопрос №"))]
