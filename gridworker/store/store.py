"""One open profile: its database, who we are in it, and `save`, the way every local change goes. Composes the
store's parts; holds no rule of its own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from pathlib import Path
from types import MappingProxyType

import msgspec

from gridworker.changes import ALL_CHANGED, Changes
from gridworker.errors import (
    KeyFileDamaged,
    ProfileExists,
    ProfileMissing,
)
from gridworker.files import make_folder
from gridworker.models import ids
from gridworker.models.days import Clock
from gridworker.models.op import Draft, Op, OpKind, Value
from gridworker.models.roles import AreaTree, Grant
from gridworker.models.upcasting import SCHEMA
from gridworker.store import (
    audit,
    backup,
    drafts,
    incarnation,
    keys,
    outbox,
    parked,
    purge,
    salvage,
    schema,
    search,
    state,
    statistics,
    wiping,
)
from gridworker.store.connection import Connection
from gridworker.store.database import Database
from gridworker.store.judging import Actor
from gridworker.store.lock import ProfileLock
from gridworker.store.numbers import note_numbers, numbers_for
from gridworker.store.progress import Progress, silent
from gridworker.store.rows import Identity
from gridworker.store.saving import (
    Watch,
    as_judged,
    judge_and_write,
    make_findable,
    remember,
    touched_by,
    unwatched,
    wound_up,
)
from gridworker.store.sight import Sight, cover
from gridworker.store.state import NewProfile, is_alone
from gridworker.store.workspace import Shape, Workspace
from gridworker.store.writing import in_one_transaction

DATABASE_FILE = "gridworker.db"
_FILES = (DATABASE_FILE, DATABASE_FILE + "-wal", DATABASE_FILE + "-shm")


@dataclass(frozen=True)
class _Standing:
    """What the next save needs and no other process can change: the tree and our appointments."""

    tree: AreaTree
    grants: tuple[Grant, ...]
    today: str


@dataclass(frozen=True)
class Saved:
    """What a save did: the records it changed, the human numbers it gave to new ones, and the act's id, by which it
    can be undone."""

    changes: Changes
    numbers: Mapping[bytes, str]
    txn: bytes


class Store:
    """An open profile. Make one with `create` or `open`; `close` it when done. Safe to use from several threads."""

    def __init__(
        self, folder: Path, database: Database, key: bytes, known: NewProfile, clock: Clock, lock: ProfileLock
    ) -> None:
        self.folder, self.database, self.known, self.clock = folder, database, known, clock
        self.drafts = drafts.Drafts(database, clock.milliseconds)
        self.sight = Sight(known)
        self._key, self._lock = key, lock
        self._standing: _Standing | None = None
        self._caches = threading.Lock()
        self.forget_cached()

    # -- opening and closing -------------------------------------------------------------------------------------

    @classmethod
    def create(
        cls,
        folder: Path,
        passphrase: str,
        known: NewProfile,
        clock: Clock | None = None,
        cost: keys.KdfCost | None = None,
        facts: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Store:
        """Make a new, empty profile in `folder` with `facts` in its local state, and open it.

        Raises ProfileExists, WeakPassphrase, FolderReadOnly, DiskFull; then nothing usable is left behind."""
        keys.check_strength(passphrase)
        if (folder / DATABASE_FILE).exists() or (folder / keys.KEY_FILE).exists():
            raise ProfileExists(folder=str(folder))
        make_folder(folder)
        clock = clock or Clock()
        lock = ProfileLock(folder)
        if (folder / DATABASE_FILE).exists() or (folder / keys.KEY_FILE).exists():
            lock.release()  # another process made it between the first look and the lock
            raise ProfileExists(folder=str(folder))
        try:
            key = keys.new_data_key()
            database = Database(folder / DATABASE_FILE, key, create=True)
            schema.create(database)
            with database.write() as connection:
                state.put(connection, {**facts, state.IDENTITY: msgspec.json.encode(known)})
                audit.note(connection, audit.Act("profile_created"), known.member_id, clock.milliseconds())
            incarnation.keep_outside(folder, database, known.incarnation)
            keys.wrap(folder, key, passphrase, cost)  # last: a profile without it was never finished
        except BaseException:
            lock.release()
            _unmake(folder)
            raise
        salvage.was_left_open(folder)
        return cls(folder, database, key, known, clock, lock)

    @classmethod
    def open(
        cls, folder: Path, passphrase: str, clock: Clock | None = None, progress: Progress = silent
    ) -> Store:
        """Open the profile in `folder`; an older database is migrated after a backup, which `progress` hears of.

        Raises ProfileMissing, ProfileInUse, WrongPassphrase, TooManyTries, KeyFileDamaged, DatabaseDamaged,
        DatabaseFromFuture, FolderReadOnly, DiskFull."""
        wiping.finish(folder)
        if not (folder / keys.KEY_FILE).exists() and not (folder / DATABASE_FILE).exists():
            raise ProfileMissing(folder=str(folder))
        if not (folder / keys.KEY_FILE).exists():
            raise KeyFileDamaged(file=str(folder / keys.KEY_FILE))
        clock = clock or Clock()
        lock = ProfileLock(folder)
        try:
            store = cls._opened(folder, keys.unwrap(folder, passphrase, clock.now()), clock, lock, progress)
            purge.finish_or_leave(store)
            store.sight.open(database=store.database, clock=store.clock)
            return store
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _opened(
        cls, folder: Path, key: bytes, clock: Clock, lock: ProfileLock, progress: Progress = silent
    ) -> Store:
        database = salvage.open_sound(folder / DATABASE_FILE, key, clock, progress)
        try:
            copy = partial(_copy_before, folder, database, key, clock, progress)
            schema.make_current(database, copy, progress=progress)
            with database.write() as connection:
                known = _after_upgrade(connection)
            if incarnation.is_copy(folder, database, known):
                known = incarnation.begin(folder, database, known, clock, "copied")
        except BaseException:
            database.close()
            raise
        return cls(folder, database, key, known, clock, lock)

    def close(self) -> None:
        """Bring the log into the file, drop the key and let another window open the profile."""
        self.database.close()
        salvage.was_closed(self.folder)
        self._key = b""
        self._lock.release()

    # -- reading -------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """One unchanging state of the database, as far as it may be seen now (store/sight.py)."""
        with self.database.read() as connection:
            if self.sight.hidden(self.clock):
                cover(connection)
            yield connection

    @property
    def identity(self) -> Identity:
        with self.read() as connection:
            return state.identity(connection, self.known, self.clock.today())

    def state(self, key: str) -> bytes | None:
        with self.read() as connection:
            return state.get(connection, key)

    def set_state(self, values: Mapping[str, bytes]) -> None:
        with self.database.write() as connection:
            state.put(connection, values)

    def grants(self) -> tuple[Grant, ...]:
        """This account's appointments in force today."""
        with self.read() as connection:
            return self._present(connection).grants

    def _present(self, connection: Connection) -> _Standing:
        today = self.clock.today()
        with self._caches:
            if self._standing is None or self._standing.today != today:
                tree = Workspace(connection, Shape()).tree()
                self._standing = _Standing(
                    tree, state.grants_of(connection, self.known.member_id, today), today
                )
            return self._standing

    def use_clock(self, clock: Clock) -> None:
        """Go by another clock from now on: the practice community lives on its own day."""
        self.clock = clock
        self.drafts = drafts.Drafts(self.database, clock.milliseconds)
        self.forget_cached()

    def forget_cached(self) -> None:
        """Call after rows came from elsewhere: tree, appointments and the days they begin are read again."""
        with self.database.read() as connection:
            self.clock = state.dated(connection, self.clock)
            self.sight.look(connection)
        with self._caches:
            self._standing = None

    # -- writing -------------------------------------------------------------------------------------------------

    def save(
        self,
        changes: Sequence[Draft],
        act: audit.Act,
        *,
        draft_id: bytes | None = None,
        groups: Sequence[int] = (),
    ) -> Saved:
        """Apply `changes` as one act: rows, outbox, figures, search and audit in one transaction that is on the disk
        when this returns. A draft it came from is dropped with it. `groups` are the sizes of consecutive parts that a
        server may judge each by itself; here all are saved or none.

        Raises FieldInvalid, NotAllowed, OnlyAuthority, DiskFull, DatabaseBusy; then nothing was changed."""

        def once(connection: Connection) -> Saved:
            if draft_id is not None:
                drafts.drop(connection, draft_id)
            return self.save_within(connection, changes, act, groups)

        return in_one_transaction(self, once)

    def save_within(
        self,
        connection: Connection,
        changes: Sequence[Draft],
        act: audit.Act,
        groups: Sequence[int] = (),
        watch: Watch = unwatched,
    ) -> Saved:
        """`save` as a part of the caller's write transaction, which ends with an error if this does (or `watch`)."""
        from gridworker.store import erasing  # whoever only reads needs no rules

        standing = self._present(connection)
        numbers = numbers_for(connection, changes, self.known, self.clock.today())
        ops = _ops(connection, changes, self.clock.milliseconds(), numbers, groups)
        workspace = Workspace(connection, Shape())
        workspace.use_tree(standing.tree)
        alone, numbers_here = is_alone(self.known), frozenset((self.known.device_no,))
        actor = Actor(self.known.member_id, self.known.device_id, standing.grants, alone, numbers_here)
        written = judge_and_write(self.known, self.clock, workspace, ops, actor, watch)
        ops = [as_judged(op, workspace) for op in ops]
        outbox.add(connection, ops, outbox.OWN if alone else outbox.NEW, self.clock.milliseconds())
        statistics.recompute(connection, touched_by(workspace, written))
        make_findable(connection, written, watch)
        audit.note(connection, act, self.known.member_id, self.clock.milliseconds())
        txn = remember(workspace, written, ops, act, self.known.member_id)
        erasing.carry_out(connection, erasing.erased_by(workspace, written))
        return Saved(wound_up(workspace, written, ops), numbers, txn)

    def found(self, changes: Iterable[Sequence[Draft]], act: audit.Act) -> Changes:
        """Found a community on this computer: `changes` come in large batches, each one transaction, judged by the
        same `apply` as every save, without appointments to ask yet. Figures and search are built at the end."""
        actor = Actor(None, self.known.device_id, None)
        for batch in changes:
            with self.database.write() as connection:
                workspace = Workspace(connection, Shape())
                written = judge_and_write(
                    self.known,
                    self.clock,
                    workspace,
                    _ops(connection, batch, self.clock.milliseconds()),
                    actor,
                )
                note_numbers(connection, [no for d in batch if isinstance(no := d.set.get("no"), str)])
                statistics.refresh_visits(connection, touched_by(workspace, written, households=False))
        with self.database.write() as connection:
            statistics.rebuild(connection)
            audit.note(connection, act, self.known.member_id, self.clock.milliseconds())
        self.forget_cached()
        return ALL_CHANGED

    # -- care ----------------------------------------------------------------------------------------------------

    def note(self, act: audit.Act) -> None:
        """Record an act that changes no row: an unlock, an export, an enrolment."""
        with self.database.write() as connection:
            audit.note(connection, act, self.known.member_id, self.clock.milliseconds())

    def back_up(self, target: Path | None = None) -> Path:
        """Write a verified encrypted copy to `target`, or to the rolling three beside the database."""
        stamp = _stamp(self.clock)
        made = backup.back_up(
            self.database, self._key, self.folder, target or backup.rotate(self.folder, stamp)
        )
        backup.prune(self.folder, made, purge.protected(self))
        self.note(audit.Act("backed_up"))
        return made

    def index_some(self, limit: int = 2000) -> int:
        """Make up to `limit` more pulled records findable; 0 when all are. For the background."""
        with self.database.write() as connection:
            return search.catch_up(connection, limit)


def _after_upgrade(connection: Connection) -> NewProfile:
    """Whose profile it is; what waited for a newer version is put in place."""
    parked.replay_fields(connection)
    statistics.rebuild_stale(connection)
    return state.profile(connection)


def _unmake(folder: Path) -> None:
    """Leave nothing of a profile that was never finished."""
    for name in (*_FILES, incarnation.INCARNATION_FILE):
        with contextlib.suppress(OSError):
            (folder / name).unlink()


def _ops(
    connection: Connection,
    changes: Sequence[Draft],
    at: int,
    numbers: Mapping[bytes, str] = MappingProxyType({}),
    groups: Sequence[int] = (),
) -> list[Op]:
    """The ops of `changes` at their places in this device's order."""
    first = outbox.next_seq(connection)
    placed = zip(enumerate(changes, first), _acts(groups, len(changes)), strict=False)
    return [
        Op(
            ids.new_id(),
            place,
            txn,
            d.entity,
            d.record,
            d.kind,
            _numbered(d, numbers),
            d.base,
            schema=SCHEMA,
            at=at,
        )
        for (place, d), txn in placed
    ]


def _acts(groups: Sequence[int], rest: int) -> Iterator[bytes]:
    """The act each op belongs to: one for each group, one for all that come after."""
    for size in (*groups, rest):
        yield from repeat(ids.new_id(), size)


def _numbered(draft: Draft, numbers: Mapping[bytes, str]) -> dict[str, Value]:
    if draft.kind is OpKind.CREATE and draft.record in numbers:
        return {**draft.set, "no": numbers[draft.record]}
    return draft.set


def _copy_before(folder: Path, database: Database, key: bytes, clock: Clock, progress: Progress) -> Path:
    """The copy of an older file that is made before it is changed."""
    return backup.back_up(database, key, folder, backup.rotate(folder, f"{_stamp(clock)}-old"), progress)


def _stamp(clock: Clock) -> str:
    """The moment as backups are named after it, in China."""
    return clock.moment().strftime("%Y%m%d-%H%M%S")
