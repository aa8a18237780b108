"""What a file's address may be, and what becomes of each failure."""

from __future__ import annotations

import asyncio
import gzip
import io
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.download import download
from bot.errors import MediaUnavailable, Transient

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FileServer:
    """A server on loopback that answers as a test wants."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.handler: Handler = self._file

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        self.headers.append(dict(request.headers))
        return await self.handler(request)

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=b"file" * 50_000)


@pytest.fixture
async def server() -> AsyncIterator[FileServer]:
    holder: list[FileServer] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        return await holder[0].handle(request)

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    holder.append(FileServer(f"127.0.0.1:{runner.addresses[0][1]}"))
    yield holder[0]
    await runner.cleanup()


class PointsTo(AbstractResolver):
    """Names that all lead to these addresses."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)
            for address in self.addresses
        ]

    async def close(self) -> None: ...


class Bounded(io.BytesIO):
    """Takes so many bytes and no more, as the store of files does."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, data: object) -> int:
        written = super().write(data)  # type: ignore[arg-type]
        if self.tell() > self.limit:
            raise MediaUnavailable("too_big", "файл больше допустимого")
        return written


async def test_file_arrives(server: FileServer) -> None:
    """The bytes of the file are written as they are."""
    into = io.BytesIO()
    await download(server.url("/a.pdf?Signature=x"), into, hosts=(), trusted=(server.host,))
    expected = b"file" * 50_000
    assert expected == into.getvalue()


async def test_address_is_sent_as_it_came(server: FileServer) -> None:
    """A signed address goes out byte for byte: quoting it anew would break the signature."""
    path = "/a%2Fb.jpg?Signature=a~b_-%2B%3D&Key=%7E"
    await download(server.url(path), io.BytesIO(), hosts=(), trusted=(server.host,))
    expected = [path]
    assert expected == server.asked


async def test_trusted_name_may_be_private(server: FileServer) -> None:
    """A host that the owner named may resolve to a private address."""
    port = server.host.partition(":")[2]
    into = io.BytesIO()
    await download(
        f"http://files.example:{port}/a",
        into,
        hosts=(),
        trusted=("files.example",),
        resolver=PointsTo("127.0.0.1"),
    )
    expected = b"file" * 50_000
    assert expected == into.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    label: str
    url: str
    hosts: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()


REFUSED = [
    Refused(label="a foreign host", url="https://evil.example/a", hosts=("cdn.example",)),
    Refused(label="a host that only ends alike", url="https://evilcdn.example/a", hosts=("*.cdn.example",)),
    Refused(
        label="the domain itself, where only those below it are meant",
        url="https://cdn.example/",
        hosts=("*.cdn.example",),
    ),
    Refused(label="plain http", url="http://cdn.example/a", hosts=("cdn.example",)),
    Refused(label="another scheme", url="file:///etc/passwd", hosts=("cdn.example",), trusted=("",)),
    Refused(label="no address at all", url="", hosts=("cdn.example",)),
    Refused(label="a broken port", url="https://cdn.example:port/", hosts=("cdn.example",)),
    Refused(label="a login", url="https://user:word@cdn.example/a", hosts=("cdn.example",)),
    Refused(label="another port of a trusted host", url="http://127.0.0.1:1/a", trusted=("127.0.0.1:2",)),
    Refused(label="a name that leads to loopback", url="https://cdn.example/a", hosts=("cdn.example",)),
    Refused(label="a literal private address", url="https://10.0.0.1/a", hosts=("10.0.0.1",)),
    Refused(label="the same as IPv6", url="https://[::ffff:10.0.0.1]/a", hosts=("::ffff:a00:1", "::ffff:10.0.0.1")),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.label)
async def test_address_is_refused(case: Refused) -> None:
    """Nothing but the platform's own hosts at public addresses is asked, unless the owner named it."""
    with pytest.raises(MediaUnavailable) as caught:
        await download(
            case.url, io.BytesIO(), hosts=case.hosts, trusted=case.trusted, resolver=PointsTo("127.0.0.1", "10.1.1.1")
        )
    expected = "address_not_allowed"
    assert expected == caught.value.code


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
    ],
)
async def test_private_addresses(address: str) -> None:
    """No form of a private address slips through the name of an allowed host."""
    with pytest.raises(MediaUnavailable) as caught:
        await download(
            "https://cdn.example/a",
            io.BytesIO(),
            hosts=("*.example",),
            trusted=(),
            resolver=PointsTo(address),
        )
    expected = "address_not_allowed"
    assert expected == caught.value.code


async def test_redirect_is_followed(server: FileServer) -> None:
    """A redirect leads to the file, relative or not."""

    async def redirect(request: web.Request) -> web.StreamResponse:
        if request.path == "/first":
            raise web.HTTPFound("/second?x=1")
        return web.Response(body=b"here")

    server.handler = redirect
    into = io.BytesIO()
    await download(server.url("/first"), into, hosts=(), trusted=(server.host,))
    expected = b"here"
    assert expected == into.getvalue()


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/", "https://other.example/", "file:///etc/passwd"])
async def test_redirect_is_checked(server: FileServer, target: str) -> None:
    """A redirect cannot lead where the first address could not."""

    async def redirect(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": target})

    server.handler = redirect
    with pytest.raises(MediaUnavailable) as caught:
        await download(server.url("/"), io.BytesIO(), hosts=("cdn.example",), trusted=(server.host,))
    expected = "address_not_allowed"
    assert expected == caught.value.code


async def test_redirects_end(server: FileServer) -> None:
    """A circle of redirects is left after five of them."""

    async def redirect(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/again")

    server.handler = redirect
    with pytest.raises(MediaUnavailable):
        await download(server.url("/"), io.BytesIO(), hosts=(), trusted=(server.host,))
    expected = 6
    assert expected == len(server.asked)


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (404, MediaUnavailable, "gone"),
        (410, MediaUnavailable, "gone"),
        (403, MediaUnavailable, "gone"),
        (400, MediaUnavailable, "refused"),
        (204, MediaUnavailable, "refused"),
        (429, Transient, "download_failed"),
        (500, Transient, "download_failed"),
        (503, Transient, "download_failed"),
    ],
)
async def test_status(server: FileServer, status: int, error: type[MediaUnavailable | Transient], code: str) -> None:
    """What is gone is not tried again, what may come back is; and the signed address is in no error."""

    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    server.handler = refuse
    with pytest.raises(error) as caught:
        await download(server.url("/a?Signature=S3CRET"), io.BytesIO(), hosts=(), trusted=(server.host,))
    assert isinstance(caught.value, MediaUnavailable | Transient)
    assert (code, False) == (caught.value.code, "S3CRET" in str(caught.value))


async def test_too_big(server: FileServer) -> None:
    """The file object says when it is enough, whatever the length in the header was."""
    with pytest.raises(MediaUnavailable) as caught:
        await download(server.url("/a"), Bounded(100_000), hosts=(), trusted=(server.host,))
    expected = "too_big"
    assert expected == caught.value.code


async def test_cut_off(server: FileServer) -> None:
    """A file that ends too early is tried again, not taken for whole."""

    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.close()
        return response

    server.handler = cut
    with pytest.raises(Transient) as caught:
        await download(server.url("/a?Signature=S3CRET"), io.BytesIO(), hosts=(), trusted=(server.host,))
    assert "S3CRET" not in str(caught.value)


async def test_nobody_there() -> None:
    """A refused connection is tried again."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Transient):
            await download(f"http://{host}/a", io.BytesIO(), hosts=(), trusted=(host,))


async def test_total_time(server: FileServer) -> None:
    """A server that holds the line is left when the time is over."""
    over = asyncio.Event()

    async def hold(request: web.Request) -> web.StreamResponse:
        await over.wait()
        return web.Response()

    server.handler = hold
    with pytest.raises(Transient) as caught:
        await download(server.url("/a"), io.BytesIO(), hosts=(), trusted=(server.host,), total_seconds=0.05)
    over.set()
    expected = "download_timeout"
    assert expected == caught.value.code


async def test_compressed_answer_is_refused(server: FileServer) -> None:
    """Files are asked for as they are, and an answer that would unfold is not taken."""

    async def compressed(request: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(b"0" * 1000), headers={"Content-Encoding": "gzip"})

    server.handler = compressed
    with pytest.raises(MediaUnavailable):
        await download(server.url("/a"), io.BytesIO(), hosts=(), trusted=(server.host,))
    expected = "identity"
    assert expected == server.headers[0]["Accept-Encoding"]
