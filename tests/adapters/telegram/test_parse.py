"""What the updates of Telegram mean."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.telegram.content import read_content
from adapters.telegram.parse import Reader, parse_update
from bot.errors import BadUpdate
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Contact, Content, Link, Location, Media, MediaKind
from bot.model.event import (
    ButtonPressed,
    ChatMoved,
    ChatStarted,
    ChatStopped,
    Event,
    MessageEdited,
    MessageReceived,
    RepliedTo,
    Sender,
)

READER = Reader(channel="telegram", bot_id=700100200, username="otvet_test_bot")
AT = datetime.fromtimestamp(1790000000, UTC)
MARIA = Sender(user_id="5550001", name="Мария Окотэтто", username="maria_ok", language="ru")
OLEG = Sender(user_id="5550002", name="Олег", language="ru")
CARD = RepliedTo(message_id="300", by_bot=True, buttons=("take:12", "more:12"), text="№ 12")


def chat(chat_id: str) -> ChatRef:
    return ChatRef(channel="telegram", chat_id=chat_id)


HOME = chat("5550001")
GROUP = chat("-1001700000001")
TOPIC = chat("-1001700000001:42")


def received(content: Content | str, **more: Any) -> MessageReceived:
    """A message from a resident."""
    event = MessageReceived(
        chat=HOME,
        chat_kind=ChatKind.PRIVATE,
        message_id="310",
        sender=MARIA,
        at=AT,
        content=Content(text=content) if isinstance(content, str) else content,
    )
    return replace(event, **more)


def in_group(text: str, **more: Any) -> MessageReceived:
    """A message from an official."""
    return received(text, **{"chat": GROUP, "chat_kind": ChatKind.GROUP, "sender": OLEG} | more)


def file(kind: MediaKind, ref: str, **more: Any) -> Media:
    return Media(kind=kind, channel="telegram", ref=f"BQACAgIAAxkB{ref}", size=2048, **more)


PHOTO = file(MediaKind.PHOTO, "pl", mime_type="image/jpeg", width=1280, height=960)


def sticker(ref: str, mime_type: str) -> Media:
    return file(MediaKind.STICKER, ref, mime_type=mime_type, width=512, height=512, emoji="❄️")


def with_file(kind: MediaKind, ref: str, text: str = "", **more: Any) -> MessageReceived:
    return received(Content(text=text, media=(file(kind, ref, **more),)))


def pressed(where: ChatRef, press_id: str, at: datetime) -> ButtonPressed:
    return ButtonPressed(
        chat=where,
        chat_kind=ChatKind.GROUP,
        sender=OLEG,
        at=at,
        data="take:12",
        message_id="300",
        press_id=press_id,
    )


CARD_AT = datetime.fromtimestamp(1789990000, UTC)
POINT = Location(latitude=66.53, longitude=66.61)
MP4 = "video/mp4"


@dataclass(frozen=True)
class Case:
    label: str
    payload: str
    expected: list[Event]


#: What people can send and no other platform has, as little of it as says what it is; and what it is called.
BEYOND_US: dict[str, tuple[Any, str]] = {
    "dice": ({"emoji": "🎲", "value": 3}, "игральная кость"),
    "game": ({"title": "Змейка", "description": "", "photo": []}, "игра"),
    "story": ({"chat": {"id": 5550001, "type": "private"}, "id": 7}, "история"),
    "paid_media": ({"star_count": 5, "paid_media": [{"type": "preview"}]}, "платная публикация"),
    "invoice": ({"title": "Счёт", "description": "", "currency": "XTR", "total_amount": 1}, "счёт"),
    "giveaway": ({"chats": [], "winners_selection_date": 1790000000, "winner_count": 1}, "розыгрыш"),
    "web_app_data": ({"data": "{}", "button_text": "да"}, "данные мини-приложения"),
    "type_of_tomorrow": ({"id": 1}, "вложение неизвестного вида"),
}


@pytest.mark.parametrize("name", BEYOND_US)
def test_beyond_us(name: str) -> None:
    """What cannot be passed on is named, and never lost in silence."""
    value, called = BEYOND_US[name]
    update = json.loads(load("text"))
    del update["message"]["text"]
    update["message"][name] = value
    (event,) = parse_update(json.dumps(update).encode(), READER).events
    assert isinstance(event, MessageReceived)
    assert Content(unsupported=(called,)) == event.content


def test_payment_is_a_report() -> None:
    """Nobody wrote that a payment was made: it is no question."""
    update = json.loads(load("text"))
    del update["message"]["text"]
    update["message"]["successful_payment"] = {"currency": "XTR", "total_amount": 1, "invoice_payload": "x"}
    assert () == tuple(parse_update(json.dumps(update).encode(), READER).events)


CASES = [
    Case("text", "text", [received("Нет отопления")]),
    Case(
        "an address behind words is a link",
        "text_link",
        [received(Content(text="🏠 Подробно здесь", links=(Link(url="https://example.org/heat", title="здесь"),)))],
    ),
    Case("the largest size of a photo, caption", "photo", [received(Content(text="Счёт", media=(PHOTO,)))]),
    Case("part of an album", "album_part", [received(Content(media=(PHOTO,)), album_id="13912345678901234")]),
    Case(
        "video",
        "video",
        [with_file(MediaKind.VIDEO, "vi", file_name="двор.mp4", mime_type=MP4, width=640, height=360, duration=12)],
    ),
    Case(
        "an animation is one file, though two are told",
        "animation",
        [with_file(MediaKind.ANIMATION, "an", file_name="snow.mp4", mime_type=MP4, width=320, height=240, duration=3)],
    ),
    Case("voice", "voice", [with_file(MediaKind.VOICE, "vo", mime_type="audio/ogg", duration=7)]),
    Case(
        "round video",
        "video_note",
        [with_file(MediaKind.VIDEO_NOTE, "vn", mime_type=MP4, width=240, height=240, duration=5)],
    ),
    Case(
        "audio without a file name",
        "audio",
        [with_file(MediaKind.AUDIO, "au", file_name="Хор - Гимн", mime_type="audio/mpeg", duration=200)],
    ),
    Case(
        "document with caption",
        "document",
        [with_file(MediaKind.DOCUMENT, "do", "Заявление", file_name="заявление.pdf", mime_type="application/pdf")],
    ),
    Case("sticker", "sticker", [received(Content(media=(sticker("st", "image/webp"),)))]),
    Case(
        "animated sticker",
        "sticker_animated",
        [received(Content(media=(sticker("sa", "application/x-tgsticker"),)))],
    ),
    Case("location", "location", [received(Content(location=POINT))]),
    Case("location that is none", "location_absurd", [received(Content(unsupported=("место на карте",)))]),
    Case(
        "venue",
        "venue",
        [received(Content(location=replace(POINT, title="Школа № 5", address="ул. Ленина, 1")))],
    ),
    Case("contact", "contact", [received(Content(contact=Contact(name="Пётр Вануйто", phone="+70000000001")))]),
    Case(
        "a poll is named, its words are there",
        "poll",
        [received(Content(text="Нужен ли во дворе каток?\n– Да\n– Нет", unsupported=("опрос",)))],
    ),
    Case(
        "a checklist is named, its words are there",
        "checklist",
        [received(Content(text="Что сломано\n– Лифт\n– Домофон", unsupported=("список дел",)))],
    ),
    Case(
        "what is answered in another chat comes with the answer",
        "reply_elsewhere",
        [
            received(
                Content(
                    text="В ответ на сообщение (Новости района):\nВоду отключат до пятницы\n\nЭто правда?",
                    media=(PHOTO,),
                )
            )
        ],
    ),
    Case(
        "a kind that is new to us is named",
        "new_kind",
        [received(Content(unsupported=("вложение неизвестного вида",)))],
    ),
    Case(
        "a message of 2016",
        "old_shape",
        [
            received(
                Content(
                    media=(
                        Media(
                            kind=MediaKind.PHOTO,
                            channel="telegram",
                            ref="AgADold",
                            mime_type="image/jpeg",
                            width=51,
                            height=90,
                        ),
                    )
                ),
                sender=Sender(user_id="5550001", name="Мария"),
            )
        ],
    ),
    Case(
        "a photo without an id keeps its caption",
        "photo_without_id",
        [received(Content(text="Смотрите", unsupported=("фотография",)))],
    ),
    Case(
        "edited",
        "edited",
        [
            MessageEdited(
                chat=HOME,
                chat_kind=ChatKind.PRIVATE,
                message_id="310",
                sender=MARIA,
                at=datetime.fromtimestamp(1790000060, UTC),
                content=Content(text="Нет отопления и воды"),
            )
        ],
    ),
    Case(
        "edited, what was a reply",
        "edited_reply",
        [
            MessageEdited(
                chat=HOME,
                chat_kind=ChatKind.PRIVATE,
                message_id="310",
                sender=MARIA,
                at=datetime.fromtimestamp(1790000060, UTC),
                content=Content(text="Дом 5, квартира 12"),
                reply_to=RepliedTo(message_id="300", by_bot=True, text="Ваш вопрос принят: № 12."),
            )
        ],
    ),
    Case("a live location that moves says nothing", "live_location_moved", []),
    Case("start", "start", [ChatStarted(chat=HOME, sender=MARIA, at=AT)]),
    Case("start from a QR code", "start_source", [ChatStarted(chat=HOME, sender=MARIA, at=AT, source="house_12-3")]),
    Case("a command that only begins like start", "started_not", [received("/startap")]),
    Case("our name behind a command goes", "group_command", [in_group("/take 12")]),
    Case("a command for another bot", "group_command_other_bot", []),
    Case("start in a group is a command like others", "group_start", [in_group("/start")]),
    Case("reply to a card, in a thread that is no topic", "reply_to_card", [in_group("Включили", reply_to=CARD)]),
    Case(
        "reply to a colleague",
        "reply_to_colleague",
        [in_group("Верно", reply_to=RepliedTo(message_id="301", by_bot=False, text="Да"))],
    ),
    Case(
        "reply to a colleague's photo",
        "reply_to_photo",
        [in_group("/template вода", reply_to=RepliedTo(message_id="301", by_bot=False, text="Вода будет к вечеру"))],
    ),
    Case("a message of a topic is no reply to its beginning", "topic_message", [in_group("Коллеги?", chat=TOPIC)]),
    Case("reply in a topic", "topic_reply", [in_group("Включили", chat=TOPIC, reply_to=CARD)]),
    Case(
        "anonymous administrator",
        "anonymous_admin",
        [in_group("Включили", sender=Sender(user_id="1087968824", name="Начальник отдела"))],
    ),
    Case(
        "anonymous administrator without a title",
        "anonymous_admin_untitled",
        [in_group("Включили", sender=Sender(user_id="1087968824", name="Энергетика"))],
    ),
    Case("another bot", "another_bot", []),
    Case("a channel's post in its discussion group", "channel_in_discussion", []),
    Case("a channel's post", "channel_post", []),
    Case("new members", "new_members", []),
    Case("pinned message", "pinned", []),
    Case("closed topic", "topic_closed", []),
    Case("the old group tells of its move", "migrate_to", [ChatMoved(chat=chat("-70001"), to=GROUP, at=AT)]),
    Case("the new group tells of its move", "migrate_from", [ChatMoved(chat=chat("-70001"), to=GROUP, at=AT)]),
    Case("button", "press", [pressed(GROUP, "4240000001", CARD_AT)]),
    Case("button in a topic", "press_in_topic", [pressed(TOPIC, "4240000002", CARD_AT)]),
    Case(
        "button of a message too old to be shown",
        "press_inaccessible",
        [pressed(GROUP, "4240000003", datetime(1970, 1, 1, tzinfo=UTC))],
    ),
    Case("button of a message that is in no chat of ours", "press_inline", []),
    Case("blocked", "blocked", [ChatStopped(chat=HOME, chat_kind=ChatKind.PRIVATE, at=AT)]),
    Case("unblocked", "unblocked", [ChatStarted(chat=HOME, sender=MARIA, at=AT, greet=False)]),
    Case("removed from a group", "removed_from_group", [ChatStopped(chat=GROUP, chat_kind=ChatKind.GROUP, at=AT)]),
    Case("made an administrator", "made_admin", []),
    Case("a kind of update that we did not ask for", "reaction", []),
    Case("a message without a chat", "no_chat", []),
]


NO_POINTS = {
    "off the Earth": {"latitude": 90.1, "longitude": 72.5},
    "round the Earth": {"latitude": 65.5, "longitude": -180.5},
    "a number that no float holds": {"latitude": 10**400, "longitude": 72.5},
    # So `1e400` reads.
    "no number": {"latitude": None, "longitude": 72.5},
    "a truth": {"latitude": True, "longitude": 72.5},
    "half of one": {"latitude": 65.5},
    "none": {},
}


@pytest.mark.parametrize("point", NO_POINTS.values(), ids=NO_POINTS.keys())
@pytest.mark.parametrize("kind", ["location", "venue"])
def test_a_point_that_is_none(kind: str, point: dict[str, object]) -> None:
    """What nobody could be shown on a map is named, and the message with it is not lost."""
    message = {kind: point if kind == "location" else {"location": point, "title": "Школа"}}
    content = read_content(message, "tg", str)
    assert (None, ("место на карте",)) == (content.location, content.unsupported)


def load(name: str) -> bytes:
    return (Path(__file__).parent / "payloads" / f"{name}.json").read_bytes()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_parse(case: Case) -> None:
    """Each update becomes exactly these events."""
    assert case.expected == list(parse_update(load(case.payload), READER).events)


def test_every_payload_is_in_the_table() -> None:
    """No payload lies about unused."""
    assert {case.payload for case in CASES} == {path.stem for path in (Path(__file__).parent / "payloads").iterdir()}


def test_key_and_kind() -> None:
    """An update is known by its id, counted by its kind, and kept as it came."""
    raw = load("press")
    update = parse_update(raw, READER)
    assert (str(json.loads(raw)["update_id"]), "callback_query", raw) == (update.key, update.kind, update.raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no",
        b"[]",
        b"17",
        b"{}",
        b'{"update_id": true}',
        b'{"update_id": "7"}',
        b'{"update_id": 1.5}',
        b"[" * 10**5,
        b'{"update_id": NaN}',
        b"\xff\xfe",
    ],
)
def test_not_an_update(raw: bytes) -> None:
    """What is no object with an integer `update_id` is refused."""
    with pytest.raises(BadUpdate):
        parse_update(raw, READER)


def test_text_that_no_database_keeps() -> None:
    """NUL and half a surrogate pair are replaced: the message around them arrives, and can be read again."""
    raw = load("text").decode().replace("Нет отопления", "А\\u0000Б \\ud83d!").encode()
    update = parse_update(raw, READER)
    event = update.events[0]
    assert isinstance(event, MessageReceived)
    expected = "А\ufffdБ ?!"
    assert expected == event.content.text
    assert update.events == parse_update(update.raw, READER).events


@pytest.mark.parametrize("text", ["\u200b", "\u2060\u3164 \n"])
def test_nothing_to_see(text: str) -> None:
    """A text in which nothing can be seen is an empty message, not none: whoever wrote it waits for something."""
    update = json.loads(load("text"))
    update["message"]["text"] = text
    (event,) = parse_update(json.dumps(update).encode(), READER).events
    assert isinstance(event, MessageReceived)
    assert event.content.is_empty


USER = {"id": 5550077, "is_bot": False, "first_name": "Пётр\n", "last_name": "Ненянг"}
ORIGINS = {
    "a person": ({"forward_origin": {"type": "user", "date": 1, "sender_user": USER}}, " (Пётр Ненянг)"),
    "somebody who hides": (
        {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Сосед"}},
        " (Сосед)",
    ),
    "a group": (
        {"forward_origin": {"type": "chat", "date": 1, "sender_chat": {"id": -1, "title": "Дом 5"}}},
        " (Дом 5)",
    ),
    "a channel": (
        {"forward_origin": {"type": "channel", "date": 1, "chat": {"id": -1, "title": "Новости"}, "message_id": 3}},
        " (Новости)",
    ),
    "nobody who is told": ({"forward_origin": {"type": "new", "date": 1}}, ""),
    "a body of before 2024": ({"forward_from": USER, "forward_date": 1}, " (Пётр Ненянг)"),
    "one of them who hides": ({"forward_sender_name": "Сосед", "forward_date": 1}, " (Сосед)"),
    "a name of many letters": ({"forward_sender_name": "я" * 500}, f" ({'я' * 64})"),
}


def forwarded(name: str, origin: object, **more: Any) -> Content:
    """What is read of this payload, forwarded."""
    update = json.loads(load(name))
    update["message"] |= {**(origin if isinstance(origin, dict) else {}), **more}
    (event,) = parse_update(json.dumps(update).encode(), READER).events
    assert isinstance(event, MessageReceived)
    return event.content


@pytest.mark.parametrize(("origin", "who"), ORIGINS.values(), ids=ORIGINS.keys())
def test_forwarded(origin: object, who: str) -> None:
    """Whose words these were stands before them; of a file without words, beside it."""
    assert f"Пересланное сообщение{who}:\nНет отопления" == forwarded("text", origin).text
    voice = forwarded("voice", origin)
    assert (f"Пересланное сообщение{who}, без текста", 1) == (voice.text, len(voice.media))


def test_forwarded_by_its_author() -> None:
    """Who forwards his own words has said them himself."""
    origin = {"forward_origin": {"type": "user", "date": 1, "sender_user": {"id": 5550001, "first_name": "Мария"}}}
    assert "Нет отопления" == forwarded("text", origin).text


def test_forwarded_album() -> None:
    """The parts of a forwarded album that have no words of their own do not say it again and again."""
    origin = {"forward_origin": {"type": "user", "date": 1, "sender_user": USER}}
    assert "" == forwarded("photo", origin, caption="", media_group_id="1").text
    captioned = forwarded("photo", origin, caption="Двор", media_group_id="1")
    assert "Пересланное сообщение (Пётр Ненянг):\nДвор" == captioned.text


def test_forwarded_words_are_no_command() -> None:
    """What somebody else wrote is passed on, whatever it looks like."""
    origin = {"forward_origin": {"type": "user", "date": 1, "sender_user": USER}}
    assert "Пересланное сообщение (Пётр Ненянг):\n/help" == forwarded("text", origin, text="/help").text


def changed(name: str, **more: Any) -> tuple[Event, ...]:
    """What follows from this payload with these fields of its message."""
    update = json.loads(load(name))
    update["message"] |= more
    return parse_update(json.dumps(update).encode(), READER).events


ANSWER = {"message_id": 300, "from": {"id": 700100200, "is_bot": True}, "text": "Трубы заменим. Двор уберём."}
QUOTE = {"text": "Двор уберём.", "position": 15}


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("Когда?", QUOTE | {"is_manual": True}, "В ответ на слова:\nДвор уберём.\n\nКогда?"),
        ("Когда?", QUOTE, "Когда?"),
        ("/help", QUOTE | {"is_manual": True}, "/help"),
    ],
    ids=["he picked them", "the platform quotes by itself", "a command stays one"],
)
def test_words_that_he_picked(text: str, quote: object, expected: str) -> None:
    """Who picks words of an answer and asks about them is understood."""
    (event,) = changed("text", text=text, reply_to_message=ANSWER, quote=quote)
    assert isinstance(event, MessageReceived)
    assert expected == event.content.text


RICH = {
    "blocks": [
        {"type": "heading", "text": "Отключение воды", "size": 1},
        {
            "type": "paragraph",
            "text": ["С ", {"type": "bold", "text": ["5 ", {"type": "italic", "text": "октября"}]}, 7],
        },
        {
            "type": "list",
            "items": [{"label": "1.", "blocks": [{"type": "paragraph", "text": "Мира"}]}, {"label": ""}, 5],
        },
        {"type": "table", "cells": [[{"text": "Дом"}, {"text": "Час"}], [{"text": "5"}, {}]], "caption": "План"},
        {"type": "photo", "photo": [], "caption": {"text": "Двор", "credit": "Сосед"}},
        {"type": "quote", "blocks": [{"type": "paragraph", "text": "Потерпите"}], "credit": "Мэр"},
        {"type": "divider"},
        {"type": "of tomorrow"},
        None,
    ]
}


def test_words_of_a_rich_message() -> None:
    """A rich message cannot be passed on, the words in it can, in their order; also forwarded ones."""
    words = "Отключение воды\nС 5 октября\n1. Мира\nДом | Час\n5 | \nПлан\nДвор\nСосед\nПотерпите\nМэр"
    content = forwarded("text", ORIGINS["a channel"][0], text=None, rich_message=RICH)
    assert f"Пересланное сообщение (Новости):\n{words}" == content.text
    assert ("сообщение с особым оформлением",) == content.unsupported


@pytest.mark.parametrize("name", ["blocks", "text"])
def test_rich_message_without_end(name: str) -> None:
    """Of one that is nested without end, nothing breaks."""
    inside: Any = {"text": "Дно"}
    for _ in range(300):
        inside = {name: [inside]}
    assert Content(unsupported=("сообщение с особым оформлением",)) == forwarded(
        "text", {}, text=None, rich_message=inside
    )


def test_topics_of_a_resident() -> None:
    """A resident who keeps topics in his chat with the bot is one resident all the same, also in his presses."""
    topic = {"message_thread_id": 42, "is_topic_message": True}
    (written,) = changed("text", **topic)
    press = json.loads(load("press"))
    press["callback_query"]["message"] |= {"chat": {"id": 5550001, "type": "private"}, **topic}
    (pressed_,) = parse_update(json.dumps(press).encode(), READER).events
    assert isinstance(written, MessageReceived)
    assert isinstance(pressed_, ButtonPressed)
    assert (HOME, HOME) == (written.chat, pressed_.chat)


def test_name_not_known_yet() -> None:
    """Before the bot knows its own name, a command for any bot is taken for its own."""
    update = parse_update(load("group_command_other_bot"), Reader(channel="telegram", bot_id=700100200))
    assert (in_group("/take 12"),) == update.events


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def broken(draw: st.DrawFn) -> dict[str, Any]:
    """A real update in which something is replaced by something else."""
    update: dict[str, Any] = json.loads(load(draw(st.sampled_from(CASES)).payload))
    at: Any = update
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = draw(st.sampled_from([key for key in keys if key != "update_id"]))
        if not at[key] or not isinstance(at[key], dict | list) or draw(st.booleans()):
            at[key] = draw(JSON)
            return update
        at = at[key]


@settings(max_examples=300, deadline=None)
@given(broken())
def test_broken_inside(update: dict[str, Any]) -> None:
    """Whatever is wrong inside an authentic update, it is taken: refusing it would block the chat behind it."""
    assert str(update["update_id"]) == parse_update(json.dumps(update).encode(), READER).key
