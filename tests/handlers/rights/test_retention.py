"""For how long each kind of data is kept: to the day, in steps, and figures stay."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.delivery.entry import Role
from bot.model.chat import ChatRef
from bot.model.content import Media
from bot.model.question import Status
from handlers import residents
from handlers.lapsing import Lapsing
from handlers.rights.retention import Retention
from handlers.rights.traces import TraceRemover
from storage import outbox, retention
from storage.outbox import State
from tests.handlers.fakes import DESK, HOME, IRINA, OLEG, WORK, Office, photo
from tests.handlers.rights.house import DAY, House, open_house

MARIA = ChatRef(channel=HOME, chat_id="103")


@pytest.fixture
async def house(database_address: str, tmp_path: Path) -> AsyncIterator[House]:
    """Irina's question is closed, Oleg's is open; both came with photos."""
    async with open_house(database_address, tmp_path) as opened:
        office = opened.office
        opened.contents |= {"i": b"irina", "o": b"oleg"}
        await office.writes(IRINA, "Нет тепла", media=(photo("i"),))
        await office.writes(OLEG, "Яма", media=(photo("o"),))
        for ref in ("i", "o"):
            await opened.media.get(photo(ref))
        await office.deliver()
        await office.writes(DESK, "/close 1 решено словами")
        await office.deliver()
        yield opened


@pytest.fixture
def office(house: House) -> Office:
    return house.office


async def words(office: Office) -> list[list[str]]:
    return [[one.content.text for one in await office.thread(number)] for number in (1, 2)]


async def later(house: House, span: timedelta) -> None:
    house.office.clock.move(span)
    await house.retention.once()
    await house.traces.once()


async def test_kept_for_ever_by_default(house: House) -> None:
    """Where the settings name no term nothing goes."""
    await later(house, 4000 * DAY)
    assert [["Нет тепла"], ["Яма"]] == await words(house.office)
    assert [IRINA.chat_id, OLEG.chat_id] == [
        row["chat_id"] for row in await house.office.rows("SELECT chat_id FROM conversations ORDER BY id")
    ]


async def test_texts(house: House) -> None:
    """What was written goes when its term is over, with its files and with what showed it; what waits stays."""
    house.keeps(texts=30 * DAY)
    await later(house, 29 * DAY)
    assert ["Нет тепла"] == (await words(house.office))[0]
    await later(house, 2 * DAY)
    assert [[""], ["Яма"]] == await words(house.office)
    assert [b"oleg"] == house.stored()
    office = house.office
    for needle in ("Нет тепла", "решено словами"):
        assert 0 == await office.value("SELECT count(*) FROM outbox WHERE position($1 in effect) > 0", needle.encode())
    assert 0 == await office.value("SELECT count(*) FROM questions WHERE close_reason <> ''")
    assert 0 == await office.value("SELECT count(*) FROM actions WHERE detail <> ''")
    # The figures, the number and the resident's name stay.
    question = await office.question(1)
    assert (Status.CLOSED, "Ирина", False) == (question.status, question.resident, question.forgotten)
    assert 2 == await office.value("SELECT count(*) FROM waits")


async def test_what_waits_is_never_touched(house: House) -> None:
    """However short the terms: a question that waits for its answer keeps every word, name and file."""
    house.keeps(texts=7 * DAY, files=7 * DAY, names=7 * DAY)
    await later(house, 3000 * DAY)
    assert ["Яма"] == (await words(house.office))[1]
    assert ["o"] == [media.ref for one in await house.office.thread(2) for media in one.content.media]
    assert OLEG == (await house.office.question(2)).chat


async def test_settled_question(house: House) -> None:
    """The term begins when the question has closed by itself after its answer."""
    office = house.office
    await office.writes(DESK, "Завтра", reply_to=office.work.id_of(DESK, "№ 2 "))
    office.clock.move(4 * DAY)
    await Lapsing(office.ctx).once()
    house.keeps(texts=30 * DAY)
    await later(house, 29 * DAY)
    assert ["Яма", "Завтра"] == (await words(office))[1]
    await later(house, 2 * DAY)
    assert ["", ""] == (await words(office))[1]


async def test_files(house: House) -> None:
    """Files go by themselves, from the thread, from what showed it and from the store; the words stay."""
    house.keeps(files=30 * DAY)
    await later(house, 31 * DAY)
    assert [["Нет тепла"], ["Яма"]] == await words(house.office)
    assert [[], ["o"]] == [
        [media.ref for one in await house.office.thread(number) for media in one.content.media] for number in (1, 2)
    ]
    assert [b"oleg"] == house.stored()
    assert 0 == await house.office.value("SELECT count(*) FROM outbox WHERE position($1 in effect) > 0", b'"ref":"i"')


async def test_file_that_somebody_else_sent_too(house: House) -> None:
    """A file that is in another question stays in the store."""
    office = house.office
    await office.writes(MARIA, "И у меня", media=(photo("i"),))
    house.keeps(files=30 * DAY)
    await later(house, 31 * DAY)
    assert [b"irina", b"oleg"] == house.stored()
    assert ["i"] == [media.ref for one in await office.thread(3) for media in one.content.media]


async def test_names(house: House) -> None:
    """Who has not been there for so long, and waits for nothing, has no name and no address any more: words stay."""
    office = house.office
    house.keeps(names=30 * DAY)
    await office.value("UPDATE conversations SET seen_at = $1 RETURNING id", office.clock())
    await later(house, 29 * DAY)
    assert "Ирина" == (await office.question(1)).resident
    await later(house, 2 * DAY)
    question = await office.question(1)
    assert ("", "forgotten-1", True) == (question.resident, question.chat.chat_id, question.forgotten)
    assert ["Нет тепла"] == (await words(office))[0]
    assert [] == await office.entries(IRINA)
    for table in ("events", "links", "messages", "actions"):
        assert 0 == await office.value(f"SELECT count(*) FROM {table} WHERE chat_id = $1", IRINA.chat_id)  # noqa: S608


async def test_what_was_remembered_goes_with_the_name(house: House) -> None:
    """Where he lives, what he asks about, in which language he is spoken to: that serves nobody who is not there."""
    office = house.office
    house.keeps(names=30 * DAY)
    await office.value(
        "UPDATE conversations SET place = 'nadym', topic = 'water', chosen_language = 'en', seen_at = $1 RETURNING id",
        office.clock(),
    )
    await later(house, 29 * DAY)
    both = "SELECT place, topic, chosen_language FROM conversations ORDER BY id"
    assert [("nadym", "water", "en")] * 2 == [tuple(row.values()) for row in await office.rows(both)]
    await later(house, 2 * DAY)
    # Oleg still waits for an answer.
    kept = [("", "", ""), ("nadym", "water", "en")]
    assert kept == [tuple(row.values()) for row in await office.rows(both)]


async def test_names_of_somebody_who_comes_again(house: House) -> None:
    """A word, a press: whoever is there counts as there, whatever he asked long ago."""
    office = house.office
    house.keeps(names=30 * DAY)
    office.clock.move(31 * DAY)
    await office.value("UPDATE conversations SET seen_at = $1 RETURNING id", office.clock() - 31 * DAY)
    await office.writes(IRINA, "Помощь")
    await office.value("UPDATE conversations SET seen_at = $1 WHERE chat_id = '101' RETURNING id", office.clock())
    await house.retention.once()
    assert "Ирина" == (await office.question(1)).resident


async def test_actions(house: House) -> None:
    """That something was done stays, and when; who did it goes."""
    house.keeps(actions=30 * DAY)
    await later(house, 29 * DAY)
    assert 1 == await house.office.value("SELECT count(*) FROM actions WHERE name = 'Ольга'")
    await later(house, 2 * DAY)
    (row,) = await house.office.rows("SELECT what, name, user_id, detail FROM actions")
    assert ("closed", "", "", "") == tuple(row)


async def test_lists(house: House) -> None:
    """Of lists in admin chats the numbers are left, by which a reply to them still finds its question."""
    office = house.office
    await office.writes(DESK, "/open")
    await office.deliver()
    listed = office.work.id_of(DESK, "Ждёт ответа")
    house.keeps(texts=30 * DAY)
    await office.value("UPDATE outbox SET created_at = $1 RETURNING id", office.clock())
    await later(house, 31 * DAY)
    (entry,) = [one for one in await office.entries(DESK, Role.COMMAND) if one.text == "№ 2"]
    assert State.SENT is entry.state
    await office.writes(DESK, "2 Сделаем", reply_to=listed)
    await office.deliver()
    assert "Сделаем" in office.home.texts(OLEG)
    await office.writes(DESK, "3 дома уже починили", reply_to=listed)
    await office.deliver()
    assert office.work.texts(DESK)[-1].startswith("На какой вопрос это ответ?")


async def test_what_officials_wrote_for_no_question(house: House) -> None:
    """A reply that was never given to a question goes with the others."""
    office = house.office
    await office.writes(DESK, "/open")
    await office.deliver()
    await office.writes(DESK, "сделаем", reply_to=office.work.id_of(DESK, "Ждёт ответа"))
    house.keeps(texts=30 * DAY)
    await later(house, 31 * DAY)
    assert 0 == await office.value("SELECT count(*) FROM messages WHERE content ->> 'text' = 'сделаем'")


async def test_in_steps(house: House) -> None:
    """However much it is, it goes in small steps, and all of it goes; what was done is not done again."""
    office = house.office
    house.step = 2
    for number in range(5):
        await office.presses(OLEG, "new")
        await office.writes(OLEG, f"Почему так, {number}?")
    for number in range(3, 8):
        await office.writes(DESK, f"/close {number}")
    house.keeps(texts=30 * DAY, files=30 * DAY, actions=30 * DAY)
    await later(house, 31 * DAY)
    assert 1 == await office.value("SELECT count(*) FROM messages WHERE content ->> 'text' <> ''")
    done = [line for line in office.logs if line["event"] == "retention.done"]
    assert [6] == [line["texts"] for line in done]
    await house.retention.once()
    assert 1 == len([line for line in office.logs if line["event"] == "retention.done"])


async def test_two_processes(house: House) -> None:
    """While one does it the other leaves it alone."""
    house.keeps(texts=30 * DAY)
    house.office.clock.move(31 * DAY)
    async with house.office.eye.transaction() as tx:
        assert await retention.alone(tx)
        await house.retention.once()
        assert ["Нет тепла"] == (await words_of(house, 1))
    await house.retention.once()
    assert [""] == await words_of(house, 1)


async def words_of(house: House, number: int) -> list[str]:
    rows = await house.office.rows("SELECT content ->> 'text' AS text FROM messages WHERE question_id = $1", number)
    return [row["text"] or "" for row in rows]


async def test_opened_again(house: House) -> None:
    """A question that was opened again, and closed again, has its term anew."""
    office = house.office
    house.keeps(texts=30 * DAY)
    await later(house, 20 * DAY)
    await office.writes(DESK, "/reopen 1")
    await office.writes(DESK, "/close 1")
    await later(house, 11 * DAY)
    assert ["Нет тепла"] == (await words(office))[0]
    await later(house, 20 * DAY)
    assert [""] == (await words(office))[0]


async def test_nothing_left_to_open_again(house: House) -> None:
    """A question without a word would wait for an answer that nobody can give: it stays closed, nobody is told."""
    office = house.office
    house.keeps(texts=30 * DAY)
    await later(house, 31 * DAY)
    before = len(await office.entries(IRINA))
    await office.writes(DESK, "/reopen 1")
    await office.deliver()
    assert "снова не открыть: срок его хранения вышел" in office.work.texts(DESK)[-1]
    assert (Status.CLOSED, before) == ((await office.question(1)).status, len(await office.entries(IRINA)))


async def test_no_word_in_the_log(house: House) -> None:
    """The log counts, and says nothing of anybody."""
    house.keeps(texts=30 * DAY, names=30 * DAY, actions=30 * DAY, files=30 * DAY)
    await later(house, 31 * DAY)
    told = str(house.office.logs)
    assert [] == [word for word in ("Нет тепла", "Ирина") if word in told]


async def test_unsent_stays(house: House) -> None:
    """What still waits to be sent is sent with its words."""
    office = house.office
    await office.writes(DESK, "Сегодня", reply_to=office.work.id_of(DESK, "№ 1 "))
    await office.writes(DESK, "/close 1")
    house.keeps(texts=30 * DAY)
    await later(house, 31 * DAY)
    await office.deliver()
    assert "Сегодня" in office.home.texts(IRINA)
    async with office.eye.transaction() as tx:
        assert [] == await outbox.depths(tx)


#: What is left of Irina's answer once it has been sent after its term, by what is kept for so long.
SENT_LATE = {
    "words": ({"texts": 30 * DAY}, b"\xd0\xa1\xd0\xb5\xd0\xb3\xd0\xbe\xd0\xb4\xd0\xbd\xd1\x8f"),
    "files": ({"files": 30 * DAY}, b'"ref":"late"'),
}


@pytest.mark.parametrize(("terms", "needle"), SENT_LATE.values(), ids=SENT_LATE.keys())
async def test_what_was_sent_late(house: House, terms: dict[str, timedelta], needle: bytes) -> None:
    """What was still to be sent when its term was over goes on the day after it has been sent."""
    office = house.office
    answered = office.work.id_of(DESK, "№ 1 ")
    await office.writes(DESK, "Сегодня", reply_to=answered, media=(photo("late", channel=WORK),))
    await office.writes(DESK, "/close 1")
    house.keeps(**terms)
    await later(house, 31 * DAY)
    left = "SELECT count(*) FROM outbox WHERE position($1 in effect) > 0"
    assert 0 < await office.value(left, needle)
    await office.deliver()
    await later(house, DAY)
    assert 0 == await office.value(left, needle)


async def test_list_that_was_sent_late(house: House) -> None:
    """So do the words of a list in an admin chat, and of a page of a resident's questions."""
    office = house.office
    await office.writes(DESK, "/open")
    await office.writes(OLEG, "мои вопросы")
    house.keeps(texts=30 * DAY)
    left = "SELECT count(*) FROM outbox WHERE question_id IS NULL AND position($1 in effect) > 0"
    await later(house, 31 * DAY)
    assert 2 == await office.value(left, "Яма".encode())
    await office.deliver()
    await later(house, DAY)
    assert 0 == await office.value(left, "Яма".encode())


async def test_opened_again_before_it_was_sent(house: House) -> None:
    """Who opens his question again meanwhile keeps the words that were still to be sent: its term begins anew."""
    office = house.office
    answered = office.work.id_of(DESK, "№ 1 ")
    await office.writes(DESK, "Сегодня", reply_to=answered)
    await office.writes(DESK, "/close 1")
    house.keeps(texts=30 * DAY)
    await later(house, 31 * DAY)
    await office.writes(DESK, "/reopen 1")
    await office.writes(IRINA, "А когда точно?", reply_to="1")
    await office.deliver()
    await later(house, DAY)
    assert any("А когда точно?" in row.text for row in await office.entries(DESK))


@pytest.mark.parametrize("terms", [{"texts": 30 * DAY}, {"files": 30 * DAY}], ids=["texts", "files"])
async def test_opened_again_meanwhile(house: House, terms: dict[str, timedelta]) -> None:
    """Who opens his question again while others' are erased loses nothing: what is closed is looked at under a lock."""
    office = house.office
    house.keeps(**terms)
    office.clock.move(31 * DAY)
    async with office.eye.transaction() as tx:
        await tx.raw.execute("UPDATE questions SET status = 'open', closed_at = NULL WHERE id = 1")
        erasing = asyncio.create_task(house.retention.once())
        while not (erasing.done() or await tx.raw.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            pass
    await erasing
    (message,) = await office.thread(1)
    assert ("Нет тепла", ["i"]) == (message.content.text, [media.ref for media in message.content.media])


class Dies(TraceRemover):
    """Ends where its process is killed: what is in the database is erased, the files are not gone yet."""

    async def remove_files(self, media: Collection[Media]) -> int:
        if media:
            raise asyncio.CancelledError
        return 0


async def test_killed_before_the_files_are_gone(house: House) -> None:
    """The next run removes the files of what the last one has erased."""
    office = house.office
    house.keeps(texts=30 * DAY)
    office.clock.move(31 * DAY)
    with pytest.raises(asyncio.CancelledError):
        await Retention(office.ctx, Dies(office.ctx, house.media), residents.register).once()
    assert ([""], [b"irina", b"oleg"]) == (await words_of(house, 1), house.stored())
    await house.retention.once()
    assert [b"oleg"] == house.stored()
    assert 0 == await office.value("SELECT count(*) FROM kept WHERE name LIKE 'retention:going:%'")


async def test_daily_and_hourly_work(house: House) -> None:
    """Both begin at the start, at the same moment: neither keeps the other from its work."""
    before = house.stored()
    await made_files(house)
    house.office.clock.move(31 * DAY)
    async with house.office.eye.transaction() as tx:
        assert await retention.alone(tx)
        await house.retention.short_lived()
    assert before == house.stored()


# --- what was made for one moment ----------------------------------------------------------------------------------


async def made_files(house: House) -> None:
    """A table for officials, and a file with her data for Irina."""
    await house.office.writes(DESK, "/export день")
    await house.office.writes(IRINA, "мои данные")
    while await house.chores.once():
        await house.office.deliver()


async def test_made_files(house: House) -> None:
    """Tables and files with somebody's data are in the store for a day; whatever else the settings say."""
    before = house.stored()
    await made_files(house)
    assert len(before) + 3 == len(house.stored())
    house.office.clock.move(DAY - timedelta(minutes=5))
    await house.retention.short_lived()
    assert len(before) + 3 == len(house.stored())
    house.office.clock.move(timedelta(minutes=10))
    await house.retention.short_lived()
    assert before == house.stored()
    assert 0 == await house.office.value(
        "SELECT count(*) FROM outbox WHERE position('мои-данные'::bytea in effect) > 0"
    )
    assert any(one.text.startswith("Здесь всё") for one in await house.office.entries(IRINA))


async def test_made_files_on_the_page(house: House) -> None:
    """Where the chat is on the page it shows them no longer either: that would keep them in the store."""
    before = house.stored()
    await made_files(house)
    (ref,) = [
        media.ref
        for one in await house.office.entries(DESK)
        for media in getattr(one.effect, "media", ())
        if media.channel == ""
    ]
    shown = await (await house.log()).append(
        DESK.chat_id,
        key="out:1",
        body=json.dumps({"text": "Таблица", "files": [{"sha256": ref.removeprefix("file:")}]}),
    )
    await house.office.value(
        "UPDATE links SET message_id = $1 WHERE entry_id = (SELECT max(id) FROM outbox WHERE chat_id = $2"
        ' AND position(\'"ref":"file:\'::bytea in effect) > 0) RETURNING 1',
        str(shown.id),
        DESK.chat_id,
    )
    await later(house, DAY + timedelta(minutes=5))
    await house.retention.short_lived()
    assert before == house.stored()
    assert [([], "Таблица")] == [
        (row["files"], json.loads(row["body"])["text"]) for row in await house.office.rows("SELECT * FROM log_items")
    ]


async def test_made_file_that_waits(house: House) -> None:
    """One that could not be delivered for a day is not sent any more: there would be nothing to send."""
    office = house.office
    await office.writes(IRINA, "мои данные")
    while await house.chores.once():
        pass
    office.clock.move(DAY + timedelta(minutes=5))
    await house.retention.short_lived()
    await office.deliver()
    assert [] == [message for message, _ in office.home.messages(IRINA) if message.media]


async def test_pages(house: House) -> None:
    """What was said to a resident beside his questions has its term, too: the list of his questions has his words."""
    office = house.office
    await office.writes(OLEG, "мои вопросы")
    await office.deliver()
    assert "Яма" in office.home.texts(OLEG)[-1]
    house.keeps(texts=30 * DAY)
    await office.value("UPDATE outbox SET created_at = $1 RETURNING id", office.clock())
    await later(house, 31 * DAY)
    pages = [one.text for one in await office.entries(OLEG) if one.question is None]
    assert ["", *[""] * (len(pages) - 1)] == pages
    # His open question is as it was.
    assert any("№ 2" in one.text for one in await office.entries(OLEG))


async def test_commands_on_the_page(house: House) -> None:
    """Of what was written on the page beside questions nothing is older than the term: commands, talk, lists."""
    office = house.office
    log = await house.log()
    old = await log.append(DESK.chat_id, key="in:8:1", body=_item("Кто видел Ирину?", office.clock()))
    of_question = await log.append(DESK.chat_id, key="in:8:2", body=_item("Завтра", office.clock()))
    card = office.work.id_of(DESK, "№ 2 ")
    await office.writes(DESK, "Завтра", reply_to=card, message_id=str(of_question.id))
    new = await log.append(DESK.chat_id, key="in:8:3", body=_item("/find Ирина", office.clock() + 10 * DAY))
    house.keeps(texts=30 * DAY)
    await later(house, 31 * DAY)
    left = [row["id"] for row in await office.rows("SELECT id FROM log_items ORDER BY id")]
    assert ([of_question.id, new.id], False) == (left, old.id in left)


def _item(text: str, at: datetime) -> str:
    return json.dumps({"who": "official", "text": text, "at": at.isoformat()}, ensure_ascii=False)
