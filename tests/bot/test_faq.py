"""Known answers: which ones a text resembles, what coordinators write, and the file."""

from __future__ import annotations

import tomllib

import pytest

from bot.conversation.faq import Entry, Library, build_library
from bot.desk import faq
from bot.desk.faq import Verb, Wish
from bot.desk.words import read_dictionary

SCHOOL, HEAT, BENEFIT, PASSPORT, WASTE, DOCTOR, BUSES = ENTRIES = tuple(
    Entry(id=place, question=question, answer="Так", also=also)
    for place, (question, also) in enumerate(
        (
            ("Как записать ребёнка в школу?", ()),
            ("Когда включат отопление?", ("Когда дадут тепло?",)),
            ("Как получить субсидию на оплату жилья?", ()),
            ("Где оформить паспорт?", ()),
            ("Куда жаловаться на мусор во дворе?", ()),
            ("Как записаться к врачу?", ()),
            ("Расписание автобусов", ()),
        ),
        start=1,
    )
)


@pytest.fixture(scope="module")
def library() -> Library:
    return build_library(ENTRIES, read_dictionary())


RESEMBLES = {
    "the same words": ("Как записать ребёнка в школу?", [SCHOOL]),
    "other forms": ("Как записать детей в школы", [SCHOOL]),
    "a noun for the verb": ("запись ребенка в школу", [SCHOOL]),
    "a slip of the pen": ("Как запсать ребенка в школу", [SCHOOL]),
    "as it sounds": ("Кагда включат атопление", [HEAT]),
    "as it sounds, in all words": ("Кагда дадут типло", [HEAT]),
    "voiceless for voiced": ("Как получить супсидию на аплату жылья", [BENEFIT]),
    "another order, a greeting, ё as е": ("Здравствуйте! Ребенка в школу как записать, подскажите", [SCHOOL]),
    "another way to ask": ("Когда наконец дадут тепло", [HEAT]),
    "in capitals": ("КОГДА ВКЛЮЧАТ ОТОПЛЕНИЕ", [HEAT]),
    "among many words": (
        "Добрый вечер. Мы многодетная семья, живём в Надыме с мая. Как можно получить субсидию, если оплата жилья "
        "выросла вдвое?",
        [BENEFIT],
    ),
    "written as it is heard": ("Кагда дадут типло в дамах", [HEAT]),
    "the first letter, too": ("Когда включат атопление", [HEAT]),
    "voiced for voiceless": ("Распесание афтобусов", [BUSES]),
    "one letter for two, no soft sign": ("Где получить супсидию на оплату жиля", [BENEFIT]),
    "a vowel behind a hissing sound": ("Как записатся к врачю", [DOCTOR]),
    "heard, and a letter left out": ("Где афармить паспрт", [PASSPORT]),
    "one word of several is not enough": ("врач", []),
    "another matter with a word in common": ("Во дворе не горит фонарь", []),
    "other words that sound a little alike": ("Скала обвалилась на дороге у парка", []),
    "nothing in common": ("Почему закрыт мост?", []),
    "thanks": ("Спасибо!", []),
    "a word that sounds a little like it": ("Когда включат отделение", []),
    "a bone is no guest, a mushroom no flu": ("Как сушить грибы и варить кости для собаки", []),
    "a board, a stick, a debt": ("Где взять палку, доску и долг за мусорку", []),
    "no letter": ("👍 ... ???", []),
    "nothing": ("", []),
    "beyond what is looked at": ("а " * 600 + "Когда включат отопление?", []),
}


@pytest.mark.parametrize(("text", "expected"), RESEMBLES.values(), ids=RESEMBLES)
def test_best(library: Library, text: str, expected: list[Entry]) -> None:
    """A text finds the known questions that it resembles, and no others."""
    assert expected == library.best(text)


def test_at_most_three() -> None:
    """However many resemble it, three are shown, the most alike first."""
    entries = [
        Entry(id=place, question=f"Вывоз мусора, частный сектор, участок {place}", answer="Так")
        for place in range(1, 8)
    ]
    library = build_library(entries, lambda word: (word,))
    assert [5, 1, 2] == [one.id for one in library.best("вывоз мусора частный сектор участок 5")]


def test_empty_library() -> None:
    """Where nothing is known, nothing is found."""
    assert [] == Library().best("Когда включат отопление?")


WISHES = {
    "": Wish(verb=Verb.LIST),
    "12": Wish(verb=Verb.SHOW, entry=12),
    "add Когда тепло?\nСкоро.\nЖдите.": Wish(verb=Verb.ADD, question="Когда тепло?", answer="Скоро.\nЖдите."),
    "add [Отопление] Когда тепло?\nСкоро": Wish(
        verb=Verb.ADD, topic="Отопление", question="Когда тепло?", answer="Скоро"
    ),
    "добавить Когда тепло?": Wish(verb=Verb.ADD, question="Когда тепло?"),
    "edit 12 Когда?\nСкоро": Wish(verb=Verb.EDIT, entry=12, question="Когда?", answer="Скоро"),
    "edit 12\nСкоро\n\nЖдите": Wish(verb=Verb.EDIT, entry=12, answer="Скоро\n\nЖдите"),
    "edit 12 Когда?": Wish(verb=Verb.EDIT, entry=12, question="Когда?"),
    "edit 12 []": Wish(verb=Verb.EDIT, entry=12, topic=""),
    "off 12": Wish(verb=Verb.OFF, entry=12),
    "Включить 12": Wish(verb=Verb.ON, entry=12),
    "off": None,
    "off двенадцать": None,
    "edit": None,
    "стереть 12": None,
    "12 34": None,
}


@pytest.mark.parametrize(("rest", "expected"), WISHES.items(), ids=list(WISHES))
def test_read(rest: str, expected: Wish | None) -> None:
    """What stands behind `/faq` is read as people write it; what is none of it is refused."""
    assert expected == faq.read(rest)


REFUSED = {
    "no word": ("???", "Да", "В вопросе нет ни одного слова."),
    "question too long": ("а" * 301, "Да", "Вопрос слишком длинный: 301 знаков, можно до 300."),
    "no answer": ("Когда?", "", "Ответ пуст."),
    "answer too long": ("Когда?", "а" * 3001, "Ответ слишком длинный: 3001 знаков, можно до 3000."),
    "fine": ("Когда?", "Скоро", ""),
}


@pytest.mark.parametrize(("question", "answer", "expected"), REFUSED.values(), ids=REFUSED)
def test_why_not(question: str, answer: str, expected: str) -> None:
    """What cannot be kept is refused in a line."""
    assert expected == faq.why_not(question, answer)


def test_toml() -> None:
    """What is printed as TOML is read as the same entries, whatever characters are in it."""
    odd = Entry(
        id=1, question='Как "так"? \\ \x7f \u2028', answer="Раз\nдва\tтри 👍", topic="heating", also=("А?", "Б?")
    )
    plain = Entry(id=2, question="Когда?", answer="Скоро")
    tables = tomllib.loads(faq.as_toml([odd, plain]))["faq"]
    expected = [
        {"question": odd.question, "answer": odd.answer, "topic": "heating", "also": ["А?", "Б?"]},
        {"question": "Когда?", "answer": "Скоро"},
    ]
    assert expected == tables
