"""The table of a period as CSV for spreadsheets, and as JSON lines for programs. Blocking."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import TextIO

from bot.statistics.columns import COLUMNS, ROUND, Value
from bot.statistics.rows import Row
from bot.statistics.table import Order

#: What makes a spreadsheet take a cell for a formula when it stands first; and behind what a cell may begin where the
#: list separator is another than ours.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_IN_THE_MIDDLE = re.compile(r"""(?<=[,;|\t\r\n])(["']*)(?=[=+@-])""")
#: Beside what workbooks have: there, rounds that began later are on a sheet of their own.
_COLUMNS = (*COLUMNS, ROUND)
#: By this sign a spreadsheet knows that the file is UTF-8.
_BOM = "\ufeff"
#: What JSON may hold as it is, and many programs take for the end of a line.
_LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}
_FLAGS = {True: "да", False: "нет"}


class CsvTable:
    """A line for each wait, as Excel with Russian settings reads it: `;` between cells."""

    def __init__(self, into: TextIO, order: Order) -> None:
        """Write into a file opened with `newline=""`."""
        self._labels = order.labels
        into.write(_BOM)
        self._lines = csv.writer(into, delimiter=";", lineterminator="\r\n")
        self._lines.writerow(column.title for column in _COLUMNS)

    def add(self, rows: Iterable[Row]) -> None:
        zone, labels = self._labels.zone, self._labels
        self._lines.writerows([_cell(column.shown(row, labels), zone) for column in _COLUMNS] for row in rows)


class JsonTable:
    """An object for each wait, a line each: slugs, times with their offset, durations in seconds."""

    def __init__(self, into: TextIO, order: Order) -> None:
        self._into = into
        self._zone = order.labels.zone

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            found = {column.name: _json(column.value(row), self._zone) for column in _COLUMNS}
            line = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
            self._into.write(line.translate(_LINE_ENDS) + "\n")


def _cell(value: Value, zone: tzinfo) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _FLAGS[value]
        case datetime():
            return f"{value.astimezone(zone):%d.%m.%Y %H:%M:%S}"
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case str():
            # Nothing that a resident writes may become a formula on an official's computer.
            value = _IN_THE_MIDDLE.sub(r"\1'", value)
            return f"'{value}" if value.startswith(_FORMULA) else value
        case _:
            return str(value)


def _json(value: Value, zone: tzinfo) -> object:
    match value:
        case datetime():
            return value.astimezone(zone).isoformat(timespec="seconds")
        case timedelta():
            return round(value.total_seconds())
        case _:
            return value
