"""Templates of officials: names, placeholders, and how they are listed and shown. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.delivery.fit import Draft
from bot.delivery.split import shorten
from bot.desk.commands import Choice, Name, Words, choice_button, leading_number, read
from bot.desk.offers import CHANGE
from bot.model.message import Button, Keyboard, Span, Style
from bot.plural import plural

#: Characters of a name and of a text, and templates of one department.
NAME_LIMIT, TEXT_LIMIT, MOST = 40, 4000, 100
#: Templates on one page: as many buttons as every platform with buttons shows.
PAGE = 8
#: Characters of a text that a list shows, and of a resident's name that a template takes in.
PREVIEW, _RESIDENT = 60, 64

_NUMBER = frozenset(("номер", "number"))
_RESIDENTS_NAME = frozenset(("имя", "name"))
_KNOWN = "{номер} — номер вопроса, {имя} — имя жителя"
# Around a placeholder: what goes with it when it stays empty, and a «№» that the number brings along itself.
_PLACE = re.compile(
    r"(?P<start>^)?(?P<before>,?[ \t\u00a0]{0,3})(?P<sign>№[ \t\u00a0]{0,3})?\{(?P<word>[^{}\n]{1,40})\}"
    r"(?P<after>[,.!][ \t\u00a0]{0,3}(?P<next>\w)?)?",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text that officials use again and again."""

    id: int
    #: A slug; empty: everybody's.
    department: str
    #: As `fold` makes it.
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Whose templates an admin chat sees."""

    #: The departments that have this chat; None: coordinators, who see those of all.
    departments: tuple[str, ...] | None
    #: Departments' names by their slugs.
    names: Mapping[str, str]

    @property
    def owner(self) -> str:
        """Whose a template becomes that is saved here; empty: everybody's."""
        return self.departments[0] if self.departments else ""

    def holds(self, template: Template) -> bool:
        """Whether it can be seen here."""
        return self.departments is None or template.department in ("", *self.departments)

    def may_change(self, template: Template) -> bool:
        return self.departments is None or template.department in self.departments

    def mark(self, template: Template) -> str:
        """Whose it is, where that is not plain."""
        if template.department == self.owner:
            return ""
        return self.names.get(template.department, template.department) or "общий"


def fold(name: str) -> str:
    """A name as it is kept and compared: small letters, ё as е, one space between words."""
    return " ".join(unicodedata.normalize("NFC", name).lower().replace("ё", "е").split())


# --- placeholders --------------------------------------------------------------------------------------------------


def unknown_places(text: str) -> list[str]:
    """The placeholders that nobody could fill: «{срок}»."""
    words = (match["word"] for match in _PLACE.finditer(text))
    return [f"{{{word}}}" for word in words if _word(word) not in _NUMBER | _RESIDENTS_NAME]


def fill(text: str, number: int, resident: str) -> str:
    """The text for this question, in one pass: what a resident calls himself is not looked into.

    Without his name, «Здравствуйте, {имя}!» is «Здравствуйте!», and «{имя}, добрый день!» is «Добрый день!».
    """
    name = shorten(resident, _RESIDENT)
    return _PLACE.sub(partial(_filled, number=number, name=name), text).strip()


def _filled(match: re.Match[str], *, number: int, name: str) -> str:
    before, sign, after = (match[group] or "" for group in ("before", "sign", "after"))
    word = _word(match["word"])
    if word in _NUMBER:
        return f"{before}№ {number}{after}"
    if word not in _RESIDENTS_NAME:
        return match[0]
    if name:
        return f"{before}{sign}{name}{after}"
    if match["start"] is not None and after:
        return (match["next"] or "").upper()
    return f"{sign}{after}"


def _word(word: str) -> str:
    return word.strip().lower()


# --- saving --------------------------------------------------------------------------------------------------------


def read_save(rest: str) -> tuple[str, str]:
    """The name behind `/template`, and the text that stands below it, if any."""
    name, _, text = rest.strip().partition("\n")
    return fold(name), text.strip()


def why_not_name(name: str) -> str:
    """Why a template cannot be called so; empty: it can."""
    if len(name) > NAME_LIMIT:
        return f"Название слишком длинное: {len(name)} знаков, можно до {NAME_LIMIT}."
    if leading_number(name)[0] is not None:
        return "Название не может начинаться с числа: его не отличить от номера вопроса."
    return ""


def why_not_text(text: str) -> str:
    """Why this cannot be a template; empty: it can."""
    if len(text) > TEXT_LIMIT:
        return f"Текст слишком длинный: {len(text)} знаков, можно до {TEXT_LIMIT}."
    if not isinstance(read(text), Words):
        return "Шаблон не может начинаться с «/»: житель увидел бы команду или заметку."
    if unknown := unknown_places(text):
        what = plural(len(unknown), "Такой подстановки нет", "Таких подстановок нет", "Таких подстановок нет")
        return f"{what}: {', '.join(dict.fromkeys(unknown))}. Есть такие: {_KNOWN}."
    return ""


HOW_TO_SAVE = (
    "Чтобы сохранить шаблон, ответьте на текст: /template название. Или пришлите название и с новой строки текст:\n\n"
    "/template отключение\nЗдравствуйте, {имя}! По вопросу {номер}: вода будет сегодня к вечеру."
)
EXPECTS = f"{HOW_TO_SAVE}\n\nВ текст подставятся: {_KNOWN}.\nПоказать или удалить: /template название. Все шаблоны: /t"
NONE_YET = f"Шаблонов пока нет. {HOW_TO_SAVE}"
NOT_OURS = (
    "Шаблоном станет только текст сотрудника: слова жителя и сообщения бота не подходят. "
    "Пришлите название и с новой строки текст."
)
COMMON = "Это общий шаблон: его меняют и удаляют координаторы."
GONE = "Этого шаблона уже нет. Все шаблоны: /t"
FULL = f"Шаблонов уже {MOST}, больше не поместится. Удалите ненужные: /template название"
_NO_FILES = "\n\nФайлы в шаблоне не хранятся, сохранён только текст."


def common_already(name: str) -> str:
    return f"«{name}» — общий шаблон, его меняют координаторы. Сохраните свой под другим названием."


def personal(name: str, masked: str) -> str:
    """An answer to one resident does not go to others as it is; what an official writes himself does."""
    return (
        "В этом тексте, похоже, есть личные данные, а шаблон уйдёт другим жителям. Поправьте текст и пришлите:\n\n"
        f"/template {name}\n{masked}"
    )


def saved(name: str, text: str, before: str | None, *, common: bool, files: bool) -> str:
    """What the official reads when it is done; `before`: what it said, when there was one of that name."""
    more = _NO_FILES if files else ""
    if before is None:
        whose = "Общий шаблон" if common else "Шаблон"
        return f"{whose} «{name}» сохранён. Использовать: /t и номер вопроса или кнопка «Шаблоны» на карточке.{more}"
    if before == text:
        return f"Шаблон «{name}» уже такой.{more}"
    return f"Шаблон «{name}» заменён.{more} Вернуть прежний можно, прислав:\n\n/template {name}\n{before}"


def deleted(template: Template, *, elsewhere: str = "") -> str:
    """What the official reads, so that a slip can be undone; `elsewhere`: the department whose it was."""
    how = f"Вернуть его может отдел «{elsewhere}»" if elsewhere else "Вернуть его можно"
    return f"Шаблон «{template.name}» удалён. {how}, прислав:\n\n/template {template.name}\n{template.text}"


# --- showing -------------------------------------------------------------------------------------------------------


def nothing_found(wanted: str) -> str:
    return f"Шаблона «{_short(wanted)}» нет. Все шаблоны: /t"


def nothing_to_show(wanted: str) -> str:
    return f"Шаблона «{_short(wanted)}» нет. {HOW_TO_SAVE}"


def nothing_left(number: int, name: str) -> str:
    return f"В шаблоне «{name}» без имени жителя (№ {number}) ничего не остаётся."


def shown(template: Template, shelf: Shelf) -> Draft:
    """One template as it is, with the button that deletes it."""
    may = shelf.may_change(template)
    mark = shelf.mark(template)
    head = f"Шаблон «{template.name}»" + (f" ({mark})" if mark else "")
    text = f"{head}\n\n{template.text}" + ("" if may else f"\n\n{COMMON}")
    delete = Keyboard(rows=((choice_button("Удалить", Choice.DELETE_TEMPLATE, template.id, ""),),))
    return Draft(text=text, spans=_bold(head), keyboard=delete if may else None)


def preview(number: int, template: Template, filled: str, warning: str) -> Draft:
    """A template filled in for a question, to be looked at before it goes out; the buttons come with it."""
    head = f"Ответ на № {number} по шаблону «{template.name}»"
    ask = warning or "Отправить? Нажмите кнопку или пришлите номер вопроса ответом на это сообщение."
    # The warning stands last: right above the buttons, also when the text takes several messages.
    return Draft(text=f"{head}\n\n{filled}\n\n{CHANGE}\n\n{ask}", spans=_bold(head))


def page_of(
    found: Sequence[Template], total: int, shelf: Shelf, *, number: int | None, page: int, wanted: str = ""
) -> Draft:
    """One page of templates, to use for this question; without one, to read."""
    last = max((total - 1) // PAGE, 0)
    head = "Шаблоны" if number is None else f"Шаблоны для № {number}"
    if wanted:
        head = f"{head} по словам «{_short(wanted)}»"
    head += f": {total}"
    if last and not wanted:
        head += f" · страница {page + 1} из {last + 1}"
    lines = [_line(one, shelf) for one in found]
    if wanted and total > len(found):
        lines.append(f"…и ещё {total - len(found)}. Уточните название.")
    if number is None:
        how = "Использовать: /t 123 название — или ответьте на карточку: /t название"
    else:
        how = f"Нажмите кнопку или напишите: /t {number} название"
    rows = _to_use(found, shelf, number) if number is not None else []
    if not wanted and (around := _around(number, page, last)):
        rows.append(around)
    text = "\n\n".join((head, "\n".join(lines), how))
    return Draft(text=text, spans=_bold(head), keyboard=Keyboard(rows=tuple(rows)) if rows else None)


def _line(template: Template, shelf: Shelf) -> str:
    mark = shelf.mark(template)
    return f"{template.name}{f' ({mark})' if mark else ''} — {shorten(template.text, PREVIEW)}"


def _to_use(found: Sequence[Template], shelf: Shelf, number: int) -> list[tuple[Button, ...]]:
    buttons = []
    for one in found:
        # To a department it does not matter whose the text is that it uses; coordinators may have several of a name.
        mark = shelf.mark(one) if shelf.departments is None else ""
        label = f"{one.name} · {mark}" if mark else one.name
        buttons.append(choice_button(label, Choice.TEMPLATE, number, one.id))
    return [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]


def _around(number: int | None, page: int, last: int) -> tuple[Button, ...]:
    turned = []
    if page:
        turned.append(("← Назад", page - 1))
    if page < last:
        turned.append(("Дальше →", page + 1))
    if number is None:
        return tuple(choice_button(label, Choice.PAGE, to, Name.TEMPLATES) for label, to in turned)
    return tuple(choice_button(label, Choice.TEMPLATES, number, to) for label, to in turned)


def _bold(head: str) -> tuple[Span, ...]:
    return (Span(start=0, end=len(head), style=Style.BOLD),)


def _short(wanted: str) -> str:
    return shorten(wanted, NAME_LIMIT)
