"""`/stats`: figures in the admin chat. Counting and drawing take a moment: `handlers.statistics.telling` does it."""

from __future__ import annotations

import msgspec

from handlers import chores
from handlers.desk import Desk
from handlers.statistics.asking import read_scope
from handlers.statistics.telling import STATISTICS, Wanted


async def show(desk: Desk, words: str) -> str:
    """Have the figures told of the period and department that these words name; returns what a press shows."""
    scope = await read_scope(desk, words)
    if isinstance(scope, str):
        return await desk.refuse(scope)
    wanted = Wanted(chat=str(desk.chat), message=desk.message_id, scope=scope)
    key = f"{desk.chat} {desk.message_id}"
    await chores.add(desk.tx, desk.ctx, STATISTICS, key, msgspec.to_builtins(wanted))
    return ""
