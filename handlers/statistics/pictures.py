"""The figures of a period as a picture for a phone. Slow to import and to draw: for a process of its own."""

from __future__ import annotations

import bisect
import io
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, MultipleLocator

from bot.adapter import Labels
from bot.statistics import picture_texts as texts
from bot.statistics.bins import Step, step_for
from bot.statistics.figures import Day, Report
from bot.statistics.phrases import number
from bot.statistics.picture_texts import Series
from bot.statistics.words import ANSWER_TIME_BY, RECEIVED_BY

#: Pixels. A phone shows the whole width, so one pixel of ours is a third of a point there.
WIDTH, HEIGHT = 1080, 1350
_DPI = 200
#: Points: what is smaller than 9 is not read on a phone.
_SMALL, _PLAIN, _HEAD, _FIGURE = 9.0, 9.5, 11.5, 19.0
_LEAST = 6.0
#: Part of the height that a line of names takes.
_LINE = 0.0235
#: Parts of the width: where text begins and ends, where the charts do; the names of the targets stand to the right.
_LEFT, _RIGHT = 0.055, 0.965
_CHART_LEFT, _CHART_RIGHT = 0.125, 0.825
_INK, _FAINT, _GRID = "#1a1a1a", "#5a5a5a", "#dddddd"
#: Okabe and Ito's colours, which those see apart who do not see all colours; and a grey for the rest.
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9")
_REST = "#999999"
_MEAN, _MEDIAN, _OWN, _COUNTRY = "#0072b2", "#d55e00", "#007355", "#444444"
#: Where the main figures stand, and how wide all but the last may be.
_TILES, _TILE = (_LEFT, 0.31, 0.565), 0.235
#: Labels that fit under a chart.
_TICKS = 8
#: Points that the name of a target takes in height.
_TWO_LINES = 22
#: A bar of a period of one or two days would else fill the chart.
_FEWEST_BARS = 5
#: Values that stand out so far that all others would lie on the ground are cut off, and their numbers said.
_STANDS_OUT = 2.5
#: Hours between the marks of an axis of time.
_HOURS = (0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 72, 120, 240, 480, 720)
_STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    # Names may hold dollars: they are no formulas.
    "text.parse_math": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": _FAINT,
    "axes.axisbelow": True,
    "text.color": _INK,
    "xtick.color": _FAINT,
    "ytick.color": _FAINT,
}


def draw(report: Report, labels: Labels) -> bytes:
    """The picture as PNG of WIDTH x HEIGHT pixels."""
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # A name may hold signs that the font has not, such as emoji: a box stands there.
        warnings.simplefilter("ignore", UserWarning)
        figure = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI, facecolor="white")
        FigureCanvasAgg(figure)
        _head(figure, report, labels)
        step, bins = step_for(report.scope.period), report.bins
        _received(figure, bins, step, texts.series(bins, labels))
        _answer_times(figure, bins, step, labels)
        _text(figure, _LEFT, 0.014, texts.foot(report, labels.zone), size=7.5, colour=_FAINT)
        into = io.BytesIO()
        # Without the name of the program, the same figures give the same bytes.
        figure.savefig(into, format="png", dpi=_DPI, metadata={"Software": None})
        return into.getvalue()


# --- the head ----------------------------------------------------------------------------------------------------


def _head(figure: Figure, report: Report, labels: Labels) -> None:
    """What it is about, and the main figures beside those of the period before."""
    _text(figure, _LEFT, 0.957, texts.title(report), size=14, bold=True)
    _text(figure, _LEFT, 0.933, texts.subtitle(report, labels), size=_SMALL, colour=_FAINT)
    for left, tile in zip(_TILES, texts.tiles(report), strict=True):
        _text(figure, left, 0.902, tile.name, size=_SMALL, colour=_FAINT)
        _text(figure, left, 0.864, tile.figure, size=_FIGURE, bold=True, width=_TILE if left < _TILES[-1] else None)
        _text(figure, left, 0.843, tile.before, size=8, colour=_FAINT)


# --- what came ---------------------------------------------------------------------------------------------------


def _received(figure: Figure, bins: Sequence[Day], step: Step, series: Sequence[Series]) -> None:
    """Bars, the channels one upon another."""
    _text(figure, _LEFT, 0.799, RECEIVED_BY[step], size=_HEAD, bold=True)
    for place, one in enumerate(series):
        left = _LEFT + (place % 2) * 0.465
        bottom = 0.774 - (place // 2) * _LINE
        figure.add_artist(Rectangle((left, bottom), 0.024, 0.0145, facecolor=_colour(place, one), linewidth=0))
        _text(figure, left + 0.037, bottom + 0.0005, one.name, size=_PLAIN, width=0.41, ending=f" · {one.total}")
    axes = _axes(figure, 0.495, 0.782 - math.ceil(len(series) / 2) * _LINE, len(bins))
    ground = [0] * len(bins)
    for place, one in enumerate(series):
        # The white edge tells neighbours apart whatever their colours.
        axes.bar(range(len(bins)), one.counts, 0.8, ground, color=_colour(place, one), edgecolor="white", linewidth=0.5)
        ground = [below + count for below, count in zip(ground, one.counts, strict=True)]
    highest = max(ground, default=0)
    axes.set_ylim(0, max(highest, 1) * 1.12)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: texts.short_number(value))
    _label_bins(axes, bins, step)
    if not highest:
        _say(axes, texts.NOTHING_CAME)
    elif len(bins) <= 16 and highest < 1000:
        for place, count in enumerate(ground):
            if count:
                axes.annotate(
                    number(count), (place, count), (0, 2), textcoords="offset points", ha="center", fontsize=8
                )


def _colour(place: int, series: Series) -> str:
    return _REST if series.is_rest else _COLOURS[place]


# --- how fast it was answered ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line of the chart of times. Colour, dashes and marks tell it from the other: each would do alone."""

    name: str
    #: Hours; no number: nothing was answered.
    values: Sequence[float]
    colour: str
    dashes: Literal["-", "--"]
    marker: str
    width: float


def _answer_times(figure: Figure, bins: Sequence[Day], step: Step, labels: Labels) -> None:
    """Lines of mean and median with gaps where nothing was answered, against the two targets."""
    _text(figure, _LEFT, 0.405, ANSWER_TIME_BY[step], size=_HEAD, bold=True)
    axes = _axes(figure, 0.092, 0.362, len(bins))
    lines = _lines(bins)
    own, country = _hours(labels.targets.own), _hours(labels.targets.country)
    values = [value for line in lines for value in line.values if not math.isnan(value)]
    ceiling = _ceiling(values, max(own, country))
    left = _LEFT
    for line in lines:
        _plot(axes, line, ceiling, size=5.5 if len(bins) <= 16 else 3.5)
        left = _key(figure, line, left)
    axes.set_ylim(0, ceiling)
    axes.yaxis.set_major_locator(MultipleLocator(_hour_step(ceiling)))
    axes.yaxis.set_major_formatter(lambda value, _: texts.hours(value))
    _label_bins(axes, bins, step)
    _targets(axes, own, country)
    _say_cut_off(axes, bins, ceiling, lines)
    if not values:
        _say(axes, texts.NOTHING_ANSWERED)


def _lines(bins: Sequence[Day]) -> tuple[_Line, _Line]:
    mean, median = [_hours(one.clock.mean) for one in bins], [_hours(one.clock.median) for one in bins]
    return (
        _Line(name=texts.MEAN, values=mean, colour=_MEAN, dashes="-", marker="o", width=2.2),
        _Line(name=texts.MEDIAN, values=median, colour=_MEDIAN, dashes="--", marker="s", width=1.6),
    )


def _plot(axes: Axes, line: _Line, ceiling: float, *, size: float) -> None:
    places = range(len(line.values))
    shown = [value if value <= ceiling else math.nan for value in line.values]
    axes.plot(places, line.values, line.dashes, color=line.colour, linewidth=line.width)
    # Marks may stand on the edge, lines end there; a day between two gaps has a mark alone.
    axes.plot(places, shown, line.marker, color=line.colour, markersize=size, linestyle="none", clip_on=False)


def _key(figure: Figure, line: _Line, left: float) -> float:
    """A piece of the line with its name; returns where the next may stand."""
    figure.add_artist(
        Line2D(
            [left, left + 0.03, left + 0.06],
            [0.3875] * 3,
            color=line.colour,
            linestyle=line.dashes,
            linewidth=line.width,
            marker=line.marker,
            markevery=[1],
            markersize=5.5,
        )
    )
    return _text(figure, left + 0.072, 0.382, line.name, size=_PLAIN) + 0.04


def _targets(axes: Axes, own: float, country: float) -> None:
    """The two lines to compare with, each with its name beside it."""
    points = axes.get_position().height * HEIGHT / _DPI * 72
    apart = abs(own - country) / axes.get_ylim()[1] * points
    for value, colour, dashes, name in (
        (own, _OWN, (0, (6, 2)), texts.own_target(own)),
        (country, _COUNTRY, (0, (1, 1.6)), texts.country_target(country)),
    ):
        axes.axhline(value, color=colour, linewidth=1.3, linestyle=dashes)
        # Where the lines are close, one name stands above its line and one below.
        is_higher = value > (own + country) / 2 or (own == country and colour is _COUNTRY)
        close = "bottom" if is_higher else "top"
        axes.annotate(
            name,
            (1, value),
            (5, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="left",
            va="center" if apart > _TWO_LINES else close,
            fontsize=8,
            linespacing=1.1,
            color=colour,
            fontweight="bold",
        )


def _ceiling(values: Sequence[float], target: float) -> float:
    """Up to where the axis goes, in hours."""
    ordered = sorted(values) or [0.0]
    most = 1.3 * max(target, ordered[(len(ordered) * 3) // 4])
    highest = 1.12 * max(ordered[-1], 1.12 * target)
    return most * 1.1 if highest > _STANDS_OUT * most else highest


def _say_cut_off(axes: Axes, bins: Sequence[Day], ceiling: float, lines: Sequence[_Line]) -> None:
    """An arrow for every value beyond the axis, and the numbers of the highest three."""
    highest = [max((line.values[place] for line in lines), default=0.0) for place in range(len(bins))]
    beyond = sorted(
        (place for place in range(len(bins)) if highest[place] > ceiling), key=lambda place: -highest[place]
    )
    said: list[int] = []
    for place in beyond:
        axes.plot([place], [ceiling * 0.985], "^", color=_MEAN, markersize=6, clip_on=False)
        # Numbers beside each other would stand upon one another.
        if len(said) == 3 or any(abs(place - other) <= len(bins) / 6 for other in said):
            continue
        said.append(place)
        is_left = place <= len(bins) / 2
        axes.annotate(
            texts.hours(highest[place]),
            (place, ceiling),
            (6 if is_left else -6, 0),
            textcoords="offset points",
            ha="left" if is_left else "right",
            va="center",
            fontsize=8.5,
            fontweight="bold",
            color=_MEAN,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )


def _hours(span: timedelta | None) -> float:
    return span.total_seconds() / 3600 if span is not None else math.nan


def _hour_step(ceiling: float) -> float:
    """Marks at hours that people count in."""
    return next((step for step in _HOURS if ceiling / step <= 6), math.ceil(ceiling / 6 / 720) * 720)


# --- both --------------------------------------------------------------------------------------------------------


def _axes(figure: Figure, bottom: float, top: float, bars: int) -> Axes:
    axes = figure.add_axes((_CHART_LEFT, bottom, _CHART_RIGHT - _CHART_LEFT, top - bottom))
    room = max(_FEWEST_BARS - bars, 0) / 2
    axes.set_xlim(-0.6 - room, bars - 0.4 + room)
    axes.tick_params(labelsize=_SMALL, length=0, pad=4)
    axes.tick_params(axis="x", length=3)
    axes.grid(axis="y", color=_GRID, linewidth=0.8)
    return axes


def _label_bins(axes: Axes, bins: Sequence[Day], step: Step) -> None:
    """The days below: as many as have room."""
    every = max(1, math.ceil(len(bins) / _TICKS))
    places = list(range(0, len(bins), every))
    axes.set_xticks(places, [texts.bin_label(bins[place], step, is_first=place == 0) for place in places])


def _say(axes: Axes, text: str) -> None:
    axes.text(
        0.5,
        0.25,
        text,
        transform=axes.transAxes,
        ha="center",
        va="center",
        fontsize=11,
        color=_FAINT,
        backgroundcolor="white",
    )


def _text(
    figure: Figure,
    left: float,
    bottom: float,
    text: str,
    *,
    size: float,
    colour: str = _INK,
    bold: bool = False,
    width: float | None = None,
    ending: str = "",
) -> float:
    """Write a line of at most this width (of the whole: up to the right edge); returns where it ends.

    What is too long is written smaller; what is still too long is cut, its ending never.
    """
    artist = figure.text(
        left, bottom, text + ending, fontsize=size, color=colour, fontweight="bold" if bold else "normal"
    )
    room = (width if width is not None else _RIGHT - left) * WIDTH
    taken = _width(artist)
    if taken > room:
        artist.set_fontsize(max(size * room / taken, size * 0.85, _LEAST))

        def fits(kept: str) -> bool:
            artist.set_text(kept + ending)
            return _width(artist) <= room

        shorter = [text, *_shorter(text)]
        # Not one after the other: measuring each of five hundred letters takes seconds.
        longest = bisect.bisect_left(shorter, True, key=fits)
        artist.set_text(shorter[min(longest, len(shorter) - 1)] + ending)
    return left + _width(artist) / WIDTH


def _shorter(text: str) -> Sequence[str]:
    return [f"{text[:length].rstrip()}…" for length in range(len(text) - 1, 0, -1)]


def _width(artist: Text) -> float:
    return artist.get_window_extent().width
