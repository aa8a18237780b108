"""One bot against a server that behaves like Telegram's."""

from __future__ import annotations

import asyncio
import io
import json
import traceback
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr, ValidationError

from adapters.telegram import Settings, TelegramAdapter, build
from bot.adapter import Adapter, Finding, RawRequest, Update
from bot.capabilities import Rate
from bot.errors import (
    BadUpdate,
    MediaUnavailable,
    Misconfigured,
    Moved,
    OutcomeUnknown,
    RecipientGone,
    Rejected,
    Scope,
    SendError,
    Throttled,
    Transient,
    Unauthentic,
)
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Contact, Location, Media, MediaKind
from bot.model.event import ButtonPressed, MessageReceived
from bot.model.message import (
    AnswerPress,
    Button,
    DeleteMessage,
    EditMessage,
    Effect,
    Keyboard,
    Mark,
    Outgoing,
    Receipt,
    SendMessage,
    SetMark,
)
from tests.adapters.lent import MemoryFiles, MemoryKept, lend
from tests.emulators.base import Fault
from tests.emulators.telegram import TOKEN, Delivered, TelegramEmulator, person

PUBLIC = "https://otvet.example.org/webhooks/telegram"
GROUP = -1001700000001
MARIA = person(5550001)
OLEG = person(5550002, "Олег", "")
SECRET = TOKEN.partition(":")[2]
MB = 1024 * 1024


@dataclass(kw_only=True)
class Bench:
    """A bot, what it is lent, and its platform."""

    telegram: TelegramEmulator
    files: MemoryFiles
    kept: MemoryKept
    adapters: list[TelegramAdapter]

    def adapter(self, *, webhook_url: str | None = None, **settings: Any) -> TelegramAdapter:
        lent = lend(
            self.files,
            kept=self.kept,
            webhook_url=webhook_url,
            resident_commands=(("help", "Помощь"),),
            official_commands=(("take", "Взять вопрос"),),
            admin_chats=(chat(GROUP),),
        )
        settings = {"token": TOKEN, "api_url": f"{self.telegram.url}/"} | settings
        self.adapters.append(build("telegram", Settings.model_validate(settings), lent))
        return self.adapters[-1]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with TelegramEmulator() as telegram:
        made = Bench(telegram=telegram, files=MemoryFiles(tmp_path), kept=MemoryKept(), adapters=[])
        yield made
        for adapter in made.adapters:
            await adapter.close()


def chat(chat_id: int | str) -> ChatRef:
    return ChatRef(channel="telegram", chat_id=str(chat_id))


def outgoing(effect: Effect, to: int | str = 5550001) -> Outgoing:
    return Outgoing(chat=chat(to), chat_kind=ChatKind.PRIVATE, effect=effect, key=1)


def theirs(kind: MediaKind, ref: str) -> Media:
    """A file that came by another messenger."""
    return Media(kind=kind, channel="vk", ref=ref)


def seen(messages: Iterable[Delivered]) -> list[tuple[str, str, bytes]]:
    """What people see: kind, text and bytes of each message."""
    return [(one.kind, one.text, one.file.data if one.file else b"") for one in messages]


async def refused(adapter: TelegramAdapter, effect: Effect, to: int | str = 5550001) -> SendError:
    """The error of a send that has to fail; the token is nowhere in it."""
    with pytest.raises(SendError) as caught:
        await adapter.send(outgoing(effect, to))
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    return caught.value


# --- sending ---

KEYBOARD = Keyboard(rows=((Button(text="Взять", data="take:12"),),))


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


# --- failing ---

HELLO = SendMessage(text="Здравствуйте")


async def test_too_fast(bench: Bench) -> None:
    """A wait is kept exactly; one chat waits alone, until several have to: then the whole account does."""
    adapter = bench.adapter()
    body = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 7}}
    bench.telegram.fail(Fault(status=429, body=body), method="sendMessage", times=3)
    errors = [await refused(adapter, HELLO, to) for to in (1, 2, 3)]
    assert all(isinstance(error, Throttled) and error.retry_after == timedelta(seconds=7) for error in errors)
    expected = [Scope.CHAT, Scope.CHAT, Scope.ACCOUNT]
    assert expected == [error.scope for error in errors if isinstance(error, Throttled)]
    assert bench.telegram.delivered == []


@pytest.mark.parametrize(
    ("fault", "delivered"),
    [
        (Fault(cut_before=True), 0),
        (Fault(cut_after=True), 1),
        (Fault(status=500), 0),
        (Fault(status=502, body="<html>Bad Gateway</html>"), 0),
        (Fault(status=200, body="{"), 0),
    ],
    ids=["cut before", "cut after", "500", "502 page", "half an answer"],
)
async def test_nobody_knows(bench: Bench, fault: Fault, delivered: int) -> None:
    """When the answer is missing, the message may have arrived: that is said, and nothing is tried here again."""
    bench.telegram.fail(fault, method="sendMessage")
    assert isinstance(await refused(bench.adapter(), HELLO), OutcomeUnknown)
    assert delivered == len(bench.telegram.delivered)


async def test_edit_that_was_cut_off(bench: Bench) -> None:
    """Of an edit the outcome does not matter: it can be done again."""
    adapter = bench.adapter()
    (message_id,) = (await adapter.send(outgoing(HELLO))).message_ids
    bench.telegram.fail(Fault(cut_after=True), method="editMessageText")
    edit = EditMessage(message_id=message_id, text="Взято")
    assert isinstance(await refused(adapter, edit), Transient)
    assert Receipt(message_ids=(message_id,)) == await adapter.send(outgoing(edit))


async def test_platform_away(bench: Bench) -> None:
    """Where nothing could be sent, trying again is safe; and the bot recovers by itself."""
    adapter = bench.adapter()
    await bench.telegram.stop()
    assert isinstance(await refused(adapter, HELLO), Transient)
    await bench.telegram.start()
    await adapter.send(outgoing(HELLO))
    assert len(bench.telegram.delivered) == 1


async def test_proxy_in_between(bench: Bench) -> None:
    """The 403 of a proxy does not mean that a resident has blocked the bot."""
    bench.telegram.fail(Fault(status=403, body="<html>Forbidden</html>"))
    assert isinstance(await refused(bench.adapter(), HELLO), Transient)


async def test_moved(bench: Bench) -> None:
    """A group that became a supergroup is followed, and so is a topic that was deleted."""
    adapter = bench.adapter()
    bench.telegram.migrated[-70001] = GROUP
    bench.telegram.deleted_topics.add((GROUP, 42))
    errors = [await refused(adapter, HELLO, -70001), await refused(adapter, HELLO, f"{GROUP}:42")]
    assert [chat(GROUP)] * 2 == [error.to for error in errors if isinstance(error, Moved)]


async def test_gone(bench: Bench) -> None:
    """Whoever blocked the bot, or does not exist, is gone."""
    bench.telegram.blocked.add(1)
    bench.telegram.missing.add(2)
    errors = [await refused(bench.adapter(), HELLO, to) for to in (1, 2)]
    assert [error.code for error in errors if isinstance(error, RecipientGone)] == ["blocked", "chat_not_found"]


async def test_topic_closed(bench: Bench) -> None:
    """A closed topic is not left: people closed it."""
    bench.telegram.closed_topics.add((GROUP, 42))
    assert isinstance(await refused(bench.adapter(), HELLO, f"{GROUP}:42"), Rejected)


async def test_wrong_token(bench: Bench) -> None:
    """With a wrong token nothing works until someone mends it."""
    error = await refused(bench.adapter(token="700100200:somethingelse"), HELLO)
    assert isinstance(error, Misconfigured)


async def test_unknown_file(bench: Bench) -> None:
    """The file that Telegram does not know is named, so that the rest can be sent without it."""
    adapter = bench.adapter()
    good = Media(kind=MediaKind.PHOTO, channel="telegram", ref=bench.telegram.add_file(b"1", "1.jpg", kind="photo"))
    bad = Media(kind=MediaKind.PHOTO, channel="telegram", ref="AgACunknown")
    errors = [
        await refused(adapter, SendMessage(media=(bad,))),
        await refused(adapter, SendMessage(media=(good, bad))),
    ]
    # A server of another make does not say which one.
    body = {"ok": False, "error_code": 400, "description": "Bad Request: wrong file identifier/HTTP URL specified"}
    bench.telegram.fail(Fault(status=400, body=body), method="sendMediaGroup")
    errors.append(await refused(adapter, SendMessage(media=(good, bad))))
    expected = [0, 1, 1]
    assert expected == [error.part for error in errors if isinstance(error, Rejected)]


async def test_file_that_cannot_be_had(bench: Bench) -> None:
    """A file that the store cannot give is refused with the reason for people, as that part."""
    bench.files.add("one", b"1", name="1.jpg", mime="image/jpeg")
    bench.files.broken["two"] = MediaUnavailable("gone", "файла больше нет")
    media = (theirs(MediaKind.PHOTO, "one"), theirs(MediaKind.PHOTO, "two"))
    error = await refused(bench.adapter(), SendMessage(media=media))
    assert isinstance(error, Rejected)
    assert (error.code, error.reason, error.part) == ("gone", "файла больше нет", 1)


# --- fetching ---


async def test_fetch(bench: Bench) -> None:
    """A file that came in is written whole."""
    ref = bench.telegram.add_file(b"x" * 300_000, "счёт.pdf")
    into = io.BytesIO()
    await bench.adapter().fetch(Media(kind=MediaKind.DOCUMENT, channel="telegram", ref=ref), into)
    assert into.getvalue() == b"x" * 300_000


class Full(io.BytesIO):
    """A file that takes no more."""

    def write(self, data: Any) -> int:
        raise MediaUnavailable("too_big", "слишком большой")


@pytest.mark.parametrize(
    ("ref", "size", "into", "fault", "code"),
    [
        ("big", None, io.BytesIO(), None, "too_big"),
        ("small", 20 * MB + 1, io.BytesIO(), None, "too_big"),
        ("unknown", None, io.BytesIO(), None, "gone"),
        ("small", None, Full(), None, "too_big"),
        ("small", None, io.BytesIO(), Fault(status=404), "gone"),
        ("small", None, io.BytesIO(), Fault(status=502), "download_failed"),
        ("small", None, io.BytesIO(), Fault(cut_before=True), "download_failed"),
    ],
    ids=["over 20 MB", "said to be over 20 MB", "unknown", "no room", "link expired", "server error", "cut off"],
)
async def test_fetch_fails(
    bench: Bench, ref: str, size: int | None, into: io.BytesIO, fault: Fault | None, code: str
) -> None:
    """A file that cannot be had is told from one to try again; the link, which holds the token, is nowhere."""
    if ref == "small":
        ref = bench.telegram.add_file(b"x", "1.txt")
    if ref == "big":
        ref = bench.telegram.add_file(bytes(20 * MB + 1), "1.zip")
    if fault:
        # More than once: aiohttp itself repeats a GET on a connection that turned out dead.
        bench.telegram.fail(fault, method="file", times=5)
    media = Media(kind=MediaKind.DOCUMENT, channel="telegram", ref=ref, size=size)
    with pytest.raises((MediaUnavailable, Transient)) as caught:
        await bench.adapter().fetch(media, into)
    assert isinstance(caught.value, MediaUnavailable | Transient)
    assert code == caught.value.code
    assert SECRET not in "".join(traceback.format_exception(caught.value))


# --- webhook ---


class Inbox:
    """Takes updates as the core does; fails when told to."""

    def __init__(self) -> None:
        self.updates: list[Update] = []
        self.failing = False
        self.arrived = asyncio.Event()

    async def accept(self, update: Update) -> None:
        if self.failing:
            raise ConnectionError("database away")
        self.updates.append(update)
        self.arrived.set()

    def texts(self) -> list[str]:
        events = [event for update in self.updates for event in update.events]
        return [event.content.text for event in events if isinstance(event, MessageReceived)]


async def receiving(adapter: TelegramAdapter, inbox: Inbox) -> web.AppRunner:
    """A server that hands callbacks to the adapter."""

    async def handle(request: web.Request) -> web.Response:
        raw = RawRequest(headers={k.lower(): v for k, v in request.headers.items()}, body=await request.read())
        try:
            received = await adapter.receive(raw)
        except Unauthentic:
            return web.Response(status=401)
        for update in received.updates:
            await inbox.accept(update)
        return web.Response(status=received.reply.status, text=received.reply.body)

    app = web.Application()
    app.router.add_post("/webhooks/telegram", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


async def test_webhook(bench: Bench) -> None:
    """The webhook is registered with a secret made and kept by us, and updates that carry it come in."""
    bench.telegram.status_in[GROUP] = "administrator"
    adapter, inbox = bench.adapter(webhook_url=PUBLIC), Inbox()
    runner = await receiving(adapter, inbox)
    bench.telegram.forward["https://otvet.example.org"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    listening = asyncio.create_task(adapter.listen(inbox.accept))
    try:
        await bench.telegram.wait_for(lambda: len(bench.telegram.commands) == 2)
        assert await bench.telegram.push(bench.telegram.private_text(MARIA, "Нет отопления")) == 200
        assert await bench.telegram.push(bench.telegram.text(GROUP, OLEG, "/take@otvet_test_bot 1")) == 200
        bench.telegram.webhook["secret_token"] = "another"
        assert await bench.telegram.push(bench.telegram.private_text(MARIA, "Подделка"), attempts=2) == 401
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await runner.cleanup()
    assert inbox.texts() == ["Нет отопления", "/take 1"]
    registered = next(call.params for call in bench.telegram.calls if call.method == "setWebhook")
    assert registered == {
        "url": PUBLIC,
        "secret_token": bench.kept.values["webhook_secret"],
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
        "max_connections": 40,
    }
    assert [json.loads(scope) for scope in bench.telegram.commands] == [
        {"type": "all_private_chats"},
        {"type": "chat", "chat_id": GROUP},
    ]


async def test_webhook_lost(bench: Bench) -> None:
    """A webhook that somebody else took is put back."""
    lent = lend(bench.files, kept=bench.kept, webhook_url=PUBLIC)
    settings = Settings(token=SecretStr(TOKEN), api_url=bench.telegram.url)
    adapter = TelegramAdapter("telegram", settings, lent, watch_every=0)
    bench.adapters.append(adapter)
    listening = asyncio.create_task(adapter.listen(Inbox().accept))
    await bench.telegram.wait_for(lambda: bench.telegram.webhook)
    bench.telegram.webhook = {"url": "https://elsewhere.example.org"}
    await bench.telegram.wait_for(lambda: bench.telegram.webhook.get("url") == PUBLIC)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening


async def test_webhook_without_an_address(bench: Bench) -> None:
    """Webhooks are asked for and nobody can reach us: both the start and the check say what is missing."""
    adapter = bench.adapter(updates="webhook")
    with pytest.raises(Misconfigured, match="PUBLIC_URL"):
        await adapter.listen(Inbox().accept)
    assert await adapter.check([]) == [Finding(ok=False, text="для вебхука нужен PUBLIC_URL")]


async def test_webhook_refused(bench: Bench) -> None:
    """A webhook that Telegram refuses is a fault of the configuration, in Telegram's own words."""
    with pytest.raises(Misconfigured, match="HTTPS"):
        await bench.adapter(webhook_url="http://otvet.example.org/").listen(Inbox().accept)


@pytest.mark.parametrize(
    "given", [{}, {"x-telegram-bot-api-secret-token": "wrong"}, {"x-telegram-bot-api-secret-token": "\udcff"}]
)
async def test_secret(bench: Bench, given: dict[str, str]) -> None:
    """Without the secret nothing is even looked at."""
    adapter = bench.adapter(webhook_secret="given-secret")
    with pytest.raises(Unauthentic):
        await adapter.receive(RawRequest(headers=given, body=b"{}"))
    with pytest.raises(BadUpdate):
        await adapter.receive(RawRequest(headers={"x-telegram-bot-api-secret-token": "given-secret"}, body=b"{}"))


async def test_replica(bench: Bench) -> None:
    """A replica that never listened knows the secret and the bot's name: they are kept."""
    bench.kept.values |= {"username": "otvet_test_bot", "webhook_secret": "s"}
    body = json.dumps(bench.telegram.text(GROUP, OLEG, "/take@weather_bot 12")).encode()
    request = RawRequest(headers={"x-telegram-bot-api-secret-token": "s"}, body=body)
    (update,) = (await bench.adapter().receive(request)).updates
    assert update.events == ()


async def test_press_of_a_button(bench: Bench) -> None:
    """What was sent as a button comes back as its press, and a reply knows the buttons of its card."""
    adapter = bench.adapter(webhook_secret="s")
    (message_id,) = (await adapter.send(outgoing(SendMessage(text="№ 12", keyboard=KEYBOARD), GROUP))).message_ids
    pressed = adapter.parse(json.dumps(bench.telegram.press(GROUP, OLEG, int(message_id), "take:12")).encode()).events[
        0
    ]
    replied = adapter.parse(
        json.dumps(bench.telegram.text(GROUP, OLEG, "Включили", reply_to=int(message_id))).encode()
    ).events[0]
    assert isinstance(pressed, ButtonPressed)
    assert isinstance(replied, MessageReceived)
    assert replied.reply_to is not None
    assert ("take:12", message_id, True, ("take:12",)) == (
        pressed.data,
        replied.reply_to.message_id,
        replied.reply_to.by_bot,
        replied.reply_to.buttons,
    )


# --- polling ---


async def test_polling(bench: Bench) -> None:
    """Updates are polled in order; one that could not be stored is not confirmed and comes again."""
    telegram, inbox = bench.telegram, Inbox()
    adapter = bench.adapter(updates="polling")
    for text in ("Первое", "Второе"):
        await telegram.push(telegram.private_text(MARIA, text))
    telegram.webhook = {"url": "https://old.example.org"}

    inbox.failing = True
    with pytest.raises(ConnectionError):
        await adapter.listen(inbox.accept)
    assert "offset" not in bench.kept.values

    inbox.failing = False
    listening = asyncio.create_task(adapter.listen(inbox.accept))
    last = await telegram.wait_for(lambda: bench.kept.values.get("offset"))
    await telegram.push(telegram.private_text(MARIA, "Третье"))
    await telegram.wait_for(lambda: bench.kept.values["offset"] != last)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert inbox.texts() == ["Первое", "Второе", "Третье"]
    assert telegram.webhook == {}
    assert str(int(inbox.updates[-1].key) + 1) == bench.kept.values["offset"]


async def test_two_pollers(bench: Bench) -> None:
    """Where another process polls with the same token, that is said, and the core tries again."""
    bench.telegram.fail(
        Fault(status=409, body={"ok": False, "error_code": 409, "description": "Conflict: two"}), method="getUpdates"
    )
    with pytest.raises(Transient, match="conflict"):
        await bench.adapter(updates="polling").listen(Inbox().accept)


async def test_commands_refused(bench: Bench) -> None:
    """A menu that cannot be set does not keep residents from being heard."""
    bench.telegram.missing.add(GROUP)
    inbox = Inbox()
    listening = asyncio.create_task(bench.adapter(updates="polling").listen(inbox.accept))
    await bench.telegram.push(bench.telegram.private_text(MARIA, "Слышно?"))
    async with asyncio.timeout(20):
        await inbox.arrived.wait()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert inbox.texts() == ["Слышно?"]


# --- checking ---


async def test_check(bench: Bench) -> None:
    """Token, webhook and every admin chat have a line each."""
    bench.telegram.webhook = {"url": PUBLIC}
    bench.telegram.status_in = {GROUP: "member", -1002: "left"}
    bench.telegram.missing.add(-1003)
    findings = await bench.adapter(webhook_url=PUBLIC).check([chat(one) for one in (-1001, GROUP, -1002, -1003)])
    expected = [
        (True, "бот @otvet_test_bot отвечает"),
        (True, "вебхук установлен"),
        (True, "чат -1001 «Сотрудники»: бот — администратор, видит все сообщения"),
        (
            False,
            f"чат {GROUP} «Сотрудники»: сделайте бота администратором: без этого ответы коллегам до него не доходят",
        ),
        (False, "чат -1002 «Сотрудники»: бота нет в чате"),
        (False, "чат -1003: Bad Request: chat not found"),
    ]
    assert expected == [(finding.ok, finding.text) for finding in findings]


async def test_check_of_a_wrong_token(bench: Bench) -> None:
    """With a wrong token the one line says so."""
    findings = await bench.adapter(token="1:a").check([])
    assert [Finding(ok=False, text="Telegram не признаёт бота: неверный TELEGRAM_TOKEN")] == findings


# --- settings ---


def test_settings() -> None:
    """Only the token is needed."""
    settings = Settings.model_validate({"token": " 123:ab-C_d ", "group_rate": "60/min"})
    assert ("123:ab-C_d", 123, "https://api.telegram.org", Rate(count=60, per=timedelta(minutes=1))) == (
        settings.token.get_secret_value(),
        settings.bot_id,
        settings.api_url,
        settings.group_rate,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("token", "secret-without-colon"),
        ("token", "123: "),
        ("token", "12x3:abc"),
        ("api_url", "api.telegram.org"),
        ("updates", "longpoll"),
        ("webhook_secret", "с пробелом"),
        ("webhook_secret", "a" * 257),
        ("chat_rate", "fast"),
        ("tokn", "1:a"),
    ],
)
def test_wrong_settings(name: str, value: str) -> None:
    """A mistake is named by its setting, and no value of a secret is repeated."""
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"token": "123:abc", name: value})
    assert [(name,)] == [error["loc"] for error in caught.value.errors()]
    assert f"'{value}'" not in str(caught.value)


def test_is_an_adapter(tmp_path: Path) -> None:
    """The adapter is what the core expects, and building it asks nobody anything."""
    adapter: Adapter = build("telegram", Settings(token=SecretStr("1:a")), lend(MemoryFiles(tmp_path)))
    assert (adapter.capabilities.text_limit, adapter.capabilities.groups) == (4096, True)
