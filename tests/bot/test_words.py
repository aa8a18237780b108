"""Topics and places are found by all forms of their words, and by nothing else."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import pytest

from bot.desk.words import LOOKED_AT, Recognized, Recognizer, Subject, build_recognizer, tokenize
from tests.effort import effort

TOPICS = (
    Subject(slug="heating", words=("отопление", "батарея", "тепло", "котёл"), forms=("холодные трубы",)),
    Subject(slug="water", words=("вода", "горячая вода", "кран", "ГВС"), forms=("хвс",)),
    Subject(slug="kindergartens", words=("детский сад", "детсад")),
    Subject(slug="gardens", words=("сад", "ёлка")),
    Subject(slug="roads", words=("дорога", "яма", "ТКО")),
    Subject(slug="energy", words=("отключить", "свет")),
)
PLACES = (
    Subject(slug="nadym", words=("Надым", "Пангоды"), forms=("надымчане",)),
    Subject(slug="novy-urengoy", words=("Новый Уренгой",), forms=("нур",)),
    Subject(slug="urengoy", words=("Уренгой",)),
    Subject(slug="tarko-sale", words=("Тарко-Сале",)),
    Subject(slug="salekhard", words=("Салехард",)),
    Subject(slug="labytnangi", words=("Лабытнанги",)),
    Subject(slug="gubkinsky", words=("Губкинский",)),
)


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return build_recognizer(TOPICS, PLACES)


FOUND = {
    "the word itself": ("батарея", "heating", ""),
    "another case": ("Стучу по батарее", "heating", ""),
    "plural": ("Что с батареями?", "heating", ""),
    "genitive plural": ("нет батарей", "heating", ""),
    "an old form": ("над батареею", "heating", ""),
    "a verb": ("Почему отключили ночью", "energy", ""),
    "a participle": ("отключённые лифты", "energy", ""),
    "a place in the locative": ("в Надыме", "", "nadym"),
    "an adjective as a place": ("живу в Губкинском", "", "gubkinsky"),
    "a form from the settings": ("Мы, надымчане, против", "", "nadym"),
    "only that form": ("надымчанам", "", ""),
    "both": ("В Салехарде нет воды", "water", "salekhard"),
    "ё written as е": ("сломался котел", "heating", ""),
    "ё in the text": ("под ёлками и елками", "gardens", ""),
    "ё in two parts": (unicodedata.normalize("NFD", "возле ёлки"), "gardens", ""),
    "й in two parts": (unicodedata.normalize("NFD", "Новый Уренгой"), "", "novy-urengoy"),
    "a stress mark": ("в Нады\u0301ме", "", "nadym"),
    "a soft hyphen": ("отоп\u00adление", "heating", ""),
    "capitals": ("БАТАРЕИ ЛЕДЯНЫЕ", "heating", ""),
    "punctuation around": ("«Надым»…", "", "nadym"),
    "an underscore and a hashtag": ("#отопление_надым", "heating", "nadym"),
    "a particle behind a hyphen": ("вода-то ржавая", "water", ""),
    "an abbreviation": ("нет гвс", "water", ""),
    "an abbreviation is not inflected": ("ткали ковёр", "", ""),
    "a phrase": ("водят в детский сад", "kindergartens", ""),
    "a phrase in another case": ("в детском саду № 5", "kindergartens", ""),
    "a phrase in plural": ("мест в детских садах", "kindergartens", ""),
    "a phrase over a line's end": ("в детском\nсаду", "kindergartens", ""),
    "half of a phrase": ("детская площадка", "", ""),
    "its words apart": ("детский наш сад", "gardens", ""),
    "its words turned around": ("сад детский", "gardens", ""),
    "a phrase cut off": ("детский", "", ""),
    "a phrase of the settings as it is": ("холодные трубы", "heating", ""),
    "and not its forms": ("холодных труб", "", ""),
    "a place of two words": ("В Новом Уренгое", "", "novy-urengoy"),
    "its second word is another place": ("В Уренгое", "", "urengoy"),
    "a hyphen": ("в Тарко-Сале", "", "tarko-sale"),
    "a space for the hyphen": ("тарко сале", "", "tarko-sale"),
    "a dash for the hyphen": ("Тарко–Сале", "", "tarko-sale"),
    "half of a name": ("купил сало", "", ""),
    "what the dictionary does not decline": ("в Лабытнангах", "", "labytnangi"),
    "no part of a word": ("наводнение, водитель, подводный", "", ""),
    "no word that only sounds alike": ("дорогие друзья, тёплый приём", "", ""),
    "nothing": ("Спасибо!", "", ""),
    "no text": ("", "", ""),
    "no words": ("👍 … 123", "", ""),
    "most words": ("Кран в порядке, а батареи без тепла", "heating", ""),
    "most distinct words": ("яма, яма, яма; нет воды из крана", "water", ""),
    "the first of equals": ("яма у детсада", "roads", ""),
    "the first of two places": ("Из Салехарда пишу: в Надыме холодно", "", "salekhard"),
    "the place that is named in two ways": ("В Салехарде говорят: Пангоды, Надым", "", "nadym"),
}


@pytest.mark.parametrize(("text", "topic", "place"), FOUND.values(), ids=FOUND.keys())
def test_recognized(recognizer: Recognizer, text: str, topic: str, place: str) -> None:
    """A text is about what its words say in whatever form, and about nothing that they only resemble."""
    assert Recognized(topic=topic, place=place) == recognizer.recognize(text)


def test_a_word_of_two_topics() -> None:
    """Where two topics have the same word, the one that stands first in the file wins, every time."""
    same = (Subject(slug="first", words=("кран",)), Subject(slug="second", words=("кран",)))
    assert "first" == build_recognizer(same, ()).recognize("капает из крана").topic


DISTRICTS = (
    Subject(slug="north", words=("Северный", "Заречный", "Новый Посёлок")),
    Subject(slug="south", words=("Южный", "Заречный"), forms=("новом поселке",)),
    Subject(slug="west", words=("Западный",)),
)
IN_DISTRICTS = {
    "of one of them": ("Южный микрорайон", "south"),
    "of both": ("Заречный", ""),
    "of both, in another form": ("Нет воды в Заречном", ""),
    "of both, a phrase": ("в новом посёлке", ""),
    "with another word of one": ("Южный, Заречный", "south"),
    "and the other way round": ("Заречный, это Северный", "north"),
    "before a third": ("Из Заречного в Западный", ""),
    "behind a third": ("Из Западного в Заречный", "west"),
    "of both, all of it": ("Северный, Заречный, Южный", "north"),
}


@pytest.mark.parametrize(("text", "place"), IN_DISTRICTS.values(), ids=IN_DISTRICTS.keys())
def test_a_name_of_two_places(text: str, place: str) -> None:
    """A name that two districts have says neither: whoever it goes to might be the wrong one, and he can be asked."""
    recognizer = build_recognizer((), DISTRICTS)
    either = () if place else ("north", "south")
    assert Recognized(place=place, either=either) == recognizer.recognize(text)


def test_a_name_alone_of_two_places() -> None:
    """The same where it is all that he says."""
    recognizer = build_recognizer((), DISTRICTS)
    said = ("Заречный", "Южный", "новом посёлке", "Новый Посёлок")
    assert ["", "south", "", "north"] == [recognizer.exactly(one).place for one in said]


def test_the_beginning_counts(recognizer: Recognizer) -> None:
    """A text of any length is looked at for a bounded time: what stands far behind is not."""
    filler = "а " * (LOOKED_AT // 2)
    assert "heating" == recognizer.recognize(f"{filler[:-20]} батарея").topic
    assert "" == recognizer.recognize(f"{filler} батарея").topic


def test_speed(recognizer: Recognizer) -> None:
    """Routing a question costs under 1 ms, also one as long as a message can be."""
    text = ("Здравствуйте! В Новом Уренгое третий день холодные батареи и нет воды в детском саду. " * 60)[:4096]
    assert effort(lambda: recognizer.recognize(text), tries=20) < 0.001


def test_without_words_the_dictionary_is_not_read() -> None:
    """A service without topics and places does not pay for the dictionary."""

    def read() -> None:
        raise AssertionError

    nothing = build_recognizer((), (), read)  # type: ignore[arg-type]
    assert not nothing
    assert Recognized() == nothing.recognize("батарея")
    as_they_are = build_recognizer((Subject(slug="water", forms=("гвс",)),), (), read)  # type: ignore[arg-type]
    assert "water" == as_they_are.recognize("Где ГВС?").topic


def test_a_form_of_other_length_is_left_out() -> None:
    """A dictionary that gives «по-городски» for «город» does not break the phrase."""

    def inflect(word: str) -> Iterable[str]:
        return (word, f"по-{word}ски", "")

    found = build_recognizer((Subject(slug="a", words=("новый город", "—", "")),), (), lambda: inflect)
    assert "a" == found.recognize("Новый, город").topic
    assert "" == found.recognize("по новыйски").topic


def test_tokenize() -> None:
    """Words are small, with е for ё, and parted by all that is no letter or digit."""
    assert ["елка", "5", "а", "го", "http", "x", "ru"] == tokenize("Ёлка_5-а, ГО http://x.ru")


EXACT = {
    "Надым": ("", "nadym"),
    "надыме": ("", "nadym"),
    "В Надыме": ("", ""),
    "Новом Уренгое": ("", "novy-urengoy"),
    "Уренгой": ("", "urengoy"),
    "Новый": ("", ""),
    "Уренгой Надым": ("", ""),
    "горячей воды": ("water", ""),
    "тарко сале": ("", "tarko-sale"),
    "детский сад": ("kindergartens", ""),
    "хвс.": ("water", ""),
    "": ("", ""),
    "Надым " * 100: ("", ""),
}


@pytest.mark.parametrize(("text", "expected"), EXACT.items(), ids=lambda value: str(value)[:20])
def test_exactly(recognizer: Recognizer, text: str, expected: tuple[str, str]) -> None:
    """A text that names one thing and says nothing else, in any form of its words."""
    assert Recognized(topic=expected[0], place=expected[1]) == recognizer.exactly(text)
