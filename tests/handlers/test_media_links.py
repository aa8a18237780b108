"""Addresses of files cannot be guessed or bent, end in time, and give a browser nothing to run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from bot.adapter import StoredFile
from handlers.media import MediaStore
from handlers.media_links import MediaLinks, media_handler
from handlers.server import Readiness, make_app
from tests.handlers.fakes import open_office
from tests.handlers.pictures import plain

NOW = datetime(2026, 3, 1, 12, 20, tzinfo=UTC)
LINKS = MediaLinks(b"a key of this very installation", "https://otvet.example/", lifetime=timedelta(days=14))
SHA256 = "0f" * 32


def file_called(name: str, sha256: str = SHA256) -> StoredFile:
    return StoredFile(path=Path("x"), sha256=sha256, size=1, mime_type="video/mp4", file_name=name)


def token_of(url: str) -> str:
    return urlsplit(url).path.split("/")[2]


# --- tokens ---


def test_address_ends_in_the_file_name() -> None:
    """Platforms look at the end of an address to know what they fetch."""
    url = LINKS.make(file_called("Двор и дом.mp4"), NOW)
    assert url == f"https://otvet.example/m/{token_of(url)}/{quote('Двор и дом.mp4')}"
    assert url.endswith(".mp4")
    assert LINKS.read(token_of(url), NOW) == SHA256


def test_longest_address_is_short_enough() -> None:
    """Viber takes addresses of up to 2000 characters."""
    assert len(LINKS.make(file_called("Ж" * 116 + ".mp4"), NOW)) < 1000


def test_address_is_the_same_within_an_hour() -> None:
    """A message that is sent again is the same message."""
    file = file_called("a.mp4")
    assert LINKS.make(file, NOW) == LINKS.make(file, NOW + timedelta(minutes=30))
    assert LINKS.make(file, NOW) != LINKS.make(file, NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(timedelta(days=14), SHA256, id="at the end of its life"),
        pytest.param(timedelta(days=14, minutes=40), SHA256, id="in the hour that it is rounded to"),
        pytest.param(timedelta(days=14, minutes=41), None, id="after it"),
    ],
)
def test_token_ends_in_time(later: timedelta, expected: str | None) -> None:
    """An address lives as long as was promised, and not for ever."""
    assert expected == LINKS.read(token_of(LINKS.make(file_called("a.mp4"), NOW)), NOW + later)


def test_no_character_of_a_token_can_be_changed() -> None:
    """Neither the end of its life nor the file can be bent, not by one character."""
    token = token_of(LINKS.make(file_called("a.mp4"), NOW))
    bent = [token[:at] + ("B" if token[at] == "A" else "A") + token[at + 1 :] for at in range(len(token))]
    assert len(bent) == 72
    assert {LINKS.read(other, NOW) for other in bent} == {None}


def test_signature_of_one_file_does_not_open_another() -> None:
    """What is known of one address is of no use for another file."""
    one, other = (token_of(LINKS.make(file_called("a", sha256), NOW)) for sha256 in (SHA256, "0e" * 32))
    assert one[:50] != other[:50]
    assert LINKS.read(other[:50] + one[50:], NOW) is None


@pytest.mark.parametrize("token", ["", "A", "A" * 72, "A" * 73, "é" * 72, "A" * 71 + "=", "A" * 71 + "\n"])
def test_what_is_no_token_opens_nothing(token: str) -> None:
    """Guesses end in nothing, not in an error."""
    assert LINKS.read(token, NOW) is None


def test_token_of_another_installation_opens_nothing() -> None:
    """The key is what makes an address."""
    other = MediaLinks(b"a key of another installation", "https://otvet.example")
    assert LINKS.read(token_of(other.make(file_called("a.mp4"), NOW)), NOW) is None


def test_short_key_is_refused() -> None:
    """An empty setting does not become a key that anybody knows."""
    with pytest.raises(ValueError, match="16 bytes"):
        MediaLinks(b"", "https://otvet.example")


# --- over HTTP ---


@pytest.fixture
async def store(tmp_path: Path) -> MediaStore:
    store = MediaStore(tmp_path, links=LINKS, clock=lambda: NOW)
    await store.open()
    return store


@pytest.fixture
async def client(store: MediaStore, database_address: str) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    async with open_office(database_address) as office:
        readiness = Readiness(database=office.database, ailments=office.ailments, channels=())
        app = make_app(office.ctx, {}, office.intake, readiness, media_handler(store, LINKS, lambda: NOW))
        async with TestClient(TestServer(app)) as client:
            yield client


Client = TestClient[web.Request, web.Application]


async def put(store: MediaStore, content: bytes, file_name: str) -> StoredFile:
    async def chunks() -> AsyncIterator[bytes]:
        yield content

    return await store.put(chunks(), file_name=file_name, limit=1024 * 1024)


async def address(store: MediaStore, file: StoredFile) -> URL:
    """The path of the file's link, as it is written in it."""
    return URL(urlsplit(await store.link(file)).path, encoded=True)


MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42" + bytes(range(256))


@pytest.mark.parametrize("name", ["Двор.mp4", "план {1} 100%.mp4", "a+b&c=d;e,f'g(h).mp4", "№ 1 #2.mp4"])
async def test_file_is_served_as_it_is(client: Client, store: MediaStore, name: str) -> None:
    """A platform gets the very bytes, with their exact type and length."""
    file = await put(store, MP4, name)
    async with client.get(await address(store, file)) as response:
        assert (response.status, await response.read()) == (200, MP4)
        expected = {
            "Content-Type": "video/mp4",
            "Content-Length": str(len(MP4)),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, max-age=86400",
            "X-Robots-Tag": "noindex",
            "Referrer-Policy": "no-referrer",
        }
        assert expected == {header: response.headers.get(header) for header in expected}


async def test_head_tells_type_and_length(client: Client, store: MediaStore) -> None:
    """Platforms ask before they fetch."""
    file = await put(store, MP4, "a.mp4")
    async with client.head(await address(store, file)) as response:
        assert (response.status, await response.read()) == (200, b"")
        assert ("video/mp4", str(len(MP4))) == (response.headers["Content-Type"], response.headers["Content-Length"])
        assert response.headers["Accept-Ranges"] == "bytes"


async def test_part_of_a_file_is_served(client: Client, store: MediaStore) -> None:
    """A player can jump, and a download that broke off can go on."""
    file = await put(store, MP4, "a.mp4")
    async with client.get(await address(store, file), headers={"Range": "bytes=4-11"}) as response:
        assert (response.status, await response.read()) == (206, b"ftypisom")
        assert response.headers["Content-Range"] == f"bytes 4-11/{len(MP4)}"
    async with client.get(await address(store, file), headers={"Range": "bytes=9999-"}) as response:
        assert response.status == 416


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.js", "a.xml", "a.xhtml"])
async def test_browser_gets_nothing_to_run(client: Client, store: MediaStore, name: str) -> None:
    """A page that a resident sends as a file is saved, not opened."""
    file = await put(store, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", name)
    async with client.get(await address(store, file)) as response:
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"].startswith("attachment;")


async def test_only_pictures_made_by_us_are_shown(client: Client, store: MediaStore) -> None:
    """What came in is saved; what we made anew from it may be looked at."""
    source = await put(store, plain("PNG"), "Двор.png")
    made = await store.as_jpeg(source, max_bytes=1024 * 1024)
    for file, expected in ((source, "attachment"), (made, "inline")):
        async with client.get(await address(store, file)) as response:
            assert expected == response.headers["Content-Disposition"].partition(";")[0]
            assert file.mime_type == response.headers["Content-Type"]


async def test_name_in_the_address_is_only_decoration(client: Client, store: MediaStore) -> None:
    """Whatever somebody writes at the end, type and extension are the file's own."""
    path = str(await address(store, await put(store, MP4, "a.mp4")))
    async with client.get(URL(path.replace("a.mp4", "..%2F..%2Fevil.html"), encoded=True)) as response:
        assert response.headers["Content-Type"] == "video/mp4"
        assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''evil.html.mp4"


async def test_all_that_is_wrong_looks_the_same(client: Client, store: MediaStore) -> None:
    """Nobody learns from an answer whether a file exists, or existed."""
    file = await put(store, MP4, "a.mp4")
    path = str(await address(store, file))
    token = token_of(path)
    absent = LINKS.make(file_called("a.mp4"), NOW)
    expired = LINKS.make(file, NOW - timedelta(days=15))
    answers = set()
    for wrong in ("A" * 72, token[:-1], token_of(absent), token_of(expired)):
        async with client.get(path.replace(token, wrong)) as response:
            answers.add((response.status, await response.text(), response.headers["Content-Type"]))
    assert len(answers) == 1
    assert {status for status, _, _ in answers} == {404}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_files_can_only_be_read(client: Client, store: MediaStore, method: str) -> None:
    """Nothing can be done to a file by its address."""
    path = await address(store, await put(store, MP4, "a.mp4"))
    async with client.request(method, path) as response:
        assert response.status == 405
