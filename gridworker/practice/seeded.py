"""Chance from a seed: ids, invented names and phones that are the same on every computer. Never asks the clock or
the operating system."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from gridworker.models.days import CHINA
from gridworker.models.op import Draft, OpKind, Value
from gridworker.practice.clock import PRACTICE_NOW
from gridworker.resources import resource_dir

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
_LOW_62 = (1 << 62) - 1
#: Coprime to the number of phones: consecutive people get distant numbers, and no number comes twice in 10,000.
_PHONE_STEP, _PHONES = 7919, 10_000


def source(seed: int, part: str) -> Random:
    """The chance of one part, so that a change in one part leaves the others as they are."""
    return Random(f"gridworker {seed} {part}")


def milliseconds(day: dt.date) -> int:
    """Midnight in China at the beginning of `day`, in ms since 1970."""
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=CHINA).timestamp()) * 1000


@dataclass(frozen=True)
class Calendar:
    """When things happened: visits from Monday `first` for `weeks` weeks, the founding two weeks before."""

    weeks: int

    @property
    def first(self) -> dt.date:
        now = PRACTICE_NOW.date()
        return now - dt.timedelta(days=now.weekday() + 7 * (self.weeks - 1))

    @property
    def founded(self) -> dt.date:
        return self.first - dt.timedelta(days=14)

    @property
    def valid_from(self) -> str:
        """From when areas and posts hold: the first of January before the founding."""
        return f"{self.founded.year}-01-01"


class SeededIds:
    """Ids in the form of UUIDv7, each later than the one before."""

    def __init__(self, chance: Random, start: int) -> None:
        self._bits = chance.getrandbits
        self._last = start

    def next(self, at: int = 0) -> bytes:
        """The next id; `at` (ms) moves the time forward to a moment, never back."""
        self._last = at if at > self._last else self._last + 1
        return self.aside(self._last)

    def aside(self, at: int) -> bytes:
        """An id of the moment `at` (ms) that does not move the time: for something added to a record later."""
        bits = self._bits(74)
        value = at << 80 | 0x7 << 76 | bits >> 62 << 64 | 0x2 << 62 | bits & _LOW_62
        return value.to_bytes(16)


def create(entity: str, record: bytes, values: dict[str, Value]) -> Draft:
    return Draft(entity, record, OpKind.CREATE, values)


def phone(number: int) -> str:
    """The practice telephone of person `number`; alike only for people 10,000 apart."""
    return f"100-0000-{number * _PHONE_STEP % _PHONES:04d}"


@cache
def texts(name: str) -> Mapping[str, Any]:
    """The table `resources/practice/<name>.json`."""
    loaded: Mapping[str, Any] = json.loads((resource_dir() / "practice" / f"{name}.json").read_text("utf-8"))
    return loaded


class Namer:
    """Invented names from a table of syllables, every one marked as practice."""

    def __init__(self, chance: Random) -> None:
        table = texts("names")
        self._chance = chance.random
        self._mark: str = table["mark"]
        self._surnames: str = table["surnames"]
        self._first: str = table["first"]
        self._second: tuple[str, str] = (table["second_man"], table["second_woman"])

    def _one_of(self, characters: str) -> str:
        return characters[int(self._chance() * len(characters))]

    def surname(self) -> str:
        return self._one_of(self._surnames)

    def full(self, surname: str, *, woman: bool) -> str:
        return f"{self._mark}{surname}{self._one_of(self._first)}{self._one_of(self._second[woman])}"
