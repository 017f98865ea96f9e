"""Takes a profile off this computer once the server has stopped the device: the wrapped keys first, so that from then
on nobody can read the rest, then every file. Begun once, it is finished by whoever looks at the folder next."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker.files import plain_errors, sync_folder, write_atomically
from gridworker.store import notices, state
from gridworker.store.ballast import BALLAST_FILE
from gridworker.store.keys import KEY_FILE
from gridworker.store.sight import SEALED, STOPPED

if TYPE_CHECKING:
    from gridworker.store.store import Store

#: Beside the database from the first step of a wipe to its last.
MARK_FILE = "wiping"
#: What the mark says: a file of that name in somebody else's folder is none.
_MARK = b"gridworker: this profile is being wiped\n"
#: The notice by which a profile knows that its device was stopped.
NOTICE = "stopped"
#: What a profile's folder may hold; a folder that was chosen for it may hold other people's files, too.
_FILES = (
    "gridworker.db*",
    "keys.json*",
    "tries.json*",
    "incarnation*",
    "open",
    "ballast",
    "server-ca.pem*",
    "lock",
)
_FOLDERS = ("backups/*.gwbackup*", "restore.part")


def note_stopped(store: Store, why: str) -> None:
    """The server said that this device is stopped: other people's rows are hidden from now on. `why` is its code."""
    with store.database.write() as connection:
        if notices.has(connection, NOTICE):
            return
        state.put(connection, {SEALED: STOPPED})
        notices.clear(connection, "draining")
        notices.put(connection, NOTICE, store.clock.milliseconds(), {"why": why})
    store.forget_cached()


def note_served(store: Store) -> None:
    """The server serves this device again, whatever it said before: nothing is to be wiped any more."""
    with store.read() as connection:
        if not notices.has(connection, NOTICE):
            return
    with store.database.write() as connection:
        notices.clear(connection, NOTICE)


def is_begun(folder: Path) -> bool:
    """True if a wipe was begun in `folder` and is not finished."""
    mark = folder / MARK_FILE
    try:
        return mark.is_file() and mark.stat().st_size == len(_MARK) and mark.read_bytes() == _MARK
    except OSError:
        return False


def begin(folder: Path) -> None:
    """Destroy every wrapped key in `folder`: after this nothing there can be opened. The profile may still be open.

    Raises DiskFull, FolderReadOnly; what was not done then is done by `finish`."""
    (folder / BALLAST_FILE).unlink(missing_ok=True)  # room for the mark on a full disk
    write_atomically(folder / MARK_FILE, _MARK)
    for path in _keys(folder):
        _overwrite(path)


def finish(folder: Path) -> bool:
    """Finish a wipe that was begun in `folder`: keys, files, the mark at last. True if there was one.

    Raises DiskFull, FolderReadOnly, OSError when a file is held by another program: call it again later."""
    if not is_begun(folder):
        return False
    with plain_errors(folder):
        for path in _keys(folder):
            _overwrite(path)
        for pattern in _FILES:
            for path in folder.glob(pattern):
                path.unlink(missing_ok=True)
        for pattern in _FOLDERS:
            for path in folder.glob(pattern):
                shutil.rmtree(path)
        _remove_if_empty(folder / "backups")
        sync_folder(folder)
        (folder / MARK_FILE).unlink(missing_ok=True)
    _remove_if_empty(folder)
    return True


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):  # it holds something of somebody else's, or is not there
        folder.rmdir()


def _keys(folder: Path) -> Iterator[Path]:
    """The key file, and the one in every copy."""
    for pattern in (
        f"{KEY_FILE}*",
        *(f"{name}/**/{KEY_FILE}*" for name in _FOLDERS),
    ):
        yield from folder.glob(pattern)


def _overwrite(path: Path) -> None:
    """Write noise over a small file before it is removed: on most disks what it held is gone then."""
    with plain_errors(path), contextlib.suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(os.urandom(max(path.stat().st_size, 1)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)
