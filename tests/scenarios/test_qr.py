"""`otvet qr`: from the command to a question that knows which poster it came from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.qr_codes import modules_in_png, modules_in_svg, modules_of, title_of
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.platforms import Said, somebody
from tests.scenarios.region import Region, at_work, prepared
from tests.scenarios.service import Service


@pytest.fixture
async def region(tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[Region]:
    """Its service does not run yet."""
    async with prepared(tmp_path, await new_database()) as region:
        yield region


def links_of(region: Region) -> dict[str, str]:
    """The link of each channel with the source `school5`."""
    return {
        "telegram": "https://t.me/otvet_test_bot?start=school5",
        "vk": "https://vk.me/club700100?ref=school5",
        "viber": "viber://pa?chatURI=otvettest&context=school5",
        "web": f"{region.service.url}/?source=school5",
    }


async def test_from_the_poster_to_the_question(region: Region) -> None:
    """Each platform's code opens its chat; the question asked there keeps where it came from, the next one does not."""
    service, links, places = region.service, links_of(region), region.places
    async with at_work(region):
        # Beside the service that runs.
        code, out, complaints = await service.command("qr", "--source", "school5", "--output", "posters")
        names = [f"posters/{name}-school5.{kind}" for name in links for kind in ("svg", "png")]
        lines = [f"{name}: {link}" for name, link in links.items()]
        assert (0, sorted(names + lines), "") == (code, sorted(out.splitlines()), complaints)
        for name, link in links.items():
            svg, png = ((service.folder / f"posters/{name}-school5.{kind}").read_bytes() for kind in ("svg", "png"))
            modules = modules_of(link)
            assert (link, modules) == (title_of(svg), modules_in_svg(svg))
            assert modules == modules_in_png(png, len(modules))

        people = {name: somebody() for name in places}
        asked = [
            place.ask_by(links[name], people[name], Said(text=f"Есть ли места? {name}"))
            for name, place in places.items()
        ]
        await asyncio.gather(*asked)
        for name in places:
            card = await region.card(f"Есть ли места? {name}")
            assert "Пришёл по ссылке: school5" in card.text
        for name, place in places.items():
            await place.ask(people[name], Said(text="/new"))
            await place.ask(people[name], Said(text=f"А продлёнка? {name}"))
            card = await region.card(f"А продлёнка? {name}")
            assert "school5" not in card.text
        greetings = {
            name: sum("Здравствуйте" in one.text for one in await place.seen_by(people[name]))
            for name, place in places.items()
        }
        # VK tells of a link with the first message alone, and the page greets before anything is said.
        assert {"telegram": 1, "vk": 0, "viber": 1, "web": 0} == greetings
    kept = await service.query(
        "SELECT q.source, w.source AS counted, count(*) FROM questions q JOIN waits w ON w.question_id = q.id"
        " GROUP BY 1, 2 ORDER BY 1"
    )
    assert [("", "", 4), ("school5", "school5", 4)] == [tuple(row) for row in kept]


async def test_platform_that_is_away(region: Region) -> None:
    """A channel that has no link now has a line that says so, and exit code 1; the others have their codes."""
    service, links = region.service, links_of(region)
    region.viber.uri = ""
    await region.telegram.stop()
    code, out, complaints = await service.command("qr", "--source", "school5", "--channel", "all")
    assert 1 == code
    assert ["telegram", "viber"] == [line.partition(":")[0] for line in complaints.splitlines()]
    assert [f"vk: {links['vk']}", "vk-school5.svg", "vk-school5.png"] == out.splitlines()[:3]
    assert {f"{name}-school5.{kind}" for name in ("vk", "web") for kind in ("svg", "png")} == _codes(service.folder)
    assert [] == [token for token in (region.telegram.token, region.viber.token) if token in out + complaints]


@pytest.fixture
async def page(tmp_path: Path, new_database: NewDatabase) -> Service:
    """A service with the page alone."""
    return Service(
        folder=tmp_path, settings={"DATABASE_URL": await new_database(), "PUBLIC_URL": "https://otvet.example.org"}
    )


async def test_codes_that_hang_on_walls(page: Service) -> None:
    """A file that is there and differs stays, with exit code 1, until it is written over on purpose."""
    words, picture = ("qr", "--source", "school5", "--channel", "web"), page.folder / "web-school5.png"
    lines = ["web: https://otvet.example.org/?source=school5", "web-school5.svg", "web-school5.png"]
    for _ in range(2):
        code, out, complaints = await page.command(*words)
        assert (0, lines, "") == (code, out.splitlines(), complaints)
    before = picture.read_bytes()
    code, out, complaints = await page.command(*words, "--size", "300")
    assert (1, lines[:1]) == (code, out.splitlines())
    assert "web: web-school5.png is there already and differs; expected another folder, or --force\n" == complaints
    assert before == picture.read_bytes()
    assert 0 == (await page.command(*words, "--size", "300", "--force"))[0]
    assert before != picture.read_bytes()


async def test_page_without_an_address(page: Service) -> None:
    """Where nobody can know the address of the page, the line names the setting that tells it."""
    settings = {"DATABASE_URL": page.settings["DATABASE_URL"], "HOST": "0.0.0.0"}
    code, out, complaints = await page.command("qr", "--source", "school5", settings=settings)
    assert (1, "", set()) == (code, out, _codes(page.folder))
    assert complaints.startswith("web: ")
    assert "PUBLIC_URL" in complaints


WRONG = {
    "source": (("--source", "Школа5"), "1 to 32 of the characters a-z, 0-9, _ and -"),
    "channel": (("--source", "school5", "--channel", "wbe"), "no channel 'wbe'; expected all or some of web"),
}


@pytest.mark.parametrize(("words", "said"), WRONG.values(), ids=WRONG.keys())
async def test_wrong_words(page: Service, words: tuple[str, ...], said: str) -> None:
    """Words that cannot be meant end with exit code 2 and what is allowed, and nothing is drawn."""
    code, out, complaints = await page.command("qr", *words)
    assert (2, "", set()) == (code, out, _codes(page.folder))
    assert said in complaints


def _codes(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.suffix in (".svg", ".png")}
