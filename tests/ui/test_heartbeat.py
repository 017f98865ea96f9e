"""The heartbeat that looks for a window standing still: it notices, tells where, and tells waiting from working."""

from __future__ import annotations

import time

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
