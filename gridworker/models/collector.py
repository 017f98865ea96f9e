"""Lets the garbage collector rest while a great many values are made that form no ring."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """A large ledger makes a million values and no ring among them: looking for rings again and again would take half
    of the time, and each look would hold up the window. What was made is not looked through afterwards either."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if running:
            gc.enable()
