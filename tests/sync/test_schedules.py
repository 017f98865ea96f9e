"""T2: three devices, an office and a server play random schedules of saves, exchanges and faults. An oracle in plain
Python, which shares no code with the product, says after each schedule what must be there; no answer ever holds a row
outside its asker's scope; every op ends exactly once. `python -m tests.sync.play` plays more of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sync import play

#: Parts run side by side, each a run of its own with these seeds: 2,000 in every run, four times as many more in the
#: long one. A million and more are the command's.
PARTS = tuple(range(first, first + 125) for first in range(0, 2000, 125))
MORE = tuple(range(first, first + 500) for first in range(2000, 10_000, 500))


@pytest.fixture(scope="module")
def templates() -> Iterator[tuple[Path, Path]]:
    with play.templates() as found:
        yield found


@pytest.mark.no_cover  # measuring would double the time, and other tests reach the same lines
@pytest.mark.parametrize(
    "seeds", [*PARTS, *(pytest.param(each, marks=pytest.mark.long) for each in MORE)], ids=str
)
def test_devices_and_a_server_agree(
    templates: tuple[Path, Path], seeds: range, record_property: Callable[[str, object], None]
) -> None:
    fired: Counter[str] = Counter()
    for seed in seeds:
        failure = play.play(templates, seed, fired)
        assert failure is None, f"python -m tests.sync.play --explain {seed}\n{failure.why}"
    record_property("schedules", len(seeds))
    record_property("fired", dict(fired))
    assert set(fired) == play.COUNTED  # none of them was idle
    assert fired.total() >= len(seeds) * play.STEPS


def test_the_same_seed_plays_the_same_schedule(templates: tuple[Path, Path]) -> None:
    traces: list[list[str]] = [[], []]
    for trace in traces:
        for seed in range(3):
            play.play(templates, seed, Counter(), trace)
    assert traces[0] == traces[1]
    assert len(traces[0]) > 3 * play.STEPS
