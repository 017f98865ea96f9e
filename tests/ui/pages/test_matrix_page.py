"""The building matrix over a real profile: keyboard, selection, side panel, words for screen readers, layout."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from gridworker.services import households as services
from gridworker.services.demands import DemandForm, register
from gridworker.store.rows import Matrix, MatrixBuilding, MatrixRoom, MatrixUnit, Plan, Scope, TreeKind
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.households.matrix.grid import Place, build_grid
from gridworker.ui.pages.households.matrix.model import MatrixModel
from gridworker.ui.pages.households.matrix.view import MatrixView
from gridworker.ui.pages.households.page import MATRIX, TABLE, HouseholdsPage
from gridworker.ui.pages.households.source import HouseholdSource
from gridworker.ui.theme import Theme
from gridworker.wording import Wording
from tests.ui.pages.immediate import household_row

Settle = Callable[[], None]
SPOKEN = int(Qt.ItemDataRole.AccessibleTextRole)
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    scope: Scope,
    settle: Settle,
) -> HouseholdsPage:
    made = HouseholdsPage(theme, zh, background, HouseholdSource(store))
    qtbot.addWidget(made)
    made.changed.connect(made.records_changed)
    made.resize(1100, 600)
    made.show()
    qtbot.waitUntil(made.isVisible)
    made.activateWindow()
    made.show_scope(scope)
    settle()
    made.table.setFocus()
    QTest.keyClick(made, Qt.Key.Key_T)
    settle()
    QTest.keyClick(made.matrix.view, Qt.Key.Key_Home)
    settle()
    return made


def place(page: HouseholdsPage) -> Place:
    index = page.matrix.view.currentIndex()
    return index.row(), index.column()


def press(page: HouseholdsPage, *keys: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    for key in keys:
        QTest.keyClick(page.matrix.view, key, modifier or Qt.KeyboardModifier.NoModifier)


def close_panel(page: HouseholdsPage, settle: Settle) -> None:
    settle()
    press(page, Qt.Key.Key_Escape)


def test_t_changes_the_view_and_takes_the_open_household_along(page: HouseholdsPage, settle: Settle) -> None:
    assert page.switch.current() == MATRIX
    assert page.matrix.isVisible()
    assert page.matrix.view.hasFocus()
    assert not page.filter.isVisible()
    press(page, Qt.Key.Key_Down)
    settle()
    door = page.panel.door.text()
    QTest.keyClick(page.matrix.view, Qt.Key.Key_T)
    settle()
    assert page.switch.current() == TABLE
    assert not page.matrix.isVisible()
    assert page.filter.isVisible()
    assert page.table.hasFocus()
    row = page.model.row(page.table.currentIndex().row())
    assert row is not None
    assert row.door == door == page.panel.door.text()
    page.table.setCurrentIndex(page.model.index(60, 0))  # in the other building
    settle()
    page.switch.button(MATRIX).click()
    settle()
    other = page.matrix.view.room()
    assert other is not None
    assert other.household is not None
    assert other.household.door == page.panel.door.text()
    assert other.household.door.startswith("2-")
    assert page.matrix.buildings.currentText() == "2栋"


def test_arrows_skip_the_gaps_and_open_the_panel(page: HouseholdsPage, settle: Settle) -> None:
    grid = page.matrix.model.grid
    assert [column.gap for column in grid.columns] == [False, False, True] * 3 + [False, False]
    assert place(page) == (0, 0)
    press(page, Qt.Key.Key_Right, Qt.Key.Key_Right)
    assert place(page) == (0, 3)
    press(page, Qt.Key.Key_Down)
    assert place(page) == (1, 3)
    press(page, Qt.Key.Key_Left)
    assert place(page) == (1, 1)
    settle()
    assert page.panel.isVisible()
    assert page.panel.door.text() == "1-1-502"
    press(page, Qt.Key.Key_End)
    assert place(page) == (5, 10)
    press(page, Qt.Key.Key_Home, Qt.Key.Key_Up, Qt.Key.Key_Left)
    assert place(page) == (0, 0)
    press(page, Qt.Key.Key_PageDown)
    assert place(page)[0] > 0


def test_enter_asks_for_a_visit_and_escape_closes_the_panel(
    page: HouseholdsPage, qtbot: QtBot, settle: Settle
) -> None:
    press(page, Qt.Key.Key_Down)
    settle()
    room = page.matrix.view.room()
    assert room is not None
    assert room.household is not None
    with qtbot.waitSignal(page.visit_wanted) as wanted:
        press(page, Qt.Key.Key_Return)
    assert wanted.args == [room.household.id]
    close_panel(page, settle)
    assert page.panel.isHidden()
    assert page.in_matrix
    assert page.matrix.view.hasFocus()


def test_who_opted_out_is_shown_so_at_once_and_not_visited(
    page: HouseholdsPage, qtbot: QtBot, store: Store, settle: Settle
) -> None:
    room = page.matrix.view.room()
    assert room is not None
    assert room.household is not None
    page.changed.emit(services.opt_out(store, room.household.id, on=True).changes)
    settle()
    index = page.matrix.view.currentIndex()
    assert str(index.data()).endswith("勿访")
    press(page, Qt.Key.Key_Down, Qt.Key.Key_Up)
    settle()
    with qtbot.assertNotEmitted(page.visit_wanted):
        press(page, Qt.Key.Key_Return)
    assert page.undo_bar.isVisible()


def test_several_doors_are_chosen_counted_and_copied(page: HouseholdsPage, settle: Settle) -> None:
    view, legend = page.matrix.view, page.matrix.legend
    press(page, Qt.Key.Key_Right, Qt.Key.Key_Right, modifier=SHIFT)
    press(page, Qt.Key.Key_Down, modifier=SHIFT)
    assert len(page.matrix.chosen_rooms()) == 6  # never the gap
    assert legend.chosen.text() == "已选 6 户"
    press(page, Qt.Key.Key_C, modifier=CTRL)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[0] for line in lines] == [
        "1-1-601", "1-1-602", "1-2-601", "1-1-501", "1-1-502", "1-2-501",
    ]  # fmt: skip
    assert all(len(line.split("\t")) == 5 for line in lines)
    settle()
    press(page, Qt.Key.Key_Escape)
    assert len(page.matrix.chosen_rooms()) == 1
    assert page.panel.isVisible()  # the first Esc gave up the choice only
    assert legend.chosen.isHidden()
    far = view.visualRect(page.matrix.model.index(3, 6)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, CTRL, far)
    assert len(page.matrix.chosen_rooms()) == 2
    press(page, Qt.Key.Key_A, modifier=CTRL)
    assert legend.chosen.text() == "已选 48 户"


def test_open_demands_are_marked_counted_and_said(page: HouseholdsPage, store: Store, settle: Settle) -> None:
    matrix = page.matrix
    assert matrix.legend.demands.isHidden()
    first = matrix.model.grid.reading_order()[0]
    room = matrix.model.grid.room(first)
    assert room is not None and room.household is not None
    plain = matrix.view.grab(matrix.view.visualRect(matrix.model.index(*first))).toImage()
    asked = DemandForm(("household_id", room.household.id), "坡道太陡", "单元门口坡道太陡", "parking")
    done = register(store, asked)
    page.records_changed(done.changes)
    settle()
    index = matrix.model.index(*first)
    assert "1 件诉求没办结" in str(matrix.model.data(index, SPOKEN))
    assert matrix.legend.words()[-1] == "没办结的诉求 1"
    assert matrix.legend.demands.isVisible()
    marked = matrix.view.grab(matrix.view.visualRect(index)).toImage()
    assert marked != plain
    press(page, Qt.Key.Key_C, modifier=CTRL)
    assert QGuiApplication.clipboard().text().split("\t")[4] == "1"


def test_the_gap_takes_no_click(page: HouseholdsPage) -> None:
    view = page.matrix.view
    gap = QPoint(view.columnViewportPosition(2) + 3, view.rowViewportPosition(1) + 5)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, gap)
    assert page.matrix.model.room(view.currentIndex()) is not None
    assert place(page) == (0, 0)


def test_the_legend_counts_what_the_cells_show(page: HouseholdsPage, zh: Wording) -> None:
    rooms = [page.matrix.model.grid.room(at) for at in page.matrix.model.grid.reading_order()]
    for plan in Plan:
        count = sum(
            room is not None and room.household is not None and room.household.plan is plan for room in rooms
        )
        word = f"{zh(f'households.state.{plan.value}')} {count}"
        assert (word in page.matrix.legend.words()) == (count > 0), word
    assert page.matrix.facts.accessibleName() == "4 单元 · 6 层 · 48 户"
    assert page.matrix.promise.text() == "颜色只表示服务计划的状态，不评价任何人"


def test_buildings_are_chosen_by_button_list_and_key(page: HouseholdsPage, settle: Settle) -> None:
    pane = page.matrix
    assert [pane.buildings.itemText(at) for at in range(pane.buildings.count())] == ["1栋", "2栋"]
    assert not pane.previous.isEnabled()
    pane.next.click()
    settle()
    assert pane.buildings.currentText() == "2栋"
    assert not pane.next.isEnabled()
    pane.view.setFocus()
    press(page, Qt.Key.Key_PageUp, modifier=CTRL)
    settle()
    assert pane.buildings.currentText() == "1栋"
    pane.buildings.setCurrentIndex(1)
    pane.buildings.activated.emit(1)
    settle()
    assert str(pane.model.index(0, 0).data(SPOKEN)).startswith("学府院 2-1-601 · ")


def test_another_building_closes_the_household_that_is_not_in_it(
    page: HouseholdsPage, settle: Settle
) -> None:
    press(page, Qt.Key.Key_Down)
    settle()
    assert page.panel.isVisible()
    page.matrix.next.click()
    settle()
    assert page.panel.isHidden()
    assert page.presenter.selected_id is None
    assert not page.matrix.view.currentIndex().isValid()


def test_what_is_chosen_outlives_a_reading(page: HouseholdsPage, store: Store, settle: Settle) -> None:
    press(page, Qt.Key.Key_Down, Qt.Key.Key_Right, modifier=SHIFT)
    settle()
    chosen = [room.rid for room in page.matrix.chosen_rooms()]
    here = place(page)
    first = page.matrix.chosen_rooms()[0].household
    assert first is not None
    page.changed.emit(services.opt_out(store, first.id, on=True).changes)
    settle()
    after = page.matrix.chosen_rooms()
    assert [room.rid for room in after] == chosen
    assert len(chosen) == 4
    assert after[0].household is not None
    assert after[0].household.plan is Plan.OPTED_OUT
    assert place(page) == here
    page.close_panel()
    page.changed.emit(services.opt_out(store, first.id, on=False, reason="想通了").changes)
    settle()
    assert place(page) == here  # where the keyboard stood
    assert page.panel.isHidden()


def test_a_shared_building_is_marked_and_keeps_others_closed(page: HouseholdsPage, settle: Settle) -> None:
    matrix = page.matrix.model.matrix
    assert matrix is not None
    mine = frozenset(unit.id for unit in matrix.units[1:2])
    page.show_scope(Scope(b"n" * 16, TreeKind.AREA, "1栋", ("1栋",), mine, frozenset()))
    settle()
    pane = page.matrix
    assert pane.partial.isVisible()
    assert pane.title.text() == "1栋"
    assert not pane.buildings.isVisible()
    assert pane.legend.outside.text() == "范围外 36"
    header = [
        str(pane.model.headerData(at, Qt.Orientation.Horizontal) or "")
        for at, column in enumerate(pane.model.grid.columns)
        if not column.gap
    ]
    assert header[::2] == ["1单元 · 范围外", "2单元", "3单元 · 范围外", "4单元 · 范围外"]
    outside = pane.model.index(0, 0)
    assert outside.data(SPOKEN) == "1栋 1单元 601 · 不在所选范围里，只显示门牌"
    assert not outside.flags() & Qt.ItemFlag.ItemIsSelectable
    pane.view.setFocus()
    press(page, Qt.Key.Key_Home)
    assert place(page) == (0, 3)
    press(page, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Right)
    assert place(page) == (0, 4)


def test_a_narrow_page_moves_by_arrows_and_opens_on_space(page: HouseholdsPage, settle: Settle) -> None:
    page.resize(700, 600)
    settle()
    close_panel(page, settle)
    press(page, Qt.Key.Key_Down)
    settle()
    assert page.panel.isHidden()
    assert page.matrix.isVisible()
    press(page, Qt.Key.Key_Space)
    assert page.panel.isVisible()
    assert page.panel.door.text() == "1-1-501"
    assert not page.matrix.isVisible()
    page.panel.back_button.click()
    assert page.matrix.view.isVisible()
    assert page.matrix.view.hasFocus()


def test_the_filters_of_the_table_do_not_close_a_door_of_the_matrix(
    page: HouseholdsPage, settle: Settle
) -> None:
    QTest.keyClick(page, Qt.Key.Key_F, CTRL)
    assert not page.in_matrix
    page.states.toggle(Plan.VACANT).click()
    settle()
    page.show_view(MATRIX)
    settle()
    page.matrix.view.setFocus()
    press(page, Qt.Key.Key_End)
    settle()
    door = page.panel.door.text()
    page.presenter.reload()
    settle()
    assert page.panel.isVisible()
    assert page.panel.door.text() == door
    page.show_view(TABLE)  # where it is filtered out
    settle()
    assert page.panel.detail is not None
    assert page.panel.detail.row.plan is Plan.VACANT  # the first that is in the list


def tall(floors: int, units: int, doors: int = 2) -> Matrix:
    stairs = tuple(MatrixUnit(bytes([n]) * 16, f"{n}单元", in_scope=True) for n in range(1, units + 1))
    rooms = tuple(
        MatrixRoom(
            rid := ((n * 100) + floor) * 10 + door,
            stair.id,
            floor,
            f"{floor}{door:02d}",
            household_row(rid, list(Plan)[rid % 7], plan_days=123, tries=12),
            demands=rid % 3 * 6,
        )
        for n, stair in enumerate(stairs)
        for floor in range(1, floors + 1)
        for door in range(1, doors + 1)
    )
    return Matrix(MatrixBuilding(b"b" * 16, "锦苑一期", "1栋", partial=False), stairs, rooms, "2026-11-20")


@pytest.mark.parametrize("text_size", [100, 150, 200])
@pytest.mark.parametrize("floors", [7, 33, 66])
def test_door_numbers_and_states_are_never_cut(
    qtbot: QtBot, theme: Theme, en: Wording, text_size: int, floors: int
) -> None:
    theme.choose(text_size=text_size)
    shown = tall(floors, 2)
    model = MatrixModel(en)
    view = MatrixView(theme, en, model)
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.show()
    view.show_matrix(shown, build_grid(shown), None)
    bold, caption = theme.metrics("body_bold"), theme.metrics("caption")
    icon = theme.tokens.icon(14) + 3
    for row in range(model.rowCount()):
        index = model.index(row, 0)
        door, _, word = str(index.data()).partition(" ")
        marked = model.grid.room((row, 0))
        mark = icon + caption.horizontalAdvance(str(marked.demands)) if marked and marked.demands else 0
        parts = bold.horizontalAdvance(door) + mark, icon + caption.horizontalAdvance(word)
        needed = max(parts) if floors <= 9 else sum(parts) + 8
        assert view.columnWidth(0) >= needed + 12, (door, word)
    lines = 1 if floors > 9 else 2
    assert view.rowHeight(0) >= lines * caption.height()
    assert view.columnWidth(2) < view.columnWidth(1)


def test_the_model_keeps_qts_rules(zh: Wording) -> None:
    model = MatrixModel(zh)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for shown in (tall(33, 2), tall(7, 4)):
        model.restart(shown, build_grid(shown))
    assert model.headerData(0, Qt.Orientation.Vertical, SPOKEN) == "7 层"
    assert model.index(0, 2).data(SPOKEN) is None  # a gap says nothing
    first = model.index(0, 0)
    assert first.data(SPOKEN) == first.data(int(Qt.ItemDataRole.ToolTipRole))
    model.restart(None, build_grid(shown).__class__())
    assert model.rowCount() == 0
    del tester
