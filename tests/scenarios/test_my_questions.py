"""Residents of four platforms, their own questions and what they think of answers, with the service as a process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.conversation.voice import RUSSIAN
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.region import Region, Resident, open_region

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: More than one page of the list.
MANY = 7


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def region(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> AsyncIterator[Region]:
    async with open_region(tmp_path_factory.mktemp("my_questions"), await new_database()) as region:
        yield region


async def test_by_words(region: Region) -> None:
    """On each platform: the list, adding, taking back, opening again; a rating, why, and what officials see of it."""
    residents = region.residents() + region.without_buttons()
    answered = await asyncio.gather(*(own_questions(region, one) for one in residents))
    await region.an_hour_later()
    await asyncio.gather(*(rates_badly(region, one, number) for one, number in zip(residents, answered, strict=True)))
    ratings = await region.service.query("SELECT rating FROM waits WHERE question_id = ANY($1)", answered)
    # Opened again, each waits for another answer.
    assert [1] * len(answered) == [row["rating"] for row in ratings if row["rating"] is not None]


async def own_questions(region: Region, resident: Resident) -> int:
    """Two questions, what can be done with them, and their answers; the number of the first: he is asked about one."""
    name = f"{resident.name} {resident.who}"
    first = await resident.asks(f"Когда дадут тепло? {name}")
    await resident.says("Новый вопрос", "им станет ваше следующее сообщение")
    second = await resident.asks(f"Почему закрыт мост? {name}")
    text = (await resident.says("Мои вопросы", "Ваши вопросы: 2")).text
    assert text.index(f"№ {second} · ответим до ") < text.index(f"№ {first} · ответим до ")
    await resident.writes(f"дополнить {first}")
    await resident.says(f"Геологов 14 {name}", f"Добавили к вопросу № {first}.")
    await region.card(f"№ {first} · дополнение от жителя\n\nГеологов 14 {name}")
    await resident.says("отозвать", f"Отозвать вопрос № {second}?")
    await resident.says(f"отозвать {second}", f"Вопрос № {second} отозван")
    await resident.writes(f"открыть снова {second}")
    await region.card(f"№ {second} · житель открыл вопрос снова")
    await resident.writes(f"Опора треснула {name}")
    await region.card(f"№ {second} · дополнение от жителя\n\nОпора треснула {name}")
    for asked, said in ((f"Когда дадут тепло? {name}", f"Завтра {name}"), (f"мост? {name}", f"Ремонт {name}")):
        await region.desk.say(said, to=await region.card(asked))
        await resident.reads(said)
    await resident.says(f"вопрос {first}", f"Вопрос № {first}: есть ответ", f"Завтра {name}")
    return first


async def rates_badly(region: Region, resident: Resident, number: int) -> None:
    """He is asked, rates by a button or a digit, says why, and opens the question again."""
    asked = await resident.reads(f"Помог ли ответ на вопрос № {number}?")
    if resident.name == "web" or "1" not in asked.buttons:
        await resident.says("1", "Жаль, что ответ не помог")
    else:
        await resident.presses("1", "Жаль, что ответ не помог", under=asked)
    await region.card(f"№ {number} · оценка жителя: 1 из 5")
    await resident.writes(f"Никто не приехал {resident.name}")
    await region.card(f"№ {number} · отзыв жителя, оценка 1 из 5\n\nНикто не приехал {resident.name}")
    await resident.writes(f"открыть снова {number}")
    await region.card(f"№ {number} · житель открыл вопрос снова")
    # The newer question was shown like this before, this one was not.
    await resident.says("мои вопросы", f"№ {number} · ответим до ")


async def test_by_buttons(region: Region) -> None:
    """On each platform all of that can be pressed; a press that comes twice, or late, does no harm."""
    await asyncio.gather(*(by_buttons(region, one) for one in region.residents()))


async def by_buttons(region: Region, resident: Resident) -> None:
    say, name = RUSSIAN.say, resident.name
    asked = [await resident.asks(f"Вопрос первый {name}")]
    for count in range(1, MANY):
        await resident.presses(say("button-new"))
        asked.append(await resident.asks(f"Вопрос {count} {name}"))
    first, last = asked[0], asked[-1]
    await resident.presses(say("button-help"))
    page = await resident.presses(say("button-my"), f"№ {last}")
    assert f"№ {first} " not in page.text
    assert all(f"№ {number}" in page.buttons for number in asked[1:])
    await resident.presses(say("button-on"), f"№ {first} ", f"Вопрос первый {name}")
    await resident.presses(say("button-back"), f"№ {last} ")
    await resident.presses(say("button-on"), f"№ {first} ")

    shown = await resident.presses(f"№ {first}", f"№ {first}", f"Вопрос первый {name}")
    await resident.presses(say("button-add"), f"№ {first}", under=shown)
    await resident.says(f"Ещё вот что {name}", f"№ {first}")
    await region.card(f"№ {first} · дополнение от жителя\n\nЕщё вот что {name}")
    # The button under an older message is as good as on the first day.
    sure = await resident.presses(say("button-withdraw"), f"№ {first}", under=shown)
    await resident.presses(say("my-sure-yes"), f"№ {first}", under=sure)
    await region.desk.emulator.wait_for(lambda: f"№ {first} · " in _last_about(region, first))
    back = await resident.offered(say("button-reopen"))
    again = await resident.presses(say("my-sure-yes"), f"№ {first}", under=sure)
    assert again.text == say("my-withdrawn-already", number=first) + f" {say('my-how-reopen', number=first)}"
    opened = await resident.presses(say("button-reopen"), f"№ {first}", under=back)
    await region.card(f"№ {first} · житель открыл вопрос снова")
    twice = await resident.presses(say("button-reopen"), f"№ {first}", under=back)
    assert opened.text != twice.text
    assert 1 == len(region.desk.cards(f"№ {first} · житель открыл вопрос снова"))
    await resident.says(f"И последнее {name}", f"№ {first}")
    await region.card(f"№ {first} · дополнение от жителя\n\nИ последнее {name}")
    rows = await region.service.query("SELECT status FROM questions WHERE id = ANY($1)", asked)
    assert ["open"] * MANY == [row["status"] for row in rows]


def _last_about(region: Region, number: int) -> str:
    return region.desk.cards(f"№ {number}")[-1].text


async def test_ratings(region: Region) -> None:
    """Whoever was answered is asked; 2 offers to open the question again, 5 does not; the figures have both.

    Nobody is asked about a refusal, or about a question that he took back.
    """
    bad, good, refused, withdrawn = (region.residents() for _ in range(4))
    twos, fives = [await asyncio.gather(*(is_answered(region, one) for one in group)) for group in (bad, good)]
    await asyncio.gather(*(is_refused(region, one) for one in refused), *(takes_back(region, one) for one in withdrawn))
    before = [[message.id for message in await one.sees()] for one in refused + withdrawn]
    await region.an_hour_later()
    await asyncio.gather(
        *(rates(region, one, number, 2) for one, number in zip(bad, twos, strict=True)),
        *(rates(region, one, number, 5) for one, number in zip(good, fives, strict=True)),
    )
    assert before == [[message.id for message in await one.sees()] for one in refused + withdrawn]

    code, out, _ = await region.service.command("export", "день", "--format", "jsonl", "--output", "-")
    # Each time that a question was opened again has a row of its own.
    rows = [row for row in map(json.loads, out.splitlines()) if row["rating"] is not None]
    ratings = {row["number"]: row["rating"] for row in rows}
    assert (0, [2] * len(twos), [5] * len(fives)) == (code, *([ratings[one] for one in some] for some in (twos, fives)))
    mean = sum(row["rating"] for row in rows) / len(rows)
    await region.desk.say("/stats день")
    assert f"{mean:.1f} из 5".replace(".", ",") in (await region.card("Оценка: ")).text


async def is_answered(region: Region, resident: Resident) -> int:
    number = await resident.asks(f"Где справка? {resident.name} {resident.who}")
    await region.desk.say(
        f"В окне {resident.who}", to=await region.card(f"Где справка? {resident.name} {resident.who}")
    )
    await resident.reads(f"В окне {resident.who}")
    return number


async def is_refused(region: Region, resident: Resident) -> None:
    number = await resident.asks(f"Дайте миллион {resident.who}")
    await region.desk.say(f"/close не даём {resident.who}", to=await region.card(f"Дайте миллион {resident.who}"))
    await resident.reads(f"№ {number}", f"не даём {resident.who}")


async def takes_back(region: Region, resident: Resident) -> None:
    """He takes back what was answered for now."""
    number = await resident.asks(f"Где автобус? {resident.who}")
    await region.desk.say(f"/interim Едет {resident.who}", to=await region.card(f"Где автобус? {resident.who}"))
    await resident.reads(f"Едет {resident.who}")
    await resident.says(f"отозвать {number}", f"№ {number}")


async def rates(region: Region, resident: Resident, number: int, rating: int) -> None:
    """By the button, twice; the officials hear of what is bad, and of his words, whatever becomes of them."""
    reopen = RUSSIAN.say("button-reopen")
    asked = await resident.offered(str(rating))
    assert f"№ {number}" in asked.text
    thanks = await resident.presses(str(rating), under=asked)
    assert (rating == 2) == (reopen in thanks.buttons)
    again = await resident.presses(str(rating), under=asked)
    assert (thanks.text, list(thanks.buttons)) == (again.text, list(again.buttons))
    assert int(rating == 2) == len(region.desk.cards(f"№ {number} · оценка жителя: "))
    words = f"Потому что {resident.who}"
    if rating == 2:
        await resident.presses(reopen, f"№ {number}", under=again)
        await region.card(f"№ {number} · житель открыл вопрос снова")
        await resident.writes(words)
        await region.card(f"№ {number} · дополнение от жителя\n\n{words}")
    else:
        await resident.writes(words)
        await region.card(f"№ {number} · отзыв жителя, оценка 5 из 5\n\n{words}")
