"""What hangs on a record lies where the record lies. Where a move made here was refused and the record is taken back
to its place, everything below it goes back with it."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.models.entity import Entity
from gridworker.models.ids import bucket_id
from gridworker.models.registry import ENTITIES, dependants
from gridworker.store.connection import Connection
from gridworker.store.statements import run, run_many

_CHUNK = 400


def strayed(
    connection: Connection, entity: Entity, bucket: bytes, ids: Sequence[bytes]
) -> list[tuple[bytes, bytes]]:
    """(id, bucket) of those of `ids` that lie here elsewhere than in `bucket`, by a change that was not confirmed."""
    found: list[tuple[bytes, bytes]] = []
    if not dependants(entity.name):
        return found
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        sql = (
            f"SELECT id, bucket_id FROM {entity.name} WHERE row_version = 0 AND bucket_id <> ? "
            f"AND id IN ({', '.join('?' * len(part))})"
        )
        found += [(row[0], row[1]) for row in run(connection, sql, (bucket, *part))]
    return found


def bring_after(
    connection: Connection, entity: Entity, moved: Sequence[tuple[bytes, bytes]], bucket: bytes
) -> None:
    """Put what lies below the records `moved`, (id, bucket until now), where they lie now, each into its own class;
    what was routed elsewhere stays there."""
    if not moved:
        return
    nodes = [row[0] for row in run(connection, "SELECT id FROM area_unit")]
    own = entity.bucket.bucket_class
    node_of = {bucket_id(node, own): node for node in nodes}
    for record, was in moved:
        if was in node_of and bucket in node_of:
            _bring(connection, entity, record, node_of[was], node_of[bucket])


def _bring(connection: Connection, entity: Entity, record: bytes, was: bytes, now: bytes) -> None:
    for child in ENTITIES:
        kind = child.bucket.bucket_class
        for name in (field for field, parent in child.bucket.parents if parent == entity.name):
            sql = f"SELECT id FROM {child.name} WHERE {name} = ? AND bucket_id = ?"
            below = [row[0] for row in run(connection, sql, (record, bucket_id(was, kind)))]
            moves = [(bucket_id(now, kind), one) for one in below]
            run_many(connection, f"UPDATE {child.name} SET bucket_id = ? WHERE id = ?", moves)
            for one in below:
                _bring(connection, child, one, was, now)
