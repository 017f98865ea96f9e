"""P14: from the start of the process to the first paint and to a usable window, and idle memory, beside a bare
PySide6 window. Every run is a process of its own, without a display."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import prepared
from benchmarks.rounds import Reading, interleaved
from benchmarks.setting import Setting
from benchmarks.table import OVER, Limit, Line, Table

BARE, PAINT, USABLE = "bare PySide6 window, first paint", "first paint", "usable, passphrase given at once"
_MEMORY = "× bare memory"


class _Starting:
    def __init__(self, setting: Setting) -> None:
        self._profile = setting.copy(prepared.profile_of_visits(setting, setting.size), "profile")
        self._environment = setting.surroundings(setting.fresh("home"))
        self._seen: dict[str, float] = {}
        self._bare = 1.0

    def _start(self, kind: str, *more: str) -> dict[str, float]:
        command = [sys.executable, "-m", "benchmarks.window_child", kind, str(time.monotonic_ns()), *more]
        made = subprocess.run(
            command,
            env=self._environment,
            cwd=_root(),
            check=False,
            capture_output=True,
            text=True,
            timeout=1800,
        )
        if made.returncode or not made.stdout:
            raise RuntimeError(made.stderr)
        found: dict[str, float] = json.loads(made.stdout.splitlines()[-1])
        return found

    def bare(self) -> Reading:
        seen = self._start("bare")
        self._bare = seen["idle MiB"]
        return Reading(seen["first paint"] / 1000, {"idle MiB": self._bare})

    def paint(self) -> Reading:
        self._seen = self._start("product", str(self._profile))
        return Reading(self._seen["first paint"] / 1000)

    def usable(self) -> Reading:
        """Of the same run as the paint."""
        memory = self._seen["idle MiB"]
        return Reading(self._seen["usable"] / 1000, {"idle MiB": memory, _MEMORY: memory / self._bare})


def _root() -> Path:
    return Path(__file__).resolve().parents[1]


def run(setting: Setting) -> list[Table]:
    starting = _Starting(setting)
    rows = {BARE: starting.bare, PAINT: starting.paint, USABLE: starting.usable}
    found = interleaved(rows, setting.rounds)
    lines = (
        Line(BARE, found[BARE]),
        Line(PAINT, found[PAINT], BARE, Limit(150, OVER, "150 ms over the bare window")),
        Line(USABLE, found[USABLE], BARE, Limit(600, OVER, "600 ms over the bare window")),
    )
    memory = (Line("idle with the profile open", found[USABLE], limit=Limit(2, _MEMORY)),)
    note = (
        f"A profile with about {setting.size:,} visits; no display; its key is derived at a low cost, as the bar "
        "leaves the deliberate cost out."
    )
    return [
        Table("P14", "start of the process to the window", lines, (note,)),
        Table("P14", "idle memory", memory),
    ]
