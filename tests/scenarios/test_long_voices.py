"""Voices of an hour, which not every platform takes: the question and its words arrive, and both sides are told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scenarios.conftest import NewDatabase
from tests.scenarios.platforms import VOICE, Place, Said, Seen, seen
from tests.scenarios.region import ADMIN, VK_ADMIN, Region, Resident, open_region

#: A megabyte more than is taken of VK and of the page, and two and a half times what Telegram gives to a bot.
LONG = VOICE + bytes(51 * 1024 * 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Where officials are, and between whom and them such a voice can be passed on."""

    platform: str
    chat: str
    asked: set[str]
    answered: set[str]


CASES = [
    # Inside one bot of Telegram a file is passed on by its id, whatever its size.
    Case(platform="telegram", chat=f"telegram:{ADMIN}", asked={"telegram"}, answered={"telegram"}),
    Case(platform="vk", chat=f"vk:{VK_ADMIN}", asked={"viber"}, answered=set()),
    Case(platform="web", chat="web:admin", asked=set(), answered=set()),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    region: Region
    case: Case

    @property
    def desk(self) -> Place:
        return self.region.places[self.case.platform]

    async def officials_see(self, *words: str) -> Seen:
        return await seen(self.desk.seen_by_officials, lambda one: all(word in one.text for word in words))


@pytest.fixture(params=CASES, ids=lambda case: f"officials in {case.platform}")
async def world(request: pytest.FixtureRequest, tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[World]:
    case: Case = request.param
    async with open_region(tmp_path, await new_database(), ADMIN_CHAT=case.chat) as region:
        yield World(region=region, case=case)


async def test_a_voice_of_an_hour(world: World) -> None:
    """A voice that is too large is named to officials and to its sender, either way; what is said beside it arrives."""
    for resident in world.region.residents():
        await asks_at_length(world, resident)


async def asks_at_length(world: World, resident: Resident) -> None:
    who, mark = resident.who, str(resident.who).encode()
    number = await resident.asks(f"Слышно ли вам, как стучит? {who}")
    card = await world.officials_see(f"Слышно ли вам, как стучит? {who}")
    before = await resident.sees()
    if resident.name == "web":
        assert "Файл «voice.ogg» больше 50 МБ." == await refused(resident.writes(Said(voice=LONG + mark)))
    elif resident.name in world.case.asked:
        await resident.writes(Said(voice=LONG + mark))
        await seen(world.desk.seen_by_officials, lambda one: LONG + mark in one.files)
    else:
        await resident.writes(Said(voice=LONG + mark))
        await resident.reads("Не получилось передать: ", " МБ", "словами", since=before)
        await world.officials_see(f"№ {number}", "📎", "не передан", " МБ")

    await resident.writes(f"Стучит по ночам {who}")
    await world.officials_see(f"Стучит по ночам {who}")
    await is_answered_at_length(world, resident, card, number)


async def refused(writing: Awaitable[None]) -> str:
    """What the page says at once of a file that it does not take: the words stay in the text box."""
    with pytest.raises(AssertionError) as found:
        await writing
    return str(json.loads(str(found.value).splitlines()[0])["error"])


async def is_answered_at_length(world: World, resident: Resident, card: Seen, number: int) -> None:
    who, voice = resident.who, LONG + b"answer" + str(resident.who).encode()
    before = await resident.sees()
    if world.case.platform == "web":
        assert "Файл «voice.ogg» больше 50 МБ." == await refused(world.desk.reply(card.id, Said(voice=voice)))
    elif resident.name in world.case.answered:
        await world.desk.reply(card.id, Said(voice=voice))
        await seen(resident.sees, lambda one: voice in one.files)
    else:
        await world.desk.reply(card.id, Said(voice=voice))
        await resident.reads("📎", " МБ", since=before)
        await world.officials_see(f"№ {number}", "жителю не", " МБ")
    await world.desk.reply(card.id, Said(text=f"Пришлём мастера {who}"))
    await resident.reads(f"Пришлём мастера {who}")
