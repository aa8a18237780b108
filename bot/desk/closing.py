"""Closing a question without an answer: the usual reasons, what is asked and said. Pure."""

from __future__ import annotations

from bot.delivery.fit import Draft
from bot.desk.commands import Choice, choice_button
from bot.model.message import Keyboard
from bot.model.question import CloseKind

#: The usual reasons by what stands in their buttons: the label, and what the resident reads.
REASONS = {
    "solved": ("Вопрос решён", "вопрос решён"),
    "double": ("Повтор вопроса", "на такой же ваш вопрос уже отвечают"),
    "foreign": ("Не к нам", "с этим вопросом мы помочь не можем"),
    "none": ("Без причины", ""),
}
SPAM = "spam"

#: How a closing is called in the audit trail where nobody gave a reason.
NAMES = {CloseKind.SPAM: "спам"}


def ask_reason(number: int) -> Draft:
    """Why needs it no answer? The resident reads the reason."""
    buttons = [choice_button(label, Choice.CLOSE_AS, number, key) for key, (label, _) in REASONS.items()]
    buttons.append(choice_button("Спам", Choice.CLOSE_AS, number, SPAM))
    rows = tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))
    text = (
        f"Почему № {number} не требует ответа? Нажмите кнопку или напишите причину ответом на это сообщение: "
        "житель её увидит. О спаме житель не узнает."
    )
    return Draft(text=text, keyboard=Keyboard(rows=rows))


def closed(number: int, reason: str, kind: CloseKind) -> str:
    """What the officials read when it is done."""
    if kind is CloseKind.SPAM:
        return f"№ {number} закрыт как спам, житель об этом не узнает."
    why = f": {reason.rstrip('.! ')}" if reason else ""
    return f"Вопрос № {number} закрыт{why}."
