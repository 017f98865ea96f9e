"""Giving memory that is free back to the system. The C library of Linux keeps what a thread freed in that thread's own
heap, for as long as the process lives."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Return free memory to the system where the C library would keep it; elsewhere there is nothing to do."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
        if trim is not None:
            trim(0)
