"""One window per profile: an advisory lock on a file beside the database, freed by the system if we die."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from gridworker.errors import ProfileInUse
from gridworker.files import plain_errors

LOCK_FILE = "lock"


class ProfileLock:
    """Held from construction to `release`. Raises ProfileInUse when another process holds it."""

    def __init__(self, folder: Path) -> None:
        with plain_errors(folder):
            self._handle = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._handle)
        except OSError as error:
            os.close(self._handle)
            raise ProfileInUse(folder=str(folder)) from error

    def release(self) -> None:
        """Give the profile free; calling it twice is harmless."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
