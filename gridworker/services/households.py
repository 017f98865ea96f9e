"""Editing households and residents. Every change says what the person saw, so that two people's changes can meet."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid, NotFound
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.registry import BY_NAME
from gridworker.store.audit import Act
from gridworker.store.store import Store

_WIDE = str.maketrans("０１２３４５６７８９－＋", "0123456789-+")


def plain_phone(text: str) -> str | None:
    """A phone as it is kept: half-width, without blanks and +86; the practice community's numbers keep their dashes.
    Empty text means no phone."""
    bare = re.sub(r"[\s()（）]", "", text.translate(_WIDE))
    bare = re.sub(r"^(\+86|0086)", "", bare)
    if re.fullmatch(r"1[\d-]+", bare) and not bare.startswith("100-"):
        bare = bare.replace("-", "")
    return bare or None


def present_values(store: Store, entity: str, record_id: bytes, fields: tuple[str, ...]) -> dict[str, Value]:
    """The values of a record's fields now: what an editor shows and later names as the base. Raises NotFound."""
    columns = ", ".join(BY_NAME[entity].field(name).name for name in fields)
    with store.read() as connection:
        row = connection.exec_driver_sql(
            f"SELECT {columns} FROM {entity} WHERE id = ? AND deleted = 0", (record_id,)
        ).fetchone()
    if row is None:
        raise NotFound(what=entity)
    return dict(zip(fields, row, strict=True))


def _edit(
    store: Store,
    entity: str,
    record_id: bytes,
    seen: Mapping[str, Value],
    values: Mapping[str, Value],
    act: str,
) -> Changes:
    changed = {name: value for name, value in values.items() if value != seen.get(name)}
    if not changed:
        return Changes()
    base = {name: seen.get(name) for name in changed}
    draft = Draft(entity, record_id, OpKind.SET, changed, base)
    return store.save([draft], Act(act, entity, record_id, {"fields": sorted(changed)})).changes


def edit_household(
    store: Store, household_id: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]
) -> Changes:
    """Change fields of a household. `seen` are the values the editor showed (see `present_values`).

    Raises FieldInvalid, NotAllowed, NotFound."""
    return _edit(store, "household", household_id, seen, values, "household_edited")


def edit_resident(
    store: Store, resident_id: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]
) -> Changes:
    """Change fields of a resident; a phone is brought to its plain form first. A phone or birth year needs a recorded
    ground: the household's basis is asked for, and FieldInvalid (`basis_missing`) raised where there is none."""
    wanted = dict(values)
    if isinstance(wanted.get("phone"), str):
        wanted["phone"] = plain_phone(str(wanted["phone"]))
    grounded = [field.name for field in BY_NAME["resident"].fields if field.basis]
    needing = [name for name in grounded if wanted.get(name) not in (None, seen.get(name))]
    if needing:
        _require_basis(store, resident_id, needing[0])
    return _edit(store, "resident", resident_id, seen, wanted, "resident_edited")


def _require_basis(store: Store, resident_id: bytes, field: str) -> None:
    with store.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT count(*) FROM resident r JOIN basis b ON b.household_id = r.household_id AND b.deleted = 0 "
            "WHERE r.id = ? AND (b.resident_id IS NULL OR b.resident_id = r.id) "
            "AND instr(',' || b.fields || ',', ',' || ? || ',') > 0",
            (resident_id, field),
        ).scalar()
    if not found:
        raise FieldInvalid(entity="resident", record="", field=field, reason="basis_missing")


def record_basis(
    store: Store, household_id: bytes, fields: tuple[str, ...], kind: str, notice_version: str, channel: str
) -> Changes:
    """Note the ground on which optional personal fields of a household are kept."""
    values: dict[str, Value] = {
        "household_id": household_id,
        "fields": ",".join(fields),
        "kind": kind,
        "notice_version": notice_version,
        "recorded_on": store.clock.today(),
        "channel": channel,
    }
    draft = Draft("basis", new_id(), OpKind.CREATE, values)
    return store.save([draft], Act("basis_recorded", "household", household_id)).changes


def opt_out(store: Store, household_id: bytes, *, on: bool, reason: str = "") -> Changes:
    """ "Do not visit": obeyed at once here and everywhere after the next sync. Lifting it needs what is there now and
    a reason (FieldInvalid without one)."""
    names = ("visit_opt_out", "visit_opt_out_on", "opt_out_reason")
    seen = present_values(store, "household", household_id, names)
    values: dict[str, Value] = {
        "visit_opt_out": int(on),
        "visit_opt_out_on": store.clock.today() if on else None,
        "opt_out_reason": reason.strip() or None,
    }
    return _edit(store, "household", household_id, seen, values, "opted_out" if on else "opt_out_lifted")
