"""The sums of every bucket, brought up to date in the transaction that changes its rows and read in the snapshot that
a page is made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import msgspec

from gridworker.models.registry import ENTITIES
from gridworker.models.sizes import file_bytes, rows_bytes
from gridworker.models.sums import EMPTY, Place, Sum, added, digest, hash64
from gridworker.server.refusal import no_room
from gridworker.store.connection import Connection
from gridworker.store.workspace import Written
from gridworker.sync.protocol.messages import EnrolReply, EnrolRequest, Page, Pull, WireSize, WireSum

_RUN = 400
_UPSERT = (
    "INSERT INTO bucket_sum (domain_id, bucket_id, entity, n, total) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (domain_id, bucket_id, entity) DO UPDATE SET n = excluded.n, total = excluded.total"
)


def bring_up_to_date(connection: Connection, domain_id: bytes, written: Sequence[Written]) -> None:
    """Take the changes into the sums. The caller holds the community's row: nobody else does this meanwhile."""
    changes: defaultdict[Place, list[int]] = defaultdict(lambda: [0, 0])
    for item in written:
        if item.before is not None and not item.before["deleted"]:
            version = item.before["row_version"]
            assert isinstance(version, int)
            left = changes[item.old_bucket or item.bucket_id, item.entity]
            left[0] -= 1
            left[1] -= hash64(item.entity, item.record_id, version)
        if not item.deleted:
            kept = changes[item.bucket_id, item.entity]
            kept[0] += 1
            kept[1] += hash64(item.entity, item.record_id, item.row_version)
    if changes:
        known = of_buckets(connection, domain_id, {bucket for bucket, _ in changes})
        rows = [
            (domain_id, *place, *added(known.get(place, EMPTY), Sum(*change)))
            for place, change in changes.items()
        ]
        connection.exec_driver_sql(_UPSERT, rows)


def of_buckets(connection: Connection, domain_id: bytes, buckets: Collection[bytes]) -> dict[Place, Sum]:
    """The sums of these buckets by bucket and entity."""
    found: dict[Place, Sum] = {}
    wanted = sorted(buckets)
    for start in range(0, len(wanted), _RUN):
        run = wanted[start : start + _RUN]
        rows = connection.exec_driver_sql(
            "SELECT bucket_id, entity, n, total FROM bucket_sum WHERE domain_id = ? "
            f"AND bucket_id IN ({', '.join('?' * len(run))})",
            (domain_id, *run),
        )
        found.update(((row[0], row[1]), Sum(row[2], row[3])) for row in rows)
    return found


def counted(connection: Connection, domain_id: bytes, entities: Iterable[str]) -> dict[Place, Sum]:
    """The sums as a scan of all rows gives them."""
    found: defaultdict[Place, Sum] = defaultdict(lambda: EMPTY)
    for entity in entities:
        rows = connection.exec_driver_sql(
            f"SELECT bucket_id, id, row_version FROM {entity} WHERE domain_id = ? AND deleted = 0",
            (domain_id,),
        )
        for bucket, record, version in rows:
            place = (bucket, entity)
            found[place] = added(found[place], Sum(1, hash64(entity, record, version)))
    return dict(found)


def rebuild(connection: Connection, domain_id: bytes) -> None:
    """Reckon every sum anew, after founding or for a database from before there were sums."""
    connection.exec_driver_sql("DELETE FROM bucket_sum WHERE domain_id = ?", (domain_id,))
    fresh = counted(connection, domain_id, (entity.name for entity in ENTITIES))
    rows = [(domain_id, *place, *kept) for place, kept in fresh.items()]
    if rows:
        connection.exec_driver_sql(_UPSERT, rows)


def wrong(connection: Connection, domain_id: bytes) -> list[Place]:
    """Where the kept sums differ from a scan; empty when all is well."""
    scan = counted(connection, domain_id, (entity.name for entity in ENTITIES))
    rows = connection.exec_driver_sql(
        "SELECT bucket_id, entity, n, total FROM bucket_sum WHERE domain_id = ?", (domain_id,)
    )
    kept = {(row[0], row[1]): Sum(row[2], row[3]) for row in rows}
    return sorted(
        place for place in kept.keys() | scan.keys() if kept.get(place, EMPTY) != scan.get(place, EMPTY)
    )


def with_sums(
    connection: Connection, domain_id: bytes, buckets: Collection[bytes], pull: Pull, page: Page
) -> Page:
    """`page` at the end of a pull that asks whether the two sides agree: with the sums of `buckets`, if they do not;
    and at the beginning of a copy with its size."""
    page = with_size(connection, domain_id, buckets, pull, page)
    if pull.digest is msgspec.UNSET or page.more or page.bootstrap is not None:
        return page
    own = of_buckets(connection, domain_id, buckets)
    if digest(own) == pull.digest:
        return page
    return msgspec.structs.replace(page, sums=tuple(WireSum(*place, *s) for place, s in own.items() if s.n))


# -- how much a copy is --------------------------------------------------------------------------------------------


def records_in(connection: Connection, domain_id: bytes, buckets: Collection[bytes]) -> dict[str, int]:
    """How many records lie in these buckets, by entity."""
    found: defaultdict[str, int] = defaultdict(int)
    for (_, entity), kept in of_buckets(connection, domain_id, buckets).items():
        found[entity] += kept.n
    return dict(found)


def with_room(
    connection: Connection, buckets: Collection[bytes], asked: EnrolRequest, welcome: EnrolReply
) -> EnrolReply:
    """`welcome`, with what the first copy will hold. Raises Refusal when the device said that it has no room for it."""
    records = records_in(connection, welcome.community.id, buckets)
    size = WireSize(sum(records.values()), file_bytes(records))
    if asked.room is not msgspec.UNSET and size.bytes > asked.room:
        raise no_room(size)
    return msgspec.structs.replace(welcome, size=size)


def with_size(
    connection: Connection, domain_id: bytes, buckets: Collection[bytes], pull: Pull, page: Page
) -> Page:
    """`page`, with what the copy that begins with it will hold; a page that begins none is as it was."""
    copy = pull.bootstrap
    if pull.cursor is not None or (copy is not None and copy.after is not None):
        return page
    only = frozenset(() if copy is None or copy.buckets is msgspec.UNSET else copy.buckets)
    records = records_in(connection, domain_id, [b for b in buckets if not only or b in only])
    reckoned = rows_bytes(records) if only else file_bytes(records)
    return msgspec.structs.replace(page, size=WireSize(sum(records.values()), reckoned))
