"""A question lands in the chat of the department that answers for what it is about, and its card says why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.desk.routing import Department, Desk
from bot.desk.words import Subject, build_recognizer
from tests.handlers.fakes import DESK, ENERGY, IRINA, OLEG, Office, open_office


def by_words() -> Desk:
    return Desk(
        coordinators=DESK,
        answer_within=timedelta(hours=4),
        departments={
            "energy": Department(
                slug="energy",
                name="Энергетика",
                admin_chat=ENERGY,
                answer_within=timedelta(hours=1),
                topics=frozenset({"heating"}),
                places=frozenset({"nadym"}),
            )
        },
        topics={"heating": "Отопление"},
        places={"nadym": "Надымский район"},
        recognizer=build_recognizer(
            (Subject(slug="heating", words=("батарея",)),), (Subject(slug="nadym", words=("Надым",)),)
        ),
    )


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address, desk=by_words()) as office:
        yield office


async def test_to_its_department(office: Office) -> None:
    """Words in any form bring a question to its department, with that department's deadline."""
    await office.writes(IRINA, "В Надыме третий день ледяные батареи")
    await office.deliver()
    question = await office.question(1)
    assert ("energy", ENERGY, "heating", "nadym") == (
        question.department,
        question.admin_chat,
        question.topic,
        question.place,
    )
    assert office.clock() + timedelta(hours=1) == question.due_at
    (card,) = office.work.texts(ENERGY)
    assert card.splitlines()[1:4] == [
        "Энергетика",
        "Тема: Отопление · Место: Надымский район",
        "Почему здесь: по теме «Отопление» и месту «Надымский район»",
    ]
    assert [] == office.work.texts(DESK)


async def test_to_the_coordinators(office: Office) -> None:
    """What no department takes is with the coordinators, who read why."""
    await office.writes(IRINA, "Спасибо за парк!")
    await office.writes(OLEG, "Холодные батареи")
    await office.deliver()
    first, second = office.work.texts(DESK)
    assert "Почему здесь: ни одна тема не подошла" in first
    assert "Тема: Отопление\nПочему здесь: место не названо, а отделы по теме «Отопление» работают не везде" in second


async def test_corrected_before_anybody_saw_it(office: Office) -> None:
    """A card that is made anew says the same of its way."""
    message = await office.writes(IRINA, "В Надыме холодные батареи")
    await office.edits(IRINA, message, "В Надыме очень холодные батареи")
    await office.deliver()
    (card,) = office.work.texts(ENERGY)
    assert "Почему здесь: по теме «Отопление» и месту «Надымский район»" in card
    assert "очень" in card
