"""Fetch a file from an address that a platform named, and from nowhere else."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Collection
from typing import BinaryIO

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.errors import MediaUnavailable, Transient

#: Bytes taken from the connection and written at a time: small enough not to hold up the loop.
CHUNK = 64 * 1024
MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({403, 404, 410})
_LATER = frozenset({408, 425, 429})
#: https://www.rfc-editor.org/rfc/rfc6052: an IPv4 address in the clothes of an IPv6 one.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


async def download(
    url: str,
    into: BinaryIO,
    *,
    hosts: Collection[str],
    trusted: Collection[str],
    total_seconds: float = 60,
    resolver: AbstractResolver | None = None,
) -> None:
    """Write the file at `url` into `into`, whose `write` raises MediaUnavailable when it is too big.

    `hosts` are the platform's own (`cdn.example.org`; `*.example.org` means all below it): https and public
    addresses only. `trusted` are named by those who run the service (`host` or `host:port`): for them alone plain
    http and private addresses are fine. Each redirect is held to the same rules.

    Raises MediaUnavailable when the file is gone or the address is not allowed, Transient when it is worth trying
    again. The address is in no error: its query holds a signature.
    """
    rules = _Rules(hosts, trusted)
    connector = aiohttp.TCPConnector(
        resolver=_Guard(rules, resolver or aiohttp.ThreadedResolver()), use_dns_cache=False
    )
    try:
        async with (
            asyncio.timeout(total_seconds),
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                # A small compressed answer could unfold to gigabytes: files are taken as they are.
                auto_decompress=False,
                headers={"Accept-Encoding": "identity"},
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=20),
            ) as session,
        ):
            await _follow(session, _read(url), into, rules)
    except TimeoutError:
        raise Transient("download_timeout", "файл не скачался вовремя") from None
    except aiohttp.ClientError as error:
        # The text of aiohttp's errors may hold the address, so only the kind of error is kept.
        raise Transient("download_failed", type(error).__name__) from None


async def _follow(session: aiohttp.ClientSession, url: URL, into: BinaryIO, rules: _Rules) -> None:
    for _ in range(MAX_REDIRECTS + 1):
        rules.check(url)
        async with session.get(url, allow_redirects=False) as answer:
            if answer.status not in _REDIRECTS:
                _check_answer(answer)
                async for chunk in answer.content.iter_chunked(CHUNK):
                    into.write(chunk)
                return
            url = url.join(_read(answer.headers.get("Location", "")))
    raise MediaUnavailable("too_many_redirects", "файл не удалось скачать")


def _check_answer(answer: aiohttp.ClientResponse) -> None:
    status = answer.status
    if status in _GONE:
        raise MediaUnavailable("gone", "файл больше не доступен")
    if status >= 500 or status in _LATER:
        raise Transient("download_failed", f"HTTP {status}")
    if status != 200:
        raise MediaUnavailable("refused", "сервер не отдал файл")
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise MediaUnavailable("compressed", "сервер не отдал файл как есть")


def _read(url: str) -> URL:
    # A signed address must go out byte for byte as it came; only what is no proper address is quoted.
    is_quoted = url.isascii() and url.isprintable() and " " not in url
    try:
        return URL(url, encoded=is_quoted)
    except ValueError:
        raise _not_allowed() from None


def _not_allowed() -> MediaUnavailable:
    return MediaUnavailable("address_not_allowed", "адрес файла не разрешён")


class _Rules:
    """Which addresses may be asked."""

    def __init__(self, hosts: Collection[str], trusted: Collection[str]) -> None:
        self._hosts = tuple(host.lower() for host in hosts)
        self._trusted = tuple(host.lower() for host in trusted)

    def trusts(self, host: str, port: int | None) -> bool:
        bare = host.strip("[]")
        bracketed = f"[{bare}]" if ":" in bare else bare
        names = (bare, bracketed, f"{bare}:{port}", f"{bracketed}:{port}")
        return any(_matches(name, pattern) for pattern in self._trusted for name in names)

    def check(self, url: URL) -> None:
        """Raise MediaUnavailable unless this address may be asked; names are looked at again when they resolve."""
        try:
            host, port = (url.raw_host or "").lower().rstrip("."), url.port
        except ValueError:
            raise _not_allowed() from None
        # A name and password in an address would be sent on as a login.
        if not host or url.scheme not in ("http", "https") or url.raw_user is not None or url.raw_password is not None:
            raise _not_allowed()
        if self.trusts(host, port):
            return
        if url.scheme != "https" or not any(_matches(host, pattern) for pattern in self._hosts):
            raise _not_allowed()
        # The connector asks no resolver about literal addresses.
        if not _may_be_public(host):
            raise _not_allowed()


class _Guard(AbstractResolver):
    """Looks at the very addresses that the connection is then made to, so that a name cannot point elsewhere later."""

    def __init__(self, rules: _Rules, inner: AbstractResolver) -> None:
        self._rules = rules
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if self._rules.trusts(host.lower().rstrip("."), port):
            return found
        allowed = [address for address in found if _may_be_public(address["host"])]
        if found and not allowed:
            raise _not_allowed()
        return allowed

    async def close(self) -> None:
        await self._inner.close()


def _matches(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _may_be_public(host: str) -> bool:
    """False for an address inside our own network; true for a name, which is resolved later."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return True
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        elif inner := address.ipv4_mapped or address.sixtofour:
            address = inner
    return address.is_global and not address.is_multicast
