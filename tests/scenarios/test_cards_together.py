"""Cards go together only when the group's own limit is short."""

from __future__ import annotations

from pathlib import Path

from tests.emulators.base import Fault
from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import TelegramDesk, resident
from tests.scenarios.kills import Gate
from tests.scenarios.service import Service, running

ADMIN = -1001234567890
PUBLIC = "https://otvet.example"


async def test_group_with_room_enough(tmp_path: Path, new_database: NewDatabase) -> None:
    """Where the group may have 1000 messages a second, three questions are three cards, though the account has 30."""
    async with TelegramEmulator() as telegram:
        service = Service(
            folder=tmp_path,
            settings={
                "DATABASE_URL": await new_database(),
                "PUBLIC_URL": PUBLIC,
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                "ADMIN_CHAT": f"telegram:{ADMIN}",
                "TELEGRAM_GROUP_RATE": "1000/s",
            },
        )
        telegram.forward[PUBLIC] = service.url
        async with running(service):
            await telegram.wait_for(lambda: telegram.webhook)
            desk = TelegramDesk(telegram, ADMIN)
            gate = Gate()
            telegram.fail(Fault(hold=gate), method="sendMessage", times=2)
            people = [resident() for _ in range(3)]
            await desk.write(people[0], "Вопрос 0")
            await gate.reached.wait()
            for index in (1, 2):
                await desk.write(people[index], f"Вопрос {index}")
            gate.set()
            cards = [await desk.card(f"Вопрос {index}") for index in range(3)]
            assert 3 == len({card.message_id for card in cards})
            for index in range(3):
                await desk.answer(cards[index], people[index], f"Ответ {index}")
