"""The command line: `python -m bot`, or `otvet`."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import uvloop

from bot.adapter import Finding
from bot.app import App, ListenError, Plan, Rooms, read_plan
from bot.errors import SendError
from bot.settings import SettingsError
from handlers import logs
from migrations.run import migrate
from storage import events as stored_events
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
    commands.add_parser("run", help="run the service in the foreground (what no command does, too)")
    commands.add_parser("migrate", help="bring the database to the newest shape, and stop")
    commands.add_parser("check", help="check settings, database, tokens, webhooks and rights; 1 when one is bad")
    events = commands.add_parser("events", help="updates whose handling failed")
    actions = events.add_subparsers(dest="action", metavar="action", required=True)
    actions.add_parser("failed", help="list them")
    actions.add_parser("replay", help="handle them again, after the fix")
    options = parser.parse_args(arguments)
    try:
        plan = read_plan(os.environ, Path.cwd())
    except SettingsError as error:
        for mistake in error.mistakes:
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


async def _command(options: argparse.Namespace, plan: Plan) -> int:
    match options.command:
        case "migrate":
            return await _with_database(plan, _migrate)
        case "check":
            return await _with_database(plan, _check)
        case "events":
            return await _with_database(plan, _failed if options.action == "failed" else _replay)
        case _:
            return await _run(plan)


async def _run(plan: Plan) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await App(plan=plan, on_address=_print_address).run(stop)
    return 0


def _print_address(address: str) -> None:
    print(f"Otvet: {address}/", flush=True)


async def _with_database(plan: Plan, work: Callable[[Rooms], Awaitable[int]]) -> int:
    """Do something with the service put together but not running."""
    async with App(plan=plan).rooms() as rooms:
        return await work(rooms)


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
