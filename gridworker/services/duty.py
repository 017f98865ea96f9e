"""The duty roster: who is on duty where and when, swaps between colleagues, and what is handed over. It says who can
be asked, and keeps no account of anybody's presence."""

from __future__ import annotations

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid, NotFound
from gridworker.models.ids import new_id
from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, Value
from gridworker.services.acts import present_values
from gridworker.store.audit import Act
from gridworker.store.store import Store


def assign(store: Store, area_unit_id: bytes, duty_on: str, part: str, member_id: bytes) -> Changes:
    """Put a member on the roster of a grid or the community. Raises FieldInvalid if the member stands there already,
    NotAllowed."""
    with store.read() as connection:
        twice = connection.exec_driver_sql(
            "SELECT 1 FROM duty WHERE area_unit_id = ? AND duty_on = ? AND part = ? AND member_id = ? AND deleted = 0",
            (area_unit_id, duty_on, part, member_id),
        ).fetchone()
    if twice:
        raise FieldInvalid(entity="duty", record=duty_on, field="member_id", reason="record_exists")
    values: dict[str, Value] = {
        "area_unit_id": area_unit_id,
        "duty_on": duty_on,
        "part": part,
        "member_id": member_id,
    }
    draft = Draft("duty", new_id(), OpKind.CREATE, values)
    return store.save([draft], Act("duty_assigned", "duty", draft.record)).changes


def cancel(store: Store, duty_id: bytes) -> Changes:
    """Take a duty off the roster; `restore` brings it back."""
    return store.save(
        [Draft("duty", duty_id, OpKind.DELETE, {})], Act("duty_cancelled", "duty", duty_id)
    ).changes


def restore(store: Store, duty_id: bytes) -> Changes:
    """Bring a cancelled duty back."""
    return store.save(
        [Draft("duty", duty_id, OpKind.RESTORE, {})], Act("duty_restored", "duty", duty_id)
    ).changes


def ask_swap(store: Store, duty_id: bytes, with_member: bytes) -> Changes:
    """Ask a colleague to take a duty over. Raises FieldInvalid when that is who has it."""
    seen = present_values(store, "duty", duty_id, ("member_id", "state"))
    if seen["member_id"] == with_member:
        raise FieldInvalid(entity="duty", record="", field="swap_with_id", reason="not_a_choice")
    return _cause(store, duty_id, "ask_swap", "swap_asked", swap_with_id=with_member)


def accept_swap(store: Store, duty_id: bytes) -> Changes:
    """Take over the duty one was asked for. Only the member asked may. Raises NotAllowed."""
    return _cause(store, duty_id, "accept_swap", "swap_accepted")


def decline_swap(store: Store, duty_id: bytes) -> Changes:
    """Leave the duty where it is, or take the question back."""
    return _cause(store, duty_id, "decline_swap", "swap_declined")


def hand_over(store: Store, duty_id: bytes, text: str) -> Changes:
    """End a duty with what the next one must know; without a text it just ends."""
    note = [_note(store, duty_id, text)] if text.strip() else []
    return store.save(
        [*note, _event(store, duty_id, "hand_over")], Act("duty_handed_over", "duty", duty_id)
    ).changes


def reopen(store: Store, duty_id: bytes) -> Changes:
    """Take back that a duty was handed over; its note stays."""
    return _cause(store, duty_id, "reopen", "duty_reopened")


def _note(store: Store, duty_id: bytes, text: str) -> Draft:
    if store.known.member_id is None:
        raise NotFound(what="member")
    values: dict[str, Value] = {"duty_id": duty_id, "member_id": store.known.member_id, "text": text.strip()}
    return Draft("duty_note", new_id(), OpKind.CREATE, values)


def _event(store: Store, duty_id: bytes, name: str, **values: Value) -> Draft:
    state = present_values(store, "duty", duty_id, ("state",))
    return Draft("duty", duty_id, OpKind.EVENT, {EVENT: name, **values}, state)


def _cause(store: Store, duty_id: bytes, name: str, act: str, **values: Value) -> Changes:
    return store.save([_event(store, duty_id, name, **values)], Act(act, "duty", duty_id)).changes
