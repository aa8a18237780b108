"""What goes out to Viber, against the emulator, and what goes wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import (
    MediaUnavailable,
    Misconfigured,
    OutcomeUnknown,
    RecipientGone,
    Rejected,
    Scope,
    SendError,
    Throttled,
    Transient,
)
from bot.model.content import Contact, Location, Media, MediaKind
from bot.model.message import (
    AnswerPress,
    DeleteMessage,
    EditMessage,
    Effect,
    Mark,
    SendMessage,
    SetMark,
)
from tests.adapters.viber.service import MARIA, PETR, SMALL, YES_NO, Service, given, picture, serve, to
from tests.emulators.base import Fault
from tests.emulators.viber import TOKEN, ViberEmulator


async def test_text_and_keyboard(viber: ViberEmulator, service: Service) -> None:
    """Text arrives under the service's name with its buttons, and the receipt is Viber's exact token."""
    receipt = await service.adapter.send(to(MARIA, SendMessage(text="Ответ на № 5", keyboard=YES_NO)))
    shown = viber.delivered[0]
    assert viber.refused == []
    expected = ("Ответ на № 5", "Ямал Официально", {"Да": "#otvet:q:1:yes", "Нет": "#otvet:q:1:no"})
    assert expected == (shown.text, shown.body["sender"]["name"], shown.buttons)
    expected_ids = (str(shown.token),)
    assert expected_ids == receipt.message_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    label: str
    kind: MediaKind
    name: str
    mime: str
    data: bytes = b"%PDF-1.7 bytes"
    text: str = ""
    expected_type: str
    expected_media: str
    expected_name: str = ""


SENT = [
    Sent(
        label="small picture",
        kind=MediaKind.PHOTO,
        name="a.png",
        mime="image/png",
        data=SMALL,
        text="Схема",
        expected_type="picture",
        expected_media="image/png",
    ),
    Sent(
        label="picture over 1 MB",
        kind=MediaKind.PHOTO,
        name="big.png",
        mime="image/png",
        data=picture(700),
        expected_type="picture",
        expected_media="image/jpeg",
    ),
    Sent(
        label="picture of a kind Viber does not take",
        kind=MediaKind.PHOTO,
        name="a.webp",
        mime="image/webp",
        data=picture(8, "WEBP"),
        expected_type="picture",
        expected_media="image/jpeg",
    ),
    Sent(
        label="sticker",
        kind=MediaKind.STICKER,
        name="s.webp",
        mime="image/webp",
        data=picture(8, "WEBP"),
        expected_type="picture",
        expected_media="image/png",
    ),
    Sent(
        label="video",
        kind=MediaKind.VIDEO,
        name="v.mp4",
        mime="video/mp4",
        expected_type="video",
        expected_media="video/mp4",
    ),
    Sent(
        label="round video",
        kind=MediaKind.VIDEO_NOTE,
        name="r.mp4",
        mime="video/mp4",
        expected_type="video",
        expected_media="video/mp4",
    ),
    Sent(
        label="video of another kind",
        kind=MediaKind.VIDEO,
        name="v.webm",
        mime="video/webm",
        expected_type="file",
        expected_media="video/webm",
        expected_name="v.webm",
    ),
    Sent(
        label="video over 26 MB",
        kind=MediaKind.VIDEO,
        name="big.mp4",
        mime="video/mp4",
        data=b"0" * (26 * 1024 * 1024 + 1),
        expected_type="file",
        expected_media="video/mp4",
        expected_name="big.mp4",
    ),
    Sent(
        label="video that is not called so",
        kind=MediaKind.VIDEO,
        name="v.bin2",
        mime="video/mp4",
        expected_type="file",
        expected_media="video/mp4",
        expected_name="v.bin2",
    ),
    Sent(
        label="moving picture",
        kind=MediaKind.ANIMATION,
        name="g.gif",
        mime="image/gif",
        expected_type="file",
        expected_media="image/gif",
        expected_name="g.gif",
    ),
    Sent(
        label="voice",
        kind=MediaKind.VOICE,
        name="voice.oga",
        mime="audio/ogg",
        expected_type="file",
        expected_media="audio/ogg",
        expected_name="voice.oga",
    ),
    Sent(
        label="audio",
        kind=MediaKind.AUDIO,
        name="song.mp3",
        mime="audio/mpeg",
        expected_type="file",
        expected_media="audio/mpeg",
        expected_name="song.mp3",
    ),
    Sent(
        label="document with a Russian name",
        kind=MediaKind.DOCUMENT,
        name="Приказ № 5.pdf",
        mime="application/pdf",
        expected_type="file",
        expected_media="application/pdf",
        expected_name="Приказ № 5.pdf",
    ),
]


@pytest.mark.parametrize("case", SENT, ids=lambda case: case.label)
async def test_files_go_out(case: Sent, viber: ViberEmulator, service: Service) -> None:
    """Every kind of file reaches the resident's phone, in a shape that Viber takes."""
    media = given(service, case.kind, case.data, case.name, case.mime)
    await service.adapter.send(to(MARIA, SendMessage(text=case.text, media=(media,), keyboard=YES_NO)))
    assert viber.refused == []
    shown = viber.delivered[0]
    expected = (case.expected_type, case.expected_media, case.expected_name, case.text, 2)
    assert expected == (shown.type, shown.media_type, shown.file_name, shown.text, len(shown.buttons))


async def test_place_and_contact_go_out(viber: ViberEmulator, service: Service) -> None:
    """A place and a contact are shown as what they are."""
    place, card = Location(latitude=66.5, longitude=66.6), Contact(name="Приёмная", phone="+73492200000")
    await service.adapter.send(to(MARIA, SendMessage(location=place)))
    await service.adapter.send(to(MARIA, SendMessage(contact=card)))
    expected = [("location", {"lat": 66.5, "lon": 66.6}), ("contact", {"name": "Приёмная", "phone_number": card.phone})]
    assert expected == [(shown.type, shown.body[shown.type]) for shown in viber.delivered]


@pytest.mark.parametrize(
    ("kind", "data", "name", "mime", "code"),
    [
        (MediaKind.PHOTO, b"no picture", "a.heic", "image/heic", "no_picture"),
        (MediaKind.DOCUMENT, b"0" * (50 * 1024 * 1024 + 1), "a.zip", "application/zip", "too_big"),
        (MediaKind.DOCUMENT, b"MZ", "a.exe", "application/x-dosexec", "forbidden_extension"),
    ],
)
async def test_file_at_fault_is_named(
    service: Service, kind: MediaKind, data: bytes, name: str, mime: str, code: str
) -> None:
    """A file that cannot be passed on is rejected as a part, so that the rest of the answer still goes out."""
    media = given(service, kind, data, name, mime)
    with pytest.raises(Rejected) as caught:
        await service.adapter.send(to(MARIA, SendMessage(media=(media,))))
    expected = (code, 0)
    assert expected == (caught.value.code, caught.value.part)


async def test_file_that_is_gone(service: Service) -> None:
    """A file that the other platform no longer has is a rejected part, with the reason in plain words."""
    service.files.broken["x"] = MediaUnavailable("gone", "файл больше не доступен")
    with pytest.raises(Rejected) as caught:
        await service.adapter.send(to(MARIA, SendMessage(media=(Media(kind=MediaKind.PHOTO, channel="vk", ref="x"),))))
    expected = ("gone", "файл больше не доступен", 0)
    assert expected == (caught.value.code, caught.value.reason, caught.value.part)


async def test_file_that_may_come_back(service: Service) -> None:
    """A file whose platform is away is waited for."""
    service.files.broken["x"] = Transient("download_timeout")
    with pytest.raises(Transient):
        await service.adapter.send(to(MARIA, SendMessage(media=(Media(kind=MediaKind.PHOTO, channel="vk", ref="x"),))))


@pytest.mark.parametrize(
    "effect",
    [
        EditMessage(message_id="1", text="Да"),
        DeleteMessage(message_id="1"),
        SetMark(message_id="1", mark=Mark.DELIVERED),
        AnswerPress(press_id="1", user_id="1"),
    ],
    ids=lambda effect: type(effect).__name__,
)
async def test_what_viber_cannot_do(viber: ViberEmulator, service: Service, effect: Effect) -> None:
    """Nothing is sent for effects that Viber has not."""
    with pytest.raises(Rejected) as caught:
        await service.adapter.send(to(MARIA, effect))
    expected = ("unsupported", 0)
    assert expected == (caught.value.code, len(viber.calls))


async def test_old_client_gets_a_plain_message(viber: ViberEmulator, service: Service) -> None:
    """A Viber too old for the message gets it without buttons."""
    viber.old_clients.add(MARIA.id)
    await service.adapter.send(to(MARIA, SendMessage(text="Да", keyboard=YES_NO)))
    expected = [("Да", 0, 1)]
    assert expected == [(shown.text, len(shown.buttons), shown.body["min_api_version"]) for shown in viber.delivered]


async def test_plain_message_is_tried_once(viber: ViberEmulator, service: Service) -> None:
    """When the plain message is refused too, that is the end of it."""
    viber.fail(Fault(status=200, body={"status": 13}), method="send_message", times=3)
    with pytest.raises(Rejected):
        await service.adapter.send(to(MARIA, SendMessage(text="Первое")))
    # Two of the three refusals are used up: the last one meets the first try of this message.
    await service.adapter.send(to(MARIA, SendMessage(text="Второе")))
    expected = [("Второе", 1)]
    assert expected == [(shown.text, shown.body.get("min_api_version")) for shown in viber.delivered]


async def test_stranger(service: Service) -> None:
    """Who never wrote, or unsubscribed, is gone."""
    with pytest.raises(RecipientGone):
        await service.adapter.send(to(PETR, SendMessage(text="Да")))


async def test_resident_who_says_nothing(viber: ViberEmulator, service: Service) -> None:
    """After 100 messages without a word from the resident his chat rests, and his next word ends that."""
    for _ in range(100):
        await service.adapter.send(to(MARIA, SendMessage(text="Да")))
    with pytest.raises(Throttled) as caught:
        await service.adapter.send(to(MARIA, SendMessage(text="Да")))
    expected = (timedelta(seconds=60), Scope.CHAT)
    assert expected == (caught.value.retry_after, caught.value.scope)
    await viber.push(viber.text(MARIA, "Я тут"))
    await service.adapter.send(to(MARIA, SendMessage(text="Да")))


async def test_wrong_token(viber: ViberEmulator, tmp_path: Path) -> None:
    """A wrong token stops the channel, and is in no error."""
    async with serve(viber, tmp_path, token="S3CRET-wrong") as service:
        with pytest.raises(Misconfigured) as caught:
            await service.adapter.send(to(MARIA, SendMessage(text="Да")))
    assert "S3CRET" not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"


async def test_token_is_in_no_body(viber: ViberEmulator, service: Service) -> None:
    """The token goes in the header alone, where no log of bodies shows it."""
    await service.adapter.send(to(MARIA, SendMessage(text="Да")))
    assert TOKEN not in json.dumps(viber.calls)


FAULTS: list[tuple[str, Fault, type[SendError]]] = [
    ("cut off before", Fault(cut_before=True), OutcomeUnknown),
    ("cut off after", Fault(cut_after=True), OutcomeUnknown),
    ("bad gateway", Fault(status=502, body="<html>"), OutcomeUnknown),
    ("an answer that is no answer", Fault(status=200, body="<html>"), OutcomeUnknown),
    ("a list", Fault(status=200, body="[]"), OutcomeUnknown),
    ("too many requests", Fault(status=429, headers={"Retry-After": "7"}), Throttled),
    ("a status under HTTP 400", Fault(status=400, body={"status": 6}), RecipientGone),
    ("bad request", Fault(status=400), Rejected),
    ("forbidden", Fault(status=403), Misconfigured),
    ("a redirect", Fault(status=302, headers={"Location": "http://127.0.0.1:1/"}), Misconfigured),
    ("general error", Fault(status=200, body={"status": 99}), Transient),
]


@pytest.mark.parametrize(("label", "fault", "error"), FAULTS, ids=[label for label, _, _ in FAULTS])
async def test_faults(viber: ViberEmulator, service: Service, label: str, fault: Fault, error: type[SendError]) -> None:
    """Each way in which a call can fail is one of the errors of sending."""
    viber.fail(fault, method="send_message")
    with pytest.raises(error) as caught:
        await service.adapter.send(to(MARIA, SendMessage(text="Да")))
    assert error is type(caught.value)


async def test_viber_is_away(viber: ViberEmulator, service: Service) -> None:
    """A refused connection is surely not sent: it is tried again."""
    await viber.stop()
    with pytest.raises(Transient):
        await service.adapter.send(to(MARIA, SendMessage(text="Да")))


async def test_sender_name(viber: ViberEmulator, tmp_path: Path) -> None:
    """The name above the messages can be set."""
    async with serve(viber, tmp_path, sender_name="Приёмная") as service:
        viber.webhook, viber.subscribed = service.url, {MARIA.id}
        await service.adapter.send(to(MARIA, SendMessage(text="Да")))
    expected = {"name": "Приёмная"}
    assert expected == viber.delivered[0].body["sender"]
