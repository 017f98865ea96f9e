"""What people do with demands that other units referred to them: take on, handle, reply, give back. A step moves the
demand along with it where the community is kept (store/referred.py)."""

from __future__ import annotations

from gridworker.models.demand import REFERRAL
from gridworker.models.demand_rules import possible_through
from gridworker.models.op import Value
from gridworker.models.roles import AreaTree, events_through_referral
from gridworker.services.acts import Done, everything
from gridworker.services.limits import limit_values
from gridworker.services.steps import cause
from gridworker.store.queries.demands import now_of
from gridworker.store.statements import run
from gridworker.store.store import Store


def accept(store: Store, referral_id: bytes, due: str = "") -> Done:
    """Take it on: whoever does is the demand's owner, unless only help was asked for. A new limit begins: until the
    moment `due`, "" for that of its urgency from now.

    Raises EventRefused with the reason and what is possible instead, FieldInvalid, NotAllowed, NotFound."""
    present = everything(store, REFERRAL.name, referral_id)
    if present["refer_kind"] == "help":
        return _cause(store, referral_id, "accept")
    until = due.strip() or limit_values(store, str(present["urgency"] or "normal"), now_of(store))["due_at"]
    return _cause(store, referral_id, "accept", due_at=until)


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
    allowed = events_through_referral(store.grants(), unit, REFERRAL.bucket.bucket_class, tree)
    return possible_through(row, allowed)
