"""What a resident can rely on with his own questions: he sees where each stands, adds, takes back, opens again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.entry import Role
from bot.model.chat import ChatRef
from bot.model.message import EditMessage
from bot.model.question import Author, CloseKind, Status
from handlers.lapsing import Lapsing
from tests.handlers.fakes import ABLE, DESK, ENERGY, IRINA, OLEG, PLAIN, Office, open_office, photo
from tests.handlers.story import desk, ledger

#: A Wednesday morning.
TEN = datetime(2026, 11, 18, 10, tzinfo=UTC)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
#: Goes to the department of energy; the rest to the coordinators.
HEAT = "Когда дадут тепло?"


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address, desk=desk()) as opened:
        opened.clock.now = TEN
        yield opened


async def says(office: Office, *words: str, who: ChatRef = IRINA, language: str = "") -> str:
    """The resident writes these one after the other; returns what he reads at last."""
    for text in words:
        await office.writes(who, text, language=language)
    await office.deliver()
    return office.home.texts(who)[-1]


async def presses(office: Office, data: str, *, who: ChatRef = IRINA) -> str:
    """He presses a button; returns what he reads."""
    await office.presses(who, data)
    await office.deliver()
    return office.home.texts(who)[-1]


async def answers(office: Office, number: int = 1, text: str = "Завтра", chat: ChatRef = ENERGY) -> None:
    await office.writes(chat, text, reply_to=office.work.id_of(chat, f"№ {number}"))
    await office.deliver()


def buttons(office: Office, who: ChatRef = IRINA) -> dict[str, str]:
    """The buttons under the last message that he got, without those that are always there."""
    keyboard = office.home.messages(who)[-1][0].keyboard
    assert keyboard is not None
    return {one.text: one.data for row in keyboard.rows[:-1] for one in row}


def edited(office: Office, chat: ChatRef) -> str:
    """What the card says now."""
    return [one.text for one in office.work.effects(chat) if isinstance(one, EditMessage)][-1]


async def count(office: Office) -> int:
    found: int = await office.value("SELECT count(*) FROM questions")
    return found


async def no_bugs(office: Office) -> None:
    assert 0 == await office.value("SELECT count(*) FROM events WHERE status = 'failed'")


# --- reading -------------------------------------------------------------------------------------------------------


async def test_list(office: Office) -> None:
    """The newest first, each with its state and its words; buttons lead to each."""
    await says(office, HEAT, "/new", "Почему закрыт мост?", "/new", "Где автобус?")
    await answers(office)
    await office.writes(DESK, "/clarify 3 Какой автобус?")
    text = await says(office, "Мои вопросы")
    assert text.startswith(
        "Ваши вопросы: 3\n\n№ 3 · ждём вашего уточнения\nГде автобус?\n\n"
        "№ 2 · ответим до 14:00\nПочему закрыт мост?\n\n№ 1 · есть ответ\nКогда дадут тепло?"
    )
    assert {"№ 3": "my:3", "№ 2": "my:2", "№ 1": "my:1"} == buttons(office)
    assert 3 == await count(office)


@pytest.mark.parametrize("way", ["button in place", "button", "words"])
async def test_pages(office: Office, way: str) -> None:
    """Many questions are turned page by page: by buttons, in place where that can be, and by words."""
    for n in range(14):
        await office.writes(IRINA, "/new")
        await office.writes(IRINA, f"Яма {n}")
    await says(office, "/my")
    ids = office.home.messages(IRINA)[-1][1]
    forward = buttons(office)["Дальше →"]
    if way == "words":
        assert (await says(office, "мои вопросы 2")).startswith("Ваши вопросы: 14 · страница 2 из 3\n\n№ 8 · ")
        return
    await office.presses(IRINA, forward, message_id=ids[0] if way == "button in place" else "")
    await office.deliver()
    last = [one for one in office.home.effects(IRINA) if getattr(one, "text", "")][-1]
    assert (way == "button in place") == isinstance(last, EditMessage)
    assert getattr(last, "text", "").startswith("Ваши вопросы: 14 · страница 2 из 3\n\n№ 8 · ")


async def test_nothing_asked(office: Office) -> None:
    """Whoever has asked nothing hears how to; none of these words is a question."""
    for words in ("мои вопросы", "/my", "дополнить", "отозвать", "открыть снова"):
        assert (await says(office, words)).startswith("Вы ещё ни о чём не спрашивали.")
    assert [] == office.work.texts(DESK)
    await no_bugs(office)


async def test_one(office: Office) -> None:
    """The thread as he has seen it: his words, answers, what he was asked; no official's name, no note."""
    await office.writes(IRINA, HEAT, media=(photo("a"), photo("b")))
    await office.deliver()
    for words in ("/interim 1 Ищем причину", "/note 1 Он всегда жалуется", "/clarify 1 Какой дом?"):
        await office.writes(ENERGY, words)
    await says(office, "Геологов 14")
    await answers(office, text="Сегодня")
    await answers(office, text="Не туда")
    await office.writes(ENERGY, "/withdraw 1")
    text = await says(office, "мой вопрос № 1")
    assert text == (
        "Вопрос № 1: есть ответ\nЗадан: 10:00\n\n"
        "Вы · 10:00\nКогда дадут тепло?\n📎 2 файла\n\n"
        "Промежуточный ответ · 10:00\nИщем причину\n\n"
        "Вас попросили уточнить · 10:00\nКакой дом?\n\n"
        "Вы · 10:00\nГеологов 14\n\n"
        "Ответ · 10:00\nСегодня\n\n"
        "Если нужен ещё один ответ, нажмите или напишите «открыть снова 1»."
    )
    assert {"Открыть снова": "reopen:1", "Все мои вопросы": "my:"} == buttons(office)


async def test_long_thread(office: Office) -> None:
    """Of a long thread the newest is shown, and how much there is before it, in one message."""
    await says(office, HEAT)
    async with office.eye.transaction() as tx:
        await tx.raw.execute(
            "INSERT INTO messages (question_id, role, channel, chat_id, content, at)"
            " SELECT 1, CASE WHEN i % 2 = 0 THEN 'resident' ELSE 'note' END, 'home', '101',"
            """ jsonb_build_object('text', 'слово ' || i), now() FROM generate_series(1, 5000) AS i"""
        )
    before = len(office.home.texts(IRINA))
    text = await says(office, "вопрос 1")
    assert 1 == len(office.home.texts(IRINA)) - before
    assert "раньше ещё 2471 сообщение" in text
    assert "слово 5000" in text
    assert "слово 4999" not in text


@pytest.mark.parametrize("data", ["my:77", "my:2", "add:2", "withdraw:2", "withdraw:ask:2", "reopen:2", "rate:2:1:1"])
async def test_others_questions(office: Office, data: str) -> None:
    """Nobody reads or changes what is somebody else's, nor learns whether there is such a number."""
    await says(office, HEAT)
    await says(office, "Личное дело", who=OLEG)
    before = await office.question(2)
    said = await presses(office, data)
    assert "Личное" not in said
    if not data.startswith("rate"):
        assert said.startswith(f"У вас нет вопроса № {data.rpartition(':')[2]}.")
    assert before == await office.question(2)
    assert [None] == [await office.value("SELECT rating FROM waits WHERE question_id = 2")]


FORGED = [
    "my:p:99999",
    "my:p:0",
    "my:p:x",
    "my:999999999999999999",
    "my::",
    "add:",
    "add:x",
    "withdraw:ask:",
    "reopen:-1",
]


@pytest.mark.parametrize("data", FORGED)
async def test_old_and_forged_buttons(office: Office, data: str) -> None:
    """A button of another time, or a forged one, does no harm and is answered."""
    await says(office, HEAT)
    before, texts = await office.question(1), len(office.home.texts(IRINA))
    await presses(office, data)
    assert texts + 1 == len(office.home.texts(IRINA))
    assert before == await office.question(1)
    await no_bugs(office)


async def test_words_that_name_no_question_of_his(office: Office) -> None:
    """«Вопрос 2027» is a message when none of his questions can have this number: it is not lost."""
    assert "№ 1" in await says(office, "Вопрос 2027")
    await says(office, "отозвать 12")
    assert ["Вопрос 2027", "отозвать 12"] == [one.content.text for one in await office.thread(1)]


# --- adding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["button", "words", "command"])
async def test_add(office: Office, way: str) -> None:
    """His next messages belong to the question that he chose, not only to his last one; those a while later do not."""
    await says(office, HEAT, "/new", "Почему закрыт мост?")
    if way == "button":
        await says(office, "вопрос 1")
        said = await presses(office, buttons(office)["Дополнить"])
    else:
        said = await says(office, "Дополнить 1" if way == "words" else "/add 1")
    assert "ваше следующее сообщение (в течение часа) попадёт в вопрос № 1." in said
    assert "Добавили к вопросу № 1." == await says(office, "Геологов 14")
    office.clock.move(14 * MINUTE)
    assert "Добавили к вопросу № 1." == await says(office, "Третий подъезд")
    office.clock.move(15 * MINUTE)
    await says(office, "Опора треснула")
    assert [HEAT, "Геологов 14", "Третий подъезд"] == [one.content.text for one in await office.thread(1)]
    assert ["Почему закрыт мост?", "Опора треснула"] == [one.content.text for one in await office.thread(2)]
    assert any("№ 1 · дополнение от жителя" in text for text in office.work.texts(ENERGY))


async def test_add_expires(office: Office) -> None:
    """After an hour his message goes where it always goes."""
    await says(office, HEAT, "/new", "Почему закрыт мост?", "дополнить 1")
    office.clock.move(HOUR)
    await says(office, "Опора треснула")
    assert [1, 2] == [len(await office.thread(number)) for number in (1, 2)]


async def test_add_then_new(office: Office) -> None:
    """What he wants last counts: «Новый вопрос» after «Дополнить», and the other way round."""
    await says(office, HEAT, "дополнить 1", "Новый вопрос", "Где автобус?")
    assert 2 == await count(office)
    await says(office, "Новый вопрос", "дополнить 1", "Геологов 14")
    assert (2, "Геологов 14") == (await count(office), (await office.thread(1))[-1].content.text)


async def test_add_an_album(office: Office) -> None:
    """An album is one message: all its parts belong to the chosen question."""
    await says(office, HEAT, "/new", "Почему закрыт мост?", "дополнить 1")
    for ref in ("a", "b"):
        await office.writes(IRINA, media=(photo(ref),), album="x")
    assert ["a", "b"] == [media.ref for media in (await office.thread(1))[-1].content.media]
    assert 1 == len(await office.thread(2))


async def test_add_says_what_was_asked(office: Office) -> None:
    """An addition to a question in which he was asked something is what he was asked for."""
    await says(office, HEAT, "/new", "Почему закрыт мост?")
    await office.writes(ENERGY, "/clarify 1 Какой дом?")
    await says(office, "дополнить 1", "5")
    assert (Status.OPEN, "5") == ((await office.question(1)).status, (await office.thread(1))[-1].content.text)


async def test_add_to_an_answered_one(office: Office) -> None:
    """What is added after the answer opens the question again, unless it only thanks."""
    await says(office, HEAT)
    await answers(office)
    await says(office, "дополнить 1", "Спасибо!")
    assert Status.ANSWERED is (await office.question(1)).status
    await says(office, "дополнить 1", "Не дали")
    assert Status.OPEN is (await office.question(1)).status


async def test_add_to_a_closed_one(office: Office) -> None:
    """What is closed takes nothing up before it is open again: he hears how."""
    await says(office, HEAT)
    await office.writes(ENERGY, "/close 1 дубль")
    said = await says(office, "дополнить 1")
    assert said.startswith("Вопрос № 1 уже закрыт. Если нужен ещё один ответ, нажмите или напишите «открыть снова 1».")
    assert {"Открыть снова": "reopen:1"} == buttons(office)


async def test_closed_meanwhile(office: Office) -> None:
    """A question that officials close while he writes is open again with his words; spam takes nothing up."""
    await says(office, HEAT, "дополнить 1")
    await office.writes(ENERGY, "/close 1 дубль")
    await says(office, "Геологов 14")
    assert (Status.OPEN, 1) == ((await office.question(1)).status, await count(office))
    await says(office, "дополнить 1")
    await office.writes(ENERGY, "/spam 1")
    await says(office, "Геологов 14")
    assert (Status.CLOSED, 2) == ((await office.question(1)).status, await count(office))


# --- taking back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["button", "word and button", "words"])
async def test_take_back(office: Office, way: str) -> None:
    """He is asked once whether he is sure; then nobody has to answer, and the card says so."""
    await says(office, HEAT)
    office.clock.move(timedelta(minutes=6))
    if way == "words":
        said = await says(office, "Отозвать 1")
    else:
        await says(office, "вопрос 1")
        asked = (
            await presses(office, buttons(office)["Отозвать вопрос"])
            if way == "button"
            else await says(office, "отозвать")
        )
        assert asked.startswith("Отозвать вопрос № 1?")
        assert Status.OPEN is (await office.question(1)).status
        said = await presses(office, buttons(office)["Да, отозвать"])
    assert said.startswith("Вопрос № 1 отозван")
    question = await office.question(1)
    assert (Status.CLOSED, CloseKind.WITHDRAWN, None) == (question.status, question.close_kind, question.waiting_since)
    assert [("withdrawn", 0.1)] == [(one.outcome, one.clock) for one in await ledger(office, 1)]
    assert "Закрыт: житель отозвал вопрос" in edited(office, ENERGY)
    # Nobody is at it: an edit is enough.
    assert 1 == len(office.work.texts(ENERGY))
    assert 2 == await count_after(office, "Где автобус?")


async def count_after(office: Office, text: str) -> int:
    await says(office, text)
    return await count(office)


async def test_whoever_is_at_it_hears(office: Office) -> None:
    """An official who has taken the question is told in words."""
    await says(office, HEAT)
    await office.writes(ENERGY, "/take 1")
    await says(office, "отозвать 1")
    assert "№ 1 · житель отозвал вопрос, отвечать не нужно" == office.work.texts(ENERGY)[-1]


async def test_cards_that_cannot_be_edited(database_address: str) -> None:
    """Where a card cannot be edited, words say it."""
    async with open_office(database_address, desk=desk(), work=replace(ABLE, edits=False)) as office:
        await says(office, HEAT)
        await says(office, "отозвать 1")
        assert "№ 1 · житель отозвал вопрос, отвечать не нужно" == office.work.texts(ENERGY)[-1]


async def test_two_devices(office: Office) -> None:
    """Pressed on two devices at once it happens once, and the second hears how things stand."""
    await says(office, HEAT)
    await asyncio.gather(*(office.presses(IRINA, "withdraw:1", press_id=press) for press in ("p1", "p2")))
    await office.deliver()
    first, second = sorted(office.home.texts(IRINA)[1:])
    assert first.startswith("Вопрос № 1 отозван")
    assert second.startswith("Вопрос № 1 уже отозван.")
    assert 1 == await office.value("SELECT count(*) FROM actions WHERE what = 'taken_back'")
    await asyncio.gather(*(office.presses(IRINA, "reopen:1", press_id=press) for press in ("p3", "p4")))
    await office.deliver()
    assert 1 == await office.value("SELECT count(*) FROM actions WHERE what = 'asked_again'")
    assert 1 == sum("и так открыт: ответим до" in text for text in office.home.texts(IRINA))


async def test_taken_back_while_adding(office: Office) -> None:
    """What he writes after taking a question back is about something else."""
    await says(office, HEAT, "дополнить 1", "отозвать 1", "Где автобус?")
    assert (Status.CLOSED, 2) == ((await office.question(1)).status, await count(office))


async def test_answered_meanwhile(office: Office) -> None:
    """An old button, once there is an answer: there is nothing to take back."""
    await says(office, HEAT)
    await answers(office)
    office.clock.move(365 * DAY)
    assert "На вопрос № 1 уже ответили, отзывать нечего." == await presses(office, "withdraw:1")
    await Lapsing(office.ctx).once()
    assert "Вопрос № 1 уже закрыт." == await presses(office, "withdraw:1")
    assert CloseKind.SETTLED is (await office.question(1)).close_kind


async def test_taken_back_while_asked(office: Office) -> None:
    """What he was asked does not matter any more: nobody reminds him, and it does not lapse."""
    await says(office, HEAT)
    await office.writes(ENERGY, "/clarify 1 Какой дом?")
    await says(office, "отозвать 1")
    before = len(office.home.texts(IRINA))
    office.clock.move(5 * DAY)
    await Lapsing(office.ctx).once()
    await office.deliver()
    assert before == len(office.home.texts(IRINA))
    assert CloseKind.WITHDRAWN is (await office.question(1)).close_kind


# --- opening again -------------------------------------------------------------------------------------------------

ENDS = {
    "answered": ["answer"],
    "settled": ["answer", "lapse"],
    "closed by an official": ["/close 1 дубль"],
    "withdrawn": ["withdraw"],
    "withdrawn while asked": ["/clarify 1 Какой дом?", "withdraw"],
    "unclarified": ["/clarify 1 Какой дом?", "lapse"],
}


async def ended(office: Office, how: str) -> None:
    for step in ENDS[how]:
        match step:
            case "answer":
                await answers(office)
            case "lapse":
                for _ in range(2):
                    office.clock.move(3 * DAY)
                    await Lapsing(office.ctx).once()
            case "withdraw":
                await says(office, "отозвать 1")
            case _:
                await office.writes(ENERGY, step)
    await office.deliver()
    assert (await office.question(1)).status in (Status.ANSWERED, Status.CLOSED)


@pytest.mark.parametrize("way", ["button", "words"])
@pytest.mark.parametrize("how", ENDS)
async def test_reopen(office: Office, how: str, way: str) -> None:
    """Somebody has to answer again, with a new deadline: the card and a line say so, and what he says next joins it."""
    await says(office, HEAT)
    await ended(office, how)
    office.clock.move(HOUR)
    if way == "button":
        await says(office, "вопрос 1")
        said = await presses(office, buttons(office)["Открыть снова"])
    else:
        said = await says(office, "Открыть снова 1")
    question = await office.question(1)
    due = f"{office.ctx.desk.due_at('energy', office.clock()):%H:%M}"
    assert said.startswith(f"Вопрос № 1 снова открыт, ответ придёт сюда до {due}")
    assert (Status.OPEN, office.clock(), None, None) == (
        question.status,
        question.waiting_since,
        question.close_kind,
        question.work_left,
    )
    assert [True] == [one.runs for one in await ledger(office, 1) if not one.outcome]
    assert f"Ответить до {due}" in edited(office, ENERGY)
    assert office.work.texts(ENERGY)[-1].startswith(f"№ 1 · житель открыл вопрос снова, ответить до {due}")
    await says(office, "Всё ещё холодно")
    assert "№ 1 · дополнение от жителя\n\nВсё ещё холодно" == office.work.texts(ENERGY)[-1]
    await answers(office, text="Едем")
    assert Status.ANSWERED is (await office.question(1)).status
    await no_bugs(office)


async def test_a_reply_to_the_line_answers(office: Office) -> None:
    """Officials may answer the very line that tells them."""
    await says(office, HEAT)
    await answers(office)
    await says(office, "открыть снова 1")
    await office.writes(ENERGY, "Едем", reply_to=office.work.id_of(ENERGY, "открыл вопрос снова"))
    await office.deliver()
    assert "Едем" == office.home.texts(IRINA)[-1]


async def test_reopened_without_a_word(office: Office) -> None:
    """That he opened it again stands in the thread: whoever closes and opens it finds him waiting since then."""
    await says(office, HEAT)
    await answers(office)
    office.clock.move(HOUR)
    await says(office, "открыть снова 1")
    opened_at = office.clock()
    assert [Author.RESIDENT, Author.OFFICIAL, Author.REOPENED] == [one.role for one in await office.thread(1)]
    office.clock.move(HOUR)
    for words in ("/close 1 дубль", "/reopen 1", "/q 1"):
        await office.writes(ENERGY, words)
    await office.deliver()
    question = await office.question(1)
    assert (Status.OPEN, opened_at) == (question.status, question.waiting_since)
    assert "Житель открыл вопрос снова · 11:00" in office.work.texts(ENERGY)[-1]
    assert "Вы открыли вопрос снова · 11:00" in await says(office, "вопрос 1")


async def test_an_old_question_is_reopened(office: Office) -> None:
    """Not only his last question: what he writes next belongs to the one that he opened."""
    await says(office, HEAT)
    await answers(office)
    await says(office, "/new", "Почему закрыт мост?", "открыть снова 1", "Всё ещё холодно")
    assert "Всё ещё холодно" == (await office.thread(1))[-1].content.text
    await says(office, "Ленина 5")
    assert "Ленина 5" == (await office.thread(1))[-1].content.text
    office.clock.move(15 * MINUTE)
    await says(office, "Опора треснула")
    assert "Опора треснула" == (await office.thread(2))[-1].content.text


OVER = {"spam": ("/spam 1", timedelta(0)), "long ago": ("/close 1 дубль", 31 * DAY)}


@pytest.mark.parametrize(("command", "later"), OVER.values(), ids=OVER)
async def test_over(office: Office, command: str, later: timedelta) -> None:
    """Spam, and what ended long ago, stays closed: he hears how to ask anew, and has no button for it."""
    await says(office, HEAT)
    await office.writes(ENERGY, command)
    office.clock.move(later)
    await says(office, "вопрос 1")
    assert ["Все мои вопросы"] == list(buttons(office))
    assert "Снова открыть вопрос № 1 нельзя. Если он ещё важен, просто напишите новый." == await presses(
        office, "reopen:1"
    )
    assert Status.CLOSED is (await office.question(1)).status


async def test_not_again_and_again(office: Office) -> None:
    """Whoever takes back and opens again in turns does not fill the officials' chat."""
    await says(office, HEAT)
    for _ in range(9):
        await presses(office, "withdraw:1")
        said = await presses(office, "reopen:1")
    assert said.startswith("Снова открыть вопрос № 1 нельзя.")
    assert 5 == sum("открыл вопрос снова" in text for text in office.work.texts(ENERGY))


async def test_an_admin_chat_that_is_gone(office: Office) -> None:
    """A question whose admin chat is out of reach by now is shown where it belongs."""
    await says(office, HEAT)
    await answers(office)
    office.ctx.desk = office.ctx.desk.without(frozenset({ENERGY}))
    await says(office, "открыть снова 1")
    assert DESK == (await office.question(1)).admin_chat
    assert any("№ 1" in text for text in office.work.texts(DESK))


# --- everybody -----------------------------------------------------------------------------------------------------


async def test_banned(office: Office) -> None:
    """Whoever may not write may read, by words and by buttons, and do nothing."""
    await says(office, HEAT)
    await office.writes(ENERGY, "/ban 1 7д ругань")
    await office.deliver()
    assert (await says(office, "Мои вопросы")).startswith("Ваши вопросы: 1")
    text = await presses(office, "my:1")
    assert text.startswith("Вопрос № 1: ответим")
    assert "отозвать" not in text
    assert {"Все мои вопросы": "my:"} == buttons(office)
    before = await office.question(1)
    for data in ("add:1", "withdraw:1", "withdraw:ask:1", "reopen:1", "rate:1:1:1"):
        said = await presses(office, data)
        assert said.startswith("К сожалению, мы не принимаем здесь ваши сообщения до ")
    await says(office, "отозвать 1")
    assert before == await office.question(1)
    assert Author.BANNED is (await office.thread(1))[-1].role
    assert "ругань" in said


async def test_no_buttons(database_address: str) -> None:
    """On a channel without buttons all of it is there in words."""
    async with open_office(database_address, desk=desk(), home=PLAIN) as office:
        await says(office, HEAT)
        for words, expected in (
            ("мои вопросы", "напишите, например, «вопрос 1»"),
            ("вопрос 1", "напишите «отозвать 1»"),
            ("дополнить 1", "попадёт в вопрос № 1"),
            ("Геологов 14", "Добавили к вопросу № 1."),
            ("отозвать", "напишите «отозвать 1»"),
            ("отозвать 1", "напишите «открыть снова 1»"),
            ("открыть снова 1", "снова открыт"),
        ):
            assert expected in await says(office, words)
        assert Status.OPEN is (await office.question(1)).status


async def test_english(office: Office) -> None:
    """All of it in English: what he reads, and what he types."""
    heard = [await says(office, "No heating, тепло?", language="en")]
    typed = ["my questions", "question 1", "add to 1", "House 14", "withdraw", "withdraw 1", "open again 1"]
    typed += ["open again 1", "/my 77", "withdraw 1", "withdraw 1"]
    heard += [await says(office, words, language="en") for words in typed]
    ours = [text.replace("тепло", "") for text in heard]
    assert [] == [text for text in ours if re.search("[а-яё]", text, re.IGNORECASE)]
    assert "Question № 1 is already withdrawn." in heard[-1]
    assert 1 == await count(office)


async def test_menu(office: Office) -> None:
    """«Помощь» has a button that leads there."""
    await says(office, "помощь")
    assert "my:" == buttons(office)["Мои вопросы"]
    assert (await presses(office, "my:")).startswith("Вы ещё ни о чём не спрашивали.")


async def test_nobody_is_held_up(office: Office) -> None:
    """Whoever looks at no button is heard whatever the bot asked him last: each of his words is in the thread."""
    await says(office, HEAT, "отозвать", "Геологов 14", "мои вопросы", "Третий подъезд", "вопрос 1", "Холодно!")
    assert [HEAT, "Геологов 14", "Третий подъезд", "Холодно!"] == [one.content.text for one in await office.thread(1)]
    assert 4 == len(await office.entries(ENERGY, Role.CARD, Role.FOLLOW_UP))
