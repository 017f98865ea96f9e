"""Lets go of what left this account's scope: rows at once, then the traces they left in figures, search tables, file
and log, as steps that may be begun again after a crash. Knows nothing of networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from gridworker.errors import DatabaseBusy, DiskFull
from gridworker.models.entity import Entity
from gridworker.models.registry import ENTITIES, hangs_on
from gridworker.store import backup, outbox, parked, search, state, statistics
from gridworker.store.connection import Connection
from gridworker.store.statements import run, scalar

if TYPE_CHECKING:
    from gridworker.store.store import Store

#: local_state: what to tell the server once everything is gone, and the one copy made since.
RECEIPT, FRESH_COPY = "purge.receipt", "purge.fresh_copy"
_PENDING, _EPOCH = "purge.pending", "purge.epoch"
_CHUNK = 400
_EMPTY: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True)
class ScopeNow:
    """What the server says this account may see: `epoch` and `buckets`. `facts` are kept in local_state with it."""

    epoch: int
    buckets: frozenset[bytes]
    facts: Mapping[str, bytes] = field(default_factory=lambda: _EMPTY)


def take_scope(connection: Connection, scope: ScopeNow) -> bool:
    """Remove every row outside `scope`, with its drafts and what was kept of its ops, and note the steps that remain,
    in the caller's transaction. False, and nothing changed, while ops of this device wait for their answer: they are
    pushed first."""
    waiting = scalar(connection, "SELECT count(*) FROM outbox WHERE state IN ('new', 'sent')")
    if waiting:
        return False
    leaving: set[bytes] = set()
    for entity in reversed(ENTITIES):
        found = {row[0] for row in run(connection, f"SELECT DISTINCT bucket_id FROM {entity.name}")}
        outside = found - scope.buckets
        leaving |= outside
        for bucket in outside:
            ids = run(connection, f"SELECT id FROM {entity.name} WHERE bucket_id = ?", (bucket,)).fetchall()
            let_go(connection, entity, [row[0] for row in ids])
    state.put(connection, scope.facts)
    if leaving:
        _drop_orphans(connection)
        _drop_histories(connection)
        note_steps(connection)
        state.put(connection, {_EPOCH: str(scope.epoch).encode()})
    return True


def let_go(connection: Connection, entity: Entity, ids: Iterable[bytes]) -> None:
    """Remove records with what this computer kept of them beside the row: drafts, the content of answered ops, the
    payload of audit rows. Search entries go in a later step."""
    records = list(ids)
    for start in range(0, len(records), _CHUNK):
        part = records[start : start + _CHUNK]
        marks = ", ".join("?" * len(part))
        run(connection, f"DELETE FROM {entity.name} WHERE id IN ({marks})", part)
        forget_traces(connection, part)


def forget_traces(connection: Connection, records: list[bytes]) -> None:
    """What is kept of at most a few hundred records outside their rows."""
    marks = ", ".join("?" * len(records))
    parked.forget(connection, records)
    run(connection, f"DELETE FROM draft WHERE target_id IN ({marks})", records)
    run(connection, f"DELETE FROM history WHERE record_id IN ({marks})", records)
    run(
        connection,
        f"UPDATE outbox SET payload = x'' WHERE NOT {outbox.UNANSWERED} AND record_id IN ({marks})",
        records,
    )
    run(
        connection,
        f"DELETE FROM audit_payload WHERE n IN (SELECT n FROM audit WHERE record_id IN ({marks}))",
        records,
    )


def _drop_orphans(connection: Connection) -> None:
    """Rows whose required parent is gone: made here with another place in mind, refused, and outside all the same."""
    for entity in ENTITIES:
        for link in (each for each in entity.fields if hangs_on(entity, each)):
            rows = run(
                connection,
                f"SELECT id FROM {entity.name} a WHERE a.{link.name} IS NOT NULL AND NOT EXISTS "
                f"(SELECT 1 FROM {link.refers} b WHERE b.id = a.{link.name})",
            ).fetchall()
            let_go(connection, entity, [row[0] for row in rows])


def _drop_histories(connection: Connection) -> None:
    """What was kept of records that are here no longer: refused ones that were taken back, of any place."""
    for entity in ENTITIES:
        run(
            connection,
            "DELETE FROM history WHERE entity = ? AND NOT EXISTS "
            f"(SELECT 1 FROM {entity.name} a WHERE a.id = history.record_id)",
            (entity.name,),
        )


def note_steps(connection: Connection, first: int = 0) -> None:
    """From here on `finish` has work to do, also after a crash: the steps from number `first` on."""
    begun = _step(connection)
    state.put(connection, {_PENDING: str(first if begun is None else min(begun, first)).encode()})


# -- the steps ---------------------------------------------------------------------------------------------------


def finish(store: Store) -> bool:
    """Do every step that is left of a purge, in order; each may be repeated. True if there was one.

    Raises DiskFull, DatabaseBusy (a reader holds the log): the rest is done at the next call."""
    with store.database.read() as connection:
        begun = _step(connection)
    if begun is None:
        return False
    for place, step in enumerate(_STEPS):
        if place >= begun:
            step(store)
            with store.database.write() as connection:
                state.put(connection, {_PENDING: str(place + 1).encode()})
    with store.database.write() as connection:
        epoch = state.get(connection, _EPOCH)
        state.put(connection, {RECEIPT: epoch} if epoch else {})
        state.drop(connection, (_PENDING, _EPOCH))
    return True


def finish_or_leave(store: Store) -> None:
    """`finish` before the profile is shown. Without room on the disk the rows are gone all the same, and the steps
    wait for the next exchange: what was not sent yet must not be locked away."""
    with suppress(DiskFull):
        finish(store)


def _step(connection: Connection) -> int | None:
    """The first step that was not done yet, or None when nothing is pending."""
    raw = state.get(connection, _PENDING)
    return int(raw) if raw else None


def _figures(store: Store) -> None:
    with store.database.write() as connection:
        statistics.rebuild(connection)


def _search_tables(store: Store) -> None:
    """Entries without a record go, and their words with them: a search table keeps those until it is merged."""
    for entity in search.FINDABLE:
        with store.database.write() as connection:
            search.forget_missing(connection, entity)


def _file(store: Store) -> None:
    with store.database.bare() as raw:
        raw.execute("PRAGMA incremental_vacuum").fetchall()


def _log(store: Store) -> None:
    with store.database.bare() as raw:
        busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise DatabaseBusy(path=str(store.database.path))


def _copy(store: Store) -> None:
    """One verified copy without what has left; those made before stay until the server said the same twice."""
    known = _copies(store)
    older = {path.name for path in backup.rolling(store.folder)} | set(known.older if known else ())
    store.set_state({FRESH_COPY: msgspec.json.encode(_Copies(tuple(sorted(older))))})
    store.back_up()


#: Where to begin when only single records left and the figures were set right with them.
TRACES = 1
_STEPS: tuple[Callable[[Store], None], ...] = (_figures, _search_tables, _file, _log, _copy)

# -- copies ------------------------------------------------------------------------------------------------------

#: The server must have said the same epoch twice, this far apart, before older copies are given up.
SURE_AFTER_MS = 24 * 3600 * 1000


class _Copies(msgspec.Struct, frozen=True):
    """Copies made before a purge, and since when (server ms) the server has said the same epoch."""

    older: tuple[str, ...]
    epoch: int = 0
    since: int = 0


def _copies(store: Store) -> _Copies | None:
    raw = store.state(FRESH_COPY)
    return msgspec.json.decode(raw, type=_Copies) if raw else None


def protected(store: Store) -> frozenset[str]:
    """The names of copies that must not be given up yet."""
    known = _copies(store)
    return frozenset(known.older) if known else frozenset()


def confirm_copies(store: Store, epoch: int, server_ms: int) -> None:
    """The server said at `server_ms` that `epoch` is the present one: remove copies made before the purge once it
    said so twice, a day apart. A wrong purge can until then be undone from them."""
    known = _copies(store)
    if known is None:
        return
    if known.epoch != epoch or not known.since:
        store.set_state({FRESH_COPY: msgspec.json.encode(_Copies(known.older, epoch, server_ms))})
    elif server_ms - known.since >= SURE_AFTER_MS:
        backup.remove(store.folder, known.older)
        store.set_state({FRESH_COPY: b""})
