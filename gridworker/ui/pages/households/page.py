"""The households page: table or building matrix, side panel. Widgets only; what happens is the presenters'."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from gridworker.changes import Changes
from gridworker.store.rows import HouseholdDetail, Plan, Scope
from gridworker.ui.background import Background
from gridworker.ui.page import PageFrame
from gridworker.ui.pages.households.acts import HouseholdActs, Keeping
from gridworker.ui.pages.households.chosen_bar import ChosenActs
from gridworker.ui.pages.households.connecting import chosen_home, connect_acts, open_more, tell_done
from gridworker.ui.pages.households.edit_dialog import HouseholdEditing
from gridworker.ui.pages.households.list_pane import ListPane
from gridworker.ui.pages.households.matrix.pane import MatrixPane
from gridworker.ui.pages.households.matrix.presenter import Matrices
from gridworker.ui.pages.households.panel import HouseholdPanel
from gridworker.ui.pages.households.presenter import (
    Households,
    HouseholdsPresenter,
    Listing,
)
from gridworker.ui.pages.households.table_model import HouseholdTable
from gridworker.ui.pages.words import scope_facts
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.labels import row
from gridworker.ui.widgets.search_field import SearchField
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

_TYPING_MS = 150
_FILTER_PX = 232
TABLE, MATRIX = "table", "matrix"


_MENU_KEYS = ("F10", "Shift+F10", "Menu")


class PageSource(Households, Matrices, Keeping, Protocol):
    """What table, panel and matrix ask of the open profile."""


def _filter_field(theme: Theme, wording: Wording, page: QWidget) -> SearchField:
    clear = wording("widgets.clear")
    made = SearchField(theme, wording("households.find"), clear=clear, icon="list-filter", key="Ctrl+F")
    made.setParent(page)  # until it is laid out; alone it would be a window of its own for a moment
    return made


def _view_switch(theme: Theme, wording: Wording) -> Segment:
    views = [
        (TABLE, wording("matrix.view_table"), "table-2"),
        (MATRIX, wording("matrix.view_matrix"), "layout-grid"),
    ]
    return Segment(theme, views, name=wording("matrix.view_name"))


class HouseholdsPage(PageFrame):
    """`visit_wanted(household_id)` when a visit is to be written down, b"" where it is not known whom;
    `history_wanted(household_id, door)`; `changed(Changes)` after a save. The window tells it `show_scope` when another
    node is selected and `records_changed` when something was saved."""

    visit_wanted = Signal(bytes)
    history_wanted = Signal(bytes, str)
    changed = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, background: Background, source: PageSource) -> None:
        super().__init__(theme, wording, wording("households.title"))
        self.source = source
        self._opened: bytes | None = None
        self._scope_line: tuple[Scope, str] | None = None
        run = partial(background.run, owner=self)
        self.presenter = HouseholdsPresenter(source, run, self)
        told = partial(tell_done, self, wording)
        self._editing = HouseholdEditing(theme, wording, self.presenter, self, told)
        self.acts = HouseholdActs(theme, wording, run, source, self, (told, self.show_error))
        self.model = HouseholdTable(wording, self.presenter.pages)
        self.list = ListPane(theme, wording, self.model)
        self.table, self.states, self.order = self.list.table, self.list.states, self.list.order
        self.matrix = MatrixPane(theme, wording, background, source)
        self.panel = HouseholdPanel(theme, wording)
        self.filter = _filter_field(theme, wording, self)
        self.switch = _view_switch(theme, wording)
        self.new_button = Button(theme, wording("homes.new.button"), icon="plus", key="Ctrl+Shift+N")
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._fill()
        self._connect()
        self._bind_keys()
        self.chosen = ChosenActs(self, theme, wording, run, told)
        self.show_view(TABLE)

    def _fill(self) -> None:
        self.add_control(self.switch)
        self.add_control(self.new_button)
        self._left = QStackedWidget()
        self._left.addWidget(self.list)
        self._left.addWidget(self.matrix)
        self._columns = row(self._left, self.panel, gap=SIZES.gap_3)
        self._columns.setStretch(0, 1)
        self.body.addLayout(self._columns, 1)
        self.panel.hide()

    def _connect(self) -> None:
        self.filter.textChanged.connect(lambda _: self._typing.start())
        self._typing.timeout.connect(lambda: self.presenter.find(self.filter.text()))
        self.filter.returnPressed.connect(self._into_table)
        self.states.chosen.connect(self.presenter.choose_plans)
        self.order.activated.connect(lambda _: self._sort(str(self.order.currentData())))
        self.table.sort_asked.connect(self._sort)
        self.table.row_chosen.connect(self.presenter.select)
        self.matrix.door_chosen.connect(self.presenter.select_household)
        self.matrix.opened.connect(self._open_panel)
        self.matrix.lost.connect(self._close)
        self.matrix.failed.connect(self.show_error)
        self.switch.chosen.connect(self.show_view)
        for part in (self.table, self.matrix, self.panel):
            part.visit_asked.connect(self._visit)
        for left in (self.table.left, self.matrix.left, self.panel.closed):
            left.connect(self.close_panel)
        self.panel.edit_asked.connect(self._edit)
        connect_acts(self.panel, self.acts, self.history_wanted.emit)
        self.new_button.clicked.connect(self._add_home)
        self.narrow_changed.connect(lambda _: self._lay_out())
        self._theme.changed.connect(self._fit_sizes)

    def _bind_keys(self) -> None:
        acts = (self._visit, self._edit, self._other_view, self._add_home)
        keys = dict(zip(("Ctrl+N", "F2", "T", "Ctrl+Shift+N"), acts, strict=True))
        keys |= dict.fromkeys(("Ctrl+F", "/"), self._focus_filter)
        self.bind_keys(keys | dict.fromkeys(_MENU_KEYS, partial(open_more, self, self._wording)))

    # Table or matrix

    @property
    def in_matrix(self) -> bool:
        return self._left.currentWidget() is self.matrix

    def show_view(self, view: str) -> None:
        """TABLE or MATRIX, at the household that is open; the choice stays as long as the page."""
        focused = self._main().hasFocus()
        self.switch.choose(view)
        self._left.setCurrentWidget(self.matrix if view == MATRIX else self.list)
        self.filter.setVisible(view == TABLE)
        self.set_hints(self.matrix.hints if view == MATRIX else self.list.hints)
        if view == MATRIX:
            self.matrix.enter(self.presenter.selected_id)
        else:
            self.matrix.presenter.leave()
            self.presenter.show_in_list()
        self.chosen.refresh()
        self._lay_out()
        if focused:
            self._main().setFocus(Qt.FocusReason.OtherFocusReason)

    def _other_view(self) -> None:
        self.show_view(TABLE if self.in_matrix else MATRIX)

    def _main(self) -> QWidget:
        """What the keyboard moves in."""
        return self.matrix.view if self.in_matrix else self.table

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        """Limit the page to a node."""
        if self.presenter.query is None or self.presenter.query.scope != scope:
            self._show_scope_line(scope)
        self.presenter.show_scope(scope)
        self.matrix.presenter.show_scope(scope)

    def records_changed(self, changes: Changes) -> None:
        self.presenter.records_changed(changes, visible=self.isVisible())
        self.matrix.presenter.records_changed(changes, visible=self.isVisible())

    def open_household(self, household_id: bytes) -> None:
        """Select a household and show it, whatever the filters were."""
        self.filter.clear()
        self._typing.stop()
        self.states.show_chosen(frozenset())
        self.presenter.open(household_id)

    def page_shown(self) -> None:
        if self.presenter.stale:
            self.presenter.reload()
        self.matrix.presenter.refresh()

    def first_focus(self) -> QWidget | None:
        return self._main()

    # What the presenter tells

    def show_listing(self, listing: Listing, selected: int | None) -> None:
        query = self.presenter.query
        if query is not None:
            self._show_scope_line(
                query.scope, self._wording("households.count", count=f"{len(listing.ids):,}")
            )
            self.list.show_table(bool(listing.ids), narrowed=bool(query.text or query.plans))
        self.states.show_counts(listing.counts)
        self.model.restart(self.source.today())
        self.table.show_list(many_estates=listing.many_estates, selected=selected, today=self.source.today())

    def _show_scope_line(self, scope: Scope, count: str = "") -> None:
        self._scope_line = (scope, count)
        short = self.is_narrow or not self.in_matrix  # beside the filter there is room for the node alone
        self.set_scope_line((*scope_facts(scope, narrow=short), count))

    def rows_arrived(self, first: int, last: int) -> None:
        self.model.rows_arrived(first, last)
        current = self.table.currentIndex().row()
        if first <= current <= last and not self.in_matrix and not self.table.several:
            row = self.model.row(current)
            if row is not None and row.id != self.presenter.selected_id:
                self.presenter.select(current)

    def show_detail(self, detail: HouseholdDetail) -> None:
        self.panel.show_detail(detail, self.source.today())
        self._show_panel()

    def _open_panel(self) -> None:
        self._opened = self.presenter.selected_id
        self._show_panel()

    def _show_panel(self) -> None:
        """In a narrow page the panel covers the matrix: there arrows only move, Space or a click opens."""
        wanted = self._opened if self.is_narrow and self.in_matrix else self.presenter.selected_id
        if self.panel.isHidden() and self.panel.detail is not None and self.panel.detail.row.id == wanted:
            self._left.setVisible(not self.is_narrow)  # first: beside it the panel would widen the page
            self.panel.show()
            self._lay_out()

    # What the person does

    def _sort(self, sort: str) -> None:
        self.order.setCurrentIndex(self.order.findData(sort))
        self.table.show_sort(sort)
        self.presenter.sort_by(sort)

    def _focus_filter(self) -> None:
        if self.in_matrix:
            self.show_view(TABLE)
        if self.is_narrow and not self.panel.isHidden():
            self._close()
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def _into_table(self) -> None:
        self._typing.stop()
        self.presenter.find(self.filter.text())
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _visit(self) -> None:
        home = chosen_home(self)
        if home is not None and home.plan is Plan.OPTED_OUT:
            return self.undo_bar.tell_error(self._wording("households.opted_out_told"), "")
        self.visit_wanted.emit(home.id if home is not None else b"")

    def _edit(self) -> None:
        home = chosen_home(self)
        if home is None:
            self.undo_bar.tell(self._wording("households.choose_first"))
        elif self.panel.detail is not None and self.panel.detail.row.id == home.id:
            self._editing.begin(self.panel.detail)
        else:
            self.presenter.ask_detail(home.id, self._editing.begin)

    def _add_home(self) -> None:
        self.acts.add_home(self.panel.detail.unit_id if self.panel.detail else None)

    def forget_detail(self) -> None:
        """The household in the panel is not in the list any more."""
        self.panel.hide()
        self._opened = None
        self.matrix.forget_open()
        self._lay_out()

    def _close(self) -> None:
        self.presenter.close()
        self.forget_detail()

    def close_panel(self) -> None:
        """Esc: the table or the matrix alone again."""
        self._close()
        self._main().setFocus(Qt.FocusReason.OtherFocusReason)

    # How it is laid out

    def _lay_out(self) -> None:
        """In a narrow page the panel covers the table, and the filter stands beside the states."""
        self._left.setVisible(not self.is_narrow or self.panel.isHidden())
        holder = self.list.tools if self.is_narrow else self._controls
        if holder.indexOf(self.filter) < 0:
            holder.insertWidget(0, self.filter)
        self.panel.set_narrow(self.is_narrow)
        self.states.set_narrow(self.is_narrow)
        self.matrix.set_narrow(self.is_narrow)
        self._columns.setStretch(1, 1 if self.is_narrow else 0)
        if self._scope_line is not None:
            self._show_scope_line(*self._scope_line)
        self._fit_sizes()

    def _fit_sizes(self) -> None:
        tokens = self._theme.tokens
        fit_control(self._theme, self.order, SIZES.control if self.is_narrow else SIZES.control_small)
        self.filter.setFixedWidth(round(_FILTER_PX * tokens.growth))
        self.panel.fit_width(self.is_narrow)
        self._fit_keys()
