"""The measurements: each starts its own service, asks, waits until everything arrived, and gives figures."""

from __future__ import annotations

import os
import signal
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bot_api import BotApi
from benchmarks.processes import Usage, resident_memory, usage
from benchmarks.residents import CONNECTIONS, Asked, ask_at_once, ask_steadily
from benchmarks.service import Cores, Running, echo, otvet

#: Chat ids of the residents who warm the service up, and of those who are measured.
_WARMING, _MEASURED = 1_000_000, 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """Many questions as fast as they are taken."""

    questions: int
    #: Seconds from the first post to the last 200, to the last card and to the last confirmation.
    accepted: float
    shown: float
    confirmed: float
    used: Usage | None
    #: Bytes the service's process holds afterwards, and held before.
    memory: int | None
    memory_before: int | None

    @property
    def rate(self) -> float:
        """Questions a second, until everybody has seen everything."""
        return self.questions / max(self.shown, self.confirmed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How long something took, in milliseconds."""

    p50: float
    p99: float
    longest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Questions at a steady pace."""

    rate: float
    questions: int
    to_200: Spread
    to_card: Spread
    to_confirmation: Spread
    used: Usage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Many questions at once, within the platform's limits."""

    questions: int
    shown: float
    confirmed: float
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What all measurements share."""

    api: BotApi
    cores: Cores
    #: Where the databases are made; None: the system's folder for temporary files.
    folder: Path | None = None
    connections: int = CONNECTIONS
    #: Questions before each run.
    warm_up: int = 200

    async def throughput(self, questions: int, *, profile: Path | None = None) -> Throughput:
        """`questions` residents ask once each, lifted limits."""
        async with otvet(self.api.url, self.cores, folder=self.folder, statistics=profile) as service:
            await self._warm_up(service)
            if profile is not None:
                os.kill(service.pid, signal.SIGUSR1)
            memory_before = resident_memory(service.pid)
            before = usage(service.pid, service.postmaster)
            arrived = self.api.begin(_MEASURED)
            asked = await self._ask(service, questions)
            await self.api.wait_for(cards=questions, confirmations=questions)
            after = usage(service.pid, service.postmaster)
            began = min(asked.posted.values())
            return Throughput(
                questions=questions,
                accepted=max(asked.accepted.values()) - began,
                shown=max(arrived.cards.values()) - began,
                confirmed=max(arrived.confirmations.values()) - began,
                used=after - before if after is not None and before is not None else None,
                memory=resident_memory(service.pid),
                memory_before=memory_before,
            )

    async def latency(self, rate: float, seconds: float) -> Latency:
        """`rate` questions a second for so long, lifted limits."""
        async with otvet(self.api.url, self.cores, folder=self.folder) as service:
            await self._warm_up(service)
            before = usage(service.pid, service.postmaster)
            arrived = self.api.begin(_MEASURED)
            asked = await ask_steadily(service.port, service.path, first_resident=_MEASURED, rate=rate, seconds=seconds)
            _check(asked)
            count = len(asked.posted)
            await self.api.wait_for(cards=count, confirmations=count)
            after = usage(service.pid, service.postmaster)
            return Latency(
                rate=rate,
                questions=count,
                to_200=_spread(asked.posted, asked.accepted),
                to_card=_spread(asked.posted, arrived.cards),
                to_confirmation=_spread(asked.posted, arrived.confirmations),
                used=after - before if after is not None and before is not None else None,
            )

    async def burst(self, questions: int) -> Burst:
        """`questions` at once with the limits that Telegram has."""
        async with otvet(self.api.url, self.cores, folder=self.folder, limits={}) as service:
            arrived = self.api.begin(_MEASURED)
            asked = await self._ask(service, questions)
            await self.api.wait_for(cards=questions, confirmations=questions)
            began = min(asked.posted.values())
            return Burst(
                questions=questions,
                shown=max(arrived.cards.values()) - began,
                confirmed=max(arrived.confirmations.values()) - began,
                messages=arrived.admin_messages,
            )

    async def echo(self, messages: int) -> float:
        """Messages a second that aiogram's own webhook server sends back."""
        async with echo(self.api.url, self.cores) as service:
            await self._warm_up(service, cards=False)
            arrived = self.api.begin(_MEASURED)
            began = time.perf_counter()
            await self._ask(service, messages)
            await self.api.wait_for(cards=0, confirmations=messages)
            return messages / (arrived.latest - began)

    async def _warm_up(self, service: Running, *, cards: bool = True) -> None:
        """The first calls prepare statements and open connections: they are not what is measured."""
        self.api.begin(_WARMING)
        asked = await ask_at_once(
            service.port, service.path, first_resident=_WARMING, count=self.warm_up, connections=self.connections
        )
        _check(asked)
        await self.api.wait_for(cards=self.warm_up if cards else 0, confirmations=self.warm_up)

    async def _ask(self, service: Running, count: int) -> Asked:
        asked = await ask_at_once(
            service.port, service.path, first_resident=_MEASURED, count=count, connections=self.connections
        )
        _check(asked)
        return asked


def _check(asked: Asked) -> None:
    if asked.refused:
        raise RuntimeError(f"{asked.refused} of {len(asked.posted)} updates were not accepted")


def _spread(began: Mapping[int, float], ended: Mapping[int, float]) -> Spread:
    return spread_of([ended[place] - at for place, at in began.items()])


def spread_of(seconds: Sequence[float]) -> Spread:
    """How these times are spread."""
    took = sorted(one * 1000 for one in seconds)
    return Spread(p50=statistics.median(took), p99=took[min(len(took) - 1, int(len(took) * 0.99))], longest=took[-1])
