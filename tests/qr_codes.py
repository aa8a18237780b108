"""Reads back what a QR code was drawn as: the modules of a PNG and of an SVG, to be held against those of a link."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import segno
from PIL import Image

#: Light modules around a code.
QUIET_ZONE = 4
_SVG = "{http://www.w3.org/2000/svg}"

#: Rows of modules, dark ones are true.
Modules = list[list[bool]]


def modules_of(link: str) -> Modules:
    """The code of this link, with its quiet zone, at the level that may lose 15% or a better one of the same size."""
    code = segno.make_qr(link, error="m")
    assert code.error in ("M", "Q", "H")
    side = len(code.matrix) + 2 * QUIET_ZONE
    modules = [[False] * side for _ in range(side)]
    for y, row in enumerate(code.matrix, start=QUIET_ZONE):
        for x, is_dark in enumerate(row, start=QUIET_ZONE):
            modules[y][x] = bool(is_dark)
    return modules


def modules_in_png(picture: bytes, side: int) -> Modules:
    """What a camera sees in a picture with so many modules a side; every pixel of a module has the same colour."""
    with Image.open(io.BytesIO(picture), formats=["PNG"]) as opened:
        image = opened.convert("L")
    assert image.width == image.height
    scale, rest = divmod(image.width, side)
    assert rest == 0
    found: Modules = []
    for y in range(side):
        row = []
        for x in range(side):
            pixels = set(image.crop((x * scale, y * scale, (x + 1) * scale, (y + 1) * scale)).tobytes())
            assert pixels in ({0}, {255})
            row.append(pixels == {0})
        found.append(row)
    return found


def modules_in_svg(drawing: bytes) -> Modules:
    """What a drawing shows: dark strokes of one module's height over a light ground that covers everything."""
    root = ElementTree.fromstring(drawing)  # noqa: S314
    (group,) = root.iter(f"{_SVG}g")
    ground, strokes = group.iter(f"{_SVG}path")
    (width,) = re.findall(r"viewBox=\"0 0 (\d+) \1\"", drawing.decode())
    (scale,) = re.findall(r"scale\((\d+)\)", group.get("transform", ""))
    side = int(width) // int(scale)
    assert ("#fff", f"M0 0h{side}v{side}h-{side}z") == (ground.get("fill"), ground.get("d"))
    assert strokes.get("stroke") == "#000"
    modules = [[False] * side for _ in range(side)]
    x, y = 0, 0.0
    for step, across, down in re.findall(r"([Mmh])(-?\d+)(?: (-?[\d.]+))?", strokes.get("d", "")):
        match step:
            case "M":
                x, y = int(across), float(down)
            case "m":
                x, y = x + int(across), y + float(down)
            case "h":
                modules[int(y)][x : x + int(across)] = [True] * int(across)
                x += int(across)
    return modules


def title_of(drawing: bytes) -> str:
    """What a drawing says it is."""
    return ElementTree.fromstring(drawing).findtext(f"{_SVG}title", "")  # noqa: S314
