"""The road of everything written on this computer, what waits for a person, and how old each node's data is. Asked of
outbox, conflicts and what the last answer told; nothing here is a flag that could be wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from gridworker.models.entity import Kind
from gridworker.models.op import decode_op
from gridworker.models.registry import BY_NAME
from gridworker.store.connection import Connection
from gridworker.store.outbox import HERE, NEEDS_ATTENTION, ON_THE_WAY
from gridworker.store.queries.names import Names
from gridworker.store.queries.road import COUNTED, delivered
from gridworker.store.rows import Road
from gridworker.store.statements import run, scalar
from gridworker.store.store import Store

STAGES = (Road.HERE, Road.SENDING, Road.SERVER, Road.COMMUNITY)
#: local_state, as sync keeps it.
_FLEET = "sync.fleet"
_STAGE = (
    f"CASE WHEN {NEEDS_ATTENTION} THEN 'attention' WHEN {HERE} THEN 'here' WHEN {ON_THE_WAY} THEN 'sending' "
    "WHEN coalesce(json_extract(result, '$.place'), 9e15) <= ? THEN 'community' ELSE 'server' END"
)


@dataclass(frozen=True, slots=True)
class RoadLine:
    """One record of one act: its kind, how it is called, which fields the act set, how far it came and when (ms).
    `held`: the server keeps it for whoever decides there. `gone`: with the scope its words left this computer."""

    entity: str
    record_id: bytes
    name: str
    fields: tuple[str, ...]
    road: Road
    at: int
    held: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class ConflictField:
    """One field on which two people differ. Texts are as people read them; `mine_raw` is what taking mine writes.
    `incumbent` is the value that stands now."""

    conflict_id: bytes
    entity: str
    field: str
    base: str
    mine: str
    theirs: str
    mine_raw: str | None
    by: str
    is_mine: bool
    long: bool


@dataclass(frozen=True, slots=True)
class ConflictCase:
    """Everything that differs on one record. `deleted`: the record was deleted, and the edit came after. `at`: when
    this computer learned of it (ms), 0 where it does not know any more."""

    entity: str
    record_id: bytes
    name: str
    deleted: bool
    fields: tuple[ConflictField, ...]
    at: int = 0


@dataclass(frozen=True, slots=True)
class FleetRow:
    """How old a node's data is: the longest silent of its devices was last heard at `heard_at` (ms), and then kept
    `unsent` ops to itself."""

    node_id: bytes
    name: str
    heard_at: int
    unsent: int
    devices: int


class _FleetLine(msgspec.Struct):
    node: bytes
    heard_at: int
    unsent: int
    devices: int


def stage_counts(store: Store) -> Mapping[Road, int]:
    """How many records of this computer stand at each stage, each by the least far of its ops."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT far, count(*) FROM (SELECT min(CASE stage WHEN 'attention' THEN 0 WHEN 'here' THEN 1 "
            "WHEN 'sending' THEN 2 WHEN 'server' THEN 3 ELSE 4 END) AS far FROM "
            f"(SELECT record_id, {_STAGE} AS stage FROM outbox WHERE {COUNTED}) GROUP BY record_id) GROUP BY far",
            (delivered(connection),),
        ).fetchall()
    order = (Road.ATTENTION, *STAGES)
    return {order[far]: count for far, count in rows}


def road_lines(store: Store, stage: Road, limit: int = 300) -> tuple[RoadLine, ...]:
    """The newest records at `stage`, each act once for each record."""
    with store.read() as connection:
        rows = run(
            connection,
            'SELECT entity, record_id, payload, at, stage, coalesce(result LIKE \'%"outcome":"held"%\', 0) '
            f"FROM (SELECT *, {_STAGE} AS stage FROM outbox WHERE {COUNTED}) "
            "WHERE stage = ? GROUP BY txn, record_id ORDER BY max(at) DESC, max(seq) DESC LIMIT ?",
            (delivered(connection), stage.value, limit),
        ).fetchall()
        names = Names(connection)
        return tuple(_line(names, *row) for row in rows)


def _line(
    names: Names, entity: str, record: bytes, payload: bytes, at: int, stage: str, held: int
) -> RoadLine:
    if not payload:
        return RoadLine(entity, record, "", (), Road(stage), at, bool(held), gone=True)
    op = decode_op(payload)
    fields = tuple(
        name for name, value in op.set.items() if value is not None and not isinstance(value, bytes)
    )
    return RoadLine(entity, record, names.of(entity, record), fields, Road(stage), at, bool(held))


def conflict_cases(store: Store) -> tuple[ConflictCase, ...]:
    """Everything on which two people differ and nobody has chosen yet, one case for each record."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT c.id, c.entity, c.record_id, c.field, c.base, c.mine, c.theirs, c.kind, coalesce(m.name, ''), "
            "c.by_member_id, (SELECT min(h.at) FROM history h WHERE h.record_id = c.id) "
            "FROM conflict c LEFT JOIN member m ON m.id = c.by_member_id "
            "WHERE c.state = 'open' AND c.deleted = 0 ORDER BY c.rid",
        ).fetchall()
        names, grouped = Names(connection), {}  # type: Names, dict[tuple[str, bytes], list[Sequence[object]]]
        for row in rows:
            grouped.setdefault((row[1], row[2]), []).append(row)
        return tuple(
            ConflictCase(
                entity,
                record,
                names.of(entity, record),
                any(row[7] == "edited_after_delete" for row in found),
                tuple(_field(store, connection, names, entity, record, row[:10]) for row in found),
                max(int(str(row[10] or 0)) for row in found),
            )
            for (entity, record), found in grouped.items()
        )


def _field(
    store: Store, connection: Connection, names: Names, entity: str, record: bytes, row: Sequence[object]
) -> ConflictField:
    conflict_id, _, _, field, base, mine, _, _, who, by = row
    declared = BY_NAME[entity].field(str(field))
    now = scalar(connection, f"SELECT {declared.name} FROM {entity} WHERE id = ?", (record,))

    def said(value: object) -> str:
        if declared.kind is Kind.REF and isinstance(value, str):
            return names.text(bytes.fromhex(value))
        return names.text(value)  # type: ignore[arg-type]

    return ConflictField(
        conflict_id=bytes(conflict_id),  # type: ignore[call-overload]
        entity=entity,
        field=declared.name,
        base=said(base),
        mine=said(mine),
        theirs=said(now),
        mine_raw=None if mine is None else str(mine),
        by=str(who),
        is_mine=by is not None and by == store.known.member_id,
        long=declared.free_text,
    )


def fleet_rows(store: Store) -> tuple[FleetRow, ...]:
    """How old each node's data is, the oldest first, as the last answer told a secretary or committee member."""
    with store.read() as connection:
        raw = scalar(connection, "SELECT value FROM local_state WHERE key = ?", (_FLEET,))
        lines = msgspec.json.decode(raw, type=list[_FleetLine]) if raw else []
        names = Names(connection)
        found = [
            FleetRow(line.node, names.of("area_unit", line.node), line.heard_at, line.unsent, line.devices)
            for line in lines
        ]
    return tuple(sorted(found, key=lambda row: (row.heard_at, row.name)))
