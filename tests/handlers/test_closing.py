"""«Ответ не требуется»: with a reason, by button, reply or command; undone with one tap."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.desk import closing
from bot.model.action import Deed
from bot.model.message import AnswerPress, SendMessage
from bot.model.question import CloseKind, Status
from storage import actions
from tests.handlers.fakes import DESK, IRINA, Office, open_office


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as opened:
        await opened.writes(IRINA, "Когда дадут тепло?")
        await opened.deliver()
        yield opened


def last(office: Office) -> SendMessage:
    """What the bot said last in the admin chat."""
    return office.work.messages(DESK)[-1][0]


def labels(message: SendMessage) -> list[str]:
    return [one.text for row in message.keyboard.rows for one in row] if message.keyboard is not None else []


async def test_button_asks_why(office: Office) -> None:
    """The button closes nothing yet: it asks for the reason, with the usual ones as buttons."""
    await office.presses(DESK, "close:1")
    await office.deliver()
    assert Status.OPEN == (await office.question(1)).status
    assert "Почему № 1 не требует ответа?" in last(office).text
    assert ["Вопрос решён", "Повтор вопроса", "Не к нам", "Без причины", "Спам"] == labels(last(office))


@pytest.mark.parametrize("key", list(closing.REASONS))
async def test_usual_reason(office: Office, key: str) -> None:
    """A usual reason closes the question; the resident reads why, and the official can undo it."""
    reason = closing.REASONS[key][1]
    await office.presses(DESK, f"shut:1:{key}")
    await office.deliver()
    question = await office.question(1)
    assert (Status.CLOSED, reason, CloseKind.BY_OFFICIAL) == (
        question.status,
        question.close_reason,
        question.close_kind,
    )
    assert office.home.texts(IRINA)[-1].startswith(f"Вопрос № 1 закрыт{': ' + reason if reason else ''}. ")
    assert ["Открыть снова"] == labels(last(office))


async def test_own_reason_as_a_reply(office: Office) -> None:
    """The reply to «Почему?» is the reason, in the official's own words; it is no answer."""
    await office.presses(DESK, "close:1")
    await office.deliver()
    await office.writes(DESK, "ответили по телефону", reply_to=office.work.id_of(DESK, "Почему № 1"))
    await office.deliver()
    assert "ответили по телефону" == (await office.question(1)).close_reason
    assert office.home.texts(IRINA)[-1].startswith("Вопрос № 1 закрыт: ответили по телефону. ")
    assert 2 == len(office.home.texts(IRINA))


async def test_closed_twice(office: Office) -> None:
    """Two presses do the thing once; the second shows what has changed meanwhile."""
    for press_id in ("p1", "p2"):
        await office.presses(DESK, "shut:1:solved", press_id=press_id)
    await office.presses(DESK, "close:1", press_id="p3")
    await office.deliver()
    presses = [one.text for one in office.work.effects(DESK) if isinstance(one, AnswerPress)]
    assert ["Вопрос № 1 закрыт: вопрос решён.", *["Вопрос № 1 уже закрыт."] * 2] == presses
    assert 2 == len(office.home.texts(IRINA))


async def test_unknown_reason(office: Office) -> None:
    """A button of another time closes nothing."""
    await office.presses(DESK, "shut:1:weather")
    await office.deliver()
    assert Status.OPEN == (await office.question(1)).status
    assert [AnswerPress(press_id="p1", user_id="7", text="Эта кнопка больше не действует.")] == [
        one for one in office.work.effects(DESK) if isinstance(one, AnswerPress)
    ]


async def test_undone_with_one_tap(office: Office) -> None:
    """The button under «закрыт» opens the question again: it waits since it was asked."""
    before = await office.question(1)
    await office.presses(DESK, "shut:1:foreign")
    await office.presses(DESK, "reopen:1", press_id="p2")
    await office.deliver()
    assert before == await office.question(1)
    async with office.eye.transaction() as tx:
        done = await actions.of_question(tx, 1)
    assert [(Deed.CLOSED, "с этим вопросом мы помочь не можем"), (Deed.REOPENED, "")] == [
        (one.deed, one.detail) for one in done
    ]
