"""When a resident is asked what he thinks of an answer: a little later, by day, once, and never after a refusal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation.faq import Entry
from bot.model.chat import ChatRef
from bot.model.question import Status
from handlers.asking_rating import AskingRating
from tests.handlers.fakes import DESK, ENERGY, HOME, IRINA, Office, open_office
from tests.handlers.story import Story, desk

#: Midnight of a Wednesday.
DAY = datetime(2026, 11, 18, tzinfo=UTC)
#: Steps of a story: a question about heating, and its answer half an hour later.
ASKED = ["10:00 asks Когда дадут тепло?"]
ANSWERED = [*ASKED, "10:30 answer Завтра"]


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address, desk=desk()) as opened:
        yield opened


def asks(office: Office, chat: ChatRef = IRINA) -> list[str]:
    """The questions that he was asked about."""
    texts = [text for text in office.home.texts(chat) if text.startswith("Помог ли ответ")]
    return [text.partition("№ ")[2].partition("?")[0] for text in texts]


async def looked(office: Office, at: str, day: int = 18) -> list[str]:
    """The questions that he was asked about until this time of a day in November."""
    hour, minute = map(int, at.split(":"))
    office.clock.now = DAY.replace(day=day, hour=hour, minute=minute)
    await AskingRating(office.ctx).once()
    await office.deliver()
    return asks(office)


async def story(office: Office, steps: Sequence[str], number: int = 0) -> Story:
    told = Story(office=office, day=DAY, number=number)
    await told.run(steps)
    return told


async def test_a_little_later(office: Office) -> None:
    """Not right on the heels of the answer; half an hour later, once."""
    await story(office, ANSWERED)
    assert [] == await looked(office, "10:59")
    assert ["1"] == await looked(office, "11:00")
    assert ["1"] == await looked(office, "11:30")
    assert ["1"] == await looked(office, "11:30", day=19)
    assert None is await office.value("SELECT rate_at FROM questions")


async def test_as_settings_say(office: Office) -> None:
    """After another time where settings say so; where they say so never."""
    office.ctx.ask_rating_after = timedelta(hours=2)
    await story(office, ANSWERED)
    assert [] == await looked(office, "12:29")
    assert ["1"] == await looked(office, "12:30")
    office.ctx.ask_rating_after = None
    await story(office, ["13:00 writes Не дали", "13:30 answer Едем"], 1)
    assert ["1"] == await looked(office, "12:00", day=19)


async def test_turned_off_meanwhile(office: Office) -> None:
    """Whoever was to be asked before it was turned off is not."""
    await story(office, ANSWERED)
    office.ctx.ask_rating_after = None
    assert [] == await looked(office, "11:00")


async def test_not_at_night(office: Office) -> None:
    """An answer in the evening is asked about in the morning."""
    await story(office, [*ASKED, "20:45 answer Завтра"])
    assert [] == await looked(office, "21:15")
    assert [] == await looked(office, "08:59", day=19)
    assert ["1"] == await looked(office, "09:00", day=19)


async def test_away_until_the_night(office: Office) -> None:
    """A service that comes back at night waits for the morning; one that was away for more than a day asks nobody."""
    await story(office, ANSWERED)
    assert [] == await looked(office, "23:00")
    assert ["1"] == await looked(office, "09:00", day=19)


@pytest.mark.parametrize(("at", "expected"), [("11:00", ["1"]), ("11:01", [])])
async def test_away_for_a_day(office: Office, at: str, expected: list[str]) -> None:
    """What was to be asked more than a day ago is not asked any more."""
    await story(office, ANSWERED)
    assert expected == await looked(office, at, day=19)
    assert expected == await looked(office, "12:00", day=20)


NEVER = {
    "closed without an answer": [*ASKED, "10:30 close дубль"],
    "closed without a reason": [*ASKED, "10:30 close"],
    "spam": [*ASKED, "10:30 spam"],
    "spam after an answer": [*ANSWERED, "10:35 spam"],
    "refused after an answer": [*ANSWERED, "10:35 close с этим помочь не можем"],
    "an interim answer": [*ASKED, "10:30 interim Ищем"],
    "he was asked something": [*ASKED, "10:30 clarify Какой дом?"],
    "asked something after the answer": [*ANSWERED, "10:35 clarify Какой дом?"],
    "opened again": [*ANSWERED, "10:40 writes Не дали"],
    "taken back by him": [*ANSWERED, "10:40 writes Не дали", "10:45 writes отозвать 1"],
    "a withdrawn answer": [*ANSWERED, "10:40 withdraw"],
    "answered for now after the answer": [*ANSWERED, "10:40 interim Ищем"],
}


@pytest.mark.parametrize("steps", NEVER.values(), ids=NEVER)
async def test_never(office: Office, steps: list[str]) -> None:
    """No answer that holds and that he has not asked further about: nothing to rate."""
    await story(office, steps)
    for at, day in (("11:00", 18), ("12:00", 18), ("11:00", 19)):
        assert [] == await looked(office, at, day)
    assert None is await office.value("SELECT rate_at FROM questions")


ASKED_ALL_THE_SAME = {
    "he thanked": [*ANSWERED, "10:40 writes Спасибо!"],
    "another answer holds": [*ANSWERED, "10:40 answer И ещё", "10:41 withdraw"],
    "put away": [*ANSWERED, "10:35 close"],
    "refused, then answered": [*ASKED, "10:20 close дубль", "10:30 answer Завтра"],
    "sent again": [*ANSWERED, "10:40 withdraw", "10:41 answer Послезавтра"],
}


@pytest.mark.parametrize("steps", ASKED_ALL_THE_SAME.values(), ids=ASKED_ALL_THE_SAME)
async def test_asked_all_the_same(office: Office, steps: list[str]) -> None:
    """There is an answer that holds: he is asked about it once."""
    # `close` of a story always says why: here nothing is said.
    told = await story(office, [step for step in steps if not step.endswith(" close")])
    if steps[-1].endswith(" close"):
        await office.writes(ENERGY, f"/close {told.number}")
    assert ["1"] == await looked(office, "11:15")
    assert ["1"] == await looked(office, "12:00")


async def test_opened_again_and_answered_again(office: Office) -> None:
    """Each wait is asked about by itself, counted from its own answer."""
    await story(office, [*ANSWERED, "10:40 writes Не дали", "10:50 answer Едем"])
    assert [] == await looked(office, "11:00")
    assert ["1"] == await looked(office, "11:20")
    await story(office, ["13:00 writes Не дали", "13:30 answer Едем"], 1)
    assert ["1", "1"] == await looked(office, "14:00")


async def test_corrected(office: Office) -> None:
    """A correction is read first: he is asked half an hour after it."""
    told = await story(office, ASKED)
    office.clock.now = DAY.replace(hour=10, minute=30)
    await office.deliver()
    written = await office.writes(ENERGY, "Завтро", reply_to=office.work.id_of(ENERGY, f"№ {told.number}"))
    office.clock.now = DAY.replace(hour=10, minute=50)
    await office.edits(ENERGY, written, "Завтра")
    assert [] == await looked(office, "11:19")
    assert ["1"] == await looked(office, "11:20")
    office.clock.now = DAY.replace(hour=12)
    await office.edits(ENERGY, written, "Завтра.")
    assert ["1"] == await looked(office, "13:00")


async def test_while_he_writes(office: Office) -> None:
    """Whoever is writing is let alone until ten minutes after his last word."""
    await story(office, [*ANSWERED, "10:55 writes Спасибо!"])
    assert [] == await looked(office, "11:00")
    assert [] == await looked(office, "11:04")
    assert ["1"] == await looked(office, "11:05")


async def test_while_he_asks_something_else(office: Office) -> None:
    """The same while he writes to another question of his, and while he is to add something."""
    await story(
        office, [*ANSWERED, "10:58 writes /new", "10:58 writes Почему закрыт мост?", "10:59 writes дополнить 2"]
    )
    assert [] == await looked(office, "11:10")
    assert ["1"] == await looked(office, "11:59")
    # A digit alone would be a word to that one.
    assert "напишите, например, «оценка 5»." in office.home.texts(IRINA)[-1]


async def test_while_he_is_asked(office: Office) -> None:
    """While an official waits for his word he is not asked about an earlier answer."""
    told = await story(office, [*ANSWERED, "10:35 writes /new", "10:35 asks Почему закрыт мост?"])
    await office.writes(DESK, f"/clarify {told.number} Какой?")
    assert [] == await looked(office, "11:00")
    assert [] == await looked(office, "12:00")
    await story(office, ["12:30 writes Через Надым"])
    assert ["1"] == await looked(office, "13:00")


async def test_below_a_page(office: Office) -> None:
    """«Да» is said to «Помог ли ответ?», though a page above it asks something, too: nothing is taken back by it."""
    await story(office, [*ANSWERED, "10:35 writes /new", "10:35 asks Почему закрыт мост?", "10:58 writes отозвать"])
    assert ["1"] == await looked(office, "11:00")
    await story(office, ["11:01 writes Да"])
    assert Status.OPEN is (await office.question(2)).status


async def test_below_known_answers(office: Office) -> None:
    """«Помогло» is said to «Помог ли ответ?», not of the known answers above it: another question is not closed."""
    office.ctx.answers.of_file = (Entry(id=0, question="Почему закрыт мост?", answer="Ремонт."),)
    await office.ctx.answers.once()
    await story(office, [*ANSWERED, "10:45 writes /new", "10:45 asks Почему закрыт мост?"])
    await office.deliver()
    assert office.home.texts(IRINA)[-1].startswith("Похоже, ответ уже есть")
    assert ["1"] == await looked(office, "11:00")
    await story(office, ["11:01 writes Помогло, спасибо!"])
    assert Status.OPEN is (await office.question(2)).status
    # The button stands under the very answers.
    await story(office, ["11:02 was"], number=2)
    assert Status.CLOSED is (await office.question(2)).status


async def test_several_at_once(office: Office) -> None:
    """Of several answers that came at nearly the same time he is asked about one."""
    await story(office, [*ANSWERED, "10:31 writes /new", "10:32 asks Опять нет тепла", "10:40 answer Завтра"])
    assert ["1"] == await looked(office, "11:00")
    assert ["1"] == await looked(office, "11:30")
    assert ["1"] == await looked(office, "14:00")


@pytest.mark.parametrize("how", ["banned", "stopped"])
async def test_unheard(office: Office, how: str) -> None:
    """Whoever may not write, or has blocked the bot, is not asked."""
    await story(office, ANSWERED)
    if how == "banned":
        await office.writes(ENERGY, "/ban 1 1ч ругань")
    else:
        await office.stops(IRINA)
    assert [] == await looked(office, "11:00")
    assert [] == await looked(office, "13:00")


async def test_channel_that_is_gone(office: Office) -> None:
    """A question of a channel that the settings name no more holds nobody up."""
    await story(office, ANSWERED)
    async with office.eye.transaction() as tx:
        await tx.raw.execute("UPDATE conversations SET channel = 'gone'")
    assert [] == await looked(office, "11:00")
    assert None is await office.value("SELECT rate_at FROM questions")


async def test_several_processes(office: Office) -> None:
    """However many processes ask, he is asked once."""
    await story(office, ANSWERED)
    office.clock.now = DAY.replace(hour=11)
    await asyncio.gather(*(AskingRating(office.ctx).once() for _ in range(4)))
    assert ["1"] == await looked(office, "11:00")


async def test_one_that_fails(office: Office) -> None:
    """A question with which something is wrong is tried again later, and the others go on."""
    await story(office, ANSWERED)
    other = ChatRef(channel=HOME, chat_id="202")
    await Story(office=office, day=DAY, resident=other).run(ANSWERED)
    async with office.eye.transaction() as tx:
        await tx.raw.execute("UPDATE questions SET close_kind = 'unheard of' WHERE id = 1")
    assert [] == await looked(office, "11:00")
    assert ["2"] == asks(office, other)
    assert ["asking_rating.failed"] == [line["event"] for line in office.logs if line["log_level"] == "error"]
    async with office.eye.transaction() as tx:
        await tx.raw.execute("UPDATE questions SET close_kind = '' WHERE id = 1")
    assert ["1"] == await looked(office, "12:00")


async def test_somebody_who_had_his_data_removed(office: Office) -> None:
    """Put away after the answer, and then forgotten: nobody is there who could be asked."""
    await story(office, ANSWERED)
    await office.writes(DESK, "/close 1")
    await office.writes(IRINA, "забыть меня")
    await office.presses(IRINA, "forget-yes")
    office.clock.now = DAY.replace(hour=11)
    await AskingRating(office.ctx).once()
    assert [] == [row.text for row in await office.entries() if row.text.startswith("Помог ли ответ")]
