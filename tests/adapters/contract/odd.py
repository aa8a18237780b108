"""Updates that no platform should send: garbage, and authentic ones with one odd value."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from tests.adapters.contract.platform import WORDS

#: What is no update of any platform.
GARBAGE: dict[str, bytes] = {
    "nothing": b"",
    "no text": b"\xff\xfe\x00",
    "no JSON": f"{WORDS} {{".encode(),
    "cut off": f'{{"update_id": 1, "text": "{WORDS}'.encode(),
    "null": b"null",
    "a number": b"12",
    "words": json.dumps(WORDS).encode(),
    "a list": json.dumps([{"text": WORDS}]).encode(),
    "an empty object": b"{}",
    "an object of somebody else's": json.dumps({"text": WORDS}).encode(),
    "not a number": b'{"update_id": NaN, "group_id": NaN, "event": NaN, "kind": NaN}',
    "nested too deeply": b'{"text": ' + b"[" * 100_000,
    "nested too deeply, and closed": b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}

#: In the place of any value of an update, as JSON.
_ODD = (
    "null",
    "true",
    "-1",
    "1e400",
    "123456789012345678901234567890",
    '""',
    '"\\u0000"',
    '"\\ud83d"',
    "[]",
    "{}",
    "[{}]",
)
_HERE = "the odd value stands here"


def odd(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """The update with one of its values replaced, in each way, and which."""
    update = json.loads(raw)
    for path in _paths(update):
        changed = copy.deepcopy(update)
        inner = changed
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = _HERE
        text = json.dumps(changed)
        for value in _ODD:
            yield f"{'.'.join(map(str, path))} = {value}", text.replace(f'"{_HERE}"', value).encode()


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        yield (*path, step)
        yield from _paths(one, (*path, step))
