"""The notice at first contact, and consent: asked for before anything is passed on, with nothing lost until then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.conversation import wishes
from bot.model.content import Content, Location
from bot.model.message import SendMessage
from bot.model.question import Author
from bot.rights import Rights
from handlers.rights import consent
from tests.handlers.fakes import DESK, HOME, IRINA, OLEG, PLAIN, Office, open_office, photo
from tests.handlers.rights.house import NOTICE, REQUIRED, House, open_house

YES, NO = (f"{wish}:{wishes.mark_of('v1')}" for wish in (wishes.Wish.CONSENT_YES, wishes.Wish.CONSENT_NO))


@pytest.fixture
async def house(database_address: str, tmp_path: Path) -> AsyncIterator[House]:
    """Nobody has consented to anything yet."""
    async with open_house(database_address, tmp_path, rights=REQUIRED) as opened:
        yield opened


@pytest.fixture
def office(house: House) -> Office:
    return house.office


async def said(office: Office, who: Any = IRINA) -> list[str]:
    await office.deliver()
    return office.home.texts(who)


async def count(office: Office, table: str) -> int:
    found: int = await office.value(f"SELECT count(*) FROM {table}")  # noqa: S608
    return found


# --- the notice ----------------------------------------------------------------------------------------------------


async def test_notice_at_first_contact(database_address: str) -> None:
    """Whoever comes for the first time reads where it stands how his data is kept; later he does not read it again."""
    async with open_office(database_address) as office:
        office.ctx.rights = Rights(notice_url=NOTICE)
        await office.starts(IRINA)
        await office.writes(IRINA, "Нет тепла")
        await office.writes(OLEG, "Яма")
        await office.presses(OLEG, "new")
        await office.writes(OLEG, "Ещё яма")
        shown = [(f"Как мы храним то, что вы пишете: {NOTICE}" in text) for text in await said(office)]
        assert [True, False] == shown
        shown = [NOTICE in text for text in await said(office, OLEG)]
        assert [True, False, False] == shown


async def test_no_notice_without_an_address(database_address: str) -> None:
    """Where the settings name no address nothing is promised."""
    async with open_office(database_address) as office:
        await office.starts(IRINA)
        assert "Как мы храним" not in (await said(office))[0]


# --- asking --------------------------------------------------------------------------------------------------------


async def test_nothing_is_registered_before(office: Office) -> None:
    """His first words are kept aside: no number, no card, nothing for officials; he is asked, with two buttons."""
    await office.writes(IRINA, "Нет тепла")
    await office.deliver()
    ((request, _),) = office.home.messages(IRINA)
    assert "только с вашего согласия" in request.text
    assert NOTICE in request.text
    assert request.keyboard is not None
    assert (("Согласен", YES), ("Не согласен", NO)) == tuple(
        (button.text, button.data) for row in request.keyboard.rows for button in row
    )
    assert (0, 1) == (await count(office, "questions"), await count(office, "set_aside"))
    assert [] == office.work.asked


async def test_greeting_and_help_need_no_consent(office: Office) -> None:
    """Who opens the chat, or asks how this works, is answered, and is not asked for anything yet."""
    await office.starts(IRINA)
    await office.writes(IRINA, "Помощь")
    greeting, explanation = await said(office)
    assert greeting.startswith("Здравствуйте!")
    assert explanation.startswith("Просто напишите вопрос")


async def test_pressed(office: Office) -> None:
    """The moment he consents his question is registered: number, card; version, time and way are written down."""
    await office.writes(IRINA, "Нет тепла")
    office.clock.move(timedelta(hours=2))
    await office.presses(IRINA, YES)
    texts = await said(office)
    assert texts[1].startswith("Ваш вопрос принят: № 1. ")
    assert NOTICE in texts[1]
    assert office.work.texts(DESK)[0].endswith("\n\nНет тепла")
    assert (await office.question(1)).asked_at == office.clock()
    (row,) = await office.rows("SELECT version, at, by FROM consents")
    assert ("v1", office.clock(), "button") == tuple(row)
    assert 0 == await count(office, "set_aside")


@pytest.mark.parametrize("word", ["согласен", "Согласна.", "да", "ДА!", "Я согласен", "Да, согласна"])
async def test_typed(office: Office, word: str) -> None:
    """The word does what the button does, also where there are no buttons."""
    await office.writes(IRINA, "Нет тепла")
    await office.writes(IRINA, word)
    assert ["Нет тепла"] == [one.content.text for one in await office.thread(1)]
    assert "word" == await office.value("SELECT by FROM consents")


async def test_without_buttons(database_address: str, tmp_path: Path) -> None:
    """A platform that shows text alone asks in words, and takes words."""
    async with open_house(database_address, tmp_path, rights=REQUIRED, home=PLAIN) as house:
        await house.office.writes(IRINA, "Нет тепла")
        assert "напишите это слово" in (await said(house.office))[0]
        await house.office.writes(IRINA, "согласна")
        assert (await said(house.office))[1].startswith("Ваш вопрос принят: № 1. ")


# --- what waits ----------------------------------------------------------------------------------------------------


async def test_all_in_its_order(office: Office) -> None:
    """Texts, an album, a file, a place: all of it becomes the question, in the order in which he sent it."""
    await office.writes(IRINA, "Яма на дороге", media=(photo("a1"),), album="a")
    await office.writes(IRINA, media=(photo("a2"),), album="a")
    await office.writes(IRINA, "Вот ещё", media=(photo("b"),))
    await office.writes(IRINA, content=Content(location=Location(latitude=65.5, longitude=72.5)))
    await office.writes(IRINA, "Почините, пожалуйста")
    await office.presses(IRINA, YES)
    await office.deliver()
    thread = await office.thread(1)
    assert ["Яма на дороге", "Вот ещё", "", "Почините, пожалуйста"] == [one.content.text for one in thread]
    assert [["a1", "a2"], ["b"], [], []] == [[media.ref for media in one.content.media] for one in thread]
    assert 1 == await count(office, "questions")
    album = next(message for message, _ in office.work.messages(DESK) if len(message.media) == 2)
    assert ["a1", "a2"] == [media.ref for media in album.media]


async def test_part_of_an_album_that_comes_later(office: Office) -> None:
    """A part that comes after the consent goes with the others."""
    await office.writes(IRINA, "Яма", media=(photo("a1"),), album="a")
    await office.presses(IRINA, YES)
    await office.writes(IRINA, media=(photo("a2"),), album="a")
    (message,) = await office.thread(1)
    assert ["a1", "a2"] == [media.ref for media in message.content.media]


async def test_correction_of_what_waits(office: Office) -> None:
    """What he corrects before he consents is registered as corrected."""
    message = await office.writes(IRINA, "Нет типла")
    await office.edits(IRINA, message, "Нет тепла")
    await office.presses(IRINA, YES)
    (first,) = await office.thread(1)
    assert ("Нет тепла", ()) == (first.content.text, first.history)


@pytest.mark.parametrize("first", ["Нет типла", "Помощь"])
@pytest.mark.parametrize("late", ["before he consents", "after that"])
async def test_corrections_that_overtook_each_other(office: Office, first: str, late: str) -> None:
    """He corrected it twice, and the later correction came first: the earlier one changes nothing any more."""
    message = await office.writes(IRINA, first)
    early = office.clock() + timedelta(seconds=5)
    office.clock.move(timedelta(seconds=10))
    await office.edits(IRINA, message, "Нет тепла")
    if late == "after that":
        await office.presses(IRINA, YES)
    office.clock.now = early
    await office.edits(IRINA, message, "Нет тпла")
    if late == "before he consents":
        await office.presses(IRINA, YES)
    assert ["Нет тепла"] == [one.content.text for one in await office.thread(1)]


async def test_two_questions_wait(office: Office) -> None:
    """«Новый вопрос» between two messages is kept in mind: they become two questions."""
    await office.writes(IRINA, "Нет тепла")
    await office.writes(IRINA, "новый вопрос")
    await office.writes(IRINA, "Яма")
    await office.writes(IRINA, "Большая")
    await office.presses(IRINA, YES)
    threads = [[one.content.text for one in await office.thread(number)] for number in (1, 2)]
    assert [["Нет тепла"], ["Яма", "Большая"]] == threads


async def test_source_waits_too(office: Office) -> None:
    """The link that led him here is in the card, however late he consents."""
    await office.starts(IRINA, source="qr5")
    await office.writes(IRINA, "Нет тепла")
    await office.presses(IRINA, YES)
    assert "qr5" == (await office.question(1)).source


async def test_name_is_asked_for(database_address: str, tmp_path: Path) -> None:
    """On a platform that tells no names the card waits for his, as always."""
    asked: list[str] = []
    nameless = frozenset({HOME})
    async with open_house(database_address, tmp_path, rights=REQUIRED, nameless=nameless) as house:
        house.office.ctx.ask_name = lambda _, user_id: asked.append(user_id)
        await house.office.writes(IRINA, "Нет тепла", name="")
        assert [] == asked
        await house.office.presses(IRINA, YES, name="")
        assert [IRINA.chat_id] == asked


async def test_reminded_while_he_writes_on(office: Office) -> None:
    """Who writes on without consenting is told that it waits, but not at every message."""
    for text in ("Нет тепла", "Совсем", "Вторую неделю"):
        await office.writes(IRINA, text)
    assert 1 == len(await said(office))
    office.clock.move(timedelta(minutes=2))
    await office.writes(IRINA, "Алло")
    assert (await said(office))[1].startswith("Это мы тоже сохранили.")


async def test_so_much_waits_at_the_most(office: Office) -> None:
    """Before anything is refused he is told that no more can be kept; what was kept is registered."""
    for number in range(consent.MOST + 1):
        await office.writes(IRINA, f"Сообщение {number}")
    assert (await said(office))[1].startswith("Больше сохранить пока не можем.")
    assert consent.MOST == await count(office, "set_aside")
    await office.presses(IRINA, YES)
    assert consent.MOST == len(await office.thread(1))


async def test_asked_at_once(office: Office) -> None:
    """Sabotage: of many messages that come in at the same time none is lost, and he is asked once."""
    await asyncio.gather(*(office.writes(IRINA, f"Слово {number}") for number in range(8)))
    assert (8, 1) == (await count(office, "set_aside"), len(await said(office)))


# --- twice, late, unasked ------------------------------------------------------------------------------------------


async def test_twice(office: Office) -> None:
    """Pressed twice, on two devices at once: one question, one consent, nothing more is said."""
    await office.writes(IRINA, "Нет тепла")
    await asyncio.gather(*(office.presses(IRINA, YES, press_id=f"p{n}") for n in range(4)))
    await office.presses(IRINA, YES)
    assert (1, 1) == (await count(office, "questions"), await count(office, "consents"))
    assert 2 == len(await said(office))


async def test_redelivered(office: Office) -> None:
    """The same press, delivered again, changes nothing."""
    await office.writes(IRINA, "Нет тепла")
    press = office.pressed(IRINA, YES)
    for _ in range(2):
        await office.accept(IRINA, press, key="same")
    assert (1, 1) == (await count(office, "questions"), await count(office, "consents"))


async def test_pressed_after_a_year(office: Office) -> None:
    """An old button consents to its text, if that still holds; there is nothing to register any more."""
    await office.writes(IRINA, "Нет тепла")
    await office.presses(IRINA, NO)
    office.clock.move(timedelta(days=365))
    await office.presses(IRINA, YES)
    assert "Спасибо! Теперь напишите свой вопрос." == (await said(office))[-1]
    await office.writes(IRINA, "Нет воды")
    assert ["Нет воды"] == [one.content.text for one in await office.thread(1)]


@pytest.mark.parametrize("word", ["да", "нет", "не согласен", "Да, так и есть"])
async def test_words_of_somebody_who_is_not_asked(database_address: str, tmp_path: Path, word: str) -> None:
    """Without a request these words are what he wanted to say."""
    async with open_house(database_address, tmp_path) as house:
        await house.office.writes(IRINA, word)
        assert [word] == [one.content.text for one in await house.office.thread(1)]


async def test_consent_of_somebody_who_was_not_asked(office: Office) -> None:
    """«Согласен» before he was asked is no question: he is shown to what, and asked."""
    await office.writes(IRINA, "Согласна")
    assert (0, 0) == (await count(office, "set_aside"), await count(office, "consents"))
    assert (await said(office))[0].startswith("Чтобы ответить на вопрос, мы сохраним его")
    await office.writes(IRINA, "согласна")
    assert 1 == await count(office, "consents")


# --- another text --------------------------------------------------------------------------------------------------


async def consented(office: Office) -> None:
    await office.writes(IRINA, "Нет тепла")
    await office.presses(IRINA, YES)
    office.ctx.rights = replace(REQUIRED, consent="v2")


async def test_open_question_goes_on(office: Office) -> None:
    """When the text changes, what is open goes on; before the next question he is asked again."""
    await consented(office)
    await office.writes(IRINA, "И воды нет")
    assert ["Нет тепла", "И воды нет"] == [one.content.text for one in await office.thread(1)]
    await office.presses(IRINA, "new")
    await office.writes(IRINA, "Яма")
    assert (1, 1) == (await count(office, "questions"), await count(office, "set_aside"))
    await office.writes(IRINA, "да")
    assert ["Яма"] == [one.content.text for one in await office.thread(2)]
    assert ["v1", "v2"] == [row["version"] for row in await office.rows("SELECT version FROM consents ORDER BY id")]


async def test_question_of_its_own(office: Office) -> None:
    """What was a question when he wrote it is one still, though officials have written of an earlier one meanwhile."""
    await consented(office)
    await office.deliver()
    card = office.work.id_of(DESK, "Нет тепла")
    await office.writes(DESK, "Завтра", reply_to=card)
    office.clock.move(timedelta(days=5))
    await office.writes(IRINA, "Яма")
    await office.writes(IRINA, "Большая")
    await office.writes(DESK, "Уже есть?", reply_to=card)
    await office.presses(IRINA, f"{wishes.Wish.CONSENT_YES}:{wishes.mark_of('v2')}")
    threads = [[one.content.text for one in await office.thread(number)] for number in (1, 2)]
    assert [["Нет тепла", "Завтра", "Уже есть?"], ["Яма", "Большая"]] == threads
    assert "Ваш вопрос принят: № 2." in (await said(office))[-1]


async def test_button_of_the_old_text(office: Office) -> None:
    """A button under the old text is no consent to the new one: he is asked again, with the new button."""
    await office.writes(IRINA, "Нет тепла")
    office.ctx.rights = replace(REQUIRED, consent="v2")
    await office.presses(IRINA, YES)
    assert 0 == await count(office, "consents")
    await office.deliver()
    request, _ = office.home.messages(IRINA)[-1]
    assert request.text.startswith("С тех пор текст изменился.")
    assert request.keyboard is not None
    await office.presses(IRINA, request.keyboard.rows[0][0].data)
    assert ["Нет тепла"] == [one.content.text for one in await office.thread(1)]


# --- who may not write ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["согласен", wishes.mark_of("v2")])
async def test_consent_of_somebody_who_may_not_write(office: Office, how: str) -> None:
    """What waits of somebody who was banned meanwhile is kept as what he writes then: officials see nothing of it."""
    await consented(office)
    await office.presses(IRINA, "new")
    await office.writes(IRINA, "Брань")
    await office.writes(DESK, "/ban 1 7д")
    await office.deliver()
    shown = office.work.texts(DESK)
    if how == "согласен":
        await office.writes(IRINA, how)
    else:
        await office.presses(IRINA, f"{wishes.Wish.CONSENT_YES}:{how}")
    assert (1, 0) == (await count(office, "questions"), await count(office, "set_aside"))
    assert "мы не принимаем здесь ваши сообщения" in (await said(office))[-1]
    assert shown == office.work.texts(DESK)
    assert [Author.RESIDENT, Author.BANNED] == [one.role for one in await office.thread(1)]
    # As always when a ban is over, officials hear how much that was.
    office.clock.move(timedelta(days=8))
    await office.writes(IRINA, "Яма")
    await office.deliver()
    assert any("За это время он написал 1 сообщение" in text for text in office.work.texts(DESK))
    assert ["Яма"] == [one.content.text for one in await office.thread(2)]


async def test_consent_needed_no_more_of_somebody_who_may_not_write(house: House) -> None:
    """The same when nobody needs his consent any more: by itself, nothing of it reaches the officials."""
    office = house.office
    await consented(office)
    await office.presses(IRINA, "new")
    await office.writes(IRINA, "Брань")
    await office.writes(DESK, "/ban 1 7д")
    office.ctx.rights = Rights()
    office.clock.move(timedelta(minutes=1))
    await house.retention.once()
    assert (1, 0) == (await count(office, "questions"), await count(office, "set_aside"))


# --- news ----------------------------------------------------------------------------------------------------------


async def test_news_before_consent(office: Office) -> None:
    """Which news he wants is not stored before he has consented, either: he is asked, and may choose then."""
    await office.writes(IRINA, "подписаться на всё")
    assert 0 == await count(office, "subscriptions")
    assert (await said(office))[-1].startswith("Чтобы присылать вам новости, мы сохраним, какие вы выбрали.")
    await office.writes(IRINA, "согласна")
    await office.writes(IRINA, "подписаться на всё")
    assert 1 == await count(office, "subscriptions")


async def test_news_may_be_looked_at(office: Office) -> None:
    """What there is to choose from he may see without a consent."""
    await office.writes(IRINA, "новости")
    assert 0 == await office.value("SELECT count(*) FROM conversations WHERE consent_asked_at IS NOT NULL")


# --- no ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [NO, "не согласен", "Не согласна", "нет"])
async def test_refused(house: House, how: str) -> None:
    """What was kept is erased at once, with its files and the updates that brought it; he hears where else to ask."""
    office = house.office
    house.contents["p"] = b"photo"
    await house.media.get(photo("p"))
    await office.writes(IRINA, "Тайна-о-соседях", media=(photo("p"),))
    await (office.presses(IRINA, how) if how == NO else office.writes(IRINA, how))
    await house.traces.once()
    assert 0 == await count(office, "set_aside")
    assert "Госуслуги" in (await said(office))[-1]
    assert 0 == await office.value("SELECT count(*) FROM events WHERE position($1 in raw) > 0", IRINA.chat_id.encode())
    assert [] == house.stored()
    assert [] == office.work.asked
    assert "" == await office.value("SELECT name || username FROM conversations")


async def test_refused_twice(office: Office) -> None:
    """The second press says nothing more, and he may begin again."""
    await office.writes(IRINA, "Нет тепла")
    await office.presses(IRINA, NO)
    await office.presses(IRINA, NO)
    assert 2 == len(await said(office))
    await office.writes(IRINA, "Нет тепла")
    await office.presses(IRINA, YES)
    assert 1 == await count(office, "questions")


async def test_refused_after_consent(office: Office) -> None:
    """Who has thought better of it hears how to have everything removed; his question goes on until then."""
    await office.writes(IRINA, "Нет тепла")
    await office.presses(IRINA, YES)
    await office.presses(IRINA, NO)
    assert "«забыть меня»" in (await said(office))[-1]
    assert 1 == await count(office, "questions")


async def test_erased_without_consent(house: House) -> None:
    """What waits for a consent too long is erased, and so are the updates; then «да» is an ordinary word."""
    office = house.office
    await office.writes(IRINA, "Нет тепла")
    await office.writes(OLEG, "Яма")
    office.clock.move(timedelta(days=20))
    await office.writes(OLEG, "Большая")
    office.clock.move(timedelta(days=11))
    await house.retention.once()
    await house.traces.once()
    # Of Oleg nothing is left either: what he wrote first waited as long.
    assert 0 == await count(office, "set_aside")
    await office.writes(IRINA, "да")
    assert (0, 1) == (await count(office, "questions"), await count(office, "set_aside"))


async def test_kept_until_then(house: House) -> None:
    """A day before its time nothing is erased."""
    await house.office.writes(IRINA, "Нет тепла")
    house.office.clock.move(timedelta(days=29))
    await house.retention.once()
    await house.office.presses(IRINA, YES)
    assert ["Нет тепла"] == [one.content.text for one in await house.office.thread(1)]


async def test_new_text_refused(office: Office) -> None:
    """Who refuses another text has asked before: that question, and his name in it, stay as they are."""
    await consented(office)
    await office.presses(IRINA, "new")
    await office.writes(IRINA, "Яма")
    await office.writes(IRINA, "не согласен")
    assert ("Ирина", 1, 0) == (
        (await office.question(1)).resident,
        await count(office, "questions"),
        await count(office, "set_aside"),
    )


# --- the setting changes -------------------------------------------------------------------------------------------


async def test_consent_needed_no_more(house: House) -> None:
    """When the operator asks for no consent any more, what waits is registered: with the next word, or by itself."""
    office = house.office
    await office.writes(IRINA, "Нет тепла")
    await office.writes(OLEG, "Яма")
    office.ctx.rights = Rights()
    await office.writes(IRINA, "Алло")
    assert ["Нет тепла", "Алло"] == [one.content.text for one in await office.thread(1)]
    office.clock.move(timedelta(minutes=1))
    await house.retention.once()
    assert ["Яма"] == [one.content.text for one in await office.thread(2)]
    assert 0 == await count(office, "consents")


async def test_word_of_somebody_whose_consent_is_needed_no_more(office: Office) -> None:
    """A word that stands for a button stays one, also when it is the first that he says afterwards."""
    await office.writes(IRINA, "Нет тепла")
    office.ctx.rights = Rights()
    await office.writes(IRINA, "мои данные")
    assert ["Нет тепла"] == [one.content.text for one in await office.thread(1)]
    assert (await said(office))[-1].startswith("Собираем всё")


async def test_request_is_a_message_of_its_own(office: Office) -> None:
    """The buttons stand under the request, not under a greeting or a confirmation."""
    await office.starts(IRINA)
    await office.writes(IRINA, "Нет тепла")
    await office.deliver()
    messages = [message for message, _ in office.home.messages(IRINA)]
    with_button = [message for message in messages if _offers(message, YES)]
    assert messages[1:] == with_button


def _offers(message: SendMessage, data: str) -> bool:
    keyboard = message.keyboard
    return keyboard is not None and any(button.data == data for row in keyboard.rows for button in row)


@pytest.mark.parametrize("word", ["I agree", "yes", "согласна"])
async def test_in_english(office: Office, word: str) -> None:
    """Whose messenger speaks English is asked in English, and may say so in either language; nothing is lost."""
    await office.writes(IRINA, "No heating", language="en")
    await office.deliver()
    request, _ = office.home.messages(IRINA)[-1]
    assert "can pass it on only if you agree" in request.text
    assert f"Read more: {NOTICE}" in request.text
    assert request.keyboard is not None
    assert {"I agree": YES, "I do not agree": NO} == {
        button.text: button.data for row in request.keyboard.rows for button in row
    }
    await office.writes(IRINA, word, language="en")
    assert (await said(office))[-1].startswith("We have your question: № 1.")
    assert ["No heating"] == [one.content.text for one in await office.thread(1)]


async def test_refused_in_english(office: Office) -> None:
    """He hears in English that nothing was passed on, and what he wrote is gone."""
    await office.writes(IRINA, "No heating", language="en")
    await office.writes(IRINA, "I don’t agree", language="en")
    assert (await said(office))[-1].startswith("All right. We have passed nothing on")
    assert (0, 0) == (await count(office, "questions"), await count(office, "set_aside"))


async def test_data_without_consent(office: Office) -> None:
    """What is kept aside of him he may have, and have removed, without consenting to anything."""
    await office.writes(IRINA, "Нет тепла")
    await office.writes(IRINA, "мои данные")
    assert (await said(office))[-1].startswith("Собираем всё")
    await office.writes(IRINA, "забыть меня")
    assert (await said(office))[-1].startswith("Удалить всё, что мы о вас храним")
    assert (0, 1) == (await count(office, "questions"), await count(office, "set_aside"))
