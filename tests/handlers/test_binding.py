"""`/bind CODE`: the group in which it is said works with the department's questions from then on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.delivery.entry import Role
from bot.desk.routing import Department, Desk
from bot.model.chat import ChatRef
from handlers import binding, reload
from handlers.guesses import Guesses
from storage import bindings, questions
from tests.handlers.fakes import DESK, ENERGY, HOME, IRINA, OLEG, STRANGERS, WORK, Office, open_office

TOPIC = ChatRef(channel=WORK, chat_id="-999:42")
NOWHERE = ChatRef(channel="gone", chat_id="-1")
WRONG = "0000-0000-0000"


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """All questions are for a department without a chat."""
    desk = Desk(
        coordinators=DESK,
        answer_within=timedelta(hours=4),
        departments={
            "roads": Department(slug="roads", name="Дороги"),
            "energy": Department(slug="energy", name="Энергетика", admin_chat=ENERGY),
        },
        channel_departments={HOME: "roads"},
    )
    async with open_office(database_address, desk=desk) as office:
        yield office


async def code(office: Office, department: str = "roads") -> str:
    async with office.database.transaction() as tx:
        return await bindings.new_code(tx, department, office.clock())


async def replies(office: Office, chat: ChatRef) -> list[str]:
    return [row.text for row in await office.entries(chat, Role.COMMAND)]


async def cards(office: Office, chat: ChatRef) -> list[int | None]:
    return [row.question for row in await office.entries(chat, Role.CARD)]


@pytest.mark.parametrize("said", ["/bind {}", "/bind@otvet_bot {}", "  /BIND   {}  "])
async def test_group_gets_the_department(office: Office, said: str) -> None:
    """A code said in any group ties it: the reply says so, and the next question goes there."""
    said_in = await office.writes(STRANGERS, said.format(await code(office)))
    (reply,) = await office.entries(STRANGERS, Role.COMMAND)
    assert "Этот чат теперь работает с вопросами отдела «Дороги»." == reply.text
    assert said_in == getattr(reply.effect, "reply_to", "")
    await office.writes(IRINA, "Яма на Ленина")
    assert [1] == await cards(office, STRANGERS)
    assert [] == await cards(office, DESK)
    # Now it is an admin chat as any other.
    assert STRANGERS == office.ctx.desk.admin_chat_of(STRANGERS)
    async with office.eye.transaction() as tx:
        assert "Ольга" == await tx.raw.fetchval("SELECT bound_by FROM bindings")


async def test_topic_gets_the_department(office: Office) -> None:
    """Said in a topic of a group, the code ties this topic alone."""
    await office.writes(TOPIC, f"/bind {await code(office)}")
    await office.writes(IRINA, "Яма на Ленина")
    assert [1] == await cards(office, TOPIC)
    assert None is office.ctx.desk.admin_chat_of(STRANGERS)


async def test_wins_over_the_settings(office: Office) -> None:
    """The chat of the settings is an admin chat no more, once its department is tied to another."""
    await office.writes(STRANGERS, f"/bind {await code(office, 'energy')}")
    assert STRANGERS == office.ctx.desk.chat_of("energy")
    assert None is office.ctx.desk.admin_chat_of(ENERGY)
    assert STRANGERS == office.ctx.desk.home_of(ENERGY, "energy")


async def test_waiting_questions_follow(office: Office) -> None:
    """What waits with the coordinators is shown in the new chat, with what was added; what is answered stays."""
    await office.writes(IRINA, "Яма на Ленина")
    await office.writes(OLEG, "Мост закрыт")
    await office.deliver()
    await office.writes(IRINA, "Она растёт")
    async with office.database.transaction() as tx:
        await questions.answered(tx, 2, office.clock())
    await office.writes(STRANGERS, f"/bind {await code(office)}")
    assert office.ctx.astray.is_set()
    assert 1 == await binding.bring_home(office.ctx)
    assert [1] == await cards(office, STRANGERS)
    (card,) = await office.entries(STRANGERS, Role.CARD)
    assert "Яма на Ленина" in card.text
    (more,) = await office.entries(STRANGERS, Role.FOLLOW_UP)
    assert "Она растёт" in more.text
    assert [STRANGERS, DESK] == [(await office.question(number)).admin_chat for number in (1, 2)]
    # Once: a second look finds nothing to bring.
    assert 0 == await binding.bring_home(office.ctx)


async def test_chat_is_changed(office: Office) -> None:
    """A second code ties the department to another group: its questions follow once more."""
    await office.writes(STRANGERS, f"/bind {await code(office)}")
    await office.writes(IRINA, "Яма на Ленина")
    office.clock.move(timedelta(minutes=1))
    other = ChatRef(channel=WORK, chat_id="-777")
    await office.writes(other, f"/bind {await code(office)}")
    await binding.bring_home(office.ctx)
    assert [1] == await cards(office, other)
    assert None is office.ctx.desk.admin_chat_of(STRANGERS)


async def test_long_ago_is_over(office: Office) -> None:
    """Where a question was put after the binding, it stays, also when the service starts anew."""
    await office.writes(STRANGERS, f"/bind {await code(office)}")
    office.clock.move(timedelta(minutes=2))
    await office.writes(IRINA, "Яма на Ленина")
    async with office.database.transaction() as tx:
        await questions.change(tx, 1, admin_channel=DESK.channel, admin_chat_id=DESK.chat_id)
    assert 0 == await binding.bring_home(office.ctx)
    office.clock.move(timedelta(hours=2))
    assert 0 == await binding.bring_home(office.ctx)


async def test_code_works_once(office: Office) -> None:
    """A code that was used is wrong for everybody else; the first binding stays."""
    said = f"/bind {await code(office)}"
    await office.writes(STRANGERS, said)
    other = ChatRef(channel=WORK, chat_id="-777")
    await office.writes(other, said)
    assert [binding.WRONG] == await replies(office, other)
    assert STRANGERS == office.ctx.desk.chat_of("roads")


async def test_code_that_is_too_old(office: Office) -> None:
    """After a day a code is refused in one line."""
    said = f"/bind {await code(office)}"
    office.clock.move(timedelta(hours=25))
    await office.writes(STRANGERS, said)
    assert [binding.WRONG] == await replies(office, STRANGERS)


async def test_without_a_code(office: Office) -> None:
    """The bare command is answered with what it expects, and an example."""
    await office.writes(STRANGERS, "/bind")
    assert [binding.EXPECTS] == await replies(office, STRANGERS)


async def test_department_that_is_no_more(office: Office) -> None:
    """A code of a department that left the settings meanwhile binds nothing."""
    await office.writes(STRANGERS, f"/bind {await code(office, 'water')}")
    assert [binding.gone("water")] == await replies(office, STRANGERS)
    assert {} == dict(office.ctx.desk.bindings)


async def test_guessing_ends_in_silence(office: Office) -> None:
    """Five codes an hour are looked at in a chat, its topics together; then even the right one gets no reply."""
    for _ in range(4):
        await office.writes(STRANGERS, f"/bind {WRONG}")
    await office.writes(TOPIC, f"/bind {WRONG}")
    right = await code(office)
    await office.writes(STRANGERS, f"/bind {right}")
    assert [binding.WRONG] * 4 == await replies(office, STRANGERS)
    assert {} == dict(office.ctx.desk.bindings)
    office.clock.move(timedelta(hours=1))
    await office.writes(STRANGERS, f"/bind {right}")
    assert STRANGERS == office.ctx.desk.chat_of("roads")


def test_guesses_are_bounded(office: Office) -> None:
    """However many groups guess, only so many are remembered."""
    guesses = Guesses(tries=1, chats=3)
    chats = [ChatRef(channel=WORK, chat_id=f"-{number}") for number in range(1, 11)]
    assert all(guesses.allow(chat, office.clock()) for chat in chats)
    assert [False] * 3 == [guesses.allow(chat, office.clock()) for chat in chats[-3:]]
    assert 3 == len(guesses._began)


async def test_strangers_say_what_they_like(office: Office) -> None:
    """In a group that is no admin chat nothing else is heard."""
    for said in ("Привет", "/open", "/reload", "/q 1", "bind 1234", "// заметка", ""):
        await office.writes(STRANGERS, said)
    assert [] == await office.entries()


async def test_resident_says_it(office: Office) -> None:
    """In a private chat the words are a resident's question, and use no code up."""
    right = await code(office)
    await office.writes(IRINA, f"/bind {right}")
    assert {} == dict(office.ctx.desk.bindings)
    await office.writes(STRANGERS, f"/bind {right}")
    assert STRANGERS == office.ctx.desk.chat_of("roads")


async def test_other_processes_hear_of_it(office: Office) -> None:
    """What another process has bound is known after the next load; a channel that is not here is left out."""
    async with office.database.transaction() as tx:
        await bindings.bind(tx, "roads", STRANGERS, by="", now=office.clock())
        await bindings.bind(tx, "energy", NOWHERE, by="", now=office.clock())
    await binding.load(office.ctx)
    assert office.ctx.astray.is_set()
    assert (STRANGERS, ENERGY) == (office.ctx.desk.chat_of("roads"), office.ctx.desk.chat_of("energy"))
    office.ctx.astray.clear()
    await binding.load(office.ctx)
    assert not office.ctx.astray.is_set()


async def test_reload_is_for_coordinators(office: Office) -> None:
    """A department is refused in a line; coordinators are told what came of it."""

    async def read() -> str:
        return "Настройки перечитаны."

    office.ctx.reload = read
    assert reload.REFUSED == await reload.reload(office.ctx, ENERGY)
    assert "Настройки перечитаны." == await reload.reload(office.ctx, DESK)
