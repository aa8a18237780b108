"""Residents of four platforms who do nothing but write, some of them oddly, with the service as a process.

Whatever the service offers or asks, and however somebody writes: every word that matters comes before the officials.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.conversation.voice import RUSSIAN
from tests.emulators.telegram import person
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.platforms import VOICE, Said, photo
from tests.scenarios.region import Region, Resident, open_region
from tests.scenarios.service import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONFIG = """
[[departments]]
slug = "water-nadym"
name = "Вода Надыма"
topics = ["water"]
places = ["nadym"]

[[topics]]
slug = "water"
name = "Вода"
words = ["вода"]

[[places]]
slug = "nadym"
name = "Надымский район"
words = ["Надым"]

[[faq]]
question = "Почему вода ржавая?"
answer = "Меняем трубы."
"""
#: So long a voice is some megabytes.
LONG_VOICE = VOICE + bytes(3 * 1024 * 1024)
#: A minute's messages of somebody beside himself.
FLOOD = 200


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def region(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> AsyncIterator[Region]:
    async with open_region(tmp_path_factory.mktemp("just_writing"), await new_database(), config=CONFIG) as region:
        yield region


# --- who takes no notice of anything --------------------------------------------------------------------------------


async def test_takes_no_notice(region: Region) -> None:
    """Asked where it is, shown an answer, asked for a rating, told of news: he writes on, and all of it arrives."""
    residents = region.residents() + region.without_buttons()
    await asyncio.gather(*(writes_on(region, one) for one in residents))
    await region.an_hour_later()
    await asyncio.gather(*(is_asked_and_writes(region, one) for one in residents))
    await region.service.query("UPDATE questions SET answered_at = answered_at - interval '4 days'")
    await asyncio.gather(*(asks_anew(region, one) for one in residents))
    for one in residents:
        texts = [message.text for message in await one.sees()]
        answers = [f"Ответ {number} для {one.who}" for number in range(1, 5)]
        assert answers == [answer for text in texts for answer in answers if answer in text]


async def writes_on(region: Region, resident: Resident) -> None:
    who = resident.who
    await resident.says(f"Ржавая вода из крана {who}", "принят: № ", RUSSIAN.say("button-news"))
    await resident.reads("Меняем трубы.")
    card = await region.card(f"Ржавая вода из крана {who}")
    for words in (f"Уже третий день {who}", f"Нас тут пятеро {who}", f"И дети {who}"):
        await arrives(region, resident, words)
    await region.desk.say(f"Ответ 1 для {who}", to=card)
    await resident.reads(f"Ответ 1 для {who}")
    await arrives(region, resident, f"А сегодня опять {who}")
    await region.desk.say(f"Ответ 2 для {who}", to=card)
    await resident.reads(f"Ответ 2 для {who}")


async def is_asked_and_writes(region: Region, resident: Resident) -> None:
    await resident.reads("Помог ли ответ")
    shown = await arrives(region, resident, f"Вода чистая, но пахнет {resident.who}")
    await region.desk.say(f"Ответ 3 для {resident.who}", to=shown)
    await resident.reads(f"Ответ 3 для {resident.who}")


async def asks_anew(region: Region, resident: Resident) -> None:
    number = await resident.asks(f"Где купить фильтр {resident.who}")
    card = await region.card(f"Где купить фильтр {resident.who}")
    assert f"№ {number}" in card.text
    await region.desk.say(f"Ответ 4 для {resident.who}", to=card)
    await resident.reads(f"Ответ 4 для {resident.who}")


async def arrives(region: Region, resident: Resident, words: str) -> int:
    """What he writes comes before the officials, once."""
    await resident.writes(words)
    shown = await region.card(words)
    assert 1 == len(region.desk.cards(words))
    return shown.message_id


# --- who writes oddly -----------------------------------------------------------------------------------------------


async def test_odd_messages(region: Region) -> None:
    """Stickers, a long voice, what others wrote, other scripts, old buttons, odd names: each has its outcome."""
    await asyncio.gather(*(writes_oddly(region, one) for one in region.residents()))
    await asyncio.gather(*(is_called_oddly(region, one) for one in region.residents()))


async def writes_oddly(region: Region, resident: Resident) -> None:
    who = resident.who
    mark = str(who).encode()
    if resident.name != "web":
        # It may be all that somebody can say: a question, and later a part of it.
        await resident.says(Said(sticker=photo("red") + mark), "№ ")
        card = await shown_with(region, photo("red") + mark)
        await region.desk.say(f"Что случилось? {who}", to=card)
        await resident.reads(f"Что случилось? {who}")
        await resident.writes(Said(sticker=photo("blue") + mark))
        await shown_with(region, photo("blue") + mark)
    marks = "я" + "\u0335\u0489" * 900
    for words in (f"你好 مرحبا {who}", f"Ңарка хӑлэ {who}", f"<b>*_[{who}](tg://user?id=1)`</b>", f"{marks} {who}"):
        await arrives(region, resident, words)
    # Nothing turns round what officials read.
    await resident.writes(f"Отдал \u202e0001\u202c рублей {who}")
    await region.card(f"Отдал 0001\u202c рублей {who}")
    await resident.writes(Said(voice=LONG_VOICE + mark))
    await shown_with(region, LONG_VOICE + mark)
    chain = tuple(f"Мне написали {number} {who}" for number in range(8))
    if resident.name in ("telegram", "vk"):
        await resident.writes(Said(text=f"Вот что пишут {who}", forwarded=chain))
        for words in (*chain, f"Вот что пишут {who}"):
            await region.card(words)
    if resident.name != "web":
        # A button of long ago, that the service has no more: the way to ask is shown.
        strange = {"telegram": "poll:7", "vk": {"d": "poll:7"}, "viber": "#otvet:poll:7"}[resident.name]
        old = replace((await resident.sees())[0], buttons={"Голосую": strange})
        shown = await resident.presses("Голосую", under=old)
        assert RUSSIAN.say("button-my") in shown.buttons


async def shown_with(region: Region, data: bytes) -> int:
    """The officials' message with this file."""
    found = await region.telegram.wait_for(
        lambda: next(
            (one for one in region.telegram.sent_to(region.desk.admin) if one.file and one.file.data == data), None
        )
    )
    return found.message_id


async def is_called_oddly(region: Region, resident: Resident) -> None:
    """However somebody is called, his question has its number first, and its words whole."""
    for name in (f"\u202e<b>Иван{resident.who}\u0007\n*_`[x](y)", "\u200f\u202e\u0007"):
        words = f"Как меня зовут? {resident.who} {len(name)}"
        await resident.says("новый вопрос")
        number = await resident.asks(words, by=name)
        card = await region.card(words)
        assert card.text.startswith(f"№ {number} · ")
        assert card.text.endswith(f"\n\n{words}")
        await region.desk.say(f"Не знаем {resident.who} {len(name)}", to=card)
        await resident.reads(f"Не знаем {resident.who} {len(name)}")


async def test_nothing_at_all(region: Region) -> None:
    """What we do not know is a question all the same; where nothing can be seen its sender hears so, and none opens."""
    telegram, vk, viber, web = region.residents()
    author = person(telegram.who, f"Житель-{telegram.who}")
    dice = region.telegram.message(telegram.who, author, dice={"emoji": "🎲", "value": 3})
    await region.desk.push(region.telegram.update("message", dice))
    card = await region.card(f"№ {_number_in((await telegram.reads('принят: № ')).text)} · ")
    await region.desk.say(f"О чём вы? {telegram.who}", to=card)
    await telegram.reads(f"О чём вы? {telegram.who}")
    for one in (vk, viber):
        await one.says("", "Сообщение пришло пустым")
        assert not [shown.text for shown in await one.sees() if "принят: № " in shown.text]
    for refused in ("", "я" * 100_000):
        with pytest.raises(AssertionError, match="error"):
            await web.writes(refused)
    assert [] == await web.sees()


# --- who writes too much, or at the same time ------------------------------------------------------------------------


async def test_two_devices(region: Region) -> None:
    """Two first messages at the same moment are one question with both; the same wish from two phones counts once."""
    await asyncio.gather(*(writes_on_two_devices(region, one) for one in region.residents()))


async def writes_on_two_devices(region: Region, resident: Resident) -> None:
    both = [f"Почему вода ржавая? {device} {resident.who}" for device in ("С телефона", "С планшета")]
    await asyncio.gather(*(resident.writes(one) for one in both))
    suggested = await resident.reads("Меняем трубы.")
    confirmed = [one.text for one in await resident.sees() if "принят: № " in one.text]
    numbers = {_number_in(one.text) for one in [await region.card(words) for words in both]}
    assert [_number_in(text) for text in confirmed] == list(numbers)

    helped = RUSSIAN.say("button-helped")
    if helped in suggested.buttons:
        await asyncio.gather(resident.taps(helped, suggested), resident.taps(helped, suggested))
    else:
        # What came after it took the buttons away.
        await resident.writes(*[helped] * 2)
    await resident.reads(RUSSIAN.say("faq-helped", number=(number := numbers.pop())))
    (row,) = await region.service.query(
        "SELECT q.close_kind, (SELECT count(*) FROM actions WHERE question_id = q.id AND what = 'helped') AS times"
        " FROM questions q WHERE q.id = $1",
        number,
    )
    assert ("helped", 1) == (row["close_kind"], row["times"])


def _number_in(text: str) -> int:
    found = re.search(r"№ (\d+)", text)
    assert found is not None, text
    return int(found[1])


async def test_flood(region: Region) -> None:
    """Two hundred messages of a minute are all kept; officials see the first ones, and how many more there are."""
    await asyncio.gather(*(floods(region, one) for one in region.residents()))


async def floods(region: Region, resident: Resident) -> None:
    who = resident.who
    number = await resident.asks(f"Слушайте меня {who}")
    words = [f"Слово {count} от {who}" for count in range(1, FLOOD)]
    for at in range(0, len(words), 10):
        await asyncio.gather(*(resident.writes(one) for one in words[at : at + 10]))
    rows = await region.service.query("SELECT content FROM messages WHERE question_id = $1", number)
    assert FLOOD == len(rows)
    told = re.compile(rf"№ {number} · житель прислал ещё (\d+) ")

    async def all_told() -> bool:
        # The rest is counted anew now and then: here at once. What the service has in its hands needs no push.
        await region.service.query(
            "UPDATE outbox SET not_before = now() WHERE id IN (SELECT id FROM outbox WHERE question_id = $1"
            " AND role = 'surplus' AND state = 'waiting' FOR UPDATE SKIP LOCKED)",
            number,
        )
        more = [int(found[1]) for one in region.desk.cards(f"№ {number} ") if (found := told.match(one.text))]
        return len(region.desk.cards(f"от {who}")) + sum(more) == FLOOD - 1

    await until(all_told)
    assert len(region.desk.cards(f"от {who}")) < 25
