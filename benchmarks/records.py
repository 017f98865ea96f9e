"""The rows that are synced, as the floor and the reference handle them: exactly the rows a client received, in plain
tables with seven indexes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from benchmarks import bare
from gridworker.models.registry import ENTITIES
from gridworker.store.store import Store
from gridworker.sync.protocol.wire_rows import columns

#: What a screen needs at the least.
INDEXES = (
    "CREATE INDEX visit_day ON visit (visited_on, id)",
    "CREATE INDEX visit_home ON visit (household_id, visited_on)",
    "CREATE INDEX visitor_visit ON visit_visitor (visit_id)",
    "CREATE INDEX resident_home ON resident (household_id)",
    "CREATE INDEX resident_name ON resident (name)",
    "CREATE INDEX household_unit ON household (unit_id)",
    "CREATE INDEX basis_home ON basis (household_id)",
)
Rows = Mapping[str, Sequence[Sequence[Any]]]


def names_of(entity: str) -> tuple[str, ...]:
    """The bucket, then what travels of a row."""
    return ("bucket_id", *columns(entity))


@dataclass(frozen=True)
class Records:
    """Rows by entity, and the same rows as JSON objects (the raw size of P4)."""

    rows: Rows
    json_bytes: int

    @property
    def count(self) -> int:
        return sum(map(len, self.rows.values()))


def held_by(store: Store) -> Records:
    """Every synced row in a client's database."""
    rows: dict[str, list[Sequence[Any]]] = {}
    size = 0
    with store.read() as connection:
        raw: Any = connection.connection.driver_connection
        for entity in ENTITIES:
            names = names_of(entity.name)
            found = raw.execute(f"SELECT {', '.join(names)} FROM {entity.name} ORDER BY id").fetchall()
            if found:
                rows[entity.name] = found
                size += sum(len(msgspec.json.encode(dict(zip(names, row, strict=True)))) for row in found)
    return Records(rows, size)


def create_tables(raw: Any) -> None:
    """One table for each entity with its id as the key, and the seven indexes."""
    for entity in ENTITIES:
        others = ", ".join(name for name in names_of(entity.name) if name != "id")
        raw.execute(f"CREATE TABLE {entity.name} (id BLOB PRIMARY KEY, {others})")
    for index in INDEXES:
        raw.execute(index)


def upsert(raw: Any, rows: Mapping[str, Iterable[Sequence[Any]]]) -> None:
    for entity, found in rows.items():
        names = names_of(entity)
        sets = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
        raw.executemany(f"{bare.insert(entity, names)} ON CONFLICT (id) DO UPDATE SET {sets}", found)


def decoder() -> msgspec.json.Decoder[Any]:
    """Reads `{entity: [row …]}` with every column's type checked, natively."""
    types = {entity.name: list[_row_type(entity.name)] for entity in ENTITIES}  # type: ignore[misc]
    body = msgspec.defstruct(
        "Body", [(name, kind, msgspec.field(default_factory=list)) for name, kind in types.items()]
    )
    return msgspec.json.Decoder(body)


def _row_type(entity: str) -> Any:
    declared = next(e for e in ENTITIES if e.name == entity)
    kinds = {f.name: f.kind.value for f in declared.wire_fields}
    heads: dict[str, Any] = {"bucket_id": bytes, "id": bytes, "row_version": int, "deleted": int}
    plain = {"ref": bytes, "int": int, "bool": int}
    return tuple[tuple(heads.get(n) or plain.get(kinds[n], str) | None for n in names_of(entity))]  # type: ignore[misc]
