"""Taking questions, giving them back, handing them over, and what colleagues hear of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.entry import Role
from bot.desk.routing import Department, Desk
from bot.model.chat import ChatRef
from bot.model.message import AnswerPress, EditMessage
from bot.model.question import Author, Question, Status
from handlers.names import Names
from storage import actions
from tests.handlers.fakes import ABLE, DESK, ENERGY, IRINA, OLEG, WORK, Office, open_office, photo

#: What stands under a card beside «Взять».
FURTHER = ["Передать", "Уточнить", "Промежуточный ответ", "Шаблоны", "Похожие", "Вся переписка", "Ответ не требуется"]
ROADS = ChatRef(channel=WORK, chat_id="-700")


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """Coordinators and two departments with chats of their own, a third without."""
    departments = [
        Department(slug="energy", name="Энергетика", admin_chat=ENERGY, answer_within=timedelta(hours=1)),
        Department(slug="roads", name="Дороги", admin_chat=ROADS),
        Department(slug="schools", name="Школы"),
    ]
    desk = Desk(
        coordinators=DESK,
        answer_within=timedelta(hours=4),
        departments={one.slug: one for one in departments},
    )
    async with open_office(database_address, desk=desk) as opened:
        yield opened


async def asked(office: Office, text: str = "Когда дадут тепло?", who: ChatRef = IRINA) -> str:
    """A question that is shown; the id of its card."""
    await office.writes(who, text)
    await office.deliver()
    return office.work.id_of(DESK, text)


def card_now(office: Office, chat: ChatRef = DESK) -> EditMessage:
    """What the card says after its last change."""
    return [one for one in office.work.effects(chat) if isinstance(one, EditMessage)][-1]


def buttons(effect: EditMessage) -> list[str]:
    return [one.text for row in effect.keyboard.rows for one in row] if effect.keyboard is not None else []


def shown(office: Office) -> list[str]:
    """What presses were answered with."""
    return [one.text for one in office.work.effects(DESK) if isinstance(one, AnswerPress)]


def answers(office: Office) -> list[str]:
    """What the resident got after the confirmation."""
    return office.home.texts(IRINA)[1:]


# --- taking --------------------------------------------------------------------------------------------------------


async def test_take_by_button(office: Office) -> None:
    """Whoever presses «Взять» has the question: the card says so to all, in its place, and nothing else is said."""
    card = await asked(office)
    before = len(office.work.texts(DESK))
    await office.presses(DESK, "take:1")
    await office.deliver()
    now = card_now(office)
    assert card == now.message_id
    assert "В работе: Ольга" in now.text
    assert "Когда дадут тепло?" in now.text
    assert ["Отдать", *FURTHER] == buttons(now)
    assert ["№ 1 в работе: Ольга."] == shown(office)
    assert before == len(office.work.texts(DESK))
    assert "work:7" == (await office.question(1)).taken_by


async def test_two_take_at_once(office: Office) -> None:
    """Of two who press, one has it; the other hears who, and how to take it all the same."""
    await asked(office)
    await office.presses(DESK, "take:1")
    await office.presses(DESK, "take:1", name="Олег", user="8", press_id="p2")
    await office.presses(DESK, "take:1", press_id="p3")
    await office.deliver()
    assert [
        "№ 1 в работе: Ольга.",
        "№ 1 уже в работе: Ольга. Забрать себе: /take 1",
        "№ 1 уже у вас в работе.",
    ] == shown(office)
    assert 1 == len([one for one in office.work.effects(DESK) if isinstance(one, EditMessage)])


async def test_take_by_command(office: Office) -> None:
    """The command does the same, as a reply to the card too, and takes a question over knowingly."""
    card = await asked(office)
    await office.writes(DESK, "/take", reply_to=card)
    await office.writes(DESK, "/take 1", name="Олег", user="8")
    await office.deliver()
    assert "№ 1 в работе: Ольга." in office.work.texts(DESK)
    assert "№ 1 в работе: Олег (до этого: Ольга)." in office.work.texts(DESK)
    assert "В работе: Олег" in card_now(office).text


async def test_card_that_waits(office: Office) -> None:
    """A card that nobody has seen yet is shown with its taker at once."""
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.writes(DESK, "/take 1")
    await office.deliver()
    assert "В работе: Ольга" in next(text for text in office.work.texts(DESK) if "тепло" in text)
    assert [] == [one for one in office.work.effects(DESK) if isinstance(one, EditMessage)]


async def test_card_is_changed_twice(office: Office) -> None:
    """Each change finds the card's own message, however many there were before."""
    card = await asked(office)
    for data in ("take:1", "release:1", "take:1"):
        await office.presses(DESK, data)
        await office.deliver()
    edits = [one for one in office.work.effects(DESK) if isinstance(one, EditMessage)]
    assert 3 * [card] == [one.message_id for one in edits]
    assert ["В работе: Ольга" in one.text for one in edits] == [True, False, True]


async def test_no_edits(database_address: str) -> None:
    """Where messages cannot be edited, words say who has it."""
    async with open_office(database_address, work=replace(ABLE, edits=False)) as office:
        await asked(office)
        await office.presses(DESK, "take:1")
        await office.deliver()
        assert "№ 1 в работе: Ольга." == office.work.texts(DESK)[-1]


async def test_release(office: Office) -> None:
    """What one has taken another department's official cannot give back; he himself can."""
    await asked(office)
    await office.writes(DESK, "/release 1")
    await office.writes(DESK, "/take 1")
    await office.writes(DESK, "/release 1")
    await office.deliver()
    assert ["№ 1 никто не взял.", "№ 1 в работе: Ольга.", "№ 1 снова свободен."] == office.work.texts(DESK)[1:]
    assert "" == (await office.question(1)).taken_by


async def test_closed_question_is_not_taken(office: Office) -> None:
    """An old button says what has changed meanwhile; the card offers only what can still be done."""
    await asked(office)
    await office.writes(DESK, "/close 1")
    for data in ("take:1", "transfer:1", "to:1:energy", "close:1"):
        await office.presses(DESK, data, press_id=data)
    await office.deliver()
    assert 4 * ["Вопрос № 1 уже закрыт."] == shown(office)
    assert ["Вся переписка", "Открыть снова"] == buttons(card_now(office))


async def test_closing_is_undone(office: Office) -> None:
    """One tap opens again what was closed by mistake: its time runs on, the resident hears of it, the card says so."""
    await asked(office)
    before = await office.question(1)
    office.clock.move(timedelta(minutes=5))
    await office.writes(DESK, "/close 1 дубль")
    for press_id in ("p1", "p2"):
        await office.presses(DESK, "reopen:1", press_id=press_id)
    await office.deliver()
    assert before == await office.question(1)
    assert "Вопрос № 1 снова открыт" in office.home.texts(IRINA)[-1]
    assert ["Взять", *FURTHER] == buttons(card_now(office))
    assert "Вопрос № 1 не закрыт." == shown(office)[-1]


async def test_closing_of_an_answered_question_is_undone(office: Office) -> None:
    """A question that was answered when it was closed is answered again: nobody waits, and nobody is told."""
    card = await asked(office)
    await office.writes(DESK, "Сегодня", reply_to=card)
    await office.writes(DESK, "/close 1")
    await office.writes(DESK, "/reopen 1")
    await office.deliver()
    question = await office.question(1)
    assert (Status.ANSWERED, None) == (question.status, question.waiting_since)
    assert ["Сегодня"] == answers(office)


# --- colleagues ----------------------------------------------------------------------------------------------------


async def test_answer_while_a_colleague_is_at_it(office: Office) -> None:
    """Who answers what a colleague has taken is told, and decides; nothing goes out by accident."""
    card = await asked(office)
    await office.presses(DESK, "take:1")
    reply = await office.writes(DESK, "Завтра", reply_to=card, name="Олег", user="8")
    await office.deliver()
    assert [] == answers(office)
    note, _ = office.work.messages(DESK)[-1]
    assert note.text.startswith("№ 1 в работе: Ольга. Ваш ответ пока не отправлен.")
    assert reply == note.reply_to
    assert note.keyboard is not None
    send, _ = note.keyboard.rows[0]
    for press_id in ("p8", "p9"):
        await office.presses(DESK, send.data, name="Олег", user="8", press_id=press_id)
    await office.deliver()
    assert ["Завтра"] == answers(office)
    assert ["Отправлено.", "Что делать с этим ответом на № 1, уже решено."] == shown(office)[-2:]
    assert [reply] == office.work.marks(DESK)


async def test_file_of_an_answer_that_was_held(office: Office) -> None:
    """Whoever hears that his file could not go along replies to that: what he writes finds its question."""
    huge = photo("huge", channel=WORK, size=90 * 1024 * 1024)
    card = await asked(office)
    await office.presses(DESK, "take:1")
    await office.writes(DESK, "Карта", reply_to=card, media=(huge,), user="8")
    await office.deliver()
    note, _ = office.work.messages(DESK)[-1]
    assert note.keyboard is not None
    await office.presses(DESK, note.keyboard.rows[0][0].data, user="8")
    await office.deliver()
    told = office.work.id_of(DESK, "⚠️ № 1: ")
    await office.writes(DESK, "Она же на сайте", reply_to=told, user="8")
    await office.deliver()
    assert "Она же на сайте" == answers(office)[-1]


async def test_answer_is_let_be(office: Office) -> None:
    """An answer that its author lets be stays with the colleagues."""
    card = await asked(office)
    await office.presses(DESK, "take:1")
    await office.writes(DESK, "Завтра", reply_to=card, name="Олег", user="8")
    await office.deliver()
    note, _ = office.work.messages(DESK)[-1]
    assert note.keyboard is not None
    _, drop = note.keyboard.rows[0]
    await office.presses(DESK, drop.data, name="Олег", user="8")
    await office.deliver()
    assert [] == answers(office)
    assert Author.WITHHELD == (await office.thread(1))[-1].role


async def test_number_sends_it_too(office: Office) -> None:
    """Without buttons the number, as a reply to the note, says the same."""
    card = await asked(office)
    await office.presses(DESK, "take:1")
    await office.writes(DESK, "Завтра", reply_to=card, name="Олег", user="8")
    await office.deliver()
    await office.writes(DESK, "1", reply_to=office.work.messages(DESK)[-1][1][0], name="Олег", user="8")
    await office.deliver()
    assert ["Завтра"] == answers(office)


async def test_answer_after_a_colleague(office: Office) -> None:
    """A second answer to the card waits for its author's word; to the colleague's answer it is meant."""
    card = await asked(office)
    first = await office.writes(DESK, "Сегодня", reply_to=card)
    await office.writes(DESK, "Завтра", reply_to=card, name="Олег", user="8")
    await office.writes(DESK, "И вода", reply_to=first, by_bot=False, name="Олег", user="8")
    await office.writes(DESK, "К шести", reply_to=card)
    await office.deliver()
    assert "На № 1 уже ответил(а): Ольга." in office.work.texts(DESK)[-1]
    assert ["Сегодня", "И вода", "К шести"] == answers(office)


async def test_answer_of_whoever_has_it(office: Office) -> None:
    """Who has taken a question goes on answering it, also after a colleague did."""
    card = await asked(office)
    first = await office.writes(DESK, "Сегодня", reply_to=card, name="Олег", user="8")
    await office.presses(DESK, "take:1")
    await office.writes(DESK, "К шести", reply_to=card)
    await office.deliver()
    assert ["Сегодня", "К шести"] == answers(office)
    assert first in office.work.marks(DESK)


async def test_name_that_comes_later(database_address: str) -> None:
    """Where updates carry no names, the card says who has the question as soon as his name is known; then at once."""
    async with open_office(database_address, nameless=frozenset({WORK})) as office:
        wanted = list[tuple[str, str]]()
        office.ctx.ask_name = lambda channel, user_id: wanted.append((channel, user_id))
        await asked(office)
        await office.presses(DESK, "take:1", name="")
        await office.deliver()
        assert "В работе: сотрудник" in card_now(office).text
        assert (WORK, "7") in wanted
        names = Names(office.ctx, {WORK: People({"7": "Ольга Тэсида"})})
        await names.look_up(WORK, {"7"})
        await office.presses(DESK, "release:1", name="", press_id="p2")
        await office.presses(DESK, "take:1", name="", press_id="p3")
        await office.deliver()
        edits = [one.text for one in office.work.effects(DESK) if isinstance(one, EditMessage)]
        assert ["Ольга Тэсида" in text for text in edits] == [False, True, False, True]
        assert "№ 1 в работе: Ольга Тэсида." == shown(office)[-1]
        async with office.eye.transaction() as tx:
            assert ["Ольга Тэсида"] * 3 == [one.by.name for one in await actions.of_question(tx, 1)]


class People:
    """A platform that is asked for names."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    async def names(self, user_ids: Collection[str]) -> dict[str, str]:
        return {one: self._names[one] for one in user_ids if one in self._names}


async def test_reopened_question_is_free(office: Office) -> None:
    """What the resident asks again anybody may answer."""
    card = await asked(office)
    await office.writes(DESK, "Сегодня", reply_to=card)
    await office.writes(IRINA, "А во втором подъезде?")
    await office.writes(DESK, "Тоже", reply_to=card, name="Олег", user="8")
    await office.deliver()
    assert ["Сегодня", "Тоже"] == [text for text in answers(office) if "№" not in text]


# --- handing over --------------------------------------------------------------------------------------------------


async def handed(office: Office, text: str, chat: ChatRef = DESK) -> Question:
    await office.writes(chat, text)
    await office.deliver()
    return await office.question(1)


async def test_hand_over(office: Office) -> None:
    """The question is shown in the other chat with its whole thread; the old card says where it went; time runs on."""
    card = await asked(office)
    due_at = (await office.question(1)).due_at
    await office.writes(DESK, "// звонил в котельную", reply_to=card)
    await office.writes(IRINA, "И воды нет")
    office.clock.move(timedelta(minutes=10))
    question = await handed(office, "/transfer 1 energy это ваше")
    assert ("energy", ENERGY, 1, due_at) == (
        question.department,
        question.admin_chat,
        question.handovers,
        question.due_at,
    )
    assert "№ 1 передан: Энергетика." in office.work.texts(DESK)
    assert card_now(office).text.endswith("Передан: Энергетика (Ольга), причина: это ваше")
    assert [] == buttons(card_now(office))
    new, thread = office.work.texts(ENERGY)
    assert "Почему здесь: передан координаторами (Ольга), причина: это ваше" in new
    assert "Когда дадут тепло?" in new
    assert ["звонил в котельную", "И воды нет"] == [
        line for line in thread.splitlines()[1:] if "·" not in line and line and not line.startswith("Задан")
    ]
    await office.writes(ENERGY, "Сегодня", reply_to=office.work.id_of(ENERGY, "тепло"))
    await office.deliver()
    assert "Сегодня" == answers(office)[-1]


async def test_old_card_answers_no_more(office: Office) -> None:
    """A department that handed a question over does not answer it any more by its old card."""
    await asked(office)
    await handed(office, "/transfer 1 energy")
    await handed(office, "/transfer 1 roads", ENERGY)
    await office.writes(ENERGY, "Сегодня", reply_to=office.work.id_of(ENERGY, "тепло"))
    await office.deliver()
    assert "Вопрос № 1 ведёт другой отдел." == office.work.texts(ENERGY)[-1]
    assert [] == answers(office)


async def test_third_time_the_coordinators_decide(office: Office) -> None:
    """A question that two departments passed on goes to the coordinators; these send it where they want."""
    await asked(office)
    await handed(office, "/transfer 1 energy")
    await handed(office, "/transfer 1 roads", ENERGY)
    question = await handed(office, "/transfer 1 energy", ROADS)
    assert ("", DESK) == (question.department, question.admin_chat)
    assert "передавали уже дважды" in office.work.texts(ROADS)[-1]
    assert "energy" == (await handed(office, "/transfer 1 energy")).department


async def test_choice_by_buttons(office: Office) -> None:
    """«Передать» offers the departments; a press hands the question over, once."""
    await asked(office)
    await office.presses(DESK, "transfer:1")
    await office.deliver()
    offer, _ = office.work.messages(DESK)[-1]
    assert offer.keyboard is not None
    assert ["Энергетика", "Дороги", "Школы", "Координаторам"] == [
        one.text for row in offer.keyboard.rows for one in row
    ]
    for press_id in ("p2", "p3"):
        await office.presses(DESK, "to:1:roads", press_id=press_id)
    await office.deliver()
    assert ["№ 1 передан: Дороги.", "№ 1 уже там: Дороги."] == shown(office)[-2:]
    assert 1 == (await office.question(1)).handovers


async def test_department_without_a_chat(office: Office) -> None:
    """The coordinators answer for a department that has no chat."""
    await asked(office)
    question = await handed(office, "/transfer 1 школы")
    assert ("schools", DESK) == (question.department, question.admin_chat)
    assert "Школы" in office.work.texts(DESK)[-1]


async def test_wrong_department(office: Office) -> None:
    """A department that does not exist: the question stays, and those that exist are offered."""
    await asked(office)
    question = await handed(office, "/transfer 1 вода")
    assert ("", 0) == (question.department, question.handovers)
    assert "energy — Энергетика" in office.work.texts(DESK)[-1]
    await office.presses(DESK, "to:1:nobody")
    await office.deliver()
    assert "Отдела «nobody» нет" in shown(office)[-1]


async def test_unseen_card_is_shown_in_the_new_chat_alone(office: Office) -> None:
    """A card that waits while the question is handed over is not shown in the old chat."""
    await office.writes(IRINA, "Когда дадут тепло?")
    await handed(office, "/transfer 1 energy")
    assert [] == [text for text in office.work.texts(DESK) if "тепло" in text]
    assert 1 == len([text for text in office.work.texts(ENERGY) if "тепло" in text])
    assert 1 == len(await office.entries(ENERGY, Role.CARD))


# --- lists and the trail -------------------------------------------------------------------------------------------


async def test_mine_and_overdue(office: Office) -> None:
    """What I have taken; what is late: of my department, and of all for the coordinators."""
    await asked(office)
    await asked(office, "Автобус?", OLEG)
    await office.writes(DESK, "/take 2")
    await office.writes(DESK, "/mine")
    await office.writes(DESK, "/mine", name="Олег", user="8")
    await office.writes(DESK, "/overdue")
    office.clock.move(timedelta(hours=5))
    await office.writes(DESK, "/overdue")
    await office.writes(ENERGY, "/overdue")
    await office.deliver()
    said = office.work.texts(DESK)
    assert any(text.startswith("У вас в работе: 1\n\n№ 2") for text in said)
    assert "Вы не взяли ни одного вопроса, который ждёт ответа." in said
    assert "Просроченных вопросов нет." in said
    assert said[-1].startswith("Просрочены: 2\n\n№ 1 · 5 часов · просрочен")
    assert ["Просроченных вопросов нет."] == office.work.texts(ENERGY)


async def test_pages(office: Office) -> None:
    """A long list comes in pages that buttons turn, in the place of the first."""
    for n in range(12):
        await office.writes(ChatRef(channel="home", chat_id=f"5{n}"), f"Вопрос {n}")
    await office.deliver()
    await office.writes(DESK, "/open")
    await office.deliver()
    page, (message_id,) = office.work.messages(DESK)[-1]
    assert page.text.startswith("Ждут ответа: 12 · страница 1 из 2")
    assert page.keyboard is not None
    await office.presses(DESK, page.keyboard.rows[0][0].data, message_id=message_id)
    await office.deliver()
    turned = card_now(office)
    assert message_id == turned.message_id
    assert ["№ 11", "№ 12"] == [line.split(" · ")[0] for line in turned.text.splitlines() if line.startswith("№")]
    await office.writes(DESK, "/open 2")
    await office.deliver()
    assert turned.text == office.work.texts(DESK)[-1]


async def test_trail(office: Office) -> None:
    """Who did what to a question, when and from which chat, in order."""
    card = await asked(office)
    await office.writes(DESK, "/take 1")
    await office.writes(DESK, "// звонил", reply_to=card)
    reply = await office.writes(DESK, "Сегодня", reply_to=card)
    await office.edits(DESK, reply, "Сегодня к шести")
    await office.writes(DESK, "/release 1")
    await office.writes(DESK, "/transfer 1 energy ваше")
    await office.writes(ENERGY, "/close 1 ответили", name="Пётр", user="9")
    await office.writes(ENERGY, "/q 1 log")
    await office.deliver()
    async with office.eye.transaction() as tx:
        trail = await actions.of_question(tx, 1)
    assert [
        ("taken", "Ольга", ""),
        ("noted", "Ольга", ""),
        ("answered", "Ольга", ""),
        ("corrected", "Ольга", ""),
        ("released", "Ольга", ""),
        ("handed_over", "Ольга", "Энергетика: ваше"),
        ("closed", "Пётр", "ответили"),
    ] == [(one.deed.value, one.by.name, one.detail) for one in trail]
    assert "Пётр закрыл(а): ответили" in office.work.texts(ENERGY)[-1]
    assert Status.CLOSED == (await office.question(1)).status
