"""Sends that fail, and what is said of each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import (
    MediaUnavailable,
    Misconfigured,
    Moved,
    OutcomeUnknown,
    RecipientGone,
    Rejected,
    Scope,
    Throttled,
    Transient,
)
from bot.model.content import Media, MediaKind
from bot.model.message import EditMessage, Receipt, SendMessage
from tests.adapters.telegram.bench import GROUP, HELLO, Bench, chat, outgoing, refused, theirs
from tests.emulators.base import Fault


async def test_too_fast(bench: Bench) -> None:
    """A wait is kept exactly; one chat waits alone, until several have to: then the whole account does."""
    adapter = bench.adapter()
    body = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 7}}
    bench.telegram.fail(Fault(status=429, body=body), method="sendMessage", times=3)
    errors = [await refused(adapter, HELLO, to) for to in (1, 2, 3)]
    assert all(isinstance(error, Throttled) and error.retry_after == timedelta(seconds=7) for error in errors)
    expected = [Scope.CHAT, Scope.CHAT, Scope.ACCOUNT]
    assert expected == [error.scope for error in errors if isinstance(error, Throttled)]
    assert bench.telegram.delivered == []


@pytest.mark.parametrize(
    ("fault", "delivered"),
    [
        (Fault(cut_before=True), 0),
        (Fault(cut_after=True), 1),
        (Fault(status=500), 0),
        (Fault(status=502, body="<html>Bad Gateway</html>"), 0),
        (Fault(status=200, body="{"), 0),
    ],
    ids=["cut before", "cut after", "500", "502 page", "half an answer"],
)
async def test_nobody_knows(bench: Bench, fault: Fault, delivered: int) -> None:
    """When the answer is missing, the message may have arrived: that is said, and nothing is tried here again."""
    bench.telegram.fail(fault, method="sendMessage")
    assert isinstance(await refused(bench.adapter(), HELLO), OutcomeUnknown)
    assert delivered == len(bench.telegram.delivered)


async def test_edit_that_was_cut_off(bench: Bench) -> None:
    """Of an edit the outcome does not matter: it can be done again."""
    adapter = bench.adapter()
    (message_id,) = (await adapter.send(outgoing(HELLO))).message_ids
    bench.telegram.fail(Fault(cut_after=True), method="editMessageText")
    edit = EditMessage(message_id=message_id, text="Взято")
    assert isinstance(await refused(adapter, edit), Transient)
    assert Receipt(message_ids=(message_id,)) == await adapter.send(outgoing(edit))


async def test_platform_away(bench: Bench) -> None:
    """Where nothing could be sent, trying again is safe; and the bot recovers by itself."""
    adapter = bench.adapter()
    await bench.telegram.stop()
    assert isinstance(await refused(adapter, HELLO), Transient)
    await bench.telegram.start()
    await adapter.send(outgoing(HELLO))
    assert len(bench.telegram.delivered) == 1


async def test_proxy_in_between(bench: Bench) -> None:
    """The 403 of a proxy does not mean that a resident has blocked the bot."""
    bench.telegram.fail(Fault(status=403, body="<html>Forbidden</html>"))
    assert isinstance(await refused(bench.adapter(), HELLO), Transient)


async def test_moved(bench: Bench) -> None:
    """A group that became a supergroup is followed, and so is a topic that was deleted."""
    adapter = bench.adapter()
    bench.telegram.migrated[-70001] = GROUP
    bench.telegram.deleted_topics.add((GROUP, 42))
    errors = [await refused(adapter, HELLO, -70001), await refused(adapter, HELLO, f"{GROUP}:42")]
    assert [chat(GROUP)] * 2 == [error.to for error in errors if isinstance(error, Moved)]


async def test_gone(bench: Bench) -> None:
    """Whoever blocked the bot, or does not exist, is gone."""
    bench.telegram.blocked.add(1)
    bench.telegram.missing.add(2)
    errors = [await refused(bench.adapter(), HELLO, to) for to in (1, 2)]
    assert [error.code for error in errors if isinstance(error, RecipientGone)] == ["blocked", "chat_not_found"]


async def test_topic_closed(bench: Bench) -> None:
    """A closed topic is not left: people closed it."""
    bench.telegram.closed_topics.add((GROUP, 42))
    assert isinstance(await refused(bench.adapter(), HELLO, f"{GROUP}:42"), Rejected)


async def test_wrong_token(bench: Bench) -> None:
    """With a wrong token nothing works until someone mends it."""
    error = await refused(bench.adapter(token="700100200:somethingelse"), HELLO)
    assert isinstance(error, Misconfigured)


async def test_unknown_file(bench: Bench) -> None:
    """The file that Telegram does not know is named, so that the rest can be sent without it."""
    adapter = bench.adapter()
    good = Media(kind=MediaKind.PHOTO, channel="telegram", ref=bench.telegram.add_file(b"1", "1.jpg", kind="photo"))
    bad = Media(kind=MediaKind.PHOTO, channel="telegram", ref="AgACunknown")
    errors = [
        await refused(adapter, SendMessage(media=(bad,))),
        await refused(adapter, SendMessage(media=(good, bad))),
    ]
    # A server of another make does not say which one.
    body = {"ok": False, "error_code": 400, "description": "Bad Request: wrong file identifier/HTTP URL specified"}
    bench.telegram.fail(Fault(status=400, body=body), method="sendMediaGroup")
    errors.append(await refused(adapter, SendMessage(media=(good, bad))))
    expected = [0, 1, 1]
    assert expected == [error.part for error in errors if isinstance(error, Rejected)]


async def test_file_that_cannot_be_had(bench: Bench) -> None:
    """A file that the store cannot give is refused with the reason for people, as that part."""
    bench.files.add("one", b"1", name="1.jpg", mime="image/jpeg")
    bench.files.broken["two"] = MediaUnavailable("gone", "файла больше нет")
    media = (theirs(MediaKind.PHOTO, "one"), theirs(MediaKind.PHOTO, "two"))
    error = await refused(bench.adapter(), SendMessage(media=media))
    assert isinstance(error, Rejected)
    assert (error.code, error.reason, error.part) == ("gone", "файла больше нет", 1)
