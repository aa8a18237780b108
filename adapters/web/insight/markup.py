"""HTML and SVG put together from elements: what was not made here is text, and is escaped. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterable

#: Elements that have no end tag.
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})

Value = str | int | float | bool | None


class Markup(str):
    """HTML that was made here. Any other text becomes harmless when it is put into an element."""

    __slots__ = ()


def tag(name: str, /, *children: str | None, **attributes: Value) -> Markup:
    """An element. `class_` is the attribute `class`, `aria_label` is `aria-label`; None and False leave one out."""
    start = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    return Markup(start if name in _VOID else f"{start}{together(children)}</{name}>")


def together(parts: Iterable[str | None]) -> Markup:
    """One after the other; None is nothing."""
    return Markup("".join(_made(part) for part in parts if part is not None))


def spaced(*parts: str | None) -> Markup:
    """The same with spaces between: what stands apart on the screen is read and copied apart, too."""
    return together(piece for part in parts if part is not None for piece in (part, " "))


def unseen(text: str) -> Markup:
    """Said by screen readers, not shown."""
    return tag("span", text, class_="unseen")


def decoration(text: str) -> Markup:
    """Shown, not said by screen readers."""
    return tag("span", text, aria_hidden="true")


def _made(part: str) -> str:
    return part if isinstance(part, Markup) else html.escape(part)


def _attribute(key: str, value: Value) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    # A tenth of a pixel is the finest that a chart needs.
    text = f"{round(value, 1):g}" if isinstance(value, float) else str(value)
    return f' {name}="{html.escape(text)}"'
