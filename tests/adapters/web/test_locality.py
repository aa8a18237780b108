"""Who is taken for local, and what for our own page."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from multidict import CIMultiDict

from adapters.web.locality import is_foreign_read, is_local, is_own_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    label: str
    expected: bool
    headers: list[tuple[str, str]] = field(default_factory=list)
    host: str = "127.0.0.1:8080"
    peer: str = "127.0.0.1"


LOCAL = [
    Case(label="the address itself", expected=True),
    Case(label="by name", host="localhost:8080", expected=True),
    Case(label="by name, without a port", host="LOCALHOST", expected=True),
    Case(label="another loopback address", host="127.1.2.3", peer="127.9.9.9", expected=True),
    Case(label="IPv6", host="[::1]:8080", peer="::1", expected=True),
    Case(label="IPv4 mapped into IPv6", peer="::ffff:127.0.0.1", expected=True),
    Case(label="local origin on another port", headers=[("Origin", "http://localhost:3000")], expected=True),
    Case(label="foreign peer", peer="192.0.2.7", expected=False),
    Case(label="no peer (a socket file)", peer="", expected=False),
    Case(label="foreign host (DNS rebinding)", host="evil.example", expected=False),
    Case(label="foreign host with the port", host="evil.example:8080", expected=False),
    Case(label="host that begins like local", host="localhost.evil.example", expected=False),
    Case(label="host that begins like an address", host="127.0.0.1.evil.example", expected=False),
    Case(label="user name before the host", host="localhost@evil.example", expected=False),
    Case(label="any address", host="0.0.0.0:8080", expected=False),
    Case(label="no such address", host="127.0.0.999", expected=False),
    Case(label="empty host", host="", expected=False),
    Case(label="two hosts", headers=[("Host", "evil.example")], expected=False),
    Case(label="foreign origin", headers=[("Origin", "https://evil.example")], expected=False),
    Case(label="origin that begins like local", headers=[("Origin", "http://localhost.evil.example")], expected=False),
    Case(label="origin of a sandbox", headers=[("Origin", "null")], expected=False),
    Case(label="origin with user name", headers=[("Origin", "http://localhost@evil.example")], expected=False),
    *(
        Case(label=name, headers=[(name, value)], expected=False)
        for name, value in [
            ("X-Forwarded-For", "127.0.0.1"),
            ("X-Forwarded-Host", "localhost"),
            ("X-Forwarded-Proto", "https"),
            ("x-forwarded-for", ""),
            ("Forwarded", "for=127.0.0.1"),
            ("X-Real-IP", "127.0.0.1"),
            ("Via", "1.1 proxy"),
            ("CF-Connecting-IP", "192.0.2.7"),
            ("True-Client-IP", "192.0.2.7"),
            ("X-Client-IP", "192.0.2.7"),
        ]
    ),
]


@pytest.mark.parametrize("case", LOCAL, ids=lambda case: case.label)
def test_local(case: Case) -> None:
    """Without a password the admin chat opens to this very computer and to nobody else."""
    headers = CIMultiDict([("Host", case.host), *case.headers])
    assert case.expected == is_local(case.peer, headers)


OWN = [
    Case(label="no word of where it comes from", expected=False),
    Case(label="same origin", headers=[("Origin", "http://127.0.0.1:8080")], expected=True),
    Case(
        label="same origin behind https, port left out",
        host="otvet.example",
        headers=[("Origin", "https://otvet.example")],
        expected=True,
    ),
    Case(
        label="same origin, port written out",
        host="otvet.example:443",
        headers=[("Origin", "https://otvet.example")],
        expected=True,
    ),
    Case(label="another port", headers=[("Origin", "http://127.0.0.1:9000")], expected=False),
    Case(label="another host", headers=[("Origin", "http://evil.example:8080")], expected=False),
    Case(label="origin of a sandbox", headers=[("Origin", "null")], expected=False),
    Case(label="origin that is no address", headers=[("Origin", "http://[")], expected=False),
    Case(label="two origins", headers=[("Origin", "http://127.0.0.1:8080")] * 2, expected=False),
    Case(label="the browser says so", headers=[("Sec-Fetch-Site", "same-origin")], expected=True),
    Case(
        label="the browser says so, the proxy has rewritten the host",
        headers=[("Sec-Fetch-Site", "same-origin"), ("Origin", "https://otvet.example")],
        expected=True,
    ),
    Case(
        label="the browser says no",
        headers=[("Sec-Fetch-Site", "cross-site"), ("Origin", "http://127.0.0.1:8080")],
        expected=False,
    ),
    Case(label="a neighbouring site", headers=[("Sec-Fetch-Site", "same-site")], expected=False),
]


@pytest.mark.parametrize("case", OWN, ids=lambda case: case.label)
def test_own_page(case: Case) -> None:
    """Nothing is changed on the word of another site's page."""
    headers = CIMultiDict([("Host", case.host), *case.headers])
    assert case.expected == is_own_page(headers)


READS = [
    Case(label="no browser", expected=False),
    Case(label="typed in", headers=[("Sec-Fetch-Site", "none")], expected=False),
    Case(label="our page", headers=[("Sec-Fetch-Site", "same-origin")], expected=False),
    Case(label="a link", headers=[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")], expected=False),
    Case(label="a picture there", headers=[("Sec-Fetch-Site", "cross-site")], expected=True),
]


@pytest.mark.parametrize("case", READS, ids=lambda case: case.label)
def test_foreign_read(case: Case) -> None:
    """Another site's page does not read from us; a link to us works."""
    assert case.expected == is_foreign_read(CIMultiDict(case.headers))
