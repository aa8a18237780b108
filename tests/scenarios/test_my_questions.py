"""Residents of four platforms, their own questions and what they think of answers, with the service as a process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from tests.emulators.telegram import TelegramEmulator, person
from tests.emulators.viber import User, ViberEmulator
from tests.emulators.vk import VkEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.platforms import Place, Said, Seen, TelegramPlace, ViberPlace, VkPlace, WebPlace, seen, somebody
from tests.scenarios.service import Service, running, until

T = TypeVar("T")

ADMIN, VK_ADMIN = -1001234567890, 2000000001
PASSWORD = "password-of-the-officials"
#: Seconds: the service looks three times a minute whom it is time to ask.
LOOKS = 45


@dataclass(slots=True, kw_only=True)
class Resident:
    """One who asks, on his platform."""

    name: str
    place: Place
    who: int = field(default_factory=somebody)

    async def says(self, *words: str) -> None:
        for text in words:
            await self.place.ask(self.who, Said(text=text))

    async def reads(self, words: str, *, seconds: float = 20) -> str:
        """Wait until a message that he has got says this; what it says."""

        async def look() -> str | None:
            texts = [one.text for one in await self.place.seen_by(self.who)]
            return next((text for text in reversed(texts) if words in text), None)

        return await until(look, seconds=seconds)

    async def asks(self, text: str) -> int:
        """Ask; the number that the question gets."""
        known = {one.text for one in await self.place.seen_by(self.who)}
        await self.says(text)

        async def look() -> int | None:
            new = [one.text for one in await self.place.seen_by(self.who) if one.text not in known]
            found = [re.search(r"принят: № (\d+)", text) for text in new]
            return next((int(match[1]) for match in found if match), None)

        return await until(look)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The service, its residents, and the officials' group in Telegram."""

    service: Service
    residents: dict[str, Resident]
    desk: TelegramPlace
    vk: VkEmulator
    viber: ViberEmulator

    async def officials_see(self, words: str) -> Seen:
        return await seen(self.desk.seen_by_officials, lambda one: words in one.text)


def daytime() -> str:
    """A time zone in which it is about noon."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


@pytest.fixture
async def world(tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[World]:
    vk, viber = VkEmulator(), ViberEmulator()
    async with TelegramEmulator() as telegram, vk, viber:
        service = Service(
            folder=tmp_path,
            settings={
                "DATABASE_URL": await new_database(),
                "SERVICE_TIMEZONE": daytime(),
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                # Telegram calls https addresses alone, and there are none here.
                "TELEGRAM_UPDATES": "polling",
                "TELEGRAM_GROUP_RATE": "1000/s",
                "TELEGRAM_CHAT_RATE": "1000/s",
                "VK_TOKEN": vk.token,
                "VK_GROUP_ID": str(vk.group_id),
                "VK_API_URL": vk.api_url,
                "VIBER_TOKEN": viber.token,
                "VIBER_API_URL": viber.api_url,
                "WEB_ADMIN_PASSWORD": PASSWORD,
                "ADMIN_CHAT": f"telegram:{ADMIN}",
            },
        )
        service.settings = {**service.settings, "PUBLIC_URL": service.url}
        page = WebPlace(url=service.url, password=PASSWORD)
        desk = TelegramPlace(telegram, ADMIN)
        places: dict[str, Place] = {
            "telegram": desk,
            "vk": VkPlace(vk, VK_ADMIN),
            "viber": ViberPlace(viber),
            "web": page,
        }
        residents = {name: Resident(name=name, place=place) for name, place in places.items()}
        async with running(service):
            await vk.wait_for(lambda: [one for one in vk.servers if one.settings])
            await viber.wait_for(lambda: viber.webhook)
            try:
                yield World(service=service, residents=residents, desk=desk, vk=vk, viber=viber)
            finally:
                await page.close()


async def test_own_questions_and_ratings(world: World) -> None:
    """On each platform: the list, adding, taking back, opening again; a rating, why, and what officials see of it."""
    residents = world.residents.values()
    answered = await asyncio.gather(*(own_questions(world, one) for one in residents))
    # As if it had been an hour ago: nobody is asked right after the answer, or while he writes.
    await world.service.query("UPDATE messages SET at = at - interval '1 hour'")
    await world.service.query(
        "UPDATE questions SET answered_at = answered_at - interval '1 hour', rate_at = now() WHERE rate_at IS NOT NULL"
    )
    await asyncio.gather(*(rates(world, one, number) for one, number in zip(residents, answered, strict=True)))
    ratings = await world.service.query("SELECT rating FROM waits WHERE rating IS NOT NULL")
    assert [1] * len(answered) == [row["rating"] for row in ratings]


async def own_questions(world: World, resident: Resident) -> int:
    """Two questions, what can be done with them, and their answers; the number of the first: he is asked about one."""
    name = resident.name
    first = await resident.asks(f"Когда дадут тепло? {name}")
    await resident.says("Новый вопрос")
    await resident.reads("следующее сообщение откроет его")
    second = await resident.asks(f"Почему закрыт мост? {name}")
    await resident.says("Мои вопросы")
    text = await resident.reads("Ваши вопросы: 2")
    assert text.index(f"№ {second} · ответим до ") < text.index(f"№ {first} · ответим до ")
    await resident.says(f"дополнить {first}", f"Геологов 14 {name}")
    await resident.reads(f"Добавили к вопросу № {first}.")
    await world.officials_see(f"№ {first} · дополнение от жителя\n\nГеологов 14 {name}")
    await resident.says("отозвать")
    await resident.reads(f"Отозвать вопрос № {second}?")
    await resident.says(f"отозвать {second}")
    await resident.reads(f"Вопрос № {second} отозван")
    await resident.says(f"открыть снова {second}")
    await world.officials_see(f"№ {second} · житель открыл вопрос снова")
    await resident.says(f"Опора треснула {name}")
    await world.officials_see(f"№ {second} · дополнение от жителя\n\nОпора треснула {name}")
    for asked, said in ((f"Когда дадут тепло? {name}", f"Завтра {name}"), (f"мост? {name}", f"Ремонт {name}")):
        card = await world.officials_see(asked)
        await world.desk.reply(card.id, Said(text=said))
        await resident.reads(said)
    await resident.says(f"вопрос {first}")
    assert f"Завтра {name}" in await resident.reads(f"Вопрос № {first}: есть ответ")
    return first


async def rates(world: World, resident: Resident, number: int) -> None:
    """He is asked, rates by a button or a digit, says why, and opens the question again."""
    await resident.reads(f"Помог ли ответ на вопрос № {number}?", seconds=LOOKS)
    await press_one(world, resident, number)
    await resident.reads("Жаль, что ответ не помог")
    await world.officials_see(f"№ {number} · оценка жителя: 1 из 5")
    await resident.says(f"Никто не приехал {resident.name}")
    await world.officials_see(f"№ {number} · отзыв жителя, оценка 1 из 5\n\nНикто не приехал {resident.name}")
    await resident.says(f"открыть снова {number}")
    await world.officials_see(f"№ {number} · житель открыл вопрос снова")
    await resident.says("мои вопросы")
    # The newer question was shown like this before, this one was not.
    await resident.reads(f"№ {number} · ответим до ")


async def press_one(world: World, resident: Resident, number: int) -> None:
    """The button «1», each platform's own way; on the page the digit is typed."""
    who, asked = resident.who, f"ответ на вопрос № {number}?"
    match resident.name:
        case "telegram":
            emulator = world.desk.emulator
            shown = _last(emulator.sent_to(who), lambda one: asked in one.text)
            assert [f"rate:{number}:1:{n}" for n in range(1, 6)] == shown.buttons[:5]
            update = emulator.press(who, person(who, f"Житель-{who}"), shown.message_id, shown.buttons[0])
            assert await emulator.push(update) in (0, 200)
        case "vk":
            on_vk = _last(world.vk.sent_to(who), lambda one: asked in one.text)
            assert await world.vk.push(world.vk.press(on_vk, "1", who))
        case "viber":
            user = User(id=ViberPlace.id_of(who), name=f"Житель-{who}")
            delivered = [one for one in world.viber.delivered if one.receiver == user.id]
            await world.viber.push(world.viber.press(user, _last(delivered, lambda one: asked in one.text), "1"))
        case _:
            await resident.says("1")


def _last(found: Sequence[T], is_it: Callable[[T], bool]) -> T:
    return [one for one in found if is_it(one)][-1]
