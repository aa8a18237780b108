"""What a worker process is told and what it tells: JSON, through its standard input and output."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timezone, tzinfo
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from bot.adapter import Labels
from bot.statistics.figures import Report
from bot.statistics.table import Order, Written

T = TypeVar("T")


class Job(StrEnum):
    """What there is to do; the values stand on the command line."""

    DRAW = "draw"
    EXPORT = "export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A picture to draw."""

    report: Report
    labels: Labels
    #: The file to write.
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporting:
    """A table to write."""

    #: The database's address: a secret.
    dsn: str
    order: Order
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A line of a worker; the last one says how it ended."""

    #: Rows that are written, and how many there are.
    written: int = 0
    whole: int = 0
    done: bool = False
    #: What was written at the end.
    table: Written | None = None
    #: The kind of the error, without its text: that may hold residents' words.
    failed: str = ""


def encode(value: object) -> bytes:
    """One line of JSON; zones by their names."""
    return msgspec.json.encode(value, enc_hook=_encode)


def decode(line: bytes, kind: type[T]) -> T:
    """Raises msgspec.ValidationError or DecodeError."""
    return msgspec.json.decode(line, type=kind, dec_hook=_decode)


def _encode(value: object) -> object:
    match value:
        case ZoneInfo():
            return value.key
        case timezone():
            # The only one that settings can name.
            return "UTC"
    # Collections of whatever make: arrays, read-only mappings.
    raise NotImplementedError(type(value).__name__)


def _decode(kind: Any, value: Any) -> object:
    if kind is tzinfo:
        return ZoneInfo(value)
    raise NotImplementedError(kind)
