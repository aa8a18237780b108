"""Fitting what someone wants to say to what a platform can show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.capabilities import Capabilities, KeyboardLimits
from bot.conversation.voice import RUSSIAN, Voice
from bot.delivery.split import Piece, measure, shorten, split_text
from bot.model.chat import ChannelName
from bot.model.content import Contact, Link, Location, Media, MediaKind
from bot.model.message import Button, Keyboard, SendMessage, Span

#: What a file is sent as where its own kind cannot be, in order.
_INSTEAD = {
    MediaKind.PHOTO: (MediaKind.DOCUMENT,),
    MediaKind.VIDEO: (MediaKind.DOCUMENT,),
    MediaKind.ANIMATION: (MediaKind.VIDEO, MediaKind.DOCUMENT),
    MediaKind.VOICE: (MediaKind.AUDIO, MediaKind.DOCUMENT),
    MediaKind.VIDEO_NOTE: (MediaKind.VIDEO, MediaKind.DOCUMENT),
    MediaKind.AUDIO: (MediaKind.DOCUMENT,),
    MediaKind.DOCUMENT: (),
    MediaKind.STICKER: (MediaKind.PHOTO,),
}
#: Characters of a file name that are shown.
_FILE_NAME = 100
#: Carries the buttons where neither text nor files can.
_POINTER = "👆"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What someone wants to say, whatever the platform."""

    text: str = ""
    spans: tuple[Span, ...] = ()
    media: tuple[Media, ...] = ()
    location: Location | None = None
    contact: Contact | None = None
    links: tuple[Link, ...] = ()
    #: Russian names of parts that we cannot carry: «опрос».
    unsupported: tuple[str, ...] = ()
    keyboard: Keyboard | None = None
    #: The platform's id of the message that the first one answers.
    reply_to: str = ""
    #: In whose language the lines are that stand for files and other parts.
    voice: Voice = RUSSIAN


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file that could not go along; the text names it."""

    media: Media
    #: The largest file, in bytes, that could; None: nothing of its kind can be shown there.
    limit: int | None = None

    def why(self, voice: Voice = RUSSIAN) -> str:
        """The reason for people: «больше 50 МБ»."""
        if self.limit is None:
            return voice.say("not-shown")
        return voice.say("too-large", size=size_text(self.limit, voice))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The messages to send, in order; there is at least one."""

    messages: tuple[SendMessage, ...]
    left_out: tuple[LeftOut, ...] = ()


def fit(
    draft: Draft,
    to: Capabilities,
    *,
    channel: ChannelName = "",
    download_limits: Mapping[ChannelName, int] | None = None,
) -> Fitted:
    """Say it in messages that the platform takes, each one effect; what cannot be shown is named in the text.

    `channel` is the one that sends: what it received itself it may send again by `ref`. `download_limits` are the
    largest files, in bytes, that the channels which received them can fetch. Raises ValueError when there is
    nothing to say.
    """
    voice = draft.voice
    media: list[Media] = []
    left_out: list[LeftOut] = []
    lines = _link_lines(draft)
    for item in draft.media:
        if to.resends_by_ref and item.channel == channel and item.kind in to.media:
            # The file is on the platform already: no limit of size holds.
            media.append(item)
            continue
        match _form(item, to, (download_limits or {}).get(item.channel)):
            case Media() as form:
                media.append(form)
            case None:
                lines.append(item.emoji or f"[{voice.say('kind-sticker')}]")
            case LeftOut() as missing:
                left_out.append(missing)
                lines.append(_missing(item, missing.why(voice), voice))
    lines += [voice.say("unsupported", name=voice.ours("part", name)) for name in draft.unsupported]
    after: list[SendMessage] = []
    if draft.location is not None:
        if to.location:
            after.append(SendMessage(location=draft.location))
        else:
            lines += _location_lines(draft.location)
    if draft.contact is not None:
        if to.contact:
            after.append(SendMessage(contact=draft.contact))
        else:
            lines.append(voice.say("contact", who=", ".join(filter(None, (draft.contact.name, draft.contact.phone)))))

    own = draft.text if draft.text.strip() else ""
    messages = _arrange(
        _join(own, lines, "\n\n"),
        _cut_spans(draft.spans, Piece(start=0, end=len(own), text=own)) if to.styles else (),
        [*(SendMessage(media=album) for album in _albums(media, to)), *after],
        _fit_keyboard(draft.keyboard, to.keyboard),
        draft.reply_to if to.replies else "",
        to,
    )
    if not messages:
        raise ValueError("nothing to say")
    return Fitted(messages=messages, left_out=tuple(left_out))


def replace_part(
    message: SendMessage, part: int, reason: str, to: Capabilities, voice: Voice = RUSSIAN
) -> tuple[SendMessage, ...]:
    """The message without the file at `part`, which a line of text names instead; no word is dropped.

    One message, as a rule; more when the text no longer fits beside the other files. `reason` is a phrase for people
    in the same voice, or empty. Raises IndexError when the message has no such file.
    """
    gone = message.media[part]
    rest = message.media[:part] + message.media[part + 1 :]
    return _arrange(
        _join(message.text, [_missing(gone, reason, voice)], "\n"),
        message.spans,
        [SendMessage(media=album) for album in _albums(rest, to)],
        message.keyboard,
        message.reply_to,
        to,
    )


# --- words for files ---------------------------------------------------------------------------------------------


def describe(media: Media, voice: Voice = RUSSIAN) -> str:
    """What people call it: «файл «отчёт.pdf»», «фото», «голосовое сообщение»."""
    kind = voice.say(f"kind-{_known_as(media)}")
    return f"{kind} {_file_name(media, voice)}" if media.file_name else kind


def size_text(size: int, voice: Voice = RUSSIAN) -> str:
    """A number of bytes for people: «640 КБ», «1,2 МБ», «73 МБ»."""
    if size < 1024:
        return voice.count("size-bytes", size)
    value = float(size)
    for unit in ("kb", "mb", "gb", "tb"):
        value /= 1024
        if value < 9.95 and unit != "kb":
            short = f"{value:.1f}".removesuffix(".0").replace(".", voice.say("decimal-mark"))
            return voice.say(f"size-{unit}", n=short)
        if value < 1023.5 or unit == "tb":
            break
    return voice.say(f"size-{unit}", n=f"{value:.0f}")


def _known_as(media: Media) -> MediaKind:
    # A sticker that goes out as a picture is still a sticker to those who read of it.
    return MediaKind.STICKER if media.emoji else media.kind


def _file_name(media: Media, voice: Voice) -> str:
    return voice.say("quoted", name=shorten(media.file_name, _FILE_NAME))


def _missing(media: Media, reason: str, voice: Voice) -> str:
    """The line that stands for a file: «📎 «отчёт.pdf», 73 МБ: не передан, больше 50 МБ»."""
    kind = _known_as(media)
    name, missing = voice.say(f"kind-{kind}"), voice.say(f"missing-{kind}")
    if media.file_name:
        name, missing = _file_name(media, voice), voice.say(f"missing-{MediaKind.DOCUMENT}")
    size = size_text(media.size, voice) if media.size else ""
    # Just over the limit both read the same.
    if size and not reason.endswith(f" {size}"):
        name += f", {size}"
    return f"📎 {name}: {missing}{', ' if reason else ''}{reason}"


# --- what a part becomes -----------------------------------------------------------------------------------------


def _form(media: Media, to: Capabilities, download_limit: int | None) -> Media | LeftOut | None:
    """How the file goes out, or why it cannot; None: its emoji says as much."""
    sticker = media.kind is MediaKind.STICKER
    kinds = [kind for kind in (media.kind, *_INSTEAD[media.kind]) if kind in to.media]
    if sticker and media.mime_type and not media.mime_type.startswith("image/"):
        # A sticker that moves is no picture.
        kinds = [kind for kind in kinds if kind is not MediaKind.PHOTO]
    if not kinds:
        return None if sticker else LeftOut(media=media)
    size = media.size or 0
    fetched = download_limit is None or size <= download_limit
    for kind in kinds:
        if fetched and size <= to.media[kind]:
            return replace(media, kind=kind)
    if sticker:
        return None
    limit = max(to.media[kind] for kind in kinds)
    return LeftOut(media=media, limit=limit if download_limit is None else min(limit, download_limit))


def _link_lines(draft: Draft) -> list[str]:
    """Titles and addresses; an address that the text already has is not repeated."""
    lines = []
    for link in draft.links:
        if not link.url or link.url not in draft.text:
            lines += [line for line in (link.title, link.url) if line]
    return lines


def _location_lines(location: Location) -> list[str]:
    point = f"{_degrees(location.longitude)},{_degrees(location.latitude)}"
    # https://yandex.ru/dev/yandex-apps-launch-maps/doc/ru/concepts/yandexmaps-web
    address = f"https://yandex.ru/maps/?pt={point}&z=16&l=map"
    return [line for line in (location.title, location.address, address) if line]


def _degrees(value: float) -> str:
    """Six places are 11 cm."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _fit_keyboard(keyboard: Keyboard | None, limits: KeyboardLimits | None) -> Keyboard | None:
    """As many of the buttons as fit, in order; None where there are none."""
    if keyboard is None or limits is None:
        return None
    rows = _wrap(keyboard.rows, limits.columns)
    if len(rows) > limits.rows:
        rows = _wrap([[button for row in rows for button in row]], limits.columns)
    left = limits.buttons
    fitted = []
    for row in rows[: limits.rows]:
        if buttons := row[:left]:
            fitted.append(tuple(_labelled(button, limits.label) for button in buttons))
            left -= len(buttons)
    return Keyboard(rows=tuple(fitted)) if fitted else None


def _labelled(button: Button, limit: int) -> Button:
    # No sign counts for more than two: most labels need not be looked at closer, and every card has seven.
    return button if 2 * len(button.text) <= limit else replace(button, text=shorten(button.text, limit))


def _wrap(rows: Sequence[Sequence[Button]], columns: int) -> list[Sequence[Button]]:
    return [row[at : at + columns] for row in rows for at in range(0, len(row), columns)]


# --- which message carries what ----------------------------------------------------------------------------------


def _arrange(
    text: str,
    spans: Sequence[Span],
    others: Sequence[SendMessage],
    keyboard: Keyboard | None,
    reply_to: str,
    to: Capabilities,
) -> tuple[SendMessage, ...]:
    """The text, as a caption where it can be one, then the rest; buttons and what is replied to in their places."""
    messages = list(others)
    texts = 0
    if text.strip():
        if messages and _can_carry(messages[0], text, keyboard, to):
            messages[0] = replace(messages[0], text=text, spans=tuple(spans))
            texts = 1
        else:
            pieces = split_text(text, to.text_limit, to.text_unit)
            messages[:0] = [SendMessage(text=piece.text, spans=_cut_spans(spans, piece)) for piece in pieces]
            texts = len(pieces)
    if not messages:
        return ()
    if keyboard is not None:
        able = [index for index, message in enumerate(messages) if to.album_keyboard or len(message.media) < 2]
        if not able:
            messages.append(SendMessage(text=_POINTER))
            able = [len(messages) - 1]
        # The last that bears text; without text, the last of all.
        last = texts - 1 if texts else able[-1]
        for index in able if to.keyboard_each_time else (last,):
            messages[index] = replace(messages[index], keyboard=keyboard)
    messages[0] = replace(messages[0], reply_to=reply_to)
    return tuple(messages)


def _can_carry(message: SendMessage, text: str, keyboard: Keyboard | None, to: Capabilities) -> bool:
    """Whether the text can be the caption of this message, with the buttons."""
    return (
        bool(message.media)
        and message.media[0].kind in to.caption_kinds
        and measure(text, to.text_unit) <= to.caption_limit
        and (keyboard is None or len(message.media) == 1 or to.album_keyboard)
    )


def _albums(media: Sequence[Media], to: Capabilities) -> list[tuple[Media, ...]]:
    """The files, in order; neighbours of kinds that go together share a message."""
    albums: list[tuple[Media, ...]] = []
    for item in media:
        if albums and len(albums[-1]) < to.album_size:
            kinds = {item.kind, *(other.kind for other in albums[-1])}
            if any(kinds <= group for group in to.album_groups):
                albums[-1] = (*albums[-1], item)
                continue
        albums.append((item,))
    return albums


def _join(text: str, lines: Sequence[str], between: str) -> str:
    """The text with the lines under it; its own end stays where it is, so that spans do."""
    return between.join(filter(str.strip, (text, "\n".join(lines))))


def _cut_spans(spans: Sequence[Span], piece: Piece) -> tuple[Span, ...]:
    """The spans as the piece shows them, counted from its start."""
    return tuple(
        replace(span, start=max(span.start, piece.start) - piece.start, end=min(span.end, piece.end) - piece.start)
        for span in spans
        if span.start < piece.end and span.end > piece.start
    )
