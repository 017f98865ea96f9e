"""How long a device that belongs to a server may show other people's rows without hearing from it. Reckons with the
server's time and, as far as it goes, a clock nobody can set; the computer's own clock only fills the gaps."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from gridworker.models.days import Clock
from gridworker.store import state
from gridworker.store.connection import Connection

DAYS, FEWEST_DAYS, MOST_DAYS = 30, 7, 90
#: A person is told when this many days are left.
WARN_DAYS = (7, 3, 1)
DAY_MS = 24 * 3600 * 1000
#: local_state
UNTIL, MARK = "lease.until", "lease.mark"

#: (an id of this run of the computer, milliseconds since some moment in it): a clock that only goes on.
Uptime = Callable[[], tuple[str, int]]


@cache
def _run_of_computer() -> str:
    """The system's own id of this run, else one that lasts as long as this process."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return os.urandom(8).hex()


def uptime() -> tuple[str, int]:
    """This run of the computer and how long it lasts, sleep included where the system counts it."""
    counted = getattr(time, "CLOCK_BOOTTIME", None)
    seconds = time.clock_gettime(counted) if counted is not None else time.monotonic()
    return _run_of_computer(), int(seconds * 1000)


class Mark(msgspec.Struct, frozen=True):
    """A moment by three clocks: the server's (ms), this computer's (ms), and its uptime with the run it belongs to."""

    server: int
    wall: int
    run: str
    up: int


def server_now(mark: Mark, clock: Clock, up: Uptime) -> int:
    """The server's time now (ms), at least `mark.server`. In the run of the mark nobody's clock is asked; after a
    restart the computer's clock counts, unless it is surely wrong or went back."""
    run, since = up()
    if run == mark.run:
        return mark.server + max(0, since - mark.up)
    return mark.server + (max(0, clock.milliseconds() - mark.wall) if clock.plausible() else 0)


def renewed(server_ms: int, days: int, clock: Clock, up: Uptime = uptime) -> dict[str, bytes]:
    """What to keep in local_state after the server was heard at `server_ms` and gave `days`."""
    kept = min(max(days, FEWEST_DAYS), MOST_DAYS)
    return {UNTIL: str(server_ms + kept * DAY_MS).encode(), MARK: _marked(server_ms, clock, up)}


def carried(
    connection: Connection, server_ms: int, days: int, clock: Clock, up: Uptime, until_then: bytes | None
) -> dict[str, bytes]:
    """Like `renewed`, for an answer that travelled: it counts from when it was written, and our reckoning of the
    server's time does not go back to that. `until_then` is what was kept when it was asked for; had the server been
    heard otherwise since, the later end stands."""
    facts, mark, until = (
        renewed(server_ms, days, clock, up),
        known_mark(connection),
        state.get(connection, UNTIL),
    )
    late = server_ms if mark is None else max(server_ms, server_now(mark, clock, up))
    if until and until != until_then:
        facts[UNTIL] = max(until, facts[UNTIL], key=int)
    return facts | {MARK: _marked(late, clock, up)}


def _marked(server_ms: int, clock: Clock, up: Uptime) -> bytes:
    run, since = up()
    return msgspec.json.encode(Mark(server_ms, clock.milliseconds(), run, since))


def go_on(connection: Connection, clock: Clock, up: Uptime) -> None:
    """Note how late it is by now, so that a clock set back later gains nothing."""
    mark = known_mark(connection)
    if mark is not None:
        state.put(connection, {MARK: _marked(server_now(mark, clock, up), clock, up)})


def known_mark(connection: Connection) -> Mark | None:
    raw = state.get(connection, MARK)
    return msgspec.json.decode(raw, type=Mark) if raw else None


@dataclass(frozen=True)
class Lease:
    """`until` is the server's time (ms) at which it ends, `now` the server's time by our reckoning."""

    until: int
    now: int

    @property
    def out(self) -> bool:
        return self.now >= self.until

    @property
    def days_left(self) -> int:
        """Whole days begun: 1 on the last day, 0 once it is out."""
        return max(0, -((self.now - self.until) // DAY_MS))

    @property
    def warning(self) -> int | None:
        """The mark of WARN_DAYS that was passed last, or None while there is time."""
        return min((mark for mark in WARN_DAYS if self.days_left <= mark), default=None)
