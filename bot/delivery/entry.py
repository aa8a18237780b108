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
    #: The bot asks an official for words: a reply to it is what he wants to ask, to answer for now, his reason.
    ASK_CLARIFY = "ask_clarify"
    ASK_INTERIM = "ask_interim"
    ASK_CLOSE = "ask_close"
    ASK_TRANSFER = "ask_transfer"
    #: To whom a question is handed over.
    ASK_DEPARTMENT = "ask_department"
    #: Whether an answer is to go out that was held back.
    ASK_HELD = "ask_held"
    #: An official's words on their way to the resident.
    ANSWER = "answer"
    #: An answer that is taken back.
    WITHDRAWAL = "withdrawal"
    #: What the service itself says to a resident: number and due time, greeting, help.
    CONFIRMATION = "confirmation"
    #: Whether he consents to what is stored about him.
    CONSENT = "consent"
    #: He wants all removed that is stored about him: does he mean it?
    FORGET = "forget"
    #: Pages that a resident turns: his questions, known answers, news. A message of these holds nothing but its page.
    PAGE_QUESTIONS = "page_questions"
    PAGE_ANSWERS = "page_answers"
    PAGE_NEWS = "page_news"
    #: What a resident adds to his question, shown to the officials.
    FOLLOW_UP = "follow_up"
    #: A colleague's note that is shown in another chat: what is said to it is a note, too (the value is its author's).
    NOTE = "note"
    #: How much more a resident has written than is shown at once.
    SURPLUS = "surplus"
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
    #: The words of a resident who had his data removed are taken out of an admin chat.
    ERASURE = "erasure"


#: What shows a resident's words in an admin chat.
SHOWS_QUESTION = (Role.CARD, Role.CARD_PART, Role.FOLLOW_UP, Role.SURPLUS)
#: What may become another page of its kind, when a button under it is pressed.
PAGES = (Role.PAGE_QUESTIONS, Role.PAGE_ANSWERS, Role.PAGE_NEWS)

PRIORITY_OF = {
    Role.PRESS: Priority.PRESS,
    Role.COMMAND: Priority.COMMAND,
    Role.ASK_CLARIFY: Priority.COMMAND,
    Role.ASK_INTERIM: Priority.COMMAND,
    Role.ASK_CLOSE: Priority.COMMAND,
    Role.ASK_TRANSFER: Priority.COMMAND,
    Role.ASK_DEPARTMENT: Priority.COMMAND,
    Role.ASK_HELD: Priority.COMMAND,
    Role.ANSWER: Priority.ANSWER,
    Role.WITHDRAWAL: Priority.ANSWER,
    Role.CONFIRMATION: Priority.CONFIRMATION,
    Role.CONSENT: Priority.CONFIRMATION,
    Role.FORGET: Priority.CONFIRMATION,
    Role.PAGE_QUESTIONS: Priority.CONFIRMATION,
    Role.PAGE_ANSWERS: Priority.CONFIRMATION,
    Role.PAGE_NEWS: Priority.CONFIRMATION,
    Role.FOLLOW_UP: Priority.FOLLOW_UP,
    Role.NOTE: Priority.FOLLOW_UP,
    Role.SURPLUS: Priority.FOLLOW_UP,
    Role.CARD: Priority.CARD,
    Role.CARD_PART: Priority.CARD,
    Role.CARD_EDIT: Priority.FOLLOW_UP,
    Role.CARDS: Priority.CARDS,
    Role.MARK: Priority.MARK,
    Role.REMINDER: Priority.REMINDER,
    Role.ERASURE: Priority.REMINDER,
}
