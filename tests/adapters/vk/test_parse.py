"""VK's updates become events of the shared model."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.vk.parse import parse_body, parse_update
from bot.adapter import Update
from bot.errors import BadUpdate
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content, Link, Location, Media, MediaKind
from bot.model.event import (
    ButtonPressed,
    ChatStarted,
    ChatStopped,
    Event,
    MessageEdited,
    MessageReceived,
    RepliedTo,
    Sender,
)

GROUP = 700100
USER = "51200300"
CHAT = "2000000007"
AT = datetime.fromtimestamp(1761200000, UTC)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PAYLOADS = Path(__file__).parent / "payloads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    payload: str
    expected: tuple[Event, ...]

    @property
    def label(self) -> str:
        return self.payload.replace("_", " ")


def where(chat_id: str = USER) -> ChatRef:
    return ChatRef(channel="vk", chat_id=chat_id)


def message(
    text: str = "",
    *,
    message_id: str = "40",
    chat_id: str = USER,
    reply_to: RepliedTo | None = None,
    user_id: str = USER,
    language: str = "ru",
    **content: Any,
) -> MessageReceived:
    return MessageReceived(
        chat=where(chat_id),
        chat_kind=ChatKind.GROUP if chat_id == CHAT else ChatKind.PRIVATE,
        message_id=message_id,
        sender=Sender(user_id=user_id, language=language),
        at=AT,
        content=Content(text=text, **content),
        reply_to=reply_to,
    )


def photo(ref: str, *, width: int | None = 807, height: int | None = 605) -> Media:
    return Media(kind=MediaKind.PHOTO, channel="vk", ref=f"https://sun1.userapi.com/{ref}", width=width, height=height)


def voice(name: str, mime_type: str, duration: int | None = None) -> Media:
    ref = f"https://psv4.userapi.com/v/{name}"
    return Media(kind=MediaKind.VOICE, channel="vk", ref=ref, mime_type=mime_type, duration=duration)


def document(ref: str, name: str, size: int | None = None) -> Media:
    return Media(kind=MediaKind.DOCUMENT, channel="vk", ref=f"https://vk.com/{ref}", file_name=name, size=size)


def started(*, source: str = "", greet: bool = True, at: datetime = AT, language: str = "ru") -> ChatStarted:
    sender = Sender(user_id=USER, language=language)
    return ChatStarted(chat=where(), sender=sender, at=at, source=source, greet=greet)


def pressed(data: str, *, chat_id: str = USER, at: datetime = NOW, language: str = "", **ids: str) -> ButtonPressed:
    kind = ChatKind.GROUP if chat_id == CHAT else ChatKind.PRIVATE
    sender = Sender(user_id=USER, language=language)
    return ButtonPressed(chat=where(chat_id), chat_kind=kind, sender=sender, at=at, data=data, **ids)


LARGE = "9007199254740993"
AUDIO = Media(
    kind=MediaKind.AUDIO,
    channel="vk",
    ref="https://psv4.userapi.com/a/6.mp3",
    file_name="Хор района – Гимн.mp3",
    mime_type="audio/mpeg",
    duration=95,
)
STICKER = Media(
    kind=MediaKind.STICKER,
    channel="vk",
    ref="https://vk.com/sticker/9-512.png",
    mime_type="image/png",
    width=512,
    height=512,
)
SALEKHARD = Location(latitude=66.53, longitude=66.6136, title="Салехард, Россия")
FORWARDED = """Переслал

Пересланное сообщение (vk.com/id777):
У соседа тоже <темно>

Пересланное сообщение (vk.com/id778):
И у меня

Пересланное сообщение (vk.com/id779):
А у вас?

Пересланное сообщение (vk.com/id777), без текста"""

CASES = [
    Case(payload="text", expected=(message("Во дворе не горит фонарь & темно"),)),
    Case(payload="text_5_80", expected=(message("Когда включат воду?", language=""),)),
    Case(payload="text_trimmed", expected=(message("Здравствуйте", message_id="7", language=""),)),
    Case(
        payload="large_ids",
        expected=(message("Большие числа", chat_id=LARGE, user_id=LARGE, message_id="9007199254740995"),),
    ),
    Case(payload="photo_with_caption", expected=(message("Яма на дороге", media=(photo("pit-y.jpg"),)),)),
    Case(payload="photo_original", expected=(message(media=(photo("orig.jpg", width=4000, height=3000),)),)),
    Case(
        payload="album",
        expected=(message("Двор с трёх сторон", media=tuple(photo(f"yard{number}-y.jpg") for number in (1, 2, 3))),),
    ),
    Case(
        payload="document",
        expected=(message(media=(document("doc51200300_77?hash=aa&dl=bb", "Заявление.pdf", 20480),)),),
    ),
    Case(payload="gif", expected=(message(media=(document("doc51200300_78?hash=cc", "leak.gif", 4096),)),)),
    Case(payload="voice", expected=(message(media=(voice("7.ogg", "audio/ogg", 7),)),)),
    Case(payload="voice_mp3_only", expected=(message(media=(voice("8.mp3", "audio/mpeg"),)),)),
    Case(payload="audio", expected=(message(media=(AUDIO,), unsupported=("аудиозапись",)),)),
    Case(payload="graffiti", expected=(message(media=(photo("g.png", width=None, height=None),)),)),
    Case(payload="sticker", expected=(message(media=(STICKER,)),)),
    Case(
        payload="video",
        expected=(message("Посмотрите", links=(Link(url="https://vk.com/video-35_456239017", title="Прорыв трубы"),)),),
    ),
    Case(
        payload="wall",
        expected=(
            message(
                links=(
                    Link(url="https://vk.com/wall-35_321", title="Отключение воды 5 октября"),
                    Link(url="https://vk.com/wall-35_321?reply=9", title="А у нас есть"),
                )
            ),
        ),
    ),
    Case(
        payload="link",
        expected=(
            message(
                "Вот статья",
                links=(Link(url="https://news.example.org/1", title="Новости «Района»"),),
                unsupported=("ссылка",),
            ),
        ),
    ),
    Case(payload="unsupported", expected=(message(unsupported=("опрос", "товар", "история", "вложение", "фото")),)),
    Case(payload="geo", expected=(message(location=SALEKHARD),)),
    # What cannot be shown is named: a point that is none, and the second of two.
    Case(payload="geo_absurd", expected=(message(unsupported=("место на карте",)),)),
    Case(
        payload="geo_twice",
        expected=(
            message(
                "\n\n".join(("Пересланное сообщение, без текста",) * 2),
                location=SALEKHARD,
                unsupported=("место на карте",),
            ),
        ),
    ),
    Case(payload="geo_in_one_string", expected=(message(location=Location(latitude=66.53, longitude=66.6136)),)),
    Case(
        payload="reply_to_us",
        expected=(
            message(
                "Уточняю адрес",
                reply_to=RepliedTo(message_id="33", by_bot=True, buttons=("close:33",), text="Укажите адрес"),
            ),
        ),
    ),
    Case(
        payload="reply_to_resident",
        expected=(message("И ещё", reply_to=RepliedTo(message_id="32", by_bot=False, text="Яма")),),
    ),
    Case(
        payload="forwarded",
        expected=(message(FORWARDED, media=(photo("fwd-y.jpg"), document("doc1_2", "plan.pdf"), photo("only-y.jpg"))),),
    ),
    Case(
        payload="cropped", expected=(message("Много всего", unsupported=("часть вложений и пересланных сообщений",)),)
    ),
    Case(payload="button_of_ours", expected=(pressed("rate:5", at=AT, language="ru"),)),
    Case(payload="button_of_others", expected=(message("Да"),)),
    Case(payload="payload_no_object", expected=(message("Да"),)),
    Case(payload="start", expected=(started(),)),
    Case(payload="start_with_ref", expected=(started(source="house_12-3"),)),
    Case(
        payload="first_message_with_ref",
        expected=(started(source="house_12-3", greet=False), message("Здравствуйте")),
    ),
    Case(
        payload="button_with_ref",
        expected=(started(source="house_12-3", greet=False), pressed("rate:5", at=AT, language="ru")),
    ),
    Case(payload="chat_mention", expected=(message("/open", chat_id=CHAT, message_id="515"),)),
    Case(
        payload="chat_mention_of_others",
        expected=(message("[club9|@other] привет", chat_id=CHAT, message_id="516"),),
    ),
    Case(
        payload="chat_reply",
        expected=(
            message(
                "Фонарь починят завтра",
                chat_id=CHAT,
                message_id="517",
                reply_to=RepliedTo(message_id="510", by_bot=True, text="№ 12"),
            ),
        ),
    ),
    Case(
        payload="chat_reply_to_colleague",
        expected=(
            message(
                "/template фонарь",
                chat_id=CHAT,
                message_id="518",
                reply_to=RepliedTo(message_id="517", by_bot=False, text="Фонарь починят & проверят"),
            ),
        ),
    ),
    Case(payload="chat_start_button", expected=()),
    Case(
        payload="chat_we_were_removed",
        expected=(ChatStopped(chat=where(CHAT), chat_kind=ChatKind.GROUP, at=AT),),
    ),
    Case(payload="chat_other_removed", expected=()),
    Case(payload="chat_we_were_invited", expected=()),
    Case(payload="from_community", expected=()),
    Case(
        payload="edit",
        expected=(
            MessageEdited(
                chat=where(),
                chat_kind=ChatKind.PRIVATE,
                message_id="40",
                sender=Sender(user_id=USER),
                at=AT + timedelta(seconds=90),
                content=Content(text="Во дворе уже горит фонарь"),
            ),
        ),
    ),
    Case(
        payload="edit_reply",
        expected=(
            MessageEdited(
                chat=where(),
                chat_kind=ChatKind.PRIVATE,
                message_id="40",
                sender=Sender(user_id=USER),
                at=AT + timedelta(seconds=90),
                content=Content(text="Дом 5, квартира 12"),
                reply_to=RepliedTo(message_id="33", by_bot=True, text="Ваш вопрос принят: № 12."),
            ),
        ),
    ),
    Case(payload="edit_transcript", expected=()),
    Case(
        payload="press",
        expected=(pressed("take:12", chat_id=CHAT, message_id="510", press_id="a1b2c3d4e5f6"),),
    ),
    Case(payload="press_payload_in_string", expected=(pressed("rate:4", press_id="a1b2c3d4e5f7"),)),
    Case(payload="press_of_others", expected=()),
    Case(payload="allow", expected=(started(greet=False, at=NOW, language=""),)),
    Case(
        payload="deny",
        expected=(ChatStopped(chat=where(), chat_kind=ChatKind.PRIVATE, at=NOW),),
    ),
    Case(payload="own_message", expected=()),
    Case(payload="typing", expected=()),
    Case(payload="unknown_type", expected=()),
    Case(payload="object_missing_parts", expected=()),
    Case(payload="object_is_text", expected=()),
]


def load(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def parse(raw: bytes, *, now: datetime = NOW) -> Update:
    return parse_update(parse_body(raw, group_id=GROUP), channel="vk", group_id=GROUP, received_at=now)


def update(body: object, kind: str = "message_new", **more: Any) -> bytes:
    return json.dumps({"type": kind, "group_id": GROUP, "object": body, **more}).encode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_parse(case: Case) -> None:
    """Each recorded update becomes exactly these events."""
    assert case.expected == parse(load(case.payload)).events


LANGUAGES = {
    "Russian": ({"lang_id": 0}, "ru"),
    "English": ({"lang_id": 3}, "en"),
    "another": ({"lang_id": 97}, "kk"),
    "one that we do not know": ({"lang_id": 777}, "und"),
    "a number as text": ({"lang_id": "3"}, "en"),
    "no number": ({"lang_id": True}, ""),
    "nothing": ({}, ""),
    "no object": ([3], ""),
}


@pytest.mark.parametrize(("client", "expected"), LANGUAGES.values(), ids=LANGUAGES.keys())
def test_language(client: object, expected: str) -> None:
    """The language of the program that somebody writes with is known by VK's number for it."""
    message = {"from_id": 5, "peer_id": 5, "conversation_message_id": 8, "text": "да"}
    (received,) = parse(update({"client_info": client, "message": message})).events
    assert isinstance(received, MessageReceived)
    assert expected == received.sender.language


EMPTY = {
    "nothing": ({}, Content()),
    "an empty text": ({"text": ""}, Content()),
    "a text of no width": ({"text": "\u200b\u2060 "}, Content()),
    "something attached of a new kind": (
        {"text": "\u200b", "attachments": [{"type": "hologram", "hologram": {}}]},
        Content(unsupported=("вложение",)),
    ),
}


@pytest.mark.parametrize(("message", "expected"), EMPTY.values(), ids=EMPTY.keys())
def test_nothing_to_see(message: dict[str, object], expected: Content) -> None:
    """A message in which nothing can be seen is empty; what was attached to it is named, whatever it is."""
    (received,) = parse(
        update({"message": {"from_id": 5, "peer_id": 5, "conversation_message_id": 8, **message}})
    ).events
    assert isinstance(received, MessageReceived)
    assert expected == received.content


def _forwards(*messages: Mapping[str, object]) -> Content:
    """What is read of a message that forwards these."""
    message = {"from_id": 5, "peer_id": 5, "conversation_message_id": 8, "text": "", "fwd_messages": list(messages)}
    (received,) = parse(update({"message": message})).events
    assert isinstance(received, MessageReceived)
    return received.content


def test_whose_words_are_forwarded() -> None:
    """Of each forwarded message officials read whose it was, but for the writer's own: people, and communities."""
    mine, theirs, club = ({"from_id": author, "text": "Темно"} for author in (5, 777, -33))
    assert "Пересланное сообщение:\nТемно" == _forwards(mine).text
    assert "Пересланное сообщение (vk.com/id777):\nТемно" == _forwards(theirs).text
    assert "Пересланное сообщение (vk.com/club33):\nТемно" == _forwards(club).text


def _chain(depth: int) -> dict[str, object]:
    """Messages that forward one another."""
    chain: dict[str, object] = {"from_id": 777, "text": f"слово {depth}."}
    for number in range(depth - 1, 0, -1):
        chain = {"from_id": 778, "text": f"слово {number}.", "fwd_messages": [chain]}
    return chain


@pytest.mark.parametrize("depth", [45, 400], ids=["as deep as VK lets people", "deeper"])
def test_forwarded_deep(depth: int) -> None:
    """However deep a forwarded message stands, its words are read, in order."""
    content = _forwards(_chain(depth))
    assert [f"слово {number}." for number in range(1, depth + 1)] == re.findall(r"слово \d+\.", content.text)
    assert () == content.unsupported


def test_forwarded_deeper_than_json_is_read() -> None:
    """A nest in which no reader of JSON finds the bottom is refused with a reason, and breaks nothing."""
    message = {"from_id": 5, "peer_id": 5, "conversation_message_id": 8, "fwd_messages": [_chain(50_000)]}
    body = {"type": "message_new", "group_id": GROUP, "object": {"message": message}}
    with pytest.raises(BadUpdate):
        parse_update(body, channel="vk", group_id=GROUP, received_at=NOW)


def test_forwarded_order() -> None:
    """What a forwarded message answers comes before what it forwards, and both before the next one."""
    first = {"text": "раз", "reply_message": {"text": "два"}, "fwd_messages": [{"text": "три"}, {"text": "четыре"}]}
    text = _forwards(first, {"text": "пять"}).text
    assert ["раз", "два", "три", "четыре", "пять"] == text.replace("Пересланное сообщение:\n", "").split("\n\n")


MANY = {
    "more than people can forward": ([{"text": "да"}] * 503, 500, "[Не поместилось ещё 3 пересланных сообщения]"),
    "more than a book": ([{"text": "д" * 90_000}] * 3, 2, "[Не поместилось ещё 1 пересланное сообщение]"),
}


@pytest.mark.parametrize(("messages", "shown", "rest"), MANY.values(), ids=MANY.keys())
def test_forwarded_much(messages: list[Mapping[str, object]], shown: int, rest: str) -> None:
    """What is too much is left out, and how much that is, is said."""
    text = _forwards(*messages).text
    assert shown == text.count("Пересланное сообщение")
    assert text.endswith(f"\n\n{rest}")


def test_forwarded_attachments() -> None:
    """Hundreds of parts that cannot be passed on do not become hundreds of lines."""
    polls = [{"type": "poll", "poll": {}}] * 10
    content = _forwards(*({"text": "да", "attachments": polls} for _ in range(50)))
    assert (*["опрос"] * 20, "ещё 480 вложений") == content.unsupported


def test_words_of_a_poll() -> None:
    """A poll cannot be passed on, the words in it can."""
    poll = {"question": "Нужен ли каток?", "answers": [{"text": "Да &amp; сразу"}, {"text": "Нет"}, {}]}
    content = _forwards({"from_id": 5, "text": "Смотрите", "attachments": [{"type": "poll", "poll": poll}]})
    assert "Пересланное сообщение:\nСмотрите\n\nНужен ли каток?\n– Да & сразу\n– Нет" == content.text
    assert ("опрос",) == content.unsupported


def _attached(kind: str, **fields: object) -> Content:
    """What is read of a message with this attachment alone."""
    message = {"from_id": 5, "peer_id": 5, "conversation_message_id": 8, "attachments": [{"type": kind, kind: fields}]}
    (received,) = parse(update({"message": message})).events
    assert isinstance(received, MessageReceived)
    return received.content


LONG_POST = "Отключение воды\n" + "Улица Мира &amp; переулок " * 9


def test_words_of_a_post() -> None:
    """What the title of a link does not show of a post stands in the question: officials may not see the wall."""
    short = _attached("wall", id=3, to_id=-35, text="Отключение воды\n5 октября")
    assert "" == short.text
    long = _attached("wall", id=3, to_id=-35, text=LONG_POST)
    assert f"Запись на стене:\n{LONG_POST.replace('&amp;', '&').strip()}" == long.text
    passed_on = _attached("wall", id=3, to_id=-35, text="Это как?", copy_history=[{"text": "Парк закроют"}, 5])
    assert "Запись на стене:\nЭто как?\n\nЗапись на стене:\nПарк закроют" == passed_on.text
    assert ["https://vk.com/wall-35_3"] * 3 == [one.links[0].url for one in (short, long, passed_on)]


@pytest.mark.parametrize(
    ("kind", "fields", "url"),
    [
        ("market", {"owner_id": -35, "id": 7}, "https://vk.com/product-35_7"),
        ("podcast", {"owner_id": -35, "id": 8}, "https://vk.com/podcast-35_8"),
        ("article", {"owner_id": -35, "id": 9, "view_url": "https://vk.com/@35-park"}, "https://vk.com/@35-park"),
    ],
)
def test_pages_of_vk(kind: str, fields: dict[str, object], url: str) -> None:
    """What has a page in VK is passed on by its address, with what it is called."""
    assert Content(links=(Link(url=url, title="Парк у реки"),)) == _attached(kind, title="Парк у реки", **fields)


def test_all_payloads_are_in_the_table() -> None:
    """No recorded update is forgotten."""
    assert {case.payload for case in CASES} == {path.stem for path in PAYLOADS.iterdir()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_parse_again(case: Case) -> None:
    """What is stored has no secret, and gives the same update whenever it is parsed again."""
    first = parse(load(case.payload))
    assert b"tundraBridge7" not in first.raw
    assert first == parse(first.raw, now=NOW + timedelta(days=3))


def test_key_is_the_event_id() -> None:
    """A redelivery is known by VK's own id of the event."""
    assert parse(load("text")).key == json.loads(load("text"))["event_id"]
    assert parse(load("text")).kind == "message_new"


def test_key_without_event_id() -> None:
    """Without an id, a message is known by its place in the chat, anything else by what it says."""
    first = update({"message": {"from_id": 5, "peer_id": 5, "conversation_message_id": 8, "text": "да"}})
    again = update({"message": {"from_id": 5, "peer_id": 5, "conversation_message_id": 8, "text": "да"}}, secret="s")
    second = update({"message": {"from_id": 5, "peer_id": 5, "conversation_message_id": 9, "text": "да"}})
    edits = [update({"peer_id": 5, "conversation_message_id": 8, "text": text}, "message_edit") for text in "абб"]
    assert parse(first).key == "message_new:5:8"
    assert parse(first).key == parse(again, now=NOW + timedelta(seconds=18)).key
    assert parse(first).key != parse(second).key
    assert len({parse(edit).key for edit in edits}) == 2


BAD = {
    "no JSON": b"type=message_new",
    "no object": b"[]",
    "no type": b'{"group_id": 700100}',
    "type of another kind": b'{"group_id": 700100, "type": 5}',
    "no community": b'{"type": "message_new"}',
    "another community": b'{"type": "message_new", "group_id": 700101}',
    "true for a number": b'{"type": "message_new", "group_id": true}',
    "not a number": b'{"type": "message_new", "group_id": 700100, "object": NaN}',
    "bottomless": b'{"type": "message_new", "group_id": 700100, "object": ' + b"[" * 200_000,
    "no UTF-8": b'{"type": "\xff"}',
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_bad_update(body: bytes) -> None:
    """What is no update of this community is refused with the reason."""
    with pytest.raises(BadUpdate):
        parse(body)


def test_text_any_database_takes() -> None:
    """NUL and halves of characters, which PostgreSQL refuses, do not come through."""
    body = {"message": {"from_id": 5, "id": 1, "text": "а\0б\ud800"}}
    (event,) = parse(update(body)).events
    assert isinstance(event, MessageReceived)
    assert event.content.text == "аб?"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "message from_id peer_id id conversation_message_id user_id date text payload ref attachments geo coordinates place"
    " fwd_messages reply_message keyboard buttons action type photo sizes url width height doc title ext size preview"
    " audio_message link_ogg sticker images video owner_id wall latitude longitude member_id event_id update_time"
)
ODD = st.recursive(
    JSON | st.sampled_from(["photo", "doc", "https://vk.com/x", "message_new", 5, 2_000_000_001]),
    lambda inner: st.dictionaries(st.sampled_from(FIELDS.split()), inner, max_size=6) | st.lists(inner, max_size=3),
    max_leaves=25,
)


@given(kind=st.sampled_from(["message_new", "message_edit", "message_event", "message_allow", "x"]), body=ODD)
@settings(max_examples=150, deadline=None)
def test_nothing_is_too_odd(kind: str, body: object) -> None:
    """Whatever stands inside an authentic update, it is taken, and is the same when it is parsed again."""
    first = parse(update(body, kind))
    assert first == parse(first.raw, now=NOW + timedelta(days=1))
