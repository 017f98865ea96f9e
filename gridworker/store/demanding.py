"""Judges what happens to a demand: who may cause an event where, and the rules beyond the table of states. The same for
a save, for replay and on the server."""

from __future__ import annotations

from gridworker.models.days import plus_days
from gridworker.models.demand import DEMAND, LOGGED
from gridworker.models.demand_machine import DEMAND_MACHINE, ENDS
from gridworker.models.demand_rules import Who, objection, possible
from gridworker.models.machine import EVENT, NOTE, TAKE_BACK, Event
from gridworker.models.op import OpKind, Value
from gridworker.models.roles import events_of
from gridworker.store import rated, referring
from gridworker.store.demand_changes import changed_fields
from gridworker.store.demand_log import EDIT, entries_of, last_standing, moment, write_log
from gridworker.store.judging import Case, Rejected, node_of, place
from gridworker.store.stubs import keep_stub
from gridworker.store.transitions import AT, event_of, fields_given, transition
from gridworker.store.workspace import Row, blank_row

_HAPPENED = ("contacted_at", "replied_at", "revisited_at", "fed_back_at")
_EVERY_EVENT = frozenset(event.name for event in DEMAND_MACHINE.events)


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


def note_edit(case: Case, before: Row, row: Row, node: bytes) -> None:
    """A corrected demand, about to be kept at `node`: an edit of what decides on how it may end is logged."""
    if case.entity is DEMAND and any(before[name] != row[name] for name in LOGGED):
        row["turn"] = int(str(row["turn"] or 0)) + 1
        write_log(case, before, row, node, moment(case), event=EDIT)


def after_edit(case: Case, row: Row) -> None:
    """Who did not report it after all is not kept elsewhere."""
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
    step = None
    try:
        moved, step = _taken_back(case, row) if event.name == TAKE_BACK else (transition(case, row), None)
    except Rejected as refused:
        if refused.code != "stale_transition":
            raise
        raise _refused(event, row, "event_illegal", possible(row, allowed, who), refused.code) from None
    if moved is None:
        return None
    reason = objection(event, row, given, who) or _objection_here(case, event, row, moved, node)
    if reason:
        raise _refused(event, row, reason, possible(row, allowed, who))
    if event.name == "revisit":
        rated.rate(case, row, moved, moment(case))
    moved["turn"] = int(str(row["turn"] or 0)) + 1
    referring.keep_in_step(case, event, row, moved, node)
    write_log(case, row, moved, node, moment(case), step=step)
    keep_stub(case, moved)
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
    if event.name == "withdraw" and last_standing(case, entries_of(case, row)) is None:
        return "not_last_step"  # it undoes a registration, and somebody has worked on it since
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
    # Nothing more is fed back by what has ended: whoever asked here would never hear of it.
    return "merged_into_ended" if first and first["state"] in ENDS else ""


# -- taking back ----------------------------------------------------------------------------------------------------


def _taken_back(case: Case, row: Row) -> tuple[Row, Value]:
    """`row` as it was before the step that the op names, else before its last one, if that was the actor's own and
    nothing that stands followed; and the entry that is taken back."""
    taken = last_standing(case, entries_of(case, row))
    foreign = set(case.op.set) - {EVENT, NOTE, AT}
    if foreign:
        raise Rejected("field_invalid", min(foreign), reason="unknown_field")
    mine = case.actor.grants is None or (taken and taken["by_member_id"] == case.actor.member_id)
    if taken is None or not mine:
        raise _refused(DEMAND_MACHINE.by_name[TAKE_BACK], row, "not_last_step", ())
    changed = changed_fields(str(taken["changed"] or ""))
    stays = taken["from_state"] is None or (not changed and taken["from_state"] == taken["to_state"])
    theirs = changed.get("referral", (None, None))[1] in ("accepted", "handled", "returned")
    if (
        stays
        or theirs
        or taken["event"] == EDIT
        or row["referral"] not in (None, "open", changed.get("referral", (0, row["referral"]))[1])
    ):
        raise _refused(DEMAND_MACHINE.by_name[TAKE_BACK], row, "not_takeable", ())
    if taken["event"] == "revisit":
        rated.take_back(case, row, taken["at"])
    before = {name: pair[0] for name, pair in changed.items()}
    return {**row, **before, "state": taken["from_state"]}, taken["id"]
