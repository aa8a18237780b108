"""`/bind CODE`: the group in which it is said works with a department's questions from now on.

The binding is made for the very chat: the whole group, or the topic of a group if it is said in one (what is said in
the topic «General» is said in the whole group).
"""

from __future__ import annotations

import structlog

from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import commands
from bot.desk.commands import Command, Name
from bot.model.chat import ChatKind, ChatRef
from bot.model.event import MessageReceived
from handlers import showing
from handlers.context import Context
from handlers.gone import replaced
from handlers.outgoing import Address, post
from storage import bindings, moves
from storage import gone as kept
from storage.database import Transaction

log = structlog.get_logger(__name__)

EXPECTS = "Укажите код, например /bind 7KQ2-M9XW-RT4B. Код выдаёт тот, кто обслуживает сервис: otvet bind-code."
WRONG = "Код не подошёл: в нём ошибка, он уже использован или старше суток."
#: Questions of a department that are brought to its new chat at the most.
BROUGHT = 10_000


def bound(department: str) -> str:
    return f"Этот чат теперь работает с вопросами отдела «{department}»."


def gone(department: str) -> str:
    return f"Отдела «{department}», для которого выдан этот код, в настройках больше нет."


async def bind(tx: Transaction, ctx: Context, chat: ChatRef, author: str, code: str) -> str:
    """Tie this chat to the department of the code; returns what to reply, empty for silence.

    The questions that wait follow after the commit: see `bring_home`.
    """
    now = ctx.clock()
    if not ctx.guesses.allow(chat.whole, now):
        return ""
    if not code.strip():
        return EXPECTS
    slug = await bindings.use_code(tx, code, now)
    if slug is None:
        log.warning("bind.refused", chat=str(chat))
        return WRONG
    department = ctx.desk.departments.get(slug)
    if department is None:
        return gone(slug)
    await bindings.bind(tx, slug, chat, by=author, now=now)
    await replaced(tx, ctx, slug, chat)
    tx.after_commit(lambda: _bound(ctx, slug, chat))
    return bound(department.name)


def _bound(ctx: Context, department: str, chat: ChatRef) -> None:
    ctx.guesses.forget(chat.whole)
    ctx.desk = ctx.desk.bound({**ctx.desk.bindings, department: chat})
    ctx.astray.set()
    log.info("department.bound", department=department, chat=str(chat))


async def said_by_stranger(tx: Transaction, ctx: Context, event: MessageReceived) -> None:
    """Something was said in a group that is no admin chat: only this one command means anything there."""
    match commands.read(event.content.text):
        case Command(name=Name.BIND, rest=code):
            reply = await bind(tx, ctx, event.chat, event.sender.name, code)
        case _:
            return
    if reply:
        address = Address(chat=event.chat, chat_kind=ChatKind.GROUP, role=Role.COMMAND)
        await post(tx, ctx, address, Draft(text=reply, reply_to=event.message_id))


async def bring_home(ctx: Context) -> int:
    """Show the waiting questions of departments that were just tied to a chat there; returns how many."""
    brought = 0
    for department in list(ctx.desk.bindings):
        if department not in ctx.desk.departments:
            continue
        home = ctx.desk.chat_of(department)
        async with ctx.database.transaction() as tx:
            away = await bindings.away(tx, department, home, ctx.clock(), limit=BROUGHT)
        for number in away:
            # One transaction each: residents go on writing meanwhile.
            async with ctx.database.transaction() as tx:
                brought += await showing.show_elsewhere(tx, ctx, number, department=department)
    return brought


async def load(ctx: Context) -> None:
    """Learn where chats have moved to, which are tied to departments and which are gone, here or by another process.

    A chat on a channel that this process does not have is left out: the settings' chat is used. Raises DatabaseAway.
    """
    async with ctx.database.statement() as tx:
        addresses = await moves.load(tx)
    async with ctx.database.statement() as tx:
        tied = await bindings.load(tx)
    async with ctx.database.statement() as tx:
        lost = await kept.load(tx)
    known = {slug: chat for slug, chat in tied.items() if chat.channel in ctx.capabilities}
    if dict(ctx.desk.moves) != addresses:
        ctx.desk = ctx.desk.moved(addresses)
    if dict(ctx.desk.bindings) != known:
        ctx.desk = ctx.desk.bound(known)
        ctx.astray.set()
    if ctx.desk.gone != lost:
        ctx.desk = ctx.desk.without(lost)
        ctx.astray.set()
