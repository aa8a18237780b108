"""Consent, /mydata and /forget over Telegram, with the service as a process that dies at the worst moment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.emulators.telegram import Delivered, TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import TelegramDesk, number_of, resident
from tests.scenarios.proxy import DatabaseProxy
from tests.scenarios.service import Service, running, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN = -1001234567890
PUBLIC = "https://otvet.example"
NOTICE = "https://otvet.example/privacy"
CONFIG = f"""
[rights]
notice_url = "{NOTICE}"
consent_version = "2026-05"
"""
PHOTOS = [b"\xff\xd8one", b"\xff\xd8two", b"\xff\xd8three"]


@dataclass(slots=True, kw_only=True)
class Town:
    """The service, what stands between it and its database, and Telegram."""

    service: Service
    proxy: DatabaseProxy
    desk: TelegramDesk

    @property
    def telegram(self) -> TelegramEmulator:
        return self.desk.emulator

    async def value(self, statement: str, *arguments: object) -> Any:
        (row,) = await self.service.query(statement, *arguments)
        return row[0]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> AsyncIterator[Town]:
    address, folder = await new_database(), tmp_path_factory.mktemp("rights")
    (folder / "otvet.toml").write_text(CONFIG, encoding="utf-8")
    async with DatabaseProxy(address) as proxy, TelegramEmulator() as telegram:
        settings = {
            "DATABASE_URL": proxy.address,
            "PUBLIC_URL": PUBLIC,
            "CONSENT": "required",
            "TELEGRAM_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "ADMIN_CHAT": f"telegram:{ADMIN}",
            "TELEGRAM_GROUP_RATE": "1000/s",
            "TELEGRAM_CHAT_RATE": "1000/s",
            "TELEGRAM_ACCOUNT_RATE": "1000/s",
        }
        service = Service(folder=folder, settings=settings, database=address, secrets={"proxy-password"})
        telegram.forward[PUBLIC] = service.url
        async with running(service):
            await telegram.wait_for(lambda: telegram.webhook)
            yield Town(service=service, proxy=proxy, desk=TelegramDesk(telegram, ADMIN))


def press_of(town: Town, message: Delivered, label: str, who: dict[str, Any]) -> dict[str, Any]:
    """The update of a press on this button."""
    data = next(button["callback_data"] for row in message.keyboard for button in row if button["text"] == label)
    return town.telegram.press(message.chat_id, who, message.message_id, data)


async def asks_with_album(town: Town, who: dict[str, Any], words: str) -> Delivered:
    """Three photos with words, and a text behind them; the request to consent."""
    for part in town.telegram.album(who["id"], who, PHOTOS, words):
        await town.desk.push(part)
    await town.desk.write(who, f"И ещё: {words}")
    return await town.desk.got(who, "только с вашего согласия")


async def check_registered(town: Town, who: dict[str, Any], words: str) -> Delivered:
    """One question with all of it, in its order, shown once and confirmed once; the card."""
    card = await town.desk.card(f"\n{words}")
    added = await town.desk.card(f"И ещё: {words}")
    assert number_of(card) == number_of(added)
    photos = await town.telegram.wait_for(
        lambda: [one.file.data for one in town.telegram.sent_to(ADMIN) if one.reply_to == card.message_id and one.file]
    )
    assert PHOTOS == photos
    confirmation = await town.desk.got(who, f"№ {number_of(card)}")
    assert NOTICE in confirmation.text
    counts = [len([text for text in town.desk.all_to(who) if "Ваш вопрос принят" in text])]
    counts += [len(town.desk.cards(f"\n{words}")), len(town.desk.cards(f"И ещё: {words}"))]
    assert [1, 1, 1] == counts
    assert 1 == await town.value(
        "SELECT count(*) FROM consents s JOIN conversations c ON c.id = s.conversation_id"
        " WHERE c.chat_id = $1 AND s.version = '2026-05'",
        str(who["id"]),
    )
    return card


@pytest.mark.parametrize("carried_out", [False, True], ids=["before the commit", "after the commit, before the 200"])
async def test_killed_between_consent_and_registration(town: Town, carried_out: bool) -> None:
    """Whenever the process dies, the consent and the question are there together, once, or the press comes again."""
    irina, words = resident(), f"Яма у школы, {carried_out}"
    request = await asks_with_album(town, irina, words)
    assert [] == town.desk.cards(words)
    press = press_of(town, request, "Согласен", irina)
    held = town.proxy.hold_commit(f'"id": "{press["callback_query"]["id"]}"', carried_out=carried_out)
    delivering = asyncio.create_task(town.telegram.push(press, attempts=40))
    async with asyncio.timeout(20):
        await held.reached.wait()
    await town.service.kill()
    await town.service.start()
    assert 200 == await delivering
    card = await check_registered(town, irina, words)
    await town.desk.push(press)
    await town.desk.answer(card, irina, f"Засыплем, {carried_out}.")


async def test_refused(town: Town) -> None:
    """Who does not consent hears where else to ask; officials never see a word, and none is left."""
    irina, words = resident(), "Тайна о соседях"
    await asks_with_album(town, irina, words)
    await town.desk.write(irina, "не согласна")
    await town.desk.got(irina, "Госуслуги")
    await until(lambda: nothing_raw(town, irina))
    assert [] == town.desk.cards(words)


async def nothing_raw(town: Town, who: dict[str, Any]) -> bool:
    return bool(
        await town.value("SELECT count(*) = 0 FROM events WHERE position($1 in raw) > 0", str(who["id"]).encode())
    )


async def test_my_data_and_forget(town: Town) -> None:
    """A typed word brings all that is stored, as two files; another has it removed, where officials saw it, too."""
    irina, words = resident("Ирина-тайная"), "Кракозябра на улице"
    await asks_with_album(town, irina, words)
    await town.desk.write(irina, "согласна")
    card = await check_registered(town, irina, words)
    await town.desk.answer(card, irina, "Ответ жителю с кракозяброй")
    await town.desk.write(irina, "мои данные")
    page, data = await town.telegram.wait_for(lambda: files_to(town, irina))
    assert words in page.decode()
    (question,) = json.loads(data)["questions"]
    assert [words, f"И ещё: {words}", "Ответ жителю с кракозяброй"] == [one["text"] for one in question["messages"]]
    await town.desk.write(irina, "забыть меня")
    request = await town.desk.got(irina, "Вернуть их будет нельзя")
    await town.desk.push(press_of(town, request, "Да, удалить", irina))
    await town.desk.got(irina, "Готово: всё, что мы о вас хранили, удалено.")
    await town.telegram.wait_for(lambda: f"№ {number_of(card)} · житель удалил свои данные" == card.text)
    await town.telegram.wait_for(
        lambda: all(
            one.reply_to != card.message_id and "ракозябр" not in one.text for one in town.telegram.sent_to(ADMIN)
        )
    )
    await until(lambda: nothing_raw(town, irina))
    assert [] == await left_of(town.service, irina["first_name"], "Кракозябра")
    assert [] == list((town.service.folder / "data" / "media").glob("[0-9a-f][0-9a-f]/*"))
    told = await town.desk.said_to(await town.desk.say("Уже едем", to=card))
    assert "ответить ему нельзя" in told.text
    # A stranger again.
    await town.desk.write(irina, "Новая беда")
    await town.telegram.wait_for(
        lambda: len([text for text in town.desk.all_to(irina) if "только с вашего согласия" in text]) == 2
    )


def files_to(town: Town, who: dict[str, Any]) -> list[bytes] | None:
    """What two documents hold, once both are there: the page first."""
    found = {one.file.name: one.file.data for one in town.telegram.sent_to(int(who["id"])) if one.file}
    return [found[name] for name in ("мои-данные.html", "мои-данные.json")] if len(found) == 2 else None


async def left_of(service: Service, *needles: str) -> list[str]:
    """The tables that still hold one of these words."""
    tables = await service.query(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    found = []
    for table in tables:
        rows = await service.query(
            f"SELECT 1 FROM {table['name']} t WHERE to_jsonb(t)::text LIKE ANY($1::text[])"  # noqa: S608
            " OR to_jsonb(t)::text LIKE ANY($2::text[]) LIMIT 1",
            [f"%{needle}%" for needle in needles],
            # As JSON shows a column of bytes.
            [f"%{needle.encode().hex()}%" for needle in needles],
        )
        found += [table["name"]] * len(rows)
    return found
