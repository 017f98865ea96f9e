"""What people do with demands that other units referred to them: take on, handle, reply, give back. A step moves the
demand along with it where the community is kept (store/referred.py)."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.models.demand import REFERRAL
from gridworker.models.demand_rules import possible_through
from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.roles import AreaTree, events_through_referral
from gridworker.services.acts import Done, do, everything
from gridworker.services.limits import limit_values
from gridworker.services.steps import cause, event_draft
from gridworker.store.audit import Act
from gridworker.store.queries.demands import now_of
from gridworker.store.statements import run
from gridworker.store.store import Store


def accept(store: Store, referral_id: bytes, due: str = "") -> Done:
    """Take it on: whoever does is the demand's owner, unless only help was asked for. A new limit begins: until the
    moment `due`, "" for that of its urgency from now.

    Raises EventRefused with the reason and what is possible instead, FieldInvalid, NotAllowed, NotFound."""
    act = Act("referral_accept", REFERRAL.name, referral_id)
    return do(store, [accept_draft(store, referral_id, due)], act, referral_id)


def accept_draft(store: Store, referral_id: bytes, due: str = "") -> Draft:
    """The op of `accept`, for acts that are made of several."""
    present = everything(store, REFERRAL.name, referral_id)
    if present["refer_kind"] == "help":
        return event_draft(store, REFERRAL.name, referral_id, "accept")
    until = due.strip() or limit_values(store, str(present["urgency"] or "normal"), now_of(store))["due_at"]
    return event_draft(store, REFERRAL.name, referral_id, "accept", due_at=until)


def accept_all(store: Store, referral_ids: Sequence[bytes]) -> Done:
    """Take several on in one act: all or none here; a server judges each by itself."""
    return _all_of(store, "accept", [[accept_draft(store, one)] for one in referral_ids], referral_ids)


def handle_all(store: Store, referral_ids: Sequence[bytes], result_kind: str, result: str) -> Done:
    """One handling for several, taken on first where nobody has. Raises as `accept`."""
    groups = []
    for one in referral_ids:
        known = everything(store, REFERRAL.name, one)
        told = Draft(
            REFERRAL.name,
            one,
            OpKind.EVENT,
            {EVENT: "handle", "result_kind": result_kind, "result_text": result.strip() or None},
        )
        groups.append([*([accept_draft(store, one)] if known["state"] == "open" else []), told])
    return _all_of(store, "handle", groups, referral_ids)


def reply_all(store: Store, referral_ids: Sequence[bytes], channel: str) -> Done:
    """Whoever reported any of them was told, by `channel`, now. Raises as `accept`."""
    at = now_of(store)
    groups = [
        [event_draft(store, REFERRAL.name, one, "reply", reply_channel=channel, replied_at=at)]
        for one in referral_ids
    ]
    return _all_of(store, "reply", groups, referral_ids)


def _all_of(store: Store, event: str, groups: Sequence[Sequence[Draft]], records: Sequence[bytes]) -> Done:
    if not groups:
        return Done()
    act = Act(f"referral_{event}", REFERRAL.name, records[0], {"count": len(groups)})
    drafts = [draft for group in groups for draft in group]
    saved = store.save(drafts, act, groups=[len(group) for group in groups])
    return Done(saved.changes, records[0], (saved.txn,))


def handle(store: Store, referral_id: bytes, result_kind: str, result: str) -> Done:
    """It is handled: `result_kind` solved, explained, planned or referred_out, `result` what was done. Raises as
    `accept`."""
    return _cause(store, referral_id, "handle", result_kind=result_kind, result_text=result)


def reply(store: Store, referral_id: bytes, channel: str, at: str = "") -> Done:
    """Whoever reported was told, by `channel` (models/demand.py), at the moment `at` ("" now). Raises as `accept`; who
    only helped leaves this to the owner."""
    return _cause(store, referral_id, "reply", reply_channel=channel, replied_at=at or now_of(store))


def give_back(store: Store, referral_id: bytes, why: str) -> Done:
    """It is not for this unit: the demand goes back to whom it was before. Raises as `accept`."""
    return _cause(store, referral_id, "return", returned_why=why)


def take_back(store: Store, referral_id: bytes) -> Done:
    """Take back the own last step, while nothing happened since. A return stands: the sender has it again."""
    return _cause(store, referral_id, "take_back")


def _cause(store: Store, referral_id: bytes, event: str, **values: Value) -> Done:
    return cause(store, REFERRAL.name, referral_id, event, **values)


def next_steps(store: Store, referral_id: bytes) -> tuple[str, ...]:
    """The steps that are possible now for this account. Raises NotFound."""
    row = everything(store, REFERRAL.name, referral_id)
    with store.read() as connection:
        areas = run(connection, "SELECT id, parent_id FROM area_unit WHERE deleted = 0").fetchall()
    tree, unit = AreaTree({area[0]: area[1] for area in areas}), row["to_unit_id"]
    if not isinstance(unit, bytes) or unit not in tree.parents:
        return ()
    allowed = events_through_referral(store.grants(), unit, REFERRAL.bucket.class_of(row), tree)
    return possible_through(row, allowed)
