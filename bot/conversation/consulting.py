"""What a resident reads of the answers that are known: under his confirmation, and on their pages. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.capabilities import KeyboardLimits
from bot.conversation.decisions import Page
from bot.conversation.faq import Entry
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
#: Before a topic's slug in a button; a topic without one has a sign that no slug has.
TOPIC, NO_TOPIC = "t:", "_"
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
    return text, [_decide(voice, number, best.id), *_entries(others, number)]


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


def topics_page(
    voice: Voice, counts: Mapping[str, int], names: Mapping[str, str], limits: KeyboardLimits, page: int
) -> tuple[str, Rows]:
    """The topics of which answers are known, each a button."""
    slugs = list(counts)
    per, last, page = _paged(len(slugs), limits, page)
    shown = slugs[page * per : (page + 1) * per]
    labels = {slug: names.get(slug, slug) if slug else voice.say("faq-no-topic") for slug in shown}
    text = "\n".join((voice.say("faq-head"), "", *(f"• {labels[slug]}: {counts[slug]}" for slug in shown)))
    how = voice.say("faq-how-topic", topic=next((labels[slug] for slug in shown if slug), labels[shown[0]]))
    text += f"\n\n{how}{_further(voice, '', page, last)}"
    rows: Rows = [
        (Button(text=shorten(labels[slug], _LABEL), data=f"{Page.ANSWERS}:{TOPIC}{slug or NO_TOPIC}:0"),)
        for slug in shown
    ]
    return text, _pressable(rows, limits) + _around(voice, page, last, "p:{}")


def entries_page(
    voice: Voice,
    entries: Sequence[Entry],
    topic: str,
    names: Mapping[str, str],
    limits: KeyboardLimits | None,
    page: int,
) -> tuple[str, Rows]:
    """The questions of one topic, or all of them where they are few."""
    per, last, page = _paged(len(entries), limits, page)
    shown = entries[page * per : (page + 1) * per]
    head = voice.say("faq-head") + (f" · {names.get(topic, topic)}" if topic else "")
    text = "\n".join((head, "", *(f"{one.id}. {one.question}" for one in shown)))
    text += f"\n\n{voice.say('faq-how', number=shown[0].id)}{_further(voice, topic, page, last)}"
    rows = _pressable(_entries(shown), limits)
    return text, rows + _around(voice, page, last, f"{TOPIC}{topic or NO_TOPIC}:{{}}")


def _further(voice: Voice, topic: str, page: int, last: int) -> str:
    """How to turn the page in words, behind how to open something on it."""
    if page == last:
        return ""
    # People count from 1.
    said = voice.say("faq-further-topic") if topic else voice.say("faq-further", page=page + 2)
    return f" {said}"


def _entries(entries: Sequence[Entry], number: int | None = None) -> Rows:
    """A button for each; with the number of the question under which they are suggested."""
    of = f":{number}" if number is not None else ""
    return [(Button(text=shorten(one.question, _LABEL), data=f"{Page.ANSWERS}:{one.id}{of}"),) for one in entries]


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
