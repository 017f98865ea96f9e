"""Small files beside the database: written whole or not at all, and the system's errors said in our own words."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from gridworker.errors import DiskFull, FolderReadOnly, GridworkerError

_FULL = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


def write_no_core() -> None:
    """From now on this process leaves no image of its memory, with keys and records, on the disk when it crashes. Does
    nothing on Windows, whose reports are switched off there."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextlib.contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn a full disk and a read-only folder into DiskFull and FolderReadOnly; other errors pass."""
    try:
        yield
    except OSError as error:
        found = plain_error(error, path)
        if found is None:
            raise
        raise found from error


def plain_error(error: OSError, path: Path) -> GridworkerError | None:
    if error.errno in _FULL:
        return DiskFull(path=str(path))
    if error.errno in _DENIED:
        return FolderReadOnly(path=str(path))
    return None


def write_atomically(path: Path, content: bytes, *, private: bool = False) -> None:
    """Replace `path` by `content`: a reader sees the old file or the new one, also after a power cut. A `private` file
    is readable by this user alone from its first byte.

    Raises DiskFull, FolderReadOnly."""
    part = path.with_name(path.name + ".part")
    with plain_errors(path):
        try:
            part.unlink(missing_ok=True)  # a leftover would keep its own permissions
            with open(part, "wb", opener=_private if private else None) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
    sync_folder(path.parent)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def sync_folder(folder: Path) -> None:
    """Make a rename durable; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_text(path: Path) -> str:
    with plain_errors(path):
        return path.read_text("utf-8")


def make_folder(path: Path) -> None:
    """Create a private folder. Raises DiskFull, FolderReadOnly."""
    with plain_errors(path):
        path.mkdir(parents=True, exist_ok=True)
        if os.name != "nt":
            path.chmod(0o700)
