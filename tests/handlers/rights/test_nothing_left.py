"""After /forget no column of any table holds a resident's name, id, words or phone: also of tables that come later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table

from adapters.web.items import Body, ShownFile, Who, encode
from bot.desk.search import PAGE
from bot.model.chat import ChatRef
from bot.model.content import Contact, Content, Link, Location, Media, MediaKind
from bot.model.event import ButtonPressed, ChatStarted, MessageReceived, Sender
from bot.rights import Rights
from handlers.indexing import Indexing
from handlers.reminders import Reminders
from storage import events
from storage.chat_log import StoredChatLog
from storage.tables.columns import metadata
from tests.handlers.fakes import DESK, ENERGY, HOME, OLEG, WORK, Office, photo
from tests.handlers.rights.house import REQUIRED, House, open_house
from tests.handlers.rights.test_consent import YES

#: Somebody whose every word can be told from everybody else's.
WHO = ChatRef(channel=HOME, chat_id="7770077077")
NAME, USERNAME, USER = "Вануйто-Тайна", "vanuyto_secret", "u-7771177177"
#: What must be gone, in every table.
NEEDLES = (
    WHO.chat_id,
    NAME,
    USERNAME,
    USER,
    "кракозябра",
    "+79005550011",
    "секрет.pdf",
    "ref-secret",
    "file:",
    "Тайная улица",
    "example.org/secret",
    "67.890123",
    "link-of-vanuyto",
)

#: Tables in which nothing of a resident can be. Whoever adds a table says so here, or lets the story below fill it:
#: then `storage.erasing` or `storage.traces` has to empty it.
IMPERSONAL = {
    "leases": "channels and processes",
    "moves": "admin chats",
    "bindings": "departments and admin chats",
    "bind_codes": "hashes of codes",
    "templates": "what officials write for everybody",
    "unindexed": "numbers of questions",
    "waits": "figures",
    "faq": "what coordinators write for everybody",
    "chores": "kinds, numbers of conversations; gone when they are done",
}


@pytest.fixture
async def house(database_address: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database_address, tmp_path, rights=REQUIRED) as opened:
        yield opened


def _named(office: Office, event: Any) -> Any:
    """The event as one who has all names sent it."""
    sender = Sender(user_id=USER, name=NAME, username=USERNAME, language="ru")
    values = {name: getattr(event, name) for name in event.__dataclass_fields__}
    return type(event)(**{**values, "sender": sender})


async def writes(office: Office, text: str = "", **more: Any) -> str:
    event = office.received(WHO, text, **more)
    await _accept(office, _named(office, event))
    return event.message_id


async def _accept(office: Office, event: MessageReceived | ButtonPressed | ChatStarted) -> None:
    """As a platform brings it: with all of it in the raw update, and the chat in its key."""
    update = office.home.update(event, key=f"message:{WHO.chat_id}:{office.message_id()}")
    raw = f'{{"key": "{update.key}", "from": "{WHO.chat_id} {NAME}", "text": "кракозябра"}}'.encode()
    office.home.updates[raw] = update
    await office.intake.accept(HOME, type(update)(**{**_fields(update), "raw": raw}))


def _fields(data: Any) -> dict[str, Any]:
    return {name: getattr(data, name) for name in data.__dataclass_fields__}


async def on_page(house: House, text: str, *, reply_to: str = "", user: str = "8", file: bytes = b"") -> str:
    """An official writes in an admin chat that is on the page: what he says stands in its log, too."""
    office, media, shown = house.office, tuple[Media, ...](), tuple[ShownFile, ...]()
    if file:
        stored = await house.media.put(_chunks(file), file_name="ответ.pdf", limit=len(file))
        media = (Media(kind=MediaKind.DOCUMENT, channel=WORK, ref=f"file:{stored.sha256}", file_name="ответ.pdf"),)
        shown = (ShownFile.of(stored),)
    body = Body(who=Who.OFFICIAL, at=office.clock(), text=text, files=shown, reply_to=reply_to, author="Ольга")
    item = await (await house.log()).append(
        DESK.chat_id, key=f"in:official-{user}:{office.message_id()}", body=encode(body)
    )
    return await office.writes(DESK, text, reply_to=reply_to, media=media, user=user, message_id=str(item.id))


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def story(house: House) -> None:
    """All that can happen to a question, so that every table has something of it."""
    office = house.office
    house.contents |= {"ref-secret": b"a photo of him", "answer": b"an answer's file"}
    # First contact by a link for him alone, consent, an album with a place and a contact.
    came = ChatStarted(chat=WHO, sender=Sender(user_id=USER), at=office.clock(), source="link-of-vanuyto", greet=True)
    await _accept(office, _named(office, came))
    await writes(office, "кракозябра на улице", media=(photo("ref-secret"),), album="album-1")
    secret = Media(kind=MediaKind.DOCUMENT, channel=HOME, ref="ref-secret-2", file_name="секрет.pdf")
    await writes(office, media=(secret,), album="album-1")
    await _accept(office, _named(office, office.pressed(WHO, YES)))
    kept = await writes(office, "Моя кракозябра, +79005550011")
    await office.edits(WHO, kept, "Вторая кракозябра")
    await writes(
        office,
        content=Content(
            location=Location(latitude=67.890123, longitude=72.5, title="Тайная улица"),
            contact=Contact(name=NAME, phone="+79005550011"),
            links=(Link(url="https://example.org/secret", title="кракозябра"),),
        ),
    )
    # What officials see and do.
    await office.deliver()
    await office.writes(DESK, "/open")
    await office.writes(DESK, "/q 1")
    await office.writes(DESK, "/take 1", user="8")
    await office.writes(DESK, f"/note 1 {NAME}: кракозябра")
    card = office.work.id_of(DESK, "№ 1 ·")
    quoting = office.received(DESK, f"{NAME}, завтра", reply_to=card, user="8", media=(photo("answer", channel=WORK),))
    raw = f'{{"reply_to": "№ 1 {NAME} кракозябра"}}'.encode()
    update = office.work.update(quoting)
    office.work.updates[raw] = update
    await office.intake.accept(WORK, type(update)(**{**_fields(update), "raw": raw}))
    await office.writes(DESK, "кракозябра придёт позже", reply_to=card, user="9", name="Пётр")
    await office.deliver()
    # The same where the admin chat is on the page: an answer, one that is held back, a note, commands.
    await on_page(house, "кракозябра найдена", reply_to=card, file=b"an act about him")
    await on_page(house, "кракозябра потерялась", reply_to=card, user="9", file=b"another act about him")
    await on_page(house, f"// {NAME} грубит", reply_to=card)
    await on_page(house, "/note 1 кракозябра")
    await on_page(house, "/extend 1 2ч кракозябра")
    toast = Body(who=Who.TOAST, at=office.clock(), user="official-8", text="№ 1 · сегодня\nкракозябра")
    await (await house.log()).append(DESK.chat_id, key="toast:official-8", body=encode(toast))
    await on_page(house, "/extend 2ч кракозябра", reply_to=card)
    await office.deliver()
    await office.writes(DESK, "/clarify 1 Где кракозябра?", user="8")
    await office.deliver()
    await writes(office, "кракозябра там же")
    await office.writes(DESK, "/transfer 1 energy кракозябра", user="8")
    await office.deliver()
    for number in range(12):
        await writes(office, f"кракозябра ещё раз {number}")
    await office.deliver()
    # Another question that is closed with a reason, and one that stands among others.
    await _accept(office, _named(office, office.pressed(WHO, "new")))
    await writes(office, "кракозябра-вторая")
    await office.writes(DESK, f"/close 2 кракозябра, {NAME}")
    await office.deliver()
    await _accept(office, _named(office, office.pressed(WHO, "new")))
    await writes(office, "кракозябра-третья", media=(photo("file:" + "a" * 64),))
    office.clock.move(timedelta(hours=5))
    await Reminders(office.ctx).once()
    await office.deliver()
    await office.writes(ENERGY, "/ban 1 7д кракозябра")
    await writes(office, "кракозябра под запретом")
    await office.writes(ENERGY, "/unban 1")
    await looked_for(house)
    # A table of these days, which has his questions; his file, what failed, what is not understood, his page, his name.
    await on_page(house, "/export неделя")
    await writes(office, "мои данные")
    while await house.chores.once():
        await office.deliver()
    async with office.database.transaction() as tx:
        failed = await events.add(tx, HOME, office.home.update(office.received(WHO, "кракозябра"), key="failed"))
        assert failed is not None
        await events.set_status(tx, failed, events.EventStatus.FAILED, "KeyError")
        await events.set_reply(tx, failed, f'{{"to": "{WHO.chat_id}"}}')
        odd = office.home.update(key="odd")
        await events.add(tx, HOME, type(odd)(**{**_fields(odd), "raw": f'{{"who": "{WHO.chat_id}"}}'.encode()}))
        await tx.raw.execute(
            "INSERT INTO kept (channel, name, value) VALUES ($1, $2, $3)", HOME, f"person:{USER}", NAME
        )
        subscribed = "INSERT INTO subscriptions (conversation_id, kind) SELECT id, 'all' FROM conversations"
        await tx.raw.execute(f"{subscribed} WHERE chat_id = $1", WHO.chat_id)
    await StoredChatLog(office.database, HOME).append(WHO.chat_id, key=f"in:{USER}:1", body='{"text": "кракозябра"}')
    # And something that waits for another consent.
    office.ctx.rights = Rights(consent="v2")
    await _accept(office, _named(office, office.pressed(WHO, "new")))
    await writes(office, "кракозябра без согласия")


async def looked_for(house: House) -> None:
    """Officials look for him: something is found, or nothing, or so much that there are pages of it."""
    office, rights = house.office, house.office.ctx.rights
    office.ctx.rights = Rights()
    for number in range(PAGE + 1):
        await office.presses(OLEG, "new")
        await office.writes(OLEG, f"Дорога {number} размыта")
    office.ctx.rights = rights
    await Indexing(office.ctx).once()
    for words in ("кракозябра", f"{USERNAME} нигде", f"дорога {USERNAME}"):
        await on_page(house, f"/find {words}")
    await office.deliver()


# --- looking -------------------------------------------------------------------------------------------------------


async def holds(office: Office, table: Table) -> set[str]:
    """The needles that are in this table, whatever its columns are."""
    rows = await office.rows(f'SELECT to_jsonb(t)::text AS whole FROM "{table.name}" t')  # noqa: S608
    binary = [column.name for column in table.columns if column.type.python_type is bytes]
    for name in binary:
        rows += await office.rows(
            f'SELECT encode("{name}", \'escape\') AS escaped, "{name}" AS whole FROM "{table.name}"'  # noqa: S608
        )
    found: set[str] = set()
    for row in rows:
        whole = row["whole"].decode("utf-8", "replace") if isinstance(row["whole"], bytes) else row["whole"]
        found |= {needle for needle in NEEDLES if needle in whole}
    return found


async def everything(office: Office) -> dict[str, set[str]]:
    """By table, the needles in it."""
    found = {table.name: await holds(office, table) for table in metadata.sorted_tables}
    return {name: needles for name, needles in found.items() if needles}


async def test_the_story_fills_every_table(house: House) -> None:
    """The proof below proves something: before, each table that can hold something of him does."""
    await story(house)
    holding = await everything(house.office)
    unfilled = {table.name for table in metadata.sorted_tables} - set(holding) - set(IMPERSONAL)
    # Some hold something only on the way: what was locked away, what is being removed; consents are bare times.
    assert {"sealed", "traces", "consents", "subscriptions"} == unfilled
    assert {needle for needles in holding.values() for needle in needles} >= set(NEEDLES)


async def test_nothing_is_left(house: House) -> None:
    """Name, ids, words, phone, files: a day after he confirmed it there is nothing in any table, or in the store."""
    await story(house)
    assert house.stored()
    await forgets(house)
    await house.a_day_later()
    assert {} == await everything(house.office)
    assert [] == house.stored()
    assert 0 == await house.office.value("SELECT count(*) FROM subscriptions")
    # The figures stay.
    assert 3 == await house.office.value("SELECT count(*) FROM questions WHERE status = 'closed'")
    assert 3 <= await house.office.value("SELECT count(*) FROM waits WHERE outcome <> ''")
    assert 1 == await house.office.value("SELECT count(*) FROM consents")


async def forgets(house: House) -> None:
    """He has everything removed; what follows at once is done."""
    await _accept(house.office, _named(house.office, house.office.received(WHO, "забыть меня")))
    await _accept(house.office, _named(house.office, house.office.pressed(WHO, "forget-yes")))
    await house.traces.once()


async def test_at_once_but_for_the_address(house: House) -> None:
    """Of his name and words nothing is left even before the last word is delivered: a day long his address is.

    And so is by what his files are known, while the captions of these are being edited.
    """
    await story(house)
    await forgets(house)
    on_the_way = {WHO.chat_id, USER, "ref-secret", "file:"}
    left = await everything(house.office)
    assert {"outbox", "log_chats", "traces"} == set(left)
    assert set() == {needle for needles in left.values() for needle in needles} - on_the_way


async def test_only_locked_away(house: House) -> None:
    """Where the law wants it kept it is in one table, which nothing reads; when the term is over it is nowhere."""
    await story(house)
    house.office.ctx.rights = Rights(consent="v2", locked_for=timedelta(days=365))
    await forgets(house)
    await house.a_day_later()
    assert ["sealed"] == list(await everything(house.office))
    house.office.clock.move(timedelta(days=365))
    await house.retention.once()
    assert {} == await everything(house.office)
