"""`otvet stats` and `otvet export`: the figures and the table of a period from the shell."""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from bot.adapter import Labels
from bot.desk.handing import COORDINATORS
from bot.desk.routing import Department
from bot.statistics import asking, said
from bot.statistics.figures import By, Report, Scope
from bot.statistics.phrases import name
from bot.statistics.table import Format, Order, Written, file_name
from handlers.context import Context
from handlers.statistics.counting import Counting
from handlers.statistics.progress import Bar

STATISTICS, EXPORT = "stats", "export"
#: Stands for the standard output.
_STDOUT = "-"
#: The table holds residents' words: for whoever made it alone.
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asks for, checked as far as it can be without the database."""

    scope: Scope
    as_json: bool = False
    format: Format = Format.XLSX
    #: None: the standard output.
    output: Path | None = None
    force: bool = False
    #: The department is not in the settings: the line that says so, unless there are figures of it all the same.
    if_unknown: str = ""


def add_commands(commands: Any) -> None:
    """Put both commands into the parser of the command line."""
    statistics = commands.add_parser(STATISTICS, help="print the figures of a period")
    statistics.add_argument("--json", action="store_true", help="print all figures, for programs")
    export = commands.add_parser(EXPORT, help="write the table of a period: a row for each question")
    export.add_argument(
        "--format", choices=[one.value for one in Format], help="default: as the file's name says, xlsx"
    )
    export.add_argument("--output", metavar="FILE", default="", help="default: a name made of the days; -: print it")
    export.add_argument("--force", action="store_true", help="replace a file that is there")
    for parser in (statistics, export):
        days = "such as неделя, ноябрь, 1.11-15.11, 2026; default: the last seven days"
        parser.add_argument("period", nargs="*", metavar="PERIOD", help=days)
        whose = f"this department alone; {COORDINATORS[0]}: what the coordinators answer themselves"
        parser.add_argument("--department", metavar="SLUG", help=whose)


def read(options: argparse.Namespace, departments: Mapping[str, str], today: date) -> Asked | str:
    """What is asked for; or what is wrong with it, in a line that names the command. Departments: names by slugs."""
    known = [Department(slug=slug, name=name) for slug, name in departments.items()]
    found = asking.read(" ".join(options.period), today, known, sees_all=True)
    if isinstance(found, str):
        return f"{options.command}: {found}"
    department, complaint = found.department, ""
    if options.department is not None:
        slugs = {slug: slug for slug in departments} | {COORDINATORS[0]: ""}
        department = slugs.get(options.department, options.department)
        if options.department not in slugs:
            expected = ", ".join(slugs)
            complaint = f"{options.command}: there is no department {options.department!r}; expected one of {expected}"
            if not asking.is_slug(department):
                return complaint
    scope = Scope(period=found.period, departments=(department,) if department is not None else None)
    if options.command == STATISTICS:
        return Asked(scope=scope, as_json=options.json, if_unknown=complaint)
    asked = _read_export(options, scope)
    return asked if isinstance(asked, str) else replace(asked, if_unknown=complaint)


def _read_export(options: argparse.Namespace, scope: Scope) -> Asked | str:
    ending = Path(options.output).suffix.removeprefix(".").lower()
    known = {one.value for one in Format}
    form = Format(options.format or (ending if ending in known else Format.XLSX))
    if options.output == _STDOUT:
        if form is Format.XLSX and sys.stdout.isatty():
            return "export: a workbook is nothing for a terminal; expected --output FILE or a pipe"
        return Asked(scope=scope, format=form)
    output = Path(options.output or file_name(scope.period, form)).absolute()
    if output.is_dir() or not output.parent.is_dir():
        return f"export: {output} is not a place for a file; expected a name in a folder that exists"
    if output.exists() and not options.force:
        return f"export: {output} is there already; expected another name, or --force to replace it"
    return Asked(scope=scope, format=form, output=output, force=options.force)


async def show(ctx: Context, asked: Asked) -> int:
    """Print the figures; returns the exit code. Raises DatabaseAway."""
    counting = Counting(ctx)
    if await _is_nobodys(counting, asked):
        return _complain(asked.if_unknown, code=2)
    report, labels = await counting.count(asked.scope), counting.labels()
    if asked.as_json:
        return _print(_as_json(report, labels))
    whose = ", ".join(name(labels, By.DEPARTMENT, slug) for slug in asked.scope.departments or ())
    return _print(said.statistics(report, labels, whose=whose).text)


async def _is_nobodys(counting: Counting, asked: Asked) -> bool:
    """Whether the department is neither in the settings nor in the ledger."""
    return bool(asked.if_unknown) and not await counting.has_figures("".join(asked.scope.departments or ()))


def _as_json(report: Report, labels: Labels) -> str:
    """All figures, and what they are compared with; durations are seconds."""
    figures = msgspec.to_builtins(report, builtin_types=(timedelta,))
    targets = msgspec.to_builtins(labels.targets, builtin_types=(timedelta,))
    return json.dumps(
        {**figures, "targets": targets}, default=lambda span: span.total_seconds(), ensure_ascii=False, indent=2
    )


async def export(ctx: Context, asked: Asked) -> int:
    """Write the table; returns the exit code. Raises DatabaseAway."""
    # Imported here: the service, which has the same command line, needs none of it.
    from handlers.statistics.writing import write

    if await _is_nobodys(Counting(ctx), asked):
        return _complain(asked.if_unknown, code=2)
    order = Order(scope=asked.scope, labels=Counting(ctx).labels(), at=ctx.clock(), format=asked.format)
    bar = Bar(sys.stderr)
    place = asked.output.parent if asked.output is not None else Path(tempfile.gettempdir())
    try:
        # Beside the place of the file: there it takes its name in one step, when it is whole.
        with tempfile.TemporaryDirectory(prefix=".otvet-", dir=place) as folder:
            path = Path(folder) / file_name(asked.scope.period, asked.format)
            try:
                written = await write(ctx.database, order, path, bar.tell)
            finally:
                bar.clear()
            return _deliver(path, written, asked)
    except OSError as error:
        return _complain(f"export: {place}: {error.strerror or type(error).__name__}")


def _deliver(path: Path, written: Written, asked: Asked) -> int:
    """Put the file where it was wanted, and say what is in it."""
    rows = f"{written.questions} questions" + (f", {written.reopened} opened again" if written.reopened else "")
    if asked.output is None:
        with path.open("rb") as file:
            done = _pass_on(file)
        print(rows, file=sys.stderr)  # noqa: T201 (the command's own answer)
        return done
    if asked.output.exists() and not asked.force:
        return _complain(f"export: {asked.output} is there by now; expected another name, or --force to replace it")
    path.chmod(_PRIVATE)
    path.replace(asked.output)
    return _print(f"{asked.output}: {rows}")


def _print(text: str) -> int:
    return _pass_on(io.BytesIO(f"{text}\n".encode()))


def _pass_on(source: BinaryIO) -> int:
    """Write to the standard output; whoever reads it may stop reading."""
    try:
        shutil.copyfileobj(source, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python would complain once more at its end, when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _complain(line: str, *, code: int = 1) -> int:
    print(line, file=sys.stderr)  # noqa: T201 (the command's own answer)
    return code


#: What each command does.
COMMANDS: Mapping[str, Callable[[Context, Asked], Awaitable[int]]] = {STATISTICS: show, EXPORT: export}
