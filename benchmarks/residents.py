"""Residents who ask: as fast as they are answered, or so many a second."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from dataclasses import dataclass, field

import msgspec

from benchmarks.bot_api import SECRET, question_text
from benchmarks.wire import ClientProtocol, connect

_update_ids = itertools.count(1)
#: The platform's own limit of connections for a webhook; https://core.telegram.org/bots/api#setwebhook
CONNECTIONS = 40
#: Arrivals are the same in every run.
_SEED = 2024


@dataclass(slots=True)
class Asked:
    """When each question was posted, and when its 200 came; by place, in seconds of `time.perf_counter`."""

    posted: dict[int, float] = field(default_factory=dict)
    accepted: dict[int, float] = field(default_factory=dict)
    refused: int = 0


def request(port: int, path: str, resident: int, text: str) -> bytes:
    """A webhook call with one message of one person. https://core.telegram.org/bots/api#message"""
    person = {"id": resident, "is_bot": False, "first_name": "Ирина", "last_name": "Петрова", "language_code": "ru"}
    update = {
        "update_id": next(_update_ids),
        "message": {
            "message_id": 1,
            "from": person,
            "chat": {"id": resident, "first_name": "Ирина", "last_name": "Петрова", "type": "private"},
            "date": int(time.time()),
            "text": text,
        },
    }
    body = msgspec.json.encode(update)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def ask_at_once(
    port: int, path: str, *, first_resident: int, count: int, connections: int = CONNECTIONS
) -> Asked:
    """`count` residents ask one question each; every connection sends its next update when it has its 200."""
    asked = Asked()
    places = iter(range(count))
    requests = [request(port, path, first_resident + place, question_text(place)) for place in range(count)]

    async def worker(connection: ClientProtocol) -> None:
        for place in places:
            await _ask(connection, requests[place], place, asked)

    opened = await asyncio.gather(*(connect(port) for _ in range(connections)))
    await asyncio.gather(*map(worker, opened))
    for connection in opened:
        connection.close()
    return asked


async def ask_steadily(port: int, path: str, *, first_resident: int, rate: float, seconds: float) -> Asked:
    """Residents who do not know of each other: `rate` a second on the average, at random moments."""
    asked = Asked()
    rnd = random.Random(_SEED)  # noqa: S311
    free = list(await asyncio.gather(*(connect(port) for _ in range(CONNECTIONS))))
    opened = list(free)

    async def one(place: int) -> None:
        connection = free.pop() if free else await connect(port)
        await _ask(connection, request(port, path, first_resident + place, question_text(place)), place, asked)
        free.append(connection)

    due = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for place in range(round(rate * seconds)):
            due += rnd.expovariate(rate)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.create_task(one(place))
    for connection in opened:
        connection.close()
    return asked


async def _ask(connection: ClientProtocol, raw: bytes, place: int, asked: Asked) -> None:
    asked.posted[place] = time.perf_counter()
    if await connection.ask(raw) == 200:
        asked.accepted[place] = time.perf_counter()
    else:
        asked.refused += 1
