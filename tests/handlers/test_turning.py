"""Pages turn in place, and nothing else does: what a resident was told otherwise stays where he read it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.conversation.faq import Entry
from bot.model.message import EditMessage
from tests.handlers.fakes import ABLE, ENERGY, HOME, IRINA, Office, open_office
from tests.handlers.story import desk

ENTRIES = tuple(
    Entry(id=0, question=f"Где школа № {n}?", answer="На улице Ленина.", topic=("heating", "roads", "")[n % 3])
    for n in range(30)
)
HEAT = Entry(id=0, question="Когда включат тепло в домах?", answer="В сентябре.", topic="heating")


async def fill(office: Office) -> None:
    """A newcomer's greeting, seven questions of his, one answered; thirty known answers, one alike."""
    office.ctx.answers.of_file = (*ENTRIES, HEAT)
    await office.ctx.answers.once()
    office.ctx.unasked = replace(office.ctx.unasked, news=True)
    await office.starts(IRINA)
    for n in range(6):
        await office.presses(IRINA, "new")
        await office.writes(IRINA, f"Почему закрыт мост {n}?")
    await office.presses(IRINA, "new")
    await office.writes(IRINA, "Когда включат тепло в нашем доме?")
    await office.deliver()
    await office.writes(ENERGY, "В какой квартире?", reply_to=office.work.id_of(ENERGY, "№ 7"))
    await office.deliver()


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address, desk=desk()) as opened:
        await fill(opened)
        yield opened


async def press_under(office: Office, words: str, data: str) -> list[EditMessage | str]:
    """Press this under the last message that says these words; what comes of it: edits, and texts of messages."""
    pressed, before = office.home.id_of(IRINA, words), len(office.home.effects(IRINA))
    await office.presses(IRINA, data, message_id=pressed)
    await office.deliver()
    came = office.home.effects(IRINA)[before:]
    return [one if isinstance(one, EditMessage) else one.text for one in came if getattr(one, "text", "")]  # type: ignore[union-attr]


#: What he typed before, if anything; words of the message under which he presses; what he presses.
STAYS = {
    "the greeting": ("", "Здравствуйте", "news:"),
    "the help": ("помощь", "Просто напишите вопрос", "my:"),
    "the help, for known answers": ("помощь", "Просто напишите вопрос", "faq:"),
    "a confirmation": ("", "№ 6", "my:"),
    "a suggested answer": ("", "Похоже, ответ уже есть", "faq:"),
    "an official's answer": ("", "В какой квартире?", "my:"),
    "one known answer": ("ответ 3", "На улице Ленина.", "faq:"),
    "one question": ("вопрос 2", "Вопрос № 2", "my:"),
    "what he is asked of an answer": ("оценка", "№ 7", "my:"),
    "a page of another kind": ("мои вопросы", "Ваши вопросы", "news:"),
    "another page of another kind": ("новости", "Новости:", "faq:"),
    "that there is no more news": ("стоп", "ни на что не подписаны", "my:"),
}


@pytest.mark.parametrize(("typed", "words", "data"), STAYS.values(), ids=STAYS.keys())
async def test_what_is_no_page_of_its_kind_stays(office: Office, typed: str, words: str, data: str) -> None:
    """Whatever can be pressed under it, what he was told otherwise is not replaced: the page comes below."""
    if typed:
        await office.writes(IRINA, typed)
        await office.deliver()
    (page,) = await press_under(office, words, data)
    assert isinstance(page, str)
    assert page


#: What he types; words of the page that he gets; what he presses there; how the page begins that stands in its place.
TURNS = {
    "his questions": ("мои вопросы", "Ваши вопросы", "my:p:2", "Ваши вопросы: 7 · страница 2 из 2"),
    "topics of known answers": ("частые вопросы", "Частые вопросы", "faq:t:heating:0", "Частые вопросы · Отопление"),
    "known answers of a topic": ("частые вопросы отопление", "Частые вопросы", "faq:p:0", "Частые вопросы\n"),
    "news": ("новости", "Новости:", "news:places:0", "О каких местах"),
    "a subscription": ("новости", "Новости:", "news:all", "Новости: сюда придут"),
    "the end of one": ("подписаться на Надым", "Новости:", "stop:", "Готово"),
    "news after their end": ("стоп", "ни на что не подписаны", "news:", "Новости:"),
}


@pytest.mark.parametrize(("typed", "words", "data", "begins"), TURNS.values(), ids=TURNS.keys())
async def test_page_turns_in_place(office: Office, typed: str, words: str, data: str, begins: str) -> None:
    """A page becomes another of its kind, in the very message."""
    await office.writes(IRINA, typed)
    await office.deliver()
    (page,) = await press_under(office, words, data)
    assert isinstance(page, EditMessage)
    assert (office.home.id_of(IRINA, words), page.text[: len(begins)]) == (page.message_id, begins)


async def test_page_below_is_a_page_as_well(office: Office) -> None:
    """What came below, because what was pressed is no page, turns in place from then on."""
    await press_under(office, "№ 6", "my:")
    (page,) = await press_under(office, "Ваши вопросы", "my:p:2")
    assert isinstance(page, EditMessage)


async def test_message_of_an_earlier_release_stays(office: Office) -> None:
    """Nobody knows whether what was sent before pages were told apart is one: it stays."""
    await office.writes(IRINA, "мои вопросы")
    await office.deliver()
    async with office.eye.transaction() as tx:
        await tx.raw.execute(
            "UPDATE links SET role = 'confirmation' WHERE entry_id = (SELECT max(entry_id) FROM links)"
        )
    (page,) = await press_under(office, "Ваши вопросы", "my:p:2")
    assert isinstance(page, str)


async def test_message_that_nobody_knows_stays(office: Office) -> None:
    """So does one of which there is no receipt, yet or any more."""
    await office.presses(IRINA, "my:", message_id="404")
    await office.deliver()
    assert not [one for one in office.home.effects(IRINA) if isinstance(one, EditMessage)]
    assert office.home.texts(IRINA)[-1].startswith("Ваши вопросы")


async def test_pressed_twice_quickly(office: Office) -> None:
    """Two presses one behind the other turn the page to the same one; no third message comes of it."""
    await office.writes(IRINA, "мои вопросы")
    await office.deliver()
    listed, before = office.home.id_of(IRINA, "Ваши вопросы"), len(office.home.messages(IRINA))
    for press in ("p1", "p2"):
        await office.presses(IRINA, "my:p:2", message_id=listed, press_id=press)
    await office.deliver()
    first, second = [one for one in office.home.effects(IRINA) if isinstance(one, EditMessage)]
    assert (first, before) == (second, len(office.home.messages(IRINA)))


async def test_page_in_parts_stays(database_address: str) -> None:
    """A page that took several messages is not half replaced."""
    short = replace(ABLE, text_limit=300)
    async with open_office(database_address, desk=desk(), home=short) as office:
        await fill(office)
        await office.writes(IRINA, "мои вопросы")
        await office.deliver()
        office.ctx.capabilities = {**office.ctx.capabilities, HOME: ABLE}
        (page,) = await press_under(office, "мост 1", "my:p:2")
        assert isinstance(page, str)
