"""Numbers about the running process in Prometheus' text format: how many, how long, how large. Labels are routes,
statuses, codes and outcomes; never an id."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

#: Upper bounds in seconds.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
Labels = tuple[tuple[str, str], ...]
_HELP = {
    "requests_total": ("counter", "Requests by route, status and code."),
    "ops_total": ("counter", "Ops by outcome."),
    "alarms_total": ("counter", "Devices that copy their whole scope again and again."),
    "received_bytes_total": ("counter", "Bodies as sent by devices."),
    "sent_bytes_total": ("counter", "Bodies as sent to devices."),
    "copies_waiting": ("gauge", "First copies waiting for their turn."),
    "copies_running": ("gauge", "First copies being read."),
}


@dataclass
class Metrics:
    """Counts of one process, from its start. Safe to use from several threads."""

    _counts: Counter[tuple[str, Labels]] = field(default_factory=Counter)
    _gauges: dict[str, int] = field(default_factory=dict)
    _buckets: dict[str, list[int]] = field(default_factory=dict)
    _sums: Counter[str] = field(default_factory=Counter)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, name: str, by: int = 1, **labels: str) -> None:
        with self._turn:
            self._counts[name, tuple(sorted(labels.items()))] += by

    def count_ops(self, outcomes: Iterable[str]) -> None:
        """Count the ops of a request by how they ended."""
        for outcome, times in Counter(outcomes).items():
            self.count("ops_total", times, outcome=str(outcome))

    def gauge(self, name: str, value: int) -> None:
        with self._turn:
            self._gauges[name] = value

    def took(self, route: str, seconds: float) -> None:
        """Note how long a request of `route` took."""
        with self._turn:
            buckets = self._buckets.setdefault(route, [0] * (len(BOUNDS) + 1))
            buckets[bisect_left(BOUNDS, seconds)] += 1
            self._sums[route] += seconds  # type: ignore[assignment]

    def text(self) -> str:
        """Everything, in the text exposition format."""
        with self._turn:
            return "\n".join((*self._plain(), *self._times())) + "\n"

    def _plain(self) -> Iterator[str]:
        for name, (kind, words) in _HELP.items():
            yield f"# HELP gridworker_{name} {words}"
            yield f"# TYPE gridworker_{name} {kind}"
            if kind == "gauge":
                yield f"gridworker_{name} {self._gauges.get(name, 0)}"
            for (counted, labels), value in sorted(self._counts.items()):
                if counted == name:
                    yield f"gridworker_{name}{_shown(labels)} {value}"

    def _times(self) -> Iterator[str]:
        yield "# HELP gridworker_request_seconds How long answering took."
        yield "# TYPE gridworker_request_seconds histogram"
        for route, buckets in sorted(self._buckets.items()):
            below = 0
            for bound, number in zip((*map(str, BOUNDS), "+Inf"), buckets, strict=True):
                below += number
                yield f'gridworker_request_seconds_bucket{{route="{route}",le="{bound}"}} {below}'
            yield f'gridworker_request_seconds_sum{{route="{route}"}} {self._sums[route]:.6f}'
            yield f'gridworker_request_seconds_count{{route="{route}"}} {below}'


def _shown(labels: Labels) -> str:
    """Values are codes of ours, so that nothing in them needs escaping."""
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels) + "}" if labels else ""
