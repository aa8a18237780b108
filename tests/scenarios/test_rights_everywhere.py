"""Consent, «мои данные» and «забыть меня» on four platforms; the page's officials; the law; with a process."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.scenarios import region
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.platforms import PDF, Place, Said, Seen, WebPlace, seen
from tests.scenarios.region import PASSWORD, open_region
from tests.scenarios.service import Service, running, until
from tests.scenarios.test_rights import left_of


@dataclass(slots=True, kw_only=True)
class Resident(region.Resident):
    """One who asks, on his platform, with a word that nobody else says."""

    @property
    def word(self) -> str:
        return f"кракозябра-{self.name}-{self.who}"

    async def is_forgotten(self) -> None:
        await self.says("забыть меня", "Вернуть их будет нельзя")
        await self.says("да, удалить", "Готово: всё, что мы о вас хранили, удалено.")


@contextlib.asynccontextmanager
async def closing(page: WebPlace) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await page.close()


def stored(service: Service) -> list[bytes]:
    """What the files of the store hold."""
    return sorted(path.read_bytes() for path in (service.folder / "data" / "media").glob("[0-9a-f][0-9a-f]/*"))


# --- four platforms ------------------------------------------------------------------------------------------------


async def test_on_each_platform(tmp_path: Path, new_database: NewDatabase) -> None:
    """Asked, agreed by the typed word, registered, answered; his files; everything gone: everywhere alike."""
    async with open_region(tmp_path, await new_database(), CONSENT="required") as opened:
        service, desk = opened.service, opened.places["telegram"]
        residents = [Resident(name=name, place=place) for name, place in opened.places.items()]
        await asyncio.gather(*(consents(desk, one) for one in residents))
        await asyncio.gather(*(gets_his_data(one) for one in residents))
        await asyncio.gather(*(one.is_forgotten() for one in residents))

        async def gone() -> bool:
            words = [word for one in residents for word in (one.word, f"Житель-{one.who}")]
            return not await left_of(service, *words)

        await until(gone)
        await until(files(service, 0))
        shown = [one.text for one in await desk.seen_by_officials()]
        assert [] == [text for text in shown if "кракозябра" in text]


def files(service: Service, count: int) -> Callable[[], Awaitable[bool]]:
    """Whether there are so many in the store."""

    async def look() -> bool:
        return len(stored(service)) == count

    return look


async def consents(desk: Place, resident: Resident) -> None:
    """Nothing of what he writes is seen before he agrees; then it is there, and is answered."""
    await resident.says(f"Где {resident.word}?", "только с вашего согласия")
    assert [] == [one for one in await desk.seen_by_officials() if resident.word in one.text]
    await resident.says("Согласна", "принят: № ")
    card = await shown_to_officials(desk, resident)
    await desk.reply(card.id, Said(text=f"Нашлась {resident.word}"))
    await resident.reads(f"Нашлась {resident.word}")


async def shown_to_officials(desk: Place, resident: Resident) -> Seen:
    return await seen(desk.seen_by_officials, lambda one: resident.word in one.text)


async def gets_his_data(resident: Resident) -> None:
    """Two files, as his platform brings them: what he asked, what he was answered, and how he agreed."""
    await resident.writes("мои данные")

    async def look() -> dict[str, bytes] | None:
        shown = await resident.place.seen_by(resident.who)
        found = {name: data for one in shown for name, data in zip(one.names, one.files, strict=False) if data}
        return found if {"мои-данные.html", "мои-данные.json"} <= set(found) else None

    got = await until(look)
    assert resident.word in got["мои-данные.html"].decode()
    data = json.loads(got["мои-данные.json"])
    (question,) = data["questions"]
    said = [(one["by"], one["text"]) for one in question["messages"]]
    assert [("вы", f"Где {resident.word}?"), ("сотрудник", f"Нашлась {resident.word}")] == said
    assert ["словом"] == [one["how"] for one in data["consents"]]


# --- officials on the page, the law, terms -------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def on_page(folder: Path, address: str, config: str = "") -> AsyncIterator[tuple[Service, WebPlace]]:
    """A service whose residents and officials are all on the page."""
    (folder / "otvet.toml").write_text(config, encoding="utf-8")
    service = Service(folder=folder, settings={"DATABASE_URL": address, "WEB_ADMIN_PASSWORD": PASSWORD})
    page = WebPlace(url=service.url, password=PASSWORD)
    async with running(service), closing(page):
        yield service, page


async def test_officials_on_the_page(tmp_path: Path, new_database: NewDatabase) -> None:
    """What officials wrote to him there, with files, notes and commands, goes with him: nobody else can remove it."""
    async with on_page(tmp_path, await new_database()) as (service, page):
        irina, oleg = Resident(name="irina", place=page), Resident(name="oleg", place=page)
        number, other = await irina.asks(f"Где {irina.word}?"), await oleg.asks(f"Где {oleg.word}?")
        for one in (irina, oleg):
            card = await shown_to_officials(page, one)
            await page.reply(card.id, Said(text=f"Акт: {one.word}", document=PDF + one.word.encode(), name="акт.pdf"))
            await one.reads(f"Акт: {one.word}")
            await page.reply(card.id, Said(text=f"// Пишет опять: {one.word}"))
        for command in (f"/note {number} ещё раз", "/find", f"/close {number}"):
            await page.reply("", Said(text=f"{command} {irina.word}"))
        await irina.is_forgotten()

        async def gone() -> bool:
            return not await left_of(service, irina.word, f"Житель-{irina.who}")

        await until(gone)
        await until(files(service, 1))
        assert [PDF + oleg.word.encode()] == stored(service)
        # Of Oleg all is there.
        await oleg.says(f"вопрос {other}", f"Акт: {oleg.word}")


LAW = """
[rights]
keep_by_law = true
locked_for = "365d"

[rights.retention]
texts = "365d"
"""


async def test_the_law_and_terms(tmp_path: Path, new_database: NewDatabase) -> None:
    """What the law wants kept is locked away with its file until its day; others go when their term is over."""
    async with on_page(tmp_path, await new_database(), LAW) as (service, page):
        irina, oleg, maria = (Resident(name=name, place=page) for name in ("irina", "oleg", "maria"))
        await irina.says(Said(text=f"Где {irina.word}?", document=PDF, name="акт.pdf"), "принят: № ")
        for one in (oleg, maria):
            number = await one.asks(f"Где {one.word}?")
            await page.reply("", Said(text=f"/close {number} решено"))
            await one.reads("решено")
        await irina.is_forgotten()

        async def locked_away() -> bool:
            return ["sealed"] == await left_of(service, irina.word)

        await until(locked_away)
        await a_year_later(service, closed="364 days", number=number - 1)
        await a_year_later(service, closed="400 days", number=number)
        await does_daily_work(service, 1)
        assert ["sealed"] == await left_of(service, irina.word)
        assert ([PDF], []) == (stored(service), await left_of(service, maria.word))
        assert await left_of(service, oleg.word)
        await a_year_later(service, closed="2 days", number=number - 1)
        await service.query("UPDATE sealed SET until = until - interval '366 days'")
        await does_daily_work(service, 2)
        assert ([], []) == (stored(service), await left_of(service, irina.word, oleg.word))
        known = await service.query("SELECT name FROM conversations WHERE forgotten_at IS NULL ORDER BY id")
        assert [f"Житель-{one.who}" for one in (oleg, maria)] == [row["name"] for row in known]


async def a_year_later(service: Service, *, closed: str, number: int) -> None:
    """As if a question had been closed so long ago, and all that is beside questions were older than a year."""
    await service.query("UPDATE questions SET closed_at = closed_at - $1::text::interval WHERE id = $2", closed, number)
    for statement in (
        "UPDATE log_items SET body = jsonb_set(body::jsonb, '{at}', to_jsonb(now() - interval '366 days'))::text",
        "UPDATE outbox SET created_at = now() - interval '366 days'",
        "UPDATE events SET received_at = now() - interval '366 days'",
    ):
        await service.query(statement)


async def does_daily_work(service: Service, times: int) -> None:
    """The daily work begins at the start: wait until it is done, and the hourly with it."""
    await service.stop()
    await service.start()

    async def look() -> bool:
        (row,) = await service.query("SELECT count(*) AS n FROM events WHERE received_at < now() - interval '300 days'")
        return len(service.logged("retention.done")) == times and row["n"] == 0

    await until(look)
