"""What an outbox entry is for, and how urgent that makes it."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Priority(IntEnum):
    """Smaller goes first. The gaps are room for what comes later."""

    PRESS = 0
    COMMAND = 5
    ANSWER = 10
    CONFIRMATION = 20
    FOLLOW_UP = 30
    #: Cards put together go before single ones: they show more, and hold what has waited longest.
    CARDS = 38
    CARD = 40
    MARK = 50
    REMINDER = 60
    BROADCAST = 70


class Role(StrEnum):
    """What an entry is for; kept as text in the outbox."""

    #: The answer to the press of a button.
    PRESS = "press"
    #: What an official's command prints, or a note about something he did.
    COMMAND = "command"
    #: An official's words on their way to the resident.
    ANSWER = "answer"
    #: What the service itself says to a resident: number and due time, greeting, help.
    CONFIRMATION = "confirmation"
    #: What a resident adds to his question, shown to the officials.
    FOLLOW_UP = "follow_up"
    #: The message that shows a question.
    CARD = "card"
    #: Files and further text of a question that did not fit into the card itself.
    CARD_PART = "card_part"
    #: A card that says now who has the question, or where it went.
    CARD_EDIT = "card_edit"
    #: Several cards put together.
    CARDS = "cards"
    #: A sign on an official's message.
    MARK = "mark"
    #: What officials are reminded of.
    REMINDER = "reminder"


PRIORITY_OF = {
    Role.PRESS: Priority.PRESS,
    Role.COMMAND: Priority.COMMAND,
    Role.ANSWER: Priority.ANSWER,
    Role.CONFIRMATION: Priority.CONFIRMATION,
    Role.FOLLOW_UP: Priority.FOLLOW_UP,
    Role.CARD: Priority.CARD,
    Role.CARD_PART: Priority.CARD,
    Role.CARD_EDIT: Priority.FOLLOW_UP,
    Role.CARDS: Priority.CARDS,
    Role.MARK: Priority.MARK,
    Role.REMINDER: Priority.REMINDER,
}
