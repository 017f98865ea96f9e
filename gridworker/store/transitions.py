"""Moves a record through its state machine. A stale event that is still legal takes effect; an illegal one is refused
with the present state and what is possible instead, unless what it wanted has come about already."""

from __future__ import annotations

from gridworker.models.machine import BEFORE, EVENT, Event, Machine
from gridworker.models.op import Value
from gridworker.models.validation import faults
from gridworker.store.guards import check_guards
from gridworker.store.judging import Case, Rejected
from gridworker.store.workspace import Row


def right_for(case: Case) -> str:
    """The right that the event of `case` asks for: its own, or that of the entity."""
    machine = case.entity.machine
    event = machine.by_name.get(str(case.op.set.get(EVENT))) if machine else None
    return event.right if event and event.right else case.entity.write


def transition(case: Case, row: Row) -> Row | None:
    """`row` after the event that the op of `case` names, or None where it is there already.

    Raises Rejected `unknown_event`, `stale_transition`, `field_invalid` or `not_allowed`."""
    machine = case.entity.machine
    name = case.op.set.get(EVENT)
    event = machine.by_name.get(str(name)) if machine else None
    if machine is None or event is None:
        raise Rejected("unknown_event")
    given = {field: value for field, value in case.op.set.items() if field != EVENT}
    if row["state"] not in event.sources:
        if row["state"] in event.settled or _is_there(event, row, given):
            return None
        raise _stale(machine, row)
    if event.target == BEFORE and (row[BEFORE] is None or case.op.base.get("state") != row["state"]):
        raise _stale(machine, row)  # only the step that the person saw is taken back
    _check(case, event, row, given)
    moved = {**row, **given}
    moved.update((to, row[of] if of else None) for to, of in event.copies)
    if event.target == BEFORE:
        moved.update(state=row[BEFORE])
        moved[BEFORE] = None
        return moved
    moved["state"] = event.target or row["state"]
    if machine.remembers:
        moved[BEFORE] = row["state"]
    return moved


def _is_there(event: Event, row: Row, given: dict[str, Value]) -> bool:
    known = given.keys() <= {*event.needs, *event.sets}
    return known and row["state"] == event.target and all(row[name] == value for name, value in given.items())


def _stale(machine: Machine, row: Row) -> Rejected:
    legal = ",".join(
        event.name for event in machine.legal(row["state"]) if not event.authority and event.target != BEFORE
    )
    return Rejected("stale_transition", "state", state=str(row["state"]), legal=legal)


def _check(case: Case, event: Event, row: Row, given: dict[str, Value]) -> None:
    if event.authority and case.actor.grants is not None:
        raise Rejected("only_authority")
    foreign = given.keys() - {*event.needs, *event.sets}
    if foreign:
        raise Rejected("field_invalid", min(foreign), reason="unknown_field")
    for name in event.needs:
        if given.get(name) in (None, ""):
            raise Rejected("field_invalid", name, reason="required")
    after = {**row, **given}
    for name in event.filled:
        if after[name] in (None, ""):
            raise Rejected("field_invalid", name, reason="required")
    found = faults(case.entity, given, case.judge.rules, creating=False, by_event=True)
    if found:
        raise Rejected("field_invalid", found[0].field, reason=found[0].reason)
    if event.only and case.actor.grants is not None and row[event.only] != case.actor.member_id:
        raise Rejected("not_allowed", right=right_for(case))
    check_guards(case, event, after)
