"""The rows of a community that started alone, as they are taken over: each judged by itself, placed into its bucket,
written with its pointer in the feed. Nobody sees them before the community's own row is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from gridworker.models.entity import BucketClass, BucketVia, Entity, Merge
from gridworker.models.ids import bucket_id
from gridworker.models.op import Op, OpKind, Value
from gridworker.models.registry import BY_NAME, ENTITIES, hangs_on
from gridworker.models.sums import EMPTY, Sum, added, content_of
from gridworker.models.validation import Rules, faults
from gridworker.server.feed import PUT
from gridworker.store.connection import Connection
from gridworker.store.judging import Actor, Case, Judge, Rejected, node_of
from gridworker.store.workspace import META_COLUMNS, Row, Shape, Workspace
from gridworker.sync.protocol.adoption import Reached, RowRefused
from gridworker.sync.protocol.messages import WirePart
from gridworker.sync.protocol.wire_rows import columns, decode_rows

_RANK = {entity.name: place for place, entity in enumerate(ENTITIES)}
_FEED = (
    "INSERT INTO feed (domain_id, seq, bucket_id, entity, record_id, row_version, kind) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_RUN = 2_000


class RowWrong(Exception):
    """A row that cannot be taken."""

    def __init__(self, entity: str, record: bytes, field_name: str, reason: str) -> None:
        super().__init__(entity, field_name, reason)
        self.refused = RowRefused(entity, record, field_name, reason)


@dataclass
class Intake:
    """Takes the rows of one request into the tables of `domain_id`; `begun` rows are there already."""

    connection: Connection
    domain_id: bytes
    rules: Rules
    today: str
    begun: int
    reached: Reached | None
    _nodes: dict[bytes, bytes] = field(default_factory=dict)

    def take(self, parts: Sequence[WirePart]) -> None:
        """Write the rows of `parts`, in the caller's transaction. Raises RowWrong for the first that cannot be kept."""
        for part in parts:
            entity = BY_NAME.get(part.entity)
            if entity is None:
                raise RowWrong(part.entity[:40], b"", "", "unknown_entity")
            try:
                rows = [dict(zip(columns(entity.name), row, strict=True)) for row in decode_rows(part)]
            except (msgspec.DecodeError, RecursionError) as error:
                raise RowWrong(entity.name, b"", "", "unreadable") from error
            for row in rows:
                self._check(entity, row)
            self._place(entity, rows)
            self._write(entity, rows)

    def _check(self, entity: Entity, row: Row) -> None:
        record, version = row["id"], row["row_version"]
        if not isinstance(record, bytes) or len(record) != 16:
            raise RowWrong(entity.name, b"", "id", "not_a_reference")
        if not isinstance(version, int) or not 0 < version < 2**53 or row["deleted"] not in (0, 1):
            raise RowWrong(entity.name, record, "row_version", "out_of_range")
        before = self.reached
        if before and (_RANK[entity.name], record) <= (_RANK[before.entity], before.id):
            raise RowWrong(entity.name, record, "id", "out_of_order")
        self.reached = Reached(entity.name, record)
        values = {f.name: row[f.name] for f in entity.wire_fields}
        found = faults(entity, values, self.rules, creating=True, by_event=True)
        if found:
            raise RowWrong(entity.name, record, found[0].field, found[0].reason)
        for each in entity.wire_fields:
            if each.required and each.merge is Merge.STATE and row[each.name] is None:
                raise RowWrong(entity.name, record, each.name, "required")

    # -- where the rows lie ------------------------------------------------------------------------------------------

    def _place(self, entity: Entity, rows: Sequence[Row]) -> None:
        """Give every row its bucket by the rule of its entity; what the sender believes is not asked."""
        workspace = Workspace(self.connection, Shape(self.domain_id))
        _fetch_above(workspace, entity, rows)
        for row in rows:
            record = row["id"]
            assert isinstance(record, bytes)
            try:
                node = self._node(workspace, entity, row)
            except Rejected as refused:
                raise RowWrong(entity.name, record, refused.field, "not_a_reference") from refused
            row["bucket_id"] = bucket_id(node, entity.bucket.class_of(row))

    def _node(self, workspace: Workspace, entity: Entity, row: Row) -> bytes:
        if (
            entity.bucket.via is BucketVia.COMMUNITY
        ):  # its root may be among the rows that are not written yet
            return self.domain_id
        op = Op(b"", 0, b"", entity.name, _bytes(row["id"]), OpKind.CREATE, {})
        judge = Judge(self.today, self.rules, authoritative=True)
        try:
            return node_of(Case(workspace, op, entity, Actor(None, self.domain_id, None), judge), entity, row)
        except Rejected:
            node = self._node_of_deleted(workspace, entity, row)
            if node is None:
                raise
            return node

    def _node_of_deleted(self, workspace: Workspace, entity: Entity, row: Row) -> bytes | None:
        """Where a row lies that went together with what it belongs to: what is deleted stays where it was."""
        for name, parent_entity in entity.bucket.parents:
            if row[name] is not None:
                parent = workspace.get(parent_entity, row[name])
                return self._known_nodes().get(_bytes(parent["bucket_id"])) if parent else None
        node = row[entity.bucket.field] if entity.bucket.via is BucketVia.NODE else None
        return node if isinstance(node, bytes) and workspace.get("area_unit", node) else None

    def _known_nodes(self) -> dict[bytes, bytes]:
        """Every bucket there can be, and its node."""
        if not self._nodes:
            found = self.connection.exec_driver_sql(
                "SELECT id FROM area_unit WHERE domain_id = ?", (self.domain_id,)
            )
            self._nodes = {bucket_id(row[0], each): row[0] for row in found for each in BucketClass}
        return self._nodes

    # -- writing -----------------------------------------------------------------------------------------------------

    def _write(self, entity: Entity, rows: Sequence[Row]) -> None:
        if not rows:
            return
        names = (*META_COLUMNS, *(f.name for f in entity.wire_fields))
        marks = ", ".join("?" * (len(names) + 1))
        self.connection.exec_driver_sql(
            f"INSERT INTO {entity.name} (domain_id, {', '.join(names)}) VALUES ({marks})",
            [(self.domain_id, *(row[name] for name in names)) for row in rows],
        )
        pointers = [
            (self.domain_id, seq, row["bucket_id"], entity.name, row["id"], row["row_version"], PUT)
            for seq, row in enumerate(rows, self.begun + 1)
        ]
        self.connection.exec_driver_sql(_FEED, pointers)
        self.begun += len(rows)


def _fetch_above(workspace: Workspace, entity: Entity, rows: Sequence[Row]) -> None:
    """Read, in a few statements, everything that says where `rows` lie."""
    for name, parent in entity.bucket.parents:
        ids = [value for row in rows if isinstance(value := row[name], bytes)]
        if ids:
            workspace.prefetch(parent, ids)
            _fetch_above(workspace, BY_NAME[parent], [up for i in ids if (up := workspace.get(parent, i))])
    stairs = [name for name in ("unit_id",) if name in {field.name for field in entity.fields}]
    units = [value for row in rows for name in stairs if isinstance(value := row[name], bytes)]
    workspace.prefetch_coverage(units)


def _bytes(value: Value) -> bytes:
    assert isinstance(value, bytes)
    return value


def content(connection: Connection, domain_id: bytes) -> Sum:
    """What the tables hold of a community, every row and every value of it."""
    found = EMPTY
    for entity in ENTITIES:
        for rows in _rows(connection, domain_id, entity.name):
            found = added(found, content_of(entity.name, rows))
    return found


def _rows(connection: Connection, domain_id: bytes, entity: str) -> Iterator[list[tuple[Value, ...]]]:
    sql = f"SELECT {', '.join(columns(entity))} FROM {entity} WHERE domain_id = ? AND id > ? ORDER BY id LIMIT ?"
    after = b""
    while rows := connection.exec_driver_sql(sql, (domain_id, after, _RUN)).fetchall():
        yield [tuple(row) for row in rows]
        after = rows[-1][0]


def orphan(connection: Connection, domain_id: bytes) -> RowRefused | None:
    """A row that could not stand on a device, because what it belongs to is not there; None when all can."""
    for entity in ENTITIES:
        for link in (each for each in entity.wire_fields if hangs_on(entity, each)):
            row = connection.exec_driver_sql(
                f"SELECT c.id FROM {entity.name} c LEFT JOIN {link.refers} p ON p.domain_id = c.domain_id "
                f"AND p.id = c.{link.name} WHERE c.domain_id = ? AND c.{link.name} IS NOT NULL "
                "AND p.id IS NULL LIMIT 1",
                (domain_id,),
            ).fetchone()
            if row is not None:
                return RowRefused(entity.name, row[0], link.name, "not_a_reference")
    return None


def wipe(connection: Connection, domain_id: bytes) -> None:
    """Take everything away again that was taken in of a community that never became this server's."""
    for entity in reversed(ENTITIES):
        connection.exec_driver_sql(f"DELETE FROM {entity.name} WHERE domain_id = ?", (domain_id,))
    connection.exec_driver_sql("DELETE FROM feed WHERE domain_id = ?", (domain_id,))
