"""The table of a period as XLSX, written row by row: memory does not grow with it. Blocking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bot.statistics import summary
from bot.statistics.columns import COLUMNS, Kind, Value
from bot.statistics.figures import Figures
from bot.statistics.rows import Row, clean
from bot.statistics.table import Order, Written

#: Rows of a sheet below its head; https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
MOST = 1_048_575
#: Day 0 of a workbook's dates.
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (a workbook knows no zones)
_DAY = timedelta(days=1)
_FORMATS = {
    Kind.NUMBER: {"num_format": "0"},
    Kind.TEXT: {},
    Kind.MOMENT: {"num_format": "dd.mm.yyyy hh:mm"},
    Kind.SPAN: {"num_format": "[h]:mm:ss"},
    Kind.FLAG: {},
    Kind.MEAN: {"num_format": "0.00"},
}
_FLAGS = {True: "да", False: "нет"}

_Put = Callable[[int, int, Value], None]


class Workbook:
    """A workbook that grows; its sheets are written one after the other. Leaving it makes the file."""

    def __init__(self, path: Path, order: Order, temporary: Path, *, most: int = MOST) -> None:
        """Write to `path`; `temporary`: a folder for what is not yet packed; `most`: rows of a sheet."""
        self._order = order
        self._zone = order.labels.zone
        self._most = most
        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": str(temporary),
                # What residents write stays what they wrote.
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._book.set_properties(
            {"title": "Вопросы жителей", "created": order.at.astimezone(UTC).replace(tzinfo=None)}
        )
        self._formats = {kind: self._book.add_format({"valign": "top", **form}) for kind, form in _FORMATS.items()}
        self._bold = {
            kind: self._book.add_format({"valign": "top", "bold": True, "top": 1, **form})
            for kind, form in _FORMATS.items()
        }
        self._head = self._book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#DCE6F1", "bottom": 1}
        )
        self._long = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._name, self._parts, self._next = "", 0, 0
        self._sheet: Worksheet | None = None
        self._put: Sequence[_Put] = ()

    def __enter__(self) -> Workbook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._end_part()
            self._book.close()
            return
        # There will be no file: let go of what is not yet packed.
        for sheet in self._book.worksheets():
            sheet._opt_close()

    def begin(self, name: str) -> None:
        """Begin a sheet of rows."""
        self._end_part()
        self._name, self._parts = name, 0
        self._begin_part()

    def add(self, rows: Iterable[Row]) -> None:
        """Write rows; where the sheet is full, another goes on."""
        labels = self._order.labels
        for row in rows:
            if self._next > self._most:
                self._end_part()
                self._begin_part()
            for place, (column, put) in enumerate(zip(COLUMNS, self._put, strict=True)):
                put(self._next, place, column.shown(row, labels))
            self._next += 1

    def summarize(self, groups: Sequence[tuple[str, Figures]], total: Figures) -> None:
        """Write the sheet by department: names with their figures, and the sum of them."""
        sheet = self._add_sheet(summary.DEPARTMENTS, ["Отдел", *(one.title for one in summary.FIGURES)])
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, len(summary.FIGURES), 13)
        lines = [(name, figures, self._formats) for name, figures in groups]
        for number, (name, figures, formats) in enumerate([*lines, (summary.TOTAL, total, self._bold)], start=1):
            self._putter(sheet, Kind.TEXT, formats)(number, 0, name)
            for place, column in enumerate(summary.FIGURES, start=1):
                self._putter(sheet, column.kind, formats)(number, place, column.value(figures))
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(lines), len(summary.FIGURES))

    def explain(self, written: Written) -> None:
        """Write the sheet that names the method."""
        sheet = self._add_sheet(summary.METHOD, ["Что", "Как считается"])
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 110)
        for number, (what, how) in enumerate(summary.method(self._order, written), start=1):
            if what:
                self._write(sheet, number, 0, what, self._formats[Kind.TEXT])
                self._write(sheet, number, 1, how, self._long)
        sheet.freeze_panes(1, 0)

    # --- inside ---

    def _begin_part(self) -> None:
        self._parts += 1
        name = self._name if self._parts == 1 else f"{self._name} {self._parts}"
        sheet = self._add_sheet(name, [column.title for column in COLUMNS])
        for place, column in enumerate(COLUMNS):
            sheet.set_column(place, place, column.width)
        sheet.freeze_panes(1, 1)
        self._put = [self._putter(sheet, column.kind, self._formats) for column in COLUMNS]
        self._sheet, self._next = sheet, 1

    def _end_part(self) -> None:
        if self._sheet is not None:
            self._sheet.autofilter(0, 0, max(self._next - 1, 1), len(COLUMNS) - 1)
            self._sheet = None

    def _add_sheet(self, name: str, titles: Sequence[str]) -> Worksheet:
        sheet: Worksheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_row(0, 45)
        for place, title in enumerate(titles):
            self._write(sheet, 0, place, title, self._head)
        return sheet

    def _putter(self, sheet: Worksheet, kind: Kind, formats: Mapping[Kind, Format]) -> _Put:
        """What writes values of a kind; of None it writes nothing."""
        form = formats[kind]
        number = self._number_of(kind)

        def put(row: int, place: int, value: Any) -> None:
            if value is None:
                return
            if number is None:
                self._write(sheet, row, place, _FLAGS[value] if kind is Kind.FLAG else value, form)
            else:
                sheet.write_number(row, place, number(value), form)

        return put

    def _number_of(self, kind: Kind) -> Callable[[Any], float] | None:
        """How a value becomes a number of the workbook; None: it is text."""
        zone: tzinfo = self._zone
        match kind:
            case Kind.MOMENT:
                return lambda at: (at.astimezone(zone).replace(tzinfo=None, microsecond=0) - _EPOCH) / _DAY
            case Kind.SPAN:
                return lambda span: round(span.total_seconds()) / 86400
            case Kind.NUMBER | Kind.MEAN:
                return lambda value: value
        return None

    @staticmethod
    def _write(sheet: Worksheet, row: int, place: int, text: str, form: Format) -> None:
        text = clean(text)
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter would take this for markup of its own, and write it as it is.
            text += " "
        if text:
            sheet.write_string(row, place, text, form)
