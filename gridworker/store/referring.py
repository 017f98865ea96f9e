"""What another unit sees of a demand that was referred to it: a row of its own in that unit's bucket, made and kept in
step by the judge. The demand itself never moves for it."""

from __future__ import annotations

from gridworker.models.demand import AT_STREET, REFERRAL
from gridworker.models.demand_machine import ENDS
from gridworker.models.ids import bucket_id, named_id
from gridworker.models.machine import NOTE, TAKE_BACK, Event
from gridworker.models.op import Value
from gridworker.store.judging import Case, Rejected, put_next
from gridworker.store.workspace import Row, blank_row

_REFERRALS = bytes.fromhex("8f4b2d6e1c3a5b7d9e0f1a2b3c4d5e6f")
_SHARES = ("refer_up", "transfer")
#: The other side still has it.
_THERE = ("open", "accepted")
_OF_REPORTER = ("reporter_name", "reporter_phone")


def referral_id(demand: bytes, turn: int) -> bytes:
    """One referral for one round: two computers that ask for the same make the same."""
    return named_id(_REFERRALS, demand, str(turn).encode())


def is_there(case: Case, event: Event, row: Row, given: dict[str, Value]) -> bool:
    """True for a referral to where the demand was referred already, by somebody who had not seen that. From the
    community on to the street is another referral, although both stand at the same node.

    Raises Rejected where it was referred elsewhere meanwhile, or cannot be referred there at all."""
    if event.name not in _SHARES or row["referral"] not in _THERE:
        return False
    if row["referred_to_id"] == given.get("referred_to_id") and row["refer_level"] == given.get(
        "refer_level"
    ):
        return True
    seen = case.op.base.get("round")
    if case.actor.grants is not None and int(str(seen or 0)) != int(str(row["round"] or 0)):
        raise Rejected(
            "event_refused",
            "state",
            state=str(row["state"]),
            event=event.name,
            reason="referral_is_open",
            legal="note",
        )
    return False


def keep_in_step(case: Case, event: Event, row: Row, moved: Row, node: bytes) -> None:
    """Make, withdraw or carry on the referral as the event asks. The rows themselves are the authority's: on a laptop
    under a server they come with the next exchange, to whom they concern."""
    if event.name in _SHARES:
        _check_target(case, event, moved, node)
    elif row["referral"] in _THERE and (moved["state"] in (*ENDS, "handled") or event.name == "route"):
        moved["referral"] = None
    if not case.judge.authoritative:
        return
    if event.name == TAKE_BACK:
        _step_back(case, row, moved)
    elif (row["referral"] in _THERE and moved["referral"] is None) or (
        event.name in _SHARES and row["referral"] in (*_THERE, "handled")
    ):
        _withdraw(case, row)
    if event.name in _SHARES:
        _make(case, moved, node)
    elif event.name == "reply" and row["referral"] == "handled":
        _change(
            case, row, state="replied", replied_at=moved["replied_at"], reply_channel=moved["reply_channel"]
        )
    elif moved["referral"] in _THERE and moved["due_at"] != row["due_at"]:
        _change(case, row, due_at=moved["due_at"])


def _step_back(case: Case, row: Row, moved: Row) -> None:
    """The referrals as they were before the last event of the sender."""
    if row["referral"] in _THERE and (moved["referral"] is None or moved["round"] != row["round"]):
        _withdraw(case, row)
    if moved["referral"] in _THERE:
        _change(case, moved, state=moved["referral"], due_at=moved["due_at"], **_reporter(moved))
    elif moved["referral"] == "handled" and row["replied_at"] and not moved["replied_at"]:
        _change(case, moved, state="handled", replied_at=None, reply_channel=None)


def _withdraw(case: Case, row: Row) -> None:
    """The other unit has nothing to do with it any more: it needs not know who reported."""
    _change(case, row, state="withdrawn", **dict.fromkeys(_OF_REPORTER))


def _check_target(case: Case, event: Event, moved: Row, node: bytes) -> None:
    tree, unit = case.workspace.tree(), moved["referred_to_id"]
    if not isinstance(unit, bytes) or unit not in tree.parents:
        raise Rejected("parent_missing", "referred_to_id")
    street = unit == tree.root and moved["refer_level"] in AT_STREET
    if unit == node and not street:
        raise Rejected("field_invalid", "referred_to_id", reason="same_area")
    if event.name == "refer_up" and not street and unit not in tree.lineage(node):
        raise Rejected("field_invalid", "referred_to_id", reason="not_above")


def _make(case: Case, moved: Row, node: bytes) -> None:
    demand, unit = moved["id"], moved["referred_to_id"]
    assert isinstance(demand, bytes) and isinstance(unit, bytes)
    referral = blank_row(REFERRAL, referral_id(demand, int(str(moved["round"]))))
    known = case.workspace.get(REFERRAL.name, referral["id"])
    referral.update(
        bucket_id=bucket_id(unit, REFERRAL.bucket.class_of(moved)),
        row_version=known["row_version"] if known else 0,
        demand_id=demand,
        no=moved["no"],
        refer_kind=moved["refer_kind"],
        refer_level=moved["refer_level"],
        round=moved["round"],
        from_unit_id=node,
        to_unit_id=unit,
        title=moved["title"],
        refer_place=moved["refer_place"],
        category=moved["category"],
        urgency=moved["urgency"],
        reason=case.op.set.get(NOTE),
        state="open",
        due_at=moved["due_at"],
        **_reporter(moved),
    )
    put_next(case, REFERRAL.name, referral)


def _reporter(demand: Row) -> dict[str, Value]:
    """Who reported, as far as the other unit shall know."""
    shared = demand["refer_reporter"] == 1
    return {name: demand[name] if shared else None for name in _OF_REPORTER}


def forget_reporter(case: Case, demand: Row) -> None:
    """What other units were told of who reported is not kept longer than with the demand itself."""
    if not case.judge.authoritative:
        return
    for referral in case.workspace.children(REFERRAL, "demand_id", (case.workspace.record_id(demand),)):
        gone = [name for name in _OF_REPORTER if referral[name] is not None and demand[name] is None]
        if gone:
            put_next(case, REFERRAL.name, {**referral, **dict.fromkeys(gone)})


def _change(case: Case, row: Row, **values: Value) -> None:
    demand = row["id"]
    assert isinstance(demand, bytes)
    referral = case.workspace.get(REFERRAL.name, referral_id(demand, int(str(row["round"] or 0))))
    if referral is not None:
        put_next(case, REFERRAL.name, {**referral, **values})
