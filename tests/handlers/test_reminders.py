"""What officials can rely on: they are reminded in time, in working hours, once, and never flooded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.entry import Role
from bot.desk.hours import Hours, parse_hours
from bot.desk.reminders import Stage
from bot.model.chat import ChatRef
from bot.model.question import Status
from handlers.reminders import Reminders
from tests.handlers.fakes import DESK, ENERGY, HOME, IRINA, OLEG, Office, open_office

#: A Wednesday.
TEN = datetime(2026, 11, 18, 10, tzinfo=UTC)
HEAD = "⏰ Без ответа: 1 вопрос\n\n"
TAIL = "\n\nПрочитать: /q и номер. Ответить: ответьте на карточку вопроса."


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """The department has four hours to answer, from half past eight to half past five."""
    async with open_office(database_address, channel_departments={HOME: "energy"}) as office:
        desk = office.ctx.desk
        hours = parse_hours("mon-fri 08:30-17:30")
        assert isinstance(hours, Hours)
        energy = replace(desk.departments["energy"], hours=hours, answer_within=timedelta(hours=4))
        office.ctx.desk = replace(desk, departments={"energy": energy})
        office.ctx.look = replace(office.ctx.look, departments={"energy": "Энергетика"})
        office.clock.now = TEN
        yield office


@pytest.fixture
async def listed(office: Office) -> Office:
    """The same when the morning lists of the day have been made."""
    await Reminders(office.ctx).once()
    return office


async def reminded(office: Office, chat: ChatRef = ENERGY, at: str = "") -> list[str]:
    """What this chat is reminded of at this time (on the 18th, unless it names a day), beyond what was said before."""
    before = len(await office.entries(chat, Role.REMINDER))
    if at:
        day, _, clock = at.rpartition(" ")
        office.clock.now = datetime.fromisoformat(f"2026-11-{day or '18'} {clock}").replace(tzinfo=UTC)
    await Reminders(office.ctx).once()
    return [row.text for row in (await office.entries(chat, Role.REMINDER))[before:]]


async def stage(office: Office, number: int = 1) -> Stage:
    return Stage(await office.value("SELECT reminded FROM questions WHERE id = $1", number))


# --- stages --------------------------------------------------------------------------------------------------------


async def test_stages(listed: Office) -> None:
    """Half time, the end, and half an hour past it the coordinators: each once."""
    await listed.writes(IRINA, "Когда дадут тепло?")
    assert [] == await reminded(listed, at="11:59")
    half = f"{HEAD}Прошла половина срока:\n\n№ 1 · ждёт 2 часа · срок 14:00\nКогда дадут тепло?{TAIL}"
    assert [half] == await reminded(listed, at="12:00")
    assert [] == await reminded(listed, at="13:59")
    end = f"{HEAD}Срок ответа истёк:\n\n№ 1 · ждёт 4 часа · срок 14:00\nКогда дадут тепло?{TAIL}"
    assert [end] == await reminded(listed, at="14:00")
    assert [] == await reminded(listed, DESK, at="14:29")
    past = f"{HEAD}Отдел не ответил в срок:\n\n№ 1 · Энергетика · ждёт 4 часа · срок 14:00\nКогда дадут тепло?{TAIL}"
    assert [past] == await reminded(listed, DESK, at="14:30")
    assert ([], []) == (await reminded(listed, at="17:00"), await reminded(listed, DESK, at="17:00"))
    assert Stage.ESCALATED is await stage(listed)


async def test_only_in_working_hours(listed: Office) -> None:
    """Half of a deadline that goes over the night is half of its working time; at night nobody is reminded."""
    listed.clock.now = TEN.replace(hour=16, minute=30)
    await listed.writes(IRINA, "Яма")
    assert [] == await reminded(listed, at="20:00")
    # The list of the next morning holds it; the reminder of half time comes at half time.
    assert ["☀️ Ответить сегодня: 1 вопрос"] == [
        text.partition("\n")[0] for text in await reminded(listed, at="19 08:30")
    ]
    assert [] == await reminded(listed, at="19 09:29")
    assert 1 == len(await reminded(listed, at="19 09:30"))


async def test_a_service_that_was_away(listed: Office) -> None:
    """Of stages that were missed the last one alone is told, and the department still has its half hour."""
    await listed.writes(IRINA, "Яма")
    (said,) = await reminded(listed, at="15:00")
    assert "Срок ответа истёк" in said
    assert [] == await reminded(listed, DESK, at="15:29")
    assert 1 == len(await reminded(listed, DESK, at="15:30"))


async def test_answered(listed: Office) -> None:
    """Nobody is reminded of what is answered."""
    await listed.writes(IRINA, "Яма")
    await listed.deliver()
    await listed.writes(ENERGY, "Засыплем.", reply_to=listed.work.id_of(ENERGY, "№ 1 "))
    assert [] == await reminded(listed, at="14:30")


async def test_reopened(listed: Office) -> None:
    """A question that is asked again is reminded of again, from its new deadline on."""
    await listed.writes(IRINA, "Яма")
    assert 1 == len(await reminded(listed, at="12:00"))
    await listed.deliver()
    await listed.writes(ENERGY, "Засыплем.", reply_to=listed.work.id_of(ENERGY, "№ 1 · М"))
    await listed.writes(IRINA, "Не засыпали")
    assert Stage.NONE is await stage(listed)
    assert [] == await reminded(listed, at="13:59")
    assert 1 == len(await reminded(listed, at="14:00"))


async def test_coordinators_own(listed: Office) -> None:
    """The coordinators' own questions are not escalated to themselves."""
    listed.ctx.desk = replace(listed.ctx.desk, channel_departments={})
    await listed.writes(IRINA, "Яма")
    assert [1, 1, 0] == [len(await reminded(listed, DESK, at=at)) for at in ("12:00", "14:00", "14:30")]
    assert Stage.ESCALATED is await stage(listed)


async def test_reply(listed: Office) -> None:
    """A reply to the reminder of one question answers it."""
    await listed.writes(IRINA, "Яма")
    await reminded(listed, at="12:00")
    await listed.deliver()
    await listed.writes(ENERGY, "Засыплем.", reply_to=listed.work.id_of(ENERGY, "⏰"))
    await listed.deliver()
    assert Status.ANSWERED is (await listed.question(1)).status
    assert "Засыплем." in listed.home.texts(IRINA)[-1]


# --- together ------------------------------------------------------------------------------------------------------


async def test_put_together(listed: Office) -> None:
    """Many questions are one message: twenty named, the rest counted."""
    for resident in range(25):
        await listed.writes(ChatRef(channel=HOME, chat_id=str(300 + resident)), "Яма")
    (said,) = await reminded(listed, at="12:00")
    assert said.startswith("⏰ Без ответа: 25 вопросов\n\n")
    assert (20, True) == (said.count("\nЯма"), f"\n\n…и ещё 5.{TAIL}" in said)
    assert [] == await reminded(listed, at="12:30")


async def test_pause(listed: Office) -> None:
    """What becomes due within ten minutes of a reminder waits for them to pass, and is told with what follows."""
    for minutes in (0, 2, 9):
        listed.clock.now = TEN + timedelta(minutes=minutes)
        await listed.writes(ChatRef(channel=HOME, chat_id=str(300 + minutes)), "Яма")
    assert 1 == len(await reminded(listed, at="12:00"))
    assert [] == await reminded(listed, at="12:02")
    (said,) = await reminded(listed, at="12:10")
    assert said.startswith("⏰ Без ответа: 2 вопроса\n\n")


async def test_what_matters_most_first(listed: Office) -> None:
    """What is overdue stands before what is half over."""
    await listed.writes(IRINA, "Старое")
    listed.clock.now = TEN + timedelta(hours=2)
    await listed.writes(OLEG, "Новое")
    (said,) = await reminded(listed, at="14:00")
    assert said.index("Срок ответа истёк") < said.index("Старое") < said.index("половина") < said.index("Новое")


async def test_several_processes(listed: Office) -> None:
    """However many processes remind, each thing is said once."""
    await listed.writes(IRINA, "Яма")
    listed.clock.now = TEN + timedelta(hours=2)
    await asyncio.gather(*(Reminders(listed.ctx).once() for _ in range(4)))
    await Reminders(listed.ctx).once()
    assert 1 == len(await listed.entries(ENERGY, Role.REMINDER))


async def test_somebody_works_on_it(listed: Office) -> None:
    """A question that is being changed just now is left for the next time, and holds up nobody."""
    await listed.writes(IRINA, "Яма")
    await listed.writes(OLEG, "Свет")
    listed.clock.now = TEN + timedelta(hours=2)
    async with listed.eye.transaction() as tx:
        await tx.raw.execute("SELECT 1 FROM questions WHERE id = 1 FOR UPDATE")
        (said,) = await reminded(listed)
    assert "Свет" in said
    assert "Яма" not in said
    assert (Stage.NONE, Stage.HALF) == (await stage(listed, 1), await stage(listed, 2))


# --- mornings ------------------------------------------------------------------------------------------------------


async def test_morning(listed: Office) -> None:
    """At the start of the working day each chat sees what is due today and what is late, once, whoever restarts."""
    listed.clock.now = TEN.replace(hour=13, minute=30)
    await listed.writes(IRINA, "Вчера")
    listed.clock.now = TEN.replace(hour=17, minute=0)
    await listed.writes(OLEG, "Сегодня")
    # Due at the very end of work, when nobody is there to be reminded.
    assert [] == await reminded(listed, at="17:30")
    assert [] == await reminded(listed, at="19 08:29")
    text = (
        "☀️ Ответить сегодня: 2 вопроса, просрочено: 1\n\n№ 1 · просрочен на 15 часов\nВчера\n\n"
        f"№ 2 · до 12:00\nСегодня{TAIL}"
    )
    assert [text] == await reminded(listed, at="19 08:30")
    # What the list said is not said again; the coordinators hear of it when they would have.
    assert [] == await reminded(listed, at="19 08:59")
    assert 1 == len(await reminded(listed, DESK, at="19 09:00"))
    assert Stage.ESCALATED is await stage(listed)


async def test_morning_of_a_bound_chat(listed: Office) -> None:
    """A chat that `/bind` tied to a department has its list when that department's day begins."""
    desk = listed.ctx.desk
    energy = replace(desk.departments["energy"], admin_chat=None)
    listed.ctx.desk = replace(desk, departments={"energy": energy}, bindings={"energy": ENERGY})
    listed.clock.now = TEN.replace(hour=17, minute=0)
    await listed.writes(IRINA, "Яма")
    assert [] == await reminded(listed, at="17:30")
    assert ["☀"] == [text[0] for text in await reminded(listed, at="19 08:30")]


async def test_no_morning(listed: Office) -> None:
    """Nothing is listed on a day off, nor where nothing is due, nor to a chat that reads it in the afternoon."""
    await listed.writes(IRINA, "Яма")
    # Saturday, and Monday long after the start.
    assert [] == await reminded(listed, at="21 09:00")
    assert ["⏰"] == [text[0] for text in await reminded(listed, at="23 15:00")]
    await listed.deliver()
    await listed.writes(ENERGY, "Засыплем.", reply_to=listed.work.id_of(ENERGY, "№ 1 · М"))
    assert [] == await reminded(listed, at="24 08:30")


async def test_morning_round_the_clock(office: Office) -> None:
    """Where nobody says when work begins, the list comes at nine."""
    office.ctx.desk = replace(office.ctx.desk, channel_departments={})
    office.clock.now = TEN.replace(hour=6)
    await office.writes(IRINA, "Яма")
    assert [] == await reminded(office, DESK, at="07:59")
    # Half time, then the morning list.
    assert ["⏰", "☀"] == [text[0] for at in ("08:00", "09:00") for text in await reminded(office, DESK, at=at)]
