"""Clients that show no buttons, old ones and those of other platforms: all that a page offers can be typed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.capabilities import KeyboardLimits
from bot.conversation.faq import Entry
from tests.handlers.fakes import ABLE, IRINA, Office, open_office
from tests.handlers.story import desk

#: As few buttons as a message has on the platform with the fewest.
FEW = replace(ABLE, keyboard=KeyboardLimits(columns=5, rows=6, buttons=10, label=40))
ENTRIES = tuple(
    Entry(id=0, question=f"Где школа № {n}?", answer="На улице Ленина.", topic=("heating", "roads", "")[n % 3])
    for n in range(30)
)

#: Words typed one after the other that lead to a page, and how it begins.
PAGES = {
    "help": (("помощь",), "Просто напишите вопрос"),
    "help, in English": (("language english", "help"), "Just write your question"),
    "news": (("новости",), "Новости:"),
    "news, in English": (("language english", "news"), "News:"),
    "places of news": (("новости", "места"), "О каких местах"),
    "topics of news": (("новости", "темы"), "О каких темах"),
    "topics of news, in English": (("language english", "news", "topics"), "Which topics"),
    "topics of known answers": (("частые вопросы",), "Частые вопросы"),
    "topics, in English": (("language english", "common questions"), "Common questions"),
    "known answers of a topic": (("частые вопросы отопление",), "Частые вопросы · Отопление"),
    "further ones": (("частые вопросы отопление", "дальше"), "Частые вопросы · Отопление"),
    "my questions": (("мои вопросы",), "Ваши вопросы: 7"),
    "my questions, in English": (("language english", "my questions"), "Your questions: 7"),
    "one of them": (("вопрос 7",), "Вопрос № 7: ответим до"),
    "language": (("язык",), "На каком языке"),
}
_QUOTED = re.compile(r"[«“]([^»”]+)[»”]")


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """Seven questions, thirty known answers."""
    async with open_office(database_address, desk=desk(), home=FEW) as opened:
        opened.ctx.answers.of_file = ENTRIES
        await opened.ctx.answers.once()
        for n in range(7):
            await opened.presses(IRINA, "new")
            await opened.writes(IRINA, f"Почему закрыт мост {n}?")
        yield opened


async def passed_on(office: Office) -> int:
    """How much of what he wrote went to officials."""
    return int(await office.value("SELECT count(*) FROM messages"))


async def reads(office: Office, *words: str) -> str:
    """Type these, one after the other; what he reads last."""
    for one in words:
        await office.writes(IRINA, one)
    await office.deliver()
    return office.home.texts(IRINA)[-1]


@pytest.mark.parametrize(("way", "begins"), PAGES.values(), ids=PAGES.keys())
async def test_what_a_page_offers_is_understood(office: Office, way: tuple[str, ...], begins: str) -> None:
    """Each word that stands on a page does something when it is typed, and none goes to the officials."""
    before = await passed_on(office)
    page = await reads(office, *way)
    assert page.startswith(begins)
    offered = _QUOTED.findall(page)
    assert offered
    for words in offered:
        said = await reads(office, *way, words)
        assert (words, before) == (words, await passed_on(office))
        assert said


async def test_walk_without_buttons(office: Office) -> None:
    """By words alone: all places and topics are read, one is chosen and ended, answers are found."""
    assert "Места: " in await reads(office, "новости", "места")
    assert "Ваши подписки: Надым." in await reads(office, "подписаться Надым")
    assert "ни на что не подписаны" in await reads(office, "отписаться Надым")
    topics = await reads(office, "частые вопросы")
    assert ["• Отопление: 10", "• Дороги: 10", "• Разное: 10"] == topics.split("\n")[2:5]
    assert "«частые вопросы Отопление»" in topics


async def test_more_in_words_than_in_buttons(office: Office) -> None:
    """Where a message has few buttons, the text lists as many answers as elsewhere, each to be had by its number."""
    page = await reads(office, "частые вопросы отопление")
    numbers = re.findall(r"^(\d+)\. ", page, re.MULTILINE)
    keyboard = office.home.messages(IRINA)[-1][0].keyboard
    assert keyboard is not None
    pressable = [one for row in keyboard.rows for one in row if re.fullmatch(r"faq:\d+", one.data)]
    assert (8, 3) == (len(numbers), len(pressable))
    assert "На улице Ленина." in await reads(office, f"ответ {numbers[-1]}")
