"""A page of lists beside each other with the chosen record below them: how rows are pointed at, walked through, shown.
What the lists hold, and what happens, is said by the page and its presenter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from gridworker.services.acts import Done
from gridworker.ui.pages.choosing import ChoosingPresenter
from gridworker.ui.pages.lists.card import ChosenCard
from gridworker.ui.pages.lists.shown import Told
from gridworker.ui.pages.records_page import RecordsPage
from gridworker.ui.pages.undoing import offer_undo
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.lines_table import Line, LineColumn, LinesTable
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

_BY_KEYS = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}
_KEYS = (("N", "new"), ("1–9", "step"), ("F2", "edit"), ("L", "links"), ("Ctrl+Tab", "next"),
         ("Esc", "close"))  # fmt: skip
#: Pixels before the end of a list.
_NEAR_END = 200


class RecordColumn(Card):
    """One list: its header with counts, its lines, and the button for a new one where `new` gives its words."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        icon: str,
        columns: Sequence[LineColumn],
        empty: str,
        new: str = "",
        *,
        several: bool = False,
    ) -> None:
        super().__init__(theme, flush=True)
        self.table = LinesTable(theme, title, columns, several=several)
        self.new_button = Button(theme, new, icon="plus", small=True) if new else None
        controls = [self.new_button] if self.new_button is not None else []
        self.header = CardHeader(theme, title, icon=icon, controls=controls)
        self.add_header(self.header)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        nothing = EmptyState(theme, icon, empty)
        nothing.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # N makes the first one of this list
        nothing.setAccessibleName(title)
        self._stack.addWidget(nothing)
        self.body.addWidget(self._stack)

    def show_lines(self, lines: list[Line], counts: tuple[str, ...]) -> None:
        bar, resting = self.table.verticalScrollBar(), self.has_keys()
        place = bar.value()
        self.table.show_lines(lines)
        bar.setValue(place)  # whoever scrolled to the end goes on from there
        self._stack.setCurrentIndex(0 if lines else 1)
        if resting:
            self.take_keys(Qt.FocusReason.OtherFocusReason)
        self.header.facts.show_facts(counts)

    def has_keys(self) -> bool:
        """Whether the keyboard is on the lines, or on what is said where there are none."""
        return self.window().focusWidget() is self._stack.currentWidget()

    def take_keys(self, reason: Qt.FocusReason) -> None:
        shown = self._stack.currentWidget()
        if shown is not None:
            shown.setFocus(reason)


class ChoosingPage(RecordsPage):
    """`changed(Changes)` · `record_wanted(kind, record)` where a link leads to another page · `left` on Esc when
    nothing is chosen. In a narrow page one list is shown at a time: `narrow`, chosen by `switch`; so it is for whoever
    has a `simple` page, and of it what still asks for something."""

    presenter: ChoosingPresenter[Any, Any]
    changed = Signal(object)
    record_wanted = Signal(str, bytes)
    left = Signal()

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        title: str,
        columns: Mapping[str, RecordColumn],
        first: str,
        *,
        simple: bool = False,
    ) -> None:
        super().__init__(theme, wording, title)
        self.simple = simple
        self.columns, self.narrow, self._quiet = columns, first, False
        self.card = ChosenCard(theme, wording)
        names = [(kind, column.table.accessibleName()) for kind, column in columns.items()]
        self.switch = Segment(theme, names, name=wording("lists.switch"), small=True)
        self.switch.choose(first)

    # What the page itself says

    def lay_out(self) -> None:
        """Show the lists that have room."""
        raise NotImplementedError

    def make_room(self, kind: str) -> None:
        """A record of this kind is about to be shown: its list must not be hidden."""

    def bring(self, kind: str) -> None:
        """The keys are about to go to this list: whatever takes turns with it leaves."""

    def new_here(self) -> None:
        """A new record of the list that has the keys."""
        raise NotImplementedError

    def new_of(self, kind: str) -> None:
        """A new record of `kind`, if this person may."""
        raise NotImplementedError

    def edit_chosen(self) -> None:
        """Change the chosen record, if this person may."""
        raise NotImplementedError

    # For the page's constructor

    def fill(self, between: Segment, shares: Sequence[int], pick: str) -> None:
        """Lay the lists beside each other in `shares` of the width, the card below; `between` is the page's own switch,
        `pick` what the card says while nothing is chosen."""
        self._pick = Told(pick, (), ())
        lists, whole = QHBoxLayout(), QVBoxLayout()
        for column, share in zip(self.columns.values(), shares, strict=True):
            lists.addWidget(column, share)
        lists.setSpacing(SIZES.gap_3)
        whole.setSpacing(SIZES.gap_3)
        whole.addLayout(lists, 3)
        whole.addWidget(self.card, 2)
        self.add_view_switch(self.switch)
        self.add_view_switch(between)
        self.body.addLayout(whole, 1)
        self.card.show_record(self._pick, ())
        self.set_hints([KeyHint(key, self._wording(f"lists.hint.{name}")) for key, name in _KEYS])

    def connect_lists(self) -> None:
        for kind, column in self.columns.items():
            column.table.chosen.connect(partial(self._choose, kind))
            column.table.clicked.connect(partial(self._choose_current, kind))
            column.table.installEventFilter(self)
            column.table.verticalScrollBar().valueChanged.connect(partial(self._scrolled, kind))
            column.table.left.connect(self.let_go)
            column.table.opened.connect(partial(self._open, kind))
            if column.new_button is not None:
                column.new_button.clicked.connect(partial(self.new_of, kind))
        self.card.link_wanted.connect(self.follow)
        self.switch.chosen.connect(self.show_narrow)
        self.narrow_changed.connect(lambda _: self.lay_out())
        self._theme.changed.connect(self.lay_out)
        self.bind_keys({
            "N": self.new_here, "F2": self.edit_chosen, "Ctrl+Tab": self._to_next, "Esc": self.let_go,
            "L": self.card.links.go,
        })  # fmt: skip

    def number_verbs(self) -> None:
        """Digits take the verbs that bear them."""
        self.bind_keys({digit: partial(self.card.press, digit) for digit in "123456789"})

    # What is shown

    @property
    def one_at_a_time(self) -> bool:
        """Whether there is room, and need, for one list only."""
        return self.simple or self.is_narrow

    def _scrolled(self, kind: str, place: int) -> None:
        """A long list is read on when its end comes near."""
        bar = self.columns[kind].table.verticalScrollBar()
        if 0 < bar.maximum() <= place + _NEAR_END:
            self.presenter.more(kind)

    def show_narrow(self, kind: str) -> None:
        """The list that a narrow page shows."""
        self.narrow = kind
        self.lay_out()

    def first_focus(self) -> QWidget | None:
        first = next(iter(self.columns))
        return self.columns[self.narrow if self.one_at_a_time else first].table

    def show_new_buttons(self, may: Callable[[str], bool]) -> None:
        """Buttons for new records of those kinds that this person `may` make."""
        for kind, column in self.columns.items():
            if column.new_button is not None:
                column.new_button.setVisible(may(kind))

    def fill_columns(self, shown: Mapping[str, tuple[list[Line], tuple[str, ...]]]) -> None:
        """Lines and counts of every list; the row of what is chosen is the current one of its list."""
        self._quiet = True  # rows that come again are not chosen again
        waiting = [kind for kind, column in self.columns.items() if _waits(column.table)]
        for kind, (lines, counts) in shown.items():
            kept = [line for line in lines if not line.dim] if self.simple else lines
            self.columns[kind].show_lines(kept, counts)
        self._point_at(self.presenter.wanted)
        self._quiet = False
        for kind in waiting:
            if self.presenter.wanted is None and self.columns[kind].table.currentIndex().isValid():
                self._choose_current(kind)

    def show_linked(self, linked: Collection[bytes]) -> None:
        """In every other list the first row that hangs together with the chosen one is to be seen."""
        wanted = self.presenter.wanted
        for kind, column in self.columns.items():
            lines = column.table.lines() if wanted is not None and kind != wanted[0] else ()
            at = next((n for n, line in enumerate(lines) if line.key in linked), None)
            if at is not None:
                column.table.scrollTo(column.table.model().index(at, 0))

    def _point_at(self, wanted: tuple[str, bytes] | None) -> None:
        for kind, column in self.columns.items():
            if wanted is None or kind != wanted[0]:
                column.table.clearSelection()  # one record is chosen, in one list
        if wanted is None:
            return
        table = self.columns[wanted[0]].table
        at = next((n for n, line in enumerate(table.lines()) if line.key == wanted[1]), None)
        if at is None:
            table.clearSelection()  # what is shown below has left the list: no other row passes for it
        elif table.current_key() != wanted[1]:
            table.choose(at)

    def show_nothing_chosen(self) -> None:
        self.card.show_record(self._pick, ())
        first = self.first_focus()
        if self.card.holds_keys() and first is not None:
            first.setFocus()

    def told(self, words: str, done: Done) -> None:
        if done.changes:
            offer_undo(self, self._wording, words, done)
            self.changed.emit(done.changes)

    # What the person does

    def open_record(self, kind: str, record: bytes) -> None:
        """Show one record in its list, which gets the keys: as a link, the search and Today lead to it."""
        self.switch.choose(kind)
        self.show_narrow(kind)
        self.make_room(kind)
        self.presenter.open(kind, record)
        self._quiet = True  # the keys choose no other row
        self._point_at(self.presenter.wanted)
        self.columns[kind].table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._quiet = False

    def follow(self, kind: str, record: bytes) -> None:
        """Go to the other end of a link, on this page or another."""
        if kind in self.columns:
            self.open_record(kind, record)
        else:
            self.record_wanted.emit(kind, record)

    def let_go(self) -> None:
        """First what is chosen is let go, then the page is left."""
        if self.presenter.wanted is None:
            self.left.emit()
        self.presenter.close()

    def _choose(self, kind: str, record: object) -> None:
        table = self.columns[kind].table
        if not self._quiet and table.currentIndex().row() == len(table.lines()) - 1:
            self.presenter.more(kind)
        if isinstance(record, bytes) and not self._quiet and self.presenter.wanted != (kind, record):
            self.presenter.choose(kind, record)

    def _choose_current(self, kind: str, _index: object = None) -> None:
        """The row that was current there all along."""
        table = self.columns[kind].table
        table.selectRow(table.currentIndex().row())
        self._choose(kind, table.current_key())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whoever goes to a list by keys is shown its current row."""
        if isinstance(event, QFocusEvent) and event.gotFocus() and event.reason() in _BY_KEYS:
            for kind, column in self.columns.items():
                if column.table is watched and column.table.currentIndex().isValid():
                    self._choose_current(kind)
        return super().eventFilter(watched, event)

    def _open(self, kind: str, record: object) -> None:
        """Enter shows the current row, and once it is shown leads to what can be done with it."""
        if self.presenter.wanted == (kind, record):
            self._first_verb()
        else:
            self._choose_current(kind)

    def _first_verb(self) -> None:
        if self.card.verbs:
            self.card.verbs[0].setFocus()

    def _to_next(self) -> None:
        """The next list gets the keys, and is shown first where it is not."""
        kinds = list(self.columns)
        at = next((n for n, column in enumerate(self.columns.values()) if column.has_keys()), -1)
        if self.one_at_a_time:
            at = kinds.index(self.narrow)
        kind = kinds[(at + 1) % len(kinds)]
        if self.one_at_a_time:
            self.switch.choose(kind)
            self.show_narrow(kind)
        self.bring(kind)
        self.columns[kind].take_keys(Qt.FocusReason.ShortcutFocusReason)


def _waits(table: LinesTable) -> bool:
    """Whether somebody came to this list by keys before its rows did."""
    return table.hasFocus() and not table.lines()
