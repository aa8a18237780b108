"""«Похожие»: earlier questions with their answers, to be used again."""

from __future__ import annotations

from dataclasses import replace

from bot.desk import similar, texts
from bot.desk.masking import Own, is_masked, keys, mask, own_words
from bot.desk.offers import Offer, Source
from bot.desk.similar import Earlier
from bot.desk.words import tokenize
from bot.model.content import Content
from bot.model.question import Question, Status
from handlers import held
from handlers.context import Context
from handlers.desk import Desk, seen_by
from storage import messages, questions
from storage import similar as stored
from storage.looking import Sought, TooMuch
from storage.similar import Answered, Ours

#: Messages of the resident that say what the question is about.
_SAID = 20


async def show(desk: Desk, question: Question) -> str:
    """Show up to three earlier questions and their answers; returns what a press shows."""
    number = question.number
    said = await messages.of_resident(desk.tx, number, since=0, limit=_SAID)
    words = similar.telling_words([one.content.text for one in said])
    if not words:
        return await desk.refuse(similar.no_words(number))
    try:
        found = await _find(desk, question, words)
    except TooMuch:
        found = []
    if not found:
        return await desk.refuse(similar.nothing_similar(number))
    draft = similar.shown(number, found, desk.ctx.look, desk.ctx.clock())
    return await desk.say(replace(draft, reply_to=desk.message_id))


async def _find(desk: Desk, question: Question, words: list[str]) -> list[Earlier]:
    lexicon, seen = desk.ctx.lexicon, seen_by(desk.ctx, desk.admin_chat)
    forms = await lexicon.forms(words := stored.worth_comparing(words, lexicon.commonness))
    sought = stored.rarest([Sought(forms=(forms[word],)) for word in words], lexicon.commonness)
    ours = Ours(number=question.number, words=sought, topic=question.topic, place=question.place)
    candidates = await stored.candidates(desk.tx, ours, seen, lexicon.commonness)
    likest = [one.number for one in similar.best(candidates, len(sought))]
    answered = await stored.answered(desk.tx, likest, seen)
    kept: list[Answered] = []
    for one in (answered[number] for number in likest if number in answered):
        if any(similar.says_the_same(one.answer.text, other.answer.text) for other in kept):
            continue
        kept.append(one)
        if len(kept) == similar.MOST:
            break
    return [await _masked(desk, one) for one in kept]


async def _masked(desk: Desk, one: Answered) -> Earlier:
    own = await own_of(desk.ctx, one.resident, one.all_words)
    return Earlier(
        number=one.number,
        asked_at=one.asked_at,
        place=one.place,
        question=mask(one.question, own),
        answer=mask(one.answer.text, own, office=True),
        files=len(one.answer.media),
    )


async def own_of(ctx: Context, resident: str, all_words: str) -> Own:
    """What is personal of whoever is called so and wrote this."""
    called = [word for word in tokenize(resident) if len(word) > 1 and word.isalpha()]
    # A messenger shows «masha87»; who she is her own words say.
    forms = await ctx.lexicon.forms((*called, *own_words(all_words)))
    return Own(name=frozenset(form for several in forms.values() for form in several), keys=keys(all_words))


async def replied_masked(desk: Desk, text: str) -> str:
    """An official's words that were replied to, without what is personal of the resident to whom he said them."""
    said = await messages.find(desk.tx, desk.replied_message) if desk.replied_message is not None else None
    question = await questions.find(desk.tx, said.question) if said is not None and said.question is not None else None
    if question is None:
        return mask(text, office=True)
    written = await messages.of_resident(desk.tx, question.number, since=0, limit=_SAID)
    own = await own_of(desk.ctx, question.resident, "\n".join(one.content.text for one in written))
    return mask(text, own, office=True)


async def use(desk: Desk, question: Question, other: int) -> str:
    """Show the answer to another question as it may be given to this one, and ask whether it goes out."""
    number = question.number
    if question.status is Status.CLOSED:
        return await desk.refuse(texts.closed_already(number))
    found = (await stored.answered(desk.tx, [other], seen_by(desk.ctx, desk.admin_chat))).get(other)
    if found is None:
        return await desk.refuse(similar.gone(other))
    own = await own_of(desk.ctx, found.resident, found.all_words)
    text = similar.adapt(found.answer.text, own, other, number, question.resident)
    files = len(found.answer.media)
    if not text:
        return await desk.refuse(similar.only_files(other))
    offer = Offer(source=Source.SIMILAR, of=other, number=number)
    if is_masked(text):
        return await held.show(desk, offer, Content(text=text), similar.to_be_completed(number, other, text, files))
    return await held.offer(
        desk,
        question,
        offer,
        Content(text=text),
        lambda warning: similar.preview(number, other, text, files, warning),
    )
