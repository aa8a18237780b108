"""What residents are told when they write too much, or may not write for a while: kindly. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from bot.conversation.texts import deadline
from bot.conversation.voice import Voice

#: What is longer has no end that anybody would wait for.
ENDLESS = timedelta(days=3650)


def banned(voice: Voice, until: datetime, reason: str, now: datetime, zone: tzinfo) -> str:
    """Said once for each ban."""
    if until - now > ENDLESS:
        said = [voice.say("banned-endless")]
    else:
        said = [voice.say("banned", until=deadline(until, now, zone, voice))]
    if reason:
        said.append(voice.say("banned-why", reason=reason.rstrip(".! ")))
    return " ".join((*said, voice.say("banned-instead")))


def written_much(voice: Voice, number: int) -> str:
    """Said once, however much he goes on to write."""
    return voice.say("written-much", number=number)
