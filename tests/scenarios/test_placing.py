"""A resident is asked for his place and his question moves, with the service as a process over emulated Telegram."""

from __future__ import annotations

from pathlib import Path

from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import OLGA, TelegramDesk, resident
from tests.scenarios.service import Service, running

COORDINATORS, NADYM, SALEKHARD = -1001234567890, -1001234567891, -1001234567892
PUBLIC = "https://otvet.example"
CONFIG = f"""
[[departments]]
slug = "water-nadym"
name = "Вода Надыма"
admin_chat = "telegram:{NADYM}"
topics = ["water"]
places = ["nadym"]

[[departments]]
slug = "water-salekhard"
name = "Вода Салехарда"
admin_chat = "telegram:{SALEKHARD}"
topics = ["water"]
places = ["salekhard"]

[[topics]]
slug = "water"
name = "Вода"
words = ["вода"]

[[places]]
slug = "nadym"
name = "Надымский район"
words = ["Надым"]

[[places]]
slug = "salekhard"
name = "Салехард"
words = ["Салехард"]
"""


async def test_asked_for_the_place(tmp_path: Path, new_database: NewDatabase) -> None:
    """By a button and in words a question finds its department by itself, until an official has it."""
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
            desk, nadym, salekhard = (TelegramDesk(telegram, chat) for chat in (COORDINATORS, NADYM, SALEKHARD))
            irina, oleg, anna = resident(), resident("Олег"), resident("Анна")

            # By a button: the old card says where it went, and an answer from the new chat reaches her.
            card = await desk.ask(irina, "Ржавая вода у Ирины")
            asked = await desk.got(irina, "Подскажите, где это?")
            assert "" == await desk.press(asked, "Надымский район", by=irina)
            await desk.got(irina, "Спасибо! Записали: Надымский район.")
            moved = await nadym.card("Ржавая вода у Ирины")
            assert "житель уточнил место «Надымский район»" in moved.text
            gone = await telegram.wait_for(
                lambda: next(
                    (one for one in telegram.sent_to(COORDINATORS) if "Передан: Вода Надыма" in one.text), None
                )
            )
            assert (card.message_id, []) == (gone.message_id, list(gone.keyboard))
            await nadym.answer(moved, irina, "Промываем трубы.")

            # In words.
            await desk.ask(oleg, "Ржавая вода у Олега")
            await desk.write(oleg, "Это в Салехарде")
            await salekhard.card("Ржавая вода у Олега")
            await salekhard.card("Это в Салехарде")

            # Somebody has it already: he decides.
            taken = await desk.ask(anna, "Ржавая вода у Анны")
            asked = await desk.got(anna, "Подскажите, где это?")
            await desk.press(taken, "Взять", by=OLGA)
            await desk.press(asked, "Салехард", by=anna)
            note = await desk.card("житель указал место: Салехард")
            assert "Передать: /transfer 3 water-salekhard" in note.text
            assert [] == salekhard.cards("Ржавая вода у Анны")
