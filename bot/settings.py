"""The settings: what the environment may say, checked at once and in full."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from bot.capabilities import Rate

_SECONDS = {"s": 1, "min": 60, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+)\s*(s|min|m|h|d)")
_RATE = re.compile(r"(\d+)\s*/\s*(\d*)\s*(s|min|m|h|d)")


def parse_duration(value: object) -> object:
    """Read `30s`, `15min`, `4h`, `3d` or a sum of them (`1h30m`)."""
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise ValueError("expected a duration such as 30s, 15min, 4h or 3d")
    return timedelta(seconds=sum(int(count) * _SECONDS[unit] for count, unit in parts))


def parse_rate(value: object) -> object:
    """Read `30/s`, `20/min` or `500/10s`."""
    if not isinstance(value, str):
        return value
    match = _RATE.fullmatch(value.strip().lower())
    if match is None or int(match[1]) == 0 or match[2] == "0":
        raise ValueError("expected a rate such as 30/s, 20/min or 500/10s")
    return Rate(count=int(match[1]), per=timedelta(seconds=int(match[2] or 1) * _SECONDS[match[3]]))


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(str)]
RateSetting = Annotated[Rate, BeforeValidator(parse_rate), PlainSerializer(str)]
