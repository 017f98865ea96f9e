"""Which steps a record may take next: for buttons that show only what is possible, with the fields each step asks for.
The judge has the last word; rules between records are said when a step is tried."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.errors import NotFound
from gridworker.models.ids import bucket_id
from gridworker.models.machine import BEFORE
from gridworker.models.registry import BY_NAME
from gridworker.models.roles import may
from gridworker.store.statements import run
from gridworker.store.store import Store
from gridworker.store.workspace import Shape, Workspace


@dataclass(frozen=True)
class NextStep:
    """One event that is possible now. `needs` must be filled in, `sets` may be; `missing` are fields of the record
    itself that must be filled in before. `leads_to` is "" where only the record knows."""

    event: str
    leads_to: str
    needs: tuple[str, ...]
    sets: tuple[str, ...]
    missing: tuple[str, ...]


def next_steps(store: Store, entity: str, record_id: bytes) -> tuple[NextStep, ...]:
    """What this account may do with a record in its present state, in the order of the declaration. Raises
    NotFound."""
    declared = BY_NAME[entity]
    machine = declared.machine
    if machine is None:
        return ()
    grants = store.grants()
    with store.read() as connection:
        names = tuple(field.name for field in declared.wire_fields)
        found = run(
            connection,
            f"SELECT bucket_id, {', '.join(names)} FROM {entity} WHERE id = ? AND deleted = 0",
            (record_id,),
        ).fetchone()
        tree = Workspace(connection, Shape()).tree()
    if found is None:
        raise NotFound(what=entity)
    bucket_class = declared.bucket.bucket_class
    node = next((n for n in tree.parents if bucket_id(n, bucket_class) == found[0]), b"")
    row = dict(zip(names, found[1:], strict=True))
    steps = []
    for event in machine.legal(row["state"]):
        allowed = may(grants, event.right or declared.write, node, bucket_class, tree)
        if not allowed or event.authority or (event.target == BEFORE and row[BEFORE] is None):
            continue
        missing = tuple(name for name in event.filled if row[name] in (None, ""))
        to = str(row[BEFORE]) if event.target == BEFORE else event.leads_to(str(row["state"]))
        steps.append(NextStep(event.name, to, event.needs, event.sets, missing))
    return tuple(steps)
