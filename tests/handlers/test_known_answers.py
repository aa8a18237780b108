"""`/faq` in the admin chat, and the known answers in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.conversation.faq import Entry
from bot.model.chat import ChatRef
from bot.model.event import RepliedTo
from bot.model.message import AnswerPress, EditMessage, SendMessage
from handlers.answers import Answers
from storage import faq
from tests.handlers.fakes import DESK, ENERGY, IRINA, Office, open_office
from tests.handlers.story import desk

HEAT = Entry(id=0, question="Когда включат отопление?", answer="В сентябре.", topic="heating")


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address, desk=desk()) as opened:
        yield opened


async def said(office: Office, text: str, chat: ChatRef = DESK, **more: Any) -> str:
    """What the bot replies to this."""
    await office.writes(chat, text, **more)
    await office.deliver()
    return office.work.texts(chat)[-1]


async def known(office: Office) -> list[tuple[str, str, str, bool]]:
    async with office.eye.transaction() as tx:
        kept = await faq.load(tx)
    return [(one.entry.question, one.entry.answer, one.entry.topic, one.is_off) for one in kept]


async def test_add_edit_off_on(office: Office) -> None:
    """Coordinators add an answer, change it, take it away and bring it back; each step says how it is undone."""
    added = await said(office, "/faq add [Отопление] Когда включат отопление?\nВ октябре.")
    assert "Готовый ответ 1 добавлен. Убрать: /faq off 1" == added
    assert [("Когда включат отопление?", "В октябре.", "heating", False)] == await known(office)
    changed = await said(office, "/faq edit 1\nВ сентябре.")
    assert changed.endswith("/faq edit 1 Когда включат отопление?\nВ октябре.")
    assert [("Когда включат отопление?", "В сентябре.", "heating", False)] == await known(office)
    assert "/faq on 1" in await said(office, "/faq off 1")
    assert [("Когда включат отопление?", "В сентябре.", "heating", True)] == await known(office)
    assert "Готовый ответ 1 снова показываем жителям." == await said(office, "/faq on 1")
    assert [("Когда включат отопление?", "В сентябре.", "heating", False)] == await known(office)


REFUSALS = {
    "/faq add": "Добавить — вопрос в первой строке",
    "/faq add Когда?": "Ответ пуст.",
    "/faq add [Космос] Когда?\nСкоро": "Темы «Космос» нет. Темы: Отопление, Дороги.",
    "/faq add когда ВКЛЮЧАТ отопление\nСкоро": "Такой вопрос уже есть: /faq 1",
    "/faq edit 9 Когда?\nСкоро": "Готового ответа 9 нет.",
    "/faq edit 1 Когда включат отопление?": "Готовый ответ 1 уже такой.",
    "/faq on 1": "Готовый ответ 1 уже такой.",
    "/faq off 99999999999999999999999": "нет",
    "/faq стереть 1": "Добавить — вопрос в первой строке",
    "/faq 9": "Готового ответа 9 нет.",
}


@pytest.mark.parametrize(("text", "expected"), REFUSALS.items(), ids=list(REFUSALS))
async def test_refused(office: Office, text: str, expected: str) -> None:
    """What cannot be done is said in a line, and changes nothing."""
    await said(office, "/faq add Когда включат отопление?\nВ сентябре.")
    before = await known(office)
    assert expected in await said(office, text)
    assert before == await known(office)


async def test_departments_read_only(office: Office) -> None:
    """Departments read the answers; the coordinators alone change them."""
    await said(office, "/faq add Когда включат отопление?\nВ сентябре.")
    assert "Готовые ответы меняют координаторы." == await said(office, "/faq off 1", ENERGY)
    assert "В сентябре." in await said(office, "/faq 1", ENERGY)
    assert "1. Когда включат отопление?" in await said(office, "/faq", ENERGY)


async def test_an_answer_becomes_a_known_one(office: Office) -> None:
    """As a reply to a colleague's words, `/faq add` takes these for the answer."""
    answer = "В сентябре, после пяти холодных дней."
    written = await office.writes(DESK, answer)
    event = office.received(DESK, "/faq add Когда включат отопление?")
    replied = RepliedTo(message_id=written, by_bot=False, text=answer)
    await office.accept(DESK, replace(event, reply_to=replied))
    assert [("Когда включат отопление?", answer, "", False)] == await known(office)


async def test_an_answer_to_one_is_not_for_all(office: Office) -> None:
    """What an answer says of its resident is published by nobody who only replies to it: he is shown it masked."""
    await office.writes(IRINA, "Почему холодно? Мой адрес irina@firma.example")
    await office.deliver()
    answer = "Здравствуйте! Ирине ответим на irina@firma.example, мастер 8 922 123-45-67. Тепло дадут завтра."
    written = await office.writes(DESK, answer, reply_to=office.work.id_of(DESK, "№ 1 "))
    await office.writes(DESK, "/faq add Когда дадут тепло?", reply_to=written)
    await office.deliver()
    assert [] == await known(office)
    masked = "Здравствуйте! [имя] ответим на [почта], мастер [телефон]. Тепло дадут завтра."
    assert office.work.texts(DESK)[-1].endswith(f"/faq add Когда дадут тепло?\n{masked}")


async def test_pages(office: Office) -> None:
    """A long list has pages with buttons."""
    for number in range(1, 13):
        await office.writes(DESK, f"/faq add Вопрос {number}\nОтвет")
    assert "Готовые ответы: 12 · страница 1 из 2" in await said(office, "/faq")
    message, ids = office.work.messages(DESK)[-1]
    assert message.keyboard is not None
    await office.presses(DESK, message.keyboard.rows[-1][0].data, message_id=ids[0])
    await office.deliver()
    page = [one.text for one in office.work.effects(DESK) if isinstance(one, EditMessage)][-1]
    assert "страница 2 из 2" in page
    assert "12. Вопрос 12" in page


def buttons(message: SendMessage | EditMessage) -> dict[str, str]:
    return {one.text: one.data for row in message.keyboard.rows for one in row} if message.keyboard else {}


async def presses(office: Office, label: str, chat: ChatRef = DESK) -> SendMessage | EditMessage:
    """Press this button under what was said or changed last; what is there then."""
    message = [one for one in office.work.effects(chat) if isinstance(one, SendMessage | EditMessage)][-1]
    await office.presses(chat, buttons(message)[label], message_id=office.work.messages(chat)[-1][1][0])
    await office.deliver()
    return [one for one in office.work.effects(chat) if isinstance(one, SendMessage | EditMessage)][-1]


async def test_by_buttons(office: Office) -> None:
    """From the list to an answer, off and on in place, and how it is changed: all with one press each."""
    await said(office, "/faq add Когда включат отопление?\nВ сентябре.")
    await said(office, "/faq")
    shown = await presses(office, "1")
    assert shown.text.startswith("Готовый ответ 1\n\nКогда включат отопление?\n\nВ сентябре.")
    off = await presses(office, "Выключить")
    assert isinstance(off, EditMessage)
    assert off.text.startswith("Готовый ответ 1 (выключен)")
    assert ["Включить", "Изменить"] == list(buttons(off))
    assert [("Когда включат отопление?", "В сентябре.", "", True)] == await known(office)
    on = await presses(office, "Включить")
    assert on.text.startswith("Готовый ответ 1\n")
    assert [("Когда включат отопление?", "В сентябре.", "", False)] == await known(office)
    how = await presses(office, "Изменить")
    assert how.text.endswith("/faq edit 1 Когда включат отопление?\nВ сентябре.")


async def test_pressed_twice(office: Office) -> None:
    """Two coordinators who press at once turn it off once, and both see how it stands."""
    await said(office, "/faq add Когда включат отопление?\nВ сентябре.")
    await said(office, "/faq 1")
    message_id = office.work.messages(DESK)[-1][1][0]
    for press in ("p1", "p2"):
        await office.presses(DESK, "known:1:off", message_id=message_id, press_id=press)
    await office.deliver()
    told = [one.text for one in office.work.effects(DESK) if isinstance(one, AnswerPress)]
    assert ["Готовый ответ 1 жителям больше не показываем. Вернуть: /faq on 1", "Готовый ответ 1 уже такой."] == told
    assert [("Когда включат отопление?", "В сентябре.", "", True)] == await known(office)


@pytest.mark.parametrize("data", ["known:1:off", "known:1:edit", "known:1:on"])
async def test_departments_have_no_such_buttons(office: Office, data: str) -> None:
    """Departments see no buttons that change answers, and forged ones do nothing."""
    await said(office, "/faq add Когда включат отопление?\nВ сентябре.")
    await said(office, "/faq 1", ENERGY)
    assert {} == buttons(office.work.messages(ENERGY)[-1][0])
    before = await known(office)
    await office.presses(ENERGY, data)
    await office.deliver()
    assert before == await known(office)
    (told,) = [one.text for one in office.work.effects(ENERGY) if isinstance(one, AnswerPress)]
    assert "Готовые ответы меняют координаторы." == told


@pytest.mark.parametrize(
    "data", ["known:9:off", "known:9:show", "known:1:erase", "known:1:", "known:999999999999999:on"]
)
async def test_old_and_forged(office: Office, data: str) -> None:
    """A button of what is no more, or of nothing, changes nothing and says so."""
    await said(office, "/faq add Когда включат отопление?\nВ сентябре.")
    await office.presses(DESK, data)
    await office.deliver()
    (told,) = [one.text for one in office.work.effects(DESK) if isinstance(one, AnswerPress)]
    assert told
    assert 0 == await office.value("SELECT count(*) FROM events WHERE status = 'failed'")


# --- in memory -----------------------------------------------------------------------------------------------------


async def found(answers: Answers, text: str) -> list[str]:
    await answers.once()
    return [one.answer for one in answers.library.best(text)]


async def test_file_is_taken_over(office: Office) -> None:
    """What the file says is there; changed in the file, it changes; gone from the file, it is shown no more."""
    answers = Answers(office.database, [HEAT])
    assert ["В сентябре."] == await found(answers, "Когда включат отопление")
    answers.of_file = (Entry(id=0, question="Когда включат отопление", answer="В октябре."),)
    assert ["В октябре."] == await found(answers, "Когда включат отопление")
    answers.of_file = ()
    assert [] == await found(answers, "Когда включат отопление")
    answers.of_file = (HEAT,)
    assert ["В сентябре."] == await found(answers, "Когда включат отопление")


async def test_coordinators_win_over_the_file(office: Office) -> None:
    """What coordinators have changed stays, whatever the file says at the next start."""
    await Answers(office.database, [HEAT]).once()
    await said(office, "/faq edit 1\nУже включили.")
    assert ["Уже включили."] == await found(Answers(office.database, [HEAT]), "Когда включат отопление")
    assert ["Уже включили."] == await found(Answers(office.database, []), "Когда включат отопление")


async def test_other_process_notices(office: Office) -> None:
    """A change is told to the process where it was made, and seen by others when they look."""
    mine, other = office.ctx.answers, Answers(office.database)
    await mine.once()
    await other.once()
    mine.changed.clear()
    await said(office, "/faq add Когда включат отопление?\nВ сентябре.")
    assert mine.changed.is_set()
    assert ["В сентябре."] == await found(mine, "Когда включат отопление")
    assert ["В сентябре."] == await found(other, "Когда включат отопление")


async def test_two_processes_start_at_once(office: Office) -> None:
    """Several that take the same file over leave each answer once."""
    several = [Answers(office.database, [HEAT]) for _ in range(3)]
    await asyncio.gather(*(one.once() for one in several))
    assert 1 == len(await known(office))
