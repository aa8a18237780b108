"""«Похожие»: earlier answers are found, shown without personal data, and used again once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.desk import offers, similar, texts
from bot.desk.commands import numbers_shown
from bot.desk.routing import Department, Desk
from bot.desk.words import Subject, build_recognizer
from bot.model.chat import ChatRef
from bot.model.message import AnswerPress, Keyboard, SendMessage
from bot.model.question import Status
from handlers.indexing import Indexing
from tests.handlers.fakes import DESK, ENERGY, HOME, Office, open_office, photo


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """Coordinators, and a department that answers for heat; two places."""
    desk = Desk(
        coordinators=DESK,
        answer_within=timedelta(hours=4),
        departments={
            "energy": Department(slug="energy", name="Энергетика", admin_chat=ENERGY, topics=frozenset({"heating"}))
        },
        topics={"heating": "Отопление"},
        places={"nadym": "Надым", "urengoy": "Новый Уренгой"},
        recognizer=build_recognizer(
            [Subject(slug="heating", words=("отопление",))],
            [Subject(slug="nadym", words=("надым",)), Subject(slug="urengoy", words=("новый уренгой",))],
        ),
    )
    async with open_office(database_address, desk=desk) as opened:
        yield opened


async def asked(
    office: Office, text: str, answer: str = "", *, name: str = "Ирина", chat: ChatRef = DESK, **more: object
) -> int:
    """A question, answered or not; returns its number."""
    number: int = 1 + await office.value("SELECT count(*) FROM questions")
    await office.writes(ChatRef(channel=HOME, chat_id=str(1000 + number)), text, name=name)
    await office.deliver()
    if answer:
        card = office.work.id_of(chat, f"№ {number} ")
        await office.writes(chat, answer, reply_to=card, **more)
    await indexed(office)
    return number


async def indexed(office: Office) -> None:
    await Indexing(office.ctx).once()
    await office.deliver()


async def similar_to(office: Office, number: int, chat: ChatRef = DESK) -> SendMessage:
    """What `/similar` prints."""
    await office.writes(chat, f"/similar {number}")
    await office.deliver()
    return office.work.messages(chat)[-1][0]


async def numbers(office: Office, number: int, chat: ChatRef = DESK) -> list[int]:
    """The similar questions, in the order in which they are shown."""
    message = await similar_to(office, number, chat)
    found = numbers_shown(message.text, message.spans)
    return sorted(found, key=lambda one: message.text.index(f"№ {one} ·"))


async def pressed(office: Office, data: str, chat: ChatRef = DESK, **more: str) -> str:
    """What a press is answered with."""
    await office.presses(chat, data, **more)
    await office.deliver()
    return [one.text for one in office.work.effects(chat) if isinstance(one, AnswerPress)][-1]


def last(office: Office, chat: ChatRef = DESK) -> SendMessage:
    return office.work.messages(chat)[-1][0]


def buttons(keyboard: Keyboard | None) -> dict[str, str]:
    """What is on the buttons, and their data."""
    return {one.text: one.data for row in keyboard.rows for one in row} if keyboard is not None else {}


def to_resident(office: Office, number: int) -> list[str]:
    """What the resident of this question got after the confirmation."""
    return office.home.texts(ChatRef(channel=HOME, chat_id=str(1000 + number)))[1:]


WATER = "Когда включат горячую воду в Надыме на улице Геологов?"


# --- what is found -------------------------------------------------------------------------------------------------


async def test_shown(office: Office) -> None:
    """An earlier question is shown with its answer, place and the button that takes the answer."""
    await asked(office, "Где горячая вода на Геологов, Надым?", "Включим завтра к вечеру")
    ours = await asked(office, WATER)
    message = await similar_to(office, ours)
    assert message.text.startswith("Похожие на № 2\n\n№ 1 · ")
    assert message.text.endswith("· Надым\nГде горячая вода на Геологов, Надым?\nОтвет: Включим завтра к вечеру")
    assert {"Взять ответ № 1": "reuse:2:1"} == buttons(message.keyboard)


async def test_button_under_the_card(office: Office) -> None:
    """The card's own button shows the same."""
    await asked(office, WATER, "Включим завтра")
    ours = await asked(office, WATER)
    await office.presses(DESK, f"similar:{ours}", message_id=office.work.id_of(DESK, "№ 2 "))
    await office.deliver()
    assert last(office).text.startswith("Похожие на № 2")


async def test_at_most_three(office: Office) -> None:
    """Three are enough; those that share rare words come first."""
    for number in range(5):
        await asked(office, f"Горячая вода на Геологов, подъезд{'абвгд'[number]}", f"Ответ {'абвгд'[number]} " * 3)
    ours = await asked(office, "Горячая вода на Геологов, подъездб подъездг")
    found = await numbers(office, ours)
    assert (3, {2, 4}) == (len(found), set(found[:2]))


async def test_same_place_first(office: Office) -> None:
    """What was asked at the same place comes before what shares more words."""
    await asked(office, "Новый Уренгой, горячая вода, улица Геологов, когда включат", "Здесь завтра")
    await asked(office, "Надым, горячая вода", "Сегодня")
    ours = await asked(office, WATER)
    assert [2, 1] == await numbers(office, ours)


async def test_nothing_is_indexed_yet(office: Office) -> None:
    """The very first question, before its words are written down, or all of them while they are written down anew."""
    await office.writes(ChatRef(channel=HOME, chat_id="1001"), "Нет тепла, батареи холодные")
    await office.deliver()
    assert similar.nothing_similar(1) == (await similar_to(office, 1)).text


async def test_nothing_similar(office: Office) -> None:
    """One word in common is not enough; nothing at all gets a clear line."""
    await asked(office, "Вода во дворе, лёд, собаки, качели сломаны", "Уберём")
    ours = await asked(office, "Горячая вода пропала, трубы холодные")
    assert similar.nothing_similar(ours) == (await similar_to(office, ours)).text
    empty = await asked(office, "А? 112")
    assert similar.no_words(empty) == (await similar_to(office, empty)).text


async def test_only_answers_that_hold(office: Office) -> None:
    """Neither unanswered questions nor interim or withdrawn answers are shown, nor the question itself."""
    await asked(office, WATER)
    interim = await asked(office, WATER)
    await office.writes(DESK, f"/interim {interim} пока ждите")
    withdrawn = await asked(office, WATER, "Ошибка")
    await office.writes(DESK, f"/withdraw {withdrawn}")
    await indexed(office)
    ours = await asked(office, WATER, "Свой ответ")
    assert similar.nothing_similar(ours) == (await similar_to(office, ours)).text


async def test_same_answer_once(office: Office) -> None:
    """Of answers that are the same but for a sign one is shown, the newest question's."""
    for answer in ("Включим завтра к вечеру.", "Включим завтра к вечеру!", "Работы на теплотрассе до пятницы"):
        await asked(office, WATER, answer)
    ours = await asked(office, WATER)
    assert [3, 2] == await numbers(office, ours)


async def test_personal_data(office: Office) -> None:
    """Whose question it was cannot be told from what is shown."""
    await asked(
        office,
        "Горячая вода, Геологов 5, кв. 12, тел. 89123456789, Ирина Петрова",
        "Здравствуйте, Ирина! Позвоним на 8 912 345-67-89",
        name="Ирина Петрова",
    )
    ours = await asked(office, WATER, name="Олег")
    shown = (await similar_to(office, ours)).text
    assert "Геологов 5, кв. [номер], тел. [телефон], [имя]" in shown
    assert "Ответ: Здравствуйте, [имя]! Позвоним на [телефон]" in shown


async def test_name_in_the_residents_words(office: Office) -> None:
    """What a resident is called is known from her words, too, where the messenger shows another name."""
    await asked(
        office,
        f"{WATER} Меня зовут Мария Петровна Иванова",
        "Уважаемая Мария Петровна! Марии Ивановой перезвонит Сидоров И. И. Воду включат завтра.",
        name="masha87",
    )
    ours = await asked(office, WATER, name="Олег")
    shown = (await similar_to(office, ours)).text
    assert "Меня зовут [имя]\n" in shown
    assert "Ответ: Уважаемая [имя]! [имя] перезвонит Сидоров И. И. Воду включат завтра." in shown


async def test_departments_see_their_own(office: Office) -> None:
    """A department is shown its own earlier answers, coordinators those of all."""
    heat = "Отопление не работает, батареи холодные"
    await asked(office, heat, "Запустили", chat=ENERGY)
    await asked(office, "Батареи холодные, не работает ничего", "Проверим")
    ours = await asked(office, heat)
    assert [1] == await numbers(office, ours, ENERGY)
    assert {1, 2} == set(await numbers(office, ours))
    assert "Взять ответ № 1" in buttons(last(office).keyboard)
    assert similar.gone(2) == await pressed(office, f"reuse:{ours}:2", ENERGY)
    assert texts.not_yours(2) == (await similar_to(office, 2, ENERGY)).text


async def test_number_is_needed(office: Office) -> None:
    """Without a number, the official is told how to say it; a reply to the card needs none."""
    await office.writes(DESK, "/similar")
    await office.deliver()
    assert last(office).text.startswith("Укажите номер вопроса, например /similar 123")


# --- using again ---------------------------------------------------------------------------------------------------


async def taken(office: Office, answer: str = "Здравствуйте, Ирина! По вопросу № 1: включим завтра.") -> int:
    """A question for which the answer to № 1 was taken."""
    await asked(office, WATER, answer)
    ours = await asked(office, WATER, name="Олег")
    await pressed(office, f"reuse:{ours}:1", press_id="p0")
    return ours


async def helped_by(office: Office, number: int) -> object:
    return await office.value("SELECT helped_by FROM waits WHERE question_id = $1", number)


async def test_use(office: Office) -> None:
    """The answer is shown as it will go out, and goes out when the official says so; it is counted."""
    ours = await taken(office)
    draft = last(office)
    assert draft.text.startswith(
        "Ответ на № 2, как на № 1\n\nЗдравствуйте, Олег! По вопросу № 2: включим завтра.\n\nЧтобы изменить слова,"
    )
    assert ["Отправить", "Не отправлять"] == list(buttons(draft.keyboard))
    assert [] == to_resident(office, ours)
    assert texts.SENT == await pressed(office, buttons(draft.keyboard)["Отправить"])
    assert ["Здравствуйте, Олег! По вопросу № 2: включим завтра."] == to_resident(office, ours)
    assert (Status.ANSWERED, 1) == ((await office.question(ours)).status, await helped_by(office, ours))


async def test_greets_by_the_other_name(office: Office) -> None:
    """However the first resident was greeted, the second one is greeted by his own name."""
    await asked(office, f"{WATER} Иванова М. П.", "Уважаемая Мария Петровна! Воду включат завтра.", name="masha87")
    ours = await asked(office, WATER, name="Олег")
    await pressed(office, f"reuse:{ours}:1")
    await pressed(office, buttons(last(office).keyboard)["Отправить"])
    assert ["Здравствуйте, Олег! Воду включат завтра."] == to_resident(office, ours)


async def test_let_be(office: Office) -> None:
    """What is not sent did not help."""
    ours = await taken(office)
    await pressed(office, buttons(last(office).keyboard)["Не отправлять"])
    assert ([], Status.OPEN, None) == (
        to_resident(office, ours),
        (await office.question(ours)).status,
        await helped_by(office, ours),
    )


async def test_own_words_instead(office: Office) -> None:
    """The official may answer in his own words after all."""
    ours = await taken(office)
    await office.writes(DESK, "Уже включили", reply_to=office.work.id_of(DESK, f"№ {ours} ·"))
    await office.deliver()
    assert (["Уже включили"], None) == (to_resident(office, ours), await helped_by(office, ours))


async def replies(office: Office, words: str, **more: object) -> str:
    """An official replies to the bot's last message; returns what the bot says to that."""
    await office.writes(DESK, words, reply_to=office.work.messages(DESK)[-1][1][0], **more)
    await office.deliver()
    return last(office).text


AS_OFFERED = "Здравствуйте, Олег! По вопросу № 2: включим завтра."
#: What an official replies to what is offered, and what the resident gets of it.
REPLIED = {
    "the number": ("2", AS_OFFERED),
    "the number, as cards have it": ("№ 2", AS_OFFERED),
    "his own words": ("Здравствуйте, Олег! Включим послезавтра.", "Здравствуйте, Олег! Включим послезавтра."),
    "his own words behind the number": ("2 Включим послезавтра", "Включим послезавтра"),
}


@pytest.mark.parametrize(("words", "expected"), REPLIED.values(), ids=REPLIED)
async def test_reply_to_the_offer(office: Office, words: str, expected: str) -> None:
    """A reply to what is offered is the answer: the number sends it as it is, words are the edited one. Both count."""
    ours = await taken(office)
    send = buttons(last(office).keyboard)["Отправить"]
    await replies(office, words)
    assert ([expected], Status.ANSWERED, 1) == (
        to_resident(office, ours),
        (await office.question(ours)).status,
        await helped_by(office, ours),
    )
    assert texts.decided_already(ours) == await pressed(office, send)


@pytest.mark.parametrize("words", ["1", "№ 1", "1 Здравствуйте, Олег!", "4711"])
async def test_number_of_another_question(office: Office, words: str) -> None:
    """It has the name and number of its resident: it goes to nobody else, and the official is told."""
    ours = await taken(office)
    draft = last(office)
    number = int(words.removeprefix("№ ").split()[0])
    assert offers.made_for_another(ours, number) == await replies(office, words)
    assert ([], [], None) == (to_resident(office, ours), to_resident(office, 1)[1:], await helped_by(office, ours))
    assert texts.SENT == await pressed(office, buttons(draft.keyboard)["Отправить"])


async def test_note_on_the_offer(office: Office) -> None:
    """What is said to colleagues about it stays with them, whatever number it begins with."""
    ours = await taken(office)
    assert texts.noted(ours) == await replies(office, "// 1 раз уже обещали")
    assert ([], Status.OPEN) == (to_resident(office, ours), (await office.question(ours)).status)


async def test_edited_for_a_colleague(office: Office) -> None:
    """The edited text is checked like any answer: for a colleague's question it is kept first, and counts once sent."""
    await asked(office, WATER, "Включим завтра")
    ours = await asked(office, WATER, name="Олег")
    await office.writes(DESK, f"/take {ours}", user="8", name="Пётр")
    await office.deliver()
    await pressed(office, f"reuse:{ours}:1", press_id="p0")
    assert texts.colleague_has_it(ours, "Пётр") == await replies(office, "Включим послезавтра")
    assert [] == to_resident(office, ours)
    await pressed(office, buttons(last(office).keyboard)["Всё равно отправить"])
    assert (["Включим послезавтра"], 1) == (to_resident(office, ours), await helped_by(office, ours))


async def test_withdrawn_did_not_help(office: Office) -> None:
    """An answer that was taken back helped nobody; sent again, it did."""
    ours = await taken(office)
    await replies(office, "Здравствуйте, Олег! Включим послезавтра.")
    await office.writes(DESK, f"/withdraw {ours}")
    await office.deliver()
    found = [await helped_by(office, ours)]
    await pressed(office, buttons(last(office).keyboard)["Отправить снова"])
    assert [None, 1] == [*found, await helped_by(office, ours)]


async def test_withdrawn_and_answered_in_own_words(office: Office) -> None:
    """What was said instead of it is no help of a similar answer."""
    ours = await taken(office)
    await replies(office, str(ours))
    await office.writes(DESK, f"/withdraw {ours}")
    await office.writes(DESK, "Уже включили", reply_to=office.work.id_of(DESK, f"№ {ours} ·"))
    await office.deliver()
    assert await helped_by(office, ours) is None


async def test_sent_once(office: Office) -> None:
    """Taken twice, and by two officials: it goes out once."""
    ours = await taken(office)
    first = buttons(last(office).keyboard)["Отправить"]
    await pressed(office, f"reuse:{ours}:1", press_id="p2", user="8", name="Пётр")
    assert {first} == {buttons(last(office).keyboard)[label] for label in ("Отправить",)}
    await pressed(office, first, press_id="p3")
    assert texts.decided_already(ours) == await pressed(office, first, press_id="p4", user="8", name="Пётр")
    assert 1 == len(to_resident(office, ours))


async def test_colleague_has_it(office: Office) -> None:
    """Whoever takes an answer for a colleague's question is told so, and asked."""
    await asked(office, WATER, "Включим завтра")
    ours = await asked(office, WATER)
    await office.writes(DESK, f"/take {ours}", user="8", name="Пётр")
    await office.deliver()
    await pressed(office, f"reuse:{ours}:1")
    assert f"№ {ours} в работе: Пётр." in last(office).text
    assert "Всё равно отправить" in buttons(last(office).keyboard)


async def test_hidden_data_is_filled_in_by_hand(office: Office) -> None:
    """An answer with something masked cannot be sent as it is: nobody should read «[телефон]»."""
    await taken(office, "Мастер перезвонит с 8 912 345-67-89")
    assert "Мастер перезвонит с [телефон]\n\nЛичные данные скрыты." in last(office).text
    assert {} == buttons(last(office).keyboard)
    assert 0 == await office.value("SELECT count(*) FROM messages WHERE role = 'unclear'")


@pytest.mark.parametrize("words", ["2", "Мастер перезвонит с [телефон] завтра"])
async def test_hidden_data_is_never_sent(office: Office, words: str) -> None:
    """Neither the number nor a copy with what is masked sends it; with the gap filled in, it goes out and counts."""
    ours = await taken(office, "Мастер перезвонит с 8 912 345-67-89")
    draft = office.work.messages(DESK)[-1][1][0]
    assert offers.FILL_IN == await replies(office, words)
    assert [] == to_resident(office, ours)
    await office.writes(DESK, "Мастер перезвонит с 112", reply_to=draft)
    await office.deliver()
    assert (["Мастер перезвонит с 112"], 1) == (to_resident(office, ours), await helped_by(office, ours))


async def test_files_stay_behind(office: Office) -> None:
    """Files of the old answer do not go along, and that is said."""
    await asked(office, WATER, "Смотрите график", media=(photo("p"),))
    ours = await asked(office, WATER)
    await pressed(office, f"reuse:{ours}:1")
    assert "Файлы того ответа с ним не уйдут: приложите свои." in last(office).text
    await pressed(office, buttons(last(office).keyboard)["Отправить"])
    assert ["Смотрите график"] == to_resident(office, ours)


async def test_what_is_gone(office: Office) -> None:
    """An answer that was withdrawn meanwhile, a question that was closed, numbers that are none: a clear line."""
    await asked(office, WATER, "Включим завтра")
    ours = await asked(office, WATER)
    await office.writes(DESK, "/withdraw 1")
    await office.deliver()
    assert similar.gone(1) == await pressed(office, f"reuse:{ours}:1")
    assert similar.gone(4711) == await pressed(office, f"reuse:{ours}:4711")
    assert texts.OLD_BUTTON == await pressed(office, f"reuse:{ours}:x")
    await office.writes(DESK, f"/close {ours} не наше")
    await office.deliver()
    assert texts.closed_already(ours) == await pressed(office, f"reuse:{ours}:1")
