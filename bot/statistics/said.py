"""How figures are told in a chat: the answer to `/stats`, the report of a week. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from bot.adapter import Labels
from bot.capabilities import TextUnit
from bot.delivery.fit import Draft
from bot.delivery.split import shorten
from bot.desk.cards import number
from bot.model.message import Span, Style
from bot.plural import plural
from bot.statistics.figures import By, Counts, Figures, LongWait, Report, Times, What
from bot.statistics.phrases import by_how_much, days, name, span, verdict
from bot.statistics.phrases import number as _n
from bot.statistics.words import CAME, COUNTS, GROUPS, HANDED_ON, INTERIMS, UNANSWERED

#: Groups that are named; the rest are counted.
_NAMED = 3
#: Units of a name that are shown (a source is whatever a link says), and of several in the heading.
_NAME, _WHOSE = 40, 120
_NOT_DONE = {
    "stats": "Статистику посчитать не получилось. Попробуйте ещё раз чуть позже.",
    "export": "Таблицу собрать не получилось. Попробуйте ещё раз чуть позже.",
    "report": "Отчёт за неделю собрать не получилось. Посмотреть цифры: /stats прошлая неделя",
}


def not_done(kind: str) -> str:
    """To whoever asked for a chore of this kind, or would have read what comes of it."""
    return f"⚠️ {_NOT_DONE.get(kind, 'Это сделать не получилось. Попробуйте ещё раз чуть позже.')}"


def statistics(report: Report, labels: Labels, *, whose: str = "", reply_to: str = "") -> Draft:
    """The figures of a period in a few lines; `whose`: of which departments they are, empty: of all."""
    head = f"📊 {days(report.scope.period)}" + (f" · {shorten(whose, _WHOSE, TextUnit.UTF16)}" if whose else "")
    if not report.total.counts.received:
        handed_on = report.total.counts.handed_on
        return _draft(
            head, [f"Все вопросы переданы другим: {_n(handed_on)}." if handed_on else "Вопросов не было."], reply_to
        )
    before = days(report.scope.period.before())
    anything = report.before.counts.received > 0
    return _draft(
        head,
        [
            *_counts(
                report.total.counts,
                report.before.counts if anything else None,
                of_departments=report.scope.departments is not None,
            ),
            "",
            *_answers(report.total, report.before, labels),
            *_rating(report.total.counts),
            "",
            *_groups(report, labels),
            f"Стрелки — по сравнению с {before} на тот же момент."
            if anything
            else f"Сравнить не с чем: за {before} на тот же момент вопросов не было.",
        ],
        reply_to,
    )


def _draft(head: str, lines: Iterable[str], reply_to: str = "") -> Draft:
    text = "\n".join((head, "", *lines))
    return Draft(text=text, spans=(Span(start=0, end=len(head), style=Style.BOLD),), reply_to=reply_to)


def _counts(now: Counts, before: Counts | None, *, of_departments: bool) -> list[str]:
    def line(what: What, told: str = "", *, called: str = "") -> str:
        value = getattr(now, what)
        return f"{called or COUNTS[what]}: {_n(value)}{_arrow(value, getattr(before, what)) if before else ''}{told}"

    clarifying = f"{COUNTS[What.CLARIFYING].lower()} от жителя: {_n(now.clarifying)}"
    why = ", ".join(f"{COUNTS[what].lower()} {_n(n)}" for what in UNANSWERED if (n := getattr(now, what)))
    lines = [
        line(What.RECEIVED, f", из них снова открыто {_n(now.reopened)}" if now.reopened else ""),
        line(What.ANSWERED),
        line(What.OPEN, f", {clarifying}" if now.clarifying else ""),
        line(What.OVERDUE),
    ]
    if now.unanswered:
        lines.append(line(What.UNANSWERED, f" ({why})"))
    if now.handed_over:
        lines.append(line(What.HANDED_OVER, called=CAME if of_departments else ""))
    if now.handed_on and of_departments:
        lines.append(f"{HANDED_ON}: {_n(now.handed_on)}")
    if now.interims:
        arrow = _arrow(now.interims, before.interims) if before else ""
        lines.append(f"{INTERIMS}: {_n(now.interims)}{arrow}")
    if now.helped:
        lines.append(line(What.SIMILAR))
    return lines


def _arrow(now: int, before: int) -> str:
    return f" ({'↑' if now > before else '↓'} {_n(abs(now - before))})" if now != before else ""


def _answers(now: Figures, before: Figures, labels: Labels) -> list[str]:
    mean = now.clock.mean
    if mean is None:
        return ["Ответов пока нет."]
    lines = [f"Первый ответ: {_spread(now.clock, _time_arrow(now.clock, before.clock))}"]
    if now.worked.count:
        some = (
            f" (известно о {_n(now.worked.count)} из {_n(now.clock.count)})"
            if now.worked.count < now.clock.count
            else ""
        )
        lines.append(f"В рабочее время: {_spread(now.worked)}{some}")
    own, country = labels.targets.own, labels.targets.country
    lines.append(f"Цель {span(own)}: {verdict(mean, own)}. По стране {span(country)}: {verdict(mean, country)}.")
    return lines


def _spread(times: Times, arrow: str = "") -> str:
    if times.mean is None or times.median is None or times.p90 is None:
        return "—"
    return f"в среднем {span(times.mean)}{arrow}, половина — до {span(times.median)}, 9 из 10 — до {span(times.p90)}"


def _time_arrow(now: Times, before: Times) -> str:
    if now.mean is None or before.mean is None or abs(now.mean - before.mean) < timedelta(seconds=30):
        return ""
    return f" ({'↑' if now.mean > before.mean else '↓'} {span(abs(now.mean - before.mean))})"


def _rating(counts: Counts) -> list[str]:
    if counts.rating is None:
        return []
    given = f"{_n(counts.rated)} {plural(counts.rated, 'оценка', 'оценки', 'оценок')}"
    return [f"Оценка: {_decimal(counts.rating)} из 5 ({given})"]


def _decimal(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def _groups(report: Report, labels: Labels) -> list[str]:
    """The largest groups, a line for each way to split; where there is but one group it says nothing new."""
    lines = []
    for by, title in GROUPS.items():
        groups = {value: one for value, one in report.by.get(by, {}).items() if one.counts.received}
        if len(groups) < 2:
            continue
        named = list(groups.items())[:_NAMED]
        parts = [f"{_short(name(labels, by, value))} — {_group(figures)}" for value, figures in named]
        rest = sum(figures.counts.received for figures in list(groups.values())[_NAMED:])
        lines.append(f"{title}: {', '.join(parts)}" + (f", другие — {_n(rest)}" if rest else ""))
    return ["Больше всего вопросов (в скобках — первый ответ в среднем):", *lines, ""] if lines else []


def _group(figures: Figures) -> str:
    mean = figures.clock.mean
    return _n(figures.counts.received) + (f" ({span(mean)})" if mean is not None else "")


def _short(text: str) -> str:
    return shorten(" ".join(text.split()), _NAME, TextUnit.UTF16)


# --- the week ------------------------------------------------------------------------------------------------------

#: Less than that is no news: of a mean time, of a share of all questions.
_TIME, _TIME_SHARE, _SHARE = timedelta(minutes=5), 0.05, 0.01
#: A department is compared when it has answered so often in both weeks; so many are named of each kind.
_ENOUGH, _DEPARTMENTS = 5, 2


def weekly(report: Report, labels: Labels) -> Draft:
    """The report of a week beside the week before."""
    head = f"📈 Неделя {days(report.scope.period)}"
    now, before = report.total, report.before
    counts, was = now.counts, before.counts.received
    if not counts.received:
        return _draft(head, [f"Вопросов не было (неделей раньше — {_n(was)})."])
    waiting = f"ждут ответа {_n(counts.open)}" + (
        f", ждём уточнения {_n(counts.clarifying)}" if counts.clarifying else ""
    )
    lines = [
        f"Поступило {_n(counts.received)}{_arrow(counts.received, was) if was else ''}, отвечено "
        f"{_n(counts.answered)}, {waiting}, просрочено {_n(counts.overdue)}.",
        *_answers(now, before, labels),
        *_rating(counts),
    ]
    better, worse = _changes(report, labels)
    if was and not (better or worse):
        lines += ["", "Заметных перемен за неделю нет."]
    for title, told in (("👍 Стало лучше", better), ("👎 Стало хуже", worse)):
        if told:
            lines += ["", f"{title}:", *(f"• {one}" for one in told)]
    if report.longest:
        lines += ["", "Дольше всего ждали:", *(_long(one, labels) for one in report.longest)]
    return _draft(head, lines)


def _long(one: LongWait, labels: Labels) -> str:
    end = "отвечен" if one.is_answered else "ещё без ответа"
    return f"{number(one.question)} · {_short(name(labels, By.DEPARTMENT, one.department))} · {span(one.clock)}, {end}"


def _changes(report: Report, labels: Labels) -> tuple[list[str], list[str]]:
    """What got better and what got worse since the week before, in plain words."""
    now, before = report.total, report.before
    better: list[str] = []
    worse: list[str] = []
    if (slower := _slower(now.clock, before.clock)) is not None:
        told = f"в среднем {span(now.clock.mean or slower)} вместо {span(before.clock.mean or slower)}"
        if slower < timedelta(0):
            better.append(f"отвечаем быстрее: {told}")
        else:
            worse.append(f"отвечаем медленнее: {told}")
    for what, share in (("просроченных", "overdue"), ("переданных другому отделу", "handed_over")):
        is_, was = (_share(one.counts, share) for one in (now, before))
        # What reads the same is no news either.
        if is_ is None or was is None or abs(is_ - was) < _SHARE or _percent(is_) == _percent(was):
            continue
        told = f"{what}: {_percent(is_)} вместо {_percent(was)}"
        if is_ < was:
            better.append(f"меньше {told}")
        else:
            worse.append(f"больше {told}")
    stars, were = now.counts.rating, before.counts.rating
    if stars is not None and were is not None and _decimal(stars) != _decimal(were):
        told = f"{_decimal(stars)} вместо {_decimal(were)}"
        if stars > were:
            better.append(f"оценка выше: {told}")
        else:
            worse.append(f"оценка ниже: {told}")
    faster, slower_ones = _departments(report.by.get(By.DEPARTMENT, {}), report.before_departments)
    better += [f"{_short(name(labels, By.DEPARTMENT, one))}: быстрее на {by_how_much(-by)}" for one, by in faster]
    worse += [f"{_short(name(labels, By.DEPARTMENT, one))}: медленнее на {by_how_much(by)}" for one, by in slower_ones]
    return better, worse


def _departments(
    now: Mapping[str, Figures], before: Mapping[str, Figures]
) -> tuple[Sequence[tuple[str, timedelta]], Sequence[tuple[str, timedelta]]]:
    """The departments that became faster, and slower, most of all; where there is but one it says nothing new."""
    if len(now) < 2:
        return (), ()
    changed = [
        (one, by)
        for one, figures in now.items()
        if one in before
        and min(figures.clock.count, before[one].clock.count) >= _ENOUGH
        and (by := _slower(figures.clock, before[one].clock)) is not None
    ]
    changed.sort(key=lambda found: found[1])
    return (
        [found for found in changed if found[1] < timedelta(0)][:_DEPARTMENTS],
        [found for found in reversed(changed) if found[1] > timedelta(0)][:_DEPARTMENTS],
    )


def _slower(now: Times, before: Times) -> timedelta | None:
    """By how much answers take longer, below zero when they are faster; None: it is no news."""
    if now.mean is None or before.mean is None:
        return None
    by = now.mean - before.mean
    return by if abs(by) >= max(_TIME, before.mean * _TIME_SHARE) else None


def _share(counts: Counts, of: str) -> float | None:
    return getattr(counts, of) / counts.received if counts.received else None


def _percent(share: float) -> str:
    return f"{round(share * 100)} %"
