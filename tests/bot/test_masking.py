"""Texts without personal data: what is masked, and what stays readable."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.masking import Own, is_masked, keys, mask

MASKED = {
    "a mobile phone": ("звоните +7 912 345-67-89", "звоните [телефон]"),
    "a phone in one piece": ("тел. 89123456789", "тел. [телефон]"),
    "a city's phone": ("8 (34922) 5-67-89", "[телефон]"),
    "a phone without the city": ("телефон 5-67-89", "телефон [телефон]"),
    "a foreign phone": ("+380 44 123 45 67", "[телефон]"),
    "a mailbox": ("пишите на Ivan.Petrov@mail.ru.", "пишите на [почта]."),
    "a passport": ("паспорт серия 71 09 № 123456 выдан", "паспорт серия [паспорт] выдан"),
    "a SNILS": ("СНИЛС 112-233-445 95", "СНИЛС [СНИЛС]"),
    "a SNILS with a slip": ("снилс: 112-233-445 00", "снилс: [СНИЛС]"),
    "a person's INN": ("ИНН 890412345678", "ИНН [ИНН]"),
    "a firm's INN": ("ИНН 7707083893", "ИНН [ИНН]"),
    "a card": ("карта 2200 1234 5678 9019", "карта [карта]"),
    "a card with a slip": ("2200-1234-5678-9010", "[карта]"),
    "a policy": ("полис ОМС 1234567890123456", "полис ОМС [полис]"),
    "an account at the utilities": ("лицевой счёт № 1234567890", "лицевой счёт № [счёт]"),
    "the same, short": ("л/с 890012345", "л/с [счёт]"),
    "an account at a bank": ("на 40817810099910004312", "на [счёт]"),
    "a flat": ("ул. Геологов, д. 14, кв. 25", "ул. Геологов, д. 14, кв. [номер]"),
    "a flat in words": ("в квартире №25а холодно", "в квартире №[номер] холодно"),
    "a room": ("общежитие 3, комната 12", "общежитие 3, комната [номер]"),
    "a date of birth": ("дата рождения: 1.02.1985", "дата рождения: [дата рождения]"),
    "the same, behind": ("Петров, 01.02.1985 г.р.", "Петров, [дата рождения] г.р."),
    "in words": ("родилась 5 марта 1980", "родилась [дата рождения]"),
    "a name": ("это Ольга Ивановна, соседка", "это [имя], соседка"),
    "a full name": ("я, Петрова Ольга Ивановна, прошу", "я, [имя], прошу"),
    "the other way round": ("Петру Ильичу Сидорову", "[имя]"),
    "initials": ("мастер Смирнов И. И. и А.Б. Попов", "мастер [имя] и [имя]"),
    "a signature": ("С уважением, Ольга Петрова", "С уважением, [имя]"),
    "an introduction": ("Меня зовут Ольга. Нет воды", "Меня зовут [имя]. Нет воды"),
    "a nick": ("пишите @ivan_petrov", "пишите [ник]"),
    "a profile": ("https://vk.com/id12345 — это я", "[страница] — это я"),
    "a car": ("машина А123ВС 89 во дворе", "машина [номер машины] во дворе"),
    "two of a kind": ("89123456789 или 89123456780", "[телефон] или [телефон]"),
    "capitals that grow when made small": ("İİ тел 89123456789", "İİ тел [телефон]"),
}


@pytest.mark.parametrize(("text", "expected"), MASKED.values(), ids=MASKED.keys())
def test_masked(text: str, expected: str) -> None:
    """Each kind is replaced by what it is, and what is around it stays."""
    assert expected == mask(text)
    assert is_masked(expected)


@pytest.mark.parametrize(
    "text",
    [
        "ул. Геологов, д. 14, корп. 2, дом 5а",
        "Мира, 5-12",
        "с 1 по 15.11.2025, 01.02.2024 в 10:30",
        "1 250 000 руб., 45 000,50 ₽",
        "по закону № 59-ФЗ и 131-ФЗ, ст. 14.1 КоАП",
        "звоните 112, 05, 104 или 8-800-555-35-35, +7 800 100 20 30",
        "№ 123, вопрос 4567, заявка 123456789",
        "школа № 5, квартал 3, 45 кв. м, микрорайон 7",
        "показания 12345, 6789",
        "постановление от 12.03.2025 № 345-П",
        "кадастровый номер 89:08:010203:456",
        "Новый Уренгой, Ямало-Ненецкий округ, Тарко-Сале",
        "Когда включат отопление? Спасибо! 👍🏽",
        "расписание 7-10-12 и счёт 3:2",
        "",
    ],
)
def test_stays(text: str) -> None:
    """Houses, dates, sums, laws, numbers of questions and hotlines stay readable, whoever says them."""
    assert text == mask(text)
    assert text == mask(text, office=True)


ANSWER = (
    "Здравствуйте, Ирина Сергеевна! Ирине Петровой перезвонит Иванов И. И., тел. 8 (34922) 5-67-89, 8 922 123-45-67, "
    "почта gkh@yamal.example, ivan@mail.ru."
)


def test_office() -> None:
    """What an official says of offices stays, the resident's own does not."""
    own = Own(name=frozenset({"ирина", "ирине", "петрова", "петровой"}))
    assert (
        "Здравствуйте, [имя]! [имя] перезвонит Иванов И. И., тел. 8 (34922) 5-67-89, [телефон], "
        "почта gkh@yamal.example, [почта]."
    ) == mask(ANSWER, own, office=True)


def test_own_phone() -> None:
    """A phone that the resident gave is his, however an official writes it."""
    own = Own(keys=keys("мой домашний 83492256789, ящик Irina@firma.example"))
    said = "Позвоним на 8 (34922) 5-67-89, напишем на irina@firma.example"
    assert "Позвоним на [телефон], напишем на [почта]" == mask(said, own, office=True)
    assert said == mask(said, office=True)


def test_name_is_no_word() -> None:
    """Who is called like a thing hides the thing only where it begins with a capital."""
    own = Own(name=frozenset({"роза", "розы"}))
    assert "[имя], розы посадим" == mask("Роза, розы посадим", own, office=True)


@given(
    st.text(max_size=300) | st.lists(st.sampled_from(list(MASKED))).map(lambda ids: " ".join(MASKED[i][0] for i in ids))
)
def test_twice(text: str) -> None:
    """What is masked stays as it is when it is masked again."""
    once = mask(text)
    assert once == mask(once)


@pytest.mark.parametrize(
    "part",
    ["1", "1 ", "А", "Аа ", "кв ", "паспорт ", "a@", "a.", "тел ", "А.А.", "+1 ", "Аов ", "лицевой счет ", "родился "],
)
def test_fast(part: str) -> None:
    """No text makes it look through the same again and again."""
    text = part * (40_000 // len(part))
    began = time.perf_counter()
    mask(text)
    assert time.perf_counter() - began < 2
