"""This store's own sums, reckoned by a scan: a row that was lost or altered beside the ordinary ways is found too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from gridworker.models.registry import ENTITIES
from gridworker.models.sums import EMPTY, Place, Sum, added, hash64
from gridworker.store import outbox
from gridworker.store.connection import Connection
from gridworker.store.statements import run


def counted(connection: Connection, buckets: Collection[bytes]) -> dict[Place, Sum]:
    """The sums of the living rows the server has given, in `buckets`."""
    found: defaultdict[Place, Sum] = defaultdict(lambda: EMPTY)
    for entity in ENTITIES:
        name = entity.name
        rows = run(
            connection, f"SELECT bucket_id, id, row_version FROM {name} WHERE deleted = 0 AND row_version > 0"
        )
        for bucket, record, version in rows:
            if bucket in buckets:
                place = (bucket, name)
                found[place] = added(found[place], Sum(1, hash64(name, record, version)))
    return dict(found)


def unsettled(connection: Connection) -> frozenset[bytes]:
    """The buckets of records with unanswered ops: until they are answered, the two sides differ there."""
    found: set[bytes] = set()
    for entity, record in outbox.pending_records(connection):
        rows = run(connection, f"SELECT bucket_id FROM {entity} WHERE id = ?", (record,))
        found.update(row[0] for row in rows)
    return frozenset(found)
