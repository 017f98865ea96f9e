"""Writing a file for people: under a passing name first, checked, then renamed. A failure leaves nothing behind and
never touches a file that was there before."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from gridworker.errors import DiskFull, FolderReadOnly, GridworkerError, TargetNotWritable

_FULL = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextlib.contextmanager
def finished(target: Path, check: Callable[[Path], bool]) -> Iterator[Path]:
    """Give the name to write to (`<target>.part`); afterwards flush, `check` and rename it to `target`.

    Raises DiskFull, FolderReadOnly, or TargetNotWritable when the folder is missing, the target is a folder or open
    in another program, or the written file fails its check. On any error the passing file is removed."""
    part = target.with_name(target.name + ".part")
    if target.is_dir():
        raise TargetNotWritable(path=str(target))
    try:
        yield part
        _flush(part)
        if not check(part):
            raise TargetNotWritable(path=str(target))
    except OSError as error:
        _remove(part)
        raise _said(error, target) from error
    except BaseException:
        _remove(part)
        raise
    try:
        part.replace(target)
    except OSError as error:
        _remove(part)
        # The folder just took the passing file, so it is the target itself that refuses: open in a program.
        raise _full(error, target) or TargetNotWritable(path=str(target)) from error


def _flush(part: Path) -> None:
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _remove(part: Path) -> None:
    with contextlib.suppress(OSError):
        part.unlink()


def _full(error: OSError, target: Path) -> GridworkerError | None:
    return DiskFull(path=str(target)) if error.errno in _FULL else None


def _said(error: OSError, target: Path) -> GridworkerError:
    if error.errno in _DENIED:
        return FolderReadOnly(path=str(target.parent))
    return _full(error, target) or TargetNotWritable(path=str(target))
