"""`[rights]` of otvet.toml and CONSENT: what they say, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.plan import build_rights
from bot.rights import Retention, Rights
from tests.bot.test_plan import mistakes, plan
from tests.bot.test_reload import Running

WHOLE = """
[rights]
notice_url = "https://otvet.example/privacy"
consent_version = "2026-05"
keep_by_law = true
locked_for = "1826d"

[rights.retention]
texts = "1826d"
files = "1830d"
names = "2000d"
actions = "7d"
set_aside = "12h"
updates = "3d"
media = "20d"
"""


def rights(folder: Path, environment: dict[str, str], toml: str = "") -> Rights:
    found = plan(folder, environment, toml)
    return build_rights(found.config, found.settings)


def test_without_settings(tmp_path: Path) -> None:
    """Nobody is asked to consent, everything is kept, and what a resident has removed is erased at once."""
    assert Rights() == rights(tmp_path, {})


def test_all_of_it(tmp_path: Path) -> None:
    """Each value is where it belongs."""
    retention = Retention(
        texts=timedelta(days=1826),
        files=timedelta(days=1830),
        names=timedelta(days=2000),
        actions=timedelta(days=7),
        set_aside=timedelta(hours=12),
        updates=timedelta(days=3),
        media=timedelta(days=20),
    )
    expected = Rights(
        notice_url="https://otvet.example/privacy",
        consent="2026-05",
        locked_for=timedelta(days=1826),
        retention=retention,
    )
    assert expected == rights(tmp_path, {"CONSENT": "Required"}, WHOLE)


def test_text_without_consent(tmp_path: Path) -> None:
    """A version alone asks nobody: CONSENT does."""
    assert rights(tmp_path, {}, WHOLE).consent is None


def test_consent_without_a_file(tmp_path: Path) -> None:
    """CONSENT alone is enough: the text has a first version."""
    assert "1" == rights(tmp_path, {"CONSENT": "required"}).consent


def test_term_without_the_law(tmp_path: Path) -> None:
    """Where the law wants nothing kept, nothing is locked away."""
    assert rights(tmp_path, {}, '[rights]\nlocked_for = "365d"\n').locked_for is None


def test_terms_of_the_environment(tmp_path: Path) -> None:
    """EVENTS_KEPT and MEDIA_KEPT hold where the file is silent; what it says wins."""
    environment = {"EVENTS_KEPT": "5d", "MEDIA_KEPT": "40d"}
    kept = rights(tmp_path, environment).retention
    assert (timedelta(days=5), timedelta(days=40)) == (kept.updates, kept.media)
    kept = rights(tmp_path, environment, WHOLE).retention
    assert (timedelta(days=3), timedelta(days=20)) == (kept.updates, kept.media)


_LAW = '[rights]\nkeep_by_law = true\nlocked_for = "365d"\n[rights.retention]\n'
WRONG = {
    "consent": ({"CONSENT": "maybe"}, "", "CONSENT: ", "off or required"),
    "term too short": ({}, '[rights.retention]\ntexts = "6d"\n', "rights.retention.texts: ", "at least 7d"),
    "term of nothing": ({}, '[rights.retention]\nnames = "0d"\n', "rights.retention.names: ", "duration"),
    "law without a term": ({}, "[rights]\nkeep_by_law = true\n", "rights.locked_for: is missing; expected ", "1826d"),
    "texts shorter than the law": ({}, f'{_LAW}texts = "364d"\n', "rights.retention.texts: ", "at least 365d"),
    "files shorter than the law": ({}, f'{_LAW}files = "364d"\n', "rights.retention.files: ", "at least 365d"),
    "names shorter than the law": ({}, f'{_LAW}names = "364d"\n', "rights.retention.names: ", "at least 365d"),
    "updates too short": ({}, '[rights.retention]\nupdates = "1d"\n', "rights.retention.updates: ", "at least 2d"),
    "media too short": ({}, '[rights.retention]\nmedia = "14d"\n', "rights.retention.media: ", "at least 15d"),
    "notice that is no address": ({}, '[rights]\nnotice_url = "privacy"\n', "rights.notice_url: ", "expected"),
    "a kind that there is not": (
        {},
        '[rights.retention]\nvoices = "7d"\n',
        "rights.retention.voices: ",
        "not a setting",
    ),
    "version without a name": ({}, '[rights]\nconsent_version = ""\n', "rights.consent_version: ", "expected"),
}


@pytest.mark.parametrize(("environment", "toml", "begins", "says"), WRONG.values(), ids=WRONG.keys())
def test_refused(tmp_path: Path, environment: dict[str, str], toml: str, begins: str, says: str) -> None:
    """A mistake is one line, which names the setting and says what is expected."""
    (line,) = mistakes(tmp_path, environment, toml)
    assert line.removeprefix("otvet.toml: ").startswith(begins)
    assert says in line


@pytest.fixture
def running(tmp_path: Path) -> Running:
    return Running(tmp_path)


async def test_read_again(running: Running) -> None:
    """Terms and the text's version are in force at once; whether consent is needed waits for a restart."""
    running.environment["CONSENT"] = "required"
    running.write('[rights.retention]\ntexts = "30d"\n')
    said = await running.ctx.reload()
    assert (timedelta(days=30), None) == (running.ctx.rights.retention.texts, running.ctx.rights.consent)
    assert "Подействует после перезапуска: CONSENT." in said
