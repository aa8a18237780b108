"""What `otvet check` says of a bot."""

from __future__ import annotations

import pytest

from bot.adapter import Finding
from tests.adapters.telegram.bench import GROUP, PUBLIC, Bench, chat
from tests.emulators.base import Fault


async def test_check(bench: Bench) -> None:
    """Token, webhook and every admin chat have a line each."""
    bench.telegram.webhook = {"url": PUBLIC}
    bench.telegram.status_in = {GROUP: "member", -1002: "left"}
    bench.telegram.missing.add(-1003)
    findings = await bench.adapter(webhook_url=PUBLIC).check([chat(one) for one in (-1001, GROUP, -1002, -1003)])
    expected = [
        (True, "бот @otvet_test_bot отвечает"),
        (True, "вебхук установлен"),
        (True, "чат -1001 «Сотрудники»: бот — администратор, видит все сообщения"),
        (
            False,
            f"чат {GROUP} «Сотрудники»: сделайте бота администратором: без этого ответы коллегам до него не доходят",
        ),
        (False, "чат -1002 «Сотрудники»: бота нет в чате"),
        (False, "чат -1003: Bad Request: chat not found"),
    ]
    assert expected == [(finding.ok, finding.text) for finding in findings]


async def test_check_of_a_wrong_token(bench: Bench) -> None:
    """With a wrong token the one line says so."""
    findings = await bench.adapter(token="1:a").check([])
    assert [Finding(ok=False, text="Telegram не признаёт бота: неверный TELEGRAM_TOKEN")] == findings


async def test_check_of_rights(bench: Bench) -> None:
    """An owner hears everything, a muted bot cannot work, and a bot without privacy mode needs no rights."""
    bench.telegram.webhook = {"url": PUBLIC}
    bench.telegram.reads_all = True
    bench.telegram.status_in = {-1: "creator", -2: "restricted", -3: "kicked", -4: "member"}
    findings = await bench.adapter(webhook_url=PUBLIC).check([chat(one) for one in (-1, -2, -3, -4)])
    expected = [
        (True, "чат -1 «Сотрудники»: бот — администратор, видит все сообщения"),
        (False, "чат -2 «Сотрудники»: боту запрещено писать"),
        (False, "чат -3 «Сотрудники»: бота нет в чате"),
        (True, "чат -4 «Сотрудники»: бот — участник, видит все сообщения"),
    ]
    assert expected == [(finding.ok, finding.text) for finding in findings[2:]]


async def test_check_with_an_older_server(bench: Bench) -> None:
    """A server that leaves out what later versions of the Bot API added is understood all the same."""
    bare = {
        "getMe": {"id": 700100200, "username": "otvet_test_bot"},
        "getWebhookInfo": {"url": PUBLIC},
        "getChat": {"id": GROUP, "title": "Дежурные"},
        "getChatMember": {"user": {"id": 700100200}, "status": "administrator"},
    }
    for method, result in bare.items():
        bench.telegram.fail(Fault(status=200, body={"ok": True, "result": result}), method=method)
    findings = await bench.adapter(webhook_url=PUBLIC).check([chat(GROUP)])
    expected = [
        (True, "бот @otvet_test_bot отвечает"),
        (True, "вебхук установлен"),
        (True, f"чат {GROUP} «Дежурные»: бот — администратор, видит все сообщения"),
    ]
    assert expected == [(finding.ok, finding.text) for finding in findings]


@pytest.mark.parametrize("result", [[], "yes", {"status": "emperor"}], ids=str)
async def test_check_of_something_else(bench: Bench, result: object) -> None:
    """What is no answer to the question is said, and the other lines are still there."""
    bench.telegram.webhook = {"url": PUBLIC}
    bench.telegram.fail(Fault(status=200, body={"ok": True, "result": result}), method="getChatMember")
    findings = await bench.adapter(webhook_url=PUBLIC).check([chat(GROUP)])
    assert [True, True, False] == [finding.ok for finding in findings]
    assert findings[2].text == f"чат {GROUP}: cut_off: odd result"
