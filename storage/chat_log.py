"""The messages of a channel that has no platform behind it: what its page shows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from weakref import WeakValueDictionary

from bot.adapter import LogItem
from storage.database import Database, Transaction

_HASH = re.compile(r'"sha256":\s*"([0-9a-f]{64})"')
#: Seconds after which a follower looks again by itself: another process may have written.
_LOOK_AGAIN = 5.0


class StoredChatLog:
    """Implements `bot.adapter.ChatLog` for one channel."""

    def __init__(self, database: Database, channel: str) -> None:
        self._database = database
        self._channel = channel
        #: Held by those who follow a chat, and gone with the last of them.
        self._changed: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    async def append(self, chat_id: str, *, key: str, body: str) -> LogItem:
        async with self._database.transaction() as tx:
            found = await tx.raw.fetchrow(
                "SELECT id, version, body FROM log_items WHERE channel = $1 AND chat_id = $2 AND key = $3",
                self._channel,
                chat_id,
                key,
            )
            if found is None:
                version = await self._next_version(tx, chat_id)
                found = await tx.raw.fetchrow(
                    "INSERT INTO log_items AS i (channel, chat_id, key, version, body, files)"
                    " VALUES ($1, $2, $3, $4, $5, $6)"
                    " ON CONFLICT (channel, chat_id, key) DO UPDATE SET key = i.key RETURNING id, version, body",
                    self._channel,
                    chat_id,
                    key,
                    version,
                    body,
                    _HASH.findall(body),
                )
            tx.after_commit(lambda: self._wake(chat_id))
        assert found is not None
        return LogItem(id=found["id"], version=found["version"], body=found["body"])

    async def change(self, chat_id: str, item_id: int, change: Callable[[str], str | None]) -> LogItem | None:
        async with self._database.transaction() as tx:
            found = await tx.raw.fetchrow(
                "SELECT version, body FROM log_items WHERE channel = $1 AND chat_id = $2 AND id = $3 FOR UPDATE",
                self._channel,
                chat_id,
                item_id,
            )
            if found is None:
                return None
            changed = change(found["body"])
            if changed is None:
                await tx.raw.execute("DELETE FROM log_items WHERE id = $1", item_id)
                return None
            if changed == found["body"]:
                return LogItem(id=item_id, version=found["version"], body=changed)
            version = await self._next_version(tx, chat_id)
            await tx.raw.execute(
                "UPDATE log_items SET body = $2, version = $3, files = $4 WHERE id = $1",
                item_id,
                changed,
                version,
                _HASH.findall(changed),
            )
            tx.after_commit(lambda: self._wake(chat_id))
        return LogItem(id=item_id, version=version, body=changed)

    async def read(self, chat_id: str, *, after: int = 0, limit: int = 200) -> list[LogItem]:
        order = "ORDER BY version LIMIT $4" if after else "ORDER BY version DESC LIMIT $4"
        async with self._database.transaction() as tx:
            rows = await tx.raw.fetch(
                f"SELECT id, version, body FROM log_items WHERE channel = $1 AND chat_id = $2 AND version > $3 {order}",
                self._channel,
                chat_id,
                after,
                limit,
            )
        items = [LogItem(id=row["id"], version=row["version"], body=row["body"]) for row in rows]
        return items if after else items[::-1]

    async def follow(self, chat_id: str) -> AsyncIterator[None]:
        while True:
            changed = self._changed.setdefault(chat_id, asyncio.Event())
            yield
            try:
                async with asyncio.timeout(_LOOK_AGAIN):
                    await changed.wait()
            except TimeoutError:
                continue

    async def file_seen(self, chat_id: str, sha256: str) -> bool:
        async with self._database.transaction() as tx:
            seen: bool = await tx.raw.fetchval(
                "SELECT EXISTS (SELECT 1 FROM log_items WHERE files @> ARRAY[$3] AND channel = $1 AND chat_id = $2)",
                self._channel,
                chat_id,
                sha256,
            )
        return seen

    async def _next_version(self, tx: Transaction, chat_id: str) -> int:
        # The row stays locked until the commit, so a reader never sees a later version before an earlier one. Counted
        # in microseconds, so that a page that is open sees what comes in a chat that was removed and begins anew.
        version: int = await tx.raw.fetchval(
            "INSERT INTO log_chats AS c (channel, chat_id, version)"
            " VALUES ($1, $2, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)"
            " ON CONFLICT (channel, chat_id) DO UPDATE SET version = greatest(c.version + 1, EXCLUDED.version)"
            " RETURNING version",
            self._channel,
            chat_id,
        )
        return version

    def _wake(self, chat_id: str) -> None:
        if (changed := self._changed.pop(chat_id, None)) is not None:
            changed.set()
