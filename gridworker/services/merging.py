"""Two households that are one, and one that is two: merging by alias, and splitting. Nothing is copied over and nothing
is lost, so that both can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gridworker.errors import FieldInvalid
from gridworker.models.alias import alias_id
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.services.acts import Done, create, do, everything, ids_of, setting
from gridworker.services.households import door_values
from gridworker.services.residents import is_child
from gridworker.store.aliases import standing, with_losers
from gridworker.store.audit import Act
from gridworker.store.store import Store


@dataclass
class _Aliasing:
    """The ops of a merge."""

    store: Store
    reason: str
    drafts: list[Draft] = field(default_factory=list)

    def merge(self, entity: str, loser: bytes, winner: bytes, home: bytes) -> None:
        """`loser` is read as `winner`, and so is whoever was merged into `loser` before: there are no chains."""
        with self.store.read() as connection:
            earlier = with_losers(connection, entity, loser)[1:]
        for record in earlier:
            self.drafts.append(Draft("record_alias", alias_id(entity, record), OpKind.DELETE, {}))
        for record in (loser, *earlier):
            values: dict[str, Value] = {
                "entity": entity,
                "loser_id": record,
                "winner_id": winner,
                "household_id": home,
                "reason": self.reason.strip() or None,
            }
            self.drafts.append(create("record_alias", alias_id(entity, record), values))


def merge_households(store: Store, loser: bytes, winner: bytes, reason: str = "") -> Done:
    """From now on `loser` is read as `winner`: its visits, residents and figures are found there, and it stands in no
    list. Residents of one name (and one phone, where both have one) become one too. If either asked not to be
    visited, the merged household is not.

    Raises FieldInvalid `merged_into_itself`, NotAllowed, NotFound."""
    with store.read() as connection:
        winner, loser = (standing(connection, "household", record) for record in (winner, loser))
    if winner == loser:
        raise FieldInvalid(entity="household", record="", field="winner_id", reason="merged_into_itself")
    lost, kept = everything(store, "household", loser), everything(store, "household", winner)
    aliasing = _Aliasing(store, reason)
    aliasing.merge("household", loser, winner, winner)
    for twin, other, home in _twins(store, loser, winner):
        aliasing.merge("resident", twin, other, home)
    if lost["visit_opt_out"] and not kept["visit_opt_out"]:
        wish = {name: lost[name] for name in ("visit_opt_out", "visit_opt_out_on", "opt_out_reason")}
        seen = {name: kept[name] for name in wish}
        aliasing.drafts.append(Draft("household", winner, OpKind.SET, wish, seen))
    return do(store, aliasing.drafts, Act("households_merged", "household", winner), winner)


def _twins(store: Store, loser: bytes, winner: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Pairs of residents who are one person, with the household the kept one lives in."""
    kept, found = _people(store, winner), []
    for twin, (name, phone, _) in _people(store, loser).items():
        same = [
            (record, home)
            for record, (other, number, home) in kept.items()
            if other == name and (not phone or not number or phone == number)
        ]
        if len(same) == 1:
            found.append((twin, *same[0]))
            del kept[same[0][0]]
    return found


def _people(store: Store, household_id: bytes) -> dict[bytes, tuple[str, str, bytes]]:
    """Resident → name, phone and household, of everybody read as living there."""
    with store.read() as connection:
        homes = with_losers(connection, "household", household_id)
        rows = connection.exec_driver_sql(
            "SELECT r.id, r.name, coalesce(r.phone, ''), r.household_id FROM resident r WHERE r.deleted = 0 "
            f"AND r.moved_out_on IS NULL AND r.household_id IN ({', '.join('?' * len(homes))}) "
            "AND r.id NOT IN (SELECT loser_id FROM record_alias WHERE entity = 'resident' AND deleted = 0) "
            "ORDER BY r.rid",
            homes,
        )
        return {row[0]: (str(row[1]).strip(), row[2], row[3]) for row in rows}


def part_households(store: Store, loser: bytes) -> Done:
    """Undo the merge of `loser` at any later time: it and its residents stand for themselves again."""
    wanted = [alias_id("household", loser)]
    wanted += [alias_id("resident", person) for person in ids_of(store, "resident", "household_id", loser)]
    with store.read() as connection:
        marks = ", ".join("?" * len(wanted))
        rows = connection.exec_driver_sql(
            f"SELECT id FROM record_alias WHERE deleted = 0 AND id IN ({marks}) ORDER BY rid DESC",
            tuple(wanted),
        )
        drafts = [Draft("record_alias", row[0], OpKind.DELETE, {}) for row in rows]
    return do(store, drafts, Act("households_parted", "household", loser), loser)


def split_household(
    store: Store,
    household_id: bytes,
    resident_ids: Sequence[bytes],
    unit_id: bytes,
    room: str,
    floor: int | None,
) -> Done:
    """Take residents out into a household of their own, behind another door or the same; consents, needs and the
    grounds on which their data are kept go along. The first adult among them becomes its contact.

    Raises FieldInvalid, NotAllowed, NotFound."""
    if not resident_ids:
        raise FieldInvalid(entity="household", record="", field="resident_id", reason="required")
    old, new = everything(store, "household", household_id), new_id()
    people = {record: everything(store, "resident", record) for record in resident_ids}
    today = store.clock.today()
    contact = next((r for r, seen in people.items() if not is_child(seen["birth_year"], today)), None)
    home = door_values(store, unit_id, room, floor) | {
        "occupancy": old["occupancy"] if old["occupancy"] != "vacant" else "unknown",
        "visit_interval_days": old["visit_interval_days"],
        "visit_opt_out": old["visit_opt_out"],
        "visit_opt_out_on": old["visit_opt_out_on"],
        "opt_out_reason": old["opt_out_reason"],
        "member_count": len(people),
        "contact_resident_id": contact,
    }
    drafts = [create("household", new, home)]
    for record, seen in people.items():
        here: dict[str, Value] = {"household_id": new, "is_contact": int(record == contact)}
        drafts += setting("resident", record, {**seen, "is_contact": seen["is_contact"] or 0}, here)
    drafts += _grounds_along(store, household_id, new, set(people))
    drafts += setting("household", household_id, old, _what_is_left(old, people))
    return do(store, drafts, Act("household_split", "household", household_id), new)


def _what_is_left(old: dict[str, Value], people: dict[bytes, dict[str, Value]]) -> dict[str, Value]:
    left: dict[str, Value] = {}
    if isinstance(old["member_count"], int):
        left["member_count"] = max(old["member_count"] - len(people), 0)
    if old["contact_resident_id"] in people:
        left["contact_resident_id"] = None
    return left


def _grounds_along(store: Store, household_id: bytes, new: bytes, people: set[bytes]) -> list[Draft]:
    """The grounds of the old household again for the new one: a ground never changes, so it is recorded once more."""
    found = [
        everything(store, "basis", record) for record in ids_of(store, "basis", "household_id", household_id)
    ]
    return [
        create("basis", new_id(), {**ground, "household_id": new})
        for ground in found
        if ground["resident_id"] is None or ground["resident_id"] in people
    ]
