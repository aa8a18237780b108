"""What a command in an admin chat asks figures of."""

from __future__ import annotations

from bot.desk.routing import Department
from bot.statistics import asking
from bot.statistics.figures import Scope
from handlers.desk import Desk
from storage import statistics


async def read_scope(desk: Desk, words: str) -> Scope | str:
    """The waits that these words of an official mean, as far as his chat may see them; or why not, in a line.

    Who sees all may ask for a department, too, that settings do not have any more, while there are figures of it.
    """
    ctx, chat = desk.ctx, desk.admin_chat
    today = ctx.clock().astimezone(ctx.look.zone).date()
    settings = ctx.desk
    own = [one for slug, one in settings.departments.items() if desk.sees_all or settings.own_chat_of(slug) == chat]
    asked = asking.read(words, today, own, sees_all=desk.sees_all)
    if isinstance(asked, str) and desk.sees_all:
        known = await statistics.departments_among(desk.tx, asking.slugs(words))
        removed = [Department(slug=slug, name=slug) for slug in known if slug not in settings.departments]
        if removed:
            asked = asking.read(words, today, [*own, *removed], sees_all=True)
    if isinstance(asked, str):
        return asked
    if asked.department is not None:
        return Scope(period=asked.period, departments=(asked.department,))
    return Scope(period=asked.period, departments=None if desk.sees_all else tuple(one.slug for one in own))
