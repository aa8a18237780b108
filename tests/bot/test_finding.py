"""What officials mean by the words behind `/find`: everything that can be said, and everything that cannot be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk import cards, finding, found
from bot.desk.finding import MOST_TERMS, Names, known_names, read_query
from bot.desk.search import Query, State, Term
from bot.desk.words import Subject, build_recognizer
from bot.statistics.period import Period
from bot.statistics.words import STATUSES
from tests.effort import effort

TODAY = date(2025, 11, 20)
NAMES = known_names(
    build_recognizer(
        [Subject(slug="water", forms=("вода", "воды")), Subject(slug="cold", forms=("нет тепла",))],
        [
            Subject(slug="nadym", forms=("надым", "надыме")),
            Subject(slug="urengoy", forms=("уренгой",)),
            Subject(slug="new-urengoy", forms=("новый уренгой", "новом уренгое")),
        ],
    ),
    {"energy": "Энергетика", "gkh": "Департамент ЖКХ и энергетики"},
    {
        "telegram": "Telegram",
        "vk": "ВКонтакте",
        "vk-school5": "ВКонтакте (vk-school5)",
        "viber": "Viber",
        "max": "MAX",
        "web": "Сайт",
    },
)
WATER = Term(words=("вода",), topic="water")
NADYM = Term(words=("надым",), place="nadym")


def words(*several: str) -> tuple[Term, ...]:
    return tuple(Term(words=(one,)) for one in several)


def read(text: str, names: Names = NAMES) -> Query | str:
    return read_query(text, names, TODAY)


NOVEMBER = Period(first=date(2025, 11, 1), last=date(2025, 11, 15))
OCTOBER = Period(first=date(2025, 10, 1), last=date(2025, 10, 31))


def one_day(year: int, month: int, day: int) -> Period:
    return Period(first=date(year, month, day), last=date(year, month, day))


READ = {
    "words in any form and case": ("Батареи ХОЛОДНЫЕ", Query(terms=words("батареи", "холодные"))),
    "ё is е": ("ещё жёлтая", Query(terms=words("желтая"))),
    "words that every text has are left out": ("когда же будет на улице", Query(terms=words("улице"))),
    "«нет» says something": ("нет света", Query(terms=words("нет", "света"))),
    "the same word twice": ("яма яма", Query(terms=words("яма"))),
    "a number": ("123", Query(number=123, terms=words("123"))),
    "a number as it is shown": ("№ 123", Query(number=123, terms=words("123"))),
    "a number with a hash": ("#123", Query(number=123, terms=words("123"))),
    "a number with a word": ("вопрос № 77", Query(number=77, terms=words("77"))),
    "a number among words is a word": ("школа № 5", Query(terms=words("школа", "5"))),
    "a topic": ("вода", Query(terms=(WATER,))),
    "a place": ("в Надыме", Query(terms=(replace(NADYM, words=("надыме",)),))),
    "a topic beside a place": ("вода надым", Query(terms=(WATER, NADYM))),
    "a place of two words": (
        "новый уренгой вода",
        Query(terms=(Term(words=("новый", "уренгой"), place="new-urengoy"), WATER)),
    ),
    "the shorter place": ("уренгой", Query(terms=(Term(words=("уренгой",), place="urengoy"),))),
    "a topic of two words": ("нет тепла", Query(terms=(Term(words=("нет", "тепла"), topic="cold"),))),
    "dates": ("вода надым с 1.11 по 15.11", Query(terms=(WATER, NADYM), period=NOVEMBER)),
    "dates alone": ("1.11-15.11", Query(period=NOVEMBER)),
    "unanswered": ("без ответа яма", Query(terms=words("яма"), state=State.OPEN, state_words=("без", "ответа"))),
    "not answered": (
        "не отвеченные",
        Query(state=State.OPEN, state_words=("не", "отвеченные")),
    ),
    "open": ("открытые", Query(state=State.OPEN, state_words=("открытые",))),
    "answered": ("отвеченные", Query(state=State.ANSWERED, state_words=("отвеченные",))),
    "closed": ("Закрытые", Query(state=State.CLOSED, state_words=("закрытые",))),
    "overdue": ("просроченные надым", Query(terms=(NADYM,), state=State.OVERDUE, state_words=("просроченные",))),
    "clarifying": ("на уточнении", Query(state=State.CLARIFYING, state_words=("на", "уточнении"))),
    "of two states the first": (
        "просроченные открытые",
        Query(terms=words("открытые"), state=State.OVERDUE, state_words=("просроченные",)),
    ),
    "what is not open is no state": ("люк не открыт", Query(terms=words("люк", "открыт"))),
    "a state in quotes is a word": ("магазин «закрыт»", Query(terms=words("магазин", "закрыт"))),
    "so is one that begins there": ('"без" ответа', Query(terms=words("ответа"))),
    "a full date": (
        "вода 12.11.2025",
        Query(terms=(WATER,), period=one_day(2025, 11, 12), period_words=("12", "11", "2025")),
    ),
    "with the year short": ("12.11.25", Query(period=one_day(2025, 11, 12), period_words=("12", "11", "25"))),
    "in words": (
        "12 ноября 2025 вода",
        Query(terms=(WATER,), period=one_day(2025, 11, 12), period_words=("12", "ноября", "2025")),
    ),
    "a month": (
        "вода в октябре надым",
        Query(terms=(WATER, NADYM), period=OCTOBER, period_words=("в", "октябре")),
    ),
    "a month that is not yet there this year": (
        "в декабре",
        Query(period=Period(first=date(2024, 12, 1), last=date(2024, 12, 31)), period_words=("в", "декабре")),
    ),
    "a month with its year": (
        "октябрь 2025 года",
        Query(period=OCTOBER, period_words=("октябрь", "2025", "года")),
    ),
    "yesterday": ("вода вчера", Query(terms=(WATER,), period=one_day(2025, 11, 19))),
    "a month in quotes is a word": ("«в октябре»", Query(terms=words("октябре"))),
    "a day that is still to come is a word": ("отключат 12.12.2025", Query(terms=words("отключат", "12", "2025"))),
    "so is one that never comes": ("вода 31.02.2025", Query(terms=(WATER, *words("31", "02", "2025")))),
    "a street that is called after a day": ("9 мая дом 5", Query(terms=words("9", "мая", "дом", "5"))),
    "what was closed is no state": ("закрыта дорога", Query(terms=words("закрыта", "дорога"))),
    "a channel": ("сайт", Query(terms=(Term(words=("сайт",), channels=("web",)),))),
    "a channel in the other alphabet": ("телеграм", Query(terms=(Term(words=("телеграм",), channels=("telegram",)),))),
    "misspelt": ("телеграмм", Query(terms=(Term(words=("телеграмм",), channels=("telegram",)),))),
    "as it sounds": ("вайбер", Query(terms=(Term(words=("вайбер",), channels=("viber",)),))),
    "as it sounds, too": ("Макс", Query(terms=(Term(words=("макс",), channels=("max",)),))),
    "all accounts of a platform": ("вк", Query(terms=(Term(words=("вк",), channels=("vk", "vk-school5")),))),
    "one account": ("vk-school5", Query(terms=(Term(words=("vk", "school5"), channels=("vk-school5",)),))),
    "a department": ("энергетика", Query(terms=(Term(words=("энергетика",), department="energy"),))),
    "its slug": ("gkh", Query(terms=(Term(words=("gkh",), department="gkh"),))),
    "its whole name": (
        "департамент жкх и энергетики",
        Query(terms=(Term(words=("департамент", "жкх", "энергетики"), department="gkh"),)),
    ),
    "quotes and operators are signs": ("\"яма\" & !лужа | 'дыра':* <->", Query(terms=words("яма", "лужа", "дыра"))),
    "markup": ("<b>яма</b> **лужа** [x](y)", Query(terms=words("яма", "лужа"))),
    "SQL": (
        "'; DROP TABLE questions; --",
        Query(terms=words("drop", "table", "questions")),
    ),
    "emoji": ("🔥батарея🔥 👍🏽", Query(terms=words("батарея"))),
    "letters put together": ("\u0438\u0306од", Query(terms=words("йод"))),
    "a line break": ("яма\nлужа", Query(terms=words("яма", "лужа"))),
    "a hyphen parts words": ("северо-запад", Query(terms=words("северо", "запад"))),
    "a letter with words is left out": ("дом ж", Query(terms=words("дом"))),
    "a digit stays": ("дом 5", Query(terms=words("дом", "5"))),
}


@pytest.mark.parametrize(("text", "expected"), READ.values(), ids=READ.keys())
def test_read(text: str, expected: Query) -> None:
    """Each way to say what is looked for is read as it is meant."""
    assert expected == read(text)


SAID_STATES = {
    State.OPEN: [
        *("ждёт ответа", "ждут ответа", "ещё ждёт", "без ответа", "открыт", "открыты", "открытых"),
        *("не отвечен", "неотвеченные", "не закрыт", "не закрытые"),
    ],
    State.CLARIFYING: ["ждём уточнения", "на уточнении", "ждёт уточнения от жителя", "уточняются"],
    State.ANSWERED: ["отвечен", "отвечены", "отвеченных", "ответ дан"],
    State.CLOSED: ["закрыт", "закрыты", "закрытых", "закрыт без ответа", "закрытые без ответа", "закрыто без ответа"],
    State.SPAM: ["спам"],
    State.UNCLARIFIED: ["житель не уточнил", "уточнения не дождались"],
    State.HELPED: ["помог готовый ответ"],
    State.TAKEN_BACK: ["житель отозвал", "отозван", "отозваны"],
    State.OVERDUE: ["просрочен", "просрочена", "просрочено", "просрочены", "просроченных"],
}


@pytest.mark.parametrize(
    ("said", "state"), [(said, state) for state, several in SAID_STATES.items() for said in several]
)
def test_states(said: str, state: State) -> None:
    """Whatever the service prints of a state is understood as it stands there, and leaves no word behind."""
    query = read(f"яма {said} надым")
    assert isinstance(query, Query)
    assert (state, words("яма"), NADYM) == (query.state, query.terms[:-1], query.terms[-1])


def test_every_state_can_be_said() -> None:
    """And there is none that nobody could ask for."""
    assert set(State) == set(SAID_STATES)


@pytest.mark.parametrize(
    "printed",
    [*found._STATES.values(), *cards._STATUS.values(), *STATUSES.values()],
)
def test_printed_states(printed: str) -> None:
    """What cards, lists, pages and tables print of a question is a state, to its last word."""
    query = read(printed)
    assert isinstance(query, Query)
    assert (True, ()) == (query.state is not None, query.terms)


UNREADABLE = {
    "nothing": ("", finding.HOW),
    "spaces": (" \n ", finding.HOW),
    "one letter": ("ж", finding.ONE_LETTER),
    "letters": ("а б в", finding.ONE_LETTER),
    "words that every text has": ("что это и где", finding.ONLY_FILLERS),
    "signs": ("|&!:*'\"\\", finding.NO_WORDS),
    "emoji": ("🔥", finding.NO_WORDS),
    "an endless word": ("я" * 500, finding.NO_WORDS),
}


@pytest.mark.parametrize(("text", "expected"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_unreadable(text: str, expected: str) -> None:
    """What cannot be looked for gets a clear line."""
    assert expected == read(text)


@pytest.mark.parametrize("text", ["вода с 31.02 по 5.03", "вода с 15.11 по 1.11.2020"])
def test_wrong_dates(text: str) -> None:
    """Days that are not in the calendar, or the wrong way round, get the line of who reads them."""
    assert isinstance(read(text), str)


def test_long() -> None:
    """Of five thousand characters the first words are looked for, and that is said."""
    query = read(" ".join(f"слово{number}" for number in range(600)))
    assert isinstance(query, Query)
    assert words(*(f"слово{number}" for number in range(MOST_TERMS))) == query.terms
    assert ("Запрос длинный: взяты первые 10 слов.",) == query.notes


def test_long_but_few_words() -> None:
    """What is repeated does not count, and nothing is said of it."""
    query = read("яма " * 20)
    assert Query(terms=words("яма")) == query


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    """Whatever is written: it is a query with few terms, or a line."""
    query = read(text)
    assert isinstance(query, str) or len(query.terms) <= MOST_TERMS


@pytest.mark.parametrize("text", ["1.11 " * 1000, "а" * 5000, "новый " * 900, "1" * 5000, "№ " * 2500])
def test_fast(text: str) -> None:
    """No text of five thousand characters takes long to read."""
    assert effort(lambda: read(text)) < 0.25


# --- when nothing fits ---------------------------------------------------------------------------------------------


def test_state_as_words() -> None:
    """«Открытые люки» may be open manholes: the words are looked for themselves, and that is said."""
    query = read("открытые люки")
    assert isinstance(query, Query)
    other = finding.without_state(query)
    assert (words("открытые", "люки"), None, ()) == (other.terms, other.state, other.state_words)
    assert ("Таких, которые сейчас «открытые», нет. Нашлось по самим словам.",) == other.notes


def test_days_as_words() -> None:
    """«В ноябре» may be when the water will come: the words are looked for themselves, and that is said."""
    query = read("вода в октябре")
    assert isinstance(query, Query)
    other = finding.without_period(query)
    assert ((*words("октябре"), WATER), None, ()) == (other.terms, other.period, other.period_words)
    assert ("В эти дни таких вопросов не было. Нашлось по самим словам.",) == other.notes


@pytest.mark.parametrize(
    ("term", "begins"),
    [(Term(words=("геол",)), True), (Term(words=("гео",)), False), (Term(words=("1234",)), False), (WATER, True)],
)
def test_beginning(term: Term, begins: bool) -> None:
    """A word of four letters may stand for all that begin so; a number does not."""
    found = finding.beginning(term)
    assert (replace(term, begins=True) if begins else None) == found


def test_phrase_begins_nothing() -> None:
    """Nor does a name of two words."""
    assert finding.beginning(Term(words=("новый", "уренгой"), place="new-urengoy")) is None


def test_notes() -> None:
    """What was left out is said."""
    query = Query(terms=words("яма", "абырвалг", "вобла"))
    known = finding.without_unknown(query, words("яма"), words("абырвалг", "вобла"))
    assert Query(terms=words("яма"), notes=("Нигде нет: «абырвалг», «вобла». Искали без этого.",)) == known
    assert Query(
        terms=words("яма", "вобла"), notes=("Всё сразу не нашлось, искали без «абырвалг».",)
    ) == finding.without(query, words("абырвалг")[0])
