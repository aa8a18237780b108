"""Departments' admin chats from which the bot was removed: their questions go to the coordinators until it is back.

The coordinators' own chat is never among them: what is for it waits, and an alarm is raised.
"""

from __future__ import annotations

from collections.abc import Collection

import structlog

from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import gone as texts
from bot.model.chat import ChatKind, ChatRef
from handlers import failures
from handlers.context import Context
from handlers.outgoing import Address, post
from storage import gone as kept
from storage.database import Transaction

log = structlog.get_logger(__name__)


async def removed(tx: Transaction, ctx: Context, group: ChatRef) -> None:
    """The bot was removed from a group: all admin chats in it are gone, its topics too."""
    chats = {chat for chat in ctx.desk.admin_chats if chat.whole == group.whole}
    for chat in {chat for chat in chats if ctx.desk.sees_all(chat)}:
        failures.admin_chat_gone(ctx, chat, "removed")
        chats.discard(chat)
    if chats:
        await lost(tx, ctx, chats, "removed")


async def lost(tx: Transaction, ctx: Context, chats: Collection[ChatRef], code: str) -> None:
    """These admin chats cannot be written to. The coordinators hear of it once, and get the questions that wait.

    They are shown there after the commit: see `handlers.upkeep`.
    """
    new = await kept.add(tx, chats, ctx.clock())
    tx.after_commit(lambda: _out_of_reach(ctx, frozenset(chats), new, code))
    if names := _departments(ctx, new):
        await _tell(tx, ctx, texts.lost(names, await kept.count_waiting(tx, new)))


def _out_of_reach(ctx: Context, chats: frozenset[ChatRef], new: frozenset[ChatRef], code: str) -> None:
    ctx.desk = ctx.desk.without(ctx.desk.gone | chats)
    # Also for those that were gone before: a process that did not know it may have put something there.
    ctx.astray.set()
    for chat in new:
        failures.admin_chat_gone(ctx, chat, code)


async def heard_from(tx: Transaction, ctx: Context, chat: ChatRef) -> None:
    """Something happened in this group: if it was gone, the bot is there again."""
    chats = frozenset(one for one in ctx.desk.gone if one.whole == chat.whole)
    if not chats:
        return
    names = _departments(ctx, await _forget(tx, ctx, chats))
    if names:
        await _tell(tx, ctx, texts.back(names))


async def replaced(tx: Transaction, ctx: Context, department: str, chat: ChatRef) -> None:
    """A department is tied to this chat from now on: the one that it had need not come back, if it was gone."""
    old = ctx.desk.own_chat_of(department)
    if old is None or old == chat or old not in ctx.desk.gone:
        return
    after = ctx.desk.bound({**ctx.desk.bindings, department: chat})
    if old not in after.admin_chats:
        await _forget(tx, ctx, frozenset({old}))
    await _tell(tx, ctx, texts.replaced(ctx.desk.departments[department].name))


async def _forget(tx: Transaction, ctx: Context, chats: frozenset[ChatRef]) -> frozenset[ChatRef]:
    forgotten = await kept.remove(tx, chats)
    tx.after_commit(lambda: _in_reach(ctx, chats, forgotten))
    return forgotten


def _in_reach(ctx: Context, chats: frozenset[ChatRef], forgotten: frozenset[ChatRef]) -> None:
    ctx.desk = ctx.desk.without(ctx.desk.gone - chats)
    for chat in forgotten:
        log.info("admin_chat.back", chat=str(chat))


async def drop_rest(ctx: Context) -> None:
    """Drop what waits for chats that are gone, once their questions are shown elsewhere."""
    for chat in sorted(ctx.desk.gone, key=str):
        async with ctx.database.statement() as tx:
            dropped = await kept.drop_rest(tx, chat)
        if dropped:
            log.info("admin_chat.dropped", chat=str(chat), entries=dropped)


def _departments(ctx: Context, chats: frozenset[ChatRef]) -> list[str]:
    """The names of the departments whose chats these are."""
    return [one.name for slug, one in ctx.desk.departments.items() if ctx.desk.own_chat_of(slug) in chats]


async def _tell(tx: Transaction, ctx: Context, text: str) -> None:
    coordinators = ctx.desk.now_at(ctx.desk.coordinators)
    address = Address(chat=coordinators, chat_kind=ChatKind.GROUP, role=Role.COMMAND)
    await post(tx, ctx, address, Draft(text=text))
