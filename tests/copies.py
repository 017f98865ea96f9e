"""Copies of founded profiles for tests. The file that tells a copy from its original is linked, so that a profile
copied only to save time is still the same one; a test of copying uses `shutil.copytree` itself."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from gridworker.store.incarnation import INCARNATION_FILE


def copy_folder(source: Path, target: Path, *, exist_ok: bool = False) -> Path:
    """Copy a closed profile, or a folder of them, as if it had been made at `target`."""
    shutil.copytree(source, target, copy_function=_copy, dirs_exist_ok=exist_ok)
    return target


def _copy(source: str, target: str) -> str:
    if Path(source).name == INCARNATION_FILE:
        try:
            os.link(source, target)
        except OSError:  # another file system: the time alone must do
            shutil.copy2(source, target)
        return target
    return str(shutil.copy2(source, target))
