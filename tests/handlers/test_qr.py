"""QR codes: what is drawn is the link, what is written stays, and a channel that cannot holds up no other."""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from bot.adapter import Adapter
from bot.errors import SendError, Transient
from handlers import qr
from handlers.qr import Made, Order, Refused, draw_png, draw_svg, make
from tests.qr_codes import QUIET_ZONE, modules_in_png, modules_in_svg, modules_of, title_of

LINKS = {
    "Telegram": "https://t.me/otvet_test_bot?start=school5",
    "VK": "https://vk.me/club700100?ref=school5",
    "Viber": "viber://pa?chatURI=otvettest&context=school5",
    "page": "https://xn--b1ayadfh4e.xn--p1ai/?source=school5",
    "the shortest": "a",
    "a long address": f"https://example.org/{'street/' * 40}?source={'w' * 32}",
}
every_link = pytest.mark.parametrize("link", LINKS.values(), ids=LINKS.keys())


# --- drawing ---


@every_link
def test_picture(link: str) -> None:
    """The picture is the code of this link, with four light modules around it."""
    expected = modules_of(link)
    found = modules_in_png(draw_png(link, size=1000), len(expected))
    assert expected == found
    edge = [row[x] for row in found for x in range(QUIET_ZONE)] + [one for row in found[-QUIET_ZONE:] for one in row]
    assert not any(edge)


@every_link
def test_drawing(link: str) -> None:
    """The drawing is the same code on white ground, and says what it leads to."""
    drawing = draw_svg(link)
    assert modules_of(link) == modules_in_svg(drawing)
    assert link == title_of(drawing)


@pytest.mark.parametrize("size", [200, 999, 1000, 4000])
@every_link
def test_size(link: str, size: int) -> None:
    """A picture is at most as large as asked for, as large as whole modules allow, and told to be printed sharply."""
    with Image.open(io.BytesIO(draw_png(link, size=size))) as picture:
        side = picture.width
        assert 299 < picture.info["dpi"][0] < 301
    assert size - len(modules_of(link)) < side <= size


@pytest.mark.parametrize("draw", [draw_svg, lambda link: draw_png(link, size=200)], ids=["svg", "png"])
def test_longest_link(draw: Callable[[str], bytes]) -> None:
    """The longest link there can be is drawn also at the smallest size; one letter more is refused in plain words."""
    assert draw("w" * 2331)
    with pytest.raises(Refused, match="2332 characters: too many"):
        draw("w" * 2332)


# --- writing ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """An adapter as far as links go."""

    address: str = "https://example.org"
    error: Exception | None = None

    async def link(self, source: str) -> str:
        if self.error is not None:
            raise self.error
        return f"{self.address}/?source={source}"


class Unlinked:
    """An adapter without links."""


def adapters(**by_name: object) -> Mapping[str, Adapter]:
    return cast(Mapping[str, Adapter], by_name)


def inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def order(folder: Path, *channels: str, source: str = "school5", force: bool = False) -> Order:
    return Order(channels=channels, source=source, folder=folder, size=400, force=force)


async def test_files(tmp_path: Path) -> None:
    """Each channel has a picture and a drawing of its own link, named by both, in a folder made for them."""
    channels = adapters(page=Linked(), second=Linked(address="https://example.com"))
    folder = tmp_path / "posters" / "2026"
    made = await make(channels, order(folder, "second", "page"))
    links = {"second": "https://example.com/?source=school5", "page": "https://example.org/?source=school5"}
    expected = [
        Made(channel=name, link=link, files=(folder / f"{name}-school5.svg", folder / f"{name}-school5.png"))
        for name, link in links.items()
    ]
    assert expected == made
    for one in made:
        svg, png = (path.read_bytes() for path in one.files)
        modules = modules_of(links[one.channel])
        assert (modules, modules) == (modules_in_svg(svg), modules_in_png(png, len(modules)))
    assert 4 == len(inside(folder))


async def test_again(tmp_path: Path) -> None:
    """The same codes can be made again: nothing changes."""
    first = await make(adapters(page=Linked()), order(tmp_path, "page"))
    before = {path: path.read_bytes() for path in first[0].files}
    assert first == await make(adapters(page=Linked()), order(tmp_path, "page"))
    assert before == {path: path.read_bytes() for path in first[0].files}


@pytest.mark.parametrize("ending", ["svg", "png"])
async def test_what_is_there_and_differs_stays(tmp_path: Path, ending: str) -> None:
    """A file that is another is not written over, nor is the one beside it written; with `force` both are."""
    theirs = tmp_path / f"page-school5.{ending}"
    theirs.write_bytes(b"somebody's")
    (made,) = await make(adapters(page=Linked()), order(tmp_path, "page"))
    assert ("https://example.org/?source=school5", ()) == (made.link, made.files)
    assert made.trouble == f"{theirs} is there already and differs; expected another folder, or --force"
    assert ([theirs], b"somebody's") == (inside(tmp_path), theirs.read_bytes())
    (made,) = await make(adapters(page=Linked()), order(tmp_path, "page", force=True))
    assert "" == made.trouble
    assert theirs in made.files
    assert theirs.read_bytes() != b"somebody's"


async def test_folder_that_is_none(tmp_path: Path) -> None:
    """A folder that cannot be made is named."""
    (tmp_path / "posters").write_bytes(b"")
    (made,) = await make(adapters(page=Linked()), order(tmp_path / "posters", "page"))
    assert made.files == ()
    assert made.trouble == f"{tmp_path / 'posters'}: File exists; expected a folder to write into"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    label: str
    adapter: object
    said: str


TROUBLES = [
    Trouble(
        label="platform away",
        adapter=Linked(error=Transient("no_connection", "ClientConnectorError")),
        said="no_connection: ClientConnectorError",
    ),
    Trouble(label="silence", adapter=Linked(error=TimeoutError()), said="does not answer"),
    Trouble(label="error without words", adapter=Linked(error=SendError("")), said="does not answer"),
    Trouble(label="no links", adapter=Unlinked(), said="no link leads into this messenger's chats"),
    Trouble(
        label="address too long",
        adapter=Linked(address="w" * 2400),
        said="the link has 2416 characters: too many for a QR code",
    ),
]


@pytest.mark.parametrize("case", TROUBLES, ids=lambda case: case.label)
async def test_channel_that_cannot(tmp_path: Path, case: Trouble) -> None:
    """Why a channel has no code is said of it alone; the others have theirs."""
    bad, good = await make(adapters(bad=case.adapter, good=Linked()), order(tmp_path, "bad", "good"))
    assert ((), case.said) == (bad.files, bad.trouble)
    assert "" == good.trouble
    assert sorted(good.files) == inside(tmp_path)


# --- the words of the command ---


def words(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="otvet qr")
    qr.add_arguments(parser)
    return parser.parse_args(arguments)


def test_words_left_out() -> None:
    """A source alone is enough: all channels, here, about 1000 pixels."""
    expected = Order(channels=("telegram", "web"), source="school5", folder=Path(), size=1000, force=False)
    assert expected == Order.of(words("--source", "school5"), ["telegram", "web"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--channel", "web"), ("web",)),
        (("--channel", "web", "telegram", "web"), ("web", "telegram")),
        (("--channel", "web", "--channel", "vk"), ("web", "vk")),
        (("--channel", "all"), ("telegram", "vk", "web")),
        (("--channel", "web", "all"), ("telegram", "vk", "web")),
    ],
    ids=lambda value: " ".join(value),
)
def test_channels(arguments: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """Channels are named one by one, each once, or all together."""
    known = ["telegram", "vk", "web"]
    options = words("--source", "school5", *arguments)
    assert ("", expected) == (qr.wrong_words(options, known), Order.of(options, known).channels)


@pytest.mark.parametrize("name", ["source", "output", "size"])
def test_no_word_at_all(name: str) -> None:
    """«--» in the place of a word makes no code for nowhere."""
    asked = words("--source", "a", f"--{name}=--")
    assert f"--{name}: expected one argument" == qr.wrong_words(asked, ["web"])


def test_channel_that_there_is_not() -> None:
    """A channel that there is not is named, with those that there are."""
    said = qr.wrong_words(words("--source", "a", "--channel", "web", "wbe"), ["telegram", "web"])
    assert said == "--channel: there is no channel 'wbe'; expected all or some of telegram, web"


ALLOWED = "1 to 32 of the characters a-z, 0-9, _ and -"
WRONG = {
    "no source": ((), "--source"),
    "empty source": (("--source", ""), ALLOWED),
    "source too long": (("--source", "w" * 33), ALLOWED),
    "capital letters": (("--source", "School5"), ALLOWED),
    "Cyrillic letters": (("--source", "школа5"), ALLOWED),
    "a space": (("--source", "school 5"), ALLOWED),
    "a sign that parts parameters": (("--source", "a&ref=b"), ALLOWED),
    "a line end": (("--source", "school5\n"), ALLOWED),
    "digits of another script": (("--source", "٥"), ALLOWED),
    "no size": (("--source", "a", "--size", "large"), "pixels from 200 to 10000"),
    "size too small": (("--source", "a", "--size", "199"), "pixels from 200 to 10000"),
    "size too large": (("--source", "a", "--size", "10001"), "pixels from 200 to 10000"),
    "negative size": (("--source", "a", "--size", "-500"), "--size"),
    "a word that there is not": (("--source", "a", "--colour", "red"), "--colour"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG.keys())
def test_wrong_words(arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong words end with exit code 2, and say what is expected instead."""
    with pytest.raises(SystemExit) as caught:
        words(*arguments)
    assert 2 == caught.value.code
    assert said in capsys.readouterr().err
