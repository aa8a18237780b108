"""What surrounds the code: lock files, the example of the settings, the Makefile, CI and the image."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from adapters.registry import PLATFORMS
from bot.settings import Settings, read_settings

PROJECT = Path(__file__).parents[1]
#: The lines of the outside contract: what a newcomer types.
TARGETS = {"run", "test", "check", "format", "lock", "bench", "clean", "help"}


def _read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def _locked(name: str) -> dict[str, list[str]]:
    """Read a lock file: `package==version` and its hashes."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", _read(name), flags=re.MULTILINE))
    lines = (line.split(" #")[0].split() for line in joined.splitlines() if line.strip())
    return {line[0]: [word for word in line[1:] if word.startswith("--hash=")] for line in lines}


LOCK_FILES = ["requirements.txt", "requirements-dev.txt"]


@pytest.mark.parametrize("name", LOCK_FILES)
def test_lock_file_pins_every_package_with_hashes(name: str) -> None:
    """What is installed is exactly what was tested: one version and its hashes for each package."""
    locked = _locked(name)
    assert len(locked) > 20
    assert [] == [
        package
        for package, hashes in locked.items()
        if not (
            re.fullmatch(r"[a-z0-9-]+==[\w.+!]+", package)
            and hashes
            and all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", value) for value in hashes)
        )
    ]


@pytest.mark.parametrize("name", LOCK_FILES)
def test_lock_file_names_no_index(name: str) -> None:
    """A lock file serves everybody: it tells nobody where to download from."""
    assert [] == re.findall(r"\S*://\S*|^-\S.*", _read(name), flags=re.MULTILINE)


def test_development_locks_the_same_versions() -> None:
    """The tests run with the very packages that the service runs with."""
    runtime, development = (_locked(name) for name in LOCK_FILES)
    assert {} == {package: hashes for package, hashes in runtime.items() if development.get(package) != hashes}


@pytest.mark.parametrize(("name", "extra"), [("requirements.txt", ""), ("requirements-dev.txt", "dev")])
def test_lock_file_is_complete(name: str, extra: str) -> None:
    """Every dependency of pyproject.toml is locked; `make lock` was not forgotten."""
    project = tomllib.loads(_read("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *(project["optional-dependencies"][extra] if extra else ())]
    names = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower().replace("_", "-") for line in wanted}
    assert set() == names - {package.partition("==")[0] for package in _locked(name)}


def _settings_example() -> dict[str, str]:
    """Read `.env.example`: each setting's name and the default shown."""
    lines = [line for line in _read(".env.example").splitlines() if line and not line.startswith("# ")]
    assert [] == [line for line in lines if not re.fullmatch(r"#[A-Z][A-Z0-9_]*=.*", line)]
    pairs = [line[1:].partition("=") for line in lines]
    assert len(pairs) == len({name for name, _, _ in pairs})
    return {name: value for name, _, value in pairs}


def test_settings_example_is_complete() -> None:
    """Every setting there is stands in the example, and no other."""
    real = {name.upper() for name in Settings.model_fields}
    for platform in PLATFORMS.values():
        real |= {f"{platform.name}_{field}".upper() for field in platform.settings.model_fields}
    # The page takes these from the settings of the service.
    real -= {"WEB_LOCAL_ONLY", "WEB_SECURE_COOKIES", "WEB_TIMEZONE"}
    later = {name for name in _settings_example() if name.startswith("MAX_") and "max" not in PLATFORMS}
    assert real == set(_settings_example()) - later


def test_settings_example_shows_the_defaults() -> None:
    """Uncommenting a line of the example changes nothing: it shows the default, and no secret."""
    # CONFIG alone differs: a file that is named must exist.
    example = {name: value for name, value in _settings_example().items() if value and name != "CONFIG"}
    assert [] == [name for name in example if re.search("TOKEN|SECRET|PASSWORD|CONFIRMATION", name)]
    assert (Settings(), []) == read_settings(example)
    for platform in PLATFORMS.values():
        prefix = f"{platform.name.upper()}_"
        needed = {"token": "1:made-up", "group_id": "1"}
        bare = {name: value for name, value in needed.items() if name in platform.settings.model_fields}
        shown = {name.removeprefix(prefix).lower(): value for name, value in example.items() if name.startswith(prefix)}
        assert platform.settings.model_validate(bare) == platform.settings.model_validate({**bare, **shown})


def test_make_targets() -> None:
    """What the documents tell people to type exists, and `make help` says what it does."""
    told = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=30).stdout
    assert TARGETS == set(re.findall(r"^make (\w+)", told, flags=re.MULTILINE))


def test_ci_runs_what_people_run() -> None:
    """CI is `make check` with a browser required, in a script that bash accepts and that can be called."""
    script = PROJECT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True, timeout=30)
    assert re.search(r"^CI=1 exec make check$", script.read_text(), flags=re.MULTILINE)


def test_image() -> None:
    """The image runs as an ordinary user, gets its signals itself, and copies only what is there."""
    text = re.sub(r"\\\n", " ", _read("Dockerfile"))
    final = text[text.rindex("\nFROM ") :]
    steps = dict(re.findall(r"^(USER|ENTRYPOINT|STOPSIGNAL|VOLUME) (.*)$", final, flags=re.MULTILINE))
    assert {
        "USER": "10001:10001",
        "ENTRYPOINT": '["python", "-m", "bot"]',
        "STOPSIGNAL": "SIGTERM",
        "VOLUME": "/data",
    } == steps
    sources = re.findall(r"^COPY (?!--from)(\S+) ", text, flags=re.MULTILINE)
    assert [] == [source for source in sources if not (PROJECT / source).exists()]
    allowed = {line[1:] for line in _read(".dockerignore").splitlines() if line.startswith("!")}
    assert set(sources) == allowed
