"""The plan page over a real profile: proposals one by one or all, with their undo; another week; a door by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStackedWidget
from pytestqt.qtbot import QtBot

from gridworker.models.days import Week
from gridworker.models.planning import Capacity, Proposal
from gridworker.services import plan as plans
from gridworker.store.queries.week_plan import PlanRow, week_plan
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.plan.add_dialog import AddDialog
from gridworker.ui.pages.plan.page import PlanPage
from gridworker.ui.pages.plan.source import PlanSource
from gridworker.ui.pages.planning.act_dialogs import MoveDialog
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

Settle = Callable[[], None]


@pytest.fixture
def page(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    scope: Scope,
    settle: Settle,
) -> Iterator[PlanPage]:
    made, frame = PlanPage(theme, zh, background, PlanSource(store)), QStackedWidget()
    qtbot.addWidget(frame)
    frame.addWidget(made)
    made.changed.connect(made.records_changed)
    frame.resize(1100, 600)
    frame.show()
    frame.activateWindow()
    made.show_scope(scope)
    made.presenter.step(2)  # W49: nothing is planned there yet
    settle()
    made.list.setFocus()
    yield made


def proposed(page: PlanPage) -> list[Proposal]:
    return [item.key for item in page.list.items if isinstance(item.key, Proposal)]


def planned(page: PlanPage) -> list[PlanRow]:
    return [item.key for item in page.list.items if isinstance(item.key, PlanRow)]


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, key, modifier)


def test_enter_accepts_one(page: PlanPage, settle: Settle) -> None:
    before = proposed(page)
    assert before and not planned(page)
    item = page.list.selected()
    assert item is not None
    press(Qt.Key.Key_Return)
    settle()
    assert [row.home.id for row in planned(page)] == [item.key.household_id]  # type: ignore[attr-defined]
    assert {one.household_id for one in proposed(page)} == {one.household_id for one in before} - {
        planned(page)[0].home.id
    }


def test_all_at_once_and_back(page: PlanPage, store: Store, scope: Scope, settle: Settle) -> None:
    count = len(proposed(page))
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert len(planned(page)) == count and not proposed(page)
    assert not page.accept_button.isEnabled()
    assert week_plan(store, scope, page.presenter.week).total.planned == count
    page.undo_bar.undo_button.click()
    settle()
    assert len(proposed(page)) == count and not planned(page)


def test_another_capacity_proposes_otherwise(page: PlanPage, store: Store, settle: Settle) -> None:
    page.capacity.per_week.setValue(1)
    settle()
    assert plans.capacity(store) == Capacity(1, 1)
    micros = [one.micro_grid for one in proposed(page)]
    assert len(micros) == len(set(micros))


def test_a_door_by_hand(page: PlanPage, store: Store, scope: Scope, settle: Settle) -> None:
    door = next(item.title for item in page.list.items if isinstance(item.key, Proposal))
    for text, planned_there in (("9-9-999", False), (door, True)):
        page._add()
        dialog = next(found for found in page.findChildren(AddDialog) if found.isVisible())
        dialog.door.setText(text)
        dialog.ask()
        settle()
        assert bool(dialog.row.error()) is not planned_there
        dialog.reject()
    (row,) = planned(page)
    assert (row.home.door, row.reason) == (door, "by_hand")
    chosen = page.list.selected()
    assert chosen is not None and chosen.title == door
    page.undo_bar.undo_button.click()
    settle()
    assert not planned(page)


def test_home_end_and_a_page_come_to_a_line_not_to_a_head(page: PlanPage) -> None:
    for key in (Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home):
        press(key)
        assert page.list.selected() is not None
    assert page.list.selected() == next(item for item in page.list.items if item.kind == "row")


def test_a_reason_is_asked_for_only_where_it_is_kept(page: PlanPage, settle: Settle) -> None:
    press(Qt.Key.Key_Return)
    settle()
    row = planned(page)[0]
    page.acts.move(row)
    dialog = next(found for found in page.findChildren(MoveDialog) if found.isVisible())
    week = Week.of_day(str(row.planned_on))
    for day, asked in ((week.first, False), (week.shifted(1).first, True)):
        dialog.day_edit.setText(day)
        assert dialog.text.isVisible() is asked
    dialog.reject()


def test_a_week_that_is_over_has_no_proposals(page: PlanPage, settle: Settle) -> None:
    page.presenter.step(-3)
    settle()
    assert str(page.presenter.week) == "2026-W46"
    assert planned(page) and not proposed(page)
    assert any(row.state == "done" for row in planned(page))


def test_esc_leads_back(page: PlanPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.left):
        press(Qt.Key.Key_Escape)
