"""`/stats` in the admin chat: who sees which figures, what is refused, and that nothing is told twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.entry import Role
from bot.model.chat import ChatRef
from bot.model.content import Media, MediaKind
from bot.model.message import SendMessage
from handlers.chores import LEASE
from handlers.statistics.telling import STATISTICS
from tests.handlers.fakes import DESK, ENERGY, WORK, Gate
from tests.handlers.statistics.desk import NOW, SHARED, Bureau, open_bureau, workers

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HEAD = "📊 12–18 ноября 2026"


@pytest.fixture
async def bureau(database_address: str, tmp_path: Path) -> AsyncIterator[Bureau]:
    """Each department has some waits, and so have the coordinators."""
    async with open_bureau(database_address, tmp_path) as bureau:
        for department, count in (("energy", 3), ("school5", 2), ("school6", 4), ("", 1), ("gone", 5)):
            for _ in range(count):
                await bureau.wait(department=department)
        yield bureau


def told(texts: list[str]) -> tuple[str, str]:
    """The heading, and how many came."""
    (text,) = texts
    lines = text.split("\n")
    return lines[0], next((line for line in lines if line.startswith("Поступило")), lines[-1])


@pytest.mark.parametrize(
    ("chat", "words", "expected"),
    [
        (DESK, "/stats", (HEAD, "Поступило: 15")),
        (DESK, "/stats energy", (f"{HEAD} · Энергетика", "Поступило: 3")),
        (DESK, "/stats неделя школа № 5", (f"{HEAD} · Школа № 5", "Поступило: 2")),
        (DESK, "/stats координаторы", (f"{HEAD} · Координаторы", "Поступило: 1")),
        # A department that settings do not have any more.
        (DESK, "/stats gone", (f"{HEAD} · gone", "Поступило: 5")),
        (DESK, "/stats неделя Gone", (f"{HEAD} · gone", "Поступило: 5")),
        (DESK, "/stats вчера", ("📊 17 ноября 2026", "Вопросов не было.")),
        (ENERGY, "/stats", (f"{HEAD} · Энергетика", "Поступило: 3")),
        (ENERGY, "/stats день", ("📊 18 ноября 2026 · Энергетика", "Поступило: 3")),
        (ENERGY, "/stats energy", (f"{HEAD} · Энергетика", "Поступило: 3")),
        (SHARED, "/stats", (f"{HEAD} · Школа № 5, Школа № 6", "Поступило: 6")),
        (SHARED, "/stats school6", (f"{HEAD} · Школа № 6", "Поступило: 4")),
    ],
)
async def test_who_sees_what(bureau: Bureau, chat: ChatRef, words: str, expected: tuple[str, str]) -> None:
    """Coordinators see all, or a department; a department sees its own, however many share its chat."""
    assert expected == told(await bureau.asks(words, chat))


@pytest.mark.parametrize(
    ("chat", "words", "expected"),
    [
        (
            DESK,
            "/stats роскосмос",
            "Отдела «роскосмос» нет. Есть: energy — Энергетика, school5 — Школа № 5, school6 — Школа № 6. "
            "Дни пишут так: неделя, ноябрь, 1.11-15.11.",
        ),
        (
            ENERGY,
            "/stats school5",
            "Отдела «school5» в этом чате нет, здесь можно посчитать: energy — Энергетика. "
            "Дни пишут так: неделя, ноябрь, 1.11-15.11.",
        ),
        (
            ENERGY,
            "/stats координаторы",
            "Отдела «координаторы» в этом чате нет, здесь можно посчитать: energy — Энергетика. "
            "Дни пишут так: неделя, ноябрь, 1.11-15.11.",
        ),
        (
            ENERGY,
            "/stats gone",
            "Отдела «gone» в этом чате нет, здесь можно посчитать: energy — Энергетика. "
            "Дни пишут так: неделя, ноябрь, 1.11-15.11.",
        ),
        (DESK, "/stats 31.02", "Дня 31.02 нет в календаре. Напишите, например: неделя, ноябрь, 1.11-15.11."),
        (DESK, "/stats 15.11-1.11", "Конец раньше начала: 15.11 — 1.11. Напишите наоборот или с годом."),
        (DESK, "/stats 2027", "Эти дни ещё не наступили: 01.01.2027. Напишите, например: неделя, ноябрь, 1.11-15.11."),
        (DESK, "/stats -", "Не понимаю, за какие дни: «-». Напишите, например: неделя, ноябрь, 1.11-15.11."),
        (DESK, "/stats 10 лет", "Больше пяти лет сразу не посчитать. Напишите, например: неделя, ноябрь, 1.11-15.11."),
    ],
)
async def test_refused(bureau: Bureau, chat: ChatRef, words: str, expected: str) -> None:
    """A period or a department that is none is answered at once, with what to write; nothing is counted."""
    await bureau.office.writes(chat, words)
    assert ([expected], 0) == (
        [row.text for row in await bureau.office.entries(chat)],
        await bureau.office.value("SELECT count(*) FROM chores"),
    )


async def test_text_then_picture(bureau: Bureau) -> None:
    """Both answer the command's chat: the text as a reply to it, then the picture from our own store."""
    message = await bureau.office.writes(DESK, "/stats")
    # The transaction that took the command in has counted nothing.
    assert [] == await bureau.office.entries()
    await bureau.chores.once()
    text, picture = [row.effect for row in await bureau.office.entries(DESK, Role.COMMAND)]
    assert isinstance(text, SendMessage)
    assert isinstance(picture, SendMessage)
    assert ((), message) == (text.media, text.reply_to)
    (media,) = picture.media
    assert (MediaKind.PHOTO, "", "statistics-2026-11-12-2026-11-18.png") == (media.kind, media.channel, media.file_name)
    assert "image/png" == (await bureau.media.get(media)).mime_type
    assert [15] == [one.total.counts.received for one in bureau.painter.drawn]
    await bureau.office.deliver()
    sent = [message for message, _ in bureau.office.work.messages(DESK)]
    assert [0, 1] == [len(one.media) for one in sent]


async def test_picture_that_fails(bureau: Bureau) -> None:
    """Figures that cannot be drawn are told all the same, and the log says what failed."""
    bureau.painter.error = RuntimeError("no font")
    assert (HEAD, "Поступило: 15") == told(await bureau.asks("/stats"))
    assert (1, ["picture.failed"], 0) == (
        len(await bureau.office.entries()),
        [line["event"] for line in bureau.office.logs],
        await bureau.office.value("SELECT count(*) FROM chores"),
    )


async def test_nothing_to_draw(bureau: Bureau) -> None:
    """Nobody draws a period without questions."""
    await bureau.asks("/stats вчера")
    assert [] == bureau.painter.drawn


async def test_told_once(bureau: Bureau) -> None:
    """A process that dies over the picture has told the figures already: whoever goes on shows the picture alone."""
    gate = Gate()

    async def draw(*_: Any) -> bytes:
        await gate.pass_through()
        raise AssertionError

    _, _, dying = workers(bureau.office, bureau.media, draw)
    await bureau.office.writes(DESK, "/stats")
    running = asyncio.create_task(dying.once())
    await gate.wait()
    running.cancel()
    await asyncio.wait([running])
    assert 1 == len(await bureau.office.entries(DESK))
    assert 0 == await bureau.chores.once()
    bureau.office.clock.move(LEASE)
    assert 1 == await bureau.chores.once()
    assert [0, 1] == [len(_media(row.effect)) for row in await bureau.office.entries(DESK)]


def _media(effect: object) -> tuple[Media, ...]:
    return effect.media if isinstance(effect, SendMessage) else ()


async def test_asked_twice(bureau: Bureau) -> None:
    """Each time that somebody asks he is answered; a message that comes in twice is one."""
    message = await bureau.office.writes(DESK, "/stats")
    await bureau.office.writes(DESK, "/stats", message_id=message)
    await bureau.office.writes(DESK, "/stats")
    assert 2 == await bureau.chores.once()


async def test_chat_that_moved(bureau: Bureau) -> None:
    """Who asked is answered where his chat is by then."""
    new = ChatRef(channel=WORK, chat_id="-100500")
    await bureau.office.writes(ENERGY, "/stats")
    bureau.office.ctx.desk = bureau.office.ctx.desk.moved({ENERGY: new})
    await bureau.chores.once()
    assert [new, new] == [row.chat for row in await bureau.office.entries()]


async def test_until_now(bureau: Bureau) -> None:
    """Figures are of the moment at which they are told: who waits now, and who is late by now."""
    await bureau.wait(outcome=None, department="energy", due_at=NOW + HOUR)
    assert "Ждут ответа: 1" in (await bureau.asks("/stats energy"))[0]
    assert "Просрочено: 0" in (await bureau.asks("/stats energy"))[0]
    bureau.office.clock.move(2 * HOUR)
    assert "Просрочено: 1" in (await bureau.asks("/stats energy"))[0]


@pytest.mark.parametrize("arguments", ["{}", '{"chat": 5}', '{"chat": "gone:1", "message": "", "scope": {}}'])
async def test_outdated(bureau: Bureau, arguments: str) -> None:
    """What another release asked for and nobody understands is dropped."""
    await bureau.office.value(
        "INSERT INTO chores (kind, key, arguments, not_before) VALUES ($1, 'a', $2, $3) RETURNING 1",
        STATISTICS,
        arguments,
        NOW,
    )
    assert 1 == await bureau.chores.once()
    assert (0, ["chore.outdated"]) == (
        await bureau.office.value("SELECT count(*) FROM chores"),
        [line["event"] for line in bureau.office.logs],
    )


async def test_channel_that_is_gone(bureau: Bureau) -> None:
    """Nobody is told on a channel that settings no longer have."""
    await bureau.office.writes(ENERGY, "/stats")
    there = bureau.office.ctx.capabilities
    bureau.office.ctx.capabilities = {name: one for name, one in there.items() if name != WORK}
    assert 1 == await bureau.chores.once()
    assert [] == await bureau.office.entries()


async def test_names_as_settings_say_now(bureau: Bureau) -> None:
    """A department that was renamed meanwhile has its new name."""
    look = bureau.office.ctx.look
    bureau.office.ctx.look = replace(look, departments={**look.departments, "energy": "Энергетика и ЖКХ"})
    assert f"{HEAD} · Энергетика и ЖКХ" == told(await bureau.asks("/stats", ENERGY))[0]
