"""A rating that a resident gives with the code of a slip: the judge checks that the code was known, that it rates once,
and that nobody rates what they own or owned themselves."""

from __future__ import annotations

from gridworker.models.demand import DEMAND_EVENT, DEMAND_SLIP
from gridworker.models.op import Value
from gridworker.models.slip import is_proof
from gridworker.store.demand_changes import changed_fields
from gridworker.store.judging import Case, Rejected, put_next
from gridworker.store.workspace import Row

#: What the op of a revisit carries beside what was seen: the slip, and what proves that its code was known.
SLIP, PROOF = "slip", "proof"
UNRATED = "unrated"


def rate(case: Case, row: Row, moved: Row, at: str) -> None:
    """Check the rating of `moved` where it came with a slip; through an account that owns or owned the demand it counts
    as unrated. Raises Rejected for another's code, or one that was used."""
    named = case.op.base.get(SLIP)
    if not isinstance(named, str):
        return
    slip = _slip(case, named)
    known = slip is not None and not slip["deleted"] and slip["demand_id"] == row["id"]
    if slip is None or not known or not is_proof(str(case.op.base.get(PROOF)), str(slip["code_hash"])):
        raise Rejected("field_invalid", "code_hash", reason="slip_of_another")
    if slip["rated_at"] is not None:
        raise Rejected("field_invalid", "code_hash", reason="slip_used")
    if case.actor.grants is not None and case.actor.member_id in owners(case, row):
        moved.update(satisfaction=UNRATED, satisfaction_reason=None)
    if case.judge.authoritative:
        put_next(case, DEMAND_SLIP.name, {**slip, "rated_at": at})


def take_back(case: Case, row: Row, at: Value) -> None:
    """The revisit at the moment `at` is taken back: its slip may rate again."""
    for slip in case.workspace.children(DEMAND_SLIP, "demand_id", (case.workspace.record_id(row),)):
        if slip["rated_at"] == at and case.judge.authoritative:
            put_next(case, DEMAND_SLIP.name, {**slip, "rated_at": None})


def _slip(case: Case, named: str) -> Row | None:
    try:
        record = bytes.fromhex(named)
    except ValueError:
        return None
    return case.workspace.get(DEMAND_SLIP.name, record)


def owners(case: Case, row: Row) -> frozenset[Value]:
    """Everybody who owns the demand or ever did."""
    entries = case.workspace.children(DEMAND_EVENT, "demand_id", (case.workspace.record_id(row),))
    pairs = (changed_fields(str(e["changed"] or "")).get("owner_member_id", ()) for e in entries)
    found = {row["owner_member_id"], *(member for pair in pairs for member in pair)}
    return frozenset(found - {None})
