"""Read the words of a rich message: its blocks as lines, without their looks. Pure.

https://core.telegram.org/bots/api#richmessage
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: People do not nest deeper; what does is nobody's message.
_DEEPEST = 50


def words_of(rich: dict[str, Any]) -> str:
    """What somebody reads there, from top to bottom; empty where there are only files."""
    return "\n".join(line for line in _lines(rich, 0) if line)


def _lines(block: Any, depth: int) -> Iterator[str]:
    """A block in the order in which it is shown: its own words, what it holds, what stands below it."""
    if not isinstance(block, dict) or depth > _DEEPEST:
        return
    for name in ("summary", "text", "expression"):
        yield _inline(block.get(name), depth)
    for item in _list(block.get("items")):
        yield from _item(item, depth)
    for inner in _list(block.get("blocks")):
        yield from _lines(inner, depth + 1)
    for row in _list(block.get("cells")):
        yield " | ".join(_inline(cell, depth) for cell in _list(row))
    caption = block.get("caption")
    yield _inline(caption, depth)
    for of in (caption, block):
        yield _inline(of.get("credit"), depth) if isinstance(of, dict) else ""


def _item(item: Any, depth: int) -> Iterator[str]:
    lines = [line for line in _lines(item, depth + 1) if line]
    if lines:
        label = item.get("label")
        yield f"{label if isinstance(label, str) and label else '–'} {lines[0]}"
        yield from lines[1:]


def _inline(text: Any, depth: int) -> str:
    """Words with their marks left out: a string, a list of parts, or an object around more of them."""
    if isinstance(text, str):
        return text
    if depth > _DEEPEST:
        return ""
    if isinstance(text, list):
        return "".join(_inline(part, depth + 1) for part in text)
    if isinstance(text, dict):
        names = ("text", "alternative_text", "expression")
        return next((_inline(text[name], depth + 1) for name in names if name in text), "")
    return ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
