"""Pages for a device: a first copy in one keyset over all visible buckets, then what changed since a cursor. Rows
go from the database's cursor into JSON untouched; nothing outside the view is ever read into a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

from gridworker.models.entity import BucketClass, Entity
from gridworker.models.registry import BY_NAME, ENTITIES, hangs_on
from gridworker.server.database import Domain
from gridworker.server.scope import View
from gridworker.store.connection import Connection
from gridworker.sync.protocol.messages import Bootstrap, Limits, Page, Position, Pull, WireGone, WirePart
from gridworker.sync.protocol.wire_rows import columns

PUT, DEL, MOVE_OUT = "PUT", "DEL", "MOVE_OUT"
#: Rows are read in runs of this many; the size of a page is looked at between runs.
RUN = 500
_NO_ID = b""

Record = tuple[str, bytes]
T = TypeVar("T")


@dataclass
class _Draft:
    """A page being filled."""

    connection: Connection
    domain: Domain
    view: View
    left: int
    bytes_left: int
    parts: dict[tuple[str, bytes], list[bytes]] = field(default_factory=dict)
    gone: list[WireGone] = field(default_factory=list)
    parents: dict[str, set[bytes]] = field(default_factory=dict)
    sent: set[Record] = field(default_factory=set)

    @property
    def full(self) -> bool:
        return self.left <= 0 or self.bytes_left <= 0

    def add(self, entity: str, bucket: bytes, rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        encoded = msgspec.json.encode(rows)[1:-1]
        self.parts.setdefault((entity, bucket), []).append(encoded)
        self.left -= len(rows)
        self.bytes_left -= len(encoded)
        self.sent.update((entity, row[0]) for row in rows)
        for parent, place in _parents_of(entity):
            self.parents.setdefault(parent, set()).update(row[place] for row in rows)

    def read(self, sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """The driver's own tuples: they are encoded without being touched."""
        cursor: Any = self.connection.exec_driver_sql(sql, parameters).cursor
        return list(cursor.fetchall())

    def page(self, through: int, bootstrap: Bootstrap | None, *, more: bool) -> Page:
        self._add_newer_parents(bootstrap.s0 if bootstrap else through)
        ranked = sorted(self.parts.items(), key=lambda item: BY_NAME[item[0][0]].rank)
        parts = tuple(
            WirePart(entity, bucket, columns(entity), msgspec.Raw(b"[" + b",".join(runs) + b"]"))
            for (entity, bucket), runs in ranked
        )
        return Page(parts, tuple(self.gone), through, bootstrap, more)

    def _add_newer_parents(self, bound: int) -> None:
        """A row's parent whose newest change lies after `bound` would come on a later page: it is sent along, or the
        row would stand there without it."""
        if bound >= self.domain.head:
            return
        for entity in reversed(ENTITIES):
            wanted = [i for i in self.parents.get(entity.name, ()) if (entity.name, i) not in self.sent]
            for run in _runs(wanted):
                marks = ", ".join("?" * len(run))
                newer = self.read(
                    "SELECT record_id FROM feed WHERE domain_id = ? AND entity = ? AND seq > ? "
                    f"AND bucket_id IN ({', '.join('?' * len(self.view.ids))}) AND record_id IN ({marks})",
                    (self.domain.id, entity.name, bound, *self.view.ids, *run),
                )
                add_records(self, entity.name, [row[0] for row in newer])


def page(
    connection: Connection,
    domain: Domain,
    view: View,
    pull: Pull,
    limits: Limits,
    *,
    clean: frozenset[Record] = frozenset(),
    shown: Iterable[Record] = (),
) -> Page:
    """The next page for `pull`. Rows in `clean` are left out: their sender already holds them. The records `shown`
    are added as they are now, if they are visible: their sender must replace its picture of them."""
    draft = _Draft(connection, domain, view, min(limits.rows, max(pull.rows, 1)), limits.down_bytes)
    if pull.cursor is None:
        found = _first_copy(draft, pull.bootstrap)
    else:
        found = _changes(draft, min(pull.cursor, domain.head), clean)
    by_entity: dict[str, list[bytes]] = {}
    for entity, record in shown:
        if (entity, record) not in draft.sent and entity in BY_NAME:
            by_entity.setdefault(entity, []).append(record)
    for entity, records in by_entity.items():
        add_records(draft, entity, list(dict.fromkeys(records)))
    return draft.page(*found[:2], more=found[2])


def add_records(draft: _Draft, entity: str, records: Sequence[bytes]) -> None:
    """Add these records as they are now, as far as they are visible."""
    for run in _runs(records):
        marks = ", ".join("?" * len(run))
        rows = draft.read(f"{_select(entity, bucket=True)} AND id IN ({marks})", (draft.domain.id, *run))
        by_bucket: dict[bytes, list[tuple[Any, ...]]] = {}
        for row in rows:
            if row[0] in draft.view.ids:
                by_bucket.setdefault(row[0], []).append(row[1:])
        for bucket, found in by_bucket.items():
            draft.add(entity, bucket, found)


# -- the first copy ----------------------------------------------------------------------------------------------


def knows_position(view: View, position: Position | None) -> bool:
    """False when a copy cannot go on from `position`: its bucket or entity is not part of the view."""
    return position is None or next(iter(_stations(view, position)), None) is not None


def _first_copy(draft: _Draft, under_way: Bootstrap | None) -> tuple[int, Bootstrap | None, bool]:
    s0 = min(under_way.s0, draft.domain.head) if under_way else draft.domain.head
    begun = under_way.after if under_way else None
    only = frozenset(under_way.buckets or ()) if under_way else frozenset()
    for bucket, entities, after in _stations(draft.view, begun):
        if only and bucket not in only:
            continue
        filled = _filled(draft, bucket, entities)
        for entity in entities:
            if entity.name in filled:
                after = _add_all(draft, entity.name, bucket, after)
            if draft.full:
                position = Position(bucket, entity.name, after)
                return 0, Bootstrap(s0, position, under_way.buckets if under_way else UNSET), True
            after = _NO_ID
    return s0, None, s0 < draft.domain.head


def _add_all(draft: _Draft, entity: str, bucket: bytes, after: bytes) -> bytes:
    """Add what a bucket holds of `entity` after an id, as far as the page has room. Returns the last id."""
    while not draft.full:
        asked = min(RUN, draft.left)
        rows = draft.read(
            f"{_select(entity)} AND bucket_id = ? AND id > ? ORDER BY id LIMIT ?",
            (draft.domain.id, bucket, after, asked),
        )
        draft.add(entity, bucket, rows)
        if rows:
            after = rows[-1][0]
        if len(rows) < asked:
            break
    return after


def _filled(draft: _Draft, bucket: bytes, entities: tuple[Entity, ...]) -> frozenset[str]:
    """Which of `entities` have a row in the bucket: most have none, and to ask each for its rows takes as long as to
    read those of the others."""
    found = draft.read(_any_of(entities), (draft.domain.id, bucket) * len(entities))
    return frozenset(row[0] for row in found)


def _stations(view: View, after: Position | None) -> Iterator[tuple[bytes, tuple[Entity, ...], bytes]]:
    """(bucket, its entities, the id after which to read the first of them), from `after` on, in the one fixed order."""
    passed = after is None
    for bucket, bucket_class in view.buckets:
        entities = _entities_in(bucket_class)
        if passed:
            yield bucket, entities, _NO_ID
        elif after is not None and bucket == after.bucket:
            names = [entity.name for entity in entities]
            if after.entity not in names:
                return
            passed = True
            yield bucket, entities[names.index(after.entity) :], after.id


# -- what changed ------------------------------------------------------------------------------------------------


def _changes(draft: _Draft, cursor: int, clean: frozenset[Record]) -> tuple[int, Bootstrap | None, bool]:
    # Asked in a CASE, the buckets are no way in: the search stays on (domain, seq). By bucket it would read the whole
    # history of every bucket.
    head = draft.domain.head
    buckets = tuple(draft.view.ids)
    marks = ", ".join("?" * len(buckets))
    if not buckets:  # an account without a post in force sees nothing
        return head, None, False
    while cursor < head and not draft.full:
        asked = min(RUN, draft.left)
        pointers = draft.read(
            "SELECT seq, bucket_id, entity, record_id, row_version, kind FROM feed WHERE domain_id = ? AND seq > ? "
            f"AND CASE WHEN bucket_id IN ({marks}) THEN 1 ELSE 0 END = 1 ORDER BY seq LIMIT ?",
            (draft.domain.id, cursor, *buckets, asked),
        )
        _serve(draft, [p for p in pointers if (p[2], p[3]) not in clean])
        cursor = pointers[-1][0] if len(pointers) == asked else head
    return cursor, None, cursor < head


def _serve(draft: _Draft, pointers: Sequence[tuple[Any, ...]]) -> None:
    """Put the rows behind `pointers` into the page: each only if it still lies in the pointer's bucket."""
    wanted: dict[str, dict[bytes, bytes]] = {}
    leaving: dict[str, list[tuple[bytes, int]]] = {}
    for _, bucket, entity, record, version, kind in pointers:
        if kind == MOVE_OUT:
            leaving.setdefault(entity, []).append((record, version))
        else:
            wanted.setdefault(entity, {})[record] = bucket
    for entity, buckets in wanted.items():
        for run in _runs(list(buckets)):
            _serve_run(draft, entity, run, buckets)
    for entity, records in leaving.items():
        _let_go(draft, entity, records)


def _serve_run(draft: _Draft, entity: str, run: Sequence[bytes], buckets: dict[bytes, bytes]) -> None:
    marks = ", ".join("?" * len(run))
    by_bucket: dict[bytes, list[tuple[Any, ...]]] = {}
    for row in draft.read(f"{_select(entity, bucket=True)} AND id IN ({marks})", (draft.domain.id, *run)):
        if row[0] == buckets[row[1]]:
            by_bucket.setdefault(row[0], []).append(row[1:])
    for bucket, rows in by_bucket.items():
        draft.add(entity, bucket, rows)


def _let_go(draft: _Draft, entity: str, records: Sequence[tuple[bytes, int]]) -> None:
    """Tell which records left the scope; one that moved between two visible buckets did not."""
    for run in _runs(records):
        marks = ", ".join("?" * len(run))
        rows = draft.read(
            f"SELECT id, bucket_id FROM {entity} WHERE domain_id = ? AND id IN ({marks})",
            (draft.domain.id, *(record for record, _ in run)),
        )
        staying = {row[0] for row in rows if row[1] in draft.view.ids}
        draft.gone += [WireGone(entity, record, version) for record, version in run if record not in staying]


# -- statements --------------------------------------------------------------------------------------------------


def _runs(items: Sequence[T]) -> Iterable[Sequence[T]]:
    for start in range(0, len(items), RUN):
        yield items[start : start + RUN]


@cache
def _select(entity: str, *, bucket: bool = False) -> str:
    names = ("bucket_id", *columns(entity)) if bucket else columns(entity)
    return f"SELECT {', '.join(names)} FROM {entity} WHERE domain_id = ?"


@cache
def _entities_in(bucket_class: BucketClass) -> tuple[Entity, ...]:
    """What may lie in a bucket of that class, in the order of a first copy."""
    return tuple(entity for entity in ENTITIES if bucket_class in entity.bucket.classes)


@cache
def _any_of(entities: tuple[Entity, ...]) -> str:
    """The statement for those of `entities` that have a row in a bucket."""
    return " UNION ALL ".join(
        f"SELECT '{entity.name}' WHERE EXISTS (SELECT 1 FROM {entity.name} WHERE domain_id = ? AND bucket_id = ?)"
        for entity in entities
    )


@cache
def _parents_of(entity: str) -> tuple[tuple[str, int], ...]:
    """The parents without which a row cannot stand in a client's database, with their place in the wire row."""
    declared = BY_NAME[entity]
    return tuple(
        (f.refers, columns(entity).index(f.name)) for f in declared.wire_fields if hangs_on(declared, f)
    )
