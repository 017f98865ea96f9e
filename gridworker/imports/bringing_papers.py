"""The papers of people who are brought over: the ground that goes along with a phone or a birth year, consents, and
what a consent that was taken back takes with it. The stricter side always counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gridworker.imports.comparing import Said
from gridworker.imports.reading import RowRefused
from gridworker.imports.record import Record
from gridworker.imports.register import GROUNDED
from gridworker.imports.verdicts import Verdict
from gridworker.models.bringing import Papers
from gridworker.models.grounds import codes, fields_lost, went_with
from gridworker.models.household import BASIS, CONSENT, SERVICE_NEED
from gridworker.models.ids import new_id
from gridworker.models.ledger import KnownRecord
from gridworker.models.op import Draft, OpKind, Value

_SAME = ("given_on", "method", "notice_version")


class PaperTrail:
    """`theirs` are offered, `ours` are here."""

    def __init__(self, theirs: Papers, ours: Papers, batch: str) -> None:
        self._batch = batch
        self._their_grounds = by_field(theirs.grounds, "household_id")
        self._grounds = by_field(ours.grounds, "household_id")
        self._consents = by_field(ours.consents, "resident_id")
        self._needs = by_field(ours.needs, "consent_id")
        self._along: dict[bytes, dict[tuple[bytes, bytes | None], tuple[KnownRecord, set[str]]]] = {}
        self._made: dict[bytes, list[Draft]] = {}
        self._ended: set[bytes] = set()

    # -- grounds ---------------------------------------------------------------------------------------------------

    def ground_of(self, home: bytes, person: bytes, name: str) -> KnownRecord | None:
        """Their newest ground for a field of their `person`."""
        found = [
            ground
            for ground in self._their_grounds.get(home, ())
            if ground.values["resident_id"] in (None, person) and name in codes(ground.values["fields"])
        ]
        return max(found, key=lambda ground: str(ground.values["recorded_on"]), default=None)

    def is_withdrawn(self, person: Record | None, name: str, since: str) -> bool:
        """Whether our `person` took a consent to the field `name` back on the day `since` or later."""
        return person is not None and any(
            str(consent.values["withdrawn_on"] or "") >= since and name in codes(consent.values["fields"])
            for consent in self._consents.get(person.id, ())
        )

    def take_along(self, home: Record, person: Record, name: str, ground: KnownRecord) -> None:
        """The field comes, and its ground with it. Where others live already, the ground is this person's alone."""
        own = home.known is not None or ground.values["resident_id"] is not None
        key = (ground.id, person.id if own else None)
        self._along.setdefault(home.id, {}).setdefault(key, (ground, set()))[1].add(name)

    # -- consents --------------------------------------------------------------------------------------------------

    def consent(
        self, known: KnownRecord, home: Record, person: Record, there: KnownRecord, guardian: bytes | None
    ) -> Said:
        """The verdict of a consent of our `person`, who is `there` in the other profile. Raises RowRefused."""
        ours = self._consents.get(person.id, ())
        values = known.values
        same = next((each for each in ours if _is_same(each, known)), None)
        day = str(values["withdrawn_on"] or "")
        if not day:
            if same is not None:
                return Said(Verdict.UNCHANGED)
            if any(
                _overlap(each, known) and _withdrawn_since(each, str(values["given_on"])) for each in ours
            ):
                raise RowRefused("consent_withdrawn")
        if same is not None and same.values["withdrawn_on"]:
            return Said(Verdict.UNCHANGED)
        made = self._made.setdefault(home.id, [])
        if same is None:
            new: dict[str, Value] = {name: value for name, value in values.items() if value is not None}
            new |= {"resident_id": person.id}
            if guardian is not None:
                new["guardian_resident_id"] = guardian
            made.append(Draft(CONSENT.name, new_id(), OpKind.CREATE, new))
        if not day:
            return Said(Verdict.NEW)
        notes = self._withdraw(known, ours, home, person, there)
        return Said(Verdict.NEW if same is None else Verdict.UPDATE, notes=notes)

    def _withdraw(
        self,
        known: KnownRecord,
        ours: Sequence[KnownRecord],
        home: Record,
        person: Record,
        there: KnownRecord,
    ) -> list[str]:
        """Taken back there is taken back here, with what stood on it."""
        day, made, notes = str(known.values["withdrawn_on"]), self._made[home.id], []
        fields = codes(known.values["fields"])
        for consent in ours:
            if consent.id in self._ended or consent.values["withdrawn_on"] or not _overlap(consent, known):
                continue
            if str(consent.values["given_on"]) <= day:
                fields |= codes(consent.values["fields"])
                made += self._end(consent, day)
                notes.append("consent_ended")
        fields -= {
            name for name in GROUNDED if there.values[name] is not None
        }  # stands there on something newer
        rows = [consent.values for consent in ours if consent.id not in self._ended]
        grounds = [ground for ground in self._grounds.get(home.id, ()) if ground.id not in self._ended]
        lost = fields_lost(fields, person.id, rows, (ground.values for ground in grounds), day)
        gone = [name for name in GROUNDED if name in lost and person.value(name) is not None]
        if gone and person.known is not None:
            person.given.update(dict.fromkeys(gone))
            notes.append("fields_emptied")
        for ground in grounds:
            if went_with(lost, person.id, ground.values) and str(ground.values["recorded_on"]) <= day:
                self._ended.add(ground.id)
                made.append(Draft(BASIS.name, ground.id, OpKind.DELETE, {}))
        return notes

    def _end(self, consent: KnownRecord, day: str) -> list[Draft]:
        """The ops by which one of our consents ends, and the services that were asked for on it."""
        self._ended.add(consent.id)
        set_back = Draft(CONSENT.name, consent.id, OpKind.SET, {"withdrawn_on": day}, {"withdrawn_on": None})
        needs = self._needs.get(consent.id, ())
        return [set_back, *(Draft(SERVICE_NEED.name, need.id, OpKind.DELETE, {}) for need in needs)]

    # -- what comes of it ------------------------------------------------------------------------------------------

    def drafts(self, home: Record) -> list[Draft]:
        """The grounds and consents of one household."""
        made = []
        for (_, person), (ground, fields) in self._along.get(home.id, {}).items():
            values = {**ground.values, "household_id": home.id, "resident_id": person}
            values |= {"fields": ",".join(sorted(fields)), "import_batch": self._batch}
            plain: dict[str, Value] = {name: value for name, value in values.items() if value is not None}
            made.append(Draft(BASIS.name, new_id(), OpKind.CREATE, plain))
        return [*made, *self._made.get(home.id, ())]


def _is_same(one: KnownRecord, other: KnownRecord) -> bool:
    """The same sheet of paper, kept twice."""
    mine, theirs = one.values, other.values
    lists = all(codes(mine[name]) == codes(theirs[name]) for name in ("purposes", "fields"))
    return lists and bool(mine["separate"]) == bool(theirs["separate"]) and all(
        mine[name] == theirs[name] for name in _SAME
    )  # fmt: skip


def _overlap(one: KnownRecord, other: KnownRecord) -> bool:
    return any(codes(one.values[name]) & codes(other.values[name]) for name in ("purposes", "fields"))


def _withdrawn_since(consent: KnownRecord, day: str) -> bool:
    return str(consent.values["withdrawn_on"] or "") >= day


def by_field(records: Iterable[KnownRecord], name: str) -> dict[Value, list[KnownRecord]]:
    """The records by what they say in the field `name`."""
    found: dict[Value, list[KnownRecord]] = {}
    for record in records:
        found.setdefault(record.values[name], []).append(record)
    return found
