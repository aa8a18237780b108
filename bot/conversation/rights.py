"""What the service says to residents about their data, each in his language; the words are in `locale/`. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from bot.conversation.voice import Voice

# --- at first contact ----------------------------------------------------------------------------------------------


def with_notice(voice: Voice, text: str, url: str) -> str:
    """The greeting, or the first confirmation, with a line on where to read how data is kept."""
    return f"{text}\n\n{voice.say('rights-notice', url=url)}" if url else text


def ask_consent(voice: Voice, url: str) -> str:
    """A message of its own, with its buttons. What he wrote is kept already."""
    return _with_more(voice, voice.say("consent-ask"), url)


def ask_consent_first(voice: Voice, url: str) -> str:
    """The same to somebody who has not written anything yet that could be passed on."""
    return _with_more(voice, voice.say("consent-ask-first"), url)


def ask_consent_for_news(voice: Voice, url: str) -> str:
    """The same to somebody who wants news."""
    return _with_more(voice, voice.say("consent-ask-news"), url)


def still_aside(voice: Voice) -> str:
    """He writes on without having said whether he consents."""
    return voice.say("consent-still-aside")


def full(voice: Voice) -> str:
    """So much is kept that no more is taken."""
    return voice.say("consent-full")


def consented(voice: Voice) -> str:
    """He consented, and nothing of his waits for that."""
    return voice.say("consent-given")


def other_text(voice: Voice, url: str) -> str:
    """The button belongs to a text that is out of date: he is asked anew."""
    return f"{voice.say('consent-other-text')} {ask_consent_first(voice, url)}"


def declined(voice: Voice) -> str:
    return voice.say("consent-declined")


def consented_before(voice: Voice) -> str:
    """«Не согласен» of somebody who had consented: his question is with the officials."""
    return voice.say("consent-before")


def _with_more(voice: Voice, text: str, url: str) -> str:
    return f"{text}\n\n{voice.say('rights-more', url=url)}" if url else text


# --- /mydata -------------------------------------------------------------------------------------------------------


def collecting(voice: Voice) -> str:
    return voice.say("mydata-collecting")


def collected_lately(voice: Voice, next_at: str) -> str:
    return voice.say("mydata-lately", next_at=next_at)


def my_data(voice: Voice) -> str:
    """Stands with the files."""
    return voice.say("mydata-here")


def not_collected(voice: Voice) -> str:
    return voice.say("mydata-failed")


# --- /forget -------------------------------------------------------------------------------------------------------


def ask_forget(voice: Voice, unanswered: Sequence[int], locked_until: str) -> str:
    """What is going to be removed, before it is."""
    parts = [voice.say("forget-ask")]
    if len(unanswered) > _NAMED:
        parts.append(voice.count("forget-ask-many", len(unanswered)))
    elif unanswered:
        parts.append(voice.count("forget-ask-named", len(unanswered), numbers=_numbers(unanswered)))
    if locked_until:
        parts.append(voice.say("forget-by-law", until=locked_until))
    return f"{' '.join(parts)}\n\n{voice.say('forget-confirm')}"


def left(voice: Voice) -> str:
    return voice.say("forget-left")


def too_late(voice: Voice) -> str:
    """Confirmed after its time, or without having been asked."""
    return voice.say("forget-too-late")


def unclear(voice: Voice) -> str:
    """Confirmed in words that may be meant for what he was told since."""
    return voice.say("forget-unclear")


def forgotten(voice: Voice, unanswered: Sequence[int], locked_until: str) -> str:
    """The last word."""
    parts = [voice.say("forget-done")]
    if len(unanswered) > _NAMED:
        parts.append(voice.count("forget-done-many", len(unanswered)))
    elif unanswered:
        parts.append(voice.count("forget-done-named", len(unanswered), numbers=_numbers(unanswered)))
    if locked_until:
        parts.append(voice.say("forget-by-law", until=locked_until))
    return " ".join((*parts, voice.say("forget-again")))


def still_banned(voice: Voice, until: str) -> str:
    """Stands behind the last word."""
    return voice.say("forget-banned", until=until)


def day(voice: Voice, at: datetime, zone: tzinfo) -> str:
    """A day that may be years away: «23 ноября 2031»."""
    local = at.astimezone(zone)
    return voice.say("forget-day", day=local.day, month=voice.say(f"month-{local.month}"), year=local.year)


#: Numbers that are named; more questions than these are counted.
_NAMED = 5


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(f"№ {number}" for number in numbers)
