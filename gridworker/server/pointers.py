"""The feed is written: each change gets its place in the community's order, in the transaction that made it, with the
sums of its bucket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gridworker.models.erasure import ERASURE
from gridworker.server import sums
from gridworker.server.database import Domain
from gridworker.server.feed import MOVE_OUT, PUT
from gridworker.store.connection import Connection
from gridworker.store.workspace import Written

#: Changing these may change what somebody sees.
SCOPE_ENTITIES = frozenset(("area_unit", "appointment", "account", "member"))
#: Of a record that is new the feed tells nothing yet; of another one the newer pointer replaces the older.
_COLUMNS = "domain_id, seq, bucket_id, entity, record_id, row_version, kind"
_POINT = f"INSERT INTO feed ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_POINT_ANEW = (
    f"{_POINT} ON CONFLICT (domain_id, bucket_id, entity, record_id) "
    "DO UPDATE SET seq = excluded.seq, row_version = excluded.row_version, kind = excluded.kind"
)


def write_feed(connection: Connection, domain: Domain, written: Sequence[Written]) -> Domain:
    """Give each change its place in the community's order, in the caller's transaction. Returns the new head."""
    sums.bring_up_to_date(connection, domain.id, written)
    written = _without_erased(connection, domain.id, written)
    places: dict[tuple[bytes, str, bytes], tuple[str, bytes, Written]] = {}
    for item in written:
        if item.old_bucket is not None:
            _note_place(places, MOVE_OUT, item.old_bucket, item)
        _note_place(places, PUT, item.bucket_id, item)
    if not places:
        return domain
    entries = list(places.values())
    reshaped = any(item.entity in SCOPE_ENTITIES for item in written)
    head, tree_version = connection.exec_driver_sql(
        "UPDATE domain_head SET head = head + ?, tree_version = tree_version + ? WHERE domain_id = ? "
        "RETURNING head, tree_version",
        (len(entries), int(reshaped), domain.id),
    ).one()
    first = head - len(entries) + 1
    rows: dict[bool, list[tuple[bytes, int, bytes, str, bytes, int, str]]] = {True: [], False: []}
    community = domain.id
    for seq, (kind, bucket, item) in enumerate(entries, first):
        pointer = (community, seq, bucket, item.entity, item.record_id, item.row_version, kind)
        rows[item.created].append(pointer)
    for created, pointers in rows.items():
        if pointers:
            connection.exec_driver_sql(_POINT if created else _POINT_ANEW, pointers)
    return replace(domain, head=head, tree_version=tree_version)


def _note_place(
    places: dict[tuple[bytes, str, bytes], tuple[str, bytes, Written]],
    kind: str,
    bucket: bytes,
    item: Written,
) -> None:
    """A record has one pointer in a bucket, its newest: a record written twice gets its later place."""
    key = (bucket, item.entity, item.record_id)
    places.pop(key, None)
    places[key] = (kind, bucket, item)


def _without_erased(
    connection: Connection, domain_id: bytes, written: Sequence[Written]
) -> Sequence[Written]:
    """What the feed tells of `written`: of an erased record its tombstone alone. A pointer to the row would lead to
    none; where the record had left, that it did is still told."""
    erased: set[bytes] = set()
    for item in written:
        if item.entity == ERASURE.name:
            found = connection.exec_driver_sql(
                "SELECT record_id FROM erasure WHERE domain_id = ? AND id = ?", (domain_id, item.record_id)
            )
            erased.update(row[0] for row in found)
    if not erased:
        return written
    gone = [item for item in written if item.record_id in erased and item.entity != ERASURE.name]
    if gone:
        connection.exec_driver_sql(
            "DELETE FROM feed WHERE domain_id = ? AND bucket_id = ? AND entity = ? AND record_id = ?",
            [(domain_id, item.bucket_id, item.entity, item.record_id) for item in gone],
        )
    return [item for item in written if item.record_id not in erased or item.entity == ERASURE.name]
