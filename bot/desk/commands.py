"""The grammar of what officials write: commands, notes, answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.model.message import Button, Span, Style


class Name(StrEnum):
    """The commands that exist."""

    CLOSE = "close"
    NOTE = "note"
    OPEN = "open"
    QUESTION = "q"
    HELP = "help"


#: Name, whether it is about one question, and what the menu says of it.
MENU: tuple[tuple[Name, bool, str], ...] = (
    (Name.OPEN, False, "Вопросы без ответа"),
    (Name.QUESTION, True, "Вся переписка по вопросу: /q 123"),
    (Name.CLOSE, True, "Закрыть без ответа: /close 123 причина"),
    (Name.NOTE, True, "Заметка для коллег: /note 123 текст"),
    (Name.HELP, False, "Как здесь работать"),
)
_ABOUT_QUESTION = {name for name, about, _ in MENU if about}
_NAMES = {name.value for name in Name}

_COMMAND = re.compile(r"/([a-zA-Zа-яА-ЯёЁ_][\w]*)(?:@\w+)?(?:\s+|$)(.*)", re.DOTALL)
# «2:30 приедем» and «12.11 будет тепло» begin with no question's number.
_NUMBER = re.compile(r"(?:№\s*)?(\d{1,15})(?:[:,.)]?\s+|[:,.)]?$)(.*)", re.DOTALL)
#: Digits of a question's number that are believed.
_DIGITS = 15
_SHOWN = re.compile(r"№ (\d{1,15})")
NOTE_SIGN = "//"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command with its arguments."""

    name: Name
    #: The question it is about, when it says so itself.
    number: int | None = None
    #: What stands behind the number: a reason, a text.
    rest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCommand:
    """Something with a slash that is no command."""

    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """An internal note."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Plain words: an answer when they reply to something."""

    text: str


def read(text: str) -> Command | UnknownCommand | Note | Words:
    """Say what an official's text is."""
    stripped = text.strip()
    if stripped.startswith(NOTE_SIGN):
        return Note(text=stripped.removeprefix(NOTE_SIGN).strip())
    if not stripped.startswith("/"):
        return Words(text=text)
    match = _COMMAND.match(stripped)
    word = match[1].lower() if match else ""
    if match is None or word not in _NAMES:
        return UnknownCommand(word=stripped.split(maxsplit=1)[0][:40])
    name = Name(word)
    number, rest = leading_number(match[2]) if name in _ABOUT_QUESTION else (None, match[2].strip())
    return Command(name=name, number=number, rest=rest)


def leading_number(text: str) -> tuple[int | None, str]:
    """A question's number at the beginning («123 текст», «№ 123»), and what stands behind it."""
    match = _NUMBER.match(text.strip())
    return (int(match[1]), match[2].strip()) if match else (None, text.strip())


def numbers_shown(text: str, spans: Sequence[Span]) -> frozenset[int]:
    """The questions that a message of ours shows: their numbers are in bold, whatever residents write beside them."""
    bold = (text[span.start : span.end] for span in spans if span.style is Style.BOLD)
    return frozenset(int(match[1]) for label in bold if (match := _SHOWN.fullmatch(label)))


# --- buttons -------------------------------------------------------------------------------------------------------


def button(text: str, name: Name, number: int) -> Button:
    """A button that does what the command does."""
    return Button(text=text, data=f"{name}:{number}")


def read_button(data: str) -> Command | None:
    """The command behind a button; None: not one of ours, or of another time."""
    name, _, number = data.partition(":")
    if name not in _NAMES or not number.isdecimal() or len(number) > _DIGITS:
        return None
    return Command(name=Name(name), number=int(number))


def question_of_buttons(buttons: tuple[str, ...]) -> int | None:
    """The question that a card with these buttons shows, when all of them speak of one."""
    numbers = {command.number for data in buttons if (command := read_button(data)) is not None}
    return numbers.pop() if len(numbers) == 1 else None
