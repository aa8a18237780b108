"""Updates from VK: only authentic ones, none skipped, none without its answer."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.adapter import RawReply, Received
from bot.errors import BadUpdate, Misconfigured, Transient, Unauthentic
from bot.model.content import Content
from bot.model.event import ChatStarted, MessageEdited, MessageReceived
from tests.adapters.vk.conftest import RESIDENT, Bench, Make, Webhook, listening
from tests.emulators.base import Fault
from tests.emulators.vk import FIRST_CHAT, GROUP_ID, TOKEN, CallbackEntry, VkEmulator

SECRET = "tundraBridge7"
GIVEN = {"secret": SECRET, "confirmation": "c0ffee42"}


def body(**parts: Any) -> bytes:
    return json.dumps({"type": "message_read", "group_id": GROUP_ID, "object": {}, **parts}).encode()


def texts(bench: Bench) -> list[str]:
    events = [event for update in bench.accepted for event in update.events]
    return [event.content.text for event in events if isinstance(event, MessageReceived)]


# --- callbacks ---


async def test_authentic(make: Make) -> None:
    """An update with the right secret is parsed, answered with exactly `ok`, and stored without the secret."""
    bench = make(**GIVEN)
    update = {**bench.vk.message(RESIDENT, "Яма"), "secret": SECRET}
    received = await bench.receive(json.dumps(update).encode())
    (stored,) = received.updates
    assert received.reply == RawReply(status=200, body="ok", content_type="text/plain")
    assert (stored.key, stored.kind) == (update["event_id"], "message_new")
    assert SECRET.encode() not in stored.raw
    assert bench.adapter.parse(stored.raw) == stored


@pytest.mark.parametrize("secret", [None, "", "wrong", 5, ["tundraBridge7"], "секрет", "\ud800"], ids=repr)
async def test_unauthentic(make: Make, secret: object) -> None:
    """Without the right secret nothing is taken."""
    with pytest.raises(Unauthentic):
        await make(**GIVEN).receive(body(secret=secret))


async def test_no_secret_field(make: Make) -> None:
    """A callback without any secret is not taken, also where none was set: one was made."""
    with pytest.raises(Unauthentic):
        await make().receive(body())


@pytest.mark.parametrize("parts", [{"type": None}, {"type": 7}, {"group_id": 1}, {"group_id": None}], ids=str)
async def test_bad_update(make: Make, parts: dict[str, Any]) -> None:
    """What is no update of this community is refused before its secret is looked at."""
    with pytest.raises(BadUpdate):
        await make(**GIVEN).receive(body(**parts))


async def test_unknown_type(make: Make) -> None:
    """An update of tomorrow is stored and answered, though it says nothing to us."""
    received = await make(**GIVEN).receive(body(type="tomorrow", secret=SECRET))
    assert [(update.kind, update.events) for update in received.updates] == [("tomorrow", ())]
    assert received.reply.body == "ok"


@pytest.mark.parametrize("parts", [{}, {"secret": SECRET}, {"secret": ""}], ids=str)
async def test_confirmation(make: Make, parts: dict[str, Any]) -> None:
    """The confirmation is answered with the given code, also before VK knows the secret."""
    received = await make(**GIVEN).receive(body(type="confirmation", **parts))
    assert received == Received(reply=RawReply(body="c0ffee42"))


async def test_confirmation_with_wrong_secret(make: Make) -> None:
    """A wrong secret gets no code."""
    with pytest.raises(Unauthentic):
        await make(**GIVEN).receive(body(type="confirmation", secret="wrong"))


async def test_confirmation_asked_for(make: Make) -> None:
    """Without a given code VK is asked for it, not each time when many ask us."""
    bench = make(secret=SECRET)
    first = await bench.receive(body(type="confirmation"))
    assert first == await bench.receive(body(type="confirmation"))
    assert first.reply.body
    assert len(bench.vk.called("groups.getCallbackConfirmationCode")) == 1


async def test_confirmation_while_api_is_away(make: Make) -> None:
    """When the code cannot be found out, VK is told to come again, not given a wrong one."""
    bench = make(secret=SECRET)
    bench.vk.fail(Fault(status=502, body="<html>"), method="groups.getCallbackConfirmationCode")
    assert (await bench.receive(body(type="confirmation"))).reply.status == 503


async def test_made_secret_is_kept(make: Make) -> None:
    """A secret made by us is the same after a restart, and in another process."""
    first, second = make(), make()
    for bench in (first, second):
        with pytest.raises(Unauthentic):
            await bench.receive(body())
    secret = first.kept.values["secret"]
    assert secret.isalnum()
    assert len(secret) <= 50
    assert (await second.receive(body(secret=secret))).reply.body == "ok"


# --- big messages, of which VK delivers a part ---


def contents(bench: Bench) -> list[Content]:
    events = [event for update in bench.accepted for event in update.events]
    return [event.content for event in events if isinstance(event, MessageReceived | MessageEdited)]


@pytest.mark.parametrize("updates", ["callback", "longpoll"])
async def test_ten_photos(make: Make, webhook: Webhook, updates: str) -> None:
    """Of a message with ten photos VK delivers one: the others are asked for, also when it is edited."""
    bench = webhook.bench = make(webhook_url=webhook.url, updates=updates)
    async with listening(bench):
        servers = bench.vk.servers
        await bench.vk.wait_for(lambda: bench.kept.values.get("ts") or any(server.settings for server in servers))
        sent = bench.vk.message(RESIDENT, "Ямы", attachments=[bench.vk.photo(b"x") for _ in range(10)], ref="qr")
        assert 1 == len(sent["object"]["message"]["attachments"])
        for update in (sent, bench.vk.edited(sent, "Ямы на Ленина")):
            await bench.vk.push(update)
        await bench.vk.wait_for(lambda: len(contents(bench)) == 2)
    assert [("Ямы", 10), ("Ямы на Ленина", 10)] == [(one.text, len(one.media)) for one in contents(bench)]
    assert {()} == {one.unsupported for one in contents(bench)}
    # What an update says beside the message stays, and what is stored says the same.
    assert isinstance(bench.accepted[0].events[0], ChatStarted)
    assert all(bench.adapter.parse(update.raw) == update for update in bench.accepted)


@pytest.mark.parametrize(
    "answer",
    [
        Fault(status=502, body="<html>"),
        Fault(status=200, body='{"response": {"count": 0, "items": []}}'),
        Fault(status=200, body='{"response": {"items": [{"conversation_message_id": 77, "text": "чужое"}]}}'),
        Fault(status=200, body='{"error": {"error_code": 15, "error_msg": "Access denied"}}'),
        Fault(hold=asyncio.Event()),
    ],
    ids=["away", "gone", "another", "refused", "silent"],
)
async def test_the_rest_is_not_to_be_had(make: Make, answer: Fault) -> None:
    """When the rest of a big message cannot be had, what came is taken at once, and said to be a part."""
    bench = make(secret=SECRET)
    bench.vk.fail(answer, method="messages.getByConversationMessageId")
    sent = bench.vk.message(RESIDENT, "Ямы", attachments=[bench.vk.photo(b"x") for _ in range(10)])
    async with asyncio.timeout(3):
        received = await bench.receive(json.dumps({**sent, "secret": SECRET}).encode())
    (update,) = received.updates
    (event,) = update.events
    assert isinstance(event, MessageReceived)
    assert ("Ямы", 1) == (event.content.text, len(event.content.media))
    assert ("часть вложений и пересланных сообщений",) == event.content.unsupported


async def test_a_whole_message_is_not_asked_for(make: Make) -> None:
    """VK is asked for what is missing only."""
    bench = make(secret=SECRET)
    sent = bench.vk.message(RESIDENT, "Ямы", attachments=[bench.vk.photo(b"x") for _ in range(3)])
    await bench.receive(json.dumps({**sent, "secret": SECRET}).encode())
    assert [] == bench.vk.called("messages.getByConversationMessageId")


# --- the callback server ---


async def test_server_is_registered(make: Make, webhook: Webhook) -> None:
    """The webhook is entered, confirmed and given the events we want; what VK then sends is accepted."""
    bench = webhook.bench = make(webhook_url=webhook.url)
    async with listening(bench):
        server = await bench.vk.wait_for(lambda: next((s for s in bench.vk.servers if s.settings), None))
        assert (server.status, server.title, server.url) == ("ok", "Otvet", webhook.url)
        wanted = {name for name, value in server.settings.items() if value == "1"}
        assert wanted == {"message_new", "message_edit", "message_event", "message_allow", "message_deny"}
        assert server.settings["api_version"] == "5.199"
        assert await bench.vk.push(bench.vk.message(RESIDENT, "Яма"))
        assert texts(bench) == ["Яма"]


async def test_server_is_found_again(make: Make, webhook: Webhook, vk: VkEmulator) -> None:
    """After a restart the same server is used, and servers of others are left alone."""
    foreign = CallbackEntry(id=1, url="https://other.example/", title="Other", secret_key="x", status="failed")
    vk.servers.append(foreign)
    for _ in range(2):
        vk.calls.clear()
        bench = webhook.bench = make(webhook_url=webhook.url)
        async with listening(bench):
            await vk.wait_for(lambda: vk.called("groups.setCallbackSettings"))
    assert [(server.id == 1, server.status) for server in vk.servers] == [(True, "failed"), (False, "ok")]
    assert [name for name, _ in vk.calls] == ["groups.getCallbackServers", "groups.setCallbackSettings"]
    assert foreign.settings == {}


@pytest.mark.parametrize(("secret_key", "status"), [("another", "ok"), ("", "wait"), ("same", "failed")])
async def test_server_is_mended(make: Make, webhook: Webhook, secret_key: str, status: str) -> None:
    """A server with another secret, or one that VK gave up, is put right."""
    bench = webhook.bench = make(webhook_url=webhook.url, secret=SECRET)
    key = SECRET if secret_key == "same" else secret_key
    bench.vk.servers.append(CallbackEntry(id=9, url=webhook.url, title="Otvet", secret_key=key, status=status))
    async with listening(bench):
        await bench.vk.wait_for(lambda: bench.vk.called("groups.setCallbackSettings"))
    assert [(9, SECRET, "ok")] == [(server.id, server.secret_key, server.status) for server in bench.vk.servers]


async def test_server_without_the_right(make: Make, vk: VkEmulator) -> None:
    """A token that may not register is a fault that the core is told of."""
    vk.permissions = ("messages", "photos", "docs")
    bench = make(webhook_url="https://otvet.example/webhooks/vk")
    with pytest.raises(Misconfigured):
        await bench.adapter.listen(bench.accept)


async def test_server_entered_by_hand(make: Make, vk: VkEmulator) -> None:
    """Where somebody entered the server himself, with both strings given to us, the missing right is no fault."""
    vk.permissions = ("messages", "photos", "docs")
    bench = make(webhook_url="https://otvet.example/webhooks/vk", **GIVEN)
    async with listening(bench) as task:
        await vk.wait_for(lambda: vk.called("groups.getCallbackServers"))
        await bench.adapter.names(["1"])
        assert not task.done()


async def test_callbacks_without_address(make: Make) -> None:
    """Callbacks without a public address are a mistake in the settings."""
    bench = make(updates="callback")
    with pytest.raises(Misconfigured):
        await bench.adapter.listen(bench.accept)


# --- Long Poll ---


async def test_longpoll(make: Make) -> None:
    """Without a public address updates are fetched, in order, with no secret needed."""
    bench = make()
    async with listening(bench):
        await bench.vk.wait_for(lambda: bench.kept.values.get("ts"))
        for number in range(5):
            await bench.vk.push(bench.vk.message(RESIDENT, f"Яма {number}"))
        await bench.vk.wait_for(lambda: len(bench.accepted) == 5)
    assert texts(bench) == [f"Яма {number}" for number in range(5)]
    assert bench.vk.longpoll_settings["api_version"] == "5.199"
    assert bench.vk.longpoll_settings["message_event"] == "1"


async def test_longpoll_skips_nothing(make: Make) -> None:
    """What came while the service was down is fetched when it is back."""
    bench = make()
    async with listening(bench):
        await bench.vk.wait_for(lambda: bench.kept.values.get("ts"))
    for text in ("пока нас", "не было"):
        await bench.vk.push(bench.vk.message(RESIDENT, text))
    bench = make()
    async with listening(bench):
        await bench.vk.wait_for(lambda: len(bench.accepted) == 2)
    assert texts(bench) == ["пока нас", "не было"]


async def test_longpoll_keeps_its_place_after_accepting(make: Make) -> None:
    """An update that could not be stored is fetched again: its number is kept only afterwards."""
    bench = make()
    async with listening(bench):
        place = await bench.vk.wait_for(lambda: bench.kept.values.get("ts"))
    await bench.vk.push(bench.vk.message(RESIDENT, "Яма"))

    async def away(update: object) -> None:
        raise ConnectionError("the database is away")

    with pytest.raises(ConnectionError):
        await bench.adapter.listen(away)
    assert bench.kept.values["ts"] == place
    async with listening(bench):
        await bench.vk.wait_for(lambda: bench.kept.values["ts"] != place or None)
    assert texts(bench) == ["Яма"]


@pytest.mark.parametrize("failed", [1, 2, 3])
async def test_longpoll_failed(make: Make, vk: VkEmulator, failed: int) -> None:
    """After each of VK's three failures the polling goes on."""
    bench = make()
    async with listening(bench):
        await vk.wait_for(lambda: bench.kept.values.get("ts"))
        vk.fail_longpoll(failed)
        await vk.push(vk.update("message_read", {}))
        await vk.wait_for(lambda: not vk.longpoll_failures)
        # The failure is answered; the next request starts from what it said.
        await vk.wait_for(lambda: vk.polling)
        await vk.push(vk.message(RESIDENT, "Яма"))
        await vk.wait_for(lambda: texts(bench))
    assert texts(bench) == ["Яма"]


async def test_longpoll_forgotten(make: Make) -> None:
    """When VK has lost what we have not fetched, the polling goes on with what comes next, and says so."""
    bench = make()
    async with listening(bench):
        await bench.vk.wait_for(lambda: bench.kept.values.get("ts"))
    await bench.vk.push(bench.vk.message(RESIDENT, "потеряно"))
    bench.vk.forget_longpoll()
    bench.vk.calls.clear()
    with capture_logs() as logs:
        async with listening(bench):
            await bench.vk.wait_for(lambda: bench.vk.called("groups.getLongPollServer") and bench.vk.polling)
            await bench.vk.push(bench.vk.message(RESIDENT, "Яма"))
            await bench.vk.wait_for(lambda: texts(bench))
    assert texts(bench) == ["Яма"]
    assert "vk.longpoll.history_lost" in [entry["event"] for entry in logs]


async def test_longpoll_bad_update(make: Make) -> None:
    """An entry that is no update of ours does not stop those behind it."""
    bench = make()
    async with listening(bench):
        await bench.vk.wait_for(lambda: bench.kept.values.get("ts"))
        await bench.vk.push({"group_id": GROUP_ID + 1, "type": "message_new"})
        await bench.vk.push(bench.vk.message(77, "Починим", chat=FIRST_CHAT))
        await bench.vk.wait_for(lambda: texts(bench))
    assert texts(bench) == ["Починим"]


async def test_longpoll_away(make: Make, vk: VkEmulator) -> None:
    """When the server is away the core is told, and neither its key nor the token is in what it is told."""
    bench = make()
    # aiohttp asks once more on a new connection, which is harmless here.
    vk.fail(Fault(cut_before=True), method="longpoll", times=2)
    with pytest.raises(Transient) as caught:
        await bench.adapter.listen(bench.accept)
    assert "key" not in str(caught.value)
    assert TOKEN not in str(caught.value)


async def test_longpoll_switched_on_by_hand(make: Make, vk: VkEmulator) -> None:
    """A token that may not change the settings still polls where somebody switched Long Poll on."""
    bench = make()
    vk.longpoll_settings["enabled"] = "1"
    denied = Fault(status=200, body={"error": {"error_code": 15, "error_msg": "Access denied"}})
    vk.fail(denied, method="groups.setLongPollSettings")
    async with listening(bench):
        await vk.wait_for(lambda: bench.kept.values.get("ts"))
        await vk.push(vk.message(RESIDENT, "Яма"))
        await vk.wait_for(lambda: texts(bench))
    assert texts(bench) == ["Яма"]
