"""A Bot API that accepts everything at once, and notes when which question reached whom.

https://core.telegram.org/bots/api
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from benchmarks.wire import ServerProtocol

BOT_ID = 700700
TOKEN = f"{BOT_ID}:benchmark"
SECRET = "benchmark-secret"
ADMIN_CHAT = -1007007007007

#: Every question's text holds its place: `question_text`.
_PLACE = re.compile(r"вопрос-(\d+)-")
#: How long nothing may happen before a run is called off, in seconds.
PATIENCE = 60.0


def question_text(place: int) -> str:
    """What the resident at this place asks: about as long as such questions are."""
    return f"вопрос-{place}- Когда дадут тепло на улице Геологов, 14? Третий день в квартире холодно, ждём ответа."


@dataclass(slots=True)
class Arrivals:
    """When things arrived, by the place of the question, in seconds of `time.perf_counter`."""

    cards: dict[int, float] = field(default_factory=dict)
    #: Messages to residents.
    confirmations: dict[int, float] = field(default_factory=dict)
    #: Messages in the admin chat, however many questions they show.
    admin_messages: int = 0
    latest: float = 0.0


class BotApi:
    """The server on loopback. One run at a time: `begin` forgets what came before."""

    def __init__(self) -> None:
        self.arrived = Arrivals()
        self._first_resident = 0
        self._message_id = 0
        self._webhook = ""
        self._more = asyncio.Event()
        self._server: asyncio.Server | None = None
        self.url = ""

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: ServerProtocol(self._answer), "127.0.0.1", 0, backlog=1024)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    def begin(self, first_resident: int) -> Arrivals:
        """Expect questions of residents whose chat ids count from this one."""
        self._first_resident = first_resident
        self.arrived = Arrivals()
        return self.arrived

    async def wait_for(self, *, cards: int, confirmations: int) -> None:
        """Wait until so many questions were shown and so many residents were told. Raises TimeoutError."""
        while len(self.arrived.cards) < cards or len(self.arrived.confirmations) < confirmations:
            self._more.clear()
            async with asyncio.timeout(PATIENCE):
                await self._more.wait()

    # --- inside ---

    def _answer(self, path: str, body: bytes) -> bytes:
        method = path.rpartition("/")[2]
        if method == "sendMessage":
            return self._sent(_fields(body))
        if method == "setWebhook":
            self._webhook = _fields(body)["url"]
        if method == "getWebhookInfo":
            # Another address than its own would be taken for a webhook that somebody took away.
            result = {"url": self._webhook, "has_custom_certificate": False, "pending_update_count": 0}
            return msgspec.json.encode({"ok": True, "result": result})
        return _ANSWERS.get(method, b'{"ok":true,"result":true}')

    def _sent(self, fields: dict[str, Any]) -> bytes:
        chat_id, now = int(fields["chat_id"]), time.perf_counter()
        arrived = self.arrived
        if chat_id == ADMIN_CHAT:
            arrived.admin_messages += 1
            for place in _PLACE.findall(fields["text"]):
                arrived.cards.setdefault(int(place), now)
        else:
            arrived.confirmations.setdefault(chat_id - self._first_resident, now)
        arrived.latest = now
        self._more.set()
        self._message_id += 1
        return b'{"ok":true,"result":{"message_id":%d,"date":%d,"chat":{"id":%d,"type":"%s"},"text":"ok"}}' % (
            self._message_id,
            int(time.time()),
            chat_id,
            b"supergroup" if chat_id < 0 else b"private",
        )


_ANSWERS = {
    "getMe": b'{"ok":true,"result":{"id":%d,"is_bot":true,"first_name":"B","username":"benchmark_bot"}}' % BOT_ID,
}


def _fields(body: bytes) -> dict[str, Any]:
    """A call's fields, sent as JSON or, as aiogram does, as a form."""
    if body[:1] == b"{":
        fields: dict[str, Any] = msgspec.json.decode(body)
        return fields
    return dict(parse_qsl(body.decode()))
