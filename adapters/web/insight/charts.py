"""Bars and lines as SVG: numbers in, markup out. Pure.

Colours are classes of the style sheet, sizes are attributes: the page allows no style but its own file. Whoever does
not tell colours apart has hatching; whoever does not see the picture has its description and the table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from adapters.web.insight import ticks
from adapters.web.insight.markup import Markup, tag, together
from adapters.web.insight.wording import grouped, short_duration
from bot.conversation.voice import RUSSIAN, Voice

#: As many series can be told apart.
SERIES = 6
#: Hatching of the first series and the others: what is drawn over the colour in a square of 6 by 6.
_HATCHES = (
    "",
    "M-1 1l2-2M0 6l6-6M5 7l2-2",
    "M0 1.500h6M0 4.500h6",
    "M1.500 0v6M4.500 0v6",
    "M-1 5l2 2M0 0l6 6M5-1l2 2",
    "M0 3h6M3 0v6",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """How big a chart is, in pixels of its own; and how many of them are left free for what the axes say."""

    name: str
    width: int
    height: int
    left: int
    top: int = 14
    right: int = 10
    bottom: int = 24
    #: Pixels that a label at the lower axis takes.
    label: int = 50

    @property
    def inner_width(self) -> int:
        return self.width - self.left - self.right

    @property
    def inner_height(self) -> int:
        return self.height - self.top - self.bottom


#: For a phone and for paper; for all else. Scaled down, one chart could not be read on a phone.
NARROW = Canvas(name="narrow", width=320, height=200, left=50)
WIDE = Canvas(name="wide", width=560, height=260, left=56)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One colour of a chart: a value for each bin, None where there is none."""

    name: str
    values: Sequence[float | None]
    #: What it is of, where there is a list of it.
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said of a chart to those who do not see it, and of each bin to those who point at it."""

    #: Unique on its page; part of ids.
    id: str
    title: str
    description: str
    #: At the lower axis; when pointed at.
    labels: Sequence[str]
    hints: Sequence[str]
    #: Speaks the language of all that.
    voice: Voice = RUSSIAN


def stacked_bars(series: Sequence[Series], told: Told, canvas: Canvas) -> Markup:
    """A bar for each bin, in which the series stand upon one another, the first at the bottom."""
    columns = list(zip(*([value or 0 for value in one.values] for one in series), strict=True)) if series else []
    sums = [sum(column) for column in columns] or [0] * len(told.labels)
    marks = ticks.of_counts(round(max(sums, default=0)))
    scale = canvas.inner_height / marks[-1]
    slot = _slot(canvas, told)
    width = min(slot * 0.78, 44)
    paths: list[list[str]] = [[] for _ in series]
    for position, column in enumerate(columns):
        x = canvas.left + slot * (position + 0.5) - width / 2
        bottom = float(canvas.top + canvas.inner_height)
        for path, value in zip(paths, column, strict=True):
            if value:
                bottom -= value * scale
                path.append(f"M{_px(x)} {_px(bottom)}h{_px(width)}v{_px(value * scale)}h{_px(-width)}z")
    ident = f"{told.id}-{canvas.name}"
    return _svg(
        told,
        canvas,
        tag("defs", *(_hatch(f"{ident}-{place}", place) for place in range(1, len(series)))),
        _grid(canvas, [(grouped(mark, told.voice), mark * scale) for mark in marks]),
        *(tag("path", d="".join(path), **_fill(f"{ident}-{place}", place)) for place, path in enumerate(paths) if path),
        _labels(canvas, told),
        None if any(sums) else _nothing(canvas, told.voice.say("figures-no-questions")),
        _hints(canvas, told),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A time to compare with: a line across the chart."""

    #: Class of the style sheet.
    kind: str
    value: timedelta


def lines(series: Sequence[Series], targets: Sequence[Target], told: Told, canvas: Canvas) -> Markup:
    """A line for each series of seconds, broken where there is no value, with the targets across."""
    known = [value for one in series for value in one.values if value is not None]
    highest = timedelta(seconds=max([*known, *(target.value.total_seconds() for target in targets)], default=0))
    marks = ticks.of_times(highest)
    scale = canvas.inner_height / marks[-1].total_seconds()
    slot = _slot(canvas, told)
    floor = canvas.top + canvas.inner_height

    def points(one: Series) -> list[list[tuple[float, float]]]:
        """Runs of neighbours that all have a value."""
        runs: list[list[tuple[float, float]]] = [[]]
        for position, value in enumerate(one.values):
            if value is None:
                runs.append([])
            else:
                runs[-1].append((canvas.left + slot * (position + 0.5), floor - value * scale))
        return [run for run in runs if run]

    return _svg(
        told,
        canvas,
        _grid(canvas, [(short_duration(mark, told.voice), mark.total_seconds() * scale) for mark in marks]),
        *(_target(canvas, target, floor - target.value.total_seconds() * scale) for target in targets),
        *(_line(points(one), place, slot) for place, one in reversed(list(enumerate(series)))),
        _labels(canvas, told),
        None if known else _nothing(canvas, told.voice.say("figures-no-answers")),
        _hints(canvas, told),
    )


def swatch(ident: str, place: int) -> Markup:
    """The sample of a bar's series in a legend."""
    return tag(
        "svg",
        tag("defs", _hatch(ident, place)) if place else None,
        tag("rect", width=16, height=12, rx=2, **_fill(ident, place)),
        viewBox="0 0 16 12",
        width=16,
        height=12,
        aria_hidden="true",
    )


def line_swatch(place: int) -> Markup:
    """The sample of a line's series in a legend."""
    return tag(
        "svg",
        tag("path", d="M1 6h22", class_=f"line line-{place}"),
        tag("circle", cx=12, cy=6, r=3, class_=f"dot dot-{place}"),
        viewBox="0 0 24 12",
        width=24,
        height=12,
        aria_hidden="true",
    )


def target_swatch(kind: str) -> Markup:
    """The sample of a target in a legend."""
    return tag(
        "svg",
        tag("path", d="M0 6h24", class_=f"target-line {kind}"),
        viewBox="0 0 24 12",
        width=24,
        height=12,
        aria_hidden="true",
    )


def share_bar(part: float) -> Markup:
    """A small bar in a table: how much of the largest group this one is."""
    return tag(
        "svg",
        tag("rect", width=100, height=6, rx=3, class_="track"),
        tag("rect", width=max(100 * part, 2.0 if part else 0.0), height=6, rx=3, class_="share"),
        class_="share-bar",
        viewBox="0 0 100 6",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def _svg(told: Told, canvas: Canvas, *children: str | None) -> Markup:
    ident = f"{told.id}-{canvas.name}"
    return tag(
        "svg",
        tag("title", told.title, id=f"{ident}-title"),
        tag("desc", told.description, id=f"{ident}-desc"),
        *children,
        class_=f"chart {canvas.name}",
        role="img",
        aria_labelledby=f"{ident}-title {ident}-desc",
        viewBox=f"0 0 {canvas.width} {canvas.height}",
        width=canvas.width,
        height=canvas.height,
    )


def _slot(canvas: Canvas, told: Told) -> float:
    return canvas.inner_width / max(len(told.labels), 1)


def _grid(canvas: Canvas, marks: Sequence[tuple[str, float]]) -> Markup:
    floor = canvas.top + canvas.inner_height
    return together(
        part
        for place, (text, height) in enumerate(marks)
        for part in (
            tag(
                "line",
                x1=canvas.left,
                x2=canvas.width - canvas.right,
                y1=floor - height,
                y2=floor - height,
                class_="grid" if place else "axis",
            ),
            tag("text", text, x=canvas.left - 6, y=floor - height + 4, text_anchor="end", class_="tick"),
        )
    )


def _labels(canvas: Canvas, told: Told) -> Markup:
    slot = _slot(canvas, told)
    shown = ticks.labelled(len(told.labels), canvas.inner_width // canvas.label)
    return together(
        tag(
            "text",
            told.labels[place],
            x=canvas.left + slot * (place + 0.5),
            y=canvas.height - 7,
            text_anchor="middle",
            class_="tick",
        )
        for place in shown
    )


def _hints(canvas: Canvas, told: Told) -> Markup:
    """Areas that show no colour, and say what stands there."""
    slot = _slot(canvas, told)
    return together(
        tag(
            "rect",
            tag("title", hint),
            x=canvas.left + slot * place,
            y=canvas.top,
            width=slot,
            height=canvas.inner_height,
            class_="hint",
        )
        for place, hint in enumerate(told.hints)
    )


def _nothing(canvas: Canvas, text: str) -> Markup:
    return tag(
        "text",
        text,
        x=canvas.left + canvas.inner_width / 2,
        y=canvas.top + canvas.inner_height / 2,
        text_anchor="middle",
        class_="nothing",
    )


def _line(runs: Sequence[Sequence[tuple[float, float]]], place: int, slot: float) -> Markup:
    path = "".join("M" + "L".join(f"{_px(x)} {_px(y)}" for x, y in run) for run in runs if len(run) > 1)
    # Where points stand close, only those have a dot that no line shows.
    radius = 3.0 if slot >= 12 else 2.0
    dotted = [point for run in runs for point in run if slot >= 7 or len(run) == 1]
    return together(
        (
            tag("path", d=path, class_=f"line line-{place}") if path else None,
            *(tag("circle", cx=x, cy=y, r=radius, class_=f"dot dot-{place}") for x, y in dotted),
        )
    )


def _target(canvas: Canvas, target: Target, y: float) -> Markup:
    return tag("line", x1=canvas.left, x2=canvas.width - canvas.right, y1=y, y2=y, class_=f"target-line {target.kind}")


def _hatch(ident: str, place: int) -> Markup:
    return tag(
        "pattern",
        tag("rect", width=6, height=6, class_=f"series-{place}"),
        tag("path", d=_HATCHES[place], class_="hatch"),
        id=ident,
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    )


def _fill(ident: str, place: int) -> dict[str, str]:
    return {"fill": f"url(#{ident})"} if place else {"class_": "series-0"}


def _px(value: float) -> str:
    return f"{round(value, 1):g}"
