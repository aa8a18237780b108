"""Where a text seems to have personal data, the resident's own or somebody's. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.desk import mailboxes


class Kind(StrEnum):
    """What it is; the values are what people call it."""

    PHONE = "телефон"
    PASSPORT = "паспорт"
    SNILS = "СНИЛС"
    CARD = "карта"
    EMAIL = "e-mail"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: `text[start:end]`."""

    start: int
    end: int
    kind: Kind


_GAP = r"[ \xa0()–-]{0,3}"
#: Ten digits and more, with what stands between the groups of a number: the rest of a text is not looked at closer.
_STRETCH = re.compile(rf"\d(?:{_GAP}\d){{9,60}}")
# A city's or a mobile's code begins with 3, 4, 8 or 9; 800 is nobody's own.
_PHONE = re.compile(
    rf"(?<!\d[.,/])(?<![\d+])(?:\+7|[78]){_GAP}(?!800)[3489]\d\d(?:{_GAP}\d){{7}}(?!\d)"
    r"|(?<!\d[.,/-])(?<![\d+])\(?(?!800)[3489]\d\d\)?[ \xa0-]\d{3}[ \xa0-]?\d\d[ \xa0-]?\d\d(?!\d)"
    r"|(?<![\d.,/:+-])9\d{9}(?!\d)"
)
_BETWEEN = r"[ \xa0\t\r\n()–—./_*-]{0,4}"
#: The same with what nobody writes in a number: points, strokes, lines, «тел». Its groups are those of a phone then.
_PARTS = rf"{_BETWEEN}(?:тел(?:ефон)?\b[.:]{{0,2}}{_BETWEEN})?"
_FAR_APART = re.compile(r"\d(?:\D{0,18}\d){9}")
_PARTED_PHONE = re.compile(
    rf"(?<!\d)(?<!\d[.,/:–-])(?:\+7|[78]){_PARTS}"
    rf"(?:[349]\d\d{_PARTS}\d{{3}}|[34]\d{{3}}{_PARTS}\d\d|[34]\d{{4}}{_PARTS}\d){_PARTS}\d\d{_PARTS}\d\d"
    r"(?!\d|[./:]\d)"
    r"|(?<!\d)(?<!\d[.,/:–-])9\d\d([./])\d{3}\1\d\d\1\d\d(?!\d|[./:]\d)"
)
#: What is said before other numbers of ten digits and more.
_OTHER_NUMBER = re.compile(
    r"(?:сч[её]т|л/с|лицев|инн|огрн|уин|кбк|договор|заявк|заявлени|обращени|отправлени|посылк|трек|квитанци|показани"
    r"|прибор|штрих|заводск|№)\D{0,12}$"
)
#: Behind or before such a word: it is a phone all the same.
_TO_CALL = re.compile(r"тел(?:\.|\b|еф)|звон|набер|моб(?:\b|ил)|сотов|связ|в[ао]тс?[ао]п|вайбер|мо[йяе]\w{0,2} номер")
_SNILS = re.compile(r"(?<![\d-])\d{3}[ -]\d{3}[ -]\d{3}[ -]\d\d(?![\d-])|(?<!\d)\d{11}(?!\d)")
_CARD = re.compile(r"(?<!\d)(?<!\d[ -])[2-6]\d{3}([ \xa0-]?)\d{4}\1\d{4}\1\d{4}(?![ -]?\d)")
_PASSPORT = re.compile(
    r"(?:пасп|сери[яейию])\D{0,40}?(?<!\d)\d\d[ -]?\d\d\D{0,12}\d{6}(?!\d)"
    r"|(?<!\d)\d\d ?\d\d[ №]{1,3}\d{6}(?!\d)\D{0,20}паспорт"
)


def places(text: str) -> Iterator[Place]:
    """Where there is some, kind by kind, stretch by stretch; a number may be of two kinds."""
    lowered = small(text)
    for match in _STRETCH.finditer(lowered):
        yield from _in_stretch(lowered, match.start(), match.end())
    if "пасп" in lowered or "сери" in lowered:
        yield from (Place(*match.span(), Kind.PASSPORT) for match in _PASSPORT.finditer(lowered))
    if _FAR_APART.search(lowered) is not None:
        yield from (Place(*match.span(), Kind.PHONE) for match in _PARTED_PHONE.finditer(lowered) if _is_parted(match))
    yield from (Place(*match.span(), Kind.EMAIL) for match in mailboxes.find(lowered))


def small(text: str) -> str:
    """The text in small letters, each in its place: a few capitals become two."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(one if len(one := sign.lower()) == 1 else sign for sign in text)


def _in_stretch(text: str, start: int, end: int) -> Iterator[Place]:
    """What these digits may be; signs around them tell that they are something else."""
    start, end = max(start - 2, 0), end + 2
    for kind, pattern, is_one in _NUMBERS:
        yield from (Place(*match.span(), kind) for match in pattern.finditer(text, start, end) if is_one(text, match))


def _digits(text: str) -> list[int]:
    return [int(sign) for sign in text if sign.isdecimal()]


def is_of_something_else(text: str, start: int) -> bool:
    """Whether the word before a number says that it is one of an account, a contract and the like.

    Not «по заявке звоните 9…», nor «тел. № 9…».
    """
    begin = max(start - 30, 0)
    named = _OTHER_NUMBER.search(text, begin, start)
    return named is not None and _TO_CALL.search(text, begin if named[0][0] == "№" else named.start(), start) is None


def _is_phone(text: str, match: re.Match[str]) -> bool:
    """Digits in one piece may be the number of something else."""
    return not (match[0].isdecimal() and is_of_something_else(text, match.start()))


def _is_parted(match: re.Match[str]) -> bool:
    """In one piece it was looked at before."""
    return not match[0].removeprefix("+").isdecimal()


def _is_snils(text: str, match: re.Match[str]) -> bool:
    """The check number: https://ru.wikipedia.org/wiki/Контрольное_число. In one piece only where it is called so."""
    if match[0].isdecimal() and "снилс" not in text[max(match.start() - 25, 0) : match.start()]:
        return False
    digits = _digits(match[0])
    weighed = sum(digit * (9 - place) for place, digit in enumerate(digits[:9]))
    return weighed % 101 % 100 == digits[9] * 10 + digits[10]


def _is_card(_: str, match: re.Match[str]) -> bool:
    """Luhn's check: https://en.wikipedia.org/wiki/Luhn_algorithm"""
    doubled = [digit if place % 2 else digit * 2 - 9 * (digit > 4) for place, digit in enumerate(_digits(match[0]))]
    return sum(doubled) % 10 == 0


_NUMBERS = ((Kind.PHONE, _PHONE, _is_phone), (Kind.SNILS, _SNILS, _is_snils), (Kind.CARD, _CARD, _is_card))
