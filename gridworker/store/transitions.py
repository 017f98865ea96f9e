"""Moves a record through its state machine. A stale event that is still legal takes effect; an illegal one is refused
with the present state and what is possible instead, unless what it wanted has come about already."""

from __future__ import annotations

from gridworker.models.machine import BEFORE, EVENT, NOTE, Event, Machine
from gridworker.models.op import Value
from gridworker.models.registry import BY_NAME
from gridworker.models.validation import faults
from gridworker.store.guards import check_guards
from gridworker.store.judging import Case, Rejected
from gridworker.store.workspace import Row

#: What an event of a machine with a log may carry beside its fields: what was said, and when it happened.
AT = "at"
SPOKEN = (NOTE, AT)


def event_of(case: Case) -> tuple[Machine, Event]:
    """The event that the op of `case` names. Raises Rejected `unknown_event`."""
    machine = case.entity.machine
    event = machine.by_name.get(str(case.op.set.get(EVENT))) if machine else None
    if machine is None or event is None:
        raise Rejected("unknown_event")
    return machine, event


def fields_given(case: Case, machine: Machine) -> dict[str, Value]:
    """The fields that the op sets, without what belongs into the log."""
    left_out = (EVENT, *(SPOKEN if machine.log or machine.said_in else ()))
    return {name: value for name, value in case.op.set.items() if name not in left_out}


def right_for(case: Case) -> str:
    """The right that the event of `case` asks for: its own, or that of the entity."""
    machine = case.entity.machine
    event = machine.by_name.get(str(case.op.set.get(EVENT))) if machine else None
    return event.right if event and event.right else case.entity.write


def transition(case: Case, row: Row) -> Row | None:
    """`row` after the event that the op of `case` names, or None where it is there already.

    Raises Rejected `unknown_event`, `stale_transition`, `field_invalid` or `not_allowed`."""
    machine, event = event_of(case)
    given = fields_given(case, machine)
    if row["state"] not in event.sources:
        if row["state"] in event.settled or _is_there(event, row, given):
            return None
        raise _stale(machine, row)
    if event.target == BEFORE and (row[BEFORE] is None or case.op.base.get("state") != row["state"]):
        raise _stale(machine, row)  # only the step that the person saw is taken back
    _check(case, event, row, given)
    return _moved(machine, event, row, given, case.actor.member_id)


def _moved(machine: Machine, event: Event, row: Row, given: dict[str, Value], member_id: bytes | None) -> Row:
    """`row` after an event that is legal and checked, caused by `member_id`."""
    moved = {**row, **given}
    moved.update((name, row[name]) for name in event.keeps if row[name] is not None)
    moved.update((to, row[of] if of else None) for to, of in event.copies)
    moved.update(event.fixed)
    if event.signs and member_id is not None:
        moved[event.signs] = member_id
    if event.counts:
        moved[event.counts] = int(str(row[event.counts] or 0)) + 1
    if event.target == BEFORE:
        moved.update(state=row[BEFORE])
        moved[BEFORE] = None
        return moved
    moved["state"] = event.leads_to(str(row["state"]))
    if machine.remembers:
        moved[BEFORE] = row["state"]
    return moved


def _is_there(event: Event, row: Row, given: dict[str, Value]) -> bool:
    known = given.keys() <= event.given
    return known and row["state"] == event.target and all(row[name] == value for name, value in given.items())


def _stale(machine: Machine, row: Row) -> Rejected:
    legal = ",".join(
        event.name for event in machine.legal(row["state"]) if not event.authority and event.target != BEFORE
    )
    return Rejected("stale_transition", "state", state=str(row["state"]), legal=legal)


def _check(case: Case, event: Event, row: Row, given: dict[str, Value]) -> None:
    if event.authority and case.actor.grants is not None:
        raise Rejected("only_authority")
    founding = {event.signs} - {""} if case.actor.member_id is None else set()
    foreign = given.keys() - event.given - founding
    if foreign:
        raise Rejected("field_invalid", min(foreign), reason="unknown_field")
    for name in event.needs:
        value = given.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise Rejected("field_invalid", name, reason="required")
    after = {**row, **given}
    for name in event.filled:
        if after[name] in (None, ""):
            raise Rejected("field_invalid", name, reason="required")
    found = faults(case.entity, given, case.judge.rules, creating=False, by_event=True)
    if found:
        raise Rejected("field_invalid", found[0].field, reason=found[0].reason)
    for name, values in event.choices:
        if name in given and given[name] not in values:
            raise Rejected("field_invalid", name, reason="not_a_choice")
    _check_spoken(case, event)
    if event.only and case.actor.grants is not None and row[event.only] != case.actor.member_id:
        raise Rejected("not_allowed", right=right_for(case))
    if not (case.entity.machine and case.entity.machine.log):  # a logged machine's rules: store/demanding.py
        check_guards(case, event, after)


def _check_spoken(case: Case, event: Event) -> None:
    machine = case.entity.machine
    log = machine and (machine.log or machine.said_in)
    if not log:
        return
    if event.told and not str(case.op.set.get(NOTE) or "").strip():
        raise Rejected("field_invalid", NOTE, reason="required")
    said = {name: case.op.set[name] for name in SPOKEN if case.op.set.get(name) is not None}
    found = faults(BY_NAME[log], said, case.judge.rules, creating=False)
    if found:
        raise Rejected("field_invalid", found[0].field, reason=found[0].reason)
