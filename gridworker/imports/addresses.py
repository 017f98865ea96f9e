"""Door numbers as people write them, and the stairwells they mean. A door that fits two places, or none, is said so
and never guessed; places themselves are not made here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import msgspec

from gridworker.imports.values import Unreadable
from gridworker.models.ledger import KnownUnit

_DIGITS = "零一二三四五六七八九"
_NUMERAL = re.compile(
    r"([一二三四五六七八九]?十?[一二三四五六七八九]?)(?=号?楼|栋|幢|座|单元|门|梯|层|室|号|期)"
)
_DASHES = re.compile(r"[‐-―−~_/、]")
_BUILDING = r"(?P<building>[A-Za-z]?\d{1,4}[A-Za-z]?|[A-Za-z])"
_UNIT = r"(?P<unit>[A-Za-z]?\d{1,2}|[A-Za-z])"
_ROOM = r"(?:(?P<floor>\d{1,3})(?:楼|层)-?)?(?P<room>[A-Za-z]?\d{1,5}[A-Za-z]?)(?:号?室|号?房|号|户)?"
_AFTER_BUILDING = r"(?:号楼|栋楼?|幢楼?|座|#楼?|号(?=\d+(?:单元|门|梯)))"
_FULL = re.compile(
    rf"(?P<estate>.*?){_BUILDING}(?:{_AFTER_BUILDING}-?|-){_UNIT}(?:单元|门(?!牌)|梯|-)-?{_ROOM}"
)
_WITHOUT_UNIT = re.compile(rf"(?P<estate>.*?){_BUILDING}(?:{_AFTER_BUILDING}-?|-){_ROOM}")
_BUILDING_AND_UNIT = re.compile(rf"{_BUILDING}(?:{_AFTER_BUILDING}-?|-){_UNIT}(?:单元|门|梯)?")
_STAIRWELL = re.compile(
    rf"(?P<estate>.*?){_BUILDING}(?:号楼|栋楼?|幢楼?|座|#楼?)-?(?:{_UNIT}(?:单元|门(?!牌|面|市)|梯))?"
)
_ADMINISTRATIVE = re.compile(
    r".*(?:省|市|区|县|街道|镇|乡|社区|居委会|村|路|街|巷|大道|弄)(?:\d+号?(?:院|附\d+号)?)?-?"
)
_LEAST_NAME = 2
_ROOM_WITH_FLOOR = re.compile(r"[1-9]\d{2,3}")
_PLAIN_ROOM = re.compile(r"[1-9]\d{0,4}", re.ASCII)


class Door(msgspec.Struct, frozen=True, gc=False):
    """A door as it was written, each part bare: `3`, `2`, `502`. `unit` "" where none was named."""

    estate: str
    building: str
    unit: str
    room: str
    floor: int | None = None


def _numeral(match: re.Match[str]) -> str:
    text = match[1]
    if not text:
        return ""
    if "十" not in text:
        return "".join(str(_DIGITS.index(c)) for c in text)
    tens, _, ones = text.partition("十")
    return str((_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0))


def bare(text: str) -> str:
    """`text` half-width, without blanks, every dash a dash, numerals before a suffix as figures."""
    flat = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).replace("－", "-"))
    return _NUMERAL.sub(_numeral, _DASHES.sub("-", flat))


@lru_cache(4096)
def place_key(name: str) -> str:
    """What tells a building or stairwell from its neighbours: `3栋`, `03`, `3号楼` and `３＃` are all `3`."""
    short = re.sub(r"(?:号楼|栋楼?|幢楼?|座|#楼?|单元|门|梯|号|楼)$", "", bare(name))
    return (short.lstrip("0") or short).lower()


@lru_cache(4096)
def room_key(room: str) -> str:
    """A room as it is compared: `0502` and `502室` are one door."""
    if _PLAIN_ROOM.fullmatch(room):
        return room
    short = re.sub(r"(?:号?室|号?房|号|户)$", "", bare(room))
    return (short.lstrip("0") or short).lower()


def read_door(text: str) -> Door | None:
    """The door in one text, or None: `3栋2单元502`, `3-2-502`, `3幢2门502室`, `3#2-502`, `锦苑3栋502`."""
    flat = bare(text)
    found = _FULL.fullmatch(flat) or _WITHOUT_UNIT.fullmatch(flat)
    if not found:
        return None
    parts = found.groupdict()
    floor = int(parts["floor"]) if parts.get("floor") else floor_of(parts["room"])
    return Door(
        parts["estate"].strip("-,，").removesuffix("第"),
        parts["building"],
        parts.get("unit") or "",
        parts["room"],
        floor,
    )


def door_of_columns(estate: str, building: str, unit: str, room: str) -> Door | None:
    """The door whose parts stand in columns of their own; a part may hold what belongs to the next as well."""
    whole = read_door(room) if not building else None
    if whole:
        return Door(estate or whole.estate, whole.building, whole.unit or unit, whole.room, whole.floor)
    if not building or not room:
        return None
    both = _BUILDING_AND_UNIT.fullmatch(bare(building)) if not unit else None
    if both:
        building, unit = both["building"], both["unit"]
    if _PLAIN_ROOM.fullmatch(room):
        return Door(estate, building, unit, room, floor_of(room))
    inner = read_door(room)
    if inner and place_key(inner.building) == place_key(building):
        return Door(estate or inner.estate, building, unit or inner.unit, inner.room, inner.floor)
    short = re.sub(r"(?:号?室|号?房|号|户)$", "", bare(room))
    return Door(estate, building, unit, short, floor_of(short))


def read_stairwell(text: str) -> tuple[str, str, str] | None:
    """Estate, building and stairwell at the beginning of an address, "" for what it does not name; None where it names
    no building: `3栋1单元102号门面`, `锦苑3栋底商`."""
    flat = bare(text)
    door = read_door(flat)
    if door:
        return door.estate, door.building, door.unit
    found = _STAIRWELL.match(flat)
    if not found:
        return None
    return found["estate"].strip("-,，").removesuffix("第"), found["building"], found["unit"] or ""


def floor_of(room: str) -> int | None:
    """The floor that a room number tells: 502 is on the fifth, 1203 on the twelfth."""
    return int(room[:-2]) if _ROOM_WITH_FLOOR.fullmatch(room) else None


@dataclass
class Places:
    """The community's stairwells by what people call them."""

    units: Sequence[KnownUnit]
    _by_building: dict[str, list[tuple[str, KnownUnit]]] = field(default_factory=dict)
    _named: dict[str, frozenset[str] | None] = field(default_factory=dict)
    _found: dict[tuple[str, str, str, str], list[KnownUnit]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for unit in self.units:
            named = (place_key(unit.unit), unit)
            self._by_building.setdefault(place_key(unit.building), []).append(named)

    @cached_property
    def estates(self) -> frozenset[str]:
        return frozenset(unit.estate for unit in self.units)

    def estate_in(self, text: str) -> str:
        """The one estate named in a title or a sheet's name, or ""."""
        flat = bare(text)
        named = [name for name in self.estates if len(name) >= _LEAST_NAME and bare(name) in flat]
        longest = [name for name in named if not any(name != other and name in other for other in named)]
        return longest[0] if len(longest) == 1 else ""

    def unit_of(self, estate: str, building: str, unit: str, context: str = "") -> KnownUnit:
        """The stairwell that is called so; `context` is the estate that sheet or title name. Raises Unreadable:
        `address_unknown`, `address_ambiguous`."""
        asked = (estate, building, unit, context)
        found = self._found.get(asked)
        if found is None:
            found = self._found[asked] = self._units_called(*asked)
        if not found:
            raise Unreadable("address_unknown")
        if len(found) > 1:
            raise Unreadable("address_ambiguous")
        return found[0]

    def _units_called(self, estate: str, building: str, unit: str, context: str) -> list[KnownUnit]:
        key = place_key(unit) if unit else ""
        neighbours = self._by_building.get(place_key(building), [])
        found = [known for name, known in neighbours if not key or name == key]
        if estate not in self._named:
            self._named[estate] = self._estates_named(estate)
        named = self._named[estate]
        if named is not None:
            found = [known for known in found if known.estate in named]
        elif context:
            found = [known for known in found if known.estate == context]
        return found

    def _estates_named(self, text: str) -> frozenset[str] | None:
        """The estates a text may mean; None where it names none, empty where it names one nobody knows."""
        flat = bare(text)
        if not flat:
            return None
        exact = frozenset(name for name in self.estates if bare(name) == flat)
        if exact:
            return exact
        inside = self.estate_in(text)
        if inside:
            return frozenset({inside})
        rest = _ADMINISTRATIVE.sub("", flat)
        if len(rest) < _LEAST_NAME:
            return None
        return frozenset(name for name in self.estates if rest in bare(name))
