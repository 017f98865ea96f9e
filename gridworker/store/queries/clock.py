"""How wrong this computer's clock is, by what the server said last: for the header to show, never to decide by."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.store import lease
from gridworker.store.store import Store

#: Less, in minutes, is nobody's concern.
WORTH_SAYING = 5


@dataclass(frozen=True, slots=True)
class ClockFact:
    """`off_minutes`: ahead positive, behind negative, 0 below WORTH_SAYING. `quality` is `good` when it was measured in
    this run of the computer, `fair` from an earlier one, `none` when no server was ever heard."""

    off_minutes: int
    quality: str


def clock_fact(store: Store) -> ClockFact:
    """What the window may say of the clock."""
    with store.read() as connection:
        mark = lease.known_mark(connection)
    if mark is None:
        return ClockFact(0, "none")
    off = store.clock.milliseconds() - lease.server_now(mark, store.clock, store.sight.up)
    if (
        store.sight.up()[0] != mark.run
    ):  # nobody's clock may be asked how long that was: the last measure stands
        off = mark.wall - mark.server
    minutes = round(off / 60_000)
    known = "good" if store.sight.up()[0] == mark.run else "fair"
    return ClockFact(minutes if abs(minutes) >= WORTH_SAYING else 0, known)
