"""Reading the settings again while the service runs: on SIGHUP, and when coordinators say `/reload`.

What the officials' side is made of takes effect at once: departments with their chats, hours and deadlines, topics,
places, the calendar, which department a channel has, what figures are compared with and when they are reported, what
residents are told or asked by themselves. Channels, tokens and all other settings wait for a restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import structlog

from bot.desk.routing import Desk
from bot.plan import Plan, answers_of, build_desk, build_look, build_rights, unasked_of
from bot.settings import Settings, SettingsError
from handlers.context import Context

log = structlog.get_logger(__name__)

#: Settings that need no restart.
_AT_ONCE = frozenset({"answer_within"})


@dataclass(slots=True, kw_only=True)
class Reload:
    """Puts other settings into a running service: all of them, or none."""

    #: What the process started with: its channels and all that cannot change any more.
    started: Plan
    #: Reads the settings. Raises SettingsError.
    read: Callable[[], Plan]
    ctx: Context | None = None
    _now: Plan | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _task: asyncio.Task[object] | None = None

    def serve(self, ctx: Context) -> None:
        """From now on there is something to change."""
        self.ctx = ctx
        ctx.reload = self.asked

    def signalled(self) -> None:
        """SIGHUP: what comes of it is told in the log."""
        if self.ctx is None:
            log.warning("settings.not_reloaded", reason="the service is starting")
            return
        # Referred to, so that nobody collects it on the way.
        self._task = asyncio.create_task(self.asked())

    async def asked(self) -> str:
        """Read the settings again; returns what to tell whoever asked. Never raises."""
        try:
            said = await self.reload()
        except SettingsError as error:
            for mistake in error.mistakes:
                log.warning("settings.refused", mistake=mistake)
            return "\n".join(("Настройки не приняты, ничего не изменилось:", *error.mistakes))
        except OSError as error:
            log.warning("settings.refused", mistake=error.strerror)
            return f"Настройки не прочитаны, ничего не изменилось: {error.strerror}"
        except Exception as error:
            log.exception("settings.reload_failed", error=type(error).__name__)
            return "Настройки не прочитаны, ничего не изменилось: ошибка в программе, подробности в журнале."
        log.info("settings.reloaded", changed=said)
        return said

    async def reload(self) -> str:
        """The same, with all that is wrong raised: SettingsError, OSError."""
        ctx = self.ctx
        assert ctx is not None
        async with self._turn:
            # The dictionary of word forms takes up to a second: residents need not wait for it.
            plan, desk = await asyncio.to_thread(self._prepare)
            before, self._now = self._now or self.started, plan
            ctx.desk = self._fitting(desk, ctx)
            ctx.rights = build_rights(plan.config, self.started.settings)
            ctx.look = replace(build_look(plan), zone=ctx.look.zone, titles=ctx.look.titles)
            ctx.targets, ctx.weekly_report = plan.config.statistics.targets, plan.config.statistics.report
            ctx.ask_rating_after = plan.config.rating.ask_after
            ctx.unasked = unasked_of(plan)
            ctx.answers.of_file = answers_of(plan)
            ctx.answers.changed.set()
            # Questions of a department that is no more, or has another chat now, are shown where they belong.
            ctx.astray.set()
        return _told(before, plan, self._waiting(plan))

    def _prepare(self) -> tuple[Plan, Desk]:
        plan = self.read()
        return plan, build_desk(plan)

    def _fitting(self, desk: Desk, ctx: Context) -> Desk:
        """The new desk in the process as it is: a chat on a channel that is not there yet cannot be written to."""
        departments = {
            slug: one
            if one.admin_chat is None or one.admin_chat.channel in ctx.capabilities
            else replace(one, admin_chat=None)
            for slug, one in desk.departments.items()
        }
        was = ctx.desk
        return replace(
            desk,
            departments=departments,
            coordinators=was.coordinators,
            zone=was.zone,
            moves=was.moves,
            bindings=was.bindings,
            gone=was.gone,
        )

    def _waiting(self, plan: Plan) -> list[str]:
        """What differs from the start and waits for the next one: names of settings and channels."""
        old, new = self.started.settings, plan.settings
        found = [
            name.upper()
            for name in Settings.model_fields
            if name not in _AT_ONCE and getattr(old, name) != getattr(new, name)
        ]
        channels, others = (
            {spec.name: (spec.platform.name, spec.settings) for spec in one.channels} for one in (self.started, plan)
        )
        return found + sorted(name for name in {*channels, *others} if channels.get(name) != others.get(name))


def _told(before: Plan, plan: Plan, waiting: list[str]) -> str:
    was, now = before.config, plan.config
    counts = (
        ("отделы", len(was.departments), len(now.departments)),
        ("темы", len(was.topics), len(now.topics)),
        ("места", len(was.places), len(now.places)),
    )
    shown = ", ".join(f"{what}: {new}" + (f" (было {old})" if old != new else "") for what, old, new in counts)
    rest = f" Подействует после перезапуска: {', '.join(waiting)}." if waiting else ""
    return f"Настройки перечитаны. {shown[0].upper()}{shown[1:]}.{rest}"
