"""Offered texts: made for one question, with its number and its resident's name, that officials send or change. Pure.

One is kept like an answer that was held back, under a key that says for which question it was made, and of what.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

#: Said under an offered text: how it is sent in other words.
CHANGE = "Чтобы изменить слова, скопируйте текст и пришлите исправленный ответом на это сообщение: он уйдёт жителю."
#: Said where personal data in it are masked.
FILL_IN = (
    "Не отправлено: в тексте скрыты личные данные, например [телефон]. "
    "Скопируйте его, впишите вместо них нужное и пришлите ответом на это сообщение."
)


class Source(StrEnum):
    """What they are made of; the values are kept in keys."""

    #: Another question's answer.
    SIMILAR = "similar"
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Of what a text was made, and for which question; as text it is the key."""

    source: Source
    #: The other question, or the template.
    of: int
    number: int

    def __str__(self) -> str:
        return f"{self.source} {self.of} for {self.number}"

    @property
    def helped_by(self) -> int | None:
        """The question whose answer was used again; None: none was."""
        return self.of if self.source is Source.SIMILAR else None


_KEY = re.compile(rf"({'|'.join(Source)}) (\d{{1,18}}) for (\d{{1,18}})")


def read(key: str) -> Offer | None:
    """What this key says; None: it is none, the message was written by an official himself."""
    match = _KEY.fullmatch(key)
    return Offer(source=Source(match[1]), of=int(match[2]), number=int(match[3])) if match is not None else None


def made_for_another(number: int, named: int) -> str:
    """Somebody named another question in a reply to an offered text."""
    return (
        f"Не отправлено: этот текст — для № {number}, в нём номер и имя его жителя. На № {named} ответьте под его "
        f"карточкой или /q {named}. Если «{named}» — начало ответа на № {number}, напишите впереди его номер: "
        f"{number} текст."
    )
