"""Shops and public spots: listed, added, edited, closed, visited from the list, and taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gridworker.store.queries.shops import SHOP, SPOT
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.places.page import PlacesPage
from gridworker.ui.pages.places.place_dialog import PlaceDialog
from gridworker.ui.pages.places.source import PlaceSource
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
) -> PlacesPage:
    made = PlacesPage(theme, zh, background, PlaceSource(store))
    qtbot.addWidget(made)
    made.changed.connect(made.records_changed)
    made.resize(1200, 640)
    made.show()
    made.show_scope(scope)
    settle()
    return made


def names(page: PlacesPage) -> list[str]:
    model = page.table.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def dialog(page: PlacesPage, settle: Settle) -> PlaceDialog:
    settle()
    assert page.dialog is not None
    return page.dialog


def go(made: PlaceDialog, settle: Settle) -> None:
    made.go_button.click()
    settle()
    settle()


def test_a_shop_is_added_edited_closed_and_taken_back(page: PlacesPage, settle: Settle) -> None:
    before = names(page)
    assert before
    QTest.keyClick(
        page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    made = dialog(page, settle)
    go(made, settle)
    assert made.fields["name"].error()
    made.texts["name"].setText("演示·新店")
    made.texts["phone"].setText("100-0000-0001")
    go(made, settle)
    assert made.fields["phone"].error()
    made.ground.setCurrentIndex(2)
    go(made, settle)
    assert not made.isVisible()
    assert sorted(names(page)) == sorted([*before, "演示·新店"])
    assert page.panel.name.text() == "演示·新店"
    page.panel.edit_button.click()
    settle()
    made = dialog(page, settle)
    assert made.texts["phone"].text() == "100-0000-0001"
    made.state.setCurrentIndex(1)
    go(made, settle)
    assert names(page)[-1] == "演示·新店"
    shown = {line.cells[0]: line.looks[-1] for line in page.table.lines()}
    assert shown.pop("演示·新店") is None  # closed: a word, no state of the plan
    assert all(look is not None for look in shown.values())  # every state has its symbol
    assert not page.panel.visit_button.isEnabled()
    page.undo_bar.undo_button.click()
    settle()
    settle()
    assert page.panel.visit_button.isEnabled()
    page.panel.delete_button.click()
    settle()
    settle()
    assert names(page) == before
    page.undo_bar.undo_button.click()
    settle()
    settle()
    assert "演示·新店" in names(page)


def test_after_esc_the_keys_still_act_on_the_row_they_rest_on(
    page: PlacesPage, qtbot: QtBot, settle: Settle
) -> None:
    page.activateWindow()
    page.table.setFocus()
    page.table.choose(1)
    settle()
    QTest.keyClick(page.table, Qt.Key.Key_Escape)
    assert page.panel.isHidden()
    with qtbot.waitSignal(page.visit_wanted) as wanted:
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert wanted.args == [page.table.current_key()]
    QTest.keyClick(page.table, Qt.Key.Key_F2)
    assert dialog(page, settle).texts["name"].text() == names(page)[1]


def test_spots_have_a_list_of_their_own(page: PlacesPage, qtbot: QtBot, settle: Settle) -> None:
    shops = names(page)
    page.show_target(SPOT)
    settle()
    assert names(page)
    assert not set(names(page)) & set(shops)
    page.filter.setText("垃圾")
    qtbot.waitUntil(lambda: len(names(page)) == 1)
    page.filter.clear()
    page.show_target(SHOP)
    qtbot.waitUntil(lambda: names(page) == shops)


def test_enter_begins_a_visit(page: PlacesPage, qtbot: QtBot, settle: Settle) -> None:
    page.table.setFocus()
    page.table.setCurrentIndex(page.table.model().index(0, 0))
    settle()
    with qtbot.waitSignal(page.visit_wanted) as asked:
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert asked.args == [page.presenter.open]
