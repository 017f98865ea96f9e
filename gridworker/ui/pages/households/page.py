"""The households page: filter line, table, side panel. Widgets only; what happens is the presenter's."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from gridworker.changes import Changes
from gridworker.store.rows import HouseholdDetail, Plan, Scope
from gridworker.ui.background import Background
from gridworker.ui.page import PageFrame
from gridworker.ui.pages.households.edit_dialog import HouseholdDialog
from gridworker.ui.pages.households.panel import HouseholdPanel
from gridworker.ui.pages.households.presenter import (
    SORTS,
    HouseholdEdit,
    Households,
    HouseholdsPresenter,
    Listing,
)
from gridworker.ui.pages.households.state_filter import StateFilter
from gridworker.ui.pages.households.table_model import HouseholdTable
from gridworker.ui.pages.households.table_view import HouseholdTableView
from gridworker.ui.pages.words import error_words, scope_facts
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.labels import row
from gridworker.ui.widgets.search_field import SearchField
from gridworker.wording import Wording

_TYPING_MS = 150
_FILTER_PX = 232


class HouseholdsPage(PageFrame):
    """`visit_wanted(household_id)` when the person wants to write down a visit; `changed(Changes)` after a save.

    The window tells it `show_scope` when another node is selected and `records_changed` when something was saved."""

    visit_wanted = Signal(bytes)
    changed = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, background: Background, source: Households) -> None:
        super().__init__(theme, wording, wording("households.title"))
        self._source = source
        self._dialog: HouseholdDialog | None = None
        self._scope_line: tuple[Scope, str] | None = None
        run = partial(background.run, owner=self)
        self.presenter = HouseholdsPresenter(source, run, self, self._saved)
        self.model = HouseholdTable(wording, self.presenter.pages)
        self.table = HouseholdTableView(theme, wording, self.model)
        self.panel = HouseholdPanel(theme, wording)
        self.filter = SearchField(
            theme,
            wording("households.find"),
            clear=wording("widgets.clear"),
            icon="list-filter",
            key="Ctrl+F",
        )
        self.states = StateFilter(theme, wording)
        self.order = QComboBox()
        self._typing = QTimer(self)
        self._fill()
        self._connect()
        self._bind_keys()
        self._fit_sizes()
        self._lay_out()

    def _fill(self) -> None:
        wording = self._wording
        for sort in SORTS:
            self.order.addItem(wording(f"households.order.{sort}"), sort)
        self.order.setAccessibleName(wording("households.order_name"))
        self.add_control(self.filter)
        self._nothing = EmptyState(self._theme, "house", wording("households.empty"))
        table_card = Card(self._theme, flush=True)
        table_card.body.addWidget(self.table)
        empty_card = Card(self._theme)
        empty_card.body.addWidget(self._nothing)
        self._lists = QStackedWidget()
        self._lists.addWidget(table_card)
        self._lists.addWidget(empty_card)
        left = QVBoxLayout()
        left.setSpacing(SIZES.gap_2)
        tools = row(self.states, self.order, gap=SIZES.gap_3)
        tools.setStretch(0, 1)
        tools.setAlignment(self.order, Qt.AlignmentFlag.AlignTop)
        left.addLayout(tools)
        left.addWidget(self._lists, 1)
        self._left = QWidget()
        left.setContentsMargins(0, 0, 0, 0)
        self._left.setLayout(left)
        self._columns = QHBoxLayout()
        self._columns.setSpacing(SIZES.gap_3)
        self._columns.addWidget(self._left, 1)
        self._columns.addWidget(self.panel)
        self.body.addLayout(self._columns, 1)
        self.panel.hide()
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)

    def _connect(self) -> None:
        self.filter.textChanged.connect(lambda _: self._typing.start())
        self._typing.timeout.connect(lambda: self.presenter.find(self.filter.text()))
        self.filter.returnPressed.connect(self._into_table)
        self.states.chosen.connect(self.presenter.choose_plans)
        self.order.activated.connect(lambda _: self._sort(str(self.order.currentData())))
        self.table.sort_asked.connect(self._sort)
        self.table.row_chosen.connect(self.presenter.select)
        self.table.visit_asked.connect(self._visit)
        self.table.left.connect(self.close_panel)
        self.panel.visit_asked.connect(self._visit)
        self.panel.edit_asked.connect(self._edit)
        self.panel.closed.connect(self.close_panel)
        self.narrow_changed.connect(lambda _: self._lay_out())
        self._theme.changed.connect(self._fit_sizes)

    def _bind_keys(self) -> None:
        for key, act in (
            ("Ctrl+N", self._visit),
            ("Ctrl+F", self._focus_filter),
            ("/", self._focus_filter),
            ("F2", self._edit),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        hint = self._wording
        self.set_hints(
            [
                KeyHint("↑ ↓", hint("households.hint.move")),
                KeyHint("↵", hint("households.hint.visit")),
                KeyHint("F2", hint("households.hint.edit")),
                KeyHint("Ctrl+F", hint("households.hint.find")),
                KeyHint("Esc", hint("households.hint.close")),
            ]
        )

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        """Limit the page to a node."""
        if self.presenter.query is None or self.presenter.query.scope != scope:
            self._show_scope_line(scope)
        self.presenter.show_scope(scope)

    def records_changed(self, changes: Changes) -> None:
        self.presenter.records_changed(changes, visible=self.isVisible())

    def open_household(self, household_id: bytes) -> None:
        """Select a household and show it, whatever the filters were."""
        self.filter.clear()
        self._typing.stop()
        self.states.show_chosen(frozenset())
        self.presenter.open(household_id)

    def page_shown(self) -> None:
        if self.presenter.stale:
            self.presenter.reload()

    def first_focus(self) -> QWidget | None:
        return self.table

    # What the presenter tells

    def show_listing(self, listing: Listing, selected: int | None) -> None:
        query = self.presenter.query
        if query is not None:
            self._show_scope_line(
                query.scope, self._wording("households.count", count=f"{len(listing.ids):,}")
            )
            self._show_nothing(narrowed=bool(query.text or query.plans))
        self.states.show_counts(listing.counts)
        self.model.restart(self._source.today())
        self.table.show_list(many_estates=listing.many_estates, selected=selected, today=self._source.today())
        self._lists.setCurrentIndex(0 if listing.ids else 1)

    def _show_scope_line(self, scope: Scope, count: str = "") -> None:
        self._scope_line = (scope, count)
        self.set_scope_line((*scope_facts(scope, narrow=self.is_narrow), count))

    def _show_nothing(self, *, narrowed: bool) -> None:
        self._nothing.sentence.setText(
            self._wording("households.none_match" if narrowed else "households.empty")
        )

    def rows_arrived(self, first: int, last: int) -> None:
        self.model.rows_arrived(first, last)
        current = self.table.currentIndex().row()
        if first <= current <= last:
            row = self.model.row(current)
            if row is not None and row.id != self.presenter.selected_id:
                self.presenter.select(current)

    def show_detail(self, detail: HouseholdDetail) -> None:
        self.panel.show_detail(detail, self._source.today())
        if self.panel.isHidden():
            self.panel.show()
            self._lay_out()

    def show_error(self, error: Exception) -> None:
        self.undo_bar.tell_error(*error_words(self._wording, error))

    # What the person does

    def _sort(self, sort: str) -> None:
        self.order.setCurrentIndex(self.order.findData(sort))
        self.table.show_sort(sort)
        self.presenter.sort_by(sort)

    def _focus_filter(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def _into_table(self) -> None:
        self._typing.stop()
        self.presenter.find(self.filter.text())
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _visit(self) -> None:
        detail, wanted = self.panel.detail, self.presenter.selected_id
        if wanted is None:
            return
        if detail is not None and detail.row.id == wanted and detail.row.plan is Plan.OPTED_OUT:
            self.undo_bar.tell_error(self._wording("households.opted_out_told"), "")
            return
        self.visit_wanted.emit(wanted)

    def _edit(self) -> None:
        detail = self.panel.detail
        if detail is None or self.panel.isHidden():
            return
        dialog = HouseholdDialog(self._theme, self._wording, detail, self)
        dialog.asked.connect(lambda edit: self._save(dialog, detail, edit))
        self._dialog = dialog
        dialog.open()

    def _save(self, dialog: HouseholdDialog, detail: HouseholdDetail, edit: HouseholdEdit) -> None:
        self.presenter.save(detail, edit, dialog.show_failure)

    def _saved(self, changes: Changes) -> None:
        if self._dialog is not None:
            self._dialog.accept()
            self._dialog = None
        if changes:
            self.undo_bar.tell(self._wording("households.saved", door=self.panel.door.text()))
            self.changed.emit(changes)

    def forget_detail(self) -> None:
        """The household in the panel is not in the list any more."""
        self.panel.hide()
        self._lay_out()

    def close_panel(self) -> None:
        """Esc: the table alone again."""
        self.presenter.close()
        self.forget_detail()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # How it is laid out

    def _lay_out(self) -> None:
        """In a narrow page the panel covers the table."""
        open_panel = not self.panel.isHidden()
        self.panel.set_narrow(self.is_narrow)
        self.states.set_narrow(self.is_narrow)
        self._left.setVisible(not (self.is_narrow and open_panel))
        self._columns.setStretch(1, 1 if self.is_narrow else 0)
        if self._scope_line is not None:
            self._show_scope_line(*self._scope_line)
        self._fit_sizes()

    def _fit_sizes(self) -> None:
        tokens = self._theme.tokens
        fit_control(self._theme, self.order, SIZES.control if self.is_narrow else SIZES.control_small)
        self.filter.setFixedWidth(round(_FILTER_PX * tokens.growth))
        width = round(SIZES.side_panel * (1 + 0.6 * (tokens.scale - 1)))
        self.panel.setMinimumWidth(0 if self.is_narrow else width)
        self.panel.setMaximumWidth(16_777_215 if self.is_narrow else width)
