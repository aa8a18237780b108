"""Which admin chat a question goes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.model.chat import ChannelName, ChatRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """Who answers."""

    slug: str
    name: str
    admin_chat: ChatRef | None = None
    answer_within: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a question goes, and by when it is due."""

    admin_chat: ChatRef
    department: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The officials' side as the settings say it, with the addresses that chats moved to."""

    #: Where questions go that no department takes.
    coordinators: ChatRef
    answer_within: timedelta
    departments: Mapping[str, Department] = field(default_factory=dict)
    #: The department of a channel, where it has one.
    channel_departments: Mapping[ChannelName, str] = field(default_factory=dict)
    moves: Mapping[ChatRef, ChatRef] = field(default_factory=dict)

    def route(self, channel: ChannelName, now: datetime) -> Destination:
        """The channel's own department first, then the coordinators."""
        department = self.departments.get(self.channel_departments.get(channel, ""))
        if department is not None and department.admin_chat is not None:
            chat = department.admin_chat
        else:
            chat = self.coordinators
        return Destination(
            admin_chat=self.now_at(chat),
            department=department.slug if department is not None else "",
            due_at=self.due_at(department.slug if department is not None else "", now),
        )

    def due_at(self, department: str, now: datetime) -> datetime:
        """When a question that this department has to answer from now on is due."""
        own = self.departments.get(department)
        return now + ((own.answer_within if own is not None else None) or self.answer_within)

    def now_at(self, chat: ChatRef) -> ChatRef:
        """Where a chat is now: a group that became a supergroup has another address than the settings say."""
        return self.moves.get(chat, chat)

    def moved(self, moves: Mapping[ChatRef, ChatRef]) -> Desk:
        """The same desk, with the addresses that chats have now."""
        return replace(self, moves=dict(moves))

    def home_of(self, admin_chat: ChatRef, department: str) -> ChatRef:
        """Where a question is shown now, when its admin chat may be no more: with its department, or coordinators."""
        chat = self.now_at(admin_chat)
        if chat in self.admin_chats:
            return chat
        own = self.departments.get(department)
        return self.now_at((own.admin_chat if own is not None else None) or self.coordinators)

    @property
    def admin_chats(self) -> frozenset[ChatRef]:
        """All chats in which officials work."""
        chats = {self.coordinators} | {one.admin_chat for one in self.departments.values() if one.admin_chat}
        return frozenset(self.now_at(chat) for chat in chats)

    def admin_chat_of(self, chat: ChatRef) -> ChatRef | None:
        """The admin chat that a message in this chat belongs to; None: nobody there may do anything.

        A topic of a group is part of the group, unless the settings name that very topic.
        """
        chats = self.admin_chats
        if chat in chats:
            return chat
        return chat.whole if chat.whole in chats else None

    def sees_all(self, admin_chat: ChatRef) -> bool:
        """Coordinators see and do everything; a department sees its own."""
        return admin_chat == self.now_at(self.coordinators)
