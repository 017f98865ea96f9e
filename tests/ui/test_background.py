"""Work away from the window: results and errors come back in the window's thread, stale answers are dropped."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier, Event, get_ident

import pytest
import shiboken6
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from gridworker.ui.background import Background, Report
from gridworker.ui.notifier import Notifier


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    background = Background()
    yield background
    assert background.close()


def settle(background: Background, qtbot: QtBot) -> None:
    """Wait until everything begun so far was answered."""
    qtbot.waitUntil(lambda: not background.busy)


def test_the_result_comes_back_in_this_thread(background: Background, qtbot: QtBot) -> None:
    got: list[tuple[int, int]] = []
    background.run(get_ident, lambda there: got.append((there, get_ident())))
    qtbot.waitUntil(lambda: bool(got))
    there, here = got[0]
    assert here == get_ident()
    assert there != here


def test_an_error_is_delivered_to_who_asked(background: Background, qtbot: QtBot) -> None:
    caught: list[Exception] = []
    background.run(lambda: 1 // 0, lambda _: None, caught.append)
    qtbot.waitUntil(lambda: bool(caught))
    assert isinstance(caught[0], ZeroDivisionError)


def test_an_error_nobody_asked_about_is_not_lost(background: Background, qtbot: QtBot) -> None:
    with qtbot.waitSignal(background.failed_unhandled) as told:
        background.run(lambda: 1 // 0, lambda _: None)
    assert isinstance(told.args[0], ZeroDivisionError)


def test_only_the_newest_answer_of_a_topic_counts(background: Background, qtbot: QtBot) -> None:
    gate, got = Event(), list[str]()

    def slow() -> str:
        gate.wait(10)
        return "old"

    background.run(slow, got.append, topic="rows")
    background.run(lambda: "new", got.append, topic="rows")
    background.run(lambda: "other", got.append, topic="counts")
    gate.set()
    settle(background, qtbot)
    assert sorted(got) == ["new", "other"]


def test_the_answer_for_a_destroyed_owner_is_dropped(background: Background, qtbot: QtBot) -> None:
    owner, gate = QObject(), Event()
    got: list[bool] = []
    background.run(lambda: gate.wait(10), got.append, owner=owner)
    shiboken6.delete(owner)
    gate.set()
    settle(background, qtbot)
    assert got == []


def test_the_serial_lane_keeps_the_order(background: Background, qtbot: QtBot) -> None:
    order: list[int] = []
    for number in range(20):
        background.run(lambda n=number: n, order.append, lane="serial")  # type: ignore[misc]
    qtbot.waitUntil(lambda: len(order) == 20)
    assert order == list(range(20))


def test_progress_and_cancel(background: Background, qtbot: QtBot) -> None:
    seen: list[tuple[str, int, int]] = []
    ended: list[str] = []
    started = Event()

    def work(report: Report) -> str:
        report("正在写入", 1, 4)
        started.set()
        while not report.cancelled:
            Event().wait(0.001)
        return "stopped"

    ticket = background.run_with_progress(work, ended.append, progress=lambda *step: seen.append(step))
    assert started.wait(10)
    ticket.cancel()
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == ["stopped"]
    assert seen == [("正在写入", 1, 4)]


def test_closing_asks_everything_to_stop(qtbot: QtBot) -> None:
    background, started = Background(), Event()

    def work(report: Report) -> None:
        started.set()
        while not report.cancelled:
            Event().wait(0.001)

    background.run_with_progress(work, lambda _: None, progress=lambda *_: None)
    assert started.wait(10)
    assert background.close()


def test_two_are_done_at_once_and_a_third_waits(background: Background, qtbot: QtBot) -> None:
    both, gate, got = Barrier(2), Event(), list[int]()

    def work() -> int:
        both.wait(10)  # breaks where only one is begun
        gate.wait(10)
        return get_ident()

    for _ in range(2):
        background.run(work, got.append)
    background.run(get_ident, got.append)
    qtbot.wait(50)
    assert got == []
    gate.set()
    settle(background, qtbot)
    assert len(got) == 3 and len(set(got)) == 2


def test_what_belongs_to_the_window_is_let_go_of_in_it(background: Background, qtbot: QtBot) -> None:
    """A widget whose last reference a worker drops is deleted in the wrong thread."""
    ended: list[int] = []

    class Shown:
        def show(self, _: object) -> None: ...

        def __del__(self) -> None:
            ended.append(get_ident())

    for _ in range(500):
        background.run(lambda: None, Shown().show)
    settle(background, qtbot)
    assert len(ended) == 500 and set(ended) == {get_ident()}


def test_changes_hop_into_this_thread(background: Background, qtbot: QtBot) -> None:
    notifier = Notifier()
    got: list[tuple[object, int]] = []
    notifier.changed.connect(lambda changes: got.append((changes, get_ident())))
    background.run(lambda: notifier.publish(("household", b"1")), lambda _: None)
    qtbot.waitUntil(lambda: bool(got))
    assert got == [(("household", b"1"), get_ident())]
