"""A platform is away, or does not know our token: what is meant for it waits, and nobody else waits with it."""

from __future__ import annotations

from pathlib import Path

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.vk import VkEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.platforms import Place, Said, Seen, TelegramPlace, VkPlace, seen, somebody
from tests.scenarios.service import Service, running, until

VK_ADMIN = 2000000001


async def got(place: Place, who: int, text: str) -> Seen:
    async def look() -> list[Seen]:
        return await place.seen_by(who)

    return await seen(look, lambda one: text in one.text)


async def test_platform_goes_and_comes_back(tmp_path: Path, new_database: NewDatabase) -> None:
    """Answers for a platform that is away leave when it is back; another platform works meanwhile."""
    telegram = TelegramEmulator()
    async with telegram, VkEmulator() as vk_server:
        service = _service(tmp_path, await new_database(), telegram, vk_server)
        messenger, vk = TelegramPlace(telegram, 0), VkPlace(vk_server, VK_ADMIN)
        async with running(service):
            await vk_server.wait_for(lambda: vk_server.polling)
            irina, maria = somebody(), somebody()
            await messenger.ask(irina, Said(text="Из Telegram"))
            card = await seen(vk.seen_by_officials, lambda one: "Из Telegram" in one.text)
            await got(messenger, irina, "Ваш вопрос принят")
            await telegram.stop()

            await vk.reply(card.id, Said(text="Ответ подождёт"))
            await vk.ask(maria, Said(text="Из ВКонтакте"))
            other = await seen(vk.seen_by_officials, lambda one: "Из ВКонтакте" in one.text)
            await vk.reply(other.id, Said(text="Ответ не ждёт"))
            await got(vk, maria, "Ответ не ждёт")

            async def told() -> bool:
                return bool(await service.ailments("telegram"))

            await until(told)
            assert 200 == (await service.get("/readyz"))[0]
            await telegram.start()
            await got(messenger, irina, "Ответ подождёт")
            await messenger.ask(irina, Said(text="Спасибо, и ещё вопрос: когда?"))
            await seen(vk.seen_by_officials, lambda one: "и ещё вопрос" in one.text)


async def test_officials_platform_is_away(tmp_path: Path, new_database: NewDatabase) -> None:
    """A question that officials cannot be shown is stored, numbered, and shown when they can, also after a restart."""
    async with TelegramEmulator() as telegram, VkEmulator() as vk_server:
        service = _service(tmp_path, await new_database(), telegram, vk_server)
        messenger, vk = TelegramPlace(telegram, 0), VkPlace(vk_server, VK_ADMIN)
        async with running(service):
            await vk_server.wait_for(lambda: vk_server.polling)
            await vk_server.stop()
            irina = somebody()
            await messenger.ask(irina, Said(text="Есть ли кто-нибудь?"))
            await got(messenger, irina, "Ваш вопрос принят: № 1.")

            async def tried() -> bool:
                return bool(await service.query("SELECT 1 FROM outbox WHERE role = 'card' AND attempts > 0"))

            await until(tried)
            await service.kill()
            await service.start()
            await vk_server.start()
            card = await seen(vk.seen_by_officials, lambda one: "Есть ли кто-нибудь?" in one.text)
            await vk_server.wait_for(lambda: vk_server.polling)
            await vk.reply(card.id, Said(text="Да, мы здесь"))
            await got(messenger, irina, "Да, мы здесь")
            await vk_server.wait_for(lambda: vk_server.reactions)


async def test_wrong_token(tmp_path: Path, new_database: NewDatabase) -> None:
    """A token that the platform does not know ails its channel alone: the service is up and ready, and says so."""
    async with TelegramEmulator() as telegram, VkEmulator() as vk_server:
        service = _service(tmp_path, await new_database(), telegram, vk_server)
        wrong = "700100200:AAWrongTokenOfNobody"
        service.settings = {**service.settings, "TELEGRAM_TOKEN": wrong}
        vk = VkPlace(vk_server, VK_ADMIN)
        async with running(service):
            await vk_server.wait_for(lambda: vk_server.polling)

            async def told() -> list[str]:
                return await service.ailments("telegram")

            assert any("token" in ailment.lower() or "Unauthorized" in ailment for ailment in await until(told))
            status, page = await service.get("/readyz")
            assert 200 == status
            assert wrong not in page
            who = somebody()
            await vk.ask(who, Said(text="А здесь работает?"))
            await got(vk, who, "Ваш вопрос принят")
            assert [] == await service.ailments("vk")


def _service(folder: Path, address: str, telegram: TelegramEmulator, vk: VkEmulator) -> Service:
    return Service(
        folder=folder,
        settings={
            "DATABASE_URL": address,
            "TELEGRAM_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "TELEGRAM_CHAT_RATE": "1000/s",
            "VK_TOKEN": vk.token,
            "VK_GROUP_ID": str(vk.group_id),
            "VK_API_URL": vk.api_url,
            "ADMIN_CHAT": f"vk:{VK_ADMIN}",
        },
    )
