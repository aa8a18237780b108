"""/forget: what a resident is asked and told, what officials see, and that others' questions stay as they are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.conversation.wishes import CONFIRMS_WITHIN
from bot.delivery.entry import Role
from bot.errors import Rejected
from bot.model.chat import ChatRef
from bot.model.message import AnswerPress, DeleteMessage, EditMessage, SendMessage
from bot.model.question import CloseKind, Status
from bot.rights import Rights
from handlers.delivery.claim import put_cards_together
from handlers.indexing import Indexing
from handlers.upkeep import Upkeep
from storage.outbox import State
from tests.handlers.fakes import DESK, HOME, IRINA, OLEG, PLAIN, Office, photo
from tests.handlers.rights.house import DAY, House, open_house

MARIA, ANNA = ChatRef(channel=HOME, chat_id="103"), ChatRef(channel=HOME, chat_id="104")
GONE = "№ 1 · житель удалил свои данные"


@pytest.fixture
async def house(database_address: str, tmp_path: Path) -> AsyncIterator[House]:
    """Irina has asked, and her question is shown."""
    async with open_house(database_address, tmp_path) as opened:
        await opened.office.writes(IRINA, "Нет тепла")
        await opened.office.deliver()
        yield opened


@pytest.fixture
def office(house: House) -> Office:
    return house.office


async def last_said(office: Office) -> str:
    await office.deliver()
    return office.home.texts(IRINA)[-1]


async def conversations(office: Office) -> list[str]:
    return [row["chat_id"] for row in await office.rows("SELECT chat_id FROM conversations ORDER BY id")]


# --- asking, confirming --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["/forget", "забыть меня", "Забудьте меня!", "удалить мои данные"])
async def test_asked_before_anything_goes(office: Office, word: str) -> None:
    """The word alone removes nothing: he is told what would go, and has two buttons."""
    await office.writes(IRINA, word)
    await office.deliver()
    request, _ = office.home.messages(IRINA)[-1]
    assert "Вернуть их будет нельзя. Вопрос № 1 без ответа: мы закроем его" in request.text
    assert request.keyboard is not None
    assert ["Да, удалить", "Нет, оставить"] == [button.text for button in request.keyboard.rows[0]]
    assert ["Нет тепла"] == [one.content.text for one in await office.thread(1)]


@pytest.mark.parametrize("how", ["forget-yes", "Да, удалить", "да удалить."])
async def test_confirmed(office: Office, how: str) -> None:
    """The button and its words do the same: he hears that all is gone, and that no answer will come."""
    await office.writes(IRINA, "забыть меня")
    await (office.presses(IRINA, how) if how == "forget-yes" else office.writes(IRINA, how))
    assert (
        "Готово: всё, что мы о вас хранили, удалено. Вопрос № 1 закрыт, ответа не будет. "
        "Если захотите спросить снова, просто напишите."
    ) == await last_said(office)
    question = await office.question(1)
    assert (Status.CLOSED, CloseKind.FORGOTTEN, None) == (question.status, question.close_kind, question.waiting_since)
    assert "withdrawn" == await office.value("SELECT outcome FROM waits")
    assert ["forgotten-1"] == await conversations(office)


@pytest.mark.parametrize("how", ["forget-no", "нет, оставить"])
async def test_thought_better_of_it(office: Office, how: str) -> None:
    """«Нет, оставить» leaves everything; the other button does nothing any more."""
    await office.writes(IRINA, "забыть меня")
    await (office.presses(IRINA, how) if how == "forget-no" else office.writes(IRINA, how))
    assert "Хорошо, ничего не удаляем." == await last_said(office)
    await office.presses(IRINA, "forget-yes")
    assert (await last_said(office)).startswith("Мы ничего не удалили")
    assert Status.OPEN is (await office.question(1)).status


@pytest.mark.parametrize("how", ["forget-yes", "Да, удалить"])
async def test_confirmed_too_late(office: Office, how: str) -> None:
    """After ten minutes neither the button nor its words remove anything."""
    await office.writes(IRINA, "забыть меня")
    office.clock.move(CONFIRMS_WITHIN + timedelta(seconds=1))
    await (office.presses(IRINA, how) if how == "forget-yes" else office.writes(IRINA, how))
    assert (await last_said(office)).startswith("Мы ничего не удалили: подтвердить можно в течение 10 минут.")
    assert ["Нет тепла"] == [one.content.text for one in await office.thread(1)]


@pytest.mark.parametrize("words", ["Нет, оставить", "Да, удалить"])
async def test_words_of_somebody_who_is_not_asked(office: Office, words: str) -> None:
    """What the buttons say, written by somebody who was not asked, is what he wanted to say: to an official, say."""
    await office.writes(IRINA, words)
    assert ["Нет тепла", words] == [one.content.text for one in await office.thread(1)]


async def test_words_of_a_year_later(office: Office) -> None:
    """Whoever was asked long ago means something else by these words; the button says that it is too late."""
    await office.writes(IRINA, "забыть меня")
    office.clock.move(timedelta(days=365))
    await office.presses(IRINA, "forget-yes")
    assert (await last_said(office)).startswith("Мы ничего не удалили")
    await office.writes(IRINA, "Да, удалить")
    assert ["Нет тепла", "Да, удалить"] == [one.content.text for one in await office.thread(1)]


async def test_other_words_are_no_answer(office: Office) -> None:
    """Whatever else he writes while he is asked belongs to his question, «да» too."""
    await office.writes(IRINA, "забыть меня")
    await office.writes(IRINA, "да")
    assert ["Нет тепла", "да"] == [one.content.text for one in await office.thread(1)]


async def asked_by_an_official(office: Office) -> None:
    await office.writes(DESK, "/clarify 1 Удалить вашу заявку из очереди?")
    await office.deliver()


UNCLEAR = "Мы ничего не удалили: после вашей просьбы мы написали вам ещё"


@pytest.mark.parametrize("minutes", [1, 30], ids=["in time", "too late"])
async def test_an_official_has_asked_since(office: Office, minutes: int) -> None:
    """What may be said to an official removes nothing: it goes to him, and the resident hears how to go on."""
    await office.writes(IRINA, "забыть меня")
    await asked_by_an_official(office)
    office.clock.move(timedelta(minutes=minutes))
    await office.writes(IRINA, "Да, удалить")
    await office.deliver()
    assert [True] == [True for text in office.home.texts(IRINA) if text.startswith(UNCLEAR)]
    assert Status.OPEN is (await office.question(1)).status
    assert "Да, удалить" == (await office.thread(1))[-1].content.text


async def test_refusal_may_be_for_an_official(office: Office) -> None:
    """So does «Нет, оставить»."""
    await office.writes(IRINA, "забыть меня")
    await asked_by_an_official(office)
    await office.writes(IRINA, "Нет, оставить")
    assert "Нет, оставить" == (await office.thread(1))[-1].content.text


async def test_button_means_what_it_stands_under(office: Office) -> None:
    """The button is under the very question whether all is to go: whoever presses it has read that."""
    await office.writes(IRINA, "забыть меня")
    await asked_by_an_official(office)
    await office.presses(IRINA, "forget-yes")
    assert (await last_said(office)).startswith("Готово")


async def test_the_service_has_asked_since(office: Office) -> None:
    """Whatever was said to him since, the words are no plain yes to this: nothing goes, and nobody is troubled."""
    await office.writes(IRINA, "забыть меня")
    await office.writes(IRINA, "отозвать")
    await office.writes(IRINA, "Да, удалить")
    assert (await last_said(office)).startswith(UNCLEAR)
    assert ["Нет тепла"] == [one.content.text for one in await office.thread(1)]
    await office.writes(IRINA, "забыть меня")
    await office.writes(IRINA, "Да, удалить")
    assert (await last_said(office)).startswith("Готово")


async def test_pressed_twice(house: House) -> None:
    """Two devices at once: done once, said once; the second press does not make him known again."""
    office = house.office
    await office.writes(IRINA, "забыть меня")
    await asyncio.gather(*(office.presses(IRINA, "forget-yes", press_id=f"p{n}") for n in range(4)))
    await office.presses(IRINA, "forget-yes", press_id="later")
    await office.deliver()
    assert 1 == len([text for text in office.home.texts(IRINA) if text.startswith("Готово")])
    assert 5 == len([effect for effect in office.home.effects(IRINA) if isinstance(effect, AnswerPress)])
    assert ["forgotten-1"] == await conversations(office)


async def test_redelivered(office: Office) -> None:
    """The press and the words before it, delivered again afterwards, change nothing."""
    question = office.received(OLEG, "Яма")
    await office.accept(OLEG, question, key="asked")
    await office.writes(OLEG, "забыть меня")
    press = office.pressed(OLEG, "forget-yes")
    await office.accept(OLEG, press, key="pressed")
    await office.accept(OLEG, press, key="pressed")
    await office.accept(OLEG, question, key="asked")
    assert 2 == await office.value("SELECT count(*) FROM questions")
    assert 1 == len([row for row in await office.entries(OLEG) if row.text.startswith("Готово")])


async def test_redelivered_under_a_key_with_his_id(house: House) -> None:
    """Some platforms' keys have his id in them, and it is removed from there: what he sent is known all the same."""
    office = house.office
    question, yes = office.received(OLEG, "Яма"), office.received(OLEG, "Да, удалить")
    await office.accept(OLEG, question, key=f"message:{OLEG.chat_id}:1")
    await office.writes(OLEG, "забыть меня")
    await office.accept(OLEG, yes, key=f"message:{OLEG.chat_id}:2")
    await house.traces.once()
    assert [] == await office.rows("SELECT key FROM events WHERE key LIKE '%' || $1 || '%'", OLEG.chat_id)
    for sent, key in ((question, 1), (yes, 2)):
        await office.accept(OLEG, sent, key=f"message:{OLEG.chat_id}:{key}")
    assert [IRINA.chat_id, "forgotten-2"] == await conversations(office)


async def test_correction_of_what_is_gone(office: Office) -> None:
    """An old message that he corrects afterwards does not make him known again."""
    message = await office.writes(OLEG, "Яма")
    await office.writes(OLEG, "забыть меня")
    await office.presses(OLEG, "forget-yes")
    await office.edits(OLEG, message, "Большая яма")
    assert [IRINA.chat_id, "forgotten-2"] == await conversations(office)


async def test_nobody_else_is_touched(house: House) -> None:
    """Of others not a word goes."""
    office = house.office
    await office.writes(OLEG, "Яма", media=(photo("o"),))
    await office.deliver()
    before = [await office.thread(2), await office.question(2), [one.state for one in await office.entries(OLEG)]]
    await house.forgets(IRINA)
    await house.a_day_later()
    after = [await office.thread(2), await office.question(2), [one.state for one in await office.entries(OLEG)]]
    assert before == after


async def test_writes_again_as_a_stranger(house: House) -> None:
    """Afterwards he may ask again: another question, as if for the first time; a day later it is all there."""
    await house.forgets(IRINA)
    await house.office.writes(IRINA, "Нет воды")
    await house.a_day_later()
    assert "59-ФЗ" in house.office.home.texts(IRINA)[-1]
    assert (["Нет воды"], "Ирина") == (
        [one.content.text for one in await house.office.thread(2)],
        (await house.office.question(2)).resident,
    )
    await house.office.writes(IRINA, "И света")
    assert 2 == len(await house.office.thread(2))


async def test_what_was_remembered_is_forgotten(house: House) -> None:
    """Neither his old row nor the stranger that he is afterwards has a place, or a topic to be offered."""
    office = house.office
    await office.value("UPDATE conversations SET place = 'nadym', topic = 'water' WHERE chat_id = $1", IRINA.chat_id)
    await house.forgets(IRINA)
    await office.writes(IRINA, "Нет воды")
    assert 0 == await office.value("SELECT count(*) FROM conversations WHERE place <> '' OR topic <> ''")
    assert ["", ""] == [(await office.question(number)).last_topic for number in (1, 2)]


async def test_somebody_without_a_question(house: House) -> None:
    """Who never asked has himself forgotten too."""
    await house.office.starts(OLEG)
    await house.forgets(OLEG)
    await house.a_day_later()
    assert "Готово: всё, что мы о вас хранили, удалено. Если захотите" in house.office.home.texts(OLEG)[-1]
    assert [] == await house.office.entries(OLEG)


async def test_what_waits_is_dropped(house: House) -> None:
    """An answer on its way to him is dropped: the last word is the last."""
    office = house.office
    await office.writes(DESK, "Завтра", reply_to=office.work.id_of(DESK, "№ 1 "))
    await house.forgets(IRINA)
    await office.deliver()
    assert office.home.texts(IRINA)[-1].startswith("Готово")
    assert "Завтра" not in office.home.texts(IRINA)


async def test_what_is_being_sent_goes_a_day_later(house: House) -> None:
    """An answer that is being sent while he confirms arrives; nothing of it is left afterwards."""
    office = house.office
    await office.writes(DESK, "Завтра в девять", reply_to=office.work.id_of(DESK, "№ 1 "))
    gate = office.home.hold(IRINA)
    async with office.sending():
        await gate.wait()
        await house.forgets(IRINA)
        gate.open()
        await office.delivered()
    await house.a_day_later()
    assert [] == await office.entries(IRINA)
    assert 0 == await office.value("SELECT count(*) FROM links WHERE chat_id = $1", IRINA.chat_id)


async def sources(office: Office) -> list[tuple[str, str]]:
    """Where people came from who asked, by question: in the questions and in the figures."""
    rows = await office.rows(
        "SELECT q.source, w.source AS counted FROM questions q JOIN waits w ON w.question_id = q.id"
    )
    return sorted((row["source"], row["counted"]) for row in rows)


async def test_link_by_which_he_came(house: House) -> None:
    """A link by which nobody else came may be about him: it goes. Others' stays in the figures until the last goes."""
    office = house.office
    for who, source in ((OLEG, "poster"), (MARIA, "poster"), (ANNA, "for-anna")):
        await office.starts(who, source=source)
        await office.writes(who, "Яма")
    await house.forgets(OLEG)
    await house.forgets(ANNA)
    assert [("", ""), ("", ""), ("poster", "poster"), ("poster", "poster")] == await sources(office)
    await house.forgets(MARIA)
    assert [("", "")] * 4 == await sources(office)


# --- what officials see --------------------------------------------------------------------------------------------


async def test_card_says_that_he_is_gone(house: House) -> None:
    """The card is edited, without buttons; what showed more of his words is deleted."""
    office = house.office
    added = "И воды тоже"
    await office.writes(IRINA, added)
    await office.deliver()
    card, follow_up = (office.work.id_of(DESK, words) for words in ("Нет тепла", added))
    await house.forgets(IRINA)
    await office.deliver()
    edit = next(one for one in office.work.effects(DESK) if isinstance(one, EditMessage))
    assert EditMessage(message_id=card, text=GONE) == edit
    assert [follow_up] == [one.message_id for one in office.work.effects(DESK) if isinstance(one, DeleteMessage)]
    assert 2 == len(office.work.texts(DESK))


async def test_card_with_files(house: House) -> None:
    """A caption can be edited and a photo cannot: the message goes, and a line says why."""
    office = house.office
    await office.writes(OLEG, "Яма", media=(photo("p1"), photo("p2")))
    await office.deliver()
    ids = next(ids for message, ids in office.work.messages(DESK) if len(message.media) == 2)
    await house.forgets(OLEG)
    await office.deliver()
    deleted = [one.message_id for one in office.work.effects(DESK) if isinstance(one, DeleteMessage)]
    assert list(ids) == [one for one in deleted if one in ids]
    assert "№ 2: житель удалил свои данные, отвечать не нужно." == office.work.texts(DESK)[-1]


async def test_card_that_nobody_has_seen(database_address: str, tmp_path: Path) -> None:
    """What was still waiting to be shown is never shown."""
    async with open_house(database_address, tmp_path) as house:
        await house.office.writes(IRINA, "Нет тепла")
        await house.forgets(IRINA)
        await house.office.deliver()
        assert [] == house.office.work.asked


async def test_without_edits(database_address: str, tmp_path: Path) -> None:
    """Where messages can be neither edited nor deleted, a line says that nobody need answer."""
    async with open_house(database_address, tmp_path, work=PLAIN) as house:
        await house.office.writes(IRINA, "Нет тепла")
        await house.office.deliver()
        await house.forgets(IRINA)
        await house.office.deliver()
        assert ["№ 1: житель удалил свои данные, отвечать не нужно."] == house.office.work.texts(DESK)[1:]


async def test_question_that_was_over(house: House) -> None:
    """Of what was closed long ago officials hear nothing new, but the card loses his words."""
    office = house.office
    await office.writes(DESK, "/close 1 решено")
    await office.deliver()
    said = office.work.texts(DESK)
    await house.forgets(IRINA)
    await office.deliver()
    assert said == office.work.texts(DESK)
    assert GONE in [one.text for one in office.work.effects(DESK) if isinstance(one, EditMessage)]
    question = await office.question(1)
    assert (CloseKind.BY_OFFICIAL, "") == (question.close_kind, question.close_reason)


REFUSED = "№ 1: житель удалил свои данные или срок их хранения вышел, ответить ему нельзя."
COMMANDS = [
    "/take 1",
    "/close 1 решено",
    "/reopen 1",
    "/clarify 1 где?",
    "/interim 1 пока так",
    "/note 1 слова",
    "/ban 1 7д",
]


@pytest.mark.parametrize("command", COMMANDS)
async def test_nothing_can_be_done_with_it(house: House, command: str) -> None:
    """Every command for such a question is refused, and says why."""
    await house.forgets(IRINA)
    await house.office.writes(DESK, command)
    await house.office.deliver()
    assert REFUSED == house.office.work.texts(DESK)[-1]


async def test_reply_goes_nowhere(house: House) -> None:
    """A reply to the old card reaches nobody, and its author hears why; so does one that was held back."""
    office = house.office
    card = office.work.id_of(DESK, "Нет тепла")
    await office.writes(DESK, "Ответ без номера", reply_to="12345", by_bot=False)
    await house.forgets(IRINA)
    before = await office.entries(IRINA)
    await office.writes(DESK, "Завтра дадут", reply_to=card)
    await office.presses(DESK, "take:1", message_id=card)
    await office.deliver()
    assert REFUSED in office.work.texts(DESK)
    assert [one.id for one in before] == [one.id for one in await office.entries(IRINA)]
    assert 0 == await office.value("SELECT count(*) FROM messages WHERE content ->> 'text' = 'Завтра дадут'")


async def test_correction_of_an_answer_goes_nowhere(house: House) -> None:
    """An official who corrects his old answer brings nothing back."""
    office = house.office
    card = office.work.id_of(DESK, "Нет тепла")
    answer = await office.writes(DESK, "Завтра", reply_to=card)
    await office.deliver()
    await house.forgets(IRINA)
    await office.edits(DESK, answer, "Послезавтра")
    assert 0 == await office.value("SELECT count(*) FROM messages WHERE content ->> 'text' <> ''")


async def test_thread_and_log_say_what_happened(house: House) -> None:
    """/q shows that there was a question, and its log that the resident had it removed."""
    await house.forgets(IRINA)
    await house.office.writes(DESK, "/q 1")
    await house.office.writes(DESK, "/q 1 log")
    await house.office.deliver()
    thread, trail = house.office.work.texts(DESK)[-2:]
    assert thread.startswith("№ 1 · Мессенджер · Житель\nЗадан ")
    assert "житель удалил свои данные" in trail


async def test_lists_are_shortened(database_address: str, tmp_path: Path) -> None:
    """Where his question stood among others its lines go, in the admin chat and in the outbox; the others stay."""
    async with open_house(database_address, tmp_path) as house:
        office = house.office
        for number, who in enumerate((OLEG, IRINA), start=1):
            await office.writes(who, f"Тайное слово {number}", name=f"Житель-{number}")
        await office.writes(DESK, "/open")
        await office.deliver()
        listed = office.work.texts(DESK)[-1] if "Ждут" in office.work.texts(DESK)[-1] else office.work.texts(DESK)[0]
        assert "Тайное слово 2" in listed
        await house.forgets(IRINA)
        await office.deliver()
        (edit,) = [
            one for one in office.work.effects(DESK) if isinstance(one, EditMessage) and "Ждут ответа" in one.text
        ]
        assert listed.split("\n\n")[1] == edit.text.split("\n\n")[1]
        assert "№ 2 · житель удалил свои данные" == edit.text.split("\n\n")[2]
        assert {"№ 1", "№ 2"} <= {edit.text[one.start : one.end] for one in edit.spans}
        assert 0 == await office.value(
            "SELECT count(*) FROM outbox WHERE position($1 in effect) > 0", "Тайное слово 2".encode()
        )
        assert [] == [one for one in await office.entries(None, Role.CARD) if one.text and one.question == 2]


async def test_cards_put_together(database_address: str, tmp_path: Path) -> None:
    """A message that shows several cards loses his lines, and a reply to it finds the others as before."""
    async with open_house(database_address, tmp_path) as house:
        office = house.office
        for number, who in enumerate((OLEG, IRINA, MARIA), start=1):
            await office.writes(who, f"Тайное слово {number}", name=f"Житель-{number}")
        async with office.database.transaction() as tx:
            await put_cards_together(tx, office.ctx, DESK, 1)
        await office.deliver()
        await house.forgets(IRINA)
        await office.deliver()
        (edit,) = [one for one in office.work.effects(DESK) if isinstance(one, EditMessage)]
        assert [
            "№ 1 · Житель-1\nТайное слово 1",
            "№ 2 · житель удалил свои данные",
            "№ 3 · Житель-3\nТайное слово 3",
        ] == (edit.text.split("\n\n")[1:4])
        await office.writes(DESK, "3 Сделаем", reply_to=edit.message_id)
        await office.writes(DESK, "2 Сделаем", reply_to=edit.message_id)
        await office.deliver()
        assert "Сделаем" in office.home.texts(MARIA)
        assert "Сделаем" not in office.home.texts(IRINA)
        # A second one is taken out of what the first has left.
        await house.forgets(MARIA)
        await office.deliver()
        last = [one for one in office.work.effects(DESK) if isinstance(one, EditMessage)][-1]
        assert "№ 3 · житель удалил свои данные" == last.text.split("\n\n")[3]


async def test_waiting_cards_put_together(database_address: str, tmp_path: Path) -> None:
    """Before anybody has seen them, cards put together lose his lines in the outbox already."""
    async with open_house(database_address, tmp_path) as house:
        office = house.office
        for number, who in enumerate((OLEG, IRINA), start=1):
            await office.writes(who, f"Тайное слово {number}")
        async with office.database.transaction() as tx:
            await put_cards_together(tx, office.ctx, DESK, 1)
        await house.forgets(IRINA)
        await office.deliver()
        (shown,) = office.work.texts(DESK)
        assert ("Тайное слово 1" in shown, "Тайное слово 2" in shown) == (True, False)


# --- bans, the law -------------------------------------------------------------------------------------------------


async def test_banned(house: House) -> None:
    """Who may not write has himself forgotten, too; until the ban is over his chat alone is remembered."""
    office = house.office
    await office.writes(DESK, "/ban 1 7д мат")
    await office.deliver()
    await house.forgets(IRINA)
    assert "Писать сюда можно будет после " in await last_said(office)
    await office.writes(IRINA, "Эй!")
    assert 1 == await office.value("SELECT count(*) FROM questions")
    await house.a_day_later()
    assert ["forgotten-1", IRINA.chat_id] == await conversations(office)
    (row,) = await office.rows("SELECT ban_reason, banned_until FROM conversations WHERE chat_id = $1", IRINA.chat_id)
    assert ("", True) == (row["ban_reason"], row["banned_until"] > office.clock())


async def test_banned_until_it_is_over(house: House) -> None:
    """Of somebody who stayed away the ban is forgotten when it is over."""
    office = house.office
    await office.writes(DESK, "/ban 1 7д мат")
    await house.forgets(IRINA)
    await house.a_day_later()
    office.clock.move(7 * DAY)
    await house.retention.once()
    assert ["forgotten-1"] == await conversations(office)


async def test_kept_by_law(house: House) -> None:
    """What the law wants kept is locked away: he is told until when; nothing shows it; then it is erased."""
    office = house.office
    house.contents["p"] = b"photo"
    await office.writes(IRINA, "Тайна", media=(photo("p"),))
    await house.media.get(photo("p"))
    office.ctx.rights = Rights(locked_for=365 * DAY)
    await office.writes(IRINA, "забыть меня")
    assert "закон велит хранить: до " in await last_said(office)
    await office.presses(IRINA, "forget-yes")
    assert "лежат под замком" in await last_said(office)
    await house.traces.once()
    assert ["", ""] == [one.content.text for one in await office.thread(1)]
    (row,) = await office.rows("SELECT until, content::text FROM sealed")
    assert office.clock() + 365 * DAY == row["until"]
    assert all(word in row["content"] for word in ("Нет тепла", "Тайна", "Ирина", IRINA.chat_id))
    assert [b"photo"] == house.stored()
    office.clock.move(364 * DAY)
    await house.retention.once()
    assert 1 == await office.value("SELECT count(*) FROM sealed")
    office.clock.move(2 * DAY)
    await house.retention.once()
    assert (0, []) == (await office.value("SELECT count(*) FROM sealed"), house.stored())


async def test_reason_is_kept_by_law(house: House) -> None:
    """Of a question that was closed with a reason, that was the reply: it is locked away with the rest."""
    office = house.office
    await office.writes(DESK, "/close 1 обратитесь в управляющую компанию")
    office.ctx.rights = Rights(locked_for=365 * DAY)
    await house.forgets(IRINA)
    kept = json.loads(await office.value("SELECT content::text FROM sealed"))
    assert ("обратитесь в управляющую компанию", "by_official") == (kept["close_reason"], kept["close_kind"])


async def test_files_are_kept_by_law(house: House, tmp_path: Path) -> None:
    """However long nobody has used them: of what is locked away the files stay, others go."""
    office = house.office
    house.contents |= {"p": b"photo", "o": b"other"}
    await office.writes(IRINA, "Тайна", media=(photo("p"),))
    for ref in ("p", "o"):
        await house.media.get(photo(ref))
    office.ctx.rights = Rights(locked_for=365 * DAY)
    await house.forgets(IRINA)
    office.clock.move(100 * DAY)
    await Upkeep(office.ctx, office.intake, house.media).clean()
    assert [b"photo"] == house.stored()
    assert b"photo" == (await house.media.get(photo("p"))).path.read_bytes()


async def test_counted_in_the_log(house: House) -> None:
    """The log says that somebody had himself forgotten, and not who."""
    await house.forgets(IRINA)
    lines = [line for line in house.office.logs if line["event"] == "resident.forgotten"]
    assert [("home", 1)] == [(line["channel"], line["questions"]) for line in lines]
    assert IRINA.chat_id not in str(lines)


async def test_dies_over_it(house: House) -> None:
    """A process that ends before the rest was removed leaves that to the next one."""
    await house.office.writes(IRINA, "забыть меня")
    await house.office.presses(IRINA, "forget-yes")
    assert 1 == await house.office.value("SELECT count(*) FROM traces")
    assert 1 == await house.traces.once()
    assert 0 == await house.traces.once()
    house.office.clock.move(DAY)
    assert 1 == await house.traces.once()
    assert 0 == await house.office.value("SELECT count(*) FROM traces")


async def test_unsent_edit_is_given_up(house: House) -> None:
    """Sabotage: an admin chat whose messages cannot be deleted any more stops nothing."""
    office = house.office
    await office.writes(IRINA, "И воды")
    await office.deliver()
    office.work.fail(Rejected("too_old"), when=lambda one: isinstance(one.effect, DeleteMessage))
    await house.forgets(IRINA)
    await office.deliver()
    assert [State.DEAD] == [
        one.state for one in await office.entries(DESK, Role.ERASURE) if isinstance(one.effect, DeleteMessage)
    ]
    assert 2 == len([one for one in office.work.effects(DESK) if isinstance(one, SendMessage)])


async def export(house: House, days: str) -> str:
    """A table of these days in the coordinators' chat; the id of its message."""
    await house.office.writes(DESK, f"/export {days}")
    await house.chores.once()
    await house.office.deliver()
    return next(ids[0] for message, ids in reversed(house.office.work.messages(DESK)) if message.media)


async def test_tables_that_have_his_question(house: House) -> None:
    """A table of days on which he asked goes from the store and the admin chat; one of other days stays."""
    office = house.office
    his, older = await export(house, "день"), await export(house, "1.11.2020")
    await house.forgets(IRINA)
    await office.deliver()
    deleted = [one.message_id for one in office.work.effects(DESK) if isinstance(one, DeleteMessage)]
    assert (True, False) == (his in deleted, older in deleted)
    assert [b"otvet-2020-11-01-2020-11-01.xlsx"] == house.stored()
    assert 1 == await office.value('SELECT count(*) FROM outbox WHERE position(\'"ref":"file:\'::bytea in effect) > 0')


async def test_table_of_a_day_on_which_he_asked_again(house: House) -> None:
    """A question that was opened again is in the table of that day, too."""
    office = house.office
    await office.writes(DESK, "Завтра", reply_to=office.work.id_of(DESK, "№ 1 "))
    office.clock.move(2 * DAY)
    await office.writes(IRINA, "открыть снова 1")
    await export(house, "день")
    await house.forgets(IRINA)
    assert [] == house.stored()


async def test_table_that_waits(house: House) -> None:
    """A table that nobody has got yet is not sent any more."""
    office = house.office
    await office.writes(DESK, "/export день")
    await office.deliver()
    await house.chores.once()
    await house.forgets(IRINA)
    await office.deliver()
    assert [] == [message for message, _ in office.work.messages(DESK) if message.media]


async def test_in_english(office: Office) -> None:
    """Who chose English is asked, and told the last word, in English: his language itself is gone only then."""
    await office.writes(IRINA, "Language English")
    office.ctx.rights = Rights(locked_for=365 * DAY)
    await office.writes(IRINA, "Forget me!")
    await office.deliver()
    request, _ = office.home.messages(IRINA)[-1]
    assert "Question № 1 is not answered yet: we will close it, and no answer will come." in request.text
    assert "By law, the questions and answers themselves have to be kept" in request.text
    assert request.keyboard is not None
    assert ["Yes, remove my data", "No, keep my data"] == [button.text for button in request.keyboard.rows[0]]
    await office.writes(IRINA, "Yes, delete my data")
    last = await last_said(office)
    assert last.startswith(
        "Done: everything we kept about you has been removed. Question № 1 is closed: no answer will come."
    )
    assert 0 == await office.value("SELECT count(*) FROM conversations WHERE chosen_language <> ''")
    await office.writes(IRINA, "Нет воды")
    assert (await last_said(office)).startswith("Ваш вопрос принят")


async def test_english_thought_better_of_it(office: Office) -> None:
    """The other button's words do nothing but that."""
    await office.writes(IRINA, "Language English")
    await office.writes(IRINA, "/forget")
    await office.writes(IRINA, "no, keep my data")
    assert "All right, we have not removed anything." == await last_said(office)
    assert ["Нет тепла"] == [one.content.text for one in await office.thread(1)]


async def test_somebody_who_may_not_write(house: House) -> None:
    """A ban takes nobody's right to have his data removed: by the word and by what follows."""
    await house.office.writes(DESK, "/ban 1 7д мат")
    await house.forgets(IRINA)
    assert "Готово: всё, что мы о вас хранили, удалено." in await last_said(house.office)


@pytest.mark.parametrize("then", ["", "Отправить", "Не отправлять"])
async def test_offered_text(house: House, then: str) -> None:
    """A template filled with his name goes, whatever became of it: the words, and what showed them to officials."""
    office = house.office
    await office.writes(DESK, "/template ждите\nЗдравствуйте, {имя}! Ждите до вечера.")
    await office.writes(DESK, "/t 1 ждите")
    await office.deliver()
    offered, ids = office.work.messages(DESK)[-1]
    assert "Здравствуйте, Ирина!" in offered.text
    assert offered.keyboard is not None
    for button in offered.keyboard.rows[0]:
        if button.text == then:
            await office.presses(DESK, button.data, message_id=ids[0])
    await office.deliver()
    await house.forgets(IRINA)
    await office.deliver()
    assert ids[0] in [one.message_id for one in office.work.effects(DESK) if isinstance(one, DeleteMessage)]
    assert [] == await office.rows("SELECT id FROM messages WHERE content::text LIKE '%Ирина%'")
    assert [] == [row.text for row in await office.entries() if "Ирина" in row.text]


async def test_similar_questions(house: House) -> None:
    """What «Похожие» showed of his question under another's goes, too; what it showed of others stays."""
    office = house.office
    await office.writes(IRINA, "Батареи холодные\n\nТайный двор\n\nВторой подъезд")
    for text, who in (("Нет тепла в доме, батареи холодные", OLEG), ("Батареи холодные, тепла нет", MARIA)):
        await office.writes(who, text)
        await office.deliver()
    answers = {1: "Слесарь придёт\n\nЖдите дома", 2: "Насос меняют"}
    for number, answer in answers.items():
        await office.writes(DESK, answer, reply_to=office.work.id_of(DESK, f"№ {number} "))
    await Indexing(office.ctx).once()
    await office.deliver()
    await office.writes(DESK, "/similar 3")
    await office.deliver()
    before = office.work.texts(DESK)[-1]
    assert ("Слесарь придёт" in before, "Насос меняют" in before) == (True, True)
    await house.forgets(IRINA)
    await office.deliver()
    edits = [one.text for one in office.work.effects(DESK) if isinstance(one, EditMessage)]
    (after,) = [text for text in edits if text.startswith("Похожие на № 3")]
    assert GONE in after
    assert [] == [word for word in ("Слесарь", "Ждите дома", "Тайный двор", "подъезд") if word in after]
    assert "Насос меняют" in after
