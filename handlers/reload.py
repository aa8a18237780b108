"""`/reload`: coordinators have the settings read again."""

from __future__ import annotations

from bot.model.chat import ChatRef
from handlers.context import Context

REFUSED = "Перечитать настройки можно только из чата координаторов."


async def reload(ctx: Context, admin_chat: ChatRef) -> str:
    """Read the settings again, if the command came from the coordinators; returns what to reply."""
    if not ctx.desk.sees_all(admin_chat):
        return REFUSED
    return await ctx.reload()
