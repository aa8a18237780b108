"""What became of each entry: receipts, marks, and one reaction for each error of sending."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.capabilities import Rate, RateLimits
from bot.delivery.entry import Role
from bot.errors import Moved, OutcomeUnknown, RecipientGone, Rejected, SendError, Transient
from bot.model.chat import ChatRef
from bot.model.content import Content
from bot.model.message import AnswerPress, EditMessage, Outgoing, SendMessage, SetMark
from storage.outbox import State
from tests.handlers.fakes import ABLE, DESK, HOME, IRINA, OLEG, WORK, Office, open_office, photo


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


async def asked(office: Office, chat: ChatRef = IRINA) -> str:
    """A question whose card is there; returns the card's id."""
    await office.writes(chat, "Когда дадут тепло?")
    await office.deliver()
    return office.work.id_of(DESK, "Когда дадут тепло?")


async def notes(office: Office, *, reply_to: str = "") -> list[str]:
    """What officials are told, under this message of theirs."""
    return [
        row.text
        for row in await office.entries(DESK, Role.COMMAND)
        if isinstance(row.effect, SendMessage) and reply_to in ("", row.effect.reply_to)
    ]


def sends(outgoing: Outgoing) -> bool:
    return isinstance(outgoing.effect, SendMessage)


def edits(outgoing: Outgoing) -> bool:
    return isinstance(outgoing.effect, EditMessage)


def marks(outgoing: Outgoing) -> bool:
    return isinstance(outgoing.effect, SetMark)


LONG = "Длинно. " * 1200


# --- receipts and marks --------------------------------------------------------------------------------------------


async def test_receipts_are_told(office: Office) -> None:
    """Whoever waits for a receipt hears of it once it is written."""
    await office.writes(IRINA, "Нет тепла")
    await office.deliver()
    assert office.receipts >= 2


async def test_mark_when_all_parts_are_there(office: Office) -> None:
    """An answer in several messages is delivered when the last of them is, and marked once."""
    card = await asked(office)
    gate = office.home.hold(IRINA)
    reply = await office.writes(DESK, LONG, reply_to=card)
    parts = await office.entries(IRINA, Role.ANSWER)
    assert len(parts) == 3
    office.home.fail(Transient("503"), when=lambda one: getattr(one.effect, "text", "") == parts[2].text)
    async with office.sending():
        await gate.wait()
        gate.open()
        await office.home.wait_for(lambda: len([one for one in office.home.asked if one.chat == IRINA]) == 4)
        assert [] == office.work.marks(DESK)
        await office.delivered()
    assert [reply] == office.work.marks(DESK)


async def test_no_mark_for_half_an_answer(office: Office) -> None:
    """When a part was refused for good there is no mark: a note says what happened."""
    card = await asked(office)
    reply = await office.writes(DESK, LONG, reply_to=card)
    last = (await office.entries(IRINA, Role.ANSWER))[-1].text
    office.home.fail(Rejected("400"), when=lambda one: getattr(one.effect, "text", "") == last)
    await office.deliver()
    assert [] == office.work.marks(DESK)
    assert ["⚠️ Ответ на № 1 не доставлен: мессенджер не принял сообщение."] == await notes(office, reply_to=reply)


async def test_mark_that_is_refused(office: Office) -> None:
    """Where the group does not allow reactions a short note says the same."""
    card = await asked(office)
    office.work.fail(Rejected("400", "REACTION_INVALID"), when=marks)
    reply = await office.writes(DESK, "Сегодня", reply_to=card)
    await office.deliver()
    note, _ = office.work.messages(DESK)[-1]
    assert ("✓ Доставлено.", reply) == (note.text, note.reply_to)


# --- again ---------------------------------------------------------------------------------------------------------


async def test_transient_is_tried_later_and_later(office: Office) -> None:
    """A platform that is away is asked again after longer and longer waits, and nothing is told meanwhile."""
    await asked(office)
    office.work.fail(Transient("503"), times=4)
    await office.writes(IRINA, "И воды нет")
    waits: list[float] = []
    for _ in range(4):
        async with office.sending(WORK):

            async def again(_: object, tried: int = len(waits) + 1) -> bool:
                (row,) = await office.entries(DESK, Role.FOLLOW_UP)
                return row.attempts == tried and row.state is State.WAITING

            await office.until(again)
        waits.append(
            await office.value(
                "SELECT extract(epoch FROM not_before - now())::float8 FROM outbox WHERE role = 'follow_up'"
            )
        )
        async with office.eye.transaction() as tx:
            await tx.raw.execute("UPDATE outbox SET not_before = now() WHERE state = 'waiting'")
    # Up to half of each wait is left to chance.
    assert (True, True) == (waits[2] > waits[0], waits[3] > waits[1])
    assert waits[3] <= 8
    await office.deliver()
    assert 2 == len(office.work.texts(DESK))


async def test_answer_is_given_up_after_a_day(office: Office) -> None:
    """After a day of tries the official hears that his answer did not arrive."""
    card = await asked(office)
    office.home.fail(Transient("503"), times=1)
    reply = await office.writes(DESK, "Сегодня", reply_to=card)
    office.clock.move(timedelta(hours=25))
    await office.deliver()
    assert ["⚠️ Ответ на № 1 не доставлен: мессенджер не отвечает уже сутки."] == await notes(office, reply_to=reply)
    assert [State.DEAD] == [row.state for row in await office.entries(IRINA, Role.ANSWER)]


async def test_card_is_never_given_up(office: Office) -> None:
    """A card is tried for ever."""
    await office.writes(IRINA, "Нет тепла")
    office.work.fail(Transient("503"), times=3)
    office.clock.move(timedelta(days=30))
    await office.deliver()
    assert 1 == len(office.work.texts(DESK))


async def test_unknown_outcome_is_sent_again_and_counted(office: Office) -> None:
    """A send that was cut off is sent again: a doubled answer does little harm. Each is counted."""
    card = await asked(office)
    office.home.fail(OutcomeUnknown("timeout"))
    await office.writes(DESK, "Сегодня", reply_to=card)
    await office.deliver()
    assert "Сегодня" == office.home.texts(IRINA)[-1]
    assert 1 == office.ctx.metrics.registry.get_sample_value("otvet_outcomes_unknown_total", {"channel": HOME})


async def test_unknown_outcome_of_a_press_is_left(office: Office) -> None:
    """The answer to a press is not worth a second try."""
    office.work.fail(OutcomeUnknown("timeout"))
    await office.presses(DESK, "take:1")
    await office.deliver()
    assert [State.DEAD] == [row.state for row in await office.entries(DESK, Role.PRESS)]
    assert 1 == len(office.work.asked)


# --- moved ---------------------------------------------------------------------------------------------------------


async def test_moved_chat_takes_everything_along(office: Office) -> None:
    """The platform names the group's new address: all cards follow, and officials work there at once."""
    new = ChatRef(channel=WORK, chat_id="-100500")
    for chat in (IRINA, OLEG):
        await office.writes(chat, f"Вопрос {chat.chat_id}")
    office.work.fail(Moved("migrated", to=new), when=lambda one: one.chat == DESK, times=9)
    await office.deliver()
    assert ([], 2) == (office.work.texts(DESK), len(office.work.texts(new)))
    await office.writes(new, "Завтра", reply_to=office.work.id_of(new, "Вопрос 102"))
    await office.writes(ChatRef(channel=HOME, chat_id="103"), "Вопрос 103")
    await office.deliver()
    assert ("Завтра", 3) == (office.home.texts(OLEG)[-1], len(office.work.texts(new)))
    assert new == (await office.question(1)).admin_chat
    assert [0, 0] == [row.attempts - 1 for row in await office.entries(new, Role.CARD)][:2]


async def test_note_about_a_reply_in_a_chat_that_moved(office: Office) -> None:
    """A note about what was written in the old group comes to the new one."""
    new = ChatRef(channel=WORK, chat_id="-100500")
    card = await asked(office)
    await office.writes(DESK, "Сегодня", reply_to=card)
    office.work.fail(Moved("migrated", to=new), when=lambda one: one.chat == DESK, times=9)
    office.home.fail(Rejected("400"))
    await office.deliver()
    assert ["⚠️ Ответ на № 1 не доставлен: мессенджер не принял сообщение."] == office.work.texts(new)


# --- gone ----------------------------------------------------------------------------------------------------------


async def test_resident_that_is_gone(office: Office) -> None:
    """What waits for him ends, he is marked, and the authors of all answers are told; others have theirs."""
    card = await asked(office)
    other = await asked(office, OLEG)
    replies = [await office.writes(DESK, f"Ответ {n}", reply_to=card) for n in range(3)]
    await office.writes(DESK, "Вам", reply_to=other)
    office.home.fail(RecipientGone("403", "blocked"), when=lambda one: one.chat == IRINA, times=9)
    await office.deliver()
    told = "⚠️ Ответ на № 1 не доставлен: житель заблокировал бота или удалил переписку."
    assert [[told]] * 3 == [await notes(office, reply_to=reply) for reply in replies]
    assert 3 * [State.DEAD] == [row.state for row in await office.entries(IRINA, Role.ANSWER)]
    assert await office.value("SELECT stopped_at IS NOT NULL FROM conversations WHERE chat_id = '101'")
    assert ("Вам", 1) == (office.home.texts(OLEG)[-1], len(office.work.marks(DESK)))


async def test_resident_is_told_again_when_he_is_back(office: Office) -> None:
    """Who was gone and writes again has his answers again."""
    card = await asked(office)
    office.home.fail(RecipientGone("403"))
    await office.writes(DESK, "Сегодня", reply_to=card)
    await office.deliver()
    await office.writes(IRINA, "Я снова тут")
    await office.deliver()
    await office.writes(DESK, "Завтра", reply_to=card)
    await office.deliver()
    assert "Завтра" == office.home.texts(IRINA)[-1]


async def test_admin_chat_that_is_gone(office: Office) -> None:
    """Cards wait for an admin chat that cannot be written to, uncounted; an alarm is raised; nothing ends."""
    office.work.fail(RecipientGone("403", "kicked"), times=9)
    await office.writes(IRINA, "Нет тепла")
    async with office.sending():

        async def waits(_: object) -> bool:
            (row,) = await office.entries(DESK, Role.CARD)
            return row.error == "403"

        await office.until(waits)
        await office.writes(OLEG, "И у нас")
        await office.home.wait_for(lambda: office.home.texts(OLEG))
    assert 1 == office.alarms(WORK, "admin_chat_gone")
    assert [(State.WAITING, 0)] * 2 == [(row.state, row.attempts) for row in await office.entries(DESK)]
    assert 1 == len(office.work.asked)


# --- refused -------------------------------------------------------------------------------------------------------


async def test_refused_file_of_an_answer(office: Office) -> None:
    """A file that is refused becomes a line in its place; the rest arrives; both sides hear of it."""
    card = await asked(office)
    media = (photo("a", channel=WORK), photo("b", channel=WORK))
    office.home.fail(Rejected("400", "файл повреждён", part=1))
    reply = await office.writes(DESK, "Фото", media=media, reply_to=card)
    await office.deliver()
    answer, _ = office.home.messages(IRINA)[-1]
    assert (["a"], True) == ([one.ref for one in answer.media], answer.text.startswith("Фото\n📎 фото"))
    assert "файл повреждён" in answer.text
    (note,) = [text for text in await notes(office, reply_to=reply) if "жителю не передать" in text]
    assert "файл повреждён" in note
    assert [reply] == office.work.marks(DESK)


async def test_refused_file_of_a_question(office: Office) -> None:
    """So it is with a resident's file: the card names it, and he is told; nobody reads the platform's English."""
    await office.writes(IRINA, "Яма", media=(photo("a"),))
    office.work.fail(Rejected("400", "Bad Request: PHOTO_INVALID_DIMENSIONS", part=0))
    await office.deliver()
    assert "Яма" in office.work.texts(DESK)[0]
    assert "📎 фото" in office.work.texts(DESK)[0]
    assert 1 == len([text for text in office.home.texts(IRINA) if "Не получилось передать: фото" in text])
    assert [] == [text for text in office.home.texts(IRINA) + office.work.texts(DESK) if "Bad Request" in text]


async def test_all_files_refused(office: Office) -> None:
    """Each file that is refused is named, one after the other, and the words arrive."""
    card = await asked(office)
    office.home.fail(Rejected("400", "файл повреждён", part=0), when=lambda one: bool(_media(one)), times=9)
    media = tuple(photo(ref, channel=WORK) for ref in "abc")
    await office.writes(DESK, "Фото", media=media, reply_to=card)
    await office.deliver()
    answer = office.home.texts(IRINA)[-1]
    assert (True, 3) == (answer.startswith("Фото\n"), answer.count("📎"))


def _media(outgoing: Outgoing) -> tuple[object, ...]:
    return getattr(outgoing.effect, "media", ())


async def test_refused_answer(office: Office) -> None:
    """An answer that the platform will never take ends as dead and is kept; its author is told; the next one goes."""
    card = await asked(office)
    office.home.fail(Rejected("400", "message is bad"))
    replies = [await office.writes(DESK, text, reply_to=card) for text in ("Плохо", "Хорошо")]
    await office.deliver()
    assert ["⚠️ Ответ на № 1 не доставлен: мессенджер не принял сообщение."] == await notes(office, reply_to=replies[0])
    assert ("Хорошо", replies[1:]) == (office.home.texts(IRINA)[-1], office.work.marks(DESK))
    dead = [row for row in await office.entries() if row.state is State.DEAD]
    assert [("Плохо", "400: message is bad")] == [(row.text, row.error) for row in dead]


async def test_refused_card(office: Office) -> None:
    """A card that is refused is not lost: officials get its number at least, and an alarm is raised."""
    await office.writes(IRINA, "Нет тепла")
    office.work.fail(Rejected("400"))
    await office.deliver()
    assert ["⚠️ Новый вопрос № 1: мессенджер не принял карточку. Прочитать: /q 1"] == office.work.texts(DESK)
    assert 1 == office.alarms(WORK, "card_refused")
    note = office.work.id_of(DESK, "№ 1")
    await office.writes(DESK, "Сегодня", reply_to=note)
    await office.deliver()
    assert "Сегодня" == office.home.texts(IRINA)[-1]


async def test_refused_message_with_several_cards(database_address: str) -> None:
    """The same when the message shows several: all their numbers are told."""
    rate = Rate(count=2, per=timedelta(minutes=1))
    async with open_office(database_address, work=replace(ABLE, limits=RateLimits(group=rate))) as office:
        for n in range(5):
            await office.writes(ChatRef(channel=HOME, chat_id=f"{200 + n}"), f"Вопрос {n}")
        office.work.fail(Rejected("400"), times=2)
        async with office.sending(WORK):

            async def ended(_: object) -> bool:
                return any(row.state is State.DEAD for row in await office.entries(DESK))

            await office.until(ended)
        told = " ".join(await notes(office))
        assert [] == [n for n in range(1, 6) if f"№ {n}" not in told]
        assert office.alarms(WORK, "card_refused") > 0


async def test_refused_edit_becomes_a_correction(office: Office) -> None:
    """An answer that is too old to be edited is corrected by a message of its own."""
    card = await asked(office)
    reply = await office.writes(DESK, "Сегодня", reply_to=card)
    await office.deliver()
    office.home.fail(Rejected("400", "message can't be edited"), when=edits)
    await office.edits(DESK, reply, "Завтра")
    await office.deliver()
    assert "Исправлено: Завтра" == office.home.texts(IRINA)[-1]


async def test_refused_file_of_an_edit(office: Office) -> None:
    """An edit whose picture is refused becomes a correction; the sender of the channel does not break."""
    card = await asked(office)
    picture = photo("a", channel=WORK)
    reply = await office.writes(DESK, "График", media=(picture,), reply_to=card)
    await office.deliver()
    office.home.fail(Rejected("100", "фото не принято", part=0), when=edits)
    await office.edits(DESK, reply, "Новый график", media=(picture,))
    await office.deliver()
    assert "Исправлено: Новый график" == office.home.texts(IRINA)[-1]


async def test_refused_confirmation_tells_nobody(office: Office) -> None:
    """What the service itself says is not worth a note to officials."""
    await office.writes(IRINA, "Нет тепла")
    office.home.fail(Rejected("400"))
    await office.deliver()
    assert [] == await notes(office)


async def test_refused_press_tells_nobody(office: Office) -> None:
    """An answer to a press that comes too late is dropped in silence."""
    office.work.fail(Rejected("400", "query is too old"), when=lambda one: isinstance(one.effect, AnswerPress))
    await office.presses(DESK, "take:1")
    await office.deliver()
    assert [] == await notes(office)


ERRORS: dict[str, SendError] = {
    "transient": Transient("503", "секрет"),
    "unknown": OutcomeUnknown("timeout", "секрет"),
    "rejected": Rejected("400", "секрет"),
    "gone": RecipientGone("403", "секрет"),
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS.keys())
async def test_every_error_leaves_the_channel_working(office: Office, error: SendError) -> None:
    """Whatever went wrong with one chat, the others have what is theirs, and the platform's words stay in the table."""
    for chat in (IRINA, OLEG):
        await office.writes(chat, content=Content(text="Нет тепла"))
    office.home.fail(error, when=lambda one: one.chat == IRINA and sends(one))
    await office.deliver()
    assert 1 == len(office.home.texts(OLEG))
    assert "секрет" not in str(office.logs)
