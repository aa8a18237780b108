"""«Уточнить»: the resident is asked, the clock stands, and what follows from his answer or his silence."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.errors import Rejected
from bot.model.action import Deed
from bot.model.message import EditMessage
from bot.model.question import Author, CloseKind, Status
from handlers.lapsing import Lapsing
from storage import actions
from tests.handlers.fakes import DESK, IRINA, WORK, Office, open_office, photo

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as opened:
        await opened.writes(IRINA, "Когда дадут тепло?")
        await opened.deliver()
        yield opened


def told(office: Office) -> list[str]:
    """What the resident got after the confirmation."""
    return office.home.texts(IRINA)[1:]


def card_now(office: Office) -> str:
    return [one.text for one in office.work.effects(DESK) if isinstance(one, EditMessage)][-1]


async def lapse(office: Office, later: timedelta) -> None:
    """So much time passes, and the service looks what is to be done."""
    office.clock.move(later)
    await Lapsing(office.ctx).once()
    await office.deliver()


async def deeds(office: Office) -> list[Deed]:
    async with office.eye.transaction() as tx:
        return [one.deed for one in await actions.of_question(tx, 1)]


@pytest.mark.parametrize("way", ["number", "reply", "button"])
async def test_resident_is_asked(office: Office, way: str) -> None:
    """By number, as a reply to the card, or by the button and a reply to what it says: his words reach the resident."""
    match way:
        case "number":
            await office.writes(DESK, "/clarify 1 Какой у вас дом?")
        case "reply":
            await office.writes(DESK, "/clarify Какой у вас дом?", reply_to=office.work.id_of(DESK, "№ 1"))
        case _:
            await office.presses(DESK, "clarify:1")
            await office.deliver()
            await office.writes(DESK, "Какой у вас дом?", reply_to=office.work.id_of(DESK, "Что уточнить"))
    await office.deliver()
    assert ["Уточните, пожалуйста: Какой у вас дом?"] == told(office)
    question = await office.question(1)
    assert (Status.CLARIFYING, None) == (question.status, question.waiting_since)
    assert "срок остановлен" in card_now(office)
    assert 1 == len(office.work.marks(DESK))


async def test_files_go_along(office: Office) -> None:
    """A question to the resident may show something: all parts of an album."""
    office.clock.move(HOUR)
    plan = photo("plan", channel=WORK)
    await office.writes(DESK, "/clarify 1 Здесь?", media=(plan,), album="a")
    await office.writes(DESK, media=(photo("map", channel=WORK),), album="a")
    await office.deliver()
    sent = [message for message, _ in office.home.messages(IRINA)][1:]
    assert [("Уточните, пожалуйста: Здесь?", ["plan", "map"])] == [
        (one.text, [media.ref for media in one.media]) for one in sent
    ]


async def test_clock_stands(office: Office) -> None:
    """The time until he answers does not count: what was left before is left after, and officials see until when."""
    due_at = (await office.question(1)).due_at
    office.clock.move(HOUR)
    await office.writes(DESK, "/clarify 1 Какой дом?")
    office.clock.move(10 * HOUR)
    await office.writes(IRINA, "Пятый")
    await office.deliver()
    question = await office.question(1)
    assert (Status.OPEN, due_at + 10 * HOUR, office.clock()) == (
        question.status,
        question.due_at,
        question.waiting_since,
    )
    assert "житель уточнил, ответить до" in office.work.texts(DESK)[-1]
    assert "Ответить до" in card_now(office)
    assert [Deed.CLARIFYING, Deed.CLARIFIED] == await deeds(office)


async def test_late_stays_late(office: Office) -> None:
    """A question that was overdue when the resident was asked is overdue when he answers."""
    due_at = (await office.question(1)).due_at
    office.clock.move(5 * HOUR)
    await office.writes(DESK, "/clarify 1 Какой дом?")
    office.clock.move(HOUR)
    await office.writes(IRINA, "Пятый")
    assert due_at == (await office.question(1)).due_at


@pytest.mark.parametrize("words", ["хорошо", "да", "спасибо"])
async def test_any_word_is_an_answer(office: Office, words: str) -> None:
    """«Хорошо» may be just what was asked for: the clock runs again."""
    await office.writes(DESK, "/clarify 1 Подойдёт завтра?")
    await office.writes(IRINA, words)
    assert Status.OPEN == (await office.question(1)).status


async def test_answer_without_clarification(office: Office) -> None:
    """An official who knows enough answers; nobody is reminded of anything after that."""
    card = office.work.id_of(DESK, "№ 1")
    await office.writes(DESK, "/clarify 1 Какой дом?")
    await office.writes(DESK, "Уже чиним весь квартал", reply_to=card)
    await lapse(office, DAY)
    assert ["Уточните, пожалуйста: Какой дом?", "Уже чиним весь квартал"] == told(office)
    assert Status.ANSWERED == (await office.question(1)).status


async def test_silence(office: Office) -> None:
    """After a day he is asked again, after three the question closes, and both sides know; each happens once."""
    await office.writes(DESK, "/clarify 1 Какой дом?")
    await office.deliver()
    await lapse(office, DAY - HOUR)
    assert 1 == len(told(office))
    await lapse(office, HOUR)
    await lapse(office, HOUR)
    assert "не хватает вашего уточнения: Какой дом?" in told(office)[-1]
    assert 2 == len(told(office))
    await lapse(office, 2 * DAY - 2 * HOUR)
    assert Status.CLARIFYING == (await office.question(1)).status
    await lapse(office, HOUR)
    await lapse(office, HOUR)
    assert "мы не дождались уточнения" in told(office)[-1]
    assert 3 == len(told(office))
    question = await office.question(1)
    assert (Status.CLOSED, CloseKind.UNCLARIFIED) == (question.status, question.close_kind)
    assert "Закрыт: житель не уточнил" in card_now(office)
    assert [Deed.CLARIFYING, Deed.LAPSED] == await deeds(office)


async def test_answer_after_it_was_closed(office: Office) -> None:
    """Whoever answers within three days after that has his question back, with the time that was left."""
    office.clock.move(HOUR)
    await office.writes(DESK, "/clarify 1 Какой дом?")
    await lapse(office, DAY)
    await lapse(office, 2 * DAY)
    office.clock.move(2 * DAY)
    await office.writes(IRINA, "Пятый, был в отпуске")
    question = await office.question(1)
    assert (Status.OPEN, office.clock() + 3 * HOUR, None) == (question.status, question.due_at, question.close_kind)


async def test_much_too_late(office: Office) -> None:
    """Later it is a question of its own."""
    await office.writes(DESK, "/clarify 1 Какой дом?")
    await lapse(office, DAY)
    await lapse(office, 2 * DAY)
    office.clock.move(4 * DAY)
    await office.writes(IRINA, "Пятый")
    assert Status.CLOSED == (await office.question(1)).status
    assert Status.OPEN == (await office.question(2)).status


async def test_correcting_what_was_asked(office: Office) -> None:
    """An edit of the command corrects the resident's message in place; the command itself never reaches him."""
    written = await office.writes(DESK, "/clarify 1 Какой дм?")
    await office.deliver()
    await office.edits(DESK, written, "/clarify 1 Какой дом?")
    await office.deliver()
    edits = [one.text for one in office.home.effects(IRINA) if isinstance(one, EditMessage)]
    assert ["Уточните, пожалуйста: Какой дом?"] == edits


async def test_closed_question(office: Office) -> None:
    """Nobody is asked about a question that is closed."""
    await office.writes(DESK, "/close 1")
    await office.writes(DESK, "/clarify 1 Какой дом?")
    await office.deliver()
    assert "Вопрос № 1 уже закрыт." == office.work.texts(DESK)[-1]
    assert 1 == len(told(office))


async def test_not_in_the_lists(office: Office) -> None:
    """What waits for the resident waits for no official: it is neither open nor overdue."""
    await office.writes(DESK, "/clarify 1 Какой дом?")
    office.clock.move(10 * HOUR)
    for command, empty in (("/open", "Вопросов без ответа нет."), ("/overdue", "Просроченных вопросов нет.")):
        await office.writes(DESK, command)
        await office.deliver()
        assert empty == office.work.texts(DESK)[-1]


async def test_note_to_the_prompt(office: Office) -> None:
    """A reply with // to the bot's question stays between colleagues."""
    await office.presses(DESK, "clarify:1")
    await office.deliver()
    await office.writes(DESK, "// не надо, я знаю", reply_to=office.work.id_of(DESK, "Что уточнить"))
    await office.deliver()
    assert [] == told(office)
    assert [Author.RESIDENT, Author.NOTE] == [one.role for one in await office.thread(1)]


async def test_settled_after_an_answer(office: Office) -> None:
    """A resident who is silent for 72 hours after an answer needs nothing more: the question closes without a word."""
    card = office.work.id_of(DESK, "№ 1")
    await office.writes(DESK, "Завтра", reply_to=card)
    await office.deliver()
    await lapse(office, 3 * DAY - HOUR)
    assert Status.ANSWERED == (await office.question(1)).status
    await lapse(office, HOUR)
    question = await office.question(1)
    assert (Status.CLOSED, CloseKind.SETTLED) == (question.status, question.close_kind)
    assert ["Завтра"] == told(office)


async def test_asked_further_does_not_settle(office: Office) -> None:
    """Whoever asks further within that time has an open question, that nothing closes."""
    card = office.work.id_of(DESK, "№ 1")
    await office.writes(DESK, "Завтра", reply_to=card)
    await office.writes(IRINA, "А во сколько?")
    await lapse(office, 4 * DAY)
    assert Status.OPEN == (await office.question(1)).status


async def test_closing_is_undone(office: Office) -> None:
    """Whoever undoes a closing has the question as it was: the resident is still asked, the clock stands."""
    await office.writes(DESK, "/clarify 1 Какой дом?")
    before = await office.question(1)
    office.clock.move(20 * HOUR)
    await office.writes(DESK, "/close 1")
    await office.writes(DESK, "/reopen 1")
    assert before == await office.question(1)


async def test_opened_again_after_it_lapsed(office: Office) -> None:
    """An official who opens again what lapsed has the time that was left."""
    await office.writes(DESK, "/clarify 1 Какой дом?")
    await lapse(office, DAY)
    await lapse(office, 2 * DAY)
    await office.writes(DESK, "/reopen 1")
    question = await office.question(1)
    assert (Status.OPEN, office.clock() + 4 * HOUR) == (question.status, question.due_at)


async def test_answer_by_correcting_the_question(office: Office) -> None:
    """Whoever puts what he was asked into his first message has answered."""
    first = await office.writes(IRINA, "И ещё")
    await office.writes(DESK, "/clarify 1 Какой дом?")
    await office.edits(IRINA, first, "И ещё: дом 5")
    assert Status.OPEN == (await office.question(1)).status


async def test_clarification_that_does_not_arrive(office: Office) -> None:
    """A resident who was never asked is not waited for: the clock runs on."""
    office.home.fail(Rejected("no", "нельзя"), when=lambda one: "Уточните" in getattr(one.effect, "text", ""))
    await office.writes(DESK, "/clarify 1 Какой дом?")
    await office.deliver()
    assert any("не доставлен" in text for text in office.work.texts(DESK))
    assert Status.OPEN == (await office.question(1)).status


async def test_banned_resident(office: Office) -> None:
    """Whoever may not write is neither reminded nor has his question closed for his silence."""
    await office.writes(DESK, "/clarify 1 Какой дом?")
    await office.writes(DESK, "/ban 1 7д")
    await office.deliver()
    before = len(told(office))
    for _ in range(3):
        await lapse(office, DAY)
    assert before == len(told(office))
    assert Status.CLARIFYING == (await office.question(1)).status


async def test_one_that_fails_holds_up_no_other(office: Office) -> None:
    """A question of a channel that is no more is closed without a word, and the next one is seen to."""
    await office.writes(DESK, "/clarify 1 Какой дом?")
    await office.deliver()
    async with office.database.transaction() as tx:
        await tx.raw.execute("UPDATE conversations SET channel = 'gone'")
    await office.writes(IRINA, "Другой вопрос")
    await office.writes(DESK, "/clarify 2 Какой?")
    await office.deliver()
    await lapse(office, DAY)
    assert "не хватает вашего уточнения: Какой?" in told(office)[-1]
