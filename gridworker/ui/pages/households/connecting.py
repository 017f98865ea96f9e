"""Ties page and side panel to what can be done: menus fill when opened, acts are told with their undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QMenu

from gridworker.services.acts import Done
from gridworker.store.rows import HouseholdRow, ResidentRow
from gridworker.ui.pages.households.acts import HouseholdActs
from gridworker.ui.pages.households.matrix.pane import MatrixPane
from gridworker.ui.pages.households.panel import HouseholdPanel
from gridworker.ui.pages.households.presenter import HouseholdsPresenter
from gridworker.ui.pages.households.table_view import HouseholdTableView
from gridworker.ui.pages.undoing import offer_undo
from gridworker.ui.widgets.undo_bar import UndoBar
from gridworker.wording import Wording


class Telling(Protocol):
    """A page that says what was done."""

    undo_bar: UndoBar
    presenter: HouseholdsPresenter
    changed: SignalInstance

    def open_household(self, household_id: bytes) -> None: ...


def tell_done(page: Telling, wording: Wording, words: str, done: Done, show: bytes | None) -> None:
    """An act was saved: say so, offer to take it back, and show the household `show`."""
    if done.changes:
        offer_undo(page, wording, words, done)
        page.changed.emit(done.changes)
    if show is not None:
        page.open_household(show)


class Choosing(Protocol):
    """A page on which households are chosen."""

    matrix: MatrixPane
    table: HouseholdTableView

    @property
    def in_matrix(self) -> bool: ...


def chosen_rids(page: Choosing) -> list[int]:
    """The row numbers of the households chosen in the view that is shown."""
    if page.in_matrix:
        return [room.rid for room in page.matrix.chosen_rooms() if room.household is not None]
    return page.table.chosen_rids()


class Choosable(Choosing, Protocol):
    """A page with one household in its panel."""

    presenter: HouseholdsPresenter
    panel: HouseholdPanel


def chosen_home(page: Choosable) -> HouseholdRow | None:
    """The household that is open; after Esc the one on which the keys still rest. None without one."""
    detail, chosen = page.panel.detail, page.presenter.selected_id
    if detail is not None and detail.row.id == chosen:
        return detail.row
    if page.in_matrix:
        room = page.matrix.view.room()
        return room.household if room is not None else None
    at = page.table.currentIndex()
    return page.presenter.pages.row(at.row()) if at.isValid() else None


def connect_acts(panel: HouseholdPanel, acts: HouseholdActs, history: Callable[[bytes, str], None]) -> None:
    """The panel's menus and buttons do what `acts` can."""

    def fill(menu: QMenu) -> None:
        if panel.detail is not None:
            acts.fill_menu(menu, panel.detail, history)

    def fill_person(menu: QMenu, person: ResidentRow) -> None:
        if panel.detail is not None:
            acts.fill_person_menu(panel.detail, menu, person)

    panel.more_asked.connect(fill)
    panel.people.fill = fill_person
    panel.care.withdraw_asked.connect(acts.withdraw)
    panel.care.end_asked.connect(acts.end_need)
    panel.care.notice_asked.connect(acts.notice)


class WithPanel(Protocol):
    """A page with a side panel."""

    undo_bar: UndoBar
    panel: HouseholdPanel


def open_more(page: WithPanel, wording: Wording) -> None:
    """The menu of the open household; without one it says that one is to be chosen."""
    if page.panel.isHidden():
        page.undo_bar.tell(wording("households.choose_first"))
    else:
        page.panel.open_more()
