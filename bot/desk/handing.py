"""Handing questions over: whom an official means, what he is asked and told. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.delivery.fit import Draft
from bot.desk.commands import Choice, choice_button
from bot.desk.routing import Department
from bot.model.message import Button, Keyboard

#: Departments on one page: as many buttons as every platform with buttons shows.
PAGE = 8
#: How the coordinators are called in commands.
COORDINATORS = ("coordinators", "координаторы", "координаторам")
_COORDINATORS = "координаторы"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The official said whom he means. An empty slug: the coordinators."""

    slug: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """He has to choose among these."""

    found: Sequence[Department]
    #: What he was looking for.
    searched: str = ""


def read(wanted: str, departments: Sequence[Department]) -> Named | Unclear:
    """Say which department is meant: by its short name, else by a part of its name; what follows is the reason."""
    word, _, reason = wanted.strip().partition(" ")
    word = word.strip().lower()
    if not word:
        return Unclear(found=departments)
    if word in COORDINATORS:
        return Named(slug="", reason=reason.strip())
    for department in departments:
        if department.slug == word:
            return Named(slug=department.slug, reason=reason.strip())
    searched = wanted.strip()
    whole = [one for one in departments if _folded(searched) in _folded(one.name)]
    if whole:
        return Named(slug=whole[0].slug) if len(whole) == 1 else Unclear(found=whole, searched=searched)
    found = [one for one in departments if _folded(word) in _folded(one.name) or word in one.slug]
    if len(found) == 1:
        return Named(slug=found[0].slug, reason=reason.strip())
    return Unclear(found=found or departments, searched=searched)


def _folded(text: str) -> str:
    return text.lower().replace("ё", "е")


def ask_department(number: int, departments: Sequence[Department], *, page: int = 0, searched: str = "") -> Draft:
    """Let the official choose a department, by a button or by its short name."""
    last = max((len(departments) - 1) // PAGE, 0)
    page = min(page, last)
    shown = departments[page * PAGE : (page + 1) * PAGE]
    buttons = [choice_button(one.name, Choice.HAND_TO, number, one.slug) for one in shown]
    rows: list[tuple[Button, ...]] = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    around: list[Button] = []
    if page:
        around.append(choice_button("← Назад", Choice.DEPARTMENTS, number, page - 1))
    elif not searched:
        around.append(choice_button("Координаторам", Choice.HAND_TO, number, ""))
    if page < last and not searched:
        around.append(choice_button("Дальше →", Choice.DEPARTMENTS, number, page + 1))
    if around:
        rows.append(tuple(around))
    head = f"Кому передать № {number}?"
    if searched:
        head = f"По словам «{searched[:60]}» подходит не один отдел. {head}"
    names = "\n".join(f"{one.slug} — {one.name}" for one in shown)
    how = f"Нажмите кнопку или напишите: /transfer {number} отдел причина"
    text = "\n\n".join(part for part in (head, names, how) if part)
    return Draft(text=text, keyboard=Keyboard(rows=tuple(rows)) if rows else None)


# --- what is said --------------------------------------------------------------------------------------------------


def taken(number: int, name: str, *, instead_of: str = "") -> str:
    who = name or "Сотрудник"
    before = f" (до этого: {instead_of})" if instead_of else ""
    return f"№ {number} в работе: {who}{before}."


def yours_already(number: int) -> str:
    return f"№ {number} уже у вас в работе."


def taken_by(number: int, name: str) -> str:
    return f"№ {number} уже в работе: {name or 'другой сотрудник'}. Забрать себе: /take {number}"


def nobodys(number: int) -> str:
    return f"№ {number} никто не взял."


def released(number: int) -> str:
    return f"№ {number} снова свободен."


def no_department(slug: str) -> str:
    return f"Отдела «{slug}» нет. Список отделов: /transfer и номер вопроса."


def there_already(number: int, name: str) -> str:
    return f"№ {number} уже там: {name or _COORDINATORS}."


def handed_over(number: int, name: str, *, settled: bool) -> str:
    if settled:
        return f"№ {number} передавали уже дважды, поэтому решат координаторы: вопрос у них."
    return f"№ {number} передан: {name or _COORDINATORS}."


WHY = "Причину можно дописать ответом на это сообщение."


def reason_of(number: int, by: str, reason: str) -> str:
    """What the new chat reads when the reason comes later."""
    return f"№ {number} · почему передан" + (f" ({by})" if by else "") + (f": {reason}" if reason else "")


def gone(name: str, by: str, reason: str) -> str:
    """What the old card says from now on."""
    return f"Передан: {name or _COORDINATORS}" + _by(by, reason)


def why(origin: str, by: str, reason: str, *, settled: bool) -> str:
    """Why the new chat sees the question."""
    again = "третья передача, " if settled else ""
    whence = f"из отдела «{origin}»" if origin else "координаторами"
    return f"{again}передан {whence}" + _by(by, reason)


def trail(name: str, reason: str) -> str:
    return (name or _COORDINATORS) + (f": {reason}" if reason else "")


def _by(by: str, reason: str) -> str:
    return (f" ({by})" if by else "") + (f", причина: {reason}" if reason else "")
