"""P2: the first copy of ten times as many records as P1 has, over real HTTP: beside the floor at both sizes, its rate
beside that of the small one, and what memory it takes in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import prepared, records, reference, served
from benchmarks.rounds import Reading, interleaved, timed
from benchmarks.setting import Setting
from benchmarks.table import Limit, Line, Table
from gridworker.models.days import Clock
from gridworker.practice.clock import practice_clock
from gridworker.store.store import Store

TIMES = 10
SHARE, MIB = "× the time of a record", "MiB over idle"
_STATUS, _REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class _Copying:
    """One community on its own server, and the same rows as a ready body."""

    setting: Setting
    url: str
    server: Path
    port: int
    count: int

    @classmethod
    def begin(cls, setting: Setting, size: int, open_: ExitStack) -> _Copying:
        server = setting.copy(prepared.server(setting, prepared.size_of_records(size)), "server")
        url = open_.enter_context(served.serving(server))
        first = served.enrol(url, server, setting.fresh("desk"))
        first.sync()
        found = records.held_by(first.store)
        first.close()
        folder = setting.fresh("reference")
        reference.fill(folder, found)
        return cls(setting, url, server, open_.enter_context(reference.serving(folder)), found.count)

    def floor(self) -> Reading:
        client = reference.Client(self.port, self.setting.scratch)
        received: list[int] = []
        reading = timed(lambda: received.append(client.floor()))
        assert received == [self.count]
        client.close()
        return reading

    def ours(self) -> Reading:
        desk = served.enrol(self.url, self.server, self.setting.fresh("desk"))
        received: list[int] = []
        reading = timed(lambda: received.append(desk.sync().rows))
        assert received[0] >= self.count > 0
        facts = {"records/s": self.count / reading.seconds, **desk.transport.facts()}
        desk.close()
        return Reading(reading.seconds, facts)

    def alone(self) -> Reading:
        """The same in a process that does nothing else, with the most memory it took over itself before."""
        folder = self.setting.fresh("desk")
        served.enrol(self.url, self.server, folder).close()
        command = [sys.executable, "-m", "benchmarks.large_pull", str(folder), self.url]
        answer = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
        assert answer["rows"] >= self.count
        return Reading(answer["seconds"], {MIB: answer["most"] - answer["idle"], "MiB idle": answer["idle"]})


def run(setting: Setting) -> list[Table]:
    with ExitStack() as open_:
        small = _Copying.begin(setting, setting.records, open_)
        large = _Copying.begin(setting, setting.records * TIMES, open_)
        names = {size: f"{size.count:,} records" for size in (small, large)}
        rows: dict[str, Callable[[], Reading]] = {}
        for size, name in names.items():
            rows |= {f"FLOOR, {name}": size.floor, name: size.ours}
        if _REFS.exists():
            rows["alone"] = large.alone
        found = interleaved(rows, setting.rounds)
    return [_table(names[small], names[large], small.count, large.count, found)]


def _table(small: str, large: str, few: int, many: int, found: dict[str, list[Reading]]) -> Table:
    rate = [
        Reading(big.seconds, {**big.facts, SHARE: big.seconds / many / (little.seconds / few)})
        for little, big in zip(found[small], found[large], strict=True)
    ]
    lines = (
        Line(f"FLOOR, {small}", found[f"FLOOR, {small}"]),
        Line(small, found[small], f"FLOOR, {small}"),
        Line(f"FLOOR, {large}", found[f"FLOOR, {large}"]),
        Line(large, rate, f"FLOOR, {large}", Limit(2.5)),
        Line(f"{large}, rate", rate, limit=Limit(1 / 0.7, SHARE, f"0.7 × the rate at {small}")),
        Line(
            f"{large}, memory of a process of its own",
            found.get("alone", ()),
            limit=Limit(96, MIB),
            why_not="not run: this system does not say the most memory since a moment",
        ),
    )
    note = (
        "The product writes with synchronous = FULL, the floor with NORMAL. A copy killed at any page goes on there "
        "and loses that page alone: tests/e2e/test_killed_sync.py, tests/contract/test_faulty_network.py (F20)."
    )
    return Table("P2", f"first copy of {large} over HTTP", lines, (note,))


# -- the process of its own ----------------------------------------------------------------------------------------


def _kib(name: str) -> int:
    line = next(text for text in _STATUS.read_text("ascii").splitlines() if text.startswith(name))
    return int(line.split()[1])


def _copy(folder: Path, url: str) -> dict[str, float]:
    store = Store.open(folder, prepared.PASSPHRASE, practice_clock(Clock()))
    desk = served.Desk(store, served.Counting(url))
    _REFS.write_text("5", "ascii")  # the peak is counted from here on
    idle, received = _kib("VmRSS"), list[int]()
    reading = timed(lambda: received.append(desk.sync().rows))
    most = _kib("VmHWM")
    desk.close()
    return {"seconds": reading.seconds, "rows": received[0], "idle": idle / 1024, "most": most / 1024}


def _main(arguments: Sequence[str]) -> None:
    print(json.dumps(_copy(Path(arguments[0]), arguments[1])))


if __name__ == "__main__":
    _main(sys.argv[1:])
