"""Acts the server holds for a decision, as the person with the right `held` sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from gridworker.models.op import Op, decode_ops
from gridworker.store.connection import Connection
from gridworker.store.statements import run
from gridworker.store.store import Store

OPEN = ("open", "handed_over")


@dataclass(frozen=True, slots=True)
class HeldChange:
    """One op of a held act, without references: what somebody wrote."""

    entity: str
    kind: str
    record_id: bytes
    values: Mapping[str, None | int | str]


@dataclass(frozen=True, slots=True)
class HeldRow:
    """An act the server holds. `member` wrote it, `owner` is the area whose people decide, `door` the household's
    code where it is about one. `changes` is empty where the content may not be kept."""

    id: bytes
    state: str
    reason: str
    held_on: str
    expires_on: str
    member: str
    owner: str
    entity: str
    record_id: bytes
    door: str
    changes: tuple[HeldChange, ...]
    decision: str


def held_rows(store: Store, states: Sequence[str] = OPEN) -> tuple[HeldRow, ...]:
    """The held acts in one of `states` that this account may see, oldest first and each writer's in their order."""
    marks = ", ".join("?" * len(states))
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT h.id, h.state, h.reason, h.held_on, h.expires_on, coalesce(m.name, ''), coalesce(a.name, ''), "
            "h.entity, h.record_id, h.ops, coalesce(h.decision, ''), h.device_id FROM held_op h "
            "LEFT JOIN member m ON m.id = h.member_id LEFT JOIN area_unit a ON a.id = h.owner_id "
            f"WHERE h.deleted = 0 AND h.state IN ({marks})",
            tuple(states),
        ).fetchall()
        rows.sort(
            key=lambda row: (row[3], row[11], _first_seq(row[9]))
        )  # an act never before one it leans on
        return tuple(_row(connection, row[:11]) for row in rows)


def open_count(store: Store) -> int:
    """How many held acts wait for a decision here."""
    with store.read() as connection:
        found = run(
            connection,
            "SELECT count(*) FROM held_op WHERE deleted = 0 AND state IN ('open', 'handed_over')",
        ).fetchone()
    return int(found[0])


def _first_seq(ops: object) -> int:
    return min((op.seq for op in _ops(ops)), default=0)


def _row(connection: Connection, row: Sequence[object]) -> HeldRow:
    record, state, reason, held_on, expires_on, member, owner, entity, about, ops, decision = row
    return HeldRow(
        id=bytes(record),  # type: ignore[call-overload]
        state=str(state),
        reason=str(reason),
        held_on=str(held_on),
        expires_on=str(expires_on),
        member=str(member),
        owner=str(owner),
        entity=str(entity),
        record_id=bytes(about),  # type: ignore[call-overload]
        door=_door(connection, _ops(ops), str(entity), about),
        changes=tuple(_change(op) for op in _ops(ops)),
        decision=str(decision),
    )


def _ops(raw: object) -> list[Op]:
    try:
        return decode_ops(str(raw or "[]").encode())
    except msgspec.DecodeError:  # from a newer version: the row itself still says who, when and why
        return []


def _change(op: Op) -> HeldChange:
    values = {name: value for name, value in op.set.items() if not isinstance(value, bytes)}
    return HeldChange(op.entity, str(op.kind), op.record, values)


def _door(connection: Connection, ops: Sequence[Op], entity: str, record: object) -> str:
    """The code of the household the act is about, or ""."""
    wanted = [record if entity == "household" else None, *(op.set.get("household_id") for op in ops)]
    for household in wanted:
        found = run(connection, "SELECT code FROM household WHERE id = ?", (household,)).fetchone()
        if found:
            return str(found[0])
    return ""
