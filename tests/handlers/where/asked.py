"""What residents do when they are asked where it is and what it is about, and what is asked of them."""

from __future__ import annotations

from bot.desk.geography import Area, Geography
from bot.desk.routing import Department
from bot.model.chat import ChatRef
from bot.model.content import Content, Location
from bot.model.message import SendMessage
from tests.handlers.fakes import IRINA, WORK, Office
from tests.handlers.test_placing import NADYM, SALEKHARD

WHERE, WHAT = "Подскажите, где это?", "О чём ваш вопрос?"
ROADS = ChatRef(channel=WORK, chat_id="-700")
ALWAYS = ["Новый вопрос", "Помощь"]
MAP = Geography(areas=(Area(slug="nadym", centre=(65.53, 72.52)), Area(slug="salekhard", centre=(66.53, 66.61))))
DISTRICTS = {"nadym": "Надым", "salekhard": "Салехард"}
AT_NADYM, AT_SALEKHARD = Location(latitude=65.5, longitude=72.5), Location(latitude=66.5, longitude=66.6)
FAR = Location(latitude=55.75, longitude=37.62)


def both() -> dict[str, object]:
    """Somebody answers for a place whatever it is about, others for topics there: first the place, then the topic."""
    salekhard = frozenset({"salekhard"})
    departments = [
        Department(slug="town", name="Администрация", admin_chat=SALEKHARD, places=salekhard),
        Department(slug="roads", name="Дороги", admin_chat=ROADS, places=salekhard, topics=frozenset({"roads"})),
        Department(slug="water", name="Вода", admin_chat=NADYM, topics=frozenset({"water"})),
    ]
    return {"departments": {one.slug: one for one in departments}}


async def writes(office: Office, text: str = "", chat: ChatRef = IRINA, **more: object) -> None:
    await office.writes(chat, text, **more)
    await office.deliver()


async def sends(office: Office, location: Location, text: str = "") -> None:
    await office.writes(IRINA, content=Content(text=text, location=location))
    await office.deliver()


async def presses(office: Office, label: str, chat: ChatRef = IRINA) -> None:
    """Press the button with this label under the last message that has it."""
    found = [
        (one.data, ids[0])
        for message, ids in office.home.messages(chat)
        if message.keyboard is not None
        for row in message.keyboard.rows
        for one in row
        if one.text == label
    ]
    data, message_id = found[-1]
    await office.presses(chat, data, message_id=message_id)
    await office.deliver()


def last(office: Office, chat: ChatRef = IRINA) -> SendMessage:
    return office.home.messages(chat)[-1][0]


async def asks_again(office: Office, text: str = "Опять ржавая вода") -> None:
    """Another question of hers."""
    await office.presses(IRINA, "new")
    await writes(office, text)
