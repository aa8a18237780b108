"""What an official means by the words behind `/find`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.desk.filler_words import LONGEST_WORD, is_telling
from bot.desk.search import Query, State, Term
from bot.desk.words import Recognized, Recognizer, tokenize
from bot.model.chat import ChannelName
from bot.statistics.period import Unreadable, find_dates, find_likely_dates

#: Characters that are read, and things that are looked for, at the most.
READ, MOST_TERMS = 1000, 10
#: Words of the longest name that is known as one: «Комитет по делам молодёжи города …».
_LONGEST_NAME = 8
#: Letters of which a word must have so many to stand for all that begin so.
_SHORTEST_BEGINNING = 4

HOW = (
    "Что найти? Напишите слова, номер или имя, можно с местом, темой, днями и состоянием: "
    "/find вода надым с 1.11 по 15.11, /find № 123, /find просроченные дороги."
)
ONE_LETTER = "По одной букве не найти: напишите хотя бы слово. Например: /find вода надым"
ONLY_FILLERS = "Такие слова есть почти в каждом вопросе. Добавьте то, о чём он: /find вода надым"
NO_WORDS = "Здесь нет ни слов, ни номера. Напишите, например: /find вода надым"
_MANY = f"Запрос длинный: взяты первые {MOST_TERMS} слов."

_NUMBER = re.compile(r"(?:№|#|номер|вопрос)?\s*№?\s*(\d{1,15})", re.IGNORECASE)
#: As officials say it, and as cards, lists and tables do. «Закрыта дорога» is no state: a question is «закрыт».
_STATES: Mapping[tuple[str, ...], State] = {
    tuple(words.split()): state
    for state, several in (
        (State.OPEN, ("открытые", "открытых", "открыт", "открыты", "не закрытые", "не закрытых", "не закрыт")),
        (State.OPEN, ("не закрыты", "неотвеченные", "неотвеченных", "неотвечен", "неотвечены", "неотвечено")),
        (State.OPEN, ("не отвеченные", "не отвеченных", "не отвечен", "не отвечены", "не отвечено")),
        (State.OPEN, ("без ответа", "ждут ответа", "ждет ответа", "еще ждут ответа", "еще ждет ответа", "еще ждет")),
        (State.CLARIFYING, ("на уточнении", "уточняются", "ждем уточнения", "ждут уточнения", "ждет уточнения")),
        (State.CLARIFYING, ("ждет уточнения от жителя", "ждем уточнения от жителя")),
        (State.ANSWERED, ("отвеченные", "отвеченных", "отвечен", "отвечены", "отвечено", "ответ дан")),
        (State.CLOSED, ("закрытые", "закрытых", "закрыт", "закрыты", "закрытые без ответа", "закрытых без ответа")),
        (State.CLOSED, ("закрыт без ответа", "закрыты без ответа", "закрыто без ответа")),
        (State.SPAM, ("спам",)),
        (State.UNCLARIFIED, ("житель не уточнил", "уточнения не дождались")),
        (State.HELPED, ("помог готовый ответ",)),
        (State.TAKEN_BACK, ("житель отозвал", "отозван", "отозваны", "отозванные", "отозванных")),
        (State.OVERDUE, ("просроченные", "просроченных", "просрочен", "просрочена", "просрочено", "просрочены")),
    )
    for words in several
}
_LONGEST_STATE = max(map(len, _STATES))
#: What stands in quotes is looked for as it is.
_QUOTED = re.compile(r"(\"[^\"]*\"|«[^»]*»|„[^“”]*[“”])")


@dataclass(frozen=True, slots=True)
class Names:
    """What words may be names of: topics, places, departments, channels."""

    recognizer: Recognizer = field(default_factory=Recognizer)
    departments: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    channels: Mapping[tuple[str, ...], tuple[ChannelName, ...]] = field(default_factory=dict)

    def term(self, words: tuple[str, ...]) -> Term | None:
        """What these words are a name of, all of them together."""
        about = self._recognized(words)
        department = self.departments.get(words, "")
        channels = self.channels.get(tuple(map(_heard, words)), ())
        if not (about.topic or about.place or department or channels):
            return None
        telling = tuple(filter(is_telling, words)) or words
        return Term(words=telling, topic=about.topic, place=about.place, department=department, channels=channels)

    def _recognized(self, words: tuple[str, ...]) -> Recognized:
        about = self.recognizer.recognize(" ".join(words))
        if len(words) == 1 or not (about.topic or about.place):
            return about
        # Of «вода надым» the words are two names, of «новый уренгой» one.
        parts = [self.recognizer.recognize(" ".join(part)) for part in (words[1:], words[:-1])]
        return Recognized(
            topic=about.topic if about.topic not in [part.topic for part in parts] else "",
            place=about.place if about.place not in [part.place for part in parts] else "",
        )


def known_names(recognizer: Recognizer, departments: Mapping[str, str], titles: Mapping[ChannelName, str]) -> Names:
    """The names of topics and places as `recognizer` knows them, of departments by their slugs, of channels."""
    named: dict[tuple[str, ...], str] = {}
    for slug, name in departments.items():
        named |= {tuple(tokenize(slug)): slug, tuple(tokenize(name)): slug}
    channels: dict[tuple[str, ...], list[ChannelName]] = {}
    for channel, title in titles.items():
        own, called = tokenize(channel), tokenize(title)
        # Accounts of one platform share the first word of their titles, and often of their names.
        for words in {tuple(own), tuple(called), tuple(own[:1]), tuple(called[:1])}:
            channels.setdefault(tuple(map(_heard, words)), []).append(channel)
    return Names(recognizer, named, {words: tuple(found) for words, found in channels.items() if words})


_LETTERS = dict(zip("абвгдезийклмнопрстуфхыэ", "abvgdeziiklmnoprstufhie", strict=True)) | {
    "ж": "zh", "ц": "c", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "", "ю": "iu", "я": "ia", "y": "i"
}  # fmt: skip
_TWICE = re.compile(r"(.)\1+")


def _heard(word: str) -> str:
    """How a name sounds, in either alphabet: «телеграмм» like Telegram, «макс» like MAX, «вайбер» like Viber."""
    latin = "".join(_LETTERS.get(letter, letter) for letter in word)
    return _TWICE.sub(r"\1", latin.replace("ks", "x").replace("ai", "i"))


def read_query(text: str, names: Names, today: date) -> Query | str:
    """What is looked for; or why it cannot be, in a line. Whatever signs the text has, they are only signs."""
    text = text.strip()
    if not text:
        return HOW
    if (number := _NUMBER.fullmatch(text)) is not None:
        return Query(number=int(number[1]), terms=(Term(words=(number[1],)),))
    dates = find_dates(text[:READ], today)
    if isinstance(dates, Unreadable):
        return dates.why
    period, rest = dates
    period_words = ""
    if period is None and (likely := find_likely_dates(rest, today)) is not None:
        period, rest, period_words = likely
    state, state_words, tokens = _state(rest)
    terms = _first(_terms(tokens, names))
    if not terms and state is None and period is None:
        return _why_nothing(tokens)
    notes = (_MANY,) if len(text) > READ or len(terms) > MOST_TERMS else ()
    return Query(
        terms=terms[:MOST_TERMS],
        period=period,
        period_words=tuple(tokenize(period_words)),
        state=state,
        state_words=state_words,
        notes=notes,
    )


def _first(terms: Iterator[Term]) -> tuple[Term, ...]:
    """Each of them once, and one more than are looked for: to know names among the rest takes 40 ms of a long text."""
    found: dict[Term, None] = {}
    for term in terms:
        found[term] = None
        if len(found) > MOST_TERMS:
            break
    return tuple(found)


def _why_nothing(tokens: Sequence[str]) -> str:
    words = [token for token in tokens if len(token) <= LONGEST_WORD]
    if not words:
        return NO_WORDS
    return ONE_LETTER if all(len(word) == 1 for word in words) else ONLY_FILLERS


def _state(text: str) -> tuple[State | None, tuple[str, ...], list[str]]:
    """The state that is named first, the longest words for it, and the words of the text without these."""
    tokens: list[str] = []
    plain: list[bool] = []
    for piece in _QUOTED.split(text):
        words = tokenize(piece)
        tokens += words
        plain += [_QUOTED.fullmatch(piece) is None] * len(words)
    for at in range(len(tokens)):
        for size in range(min(_LONGEST_STATE, len(tokens) - at), 0, -1):
            named = tuple(tokens[at : at + size])
            # «Люк не открыт»
            denied = size == 1 and at > 0 and tokens[at - 1] == "не"
            if (state := _STATES.get(named)) is not None and all(plain[at : at + size]) and not denied:
                return state, named, tokens[:at] + tokens[at + len(named) :]
    return None, (), tokens


def _terms(tokens: Sequence[str], names: Names) -> Iterator[Term]:
    """Names as one, the longest first; all other words one by one.

    A second name of the same topic or place is but a word: of «кладбище ограда» all graves would be meant.
    """
    at, named_already = 0, set[str]()
    while at < len(tokens):
        for size in range(min(_LONGEST_NAME, len(tokens) - at), 0, -1):
            words = tuple(tokens[at : at + size])
            if (named := names.term(words)) is not None:
                again = {named.topic, named.place} & named_already - {""}
                named_already |= {named.topic, named.place}
                yield replace(named, topic="", place="") if again else named
                break
        else:
            size, word = 1, tokens[at]
            if is_telling(word) and (len(word) > 1 or word.isdigit()):
                yield Term(words=(word,))
        at += size


# --- when nothing fits ---------------------------------------------------------------------------------------------


def without_state(query: Query) -> Query:
    """The same with the words looked for that named the state: «открытые люки» may be what is meant."""
    words = tuple(Term(words=(word,)) for word in query.state_words if is_telling(word))
    note = f"Таких, которые сейчас «{' '.join(query.state_words)}», нет. Нашлось по самим словам."
    terms = (*words, *query.terms)[:MOST_TERMS]
    return replace(query, state=None, state_words=(), terms=terms, notes=(*query.notes, note))


def without_period(query: Query) -> Query:
    """The same with the words looked for that named the days: a question may speak of another day than its own."""
    words = tuple(Term(words=(word,)) for word in query.period_words if is_telling(word))
    note = "В эти дни таких вопросов не было. Нашлось по самим словам."
    terms = (*words, *query.terms)[:MOST_TERMS]
    return replace(query, period=None, period_words=(), terms=terms, notes=(*query.notes, note))


def beginning(term: Term) -> Term | None:
    """The same, so that words fit that begin so; None: it is too short for that, or a name."""
    if len(term.words) > 1 or len(term.words[0]) < _SHORTEST_BEGINNING or term.words[0].isdigit():
        return None
    return replace(term, begins=True)


def without_unknown(query: Query, known: Sequence[Term], unknown: Sequence[Term]) -> Query:
    """The same without what no question has."""
    note = f"Нигде нет: {_quoted(unknown)}. Искали без этого."
    return replace(query, terms=tuple(known), notes=(*query.notes, *((note,) if unknown else ())))


def without(query: Query, term: Term) -> Query:
    """The same without this: no question has everything."""
    kept = tuple(one for one in query.terms if one != term)
    return replace(query, terms=kept, notes=(*query.notes, f"Всё сразу не нашлось, искали без «{term}»."))


def _quoted(terms: Sequence[Term]) -> str:
    return ", ".join(f"«{term}»" for term in terms)
