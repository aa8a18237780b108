"""Sending to VK: once, whole, and with the right error when it fails."""

from __future__ import annotations

import io
import logging
import traceback
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.errors import (
    MediaUnavailable,
    Misconfigured,
    OutcomeUnknown,
    RecipientGone,
    Rejected,
    Scope,
    SendError,
    Throttled,
    Transient,
)
from bot.model.chat import ChatRef
from bot.model.content import Location, Media, MediaKind
from bot.model.message import (
    AnswerPress,
    Button,
    DeleteMessage,
    EditMessage,
    Keyboard,
    Mark,
    Receipt,
    SendMessage,
    SetMark,
    Span,
    Style,
)
from tests.adapters.vk.conftest import RESIDENT, Bench, Make
from tests.emulators.base import Fault
from tests.emulators.vk import FIRST_CHAT, TOKEN, VkEmulator

KEYBOARD = Keyboard(rows=((Button(text="Помогло", data="rate:5"),), (Button(text="Не помогло", data="rate:1"),)))


def api_error(code: int, message: str = "made up") -> Fault:
    return Fault(status=200, body={"error": {"error_code": code, "error_msg": message}})


# --- effects ---


async def test_text(bench: Bench) -> None:
    """A message arrives with its styles and buttons, and the receipt names it as replies will."""
    spans = (Span(start=0, end=6, style=Style.BOLD),)
    receipt = await bench.send(SendMessage(text="№ 12 🙂 принят", spans=spans, keyboard=KEYBOARD))
    (message,) = bench.vk.sent_to(RESIDENT)
    assert receipt == Receipt(message_ids=(str(message.cmid),))
    assert message.text == "№ 12 🙂 принят"
    assert message.format_data == {"version": 1, "items": [{"type": "bold", "offset": 0, "length": 7}]}
    assert message.buttons == {"Помогло": {"d": "rate:5"}, "Не помогло": {"d": "rate:1"}}


async def test_place(bench: Bench) -> None:
    """A point on the map arrives as one."""
    await bench.send(SendMessage(location=Location(latitude=66.53, longitude=66.6136)))
    assert bench.vk.sent_to(RESIDENT)[0].location == (66.53, 66.6136)


async def test_reply_in_chat(bench: Bench) -> None:
    """In a chat of officials an answer hangs under the message it answers."""
    update = bench.vk.message(77, "/open", chat=FIRST_CHAT)
    cmid = update["object"]["message"]["conversation_message_id"]
    await bench.send(SendMessage(text="Открытых нет", reply_to=str(cmid)), to=FIRST_CHAT)
    assert [(cmid, "Открытых нет")] == [(sent.reply_cmid, sent.text) for sent in bench.vk.sent_to(FIRST_CHAT)]


async def test_same_key_twice(bench: Bench) -> None:
    """A repeat of the same entry is shown once and has the same receipt; another entry is another message."""
    first = await bench.send(SendMessage(text="Ответ"), key=5)
    assert first == await bench.send(SendMessage(text="Ответ"), key=5)
    assert first != await bench.send(SendMessage(text="Ответ"), key=6)
    assert len(bench.vk.sent_to(RESIDENT)) == 2


async def test_cut_off_after_the_effect(bench: Bench) -> None:
    """A send that was cut off has an unknown outcome, and its repeat doubles nothing."""
    bench.vk.fail(Fault(cut_after=True), method="messages.send")
    with pytest.raises(OutcomeUnknown):
        await bench.send(SendMessage(text="Ответ"), key=5)
    receipt = await bench.send(SendMessage(text="Ответ"), key=5)
    assert [receipt] == [Receipt(message_ids=(str(message.cmid),)) for message in bench.vk.sent_to(RESIDENT)]


async def test_edit(bench: Bench) -> None:
    """A correction changes the message in place, and its file and buttons stay."""
    bench.files.add("pit", b"\xff\xd8 pit", name="pit.jpg", mime="image/jpeg")
    media = (Media(kind=MediaKind.PHOTO, channel="telegram", ref="pit"),)
    (message_id,) = (await bench.send(SendMessage(text="Яма", media=media, keyboard=KEYBOARD))).message_ids
    edit = EditMessage(message_id=message_id, text="Яма засыпана", media=media, keyboard=KEYBOARD)
    assert await bench.send(edit) == Receipt()
    (message,) = bench.vk.sent_to(RESIDENT)
    assert (message.text, message.edits, len(message.attachments)) == ("Яма засыпана", 1, 1)
    assert list(message.buttons) == ["Помогло", "Не помогло"]


async def test_edit_too_late(bench: Bench) -> None:
    """What is too old to be edited is refused for good, so that a correction is sent instead."""
    (message_id,) = (await bench.send(SendMessage(text="Яма"))).message_ids
    bench.vk.too_old.add((RESIDENT, int(message_id)))
    with pytest.raises(Rejected) as caught:
        await bench.send(EditMessage(message_id=message_id, text="Яма засыпана"))
    assert caught.value.code == "vk_909"


async def test_delete(bench: Bench) -> None:
    """A message is taken back for everybody; one that cannot be is an error, though the call succeeds."""
    (message_id,) = (await bench.send(SendMessage(text="Ой"))).message_ids
    await bench.send(DeleteMessage(message_id=message_id))
    assert bench.vk.sent_to(RESIDENT) == []
    with pytest.raises(Rejected) as caught:
        await bench.send(DeleteMessage(message_id=message_id))
    assert caught.value.code == "vk_924"


async def test_mark(bench: Bench) -> None:
    """A mark is a reaction to the official's message."""
    update = bench.vk.message(77, "Починят завтра", chat=FIRST_CHAT)
    cmid = update["object"]["message"]["conversation_message_id"]
    await bench.send(SetMark(message_id=str(cmid), mark=Mark.DELIVERED), to=FIRST_CHAT)
    assert bench.vk.reactions == {(FIRST_CHAT, cmid): 4}


@pytest.mark.parametrize("code", [3, 7, 15, 100, 1009, 1010])
async def test_mark_refused(bench: Bench, code: int) -> None:
    """Where VK has no reactions for us, the mark alone is refused and the channel goes on."""
    bench.vk.fail(api_error(code), method="messages.sendReaction")
    with pytest.raises(Rejected):
        await bench.send(SetMark(message_id="1", mark=Mark.DELIVERED), to=FIRST_CHAT)


async def test_answer_to_a_press(bench: Bench) -> None:
    """A press is answered with a short text; one that VK has forgotten is no error."""
    await bench.send(SendMessage(text="Помогло?", keyboard=KEYBOARD))
    press = bench.vk.press(bench.vk.sent_to(RESIDENT)[0], "Помогло", RESIDENT)
    press_id = press["object"]["event_id"]
    answer = AnswerPress(press_id=press_id, user_id=str(RESIDENT), text="Спасибо")
    await bench.send(answer)
    await bench.send(answer)
    assert bench.vk.press_answers == [(press_id, "Спасибо")]


# --- errors ---


@pytest.mark.parametrize(
    ("code", "kind"),
    [(10, Transient), (5, Misconfigured), (901, RecipientGone), (914, Rejected), (14, Misconfigured)],
)
async def test_error_of_the_call(bench: Bench, code: int, kind: type[SendError]) -> None:
    """An error in place of the answer becomes its error of sending, whatever else it carries or lacks."""
    bench.vk.fail(Fault(status=200, body={"error": {"error_code": code}}), method="messages.send")
    with pytest.raises(kind) as caught:
        await bench.send(SendMessage(text="Ответ"))
    assert caught.value.code == f"vk_{code}"
    assert bench.vk.delivered == []


@pytest.mark.parametrize(
    ("code", "scope", "wait"), [(6, Scope.ACCOUNT, timedelta(seconds=0.3)), (9, Scope.CHAT, timedelta(minutes=1))]
)
async def test_throttled(bench: Bench, code: int, scope: Scope, wait: timedelta) -> None:
    """VK's two limits pause what they are about."""
    bench.vk.fail(api_error(code), method="messages.send")
    with pytest.raises(Throttled) as caught:
        await bench.send(SendMessage(text="Ответ"))
    assert (scope, wait) == (caught.value.scope, caught.value.retry_after)


@pytest.mark.parametrize(("to", "code"), [(999, "vk_901"), (FIRST_CHAT + 5, "vk_917")])
async def test_error_of_the_peer(bench: Bench, to: int, code: str) -> None:
    """An error that stands beside the peer, in an answer that succeeded, is noticed."""
    with pytest.raises(RecipientGone) as caught:
        await bench.send(SendMessage(text="Ответ"), to=to)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=502, body="<html>Bad Gateway</html>"), OutcomeUnknown),
        (Fault(status=200, body="<html>Работы</html>"), OutcomeUnknown),
        (Fault(status=200, body={"result": 1}), OutcomeUnknown),
        (Fault(status=200, body={"response": []}), OutcomeUnknown),
        (Fault(status=429, body="slow down", headers={"Retry-After": "7"}), Throttled),
        (Fault(cut_before=True), OutcomeUnknown),
    ],
    ids=["502", "a page", "strange JSON", "no peer", "429", "cut off"],
)
async def test_answer_that_is_none(bench: Bench, fault: Fault, kind: type[SendError]) -> None:
    """What is no answer of the API leaves the outcome unknown, and nothing is sent again behind our back."""
    bench.vk.fail(fault, method="messages.send")
    with pytest.raises(kind):
        await bench.send(SendMessage(text="Ответ"))
    assert bench.vk.delivered == []


async def test_nobody_there(bench: Bench) -> None:
    """A connection that was never made has surely changed nothing."""
    await bench.vk.stop()
    with pytest.raises(Transient):
        await bench.send(SendMessage(text="Ответ"))


async def test_buttons_refused(bench: Bench) -> None:
    """Where the community has its bot features off, the words arrive without the buttons."""
    bench.vk.fail(api_error(912), method="messages.send")
    await bench.send(SendMessage(text="Ответ", keyboard=KEYBOARD))
    assert [("Ответ", None)] == [(message.text, message.keyboard) for message in bench.vk.sent_to(RESIDENT)]


async def test_reply_to_what_is_gone(bench: Bench) -> None:
    """When the message that is answered no longer exists, the answer arrives all the same."""
    await bench.send(SendMessage(text="Ответ", reply_to="404"))
    assert [("Ответ", None)] == [(message.text, message.reply_cmid) for message in bench.vk.sent_to(RESIDENT)]


async def test_answer_without_number_in_chat(bench: Bench) -> None:
    """When VK names only the message's global id, its number in the chat is asked for."""
    await bench.send(SendMessage(text="Ответ"), key=5)
    (message,) = bench.vk.sent_to(RESIDENT)
    answer = {"response": [{"peer_id": RESIDENT, "message_id": message.message_id}]}
    bench.vk.fail(Fault(status=200, body=answer), method="messages.send")
    assert await bench.send(SendMessage(text="Ответ"), key=5) == Receipt(message_ids=(str(message.cmid),))


# --- secrets ---


async def test_token_stays_out_of_addresses(bench: Bench) -> None:
    """The token goes in the body of a call: addresses end in logs."""
    await bench.send(SendMessage(text="Ответ"))
    assert bench.vk.query_strings == [""]


async def test_nothing_secret_in_errors_and_logs(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the token nor anybody's words are in errors with all that led to them, or in logs at any level."""
    caplog.set_level(logging.DEBUG)
    words = "\u0442айна"
    faults = [
        api_error(100, f"invalid: {TOKEN}"),
        Fault(status=502, body=f"<html>{TOKEN} {words}</html>"),
        Fault(cut_after=True),
        api_error(912),
    ]
    with capture_logs() as logs:
        failures = [await failure_of(bench, fault, words) for fault in faults]
    written = f"{failures} {logs} {caplog.text}"
    assert "vk_100" in written
    assert words not in written
    assert TOKEN not in written


async def failure_of(bench: Bench, fault: Fault, words: str) -> str:
    bench.vk.fail(fault, method="messages.send")
    try:
        await bench.send(SendMessage(text=words, keyboard=KEYBOARD))
    except SendError as error:
        return "".join(traceback.format_exception(error))
    return ""


# --- the rest ---


async def test_names(bench: Bench) -> None:
    """Names are asked for by the hundred; who is unknown or no person is left out."""
    bench.vk.names = {number: ("Имя", f"Фамилия-{number}") for number in range(1, 251)}
    wanted = [str(number) for number in range(1, 260)]
    names = await bench.adapter.names([*wanted, "club5", "-7"])
    assert names == {str(number): f"Имя Фамилия-{number}" for number in range(1, 251)}
    assert [100, 100, 59] == [len(call["user_ids"].split(",")) for call in bench.vk.called("users.get")]


async def test_fetch(bench: Bench) -> None:
    """A file is fetched from the address that came with the message."""
    url = bench.vk.add_file(b"%PDF made up", "plan.pdf")
    into = io.BytesIO()
    await bench.adapter.fetch(Media(kind=MediaKind.DOCUMENT, channel="vk", ref=url), into)
    assert into.getvalue() == b"%PDF made up"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "https://example.org/x", "http://sun1.userapi.com/x"])
async def test_fetch_from_elsewhere(bench: Bench, url: str) -> None:
    """Only VK's own hosts and those of the settings are asked for files."""
    with pytest.raises(MediaUnavailable):
        await bench.adapter.fetch(Media(kind=MediaKind.PHOTO, channel="vk", ref=url), io.BytesIO())


async def found(bench: Bench, *chats: int) -> list[tuple[bool, str]]:
    refs = [ChatRef(channel="vk", chat_id=str(chat)) for chat in chats]
    return [(finding.ok, finding.text) for finding in await bench.adapter.check(refs)]


async def test_check(bench: Bench) -> None:
    """`otvet check` says what works, in Russian."""
    bench.vk.longpoll_settings["enabled"] = "1"
    bench.vk.admin_of.add(FIRST_CHAT)
    assert await found(bench, FIRST_CHAT) == [
        (True, "токен действует: сообщество «Ямал Официально» (700100)"),
        (True, "права токена: messages, photos, docs, manage"),
        (True, "Long Poll включён"),
        (True, "чат vk:2000000001 «Сотрудники»: доступен, участников: 3"),
    ]


async def test_check_finds_faults(vk: VkEmulator, make: Make) -> None:
    """`otvet check` names the missing right, the missing callback server and the chat that is not open to us."""
    vk.permissions = ("messages", "photos")
    bench = make(webhook_url="https://otvet.example/webhooks/vk")
    lines: Any = await found(bench, FIRST_CHAT, FIRST_CHAT + 5)
    assert [False, False, False, False] == [ok for ok, _ in lines[1:]]
    assert lines[1][1] == "у токена нет прав: docs, manage"


async def test_check_with_wrong_token(make: Make) -> None:
    """A wrong token is one clear line, without the token."""
    ((ok, text),) = await found(make(token="vk1.a.wrong-one"))
    assert not ok
    assert "vk_5" in text
    assert "wrong-one" not in text
