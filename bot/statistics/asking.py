"""What officials ask figures of: a period, and a department. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from bot.desk.handing import Named, Unclear
from bot.desk.handing import read as read_department
from bot.desk.routing import Department
from bot.statistics.period import Period, Unreadable, read_period
from bot.statistics.written import DAYS, EXAMPLES

#: Departments that a line names at the most, and characters of what was not understood.
_NAMED, _REPEATED = 20, 40
#: No department's name has more words.
_WORDS = 20
#: Letters that forms of a word share at the least, and those of an ending at the most.
_STEM, _ENDING = 4, 2
_WORD = re.compile(r"[^\W_]+")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be counted."""

    period: Period
    #: A slug, empty for the coordinators; None: all that the chat may see.
    department: str | None = None


def read(words: str, today: date, departments: Sequence[Department], *, sees_all: bool) -> Asked | str:
    """The period and the department that these words name, in either order; or why not, in a line.

    `departments`: those that the chat may see. Where it `sees_all`, the coordinators are one of them.
    """
    words = words.strip()
    # A short name may look like a year: it comes first.
    is_slug = words in {one.slug for one in departments}
    found = read_period("" if is_slug else words, today)
    if isinstance(found, Unreadable):
        return found.why
    period, rest = found
    if is_slug:
        return Asked(period=period, department=words)
    if not rest:
        return Asked(period=period)
    if (slug := _department(rest, departments, sees_all=sees_all)) is not None:
        return Asked(period=period, department=slug)
    if rest == words:
        # «energy неделя»
        parts = words.split()
        for at in range(1, min(len(parts), _WORDS)):
            head, tail = " ".join(parts[:at]), " ".join(parts[at:])
            slug = _department(head, departments, sees_all=sees_all)
            behind = read_period(tail, today) if slug is not None else None
            if isinstance(behind, Unreadable):
                return behind.why
            if behind is not None and not behind[1]:
                return Asked(period=behind[0], department=slug)
    return _no_department(rest, departments, sees_all=sees_all)


def slugs(words: str) -> list[str]:
    """What of these words may be the slug of a department that settings do not have any more."""
    found = (word.lower() for word in words.split()[:_WORDS])
    return list(dict.fromkeys(word for word in found if is_slug(word)))


def is_slug(text: str) -> bool:
    """Whether a department may go by this short name."""
    return _SLUG.fullmatch(text) is not None


def _department(wanted: str, departments: Sequence[Department], *, sees_all: bool) -> str | None:
    """The slug of the one department that all of these words mean; None: they mean none, or several."""
    read = read_department(wanted, departments)
    if not isinstance(read, Named) or read.reason or (not read.slug and not sees_all):
        named = _by_words(wanted, departments)
        return named[0].slug if len(named) == 1 else None
    return read.slug


def _by_words(wanted: str, departments: Sequence[Department]) -> list[Department]:
    """The departments in whose name all of these words are, in whatever form."""
    words = set(_words(wanted))
    return [
        one
        for one in departments
        if 0 < len(words) <= _WORDS
        and all(any(_are_forms(word, other) for other in _words(one.name)) for word in words)
    ]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("ё", "е"))


def _are_forms(one: str, other: str) -> bool:
    """Whether these may be forms of one word: they differ in an ending of two letters at the most."""
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return one == other or (common >= _STEM and max(len(one), len(other)) - common <= _ENDING)


def _no_department(wanted: str, departments: Sequence[Department], *, sees_all: bool) -> str:
    shown = wanted if len(wanted) <= _REPEATED else f"{wanted[:_REPEATED]}…"
    if not departments:
        return f"Не понимаю «{shown}»: это не дни, а отделов в настройках нет. {EXAMPLES}"
    read = read_department(wanted, departments)
    found = read.found if isinstance(read, Unclear) else departments
    if len(found) == len(departments):
        found = _by_words(wanted, departments) or departments
    names = ", ".join(f"{one.slug} — {one.name}" for one in found[:_NAMED])
    more = f" и ещё {len(found) - _NAMED}" if len(found) > _NAMED else ""
    if len(found) < len(departments):
        return f"«{shown}» — так называется не один отдел: {names}{more}. Напишите короткое имя."
    if not sees_all:
        return f"Отдела «{shown}» в этом чате нет, здесь можно посчитать: {names}{more}. {DAYS}"
    return f"Отдела «{shown}» нет. Есть: {names}{more}. {DAYS}"
