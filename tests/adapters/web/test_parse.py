"""What people do on the page, as events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from adapters.web.items import Body, ShownFile, Side, Who
from adapters.web.parse import (
    AnyRaw,
    RawEdit,
    RawLanguage,
    RawPress,
    RawReplied,
    RawStart,
    message_from,
    parse,
    update_of,
)
from bot.errors import BadUpdate
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content, Media, MediaKind
from bot.model.event import (
    ButtonPressed,
    ChatStarted,
    Event,
    LanguageChosen,
    MessageEdited,
    MessageReceived,
    RepliedTo,
    Sender,
)
from bot.model.message import Button

AT = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)
ID = "0b8f6a52-3f0e-4d53-9d0a-6f3f6f1c2a11"
CHAT = ChatRef(channel="web", chat_id="c0ffee")
ANNA = Sender(user_id="c0ffee", name="Анна")
RESIDENT = {"side": Side.RESIDENT, "chat_id": "c0ffee", "client_id": ID, "at": AT, "user": "c0ffee", "name": "Анна"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    label: str
    raw: AnyRaw
    key: str
    expected: Event


def _file(mime: str, name: str = "двор") -> ShownFile:
    return ShownFile(sha256="ab" * 32, name=name, size=9, mime=mime)


def _media(kind: MediaKind, mime: str, name: str = "двор") -> Media:
    return Media(kind=kind, channel="web", ref=f"file:{'ab' * 32}", file_name=name, mime_type=mime, size=9)


def _wrote(**fields: object) -> Body:
    return Body(who=Who.RESIDENT, at=AT, user="c0ffee", author="Анна", client_id=ID, **fields)  # type: ignore[arg-type]


CARD = Body(who=Who.SERVICE, at=AT, text="№ 1", keyboard=((Button(text="Взять", data="take:1"),),))

CASES = [
    Case(
        label="text",
        raw=message_from(7, _wrote(text="Холодно"), side=Side.RESIDENT, chat_id="c0ffee", replied=None),
        key=f"message:c0ffee:{ID}",
        expected=MessageReceived(
            chat=CHAT,
            chat_kind=ChatKind.PRIVATE,
            message_id="7",
            sender=ANNA,
            at=AT,
            content=Content(text="Холодно"),
        ),
    ),
    Case(
        label="files of every kind",
        raw=message_from(
            8,
            _wrote(
                files=tuple(
                    map(_file, ("image/webp", "image/heic", "image/svg+xml", "video/mp4", "audio/ogg", "text/html"))
                )
            ),
            side=Side.RESIDENT,
            chat_id="c0ffee",
            replied=None,
        ),
        key=f"message:c0ffee:{ID}",
        expected=MessageReceived(
            chat=CHAT,
            chat_kind=ChatKind.PRIVATE,
            message_id="8",
            sender=ANNA,
            at=AT,
            content=Content(
                media=(
                    _media(MediaKind.PHOTO, "image/webp"),
                    _media(MediaKind.DOCUMENT, "image/heic"),
                    _media(MediaKind.DOCUMENT, "image/svg+xml"),
                    _media(MediaKind.VIDEO, "video/mp4"),
                    _media(MediaKind.AUDIO, "audio/ogg"),
                    _media(MediaKind.DOCUMENT, "text/html"),
                )
            ),
        ),
    ),
    Case(
        label="an official's reply to a card",
        raw=message_from(
            9,
            Body(who=Who.OFFICIAL, at=AT, user="official-1", author="Пётр", client_id=ID, text="Чиним", reply_to="3"),
            side=Side.ADMIN,
            chat_id="admin",
            replied=CARD,
        ),
        key=f"message:admin:{ID}",
        expected=MessageReceived(
            chat=ChatRef(channel="web", chat_id="admin"),
            chat_kind=ChatKind.GROUP,
            message_id="9",
            sender=Sender(user_id="official-1", name="Пётр"),
            at=AT,
            content=Content(text="Чиним"),
            reply_to=RepliedTo(message_id="3", by_bot=True, buttons=("take:1",), text="№ 1"),
        ),
    ),
    Case(
        label="a reply to a message of another person",
        raw=message_from(
            9, _wrote(text="И ещё", reply_to="7"), side=Side.RESIDENT, chat_id="c0ffee", replied=_wrote(text="Холодно")
        ),
        key=f"message:c0ffee:{ID}",
        expected=MessageReceived(
            chat=CHAT,
            chat_kind=ChatKind.PRIVATE,
            message_id="9",
            sender=ANNA,
            at=AT,
            content=Content(text="И ещё"),
            reply_to=RepliedTo(message_id="7", by_bot=False, text="Холодно"),
        ),
    ),
    Case(
        label="an edit, with the files as they are",
        raw=RawEdit(message_id="7", text="Очень холодно", files=(_file("image/png"),), **RESIDENT),  # type: ignore[arg-type]
        key=f"edit:c0ffee:{ID}",
        expected=MessageEdited(
            chat=CHAT,
            chat_kind=ChatKind.PRIVATE,
            message_id="7",
            sender=ANNA,
            at=AT,
            content=Content(text="Очень холодно", media=(_media(MediaKind.PHOTO, "image/png"),)),
        ),
    ),
    Case(
        label="an edit of a reply",
        raw=RawEdit(
            message_id="9",
            text="И вода",
            reply_to=RawReplied(message_id="3", by_bot=True, text="№ 1"),
            **RESIDENT,  # type: ignore[arg-type]
        ),
        key=f"edit:c0ffee:{ID}",
        expected=MessageEdited(
            chat=CHAT,
            chat_kind=ChatKind.PRIVATE,
            message_id="9",
            sender=ANNA,
            at=AT,
            content=Content(text="И вода"),
            reply_to=RepliedTo(message_id="3", by_bot=True, text="№ 1"),
        ),
    ),
    Case(
        label="a press",
        raw=RawPress(message_id="7", data="new", **RESIDENT),  # type: ignore[arg-type]
        key=f"press:c0ffee:{ID}",
        expected=ButtonPressed(
            chat=CHAT, chat_kind=ChatKind.PRIVATE, sender=ANNA, at=AT, data="new", message_id="7", press_id=ID
        ),
    ),
    Case(
        label="coming by a link",
        raw=RawStart(source="school5", **RESIDENT),  # type: ignore[arg-type]
        key=f"start:c0ffee:{ID}",
        expected=ChatStarted(chat=CHAT, sender=ANNA, at=AT, source="school5", greet=False),
    ),
    Case(
        label="choosing a language",
        raw=RawLanguage(language="en", **RESIDENT),  # type: ignore[arg-type]
        key=f"language:c0ffee:{ID}",
        expected=LanguageChosen(chat=CHAT, sender=ANNA, at=AT, language="en"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_event(case: Case) -> None:
    """Each thing that people do becomes exactly this event, under a key that a repeat shares."""
    update = update_of(case.raw, "web")
    assert (case.expected,) == update.events
    assert case.key == update.key


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_replay(case: Case) -> None:
    """What is kept of an update gives the same update again."""
    update = update_of(case.raw, "web")
    assert update == parse(update.raw, "web")


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"kind": "vote"}', b'{"kind": "message"}', b"\xff"])
def test_not_ours(raw: bytes) -> None:
    """What the page never sends is refused in one way."""
    with pytest.raises(BadUpdate):
        parse(raw, "web")
