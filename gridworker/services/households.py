"""Adding, editing, moving and removing households, and "do not visit". Every change says what the person saw, so that
two people's changes can meet, and every act can be taken back."""

from __future__ import annotations

from collections.abc import Mapping

from gridworker.errors import FieldInvalid
from gridworker.models.household import DEFAULT_VISIT_INTERVAL_DAYS, HOUSEHOLD
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.services.acts import Done, create, delete_with_all, do, present_values, setting
from gridworker.store.audit import Act
from gridworker.store.store import Store

_PLACE = ("unit_id", "floor", "room", "code")
#: What a person may change of a household in place; its door changes by moving it.
EDITABLE = tuple(
    f.name
    for f in HOUSEHOLD.fields
    if f.name not in (*_PLACE, "contact_resident_id", "visit_opt_out", "visit_opt_out_on", "opt_out_reason")
)
_OPT_OUT = ("visit_opt_out", "visit_opt_out_on", "opt_out_reason")


def add_household(
    store: Store, unit_id: bytes, room: str, floor: int | None, values: Mapping[str, Value]
) -> Done:
    """A new household behind a door; `values` are any of EDITABLE. Its code comes from the address.

    Raises FieldInvalid, NotAllowed."""
    record = new_id()
    door = door_values(store, unit_id, room, floor)
    given = {
        "occupancy": "unknown",
        "visit_interval_days": DEFAULT_VISIT_INTERVAL_DAYS,
        **{name: value for name, value in values.items() if name in EDITABLE},
    }
    drafts = [create("household", record, {**door, **given})]
    return do(store, drafts, Act("household_added", "household", record), record)


def door_values(store: Store, unit_id: bytes, room: str, floor: int | None) -> dict[str, Value]:
    """Where a household stands: stairwell, floor, room and the code made of them. A second household behind the same
    door gets `-2` behind its code."""
    room = room.strip()
    if not room:
        raise FieldInvalid(entity="household", record="", field="room", reason="required")
    with store.read() as connection:
        unit = connection.exec_driver_sql(
            "SELECT code FROM unit WHERE id = ? AND deleted = 0", (unit_id,)
        ).scalar()
        if unit is None:
            raise FieldInvalid(entity="household", record=room, field="unit_id", reason="address_unknown")
        code = f"{unit}-{room}"
        taken = {
            row[0]
            for row in connection.exec_driver_sql(
                "SELECT code FROM household WHERE unit_id = ? AND code LIKE ? AND deleted = 0",
                (unit_id, f"{code}%"),
            )
        }
    choices = (code, *(f"{code}-{n}" for n in range(2, len(taken) + 3)))
    return {
        "unit_id": unit_id,
        "floor": floor,
        "room": room,
        "code": next(c for c in choices if c not in taken),
    }


def edit_household(
    store: Store, household_id: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]
) -> Done:
    """Change fields of a household. `seen` are the values the editor showed (see `present_values`).

    Raises FieldInvalid, NotAllowed, NotFound."""
    drafts = setting("household", household_id, seen, values)
    fields = sorted(name for draft in drafts for name in draft.set)
    return do(
        store, drafts, Act("household_edited", "household", household_id, {"fields": fields}), household_id
    )


def move_household(store: Store, household_id: bytes, unit_id: bytes, room: str, floor: int | None) -> Done:
    """The household now lives behind another door; residents, visits and all that belongs to it go along.

    Raises FieldInvalid, NotAllowed (also where the new door is outside one's scope), NotFound."""
    seen = present_values(store, "household", household_id, _PLACE)
    if (unit_id, room.strip()) == (seen["unit_id"], seen["room"]):
        raise FieldInvalid(entity="household", record=str(seen["code"]), field="room", reason="same_door")
    drafts = setting("household", household_id, seen, door_values(store, unit_id, room, floor))
    return do(store, drafts, Act("household_moved", "household", household_id), household_id)


def remove_household(store: Store, household_id: bytes) -> Done:
    """Delete a household entered by mistake, with its grounds and links. Raises FieldInvalid `has_dependants` while
    residents or visits hang on it: they are moved or deleted first."""
    return delete_with_all(store, "household", household_id, "household_removed")


def opt_out(store: Store, household_id: bytes, *, on: bool, reason: str = "") -> Done:
    """ "Do not visit": obeyed at once here and everywhere after the next sync. Lifting it needs what is there now and
    a reason (FieldInvalid without one)."""
    seen = present_values(store, "household", household_id, _OPT_OUT)
    act = Act("opted_out" if on else "opt_out_lifted", "household", household_id)
    drafts = [] if bool(seen["visit_opt_out"]) is on else [_opting(store, household_id, seen, on, reason)]
    return do(store, drafts, act, household_id)


def _opting(store: Store, household_id: bytes, seen: dict[str, Value], on: bool, reason: str) -> Draft:
    values: dict[str, Value] = {
        "visit_opt_out": int(on),
        "visit_opt_out_on": store.clock.today() if on else None,
        "opt_out_reason": reason.strip() or None,
    }
    return Draft("household", household_id, OpKind.SET, values, seen)
