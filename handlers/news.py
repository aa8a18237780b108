"""News that residents subscribe to: what they choose, and how many chose what."""

from __future__ import annotations

from bot.conversation import news
from bot.conversation.news import Names, Wish
from bot.conversation.typed import labels
from bot.delivery.entry import Role
from bot.desk import news as desk_texts
from bot.model.subscription import EVERYTHING
from handlers.context import Context
from handlers.desk import Desk
from handlers.rights import consent
from handlers.visit import Visit
from storage import subscriptions


async def show(visit: Visit) -> list[int]:
    """«Новости»: subscribe to what a button or a word names, then show how things stand."""
    wish = news.read(visit.argument)
    wanted = wish.subscription if wish is not None else None
    if wanted is not None:
        if not _names(visit.ctx).known(wanted):
            return await _gone(visit)
        if await consent.asks_first(visit.tx, visit.ctx, visit.conversation, visit.now):
            return []
        await subscriptions.add(visit.tx, visit.conversation.id, wanted)
    return await _page(visit, wish or Wish())


async def stop(visit: Visit) -> list[int]:
    """«Стоп»: end all subscriptions, or the one that a button or a word names. Answers go on coming."""
    wish = news.read(visit.argument) or Wish()
    unwanted = wish.subscription
    if not visit.argument or unwanted == EVERYTHING:
        ended = await subscriptions.end(visit.tx, visit.conversation.id)
        said = visit.voice.say("news-stopped") if ended else visit.voice.say("news-nothing-to-stop")
        return await visit.turn(Role.PAGE_NEWS, said, (news.button(visit.voice),))
    if unwanted is not None:
        # A list's button stands for one thing; by its name all go that he could mean.
        for one in (unwanted,) if wish.listed is not None else _names(visit.ctx).alike(unwanted):
            await subscriptions.remove(visit.tx, visit.conversation.id, one)
    return await _page(visit, wish)


async def _page(visit: Visit, wish: Wish) -> list[int]:
    ctx, voice = visit.ctx, visit.voice
    names, limits = _names(ctx), ctx.capabilities[visit.conversation.chat.channel].keyboard
    chosen = await subscriptions.of(visit.tx, visit.conversation.id)
    if wish.listed is not None and names.of(wish.listed):
        text, rows = news.choosing(voice, wish.listed, chosen, names, limits, wish.page)
        of_list = news.typed_names(wish.listed, names)
    else:
        text, rows = news.beginning(voice, chosen, names, limits)
        of_list = {}
    typed = {**labels([news.list_buttons(voice, names), *rows]), **of_list}
    return await visit.turn(Role.PAGE_NEWS, text, *rows, typed=typed)


async def _gone(visit: Visit) -> list[int]:
    """A place or topic that there is no more, or never was."""
    return await visit.say(visit.voice.say("news-gone"), (news.button(visit.voice),))


def _names(ctx: Context) -> Names:
    return Names(places=ctx.desk.places, topics=ctx.desk.topics)


# --- for officials -------------------------------------------------------------------------------------------------


async def count(desk: Desk) -> str:
    """`/news` in the admin chat: how many subscribe to what, without their names."""
    if not desk.sees_all:
        return await desk.refuse(desk_texts.REFUSED)
    residents = await subscriptions.count_residents(desk.tx)
    counts = await subscriptions.counts(desk.tx)
    look = desk.ctx.look
    return await desk.say(desk_texts.counted(residents, counts, places=look.places, topics=look.topics))
