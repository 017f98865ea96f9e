"""The practice clock: Friday 2026-11-20 09:00 in China when it is made, going on at the pace of the real one."""

from __future__ import annotations

import datetime as dt

from gridworker.models.days import CHINA, Clock

PRACTICE_NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=CHINA)


def practice_clock(real: Clock) -> Clock:
    """A clock that shows PRACTICE_NOW now and then advances as `real` does; it never goes back behind its start."""
    begun, start = real.now(), PRACTICE_NOW.timestamp()
    return Clock(lambda: start + max(0.0, real.now() - begun))
