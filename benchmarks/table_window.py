"""P15: the households table with a million rows, its scrolling, and the matrix of a large building, beside a bare
QTableView over a model that knows nothing but a number."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.rounds import Reading, interleaved, percentile
from benchmarks.setting import Setting
from benchmarks.table import MS, Limit, Line, Table
from gridworker.store.rows import (
    HouseholdRow,
    Matrix,
    MatrixBuilding,
    MatrixRoom,
    MatrixUnit,
    Plan,
    Road,
)

BARE, BARE_FRAME = "bare QTableView, first paint", "bare QTableView, scrolled by a page"
FIRST, FRAME, MATRIX = "table, first paint", "table, scrolled by a page", "matrix 66 × 4"
ROWS, _FRAMES, _FLOORS, _UNITS = 1_000_000, 200, 66, 4
_STATES = tuple(plan for plan in Plan)


def _row(number: int) -> HouseholdRow:
    return HouseholdRow(
        id=number.to_bytes(16, "big"), door=f"{number // 1000}-{number % 4}-{number % 900}", estate="演示苑",
        contact="演示·甲乙", salutation="", occupancy="owner", member_count=3, preferred_time="evening",
        last_met_on="2026-10-01", next_due_on="2026-12-01", plan=_STATES[number % len(_STATES)], plan_days=number % 40,
        tries=number % 3, road=Road.SERVER,
    )  # fmt: skip


class _Window:
    """One application, a fresh widget for each reading."""

    def __init__(self) -> None:
        from PySide6.QtWidgets import QApplication

        from gridworker.settings import Settings
        from gridworker.ui.application import create_application
        from gridworker.wording import Wording

        self._application = create_application([], Settings(appearance="light"))
        self._theme, self._wording = self._application.theme, Wording.load("zh_CN")
        self._events = QApplication.processEvents

    def _painted(self, widget: Any, begun: float) -> float:
        self._theme.dress(widget)
        widget.resize(1100, 650)
        widget.show()
        self._events()
        widget.repaint()
        return time.perf_counter() - begun

    def _scrolled(self, view: Any) -> Reading:
        bar = view.verticalScrollBar()
        step = max(1, bar.maximum() // _FRAMES)
        times, own = [], []
        for place in range(_FRAMES):
            begun, worked = time.perf_counter(), time.thread_time()
            bar.setValue(place * step)
            view.viewport().repaint()
            times.append(time.perf_counter() - begun)
            own.append(time.thread_time() - worked)
            self._events()
        facts = {"p50 ms": percentile(times, 0.5) * 1000, "own work p99 ms": percentile(own, 0.99) * 1000}
        return Reading(percentile(times, 0.99), facts)

    def _bare(self) -> Any:
        from PySide6.QtCore import QAbstractTableModel, QModelIndex
        from PySide6.QtWidgets import QTableView

        class Numbers(QAbstractTableModel):
            def rowCount(self, _parent: Any = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
                return ROWS

            def columnCount(self, _parent: Any = QModelIndex()) -> int:  # noqa: N802, B008
                return 9

            def data(self, index: Any, role: int = 0) -> Any:
                return index.row() if role == 0 else None

        view = QTableView()
        self._numbers = Numbers()
        view.setModel(self._numbers)
        return view

    def bare_first(self) -> Reading:
        begun = time.perf_counter()
        view = self._bare()
        seconds = self._painted(view, begun)
        self._frames_bare = self._scrolled(view)
        self._drop(view)
        return Reading(seconds)

    def bare_frame(self) -> Reading:
        return self._frames_bare

    def first(self) -> Reading:
        from gridworker.ui.pages.households.list_pane import ListPane
        from gridworker.ui.pages.households.row_pages import RowPages
        from gridworker.ui.pages.households.table_model import HouseholdTable

        ids = tuple(range(1, ROWS + 1))

        def fetch(page: int, wanted: Sequence[int]) -> None:
            pages.put(page, [_row(number) for number in wanted])

        begun = time.perf_counter()
        pages = RowPages(fetch)
        model = HouseholdTable(self._wording, pages)
        pane = ListPane(self._theme, self._wording, model)
        pages.start(ids)
        fetch(0, pages.page_ids(0))
        model.restart("2026-11-20")
        pane.show_table(filled=True, narrowed=False)
        seconds = self._painted(pane, begun)
        self._frames = self._scrolled(pane.table)
        self._drop(pane)
        return Reading(seconds)

    def frame(self) -> Reading:
        return self._frames

    def matrix(self) -> Reading:
        from gridworker.ui.pages.households.matrix.grid import build_grid
        from gridworker.ui.pages.households.matrix.model import MatrixModel
        from gridworker.ui.pages.households.matrix.view import MatrixView

        units = tuple(MatrixUnit(bytes([place]) * 16, f"{place + 1}单元", True) for place in range(_UNITS))
        rooms = tuple(
            MatrixRoom(
                floor * _UNITS + place, unit.id, floor + 1, f"{floor + 1}0{place + 1}", _row(floor + place)
            )
            for floor in range(_FLOORS)
            for place, unit in enumerate(units)
        )
        told = Matrix(MatrixBuilding(b"b" * 16, "演示苑", "1栋", partial=False), units, rooms, "2026-11-20")
        model = MatrixModel(self._wording)
        view = MatrixView(self._theme, self._wording, model)
        self._painted(view, 0.0)
        begun = time.perf_counter()
        model.restart(told, build_grid(told))
        view.viewport().repaint()
        seconds = time.perf_counter() - begun
        self._drop(view)
        return Reading(seconds)

    def _drop(self, widget: Any) -> None:
        widget.hide()
        widget.deleteLater()
        self._events()


def run(setting: Setting) -> list[Table]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    window = _Window()
    rows = {
        BARE: window.bare_first,
        BARE_FRAME: window.bare_frame,
        FIRST: window.first,
        FRAME: window.frame,
        MATRIX: window.matrix,
    }
    found = interleaved(rows, setting.rounds)
    lines = (
        Line(BARE, found[BARE]),
        Line(FIRST, found[FIRST], BARE, Limit(300, MS)),
        Line(BARE_FRAME, found[BARE_FRAME]),
        Line(FRAME, found[FRAME], BARE_FRAME, Limit(16, MS, "p99 16 ms")),
        Line(MATRIX, found[MATRIX], limit=Limit(50, MS)),
    )
    note = f"{ROWS:,} rows made in memory; {_FRAMES} frames, each somewhere else; pages are switched in P16."
    return [Table("P15", "a table of a million rows, a matrix of a large building", lines, (note,))]
