"""A resident reads when people are there, and hears that his answer is late before he asks: once, by day, in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.conversation.unasked import Unasked
from bot.desk.calendar import Calendar
from bot.desk.hours import Hours, parse_hours
from bot.errors import Transient
from bot.model.question import Status
from handlers.late import LateNotices
from tests.handlers.fakes import DESK, ENERGY, HOME, IRINA, OLEG, WORK, Office, open_office
from tests.handlers.story import HOURS, ROADS, Story, desk, ledger

#: A Wednesday; energy works from nine to six, roads round the clock, both have four hours.
DAY = datetime(2026, 11, 18, tzinfo=UTC)
LATE = "Простите, ответ на вопрос № {} задерживается. Мы о нём помним и ответим до {}."


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address, desk=desk()) as opened:
        yield opened


def story(office: Office) -> Story:
    return Story(office=office, day=DAY)


async def told(office: Office, at: str = "", *, day: datetime = DAY) -> list[str]:
    """What the job tells residents at this time."""
    before = len(await office.entries())
    if at:
        hours, minutes = at.split(":")
        office.clock.now = day.replace(hour=int(hours), minute=int(minutes)).astimezone(UTC)
    await LateNotices(office.ctx).once()
    new = (await office.entries())[before:]
    assert {HOME} >= {row.chat.channel for row in new}
    return [row.text for row in new]


async def test_below_a_page(office: Office) -> None:
    """«Да» is said to the notice then, and no more to the page above it: the question is not taken back by it."""
    one = story(office)
    await one.run(["10:00 asks Когда дадут тепло?", "13:58 writes отозвать"])
    assert [LATE.format(1, "16:01")] == await told(office, "14:01")
    await one.run(["14:02 writes Да"])
    assert Status.OPEN is (await office.question(1)).status


# --- outside working hours -----------------------------------------------------------------------------------------

THURSDAY_OFF = Calendar(holidays=frozenset({date(2026, 11, 19)}))
NINE_TO_ONE = parse_hours("mon-fri 09:00-13:00, 14:00-18:00")
assert isinstance(NINE_TO_ONE, Hours)
CLOSED = "Сейчас нерабочее время: прочитаем"
READS = {
    "in working hours": ("10:00", "тепло?", {}, ""),
    "at the first minute": ("9:00", "тепло?", {}, ""),
    "before them": ("7:00", "тепло?", {}, f"{CLOSED} сегодня с 09:00."),
    "at the last minute": ("18:00", "тепло?", {}, f"{CLOSED} завтра с 09:00."),
    "at night": ("23:30", "тепло?", {}, f"{CLOSED} завтра с 09:00."),
    "before a holiday": ("20:00", "тепло?", {"calendar": THURSDAY_OFF}, f"{CLOSED} 20 ноября с 09:00."),
    "round the clock": ("23:30", "дорога?", {}, ""),
    "coordinators round the clock": ("23:30", "мост?", {}, ""),
    "coordinators with hours": ("23:30", "мост?", {"hours": HOURS}, f"{CLOSED} завтра с 09:00."),
    "in the lunch break": ("13:30", "мост?", {"hours": NINE_TO_ONE}, f"{CLOSED} сегодня с 14:00."),
}


@pytest.mark.parametrize(("at", "text", "changes", "expected"), READS.values(), ids=READS.keys())
async def test_when_people_read_it(
    database_address: str, at: str, text: str, changes: dict[str, object], expected: str
) -> None:
    """The confirmation says when those who answer are there again, by their own hours; otherwise nothing of it."""
    async with open_office(database_address, desk=replace(desk(), **changes)) as office:  # type: ignore[arg-type]
        await story(office).run([f"{at} asks {text}"])
        await office.deliver()
        confirmation = office.home.texts(IRINA)[0]
        assert expected in confirmation
        assert bool(expected) == (CLOSED in confirmation)


async def test_after_the_weekend(office: Office) -> None:
    """On Friday evening it is Monday, with its date."""
    await story(office).run(["+2d 19:00 asks Когда дадут тепло?"])
    await office.deliver()
    assert f"до 13:00 23 ноября. {CLOSED} 23 ноября с 09:00." in office.home.texts(IRINA)[0]


async def test_until_midnight(office: Office) -> None:
    """A deadline at midnight is the end of his day, in the confirmation, in his questions and on the card."""
    await story(office).run(["20:00 asks Почему дорога в снегу?", "20:01 writes мои вопросы"])
    await office.deliver()
    confirmation, questions = office.home.texts(IRINA)
    assert "Ответ придёт сюда до конца дня." in confirmation
    assert "№ 1 · ответим до конца дня" in questions
    assert "Ответить до конца дня" in office.work.texts(ROADS)[0]


async def test_by_the_zone(database_address: str) -> None:
    """Hours are those of the place: eight in the morning there, not in Greenwich."""
    zone = ZoneInfo("Asia/Yekaterinburg")
    async with open_office(database_address, desk=desk(zone)) as office:
        office.ctx.look = replace(office.ctx.look, zone=zone)
        await Story(office=office, day=DAY.replace(tzinfo=zone)).run(["8:00 asks Когда дадут тепло?"])
        await office.deliver()
        assert f"{CLOSED} сегодня с 09:00." in office.home.texts(IRINA)[0]


async def test_when_people_read_it_in_english(office: Office) -> None:
    """The same in his language."""
    for day, words in ((18, "after 09:00 tomorrow"), (20, "after 09:00 on 23 November")):
        office.clock.now = datetime(2026, 11, day, 22, tzinfo=UTC)
        await office.presses(IRINA, "new", language="en")
        await office.writes(IRINA, "Когда дадут тепло?", language="en")
        await office.deliver()
        assert f"It is outside working hours now: we will read it {words}." in office.home.texts(IRINA)[-1]


# --- late ----------------------------------------------------------------------------------------------------------


async def test_told_once(office: Office) -> None:
    """When the time that he was told has passed, he hears so with a new time; then no more of it."""
    await story(office).run(["10:00 asks Когда дадут тепло?"])
    assert [] == await told(office, "13:59")
    assert [LATE.format(1, "16:00")] == await told(office, "14:00")
    for at in ("14:01", "16:01", "17:59"):
        assert [] == await told(office, at)


async def test_the_officials_deadline_stays(office: Office) -> None:
    """The deadline, the reminders and the ledger are as they were; only what he was told is another time."""
    await story(office).run(["10:00 asks Когда дадут тепло?"])
    before = await office.question(1), await ledger(office, 1), await office.value("SELECT remind_at FROM questions")
    await told(office, "14:00")
    question = await office.question(1)
    promised = DAY.replace(hour=16)
    assert (promised, promised) == (question.promised_at, question.expected_at)
    office.clock.now = DAY.replace(hour=10)
    after = replace(question, promised_at=None), await ledger(office, 1)
    assert before == (*after, await office.value("SELECT remind_at FROM questions"))


async def test_the_new_time_is_working_time(office: Office) -> None:
    """Half of the department's time more, in its hours: late in the afternoon it is tomorrow."""
    await story(office).run(["13:30 asks Когда дадут тепло?"])
    assert [LATE.format(1, "10:30 завтра")] == await told(office, "17:30")


async def test_officials_can_see_it(office: Office) -> None:
    """The history of the question says what the resident was told."""
    await story(office).run(["10:00 asks Когда дадут тепло?"])
    await told(office, "14:00")
    await office.writes(ENERGY, "/q 1 log")
    await office.deliver()
    assert "14:00 · жителю сообщили о задержке: ответим до 16:00" in office.work.texts(ENERGY)[-1]


async def test_officials_can_see_it_later(office: Office) -> None:
    """What is said there of tomorrow has its day: it is read when that is past, too."""
    await story(office).run(["13:30 asks Когда дадут тепло?"])
    await told(office, "17:30")
    office.clock.move(timedelta(days=5))
    await office.writes(ENERGY, "/q 1 log")
    await office.deliver()
    assert (
        "17:30 18 ноября · жителю сообщили о задержке: ответим до 10:30 19 ноября 2026"
        in (office.work.texts(ENERGY)[-1])
    )


async def test_in_english(office: Office) -> None:
    """The same in his language."""
    office.clock.now = DAY.replace(hour=10)
    await office.writes(IRINA, "Когда дадут тепло?", language="en")
    said = await told(office, "14:00")
    assert ["Sorry, the answer to question № 1 is late. We have not forgotten you and will answer by 16:00."] == said


async def test_asked_by_when_again(office: Office) -> None:
    """Whoever says that he waits reads the time that he was told last."""
    await story(office).run(["10:00 asks Когда дадут тепло?"])
    await told(office, "14:00")
    await office.writes(IRINA, "Жду ответа")
    await office.deliver()
    assert "Ответ придёт сюда до 16:00." in office.home.texts(IRINA)[-1]


NOBODY_WAITS = {
    "answered": ["13:59 answer Завтра"],
    "answered for now, with more time": ["13:00 interim Ищем"],
    "asked something": ["13:59 clarify Какой дом?"],
    "closed": ["13:59 close решено"],
    "spam": ["13:59 spam"],
}


@pytest.mark.parametrize("steps", NOBODY_WAITS.values(), ids=NOBODY_WAITS.keys())
async def test_nobody_waits(office: Office, steps: list[str]) -> None:
    """Who has his answer, or something else to do, is told nothing."""
    await story(office).run(["10:00 asks Когда дадут тепло?", *steps])
    assert [] == await told(office, "14:00")


async def test_a_new_wait(office: Office) -> None:
    """Once for each wait: a question that is asked further, after its answer, has a time of its own."""
    told_of = story(office)
    await told_of.run(["9:00 asks Когда дадут тепло?"])
    assert [LATE.format(1, "15:00")] == await told(office, "13:00")
    await told_of.run(["13:10 answer Завтра", "13:20 writes А сегодня никак?"])
    assert None is (await office.question(1)).promised_at
    await office.deliver()
    assert [] == await told(office, "17:19")
    assert [LATE.format(1, "10:20 завтра")] == await told(office, "17:20")


async def test_the_same_wait_goes_on(office: Office) -> None:
    """An interim answer, a clarification, an answer taken back: it is still the same wait, and he knows."""
    told_of = story(office)
    await told_of.run(["9:00 asks Когда дадут тепло?"])
    assert [LATE.format(1, "15:00")] == await told(office, "13:00")
    await told_of.run(["13:10 interim Ищем", "13:15 clarify Какой дом?", "13:20 writes Геологов, 14"])
    await office.deliver()
    assert (await office.question(1)).due_at < DAY.replace(hour=17, minute=30)
    assert [] == await told(office, "17:30")
    await told_of.run(["17:40 answer Завтра", "17:41 withdraw"])
    await office.deliver()
    tomorrow = DAY + timedelta(days=1)
    assert (await office.question(1)).due_at < tomorrow.replace(hour=14)
    assert [] == await told(office, "14:00", day=tomorrow)


async def test_late_after_a_clarification(office: Office) -> None:
    """The clock stood while he was asked; it is late when that time, too, has passed."""
    await story(office).run(["9:00 asks Когда дадут тепло?", "10:00 clarify Какой дом?", "12:00 writes Геологов, 14"])
    await office.deliver()
    assert [] == await told(office, "14:59")
    assert [LATE.format(1, "17:00")] == await told(office, "15:00")


# --- when not ------------------------------------------------------------------------------------------------------


async def test_not_at_night(office: Office) -> None:
    """What becomes late at night is told in the morning, with a time from then on, if it is still late."""
    told_of = story(office)
    await told_of.run(["19:00 asks Что с дорогой? Вся дорога в ямах"])
    await office.writes(OLEG, "Где дорога?")
    assert [] == await told(office, "23:00")
    tomorrow = DAY + timedelta(days=1)
    assert [] == await told(office, "7:59", day=tomorrow)
    await told_of.run(["+1d 7:59 answer Засыплем"])
    assert [LATE.format(2, "10:00")] == await told(office, "8:00", day=tomorrow)


async def test_night_is_that_of_the_service(database_address: str) -> None:
    """Nine in the evening in Greenwich is two at night here."""
    zone = ZoneInfo("Asia/Yekaterinburg")
    async with open_office(database_address, desk=desk(zone)) as office:
        office.clock.now = DAY.replace(hour=13)
        await office.writes(IRINA, "Где дорога?")
        assert [[], []] == [await told(office, at) for at in ("21:00", "23:59")]
        assert 1 == len(await told(office, "3:00", day=DAY + timedelta(days=1)))


@pytest.mark.parametrize(("at", "count"), [("13:59", 1), ("14:00", 0)])
async def test_after_a_downtime(office: Office, at: str, count: int) -> None:
    """What has been late for a day or more is let be: nobody is flooded when the service comes back."""
    await story(office).run(["10:00 asks Когда дадут тепло?"])
    assert count == len(await told(office, at, day=DAY + timedelta(days=1)))
    assert [] == await told(office, at, day=DAY + timedelta(days=3))


async def test_an_answer_on_its_way(office: Office) -> None:
    """While an answer waits to be sent, nobody is told that there is none."""
    await story(office).run(["9:00 asks Когда дадут тепло?", "9:10 answer Завтра"])
    # It cannot be sent yet; meanwhile he writes on.
    await office.writes(IRINA, "Алло?")
    assert Status.OPEN is (await office.question(1)).status
    assert [] == await told(office, "13:10")
    await office.deliver()
    assert 1 == len(await told(office, "13:11"))


async def test_who_cannot_hear_it(office: Office) -> None:
    """Who blocked the bot, who is banned, whose channel is gone: nothing is said, and nothing fails."""
    office.clock.now = DAY.replace(hour=10)
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.writes(OLEG, "Где тепло?")
    await office.stops(IRINA)
    await office.writes(DESK, "/ban 2 7д ругань")
    assert [] == await told(office, "14:00")
    office.ctx.capabilities = {WORK: office.ctx.capabilities[WORK]}
    await office.value("UPDATE conversations SET stopped_at = NULL, banned_until = NULL RETURNING 1")
    assert [] == await told(office, "14:01")
    assert [] == [line for line in office.logs if line["log_level"] == "error"]


async def test_turned_off(office: Office) -> None:
    """Where the settings say so, nobody is told."""
    office.ctx.unasked = Unasked(late=False)
    await story(office).run(["10:00 asks Когда дадут тепло?"])
    assert [] == await told(office, "14:00")


# --- as a job ------------------------------------------------------------------------------------------------------


async def ask_all(office: Office, count: int) -> None:
    """So many residents ask at ten."""
    office.clock.now = DAY.replace(hour=10)
    for number in range(count):
        await office.writes(replace(IRINA, chat_id=str(900 + number)), "Когда дадут тепло?")


async def test_two_processes(office: Office) -> None:
    """Two processes that look at once tell each resident once."""
    await ask_all(office, 5)
    before = len(await office.entries())
    office.clock.now = DAY.replace(hour=14)
    await asyncio.gather(*(LateNotices(office.ctx, batch=2).once() for _ in range(2)))
    new = (await office.entries())[before:]
    assert [1, 2, 3, 4, 5] == sorted(row.question or 0 for row in new)


async def test_one_that_fails(office: Office) -> None:
    """A question with which something is wrong holds up no other; it is logged, and tried again."""
    await ask_all(office, 5)
    async with office.eye.transaction() as tx:
        await tx.raw.execute("ALTER TABLE questions ADD CONSTRAINT odd CHECK (id <> 2 OR promised_at IS NULL)")
    office.clock.now = DAY.replace(hour=14)
    before = len(await office.entries())
    await LateNotices(office.ctx, batch=2).once()
    assert [1, 3, 4, 5] == [row.question for row in (await office.entries())[before:]]
    assert [2] == [line["question"] for line in office.logs if line["event"] == "late.failed"]
    async with office.eye.transaction() as tx:
        await tx.raw.execute("ALTER TABLE questions DROP CONSTRAINT odd")
    assert [LATE.format(2, "16:00")] == await told(office)


async def test_a_platform_that_is_away(office: Office) -> None:
    """A notice that could not be sent for an hour is worth nothing: it is not sent after the answer."""
    await story(office).run(["10:00 asks Когда дадут тепло?"])
    await office.deliver()
    assert 1 == len(await told(office, "14:00"))
    assert timedelta(hours=1) == await office.value(
        "SELECT expires_at - created_at FROM outbox ORDER BY id DESC LIMIT 1"
    )
    office.home.fail(Transient("away"), times=1)
    await office.deliver()
    assert 1 == sum("задерживается" in text for text in office.home.texts(IRINA))


async def test_the_job_goes_on(office: Office) -> None:
    """It looks at once when it is started, and ends only when it is stopped."""
    await ask_all(office, 1)
    office.clock.now = DAY.replace(hour=14)
    job = asyncio.create_task(LateNotices(office.ctx).run())
    await office.until(lambda tx: tx.raw.fetchval("SELECT 1 FROM questions WHERE promised_at IS NOT NULL"))
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
