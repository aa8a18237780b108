"""What people really send: stickers first, voices of an hour, chains of others' words, scripts of other peoples."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.conversation.faq import Entry
from bot.model.content import Content, Media, MediaKind
from bot.model.message import SendMessage
from bot.model.question import Status
from handlers.indexing import Indexing
from tests.handlers.fakes import DESK, ENERGY, HOME, IRINA, Office, open_office, photo
from tests.handlers.story import desk

LARGE = 90 * 1024 * 1024


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address, desk=desk()) as opened:
        yield opened


async def test_sticker_first(office: Office) -> None:
    """Who begins with a sticker has a question with a number, and the officials have the sticker."""
    sticker = Media(kind=MediaKind.STICKER, channel=HOME, ref="s", emoji="🥶")
    await office.writes(IRINA, content=Content(media=(sticker,)))
    await office.deliver()
    assert office.home.texts(IRINA)[0].startswith("Ваш вопрос принят: № 1.")
    shown = [message for message, _ in office.work.messages(DESK)]
    assert [sticker] == [media for message in shown for media in message.media]
    assert any("№ 1" in message.text for message in shown)


TOO_LARGE = {
    "voice": (Media(kind=MediaKind.VOICE, channel=HOME, ref="v", duration=3600, size=LARGE), "голосовое сообщение"),
    "round video": (Media(kind=MediaKind.VIDEO_NOTE, channel=HOME, ref="n", duration=60, size=LARGE), "видеосообщение"),
    "video": (Media(kind=MediaKind.VIDEO, channel=HOME, ref="f", duration=3600, size=LARGE), "видео"),
}


@pytest.mark.parametrize(("media", "called"), TOO_LARGE.values(), ids=TOO_LARGE.keys())
async def test_an_hour_long(office: Office, media: Media, called: str) -> None:
    """What is too large to be passed on is named to both sides; the words with it stay, and so does the question."""
    await office.writes(IRINA, content=Content(text="Слышно, как стучит", media=(media,)))
    await office.deliver()
    (card,) = office.work.texts(DESK)
    assert "Слышно, как стучит" in card
    assert called in card.lower()
    assert "90 МБ" in card
    confirmed, told = office.home.texts(IRINA)
    assert "№ 1" in confirmed
    assert told.startswith("Не получилось передать: ")
    assert called in told


async def test_an_hour_long_without_words(office: Office) -> None:
    """A voice that cannot be passed on, and nothing else, is a question all the same: somebody can ask back."""
    await office.writes(IRINA, content=Content(media=(TOO_LARGE["voice"][0],)))
    await office.deliver()
    (card,) = office.work.texts(DESK)
    assert card.startswith("№ 1 · ")
    assert "90 МБ" in card


async def test_forwarded_chain(office: Office) -> None:
    """Hundreds of forwarded messages are kept whole, and a card shows as much as can be read of them."""
    chain = "\n\n".join(f"Пересланное сообщение (vk.com/id{n}):\n{'слово ' * 60}".strip() for n in range(200))
    await office.writes(IRINA, chain)
    await office.deliver()
    assert chain == (await office.thread(1))[0].content.text
    shown = "".join(office.work.texts(DESK))
    assert "(vk.com/id0)" in shown
    assert f"[показаны первые 20000 знаков из {len(chain)}]" in shown
    assert len(shown) < 22_000


#: Scripts and signs that people here write in, each with two words of it to look for.
SCRIPTS = {
    "Nenets": ("Харад яӈгу, ӈэсы ханяна? ʼТецьда ӈэвы", "ӈэсы"),
    "Khanty": ("Хөтӈәл ԓапәт пўш, няврєм ӆоват", "няврєм"),
    "Arabic": ("متى ستعود التدفئة إلى المنزل؟", "التدفئة"),
    "Chinese": ("暖气什么时候开?我们家很冷", "暖气什么时候开"),
    "Tajik": ("Оби гарм кай мешавад? Хонаи мо хунук аст", "хунук"),
    "Georgian": ("როდის ჩაირთვება გათბობა?", "გათბობა"),
    "mixed": ("Нет тепла 🥶 في المنزل, ӈэсы № 5, 暖气!", "المنزل"),
    "letters in two parts": ("Отопле\u0438\u0306ние в мои\u0306 дом", "дом"),
    "mathematical letters": ("𝓝𝓸 𝓱𝓮𝓪𝓽 в доме", "доме"),
}


@pytest.mark.parametrize(("text", "word"), SCRIPTS.values(), ids=SCRIPTS.keys())
async def test_any_script(office: Office, text: str, word: str) -> None:
    """In whatever script somebody asks: nothing of it is lost on cards, in lists, in searches and on his own page."""
    office.ctx.answers.of_file = (Entry(id=0, question="Когда включат тепло?", answer="Скоро."),)
    await office.ctx.answers.once()
    await office.writes(IRINA, text, name="Ӈадер 王")
    await Indexing(office.ctx).once()
    await office.writes(DESK, "/open")
    await office.writes(DESK, f"/find {word}")
    await office.writes(IRINA, "мои вопросы")
    await office.deliver()
    assert text == (await office.thread(1))[0].content.text
    chat = ENERGY if office.work.texts(ENERGY) else DESK
    card = next(one for one in office.work.texts(chat) if one.startswith("№ 1 · "))
    assert card.startswith("№ 1 · Мессенджер · Ӈадер 王\n")
    assert text in card
    listed = next(one for one in office.work.texts(DESK) if one.startswith("Ждёт ответа: 1"))
    assert text in listed
    found = next(one for one in office.work.texts(DESK) if one.startswith("Нашлось: "))
    assert found.startswith("Нашлось: 1\n")
    own = next(one for one in office.home.texts(IRINA) if one.startswith("Ваши вопросы: 1"))
    assert text in own


@pytest.mark.parametrize(("text", "word"), SCRIPTS.values(), ids=SCRIPTS.keys())
async def test_answer_in_any_script(office: Office, text: str, word: str) -> None:
    """What officials answer arrives as it was written, too."""
    await office.writes(IRINA, "Почему закрыт мост?")
    await office.deliver()
    await office.writes(DESK, text, reply_to=office.work.id_of(DESK, "№ 1"))
    await office.deliver()
    assert text in office.home.texts(IRINA)[-1]
    assert word in office.home.texts(IRINA)[-1]


async def test_routed_among_other_scripts(office: Office) -> None:
    """A word that says the topic is found wherever it stands."""
    await office.writes(IRINA, "ӈэсы 暖气 тепло في المنزل")
    await office.deliver()
    assert "energy" == (await office.question(1)).department


async def test_two_devices_at_once(office: Office) -> None:
    """A phone and a computer that write, press and ask at the same moment: one question, nothing lost or doubled."""
    await asyncio.gather(
        office.writes(IRINA, "Нет воды на улице Мира"),
        office.writes(IRINA, "Дом 5"),
        office.presses(IRINA, "help", press_id="p1"),
        office.presses(IRINA, "my:", press_id="p2"),
        office.writes(IRINA, "новости"),
    )
    await office.deliver()
    assert 1 == await office.value("SELECT count(*) FROM questions")
    assert {"Нет воды на улице Мира", "Дом 5"} == {one.content.text for one in await office.thread(1)}
    assert 0 == await office.value("SELECT count(*) FROM events WHERE status = 'failed'")
    said = [one.text for one in office.home.effects(IRINA) if isinstance(one, SendMessage)]
    assert 1 == sum(text.startswith("Ваш вопрос принят: № 1") for text in said)
    assert 1 == sum(text.startswith("Просто напишите вопрос") for text in said)


async def test_two_devices_withdraw(office: Office) -> None:
    """Withdrawn on one device and added to on the other: his words are with the officials, whichever came first."""
    await office.writes(IRINA, "Нет воды на улице Мира")
    await asyncio.gather(
        office.presses(IRINA, "withdraw:1", press_id="p1"),
        office.writes(IRINA, "Воды нет и у соседей!"),
    )
    await office.deliver()
    assert 1 == sum("Воды нет и у соседей!" in text for text in office.work.texts(DESK))


#: A letter with as many marks above and below as one message holds.
ZALGO = "я" + "\u0335\u0489\u030d\u0317" * 1024


async def test_marks_upon_marks(office: Office) -> None:
    """A letter that bears thousands of marks is a question like any other, whole, and its answer comes."""
    await office.writes(IRINA, ZALGO)
    await office.deliver()
    shown = office.work.texts(DESK)
    assert "".join(shown).endswith(ZALGO)
    await office.writes(DESK, "Не разобрать", reply_to=office.work.id_of(DESK, "№ 1 · "))
    await office.deliver()
    assert "Не разобрать" in office.home.texts(IRINA)[-1]


async def test_marks_alone(office: Office) -> None:
    """Marks upon nothing show nothing: whoever sent them hears so, and no question opens."""
    await office.writes(IRINA, "\u0335\u0489" * 2048)
    await office.deliver()
    assert [] == office.work.texts(DESK)
    assert 1 == len(office.home.texts(IRINA))


async def test_a_hundred_photos(office: Office) -> None:
    """An album of a hundred photos is one question, and all of them come, in order."""
    for n in range(100):
        await office.writes(IRINA, "Яма" if not n else "", media=(photo(f"p{n:02}"),), album="al1")
    await office.deliver()
    (only,) = await office.thread(1)
    assert 100 == len(only.content.media)
    shown = [media.ref for message, _ in office.work.messages(DESK) for media in message.media]
    assert [f"p{n:02}" for n in range(100)] == shown
    assert 1 == sum("принят: № " in text for text in office.home.texts(IRINA))


async def test_edited_to_nothing(office: Office) -> None:
    """An edit that leaves nothing of a message is shown with what stood there before; the question stays."""
    message = await office.writes(IRINA, "Течёт крыша")
    await office.deliver()
    await office.edits(IRINA, message, "\u200b")
    await office.deliver()
    assert "№ 1 · житель исправил сообщение\n\nБыло: Течёт крыша\n\nСтало: —" == office.work.texts(DESK)[-1]
    assert Status.OPEN is (await office.question(1)).status


async def test_edited_when_closed(office: Office) -> None:
    """An edit after the question was closed comes before the officials, and opens nothing by itself."""
    message = await office.writes(IRINA, "Течёт крыша")
    await office.deliver()
    await office.writes(DESK, "/close 1 Повтор")
    await office.deliver()
    await office.edits(IRINA, message, "Течёт крыша, Ленина 5")
    await office.deliver()
    assert "Стало: Течёт крыша, Ленина 5" in office.work.texts(DESK)[-1]
    assert Status.CLOSED is (await office.question(1)).status
