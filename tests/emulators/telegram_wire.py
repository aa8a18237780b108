"""How the Bot API says things: parameters of calls, refusals, and the shape of chats and files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

Params = dict[str, Any]

_JSON_FIELDS = (
    "entities",
    "caption_entities",
    "reply_markup",
    "reply_parameters",
    "media",
    "allowed_updates",
    "commands",
    "scope",
    "reaction",
    "link_preview_options",
)

#: Without their `can_`; https://core.telegram.org/bots/api#chatmemberadministrator
_ADMINISTRATORS_RIGHTS = (
    "manage_chat",
    "delete_messages",
    "manage_video_chats",
    "restrict_members",
    "promote_members",
    "change_info",
    "invite_users",
    "post_stories",
    "edit_stories",
    "delete_stories",
    "send_welcome_messages",
)
#: https://core.telegram.org/bots/api#chatmemberrestricted
_MEMBERS_RIGHTS = (
    "send_messages",
    "send_audios",
    "send_documents",
    "send_photos",
    "send_videos",
    "send_video_notes",
    "send_voice_notes",
    "send_polls",
    "send_other_messages",
    "add_web_page_previews",
    "react_to_messages",
    "edit_tag",
    "change_info",
    "invite_users",
    "pin_messages",
    "manage_topics",
)


class Refusal(Exception):
    """An answer with `ok: false`."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


@dataclass(slots=True, kw_only=True)
class StoredFile:
    """A file that the server knows by its `file_id`."""

    file_id: str
    data: bytes
    name: str
    kind: str = "document"
    mime_type: str = ""


def person(user_id: int, first_name: str = "Мария", last_name: str = "Окотэтто", **more: Any) -> dict[str, Any]:
    """A user as updates show him."""
    user = {"id": user_id, "is_bot": False, "first_name": first_name, "language_code": "ru"}
    return user | ({"last_name": last_name} if last_name else {}) | more


# --- reading calls ---


async def read_params(request: web.Request) -> Params:
    """The parameters of a call: query, urlencoded, form or JSON. Files are under `__files__`."""
    params: Params = dict(request.query)
    if request.content_type == "application/json":
        body = await request.text()
        try:
            params |= json.loads(body) if body else {}
        except ValueError:
            raise Refusal(400, "Bad Request: can't parse JSON") from None
    elif request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        files: dict[str, StoredFile] = {}
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                data, file_name = value.file.read(), value.filename
                files[name] = StoredFile(file_id="", data=data, name=file_name, mime_type=value.content_type)
                params.setdefault(name, "__file__")
            else:
                params[name] = value
        if files:
            params["__files__"] = files
    for name in _JSON_FIELDS:
        if isinstance(params.get(name), str):
            try:
                params[name] = json.loads(params[name])
            except ValueError:
                raise Refusal(400, f"Bad Request: can't parse {name} JSON object") from None
    return params


def required(params: Params, name: str) -> Any:
    value = params.get(name)
    if value is None or value == "":
        raise Refusal(400, f"Bad Request: parameter {name} is required")
    return value


def integer(params: Params, name: str) -> int:
    try:
        return int(required(params, name))
    except ValueError:
        described = "chat not found" if name == "chat_id" else f"{name} is not a number"
        raise Refusal(400, f"Bad Request: {described}") from None


def read_keyboard(params: Params) -> list[list[dict[str, str]]]:
    rows = (params.get("reply_markup") or {}).get("inline_keyboard") or []
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100:
        raise Refusal(400, "Bad Request: reply markup is too long")
    for button in buttons:
        if not button.get("text"):
            raise Refusal(400, "Bad Request: text buttons are unallowed in the inline keyboard")
        if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    return [row for row in rows if row]


def read_entities(params: Params, name: str, text: str) -> list[dict[str, Any]]:
    length = len(text.encode("utf-16-le")) // 2
    entities: list[dict[str, Any]] = params.get(name) or []
    if len(entities) > 100:
        raise Refusal(400, "Bad Request: too many entities")
    for entity in entities:
        if entity["offset"] < 0 or entity["length"] < 1 or entity["offset"] + entity["length"] > length:
            raise Refusal(400, "Bad Request: entity beyond the text")
    return entities


# --- showing things ---


def shown_chat(chat_id: int, user: Mapping[str, Any] | None = None) -> dict[str, Any]:
    if chat_id < 0:
        return {"id": chat_id, "type": "supergroup" if chat_id < -(10**12) else "group", "title": "Сотрудники"}
    names = {name: user[name] for name in ("first_name", "last_name", "username") if user and name in user}
    return {"id": chat_id, "type": "private", **names}


def full_chat(chat_id: int) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#chatfullinfo"""
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    more = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, False)}
    return shown_chat(chat_id) | more


def shown_member(user: Mapping[str, Any], status: str) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#chatmember"""
    member: dict[str, Any] = {"user": dict(user), "status": status}
    match status:
        case "creator":
            return member | {"is_anonymous": False}
        case "administrator":
            rights = dict.fromkeys((f"can_{right}" for right in _ADMINISTRATORS_RIGHTS), True)
            return member | {"can_be_edited": False, "is_anonymous": False} | rights
        case "restricted":
            rights = dict.fromkeys((f"can_{right}" for right in _MEMBERS_RIGHTS), False)
            return member | {"is_member": True, "until_date": 0} | rights
        case "kicked":
            return member | {"until_date": 0}
    return member


def new_file_id(seed: str) -> str:
    return f"AgACAgIAAxk{hashlib.sha256(seed.encode()).hexdigest()[:24]}"


def unique_id(file_id: str) -> str:
    return f"AQAD{hashlib.sha256(file_id.encode()).hexdigest()[:8]}"


def shown_file(kind: str, file: StoredFile) -> Any:
    shown: dict[str, Any] = {
        "file_id": file.file_id,
        "file_unique_id": unique_id(file.file_id),
        "file_size": len(file.data),
    }
    match kind:
        case "photo":
            small = shown | {"file_id": f"{file.file_id}-small", "width": 90, "height": 67, "file_size": 900}
            return [small, shown | {"width": 1280, "height": 960}]
        case "video_note":
            return shown | {"duration": 3, "length": 240}
        case "voice":
            return shown | {"duration": 3, "mime_type": file.mime_type or "audio/ogg"}
        case "sticker":
            about = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
            return shown | about | {"emoji": "👍"}
    shown["file_name"] = file.name
    if file.mime_type:
        shown["mime_type"] = file.mime_type
    if kind in ("video", "animation"):
        shown |= {"duration": 3, "width": 320, "height": 240}
    if kind == "audio":
        shown["duration"] = 60
    return shown
