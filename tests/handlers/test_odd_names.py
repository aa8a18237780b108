"""What people call themselves, where officials read it: a name is a name on one line, whatever is in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection

import pytest

from bot.delivery.split import shorten
from handlers.names import Names
from tests.handlers.fakes import DESK, HOME, IRINA, OLEG, Office, open_office

#: What somebody calls himself, and what is read.
NAMES = {
    "lines of a card": (
        "Иван\n\nОтветить до 23:59 2099\n\nВопрос решён",
        "Иван Ответить до 23:59 2099 Вопрос решён",
    ),
    "turned round": ("Иван\u202eнавИ", "ИваннавИ"),
    "a terminal's colours": ("Иван\x07\x1b[31m", "Иван[31m"),
    "nothing to see": ("\u200b\u2060\u3164", "Житель"),
    "thousands of letters": ("я" * 5000, "я" * 64),
    "HTML": ("<b>Иван</b>", "<b>Иван</b>"),
    "Markdown": ("[Иван](https://example.org)", "[Иван](https://example.org)"),
    "everybody in the chat": ("@all", "@all"),
    "a community": ("[club1|Иван]", "[club1|Иван]"),
    "Nenets": ("Ӈэнэця ʼ", "Ӈэнэця ʼ"),
}
EACH = pytest.mark.parametrize(("name", "read"), NAMES.values(), ids=NAMES.keys())


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


@EACH
async def test_on_a_card(office: Office, name: str, read: str) -> None:
    """The head of a card is one line, and only the number in it is bold."""
    await office.writes(IRINA, "Яма", name=name)
    await office.deliver()
    (card,) = [message for message, _ in office.work.messages(DESK)]
    head, due, *rest = card.text.split("\n")
    assert f"№ 1 · Мессенджер · {read}" == head
    assert due.startswith("Ответить до ")
    assert ["", "Яма"] == rest
    assert [(0, len("№ 1"))] == [(span.start, span.end) for span in card.spans]


@EACH
async def test_in_a_thread(office: Office, name: str, read: str) -> None:
    """So is that of a whole thread."""
    await office.writes(IRINA, "Яма", name=name)
    await office.writes(DESK, "/q 1")
    await office.deliver()
    head, asked, *rest = office.work.texts(DESK)[-1].split("\n")
    assert f"№ 1 · Мессенджер · {read}" == head
    assert asked.startswith("Задан ")
    assert ["", "Яма"] == [rest[0], rest[-1]]
    assert 3 == len(rest)


@EACH
async def test_of_an_official(office: Office, name: str, read: str) -> None:
    """An official's name stands in one line, too: of the list, of the history."""
    name_read = read if read != "Житель" else ""
    await office.writes(IRINA, "Яма")
    await office.writes(DESK, "/take 1", name=name)
    await office.writes(DESK, "/open")
    await office.writes(DESK, "/q 1 log")
    await office.deliver()
    (listed,) = [text.split("\n") for text in office.work.texts(DESK) if text.startswith("Ждёт ответа")]
    (history,) = [text.split("\n") for text in office.work.texts(DESK) if text.startswith("№ 1 · история")]
    taken = f" · {shorten(name_read, 40)}" if name_read else ""
    assert ["Ждёт ответа: 1", "", f"№ 1 · 0 минут{taken}", "Яма"] == listed
    assert f"{name_read or 'Сотрудник'} взял(а)" in history[-1]
    assert 4 == len(history)


async def test_together(office: Office) -> None:
    """Where cards stand together, each has its own line."""
    for number in range(40):
        await office.writes(OLEG if number % 2 else IRINA, f"Яма {number}", name="Иван\n\n№ 77 · Пётр\nЯма")
        await office.presses(OLEG if number % 2 else IRINA, "new")
    await office.deliver()
    lines = [line for text in office.work.texts(DESK) for line in text.split("\n")]
    assert not [line for line in lines if line.startswith("№ 77")]
    assert 40 == sum("Иван № 77 · Пётр Яма" in line for line in lines)


class People:
    """Tells names as a platform does that is asked for them."""

    def __init__(self, known: dict[str, str]) -> None:
        self._known = known

    async def names(self, user_ids: Collection[str]) -> dict[str, str]:
        return {one: self._known[one] for one in user_ids if one in self._known}


async def test_told_by_the_platform_later(office: Office) -> None:
    """Names that updates do not carry are cleaned, too; one that shows nothing is none."""
    await office.writes(IRINA, "Яма", name="")
    await office.writes(OLEG, "Свет", name="")
    names = Names(office.ctx, {HOME: People({IRINA.chat_id: "Ирина\nОтветить до 2099", OLEG.chat_id: "\u200b"})})
    await names.look_up(HOME, {IRINA.chat_id, OLEG.chat_id})
    await office.deliver()
    heads = [text.split("\n")[0] for text in office.work.texts(DESK)]
    assert ["№ 1 · Мессенджер · Ирина Ответить до 2099", "№ 2 · Мессенджер · Житель"] == sorted(heads)
