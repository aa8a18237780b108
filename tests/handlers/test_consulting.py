"""Known answers for residents: under the confirmation, and on pages of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.faq import Entry
from bot.model.message import EditMessage
from bot.model.question import CloseKind, Status
from tests.handlers.fakes import ABLE, DESK, ENERGY, IRINA, OLEG, PLAIN, Office, open_office
from tests.handlers.story import desk, ledger

HEAT = Entry(id=0, question="Когда включат тепло в домах?", answer="В сентябре.", topic="heating")
COLD = Entry(id=0, question="Холодно в домах, когда включат тепло?", answer="Звоните 004.", topic="heating")
SCHOOL = Entry(id=0, question="Как записать ребёнка в школу?", answer="Через Госуслуги.")
ASKED = "Когда включат тепло в нашем доме?"


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address, desk=desk()) as opened:
        opened.ctx.answers.of_file = (HEAT, COLD, SCHOOL)
        await opened.ctx.answers.once()
        yield opened


async def asked(office: Office, text: str = ASKED) -> list[str]:
    """What the resident gets."""
    await office.writes(IRINA, text)
    await office.deliver()
    return office.home.texts(IRINA)


def buttons(office: Office) -> dict[str, str]:
    """The buttons under the last message that the resident got."""
    keyboard = office.home.messages(IRINA)[-1][0].keyboard
    assert keyboard is not None
    return {one.text: one.data for row in keyboard.rows for one in row}


async def test_suggested_under_the_confirmation(office: Office) -> None:
    """The question is registered and confirmed first; below it stands the best answer, whole."""
    confirmed, suggested = await asked(office)
    assert "№ 1" in confirmed
    assert suggested.startswith("Похоже, ответ уже есть:\n\nКогда включат тепло в домах?\nВ сентябре.")
    assert "Холодно в домах, когда включат тепло?" in suggested
    assert "Звоните" not in suggested
    assert Status.OPEN is (await office.question(1)).status
    assert any("№ 1" in text for text in office.work.texts(ENERGY))
    assert [1, 1, 0] == await shown(office)


async def shown(office: Office) -> list[int]:
    async with office.eye.transaction() as tx:
        return [row["shown"] for row in await tx.raw.fetch("SELECT shown FROM faq ORDER BY id")]


async def test_nothing_alike(office: Office) -> None:
    """Where nothing is alike, there is nothing under the confirmation."""
    assert 1 == len(await asked(office, "Почему закрыт мост?"))


@pytest.mark.parametrize("way", ["button", "word", "word without buttons"])
async def test_helped(database_address: str, way: str) -> None:
    """«Помогло» closes the question as helped, by the button and by the word; the officials' card says so."""
    able = replace(ABLE, keyboard=None) if way == "word without buttons" else ABLE
    async with open_office(database_address, desk=desk(), home=able) as office:
        office.ctx.answers.of_file = (HEAT,)
        await office.ctx.answers.once()
        await asked(office)
        office.clock.move(timedelta(minutes=6))
        if way == "button":
            await office.presses(IRINA, buttons(office)["Помогло"])
        else:
            await office.writes(IRINA, "Помогло!")
        await office.deliver()
        question = await office.question(1)
        assert (Status.CLOSED, CloseKind.HELPED) == (question.status, question.close_kind)
        assert "Рады, что помогло! Вопрос № 1 закрыт." in office.home.texts(IRINA)[-1]
        assert ("helped", 0.1) == ((wait := (await ledger(office, 1))[0]).outcome, wait.clock)
        assert 1 == await office.value("SELECT helped FROM faq")
        card = [one.text for one in office.work.effects(ENERGY) if isinstance(one, EditMessage)][-1]
        assert "Закрыт: житель нашёл готовый ответ" in card
        assert 1 == len(await office.thread(1))


async def test_pressed_twice(office: Office) -> None:
    """Pressed twice, it is counted once."""
    await asked(office)
    pressed = buttons(office)["Помогло"]
    for press in ("p1", "p2"):
        await office.presses(IRINA, pressed, press_id=press)
    assert [1, 0, 0] == [await office.value("SELECT helped FROM faq WHERE id = $1", entry) for entry in (1, 2, 3)]


async def test_undone(office: Office) -> None:
    """«Всё-таки жду ответа» undoes a slip: the question waits on, by when it is told anew."""
    await asked(office)
    await office.presses(IRINA, buttons(office)["Помогло"])
    await office.deliver()
    await office.presses(IRINA, buttons(office)["Всё-таки жду ответа"])
    await office.deliver()
    assert Status.OPEN is (await office.question(1)).status
    assert office.home.texts(IRINA)[-1].startswith("Вопрос № 1 снова открыт, ответ придёт сюда до ")
    assert office.work.texts(ENERGY)[-1].startswith("№ 1 · житель открыл вопрос снова")
    assert [("", True, False)] == [(one.outcome, one.runs, one.late) for one in await ledger(office, 1)]


#: What comes after «Помогло», and whether a known answer has helped all the same.
AFTERWARDS = {
    "nothing": ([], 1),
    "thanks": (["Спасибо!"], 1),
    "he waits after all": (["всё-таки жду ответа"], 0),
    "he opens it again": (["открыть снова 1"], 0),
    "he writes that it is cold": (["Не помогло, холодно"], 0),
    "he was helped, was not, and was": (["всё-таки жду ответа", "Помогло"], 1),
    "to and fro": (["всё-таки жду ответа", "Помогло", "открыть снова 1"], 0),
    "officials open it again": (["/reopen 1"], 0),
    "officials answer all the same": (["1 Включили."], 0),
}


@pytest.mark.parametrize(("steps", "helped"), AFTERWARDS.values(), ids=AFTERWARDS.keys())
@pytest.mark.parametrize("read_last", [1, 2], ids=["the best one", "another one"])
async def test_what_is_counted(office: Office, steps: list[str], helped: int, read_last: int) -> None:
    """A known answer has helped while it is the end of the question: its own count and the figures say the same."""
    await asked(office)
    await office.presses(IRINA, f"helped:1:{read_last}")
    for step in steps:
        if step.startswith("/"):
            await office.writes(DESK, step)
        elif step.startswith("1 "):
            await office.writes(ENERGY, step, reply_to=office.work.id_of(ENERGY, "№ 1"))
        else:
            await office.writes(IRINA, step)
    await office.deliver()
    again = 1 if "Помогло" in steps else read_last
    assert {again: helped} == {
        row["id"]: row["helped"]
        for row in await office.rows("SELECT id, helped FROM faq WHERE helped > 0 OR id = $1", again)
    }
    assert helped == await office.value("SELECT count(*) FROM waits WHERE outcome = 'helped'")
    assert 0 == await office.value("SELECT count(*) FROM events WHERE status = 'failed'")


@pytest.mark.parametrize(("corrected", "helped"), [("Всё равно холодно", 0), ("Большое спасибо!", 1)])
async def test_thanks_that_are_corrected(office: Office, corrected: str, helped: int) -> None:
    """Thanks after «Помогло» that are corrected into more open it again: the answer has not helped, and he waits on."""
    await asked(office)
    await office.presses(IRINA, buttons(office)["Помогло"])
    message = await office.writes(IRINA, "Спасибо")
    await office.deliver()
    await office.edits(IRINA, message, corrected)
    await office.deliver()
    question, waits = await office.question(1), await ledger(office, 1)
    if helped:
        assert (Status.CLOSED, CloseKind.HELPED) == (question.status, question.close_kind)
        assert [("helped", False)] == [(one.outcome, one.runs) for one in waits]
    else:
        assert (Status.OPEN, None) == (question.status, question.close_kind)
        assert [("", True)] == [(one.outcome, one.runs) for one in waits]
        assert office.work.texts(ENERGY)[-1].endswith("Было: Спасибо\n\nСтало: Всё равно холодно")
    assert helped == await office.value("SELECT helped FROM faq WHERE id = 1")


async def test_no_leaves_everything(office: Office) -> None:
    """«Нет, жду ответа» changes nothing but that he is told when the answer comes."""
    await asked(office)
    before = await office.question(1)
    await office.presses(IRINA, buttons(office)["Нет, жду ответа"])
    await office.deliver()
    assert replace(before, offered=()) == await office.question(1)
    assert "Ответ придёт сюда до" in office.home.texts(IRINA)[-1]


async def test_he_goes_on_writing(office: Office) -> None:
    """Whoever looks at no button is not held up: what he writes joins his question."""
    await asked(office)
    await office.writes(IRINA, "Геологов 14, третий подъезд")
    assert ["Геологов 14, третий подъезд"] == [one.content.text for one in (await office.thread(1))[1:]]


async def test_writes_after_helped(office: Office) -> None:
    """What he writes soon after «Помогло» opens the question again; thanks do not."""
    await asked(office)
    await office.writes(IRINA, "Помогло")
    await office.writes(IRINA, "Спасибо!")
    assert Status.CLOSED is (await office.question(1)).status
    await office.writes(IRINA, "Нет, у нас всё равно холодно")
    question = await office.question(1)
    assert (Status.OPEN, None) == (question.status, question.close_kind)


async def test_helped_before_anything_was_asked(office: Office) -> None:
    """«Помогло» of somebody who has asked nothing is no question."""
    await office.writes(IRINA, "Помогло")
    await office.deliver()
    assert "Рады, что помогло!" in office.home.texts(IRINA)[-1]
    assert 0 == await office.value("SELECT count(*) FROM questions")


@pytest.mark.parametrize("words", ["Помогло", "Не помогло"])
async def test_words_where_nothing_was_shown(office: Office, words: str) -> None:
    """Where nothing was shown these words are for the officials, and close nothing."""
    await office.writes(IRINA, "Почему закрыт мост?")
    await office.writes(IRINA, words)
    assert (Status.OPEN, words) == ((await office.question(1)).status, (await office.thread(1))[-1].content.text)


async def answers(office: Office, text: str = "Завтра") -> None:
    await office.writes(ENERGY, text, reply_to=office.work.id_of(ENERGY, "№ 1"))
    await office.deliver()


async def test_helped_after_an_answer(office: Office) -> None:
    """«Помогло» after an official's answer is thanks, which he reads: the question stays answered."""
    await asked(office)
    await answers(office)
    await office.writes(IRINA, "Помогло")
    assert (Status.ANSWERED, "Помогло") == (
        (await office.question(1)).status,
        (await office.thread(1))[-1].content.text,
    )


@pytest.mark.parametrize("said", ["answer", "/interim 1 Ищем", "/clarify 1 Перезапуск помог?"])
@pytest.mark.parametrize("words", ["Не помогло", "Помогло"])
async def test_words_to_an_official(office: Office, said: str, words: str) -> None:
    """Once an official has said something these words are a reply to him, and no known answer closes the question."""
    await asked(office)
    if said == "answer":
        await answers(office)
    else:
        await office.writes(ENERGY, said)
    await office.writes(IRINA, words)
    status = Status.ANSWERED if (said, words) == ("answer", "Помогло") else Status.OPEN
    assert (status, words) == ((await office.question(1)).status, (await office.thread(1))[-1].content.text)
    assert 0 == await office.value("SELECT sum(helped) FROM faq")


@pytest.mark.parametrize("words", ["Помогло, спасибо!", "Спасибо, помогло!", "Помогло 👍", "Да, помогло)))"])
async def test_helped_with_thanks(office: Office, words: str) -> None:
    """Under a suggestion these all mean «Помогло»."""
    await asked(office)
    await office.writes(IRINA, words)
    assert CloseKind.HELPED is (await office.question(1)).close_kind


async def test_only_thanks_under_a_suggestion(office: Office) -> None:
    """«Спасибо» alone closes nothing: it reaches the officials."""
    await asked(office)
    await office.writes(IRINA, "Спасибо!")
    assert (Status.OPEN, "Спасибо!") == ((await office.question(1)).status, (await office.thread(1))[-1].content.text)


async def test_a_different_matter_after_helped(office: Office) -> None:
    """What he writes after «Помогло» is a new question, unless he says that he waits after all."""
    await asked(office)
    await office.writes(IRINA, "Помогло")
    await office.writes(IRINA, "Нет света на Ленина 5")
    assert [CloseKind.HELPED, None] == [(await office.question(number)).close_kind for number in (1, 2)]


@pytest.mark.parametrize("words", ["Всё-таки жду ответа", "Не помогло", "не помогло, всё равно холодно", "Жду ответа!"])
async def test_waits_after_helped(office: Office, words: str) -> None:
    """Whoever says that he waits after all has his question open again."""
    await asked(office)
    await office.writes(IRINA, "Помогло")
    await office.writes(IRINA, words)
    assert (Status.OPEN, 1) == ((await office.question(1)).status, await office.value("SELECT count(*) FROM questions"))


async def test_helped_and_back_again_and_again(office: Office) -> None:
    """Whoever changes his mind all the time does not fill the officials' chat, and was helped once."""
    await asked(office)
    for n in range(12):
        await office.presses(IRINA, "helped:1:1", press_id=f"h{n}")
        await office.presses(IRINA, "wait:1", press_id=f"w{n}")
    await office.deliver()
    assert "Снова открыть вопрос № 1 нельзя." in office.home.texts(IRINA)[-1]
    assert 5 == sum("открыл вопрос снова" in text for text in office.work.texts(ENERGY))
    assert 1 == await office.value("SELECT sum(helped) FROM faq")


async def test_undone_after_a_year(office: Office) -> None:
    """«Всё-таки жду ответа» pressed after a year opens nothing: he hears how to ask anew."""
    await asked(office)
    await office.presses(IRINA, "helped:1:1")
    office.clock.move(timedelta(days=365))
    await office.presses(IRINA, "wait:1")
    await office.deliver()
    assert Status.CLOSED is (await office.question(1)).status
    assert "Снова открыть вопрос № 1 нельзя." in office.home.texts(IRINA)[-1]


async def test_undone_where_the_card_cannot_say_so(database_address: str) -> None:
    """Where messages cannot be edited the officials read in words that somebody waits again."""
    async with open_office(database_address, desk=desk(), work=replace(ABLE, edits=False)) as office:
        office.ctx.answers.of_file = (HEAT,)
        await office.ctx.answers.once()
        await asked(office)
        await office.presses(IRINA, "helped:1:1")
        await office.presses(IRINA, "wait:1")
        await office.deliver()
        assert office.work.texts(ENERGY)[-1].startswith("№ 1 · житель открыл вопрос снова, ответить до ")


async def test_helped_while_he_is_asked(office: Office) -> None:
    """An official who waits for his words reads that they are needed no more."""
    await asked(office)
    await office.writes(ENERGY, "/clarify 1 Какой дом?")
    await office.presses(IRINA, "helped:1:1")
    await office.deliver()
    assert "№ 1 · житель нашёл готовый ответ, отвечать не нужно" == office.work.texts(ENERGY)[-1]


async def test_the_other_suggestion(office: Office) -> None:
    """The button of another answer knows under which question it stands."""
    await asked(office)
    other = buttons(office)["Холодно в домах, когда включат тепло?"]
    await office.writes(IRINA, "/new")
    await office.writes(IRINA, "Почему закрыт мост?")
    await office.presses(IRINA, other)
    await office.deliver()
    assert "Этого хватит, чтобы закрыть ваш вопрос № 1?" in office.home.texts(IRINA)[-1]
    await office.presses(IRINA, buttons(office)["Помогло"])
    assert [CloseKind.HELPED, None] == [(await office.question(number)).close_kind for number in (1, 2)]


@pytest.mark.parametrize("question", [ASKED, "Почему закрыт мост?"])
async def test_typed_of_what_he_read(office: Office, question: str) -> None:
    """«Помогло» is counted for the answer that he read last, whether it was suggested or found."""
    await asked(office, question)
    await asked(office, "ответ 2")
    assert "напишите «Помогло»" in office.home.texts(IRINA)[-1]
    await office.writes(IRINA, "Помогло")
    assert CloseKind.HELPED is (await office.question(1)).close_kind
    assert 1 == await office.value("SELECT helped FROM faq WHERE id = 2")


async def test_waits_while_he_is_asked(office: Office) -> None:
    """While an official waits for his words no time is promised: the clock stands."""
    await asked(office)
    await office.writes(ENERGY, "/clarify 1 Какой дом?")
    await office.presses(IRINA, "wait:1")
    await office.deliver()
    assert "мы ждём вашего уточнения" in office.home.texts(IRINA)[-1]


async def test_waits_for_what_is_late(office: Office) -> None:
    """A time that has passed is not promised."""
    await asked(office, "Почему закрыт мост?")
    office.clock.move(timedelta(hours=5))
    await asked(office, "Жду ответа")
    assert "вопрос № 1 ждёт ответа. Ответ задерживается" in office.home.texts(IRINA)[-1]


@pytest.mark.parametrize("words", ["частые вопросы отопление", "/faq отопление", "Частые вопросы про отопление"])
async def test_a_topic_typed(office: Office, words: str) -> None:
    """The questions of a topic by its name."""
    said = (await asked(office, words))[-1]
    assert said.startswith("Частые вопросы · Отопление")
    assert 0 == await office.value("SELECT count(*) FROM questions")


async def test_further_pages_typed(office: Office) -> None:
    """Further pages come by words: by their number, and for some minutes by what a button says."""
    office.ctx.answers.of_file = tuple(Entry(id=0, question=f"Вопрос {n} о чём-то", answer="Да") for n in range(20))
    await office.ctx.answers.once()
    second = (await asked(office, "частые вопросы 2"))[-1]
    assert "Вопрос 8 о чём-то" in second
    assert "Вопрос 16 о чём-то" in (await asked(office, "дальше"))[-1]
    assert second == (await asked(office, "← Назад"))[-1]
    office.clock.move(timedelta(minutes=10))
    await asked(office, "Дальше")
    assert ["Дальше"] == [one.content.text for one in await office.thread(1)]


async def test_others_question(office: Office) -> None:
    """Nobody closes the question of somebody else."""
    await asked(office)
    await office.presses(OLEG, buttons(office)["Помогло"])
    assert Status.OPEN is (await office.question(1)).status


async def test_pages(office: Office) -> None:
    """`/faq` and «частые вопросы» list what is known; a button or a typed number shows the answer."""
    for words in ("/faq", "Частые вопросы", "common questions"):
        assert "3. Как записать ребёнка в школу?" in (await asked(office, words))[-1]
    await office.presses(IRINA, "faq:3")
    await office.deliver()
    assert office.home.texts(IRINA)[-1].startswith("Как записать ребёнка в школу?\n\nЧерез Госуслуги.")
    for words in ("ответ 3", "Ответ № 3", "/faq 3"):
        assert "Через Госуслуги." in (await asked(office, words))[-1]
    assert "Этого ответа больше нет." in (await asked(office, "/faq 77"))[-1]
    assert 0 == await office.value("SELECT count(*) FROM questions")


async def test_a_number_of_no_answer(office: Office) -> None:
    """«ответ 77», where there is no such answer, is his own words."""
    await asked(office, "Ответ 77")
    assert "Ответ 77" == (await office.thread(1))[0].content.text


async def test_topics(office: Office) -> None:
    """Many answers are parted by topics, and turned page by page in place."""
    many = tuple(
        Entry(id=0, question=f"Вопрос {place}", answer="Да", topic=("heating", "roads")[place % 2])
        for place in range(30)
    )
    office.ctx.answers.of_file = many
    await office.ctx.answers.once()
    assert "• Отопление: 15" in (await asked(office, "/faq"))[-1]
    ids = office.home.messages(IRINA)[-1][1]
    await office.presses(IRINA, buttons(office)["Отопление"], message_id=ids[0])
    await office.deliver()
    page = [one for one in office.home.effects(IRINA) if isinstance(one, EditMessage)][-1]
    assert page.text.startswith("Частые вопросы · Отопление")
    assert page.keyboard is not None
    forward = {one.text: one.data for row in page.keyboard.rows for one in row}["Дальше →"]
    await office.presses(IRINA, forward, message_id=ids[0])
    await office.deliver()
    further = [one.text for one in office.home.effects(IRINA) if isinstance(one, EditMessage)][-1]
    assert further.startswith("Частые вопросы · Отопление")
    assert page.text != further


#: Numbers that no database takes.
BAD = f"helped:{'9' * 40}"


@pytest.mark.parametrize(
    "data", ["faq:t:nothing:0", "faq:t:_:99999", "faq:p:x", "faq:t::", "faq:999999999999999999", "faq:1:77", BAD]
)
async def test_old_and_forged_buttons(office: Office, data: str) -> None:
    """A button of another time, or a forged one, shows what there is."""
    await office.presses(IRINA, data)
    await office.deliver()
    assert office.home.texts(IRINA)
    assert 0 == await office.value("SELECT count(*) FROM events WHERE status = 'failed'")


async def test_answer_closes_an_open_question(office: Office) -> None:
    """An answer read on its page may be enough for the question that is open."""
    await asked(office, "Почему закрыт мост?")
    await office.presses(IRINA, "faq:3")
    await office.deliver()
    assert "Этого хватит, чтобы закрыть ваш вопрос № 1?" in office.home.texts(IRINA)[-1]
    await office.presses(IRINA, buttons(office)["Помогло"])
    assert CloseKind.HELPED is (await office.question(1)).close_kind
    assert 1 == await office.value("SELECT helped FROM faq WHERE id = 3")


async def test_no_answers(database_address: str) -> None:
    """Where nothing is known, the page says how to ask."""
    async with open_office(database_address, home=PLAIN) as office:
        assert "Готовых ответов пока нет." in (await asked(office, "/faq"))[-1]
        assert [] == office.work.texts(DESK)
