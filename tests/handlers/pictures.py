"""Pictures for tests, made on the spot."""

from __future__ import annotations

import base64
import hashlib
import io

from PIL import Image

#: 64 × 64 pixels of red as an iPhone stores them: no library of ours can write this format.
RED_HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9j"
    "AAAAAERAAAEAAQAAAAABegABAAAAAAAAABoAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA1mlw"
    "cnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AA"
    "AAMAkAAAAwAAAwAeoCCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAA"
    "AABAAAAAQAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAACJtZGF0AAAAFigBrxmA93yFN//3+Mf9fav+KQV4tHA="
)


def encoded(picture: Image.Image, image_format: str, **options: object) -> bytes:
    """The picture as a file."""
    into = io.BytesIO()
    picture.save(into, image_format, **options)
    return into.getvalue()


def plain(image_format: str = "PNG", size: tuple[int, int] = (40, 20), colour: str = "red") -> bytes:
    """A picture of one colour."""
    return encoded(Image.new("RGB", size, colour), image_format)


def noise(width: int, height: int) -> Image.Image:
    """A picture that no encoder can make small, always the same."""
    return Image.frombytes("RGB", (width, height), hashlib.shake_256(b"noise").digest(width * height * 3))
