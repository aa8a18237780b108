"""What every adapter promises about what comes in: only what is authentic, never twice, and nothing that breaks it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.adapter import Adapter, HasLinks, Update
from bot.errors import BadUpdate
from bot.model.event import ChatStarted, MessageEdited, MessageReceived
from bot.model.source import is_source
from tests.adapters.contract import each, every, having
from tests.adapters.contract.odd import GARBAGE, odd
from tests.adapters.contract.platform import WORDS, Ability, Account, CalledBack, Platform, Sample, TurnedAway

# --- parse ---


@each("sample", lambda platform: (*platform.samples, *platform.meaningless), lambda sample: sample.label)
def test_parse(platform: Platform, sample: Sample, adapter: Adapter) -> None:
    """An update becomes these events, at any time the same; one that says nothing to us has none, and is no error."""
    before = datetime.now(UTC) - timedelta(seconds=1)
    update = adapter.parse(sample.raw)
    assert sample.events == tuple(type(event) for event in update.events)
    assert update == adapter.parse(sample.raw)
    # The samples are old: an event of this moment comes from the clock, and would be another one tomorrow.
    assert [] == [event for event in update.events if event.at >= before]
    assert {platform.name} >= {event.chat.channel for event in update.events}


@each("sample", lambda platform: (*platform.samples, *platform.meaningless), lambda sample: sample.label)
def test_parse_again(platform: Platform, sample: Sample, adapter: Adapter) -> None:
    """What is stored of an update gives the very same update: `otvet events replay` reads no other."""
    update = adapter.parse(sample.raw)
    assert update == adapter.parse(update.raw)


@having(lambda platform: any(MessageEdited in sample.events for sample in platform.samples))
def test_edit_of_a_reply(platform: Platform, adapter: Adapter) -> None:
    """What somebody corrects still replies to what it replied to when he wrote it."""
    events = [event for sample in platform.samples for event in adapter.parse(sample.raw).events]
    written = {(one.chat, one.message_id): one.reply_to for one in events if isinstance(one, MessageReceived)}
    edited = {(one.chat, one.message_id): one.reply_to for one in events if isinstance(one, MessageEdited)}
    assert {message: written[message] for message in edited} == edited
    assert [reply for reply in edited.values() if reply is not None]


@having(lambda platform: platform.has(Ability.NEW_KINDS))
def test_odd_updates(platform: Platform, adapter: Adapter) -> None:
    """Whatever stands in any field, an update is an update, or BadUpdate: and what is stored can be read again."""
    broken: list[str] = []
    for sample in platform.samples:
        for label, raw in odd(sample.raw):
            try:
                update = adapter.parse(raw)
                assert update == adapter.parse(update.raw), "stored, it is another"
                assert _is_storable(update), "cannot be stored"
            except BadUpdate:
                # Only what is no update of this platform at all may be refused: it is a matter of the outermost fields.
                if label.partition(" = ")[0].count("."):
                    broken.append(f"{sample.label}: {label}: refused")
            except Exception as error:
                broken.append(f"{sample.label}: {label}: {error!r}")
    assert broken == []


def _is_storable(update: Update) -> bool:
    return all("\0" not in text and text.encode() for text in (update.key, update.kind) if text)


@pytest.mark.parametrize("garbage", GARBAGE)
@every
def test_garbage(platform: Platform, garbage: str, adapter: Adapter) -> None:
    """What is no update is refused with a reason, which quotes nothing of it."""
    with pytest.raises(BadUpdate) as caught:
        adapter.parse(GARBAGE[garbage])
    assert str(caught.value).strip()
    assert WORDS not in f"{caught.value} {caught.value!r}"


@every
def test_keys(platform: Platform, adapter: Adapter) -> None:
    """Every update has a key; no two have the same, not even when they say the same words."""
    updates = [adapter.parse(sample.raw) for sample in (*platform.samples, *platform.meaningless)]
    keys = [update.key for update in updates]
    assert all(keys)
    assert len(keys) == len(set(keys))


# --- where residents come from ---


@every
def test_links_are_declared(platform: Platform, adapter: Adapter) -> None:
    """Whether a link opens a chat is what the adapter can do, or the reason why not."""
    assert platform.has(Ability.LINKS) == isinstance(adapter, HasLinks)


@pytest.mark.parametrize("source", ["school5", "5", "a-b_c-0", "-", "w" * 32])
@having(lambda platform: platform.has(Ability.LINKS))
async def test_link(platform: Platform, source: str, account: Account) -> None:
    """Whoever opens a link of ours brings its source along, whatever a source may be, once."""
    assert is_source(source)
    assert isinstance(account.adapter, HasLinks)
    update = await account.comes_by(await account.adapter.link(source))
    assert [(account.resident, source)] == [
        (event.chat, event.source) for event in update.events if isinstance(event, ChatStarted)
    ]


# --- authentic or not ---


@every
async def test_authentic(platform: Platform, account: Account) -> None:
    """What the platform brings is taken, once, with its words; nothing of it proves anything to others."""
    update = await account.says("Когда включат воду?", chat=account.resident)
    assert account.accepted == [update]
    (event,) = update.events
    assert isinstance(event, MessageReceived)
    assert (account.resident, "Когда включат воду?") == (event.chat, event.content.text)
    assert update == account.adapter.parse(update.raw)
    stored = f"{update!r} {update.raw.decode()}"
    assert [] == [secret for secret in account.secrets if secret in stored]


@each("forgery", lambda platform: platform.forgeries)
async def test_forgery(platform: Platform, forgery: str, account: Account) -> None:
    """What does not prove that it comes from the platform is turned away, and nothing of it is taken."""
    for chat in filter(None, (account.resident, account.officials)):
        with pytest.raises(TurnedAway) as caught:
            await account.says("Когда включат воду?", chat=chat, forgery=forgery)
        assert caught.value.status in (401, 403)
    assert account.accepted == []


def _brought(platform: Platform) -> tuple[Sample, ...]:
    """What comes by the webhook."""
    return (*platform.samples, *platform.meaningless) if platform.has(Ability.NEW_KINDS) else ()


@each("sample", _brought, lambda sample: sample.label)
async def test_delivered(platform: Platform, sample: Sample, account: Account) -> None:
    """Whatever is authentic is taken, also what says nothing to us; it comes again as itself, and can be replayed."""
    assert isinstance(account, CalledBack)
    update = await account.deliver(sample.raw)
    assert sample.events == tuple(type(event) for event in update.events)
    assert update == account.adapter.parse(update.raw)
    assert update.key == (await account.deliver(sample.raw)).key == account.adapter.parse(sample.raw).key


@every
async def test_the_same_words_twice(platform: Platform, account: Account) -> None:
    """Two «спасибо» are two messages."""
    first = await account.says("Спасибо", chat=account.resident)
    second = await account.says("Спасибо", chat=account.resident)
    assert first.key != second.key
    ids = [event.message_id for update in (first, second) for event in update.events if hasattr(event, "message_id")]
    assert len(set(ids)) == 2
