"""Threads: messages, albums, what was said before."""

from __future__ import annotations

from dataclasses import replace

from bot.model.chat import ChatRef
from bot.model.content import Content, Media, MediaKind
from bot.model.question import VERSIONS_KEPT, Author
from storage import links, messages
from storage.database import Database
from tests.storage.entries import DESK, NOW, RESIDENT, ask, said

PHOTO = Media(kind=MediaKind.PHOTO, channel="home", ref="p", file_name="яма.jpg", size=5)
OTHER = ChatRef(channel="home", chat_id="102")


async def test_thread(database: Database) -> None:
    """A thread has all of its messages in order, and nobody else's."""
    async with database.transaction() as tx:
        number, _ = await ask(tx)
        await ask(tx, said("чужое", "m9", chat=OTHER))
        await messages.add(tx, number, said("Сегодня", "m2", role=Author.OFFICIAL, author="Ольга", chat=DESK))
        await messages.add(tx, number, said("позвонить", "m3", role=Author.NOTE, author="Олег", chat=DESK))
        found = await messages.thread(tx, number)
    assert [
        (Author.RESIDENT, "", "Нет тепла"),
        (Author.OFFICIAL, "Ольга", "Сегодня"),
        (Author.NOTE, "Олег", "позвонить"),
    ] == [(one.role, one.author, one.content.text) for one in found]


async def test_history(database: Database) -> None:
    """A corrected message keeps what it said before, oldest first; a further part of an album is no correction."""
    async with database.transaction() as tx:
        _, message = await ask(tx)
        old = await messages.get(tx, message)
        for text in ("Нет тепла!", "Нет тепла и воды"):
            await messages.set_content(tx, await messages.get(tx, message), Content(text=text), edited_at=NOW)
        found = await messages.get(tx, message)
        assert ("Нет тепла и воды", ("Нет тепла", "Нет тепла!")) == (
            found.content.text,
            tuple(one.text for one in found.history),
        )
        await messages.set_content(tx, found, Content(text="x", media=(PHOTO,)))
        assert (2, (PHOTO,)) == (
            len((await messages.get(tx, message)).history),
            (await messages.get(tx, message)).content.media,
        )
    assert old.history == ()


async def test_history_without_an_end(database: Database) -> None:
    """Of a message that is corrected without an end the first version is kept, and the last ones."""
    async with database.transaction() as tx:
        _, message = await ask(tx)
        for number in range(VERSIONS_KEPT + 5):
            old = await messages.get(tx, message)
            await messages.set_content(tx, old, Content(text=f"Нет тепла {number}"), edited_at=NOW)
        found = await messages.get(tx, message)
    kept = [one.text for one in found.history]
    assert (VERSIONS_KEPT, "Нет тепла") == (len(kept), kept[0])
    assert [f"Нет тепла {number}" for number in range(5, VERSIONS_KEPT + 4)] == kept[1:]


async def test_newest_of_a_long_thread(database: Database) -> None:
    """Whoever shows the end of a thread reads no more than that, and knows how long it is."""
    async with database.transaction() as tx:
        number, _ = await ask(tx)
        for n in range(5):
            await messages.add(tx, number, said(f"ещё {n}", f"m{n + 2}"))
        await messages.add(tx, number, said("позвонить", "n1", role=Author.NOTE, author="Олег", chat=DESK))
        for roles, texts, total in ((None, ["ещё 4", "позвонить"], 7), ([Author.RESIDENT], ["ещё 3", "ещё 4"], 6)):
            found, count = await messages.newest_of(tx, number, roles, limit=2)
            assert (texts, total) == ([one.content.text for one in found], count)
        assert ([], 0) == await messages.newest_of(tx, number + 1, None, limit=2)


async def test_spoken_to(database: Database) -> None:
    """An internal note says nothing to the resident; an answer does."""
    async with database.transaction() as tx:
        number, _ = await ask(tx)
        await messages.add(tx, number, said("позвонить", "n1", role=Author.NOTE, author="Олег", chat=DESK))
        before = await messages.is_spoken_to(tx, number)
        await messages.add(tx, number, said("Сегодня", "n2", role=Author.OFFICIAL, author="Олег", chat=DESK))
        assert (False, True) == (before, await messages.is_spoken_to(tx, number))


async def test_album(database: Database) -> None:
    """A further part finds the message of the first; another chat's album of the same id is another."""
    async with database.transaction() as tx:
        _, message = await ask(tx, said(message_id="m1", album_id="al1"))
        found = await messages.album(tx, RESIDENT, "al1")
        assert found is not None
        assert message == found.id
        assert await messages.album(tx, OTHER, "al1") is None
        assert await messages.album(tx, RESIDENT, "al2") is None
        await ask(tx, said(message_id="m2"))
        assert await messages.album(tx, RESIDENT, "") is None


async def test_preview_is_the_first_message(database: Database) -> None:
    """A list shows what the question began with, cut, and nothing for a photo alone."""
    async with database.transaction() as tx:
        await ask(tx, said("Я" * 1000))
        await messages.add(tx, 1, said("потом", "m2"))
        await ask(tx, said("", "m3", content=Content(media=(PHOTO,))))
        assert {1: "Я" * 400, 2: ""} == await messages.previews(tx, [1, 2, 3])


async def test_reply_that_was_assigned(database: Database) -> None:
    """A reply without a question gets one later: in the thread and for whoever replies to it."""
    async with database.transaction() as tx:
        number, _ = await ask(tx)
        kept = await messages.add(tx, None, said("Сегодня", "m2", role=Author.UNCLEAR, chat=DESK))
        assert [Author.RESIDENT] == [one.role for one in await messages.thread(tx, number)]
        await messages.assign(tx, kept, number, Author.OFFICIAL)
        assert [Author.RESIDENT, Author.OFFICIAL] == [one.role for one in await messages.thread(tx, number)]
        link = await links.find(tx, DESK, "m2")
    assert links.Link(question=number, thread_message=kept, role=Author.OFFICIAL) == link


async def test_long_ids_and_content(database: Database) -> None:
    """Ids are text of any length and any signs; content keeps every character."""
    chat = ChatRef(channel="home", chat_id="01x/+A==" * 20)
    text = "Ёлки 😀 \u200f «кавычки» \\ ' \" \t\n конец"
    async with database.transaction() as tx:
        number, _ = await ask(tx, replace(said(text, "id" * 200), chat=chat))
        (only,) = await messages.thread(tx, number)
        assert (await links.find(tx, chat, "id" * 200)) is not None
    assert text == only.content.text


async def test_message_without_a_link(database: Database) -> None:
    """What is no message of a platform is in the thread, and no reply finds it."""
    async with database.transaction() as tx:
        number, _ = await ask(tx)
        kept = await messages.add(tx, None, said("Готовый ответ", "", role=Author.UNCLEAR, chat=DESK))
        assert await links.find(tx, DESK, "") is None
        assert (DESK, "") == await links.first_of_people(tx, kept)
        await messages.assign(tx, kept, number, Author.OFFICIAL)
        assert "Готовый ответ" == (await messages.thread(tx, number))[-1].content.text
