"""The messages of the page, and small values of channels: what outlives the process."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.model.chat import ChatRef
from storage import kept, traces
from storage.chat_log import StoredChatLog
from storage.database import Database
from storage.kept import KeptValues

HASH = "a" * 64


async def test_append_and_read(database: Database) -> None:
    """Messages are read in the order in which they came; each chat and each channel has its own."""
    log, other = StoredChatLog(database, "web"), StoredChatLog(database, "web2")
    for n in range(5):
        await log.append("r1", key=f"{n}", body=f'{{"n":{n}}}')
    await log.append("r2", key="0", body="{}")
    await other.append("r1", key="0", body="{}")
    items = await log.read("r1")
    assert [f'{{"n":{n}}}' for n in range(5)] == [item.body for item in items]
    assert items[2:] == await log.read("r1", after=items[1].version)
    assert items[-2:] == await log.read("r1", limit=2)
    assert items[1:3] == await log.read("r1", after=items[0].version, limit=2)
    assert (1, 1) == (len(await log.read("r2")), len(await other.read("r1")))


async def test_same_key_is_not_added_again(database: Database) -> None:
    """A send that is repeated shows nothing twice, also when both come at once."""
    log = StoredChatLog(database, "web")
    found = await asyncio.gather(*(log.append("r1", key="k", body=f'"{n}"') for n in range(6)))
    assert 1 == len(set(found))
    assert 1 == len(await log.read("r1"))


async def test_versions_appear_in_order(database: Database) -> None:
    """Sabotage: a page that reads on from what it saw last misses nothing, however many write at once."""
    log = StoredChatLog(database, "web")
    seen: list[int] = []

    async def watch() -> None:
        last = 0
        while len(seen) < 40:
            for item in await log.read("r1", after=last) if last else await log.read("r1"):
                seen.append(item.id)
                last = item.version

    watcher = asyncio.create_task(watch())
    await asyncio.gather(*(log.append("r1", key=f"{n}", body="{}") for n in range(40)))
    async with asyncio.timeout(10):
        await watcher
    assert 40 == len(set(seen)) == len(seen)


async def test_chat_that_begins_anew(database: Database) -> None:
    """A page that stays open while all in its chat is removed sees what comes there later: an answer, say."""
    log = StoredChatLog(database, "web")
    for n in range(5):
        seen = await log.append("r1", key=f"{n}", body="{}")
    async with database.transaction() as tx:
        await traces.of_stranger(tx, ChatRef(channel="web", chat_id="r1"), "")
    answer = await log.append("r1", key="new", body='"answer"')
    assert [answer] == await log.read("r1", after=seen.version)


async def test_change(database: Database) -> None:
    """A changed message is read again, behind everything else; one that stays as it was is not."""
    log = StoredChatLog(database, "web")
    first = await log.append("r1", key="1", body='"a"')
    second = await log.append("r1", key="2", body='"b"')
    changed = await log.change("r1", first.id, lambda body: body.upper())
    assert changed is not None
    assert ('"A"', True) == (changed.body, changed.version > second.version)
    assert [changed] == await log.read("r1", after=second.version)
    assert changed == await log.change("r1", first.id, lambda body: body)
    assert [] == await log.read("r1", after=changed.version)


async def test_change_of_two_at_once(database: Database) -> None:
    """Two changes of one message are made one after the other: none is lost."""
    log = StoredChatLog(database, "web")
    item = await log.append("r1", key="1", body="0")
    await asyncio.gather(*(log.change("r1", item.id, lambda body: str(int(body) + 1)) for _ in range(8)))
    assert ["8"] == [one.body for one in await log.read("r1")]


async def test_delete(database: Database) -> None:
    """A message is taken away by its own chat alone."""
    log = StoredChatLog(database, "web")
    item = await log.append("r1", key="1", body='"a"')
    assert await log.change("r2", item.id, lambda _: None) is None
    assert await log.change("r2", item.id, lambda _: '"x"') is None
    assert [item] == await log.read("r1")
    assert await log.change("r1", item.id, lambda _: None) is None
    assert [] == await log.read("r1")
    assert await log.change("r1", item.id, lambda _: '"x"') is None


async def test_follow(database: Database) -> None:
    """Who follows a chat is woken by each message and each change, and by those that came while he was reading."""
    log = StoredChatLog(database, "web")
    following = log.follow("r1")
    async with asyncio.timeout(2):
        await anext(following)
        item = await log.append("r1", key="1", body='"a"')
        await anext(following)
        waiting = asyncio.ensure_future(anext(following))
        await log.change("r1", item.id, lambda _: '"b"')
        await waiting


async def test_other_chats_wake_nobody(database: Database) -> None:
    """A message in another chat is none of his business."""
    log = StoredChatLog(database, "web")
    following = log.follow("r1")
    await anext(following)
    waiting = asyncio.ensure_future(anext(following))
    await log.append("r2", key="1", body="{}")
    await log.append("r2", key="2", body="{}")
    assert not waiting.done()
    await log.append("r1", key="3", body="{}")
    async with asyncio.timeout(2):
        await waiting


async def test_file_seen(database: Database) -> None:
    """Who may see a file: the chats whose messages show it, now."""
    log = StoredChatLog(database, "web")
    item = await log.append("r1", key="1", body=f'{{"media":[{{"sha256": "{HASH}"}}]}}')
    assert [True, False] == [await log.file_seen(chat, HASH) for chat in ("r1", "r2")]
    assert not await StoredChatLog(database, "web2").file_seen("r1", HASH)
    assert not await log.file_seen("r1", "b" * 64)
    await log.change("r1", item.id, lambda _: "{}")
    assert not await log.file_seen("r1", HASH)


# --- kept values ---------------------------------------------------------------------------------------------------


async def test_kept(database: Database) -> None:
    """A value is kept for its channel and its name, until another takes its place."""
    one, two = KeptValues(database, "home"), KeptValues(database, "work")
    assert await one.get("cursor") is None
    await one.set("cursor", "5")
    await one.set("cursor", "6")
    await one.set("other", "7")
    assert ["6", "7", None] == [await one.get("cursor"), await one.get("other"), await two.get("cursor")]


async def test_kept_for_a_time(database: Database) -> None:
    """A value whose time is over is not there, and is cleaned away; others stay."""
    values = KeptValues(database, "home")
    now = datetime.now(UTC)
    await values.set("old", "1", expires_at=now - timedelta(seconds=1))
    await values.set("fresh", "2", expires_at=now + timedelta(hours=1))
    await values.set("lasting", "3")
    assert [None, "2", "3"] == [await values.get(name) for name in ("old", "fresh", "lasting")]
    async with database.transaction() as tx:
        await kept.clean(tx)
        assert 2 == await tx.raw.fetchval("SELECT count(*) FROM kept")
    await values.set("fresh", "4")
    async with database.transaction() as tx:
        assert await tx.raw.fetchval("SELECT expires_at IS NULL FROM kept WHERE name = 'fresh'")


async def test_two_processes_keep_the_same(database: Database) -> None:
    """Sabotage: a secret that two processes make at the same time is one secret."""
    values = [KeptValues(database, "home") for _ in range(6)]
    found = await asyncio.gather(*(one.get_or_set("secret", f"{n}") for n, one in enumerate(values)))
    assert 1 == len(set(found))
    assert found[0] == await values[0].get("secret")


async def test_value_whose_time_is_over_is_not_the_one_that_is_kept(database: Database) -> None:
    """`get_or_set` says what `get` says: an expired value is replaced by the new one."""
    kept = KeptValues(database, "work")
    await kept.set("upload", "old", expires_at=datetime.now(UTC) - timedelta(hours=1))
    assert "new" == await kept.get_or_set("upload", "new")
    assert "new" == await kept.get("upload")
