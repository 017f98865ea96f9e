"""Judges what happens to a demand: who may cause an event where, the rules beyond the table of states, and the log that
every event leaves behind. The same for a save, for replay and on the server."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from gridworker.models.days import CHINA, PLAUSIBLE_YEARS, plus_days
from gridworker.models.demand import DEMAND, DEMAND_EVENT
from gridworker.models.demand_machine import DEMAND_MACHINE
from gridworker.models.demand_rules import Who, objection, possible
from gridworker.models.entity import Kind, Merge
from gridworker.models.ids import bucket_id, named_id
from gridworker.models.machine import EVENT, NOTE, Event
from gridworker.models.op import OpKind, Value
from gridworker.models.roles import events_of
from gridworker.store import referring
from gridworker.store.connection import Connection
from gridworker.store.judging import Case, Rejected, node_of, place, put_next
from gridworker.store.statements import run_many
from gridworker.store.transitions import AT, event_of, fields_given, transition
from gridworker.store.workspace import Row, blank_row

_LOG = bytes.fromhex("3c8d1e5f7a2b5d4c9e6f0a1b2c3d4e5f")
#: The fields that events set: what a log entry says of.
_ROAD = tuple(f for f in DEMAND.fields if f.merge is Merge.STATE and f.name != "state")
_REFS = frozenset(f.name for f in _ROAD if f.kind is Kind.REF)
_HAPPENED = ("contacted_at", "replied_at", "revisited_at", "fed_back_at")
_EVERY_EVENT = frozenset(event.name for event in DEMAND_MACHINE.events)


def log_id(op_id: bytes) -> bytes:
    """The id of the log entry that the op leaves behind."""
    return named_id(_LOG, op_id)


# -- registering -------------------------------------------------------------------------------------------------


def prepare(case: Case, row: Row) -> None:
    """Fill in what a new demand begins with and check what its fields say of each other. Raises Rejected."""
    if case.entity is not DEMAND:
        return
    row["urgency"] = row["urgency"] or "normal"
    row["owner_member_id"] = row["owner_member_id"] or row["received_by_id"] or case.actor.member_id
    row["turn"] = 1
    if row["due_at"] is None:
        raise Rejected("field_invalid", "due_at", reason="required")
    check_moments(case, row, {"due_at": row["due_at"], "reported_at": row["reported_at"]})


def check_reporter(case: Case, row: Row) -> None:
    """Who reported is said once, and of an anonymous person nothing is kept. Raises Rejected."""
    if case.entity is not DEMAND:
        return
    named = [name for name in ("reporter_name", "reporter_phone") if row[name]]
    if row["reporter"] == "anonymous" and (named or row["reporter_resident_id"]):
        raise Rejected("field_invalid", (*named, "reporter_resident_id")[0], reason="anonymous_is_named")
    if row["reporter"] == "outside" and not row["reporter_name"]:
        raise Rejected("field_invalid", "reporter_name", reason="required")


def check_open(case: Case, row: Row) -> None:
    """What has ended is not edited any more. Raises Rejected."""
    machine = case.entity.machine
    if machine and machine.log and case.op.kind is OpKind.SET and row["state"] in machine.ends:
        raise Rejected("field_invalid", min(case.op.set, default=""), reason="demand_ended")


def note_opening(case: Case, row: Row, node: bytes) -> None:
    """The first entry of the log of a new demand."""
    if case.entity is DEMAND:
        write_log(case, {**blank_row(DEMAND, b""), "state": None}, row, node, str(row["reported_at"]))


def note_edit(case: Case, row: Row) -> None:
    """A corrected demand: who did not report it after all is not kept elsewhere."""
    if case.entity is DEMAND:
        referring.forget_reporter(case, row)


# -- events ------------------------------------------------------------------------------------------------------


def cause(case: Case, row: Row) -> Row | None:
    """The demand `row` after the event of the op, with its log entry and its referral in step; None where it is there
    already.

    Raises Rejected `not_allowed` where the actor may do nothing, `event_refused` and `stale_transition` with the reason
    and what is possible instead, `field_invalid`, `unknown_event`."""
    machine, event = event_of(case)
    node, bucket_class = place(case, row)
    allowed, who = _EVERY_EVENT, Who(None)
    if case.actor.grants is not None:
        allowed, roles = events_of(case.actor.grants, node, bucket_class, case.workspace.tree())
        who = Who(case.actor.member_id, roles)
        if not allowed:
            raise Rejected("not_allowed", right=case.entity.write)
    if event.name not in allowed:
        raise _refused(event, row, "event_not_yours", possible(row, allowed, who))
    given = fields_given(case, machine)
    check_moments(case, row, given)
    if referring.is_there(case, event, row, given):
        return None
    try:
        moved = _taken_back(case, row) if event.name == "take_back" else transition(case, row)
    except Rejected as refused:
        if refused.code != "stale_transition":
            raise
        raise _refused(event, row, "event_illegal", possible(row, allowed, who), refused.code) from None
    if moved is None:
        return None
    reason = objection(event, row, given, who) or _objection_here(case, event, row, moved, node)
    if reason:
        raise _refused(event, row, reason, possible(row, allowed, who))
    moved["turn"] = int(str(row["turn"] or 0)) + 1
    referring.keep_in_step(case, event, row, moved, node)
    write_log(case, row, moved, node, moment(case))
    return moved


def _refused(
    event: Event, row: Row, reason: str, legal: tuple[str, ...], code: str = "event_refused"
) -> Rejected:
    return Rejected(
        code, "state", state=str(row["state"]), event=event.name, reason=reason, legal=",".join(legal)
    )


def check_moments(case: Case, row: Row, given: dict[str, Value]) -> None:
    """What happened is not in the future, and nothing happened before the demand was reported. Raises Rejected."""
    today, reported = case.judge.rules.today, str(row["reported_at"])
    for name in (*_HAPPENED, "reported_at", AT):
        value = given[name] if name in given else case.op.set.get(name) if name == AT else None
        if isinstance(value, str) and today and value[:10] > plus_days(today, 1):
            raise Rejected("field_invalid", name, reason="in_future")
    if given.get("due_at", "") is None:
        raise Rejected("field_invalid", "due_at", reason="required")
    for name in (*_HAPPENED, "due_at"):
        value = given.get(name)
        if isinstance(value, str) and value < reported:
            raise Rejected("field_invalid", name, reason="before_reported")


def _objection_here(case: Case, event: Event, row: Row, moved: Row, node: bytes) -> str:
    """The rules that need other rows than the demand's."""
    if "elsewhere" in event.guards:
        if moved["routed_to_id"] not in case.workspace.tree().parents:
            raise Rejected("parent_missing", "routed_to_id")
        return "same_area" if node_of(case, DEMAND, moved) == node else ""
    if moved["state"] == "merged" and row["state"] != "merged":
        return _merging_objection(case, row, moved)
    return ""


def _merging_objection(case: Case, row: Row, moved: Row) -> str:
    into = moved["merged_into_id"]
    if into == row["id"]:
        return "merged_into_itself"
    target = case.workspace.get(DEMAND.name, into)
    if target is None or target["deleted"]:
        raise Rejected("parent_missing", "merged_into_id")
    if case.actor.grants is not None:
        there = (*place(case, target), case.workspace.tree())
        if "merge" not in events_of(case.actor.grants, *there)[0]:
            return "event_not_yours"
    seen = {row["id"]}
    while target is not None and target["state"] == "merged":
        seen.add(target["id"])
        if target["merged_into_id"] in seen:
            return "in_a_circle"
        target = case.workspace.get(DEMAND.name, target["merged_into_id"])
    first = case.workspace.get(DEMAND.name, into)
    return "merged_into_ended" if first and first["state"] in ("merged", "withdrawn") else ""


# -- the log -----------------------------------------------------------------------------------------------------


def moment(case: Case) -> str:
    """When the event happened: as the person said, else as the sender's clock says if that can be."""
    said = case.op.set.get(AT)
    if isinstance(said, str) and said:
        return said
    seconds = min(max(case.op.at / 1000, 0), 253402214400)
    shown = dt.datetime.fromtimestamp(seconds, CHINA)
    text = shown.strftime("%Y-%m-%d %H:%M")
    plausible = shown.year in PLAUSIBLE_YEARS and text[:10] <= case.judge.today
    return text if plausible else f"{case.judge.today} 00:00"


def write_log(case: Case, before: Row, after: Row, node: bytes, at: str) -> None:
    """The entry that the op of `case` leaves in the log of the demand, which lies at `node`."""
    record = log_id(case.op.op_id)
    known = case.workspace.get(DEMAND_EVENT.name, record)
    if known is not None and known["row_version"]:
        return  # the server's own entry came already
    entry = blank_row(DEMAND_EVENT, record)
    changed = {
        f.name: [_plain(before[f.name]), _plain(after[f.name])]
        for f in _ROAD
        if before[f.name] != after[f.name]
    }
    entry.update(
        bucket_id=bucket_id(node, DEMAND_EVENT.bucket.bucket_class),
        demand_id=after["id"],
        event="register" if case.op.kind is OpKind.CREATE else case.op.set[EVENT],
        turn=after["turn"],
        at=at,
        by_member_id=case.actor.member_id or _signer(case, before, after),
        from_state=before["state"],
        to_state=after["state"],
        note=case.op.set.get(NOTE) if case.op.kind is OpKind.EVENT else None,
        due_at=after["due_at"],
        unit_at=node,
        changed=json.dumps(changed, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
    )
    put_next(case, DEMAND_EVENT.name, entry)


def _signer(case: Case, before: Row, after: Row) -> Value:
    """Who did what a founder tells: whoever signed it, else whoever answered for the demand by then."""
    if before["state"] is None:
        return after["received_by_id"]
    signs = DEMAND_MACHINE.by_name[str(case.op.set[EVENT])].signs
    return case.op.set.get(signs) or before["owner_member_id"]


def _plain(value: Value) -> Value:
    return value.hex() if isinstance(value, bytes) else value


def changed_fields(text: str) -> dict[str, tuple[Value, Value]]:
    """What an entry of the log says was changed: field → (before, after), as values."""

    def value(name: str, plain: Value) -> Value:
        return bytes.fromhex(plain) if name in _REFS and isinstance(plain, str) else plain

    return {
        name: (value(name, pair[0]), value(name, pair[1])) for name, pair in json.loads(text or "{}").items()
    }


def _taken_back(case: Case, row: Row) -> Row:
    """`row` as it was before its last event, if that was the actor's own."""
    entries = case.workspace.children(DEMAND_EVENT, "demand_id", {row["id"]})  # type: ignore[arg-type]
    last = next((entry for entry in entries if entry["turn"] == row["turn"]), None)
    who = case.actor.member_id
    foreign = set(case.op.set) - {EVENT, NOTE, AT}
    if foreign:
        raise Rejected("field_invalid", min(foreign), reason="unknown_field")
    if last is None or (case.actor.grants is not None and last["by_member_id"] != who):
        raise _refused(DEMAND_MACHINE.by_name["take_back"], row, "not_last_step", ())
    changed = changed_fields(str(last["changed"] or ""))
    stays = last["from_state"] is None or (not changed and last["from_state"] == last["to_state"])
    theirs = changed.get("referral", (None, None))[1] in ("accepted", "handled", "returned")
    if (
        stays
        or theirs
        or row["referral"] not in (None, "open", changed.get("referral", (0, row["referral"]))[1])
    ):
        raise _refused(DEMAND_MACHINE.by_name["take_back"], row, "not_takeable", ())
    return {**row, **{name: pair[0] for name, pair in changed.items()}, "state": last["from_state"]}


def drop_unconfirmed(connection: Connection, op_ids: Sequence[bytes]) -> None:
    """Let go of the log entries of ops that did not take effect at the server. What it keeps itself stays."""
    run_many(
        connection,
        f"DELETE FROM {DEMAND_EVENT.name} WHERE id = ? AND row_version = 0",
        [(log_id(op_id),) for op_id in op_ids],
    )


__all__ = [
    "cause",
    "changed_fields",
    "check_moments",
    "check_open",
    "check_reporter",
    "drop_unconfirmed",
    "log_id",
    "moment",
    "note_edit",
    "note_opening",
    "prepare",
    "write_log",
]
