"""Takes in what the server answered: receipts for our ops and pages of rows, with the cursor, in one transaction.
Rows with ops still unanswered keep what the person typed on top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING

from gridworker.changes import ALL_CHANGED, Changes
from gridworker.models.entity import Entity
from gridworker.models.erasure import ERASURE
from gridworker.models.ids import new_id
from gridworker.models.op import OpKind, OpResult, Outcome, Value
from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.models.validation import Rules
from gridworker.store import (
    demand_log,
    erasing,
    following,
    history,
    notices,
    outbox,
    parked,
    purge,
    search,
    state,
    statistics,
    stuck,
    unseen,
)
from gridworker.store.apply import apply_op
from gridworker.store.connection import Connection
from gridworker.store.database import LOG_PAGES, LONG_LOG_PAGES, broken_rule
from gridworker.store.frozen_rules import quoting_files
from gridworker.store.judging import Actor, Judge
from gridworker.store.purge import ScopeNow
from gridworker.store.saving import visits_of
from gridworker.store.statements import run
from gridworker.store.statistics import Touched
from gridworker.store.touching import touch_rows, touch_stored, wire_columns
from gridworker.store.workspace import Shape, Workspace

if TYPE_CHECKING:
    from gridworker.store.store import Store

#: Above this many rows a page is bulk: figures are rebuilt at the end and search catches up in the background.
BULK = 400
_CHUNK = 400
#: Above every version a row can have.
_NEWEST = 2**62


@dataclass(frozen=True)
class Part:
    """Rows of one entity in one bucket: (id, row_version, deleted, *wire fields in the registry's order)."""

    entity: str
    bucket_id: bytes
    rows: Sequence[tuple[Value, ...]]
    unknown: tuple[tuple[bytes, Mapping[str, object]], ...] = ()  # (id, fields only a newer version knows)


@dataclass(frozen=True)
class Gone:
    """A record that left this device's scope."""

    entity: str
    id: bytes
    row_version: int


def receive(
    store: Store,
    results: Sequence[OpResult],
    parts: Sequence[Part],
    gone: Sequence[Gone],
    facts: Mapping[str, bytes],
    scope: ScopeNow | None = None,
) -> Changes:
    """Settle `results`, let go of what lies outside a new `scope`, apply the page and keep `facts` (cursor …) in
    local_state: all or nothing."""
    size = sum(len(part.rows) for part in parts)
    touched = Touched()
    with store.database.write(log_pages=LONG_LOG_PAGES if size > BULK else LOG_PAGES) as connection:
        answered = stuck.sort_out(connection, results, store.clock.milliseconds())
        settled = _settle(connection, answered, touched)
        changed = [(entity, record) for _, entity, record in settled]
        for kind, record in unseen.written(store, connection, settled):
            remove_record(connection, Gone(kind, record, _NEWEST), touched, traces=False)
        stuck.hold_back(connection)
        if scope is not None:
            purge.take_scope(connection, scope)
        pending = outbox.pending_records(connection) if parts else set()
        here: defaultdict[str, set[bytes]] = defaultdict(set)
        for part in parts:
            changed += _apply_part(store, connection, part, pending, touched, here, bulk=size > BULK)
            parked.keep_fields(connection, ((part.entity, part.bucket_id, *u) for u in part.unknown))
        for entity, bucket, rows in (
            parked.take_orphans(connection) if parts and parked.has_orphans(connection) else ()
        ):
            again = Part(entity.name, bucket, rows)
            changed += _apply_part(store, connection, again, pending, touched, here, bulk=size > BULK)
        if parts:
            _bring_back(store, connection, pending, touched)
        if _erase(connection, parts, touched):
            purge.note_steps(connection, purge.TRACES)
        for leaving in gone:
            if remove_record(connection, leaving, touched):
                purge.note_steps(connection, purge.TRACES)
            changed.append((leaving.entity, leaving.id))
        if size > BULK:
            statistics.refresh_visits(connection, touched)
            state.put(connection, {statistics.STALE: b"1"})
        else:
            statistics.recompute(connection, touched)
        state.put(connection, facts)
    store.forget_cached()
    return ALL_CHANGED if size > BULK or scope is not None else Changes.of(changed)


def _bring_back(
    store: Store, connection: Connection, pending: set[tuple[str, bytes]], touched: Touched
) -> None:
    """What was made here and has no answer yet went with the record it hangs on, when that had left. Where this is
    here again, so is what was made."""
    for entity in ENTITIES if pending else ():
        made = [record for name, record in pending if name == entity.name and entity.bucket.parents]
        missing = sorted(set(made) - parked.known(connection, entity.name, made))
        for record in missing:
            if not run(connection, "SELECT 1 FROM erasure WHERE record_id = ?", (record,)).fetchone():
                _put_on_top(store, connection, entity, record, anew=True)
        rows = [tuple(row.values()) for row in _stored(connection, entity, missing).values()]
        touch_rows(entity, rows, touched, bulk=False)
        if entity in search.FINDABLE:
            search.index_records(connection, entity, [row[0] for row in rows if isinstance(row[0], bytes)])


def _erase(connection: Connection, parts: Sequence[Part], touched: Touched) -> bool:
    """Let go of the records whose tombstones came, however new the row here is. True if there was any trace."""
    columns = wire_columns(ERASURE)
    found = False
    for row in (row for sent in parts if sent.entity == ERASURE.name for row in sent.rows):
        entity, record = row[columns.index("entity")], row[columns.index("record_id")]
        if isinstance(record, bytes):
            found |= remove_record(connection, Gone(str(entity), record, _NEWEST), touched)
            purge.forget_traces(connection, [record])
            quoting = quoting_files(connection, record)
            for part in quoting:
                found |= remove_record(connection, Gone("frozen_file", part, _NEWEST), touched)
            purge.forget_traces(connection, quoting)
    if connection.exec_driver_sql("SELECT 1 FROM erasure LIMIT 1").fetchone():
        erasing.forget_answered(connection)
    return found


def finish_bulk(store: Store, *, over: Sequence[str] = ()) -> None:
    """Rebuild the kept figures after the last page of a bulk pull, if they are not current, and take back the notices
    that are `over` with it."""
    with store.database.write(log_pages=LONG_LOG_PAGES) as connection:
        statistics.rebuild_stale(connection)
        for code in over:
            notices.clear(connection, code)


def _settle(
    connection: Connection, results: Sequence[OpResult], touched: Touched
) -> list[tuple[OpResult, str, bytes]]:
    settled = outbox.settle(connection, results)
    _forget_unconfirmed(connection, settled, touched)
    held = [result.seq for result, *_ in settled if result.outcome is Outcome.HELD]
    for op in outbox.ops_at(connection, held):  # until somebody accepts it, there is no such record
        if op.kind is OpKind.CREATE and op.entity in BY_NAME:
            remove_record(connection, Gone(op.entity, op.record, 0), touched)
    by_entity: dict[str, list[tuple[bytes, OpResult]]] = {}
    for result, entity, record in settled:
        by_entity.setdefault(entity, []).append((record, result))
    for entity, answers in by_entity.items():
        _take_versions(connection, entity, answers)
    return settled


def _forget_unconfirmed(
    connection: Connection, settled: Sequence[tuple[OpResult, str, bytes]], touched: Touched
) -> None:
    """What an op left in a log here, without having taken effect at the server, is no entry."""
    in_vain = [
        (result.seq, record)
        for result, entity, record in settled
        if result.outcome not in (Outcome.APPLIED, Outcome.MERGED)
        and entity in BY_NAME
        and (machine := BY_NAME[entity].machine)
        and machine.log
    ]
    touched.demands.update(record for _, record in in_vain)
    for start in range(0, len(in_vain), _CHUNK):
        part = [seq for seq, _ in in_vain[start : start + _CHUNK]]
        sql = f"SELECT op_id FROM outbox WHERE seq IN ({', '.join('?' * len(part))})"
        demand_log.drop_unconfirmed(connection, [row[0] for row in run(connection, sql, part)])


def _take_versions(connection: Connection, entity: str, answers: Sequence[tuple[bytes, OpResult]]) -> None:
    """Where the server's row is the one we know with our change on top, its version comes with the receipt. Where it
    differs, version 0 lets the server's row, which then is in the page, replace ours."""
    records = list(dict.fromkeys(record for record, _ in answers))
    versions: dict[bytes, int] = {}
    for start in range(0, len(records), _CHUNK):
        part = records[start : start + _CHUNK]
        sql = f"SELECT id, row_version FROM {entity} WHERE id IN ({', '.join('?' * len(part))})"
        versions.update((row[0], row[1]) for row in run(connection, sql, part))
    for record, result in answers:  # several ops of one record count up one after the other
        if record in versions:
            seen = versions[record] + int(result.outcome is Outcome.APPLIED)
            clean = result.outcome in (Outcome.APPLIED, Outcome.NOOP) and result.row_version == seen
            versions[record] = result.row_version if clean else 0
    alike: dict[int, list[bytes]] = {}  # of new records all are the first
    for record, version in versions.items():
        alike.setdefault(version, []).append(record)
    for version, same in alike.items():
        for start in range(0, len(same), _CHUNK):
            part = same[start : start + _CHUNK]
            sql = f"UPDATE {entity} SET row_version = ? WHERE id IN ({', '.join('?' * len(part))})"
            run(connection, sql, (version, *part))


def _apply_part(
    store: Store,
    connection: Connection,
    part: Part,
    pending: set[tuple[str, bytes]],
    touched: Touched,
    here: defaultdict[str, set[bytes]],
    *,
    bulk: bool,
) -> list[tuple[str, bytes]]:
    """Write the rows of one part; `here` learns which records are in the database for sure. Returns what may have
    changed, nothing of a bulk: everything has."""
    entity = BY_NAME.get(part.entity)
    if entity is None:
        return []
    if entity.group:
        part = replace(part, rows=parked.stand(connection, entity, part.bucket_id, part.rows, here))
    own = {record for name, record in pending if name == part.entity}
    if bulk and not own and _insert(connection, entity, part.bucket_id, part.rows):
        here[entity.name].update(map(itemgetter(0), part.rows))
        touch_rows(entity, part.rows, touched, bulk=True)
        if entity.name == search.AMENDMENT:
            amended = [row[0] for row in part.rows if isinstance(row[0], bytes)]
            search.index_amended(connection, visits_of(connection, amended), bulk=True)
        return []
    plain = [row for row in part.rows if row[0] not in own] if own else part.rows
    ids = [row[0] for row in part.rows if isinstance(row[0], bytes)]
    findable = search.known_of(connection, entity, ids) if entity in search.FINDABLE and bulk else ids
    if not bulk:
        touch_stored(connection, entity, ids, touched)
    before = {} if bulk else _stored(connection, entity, ids)
    moved = following.strayed(connection, entity, part.bucket_id, [i for i in ids if i not in own])
    _upsert(connection, entity, part.bucket_id, plain)
    if not own:
        here[entity.name].update(ids)
    following.bring_after(connection, entity, moved, part.bucket_id)
    for row in part.rows if own else ():
        if row[0] in own:
            _replay(store, connection, entity, part.bucket_id, row)
    if not bulk:
        _remember(store, connection, entity, plain, before)
    touch_rows(entity, part.rows, touched, bulk=bulk)
    if entity in search.FINDABLE:
        search.index_records(connection, entity, findable)
    elif entity.name == search.AMENDMENT:
        search.index_amended(connection, visits_of(connection, ids), bulk=bulk)
    return [] if bulk else [(part.entity, record) for record in ids]


def _upsert(connection: Connection, entity: Entity, bucket: bytes, rows: Sequence[tuple[Value, ...]]) -> None:
    if rows:
        names = ("bucket_id", *wire_columns(entity))
        sets = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
        connection.exec_driver_sql(
            f"{_insertion(entity.name, '?1', 2)} ON CONFLICT (id) DO UPDATE SET {sets} "
            "WHERE excluded.row_version > row_version",
            [(bucket, *row) for row in rows],
        )


def _insert(connection: Connection, entity: Entity, bucket: bytes, rows: Sequence[tuple[Value, ...]]) -> bool:
    """Write rows that are all new here, as those of a first copy are: nothing hangs on them yet. False at the first
    that is not; those before it are written, which an upsert of all of them does not mind."""
    statement = _insertion(entity.name, f"x'{bucket.hex()}'", 1)  # so the rows go to the driver as they came
    try:
        connection.exec_driver_sql(statement, list(rows))
    except broken_rule():
        return False
    return True


def _insertion(entity: str, bucket: str, first: int) -> str:
    """The statement for rows in the SQL `bucket`, whose columns are parameters from number `first` on."""
    names = wire_columns(BY_NAME[entity])
    values = [bucket, *(f"?{number}" for number in range(first, first + len(names)))]
    extra_names = ""
    if entity == "visit":  # the local present values begin as the submitted ones
        extra_names = ", now_on, now_outcome, now_next_on, now_void"
        values += [values[1 + names.index(name)] for name in ("visited_on", "outcome", "next_on")] + ["0"]
    return f"INSERT INTO {entity} (bucket_id, {', '.join(names)}{extra_names}) VALUES ({', '.join(values)})"


def _stored(connection: Connection, entity: Entity, ids: Sequence[bytes]) -> dict[Value, dict[str, Value]]:
    """The wire image of the rows that are here already, by id."""
    columns, found = wire_columns(entity), {}
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        marks = ", ".join("?" * len(part))
        sql = f"SELECT {', '.join(columns)} FROM {entity.name} WHERE id IN ({marks})"
        found.update({row[0]: dict(zip(columns, row, strict=True)) for row in run(connection, sql, part)})
    return found


def _remember(
    store: Store,
    connection: Connection,
    entity: Entity,
    rows: Sequence[tuple[Value, ...]],
    before: Mapping[Value, dict[str, Value]],
) -> None:
    """Keep what others changed, so that a record's last 30 days can be read."""
    columns, steps = wire_columns(entity), []
    for row in rows:
        after, old = dict(zip(columns, row, strict=True)), before.get(row[0])
        if old is None or int(str(after["row_version"])) > int(str(old["row_version"])):
            steps.append(history.step_between(entity.name, old, after))
    told = [step for step in steps if step is not None]
    if told:
        at = store.clock.milliseconds()
        history.note(connection, told, txn=new_id(), act=history.RECEIVED, by=None, at=at)


def _replay(
    store: Store, connection: Connection, entity: Entity, bucket: bytes, row: tuple[Value, ...]
) -> None:
    """Take the server's row and put this device's unanswered ops back on top of it."""
    record = row[0]
    assert isinstance(record, bytes)
    _upsert(connection, entity, bucket, [row])
    _put_on_top(store, connection, entity, record)


def _put_on_top(
    store: Store, connection: Connection, entity: Entity, record: bytes, *, anew: bool = False
) -> None:
    """Apply this device's unanswered ops on a record to what is here of it; `anew`: nothing is."""
    workspace = Workspace(connection, Shape())
    actor = Actor(store.known.member_id, store.known.device_id, None)
    judge = Judge(
        store.clock.today(), Rules(practice=store.known.practice), authoritative=False, mine_on_top=True
    )
    for op in outbox.pending_ops(connection, record):
        # a named record may have been deleted and made again
        if anew or entity.named or op.kind is not OpKind.CREATE:
            apply_op(workspace, op, actor, judge)
    workspace.flush()


def remove_record(connection: Connection, gone: Gone, touched: Touched, *, traces: bool = True) -> bool:
    """Remove a record with everything below it and, with `traces`, what was kept of it elsewhere. False if it is not
    here."""
    entity = BY_NAME.get(gone.entity)
    if entity is None:
        return False
    rid = connection.exec_driver_sql(
        f"SELECT rid FROM {entity.name} WHERE id = ? AND row_version <= ?", (gone.id, gone.row_version)
    ).scalar()
    if rid is None:
        return False
    for child in (
        ENTITIES
    ):  # also what was never sent: its op stays in the outbox, the row must not outlive its parent
        for field in (name for name, parent in child.bucket.parents if parent == entity.name):
            below = connection.exec_driver_sql(
                f"SELECT id, row_version FROM {child.name} WHERE {field} = ?", (gone.id,)
            ).fetchall()
            for record, version in below:
                remove_record(connection, Gone(child.name, record, version), touched, traces=traces)
    touch_stored(connection, entity, (gone.id,), touched)
    connection.exec_driver_sql(f"DELETE FROM {entity.name} WHERE rid = ?", (rid,))
    search.forget(connection, entity, (rid,))
    if traces:
        purge.forget_traces(connection, [gone.id])
    if entity.name == "household":
        touched.households.add(gone.id)
    return True
