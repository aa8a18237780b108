"""What officials and leaders ask of five years' questions, as the service answers it; other words each time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from adapters.telegram.capabilities import capabilities
from adapters.telegram.settings import Settings
from benchmarks.threads import CHANNELS, DEPARTMENTS, Region, admin_chat_of
from benchmarks.wordlist import PLACES, TOPICS
from benchmarks.writer import Writer
from bot.desk.cards import Look
from bot.desk.routing import Department, Desk
from bot.desk.words import Subject, build_recognizer
from bot.model.action import Official
from bot.model.chat import ChatRef
from bot.statistics import counting
from bot.statistics.figures import By, Scope, What
from bot.statistics.period import Period
from handlers import similar
from handlers.context import Context
from handlers.desk import Desk as AtDesk
from handlers.finding import look
from handlers.indexing import Indexing
from handlers.metrics import Metrics
from handlers.statistics.counting import Counting
from storage import questions, statistics
from storage.database import Database, Transaction
from storage.statistics import Which

#: Who sees all, and a department that got about 1 % of the questions.
ALL = ChatRef(channel="telegram", chat_id="-100100")
_DEPARTMENT = DEPARTMENTS[18]
OWN = ChatRef(channel="telegram", chat_id=admin_chat_of(_DEPARTMENT))
#: Milliseconds that most searches may take, and nearly all; most counts.
FIND, COUNT = (50.0, 150.0), (500.0, None)
#: Ranks of words that few questions have, and many.
_RARE, _MANY = -2000, 400

Call = Callable[[Transaction, int], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something that is asked again and again."""

    name: str
    #: Asks once; the number tells which time it is, so that it need not be the same every time.
    call: Call
    times: int = 100
    #: Milliseconds that most may take, and nearly all.
    wanted: tuple[float, float | None] | None = None
    #: Its statements, where the call makes transactions of its own.
    statements: Call | None = None


async def open_context(database: Database) -> Context:
    """The settings of a region with its departments, topics and places; how common words are is known."""
    chats = {slug: ChatRef(channel="telegram", chat_id=admin_chat_of(slug)) for slug in DEPARTMENTS}
    desk = Desk(
        coordinators=ALL,
        answer_within=timedelta(hours=4),
        departments={
            slug: Department(slug=slug, name=f"Отдел {slug[1:]}", admin_chat=chat) for slug, chat in chats.items()
        },
        recognizer=build_recognizer(_subjects(TOPICS), _subjects(PLACES)),
    )
    able = capabilities(Settings(token="1:benchmark"))  # type: ignore[arg-type]
    ctx = Context(
        database=database,
        desk=desk,
        look=Look(zone=UTC, titles={channel: channel.title() for channel in CHANNELS.things}),
        service_name="",
        capabilities=dict.fromkeys(CHANNELS.things, able),
        metrics=Metrics(),
        clock=lambda: datetime.now(UTC),
    )
    await Indexing(ctx).count()
    return ctx


def _subjects(named: dict[str, str]) -> list[Subject]:
    return [
        Subject(slug=slug, words=tuple(word.replace("_", " ") for word in words.split()))
        for slug, words in named.items()
    ]


def cases(ctx: Context, region: Region) -> list[Case]:
    """All of them; `region` is that of the database."""
    return [*_searches(ctx, region), *_counts(ctx, region.now)]


# --- searches -------------------------------------------------------------------------------------------------------


def _searches(ctx: Context, region: Region) -> list[Case]:
    words = region.wordlist.words.things
    writer = Writer(region.wordlist, Random(7))  # noqa: S311
    month = f"с {region.now - timedelta(days=400):%d.%m.%Y} по {region.now - timedelta(days=370):%d.%m.%Y}"

    def case(name: str, said: Callable[[int], str], *, chat: ChatRef = ALL, page: int = 0) -> Case:
        async def call(tx: Transaction, time: int) -> object:
            return await look(tx, ctx, chat, said(time), day=region.now.date(), page=page)

        return Case(name=f"/find: {name}", call=call, wanted=FIND)

    def letter(time: int) -> str:
        text = ""
        while len(text) < 5000:
            text += writer.question(region.wordlist.topics.things[time % len(TOPICS)], None) + " "
        return text[:5000]

    return [
        case("a rare word", lambda time: words[_RARE - 20 * time]),
        case("two words", lambda time: f"{words[_MANY + 7 * time]} {words[_MANY + 13 * time + 1]}"),
        case("common words", lambda _: "в Надыме вода"),
        case("a common word", lambda _: "вода"),
        case("a common word, place, a month", lambda _: f"вода надым {month}"),
        case("a resident's name", lambda time: region.resident(1 + 997 * time % region.residents).name),
        case("filters only", lambda _: "просроченные надым"),
        case("rare in a department's chat", lambda time: words[_RARE - 20 * time], chat=OWN),
        case("common in a department's chat", lambda _: "вода надым", chat=OWN),
        case("filters in a department's chat", lambda _: "просроченные надым", chat=OWN),
        case("page 20 of common words", lambda _: "вода надым", page=19),
        case("nonsense", lambda time: f"ывапролдж{time} ячсмитьбю{time}"),
        case("5 000 characters", letter),
        Case(name="similar: of any question", call=_similar(ctx, region, ALL), wanted=FIND),
        Case(name="similar: in a department's chat", call=_similar(ctx, region, OWN), wanted=FIND),
    ]


def _similar(ctx: Context, region: Region, chat: ChatRef) -> Call:
    numbers = Random(5).sample(range(1, region.questions + 1), min(region.questions, 200))  # noqa: S311
    official = Official(id="telegram:7", name="Ольга", chat=chat)

    async def call(tx: Transaction, time: int) -> object:
        found = await questions.find(tx, numbers[time % len(numbers)])
        assert found is not None
        desk = AtDesk(tx=tx, ctx=ctx, admin_chat=chat, official=official, message_id="1", at=ctx.clock(), pressed=True)
        # What would be sent is not left behind.
        await tx.raw.execute("SAVEPOINT asked")
        shown = await similar.show(desk, found)
        await tx.raw.execute("ROLLBACK TO SAVEPOINT asked")
        return shown

    return call


# --- figures --------------------------------------------------------------------------------------------------------


def _counts(ctx: Context, now: datetime) -> list[Case]:
    today = now.date()

    def period(days: int) -> Period:
        return Period(first=today - timedelta(days=days - 1), last=today)

    def which(scope: Scope) -> Which:
        return Which.of(scope, UTC)

    def case(name: str, days: int, times: int, *, own: bool = False) -> Case:
        scope = Scope(period=period(days), departments=(_DEPARTMENT,) if own else None)

        async def call(_: Transaction, __: int) -> object:
            return await Counting(ctx).report(ALL, scope)

        async def statements(tx: Transaction, _: int) -> object:
            return await statistics.waits(tx, which(scope), tuple(By))

        # Nobody has said how long five years may take.
        wanted = COUNT if days <= _YEAR else None
        return Case(name=f"/stats: {name}", call=call, times=times, wanted=wanted, statements=statements)

    def listed(name: str, what: What, page: int, *, own: bool = False) -> Case:
        scope = Scope(period=period(_YEAR), departments=(_DEPARTMENT,) if own else None)

        async def call(_: Transaction, __: int) -> object:
            return await Counting(ctx).behind(ALL, scope, what, page=page)

        async def statements(tx: Transaction, _: int) -> object:
            return await statistics.behind(tx, which(scope), what, now, page=page)

        return Case(name=f"behind a number: {name}", call=call, times=20, wanted=COUNT, statements=statements)

    async def months(_: Transaction, __: int) -> object:
        # A new one each time: it keeps what it has counted for ten minutes.
        return await Counting(ctx).months()

    async def months_read(tx: Transaction, _: int) -> object:
        since, until = period(2 * _YEAR).bounds(UTC)
        return await statistics.waits(tx, Which(since=since, until=until), counting.OPEN_BY)

    return [
        case("a day", 1, 50),
        case("a week", 7, 50),
        case("a month", 30, 50),
        case("a year", _YEAR, 20),
        case("five years", 5 * _YEAR, 5),
        case("a department's year", _YEAR, 20, own=True),
        case("a department's five years", 5 * _YEAR, 10, own=True),
        listed("a year's overdue", What.OVERDUE, 0),
        listed("a year's questions, page 100", What.RECEIVED, 99),
        listed("a department's overdue", What.OVERDUE, 0, own=True),
        Case(name="the open page's months", call=months, times=10, statements=months_read),
    ]


_YEAR = 365
