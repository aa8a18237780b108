"""The file with a resident's data in a browser as narrow as a phone."""

from __future__ import annotations

from pathlib import Path

from tests.browser import browsing, chromium
from tests.handlers.fakes import DESK, IRINA, photo
from tests.handlers.rights.house import DAY, open_house
from tests.handlers.rights.test_my_data import files

__all__ = ["chromium"]

#: How many lines each value has that is a moment, and how far the page is wider than the screen.
_LOOK = """() => ({
    lines: [...document.querySelectorAll("dd")].filter((dd) => /^[\\d.]{10} [\\d:]{5}$/.test(dd.textContent))
        .map((dd) => Math.round(dd.clientHeight / parseFloat(getComputedStyle(dd).lineHeight))),
    beyond: document.documentElement.scrollWidth - window.innerWidth,
})"""


async def test_readable_on_a_phone(database_address: str, tmp_path: Path, chromium: Path) -> None:
    """However deep it stands, no moment is broken in two, and nothing is beside the screen."""
    async with open_house(database_address, tmp_path) as house:
        office = house.office
        asked = await office.writes(IRINA, "Нет типла", media=(photo("p"),), name="Иринаизпосёлка" * 6)
        await office.edits(IRINA, asked, "Нет тепла " + "очень" * 30, media=(photo("p"),))
        await office.deliver()
        await office.writes(DESK, "/ban 1 7д мат")
        office.clock.move(DAY)
        await office.writes(IRINA, "мои данные")
        page = (await files(house))["мои-данные.html"].decode()
    async with browsing(chromium) as browser:
        tab = await browser.new_page(viewport={"width": 320, "height": 640})
        await tab.set_content(page)
        seen = await tab.evaluate(_LOOK)
    assert {1} == set(seen["lines"])
    assert 0 == seen["beyond"]
