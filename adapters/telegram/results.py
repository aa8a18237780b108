"""Read what methods of the platform give back, as aiogram's types."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from functools import cache
from typing import Any

from aiogram import types
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from pydantic import BaseModel, TypeAdapter, ValidationError


class OddResult(Exception):
    """A method was answered with something that is not its result."""


def read_result(method: TelegramMethod[TelegramType], result: Any) -> TelegramType:
    """The typed `result` of a method.

    An older server, or one of another make, leaves out what aiogram's newest types demand (each version of the Bot
    API adds rights of administrators). Such a result is passed on unchecked: its fields as they came, None for
    those that are missing. Raises OddResult for what is no result of this method at all.
    """
    try:
        read: TelegramType = _reader(type(method)).validate_python(result)
        return read
    except ValidationError:
        pass
    unchecked: TelegramType = _unchecked(method.__returning__, result)
    return unchecked


@cache
def _reader(method: type[TelegramMethod[Any]]) -> TypeAdapter[Any]:
    reader: TypeAdapter[Any] = TypeAdapter(method.__returning__)
    # Types that were not built yet (see `late_types`) are built now, with the names that they mention.
    reader.rebuild(_types_namespace=vars(types))
    return reader


def _unchecked(annotation: Any, result: Any) -> Any:
    models = list(_models(annotation))
    if not models:
        return result
    if isinstance(result, dict):
        for model in models:
            # The kinds of members of a chat are told apart by it: https://core.telegram.org/bots/api#chatmember
            status = model.model_fields.get("status")
            if status is None or status.default == result.get("status"):
                missing = {name: None for name, field in model.model_fields.items() if field.is_required()}
                return model.model_construct(**(missing | result))
    raise OddResult


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a return type consists of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _models(part)
