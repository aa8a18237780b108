"""Which news a resident wants."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class About(StrEnum):
    """What news are about; kept as text."""

    ALL = "all"
    PLACE = "place"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One thing that he wants to hear of."""

    about: About
    #: Of a place or a topic.
    slug: str = ""


#: All news.
EVERYTHING = Subscription(about=About.ALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribers:
    """How many residents want news of one thing."""

    subscription: Subscription
    count: int
