"""What a person does to a record with a state machine: make it, change it, cause an event, take it away. The lists,
projects and deliberation are made of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gridworker.models.entity import Merge
from gridworker.models.ids import new_id
from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.registry import BY_NAME
from gridworker.services.acts import Done, create, delete_with_all, do, present_values, setting
from gridworker.store.audit import Act
from gridworker.store.store import Store


def add(store: Store, entity: str, values: Mapping[str, Value], act: str) -> Done:
    """A new record; `Done.record` is its id. Raises FieldInvalid, NotAllowed."""
    record = new_id()
    return do(store, [create(entity, record, plain(entity, values))], Act(act, entity, record), record)


def edit(
    store: Store, entity: str, record: bytes, seen: Mapping[str, Value], values: Mapping[str, Value], act: str
) -> Done:
    """Change fields of a record; `seen` are their values as the person saw them. Raises FieldInvalid, NotAllowed."""
    drafts = setting(entity, record, seen, plain(entity, values))
    fields = sorted(name for draft in drafts for name in draft.set)
    return do(store, drafts, Act(act, entity, record, {"fields": fields}), record)


def remove(store: Store, entity: str, record: bytes, act: str) -> Done:
    """Delete a record entered by mistake with what belongs to it. Raises FieldInvalid `has_dependants` while others
    refer to it, NotAllowed."""
    return delete_with_all(store, entity, record, act)


def cause(store: Store, entity: str, record: bytes, event: str, **values: Value) -> Done:
    """Cause an event of the record's state machine with the fields it asks for. Another than the present state was
    seen: the judge decides.

    Raises FieldInvalid (`stale_transition` where the event is not possible, `required`, or the reason of a rule
    between records), NotAllowed, NotFound."""
    drafts = [event_draft(store, entity, record, event, **values)]
    return do(store, drafts, Act(f"{entity}_{event}", entity, record), record)


def event_draft(store: Store, entity: str, record: bytes, event: str, **values: Value) -> Draft:
    """The op of an event, for acts that are made of several."""
    state = present_values(store, entity, record, ("state",))
    return Draft(entity, record, OpKind.EVENT, {EVENT: event, **plain(entity, values)}, state)


def plain(entity: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """Values as they are kept: texts without blanks round them, an empty one is none."""
    found = {}
    for name, value in values.items():
        text = value.strip() if isinstance(value, str) else value
        found[BY_NAME[entity].field(name).name] = None if text == "" else text
    return found


def own_member(store: Store) -> dict[str, Value]:
    """Who signs: this account's member."""
    return {"by_member_id": store.known.member_id}


def fields_of(entity: str) -> Sequence[str]:
    """The fields of an entity that a form may change."""
    return tuple(f.name for f in BY_NAME[entity].wire_fields if f.merge is Merge.FIELD)
