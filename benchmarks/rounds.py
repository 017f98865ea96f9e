"""Runs rows in turn, round after round, so that whatever else the machine does hits all of them alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reading:
    """One run of one row: its seconds and whatever else was counted (requests, bytes …)."""

    seconds: float
    facts: Mapping[str, float] = field(default_factory=dict)


Run = Callable[[], Reading]


def timed(work: Callable[[], object]) -> Reading:
    """Run `work` once by the clock, the collector having been run before."""
    gc.collect()
    begun = time.perf_counter()
    work()
    return Reading(time.perf_counter() - begun)


def interleaved(rows: Mapping[str, Run], rounds: int, *, warm_up: bool = True) -> dict[str, list[Reading]]:
    """Every round runs each row once. A first round is thrown away: it pays for imports and cold caches."""
    found: dict[str, list[Reading]] = {name: [] for name in rows}
    for number in range(rounds + int(warm_up)):
        for name, run in rows.items():
            reading = run()
            if number >= int(warm_up):
                found[name].append(reading)
    return found


def median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `values` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
