"""Whether what the server keeps agrees with itself: the audit chain, every row's place in the order, every device's
receipts, the sums of every bucket. Reads only; names numbers and kinds, never contents."""

from __future__ import annotations

from collections.abc import Iterator

from gridworker.models.registry import ENTITIES
from gridworker.server import sums, trail
from gridworker.server.database import Domain
from gridworker.store.connection import Connection


def findings(connection: Connection, domain: Domain, noted: tuple[int, str] | None = None) -> list[str]:
    """What is wrong, a line each; an empty list when everything agrees. `noted` is a head of the audit chain (number
    and hash) that was written down earlier: without it a cut tail cannot be seen."""
    return [
        *_audit(connection, domain, noted),
        *_order(connection, domain),
        *_receipts(connection, domain),
        *(f"sums: {entity} in bucket {bucket.hex()}" for bucket, entity in sums.wrong(connection, domain.id)),
    ]


def _audit(connection: Connection, domain: Domain, noted: tuple[int, str] | None) -> Iterator[str]:
    broken = trail.broken_at(connection, domain.id)
    if broken is not None:
        yield f"audit: the chain breaks at row {broken}"
    if noted is not None:
        number, expected = noted
        found = connection.exec_driver_sql(
            "SELECT hash FROM audit WHERE domain_id = ? AND n = ?", (domain.id, number)
        ).scalar()
        if found is None:
            yield f"audit: row {number}, noted earlier, is gone: the end was cut off"
        elif found.hex() != expected.lower():
            yield f"audit: row {number} is another one than was noted"


def _order(connection: Connection, domain: Domain) -> Iterator[str]:
    beyond = connection.exec_driver_sql(
        "SELECT count(*) FROM feed WHERE domain_id = ? AND seq > ?", (domain.id, domain.head)
    ).scalar()
    if beyond:
        yield f"feed: {beyond} pointers beyond the head {domain.head}"
    for entity in ENTITIES:
        unseen = connection.exec_driver_sql(
            f"SELECT count(*) FROM {entity.name} e LEFT JOIN feed f ON f.domain_id = e.domain_id "
            "AND f.bucket_id = e.bucket_id AND f.entity = ? AND f.record_id = e.id WHERE e.domain_id = ? "
            "AND (f.seq IS NULL AND e.deleted = 0 OR f.kind = 'MOVE_OUT' OR f.row_version <> e.row_version)",
            (entity.name, domain.id),
        ).scalar()
        if unseen:
            yield f"feed: {unseen} rows of {entity.name} have no pointer to their newest version"
        lost = connection.exec_driver_sql(
            f"SELECT count(*) FROM feed f LEFT JOIN {entity.name} e ON e.domain_id = f.domain_id "
            "AND e.id = f.record_id WHERE f.domain_id = ? AND f.entity = ? "
            "AND (f.kind = 'PUT' AND (e.id IS NULL OR e.bucket_id <> f.bucket_id) "
            "OR f.kind = 'MOVE_OUT' AND e.bucket_id = f.bucket_id)",
            (domain.id, entity.name),
        ).scalar()
        if lost:
            yield f"feed: {lost} pointers of {entity.name} point where no row is"


def _receipts(connection: Connection, domain: Domain) -> Iterator[str]:
    rows = connection.exec_driver_sql(
        "SELECT d.number, d.last_seq, count(o.seq), max(o.seq) FROM device d LEFT JOIN device_op o "
        "ON o.domain_id = d.domain_id AND o.device_id = d.device_id AND o.incarnation = d.incarnation "
        "WHERE d.domain_id = ? GROUP BY d.number, d.last_seq ORDER BY d.number",
        (domain.id,),
    ).fetchall()
    for number, last, _, highest in rows:
        if (highest or 0) > last:
            yield f"device {number:02d}: has receipts beyond its last op {last}"
