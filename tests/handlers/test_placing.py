"""A resident is asked where it is if that decides who answers; what he says moves a question that nobody has."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from bot.capabilities import KeyboardLimits, Rate, RateLimits
from bot.delivery.entry import Role
from bot.desk.hours import Hours, parse_hours
from bot.desk.routing import Department, Desk
from bot.desk.words import Recognizer, Subject, build_recognizer
from bot.model.action import Action, Deed
from bot.model.chat import ChatRef
from bot.model.message import EditMessage, Keyboard, SendMessage
from bot.model.question import Status
from storage import actions
from storage.outbox import State
from tests.handlers.fakes import ABLE, DESK, HOME, IRINA, OLEG, PLAIN, WORK, Office, open_office, photo

NADYM, SALEKHARD = ChatRef(channel=WORK, chat_id="-600"), ChatRef(channel=WORK, chat_id="-700")
ASKED = "Подскажите, где это?"


@functools.cache
def _recognizer() -> Recognizer:
    """Read once for all: it never changes, and needs the dictionary."""
    return build_recognizer(
        (Subject(slug="water", words=("вода",)), Subject(slug="roads", words=("дорога",))),
        (
            Subject(slug="nadym", words=("Надым",)),
            Subject(slug="salekhard", words=("Салехард",)),
            Subject(slug="muzhi", forms=("Мужах",)),
        ),
    )


def by_place(**changes: object) -> Desk:
    """Water is answered by place: in two places by departments with chats, in a third by one without."""
    water = frozenset({"water"})
    departments = [
        Department(
            slug=f"water-{place}",
            name=name,
            admin_chat=chat,
            answer_within=timedelta(hours=1) if place == "nadym" else None,
            topics=water,
            places=frozenset({place}),
        )
        for place, name, chat in (
            ("nadym", "Вода Надыма", NADYM),
            ("salekhard", "Вода Салехарда", SALEKHARD),
            ("muzhi", "Вода Мужей", None),
        )
    ]
    desk = Desk(
        coordinators=DESK,
        answer_within=timedelta(hours=4),
        departments={one.slug: one for one in departments},
        topics={"water": "Вода", "roads": "Дороги"},
        places={"nadym": "Надымский район", "salekhard": "Салехард", "muzhi": "Мужи", "yar": "Яр-Сале"},
        recognizer=_recognizer(),
    )
    return replace(desk, **changes)  # type: ignore[arg-type]


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address, desk=by_place()) as opened:
        yield opened


def buttons(keyboard: Keyboard | None) -> list[str]:
    return [one.text for row in keyboard.rows for one in row] if keyboard is not None else []


def last_said(office: Office, chat: ChatRef = IRINA) -> str:
    return office.home.texts(chat)[-1]


def edits(office: Office, chat: ChatRef) -> list[EditMessage]:
    return [one for one in office.work.effects(chat) if isinstance(one, EditMessage)]


async def log(office: Office, number: int = 1) -> list[Action]:
    async with office.eye.transaction() as tx:
        return await actions.of_question(tx, number)


# --- asking --------------------------------------------------------------------------------------------------------


async def test_asked_where_it_matters(office: Office) -> None:
    """The confirmation asks for the place, with the places that change who answers, and its usual buttons."""
    await office.writes(IRINA, "Ржавая вода")
    await office.deliver()
    ((message, _),) = office.home.messages(IRINA)
    assert message.text.startswith("Ваш вопрос принят: № 1.")
    assert ASKED in message.text
    assert ["Надымский район", "Салехард", "Мужи", "Пропустить", "Новый вопрос", "Помощь"] == buttons(message.keyboard)


NOT_ASKED = {
    "the place is named": ("В Салехарде ржавая вода", {}),
    "nobody answers for the topic by place": ("Ямы на дороге", {}),
    "the channel has a department": ("Ржавая вода", {"channel_departments": {HOME: "water-nadym"}}),
    "there are no departments": ("Ржавая вода", {"departments": {}}),
}


@pytest.mark.parametrize(("text", "changes"), NOT_ASKED.values(), ids=NOT_ASKED.keys())
async def test_not_asked(database_address: str, text: str, changes: dict[str, object]) -> None:
    """Nobody is asked what changes nothing."""
    async with open_office(database_address, desk=by_place(**changes)) as office:
        await office.writes(IRINA, text)
        await office.deliver()
        ((message, _),) = office.home.messages(IRINA)
        assert ASKED not in message.text
        assert ["Новый вопрос", "Помощь"] == buttons(message.keyboard)


async def test_asked_without_buttons(database_address: str) -> None:
    """Where a platform has no buttons he is asked to write, and what he writes is understood."""
    async with open_office(database_address, desk=by_place(), home=PLAIN) as office:
        await office.writes(IRINA, "Ржавая вода")
        await office.writes(IRINA, "Салехард")
        await office.deliver()
        asked = office.home.texts(IRINA)[0]
        assert ASKED in asked
        assert "кнопку" not in asked
        assert "water-salekhard" == (await office.question(1)).department


async def test_pages_in_their_place(database_address: str) -> None:
    """More places than fit are turned through under the same words, there and back."""
    places = {f"p{number}": f"Место {number}" for number in range(20)}
    departments = {
        slug: Department(slug=slug, name=name, admin_chat=NADYM, places=frozenset({slug}))
        for slug, name in places.items()
    }
    async with open_office(database_address, desk=by_place(places=places, departments=departments)) as office:
        await office.writes(IRINA, "Ржавая вода")
        await office.deliver()
        ((message, (message_id,)),) = office.home.messages(IRINA)
        assert ["Ещё места →", "Пропустить"] == buttons(message.keyboard)[8:10]
        for data in ("places:1:1", "places:1:0"):
            await office.presses(IRINA, data, message_id=message_id)
            await office.deliver()
        pages = [one for one in office.home.effects(IRINA) if isinstance(one, EditMessage)]
        assert 2 * [(message_id, message.text)] == [(one.message_id, one.text) for one in pages]
        assert [f"Место {number}" for number in range(8, 16)] == buttons(pages[0].keyboard)[:8]
        assert message.keyboard == pages[1].keyboard
        assert 1 == len(office.home.texts(IRINA))


async def test_pages_below(database_address: str) -> None:
    """Where messages cannot be edited, another page stands in a message of its own."""
    places = {f"p{number}": f"Место {number}" for number in range(20)}
    departments = {
        slug: Department(slug=slug, name=name, admin_chat=NADYM, places=frozenset({slug}))
        for slug, name in places.items()
    }
    desk = by_place(places=places, departments=departments)
    async with open_office(database_address, desk=desk, home=replace(ABLE, edits=False)) as office:
        await office.writes(IRINA, "Ржавая вода")
        await office.presses(IRINA, "places:1:2")
        await office.deliver()
        message = office.home.messages(IRINA)[-1][0]
        assert message.text.startswith(ASKED)
        assert ["Место 16", "Место 17", "Место 18", "Место 19", "← Назад"] == buttons(message.keyboard)[:5]


# --- it moves ------------------------------------------------------------------------------------------------------


async def test_moves(office: Office) -> None:
    """Nobody has it yet: the old card says where it went, the new chat has card and thread, the clock runs on."""
    await office.writes(IRINA, "Ржавая вода")
    await office.writes(IRINA, "Третий день")
    await office.deliver()
    card = office.work.id_of(DESK, "Ржавая")
    asked_at = office.clock()
    office.clock.move(timedelta(minutes=20))
    await office.presses(IRINA, "at:1:nadym")
    await office.deliver()

    question = await office.question(1)
    assert ("nadym", "water-nadym", NADYM, 0) == (
        question.place,
        question.department,
        question.admin_chat,
        question.handovers,
    )
    assert asked_at + timedelta(hours=1) == question.due_at
    (edit,) = edits(office, DESK)
    assert (card, None) == (edit.message_id, edit.keyboard)
    assert edit.text.endswith("\n\nПередан: Вода Надыма (житель уточнил место «Надымский район»)")
    shown, thread = office.work.texts(NADYM)
    assert shown.splitlines()[1:4] == [
        "Вода Надыма",
        "Тема: Вода · Место: Надымский район",
        "Почему здесь: по теме «Вода» и месту «Надымский район», житель уточнил место «Надымский район»",
    ]
    assert "Третий день" in thread
    assert last_said(office).startswith("Спасибо! Записали: Надымский район. Ответ придёт сюда до ")
    assert [(Deed.REROUTED, "", "Вода Надыма")] == [(one.deed, one.by.name, one.detail) for one in await log(office)]


async def test_replies_reach_the_new_card(office: Office) -> None:
    """The department that has it now answers under its own card."""
    await office.writes(IRINA, "Ржавая вода")
    await office.deliver()
    await office.presses(IRINA, "at:1:nadym")
    await office.deliver()
    await office.writes(NADYM, "Промываем трубы.", reply_to=office.work.id_of(NADYM, "Ржавая"))
    await office.deliver()
    assert "Промываем трубы." == last_said(office)


async def test_reminders_go_by_the_new_deadline(office: Office) -> None:
    """Half of the new department's time is over already: it is reminded now, not at a time that has passed."""
    await office.writes(IRINA, "Ржавая вода")
    office.clock.move(timedelta(minutes=40))
    await office.presses(IRINA, "at:1:nadym")
    assert office.clock() == await office.value("SELECT remind_at FROM questions WHERE id = 1")


async def test_nobody_has_seen_it(office: Office) -> None:
    """A card that still waits is not shown where the question was a moment ago."""
    await office.writes(IRINA, "Ржавая вода")
    await office.writes(IRINA, "Третий день")
    await office.presses(IRINA, "at:1:salekhard")
    await office.deliver()
    assert [] == office.work.effects(DESK)
    assert 2 == len(office.work.texts(SALEKHARD))
    old = await office.entries(DESK, Role.CARD, Role.FOLLOW_UP)
    assert {State.DROPPED} == {row.state for row in old}


async def test_seen_among_others(database_address: str) -> None:
    """A card put together with others cannot be edited: a line says where the question went."""
    work = replace(ABLE, limits=RateLimits(group=Rate(count=5, per=timedelta(minutes=1))))
    async with open_office(database_address, desk=by_place(), work=work) as office:
        for number in range(20):
            await office.writes(ChatRef(channel=HOME, chat_id=str(900 + number)), f"Ржавая вода {number}")

        async def all_shown(_: object) -> bool:
            cards = await office.entries(DESK, Role.CARD, Role.CARDS)
            return all(row.state in (State.SENT, State.MERGED) for row in cards)

        async with office.sending():
            await office.until(all_shown)
        merged = next(row.question for row in await office.entries(DESK, Role.CARD) if row.state is State.MERGED)
        resident = (await office.question(merged or 0)).chat
        await office.presses(resident, f"at:{merged}:nadym")
        (told,) = await office.entries(DESK, Role.FOLLOW_UP)
        assert f"№ {merged}: Передан: Вода Надыма (житель уточнил место «Надымский район»)" == told.text
        (together,) = await office.entries(DESK, Role.CARDS)
        assert together.id == told.about
        assert [Role.CARD] == [row.role for row in await office.entries(NADYM)]


async def test_to_a_department_without_a_chat(office: Office) -> None:
    """It stays where it is shown: its card says whose it is now, and no second one comes."""
    await office.writes(IRINA, "Ржавая вода")
    await office.deliver()
    await office.presses(IRINA, "at:1:muzhi")
    await office.deliver()
    (edit,) = edits(office, DESK)
    assert ["Вода Мужей", "Тема: Вода · Место: Мужи"] == edit.text.splitlines()[1:3]
    assert 1 == len(office.work.texts(DESK))
    assert "water-muzhi" == (await office.question(1)).department


async def test_a_place_that_changes_nothing(office: Office) -> None:
    """The card shows the place, and that is all."""
    await office.writes(IRINA, "Ржавая вода")
    await office.deliver()
    await office.presses(IRINA, "at:1:yar")
    await office.deliver()
    (edit,) = edits(office, DESK)
    assert "Место: Яр-Сале" in edit.text
    assert 1 == len(office.work.texts(DESK))
    assert [] == await log(office)


async def test_pressed_twice(office: Office) -> None:
    """Two presses on the same place move it once and are answered alike."""
    await office.writes(IRINA, "Ржавая вода")
    await office.deliver()
    for press in ("p1", "p2"):
        await office.presses(IRINA, "at:1:nadym", press_id=press)
    await office.deliver()
    first, second = office.home.texts(IRINA)[1:]
    assert first == second
    assert 1 == len(office.work.texts(NADYM))
    assert 1 == len(await log(office))


async def test_another_place_later(office: Office) -> None:
    """Whoever pressed the wrong place presses the right one: it moves on, from where it is now."""
    await office.writes(IRINA, "Ржавая вода")
    for data in ("at:1:nadym", "at:1:salekhard"):
        await office.presses(IRINA, data)
        await office.deliver()
    assert "Передан: Вода Салехарда (житель уточнил место «Салехард»)" in edits(office, NADYM)[-1].text
    assert "Место: Салехард" in office.work.texts(SALEKHARD)[0]
    question = await office.question(1)
    assert ("salekhard", SALEKHARD) == (question.place, question.admin_chat)


async def test_it_does_not_move_for_ever(office: Office) -> None:
    """One place pressed after the other fills no chats: after three moves it stays, and its officials are told."""
    await office.writes(IRINA, "Ржавая вода")
    await office.deliver()
    for _ in range(3):
        for place in ("nadym", "salekhard"):
            await office.presses(IRINA, f"at:1:{place}")
            await office.deliver()
    assert 3 == len(await log(office))
    assert NADYM == (await office.question(1)).admin_chat
    assert "№ 1 · житель указал место: Салехард" in office.work.texts(NADYM)[-1]


# --- it stays ------------------------------------------------------------------------------------------------------


async def test_taken(office: Office) -> None:
    """Somebody has it already: the place is noted, and he is told where it could go."""
    await office.writes(IRINA, "Ржавая вода")
    await office.deliver()
    await office.presses(DESK, "take:1")
    await office.presses(IRINA, "at:1:nadym")
    await office.deliver()
    question = await office.question(1)
    assert ("nadym", "", DESK) == (question.place, question.department, question.admin_chat)
    assert (
        "№ 1 · житель указал место: Надымский район\nТам отвечает: Вода Надыма. Передать: /transfer 1 water-nadym"
    ) == office.work.texts(DESK)[-1]
    assert "Место: Надымский район" in edits(office, DESK)[-1].text
    assert [] == office.work.texts(NADYM)
    assert last_said(office).startswith("Спасибо! Записали: Надымский район.")


STAYS = {
    "handed over by hand": "/transfer 1 water-salekhard",
    "asked something": "/clarify 1 Какой дом?",
    "answered for now": "/interim 1 Смотрим.",
}


@pytest.mark.parametrize("command", STAYS.values(), ids=STAYS.keys())
async def test_begun_with(office: Office, command: str) -> None:
    """Once an official has decided or said anything, the question moves by hand only."""
    await office.writes(IRINA, "Ржавая вода")
    await office.writes(DESK, command)
    await office.deliver()
    chat = (await office.question(1)).admin_chat
    await office.presses(IRINA, "at:1:nadym")
    await office.deliver()
    question = await office.question(1)
    assert ("nadym", chat) == (question.place, question.admin_chat)
    assert "№ 1 · житель указал место: Надымский район" in office.work.texts(chat)[-1]


async def test_asked_something_else(office: Office) -> None:
    """A place is no answer to what an official asks: he waits for it still, and the clock stands."""
    await office.writes(IRINA, "Ржавая вода")
    await office.writes(DESK, "/clarify 1 Какой дом?")
    await office.presses(IRINA, "at:1:nadym")
    await office.deliver()
    assert (Status.CLARIFYING, "nadym") == ((question := await office.question(1)).status, question.place)
    await office.writes(IRINA, "Геологов 14")
    assert Status.OPEN is (await office.question(1)).status


async def test_moved_after_it_was_opened_again(office: Office) -> None:
    """A question that moves is due by when it was opened again, not by when it was asked days before."""
    await office.writes(IRINA, "Ржавая вода")
    await office.presses(IRINA, "withdraw:1")
    office.clock.move(timedelta(days=3))
    await office.presses(IRINA, "reopen:1")
    opened_at = office.clock()
    await office.presses(IRINA, "at:1:nadym")
    question = await office.question(1)
    assert ("water-nadym", Status.OPEN) == (question.department, question.status)
    assert opened_at + timedelta(hours=1) == question.due_at


@pytest.mark.parametrize("way", ["button", "words"])
async def test_moved_to_people_who_sleep(database_address: str, way: str) -> None:
    """Whoever has it now may not work just now: he hears when they read it, as he did at first."""
    desk = by_place()
    asleep = replace(desk.departments["water-nadym"], hours=cast(Hours, parse_hours("mon-fri 09:00-18:00")))
    desk = replace(desk, departments={**desk.departments, "water-nadym": asleep}, zone=UTC)
    async with open_office(database_address, desk=desk) as office:
        # A Sunday.
        office.clock.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        await office.writes(IRINA, "Ржавая вода")
        await (office.presses(IRINA, "at:1:nadym") if way == "button" else office.writes(IRINA, "Надым"))
        await office.deliver()
        assert "Сейчас нерабочее время: прочитаем завтра с 09:00." in last_said(office)


async def test_further_places_typed(database_address: str) -> None:
    """Where there are more places than buttons, «ещё места» and «назад» turn them, and open nothing."""
    tight = replace(ABLE, keyboard=KeyboardLimits(columns=5, rows=3, buttons=10, label=40))
    async with open_office(database_address, desk=by_place(), home=tight) as office:
        await office.writes(IRINA, "Ржавая вода")
        await office.deliver()
        first = buttons(office.home.messages(IRINA)[-1][0].keyboard)
        assert "Ещё места →" in first
        await office.writes(IRINA, "Ещё места")
        await office.deliver()
        assert "← Назад" in buttons(office.home.messages(IRINA)[-1][0].keyboard)
        await office.writes(IRINA, "Назад")
        await office.deliver()
        assert first == buttons(office.home.messages(IRINA)[-1][0].keyboard)
        assert 1 == len(await office.thread(1))


async def test_answered(office: Office) -> None:
    """An answered question stays with whom it was answered by; he reads the place."""
    await office.writes(IRINA, "Ржавая вода")
    await office.deliver()
    await office.writes(DESK, "Промываем трубы.", reply_to=office.work.id_of(DESK, "Ржавая"))
    await office.presses(IRINA, "at:1:nadym")
    await office.deliver()
    question = await office.question(1)
    assert (Status.ANSWERED, DESK, "nadym") == (question.status, question.admin_chat, question.place)
    assert "№ 1 · житель указал место: Надымский район" in office.work.texts(DESK)[-1]
    assert "Спасибо! Записали: Надымский район." == last_said(office)


# --- buttons of another time ---------------------------------------------------------------------------------------


async def test_skip(office: Office) -> None:
    """Whoever does not want to say hears that this is fine."""
    await office.writes(IRINA, "Ржавая вода")
    await office.presses(IRINA, "at:1:")
    await office.deliver()
    assert "Хорошо, обойдёмся без этого." == last_said(office)
    assert "" == (await office.question(1)).place


@pytest.mark.parametrize("data", ["at:1:nadym", "at:1:", "places:1:1", "at:99:nadym"])
async def test_somebody_elses_question(office: Office, data: str) -> None:
    """A number that is not his changes nothing and tells nothing."""
    await office.writes(IRINA, "Ржавая вода")
    await office.presses(OLEG, data)
    await office.deliver()
    assert ["Эта кнопка от другого вопроса. Если нужна помощь, просто напишите нам."] == office.home.texts(OLEG)
    assert "" == (await office.question(1)).place
    assert [] == office.work.texts(NADYM)


async def test_closed(office: Office) -> None:
    """A button of a closed question says so."""
    await office.writes(IRINA, "Ржавая вода")
    await office.writes(DESK, "/close 1 решено")
    await office.presses(IRINA, "at:1:nadym")
    await office.deliver()
    assert "Вопрос № 1 уже не ждёт ответа. Если что-то ещё нужно, просто напишите нам." == last_said(office)
    assert "" == (await office.question(1)).place


async def test_a_year_later(office: Office) -> None:
    """A button of a question that was answered long ago says so."""
    await office.writes(IRINA, "Ржавая вода")
    await office.deliver()
    await office.writes(DESK, "Промываем трубы.", reply_to=office.work.id_of(DESK, "Ржавая"))
    office.clock.move(timedelta(days=365))
    await office.presses(IRINA, "at:1:nadym")
    await office.deliver()
    assert "Вопрос № 1 уже не ждёт ответа. Если что-то ещё нужно, просто напишите нам." == last_said(office)


@pytest.mark.parametrize("data", ["at:1:gone", "places:1:1"])
async def test_a_place_that_is_no_more(office: Office, data: str) -> None:
    """The settings have changed since: he is asked to write."""
    await office.writes(IRINA, "Ржавая вода")
    office.ctx.desk = by_place(departments={})
    await office.presses(IRINA, data)
    await office.deliver()
    assert "Этого места больше нет в списке. Просто напишите, где это: мы передадим." == last_said(office)


# --- in words ------------------------------------------------------------------------------------------------------


async def test_typed(office: Office) -> None:
    """A place that is written does the same; the new chat reads these words once, under its card."""
    await office.writes(IRINA, "Ржавая вода")
    await office.deliver()
    await office.writes(IRINA, "Это в Надыме")
    await office.deliver()
    assert ["Это в Надыме" in text for text in office.work.texts(NADYM)] == [False, True]
    assert [] == [text for text in office.work.texts(DESK) if "в Надыме" in text]
    assert "Передан: Вода Надыма" in edits(office, DESK)[-1].text
    assert last_said(office).startswith("Спасибо, это помогло: вопрос № 1 теперь у тех, кто этим занимается.")
    about = {row.text.splitlines()[0]: row.about for row in await office.entries(NADYM, Role.FOLLOW_UP)}
    card = (await office.entries(NADYM, Role.CARD))[0].id
    assert {"№ 1 · дополнение от жителя": card} == about


async def test_the_topic_comes_later(office: Office) -> None:
    """What it is about may be said afterwards, too."""
    await office.writes(IRINA, "Привет из Салехарда")
    await office.writes(IRINA, "Из крана течёт ржавая вода")
    await office.deliver()
    assert [] == office.work.texts(DESK)
    card, more = office.work.texts(SALEKHARD)
    assert "житель уточнил тему «Вода»" in card
    assert "ржавая вода" in more
    # The deadline is the same: there is nothing to tell.
    assert 1 == len(office.home.texts(IRINA))


async def test_words_that_change_nothing(office: Office) -> None:
    """What is known already is not changed by words, nor does a place of nobody move anything."""
    await office.writes(IRINA, "В Надыме ржавая вода")
    await office.writes(IRINA, "А в Салехарде дороги хорошие")
    await office.deliver()
    question = await office.question(1)
    assert ("water", "nadym", NADYM) == (question.topic, question.place, question.admin_chat)
    assert 2 == len(office.work.texts(NADYM))


async def test_typed_after_the_answer(office: Office) -> None:
    """Who has answered keeps the question, whatever else is written."""
    await office.writes(IRINA, "Ржавая вода")
    await office.deliver()
    await office.writes(DESK, "Промываем трубы.", reply_to=office.work.id_of(DESK, "Ржавая"))
    await office.writes(IRINA, "А в Надыме когда?")
    await office.deliver()
    question = await office.question(1)
    assert ("", DESK) == (question.place, question.admin_chat)


async def test_corrected(office: Office) -> None:
    """A place that comes with a correction moves the question with its corrected words."""
    message = await office.writes(IRINA, "Ржавая вода")
    await office.deliver()
    await office.edits(IRINA, message, "Ржавая вода в Надыме")
    await office.deliver()
    (card,) = office.work.texts(NADYM)
    assert card.endswith("Ржавая вода в Надыме")
    assert 1 == len(office.work.texts(DESK))


async def test_a_follow_up_corrected(office: Office) -> None:
    """The same with a later message: the thread shows how it was before."""
    await office.writes(IRINA, "Ржавая вода")
    message = await office.writes(IRINA, "Помогите")
    await office.deliver()
    await office.edits(IRINA, message, "Помогите Надыму")
    await office.deliver()
    _, thread = office.work.texts(NADYM)
    assert "Помогите Надыму\n(раньше: Помогите)" in thread


async def test_captions_of_an_album(office: Office) -> None:
    """A place in the caption of a later picture counts; the card with all pictures goes to the right chat only."""
    await office.writes(IRINA, "Ржавая вода", media=(photo("a"),), album="x")
    await office.writes(IRINA, "Надым", media=(photo("b"),), album="x")
    await office.writes(IRINA, media=(photo("c"),), album="x")
    waiting = [row for row in await office.entries(NADYM) if row.state is State.WAITING]
    assert [False] == [row.due for row in waiting]
    (effect,) = [row.effect for row in waiting]
    assert isinstance(effect, SendMessage)
    assert ["a", "b", "c"] == [one.ref for one in effect.media]
    assert effect.text.endswith("Ржавая вода\n\nНадым")
    assert [] == [row for row in await office.entries(DESK) if row.state is State.WAITING]


async def test_a_late_part_of_an_album(office: Office) -> None:
    """A caption that comes when the card was seen already moves the question, and is shown once."""
    await office.writes(IRINA, "Ржавая вода", media=(photo("a"),), album="x")
    await office.value("UPDATE outbox SET not_before = now() RETURNING 1")
    await office.deliver()
    await office.writes(IRINA, "Надым", media=(photo("b"),), album="x")
    await office.deliver()
    assert 1 == sum("дополнение" in text for text in office.work.texts(NADYM))
    assert ["a", "b"] == [one.ref for message, _ in office.work.messages(NADYM) for one in message.media]


async def test_the_channels_own_department(database_address: str) -> None:
    """What is learned of a question of a channel with a department is kept, and moves nothing."""
    desk = by_place(channel_departments={HOME: "water-salekhard"})
    async with open_office(database_address, desk=desk) as office:
        await office.writes(IRINA, "Ржавая вода")
        await office.writes(IRINA, "Надым")
        await office.deliver()
        question = await office.question(1)
        assert ("nadym", SALEKHARD) == (question.place, question.admin_chat)
        assert [] == office.work.texts(NADYM)
