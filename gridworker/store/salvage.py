"""What to do with a damaged database: keep the file, begin a new one, carry over the outbox and whatever else was made
here, and let the server send the rest again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from gridworker.errors import DatabaseDamaged, DatabaseFromFuture, GridworkerError
from gridworker.models.days import Clock
from gridworker.store import incarnation, notices, schema, state
from gridworker.store.database import Database, connect_raw
from gridworker.store.progress import UNCLEAN, Progress, silent

#: Beside the database while it is open: it stays when the program or the computer died.
OPEN_FILE = "open"
#: Made here and nowhere else, in the order in which they are carried over.
_OWN = ("local_state", "outbox", "stuck", "draft", "counter", "audit", "audit_payload")
_ENDINGS = ("", "-wal", "-shm")
#: The picture of the community: it is gone and is fetched again.
_PICTURE = ("sync.cursor", "sync.copy", "sync.whole", "figures_stale", "repairing")


def was_left_open(folder: Path) -> bool:
    """True when the last one who opened this profile did not close it. From here on it counts as open."""
    path = folder / OPEN_FILE
    found = path.exists()
    with contextlib.suppress(OSError):  # a folder that cannot be written is found out soon enough
        path.touch()
    return found


def was_closed(folder: Path) -> None:
    with contextlib.suppress(OSError):
        (folder / OPEN_FILE).unlink()


def open_sound(path: Path, key: bytes, clock: Clock, progress: Progress = silent) -> Database:
    """The database of a profile; after an unclean end it is checked first, which `progress` hears of. One that is
    damaged is kept, and a new one with everything that was made here takes its place; the server sends the rest.
    Raises DatabaseDamaged, and DatabaseFromFuture for a file that a newer program wrote: only that one knows what is
    sound in it, and how to save it."""
    left_open = was_left_open(path.parent)
    try:
        database = Database(path, key)
        _leave_to_newer(database, left_open=left_open)
        if not left_open or is_sound(database, progress):
            return database
        database.close()
    except DatabaseDamaged:
        if not path.exists():
            raise
    salvage(path, key, clock)
    return Database(path, key)


def _leave_to_newer(database: Database, *, left_open: bool) -> None:
    try:
        found = schema.version(database)
    except DatabaseDamaged:
        return  # whose it was is not to be seen any more
    if found > schema.HEAD:
        database.close()
        if not left_open:
            was_closed(database.path.parent)
        raise DatabaseFromFuture(found=found, known=schema.HEAD)


def salvage(path: Path, key: bytes, clock: Clock) -> None:
    """Put a new database in the place of the damaged one at `path`, which is kept beside it as `….damaged-…`.

    Raises DatabaseDamaged when it cannot be told whose it was, or when no server could send the rest: then everything
    is as before."""
    kept = path.with_name(f"{path.name}.damaged-{clock.moment():%Y%m%d-%H%M%S}")
    for ending in _ENDINGS:
        if (old := path.with_name(path.name + ending)).exists():
            old.rename(kept.with_name(kept.name + ending))
    try:
        _carry_over(kept, path, key, clock)
    except BaseException:
        for ending in _ENDINGS:
            path.with_name(path.name + ending).unlink(missing_ok=True)
            if (old := kept.with_name(kept.name + ending)).exists():
                old.rename(path.with_name(path.name + ending))
        raise


def _carry_over(kept: Path, path: Path, key: bytes, clock: Clock) -> None:
    old = connect_raw(kept, key)
    fresh = Database(path, key, create=True)
    try:
        written = _version(old)
        if written > schema.HEAD:
            raise DatabaseFromFuture(found=written, known=schema.HEAD)
        schema.create(fresh)
        found = {table: list(_readable(old, table)) for table in _OWN}
        facts = dict(found["local_state"])
        if state.IDENTITY not in facts:
            raise DatabaseDamaged(path=str(path), why="identity")
        known = msgspec.json.decode(facts[state.IDENTITY], type=state.NewProfile)
        if known.authority != "server":
            raise DatabaseDamaged(path=str(path), why="no server")
        with fresh.write() as connection:
            for table, rows in found.items():
                if rows:
                    marks = ", ".join("?" * len(rows[0]))
                    connection.exec_driver_sql(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)
            state.drop(connection, _PICTURE)
            notices.put(connection, "salvaged", clock.milliseconds(), {"file": kept.name})
        incarnation.begin(path.parent, fresh, known, clock, "salvaged")
    finally:
        old.close()
        fresh.close()


def _version(raw: Any) -> int:
    """What the file says of itself; 0 where not even that can be read: then nothing else can."""
    with contextlib.suppress(Exception):
        return int(raw.execute("PRAGMA user_version").fetchone()[0])
    return 0


def _readable(raw: Any, table: str) -> Iterator[tuple[Any, ...]]:
    """The rows that can be read, from the front up to the damage and from the back up to it."""
    seen: set[tuple[Any, ...]] = set()
    for order in ("ASC", "DESC"):
        with contextlib.suppress(Exception):  # whatever a damaged page does, the other rows are wanted
            for row in raw.execute(f"SELECT * FROM {table} ORDER BY rowid {order}"):
                if row not in seen:
                    seen.add(row)
                    yield tuple(row)


def is_sound(database: Database, progress: Progress = silent) -> bool:
    """The whole file, checked by its own sums and by SQLite."""
    try:
        return not database.integrity(partial(progress, UNCLEAN))
    except GridworkerError:
        return False
