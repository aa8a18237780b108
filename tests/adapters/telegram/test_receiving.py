"""Updates by webhook and by polling."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web
from pydantic import SecretStr

from adapters.telegram import Settings
from adapters.telegram.adapter import TelegramAdapter
from bot.adapter import Finding, RawRequest, Update
from bot.errors import BadUpdate, Misconfigured, Transient, Unauthentic
from bot.model.event import ButtonPressed, MessageReceived
from bot.model.message import SendMessage
from tests.adapters.lent import lend
from tests.adapters.telegram.bench import GROUP, KEYBOARD, MARIA, OLEG, PUBLIC, Bench, outgoing
from tests.emulators.base import Fault
from tests.emulators.telegram import TOKEN


class Inbox:
    """Takes updates as the core does; fails when told to."""

    def __init__(self) -> None:
        self.updates: list[Update] = []
        self.failing = False
        self.arrived = asyncio.Event()

    async def accept(self, update: Update) -> None:
        if self.failing:
            raise ConnectionError("database away")
        self.updates.append(update)
        self.arrived.set()

    def texts(self) -> list[str]:
        events = [event for update in self.updates for event in update.events]
        return [event.content.text for event in events if isinstance(event, MessageReceived)]


async def receiving(adapter: TelegramAdapter, inbox: Inbox) -> web.AppRunner:
    """A server that hands callbacks to the adapter."""

    async def handle(request: web.Request) -> web.Response:
        raw = RawRequest(headers={k.lower(): v for k, v in request.headers.items()}, body=await request.read())
        try:
            received = await adapter.receive(raw)
        except Unauthentic:
            return web.Response(status=401)
        for update in received.updates:
            await inbox.accept(update)
        return web.Response(status=received.reply.status, text=received.reply.body)

    app = web.Application()
    app.router.add_post("/webhooks/telegram", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


async def test_webhook(bench: Bench) -> None:
    """The webhook is registered with a secret made and kept by us, and updates that carry it come in."""
    bench.telegram.status_in[GROUP] = "administrator"
    adapter, inbox = bench.adapter(webhook_url=PUBLIC), Inbox()
    runner = await receiving(adapter, inbox)
    bench.telegram.forward["https://otvet.example.org"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    listening = asyncio.create_task(adapter.listen(inbox.accept))
    try:
        await bench.telegram.wait_for(lambda: len(bench.telegram.commands) == 3)
        assert await bench.telegram.push(bench.telegram.private_text(MARIA, "Нет отопления")) == 200
        assert await bench.telegram.push(bench.telegram.text(GROUP, OLEG, "/take@otvet_test_bot 1")) == 200
        bench.telegram.webhook["secret_token"] = "another"
        assert await bench.telegram.push(bench.telegram.private_text(MARIA, "Подделка"), attempts=2) == 401
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await runner.cleanup()
    assert inbox.texts() == ["Нет отопления", "/take 1"]
    registered = next(call.params for call in bench.telegram.calls if call.method == "setWebhook")
    assert registered == {
        "url": PUBLIC,
        "secret_token": bench.kept.values["webhook_secret"],
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
        "max_connections": 40,
    }
    assert [json.loads(scope) for scope in bench.telegram.commands] == [
        {"type": "all_private_chats"},
        # A language without a code of two letters has no menu: Telegram would refuse it.
        {"type": "all_private_chats", "language_code": "en"},
        {"type": "chat", "chat_id": GROUP},
    ]


async def test_webhook_lost(bench: Bench) -> None:
    """A webhook that somebody else took is put back."""
    lent = lend(bench.files, kept=bench.kept, webhook_url=PUBLIC)
    settings = Settings(token=SecretStr(TOKEN), api_url=bench.telegram.url)
    adapter = TelegramAdapter("telegram", settings, lent, watch_every=0)
    bench.adapters.append(adapter)
    listening = asyncio.create_task(adapter.listen(Inbox().accept))
    await bench.telegram.wait_for(lambda: bench.telegram.webhook)
    bench.telegram.webhook = {"url": "https://elsewhere.example.org"}
    await bench.telegram.wait_for(lambda: bench.telegram.webhook.get("url") == PUBLIC)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening


async def test_webhook_without_an_address(bench: Bench) -> None:
    """Webhooks are asked for and nobody can reach us: both the start and the check say what is missing."""
    adapter = bench.adapter(updates="webhook")
    with pytest.raises(Misconfigured, match="PUBLIC_URL"):
        await adapter.listen(Inbox().accept)
    assert await adapter.check([]) == [Finding(ok=False, text="для вебхука нужен PUBLIC_URL")]


async def test_webhook_refused(bench: Bench) -> None:
    """A webhook that Telegram refuses is a fault of the configuration, in Telegram's own words."""
    with pytest.raises(Misconfigured, match="HTTPS"):
        await bench.adapter(webhook_url="http://otvet.example.org/").listen(Inbox().accept)


@pytest.mark.parametrize(
    "given", [{}, {"x-telegram-bot-api-secret-token": "wrong"}, {"x-telegram-bot-api-secret-token": "\udcff"}]
)
async def test_secret(bench: Bench, given: dict[str, str]) -> None:
    """Without the secret nothing is even looked at."""
    adapter = bench.adapter(webhook_secret="given-secret")
    with pytest.raises(Unauthentic):
        await adapter.receive(RawRequest(headers=given, body=b"{}"))
    with pytest.raises(BadUpdate):
        await adapter.receive(RawRequest(headers={"x-telegram-bot-api-secret-token": "given-secret"}, body=b"{}"))


async def test_replica(bench: Bench) -> None:
    """A replica that never listened knows the secret and the bot's name: they are kept."""
    bench.kept.values |= {"username": "otvet_test_bot", "webhook_secret": "s"}
    body = json.dumps(bench.telegram.text(GROUP, OLEG, "/take@weather_bot 12")).encode()
    request = RawRequest(headers={"x-telegram-bot-api-secret-token": "s"}, body=body)
    (update,) = (await bench.adapter().receive(request)).updates
    assert update.events == ()


async def test_press_of_a_button(bench: Bench) -> None:
    """What was sent as a button comes back as its press, and a reply knows the buttons of its card."""
    adapter = bench.adapter(webhook_secret="s")
    (message_id,) = (await adapter.send(outgoing(SendMessage(text="№ 12", keyboard=KEYBOARD), GROUP))).message_ids
    pressed = adapter.parse(json.dumps(bench.telegram.press(GROUP, OLEG, int(message_id), "take:12")).encode()).events[
        0
    ]
    replied = adapter.parse(
        json.dumps(bench.telegram.text(GROUP, OLEG, "Включили", reply_to=int(message_id))).encode()
    ).events[0]
    assert isinstance(pressed, ButtonPressed)
    assert isinstance(replied, MessageReceived)
    assert replied.reply_to is not None
    assert ("take:12", message_id, True, ("take:12",)) == (
        pressed.data,
        replied.reply_to.message_id,
        replied.reply_to.by_bot,
        replied.reply_to.buttons,
    )


async def test_polling(bench: Bench) -> None:
    """Updates are polled in order; one that could not be stored is not confirmed and comes again."""
    telegram, inbox = bench.telegram, Inbox()
    adapter = bench.adapter(updates="polling")
    for text in ("Первое", "Второе"):
        await telegram.push(telegram.private_text(MARIA, text))
    telegram.webhook = {"url": "https://old.example.org"}

    inbox.failing = True
    # What waited while a webhook was set is there, or the poll would wait for ever.
    async with asyncio.timeout(20):
        with pytest.raises(ConnectionError):
            await adapter.listen(inbox.accept)
    assert "offset" not in bench.kept.values

    inbox.failing = False
    listening = asyncio.create_task(adapter.listen(inbox.accept))
    last = await telegram.wait_for(lambda: bench.kept.values.get("offset"))
    await telegram.push(telegram.private_text(MARIA, "Третье"))
    await telegram.wait_for(lambda: bench.kept.values["offset"] != last)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert inbox.texts() == ["Первое", "Второе", "Третье"]
    assert telegram.webhook == {}
    assert str(int(inbox.updates[-1].key) + 1) == bench.kept.values["offset"]


async def test_two_pollers(bench: Bench) -> None:
    """Where another process polls with the same token, that is said, and the core tries again."""
    bench.telegram.fail(
        Fault(status=409, body={"ok": False, "error_code": 409, "description": "Conflict: two"}), method="getUpdates"
    )
    with pytest.raises(Transient, match="conflict"):
        await bench.adapter(updates="polling").listen(Inbox().accept)


async def test_commands_refused(bench: Bench) -> None:
    """A menu that cannot be set does not keep residents from being heard."""
    bench.telegram.missing.add(GROUP)
    inbox = Inbox()
    listening = asyncio.create_task(bench.adapter(updates="polling").listen(inbox.accept))
    await bench.telegram.push(bench.telegram.private_text(MARIA, "Слышно?"))
    async with asyncio.timeout(20):
        await inbox.arrived.wait()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert inbox.texts() == ["Слышно?"]
