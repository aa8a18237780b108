"""E-mail addresses in a text, also such as are written around: «ivanova собака mail точка ru». Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Where everybody can have a mailbox: others belong to offices and firms.
_EVERYBODYS = frozenset(
    (
        *("mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru", "yandex.ru", "ya.ru", "yandex.com", "gmail.com"),
        *("rambler.ru", "lenta.ru", "icloud.com", "me.com", "outlook.com", "hotmail.com", "yahoo.com", "proton.me"),
    )
)
#: How their names are written in Russian letters.
_IN_LATIN = {
    **dict.fromkeys(("мейл", "мэйл", "мэил", "меил", "маил", "майл"), "mail"),
    **dict.fromkeys(("гмейл", "гмэйл", "гмаил", "гмайл", "джимейл", "джимэйл", "жмейл"), "gmail"),
    "яндекс": "yandex",
    "рамблер": "rambler",
    "инбокс": "inbox",
    "лист": "list",
    "бк": "bk",
    "ру": "ru",
    "ком": "com",
}

# Each part is as long as it may be (RFC 5321) and is never looked at from the middle, so that no text is looked through
# again and again.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}\.[^\W\d_]{2,24}")

_S = r"[ \xa0]"
_AT_WORD, _DOT_WORD = r"(?:собака|собачка|\bat\b)", "(?:точка|dot)"
_OPEN, _CLOSE = rf"{_S}{{0,2}}[(\[{{<]{_S}{{0,2}}", rf"{_S}{{0,2}}[)\]}}>]{_S}{{0,2}}"
#: What nobody writes but in an address; between spaces a word may be a word, and what begins with a sign a nick.
_AT = rf"(?:{_OPEN}(?:{_AT_WORD}|@){_CLOSE}|(?:{_S}{{1,2}}@{_S}{{1,2}}|@{_S}{{0,2}}))"
_AT_OR_WORD = rf"{_S}{{1,2}}{_AT_WORD}{_S}{{1,2}}"
_AT_OR_NICK = rf"{_S}{{1,2}}@"
_DOT_AS_WORD = rf"(?:{_OPEN}(?:{_DOT_WORD}|\.){_CLOSE}|{_S}{{1,2}}{_DOT_WORD}{_S}{{1,2}})"
_DOT = rf"(?:{_DOT_AS_WORD}|{_S}?\.{_S}?)"
_PART, _LABEL = r"[\w+-]{1,64}+", r"[\w-]{1,63}+"
_BOX = rf"(?<![\w.+-]){_PART}(?:(?:\.|{_DOT_AS_WORD}){_PART}){{0,4}}"
_END = r"(?:ru|ру|рф|su|com|ком|net|org|info)(?![\w-])"
_EVERYBODY = rf"(?:{'|'.join(sorted({one.split('.')[0] for one in _EVERYBODYS} | set(_IN_LATIN)))}){_DOT}{_END}"
_WRITTEN_AROUND = re.compile(
    rf"{_BOX}(?:{_AT}{_LABEL}(?:{_DOT}{_LABEL}){{0,3}}?{_DOT}{_END}"
    # «посмотрите at nadym.ru», «злая собака nadym.ru» are no addresses.
    rf"|{_AT_OR_WORD}(?:{_LABEL}(?:{_DOT}{_LABEL}){{0,3}}?{_DOT_AS_WORD}{_END}|{_EVERYBODY}))"
    rf"|(?<![\w.+-])[a-z0-9][a-z0-9_.+-]{{0,63}}+{_AT_OR_NICK}{_EVERYBODY}"
)
#: Without one of these there is no such address.
_HINTS = ("@", "собака", "собачка", "at")
_ANY_AT, _ANY_DOT = re.compile("|".join((_AT, _AT_OR_WORD, _AT_OR_NICK))), re.compile(_DOT)


def find(text: str) -> Iterator[re.Match[str]]:
    """Where some stand, in a text of small letters."""
    if "@" in text:
        yield from _EMAIL.finditer(text)
    if any(hint in text for hint in _HINTS):
        yield from _WRITTEN_AROUND.finditer(text)


def plain(written: str) -> str:
    """An address as a program would take it, however it is written."""
    box, _, domain = _ANY_AT.sub("@", written, count=1).partition("@")
    labels = (_IN_LATIN.get(label, label) for label in _ANY_DOT.sub(".", domain).split("."))
    return f"{_ANY_DOT.sub('.', box)}@{'.'.join(labels)}"


def is_everybodys(written: str) -> bool:
    """Whether such a mailbox can be had by anybody."""
    return plain(written).partition("@")[2] in _EVERYBODYS
