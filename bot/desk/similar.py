"""Earlier questions with their answers: which are alike, how they are shown, how an answer is used again. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.conversation.texts import moment
from bot.delivery.fit import Draft
from bot.delivery.split import shorten
from bot.desk import cards
from bot.desk.cards import Look
from bot.desk.commands import Choice, choice_button
from bot.desk.filler_words import is_telling
from bot.desk.masking import NAME, Own, mask
from bot.desk.offers import CHANGE
from bot.desk.personal_names import HELLO
from bot.desk.templates import fill
from bot.desk.words import tokenize
from bot.model.message import Keyboard, Span, Style

#: Questions that are shown, and that are looked at for it: several may have the same answer.
MOST, LOOKED_AT = 3, 12
#: Words of a question that are compared, before the rarest of them are chosen; characters in which they stand.
WORDS, READ = 60, 3000
#: Letters of a word that is compared.
_SHORTEST = 3
#: How much of the best one's likeness another must have; how rare a word is that is enough alone (e^-7 of all).
_LEAST, _ENOUGH_ALONE = 0.4, 7.0
#: Which part of the words two answers share that say the same.
_SAME = 0.8
#: Characters of a question and of its answer that are shown.
_QUESTION, _ANSWER = 200, 600


def telling_words(texts: Sequence[str]) -> list[str]:
    """The words by which a question can be compared, in their order: no numbers, nothing that every text has."""
    words = tokenize("\n".join(texts)[:READ])
    telling = (word for word in words if len(word) >= _SHORTEST and word.isalpha() and is_telling(word))
    return list(dict.fromkeys(telling))[:WORDS]


def weight(part: float) -> float:
    """How much it means that two questions share a word which this part of all questions has."""
    return math.log(1 + 1 / max(part, 1e-9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An answered question that may be like ours."""

    number: int
    same_place: bool
    same_topic: bool
    #: What the words weigh that it shares with ours.
    shared: tuple[float, ...]

    @property
    def likeness(self) -> float:
        return sum(self.shared)

    def is_like(self, words: int) -> bool:
        """Whether it shares enough with a question of so many words: two of them, or a very rare one."""
        needed = 1 if self.same_topic else min(2, words)
        return len(self.shared) >= needed or any(one >= _ENOUGH_ALONE for one in self.shared)


def best(candidates: Collection[Candidate], words: int) -> list[Candidate]:
    """Those that are like a question of so many words, the likest first; those of the same place before all others."""
    alike = [one for one in candidates if one.shared and one.is_like(words)]
    least = _LEAST * max((one.likeness for one in alike), default=0.0)
    kept = [one for one in alike if one.likeness >= least]
    return sorted(kept, key=lambda one: (not one.same_place, -one.likeness, -one.number))[:LOOKED_AT]


def says_the_same(one: str, other: str) -> bool:
    """Whether two answers are the same but for a few words."""
    first, second = set(tokenize(one)), set(tokenize(other))
    return len(first & second) >= _SAME * len(first | second)


# --- showing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier question with its answer, personal data masked."""

    number: int
    asked_at: datetime
    #: A slug; empty: none.
    place: str
    question: str
    answer: str
    #: Files that came with the answer.
    files: int = 0


def nothing_similar(number: int) -> str:
    return f"Похожих вопросов с ответами для № {number} пока нет."


def no_words(number: int) -> str:
    return f"В вопросе № {number} нет слов, по которым искать похожие. Найти по своим: /find слова"


def shown(number: int, found: Sequence[Earlier], look: Look, now: datetime) -> Draft:
    """Earlier questions with their answers, each with the button that uses its answer again."""
    head = f"Похожие на № {number}"
    text, spans = head, [Span(start=0, end=len(head), style=Style.BOLD)]
    for one in found:
        label = cards.number(one.number)
        start = len(text) + 2
        about = " · ".join(filter(None, (moment(one.asked_at, now, look.zone), look.places.get(one.place, one.place))))
        text += f"\n\n{label} · {about}\n{shorten(one.question, _QUESTION) or '(без текста)'}"
        spans.append(Span(start=start, end=start + len(label), style=Style.BOLD))
        text += f"\nОтвет: {shorten(one.answer, _ANSWER) or '(только файлы)'}"
    rows = tuple(
        (choice_button(f"Взять ответ № {one.number}", Choice.REUSE, number, one.number),) for one in found if one.answer
    )
    return Draft(text=text, spans=tuple(spans), keyboard=Keyboard(rows=rows) if rows else None)


# --- using again ---------------------------------------------------------------------------------------------------

_DEAR = rf"(?:много)?уважаем(?:ый|ая|ые) {re.escape(NAME)}"
_GREETED = re.compile(
    # «Уважаемая [имя], добрый день!» may be said to anybody only as «Добрый день, {имя}!».
    rf"^{_DEAR}[,.!] (?P<behind>{HELLO})"
    rf"|^(?P<first>{re.escape(NAME)})(?=\s?[,.!])"
    rf"|(?:(?P<hello>{HELLO}[,.!]? )(?:{_DEAR}|{re.escape(NAME)})|^{_DEAR})(?=\s?[,.!]|\s*$)",
    re.IGNORECASE | re.MULTILINE,
)


def adapt(answer: str, own: Own, other: int, number: int, resident: str) -> str:
    """The answer to another question as it may be said to this one's resident: greeted by his name, with his number.

    `own`: what is personal of whoever got the answer first.
    """
    masked = mask(answer, own, office=True)
    renumbered = re.sub(rf"№\s?{other}(?!\d)", f"№ {number}", masked)
    return fill(_GREETED.sub(_greeting, renumbered), number, resident)


def _greeting(match: re.Match[str]) -> str:
    """The same greeting with the place for another name."""
    if match["behind"] is not None:
        return f"{match['behind'].capitalize()}, {{имя}}"
    return "{имя}" if match["first"] is not None else f"{match['hello'] or 'Здравствуйте, '}{{имя}}"


def gone(other: int) -> str:
    return f"Ответ на № {other} больше не действует."


def only_files(other: int) -> str:
    return f"В ответе на № {other} нет текста, только файлы. Посмотреть: /q {other}"


def preview(number: int, other: int, text: str, files: int, warning: str) -> Draft:
    """The adapted answer, to be looked at before it goes out; the buttons come with it."""
    head = f"Ответ на № {number}, как на № {other}"
    ask = warning or "Отправить? Нажмите кнопку или пришлите номер вопроса ответом на это сообщение."
    parts = (head, text, f"{CHANGE} {_NO_FILES}" if files else CHANGE, ask)
    return Draft(text="\n\n".join(parts), spans=(Span(start=0, end=len(head), style=Style.BOLD),))


_NO_FILES = "Файлы того ответа с ним не уйдут: приложите свои."


def to_be_completed(number: int, other: int, text: str, files: int) -> Draft:
    """The same where something is masked: nobody should read «[телефон]»."""
    head = f"Ответ на № {other} — чтобы ответить на № {number}"
    how = "Личные данные скрыты. Скопируйте текст, впишите вместо них нужное и ответьте им на это сообщение."
    parts = (head, text, f"{how} {_NO_FILES}" if files else how)
    return Draft(text="\n\n".join(parts), spans=(Span(start=0, end=len(head), style=Style.BOLD),))
