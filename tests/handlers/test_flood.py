"""A resident who writes more at once than anybody can read: everything is kept, the rest is a count with a button."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.delivery.entry import Role
from bot.desk.moderation import LIMIT, MOST
from bot.model.chat import ChatRef
from bot.model.message import EditMessage, SendMessage
from bot.model.question import VERSIONS_KEPT, Status
from storage import surplus
from tests.handlers.fakes import ABLE, DESK, ENERGY, HOME, IRINA, OLEG, PLAIN, Office, open_office, photo


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as opened:
        yield opened


async def flood(office: Office, many: int, *, first: int = 0, chat: ChatRef = IRINA) -> None:
    """So many messages, a tenth of a second after each other."""
    for n in range(first, first + many):
        await office.writes(chat, f"слово {n}")
        office.clock.move(timedelta(milliseconds=100))


def shown(office: Office, words: str = "слово", chat: ChatRef = DESK) -> list[str]:
    """The last lines of what officials were shown that has these words."""
    return [text.rpartition("\n")[2] for text in office.work.texts(chat) if words in text]


async def counts(office: Office) -> list[str]:
    """What officials are told of surplus, in the order of the outbox."""
    return [row.text.partition(" подряд")[0] for row in await office.entries(None, Role.SURPLUS)]


def button(message: SendMessage | EditMessage) -> str:
    assert message.keyboard is not None
    return message.keyboard.rows[0][0].data


def the_count(office: Office) -> SendMessage:
    """The one message that says how much more there is."""
    (found,) = [message for message, _ in office.work.messages(DESK) if "подряд" in message.text]
    return found


async def show_all(office: Office, data: str) -> list[str]:
    """Press «Показать», then «Показать дальше» as long as there is one; the words that were shown."""
    words = list[str]()
    while data:
        before = len(office.work.messages(DESK))
        await office.presses(DESK, data)
        await office.deliver()
        messages = [message for message, _ in office.work.messages(DESK)[before:]]
        words += [line for message in messages for line in message.text.splitlines() if line.startswith("слово")]
        data = next((button(message) for message in messages if message.keyboard is not None), "")
    return words


async def test_the_first_are_shown_as_always(office: Office) -> None:
    """Ten messages in a minute are no flood: the question and nine more are shown one by one."""
    await flood(office, LIMIT)
    await office.deliver()
    assert [f"слово {n}" for n in range(LIMIT)] == shown(office)
    assert [] == await counts(office)


async def test_the_rest_is_a_count(office: Office) -> None:
    """What is more is kept and counted in one message about the card, with a button that shows it."""
    await flood(office, LIMIT + 57)
    await office.deliver()
    assert [f"слово {n}" for n in range(LIMIT)] == shown(office)
    message = the_count(office)
    assert "№ 1 · житель прислал ещё 57 сообщений подряд\nПоказать: кнопка или /q 1" == message.text
    assert office.work.id_of(DESK, "слово 0") == message.reply_to
    assert [f"слово {n}" for n in range(LIMIT + 57)] == [one.content.text for one in await office.thread(1)]
    assert [f"слово {n}" for n in range(LIMIT, LIMIT + 57)] == await show_all(office, button(message))


async def test_it_waits_to_count_many(office: Office) -> None:
    """The count waits some seconds, and further messages do not put it off: they are counted in it."""
    await flood(office, LIMIT + 1)
    (first,) = await office.entries(DESK, Role.SURPLUS)
    not_before = "SELECT not_before FROM outbox WHERE role = 'surplus'"
    waits_until = await office.value(not_before)
    await flood(office, 3, first=LIMIT + 1)
    (last,) = await office.entries(DESK, Role.SURPLUS)
    assert (first.id, False, "№ 1 · житель прислал ещё 4 сообщения") == (
        last.id,
        last.due,
        last.text.partition(" подряд")[0],
    )
    assert waits_until == await office.value(not_before)


async def test_what_was_told_is_edited(office: Office) -> None:
    """Where messages can be edited the one that is there counts on, a few times a minute at the most."""
    await flood(office, LIMIT + 1)
    await office.deliver()
    await flood(office, 5, first=LIMIT + 1)
    assert ["№ 1 · житель прислал ещё 1 сообщение", "№ 1 · житель прислал ещё 6 сообщений"] == await counts(office)
    assert [True, False] == [row.due for row in await office.entries(DESK, Role.SURPLUS)]
    await office.deliver()
    (edit,) = [one for one in office.work.effects(DESK) if isinstance(one, EditMessage)]
    assert office.work.id_of(DESK, "подряд") == edit.message_id
    assert "ещё 6 сообщений" in edit.text
    assert [f"слово {n}" for n in range(LIMIT, LIMIT + 6)] == await show_all(office, button(edit))


async def test_where_messages_cannot_be_edited(database_address: str) -> None:
    """There another message counts on, as rarely."""
    async with open_office(database_address, work=replace(ABLE, edits=False)) as office:
        await flood(office, LIMIT + 1)
        await office.deliver()
        await flood(office, 5, first=LIMIT + 1)
        await office.deliver()
        assert ["ещё 1 сообщение", "ещё 6 сообщений"] == [
            text.partition(" подряд")[0].partition("прислал ")[2]
            for text in office.work.texts(DESK)
            if "подряд" in text
        ]


async def test_after_a_rest_messages_are_shown_again(database_address: str) -> None:
    """A minute later what he writes is shown; another flood has a count of its own."""
    async with open_office(database_address, home=PLAIN) as office:
        for start in (0, 100):
            await flood(office, LIMIT + 2, first=start)
            office.clock.move(timedelta(minutes=2))
        await office.deliver()
        assert [f"слово {start + n}" for start in (0, 100) for n in range(LIMIT)] == shown(office)
        assert 2 * ["№ 1 · житель прислал ещё 2 сообщения"] == await counts(office)
        assert 2 == len([text for text in office.home.texts(IRINA) if "много сообщений подряд" in text])


async def test_backlog_that_comes_late(office: Office) -> None:
    """What a platform delivers at once was not written at once: its own times count."""
    for n in range(LIMIT + 20):
        event = office.received(IRINA, f"слово {n}")
        await office.accept(IRINA, replace(event, at=event.at + timedelta(minutes=n)))
    await office.deliver()
    assert LIMIT + 20 == len(shown(office))


async def test_resident_sees_marks(office: Office) -> None:
    """Where messages are marked each has its mark, shown or not, and no line is needed."""
    await flood(office, LIMIT + 20)
    await office.deliver()
    assert LIMIT + 20 - 1 == len(office.home.marks(IRINA))
    assert 1 == len(office.home.texts(IRINA))


async def test_resident_without_marks_is_told_once(database_address: str) -> None:
    """Where each addition is acknowledged with a line, a flood is acknowledged with one."""
    async with open_office(database_address, home=PLAIN) as office:
        await flood(office, LIMIT + 20)
        await office.deliver()
        _, *lines, last = office.home.texts(IRINA)
        assert (LIMIT - 1) * ["Добавили к вопросу № 1."] == lines
        assert "Вы написали много сообщений подряд. Мы сохранили все" in last


async def test_others_are_not_held_back(office: Office) -> None:
    """Each question has a measure of its own, and colleagues' notes do not count."""
    await flood(office, LIMIT)
    for _ in range(LIMIT):
        await office.writes(DESK, "/note 1 заметка")
    await flood(office, LIMIT, chat=OLEG)
    await office.writes(IRINA, "Новый вопрос")
    await office.writes(IRINA, "слово о дороге")
    await office.deliver()
    assert 2 * LIMIT + 1 == len(shown(office))


async def test_at_the_same_time(office: Office) -> None:
    """Messages that come in all at once are counted exactly."""
    await office.writes(IRINA, "слово")
    await asyncio.gather(*(office.accept(IRINA, office.received(IRINA, "слово")) for _ in range(40)))
    await office.deliver()
    assert LIMIT == len(shown(office))
    assert "№ 1 · житель прислал ещё 21 сообщение" == (await counts(office))[-1]


async def test_album_is_one_message(office: Office) -> None:
    """An album counts as one; held back, none of its parts is shown by itself, and «Показать» shows them all."""
    await flood(office, LIMIT)
    for n in range(3):
        await office.writes(IRINA, media=(photo(f"p{n}"),), album="al1")
    await office.deliver()
    assert ["№ 1 · житель прислал ещё 1 сообщение"] == await counts(office)
    assert [] == [one for message, _ in office.work.messages(DESK) for one in message.media]
    await office.presses(DESK, button(the_count(office)))
    await office.deliver()
    assert ["p0", "p1", "p2"] == [one.ref for message, _ in office.work.messages(DESK) for one in message.media]


async def test_corrections_are_a_flood_too(office: Office) -> None:
    """Who corrects a message again and again does not fill the chat: officials are told where the newest text is."""
    message = await office.writes(IRINA, "слово")
    await office.deliver()
    for n in range(LIMIT):
        await office.edits(IRINA, message, f"слово {n}")
        await office.deliver()
    for n in range(LIMIT, LIMIT + 30):
        await office.edits(IRINA, message, f"слово {n}")
    await office.deliver()
    assert [f"Стало: слово {n}" for n in range(LIMIT)] == shown(office, "исправил сообщение")
    (told,) = [row for row in await office.entries(DESK, Role.FOLLOW_UP) if "одно за другим" in row.text]
    assert "№ 1 · житель исправляет сообщения одно за другим\nКак они звучат теперь: кнопка или /q 1" == told.text
    await office.writes(DESK, "/q 1")
    await office.deliver()
    thread = office.work.texts(DESK)[-1]
    last = LIMIT + 30 - 1
    lines = [
        f"слово {last}",
        "(раньше: слово)",
        f"(потом ещё {last - 2} исправлений)",
        f"(раньше: слово {last - 2})",
        f"(раньше: слово {last - 1})",
    ]
    assert lines == thread.splitlines()[-len(lines) :]


async def test_end_of_a_long_thread(office: Office) -> None:
    """Of a long thread officials see the end, and how much there is before it: by /q and where it is handed to."""
    for n in range(61):
        await office.writes(IRINA, f"слово {n}")
    await office.writes(DESK, "/q 1")
    await office.writes(DESK, "/transfer 1 energy")
    await office.deliver()
    (whole,) = [text for text in office.work.texts(DESK) if "раньше ещё" in text]
    card, rest = office.work.texts(ENERGY)[:2]
    assert ("(раньше ещё 21 сообщение)", 40) == (whole.splitlines()[3], whole.count("\nслово "))
    assert ("(раньше ещё 20 сообщений)", 40) == (rest.splitlines()[3], rest.count("\nслово "))
    assert "слово 0" == card.splitlines()[-1]


async def test_corrections_without_an_end(office: Office) -> None:
    """Of hundreds of corrections the first words and the last ones are kept; nobody is told a wrong count of them."""
    message = await office.writes(IRINA, "слово")
    for n in range(VERSIONS_KEPT + 3):
        await office.edits(IRINA, message, f"слово {n}")
    await office.deliver()
    await office.writes(DESK, "/q 1")
    await office.deliver()
    last = VERSIONS_KEPT + 2
    lines = [
        f"слово {last}",
        "(раньше: слово)",
        "(потом ещё много исправлений)",
        f"(раньше: слово {last - 2})",
        f"(раньше: слово {last - 1})",
    ]
    assert lines == office.work.texts(DESK)[-1].splitlines()[-len(lines) :]


async def test_correction_of_what_is_held_back(office: Office) -> None:
    """What officials were not shown by itself, they are not shown again when it is corrected."""
    await flood(office, LIMIT)
    message = await office.writes(IRINA, "слово, котрое держат")
    await office.deliver()
    await office.edits(IRINA, message, "слово, которое держат")
    await office.deliver()
    assert not any("исправил сообщение" in text for text in office.work.texts(DESK))
    await office.presses(DESK, button(the_count(office)))
    await office.deliver()
    assert "слово, которое держат\n(раньше: слово, котрое держат)" in office.work.texts(DESK)[-1]


async def test_what_is_held_back_opens_an_answered_question(office: Office) -> None:
    """A question is open again even if the message that opens it is too much to be shown."""
    await flood(office, LIMIT)
    await office.deliver()
    await office.writes(DESK, "Сегодня", reply_to=office.work.id_of(DESK, "слово 0"))
    await office.writes(IRINA, "слово, но когда?")
    assert Status.OPEN is (await office.question(1)).status
    assert ["№ 1 · житель прислал ещё 1 сообщение"] == await counts(office)


@pytest.mark.parametrize("to", ["the count", "what was shown"])
async def test_reply_is_an_answer(office: Office, to: str) -> None:
    """Whoever replies to the count, or to what the button shows, answers the question."""
    await flood(office, LIMIT + 5)
    await office.deliver()
    replied = office.work.id_of(DESK, "подряд")
    if to == "what was shown":
        await office.presses(DESK, button(the_count(office)))
        await office.deliver()
        replied = office.work.id_of(DESK, f"слово {LIMIT}")
    await office.writes(DESK, "Сегодня", reply_to=replied)
    await office.deliver()
    assert "Сегодня" == office.home.texts(IRINA)[-1]


async def test_long_texts_are_shown_in_pages(office: Office) -> None:
    """However long the messages are, each press shows some, and at the end all of them were shown."""
    await flood(office, LIMIT)
    for n in range(5):
        await office.writes(IRINA, f"слово {n}" + "\nи ещё" * 2000)
    await office.deliver()
    assert [f"слово {n}" for n in range(5)] == await show_all(office, button(the_count(office)))


@pytest.mark.parametrize("data", ["more:1:1", "more:1:999999", "more:1:2"])
async def test_button_that_shows_nothing(office: Office, data: str) -> None:
    """A button of what was never held back says so."""
    await flood(office, 3)
    await office.presses(DESK, data)
    await office.deliver()
    assert "По № 1 показывать больше нечего." in [getattr(one, "text", "") for one in office.work.effects(DESK)]


async def test_other_departments_are_not_shown(office: Office) -> None:
    """What was held back is shown only where the question is."""
    await flood(office, LIMIT + 1)
    await office.deliver()
    await office.presses(ENERGY, button(the_count(office)))
    await office.deliver()
    assert [] == office.work.texts(ENERGY)


async def test_flood_goes_on_elsewhere(office: Office) -> None:
    """When the question is handed over in the middle of a flood, the count goes where it is now."""
    await flood(office, LIMIT + 1)
    await office.deliver()
    await office.writes(DESK, "/transfer 1 energy мат")
    await flood(office, 2, first=LIMIT + 1)
    await office.deliver()
    assert "№ 1 · житель прислал ещё 3 сообщения подряд" in [
        text.partition("\n")[0] for text in office.work.texts(ENERGY)
    ]


async def test_count_begins_anew(office: Office) -> None:
    """A flood without end is told of in messages of so many, so that counting stays cheap; none is counted twice."""
    await office.writes(IRINA, "слово")
    async with office.database.transaction() as tx:
        await tx.raw.execute(
            "INSERT INTO messages (question_id, role, channel, chat_id, content, at)"
            " SELECT 1, 'resident', $1, $2, '{\"text\": \"слово\"}', $3 FROM generate_series(1, $4)",
            HOME,
            IRINA.chat_id,
            office.clock(),
            LIMIT - 1,
        )
    await flood(office, 2)
    async with office.database.transaction() as tx:
        await tx.raw.execute(
            "INSERT INTO messages (question_id, role, channel, chat_id, content, at)"
            " SELECT 1, 'resident', $1, $2, '{\"text\": \"слово\"}', $3 FROM generate_series(1, $4)",
            HOME,
            IRINA.chat_id,
            office.clock(),
            MOST - 3,
        )
    await flood(office, 3)
    assert [f"№ 1 · житель прислал ещё {MOST} сообщений", "№ 1 · житель прислал ещё 2 сообщения"] == await counts(
        office
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pauses=st.lists(st.sampled_from([0, 1, 3, 7, 30, 61]), min_size=12, max_size=40))
async def test_nothing_is_lost(office: Office, pauses: list[int]) -> None:
    """However he writes, each message is either shown by itself or counted, in order, and the count is exact."""
    office.clock.move(timedelta(hours=1))
    await office.writes(IRINA, "Новый вопрос")
    for n, pause in enumerate(pauses):
        await office.writes(IRINA, f"слово {n}")
        office.clock.move(timedelta(seconds=pause))
    number = await office.value("SELECT max(id) FROM questions")
    own = [one.content.text for one in await office.thread(number)]
    rows = [row for row in await office.entries(DESK) if row.question == number]
    alone = [row.text.rpartition("\n")[2] for row in rows if row.role in (Role.CARD, Role.FOLLOW_UP)]
    told = [int(row.text.partition(" ещё ")[2].split()[0]) for row in rows if row.role is Role.SURPLUS]
    assert [f"слово {n}" for n in range(len(pauses))] == own
    assert sorted(alone, key=own.index) == alone
    assert len(own) == len(alone) + sum(told)


async def test_a_long_thread_is_not_read(office: Office) -> None:
    """Whether a message is too much, and where it began, is seen by indexes, however long the thread is."""
    await office.writes(IRINA, "слово")
    async with office.database.transaction() as tx:
        await tx.raw.execute(
            "INSERT INTO messages (question_id, role, channel, chat_id, content, at)"
            " SELECT 1, CASE WHEN n % 2 = 0 THEN 'banned' ELSE 'note' END, 'home', '101', '{}', now()"
            " FROM generate_series(1, 20000) n"
        )
        await tx.raw.execute(
            "INSERT INTO outbox (channel, chat_id, chat_kind, role, priority, kind, effect, question_id, state)"
            " SELECT 'work', '-500', 'group', 'surplus', 30, 'SendMessage', '', n, 'sent'"
            " FROM generate_series(2, 20000) n"
        )
        await tx.raw.execute("ANALYZE messages")
        await tx.raw.execute("ANALYZE outbox")
        plans = [
            await tx.raw.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *values)
            for statement, values in ((surplus.EARLIER, (1, 99_999, 50, 10)), (surplus.LAST_SHOWN, (1,)))
        ]
    read = [max(map(_rows, _nodes(plan[0]["Plan"]))) for plan in plans]
    assert max(read) <= 50


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _rows(node: dict[str, Any]) -> int:
    """The rows that this step of a plan gave on or looked at in vain."""
    return int(node["Actual Rows"]) + int(node.get("Rows Removed by Filter", 0))
