"""The end of a week on the report page, by keyboard: close it, take that back, freeze, open an edition, supplement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gridworker.services.visits import log_visit
from gridworker.store.frozen_rows import Edition
from gridworker.store.queries import tree
from gridworker.store.queries.frozen import editions
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.plan.page import PlanPage
from gridworker.ui.pages.plan.source import PlanSource
from gridworker.ui.pages.report.editions_dialog import EditionsDialog
from gridworker.ui.pages.report.page import ReportPage
from gridworker.ui.pages.report.week_end_strip import WeekEndStrip
from gridworker.ui.pages.report.week_strip import week_strip
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.wording import Wording
from tests.community import form, household_of, one
from tests.ui.pages.test_report_page import make_page

Settle = Callable[[], None]
#: A micro-grid with something in the week.
VISITED = "SELECT unit_at FROM visit WHERE now_on BETWEEN '2026-11-16' AND '2026-11-20' LIMIT 1"


@pytest.fixture
def page(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, scope: Scope, settle: Settle,
    tmp_path: Path,
) -> ReportPage:  # fmt: skip
    made = make_page(qtbot, theme, zh, background, store, tmp_path / "定稿.docx")
    made.changed.connect(made.records_changed)  # as the desk does
    made.show_scope(scope)
    settle()
    made.card.area.setFocus()
    return made


def press(qtbot: QtBot, page: ReportPage, settle: Settle, key: Qt.Key) -> None:
    QTest.keyClick(page, key, Qt.KeyboardModifier.AltModifier)
    settle()


def editions_of(qtbot: QtBot, page: ReportPage, settle: Settle) -> EditionsDialog:
    press(qtbot, page, settle, Qt.Key.Key_F)
    dialog = page.week_end.dialog
    assert dialog is not None
    return dialog


def test_the_week_is_closed_and_opened_again_by_keyboard(
    page: ReportPage, store: Store, qtbot: QtBot, settle: Settle
) -> None:
    button = page.week_end.close_button
    assert "封周" in button.accessibleName()
    press(qtbot, page, settle, Qt.Key.Key_W)
    count = one(store, "SELECT count(*) FROM week_close WHERE deleted = 0")
    assert f"已封周 {count}/{count} 个微网格" in page.week_end.words.text()
    assert page.undo_bar.words.text().startswith(f"已封周 {count} 个微网格")
    assert "重新打开" in button.accessibleName()
    page.undo_bar.undo_button.click()
    settle()
    assert one(store, "SELECT count(*) FROM week_close WHERE deleted = 0") == 0
    assert "封周" in button.accessibleName()
    press(qtbot, page, settle, Qt.Key.Key_W)
    press(qtbot, page, settle, Qt.Key.Key_W)
    assert one(store, "SELECT count(*) FROM week_close WHERE deleted = 0") == 0


def test_a_report_is_frozen_opened_and_supplemented(
    page: ReportPage, store: Store, scope: Scope, qtbot: QtBot, settle: Settle, tmp_path: Path
) -> None:
    dialog = editions_of(qtbot, page, settle)
    assert dialog.none.isVisible()
    dialog.freeze_button.click()
    settle()
    (first,) = editions(store, scope.node_id, "2026-W47")
    assert first.edition == 1
    assert "已定稿：第 1 版" in dialog.note.words.text()
    assert dialog.chosen() == first
    leave(page, dialog.export_button, settle)
    assert (tmp_path / "定稿.docx").read_bytes()[:2] == b"PK"
    assert "定稿.docx" in dialog.note.words.text()
    log_visit(store, form(household_of(store)))
    (tmp_path / "定稿.docx").unlink()
    leave(page, dialog.supplement_button, settle)
    assert (tmp_path / "定稿.docx").exists()
    dialog.keep_button.click()
    settle()
    assert [e.supplements for e in editions(store, scope.node_id, "2026-W47")] == [0, 1]
    assert dialog.table.model().rowCount() == 2
    QTest.keyClick(dialog.table, Qt.Key.Key_Escape)  # where the keyboard is
    assert not dialog.isVisible()


def test_freezing_tells_how_far_it_is_and_can_be_stopped(
    page: ReportPage, store: Store, scope: Scope, qtbot: QtBot, settle: Settle
) -> None:
    dialog = editions_of(qtbot, page, settle)
    dialog.freeze_button.click()
    assert dialog.progress.isVisible()
    assert not dialog.freeze_button.isEnabled()
    dialog.progress.cancel_button.click()
    settle()
    assert "已停下" in dialog.note.words.text()
    assert dialog.progress.isHidden()
    assert editions(store, scope.node_id, "2026-W47") == ()
    dialog.freeze_button.click()
    page.week_end.open_editions()  # the same list once more, while it goes on
    again = page.week_end.dialog
    assert again is not None and again is not dialog
    again.freeze_button.click()
    settle()
    assert again.progress.isHidden()
    assert len(editions(store, scope.node_id, "2026-W47")) == 1


def test_escape_stops_a_freezing_before_it_closes_the_list(
    page: ReportPage, store: Store, scope: Scope, qtbot: QtBot, settle: Settle
) -> None:
    dialog = editions_of(qtbot, page, settle)
    dialog.freeze_button.click()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    settle()
    assert "已停下" in dialog.note.words.text()
    assert editions(store, scope.node_id, "2026-W47") == ()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def leave(page: ReportPage, button: Button, settle: Settle) -> None:
    """Press, and answer what is asked before a file leaves."""
    button.click()
    settle()
    exporting = page.week_end.exporting
    assert exporting is not None
    asked = exporting.dialog
    assert asked is not None
    asked.purpose.setText("周例会")
    asked.recipient.setText("街道")
    asked.form.choose("docx")
    asked.go_button.click()
    settle()


def test_a_committee_member_sees_editions_and_freezes_none(
    page: ReportPage, store: Store, scope: Scope, qtbot: QtBot, settle: Settle
) -> None:
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE appointment SET role_code = 'committee_member'")
    store.forget_cached()
    page.presenter.reload()
    settle()
    dialog = editions_of(qtbot, page, settle)
    assert not dialog.freeze_button.isEnabled()


def test_a_steward_closes_the_own_week_and_sees_no_editions(
    page: ReportPage, store: Store, qtbot: QtBot, settle: Settle
) -> None:
    be_steward(store, one(store, VISITED))
    page.presenter.reload()
    settle()
    assert page.week_end.editions_button.isHidden()
    assert page.week_end.close_button.accessibleName().startswith("封周")
    press(qtbot, page, settle, Qt.Key.Key_W)
    assert one(store, "SELECT count(*) FROM week_close WHERE deleted = 0") == 1
    press(qtbot, page, settle, Qt.Key.Key_F)
    assert page.week_end.dialog is None


@pytest.fixture
def plan(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, settle: Settle
) -> PlanPage:
    made = PlanPage(theme, zh, background, PlanSource(store))
    made.end_with(week_strip(theme, zh, background, store))
    qtbot.addWidget(made)
    made.changed.connect(made.records_changed)
    made.resize(1100, 600)
    made.show()
    return made


def strip_of(plan: PlanPage) -> WeekEndStrip:
    assert plan.week_end is not None
    return plan.week_end


def be_steward(store: Store, micro: object) -> None:
    with store.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE appointment SET role_code = 'micro_grid_leader', area_unit_id = ?", (micro,)
        )
    store.forget_cached()


def test_a_steward_closes_the_week_where_it_is_planned(
    plan: PlanPage, store: Store, qtbot: QtBot, settle: Settle
) -> None:
    be_steward(
        store,
        one(store, "SELECT unit_at FROM visit WHERE now_on BETWEEN '2026-11-16' AND '2026-11-20' LIMIT 1"),
    )
    plan.show_scope(tree.default_scope(store))
    settle()
    strip = strip_of(plan)
    assert strip.close_button.accessibleName() == "封周"
    assert strip.editions_button.isHidden()
    QTest.keyClick(plan, Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)
    settle()
    assert one(store, "SELECT count(*) FROM week_close WHERE deleted = 0") == 1
    assert "已封周 1/1 个微网格" in strip.words.text()
    plan.weeks.ahead.click()  # the week to come is not closed before it begins
    settle()
    assert strip.isHidden()


def test_that_there_was_nothing_is_for_the_grid_to_say(
    plan: PlanPage, store: Store, qtbot: QtBot, settle: Settle
) -> None:
    micro = one(store, "SELECT unit_at FROM visit LIMIT 1")
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE visit SET deleted = 1")
        connection.exec_driver_sql("UPDATE demand_event SET deleted = 1")
    be_steward(store, micro)
    plan.show_scope(tree.default_scope(store))
    settle()
    button = strip_of(plan).close_button
    assert not button.isEnabled()
    assert button.accessibleName() == "零报告 · 由网格确认"
    QTest.keyClick(plan, Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)
    settle()
    assert one(store, "SELECT count(*) FROM week_close") == 0


def test_what_was_said_of_a_provisional_edition_is_said_again_with_its_number(
    qtbot: QtBot, theme: Theme, zh: Wording
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = EditionsDialog(theme, zh, parent, may_freeze=True)
    first = Edition(b"e", "2026-W47", 0, b"n", "锦澜社区", 0, None, "2026-11-20 09:00", "0" * 64, 0, True, ())
    dialog.show_editions((first,))
    dialog.show_frozen(first)
    assert "暂编" in dialog.note.words.text()
    dialog.show_editions((replace(first, edition=3),))
    assert "第 3 版" in dialog.note.words.text()
    assert "暂编" not in dialog.note.words.text()
    dialog.close()
