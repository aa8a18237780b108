"""Keeping the ledger of waits in step with what happens to questions. Each question is locked.

Called before the question's own row changes: its department is the one whose hours counted until now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.desk import offers
from bot.desk.working_time import working_time_between
from bot.model.question import Author, Question, ThreadMessage
from bot.model.wait import Outcome, Wait
from handlers.context import Context
from storage import faq, messages, waits
from storage.database import Transaction

#: Messages have the time of their platform, which may be behind ours by a moment.
_BEHIND = timedelta(seconds=1)


def _worked(ctx: Context, question: Question, wait: Wait, until: datetime) -> timedelta:
    """The working time since the clock runs, of whoever has the question."""
    if wait.running_since is None or until <= wait.running_since:
        return timedelta(0)
    return working_time_between(wait.running_since, until, ctx.desk.schedule_of(question.department))


async def count_up(tx: Transaction, ctx: Context, question: Question, now: datetime) -> None:
    """Before another department has it: until now the hours of this one count."""
    wait = await waits.last(tx, question.number)
    if wait is not None and wait.running_since is not None:
        await waits.keep(tx, wait.counted(now, _worked(ctx, question, wait, now)))


async def pause(tx: Transaction, ctx: Context, question: Question, now: datetime) -> None:
    """The resident is asked something: the clock stands."""
    wait = await waits.last(tx, question.number)
    if wait is not None and not wait.is_over:
        await waits.keep(tx, wait.paused(now, _worked(ctx, question, wait, now)))


async def go_on(tx: Transaction, question: Question, now: datetime) -> None:
    """Somebody waits from now on: where the clock stood it runs again, where there was an answer it starts anew.

    What the resident himself opens again is another wait: see `open_again`.
    """
    wait = await waits.last(tx, question.number)
    if wait is None or wait.outcome is Outcome.ANSWERED:
        await waits.begin_again(tx, question.number, now)
    elif wait.running_since is None:
        await _change(tx, wait, wait.resumed(now))


async def open_again(tx: Transaction, question: Question, now: datetime) -> None:
    """The resident opens it again himself: however the last wait ended, another begins, with its own clock.

    Only where a known answer was to help, and did not, he waits on: what did not help has ended nothing.
    """
    wait = await waits.last(tx, question.number)
    if wait is not None and wait.outcome is Outcome.HELPED:
        await _change(tx, wait, wait.resumed(now))
    else:
        await waits.begin_again(tx, question.number, now)


async def end(
    tx: Transaction,
    ctx: Context,
    question: Question,
    outcome: Outcome,
    now: datetime,
    *,
    helped_by: int | None = None,
) -> None:
    """It was answered, or closed without an answer. Further answers change nothing.

    What was closed and is answered all the same has waited until now. `helped_by`: whose answer was used again.
    """
    wait = await waits.last(tx, question.number)
    if wait is None or wait.outcome is Outcome.ANSWERED or (wait.is_over and outcome is not Outcome.ANSWERED):
        return
    undone = _undone(question, wait) if wait.is_over else wait
    over = undone.over(outcome, now, _worked(ctx, question, undone, now), helped_by=helped_by)
    due_at = due_on_answering(ctx, question, now) if outcome is Outcome.ANSWERED else None
    await _change(tx, wait, over, due_at=due_at)


def due_on_answering(ctx: Context, question: Question, now: datetime) -> datetime | None:
    """By when an answer that comes now was due, where the clock stands: as if it went on from here.

    None: it is due when it was, since the clock runs, or since it was late already when the resident was asked.
    """
    return ctx.desk.due_again(question.department, now, question.work_left) if question.work_left else None


async def undo_closing(tx: Transaction, question: Question, now: datetime) -> None:
    """A closing without an answer did not hold: the clock stands or runs as before."""
    wait = await waits.last(tx, question.number)
    if wait is None or not wait.is_over or wait.outcome is Outcome.ANSWERED:
        return
    # Where the resident never said what he was asked, the clock stood; it runs from now on.
    undone = wait.resumed(now) if wait.outcome is Outcome.UNCLARIFIED else _undone(question, wait)
    await _change(tx, wait, undone)


async def take_back(
    tx: Transaction,
    ctx: Context,
    question: Question,
    thread: Sequence[ThreadMessage],
    said: ThreadMessage,
    *,
    waits_again: bool,
) -> None:
    """What an official `said` was taken back; `thread`: as it is now.

    The next answer that holds ends the wait; without one it goes on, if somebody waits, also where it was closed since.
    """
    wait = await waits.last(tx, question.number)
    if wait is None:
        return
    began_at = await waits.began_at(tx, wait)
    if said.role is Author.OFFICIAL and said.at < began_at - _BEHIND:
        wait = await _take_back_before(tx, ctx, question, thread, wait)
    elif wait.outcome is Outcome.ANSWERED:
        first = _first_answer(thread, began_at)
        if first is not None:
            await _ends_later(tx, ctx, question, wait, first)
        elif waits_again:
            await waits.keep(tx, wait.undone())
    if waits_again and wait.is_over and wait.outcome is not Outcome.ANSWERED:
        await _change(tx, wait, _undone(question, wait).resumed(ctx.clock()))


async def _take_back_before(
    tx: Transaction, ctx: Context, question: Question, thread: Sequence[ThreadMessage], wait: Wait
) -> Wait:
    """The same of an answer to the wait before this one; returns the last wait as it is then.

    Without another answer there was nothing to be opened again: he has waited since the earlier one began. What lies
    further back stays as it is.
    """
    before = await waits.before(tx, wait)
    if before is None or before.outcome is not Outcome.ANSWERED:
        return wait
    began_at = await waits.began_at(tx, wait)
    first = _first_answer(thread, await waits.began_at(tx, before), until=began_at)
    if first is not None:
        await _ends_later(tx, ctx, question, before, first)
        return wait
    undone = before.undone()
    joined = undone.counted(began_at, _worked(ctx, question, undone, began_at)).joined(wait)
    await waits.join(tx, joined)
    return joined


async def _ends_later(tx: Transaction, ctx: Context, question: Question, wait: Wait, first: ThreadMessage) -> None:
    """An answered wait ended with this answer, if not before."""
    if wait.ended_at is None or first.at <= wait.ended_at:
        return
    undone = wait.undone()
    offer = offers.read(await messages.album_of(tx, first.id))
    helped_by = offer.helped_by if offer is not None else None
    worked = _worked(ctx, question, undone, first.at)
    await waits.keep(tx, undone.over(Outcome.ANSWERED, first.at, worked, helped_by=helped_by))


def _first_answer(
    thread: Sequence[ThreadMessage], since: datetime, *, until: datetime | None = None
) -> ThreadMessage | None:
    """The first answer of this time that holds; one that was kept before it was sent stands further up the thread."""
    answers = (one for one in thread if one.role is Author.OFFICIAL and one.at >= since - _BEHIND)
    return min((one for one in answers if until is None or one.at < until), key=lambda one: one.at, default=None)


async def _change(tx: Transaction, before: Wait, after: Wait, *, due_at: datetime | None = None) -> None:
    """Keep how a wait stands now; a known answer that has not ended it has not helped, in its own count either."""
    await waits.keep(tx, after, due_at=due_at)
    if before.outcome is Outcome.HELPED and after.outcome is not Outcome.HELPED:
        await faq.take_help_back(tx, before.question)


def _undone(question: Question, wait: Wait) -> Wait:
    """A closed wait as it was before; where the resident was still asked something, its clock stood."""
    undone = wait.undone()
    return replace(undone, running_since=None) if question.work_left is not None else undone
