"""`otvet qr`: the links that say where residents come from, drawn as QR codes and written into files."""

from __future__ import annotations

import asyncio
import io
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import segno

from bot.adapter import Adapter, HasLinks
from bot.errors import SendError
from bot.model.chat import ChannelName
from bot.model.source import SOURCE_RULE, is_source

#: Every channel there is.
ALL = "all"
#: Light modules around the code, as its standard (ISO/IEC 18004) asks for.
_QUIET_ZONE = 4
#: Pixels. The largest code there is has 185 modules a side, with its quiet zone: each gets at least one.
_SIZES = range(200, 10_001)
#: Dots in an inch: at the usual size a code is about 8 cm wide on paper.
_DPI = 300
#: Millimetres of one module in the drawing, which can be printed at any other size.
_MODULE = 2
#: Seconds for one platform to name its link, and how many are asked at a time.
_SECONDS = 30
_AT_ONCE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be drawn."""

    channels: tuple[ChannelName, ...]
    source: str
    folder: Path
    #: Pixels: the picture is as large as whole modules allow, and not larger.
    size: int
    #: Whether files that are there and differ are written over.
    force: bool

    @classmethod
    def of(cls, options: Namespace, known: Collection[ChannelName]) -> Order:
        """What was asked for by words that `add_arguments` has let pass."""
        named = tuple(dict.fromkeys(options.channel or [ALL]))
        return cls(
            channels=tuple(known) if ALL in named else named,
            source=options.source,
            folder=options.output,
            size=options.size,
            force=options.force,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of one channel: a link and its files, or why not."""

    channel: ChannelName
    link: str = ""
    files: tuple[Path, ...] = ()
    trouble: str = ""


class Refused(Exception):
    """A code that cannot be drawn or written; one line for whoever asked for it."""


def add_arguments(parser: ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("--source", required=True, type=_source, help=f"where residents come from: {SOURCE_RULE}")
    parser.add_argument(
        "--channel", nargs="+", action="extend", metavar="NAME", help="for these channels; default: all"
    )
    parser.add_argument(
        "--output", type=Path, default=Path(), metavar="FOLDER", help="folder for the files; default: this one"
    )
    parser.add_argument("--size", type=_size, default=1000, metavar="PX", help="pixels of the PNG; default: 1000")
    parser.add_argument("--force", action="store_true", help="replace files that are there and differ")


def wrong_words(options: Namespace, known: Collection[ChannelName]) -> str:
    """What is wrong with what was asked for, as far as `add_arguments` has let it pass; empty: nothing."""
    for name in ("source", "output", "size"):
        if getattr(options, name) == []:
            # `--source=--`: argparse takes «--» for no word at all, and asks nobody whether it is one.
            return f"--{name}: expected one argument"
    for name in options.channel or ():
        if name != ALL and name not in known:
            return f"--channel: there is no channel {name!r}; expected {ALL} or some of {', '.join(known)}"
    return ""


async def make(adapters: Mapping[ChannelName, Adapter], order: Order) -> list[Made]:
    """Ask each channel for its link, and write the two files of each; a channel that cannot holds up no other."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(channel: ChannelName) -> Made:
        link = ""
        try:
            async with gate:
                link = await _link(adapters[channel], order.source)
            files = await asyncio.to_thread(_write, channel, link, order)
        except Refused as refused:
            return Made(channel=channel, link=link, trouble=str(refused))
        return Made(channel=channel, link=link, files=files)

    return list(await asyncio.gather(*map(one, order.channels)))


def draw_png(link: str, *, size: int) -> bytes:
    """The code as a picture of at most `size` pixels a side. Raises Refused."""
    code, picture = _code(link), io.BytesIO()
    scale = size // int(code.symbol_size(border=_QUIET_ZONE)[0])
    code.save(picture, kind="png", scale=scale, border=_QUIET_ZONE, dpi=_DPI)
    return picture.getvalue()


def draw_svg(link: str) -> bytes:
    """The code as a drawing on white, with the link as its title. Raises Refused."""
    drawing = io.BytesIO()
    _code(link).save(
        drawing, kind="svg", scale=_MODULE, unit="mm", border=_QUIET_ZONE, dark="#000", light="#fff", title=link
    )
    return drawing.getvalue()


def _code(link: str) -> segno.QRCode:
    """At least level M, which reads with 15% of it scratched; a higher one where it makes the code no larger."""
    try:
        return segno.make_qr(link, error="m")
    except segno.DataOverflowError:
        raise Refused(f"the link has {len(link)} characters: too many for a QR code") from None


async def _link(adapter: Adapter, source: str) -> str:
    if not isinstance(adapter, HasLinks):
        raise Refused("no link leads into this messenger's chats")
    try:
        async with asyncio.timeout(_SECONDS):
            return await adapter.link(source)
    except (SendError, TimeoutError) as error:
        raise Refused(str(error) or "does not answer") from None


def _write(channel: ChannelName, link: str, order: Order) -> tuple[Path, ...]:
    """Write both files, or none. Raises Refused."""
    name = f"{channel}-{order.source}"
    contents = {
        order.folder / f"{name}.svg": draw_svg(link),
        order.folder / f"{name}.png": draw_png(link, size=order.size),
    }
    try:
        order.folder.mkdir(parents=True, exist_ok=True)
        # What hangs on a wall somewhere may be made from them.
        differing = [path for path, content in contents.items() if path.exists() and path.read_bytes() != content]
        if differing and not order.force:
            raise Refused(f"{differing[0]} is there already and differs; expected another folder, or --force")
        for path, content in contents.items():
            path.write_bytes(content)
    except OSError as error:
        raise Refused(f"{error.filename or order.folder}: {error.strerror}; expected a folder to write into") from None
    return tuple(contents)


def _source(text: str) -> str:
    if not is_source(text):
        raise ArgumentTypeError(f"{text!r} cannot stand in every messenger's links; expected {SOURCE_RULE}")
    return text


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) not in _SIZES:
        raise ArgumentTypeError(f"{text!r} is not a size; expected pixels from {_SIZES[0]} to {_SIZES[-1]}")
    return int(text)
