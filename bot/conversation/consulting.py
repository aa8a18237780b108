"""What a resident reads of the answers that are known: under his confirmation, and on their pages. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.capabilities import KeyboardLimits
from bot.conversation.decisions import NO_TOPIC, TOPIC, Page
from bot.conversation.faq import Entry
from bot.conversation.typed import labels as labels_of
from bot.conversation.voice import Voice
from bot.delivery.split import shorten
from bot.model.message import Button

Rows = list[tuple[Button, ...]]

#: Questions, or topics, on one page, also where a message has fewer buttons; many where it has none.
PAGE, WITHOUT_BUTTONS = 8, 40
#: Characters of a button that every platform shows.
_LABEL = 40
#: Rows that stand below a page's own: back and on, and what is always there.
_BELOW = 3
_ENTRY = re.compile(r"([0-9]{1,15})(?::([0-9]{1,15}))?")


def size(limits: KeyboardLimits | None) -> int:
    """How many there are on one page: all of them can be asked for in words."""
    return WITHOUT_BUTTONS if limits is None else PAGE


def _pressable(rows: Rows, limits: KeyboardLimits | None) -> Rows:
    """Those of these buttons, one in a row, that a message has room for, the first ones."""
    if limits is None:
        return rows
    return rows[: max(min(limits.rows - _BELOW, limits.buttons - 2 * _BELOW), 1)]


def suggestion(voice: Voice, number: int, found: Sequence[Entry]) -> tuple[str, Rows]:
    """What stands under a confirmation: the best answer whole, of the others the questions."""
    best, *others = found
    text = f"{voice.say('faq-suggested')}\n\n{best.question}\n{best.answer}"
    if others:
        text += f"\n\n{voice.say('faq-others')}\n" + "\n".join(f"{one.id}. {one.question}" for one in others)
        text += f"\n{voice.say('faq-how', number=others[0].id)}"
    text += f"\n\n{voice.say('faq-helped-how')}"
    rows = [(replace(one, text=shorten(one.text, _LABEL)),) for one in _options(others, number)]
    return text, [_decide(voice, number, best.id), *rows]


def answer(voice: Voice, entry: Entry, *, open_question: int | None) -> tuple[str, Rows]:
    """One answer; to whoever has an open question, with the buttons that say whether it was enough."""
    text = f"{entry.question}\n\n{entry.answer}"
    rows: Rows = []
    if open_question is not None:
        text += f"\n\n{voice.say('faq-enough', number=open_question)}"
        rows.append(_decide(voice, open_question, entry.id))
    rows.append((Button(text=voice.say("faq-all"), data=f"{Page.ANSWERS}:"),))
    return text, rows


def _decide(voice: Voice, number: int, entry: int) -> tuple[Button, ...]:
    return (
        Button(text=voice.say("button-helped"), data=f"{Page.HELPED}:{number}:{entry}"),
        Button(text=voice.say("button-wait"), data=f"{Page.WAIT}:{number}"),
    )


def undo(voice: Voice, number: int) -> tuple[Button, ...]:
    """Takes «Помогло» back."""
    return (Button(text=voice.say("button-wait-after-all"), data=f"{Page.WAIT}:{number}"),)


def listed_under(entry: Entry, names: Mapping[str, str]) -> str:
    """The topic under which it is found; empty: it has none, or one that is no more in the settings."""
    return entry.topic if entry.topic in names else ""


def topics_page(
    voice: Voice, counts: Mapping[str, int], names: Mapping[str, str], limits: KeyboardLimits, page: int
) -> tuple[str, Rows, Mapping[str, str]]:
    """The topics of which answers are known, each a button; with what can be typed, as on the pages below."""
    slugs = list(counts)
    per, last, page = _paged(len(slugs), limits, page)
    shown = slugs[page * per : (page + 1) * per]
    labels = {slug: names[slug] if slug else voice.say("faq-no-topic") for slug in shown}
    text = "\n".join((voice.say("faq-head"), "", *(f"• {labels[slug]}: {counts[slug]}" for slug in shown)))
    how = voice.say("faq-how-topic", topic=labels[shown[0]])
    text += f"\n\n{how}{_further(voice, None, page, last)}"
    options = [Button(text=labels[slug], data=f"{Page.ANSWERS}:{TOPIC}{slug or NO_TOPIC}:0") for slug in shown]
    return text, *_choice(options, limits, _around(voice, page, last, "p:{}"))


def entries_page(
    voice: Voice,
    entries: Sequence[Entry],
    topic: str | None,
    names: Mapping[str, str],
    limits: KeyboardLimits | None,
    page: int,
) -> tuple[str, Rows, Mapping[str, str]]:
    """The questions of one topic; where they are few, or there are no buttons, all of them (None)."""
    per, last, page = _paged(len(entries), limits, page)
    shown = entries[page * per : (page + 1) * per]
    head = voice.say("faq-head")
    if topic is not None:
        head += f" · {names[topic] if topic else voice.say('faq-no-topic')}"
    text = "\n".join((head, "", *(f"{one.id}. {one.question}" for one in shown)))
    text += f"\n\n{voice.say('faq-how', number=shown[0].id)}{_further(voice, topic, page, last)}"
    argument = "p:{}" if topic is None else f"{TOPIC}{topic or NO_TOPIC}:{{}}"
    rows, typed = _choice(_options(shown), limits, _around(voice, page, last, argument))
    # A number alone is one on this page, and no rating.
    return text, rows, {**typed, **{str(one.id): f"{Page.ANSWERS}:{one.id}" for one in shown}}


def _choice(options: Sequence[Button], limits: KeyboardLimits | None, around: Rows) -> tuple[Rows, Mapping[str, str]]:
    """Buttons for these, one in a row, as many as there is room for; all of them can be typed, and by the whole name.

    `around`: what turns the page.
    """
    rows: Rows = [(replace(one, text=shorten(one.text, _LABEL)),) for one in options]
    return _pressable(rows, limits) + around, {**labels_of([options]), **labels_of(rows), **labels_of(around)}


def _further(voice: Voice, topic: str | None, page: int, last: int) -> str:
    """How to turn the page in words, behind how to open something on it."""
    if page == last:
        return ""
    # People count from 1.
    said = voice.say("faq-further", page=page + 2) if topic is None else voice.say("faq-further-topic")
    return f" {said}"


def _options(entries: Sequence[Entry], number: int | None = None) -> list[Button]:
    """A button for each; with the number of the question under which they are suggested."""
    of = f":{number}" if number is not None else ""
    return [Button(text=one.question, data=f"{Page.ANSWERS}:{one.id}{of}") for one in entries]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One answer that a button or a typed number asks for."""

    entry: int
    #: The question under which it was suggested.
    question: int | None = None


def read(argument: str) -> Wanted | None:
    """What `12` or `12:7` asks for, behind the page's name in a button or behind a word; None: a list."""
    match = _ENTRY.fullmatch(argument)
    if match is None:
        return None
    return Wanted(entry=int(match[1]), question=int(match[2]) if match[2] else None)


def _paged(count: int, limits: KeyboardLimits | None, page: int) -> tuple[int, int, int]:
    """How many on a page, the last page, and this one within them."""
    per = size(limits)
    last = max((count - 1) // per, 0)
    return per, last, min(max(page, 0), last)


def _around(voice: Voice, page: int, last: int, argument: str) -> Rows:
    turned = []
    if page:
        turned.append(Button(text=voice.say("button-back"), data=f"{Page.ANSWERS}:{argument.format(page - 1)}"))
    if page < last:
        turned.append(Button(text=voice.say("button-on"), data=f"{Page.ANSWERS}:{argument.format(page + 1)}"))
    return [tuple(turned)] if turned else []
