"""Takes back here what an op would have done at the server, once it is sure that it never will: a record it made goes,
a value it set becomes again what the person saw before."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.changes import Changes
from gridworker.models.op import Op, OpKind
from gridworker.models.registry import BY_NAME
from gridworker.store import demand_log, search, statistics
from gridworker.store.connection import Connection
from gridworker.store.receive import Gone, remove_record
from gridworker.store.statements import run
from gridworker.store.statistics import Touched
from gridworker.store.touching import touch_stored


def withdraw(connection: Connection, ops: Sequence[Op]) -> Changes:
    """Take back `ops`, the newest first, in the caller's transaction. What somebody changed again since stays."""
    touched = Touched()
    for op in reversed(ops):
        if op.kind is OpKind.CREATE:
            remove_record(connection, Gone(op.entity, op.record, 0), touched, traces=False)
        elif op.entity in BY_NAME:
            _back(connection, op, touched)
    statistics.recompute(connection, touched)
    return Changes.of((op.entity, op.record) for op in ops)


def _back(connection: Connection, op: Op, touched: Touched) -> None:
    """Version 0 lets the server's row, whenever it comes, replace ours."""
    touch_stored(connection, BY_NAME[op.entity], (op.record,), touched)
    if op.kind in (OpKind.DELETE, OpKind.RESTORE):
        gone = int(op.kind is OpKind.RESTORE)
        run(connection, f"UPDATE {op.entity} SET deleted = ? WHERE id = ?", (gone, op.record))
    known = {f.name for f in BY_NAME[op.entity].wire_fields}
    for name, value in op.set.items():
        if op.kind is OpKind.SET and name in known:
            run(
                connection,
                f"UPDATE {op.entity} SET {name} = ? WHERE id = ? AND {name} IS ?",
                (op.base.get(name), op.record, value),
            )
    if op.kind is OpKind.EVENT:
        demand_log.drop_unconfirmed(connection, [op.op_id])
    run(connection, f"UPDATE {op.entity} SET row_version = 0 WHERE id = ?", (op.record,))
    if op.entity == "household":
        touched.households.add(op.record)
    touch_stored(connection, BY_NAME[op.entity], (op.record,), touched)
    if BY_NAME[op.entity] in search.FINDABLE:
        search.index_records(connection, BY_NAME[op.entity], [op.record])
