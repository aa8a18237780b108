"""Files that came in."""

from __future__ import annotations

import io
import traceback
from typing import Any

import pytest

from bot.errors import MediaUnavailable, Transient
from bot.model.content import Media, MediaKind
from tests.adapters.telegram.bench import MB, SECRET, Bench
from tests.emulators.base import Fault


async def test_fetch(bench: Bench) -> None:
    """A file that came in is written whole."""
    ref = bench.telegram.add_file(b"x" * 300_000, "счёт.pdf")
    into = io.BytesIO()
    await bench.adapter().fetch(Media(kind=MediaKind.DOCUMENT, channel="telegram", ref=ref), into)
    assert into.getvalue() == b"x" * 300_000


class Full(io.BytesIO):
    """A file that takes no more."""

    def write(self, data: Any) -> int:
        raise MediaUnavailable("too_big", "слишком большой")


@pytest.mark.parametrize(
    ("ref", "size", "into", "fault", "code"),
    [
        ("big", None, io.BytesIO(), None, "too_big"),
        ("small", 20 * MB + 1, io.BytesIO(), None, "too_big"),
        ("unknown", None, io.BytesIO(), None, "gone"),
        ("small", None, Full(), None, "too_big"),
        ("small", None, io.BytesIO(), Fault(status=404), "gone"),
        ("small", None, io.BytesIO(), Fault(status=502), "download_failed"),
        ("small", None, io.BytesIO(), Fault(cut_before=True), "download_failed"),
    ],
    ids=["over 20 MB", "said to be over 20 MB", "unknown", "no room", "link expired", "server error", "cut off"],
)
async def test_fetch_fails(
    bench: Bench, ref: str, size: int | None, into: io.BytesIO, fault: Fault | None, code: str
) -> None:
    """A file that cannot be had is told from one to try again; the link, which holds the token, is nowhere."""
    if ref == "small":
        ref = bench.telegram.add_file(b"x", "1.txt")
    if ref == "big":
        ref = bench.telegram.add_file(bytes(20 * MB + 1), "1.zip")
    if fault:
        # More than once: aiohttp itself repeats a GET on a connection that turned out dead.
        bench.telegram.fail(fault, method="file", times=5)
    media = Media(kind=MediaKind.DOCUMENT, channel="telegram", ref=ref, size=size)
    with pytest.raises((MediaUnavailable, Transient)) as caught:
        await bench.adapter().fetch(media, into)
    assert isinstance(caught.value, MediaUnavailable | Transient)
    assert code == caught.value.code
    assert SECRET not in "".join(traceback.format_exception(caught.value))
