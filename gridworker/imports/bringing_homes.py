"""The households of another profile and who lives in them, beside those here: a household is its door, a person a name
behind it. A phone or a birth year comes only with the ground it stands on there."""

from __future__ import annotations

from collections.abc import Mapping

from gridworker.imports.addresses import room_key
from gridworker.imports.bringing_papers import PaperTrail
from gridworker.imports.bringing_places import Matched, unit_for
from gridworker.imports.comparing import Said, compared, says, taken, verdict_of
from gridworker.imports.reading import Reading, RowRefused
from gridworker.imports.record import Record
from gridworker.imports.register import GROUNDED, Register, drafts_of
from gridworker.imports.verdicts import Verdict
from gridworker.models.bringing import Brought, Papers
from gridworker.models.entity import Entity
from gridworker.models.household import HOUSEHOLD, RESIDENT
from gridworker.models.ledger import KnownRecord, KnownUnit
from gridworker.models.op import Draft, Value

#: What says which household or person it is, and what is set with those who come along.
_FOUND_BY = frozenset(("code", "unit_id", "room", "household_id", "name"))
_POINTING = frozenset(("contact_resident_id", "is_contact", "guardian_resident_id", "moved_out_on"))


class Homes:
    """Judges one record after the other; a household before its people, a person before their consents."""

    def __init__(
        self,
        brought: Brought,
        register: Register,
        papers: Papers,
        units: Matched,
        batch: str,
        *,
        prefer: bool,
    ) -> None:
        self._register, self._units, self._prefer, self._gone = register, units, prefer, papers.gone
        self._trail = PaperTrail(brought.papers, papers, batch)
        self._their_codes: dict[Value, str] = {unit.id: unit.code for unit in brought.ledger.units}
        self._offered_codes = {home.values["code"] for home in brought.ledger.households}
        self._doors: dict[tuple[Value, str], list[Record]] = {}
        for home in register.households.values():
            self._doors.setdefault((home.value("unit_id"), room_key(str(home.value("room")))), []).append(
                home
            )
        self._contacts: dict[Value, Value] = {
            home.id: home.values["contact_resident_id"] for home in brought.ledger.households
        }
        self._homes: dict[Value, Record] = {}
        self._people: dict[Value, tuple[Record, Record, KnownRecord]] = {}
        self._touched: dict[bytes, Record] = {}

    def household(self, known: KnownRecord) -> Said:
        """Raises RowRefused."""
        unit = unit_for(self._units, known.values["unit_id"])
        room, code = str(known.values["room"]), str(known.values["code"])
        offered = _offered(HOUSEHOLD, known)
        behind = self._doors.setdefault((unit.id, room_key(room)), [])
        home = next((each for each in behind if each.value("code") == code), None)
        home = home or next((each for each in behind if self._is_free(each)), None)
        made = f"{self._their_codes[known.values['unit_id']]}-{room}"
        if home is None:
            # nobody chose a code that follows from the stairwell's, which may be another one here
            home = self._new_household(unit, room, "" if code == made else code, offered)
            behind.append(home)
            said = Said(Verdict.NEW)
        else:
            differs = compared(HOUSEHOLD, home, offered, prefer=self._prefer)
            self._register.check(HOUSEHOLD, taken(differs))
            home.given.update(taken(differs))
            said = Said(verdict_of(differs), fields=differs)
            chosen = code != home.value("code") and not code.startswith(made)
            said.notes += ["code_kept"] if chosen else []
        home.listed = True
        self._homes[known.id] = self._touched[home.id] = home
        return said

    def _is_free(self, home: Record) -> bool:
        """Whether a household behind the same door may be the one that is asked for: no other one is."""
        return not home.listed and home.value("code") not in self._offered_codes

    def _new_household(self, unit: KnownUnit, room: str, code: str, offered: dict[str, Value]) -> Record:
        floor = offered.pop("floor", None)
        reading = Reading(unit, room, floor if isinstance(floor, int) else None, code, offered)
        home = self._register.new_household(unit, reading)
        self._register.check(HOUSEHOLD, home.given)
        self._register.keep_household(home)
        return home

    # -- people ----------------------------------------------------------------------------------------------------

    def resident(self, known: KnownRecord) -> Said:
        """Raises RowRefused."""
        home = self._homes.get(known.values["household_id"])
        if home is None:
            raise RowRefused("household_not_brought")
        name, phone = str(known.values["name"]), known.values["phone"]
        if (home.id, name) in self._gone:
            return Said(Verdict.DUPLICATE, "moved_out_here")
        person, double = self._register.person_of(home, Reading(person={"name": name, "phone": phone}))
        if double:
            return Said(Verdict.DUPLICATE, double)
        notes: list[str] = []
        offered = self._grounded(known, person, notes)
        if person is None:
            person = Record(
                next(self._register.ids), None, {"household_id": home.id, "name": name, **offered}
            )
            self._register.check(RESIDENT, person.given)
            self._register.keep_person(home, person)
            said, values = Said(Verdict.NEW), offered
        else:
            differs = compared(RESIDENT, person, offered, prefer=self._prefer)
            values = taken(differs)
            self._register.check(RESIDENT, values)
            person.given.update(values)
            said = Said(verdict_of(differs), fields=differs)
        said.notes = notes
        self._keep(known, home, person, values, said)
        return said

    def _grounded(self, known: KnownRecord, person: Record | None, notes: list[str]) -> dict[str, Value]:
        """What is offered of a person, without what may not be kept here."""
        offered = _offered(RESIDENT, known)
        for name in sorted(GROUNDED & offered.keys()):
            if person is not None and person.value(name) == offered[name]:
                continue
            ground = self._ground(known, name)
            since = str(ground.values["recorded_on"]) if ground else ""
            if ground is None:
                notes.append("basis_missing")
            elif self._trail.is_withdrawn(person, name, since):
                notes.append("consent_withdrawn")
            else:
                continue
            del offered[name]
        if known.values["guardian_resident_id"] is not None:
            guardian = self._guardian(known)
            if guardian is not None:
                offered["guardian_resident_id"] = guardian
            elif offered.pop("birth_year", None) is not None:  # a child is kept as one only with a guardian
                notes.append("guardian_missing")
        return offered

    def _ground(self, known: KnownRecord, name: str) -> KnownRecord | None:
        home = known.values["household_id"]
        assert isinstance(home, bytes)
        return self._trail.ground_of(home, known.id, name)

    def _guardian(self, known: KnownRecord) -> bytes | None:
        found = self._people.get(known.values["guardian_resident_id"])
        return found[0].id if found else None

    def _keep(
        self, known: KnownRecord, home: Record, person: Record, values: Mapping[str, Value], said: Said
    ) -> None:
        person.listed = True
        self._people[known.id] = person, home, known
        for name in GROUNDED & values.keys():
            ground = self._ground(known, name)
            assert ground is not None
            self._trail.take_along(home, person, name, ground)
        leads = self._contacts.get(known.values["household_id"]) == known.id
        if leads and not home.value("contact_resident_id"):
            home.given["contact_resident_id"], person.given["is_contact"] = person.id, 1
            if said.verdict is Verdict.UNCHANGED:
                said.verdict = Verdict.UPDATE

    def consent(self, known: KnownRecord) -> Said:
        """Raises RowRefused."""
        found = self._people.get(known.values["resident_id"])
        if found is None:
            raise RowRefused("person_not_brought")
        person, home, there = found
        guardian = None
        if known.values["guardian_resident_id"] is not None:
            signed = self._people.get(known.values["guardian_resident_id"])
            if signed is None:
                raise RowRefused("guardian_missing")
            guardian = signed[0].id
        return self._trail.consent(known, home, person, there, guardian)

    def groups(self) -> list[tuple[Draft, ...]]:
        """The ops of each household, its people and their papers, in the order in which they were judged."""
        made = (
            (*drafts_of(self._register, home), *self._trail.drafts(home)) for home in self._touched.values()
        )
        return [group for group in made if group]


def _offered(entity: Entity, known: KnownRecord) -> dict[str, Value]:
    """What is compared of a record, as far as it says anything."""
    return {
        name: value
        for name, value in known.values.items()
        if name not in _FOUND_BY | _POINTING and says(entity, name, value)
    }
