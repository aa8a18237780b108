"""What every adapter promises about files: out they arrive whole, in they come only from where they may."""

from __future__ import annotations

import io

import pytest
from aiohttp import web
from PIL import Image

from bot.errors import MediaUnavailable, Rejected, Transient
from bot.model.content import Media, MediaKind
from bot.model.event import MessageReceived
from bot.model.message import SendMessage
from tests.adapters.contract import each, every, having
from tests.adapters.contract.contents import FILES, KEYBOARD, given
from tests.adapters.contract.platform import Ability, Account, CalledBack, Platform
from tests.emulators.base import Emulator, Fault

# --- out ---


@each("kind", lambda platform: sorted(platform.capabilities.media))
async def test_file_of_each_kind(platform: Platform, kind: MediaKind, account: Account) -> None:
    """A file of every declared kind arrives whole, with the words that may stand under it; a document has its name."""
    file = FILES[kind]
    text = "<b>Смета</b> & план" if kind in platform.capabilities.caption_kinds else ""
    shown = await account.sends(SendMessage(text=text, media=(given(account, file),)))
    ((name, data),) = shown.files
    assert text == shown.text
    if kind is MediaKind.STICKER:
        # Where there are no stickers, it is a picture of a kind that the platform takes.
        assert _pixels(file.data) == _pixels(data)
    else:
        assert file.data == data
    assert kind is not MediaKind.DOCUMENT or name == file.name


@pytest.mark.parametrize(
    "name",
    ["Ёлка «2026» №1.pdf", "a&b=c;d+e%20f.pdf", 'кавычка".pdf', "отчёт.tar.gz"],
    ids=["quotes and spaces", "signs of addresses", "a quotation mark", "two extensions"],
)
@every
async def test_file_name(platform: Platform, name: str, account: Account) -> None:
    """The name of a document arrives as it is, whatever it consists of."""
    media = account.given(MediaKind.DOCUMENT, b"%PDF made up", name, "application/pdf")
    assert (await account.sends(SendMessage(media=(media,)))).files == ((name, b"%PDF made up"),)


def _album_kinds(platform: Platform) -> list[MediaKind]:
    can = platform.capabilities
    kinds = (MediaKind.PHOTO, MediaKind.DOCUMENT)
    return [kind for kind in kinds if any(kind in group for group in can.album_groups)]


@each("kind", _album_kinds)
async def test_album(platform: Platform, kind: MediaKind, account: Account) -> None:
    """The largest album arrives whole and in order, its text once, with an id in the receipt for each message."""
    can = platform.capabilities
    media = tuple(given(account, FILES[kind], number) for number in range(1, can.album_size + 1))
    text = "Двор, <вид> & план" if kind in can.caption_kinds else ""
    keyboard = KEYBOARD if can.album_keyboard else None
    receipt = await account.send(SendMessage(text=text, media=media, keyboard=keyboard))
    shown = account.shown(account.resident)
    assert receipt.message_ids == tuple(message.message_id for message in shown)
    files = [file for message in shown for file in message.files]
    sizes = [one.size for one in media]
    assert sizes == [len(data) for _, data in files]
    assert len({data for _, data in files}) == can.album_size
    if kind is MediaKind.DOCUMENT:
        assert [one.file_name for one in media] == [name for name, _ in files]
    assert text == "".join(message.text for message in shown)
    assert (2 if keyboard else 0) == sum(len(message.buttons) for message in shown)


def _pixels(data: bytes) -> object:
    picture = Image.open(io.BytesIO(data))
    return picture.size, picture.convert("RGB").tobytes()


@every
async def test_file_that_cannot_be_had(platform: Platform, account: Account) -> None:
    """A file that the store cannot give is named by its place in the message, so that the rest can go without it."""
    good = account.given(MediaKind.DOCUMENT, b"%PDF made up", "план.pdf", "application/pdf")
    gone = account.lost(MediaKind.DOCUMENT, "смета.pdf")
    media = (good, gone)[-min(platform.capabilities.album_size, 2) :]
    with pytest.raises(Rejected) as caught:
        await account.send(SendMessage(media=media))
    assert (len(media) - 1, "файла больше нет") == (caught.value.part, caught.value.reason)
    assert account.shown(account.resident) == []


# --- in ---

DATA = bytes(range(256)) * 1000


@every
async def test_fetched_file(platform: Platform, account: Account) -> None:
    """A file that somebody sends is had whole, and keeps its name."""
    media = await _received(account)
    assert ("счёт за март.pdf", MediaKind.DOCUMENT) == (media.file_name, media.kind)
    assert await account.fetched(media, limit=len(DATA)) == DATA


@having(lambda platform: platform.has(Ability.DOWNLOADS))
async def test_fetched_file_too_big(platform: Platform, account: Account) -> None:
    """A file beyond what the store takes ends as too big, and is not tried again, whatever the platform said of it."""
    media = await _received(account)
    with pytest.raises(MediaUnavailable) as caught:
        await account.fetched(media, limit=len(DATA) - 1)
    assert caught.value.code == "too_big"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(status=404), MediaUnavailable),
        (Fault(status=502), Transient),
        (Fault(cut_before=True), Transient),
        (None, Transient),
    ],
    ids=["gone", "502", "cut off", "connection refused"],
)
@having(lambda platform: platform.has(Ability.DOWNLOADS))
async def test_fetched_file_fails(
    platform: Platform, fault: Fault | None, expected: type[Exception], account: Account
) -> None:
    """A file that is gone is told from one to try again; neither secrets nor its address are in the error."""
    assert isinstance(account, CalledBack)
    media = await _received(account)
    if fault is None:
        await account.emulator.stop()
    else:
        # More than once: aiohttp itself repeats a GET on a connection that turned out dead.
        account.emulator.fail(fault, method=account.file_method, times=5)
    with pytest.raises(expected) as caught:
        await account.fetched(media, limit=len(DATA))
    said = f"{caught.value} {caught.value!r}"
    assert [] == [secret for secret in (*account.secrets, media.ref) if secret in said]


@having(lambda platform: platform.has(Ability.DOWNLOADS))
async def test_fetched_file_leads_elsewhere(platform: Platform, account: Account) -> None:
    """A redirect to another host is not followed: neither tokens nor our network are given away."""
    assert isinstance(account, CalledBack)
    media = await _received(account)
    async with Bystander() as bystander:
        elsewhere = Fault(status=302, headers={"Location": f"{bystander.url}/file"})
        account.emulator.fail(elsewhere, method=account.file_method)
        with pytest.raises((MediaUnavailable, Transient)):
            await account.fetched(media, limit=len(DATA))
        assert bystander.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "{bystander}/file",
        "http://localhost:{port}/file",
        "http://[::1]:{port}/file",
        "http://2130706433:{port}/file",
        "https://10.0.0.5/file",
        "http://169.254.169.254/latest/meta-data",
        "https://files.example.org/file",
        "{emulator}.example.org/file",
        "http://somebody:something@{emulator_host}/file",
        "file:///etc/hostname",
        "ftp://{emulator_host}/file",
        "//{emulator_host}/file",
        "http://",
        "",
    ],
)
@having(lambda platform: platform.has(Ability.ADDRESSES))
async def test_fetched_file_from_elsewhere(platform: Platform, address: str, account: Account) -> None:
    """Only the platform's own hosts are asked for files: not ours, not private ones, not those of strangers."""
    assert isinstance(account, CalledBack)
    async with Bystander() as bystander:
        ref = address.format(
            bystander=bystander.url,
            port=bystander.url.rpartition(":")[2],
            emulator=account.emulator.url,
            emulator_host=account.emulator.url.removeprefix("http://"),
        )
        media = Media(kind=MediaKind.DOCUMENT, channel=account.adapter.channel, ref=ref)
        with pytest.raises(MediaUnavailable):
            await account.fetched(media, limit=len(DATA))
        assert bystander.asked == []


class Bystander(Emulator):
    """A server on this computer that has nothing to do with the platform."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/{path:.*}", self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        return web.Response(body=b"private")


async def _received(account: Account) -> Media:
    """A file that the resident sent, as the core hears of it."""
    (event,) = (await account.sends_file(DATA, "счёт за март.pdf")).events
    assert isinstance(event, MessageReceived)
    (media,) = event.content.media
    return media
