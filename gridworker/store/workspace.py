"""The rows an act works on, held in memory between one read and one set-wise write. Used for a local save, for a
bulk creation and on the server; it decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import Any

import msgspec

from gridworker.models.entity import Entity, Merge
from gridworker.models.op import Value
from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.models.roles import AreaTree
from gridworker.store.connection import Connection
from gridworker.store.statements import run, run_many

Row = dict[str, Value]
#: What every synced row carries before its fields.
META_COLUMNS = ("id", "bucket_id", "row_version", "deleted")
_CHUNK = 2_000
#: What the tree and who covers which stairwell are told from.
_DERIVED_FROM = frozenset(("area_unit", "coverage"))


@dataclass(frozen=True)
class Shape:
    """How rows lie in this database. `lead` is the domain's id on the server and None on the client; `mark` the
    driver's parameter mark."""

    lead: bytes | None = None
    mark: str = "?"

    def columns(self, entity: Entity) -> tuple[str, ...]:
        """Meta columns and fields, in the order in which rows are read and written."""
        return _columns(entity, self.lead is not None)

    def where(self) -> tuple[str, tuple[bytes, ...]]:
        """The condition and its parameters that keep a statement inside this domain."""
        return (f"domain_id = {self.mark} AND ", (self.lead,)) if self.lead is not None else ("", ())


@cache
def _columns(entity: Entity, server: bool) -> tuple[str, ...]:
    fields = entity.wire_fields if server else entity.fields
    return META_COLUMNS + tuple(field.name for field in fields)


@cache
def _picked(entity: Entity, server: bool) -> Callable[[Row], tuple[Any, ...]]:
    """Takes the values of a row out in the order in which they are written."""
    return itemgetter(*_columns(entity, server))


@cache
def _upsert(entity: Entity, server: bool, mark: str) -> str:
    names = (("domain_id",) if server else ()) + _columns(entity, server)
    key = "domain_id, id" if server else "id"
    sets = ", ".join(f"{name} = excluded.{name}" for name in names if name not in ("domain_id", "id"))
    return (
        f"INSERT INTO {entity.name} ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))}) "
        f"ON CONFLICT ({key}) DO UPDATE SET {sets}"
    )


@cache
def _insert(entity: Entity, server: bool, mark: str) -> str:
    return _upsert(entity, server, mark).split(" ON CONFLICT")[0]


@dataclass(slots=True)
class _Entry:
    row: Row
    stored_version: int | None  # None: not in the database yet
    stored: Row | None = None  # the row as it was read, once it was changed


class Written(msgspec.Struct, frozen=True):
    """One row that an act changed."""

    entity: str
    record_id: bytes
    bucket_id: bytes
    row_version: int
    created: bool
    old_bucket: bytes | None
    before: Row | None = None
    deleted: bool = False
    parents: tuple[tuple[str, bytes], ...] = ()  # of a new record: those by whose place it has its own


@dataclass
class Workspace:
    """Rows by (entity, id), loaded on demand or ahead, changed in memory, written once by `flush`."""

    connection: Connection
    shape: Shape
    _rows: dict[tuple[str, bytes], _Entry | None] = field(default_factory=dict)
    _dirty: dict[tuple[str, bytes], None] = field(default_factory=dict)
    _coverage: dict[bytes, list[Row]] = field(default_factory=dict)
    _covering: dict[tuple[bytes, str], bytes | None] = field(default_factory=dict)
    _tree: AreaTree | None = None
    #: (entity, reference) → parent → records that refer to it or did: found without looking at every row.
    _families: dict[tuple[str, str], dict[bytes, dict[bytes, None]]] = field(default_factory=dict)
    _kin: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # the same by entity
    _asked: dict[tuple[str, str], set[bytes]] = field(default_factory=dict)
    _undo: list[tuple[tuple[str, bytes], Row | None, bool]] | None = None

    def get(self, entity: str, record_id: Value) -> Row | None:
        """The row as this act sees it, or None."""
        if not isinstance(record_id, bytes):
            return None
        key = (entity, record_id)
        if key not in self._rows:
            self.prefetch(entity, (record_id,))
        entry = self._rows[key]
        return entry.row if entry else None

    def prefetch(self, entity: str, ids: Iterable[bytes]) -> None:
        """Read the rows with these ids that are not known yet."""
        wanted = [i for i in dict.fromkeys(ids) if (entity, i) not in self._rows]
        for start in range(0, len(wanted), _CHUNK):
            part = wanted[start : start + _CHUNK]
            for row in self._select(BY_NAME[entity], "id", part):
                self._know(entity, row)
            for record_id in part:
                self._rows.setdefault((entity, record_id), None)

    def _know(self, entity: str, row: Row) -> None:
        """Keep a row as it was read, unless this act has its own picture of it."""
        key = (entity, self.record_id(row))
        if key not in self._rows:
            version = row["row_version"]
            self._rows[key] = _Entry(row, version if isinstance(version, int) else 0)
            self._relate_all(entity, row)

    def _select(self, entity: Entity, column: str, values: Sequence[bytes]) -> list[Row]:
        columns = self.shape.columns(entity)
        condition, lead = self.shape.where()
        marks = ", ".join([self.shape.mark] * len(values))
        sql = f"SELECT {', '.join(columns)} FROM {entity.name} WHERE {condition}{column} IN ({marks})"
        found = run(self.connection, sql, (*lead, *values))
        return [dict(zip(columns, row, strict=True)) for row in found]

    def put(self, entity: str, row: Row) -> None:
        """Create or replace a row; the next `flush` writes it."""
        record_id = row["id"]
        assert isinstance(record_id, bytes)
        key = (entity, record_id)
        before = self._rows.get(key)
        if self._undo is not None:
            self._undo.append((key, before.row if before else None, key in self._dirty))
        if before is None:
            self._rows[key] = _Entry(row, None)
        else:
            if before.stored is None and before.stored_version is not None:
                before.stored = before.row
            before.row = row
        self._dirty[key] = None
        if entity in self._kin:
            self._relate_all(entity, row)
        if entity in _DERIVED_FROM:
            self._forget_derived(entity, row)

    def _forget_derived(self, entity: str, row: Row) -> None:
        if entity == "area_unit":
            self._tree = None
        elif entity == "coverage":
            self._covering.clear()
            unit = row["unit_id"]
            if isinstance(unit, bytes):
                known = self._coverage.setdefault(unit, self._stored_coverage((unit,)).get(unit, []))
                known[:] = [c for c in known if c["id"] != row["id"]] + [row]

    def is_new(self, entity: str, record_id: Value) -> bool:
        """True for a record that came to be in this act and is not in the database yet."""
        entry = self._rows.get((entity, record_id))  # type: ignore[arg-type]
        return entry is not None and entry.stored_version is None

    def changed(self, entity: str) -> list[Row]:
        """The rows of `entity` that the next `flush` writes."""
        return [entry.row for (name, i) in self._dirty if name == entity and (entry := self._rows[name, i])]

    @property
    def unwritten(self) -> int:
        """How many rows the next `flush` writes."""
        return len(self._dirty)

    def mark(self) -> int:
        """A place to which `rollback_to` can return inside the present group."""
        return len(self._undo or [])

    def rollback_to(self, mark: int) -> None:
        """Take back what was put since `mark`, and go on with the group."""
        kept = (self._undo or [])[:mark]
        self._undo = (self._undo or [])[mark:]
        self.rollback_group()
        self._undo = kept

    def begin_group(self) -> None:
        """From here on `rollback_group` can take back what was put."""
        self._undo = []

    def rollback_group(self) -> None:
        for key, row, was_dirty in reversed(self._undo or []):
            entry = self._rows[key]
            if row is None:
                self._rows[key] = None
            elif entry:
                entry.row = row
            if not was_dirty:
                self._dirty.pop(key, None)
        undone = {entity for (entity, _), _, _ in self._undo or []}
        self._undo = None
        if "area_unit" in undone:
            self._tree = None
        if "coverage" in undone:
            self._coverage.clear()
            self._covering.clear()

    def micro_grid_of(self, unit_id: Value, on: str) -> bytes | None:
        """The micro-grid that covers a stairwell on a day, or None where none does."""
        if not isinstance(unit_id, bytes):
            return None
        key = (unit_id, on)
        if key not in self._covering:
            self._covering[key] = self._look_for_cover(unit_id, on)
        return self._covering[key]

    def _look_for_cover(self, unit_id: bytes, on: str) -> bytes | None:
        if unit_id not in self._coverage:
            self._coverage[unit_id] = self._stored_coverage((unit_id,)).get(unit_id, [])
        for row in self._coverage[unit_id]:
            begins, ends, micro = row["valid_from"], row["valid_to"], row["micro_grid_id"]
            in_force = not row["deleted"] and str(begins) <= on and (ends is None or on <= str(ends))
            if in_force and isinstance(micro, bytes):
                return micro
        return None

    def children(self, entity: Entity, field_name: str, parents: Collection[bytes]) -> list[Row]:
        """The rows of `entity` that refer to one of `parents`, as this act sees them."""
        self.prefetch_children(entity, field_name, parents)
        family = self._families[entity.name, field_name]
        records = dict.fromkeys(record for parent in parents for record in family.get(parent, ()))
        entries = (self._rows[entity.name, record] for record in records)
        return [entry.row for entry in entries if entry and entry.row[field_name] in parents]

    def prefetch_children(self, entity: Entity, field_name: str, parents: Collection[bytes]) -> None:
        """Read the rows that refer to `parents` and were not asked for yet."""
        key = (entity.name, field_name)
        if key not in self._families:
            self._families[key] = {}
            self._kin.setdefault(entity.name, []).append(key)
            for (name, _), entry in self._rows.items():
                if name == entity.name and entry:
                    self._relate(key, entry.row)
        asked = self._asked.setdefault(key, set())
        wanted = [parent for parent in parents if parent not in asked]
        asked.update(wanted)
        for start in range(0, len(wanted), _CHUNK):
            for row in self._select(entity, field_name, wanted[start : start + _CHUNK]):
                self._know(entity.name, row)

    def _relate(self, key: tuple[str, str], row: Row) -> None:
        parent = row[key[1]]
        if isinstance(parent, bytes):
            self._families[key].setdefault(parent, {})[self.record_id(row)] = None

    def _relate_all(self, entity: str, row: Row) -> None:
        for key in self._kin.get(entity, ()):
            self._relate(key, row)

    @staticmethod
    def record_id(row: Row) -> bytes:
        record = row["id"]
        assert isinstance(record, bytes)
        return record

    def prefetch_coverage(self, unit_ids: Iterable[bytes]) -> None:
        wanted = [unit for unit in dict.fromkeys(unit_ids) if unit not in self._coverage]
        for start in range(0, len(wanted), _CHUNK):
            part = wanted[start : start + _CHUNK]
            stored = self._stored_coverage(part)
            for unit in part:
                self._coverage[unit] = stored.get(unit, [])

    def _stored_coverage(self, unit_ids: Sequence[bytes]) -> dict[bytes, list[Row]]:
        found: dict[bytes, list[Row]] = {}
        for row in self._select(BY_NAME["coverage"], "unit_id", unit_ids):
            unit = row["unit_id"]
            if isinstance(unit, bytes) and not row["deleted"]:
                found.setdefault(unit, []).append(row)
        for entity, record in self._dirty:  # put by an earlier act of this workspace and not written yet
            entry = self._rows[entity, record] if entity == "coverage" else None
            unit = entry.row["unit_id"] if entry else None
            if entry and isinstance(unit, bytes) and unit in unit_ids:
                others = [row for row in found.get(unit, []) if row["id"] != record]
                found[unit] = [*others, entry.row]
        return found

    def tree(self) -> AreaTree:
        """The area nodes as this act sees them."""
        if self._tree is None:
            condition, lead = self.shape.where()
            sql = f"SELECT id, parent_id FROM area_unit WHERE {condition}deleted = 0"
            parents = {row[0]: row[1] for row in run(self.connection, sql, lead)}
            for row in self.changed("area_unit"):
                parents[self.record_id(row)] = row["parent_id"]
                if row["deleted"]:
                    del parents[self.record_id(row)]
            self._tree = AreaTree(parents)
        return self._tree

    def use_tree(self, tree: AreaTree) -> None:
        """Take a tree the caller already knows to be current."""
        self._tree = tree

    def flush(self) -> list[Written]:
        """Write every changed row, entity by entity in rank order. Returns what was written, in that order."""
        written: list[Written] = []
        by_entity: dict[str, list[_Entry]] = {}
        for key in self._dirty:
            entry = self._rows[key]
            if entry:
                by_entity.setdefault(key[0], []).append(entry)
        for entity in ENTITIES:
            entries = by_entity.get(entity.name)
            if entries:
                self._write(entity, entries)
                written += [_written(entity, entry) for entry in entries]
        self._dirty.clear()
        return written

    def _write(self, entity: Entity, entries: Sequence[_Entry]) -> None:
        server = self.shape.lead is not None
        picked = _picked(entity, server)
        lead = () if self.shape.lead is None else (self.shape.lead,)
        for fresh in (True, False):
            values = [lead + picked(e.row) for e in entries if (e.stored_version is None) is fresh]
            if values:
                sql = (_insert if fresh else _upsert)(entity, server, self.shape.mark)
                run_many(self.connection, sql, values)


def free_rows(workspace: Workspace) -> None:
    """Free the rows one by one: freeing those of a large act all at once would hold up the window."""
    while workspace._rows:
        workspace._rows.popitem()


def _written(entity: Entity, entry: _Entry) -> Written:
    row, old = entry.row, entry.stored["bucket_id"] if entry.stored else None
    record_id, bucket, version = row["id"], row["bucket_id"], row["row_version"]
    assert isinstance(record_id, bytes) and isinstance(bucket, bytes) and isinstance(version, int)
    moved = old if isinstance(old, bytes) and old != bucket else None
    fresh, deleted = entry.stored_version is None, bool(row["deleted"])
    above: tuple[tuple[str, bytes], ...] = ()
    if fresh:
        for name, of in entity.bucket.parents:
            if isinstance(parent := row[name], bytes):
                above += ((of, parent),)
    return Written(entity.name, record_id, bucket, version, fresh, moved, entry.stored, deleted, above)


def blank_row(entity: Entity, record_id: bytes) -> Row:
    """A row of `entity` with every field empty and version 0."""
    return {**_blank(entity), "id": record_id}


@cache
def _blank(entity: Entity) -> Row:
    row: Row = {"id": None, "bucket_id": None, "row_version": 0, "deleted": 0}
    row.update((f.name, 0 if f.merge is Merge.LOCAL and f.kind == "bool" else None) for f in entity.fields)
    return row
