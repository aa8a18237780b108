"""What officials say between themselves never reaches a resident, however it comes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.desk.routing import Department, Desk
from bot.model.question import Author, Status
from tests.handlers.fakes import DESK, ENERGY, IRINA, OLEG, WORK, Office, open_office, photo


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """Coordinators, one department, and a question of Irina's."""
    energy = Department(slug="energy", name="Энергетика", admin_chat=ENERGY)
    desk = Desk(coordinators=DESK, answer_within=timedelta(hours=4), departments={"energy": energy})
    async with open_office(database_address, desk=desk) as opened:
        await opened.writes(IRINA, "Когда дадут тепло?")
        await opened.deliver()
        yield opened


def told(office: Office) -> list[str]:
    """What Irina got after the confirmation."""
    return office.home.texts(IRINA)[1:]


def files(office: Office) -> int:
    return sum(len(message.media) for message, _ in office.home.messages(IRINA))


@pytest.mark.parametrize("words", ["// между нами: тянут", "/note отказать", "/nonsense"])
async def test_caption_of_a_later_part(office: Office, words: str) -> None:
    """A note or command under the second photo of an album keeps the whole album from the resident."""
    card = office.work.id_of(DESK, "№ 1")
    await office.writes(DESK, media=(photo("a", channel=WORK),), album="x", reply_to=card)
    await office.writes(DESK, words, media=(photo("b", channel=WORK),), album="x", reply_to=card)
    await office.writes(DESK, media=(photo("c", channel=WORK),), album="x", reply_to=card)
    await office.deliver()
    assert ([], 0) == (told(office), files(office))
    assert Status.OPEN == (await office.question(1)).status


@pytest.mark.parametrize("command", ["/clarify 99 Где?", "/interim 99 Ищем"])
async def test_album_of_a_refused_command(office: Office, command: str) -> None:
    """An album whose command was refused goes to nobody, in none of its parts."""
    card = office.work.id_of(DESK, "№ 1")
    await office.writes(DESK, command, media=(photo("a", channel=WORK),), album="x", reply_to=card)
    await office.writes(DESK, media=(photo("b", channel=WORK),), album="x", reply_to=card)
    await office.deliver()
    assert ([], 0) == (told(office), files(office))


async def test_reply_to_the_reason_of_a_hand_over(office: Office) -> None:
    """What the other department says to the reason is a note."""
    await office.presses(DESK, "to:1:energy")
    await office.deliver()
    await office.writes(DESK, "это их котельная", reply_to=office.work.id_of(DESK, "передан: Энергетика"))
    await office.deliver()
    reason = office.work.id_of(ENERGY, "это их котельная")
    await office.writes(ENERGY, "нет, ваша, заберите", reply_to=reason)
    await office.deliver()
    assert [] == told(office)
    assert [Author.RESIDENT, Author.NOTE, Author.NOTE] == [one.role for one in await office.thread(1)]


async def test_department_named_by_a_reply(office: Office) -> None:
    """A reply to «Кому передать?» names the department, as `/transfer` would."""
    await office.presses(DESK, "transfer:1")
    await office.deliver()
    await office.writes(DESK, "energy", reply_to=office.work.id_of(DESK, "Кому передать"))
    await office.deliver()
    assert [] == told(office)
    assert "energy" == (await office.question(1)).department


async def test_held_answer_that_became_a_note(office: Office) -> None:
    """Whoever makes a note of his answer while it is held back has a note, whatever is pressed then."""
    await office.presses(DESK, "take:1", user="8", name="Пётр")
    written = await office.writes(DESK, "Завтра", reply_to=office.work.id_of(DESK, "№ 1"))
    await office.deliver()
    keyboard = office.work.messages(DESK)[-1][0].keyboard
    assert keyboard is not None
    await office.edits(DESK, written, "// Пётр, ответишь?")
    await office.presses(DESK, keyboard.rows[0][0].data, press_id="p2")
    await office.deliver()
    assert [] == told(office)
    assert "Пётр, ответишь?" == (await office.thread(1))[-1].content.text


async def test_held_answer_of_another_chat(office: Office) -> None:
    """A forged button sends nothing that is held back in another department."""
    await office.presses(DESK, "take:1", user="8", name="Пётр")
    await office.writes(DESK, "Завтра", reply_to=office.work.id_of(DESK, "№ 1"))
    await office.writes(OLEG, "А свет?")
    await office.writes(DESK, "/transfer 2 energy")
    await office.deliver()
    kept = await office.value("SELECT max(id) FROM messages WHERE role = 'unclear'")
    for choice in ("send", "drop"):
        await office.presses(ENERGY, f"{choice}:2:{kept}", press_id=choice)
    await office.deliver()
    assert 1 == len(office.home.texts(OLEG))
    assert "unclear" == await office.value("SELECT role FROM messages WHERE id = $1", kept)


async def test_number_in_what_is_said_to_a_held_answer(office: Office) -> None:
    """«2 дома уже с теплом», said to the note about an answer that is held back, is no answer to question 2."""
    await office.writes(OLEG, "А свет?")
    await office.presses(DESK, "take:1", user="8", name="Пётр")
    await office.writes(DESK, "Завтра", reply_to=office.work.id_of(DESK, "№ 1"))
    await office.deliver()
    await office.writes(DESK, "2 дома уже с теплом", reply_to=office.work.id_of(DESK, "в работе: Пётр"))
    await office.deliver()
    assert 1 == len(office.home.texts(OLEG))
    assert [] == told(office)


async def test_reply_to_a_prompt_that_is_not_known_yet(office: Office) -> None:
    """The reason of a closing is never taken for an answer, even if its receipt is missing."""
    await office.writes(
        DESK, "Дубль, он нам надоел", reply_to="777", buttons=("shut:1:solved", "shut:1:spam"), by_bot=True
    )
    await office.deliver()
    assert [] == told(office)


async def test_reason_of_files_alone(office: Office) -> None:
    """A photo is no reason: the question stays open, and the official hears what is wanted."""
    await office.presses(DESK, "close:1")
    await office.deliver()
    why = office.work.id_of(DESK, "Почему № 1")
    await office.writes(DESK, media=(photo("a", channel=WORK),), reply_to=why)
    await office.deliver()
    assert "Напишите причину словами, вопрос № 1 пока открыт." == office.work.texts(DESK)[-1]
    assert Status.OPEN == (await office.question(1)).status


async def test_files_of_a_note_stay(office: Office) -> None:
    """A note keeps the files that came with it."""
    await office.writes(DESK, "/note 1 вот акт", media=(photo("a", channel=WORK),))
    thread = await office.thread(1)
    assert (Author.NOTE, "вот акт", 1) == (thread[-1].role, thread[-1].content.text, len(thread[-1].content.media))
