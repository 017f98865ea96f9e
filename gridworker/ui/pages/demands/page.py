"""The demands page: board or table, filter, one demand at the side with its next steps. Widgets only; what happens is
the presenter's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from gridworker.services.acts import Done
from gridworker.services.demands import NextStep
from gridworker.store.demand_rows import DemandRow
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.demands.asking import Asking
from gridworker.ui.pages.demands.board import Board
from gridworker.ui.pages.demands.narrowing import Narrowing
from gridworker.ui.pages.demands.panel import DemandPanel
from gridworker.ui.pages.demands.presenter import (
    BOARD,
    REGISTERED,
    TABLE,
    BoardShown,
    Demands,
    DemandsPresenter,
    Figures,
    Opened,
    TableShown,
)
from gridworker.ui.pages.demands.rating import Rating
from gridworker.ui.pages.demands.table import demand_line, demand_table
from gridworker.ui.pages.demands.together import Together
from gridworker.ui.pages.demands.words import event_word
from gridworker.ui.pages.records_page import RecordsPage
from gridworker.ui.pages.undoing import offer_undo
from gridworker.ui.pages.words import scope_facts
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

_KEYS = (("Ctrl+D", "new"), ("↑ ↓ ← →", "move"), ("1–9", "step"), ("M", "more"), ("T", "view"), ("Ctrl+F", "find"),
         ("Space", "pick"), ("J", "package"), ("P", "slip"), ("E", "rate"), ("L", "links"),
         ("Esc", "close"))  # fmt: skip
_NEAR_END = 20


def _view_switch(theme: Theme, wording: Wording) -> Segment:
    views = [
        (BOARD, wording("demands.view_board"), "square-kanban"),
        (TABLE, wording("demands.view_table"), "table-2"),
    ]
    return Segment(theme, views, name=wording("demands.view_name"))


def _words_of(wording: Wording, key: str, no: str, done: Done) -> str:
    """What was done to a demand; nothing where it was so already."""
    if key == REGISTERED:
        return wording("demands.new.done", no=no)
    step = event_word(wording, key)
    return wording("demands.step.done" if done.changes else "demands.step.nothing", step=step, no=no)


def _figure_words(wording: Wording, figures: Figures) -> tuple[str, ...]:
    found = (wording("demands.open", count=f"{figures.open:,}"),)
    return (*found, wording("demands.overdue", count=f"{figures.overdue:,}")) if figures.overdue else found


def _nothing(theme: Theme, wording: Wording, asked: Callable[[], object]) -> EmptyState:
    begin = Button(theme, wording("demands.new.button"), "primary", icon="plus")
    begin.clicked.connect(asked)
    return EmptyState(theme, "inbox", wording("demands.empty"), begin)


class DemandsPage(RecordsPage):
    """`changed(Changes)` after an act, `slip_wanted(demand_id)` to print one, `record_wanted(kind, record)` where a
    link leads to. With `simple` there is the table only, for whoever has few pages."""

    presenter: DemandsPresenter

    changed = Signal(object)
    new_asked = Signal()
    slip_wanted = Signal(bytes)
    record_wanted = Signal(str, bytes)

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        source: Demands,
        *,
        simple: bool = False,
    ) -> None:
        super().__init__(theme, wording, wording("demands.title"))
        self._source, self._simple, self._figures = source, simple, Figures()
        self.presenter = DemandsPresenter(source, partial(background.run, owner=self), self)
        self.asking = Asking(theme, wording, source, self.presenter, self)
        self.keep_now = self.asking.keep_now
        self.rating = Rating(theme, wording, source, self.presenter, self, self._saved)
        self.board = Board(theme, wording)
        self.table = demand_table(theme, wording)
        lists = ((self.board, 1, lambda: self.board.pick(())), (self.table, 2, self.table.clear_several))
        self.together = Together(theme, wording, source, self.presenter, self, lists, self._saved)
        self.panel = DemandPanel(theme, wording)
        self.narrowing = Narrowing(theme, wording, self.presenter.narrow)
        self.filter = self.narrowing.row
        self.switch = _view_switch(theme, wording)
        self.new_button = Button(theme, wording("demands.new.button"), "primary", icon="plus", key="Ctrl+D")
        self._fill()
        self._connect()
        self._bind_keys()
        self._wanted_view = TABLE if simple else BOARD
        self._show_view()

    def _fill(self) -> None:
        for control in (self.switch, self.narrowing.button, self.new_button):
            self.add_control(control)
        self.switch.setVisible(not self._simple)
        nothing = _nothing(self._theme, self._wording, self.new_asked.emit)
        none_such = EmptyState(self._theme, "list-filter", self._wording("demands.none_such"))
        self._left = QStackedWidget()
        self._left.addWidget(self.board)
        for part in (self.table, nothing, none_such):
            card = Card(self._theme, flush=part is self.table)
            card.body.addWidget(part)
            self._left.addWidget(card)
        self.columns = QHBoxLayout()
        self.columns.setSpacing(SIZES.gap_3)
        self.columns.addWidget(self._left, 1)
        self.columns.addWidget(self.panel)
        self.body.addWidget(self.filter)
        self.body.addLayout(self.columns, 1)
        self.body.addWidget(self.together.bar)
        self.panel.hide()
        self.set_hints([KeyHint(key, self._wording(f"demands.hint.{name}")) for key, name in _KEYS])

    def _connect(self) -> None:
        for part in (self.board, self.table):
            part.chosen.connect(self._moved)
            part.opened.connect(lambda *_: self._to_steps())
            part.left.connect(self._close)
        self.table.clicked.connect(lambda _: self._to_steps() if self.is_narrow else None)
        self.board.rest_wanted.connect(lambda: self.show_view(TABLE))
        self.table.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.panel.closed.connect(self._close)
        self.panel.step_wanted.connect(self._step)
        self.panel.slip_wanted.connect(self._print_slip)
        self.panel.rating_wanted.connect(self.rating.ask)
        self.panel.links.wanted.connect(self.record_wanted)
        self.narrowing.toggled.connect(self._lay_out)
        self.narrowing.left.connect(lambda: self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason))
        self.switch.chosen.connect(self.show_view)
        self.new_button.clicked.connect(self.new_asked)
        self.new_asked.connect(self.asking.register)
        self.narrow_changed.connect(lambda _: self._show_view())
        self._theme.changed.connect(self._lay_out)

    def _bind_keys(self) -> None:
        self.bind_keys(
            {
                "Ctrl+D": self.asking.register,
                "Ctrl+F": self._to_filter,
                "/": self._to_filter,
                "T": self._other_view,
                "M": self.panel.steps.open_more,
                "J": self.together.package,
                "A": self.together.accept,
                "P": self._print_slip,
                "E": self.rating.ask,
                "L": self.panel.links.go,
                "Esc": self._close,
                **{str(number): partial(self._choose_step, number) for number in range(1, 10)},
            }
        )

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        self.presenter.show_scope(scope)
        self._show_scope_line()

    def open_demand(self, demand_id: bytes) -> None:
        """Show one demand, whatever the filter was."""
        self.filter.clear()
        self.presenter.narrow(self.filter.wanted())
        self.presenter.choose(demand_id)

    def first_focus(self) -> QWidget:
        return self.board.first_list() if self._view() == BOARD else self.table

    # What the presenter tells

    def show_board(self, shown: BoardShown) -> None:
        self.filter.show_names(shown.names)
        self.board.show_cells(shown.cells, shown.names, self._source.now(), self.presenter.open)
        self._figures = shown.figures
        self._show_left(self.board.is_empty(), 0)

    def show_table(self, shown: TableShown, rows: Sequence[DemandRow]) -> None:
        self.filter.show_names(shown.names)
        bar, now = self.table.verticalScrollBar(), self._source.now()
        place, before = bar.value(), self.table.current_key()
        lines = [demand_line(row, shown.names, self._wording, now) for row in rows]
        self.table.show_lines(lines, self.presenter.open)
        if place and self.table.current_key() == before:
            bar.setValue(place)
        self._figures = shown.figures
        self._show_left(not rows, 1)

    def _show_left(self, empty: bool, full: int) -> None:
        self._show_scope_line()
        narrowed = self.filter.count() > 0 or self._figures.open > 0
        self._left.setCurrentIndex((3 if narrowed else 2) if empty else full)

    def show_opened(self, opened: Opened | None) -> None:
        if opened is not None:
            self.panel.show_opened(opened)
        self.board.mark(opened.detail.row.id if opened is not None else None)
        self.panel.setVisible(opened is not None)
        self._lay_out()

    def told(self, key: str, no: str, done: Done) -> None:
        self._saved(_words_of(self._wording, key, no, done), done)
        if key == REGISTERED:
            self.presenter.choose(done.record)

    def _saved(self, words: str, done: Done) -> None:
        offer_undo(self, self._wording, words, done)
        if done.changes:
            self.changed.emit(done.changes)

    # What the person does

    def _print_slip(self) -> None:
        if self.presenter.open is not None:
            self.slip_wanted.emit(self.presenter.open)

    def _step(self, step: NextStep) -> None:
        if self.panel.opened is not None:
            self.asking.step(step, self.panel.opened)

    def _choose_step(self, number: int) -> None:
        if self.panel.isVisible():
            self.panel.steps.choose(number)

    def _moved(self, key: object) -> None:
        """In a narrow page the panel would cover the table: there arrows only move, Enter or a click opens."""
        if isinstance(key, bytes) and not self.is_narrow:
            self.presenter.choose(key)

    def _to_steps(self) -> None:
        """Enter on a demand: on to what may be done with it."""
        key = self.table.current_key() if self._view() == TABLE else self.presenter.open
        if self.panel.isVisible() and self.panel.steps.buttons:
            self.panel.steps.buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)
        elif isinstance(key, bytes):
            self.presenter.choose(key)

    def _to_filter(self) -> None:
        if self.is_narrow:
            self._close()
        self.narrowing.open()

    def _close(self) -> None:
        self.presenter.close()
        self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _scrolled(self, value: int) -> None:
        if value >= self.table.verticalScrollBar().maximum() - _NEAR_END:
            self.presenter.more()

    # Board or table

    def _view(self) -> str:
        """A board needs room for its lanes."""
        return TABLE if self.is_narrow else self._wanted_view

    def show_view(self, view: str) -> None:
        """BOARD or TABLE; the choice stays as long as the page."""
        self._wanted_view = view
        self._show_view()
        self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _other_view(self) -> None:
        if not self._simple and not self.is_narrow:
            self.show_view(TABLE if self._view() == BOARD else BOARD)

    def _show_view(self) -> None:
        view = self._view()
        self.together.clear()
        self.switch.choose(view)
        self.switch.setVisible(not self._simple and not self.is_narrow)
        self.filter.with_states(view == TABLE)
        self.presenter.layout = view
        self.presenter.wanted = self.filter.wanted()
        self.presenter.reload()
        self._left.setCurrentIndex(0 if view == BOARD else 1)
        self._lay_out()

    # How it is laid out

    def _show_scope_line(self) -> None:
        if self.presenter.scope is None:
            return
        facts = (
            *scope_facts(self.presenter.scope, narrow=True),
            *_figure_words(self._wording, self._figures),
        )
        self.set_scope_line(facts)

    def _lay_out(self) -> None:
        """In a narrow page the panel covers the list."""
        self.panel.set_narrow(self.is_narrow)
        self.panel.fit_width(self.is_narrow)
        self.columns.setStretch(1, 1 if self.is_narrow else 0)
        covered = self.is_narrow and not self.panel.isHidden()
        self._left.setVisible(not covered)
        self.filter.setVisible(self.narrowing.shown and not covered)
        self._show_scope_line()
