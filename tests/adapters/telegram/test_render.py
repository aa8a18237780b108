"""What effects become on their way to the Bot API."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiogram.methods
import pytest

from adapters.telegram.render import Call, Source, documents_of, is_album, render, sources_of, upload_kind
from bot.adapter import StoredFile
from bot.errors import Rejected
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Contact, Location, Media, MediaKind
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

MB = 1024 * 1024
NO_PREVIEW = {"is_disabled": True}
KEYBOARD = Keyboard(rows=((Button(text="Взять", data="take:12"),), (Button(text="Ещё", data="more:12"),)))
MARKUP = {
    "inline_keyboard": [
        [{"text": "Взять", "callback_data": "take:12"}],
        [{"text": "Ещё", "callback_data": "more:12"}],
    ]
}


def outgoing(effect: Effect, chat_id: str = "5550001") -> Outgoing:
    return Outgoing(chat=ChatRef(channel="telegram", chat_id=chat_id), chat_kind=ChatKind.PRIVATE, effect=effect, key=1)


def known(kind: MediaKind, ref: str = "FILE") -> Source:
    """A file that Telegram has."""
    return Source(kind=kind, media=Media(kind=kind, channel="telegram", ref=ref))


def stored(mime_type: str, size: int = 1000, name: str = "file") -> StoredFile:
    return StoredFile(path=Path("/nowhere"), sha256="0", size=size, mime_type=mime_type, file_name=name)


def ours(kind: MediaKind, file: StoredFile) -> Source:
    """A file that came by another messenger."""
    return Source(kind=kind, media=Media(kind=kind, channel="vk", ref="https://example.org"), file=file)


@dataclass(frozen=True)
class Case:
    label: str
    effect: Effect
    method: str
    fields: dict[str, Any]
    chat_id: str = "5550001"
    sources: tuple[Source, ...] = ()


def to(**fields: Any) -> dict[str, Any]:
    return {"chat_id": 5550001, **fields}


PDF = stored("application/pdf", name="ответ.pdf")

CASES = [
    Case("text", SendMessage(text="Ваш номер"), "sendMessage", to(text="Ваш номер", link_preview_options=NO_PREVIEW)),
    Case(
        "an emoji before a style counts twice",
        SendMessage(
            text="👍 № 12 принят",
            spans=(Span(start=2, end=6, style=Style.BOLD), Span(start=7, end=99, style=Style.ITALIC)),
        ),
        "sendMessage",
        to(
            text="👍 № 12 принят",
            entities=[
                {"type": "bold", "offset": 3, "length": 4},
                {"type": "italic", "offset": 8, "length": 6},
            ],
            link_preview_options=NO_PREVIEW,
        ),
    ),
    Case(
        "reply with buttons in a topic",
        SendMessage(text="Карточка", keyboard=KEYBOARD, reply_to="77"),
        "sendMessage",
        {
            "chat_id": -1001700000001,
            "message_thread_id": 42,
            "reply_parameters": {"message_id": 77, "allow_sending_without_reply": True},
            "reply_markup": MARKUP,
            "text": "Карточка",
            "link_preview_options": NO_PREVIEW,
        },
        chat_id="-1001700000001:42",
    ),
    Case(
        "the first topic is the group itself",
        SendMessage(text="Да"),
        "sendMessage",
        {"chat_id": -1001700000001, "text": "Да", "link_preview_options": NO_PREVIEW},
        chat_id="-1001700000001:1",
    ),
    *(
        Case(f"{kind} by its id", SendMessage(), method, to(**{kind.value: "FILE"}), sources=(known(kind),))
        for kind, method in (
            (MediaKind.PHOTO, "sendPhoto"),
            (MediaKind.VIDEO, "sendVideo"),
            (MediaKind.ANIMATION, "sendAnimation"),
            (MediaKind.VOICE, "sendVoice"),
            (MediaKind.VIDEO_NOTE, "sendVideoNote"),
            (MediaKind.AUDIO, "sendAudio"),
            (MediaKind.DOCUMENT, "sendDocument"),
            (MediaKind.STICKER, "sendSticker"),
        )
    ),
    Case(
        "photo with caption and buttons",
        SendMessage(text="Счёт", spans=(Span(start=0, end=4, style=Style.BOLD),), keyboard=KEYBOARD),
        "sendPhoto",
        to(
            photo="FILE",
            caption="Счёт",
            caption_entities=[{"type": "bold", "offset": 0, "length": 4}],
            reply_markup=MARKUP,
        ),
        sources=(known(MediaKind.PHOTO),),
    ),
    Case(
        "a document of ours",
        SendMessage(text="Ответ"),
        "sendDocument",
        to(document="attach://file0", caption="Ответ", disable_content_type_detection=True),
        sources=(ours(MediaKind.DOCUMENT, PDF),),
    ),
    Case(
        "album, the caption on its first part",
        SendMessage(text="Двор"),
        "sendMediaGroup",
        to(
            media=[
                {"type": "photo", "media": "A", "caption": "Двор"},
                {"type": "photo", "media": "attach://file1"},
                {"type": "video", "media": "B"},
            ]
        ),
        sources=(
            known(MediaKind.PHOTO, "A"),
            ours(MediaKind.PHOTO, stored("image/png")),
            known(MediaKind.VIDEO, "B"),
        ),
    ),
    Case(
        "point",
        SendMessage(location=Location(latitude=66.5, longitude=66.6)),
        "sendLocation",
        to(latitude=66.5, longitude=66.6),
    ),
    Case(
        "place with an address alone",
        SendMessage(location=Location(latitude=66.5, longitude=66.6, address="ул. Ленина, 1")),
        "sendVenue",
        to(latitude=66.5, longitude=66.6, title="ул. Ленина, 1", address="ул. Ленина, 1"),
    ),
    Case(
        "contact",
        SendMessage(contact=Contact(name="Диспетчер", phone="+70000000001")),
        "sendContact",
        to(phone_number="+70000000001", first_name="Диспетчер"),
    ),
    Case(
        "an edit without buttons takes them away",
        EditMessage(message_id="7", text="Взято"),
        "editMessageText",
        to(message_id=7, text="Взято", link_preview_options=NO_PREVIEW, reply_markup={"inline_keyboard": []}),
    ),
    Case(
        "an edit of a caption",
        EditMessage(message_id="7", text="Взято", media=(known(MediaKind.PHOTO).media,), keyboard=KEYBOARD),
        "editMessageCaption",
        to(message_id=7, caption="Взято", reply_markup=MARKUP),
    ),
    Case("deletion", DeleteMessage(message_id="7"), "deleteMessage", to(message_id=7)),
    Case(
        "mark: delivered",
        SetMark(message_id="7", mark=Mark.DELIVERED),
        "setMessageReaction",
        {"chat_id": -1001700000001, "message_id": 7, "reaction": [{"type": "emoji", "emoji": "👍"}]},
        chat_id="-1001700000001:42",
    ),
    Case(
        "mark: failed",
        SetMark(message_id="7", mark=Mark.FAILED),
        "setMessageReaction",
        to(message_id=7, reaction=[{"type": "emoji", "emoji": "👎"}]),
    ),
    Case(
        "a long answer to a press is cut",
        AnswerPress(press_id="42", user_id="1", text="я" * 300),
        "answerCallbackQuery",
        {"callback_query_id": "42", "text": "я" * 200},
    ),
    Case(
        "a silent answer to a press",
        AnswerPress(press_id="42", user_id="1"),
        "answerCallbackQuery",
        {"callback_query_id": "42"},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_render(case: Case) -> None:
    """Each effect becomes exactly this call, and one that aiogram's own description of the method allows."""
    call = render(outgoing(case.effect, case.chat_id), case.sources)
    assert (case.method, case.fields) == (call.method, call.fields)
    model = getattr(aiogram.methods, call.method[0].upper() + call.method[1:])
    assert set() == call.fields.keys() - model.model_fields.keys()
    model.model_validate(call.fields)


def test_uploads() -> None:
    """Every file of ours goes with the call, under the name by which the call refers to it."""
    call = render(
        outgoing(SendMessage()),
        [known(MediaKind.DOCUMENT), ours(MediaKind.DOCUMENT, PDF)],
    )
    expected = [("file1", PDF)]
    assert expected == [(upload.field, upload.file) for upload in call.uploads]


REFUSED = [
    ("a caption under a sticker", SendMessage(text="!"), (known(MediaKind.STICKER),), "5550001"),
    ("text beside a point", SendMessage(text="!", location=Location(latitude=1, longitude=1)), (), "5550001"),
    ("a chat of another messenger", SendMessage(text="!"), (), "Zm9v=="),
    ("a message of another messenger", DeleteMessage(message_id="Zm9v"), (), "5550001"),
]


@pytest.mark.parametrize(
    ("effect", "sources", "chat_id"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_refused(effect: Effect, sources: tuple[Source, ...], chat_id: str) -> None:
    """What cannot be one message is refused: nothing is dropped in silence."""
    with pytest.raises(Rejected):
        render(outgoing(effect, chat_id), sources)


KINDS = [
    ("a picture", MediaKind.PHOTO, stored("image/jpeg"), {}, MediaKind.PHOTO),
    ("a heavy picture", MediaKind.PHOTO, stored("image/png", 10 * MB + 1), {}, MediaKind.DOCUMENT),
    ("a picture from a phone of another make", MediaKind.PHOTO, stored("image/heic"), {}, MediaKind.DOCUMENT),
    (
        "a picture too long for a photo",
        MediaKind.PHOTO,
        stored("image/png"),
        {"width": 100, "height": 2001},
        MediaKind.DOCUMENT,
    ),
    (
        "a picture too large for a photo",
        MediaKind.PHOTO,
        stored("image/png"),
        {"width": 6000, "height": 4001},
        MediaKind.DOCUMENT,
    ),
    ("a video", MediaKind.VIDEO, stored("video/mp4"), {}, MediaKind.VIDEO),
    ("a video that clients do not play", MediaKind.VIDEO, stored("video/quicktime"), {}, MediaKind.DOCUMENT),
    ("a voice message", MediaKind.VOICE, stored("audio/ogg; codecs=opus"), {}, MediaKind.VOICE),
    ("a voice message of an odd kind", MediaKind.VOICE, stored("audio/amr"), {}, MediaKind.DOCUMENT),
    ("a sticker from elsewhere", MediaKind.STICKER, stored("image/png"), {}, MediaKind.DOCUMENT),
]


@pytest.mark.parametrize(
    ("kind", "file", "sides", "expected"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS]
)
def test_kind_of_upload(kind: MediaKind, file: StoredFile, sides: dict[str, Any], expected: MediaKind) -> None:
    """What Telegram would not take as what it is goes as a document, whole."""
    assert expected is upload_kind(Media(kind=kind, channel="vk", ref="", **sides), file)


def test_albums() -> None:
    """A photo that has to be a document parts from the photos, unless all of them become documents."""
    media = [Media(kind=MediaKind.PHOTO, channel="vk", ref="") for _ in range(2)]
    files = [stored("image/jpeg"), stored("image/heic")]
    expected = (False, True)
    assert expected == (is_album(sources_of(media, files)), is_album(documents_of(media, files)))


def test_call_is_plain_data() -> None:
    """A call without files holds nothing but what JSON can say."""
    assert Call(method="deleteMessage", fields=to(message_id=7)) == render(outgoing(DeleteMessage(message_id="7")))
