"""Taking back an act of this computer by ops that compensate it, as long as nobody built on it since. A submitted visit
is not taken away but declared void."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce

from gridworker.changes import Changes
from gridworker.errors import NotUndoable
from gridworker.models.demand import DEMAND, REFERRAL
from gridworker.models.demand_machine import DEMAND_MACHINE
from gridworker.models.demand_rules import Step as LogStep
from gridworker.models.demand_rules import standing
from gridworker.models.entity import Entity, Merge
from gridworker.models.ids import new_id
from gridworker.models.machine import BEFORE, EVENT, NOTE, TAKE_BACK, Machine
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.registry import BY_NAME
from gridworker.store import history
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.store.history import CHANGED, CREATED, DELETED, Step
from gridworker.store.statements import run, scalar
from gridworker.store.store import Saved, Store
from gridworker.store.writing import in_one_transaction


@dataclass(frozen=True)
class Undone:
    """What was taken back, the act by which that was done (it can be undone too), and the (entity, field) pairs that
    somebody has changed since and that therefore stay."""

    changes: Changes
    txn: bytes
    left: tuple[tuple[str, str], ...]


def undo(store: Store, txn: bytes, reason: str) -> Undone:
    """Take back the act `txn`. `reason` is kept where a void or a lifted protection asks for one.

    Raises NotUndoable when the act is older than 30 days, not from this computer, undone already, or when nothing of
    it can be taken back; NotAllowed, FieldInvalid, DiskFull as any save; then nothing was changed."""
    return _undo(store, (txn,), _Way(reason.strip(), at_once=False))


def undo_at_once(store: Store, txns: Sequence[bytes], reason: str) -> Undone:
    """Take back what was done a moment ago, `txns` being acts done as one: the last one first, all or none. What was
    protected for a moment is not lifted for a reason that anybody will want to read: none is kept.

    Raises what `undo` does."""
    return _undo(store, txns, _Way(reason.strip(), at_once=True))


@dataclass(frozen=True)
class Entry:
    """An entry of a demand's log, in its `turn`."""

    turn: int
    step: LogStep


@dataclass
class _Way:
    """How something is taken back, and what is `left` as somebody has made it since. `led_on` are new demands that
    others work on already, `logs` the logs of the demands that are touched, the oldest entry first."""

    reason: str
    at_once: bool
    left: list[tuple[str, str]] = field(default_factory=list)
    led_on: set[bytes] = field(default_factory=set)
    logs: dict[bytes, list[Entry]] = field(default_factory=dict)


def _undo(store: Store, txns: Sequence[bytes], way: _Way) -> Undone:
    def work(connection: Connection) -> Saved:
        done = [_undo_one(store, connection, txn, way) for txn in reversed(txns)]
        saved = [one for one in done if one is not None]
        if not saved:
            raise NotUndoable(reason="changed_since")
        return Saved(reduce(Changes.joined, (one.changes for one in saved)), {}, saved[-1].txn)

    saved = in_one_transaction(store, work)
    return Undone(saved.changes, saved.txn, tuple(dict.fromkeys(way.left)))


def _undo_one(store: Store, connection: Connection, txn: bytes, way: _Way) -> Saved | None:
    """None when nothing of the act is left to be taken back."""
    act = str(scalar(connection, "SELECT act FROM history WHERE txn = ?", (txn,)))
    steps = _leading(connection, history.steps_of(connection, txn))
    undone = scalar(connection, "SELECT max(undone) FROM history WHERE txn = ?", (txn,))
    if not steps or undone or act == history.RECEIVED:
        raise NotUndoable(reason="undone" if undone else "too_old")
    present = {(s.entity, s.record_id): _present(connection, s) for s in steps}
    demands = {step.record_id for step in steps if step.entity == DEMAND.name}
    way.logs |= {record: _log(connection, record) for record in demands}
    way.led_on |= {s.record_id for s in steps if s.kind == CREATED and _others_led_on(store, way, s)}
    drafts = list(_compensations(steps, present, way))
    if not drafts:
        return None
    saved = store.save_within(connection, drafts, Act("act_undone", steps[0].entity, steps[0].record_id))
    history.mark_undone(connection, txn)
    return saved


def _log(connection: Connection, demand_id: bytes) -> list[Entry]:
    sql = (
        "SELECT turn, lower(hex(id)), event, lower(hex(step_id)), by_member_id FROM demand_event "
        "WHERE demand_id = ? AND deleted = 0 ORDER BY turn, id"
    )
    rows = run(connection, sql, (demand_id,))
    return [Entry(row[0], LogStep(row[1], row[2], row[3] or None, row[4])) for row in rows]


def _others_led_on(store: Store, way: _Way, step: Step) -> bool:
    """Whether somebody else has caused an event of the new demand of `step`."""
    mine = store.known.member_id
    return any(entry.step.by != mine for entry in way.logs.get(step.record_id, ()))


#: The steps of another unit with what was referred to it.
_OF_THE_OTHER = (
    ("open", "accepted"),
    ("open", "handled"),
    ("accepted", "handled"),
    ("open", "returned"),
    ("accepted", "returned"),
)


def _leading(connection: Connection, steps: Sequence[Step]) -> list[Step]:
    """A referral and its demand move together. Only the one at which the step was done goes back by itself."""
    known = {step.record_id for step in steps if step.entity == DEMAND.name}
    following: set[bytes] = set()
    for step in steps:
        if step.entity != REFERRAL.name:
            continue
        demand = scalar(connection, "SELECT demand_id FROM referral WHERE id = ?", (step.record_id,))
        if demand in known:
            other = (step.before.get("state"), step.after.get("state")) in _OF_THE_OTHER
            following.add(demand if other else step.record_id)
    return [step for step in steps if step.record_id not in following]


def _present(connection: Connection, step: Step) -> dict[str, Value]:
    names = ("deleted", *(f.name for f in BY_NAME[step.entity].wire_fields))
    found = run(
        connection,
        f"SELECT {', '.join(names)} FROM {step.entity} WHERE id = ?",
        (step.record_id,),
    ).fetchone()
    return dict(zip(names, found, strict=True)) if found else {"deleted": 1}


_Present = dict[tuple[str, bytes], dict[str, Value]]


def _compensations(steps: Iterable[Step], present: _Present, way: _Way) -> Iterator[Draft]:
    """Children before parents for what came to be, parents before children for what went."""
    ordered = list(steps)
    voided = {s.record_id for s in ordered if s.kind == CREATED and BY_NAME[s.entity].lasting}
    for step in reversed(ordered):
        now = present[step.entity, step.record_id]
        is_new_demand = step.entity == DEMAND.name and step.kind == CREATED
        if is_new_demand and (now.get("state") in DEMAND_MACHINE.ends or step.record_id in way.led_on):
            way.left.append((step.entity, "state"))  # it went on its road meanwhile
        elif step.kind == CREATED and not now["deleted"]:
            yield from _take_away(step, voided, way)
        elif step.kind == CHANGED and not now["deleted"]:
            yield from _set_back(step, now, way)
        elif step.kind not in (CREATED, CHANGED, DELETED) and not now["deleted"]:
            yield Draft(step.entity, step.record_id, OpKind.DELETE, {})
    for step in ordered:
        if step.kind == DELETED and present[step.entity, step.record_id]["deleted"]:
            yield Draft(step.entity, step.record_id, OpKind.RESTORE, {})


def _take_away(step: Step, voided: set[bytes], way: _Way) -> Iterator[Draft]:
    if step.entity == DEMAND.name:
        values: dict[str, Value] = {EVENT: "withdraw", NOTE: way.reason}
        left = standing([entry.step for entry in way.logs.get(step.record_id, ())])
        base: dict[str, Value] = {"step": left[-1].id} if left else {}  # what somebody does meanwhile stands
        yield Draft(step.entity, step.record_id, OpKind.EVENT, values, base)
    elif step.record_id in voided:
        values = {"visit_id": step.record_id, "reason": way.reason}
        yield Draft("visit_void", new_id(), OpKind.CREATE, values)
    elif step.after.get("visit_id") not in voided or BY_NAME[step.entity].machine:
        yield Draft(step.entity, step.record_id, OpKind.DELETE, {})


def _set_back(step: Step, now: dict[str, Value], way: _Way) -> Iterator[Draft]:
    entity = BY_NAME[step.entity]
    untouched = [name for name in step.after if now[name] == step.after[name]]
    way.left += [(step.entity, name) for name in step.after if name not in untouched]
    if all(entity.field(name).merge is Merge.DERIVED for name in step.after):
        return  # it followed from another record
    if entity.merge is Merge.APPEND:
        yield from _made_again(step, now, untouched)
        return
    if entity.machine and entity.machine.log:
        if "turn" in untouched:  # nobody has caused anything since
            yield from _steps_back(step, now, way)
    elif step.entity == REFERRAL.name:
        yield from _referral_back(step, now, untouched)
    elif entity.machine and ("state" in untouched or BEFORE in untouched):
        yield from _walk_back(entity.machine, step, str(now["state"]))
    states = {f.name for f in entity.fields if f.merge in (Merge.STATE, Merge.DERIVED)}
    names = [name for name in untouched if name not in states]
    values = {name: step.before[name] for name in names}
    why = entity.lift_reason if _lifts(entity, step, names) else ""
    as_before = {why: values.get(why, now[why])} if why else {}
    if why:
        values[why] = way.reason
    if values:
        base = {name: now[name] for name in values}
        yield Draft(step.entity, step.record_id, OpKind.SET, values, base)
    if as_before and way.at_once:
        yield Draft(step.entity, step.record_id, OpKind.SET, as_before, {why: way.reason})


def _steps_back(step: Step, now: dict[str, Value], way: _Way) -> Iterator[Draft]:
    """Every event of the act, the last one first; an edit goes back as an edit."""
    first, last = int(str(step.before["turn"] or 0)), int(str(step.after["turn"]))
    state = now["state"]
    for entry in reversed(way.logs[step.record_id]):
        if first < entry.turn <= last and entry.step.event != "edit":
            base = {"state": state, "step": entry.step.id}
            yield Draft(step.entity, step.record_id, OpKind.EVENT, {EVENT: TAKE_BACK}, base)
            state = None  # what is between two of them, nobody sees


#: Where a step with a referral that is taken back leads.
_BACK = {"replied": "handled", "handled": "accepted", "accepted": "open"}


def _referral_back(step: Step, now: dict[str, Value], untouched: Sequence[str]) -> Iterator[Draft]:
    state = str(now["state"])
    while "state" in untouched and state != step.before["state"] and state in _BACK:
        yield Draft(step.entity, step.record_id, OpKind.EVENT, {EVENT: TAKE_BACK}, {"state": state})
        state = _BACK[state]
    if "package_id" in untouched:
        before = step.before["package_id"]
        values: dict[str, Value] = {EVENT: "leave_package"}
        if before:
            values = {EVENT: "join_package", "package_id": before}
        yield Draft(step.entity, step.record_id, OpKind.EVENT, values)


def _made_again(step: Step, now: dict[str, Value], untouched: Sequence[str]) -> Iterator[Draft]:
    """A record that is never edited, whose id follows from what it is about, was deleted and made anew in one act (an
    alias that shall lead elsewhere); it goes back the same way, if it is what that act made of it."""
    if len(untouched) == len(step.after):
        before = {**now, **step.before}
        values = {name: before[name] for name in before if name != "deleted" and before[name] is not None}
        yield Draft(step.entity, step.record_id, OpKind.DELETE, {})
        yield Draft(step.entity, step.record_id, OpKind.CREATE, values)


def _lifts(entity: Entity, step: Step, names: Iterable[str]) -> bool:
    guarded = {f.name for f in entity.fields if f.merge is Merge.RESTRICTIVE}
    return any(name in guarded and step.after[name] and not step.before[name] for name in names)


def _walk_back(machine: Machine, step: Step, state: str) -> Iterator[Draft]:
    """The event that leads back from `state`, with the fields it needs as they were; none means that there is no way
    back."""
    for event in machine.legal(state):
        if event.target == BEFORE and step.after.get(BEFORE, state) is not None:
            values = {name: step.before[name] for name in event.sets if name in step.before}
        elif (
            event.leads_to(state) == step.before.get("state")
            and not event.only
            and (not machine.remembers or step.after.get(BEFORE) is None)
        ):
            wanted = {name: step.before.get(name) for name in (*event.needs, *event.sets)}
            values = {name: value for name, value in wanted.items() if value is not None}
        else:
            continue
        named: dict[str, Value] = {EVENT: event.name, **values}
        yield Draft(step.entity, step.record_id, OpKind.EVENT, named, {"state": state})
        return
