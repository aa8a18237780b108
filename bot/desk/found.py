"""How officials see what was found. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.capabilities import TextUnit
from bot.conversation.texts import moment
from bot.delivery.fit import Draft
from bot.delivery.split import shorten
from bot.desk import cards
from bot.desk.cards import Look
from bot.desk.commands import Choice, choice_button
from bot.desk.search import MOST, PAGE, Found, Hit
from bot.model.message import Button, Keyboard, SendMessage, Span, Style
from bot.model.question import Status

#: Characters of the words that are repeated.
_REPEATED = 60

_STATES = {
    Status.OPEN: "ждёт ответа",
    Status.CLARIFYING: "ждём уточнения",
    Status.ANSWERED: "отвечен",
    Status.CLOSED: "закрыт без ответа",
}
ONLY_NEWEST = "Эти слова есть во многих вопросах: смотрели только новые. Добавьте слово или дни, чтобы найти старые."
TOO_MUCH = "Ищем слишком долго. Добавьте слово, которое встречается реже, или назовите дни."
#: What answers to searches begin with.
FOUND, NOTHING = "Нашлось: ", "По словам «"
OLD_SEARCH = "Этот поиск уже забыт. Повторите его: /find и слова."


def page(found: Found, words: str, look: Look, now: datetime, search: str) -> Draft:
    """One page of what was found by these words; `search`: by what its buttons know it again."""
    if not found.hits:
        return Draft(text="\n\n".join((f"{NOTHING}{_short(words)}» ничего не нашлось.", *found.notes)))
    last = (found.total - 1) // PAGE
    counted = f"{found.total}+" if found.only_newest or found.total >= MOST else str(found.total)
    head = f"{FOUND}{counted}"
    if last:
        head += f" · страница {found.page + 1} из {last + 1}"
    text, spans = head, [Span(start=0, end=len(head), style=Style.BOLD)]
    for hit in found.hits:
        label = cards.number(hit.number)
        start = len(text) + 2
        text += f"\n\n{label} · {_about(hit, look, now)}\n"
        spans.append(Span(start=start, end=start + len(label), style=Style.BOLD))
        spans += [Span(start=len(text) + at, end=len(text) + end, style=Style.BOLD) for at, end in hit.marks]
        text += hit.excerpt or "(без текста)"
    notes = (*found.notes, *((ONLY_NEWEST,) if found.only_newest else ()))
    around = _around(found.page, last, search)
    return Draft(
        text="\n\n".join((text, *notes)), spans=tuple(spans), keyboard=Keyboard(rows=(around,)) if around else None
    )


def without_words(message: SendMessage) -> SendMessage:
    """An answer to a search without the words that were looked for: somebody may have been called so."""
    if message.text.startswith(NOTHING):
        return SendMessage(text="Ничего не нашлось.")
    if not message.text.startswith(FOUND):
        return message
    # Notes stand behind the last question.
    paragraphs = message.text.split("\n\n")
    while len(paragraphs) > 1 and not paragraphs[-1].startswith("№ "):
        paragraphs.pop()
    text = "\n\n".join(paragraphs)
    return replace(message, text=text, spans=tuple(span for span in message.spans if span.end <= len(text)))


def _about(hit: Hit, look: Look, now: datetime) -> str:
    late = hit.status is Status.OPEN and hit.due_at < now
    parts = (
        f"{_STATES[hit.status]}{', просрочен' if late else ''}",
        moment(hit.asked_at, now, look.zone),
        look.places.get(hit.place, hit.place),
        look.topics.get(hit.topic, hit.topic),
        look.departments.get(hit.department, hit.department),
    )
    return " · ".join(filter(None, parts))


def _around(page: int, last: int, search: str) -> tuple[Button, ...]:
    turned = []
    if page:
        turned.append(("← Назад", page - 1))
    if page < last:
        turned.append(("Дальше →", page + 1))
    return tuple(choice_button(label, Choice.FOUND, to, search) for label, to in turned)


def _short(words: str) -> str:
    return shorten(words, _REPEATED, TextUnit.CODE_POINT)
