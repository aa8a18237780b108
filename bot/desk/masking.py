"""Texts without personal data: what it was stands in its place, «[телефон]». Pure.

House numbers, dates, sums, laws, «112» and hotlines stay. What is not sure is masked rather than shown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.desk import mailboxes, personal_names
from bot.desk.personal_data import Kind, is_of_something_else, places, small

#: What stands for a name.
NAME = "[имя]"
_INSTEAD = {
    Kind.PHONE: "[телефон]",
    Kind.PASSPORT: "[паспорт]",
    Kind.SNILS: "[СНИЛС]",
    Kind.CARD: "[карта]",
    Kind.EMAIL: "[почта]",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What is the resident's own: it is masked also where an office says it."""

    #: Forms of the words of his name, as `bot.desk.words.tokenize` gives them.
    name: Collection[str] = frozenset()
    #: Phones, addresses and numbers in his words, as `keys` gives them.
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
    unless they are the resident's or those of whom they speak to.
    """
    return _masked(text, own, office=office, names=True)


def mask_numbers(text: str, own: Own = Own(), *, office: bool = False) -> str:
    """The same, but names stay: for texts that are handed on by the thousand."""
    return _masked(text, own, office=office, names=False) if _HAS_NUMBERS.search(text) is not None else text


def _masked(text: str, own: Own, *, office: bool, names: bool) -> str:
    masked = _once(text, own, office=office, names=names)
    while masked != text:
        # What stood beside a number tells less once that is gone: what was hidden by it may show now.
        text, masked = masked, _once(masked, own, office=office, names=names)
    return masked


def _once(text: str, own: Own, *, office: bool, names: bool) -> str:
    lowered = small(text)
    masks = [
        *_numbers(text, lowered, own, office=office),
        *(_names(text, lowered, own, office=office) if names else ()),
    ]
    parts, until = [], 0
    for one in sorted(masks, key=lambda one: (one.start, -one.end)):
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
    """Phones, addresses and numbers in a resident's text, by which they are known again in another."""
    if _HAS_NUMBERS.search(text) is None:
        return frozenset()
    lowered = small(text)
    found = (
        _key(lowered[place.start : place.end], place.kind)
        for place in places(lowered)
        if place.kind in (Kind.PHONE, Kind.EMAIL)
    )
    return frozenset((*found, *(_key(lowered[one.start : one.end]) for one in _of_resident(text, lowered))))


def own_words(text: str) -> list[str]:
    """The words of the names in a resident's texts, as `bot.desk.words.tokenize` gives them."""
    return personal_names.words_of_names(text, small(text))


def _key(written: str, kind: Kind | None = None) -> str:
    if kind is Kind.EMAIL:
        return mailboxes.plain(written)
    written = written.rpartition("//")[2]
    is_number = kind is not None or not any(map(str.isalpha, written))
    return "".join(filter(str.isdecimal, written))[-10:] if is_number else written


# --- numbers and addresses -----------------------------------------------------------------------------------------

#: Without any of these there is nothing to mask but names: 1 µs tells, where the rest takes 70.
_HAS_NUMBERS = re.compile(r"[\d@]|\.(?:com|ru|me)/|соба(?:ка|чка)|\bat\b", re.IGNORECASE)
_FIRST_DIGIT = re.compile(r"\d")

_DATE = r"\d\d?(?:[./ -]\d\d?[./ -]| [а-я]{3,8} )(?:19|20)?\d\d"
#: Of a bank: twenty digits, in the groups in which they are printed.
_ACCOUNT = r"(?:\d{20}|\d{4}(?:[ .-]\d{4}){4}|\d{5}(?:[ .-]\d{5}){3}|\d{5}[ .-]\d{3}[ .-]\d[ .-]\d{4}[ .-]\d{7})"
#: Between the groups of a number that a word before it names.
_APART = r"[ \xa0\n./–—-]{0,3}"
#: The letters of numbers of cars, in Russian and in Latin, which look alike.
_PLATE = "[авекмнорстухabekmhopctyx]"
_SEPARATED = r"(?:[ \xa0()–-]{0,2}\d)"
#: What is masked of the text in small letters, wherever it stands: the group named «it». Before each pattern, what a
#: text must have (one of these) for it to be looked for at all.
_ALWAYS = (
    ("снилс", "[СНИЛС]", rf"снилс\D{{0,12}}(?P<it>\d{{3}}{_APART}\d{{3}}{_APART}\d{{3}}{_APART}\d\d)(?!\d)"),
    ("инн", "[ИНН]", r"инн\b\D{0,24}(?P<it>\d{12}|\d{4}[ -]\d{4}[ -]\d{4}|\d\d[ -]\d\d[ -]\d{6}[ -]\d\d)(?!\d)"),
    (
        "карт",
        "[карта]",
        # Not «на карте 2024-2025 и 2026-2027».
        rf"карт\w{{0,5}}\b\D{{0,20}}(?!20\d\d\D20\d\d)"
        rf"(?P<it>[2-6](?:\d{{3}}(?:{_APART}\d{{4}}){{2}}{_APART}\d{{3,4}}(?:{_APART}\d{{1,3}})?"
        r"|\d{3}[ -]\d{6}[ -]\d{6}|\d{14,18}))(?!\d)",
    ),
    ("полис", "[полис]", r"полис\w{0,3}\b\D{0,20}(?P<it>\d{16}|\d{4}(?: \d{4}){3})(?!\d)"),
    ("сч", "[счёт]", r"лицев\w{0,4}\s{0,2}сч[её]т\w{0,3}\b\D{0,8}(?P<it>\d[\d -]{3,22}\d)(?!\d)"),
    ("лс|л/с|л.с|л с|л/ с|л. с", "[счёт]", r"\bл[/.]?\s?с\b\D{0,8}(?P<it>\d[\d -]{3,22}\d)(?!\d)"),
    ("+", "[телефон]", r"(?<![\w+])(?P<it>\+(?!7\D{0,2}800)\d{1,3}[ ()-]{0,2}\d(?:[ ()-]{0,2}\d){6,13})(?!\d)"),
    ("кв", "[номер]", r"\bкв(?:артир[аеуы])?\.?\s{0,2}№?\s{0,2}(?P<it>\d{1,4}[а-г]?)\b"),
    ("комн", "[номер]", r"\bкомн(?:ат[аеуы])?\.?\s{0,2}№?\s{0,2}(?P<it>\d{1,4}[а-г]?)\b"),
    ("рожд", "[дата рождения]", rf"рождени[яе]\W{{0,5}}(?P<it>{_DATE})"),
    ("родил", "[дата рождения]", rf"родил(?:ся|ась)\W{{0,5}}(?P<it>{_DATE})"),
    ("д.р|д. р", "[дата рождения]", rf"\bд\. ?р\.\W{{0,5}}(?P<it>{_DATE})"),
    (
        "г.р|г. р|рожд",
        "[дата рождения]",
        r"(?<!\d)(?P<it>\d\d?\.\d\d?\.(?:19|20)\d\d)\s{0,2}(?:г\. ?р\.|года? рождения)",
    ),
    ("пасп|загран", "[паспорт]", r"(?:пасп|загран)[^\d\n]{0,25}(?P<it>\d\d[ №-]{0,3}\d{7})(?!\d)"),
    (
        "свид|св-в|рожд|метрик",
        "[свидетельство]",
        r"(?<!\w)(?P<it>[ivxlхуіl1]{1,6}\s?[–-]\s?[а-я]{2}[ №]{0,3}\d{6})(?!\d)",
    ),
    (
        "прицеп|цикл|мопед|снегоход|вездеход|трактор|гос",
        "[номер машины]",
        r"(?:прицеп|цикл|мопед|снегоход|вездеход|трактор|гос\.? ?(?:номер|знак))\w{0,3}\W{1,3}(?:номер\W{1,3})?"
        rf"(?P<it>(?:{_PLATE}{{2}}\s?\d{{4}}|\d{{4}}\s?{_PLATE}{{2}})\s?\d{{2,3}})(?!\w)",
    ),
)  # fmt: skip
#: The same of numbers of ten digits and more.
_LONG_ALWAYS = (
    ("", "[карта]", r"(?<!\d)(?<!\d[ -])(?P<it>\d{4}([ \xa0.-])\d{4}\2\d{4}\2\d{4})(?![ -]?\d)"),
    ("", "[счёт]", rf"(?<!\d)(?P<it>(?=408[12]|423|426){_ACCOUNT})(?!\d)"),
    ("9", "[телефон]", rf"(?<![\d.,/+-])(?P<it>(?:\+7|[78])[ \xa0()–-]{{0,2}}9{_SEPARATED}{{9}})(?![ -]?\d)"),
)
_TO_CALL = r"(?:\bтел(?:\.|еф\w{0,8})?|звон\w{0,8}|набер\w{0,5}|\bмо\w{1,4} номер\w{0,3}|номер\w{0,3} для связи)\W{0,5}"
_NO_SUM = r"(?!\d|[ -]\d|\s?(?:руб|р\.|₽|тыс|млн|кв|куб|час))"
#: A page of a person; groups and what they publish are no such thing.
_PROFILE = (
    r"(?P<it>(?:https?://)?(?:[a-z]{{1,6}}\.)?{0}/"
    r"(?!(?:club|public|event|app)\d|(?:wall|photo|video|album|topic)-)[\w.@%+/-]{{1,63}}[\w/])"
)
#: Besides, of what a resident says; elsewhere, where it is known that he said it.
_OF_RESIDENTS = (
    ("инн", "[ИНН]", r"инн\b\D{0,24}(?P<it>\d{10}|\d{4}[ -]\d{6}|\d\d[ -]\d\d[ -]\d{6})(?!\d)"),
    ("тел|звон|набер|номер", "[телефон]", rf"{_TO_CALL}(?P<it>\d(?:[ -]?\d){{4,6}}){_NO_SUM}"),
    ("(", "[телефон]", r"(?P<it>\(\d{3,5}\)[ \xa0-]?\d(?:[ \xa0-]?\d){4,6})(?!\d)"),
    ("@", "[ник]", r"(?<![\w@.+-])(?P<it>@[a-z]\w{3,31})(?!\w|@|\.\w)"),
    (".com/", "[страница]", _PROFILE.format(r"\b(?:vk|instagram|facebook|fb|tiktok|viber)\.com")),
    (".ru/", "[страница]", _PROFILE.format(r"\b(?:vk|ok|vkontakte|max|my\.mail)\.ru")),
    (".me/", "[страница]", _PROFILE.format(r"\b(?:t|wa|telegram)\.me")),
)
_LONG_OF_RESIDENTS = (
    ("сч|р/с|к/с", "[счёт]", rf"(?:\bсч[её]т(?!чик)|\b[рк]/с)[^\d\n]{{0,30}}(?P<it>{_ACCOUNT})(?!\d)"),
    ("", "[счёт]", r"(?<!\d)(?P<it>[34]0[1-8]\d{17})(?!\d)"),
    ("-", "[телефон]", r"(?<![\d-])(?P<it>[348]\d{2,4}-\d{1,3}-\d\d-\d\d)(?![\d-])"),
    ("-", "[СНИЛС]", r"(?<![\d-])(?P<it>\d{3}-\d{3}-\d{3}[ -]\d\d)(?![\d-])"),
    (" ", "[паспорт]", r"(?<![\d.,/№-])(?<!№ )(?P<it>\d\d ?\d\d (?:№ ?)?\d{6})(?![\d-])"),
)
_DASHED_OF_RESIDENTS = (
    ("тел", "[телефон]", r"(?<![\d-])(?P<it>\d{1,3}-\d\d-\d\d)[ (,—–-]{1,3}(?:мо[йя]\s|дом\w{0,6}\s|это\s)?тел"),
    ("т.|тел|звон|номер", "[телефон]", r"(?:\bт\.|тел|звон|номер)\w{0,8}\W{0,5}(?P<it>\d{1,3}-\d\d-\d\d)(?![\d-])"),
    # No day of any month.
    ("", "[телефон]", r"(?<![\d-])(?P<it>\d{1,3}-(?:00|1[3-9]|[2-9]\d)-\d\d)(?![\d-])"),
    ("", "[телефон]", r"(?<![\d-])(?P<it>(?:3[2-9]|[4-9]\d|\d{3})-\d\d-\d\d)(?![\d-])"),
)
#: Ten digits and more in one piece, of which nobody says what they are; 800 is nobody's own.
_IN_ONE_PIECE = re.compile(r"(?<![\d.,:/№+-])(?<!№ )(?![78]?800\d{7}(?!\d))\d{10,20}(?![\d:]|\s?(?:руб|₽))")
_STREET = r"[А-ЯЁ][а-яё]{2,20}(?:-[А-ЯЁ][а-яё]{2,20})?"
_HOUSE = r"\d{1,3}[а-еА-Е]?(?:/\d{1,2})?\s?[-–]\s?"
#: «Ленина 5-12», «ул. 70 лет Октября, д. 5-12», «дом 5-12»; but «Суббота 9-18», «Срок 5-12 дней».
_FLAT = re.compile(
    rf"(?:(?<![\w-])(?P<street>{_STREET}),?\s{{1,2}}|(?<![\w-])[Уу]л\S{{0,6}}\s(?:\S{{1,20}}\s){{1,3}})"
    rf"(?:(?:д|дом|Д|Дом)?\.?\s{{0,2}})?{_HOUSE}(?P<it>\d{{1,4}})"
    r"(?![\w/]|[.,-]\d|\s?(?:час|мин|дн|сут|нед|мес|лет|год|раз|руб|тыс|%|°|градус|класс|этаж|подъезд|человек|шт|числ"
    r"|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек))"
    rf"|(?<!\w)(?:[Дд]ом|[Дд]\.)\s{{0,2}}{_HOUSE}(?P<its>\d{{1,4}})(?![\w/]|[.,-]\d)"
)
#: What stands before hours, days and other ranges.
_NO_STREET = (
    *("понедельник", "вторник", "сред", "четверг", "пятниц", "суббот", "воскресень", "ежедневн", "будн", "выходн"),
    *("январ", "феврал", "март", "апрел", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр"),
    *("график", "прием", "час", "время", "срок", "около", "примерно", "дома", "подъезд", "этаж", "класс", "групп"),
    *("урок", "пункт", "стать", "счет", "матч", "возраст", "номер", "квартир", "страниц", "автобус", "маршрут"),
    *("кабинет", "окн", "рейс", "через", "минус", "плюс", "ждат", "ждали", "ждем", "всего", "только", "показани"),
)

#: Of a car; and what is none when it is in small letters: «выросла с 120 на 150», «в 100 км 20 домов».
_CAR = re.compile(rf"(?<!\w)(?P<it>{_PLATE}\s?\d{{3}}\s?{_PLATE}{{2}}\s?\d{{2,3}})(?!\w)")
_NO_CAR = re.compile(r"[авкосу]\s\d{3}\s?(?:на|км|см|мм|кв|от|не|но|ст|та|то)\s\d{2,3}")

_Rows = tuple[tuple[tuple[str, ...], str, re.Pattern[str]], ...]
_TEN_DIGITS = re.compile(r"\d(?:\D{0,3}\d){9}")
_DASHED = re.compile(r"\d[а-е]?\s?[-–]\s?\d", re.IGNORECASE)


def _compiled(*tables: tuple[tuple[str, str, str], ...]) -> _Rows:
    rows = (row for table in tables for row in table)
    return tuple((tuple(hints.split("|")), instead, re.compile(pattern)) for hints, instead, pattern in rows)


_FOR_ALL, _LONG_FOR_ALL = _compiled(_ALWAYS), _compiled(_LONG_ALWAYS)
_FOR_RESIDENTS, _LONG_FOR_RESIDENTS, _DASHED_FOR_RESIDENTS = map(
    _compiled, (_OF_RESIDENTS, _LONG_OF_RESIDENTS, _DASHED_OF_RESIDENTS)
)
_OF_SOMETHING, _CAR_NUMBER = "[номер]", "[номер машины]"

_TABLES = (*_FOR_ALL, *_LONG_FOR_ALL, *_FOR_RESIDENTS, *_LONG_FOR_RESIDENTS, *_DASHED_FOR_RESIDENTS)
_MASKS = dict.fromkeys((NAME, _OF_SOMETHING, _CAR_NUMBER, *_INSTEAD.values(), *(instead for _, instead, _ in _TABLES)))
_MASKED = re.compile("|".join(map(re.escape, _MASKS)))


def _numbers(text: str, lowered: str, own: Own, *, office: bool) -> Iterator[_Mask]:
    for place in places(lowered):
        written = lowered[place.start : place.end]
        if not (office and _of_office(place.kind, written) and _key(written, place.kind) not in own.keys):
            start = place.start
            if place.kind is Kind.PASSPORT and (digit := _FIRST_DIGIT.search(written)) is not None:
                start += digit.start()
            yield _Mask(start, place.end, _INSTEAD[place.kind])
    yield from _by_pattern(lowered, _FOR_ALL)
    for match in _CAR.finditer(lowered):
        if _NO_CAR.fullmatch(text, *match.span()) is None:
            yield _Mask(*match.span(), _CAR_NUMBER)
    if _TEN_DIGITS.search(lowered) is not None:
        yield from _by_pattern(lowered, _LONG_FOR_ALL)
    if not office:
        yield from _of_resident(text, lowered)
    elif own.keys:
        yield from (one for one in _of_resident(text, lowered) if _key(lowered[one.start : one.end]) in own.keys)


def _by_pattern(lowered: str, rows: _Rows) -> Iterator[_Mask]:
    for hints, instead, pattern in rows:
        for hint in hints:
            if hint in lowered:
                yield from (_Mask(*match.span("it"), instead) for match in pattern.finditer(lowered))
                break


def _of_resident(text: str, lowered: str) -> Iterator[_Mask]:
    """What is masked only where a resident says it."""
    yield from _by_pattern(lowered, _FOR_RESIDENTS)
    if _TEN_DIGITS.search(lowered) is not None:
        yield from _by_pattern(lowered, _LONG_FOR_RESIDENTS)
        for match in _IN_ONE_PIECE.finditer(lowered):
            if not is_of_something_else(lowered, match.start()):
                yield _Mask(*match.span(), _OF_SOMETHING)
    if _DASHED.search(lowered) is not None:
        yield from _by_pattern(lowered, _DASHED_FOR_RESIDENTS)
        for match in _FLAT.finditer(text):
            if not (match["street"] or "").lower().replace("ё", "е").startswith(_NO_STREET):
                yield _Mask(*match.span("it" if match["it"] else "its"), _OF_SOMETHING)


def _of_office(kind: Kind, written: str) -> bool:
    """Whether an official may well say it of an office: not a mobile phone, nor a mailbox that anybody can have."""
    match kind:
        case Kind.PHONE:
            return not _key(written, kind).startswith("9")
        case Kind.EMAIL:
            return not mailboxes.is_everybodys(written)
        case _:
            return False


# --- names ---------------------------------------------------------------------------------------------------------


def _names(text: str, lowered: str, own: Own, *, office: bool) -> Iterator[_Mask]:
    spans = [*personal_names.addressed(text), *personal_names.known(text, own.name)]
    if not office:
        spans += personal_names.of_residents(text, lowered)
    yield from (_Mask(start, end, NAME) for start, end in spans)
