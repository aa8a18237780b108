"""Found while testing the settings: each test fails until the core is mended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.app import read_plan
from bot.settings import SettingsError


def mistakes(folder: Path, environment: Mapping[str, str], toml: str = "") -> list[str]:
    """What `read_plan` finds wrong."""
    if toml:
        (folder / "otvet.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_plan(environment, folder)
    return caught.value.mistakes


TABLES = [
    ("unknown key of a department", '[[departments]]\nslug = "energy"\nname = "Э"\ncolour = "red"', "colour"),
    ("missing name of a department", '[[departments]]\nslug = "energy"', "name"),
    ("bad slug of a topic", '[[topics]]\nslug = "Тепло"\nname = "Тепло"', "slug"),
    ("bad admin chat of a department", '[[departments]]\nslug = "e"\nname = "Э"\nadmin_chat = "nowhere"', "admin_chat"),
    ("bad deadline", '[[departments]]\nslug = "e"\nname = "Э"\nanswer_within = "soon"', "answer_within"),
]


@pytest.mark.parametrize(("toml", "key"), [row[1:] for row in TABLES], ids=[row[0] for row in TABLES])
def test_mistake_inside_a_table_names_its_key(tmp_path: Path, toml: str, key: str) -> None:
    """A line about a table of otvet.toml says which key of it is wrong, not only `departments`."""
    (line,) = mistakes(tmp_path, {}, toml)
    assert key in line.partition(": is ")[0]


def test_admin_chat_is_judged_beside_other_mistakes(tmp_path: Path) -> None:
    """All mistakes are told at once: a wrong port does not hide an admin chat on a channel that there is not."""
    found = mistakes(tmp_path, {"PORT": "http", "ADMIN_CHAT": "vk:2000000001"})
    assert ["PORT", "ADMIN_CHAT"] == [line.partition(":")[0] for line in found]


def test_both_times_of_keeping_are_told(tmp_path: Path) -> None:
    """All mistakes are told at once: these two, and a third beside them."""
    found = mistakes(tmp_path, {"EVENTS_KEPT": "1h", "MEDIA_KEPT": "1h", "PORT": "http"})
    assert {"EVENTS_KEPT", "MEDIA_KEPT", "PORT"} == {line.partition(":")[0] for line in found}


def test_reactions_that_are_the_same_name_a_setting(tmp_path: Path) -> None:
    """Each line begins with the name of a setting."""
    environment = {"VK_TOKEN": "vk1.a.x", "VK_GROUP_ID": "5", "VK_REACTION_DELIVERED": "4", "VK_REACTION_FAILED": "4"}
    (line,) = mistakes(tmp_path, environment)
    assert line.startswith("VK_REACTION_")


DATABASES = [
    ("port", "postgresql://u:made-up-password@host:port/db"),
    ("sslmode", "postgresql://u:made-up-password@host/db?sslmode=sometimes"),
]


@pytest.mark.parametrize("address", [row[1] for row in DATABASES], ids=[row[0] for row in DATABASES])
def test_address_of_the_database_is_judged_at_the_start(tmp_path: Path, address: str) -> None:
    """What can be judged without the network stops the start; nobody waits for a database at such an address."""
    (line,) = mistakes(tmp_path, {"DATABASE_URL": address})
    assert line.startswith("DATABASE_URL: ")
    assert "made-up-password" not in line
