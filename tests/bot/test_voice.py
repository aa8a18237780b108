"""The catalogue of what residents read: complete in each language, and what becomes of languages that are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from adapters.web.words import IN_HTML, IN_SCRIPT
from bot.conversation import my_data
from bot.conversation import voice as module
from bot.conversation.decisions import HELP, LANGUAGE, NEW_QUESTION, OTHER_PLACE, SKIP, Page
from bot.conversation.my_questions import SEEN
from bot.conversation.texts import MENU
from bot.conversation.voice import RUSSIAN, Catalogues, placeholders, voice_of, voices
from bot.conversation.wishes import Wish
from bot.model.content import MediaKind
from bot.model.question import CloseKind, Status
from bot.statistics.bins import Step
from bot.statistics.figures import By

PROJECT = Path(module.__file__).parents[2]
FOLDER = Path(module.__file__).with_name("locale")
FILES = sorted(FOLDER.glob("*.po"))
COMPLETE = ("en", "ru")


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def messages(path: Path) -> dict[str, Message]:
    return {one.id if isinstance(one.id, str) else one.id[0]: one for one in read(path) if one.id}


def forms(message: Message) -> list[str]:
    assert message.string is not None
    return [message.string] if isinstance(message.string, str) else list(message.string)


def texts(path: Path) -> list[tuple[str, str]]:
    return [(what, form) for what, message in messages(path).items() for form in forms(message)]


CATALOGUE = {path.stem: messages(path) for path in FILES}
RUSSIAN_TEXTS = [pytest.param(text, id=f"{what}-{n}") for n, (what, text) in enumerate(texts(FOLDER / "ru.po"))]
ALL_TEXTS = [
    pytest.param(text, id=f"{path.stem}-{what}-{n}") for path in FILES for n, (what, text) in enumerate(texts(path))
]


# --- the files -----------------------------------------------------------------------------------------------------


def test_complete() -> None:
    """Russian and English have the same texts, all translated, none in doubt."""
    assert set(COMPLETE) <= set(CATALOGUE)
    for language in COMPLETE:
        assert list(CATALOGUE["ru"]) == list(CATALOGUE[language])
        unfinished = [what for what, one in CATALOGUE[language].items() if one.fuzzy or not all(forms(one))]
        assert [] == unfinished


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_values(path: Path) -> None:
    """A translation has the same places for values as the Russian text, and no others."""
    russian = CATALOGUE["ru"]
    for what, message in CATALOGUE[path.stem].items():
        expected = {placeholders(form) for form in forms(russian[what])}
        assert (what, expected) == (what, {placeholders(form) for form in forms(message)})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_plural_forms(path: Path) -> None:
    """Each text with a number has as many forms as the file's header says."""
    catalog = read(path)
    assert catalog.num_plurals > 1
    counted = {what: one for what, one in CATALOGUE[path.stem].items() if one.pluralizable}
    assert [] == [what for what, one in counted.items() if len(forms(one)) != catalog.num_plurals]
    assert {what for what, one in CATALOGUE["ru"].items() if one.pluralizable} >= set(counted)


BUREAUCRACY = re.compile(
    # «Данные» are what we keep of somebody; «данный» is what nobody says.
    r"в целях|в соответствии|данн(ый|ая|ое|ого|ому|ой|ым|ую)\b|осуществля|является|вышеуказанн|настоящ(им|ий)|"
    r"в связи с|уважаем|посредством|надлежащ|\bобработк|в случае|в рамках|по вопросу о|в отношении|согласно",
    re.IGNORECASE,
)


@pytest.mark.parametrize("text", RUSSIAN_TEXTS)
def test_no_bureaucracy(text: str) -> None:
    """The service speaks like a person: no text has a phrase that only officials write."""
    assert BUREAUCRACY.search(text) is None


@pytest.mark.parametrize("text", ALL_TEXTS)
def test_tidy(text: str) -> None:
    """Nothing too long, no space too many, no straight quotation marks, no sign of another language's typing."""
    assert len(text) <= 400
    assert re.search(r"\s\s|^\s|\s$|[.]{2}| [.,:!?]|\"|%[sd(]", text) is None


def test_buttons_fit() -> None:
    """Labels stand on every platform's buttons, whose shortest take 40 characters."""
    labels = [text for path in FILES for what, text in texts(path) if what.startswith("button-")]
    assert [] == [label for label in labels if len(label) > 40]


def test_english_is_english() -> None:
    """No Russian word stayed behind, but for those by which Russians find the language."""
    russian = [what for what, text in texts(FOLDER / "en.po") if re.search("[а-яё]", text, re.IGNORECASE)]
    assert {"button-language", "language-words"} == set(russian)


# --- the files and the code ----------------------------------------------------------------------------------------

#: What can be done with a question.
DEEDS = (Page.ADD, Page.TAKE_BACK, Page.REOPEN)
#: What stands in the file with all that is kept of a resident, and how its parts are called.
FACTS = (
    *("channel", "chat", "user", "name", "username", "language", "chosen_language"),
    *(
        "remembered_place",
        "remembered_topic",
        "source",
        "since",
        "seen_at",
        "banned_until",
        "ban_reason",
        "version",
        "at",
        "raw",
        "number",
        "asked_at",
        "status",
    ),
    *("due_at", "answered_at", "closed_at", "close_reason", "department", "topic", "place", "by", "text", "file"),
    *("size", "kept", "contact", "links", "how", "promised_at", "answers", "rating", "rated_at", "rating_asked_at"),
    *("what", "kind"),
)
#: What there can be news of.
LISTS = ("places", "topics")
#: Ids that are put together, and what is put in.
FAMILIES = {
    "button-": (NEW_QUESTION, HELP, LANGUAGE, SKIP, OTHER_PLACE, *MENU, *DEEDS, *Wish),
    "word-": (
        *(NEW_QUESTION, HELP, LANGUAGE, SKIP, OTHER_PLACE, *Page, *Wish),
        *(f"{listed}-page" for listed in LISTS),
        # Not of every page there are things that have a number, or a name.
        *(
            f"{page}-{how}"
            for page in Page
            for how in ("one", "page", "named")
            if f"word-{page}-{how}" in CATALOGUE["ru"]
        ),
    ),
    "menu-": ("start", NEW_QUESTION, HELP, LANGUAGE, *MENU),
    "my-how-": DEEDS,
    **dict.fromkeys(("news-", "news-choose-", "news-further-", "button-news-"), LISTS),
    "my-by-": SEEN,
    "my-closed-": (CloseKind.HELPED, CloseKind.WITHDRAWN, CloseKind.UNCLARIFIED),
    "data-": FACTS,
    "data-how-": ("button", "word"),
    "section-": ("offered", "ratings", "deeds"),
    "deed-": my_data.DEEDS,
    "said-": my_data.SPECIAL,
    "stands-": tuple(Status),
    **dict.fromkeys(("month-", "month-name-", "month-short-"), tuple(map(str, range(1, 13)))),
    "figures-more-": tuple(By),
    "figures-step-": tuple(Step),
    "kind-": tuple(MediaKind),
    "missing-": tuple(MediaKind),
    "size-": ("kb", "mb", "gb", "tb"),
    "length-": ("minutes", "hours", "days"),
    "within-": ("minutes", "hours", "days"),
    "page-": (*IN_HTML, *IN_SCRIPT),
}
#: Those whose words are looked up by the Russian ones.
LOOKED_UP = ("part-", "reason-", "statistics-", "channel-")
_SAYS = re.compile(r"(?:\.(?:say|count|words|has|text)|\bsaying)\(\s*(f?)['\"]([\w-]+)")
_CHOICE = re.compile(r"\.say\(\s*\"[\w-]+\" if [^)]*? else \"([\w-]+)\"")


def test_code_says_what_there_is() -> None:
    """Each id in the code is in the catalogue, and each text of the catalogue is said somewhere."""
    paths = [path for room in ("bot", "handlers", "adapters/web") for path in (PROJECT / room).rglob("*.py")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    said = {what for put_together, what in _SAYS.findall(source) if not put_together}
    said |= set(_CHOICE.findall(source))
    assert {prefix for put_together, prefix in _SAYS.findall(source) if put_together} == set(FAMILIES)
    said |= {f"{prefix}{what}" for prefix, names in FAMILIES.items() for what in names}
    there = {what for what in CATALOGUE["ru"] if not what.startswith(LOOKED_UP)}
    assert (set(), set()) == (said - there, there - said)


# --- whose voice ---------------------------------------------------------------------------------------------------

VOICES = {
    "ru": "ru",
    "ru-RU": "ru",
    "RU": "ru",
    "en": "en",
    "en-US": "en",
    "EN_gb": "en",
    "en-Latn-US-x-private": "en",
    "": "ru",
    "uk": "ru",
    "kk-KZ": "ru",
    "yrk": "ru",
    "de": "ru",
    "zh-hans": "ru",
    "eng": "ru",
    "x" * 100_000: "ru",
    "../../en": "ru",
    "en\n": "ru",
    "-": "ru",
}


@pytest.mark.parametrize(("language", "expected"), VOICES.items(), ids=lambda value: value[:20] or "none")
def test_voice_of(language: str, expected: str) -> None:
    """English is spoken to whoever's messenger does; to everybody else Russian, whatever a messenger says."""
    assert expected == voice_of(language).language


def test_names() -> None:
    """Each language calls itself by its own name, and Russian is the first."""
    assert ["Русский", "English"] == [voice.name for voice in voices()]


COUNTS = {
    ("ru", "length-days"): [
        "0 дней",
        "1 день",
        "2 дня",
        "5 дней",
        "11 дней",
        "12 дней",
        "21 день",
        "22 дня",
        "111 дней",
    ],
    ("ru", "within-hours"): ["0 часов", "1 часа", "2 часов", "5 часов", "11 часов", "12 часов", "21 часа", "22 часов"],
    ("en", "length-days"): ["0 days", "1 day", "2 days", "5 days", "11 days", "12 days", "21 days", "22 days"],
    ("en", "size-bytes"): ["0 bytes", "1 byte", "2 bytes", "5 bytes", "11 bytes", "12 bytes", "21 bytes", "22 bytes"],
}


@pytest.mark.parametrize(("of", "expected"), COUNTS.items(), ids=str)
def test_counts(of: tuple[str, str], expected: list[str]) -> None:
    """Numbers and words agree by the language's own rule."""
    language, what = of
    numbers = (0, 1, 2, 5, 11, 12, 21, 22, 111)
    assert expected == [voice_of(language).count(what, n) for n in numbers[: len(expected)]]


def test_values_stay_as_they_are() -> None:
    """What is put into a text is never read as a text with places itself."""
    assert "Исправлено: {text} %s {0.__class__}" == RUSSIAN.say("correction", text="{text} %s {0.__class__}")


def test_words_of_ours() -> None:
    """Words of the service that officials' side keeps in Russian are said in the resident's language, others stay."""
    english = voice_of("en")
    assert ["poll", "it is solved"] == [english.ours("part", "опрос"), english.ours("reason", "вопрос решён")]
    # An official's own words, the same words in another sense, and words with braces.
    for group, words in (("reason", "опрос"), ("part", "вопрос решён"), ("reason", "{x}"), ("part", "")):
        assert words == english.ours(group, words)
    assert "опрос" == RUSSIAN.ours("part", "опрос")


# --- a language of which there is little ---------------------------------------------------------------------------

#: As a translator may leave it: begun, with mistakes.
NENETS = """\
msgid ""
msgstr ""
"Language: yrk\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n == 1 ? 0 : n == 2 ? 1 : 2);\\n"

msgid "language-name"
msgstr "Ненэцяʼ вада"

msgid "language-words"
msgstr "ненецкий|по-ненецки"

msgid "joined"
msgstr "№ {number} ханяна"

msgid "length-days"
msgid_plural "length-days"
msgstr[0] "{n} яля"
msgstr[1] "{n} яляхаʼ"
msgstr[2] "{n} яля’’"

msgid "length-hours"
msgid_plural "length-hours"
msgstr[0] "{n} час"
msgstr[1] ""
msgstr[2] ""

msgid "reopened"
msgstr ""

#, fuzzy
msgid "withdrawn"
msgstr "№ {number}?"

msgid "correction"
msgstr "{txt}"

msgid "closed"
msgstr "№ {number"

msgid "confirmation"
msgstr "№ {number.__class__} {due!r:>1000}"

msgid "nobody-says-this"
msgstr "{whatever}"
"""


@pytest.fixture
def three(tmp_path: Path) -> Catalogues:
    """Our languages, and one that somebody has begun."""
    for path in FILES:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "yrk.po").write_text(NENETS, encoding="utf-8")
    return Catalogues(tmp_path)


def test_adding_a_language_is_adding_a_file(three: Catalogues) -> None:
    """A new file is a language with its own name, words and plural rule."""
    assert ("ru", "en", "yrk") == three.languages
    nenets = three.voice_of("yrk-RU")
    assert ("Ненэцяʼ вада", ("ненэцяʼ вада", "ненецкий", "по-ненецки")) == (nenets.name, nenets.called)
    assert "№ 5 ханяна" == nenets.say("joined", number=5)
    assert ["1 яля", "2 яляхаʼ", "21 яля’’"] == [nenets.count("length-days", n) for n in (1, 2, 21)]


def test_what_a_language_lacks_is_russian(three: Catalogues) -> None:
    """Untranslated, doubtful and mistaken texts cost nobody his answer: they are said in Russian, by its rules."""
    nenets, russian = three.voice_of("yrk"), three.voice_of("ru")
    assert ["1 час", "2 часа", "5 часов"] == [nenets.count("length-hours", n) for n in (1, 2, 5)]
    values = {"number": 5, "text": "Завтра", "due": "14:20"}
    for what in ("reopened", "withdrawn", "correction", "closed", "confirmation", "greeting-of-nobody"):
        assert russian.say(what, **values) == nenets.say(what, **values)


def test_a_language_without_a_name(tmp_path: Path) -> None:
    """A file that does not say its language's name never passes for Russian."""
    (tmp_path / "ru.po").write_bytes((FOLDER / "ru.po").read_bytes())
    (tmp_path / "kpv.po").write_text(NENETS[: NENETS.index('msgid "language-name"')], encoding="utf-8")
    komi = Catalogues(tmp_path).voice_of("kpv")
    assert ("kpv", ("kpv",)) == (komi.name, komi.called)
