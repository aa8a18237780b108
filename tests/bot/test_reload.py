"""Settings read again: taken as a whole or not at all, without a restart where that is possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.capabilities import Capabilities
from bot.model.chat import ChatRef
from bot.model.content import Content
from bot.plan import build_desk, build_look, read_plan
from bot.reload import Reload
from bot.statistics.figures import Targets
from bot.statistics.weekly import Weekly
from handlers.context import Context
from handlers.metrics import Metrics
from storage.database import Database

TOKEN = "111:made-up-secret"
BASE = {"TELEGRAM_TOKEN": TOKEN, "SECOND_TOKEN": "222:made-up-too", "ADMIN_CHAT": "telegram:-1001"}
MOVED = {ChatRef(channel="telegram", chat_id="-1001"): ChatRef(channel="telegram", chat_id="-1002")}
BOUND = {"roads": ChatRef(channel="telegram", chat_id="-1009")}

ROADS = '[[departments]]\nslug = "roads"\nname = "Дороги"\n'
WATER = '[[departments]]\nslug = "water"\nname = "Водоканал"\nadmin_chat = "telegram:-1005"\nanswer_within = "2h"\n'
SUBJECTS = (
    '[[topics]]\nslug = "holes"\nname = "Ямы"\nwords = ["яма"]\n'
    '[[places]]\nslug = "nadym"\nname = "Надым"\nwords = ["Надым"]\n'
)


@dataclass(slots=True)
class Running:
    """A service with its settings, as far as a reload sees it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=lambda: dict(BASE))
    reload: Reload = field(init=False)
    ctx: Context = field(init=False)

    def __post_init__(self) -> None:
        self.write(ROADS)
        plan = read_plan(self.environment, self.folder)
        self.ctx = Context(
            database=Database("postgresql://nobody@127.0.0.1:1/none"),
            desk=build_desk(plan).moved(MOVED).bound(BOUND),
            look=build_look(plan),
            service_name="Ямал Официально",
            capabilities={spec.name: Capabilities(text_limit=1000) for spec in plan.channels},
            metrics=Metrics(),
            clock=lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        )
        self.reload = Reload(started=plan, read=lambda: read_plan(self.environment, self.folder))
        self.reload.serve(self.ctx)

    def write(self, toml: str) -> None:
        (self.folder / "otvet.toml").write_text(toml, encoding="utf-8")


@pytest.fixture
def running(tmp_path: Path) -> Running:
    return Running(tmp_path)


async def test_departments_topics_and_places(running: Running) -> None:
    """What the file says of the officials' side is in force at once; moves and bindings stay."""
    topical = ROADS.replace('"Дороги"\n', '"Дорожники"\ntopics = ["holes"]\n')
    running.write(topical + WATER + SUBJECTS)
    said = await running.ctx.reload()
    assert "Настройки перечитаны. Отделы: 2 (было 1), темы: 1 (было 0), места: 1 (было 0)." == said
    desk, look = running.ctx.desk, running.ctx.look
    now = running.ctx.clock()
    found = desk.route("telegram", now, Content(text="У нас яма"))
    assert ("roads", BOUND["roads"]) == (found.department, found.admin_chat)
    assert now + timedelta(hours=2) == desk.due_at("water", now)
    assert (MOVED, BOUND) == (desk.moves, desk.bindings)
    assert ("Дорожники", "Ямы", "Надым") == (look.departments["roads"], look.topics["holes"], look.places["nadym"])
    assert running.ctx.astray.is_set()


async def test_nothing_changed(running: Running) -> None:
    """The same file again: the counts stand alone."""
    assert "Настройки перечитаны. Отделы: 1, темы: 0, места: 0." == await running.ctx.reload()


async def test_counts_are_told_since_the_last_time(running: Running) -> None:
    """Each reload is compared with the one before."""
    running.write(ROADS + WATER)
    await running.ctx.reload()
    assert "Отделы: 2, " in await running.ctx.reload()


async def test_statistics(running: Running) -> None:
    """What figures are compared with, and when they are reported, needs no restart."""
    running.write(f'{ROADS}[statistics]\ntarget = "2h"\ncountry = "3h"\nreport = "off"\n')
    await running.ctx.reload()
    assert (Targets(own=timedelta(hours=2), country=timedelta(hours=3)), None) == (
        running.ctx.targets,
        running.ctx.weekly_report,
    )
    running.write(f'{ROADS}[statistics]\nreport = "fri 17:30"\n')
    await running.ctx.reload()
    assert Weekly(weekday=4, minutes=17 * 60 + 30) == running.ctx.weekly_report


async def test_deadline_of_the_service(running: Running) -> None:
    """ANSWER_WITHIN needs no restart."""
    running.environment["ANSWER_WITHIN"] = "8h"
    assert "перезапуск" not in await running.ctx.reload()
    assert timedelta(hours=8) == running.ctx.desk.answer_within


async def test_asking_about_answers(running: Running) -> None:
    """When residents are asked about answers needs no restart."""
    running.write(f'{ROADS}[rating]\nask_after = "off"\n')
    await running.ctx.reload()
    assert None is running.ctx.ask_rating_after


async def test_wrong_file_is_refused_whole(running: Running) -> None:
    """Every mistake is named, to whoever asked and in the log, and not even what is right is taken."""
    running.write(WATER + '[[departments]]\nslug = "x"\nname = "Х"\ncolour = "red"\ntopics = ["none"]\n')
    running.environment["PORT"] = "http"
    before = running.ctx.desk, running.ctx.look
    with capture_logs() as logs:
        said = await running.ctx.reload()
    assert said.startswith("Настройки не приняты, ничего не изменилось:\n")
    assert ["PORT", "colour"] == [word for word in ("PORT", "colour") if word in said]
    assert said.splitlines()[1:] == [line["mistake"] for line in logs if line["event"] == "settings.refused"]
    assert (running.ctx.desk, running.ctx.look) == before
    assert not running.ctx.astray.is_set()
    assert TOKEN not in said


async def test_names_that_are_the_same_are_refused(running: Running) -> None:
    """Of two places whose buttons say the same nobody could choose one: which they are is told."""
    running.write(ROADS + SUBJECTS + SUBJECTS.replace('"holes"', '"pits"').replace('"nadym"', '"town"'))
    said = await running.ctx.reload()
    told = ("topics.pits.name", "'holes'", "places.town.name", "'nadym'")
    assert told == tuple(one for one in told if one in said)
    assert not running.ctx.desk.places


@dataclass(frozen=True, slots=True)
class Later:
    label: str
    change: Callable[[Running], None]
    named: str


def _channel(running: Running) -> None:
    running.write(f'{ROADS}[[channels]]\nname = "second"\nplatform = "telegram"\ntoken = "env:SECOND_TOKEN"\n')


LATER = [
    Later("port", lambda running: running.environment.update(PORT="9000"), "PORT"),
    Later("admin chat", lambda running: running.environment.update(ADMIN_CHAT="telegram:-1003"), "ADMIN_CHAT"),
    Later("token", lambda running: running.environment.update(TELEGRAM_TOKEN="222:another-made-up"), "telegram"),
    Later("new channel", _channel, "second"),
    Later("page", lambda running: running.environment.update(WEB="off"), "WEB, web"),
]


@pytest.mark.parametrize("later", LATER, ids=[one.label for one in LATER])
async def test_the_rest_waits_for_a_restart(running: Running, later: Later) -> None:
    """What cannot change in a running process is named, and stays as it is; the rest is taken."""
    later.change(running)
    coordinators = running.ctx.desk.coordinators
    assert f" Подействует после перезапуска: {later.named}." in await running.ctx.reload()
    assert coordinators == running.ctx.desk.coordinators
    # It goes on differing from what runs.
    assert later.named in await running.ctx.reload()


async def test_chat_on_a_channel_to_come(running: Running) -> None:
    """A chat on a channel that starts with the next process cannot be written to: coordinators get the questions."""
    running.write(
        '[[channels]]\nname = "second"\nplatform = "telegram"\ntoken = "env:SECOND_TOKEN"\ndepartment = "water"\n'
        + WATER.replace("telegram:", "second:")
    )
    assert "перезапуска: second." in await running.ctx.reload()
    assert running.ctx.desk.now_at(running.ctx.desk.coordinators) == running.ctx.desk.chat_of("water")


async def test_unreadable_file(running: Running) -> None:
    """A file that is no TOML, or whose reading fails, changes nothing."""
    running.write("[[departments")
    assert "not TOML" in await running.ctx.reload()
    assert ["roads"] == list(running.ctx.desk.departments)


def test_signal_before_the_start_is_over(running: Running) -> None:
    """SIGHUP does no harm to a service that is still starting."""
    with capture_logs() as logs:
        Reload(started=running.reload.started, read=running.reload.read).signalled()
    assert ["settings.not_reloaded"] == [line["event"] for line in logs]


async def test_not_available() -> None:
    """Where nothing can be read again, that is said."""
    ctx = Context(
        database=Database("postgresql://nobody@127.0.0.1:1/none"),
        desk=build_desk(read_plan({}, Path("/nonexistent"))),
        look=build_look(read_plan({}, Path("/nonexistent"))),
        service_name="",
        capabilities={},
        metrics=Metrics(),
        clock=lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    )
    assert "перезапуск" in await ctx.reload()
