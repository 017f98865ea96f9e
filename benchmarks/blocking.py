"""P16: how long the window's thread stands still while somebody opens, searches, syncs, exports and imports. Every
round is a process of its own, without a display."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import prepared
from benchmarks.heartbeat import LEAST
from benchmarks.ledger import workbook
from benchmarks.rounds import Reading
from benchmarks.setting import Setting
from benchmarks.table import MS, Limit, Line, Table
from gridworker import practice_desk
from gridworker.practice.size import Size
from gridworker.store.queries.ledger import ledger

_SHEET_ROWS, _FEW_ROWS = 3000, 30
#: Visits that are saved and sent, texts that are searched for: for figures, and only to see that it works.
_WORK, _LITTLE = (60, 8), (5, 2)
_LONGEST_S = 3600
_OURS = "/gridworker/"
_LIMITED = ("search", "sync", "export", "import")
_PARTS = ("own work ms", "in line ms", "for others ms")


def _sheet(setting: Setting, folder: Path, rows: int) -> Path:
    """A ledger of people that are not in the community yet."""
    desk = practice_desk.open_desk(folder)
    target = setting.fresh("sheet").with_suffix(".xlsx")
    target.write_bytes(workbook(ledger(desk.store), rows))
    desk.close()
    return target


def _once(setting: Setting, source: Path, sheet: Path, work: tuple[int, int]) -> dict[str, Any]:
    made = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.blocking_child",
            str(setting.copy(source, "practice")),
            str(sheet),
            *map(str, work),
        ],
        env=setting.surroundings(setting.fresh("home")),
        cwd=Path(__file__).resolve().parents[1],
        check=False,
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
    )
    if made.returncode or not made.stdout:
        raise RuntimeError(made.stderr)
    found: dict[str, Any] = json.loads(made.stdout.splitlines()[-1])
    return found


def run(setting: Setting) -> list[Table]:
    tiny = setting.size < 2000
    source = prepared.practice(setting, Size.tiny() if tiny else Size())
    sheet = _sheet(setting, setting.copy(source, "looked-at"), _FEW_ROWS if tiny else _SHEET_ROWS)
    work = _LITTLE if tiny else _WORK
    if not tiny:
        setting.compile_program()
    rounds = [_once(setting, source, sheet, work) for _ in range(setting.rounds)]
    lines = [
        Line(
            name,
            [
                Reading(
                    seen["longest"][name][0],
                    {fact: part * 1000 for fact, part in zip(_PARTS, seen["longest"][name][1:], strict=True)},
                )
                for seen in rounds
            ],
            limit=Limit(LEAST * 1000, MS) if name in _LIMITED else None,
        )
        for name in rounds[0]["longest"]
    ]
    gaps = [gap for seen in rounds for gap in seen["gaps"] if gap["during"] in _LIMITED]
    worst = sorted(gaps, key=lambda gap: gap["own"], reverse=True)[:3]
    told = (
        "The longest gap between two beats of a 5 ms timer on the window's thread, in each round. Own work: the most "
        "that thread itself worked between two beats; a busy machine makes the gap longer, not the work. Of the "
        "longest gap: how long the thread stood in line for a processor, and how long it waited for others (the "
        "interpreter, the disk)."
    )
    notes = [
        told,
        *(f"{gap['during']}: {gap['seconds'] * 1000:.0f} ms, {_place(gap['stack'])}" for gap in worst),
    ]
    return [Table("P16", "how long the window's thread stands still", lines, notes)]


def _place(stack: str) -> str:
    """The innermost places of the program itself in a stack, newest first."""
    found = [
        line.split("/gridworker/")[-1].replace('", line ', ":")
        for line in stack.splitlines()
        if _OURS in line
    ]
    return " < ".join(found[:3]) or "Qt"
