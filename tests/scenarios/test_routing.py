"""Questions find their department by their words, with the service as a process over emulated Telegram."""

from __future__ import annotations

from pathlib import Path

from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import TelegramDesk, number_of, resident
from tests.scenarios.service import Service, running

COORDINATORS, ENERGY = -1001234567890, -1001234567891
PUBLIC = "https://otvet.example"
CONFIG = f"""
[[departments]]
slug = "energy"
name = "Департамент энергетики"
admin_chat = "telegram:{ENERGY}"
topics = ["heating"]
places = ["nadym"]

[[topics]]
slug = "heating"
name = "Отопление"
words = ["батарея", "отопление"]

[[places]]
slug = "nadym"
name = "Надымский район"
words = ["Надым"]
"""


async def test_by_words(tmp_path: Path, new_database: NewDatabase) -> None:
    """A question goes by itself to the department of its topic and place, is answered there, and the rest is not."""
    (tmp_path / "otvet.toml").write_text(CONFIG, encoding="utf-8")
    async with TelegramEmulator() as telegram:
        service = Service(
            folder=tmp_path,
            settings={
                "DATABASE_URL": await new_database(),
                "PUBLIC_URL": PUBLIC,
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                "ADMIN_CHAT": f"telegram:{COORDINATORS}",
            },
        )
        telegram.forward[PUBLIC] = service.url
        async with running(service):
            await telegram.wait_for(lambda: telegram.webhook)
            coordinators, energy = TelegramDesk(telegram, COORDINATORS), TelegramDesk(telegram, ENERGY)
            irina, oleg = resident(), resident("Олег")
            card = await energy.ask(irina, "Второй день в Надыме с холодными батареями")
            assert card.text.splitlines()[1:4] == [
                "Департамент энергетики",
                "Тема: Отопление · Место: Надымский район",
                "Почему здесь: по теме «Отопление» и месту «Надымский район»",
            ]
            await energy.answer(card, irina, "Включили в 14:00.")
            other = await coordinators.ask(oleg, "Когда откроют каток?")
            assert "Почему здесь: ни одна тема не подошла" in other.text
            assert 1 == number_of(card)
            assert ([], []) == (coordinators.cards("батареями"), energy.cards("каток"))
