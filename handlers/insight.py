"""Figures and questions for the pages of adapters, put together from those who count and those who look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.adapter import Labels
from bot.desk.search import Found
from bot.model.chat import ChatRef
from bot.statistics.figures import Listed, Month, Report, Scope, What
from handlers.finding import Finder
from handlers.statistics.counting import Counting


@dataclass(slots=True)
class Insights:
    """Implements `bot.adapter.Insight`. It is lent to adapters, and they are built before what stands behind it."""

    _counting: Counting | None = None
    _finder: Finder | None = None

    def serve(self, counting: Counting, finder: Finder) -> None:
        """From now on there is something to ask."""
        self._counting, self._finder = counting, finder

    @property
    def counting(self) -> Counting:
        assert self._counting is not None
        return self._counting

    def labels(self) -> Labels:
        return self.counting.labels()

    def departments_of(self, admin_chat: ChatRef) -> tuple[str, ...] | None:
        return self.counting.departments_of(admin_chat)

    async def has_figures(self, department: str) -> bool:
        return await self.counting.has_figures(department)

    async def report(self, admin_chat: ChatRef, scope: Scope) -> Report:
        return await self.counting.report(admin_chat, scope)

    async def behind(self, admin_chat: ChatRef, scope: Scope, what: What, *, page: int) -> Listed:
        return await self.counting.behind(admin_chat, scope, what, page=page)

    async def find(self, admin_chat: ChatRef, text: str, *, page: int) -> Found | str:
        assert self._finder is not None
        return await self._finder.find(admin_chat, text, page=page)

    async def months(self) -> Sequence[Month]:
        return await self.counting.months()
