"""Questions in a list, and the links between its pages. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime

from adapters.web.insight.address import LAST_PAGE, find
from adapters.web.insight.markup import Markup, decoration, spaced, tag, together
from adapters.web.insight.wording import duration, moment
from bot.adapter import Labels
from bot.desk.search import Hit
from bot.model.question import Status
from bot.model.wait import Outcome
from bot.statistics.figures import Behind, By
from bot.statistics.phrases import name, number
from bot.statistics.words import OUTCOMES, STATUSES


def behind(row: Behind, labels: Labels) -> Markup:
    """One wait behind a number."""
    return tag(
        "li",
        tag(
            "p",
            spaced(
                tag("a", f"№\u00a0{row.question}", href=find(str(row.question)), class_="number"),
                _when(row.started_at, labels),
                tag("span", f"ожидание {duration(row.clock)}"),
                tag("span", _outcome(row), class_="badge"),
                _in_time(row),
            ),
            class_="facts",
        ),
        tag("p", row.preview, class_="words"),
        _where(labels, row.channel, row.department, row.topic, row.place),
    )


def _outcome(row: Behind) -> str:
    return STATUSES[Status.CLARIFYING] if row.stands else OUTCOMES.get(row.outcome, row.outcome)


def _in_time(row: Behind) -> Markup | None:
    """Whether somebody was answered in time, or has not yet waited too long; of others it says nothing."""
    if row.is_late:
        return _late("с опозданием" if row.outcome else "просрочен")
    if row.stands or row.outcome not in {"", Outcome.ANSWERED}:
        return None
    return tag("span", "в срок", class_="badge good")


def hit(found: Hit, labels: Labels, now: datetime) -> Markup:
    """One question that was found."""
    return tag(
        "li",
        tag(
            "p",
            spaced(
                tag("span", f"№\u00a0{found.number}", class_="number"),
                _when(found.asked_at, labels),
                tag("span", found.resident) if found.resident else None,
                tag("span", STATUSES[found.status], class_="badge"),
                _late("просрочен") if found.status is Status.OPEN and found.due_at < now else None,
                tag("span", f"ответ {moment(found.answered_at, labels.zone)}", class_="soft")
                if found.answered_at
                else None,
            ),
            class_="facts",
        ),
        tag("p", marked(found.excerpt, found.marks), class_="words"),
        _where(labels, found.channel, found.department, found.topic, found.place),
    )


def marked(text: str, marks: Sequence[tuple[int, int]]) -> Markup:
    """The text with these pieces marked; what does not fit into it is left out."""
    parts: list[str] = []
    at = 0
    for start, end in sorted(marks):
        start, end = max(start, at), min(end, len(text))
        if start < end:
            parts += [text[at:start], tag("mark", text[start:end])]
            at = end
    return together((*parts, text[at:]))


def pager(page: int, total: int, size: int, address: Callable[[int], str]) -> Markup | None:
    """Links to the pages before and after, of `total` rows in pages of `size`."""
    last = min(math.ceil(total / size), LAST_PAGE) - 1
    if page > last >= 0:
        parts = [_turn("← К последней странице", address(last), "prev")]
    elif last > 0:
        parts = [_turn("← Назад", address(page - 1), "prev")] if page > 0 else []
        parts.append(tag("span", f"{number(page + 1)} из {number(last + 1)}"))
        parts += [_turn("Дальше →", address(page + 1), "next")] if page < last else []
    else:
        return None
    return tag(
        "nav",
        spaced(*parts),
        class_="pager",
        aria_label="Страницы",
    )


def _turn(text: str, address: str, rel: str) -> Markup:
    return tag("a", text, href=address, rel=rel, class_="pill")


def _late(text: str) -> Markup:
    return tag("span", decoration("! "), text, class_="badge bad")


def _when(at: datetime, labels: Labels) -> Markup:
    return tag("time", moment(at, labels.zone), datetime=at.isoformat(timespec="minutes"))


def _where(labels: Labels, channel: str, department: str, topic: str, place: str) -> Markup:
    parts = [name(labels, By.CHANNEL, channel), name(labels, By.DEPARTMENT, department)]
    parts += [name(labels, by, value) for by, value in ((By.TOPIC, topic), (By.PLACE, place)) if value]
    return tag("p", " · ".join(parts), class_="soft")
