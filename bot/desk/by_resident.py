"""What officials read of what a resident decided about his question, and of what he thinks of an answer. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.conversation.rating import BEST
from bot.conversation.texts import deadline
from bot.delivery.fit import Draft
from bot.desk.cards import Look, number
from bot.desk.commands import Name, button
from bot.model.message import Keyboard, Span, Style
from bot.model.question import Question


def closed(question: Question, reason: str) -> Draft:
    """`reason`: what the card says, too."""
    return _under(question, f"{reason}, отвечать не нужно")


def opened_again(question: Question, look: Look, now: datetime) -> Draft:
    return _under(question, f"житель открыл вопрос снова, ответить до {deadline(question.due_at, now, look.zone)}")


def rated(question: Question, rating: int, look: Look, *, before: int | None = None) -> Draft:
    """For the coordinators: a bad rating, or what it became; the whole thread is a tap away."""
    said = f"оценка жителя: {rating} из {BEST}" + (f" (была {before})" if before is not None else "")
    department = look.departments.get(question.department, question.department)
    draft = _under(question, f"{department} · {said}" if department else said)
    thread = button("Вся переписка", Name.QUESTION, question.number)
    return Draft(text=draft.text, spans=draft.spans, keyboard=Keyboard(rows=((thread,),)))


def trail(rating: int, before: int | None) -> str:
    """A rating in the audit trail."""
    return f"{rating} из {BEST}" + (f", было {before}" if before is not None else "")


def _under(question: Question, said: str) -> Draft:
    head = number(question.number)
    return Draft(text=f"{head} · {said}", spans=(Span(start=0, end=len(head), style=Style.BOLD),))
