"""Looking for questions in the database: what is found, in which order, by whom; and what is kept out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.desk.search import PAGE, State, Term
from bot.desk.words import read_dictionary, tokenize
from bot.model.chat import ChatRef
from storage import found_by, search, unindexed
from storage import looking as looks
from storage.commonness import Commonness
from storage.database import Database
from storage.looking import Seen, Sought, TooMuch, looking
from storage.search import Page, Wanted
from tests.storage.asked import asked, says

NOW = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
DESK, ENERGY = ChatRef(channel="work", chat_id="-500"), ChatRef(channel="work", chat_id="-600")
NOTHING_KNOWN = Commonness()


def word(*forms: str, **more: Any) -> Sought:
    return Sought(forms=(forms,), **more)


def wanted(*sought: Sought, **more: Any) -> Wanted:
    return Wanted(sought=sought, **more)


async def put(database: Database, *texts: str, days: int = 0, **values: Any) -> list[int]:
    """Questions with these texts, so many days old, indexed."""
    async with database.transaction() as tx:
        numbers = [await asked(tx, NOW - timedelta(days=days), text=text, **values) for text in texts]
        await found_by.index(tx, numbers)
    return numbers


async def index(database: Database, number: int, statement: str = "", *values: object) -> None:
    """Change a question and index it anew."""
    async with database.transaction() as tx:
        if statement:
            await tx.raw.execute(statement, number, *values)
        await found_by.index(tx, [number])


async def say(database: Database, number: int, role: str, text: str) -> None:
    async with database.transaction() as tx:
        await says(tx, number, role, text, NOW)
        await found_by.index(tx, [number])


async def find(database: Database, wanted: Wanted, commonness: Commonness = NOTHING_KNOWN, *, page: int = 0) -> Page:
    async with database.transaction() as tx:
        return await search.find(tx, wanted, commonness, NOW, page=page)


async def numbers(database: Database, wanted: Wanted) -> list[int]:
    return [hit.number for hit in (await find(database, wanted)).hits]


# --- words ---------------------------------------------------------------------------------------------------------


async def test_any_form(database: Database) -> None:
    """A word is found in all the forms that the dictionary gives it; ё is е, capitals are small letters."""
    _, _, other = await put(database, "Включите БАТАРЕИ", "Нет батареек", "Дорога")
    inflect = read_dictionary()
    forms = tuple(dict.fromkeys(token for form in inflect("батарея") for token in tokenize(form)))
    assert [1] == await numbers(database, wanted(word(*forms)))
    assert [other] == await numbers(database, wanted(word("дорога", "дороги")))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Ёлка", "елка"),
        ("наи\u0306дите", "найдите"),
        ("вода/тепло и/или свет", "тепло"),
        ("«Квартал»", "квартал"),
        ("дом№14а", "14а"),
        ("http://пример.рф/яма", "яма"),
        ("снег_лёд", "лед"),
        ("O'Hara\\", "hara"),
        ("🔥пожар🔥", "пожар"),
        ("яма.Лужа", "лужа"),
    ],
)
async def test_words_are_parted_as_they_are_looked_for(database: Database, text: str, form: str) -> None:
    """Whatever signs stand around a word: it is found, in a database of any locale."""
    (number,) = await put(database, text)
    assert [number] == await numbers(database, wanted(word(form)))


async def test_all_words(database: Database) -> None:
    """All words must be there, in whichever messages."""
    first, _ = await put(database, "Нет воды", "Нет света")
    await say(database, first, "official", "Авария на Геологов")
    assert [first] == await numbers(database, wanted(word("воды"), word("геологов")))
    assert [] == await numbers(database, wanted(word("света"), word("геологов")))


async def test_phrase(database: Database) -> None:
    """A name of two words is found by both of them, or by what the question is about."""
    by_words, by_place, _ = [
        *await put(database, "Мы из Нового Уренгоя", place=""),
        *await put(database, "Когда у нас?", place="new-urengoy"),
        *await put(database, "Новый автобус", place=""),
    ]
    phrase = Sought(
        forms=(("новый", "нового"), ("уренгой", "уренгоя")), lexemes=(found_by.place_lexeme("new-urengoy"),)
    )
    assert {by_words, by_place} == set(await numbers(database, wanted(phrase)))


async def test_beginning(database: Database) -> None:
    """Words that begin so are found, where that is meant."""
    (number,) = await put(database, "Улица Геологоразведчиков")
    assert [number] == await numbers(database, wanted(word("геолог", begins=True)))
    assert [] == await numbers(database, wanted(word("геолог")))


async def test_who_said_it(database: Database) -> None:
    """What officials said and noted is found, and the resident's name; what nobody was shown is not."""
    (number,) = await put(database, "Добрый день")
    said = {"official": "ответ", "interim": "скоро", "clarifying": "адрес", "note": "подрядчик"}
    hidden = {"banned": "ругань", "withheld": "черновик", "withdrawn": "ошибка", "unclear": "неясно", "command": "файл"}
    for role, text in {**said, **hidden}.items():
        await say(database, number, role, text)
    for text in (*said.values(), "ирина"):
        assert [number] == await numbers(database, wanted(word(text)))
    for text in hidden.values():
        assert [] == await numbers(database, wanted(word(text)))


async def test_more_than_texts(database: Database) -> None:
    """A place on the map, a contact and the title of a link are found by their words."""
    (number,) = await put(database, "Вот")
    content = (
        '{"text": "", "location": {"latitude": 1, "longitude": 2, "title": "Котельная", "address": "Мира"},'
        ' "contact": {"name": "Борис", "phone": "+79120000000"}, "links": [{"url": "https://a.b", "title": "Видео"}]}'
    )
    await index(database, number, "UPDATE messages SET content = $2 WHERE question_id = $1", content)
    for text in ("котельная", "мира", "борис", "79120000000", "видео"):
        assert [number] == await numbers(database, wanted(word(text)))


# --- filters -------------------------------------------------------------------------------------------------------


async def test_states(database: Database) -> None:
    """Each state finds its own; what closed by itself after its answer is answered."""
    due = NOW - timedelta(hours=1)
    late, early = [
        *await put(database, "яма", days=1, due_at=due),
        *await put(database, "яма", due_at=NOW + timedelta(hours=1)),
    ]
    asks, done, settled, closed, spam, silent, helped, back = [
        (await put(database, "яма", status=status))[0] for status in ("clarifying", "answered", *["closed"] * 6)
    ]
    kinds = {settled: "settled", closed: "by_official", spam: "spam"}
    kinds |= {silent: "unclarified", helped: "helped", back: "withdrawn"}
    for number, kind in kinds.items():
        await index(database, number, "UPDATE questions SET close_kind = $2 WHERE id = $1", kind)
    expected = {
        State.OPEN: {late, early},
        State.OVERDUE: {late},
        State.CLARIFYING: {asks},
        State.ANSWERED: {done, settled},
        State.CLOSED: {closed, spam, silent, helped, back},
        State.SPAM: {spam},
        State.UNCLARIFIED: {silent},
        State.HELPED: {helped},
        State.TAKEN_BACK: {back},
    }
    assert expected == {state: set(await numbers(database, wanted(word("яма"), state=state))) for state in State}
    assert expected == {state: set(await numbers(database, wanted(state=state))) for state in State}
    hits = {hit.number: hit.status for hit in (await find(database, wanted(word("яма")))).hits}
    assert ("answered", "closed") == (hits[settled], hits[closed])


async def test_state_is_never_old(database: Database) -> None:
    """What was answered a second ago is not open, though the index does not know yet."""
    (number,) = await put(database, "яма")
    async with database.transaction() as tx:
        await tx.raw.execute("UPDATE questions SET status = 'answered' WHERE id = $1", number)
    assert [] == await numbers(database, wanted(word("яма"), state=State.OPEN))


async def test_dates(database: Database) -> None:
    """Only what was asked in these days is found, with or without words."""
    old, asked_then, new = [(await put(database, "яма", days=days))[0] for days in (30, 10, 0)]
    between = (NOW - timedelta(days=11), NOW - timedelta(days=9))
    assert [asked_then] == await numbers(database, wanted(word("яма"), between=between))
    assert [asked_then] == await numbers(database, wanted(between=between))
    assert [new, asked_then] == await numbers(database, wanted(between=(between[0], NOW + timedelta(days=1))))
    assert [old] == await numbers(database, wanted(between=(NOW - timedelta(days=40), between[0])))
    assert [] == await numbers(database, wanted(between=(NOW + timedelta(days=1), NOW + timedelta(days=2))))


async def test_names_of_things(database: Database) -> None:
    """Topic, place, department and channel find questions that do not say them."""
    (number,) = await put(database, "Когда?", topic="water", place="nadym", department="energy", channel="telegram")
    await put(database, "Когда?")
    lexemes = (
        found_by.topic_lexeme("water"),
        found_by.place_lexeme("nadym"),
        found_by.department_lexeme("energy"),
        found_by.channel_lexeme("telegram"),
    )
    for lexeme in lexemes:
        assert [number] == await numbers(database, wanted(Sought(lexemes=(lexeme,))))
    term = Term(words=("вода",), topic="water", place="nadym", department="energy", channels=("telegram",))
    assert lexemes == looks.sought(term, {"вода": ("вода",)}, NOTHING_KNOWN).lexemes


async def test_text_is_no_filter(database: Database) -> None:
    """A resident cannot write himself into another department, or out of a state."""
    await put(database, "=department:energy '=state:closed' =chat:work:-600")
    for lexeme in ("=department:energy", "=state:closed", "=chat:work:-600"):
        assert [] == await numbers(database, wanted(Sought(lexemes=(lexeme,))))


# --- who may see it ------------------------------------------------------------------------------------------------


async def test_seen(database: Database) -> None:
    """A chat finds what is shown there, or is its departments'; a hand-over counts at once."""
    there, theirs, _ = await put(database, "яма", "яма", "яма")
    await index(database, there, "UPDATE questions SET admin_chat_id = '-600' WHERE id = $1")
    await index(database, theirs, "UPDATE questions SET department = 'energy' WHERE id = $1")
    seen = Seen(chats=(ENERGY,), departments=("energy",))
    assert {there, theirs} == set(await numbers(database, wanted(word("яма"), seen=seen)))
    assert {there, theirs} == set(await numbers(database, wanted(seen=seen)))
    async with database.transaction() as tx:
        await tx.raw.execute("UPDATE questions SET admin_chat_id = '-500', department = 'roads'")
    assert [] == await numbers(database, wanted(word("яма"), seen=seen))
    assert [] == await numbers(database, wanted(number=there, seen=seen))


async def test_moved_chat(database: Database) -> None:
    """What was indexed under a chat's old address is found under the new one."""
    (number,) = await put(database, "яма")
    async with database.transaction() as tx:
        await tx.raw.execute("UPDATE questions SET admin_chat_id = '-100500'")
    new = ChatRef(channel="work", chat_id="-100500")
    assert [number] == await numbers(database, wanted(word("яма"), seen=Seen(chats=(new, DESK))))


# --- order ---------------------------------------------------------------------------------------------------------


async def test_best_first(database: Database) -> None:
    """The resident's words count more than an official's, and these more than a note."""
    noted, answered, said = await put(database, "Добрый день", "Добрый день", "Где вода")
    await say(database, noted, "note", "вода")
    await say(database, answered, "official", "вода")
    assert [said, answered, noted] == await numbers(database, wanted(word("вода")))


async def test_near_words_first(database: Database) -> None:
    """Words that stand together mean more than words far from each other."""
    far = f"вода {'и прочее ' * 30} геологов"
    near, _ = await put(database, "вода на геологов", far)
    assert near == (await numbers(database, wanted(word("вода"), word("геологов"))))[0]


async def test_newer_first(database: Database) -> None:
    """Of what fits equally well the newer comes first, and years make a difference."""
    old, new = [(await put(database, "Нет воды", days=days))[0] for days in (1000, 1)]
    (better,) = await put(database, "Воды! Воды! Воды!", days=1000)
    assert [new, better, old] == await numbers(database, wanted(word("воды")))


async def test_number(database: Database) -> None:
    """The question of that number comes first, then those that name it; one that is not there finds nothing."""
    first, second = await put(database, "яма", "как в № 1, вопрос 1")
    assert [first, second] == await numbers(database, wanted(word("1"), number=first))
    assert [] == await numbers(database, wanted(word("4711"), number=4711))


async def test_pages(database: Database) -> None:
    """Pages follow each other without gaps; behind the last there is nothing."""
    every = await put(database, *(["яма"] * (2 * PAGE + 1)))
    pages = [await find(database, wanted(word("яма")), page=page) for page in range(4)]
    assert sorted(every, reverse=True) == [hit.number for page in pages for hit in page.hits]
    assert [21, 21, 21, 0] == [page.total for page in pages]


# --- much ----------------------------------------------------------------------------------------------------------


#: As if every question had the word.
COMMON = Commonness(questions=100_000, parts={"яма": 1.0})


async def skip(database: Database, number: int) -> None:
    """As if there were so many questions already."""
    async with database.transaction() as tx:
        await tx.raw.execute("SELECT setval(pg_get_serial_sequence('questions', 'id'), $1)", number)


async def test_only_the_newest(database: Database) -> None:
    """Of a common word the newest questions are looked through, and that is said."""
    (old,) = await put(database, "яма", days=1000)
    await skip(database, 100_000)
    await put(database, *(["яма"] * 205))
    newest = await find(database, wanted(word("яма")), COMMON)
    assert (search.EXPECTED + 1, True) == (newest.total, newest.only_newest)
    every = await find(database, wanted(word("яма")))
    assert (206, False) == (every.total, every.only_newest)
    # A rare word beside it, and days long ago, are looked for everywhere.
    await say(database, old, "official", "редкость")
    assert [old] == [hit.number for hit in (await find(database, wanted(word("яма"), word("редкость")), COMMON)).hits]
    between = (NOW - timedelta(days=1001), NOW - timedelta(days=999))
    assert [old] == [hit.number for hit in (await find(database, wanted(word("яма"), between=between), COMMON)).hits]


async def test_further_back(database: Database) -> None:
    """Where the newest questions do not have what is common elsewhere (heating in summer), older ones are looked at."""
    old = await put(database, "яма", "яма", days=300)
    await skip(database, 100_000)
    await put(database, "лужа")
    found = await find(database, wanted(word("яма")), COMMON)
    assert (old[::-1], False) == ([hit.number for hit in found.hits], found.only_newest)


async def test_too_much(database: Database) -> None:
    """What takes too long is given up; the transaction goes on as if nothing had been."""
    async with database.transaction() as tx:
        with pytest.raises(TooMuch):
            async with looking(tx, limit="1ms"):
                await tx.raw.fetchval("SELECT pg_sleep(60)")
        assert "0" == await tx.raw.fetchval("SHOW statement_timeout")
        assert "force_generic_plan" == await tx.raw.fetchval("SHOW plan_cache_mode")


async def test_settings_do_not_stay(database: Database) -> None:
    """What holds for a search does not hold for what the same transaction does next."""
    async with database.transaction() as tx:
        await search.find(tx, wanted(word("яма")), NOTHING_KNOWN, NOW)
        assert "force_generic_plan" == await tx.raw.fetchval("SHOW plan_cache_mode")
        assert "on" == await tx.raw.fetchval("SHOW enable_seqscan")


async def test_rare_forms_of_a_common_word(database: Database) -> None:
    """A common word is looked for by the forms that people use, and by the one that was written."""
    forms = {"просить": ("просить", "прошу", "просящими")}
    common = Commonness(questions=100_000, parts={"прошу": 0.1})
    assert (("просить", "прошу"),) == looks.sought(Term(words=("просить",)), forms, common).forms
    assert (forms["просить"],) == looks.sought(Term(words=("просить",)), forms, NOTHING_KNOWN).forms


# --- indexing ------------------------------------------------------------------------------------------------------


async def test_flood(database: Database) -> None:
    """Whatever a resident writes, and however much, it can be indexed; the beginning is found."""
    (number,) = await put(database, "начало")
    texts = ["я" * 3000, " ".join(f"слово{i}" for i in range(30_000)), "'\\:*&|!()<->", "а " * 50_000, "\t\n"]
    for text in texts * 3:
        await say(database, number, "resident", text)
    assert [number] == await numbers(database, wanted(word("начало"), word("слово7")))


async def test_long_thread(database: Database) -> None:
    """Of an endless thread the first messages are found."""
    (number,) = await put(database, "начало")
    async with database.transaction() as tx:
        for place in range(found_by.MESSAGES + 1):
            await says(tx, number, "resident", f"часть{place}", NOW)
        await found_by.index(tx, [number])
    assert [number] == await numbers(database, wanted(word("начало"), word("часть3")))
    assert [] == await numbers(database, wanted(word(f"часть{found_by.MESSAGES}")))


async def test_indexed_anew(database: Database) -> None:
    """A question is found by what it says now."""
    (number,) = await put(database, "яма")
    await index(database, number, "UPDATE messages SET content = $2 WHERE question_id = $1", '{"text": "лужа"}')
    assert ([], [number]) == (
        await numbers(database, wanted(word("яма"))),
        await numbers(database, wanted(word("лужа"))),
    )


async def test_unchanged(database: Database) -> None:
    """What reads as before is not written again."""
    (number,) = await put(database, "яма")
    written = "SELECT xmin::text FROM found_by"
    async with database.transaction() as tx:
        before = await tx.raw.fetchval(written)
    await index(database, number)
    async with database.transaction() as tx:
        assert before == await tx.raw.fetchval(written)


async def test_take(database: Database) -> None:
    """The newest are taken first, each once however often it was marked, and by one at a time."""
    async with database.transaction() as tx:
        for number in (1, 2, 3, 3):
            await unindexed.mark(tx, number)
    async with database.transaction() as tx, database.transaction() as other:
        assert await unindexed.alone(tx)
        assert not await unindexed.alone(other)
        assert [3] == await unindexed.take(tx, limit=1)
        assert [2, 1] == await unindexed.take(tx, limit=9)
        assert [] == await unindexed.take(tx, limit=9)


async def test_take_is_undone(database: Database) -> None:
    """What was taken in a transaction that failed is there still."""
    async with database.transaction() as tx:
        await unindexed.mark(tx, 1)
    with pytest.raises(ZeroDivisionError):
        await _fail_after_taking(database)
    async with database.transaction() as tx:
        assert [1] == await unindexed.take(tx, limit=9)


async def _fail_after_taking(database: Database) -> None:
    async with database.transaction() as tx:
        await unindexed.take(tx, limit=9)
        raise ZeroDivisionError
