"""What residents are told without having asked for it, as the settings say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """Each can be turned off."""

    #: At first contact: that there is news to subscribe to.
    news: bool = True
    #: When the answer is late: by when it comes now.
    late: bool = True
