"""What comes in from Viber, against the emulator."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.adapter import AnswersInline, RawReply, RawRequest, Update
from bot.errors import (
    BadUpdate,
    MediaUnavailable,
    Rejected,
    Unauthentic,
)
from bot.model.content import Media, MediaKind
from bot.model.event import ButtonPressed, ChatStarted, DeliveryFailed, MessageReceived
from bot.model.message import (
    SendMessage,
)
from tests.adapters.viber.service import MARIA, PETR, SMALL, YES_NO, Service, given, serve, to
from tests.emulators.viber import TOKEN, ViberEmulator

VECTORS_TOKEN = "41f7-made-up-token"
VECTORS = [
    (
        '{"event":"webhook","timestamp":1763884800000,"message_token":310256543215}',
        "96125e82eedcef525fd111420129207c570a9af8bf0fdf6f7ff296415c16e12a",
    ),
    (
        '{"event":"unsubscribed", "user_id":"aB+/=","note":"Привет 🌨"}',
        "bef5f42b55801df2eb6523553e618763aa9d5cbe04c3d1cacd594dc6ccc47ab6",
    ),
]


async def receive(service: Service, body: bytes, signature: str | None) -> tuple[Update, ...]:
    headers = {} if signature is None else {"x-viber-content-signature": signature}
    return (await service.adapter.receive(RawRequest(headers=headers, body=body))).updates


async def test_signature(viber: ViberEmulator, service: Service) -> None:
    """A callback signed over its very bytes is taken, in small or capital letters."""
    body = '{ "event": "unsubscribed", "user_id": "я/+=" }'.encode()
    right = hmac.new(TOKEN.encode(), body, hashlib.sha256).hexdigest()
    assert await receive(service, body, right) == await receive(service, body, right.upper())


@pytest.mark.parametrize(("body", "signature"), VECTORS)
async def test_signature_vectors(viber: ViberEmulator, tmp_path: Path, body: str, signature: str) -> None:
    """The signature is the hex HMAC-SHA256 of the raw body under the token, worked out beforehand."""
    async with serve(viber, tmp_path, token=VECTORS_TOKEN) as service:
        request = RawRequest(headers={"x-viber-content-signature": signature}, body=body.encode())
        expected = RawReply()
        assert expected == (await service.adapter.receive(request)).reply


@pytest.mark.parametrize(
    ("label", "change"),
    [
        ("none", lambda _: None),
        ("empty", lambda _: ""),
        ("cut", lambda right: right[:-1]),
        ("other letters", lambda _: "подпись"),
        ("of other bytes", lambda _: hmac.new(TOKEN.encode(), b"{}", hashlib.sha256).hexdigest()),
        ("of another key", lambda _: hmac.new(b"", b'{"event": "seen"}', hashlib.sha256).hexdigest()),
    ],
)
async def test_wrong_signature(
    service: Service, viber: ViberEmulator, label: str, change: Callable[[str], str | None]
) -> None:
    """What Viber did not sign is refused, before anybody reads it."""
    for body in (b'{"event": "seen"}', b"no JSON"):
        with pytest.raises(Unauthentic):
            await receive(service, body, change(viber.sign(body)))


async def test_signed_nonsense(viber: ViberEmulator, service: Service) -> None:
    """A signed body that is no event is refused as such."""
    with pytest.raises(BadUpdate):
        await receive(service, b"{}", viber.sign(b"{}"))


async def test_receipts_are_not_stored(viber: ViberEmulator, service: Service) -> None:
    """Receipts come for each message and device: they are acknowledged, and leave nothing behind."""
    await service.adapter.send(to(MARIA, SendMessage(text="Да")))
    await viber.push(viber.receipt("delivered", viber.delivered[0]))
    await viber.push(viber.receipt("seen", viber.delivered[0]))
    assert service.accepted == []


async def test_messages_come_in(viber: ViberEmulator, service: Service) -> None:
    """What a resident sends becomes messages, and files can be fetched."""
    data = b"0123456789" * 1000
    for event in (
        viber.text(MARIA, "Вопрос"),
        viber.picture(MARIA, data, text="Яма"),
        viber.video(MARIA, data),
        viber.file(MARIA, data, "Заявление.pdf"),
        viber.file(MARIA, data, "voice.m4a"),
        viber.sticker(MARIA, data),
    ):
        await viber.push(event)
    messages = [event for update in service.accepted for event in update.events if isinstance(event, MessageReceived)]
    media = [file for message in messages for file in message.content.media]
    expected = ["Вопрос", "Яма", "", "", "", ""]
    assert expected == [message.content.text for message in messages]
    kinds = [MediaKind.PHOTO, MediaKind.VIDEO, MediaKind.DOCUMENT, MediaKind.AUDIO, MediaKind.STICKER]
    assert kinds == [file.kind for file in media]
    for file in media:
        into = io.BytesIO()
        await service.adapter.fetch(file, into)
        assert data == into.getvalue()


async def test_redelivery_has_the_same_key(viber: ViberEmulator, service: Service) -> None:
    """A callback that comes twice has one key."""
    event = viber.text(MARIA, "Вопрос")
    await viber.push(event)
    await viber.push(event)
    first, second = service.accepted
    assert first == second


async def test_foreign_file_is_not_fetched(viber: ViberEmulator, service: Service) -> None:
    """A signed event cannot make us ask an address that is not Viber's."""
    event = viber.picture(MARIA, b"x")
    for address in ("http://127.0.0.1:9/x.jpg", "https://viber.com.example/x.jpg", "http://xviber.com/x.jpg"):
        media = Media(kind=MediaKind.PHOTO, channel="viber", ref=address)
        with pytest.raises(MediaUnavailable):
            await service.adapter.fetch(media, io.BytesIO())
    assert event["message"]["media"].startswith(viber.url)


async def test_expired_link(viber: ViberEmulator, service: Service) -> None:
    """A link whose time is over says so in plain words, without the link."""
    media = Media(kind=MediaKind.PHOTO, channel="viber", ref=f"{viber.url}/files/none/x.jpg?Signature=S3CRET")
    with pytest.raises(MediaUnavailable) as caught:
        await service.adapter.fetch(media, io.BytesIO())
    expected = "gone: файл больше не доступен"
    assert expected == str(caught.value)


async def test_press(viber: ViberEmulator, service: Service) -> None:
    """A press of a button brings back its data, and is no message."""
    await service.adapter.send(to(MARIA, SendMessage(text="Помогло?", keyboard=YES_NO)))
    await viber.push(viber.press(MARIA, viber.delivered[0], "Да"))
    (event,) = service.accepted[0].events
    assert isinstance(event, ButtonPressed)
    expected = "q:1:yes"
    assert expected == event.data


async def test_greeting_rides_in_the_answer(viber: ViberEmulator, service: Service) -> None:
    """Who opens the chat is greeted in the answer itself, though nothing may be sent to him yet."""
    assert isinstance(service.adapter, AnswersInline)
    service.greeting = SendMessage(text="Здравствуйте!", keyboard=YES_NO)
    answer = await viber.push(viber.conversation_started(PETR, context="house_5"))
    (event,) = service.accepted[0].events
    assert isinstance(event, ChatStarted)
    shown = viber.delivered[0]
    expected = ("house_5", PETR.id, "Здравствуйте!", True, False, False)
    assert expected == (
        event.source,
        shown.receiver,
        shown.text,
        shown.welcome,
        "receiver" in json.loads(answer),
        PETR.id in viber.subscribed,
    )


async def test_greeting_has_no_files(service: Service) -> None:
    """A greeting is text and buttons: a file would have to be fetched first."""
    media = given(service, MediaKind.PHOTO, SMALL, "a.png", "image/png")
    with pytest.raises(Rejected):
        service.adapter.render_inline(to(MARIA, SendMessage(media=(media,))))


async def test_late_failure(viber: ViberEmulator, service: Service) -> None:
    """A message that the resident's Viber would not show comes back as an event about that message."""
    service.files.publish = lambda file: f"{viber.url}/files/none/{file.file_name}"
    media = given(service, MediaKind.DOCUMENT, b"x", "a.pdf", "application/pdf")
    receipt = await service.adapter.send(to(MARIA, SendMessage(media=(media,))))
    await viber.wait_for(lambda: service.accepted)
    (event,) = service.accepted[0].events
    assert isinstance(event, DeliveryFailed)
    expected = (receipt.message_ids[0], MARIA.id)
    assert expected == (event.message_id, event.chat.chat_id)
