"""Households, the people who live there and the ground on which their phones are kept. Invented from tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from gridworker.models.household import DEFAULT_VISIT_INTERVAL_DAYS
from gridworker.models.op import Draft, Value
from gridworker.practice.places import Layout, Stair
from gridworker.practice.seeded import (
    HOUR,
    Calendar,
    Namer,
    SeededIds,
    create,
    milliseconds,
    phone,
    source,
    texts,
)
from gridworker.practice.size import Size, shares

_LARGEST = 6
_NOTICE = "2026-01"
_CHILD, _MAYBE_CHILD = 3, 0.6


@dataclass(frozen=True, slots=True)
class Home:
    """A household that may be visited."""

    id: bytes
    contact_id: bytes
    floor: int
    high_rise: bool
    interval: int
    preferred_time: str


class Settlement:
    """Fills the rooms of a layout, stairwell by stairwell. `homes` holds the visitable households by micro-grid once
    the drafts have been taken."""

    def __init__(self, seed: int, size: Size, layout: Layout, phones_used: int) -> None:
        calendar, self._chance = Calendar(size.weeks), source(seed, "homes")
        self._ids = SeededIds(self._chance, milliseconds(calendar.founded) + 2 * HOUR)
        self._namer = Namer(self._chance)
        self._notes: list[str] = texts("visits")["household_notes"]
        self._layout, self._size = layout, size
        self._phones = phones_used
        # Days before the founding, newest first, on which people were asked.
        self._days = [(calendar.founded - dt.timedelta(days=back)).isoformat() for back in range(1, 121)]
        self._year = calendar.founded.year
        self.homes: list[list[Home]] = [[] for _ in layout.micro_grids]

    def drafts(self) -> Iterator[Draft]:
        """Each household, then its residents and their basis."""
        opted = shares(self._size.opted_out, [plan.occupied for plan in self._layout.plans])
        stairs = iter(self._layout.stairs)
        for plan, opted_out in zip(self._layout.plans, opted, strict=True):
            people = iter(self._people(plan.rooms, plan.occupied, plan.residents))
            unwilling = set(self._chance.sample(range(plan.occupied), opted_out))
            lived_in = 0
            for _ in range(plan.stairs):
                stair = next(stairs)
                for floor in range(1, stair.floors + 1):
                    for door in range(1, stair.doors + 1):
                        count = next(people)
                        opts_out = count > 0 and lived_in in unwilling
                        yield from self._room(stair, floor, f"{floor}{door:02d}", count, opts_out)
                        lived_in += count > 0

    def _people(self, rooms: int, occupied: int, residents: int) -> list[int]:
        """How many live in each room: 0 for a vacant one, summing to `residents`."""
        counts = self._chance.choices(range(1, _LARGEST), weights=(15, 32, 30, 16, 7), k=occupied)
        gap = residents - sum(counts)
        while gap:
            place = int(self._chance.random() * occupied)
            step = 1 if gap > 0 else -1
            if 1 <= counts[place] + step <= _LARGEST:
                counts[place] += step
                gap -= step
        for place in sorted(self._chance.sample(range(rooms), rooms - occupied)):
            counts.insert(place, 0)
        return counts

    def _room(self, stair: Stair, floor: int, room: str, people: int, opted_out: bool) -> Iterator[Draft]:
        household = self._ids.next()
        values: dict[str, Value] = {
            "code": f"{stair.code}-{room}",
            "unit_id": stair.id,
            "floor": floor,
            "room": room,
        }
        values["member_count"] = people
        if not people:
            values.update(
                occupancy="vacant", visit_opt_out=0, visit_interval_days=DEFAULT_VISIT_INTERVAL_DAYS
            )
            yield create("household", household, values)
            return
        contact = self._ids.next()
        interval = 90 if self._chance.random() < 0.06 else DEFAULT_VISIT_INTERVAL_DAYS
        values.update(contact_resident_id=contact, visit_interval_days=interval)
        values["occupancy"] = self._occupancy(stair, floor)
        values.update(self._wishes(opted_out))
        yield create("household", household, values)
        yield from self._family(household, contact, people)
        if not opted_out:
            liked = str(values["preferred_time"])
            home = Home(household, contact, floor, stair.floors > 8, interval, liked)
            self.homes[stair.micro_grid].append(home)

    def _occupancy(self, stair: Stair, floor: int) -> str:
        draw = self._chance.random()
        if self._layout.micro_grids[stair.micro_grid].mixed and floor <= 2 and draw < 0.6:
            return "business"
        return (
            "owner" if draw < 0.7 else "rented" if draw < 0.95 else "lodging" if draw < 0.985 else "unknown"
        )

    def _wishes(self, opted_out: bool) -> Iterator[tuple[str, Value]]:
        if opted_out:
            yield "visit_opt_out", 1
            yield "visit_opt_out_on", self._days[int(self._chance.random() * len(self._days))]
            yield "preferred_channel", "none"
            return
        yield "visit_opt_out", 0
        draw = self._chance.random()
        yield "preferred_time", "weekday" if draw < 0.35 else "evening" if draw < 0.75 else "weekend"
        yield "preferred_channel", "door" if self._chance.random() < 0.8 else "phone"
        if draw < 0.02:
            yield "note", self._notes[int(draw / 0.02 * len(self._notes))]

    def _family(self, household: bytes, contact: bytes, people: int) -> Iterator[Draft]:
        surname, years = self._namer.surname(), False
        for place in range(people):
            values: dict[str, Value] = {"household_id": household, "is_contact": int(place == 0)}
            is_child = place + 1 >= _CHILD and self._chance.random() < _MAYBE_CHILD
            if is_child:
                values.update(self._child(surname, contact))
            else:
                values.update(self._adult(surname, place))
            years = years or "birth_year" in values
            yield create("resident", contact if place == 0 else self._ids.next(), values)
        basis: dict[str, Value] = {
            "household_id": household,
            "fields": "phone,birth_year" if years else "phone",
        }
        kind = "consent" if self._chance.random() < 0.9 else "statutory"
        basis.update(
            kind=kind, notice_version=_NOTICE, channel="paper" if kind == "statutory" else "on_device"
        )
        basis["recorded_on"] = self._days[int(self._chance.random() * len(self._days))]
        yield create("basis", self._ids.next(), basis)

    def _adult(self, surname: str, place: int) -> Iterator[tuple[str, Value]]:
        """The contact first, then the partner, then parents and others."""
        chance = self._chance.random
        woman = chance() < 0.5
        yield "name", self._namer.full(surname if place == 0 else self._namer.surname(), woman=woman)
        yield "salutation", "女士" if woman else "先生"
        yield "relation_code", "0" if place == 0 else "1" if place == 1 else "5" if place < 5 else "8"
        yield "residence", "permanent" if place == 0 or chance() < 0.95 else "away"
        if place == 0 or chance() < 0.35:
            self._phones += 1
            yield "phone", phone(self._phones)
        if place == 0 and chance() < 0.3:
            yield "birth_year", self._year - 26 - int(chance() * 50)

    def _child(self, surname: str, guardian: bytes) -> Iterator[tuple[str, Value]]:
        """Under 14: no phone, no contact; the household's contact is the guardian."""
        girl = self._chance.random() < 0.5
        yield "name", self._namer.full(surname, woman=girl)
        yield "salutation", "小朋友"
        yield "relation_code", "3" if girl else "2"
        yield "residence", "permanent"
        yield "birth_year", self._year - 2 - int(self._chance.random() * 11)
        yield "guardian_resident_id", guardian
