"""What changed against the period before: in words and by an arrow, never by a colour alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from adapters.web.insight.markup import Markup, decoration, tag, unseen
from adapters.web.insight.wording import decimal, duration, percent
from bot.statistics.phrases import number


class Tone(StrEnum):
    """What a change means; the values are classes of the style sheet."""

    BETTER = "good"
    WORSE = "bad"
    NEITHER = "same"


_TONES = {Tone.BETTER: "лучше", Tone.WORSE: "хуже"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How one figure moved."""

    #: Above zero: it grew.
    sign: int = 0
    #: By how much: «на 12 (8 %)»; or that there is nothing to compare with.
    text: str
    tone: Tone = Tone.NEITHER

    def shown(self) -> Markup:
        """As a line under the figure."""
        tone = _TONES.get(self.tone)
        return tag(
            "span",
            *((decoration("▲ "), unseen("больше ")) if self.sign > 0 else ()),
            *((decoration("▼ "), unseen("меньше ")) if self.sign < 0 else ()),
            self.text,
            f", {tone}" if tone else None,
            class_=f"change {self.tone}",
        )


_NONE_BEFORE = Change(text="не с чем сравнить")
_SAME = Change(text="без изменений")


def of_count(now: int, before: int) -> Change:
    """A count: more is neither better nor worse."""
    if now == before:
        return _SAME
    by = abs(now - before)
    share = f" ({percent(by / before)})" if before else ""
    return Change(sign=_sign(now - before), text=f"на {number(by)}{share}")


def of_share(now: float | None, before: float | None) -> Change:
    """A part of what was received, of which less is better; None: nothing was received."""
    if now is None or before is None:
        return _NONE_BEFORE
    points = round((now - before) * 100, 1)
    if not points:
        return _SAME
    return Change(
        sign=_sign(points),
        text=f"на {decimal(abs(points))} п.\u00a0п.",
        tone=Tone.WORSE if points > 0 else Tone.BETTER,
    )


def of_time(now: timedelta | None, before: timedelta | None) -> Change:
    """A time that somebody waited: less is better."""
    if now is None or before is None:
        return _NONE_BEFORE
    by = now - before
    if abs(by) < timedelta(minutes=1):
        return _SAME
    share = f" ({percent(abs(by) / before)})" if before else ""
    return Change(
        sign=_sign(by.total_seconds()),
        text=f"на {duration(abs(by))}{share}",
        tone=Tone.WORSE if by > timedelta(0) else Tone.BETTER,
    )


def of_rating(now: float | None, before: float | None) -> Change:
    """What residents gave: more is better."""
    if now is None or before is None:
        return _NONE_BEFORE
    by = round(now - before, 1)
    if not by:
        return _SAME
    return Change(sign=_sign(by), text=f"на {decimal(abs(by))}", tone=Tone.BETTER if by > 0 else Tone.WORSE)


def _sign(by: float) -> int:
    return 1 if by > 0 else -1
