"""What every adapter promises about what goes out: whole, once, and as it declares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.capabilities import TextUnit
from bot.delivery.split import measure
from bot.errors import Rejected
from bot.model.chat import ChatRef
from bot.model.content import Contact, Location, MediaKind
from bot.model.event import ButtonPressed, MessageReceived
from bot.model.message import (
    AnswerPress,
    Button,
    DeleteMessage,
    EditMessage,
    Effect,
    Keyboard,
    Mark,
    SendMessage,
    SetMark,
    Span,
    Style,
)
from tests.adapters.contract import each, every, having
from tests.adapters.contract.contents import FILES, KEYBOARD, given
from tests.adapters.contract.platform import Account, Platform


def _chats(platform: Platform) -> Iterator[str]:
    yield "resident"
    if platform.capabilities.groups:
        yield "officials"


def _chat(account: Account, name: str) -> ChatRef:
    chat = account.officials if name == "officials" else account.resident
    assert chat is not None
    return chat


# --- text ---

TEXTS = {
    "plain": "Воду включат завтра.",
    "HTML": '<b>жирно</b> &amp; <a href="https://example.org">тут</a> <script>alert(1)</script>',
    "Markdown": "*звёзды* _черта_ `код` ||тайна|| [имя](https://example.org) 1. пункт #хэштег \\n",
    "JSON": '{"text": "\\u0041", \'a\': null}\t%s {0} $1 \\',
    "mentions": "@all @durov [id1|Павел] *id1 (Павел) /start@otvet_bot",
    "lines": "Первая\n\nВторая\n   с отступом\n\n\nПоследняя",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 е́ № 5",
    "right to left": "שלום \u202eabc\u202c",
}


@pytest.mark.parametrize("text", TEXTS)
@each("chat", _chats)
async def test_text(platform: Platform, chat: str, text: str, account: Account) -> None:
    """A text stands in its chat letter by letter, once, whatever in it looks like markup; the receipt has its id."""
    to = _chat(account, chat)
    receipt = await account.send(SendMessage(text=TEXTS[text]), to=to)
    assert [(receipt.message_ids, TEXTS[text])] == [((one.message_id,), one.text) for one in account.shown(to)]
    assert () == (account.shown(to)[0].bold)


@every
async def test_texts_in_order(platform: Platform, account: Account) -> None:
    """Messages stand in the order in which they were sent, each with an id of its own."""
    receipts = [await account.send(SendMessage(text=text)) for text in ("раз", "два", "два")]
    shown = account.shown(account.resident)
    assert ["раз", "два", "два"] == [message.text for message in shown]
    assert [receipt.message_ids for receipt in receipts] == [(message.message_id,) for message in shown]
    assert len({message.message_id for message in shown}) == 3


def _full(sign: str, limit: int, unit: TextUnit) -> str:
    """A text of exactly so many units, of this sign as far as it goes."""
    text = sign * (limit // measure(sign, unit))
    return text + "я" * (limit - measure(text, unit))


@pytest.mark.parametrize("sign", ["я", "🙂", "&"])
@every
async def test_longest_text(platform: Platform, sign: str, account: Account) -> None:
    """A text of exactly the length that is declared is taken by the platform, whatever it consists of."""
    can = platform.capabilities
    text = _full(sign, can.text_limit, can.text_unit)
    assert (await account.sends(SendMessage(text=text))).text == text


@pytest.mark.parametrize("sign", ["я", "🙂", "&"])
@having(lambda platform: MediaKind.PHOTO in platform.capabilities.caption_kinds)
async def test_longest_caption(platform: Platform, sign: str, account: Account) -> None:
    """The same for the text under a photo."""
    can = platform.capabilities
    text = _full(sign, can.caption_limit, can.text_unit)
    media = (given(account, FILES[MediaKind.PHOTO]),)
    assert (await account.sends(SendMessage(text=text, media=media))).text == text


@having(lambda platform: platform.capabilities.styles)
async def test_styles(platform: Platform, account: Account) -> None:
    """Bold words are bold, in whatever units the platform counts."""
    text = "🙂🙂 № 12 <b>🙂</b> Ленина, 5"
    spans = tuple(
        Span(start=text.index(words), end=text.index(words) + len(words), style=Style.BOLD)
        for words in ("№ 12", "Ленина, 5")
    )
    shown = await account.sends(SendMessage(text=text, spans=spans))
    assert (text, ("№ 12", "Ленина, 5")) == (shown.text, shown.bold)


@having(lambda platform: platform.capabilities.repeat_safe_for)
async def test_repeat(platform: Platform, account: Account) -> None:
    """Where a send may be repeated, the repeat shows nothing more and has the same receipt; another entry does not."""
    first = await account.send(SendMessage(text="Ответ"), key=77)
    assert first == await account.send(SendMessage(text="Ответ"), key=77)
    assert first != await account.send(SendMessage(text="Ответ"), key=78)
    assert len(account.shown(account.resident)) == 2


# --- replies ---


@having(lambda platform: platform.capabilities.replies)
async def test_reply(platform: Platform, account: Account) -> None:
    """An answer hangs under the message that it answers, in both kinds of chats."""
    for name in _chats(platform):
        chat = _chat(account, name)
        (event,) = (await account.says("Когда?", chat=chat)).events
        assert isinstance(event, MessageReceived)
        shown = await account.sends(SendMessage(text="Завтра", reply_to=event.message_id), to=chat)
        assert ("Завтра", event.message_id) == (shown.text, shown.reply_to)


@every
async def test_reply_to_what_is_gone(platform: Platform, account: Account) -> None:
    """An answer matters more than what it hangs on: it arrives, also where there are no replies."""
    assert (await account.sends(SendMessage(text="Завтра", reply_to="404"))).text == "Завтра"


@having(lambda platform: platform.capabilities.groups)
async def test_reply_finds_its_message(platform: Platform, account: Account) -> None:
    """An official's reply names an id of the receipt, to whichever part he replies: so it finds its question."""
    chat = _chat(account, "officials")
    photo = FILES[MediaKind.PHOTO]
    media = tuple(given(account, photo) for _ in range(min(platform.capabilities.album_size, 3)))
    sent = [
        SendMessage(text="№ 12"),
        SendMessage(text="№ 12", keyboard=KEYBOARD),
        SendMessage(text="№ 12", media=media),
    ]
    for effect in sent:
        receipt = await account.send(effect, to=chat)
        assert receipt.message_ids
        for message_id in receipt.message_ids:
            (event,) = (await account.says("Завтра", chat=chat, reply_to=message_id)).events
            assert isinstance(event, MessageReceived)
            assert event.reply_to is not None
            assert (message_id, True) == (event.reply_to.message_id, event.reply_to.by_bot)


@having(lambda platform: platform.capabilities.groups)
async def test_reply_says_what_it_replies_to(platform: Platform, account: Account) -> None:
    """An official's reply brings the words that it replies to: so they can be kept as a template."""
    chat = _chat(account, "officials")
    for text in ("Вода будет к вечеру", "Починят в срок:\n«завтра» & <точно>"):
        (message_id,) = (await account.send(SendMessage(text=text), to=chat)).message_ids
        (event,) = (await account.says("/template вода", chat=chat, reply_to=message_id)).events
        assert isinstance(event, MessageReceived)
        assert event.reply_to is not None
        assert text == event.reply_to.text


# --- buttons ---


@having(lambda platform: platform.capabilities.keyboard)
async def test_buttons(platform: Platform, account: Account) -> None:
    """Buttons say what they should, and a press brings back what the button was given."""
    for name in _chats(platform):
        chat = _chat(account, name)
        shown = await account.sends(SendMessage(text="Вопрос", keyboard=KEYBOARD), to=chat)
        assert shown.buttons == ("Взять <1> & «2»", "Закрыть")
        for button in KEYBOARD.rows[0]:
            (event,) = (await account.presses(shown.message_id, button.text, chat=chat)).events
            assert isinstance(event, ButtonPressed)
            assert (chat, button.data) == (event.chat, event.data)
            assert event.message_id in ("", shown.message_id)
            assert bool(event.press_id) == platform.capabilities.answers_presses


@having(lambda platform: platform.capabilities.keyboard)
async def test_largest_keyboard(platform: Platform, account: Account) -> None:
    """As many buttons as are declared, with as long labels and data, are taken by the platform."""
    limits = platform.capabilities.keyboard
    assert limits is not None
    buttons = [
        Button(text=f"{number:03}".ljust(limits.label, "Щ"), data=f"{number:03}".ljust(60, "x"))
        for number in range(limits.buttons)
    ]
    rows = tuple(tuple(buttons[at : at + limits.columns]) for at in range(0, len(buttons), limits.columns))
    shown = await account.sends(SendMessage(text="Тема?", keyboard=Keyboard(rows=rows)))
    assert tuple(button.text for button in buttons) == shown.buttons


# --- what platforms can do, or not ---


def _deeds(message_id: str) -> dict[str, Effect]:
    """By the name of the capability: what is done to a message that is there."""
    return {
        "edits": EditMessage(message_id=message_id, text="Исправлено"),
        "deletes": DeleteMessage(message_id=message_id),
        "marks": SetMark(message_id=message_id, mark=Mark.DELIVERED),
        "answers_presses": AnswerPress(press_id=message_id, user_id="1", text="Взято"),
    }


DEEDS = ("edits", "deletes", "marks")


def _lacking(platform: Platform) -> list[str]:
    return [name for name in (*DEEDS, "answers_presses") if not getattr(platform.capabilities, name)]


@each("deed", _lacking)
async def test_what_is_not_declared(platform: Platform, deed: str, account: Account) -> None:
    """What a platform does not have is refused for good, and changes nothing."""
    shown = await account.sends(SendMessage(text="Ответ"))
    with pytest.raises(Rejected):
        await account.send(_deeds(shown.message_id)[deed])
    assert [shown] == account.shown(account.resident)


@pytest.mark.parametrize("message_id", ["404404", "0", "", "abc", "²", "5612790134512640001", "1:2", "a b&c=d"])
@each("deed", lambda platform: [name for name in DEEDS if getattr(platform.capabilities, name)])
async def test_no_such_message(platform: Platform, deed: str, message_id: str, account: Account) -> None:
    """What is about a message that is not there is refused for good, and nothing else happens."""
    with pytest.raises(Rejected):
        await account.send(_deeds(message_id)[deed])


@having(lambda platform: platform.capabilities.edits)
async def test_edit(platform: Platform, account: Account) -> None:
    """An edit changes the message in its place, with its buttons; done twice, it is no error."""
    first = await account.sends(SendMessage(text="Было", keyboard=KEYBOARD))
    edit = EditMessage(message_id=first.message_id, text="<i>Стало</i> & будет", keyboard=KEYBOARD)
    for _ in range(2):
        await account.send(edit)
        (shown,) = account.shown(account.resident)
        expected = (first.message_id, "<i>Стало</i> & будет", first.buttons)
        assert expected == (shown.message_id, shown.text, shown.buttons)
    await account.send(EditMessage(message_id=first.message_id, text="Взято"))
    assert [("Взято", ())] == [(shown.text, shown.buttons) for shown in account.shown(account.resident)]


@having(lambda platform: platform.capabilities.edits and MediaKind.PHOTO in platform.capabilities.caption_kinds)
async def test_edit_of_a_caption(platform: Platform, account: Account) -> None:
    """An edit of what stands under a photo leaves the photo there."""
    media = (given(account, FILES[MediaKind.PHOTO]),)
    first = await account.sends(SendMessage(text="Было", media=media))
    await account.send(EditMessage(message_id=first.message_id, text="Стало", media=media))
    (shown,) = account.shown(account.resident)
    assert ("Стало", first.files) == (shown.text, shown.files)


@having(lambda platform: platform.capabilities.deletes)
async def test_delete(platform: Platform, account: Account) -> None:
    """A message that is taken back is gone, and no other."""
    first, second = [await account.sends(SendMessage(text=text)) for text in ("раз", "два")]
    await account.send(DeleteMessage(message_id=first.message_id))
    assert [second] == account.shown(account.resident)


@having(lambda platform: platform.capabilities.marks)
async def test_marks(platform: Platform, account: Account) -> None:
    """The two marks are put on an official's message, and people can tell them apart."""
    chat = _chat(account, "officials")
    (event,) = (await account.says("Завтра", chat=chat)).events
    assert isinstance(event, MessageReceived)
    assert account.mark_on(chat, event.message_id) == ""
    seen = []
    for mark in Mark:
        await account.send(SetMark(message_id=event.message_id, mark=mark), to=chat)
        seen.append(account.mark_on(chat, event.message_id))
    assert all(seen)
    assert len(set(seen)) == len(Mark)


@having(lambda platform: platform.capabilities.answers_presses)
async def test_answer_to_a_press(platform: Platform, account: Account) -> None:
    """A press is answered, once, to the one who pressed; a text that is too long for it is no error."""
    shown = await account.sends(SendMessage(text="Вопрос", keyboard=KEYBOARD))
    (event,) = (await account.presses(shown.message_id, "Закрыть", chat=account.resident)).events
    assert isinstance(event, ButtonPressed)
    words = "Вопрос закрыт. " * 50
    await account.send(AnswerPress(press_id=event.press_id, user_id=event.sender.user_id, text=words))
    ((press_id, said),) = account.answers()
    assert (event.press_id, "Вопрос закрыт.") == (press_id, said[:14])


@having(lambda platform: platform.capabilities.location)
async def test_place(platform: Platform, account: Account) -> None:
    """A place arrives as a place."""
    shown = await account.sends(SendMessage(location=Location(latitude=66.53, longitude=66.6136)))
    assert shown.place == (66.53, 66.6136)


@having(lambda platform: platform.capabilities.contact)
async def test_contact(platform: Platform, account: Account) -> None:
    """A contact arrives as one."""
    shown = await account.sends(SendMessage(contact=Contact(name="Анна", phone="+70000000000")))
    assert shown.contact == ("Анна", "+70000000000")
