"""Pictures are made to fit, upright, without what they would tell about people; what is no picture is refused."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import MediaUnavailable
from handlers.conversion import MAX_PIXELS, to_jpeg, to_png
from tests.handlers.pictures import RED_HEIC, encoded, noise, plain

MEGABYTE = 1024 * 1024


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "source"
    path.write_bytes(content)
    return path


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def colour_at(picture: Image.Image, x: int, y: int) -> str:
    """The name of the colour: JPEG changes each a little."""
    named = {"red": (255, 0, 0), "blue": (0, 0, 255), "white": (255, 255, 255), "black": (0, 0, 0)}
    found = picture.convert("RGB").getpixel((x, y))
    assert isinstance(found, tuple)
    return min(named, key=lambda name: sum(abs(a - b) for a, b in zip(named[name], found, strict=True)))


def test_large_photo_is_made_to_fit(tmp_path: Path) -> None:
    """A photo of more than 1.5 MB comes down to what Viber takes, and keeps its size in pixels if it can."""
    photo = encoded(noise(1200, 900).resize((2000, 1500)), "JPEG", quality=92)
    assert len(photo) > 1.5 * MEGABYTE
    made = to_jpeg(saved(tmp_path, photo), max_bytes=MEGABYTE, max_side=4096)
    assert len(made) <= MEGABYTE
    assert (opened(made).format, opened(made).size) == ("JPEG", (2000, 1500))


def test_picture_that_cannot_be_compressed_gets_smaller(tmp_path: Path) -> None:
    """Where a lower quality is not enough, there are fewer pixels, in the same proportion."""
    made = to_jpeg(saved(tmp_path, encoded(noise(800, 400), "PNG")), max_bytes=40_000, max_side=4096)
    width, height = opened(made).size
    assert len(made) <= 40_000
    assert width < 800
    assert width == pytest.approx(2 * height, rel=0.02)


def test_longer_side_is_kept_within_the_limit(tmp_path: Path) -> None:
    """A thumbnail is as small as it was asked for."""
    made = to_jpeg(saved(tmp_path, plain("JPEG", (1200, 300))), max_bytes=MEGABYTE, max_side=400)
    assert opened(made).size == (400, 100)


def test_impossible_limit_is_refused(tmp_path: Path) -> None:
    """A limit that no picture can keep ends in an error, not in a loop."""
    with pytest.raises(MediaUnavailable, match="too_big"):
        to_jpeg(saved(tmp_path, encoded(noise(200, 200), "PNG")), max_bytes=100, max_side=4096)


def test_photo_is_turned_upright_and_tells_nothing(tmp_path: Path) -> None:
    """The turn that a phone only notes down is carried out; place, camera and comments are gone."""
    picture = Image.new("RGB", (80, 40), "blue")
    picture.paste("red", (0, 0, 40, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise: what is left comes to the top
    exif[0x010F] = "Maker of cameras"
    exif[0x8825] = {1: "N", 2: (66.0, 32.0, 5.0), 3: "E", 4: (66.0, 36.0, 50.0)}
    photo = encoded(picture, "JPEG", quality=95, exif=exif, comment=b"somebody's words", icc_profile=b"a profile" * 20)
    for word in (b"Exif", b"Maker of cameras", b"somebody's words", b"ICC_PROFILE"):
        assert word in photo

    for made in (
        to_jpeg(saved(tmp_path, photo), max_bytes=MEGABYTE, max_side=4096),
        to_png(saved(tmp_path, photo)),
    ):
        upright = opened(made)
        assert upright.size == (40, 80)
        assert (colour_at(upright, 20, 10), colour_at(upright, 20, 70)) == ("red", "blue")
        assert dict(upright.getexif()) == {}
        for word in (b"Exif", b"eXIf", b"Maker of cameras", b"somebody's words", b"ICC_PROFILE", b"iCCP"):
            assert word not in made


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    label: str
    source: bytes
    corner: str


def transparent(image_format: str) -> bytes:
    return encoded(Image.new("RGBA", (40, 40), (255, 0, 0, 0)), image_format)


def moving(image_format: str) -> bytes:
    frames = [Image.new("RGB", (40, 40), "red"), Image.new("RGB", (40, 40), "blue")]
    return encoded(frames[0], image_format, save_all=True, append_images=frames[1:], duration=100)


def palette_with_a_hole() -> bytes:
    picture = Image.new("P", (40, 40), 1)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    return encoded(picture, "PNG", transparency=1)


def grey_of_16_bits() -> bytes:
    return encoded(Image.new("I;16", (40, 40), 1000), "PNG")


CASES = [
    Case(label="PNG", source=plain("PNG"), corner="red"),
    Case(label="WebP", source=plain("WEBP"), corner="red"),
    Case(label="AVIF", source=plain("AVIF"), corner="red"),
    Case(label="BMP", source=plain("BMP"), corner="red"),
    Case(label="HEIC of an iPhone", source=RED_HEIC, corner="red"),
    Case(label="JPEG for print", source=encoded(Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "JPEG"), corner="red"),
    Case(label="JPEG of several pictures, as some cameras make it", source=moving("MPO"), corner="red"),
    Case(label="grey scan of 16 bits, nearly black", source=grey_of_16_bits(), corner="black"),
    Case(label="transparent PNG lies on white", source=transparent("PNG"), corner="white"),
    Case(label="transparent WebP sticker lies on white", source=transparent("WEBP"), corner="white"),
    Case(label="palette with a transparent colour lies on white", source=palette_with_a_hole(), corner="white"),
    Case(label="first frame of a GIF", source=moving("GIF"), corner="red"),
    Case(label="first frame of a moving WebP", source=moving("WEBP"), corner="red"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_jpeg_of(case: Case, tmp_path: Path) -> None:
    """Each kind of picture that people send becomes a plain JPEG."""
    made = opened(to_jpeg(saved(tmp_path, case.source), max_bytes=MEGABYTE, max_side=4096))
    assert ("JPEG", "RGB", case.corner) == (made.format, made.mode, colour_at(made, 3, 3))


def test_png_of_a_sticker_stays_transparent(tmp_path: Path) -> None:
    """A sticker has no white box around it where PNG is taken."""
    made = opened(to_png(saved(tmp_path, transparent("WEBP"))))
    assert (made.format, made.mode, getattr(made, "n_frames", 1)) == ("PNG", "RGBA", 1)
    assert made.getchannel("A").getextrema() == (0, 0)


def test_png_of_a_moving_picture_is_its_first_frame(tmp_path: Path) -> None:
    """A GIF becomes a picture that stands still."""
    made = opened(to_png(saved(tmp_path, moving("GIF"))))
    assert (made.format, getattr(made, "n_frames", 1), colour_at(made, 3, 3)) == ("PNG", 1, "red")


def test_bomb_is_refused(tmp_path: Path) -> None:
    """A small file that would take all the memory when it is opened is not opened."""
    bomb = encoded(Image.new("1", (10_000, 6_000)), "PNG")
    assert len(bomb) < 100_000
    assert MAX_PIXELS < 10_000 * 6_000
    for convert in (lambda path: to_jpeg(path, max_bytes=MEGABYTE, max_side=400), to_png):
        with pytest.raises(MediaUnavailable, match="too_many_pixels: картинка больше 50 мегапикселей"):
            convert(saved(tmp_path, bomb))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="svg"),
        pytest.param(b"\xff\xd8\xff\xe0 no more than a beginning", id="JPEG that only begins"),
        pytest.param(encoded(noise(100, 100), "JPEG")[:4000], id="JPEG cut short"),
        pytest.param(encoded(noise(100, 100), "PNG")[:4000], id="PNG cut short"),
        pytest.param(RED_HEIC[:380], id="HEIC cut short"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", id="a format that we do not open"),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes, tmp_path: Path) -> None:
    """Whatever the decoders trip over, the officials read one plain reason."""
    for convert in (lambda path: to_jpeg(path, max_bytes=MEGABYTE, max_side=400), to_png):
        with pytest.raises(MediaUnavailable, match="not_a_picture: файл не открывается как картинка"):
            convert(saved(tmp_path, content))


def test_missing_file_is_no_bad_picture(tmp_path: Path) -> None:
    """A disk that fails is not put down to the picture: it is worth another try."""
    with pytest.raises(FileNotFoundError):
        to_png(tmp_path / "gone")
