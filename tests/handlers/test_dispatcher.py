"""Getting things out: order, limits, parallel chats, and stopping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.capabilities import Rate, RateLimits
from bot.delivery.entry import Role
from bot.errors import Misconfigured, OutcomeUnknown, Scope, Throttled, Transient
from bot.model.chat import ChatKind, ChatRef
from bot.model.message import AnswerPress, SendMessage
from handlers.delivery import dispatcher
from storage import outbox
from storage.outbox import NewEntry, State
from tests.handlers.fakes import ABLE, DESK, HOME, IRINA, OLEG, WORK, Office, open_office, photo

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


@pytest.fixture
def no_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody finds anything by looking at the table now and then."""
    monkeypatch.setattr(dispatcher, "SWEEP", 3600.0)


def resident(n: int) -> ChatRef:
    return ChatRef(channel=HOME, chat_id=str(1000 + n))


async def say(office: Office, chat: ChatRef, *texts: str, role: Role = Role.CONFIRMATION, **more: object) -> list[int]:
    """Entries with these texts, added as handlers add them."""
    kind = ChatKind.GROUP if chat.chat_id.startswith("-") else ChatKind.PRIVATE
    async with office.database.transaction() as tx:
        ids = await outbox.add(
            tx,
            [
                NewEntry(chat=chat, chat_kind=kind, role=role, effect=SendMessage(text=text), **more)  # type: ignore[arg-type]
                for text in texts
            ],
        )
        tx.after_commit(lambda: office.ctx.wake(chat, kind, timedelta(0)))
    return ids


def tried(office: Office, chat: ChatRef = IRINA) -> list[str]:
    """The texts of all tries, in order."""
    return [one.effect.text for one in office.home.asked if one.chat == chat and isinstance(one.effect, SendMessage)]


def saying(text: str) -> object:
    return lambda outgoing: getattr(outgoing.effect, "text", "") == text


async def is_restless(office: Office) -> bool:
    """Whether the service keeps turning although nothing may be sent."""
    enough = office.database.commits + 40
    try:
        async with asyncio.timeout(0.6):
            while office.database.commits < enough:
                office.database.changed.clear()
                await office.database.changed.wait()
    except TimeoutError:
        return False
    return True


# --- order ---------------------------------------------------------------------------------------------------------


async def test_order_in_a_chat(office: Office) -> None:
    """Whatever goes to one person goes in the order in which it was said, one after the other."""
    texts = [f"{n}" for n in range(40)]
    await say(office, IRINA, *texts[:20])
    async with office.sending(HOME):
        await say(office, IRINA, *texts[20:])
        await office.delivered(HOME)
    assert texts == office.home.texts(IRINA)


async def test_order_survives_errors(office: Office) -> None:
    """What failed for a while goes before what stands behind it: nothing overtakes."""
    office.home.fail(Transient("503"), times=1)
    office.home.fail(OutcomeUnknown("timeout"), when=saying("2"), times=1)  # type: ignore[arg-type]
    await say(office, IRINA, "1", "2", "3")
    await office.deliver(HOME)
    assert ["1", "2", "3"] == office.home.texts(IRINA)
    assert ["1", "1", "2", "2", "3"] == tried(office)


async def test_each_try_has_the_same_key(office: Office) -> None:
    """All tries of an entry have one key, and no other entry has it."""
    office.home.fail(OutcomeUnknown("timeout"), times=2)
    ids = await say(office, IRINA, "1", "2")
    await office.deliver(HOME)
    assert [1000 + ids[0]] * 3 + [1000 + ids[1]] == [one.key for one in office.home.asked]


async def test_urgent_first(office: Office) -> None:
    """In an admin chat answers to commands go before cards that wait."""
    for n in range(3):
        await say(office, DESK, f"карточка {n}", role=Role.CARD, strand=f"q{n}")
    await say(office, DESK, "команда", role=Role.COMMAND, strand="service")
    await office.deliver(WORK)
    assert ["команда", "карточка 0", "карточка 1", "карточка 2"] == office.work.texts(DESK)


async def test_chats_in_parallel(office: Office) -> None:
    """A chat that hangs holds up nobody else."""
    gate = office.home.hold(IRINA)
    await say(office, IRINA, "висит", "за ним")
    async with office.sending(HOME):
        await gate.wait()
        await say(office, OLEG, "1", "2", "3")
        await office.home.wait_for(lambda: len(office.home.texts(OLEG)) == 3)
        assert [] == office.home.texts(IRINA)
        gate.open()
        await office.delivered(HOME)
    assert ["висит", "за ним"] == office.home.texts(IRINA)


async def test_many_chats(office: Office) -> None:
    """A hundred people each have what is theirs, in order."""
    for n in range(100):
        await say(office, resident(n), f"{n}a", f"{n}b")
    await office.deliver(HOME)
    assert [[f"{n}a", f"{n}b"] for n in range(100)] == [office.home.texts(resident(n)) for n in range(100)]


async def test_press_does_not_wait_for_what_is_being_sent(office: Office) -> None:
    """The answer to a press goes while the chat is busy: the messenger shows a clock until then."""
    await office.writes(IRINA, "Нет тепла")
    gate = office.work.hold(DESK)
    async with office.sending(WORK):
        await gate.wait()
        await office.presses(DESK, "take:1")
        await office.work.wait_for(lambda: [one for one in office.work.asked if isinstance(one.effect, AnswerPress)])
        gate.open()
        await office.delivered(WORK)


async def test_what_expired_is_not_sent(office: Office) -> None:
    """What is worth nothing any more is dropped and holds up nothing."""
    await say(office, IRINA, "поздно", lifetime=timedelta(seconds=-1))
    await say(office, IRINA, "вовремя")
    await office.deliver(HOME)
    assert ["вовремя"] == office.home.texts(IRINA)
    assert [State.DROPPED, State.SENT] == [row.state for row in await office.entries(IRINA)]


async def test_what_waited_before_the_start_is_sent(office: Office) -> None:
    """What a dead process left goes out at the start, without anybody waking it."""
    await say(office, IRINA, "1")
    await say(office, OLEG, "2")
    await office.deliver(HOME)
    assert (["1"], ["2"]) == (office.home.texts(IRINA), office.home.texts(OLEG))


async def test_told_by_another_process(office: Office, no_sweep: None) -> None:
    """Another process added something: told to look, the dispatcher finds it at once."""
    async with office.sending(HOME):
        async with office.eye.transaction() as tx:
            entry = NewEntry(
                chat=IRINA, chat_kind=ChatKind.PRIVATE, role=Role.ANSWER, effect=SendMessage(text="оттуда")
            )
            await outbox.add(tx, [entry])
        office.dispatchers[HOME].look()
        await office.home.wait_for(lambda: office.home.texts(IRINA))


async def test_each_entry_goes_when_it_is_due(office: Office, no_sweep: None) -> None:
    """Two entries of a chat that are held back for different times: the later one is not forgotten."""
    async with office.sending(HOME):
        async with office.database.transaction() as tx:
            for text, seconds in (("первое", 0.05), ("второе", 0.4)):
                delay = timedelta(seconds=seconds)
                effect = SendMessage(text=text)
                await outbox.add(
                    tx,
                    [NewEntry(chat=IRINA, chat_kind=ChatKind.PRIVATE, role=Role.ANSWER, effect=effect, delay=delay)],
                )
                tx.after_commit(lambda delay=delay: office.ctx.wake(IRINA, ChatKind.PRIVATE, delay))  # type: ignore[misc]
        await office.home.wait_for(lambda: len(office.home.sent) == 2)


# --- limits --------------------------------------------------------------------------------------------------------


async def test_throttled_chat_pauses_alone(office: Office) -> None:
    """A chat that the platform throttles waits exactly that long, uncounted; others go on."""
    office.home.fail(Throttled("429", retry_after=MINUTE, scope=Scope.CHAT), when=lambda one: one.chat == IRINA)
    await say(office, IRINA, "1", "2")
    await say(office, OLEG, "3")
    async with office.sending(HOME):
        await office.home.wait_for(lambda: office.home.texts(OLEG))
        await office.until(lambda _: waits(office, IRINA))
        await say(office, OLEG, "4")
        await office.home.wait_for(lambda: len(office.home.texts(OLEG)) == 2)
    assert ["1"] == tried(office)
    first, second = await office.entries(IRINA)
    assert (0, State.WAITING, State.WAITING) == (first.attempts, first.state, second.state)
    seconds = await office.value(
        "SELECT extract(epoch FROM not_before - first_try_at)::float8 FROM outbox WHERE id = $1", first.id
    )
    assert 59 <= seconds <= 62


async def waits(office: Office, chat: ChatRef) -> bool:
    """Whether the first entry of the chat was tried and waits again."""
    rows = await office.entries(chat)
    return rows[0].state is State.WAITING and rows[0].error != ""


async def test_throttled_account_pauses_all(office: Office) -> None:
    """When the whole account is throttled nobody is written to."""
    office.home.fail(Throttled("429", retry_after=MINUTE, scope=Scope.ACCOUNT))
    await say(office, IRINA, "1")
    async with office.sending(HOME):
        await office.until(lambda _: waits(office, IRINA))
        await say(office, OLEG, "2")
        assert not await is_restless(office)
    assert ([], ["1"]) == (office.home.sent, tried(office))


async def test_short_throttling_is_waited_out(office: Office) -> None:
    """After the time that the platform named it goes on by itself."""
    office.home.fail(Throttled("429", retry_after=timedelta(milliseconds=80), scope=Scope.CHAT))
    await say(office, IRINA, "1", "2")
    async with office.sending(HOME):
        await office.home.wait_for(lambda: len(office.home.texts(IRINA)) == 2)
    assert ["1", "1", "2"] == tried(office)


async def test_misconfigured_pauses_the_channel(office: Office) -> None:
    """A wrong token: the channel rests, an alarm is raised, everything waits, uncounted; other channels go on."""
    office.work.fail(Misconfigured("401", "Unauthorized"), times=99)
    await office.writes(IRINA, "Нет тепла")
    async with office.sending():
        await office.until(lambda _: waits(office, DESK))
        await office.writes(OLEG, "И у нас")
        await office.home.wait_for(lambda: office.home.texts(OLEG))
        assert not await is_restless(office)
        assert ["sending: 401"] == office.ailments.of(WORK)
    assert 1 == office.alarms(WORK, "misconfigured")
    assert (1, [0, 0]) == (len(office.work.asked), [row.attempts for row in await office.entries(DESK)])


async def test_cards_are_put_together(database_address: str) -> None:
    """When more cards wait than the group's limit has room for, they go together, and each can be answered."""
    rate = Rate(count=5, per=MINUTE)
    async with open_office(database_address, work=replace(ABLE, limits=RateLimits(group=rate))) as office:
        for n in range(60):
            await office.writes(resident(n), f"Вопрос {n}")

        async def all_shown(_: object) -> bool:
            cards = await office.entries(DESK, Role.CARD, Role.CARDS)
            return all(row.state in (State.SENT, State.MERGED) for row in cards)

        async with office.sending():
            await office.until(all_shown)
        texts = office.work.texts(DESK)
        assert len(texts) <= 4
        assert [] == [n for n in range(60) if not any(f"Вопрос {n}\n" in f"{text}\n" for text in texts)]
        joint, ids = next((message, ids) for message, ids in office.work.messages(DESK) if "№ 3 " in message.text)
        assert "новых вопрос" in joint.text
        await office.writes(DESK, "3 Завтра", reply_to=ids[0])
        await office.deliver(HOME)
        assert "Завтра" == office.home.texts(resident(2))[-1]


async def test_few_cards_stay_alone(database_address: str) -> None:
    """As long as there is room each question has its own card."""
    rate = Rate(count=20, per=MINUTE)
    async with open_office(database_address, work=replace(ABLE, limits=RateLimits(group=rate))) as office:
        for n in range(3):
            await office.writes(resident(n), f"Вопрос {n}")
        await office.deliver()
        assert 3 == len(office.work.texts(DESK))


async def test_room_is_kept_for_commands(database_address: str) -> None:
    """In the middle of a burst an official's command is answered."""
    rate = Rate(count=5, per=MINUTE)
    async with open_office(database_address, work=replace(ABLE, limits=RateLimits(group=rate))) as office:
        await say(office, DESK, *(f"{n}" for n in range(9)), role=Role.FOLLOW_UP)
        async with office.sending(WORK):
            await office.work.wait_for(lambda: len(office.work.sent) == 4)
            await office.writes(DESK, "/help")
            await office.work.wait_for(lambda: "Чтобы ответить" in office.work.texts(DESK)[-1])


async def test_rests_while_a_mark_waits_for_a_throttled_chat(office: Office) -> None:
    """While the platform wants us to wait, nothing turns round: no query after query for the mark that waits too."""
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.deliver()
    await office.writes(DESK, "Сегодня.", reply_to=office.work.id_of(DESK, "№ 1 "))
    await office.deliver(HOME)
    office.work.fail(Throttled("429", retry_after=MINUTE, scope=Scope.CHAT))
    await office.writes(IRINA, "Спасибо, а у соседей?")
    async with office.sending():
        await office.work.wait_for(lambda: len(office.work.asked) >= 2)
        assert not await is_restless(office)


async def test_rests_while_a_press_waits_for_a_throttled_account(office: Office) -> None:
    """The same for the answer to a press while the whole account has to wait."""
    office.work.fail(Throttled("429", retry_after=MINUTE, scope=Scope.ACCOUNT))
    await office.writes(IRINA, "Когда дадут тепло?")
    async with office.sending():
        await office.work.wait_for(lambda: office.work.asked)
        await office.presses(DESK, "q:1")
        assert not await is_restless(office)


async def test_rests_while_an_album_waits_for_room(database_address: str) -> None:
    """An album needs more room than the group's limit has left: it waits, and nothing turns round."""
    rate = Rate(count=4, per=MINUTE)
    async with open_office(database_address, work=replace(ABLE, limits=RateLimits(group=rate))) as office:
        await office.writes(IRINA, "Когда дадут тепло?")
        await office.writes(IRINA, "Двор", media=tuple(photo(f"p{n}") for n in range(4)))
        async with office.sending():
            await office.work.wait_for(lambda: office.work.sent)
            assert not await is_restless(office)


async def test_rests_with_nothing_to_do(office: Office) -> None:
    """A service with nothing to send asks the database now and then, not all the time."""
    await office.writes(IRINA, "Нет тепла")
    async with office.sending():
        await office.delivered()
        assert not await is_restless(office)


# --- stopping ------------------------------------------------------------------------------------------------------


async def test_stop_finishes_what_is_on_its_way(office: Office) -> None:
    """At the end what is being sent is finished and written down; what was only taken out waits again, uncounted."""
    gate = office.work.hold(DESK)
    for n in range(5):
        await say(office, DESK, f"{n}", role=Role.COMMAND, strand=f"s{n}")
    async with office.sending(WORK):
        await gate.wait()
        office.dispatchers[WORK].stop()
        gate.open()
    rows = await office.entries(DESK)
    assert [State.SENT, *4 * [State.WAITING]] == [row.state for row in rows]
    assert [1, 0, 0, 0, 0] == [row.attempts for row in rows]
    await office.deliver(WORK)
    assert [f"{n}" for n in range(5)] == office.work.texts(DESK)


async def test_stop_takes_nothing_more_out(office: Office) -> None:
    """What comes while the service stops is for the next start."""
    async with office.sending(HOME):
        office.dispatchers[HOME].stop()
        await say(office, IRINA, "1")
    assert [State.WAITING] == [row.state for row in await office.entries(IRINA)]


async def test_void_lease_sends_nothing(office: Office) -> None:
    """A process that lost its channel takes nothing more out of the queue."""
    async with office.sending(HOME):
        async with office.eye.transaction() as tx:
            await tx.raw.execute("UPDATE leases SET owner = 'others', epoch = epoch + 1")
        await say(office, IRINA, "1")
        assert not await is_restless(office)
    assert [] == office.home.asked


# --- bugs and logs -------------------------------------------------------------------------------------------------


async def test_error_of_an_adapter(office: Office) -> None:
    """A bug in an adapter is a try that failed: the next one may work, and others go on."""
    office.home.fail(ZeroDivisionError(), when=lambda one: one.chat == IRINA)
    await say(office, IRINA, "1")
    await say(office, OLEG, "2")
    await office.deliver(HOME)
    assert (["1"], ["2"]) == (office.home.texts(IRINA), office.home.texts(OLEG))
    assert ["adapter.failed"] == [line["event"] for line in office.logs if line["log_level"] == "error"]


async def test_logs_say_nothing_of_residents_words(office: Office) -> None:
    """What is logged about a send that failed names the entry and the error, not what it says."""
    office.home.fail(Transient("503"), times=1)
    await say(office, IRINA, "тайна жителя")
    await office.deliver(HOME)
    assert ["outbox.failed"] == [line["event"] for line in office.logs]
    assert "тайна" not in str(office.logs)
