"""Fitting a draft to a platform: all of it said, nothing too long or too big, in few messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.capabilities import Capabilities, KeyboardLimits, TextUnit
from bot.conversation.voice import voice_of
from bot.delivery.fit import Draft, Fitted, LeftOut, describe, fit, replace_part, size_text
from bot.delivery.split import measure
from bot.model.content import Contact, Link, Location, Media, MediaKind
from bot.model.message import Button, Keyboard, SendMessage, Span, Style

MB = 1024 * 1024
K = MediaKind

#: Albums, captions, styles, buttons: nearly everything.
RICH = Capabilities(
    text_limit=100,
    text_unit=TextUnit.UTF16,
    caption_limit=40,
    caption_kinds=frozenset(K) - {K.STICKER, K.VIDEO_NOTE},
    media={kind: 10 * MB if kind is K.PHOTO else 50 * MB for kind in K},
    album_size=10,
    album_groups=(frozenset({K.PHOTO, K.VIDEO}), frozenset({K.DOCUMENT}), frozenset({K.AUDIO})),
    keyboard=KeyboardLimits(columns=8, rows=10, buttons=80, label=64),
    location=True,
    contact=True,
    styles=True,
    replies=True,
    resends_by_ref=True,
)
#: Photos, videos and files one by one; a caption under photos only; buttons with each message.
PLAIN = Capabilities(
    text_limit=100,
    caption_limit=40,
    caption_kinds=frozenset({K.PHOTO}),
    media={K.PHOTO: 1 * MB, K.VIDEO: 26 * MB, K.DOCUMENT: 50 * MB},
    keyboard=KeyboardLimits(columns=2, rows=3, buttons=5, label=10),
    keyboard_each_time=True,
)
#: Text alone.
BARE = Capabilities(text_limit=100)


def file(kind: MediaKind, **fields: object) -> Media:
    return replace(Media(kind=kind, channel="vk", ref="r"), **fields)  # type: ignore[arg-type]


PHOTO, VIDEO, DOCUMENT, AUDIO, VOICE = (file(kind) for kind in (K.PHOTO, K.VIDEO, K.DOCUMENT, K.AUDIO, K.VOICE))
BUTTON = Button(text="Ответить", data="a:1")
BUTTONS = Keyboard(rows=((BUTTON,),))
SQUARE = Location(latitude=66.53, longitude=66.601941, title="Площадь", address="Салехард")
PERSON = Contact(name="Анна", phone="+79000000001")
LONG = "слово " * 8 + "конец"


def say(text: str, **fields: object) -> SendMessage:
    return replace(SendMessage(text=text), **fields)  # type: ignore[arg-type]


def show(*media: Media, **fields: object) -> SendMessage:
    return replace(SendMessage(media=media), **fields)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Case:
    label: str
    draft: Draft
    to: Capabilities
    expected: list[SendMessage]
    left_out: list[LeftOut] = field(default_factory=list)


def ids(case: Case) -> str:
    return case.label


def check(case: Case, fitted: Fitted) -> None:
    assert (case.expected, case.left_out) == (list(fitted.messages), list(fitted.left_out))


# --- what has no place becomes text ------------------------------------------------------------------------------

MAP = "https://yandex.ru/maps/?pt=66.601941,66.53&z=16&l=map"
TEXTS = [
    Case("text", Draft(text="Добрый день"), BARE, [say("Добрый день")]),
    Case(
        "links follow the text",
        Draft(text="Вот", links=(Link(url="https://a.example", title="Новость"), Link(url="https://b.example"))),
        BARE,
        [say("Вот\n\nНовость\nhttps://a.example\nhttps://b.example")],
    ),
    Case(
        "a link in the text is not repeated",
        Draft(text="см. https://a.example", links=(Link(url="https://a.example", title="Новость"),)),
        BARE,
        [say("см. https://a.example")],
    ),
    Case("what we cannot carry is named", Draft(unsupported=("опрос",)), RICH, [say("[опрос: здесь не показать]")]),
    Case("a contact", Draft(contact=PERSON), RICH, [SendMessage(contact=PERSON)]),
    Case("a contact as text", Draft(contact=PERSON), BARE, [say("Контакт: Анна, +79000000001")]),
    Case("a place", Draft(location=SQUARE), RICH, [SendMessage(location=SQUARE)]),
    Case("a place as text: longitude first", Draft(location=SQUARE), BARE, [say(f"Площадь\nСалехард\n{MAP}")]),
    Case(
        "a place without a name",
        Draft(location=Location(latitude=-1.5, longitude=2)),
        BARE,
        [say("https://yandex.ru/maps/?pt=2,-1.5&z=16&l=map")],
    ),
    Case(
        "place and contact come after text and files",
        Draft(text="Здесь", media=(PHOTO,), location=SQUARE, contact=PERSON),
        RICH,
        [show(PHOTO, text="Здесь"), SendMessage(location=SQUARE), SendMessage(contact=PERSON)],
    ),
    Case(
        "only the first message is a reply",
        Draft(text="Здесь", location=SQUARE, reply_to="7"),
        RICH,
        [say("Здесь", reply_to="7"), SendMessage(location=SQUARE)],
    ),
    Case("no replies", Draft(text="Здесь", reply_to="7"), BARE, [say("Здесь")]),
]


@pytest.mark.parametrize("case", TEXTS, ids=ids)
def test_what_has_no_place_becomes_text(case: Case) -> None:
    """Whatever a platform cannot show is said in words."""
    check(case, fit(case.draft, case.to))


@pytest.mark.parametrize("draft", [Draft(), Draft(text=" \n"), Draft(keyboard=BUTTONS, reply_to="7")])
def test_an_empty_draft_is_a_mistake(draft: Draft) -> None:
    """There is no message without anything to show."""
    with pytest.raises(ValueError, match="nothing to say"):
        fit(draft, RICH)


# --- kinds and sizes ---------------------------------------------------------------------------------------------

NO_VIDEO = replace(PLAIN, media={K.DOCUMENT: 50 * MB})
BIG = file(K.DOCUMENT, file_name="отчёт.pdf", size=73 * MB)
BIG_LINE = "📎 «отчёт.pdf», 73 МБ: не передан, больше 50 МБ"
CAT = file(K.STICKER, emoji="😺")
KINDS = [
    Case("as it is", Draft(media=(VOICE,)), RICH, [show(VOICE)]),
    Case("a round video as video", Draft(media=(file(K.VIDEO_NOTE),)), PLAIN, [show(VIDEO)]),
    Case("a round video as file", Draft(media=(file(K.VIDEO_NOTE),)), NO_VIDEO, [show(DOCUMENT)]),
    Case("an animation as video", Draft(media=(file(K.ANIMATION),)), PLAIN, [show(VIDEO)]),
    Case("voice as audio", Draft(media=(VOICE,)), replace(PLAIN, media={K.AUDIO: MB, K.DOCUMENT: MB}), [show(AUDIO)]),
    Case("voice as file", Draft(media=(VOICE,)), PLAIN, [show(DOCUMENT)]),
    Case("audio as file", Draft(media=(AUDIO,)), PLAIN, [show(DOCUMENT)]),
    Case("a photo as file", Draft(media=(PHOTO,)), NO_VIDEO, [show(DOCUMENT)]),
    Case("a sticker as photo", Draft(media=(CAT,)), PLAIN, [show(file(K.PHOTO, emoji="😺"))]),
    Case("a moving sticker as emoji", Draft(media=(replace(CAT, mime_type="video/webm"),)), PLAIN, [say("😺")]),
    Case("a sticker as emoji", Draft(media=(CAT,)), BARE, [say("😺")]),
    Case("a sticker without emoji", Draft(text="Вот", media=(file(K.STICKER),)), BARE, [say("Вот\n\n[стикер]")]),
    Case(
        "a photo too big for photos as file",
        Draft(media=(file(K.PHOTO, size=10 * MB + 1),)),
        RICH,
        [show(file(K.DOCUMENT, size=10 * MB + 1))],
    ),
    Case(
        "a photo just within the limit", Draft(media=(file(K.PHOTO, size=MB),)), PLAIN, [show(file(K.PHOTO, size=MB))]
    ),
    Case("an unknown size is tried", Draft(media=(file(K.PHOTO, size=None),)), PLAIN, [show(PHOTO)]),
    Case(
        "too big: named, and the text arrives",
        Draft(text="Ответ", media=(BIG, PHOTO)),
        RICH,
        [say(f"Ответ\n\n{BIG_LINE}"), show(PHOTO)],
        [LeftOut(media=BIG, limit=50 * MB)],
    ),
    Case(
        "no kind will do",
        Draft(media=(VOICE,)),
        BARE,
        [say("📎 голосовое сообщение: не передано, здесь не показать")],
        [LeftOut(media=VOICE)],
    ),
    Case(
        "just over the limit: the size is not said twice",
        Draft(media=(file(K.VIDEO, size=50 * MB + 1),)),
        PLAIN,
        [say("📎 видео: не передано, больше 50 МБ")],
        [LeftOut(media=file(K.VIDEO, size=50 * MB + 1), limit=50 * MB)],
    ),
]


@pytest.mark.parametrize("case", KINDS, ids=ids)
def test_a_file_takes_the_next_best_form(case: Case) -> None:
    """A file goes in its own kind, else in one that carries it, else it is named."""
    check(case, fit(case.draft, case.to))


LARGE = file(K.DOCUMENT, size=30 * MB, file_name="план.dwg")
DOWNLOADS = {"telegram": 20 * MB}
FETCHED = [
    Case(
        "more than its channel can fetch",
        Draft(media=(replace(LARGE, channel="telegram"),)),
        RICH,
        [say("📎 «план.dwg», 30 МБ: не передан, больше 20 МБ")],
        [LeftOut(media=replace(LARGE, channel="telegram"), limit=20 * MB)],
    ),
    Case("a channel without a limit", Draft(media=(LARGE,)), RICH, [show(LARGE)]),
]


@pytest.mark.parametrize("case", FETCHED, ids=ids)
def test_what_cannot_be_fetched_is_named(case: Case) -> None:
    """A file over the limit of the channel that received it is not waited for."""
    check(case, fit(case.draft, case.to, channel="max", download_limits=DOWNLOADS))


@pytest.mark.parametrize("size", [30 * MB, 1000 * MB])
def test_a_file_goes_back_to_its_channel_whatever_its_size(size: int) -> None:
    """What the platform has is sent again by its id: nothing is fetched, nothing uploaded."""
    media = file(K.DOCUMENT, channel="telegram", size=size)
    fitted = fit(Draft(media=(media,)), RICH, channel="telegram", download_limits=DOWNLOADS)
    check(Case("", Draft(), RICH, [show(media)]), fitted)


def test_without_resending_the_limits_hold_in_the_same_channel() -> None:
    """A platform that cannot send by id gets the file anew, within the limits."""
    media = file(K.DOCUMENT, channel="viber", size=60 * MB)
    fitted = fit(Draft(media=(media,)), PLAIN, channel="viber")
    assert (LeftOut(media=media, limit=50 * MB),) == fitted.left_out


# --- albums, captions, buttons -----------------------------------------------------------------------------------

WORDS = "Ответ"
ALBUMS = [
    Case("an album", Draft(media=(PHOTO, VIDEO)), RICH, [show(PHOTO, VIDEO)]),
    Case("no albums", Draft(media=(PHOTO, VIDEO)), PLAIN, [show(PHOTO), show(VIDEO)]),
    Case("eleven photos", Draft(media=(PHOTO,) * 11), RICH, [show(*(PHOTO,) * 10), show(PHOTO)]),
    Case(
        "kinds that do not go together, in order",
        Draft(media=(PHOTO, VIDEO, DOCUMENT, DOCUMENT, PHOTO, VOICE, VOICE)),
        RICH,
        [show(PHOTO, VIDEO), show(DOCUMENT, DOCUMENT), show(PHOTO), show(VOICE), show(VOICE)],
    ),
    Case("text as caption", Draft(text=WORDS, media=(PHOTO, PHOTO)), RICH, [show(PHOTO, PHOTO, text=WORDS)]),
    Case(
        "text as caption of the first",
        Draft(text=WORDS, media=(PHOTO, VIDEO)),
        PLAIN,
        [show(PHOTO, text=WORDS), show(VIDEO)],
    ),
    Case("a kind without caption", Draft(text=WORDS, media=(VIDEO,)), PLAIN, [say(WORDS), show(VIDEO)]),
    Case("a caption that just fits", Draft(text="я" * 40, media=(PHOTO,)), RICH, [show(PHOTO, text="я" * 40)]),
    Case("too long for a caption", Draft(text=LONG, media=(PHOTO,)), RICH, [say(LONG), show(PHOTO)]),
    Case("a caption is measured in UTF-16", Draft(text="😀" * 21, media=(PHOTO,)), RICH, [say("😀" * 21), show(PHOTO)]),
    Case(
        "buttons under a caption",
        Draft(text=WORDS, media=(PHOTO,), keyboard=BUTTONS),
        RICH,
        [show(PHOTO, text=WORDS, keyboard=BUTTONS)],
    ),
    Case(
        "an album with buttons: the text bears them",
        Draft(text=WORDS, media=(PHOTO, PHOTO), keyboard=BUTTONS),
        RICH,
        [say(WORDS, keyboard=BUTTONS), show(PHOTO, PHOTO)],
    ),
    Case(
        "an album that can have buttons",
        Draft(text=WORDS, media=(PHOTO, PHOTO), keyboard=BUTTONS),
        replace(RICH, album_keyboard=True),
        [show(PHOTO, PHOTO, text=WORDS, keyboard=BUTTONS)],
    ),
    Case(
        "a platform without buttons keeps the caption",
        Draft(text=WORDS, media=(PHOTO, PHOTO), keyboard=BUTTONS),
        replace(RICH, keyboard=None),
        [show(PHOTO, PHOTO, text=WORDS)],
    ),
    Case(
        "buttons under the last text",
        Draft(text=LONG + "\n" + LONG, media=(PHOTO,), keyboard=BUTTONS, reply_to="7"),
        RICH,
        [say(LONG, reply_to="7"), say(LONG, keyboard=BUTTONS), show(PHOTO)],
    ),
    Case("buttons without text", Draft(media=(PHOTO,), keyboard=BUTTONS), RICH, [show(PHOTO, keyboard=BUTTONS)]),
    Case(
        "buttons of an album without text",
        Draft(media=(PHOTO, PHOTO), keyboard=BUTTONS),
        RICH,
        [show(PHOTO, PHOTO), say("👆", keyboard=BUTTONS)],
    ),
    Case(
        "buttons with each message",
        Draft(text=WORDS, media=(VIDEO, PHOTO), keyboard=BUTTONS),
        PLAIN,
        [say(WORDS, keyboard=BUTTONS), show(VIDEO, keyboard=BUTTONS), show(PHOTO, keyboard=BUTTONS)],
    ),
]


@pytest.mark.parametrize("case", ALBUMS, ids=ids)
def test_who_carries_what(case: Case) -> None:
    """Files stand together, the text rides with them, the buttons are where they can be."""
    check(case, fit(case.draft, case.to))


def rows(*texts: list[str]) -> Keyboard:
    return Keyboard(rows=tuple(tuple(Button(text=text, data=text[0]) for text in row) for row in texts))


KEYBOARDS = [
    ("as it is", rows(["а", "б"], ["в"]), rows(["а", "б"], ["в"])),
    ("a wide row is wrapped", rows(["а", "б", "в"]), rows(["а", "б"], ["в"])),
    ("too many rows are filled up", rows(["а"], ["б"], ["в"], ["г"]), rows(["а", "б"], ["в", "г"])),
    ("too many buttons are cut", rows(["а", "б", "в", "г", "д", "е"]), rows(["а", "б"], ["в", "г"], ["д"])),
    ("a long label is shortened", rows(["Передать в другой отдел"]), rows(["Передать…"])),
    ("no rows", rows([]), None),
]


@pytest.mark.parametrize(("given_rows", "expected"), [row[1:] for row in KEYBOARDS], ids=[row[0] for row in KEYBOARDS])
def test_buttons_fit_the_platform(given_rows: Keyboard, expected: Keyboard | None) -> None:
    """At most two columns, three rows, five buttons, ten characters here."""
    assert expected == fit(Draft(text="Меню", keyboard=given_rows), PLAIN).messages[0].keyboard


# --- styles ------------------------------------------------------------------------------------------------------


def styled(message: SendMessage) -> list[str]:
    return [message.text[span.start : span.end] for span in message.spans]


def bold(text: str, *stretches: str) -> tuple[Span, ...]:
    return tuple(
        Span(start=text.index(stretch), end=text.index(stretch) + len(stretch), style=Style.BOLD)
        for stretch in stretches
    )


def test_styles_are_cut_along_with_the_text() -> None:
    """A bold stretch is bold in each of the messages over which it is spread."""
    text = f"😀 № 7 {LONG}\nдело {LONG}"
    fitted = fit(Draft(text=text, spans=bold(text, "№ 7", "конец\nдело")), RICH)
    expected = [["№ 7", "конец"], ["дело"]]
    assert expected == [styled(message) for message in fitted.messages]


def test_styles_stay_in_a_caption() -> None:
    """A caption has styles as a text has, and the lines after it do not take them over."""
    draft = Draft(
        text="№ 7 тут", spans=(*bold("№ 7 тут", "№ 7"), Span(start=4, end=99, style=Style.ITALIC)), media=(PHOTO,)
    )
    expected = ["№ 7", "тут"]
    assert expected == styled(fit(replace(draft, unsupported=("опрос",)), RICH).messages[0])


def test_without_styles_there_are_no_spans() -> None:
    """A platform without styles gets plain text."""
    assert not fit(Draft(text="№ 7", spans=bold("№ 7", "№ 7")), BARE).messages[0].spans


# --- a file that is refused --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Refused:
    label: str
    message: SendMessage
    part: int
    expected: list[SendMessage]
    to: Capabilities = RICH
    reason: str = "больше 50 МБ"


REFUSED = [
    Refused("a single file", show(BIG), 0, [say(BIG_LINE)]),
    Refused("a file with a caption", show(PHOTO, text=WORDS), 0, [say(f"{WORDS}\n📎 фото: не передано, больше 50 МБ")]),
    Refused("nobody knows why", show(PHOTO), 0, [say("📎 фото: не передано")], reason=""),
    Refused(
        "one of an album",
        show(PHOTO, VIDEO, PHOTO, text="Ой"),
        1,
        [show(PHOTO, PHOTO, text="Ой\n📎 видео: не передано, 7")],
        reason="7",
    ),
    Refused(
        "one of an album without caption", show(PHOTO, PHOTO), 0, [show(PHOTO, text="📎 фото: не передано")], reason=""
    ),
    Refused(
        "the caption no longer fits: the text goes first",
        show(PHOTO, PHOTO, text="я" * 40, reply_to="7"),
        0,
        [say(f"{'я' * 40}\n📎 фото: не передано, больше 50 МБ", reply_to="7"), show(PHOTO)],
    ),
    Refused(
        "the buttons stay with the text",
        show(PHOTO, text=WORDS, keyboard=BUTTONS),
        0,
        [say(f"{WORDS}\n📎 фото: не передано, больше 50 МБ", keyboard=BUTTONS)],
    ),
    Refused(
        "a sticker that became a photo", show(file(K.PHOTO, emoji="😺")), 0, [say("📎 стикер: не передан")], PLAIN, ""
    ),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.label)
def test_a_refused_file_becomes_a_line(case: Refused) -> None:
    """The rest of the message arrives, and says what is missing."""
    assert case.expected == list(replace_part(case.message, case.part, case.reason, case.to))


def test_a_refused_file_leaves_the_styles() -> None:
    """The line comes after the caption, whose styles stay where they are."""
    message = show(PHOTO, text="№ 7", spans=bold("№ 7", "7"))
    assert message.spans == replace_part(message, 0, "", RICH)[0].spans


# --- words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        (BIG, "файл «отчёт.pdf»"),
        (PHOTO, "фото"),
        (VOICE, "голосовое сообщение"),
        (CAT, "стикер"),
        (file(K.DOCUMENT, file_name="а\nб" + "в" * 200), f"файл «а б{'в' * 96}…»"),
    ],
)
def test_describe(media: Media, expected: str) -> None:
    """A file is called what people call it, in one line."""
    assert expected == describe(media)


@pytest.mark.parametrize("kind", MediaKind)
def test_every_kind_has_a_name(kind: MediaKind) -> None:
    """No kind of file is nameless."""
    assert describe(file(kind))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 байт"),
        (1, "1 байт"),
        (2, "2 байта"),
        (1023, "1023 байта"),
        (1024, "1 КБ"),
        (640 * 1024, "640 КБ"),
        (MB - 1, "1 МБ"),
        (MB, "1 МБ"),
        (1_258_291, "1,2 МБ"),
        (9 * MB + 990 * 1024, "10 МБ"),
        (50 * MB, "50 МБ"),
        (73 * MB, "73 МБ"),
        (1024 * MB - 1, "1 ГБ"),
        (1536 * MB, "1,5 ГБ"),
        (5 * 1024 * 1024 * MB, "5 ТБ"),
    ],
)
def test_size_text(size: int, expected: str) -> None:
    """Sizes read as people write them, with a comma."""
    assert expected == size_text(size)


# --- in another language -----------------------------------------------------------------------------------------

ENGLISH = voice_of("en")


@pytest.mark.parametrize(
    "draft",
    [
        Draft(media=(BIG,)),
        Draft(media=(file(K.STICKER, mime_type="application/x-tgsticker"),)),
        Draft(unsupported=("опрос",)),
        Draft(contact=Contact(name="Ann", phone="112")),
        *(Draft(media=(file(kind, size=60 * MB),)) for kind in K),
    ],
)
def test_lines_in_english(draft: Draft) -> None:
    """Whatever we put in the place of a part is in the language of whoever reads it."""
    (message,) = fit(replace(draft, voice=ENGLISH), BARE).messages
    words = message.text.replace(BIG.file_name, "")
    assert re.search("[a-z]", words)
    assert [] == re.findall("[а-яё]+", words, re.IGNORECASE)


@pytest.mark.parametrize(
    ("size", "expected"),
    [(1, "1 byte"), (1023, "1023 bytes"), (1024, "1 KB"), (1_258_291, "1.2 MB"), (1536 * MB, "1.5 GB")],
)
def test_size_text_in_english(size: int, expected: str) -> None:
    """Sizes have a point where Russian has a comma."""
    assert expected == size_text(size, ENGLISH)


def test_refused_file_in_english() -> None:
    """The line for a refused file is in the language of the message."""
    (message,) = replace_part(show(BIG), 0, "larger than 50 MB", RICH, ENGLISH)
    assert f"📎 “{BIG.file_name}”, 73 MB: not passed on, larger than 50 MB" == message.text


# --- for any draft -----------------------------------------------------------------------------------------------

text_parts = st.sampled_from(["Надым ", "😀", "👩‍👩‍👧‍👦", "🇷🇺", "и\u0306", "\n\n", ". ", "я" * 30, "слово ", "\r\n"])
drafts = st.builds(
    Draft,
    text=st.lists(text_parts, max_size=40).map("".join),
    spans=st.lists(
        st.builds(
            lambda at, length: Span(start=at, end=at + length, style=Style.BOLD),
            st.integers(0, 200),
            st.integers(1, 90),
        ),
        max_size=3,
    ).map(tuple),
    media=st.lists(
        st.builds(file, st.sampled_from(K), size=st.sampled_from([None, 5 * MB, 30 * MB, 73 * MB])), max_size=14
    ).map(lambda items: tuple(replace(item, ref=str(number)) for number, item in enumerate(items))),
    location=st.sampled_from([None, SQUARE]),
    contact=st.sampled_from([None, PERSON]),
    links=st.sampled_from([(), (Link(url="https://a.example", title="Новость"),)]),
    unsupported=st.sampled_from([(), ("опрос",)]),
    keyboard=st.sampled_from([None, BUTTONS]),
    reply_to=st.sampled_from(["", "7"]),
).filter(lambda draft: bool(draft.text.strip() or draft.media or draft.location or draft.contact or draft.unsupported))
platforms = st.sampled_from([RICH, PLAIN, BARE, replace(RICH, album_keyboard=True), replace(PLAIN, styles=True)])
quick: Callable[[Callable[..., None]], Callable[..., None]] = settings(max_examples=150, deadline=None)


@quick
@given(draft=drafts, to=platforms)
def test_every_message_is_within_the_limits(draft: Draft, to: Capabilities) -> None:
    """Text, caption, kinds, sizes, albums and buttons are as the platform declares them."""
    for message in fit(draft, to).messages:
        assert message.text or message.media or message.location or message.contact
        assert measure(message.text, to.text_unit) <= (to.caption_limit if message.media else to.text_limit)
        assert all(0 <= span.start < span.end <= len(message.text) for span in message.spans)
        assert all((item.size or 0) <= to.media[item.kind] for item in message.media)
        assert len(message.media) <= to.album_size
        if len(message.media) > 1:
            assert any({item.kind for item in message.media} <= group for group in to.album_groups)
            assert message.keyboard is None or to.album_keyboard
        if message.text and message.media:
            assert message.media[0].kind in to.caption_kinds


@quick
@given(draft=drafts, to=platforms)
def test_nothing_is_lost(draft: Draft, to: Capabilities) -> None:
    """Every word and every file arrives, in order, or is named; the buttons are there, the reply is the first."""
    fitted = fit(draft, to)
    said = "".join("".join(message.text for message in fitted.messages).split())
    assert said.startswith("".join(draft.text.split()))
    assert said.count("📎") == len(fitted.left_out)
    assert said.count("[стикер]") + len(fitted.left_out) + sum(
        len(message.media) for message in fitted.messages
    ) == len(draft.media)
    sent = [int(item.ref) for message in fitted.messages for item in message.media]
    assert sorted(sent) == sent
    assert bool(draft.keyboard and to.keyboard) == any(message.keyboard for message in fitted.messages)
    assert [draft.reply_to if to.replies else ""] == [message.reply_to for message in fitted.messages][:1]


@quick
@given(draft=drafts, to=platforms, data=st.data())
def test_a_refused_file_costs_nothing_else(draft: Draft, to: Capabilities, data: st.DataObject) -> None:
    """Whatever file of whatever message is refused, its text and the other files still arrive."""
    message = data.draw(st.sampled_from(fit(draft, to).messages))
    if not message.media:
        return
    part = data.draw(st.integers(0, len(message.media) - 1))
    replaced = replace_part(message, part, "больше 50 МБ", to)
    kept = [item for index, item in enumerate(message.media) if index != part]
    assert kept == [item for other in replaced for item in other.media]
    said = "".join(other.text for other in replaced)
    assert "".join(said.split()).startswith("".join(message.text.split()))
    assert "больше 50 МБ" in said
    assert not [other for other in replaced if measure(other.text, to.text_unit) > to.text_limit]
