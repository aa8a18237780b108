"""Turn effects into calls of VK's API. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from adapters.vk.capabilities import KEYBOARD
from adapters.vk.parse import PAYLOAD_KEY
from adapters.vk.settings import Settings
from bot.errors import Rejected
from bot.model.message import (
    AnswerPress,
    Button,
    DeleteMessage,
    EditMessage,
    Keyboard,
    Mark,
    Outgoing,
    SendMessage,
    SetMark,
    Span,
)

#: `random_id` is a positive 32-bit number.
_RANDOM_IDS = 2**31 - 1
#: https://dev.vk.com/en/method/messages.sendMessageEventAnswer: letters in a snackbar.
_SNACKBAR_LIMIT = 90
#: Longer labels are cut off on a telephone when two stand in one row.
_SHORT_LABEL = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the API. The parameters are encoded: vkbottle's own way turns empty lists into empty strings."""

    method: str
    params: Mapping[str, str]

    def without(self, *names: str) -> Call:
        return Call(method=self.method, params={name: self.params[name] for name in self.params if name not in names})


def render(outgoing: Outgoing, settings: Settings, attachments: Sequence[str] = ()) -> Call:
    """The call that carries out this effect; `attachments` are the names of its files, already uploaded."""
    peer = peer_of(outgoing)
    match outgoing.effect:
        case SendMessage() as message:
            return _send(message, peer, outgoing.key, attachments)
        case EditMessage() as edit:
            return _edit(edit, peer, attachments)
        case DeleteMessage(message_id=message_id):
            # https://dev.vk.com/en/method/messages.delete
            return Call(
                method="messages.delete",
                params={"peer_id": peer, "cmids": _number(message_id), "delete_for_all": "1"},
            )
        case SetMark(message_id=message_id, mark=mark):
            # https://dev.vk.com/en/method/messages.sendReaction
            return Call(
                method="messages.sendReaction",
                params={
                    "peer_id": peer,
                    "cmid": _number(message_id),
                    "reaction_id": str(
                        settings.reaction_delivered if mark is Mark.DELIVERED else settings.reaction_failed
                    ),
                },
            )
        case AnswerPress() as answer:
            return _answer(answer, peer)
        case _ as never:
            assert_never(never)


def peer_of(outgoing: Outgoing) -> str:
    """The chat's number, as text."""
    return _number(outgoing.chat.chat_id)


def random_id(key: int) -> int:
    """The same for every try of one entry: VK sends a second one with the same number to the same chat no more."""
    return key % _RANDOM_IDS + 1


def _send(message: SendMessage, peer: str, key: int, attachments: Sequence[str]) -> Call:
    """https://dev.vk.com/en/method/messages.send"""
    params = {
        # Only for a list does the answer tell `conversation_message_id`, by which replies name a message.
        "peer_ids": peer,
        "random_id": str(random_id(key)),
        "dont_parse_links": "1",
        "disable_mentions": "1",
        **_body(message.text, message.spans, attachments, message.keyboard),
    }
    if message.location is not None:
        params["lat"] = repr(message.location.latitude)
        params["long"] = repr(message.location.longitude)
    if message.reply_to:
        forward = {"peer_id": int(peer), "conversation_message_ids": [int(_number(message.reply_to))], "is_reply": 1}
        params["forward"] = _dumps(forward)
    return Call(method="messages.send", params=params)


def _edit(edit: EditMessage, peer: str, attachments: Sequence[str]) -> Call:
    """https://dev.vk.com/en/method/messages.edit: what is not sent again vanishes from the message."""
    return Call(
        method="messages.edit",
        params={
            "peer_id": peer,
            "cmid": _number(edit.message_id),
            "dont_parse_links": "1",
            "disable_mentions": "1",
            # Without it a reply would lose what it replies to.
            "keep_forward_messages": "1",
            **_body(edit.text, edit.spans, attachments, edit.keyboard),
        },
    )


def _answer(answer: AnswerPress, peer: str) -> Call:
    """https://dev.vk.com/en/method/messages.sendMessageEventAnswer"""
    params = {"event_id": answer.press_id, "user_id": _number(answer.user_id), "peer_id": peer}
    if answer.text:
        params["event_data"] = _dumps({"type": "show_snackbar", "text": answer.text[:_SNACKBAR_LIMIT]})
    return Call(method="messages.sendMessageEventAnswer", params=params)


def _body(text: str, spans: Sequence[Span], attachments: Sequence[str], keyboard: Keyboard | None) -> dict[str, str]:
    params: dict[str, str] = {}
    if text:
        params["message"] = text
    if text and spans:
        params["format_data"] = format_data(text, spans)
    if attachments:
        params["attachment"] = ",".join(attachments)
    if keyboard is not None and any(keyboard.rows):
        params["keyboard"] = keyboard_json(keyboard)
    return params


def format_data(text: str, spans: Sequence[Span]) -> str:
    """Styles, counted in UTF-16 units: https://dev.vk.com/en/method/messages.send, `format_data`."""
    items = [
        {"type": span.style.value, "offset": _units(text[: span.start]), "length": _units(text[span.start : span.end])}
        for span in spans
        if 0 <= span.start < span.end
    ]
    return _dumps({"version": 1, "items": items})


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def keyboard_json(keyboard: Keyboard) -> str:
    """Buttons under the message: https://dev.vk.com/en/api/bots/development/keyboard"""
    buttons = [[_button(button) for button in row] for row in layout(keyboard)]
    return _dumps({"inline": True, "buttons": buttons})


def layout(keyboard: Keyboard) -> list[tuple[Button, ...]]:
    """Rows that VK takes: long labels one in a row while there is room, the rest as asked for."""
    rows: list[tuple[Button, ...]] = []
    for row in keyboard.rows:
        if any(len(button.text) > _SHORT_LABEL for button in row):
            rows += [(button,) for button in row]
        else:
            rows += [row[start : start + KEYBOARD.columns] for start in range(0, len(row), KEYBOARD.columns)]
    buttons = [button for row in rows for button in row][: KEYBOARD.buttons]
    if len(rows) <= KEYBOARD.rows and sum(map(len, rows)) == len(buttons):
        return rows
    columns = -(-len(buttons) // KEYBOARD.rows)
    return [tuple(buttons[start : start + columns]) for start in range(0, len(buttons), columns)]


def _button(button: Button) -> dict[str, object]:
    label = button.text if len(button.text) <= KEYBOARD.label else button.text[: KEYBOARD.label - 1] + "…"
    return {
        "action": {"type": "callback", "label": label, "payload": _dumps({PAYLOAD_KEY: button.data})},
        "color": "secondary",
    }


def _number(text: str) -> str:
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise Rejected("bad_id", "not a number of VK")
    return text


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
