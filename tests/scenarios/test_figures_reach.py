"""What happens to questions reaches the figures, in Telegram and on the page; what cannot be asked of them is said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.adapters.web.insight.reading import Reader, read
from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import TelegramDesk, number_of, resident
from tests.scenarios.service import Service, running, until
from tests.scenarios.web_desk import PASSWORD, WebDesk, official

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN = -1001234567890
CONFIG = """
[[departments]]
slug = "energy"
name = "Энергетика"
admin_chat = "web:admin"
topics = ["heating"]

# The coordinators answer for it.
[[departments]]
slug = "buses"
name = "Автобусы"

[[topics]]
slug = "heating"
name = "Отопление"
words = ["отопление", "батарея"]

[statistics]
report = "off"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Coordinators in Telegram, the department's officials on the page."""

    coordinators: TelegramDesk
    energy: WebDesk


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> AsyncIterator[Town]:
    async with TelegramEmulator() as telegram:
        folder: Path = tmp_path_factory.mktemp("reach")
        (folder / "otvet.toml").write_text(CONFIG, encoding="utf-8")
        settings = {
            "DATABASE_URL": await new_database(),
            "TELEGRAM_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "TELEGRAM_UPDATES": "polling",
            "ADMIN_CHAT": f"telegram:{ADMIN}",
            "TELEGRAM_GROUP_RATE": "1000/s",
            "TELEGRAM_CHAT_RATE": "1000/s",
            "WEB_ADMIN_PASSWORD": PASSWORD,
        }
        service = Service(folder=folder, settings=settings)
        async with running(service):
            energy, browser = official(service, "Ольга")
            async with browser:
                await energy.enter()
                yield Town(coordinators=TelegramDesk(telegram, ADMIN), energy=energy)


async def page(town: Town, query: str) -> tuple[int, Reader]:
    """The department's page of figures."""
    async with town.energy.browser.get(f"/admin/statistics?{query}") as answer:
        return answer.status, read(await answer.text())


def tiles(shown: Reader) -> dict[str, str]:
    return dict(zip(shown.texts("dt"), shown.texts("dd", "value"), strict=True))


async def test_what_happens_is_counted(town: Town) -> None:
    """A hand-over, a clarification and a reopening are in `/stats` of both chats, and on the department's page."""
    desk, energy = town.coordinators, town.energy
    irina, oleg, maria = resident(), resident("Олег"), resident("Мария")
    await desk.write(irina, "Холодная батарея на Геологов")
    await energy.write("Включим сегодня.", to=await energy.shown("Холодная батарея"))
    await desk.got(irina, "Включим сегодня.")
    await desk.write(irina, "Опять не греет")
    await energy.shown("Опять не греет")
    bus = await desk.ask(oleg, "Где автобус?")
    # Giving out what nobody had is no hand-over, giving on is one.
    await desk.said_to(await desk.say(f"/transfer {number_of(bus)} buses"))
    await desk.say(f"/transfer {number_of(bus)} energy")
    await energy.shown("Где автобус?")
    hole = await desk.ask(maria, "Яма у дома")
    await desk.say(f"/clarify {number_of(hole)} У какого дома?")
    await desk.got(maria, "У какого дома?")

    told = (await desk.said_to(await desk.say("/stats день"))).text.split("\n")
    assert [
        "Поступило: 4, из них снова открыто 1",
        "Отвечено: 1",
        "Ждут ответа: 2, ждём уточнения от жителя: 1",
        "Просрочено: 0",
        "Передано другому отделу: 1",
    ] == told[2:7]
    await energy.write("/stats день")
    own = await energy.shown("📊")
    assert "Энергетика" in own.text
    assert "Поступило: 3, из них снова открыто 1\nОтвечено: 1\nЖдут ответа: 2\n" in own.text

    status, shown = await page(town, "period=day")
    assert 200 == status
    expected = {"Поступило": "3", "Отвечено": "1", "Ждут ответа": "2", "Ждём уточнения": "0"}
    assert expected | {"Передано другому отделу": "1"} == {
        title: value for title, value in tiles(shown).items() if title in {*expected, "Передано другому отделу"}
    }
    async with energy.browser.get(shown.links()["Передано другому отделу: 1, список"]) as answer:
        listed = read(await answer.text()).texts("li")
    assert ["Где автобус?" in one for one in listed] == [True]


@pytest.mark.parametrize("query", ["department=-", "department=roads", "department=energy'--"])
async def test_department_sees_its_own_alone(town: Town, query: str) -> None:
    """On its page a department cannot ask for others, and is not told who there is."""
    status, shown = await page(town, query)
    assert 400 == status
    assert ["все отделы", "Энергетика"] == [one.text for one in shown.all("option")][:2]
    assert [] == shown.all("dd")


WRONG = {
    "/find я": "По одной букве не найти",
    f"/find {'х' * 3900}": "Здесь нет ни слов, ни номера",
    "/find <b>вода</b>": "«<b>вода</b>» ничего не нашлось",
    "/find '; DROP TABLE waits; --": "ничего не нашлось",
    "/stats 15.11-1.11": "Конец раньше начала",
    "/stats -": "Не понимаю, за какие дни: «-»",
    "/stats завтра": "Эти дни ещё не наступили: «завтра»",
    "/stats 1.1.2099": "Эти дни ещё не наступили",
    "/stats роскосмос": "Отдела «роскосмос»",
    "/stats <b>день</b>": "«<b>день</b>»",
    "/stats '; DROP TABLE waits; --": "«'; DROP TABLE waits; --»",
    f"/stats {'х' * 3900}": f"«{'х' * 40}…»",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=[text[:20] for text in WRONG])
async def test_wrong_words(town: Town, text: str, said: str) -> None:
    """Whatever somebody asks of figures and the search is answered in a line, in both chats."""
    told = await town.coordinators.said_to(await town.coordinators.say(text))
    assert said in told.text
    assert 0 < len(told.text) < 600
    before = len(await town.energy.items(said))
    await town.energy.write(text)

    async def answered() -> bool:
        return len(await town.energy.items(said)) == before + 1

    await until(answered)


async def test_right_words_after_wrong_ones(town: Town) -> None:
    """What others asked for in vain does not keep figures from whoever asks next."""
    await town.coordinators.said_to(await town.coordinators.say("/stats завтра"))
    assert "📊" in (await town.coordinators.said_to(await town.coordinators.say("/stats день"))).text
