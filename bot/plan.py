"""What the settings and `otvet.toml` ask for: read, checked, and put as the rest of the service takes it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from adapters.registry import ChannelSpec, read_channels
from bot.config import Config, PlaceTable, TopicTable
from bot.conversation.faq import Entry
from bot.conversation.unasked import Unasked
from bot.desk.cards import Look
from bot.desk.geography import Geography
from bot.desk.routing import Department, Desk
from bot.desk.words import Subject, build_recognizer
from bot.rights import Retention, Rights
from bot.settings import Settings, SettingsError, read_settings, validate


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the settings and the file ask for, checked."""

    settings: Settings
    config: Config
    channels: tuple[ChannelSpec, ...]


def read_plan(environment: Mapping[str, str], folder: Path) -> Plan:
    """Read the environment, `.env` and `otvet.toml`. Raises SettingsError with every mistake there is."""
    dotenv = {name: value for name, value in dotenv_values(folder / ".env").items() if value}
    known = {**dotenv, **{name: value for name, value in environment.items() if value.strip()}}
    settings, mistakes = read_settings(known)
    config, wrong = _read_config(folder, known.get("CONFIG", "").strip())
    mistakes += wrong
    # The rest is judged with defaults in place of what is wrong, so that every mistake is told at once.
    assumed = settings or Settings()
    public_url = known.get("PUBLIC_URL", "").strip() or None
    page = {
        "local_only": assumed.is_local and public_url is None,
        "secure_cookies": (public_url or "").startswith("https:"),
        "timezone": assumed.service_timezone,
    }
    channels, wrong = read_channels(known, config, public_url=public_url, web=page if assumed.web else None)
    mistakes += wrong
    if (named := settings or _alone(known, "ADMIN_CHAT")) is not None:
        mistakes += _misfits(named, config, channels)
    shown = settings or _alone(known, "OPEN_STATISTICS", "WEB")
    if shown is not None and shown.open_statistics and not shown.web:
        mistakes.append("OPEN_STATISTICS: is on, but the page that shows them is off; expected WEB=on as well")
    if mistakes or settings is None:
        raise SettingsError(list(dict.fromkeys(mistakes)))
    return Plan(settings=settings, config=config, channels=tuple(channels))


def _alone(known: Mapping[str, str], *names: str) -> Settings | None:
    """These settings with all others at their defaults: a wrong port must not hide an admin chat that is wrong too."""
    return read_settings({name: known.get(name, "") for name in names})[0]


def _read_config(folder: Path, named: str) -> tuple[Config, list[str]]:
    path = folder / (named or "otvet.toml")
    if not named and not path.exists():
        return Config(), []
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        return Config(), [f"CONFIG: {path} cannot be read ({error.strerror}); expected a TOML file"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return Config(), [f"CONFIG: {path} is not TOML ({error}); expected a TOML file"]
    config, mistakes = validate(Config, table, name_of=str)
    config = config or Config()
    return config, [f"{path.name}: {mistake}" for mistake in [*mistakes, *config.mistakes()]]


def _misfits(settings: Settings, config: Config, channels: list[ChannelSpec]) -> list[str]:
    """Admin chats on channels that there are not, or that have no groups."""
    platforms = {spec.name: spec.platform for spec in channels}
    named = [("ADMIN_CHAT", settings.admin_chat)]
    named += [(f"departments.{one.slug}.admin_chat", one.admin_chat) for one in config.departments if one.admin_chat]
    mistakes: list[str] = []
    for name, chat in named:
        able = ", ".join(one for one, platform in platforms.items() if platform.has_groups) or "a channel with a token"
        if chat.channel not in platforms:
            mistakes.append(f"{name}: there is no channel {chat.channel!r} (is its token set?); expected one of {able}")
        elif not platforms[chat.channel].has_groups:
            mistakes.append(f"{name}: {platforms[chat.channel].title} has no group chats; expected one of {able}")
    return mistakes


def build_look(plan: Plan) -> Look:
    """How cards show what the settings name."""
    return Look(
        zone=plan.settings.zone,
        titles={spec.name: spec.title for spec in plan.channels},
        departments={one.slug: one.name for one in plan.config.departments},
        topics={one.slug: one.name for one in plan.config.topics},
        places={one.slug: one.name for one in plan.config.places},
    )


def build_rights(config: Config, settings: Settings) -> Rights:
    """What holds for residents' data."""
    table, kept = config.rights, config.rights.retention
    return Rights(
        notice_url=table.notice_url,
        consent=table.consent_version if settings.consent == "required" else None,
        locked_for=table.locked_for if table.keep_by_law else None,
        retention=Retention(
            texts=kept.texts,
            files=kept.files,
            names=kept.names,
            actions=kept.actions,
            set_aside=kept.set_aside,
            updates=kept.updates or settings.events_kept,
            media=kept.media or settings.media_kept,
        ),
    )


def build_desk(plan: Plan) -> Desk:
    """The officials' side as the settings say it.

    With topics or places this reads the dictionary and takes from 0.2 s to a second: in a thread, once it serves.
    """
    topics, places = plan.config.topics, plan.config.places
    return Desk(
        coordinators=plan.settings.admin_chat,
        answer_within=plan.settings.answer_within,
        departments={
            one.slug: Department(
                slug=one.slug,
                name=one.name,
                admin_chat=one.admin_chat,
                answer_within=one.answer_within,
                hours=one.hours,
                topics=frozenset(one.topics),
                places=frozenset(one.places),
            )
            for one in plan.config.departments
        },
        hours=plan.config.coordinators.hours,
        channel_departments={spec.name: spec.department for spec in plan.channels if spec.department},
        zone=plan.settings.zone,
        calendar=plan.config.calendar.calendar,
        topics={one.slug: one.name for one in topics},
        places={one.slug: one.name for one in places},
        recognizer=build_recognizer(_subjects(topics), _subjects(places)),
        geography=Geography(areas=tuple(one.area for one in places), within_km=plan.config.geography.within_km),
    )


def unasked_of(plan: Plan) -> Unasked:
    """What residents are told unasked."""
    return Unasked(news=plan.config.news.offer, late=plan.config.late.notice)


def answers_of(plan: Plan) -> tuple[Entry, ...]:
    """The known answers that the file names."""
    return tuple(one.entry for one in plan.config.faq)


def _subjects(tables: Iterable[TopicTable | PlaceTable]) -> list[Subject]:
    return [Subject(slug=one.slug, words=one.words, forms=one.forms) for one in tables]
