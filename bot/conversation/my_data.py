"""All that is stored about a resident as two files: one for people, one for programs. Pure."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.conversation.voice import Voice
from bot.model.action import Deed
from bot.model.question import Author

#: Texts, numbers, moments; empty ones are left out.
Value = str | int | datetime | None

#: Messages that are more than words of his, or an answer to him: what they are is said.
SPECIAL = (Author.BANNED, Author.COMMENT, Author.REOPENED, Author.INTERIM, Author.CLARIFYING)
#: What he did to a question, or what was done to him there. What officials do among themselves is not about him.
DEEDS = (
    Deed.CLARIFIED,
    Deed.HELPED,
    Deed.TAKEN_BACK,
    Deed.ASKED_AGAIN,
    Deed.RATED,
    Deed.TOLD_LATE,
    Deed.LAPSED,
    Deed.BANNED,
    Deed.UNBANNED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is stored."""

    #: What programs call it, and what people do.
    key: str
    label: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Things that belong together: a question, a message."""

    facts: tuple[Fact, ...]
    parts: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """All records of one kind."""

    key: str
    title: str
    records: tuple[Record, ...]
    #: Says nothing to people that the others do not say.
    for_programs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole of it."""

    service: str
    at: datetime
    sections: tuple[Section, ...]


def to_json(document: Document) -> bytes:
    """For programs."""
    content = {"service": document.service, "made_at": document.at.isoformat(), **_plain_sections(document.sections)}
    return json.dumps(content, ensure_ascii=False, indent=2).encode()


def _plain_sections(sections: Sequence[Section]) -> dict[str, object]:
    return {section.key: [_plain(record) for record in section.records] for section in sections}


def _plain(record: Record) -> dict[str, object]:
    facts = {
        fact.key: fact.value.isoformat() if isinstance(fact.value, datetime) else fact.value
        for fact in record.facts
        if fact.value not in (None, "")
    }
    return {**facts, **_plain_sections(record.parts)}


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:48em;margin:2em auto;padding:0 1em;color:#222}"
    "h1{font-size:1.5em}h2{font-size:1.2em;margin-top:2em}h3{font-size:1em}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2em 1em;margin:.8em 0}dt{color:#666}"
    "dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}"
    "section section{margin-left:1.5em;border-left:2px solid #ddd;padding-left:1em}"
    # On a phone labels stand above what they name: beside them a date would be broken in two.
    "@media(max-width:40em){dl{display:block}dd{margin-bottom:.6em}"
    "section section{margin-left:.2em;padding-left:.6em}}"
)


def to_html(voice: Voice, document: Document, zone: tzinfo) -> bytes:
    """For people: nothing in it runs, and nothing is loaded from elsewhere."""
    title = voice.say("mydata-title", service=document.service)
    made = voice.say("mydata-made", at=_shown(voice, document.at, zone))
    parts = [
        f'<!DOCTYPE html>\n<html lang="{html.escape(voice.language)}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{html.escape(title)}</h1><p>{html.escape(made)}</p>",
        *(_section(voice, section, 2, zone) for section in document.sections if not section.for_programs),
        "</body></html>\n",
    ]
    return "\n".join(parts).encode()


def _section(voice: Voice, section: Section, level: int, zone: tzinfo) -> str:
    records = "\n".join(_record(voice, record, level, zone) for record in section.records)
    records = records or f"<p>{html.escape(voice.say('mydata-nothing'))}</p>"
    return f"<section><h{level}>{html.escape(section.title)}</h{level}>\n{records}</section>"


def _record(voice: Voice, record: Record, level: int, zone: tzinfo) -> str:
    facts = "".join(
        f"<dt>{html.escape(fact.label)}</dt><dd>{html.escape(_shown(voice, fact.value, zone))}</dd>"
        for fact in record.facts
        if fact.value not in (None, "")
    )
    parts = "\n".join(_section(voice, part, level + 1, zone) for part in record.parts if part.records)
    return f"<dl>{facts}</dl>\n{parts}"


def _shown(voice: Voice, value: Value, zone: tzinfo) -> str:
    if not isinstance(value, datetime):
        return str(value)
    local = value.astimezone(zone)
    return voice.say("mydata-at", year=f"{local:%Y}", month=f"{local:%m}", day=f"{local:%d}", clock=f"{local:%H:%M}")
