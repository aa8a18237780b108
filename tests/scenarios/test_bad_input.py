"""Whatever comes to a webhook is refused or stored, never an error of ours, and the next good update works."""

from __future__ import annotations

import asyncio
import copy
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.viber import User, ViberEmulator
from tests.emulators.vk import VkEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import OLGA, TelegramDesk, resident
from tests.scenarios.service import Service, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN = -1001234567890
SECRET = "webhook-secret-of-telegram"
VK_SECRET = "callbackSecretOfVk"

#: In the place of any value.
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    10**30,
    1.5,
    "",
    "\0",
    "a\0b",
    "x" * 5000,
    "-1",
    [],
    [None],
    [[]],
    {},
    {"id": {}},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One callback, ready to be sent."""

    path: str
    body: bytes
    headers: dict[str, str]


class Platforms:
    """Three platforms' callbacks, authentic unless a test says otherwise."""

    def __init__(self, telegram: TelegramEmulator, vk: VkEmulator, viber: ViberEmulator) -> None:
        self.telegram = telegram
        self.vk = vk
        self.viber = viber

    def post(self, platform: str, update: Any) -> Post:
        """A callback with this update, or these very bytes."""
        if platform == "vk" and isinstance(update, dict):
            update = {"secret": VK_SECRET} | update
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        headers = {
            "telegram": {"X-Telegram-Bot-Api-Secret-Token": SECRET},
            "vk": {},
            "viber": {"X-Viber-Content-Signature": self.viber.sign(body)},
        }[platform]
        return Post(path=f"/webhooks/{platform}", body=body, headers=headers)

    def good(self, platform: str, text: str) -> dict[str, Any]:
        """Somebody new asks."""
        who = resident()
        match platform:
            case "telegram":
                return self.telegram.private_text(who, text)
            case "vk":
                self.vk.names[who["id"]] = (who["first_name"], "")
                return self.vk.message(who["id"], text)
            case _:
                return self.viber.text(User(id=f"viber{who['id']}==", name=who["first_name"]), text)

    def samples(self, platform: str) -> list[dict[str, Any]]:
        """Updates with as many fields as there are."""
        who = resident()
        match platform:
            case "telegram":
                chats = self.telegram
                asked = chats.private_text(who, "образец")
                photo = chats.file(who["id"], who, "photo", b"\xff\xd8", media_group_id="17", caption="подпись")
                started = chats.private_text(who, "/start source")
                place = chats.update("message", chats.message(who["id"], who, location={"latitude": 1, "longitude": 2}))
                reply = chats.text(ADMIN, OLGA, "/close 1", reply_to=chats.message(ADMIN, OLGA, text="x")["message_id"])
                press = chats.press(who["id"], who, asked["message"]["message_id"], "new")
                moved = chats.update("message", chats.message(-77, OLGA, migrate_to_chat_id=-10077))
                edited = copy.deepcopy(chats.edited(who["id"], asked["message"]["message_id"], "правка"))
                return [asked, photo, started, place, reply, press, moved, edited, chats.membership(-78, OLGA, "left")]
            case "vk":
                vk = self.vk
                vk.names[who["id"]] = (who["first_name"], "")
                asked = vk.message(who["id"], "образец", attachments=[vk.photo(b"x"), vk.doc(b"x", "a.pdf")])
                geo = vk.message(who["id"], "место", geo=(66.5, 66.6), payload={"d": "new"}, ref="qr")
                return [asked, geo, vk.starts(who["id"]), vk.allow(who["id"]), vk.edited(asked, "правка")]
            case _:
                viber, user = self.viber, User(id=f"odd{who['id']}==")
                return [
                    viber.picture(user, b"x", text="образец"),
                    viber.file(user, b"x", "a.pdf"),
                    viber.location(user, 66.5, 66.6),
                    viber.contact(user, "Имя", "+70000000000"),
                    viber.conversation_started(user, "qr"),
                    viber.unsubscribed(user),
                    viber.failed(user.id, 123, "desc"),
                ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The service and who knocks."""

    service: Service
    platforms: Platforms
    desk: TelegramDesk

    async def knock(self, post: Post) -> int:
        status, _ = await self.service.post(post.path, post.body, post.headers)
        return status

    async def works(self, platform: str, text: str) -> None:
        """The next good update becomes a question."""
        assert 200 == await self.knock(self.platforms.post(platform, self.platforms.good(platform, text)))
        await self.desk.card(text)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def doors(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> AsyncIterator[Doors]:
    vk, viber = VkEmulator(), ViberEmulator()
    async with TelegramEmulator() as telegram, vk, viber:
        service = Service(
            folder=tmp_path_factory.mktemp("bad_input"),
            settings={
                "DATABASE_URL": await new_database(),
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                "TELEGRAM_UPDATES": "webhook",
                "TELEGRAM_WEBHOOK_SECRET": SECRET,
                "TELEGRAM_GROUP_RATE": "10000/s",
                "TELEGRAM_ACCOUNT_RATE": "10000/s",
                "VK_TOKEN": vk.token,
                "VK_GROUP_ID": str(vk.group_id),
                "VK_API_URL": vk.api_url,
                "VK_SECRET": VK_SECRET,
                "VIBER_TOKEN": viber.token,
                "VIBER_API_URL": viber.api_url,
                "ADMIN_CHAT": f"telegram:{ADMIN}",
            },
        )
        service.settings = {**service.settings, "PUBLIC_URL": service.url}
        async with running(service):
            yield Doors(service=service, platforms=Platforms(telegram, vk, viber), desk=TelegramDesk(telegram, ADMIN))


# --- refused ---

BODIES = [
    ("not JSON", b"update_id=1", 400),
    ("half of an object", b'{"update_id": 1', 400),
    ("an array", b"[1, 2]", 400),
    ("a number", b"17", 400),
    ("null", b"null", 400),
    ("empty", b"", 400),
    ("not UTF-8", b'{"update_id": "\xff\xfe"}', 400),
    ("deep nesting", b"[" * 100_000, 400),
    ("deep nesting that ends", b"[" * 50_000 + b"]" * 50_000, 400),
    ("an object without its fields", b"{}", 400),
    ("over 1 MiB", b" " * (1024 * 1024 + 1), 413),
]


@pytest.mark.parametrize("platform", ["telegram", "vk", "viber"])
async def test_bodies_that_are_no_update(doors: Doors, platform: str) -> None:
    """What is no update of the platform is refused with 400, what is too big with 413, and nothing is stored."""
    before = await doors.service.query("SELECT count(*) FROM events")
    statuses = {label: await doors.knock(doors.platforms.post(platform, body)) for label, body, _ in BODIES}
    assert {label: status for label, _, status in BODIES} == statuses
    assert before == await doors.service.query("SELECT count(*) FROM events")
    await doors.works(platform, f"После мусора, {platform}")


@pytest.mark.parametrize(
    ("platform", "changes"),
    [
        ("telegram", {"update_id": None}),
        ("telegram", {"update_id": "1"}),
        ("telegram", {"update_id": 1.5}),
        ("telegram", {"update_id": True}),
        ("vk", {"type": None}),
        ("vk", {"type": 5}),
        ("vk", {"group_id": 999}),
        ("vk", {"group_id": None}),
        ("viber", {"event": None}),
        ("viber", {"event": 7}),
    ],
)
async def test_updates_without_what_they_must_have(doors: Doors, platform: str, changes: dict[str, Any]) -> None:
    """Without its id, type, community or event an update is refused with 400."""
    update = doors.platforms.good(platform, "Неважно что") | changes
    assert 400 == await doors.knock(doors.platforms.post(platform, update))
    for name in changes:
        del update[name]
    assert 400 == await doors.knock(doors.platforms.post(platform, update))


@pytest.mark.parametrize("platform", ["telegram", "vk", "viber"])
@pytest.mark.parametrize("secret", ["wrong", "", "кириллица", "x" * 7_000], ids=["wrong", "none", "odd", "long"])
async def test_wrong_secret(doors: Doors, platform: str, secret: str) -> None:
    """What does not come from the platform gets 401 or 403, and is not stored."""
    update = doors.platforms.good(platform, f"Подделка {platform}")
    before = await doors.service.query("SELECT count(*) FROM events")
    if platform == "vk":
        post = doors.platforms.post(platform, update | {"secret": secret})
    else:
        good = doors.platforms.post(platform, update)
        headers = dict.fromkeys(good.headers, secret) if secret else {}
        post = Post(path=good.path, body=good.body, headers=headers)
    assert await doors.knock(post) in (401, 403)
    assert before == await doors.service.query("SELECT count(*) FROM events")


async def test_unknown_channel(doors: Doors) -> None:
    """There is nobody at another address."""
    for path in ("/webhooks/max", "/webhooks/telegram2", "/webhooks/"):
        status, _ = await doors.service.post(path, b"{}")
        assert 404 == status, path
    status, _ = await doors.service.get("/webhooks/telegram")
    assert 405 == status


# --- stored, whatever it is ---


def bent(update: dict[str, Any], keep: frozenset[str], odd: Iterator[Any]) -> Iterator[dict[str, Any]]:
    """The update with each of its values, one at a time, made odd or (`...`) taken away."""
    for path in _paths(update):
        if path[0] in keep:
            continue
        changed = copy.deepcopy(update)
        place = changed
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = next(odd)
        if place[path[-1]] is ...:
            del place[path[-1]]
        yield changed


def _paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield (*before, key)
        yield from _paths(item, (*before, key))


_IDENTITY = {
    "telegram": frozenset({"update_id"}),
    "vk": frozenset({"type", "group_id", "event_id", "secret"}),
    "viber": frozenset({"event", "message_token"}),
}


def _fresh(platform: str, number: int) -> dict[str, Any]:
    """An identity that no other update has."""
    match platform:
        case "telegram":
            return {"update_id": 900_000_000 + number}
        case "vk":
            return {"event_id": f"odd{number}"}
        case _:
            return {"message_token": 9_000_000_000 + number}


@pytest.mark.parametrize("platform", ["telegram", "vk", "viber"])
async def test_odd_values_anywhere(doors: Doors, platform: str) -> None:
    """An authentic update is stored and answered 200, whatever its fields hold; it is handled without an error."""
    number = 0
    posts = []
    # Each field meets another value: all values in all fields take minutes, and are tried in the adapters' own tests.
    odd = itertools.cycle((*ODD, ...))
    for sample in doors.platforms.samples(platform):
        for update in bent(sample, _IDENTITY[platform], odd):
            number += 1
            update |= _fresh(platform, number)
            posts.append((update, doors.platforms.post(platform, update)))
    refused = []
    for start in range(0, len(posts), 8):
        some = posts[start : start + 8]
        statuses = await asyncio.gather(*(doors.knock(post) for _, post in some))
        refused += [(status, update) for status, (update, _) in zip(statuses, some, strict=True) if status != 200]
    assert [] == refused
    failed = await doors.service.query("SELECT kind, error, raw FROM events WHERE status = 'failed'")
    assert [] == [(row["kind"], row["error"], row["raw"][:2000]) for row in failed]
    await doors.works(platform, f"После странностей, {platform}")


@pytest.mark.parametrize("platform", ["telegram", "vk", "viber"])
@pytest.mark.parametrize(
    "text",
    ["\\u0000", "a\\u0000b", "\\ud800", "\\udc00\\ud800 и слова", "\\ud83d\\ude00", "\\u202e\\u200f", "￿"],
    ids=["NUL", "NUL inside", "half a pair", "a pair in the wrong order", "emoji", "direction marks", "no character"],
)
async def test_odd_characters(doors: Doors, platform: str, text: str) -> None:
    """A text of odd characters is somebody's question like any other: its card comes."""
    update = doors.platforms.good(platform, f"Знаки {platform} @@")
    raw = json.dumps({"secret": VK_SECRET} | update if platform == "vk" else update).replace("@@", text)
    count = len(doors.desk.cards(f"Знаки {platform}"))
    assert 200 == await doors.knock(doors.platforms.post(platform, raw.encode("utf-8", "surrogatepass")))
    await doors.desk.emulator.wait_for(lambda: len(doors.desk.cards(f"Знаки {platform}")) > count)


@pytest.mark.parametrize("platform", ["telegram", "vk", "viber"])
async def test_everything_comes_again(doors: Doors, platform: str) -> None:
    """Updates that come a second time, all at once, get 200 and change nothing."""
    updates = [*doors.platforms.samples(platform), doors.platforms.good(platform, f"Дважды {platform}")]
    for update in updates:
        assert 200 == await doors.knock(doors.platforms.post(platform, update))
    await doors.desk.card(f"Дважды {platform}")

    before = await counts(doors.service)
    statuses = await asyncio.gather(
        *(doors.knock(doors.platforms.post(platform, update)) for update in updates for _ in range(2))
    )
    assert {200} == set(statuses)
    assert before == await counts(doors.service)


async def counts(service: Service) -> dict[str, int]:
    """How much there is of everything; of what goes out, only what follows from an update at once."""
    found = {}
    for table in ("events", "conversations", "questions", "messages", "outbox WHERE role IN ('card', 'follow_up')"):
        (row,) = await service.query(f"SELECT count(*) FROM {table}")  # noqa: S608
        found[table] = row["count"]
    return found
