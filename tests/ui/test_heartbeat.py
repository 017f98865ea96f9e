"""The heartbeat that looks for a window standing still: it notices, tells where, and tells waiting from working."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from threading import Event, Thread

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from benchmarks.heartbeat import Gap, Heartbeat

STILL = 0.3


def seen_while(qtbot: QtBot, work: object) -> list[Gap]:
    with Heartbeat() as beat:
        beat.during = "test"
        QTimer.singleShot(20, work)  # type: ignore[call-overload]
        qtbot.wait(int(STILL * 3000))
    return [gap for gap in beat.gaps if gap.seconds >= STILL]


def stand_still() -> None:
    time.sleep(STILL)


def work_hard() -> None:
    until = time.thread_time() + STILL
    while time.thread_time() < until:
        pass


def test_a_window_that_waits_is_noticed_with_its_place(qtbot: QtBot) -> None:
    (gap,) = seen_while(qtbot, stand_still)
    assert gap.during == "test"
    assert "stand_still" in gap.stack
    assert gap.own < STILL / 2


def test_work_is_told_from_waiting(qtbot: QtBot) -> None:
    (gap,) = seen_while(qtbot, work_hard)
    assert "work_hard" in gap.stack
    assert gap.own >= STILL * 0.9


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how long a thread stood in line")
def test_standing_in_line_for_a_processor_is_told_from_both(qtbot: QtBot) -> None:
    """Two threads that need no interpreter share one processor with the window's."""
    here, stop = os.sched_getaffinity(0), Event()
    os.sched_setaffinity(0, {min(here)})
    try:
        digest = bytes(1 << 22)
        busy = [
            Thread(target=lambda: [hashlib.sha256(digest) for _ in iter(stop.is_set, True)]) for _ in "ab"
        ]
        for thread in busy:
            thread.start()
        (gap,) = seen_while(qtbot, work_hard)
    finally:
        stop.set()
        os.sched_setaffinity(0, here)
    assert gap.queued > STILL / 4
    assert gap.queued + gap.own <= gap.seconds + 0.05
