"""What the page says: to residents in their language, to officials in Russian, and whose language is followed."""

from __future__ import annotations

import ast
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from adapters.web import words
from adapters.web.items import Side
from adapters.web.officials import WORDS
from tests.adapters.web.conftest import OpenPage, Page
from tests.adapters.web.fakes import NAME

ROOM = Path(words.__file__).parent
STATIC = ROOM / "static"
RUSSIAN_LETTER = re.compile("[а-яё]", re.IGNORECASE)
#: Where Russian stands in the code: what officials read, and what those read who run the service.
SPEAK_RUSSIAN = {"officials.py", "adapter.py"}
#: The same of the pages with figures and of the search.
FIGURES_OF_OFFICIALS = {
    *("address.py", "changes.py", "filters.py", "find_page.py", "list_page.py", "questions.py", "report_page.py"),
    *("routes.py", "tiles.py"),
}
#: Pages of officials.
RUSSIAN_PAGES = {"closed.html", "login.html", "logout.html"}

# --- where texts stand ----------------------------------------------------------------------------------------------


def _strings(path: Path) -> list[str]:
    """The strings of a module, but for those that explain it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    explained = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and isinstance(node.body[0], ast.Expr)
    }
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in explained]
    return [node.value for node in strings if isinstance(node.value, str)]


def test_no_russian_beside_the_catalogue() -> None:
    """Whatever a resident reads is in the catalogue: neither code nor pages have words of their own."""
    modules = {path for path in ROOM.glob("*.py") if path.name not in SPEAK_RUSSIAN}
    modules |= {path for path in (ROOM / "insight").glob("*.py") if path.name not in FIGURES_OF_OFFICIALS}
    found = {path.name: text for path in modules for text in _strings(path) if RUSSIAN_LETTER.search(text)}
    assert {} == found
    files = {path for ending in ("html", "js") for path in STATIC.glob(f"*.{ending}")}
    russian = {path.name for path in files if RUSSIAN_LETTER.search(path.read_text(encoding="utf-8"))}
    assert RUSSIAN_PAGES == russian


def test_the_script_says_what_there_is() -> None:
    """Each text that the script says is handed to it, each that is handed to it is said."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    said = set(re.findall(r"\bsay\(\s*\"([\w-]+)\"", source))
    # Where it is chosen among some.
    said |= set(re.findall(r"\badd\(\"([\w-]+)\", does", source))
    said |= {what for marks in re.findall(r"MARKS = \{(.*)\}", source) for what in re.findall(r"\[\"(\w+)\"", marks)}
    said |= {"day", "day-year"} if '"day" : "day-year"' in source else set()
    assert said == set(_handed(Side.ADMIN, "ru")["texts"])
    assert said - set(words.OFFICIALS_IN_SCRIPT) == set(_handed(Side.RESIDENT, "en")["texts"])


def test_officials_have_words_for_what_is_theirs() -> None:
    """Each of the officials' words stands in the place of one that the page says."""
    assert set(WORDS) <= {*words.IN_HTML, *words.IN_SCRIPT, *words.OFFICIALS_IN_SCRIPT}


def _handed(side: Side, language: str) -> dict[str, Any]:
    handed: dict[str, Any] = json.loads(words.in_script(side, language))
    return handed


@pytest.mark.parametrize("language", ["ru", "en"])
def test_numbers(language: str) -> None:
    """What the script counts has the plural form of the language."""
    files = _handed(Side.RESIDENT, language)["files"]
    expected = {
        "ru": ["К сообщению: 1 файл", "К сообщению: 2 файла", "К сообщению: 5 файлов"],
        "en": ["With the message: 1 file", "With the message: 2 files", "With the message: 5 files"],
    }
    assert expected[language] == [files[1], files[2], files[5]]


# --- whose language is followed -------------------------------------------------------------------------------------

PREFERRED = {
    "": None,
    "*": None,
    "ru": "ru",
    "en-US": "en",
    "en-US,en;q=0.9": "en",
    "ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7": "ru",
    "en;q=0.5, ru;q=0.7": "ru",
    "de-DE,de;q=0.9,en;q=0.8,ru;q=0.1": "en",
    "de, fr;q=0.3": None,
    "en;q=0, ru;q=0.001": "ru",
    "en;q=0": None,
    "en;q=2": None,
    "EN-gb ; q=1.000": "en",
    "en;level=1": None,
    ",;=,,": None,
    "../../en, en\n": "en",
    "x" * 10_000 + ",en": None,
}


@pytest.mark.parametrize(("accepted", "expected"), PREFERRED.items(), ids=lambda value: str(value)[:40] or "none")
def test_preferred(accepted: str, expected: str | None) -> None:
    """The browser's most wanted language that there is, by its weights; nonsense wants nothing."""
    voice = words.preferred(accepted)
    assert expected == (voice.language if voice else None)


# --- the page -------------------------------------------------------------------------------------------------------


async def _read(page: Page, path: str = "/", *, accepted: str = "", chosen: str = "") -> str:
    person = page.person()
    if chosen:
        await (await person.get("/")).read()
        fields = {"client_id": "0b8f6a52-3f0e-4d53-9d0a-6f3f6f1c2a11", "language": chosen}
        async with person.post("/web/resident/language", json=fields) as response:
            assert 204 == response.status
    async with person.get(path, headers={"Accept-Language": accepted}) as response:
        assert 200 == response.status
        return await response.text()


def _regions(text: str) -> list[tuple[str, str]]:
    return re.findall(r'role="region" aria-label="([^"]*)" lang="([^"]*)"', text)


@pytest.mark.parametrize("accepted", ["", "en-US,en;q=0.9", "ru-RU,ru;q=0.9,en;q=0.8", "de"])
async def test_until_he_chooses(page: Page, accepted: str) -> None:
    """Whatever the browser speaks, the page has the names by which it is found until its resident chooses otherwise."""
    text = await _read(page, accepted=accepted)
    assert [("Житель", "ru"), ("Сотрудники", "ru")] == _regions(text)
    assert 2 == text.count('aria-label="Отправить"')
    assert ('class="offer" lang="en"' in text) == accepted.startswith("en")


async def test_what_he_chose(open_page: OpenPage) -> None:
    """The page is in the language that the resident chose, whatever his browser speaks; nothing else is offered."""
    page = await open_page(admin_password="кедр")
    page.core.quiet = False
    text = await _read(page, accepted="ru-RU,ru", chosen="en")
    assert [("Resident", "en")] == _regions(text)
    assert '<html lang="en">' in text
    assert "offer" not in text
    # Only the service's own name is Russian, and the way back.
    rest = re.sub(r'<div class="languages".*?</div>', "", text, flags=re.DOTALL).replace(html.escape(NAME), "")
    assert not RUSSIAN_LETTER.search(rest)
    assert 'lang="ru" data-language="ru">Русский</button>' in text


async def test_both_sides(page: Page) -> None:
    """On the page with both chats only the resident's changes its language."""
    page.core.quiet = False
    text = await _read(page, accepted="en", chosen="en")
    assert [("Resident", "en"), ("Сотрудники", "ru")] == _regions(text)
    assert '<html lang="ru">' in text


async def test_officials_read_russian(open_page: OpenPage) -> None:
    """The officials' page does not look at the browser."""
    text = await _read(await open_page(), "/admin", accepted="en")
    assert [("Сотрудники", "ru")] == _regions(text)
    assert '<html lang="ru">' in text
    assert "data-language" not in text


async def test_nobody_can_tell(page: Page) -> None:
    """While the database is away the page opens all the same."""
    person = page.person()
    await (await person.get("/")).read()
    page.log.away = True
    async with person.get("/") as response:
        assert (200, "Житель") == (response.status, _regions(await response.text())[0][0])


async def test_a_stream_tells_of_another_language(page: Page) -> None:
    """An open page hears that its resident has chosen another language than it is in; one that is in it does not."""
    page.core.quiet = False
    person = page.person()
    await (await person.get("/")).read()
    fields = {"client_id": "0b8f6a52-3f0e-4d53-9d0a-6f3f6f1c2a11", "language": "en"}
    await (await person.post("/web/resident/language", json=fields)).read()
    for address, expected in (
        ("/web/resident/events?language=ru", [b"event: language", b'data: "en"']),
        ("/web/resident/events?language=en", [b"event: ready", b"data: {}"]),
        ("/web/resident/events", [b"event: ready", b"data: {}"]),
        ("/web/admin/events?language=en", [b"event: ready", b"data: {}"]),
    ):
        async with person.get(address) as response:
            assert expected == [(await response.content.readline()).strip() for _ in range(2)]
