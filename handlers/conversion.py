"""Pictures made anew: as JPEG within limits, as PNG. Slow and greedy for memory: call it in a thread, few at once."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pi_heif  # type: ignore[import-untyped, unused-ignore]
from PIL import Image, ImageOps

from bot.errors import MediaUnavailable

#: The most that a picture may have: 50 megapixels take 200 MB while they are being worked on.
MAX_PIXELS = 50_000_000

#: Pixels on the longer side of a PNG. Messengers show no more, and Telegram takes width + height up to 10000.
MAX_PNG_SIDE = 4096

#: What residents' phones and browsers make. All else Pillow can read (EPS, PSD, TIFF…) is only more to attack.
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "BMP")

_QUALITIES = (88, 80, 70, 60)

#: From the best quality to the worst a picture shrinks to a half or so: what is larger than this needs fewer pixels.
_OUT_OF_REACH = 2.5

#: Below this a picture is of no use to anybody.
_MIN_SIDE = 32

# Pictures of iPhones. This package only reads them; it has no encoder, and so none of the encoders' licences.
pi_heif.register_heif_opener()

# A second fence around our own check below: also frames inside a file that claim to be larger than the file.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


def to_jpeg(source: Path, *, max_bytes: int, max_side: int) -> bytes:
    """The picture as JPEG of at most `max_bytes`, its longer side at most `max_side` pixels.

    Upright, on white where it was transparent, the first frame where it moves, and without all that it carried
    besides: place, camera, comments, colour profile. Raises MediaUnavailable.
    """
    with _only_pictures():
        picture = _on_white(_load(source, max_side))
        while True:
            for quality in _QUALITIES:
                encoded = _encode(picture, "JPEG", quality=quality, optimize=True)
                if len(encoded) <= max_bytes:
                    return encoded
                if len(encoded) > _OUT_OF_REACH * max_bytes:
                    break
            # Bytes go roughly with the area; never a step so small that this takes for ever.
            scale = min(math.sqrt(max_bytes / len(encoded)), 0.9)
            size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
            if max(size) < _MIN_SIDE:
                raise MediaUnavailable("too_big", "картинку не удалось уменьшить")
            picture = picture.resize(size, Image.Resampling.LANCZOS)


def to_png(source: Path) -> bytes:
    """The picture as PNG, transparent where it was, the first frame where it moves. Raises MediaUnavailable."""
    with _only_pictures():
        return _encode(_load(source, MAX_PNG_SIDE), "PNG")


def _load(source: Path, max_side: int) -> Image.Image:
    """Decode as RGB or RGBA, upright, no larger than asked, with nothing but pixels."""
    with Image.open(source, formats=_FORMATS) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise MediaUnavailable("too_many_pixels", f"картинка больше {MAX_PIXELS // 1_000_000} мегапикселей")
        # JPEG can be decoded at a half or a quarter of its size, with as much less memory.
        opened.draft("RGB", (max_side, max_side))
        picture = _eight_bits(opened)
        picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS, reducing_gap=2.0)
        picture = ImageOps.exif_transpose(picture)
    # Comments and profiles ride along in `info` and would be written out again.
    picture.info.clear()
    return picture


def _eight_bits(opened: Image.Image) -> Image.Image:
    if opened.mode.startswith("I"):
        # Scans with 16 bits of grey: Pillow would cut all above 255 off, and leave a white sheet.
        return opened.point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    mode = "RGBA" if opened.has_transparency_data else "RGB"
    # Converting to the same mode would copy all the pixels.
    return opened if opened.mode == mode else opened.convert(mode)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    sheet = Image.new("RGB", picture.size, "white")
    sheet.paste(picture, mask=picture.getchannel("A"))
    return sheet


def _encode(picture: Image.Image, image_format: str, **options: object) -> bytes:
    into = io.BytesIO()
    picture.save(into, image_format, **options)
    return into.getvalue()


@contextmanager
def _only_pictures() -> Iterator[None]:
    try:
        yield
    except MediaUnavailable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaUnavailable("too_many_pixels", f"картинка больше {MAX_PIXELS // 1_000_000} мегапикселей") from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            # Pillow's own have no number: this is the disk's.
            raise
        # Decoders that are fed a hostile file raise whatever they trip over: SyntaxError, struct.error, KeyError…
        raise MediaUnavailable("not_a_picture", "файл не открывается как картинка") from error
