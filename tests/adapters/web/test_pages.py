"""The page's own files: safe, small, kept by browsers for as long as they do not change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.adapters.web.conftest import OpenPage, Page

STATIC = Path(__file__).parents[3] / "adapters" / "web" / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize("path", ["/", "/admin", "/web/resident/me", "/web/admin/events"])
async def test_security_headers(open_page: OpenPage, path: str) -> None:
    """Every answer, refusals too, tells the browser to run nothing but our own files."""
    page = await open_page(admin_password="кедр")
    async with page.person().get(path) as response:
        headers = response.headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"


async def test_the_service_name_is_text(page: Page) -> None:
    """A name with signs of HTML in it shows as it is written."""
    async with page.person().get("/") as response:
        text = await response.text()
    assert "<title>Полярный &lt;Вестник&gt; &amp; Ко</title>" in text
    assert "<Вестник>" not in text


@pytest.mark.parametrize("password", [None, "кедр"])
async def test_nothing_from_other_hosts(open_page: OpenPage, password: str | None) -> None:
    """The page is whole without the internet: all that it loads, it loads from us, and it is there."""
    page = await open_page(admin_password=password)
    person = page.person()
    async with person.get("/admin") as response:
        text = await response.text()
    loads = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', text)
    assert loads
    for path in loads:
        assert path.startswith("/static/")
        async with person.get(path) as response:
            assert (response.status, response.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")


def test_no_inline_code() -> None:
    """Nothing in the HTML needs a hole in the policy, and no script makes HTML of text."""
    for path in STATIC.glob("*.html"):
        assert not re.search(r"<script>|\son\w+=|\sstyle=|javascript:", path.read_text("utf-8"))
    for path in STATIC.glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", path.read_text("utf-8")
        )


async def test_another_versions_files(page: Page) -> None:
    """During an update the page still loads, and keeps nothing under the wrong version."""
    async with page.person().get("/static/0123456789abcdef/app.js") as response:
        assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize("name", ["page.html", "none.js", "..%2fadapter.py", "%2e%2e"])
async def test_nothing_else_is_served(page: Page, name: str) -> None:
    """Templates and files around are not for browsers."""
    async with page.person().get(f"{page.url}/static/0/{name}") as response:
        assert response.status == 404


async def test_size(page: Page) -> None:
    """All of the page together stays under 40 KB on the wire."""
    person = page.person()
    async with person.get("/") as response:
        text = await response.text()
    loads = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', text))
    total = len(text)
    for path in loads:
        async with person.get(path, headers={"Accept-Encoding": "gzip"}) as response:
            total += int(response.headers["Content-Length"])
    assert total < 40_000
