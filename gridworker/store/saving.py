"""What a save means beside its rows: the error a person gets for what was refused, the kept figures and search entries
it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from gridworker.changes import Changes
from gridworker.errors import EventRefused, FieldInvalid, GridworkerError, NotAllowed, OnlyAuthority
from gridworker.models import ids
from gridworker.models.days import Clock
from gridworker.models.op import Op, OpKind, OpResult, Outcome
from gridworker.models.registry import BY_NAME
from gridworker.models.validation import Rules
from gridworker.store import audit, history, search
from gridworker.store.connection import Connection
from gridworker.store.judging import Actor, Judge
from gridworker.store.state import NewProfile
from gridworker.store.statements import run
from gridworker.store.statistics import Touched
from gridworker.store.workspace import Workspace, Written, free_rows

#: Told how many of how many steps of a save are done; what it raises ends the save, and nothing was changed.
Watch = Callable[[int, int], None]
_OFTEN = 500


def unwatched(_done: int, _total: int) -> None:
    """For a save that is over before anybody could ask."""


def _watched(ops: Sequence[Op], watch: Watch) -> Iterator[Op]:
    """`ops`, telling now and then how far they are judged: the first half of a save."""
    for place, op in enumerate(ops):
        if place % _OFTEN == 0:
            watch(place, 2 * len(ops))
        yield op


def judge_and_write(
    known: NewProfile,
    clock: Clock,
    workspace: Workspace,
    ops: Sequence[Op],
    actor: Actor,
    watch: Watch = unwatched,
) -> list[Written]:
    """Judge the ops of one act and write their rows. Raises FieldInvalid, NotAllowed, OnlyAuthority."""
    from gridworker.store.apply import apply_group  # whoever only reads needs no rules of what may be written
    from gridworker.store.reading_ahead import prefetch

    today = clock.today() if clock.plausible() else ""
    rules = Rules(today=today, practice=known.practice)
    alone = known.authority == "self"
    prefetch(workspace, ops)
    # Under a server it alone finds clashes; until it has, what the person typed stays on top.
    judge = Judge(clock.today(), rules, authoritative=alone, mine_on_top=not alone)
    results = apply_group(workspace, _watched(ops, watch), actor, judge)
    for op, result in zip(ops, results, strict=True):
        if result.outcome is Outcome.REJECTED and result.code != "depends_on":
            raise refusal(op, result, workspace)
    watch(len(ops), 2 * len(ops))
    return workspace.flush()


def as_judged(op: Op, workspace: Workspace) -> Op:
    """A new record with the bucket it got here, a correction with its turn too: the server says so when it decides
    otherwise, or the row would stand here as it never was there."""
    if op.kind is not OpKind.CREATE:
        return op
    row = workspace.get(op.entity, op.record) or {}
    bucket = row.get("bucket_id")
    turn = {"turn": row.get("turn")} if op.entity == "visit_amendment" else {}
    placed = bucket if isinstance(bucket, bytes) else None
    return msgspec.structs.replace(op, bucket=placed, set={**op.set, **turn})


def refusal(op: Op, result: OpResult, workspace: Workspace) -> GridworkerError:
    """The error a person gets for an op that this store refused; a record not saved yet goes by its household."""
    if result.code == "not_allowed":
        return NotAllowed(entity=op.entity, right=result.values.get("right", ""))
    if result.code == "only_authority":
        return OnlyAuthority(entity=op.entity)
    present = workspace.get(op.entity, op.record) or op.set
    if "event" in result.values:
        facts = {name: result.values.get(name, "") for name in ("state", "event", "reason", "legal")}
        return EventRefused(
            entity=op.entity, record=str(present.get("no") or ""), field=result.field, **facts
        )
    home = workspace.get("household", present.get("household_id")) or {}
    name = home.get("code") or present.get("code") or present.get("name") or ids.text_of(op.record)[-6:]
    return FieldInvalid(
        entity=op.entity,
        record=str(name),
        field=result.field,
        reason=result.values.get("reason", result.code),
    )


def touched_by(workspace: Workspace, written: Sequence[Written], *, households: bool = True) -> Touched:
    """Which kept figures the written rows concern."""
    touched = Touched()
    for item in written:
        row = workspace.get(item.entity, item.record_id)
        assert row is not None
        if item.entity == "household" and households:
            touched.households.add(item.record_id)
        elif item.entity == "record_alias":
            touched.alias(row["loser_id"], row["winner_id"])
        elif item.entity == "visit" and households:
            touched.visit(row["household_id"], row["now_on"], row["unit_at"])
        elif item.entity in ("visit_amendment", "visit_void") and isinstance(row["visit_id"], bytes):
            touched.visits.add(row["visit_id"])
        elif item.entity == "plan_item":
            for seen in filter(None, (item.before, row)):
                touched.plan(seen["week"], seen["unit_at"])
        elif item.entity in ("demand", "demand_event"):
            touched.demand(row["id" if item.entity == "demand" else "demand_id"])
    return touched


def wound_up(workspace: Workspace, written: list[Written], ops: list[Op]) -> Changes:
    """The records that an act wrote. What it was judged from is freed, piece by piece as the rows are."""
    changes = Changes.of((row.entity, row.record_id) for row in written)
    free_rows(workspace)
    while written:
        written.pop()
    while ops:
        ops.pop()
    return changes


def make_findable(connection: Connection, written: Sequence[Written], watch: Watch = unwatched) -> None:
    """Bring the search tables up to what was written: the last quarter of a save."""
    by_entity: dict[str, list[bytes]] = {}
    for item in written:
        if BY_NAME[item.entity] in search.FINDABLE:
            by_entity.setdefault(item.entity, []).append(item.record_id)
    total, done = 2 * len(written), 3 * len(written) // 2
    for name, records in by_entity.items():
        for start in range(0, len(records), _OFTEN):
            watch(done + start // 2, total)
            search.index_records(connection, BY_NAME[name], records[start : start + _OFTEN])
        done += len(records) // 2
    amended = [item.record_id for item in written if item.entity == search.AMENDMENT]
    if amended:
        search.index_amended(connection, visits_of(connection, amended))


def visits_of(connection: Connection, amendments: Sequence[bytes]) -> list[bytes]:
    """The visits that these amendments belong to."""
    found: dict[bytes, None] = {}
    for start in range(0, len(amendments), 400):
        part = tuple(amendments[start : start + 400])
        marks = ", ".join("?" * len(part))
        rows = run(connection, f"SELECT visit_id FROM {search.AMENDMENT} WHERE id IN ({marks})", part)
        found |= {row[0]: None for row in rows}
    return list(found)


def remember(
    workspace: Workspace,
    written: Sequence[Written],
    ops: Sequence[Op],
    act: audit.Act,
    member_id: bytes | None,
) -> bytes:
    """Keep what the records of an act were before, so that it can be read and undone. Returns the act's id, b"" for
    an act without ops."""
    if not ops:
        return b""
    pairs = ((item, workspace.get(item.entity, item.record_id)) for item in written)
    steps = (history.step_between(item.entity, item.before, row) for item, row in pairs if row)
    first = ops[0]
    history.note(
        workspace.connection, filter(None, steps), txn=first.txn, act=act.act, by=member_id, at=first.at
    )
    return first.txn
