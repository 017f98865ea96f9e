"""What another unit does with a demand that was referred to it. Its step moves the referral, and where versions are
given the demand along with it, in the same transaction: the two rows never differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec.structs import replace

from gridworker.models.demand import DEMAND, DEMAND_PACKAGE, REFERRAL
from gridworker.models.demand_machine import ALONG, ENDS, REFERRAL_MACHINE
from gridworker.models.demand_rules import possible_through, standing
from gridworker.models.machine import EVENT, NOTE, TAKE_BACK, Event
from gridworker.models.op import Value
from gridworker.models.roles import PACKAGING, events_through_referral
from gridworker.store import demanding
from gridworker.store.demand_changes import changed_fields
from gridworker.store.demand_log import entries_of, moment, step_of, write_log
from gridworker.store.judging import Case, Rejected, node_of, place, put_next
from gridworker.store.stubs import keep_stub
from gridworker.store.transitions import event_of, fields_given, transition
from gridworker.store.workspace import Row

#: What the demand says of its referral after these events.
_SAYS = {"accept": "accepted", "handle": "handled", "return": "returned"}
#: What a step taken back had filled in, by the state it had led to, and the event that had.
_CLEARS: dict[str, tuple[str, tuple[str, ...]]] = {
    "accepted": ("accept", ("member_id",)),
    "handled": ("handle", ("result_kind", "result_text")),
    "replied": ("reply", ("replied_at", "reply_channel")),
}


def cause(case: Case, row: Row) -> Row | None:
    """The referral `row` after the event of the op, with its demand in step; None where it is there already.

    Raises Rejected `not_allowed` where the actor may do nothing, `event_refused` and `stale_transition` with the
    reason and what is possible instead, `field_invalid`, `unknown_event`."""
    _, event = event_of(case)
    allowed = frozenset(one.name for one in REFERRAL_MACHINE.events)
    if case.actor.grants is not None:
        allowed = events_through_referral(case.actor.grants, *place(case, row), case.workspace.tree())
        if not allowed:
            raise Rejected("not_allowed", right=case.entity.write)
    legal = ",".join(possible_through(row, allowed))

    def refused(reason: str, code: str = "event_refused") -> Rejected:
        return Rejected(code, "state", state=str(row["state"]), event=event.name, reason=reason, legal=legal)

    if event.name not in allowed:
        raise refused("event_not_yours")
    given = fields_given(case, REFERRAL_MACHINE)
    demanding.check_moments(case, {"reported_at": ""}, given)
    try:
        moved = transition(case, row)
    except Rejected as stale:
        raise refused("event_illegal", stale.code) if stale.code == "stale_transition" else stale from None
    if moved is None:
        return None
    reason = _objection(case, event, row)
    if not reason and event.name == TAKE_BACK:
        moved.update(dict.fromkeys(_CLEARS[str(row["state"])][1]))
    if event.name == "return":  # who gave it back needs not know any more who reported
        moved.update(reporter_name=None, reporter_phone=None)
    if event.name in PACKAGING:  # how the other unit bundles its work is no matter of the demand's
        package = case.workspace.get(DEMAND_PACKAGE.name, moved["package_id"])
        if moved["package_id"] is not None and (package is None or package["deleted"]):
            raise Rejected("parent_missing", "package_id")
        return moved
    if not reason and case.judge.authoritative:
        reason = _move_along(case, event, row, moved)
    if reason:
        raise refused(reason)
    return moved


def sets_limit(case: Case, row: Row, moved: Row) -> bool:
    """True where a step back gave the referral a limit that its sender cannot know: the row goes back to it."""
    stepped_back = case.entity is REFERRAL and case.op.set.get(EVENT) == TAKE_BACK
    return stepped_back and moved["due_at"] != row["due_at"]


def _objection(case: Case, event: Event, row: Row) -> str:
    if event.name == "reply" and row["refer_kind"] == "help":
        return "owner_replies"
    own = case.actor.grants is None or row["member_id"] == case.actor.member_id
    return "" if own or event.name != TAKE_BACK else "not_last_step"


# -- the demand --------------------------------------------------------------------------------------------------


def _move_along(case: Case, event: Event, row: Row, moved: Row) -> str:
    """Move the demand as the step of the other unit asks and log it. The reason why that cannot be, or ""."""
    demand = case.workspace.get(DEMAND.name, row["demand_id"])
    if demand is None or demand["deleted"] or demand["round"] != row["round"]:
        return "event_illegal"
    step = None
    if event.name == TAKE_BACK:
        step = _last_of_theirs(case, demand, row)
        after = _as_before(demand, step)
        reason = "not_last_step"
    else:
        after = _after(case, event, demand, row, moved)
        reason = "event_illegal"
    if after is None:
        return reason
    after["turn"] = int(str(demand["turn"] or 0)) + 1
    if row["state"] == "open" or moved["state"] == "open":
        moved["due_at"] = after["due_at"]
    node = node_of(case, DEMAND, demand)
    logged = _of_the_demand(case, event, demand, moved)
    write_log(logged, demand, after, node, moment(logged), step=step["id"] if step else None)
    keep_stub(case, after)
    put_next(case, DEMAND.name, after)
    return ""


def _of_the_demand(case: Case, event: Event, demand: Row, moved: Row) -> Case:
    """The same op as one about the demand: what its log says of it."""
    said = moved["returned_why"] if event.name == "return" else case.op.set.get(NOTE)
    if event.name == "handle" and moved["refer_kind"] == "help":
        said = moved["result_text"]
    record = case.workspace.record_id(demand)
    op = replace(case.op, entity=DEMAND.name, record=record, set={EVENT: event.name, NOTE: said})
    return Case(case.workspace, op, DEMAND, case.actor, case.judge)


def _after(case: Case, event: Event, demand: Row, row: Row, moved: Row) -> Row | None:
    """The demand after the step, or None where its own state does not allow it."""
    name, helps = event.name, row["refer_kind"] == "help"
    state = demand["state"] if helps else ALONG[name].get(str(demand["state"]))
    if state is None or str(demand["state"]) in ENDS:
        return None
    after: Row = {**demand, "referral": _SAYS.get(name, demand["referral"])}
    if helps:
        return after
    if name == "return":
        after["return_count"] = int(str(demand["return_count"] or 0)) + 1
        if row["state"] == "open":
            return after
        after["owner_member_id"] = _owner_before(case, demand)
    after["state"] = state
    after.update(_filled(case, name, demand, row, moved))
    return after


def _filled(case: Case, name: str, demand: Row, row: Row, moved: Row) -> dict[str, Value]:
    who = case.actor.member_id
    if name == "accept":
        taken: dict[str, Value] = {"owner_member_id": who or demand["owner_member_id"], "assignee_id": None}
        if case.op.set.get("due_at"):
            begins = moment(case)
            demanding.check_moments(case, demand, {"due_at": moved["due_at"]})
            taken.update(due_at=moved["due_at"], limit_from=begins, limit_number=None, limit_unit=None)
        return taken
    if name == "handle":
        return {
            "result_kind": moved["result_kind"],
            "result_text": moved["result_text"],
            "solve_level": row["refer_level"] or _level(case, row),
            "handled_by_id": who,
        }
    if name == "reply":
        demanding.check_moments(case, demand, {"replied_at": moved["replied_at"]})
        return {
            "replied_at": moved["replied_at"],
            "reply_channel": moved["reply_channel"],
            "replied_by_id": who,
        }
    return {}


def _level(case: Case, row: Row) -> str:
    """Where it is solved: an estate's own people are those of its station."""
    unit = case.workspace.get("area_unit", row["to_unit_id"])
    kind = str(unit["kind"]) if unit else "community"
    return "station" if kind == "estate" else kind


def _owner_before(case: Case, demand: Row) -> Value:
    """Whoever had it when it was taken on over there."""
    for entry in reversed(entries_of(case, demand)):
        changed = changed_fields(str(entry["changed"] or ""))
        if entry["event"] == "accept" and changed.get("referral", (None, None))[1] == "accepted":
            return changed.get("owner_member_id", (demand["owner_member_id"], None))[0]
    return demand["owner_member_id"]


def _last_of_theirs(case: Case, demand: Row, row: Row) -> Row | None:
    """The entry of the step that the other unit would take back: the demand's last one that stands, and their own."""
    entries = entries_of(case, demand)
    stands = standing([step_of(entry) for entry in entries])
    if not stands or stands[-1].event != _CLEARS[str(row["state"])][0]:
        return None
    last = next(entry for entry in entries if step_of(entry) == stands[-1])
    own = case.actor.grants is None or last["by_member_id"] == case.actor.member_id
    return last if own else None


def _as_before(demand: Row, last: Row | None) -> Row | None:
    """The demand before the entry `last`, or None without one."""
    if last is None:
        return None
    changed = changed_fields(str(last["changed"] or ""))
    return {**demand, **{name: pair[0] for name, pair in changed.items()}, "state": last["from_state"]}


#: What knows itself who may cause what, by its entity.
ROADS: Mapping[str, Callable[[Case, Row], Row | None]] = MappingProxyType(
    {DEMAND.name: demanding.cause, REFERRAL.name: cause}
)
