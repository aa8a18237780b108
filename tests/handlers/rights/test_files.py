"""Files of a resident who had his data removed: gone from the store, unless somebody else sent the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import MediaUnavailable
from bot.model.content import Media
from storage.chat_log import StoredChatLog
from tests.handlers.fakes import DESK, HOME, IRINA, OLEG, WORK, photo
from tests.handlers.pictures import plain
from tests.handlers.rights.house import REQUIRED, House, open_house


@pytest.fixture
async def house(database_address: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database_address, tmp_path) as opened:
        opened.contents |= {"a": b"the same", "b": b"the same", "c": b"another", "picture": plain()}
        yield opened


async def uploaded(house: House, content: bytes, name: str = "файл.txt") -> Media:
    """A file that came in by the page: it is known by its hash alone."""

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    stored = await house.media.put(chunks(), file_name=name, limit=10_000)
    return photo(f"file:{stored.sha256}")


async def test_forgotten(house: House) -> None:
    """The file goes, with the record by which it was found."""
    await house.media.get(photo("c"))
    assert 1 == await house.media.forget([photo("c")])
    assert ([], []) == (house.stored(), list(house.folder.glob("refs/*/*.json")))


async def test_unknown(house: House) -> None:
    """What was never fetched need not be forgotten."""
    await house.media.get(photo("c"))
    assert 0 == await house.media.forget([photo("never"), photo(f"file:{'0' * 64}")])
    assert [b"another"] == house.stored()


async def test_same_bytes_of_somebody_else(house: House) -> None:
    """Two people forward the same picture: it stays for the other, who is found by his own key."""
    await house.media.get(photo("a"))
    await house.media.get(photo("b"))
    assert 0 == await house.media.forget([photo("a")])
    assert b"the same" == (await house.media.get(photo("b"))).path.read_bytes()
    assert 1 == await house.media.forget([photo("b")])
    assert [] == house.stored()


async def test_name_of_what_somebody_else_sent_too(house: House) -> None:
    """How he called it goes, also from what is made of it, where the same bytes stay under somebody else's name."""
    for content in (b"the same", plain()):
        his = replace(await uploaded(house, content, "Тайна Вануйто.jpg"), file_name="Тайна Вануйто.jpg")
        theirs = replace(await uploaded(house, content, "бланк.jpg"), file_name="бланк.jpg")
        await house.office.writes(IRINA, "Вот", media=(his,))
        await house.office.writes(OLEG, "Вот", media=(theirs,))
        assert ["Тайна Вануйто", "бланк"] == [
            Path((await house.media.get(one)).file_name).stem for one in (his, theirs)
        ]
    await house.media.as_jpeg(await house.media.get(his), max_bytes=10_000)
    await house.forgets(IRINA)
    assert 3 == len(house.stored())
    records = [json.loads(path.read_bytes())["file_name"] for path in house.folder.glob("refs/*/*.json")]
    assert [] == [name for name in records if "Тайна" in name]


async def test_what_was_made_of_it(house: House) -> None:
    """A picture that was converted for some messenger goes with the one that it was made of, and no other does."""
    other = await house.media.get(photo("c"))
    picture = await house.media.get(photo("picture"))
    await house.media.as_jpeg(picture, max_bytes=100_000)
    assert 3 == len(house.stored())
    assert 2 == await house.media.forget([photo("picture")])
    assert [other.path.read_bytes()] == house.stored()
    assert 2 == len(list(house.folder.glob("refs/*/*.json")))


async def test_comes_again(house: House) -> None:
    """A file that was forgotten is fetched again when somebody sends it."""
    await house.media.get(photo("c"))
    await house.media.forget([photo("c")])
    assert b"another" == (await house.media.get(photo("c"))).path.read_bytes()


async def test_in_somebody_elses_question(house: House) -> None:
    """A file that another resident's message has stays, also one that came in by the page."""
    upload = await uploaded(house, b"uploaded by both")
    for who in (IRINA, OLEG):
        await house.office.writes(who, "Вот", media=(upload, photo("c")))
    await house.media.get(photo("c"))
    await house.forgets(IRINA)
    assert [b"another", b"uploaded by both"] == house.stored()
    await house.forgets(OLEG)
    assert [] == house.stored()
    with pytest.raises(MediaUnavailable):
        await house.media.get(upload)


async def test_what_waits_for_consent(house: House) -> None:
    """A file of a message that nobody has seen yet goes as well."""
    house.office.ctx.rights = REQUIRED
    await house.office.writes(IRINA, "Вот", media=(await uploaded(house, b"waits"),))
    await house.forgets(IRINA)
    assert [] == house.stored()


async def test_what_could_not_be_taken_in(house: House) -> None:
    """A file of a message that stands on the page alone: the database went away before it was registered."""
    upload = await uploaded(house, b"failed")
    body = f'{{"files": [{{"sha256": "{upload.ref.removeprefix("file:")}"}}]}}'
    await StoredChatLog(house.office.database, HOME).append(IRINA.chat_id, key="in:1", body=body)
    await house.office.writes(IRINA, "Яма")
    await house.forgets(IRINA)
    assert [] == house.stored()


async def test_what_officials_sent_him(house: House) -> None:
    """The file of an answer goes too, where it was for him alone."""
    office = house.office
    await office.writes(IRINA, "Дайте справку")
    await office.deliver()
    paper = photo("c", channel=WORK)
    await house.media.get(paper)
    await office.writes(DESK, "Вот она", reply_to=office.work.id_of(DESK, "№ 1 "), media=(paper,))
    await office.deliver()
    await house.forgets(IRINA)
    assert [] == house.stored()
