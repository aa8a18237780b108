"""The command line: `python -m bot`, or `otvet`."""

from __future__ import annotations

import argparse
import asyncio
import functools
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

import uvloop

from bot.adapter import Finding
from bot.app import Rooms
from bot.desk.faq import as_toml
from bot.errors import SendError
from bot.plan import Plan, read_plan
from bot.process import ListenError, Process, open_rooms
from bot.reload import Reload
from bot.settings import SettingsError
from handlers import binding, logs, qr
from handlers.statistics import shell
from migrations.run import migrate
from storage import bindings
from storage import events as stored_events
from storage import faq as stored_faq
from storage.database import DatabaseAway
from storage.embedded import EmbeddedError
from storage.events import EventStatus

#: Wrong settings, or a machine on which the service cannot start.
EXIT_SETTINGS = 2
#: Seconds for the checks of one channel.
_CHECK_SECONDS = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="otvet", description="Residents ask, officials answer from their own chat.")
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("run", help="run the service in the foreground (the default)")
    commands.add_parser("migrate", help="bring the database up to date, and stop")
    commands.add_parser(
        "check", help="check settings, database, tokens, webhooks and rights; exit code 1 when something is bad"
    )
    bind_code = commands.add_parser("bind-code", help="make a one-time code that ties a group to a department")
    bind_code.add_argument("department", help="the slug of the department in otvet.toml")
    shell.add_commands(commands)
    events = commands.add_parser("events", help="updates whose handling failed")
    actions = events.add_subparsers(dest="action", metavar="action", required=True)
    actions.add_parser("failed", help="list them")
    actions.add_parser("replay", help="handle them again, after the fix")
    faq = commands.add_parser("faq", help="questions whose answers are known")
    faq.add_subparsers(dest="action", metavar="action", required=True).add_parser(
        "export", help="print them as they stand in otvet.toml"
    )
    qr.add_arguments(commands.add_parser("qr", help="draw QR codes of links that say where residents come from"))
    options = parser.parse_args(arguments)
    try:
        plan = _read_plan()
    except SettingsError as error:
        for mistake in error.mistakes:
            print(mistake, file=sys.stderr)
        return EXIT_SETTINGS
    if mistake := _mistake(options, plan):
        print(mistake, file=sys.stderr)
        return EXIT_SETTINGS
    if options.command == "qr" and (mistake := qr.wrong_words(options, [spec.name for spec in plan.channels])):
        print(mistake, file=sys.stderr)
        return EXIT_SETTINGS
    logs.configure(plan.settings.log_level, plan.settings.log_format)
    try:
        return uvloop.run(_command(options, plan))
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return EXIT_SETTINGS
    except ListenError as error:
        print(error, file=sys.stderr)
        return EXIT_SETTINGS
    except OSError as error:
        print(f"DATA_DIR: {error}; expected a folder that can be written to", file=sys.stderr)
        return EXIT_SETTINGS


def _read_plan() -> Plan:
    return read_plan(os.environ, Path.cwd())


def _mistake(options: argparse.Namespace, plan: Plan) -> str:
    """What is wrong with the words behind a command, by the settings; empty: nothing."""
    if options.command == "bind-code":
        return _no_department(plan, options.department)
    if options.command in shell.COMMANDS:
        departments = {one.slug: one.name for one in plan.config.departments}
        options.asked = shell.read(options, departments, datetime.now(plan.settings.zone).date())
        return options.asked if isinstance(options.asked, str) else ""
    return ""


async def _command(options: argparse.Namespace, plan: Plan) -> int:
    match options.command:
        case "migrate":
            return await _with_database(plan, _migrate)
        case "check":
            return await _with_database(plan, _check)
        case "bind-code":
            return await _with_database(plan, functools.partial(_bind_code, department=options.department))
        case shell.STATISTICS | shell.EXPORT:
            return await _with_database(plan, functools.partial(_count, command=options.command, asked=options.asked))
        case "faq":
            return await _with_database(plan, _export_answers)
        case "qr":
            return await _with_database(plan, functools.partial(_qr, options=options))
        case "events":
            return await _with_database(plan, _failed if options.action == "failed" else _replay)
        case _:
            return await _run(plan)


async def _run(plan: Plan) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    reload = Reload(started=plan, read=_read_plan)
    loop.add_signal_handler(signal.SIGHUP, reload.signalled)
    await Process(plan=plan, on_address=_print_address, on_context=reload.serve).run(stop)
    return 0


def _print_address(address: str) -> None:
    print(f"Otvet: {address}/", flush=True)


async def _with_database(plan: Plan, work: Callable[[Rooms], Awaitable[int]]) -> int:
    """Do something with the service put together but not running."""
    async with open_rooms(plan) as rooms:
        try:
            return await work(rooms)
        finally:
            await asyncio.gather(*(adapter.close() for adapter in rooms.adapters.values()))


async def _migrate(rooms: Rooms) -> int:
    try:
        await migrate(rooms.database)
    except DatabaseAway as error:
        print(f"DATABASE_URL: the database does not answer ({error})", file=sys.stderr)
        return 1
    print("The database is up to date.")
    return 0


async def _check(rooms: Rooms) -> int:
    """One line for each thing; 1 when one is bad."""
    findings = [Finding(ok=True, text="settings: fine")]
    try:
        await migrate(rooms.database)
        findings.append(Finding(ok=True, text="database: answers, up to date"))
        findings += await _bound(rooms)
    except DatabaseAway as error:
        findings.append(Finding(ok=False, text=f"database: does not answer ({error})"))
    admin_chats = rooms.ctx.desk.admin_chats
    for channel, adapter in rooms.adapters.items():
        own = sorted((chat for chat in admin_chats if chat.channel == channel), key=str)
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                found = await adapter.check(own)
        except (SendError, DatabaseAway, TimeoutError) as error:
            found = [Finding(ok=False, text=str(error) or "does not answer")]
        findings += [Finding(ok=one.ok, text=f"{channel}: {one.text}") for one in found]
    for finding in findings:
        print(f"{'ok  ' if finding.ok else 'BAD '} {finding.text}")
    return 0 if all(finding.ok for finding in findings) else 1


async def _bound(rooms: Rooms) -> list[Finding]:
    """Which departments are tied to a chat by `/bind`: there the settings' line does nothing."""
    async with rooms.database.transaction() as tx:
        tied = await bindings.load(tx)
    departments = rooms.ctx.desk.departments
    await binding.load(rooms.ctx)
    findings: list[Finding] = []
    for slug, chat in sorted(tied.items()):
        if slug not in departments:
            continue
        ok, said = chat.channel in rooms.ctx.capabilities, f"departments.{slug}: bound to {chat} by /bind"
        settings = departments[slug].admin_chat
        if not ok:
            said += f", but there is no channel {chat.channel!r}; expected its token, or a new /bind elsewhere"
        elif settings is not None:
            said += f"; this wins over admin_chat = {str(settings)!r} of the settings"
        findings.append(Finding(ok=ok, text=said))
    return findings


def _no_department(plan: Plan, department: str) -> str:
    """What is wrong with a department's slug; empty: nothing."""
    slugs = [one.slug for one in plan.config.departments]
    if department in slugs:
        return ""
    expected = f"expected one of {', '.join(slugs)}" if slugs else "otvet.toml has no departments"
    return f"bind-code: there is no department {department!r}; {expected}"


async def _bind_code(rooms: Rooms, *, department: str) -> int:
    try:
        await migrate(rooms.database)
        async with rooms.database.transaction() as tx:
            code = await bindings.new_code(tx, department, rooms.ctx.clock())
    except DatabaseAway as error:
        print(f"DATABASE_URL: the database does not answer ({error})", file=sys.stderr)
        return 1
    name = rooms.ctx.desk.departments[department].name
    print(code)
    print(f"Add the bot to the group of «{name}» and say there, within 24 hours: /bind {code}")
    print("In a topic of the group, the department gets that topic. The code works once.")
    return 0


async def _count(rooms: Rooms, *, command: str, asked: shell.Asked) -> int:
    try:
        await migrate(rooms.database)
        return await shell.COMMANDS[command](rooms.ctx, asked)
    except DatabaseAway as error:
        print(f"DATABASE_URL: the database does not answer ({error})", file=sys.stderr)
        return 1


async def _export_answers(rooms: Rooms) -> int:
    try:
        await migrate(rooms.database)
        async with rooms.database.transaction() as tx:
            await stored_faq.take_over(tx, rooms.ctx.answers.of_file)
            kept = await stored_faq.load(tx)
    except DatabaseAway as error:
        print(f"DATABASE_URL: the database does not answer ({error})", file=sys.stderr)
        return 1
    print(as_toml([one.entry for one in kept if not one.is_off]), end="")
    return 0


async def _qr(rooms: Rooms, *, options: argparse.Namespace) -> int:
    """A line for each link and each file; 1 when a channel has none."""
    made = await qr.make(rooms.adapters, qr.Order.of(options, rooms.adapters))
    for one in made:
        if one.link:
            print(f"{one.channel}: {one.link}")
        for path in one.files:
            print(path)
        if one.trouble:
            print(f"{one.channel}: {one.trouble}", file=sys.stderr)
    return 1 if any(one.trouble for one in made) else 0


async def _failed(rooms: Rooms) -> int:
    async with rooms.database.transaction() as tx:
        failed = await stored_events.unfinished(tx, EventStatus.FAILED)
    for event in failed:
        print(f"{event.id}  {event.received_at:%Y-%m-%d %H:%M:%S}Z  {event.channel}  {event.kind}  {event.error}")
    print(f"{len(failed)} failed")
    return 0


async def _replay(rooms: Rooms) -> int:
    async with rooms.database.transaction() as tx:
        failed = await stored_events.unfinished(tx, EventStatus.FAILED)
    known = [event for event in failed if event.channel in rooms.adapters]
    done = 0
    for event in known:
        done += await rooms.intake.replay(event, EventStatus.FAILED)
    print(f"{done} of {len(failed)} handled; {len(failed) - done} left")
    return 0 if done == len(failed) else 1


if __name__ == "__main__":
    sys.exit(main())
