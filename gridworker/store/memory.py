"""The memory of a process with a window: one heap for all threads, and what is free goes back to the system. The C
library of Linux gives each thread a heap of its own and keeps what was freed there."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h


def _call(name: str, *numbers: int) -> None:
    """Call a function that only the GNU C library has; elsewhere there is nothing to do."""
    if sys.platform == "linux":
        found: Any = getattr(ctypes.CDLL(None), name, None)
        if found is not None:
            found(*numbers)


def share_one_heap() -> None:
    """For all threads that begin after this. Python lets one of them work at a time, so they do not wait for it."""
    _call("mallopt", _ARENA_MAX, 1)


def give_back() -> None:
    """Return free memory to the system."""
    _call("malloc_trim", 0)
