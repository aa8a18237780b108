"""What is said of a department's chat from which the bot was removed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.desk import gone
from bot.desk.routing import Department, Desk
from bot.model.chat import ChatRef

COORDINATORS, ENERGY = ChatRef(channel="work", chat_id="-1"), ChatRef(channel="work", chat_id="-2")
DESK = Desk(
    coordinators=COORDINATORS,
    answer_within=timedelta(hours=4),
    departments={
        "energy": Department(slug="energy", name="Энергетика", admin_chat=ENERGY),
        "schools": Department(slug="schools", name="Школы"),
    },
)
GONE = DESK.without(frozenset({ENERGY, COORDINATORS}))


@pytest.mark.parametrize(
    ("department", "why", "told"),
    [
        pytest.param("energy", "по каналу", "по каналу, но чат отдела «Энергетика» недоступен", id="with a reason"),
        pytest.param("energy", "", "чат отдела «Энергетика» недоступен", id="without"),
        pytest.param("schools", "по каналу", "по каналу", id="department without a chat"),
        pytest.param("", "по каналу", "по каналу", id="coordinators, also if theirs is gone"),
        pytest.param("roads", "по каналу", "по каналу", id="department that is no more"),
    ],
)
def test_explained(department: str, why: str, told: str) -> None:
    """A card says once that the chat is out of reach, as long as it is; the reason for the department stays."""
    assert told == GONE.explained(why, department) == GONE.explained(told, department)
    assert why == DESK.explained(told, department)


def test_many_departments() -> None:
    """A chat that hundreds of departments share does not fill the note."""
    names = [f"Школа {n}" for n in range(1, 8)]
    assert "отделов «Школа 1», «Школа 2», «Школа 3», «Школа 4», «Школа 5» и ещё 2 снова" in gone.back(names)
