"""Where a text seems to name a resident: by capitals, endings, and what stands around. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from bot.desk.filler_words import is_telling
from bot.desk.words import tokenize

#: Where something stands: `text[start:end]`.
Span = tuple[int, int]

#: Words of names that are taken from one resident's texts.
_MOST_WORDS = 60
#: How an answer begins.
HELLO = (
    r"(?:здравствуйте|привет|приветству(?:ю|ем)(?: вас)?|доброго (?:дня|утра|вечера|времени суток)"
    r"|добр(?:ый|ое|ой) (?:день|утро|вечер|ночи))"
)

_ONE = r"[А-ЯЁ][а-яё]{1,20}"
#: Capitals tell names from other words: «Ольга», «Римский-Корсаков», «ОЛЬГА».
_CAPITAL = rf"(?:{_ONE}(?:-{_ONE})?|[А-ЯЁ]{{3,20}})(?![\w-])"
_PATRONYMIC = r"[А-ЯЁ][а-яё]{2,15}(?:ич|[вч]н)(?:а|у|ом|е|ы|ой|ою)?\b"
_LIKE_SURNAME = (
    r"[а-яё]{1,15}(?:[оеё]в|ин|ын|[сц]к)(?:а|у|ым|ом|е|ой|ая|ую|ий|ого|ому|им)?\b"
    r"|[а-яё]{1,15}(?:ко|юк|чук|ян|дзе|швили|оглы|[иы]х)\b"
)
_SURNAME = rf"(?:{_ONE}-)?[А-ЯЁ](?:{_LIKE_SURNAME})"
_I_O = r"[А-ЯЁ]\.\s?[А-ЯЁ]\."
_GAP = r"[ \xa0]{1,2}"
_FIRST_NAMES = rf"{_CAPITAL}(?:{_GAP}{_CAPITAL}){{0,2}}"
#: «Мария Петровна», «Иванова М. П.», «М. П. Иванова».
_NAMES = rf"(?:{_CAPITAL}{_GAP}{_I_O}|{_I_O}\s?{_CAPITAL}|{_FIRST_NAMES})"

#: What begins with a capital and is no name: whom one greets in general, offices, ranks, countries.
_NO_NAME = (
    *("жител", "заявител", "граждан", "родител", "пользовател", "абонент", "собственник", "коллег", "сосед", "друзья"),
    *("подписчик", "земляк", "клиент", "департамент", "управлени", "администраци", "министерств", "комитет", "отдел"),
    *("правительств", "учреждени", "служб", "район", "округ", "област", "республик", "федераци", "росси", "украин"),
    *("казахстан", "беларус", "узбекистан", "таджикистан", "киргиз", "кыргыз", "армени", "азербайджан", "молдов"),
    *("начальник", "директор", "глава", "главе", "главы", "губернатор", "министр", "заместител", "депутат"),
    *("председател", "президент", "специалист", "руководител", "ваш", "спасибо", "благодар", "пожалуйста", "сообща"),
    *("просим", "просьба", "уточн", "напишит", "подскаж", "информир", "рассмотр"),
)
#: «Меня зовут Ольга Прошу включить…»: where the point is missing.
_LIKE_VERB = re.compile(r"(?:[вжчш]у|[еи]те|ть)$")
_LIKE_ADJECTIVE = re.compile(r".*(?:[иы]й|ая|яя|ое|ее|ые|ие)")
_WORD = re.compile(r"[^\W\d_]+")


def _cut(text: str, start: int, end: int) -> Span | None:
    """The names that this piece begins with; None: it does not begin with one."""
    until = start
    for word in _WORD.finditer(text, start, end):
        folded = word[0].lower()
        if len(folded) > 1 and (not is_telling(folded) or folded.startswith(_NO_NAME)):
            break
        if until > start and _LIKE_VERB.search(folded) is not None and not _is_like_name(word[0]):
            break
        until = word.end()
    if until == start:
        return None
    return start, until + (text[until : until + 1] == "." and until < end)


def _is_like_name(word: str) -> bool:
    """Whether it has the ending of a surname or a patronymic."""
    return _IS_PATRONYMIC.fullmatch(word) is not None or _IS_SURNAME.fullmatch(word) is not None


_IS_PATRONYMIC, _IS_SURNAME = re.compile(_PATRONYMIC), re.compile(_SURNAME)

# --- what a resident says of himself and others --------------------------------------------------------------------

_FULL_NAME = re.compile(
    rf"(?:(?:{_SURNAME})\s{{1,2}})?{_CAPITAL}\s{{1,2}}(?:{_PATRONYMIC})(?:\s{{1,2}}(?:{_SURNAME}))?"
)
_INITIALS = re.compile(rf"\b{_CAPITAL}\s{{1,2}}{_I_O}|(?<!\w){_I_O}\s?{_CAPITAL}")
_SAYS_WHO = (
    r"(?:меня\s{1,2}зовут|зовут\s{1,2}меня|с\s{1,2}ув(?:ажением|\.)|мо[яё]\s{1,2}(?:фамилия|имя)|фио|ф\.\s?и\.\s?о\."
    r"|беспокоит|(?:пишет|обращается)(?:\s{1,2}(?:к\s{1,2})?вам)?)"
)
_SIGNED = re.compile(rf"(?<!\w)(?:(?i:{_SAYS_WHO})(?:\s?[,:—–-])?|[Яя](?:,|\s[—–-])?)\s{{1,2}}(?P<it>{_FIRST_NAMES})")
#: The same in small letters, where nothing else can follow.
_SIGNED_SMALL = re.compile(
    r"(?<!\w)(?:меня\s{1,2}зовут|мо[яё]\s{1,2}(?:фамилия|имя))[,:]?\s{1,2}"
    rf"(?P<it>[а-яё]{{2,20}}(?:{_GAP}(?:{_LIKE_SURNAME})){{0,2}})(?![\w-])"
)
#: At the end of a line or of the text: «Спасибо. Иванова Мария».
_AT_THE_END = re.compile(
    rf"(?:^|[.!?,;]{_GAP})[ \t]{{0,3}}(?P<it>{_CAPITAL}{_GAP}{_CAPITAL}(?:{_GAP}{_CAPITAL})?)[.!]?[ \t]{{0,3}}$",
    re.MULTILINE,
)
#: Patronymics in whatever letters; «ИВАНОВА МАРИЯ ПЕТРОВНА», «иванова мария петровна».
_ANY_PATRONYMIC = re.compile(
    r"(?<![\w-])[а-яё]{2,15}(?:[оеё]вич(?:а|у|ем|е)?|[оеё]вн(?:а|ы|е|у|ой|ою))(?![\w-])"
    r"|(?<![\w-])(?:ильин|никит|кузьмин|фомин|лукин|савв)ичн(?:а|ы|е|у|ой|ою)(?![\w-])"
    r"|(?<![\w-])(?:иль|никит|кузьм|фом|лук|савв)ич(?:а|у|ом|ем|е)?(?![\w-])"
)
#: Words that end so and are none.
_NO_PATRONYMIC = re.compile(
    r"(?:не|без)?(?:уровн|основн|условн|виновн|кровн|древн|деревн|готовн)"
    r"|.*(?:духовн|верховн|церковн|чиновн|любовн|[ос]словн|головн|дневн|душевн|плачевн|кочевн|царевн|королевн)"
)
_WORD_BEFORE = re.compile(r"(?<![\w-])[а-яё-]{2,30}\s{1,2}$")
_SURNAME_BESIDE = re.compile(rf"(?:[а-яё]{{2,16}}-)?(?:{_LIKE_SURNAME})")


def of_residents(text: str, lowered: str) -> Iterator[Span]:
    """Names in what a resident writes: his own, and those of whom he writes about."""
    yield from (match.span() for match in _FULL_NAME.finditer(text))
    yield from (match.span() for match in _INITIALS.finditer(text))
    for match in (*_SIGNED.finditer(text), *_AT_THE_END.finditer(text)):
        named = _cut(text, *match.span("it"))
        if named is not None and (match.re is _SIGNED or _has_surname(text, named)):
            yield named
    if "мо" in lowered or "зовут" in lowered:
        small = (match for match in _SIGNED_SMALL.finditer(lowered) if is_telling(match["it"].split()[0]))
        yield from (match.span("it") for match in small)
    if "ич" in lowered or "вн" in lowered:
        yield from _by_patronymic(lowered)


def _has_surname(text: str, named: Span) -> bool:
    """Whether these are two words or more, of which one has the ending of a surname or a patronymic."""
    words = _WORD.findall(text[named[0] : named[1]])
    return len(words) > 1 and any(map(_is_like_name, (word.capitalize() for word in words)))


def _by_patronymic(lowered: str) -> Iterator[Span]:
    for match in _ANY_PATRONYMIC.finditer(lowered):
        if _NO_PATRONYMIC.match(match[0]) is not None:
            continue
        start, end = match.span()
        first = _WORD_BEFORE.search(lowered, max(start - 32, 0), start)
        if first is not None and is_telling(first[0].strip()):
            start = first.start()
            before = _WORD_BEFORE.search(lowered, max(start - 32, 0), start)
            if before is not None and _SURNAME_BESIDE.fullmatch(before[0].strip()) is not None:
                start = before.start()
        gap = len(lowered[end : end + 3]) - len(lowered[end : end + 3].lstrip())
        behind = _SURNAME_BESIDE.match(lowered, end + gap) if gap else None
        yield start, behind.end() if behind is not None else end


# --- whom an office speaks to, or of -------------------------------------------------------------------------------

_DEAR = r"(?:много)?уважаем(?:ый|ая|ые|ому|ой)|дорог(?:ой|ая|ие)"
_RANK = r"(?:(?:господин|госпожа|гражданин|гражданка|г-н|г-жа)\s{1,2})?"
_ADDRESSED = (
    # «Уважаемая Мария Петровна!», «Уважаемые Иван Петрович и Мария Сергеевна!»
    re.compile(rf"(?<!\w)(?i:(?:{_DEAR})\s{{1,2}}{_RANK})(?P<it>{_NAMES}(?:\s{{1,2}}и\s{{1,2}}{_NAMES})?)"),
    # «Здравствуйте Мария!»
    re.compile(rf"(?<!\w)(?i:{HELLO}){_GAP}(?P<it>{_NAMES})(?=\s?[,.!\n]|\s*$)"),
    # «Иванова М. П., здравствуйте!»
    re.compile(rf"(?<![\w-])(?P<it>{_NAMES}),\s{{1,2}}(?i:{HELLO})"),
    # «Гражданка Иванова Мария», «Ваш ребёнок Петров Иван»
    re.compile(
        r"(?<!\w)(?i:гражданин(?:а|у|ом|е)?|гражданк(?:а|и|е|у|ой)|гр\.|г-(?:н|на|ну|ном|жа|жи|же|жу|жой)"
        r"|госпо(?:дин|дина|дину|жа|жи|же|жу|жой)|реб[её]н(?:ок|ка|ку|ком|ке)|сын(?:а|у|ом|е)?"
        r"|доч(?:ь|ери|ерью|ка|ки|ке|ку|кой)|внук(?:а|у|ом|е)?|внучк(?:а|и|е|у|ой)|муж(?:а|у|ем|е)?"
        r"|жен(?:а|ы|е|у|ой)|супруг(?:а|у|ом|е|и|ой)?|мат(?:ь|ери|ерью)|от(?:ец|ца|цу|цом|це)|мам(?:а|ы|е|у|ой)"
        r"|пап(?:а|ы|е|у|ой)|бабушк(?:а|и|е|у|ой)|дедушк(?:а|и|е|у|ой)|ученик(?:а|у|ом|е)?|учениц(?:а|ы|е|у|ей)"
        r"|воспитанник(?:а|у|ом|е)?|воспитанниц(?:а|ы|е|у|ей)|пациент(?:а|у|ом|е|ка|ки|ке|ку|кой)?"
        r"|заявител(?:ь|я|ю|ем|е|ьница|ьницы|ьнице|ьницу|ьницей)|несовершеннолетн[а-яё]{2,3}|на имя)"
        rf"[,:]?\s{{1,2}}(?P<it>{_NAMES})"
    ),
)
#: «Здравствуйте, Мария!» and «Здравствуйте, Мария воду включат»; but «Здравствуйте, Надымский район…».
_GREETED = re.compile(rf"(?<!\w)(?i:{HELLO}),\s{{0,2}}(?P<it>{_NAMES})(?P<end>\s?[,.!\n]|\s*$)?")
#: «Мария Петровна, воду включат», where an answer begins; but «Иван Петрович, начальник отдела, …».
_NAMED_FIRST = re.compile(
    rf"(?:\A\s*|(?<!\w)(?i:{HELLO})[.!]\s{{1,2}})(?P<it>{_CAPITAL}{_GAP}{_PATRONYMIC})[,!](?!\s(?:{'|'.join(_NO_NAME)}))"
)


def addressed(text: str) -> Iterator[Span]:
    """Names of those to whom a text speaks, or of whom it says that they are residents."""
    for pattern in _ADDRESSED:
        for match in pattern.finditer(text):
            if (named := _cut(text, *match.span("it"))) is not None:
                yield named
    for match in _GREETED.finditer(text):
        start, end = match.span("it")
        if match["end"] is None and _LIKE_ADJECTIVE.fullmatch(_WORD.findall(match["it"])[0]) is not None:
            continue
        if (named := _cut(text, start, end)) is not None:
            yield named
    yield from (match.span("it") for match in _NAMED_FIRST.finditer(text))


# --- names that are known ------------------------------------------------------------------------------------------

#: A street that is called after somebody names nobody.
_STREET = re.compile(
    r"(?<!\w)(?:ул\.|улиц(?:а|е|у|ы|ей)|пр\.|пр-т(?:а|е|у)?|проспект(?:а|е|у)?|пер\.|переулк(?:а|е|у)|переулок|пл\."
    r"|площад(?:ь|и)|мкр\.|микрорайон(?:а|е)?|проезд(?:а|е|у)?|бульвар(?:а|е|у)?|наб\.|набережн(?:ая|ой)|им\.|имени)"
    rf"\s{{0,2}}(?:{_I_O}\s?)?$",
    re.IGNORECASE,
)
_BETWEEN_NAMES = re.compile(r"[ \xa0-]{1,3}")
_INITIALS_BEHIND = re.compile(r"[ \xa0]{0,2}(?:[А-ЯЁ]\.\s?){1,2}(?!\w)")
_INITIALS_BEFORE = re.compile(rf"(?<!\w){_I_O}[ \xa0]{{0,2}}$")


def words_of_names(text: str, lowered: str) -> list[str]:
    """The words of the names in a resident's texts, as `bot.desk.words.tokenize` gives them, in their order."""
    spans = sorted((*of_residents(text, lowered), *addressed(text)))
    found = dict.fromkeys(
        word
        for start, end in spans
        if not _is_street(text, start)
        for word in tokenize(text[start:end])
        if len(word) > 1 and is_telling(word)
    )
    return list(found)[:_MOST_WORDS]


def known(text: str, name: Collection[str]) -> Iterator[Span]:
    """Where these words of a name stand, with patronymic, surname and initials beside them, as one."""
    if not name:
        return
    start = until = None
    for word in _WORD.finditer(text):
        joined = until is not None and _BETWEEN_NAMES.fullmatch(text, until, word.start()) is not None
        is_name = word[0][0].isupper() and "".join(tokenize(word[0])) in name
        if (is_name and (joined or not _is_street(text, word.start()))) or (joined and _is_like_name(word[0])):
            if not joined:
                if start is not None and until is not None:
                    yield _with_initials(text, start, until)
                start = word.start()
            until = word.end()
        elif start is not None and until is not None:
            yield _with_initials(text, start, until)
            start = until = None
    if start is not None and until is not None:
        yield _with_initials(text, start, until)


def _with_initials(text: str, start: int, until: int) -> Span:
    if (behind := _INITIALS_BEHIND.match(text, until)) is not None:
        until += len(behind[0].rstrip())
    if (before := _INITIALS_BEFORE.search(text, max(start - 8, 0), start)) is not None:
        start = before.start()
    return start, until


def _is_street(text: str, start: int) -> bool:
    return _STREET.search(text, max(start - 24, 0), start) is not None
