"""A point on the map finds its place: inside a polygon, on its border, near a centre; and what the file may say."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.geography import (
    CORNERS,
    POLYGONS,
    Area,
    Geography,
    Point,
    Polygon,
    distance_km,
    parse_point,
    parse_polygons,
)
from tests.effort import effort

NADYM, SALEKHARD, NOYABRSK = (65.5333, 72.5167), (66.5299, 66.6145), (63.2018, 75.4510)
SQUARE = Polygon(((60.0, 70.0), (60.0, 74.0), (64.0, 74.0), (64.0, 70.0)))
#: The letter C, open to the east.
BAY = Polygon(((0.0, 0.0), (3.0, 0.0), (3.0, 3.0), (2.0, 3.0), (2.0, 1.0), (1.0, 1.0), (1.0, 3.0), (0.0, 3.0)))
TRIANGLE = Polygon(((0.0, 0.0), (2.0, 1.0), (0.0, 2.0)))

HOLDS = {
    "in the middle": (SQUARE, (62.0, 72.0), True),
    "on a border": (SQUARE, (60.0, 72.0), True),
    "on another": (SQUARE, (62.0, 74.0), True),
    "on a corner": (SQUARE, (64.0, 70.0), True),
    "a metre outside": (SQUARE, (59.99999, 72.0), False),
    "far away, level with it": (SQUARE, (62.0, 100.0), False),
    "level with a corner, outside": (SQUARE, (60.0, 69.0), False),
    "in the arm of a bay": (BAY, (2.5, 2.0), True),
    "in the bay itself": (BAY, (1.5, 2.0), False),
    "on the shore of the bay": (BAY, (1.5, 1.0), True),
    "at its innermost corner": (BAY, (2.0, 1.0), True),
    "level with two corners, inside": (BAY, (1.0, 0.5), True),
    "level with two corners, outside": (BAY, (2.0, 3.5), False),
    "level with a peak, beside it": (TRIANGLE, (2.0, 0.5), False),
    "on a slope": (TRIANGLE, (1.0, 0.5), True),
    "beside a slope": (TRIANGLE, (1.0, 0.4999), False),
    "level with the middle corner": (TRIANGLE, (1.0, 1.0), True),
}


@pytest.mark.parametrize(("polygon", "at", "expected"), HOLDS.values(), ids=HOLDS.keys())
def test_holds(polygon: Polygon, at: Point, expected: bool) -> None:
    """A point is in a polygon or not, whichever way round its corners are given; borders and corners belong to it."""
    assert [expected, expected] == [polygon.holds(at), Polygon(polygon.corners[::-1]).holds(at)]


@given(st.lists(st.integers(1, 30), min_size=3, max_size=8), st.integers(-40, 40), st.integers(-40, 40))
def test_a_star_holds_what_is_nearer_than_its_border(radii: list[int], north: int, east: int) -> None:
    """Around its middle a star holds exactly the points that are nearer than its border in their direction."""
    corners = []
    for number, radius in enumerate(radii):
        angle = 2 * math.pi * number / len(radii)
        corners.append((radius * math.sin(angle), radius * math.cos(angle)))
    angle = math.atan2(north, east) % (2 * math.pi)
    step = 2 * math.pi / len(radii)
    at = int(angle / step) % len(radii)
    (n1, e1), (n2, e2) = corners[at], corners[(at + 1) % len(radii)]
    across = (n2 - n1) * math.cos(angle) - (e2 - e1) * math.sin(angle)
    border = (n2 * e1 - e2 * n1) / across
    distance = math.hypot(north, east)
    if abs(distance - border) > 1e-6:
        assert (distance < border) == Polygon(tuple(corners)).holds((float(north), float(east)))


DISTANCES = {
    "nowhere": (NADYM, NADYM, 0.0),
    "a degree of latitude": ((65.0, 72.0), (66.0, 72.0), 111.2),
    "a degree of longitude up there": ((65.0, 72.0), (65.0, 73.0), 47.0),
    "Nadym to Salekhard": (NADYM, SALEKHARD, 288.6),
    "pole to pole": ((90.0, 0.0), (-90.0, 0.0), 20015.1),
    "over the 180th meridian": ((65.0, 179.5), (65.0, -179.5), 47.0),
}


@pytest.mark.parametrize(("one", "other", "expected"), DISTANCES.values(), ids=DISTANCES.keys())
def test_distance(one: Point, other: Point, expected: float) -> None:
    """Kilometres are those of the map, in both directions."""
    found = distance_km(one, other)
    assert pytest.approx(expected, rel=0.003) == found
    assert found == distance_km(other, one)


DISTRICT = Area(slug="district", polygons=(SQUARE,))
TOWN = Area(slug="town", polygons=(Polygon(((61.0, 71.0), (61.0, 72.0), (62.0, 72.0), (62.0, 71.0))),))
MAP = Geography(
    areas=(
        Area(slug="nadym", centre=NADYM),
        Area(slug="salekhard", centre=SALEKHARD),
        DISTRICT,
        TOWN,
        Area(slug="islands", polygons=(BAY, Polygon(((10.0, 10.0), (11.0, 10.0), (10.0, 11.0))))),
        Area(slug="nowhere"),
    )
)

PLACES = {
    "in its centre": (NADYM, "nadym"),
    "some way off": ((65.3, 72.9), "nadym"),
    "further off than 50 km": ((65.0, 72.5), ""),
    "in the district": ((63.0, 73.0), "district"),
    "in the town of the district": ((61.5, 71.5), "town"),
    "on the town's border": ((61.0, 71.5), "town"),
    "on the first island": ((0.5, 0.5), "islands"),
    "on the second": ((10.2, 10.2), "islands"),
    "between them": ((5.0, 5.0), ""),
    "off the map": ((91.0, 72.5), ""),
    "nothing": ((math.nan, 72.5), ""),
    "endless": ((65.5, math.inf), ""),
}


@pytest.mark.parametrize(("at", "expected"), PLACES.values(), ids=PLACES.keys())
def test_place_of(at: Point, expected: str) -> None:
    """The smallest polygon around a point, else the nearest centre that is near enough, else nothing."""
    assert expected == MAP.place_of(*at)


def test_order_does_not_matter() -> None:
    """A town is found in its district wherever it stands in the file."""
    turned = Geography(areas=MAP.areas[::-1])
    assert [MAP.place_of(*at) for at, _ in PLACES.values()] == [turned.place_of(*at) for at, _ in PLACES.values()]


def test_nearest_of_several() -> None:
    """Of two centres that are near enough the nearer one, by kilometres and not by degrees."""
    # A degree of longitude is less than half of one of latitude here.
    near = Geography(
        areas=(Area(slug="north", centre=(65.9, 72.0)), Area(slug="east", centre=(65.0, 73.5))), within_km=500
    )
    assert "east" == near.place_of(65.0, 72.0)


@pytest.mark.parametrize(("within_km", "expected"), [(288.0, ""), (290.0, "nadym")])
def test_within(within_km: float, expected: str) -> None:
    """How far a centre reaches is a setting."""
    assert expected == Geography(areas=MAP.areas[:1], within_km=within_km).place_of(*SALEKHARD)


def test_a_polygon_comes_before_a_nearer_centre() -> None:
    """Whoever is in a district is not in the town behind its border, however near that is."""
    areas = (Area(slug="town", centre=(59.99, 72.0)), DISTRICT)
    assert "district" == Geography(areas=areas).place_of(60.01, 72.0)


def test_nothing_on_the_map() -> None:
    """Without centres and polygons no point is anywhere, and nobody need be asked for one."""
    empty = Geography(areas=(Area(slug="nadym"),))
    assert (False, True, "") == (bool(empty), bool(MAP), empty.place_of(*NADYM))


# --- what the file may say -----------------------------------------------------------------------------------------

RING = [[60.0, 70.0], [60.0, 74.0], [64.0, 74.0], [64.0, 70.0]]
#: Crosses itself like an hourglass.
HOURGLASS = [[60.0, 70.0], [64.0, 74.0], [60.0, 74.0], [64.0, 70.0]]

READ = {
    "one polygon": (RING, (SQUARE,)),
    "its first corner again at the end": ([*RING, RING[0]], (SQUARE,)),
    "a corner twice in a row": ([RING[0], *RING], (SQUARE,)),
    "whole numbers": ([[60, 70], [60, 74], [64, 74], [64, 70]], (SQUARE,)),
    "several": ([RING, [[0, 0], [2, 1], [0, 2]]], (SQUARE, TRIANGLE)),
    "one among several": ([RING], (SQUARE,)),
}


@pytest.mark.parametrize(("value", "expected"), READ.values(), ids=READ.keys())
def test_read(value: object, expected: tuple[Polygon, ...]) -> None:
    """One polygon or several, as people and the files of maps write them."""
    assert expected == parse_polygons(value)


def test_point_is_read() -> None:
    """A centre is a latitude and a longitude, in this order."""
    assert (65.0, 72.5) == parse_point([65, 72.5])


REFUSED: dict[str, tuple[Callable[[object], object], object, tuple[str, ...]]] = {
    "a word": (parse_point, "65.5, 72.5", ("is not a point", "[latitude, longitude]")),
    "one number": (parse_point, [65.5], ("is not a point",)),
    "three numbers": (parse_point, [65.5, 72.5, 10], ("is not a point",)),
    "words in it": (parse_point, ["65.5", "72.5"], ("not a number", "[65.53, 72.52]")),
    "true and false": (parse_point, [True, False], ("not a number",)),
    "the longitude first": (parse_point, [172.5, 65.5], ("172.5", "not a latitude")),
    "too far east": (parse_point, [65.5, 181], ("181", "not a longitude")),
    "no number at all": (parse_point, [math.nan, 72.5], ("not a latitude",)),
    "a polygon that is a word": (parse_polygons, "nadym", ("is not a polygon", "three corners")),
    "an empty one": (parse_polygons, [], ("is not a polygon",)),
    "two corners": (parse_polygons, RING[:2], ("2 different corners", "three")),
    "the same corner again and again": (parse_polygons, [RING[0], RING[1], RING[0], RING[1]], ("2 different corners",)),
    "a corner that is none": (parse_polygons, [*RING[:3], [64.0]], ("corner 4", "no point")),
    "a corner off the map": (parse_polygons, [*RING[:3], [164.0, 70.0]], ("corner 4", "164", "not a latitude")),
    "numbers in a row": (parse_polygons, [60.0, 70.0, 60.0, 74.0], ("corner 1", "no point")),
    "all on one line": (parse_polygons, [[60, 70], [61, 71], [62, 72]], ("one line",)),
    "an hourglass": (parse_polygons, HOURGLASS, ("cross", "corner 1", "corner 3")),
    "over the 180th meridian": (parse_polygons, [[65, 179], [66, -179], [67, 179]], ("180th meridian",)),
    "too many corners": (parse_polygons, [[0, 0]] * (CORNERS + 1), (str(CORNERS + 1), str(CORNERS))),
    "too many polygons": (parse_polygons, [RING] * (POLYGONS + 1), (str(POLYGONS),)),
    "the second of two": (parse_polygons, [RING, HOURGLASS], ("polygon 2", "cross")),
    "something else among several": (parse_polygons, [RING, "x"], ("polygon 2", "no list of corners")),
}


@pytest.mark.parametrize(("read", "value", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(read: Callable[[object], object], value: object, says: tuple[str, ...]) -> None:
    """A mistake says which corner it is, what is wrong and what is expected."""
    with pytest.raises(ValueError) as caught:
        read(value)
    line = str(caught.value)
    assert [] == [word for word in (*says, "expected") if word not in line]


def test_a_large_map_is_quick() -> None:
    """A region of detailed borders is looked through in far less time than a message may take."""

    def round_about(middle: Point) -> Polygon:
        angles = [2 * math.pi * number / CORNERS for number in range(CORNERS)]
        value = [[middle[0] + math.sin(one), middle[1] + math.cos(one)] for one in angles]
        (polygon,) = parse_polygons(value)  # type: ignore[misc]
        return polygon  # type: ignore[has-type,no-any-return]

    areas = tuple(Area(slug=f"p{n}", polygons=(round_about((60.0 + n % 4, 70.0 + n // 4)),)) for n in range(12))
    geography = Geography(areas=areas)
    assert geography.place_of(61.0, 71.0)
    # It takes some milliseconds.
    assert effort(lambda: geography.place_of(61.0, 71.0)) < 0.5
