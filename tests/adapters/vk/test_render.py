"""Effects become calls of VK's API."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from adapters.vk.render import keyboard_json, layout, random_id, render
from adapters.vk.settings import Settings
from bot.errors import Rejected
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Location
from bot.model.message import (
    AnswerPress,
    Button,
    DeleteMessage,
    EditMessage,
    Effect,
    Keyboard,
    Mark,
    Outgoing,
    SendMessage,
    SetMark,
    Span,
    Style,
)

SETTINGS = Settings.model_validate({"token": "vk1.a.made-up", "group_id": 700100})
SEND = {"peer_ids": "51200300", "random_id": "8", "dont_parse_links": "1", "disable_mentions": "1"}
EDIT = {
    "peer_id": "51200300",
    "cmid": "40",
    "dont_parse_links": "1",
    "disable_mentions": "1",
    "keep_forward_messages": "1",
}
KEYBOARD = Keyboard(rows=((Button(text="Да", data="rate:5"), Button(text="Нет", data="rate:1")),))
KEYBOARD_JSON = (
    '{"inline":true,"buttons":[['
    '{"action":{"type":"callback","label":"Да","payload":"{\\"d\\":\\"rate:5\\"}"},"color":"secondary"},'
    '{"action":{"type":"callback","label":"Нет","payload":"{\\"d\\":\\"rate:1\\"}"},"color":"secondary"}]]}'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    label: str
    effect: Effect
    method: str
    params: dict[str, str]
    attachments: tuple[str, ...] = ()


CASES = [
    Case(
        label="text",
        effect=SendMessage(text="Добрый день & <всего>"),
        method="messages.send",
        params={**SEND, "message": "Добрый день & <всего>"},
    ),
    Case(
        label="styles counted in UTF-16",
        effect=SendMessage(
            text="🙂 № 12 срочно",
            spans=(Span(start=2, end=6, style=Style.BOLD), Span(start=7, end=13, style=Style.ITALIC)),
        ),
        method="messages.send",
        params={
            **SEND,
            "message": "🙂 № 12 срочно",
            "format_data": '{"version":1,"items":[{"type":"bold","offset":3,"length":4},'
            '{"type":"italic","offset":8,"length":6}]}',
        },
    ),
    Case(
        label="buttons",
        effect=SendMessage(text="Помогло?", keyboard=KEYBOARD),
        method="messages.send",
        params={**SEND, "message": "Помогло?", "keyboard": KEYBOARD_JSON},
    ),
    Case(
        label="files alone",
        effect=SendMessage(),
        attachments=("photo-1_2_k", "doc-1_3"),
        method="messages.send",
        params={**SEND, "attachment": "photo-1_2_k,doc-1_3"},
    ),
    Case(
        label="reply with a file",
        effect=SendMessage(text="Вот", reply_to="33"),
        attachments=("doc-1_3",),
        method="messages.send",
        params={
            **SEND,
            "message": "Вот",
            "attachment": "doc-1_3",
            "forward": '{"peer_id":51200300,"conversation_message_ids":[33],"is_reply":1}',
        },
    ),
    Case(
        label="place",
        effect=SendMessage(location=Location(latitude=66.53, longitude=-66.6136)),
        method="messages.send",
        params={**SEND, "lat": "66.53", "long": "-66.6136"},
    ),
    Case(
        label="edit keeps files and buttons",
        effect=EditMessage(message_id="40", text="Исправлено", keyboard=KEYBOARD),
        attachments=("photo-1_2_k",),
        method="messages.edit",
        params={**EDIT, "message": "Исправлено", "attachment": "photo-1_2_k", "keyboard": KEYBOARD_JSON},
    ),
    Case(
        label="edit without buttons",
        effect=EditMessage(message_id="40", text="Закрыто", keyboard=Keyboard(rows=())),
        method="messages.edit",
        params={**EDIT, "message": "Закрыто"},
    ),
    Case(
        label="deletion for everybody",
        effect=DeleteMessage(message_id="40"),
        method="messages.delete",
        params={"peer_id": "51200300", "cmids": "40", "delete_for_all": "1"},
    ),
    Case(
        label="mark of delivery",
        effect=SetMark(message_id="40", mark=Mark.DELIVERED),
        method="messages.sendReaction",
        params={"peer_id": "51200300", "cmid": "40", "reaction_id": "4"},
    ),
    Case(
        label="mark of failure",
        effect=SetMark(message_id="40", mark=Mark.FAILED),
        method="messages.sendReaction",
        params={"peer_id": "51200300", "cmid": "40", "reaction_id": "9"},
    ),
    Case(
        label="silent answer to a press",
        effect=AnswerPress(press_id="a1", user_id="5"),
        method="messages.sendMessageEventAnswer",
        params={"event_id": "a1", "user_id": "5", "peer_id": "51200300"},
    ),
    Case(
        label="answer to a press, cut to 90 letters",
        effect=AnswerPress(press_id="a1", user_id="5", text="я" * 100),
        method="messages.sendMessageEventAnswer",
        params={
            "event_id": "a1",
            "user_id": "5",
            "peer_id": "51200300",
            "event_data": json.dumps(
                {"type": "show_snackbar", "text": "я" * 90}, ensure_ascii=False, separators=(",", ":")
            ),
        },
    ),
]


def outgoing(effect: Effect, *, chat_id: str = "51200300", key: int = 7) -> Outgoing:
    chat = ChatRef(channel="vk", chat_id=chat_id)
    return Outgoing(chat=chat, chat_kind=ChatKind.PRIVATE, effect=effect, key=key)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_render(case: Case) -> None:
    """Each effect becomes exactly this call, with every parameter encoded as text."""
    call = render(outgoing(case.effect), SETTINGS, case.attachments)
    assert (case.method, case.params) == (call.method, dict(call.params))


@pytest.mark.parametrize(
    ("key", "expected"), [(0, 1), (7, 8), (2**31 - 2, 2**31 - 1), (2**31 - 1, 1), (2**63, 2**63 % (2**31 - 1) + 1)]
)
def test_random_id(key: int, expected: int) -> None:
    """Every try of an entry has the same number, a positive one of 32 bits: zero would switch VK's memory off."""
    assert expected == random_id(key)


@pytest.mark.parametrize("chat_id", ["", "admin", "12x", "٣", "1 2"])
def test_chat_that_is_no_number(chat_id: str) -> None:
    """A chat that VK cannot have is refused before anything is sent."""
    with pytest.raises(Rejected):
        render(outgoing(SendMessage(text="x"), chat_id=chat_id), SETTINGS)


def buttons(*labels: str) -> tuple[Button, ...]:
    return tuple(Button(text=label, data=f"x:{label}") for label in labels)


LAYOUTS: list[tuple[str, tuple[tuple[Button, ...], ...], list[int]]] = [
    ("as asked for", (buttons("1", "2"), buttons("3")), [2, 1]),
    ("a row too long", (buttons(*"1234567"),), [5, 2]),
    ("long labels each in a row", (buttons("Передать в другой отдел", "Взять"),), [1, 1]),
    ("too many rows", tuple(buttons(label) for label in "12345678"), [2, 2, 2, 2]),
    ("too many buttons", tuple(buttons(label) for label in "123456789abc"), [2, 2, 2, 2, 2]),
]


@pytest.mark.parametrize(("rows", "expected"), [case[1:] for case in LAYOUTS], ids=[case[0] for case in LAYOUTS])
def test_layout(rows: tuple[tuple[Button, ...], ...], expected: list[int]) -> None:
    """Buttons stand in rows that VK takes: at most six rows of five, ten in all."""
    assert expected == [len(row) for row in layout(Keyboard(rows=rows))]


def test_long_label() -> None:
    """A label of more than forty letters is shortened, since VK would refuse the whole message."""
    keyboard = json.loads(keyboard_json(Keyboard(rows=(buttons("я" * 50),))))
    assert keyboard["buttons"][0][0]["action"]["label"] == "я" * 39 + "…"
