"""From effects to messages of the log: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adapters.web.items import Body, ShownFile, Who
from bot.model.message import AnswerPress, Button, EditMessage, Keyboard, Mark, SendMessage


def message(effect: SendMessage, files: Sequence[ShownFile], *, at: datetime) -> Body:
    """A message of the service."""
    return Body(
        who=Who.SERVICE,
        at=at,
        text="\n".join(filter(None, (effect.text, _location(effect), _contact(effect)))),
        spans=effect.spans,
        files=tuple(files),
        keyboard=_rows(effect.keyboard),
        reply_to=effect.reply_to,
    )


def edited(body: Body, effect: EditMessage) -> Body:
    """The message after an edit; its files stay, as in messengers. A deleted message stays deleted."""
    if body.deleted:
        return body
    return replace(
        body,
        text=effect.text,
        spans=effect.spans,
        keyboard=_rows(effect.keyboard),
        # A page that was turned, new buttons under the same words: for people these are no edits.
        edited=body.edited or (effect.corrects and effect.text != body.text),
    )


def marked(body: Body, mark: Mark) -> Body:
    """The message with our sign on it."""
    return body if body.deleted else replace(body, mark=mark)


def toast(effect: AnswerPress, *, at: datetime) -> Body:
    """The answer to a press, for the one who pressed."""
    return Body(who=Who.TOAST, at=at, user=effect.user_id, text=effect.text, press_id=effect.press_id)


def _rows(keyboard: Keyboard | None) -> tuple[tuple[Button, ...], ...]:
    return keyboard.rows if keyboard else ()


# The core turns places and contacts into text beforehand, as the capabilities ask; these lines are for the case
# that one comes all the same, so that nothing is lost.


def _location(effect: SendMessage) -> str:
    place = effect.location
    if place is None:
        return ""
    point = f"{place.latitude:.6f}, {place.longitude:.6f}"
    return "\n".join(filter(None, (place.title, place.address, point)))


def _contact(effect: SendMessage) -> str:
    return f"{effect.contact.name} {effect.contact.phone}".strip() if effect.contact else ""
