"""The ledger of waits: when the clock starts, stands, goes on and ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.desk.calendar import Calendar
from bot.model.chat import ChatRef
from bot.model.question import Author
from tests.handlers.fakes import ENERGY, HOME, open_office
from tests.handlers.story import Story, Waited, desk, ledger

#: A Monday.
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
#: At first in the story: a question for energy (nine to six), for roads, for the coordinators (round the clock).
HEAT, ROAD, OTHER = "asks Когда дадут тепло?", "asks Когда починят дорогу? дорога", "asks Как записаться?"

STORIES = [
    ("waiting", [f"10:00 {HEAT}"], [Waited(outcome="", clock=0, worked=0, department="energy", runs=True)]),
    (
        "answered within the day",
        [f"10:00 {HEAT}", "13:30 answer"],
        [Waited(outcome="answered", clock=3.5, worked=3.5, department="energy")],
    ),
    (
        "answered the next morning: the night is no working time",
        [f"17:00 {HEAT}", "+1d 10:00 answer"],
        [Waited(outcome="answered", clock=17, worked=2, department="energy")],
    ),
    (
        "late",
        [f"10:00 {HEAT}", "15:00 answer"],
        [Waited(outcome="answered", clock=5, worked=5, department="energy", late=True)],
    ),
    (
        "a second answer changes nothing",
        [f"10:00 {HEAT}", "11:00 answer", "16:00 answer Ещё"],
        [Waited(outcome="answered", clock=1, worked=1, department="energy")],
    ),
    (
        "thanks do not move it",
        [f"10:00 {HEAT}", "11:00 answer", "15:00 writes Спасибо!"],
        [Waited(outcome="answered", clock=1, worked=1, department="energy")],
    ),
    (
        "opened again by the resident: another wait, from then on",
        [f"10:00 {HEAT}", "11:00 answer", "13:00 writes Всё равно холодно", "15:30 answer"],
        [
            Waited(outcome="answered", clock=1, worked=1, department="energy"),
            Waited(outcome="answered", clock=2.5, worked=2.5, department="energy"),
        ],
    ),
    (
        "the clock stands while a clarification is awaited",
        [f"10:00 {HEAT}", "11:00 clarify Какой дом?", "14:00 writes Дом 5", "16:00 answer"],
        [Waited(outcome="answered", clock=3, worked=3, department="energy")],
    ),
    (
        "asked twice before he says anything: it stands all the time",
        [f"10:00 {HEAT}", "11:00 clarify Дом?", "12:00 clarify Улица?", "14:00 writes Дом 5", "15:00 answer"],
        [Waited(outcome="answered", clock=2, worked=2, department="energy")],
    ),
    (
        "answered while it stands",
        [f"10:00 {HEAT}", "11:00 clarify Какой дом?", "14:00 answer"],
        [Waited(outcome="answered", clock=1, worked=1, department="energy")],
    ),
    (
        "answered while it stands, hours after the deadline that it had before: in time",
        [f"10:00 {HEAT}", "10:30 clarify Какой дом?", "16:00 answer"],
        [Waited(outcome="answered", clock=0.5, worked=0.5, department="energy")],
    ),
    (
        "answered while it stands, and late before he was asked: late still",
        [f"10:00 {HEAT}", "15:00 clarify Какой дом?", "16:00 answer"],
        [Waited(outcome="answered", clock=5, worked=5, department="energy", late=True)],
    ),
    (
        "closed while it stands, and answered all the same: in time",
        [f"10:00 {HEAT}", "10:30 clarify Какой дом?", "11:00 close", "16:00 answer"],
        [Waited(outcome="answered", clock=0.5, worked=0.5, department="energy")],
    ),
    (
        "he never says what he was asked, and is answered all the same: in time",
        [f"10:00 {HEAT}", "11:00 clarify Какой дом?", "+1d 12:00 lapse", "+2d 12:00 lapse", "16:00 answer"],
        [Waited(outcome="answered", clock=1, worked=1, department="energy")],
    ),
    (
        "answered while it stands, and that taken back: it runs on from there, with the time that was left",
        [f"10:00 {HEAT}", "11:00 clarify Какой дом?", "14:00 answer", "14:30 withdraw", "16:30 answer"],
        [Waited(outcome="answered", clock=3.5, worked=3.5, department="energy")],
    ),
    (
        "he never says what he was asked",
        [f"10:00 {HEAT}", "11:00 clarify Какой дом?", "+1d 12:00 lapse", "+3d 12:00 lapse"],
        [Waited(outcome="unclarified", clock=1, worked=1, department="energy", late=True)],
    ),
    (
        "he says it too late: the clock runs on from then",
        [
            f"10:00 {HEAT}",
            "11:00 clarify Какой дом?",
            "+1d 12:00 lapse",
            "+2d 12:00 lapse",
            "+0d 13:00 writes Дом 5",
            "15:00 answer",
        ],
        [Waited(outcome="answered", clock=3, worked=3, department="energy")],
    ),
    (
        "an interim answer does not end it",
        [f"10:00 {HEAT}", "11:00 interim Ищем причину", "16:00 answer"],
        [Waited(outcome="answered", clock=6, worked=6, department="energy", interims=1, late=True)],
    ),
    (
        "closed without an answer",
        [f"10:00 {HEAT}", "12:00 close Не наш вопрос"],
        [Waited(outcome="closed", clock=2, worked=2, department="energy")],
    ),
    (
        "a closing undone counts as if it had not been",
        [f"10:00 {HEAT}", "12:00 close", "13:00 reopen", "13:30 answer"],
        [Waited(outcome="answered", clock=3.5, worked=3.5, department="energy")],
    ),
    (
        "a closing undone while a clarification is awaited: the clock stands on",
        [f"10:00 {HEAT}", "11:00 clarify Дом?", "12:00 close", "13:00 reopen", "14:00 writes 5", "15:00 answer"],
        [Waited(outcome="answered", clock=2, worked=2, department="energy")],
    ),
    (
        "closed, and answered all the same: he waited until then",
        [f"10:00 {HEAT}", "11:00 close", "13:00 answer"],
        [Waited(outcome="answered", clock=3, worked=3, department="energy")],
    ),
    (
        "closed, and opened again by the resident: another wait, from then on",
        [f"10:00 {HEAT}", "11:00 close", "+2d 10:00 reopens", "12:00 answer"],
        [
            Waited(outcome="closed", clock=1, worked=1, department="energy"),
            Waited(outcome="answered", clock=2, worked=2, department="energy"),
        ],
    ),
    (
        "taken back by the resident, and opened again: another wait",
        [f"10:00 {HEAT}", "11:00 withdraws", "+2d 10:00 reopens"],
        [
            Waited(outcome="withdrawn", clock=1, worked=1, department="energy"),
            Waited(outcome="", clock=0, worked=0, department="energy", runs=True),
        ],
    ),
    (
        "taken back while a clarification is awaited, and opened again: the new clock runs",
        [f"10:00 {HEAT}", "11:00 clarify Дом?", "13:00 withdraws", "+1d 10:00 reopens", "10:30 answer"],
        [
            Waited(outcome="withdrawn", clock=1, worked=1, department="energy"),
            Waited(outcome="answered", clock=0.5, worked=0.5, department="energy"),
        ],
    ),
    (
        "a known answer helped, and then did not: he waits on, but for the time in which he needed nothing",
        [f"10:00 {HEAT}", "10:30 was helped", "11:00 writes Не помогло, всё ещё холодно", "12:00 answer"],
        [
            Waited(outcome="answered", clock=1.5, worked=1.5, department="energy"),
        ],
    ),
    (
        "closed because he did not say it, and opened again by him: another wait",
        [f"10:00 {HEAT}", "11:00 clarify Дом?", "+1d 12:00 lapse", "+2d 12:00 lapse", "13:00 reopens", "14:00 answer"],
        [
            Waited(outcome="unclarified", clock=1, worked=1, department="energy", late=True),
            Waited(outcome="answered", clock=1, worked=1, department="energy"),
        ],
    ),
    (
        "taken back by the resident, and answered all the same: he waited until then",
        [f"10:00 {HEAT}", "11:00 withdraws", "12:00 answer"],
        [Waited(outcome="answered", clock=2, worked=2, department="energy")],
    ),
    (
        "he has all removed that is stored about him while he waits: he took it back, no official closed it",
        [f"10:00 {HEAT}", "11:00 forgets"],
        [Waited(outcome="withdrawn", clock=1, worked=1, department="energy")],
    ),
    (
        "he has all removed after the answer: it was answered",
        [f"10:00 {HEAT}", "11:00 answer", "12:00 forgets"],
        [Waited(outcome="answered", clock=1, worked=1, department="energy")],
    ),
    ("spam", [f"10:00 {OTHER}", "11:00 spam"], [Waited(outcome="spam", clock=1, worked=1)]),
    (
        "closed after an answer: it was answered",
        [f"10:00 {HEAT}", "11:00 answer", "12:00 close"],
        [Waited(outcome="answered", clock=1, worked=1, department="energy")],
    ),
    (
        "closed by itself long after an answer",
        [f"10:00 {HEAT}", "11:00 answer", "+4d 12:00 lapse"],
        [Waited(outcome="answered", clock=1, worked=1, department="energy")],
    ),
    (
        "an answer taken back: the wait goes on as if it had not been",
        [f"10:00 {HEAT}", "11:00 answer", "12:00 withdraw", "12:30 answer"],
        [Waited(outcome="answered", clock=2.5, worked=2.5, department="energy")],
    ),
    (
        "the second answer taken back: the first holds",
        [f"10:00 {HEAT}", "11:00 answer", "12:00 answer Ещё", "13:00 withdraw"],
        [Waited(outcome="answered", clock=1, worked=1, department="energy")],
    ),
    (
        "an answer taken back after it was opened again: he waits since the beginning, nothing was opened again",
        [f"10:00 {HEAT}", "11:00 answer", "13:00 writes Это не о моём доме", "14:00 withdraw", "15:00 answer"],
        [Waited(outcome="answered", clock=5, worked=5, department="energy")],
    ),
    (
        "the same, and nobody has answered yet",
        [f"10:00 {HEAT}", "11:00 answer", "13:00 writes Не о том", "13:30 clarify Дом?", *("14:00 withdraw",) * 2],
        [Waited(outcome="", clock=3.5, worked=3.5, department="energy", runs=True)],
    ),
    (
        "the same, with a hand-over and an interim answer in each of both",
        [
            f"10:00 {HEAT}",
            "10:30 interim Ищем",
            "10:40 transfer roads",
            "11:00 answer",
            "12:00 writes Не о том",
            "12:30 transfer energy",
            "12:40 interim Ищем",
            *("12:50 withdraw",) * 2,
            "13:00 answer",
        ],
        [Waited(outcome="answered", clock=3, worked=3, department="energy", handovers=2, interims=2)],
    ),
    (
        "the same, and it was closed meanwhile: he waits again",
        [f"10:00 {HEAT}", "11:00 answer", "13:00 writes Это не о моём доме", "13:30 close", "14:00 withdraw"],
        [Waited(outcome="", clock=3.5, worked=3.5, department="energy", runs=True)],
    ),
    (
        "what was said before a closing taken back: he waits again",
        [f"10:00 {HEAT}", "11:00 interim Ищем", "12:00 close", "13:00 withdraw"],
        [Waited(outcome="", clock=2, worked=2, department="energy", runs=True, interims=1)],
    ),
    (
        "the second of two answers taken back after it was opened again: the first holds",
        [f"10:00 {HEAT}", "11:00 answer", "11:30 answer Ещё", "13:00 writes Холодно", "14:00 withdraw", "15:00 answer"],
        [
            Waited(outcome="answered", clock=1, worked=1, department="energy"),
            Waited(outcome="answered", clock=2, worked=2, department="energy"),
        ],
    ),
    (
        "handed over: the hours of each department count while it has the question",
        [f"17:00 {HEAT}", "20:00 transfer roads", "21:00 answer"],
        # An hour of energy's working day, then an hour of roads, who work round the clock.
        [Waited(outcome="answered", clock=4, worked=2, department="roads", handovers=1)],
    ),
    (
        "given out by the coordinators: that is no hand-over",
        [f"10:00 {OTHER}", "10:30 transfer energy", "11:00 answer"],
        [Waited(outcome="answered", clock=1, worked=1, department="energy")],
    ),
    (
        "given back to the coordinators, who give it out again: handed over once",
        [f"10:00 {HEAT}", "10:30 transfer координаторам", "11:00 transfer roads", "11:30 answer"],
        [Waited(outcome="answered", clock=1.5, worked=1.5, department="roads", handovers=1)],
    ),
    (
        "opened again and handed over twice",
        [
            f"10:00 {HEAT}",
            "11:00 answer",
            "12:00 writes Всё равно холодно",
            "13:00 transfer roads",
            "14:00 transfer energy",
            "15:00 answer",
        ],
        [
            Waited(outcome="answered", clock=1, worked=1, department="energy"),
            Waited(outcome="answered", clock=3, worked=3, department="energy", handovers=2),
        ],
    ),
    (
        "across midnight",
        [f"22:00 {ROAD}", "+1d 01:30 answer"],
        [Waited(outcome="answered", clock=3.5, worked=3.5, department="roads")],
    ),
    (
        "over a weekend",
        [f"+4d 17:00 {HEAT}", "+3d 09:30 answer"],
        [Waited(outcome="answered", clock=64.5, worked=1.5, department="energy")],
    ),
]


@pytest.mark.parametrize(("label", "steps", "expected"), STORIES, ids=[label for label, *_ in STORIES])
async def test_ledger(database_address: str, label: str, steps: list[str], expected: list[Waited]) -> None:
    """Each story leaves exactly these waits."""
    async with open_office(database_address, desk=desk()) as office:
        story = Story(office=office, day=MONDAY)
        await story.run(steps)
        assert expected == await ledger(office, story.number)


async def test_holiday(database_address: str) -> None:
    """A holiday is no working time, whatever its weekday."""
    calendar = Calendar(holidays=frozenset({MONDAY.date().replace(day=4)}))
    async with open_office(database_address, desk=desk(calendar=calendar)) as office:
        story = Story(office=office, day=MONDAY.replace(day=3))
        await story.run([f"17:00 {HEAT}", "+2d 10:00 answer"])
        expected = [Waited(outcome="answered", clock=41, worked=2, department="energy")]
        assert expected == await ledger(office, story.number)


@pytest.mark.parametrize(("day", "clock"), [(28, 11.0), (29, 12.0)])
async def test_clock_change(database_address: str, day: int, clock: float) -> None:
    """The night in which clocks go forward is an hour shorter; the hours that really passed are counted."""
    zone = ZoneInfo("Europe/Berlin")
    async with open_office(database_address, desk=desk(zone)) as office:
        story = Story(office=office, day=datetime(2026, 3, day, tzinfo=zone))
        await story.run([f"20:00 {ROAD}", "+1d 08:00 answer"])
        assert clock == (await ledger(office, story.number))[0].clock


@pytest.mark.parametrize(
    ("withdrawn", "expected"),
    [
        # The first answer, in the wait before: the second of that wait holds.
        (0, [(1.5, ""), (2.0, "")]),
        (1, [(1.0, ""), (2.0, "")]),
        # Of the last wait the only one.
        (2, [(1.0, ""), (2.0, "runs")]),
    ],
)
async def test_any_answer_taken_back(database_address: str, withdrawn: int, expected: list[tuple[float, str]]) -> None:
    """Whichever answer is taken back: the wait that it belongs to ends with the next one that holds, or goes on."""
    async with open_office(database_address, desk=desk()) as office:
        story = Story(office=office, day=MONDAY)
        await story.run([f"10:00 {HEAT}", "11:00 answer Раз", "11:30 answer Два"])
        await story.run(["13:00 writes Холодно", "15:00 answer Три"])
        answers = [one for one in await office.thread(story.number) if one.role is Author.OFFICIAL]
        link = "SELECT message_id FROM links WHERE thread_message_id = $1 AND entry_id IS NULL"
        office.clock.now += timedelta(hours=1)
        await office.writes(ENERGY, "/withdraw", reply_to=await office.value(link, answers[withdrawn].id))
        found = [(one.clock, "runs" if one.runs else "") for one in await ledger(office, story.number)]
        assert expected == found


async def test_answer_that_was_kept_first(database_address: str) -> None:
    """An answer is given when it goes out, not when it was written: it is the first one if nothing came before."""
    async with open_office(database_address, desk=desk()) as office:
        story = Story(office=office, day=MONDAY)
        await story.run([f"10:00 {HEAT}", "10:30 take", "11:00 answer Моё"])
        card = office.work.id_of(ENERGY, f"№ {story.number}")
        office.clock.now += timedelta(hours=1)
        await office.writes(ENERGY, "Чужое", reply_to=card, user="8", name="Пётр")
        await office.deliver()
        keyboard = office.work.messages(ENERGY)[-1][0].keyboard
        assert keyboard is not None
        office.clock.now += timedelta(hours=1)
        await office.presses(ENERGY, keyboard.rows[0][0].data, user="8", name="Пётр")
        first = next(one for one in await office.thread(story.number) if one.content.text == "Моё")
        mine = await office.value(
            "SELECT message_id FROM links WHERE thread_message_id = $1 AND entry_id IS NULL", first.id
        )
        office.clock.now += timedelta(hours=1)
        await office.writes(ENERGY, "/withdraw", reply_to=mine)
        assert [Waited(outcome="answered", clock=3, worked=3, department="energy")] == await ledger(office, 1)
        times = "SELECT first_answered_at = $1 AND answered_at = $1 FROM questions"
        assert await office.value(times, MONDAY.replace(hour=13))


async def test_deadline_of_the_question(database_address: str) -> None:
    """The question itself is due when its wait is: who reminds officials after an answer was taken back goes by it."""
    async with open_office(database_address, desk=desk()) as office:
        story = Story(office=office, day=MONDAY)
        await story.run([f"10:00 {HEAT}", "11:00 clarify Какой дом?", "14:00 answer", "14:30 withdraw"])
        due = "SELECT q.due_at = w.due_at AND q.due_at = $$2026-11-02 17:00Z$$ FROM questions q, waits w"
        assert await office.value(due)


async def test_who_handed_it_over(database_address: str) -> None:
    """Which departments had it before is kept, each time that one handed it over, for the wait in which it did."""
    async with open_office(database_address, desk=desk()) as office:
        story = Story(office=office, day=MONDAY)
        await story.run([f"10:00 {HEAT}", "10:10 transfer roads", "10:20 transfer energy", "11:00 answer"])
        # To the coordinators: departments have passed it round enough.
        await story.run(["12:00 writes Всё равно холодно", "12:30 transfer roads", "12:40 transfer roads"])
        handed = "SELECT array_agg(array_to_string(handed_by, ' ') ORDER BY round) FROM waits"
        assert ["energy roads", "energy"] == await office.value(handed)


async def test_another_question_is_another_wait(database_address: str) -> None:
    """Two residents at the same time have nothing to do with each other."""
    async with open_office(database_address, desk=desk()) as office:
        first, second = (
            Story(office=office, day=MONDAY, resident=ChatRef(channel=HOME, chat_id=chat)) for chat in ("101", "102")
        )
        await first.run([f"10:00 {HEAT}"])
        await second.run([f"11:00 {ROAD}"])
        await second.run(["12:00 answer"])
        assert [Waited(outcome="", clock=0, worked=0, department="energy", runs=True)] == await ledger(office, 1)
        assert [Waited(outcome="answered", clock=1, worked=1, department="roads")] == await ledger(office, 2)


async def test_place_and_topic_of_a_wait(database_address: str) -> None:
    """What becomes known later counts for the wait that goes on; what was answered keeps what it was about."""
    async with open_office(database_address, desk=desk()) as office:
        story = Story(office=office, day=MONDAY)
        await story.run([f"10:00 {OTHER}", "10:05 writes Нет тепло, надым"])
        about = "SELECT topic || ' ' || place || ' ' || department FROM waits WHERE round = 1"
        assert "heating nadym energy" == await office.value(about)
        await story.run(["10:30 answer", "10:40 writes А дорога?", "10:45 transfer roads"])
        assert "heating nadym energy" == await office.value(about)
        assert "roads" == await office.value("SELECT department FROM waits WHERE round = 2")
