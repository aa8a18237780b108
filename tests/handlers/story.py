"""Stories of questions: who does what at which hour, told by a clock that obeys, over the real handlers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, cast

from bot.desk.hours import Hours, parse_hours
from bot.desk.routing import Department, Desk
from bot.desk.words import Subject, build_recognizer
from bot.model.chat import ChatRef
from handlers.lapsing import Lapsing
from tests.handlers.fakes import DESK, ENERGY, HOME, WORK, Office

ROADS = ChatRef(channel=WORK, chat_id="-700")
#: Energy works from nine to six on weekdays, roads round the clock.
HOURS = cast(Hours, parse_hours("mon-fri 09:00-18:00"))
CHATS = {"energy": ENERGY, "roads": ROADS, "": DESK}


def desk(zone: tzinfo = UTC, **more: Any) -> Desk:
    """Two departments and the coordinators; «тепло» is for energy, «дорога» for roads, the rest for coordinators."""
    topics = [Subject(slug="heating", forms=("тепло",)), Subject(slug="roads", forms=("дорога",))]
    places = [Subject(slug="nadym", forms=("надым",))]
    return Desk(
        coordinators=DESK,
        answer_within=timedelta(hours=4),
        departments={
            "energy": Department(
                slug="energy", name="Энергетика", admin_chat=ENERGY, hours=HOURS, topics=frozenset({"heating"})
            ),
            "roads": Department(slug="roads", name="Дороги", admin_chat=ROADS, topics=frozenset({"roads"})),
        },
        topics={"heating": "Отопление", "roads": "Дороги"},
        places={"nadym": "Надым"},
        recognizer=build_recognizer(topics, places),
        zone=zone,
        **more,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """A row of the ledger, as a test looks at it: spans in hours."""

    outcome: str
    clock: float
    worked: float | None
    department: str = ""
    late: bool = False
    handovers: int = 0
    interims: int = 0
    runs: bool = False


#: What the resident presses who takes his question back, opens it again, or «was helped» by a known answer.
_PRESSES = {"withdraws": "withdraw:{number}", "reopens": "reopen:{number}", "was": "helped:{number}:1"}
_STEP = re.compile(r"(\S+)\s*(.*)", re.DOTALL)


@dataclass(slots=True, kw_only=True)
class Story:
    """One question's story: steps such as `"10:30 answer"`, `"+1d 09:00 asks Когда дадут тепло?"`.

    A step is a moment, a deed and its words. A moment is `h:mm` on the day that the story has come to, `+1d h:mm` so
    many days later.
    """

    office: Office
    #: Midnight of the story's day, in its zone.
    day: datetime
    resident: ChatRef = field(default_factory=lambda: ChatRef(channel=HOME, chat_id="101"))
    number: int = 0

    async def run(self, steps: Sequence[str]) -> None:
        for step in steps:
            when, _, rest = step.partition(" ")
            if when.startswith("+"):
                self.day += timedelta(days=int(when[1:-1]))
                when, _, rest = rest.partition(" ")
            hours, minutes = when.split(":")
            # By the zone's own clock, also on a day on which it changes.
            local = self.day.replace(hour=int(hours), minute=int(minutes))
            self.office.clock.now = local.astimezone(UTC)
            await self._do(rest)

    async def _do(self, step: str) -> None:
        match = _STEP.fullmatch(step)
        assert match is not None
        deed, words = match.groups()
        office, number = self.office, self.number
        match deed:
            case "asks":
                await office.writes(self.resident, words or "Когда?")
                self.number = await office.value("SELECT max(id) FROM questions")
            case "writes":
                await office.writes(self.resident, words)
            case "withdraws" | "reopens" | "was":
                await office.presses(self.resident, _PRESSES[deed].format(number=number))
            case "forgets":
                await office.writes(self.resident, "забыть меня")
                await office.presses(self.resident, "forget-yes")
            case "answer":
                await self._reply(words or "Завтра")
            case "lapse":
                await Lapsing(office.ctx).once()
            case "withdraw" | "spam" | "reopen":
                await self._official(f"/{deed} {number}")
            case _:
                await self._official(f"/{deed} {number} {words or 'слова'}")

    async def _reply(self, text: str) -> None:
        """An answer as officials give it: a reply to what shows the question."""
        await self._official(f"/q {self.number}")
        await self.office.deliver()
        thread = self.office.work.id_of(await self._chat(), f"№ {self.number}")
        await self._official(text, reply_to=thread)

    async def _official(self, text: str, **more: Any) -> None:
        await self.office.writes(await self._chat(), text, **more)

    async def _chat(self) -> ChatRef:
        return (await self.office.question(self.number)).admin_chat


async def ledger(office: Office, number: int) -> list[Waited]:
    """The waits of a question, the first one first."""
    async with office.eye.transaction() as tx:
        rows = await tx.raw.fetch("SELECT * FROM waits WHERE question_id = $1 ORDER BY round", number)
    now = office.clock()
    return [
        Waited(
            outcome=row["outcome"],
            clock=round(row["clock"] / 3600, 2),
            worked=round(row["worked"] / 3600, 2) if row["worked"] is not None else None,
            department=row["department"],
            late=(row["ended_at"] or now) > row["due_at"],
            handovers=row["handovers"],
            interims=row["interims"],
            runs=row["running_since"] is not None,
        )
        for row in rows
    ]
