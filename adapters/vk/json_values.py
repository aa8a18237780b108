"""Reading JSON that may hold anything: what is not of the kind that is asked for counts as absent."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any


def read_object(text: str | bytes) -> dict[str, Any] | None:
    """The JSON object in this text; None when it is anything else."""
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def as_dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def as_items(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def as_text(value: object) -> str:
    """Text that any database takes: without NUL and halves of characters."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode()


def as_int(value: object) -> int | None:
    """A whole number, also one written as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) <= 20:
        return int(value)
    return None


def as_number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _finite(number: str) -> float | None:
    """None for a number that no float holds (`1e400`): written down again it would be no JSON."""
    value = float(number)
    return value if math.isfinite(value) else None


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")
