"""What residents and officials can rely on, over Telegram, with the service as a process that many tests share."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.emulators.base import Fault
from tests.emulators.telegram import TelegramEmulator, person
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import OLGA, PETR, TelegramDesk, number_of, resident
from tests.scenarios.service import Service, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN = -1001234567890
PUBLIC = "https://otvet.example"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> AsyncIterator[TelegramDesk]:
    async with TelegramEmulator() as telegram:
        service = Service(
            folder=tmp_path_factory.mktemp("telegram"),
            settings={
                "DATABASE_URL": await new_database(),
                "PUBLIC_URL": PUBLIC,
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                "ADMIN_CHAT": f"telegram:{ADMIN}",
                "TELEGRAM_GROUP_RATE": "1000/s",
                "TELEGRAM_CHAT_RATE": "1000/s",
                "TELEGRAM_ACCOUNT_RATE": "1000/s",
            },
        )
        telegram.forward[PUBLIC] = service.url
        async with running(service):
            await telegram.wait_for(lambda: telegram.webhook)
            yield TelegramDesk(telegram, ADMIN)


# --- asking ---


async def test_question_and_answer(desk: TelegramDesk) -> None:
    """A resident asks, an official replies to the card, the resident has the answer, the official sees the mark."""
    irina = resident()
    card = await desk.ask(irina, "Когда дадут тепло?")
    assert f"№ {number_of(card)} · Telegram · {irina['first_name']}" in card.text
    await desk.got(irina, f"№ {number_of(card)}")
    reply = await desk.say("Сегодня к 18:00.", to=card)
    assert "Сегодня к 18:00." == (await desk.got(irina, "Сегодня к 18:00.")).text
    await desk.marked(reply)


async def test_album_is_one_question_and_one_card(desk: TelegramDesk) -> None:
    """Three photos sent together open one question, and the officials see them together, soon."""
    irina = resident()
    parts = desk.emulator.album(irina["id"], irina, [b"\xff\xd8one", b"\xff\xd8two", b"\xff\xd8three"], "Яма у школы")
    for part in parts:
        await desk.push(part)
    card = await desk.card("Яма у школы")
    photos = await desk.emulator.wait_for(
        lambda: [one for one in desk.emulator.sent_to(ADMIN) if one.reply_to == card.message_id], seconds=3
    )
    assert [b"\xff\xd8one", b"\xff\xd8two", b"\xff\xd8three"] == [one.file.data for one in photos if one.file]
    assert 1 == len({one.album for one in photos})
    await desk.answer(photos[1].message_id, irina, "Засыплем в среду.")
    assert 1 == len([text for text in desk.all_to(irina) if "Ваш вопрос принят" in text])


async def test_album_whose_parts_come_at_once(desk: TelegramDesk) -> None:
    """The order in which the parts of an album are taken, and whether at the same time, changes nothing."""
    irina = resident()
    parts = desk.emulator.album(irina["id"], irina, [b"\xff\xd8a", b"\xff\xd8b", b"\xff\xd8c"], "Фонарь не горит")
    await asyncio.gather(*map(desk.push, parts))
    card = await desk.card("Фонарь не горит")
    await desk.emulator.wait_for(
        lambda: len([one for one in desk.emulator.sent_to(ADMIN) if one.reply_to == card.message_id]) == 3
    )
    await desk.answer(card, irina, "Фонарь починят.")
    assert 1 == len([text for text in desk.all_to(irina) if "Ваш вопрос принят" in text])


async def test_second_message_joins(desk: TelegramDesk) -> None:
    """While a question is open, what the resident writes belongs to it, and can be replied to."""
    irina = resident()
    card = await desk.ask(irina, "Когда откроют каток?")
    follow_up = await desk.ask(irina, "Тот, что на Республики")
    assert number_of(card) == number_of(follow_up)
    assert card.message_id == follow_up.reply_to
    await desk.answer(follow_up, irina, "Каток откроют в субботу.")


@pytest.mark.parametrize("how", ["button", "word", "command"])
async def test_new_question(desk: TelegramDesk, how: str) -> None:
    """After «Новый вопрос», pressed or written, the next message opens another question."""
    irina = resident()
    first = await desk.ask(irina, f"Первый вопрос, {how}")
    confirmation = await desk.got(irina, "Ваш вопрос принят")
    if how == "button":
        await desk.press(confirmation, "Новый вопрос", by=irina)
    else:
        await desk.write(irina, "Новый вопрос" if how == "word" else "/new")
    await desk.got(irina, "Напишите новый вопрос")
    second = await desk.ask(irina, f"Второй вопрос, {how}")
    assert number_of(first) != number_of(second)


async def test_two_residents_are_never_mixed_up(desk: TelegramDesk) -> None:
    """Many who ask and are answered at the same time each get their own answer."""
    people = [resident() for _ in range(8)]

    async def talk(index: int) -> None:
        card = await desk.ask(people[index], f"Вопрос соседа {index}.")
        await desk.answer(card, people[index], f"Ответ соседу {index}.", by=(OLGA, PETR)[index % 2])

    await asyncio.gather(*map(talk, range(8)))
    for index, who in enumerate(people):
        assert [f"Ответ соседу {index}."] == [text for text in desk.all_to(who) if "Ответ соседу" in text]


async def test_start_link(desk: TelegramDesk) -> None:
    """The resident who came by a link is greeted, and the officials see which link it was."""
    irina = resident()
    await desk.write(irina, "/start school5")
    await desk.got(irina, "Здравствуйте!")
    card = await desk.ask(irina, "Есть ли места в первом классе?")
    assert "school5" in card.text


async def test_long_question_with_emoji(desk: TelegramDesk) -> None:
    """A question of Telegram's full length arrives whole and in order."""
    irina = resident()
    text = " ".join(f"слово{index}👩‍👩‍👧‍👦" for index in range(190))[:2000]
    card = await desk.ask(irina, text[:60])
    await desk.write(irina, text)
    last = text.split()[-2]
    await desk.card(last)
    shown = "".join(one.text for one in desk.emulator.sent_to(ADMIN) if one.message_id > card.message_id)
    assert text.split()[:-1] == [word for word in text.split()[:-1] if word in shown]


async def test_signs_of_markup_are_words(desk: TelegramDesk) -> None:
    """What looks like markup to some messenger is what somebody wrote: it arrives as it is, in both directions."""
    irina = resident()
    signs = "<b>5</b> & a_b *c* [d](tg://user?id=1) `e` ~f~ [id1|Имя] @all {g} &lt; \\n #h"
    card = await desk.ask(irina, f"Знаки: {signs}")
    answer = await desk.answer(card, irina, f"И ваши знаки: {signs}")
    assert [] == answer.entities
    shown = await desk.said_to(await desk.say(f"/q {number_of(card)}"))
    assert 2 == shown.text.count(signs)


# --- correcting ---


async def test_resident_edits_before_the_card_is_sent(desk: TelegramDesk) -> None:
    """A correction that comes before the card shows in the card itself."""
    irina = resident()
    (photo,) = desk.emulator.album(irina["id"], irina, [b"\xff\xd8early"], "Автобус 5 не пришол")
    await desk.push(photo)
    message = photo["message"] | {"caption": "Автобус 5 не пришёл", "edit_date": photo["message"]["date"] + 1}
    await desk.push(desk.emulator.update("edited_message", message))
    await desk.card("Автобус 5 не пришёл")
    assert [] == desk.cards("не пришол")


async def test_resident_edits_after_the_card(desk: TelegramDesk) -> None:
    """A correction that comes later is shown beside what stood there; a reply to it is an answer."""
    irina = resident()
    message_id = await desk.write(irina, "Свет на Мира 5 погас")
    card = await desk.card("Свет на Мира 5 погас")
    await desk.push(desk.emulator.edited(irina["id"], message_id, "Свет на Мира 15 погас"))
    correction = await desk.card("Стало: Свет на Мира 15 погас")
    assert "Было: Свет на Мира 5 погас" in correction.text
    assert number_of(card) == number_of(correction)
    await desk.answer(correction, irina, "Бригада едет на Мира 15.")


async def test_official_edits_his_answer(desk: TelegramDesk) -> None:
    """The resident sees the correction in the answer itself."""
    irina = resident()
    card = await desk.ask(irina, "До скольки работает МФЦ?")
    reply = await desk.say("До 19:00", to=card)
    answer = await desk.got(irina, "До 19:00")
    await desk.marked(reply)
    await desk.push(desk.emulator.edited(ADMIN, reply, "До 20:00"))
    await desk.emulator.wait_for(lambda: answer.edits)
    assert "До 20:00" == answer.text


# --- answering ---


async def test_reply_to_a_colleagues_answer(desk: TelegramDesk) -> None:
    """A reply to what a colleague answered goes to the same resident."""
    irina = resident()
    card = await desk.ask(irina, "Как записаться к врачу?")
    answered = await desk.say("Через Госуслуги.", to=card)
    await desk.got(irina, "Через Госуслуги.")
    await desk.answer(answered, irina, "Или по телефону 122.", by=PETR)


async def test_talk_goes_nowhere(desk: TelegramDesk) -> None:
    """What is no reply and no command stays among the officials, and so does a reply to such talk."""
    irina = resident()
    card = await desk.ask(irina, "Где получить паспорт?")
    talk = await desk.say("Коллеги, кто возьмёт?")
    await desk.say("Я возьму", to=talk, by=PETR)
    await desk.answer(card, irina, "В МФЦ, окно 3.")
    assert ["В МФЦ, окно 3."] == desk.all_to(irina)[1:]


async def test_note(desk: TelegramDesk) -> None:
    """A reply that begins with // is kept for the colleagues, and the resident never sees it."""
    irina = resident()
    card = await desk.ask(irina, "Почему выросла плата?")
    note = await desk.say("// проверить тариф", to=card)
    assert "Заметка" in (await desk.said_to(note)).text
    await desk.answer(card, irina, "Изменился тариф.")
    assert ["Изменился тариф."] == desk.all_to(irina)[1:]
    shown = await desk.said_to(await desk.say(f"/q {number_of(card)}"))
    assert "проверить тариф" in shown.text


async def test_unknown_command_goes_nowhere(desk: TelegramDesk) -> None:
    """A reply that begins with a command that does not exist is no answer, and the official is told."""
    irina = resident()
    card = await desk.ask(irina, "Когда вывезут мусор?")
    assert "/clsoe" in (await desk.said_to(await desk.say("/clsoe всё", to=card))).text
    await desk.answer(card, irina, "Мусор вывезут завтра.")
    assert ["Мусор вывезут завтра."] == desk.all_to(irina)[1:]


async def test_album_answer_arrives_as_an_album(desk: TelegramDesk) -> None:
    """Photos that an official sends together reach the resident together, with their words."""
    irina = resident()
    card = await desk.ask(irina, "Покажите схему объезда")
    photos = [b"\xff\xd8map1", b"\xff\xd8map2", b"\xff\xd8map3"]
    for part in desk.emulator.album(ADMIN, OLGA, photos, "Вот схема", reply_to=card.message_id):
        await desk.push(part)
    first = await desk.got(irina, "Вот схема")
    await desk.got(irina, "Вот схема")
    parts = [one for one in desk.emulator.sent_to(irina["id"]) if one.album == first.album and one.album]
    assert photos == [one.file.data for one in parts if one.file]


async def test_album_answer_whose_parts_come_at_once(desk: TelegramDesk) -> None:
    """An official's album is one answer, also when its parts are taken at the same time."""
    irina = resident()
    card = await desk.ask(irina, "Какие документы нужны?")
    photos = [b"\xff\xd8doc1", b"\xff\xd8doc2", b"\xff\xd8doc3"]
    parts = desk.emulator.album(ADMIN, OLGA, photos, "Вот список", reply_to=card.message_id)
    await asyncio.gather(*map(desk.push, parts))
    await desk.emulator.wait_for(lambda: len(files_of(desk, irina)) == 3)
    assert 1 == len({album for album, _ in files_of(desk, irina)})
    assert sorted(photos) == sorted(data for _, data in files_of(desk, irina))


def files_of(desk: TelegramDesk, who: dict[str, object]) -> list[tuple[str, bytes]]:
    return [(one.album, one.file.data) for one in desk.emulator.sent_to(int(str(who["id"]))) if one.file]


async def test_long_answer_arrives_whole_and_in_order(desk: TelegramDesk) -> None:
    """An answer longer than a message is split between words and arrives in order.

    A messenger's own limit is 4096, so that it comes as two replies; with the number before it, it comes as one.
    """
    irina = resident()
    card = await desk.ask(irina, "Расскажите о программе")
    words = [f"слово{index:04}" for index in range(450)]
    update = desk.emulator.text(ADMIN, OLGA, " ".join(words), reply_to=card.message_id)
    await desk.push(update)
    await desk.got(irina, words[-1])
    answer = [text for text in desk.all_to(irina) if "слово" in text]
    assert len(answer) > 1
    assert words == " ".join(answer).split()


async def test_blocked_resident(desk: TelegramDesk) -> None:
    """The official hears that the answer did not arrive, and why."""
    irina = resident()
    card = await desk.ask(irina, "Работает ли паром?")
    desk.emulator.blocked.add(irina["id"])
    told = await desk.said_to(await desk.say("Паром работает.", to=card))
    assert "не доставлен" in told.text
    assert "заблокировал" in told.text


async def test_answer_is_sent_again_after_an_error(desk: TelegramDesk) -> None:
    """A server error, a lost connection: the answer arrives all the same, and what follows stays behind it."""
    irina = resident()
    card = await desk.ask(irina, "Сколько стоит проезд?")
    await desk.got(irina, "Ваш вопрос принят")
    desk.emulator.fail(Fault(status=502, body="<html>"), method="sendMessage")
    await desk.say("Проезд 30 рублей.", to=card)
    await desk.answer(card, irina, "Школьникам 15 рублей.")
    assert ["Проезд 30 рублей.", "Школьникам 15 рублей."] == desk.all_to(irina)[1:]


# --- commands ---


async def test_open_and_close(desk: TelegramDesk) -> None:
    """/open shows what waits; /close ends it with a reason that the resident is told."""
    irina = resident()
    card = await desk.ask(irina, "Нужна ли прививка?")
    listed = await desk.said_to(await desk.say("/open"))
    assert f"№ {number_of(card)}" in listed.text
    await desk.say(f"/close {number_of(card)} не к нам")
    assert "не к нам" in (await desk.got(irina, "закрыт")).text
    listed = await desk.said_to(await desk.say("/open"))
    assert f"№ {number_of(card)}\n" not in listed.text
    assert f"№ {number_of(card)} ·" not in listed.text


async def test_close_by_reply(desk: TelegramDesk) -> None:
    """/close as a reply closes the question of what is replied to, its card or an addition; it is no answer."""
    irina, maria = resident(), resident("Мария")
    card, other = await desk.ask(irina, "Вопрос уже решён"), await desk.ask(maria, "А этот ещё нет")
    closed = await desk.said_to(await desk.say("/close", to=card))
    assert f"№ {number_of(card)}" in closed.text
    await desk.got(irina, f"Вопрос № {number_of(card)} закрыт")
    await desk.say("/close не к нам", to=await desk.ask(maria, "И вот ещё"), by=PETR)
    assert "не к нам" in (await desk.got(maria, f"Вопрос № {number_of(other)} закрыт")).text
    assert [] == [text for text in desk.all_to(irina) + desk.all_to(maria) if "/close" in text]
    listed = await desk.said_to(await desk.say("/open"))
    assert not {number_of(card), number_of(other)} & {int(number) for number in re.findall(r"№ (\d+)", listed.text)}
    # What the resident writes now is another question.
    assert number_of(card) != number_of(await desk.ask(irina, "Новое дело"))


async def test_help(desk: TelegramDesk) -> None:
    """/help explains replying and lists the commands, also with the bot's name behind it."""
    assert "/close" in (await desk.said_to(await desk.say("/help@otvet_test_bot"))).text


async def test_buttons_of_a_card(desk: TelegramDesk) -> None:
    """«Вся переписка» shows the thread; «Ответ не требуется» asks why and closes; presses are answered."""
    irina = resident()
    card = await desk.ask(irina, "Есть ли льготы?")
    await desk.press(card, "Вся переписка")
    thread = await desk.card("ждёт ответа")
    await desk.answer(thread, irina, "Льготы есть.")
    await desk.press(card, "Ответ не требуется", by=PETR)
    why = await desk.card(f"Почему № {number_of(card)} не требует ответа?")
    assert "закрыт" in await desk.press(why, "Без причины", by=PETR)


# --- others ---


async def test_strangers_can_do_nothing(desk: TelegramDesk) -> None:
    """In another group or in a private chat nobody closes, reads or answers anything."""
    irina, stranger = resident(), resident("Чужой")
    card = await desk.ask(irina, "Тайный вопрос о субсидии")
    number, other = number_of(card), -1009999999999
    for text in (f"/close {number}", f"/q {number}", "/open", f"{number} ответ чужого", "// заметка"):
        await desk.push(desk.emulator.text(other, stranger, text))
        await desk.push(desk.emulator.private_text(stranger, text))
    message = desk.emulator.message(other, stranger, text="x")
    press = desk.emulator.press(other, stranger, message["message_id"], f"close:{number}")
    await desk.push(press)
    await desk.answer(card, irina, "Субсидия положена.")
    assert ["Субсидия положена."] == desk.all_to(irina)[1:]
    assert [] == desk.emulator.sent_to(other)
    assert not any("субсидии" in text for text in desk.all_to(stranger))


async def test_anonymous_administrator(desk: TelegramDesk) -> None:
    """An administrator who writes as the group answers like any other."""
    irina = resident()
    card = await desk.ask(irina, "Когда праздник?")
    anonymous = person(1087968824, "Group", "") | {"is_bot": True, "username": "GroupAnonymousBot"}
    await desk.answer(card, irina, "Праздник в июне.", by=anonymous)
