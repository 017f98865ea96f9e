"""Shops and public spots: adding, editing, closing and removing what is visited beside households."""

from __future__ import annotations

from collections.abc import Mapping

from gridworker.models.household import DEFAULT_VISIT_INTERVAL_DAYS
from gridworker.models.ids import new_id
from gridworker.models.op import Value
from gridworker.models.registry import BY_NAME
from gridworker.services.acts import Done, create, delete_with_all, do, setting
from gridworker.services.residents import plain_phone
from gridworker.store.audit import Act
from gridworker.store.store import Store


def add_place(store: Store, entity: str, values: Mapping[str, Value]) -> Done:
    """A new `shop` or `public_spot` at a stairwell (`unit_id`). A shop's phone needs a `basis_kind`.

    Raises FieldInvalid (`basis_missing` at the phone), NotAllowed."""
    record, wanted = new_id(), _plain(store, entity, values)
    if entity == "shop":
        wanted.setdefault("status", "open")
    wanted.setdefault("visit_interval_days", DEFAULT_VISIT_INTERVAL_DAYS)
    return do(store, [create(entity, record, wanted)], Act(f"{entity}_added", entity, record), record)


def edit_place(
    store: Store, entity: str, record: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]
) -> Done:
    """Change a shop or spot; closing a shop is setting its `status`. Raises FieldInvalid, NotAllowed."""
    drafts = setting(entity, record, seen, _plain(store, entity, values))
    fields = sorted(name for draft in drafts for name in draft.set)
    return do(store, drafts, Act(f"{entity}_edited", entity, record, {"fields": fields}), record)


def remove_place(store: Store, entity: str, record: bytes) -> Done:
    """Delete a place entered by mistake. Raises FieldInvalid `has_dependants` while visits hang on it: such a shop is
    closed instead."""
    return delete_with_all(store, entity, record, f"{entity}_removed")


def _plain(store: Store, entity: str, values: Mapping[str, Value]) -> dict[str, Value]:
    known = {field.name for field in BY_NAME[entity].fields}
    wanted = {name: value for name, value in values.items() if name in known}
    if isinstance(wanted.get("phone"), str):
        wanted["phone"] = plain_phone(str(wanted["phone"]))
    if wanted.get("basis_kind") and "basis_on" not in wanted:
        wanted["basis_on"] = store.clock.today()
    return wanted
