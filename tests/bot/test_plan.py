"""Settings, otvet.toml and channels: every mistake a line, every value where it belongs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.capabilities import Rate
from bot.conversation.unasked import Unasked
from bot.model.chat import ChatRef
from bot.model.content import Content
from bot.plan import Plan, build_desk, build_look, read_plan, unasked_of
from bot.settings import SettingsError, is_loopback, parse_chat, parse_duration, parse_rate

SECRET = "111:made-up-secret"
PUBLIC = "https://otvet.example.org"


def plan(folder: Path, environment: Mapping[str, str], toml: str = "") -> Plan:
    if toml:
        (folder / "otvet.toml").write_text(toml, encoding="utf-8")
    return read_plan(environment, folder)


def mistakes(folder: Path, environment: Mapping[str, str], toml: str = "") -> list[str]:
    with pytest.raises(SettingsError) as caught:
        plan(folder, environment, toml)
    assert str(caught.value) == "\n".join(caught.value.mistakes)
    return caught.value.mistakes


@dataclass(frozen=True, slots=True)
class Mistake:
    label: str
    environment: Mapping[str, str]
    #: The name at the beginning of the one line.
    name: str
    #: What else the line says.
    says: tuple[str, ...] = ("expected",)
    toml: str = ""


SETTINGS = [
    Mistake("port is no number", {"PORT": "http"}, "PORT", ("port",)),
    Mistake("port too large", {"PORT": "70000"}, "PORT", ("65535",)),
    Mistake("port below zero", {"PORT": "-1"}, "PORT"),
    Mistake("web is neither on nor off", {"WEB": "maybe"}, "WEB", ("on or off",)),
    Mistake("deadline in words", {"ANSWER_WITHIN": "soon"}, "ANSWER_WITHIN", ("4h",)),
    Mistake("deadline without a unit", {"ANSWER_WITHIN": "4"}, "ANSWER_WITHIN", ("4h",)),
    Mistake("deadline of zero", {"ANSWER_WITHIN": "0h"}, "ANSWER_WITHIN"),
    Mistake("deadline of a million years", {"ANSWER_WITHIN": "365000000d"}, "ANSWER_WITHIN"),
    Mistake("time zone that there is not", {"SERVICE_TIMEZONE": "Asia/Salekhard"}, "SERVICE_TIMEZONE", ("time zone",)),
    Mistake("time zone that is a path", {"SERVICE_TIMEZONE": "../../etc/passwd"}, "SERVICE_TIMEZONE", ("time zone",)),
    Mistake("admin chat without a channel", {"ADMIN_CHAT": "-1001234567890"}, "ADMIN_CHAT", ("channel:chat",)),
    Mistake("admin chat without a chat", {"ADMIN_CHAT": "telegram:"}, "ADMIN_CHAT", ("channel:chat",)),
    Mistake("admin chat without a token", {"ADMIN_CHAT": "vk:2000000001"}, "ADMIN_CHAT", ("'vk'", "token", "web")),
    Mistake(
        "admin chat on a platform without groups",
        {"ADMIN_CHAT": "viber:abc=", "VIBER_TOKEN": SECRET, "PUBLIC_URL": PUBLIC},
        "ADMIN_CHAT",
        ("Viber", "no group", "web"),
    ),
    Mistake(
        "open figures without the page that shows them",
        {"OPEN_STATISTICS": "on", "WEB": "off", "ADMIN_CHAT": "telegram:-1001", "TELEGRAM_TOKEN": SECRET},
        "OPEN_STATISTICS",
        ("WEB=on",),
    ),
    Mistake("no channel at all", {"WEB": "off"}, "ADMIN_CHAT", ("'web'", "token")),
    Mistake("public address without https", {"PUBLIC_URL": "http://otvet.example.org"}, "PUBLIC_URL", ("https",)),
    Mistake("public address that is none", {"PUBLIC_URL": "otvet.example.org"}, "PUBLIC_URL", ("https",)),
    Mistake(
        "database of another kind", {"DATABASE_URL": f"mysql://u:{SECRET}@h/d"}, "DATABASE_URL", ("postgresql://",)
    ),
    Mistake("log level", {"LOG_LEVEL": "loud"}, "LOG_LEVEL", ("debug",)),
    Mistake("log format", {"LOG_FORMAT": "xml"}, "LOG_FORMAT", ("json",)),
    Mistake("events kept too short", {"EVENTS_KEPT": "1h"}, "EVENTS_KEPT", ("2d",)),
    Mistake("media kept too short", {"MEDIA_KEPT": "1d"}, "MEDIA_KEPT", ("15d",)),
    Mistake("name of the service too long", {"SERVICE_NAME": "Я" * 101}, "SERVICE_NAME"),
    Mistake("file that is not there", {"CONFIG": "other.toml"}, "CONFIG", ("other.toml", "cannot be read")),
    Mistake("file that is no TOML", {}, "CONFIG", ("otvet.toml", "not TOML", "expected"), toml="[[channels]\n"),
    Mistake("Viber without a public address", {"VIBER_TOKEN": SECRET}, "PUBLIC_URL", ("viber", "https")),
    Mistake(
        "webhook without a public address",
        {"TELEGRAM_TOKEN": SECRET, "TELEGRAM_UPDATES": "webhook"},
        "PUBLIC_URL",
        ("telegram",),
    ),
    Mistake(
        "callback without a public address",
        {"VK_TOKEN": SECRET, "VK_GROUP_ID": "5", "VK_UPDATES": "callback"},
        "PUBLIC_URL",
        ("vk",),
    ),
    Mistake("Telegram token of another shape", {"TELEGRAM_TOKEN": "made-up-secret"}, "TELEGRAM_TOKEN", ("@BotFather",)),
    Mistake("way of getting updates", {"TELEGRAM_TOKEN": SECRET, "TELEGRAM_UPDATES": "pigeon"}, "TELEGRAM_UPDATES", ()),
    Mistake("VK without its group", {"VK_TOKEN": SECRET}, "VK_GROUP_ID", ("missing",)),
    Mistake(
        "rate without a time",
        {"TELEGRAM_TOKEN": SECRET, "TELEGRAM_GROUP_RATE": "20"},
        "TELEGRAM_GROUP_RATE",
        ("20/min",),
    ),
    Mistake("rate of nothing", {"TELEGRAM_TOKEN": SECRET, "TELEGRAM_CHAT_RATE": "0/s"}, "TELEGRAM_CHAT_RATE"),
    Mistake(
        "address of an API",
        {"VK_TOKEN": SECRET, "VK_GROUP_ID": "5", "VK_API_URL": "https://vk.example.org"},
        "VK_API_URL",
        ("/method/",),
    ),
]


@pytest.mark.parametrize("mistake", SETTINGS, ids=lambda mistake: mistake.label)
def test_mistake_is_one_line(tmp_path: Path, mistake: Mistake) -> None:
    """A mistake is one line: the setting's name, what is wrong, what is expected; never a secret."""
    (line,) = mistakes(tmp_path, mistake.environment, mistake.toml)
    assert mistake.name == line.partition(": ")[0]
    assert [] == [word for word in mistake.says if word not in line.partition(": ")[2]]
    assert "made-up-secret" not in line
    assert "\n" not in line


CHANNEL = '[[channels]]\nname = "vk-school5"\nplatform = "vk"\ngroup_id = 200500\n'
NADYM = '[[places]]\nslug = "nadym"\nname = "Надым"\n'
RING = "polygon = [[60, 70], [60, 74], [64, 74], [64, 70]]"
FILES = [
    Mistake(
        "centre that is none", {}, "otvet.toml: places.0.centre", ("172", "latitude"), toml=NADYM + "centre = [172, 65]"
    ),
    Mistake(
        "polygon of two corners",
        {},
        "otvet.toml: places.0.polygon",
        ("2 different", "three"),
        toml=NADYM + "polygon = [[60, 70], [60, 74]]",
    ),
    Mistake(
        "centre outside of its polygon",
        {},
        "otvet.toml: places.nadym.centre",
        ("outside", "[latitude, longitude]"),
        toml=f"{NADYM}{RING}\ncentre = [72, 62]",
    ),
    Mistake(
        "two places in one spot",
        {},
        "otvet.toml: places.yar.centre",
        ("'nadym'", "another"),
        toml=NADYM + 'centre = [65, 72]\n[[places]]\nslug = "yar"\nname = "Яр"\ncentre = [65, 72]',
    ),
    *(
        Mistake(
            f"two {kind} that are called the same",
            {},
            f"otvet.toml: {kind}.second.name",
            ("'first'", "another name"),
            toml="".join(
                f'[[{kind}]]\nslug = "{slug}"\nname = "{name}"\n'
                for slug, name in (("first", "Берёзово"), ("second", " березово"), ("third", "Новое Берёзово"))
            ),
        )
        for kind in ("topics", "places")
    ),
    Mistake(
        "a place that is there twice, with its name",
        {},
        "otvet.toml: places",
        ("'nadym'", "twice", "expected"),
        toml=NADYM + NADYM,
    ),
    Mistake(
        "a reach of nothing",
        {},
        "otvet.toml: geography.within_km",
        ("too small", "expected more than 0"),
        toml="[geography]\nwithin_km = 0",
    ),
    Mistake(
        "a reach in words", {}, "otvet.toml: geography.within_km", ("a number",), toml='[geography]\nwithin_km = "near"'
    ),
    Mistake(
        "notice that is neither",
        {},
        "otvet.toml: late.notice",
        ("expected true or false",),
        toml='[late]\nnotice = "maybe"',
    ),
    Mistake(
        "key of news that there is not",
        {},
        "otvet.toml: news.offers",
        ("not a setting", "expected"),
        toml="[news]\noffers = true",
    ),
    Mistake(
        "topic's word that is none",
        {},
        "otvet.toml: topics.heating",
        ("'—'", "no letter", "expected a word"),
        toml='[[topics]]\nslug = "heating"\nname = "Тепло"\nwords = ["тепло", "—"]',
    ),
    Mistake(
        "channel's name that is no slug",
        {},
        "otvet.toml: channels.0.name",
        ("wrong form", "expected 1 to 40 of a-z, 0-9, - and _"),
        toml='[[channels]]\nname = "Школа 5"\nplatform = "vk"',
    ),
    Mistake(
        "sender's name that is too long",
        {"T": SECRET, "PUBLIC_URL": PUBLIC},
        "channels.viber-2.sender_name",
        ("too long", "expected at most 28 characters"),
        toml=f'[[channels]]\nname = "viber-2"\nplatform = "viber"\ntoken = "env:T"\nsender_name = "{"Ш" * 29}"',
    ),
    Mistake("key at the top", {}, "otvet.toml: colour", ("not a setting", "expected"), toml='colour = "red"'),
    Mistake("channel without a token", {}, "channels.vk-school5.token", ("missing",), toml=CHANNEL),
    Mistake(
        "token in the file",
        {},
        "channels.vk-school5.token",
        ("env:",),
        toml=CHANNEL + f'token = "{SECRET}"',
    ),
    Mistake(
        "variable that is not set",
        {},
        "channels.vk-school5.token",
        ("VK_TOKEN_SCHOOL5", "not set"),
        toml=CHANNEL + 'token = "env:VK_TOKEN_SCHOOL5"',
    ),
    Mistake(
        "key of another platform",
        {"T": SECRET},
        "channels.vk-school5.sender_name",
        ("not a setting", "expected"),
        toml=CHANNEL + 'token = "env:T"\nsender_name = "Школа"',
    ),
    Mistake(
        "platform that there is not",
        {},
        "channels.x.platform",
        ("'icq'", "telegram", "vk", "viber"),
        toml='[[channels]]\nname = "x"\nplatform = "icq"',
    ),
    Mistake(
        "a second page",
        {},
        "channels.x.platform",
        ("'web'",),
        toml='[[channels]]\nname = "x"\nplatform = "web"',
    ),
    Mistake(
        "name of the environment's channel",
        {"VK_TOKEN": SECRET, "VK_GROUP_ID": "5"},
        "channels.vk",
        ("taken",),
        toml='[[channels]]\nname = "vk"\nplatform = "vk"\ngroup_id = 7\ntoken = "env:VK_TOKEN"',
    ),
    Mistake(
        "name twice",
        {"T": SECRET},
        "otvet.toml: channels",
        ("'vk-school5'", "twice", "expected"),
        toml=2 * (CHANNEL + 'token = "env:T"\n'),
    ),
    Mistake(
        "department that there is not",
        {"T": SECRET},
        "otvet.toml: channels.vk-school5.department",
        ("'school5'", "expected the slug of one of the [[departments]]"),
        toml=CHANNEL + 'token = "env:T"\ndepartment = "school5"',
    ),
    Mistake(
        "topic that there is not",
        {},
        "otvet.toml: departments.energy.topics",
        ("'heating'", "expected the slug of one of the [[topics]]"),
        toml='[[departments]]\nslug = "energy"\nname = "Э"\ntopics = ["heating"]',
    ),
    Mistake(
        "place that there is not",
        {},
        "otvet.toml: departments.energy.places",
        ("'nadym'", "expected the slug of one of the [[places]]"),
        toml='[[departments]]\nslug = "energy"\nname = "Э"\nplaces = ["nadym"]',
    ),
    Mistake(
        "department's chat on a channel that there is not",
        {},
        "departments.energy.admin_chat",
        ("'telegram'",),
        toml='[[departments]]\nslug = "energy"\nname = "Э"\nadmin_chat = "telegram:-100"',
    ),
    Mistake(
        "Viber in the file without a public address",
        {"T": SECRET},
        "PUBLIC_URL",
        ("viber-2",),
        toml='[[channels]]\nname = "viber-2"\nplatform = "viber"\ntoken = "env:T"',
    ),
]


@pytest.mark.parametrize("mistake", FILES, ids=lambda mistake: mistake.label)
def test_mistake_in_the_file_is_one_line(tmp_path: Path, mistake: Mistake) -> None:
    """A mistake in otvet.toml is told in the same way, with the way to the key."""
    (line,) = mistakes(tmp_path, mistake.environment, mistake.toml)
    assert line.startswith(f"{mistake.name}: ")
    assert [] == [word for word in mistake.says if word not in line]
    assert "made-up-secret" not in line


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    """Whoever sets the service up mends everything in one go: settings, file and channels are told together."""
    environment = {
        "PORT": "http",
        "ANSWER_WITHIN": "soon",
        "VIBER_TOKEN": SECRET,
        "VK_TOKEN": SECRET,
        "TELEGRAM_TOKEN": "made-up-secret",
    }
    found = mistakes(tmp_path, environment, 'colour = "red"')
    names = [line.partition(": ")[0] for line in found]
    assert ["ANSWER_WITHIN", "PORT", "PUBLIC_URL", "TELEGRAM_TOKEN", "VK_GROUP_ID", "otvet.toml"] == sorted(names)
    assert "made-up-secret" not in "\n".join(found)


def test_names_that_need_no_difference(tmp_path: Path) -> None:
    """A place, a topic and a department may be called the same; and a name may be a picture alone."""
    names = {"departments": ("Вода",), "topics": ("Вода", "💧"), "places": ("Вода", "🔥", "💧")}
    tables = [
        f'[[{kind}]]\nslug = "s{number}"\nname = "{name}"\n'
        for kind, called in names.items()
        for number, name in enumerate(called)
    ]
    assert 3 == len(plan(tmp_path, {}, "".join(tables)).config.places)


def test_names_are_judged_beside_other_mistakes(tmp_path: Path) -> None:
    """Every name that another has is told, and all else that is wrong as well."""
    again = [NADYM.replace('"nadym"', f'"{slug}"') for slug in ("yar", "muzhi")]
    department = '[[departments]]\nslug = "energy"\nname = "Э"\ntopics = ["heating"]\n'
    found = mistakes(tmp_path, {"PORT": "http"}, "".join((NADYM, *again, department)))
    assert ["PORT", "departments.energy.topics", "places.muzhi.name", "places.yar.name"] == sorted(
        line.removeprefix("otvet.toml: ").partition(": ")[0] for line in found
    )


def test_open_figures_are_judged_beside_other_mistakes(tmp_path: Path) -> None:
    """A wrong port does not hide that the page is off which is to show the figures."""
    environment = {"PORT": "http", "OPEN_STATISTICS": "on", "WEB": "off"}
    names = [line.partition(": ")[0] for line in mistakes(tmp_path, environment)]
    assert {"PORT", "OPEN_STATISTICS"} <= set(names)


TABLES = [
    ("unknown key of a department", '[[departments]]\nslug = "energy"\nname = "Э"\ncolour = "red"', "colour"),
    ("missing name of a department", '[[departments]]\nslug = "energy"', "name"),
    ("bad slug of a topic", '[[topics]]\nslug = "Тепло"\nname = "Тепло"', "slug"),
    ("bad admin chat of a department", '[[departments]]\nslug = "e"\nname = "Э"\nadmin_chat = "nowhere"', "admin_chat"),
    ("bad time of asking", '[rating]\nask_after = "soon"', "rating.ask_after"),
    ("time of asking that is a number", "[rating]\nask_after = 30", "rating.ask_after"),
    ("time of asking that is too long", '[rating]\nask_after = "4d"', "rating.ask_after"),
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


def test_nothing_set(tmp_path: Path) -> None:
    """With nothing set the page alone is on, and its admin chat is the coordinators'."""
    found = plan(tmp_path, {})
    assert ["web"] == [spec.name for spec in found.channels]
    assert ("127.0.0.1", 8080) == (found.settings.host, found.settings.port)
    assert ChatRef(channel="web", chat_id="admin") == found.settings.admin_chat
    assert timedelta(hours=4) == found.settings.answer_within
    assert "Ямал Официально" == found.settings.service_name


ASKED_AFTER = {
    "": timedelta(minutes=30),
    '[rating]\nask_after = "2h"': timedelta(hours=2),
    '[rating]\nask_after = "3d"': timedelta(days=3),
    '[rating]\nask_after = "off"': None,
    '[rating]\nask_after = "Off"': None,
}


@pytest.mark.parametrize(("toml", "expected"), ASKED_AFTER.items(), ids=lambda value: str(value) or "unset")
def test_when_residents_are_asked(tmp_path: Path, toml: str, expected: timedelta | None) -> None:
    """How long after an answer a resident is asked how it was; with `off` never."""
    assert expected == plan(tmp_path, {}, toml).config.rating.ask_after


def test_empty_is_unset(tmp_path: Path) -> None:
    """A variable that is empty or blank counts as unset, in the environment and in the file."""
    names = ["PORT", "HOST", "PUBLIC_URL", "ADMIN_CHAT", "TELEGRAM_TOKEN", "CONFIG", "DATABASE_URL", "LOG_FORMAT"]
    (tmp_path / ".env").write_text("VK_TOKEN=\nANSWER_WITHIN=''\n", encoding="utf-8")
    assert plan(tmp_path, {}) == plan(tmp_path, dict.fromkeys(names, "")) == plan(tmp_path, dict.fromkeys(names, " "))


def test_env_file(tmp_path: Path) -> None:
    """`.env` is read; the environment wins, unless it is empty there."""
    (tmp_path / ".env").write_text('PORT=9001\nHOST=::1\nSERVICE_NAME="Наш город"\n', encoding="utf-8")
    found = plan(tmp_path, {"PORT": "9002", "HOST": ""}).settings
    assert (9002, "::1", "Наш город") == (found.port, found.host, found.service_name)


def test_channel_of_each_token(tmp_path: Path) -> None:
    """A platform whose token is set makes a channel of its name; those of the file come beside it."""
    environment = {
        "TELEGRAM_TOKEN": SECRET,
        "VK_TOKEN": SECRET,
        "VK_GROUP_ID": "5",
        "VIBER_TOKEN": SECRET,
        "PUBLIC_URL": f"{PUBLIC}/",
        "VK_TOKEN_SCHOOL5": "made-up-secret-5",
    }
    toml = (
        '[[departments]]\nslug = "school5"\nname = "Школа № 5"\nadmin_chat = "telegram:-1005"\nanswer_within = "1h"\n'
        + CHANNEL
        + 'token = "env:VK_TOKEN_SCHOOL5"\ndepartment = "school5"'
    )
    found = plan(tmp_path, environment, toml)
    assert ["telegram", "viber", "vk", "vk-school5", "web"] == sorted(spec.name for spec in found.channels)
    (school,) = [spec for spec in found.channels if spec.name == "vk-school5"]
    assert ("made-up-secret-5", 200500) == (school.settings.token.get_secret_value(), school.settings.group_id)
    assert ("ВКонтакте (vk-school5)", "school5") == (school.title, school.department)
    assert PUBLIC == found.settings.public_url
    desk = build_desk(found)
    assert {ChatRef(channel="telegram", chat_id="-1005"), ChatRef(channel="web", chat_id="admin")} == desk.admin_chats
    assert {"vk-school5": "school5"} == desk.channel_departments


def test_departments_answer_for_topics_and_places(tmp_path: Path) -> None:
    """What the file says of topics and places decides where questions go."""
    toml = (
        '[[departments]]\nslug = "energy"\nname = "Энергетика"\ntopics = ["heating"]\nplaces = ["nadym"]\n'
        '[[topics]]\nslug = "heating"\nname = "Отопление"\nwords = ["батарея"]\n'
        '[[places]]\nslug = "nadym"\nname = "Надымский район"\nforms = ["надымчане"]\n'
    )
    found = plan(tmp_path, {}, toml)
    destination = build_desk(found).route(
        "web", datetime(2026, 3, 2, tzinfo=UTC), Content(text="Надымчане без батарей")
    )
    assert ("energy", "по теме «Отопление» и месту «Надымский район»") == (destination.department, destination.why)
    look = build_look(found)
    assert ({"heating": "Отопление"}, {"nadym": "Надымский район"}) == (look.topics, look.places)


def test_places_on_the_map(tmp_path: Path) -> None:
    """Centres, polygons and how far a centre reaches come from the file; without a word of it 50 km."""
    toml = (
        f'{NADYM}centre = [62.0, 72.0]\n{RING}\n[[places]]\nslug = "yar"\nname = "Яр-Сале"\ncentre = [66.86, 70.84]\n'
    )
    near, far = (66.5, 70.84), (66.0, 70.84)
    here = build_desk(plan(tmp_path, {}, toml)).geography
    assert ["nadym", "yar", ""] == [here.place_of(63.9, 73.9), here.place_of(*near), here.place_of(*far)]
    there = build_desk(plan(tmp_path, {}, f"{toml}[geography]\nwithin_km = 100.5\n")).geography
    assert "yar" == there.place_of(*far)


UNASKED = {
    "": Unasked(news=True, late=True),
    "[late]\nnotice = false": Unasked(news=True, late=False),
    "[news]\noffer = false": Unasked(news=False, late=True),
}


@pytest.mark.parametrize(("toml", "expected"), UNASKED.items(), ids=str)
def test_unasked(tmp_path: Path, toml: str, expected: Unasked) -> None:
    """What residents are told unasked can be turned off."""
    assert expected == unasked_of(plan(tmp_path, {}, toml))


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    """Nobody who prints the settings prints a secret."""
    environment = {"TELEGRAM_TOKEN": SECRET, "DATABASE_URL": "postgresql://u:made-up-secret@h/d"}
    assert "made-up-secret" not in repr(plan(tmp_path, environment))


@dataclass(frozen=True, slots=True)
class Local:
    environment: Mapping[str, str] = field(default_factory=dict)
    local: bool = False
    secure: bool = False


LOCAL = {
    "loopback": Local({}, local=True),
    "localhost": Local({"HOST": "localhost"}, local=True),
    "all addresses": Local({"HOST": "0.0.0.0"}),
    "behind a public address": Local({"PUBLIC_URL": PUBLIC}, secure=True),
    "public address for trials": Local({"PUBLIC_URL": "http://127.0.0.1:8080"}),
}


@pytest.mark.parametrize("case", LOCAL.values(), ids=LOCAL.keys())
def test_page_opens_without_a_password_only_locally(tmp_path: Path, case: Local) -> None:
    """The page is local only where nobody else reaches the server; its cookies are secure where it is https."""
    (spec,) = plan(tmp_path, case.environment).channels
    assert (case.local, case.secure) == (spec.settings.local_only, spec.settings.secure_cookies)


ADDRESSES = {
    "this machine": ({}, "http://127.0.0.1:8080"),
    "another port": ({"HOST": "localhost", "PORT": "9000"}, "http://localhost:9000"),
    "IPv6": ({"HOST": "::1"}, "http://[::1]:8080"),
    "public address": ({"HOST": "0.0.0.0", "PUBLIC_URL": f"{PUBLIC}/"}, PUBLIC),
    "all addresses": ({"HOST": "0.0.0.0"}, ""),
    "all addresses of IPv6": ({"HOST": "::"}, ""),
    "any port": ({"PORT": "0"}, ""),
}


@pytest.mark.parametrize(("environment", "expected"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_address_of_the_page(tmp_path: Path, environment: Mapping[str, str], expected: str) -> None:
    """Links to the page lead to where people open it, and nowhere when the settings do not tell where that is."""
    assert expected == plan(tmp_path, environment).settings.address


DURATIONS = [
    ("30s", timedelta(seconds=30)),
    ("15min", timedelta(minutes=15)),
    ("15m", timedelta(minutes=15)),
    (" 4H ", timedelta(hours=4)),
    ("1h30m", timedelta(minutes=90)),
    ("1h 30min", timedelta(minutes=90)),
    ("3d", timedelta(days=3)),
]


@pytest.mark.parametrize(("text", "expected"), DURATIONS, ids=[text for text, _ in DURATIONS])
def test_duration(text: str, expected: timedelta) -> None:
    """Durations are read as people write them."""
    assert expected == parse_duration(text)


@pytest.mark.parametrize("text", ["", "4", "h", "-4h", "4 hours", "1.5h", "4h;", "0s"])
def test_no_duration(text: str) -> None:
    """What is no duration is refused."""
    with pytest.raises(ValueError, match="expected"):
        parse_duration(text)


RATES = [
    ("30/s", Rate(count=30, per=timedelta(seconds=1))),
    ("20/min", Rate(count=20, per=timedelta(minutes=1))),
    ("500/10s", Rate(count=500, per=timedelta(seconds=10))),
    (" 5 / 2 h ", Rate(count=5, per=timedelta(hours=2))),
]


@pytest.mark.parametrize(("text", "expected"), RATES, ids=[text for text, _ in RATES])
def test_rate(text: str, expected: Rate) -> None:
    """Rates are read as people write them."""
    assert expected == parse_rate(text)


@pytest.mark.parametrize("text", ["", "30", "/s", "0/s", "30/0s", "30/week", "-1/s", "1e3/s"])
def test_no_rate(text: str) -> None:
    """What is no rate is refused."""
    with pytest.raises(ValueError, match="expected"):
        parse_rate(text)


def test_chat_with_a_topic() -> None:
    """A topic of a group stands behind a second colon, and Viber's ids may hold any sign."""
    assert ChatRef(channel="telegram", chat_id="-100:42") == parse_chat("telegram:-100:42")
    assert ChatRef(channel="viber", chat_id="01x/+A==") == parse_chat(" viber:01x/+A== ")


LOOPBACK = {"127.0.0.1": True, "127.9.9.9": True, "::1": True, "[::1]": True, "LOCALHOST": True, "0.0.0.0": False}


@pytest.mark.parametrize(("host", "expected"), LOOPBACK.items(), ids=LOOPBACK.keys())
def test_loopback(host: str, expected: bool) -> None:
    """Only what this machine alone reaches is loopback."""
    assert expected == is_loopback(host)
