"""Known answers for residents: under the confirmation, and on pages of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.faq import Entry
from bot.model.message import EditMessage
from bot.model.question import CloseKind, Status
from tests.handlers.fakes import ABLE, DESK, ENERGY, IRINA, OLEG, PLAIN, Office, open_office
from tests.handlers.story import desk, ledger

HEAT = Entry(id=0, question="Когда включат тепло в домах?", answer="В сентябре.", topic="heating")
COLD = Entry(id=0, question="Холодно в домах, когда включат тепло?", answer="Звоните 004.", topic="heating")
SCHOOL = Entry(id=0, question="Как записать ребёнка в школу?", answer="Через Госуслуги.")
ASKED = "Когда включат тепло в нашем доме?"


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address, desk=desk()) as opened:
        opened.ctx.answers.of_file = (HEAT, COLD, SCHOOL)
        await opened.ctx.answers.once()
        yield opened


async def asked(office: Office, text: str = ASKED) -> list[str]:
    """What the resident gets."""
    await office.writes(IRINA, text)
    await office.deliver()
    return office.home.texts(IRINA)


def buttons(office: Office) -> dict[str, str]:
    """The buttons under the last message that the resident got."""
    keyboard = office.home.messages(IRINA)[-1][0].keyboard
    assert keyboard is not None
    return {one.text: one.data for row in keyboard.rows for one in row}


async def test_suggested_under_the_confirmation(office: Office) -> None:
    """The question is registered and confirmed first; below it stands the best answer, whole."""
    confirmed, suggested = await asked(office)
    assert "№ 1" in confirmed
    assert suggested.startswith("Похоже, ответ уже есть:\n\nКогда включат тепло в домах?\nВ сентябре.")
    assert "Холодно в домах, когда включат тепло?" in suggested
    assert "Звоните" not in suggested
    assert Status.OPEN is (await office.question(1)).status
    assert any("№ 1" in text for text in office.work.texts(ENERGY))
    assert [1, 1, 0] == await shown(office)


async def shown(office: Office) -> list[int]:
    async with office.eye.transaction() as tx:
        return [row["shown"] for row in await tx.raw.fetch("SELECT shown FROM faq ORDER BY id")]


async def test_nothing_alike(office: Office) -> None:
    """Where nothing is alike, there is nothing under the confirmation."""
    assert 1 == len(await asked(office, "Почему закрыт мост?"))


@pytest.mark.parametrize("way", ["button", "word", "word without buttons"])
async def test_helped(database_address: str, way: str) -> None:
    """«Помогло» closes the question as helped, by the button and by the word; the officials' card says so."""
    able = replace(ABLE, keyboard=None) if way == "word without buttons" else ABLE
    async with open_office(database_address, desk=desk(), home=able) as office:
        office.ctx.answers.of_file = (HEAT,)
        await office.ctx.answers.once()
        await asked(office)
        office.clock.move(timedelta(minutes=6))
        if way == "button":
            await office.presses(IRINA, buttons(office)["Помогло"])
        else:
            await office.writes(IRINA, "Помогло!")
        await office.deliver()
        question = await office.question(1)
        assert (Status.CLOSED, CloseKind.HELPED) == (question.status, question.close_kind)
        assert "Рады, что помогло! Вопрос № 1 закрыт." in office.home.texts(IRINA)[-1]
        assert ("helped", 0.1) == ((wait := (await ledger(office, 1))[0]).outcome, wait.clock)
        assert 1 == await office.value("SELECT helped FROM faq")
        card = [one.text for one in office.work.effects(ENERGY) if isinstance(one, EditMessage)][-1]
        assert "Закрыт: житель нашёл готовый ответ" in card
        assert 1 == len(await office.thread(1))


async def test_pressed_twice(office: Office) -> None:
    """Pressed twice, it is counted once."""
    await asked(office)
    pressed = buttons(office)["Помогло"]
    for press in ("p1", "p2"):
        await office.presses(IRINA, pressed, press_id=press)
    assert [1, 0, 0] == [await office.value("SELECT helped FROM faq WHERE id = $1", entry) for entry in (1, 2, 3)]


async def test_undone(office: Office) -> None:
    """«Всё-таки жду ответа» undoes a slip: the question waits again."""
    await asked(office)
    await office.presses(IRINA, buttons(office)["Помогло"])
    await office.deliver()
    await office.presses(IRINA, buttons(office)["Всё-таки жду ответа"])
    await office.deliver()
    assert Status.OPEN is (await office.question(1)).status
    assert "вопрос № 1 ждёт ответа" in office.home.texts(IRINA)[-1]
    assert [("", True)] == [(one.outcome, one.runs) for one in await ledger(office, 1)]


async def test_no_leaves_everything(office: Office) -> None:
    """«Нет, жду ответа» changes nothing but that he is told when the answer comes."""
    await asked(office)
    before = await office.question(1)
    await office.presses(IRINA, buttons(office)["Нет, жду ответа"])
    await office.deliver()
    assert before == await office.question(1)
    assert "Он придёт сюда до" in office.home.texts(IRINA)[-1]


async def test_he_goes_on_writing(office: Office) -> None:
    """Whoever looks at no button is not held up: what he writes joins his question."""
    await asked(office)
    await office.writes(IRINA, "Геологов 14, третий подъезд")
    assert ["Геологов 14, третий подъезд"] == [one.content.text for one in (await office.thread(1))[1:]]


async def test_writes_after_helped(office: Office) -> None:
    """What he writes soon after «Помогло» opens the question again; thanks do not."""
    await asked(office)
    await office.writes(IRINA, "Помогло")
    await office.writes(IRINA, "Спасибо!")
    assert Status.CLOSED is (await office.question(1)).status
    await office.writes(IRINA, "Нет, у нас всё равно холодно")
    question = await office.question(1)
    assert (Status.OPEN, None) == (question.status, question.close_kind)


WORDS = {
    "never asked": ([], "Рады, что помогло!"),
    "nothing was shown": (["Почему закрыт мост?"], "Вопрос № 1 пока открыт"),
}


@pytest.mark.parametrize(("before", "expected"), WORDS.values(), ids=WORDS)
async def test_helped_out_of_place(office: Office, before: list[str], expected: str) -> None:
    """«Помогло» where nothing was offered is no question, and closes none."""
    for text in before:
        await office.writes(IRINA, text)
    await office.writes(IRINA, "Помогло")
    await office.deliver()
    assert expected in office.home.texts(IRINA)[-1]
    assert [Status.OPEN] * len(before) == [(await office.question(1)).status for _ in before]
    assert len(before) == await office.value("SELECT count(*) FROM questions")


async def test_helped_after_an_answer(office: Office) -> None:
    """«Помогло» after an official's answer is thanks: the question stays answered."""
    await asked(office)
    await office.writes(ENERGY, "Завтра", reply_to=office.work.id_of(ENERGY, "№ 1"))
    await office.writes(IRINA, "Помогло")
    assert Status.ANSWERED is (await office.question(1)).status


async def test_others_question(office: Office) -> None:
    """Nobody closes the question of somebody else."""
    await asked(office)
    await office.presses(OLEG, buttons(office)["Помогло"])
    assert Status.OPEN is (await office.question(1)).status


async def test_pages(office: Office) -> None:
    """`/faq` and «частые вопросы» list what is known; a button or a typed number shows the answer."""
    for words in ("/faq", "Частые вопросы", "common questions"):
        assert "3. Как записать ребёнка в школу?" in (await asked(office, words))[-1]
    await office.presses(IRINA, "faq:3")
    await office.deliver()
    assert office.home.texts(IRINA)[-1].startswith("Как записать ребёнка в школу?\n\nЧерез Госуслуги.")
    for words in ("ответ 3", "Ответ № 3", "/faq 3"):
        assert "Через Госуслуги." in (await asked(office, words))[-1]
    assert "Этого ответа больше нет." in (await asked(office, "ответ 77"))[-1]
    assert 0 == await office.value("SELECT count(*) FROM questions")


async def test_topics(office: Office) -> None:
    """Many answers are parted by topics, and turned page by page in place."""
    many = tuple(
        Entry(id=0, question=f"Вопрос {place}", answer="Да", topic=("heating", "roads")[place % 2])
        for place in range(30)
    )
    office.ctx.answers.of_file = many
    await office.ctx.answers.once()
    assert "• Отопление: 15" in (await asked(office, "/faq"))[-1]
    ids = office.home.messages(IRINA)[-1][1]
    await office.presses(IRINA, buttons(office)["Отопление"], message_id=ids[0])
    await office.deliver()
    page = [one for one in office.home.effects(IRINA) if isinstance(one, EditMessage)][-1]
    assert page.text.startswith("Частые вопросы · Отопление")
    assert page.keyboard is not None
    forward = {one.text: one.data for row in page.keyboard.rows for one in row}["Дальше →"]
    await office.presses(IRINA, forward, message_id=ids[0])
    await office.deliver()
    further = [one.text for one in office.home.effects(IRINA) if isinstance(one, EditMessage)][-1]
    assert further.startswith("Частые вопросы · Отопление")
    assert page.text != further


@pytest.mark.parametrize("data", ["faq:t:nothing:0", "faq:t:_:99999", "faq:p:x", "faq:t::", "faq:999999999999999999"])
async def test_old_and_forged_buttons(office: Office, data: str) -> None:
    """A button of another time, or a forged one, shows what there is."""
    await office.presses(IRINA, data)
    await office.deliver()
    assert office.home.texts(IRINA)
    assert 0 == await office.value("SELECT count(*) FROM events WHERE status = 'failed'")


async def test_answer_closes_an_open_question(office: Office) -> None:
    """An answer read on its page may be enough for the question that is open."""
    await asked(office, "Почему закрыт мост?")
    await office.presses(IRINA, "faq:3")
    await office.deliver()
    assert "Этого хватит для вопроса № 1?" in office.home.texts(IRINA)[-1]
    await office.presses(IRINA, buttons(office)["Помогло"])
    assert CloseKind.HELPED is (await office.question(1)).close_kind
    assert 1 == await office.value("SELECT helped FROM faq WHERE id = 3")


async def test_no_answers(database_address: str) -> None:
    """Where nothing is known, the page says how to ask."""
    async with open_office(database_address, home=PLAIN) as office:
        assert "Готовых ответов пока нет." in (await asked(office, "/faq"))[-1]
        assert [] == office.work.texts(DESK)
