"""Found while testing what residents do: each test fails until the core is mended."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.handlers.fakes import DESK, IRINA, Office, open_office, photo


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


async def test_edit_with_another_photo(office: Office) -> None:
    """A resident replaced the picture after the card was sent: officials get the new picture."""
    message = await office.writes(IRINA, "Яма", media=(photo("old"),))
    await office.deliver()
    await office.edits(IRINA, message, "Яма", media=(photo("new"),))
    await office.deliver()
    assert ["old", "new"] == [media.ref for message, _ in office.work.messages(DESK) for media in message.media]


async def test_large_file_in_a_later_part_of_an_album(office: Office) -> None:
    """The resident hears that a file did not go along, whichever part of his album it was."""
    huge = photo("huge", size=90 * 1024 * 1024)
    for media in (photo("a"), huge):
        await office.writes(IRINA, media=(media,), album="al1")
    await office.deliver()
    assert 1 == len([text for text in office.home.texts(IRINA) if "не получилось" in text])


@pytest.mark.parametrize("text", ["Нет\x00 тепла", "Нет тепла \ud83d"], ids=["NUL", "half of a surrogate pair"])
async def test_text_that_the_database_does_not_take(office: Office, text: str) -> None:
    """JSON can carry what PostgreSQL refuses; the question is registered all the same."""
    await office.writes(IRINA, text)
    await office.deliver()
    assert 1 == await office.value("SELECT count(*) FROM questions")


async def test_name_that_the_database_does_not_take(office: Office) -> None:
    """The same for the name of who writes."""
    await office.writes(IRINA, "Нет тепла", name="Ири\x00на")
    assert 1 == await office.value("SELECT count(*) FROM questions")
