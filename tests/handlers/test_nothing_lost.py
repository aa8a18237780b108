"""What people write is neither thrown away nor said twice, however much of it there is and whatever goes wrong."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.capabilities import Rate, RateLimits
from bot.delivery.entry import Role
from bot.errors import OutcomeUnknown, Scope, SendError, Throttled, Transient
from bot.model.chat import ChatRef
from bot.model.message import SendMessage
from bot.rights import Retention, Rights
from handlers.media import MediaStore
from handlers.upkeep import Upkeep
from storage.outbox import State
from tests.handlers.fakes import ABLE, DESK, HOME, IRINA, WORK, Office, open_office, photo


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


def tried(office: Office) -> list[str]:
    """The first words of every try to write to the resident, after the confirmation."""
    effects = [one.effect for one in office.home.asked if one.chat == IRINA]
    return [effect.text.split()[0] for effect in effects if isinstance(effect, SendMessage)][1:]


@pytest.mark.parametrize(
    "error",
    [
        Transient("502"),
        Throttled("429", retry_after=timedelta(milliseconds=50), scope=Scope.CHAT),
        OutcomeUnknown("timeout"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_retry_repeats_no_other_part(office: Office, error: SendError) -> None:
    """An answer of several messages whose second fails for a while: the first is not sent again, the rest waits."""
    await office.writes(IRINA, "Какие правила?")
    await office.deliver()
    parts = [f"{n}. " + "слово " * 600 for n in ("Первое", "Второе", "Третье")]
    office.home.fail(error, when=lambda one: getattr(one.effect, "text", "").startswith("Второе"), times=2)
    await office.writes(DESK, "\n\n".join(parts), reply_to=office.work.id_of(DESK, "№ 1 "))
    await office.deliver()
    assert ["Первое.", "Второе.", "Второе.", "Второе.", "Третье."] == tried(office)
    assert [part.strip() for part in parts] == office.home.texts(IRINA)[1:]


async def test_same_again_is_there_again(office: Office) -> None:
    """The second photo without a caption, be it the very same file, and the second «спасибо» reach the officials."""
    await office.writes(IRINA, "Яма у школы")
    for _ in range(2):
        await office.writes(IRINA, media=(photo("same"),))
    for _ in range(2):
        await office.writes(IRINA, "спасибо")
    await office.deliver()
    assert 5 == len(await office.thread(1))
    shown = [message for message, _ in office.work.messages(DESK)]
    assert ["same", "same"] == [media.ref for message in shown for media in message.media]
    assert 2 == len([message for message in shown if message.text.endswith("спасибо")])


async def test_much_at_once_is_all_there(office: Office) -> None:
    """Whoever writes forty messages and sends an album of ten in one moment loses none of it, and has one question.

    What is too much to be shown by itself is shown by a tap.
    """
    await office.writes(IRINA, "Начну с начала")
    parts = [photo(f"p{n}") for n in range(10)]
    await asyncio.gather(
        *(office.writes(IRINA, f"и ещё {n}.") for n in range(40)),
        *(office.writes(IRINA, media=(part,), album="a") for part in parts),
    )
    await office.deliver()
    assert 1 == await office.value("SELECT count(*) FROM questions")
    (more,) = [one.keyboard for one, _ in office.work.messages(DESK) if "подряд" in one.text]
    assert more is not None
    await office.presses(DESK, more.rows[0][0].data)
    await office.deliver()
    shown = [message for message, _ in office.work.messages(DESK)]
    texts = "\n".join(message.text for message in shown)
    assert [] == [n for n in range(40) if f"и ещё {n}." not in texts]
    assert sorted(part.ref for part in parts) == sorted(media.ref for one in shown for media in one.media)
    # Each of his messages got a sign of life: he need not wonder whether to send it again.
    assert 41 == len(office.home.marks(IRINA))


@pytest.mark.parametrize("known", ["by a greeting", "by a closed question"])
async def test_quick_messages_of_somebody_known_are_one_question(office: Office, known: str) -> None:
    """Whoever has been here before and sends an album and words in one moment opens one question, not several."""
    if known == "by a greeting":
        await office.starts(IRINA)
    else:
        await office.writes(IRINA, "Старый вопрос")
        await office.writes(DESK, "/close 1")
    # Everybody below has a connection at hand, so that they meet.
    await asyncio.gather(*(office.writes(ChatRef(channel=HOME, chat_id=str(n)), "Привет, я сосед") for n in range(8)))
    before = await office.value("SELECT count(*) FROM questions")
    await asyncio.gather(
        *(office.writes(IRINA, f"часть {n}") for n in range(4)),
        *(office.writes(IRINA, media=(photo(f"p{n}"),), album="a") for n in range(4)),
    )
    assert before + 1 == await office.value("SELECT count(*) FROM questions")
    assert 5 == len(await office.thread(before + 1))


async def test_house_keeping_leaves_what_replies_need(office: Office, tmp_path: Path) -> None:
    """A card is answered however long ago everything was that is cleaned away in the meantime."""
    await office.writes(IRINA, "Когда построят мост?")
    await office.deliver()
    card = office.work.id_of(DESK, "№ 1 ")
    media = MediaStore(tmp_path)
    await media.open()
    office.ctx.rights = Rights(retention=Retention(updates=timedelta(0), media=timedelta(0)))
    upkeep = Upkeep(office.ctx, office.intake, media)
    keeping = asyncio.create_task(upkeep.run())

    async def is_clean(_: object) -> bool:
        return bool(await office.value("SELECT count(*) FROM events") == 0)

    await office.until(is_clean)
    keeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await keeping
    await media.close()
    office.clock.move(timedelta(days=700))
    await office.writes(DESK, "Мост построен", reply_to=card)
    await office.writes(IRINA, "Наконец-то", reply_to=office.home.id_of(IRINA, "№ 1"))
    await office.deliver()
    assert "Мост построен" == office.home.texts(IRINA)[1]


async def test_reply_to_the_second_photo_of_a_colleagues_album(office: Office) -> None:
    """A reply to any part of what a colleague answered goes to the same resident."""
    await office.writes(IRINA, "Покажите схему")
    await office.deliver()
    card = office.work.id_of(DESK, "№ 1 ")
    parts = [
        await office.writes(DESK, media=(photo(f"s{n}", channel=WORK),), reply_to=card, album="a") for n in range(3)
    ]
    for n, part in enumerate(parts):
        await office.writes(DESK, f"к схеме {n}", reply_to=part, by_bot=False)
    await office.deliver()
    assert [f"к схеме {n}" for n in range(3)] == office.home.texts(IRINA)[-3:]


async def test_burst_of_two_hundred(database_address: str) -> None:
    """Two hundred questions at once fit into a group's twenty messages a minute, each with its number and its words."""
    limits = RateLimits(group=Rate(count=20, per=timedelta(minutes=1)))
    async with open_office(database_address, work=replace(ABLE, limits=limits)) as office:
        people = [ChatRef(channel=HOME, chat_id=str(5000 + n)) for n in range(200)]
        for n, who in enumerate(people):
            await office.writes(who, f"Вопрос соседа {n}.", name=f"Житель {n}")

        async def all_shown(_: object) -> bool:
            cards = await office.entries(DESK, Role.CARD, Role.CARDS)
            return all(row.state in (State.SENT, State.MERGED) for row in cards)

        async with office.sending(WORK):
            await office.until(all_shown)
        texts = office.work.texts(DESK)
        assert len(texts) <= 20
        page = "\n".join(texts)
        assert [] == [n for n in range(200) if f"Вопрос соседа {n}." not in page]
        assert [] == [n for n in range(1, 201) if f"№ {n} " not in page]
