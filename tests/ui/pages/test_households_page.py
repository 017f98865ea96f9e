"""The households page over a real profile: filter, order, panel, edit, keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gridworker.services import households as services
from gridworker.store.queries.households import household_detail
from gridworker.store.rows import Plan, Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.households.edit_dialog import HouseholdDialog
from gridworker.ui.pages.households.page import HouseholdsPage
from gridworker.ui.pages.households.source import HouseholdSource
from gridworker.ui.pages.households.table_model import COLUMNS
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

Settle = Callable[[], None]
COLUMN = {column.key: at for at, column in enumerate(COLUMNS)}


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
    made.show_scope(scope)
    settle()
    return made


def column(page: HouseholdsPage, key: str) -> list[str]:
    return [str(page.model.index(row, COLUMN[key]).data()) for row in range(page.model.rowCount())]


def choose(page: HouseholdsPage, row: int, settle: Settle) -> None:
    page.table.setFocus()
    page.table.setCurrentIndex(page.model.index(row, 0))
    settle()


def test_every_household_is_listed_with_counts_by_state(page: HouseholdsPage, settle: Settle) -> None:
    assert page.model.rowCount() == 96
    doors = column(page, "door")  # asks for the second page
    settle()
    doors = column(page, "door")
    assert doors[0] == "1-1-101"
    assert len(set(doors)) == 96
    counts = [page.states.toggle(plan).accessibleName().split()[1] for plan in Plan]
    assert sum(map(int, counts)) == 96
    assert "96 户" in page.scope_line.accessibleName()


def test_typing_narrows_the_list_and_escape_widens_it(
    page: HouseholdsPage, qtbot: QtBot, settle: Settle
) -> None:
    QTest.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.filter.hasFocus()
    QTest.keyClicks(page.filter, "0100")  # the end of a phone number
    qtbot.waitUntil(lambda: page.model.rowCount() < 96)
    QTest.keyClick(page.filter, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.model.rowCount() == 96)
    page.filter.setText("没有这样的名字")  # keys would be an input method's
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)
    assert page.list.nothing.isVisible()


def test_a_state_toggle_shows_only_that_state(page: HouseholdsPage, settle: Settle) -> None:
    page.states.toggle(Plan.VACANT).click()
    settle()
    assert page.model.rowCount() == 3
    assert set(column(page, "plan")) == {"空置"}
    page.states.toggle(Plan.OPTED_OUT).click()
    settle()
    assert set(column(page, "plan")) == {"空置", "勿访"}


def test_the_list_can_be_ordered_by_the_next_day(page: HouseholdsPage, settle: Settle) -> None:
    page.table.sort_asked.emit("due")
    settle()
    days = [row.next_due_on for at in range(60) if (row := page.model.row(at)) and row.next_due_on]
    assert days == sorted(days)
    assert page.order.currentData() == "due"


def test_arrows_open_the_side_panel_and_enter_asks_for_a_visit(
    page: HouseholdsPage, qtbot: QtBot, settle: Settle
) -> None:
    page.table.setFocus()
    settle()
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    settle()
    assert page.panel.isVisible()
    assert page.panel.door.text() == "1-1-102"
    assert page.panel.detail is not None
    with qtbot.waitSignal(page.visit_wanted) as wanted:
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert wanted.args == [page.panel.detail.row.id]
    QTest.keyClick(page.table, Qt.Key.Key_Escape)
    assert page.panel.isHidden()


def first_row(page: HouseholdsPage, plan: Plan) -> int:
    return next(at for at in range(64) if (row := page.model.row(at)) and row.plan is plan)


def test_who_asked_not_to_be_visited_is_not_visited(
    page: HouseholdsPage, qtbot: QtBot, store: Store, settle: Settle
) -> None:
    row = page.model.row(0)
    assert row is not None
    services.opt_out(store, row.id, on=True)
    page.presenter.reload()
    settle()
    choose(page, 0, settle)
    assert not page.panel.visit_button.isEnabled()
    assert "勿访" in page.panel.visit_button.accessibleName()
    with qtbot.assertNotEmitted(page.visit_wanted):
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert page.undo_bar.isVisible()


def open_dialog(page: HouseholdsPage) -> HouseholdDialog:
    page.panel.edit_button.click()
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, HouseholdDialog) and w.isVisible())


def contacted(page: HouseholdsPage) -> int:
    return next(at for at in range(64) if (row := page.model.row(at)) and row.contact)


def test_a_wrong_phone_stays_under_its_field_and_the_right_one_is_saved(
    page: HouseholdsPage, qtbot: QtBot, store: Store, settle: Settle
) -> None:
    choose(page, contacted(page), settle)
    dialog = open_dialog(page)
    dialog.phone.setText("12")
    dialog.note.set_text("晚上敲门轻一点")
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert dialog.isVisible()
    assert dialog.phone_row.error()
    assert dialog.note.text() == "晚上敲门轻一点"
    dialog.phone.setText("100-0000-7777")
    dialog.save_button.click()
    settle()
    assert not dialog.isVisible()
    assert page.panel.detail is not None
    saved = household_detail(store, page.panel.detail.row.id)
    assert (saved.phone, saved.note) == ("100-0000-7777", "晚上敲门轻一点")
    assert page.panel.facts.value("phone") == "100-0000-7777"
    assert page.undo_bar.isVisible()


def test_an_identity_number_in_the_note_waits_until_masked(page: HouseholdsPage, settle: Settle) -> None:
    choose(page, contacted(page), settle)
    dialog = open_dialog(page)
    dialog.note.edit.setFocus()
    dialog.note.edit.insertPlainText("证件 11010519491231002X")  # type: ignore[union-attr]
    dialog.save_button.click()
    settle()
    assert dialog.isVisible()
    assert dialog.note.field.error()
    dialog.note.strip.mask_button.click()
    assert "110105" not in dialog.note.text()
    dialog.save_button.click()
    settle()
    assert not dialog.isVisible()


def test_a_narrow_page_shows_the_panel_over_the_table(page: HouseholdsPage, settle: Settle) -> None:
    page.resize(700, 600)
    choose(page, 0, settle)
    assert page.panel.isVisible()
    assert not page.table.isVisible()
    page.panel.back_button.click()
    assert page.table.isVisible()
    settle()
    assert page.filter.isVisible()
    assert page.scope_line.width() >= page.scope_line.sizeHint().width()
    choose(page, 0, settle)
    QTest.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.panel.isHidden()  # it covered the field
    assert page.filter.hasFocus()
    page.resize(1200, 600)
    settle()
    assert page.filter.isVisible()
    assert page.list.tools.indexOf(page.filter) < 0


def test_door_state_and_dates_are_never_cut(page: HouseholdsPage, theme: Theme, settle: Settle) -> None:
    for text_size in (100, 125, 150, 200):
        theme.choose(text_size=text_size)
        settle()
        metrics = theme.metrics("body_bold")
        for key in ("door", "last_met", "next_due"):
            if not page.table.isColumnHidden(COLUMN[key]):
                widest = max(metrics.horizontalAdvance(text) for text in column(page, key))
                assert page.table.columnWidth(COLUMN[key]) >= widest + 12, (key, text_size)
        assert not page.table.isColumnHidden(COLUMN["plan"])
        assert page.table.horizontalHeader().length() <= page.table.viewport().width()


def test_a_screen_reader_hears_state_and_column(page: HouseholdsPage) -> None:
    role = int(Qt.ItemDataRole.AccessibleTextRole)
    at = first_row(page, Plan.VISITED)
    assert str(page.model.index(at, COLUMN["plan"]).data(role)).startswith("已访")
    assert str(page.model.index(at, COLUMN["door"]).data(role)).startswith("门牌 ")
    header = page.model.headerData(COLUMN["last_met"], Qt.Orientation.Horizontal, role)
    assert header == "按上次见到排序"


def test_several_rows_are_planned_together_but_for_who_wants_no_visits(
    page: HouseholdsPage, store: Store, zh: Wording, settle: Settle
) -> None:
    choose(page, 0, settle)
    assert not page.chosen.bar.isVisible()
    for _ in range(3):
        QTest.keyClick(page.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    settle()
    assert page.chosen.bar.words.text() == zh("homes.chosen.count", count=4)
    assert page.presenter.selected_id == page.model.row(0).id  # type: ignore[union-attr]
    homes = HouseholdSource(store).homes(page.chosen.rids())
    assert [page.model.row(at).id for at in range(4)] == list(homes)  # type: ignore[union-attr]
    services.opt_out(store, homes[1], on=True)
    items = "SELECT count(*) FROM plan_item WHERE deleted = 0 AND reason = 'by_hand'"

    def planned() -> int:
        with store.read() as connection:
            return int(connection.exec_driver_sql(items).scalar() or 0)

    before = planned()
    QTest.keyClick(page.table, Qt.Key.Key_W)
    settle()
    done = planned() - before
    assert 1 <= done <= 3
    assert page.undo_bar.words.text() == zh("homes.chosen.planned_some", count=done, rest=4 - done)
    assert len(page.chosen.rids()) == 4, "what was chosen outlives the reading that follows a save"
    assert page.chosen.bar.isVisible()
    page.undo_bar.undo_button.click()
    settle()
    assert planned() == before


def test_everything_filtered_can_be_chosen_and_escape_leaves_one(
    page: HouseholdsPage, zh: Wording, settle: Settle
) -> None:
    choose(page, 5, settle)
    QTest.keyClick(page.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert page.chosen.rids() == list(page.presenter.pages.ids)
    QTest.keyClick(page.table, Qt.Key.Key_Escape)
    settle()
    assert page.chosen.rids() == [page.presenter.pages.ids[5]]
    assert not page.chosen.bar.isVisible() and page.panel.isVisible()


def test_too_many_are_not_planned_at_once(
    page: HouseholdsPage, zh: Wording, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridworker.ui.pages.households.chosen_bar.MOST_PLANNED", 10)
    choose(page, 0, settle)
    QTest.keyClick(page.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(page.table, Qt.Key.Key_W)
    settle()
    assert page.undo_bar.words.text() == zh("homes.chosen.too_many", count=96, most=10)


def test_the_row_that_gets_the_keys_is_selected_too(page: HouseholdsPage, settle: Settle) -> None:
    page.filter.setFocus()
    QTest.keyClick(page.filter, Qt.Key.Key_Return)
    settle()
    assert page.table.hasFocus() and page.chosen.rids() == [page.presenter.pages.ids[0]]
    assert page.panel.isVisible()


def test_the_chosen_row_stays_in_sight_when_the_table_gets_lower(
    page: HouseholdsPage, settle: Settle
) -> None:
    settle()
    table, height = page.table, page.height()
    last_seen = table.rowAt(table.viewport().height() - 1) - 1
    table.selectRow(last_seen)
    for less in (60, 200):
        page.resize(page.width(), height - less)
        settle()
        assert table.visualRect(table.currentIndex()).bottom() < table.viewport().height()
    page.resize(page.width(), height)
    settle()
    table.scrollToBottom()
    away = table.verticalScrollBar().value()
    page.resize(page.width(), height - 60)  # who looks elsewhere is left there
    settle()
    assert table.verticalScrollBar().value() >= away > table.rowHeight(0)


def test_a_visit_without_a_household_asks_for_the_door_and_an_edit_says_what_to_do_first(
    page: HouseholdsPage, zh: Wording, settle: Settle, qtbot: QtBot
) -> None:
    page.filter.setFocus()
    with qtbot.waitSignal(page.visit_wanted) as wanted:
        QTest.keyClick(page.filter, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert wanted.args == [b""]
    QTest.keyClick(page.filter, Qt.Key.Key_F2)
    assert page.undo_bar.words.text() == zh("households.choose_first")


def test_after_esc_the_keys_still_act_on_the_row_they_rest_on(
    page: HouseholdsPage, settle: Settle, qtbot: QtBot
) -> None:
    choose(page, 2, settle)
    row = page.model.row(2)
    assert row is not None
    QTest.keyClick(page.table, Qt.Key.Key_Escape)
    assert page.panel.isHidden()
    with qtbot.waitSignal(page.visit_wanted) as wanted:
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert wanted.args == [row.id]
    QTest.keyClick(page.table, Qt.Key.Key_F2)
    settle()
    dialog = next(found for found in page.findChildren(HouseholdDialog) if found.isVisible())
    assert row.door in dialog.windowTitle()
    dialog.reject()


def test_the_whole_row_under_the_pointer_is_tinted(page: HouseholdsPage, theme: Theme) -> None:
    def back(row: int) -> set[str]:
        image = page.table.viewport().grab().toImage()
        y = page.table.rowViewportPosition(row) + 3
        return {image.pixelColor(x, y).name() for x in (2, image.width() // 2, image.width() - 30)}

    middle = QPointF(page.table.visualRect(page.model.index(3, 0)).center())
    none, plain = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    moved = QMouseEvent(QEvent.Type.MouseMove, middle, middle, none, none, plain)
    QApplication.sendEvent(page.table.viewport(), moved)  # the real pointer belongs to whoever has it
    assert back(3) == {theme.colour("hover").name()}
    assert back(4) == {theme.colour("surface").name()}
