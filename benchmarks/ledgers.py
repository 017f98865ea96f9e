"""P17, ledgers: 100,000 lines of 走访台账 from memory to the bytes of the workbook, beside XlsxWriter in memory with
the same cells; and the most memory each takes, in a process of its own."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from benchmarks.rounds import Reading, interleaved, timed
from benchmarks.setting import Setting
from benchmarks.table import Limit, Line, Table
from gridworker.exports.document import Cell, Day
from gridworker.exports.ledgers import Ledger
from gridworker.store.ledger_rows import VisitLine
from gridworker.wording import Wording

ROWS, PART = 100_000, 2_000
PEER, OURS, CSV = "XlsxWriter in memory", "our xlsx", "our csv"
_SAID = "居民说楼下电动车坡道太陡，推车上来很费力，希望改缓一些；楼道灯第三层不亮，已告知物业。"


def lines(count: int) -> Iterator[VisitLine]:
    for turn in range(count):
        yield VisitLine(
            f"Z26-01-{turn:06d}", f"2026-{turn % 12 + 1:02d}-{turn % 28 + 1:02d}", "09:30", "锦苑一期一网格", "101",
            "锦苑一期", f"{turn % 9 + 1}-{turn % 4 + 1}-{turn % 30 + 1}01", "household", "演示甲", "女士",
            child=False, mode="door", outcome="met", visitors=("演示甲", "演示乙"), said=_SAID, site="单元门关不上",
            next_step="下周回访", next_on="2026-11-27",
        )  # fmt: skip


def ours(form: str, count: int) -> int:
    made = Ledger(
        "visits",
        form,
        ("锦澜社区", ("2026-01-01", "2026-12-31"), True, "2026-11-20 09:00"),
        Wording.load("zh_CN"),
        {},
    )
    every = lines(count)
    while part := list(islice(every, PART)):
        made.take_visits(part)
    return len(made.content())


class _Kept:
    """Takes the place of a file: it keeps the cells, so that the peer writes the very same."""

    def __init__(self) -> None:
        self.rows: list[Sequence[Cell]] = []

    def add(self, _: int, rows: Iterable[Sequence[Cell]]) -> None:
        self.rows += rows

    def content(self) -> bytes:
        return b""


def peer(count: int) -> int:
    """Lines, masked by the same code, as cells of XlsxWriter's usual way of writing."""
    import xlsxwriter

    made = Ledger(
        "visits",
        "csv",
        ("锦澜社区", ("2026-01-01", "2026-12-31"), True, "2026-11-20 09:00"),
        Wording.load("zh_CN"),
        {},
    )
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    page, text = book.add_worksheet(), book.add_format({"num_format": "@", "border": 1, "text_wrap": True})
    day = book.add_format({"num_format": "yyyy-mm-dd", "border": 1})
    at, every = 1, lines(count)
    while part := list(islice(every, PART)):
        kept = _Kept()
        made._file = kept
        made.take_visits(part)
        for row in kept.rows:
            for place, cell in enumerate(row):
                if isinstance(cell, Day):
                    page.write_datetime(at, place, cell.date, day)
                elif isinstance(cell, int):
                    page.write_number(at, place, cell, text)
                else:
                    page.write_string(at, place, str(cell or ""), text)
            at += 1
    book.close()
    return len(buffer.getvalue())


def _memory(name: str, count: int) -> float:
    """Most memory of a process that writes one ledger, MB."""
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.ledgers", name, str(count)],
        capture_output=True,
        check=True,
        text=True,
    )
    return float(json.loads(answer.stdout))


def run(setting: Setting) -> list[Table]:
    count = min(ROWS, setting.size)
    rows = interleaved(
        {
            PEER: lambda: timed(lambda: peer(count)),
            OURS: lambda: timed(lambda: ours("xlsx", count)),
            CSV: lambda: timed(lambda: ours("csv", count)),
        },
        setting.rounds,
        warm_up=False,
    )
    for name in (PEER, OURS):
        most = _memory(name, count)
        rows[name] = [Reading(reading.seconds, {"MB": most}) for reading in rows[name]]
    return [
        Table(
            "P17 ledger",
            "a ledger of visits as a file",
            (
                Line(PEER, rows[PEER]),
                Line(OURS, rows[OURS], PEER, Limit(1.5)),
                Line("its memory", rows[OURS], limit=Limit(300, "MB")),
                Line(CSV, rows[CSV], PEER),
            ),
            (f"{count:,} lines of 14 cells, masked by the same code; MB: the whole process.",),
        )
    ]


def _main() -> None:
    name, count = sys.argv[1], int(sys.argv[2])
    peer(count) if name == PEER else ours("xlsx", count)
    # Linux only: what `getrusage` says here is that of the process it was forked from.
    status = Path("/proc/self/status").read_text()
    print(
        json.dumps(
            int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
        )
    )


if __name__ == "__main__":
    _main()
