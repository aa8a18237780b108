"""Where and what, news, hours and late answers, with the service as a process over four platforms at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from bot.conversation.voice import RUSSIAN
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.platforms import Said
from tests.scenarios.region import Region, Resident, open_region

AT_NADYM = (65.5, 72.5)
#: A weekday on which nobody works now, whatever day it is.
CLOSED_NOW = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[(datetime.now(UTC).weekday() + 3) % 7]
#: More than one page of them on any platform.
TOWNS = (
    *("Аксарка", "Губкинский", "Красноселькуп", "Лабытнанги", "Мужи", "Муравленко"),
    *("Новый Уренгой", "Ноябрьск", "Пурпе", "Салехард", "Тазовский", "Яр-Сале"),
)
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

[[departments]]
slug = "roads"
name = "Дороги городов"
topics = ["roads"]
places = [{", ".join(f'"town{number}"' for number in range(len(TOWNS)))}]

[[topics]]
slug = "roads"
name = "Дороги"
words = ["дорога"]
""" + "".join(f'[[places]]\nslug = "town{number}"\nname = "{name}"\n' for number, name in enumerate(TOWNS))


async def test_over_four_platforms(tmp_path: Path, new_database: NewDatabase) -> None:
    """A resident of each platform is understood by words, by buttons' words and by a point on the map."""
    async with open_region(tmp_path, await new_database(), config=CONFIG) as region:
        residents, pressing = region.residents() + region.without_buttons(), region.residents()
        await asyncio.gather(
            *(conversation(region, one) for one in residents), *(by_buttons(region, one) for one in pressing)
        )
        # The job looks at the start: what is late by now is told, once, wherever its resident is.
        await region.restart()
        await asyncio.gather(*(hears_of_it(one) for one in residents))
        _, metrics = await region.service.get("/metrics")
        assert 'otvet_subscriptions{about="place",slug="nadym"} 6.0' in metrics
        await region.desk.say("/news")
        await region.card("На новости подписано: 6 жителей")


async def conversation(region: Region, resident: Resident) -> None:
    """A resident of one platform, who writes and reads."""
    says, name = resident.says, f"{resident.name} {resident.who}"
    # Registered and confirmed, asked where it is, told once that there is news.
    await says(f"Ржавая вода {name}", "Ваш вопрос принят", "Подскажите, где это?", "будем присылать и новости")
    # A point on the map is a place; the page has none, there the name on the button is typed.
    point, understood = Said(location=AT_NADYM), "Место по вашей точке на карте: Надымский район."
    if resident.name == "web":
        point, understood = Said(text="Надымский район"), "Спасибо, это помогло"
    await says(point, understood)
    card = await region.card(f"Ржавая вода {name}")
    await region.telegram.wait_for(lambda: "Место: Надымский район" in card.text)
    # The next question has the same place, until he says otherwise.
    await says("Новый вопрос", "им станет ваше следующее сообщение")
    await says(f"Опять вода {name}", "Место: Надымский район, как в прошлый раз.")
    await says("Другое место", "Хорошо, это место убрали. Подскажите, где это?")
    await says("Пропустить", "Хорошо, обойдёмся без этого.")
    # Outside working hours.
    await says("Новый вопрос", "им станет ваше следующее сообщение")
    confirmed = await says(f"Когда откроют школу? {name}", "Сейчас нерабочее время: прочитаем ", "с 09:00.")
    assert "Подскажите, где это?" not in confirmed.text
    # News.
    await says("Стоп", "Вы ни на что не подписаны")
    await says("Новости", "Сейчас вы ни на что не подписаны.")
    await says("Подписаться на Надым", "Ваши подписки: Надымский район.")


async def by_buttons(region: Region, resident: Resident) -> None:
    """A resident of one platform, who presses what there is, sometimes twice, sometimes late."""
    say, who, last = RUSSIAN.say, resident.who, len(TOWNS) - 1
    # What it is about, then where: on a further page of the list.
    first = await resident.asks(f"Яма, машины объезжают {who}")
    await resident.presses("Дороги", "Дороги")
    await turns(resident, "button-more-places", TOWNS[-1])
    await turns(resident, "button-back", TOWNS[0])
    await turns(resident, "button-more-places", TOWNS[-1])
    town = await resident.offered(TOWNS[-1])
    await resident.presses(TOWNS[-1], TOWNS[-1])
    card = await region.card(f"Яма, машины объезжают {who}")
    await region.telegram.wait_for(lambda: f"Место: {TOWNS[-1]}" in card.text)
    await resident.taps(TOWNS[-1], town)
    assert ("roads", f"town{last}") == await known_of(region, first)

    await chooses_news(region, resident, first)

    # The next one is taken to be there, too; it is not, and he will not say where.
    await resident.presses(say("button-new"))
    second = await resident.asks(f"На дороге гололёд {who}")
    assert ("roads", f"town{last}") == await known_of(region, second)
    await resident.presses(say("button-other-place"))
    await resident.presses(say("button-skip"))
    assert ("roads", "") == await known_of(region, second)
    # A button of another question is for that one.
    changed = TOWNS[last - 1]
    await resident.presses(changed, changed, under=town)
    assert [("roads", f"town{last - 1}"), ("roads", "")] == [
        await known_of(region, number) for number in (first, second)
    ]

    # Once all is over, the old buttons say so.
    await region.desk.say(f"/close засыпали {who}", to=card)
    await resident.reads(f"засыпали {who}")
    await resident.presses(TOWNS[-1], f"№ {first}", under=town)
    assert ("roads", f"town{last - 1}") == await known_of(region, first)


async def chooses_news(region: Region, resident: Resident, number: int) -> None:
    """Some, all, none: each by taps."""
    say = RUSSIAN.say
    await resident.presses(say("button-help"))
    await resident.presses(say("button-news"))
    page = await resident.presses(say("button-news-places"))
    await resident.presses("Надымский район", under=page)
    await resident.taps("Надымский район", page)
    await resident.offered("✓ Надымский район")
    assert [("place", "nadym")] == await chosen_by(region, number)
    await turns(resident, "button-on", TOWNS[-1])
    await resident.presses(TOWNS[-1])
    assert f"✓ {TOWNS[-1]}" not in (await resident.presses(f"✓ {TOWNS[-1]}")).buttons
    await resident.presses(say("button-news"), "Надымский район")
    await resident.presses(say("button-news-topics"))
    await resident.presses("Вода")
    await resident.presses(say("button-news"), "Надымский район, Вода")
    await resident.presses(say("button-news-all"))
    assert [("all", "")] == await chosen_by(region, number)
    await resident.presses(say("button-stop"))
    assert [] == await chosen_by(region, number)


async def test_the_topic_of_last_time(tmp_path: Path, new_database: NewDatabase) -> None:
    """On each platform, and in programs without buttons, the second question offers the topic of the first."""
    async with open_region(tmp_path, await new_database(), config=CONFIG) as region:
        await asyncio.gather(
            *(is_offered_his_topic(region, one) for one in region.residents()),
            *(reads_his_topic(region, one) for one in region.without_buttons()),
        )


async def is_offered_his_topic(region: Region, resident: Resident) -> None:
    """First among the buttons, and never taken; whoever writes on loses no word, whoever taps is where he wanted."""
    say, who = RUSSIAN.say, resident.who
    first = await resident.asks(f"Мост закрыт {who}")
    asked = await resident.offered("Дороги")
    assert ["Вода", "Школы", "Дороги"] == list(asked.buttons)[:3]
    await resident.presses("Дороги")
    await resident.presses(say("button-skip"))
    assert ("roads", "") == await known_of(region, first)

    # He ignores it: his words are in the thread and before the officials, and nothing is taken.
    await resident.presses(say("button-new"))
    second = await resident.asks(f"Мост открыли, но автобус туда не идёт {who}")
    asked = await resident.offered("Дороги")
    assert f"№ {second}" in asked.text
    assert ["Дороги", "Вода", "Школы"] == list(asked.buttons)[:3]
    words = [f"Ждали час {who}", f"И вчера ждали {who}"]
    for one in words:
        await resident.writes(one)
        await region.card(one)
    assert words == (await said_in(region, second))[1:]
    assert ("", "") == await known_of(region, second)

    # One tap is enough.
    await resident.presses(say("button-new"))
    third = await resident.asks(f"А теперь закрыт и второй мост {who}")
    assert ("", "") == await known_of(region, third)
    asked = await resident.offered("Дороги")
    assert (f"№ {third}" in asked.text, "Дороги") == (True, next(iter(asked.buttons)))
    await resident.presses("Дороги", "Записали: Дороги", under=asked)
    assert [("", ""), ("roads", "")] == [await known_of(region, number) for number in (second, third)]


async def reads_his_topic(region: Region, resident: Resident) -> None:
    """Where no button is shown it is the example of what can be written."""
    says, who = resident.says, resident.who
    assert "например" not in (await says(f"Мост закрыт {who}", "О чём ваш вопрос?")).text
    await says("Дороги", "Подскажите, где это?")
    await says("Новый вопрос", "им станет ваше следующее сообщение")
    second = await resident.asks(f"Мост закрыт опять {who}")
    await resident.reads(f"№ {second}", "просто напишите, например «Дороги»")
    await resident.writes(f"Ждали час {who}")
    await region.card(f"Ждали час {who}")
    assert ("", "") == await known_of(region, second)
    await says("Дороги", "Подскажите, где это?")
    assert ("roads", "") == await known_of(region, second)
    assert [f"Мост закрыт опять {who}", f"Ждали час {who}", "Дороги"] == await said_in(region, second)


async def turns(resident: Resident, button: str, goal: str) -> None:
    """Turn the pages of a list, one at the least, until this can be chosen."""
    label = RUSSIAN.say(button)
    while goal not in (await resident.presses(label)).buttons:
        pass


async def known_of(region: Region, number: int) -> tuple[str, str]:
    """Topic and place of a question."""
    (row,) = await region.service.query("SELECT topic, place FROM questions WHERE id = $1", number)
    return row["topic"], row["place"]


async def said_in(region: Region, number: int) -> list[str]:
    """What the resident has written in a question."""
    rows = await region.service.query(
        "SELECT content ->> 'text' AS text FROM messages WHERE question_id = $1 AND role = 'resident' ORDER BY id",
        number,
    )
    return [row["text"] for row in rows]


async def chosen_by(region: Region, number: int) -> list[tuple[str, str]]:
    """What the resident of this question is subscribed to."""
    rows = await region.service.query(
        "SELECT s.kind, s.slug FROM subscriptions s JOIN questions q USING (conversation_id) WHERE q.id = $1"
        " ORDER BY s.kind",
        number,
    )
    return [(row["kind"], row["slug"]) for row in rows]


async def hears_of_it(resident: Resident) -> None:
    """The first question is late by now."""
    await resident.reads("задерживается. Мы о нём помним и ответим до ")
    assert 1 == sum("задерживается" in one.text for one in await resident.sees())
