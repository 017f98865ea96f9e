"""Founding a community on a server: its first rows go through the same `apply` as everything else, in large
transactions. Called once, by the command line and by tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gridworker.errors import FieldInvalid, GridworkerError, ProfileExists
from gridworker.models.days import Clock
from gridworker.models.ids import new_id
from gridworker.models.mark import check_mark
from gridworker.models.op import Draft, Op, OpResult, Outcome
from gridworker.models.roles import AreaTree
from gridworker.models.upcasting import SCHEMA
from gridworker.models.validation import Rules
from gridworker.practice.community import practice_community
from gridworker.server import schema, trail
from gridworker.server.database import Domain, Place, ServerDatabase, domain_of
from gridworker.server.pointers import SCOPE_ENTITIES, write_feed
from gridworker.services.founding import Founding, found_community
from gridworker.store.apply import apply_op
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.store.judging import Actor, Judge
from gridworker.store.reading_ahead import prefetch
from gridworker.store.workspace import Shape, Workspace
from gridworker.sync.protocol.messages import ACTIVE, Community

#: Rows of one founding transaction.
BATCH = 5_000
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Beginning:
    """What a community begins with: `drafts` create its rows, the first of them the root of the area tree."""

    name: str
    code: str
    practice: bool
    drafts: Iterable[Draft]


def found(
    place: Place, beginning: Beginning, clock: Clock, progress: Progress | None = None
) -> ServerDatabase:
    """Make a server at `place` with one community in it and return it open. `progress(rows)` is called per batch.

    Raises ProfileExists, FieldInvalid, PracticeMix (a code of the wrong kind), FolderReadOnly, DiskFull,
    DatabaseAddressInvalid, DatabaseUnreachable; there is no usable server then."""
    check_mark(beginning.code, practice=beginning.practice)
    database = ServerDatabase.create(place, clock)
    try:
        with database.read() as connection:
            if connection.exec_driver_sql("SELECT 1 FROM domain_head LIMIT 1").scalar():
                raise ProfileExists(folder=database.where)
    except BaseException:
        database.close()
        raise
    try:
        _fill(database, beginning, progress or (lambda _rows: None))
    except BaseException:
        _clear(database, place)
        raise
    return database


def _clear(database: ServerDatabase, place: Place) -> None:
    """Leave nothing of a founding that failed."""
    if not isinstance(place, Path):
        with database.write() as connection:
            schema.drop(connection)
    database.close()
    if isinstance(place, Path):
        for path in place.glob("server.*"):
            path.unlink()


def _fill(database: ServerDatabase, beginning: Beginning, progress: Progress) -> None:
    drafts = iter(beginning.drafts)
    first = next(drafts, None)
    if first is None or first.entity != "area_unit":
        raise ValueError("the first draft must create the root of the area tree")
    domain = _domain(database, beginning, first.record)
    done = 0
    tree: AreaTree | None = None
    for batch in _batches(first, drafts):
        tree = _apply(database, domain, batch, tree)
        done += len(batch)
        progress(done)
    with database.write() as connection:
        schema.measure(connection)


def _batches(first: Draft, rest: Iterator[Draft]) -> Iterator[list[Draft]]:
    batch = [first, *islice(rest, BATCH - 1)]
    while batch:
        yield batch
        batch = list(islice(rest, BATCH))


def _domain(database: ServerDatabase, beginning: Beginning, domain_id: bytes) -> Domain:
    now = database.clock.milliseconds()
    with database.write() as connection:
        put_domain(connection, Community(domain_id, beginning.name, beginning.code), beginning.practice, now)
        trail.note(connection, domain_id, Act("founded", payload={"practice": beginning.practice}), None, now)
        return domain_of(connection, domain_id)


def put_domain(
    connection: Connection, community: Community, practice: bool, now: int, *, head: int = 0
) -> None:
    """The community's row and device 01: this server itself. `head` is the newest place in its order."""
    connection.exec_driver_sql(
        "INSERT INTO domain_head (domain_id, head, server_epoch, tree_version, name, code, practice) "
        "VALUES (?, ?, ?, 0, ?, ?, ?)",
        (community.id, head, os.urandom(16), community.name, community.code, int(practice)),
    )
    connection.exec_driver_sql(
        "INSERT INTO device (domain_id, device_id, number, login, public_key, incarnation, last_seq, state, app, "
        "protocol, enrolled_at) VALUES (?, ?, 1, '', ?, ?, 0, ?, 'server', '', ?)",
        (community.id, new_id(), b"", os.urandom(16), ACTIVE, now),
    )


def _apply(database: ServerDatabase, domain: Domain, batch: list[Draft], tree: AreaTree | None) -> AreaTree:
    clock = database.clock
    txn = new_id()
    ops = [
        Op(new_id(), n, txn, d.entity, d.record, d.kind, d.set, d.base, schema=SCHEMA)
        for n, d in enumerate(batch, 1)
    ]
    with database.write() as connection:
        workspace = Workspace(connection, Shape(domain.id))
        if tree is not None:
            workspace.use_tree(tree)
        prefetch(workspace, ops)
        judge = Judge(clock.today(), Rules(practice=domain.practice), authoritative=True)
        actor = Actor(None, domain.id, None)
        for op in ops:
            result = apply_op(workspace, op, actor, judge)
            if result.outcome is Outcome.REJECTED:
                raise _refused(op, result)
        write_feed(connection, domain_of(connection, domain.id), workspace.flush())
        reshaped = any(op.entity in SCOPE_ENTITIES for op in ops)
        return Workspace(connection, Shape(domain.id)).tree() if reshaped or tree is None else tree


def _refused(op: Op, result: OpResult) -> GridworkerError:
    record = str(op.set.get("code") or op.set.get("name") or op.set.get("login") or "")
    return FieldInvalid(
        entity=op.entity, record=record, field=result.field, reason=result.values.get("reason", result.code)
    )


def practice_beginning() -> tuple[Beginning, int]:
    """The practice community, and about how many rows it has."""
    practice = practice_community()
    return Beginning(practice.name, practice.code, True, practice.drafts()), practice.expected


def real_beginning(founding: Founding) -> Beginning:
    """A community with nothing in it but its root, its Party organisation and one secretary with a login.

    Raises FieldInvalid, PracticeMix."""
    return Beginning(founding.name, founding.code, False, found_community(founding).drafts)
