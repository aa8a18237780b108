"""Effects, and what people see of them."""

from __future__ import annotations

import pytest

from bot.errors import Rejected
from bot.model.content import Contact, Location, Media, MediaKind
from bot.model.message import AnswerPress, DeleteMessage, EditMessage, Effect, Mark, Receipt, SendMessage, SetMark
from tests.adapters.telegram.bench import GROUP, KEYBOARD, OLEG, Bench, outgoing, refused, seen, theirs


async def test_text_with_buttons(bench: Bench) -> None:
    """A card arrives with its buttons, and the receipt has the number under which a reply will come."""
    receipt = await bench.adapter().send(outgoing(SendMessage(text="№ 12", keyboard=KEYBOARD), f"{GROUP}:42"))
    (card,) = bench.telegram.delivered
    assert (card.chat_id, card.thread, card.text, card.buttons) == (GROUP, 42, "№ 12", ["take:12"])
    assert Receipt(message_ids=(str(card.message_id),)) == receipt


@pytest.mark.parametrize("kind", list(MediaKind))
async def test_by_id(bench: Bench, kind: MediaKind) -> None:
    """A file that came in by this bot goes out by its id, without a download."""
    ref = bench.telegram.add_file(b"bytes", "file", kind=kind.value)
    await bench.adapter().send(outgoing(SendMessage(media=(Media(kind=kind, channel="telegram", ref=ref),))))
    assert [(kind.value, "", b"bytes")] == seen(bench.telegram.delivered)
    assert not bench.telegram.delivered[0].uploaded


@pytest.mark.parametrize(
    ("kind", "mime", "arrives_as"),
    [
        (MediaKind.PHOTO, "image/jpeg", "photo"),
        (MediaKind.PHOTO, "image/heic", "document"),
        (MediaKind.VIDEO, "video/mp4", "video"),
        (MediaKind.ANIMATION, "image/gif", "animation"),
        (MediaKind.VOICE, "audio/ogg", "voice"),
        (MediaKind.VIDEO_NOTE, "video/mp4", "video_note"),
        (MediaKind.AUDIO, "audio/mpeg", "audio"),
        (MediaKind.DOCUMENT, "application/pdf", "document"),
        (MediaKind.STICKER, "image/png", "document"),
    ],
)
async def test_upload(bench: Bench, kind: MediaKind, mime: str, arrives_as: str) -> None:
    """A file of another messenger is uploaded whole, with its Russian name."""
    bench.files.add("ref", b"bytes", name='от"чёт.bin', mime=mime)
    await bench.adapter().send(outgoing(SendMessage(media=(theirs(kind, "ref"),))))
    assert [(arrives_as, "", b"bytes")] == seen(bench.telegram.delivered)
    file = bench.telegram.delivered[0].file
    assert file is not None
    assert file.name == 'от"чёт.bin'


async def test_reply_in_upload(bench: Bench) -> None:
    """Text, styles, buttons and what is replied to go with an uploaded file too."""
    bench.files.add("ref", b"bytes", name="a.pdf", mime="application/pdf")
    message_id = bench.telegram.text(GROUP, OLEG, "Вопрос")["message"]["message_id"]
    effect = SendMessage(
        text="Ответ", media=(theirs(MediaKind.DOCUMENT, "ref"),), keyboard=KEYBOARD, reply_to=str(message_id)
    )
    await bench.adapter().send(outgoing(effect, GROUP))
    (message,) = bench.telegram.delivered
    assert ("Ответ", ["take:12"], message_id) == (message.text, message.buttons, message.reply_to)


async def test_album(bench: Bench) -> None:
    """An album of known and uploaded files is one call, with a receipt for every part."""
    ref = bench.telegram.add_file(b"one", "1.jpg", kind="photo")
    bench.files.add("two", b"two", name="2.jpg", mime="image/jpeg")
    media = (Media(kind=MediaKind.PHOTO, channel="telegram", ref=ref), theirs(MediaKind.PHOTO, "two"))
    receipt = await bench.adapter().send(outgoing(SendMessage(text="Двор", media=media)))
    assert seen(bench.telegram.delivered) == [("photo", "Двор", b"one"), ("photo", "", b"two")]
    assert tuple(str(one.message_id) for one in bench.telegram.delivered) == receipt.message_ids


async def test_album_that_cannot_be_mixed(bench: Bench) -> None:
    """Where one photo has to be a document, all become documents: the album stays one."""
    ref = bench.telegram.add_file(b"one", "1.jpg", kind="photo")
    bench.files.add(ref, b"one", name="1.jpg", mime="image/jpeg")
    bench.files.add("two", b"two", name="2.heic", mime="image/heic")
    media = (Media(kind=MediaKind.PHOTO, channel="telegram", ref=ref), theirs(MediaKind.PHOTO, "two"))
    await bench.adapter().send(outgoing(SendMessage(media=media)))
    assert seen(bench.telegram.delivered) == [("document", "", b"one"), ("document", "", b"two")]


async def test_photo_that_telegram_will_not_process(bench: Bench) -> None:
    """A photo that is refused goes as a document, with its caption."""
    bench.telegram.bad_photos.add("1.jpg")
    bench.files.add("ref", b"odd", name="1.jpg", mime="image/jpeg")
    await bench.adapter().send(outgoing(SendMessage(text="Счёт", media=(theirs(MediaKind.PHOTO, "ref"),))))
    assert seen(bench.telegram.delivered) == [("document", "Счёт", b"odd")]


@pytest.mark.parametrize(
    ("effect", "method"),
    [
        (SendMessage(location=Location(latitude=66.5, longitude=66.6)), "sendLocation"),
        (SendMessage(location=Location(latitude=66.5, longitude=66.6, title="Школа")), "sendVenue"),
        (SendMessage(contact=Contact(name="Диспетчер", phone="+70000000001")), "sendContact"),
    ],
)
async def test_place_and_contact(bench: Bench, effect: SendMessage, method: str) -> None:
    """A point, a place and a contact arrive as what they are."""
    await bench.adapter().send(outgoing(effect))
    assert [method] == [one.method for one in bench.telegram.delivered]


async def test_edit_and_delete(bench: Bench) -> None:
    """A message of ours is changed and loses its buttons; changing it to what it is already is no failure."""
    adapter = bench.adapter()
    (message_id,) = (await adapter.send(outgoing(SendMessage(text="Новый", keyboard=KEYBOARD)))).message_ids
    edit = outgoing(EditMessage(message_id=message_id, text="Взято"))
    assert [Receipt(message_ids=(message_id,))] * 2 == [await adapter.send(edit), await adapter.send(edit)]
    (message,) = bench.telegram.delivered
    assert (message.text, message.buttons, message.edits) == ("Взято", [], ["Новый"])
    assert Receipt() == await adapter.send(outgoing(DeleteMessage(message_id=message_id)))
    assert bench.telegram.sent_to(5550001) == []


async def test_edit_of_a_caption(bench: Bench) -> None:
    """The text of a card with a photo is its caption."""
    adapter = bench.adapter()
    photo = Media(kind=MediaKind.PHOTO, channel="telegram", ref=bench.telegram.add_file(b"1", "1.jpg", kind="photo"))
    (message_id,) = (await adapter.send(outgoing(SendMessage(text="Новый", media=(photo,))))).message_ids
    await adapter.send(outgoing(EditMessage(message_id=message_id, text="Взято", media=(photo,))))
    assert [message.text for message in bench.telegram.delivered] == ["Взято"]


@pytest.mark.parametrize(
    "effect",
    [EditMessage(message_id="9", text="!"), DeleteMessage(message_id="9"), SetMark(message_id="9", mark=Mark.FAILED)],
)
async def test_message_that_is_gone(bench: Bench, effect: Effect) -> None:
    """What cannot be changed any more is refused for good."""
    assert isinstance(await refused(bench.adapter(), effect), Rejected)


async def test_mark(bench: Bench) -> None:
    """A mark is a reaction on the official's message."""
    message_id = bench.telegram.text(GROUP, OLEG, "Включили")["message"]["message_id"]
    receipt = await bench.adapter().send(outgoing(SetMark(message_id=str(message_id), mark=Mark.DELIVERED), GROUP))
    assert ({(GROUP, message_id): "👍"}, Receipt()) == (bench.telegram.reactions, receipt)


async def test_answer_to_a_press(bench: Bench) -> None:
    """A press is answered; one that is too old to be answered is nobody's trouble."""
    adapter = bench.adapter()
    bench.telegram.stale_presses.add("2")
    answers = [await adapter.send(outgoing(AnswerPress(press_id=i, user_id="1", text="Взято"))) for i in ("1", "2")]
    assert ([("1", "Взято")], [Receipt(), Receipt()]) == (bench.telegram.answers, answers)
