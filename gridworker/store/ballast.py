"""Room kept for a full disk: a file that is given up when a save finds none, so that what was typed can still be kept
and a person warned."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gridworker.errors import DiskFull

BALLAST_FILE = "ballast"
SIZE = 32 * 1024 * 1024
#: It is laid down only where it takes no more than this share of what is free.
_SHARE = 8
T = TypeVar("T")


def lay_down(folder: Path, size: int = SIZE) -> bool:
    """Keep `size` bytes in `folder`, if there is plenty of room. True if they are there."""
    path = folder / BALLAST_FILE
    try:
        if path.exists() and path.stat().st_size >= size:
            return True
        if shutil.disk_usage(folder).free < size * _SHARE:
            return False
        with path.open("wb") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.write(os.urandom(size))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        return False
    return True


def is_scarce(folder: Path, size: int = SIZE) -> bool:
    """True when what is free would not even hold the ballast."""
    try:
        return shutil.disk_usage(folder).free < size
    except OSError:
        return False


def give_up(folder: Path) -> bool:
    """Make room. False when there was no ballast."""
    try:
        (folder / BALLAST_FILE).unlink()
    except OSError:
        return False
    return True


def with_room(folder: Path, work: Callable[[], T]) -> T:
    """Do `work`; on a full disk once more without the ballast. Raises DiskFull when that was not enough."""
    try:
        return work()
    except DiskFull:
        if not give_up(folder):
            raise
        return work()
