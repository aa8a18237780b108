"""Texts without personal data: what it was stands in its place, «[телефон]». Pure.

House numbers, dates, sums, laws, «112» and hotlines stay. What is not sure is masked rather than shown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.desk.personal_data import Kind, places, small
from bot.desk.words import tokenize

#: What stands for a name.
NAME = "[имя]"
_INSTEAD = {
    Kind.PHONE: "[телефон]",
    Kind.PASSPORT: "[паспорт]",
    Kind.SNILS: "[СНИЛС]",
    Kind.CARD: "[карта]",
    Kind.EMAIL: "[почта]",
}
#: Where everybody can have a mailbox: others belong to offices and firms.
_MAILBOXES = frozenset(
    (
        *("mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru", "yandex.ru", "ya.ru", "yandex.com", "gmail.com"),
        *("rambler.ru", "lenta.ru", "icloud.com", "me.com", "outlook.com", "hotmail.com", "yahoo.com", "proton.me"),
    )
)
_BETWEEN_NAMES = re.compile(r"[ \xa0-]{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What is the resident's own: it is masked also where an office says it."""

    #: Forms of the words of his name, as `bot.desk.words.tokenize` gives them.
    name: Collection[str] = frozenset()
    #: Phones and addresses in his words, as `keys` gives them.
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Mask:
    """`text[start:end]` becomes `instead`."""

    start: int
    end: int
    instead: str


def mask(text: str, own: Own = Own(), *, office: bool = False) -> str:
    """The text with what is personal replaced; masked again, it stays as it is.

    `office`: officials say it. Then phones with a city's code, mailboxes at domains of their own, and names stay,
    unless they are the resident's.
    """
    masked = _once(text, own, office=office)
    while masked != text:
        # What stood beside a number tells less once that is gone: what was hidden by it may show now.
        text, masked = masked, _once(masked, own, office=office)
    return masked


def _once(text: str, own: Own, *, office: bool) -> str:
    found = sorted(_masks(text, own, office=office), key=lambda one: (one.start, -one.end))
    parts, until = [], 0
    for one in found:
        if one.start >= until:
            parts += [text[until : one.start], one.instead]
            until = one.end
        elif one.end > until:
            # Two kinds may overlap: what sticks out is no less personal.
            until = one.end
    return "".join((*parts, text[until:]))


def is_masked(text: str) -> bool:
    """Whether something was masked in it."""
    return _MASKED.search(text) is not None


def keys(text: str) -> frozenset[str]:
    """Phones and addresses in a text, by which they are known again in another."""
    lowered = small(text)
    return frozenset(
        _key(lowered[place.start : place.end]) for place in places(text) if place.kind in (Kind.PHONE, Kind.EMAIL)
    )


def _key(written: str) -> str:
    return written if "@" in written else "".join(filter(str.isdecimal, written))[-10:]


# --- kinds ---------------------------------------------------------------------------------------------------------

_FIRST_DIGIT = re.compile(r"\d")

_DATE = r"\d\d?(?:[./ -]\d\d?[./ -]| [а-я]{3,8} )(?:19|20)?\d\d"
#: What is masked of the text in small letters, wherever it stands: the group named «it». Before each pattern, what a
#: text must have for it to be looked for at all.
_ALWAYS = (
    ("снилс", "[СНИЛС]", r"снилс\D{0,12}(?P<it>\d{3}[ -]?\d{3}[ -]?\d{3}[ -]?\d\d)(?!\d)"),
    ("инн", "[ИНН]", r"инн\b\D{0,12}(?P<it>\d{12})(?!\d)"),
    ("полис", "[полис]", r"полис\w{0,3}\b\D{0,20}(?P<it>\d{16}|\d{4}(?: \d{4}){3})(?!\d)"),
    ("", "[карта]", r"(?<!\d)(?<!\d[ -])(?P<it>\d{4}([ \xa0-])\d{4}\2\d{4}\2\d{4})(?![ -]?\d)"),
    ("сч", "[счёт]", r"лицев\w{0,4}\s{0,2}сч[её]т\w{0,3}\b\D{0,8}(?P<it>\d[\d -]{3,22}\d)(?!\d)"),
    ("л", "[счёт]", r"\bл[/.]?\s?с\b\D{0,8}(?P<it>\d[\d -]{3,22}\d)(?!\d)"),
    ("", "[счёт]", r"(?<!\d)(?P<it>(?:408[12]|423\d|426\d)\d{16})(?!\d)"),
    ("+", "[телефон]", r"(?<![\w+])(?P<it>\+(?!7\D{0,2}800)\d{1,3}[ ()-]{0,2}\d(?:[ ()-]{0,2}\d){6,13})(?!\d)"),
    ("кв", "[номер]", r"\bкв(?:артир[аеуы])?\.?\s{0,2}№?\s{0,2}(?P<it>\d{1,4}[а-г]?)\b"),
    ("ком", "[номер]", r"\bкомн(?:ат[аеуы])?\.?\s{0,2}№?\s{0,2}(?P<it>\d{1,4}[а-г]?)\b"),
    ("рожд", "[дата рождения]", rf"рождени[яе]\W{{0,5}}(?P<it>{_DATE})"),
    ("родил", "[дата рождения]", rf"родил(?:ся|ась)\W{{0,5}}(?P<it>{_DATE})"),
    ("д", "[дата рождения]", rf"\bд\. ?р\.\W{{0,5}}(?P<it>{_DATE})"),
    ("р", "[дата рождения]", r"(?<!\d)(?P<it>\d\d?\.\d\d?\.(?:19|20)\d\d)\s{0,2}(?:г\. ?р\.|года? рождения)"),
    ("", "[номер машины]", r"(?<!\w)(?P<it>[авекмнорстух]\s?\d{3}\s?[авекмнорстух]{2}\s?\d{2,3})(?!\w)"),
)  # fmt: skip
#: Besides, of what a resident says.
_OF_RESIDENTS = (
    ("инн", "[ИНН]", r"инн\b\D{0,12}(?P<it>\d{10})(?!\d)"),
    ("-", "[телефон]", r"(?:тел|звон|номер)\w{0,8}\W{0,5}(?P<it>\d{1,3}-\d\d-\d\d)(?![\d-])"),
    ("@", "[ник]", r"(?<![\w@.+-])(?P<it>@[a-z]\w{3,31})(?![\w@.])"),
    ("vk.com/id", "[страница]", r"(?P<it>(?:https?://)?(?:m\.)?vk\.com/id\d{1,12})"),
    ("ok.ru/", "[страница]", r"(?P<it>(?:https?://)?(?:m\.)?ok\.ru/profile/\d{1,15})"),
)


def _compiled(rows: tuple[tuple[str, str, str], ...]) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple((hint, instead, re.compile(pattern)) for hint, instead, pattern in rows)


_FOR_ALL, _FOR_RESIDENTS = _compiled(_ALWAYS), _compiled((*_ALWAYS, *_OF_RESIDENTS))

_MASKS = dict.fromkeys((NAME, *_INSTEAD.values(), *(instead for _, instead, _ in _FOR_RESIDENTS)))
_MASKED = re.compile("|".join(map(re.escape, _MASKS)))

# Capitals tell names from other words: «Ольга Ивановна», «Иванову И. И.», «меня зовут Ольга».
_CAPITAL = r"[А-ЯЁ][а-яё]{1,20}"
_PATRONYMIC = r"[А-ЯЁ][а-яё]{2,15}(?:ич|[вч]н)(?:а|у|ом|е|ы|ой|ою)?\b"
_SURNAME = (
    r"[А-ЯЁ][а-яё]{1,15}(?:[оеё]в|ин|ын|[сц]к)(?:а|у|ым|ом|е|ой|ая|ую|ий|ого|ому|им)?\b"
    r"|[А-ЯЁ][а-яё]{1,15}(?:ко|юк|чук|ян|дзе|швили|оглы|[иы]х)\b"
)
_FULL_NAME = re.compile(rf"(?:(?:{_SURNAME})\s{{1,2}})?{_CAPITAL}\s{{1,2}}{_PATRONYMIC}(?:\s{{1,2}}(?:{_SURNAME}))?")
_INITIALS = re.compile(rf"\b{_CAPITAL}\s{{1,2}}[А-ЯЁ]\.\s?[А-ЯЁ]\.|(?<!\w)[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?{_CAPITAL}\b")
_SIGNED = re.compile(
    rf"(?:[Мм]еня зовут|[Сс] уважением,?|[Мм]оя фамилия|[Мм]о[её] имя)\s{{1,2}}"
    rf"(?P<it>{_CAPITAL}(?:\s{_CAPITAL}){{0,2}})"
)
_WORD = re.compile(r"[^\W\d_]+")
_IS_PATRONYMIC = re.compile(_PATRONYMIC)


def _masks(text: str, own: Own, *, office: bool) -> Iterator[_Mask]:
    lowered = small(text)
    for place in places(text):
        written = lowered[place.start : place.end]
        if not (office and _of_office(place.kind, written) and _key(written) not in own.keys):
            start = place.start
            if place.kind is Kind.PASSPORT and (digit := _FIRST_DIGIT.search(written)) is not None:
                start += digit.start()
            yield _Mask(start, place.end, _INSTEAD[place.kind])
    for hint, instead, pattern in _FOR_ALL if office else _FOR_RESIDENTS:
        if hint in lowered:
            yield from (_Mask(*match.span("it"), instead) for match in pattern.finditer(lowered))
    if not office:
        yield from (_Mask(*match.span(), NAME) for match in (*_FULL_NAME.finditer(text), *_INITIALS.finditer(text)))
        yield from (_Mask(*match.span("it"), NAME) for match in _SIGNED.finditer(text))
    yield from _known_names(text, own.name)


def _of_office(kind: Kind, written: str) -> bool:
    """Whether an official may well say it of an office: not a mobile phone, nor a mailbox that anybody can have."""
    match kind:
        case Kind.PHONE:
            return not _key(written).startswith("9")
        case Kind.EMAIL:
            return written.rpartition("@")[2] not in _MAILBOXES
        case _:
            return False


def _known_names(text: str, name: Collection[str]) -> Iterator[_Mask]:
    """The resident's names, with the patronymic beside them, as one."""
    if not name:
        return
    start = until = None
    for word in _WORD.finditer(text):
        joined = until is not None and _BETWEEN_NAMES.fullmatch(text, until, word.start()) is not None
        is_name = word[0][0].isupper() and "".join(tokenize(word[0])) in name
        if is_name or (joined and _IS_PATRONYMIC.fullmatch(word[0]) is not None):
            if not joined:
                if start is not None and until is not None:
                    yield _Mask(start, until, NAME)
                start = word.start()
            until = word.end()
        elif start is not None and until is not None:
            yield _Mask(start, until, NAME)
            start = until = None
    if start is not None and until is not None:
        yield _Mask(start, until, NAME)
