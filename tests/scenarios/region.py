"""A region: one service, residents on four platforms, officials in a chat; spoken to in the words of a scenario."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.emulators.telegram import Delivered, TelegramEmulator
from tests.emulators.viber import ViberEmulator
from tests.emulators.vk import VkEmulator
from tests.scenarios.desk import TelegramDesk
from tests.scenarios.platforms import Place, Said, Seen, TelegramPlace, ViberPlace, VkPlace, WebPlace, somebody
from tests.scenarios.service import Service, running, until

ADMIN, VK_ADMIN = -1001234567890, 2000000001
PASSWORD = "password-of-the-officials"
_ACCEPTED = re.compile(r"принят: № (\d+)")


def noon() -> str:
    """A time zone in which it is about noon: by day alone are residents told what they did not ask for."""
    # The names of these zones count westwards.
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


@dataclass(slots=True, kw_only=True)
class Resident:
    """One who asks, on his platform."""

    #: The platform's.
    name: str
    place: Place
    who: int = field(default_factory=somebody)

    async def sees(self) -> list[Seen]:
        """What stands on his screen."""
        return await self.place.seen_by(self.who)

    async def writes(self, *words: str | Said) -> None:
        """Write, and wait for nothing."""
        for one in words:
            await self.place.ask(self.who, Said(text=one) if isinstance(one, str) else one)

    async def says(self, words: str | Said, *expected: str) -> Seen:
        """Write; what is there then, and was not before, with all these words."""
        return await self._then(lambda: self.writes(words), expected)

    async def presses(self, label: str, *expected: str, under: Seen | None = None) -> Seen:
        """Press the newest button of this name, or the one under a message; what is there then, as `says` gives it."""
        message = under or await self.offered(label)
        return await self._then(lambda: self.place.press(self.who, message, label), expected)

    async def taps(self, label: str, under: Seen) -> None:
        """Press a button as it stood under a message, and wait for nothing: it may be pressed for the second time."""
        await self.place.press(self.who, under, label)

    async def asks(self, text: str, *, by: str = "") -> int:
        """Ask, perhaps under another name; the number that the question gets."""
        confirmation = await self.says(Said(text=text, by=by), "принят: № ")
        found = _ACCEPTED.search(confirmation.text)
        assert found is not None
        return int(found[1])

    async def reads(self, *words: str, since: Sequence[Seen] = ()) -> Seen:
        """Wait until a message has all these words; the newest that does. `since`: what stood there before."""
        old = {one.id for one in since}
        return await self._until(lambda one: one.id not in old and _has(one, words), f"message with {words}")

    async def offered(self, label: str) -> Seen:
        """Wait for the newest message with this button."""
        return await self._until(lambda one: label in one.buttons, f"button «{label}»")

    async def _then(self, act: Callable[[], Awaitable[None]], expected: tuple[str, ...]) -> Seen:
        before = {one.id: one for one in await self.sees()}
        await act()
        return await self._until(
            lambda one: _is_new(one, before.get(one.id)) and _has(one, expected), f"new message with {expected}"
        )

    async def _until(self, is_it: Callable[[Seen], bool], what: str) -> Seen:
        async def look() -> Seen | None:
            return next((one for one in reversed(await self.sees()) if is_it(one)), None)

        try:
            return await until(look)
        except TimeoutError:
            screen = "\n".join(f"{one.text} {list(one.buttons)}" for one in await self.sees())
            raise AssertionError(f"{self.name}: no {what} on the screen:\n{screen}") from None


def _is_new(message: Seen, before: Seen | None) -> bool:
    """Whether it was not there, or says something else: a message that has lost its buttons says the same."""
    if before is None or message.text != before.text:
        return True
    return bool(message.buttons) and message.buttons != before.buttons


def _has(message: Seen, words: tuple[str, ...]) -> bool:
    return all(one in message.text for one in words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The service and its platforms. Officials are in Telegram, where settings do not say otherwise."""

    service: Service
    telegram: TelegramEmulator
    vk: VkEmulator
    viber: ViberEmulator
    page: WebPlace
    desk: TelegramDesk
    places: Mapping[str, Place]

    def residents(self) -> list[Resident]:
        """Somebody new on each platform."""
        return [Resident(name=name, place=place) for name, place in self.places.items()]

    def without_buttons(self) -> list[Resident]:
        """Somebody new in VK and in Viber, each with a program that shows no buttons."""
        vk, viber = (Resident(name=name, place=self.places[name]) for name in ("vk", "viber"))
        self.vk.without_buttons.add(vk.who)
        self.viber.old_clients.add(ViberPlace.id_of(viber.who))
        return [vk, viber]

    async def card(self, words: str) -> Delivered:
        """Wait until a message before the officials has this in its text."""
        return await self.desk.card(words)

    async def an_hour_later(self) -> None:
        """As if all this had been an hour ago, so that it is time to ask for ratings, whatever there is to rate."""
        await self.service.query("UPDATE messages SET at = at - interval '1 hour'")
        await self.service.query("UPDATE questions SET answered_at = answered_at - interval '1 hour', rate_at = now()")
        await self.restart()

    async def knows_answers(self) -> bool:
        """Whether the service has read its known answers: until then it suggests none."""
        return bool(self.service.logged("answers.read"))

    async def restart(self) -> None:
        """Stop and start: the jobs that look now and then look at the start."""
        assert 0 == await self.service.stop()
        await self.service.start()


@asynccontextmanager
async def prepared(folder: Path, database: str, *, config: str = "", **settings: str) -> AsyncIterator[Region]:
    """The platforms, and the service not started yet; `config` is its otvet.toml."""
    if config:
        (folder / "otvet.toml").write_text(config, encoding="utf-8")
    async with TelegramEmulator() as telegram, VkEmulator() as vk, ViberEmulator() as viber:
        # Viber fetches files from where the others call webhooks, and that has no https here.
        telegram.takes_http = True
        service = Service(
            folder=folder,
            settings={
                "DATABASE_URL": database,
                "SERVICE_TIMEZONE": noon(),
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                "TELEGRAM_GROUP_RATE": "1000/s",
                "TELEGRAM_CHAT_RATE": "1000/s",
                "TELEGRAM_ACCOUNT_RATE": "1000/s",
                "VK_TOKEN": vk.token,
                "VK_GROUP_ID": str(vk.group_id),
                "VK_API_URL": vk.api_url,
                "VK_ACCOUNT_RATE": "1000/s",
                "VIBER_TOKEN": viber.token,
                "VIBER_API_URL": viber.api_url,
                "WEB_ADMIN_PASSWORD": PASSWORD,
                "ADMIN_CHAT": f"telegram:{ADMIN}",
                **settings,
            },
        )
        service.settings = {**service.settings, "PUBLIC_URL": service.url}
        page = WebPlace(url=service.url, password=PASSWORD)
        yield Region(
            service=service,
            telegram=telegram,
            vk=vk,
            viber=viber,
            page=page,
            desk=TelegramDesk(telegram, ADMIN),
            places={
                "telegram": TelegramPlace(telegram, ADMIN),
                "vk": VkPlace(vk, VK_ADMIN),
                "viber": ViberPlace(viber),
                "web": page,
            },
        )


@asynccontextmanager
async def at_work(region: Region) -> AsyncIterator[Region]:
    """The service runs, and every platform calls it."""
    async with running(region.service):
        await region.telegram.wait_for(lambda: region.telegram.webhook)
        await region.vk.wait_for(lambda: [one for one in region.vk.servers if one.settings])
        await region.viber.wait_for(lambda: region.viber.webhook)
        await until(region.knows_answers)
        try:
            yield region
        finally:
            await region.page.close()


@asynccontextmanager
async def open_region(folder: Path, database: str, *, config: str = "", **settings: str) -> AsyncIterator[Region]:
    """The region with its service at work."""
    async with prepared(folder, database, config=config, **settings) as region, at_work(region):
        yield region
