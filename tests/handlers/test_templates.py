"""Templates of officials: saved, listed, deleted, and used once where they were meant to be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk import offers, templates
from bot.desk.routing import Department, Desk
from bot.errors import Rejected
from bot.model.chat import ChatRef
from bot.model.event import RepliedTo
from bot.model.message import AnswerPress, EditMessage, Keyboard, SendMessage
from bot.model.question import Author
from tests.handlers.fakes import ABLE, DESK, ENERGY, HOME, IRINA, OLEG, STRANGERS, WORK, Office, open_office, photo

ROADS = ChatRef(channel=WORK, chat_id="-700")
WATER = "Здравствуйте, {имя}! По вопросу {номер}: вода будет к вечеру."


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """Coordinators, a department with a chat of its own, two that share one."""
    departments = [
        Department(slug="energy", name="Энергетика", admin_chat=ENERGY),
        Department(slug="roads", name="Дороги", admin_chat=ROADS),
        Department(slug="bridges", name="Мосты", admin_chat=ROADS),
    ]
    desk = Desk(
        coordinators=DESK,
        answer_within=timedelta(hours=4),
        departments={one.slug: one for one in departments},
    )
    async with open_office(database_address, desk=desk) as opened:
        yield opened


async def asked(office: Office, text: str = "Когда дадут воду?", who: ChatRef = IRINA) -> str:
    """A question that is shown; the id of its card."""
    await office.writes(who, text)
    await office.deliver()
    return office.work.id_of(DESK, text)


async def said(office: Office, text: str, chat: ChatRef = DESK, **more: str) -> str:
    """What the bot says last to a command."""
    await office.writes(chat, text, **more)
    await office.deliver()
    return office.work.texts(chat)[-1]


async def replies(office: Office, text: str, replied: RepliedTo, chat: ChatRef = DESK) -> str:
    """What the bot says last to a command that replies to something."""
    await office.accept(chat, replace(office.received(chat, text), reply_to=replied))
    await office.deliver()
    return office.work.texts(chat)[-1]


async def pressed(office: Office, data: str, chat: ChatRef = DESK, **more: str) -> str:
    """What a press is answered with."""
    await office.presses(chat, data, **more)
    await office.deliver()
    return [one.text for one in office.work.effects(chat) if isinstance(one, AnswerPress)][-1]


def last(office: Office, chat: ChatRef = DESK) -> tuple[SendMessage, str]:
    """The last message of the bot in a chat, with its id."""
    message, ids = office.work.messages(chat)[-1]
    return message, ids[0]


def labels(keyboard: Keyboard | None) -> list[str]:
    return [one.text for row in keyboard.rows for one in row] if keyboard is not None else []


def data_of(keyboard: Keyboard | None, label: str) -> str:
    assert keyboard is not None
    return next(one.data for row in keyboard.rows for one in row if one.text == label)


async def stored(office: Office) -> list[tuple[str, str, str]]:
    async with office.eye.transaction() as tx:
        rows = await tx.raw.fetch("SELECT department, name, text FROM templates ORDER BY department, name")
    return [(row["department"], row["name"], row["text"]) for row in rows]


def answers(office: Office) -> list[str]:
    """What the resident got after the confirmation."""
    return office.home.texts(IRINA)[1:]


# --- saving --------------------------------------------------------------------------------------------------------


async def test_text_below_the_name(office: Office) -> None:
    """The text may stand below the name; the name is kept so that it is known however it is typed."""
    assert "Шаблон «нет воды» сохранён." in await said(office, f"/template  Нет  Воды\n{WATER}", ENERGY)
    assert [("energy", "нет воды", WATER)] == await stored(office)


async def test_common_one(office: Office) -> None:
    """What the coordinators save is everybody's."""
    assert (await said(office, "/template привет\nЗдравствуйте!")).startswith("Общий шаблон «привет» сохранён.")
    assert [("", "привет", "Здравствуйте!")] == await stored(office)
    assert "привет (общий) — Здравствуйте!" in await said(office, "/t", ENERGY)


async def test_first_of_two_departments(office: Office) -> None:
    """In a chat of several departments a template belongs to the first, and all of them see it."""
    await said(office, "/template яма\nЗасыплем", ROADS)
    assert [("roads", "яма", "Засыплем")] == await stored(office)
    assert "яма — Засыплем" in await said(office, "/t", ROADS)


async def test_reply_to_talk(office: Office) -> None:
    """A reply to what a colleague wrote in the chat saves his words."""
    talk = RepliedTo(message_id="8000", by_bot=False, text=WATER)
    await replies(office, "/template вода", talk, ENERGY)
    assert [("energy", "вода", WATER)] == await stored(office)


async def test_reply_to_an_answer(office: Office) -> None:
    """A reply to an answer saves what it says now, not what the messenger remembers of it."""
    card = await asked(office)
    answer = await office.writes(DESK, "Завтра", reply_to=card)
    await office.edits(DESK, answer, "Сегодня")
    await replies(office, "/template срок", RepliedTo(message_id=answer, by_bot=False, text="Завтра"))
    assert [("", "срок", "Сегодня")] == await stored(office)


async def test_an_answer_with_his_data_is_no_template(office: Office) -> None:
    """What an answer says of its resident goes to no other: whoever only replies to it is shown it masked."""
    await office.writes(IRINA, "Почему холодно?")
    await office.deliver()
    answer = await office.writes(DESK, "Ирине позвонят с 8 922 123-45-67", reply_to=office.work.id_of(DESK, "№ 1 "))
    await office.writes(DESK, "/template звонок", reply_to=answer)
    await office.deliver()
    assert office.work.texts(DESK)[-1].endswith("/template звонок\n[имя] позвонят с [телефон]")
    assert 0 == await office.value("SELECT count(*) FROM templates")


async def test_reply_to_a_residents_words(office: Office) -> None:
    """What a resident wrote is no template, in whatever message it is shown; nor is what the bot says."""
    card = await asked(office)
    await office.writes(IRINA, "И в доме 5 тоже")
    await said(office, "/q 1")
    shown = [card, office.work.id_of(DESK, "дополнение от жителя"), office.work.id_of(DESK, "Задан")]
    for message_id in shown:
        replied = RepliedTo(message_id=message_id, by_bot=True, text="№ 1 Когда дадут воду?")
        assert templates.NOT_OURS == await replies(office, "/template вода", replied)
    assert [] == await stored(office)


async def test_replace(office: Office) -> None:
    """One of the same name is replaced, and what it said before can be put back by sending what the bot says."""
    await said(office, "/template вода\nЗавтра", ENERGY)
    replaced = await said(office, "/template ВОДА\nСегодня", ENERGY)
    assert replaced.startswith("Шаблон «вода» заменён.")
    assert [("energy", "вода", "Сегодня")] == await stored(office)
    await said(office, replaced[replaced.index("/template") :], ENERGY)
    assert [("energy", "вода", "Завтра")] == await stored(office)
    assert "Шаблон «вода» уже такой." == await said(office, "/template вода\nЗавтра", ENERGY)


#: What is refused, and what the official reads.
REFUSED = {
    "nothing": ("/template", "/template отключение\nЗдравствуйте, {имя}!"),
    "nothing, and which placeholders there are": ("/template", "{номер} — номер вопроса, {имя} — имя жителя"),
    "long name": (f"/template {'в' * 41}\nТекст", "Название слишком длинное: 41"),
    "name that begins with a number": ("/template 5 этаж\nТекст", "не может начинаться с числа"),
    "long text": (f"/template вода\n{'в' * 4001}", "Текст слишком длинный: 4001"),
    "unknown placeholder": ("/template вода\nДо {срок}", "Такой подстановки нет: {срок}. Есть такие: {номер}"),
    "a command as the text": ("/template вода\n/close", "не может начинаться с «/»"),
    "a name that there is not": ("/template вода", "Шаблона «вода» нет. Чтобы сохранить шаблон, ответьте на текст"),
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED)
async def test_refused(office: Office, text: str, expected: str) -> None:
    """What cannot be a template is refused with the reason, and nothing is saved."""
    assert expected in await said(office, text)
    assert [] == await stored(office)


async def test_files_are_named(office: Office) -> None:
    """A template has no files: who adds one is told that it was not kept."""
    await office.writes(DESK, "/template схема\nСмотрите схему", media=(photo("p1", channel=WORK),))
    await office.deliver()
    assert "Файлы в шаблоне не хранятся" in office.work.texts(DESK)[-1]


async def test_full(office: Office) -> None:
    """A department has a hundred templates; another one is refused, a change is not."""
    async with office.eye.transaction() as tx:
        await tx.raw.execute(
            "INSERT INTO templates (department, name, text) SELECT 'energy', 'т' || n, 'Текст'"
            " FROM generate_series(1, 100) n"
        )
    assert templates.FULL == await said(office, "/template вода\nЗавтра", ENERGY)
    assert "заменён" in await said(office, "/template т100\nДругой", ENERGY)


# --- whose ---------------------------------------------------------------------------------------------------------


async def test_common_ones_are_the_coordinators(office: Office) -> None:
    """A department uses common templates; it neither replaces nor deletes them."""
    await said(office, "/template привет\nЗдравствуйте!")
    assert "«привет» — общий шаблон" in await said(office, "/template Привет\nХай", ENERGY)
    shown = await said(office, "/template привет", ENERGY)
    assert "Здравствуйте!" in shown
    assert templates.COMMON in shown
    assert last(office, ENERGY)[0].keyboard is None
    assert templates.COMMON == await pressed(office, "tplx:1:", ENERGY)
    assert [("", "привет", "Здравствуйте!")] == await stored(office)


async def test_own_ones_win(office: Office) -> None:
    """A department's own template stands before a common one that was named so later."""
    await said(office, "/template привет\nДобрый день!", ENERGY)
    await said(office, "/template привет\nЗдравствуйте!")
    listed = await said(office, "/t", ENERGY)
    assert "привет — Добрый день!" in listed
    assert "Здравствуйте!" not in listed
    await said(office, "/template привет\nДобрый вечер!", ENERGY)
    assert [("", "привет", "Здравствуйте!"), ("energy", "привет", "Добрый вечер!")] == await stored(office)


async def test_other_departments(office: Office) -> None:
    """A department neither sees nor uses nor deletes what another has saved, whatever button it makes up."""
    await said(office, "/template вода\nЗавтра", ENERGY)
    await asked(office)
    await said(office, "/transfer 1 roads")
    assert templates.NONE_YET == await said(office, "/t", ROADS)
    assert templates.GONE == await pressed(office, "tpl:1:1", ROADS, press_id="p1")
    assert templates.GONE == await pressed(office, "tplx:1:", ROADS, press_id="p2")
    assert 1 == len(await stored(office))


async def test_coordinators_see_all(office: Office) -> None:
    """Coordinators see whose a template is, and may delete it."""
    await said(office, "/template вода\nЗавтра", ENERGY)
    await said(office, "/template вода\nСегодня", ROADS)
    await asked(office)
    listed = await said(office, "/t 1")
    assert "вода (Энергетика) — Завтра\nвода (Дороги) — Сегодня" in listed
    assert ["вода · Энергетика", "вода · Дороги"] == labels(last(office)[0].keyboard)
    await said(office, "/template вода")
    assert "По словам" not in await said(office, "/t вода")
    await pressed(office, "tplx:1:")
    assert [("roads", "вода", "Сегодня")] == await stored(office)
    assert "Вернуть его может отдел «Энергетика»" in office.work.texts(DESK)[-1]


async def test_nobody_else(office: Office) -> None:
    """What residents and strangers write is no command: nothing is saved, listed or used."""
    await said(office, "/template вода\nЗавтра")
    await asked(office)
    await office.accept(
        IRINA,
        replace(
            office.received(IRINA, "/template вода"), reply_to=RepliedTo(message_id="1", by_bot=False, text="Взлом")
        ),
    )
    for text in ("/template вода\nВзлом", "/t вода", "/t 1 вода", "/t"):
        await office.writes(IRINA, text)
        await office.writes(STRANGERS, text)
    for data in ("t:1", "tpl:1:1", "tpls:1:0", "tplx:1:", "page:0:t"):
        await office.presses(IRINA, data, press_id=data)
        await office.presses(STRANGERS, data, press_id=data)
    await office.deliver()
    assert [("", "вода", "Завтра")] == await stored(office)
    assert [] == office.work.texts(STRANGERS)
    assert not [text for text in office.home.texts(IRINA) if "Завтра" in text or "аблон" in text]
    assert "/t вода" in [one.content.text for one in await office.thread(1)]


# --- looking and deleting ------------------------------------------------------------------------------------------


async def test_none_yet(office: Office) -> None:
    """Where there are none, the way to make one is shown."""
    await asked(office)
    assert templates.NONE_YET == await said(office, "/t 1")
    assert templates.NONE_YET == await said(office, "/t")


async def test_delete(office: Office) -> None:
    """A template is shown with a button that deletes it, once; what it said is shown, so that it can be put back."""
    await said(office, f"/template вода\n{WATER}", ENERGY)
    assert f"Шаблон «вода»\n\n{WATER}" == await said(office, "/template Вода", ENERGY)
    data = data_of(last(office, ENERGY)[0].keyboard, "Удалить")
    await pressed(office, data, ENERGY, press_id="p1")
    gone = office.work.texts(ENERGY)[-1]
    assert gone.startswith("Шаблон «вода» удалён.")
    assert [] == await stored(office)
    assert templates.GONE == await pressed(office, data, ENERGY, press_id="p2")
    await said(office, gone[gone.index("/template") :], ENERGY)
    assert [("energy", "вода", WATER)] == await stored(office)


async def filled(office: Office, count: int) -> None:
    async with office.eye.transaction() as tx:
        await tx.raw.execute(
            "INSERT INTO templates (department, name, text) SELECT '', 'т' || lpad(n::text, 2, '0'), 'Текст ' || n"
            " FROM generate_series(1, $1::int) n",
            count,
        )


async def test_pages(office: Office) -> None:
    """The card's button opens the list; its pages turn in place, to the last and back."""
    await filled(office, 10)
    card = await asked(office)
    await pressed(office, "t:1", message_id=card)
    page, message_id = last(office)
    assert page.text.startswith("Шаблоны для № 1: 10 · страница 1 из 2\n\nт01 — Текст 1\n")
    assert [f"т0{n}" for n in range(1, 9)] + ["Дальше →"] == labels(page.keyboard)
    await pressed(office, data_of(page.keyboard, "Дальше →"), message_id=message_id)
    turned = [one for one in office.work.effects(DESK) if isinstance(one, EditMessage)][-1]
    assert message_id == turned.message_id
    assert ["т09", "т10", "← Назад"] == labels(turned.keyboard)
    await pressed(office, data_of(turned.keyboard, "← Назад"), message_id=message_id)
    back = [one for one in office.work.effects(DESK) if isinstance(one, EditMessage)][-1]
    assert (message_id, page.text) == (back.message_id, back.text)


async def test_page_that_is_no_more(office: Office) -> None:
    """A page that became empty meanwhile shows the last one that there is."""
    await filled(office, 3)
    await asked(office)
    await pressed(office, "tpls:1:5")
    assert office.work.texts(DESK)[-1].startswith("Шаблоны для № 1: 3\n")


async def test_list_without_a_question(office: Office) -> None:
    """Without a question the list is there to read, page by page, and says how to use it."""
    await filled(office, 10)
    listed = await said(office, "/t")
    assert listed.endswith("Использовать: /t 123 название — или ответьте на карточку: /t название")
    page, message_id = last(office)
    assert ["Дальше →"] == labels(page.keyboard)
    await pressed(office, data_of(page.keyboard, "Дальше →"), message_id=message_id)
    turned = [one for one in office.work.effects(DESK) if isinstance(one, EditMessage)][-1]
    assert "т10 — Текст 10" in turned.text
    assert "т05" in await said(office, "/t т05")


async def test_reply_to_the_list_is_no_answer(office: Office) -> None:
    """Who types a name as a reply to the list has not answered the resident."""
    await filled(office, 2)
    await asked(office)
    await said(office, "/t 1")
    await said(office, "т01", reply_to=last(office)[1])
    assert [] == answers(office)


# --- using ---------------------------------------------------------------------------------------------------------


async def test_use(office: Office) -> None:
    """A template is shown as it will be read; it goes out when the official says so, once, however often he does."""
    await said(office, f"/template вода\n{WATER}")
    card = await asked(office)
    await pressed(office, "t:1", message_id=card, press_id="p1")
    listed, message_id = last(office)
    await pressed(office, data_of(listed.keyboard, "вода"), message_id=message_id, press_id="p2")
    preview, shown = last(office)
    words = "Здравствуйте, Ирина! По вопросу № 1: вода будет к вечеру."
    assert preview.text.startswith(f"Ответ на № 1 по шаблону «вода»\n\n{words}\n\nЧтобы изменить слова, скопируйте")
    assert ["Отправить", "Не отправлять"] == labels(preview.keyboard)
    assert [] == answers(office)
    send, drop = (data_of(preview.keyboard, label) for label in ("Отправить", "Не отправлять"))
    assert "Отправлено." == await pressed(office, send, message_id=shown, press_id="p3")
    for press_id, data in (("p4", send), ("p5", drop)):
        assert "Что делать с этим ответом на № 1, уже решено." == await pressed(
            office, data, message_id=shown, press_id=press_id
        )
    assert [words] == answers(office)
    answer = (await office.thread(1))[-1]
    assert (Author.OFFICIAL, "Ольга", words) == (answer.role, answer.author, answer.content.text)


async def test_two_press_at_once(office: Office) -> None:
    """Two who press «Отправить» at once send it once."""
    await said(office, "/template вода\nЗавтра")
    await asked(office)
    await said(office, "/t 1 вода")
    send = data_of(last(office)[0].keyboard, "Отправить")
    await asyncio.gather(
        office.presses(DESK, send, press_id="p1"), office.presses(DESK, send, press_id="p2", name="Олег", user="8")
    )
    await office.deliver()
    assert ["Завтра"] == answers(office)


async def test_chosen_twice(office: Office) -> None:
    """A template that was chosen twice, by two even, is sent once; later it can be used again."""
    await said(office, "/template вода\nЗавтра")
    await asked(office)
    await asyncio.gather(
        office.presses(DESK, "tpl:1:1", press_id="p1"),
        office.presses(DESK, "tpl:1:1", press_id="p2", name="Олег", user="8"),
    )
    await office.deliver()
    previews = [message for message, _ in office.work.messages(DESK) if "по шаблону" in message.text]
    assert 2 == len(previews)
    for number, preview in enumerate(previews):
        await pressed(office, data_of(preview.keyboard, "Отправить"), press_id=f"s{number}")
    assert ["Завтра"] == answers(office)
    await pressed(office, "tpl:1:1", press_id="p3")
    await pressed(office, data_of(last(office)[0].keyboard, "Отправить"), press_id="s3")
    assert ["Завтра", "Завтра"] == answers(office)


async def test_let_be(office: Office) -> None:
    """What is not to be sent stays with the colleagues."""
    await said(office, "/template вода\nЗавтра")
    await asked(office)
    await said(office, "/t 1 вода")
    await pressed(office, data_of(last(office)[0].keyboard, "Не отправлять"))
    assert [] == answers(office)
    assert Author.WITHHELD is (await office.thread(1))[-1].role


async def test_number_sends_it_too(office: Office) -> None:
    """Without buttons the number, as a reply to what was shown, says the same; another number sends nothing."""
    await said(office, f"/template вода\n{WATER}")
    await asked(office)
    await asked(office, "Яма", OLEG)
    await said(office, "/t 1 вода")
    shown = last(office)[1]
    assert offers.made_for_another(1, 2) == await said(office, "2", reply_to=shown)
    assert ([], []) == (answers(office), office.home.texts(OLEG)[1:])
    await said(office, "1", reply_to=shown)
    assert ["Здравствуйте, Ирина! По вопросу № 1: вода будет к вечеру."] == answers(office)


async def test_words_are_sent_instead(office: Office) -> None:
    """Words as a reply to what was shown are the answer: the template, edited. No similar answer helped."""
    await said(office, "/template вода\nЗавтра")
    await asked(office)
    await said(office, "/t 1 вода")
    preview, shown = last(office)
    await said(office, "Послезавтра", reply_to=shown)
    assert ["Послезавтра"] == answers(office)
    assert "Что делать с этим ответом на № 1, уже решено." == await pressed(
        office, data_of(preview.keyboard, "Отправить")
    )
    assert "Что делать с этим ответом на № 1, уже решено." == await said(office, "1", reply_to=shown)
    assert ["Послезавтра"] == answers(office)
    assert await office.value("SELECT helped_by IS NULL FROM waits")


#: What an official writes, with or without the card, and what is used.
NAMED = {
    "number and name": ("/t 1 нет воды", False, "A"),
    "reply and name": ("/t нет воды", True, "A"),
    "however it is typed": ("/t 1  НЕТ  воды", False, "A"),
    "the name itself, though others have it in theirs": ("/t 1 вода", False, "B"),
    "a part that only one has": ("/t 1 нет", False, "A"),
    "a part that two have": ("/t 1 вод", False, ""),
    "none": ("/t 1 газ", False, ""),
}


@pytest.mark.parametrize(("text", "reply", "expected"), NAMED.values(), ids=NAMED)
async def test_by_name(office: Office, text: str, reply: bool, expected: str) -> None:
    """A name, or a part that fits one alone, is as good as its button."""
    for line in ("нет воды\nA", "вода\nB", "вода горячая\nC"):
        await said(office, f"/template {line}")
    card = await asked(office)
    shown = await said(office, text, reply_to=card if reply else "")
    if expected:
        assert f"\n\n{expected}\n\n" in shown
        await pressed(office, data_of(last(office)[0].keyboard, "Отправить"))
    assert [expected] * bool(expected) == answers(office)


async def test_several_fit(office: Office) -> None:
    """Words that several names have list those; words that none has say so."""
    for name in ("вода есть", "вода нет", "свет"):
        await said(office, f"/template {name}\nТекст")
    await asked(office)
    assert (await said(office, "/t 1 вода")).startswith("Шаблоны для № 1 по словам «вода»: 2\n\n")
    assert ["вода есть", "вода нет"] == labels(last(office)[0].keyboard)
    assert "Шаблона «газ» нет. Все шаблоны: /t" == await said(office, "/t 1 газ")


async def test_name_that_is_not_known(database_address: str) -> None:
    """Who has no name is greeted without one."""
    async with open_office(database_address, nameless=frozenset({HOME})) as office:
        await said(office, f"/template вода\n{WATER}")
        await office.writes(IRINA, "Когда дадут воду?", name="")
        await office.deliver()
        await said(office, "/t 1 вода")
        await pressed(office, data_of(last(office)[0].keyboard, "Отправить"))
        assert ["Здравствуйте! По вопросу № 1: вода будет к вечеру."] == answers(office)


async def test_closed_question(office: Office) -> None:
    """Nothing is used for a question that is closed, by whatever button of before."""
    await said(office, "/template вода\nЗавтра")
    await asked(office)
    await office.writes(DESK, "/close 1")
    for data in ("t:1", "tpls:1:0", "tpl:1:1"):
        assert "Вопрос № 1 уже закрыт." == await pressed(office, data, press_id=data)
    assert "Вопрос № 1 уже закрыт." == await said(office, "/t 1 вода")


async def test_deleted_meanwhile(office: Office) -> None:
    """The button of a template that was deleted says so."""
    await said(office, "/template вода\nЗавтра")
    await asked(office)
    await pressed(office, "tplx:1:", press_id="p1")
    assert templates.GONE == await pressed(office, "tpl:1:1", press_id="p2")


async def test_colleague_has_it(office: Office) -> None:
    """Who uses a template for what a colleague has taken is told so before he decides."""
    await said(office, "/template вода\nЗавтра")
    await asked(office)
    await pressed(office, "take:1", press_id="p1")
    await pressed(office, "tpl:1:1", press_id="p2", name="Олег", user="8")
    preview, shown = last(office)
    assert "№ 1 в работе: Ольга. Ваш ответ пока не отправлен." in preview.text
    send = data_of(preview.keyboard, "Всё равно отправить")
    await pressed(office, send, message_id=shown, press_id="p3", name="Олег", user="8")
    assert ["Завтра"] == answers(office)


async def test_colleague_was_quicker(office: Office) -> None:
    """A colleague who answered while the template was looked at: its sender hears so first, and may go on."""
    await said(office, "/template вода\nЗавтра")
    card = await asked(office)
    await pressed(office, "tpl:1:1", press_id="p1", name="Олег", user="8")
    preview, shown = last(office)
    send = data_of(preview.keyboard, "Отправить")
    await office.writes(DESK, "Сегодня", reply_to=card)
    for press_id in ("p2", "p3"):
        await office.presses(DESK, send, message_id=shown, press_id=press_id, name="Олег", user="8")
    await office.deliver()
    assert ["Сегодня"] == answers(office)
    warned, again = last(office)
    assert "На № 1 уже ответил(а): Ольга." in warned.text
    send = data_of(warned.keyboard, "Всё равно отправить")
    await pressed(office, send, message_id=again, press_id="p4", name="Олег", user="8")
    assert ["Сегодня", "Завтра"] == answers(office)


async def test_edited_command_is_no_answer(office: Office) -> None:
    """Who corrects the command by which he chose a template has not changed what the resident will read."""
    await said(office, "/template вода\nЗавтра")
    await asked(office)
    command = await office.writes(DESK, "/t 1 вода")
    await office.edits(DESK, command, "/t 1 вода!")
    await office.deliver()
    await pressed(office, data_of(last(office)[0].keyboard, "Отправить"))
    assert ["Завтра"] == answers(office)


async def test_card_answers_still(office: Office) -> None:
    """The card and the list whose buttons were pressed show what they showed: a reply to the card is an answer."""
    await said(office, "/template вода\nЗавтра")
    card = await asked(office)
    await pressed(office, "t:1", message_id=card, press_id="p1")
    await pressed(office, "tpl:1:1", message_id=last(office)[1], press_id="p2")
    reply = await office.writes(DESK, "Сегодня", reply_to=card)
    await office.deliver()
    assert ["Сегодня"] == answers(office)
    assert [reply] == office.work.marks(DESK)


async def test_platform_refuses_it(office: Office) -> None:
    """An answer that no message of a person stands for fails as loudly as any other."""
    await said(office, "/template вода\nЗавтра")
    await asked(office)
    await said(office, "/t 1 вода")
    office.home.fail(Rejected("no", "нельзя"))
    await pressed(office, data_of(last(office)[0].keyboard, "Отправить"))
    assert [] == answers(office)
    assert "⚠️ Ответ на № 1 не доставлен: мессенджер не принял сообщение." in office.work.texts(DESK)


async def test_long_template(database_address: str) -> None:
    """A text that takes several messages has its buttons below the last of them."""
    async with open_office(database_address, work=replace(ABLE, text_limit=1000)) as office:
        text = "Вода будет к вечеру. " * 180
        await said(office, f"/template вода\n{text}")
        await asked(office)
        await pressed(office, "take:1", press_id="p1")
        await pressed(office, "tpl:1:1", press_id="p2", name="Олег", user="8")
        preview, shown = last(office)
        await pressed(
            office,
            data_of(preview.keyboard, "Всё равно отправить"),
            message_id=shown,
            press_id="p3",
            name="Олег",
            user="8",
        )
        assert [text.strip()] == answers(office)
