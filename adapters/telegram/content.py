"""Read what a Telegram message carries: text, files, places, contacts, and what we cannot carry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeGuard

from adapters.telegram.rich import words_of
from bot.model.chat import ChannelName
from bot.model.content import Contact, Content, Link, Location, Media, MediaKind
from bot.model.text import tidy_name

#: The files of a message, in the order in which they are looked for: of an animation, `document` is set too.
#: https://core.telegram.org/bots/api#message
_FILES: tuple[tuple[str, MediaKind, str, str], ...] = (
    ("animation", MediaKind.ANIMATION, "video/mp4", "анимация"),
    ("video", MediaKind.VIDEO, "video/mp4", "видео"),
    ("voice", MediaKind.VOICE, "audio/ogg", "голосовое сообщение"),
    ("video_note", MediaKind.VIDEO_NOTE, "video/mp4", "видеосообщение"),
    ("audio", MediaKind.AUDIO, "audio/mpeg", "аудиозапись"),
    ("document", MediaKind.DOCUMENT, "", "файл"),
)

#: What people send and we cannot carry.
_UNSUPPORTED = {
    "poll": "опрос",
    "dice": "игральная кость",
    "story": "история",
    "game": "игра",
    "checklist": "список дел",
    "paid_media": "платная публикация",
    "invoice": "счёт",
    "giveaway": "розыгрыш",
    "giveaway_winners": "итоги розыгрыша",
    "rich_message": "сообщение с особым оформлением",
    "passport_data": "документы Telegram Passport",
    "users_shared": "ссылка на пользователя",
    "chat_shared": "ссылка на чат",
    "web_app_data": "данные мини-приложения",
}

#: Objects and lists that are said about a message beside its content, or are read as its content.
_KNOWN = """
    from chat sender_chat sender_business_bot via_bot forward_origin forward_from forward_from_chat reply_to_message
    external_reply quote reply_to_story reply_markup link_preview_options direct_messages_topic suggested_post_info
    guest_bot_caller_user guest_bot_caller_chat receiver_user entities caption_entities
    photo live_photo sticker location venue contact animation video voice video_note audio document
"""
_NOT_NEW = frozenset(_KNOWN.split())

_FORWARDED = "Пересланное сообщение"
_ELSEWHERE = "В ответ на сообщение"
_PICKED = "В ответ на слова"
#: With none of these, the text of a message is all that it says.
_MORE_THAN_WORDS = frozenset(("entities", "external_reply", "quote"))
_FORWARD = frozenset(("forward_origin", "forward_from", "forward_from_chat", "forward_sender_name"))

#: Messages that report what happened in the chat; nobody wrote them. https://core.telegram.org/bots/api#message
_REPORTS = """
    new_chat_members new_chat_member new_chat_participant left_chat_member left_chat_participant chat_owner_left
    chat_owner_changed new_chat_title new_chat_photo delete_chat_photo group_chat_created supergroup_chat_created
    channel_chat_created message_auto_delete_timer_changed pinned_message successful_payment refunded_payment gift
    unique_gift gift_upgrade_sent connected_website write_access_allowed proximity_alert_triggered boost_added
    chat_background_set checklist_tasks_done checklist_tasks_added direct_message_price_changed forum_topic_created
    forum_topic_edited forum_topic_closed forum_topic_reopened general_forum_topic_hidden
    general_forum_topic_unhidden giveaway_created giveaway_completed managed_bot_created paid_message_price_changed
    poll_option_added poll_option_deleted suggested_post_approved suggested_post_approval_failed
    suggested_post_declined suggested_post_paid suggested_post_refunded video_chat_scheduled video_chat_started
    video_chat_ended video_chat_participants_invited voice_chat_scheduled voice_chat_started voice_chat_ended
    voice_chat_participants_invited community_chat_added community_chat_removed community_chat_joined
"""
SERVICE = frozenset(_REPORTS.split())


def text_of(of: dict[str, Any], name: str) -> str:
    """A field that should be text; empty when it is missing or something else."""
    value = of.get(name)
    return value if isinstance(value, str) else ""


def integer_of(of: dict[str, Any], name: str) -> int | None:
    """A field that should be an integer; None when it is missing or something else."""
    value = of.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def dict_of(of: dict[str, Any], name: str) -> dict[str, Any]:
    """A field that should be an object; empty when it is missing or something else."""
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def read_content(message: dict[str, Any], channel: ChannelName, clean: Callable[[str], str]) -> Content:
    """All that one message carries; `clean` is applied to its text. Empty when there is nothing."""
    if head := _forwarded(message):
        own = {name: value for name, value in message.items() if name not in _FORWARD}
        content = read_content(own, channel, lambda text: text)
        return replace(content, text=f"{head}:\n{content.text}" if content.text else f"{head}, без текста")
    text = message.get("text")
    if type(text) is str and _MORE_THAN_WORDS.isdisjoint(message):
        return Content(text=clean(text))
    text = text_of(message, "text") or text_of(message, "caption")
    media, unsupported = _files(message, channel)
    quoted, quoted_media = _quoted(message, channel)
    content = Content(
        text="\n\n".join(filter(None, (quoted, clean(text), _listed(message)))),
        media=media + quoted_media,
        location=_location(message),
        contact=_contact(message),
        links=_links(message, text),
        unsupported=unsupported + _beyond_us(message),
    )
    return Content(unsupported=_new_to_us(message)) if content.is_empty else content


def _forwarded(message: dict[str, Any]) -> str:
    """That somebody else said this, and who: https://core.telegram.org/bots/api#messageorigin; empty: nobody else did.

    Bodies of before 2024 have the parts of the origin as fields of the message.
    """
    if dict_of(message, "chat").get("type") != "private" or _FORWARD.isdisjoint(message):
        return ""
    origin = dict_of(message, "forward_origin")
    user = dict_of(origin, "sender_user") or dict_of(message, "forward_from")
    if user and user.get("id") == dict_of(message, "from").get("id"):
        return ""
    chat = dict_of(origin, "sender_chat") or dict_of(origin, "chat") or dict_of(message, "forward_from_chat")
    hidden = text_of(origin, "sender_user_name") or text_of(message, "forward_sender_name")
    # Of an album, each part is forwarded: what has no words of its own says nothing twice.
    if "media_group_id" in message and not text_of(message, "caption"):
        return ""
    return _headed(_FORWARDED, user, hidden, chat)


def _quoted(message: dict[str, Any], channel: ChannelName) -> tuple[str, tuple[Media, ...]]:
    """What he answers where that was said elsewhere, or where he picked words of it himself: without them nobody knows
    what «Это правда?» is about.

    https://core.telegram.org/bots/api#externalreplyinfo; the quote is all that is told of the words.
    """
    there, quote = dict_of(message, "external_reply"), dict_of(message, "quote")
    if dict_of(message, "chat").get("type") != "private":
        return "", ()
    if not there:
        # https://core.telegram.org/bots/api#textquote: else the server has quoted the beginning by itself.
        is_picked = quote.get("is_manual") is True and text_of(message, "text")[:1] != "/"
        picked = text_of(quote, "text") if is_picked else ""
        return f"{_PICKED}:\n{picked}" if picked else "", ()
    origin = dict_of(there, "origin")
    chat = dict_of(origin, "sender_chat") or dict_of(origin, "chat") or dict_of(there, "chat")
    head = _headed(_ELSEWHERE, dict_of(origin, "sender_user"), text_of(origin, "sender_user_name"), chat)
    words = "\n".join(filter(None, (text_of(quote, "text"), _listed(there))))
    return f"{head}:\n{words}" if words else head, _files(there, channel)[0]


def _headed(what: str, user: dict[str, Any], hidden: str, chat: dict[str, Any]) -> str:
    """The line above what somebody else said, with his name where it is told."""
    name = f"{text_of(user, 'first_name')} {text_of(user, 'last_name')}"
    who = tidy_name(name) or tidy_name(hidden) or tidy_name(text_of(chat, "title"))
    return f"{what} ({who})" if who else what


def _listed(message: dict[str, Any]) -> str:
    """The words of a poll, a checklist or a rich message: as such we cannot carry it, but somebody wrote them."""
    lines = []
    for name, head, items in (("poll", "question", "options"), ("checklist", "title", "tasks")):
        of = dict_of(message, name)
        listed = of.get(items)
        entries = [text_of(one, "text") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        lines += [text_of(of, head), text_of(of, "description"), *(f"– {entry}" for entry in entries if entry)]
    lines.append(words_of(dict_of(message, "rich_message")))
    return "\n".join(filter(None, lines))


def _files(message: dict[str, Any], channel: ChannelName) -> tuple[tuple[Media, ...], tuple[str, ...]]:
    """The one file of a message, or its name when it has no usable id."""
    if (sizes := message.get("photo")) and isinstance(sizes, list):
        media = _photo(sizes, channel)
        return ((media,), ()) if media else ((), ("фотография",))
    if (sticker := message.get("sticker")) is not None:
        media = _file(sticker, MediaKind.STICKER, _sticker_type(sticker), channel)
        return ((media,), ()) if media else ((), ("стикер",))
    for name, kind, mime_type, noun in _FILES:
        if (file := message.get(name)) is not None:
            media = _file(file, kind, mime_type, channel)
            return ((media,), ()) if media else ((), (noun,))
    return (), ()


def _photo(sizes: list[Any], channel: ChannelName) -> Media | None:
    """The largest of the sizes: their order is not promised."""
    usable = [size for size in sizes if isinstance(size, dict) and text_of(size, "file_id")]
    if not usable:
        return None
    largest = max(usable, key=lambda size: (integer_of(size, "width") or 0) * (integer_of(size, "height") or 0))
    return _file(largest, MediaKind.PHOTO, "image/jpeg", channel)


def _sticker_type(sticker: Any) -> str:
    if not isinstance(sticker, dict):
        return ""
    if sticker.get("is_animated") is True:
        return "application/x-tgsticker"
    return "video/webm" if sticker.get("is_video") is True else "image/webp"


def _file(file: Any, kind: MediaKind, mime_type: str, channel: ChannelName) -> Media | None:
    if not isinstance(file, dict) or not (ref := text_of(file, "file_id")):
        return None
    # A round video has one `length` for both sides.
    length = integer_of(file, "length") if kind is MediaKind.VIDEO_NOTE else None
    return Media(
        kind=kind,
        channel=channel,
        ref=ref,
        file_name=text_of(file, "file_name") or (_track(file) if kind is MediaKind.AUDIO else ""),
        mime_type=text_of(file, "mime_type") or mime_type,
        size=integer_of(file, "file_size"),
        width=integer_of(file, "width") or length,
        height=integer_of(file, "height") or length,
        duration=integer_of(file, "duration"),
        emoji=text_of(file, "emoji") if kind is MediaKind.STICKER else "",
    )


def _track(audio: dict[str, Any]) -> str:
    """A name for an audio file that has none: «Исполнитель - Название»."""
    return " - ".join(filter(None, (text_of(audio, "performer"), text_of(audio, "title"))))


def _location(message: dict[str, Any]) -> Location | None:
    venue = dict_of(message, "venue")
    point = dict_of(message, "location") or dict_of(venue, "location")
    latitude, longitude = point.get("latitude"), point.get("longitude")
    if not (_is_within(latitude, 90) and _is_within(longitude, 180)):
        return None
    return Location(
        latitude=float(latitude),
        longitude=float(longitude),
        title=text_of(venue, "title"),
        address=text_of(venue, "address"),
    )


def _is_within(degrees: object, most: int) -> TypeGuard[int | float]:
    return isinstance(degrees, int | float) and not isinstance(degrees, bool) and -most <= degrees <= most


def _contact(message: dict[str, Any]) -> Contact | None:
    contact = dict_of(message, "contact")
    phone = text_of(contact, "phone_number")
    name = " ".join(filter(None, (text_of(contact, "first_name"), text_of(contact, "last_name"))))
    return Contact(name=name, phone=phone) if phone or name else None


def _links(message: dict[str, Any], text: str) -> tuple[Link, ...]:
    """Addresses that hide behind words: elsewhere the words alone would arrive."""
    entities = message.get("entities") or message.get("caption_entities")
    if not isinstance(entities, list):
        return ()
    links = []
    for entity in entities:
        if isinstance(entity, dict) and entity.get("type") == "text_link" and (url := text_of(entity, "url")):
            start, length = integer_of(entity, "offset") or 0, integer_of(entity, "length") or 0
            # Telegram counts UTF-16 units: https://core.telegram.org/api/entities#entity-length
            units = text.encode("utf-16-le")[2 * max(start, 0) : 2 * max(start + length, 0)]
            links.append(Link(url=url, title=units.decode("utf-16-le", "ignore")))
    return tuple(links)


def _beyond_us(message: dict[str, Any]) -> tuple[str, ...]:
    """Russian names of the parts that we cannot carry."""
    found = tuple(noun for name, noun in _UNSUPPORTED.items() if name in message)
    is_no_point = not message.keys().isdisjoint(("location", "venue")) and _location(message) is None
    return (*found, "место на карте") if is_no_point else found


def _new_to_us(message: dict[str, Any]) -> tuple[str, ...]:
    """A stand-in for a kind of message that the platform has added since: it must not be lost in silence."""
    is_new = any(isinstance(value, dict | list) and name not in _NOT_NEW for name, value in message.items())
    return ("вложение неизвестного вида",) if is_new else ()
