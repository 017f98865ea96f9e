"""What came and cannot stand here yet: fields that only a newer version knows, and rows whose parent is not here. Kept
beside, never shown or exported, gone with their record, and put in place as soon as they can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import msgspec

from gridworker.models.entity import Entity, Kind
from gridworker.models.op import Value
from gridworker.models.registry import BY_NAME, hangs_on
from gridworker.store.connection import Connection
from gridworker.store.statements import run, run_many

#: Why something is parked.
FIELDS, PARENT = "fields", "parent"
#: More than this of one record's unknown fields is not kept: the record comes whole after the upgrade.
MOST_BYTES = 8 * 1024
_HEAD = ("id", "row_version", "deleted")
_CHUNK = 400


def keep_fields(
    connection: Connection, unknown: Iterable[tuple[str, bytes, bytes, Mapping[str, Any]]]
) -> None:
    """Keep (entity, bucket, record, values) of fields this version does not know, instead of what was kept before."""
    rows, told = [], []
    for entity, bucket, record, values in unknown:
        told.append((entity, record, FIELDS))
        body = msgspec.json.encode(values)
        if values and len(body) <= MOST_BYTES:
            rows.append((entity, record, FIELDS, bucket, body))
    run_many(connection, "DELETE FROM parked WHERE entity = ? AND record_id = ? AND why = ?", told)
    run_many(connection, "INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?)", rows)


def stand(
    connection: Connection,
    entity: Entity,
    bucket: bytes,
    rows: Sequence[tuple[Value, ...]],
    here: defaultdict[str, set[bytes]],
) -> Sequence[tuple[Value, ...]]:
    """The rows that can stand: whose parents are here or among `rows`. The others are parked. `here` are records known
    to be in the database, by entity; it learns of those that were looked up."""
    columns = (*_HEAD, *(f.name for f in entity.wire_fields))
    links = [(columns.index(f.name), f.refers) for f in entity.wire_fields if hangs_on(entity, f)]
    waiting: set[bytes] = set()
    for place, refers in links:
        own = {row[0] for row in rows} if refers == entity.name else set()
        named = set(map(itemgetter(place), rows)) - own - here[refers]
        wanted = {record for record in named if isinstance(record, bytes)}
        here[refers] |= (found := known(connection, refers, sorted(wanted)))
        if missing := wanted - found:
            waiting |= {row[0] for row in rows if row[place] in missing and isinstance(row[0], bytes)}
    if not waiting:
        return rows
    parked = [
        (entity.name, row[0], PARENT, bucket, msgspec.msgpack.encode(list(row)))
        for row in rows
        if row[0] in waiting
    ]
    run_many(connection, "INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?)", parked)
    return [row for row in rows if row[0] not in waiting]


def known(connection: Connection, entity: str, ids: Sequence[bytes]) -> set[bytes]:
    """Those of `ids` whose rows are here."""
    found: set[bytes] = set()
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        sql = f"SELECT id FROM {entity} WHERE id IN ({', '.join('?' * len(part))})"
        found.update(row[0] for row in run(connection, sql, part))
    return found


def take_orphans(connection: Connection) -> list[tuple[Entity, bytes, list[tuple[Value, ...]]]]:
    """The parked rows, to be tried again after others came; they are no longer parked."""
    rows = run(
        connection, "DELETE FROM parked WHERE why = ? RETURNING entity, bucket_id, body", (PARENT,)
    ).fetchall()
    found = [
        (BY_NAME[e], bucket, [tuple(msgspec.msgpack.decode(body))])
        for e, bucket, body in rows
        if e in BY_NAME
    ]
    return sorted(found, key=lambda item: item[0].rank)


def has_orphans(connection: Connection) -> bool:
    return run(connection, "SELECT 1 FROM parked WHERE why = ? LIMIT 1", (PARENT,)).fetchone() is not None


def replay_fields(connection: Connection) -> int:
    """Put parked fields in place that this version knows by now. Returns how many records had some."""
    done = 0
    rows = run(connection, "SELECT entity, record_id, body FROM parked WHERE why = ?", (FIELDS,)).fetchall()
    for name, record, body in rows:
        entity = BY_NAME.get(name)
        refs = {f.name: f.kind is Kind.REF for f in entity.wire_fields} if entity else {}
        values = msgspec.json.decode(body)
        known = {field: value for field, value in values.items() if field in refs}
        for field, value in known.items():
            kept = msgspec.convert(value, bytes, strict=False) if refs[field] and value is not None else value
            run(connection, f"UPDATE {name} SET {field} = ? WHERE id = ?", (kept, record))
        rest = {field: value for field, value in values.items() if field not in refs}
        key = (name, record, FIELDS)
        if known and rest:
            body = msgspec.json.encode(rest)
            run(
                connection,
                "UPDATE parked SET body = ? WHERE entity = ? AND record_id = ? AND why = ?",
                (body, *key),
            )
        elif known:
            run(connection, "DELETE FROM parked WHERE entity = ? AND record_id = ? AND why = ?", key)
        done += bool(known)
    return done


def counts(connection: Connection) -> list[tuple[str, str, int]]:
    """(entity, why, how many), for the doctor."""
    rows = run(
        connection, "SELECT entity, why, count(*) FROM parked GROUP BY entity, why ORDER BY entity, why"
    )
    return [(row[0], row[1], row[2]) for row in rows]


def forget(connection: Connection, records: Sequence[bytes]) -> None:
    """Part of letting go of records."""
    run_many(connection, "DELETE FROM parked WHERE record_id = ?", [(record,) for record in records])
