"""aiogram's `Bot` on our session, and what aiogram costs at the start."""

from __future__ import annotations

import json
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiogram import Bot
from aiogram.methods import GetMe, SetWebhook
from aiogram.types import BufferedInputFile, User
from pydantic import SecretStr

from adapters.telegram.errors import ApiError
from adapters.telegram.session import Session
from bot.errors import MediaUnavailable, OutcomeUnknown, SendError, Transient
from tests.adapters.telegram.bench import SECRET, Bench
from tests.emulators.base import Fault
from tests.emulators.telegram import TOKEN

WORDS = "Батареи холодные"
#: Prints how many of aiogram's types exist and how many are built, reads an update, and counts again.
IMPORTER = """
import json, sys
from pydantic import BaseModel
from adapters.telegram.late_types import types_built_when_used

rebuild = BaseModel.model_rebuild
assert "aiogram" not in sys.modules
with types_built_when_used():
    import adapters.telegram.adapter
    from aiogram import types
assert rebuild == BaseModel.model_rebuild

def count():
    models = {m for m in vars(types).values() if isinstance(m, type) and issubclass(m, BaseModel)}
    return [len(models), sum(model.__pydantic_complete__ for model in models)]

before = count()
chat = {"id": 1, "type": "private"}
update = types.Update.model_validate({"update_id": 1, "message": {"message_id": 2, "date": 3, "chat": chat}})
print(json.dumps([before, type(update.message.chat).__name__]))
"""


@pytest.fixture
async def bot(bench: Bench) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, session=Session(bench.telegram.url, SecretStr(TOKEN))) as bot:
        yield bot


async def test_typed_result(bot: Bot) -> None:
    """A method of aiogram's gives its type."""
    me = await bot(GetMe())
    assert isinstance(me, User)
    assert me.username == "otvet_test_bot"


async def test_parameters(bench: Bench, bot: Bot) -> None:
    """What is not said is left out, what is false is said: the server gets what we mean."""
    await bot(SetWebhook(url="https://example.org", max_connections=1, drop_pending_updates=False))
    (call,) = bench.telegram.calls
    assert call.params == {"url": "https://example.org", "max_connections": 1, "drop_pending_updates": False}


async def test_form(bench: Bench, bot: Bot) -> None:
    """A method with a file goes as a form, with the file's bytes and its name."""
    message = await bot.send_document(5550001, BufferedInputFile(b"bytes", "отчёт.pdf"), caption="За год")
    (delivered,) = bench.telegram.delivered
    assert delivered.file is not None
    expected = (message.message_id, "За год", "отчёт.pdf", b"bytes")
    assert expected == (delivered.message_id, delivered.text, delivered.file.name, delivered.file.data)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=401), ApiError),
        (Fault(status=502, body="<html>"), ApiError),
        (Fault(status=403, body="<html>"), Transient),
        (Fault(cut_before=True), OutcomeUnknown),
        (Fault(status=200, body={"ok": True, "result": []}), OutcomeUnknown),
    ],
    ids=["wrong token", "server away", "a proxy", "cut off", "odd result"],
)
async def test_errors(bench: Bench, bot: Bot, fault: Fault, kind: type[Exception]) -> None:
    """What goes wrong with a method of aiogram's is our error, without the token or what was said."""
    bench.telegram.fail(fault, method="sendMessage")
    with pytest.raises((ApiError, SendError)) as caught:
        await bot.send_message(5550001, WORDS)
    assert kind is type(caught.value)
    shown = "".join(traceback.format_exception(caught.value))
    assert (False, False) == (SECRET in shown, WORDS in shown)


async def test_download(bench: Bench, bot: Bot) -> None:
    """aiogram's own download goes the same way, with the same errors."""
    known = bench.telegram.add_file(b"bytes", "1.txt")
    file = await bot.download(known)
    assert file is not None
    assert file.read() == b"bytes"
    bench.telegram.fail(Fault(status=404), method="file")
    with pytest.raises(MediaUnavailable) as caught:
        await bot.download(known)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_start() -> None:
    """Importing the adapter builds none of aiogram's types, and any of them still works when it is used."""
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", IMPORTER], cwd=root, capture_output=True, text=True, check=True)
    (number, built), chat = json.loads(done.stdout)
    assert (True, 0, "Chat") == (number > 400, built, chat)
