"""What was said last is what is answered: a resident's word is never taken for the answer to something above that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation.faq import Entry
from bot.model.question import Author, CloseKind, Status
from handlers.asking_rating import AskingRating
from handlers.lapsing import Lapsing
from handlers.late import LateNotices
from tests.handlers.fakes import DESK, ENERGY, IRINA, Office, open_office
from tests.handlers.story import desk

#: A Wednesday morning.
TEN = datetime(2026, 11, 18, 10, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
HEAT, BRIDGE, SCHOOL = "Когда дадут тепло?", "Почему закрыт мост?", "Как записать ребёнка в школу?"
ADDED = "Добавили к вопросу № 1."


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """He has asked a question, which is with the department of energy."""
    async with open_office(database_address, desk=desk()) as opened:
        opened.ctx.answers.of_file = (Entry(id=0, question=SCHOOL, answer="Через Госуслуги."),)
        await opened.ctx.answers.once()
        opened.clock.now = TEN
        await says(opened, HEAT)
        yield opened


async def says(office: Office, *words: str, reply_to: str = "") -> str:
    """He writes these one after the other, the last one as a reply; returns what he reads at last."""
    *earlier, last = words
    for text in earlier:
        await office.writes(IRINA, text)
    await office.writes(IRINA, last, reply_to=reply_to)
    await office.deliver()
    return office.home.texts(IRINA)[-1]


async def happens(office: Office, what: str) -> None:
    """Something is said to him of his first question: a command of officials, a notice by itself, or an answer."""
    match what:
        case "a late notice":
            office.clock.move(7 * HOUR)
            await LateNotices(office.ctx).once()
        case "a reminder":
            office.clock.move(DAY)
            await Lapsing(office.ctx).once()
        case "a request for a rating":
            office.clock.move(31 * MINUTE)
            await AskingRating(office.ctx).once()
        case command if command.startswith("/"):
            await office.writes(ENERGY, command)
        case answer:
            await office.writes(ENERGY, answer, reply_to=office.work.id_of(ENERGY, "№ 1"))
    await office.deliver()


async def words_of(office: Office, number: int) -> list[str]:
    return [one.content.text for one in (await office.thread(number)) if one.role is Author.RESIDENT]


# --- known answers -------------------------------------------------------------------------------------------------

SAID_OF_ANOTHER = ["Завтра", "/interim 1 Ищем", "/close 1 дубль", "a late notice"]


@pytest.mark.parametrize("since", SAID_OF_ANOTHER)
async def test_what_helped_is_what_he_was_told_last(office: Office, since: str) -> None:
    """«Помогло» after words about another question closes nothing that waits; the button does what it says."""
    await says(office, "Новый вопрос", SCHOOL)
    assert "Похоже, ответ уже есть" in office.home.texts(IRINA)[-1]
    await happens(office, since)
    await says(office, "Спасибо, помогло!")
    assert Status.OPEN is (await office.question(2)).status
    await office.presses(IRINA, "helped:2:1")
    assert CloseKind.HELPED is (await office.question(2)).close_kind


# --- why he rated it so --------------------------------------------------------------------------------------------


async def bridge_is_answered_and_rated(office: Office) -> None:
    """His second question, which he has rated as bad while he still waits for the first one."""
    await says(office, "Новый вопрос", BRIDGE)
    await office.writes(DESK, "Ремонт", reply_to=office.work.id_of(DESK, "№ 2"))
    await office.deliver()
    assert "что не так" in await says(office, "оценка 2")


@pytest.mark.parametrize("since", ["/close 1 дубль", "a late notice"])
async def test_no_review_of_another_answer(office: Office, since: str) -> None:
    """What he writes below a word about another question is no review, which nobody would answer."""
    await bridge_is_answered_and_rated(office)
    if since == "a late notice":
        office.clock.move(7 * HOUR)
        await says(office, "оценка 1")
        await LateNotices(office.ctx).once()
    else:
        await happens(office, since)
    await says(office, "Сколько можно ждать")
    roles = [one.role for number in (1, 2) for one in (await office.thread(number))]
    assert (0, 3) == (roles.count(Author.COMMENT), roles.count(Author.RESIDENT))
