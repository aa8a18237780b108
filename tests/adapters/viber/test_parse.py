"""Viber's callbacks become events of the shared model."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.viber.parse import parse
from bot.errors import BadUpdate
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Contact, Content, Link, Location, Media, MediaKind
from bot.model.event import (
    ButtonPressed,
    ChatStarted,
    ChatStopped,
    DeliveryFailed,
    Event,
    MessageReceived,
    Sender,
)

PAYLOADS = Path(__file__).parent / "payloads"
USER = "Qm9Zk3+T/7aXw0sLp1Ve2A=="
CHAT = ChatRef(channel="viber", chat_id=USER)
MARIA = Sender(user_id=USER, name="Мария Иванова", language="ru")
FIRST = 5612790134512640000


def load(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def moment(milliseconds: int) -> datetime:
    return datetime(2025, 11, 23, 8, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def message(number: int, content: Content) -> MessageReceived:
    return MessageReceived(
        chat=CHAT,
        chat_kind=ChatKind.PRIVATE,
        message_id=str(FIRST + number),
        sender=MARIA,
        at=moment(number),
        content=content,
    )


def media(kind: MediaKind, path: str, *, name: str, size: int | None = None, duration: int | None = None) -> Media:
    ref = (
        f"https://dl-media.viber.com/5/share/2/long/vibes/icon/image/0x0/{path}"
        "?Expires=1763888400&Signature=aB~c_-d&Key-Pair-Id=APKAMADEUP"
    )
    return Media(kind=kind, channel="viber", ref=ref, file_name=name, size=size, duration=duration)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    label: str
    payload: str
    key: str
    expected: tuple[Event, ...]


def said(label: str, payload: str, number: int, content: Content) -> Case:
    return Case(label=label, payload=payload, key=f"message:{FIRST + number}", expected=(message(number, content),))


PHOTO = media(MediaKind.PHOTO, "a1/p.jpg", name="p.jpg", size=181250)
VIDEO = media(MediaKind.VIDEO, "b2/v.mp4", name="v.mp4", size=2512000, duration=12)
DOCUMENT = media(MediaKind.DOCUMENT, "c3/z.pdf", name="Заявление.pdf", size=245761)
VOICE = media(MediaKind.AUDIO, "d4/a.m4a", name="voice_17.M4A", size=45010)
STICKER = Media(kind=MediaKind.STICKER, channel="viber", ref="http://stickers.viber.com/download?id=40100")
PLACE = Location(latitude=66.53, longitude=66.6019, address="Салехард")

CASES = [
    said("text", "text", 1, Content(text="Когда дадут тепло?")),
    said("text without text", "text_missing", 2, Content()),
    said("characters no database takes", "text_odd_characters", 3, Content(text="допосле")),
    said("words that begin like a button", "button_like_words", 5, Content(text="#otvet:когда будет?")),
    said("picture with caption", "picture", 6, Content(text="Яма у дома 5", media=(PHOTO,))),
    said(
        "picture without file",
        "picture_without_media",
        7,
        Content(text="Смотрите", unsupported=("фото без файла",)),
    ),
    said("video", "video", 8, Content(media=(VIDEO,))),
    said("video without file", "video_without_media", 9, Content(unsupported=("видео без файла",))),
    said("file", "file", 10, Content(media=(DOCUMENT,))),
    said("voice, which comes as a file", "voice", 11, Content(media=(VOICE,))),
    said("sticker", "sticker", 12, Content(media=(STICKER,))),
    said("sticker without picture", "sticker_without_media", 13, Content(unsupported=("стикер",))),
    said("contact", "contact", 14, Content(contact=Contact(name="Пётр", phone="+79220000000"))),
    said("location", "location", 15, Content(location=PLACE)),
    said("location that is none", "location_absurd", 16, Content(unsupported=("место на карте",))),
    said("link", "url", 17, Content(links=(Link(url="https://example.org/news/5"),))),
    said(
        "message of a kind we do not know",
        "unknown_type",
        18,
        Content(text="посмотрите", unsupported=("сообщение неизвестного вида",)),
    ),
    Case(
        label="press of a button",
        payload="button",
        key=f"message:{FIRST + 4}",
        expected=(ButtonPressed(chat=CHAT, chat_kind=ChatKind.PRIVATE, sender=MARIA, at=moment(4), data="q:17:close"),),
    ),
    Case(
        label="message from nobody",
        payload="message_without_sender",
        key=f"message:{FIRST + 19}",
        expected=(),
    ),
    Case(
        label="message with next to nothing",
        payload="message_bare",
        key=f"message:{FIRST + 20}",
        expected=(
            MessageReceived(
                chat=CHAT,
                chat_kind=ChatKind.PRIVATE,
                message_id=str(FIRST + 20),
                sender=Sender(user_id=USER),
                at=datetime(1970, 1, 1, tzinfo=UTC),
                content=Content(unsupported=("сообщение неизвестного вида",)),
            ),
        ),
    ),
    Case(
        label="chat opened by a link",
        payload="conversation_started",
        key=f"conversation_started:{FIRST + 21}",
        expected=(ChatStarted(chat=CHAT, sender=MARIA, at=moment(1000), source="house_12-3"),),
    ),
    Case(
        label="chat opened by a subscriber without a link",
        payload="conversation_started_again",
        key=f"conversation_started:{FIRST + 22}",
        expected=(ChatStarted(chat=CHAT, sender=MARIA, at=moment(1000)),),
    ),
    Case(
        label="subscribed, with the token of another event",
        payload="subscribed",
        key=f"subscribed:{FIRST + 21}",
        expected=(ChatStarted(chat=CHAT, sender=MARIA, at=moment(2000), greet=False),),
    ),
    Case(
        label="unsubscribed",
        payload="unsubscribed",
        key=f"unsubscribed:{FIRST + 23}",
        expected=(ChatStopped(chat=CHAT, chat_kind=ChatKind.PRIVATE, at=moment(3000)),),
    ),
    Case(
        label="failed",
        payload="failed",
        key=f"failed:{FIRST + 24}:{USER}",
        expected=(DeliveryFailed(chat=CHAT, message_id=str(FIRST + 24), reason="bad keyboard", at=moment(4000)),),
    ),
    Case(label="delivered", payload="delivered", key=f"delivered:{FIRST + 24}:{USER}", expected=()),
    Case(label="seen", payload="seen", key=f"seen:{FIRST + 24}:{USER}", expected=()),
    Case(label="test of the webhook", payload="webhook", key="webhook:310256543215", expected=()),
    Case(label="event we do not know", payload="client_status", key="client_status:310256543216", expected=()),
    Case(
        label="time out of this world",
        payload="absurd_time",
        key=f"unsubscribed:{FIRST + 25}",
        expected=(ChatStopped(chat=CHAT, chat_kind=ChatKind.PRIVATE, at=datetime(1970, 1, 1, tzinfo=UTC)),),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_parse(case: Case) -> None:
    """Each callback becomes exactly these events, under a key that no other callback has."""
    update = parse(load(case.payload), "viber")
    assert (case.key, case.expected) == (update.key, update.events)


def test_only_conversation_started_is_answered_inline() -> None:
    """Viber shows what we answer to conversation_started, and to nothing else."""
    answered = [case.payload for case in CASES if parse(load(case.payload), "viber").answers_inline]
    expected = ["conversation_started", "conversation_started_again"]
    assert expected == answered


def test_key_without_a_token() -> None:
    """A callback without a token has a key made of its body: it can still be stored only once."""
    raw = b'{"event": "message"}'
    assert f"message:{hashlib.sha256(raw).hexdigest()}" == parse(raw, "viber").key


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff", b"[]", b"{}", b'"message"', b'{"event": 5}', b'{"event": ""}', b"[" * 100_000, b"9" * 5000],
    ids=lambda raw: repr(raw[:20]),
)
def test_bad_update(raw: bytes) -> None:
    """What is no JSON object with an event is refused, whatever it is."""
    with pytest.raises(BadUpdate):
        parse(raw, "viber")


ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, True, -1, 0, 2**70, 10**400, 1e308, float("nan"), "", "x", "\ud800", "\0", "9" * 50, [], [{}], {}, {"id": 5}]
)
FIELDS = """
    sender user user_id message message_token timestamp type text media location lat lon contact name id size
    duration file_name context desc sticker_id phone_number
"""
KNOWN = st.sampled_from(FIELDS.split())


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    event=st.sampled_from(["message", "conversation_started", "subscribed", "unsubscribed", "failed", "else"]),
    kind=st.sampled_from(["text", "picture", "file", "sticker", "contact", "location", "url", "else"]),
    message=st.dictionaries(KNOWN, ODD, max_size=6),
    fields=st.dictionaries(KNOWN, ODD, max_size=6),
)
def test_anything_authentic_is_taken(
    event: str, kind: str, message: dict[str, object], fields: dict[str, object]
) -> None:
    """No field, however odd, makes parsing fail, and the same callback always gives the same update."""
    usual = {"event": event, "user_id": USER, "user": {"id": USER}, "sender": {"id": USER}}
    raw = json.dumps(usual | {"message": {"type": kind} | message} | fields).encode()
    update = parse(raw, "viber")
    assert update == parse(raw, "viber")
    repr(update.events).encode()
