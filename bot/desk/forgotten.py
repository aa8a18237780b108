"""What officials see of a resident who had his data removed. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.desk.commands import numbers_shown
from bot.model.message import SendMessage, Span, Style

_GONE = "житель удалил свои данные"


def card(number: int) -> str:
    """In the place of the card."""
    return f"№ {number} · {_GONE}"


def closed(number: int) -> str:
    """Where the card cannot say it."""
    return f"№ {number}: {_GONE}, отвечать не нужно."


def nobody(number: int) -> str:
    """Somebody wants to do something with such a question."""
    return f"№ {number}: житель удалил свои данные или срок их хранения вышел, ответить ему нельзя."


def names(message: SendMessage, numbers: Collection[int]) -> bool:
    """Whether a message speaks of one of these questions."""
    return any(re.search(rf"№ {number}(?!\d)", message.text) for number in numbers)


def without(message: SendMessage, numbers: Collection[int]) -> SendMessage:
    """A list of questions without what it says of these: each stands in a paragraph that begins with its number."""
    text, spans = "", list[Span]()
    start = 0
    for paragraph in message.text.split("\n\n"):
        end = start + len(paragraph)
        at = len(text) + 2 if text or start else 0
        match = re.match(r"№ (\d{1,18})(?!\d)", paragraph)
        gone = match is not None and int(match[1]) in numbers
        said = card(int(match[1])) if match is not None and gone else paragraph
        kept = match.end() if match is not None and gone else len(paragraph)
        spans += [
            replace(span, start=span.start - start + at, end=span.end - start + at)
            for span in message.spans
            if span.start >= start and span.end <= start + kept
        ]
        text += ("\n\n" if at else "") + said
        start = end + 2
    return replace(message, text=text, spans=tuple(spans))


def numbers_only(text: str, spans: Sequence[Span]) -> SendMessage:
    """What is left of a list whose time is over: a reply to it can still say which of its questions it means."""
    lines = [f"№ {number}" for number in sorted(numbers_shown(text, spans))]
    kept = "\n\n".join(lines)
    at = [sum(len(line) + 2 for line in lines[:index]) for index in range(len(lines))]
    return SendMessage(
        text=kept,
        spans=tuple(
            Span(start=start, end=start + len(line), style=Style.BOLD) for start, line in zip(at, lines, strict=True)
        ),
    )
