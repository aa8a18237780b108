"""The queue of effects: what is taken out when, and what becomes of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.delivery.entry import PRIORITY_OF, Priority, Role
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content, Location, Media, MediaKind
from bot.model.event import Sender
from bot.model.message import (
    AnswerPress,
    Button,
    DeleteMessage,
    EditMessage,
    Effect,
    Keyboard,
    Mark,
    SendMessage,
    SetMark,
    Span,
    Style,
)
from storage import conversations, leases, links, merging, moves, outbox, questions, shows
from storage.codec import decode_content, decode_effect, effect_kind, encode_content, encode_effect
from storage.database import Database
from storage.outbox import Lease, Sent, State
from tests.storage.entries import DESK, RESIDENT, add, ask, claim, entry, hold, said, states, texts, wanted

OTHER = ChatRef(channel="home", chat_id="102")
NO_TIME = timedelta(0)

EFFECTS: dict[str, Effect] = {
    "send": SendMessage(
        text="Сегодня 😀",
        spans=(Span(start=0, end=7, style=Style.BOLD),),
        media=(Media(kind=MediaKind.VOICE, channel="work", ref="v", size=5, duration=3),),
        location=Location(latitude=65.5, longitude=72.5),
        keyboard=Keyboard(rows=((Button(text="Закрыть", data="close:5"),),)),
        reply_to="7",
    ),
    "edit": EditMessage(message_id="7", text="Завтра"),
    "delete": DeleteMessage(message_id="7"),
    "mark": SetMark(message_id="7", mark=Mark.DELIVERED),
    "press": AnswerPress(press_id="p", user_id="5", text="Готово"),
}


@pytest.mark.parametrize(("kind", "effect"), EFFECTS.items(), ids=EFFECTS.keys())
def test_effect_is_read_as_it_was_written(kind: str, effect: Effect) -> None:
    """Each effect comes out of its column as it went in."""
    assert kind == effect_kind(effect)
    assert effect == decode_effect(kind, encode_effect(effect))


def test_content_is_read_as_it_was_written() -> None:
    """So does what people write."""
    content = Content(text="Яма «у дома»", media=(Media(kind=MediaKind.PHOTO, channel="home", ref="p"),))
    assert content == decode_content(encode_content(content))


# --- adding and order ----------------------------------------------------------------------------------------------


async def test_add_keeps_order(database: Database) -> None:
    """Entries get their places in the order in which they were added, however many there are."""
    ids = await add(database, *(entry(f"{n}", strand=f"s{n}") for n in range(300)))
    assert sorted(ids) == ids
    lease = await hold(database)
    assert [f"{n}" for n in range(300)] == texts(await claim(database, lease))


async def test_add_gives_each_role_its_priority(database: Database) -> None:
    """What is for people who wait goes before what is not."""
    await add(database, *(entry(role, role=role, strand=role) for role in reversed(Role)))
    lease = await hold(database)
    taken = await claim(database, lease)
    assert sorted(PRIORITY_OF[one.role] for one in taken) == [one.priority for one in taken]
    assert Role.PRESS == taken[0].role
    assert PRIORITY_OF[Role.CARD] < PRIORITY_OF[Role.MARK] < PRIORITY_OF[Role.REMINDER]


async def test_order_within_a_strand(database: Database) -> None:
    """Sabotage: of one strand only the first is taken, however urgent the next; other strands overtake it."""
    await add(
        database,
        entry("карточка", role=Role.CARD, strand="q1"),
        entry("ответ", role=Role.ANSWER, strand="q1"),
        entry("другое", role=Role.CONFIRMATION, strand="q2"),
    )
    lease = await hold(database)
    assert ["другое", "карточка"] == texts(await claim(database, lease))
    assert [] == await claim(database, lease)


async def test_nothing_behind_an_unfinished_entry(database: Database) -> None:
    """Sabotage: what stands behind an entry that is being sent, or waits for its next try, waits too."""
    first, _ = await add(database, entry("первое"), entry("второе"))
    lease = await hold(database)
    assert ["первое"] == texts(await claim(database, lease))
    async with database.transaction() as tx:
        await outbox.put_back(tx, lease, first, after=timedelta(hours=1), error="500", counted=True, effect=None)
    assert [] == await claim(database, lease)
    async with database.transaction() as tx:
        await tx.raw.execute("UPDATE outbox SET not_before = now()")
    taken = await claim(database, lease)
    assert ["первое"] == texts(taken)
    async with database.transaction() as tx:
        await outbox.record_sent(tx, lease, [Sent(entry=taken[0], message_ids=("1",))])
    assert ["второе"] == texts(await claim(database, lease))


@pytest.mark.parametrize("state", [State.SENT, State.DEAD, State.DROPPED, State.MERGED])
async def test_what_stands_behind_a_finished_entry_goes(database: Database, state: State) -> None:
    """An entry that ended, however it ended, holds up nothing."""
    first, _ = await add(database, entry("первое"), entry("второе"))
    async with database.transaction() as tx:
        await tx.raw.execute("UPDATE outbox SET state = $1 WHERE id = $2", state, first)
    assert ["второе"] == texts(await claim(database, await hold(database)))


async def test_strands_of_two_chats_are_two(database: Database) -> None:
    """The same strand in another chat is another one."""
    await add(database, entry("одному"), entry("другому", OTHER))
    taken = await claim(database, await hold(database), wanted(), wanted(OTHER))
    assert ["одному", "другому"] == texts(taken)


async def test_not_before_its_time(database: Database) -> None:
    """Sabotage: what is held back is not taken, and what stands behind it is not either."""
    await add(database, entry("альбом", delay=timedelta(hours=1)), entry("после"), entry("рядом", strand="other"))
    assert ["рядом"] == texts(await claim(database, await hold(database)))


@pytest.mark.parametrize("state", [State.WAITING, State.SENDING])
async def test_not_before_what_it_is_about(database: Database, state: State) -> None:
    """Sabotage: a reply does not go before the message that it replies to, in whatever strand."""
    (card,) = await add(database, entry("карточка", strand="q1"))
    async with database.transaction() as tx:
        await tx.raw.execute("UPDATE outbox SET state = $1, not_before = now() + interval '1 hour'", state)
    await add(database, entry("дополнение", strand="f1", about_entry=card))
    assert [] == await claim(database, await hold(database))


async def test_knows_the_message_that_it_is_about(database: Database) -> None:
    """When the card is there, what is about it knows its id, and which of its parts."""
    (card,) = await add(database, entry("карточка", strand="q1"))
    await add(
        database,
        entry("к первой", strand="a", about_entry=card),
        entry("ко второй", strand="b", about_entry=card, about_part=1),
        entry("ни к чему", strand="c"),
    )
    lease = await hold(database)
    (taken, _) = await claim(database, lease)
    async with database.transaction() as tx:
        await outbox.record_sent(tx, lease, [Sent(entry=taken, message_ids=("41", "42"))])
    assert ["41", "42"] == [one.about_message for one in await claim(database, lease)]


async def test_about_a_card_that_never_came(database: Database) -> None:
    """When the card was given up, what is about it goes by itself."""
    (card,) = await add(database, entry("карточка", strand="q1"))
    await add(database, entry("дополнение", strand="f1", about_entry=card))
    async with database.transaction() as tx:
        await tx.raw.execute("UPDATE outbox SET state = 'dead' WHERE id = $1", card)
    (taken,) = await claim(database, await hold(database))
    assert ("дополнение", "") == (*texts([taken]), taken.about_message)


async def test_room_and_priorities(database: Database) -> None:
    """No more is taken than there is room for, urgent first, and only of the wanted priorities and chats."""
    await add(
        database,
        *(entry(f"карточка {n}", role=Role.CARD, strand=f"q{n}") for n in range(3)),
        *(entry(f"ответ {n}", role=Role.ANSWER, strand=f"a{n}") for n in range(3)),
        entry("чужое", OTHER),
    )
    lease = await hold(database)
    assert ["ответ 0", "ответ 1"] == texts(await claim(database, lease, wanted(room=2)))
    cards = wanted(room=1, lowest=Priority.CARD, highest=Priority.CARD)
    answers = wanted(room=9, lowest=Priority.ANSWER, highest=Priority.ANSWER)
    assert ["ответ 2", "карточка 0"] == texts(await claim(database, lease, cards, answers))
    assert [] == await claim(database, lease, wanted(room=0))


# --- leases --------------------------------------------------------------------------------------------------------


async def test_nothing_without_the_lease(database: Database) -> None:
    """Sabotage: whoever lost the lease takes nothing out, whatever he believes."""
    await add(database, entry("x"))
    ours = await hold(database)
    for void in (
        Lease(channel="home", owner="others", epoch=ours.epoch),
        Lease(channel="home", owner="us", epoch=ours.epoch - 1),
        Lease(channel="home", owner="us", epoch=ours.epoch + 1),
        Lease(channel="elsewhere", owner="us", epoch=ours.epoch),
    ):
        assert [] == await claim(database, void)
    assert ["x"] == texts(await claim(database, ours))


async def test_nothing_with_a_lease_that_ran_out(database: Database) -> None:
    """Sabotage: a process that hung for longer than its lease takes nothing out, by the database's clock."""
    await add(database, entry("x"))
    lease = await hold(database, lifetime=timedelta(seconds=-1))
    assert [] == await claim(database, lease)


async def test_two_claims_at_once_never_take_the_same(database: Database) -> None:
    """Sabotage: however many take out at the same time, each entry is taken once."""
    await add(database, *(entry(f"{n}", strand=f"s{n}") for n in range(200)))
    lease = await hold(database)
    taken = await asyncio.gather(*(claim(database, lease, wanted(room=40)) for _ in range(8)))
    seen = [one.id for batch in taken for one in batch]
    assert len(set(seen)) == len(seen)
    while batch := await claim(database, lease, wanted(room=40)):
        seen += [one.id for one in batch]
    assert 200 == len(set(seen)) == len(seen)


async def test_claim_holds_off_whoever_takes_the_channel_over(database: Database) -> None:
    """Between the claim and its commit nobody can take the lease away."""
    await add(database, entry("x"))
    lease = await hold(database, lifetime=timedelta(seconds=1))
    async with database.transaction() as tx:
        assert ["x"] == texts(await outbox.claim(tx, lease, [wanted()]))
        async with database.transaction() as other:
            await other.raw.execute("SET LOCAL lock_timeout = '50ms'")
            with pytest.raises(Exception, match="lock timeout"):
                await leases.acquire(other, ["home"], owner="others", session="", lifetime=timedelta(hours=1))
            await other.raw.execute("ROLLBACK; BEGIN")


async def test_counts_tries(database: Database) -> None:
    """A try counts when the platform failed, not when it asked us to wait; the first try keeps its time."""
    (only,) = await add(database, entry("x"))
    lease = await hold(database)
    first = await claim(database, lease)
    for counted, attempts in ((True, 2), (False, 2), (True, 3)):
        async with database.transaction() as tx:
            await outbox.put_back(tx, lease, only, after=NO_TIME, error="e" * 900, counted=counted, effect=None)
        (taken,) = await claim(database, lease)
        assert (attempts, first[0].first_try_at) == (taken.attempts, taken.first_try_at)


async def test_put_back_with_other_words(database: Database) -> None:
    """When a part was refused, the entry says something else the next time."""
    (only,) = await add(database, entry("с файлом"))
    lease = await hold(database)
    await claim(database, lease)
    async with database.transaction() as tx:
        edit = EditMessage(message_id="7", text="без файла")
        await outbox.put_back(tx, lease, only, after=NO_TIME, error="", counted=False, effect=edit)
    (taken,) = await claim(database, lease)
    assert edit == taken.effect


async def test_old_owner_changes_nothing(database: Database) -> None:
    """What an owner finds out after another took the channel over changes no entry, but a receipt is kept."""
    (only,) = await add(database, entry("x", question=7))
    old = await hold(database, lifetime=timedelta(seconds=-1))
    async with database.transaction() as tx:
        await tx.raw.execute("UPDATE outbox SET state = 'sending', epoch = $1", old.epoch)
        (row,) = await tx.raw.fetch("SELECT * FROM outbox")
    new = await hold(database, owner="others")
    async with database.transaction() as tx:
        assert 1 == await outbox.take_over(tx, new)
    (taken,) = await claim(database, new)
    async with database.transaction() as tx:
        await outbox.put_back(tx, old, only, after=NO_TIME, error="", counted=True, effect=None)
        assert not await outbox.give_up(tx, old, only, "400")
        await outbox.record_sent(tx, old, [Sent(entry=taken, message_ids=("41",))])
        link = await links.find(tx, RESIDENT, "41")
    assert {row["id"]: State.SENDING} == await states(database)
    assert link is not None
    assert 7 == link.question


# --- what became of it ---------------------------------------------------------------------------------------------


async def test_receipt_ties_messages_to_the_question(database: Database) -> None:
    """Every part of an album leads back to the question; topics of a group are one chat; a second receipt is none."""
    topic = ChatRef(channel="work", chat_id="-500:42")
    await add(database, entry("x", topic, Role.CARD, question=7, thread_message=9))
    lease = await hold(database, "work")
    (taken,) = await claim(database, lease, wanted(topic))
    for _ in range(2):
        async with database.transaction() as tx:
            await outbox.record_sent(tx, lease, [Sent(entry=taken, message_ids=("41", "", "43"))])
    async with database.transaction() as tx:
        found = [await links.find(tx, chat, one) for chat in (topic, DESK) for one in ("41", "43")]
        assert await links.find(tx, DESK, "") is None
    assert {taken.id: State.SENT} == await states(database)
    assert 4 * [(7, 9, "card")] == [(one.question, one.thread_message, one.role) for one in found if one]


async def test_receipt_of_a_card_is_noted_with_its_question(database: Database) -> None:
    """When a question came before the officials' eyes is kept: once."""
    async with database.transaction() as tx:
        number, message = await ask(tx)
        await outbox.add(tx, [entry("x", DESK, Role.CARD, question=number, thread_message=message)])
    lease = await hold(database, "work")
    (taken,) = await claim(database, lease, wanted(DESK))
    moments = []
    for _ in range(2):
        async with database.transaction() as tx:
            await outbox.record_sent(tx, lease, [Sent(entry=taken, message_ids=("41",))])
            moments.append(await tx.raw.fetchval("SELECT carded_at FROM questions"))
    assert moments[0] is not None
    assert moments[0] == moments[1]


async def test_give_up(database: Database) -> None:
    """An entry that cannot be sent ends as dead, with the reason, and stays."""
    (only,) = await add(database, entry("x"))
    lease = await hold(database)
    async with database.transaction() as tx:
        assert not await outbox.give_up(tx, lease, only, "400")
    await claim(database, lease)
    async with database.transaction() as tx:
        assert await outbox.give_up(tx, lease, only, "400: " + "r" * 900)
        error = await tx.raw.fetchval("SELECT last_error FROM outbox WHERE finished_at IS NOT NULL")
    assert {only: State.DEAD} == await states(database)
    assert 300 == len(error)


async def test_end_waiting(database: Database) -> None:
    """When a resident is gone, all that waits for him ends; answers are named, so that their authors can be told."""
    await add(
        database,
        entry("ответ", role=Role.ANSWER, thread_message=5),
        entry("подтверждение", thread_message=6),
        entry("другому", OTHER, role=Role.ANSWER, thread_message=7),
    )
    async with database.transaction() as tx:
        ended = await outbox.end_waiting(tx, RESIDENT, "blocked")
    assert {5, None} == {thread_message for _, thread_message in ended}
    assert [State.DEAD, State.DEAD, State.WAITING] == list((await states(database)).values())


async def test_take_over(database: Database) -> None:
    """What a dead owner left in the middle goes again; the answer to a press does not; nothing else changes."""
    await add(
        database,
        entry("ответ", role=Role.ANSWER, strand="a"),
        entry("нажатие", role=Role.PRESS, strand="b"),
        entry("потом", strand="c"),
    )
    old = await hold(database, lifetime=timedelta(seconds=30))
    await claim(database, old, wanted(room=2))
    async with database.transaction() as tx:
        await tx.raw.execute("UPDATE leases SET expires_at = now()")
    new = await hold(database, owner="others")
    async with database.transaction() as tx:
        assert 1 == await outbox.take_over(tx, new)
    assert [State.WAITING, State.DROPPED, State.WAITING] == list((await states(database)).values())
    (again, _) = await claim(database, new)
    assert ("ответ", 2) == (*texts([again]), again.attempts)


async def test_expire(database: Database) -> None:
    """What is worth nothing any more is dropped; what is being sent is not touched."""
    ids = await add(
        database,
        entry("поздно", lifetime=timedelta(seconds=-1), strand="a"),
        entry("в пути", lifetime=timedelta(seconds=-1), strand="b"),
        entry("ещё нет", lifetime=timedelta(hours=1), strand="c"),
        entry("никогда", strand="d"),
    )
    async with database.transaction() as tx:
        await tx.raw.execute("UPDATE outbox SET state = 'sending' WHERE id = $1", ids[1])
        assert 1 == await outbox.expire(tx, "home")
        assert 0 == await outbox.expire(tx, "work")
    assert [State.DROPPED, State.SENDING, State.WAITING, State.WAITING] == list((await states(database)).values())


async def test_move_chat(database: Database) -> None:
    """A group became a supergroup: all that waits and the questions follow; what was sent stays as it was."""
    new, newer = (ChatRef(channel="work", chat_id=chat_id) for chat_id in ("-100500", "-100501"))
    async with database.transaction() as tx:
        number, _ = await ask(tx)
        sent, _, _ = await outbox.add(
            tx, [entry("было", DESK), entry("ждёт", DESK), entry("чужое", ChatRef(channel="home", chat_id="-500"))]
        )
        await tx.raw.execute("UPDATE outbox SET state = 'sent' WHERE id = $1", sent)
        await moves.move_chat(tx, DESK, new)
        question = await questions.find(tx, number)
        assert question is not None
        assert new == question.admin_chat
        assert {DESK: new} == await moves.load(tx)
        await moves.move_chat(tx, new, newer)
        assert {DESK: newer, new: newer} == await moves.load(tx)
        chats = [row["chat_id"] for row in await tx.raw.fetch("SELECT chat_id FROM outbox ORDER BY id")]
    assert ["-500", "-100501", "-500"] == chats


async def test_chats_waiting(database: Database) -> None:
    """Every chat in which something waits is found once, due or not, of this channel alone."""
    await add(
        database,
        *(entry("x", ChatRef(channel="home", chat_id=f"{n % 7}")) for n in range(30)),
        entry("x", ChatRef(channel="home", chat_id="-9"), delay=timedelta(hours=1)),
        entry("x", DESK),
    )
    async with database.transaction() as tx:
        found = dict(await outbox.chats_waiting(tx, "home"))
        assert 3 == len(await outbox.chats_waiting(tx, "home", limit=3))
    assert {"-9", *map(str, range(7))} == set(found)
    assert (ChatKind.GROUP, ChatKind.PRIVATE) == (found["-9"], found["0"])


# --- entries of one message ----------------------------------------------------------------------------------------


async def test_replace_and_drop(database: Database) -> None:
    """What still waits can be changed and dropped; what is on its way cannot."""
    first, second = await add(database, entry("было"), entry("лишнее", strand="b"))
    async with database.transaction() as tx:
        assert await shows.replace(tx, first, SendMessage(text="стало"), delay=NO_TIME)
        await shows.drop(tx, [second])
    lease = await hold(database)
    assert ["стало"] == texts(await claim(database, lease))
    async with database.transaction() as tx:
        assert not await shows.replace(tx, first, SendMessage(text="поздно"))
        await shows.drop(tx, [first])
    assert {first: State.SENDING, second: State.DROPPED} == await states(database)


async def test_replace_keeps_its_time_unless_told(database: Database) -> None:
    """Changed words do not make an entry go earlier."""
    (only,) = await add(database, entry("было", delay=timedelta(hours=1)))
    lease = await hold(database)
    async with database.transaction() as tx:
        await shows.replace(tx, only, SendMessage(text="стало"))
    assert [] == await claim(database, lease)


async def test_showing_and_card_of(database: Database) -> None:
    """The entries that show a message are found with their ids; the card of a question is its own or the joint one."""
    async with database.transaction() as tx:
        number, message = await ask(tx)
        assert await shows.card_of(tx, number) is None
        card, part = await outbox.add(
            tx,
            [
                entry("карточка", DESK, Role.CARD, question=number, thread_message=message, strand="a"),
                entry("файл", DESK, Role.CARD_PART, question=number, thread_message=message, strand="b"),
            ],
        )
        assert card == await shows.card_of(tx, number)
    lease = await hold(database, "work")
    taken = await claim(database, lease, wanted(DESK, room=1))
    async with database.transaction() as tx:
        await outbox.record_sent(tx, lease, [Sent(entry=taken[0], message_ids=("41", "42"))])
        shown = await shows.find(tx, message, [Role.CARD, Role.CARD_PART])
        assert [(card, State.SENT, ("41", "42")), (part, State.WAITING, ())] == [
            (one.id, one.state, one.message_ids) for one in shown
        ]
        assert [card] == [one.id for one in await shows.find(tx, message, [Role.CARD])]
        assert {State.SENT: 1} == await shows.unfinished_of(tx, message, Role.CARD)


async def test_cards_put_together(database: Database) -> None:
    """Waiting cards become one message: their own end, their follow-ups reply to it, their files are behind /q."""
    async with database.transaction() as tx:
        asked = [
            await ask(tx, said(f"Вопрос {n}", f"m{n}", chat=ChatRef(channel="home", chat_id=f"{n}"))) for n in range(3)
        ]
        cards = []
        for number, message in asked:
            more = {"question": number, "thread_message": message, "strand": f"q{number}"}
            (card,) = await outbox.add(tx, [entry("карточка", DESK, Role.CARD, **more)])
            cards.append(card)
            part = entry("файл", DESK, Role.CARD_PART, about_entry=card, **more)
            added = entry("дополнение", DESK, Role.FOLLOW_UP, about_entry=card, **more)
            await outbox.add(tx, [part, added])
    async with database.transaction() as tx:
        waiting = await merging.waiting_cards(tx, DESK, limit=10)
        assert [(number, f"Вопрос {n}", "Ирина") for n, (number, _) in enumerate(asked)] == [
            (one.question, one.text, one.resident) for one in waiting
        ]
        joint = await merging.merge(tx, waiting[:2], entry("вместе", DESK, Role.CARDS, strand="cards"))
        assert [joint, joint, cards[2]] == [await shows.card_of(tx, number) for number, _ in asked]
    lease = await hold(database, "work")
    taken = await claim(database, lease, wanted(DESK))
    assert {"вместе", "карточка"} == set(texts(taken))
    async with database.transaction() as tx:
        await outbox.record_sent(tx, lease, [Sent(entry=one, message_ids=(f"id {texts([one])[0]}",)) for one in taken])
    behind = await claim(database, lease, wanted(DESK))
    assert {("дополнение", "id вместе"), ("файл", "id карточка")} == {
        (*texts([one]), one.about_message) for one in behind
    }


async def test_card_that_is_held_back_is_not_put_together(database: Database) -> None:
    """A card that waits for a name or an album is left alone."""
    async with database.transaction() as tx:
        number, message = await ask(tx)
        card = entry(
            "x", DESK, Role.CARD, question=number, thread_message=message, delay=timedelta(hours=1), strand="q"
        )
        await outbox.add(tx, [card])
        assert [] == await merging.waiting_cards(tx, DESK, limit=10)


async def test_ride(database: Database) -> None:
    """What rides in a webhook's answer is sent, once; the dispatcher finds nothing."""
    (only,) = await add(database, entry("Здравствуйте"))
    async with database.transaction() as tx:
        ridden = await shows.ride(tx, only)
        assert await shows.ride(tx, only) is None
    assert ridden is not None
    assert SendMessage(text="Здравствуйте") == ridden.effect
    assert [] == await claim(database, await hold(database))


async def test_depths(database: Database) -> None:
    """The figures count what waits, by channel and priority."""
    await add(database, entry("x"), entry("y"), entry("z", DESK, Role.CARD))
    async with database.transaction() as tx:
        found = {(one.channel, one.priority): one.count for one in await outbox.depths(tx)}
        assert all(one.age >= 0 for one in await outbox.depths(tx))
    assert {("home", Priority.CONFIRMATION): 2, ("work", Priority.CARD): 1} == found


async def test_conversation_of_a_resident_is_his_own(database: Database) -> None:
    """Two channels may have the same chat id: nothing of one reaches the other."""
    async with database.transaction() as tx:
        one = await conversations.lock(tx, RESIDENT, Sender(user_id="101"))
        two = await conversations.lock(tx, ChatRef(channel="work", chat_id="101"), Sender(user_id="101"))
    assert one.id != two.id
