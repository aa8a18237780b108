"""What the service writes to standard error."""

from __future__ import annotations

import asyncio
import json
import sys

#: In a process of its own: the logging of this one is the tests'.
_SERVES = """
import asyncio, sys
from aiohttp import web
from handlers import logs

async def main():
    logs.configure("info", "json")
    runner = web.AppRunner(web.Application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    reader, writer = await asyncio.open_connection(*runner.addresses[0])
    writer.write(b"GET / HTTP/1.1\\r\\nHost: a\\r\\nX: " + b"a" * 20_000 + b"\\r\\n\\r\\n")
    await reader.read()
    await runner.cleanup()

asyncio.run(main())
"""


async def test_no_address_of_a_bad_request() -> None:
    """Who sends what is no HTTP is not named: it may be a resident behind a broken proxy."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _SERVES, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    (line,) = [json.loads(line) for line in said.splitlines()]
    assert ("Error handling request", "LineTooLong") == (line["event"], line["exception"])
    assert b"127.0.0.1" not in said
