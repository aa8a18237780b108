"""An admin chat from which the bot was removed: its questions go to the coordinators, with a note, until it is back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.entry import Role
from bot.desk import gone as texts
from bot.desk.routing import Department, Desk
from bot.errors import RecipientGone
from bot.model.chat import ChatRef
from bot.model.event import ChatMoved
from bot.model.message import EditMessage, Outgoing, SendMessage, SetMark
from handlers import binding, upkeep
from storage import bindings
from storage.database import Transaction
from storage.outbox import State
from tests.handlers.fakes import (
    DESK,
    ENERGY,
    HOME,
    IRINA,
    OLEG,
    STRANGERS,
    WORK,
    Office,
    open_office,
)

TOPIC = ChatRef(channel=WORK, chat_id="-600:7")


def desk_with(*departments: Department) -> Desk:
    """All questions are for the first of these departments."""
    return Desk(
        coordinators=DESK,
        answer_within=timedelta(hours=4),
        departments={one.slug: one for one in departments},
        channel_departments={HOME: departments[0].slug},
    )


WITH_ENERGY = desk_with(
    Department(slug="energy", name="Энергетика", admin_chat=ENERGY), Department(slug="roads", name="Дороги")
)


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address, desk=WITH_ENERGY) as opened:
        yield opened


async def asked(office: Office, text: str = "Когда дадут тепло?", who: ChatRef = IRINA) -> str:
    """A question that the department sees; the id of its card."""
    await office.writes(who, text)
    await office.deliver()
    return office.work.id_of(ENERGY, text)


async def removed(office: Office, chat: ChatRef = ENERGY) -> None:
    """The bot is removed from a group, and what follows from that is done."""
    await office.stops(chat)
    await upkeep.bring_home(office.ctx)
    await office.deliver()


def notes(office: Office) -> list[str]:
    """What the coordinators were told of the chat."""
    return [text for text in office.work.texts(DESK) if text.startswith(("⚠️ Бота удалили", "Чат отдел", "У отдела"))]


def cards(office: Office, chat: ChatRef, text: str = "тепло") -> list[str]:
    """The cards that were sent to a chat with these words."""
    return [one for one in office.work.texts(chat) if one.startswith("№ ") and text in one]


async def waits_for(office: Office, chat: ChatRef = ENERGY) -> list[Role]:
    return [row.role for row in await office.entries(chat) if row.state in (State.WAITING, State.SENDING)]


def to_energy(outgoing: Outgoing) -> bool:
    return outgoing.chat == ENERGY


# --- gone ----------------------------------------------------------------------------------------------------------


async def test_removed_from_the_chat(office: Office) -> None:
    """Questions that wait there are shown to the coordinators once, with all that was said; they can answer there."""
    card = await asked(office)
    await office.writes(ENERGY, "// звонил в котельную", reply_to=card)
    await office.writes(IRINA, "И воды нет")
    await office.writes(ENERGY, "/take 1")
    await office.deliver()
    await removed(office)
    await upkeep.bring_home(office.ctx)
    await office.deliver()
    assert [texts.lost(["Энергетика"], 1)] == notes(office)
    assert "ждали там ответа (1), теперь здесь" in notes(office)[0]
    (new,) = cards(office, DESK)
    assert "Почему здесь: по каналу, но чат отдела «Энергетика» недоступен" in new
    thread = office.work.texts(DESK)[-1]
    assert ("звонил в котельную" in thread, "И воды нет" in thread) == (True, True)
    question = await office.question(1)
    assert ("energy", DESK, "") == (question.department, question.admin_chat, question.taken_by)
    await office.writes(DESK, "Сегодня", reply_to=office.work.id_of(DESK, "тепло"))
    await office.deliver()
    assert "Сегодня" == office.home.texts(IRINA)[-1]
    assert 1 == office.alarms(WORK, "admin_chat_gone")


async def test_new_questions(office: Office) -> None:
    """What is asked then goes to the coordinators at once, and the card says why; nothing is sent to the chat."""
    await removed(office)
    assert [texts.lost(["Энергетика"], 0)] == notes(office)
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.deliver()
    (card,) = cards(office, DESK)
    assert "Энергетика\nПочему здесь: по каналу, но чат отдела «Энергетика» недоступен" in card
    assert [] == await office.entries(ENERGY)


async def test_found_out_by_sending(office: Office) -> None:
    """The platform tells it only when a card is refused: the same follows, once, however many cards are refused."""
    office.work.fail(RecipientGone("403", "kicked"), when=to_energy, times=9)
    for who in (IRINA, OLEG):
        await office.writes(who, "Когда дадут тепло?")
    async with office.sending():
        await office.until(all_refused)
        await upkeep.bring_home(office.ctx)
        await office.work.wait_for(lambda: len(cards(office, DESK)) == 2)
    assert [texts.lost(["Энергетика"], 2)] == notes(office)
    assert 1 == office.alarms(WORK, "admin_chat_gone")
    assert [] == await waits_for(office)
    assert {State.DROPPED} == {row.state for row in await office.entries(ENERGY)}


async def all_refused(tx: Transaction) -> bool:
    waiting = "SELECT count(*) FROM outbox WHERE chat_id = '-600' AND (state = 'sending' OR last_error = '')"
    return bool(await tx.raw.fetchval(waiting) == 0)


async def test_what_waited_for_the_chat_does_not_stay(office: Office) -> None:
    """Cards, additions, replies to commands and edits that had not been sent end, once the questions are elsewhere."""
    await asked(office)
    await office.writes(IRINA, "И воды нет")
    await office.writes(OLEG, "Когда дадут тепло?")
    await office.writes(ENERGY, "/take 1")
    await office.writes(ENERGY, "/open")
    assert 5 == len(await waits_for(office))
    await office.stops(ENERGY)
    assert 5 == len(await waits_for(office))
    await upkeep.bring_home(office.ctx)
    assert [] == await waits_for(office)
    await office.deliver()
    assert 2 == len(cards(office, DESK))


async def test_answered_questions_stay(office: Office) -> None:
    """What is answered is not shown anew; when the resident writes again, it is, with all that was said."""
    card = await asked(office)
    await office.writes(ENERGY, "Сегодня", reply_to=card)
    await office.deliver()
    await removed(office)
    assert [] == cards(office, DESK)
    assert ENERGY == (await office.question(1)).admin_chat
    await office.writes(IRINA, "А во втором подъезде?")
    await office.deliver()
    assert 1 == len(cards(office, DESK))
    thread = office.work.texts(DESK)[-1]
    assert ("Сегодня" in thread, "А во втором подъезде?" in thread) == (True, True)
    assert DESK == (await office.question(1)).admin_chat
    await office.writes(DESK, "Завтра", reply_to=office.work.id_of(DESK, "тепло"))
    await office.deliver()
    assert "Завтра" == office.home.texts(IRINA)[-1]


async def test_correction_of_an_answered_question(office: Office) -> None:
    """A resident corrects himself later: the coordinators read it, as a reply to no message of another chat."""
    asked_in = await office.writes(IRINA, "Когда дадут тепло?")
    await office.deliver()
    await office.writes(ENERGY, "Сегодня", reply_to=office.work.id_of(ENERGY, "тепло"))
    await office.deliver()
    await removed(office)
    await office.edits(IRINA, asked_in, "Когда дадут воду?")
    await office.deliver()
    message, _ = office.work.messages(DESK)[-1]
    assert ("Стало: Когда дадут воду?" in message.text, "") == (True, message.reply_to)


async def test_thanks_corrected_into_more(office: Office) -> None:
    """What opens a question again is shown with all of it where somebody can work with it, also when it is an edit."""
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.deliver()
    await office.writes(ENERGY, "Сегодня", reply_to=office.work.id_of(ENERGY, "тепло"))
    thanks = await office.writes(IRINA, "Спасибо")
    await office.deliver()
    await removed(office)
    await office.edits(IRINA, thanks, "Спасибо, но всё равно холодно")
    await office.deliver()
    thread = office.work.texts(DESK)[-1]
    assert (1, True) == (len(cards(office, DESK)), "Спасибо, но всё равно холодно" in thread)
    assert DESK == (await office.question(1)).admin_chat


async def test_answer_that_does_not_arrive(office: Office) -> None:
    """When its author cannot be told, the coordinators are."""
    card = await asked(office)
    await office.writes(ENERGY, "Сегодня", reply_to=card)
    office.home.fail(RecipientGone("403", "blocked"))
    await removed(office)
    assert any("Ответ на № 1 не доставлен" in text for text in office.work.texts(DESK))


async def test_chat_of_several_departments(database_address: str) -> None:
    """All departments of the chat are named, and its topics go with the whole group."""
    desk = desk_with(
        Department(slug="energy", name="Энергетика", admin_chat=ENERGY),
        Department(slug="water", name="Водоканал", admin_chat=TOPIC),
        Department(slug="roads", name="Дороги", admin_chat=STRANGERS),
    )
    async with open_office(database_address, desk=desk) as office:
        await removed(office)
        assert [texts.lost(["Энергетика", "Водоканал"], 0)] == notes(office)
        assert "чата отделов «Энергетика», «Водоканал»" in notes(office)[0]
        assert {ENERGY, TOPIC} == office.ctx.desk.gone
        await office.writes(TOPIC, "Мы тут")
        await office.deliver()
        assert texts.back(["Энергетика", "Водоканал"]) == notes(office)[-1]


async def test_mark_that_is_refused(office: Office) -> None:
    """A mark may need a right that messages do not: a refused one does not make the chat gone."""
    card = await asked(office)
    office.work.fail(RecipientGone("925"), when=lambda one: isinstance(one.effect, SetMark))
    await office.writes(ENERGY, "Сегодня", reply_to=card)
    await office.deliver()
    assert frozenset() == office.ctx.desk.gone
    assert ([], "Сегодня") == (notes(office), office.home.texts(IRINA)[-1])


async def test_note_in_a_topic(office: Office) -> None:
    """A reply to a command in a topic of the group is not tried for ever, either."""
    await office.writes(TOPIC, "/open")
    office.work.fail(RecipientGone("403"), when=lambda one: isinstance(one.effect, SendMessage) and one.chat == TOPIC)
    await office.deliver()
    assert [State.DROPPED] == [row.state for row in await office.entries(TOPIC)]
    assert {ENERGY} == office.ctx.desk.gone


async def test_coordinators_chat_is_gone(office: Office) -> None:
    """What is for the coordinators waits for them, with an alarm: there is nobody else."""
    office.ctx.desk = replace(office.ctx.desk, channel_departments={})
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.stops(DESK)
    await upkeep.bring_home(office.ctx)
    assert 1 == office.alarms(WORK, "admin_chat_gone")
    assert [Role.CARD] == await waits_for(office, DESK)
    assert (frozenset(), DESK) == (office.ctx.desk.gone, (await office.question(1)).admin_chat)
    await office.deliver()
    assert 1 == len(cards(office, DESK))


async def test_both_chats_are_gone(office: Office) -> None:
    """The department's questions wait for the coordinators then, with the note."""
    await asked(office)
    await office.stops(DESK)
    await office.stops(ENERGY)
    await upkeep.bring_home(office.ctx)
    assert [Role.COMMAND, Role.CARD] == await waits_for(office, DESK)


async def test_strange_group(office: Office) -> None:
    """A group that has nothing to do with officials may remove the bot unnoticed."""
    await office.stops(STRANGERS)
    assert (frozenset(), []) == (office.ctx.desk.gone, await office.entries())
    assert 0 == office.alarms(WORK, "admin_chat_gone")


# --- back ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["a message", "an edit", "a press", "a move"])
async def test_back(office: Office, how: str) -> None:
    """Whatever happens in the chat shows that the bot is there: new questions go there; what was moved stays."""
    card = await asked(office)
    await removed(office)
    home = ENERGY
    match how:
        case "a message":
            await office.writes(ENERGY, "Мы снова тут")
        case "an edit":
            await office.edits(ENERGY, "77", "Мы снова тут")
        case "a press":
            await office.presses(ENERGY, "take:1", message_id=card)
        case _:
            home = ChatRef(channel=WORK, chat_id="-100600")
            await office.accept(ENERGY, ChatMoved(chat=ENERGY, to=home, at=office.clock()))
    await upkeep.bring_home(office.ctx)
    await office.writes(OLEG, "Почему нет тепла?")
    await office.deliver()
    assert [texts.lost(["Энергетика"], 1), texts.back(["Энергетика"])] == notes(office)
    assert (1, []) == (len(cards(office, home, "нет тепла")), cards(office, DESK, "нет тепла"))
    assert "Почему здесь: по каналу\n" in cards(office, home, "нет тепла")[0]
    assert DESK == (await office.question(1)).admin_chat
    assert 1 == len([line for line in office.logs if line["event"] == "admin_chat.back"])


async def test_back_once(office: Office) -> None:
    """The coordinators are told once that it is back; a second removal is told anew."""
    await removed(office)
    for _ in range(2):
        await office.writes(ENERGY, "Мы снова тут")
    await removed(office)
    lost, back = texts.lost(["Энергетика"], 0), texts.back(["Энергетика"])
    assert [lost, back, lost] == notes(office)


async def test_back_before_anything_was_moved(office: Office) -> None:
    """Whoever adds the bot again at once finds his questions there: no card is lost between the two."""
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.stops(ENERGY)
    await office.writes(ENERGY, "Мы снова тут")
    await upkeep.bring_home(office.ctx)
    await office.deliver()
    assert (1, []) == (len(cards(office, ENERGY)), cards(office, DESK))


async def test_coordinators_hand_it_back(office: Office) -> None:
    """A question that was moved can be handed to its own department, when that is there again."""
    await asked(office)
    await removed(office)
    await office.writes(DESK, "/transfer 1 energy")
    await office.deliver()
    assert "№ 1 уже там: Энергетика." == office.work.texts(DESK)[-1]
    await office.writes(ENERGY, "Мы снова тут")
    await office.writes(DESK, "/transfer 1 energy ваше")
    await office.deliver()
    assert ENERGY == (await office.question(1)).admin_chat
    assert "Почему здесь: передан координаторами (Ольга), причина: ваше" in office.work.texts(ENERGY)[-1]


async def test_another_chat_is_bound(office: Office) -> None:
    """`/bind` in another group takes the place of the chat: what waits with the coordinators follows."""
    await asked(office)
    await removed(office)
    async with office.database.transaction() as tx:
        code = await bindings.new_code(tx, "energy", office.clock())
    await office.writes(STRANGERS, f"/bind {code}")
    await upkeep.bring_home(office.ctx)
    await office.deliver()
    assert texts.replaced("Энергетика") == notes(office)[-1]
    assert (frozenset(), STRANGERS) == (office.ctx.desk.gone, (await office.question(1)).admin_chat)
    (card,) = cards(office, STRANGERS)
    assert "Почему здесь: по каналу\n" in card
    (old,) = [effect for effect in office.work.effects(DESK) if isinstance(effect, EditMessage)]
    assert ("у отдела теперь другой чат" in old.text, None) == (True, old.keyboard)
    async with office.eye.transaction() as tx:
        assert 0 == await tx.raw.fetchval("SELECT count(*) FROM kept WHERE name LIKE 'gone:%'")


async def test_one_of_two_departments_is_bound_elsewhere(database_address: str) -> None:
    """The chat stays gone for the other department."""
    desk = desk_with(
        Department(slug="energy", name="Энергетика", admin_chat=ENERGY),
        Department(slug="water", name="Водоканал", admin_chat=ENERGY),
    )
    async with open_office(database_address, desk=desk) as office:
        await removed(office)
        async with office.database.transaction() as tx:
            code = await bindings.new_code(tx, "energy", office.clock())
        await office.writes(STRANGERS, f"/bind {code}")
        assert (STRANGERS, DESK) == (office.ctx.desk.chat_of("energy"), office.ctx.desk.chat_of("water"))


# --- several processes ---------------------------------------------------------------------------------------------


async def test_next_start(office: Office) -> None:
    """A process that starts knows which chats are gone, and brings what the last one did not; so does a replica."""
    await asked(office)
    await office.stops(ENERGY)
    office.ctx.desk = WITH_ENERGY
    office.ctx.astray.clear()
    await binding.load(office.ctx)
    assert (frozenset({ENERGY}), True) == (office.ctx.desk.gone, office.ctx.astray.is_set())
    await upkeep.bring_home(office.ctx)
    await office.deliver()
    assert 1 == len(cards(office, DESK))
    office.ctx.astray.clear()
    await binding.load(office.ctx)
    assert not office.ctx.astray.is_set()


async def test_replica_that_did_not_know(office: Office) -> None:
    """What a process put into the chat before it heard of it is brought later; nobody is told twice."""
    await removed(office)
    known = office.ctx.desk
    office.ctx.desk = WITH_ENERGY
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.stops(ENERGY)
    assert known.gone == office.ctx.desk.gone
    await upkeep.bring_home(office.ctx)
    await office.deliver()
    assert (1, []) == (len(cards(office, DESK)), cards(office, ENERGY))
    assert 1 == len(notes(office))
