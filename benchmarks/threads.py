"""Made-up questions with their threads and waits, as rows of the tables: what the service would have written."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from benchmarks.wordlist import FIRST_NAMES, LAST_NAMES, Choice, Subject, Wordlist, make, weighted, zipf
from benchmarks.writer import Writer
from bot.model.action import Deed
from bot.model.content import Content
from bot.model.question import Author, CloseKind, Status
from bot.model.wait import Outcome
from storage.codec import encode_content

#: Five years.
SPAN = timedelta(days=5 * 365)
#: The median time to an answer.
MEDIAN = timedelta(hours=3)
#: After an answer the resident may write so long without asking anew.
JOINS = timedelta(hours=72)
#: Questions of one resident.
OF_RESIDENT = 2.5
DEPARTMENTS = tuple(f"d{number:03}" for number in range(1, 301))
SOURCES = ("", *(f"qr-{number:03}" for number in range(1, 201)))
CHANNELS = weighted((("telegram", 45), ("vk", 30), ("viber", 12), ("web", 8), ("max", 5)))
OUTCOMES = weighted((
    (Outcome.ANSWERED, 91), (Outcome.CLOSED, 5), (Outcome.SPAM, 2), (Outcome.UNCLARIFIED, 1.7), (None, 0.3),
))  # fmt: skip

Row = tuple[Any, ...]


def admin_chat_of(department: str) -> str:
    """The group in Telegram in which a department works."""
    return f"-100200{department[1:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """Who asks."""

    number: int
    channel: str
    name: str

    @property
    def chat_id(self) -> str:
        return str(700_000_000 + self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """All that questions are about, and how many of them there are."""

    questions: int
    #: When the last of them was asked.
    now: datetime
    wordlist: Wordlist = field(default_factory=make)
    departments: Choice[str] = field(default_factory=lambda: zipf(DEPARTMENTS))
    sources: Choice[str] = field(default_factory=lambda: zipf(SOURCES))
    first_names: tuple[str, ...] = tuple(FIRST_NAMES.split())
    last_names: Choice[str] = field(default_factory=lambda: zipf(LAST_NAMES.split()))

    @property
    def residents(self) -> int:
        return math.ceil(self.questions / OF_RESIDENT)

    def resident(self, number: int) -> Resident:
        """One of them, counted from 1: always the same."""
        random = Random(number)  # noqa: S311
        first, last = random.choice(self.first_names), self.last_names.one(random)
        if first[-1] in "ая" and last[-1] == "в":
            last += "а"
        return Resident(number=number, channel=CHANNELS.one(random), name=f"{first} {last}")

    def asked_at(self, number: int, random: Random) -> datetime:
        """Questions are numbered in the order in which they are asked, and spread evenly."""
        return self.now - SPAN * (1 - (number - random.random()) / self.questions)


@dataclass(slots=True)
class Rows:
    """Rows of neighbouring questions, by table; columns as in `COLUMNS`."""

    questions: list[Row] = field(default_factory=list)
    waits: list[Row] = field(default_factory=list)
    #: The same without an id, which is given in the order of time.
    messages: list[Row] = field(default_factory=list)
    actions: list[Row] = field(default_factory=list)


COLUMNS = {
    "questions": (
        "id", "conversation_id", "status", "department", "admin_channel", "admin_chat_id", "source", "asked_at",
        "due_at", "waiting_since", "carded_at", "first_answered_at", "answered_at", "closed_at", "topic", "place",
        "routed_by",
        "taken_by", "taken_name", "taken_at", "handovers", "remind_at", "act_at", "close_kind", "work_left",
    ),
    "waits": (
        "question_id", "round", "started_at", "running_since", "ended_at", "outcome", "clock", "worked", "due_at",
        "channel", "department", "topic", "place", "source", "handovers", "interims", "rating",
    ),
    "messages": ("question_id", "role", "author", "channel", "chat_id", "content", "at"),
    "actions": ("question_id", "at", "channel", "chat_id", "user_id", "name", "what", "detail"),
}  # fmt: skip


def rows_of(region: Region, first: int, last: int) -> Rows:
    """The questions from number `first` to `last`, both of them too; the same every time."""
    rows, random = Rows(), Random(first)  # noqa: S311
    writer = Writer(region.wordlist, random)
    for number in range(first, last + 1):
        resident = region.resident(1 + random.randrange(region.residents))
        _Thread(region=region, rows=rows, random=random, writer=writer, number=number, resident=resident).write()
    rows.messages.sort(key=lambda row: row[-1])
    return rows


@dataclass(slots=True, kw_only=True)
class _Thread:
    """One question in the making."""

    region: Region
    rows: Rows
    random: Random
    writer: Writer
    number: int
    resident: Resident
    department: str = ""
    topic: Subject | None = None
    place: Subject | None = None
    source: str = ""
    #: The resident is asked something now.
    stands: bool = False

    def write(self) -> None:
        random, region = self.random, self.region
        self.department = region.departments.one(random)
        self.topic = region.wordlist.topics.one(random) if random.random() < 0.8 else None
        self.place = region.wordlist.places.one(random) if random.random() < 0.7 else None
        self.source = region.sources.one(random) if random.random() < 0.4 else ""
        asked_at = region.asked_at(self.number, random)
        self._say(Author.RESIDENT, asked_at, self.writer.question(self.topic, self.place))
        handovers = random.choices((0, 1, 2), (88, 10, 2))[0]
        for time in range(handovers):
            self._act(Deed.HANDED_OVER, asked_at + timedelta(minutes=5 + 10 * time), self.department)
        rounds = random.choices((1, 2, 3), (95, 4, 1))[0]
        started_at, first_answer, handed = asked_at, None, handovers
        for round_ in range(1, rounds + 1):
            due_at = started_at + timedelta(hours=4 + random.uniform(0, 16))
            outcome = OUTCOMES.one(random) if round_ == 1 else Outcome.ANSWERED
            ended_at = self._wait(round_, started_at, due_at, outcome, handed)
            if ended_at is None or outcome is not Outcome.ANSWERED:
                break
            first_answer = first_answer or ended_at
            again_at = ended_at + timedelta(hours=random.uniform(1, 70))
            if round_ == rounds or again_at > region.now:
                break
            self._say(Author.RESIDENT, again_at, self.writer.further(self.topic))
            started_at, handed = again_at, 0
        self._question(asked_at, started_at, due_at, ended_at, outcome, first_answer, handovers)

    def _wait(
        self, round_: int, started_at: datetime, due_at: datetime, outcome: Outcome | None, handovers: int
    ) -> datetime | None:
        """Somebody waits; returns when that ended, if it did."""
        random = self.random
        clock = timedelta(seconds=round(random.lognormvariate(math.log(MEDIAN.total_seconds()), 1)))
        # Now and then the clock stood, since the resident was asked something.
        stood = timedelta(hours=random.uniform(0.1, 24)) if random.random() < 0.05 else timedelta(0)
        ended_at: datetime | None = started_at + clock + stood
        if outcome is None or (ended_at is not None and ended_at > self.region.now):
            ended_at = None
        self.stands = ended_at is None and bool(stood)
        counted = clock if ended_at is not None else clock * 0.2 if self.stands else timedelta(0)
        interims = int(random.random() < 0.05)
        is_answered = ended_at is not None and outcome is Outcome.ANSWERED
        self.rows.waits.append((
            self.number, round_, started_at, started_at if ended_at is None and not self.stands else None, ended_at,
            outcome if ended_at is not None and outcome is not None else "",
            int(counted.total_seconds()), int(counted.total_seconds() * random.uniform(0.3, 1)),
            due_at, self.resident.channel, self.department, self._slug(self.topic), self._slug(self.place), self.source,
            handovers, interims, random.randint(1, 5) if is_answered and random.random() < 0.1 else None,
        ))  # fmt: skip
        while random.random() < 0.35:
            self._say(Author.RESIDENT, started_at + clock * random.random(), self.writer.further(self.topic))
        if random.random() < 0.3:
            self._say(Author.NOTE, started_at + clock * random.random(), self.writer.note(self.topic))
        if interims:
            self._say(Author.INTERIM, started_at + clock * 0.5, self.writer.interim())
        if stood:
            self._say(Author.CLARIFYING, started_at + clock * 0.2, self.writer.interim())
        if is_answered and ended_at is not None:
            self._answer(ended_at)
        return ended_at

    def _answer(self, at: datetime) -> None:
        """An answer, and what is said after it."""
        random = self.random
        self._say(Author.OFFICIAL, at, self.writer.answer(self.topic, self.place))
        self._act(Deed.ANSWERED, at, "")
        while random.random() < 0.44:
            at += timedelta(minutes=random.uniform(1, 300))
            self._say(Author.RESIDENT, at, self.writer.further(self.topic))
            at += timedelta(minutes=random.uniform(5, 300))
            self._say(Author.OFFICIAL, at, self.writer.answer(self.topic, None))
        if random.random() < 0.6:
            self._say(Author.RESIDENT, at + timedelta(minutes=random.uniform(1, 60)), self.writer.thanks())

    def _say(self, role: Author, at: datetime, text: str) -> None:
        if at > self.region.now:
            return
        is_resident = role is Author.RESIDENT
        self.rows.messages.append((
            self.number, role, "" if is_resident else self._official()[1],
            self.resident.channel if is_resident else "telegram",
            self.resident.chat_id if is_resident else admin_chat_of(self.department),
            encode_content(Content(text=text)), at,
        ))  # fmt: skip

    def _act(self, deed: Deed, at: datetime, detail: str) -> None:
        chat_id = admin_chat_of(self.department)
        self.rows.actions.append((self.number, at, "telegram", chat_id, *self._official(), deed, detail))

    def _official(self) -> tuple[str, str]:
        """One of three of the department."""
        number = int(self.department[1:]) * 3 + self.number % 3
        return f"telegram:{800_000 + number}", self.region.first_names[number % 40]

    def _question(
        self,
        asked_at: datetime,
        started_at: datetime,
        due_at: datetime,
        ended_at: datetime | None,
        outcome: Outcome | None,
        first_answer: datetime | None,
        handovers: int,
    ) -> None:
        now, answered_at, closed_at, act_at, kind = self.region.now, first_answer, None, None, ""
        status = Status.OPEN if ended_at is None else Status.CLOSED
        if ended_at is not None and outcome is not None:
            if outcome is not Outcome.ANSWERED:
                closed_at, kind = ended_at, _CLOSED[outcome]
            elif ended_at + JOINS > now:
                status, answered_at, act_at = Status.ANSWERED, ended_at, ended_at + JOINS
            else:
                answered_at, closed_at, kind = ended_at, ended_at + JOINS, CloseKind.SETTLED
        work_left = None
        if self.stands:
            status, work_left, act_at = Status.CLARIFYING, timedelta(hours=3), now + timedelta(hours=24)
        waiting = started_at if status is Status.OPEN else None
        taken = self._official() if self.random.random() < 0.6 else ("", "")
        self.rows.questions.append((
            self.number, self.resident.number, status, self.department, "telegram", admin_chat_of(self.department),
            self.source, asked_at, due_at, waiting, asked_at, first_answer, answered_at, closed_at,
            self._slug(self.topic), self._slug(self.place), "по теме" if self.topic else "", *taken,
            asked_at if taken[0] else None, handovers, now + timedelta(hours=1) if waiting else None, act_at, kind,
            work_left,
        ))  # fmt: skip

    @staticmethod
    def _slug(subject: Subject | None) -> str:
        return subject.slug if subject is not None else ""


_CLOSED = {
    Outcome.CLOSED: CloseKind.BY_OFFICIAL,
    Outcome.SPAM: CloseKind.SPAM,
    Outcome.UNCLARIFIED: CloseKind.UNCLARIFIED,
}


def messages_of(rows: Rows, first_id: int) -> Iterator[Row]:
    """Its messages with ids, oldest first."""
    return ((first_id + place, *row) for place, row in enumerate(rows.messages))
