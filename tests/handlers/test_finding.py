"""`/find` in the chats: what officials write, what they see, the pages, and who sees what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.desk import finding, found, texts
from bot.desk.commands import numbers_shown
from bot.desk.routing import Department, Desk
from bot.desk.words import Subject, build_recognizer
from bot.model.chat import ChatRef
from bot.model.message import AnswerPress, EditMessage, Keyboard, SendMessage, Style
from handlers.finding import Finder
from handlers.indexing import Indexing
from storage import moves
from tests.handlers.fakes import DESK, ENERGY, HOME, IRINA, OLEG, STRANGERS, Office, open_office


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """Coordinators, and a department that answers for heat; two topics and two places."""
    topics = [Subject(slug="heating", words=("тепло", "батарея")), Subject(slug="water", words=("вода",))]
    places = [Subject(slug="nadym", words=("надым",)), Subject(slug="urengoy", words=("новый уренгой",))]
    desk = Desk(
        coordinators=DESK,
        answer_within=timedelta(hours=4),
        departments={
            "energy": Department(slug="energy", name="Энергетика", admin_chat=ENERGY, topics=frozenset({"heating"}))
        },
        topics={"heating": "Отопление", "water": "Вода"},
        places={"nadym": "Надым", "urengoy": "Новый Уренгой"},
        recognizer=build_recognizer(topics, places),
    )
    async with open_office(database_address, desk=desk) as opened:
        yield opened


async def asks(office: Office, *texts: str) -> None:
    """Questions of residents, a new one each."""
    first = await office.value("SELECT count(*) FROM questions")
    for number, text in enumerate(texts, first + 1):
        await office.writes(ChatRef(channel=HOME, chat_id=str(1000 + number)), text)
    await indexed(office)


async def indexed(office: Office) -> None:
    """What was written is in the index, and all that was said about it is out."""
    await Indexing(office.ctx).once()
    await office.deliver()


async def finds(office: Office, words: str, chat: ChatRef = DESK) -> SendMessage:
    """What `/find` prints."""
    await office.writes(chat, f"/find {words}")
    await office.deliver()
    return office.work.messages(chat)[-1][0]


async def numbers(office: Office, words: str, chat: ChatRef = DESK) -> list[int]:
    message = await finds(office, words, chat)
    return sorted(numbers_shown(message.text, message.spans))


async def pressed(office: Office, data: str, chat: ChatRef = DESK, message_id: str = "") -> str:
    """What a press is answered with."""
    await office.presses(chat, data, message_id=message_id)
    await office.deliver()
    return [one.text for one in office.work.effects(chat) if isinstance(one, AnswerPress)][-1]


def data_of(keyboard: Keyboard | None, label: str) -> str:
    assert keyboard is not None
    return next(one.data for row in keyboard.rows for one in row if one.text == label)


def bold(message: SendMessage) -> list[str]:
    return [message.text[span.start : span.end] for span in message.spans if span.style is Style.BOLD]


# --- what is shown -------------------------------------------------------------------------------------------------


async def test_line_of_a_question(office: Office) -> None:
    """Each hit says how it stands, since when, where, what about, whose it is; the words are marked in it."""
    await asks(office, "Холодные батареи в Надыме, ул. Мира", "Яма на дороге")
    message = await finds(office, "батарея мира")
    at = office.clock().strftime("%H:%M")
    line = f"№ 1 · ждёт ответа · {at} · Надым · Отопление · Энергетика\nХолодные батареи в Надыме, ул. Мира"
    assert f"Нашлось: 1\n\n{line}" == message.text
    assert ["Нашлось: 1", "№ 1", "батареи", "Мира"] == bold(message)
    assert message.keyboard is None


async def test_ways_to_look(office: Office) -> None:
    """By a word in any form, by number, name, topic and place said or not, state, channel and day."""
    await asks(office, "Дайте воды!", "Мы из Надыма, холодно", "Яма", "Тепла нет")
    await office.writes(IRINA, "Когда придёт врач?", name="Ирина Окотэтто")
    await indexed(office)
    expected = {
        "вода": [1],
        "водой": [1],
        "надым": [2],
        "5": [5],
        "№ 3": [3],
        "окотэтто": [5],
        "ирине окотэтто": [5],
        "ждут ответа яма": [3],
        "на уточнении яма": [],
        "мессенджер яма": [3],
        "сегодня яма": [3],
        "вчера яма": [],
        "холодно надым": [2],
    }
    assert expected == {words: await numbers(office, words) for words in expected}


async def test_what_it_is_about(office: Office) -> None:
    """A place is meant also where the text does not say it: an official put it there, or another message did."""
    await asks(office, "Когда включат?", "Когда включат?")
    await office.value("UPDATE questions SET place = 'nadym' WHERE id = 2 RETURNING id")
    await office.value("INSERT INTO unindexed VALUES (2) RETURNING 2")
    await indexed(office)
    assert [2] == await numbers(office, "в Надыме")


async def test_nothing_found(office: Office) -> None:
    """Where nothing fits, that is said, with the words."""
    await asks(office, "Яма")
    message = await finds(office, "просроченные яма")
    assert "По словам «просроченные яма» ничего не нашлось." == message.text


BAD = {
    "nothing": ("", finding.HOW),
    "one letter": ("ж", finding.ONE_LETTER),
    "words that every text has": ("что это", finding.ONLY_FILLERS),
    "signs": ("&|!:*'", finding.NO_WORDS),
}


@pytest.mark.parametrize(("words", "expected"), BAD.values(), ids=BAD.keys())
async def test_bad_input(office: Office, words: str, expected: str) -> None:
    """What cannot be looked for gets a clear line."""
    assert expected == (await finds(office, words)).text


ODD = {
    "five thousand characters": "яма " + "и ещё очень длинная просьба " * 180,
    "SQL": "яма'); DROP TABLE questions; --",
    "operators": "яма:* & !(лужа | 'x') <-> \\",
    "markup": "<b>яма</b> [x](tg://user?id=1)",
    "nulls and halves of pairs": "яма \x00 \ud83d",
}


@pytest.mark.parametrize("words", ODD.values(), ids=ODD.keys())
async def test_odd_input(office: Office, words: str) -> None:
    """Whatever is written: it is looked for, answered once, and nothing breaks."""
    await asks(office, "яма")
    message = await finds(office, words)
    assert message.text.startswith(("Нашлось: 1", "По словам"))
    assert 1 == await office.value("SELECT count(*) FROM questions")
    assert 0 == await office.value("SELECT count(*) FROM events WHERE status <> 'done'")


async def test_long_query_says_so(office: Office) -> None:
    """Of a long query the first words count, and that is said."""
    await asks(office, "яма")
    message = await finds(office, "яма " + " ".join(f"слово{number}" for number in range(600)))
    assert "Запрос длинный: взяты первые 10 слов." in message.text


# --- less than all -------------------------------------------------------------------------------------------------


async def test_unknown_word(office: Office) -> None:
    """A word that no question has is left out, and named."""
    await asks(office, "Яма на Мира")
    message = await finds(office, "яма абырвалг")
    assert {1} == numbers_shown(message.text, message.spans)
    assert message.text.endswith("Нигде нет: «абырвалг». Искали без этого.")


async def test_beginning_of_a_word(office: Office) -> None:
    """Where no word is so, what begins so is found."""
    await asks(office, "Улица Геологоразведчиков")
    message = await finds(office, "геологораз")
    assert "Геологоразведчиков" in bold(message)


async def test_not_all_at_once(office: Office) -> None:
    """Where no question has all the words, those are found that have most of them."""
    await asks(office, "Яма на Мира", "Лужа на Ленина")
    message = await finds(office, "мира лужа")
    assert {2} == numbers_shown(message.text, message.spans)
    assert "Всё сразу не нашлось, искали без «мира»." in message.text


async def test_state_may_be_a_word(office: Office) -> None:
    """«Закрытые» may be what the text says; questions in that state come first, if there are any."""
    await asks(office, "Закрытые окна в школе")
    message = await finds(office, "закрытые школа")
    assert {1} == numbers_shown(message.text, message.spans)
    assert "Таких, которые сейчас «закрытые», нет. Нашлось по самим словам." in message.text


async def test_days_may_be_words(office: Office) -> None:
    """«В мае» may be when something was promised; questions of that month come first, if there are any."""
    other = "марте" if office.clock().month in (1, 2, 7, 8, 9, 10, 11, 12) else "октябре"
    await asks(office, f"Обещали засыпать в {other}")
    message = await finds(office, f"засыпать в {other}")
    assert {1} == numbers_shown(message.text, message.spans)
    assert "В эти дни таких вопросов не было. Нашлось по самим словам." in message.text


async def test_states_of_what_was_closed(office: Office) -> None:
    """How a question was closed can be asked for."""
    await asks(office, "Яма", "Яма", "Яма")
    kinds = {1: "withdrawn", 2: "by_official", 3: "spam"}
    for number, kind in kinds.items():
        await office.value(
            "UPDATE questions SET status = 'closed', close_kind = $2 WHERE id = $1 RETURNING id", number, kind
        )
        await office.value("INSERT INTO unindexed VALUES ($1) RETURNING 1", number)
    await indexed(office)
    expected = {"закрыт без ответа": [1, 2, 3], "отозван": [1], "яма спам": [3], "помог готовый ответ": []}
    assert expected == {words: await numbers(office, words) for words in expected}


# --- pages ---------------------------------------------------------------------------------------------------------


async def test_pages(office: Office) -> None:
    """What does not fit on a page stands on the next, which takes its place."""
    await asks(office, *(f"Яма {number}" for number in range(23)))
    first = await finds(office, "яма")
    assert first.text.startswith("Нашлось: 23 · страница 1 из 3\n")
    message_id = office.work.id_of(DESK, "страница 1")
    await pressed(office, data_of(first.keyboard, "Дальше →"), message_id=message_id)
    second = next(one for one in reversed(office.work.effects(DESK)) if isinstance(one, EditMessage))
    assert (message_id, True) == (second.message_id, second.text.startswith("Нашлось: 23 · страница 2 из 3\n"))
    await pressed(office, data_of(second.keyboard, "Дальше →"), message_id=message_id)
    last = next(one for one in reversed(office.work.effects(DESK)) if isinstance(one, EditMessage))
    shown = [numbers_shown(one.text, one.spans) for one in (first, second, last)]
    assert ([10, 10, 3], 23) == ([len(page) for page in shown], len(frozenset().union(*shown)))
    assert ["← Назад"] == [one.text for row in last.keyboard.rows for one in row] if last.keyboard else False


async def test_page_that_is_gone(office: Office) -> None:
    """When so many were answered since that a page is empty, the first one is shown."""
    await asks(office, *(f"Яма {number}" for number in range(12)))
    message = await finds(office, "открытые яма")
    data = data_of(message.keyboard, "Дальше →")
    await office.value("WITH u AS (UPDATE questions SET status = 'closed' WHERE id > 3 RETURNING 1) SELECT 1")
    await pressed(office, data, message_id=office.work.id_of(DESK, "страница 1"))
    edit = next(one for one in reversed(office.work.effects(DESK)) if isinstance(one, EditMessage))
    assert edit.text.startswith("Нашлось: 3\n")


async def test_old_button(office: Office) -> None:
    """A search that is forgotten says what to do; so does one of another chat, and a made-up one."""
    await asks(office, *(f"Яма {number}" for number in range(12)))
    data = data_of((await finds(office, "яма")).keyboard, "Дальше →")
    assert found.OLD_SEARCH == await pressed(office, data, ENERGY)
    assert found.OLD_SEARCH == await pressed(office, "found:1:0123456789abcdef")
    await office.value("UPDATE kept SET expires_at = now() WHERE name LIKE 'search:%' RETURNING name")
    assert found.OLD_SEARCH == await pressed(office, data)


async def test_same_search_is_kept_once(office: Office) -> None:
    """Whoever repeats a search leaves nothing behind, and one page is not kept at all."""
    await asks(office, *(f"Яма {number}" for number in range(12)), "Лужа")
    for words in ("яма", "яма", "лужа"):
        await finds(office, words)
    assert 1 == await office.value("SELECT count(*) FROM kept WHERE name LIKE 'search:%'")


async def test_reply_with_a_number(office: Office) -> None:
    """A reply to what was found answers the question whose number it begins with, if it is shown there."""
    await asks(office, "Яма 7", "Лужа")
    await finds(office, "яма")
    shown = office.work.id_of(DESK, "Нашлось")
    await office.writes(DESK, "1 Засыпали", reply_to=shown)
    await office.writes(DESK, "2 дома без воды", reply_to=shown)
    await office.deliver()
    assert "answered" == (await office.question(1)).status
    assert "open" == (await office.question(2)).status


# --- who sees what -------------------------------------------------------------------------------------------------


async def test_departments_see_their_own(office: Office) -> None:
    """A department finds what is its own, coordinators everything, others nothing."""
    await asks(office, "Холодные батареи, яма", "Яма")
    assert [1] == await numbers(office, "яма", ENERGY)
    assert [] == await numbers(office, "2", ENERGY)
    assert [1, 2] == await numbers(office, "яма")
    await office.writes(STRANGERS, "/find яма")
    await office.deliver()
    assert [] == office.work.texts(STRANGERS)


async def test_handed_over(office: Office) -> None:
    """A question that was handed over is found by whoever has it now."""
    await asks(office, "Яма")
    await office.writes(DESK, "/transfer 1 energy это ваше")
    await indexed(office)
    assert ([1], [1]) == (await numbers(office, "яма", ENERGY), await numbers(office, "яма"))
    await office.writes(ENERGY, "/transfer 1 координаторы не наше")
    await office.value("UPDATE questions SET admin_chat_id = $1, department = '' RETURNING id", DESK.chat_id)
    assert [] == await numbers(office, "яма", ENERGY)


async def handed_on(office: Office) -> None:
    """Question 1, which energy answered, was opened again and handed on by energy; question 2 it only handed on."""
    await asks(office, "Холодные батареи", "Чуть тёплые батареи")
    await office.writes(ENERGY, "Включим завтра", reply_to=office.work.id_of(ENERGY, "№ 1"))
    await office.deliver()
    await office.writes(ChatRef(channel=HOME, chat_id="1001"), "Батареи опять холодные, не включили")
    await office.deliver()
    for number in (1, 2):
        await office.writes(ENERGY, f"/transfer {number} координаторы не наше")
    await indexed(office)
    assert [("open", ""), ("open", "")] == [
        ((question := await office.question(number)).status, question.department) for number in (1, 2)
    ]


async def test_handed_on_after_an_answer(office: Office) -> None:
    """Who answered a question finds and reads it when it is with others; who only handed it on does not."""
    await handed_on(office)
    assert ([1], [1]) == (await numbers(office, "1", ENERGY), await numbers(office, "батареи", ENERGY))
    assert [1, 2] == await numbers(office, "батареи")
    await office.writes(ENERGY, "/q 1")
    await office.deliver()
    shown = office.work.messages(ENERGY)[-1][0]
    assert "Батареи опять холодные, не включили" in shown.text
    assert (True, None) == (shown.text.endswith(texts.only_to_read(1)), shown.keyboard)
    await office.writes(ENERGY, "/q 2")
    await office.deliver()
    assert texts.not_yours(2) == office.work.texts(ENERGY)[-1]


@pytest.mark.parametrize("command", ["/take 1", "/close 1 не наше", "/note 1 видели", "/similar 1", "/withdraw 1"])
async def test_nothing_but_reading(office: Office, command: str) -> None:
    """Whoever may read a question that others have can do nothing with it."""
    await handed_on(office)
    await office.writes(ENERGY, command)
    await office.deliver()
    assert texts.not_yours(1) == office.work.texts(ENERGY)[-1]


async def test_reply_to_what_may_only_be_read(office: Office) -> None:
    """A reply to it goes nowhere, and its author is told."""
    await handed_on(office)
    await office.writes(ENERGY, "/q 1")
    await office.deliver()
    await office.writes(ENERGY, "Уже чиним", reply_to=office.work.id_of(ENERGY, texts.only_to_read(1)))
    await office.deliver()
    assert texts.not_yours(1) == office.work.texts(ENERGY)[-1]
    assert "open" == (await office.question(1)).status


async def test_older_chat_of_a_department(office: Office) -> None:
    """What its older chat showed a department finds, and reads, in its new one."""
    await asks(office, "Холодные батареи", "Яма")
    await office.writes(ENERGY, "/close 1 не наше")
    await indexed(office)
    new = ChatRef(channel=ENERGY.channel, chat_id="-700")
    office.ctx.desk = office.ctx.desk.bound({"energy": new})
    assert [1] == await numbers(office, "1", new)
    for number, expected in ((1, texts.only_to_read(1)), (2, texts.not_yours(2))):
        await office.writes(new, f"/q {number}")
        await office.deliver()
        assert office.work.texts(new)[-1].endswith(expected)


async def test_chat_that_moved(office: Office) -> None:
    """After a group became a supergroup its officials find what they found before."""
    await asks(office, "Холодные батареи")
    new = ChatRef(channel=ENERGY.channel, chat_id="-100600")
    async with office.database.transaction() as tx:
        await moves.move_chat(tx, ENERGY, new)
    office.ctx.desk = office.ctx.desk.moved({ENERGY: new})
    assert [1] == await numbers(office, "батареи", new)


async def test_page_of_the_browser(office: Office) -> None:
    """The page finds the same as the chat, for the same people."""
    await asks(office, "Холодные батареи, яма", "Яма")
    finder = Finder(office.ctx)
    everything, own = [await finder.find(chat, "яма", page=0) for chat in (DESK, ENERGY)]
    assert not isinstance(everything, str)
    assert not isinstance(own, str)
    assert ({1, 2}, {1}) == ({hit.number for hit in everything.hits}, {hit.number for hit in own.hits})
    assert ["яма"] == [own.hits[0].excerpt[start:end] for start, end in own.hits[0].marks]
    assert finding.HOW == await finder.find(DESK, "", page=0)
    far = await finder.find(DESK, "яма", page=10**9)
    assert not isinstance(far, str)
    assert (0, 2) == (far.page, far.total)


# --- up to date ----------------------------------------------------------------------------------------------------


async def test_found_by_what_it_says_now(office: Office) -> None:
    """Corrections, answers, notes and what was taken back change what a question is found by."""
    message = await office.writes(IRINA, "Яма")
    await indexed(office)
    await office.deliver()
    await office.edits(IRINA, message, "Лужа")
    card = office.work.id_of(DESK, "№ 1")
    await office.writes(DESK, "Осушим", reply_to=card)
    await office.writes(DESK, "// звонил подрядчик", reply_to=card)
    await indexed(office)
    assert ([], [1], [1], [1]) == tuple(
        [await numbers(office, words) for words in ("яма", "лужа", "осушим", "подрядчик")]
    )
    await office.writes(DESK, "/withdraw 1")
    await indexed(office)
    assert [] == await numbers(office, "осушим")


async def test_banned_words(office: Office) -> None:
    """What a banned resident writes is shown to nobody, also not by a search."""
    await asks(office)
    await office.writes(OLEG, "Яма")
    await office.writes(DESK, "/ban 1")
    await office.writes(OLEG, "гадость")
    await indexed(office)
    assert ([1], []) == (await numbers(office, "яма"), await numbers(office, "гадость"))


async def test_state_follows(office: Office) -> None:
    """Closing and opening again changes the state by which a question is found."""
    await asks(office, "Яма")
    await office.writes(DESK, "/close 1 не наше")
    await indexed(office)
    assert ([1], []) == (await numbers(office, "закрытые яма"), await numbers(office, "открытые"))
    await office.writes(DESK, "/reopen 1")
    await indexed(office)
    assert [1] == await numbers(office, "открытые яма")
    assert (await finds(office, "закрытые")).text == "По словам «закрытые» ничего не нашлось."
