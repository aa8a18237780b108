"""Structured logs: names of events and fields, never a secret or a word of a resident."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog


def configure(level: str, form: str | None) -> None:
    """Set up structlog and, under it, the logging of libraries. `form`: console, json, or None for what fits."""
    console = form == "console" or (form is None and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _bare_exception,
        _without_address,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Libraries log addresses and payloads below that; what goes wrong there reaches us as exceptions.
    for noisy in ("aiohttp", "aiogram", "vkbottle", "viberbot", "asyncio", "alembic", "sqlalchemy", "PIL", "pymorphy3"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


def _bare_exception(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where it happened and of what kind, without messages and values: those may quote residents or secrets."""
    info = event.pop("exc_info", None)
    if not info:
        return event
    error = info[1] if isinstance(info, tuple) else info if isinstance(info, BaseException) else sys.exc_info()[1]
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        event["exception"] = type(error).__qualname__
        event["where"] = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _without_address(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The HTTP server names the address from which a request came that it cannot read: a resident's, perhaps."""
    if event.get("logger") == "aiohttp.server":
        event["event"] = str(event["event"]).partition(" from ")[0]
    return event
