"""The browser of the page tests; import the fixture `chromium` in a conftest."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

#: Where systems keep it; else the one that playwright itself installed.
_PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser on this machine. Without one the test is skipped, with CI set it fails."""
    found = next((Path(place) for place in _PLACES if Path(place).exists()), None)
    if found is None:
        message = f"NO BROWSER: the page is not tested; install Chromium at one of {', '.join(_PLACES)}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@asynccontextmanager
async def browsing(executable: Path) -> AsyncIterator[Browser]:
    """A running browser, for one test: it lives on the test's own event loop."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS, headless=True)
        try:
            yield browser
        finally:
            await browser.close()
