"""Texts that officials use again and again."""

from __future__ import annotations

from dataclasses import replace

from bot.delivery.fit import Draft
from bot.desk import templates, texts
from bot.desk.offers import Offer, Source
from bot.desk.templates import Shelf, Template
from bot.model.content import Content
from bot.model.question import Question, Status
from handlers import held, similar
from handlers.desk import Desk
from storage import templates as stored


async def show(desk: Desk, question: Question | None, wanted: str, page: int | None = None) -> str:
    """`/t`: the templates, or with a name that one for this question; returns what a press shows.

    With a page, it takes the place of the page whose button was pressed.
    """
    if question is not None and question.status is Status.CLOSED:
        return await desk.refuse(texts.closed_already(question.number))
    shelf = _shelf(desk)
    if not (name := templates.fold(wanted)):
        return await _list(desk, shelf, question, page)
    found = await _find(desk, shelf, name)
    if isinstance(found, Template) and question is not None:
        return await _offer(desk, question, found)
    if isinstance(found, Template):
        found = [found], 1
    return await _choose(desk, shelf, question, name, *found)


async def use(desk: Desk, question: Question, template: int) -> str:
    """Show a template filled in for this question, and ask whether it goes out."""
    if question.status is Status.CLOSED:
        return await desk.refuse(texts.closed_already(question.number))
    found = await stored.find(desk.tx, template)
    if found is None or not _shelf(desk).holds(found):
        return await desk.refuse(templates.GONE)
    return await _offer(desk, question, found)


async def save(desk: Desk, rest: str) -> str:
    """`/template name` as a reply to a text (`desk.replied_text`), or with the text behind the name in a new line.

    With the name alone: show it, to be deleted.
    """
    name, text = templates.read_save(rest)
    if not name:
        return await desk.say(templates.EXPECTS)
    written, text = bool(text), text or (desk.replied_text or "").strip()
    if not text:
        return await desk.say(templates.NOT_OURS) if desk.replied_text is not None else await _show_one(desk, name)
    if why := templates.why_not_name(name) or templates.why_not_text(text):
        return await desk.say(why)
    if not written and (masked := await similar.replied_masked(desk, text)) != text:
        return await desk.say(templates.personal(name, masked))
    shelf = _shelf(desk)
    known = await stored.named(desk.tx, shelf.departments, name)
    if shelf.owner and any(not one.department for one in known):
        return await desk.say(templates.common_already(name))
    done = await stored.save(
        desk.tx,
        shelf.owner,
        name,
        text,
        by=desk.official.name or desk.official.id,
        now=desk.ctx.clock(),
        most=templates.MOST,
    )
    if done is None:
        return await desk.say(templates.FULL)
    files = bool(desk.content.media)
    return await desk.say(templates.saved(name, text, done.before, common=not shelf.owner, files=files))


async def delete(desk: Desk, template: int) -> str:
    """Delete a template."""
    shelf = _shelf(desk)
    found = await stored.find(desk.tx, template)
    if found is None or not shelf.holds(found):
        return await desk.refuse(templates.GONE)
    if not shelf.may_change(found):
        return await desk.refuse(templates.COMMON)
    gone = await stored.delete(desk.tx, template)
    if gone is None:
        return await desk.refuse(templates.GONE)
    return await desk.say(templates.deleted(gone, elsewhere=shelf.mark(gone)))


def _shelf(desk: Desk) -> Shelf:
    """Whose templates this chat sees."""
    settings = desk.ctx.desk
    own = tuple(slug for slug in settings.departments if settings.own_chat_of(slug) == desk.admin_chat)
    return Shelf(
        departments=None if desk.sees_all else own,
        names={slug: one.name for slug, one in settings.departments.items()},
    )


async def _find(desk: Desk, shelf: Shelf, name: str) -> Template | tuple[list[Template], int]:
    """The one that is called so, or whose name alone has this in it; else all that do, and how many."""
    named = await stored.named(desk.tx, shelf.departments, name)
    own = [one for one in named if one.department == shelf.owner]
    if len(own or named) == 1:
        return (own or named)[0]
    found, total = await stored.listed(desk.tx, shelf.departments, part=name, limit=templates.PAGE)
    return found[0] if total == 1 else (found, total)


async def _list(desk: Desk, shelf: Shelf, question: Question | None, page: int | None) -> str:
    offset = (page or 0) * templates.PAGE
    found, total = await stored.listed(desk.tx, shelf.departments, limit=templates.PAGE, offset=offset)
    if total and not found:
        # So many were deleted since that this page is empty.
        return await _list(desk, shelf, question, (total - 1) // templates.PAGE)
    if not total:
        return await desk.say(templates.NONE_YET)
    number = question.number if question is not None else None
    draft = templates.page_of(found, total, shelf, number=number, page=page or 0)
    if page is not None:
        return await desk.turn_page(draft)
    return await desk.say(replace(draft, reply_to=desk.message_id))


async def _choose(
    desk: Desk, shelf: Shelf, question: Question | None, wanted: str, found: list[Template], total: int
) -> str:
    """The words fit none, or several: these are shown."""
    if not found:
        return await desk.say(templates.nothing_found(wanted))
    number = question.number if question is not None else None
    draft = templates.page_of(found, total, shelf, number=number, page=0, wanted=wanted)
    return await desk.say(replace(draft, reply_to=desk.message_id))


async def _show_one(desk: Desk, name: str) -> str:
    shelf = _shelf(desk)
    found = await _find(desk, shelf, name)
    if isinstance(found, Template):
        return await desk.say(replace(templates.shown(found, shelf), reply_to=desk.message_id))
    if not found[0]:
        return await desk.say(templates.nothing_to_show(name))
    return await _choose(desk, shelf, None, name, *found)


async def _offer(desk: Desk, question: Question, template: Template) -> str:
    """Show the filled text: it goes out when the official says so."""
    filled = templates.fill(template.text, question.number, question.resident)
    if not filled:
        return await desk.refuse(templates.nothing_left(question.number, template.name))
    offer = Offer(source=Source.TEMPLATE, of=template.id, number=question.number)

    def preview(warning: str) -> Draft:
        return templates.preview(question.number, template, filled, warning)

    return await held.offer(desk, question, offer, Content(text=filled), preview)
