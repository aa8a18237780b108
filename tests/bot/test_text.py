"""Text that people can write and nobody can see, and names that would be more than names."""

from __future__ import annotations

import pytest

from bot.model.content import Contact, Content, Link, Media, MediaKind
from bot.model.event import Sender
from bot.model.text import NAME, is_blank, tidy_name

NAMES = {
    "as it should be": ("Ирина Петрова", "Ирина Петрова"),
    "lines become one": ("Иван\n\nОтветить до 23:59\u2028Вопрос решён", "Иван Ответить до 23:59 Вопрос решён"),
    "spaces of all kinds": ("\u00a0Анна\t \u3000Б.\r\n", "Анна Б."),
    "writing turned round": ("Иван\u202eнавИ\u2066!", "ИваннавИ!"),
    "control characters": ("Ив\x00ан\x07\x1b[31m", "Иван[31m"),
    "half of a pair": ("Анна\ud83d", "Анна"),
    "private signs": ("Анна\uf8ff", "Анна"),
    "hidden between letters": ("И\u200bв\u2060а\ufeffн\u00ad", "Иван"),
    "an emoji of several": ("Оля 👩\u200d💻", "Оля 👩\u200d💻"),
    "a heart on fire": ("❤️\u200d🔥", "❤️\u200d🔥"),
    "Persian": ("می\u200cخواهم", "می\u200cخواهم"),
    "joiners that join nothing": ("\u200dОля\u200c \u200d\u200d Ли\u200d\u200dза\u200d", "Оля Лиза"),
    "Nenets": ("Ӈадер ʼОкотэтто", "Ӈадер ʼОкотэтто"),
    "Arabic": ("محمد", "محمد"),
    "Chinese": ("王小明", "王小明"),
    "letters in two parts": ("Зо\u0438\u0306", "Зо\u0438\u0306"),
    "an emoji newer than our tables": ("Оля \U0001fae8", "Оля \U0001fae8"),
    "markup stays what it is": ("<b>*_[x](y)_*</b> @all [club1|x]", "<b>*_[x](y)_*</b> @all [club1|x]"),
    "long": ("я" * 5000, "я" * NAME),
    "cut behind a word": ("я" * (NAME - 1) + " " + "ю" * 9, "я" * (NAME - 1)),
    "cut in an emoji of several": ("я" * (NAME - 2) + "👩\u200d💻", "я" * (NAME - 2) + "👩"),
    "nothing": ("", ""),
    "nothing visible": ("\u200b\u2060\u3164\u2800\u115f\ufe0f \n", ""),
}


@pytest.mark.parametrize(("name", "expected"), NAMES.values(), ids=NAMES.keys())
def test_names(name: str, expected: str) -> None:
    """A name is one short line that can be seen: nobody writes into a card what is not his name."""
    assert expected == tidy_name(name) == Sender(user_id="1", name=name).name


def test_tidied_name_stays() -> None:
    """What was kept of a name once is kept of it again."""
    for name, _ in NAMES.values():
        assert tidy_name(name) == tidy_name(tidy_name(name))


TURNED = {
    "an amount": ("Заплатил \u202e0001\u202c рублей", "Заплатил 0001\u202c рублей"),
    "letters": ("\u202dабв\u202eгде", "абвгде"),
    "Hebrew with marks of direction": ("\u200fשלום 5-10\u200e", "\u200fשלום 5-10\u200e"),
    "Arabic in brackets of direction": ("\u2067السلام\u2069 (1)", "\u2067السلام\u2069 (1)"),
}


@pytest.mark.parametrize(("text", "expected"), TURNED.values(), ids=TURNED.keys())
def test_nothing_is_turned_round(text: str, expected: str) -> None:
    """Officials read what was written, in the order in which it was written; other scripts stay as they are."""
    assert expected == Content(text=text).text == Link(url="https://example.org", title=text).title


def test_file_names_are_not_turned_round() -> None:
    """A program does not pass for a document, where a file is named as much as where it is passed on."""
    media = Media(kind=MediaKind.DOCUMENT, channel="home", ref="f", file_name="счёт\u202efdp.exe")
    assert "счётfdp.exe" == media.file_name


def test_contact_is_one_line() -> None:
    """Whoever shares a contact writes nothing else into a card by its name."""
    contact = Contact(name="Иван\n№ 5 · закрыт", phone="+7\n000")
    assert ("Иван № 5 · закрыт", "+7 000") == (contact.name, contact.phone)


BLANK = {
    "nothing": "",
    "spaces": " \n\t\u00a0\u3000",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "marks of direction": "\u200e\u202e\u2066",
    "a soft hyphen": "\u00ad",
    "fillers": "\u115f\u1160\u3164\uffa0",
    "an empty Braille cell": "\u2800",
    "a sign's variant without the sign": "\ufe0f",
    "bells": "\x07\x1b",
}


@pytest.mark.parametrize("text", BLANK.values(), ids=BLANK.keys())
def test_blank(text: str) -> None:
    """In these nobody sees anything."""
    assert is_blank(text)


SEEN = {
    "a letter": "а",
    "a dot": " .\u200b",
    "an emoji": "👍🏽",
    "an emoji newer than our tables": "\U0001fae8",
    "a flag": "🇷🇺",
    "a sign of a font's own": "\uf8ff",
    "Nenets": "ӈ",
    "an apostrophe": "ʼ",
    "what stands for something lost": "\ufffd",
}


@pytest.mark.parametrize("text", SEEN.values(), ids=SEEN.keys())
def test_seen(text: str) -> None:
    """Nothing that somebody may see counts as nothing."""
    assert not is_blank(text)
