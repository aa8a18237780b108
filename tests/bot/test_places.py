"""A resident is asked where it is: buttons that fit every platform, and what they say when they are pressed."""

from __future__ import annotations

import pytest

from bot.capabilities import Capabilities, KeyboardLimits
from bot.conversation import choices, places
from bot.conversation.choices import Chosen, Option, OtherPlace
from bot.conversation.decisions import HELP, NEW_QUESTION
from bot.conversation.voice import RUSSIAN, Voice, voice_of
from bot.delivery.fit import Draft, fit
from bot.model.message import Keyboard
from bot.model.question import AskedFor

PLACE, TOPIC = AskedFor.PLACE, AskedFor.TOPIC
ROOMY = KeyboardLimits(columns=8, rows=10, buttons=40, label=64)
#: The tightest that is known: VK under a message.
TIGHT = KeyboardLimits(columns=5, rows=6, buttons=10, label=40)

READ = {
    "a place": ("at:12:nadym", Chosen(question=12, kind=PLACE, slug="nadym")),
    "none": ("at:12:", Chosen(question=12, kind=PLACE)),
    "a page": ("places:12:3", Chosen(question=12, kind=PLACE, page=3)),
    "all signs that a slug may have": ("at:1:novy_urengoy-2", Chosen(question=1, kind=PLACE, slug="novy_urengoy-2")),
    "the longest": (f"at:{'9' * 15}:{'a' * 40}", Chosen(question=10**15 - 1, kind=PLACE, slug="a" * 40)),
    "a topic": ("on:12:heating", Chosen(question=12, kind=TOPIC, slug="heating")),
    "no topic": ("on:12:", Chosen(question=12, kind=TOPIC)),
    "a page of topics": ("topics:12:3", Chosen(question=12, kind=TOPIC, page=3)),
    "another place": ("elsewhere:12", OtherPlace(question=12)),
    "another place of nothing": ("elsewhere:", None),
    "a number that is too long": (f"at:{'9' * 16}:nadym", None),
    "a slug that is too long": (f"at:1:{'a' * 41}", None),
    "no number": ("at::nadym", None),
    "other digits": ("at:١٢:nadym", None),
    "capitals": ("at:1:Nadym", None),
    "a line break behind it": ("at:1:nadym\n", None),
    "more behind it": ("at:1:nadym:2", None),
    "a page that is no number": ("places:1:x", None),
    "a page before the first": ("places:1:-1", None),
    "another button": (NEW_QUESTION, None),
    "and another": (HELP, None),
    "an official's": ("take:12", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("data", "expected"), READ.values(), ids=READ.keys())
def test_read(data: str, expected: Chosen | OtherPlace | None) -> None:
    """What was given to a button is understood; anything else is none of these."""
    assert expected == choices.read(data)


def some(count: int) -> list[Option]:
    return [Option(slug=f"p{number}", name=f"Место {number}") for number in range(1, count + 1)]


def labels(keyboard: Keyboard) -> list[list[str]]:
    return [[button.text for button in row] for row in keyboard.rows]


ALWAYS = ["Новый вопрос", "Помощь"]
PAGES = {
    "one": (1, ROOMY, 0, [["Место 1"], ["Пропустить"]]),
    "three": (3, ROOMY, 0, [["Место 1", "Место 2"], ["Место 3"], ["Пропустить"]]),
    "just one page": (
        8,
        ROOMY,
        0,
        [*[[f"Место {at}", f"Место {at + 1}"] for at in (1, 3, 5, 7)], ["Пропустить"]],
    ),
    "the first of three": (
        17,
        ROOMY,
        0,
        [*[[f"Место {at}", f"Место {at + 1}"] for at in (1, 3, 5, 7)], ["Ещё места →", "Пропустить"]],
    ),
    "the second of three": (
        17,
        ROOMY,
        1,
        [*[[f"Место {at}", f"Место {at + 1}"] for at in (9, 11, 13, 15)], ["← Назад", "Ещё места →", "Пропустить"]],
    ),
    "the last of three": (17, ROOMY, 2, [["Место 17"], ["← Назад", "Пропустить"]]),
    "a page that is no more": (17, ROOMY, 9, [["Место 17"], ["← Назад", "Пропустить"]]),
    "few buttons, one page": (
        7,
        TIGHT,
        0,
        [["Место 1", "Место 2"], ["Место 3", "Место 4"], ["Место 5", "Место 6"], ["Место 7"], ["Пропустить"]],
    ),
    "few buttons, the second page": (
        12,
        TIGHT,
        1,
        [["Место 6", "Место 7"], ["Место 8", "Место 9"], ["Место 10"], ["← Назад", "Ещё места →", "Пропустить"]],
    ),
}


@pytest.mark.parametrize(("count", "limits", "page", "expected"), PAGES.values(), ids=PAGES.keys())
def test_pages(count: int, limits: KeyboardLimits, page: int, expected: list[list[str]]) -> None:
    """Places stand two a row in the order of the file, with the ways to the others; no platform cuts any of it off."""
    keyboard = choices.keyboard(RUSSIAN, PLACE, 5, some(count), limits, page=page)
    assert [*expected, ALWAYS] == labels(keyboard)
    draft = Draft(text=places.where(RUSSIAN, limits), keyboard=keyboard)
    assert keyboard == fit(draft, Capabilities(text_limit=4096, keyboard=limits)).messages[0].keyboard


@pytest.mark.parametrize("limits", [ROOMY, TIGHT], ids=["roomy", "tight"])
def test_all_places_are_on_some_page(limits: KeyboardLimits) -> None:
    """Whoever goes on from page to page sees each place once, and comes back the same way."""
    offered, seen, page = some(50), list[str](), 0
    while True:
        found = [
            choices.read(one.data)
            for row in choices.keyboard(RUSSIAN, PLACE, 5, offered, limits, page=page).rows
            for one in row
        ]
        seen += [one.slug for one in found if isinstance(one, Chosen) and one.slug]
        turns = [one.page for one in found if isinstance(one, Chosen) and one.page is not None]
        assert [page - 1] * (page > 0) == [turn for turn in turns if turn < page]
        if page + 1 not in turns:
            break
        page += 1
    assert [one.slug for one in offered] == seen


def test_buttons_fit_every_platform() -> None:
    """Data of at most 60 bytes of ASCII, labels of at most 40 characters, also for the longest names and numbers."""
    long = [Option(slug="a" * 40, name="Муниципальное образование город областного значения Новый Уренгой")] * 20
    keyboard = choices.keyboard(RUSSIAN, PLACE, 10**15 - 1, long, ROOMY, page=1)
    buttons = [button for row in keyboard.rows for button in row]
    assert max(len(button.data.encode("ascii")) for button in buttons) <= 60
    assert max(len(button.text) for button in buttons) <= 40


def test_without_buttons() -> None:
    """Where there are none, the resident is asked to write."""
    assert [ALWAYS] == labels(choices.keyboard(RUSSIAN, PLACE, 5, some(3), None))
    assert "Напишите" in places.where(RUSSIAN, None)
    assert "кнопку" not in places.where(RUSSIAN, None)


FIRST = {
    "the second": ("p2", ["p2", "p1", "p3"]),
    "the last": ("p3", ["p3", "p1", "p2"]),
    "the first": ("p1", ["p1", "p2", "p3"]),
    "one that is not there": ("gone", ["p1", "p2", "p3"]),
    "none": ("", ["p1", "p2", "p3"]),
}


@pytest.mark.parametrize(("slug", "expected"), FIRST.values(), ids=FIRST.keys())
def test_first(slug: str, expected: list[str]) -> None:
    """One option comes before the others, which keep their order; none is lost, or there twice."""
    assert expected == [one.slug for one in choices.first(some(3), slug)]


def test_last() -> None:
    """One option comes behind the others, which keep their order; one that is not there, or none, changes nothing."""
    of_each = [[one.slug for one in choices.last(some(3), slug)] for slug in ("p1", "p3", "gone", "")]
    assert [["p2", "p3", "p1"], *[["p1", "p2", "p3"]] * 3] == of_each


@pytest.mark.parametrize("limits", [ROOMY, TIGHT], ids=["roomy", "tight"])
def test_the_first_is_on_the_first_page(limits: KeyboardLimits) -> None:
    """However few buttons a message has, what is offered first can be pressed at once."""
    offered = choices.first(some(50), "p50")
    keyboard = choices.keyboard(RUSSIAN, TOPIC, 5, offered, limits, below=(choices.other_place(RUSSIAN, 5),))
    assert "Место 50" == keyboard.rows[0][0].text
    fitted = fit(Draft(text="?", keyboard=keyboard), Capabilities(text_limit=4096, keyboard=limits)).messages[0]
    assert keyboard == fitted.keyboard


ASKED_AGAIN = {
    "buttons": (RUSSIAN, ROOMY, ["Дороги", "Вода"], "Нажмите кнопку или просто напишите, например «Дороги»;"),
    "no buttons": (RUSSIAN, None, ["Дороги", "Вода", "Школы"], "тему, например «Дороги» (есть и другие: Вода, Школы),"),
    "English": (voice_of("en"), ROOMY, ["Дороги", "Вода"], "or just write, for example “Дороги”."),
    "English, no buttons": (voice_of("en"), None, ["Дороги", "Вода"], "“Дороги” (others: Вода), or"),
}


@pytest.mark.parametrize(("voice", "limits", "topics", "expected"), ASKED_AGAIN.values(), ids=ASKED_AGAIN.keys())
def test_the_topic_of_last_time_is_the_example(
    voice: Voice, limits: KeyboardLimits | None, topics: list[str], expected: str
) -> None:
    """It can be read where no button is shown, and once in a text."""
    asked = places.what(voice, limits, topics, again=True)
    assert expected in asked
    assert 1 == asked.count("Дороги")


def test_many_topics_without_buttons() -> None:
    """Not all of many topics are named, the offered one always is."""
    topics = [one.name for one in choices.first(some(50), "p50")]
    asked = places.what(RUSSIAN, None, topics, again=True)
    assert "«Место 50» (есть и другие: Место 1, " in asked
    assert "Место 12" not in asked


def test_what_officials_read() -> None:
    """The number is in bold, as in all that is shown of a question; whoever has it reads how to pass it on."""
    draft = places.told(5, "Надым", department="Вода Надыма", transfer="water")
    assert "№ 5 · житель указал место: Надым\nТам отвечает: Вода Надыма. Передать: /transfer 5 water" == draft.text
    assert ["№ 5"] == [draft.text[span.start : span.end] for span in draft.spans]
