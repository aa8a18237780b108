"""Which place a point on the map belongs to: inside a polygon, else near a centre. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import PlainValidator

#: Latitude and longitude, degrees of WGS 84.
Point = tuple[float, float]

#: Corners that one polygon may have, and polygons of one place: a shared location is looked up between two messages.
CORNERS, POLYGONS = 2000, 50
#: How far from a centre a point still belongs to it, where the settings do not say.
WITHIN_KM = 50.0
_EARTH_KM = 6371.0088
#: Degrees within which a point lies on a border: a tenth of a millimetre.
_ON_BORDER = 1e-9
#: Square degrees: what is smaller is no area, but corners on one line.
_FLAT = 1e-12
_EXPECTED_POINT = "expected [latitude, longitude] in degrees, such as [65.53, 72.52]"
_EXPECTED_POLYGON = "expected at least three corners as [latitude, longitude], in their order around the place"


@dataclass(frozen=True, slots=True)
class Polygon:
    """One piece of land by its corners, whose borders are straight on a chart of degrees. Its border is a part of it.

    What crosses the 180th meridian is to be given as two.
    """

    corners: tuple[Point, ...]
    #: Square degrees: good for comparing polygons of one region.
    area: float = field(init=False)
    _south: float = field(init=False, repr=False)
    _north: float = field(init=False, repr=False)
    _west: float = field(init=False, repr=False)
    _east: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        latitudes, longitudes = zip(*self.corners, strict=True)
        object.__setattr__(self, "_south", min(latitudes))
        object.__setattr__(self, "_north", max(latitudes))
        object.__setattr__(self, "_west", min(longitudes))
        object.__setattr__(self, "_east", max(longitudes))
        # From one of the corners: far from it small areas would be lost in rounding.
        first = self.corners[0]
        object.__setattr__(self, "area", abs(sum(_turn(first, a, b) for a, b in _sides(self.corners))) / 2)

    @property
    def width(self) -> float:
        """Degrees of longitude."""
        return self._east - self._west

    def holds(self, at: Point) -> bool:
        """Whether a point lies inside or on the border."""
        latitude, longitude = at
        if not (
            self._south - _ON_BORDER <= latitude <= self._north + _ON_BORDER
            and self._west - _ON_BORDER <= longitude <= self._east + _ON_BORDER
        ):
            return False
        inside = False
        for one, other in _sides(self.corners):
            if _is_between(at, one, other):
                return True
            # Counted are the borders that a line to the east crosses; a corner belongs to the border below it alone.
            if (one[0] > latitude) != (other[0] > latitude):
                crossed_at = one[1] + (latitude - one[0]) / (other[0] - one[0]) * (other[1] - one[1])
                inside ^= longitude < crossed_at
        return inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where a place is, as far as the settings say it."""

    slug: str
    centre: Point | None = None
    polygons: tuple[Polygon, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Geography:
    """All places that are on the map."""

    areas: tuple[Area, ...] = ()
    within_km: float = WITHIN_KM

    def __bool__(self) -> bool:
        """Whether any point could be found."""
        return any(one.centre is not None or one.polygons for one in self.areas)

    def place_of(self, latitude: float, longitude: float) -> str:
        """The place of a point, by its slug; empty: none.

        Of several polygons around it the smallest: a town in its district. Outside of all of them the nearest centre
        that is near enough. What is not a point on Earth is nowhere.
        """
        at = latitude, longitude
        if not is_on_earth(at):
            return ""
        around = [(polygon.area, area.slug) for area in self.areas for polygon in area.polygons if polygon.holds(at)]
        if around:
            return min(around, key=lambda found: found[0])[1]
        near = [(distance_km(at, area.centre), area.slug) for area in self.areas if area.centre is not None]
        distance, slug = min(near, key=lambda found: found[0], default=(math.inf, ""))
        return slug if distance <= self.within_km else ""


def is_on_earth(at: Point) -> bool:
    return -90 <= at[0] <= 90 and -180 <= at[1] <= 180


def distance_km(one: Point, other: Point) -> float:
    """Along a great circle of a round Earth: right to half a percent."""
    latitude, longitude, other_latitude, other_longitude = map(math.radians, (*one, *other))
    haversine = (
        math.sin((other_latitude - latitude) / 2) ** 2
        + math.cos(latitude) * math.cos(other_latitude) * math.sin((other_longitude - longitude) / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(haversine)))


def _sides(corners: Sequence[Point]) -> Iterable[tuple[Point, Point]]:
    return zip(corners, (*corners[1:], corners[0]), strict=True)


def _turn(one: Point, other: Point, at: Point) -> float:
    """On which side of a line a point lies: above zero, below zero, or zero on it."""
    return (other[0] - one[0]) * (at[1] - one[1]) - (other[1] - one[1]) * (at[0] - one[0])


def _is_between(at: Point, one: Point, other: Point) -> bool:
    """Whether a point lies on the line between two others."""
    length = math.dist(one, other)
    return (
        abs(_turn(one, other, at)) <= _ON_BORDER * length
        and min(one[0], other[0]) - _ON_BORDER <= at[0] <= max(one[0], other[0]) + _ON_BORDER
        and min(one[1], other[1]) - _ON_BORDER <= at[1] <= max(one[1], other[1]) + _ON_BORDER
    )


# --- reading the settings ------------------------------------------------------------------------------------------


def parse_point(value: object) -> object:
    """Read `[latitude, longitude]`."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError(f"is not a point; {_EXPECTED_POINT}")
    return _point(value, "")


def _point(value: Sequence[object], where: str) -> Point:
    numbers = [float(one) for one in value if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(numbers) != 2:
        raise ValueError(f"has {where}what is not a number; {_EXPECTED_POINT}")
    latitude, longitude = numbers
    if not -90 <= latitude <= 90:
        raise ValueError(f"has {where}{latitude:g}, which is not a latitude; {_EXPECTED_POINT}")
    if not -180 <= longitude <= 180:
        raise ValueError(f"has {where}{longitude:g}, which is not a longitude; {_EXPECTED_POINT}")
    return latitude, longitude


def parse_polygons(value: object) -> object:
    """Read one polygon as a list of its corners, or several as a list of such lists."""
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"is not a polygon; {_EXPECTED_POLYGON}")
    if all(isinstance(one, Polygon) for one in value):
        return tuple(value)
    first = value[0]
    several = isinstance(first, list | tuple) and bool(first) and isinstance(first[0], list | tuple)
    rings = value if several else [value]
    if len(rings) > POLYGONS:
        raise ValueError(f"has {len(rings)} polygons; expected at most {POLYGONS}")
    return tuple(_polygon(one, f"polygon {number}: " if several else "") for number, one in enumerate(rings, start=1))


def _polygon(value: object, which: str) -> Polygon:
    if not isinstance(value, list | tuple):
        raise ValueError(f"has {which}no list of corners; {_EXPECTED_POLYGON}")  # noqa: TRY004 (pydantic wants it)
    if len(value) > CORNERS:
        raise ValueError(f"has {which}{len(value)} corners; expected at most {CORNERS}")
    corners: list[Point] = []
    for number, one in enumerate(value, start=1):
        where = f"{which}corner {number}: "
        if not isinstance(one, list | tuple) or len(one) != 2:
            raise ValueError(f"has {where}no point; {_EXPECTED_POINT}")
        corner = _point(one, where)
        if not corners or corner != corners[-1]:
            corners.append(corner)
    if len(corners) > 1 and corners[0] == corners[-1]:
        # Many files of maps say the first corner again at the end.
        corners.pop()
    if len(set(corners)) < 3:
        raise ValueError(f"has {which}{len(set(corners))} different corners; {_EXPECTED_POLYGON}")
    found = Polygon(tuple(corners))
    if found.width > 180:
        raise ValueError(f"has {which}a width of {found.width:g} degrees; expected one side of the 180th meridian")
    if (crossing := _crossing(found.corners)) is not None:
        first, second = crossing
        raise ValueError(
            f"has {which}borders that cross, behind corner {first} and behind corner {second}; {_EXPECTED_POLYGON}"
        )
    if found.area < _FLAT:
        raise ValueError(f"has {which}all corners on one line; {_EXPECTED_POLYGON}")
    return found


def _crossing(corners: Sequence[Point]) -> tuple[int, int] | None:
    """Two sides that cross, by the numbers of their first corners; None: there are none."""
    sides = list(_sides(corners))
    upper: dict[int, float] = {}
    for number in sorted(range(len(sides)), key=lambda one: min(sides[one][0][0], sides[one][1][0])):
        a, b = sides[number]
        lowest = min(a[0], b[0])
        upper = {other: highest for other, highest in upper.items() if highest >= lowest}
        for other in upper:
            c, d = sides[other]
            if _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0:
                return min(number, other) + 1, max(number, other) + 1
        upper[number] = max(a[0], b[0])
    return None


#: Points and polygons in the file.
PointSetting = Annotated[Point | None, PlainValidator(parse_point)]
PolygonsSetting = Annotated[tuple[Polygon, ...], PlainValidator(parse_polygons)]
