"""Where and what, news, hours and late answers, with the service as a process over four platforms at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from tests.scenarios.conftest import NewDatabase
from tests.scenarios.platforms import Said
from tests.scenarios.region import Region, Resident, open_region

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


async def test_over_four_platforms(tmp_path: Path, new_database: NewDatabase) -> None:
    """A resident of each platform is understood by words, by buttons' words and by a point on the map."""
    async with open_region(tmp_path, await new_database(), config=CONFIG) as region:
        residents = region.residents()
        await asyncio.gather(*(conversation(region, one) for one in residents))
        # The job looks at the start: what is late by now is told, once, wherever its resident is.
        await region.restart()
        await asyncio.gather(*(hears_of_it(one) for one in residents))
        _, metrics = await region.service.get("/metrics")
        assert 'otvet_subscriptions{about="place",slug="nadym"} 4.0' in metrics
        await region.desk.say("/news")
        await region.card("На новости подписаны: 4 жителя")


async def conversation(region: Region, resident: Resident) -> None:
    """A resident of one platform, who writes and reads."""
    says, name = resident.says, resident.name
    # Registered and confirmed, asked where it is, told once that there is news.
    await says(f"Ржавая вода {name}", "Ваш вопрос принят", "Подскажите, где это?", "будем присылать и новости")
    # A point on the map is a place; the page has none, there the name on the button is typed.
    point, understood = Said(location=AT_NADYM), "Место по вашей точке на карте: Надымский район."
    if name == "web":
        point, understood = Said(text="Надымский район"), "Спасибо, это помогло"
    await says(point, understood)
    card = await region.card(f"Ржавая вода {name}")
    await region.telegram.wait_for(lambda: "Место: Надымский район" in card.text)
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


async def hears_of_it(resident: Resident) -> None:
    """The first question is late by now."""
    await resident.reads("задерживается. Мы о нём помним и ответим до ")
    assert 1 == sum("задерживается" in one.text for one in await resident.sees())
