"""Which earlier questions are like another, how they are shown, and how an answer is used again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.desk import similar
from bot.desk.cards import Look
from bot.desk.commands import Choice, Chosen, numbers_shown, read_button
from bot.desk.masking import Own, keys
from bot.desk.similar import Candidate, Earlier

NOW = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
LOOK = Look(zone=UTC, titles={}, places={"nadym": "Надым"})


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Когда же дадут ВОДУ в доме 14?", "Воду!"], ["дадут", "воду", "доме"]),
        (["Ёлка на ул. Мира, 5а"], ["елка", "мира"]),
        (["Почему? 112 👍", ""], []),
        (
            ["слово" + chr(1072 + number % 30) * 3 for number in range(100)],
            ["слово" + chr(1072 + n) * 3 for n in range(30)],
        ),
    ],
)
def test_telling_words(texts: list[str], expected: list[str]) -> None:
    """Neither numbers nor short words nor those that every text has say what a question is about."""
    assert expected == similar.telling_words(texts)


def candidate(number: int, *shared: float, place: bool = False, topic: bool = False) -> Candidate:
    return Candidate(number=number, same_place=place, same_topic=topic, shared=shared)


RANKED = {
    "the likest first": ([candidate(1, 3, 3), candidate(2, 4, 4)], 5, [2, 1]),
    "the same place before all": ([candidate(1, 3, 3, place=True), candidate(2, 4, 4)], 5, [1, 2]),
    "of equals the newer": ([candidate(1, 3, 3), candidate(2, 3, 3)], 5, [2, 1]),
    "one word is not enough": ([candidate(1, 5)], 5, []),
    "but a very rare one is": ([candidate(1, 7.5)], 5, [1]),
    "or one where the topic is the same": ([candidate(1, 3, topic=True)], 5, [1]),
    "or where there is but one": ([candidate(1, 3)], 1, [1]),
    "nothing in common": ([candidate(1, place=True, topic=True)], 5, []),
    "much less like than the best": ([candidate(1, 9, 9), candidate(2, 3, 3, place=True)], 5, [1]),
}


@pytest.mark.parametrize(("candidates", "words", "expected"), RANKED.values(), ids=RANKED.keys())
def test_best(candidates: list[Candidate], words: int, expected: list[int]) -> None:
    """Of several questions those are shown that share most, and rare words count most."""
    assert expected == [one.number for one in similar.best(candidates, words)]


def test_weight() -> None:
    """The rarer a word, the more it means to share it."""
    assert similar.weight(0.0001) > similar.weight(0.01) > similar.weight(0.5) > 0


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("Вода будет завтра к вечеру, приносим извинения.", True),
        ("вода будет завтра к вечеру — приносим извинения!", True),
        ("Вода будет послезавтра к вечеру, приносим извинения.", False),
        ("Яму засыпят", False),
    ],
)
def test_says_the_same(other: str, expected: bool) -> None:
    """Answers that differ in signs alone are one."""
    assert expected == similar.says_the_same("Вода будет завтра к вечеру, приносим извинения.", other)


def earlier(number: int, **more: object) -> Earlier:
    values = {"asked_at": NOW, "place": "nadym", "question": "Нет воды", "answer": "Будет к вечеру", **more}
    return Earlier(number=number, **values)  # type: ignore[arg-type]


def test_shown() -> None:
    """Each question has its number in bold, its words, its answer, and the button that takes the answer."""
    draft = similar.shown(5, [earlier(1), earlier(2, place="", question="", answer="Да " * 500)], LOOK, NOW)
    lines = draft.text.split("\n")
    assert ["Похожие на № 5", "", "№ 1 · 12:00 · Надым", "Нет воды", "Ответ: Будет к вечеру", ""] == lines[:6]
    assert ["№ 2 · 12:00", "(без текста)"] == lines[6:8]
    assert lines[8].endswith("…")
    assert len(lines[8]) <= 610
    assert {1, 2} == numbers_shown(draft.text, draft.spans)
    assert draft.keyboard is not None
    buttons = [button for row in draft.keyboard.rows for button in row]
    assert ["Взять ответ № 1", "Взять ответ № 2"] == [button.text for button in buttons]
    assert Chosen(choice=Choice.REUSE, number=5, detail="1") == read_button(buttons[0].data)


def test_only_files() -> None:
    """An answer without words cannot be taken."""
    draft = similar.shown(5, [earlier(1, answer="", files=2)], LOOK, NOW)
    assert "Ответ: (только файлы)" in draft.text
    assert draft.keyboard is None


OWN = Own(name=frozenset({"ирина", "ирине"}), keys=keys("мой телефон 89123456789"))
ADAPTED = {
    "greeted by his own name": ("Здравствуйте, Ирина! Будет.", "Здравствуйте, Олег! Будет."),
    "with the patronymic": ("Добрый день, Ирина Сергеевна. Будет.", "Добрый день, Олег. Будет."),
    "the name first": ("Ирина, вода будет.", "Олег, вода будет."),
    "whoever was greeted": ("Здравствуйте, Мария Петровна! Будет.", "Здравствуйте, Олег! Будет."),
    "in a sentence of its own": ("Добрый день! Мария Петровна, будет.", "Добрый день! Олег, будет."),
    "dear": ("Уважаемая Мария Петровна! Будет.", "Здравствуйте, Олег! Будет."),
    "dear, with a greeting": ("Здравствуйте, уважаемая Мария Петровна! Будет.", "Здравствуйте, Олег! Будет."),
    "dear, the greeting behind": ("Уважаемая Иванова М. П., добрый день! Будет.", "Добрый день, Олег! Будет."),
    "dear, on a line of its own": ("Уважаемая Мария Петровна\nБудет.", "Здравствуйте, Олег\nБудет."),
    "the greeting behind": ("Иванова М. П., здравствуйте! Будет.", "Олег, здравствуйте! Будет."),
    "everybody": ("Уважаемые жители! Будет.", "Уважаемые жители! Будет."),
    "a child is hidden": ("Ваш ребёнок Петров Иван зачислен", "Ваш ребёнок [имя] зачислен"),
    "with his number": ("По вопросу № 77: будет. Дом 77, № 771", "По вопросу № 5: будет. Дом 77, № 771"),
    "a name on a line of its own is no greeting": ("Записаны:\nИрина\nБудет.", "Записаны:\n[имя]\nБудет."),
    "a name elsewhere is hidden": ("Передали Ирине", "Передали [имя]"),
    "a phone is hidden": ("Перезвоним на 8 912 345-67-89", "Перезвоним на [телефон]"),
    "an office's phone stays": ("Звоните 8 (34922) 5-67-89", "Звоните 8 (34922) 5-67-89"),
    "all else stays": ("Вода будет 30 ноября по 59-ФЗ, д. 14", "Вода будет 30 ноября по 59-ФЗ, д. 14"),
}


@pytest.mark.parametrize(("answer", "expected"), ADAPTED.values(), ids=ADAPTED.keys())
def test_adapt(answer: str, expected: str) -> None:
    """What was said to one resident can be said to another."""
    assert expected == similar.adapt(answer, OWN, 77, 5, "Олег")


def test_adapt_without_name() -> None:
    """Whoever has no name is greeted without one."""
    for said in ("Здравствуйте, Ирина! Будет.", "Уважаемая Ирина Сергеевна! Будет."):
        assert "Здравствуйте! Будет." == similar.adapt(said, OWN, 77, 5, "")


def test_previews_say_what_is_missing() -> None:
    """Files do not go along, and that is said; where something is masked there is nothing to press."""
    assert "Файлы того ответа с ним не уйдут: приложите свои." in similar.preview(5, 77, "Будет", 1, "").text
    assert "Файлы" not in similar.preview(5, 77, "Будет", 0, "").text
    completed = similar.to_be_completed(5, 77, "Звоните [телефон]", 0)
    assert "впишите вместо них нужное" in completed.text
    assert completed.keyboard is None
