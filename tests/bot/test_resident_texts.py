"""What the service says to residents."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.capabilities import KeyboardLimits
from bot.conversation import order, places, texts
from bot.conversation.voice import RUSSIAN, Voice, voice_of, voices
from bot.delivery.fit import LeftOut
from bot.desk.closing import REASONS
from bot.model.content import Media, MediaKind

ENGLISH = voice_of("en")
ZONE = ZoneInfo("Asia/Yekaterinburg")
#: 2026-12-30 22:30 there.
NOW = datetime(2026, 12, 30, 17, 30, tzinfo=UTC)

MOMENTS = {
    "in an hour": (NOW + timedelta(hours=1), "23:30"),
    "past midnight there, not in UTC": (NOW + timedelta(hours=2), "00:30 завтра"),
    "tomorrow, in the next month": (NOW + timedelta(hours=10), "08:30 завтра"),
    "the day after tomorrow is another year": (NOW + timedelta(days=2), "22:30 1 января 2027"),
    "yesterday": (NOW - timedelta(days=1), "22:30 29 декабря"),
    "in spring": (datetime(2026, 5, 9, 4, 5, tzinfo=UTC), "09:05 9 мая"),
}


@pytest.mark.parametrize(("at", "expected"), MOMENTS.values(), ids=MOMENTS.keys())
def test_moment(at: datetime, expected: str) -> None:
    """A point in time is said as people say it, by their own clock."""
    assert expected == texts.moment(at, NOW, ZONE)


DEADLINES = {
    "in an hour": (NOW + timedelta(hours=1), "23:30"),
    "tonight": (NOW + timedelta(hours=1, minutes=30), "конца дня"),
    "a few seconds past": (NOW + timedelta(hours=1, minutes=30, seconds=40), "конца дня"),
    "a minute past": (NOW + timedelta(hours=1, minutes=31), "00:01 завтра"),
    "tomorrow night": (NOW + timedelta(hours=25, minutes=30), "конца завтрашнего дня"),
    "the first night of another year": (NOW + timedelta(hours=49, minutes=30), "конца дня 1 января 2027"),
    "in spring": (datetime(2026, 5, 9, 19, tzinfo=UTC), "конца дня 9 мая"),
}


@pytest.mark.parametrize(("at", "expected"), DEADLINES.values(), ids=DEADLINES.keys())
def test_deadline(at: datetime, expected: str) -> None:
    """Whoever waits until midnight is told the day that ends then, not the one that begins."""
    assert expected == texts.deadline(at, NOW, ZONE)


LENGTHS = {
    timedelta(0): ("0 минут", "0 минут"),
    timedelta(seconds=50): ("1 минута", "1 минуты"),
    timedelta(minutes=2): ("2 минуты", "2 минут"),
    timedelta(minutes=11): ("11 минут", "11 минут"),
    timedelta(minutes=21): ("21 минута", "21 минуты"),
    timedelta(minutes=59): ("59 минут", "59 минут"),
    timedelta(hours=1): ("1 час", "1 часа"),
    timedelta(hours=4): ("4 часа", "4 часов"),
    timedelta(hours=21): ("21 час", "21 часа"),
    timedelta(hours=24): ("24 часа", "24 часов"),
    timedelta(hours=47): ("47 часов", "47 часов"),
    timedelta(days=2): ("2 дня", "2 дней"),
    timedelta(days=21): ("21 день", "21 дня"),
    timedelta(days=112): ("112 дней", "112 дней"),
}


@pytest.mark.parametrize(("span", "expected"), LENGTHS.items(), ids=str)
def test_length(span: timedelta, expected: tuple[str, str]) -> None:
    """Numbers and words agree, alone and behind «в течение»."""
    assert expected == (texts.length(span), texts.within(span))


LONGER = {
    timedelta(minutes=61): "2 часов",
    timedelta(minutes=80): "2 часов",
    timedelta(hours=49): "3 дней",
    timedelta(hours=60): "3 дней",
}


@pytest.mark.parametrize(("span", "expected"), LONGER.items(), ids=str)
def test_within_promises_no_less(span: timedelta, expected: str) -> None:
    """Whoever is told within which time answers come is not told a shorter one than officials have."""
    assert expected == texts.within(span)


IN_ENGLISH = {
    "today": (texts.moment(NOW + timedelta(hours=1), NOW, ZONE, ENGLISH), "23:30"),
    "tomorrow": (texts.moment(NOW + timedelta(hours=10), NOW, ZONE, ENGLISH), "08:30 tomorrow"),
    "another year": (texts.moment(NOW + timedelta(days=2), NOW, ZONE, ENGLISH), "22:30 on 1 January 2027"),
    "in spring": (texts.moment(datetime(2026, 5, 9, 4, 5, tzinfo=UTC), NOW, ZONE, ENGLISH), "09:05 on 9 May"),
    "tonight": (texts.deadline(NOW + timedelta(hours=1, minutes=30), NOW, ZONE, ENGLISH), "the end of today"),
    "tomorrow night": (texts.deadline(NOW + timedelta(hours=25.5), NOW, ZONE, ENGLISH), "the end of tomorrow"),
    "a night": (texts.deadline(NOW + timedelta(hours=49.5), NOW, ZONE, ENGLISH), "the end of 1 January 2027"),
    "a minute": (texts.length(timedelta(minutes=1), ENGLISH), "1 minute"),
    "no time": (texts.within(timedelta(0), ENGLISH), "0 minutes"),
    "hours": (texts.within(timedelta(hours=21), ENGLISH), "21 hours"),
    "days": (texts.length(timedelta(days=2), ENGLISH), "2 days"),
}


@pytest.mark.parametrize(("said", "expected"), IN_ENGLISH.values(), ids=IN_ENGLISH.keys())
def test_time_in_english(said: str, expected: str) -> None:
    """Times and lengths of time read well in English, too."""
    assert expected == said


BUTTONS = KeyboardLimits(columns=8, rows=8, buttons=60, label=60)


def all_texts(voice: Voice) -> dict[str, str]:
    """Everything that a resident can read."""
    until = NOW + timedelta(days=3)
    document = Media(kind=MediaKind.DOCUMENT, channel="home", ref="r", file_name="отчёт.pdf", size=73 * 1024 * 1024)
    return {
        "greeting": texts.greeting(voice, "Ямал Официально", timedelta(hours=4)),
        "explanation": texts.explanation(voice, timedelta(hours=4)),
        "confirmation": texts.confirmation(voice, 123, "14:20", first=False),
        "first confirmation": texts.confirmation(voice, 123, "14:20", first=True),
        "read today": texts.reads(voice, NOW + timedelta(hours=1), NOW, ZONE),
        "read tomorrow": texts.reads(voice, NOW + timedelta(hours=10), NOW, ZONE),
        "read another day": texts.reads(voice, NOW + timedelta(days=12), NOW, ZONE),
        "late": texts.late(voice, 123, "14:20"),
        "joined": texts.joined(voice, 123),
        "promise": texts.promise_new(voice),
        "which language": texts.which_language(voice, buttons=True),
        "which language, without buttons": texts.which_language(voice, buttons=False),
        "language chosen": texts.language_chosen(voice),
        "head of an answer": texts.about(voice, 123, "Завтра", asks=False),
        "head of a question": texts.about(voice, 123, "", asks=True),
        "clarification": texts.clarification(voice, "какой дом?"),
        "clarification without words": texts.clarification(voice, ""),
        "interim": texts.interim(voice, "Ищем", "14:20"),
        "interim without words": texts.interim(voice, "", "14:20"),
        "extended": texts.extended(voice, 123, "14:20"),
        "asked again": texts.asked_again(voice, 123, "какой дом?"),
        "asked again without words": texts.asked_again(voice, 123, ""),
        "unclarified": texts.unclarified(voice, 123),
        "unclarified, before another": texts.unclarified(voice, 123, last=False),
        "withdrawn": texts.withdrawn(voice, 123),
        "correction": texts.correction(voice, "Завтра"),
        "closed": texts.closed(voice, 123, "дубль."),
        "closed without a reason": texts.closed(voice, 123, ""),
        "reopened": texts.reopened(voice, 123),
        "file left out": texts.file_left_out(voice, LeftOut(media=document, limit=50 * 1024 * 1024)),
        "file of a kind that cannot be shown": texts.file_left_out(voice, LeftOut(media=document)),
        "file refused": texts.file_refused(voice, document, ""),
        "banned": order.banned(voice, until, "ругань.", NOW, ZONE),
        "banned without a reason": order.banned(voice, until, "", NOW, ZONE),
        "banned for ever": order.banned(voice, NOW + timedelta(days=36_525), "", NOW, ZONE),
        "written much": order.written_much(voice, 123),
        "where": places.where(voice, BUTTONS),
        "where, without buttons": places.where(voice, None),
        "where, by map too": places.where(voice, BUTTONS, on_map=True),
        "which place": places.which(voice, BUTTONS, ["Надым", "Салехард"]),
        "which place, without buttons": places.which(voice, None, ["Надым", "Салехард"]),
        "which place, by map too": places.which(voice, BUTTONS, ["Надым", "Салехард"], on_map=True),
        "what": places.what(voice, BUTTONS, ["Вода"]),
        "what, without buttons": places.what(voice, None, ["Вода", "Дороги"]),
        "what, again": places.what(voice, BUTTONS, ["Вода", "Дороги"], again=True),
        "what, again, without buttons": places.what(voice, None, ["Вода", "Дороги"], again=True),
        "remembered": places.remembered(voice, "Надым", BUTTONS),
        "remembered, without buttons": places.remembered(voice, "Надым", None),
        "by map": places.by_map(voice, "Надым", BUTTONS),
        "removed": places.removed(voice),
        "removed, without buttons": places.removed_write(voice),
        "noted": places.noted(voice, "Надым"),
        "noted with a time": places.noted(voice, "Надым", "14:20"),
        "moved": places.moved(voice, 123, "14:20"),
        "skipped": places.skipped(voice),
        "foreign": places.foreign(voice),
        "no such place": places.no_such_place(voice),
        "no such topic": places.no_such_topic(voice),
        "over": places.over(voice, 123),
    }


SAID = [
    pytest.param(text, id=f"{voice.language}: {label}")
    for voice in voices()
    for label, text in all_texts(voice).items()
]


@pytest.mark.parametrize("text", SAID)
def test_plain_words(text: str) -> None:
    """The service speaks like a person: nothing too long, nothing left to fill in."""
    assert len(text) <= 600
    assert re.search(r"[{}]|None|\s\s(?<!\n\n)|\s$|[.]{2}| [.,:!]", text) is None


def test_every_text_is_looked_at() -> None:
    """The list above has all that the modules can say: who adds a text adds it here."""
    own = {
        name
        for module in (texts, order, places)
        for name, one in vars(module).items()
        if inspect.isfunction(one) and one.__module__ == module.__name__ and not name.startswith("_")
    }
    looked_at = set(re.findall(r"(?:texts|order|places)\.(\w+)\(", inspect.getsource(all_texts)))
    times = {"moment", "deadline", "dated", "length", "within", "why_refused"}
    others = {"menu", "told", "gone", "why"}
    assert set() == own - looked_at - times - others


@pytest.mark.parametrize("name", ["greeting", "explanation", "first confirmation"])
def test_says_what_this_is_not(name: str) -> None:
    """Who meets the service for the first time hears of the law, of Gosuslugi and of 112."""
    assert [] == [word for word in ("59-ФЗ", "Госуслуги", "112") if word not in all_texts(RUSSIAN)[name]]
    assert [] == [word for word in ("59-FZ", "appeals", "Gosuslugi", "112") if word not in all_texts(ENGLISH)[name]]


def test_greeting() -> None:
    """The greeting names the service, and when an answer usually comes."""
    text = all_texts(RUSSIAN)["greeting"]
    assert "«Ямал Официально»" in text
    assert "в течение 4 часов" in text
    assert "within 4 hours" in all_texts(ENGLISH)["greeting"]


@pytest.mark.parametrize("voice", voices(), ids=lambda voice: voice.language)
def test_number(voice: Voice) -> None:
    """The number is written `№ 123` in every language: in such a form people tell it to each other."""
    for name in ("confirmation", "joined", "closed", "withdrawn", "head of an answer"):
        assert "№ 123" in all_texts(voice)[name]


def test_confirmation() -> None:
    """The time stands beside the number; the law is named the first time only."""
    text = all_texts(RUSSIAN)["confirmation"]
    assert "до 14:20" in text
    assert "59-ФЗ" not in text


def test_words_of_others_stay() -> None:
    """Whatever officials and residents write is passed on sign by sign."""
    odd = "50% {number} {0} %(x)s %s {{}} \\n"
    said = [
        texts.clarification(ENGLISH, odd),
        texts.interim(ENGLISH, odd, "14:20"),
        texts.correction(ENGLISH, odd),
        texts.closed(ENGLISH, 1, odd),
        order.banned(ENGLISH, NOW, odd, NOW, ZONE),
        places.noted(ENGLISH, odd),
        texts.greeting(ENGLISH, odd, timedelta(hours=4)),
    ]
    assert [True] * len(said) == [odd in text for text in said]


USUAL = {reason: said for reason, said in REASONS.values() if said}


@pytest.mark.parametrize("reason", USUAL.values(), ids=USUAL.keys())
def test_usual_reasons(reason: str) -> None:
    """The reasons on officials' buttons are our words: each is said in the resident's language."""
    assert reason in texts.closed(RUSSIAN, 1, reason)
    assert re.search("[а-яё]", texts.closed(ENGLISH, 1, reason), re.IGNORECASE) is None


def test_keyboard() -> None:
    """Under everything there are the two buttons, with data that any platform takes."""
    buttons = {button.text: button.data for row in texts.keyboard(RUSSIAN).rows for button in row}
    assert {"Новый вопрос": "new", "Помощь": "help"} == buttons
    assert ["New question", "Help"] == [button.text for row in texts.keyboard(ENGLISH).rows for button in row]


def test_language_is_found_by_everybody() -> None:
    """Whoever does not read the language that he is greeted in finds the way to his own, and its name there."""
    for voice in voices():
        labels = [button.text for row in texts.first_keyboard(voice).rows for button in row]
        assert [True, True] == [any(word in label for label in labels) for word in ("Язык", "Language")]
        offered = [(button.text, button.data) for row in texts.languages_keyboard(voice).rows for button in row]
        assert {("Русский", "lang:ru"), ("English", "lang:en")} <= set(offered)
