"""Residents of a household: adding, editing, moving out, deleting, and who speaks for it. Kept to the least; a phone
or a birth year needs a recorded ground, a child under 14 a guardian."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gridworker.errors import FieldInvalid
from gridworker.models.household import RESIDENT
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, Value
from gridworker.services.acts import (
    Done,
    create,
    delete_with_all,
    do,
    everything,
    ids_of,
    present_values,
    setting,
)
from gridworker.store.aliases import standing, with_losers
from gridworker.store.audit import Act
from gridworker.store.store import Store

#: Until the end of the year of the 14th birthday a person counts as under 14.
CHILD_YEARS = 14
GROUNDED = tuple(f.name for f in RESIDENT.fields if f.basis)
_WIDE = str.maketrans("０１２３４５６７８９－＋", "0123456789-+")


@dataclass(frozen=True)
class Ground:
    """On what optional personal fields are kept: `kind` one of BASIS_KINDS, the version of the notice that was shown,
    and how (`channel`)."""

    kind: str
    notice_version: str
    channel: str


def plain_phone(text: str) -> str | None:
    """A phone as it is kept: half-width, without blanks and +86; the practice community's numbers keep their dashes.
    Empty text means no phone."""
    bare = re.sub(r"[\s()（）]", "", text.translate(_WIDE))
    bare = re.sub(r"^(\+86|0086)", "", bare)
    if re.fullmatch(r"1[\d-]+", bare) and not bare.startswith("100-"):
        bare = bare.replace("-", "")
    return bare or None


def is_child(birth_year: Value, today: str) -> bool:
    """Whether somebody born in `birth_year` is treated as under 14 on the day `today`."""
    return isinstance(birth_year, int) and int(today[:4]) - birth_year <= CHILD_YEARS


def add_resident(
    store: Store, household_id: bytes, values: Mapping[str, Value], ground: Ground | None = None
) -> Done:
    """Somebody who lives there; the first one becomes the contact. `ground` is recorded with the same act.

    Raises FieldInvalid (`basis_missing` where a phone or birth year stands on nothing, `guardian_missing` for a child),
    NotAllowed."""
    record, wanted = new_id(), _plain(values)
    drafts = _grounds(store, household_id, record, {}, wanted, ground)
    _check_child(store, wanted, {})
    homes = present_values(store, "household", household_id, ("contact_resident_id",))
    first = homes["contact_resident_id"] is None and not is_child(
        wanted.get("birth_year"), store.clock.today()
    )
    drafts = [
        create("resident", record, {**wanted, "household_id": household_id, "is_contact": int(first)}),
        *drafts,
    ]
    if first:
        drafts += setting("household", household_id, homes, {"contact_resident_id": record})
    return do(store, drafts, Act("resident_added", "resident", record), record)


def edit_resident(
    store: Store,
    resident_id: bytes,
    seen: Mapping[str, Value],
    values: Mapping[str, Value],
    ground: Ground | None = None,
) -> Done:
    """Change fields of a resident; a phone is brought to its plain form first. A phone or birth year needs a recorded
    ground: the household's basis is asked for, and FieldInvalid (`basis_missing`) raised where there is none and no
    `ground` is given."""
    wanted = _plain(values)
    home = present_values(
        store, "resident", resident_id, ("household_id", "birth_year", "guardian_resident_id")
    )
    household_id = home["household_id"]
    assert isinstance(household_id, bytes)
    drafts = _grounds(store, household_id, resident_id, seen, wanted, ground)
    if "birth_year" in wanted or "guardian_resident_id" in wanted:
        _check_child(store, {**home, **wanted}, {"id": resident_id})
    change = setting("resident", resident_id, seen, wanted)
    fields = sorted(name for draft in change for name in draft.set)
    act = Act("resident_edited", "resident", resident_id, {"fields": fields})
    return do(store, [*drafts, *change] if change else [], act, resident_id)


def _plain(values: Mapping[str, Value]) -> dict[str, Value]:
    wanted = dict(values)
    if isinstance(wanted.get("phone"), str):
        wanted["phone"] = plain_phone(str(wanted["phone"]))
    return wanted


def _grounds(
    store: Store,
    household_id: bytes,
    resident_id: bytes,
    seen: Mapping[str, Value],
    wanted: Mapping[str, Value],
    ground: Ground | None,
) -> list[Draft]:
    """The basis to record with the fields that have none yet. Raises FieldInvalid `basis_missing` without `ground`."""
    needing = [name for name in GROUNDED if wanted.get(name) not in (None, seen.get(name))]
    missing = [name for name in needing if not has_ground(store, household_id, resident_id, name)]
    if missing and ground is None:
        raise FieldInvalid(entity="resident", record="", field=missing[0], reason="basis_missing")
    if not missing or ground is None:
        return []
    values: dict[str, Value] = {"household_id": household_id, "resident_id": resident_id}
    return [create("basis", new_id(), {**values, **basis_values(store, tuple(missing), ground)})]


def basis_values(store: Store, fields: tuple[str, ...], ground: Ground) -> dict[str, Value]:
    return {
        "fields": ",".join(fields),
        "kind": ground.kind,
        "notice_version": ground.notice_version,
        "recorded_on": store.clock.today(),
        "channel": ground.channel,
    }


def has_ground(store: Store, household_id: bytes, resident_id: bytes, field: str) -> bool:
    """Whether a basis for `field` of this resident is on record, in the household or one merged into it."""
    with store.read() as connection:
        homes = with_losers(connection, "household", standing(connection, "household", household_id))
        marks = ", ".join("?" * len(homes))
        found = connection.exec_driver_sql(
            f"SELECT count(*) FROM basis WHERE household_id IN ({marks}) AND deleted = 0 "
            "AND (resident_id IS NULL OR resident_id = ?) AND instr(',' || fields || ',', ',' || ? || ',') > 0",
            (*homes, resident_id, field),
        ).scalar()
    return bool(found)


def _check_child(store: Store, values: Mapping[str, Value], own: Mapping[str, Value]) -> None:
    """A child has a guardian: somebody else, and no child. Raises FieldInvalid."""
    guardian = values.get("guardian_resident_id")
    if not is_child(values.get("birth_year"), store.clock.today()):
        return
    if not isinstance(guardian, bytes) or guardian == own.get("id"):
        raise FieldInvalid(
            entity="resident", record="", field="guardian_resident_id", reason="guardian_missing"
        )
    born = present_values(store, "resident", guardian, ("birth_year",))["birth_year"]
    if is_child(born, store.clock.today()):
        raise FieldInvalid(
            entity="resident", record="", field="guardian_resident_id", reason="guardian_is_child"
        )


def set_contact(store: Store, resident_id: bytes) -> Done:
    """This resident speaks for the household from now on. Raises FieldInvalid for a child under 14."""
    seen = everything(store, "resident", resident_id)
    household_id = seen["household_id"]
    assert isinstance(household_id, bytes)
    if is_child(seen["birth_year"], store.clock.today()):
        raise FieldInvalid(
            entity="resident", record=str(seen["name"]), field="is_contact", reason="child_no_contact"
        )
    drafts = []
    for other in ids_of(store, "resident", "household_id", household_id):
        was = seen if other == resident_id else present_values(store, "resident", other, ("is_contact",))
        now = 1 if other == resident_id else 0
        if bool(was["is_contact"]) != bool(now):
            drafts += setting("resident", other, was, {"is_contact": now})
    home = present_values(store, "household", household_id, ("contact_resident_id",))
    drafts += setting("household", household_id, home, {"contact_resident_id": resident_id})
    return do(store, drafts, Act("contact_set", "household", household_id), resident_id)


def move_out(store: Store, resident_id: bytes, day: str) -> Done:
    """The resident does not live there any more since `day`; the record stays until its time is over. Who was the
    contact is so no longer."""
    seen = everything(store, "resident", resident_id)
    drafts = setting("resident", resident_id, seen, {"moved_out_on": day, **_no_contact(seen)})
    drafts += _without_contact(store, seen, resident_id)
    return do(store, drafts, Act("resident_moved_out", "resident", resident_id), resident_id)


def remove_resident(store: Store, resident_id: bytes) -> Done:
    """Delete a resident entered by mistake, with consents and service needs."""
    seen = everything(store, "resident", resident_id)
    freed = _without_contact(store, seen, resident_id)
    return delete_with_all(store, "resident", resident_id, "resident_removed", first=freed)


def _no_contact(seen: Mapping[str, Value]) -> dict[str, Value]:
    return {"is_contact": 0} if seen["is_contact"] else {}


def _without_contact(store: Store, seen: Mapping[str, Value], resident_id: bytes) -> list[Draft]:
    """The household without this resident as its contact."""
    household_id = seen["household_id"]
    assert isinstance(household_id, bytes)
    home = present_values(store, "household", household_id, ("contact_resident_id",))
    if home["contact_resident_id"] != resident_id:
        return []
    return setting("household", household_id, home, {"contact_resident_id": None})
