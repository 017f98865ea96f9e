"""How often somebody may try something: buckets that refill, in memory, one per kind and source."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from gridworker.server.refusal import Refusal

_KEPT = 10_000


@dataclass(frozen=True)
class Rate:
    """`burst` tries at once, then `per_minute`."""

    burst: int
    per_minute: float


ENROL = Rate(burst=6, per_minute=6)
TOKEN = Rate(burst=20, per_minute=20)
#: Of one source: the laptops of a whole street begin their day behind one address.
TOKEN_ALL = Rate(burst=600, per_minute=600)
SYNC = Rate(burst=240, per_minute=240)
#: Over all sources together: a code has 59 bits, and nobody gets to try many.
ENROL_ALL = Rate(burst=60, per_minute=60)
#: Refusals written into the audit trail.
NOTES = Rate(burst=60, per_minute=60)


@dataclass
class Rates:
    """`monotonic` gives seconds that never go back."""

    monotonic: Callable[[], float]
    _buckets: OrderedDict[tuple[str, str], tuple[float, float]] = field(default_factory=OrderedDict)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def spend(self, kind: str, source: str, rate: Rate) -> None:
        """Take one try. Raises Refusal 429 with the seconds to wait when there is none."""
        wait = self.wait(kind, source, rate)
        if wait:
            raise Refusal(429, "too_many", f"too many {kind} requests", retry_after=wait)

    def wait(self, kind: str, source: str, rate: Rate) -> int:
        """Take one try and return 0, or return the seconds until there is one again."""
        with self._turn:  # of two requests at once neither may find a bucket that the other holds in its hand
            now = self.monotonic()
            left, since = self._buckets.pop((kind, source), (float(rate.burst), now))
            left = min(float(rate.burst), left + (now - since) * rate.per_minute / 60)
            self._buckets[kind, source] = (left - 1 if left >= 1 else left, now)
            if len(self._buckets) > _KEPT:
                self._buckets.popitem(last=False)
        return 0 if left >= 1 else int((1 - left) * 60 / rate.per_minute) + 1
