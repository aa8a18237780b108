"""How model objects are written into columns: JSON by msgspec, the class named beside it."""

from __future__ import annotations

import msgspec

from bot.model.content import Content
from bot.model.message import AnswerPress, DeleteMessage, EditMessage, Effect, SendMessage, SetMark

_EFFECTS: dict[str, type[Effect]] = {
    "send": SendMessage,
    "edit": EditMessage,
    "delete": DeleteMessage,
    "mark": SetMark,
    "press": AnswerPress,
}
_NAMES = {kind: name for name, kind in _EFFECTS.items()}
_DECODERS: dict[str, msgspec.json.Decoder[Effect]] = {
    name: msgspec.json.Decoder(kind) for name, kind in _EFFECTS.items()
}
_encoder = msgspec.json.Encoder()
_content = msgspec.json.Decoder(Content)
_history = msgspec.json.Decoder(tuple[Content, ...])


def effect_kind(effect: Effect) -> str:
    """The name under which an effect's class is stored."""
    return _NAMES[type(effect)]


def encode_effect(effect: Effect) -> bytes:
    return _encoder.encode(effect)


def decode_effect(kind: str, data: bytes) -> Effect:
    return _DECODERS[kind].decode(data)


def encode_content(content: Content) -> str:
    return _encoder.encode(content).decode()


def decode_content(data: str) -> Content:
    return _content.decode(data)


def decode_history(data: str) -> tuple[Content, ...]:
    return _history.decode(data)
