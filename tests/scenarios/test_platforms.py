"""Four platforms at once: questions with files reach the admin chat, wherever it is, and answers come back to each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scenarios.conftest import NewDatabase
from tests.scenarios.platforms import PDF, VOICE, Place, Said, Seen, photo, seen, somebody
from tests.scenarios.region import ADMIN, VK_ADMIN, at_work, prepared

ADMIN_CHATS = {"telegram": f"telegram:{ADMIN}", "vk": f"vk:{VK_ADMIN}", "web": "web:admin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All platforms, and the one in which officials work."""

    places: Mapping[str, Place]
    desk: Place


@pytest.fixture(params=["telegram", "vk", "web"], ids="officials in {}".format)
async def world(request: pytest.FixtureRequest, tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[World]:
    async with prepared(tmp_path, await new_database(), ADMIN_CHAT=ADMIN_CHATS[request.param]) as region:
        # All that a platform needs is brought by the start itself.
        region.service.cold = True
        async with at_work(region):
            yield World(places=region.places, desk=region.places[request.param])


async def test_text_and_files_both_ways(world: World) -> None:
    """Text, photo, document and voice arrive as they were sent, on every platform, in both directions."""
    await asyncio.gather(*(conversation(world, name) for name in world.places))


async def conversation(world: World, name: str) -> None:
    """A resident of this platform asks with all kinds of files, and is answered with all kinds of files."""
    place, desk, who = world.places[name], world.desk, somebody()
    question, answer = f"Как получить выписку? {name}", f"Вот как. {name}"
    mark = name.encode()
    scan, plan = photo("red"), photo("blue")
    form, reference, said, told = PDF + mark, PDF + b"answer" + mark, VOICE + mark, VOICE + b"answer" + mark

    await place.ask(who, Said(text=question))
    card = await officials_see(world, lambda one: question in one.text)
    for part in (
        Said(photo=scan),
        Said(document=form, name=f"справка {name}.pdf"),
        Said(voice=said),
    ):
        await place.ask(who, part)
    form_shown = await officials_see(world, lambda one: form in one.files)
    assert [f"справка {name}.pdf"] == list(form_shown.names)
    voice_shown = await officials_see(world, lambda one: said in one.files)
    await officials_see(world, lambda one: scan in one.files)

    await desk.reply(card.id, Said(text=answer))
    await resident_sees(place, who, lambda one: answer in one.text)
    await desk.reply(form_shown.id, Said(document=reference, name=f"ответ {name}.pdf"))
    got = await resident_sees(place, who, lambda one: reference in one.files)
    assert [f"ответ {name}.pdf"] == list(got.names)
    await desk.reply(voice_shown.id, Said(voice=told))
    await resident_sees(place, who, lambda one: told in one.files)
    await desk.reply(card.id, Said(photo=plan))
    await resident_sees(place, who, lambda one: plan in one.files)
    # Nobody else's words or files are among what he has.
    others = [other for other in world.places if other != name]
    texts = [one.text for one in await place.seen_by(who)]
    assert not any(f"Вот как. {other}" in text for other in others for text in texts)


async def officials_see(world: World, is_it: Callable[[Seen], object]) -> Seen:
    return await seen(world.desk.seen_by_officials, is_it)


async def resident_sees(place: Place, who: int, is_it: Callable[[Seen], object]) -> Seen:
    async def look() -> list[Seen]:
        return await place.seen_by(who)

    return await seen(look, is_it)
