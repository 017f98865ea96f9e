"""The changes of this device that wait for a person: what the server fails on, and what it refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from gridworker.models.op import GIVEN_UP, OpResult, Outcome, decode_op
from gridworker.store.connection import Connection
from gridworker.store.store import Store
from gridworker.store.stuck import QUARANTINED


@dataclass(frozen=True, slots=True)
class StuckOp:
    """An op that waits for a person: the server fails on it again and again, or refused it. `state` is `trying`,
    `quarantined` or `rejected`; `why` a code (below `errors.reason` or of the server); `values` what it would set,
    `base` what the person saw. `place` names the household or record. Times are ms; `next_at` 0 when it is not tried
    again by itself. `behind` counts the ops that wait behind it. Of a step that was refused, `present` is the state of
    the record then and `legal` what was possible instead."""

    op_id: bytes
    entity: str
    record_id: bytes
    kind: str
    state: str
    why: str
    field: str
    values: Mapping[str, None | int | str | bytes]
    base: Mapping[str, None | int | str | bytes]
    place: str
    at: int
    tries: int
    next_at: int
    behind: int
    present: str = ""
    legal: str = ""


_ROWS = (
    "SELECT o.op_id, o.payload, o.state, o.result, o.at, s.tries, s.next_at, s.why, "
    "(SELECT count(*) FROM outbox b WHERE b.state = 'behind' AND b.seq > o.seq) FROM outbox o "
    "LEFT JOIN stuck s ON s.op_id = o.op_id "
    "WHERE o.state = 'stuck' OR (o.state = 'done' AND o.result LIKE '%\"outcome\":\"rejected\"%') "
    "ORDER BY o.at DESC, o.seq DESC LIMIT ?"
)


def stuck_ops(store: Store, limit: int = 500) -> tuple[StuckOp, ...]:
    """What waits for a person, the newest first."""
    with store.read() as connection:
        rows = connection.exec_driver_sql(_ROWS, (limit,)).fetchall()
        found = (_stuck(connection, row) for row in rows if row[1])
        return tuple(one for one in found if one is not None)


def _stuck(connection: Connection, row: Any) -> StuckOp | None:
    op_id, payload, state, raw, at, tries, next_at, why, behind = row
    op = decode_op(payload)
    answer = msgspec.json.decode(raw, type=OpResult) if raw else None
    if state == "done" and (
        answer is None or answer.code == GIVEN_UP or answer.outcome is not Outcome.REJECTED
    ):
        return None
    trying = "quarantined" if (tries or 0) >= QUARANTINED else "trying"
    return StuckOp(
        op_id=op_id,
        entity=op.entity,
        record_id=op.record,
        kind=op.kind,
        state="rejected" if state == "done" else trying,
        why=(answer.values.get("reason") or answer.code) if answer and state == "done" else why or "",
        field=answer.field if answer else "",
        values=op.set,
        base=op.base,
        place=_place(connection, op.set.get("household_id") or op.record),
        at=at,
        tries=tries or 0,
        next_at=next_at or 0,
        behind=behind if state == "stuck" else 0,
        present=answer.values.get("state", "") if answer else "",
        legal=answer.values.get("legal", "") if answer else "",
    )


def _place(connection: Connection, record: object) -> str:
    code = connection.exec_driver_sql(
        "SELECT code FROM household WHERE id = ? OR id = (SELECT household_id FROM visit WHERE id = ?)",
        (record, record),
    ).scalar()
    number = "SELECT no FROM demand WHERE id = ?"
    return str(code or connection.exec_driver_sql(number, (record,)).scalar() or "")
