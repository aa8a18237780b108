"""What the service says to residents, each in his language; the words themselves are in `locale/`."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from functools import cache

from bot.conversation.decisions import HELP, LANGUAGE, NEW_QUESTION, SPEAK, Page
from bot.conversation.voice import RUSSIAN, Voice, voices
from bot.delivery.fit import LeftOut, describe
from bot.model.content import Media
from bot.model.message import Button, Keyboard

#: Languages, or pages, in one row of buttons.
_COLUMNS = 2
#: Long enough for the year to be said.
_A_YEAR_AGO = timedelta(days=400)
#: The pages that have a button where a resident learns how this works.
MENU = (Page.QUESTIONS, Page.ANSWERS, Page.NEWS, Page.DATA)


# --- buttons -------------------------------------------------------------------------------------------------------


@cache
def keyboard(voice: Voice) -> Keyboard:
    """Under everything that we say to a resident."""
    return Keyboard(rows=((_button(voice, NEW_QUESTION), _button(voice, HELP)),))


@cache
def first_keyboard(voice: Voice) -> Keyboard:
    """Where a resident learns how this works, he may choose a language, too."""
    return Keyboard(rows=(*keyboard(voice).rows, (_button(voice, LANGUAGE),)))


@cache
def menu_keyboard(voice: Voice) -> Keyboard:
    """All that a resident can look at besides asking."""
    buttons = [Button(text=voice.say(f"button-{page}"), data=f"{page}:") for page in MENU]
    rows = [tuple(buttons[at : at + _COLUMNS]) for at in range(0, len(buttons), _COLUMNS)]
    return Keyboard(rows=(*rows, *first_keyboard(voice).rows))


@cache
def languages_keyboard(voice: Voice) -> Keyboard:
    """The languages to choose from, each by its own name."""
    choices = [Button(text=one.name, data=f"{SPEAK}{one.language}") for one in voices()]
    rows = [tuple(choices[at : at + _COLUMNS]) for at in range(0, len(choices), _COLUMNS)]
    return Keyboard(rows=(*rows, *keyboard(voice).rows))


def _button(voice: Voice, what: str) -> Button:
    return Button(text=voice.say(f"button-{what}"), data=what)


def menu(voice: Voice) -> tuple[tuple[str, str], ...]:
    """The commands that a messenger's menu shows, and what they do."""
    return tuple((name, voice.say(f"menu-{name}")) for name in ("start", NEW_QUESTION, HELP, *MENU, LANGUAGE))


# --- time ----------------------------------------------------------------------------------------------------------


def moment(at: datetime, now: datetime, zone: tzinfo, voice: Voice = RUSSIAN) -> str:
    """A point in time as people say it: «14:20», «завтра в 14:20» becomes «14:20 завтра», «14:20 24 ноября»."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M}"
    match (local.date() - today).days:
        case 0:
            return voice.say("moment-today", clock=clock)
        case 1:
            return voice.say("moment-tomorrow", clock=clock)
        case _:
            month = voice.say(f"month-{local.month}")
            if local.year == today.year:
                return voice.say("moment-day", clock=clock, day=local.day, month=month)
            return voice.say("moment-year", clock=clock, day=local.day, month=month, year=local.year)


def deadline(at: datetime, now: datetime, zone: tzinfo, voice: Voice = RUSSIAN) -> str:
    """The same behind «до»: midnight ends the day before it, while «00:00 завтра» is read as the night after."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if (local.hour, local.minute) != (0, 0):
        return moment(at, now, zone, voice)
    day = local.date() - timedelta(days=1)
    match (day - today).days:
        case 0:
            return voice.say("day-end-today")
        case 1:
            return voice.say("day-end-tomorrow")
        case _:
            month = voice.say(f"month-{day.month}")
            if day.year == today.year:
                return voice.say("day-end-day", day=day.day, month=month)
            return voice.say("day-end-year", day=day.day, month=month, year=day.year)


def dated(at: datetime, zone: tzinfo) -> str:
    """The same with its day and year, for what is read long after: there «завтра» is another day."""
    return deadline(at, at - _A_YEAR_AGO, zone)


def length(span: timedelta, voice: Voice = RUSSIAN) -> str:
    """A length of time in the largest fitting unit: «40 минут», «4 часа», «3 дня»."""
    unit, n = _largest_unit(span)
    return voice.count(f"length-{unit}", n)


def within(span: timedelta, voice: Voice = RUSSIAN) -> str:
    """The same behind «в течение»: «40 минут», «1 часа», «4 часов», «3 дней». It is a promise, so never less."""
    unit, n = _largest_unit(span, math.ceil)
    return voice.count(f"within-{unit}", n)


def _largest_unit(span: timedelta, whole: Callable[[float], int] = round) -> tuple[str, int]:
    """`whole`: makes a whole number of what is left over."""
    minutes = whole(span.total_seconds() / 60)
    if minutes < 60:
        return "minutes", minutes
    hours = whole(minutes / 60)
    return ("hours", hours) if hours < 48 else ("days", whole(hours / 24))


# --- texts ---------------------------------------------------------------------------------------------------------


def greeting(voice: Voice, service: str, answer_within: timedelta) -> str:
    text = voice.say("greeting", service=service, within=within(answer_within, voice))
    return f"{text}\n\n{voice.say('consultation')}"


def explanation(voice: Voice, answer_within: timedelta) -> str:
    text = voice.say("explanation", within=within(answer_within, voice))
    return f"{text}\n\n{voice.say('explanation-words')}\n\n{voice.say('consultation')}"


def confirmation(voice: Voice, number: int, due: str, *, first: bool, reads: str = "") -> str:
    """`reads`: when people will see it, where they do not work just now."""
    text = " ".join(filter(None, (voice.say("confirmation", number=number, due=due), reads)))
    return f"{text}\n\n{voice.say('consultation')}" if first else text


def reads(voice: Voice, opens_at: datetime, now: datetime, zone: tzinfo) -> str:
    """Outside working hours: when people are there again."""
    local, today = opens_at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M}"
    match (local.date() - today).days:
        case 0:
            return voice.say("reads-today", clock=clock)
        case 1:
            return voice.say("reads-tomorrow", clock=clock)
        case _:
            return voice.say("reads-day", clock=clock, day=local.day, month=voice.say(f"month-{local.month}"))


def late(voice: Voice, number: int, due: str) -> str:
    """The time that he was told has passed."""
    return voice.say("late", number=number, due=due)


def joined(voice: Voice, number: int) -> str:
    return voice.say("joined", number=number)


def promise_new(voice: Voice) -> str:
    return voice.say("promise-new")


def which_language(voice: Voice, *, buttons: bool) -> str:
    """The question above the languages' buttons; it can be answered in words, too."""
    phrases = ", ".join(
        one.say("quoted", name=f"{one.words('word-language')[0].capitalize()} {one.name}") for one in voices()
    )
    return voice.say("languages-press" if buttons else "languages-write", phrases=phrases)


def language_chosen(voice: Voice) -> str:
    return voice.say("language-chosen")


def about(voice: Voice, number: int, text: str, *, asks: bool) -> str:
    """Says which question this answers, or is about; where messages cannot reply to others."""
    head = voice.say("head-clarification" if asks else "head-answer", number=number)
    return f"{head}\n{text}" if text else head


def clarification(voice: Voice, text: str) -> str:
    """What an official asks."""
    return voice.say("clarification", text=text) if text else voice.say("clarification-bare")


def interim(voice: Voice, text: str, due: str) -> str:
    """An answer that is not the last one."""
    more = voice.say("interim", due=due)
    return f"{text}\n\n{more}" if text else more


def extended(voice: Voice, number: int, due: str) -> str:
    return voice.say("extended", number=number, due=due)


def asked_again(voice: Voice, number: int, asked: str) -> str:
    if asked:
        text = voice.say("asked-again", number=number, asked=asked)
    else:
        text = voice.say("asked-again-bare", number=number)
    return f"{text}\n\n{voice.say('closes-soon')}"


def unclarified(voice: Voice, number: int, *, last: bool = True) -> str:
    """`last`: he has asked nothing else since, so that what he writes opens it again."""
    return voice.say("unclarified" if last else "unclarified-before", number=number)


def withdrawn(voice: Voice, number: int) -> str:
    return voice.say("withdrawn", number=number)


def correction(voice: Voice, text: str) -> str:
    return voice.say("correction", text=text)


def closed(voice: Voice, number: int, reason: str) -> str:
    """`reason`: an official's words, or one of the usual reasons, which has a text in each language."""
    if not reason:
        return voice.say("closed", number=number)
    return voice.say("closed-why", number=number, reason=voice.ours("reason", reason).rstrip(".! "))


def reopened(voice: Voice, number: int) -> str:
    return voice.say("reopened", number=number)


def file_left_out(voice: Voice, left_out: LeftOut) -> str:
    """A file that cannot go along; whoever sent it may do so in another way."""
    return _not_passed(voice, left_out.media, left_out.why(voice))


def file_refused(voice: Voice, media: Media, reason: str) -> str:
    """A file that the platform on the other side did not take."""
    return _not_passed(voice, media, why_refused(voice, reason))


def _not_passed(voice: Voice, media: Media, reason: str) -> str:
    return voice.say("file-not-passed", what=describe(media, voice), reason=reason)


def why_refused(voice: Voice, reason: str) -> str:
    """Why a platform refused a file: its adapter tells that in Russian alone."""
    return reason if reason and voice == RUSSIAN else voice.say("file-refused")
