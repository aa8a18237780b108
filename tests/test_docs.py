"""The documents keep up with the code: settings, metrics, logged events, links, the example of otvet.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pydantic import BaseModel

from adapters.registry import PLATFORMS
from bot.config import ChannelTable, Config, DepartmentTable, FaqTable, PlaceTable, RetentionTable, TopicTable
from bot.desk.commands import Name
from bot.plan import read_plan
from bot.settings import Settings, SettingsError
from handlers.metrics import Metrics

PROJECT = Path(__file__).parents[1]
DOCS = sorted([PROJECT / "README.md", PROJECT / "CHANGELOG.md", *(PROJECT / "docs").glob("*.md")])
WORDS = [*DOCS, PROJECT / ".env.example", PROJECT / "otvet.example.toml", *(PROJECT / "docs").glob("*.svg")]
ROOMS = ("bot", "adapters", "handlers", "storage", "migrations")
#: The page takes these from the settings of the service.
DERIVED = {"WEB_LOCAL_ONLY", "WEB_SECURE_COOKIES", "WEB_TIMEZONE"}


def _name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def _read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def _section(text: str, heading: str) -> str:
    """What stands under a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert found is not None, f"no section {heading!r}"
    return found[1]


def _rows(text: str) -> list[list[str]]:
    """The rows of Markdown tables, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines if "| --- |" not in line]


# --- settings --------------------------------------------------------------------------------------------------------


def _settings() -> set[str]:
    """Every variable that the code reads."""
    names = {name.upper() for name in Settings.model_fields}
    for platform in PLATFORMS.values():
        names |= {f"{platform.name}_{field}".upper() for field in platform.settings.model_fields}
    return names - DERIVED


def _told_settings() -> dict[str, str]:
    """README's tables of settings: each name with what stands as its default."""
    rows = [row for row in _rows(_section(_read("README.md"), "Settings")) if row[0].startswith("`")]
    return {row[0].strip("`"): row[1] for row in rows}


def _example_settings() -> dict[str, str]:
    pairs = (line[1:].partition("=") for line in _read(".env.example").splitlines() if re.match(r"#[A-Z]", line))
    return {name: value for name, _, value in pairs}


def test_readme_lists_every_setting() -> None:
    """Whoever reads the README knows every setting there is, and none that there is not."""
    assert _settings() == set(_told_settings())


def test_example_lists_every_setting() -> None:
    """Every setting can be uncommented in .env.example."""
    assert set() == _settings() - set(_example_settings())


def test_readme_and_example_agree_on_defaults() -> None:
    """A default that README shows is the one of .env.example, whose defaults are checked against the code."""
    example = _example_settings()
    shown = {name: default for name, default in _told_settings().items() if re.fullmatch(r"`[^`]+`", default)}
    assert {name: f"`{example[name]}`" for name in shown} == shown
    # Where the example shows one, README does not talk round it.
    assert [] == [name for name in _told_settings() if example[name] and name not in shown]


# --- otvet.example.toml ----------------------------------------------------------------------------------------------

#: A key that stands there behind `#`, ready to be uncommented.
COMMENTED = re.compile(r"^#(?=[a-z_]+ = )", flags=re.MULTILINE)


def _whole_example() -> str:
    """The example with every key uncommented."""
    return COMMENTED.sub("", _read("otvet.example.toml"))


def _environment(toml: str) -> dict[str, str]:
    """Made-up values for every variable that the file asks for, and for the channel `telegram`."""
    names = ["TELEGRAM_TOKEN", *re.findall(r'"env:(\w+)"', toml)]
    return {name: f"{number}:madeup" if "TOKEN" in name else "madeup" for number, name in enumerate(names, start=1)}


@pytest.mark.parametrize("toml", [_read("otvet.example.toml"), _whole_example()], ids=["as it is", "all uncommented"])
def test_toml_example_starts(toml: str, tmp_path: Path) -> None:
    """Copied to otvet.toml, with the variables it names set, the example is free of mistakes."""
    (tmp_path / "otvet.toml").write_text(toml, encoding="utf-8")
    environment = {**_environment(toml), "PUBLIC_URL": "https://otvet.example.org"}
    try:
        plan = read_plan(environment, tmp_path)
    except SettingsError as error:
        pytest.fail(str(error))
    tables = tomllib.loads(toml)["channels"]
    assert ["telegram", "web", *(table["name"] for table in tables)] == [spec.name for spec in plan.channels]


def _keys(tables: list[dict[str, Any]]) -> set[str]:
    return {key for table in tables for key in table}


def _channel_keys(platform: str) -> set[str]:
    return set(ChannelTable.model_fields) | set(PLATFORMS[platform].settings.model_fields)


def test_toml_example_shows_every_key() -> None:
    """Every key of every table is there to be found, those of each platform's channels too."""
    example = tomllib.loads(_whole_example())
    models: dict[str, type[BaseModel]] = {
        "departments": DepartmentTable,
        "topics": TopicTable,
        "places": PlaceTable,
        "faq": FaqTable,
    }
    expected = {name: set(model.model_fields) for name, model in models.items()}
    expected |= {name: _channel_keys(name) for name in PLATFORMS if name != "web"}
    shown = {name: _keys(example[name]) for name in models}
    # The tables that there is one of.
    single = {name: one.annotation for name, one in Config.model_fields.items() if name not in {*models, "channels"}}
    expected |= {name: set(one.model_fields) for name, one in single.items() if one is not None}
    shown |= {name: set(example[name]) for name in single}
    expected["retention"] = set(RetentionTable.model_fields)
    shown["retention"] = set(example["rights"]["retention"])
    for table in example["channels"]:
        shown[table["platform"]] = shown.get(table["platform"], set()) | set(table)
    assert expected == shown


def test_toml_example_shows_the_defaults() -> None:
    """A commented line of a channel shows the default, where there is one that is no made-up value."""
    for table in tomllib.loads(_whole_example())["channels"]:
        model = PLATFORMS[table["platform"]].settings
        values = {key: value for key, value in table.items() if key in model.model_fields and "env:" not in str(value)}
        needed = {"token": "1:madeup", **({"group_id": table["group_id"]} if "group_id" in table else {})}
        settings, default = model.model_validate({**needed, **values}), model.model_validate(needed)
        differing = {key for key in values if getattr(settings, key) != getattr(default, key)}
        assert set() == {key for key in differing if getattr(default, key) is not None}


# --- what operations.md names ----------------------------------------------------------------------------------------


def test_metrics_are_described() -> None:
    """Every figure of /metrics is explained, and none that is not there."""
    families = [family for family in Metrics().registry.collect() if family.name.startswith("otvet_")]
    real = {f"{family.name}_total" if family.type == "counter" else family.name for family in families}
    rows = _rows(_section(_read("docs/operations.md"), "Metrics"))
    assert real == {row[0].strip("`") for row in rows if row[0].startswith("`otvet_")}


def _logged() -> set[str]:
    """The events that the code can log."""
    call = re.compile(r'\blog\.(?:debug|info|warning|error|exception)\(\s*"([a-z_.]+)"')
    sources = (path for room in ROOMS for path in (PROJECT / room).rglob("*.py"))
    return {event for path in sources for event in call.findall(path.read_text(encoding="utf-8"))}


def test_logged_events_exist() -> None:
    """Whoever looks for an event of the documents in the logs can find it there."""
    rows = _rows(_section(_read("docs/operations.md"), "Logs"))
    told = {event for row in rows for event in re.findall(r"`([a-z_.]+)`", row[0])}
    assert told
    assert set() == told - _logged()


def test_commands_are_described() -> None:
    """The README's page for officials names every command."""
    told = set(re.findall(r"`/([a-z]+)", _section(_read("README.md"), "Для сотрудников")))
    assert {name.value for name in Name} == told


# --- all documents ---------------------------------------------------------------------------------------------------


def _links(path: Path) -> list[str]:
    """What the text links to or shows; code is not looked at."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", text)


def _anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and GitLab make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCS, ids=_name)
def test_links_lead_somewhere(path: Path) -> None:
    """A link inside the project leads to a file that is there, and to a heading that is in it."""
    broken = []
    for link in _links(path):
        if re.match(r"https?:|mailto:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert [] == broken


@pytest.mark.parametrize("path", DOCS, ids=_name)
def test_named_files_exist(path: Path) -> None:
    """A file of the project that a text names in backquotes is there."""
    pattern = rf"`((?:{'|'.join(ROOMS)}|tests|docs|benchmarks)/[\w./-]+)`"
    named = set(re.findall(pattern, path.read_text(encoding="utf-8")))
    assert [] == sorted(name for name in named if not (PROJECT / name).exists())


@pytest.mark.parametrize("path", WORDS, ids=_name)
def test_words_stand_alone(path: Path) -> None:
    """The documents speak of this project alone: of nobody's machine, and of no file outside of it."""
    forbidden = re.compile(r"\.\./shared|\bcontract\.md|\bdesign\.md|/work/|/tmp/|/root/|/home/\w|localhost:\d")
    assert [] == forbidden.findall(path.read_text(encoding="utf-8"))


def test_pictures_are_drawings() -> None:
    """The pictures are well-formed and bring no script and nothing from elsewhere."""
    for path in (PROJECT / "docs").glob("*.svg"):
        root = ElementTree.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert set() == tags & {"script", "image", "foreignObject", "use"}
        assert root.get("viewBox") is not None


def test_make_targets_exist() -> None:
    """What the documents tell people to make can be made."""
    targets = set(re.findall(r"^([a-z]+):", _read("Makefile"), flags=re.MULTILINE))
    told = {
        word for path in DOCS for word in re.findall(r"(?:^|`)make ([a-z]+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert {"run", "test", "check"} <= told <= targets
