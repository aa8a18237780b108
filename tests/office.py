"""LibreOffice, which opens what we write as people's programs do; import the fixture `soffice` where it is wanted."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

#: Seconds; the first start makes a profile.
_PATIENCE = 120
_TABLE, _OFFICE, _TEXT = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("table", "office", "text")
)
#: More empty cells than this are the empty rest of a sheet.
_REST = 500


@pytest.fixture(scope="session")
def soffice() -> str:
    """LibreOffice on this machine. Without it the test is skipped, with CI set it fails."""
    found = shutil.which("soffice")
    if found is None:
        message = "NO OFFICE: workbooks are not opened by LibreOffice; install the package libreoffice-calc"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@dataclass(frozen=True, slots=True)
class Opened:
    """A cell as LibreOffice understands it."""

    #: `string`, `float`, `date`, `time`; empty: there is nothing.
    kind: str
    value: str
    formula: str


def open_workbook(soffice: str, workbook: Path, folder: Path) -> Mapping[str, list[list[Opened]]]:
    """The sheets with their cells, after LibreOffice has opened the workbook and saved it as its own; blocking."""
    subprocess.run(
        [
            soffice,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "fods",
            "--outdir",
            str(folder),
            str(workbook),
        ],
        check=True,
        capture_output=True,
        timeout=_PATIENCE,
    )
    document = ElementTree.parse(folder / f"{workbook.stem}.fods")  # noqa: S314 (our own words)
    return {sheet.attrib[f"{_TABLE}name"]: list(_lines(sheet)) for sheet in document.iter(f"{_TABLE}table")}


def _lines(sheet: ElementTree.Element) -> Iterator[list[Opened]]:
    for line in sheet.iter(f"{_TABLE}table-row"):
        cells: list[Opened] = []
        for one in line.findall(f"{_TABLE}table-cell"):
            times = int(one.get(f"{_TABLE}number-columns-repeated", "1"))
            cells += [_cell(one)] * (times if times < _REST else 1)
        repeated = int(line.get(f"{_TABLE}number-rows-repeated", "1"))
        yield from [cells] * (repeated if repeated < _REST else 1)


def _cell(one: ElementTree.Element) -> Opened:
    kind = one.get(f"{_OFFICE}value-type", "")
    name = {"date": "date-value", "time": "time-value"}.get(kind, "value")
    text = "\n".join("".join(part.itertext()) for part in one.findall(f"{_TEXT}p"))
    return Opened(kind=kind, value=one.get(f"{_OFFICE}{name}", text), formula=one.get(f"{_TABLE}formula", ""))
