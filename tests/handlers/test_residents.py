"""What residents can rely on: asking, adding, correcting, coming and going."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.entry import Role
from bot.model.chat import ChatRef
from bot.model.content import Content, Location, Media, MediaKind
from bot.model.message import AnswerPress, EditMessage, SendMessage, SetMark
from bot.model.question import Status
from handlers import residents, showing
from handlers.intake import OVERTAKEN_FOR
from storage import conversations
from tests.handlers.fakes import ABLE, DESK, ENERGY, HOME, IRINA, PLAIN, Office, open_office, photo

HUGE = 90 * 1024 * 1024


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


async def answer(office: Office, number: int = 1, text: str = "Сегодня.") -> None:
    """The question is answered, and everything is delivered."""
    await office.deliver()
    await office.writes(DESK, text, reply_to=office.work.id_of(DESK, f"№ {number} "))
    await office.deliver()


# --- asking --------------------------------------------------------------------------------------------------------


async def test_first_words_are_a_question(office: Office) -> None:
    """There is nothing to fill in: the first message has a number, a deadline and a card at once."""
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.deliver()
    (confirmation,) = office.home.texts(IRINA)
    (card,) = office.work.texts(DESK)
    assert confirmation.startswith("Ваш вопрос принят: № 1. Ответ придёт сюда до ")
    assert "59-ФЗ" in confirmation
    assert card.startswith("№ 1 · Мессенджер · Ирина\nОтветить до ")
    assert card.endswith("\n\nКогда дадут тепло?")
    assert timedelta(hours=4) == (await office.question(1)).due_at - office.clock()


CONTENTS = {
    "text": Content(text="Яма"),
    "photo": Content(media=(photo("p"),)),
    "voice": Content(media=(Media(kind=MediaKind.VOICE, channel=HOME, ref="v"),)),
    "round video": Content(media=(Media(kind=MediaKind.VIDEO_NOTE, channel=HOME, ref="v"),)),
    "sticker": Content(media=(Media(kind=MediaKind.STICKER, channel=HOME, ref="s", emoji="👍"),)),
    "document": Content(media=(Media(kind=MediaKind.DOCUMENT, channel=HOME, ref="d", file_name="акт.pdf"),)),
    "place": Content(location=Location(latitude=65.5, longitude=72.5)),
    "what we cannot carry": Content(unsupported=("опрос",)),
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
async def test_any_message_is_a_question(office: Office, content: Content) -> None:
    """Whatever a messenger can send is a question, and all of it is with the officials."""
    await office.writes(IRINA, content=content)
    await office.deliver()
    assert content == (await office.thread(1))[0].content
    shown = [message for message, _ in office.work.messages(DESK)]
    assert [media.ref for media in content.media] == [media.ref for message in shown for media in message.media]
    assert [content.location] * bool(content.location) == [one.location for one in shown if one.location]


#: Nothing of these can be seen.
NOTHING = {"nothing": "", "spaces": " \n\t", "zero width": "\u200b\u2060\ufeff", "a filler": "\u3164", "bells": "\x07"}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING.keys())
async def test_nothing_is_no_question(office: Office, text: str) -> None:
    """A message in which nothing can be seen opens no question; whoever sent it hears so, in his language."""
    await office.writes(IRINA, text, language="en")
    await office.deliver()
    assert [] == office.work.texts(DESK)
    (said,) = office.home.texts(IRINA)
    assert said.startswith("Your message came through empty.")
    assert 0 == await office.value("SELECT count(*) FROM questions")


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING.keys())
async def test_nothing_is_no_addition(office: Office, text: str) -> None:
    """Nor does it join a question, or open one again."""
    await office.writes(IRINA, "Нет тепла")
    await answer(office)
    await office.writes(IRINA, text)
    await office.deliver()
    assert ["Нет тепла", "Сегодня."] == [one.content.text for one in await office.thread(1)]
    assert Status.ANSWERED is (await office.question(1)).status
    assert office.home.texts(IRINA)[-1].startswith("Сообщение пришло пустым.")


async def test_nothing_of_an_official(office: Office) -> None:
    """A reply in which nothing can be seen goes to nobody, and its author hears so."""
    await office.writes(IRINA, "Нет тепла")
    await office.deliver()
    before = office.home.texts(IRINA)
    await office.writes(DESK, "\u200b", reply_to=office.work.id_of(DESK, "№ 1"))
    await office.deliver()
    assert before == office.home.texts(IRINA)
    assert Status.OPEN is (await office.question(1)).status
    assert "№ 1" in office.work.texts(DESK)[-1]


async def test_what_we_do_not_know_is_named(office: Office) -> None:
    """What a messenger says we cannot carry is a question all the same: somebody has sent something."""
    await office.writes(IRINA, content=Content(text="\u200b", unsupported=("опрос",)))
    await office.deliver()
    assert "опрос" in office.work.texts(DESK)[0]


@pytest.mark.parametrize("word", ["Начать", "Start", "/start"])
async def test_typed_start(office: Office, word: str) -> None:
    """What a messenger's own button says is a start, typed too: he is greeted, and no question is opened."""
    await office.writes(IRINA, word)
    await office.deliver()
    assert [] == office.work.texts(DESK)
    assert "Ямал Официально" in office.home.texts(IRINA)[0]


async def test_long_question_comes_whole(office: Office) -> None:
    """A text that no message holds comes in several, in order, the rest as replies to the card."""
    text = "\n\n".join(f"{n}. " + "слово " * 100 for n in range(30)).strip()
    await office.writes(IRINA, text)
    await office.deliver()
    (card, (card_id,)), *rest = office.work.messages(DESK)
    assert len(rest) > 1
    assert text.split() == " ".join([card.text, *(one.text for one, _ in rest)]).partition("\n\n")[2].split()
    assert {card_id} == {one.reply_to for one, _ in rest}


async def test_question_of_a_channel_with_a_department(database_address: str) -> None:
    """A channel's own department gets its questions, with its own deadline."""
    async with open_office(database_address, channel_departments={HOME: "energy"}) as office:
        await office.writes(IRINA, "Нет тепла")
        await office.deliver()
        assert ([], 1) == (office.work.texts(DESK), len(office.work.texts(ENERGY)))
        question = await office.question(1)
        assert ("energy", timedelta(hours=1)) == (question.department, question.due_at - office.clock())


async def test_source_is_kept_for_the_question(office: Office) -> None:
    """The link that led here stands in the card of the question that follows, and in no later one."""
    await office.starts(IRINA, source="qr5" * 100)
    await office.writes(IRINA, "Нет тепла")
    await office.presses(IRINA, "new")
    await office.writes(IRINA, "Яма")
    assert [("qr5" * 100)[:200], ""] == [(await office.question(number)).source for number in (1, 2)]
    await office.deliver()
    assert [True, False] == ["Пришёл по ссылке: qr5" in text for text in office.work.texts(DESK)]


async def test_greeting(office: Office) -> None:
    """Who opens the chat is greeted, has the buttons, and is not told the law twice."""
    await office.starts(IRINA)
    await office.writes(IRINA, "Нет тепла")
    await office.deliver()
    greeting, confirmation = [message for message, _ in office.home.messages(IRINA)]
    assert "Ямал Официально" in greeting.text
    assert greeting.keyboard is not None
    assert ("59-ФЗ" in greeting.text, "59-ФЗ" in confirmation.text) == (True, False)


async def test_back_again_without_a_greeting(office: Office) -> None:
    """Messages are allowed again: nothing is said, and the link is kept."""
    await office.starts(IRINA, greet=False, source="vk5")
    assert [] == await office.entries()
    await office.writes(IRINA, "Нет тепла")
    assert "vk5" == (await office.question(1)).source


# --- joining -------------------------------------------------------------------------------------------------------


async def test_joins_the_open_question(office: Office) -> None:
    """What he adds belongs to his question; officials see it as a reply to the card, and he gets a sign."""
    await office.writes(IRINA, "Нет тепла")
    await office.deliver()
    added = await office.writes(IRINA, "И воды нет")
    await office.deliver()
    follow_up, _ = office.work.messages(DESK)[-1]
    assert "№ 1 · дополнение от жителя\n\nИ воды нет" == follow_up.text
    assert office.work.id_of(DESK, "№ 1 · Мессенджер") == follow_up.reply_to
    assert [added] == office.home.marks(IRINA)
    assert 1 == len(office.home.texts(IRINA))


async def test_added_before_the_card_is_there(office: Office) -> None:
    """What is added while the card still waits comes behind it, as a reply to it."""
    for text in ("Нет тепла", "И воды", "И света"):
        await office.writes(IRINA, text)
    await office.deliver()
    first, *rest = office.work.messages(DESK)
    assert ["И воды", "И света"] == [message.text.rpartition("\n")[2] for message, _ in rest]
    assert 2 * [first[1][0]] == [message.reply_to for message, _ in rest]


async def test_sign_of_life_in_words(database_address: str) -> None:
    """Where there are no marks a line says that it was added."""
    async with open_office(database_address, home=PLAIN) as office:
        await office.writes(IRINA, "Нет тепла")
        await office.writes(IRINA, "И воды")
        await office.deliver()
        assert "Добавили к вопросу № 1." == office.home.texts(IRINA)[-1]


async def test_reopens_an_answered_question(office: Office) -> None:
    """What he writes within 72 hours of the answer opens the question again, with a deadline from now."""
    await office.writes(IRINA, "Нет тепла")
    await answer(office)
    assert (Status.ANSWERED, None) == ((await office.question(1)).status, (await office.question(1)).waiting_since)
    office.clock.move(timedelta(hours=71))
    await office.writes(IRINA, "Всё ещё холодно")
    question = await office.question(1)
    assert (Status.OPEN, office.clock(), office.clock() + timedelta(hours=4)) == (
        question.status,
        question.waiting_since,
        question.due_at,
    )


async def test_thanks_reopen_nothing(office: Office) -> None:
    """A «спасибо» is shown to the officials, and nobody has to answer it."""
    await office.writes(IRINA, "Нет тепла")
    await answer(office)
    await office.writes(IRINA, "Спасибо!")
    await office.deliver()
    assert "№ 1 · дополнение от жителя\n\nСпасибо!" == office.work.texts(DESK)[-1]
    assert Status.ANSWERED == (await office.question(1)).status


async def test_later_is_another_question(office: Office) -> None:
    """After 72 hours it is a new matter."""
    await office.writes(IRINA, "Нет тепла")
    await answer(office)
    office.clock.move(timedelta(hours=72, minutes=1))
    await office.writes(IRINA, "Яма")
    assert ["Нет тепла", "Яма"] == [(await office.thread(number))[0].content.text for number in (1, 2)]


@pytest.mark.parametrize("way", ["typed", "pressed"])
async def test_new_question(office: Office, way: str) -> None:
    """After «Новый вопрос» the next message is another question, the one after that joins it."""
    await office.writes(IRINA, "Нет тепла")
    if way == "typed":
        await office.writes(IRINA, "Новый вопрос")
    else:
        await office.presses(IRINA, "new")
    for text in ("Яма", "у дома 5"):
        await office.writes(IRINA, text)
    await office.deliver()
    assert [["Нет тепла"], ["Яма", "у дома 5"]] == [
        [message.content.text for message in await office.thread(number)] for number in (1, 2)
    ]
    assert "Напишите новый вопрос" in office.home.texts(IRINA)[1]


async def test_press_is_answered_first(office: Office) -> None:
    """The messenger stops waiting, then he is told how this works."""
    await office.presses(IRINA, "help", press_id="p7")
    await office.deliver()
    press, message = office.home.effects(IRINA)
    assert AnswerPress(press_id="p7", user_id="101") == press
    assert isinstance(message, SendMessage)
    assert "«новый вопрос»" in message.text


async def test_command_is_no_question(office: Office) -> None:
    """`/start` typed, or a command of another bot, explains how this works and registers nothing."""
    await office.writes(IRINA, "/weather")
    await office.deliver()
    assert 1 == len(office.home.texts(IRINA))
    assert 0 == await office.value("SELECT count(*) FROM questions")


# --- albums --------------------------------------------------------------------------------------------------------


async def test_album_is_one_question_and_one_card(office: Office) -> None:
    """Parts of an album that come one by one are one question, one card, one album, with all words."""
    for n, text in enumerate(("", "Двор", "")):
        await office.writes(IRINA, text, media=(photo(f"p{n}"),), album="al1")
    await office.deliver()
    assert 1 == await office.value("SELECT count(*) FROM questions")
    (card,) = [message for message, _ in office.work.messages(DESK)]
    assert (["p0", "p1", "p2"], True) == ([media.ref for media in card.media], card.text.endswith("\n\nДвор"))
    assert 1 == len(office.home.texts(IRINA))


async def test_album_parts_at_the_same_time(office: Office) -> None:
    """The same when all of them come at once."""
    parts = [office.received(IRINA, media=(photo(f"p{n}"),), album="al1") for n in range(6)]
    await asyncio.gather(*(office.accept(IRINA, part) for part in parts))
    await office.deliver()
    (card,) = [message for message, _ in office.work.messages(DESK)]
    assert {f"p{n}" for n in range(6)} == {media.ref for media in card.media}


async def test_album_waits_for_its_parts(office: Office) -> None:
    """What shows the album is held back a moment; the confirmation is not."""
    await office.writes(IRINA, media=(photo("p0"),), album="al1")
    rows = await office.entries()
    assert {Role.CONFIRMATION: True, Role.CARD: False} == {row.role: row.due for row in rows}


async def test_part_that_comes_late_follows(office: Office) -> None:
    """A part that comes after the card went out is not lost."""
    await office.writes(IRINA, "Двор", media=(photo("p0"),), album="al1")
    await office.deliver()
    await office.writes(IRINA, media=(photo("p1"),), album="al1")
    await office.deliver()
    assert [["p0"], ["p1"]] == [[one.ref for one in message.media] for message, _ in office.work.messages(DESK)]
    assert (1, 2) == (len(await office.thread(1)), len((await office.thread(1))[0].content.media))


async def test_album_that_joins(office: Office) -> None:
    """An album added to an open question is one follow-up."""
    await office.writes(IRINA, "Яма")
    await office.deliver()
    for n in range(3):
        await office.writes(IRINA, media=(photo(f"p{n}"),), album="al1")
    await office.deliver()
    (_, follow_up) = [message for message, _ in office.work.messages(DESK)]
    assert ["p0", "p1", "p2"] == [media.ref for media in follow_up.media]


async def test_next_album_is_another_message(office: Office) -> None:
    """Two photos without an album, or of two albums, are two messages."""
    for album in ("al1", "al2", "", ""):
        await office.writes(IRINA, media=(photo("p"),), album=album)
    assert 4 == len(await office.thread(1))


# --- corrections ---------------------------------------------------------------------------------------------------


async def test_edit_before_anybody_saw_it(office: Office) -> None:
    """Corrected before the card went out, the card is right from the start."""
    message = await office.writes(IRINA, "Нет тпла")
    await office.edits(IRINA, message, "Нет тепла")
    await office.deliver()
    assert ["Нет тепла"] == [text.rpartition("\n")[2] for text in office.work.texts(DESK)]
    (only,) = await office.thread(1)
    assert ("Нет тепла", ["Нет тпла"]) == (only.content.text, [one.text for one in only.history])


async def test_edit_after_the_card(office: Office) -> None:
    """Corrected later, officials see old and new as a reply to the card; no new question is made."""
    message = await office.writes(IRINA, "Нет тпла")
    await office.deliver()
    await office.edits(IRINA, message, "Нет тепла")
    await office.edits(IRINA, message, "Нет тепла")
    await office.deliver()
    (card, _), (edited, _) = office.work.messages(DESK)
    assert "№ 1 · житель исправил сообщение\n\nБыло: Нет тпла\n\nСтало: Нет тепла" == edited.text
    assert office.work.id_of(DESK, "№ 1 · Мессенджер") == edited.reply_to
    assert card.text.endswith("Нет тпла")


async def test_edit_that_overtook_its_message(office: Office) -> None:
    """A message and its correction come at once, to two processes: whichever is first, the correction counts."""
    message = office.message_id()
    await office.edits(IRINA, message, "Нет тепла")
    await office.writes(IRINA, "Нет тпла", message_id=message)
    assert not await office.intake.retry_overtaken()
    await office.deliver()
    assert ["Нет тепла"] == [text.rpartition("\n")[2] for text in office.work.texts(DESK)]


async def test_edits_that_overtook_each_other(office: Office) -> None:
    """He corrected himself twice: what he wrote last stays, whatever came first; officials hear of nothing older."""
    message = await office.writes(IRINA, "Нет тпла")
    await office.deliver()
    early = office.clock()
    office.clock.move(timedelta(seconds=5))
    await office.edits(IRINA, message, "Нет тепла")
    office.clock.now = early
    await office.edits(IRINA, message, "Нет тепа")
    await office.deliver()
    assert "Нет тепла" == (await office.thread(1))[0].content.text
    assert [] == [text for text in office.work.texts(DESK) if "Нет тепа" in text]


async def test_edit_that_was_taken_back(office: Office) -> None:
    """He took a correction back, and that came first: the correction never counts afterwards."""
    message = await office.writes(IRINA, "Нет тепла")
    await office.deliver()
    early = office.clock()
    office.clock.move(timedelta(seconds=5))
    await office.edits(IRINA, message, "Нет тепла")
    office.clock.now = early
    await office.edits(IRINA, message, "Нет света")
    await office.deliver()
    (only,) = await office.thread(1)
    assert ("Нет тепла", ()) == (only.content.text, only.history)


async def test_edits_of_what_never_comes(office: Office) -> None:
    """Somebody edits without an end what never came: few such edits wait, a minute each; he hears of it once."""
    for number in range(20):
        await office.edits(IRINA, "31337", f"Помощь {number}")
    assert 10 > await office.value("SELECT count(*) FROM events WHERE status = 'waiting'")
    office.clock.move(OVERTAKEN_FOR + timedelta(seconds=1))
    assert not await office.intake.retry_overtaken()
    assert 0 == await office.value("SELECT count(*) FROM events WHERE status <> 'done'")
    await office.deliver()
    assert 1 == len(office.home.texts(IRINA))


async def test_edit_of_an_albums_words(office: Office) -> None:
    """When the caption of one part is corrected the other parts stay."""
    first = await office.writes(IRINA, "Двр", media=(photo("p0"),), album="al1")
    await office.writes(IRINA, media=(photo("p1"),), album="al1")
    await office.edits(IRINA, first, "Двор", media=(photo("p0"),))
    (only,) = await office.thread(1)
    assert ("Двор", ["p0", "p1"]) == (only.content.text, [media.ref for media in only.content.media])


async def test_edit_with_another_photo(office: Office) -> None:
    """A resident replaced the picture after the card was sent: officials get the new picture."""
    message = await office.writes(IRINA, "Яма", media=(photo("old"),))
    await office.deliver()
    await office.edits(IRINA, message, "Яма", media=(photo("new"),))
    await office.deliver()
    assert ["old", "new"] == [media.ref for message, _ in office.work.messages(DESK) for media in message.media]


async def test_edits_of_ours_never_reach_residents(office: Office) -> None:
    """A resident's correction changes nothing on his side."""
    message = await office.writes(IRINA, "Нет тпла")
    await office.deliver()
    await office.edits(IRINA, message, "Нет тепла")
    await office.deliver()
    assert [] == [one for one in office.home.effects(IRINA) if isinstance(one, EditMessage)]


# --- files and odd things ------------------------------------------------------------------------------------------


async def test_large_file_is_named_to_both(office: Office) -> None:
    """A file that cannot be passed on is named in the card, and the resident hears of it; his words arrive."""
    document = Media(kind=MediaKind.DOCUMENT, channel=HOME, ref="d", file_name="видео.mov", size=HUGE)
    await office.writes(IRINA, content=Content(text="Вот запись", media=(document,)))
    await office.deliver()
    (card,) = office.work.texts(DESK)
    assert "Вот запись" in card
    assert "📎 «видео.mov», 90 МБ: не передан, больше 50 МБ" in card
    told = office.home.texts(IRINA)[1]
    assert told.startswith("Не получилось передать: файл «видео.mov» (больше 50 МБ). Остальное передано.")
    assert told.endswith("Опишите словами, что там, или пришлите файл поменьше.")


async def test_large_file_in_a_later_part_of_an_album(office: Office) -> None:
    """The resident hears once that a file did not go along, whichever part of his album it was."""
    for media in (photo("a"), photo("huge", size=HUGE), photo("b")):
        await office.writes(IRINA, media=(media,), album="al1")
    await office.deliver()
    assert 1 == len([text for text in office.home.texts(IRINA) if "Не получилось" in text])


@pytest.mark.parametrize("text", ["Нет\x00 тепла", "Нет тепла \ud83d"], ids=["NUL", "half of a surrogate pair"])
async def test_text_that_the_database_does_not_take(office: Office, text: str) -> None:
    """JSON can carry what PostgreSQL refuses; the question is registered all the same."""
    await office.writes(IRINA, text, name=f"Ирина{text[-1]}\x00")
    await office.deliver()
    assert "тепла" in office.work.texts(DESK)[0]


BACK: dict[str, Callable[[Office], Awaitable[object]]] = {
    "opens the chat": lambda office: office.starts(IRINA),
    "adds to the question": lambda office: office.writes(IRINA, "Совсем холодно"),
    "writes a word": lambda office: office.writes(IRINA, "новости"),
    "presses": lambda office: office.presses(IRINA, "my"),
}


@pytest.mark.parametrize("does", BACK.values(), ids=BACK.keys())
async def test_stopped_and_back(office: Office, does: Callable[[Office], Awaitable[object]]) -> None:
    """Who blocked the bot is marked; who does anything is not any more: not every platform tells that he is back."""
    await office.writes(IRINA, "Нет тепла")
    await office.stops(IRINA)
    stopped = "SELECT stopped_at IS NOT NULL FROM conversations"
    assert await office.value(stopped)
    await does(office)
    assert not await office.value(stopped)


# --- names that must be asked for ----------------------------------------------------------------------------------


async def test_card_waits_a_moment_for_the_name(database_address: str) -> None:
    """Where updates carry no names the card is held back, and goes out with the name as soon as it is known."""
    async with open_office(database_address, nameless=frozenset({HOME})) as office:
        asked: list[tuple[str, str]] = []
        office.ctx.ask_name = lambda channel, user: asked.append((channel, user))
        await office.writes(IRINA, "Нет тепла", name="")
        assert [(HOME, "101")] == asked
        assert [False] == [row.due for row in await office.entries(DESK)]
        async with office.database.transaction() as tx:
            for conversation in await conversations.set_name(tx, HOME, "101", "Ирина"):
                await residents.named(tx, office.ctx, conversation)
        (row,) = await office.entries(DESK)
        assert (True, True) == (row.due, row.text.startswith("№ 1 · Мессенджер · Ирина\n"))


async def test_card_goes_without_a_name(database_address: str) -> None:
    """A name that nobody tells holds nothing up, and a name that comes late changes nothing."""
    async with open_office(database_address, nameless=frozenset({HOME})) as office:
        await office.writes(IRINA, "Нет тепла", name="")
        await office.deliver()
        assert office.work.texts(DESK)[0].startswith("№ 1 · Мессенджер · Житель\n")
        async with office.database.transaction() as tx:
            for conversation in await conversations.set_name(tx, HOME, "101", "Ирина"):
                await residents.named(tx, office.ctx, conversation)
        assert 1 == len(await office.entries(DESK))


async def test_admin_chat_that_is_no_more(office: Office) -> None:
    """Questions of an admin chat that the settings no longer name are shown elsewhere, once, with the whole thread.

    The old card says so.
    """
    await office.writes(IRINA, "Нет тепла")
    await office.writes(IRINA, "И воды", media=(photo("p"),))
    await office.deliver()
    new = ChatRef(channel="work", chat_id="-700")
    office.ctx.desk = replace(office.ctx.desk, coordinators=new)
    async with office.database.transaction() as tx:
        assert await showing.show_elsewhere(tx, office.ctx, 1)
        assert not await showing.show_elsewhere(tx, office.ctx, 1)
    await office.writes(IRINA, "И света")
    await office.deliver()
    said = [text for text in office.work.texts(new) if text]
    assert [True, True, True] == [
        words in text for words, text in zip(("Нет тепла", "И воды", "И света"), said, strict=True)
    ]
    (old,) = [effect for effect in office.work.effects(DESK) if isinstance(effect, EditMessage)]
    assert ("чат больше не работает" in old.text, None) == (True, old.keyboard)
    await office.writes(new, "Сегодня", reply_to=office.work.id_of(new, "№ 1 · Мессенджер"))
    await office.deliver()
    assert "Сегодня" == office.home.texts(IRINA)[-1]


async def test_keyboard_with_every_message(database_address: str) -> None:
    """Where a client shows the buttons of the last message alone, an answer has them too."""
    home = replace(ABLE, keyboard_each_time=True)
    async with open_office(database_address, home=home) as office:
        await office.writes(IRINA, "Нет тепла")
        await answer(office)
        assert [True, True] == [message.keyboard is not None for message, _ in office.home.messages(IRINA)]
        assert [] == [one for one in office.home.effects(IRINA) if isinstance(one, SetMark)]
