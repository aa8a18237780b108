"""Where a request comes from, by what it carries: from this very computer, from our own page. Pure."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from multidict import CIMultiDict, CIMultiDictProxy

Headers = CIMultiDict[str] | CIMultiDictProxy[str]

#: What proxies, tunnels and balancers add: with any of these, the peer is not the one who asks.
_FORWARDED = frozenset(
    {
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "client-ip",
        "true-client-ip",
        "x-cluster-client-ip",
        "x-remote-ip",
        "x-remote-addr",
        "x-originating-ip",
        "x-original-host",
        "x-original-url",
        "x-host",
        "fastly-client-ip",
        "fly-client-ip",
        "proxy-connection",
    }
)
_FORWARDED_PREFIXES = ("x-forwarded", "x-original-forwarded", "x-envoy-", "x-proxy", "cf-", "x-azure-", "x-amzn-")
_HOST = re.compile(r"(?P<name>[^:\[\]@/\s]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?", re.IGNORECASE | re.ASCII)


def is_local(peer: str, headers: Headers) -> bool:
    """Whether somebody at this very computer asks, with a browser that was told a local address.

    A foreign `Host` means that a name of somebody else's leads here (DNS rebinding), a foreign `Origin` that a
    page of somebody else's asks.
    """
    if not _is_loopback(peer) or any(_tells_of_proxy(name) for name in headers):
        return False
    hosts = headers.getall("Host", [])
    origins = headers.getall("Origin", [])
    return (
        len(hosts) == 1
        and _is_local_host(hosts[0])
        and len(origins) <= 1
        and all(_is_local_origin(origin) for origin in origins)
    )


def is_own_page(headers: Headers) -> bool:
    """Whether our own page sent this request that changes something, and not a page of somebody else's.

    `Sec-Fetch-Site` is the browser's own word and holds behind a proxy that rewrites `Host`; without it (plain
    http that is not local) `Origin` must name the host that was asked. A request with neither is refused.
    """
    sites = headers.getall("Sec-Fetch-Site", [])
    if sites:
        return sites == ["same-origin"]
    origins = headers.getall("Origin", [])
    hosts = headers.getall("Host", [])
    if len(origins) != 1 or len(hosts) != 1:
        return False
    try:
        origin = urlsplit(origins[0])
        default = {"http": 80, "https": 443}[origin.scheme]
        asked = urlsplit(f"{origin.scheme}://{hosts[0]}")
        return bool(asked.hostname) and (origin.hostname, origin.port or default) == (
            asked.hostname,
            asked.port or default,
        )
    except (KeyError, ValueError):
        return False


def is_foreign_read(headers: Headers) -> bool:
    """Whether a page of somebody else's reads from us; going to our page by a link is no such reading."""
    site = headers.get("Sec-Fetch-Site", "none")
    return site not in ("same-origin", "none") and headers.get("Sec-Fetch-Mode") != "navigate"


def _tells_of_proxy(name: str) -> bool:
    name = name.lower()
    return name in _FORWARDED or name.startswith(_FORWARDED_PREFIXES)


def _is_local_origin(origin: str) -> bool:
    scheme, colon, host = origin.partition("://")
    return bool(colon) and scheme in ("http", "https") and _is_local_host(host)


def _is_local_host(host: str) -> bool:
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    name = match["name"].lower()
    return name == "localhost" or _is_loopback(name.strip("[]"))


def _is_loopback(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback
