"""Entering a walk list from paper over a real profile: few keys a line, one save, one undo, nothing lost by a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QStackedWidget
from pytestqt.qtbot import QtBot

from gridworker.models.days import Week
from gridworker.services import plan
from gridworker.services.sheets import keep_sheet
from gridworker.store.queries.households import household_ids, household_rows
from gridworker.store.queries.week_plan import week_plan
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.paper.lines import COLUMNS, PaperLine, line_faults, visit_form
from gridworker.ui.pages.paper.page import KEEP_MS, PaperPage
from gridworker.ui.pages.paper.source import PaperSource
from gridworker.ui.theme import Theme
from gridworker.wording import Wording
from tests.community import one

Settle = Callable[[], None]
OpenPage = Callable[[], PaperPage]
TODAY = "2026-11-20"
NOW = Week(2026, 47)


@pytest.fixture
def open_page(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    scope: Scope,
    settle: Settle,
) -> Iterator[OpenPage]:
    frames: list[QStackedWidget] = []

    def make() -> PaperPage:
        made, frame = PaperPage(theme, zh, background, PaperSource(store)), QStackedWidget()
        frames.append(frame)
        qtbot.addWidget(frame)
        frame.addWidget(made)
        made.changed.connect(made.records_changed)
        frame.resize(1100, 600)
        frame.show()
        frame.activateWindow()
        made.show_scope(scope)
        settle()
        made.grid.setFocus()
        return made

    plan.accept(store, NOW, plan.proposal(store, scope, NOW))
    yield make
    frames.clear()


def press(
    page: PaperPage, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(QApplication.focusWidget() or page.grid, key, modifier)


def save(page: PaperPage) -> None:
    press(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def visits(store: Store) -> int:
    return int(str(one(store, "SELECT count(*) FROM visit WHERE now_void = 0")))


def test_two_keys_a_door_one_save_one_undo(
    open_page: OpenPage, store: Store, scope: Scope, settle: Settle
) -> None:
    page = open_page()
    before = visits(store)
    open_rows = [row for row in week_plan(store, scope, NOW).rows if row.open]
    in_stairs = [row.home.door for row in sorted(open_rows, key=lambda row: row.stair_place)]
    doors = [line.door for line in page.presenter.lines if line.door]
    assert doors == in_stairs  # as the paper was printed
    for _ in range(3):
        press(page, Qt.Key.Key_1)
        press(page, Qt.Key.Key_Return)
    assert page.presenter.filled == 3
    save(page)
    settle()
    assert visits(store) == before + 3
    states = {row.home.door: row.state for row in week_plan(store, scope, NOW).rows}
    assert [states[door] for door in doors[:3]] == ["done"] * 3
    assert [line.door for line in page.presenter.lines if line.door] == doors[3:]
    assert page.model.headerData(0, Qt.Orientation.Vertical) == "4"  # the numbers are those of the paper
    page.undo_bar.undo_button.click()
    settle()
    assert visits(store) == before
    assert {row.home.door: row.state for row in week_plan(store, scope, NOW).rows}[doors[0]] == "planned"


def test_a_door_entered_as_absent_is_done_with_and_the_others_keep_their_numbers(
    open_page: OpenPage, store: Store, scope: Scope, settle: Settle
) -> None:
    page = open_page()
    doors = [line.door for line in page.presenter.lines if line.door]
    press(page, Qt.Key.Key_Down)
    press(page, Qt.Key.Key_2)
    save(page)
    settle()
    states = {row.home.door: row.state for row in week_plan(store, scope, NOW).rows}
    assert states[doors[1]] == "absent_retry"  # still to be met this week, but not on this paper
    page.presenter.reload()
    settle()
    assert [(line.no, line.door) for line in page.presenter.lines if line.door][:2] == [
        ("1", doors[0]),
        ("3", doors[2]),
    ]
    page.undo_bar.undo_button.click()
    settle()
    assert [(line.no, line.door) for line in page.presenter.lines[:2]] == [("1", doors[0]), ("2", doors[1])]


def test_the_numbers_are_those_printed_on_the_sheet_in_hand(
    open_page: OpenPage, store: Store, scope: Scope, settle: Settle
) -> None:
    rows = sorted(
        (row for row in week_plan(store, scope, NOW).rows if row.open), key=lambda row: row.stair_place
    )
    sunday = [row.home for row in rows if row.planned_on == rows[-1].planned_on]
    assert 2 < len(sunday) < len(rows)
    keep_sheet(store, scope.node_id, scope.name, str(rows[-1].planned_on), [home.id for home in sunday])
    page = open_page()

    def shown() -> list[tuple[str, str]]:
        return [(line.no, line.door) for line in page.presenter.lines if line.door]

    printed = [(str(number), home.door) for number, home in enumerate(sunday, 1)]
    assert shown() == printed
    assert page.sheets.isVisible() and f"{len(sunday)} 处" in page.sheets.currentText()
    press(page, Qt.Key.Key_Down)
    press(page, Qt.Key.Key_2)
    assert not page.sheets.isEnabled()
    save(page)
    settle()
    assert shown() == [printed[0], *printed[2:]]
    assert page.sheets.isEnabled()
    page.undo_bar.undo_button.click()
    settle()
    assert shown() == printed
    page.sheets.setCurrentIndex(page.sheets.findData(""))
    page.sheets.activated.emit(page.sheets.currentIndex())
    settle()
    assert shown() == [(str(number), row.home.door) for number, row in enumerate(rows, 1)]
    again = open_page()  # another day, another window
    assert [(line.no, line.door) for line in again.presenter.lines if line.door] == printed


def test_a_sheet_of_chosen_doors_is_entered_though_no_plan_has_them(
    open_page: OpenPage, store: Store, scope: Scope, settle: Settle
) -> None:
    planned = {row.home.id for row in week_plan(store, scope, NOW).rows}
    homes = [row for row in household_rows(store, household_ids(store, scope)) if row.id not in planned][:2]
    keep_sheet(store, b"o" * 16, "别处", TODAY, [home.id for home in homes])
    page = open_page()  # a sheet of another node is offered, not chosen
    assert not {line.household_id for line in page.presenter.lines} & {home.id.hex() for home in homes}
    page.sheets.setCurrentIndex(0)
    page.sheets.activated.emit(0)
    settle()
    lines = [(line.no, line.household_id) for line in page.presenter.lines if line.door]
    assert lines == [(str(number), home.id.hex()) for number, home in enumerate(homes, 1)]


def test_after_the_save_the_keys_are_still_in_the_grid(
    open_page: OpenPage, store: Store, settle: Settle
) -> None:
    page = open_page()
    other = QLineEdit()
    frame = page.parentWidget()
    assert isinstance(frame, QStackedWidget)
    other.setParent(frame)
    other.show()  # the header's search takes the keys of a grid that is switched off
    before = visits(store)
    press(page, Qt.Key.Key_1)
    QTest.keyClicks(page.grid, "abc")
    typed_in = QApplication.focusWidget()
    assert typed_in is not None
    QTest.keyClick(typed_in, Qt.Key.Key_Return)
    QTest.qWait(0)
    assert page.grid.currentIndex().row() == 1  # one Enter, one line
    save(page)
    settle()
    assert visits(store) == before + 1
    assert page.grid.hasFocus()


def test_a_saved_list_is_not_there_to_be_saved_again(
    open_page: OpenPage, store: Store, scope: Scope, settle: Settle
) -> None:
    page, source = open_page(), PaperSource(store)
    page.model.type_in(0, "outcome", "2")
    filled = [line for line in page.presenter.lines if line.door]
    source.keep(filled)
    assert any(line.filled for line in source.lines(scope).lines)
    assert source.save(scope, filled[:1]).logged
    # Whoever asks right after the save finds the plan, not the list that was typed.
    assert not any(line.filled for line in source.lines(scope).lines)


def test_what_is_wrong_is_said_with_its_line_and_nothing_is_saved(
    open_page: OpenPage, store: Store, settle: Settle
) -> None:
    page = open_page()
    before = visits(store)
    page.model.type_in(0, "outcome", "1")
    page.model.type_in(1, "outcome", "4")  # rescheduled without a day
    save(page)
    settle()
    assert visits(store) == before
    assert page.grid.currentIndex().row() == 1
    assert COLUMNS[page.grid.currentIndex().column()] == "next_on"
    assert page.presenter.lines[1].door in page.undo_bar.words.text()
    page.model.type_in(1, "next_on", "+7")
    page.model.type_in(2, "door", "9-9-999")
    page.model.type_in(2, "outcome", "1")
    save(page)
    settle()
    assert visits(store) == before and page.grid.currentIndex().row() == 2
    page.model.type_in(2, "outcome", "")
    save(page)
    settle()
    assert visits(store) == before + 2


def test_what_was_typed_survives_a_crash_with_numbers_masked(
    open_page: OpenPage, store: Store, qtbot: QtBot, settle: Settle
) -> None:
    page = open_page()
    page.model.type_in(0, "outcome", "1")
    page.model.type_in(0, "note", "身份证 11010519491231002X")
    qtbot.wait(KEEP_MS + 100)
    settle()
    again = open_page()
    line = again.presenter.lines[0]
    assert line.outcome == "met" and "11010519491231002X" not in line.note
    assert line.door == page.presenter.lines[0].door


def test_an_identity_number_is_not_saved(open_page: OpenPage, store: Store, settle: Settle) -> None:
    page = open_page()
    before = visits(store)
    page.model.type_in(0, "outcome", "1")
    page.model.type_in(0, "note", "11010519491231002X")
    save(page)
    settle()
    assert visits(store) == before
    assert COLUMNS[page.grid.currentIndex().column()] == "note"


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({}, {}),
        ({"door": " "}, {"door": "required"}),
        ({"day": "昨天"}, {"day": "not_a_day"}),
        ({"time": "25:00"}, {"time": "not_a_time"}),
        ({"minutes": "10"}, {"time": "required"}),
        ({"time": "930", "minutes": "0"}, {"minutes": "not_a_number"}),
        ({"time": "930", "minutes": "10"}, {}),
        ({"outcome": "rescheduled"}, {"next_on": "required"}),
        ({"next_on": "2026-11-01"}, {"next_on": "before_visit"}),
        ({"next_on": "9999-12-31"}, {"next_on": "promise_too_far"}),
    ],
)
def test_a_line(values: dict[str, str], fault: dict[str, str]) -> None:
    line = PaperLine(**{"door": "3-2-501", "outcome": "met", **values})
    assert line_faults(line, TODAY) == fault


def test_minutes_make_the_end() -> None:
    form = visit_form(b"h" * 16, PaperLine("3-2-501", "met", "", "2355", "10", "好"), TODAY)
    assert (form.visited_on, form.start_at, form.end_at, form.said) == (TODAY, "23:55", "23:59", "好")
