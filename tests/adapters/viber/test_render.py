"""Effects become messages as Viber's documentation has them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.viber.render import MAX_JSON, Attachment, Shape, encode, keyboard_of, plain, render
from bot.errors import Rejected
from bot.model.content import Contact, Location
from bot.model.message import Button, Keyboard, SendMessage, Span, Style

SENDER = {"name": "Ямал Официально"}


def attached(shape: Shape, name: str, *, duration: int | None = None) -> Attachment:
    return Attachment(shape=shape, url=f"https://otvet.example/m/k/{name}", size=5, file_name=name, duration=duration)


def rows(*labels: tuple[str, ...]) -> Keyboard:
    return Keyboard(rows=tuple(tuple(Button(text=label, data=f"d:{label[:9]}") for label in row) for row in labels))


PICTURE = attached(Shape.PICTURE, "p.jpg")
VIDEO = attached(Shape.VIDEO, "v.mp4", duration=9)
FILE = attached(Shape.FILE, "Приказ.pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    label: str
    effect: SendMessage
    attachment: Attachment | None = None
    expected: dict[str, Any]


CASES = [
    Case(
        label="text, without styles and reply",
        effect=SendMessage(text="Тепло <дадут>", spans=(Span(start=0, end=5, style=Style.BOLD),), reply_to="17"),
        expected={"type": "text", "text": "Тепло <дадут>"},
    ),
    Case(
        label="picture with caption",
        effect=SendMessage(text="Схема"),
        attachment=PICTURE,
        expected={"type": "picture", "text": "Схема", "media": PICTURE.url},
    ),
    Case(
        label="picture without caption: the text is required, and may be empty",
        effect=SendMessage(),
        attachment=PICTURE,
        expected={"type": "picture", "text": "", "media": PICTURE.url},
    ),
    Case(
        label="video",
        effect=SendMessage(),
        attachment=VIDEO,
        expected={"type": "video", "media": VIDEO.url, "size": 5, "duration": 9},
    ),
    Case(
        label="file",
        effect=SendMessage(),
        attachment=FILE,
        expected={"type": "file", "media": FILE.url, "size": 5, "file_name": "Приказ.pdf"},
    ),
    Case(
        label="location",
        effect=SendMessage(location=Location(latitude=66.5, longitude=66.6, title="Приёмная")),
        expected={"type": "location", "location": {"lat": 66.5, "lon": 66.6}},
    ),
    Case(
        label="contact, cut to what Viber takes",
        effect=SendMessage(contact=Contact(name="Управление по работе с населением", phone="+7 (922) 000-00-00")),
        expected={
            "type": "contact",
            "contact": {"name": "Управление по работе с насел", "phone_number": "+79220000000"},
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_render(case: Case) -> None:
    """Each effect becomes exactly this message: no nulls, no token, always a sender."""
    expected = case.expected | {"sender": SENDER}
    assert expected == render(case.effect, case.attachment, sender_name="Ямал Официально")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    label: str
    effect: SendMessage
    attachment: Attachment | None = None
    code: str
    part: int | None = None


REFUSED = [
    Refused(label="nothing", effect=SendMessage(), code="empty"),
    Refused(label="text under a file", effect=SendMessage(text="Вот"), attachment=FILE, code="caption"),
    Refused(
        label="a program",
        effect=SendMessage(),
        attachment=attached(Shape.FILE, "Otchet.pdf.EXE"),
        code="forbidden_extension",
        part=0,
    ),
    Refused(
        label="a long address",
        effect=SendMessage(),
        attachment=attached(Shape.PICTURE, "п" * 2000),
        code="long_address",
        part=0,
    ),
    Refused(
        label="text beside a place",
        effect=SendMessage(text="Тут", location=Location(latitude=1, longitude=2)),
        code="text_beside",
    ),
    Refused(
        label="a number that is none", effect=SendMessage(contact=Contact(name="А", phone="нет")), code="bad_phone"
    ),
    Refused(
        label="a place off the map", effect=SendMessage(location=Location(latitude=91, longitude=2)), code="bad_data"
    ),
    Refused(label="over 30 KB", effect=SendMessage(text="я" * 16_000), code="too_long"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.label)
def test_refused(case: Refused) -> None:
    """What Viber cannot show is refused before it is sent, and a file at fault is named."""
    with pytest.raises(Rejected) as caught:
        render(case.effect, case.attachment, sender_name="Бот")
    assert (case.code, case.part) == (caught.value.code, caught.value.part)


def test_keyboard() -> None:
    """A button sends its data back behind our prefix, silently, and its text is escaped."""
    expected = {
        "Type": "keyboard",
        "DefaultHeight": False,
        "Buttons": [
            {
                "Columns": 6,
                "Rows": 1,
                "ActionType": "reply",
                "ActionBody": "#otvet:q:5",
                "Text": "Вопрос &lt;5&gt; &amp; всё",
                "TextSize": "regular",
                "Silent": True,
            }
        ],
    }
    assert expected == keyboard_of(Keyboard(rows=((Button(text="Вопрос <5> & всё", data="q:5"),),)))


def columns(keyboard: Keyboard) -> list[int]:
    return [button["Columns"] for button in keyboard_of(keyboard)["Buttons"]]


@pytest.mark.parametrize(
    ("label", "keyboard", "expected"),
    [
        ("two short buttons share a row", rows(("Да", "Нет")), [3, 3]),
        ("four share out all six columns", rows(("1", "2", "3", "4")), [2, 2, 1, 1]),
        ("long ones get a row each", rows(("Новый вопрос о другом", "Где мой вопрос сейчас")), [6, 6]),
        ("seven do not fit into a row", rows(tuple("1234567")), [6] * 7),
        ("empty rows do not count", rows((), ("Да",)), [6]),
        ("no more than twelve rows", rows(*[(f"Район {n}",) for n in range(20)]), [3] * 20),
        ("no more than the grid holds", rows(*[(f"{n}",) for n in range(100)]), [1] * 72),
    ],
)
def test_rows(label: str, keyboard: Keyboard, expected: list[int]) -> None:
    """Buttons fill Viber's rows of six columns, at most twelve of them, so that every client shows them."""
    assert expected == columns(keyboard)


def test_escaped_text_of_a_button_is_whole() -> None:
    """A text that escaping makes too long is cut between entities."""
    button = keyboard_of(rows(("&" * 100,)))["Buttons"][0]
    expected = "&amp;" * 50
    assert expected == button["Text"]


def test_keyboard_gives_way_to_words() -> None:
    """Where both do not fit into 30 KB, the text is sent without buttons."""
    effect = SendMessage(text="я" * 15_000, keyboard=rows(*[("К" * 40,) for _ in range(12)]))
    body = render(effect, None, sender_name="Бот")
    expected = ({"type", "text", "sender"}, True)
    assert expected == (set(body), len(encode(body)) <= MAX_JSON)


def test_plain() -> None:
    """For an old Viber the same message goes without buttons, in the first version of the API."""
    body = render(SendMessage(text="Да", keyboard=rows(("Да",))), None, sender_name="Бот")
    expected = {"type": "text", "text": "Да", "sender": {"name": "Бот"}, "min_api_version": 1}
    assert expected == plain(body)


def test_keyboard_alone() -> None:
    """Buttons may come without words: such a message has no type."""
    body = render(SendMessage(keyboard=rows(("Да",))), None, sender_name="Бот")
    expected = {"keyboard", "sender"}
    assert expected == set(body)


def test_long_file_name() -> None:
    """A name over 256 characters is cut before its extension."""
    body = render(SendMessage(), attached(Shape.FILE, "п" * 300 + ".pdf"), sender_name="Бот")
    expected = "п" * 252 + ".pdf"
    assert expected == body["file_name"]


def test_half_a_character() -> None:
    """Half of a surrogate pair in a text does not stop the message."""
    expected = {"text": "а?"}
    assert expected == json.loads(encode({"text": "а\ud83d"}))
