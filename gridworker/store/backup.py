"""Encrypted copies of the database: made by SQLite's own backup, checked before they count, three kept in rotation.
A copy carries its key file, so that passphrase and copy belong together."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec

from gridworker.errors import BackupInvalid, DatabaseDamaged
from gridworker.files import make_folder, plain_errors, sync_folder, write_atomically
from gridworker.store.database import Database, connect_raw
from gridworker.store.keys import KEY_FILE
from gridworker.store.progress import Progress, silent
from gridworker.store.sight import COPY, SEALED, is_joined
from gridworker.store.state import IDENTITY, NewProfile

KEPT = 3
_SUFFIX = ".gwbackup"
#: Copied at a time, about 16 MiB, before it is told how far it is.
_PAGES = 4096


def back_up(database: Database, key: bytes, folder: Path, target: Path, progress: Progress = silent) -> Path:
    """Write a verified copy of the open profile in `folder` to the directory `target` (`database.db`, `keys.json`).
    `progress` hears of the steps "backup" (in pages of the file) and "check".

    Raises DiskFull, FolderReadOnly; a copy that fails its check is removed and raises BackupInvalid."""
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    make_folder(part)
    try:
        copy = connect_raw(part / "database.db", key)
        try:
            with database.bare() as raw, database.plain_errors():
                raw.backup(
                    copy,
                    pages=_PAGES,
                    progress=lambda _status, left, total: progress("backup", total - left, total),
                )
                _seal(copy)
        finally:
            copy.close()
        with plain_errors(target):
            write_atomically(part / KEY_FILE, (folder / KEY_FILE).read_bytes(), private=True)
        progress("check", 0, 0)
        check(part, key)
        with plain_errors(target):
            shutil.rmtree(target, ignore_errors=True)
            part.rename(target)
        sync_folder(target.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return target


def _seal(copy: Any) -> None:
    """A copy of a profile with a server opens locked: it may hold what has left the scope or was erased since."""
    found = copy.execute("SELECT value FROM local_state WHERE key = ?", (IDENTITY,)).fetchone()
    if found and is_joined(msgspec.json.decode(found[0], type=NewProfile)):
        copy.execute("INSERT OR REPLACE INTO local_state (key, value) VALUES (?, ?)", (SEALED, COPY))


def check(copy: Path, key: bytes) -> None:
    """Raise BackupInvalid unless the copy opens with `key` and passes the integrity checks."""
    try:
        database = Database(copy / "database.db", key)
    except DatabaseDamaged as error:
        raise BackupInvalid(path=str(copy), why="unreadable") from error
    try:
        found = database.integrity()
        if not found:
            with database.read() as connection:  # an empty file is sound, but no backup
                found = [] if connection.exec_driver_sql("PRAGMA user_version").scalar() else ["no tables"]
    finally:
        database.close()
    if found:
        raise BackupInvalid(path=str(copy), why=found[0])


def rotate(folder: Path, stamp: str) -> Path:
    """The directory for the next rolling copy; older ones beyond KEPT are removed after it was written."""
    backups = folder / "backups"
    make_folder(backups)
    target, turn = backups / f"{stamp}{_SUFFIX}", 1
    while target.exists():  # two in one second: neither takes the place of the other
        turn += 1
        target = backups / f"{stamp}-{turn}{_SUFFIX}"
    return target


def prune(folder: Path, made: Path, protected: Collection[str] = ()) -> None:
    """Keep the newest KEPT copies, those that are `protected`, and in any case `made`, which a clock set back may
    have dated before the others."""
    others = [path for path in rolling(folder) if path != made and path.name not in protected]
    for old in others[: -(KEPT - 1 if made.parent == folder / "backups" else KEPT)]:
        shutil.rmtree(old, ignore_errors=True)


def remove(folder: Path, names: Collection[str]) -> None:
    """Remove the rolling copies with these names; those that are gone already do not matter."""
    for path in rolling(folder):
        if path.name in names:
            shutil.rmtree(path, ignore_errors=True)


def rolling(folder: Path) -> list[Path]:
    """The rolling copies beside the profile in `folder`, oldest first by their names."""
    return sorted((folder / "backups").glob(f"*{_SUFFIX}"))


def newest(folder: Path) -> Path | None:
    found = rolling(folder)
    return found[-1] if found else None
