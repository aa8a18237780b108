"""What people attach to a message in VK, as files, links and names of what we cannot carry. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.vk.json_values import as_dict, as_int, as_items, as_number, as_text
from bot.model.chat import ChannelName
from bot.model.content import Link, Location, Media, MediaKind
from bot.plural import count

#: Files taken from one message with all that is forwarded in it.
MEDIA_LIMIT = 100
#: Parts without a file that are named one by one; of the rest their number is told.
_NAMED = 20
_TITLE_LIMIT = 120
_WALL = "Запись на стене"
#: https://dev.vk.com/en/reference/objects/doc: the type of a GIF is 3; it stays a file.
_NAMES = {
    "article": "статья",
    "audio_playlist": "плейлист",
    "call": "звонок",
    "event": "мероприятие",
    "gift": "подарок",
    "group_call_in_progress": "звонок",
    "market": "товар",
    "market_album": "подборка товаров",
    "market_market_album": "подборка товаров",
    "mini_app": "мини-приложение",
    "money_request": "запрос денег",
    "money_transfer": "денежный перевод",
    "narrative": "сюжет",
    "podcast": "подкаст",
    "podcasts": "подкаст",
    "poll": "опрос",
    "story": "история",
    "video_message": "видеосообщение",
    "video_playlist": "плейлист",
    "photo": "фото",
    "video": "видео",
    "doc": "файл",
    "audio_message": "голосовое сообщение",
    "audio": "аудиозапись",
    "graffiti": "граффити",
    "sticker": "стикер",
    "wall": "запись на стене",
    "wall_reply": "комментарий",
    "link": "ссылка",
}


@dataclass(slots=True, kw_only=True)
class Collected:
    """What was found so far in a message and in those forwarded with it."""

    channel: ChannelName
    media: list[Media] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    #: Words in parts that we cannot carry.
    words: list[str] = field(default_factory=list)
    location: Location | None = None

    def take(self, message: Mapping[str, Any]) -> None:
        """Add the attachments and the place of one message."""
        for attachment in as_items(message.get("attachments")):
            self._take_one(as_dict(attachment))
        if geo := as_dict(message.get("geo")):
            place = _location(geo)
            if place is None or self.location is not None:
                self.unsupported.append("место на карте")
            else:
                self.location = place

    def _take_one(self, attachment: Mapping[str, Any]) -> None:
        kind = as_text(attachment.get("type"))
        if not kind:
            return
        item = as_dict(attachment.get(kind))
        found = _translate(kind, item, self.channel)
        if isinstance(found, Media) and len(self.media) < MEDIA_LIMIT:
            self.media.append(found)
        elif isinstance(found, Link) and len(self.links) < MEDIA_LIMIT:
            self.links.append(found)
        else:
            self.unsupported.append(_NAMES.get(kind, "вложение"))
            if kind == "poll" and (words := _poll(item)):
                self.words.append(words)
        if kind == "wall" and (words := _wall(item)):
            self.words.append(words)

    def named(self) -> tuple[str, ...]:
        """What cannot be passed on, in words that do not fill the screen."""
        rest = len(self.unsupported) - _NAMED
        if rest <= 1:
            return tuple(self.unsupported)
        return (*self.unsupported[:_NAMED], f"ещё {count(rest, 'вложение', 'вложения', 'вложений')}")


def _translate(kind: str, item: Mapping[str, Any], channel: ChannelName) -> Media | Link | None:
    """https://dev.vk.com/en/reference/objects/attachments-message; None: nothing that we could pass on."""
    match kind:
        case "photo":
            return _photo(item, channel)
        case "doc":
            return _doc(item, channel)
        case "audio_message":
            return _voice(item, channel)
        case "audio":
            return _audio(item, channel)
        case "graffiti":
            return _graffiti(item, channel)
        case "sticker":
            return _sticker(item, channel)
        case "video":
            # A community gets no file, only the address at which people watch it.
            return _link("video", item.get("owner_id"), item.get("id"), title=item.get("title"))
        case "wall":
            owner = next((item[name] for name in ("to_id", "owner_id", "from_id") if as_int(item.get(name))), None)
            return _link("wall", owner, item.get("id"), title=item.get("text"))
        case "wall_reply":
            found = _link("wall", item.get("owner_id"), item.get("post_id"), title=item.get("text"))
            reply = as_int(item.get("id"))
            return Link(url=f"{found.url}?reply={reply}", title=found.title) if found and reply else found
        case "market":
            return _link("product", item.get("owner_id"), item.get("id"), title=item.get("title"))
        case "podcast":
            return _link("podcast", item.get("owner_id"), item.get("id"), title=item.get("title"))
        case "article":
            url = _address(item.get("view_url")) or _address(item.get("url"))
            return Link(url=url, title=_title(item.get("title"))) if url else None
        case "link":
            url = _address(item.get("url"))
            return Link(url=url, title=_title(item.get("title"))) if url else None
        case _:
            return None


def _photo(item: Mapping[str, Any], channel: ChannelName) -> Media | None:
    """https://dev.vk.com/en/reference/objects/photo-sizes: the letters of sizes say nothing about their order."""
    size = _largest([item.get("orig_photo"), *as_items(item.get("sizes")), *as_items(item.get("images"))])
    if size is None:
        return _media(MediaKind.PHOTO, _numbered(item), channel)
    return _media(
        MediaKind.PHOTO,
        _address(size.get("url")),
        channel,
        width=as_int(size.get("width")) or None,
        height=as_int(size.get("height")) or None,
    )


def _doc(item: Mapping[str, Any], channel: ChannelName) -> Media | None:
    """https://dev.vk.com/en/reference/objects/doc; its address redirects to the file."""
    preview = as_dict(item.get("preview"))
    if voice := as_dict(preview.get("audio_message")) or as_dict(preview.get("audio_msg")):
        return _voice(voice, channel)
    name, extension = html.unescape(as_text(item.get("title"))).strip(), as_text(item.get("ext")).strip().lower()
    if extension and not name.lower().endswith(f".{extension}"):
        name = f"{name or 'file'}.{extension}"
    size = as_int(item.get("size"))
    return _media(
        MediaKind.DOCUMENT,
        _address(item.get("url")),
        channel,
        file_name=name,
        size=size if size is not None and size > 0 else None,
    )


def _voice(item: Mapping[str, Any], channel: ChannelName) -> Media | None:
    ogg, mp3 = _address(item.get("link_ogg")), _address(item.get("link_mp3"))
    return _media(
        MediaKind.VOICE,
        ogg or mp3,
        channel,
        mime_type="audio/ogg" if ogg else "audio/mpeg",
        duration=as_int(item.get("duration")),
    )


def _audio(item: Mapping[str, Any], channel: ChannelName) -> Media | None:
    url = _address(item.get("url"))
    # Music from VK's library is a list of pieces to play, not a file.
    if ".m3u8" in url or "audio_api_unavailable" in url:
        return None
    parts = [html.unescape(text) for name in ("artist", "title") if (text := as_text(item.get(name)).strip())]
    return _media(
        MediaKind.AUDIO,
        url,
        channel,
        mime_type="audio/mpeg",
        file_name=f"{' – '.join(parts) or 'audio'}.mp3",
        duration=as_int(item.get("duration")),
    )


def _graffiti(item: Mapping[str, Any], channel: ChannelName) -> Media | None:
    return _media(MediaKind.PHOTO, _address(item.get("url")) or _numbered(item), channel)


def _sticker(item: Mapping[str, Any], channel: ChannelName) -> Media | None:
    """https://dev.vk.com/en/reference/objects/sticker"""
    image = _largest(as_items(item.get("images")) or as_items(item.get("images_with_background")))
    if image is None:
        return _media(MediaKind.STICKER, _numbered(item), channel, mime_type="image/png")
    return _media(
        MediaKind.STICKER,
        _address(image.get("url")),
        channel,
        mime_type="image/png",
        width=as_int(image.get("width")) or None,
        height=as_int(image.get("height")) or None,
    )


def _location(geo: Mapping[str, Any]) -> Location | None:
    """https://dev.vk.com/en/reference/objects/geo; old bodies have both numbers in one string."""
    coordinates = geo.get("coordinates")
    if isinstance(coordinates, str):
        halves = coordinates.split()
        coordinates = {"latitude": halves[0], "longitude": halves[1]} if len(halves) == 2 else {}
    point = as_dict(coordinates)
    latitude, longitude = as_number(point.get("latitude")), as_number(point.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    place = as_dict(geo.get("place"))
    return Location(
        latitude=latitude,
        longitude=longitude,
        title=_title(place.get("title")),
        address=_title(place.get("address")),
    )


def _poll(poll: Mapping[str, Any]) -> str:
    """https://dev.vk.com/en/reference/objects/poll"""
    answers = (as_text(as_dict(answer).get("text")) for answer in as_items(poll.get("answers")))
    lines = (as_text(poll.get("question")), *(f"– {answer}" for answer in answers if answer))
    return html.unescape("\n".join(filter(None, lines)))


def _wall(post: Mapping[str, Any]) -> str:
    """The words of a post, and of those that it passes on, where the title of its link does not show them all.

    https://dev.vk.com/en/reference/objects/post: whoever reads the question may not be able to open it.
    """
    posts = (post, *map(as_dict, as_items(post.get("copy_history"))))
    texts = [html.unescape(as_text(one.get("text"))).strip() for one in posts]
    if len(_title(texts[0])) == len(" ".join(texts[0].split())) and not any(texts[1:]):
        return ""
    return "\n\n".join(f"{_WALL}:\n{text}" for text in texts if text)


def _media(kind: MediaKind, url: str, channel: ChannelName, **facts: Any) -> Media | None:
    return Media(kind=kind, channel=channel, ref=url, **facts) if url else None


def _link(kind: str, owner: object, number: object, *, title: object) -> Link | None:
    if not as_int(owner) or as_int(number) is None:
        return None
    return Link(url=f"https://vk.com/{kind}{as_int(owner)}_{as_int(number)}", title=_title(title))


def _largest(sizes: Iterable[object]) -> Mapping[str, Any] | None:
    """The size with the most pixels; of equals, the last, since VK lists them growing."""
    best: Mapping[str, Any] | None = None
    best_area = -1
    for size in map(as_dict, sizes):
        area = (as_int(size.get("width")) or 0) * (as_int(size.get("height")) or 0)
        if _address(size.get("url")) and area >= best_area:
            best, best_area = size, area
    return best


def _numbered(item: Mapping[str, Any]) -> str:
    """The address in the fields of before 2018: `photo_604`, `photo_1280`."""
    numbers = [int(name[6:]) for name in item if name.startswith("photo_") and name[6:].isdecimal() and len(name) < 12]
    return _address(item.get(f"photo_{max(numbers)}")) if numbers else ""


def _address(value: object) -> str:
    text = as_text(value).strip()
    return text if text.startswith(("https://", "http://")) else ""


def _title(value: object) -> str:
    text = " ".join(html.unescape(as_text(value)).split())
    return text if len(text) <= _TITLE_LIMIT else text[: _TITLE_LIMIT - 1].rstrip() + "…"
