"""Where and what, news, hours and late answers, with the service as a process over four platforms at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.viber import ViberEmulator
from tests.emulators.vk import VkEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.platforms import (
    Place,
    Said,
    Seen,
    TelegramPlace,
    ViberPlace,
    VkPlace,
    WebPlace,
    seen,
    somebody,
)
from tests.scenarios.service import Service, running

TELEGRAM_ADMIN = -1001234567890
VK_ADMIN = 2000000001
PASSWORD = "password-of-the-officials"
AT_NADYM = (65.5, 72.5)
#: A weekday on which nobody works now, whatever day it is.
CLOSED_NOW = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[(datetime.now(UTC).weekday() + 3) % 7]
CONFIG = f"""
[[departments]]
slug = "water-nadym"
name = "Вода Надыма"
topics = ["water"]
places = ["nadym"]
answer_within = "1s"

[[departments]]
slug = "schools"
name = "Школы"
topics = ["schools"]
hours = "{CLOSED_NOW} 09:00-10:00"

[[topics]]
slug = "water"
name = "Вода"
words = ["вода"]

[[topics]]
slug = "schools"
name = "Школы"
words = ["школа"]

[[places]]
slug = "nadym"
name = "Надымский район"
words = ["Надым"]
centre = [65.53, 72.52]
"""


def noon() -> str:
    """A time zone in which it is about noon: residents are told of late answers by day alone."""
    hours = 12 - datetime.now(UTC).hour
    # The names of these zones count westwards.
    return f"Etc/GMT{-hours:+d}"


async def test_over_four_platforms(tmp_path: Path, new_database: NewDatabase) -> None:
    """A resident of each platform is understood by words, by buttons' words and by a point on the map."""
    (tmp_path / "otvet.toml").write_text(CONFIG, encoding="utf-8")
    vk, viber = VkEmulator(), ViberEmulator()
    async with TelegramEmulator() as telegram, vk, viber:
        service = Service(
            folder=tmp_path,
            settings={
                "DATABASE_URL": await new_database(),
                "SERVICE_TIMEZONE": noon(),
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                # Telegram calls https addresses alone, and there are none here.
                "TELEGRAM_UPDATES": "polling",
                "TELEGRAM_GROUP_RATE": "1000/s",
                "TELEGRAM_CHAT_RATE": "1000/s",
                "TELEGRAM_ACCOUNT_RATE": "1000/s",
                "VK_TOKEN": vk.token,
                "VK_GROUP_ID": str(vk.group_id),
                "VK_API_URL": vk.api_url,
                "VIBER_TOKEN": viber.token,
                "VIBER_API_URL": viber.api_url,
                "WEB_ADMIN_PASSWORD": PASSWORD,
                "ADMIN_CHAT": f"telegram:{TELEGRAM_ADMIN}",
            },
        )
        service.settings = {**service.settings, "PUBLIC_URL": service.url}
        page = WebPlace(url=service.url, password=PASSWORD)
        desk = TelegramPlace(telegram, TELEGRAM_ADMIN)
        places: dict[str, Place] = {
            "telegram": desk,
            "vk": VkPlace(vk, VK_ADMIN),
            "viber": ViberPlace(viber),
            "web": page,
        }
        people = {name: somebody() for name in places}
        async with running(service):
            await vk.wait_for(lambda: [one for one in vk.servers if one.settings])
            await viber.wait_for(lambda: viber.webhook)
            try:
                await asyncio.gather(*(conversation(name, place, people[name], desk) for name, place in places.items()))
                # The job looks at the start: what is late by now is told, once, wherever its resident is.
                await service.stop()
                await service.start()
                await asyncio.gather(*(hears_of_it(place, people[name]) for name, place in places.items()))
                _, metrics = await service.get("/metrics")
                assert 'otvet_subscriptions{about="place",slug="nadym"} 4.0' in metrics
                await desk.reply(None, Said(text="/news"))
                await seen(desk.seen_by_officials, lambda one: "На новости подписаны: 4 жителя" in one.text)
            finally:
                await page.close()


async def conversation(name: str, place: Place, who: int, desk: Place) -> None:
    """A resident of one platform, who writes and reads."""

    async def says(said: Said | str, *expected: str) -> Seen:
        """He writes, and waits for an answer that has all these words."""
        known = {one.id for one in await place.seen_by(who)}
        await place.ask(who, Said(text=said) if isinstance(said, str) else said)
        return await seen(
            lambda: place.seen_by(who),
            lambda one: one.id not in known and all(word in one.text for word in expected),
        )

    # Registered and confirmed, asked where it is, told once that there is news.
    await says(f"Ржавая вода {name}", "Ваш вопрос принят", "Подскажите, где это?", "будем присылать и новости")
    # A point on the map is a place; the page has none, there the name on the button is typed.
    point, understood = Said(location=AT_NADYM), "Место по вашей точке на карте: Надымский район."
    if name == "web":
        point, understood = Said(text="Надымский район"), "Спасибо, это помогло"
    await says(point, understood)
    await seen(
        desk.seen_by_officials,
        lambda one: f"Ржавая вода {name}" in one.text and "Место: Надымский район" in one.text,
    )
    # The next question has the same place, until he says otherwise.
    await says("Новый вопрос", "следующее сообщение откроет его")
    await says(f"Опять вода {name}", "Место: Надымский район, как в прошлый раз.")
    await says("Другое место", "Хорошо, это место убрали. Подскажите, где это?")
    await says("Пропустить", "Хорошо, обойдёмся без этого.")
    # Outside working hours.
    await says("Новый вопрос", "следующее сообщение откроет его")
    confirmed = await says(f"Когда откроют школу? {name}", "Сейчас нерабочее время: прочитаем ", "с 09:00.")
    assert "Подскажите, где это?" not in confirmed.text
    # News.
    await says("Стоп", "Вы ни на что не подписаны")
    await says("Новости", "Сейчас вы ни на что не подписаны.")
    await says("Подписаться на Надым", "Ваши подписки: Надымский район.")


async def hears_of_it(place: Place, who: int) -> None:
    """The first question is late by now."""
    await seen(lambda: place.seen_by(who), lambda one: "задерживается. Мы о нём помним и ответим до " in one.text)
    assert 1 == sum("задерживается" in one.text for one in await place.seen_by(who))
