"""What hangs on a record lies where the record lies. Where a move made here was refused and the record is taken back
to its place, everything below it goes back with it; where the server moved a record, it brings what it knows, and what
it has not judged yet follows here."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.models.entity import Entity
from gridworker.models.ids import bucket_id
from gridworker.models.registry import ENTITIES, dependants
from gridworker.store.connection import Connection
from gridworker.store.statements import run, run_many

_CHUNK = 400
#: (id, bucket until now, whether the server knew that it lay there)
Strayed = tuple[bytes, bytes, bool]


def strayed(connection: Connection, entity: Entity, bucket: bytes, ids: Sequence[bytes]) -> list[Strayed]:
    """Those of `ids` that lie here elsewhere than in `bucket`."""
    found: list[Strayed] = []
    if not dependants(entity.name):
        return found
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        sql = (
            f"SELECT id, bucket_id, row_version > 0 FROM {entity.name} WHERE bucket_id <> ? "
            f"AND id IN ({', '.join('?' * len(part))})"
        )
        found += [(row[0], row[1], bool(row[2])) for row in run(connection, sql, (bucket, *part))]
    return found


def bring_after(connection: Connection, entity: Entity, moved: Sequence[Strayed], bucket: bytes) -> None:
    """Put what lies below the records `moved` where they lie now, each into its own class; what was routed elsewhere
    stays there. Of one that the server moved only what it does not know: the rest it sends, to where it lies."""
    if not moved:
        return
    nodes = [row[0] for row in run(connection, "SELECT id FROM area_unit")]
    own = entity.bucket.bucket_class
    node_of = {bucket_id(node, own): node for node in nodes}
    for record, was, known in moved:
        if was in node_of and bucket in node_of:
            there = (node_of[was], node_of[bucket])
            _bring(connection, entity, record, there, " AND row_version = 0" if known else "")


def _bring(
    connection: Connection, entity: Entity, record: bytes, nodes: tuple[bytes, bytes], which: str
) -> None:
    was, now = nodes
    for child in ENTITIES:
        kind = child.bucket.bucket_class
        for name in (field for field, parent in child.bucket.parents if parent == entity.name):
            sql = f"SELECT id FROM {child.name} WHERE {name} = ? AND bucket_id = ?{which}"
            below = [row[0] for row in run(connection, sql, (record, bucket_id(was, kind)))]
            moves = [(bucket_id(now, kind), one) for one in below]
            run_many(connection, f"UPDATE {child.name} SET bucket_id = ? WHERE id = ?", moves)
            for one in below:
                _bring(connection, child, one, nodes, which)
