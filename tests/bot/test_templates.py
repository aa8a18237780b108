"""Templates of officials: names, placeholders, and how they are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk import templates
from bot.desk.commands import read_button
from bot.desk.templates import Shelf, Template, fill, fold, read_save, unknown_places, why_not_name, why_not_text
from bot.model.message import Button

NAMES = {"energy": "Энергетика", "roads": "Дороги"}
ENERGY = Shelf(departments=("energy",), names=NAMES)
COORDINATORS = Shelf(departments=None, names=NAMES)


def template(name: str = "вода", department: str = "energy", *, number: int = 7, text: str = "Вода будет") -> Template:
    return Template(id=number, department=department, name=name, text=text)


#: What is written, the resident's name, what he reads.
FILLED = {
    "nothing to fill in": ("Вода будет.", "Ирина", "Вода будет."),
    "number and name": ("{имя}, по вопросу {номер}: вода будет.", "Ирина", "Ирина, по вопросу № 12: вода будет."),
    "in English": ("{name}, {number}", "Ирина", "Ирина, № 12"),
    "in capitals and with spaces": ("{Имя}, { НОМЕР }", "Ирина", "Ирина, № 12"),
    "twice": ("{номер} и {номер}", "Ирина", "№ 12 и № 12"),
    "the sign is there already": ("По вопросу № {номер}.", "Ирина", "По вопросу № 12."),
    "greeting": ("Здравствуйте, {имя}!", "Ирина", "Здравствуйте, Ирина!"),
    "greeting without a name": ("Здравствуйте, {имя}! Вода есть.", "", "Здравствуйте! Вода есть."),
    "no name in the middle": ("Да, {имя}, вода есть.", "", "Да, вода есть."),
    "no name at the beginning": ("{имя}, добрый день!", "", "Добрый день!"),
    "no name at the beginning, called": ("{имя}! Добрый день!", "", "Добрый день!"),
    "no name at the beginning of a line": ("Ответ\n{имя}, вода есть.", "", "Ответ\nВода есть."),
    "no name after a space": ("Для {имя}", "  ", "Для"),
    "nothing but a name that is not known": ("{имя}", "", ""),
    "a name that is a placeholder": ("{имя}: {номер}", "{номер}", "{номер}: № 12"),
    "a name that is a format": ("{имя}", "{0.__class__} %s \\1", "{0.__class__} %s \\1"),
    "a name in several lines": ("{имя}!", "Ирина\n\nПетрова", "Ирина Петрова!"),
    "a long name": ("{имя}!", "И" * 100, f"{'И' * 63}…!"),
    "a lone brace": ("Смайлик {: и } тоже, {номер}", "Ирина", "Смайлик {: и } тоже, № 12"),
    "doubled braces": ("{{имя}}", "Ирина", "{Ирина}"),
    "empty braces": ("{} {номер}", "Ирина", "{} № 12"),
    "unknown ones stay": ("До {срок}", "Ирина", "До {срок}"),
}


@pytest.mark.parametrize(("text", "resident", "expected"), FILLED.values(), ids=FILLED)
def test_fill(text: str, resident: str, expected: str) -> None:
    """Number and name stand in the text as a person would have written them; nothing else is changed."""
    assert expected == fill(text, 12, resident)


@given(st.text(), st.text())
def test_fill_takes_anything(text: str, resident: str) -> None:
    """Whatever is in a template and whatever a resident calls himself, filling in works."""
    fill(text, 12, resident)


@given(st.text(alphabet="{}имя номер,№ ", max_size=60))
def test_names_are_not_looked_into(resident: str) -> None:
    """A name stands in the text as it is: no placeholder in it is filled in."""
    name = " ".join(resident.split())
    assert (f"Для {name}" if name else "Для") == fill("Для {имя}", 12, resident)


def test_fill_is_quick() -> None:
    """A text made of what almost is a placeholder takes no time worth naming."""
    text = ", №\t {" * 500
    assert text.strip() == fill(text, 12, "")


UNKNOWN = {
    "known ones": ("{имя} {номер} {name} {NUMBER} { имя }", []),
    "unknown ones": ("До {срок}, {имя}: {адрес дома}", ["{срок}", "{адрес дома}"]),
    "lone and empty braces": ("} {} { {\nимя}", []),
    "a formula": ("{имя!r} {0}", ["{имя!r}", "{0}"]),
}


@pytest.mark.parametrize(("text", "expected"), UNKNOWN.values(), ids=UNKNOWN)
def test_unknown_places(text: str, expected: list[str]) -> None:
    """Placeholders that nobody could fill in are found before a resident reads them."""
    assert expected == unknown_places(text)


FOLDED = {
    "as it is": ("вода", "вода"),
    "capitals": ("Вода ЕСТЬ", "вода есть"),
    "ё": ("Чёрный Ёж", "черный еж"),
    "ё of two characters": ("че\u0308рный", "черный"),
    "spaces": ("  нет \u00a0 воды\t", "нет воды"),
}


@pytest.mark.parametrize(("name", "expected"), FOLDED.values(), ids=FOLDED)
def test_fold(name: str, expected: str) -> None:
    """A name is known however it is typed."""
    assert expected == fold(name)


SAVES = {
    "nothing": ("", ("", "")),
    "name": ("Вода", ("вода", "")),
    "name of several words": ("нет  Воды", ("нет воды", "")),
    "name and text": ("Вода\nВода будет.\n\nЖдите", ("вода", "Вода будет.\n\nЖдите")),
    "name and blanks": ("Вода\n \n", ("вода", "")),
}


@pytest.mark.parametrize(("rest", "expected"), SAVES.values(), ids=SAVES)
def test_read_save(rest: str, expected: tuple[str, str]) -> None:
    """The name stands in the first line, the text below it."""
    assert expected == read_save(rest)


WHY_NOT_NAME = {
    "fits": ("вода", ""),
    "longest": ("в" * 40, ""),
    "too long": ("в" * 41, "Название слишком длинное: 41 знаков, можно до 40."),
    "a number first": ("5 этаж", "Название не может начинаться с числа: его не отличить от номера вопроса."),
    "a number alone": ("№ 5", "Название не может начинаться с числа: его не отличить от номера вопроса."),
    "a word with a digit": ("5й этаж", ""),
}


@pytest.mark.parametrize(("name", "expected"), WHY_NOT_NAME.values(), ids=WHY_NOT_NAME)
def test_why_not_name(name: str, expected: str) -> None:
    """`/t 5 этаж` means question 5: no template is called so."""
    assert expected == why_not_name(name)


WHY_NOT_TEXT = {
    "fits": ("Вода будет", ""),
    "longest": ("в" * 4000, ""),
    "too long": ("в" * 4001, "слишком длинный: 4001"),
    "a note": ("// звонил", "не может начинаться с «/»"),
    "a command": ("/close", "не может начинаться с «/»"),
    "unknown placeholder": ("До {срок}", "Такой подстановки нет: {срок}. Есть такие: {номер} — номер вопроса, {имя}"),
    "unknown placeholders": ("{срок} {дом} {срок}", "Таких подстановок нет: {срок}, {дом}."),
}


@pytest.mark.parametrize(("text", "expected"), WHY_NOT_TEXT.values(), ids=WHY_NOT_TEXT)
def test_why_not_text(text: str, expected: str) -> None:
    """What a resident must not read does not become a template, and the official hears why."""
    assert expected in why_not_text(text)
    assert bool(expected) == bool(why_not_text(text))


def test_marks() -> None:
    """Whose a template is stands beside it where that is not plain: a department's own and the coordinators' are."""
    own, common, other = template(), template(department=""), template(department="roads")
    gone = template(department="schools")
    assert ["", "общий"] == [ENERGY.mark(one) for one in (own, common)]
    assert ["Энергетика", "", "Дороги", "schools"] == [COORDINATORS.mark(one) for one in (own, common, other, gone)]


def test_rights() -> None:
    """A department sees its own and common ones and changes its own; coordinators see and change all."""
    all_of = [template(), template(department=""), template(department="roads")]
    assert [True, True, False] == [ENERGY.holds(one) for one in all_of]
    assert [True, False, False] == [ENERGY.may_change(one) for one in all_of]
    assert [True, True, True] == [COORDINATORS.holds(one) for one in all_of]
    assert [True, True, True] == [COORDINATORS.may_change(one) for one in all_of]
    assert ("energy", "") == (ENERGY.owner, COORDINATORS.owner)


def buttons(page: int, total: int, *, number: int | None = 12, shelf: Shelf = ENERGY) -> list[list[Button]]:
    shown = [template(f"т{n}", number=n) for n in range(page * 8, min(total, page * 8 + 8))]
    draft = templates.page_of(shown, total, shelf, number=number, page=page)
    return [list(row) for row in draft.keyboard.rows] if draft.keyboard is not None else []


PAGES = {
    "one page": (0, 3, []),
    "first of three": (0, 20, ["Дальше →"]),
    "second of three": (1, 20, ["← Назад", "Дальше →"]),
    "last of three": (2, 20, ["← Назад"]),
}


@pytest.mark.parametrize(("page", "total", "expected"), PAGES.values(), ids=PAGES)
def test_pages(page: int, total: int, expected: list[str]) -> None:
    """A long list is turned with buttons; no page has more buttons than the narrowest platform shows."""
    rows = buttons(page, total)
    shown = [one.text for row in rows for one in row]
    assert expected == [text for text in shown if text.startswith(("←", "Дальше"))]
    assert len(rows) <= 5
    assert len(shown) <= 10
    assert all(read_button(one.data) is not None for row in rows for one in row)


def test_list_to_read() -> None:
    """Without a question there is nothing to press but the pages."""
    assert [["Дальше →"]] == [[one.text for one in row] for row in buttons(0, 20, number=None)]
    assert [] == buttons(0, 3, number=None)


def test_list_shows_whose_and_how_they_begin() -> None:
    """A list has the names, whose they are, and the beginning of each text in one line."""
    found = [template(text="Вода\nбудет к вечеру. " + "Ждите. " * 20), template("свет", "", text="Есть")]
    draft = templates.page_of(found, 2, ENERGY, number=12, page=0)
    head, lines, how = draft.text.split("\n\n")
    assert "Шаблоны для № 12: 2" == head
    first, second = lines.splitlines()
    assert first.startswith("вода — Вода будет к вечеру. Ждите.")
    assert first.endswith("…")
    assert len(first) <= len("вода — ") + 60
    assert "свет (общий) — Есть" == second
    assert "Нажмите кнопку или напишите: /t 12 название" == how


def test_what_is_gone_can_be_put_back() -> None:
    """Whoever replaced or deleted a template by a slip reads the very command that puts it back."""
    assert templates.saved("вода", "новый", "старый", common=False, files=False).endswith("\n\n/template вода\nстарый")
    assert templates.deleted(template()).endswith("\n\n/template вода\nВода будет")
    assert ("вода", "Вода будет") == read_save(templates.deleted(template()).split("/template ")[1])
