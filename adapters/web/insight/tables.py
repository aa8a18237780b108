"""Figures by department, topic, place, channel and source: the largest groups at once, the others on demand. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from adapters.web.insight.address import Asked, Viewer, is_source
from adapters.web.insight.charts import share_bar
from adapters.web.insight.markup import Markup, tag, together
from adapters.web.insight.wording import NOTHING, decimal, duration, grouped, hard, name
from bot.adapter import Labels
from bot.conversation.voice import RUSSIAN, Voice
from bot.statistics import words
from bot.statistics.figures import By, Figures, Report, What
from bot.statistics.phrases import known

#: Groups that are shown at once; on paper the style sheet leaves five of them.
SHOWN = 15

#: Where the figures of one group are, and where its lists are; None: nowhere.
Link = Callable[[str], Asked | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One group of a table."""

    name: str
    #: None: too few to be told.
    figures: Figures | None
    #: Where the lists behind its numbers are.
    there: Asked | None = None


@dataclass(frozen=True, slots=True)
class _Column:
    #: One of `bot.statistics.words`.
    head: str
    #: What it says of figures whose lists are there.
    cell: Callable[[Figures, Asked | None, Voice], str]
    is_printed: bool = True


def _counted(what: What, *, called: str = "", is_printed: bool = True) -> _Column:
    def cell(figures: Figures, there: Asked | None, voice: Voice) -> str:
        value: int = getattr(figures.counts, what)
        said = grouped(value, voice)
        return tag("a", said, href=there.behind(what)) if there and value else said

    return _Column(called or words.COUNTS[what], cell, is_printed)


_COLUMNS = (
    _counted(What.RECEIVED),
    _counted(What.ANSWERED),
    _counted(What.OPEN, is_printed=False),
    _counted(What.OVERDUE),
    _Column(words.MEAN, lambda figures, _, voice: duration(figures.clock.mean, voice)),
    _Column(words.MEDIAN, lambda figures, _, voice: duration(figures.clock.median, voice), is_printed=False),
    _Column(words.P90, lambda figures, _, voice: duration(figures.clock.p90, voice), is_printed=False),
)
#: Of departments, where questions went from one to another: what came so, and what went and is counted elsewhere.
_HANDED = (
    _counted(What.HANDED_OVER, called=words.CAME, is_printed=False),
    _Column(words.HANDED_ON, lambda figures, _, voice: grouped(figures.counts.handed_on, voice), is_printed=False),
)


def all_of(report: Report, asked: Asked, viewer: Viewer) -> list[Markup]:
    """A table for each way of splitting that says more than the whole does."""
    return [
        of_groups(by, groups, viewer.labels, partial(narrowed, asked, viewer, by))
        for by in words.GROUPS
        if (groups := report.by.get(by, {})) and set(groups) not in ({""}, {asked.chosen.get(by)})
    ]


def narrowed(asked: Asked, viewer: Viewer, by: By, value: str) -> Asked | None:
    """The address of one group alone; None where nothing can be chosen by it, or not any more."""
    match by:
        case By.DEPARTMENT:
            can_be_chosen = value in viewer.departments or viewer.may_have_had(value)
        case By.SOURCE:
            can_be_chosen = is_source(value)
        case By.CHANNEL:
            can_be_chosen = value in viewer.labels.channels
        case _:
            can_be_chosen = not value or value in known(viewer.labels, by)
    return asked.only(by, value) if can_be_chosen else None


def of_groups(
    by: By,
    groups: Mapping[str, Figures],
    labels: Labels,
    link: Link = lambda _: None,
    *,
    rated: int = 1,
    voice: Voice = RUSSIAN,
) -> Markup:
    """The groups in the order in which they come; `rated`: of fewer residents no rating is shown."""
    largest = max((figures.counts.received for figures in groups.values()), default=0)
    lines = [_group(name(labels, by, value, voice), figures, link(value), largest) for value, figures in groups.items()]
    # One more line takes no more room than the words that hide it.
    shown = SHOWN if len(lines) > SHOWN + 1 else len(lines)
    rest = lines[shown:]
    has_ratings = any(figures.counts.rated >= rated for figures in groups.values())
    handed = _HANDED if any(figures.counts.handed_on for figures in groups.values()) else ()

    def lined(title: str, part: Sequence[Line]) -> Markup:
        rated_by = rated if has_ratings else None
        return table(title, voice.say("figures-name"), part, rated=rated_by, more=handed, voice=voice)

    title = voice.ours("statistics", words.GROUPS[by])
    return tag(
        "section",
        tag("h2", title),
        lined(title, lines[:shown]),
        tag(
            "details",
            tag("summary", hard(voice.count(f"figures-more-{by}", len(rest), count=grouped(len(rest), voice)))),
            lined(voice.say("figures-continued", what=title), rest),
            class_="beside",
        )
        if rest
        else None,
        class_="panel group",
    )


def table(
    title: str,
    first: str,
    lines: Sequence[Line],
    *,
    rated: int | None,
    more: Sequence[_Column] = (),
    voice: Voice = RUSSIAN,
) -> Markup:
    """A table of figures that scrolls by itself where it is wider than the page; `rated` None: without ratings."""
    columns = [*_COLUMNS, *more, *([_ratings(rated)] if rated is not None else [])]
    head = tag(
        "tr",
        tag("th", first, scope="col"),
        *(tag("th", voice.ours("statistics", column.head), scope="col", class_=_class(column)) for column in columns),
    )
    body = (
        tag(
            "tr",
            tag("th", line.name, scope="row"),
            *(
                (tag("td", column.cell(line.figures, line.there, voice), class_=_class(column)) for column in columns)
                if line.figures is not None
                else (tag("td", voice.say("figures-few"), colspan=len(columns)),)
            ),
        )
        for line in lines
    )
    return tag(
        "div",
        tag("table", tag("thead", head), tag("tbody", *body)),
        class_="scroll",
        tabindex=0,
        role="region",
        aria_label=voice.say("figures-table-of", what=title),
    )


def _group(name: str, figures: Figures, there: Asked | None, largest: int) -> Line:
    linked = tag("a", name, href=there.report()) if there else name
    bar = share_bar(figures.counts.received / largest if largest else 0)
    return Line(name=together((tag("span", linked, class_="name"), bar)), figures=figures, there=there)


def _ratings(least: int) -> _Column:
    def cell(figures: Figures, _: Asked | None, voice: Voice) -> str:
        rating = figures.counts.rating
        return NOTHING if rating is None or figures.counts.rated < least else decimal(rating, voice=voice)

    return _Column(words.RATING, cell, is_printed=False)


def _class(column: _Column) -> str | None:
    return None if column.is_printed else "more"
