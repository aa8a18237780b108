"""A resident's own questions: the list, one of them, and what he does with it."""

from __future__ import annotations

from bot.conversation import my_questions, texts
from bot.conversation.decisions import TURN, Page
from bot.conversation.typed import labels
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import by_resident as told
from bot.desk import cards
from bot.model.action import Deed, Official
from bot.model.content import Content
from bot.model.question import Author, CloseKind, NextIs, NextMessage, Question, Status
from handlers import by_resident, handing, moderation, showing
from handlers.visit import Visit
from storage import actions, conversations, messages, questions, ratings
from storage.messages import NewMessage


async def show(visit: Visit) -> list[int]:
    """`/my`: the list, or one question."""
    if visit.number is not None:
        return await _one(visit, visit.number)
    page = visit.argument.removeprefix(TURN)
    return await _list(visit, int(page) if page.isdecimal() and len(page) < 6 else 1)


async def _list(visit: Visit, page: int) -> list[int]:
    tx, voice, conversation = visit.tx, visit.voice, visit.conversation.id
    total = await questions.count_own(tx, conversation)
    if not total:
        return await visit.say(voice.say("my-none"))
    page = min(max(page, 1), my_questions.pages(total))
    own = await questions.own(tx, conversation, limit=my_questions.PAGE, offset=(page - 1) * my_questions.PAGE)
    previews = await messages.previews(tx, [one.number for one in own])
    said, rows = my_questions.list_page(voice, own, previews, total, page, visit.now, visit.ctx.look.zone)
    # A number alone is one on this page, and no rating.
    numbers = {str(one.number): f"{Page.QUESTIONS}:{one.number}" for one in own}
    return await visit.turn(Role.PAGE_QUESTIONS, said, *rows, typed={**labels(rows), **numbers})


async def _one(visit: Visit, number: int) -> list[int]:
    question = await visit.own(number)
    if question is None:
        return await _not_his(visit, visit.argument)
    thread, total = await messages.newest_of(visit.tx, number, my_questions.SEEN, limit=my_questions.LAST)
    # Whoever may not write may still read.
    banned = moderation.is_banned(visit.conversation, visit.now)
    can = () if banned else my_questions.deeds(question, visit.now)
    zone = visit.ctx.look.zone
    said, rows = my_questions.one_page(visit.voice, question, thread, total, visit.now, zone, can=can)
    return await visit.say(said, *rows, question=number)


# --- what he does with one -----------------------------------------------------------------------------------------


async def add(visit: Visit) -> list[int]:
    """«Дополнить»: his next message belongs to this very question."""
    question = await _meant(visit, visit.argument)
    if question is None:
        return await _not_his(visit, visit.argument)
    if question.status is Status.CLOSED:
        return await _closed(visit, question)
    await _next_is_of(visit, question)
    return await visit.say(visit.voice.say("my-add-to", number=question.number), question=question.number)


async def take_back(visit: Visit) -> list[int]:
    """«Отозвать вопрос»: the button, and the word alone, ask whether he is sure; the number says it."""
    voice, argument = visit.voice, visit.argument
    kept = argument.startswith(my_questions.KEEP)
    number = argument.removeprefix(my_questions.KEEP if kept else my_questions.ASK)
    question = await _meant(visit, number)
    if question is None:
        return await _not_his(visit, number)
    if question.status is Status.ANSWERED:
        return await visit.say(voice.say("my-answered-already", number=question.number), question=question.number)
    if question.status is Status.CLOSED:
        return await _closed(visit, question)
    if kept:
        state = my_questions.state(voice, question, visit.now, visit.ctx.look.zone)
        return await visit.say(voice.say("my-kept", number=question.number, state=state), question=question.number)
    if number != argument or not number:
        sure, typed = (my_questions.sure_button(voice, question.number),), my_questions.sure_words(question.number)
        said = voice.say("my-sure", number=question.number)
        return await visit.say(said, sure, question=question.number, typed=typed)
    await by_resident.close(visit.tx, visit.ctx, question, CloseKind.WITHDRAWN, Deed.TAKEN_BACK, visit.now)
    told_of_next = visit.conversation.next_message
    if told_of_next is not None and told_of_next.question == question.number:
        # What he writes now is about something else.
        await conversations.expect(visit.tx, visit.conversation.id, None)
    undo = (my_questions.deed_button(voice, Page.REOPEN, question.number),)
    return await visit.say(voice.say("my-taken-back", number=question.number), undo, question=question.number)


async def reopen(visit: Visit) -> list[int]:
    """«Открыть снова»: somebody has to answer after all, or again; his next message says what is missing."""
    ctx, voice, now = visit.ctx, visit.voice, visit.now
    question = await _meant(visit, visit.argument)
    if question is None:
        return await _not_his(visit, visit.argument)
    if my_questions.is_open(question):
        state = my_questions.state(voice, question, now, ctx.look.zone)
        said = voice.say("my-open-already", number=question.number, state=state)
        return await visit.say(said, question=question.number)
    if not my_questions.may_reopen(question, now) or await _too_often(visit, question):
        return await visit.say(voice.say("my-over", number=question.number), question=question.number)
    question = await _open_again(visit, question)
    await _next_is_of(visit, question)
    due = texts.deadline(question.due_at, now, ctx.look.zone, voice)
    return await visit.say(voice.say("my-reopened", number=question.number, due=due), question=question.number)


async def asks(visit: Visit) -> list[int]:
    """«Это вопрос»: what he said of the answer that he rated is a part of the question, and somebody has to answer."""
    tx, ctx, voice, now = visit.tx, visit.ctx, visit.voice, visit.now
    question = await _meant(visit, visit.argument)
    if question is None:
        return await _not_his(visit, visit.argument)
    said = await messages.last_comment(tx, question.number)
    if said is None or my_questions.is_open(question):
        # Pressed twice, or nothing was said: then his next message says it.
        return await reopen(visit)
    if not my_questions.may_reopen(question, now) or await _too_often(visit, question):
        return await visit.say(voice.say("my-over", number=question.number), question=question.number)
    await messages.assign(tx, said.id, question.number, Author.RESIDENT)
    await ratings.says_nothing(tx, said.id)
    question = await _open_again(visit, question, cards.follow_up(question, said.content), message=said.id)
    due = texts.deadline(question.due_at, now, ctx.look.zone, voice)
    return await visit.say(voice.say("rating-asked-again", number=question.number, due=due), question=question.number)


async def _open_again(
    visit: Visit, question: Question, says: Draft | None = None, *, message: int | None = None
) -> Question:
    """Somebody has to answer; officials see under the card what he `says`, this `message`, or that he wants more."""
    tx, ctx, now = visit.tx, visit.ctx, visit.now
    was_closed = question.status is Status.CLOSED
    question = await by_resident.reopen(tx, ctx, question, now)
    await _leave_trace(visit, question)
    if not (showing.is_astray(ctx, question) and await showing.show_elsewhere(tx, ctx, question.number)):
        if not was_closed:
            await handing.recard(tx, ctx, question)
        says = says or told.opened_again(question, ctx.look, now)
        await by_resident.tell_officials(tx, ctx, question, says, message=message)
    return question


async def _too_often(visit: Visit, question: Question) -> bool:
    """Whoever opens and takes back in turns would fill the officials' chat."""
    done = await actions.of_question(visit.tx, question.number)
    return sum(one.deed is Deed.ASKED_AGAIN for one in done) >= my_questions.REOPENS


async def _leave_trace(visit: Visit, question: Question) -> None:
    """In the thread, by which everybody goes who asks since when he waits; and in the audit trail."""
    chat = visit.conversation.chat
    message = NewMessage(role=Author.REOPENED, author="", chat=chat, message_id="", content=Content(), at=visit.now)
    await messages.add(visit.tx, question.number, message)
    by_himself = Official(id="", name="", chat=chat)
    await actions.add(visit.tx, question.number, by_himself, Deed.ASKED_AGAIN, visit.now)


async def _next_is_of(visit: Visit, question: Question) -> None:
    """His next message belongs to this question, also if it is not his last one."""
    until = visit.now + my_questions.NEXT_FOR
    told_of_next = NextMessage(kind=NextIs.ADDITION, question=question.number, until=until)
    await conversations.expect(visit.tx, visit.conversation.id, told_of_next)
    await conversations.change(visit.tx, visit.conversation.id, wants_new=False)


async def _meant(visit: Visit, argument: str) -> Question | None:
    """The question of this number; without one, his last."""
    if not argument:
        return visit.question
    return await visit.own(int(argument)) if argument.isdecimal() and len(argument) <= 15 else None


async def _not_his(visit: Visit, argument: str) -> list[int]:
    """He has no such question, or none at all."""
    said = visit.voice.say("my-foreign", number=argument) if argument.isdecimal() else visit.voice.say("my-none")
    return await visit.say(said)


async def _closed(visit: Visit, question: Question) -> list[int]:
    """It takes nothing up, unless it is opened again."""
    voice, number = visit.voice, question.number
    withdrawn = question.close_kind is CloseKind.WITHDRAWN
    said = voice.say("my-withdrawn-already" if withdrawn else "my-closed-already", number=number)
    if not my_questions.may_reopen(question, visit.now):
        return await visit.say(said, question=number)
    said += f" {voice.say('my-how-reopen', number=number)}"
    return await visit.say(said, (my_questions.deed_button(voice, Page.REOPEN, number),), question=number)
