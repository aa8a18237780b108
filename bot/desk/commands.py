"""The grammar of what officials write: commands, notes, answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.model.message import Button, Span, Style
from bot.model.question import Author


class Name(StrEnum):
    """The commands that exist."""

    TAKE = "take"
    RELEASE = "release"
    TRANSFER = "transfer"
    CLOSE = "close"
    REOPEN = "reopen"
    NOTE = "note"
    CLARIFY = "clarify"
    INTERIM = "interim"
    WITHDRAW = "withdraw"
    TEMPLATES = "t"
    TEMPLATE = "template"
    SPAM = "spam"
    BAN = "ban"
    UNBAN = "unban"
    OPEN = "open"
    MINE = "mine"
    OVERDUE = "overdue"
    QUESTION = "q"
    FIND = "find"
    SIMILAR = "similar"
    STATISTICS = "stats"
    EXPORT = "export"
    FAQ = "faq"
    NEWS = "news"
    BIND = "bind"
    RELOAD = "reload"
    HELP = "help"


#: Name, whether it is about one question, and what the menu says of it.
MENU: tuple[tuple[Name, bool, str], ...] = (
    (Name.OPEN, False, "Вопросы без ответа"),
    (Name.MINE, False, "Вопросы, которые взяли вы"),
    (Name.OVERDUE, False, "Просроченные вопросы"),
    (Name.QUESTION, True, "Вся переписка по вопросу: /q 123, история: /q 123 log"),
    (Name.FIND, False, "Найти вопрос: /find вода надым с 1.11 по 15.11"),
    (Name.SIMILAR, True, "Похожие вопросы с ответами: /similar 123"),
    (Name.TAKE, True, "Взять вопрос: /take 123"),
    (Name.RELEASE, True, "Отдать взятый вопрос: /release 123"),
    (Name.TRANSFER, True, "Передать другому отделу: /transfer 123 отдел причина"),
    (Name.CLOSE, True, "Закрыть без ответа: /close 123 причина"),
    (Name.REOPEN, True, "Открыть закрытый вопрос снова: /reopen 123"),
    (Name.NOTE, True, "Заметка для коллег: /note 123 текст"),
    (Name.CLARIFY, True, "Спросить жителя, срок остановится: /clarify 123 текст"),
    (Name.INTERIM, True, "Промежуточный ответ, вопрос останется открытым: /interim 123 текст"),
    (Name.WITHDRAW, True, "Отозвать последний ответ: /withdraw 123"),
    (Name.TEMPLATES, True, "Шаблоны ответов: /t 123, сразу по названию: /t 123 название"),
    (Name.TEMPLATE, False, "Сохранить шаблон: ответьте на текст /template название"),
    (Name.SPAM, True, "Закрыть как спам: /spam 123"),
    (Name.BAN, True, "Не принимать сообщения от жителя: /ban 123 7д причина"),
    (Name.UNBAN, True, "Снова принимать сообщения: /unban 123"),
    (Name.STATISTICS, False, "Статистика: /stats неделя, /stats 1.11-15.11 отдел"),
    (Name.EXPORT, False, "Таблица Excel за тот же срок: /export месяц"),
    (Name.FAQ, False, "Готовые ответы для жителей"),
    (Name.NEWS, False, "Сколько жителей подписано на новости (координаторы)"),
    (Name.BIND, False, "Привязать этот чат к отделу: /bind код"),
    (Name.RELOAD, False, "Перечитать настройки (координаторы)"),
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
#: Commands whose words go to the resident, by what they are in the thread.
SAID_BY = {Author.INTERIM: Name.INTERIM, Author.CLARIFYING: Name.CLARIFY}


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


class Choice(StrEnum):
    """What buttons do beyond the commands; the values are what their data begins with."""

    #: Hand a question over to this department (empty: to the coordinators).
    HAND_TO = "to"
    #: Show another page of the departments to choose from.
    DEPARTMENTS = "deps"
    #: Send an answer that was held back, or let it be.
    SEND = "send"
    DROP = "drop"
    #: Show another page of a list.
    PAGE = "page"
    #: Close a question for one of the usual reasons.
    CLOSE_AS = "shut"
    #: So many days more after an interim answer.
    EXTEND = "due"
    #: Templates for a question: another page of them, one of them; delete one (the number is the template's).
    TEMPLATES = "tpls"
    TEMPLATE = "tpl"
    DELETE_TEMPLATE = "tplx"
    #: Show what a resident has written beyond what was shown.
    SURPLUS = "more"
    #: Show another page of what was found; the detail is the search's id.
    FOUND = "found"
    #: Use the answer to another question (its number) again.
    REUSE = "reuse"
    #: Do something with a known answer (its number); the detail says what.
    KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A button that is no command."""

    choice: Choice
    #: A question's number; of a list, the page.
    number: int
    #: A department, the number of a kept message, a list's name, a page.
    detail: str


_CHOICES = {choice.value for choice in Choice}
_DETAIL = re.compile(r"[a-z0-9_-]{0,40}")


def button(text: str, name: Name, number: int) -> Button:
    """A button that does what the command does."""
    return Button(text=text, data=f"{name}:{number}")


def choice_button(text: str, choice: Choice, number: int, detail: str | int) -> Button:
    """A button that chooses one of several."""
    return Button(text=text, data=f"{choice}:{number}:{detail}")


def read_button(data: str) -> Command | Chosen | None:
    """What a button says; None: not one of ours, or of another time."""
    name, _, rest = data.partition(":")
    number, _, detail = rest.partition(":")
    if not number.isdecimal() or len(number) > _DIGITS:
        return None
    if name in _CHOICES and _DETAIL.fullmatch(detail):
        return Chosen(choice=Choice(name), number=int(number), detail=detail)
    if name in _NAMES and not detail:
        return Command(name=Name(name), number=int(number))
    return None


def question_of_buttons(buttons: tuple[str, ...]) -> int | None:
    """The question that a card with these buttons shows, when all of them speak of one."""
    read = [command for data in buttons if (command := read_button(data)) is not None]
    # Choices stand under the bot's own questions, which no resident asked.
    numbers = {one.number for one in read if isinstance(one, Command)}
    return numbers.pop() if len(numbers) == 1 else None
