"""/mydata: a resident gets all that is stored about him, and nothing of anybody else."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapter import StoredFile
from bot.conversation.faq import Entry
from bot.model.content import Contact, Content, Location, Media, MediaKind
from handlers.chores import Chores
from handlers.media import MediaStore
from handlers.rights import my_data
from storage import events, faq
from tests.handlers.fakes import DESK, HOME, IRINA, OLEG, PLAIN, Office, photo
from tests.handlers.rights.house import REQUIRED, House, open_house


@pytest.fixture
async def house(database_address: str, tmp_path: Path) -> AsyncIterator[House]:
    """Irina has asked, with a file, and was answered; officials talked about it."""
    async with open_house(database_address, tmp_path) as opened:
        office = opened.office
        paper = Media(kind=MediaKind.DOCUMENT, channel=HOME, ref="d", file_name="акт <1>.pdf")
        message = await office.writes(IRINA, "Нет типла <b>", media=(paper,))
        await office.edits(IRINA, message, "Нет тепла <b>", media=(paper,))
        await office.writes(OLEG, "Чужая яма")
        await office.deliver()
        await office.writes(DESK, "/note 1 Жалуется опять")
        await office.writes(DESK, "Завтра дадут", reply_to=office.work.id_of(DESK, "№ 1 "), name="Сэротэтто")
        await office.deliver()
        yield opened


@pytest.fixture
def office(house: House) -> Office:
    return house.office


async def files(house: House) -> dict[str, bytes]:
    """The files that Irina has got, by what they are called."""
    await house.chores.once()
    await house.office.deliver()
    sent = [media for message, _ in house.office.home.messages(IRINA) for media in message.media]
    return {media.file_name: (await house.media.get(media)).path.read_bytes() for media in sent}


async def as_data(house: House) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((await files(house))["мои-данные.json"])
    return found


@pytest.mark.parametrize("word", ["мои данные", "Мои данные.", "/mydata"])
async def test_two_files(house: House, word: str) -> None:
    """He hears at once that they will come; they come in his chat, with a word that says what they are."""
    await house.office.writes(IRINA, word)
    await house.office.deliver()
    assert "Собираем всё, что о вас храним." in house.office.home.texts(IRINA)[-1]
    assert ["мои-данные.html", "мои-данные.json"] == sorted(await files(house))
    assert any(text.startswith("Здесь всё, что мы о вас храним") for text in house.office.home.texts(IRINA))


async def test_for_programs(house: House) -> None:
    """Who he is, his questions with all that he and officials said, what it said before, his files."""
    await house.office.presses(IRINA, "mydata:")
    data = await as_data(house)
    (about,), (question,) = data["about"], data["questions"]
    assert ("Мессенджер", IRINA.chat_id, "Ирина") == (about["channel"], about["chat"], about["name"])
    assert (1, "есть ответ") == (question["number"], question["status"])
    asked, answer = question["messages"]
    assert ("вы", "Нет тепла <b>") == (asked["by"], asked["text"])
    assert [{"file": "файл «акт <1>.pdf»", "kept": "нет"}] == asked["files"]
    assert ["Нет типла <b>"] == [one["text"] for one in asked["before"]]
    assert ("сотрудник", "Завтра дадут") == (answer["by"], answer["text"])
    assert len(data["updates"]) > 1


async def test_for_people(house: House) -> None:
    """The other file reads like a page: what he wrote is never taken for markup."""
    await house.office.writes(IRINA, "мои данные")
    page = (await files(house))["мои-данные.html"].decode()
    assert page.startswith("<!DOCTYPE html>")
    assert "<dt>Текст</dt><dd>Нет тепла &lt;b&gt;</dd>" in page
    assert "акт &lt;1&gt;.pdf" in page
    assert "<script" not in page
    assert "Как это прислал мессенджер" not in page


async def test_nothing_of_others(house: House) -> None:
    """Neither officials' names and notes nor other residents' words are in it."""
    await house.office.writes(IRINA, "мои данные")
    whole = b"".join((await files(house)).values()).decode()
    # As words: the same digits stand in moments, too.
    others = ("Сэротэтто", "Жалуется", "Чужая яма", OLEG.chat_id)
    assert [] == [word for word in others if re.search(rf"\b{word}\b", whole)]


async def test_all_that_one_can_send(house: House) -> None:
    """A place and a contact are there, and what he wrote while he was banned."""
    contact = Contact(name="Сосед", phone="+79005550000")
    content = Content(location=Location(latitude=65.5, longitude=72.5, title="Дом"), contact=contact)
    await house.office.writes(IRINA, content=content)
    await house.office.writes(DESK, "/ban 1 7д мат")
    await house.office.writes(IRINA, "Эй!")
    await house.office.writes(IRINA, "мои данные")
    data = await as_data(house)
    *_, sent, banned = data["questions"][0]["messages"]
    assert ("65.500000, 72.500000, Дом", "Сосед, +79005550000") == (sent["place"], sent["contact"])
    assert "Эй!" == banned["text"]
    assert "мат" == data["about"][0]["ban_reason"]


async def test_consents_and_what_waits(database_address: str, tmp_path: Path) -> None:
    """What he consented to is there, and what waits for his consent."""
    async with open_house(database_address, tmp_path, rights=REQUIRED) as house:
        await house.office.writes(IRINA, "Нет тепла")
        await house.office.writes(IRINA, "мои данные")
        assert ["Нет тепла"] == [one["text"] for one in (await as_data(house))["not_passed_on"]]
        house.office.clock.move(timedelta(hours=2))
        await house.office.writes(IRINA, "согласна")
        await house.office.writes(IRINA, "мои данные")
        await house.chores.once()
        await house.office.deliver()
        last = house.office.home.messages(IRINA)[-1][0].media[-1]
        data = json.loads((await house.media.get(last)).path.read_bytes())
        assert [("v1", "словом")] == [(one["version"], one["how"]) for one in data["consents"]]
        assert "not_passed_on" not in data


async def test_what_he_did(house: House) -> None:
    """Ratings and why, what he withdrew and opened again, what he was promised and shown: all in words."""
    office = house.office
    await office.presses(IRINA, "rate:1:1:2")
    await office.writes(IRINA, "Никто не приехал")
    await office.writes(IRINA, "открыть снова 1")
    await office.writes(IRINA, "отозвать 1")
    async with office.database.transaction() as tx:
        await faq.add(tx, Entry(id=0, question="Как согреться?", answer="Чаем"), by="", now=office.clock())
        await tx.raw.execute(
            "UPDATE questions SET promised_at = $1, offered = ARRAY[(SELECT id FROM faq)] WHERE id = 1", office.clock()
        )
    await office.writes(DESK, "/ban 1 7д мат")
    await office.writes(IRINA, "мои данные")
    both = await files(house)
    (question,) = json.loads(both["мои-данные.json"])["questions"]
    assert [2] == [one["rating"] for one in question["ratings"]]
    assert ["вы оценили ответ", "вы открыли вопрос снова", "вы отозвали вопрос", "вам на время запретили писать"] == [
        one["what"] for one in question["deeds"]
    ]
    assert "мат" in question["deeds"][-1]["ban_reason"]
    assert ["отзыв об ответе", "вы открыли вопрос снова"] == [
        one["kind"] for one in question["messages"] if "kind" in one
    ]
    assert office.clock().isoformat() == question["promised_at"]
    assert ["Как согреться?"] == [one["answers"] for one in question["offered"]]
    page = both["мои-данные.html"].decode()
    assert "<dt>Оценка, от 1 до 5</dt><dd>2</dd>" in page
    assert "<dd>вы открыли вопрос снова</dd>" in page


async def test_what_the_service_said(house: House) -> None:
    """What the service itself told him is there as long as it is stored; officials' answers are not there twice."""
    await house.office.writes(IRINA, "мои вопросы")
    await house.office.deliver()
    await house.office.writes(IRINA, "мои данные")
    said = [one["text"] for one in (await as_data(house))["told"]]
    assert any(text.startswith("Ваш вопрос принят: № 1.") for text in said)
    assert any("Нет тепла <b>" in text for text in said)
    assert "Завтра дадут" not in said


async def test_once_an_hour(house: House) -> None:
    """Asked again within the hour, he hears when he may; then he gets it again."""
    office = house.office
    for _ in range(3):
        await office.writes(IRINA, "мои данные")
    assert 1 == await office.value("SELECT count(*) FROM chores")
    await office.deliver()
    assert office.home.texts(IRINA)[-1].startswith("Вы уже просили файл со своими данными. Следующий можно получить")
    await house.chores.once()
    office.clock.move(timedelta(hours=1))
    await office.writes(IRINA, "мои данные")
    assert 1 == await office.value("SELECT count(*) FROM chores")


async def test_is_no_question(house: House) -> None:
    """The word does not join his question, and opens none."""
    await house.office.writes(IRINA, "мои данные")
    assert ["Нет тепла <b>", "Жалуется опять", "Завтра дадут"] == [
        one.content.text for one in await house.office.thread(1)
    ]


async def test_removed_meanwhile(house: House) -> None:
    """Who has it all removed before the file is made gets none, and none is left."""
    await house.office.writes(IRINA, "мои данные")
    await house.forgets(IRINA)
    await house.chores.once()
    await house.office.deliver()
    assert [] == [message for message, _ in house.office.home.messages(IRINA) if message.media]
    assert (0, []) == (await house.office.value("SELECT count(*) FROM chores"), house.stored())


class _Slow(MediaStore):
    """A store that somebody has to wait for: what is done meanwhile is done once."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def put(self, chunks: AsyncIterable[bytes], *, file_name: str, limit: int) -> StoredFile:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return await super().put(chunks, file_name=file_name, limit=limit)


async def test_removed_after_it_was_read(house: House) -> None:
    """Who has it all removed when it was read already, and begins anew, gets no file of what was before either."""
    office, store = house.office, _Slow(house.folder, clock=house.office.clock, reserve=0)

    async def begins_anew() -> None:
        await house.forgets(IRINA)
        await office.writes(IRINA, "Снова я")

    store.meanwhile = begins_anew
    await office.writes(IRINA, "мои данные")
    await Chores(office.ctx, {my_data.KIND: my_data.MyData(office.ctx, store).make}).once()
    await office.deliver()
    assert [] == [message for message, _ in office.home.messages(IRINA) if message.media]
    assert (0, []) == (await office.value("SELECT count(*) FROM chores"), house.stored())


async def test_file_that_he_has_goes_too(house: House) -> None:
    """The file in our store goes with everything else."""
    await house.office.writes(IRINA, "мои данные")
    await files(house)
    assert 2 == len(house.stored())
    await house.forgets(IRINA)
    assert [] == house.stored()


async def test_no_room(house: House) -> None:
    """Where the file cannot be kept he is told, and may ask again at once."""
    house.limit = 10
    await house.office.writes(IRINA, "мои данные")
    await house.chores.once()
    await house.office.deliver()
    assert house.office.home.texts(IRINA)[-1].startswith("Собрать файл с вашими данными сейчас не получилось.")
    await house.office.writes(IRINA, "мои данные")
    assert 1 == await house.office.value("SELECT count(*) FROM chores")


async def test_a_platform_of_plain_text(database_address: str, tmp_path: Path) -> None:
    """Where no file can be sent he reads that, instead of nothing."""
    async with open_house(database_address, tmp_path, home=PLAIN) as house:
        await house.office.writes(IRINA, "Нет тепла")
        await house.office.writes(IRINA, "мои данные")
        await house.chores.once()
        await house.office.deliver()
        assert "мои-данные.html" in house.office.home.texts(IRINA)[-1]


async def test_updates_that_were_not_understood(house: House) -> None:
    """What his messenger sent is in the file for programs, as it came."""
    async with house.office.database.transaction() as tx:
        update = house.office.home.update(house.office.received(IRINA, "x"), key="k-1")
        await events.add(tx, HOME, update)
    await house.office.writes(IRINA, "мои данные")
    assert '{"key": "k-1"}' in [one["raw"] for one in (await as_data(house))["updates"]]


async def test_photo(house: House) -> None:
    """Files are named, not sent back: with their size, and whether we have them."""
    house.contents["p"] = b"photo"
    await house.office.writes(IRINA, "Вот", media=(photo("p"), photo("q", size=700)))
    await house.media.get(photo("p"))
    await house.office.writes(IRINA, "мои данные")
    assert [{"file": "фото", "size": 5, "kept": "да"}, {"file": "фото", "size": 700, "kept": "нет"}] == (
        (await as_data(house))["questions"][0]["messages"][-1]["files"]
    )


async def test_in_english(house: House) -> None:
    """Who chose English gets words, names of files and labels in English; what was written stays as it is."""
    office = house.office
    await office.writes(IRINA, "Language English")
    await office.writes(IRINA, "my data")
    await office.deliver()
    assert office.home.texts(IRINA)[-1].startswith("We are collecting everything we keep about you.")
    found = await files(house)
    assert {"my-data.html", "my-data.json"} == set(found)
    page = found["my-data.html"].decode()
    assert "<h2>Your questions</h2>" in page
    assert "<dt>Language that you chose</dt><dd>en</dd>" in page
    assert "<dd>an official</dd>" in page
    assert "Завтра дадут" in page
    assert "Вопрос №" not in page
    assert any(text.startswith("Here is everything we keep about you") for text in office.home.texts(IRINA))


async def test_messenger_in_english(house: House) -> None:
    """The messenger is called as the reader calls it."""
    office = house.office
    office.ctx.look = replace(office.ctx.look, titles={HOME: "Сайт"})
    await office.writes(IRINA, "Language English")
    await office.writes(IRINA, "my data")
    assert "Website" == json.loads((await files(house))["my-data.json"])["about"][0]["channel"]


async def test_remembered_place(house: House) -> None:
    """The place that is kept for his next question is his, too."""
    await house.office.value("UPDATE conversations SET place = 'nowhere' WHERE chat_id = $1", IRINA.chat_id)
    await house.office.writes(IRINA, "мои данные")
    assert "nowhere" == (await as_data(house))["about"][0]["remembered_place"]


REMEMBERED = {
    "Russian": ("мои данные", "мои-данные", "Тема, которую мы запомнили", "Вода"),
    "English": ("my data", "my-data", "Topic that we remember", "Вода"),
    "gone from the settings": ("мои данные", "мои-данные", "Тема, которую мы запомнили", "water"),
}


@pytest.mark.parametrize(("word", "name", "label", "topic"), REMEMBERED.values(), ids=REMEMBERED.keys())
async def test_remembered_topic(house: House, word: str, name: str, label: str, topic: str) -> None:
    """The topic that he will be offered is in both files, by its name as long as it has one, in his language."""
    office = house.office
    if topic != "water":
        office.ctx.look = replace(office.ctx.look, topics={"water": topic})
    await office.value("UPDATE conversations SET topic = 'water' WHERE chat_id = $1", IRINA.chat_id)
    if word == "my data":
        await office.writes(IRINA, "Language English")
    await office.writes(IRINA, word)
    found = await files(house)
    assert topic == json.loads(found[f"{name}.json"])["about"][0]["remembered_topic"]
    assert f"<dt>{label}</dt><dd>{topic}</dd>" in found[f"{name}.html"].decode()


async def test_found_in_the_menu(house: House) -> None:
    """«Помощь» says the words and has the button, also for somebody who may not write."""
    office = house.office
    await office.writes(IRINA, "Помощь")
    await office.deliver()
    explanation, _ = office.home.messages(IRINA)[-1]
    assert all(word in explanation.text for word in ("«мои данные»", "«забыть меня»"))
    assert explanation.keyboard is not None
    buttons = {button.text: button.data for row in explanation.keyboard.rows for button in row}
    await office.writes(DESK, "/ban 1 7д мат")
    await office.presses(IRINA, buttons["Мои данные"])
    await office.deliver()
    assert office.home.texts(IRINA)[-1].startswith("Собираем всё, что о вас храним.")
