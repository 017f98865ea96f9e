"""Deciding what became of acts that the server holds: their writers had lost the scope by the time they arrived."""

from __future__ import annotations

from gridworker.changes import Changes
from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, Value
from gridworker.store.audit import Act
from gridworker.store.store import Store


def accept_held(store: Store, held_id: bytes, remark: str = "") -> Changes:
    """Let the held act take effect in its writer's name; the server does it when this arrives there. If it still
    cannot take effect, the answer is `rejected` with the code `held_refused`, and the act stays held.

    Raises NotAllowed, FieldInvalid."""
    return _decide(store, held_id, "accept", {"decision": remark} if remark else {})


def hand_over_held(store: Store, held_id: bytes, owner_id: bytes, remark: str = "") -> Changes:
    """Pass the held act to the people of another area node, who see it and may enter again what still holds.

    Raises NotAllowed, FieldInvalid."""
    values: dict[str, Value] = {"owner_id": owner_id}
    return _decide(store, held_id, "hand_over", values | ({"decision": remark} if remark else {}))


def reject_held(store: Store, held_id: bytes, reason: str) -> Changes:
    """Let the held act have no effect. `reason` is kept and shown. Raises NotAllowed, FieldInvalid (no reason)."""
    return _decide(store, held_id, "reject", {"decision": reason})


def _decide(store: Store, held_id: bytes, event: str, values: dict[str, Value]) -> Changes:
    draft = Draft("held_op", held_id, OpKind.EVENT, {EVENT: event, **values})
    return store.save([draft], Act(f"held_{event}", "held_op", held_id)).changes
