"""The page of the three lists: needs, resources or tasks, projects side by side; the chosen record stands below, and
what hangs together with it is marked in the others. Widgets only; what happens is the presenter's."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from gridworker.services.acts import Done
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.lists.acting import ListActs
from gridworker.ui.pages.lists.card import ChosenCard
from gridworker.ui.pages.lists.presenter import ListsPresenter
from gridworker.ui.pages.lists.rows import need_line, project_line, resource_line, task_line
from gridworker.ui.pages.lists.shown import Told
from gridworker.ui.pages.lists.source import NEED, PROJECT, RESOURCE, TASK, Board, Chosen, ListsSource
from gridworker.ui.pages.lists.telling import told
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

KINDS = (NEED, RESOURCE, TASK, PROJECT)
_ICONS = {NEED: "hand", RESOURCE: "store", TASK: "list-checks", PROJECT: "clipboard-pen"}
_SECOND = {
    NEED: ("since", "12-30"),
    RESOURCE: ("provider", "演示·共建单位"),
    TASK: ("who", "演示·共建"),
    PROJECT: ("sessions", "12/12 场"),
}
_BY_KEYS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_KEYS = (("N", "new"), ("F2", "edit"), ("Ctrl+Tab", "next"), ("Esc", "close"))


class ListColumn(Card):
    """One list: its header with counts, its lines, and the button for a new one."""

    def __init__(self, theme: Theme, wording: Wording, kind: str) -> None:
        super().__init__(theme, flush=True)
        second, usual = _SECOND[kind]
        columns = (
            LineColumn(wording("lists.column.what"), "夜间停车位不够用了", wide=True),
            LineColumn(wording(f"lists.column.{second}"), usual, gives_way=1),
            LineColumn(wording("lists.column.state"), wording("lists.unmatched")),
        )
        self.table = LinesTable(theme, wording(f"lists.{kind}"), columns)
        self.new_button = Button(theme, wording(f"lists.new.{kind}"), icon="plus", small=True)
        self.header = CardHeader(
            theme, wording(f"lists.{kind}"), icon=_ICONS[kind], controls=[self.new_button]
        )
        self.add_header(self.header)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(EmptyState(theme, _ICONS[kind], wording(f"lists.empty.{kind}")))
        self.body.addWidget(self._stack)

    def show_lines(self, lines: list[Line], counts: str) -> None:
        self.table.show_lines(lines)
        self._stack.setCurrentIndex(0 if lines else 1)
        self.header.facts.show_facts((counts,))


class ListsPage(RecordsPage):
    """`changed(Changes)`. The window tells it `show_scope` and `records_changed`."""

    presenter: ListsPresenter
    changed = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, background: Background, source: ListsSource) -> None:
        super().__init__(theme, wording, wording("lists.title"))
        self._source, self._quiet = source, False
        self.presenter = ListsPresenter(source, partial(background.run, owner=self), self)
        self.acts = ListActs(theme, wording, source, self.presenter, self)
        self.columns = {kind: ListColumn(theme, wording, kind) for kind in KINDS}
        self.card = ChosenCard(theme, wording)
        names = [(kind, wording(f"lists.{kind}")) for kind in KINDS]
        self.switch = Segment(theme, names, name=wording("lists.switch"), small=True)
        self.middle = Segment(theme, names[1:3], name=wording("lists.middle"), small=True)
        self._shown = {"narrow": NEED, "middle": RESOURCE}
        self.switch.choose(NEED)
        self.middle.choose(RESOURCE)
        self._fill()
        self._connect()
        self._lay_out()

    def _fill(self) -> None:
        lists = QHBoxLayout()
        lists.setSpacing(SIZES.gap_3)
        for column in self.columns.values():
            lists.addWidget(column, 1)
        whole = QVBoxLayout()
        whole.setSpacing(SIZES.gap_3)
        whole.addLayout(lists, 3)
        whole.addWidget(self.card, 2)
        self.add_view_switch(self.switch)
        self.add_view_switch(self.middle)
        self.body.addLayout(whole, 1)
        self.card.show_record(Told(self._wording("lists.pick"), (), ()), ())
        self.set_hints([KeyHint(key, self._wording(f"lists.hint.{name}")) for key, name in _KEYS])

    def _connect(self) -> None:
        for kind, column in self.columns.items():
            column.table.chosen.connect(partial(self._choose, kind))
            column.table.clicked.connect(partial(self._choose_current, kind))
            column.table.installEventFilter(self)
            column.table.left.connect(self._close)
            column.table.opened.connect(lambda _: self._first_verb())
            column.new_button.clicked.connect(partial(self._new, kind))
        self.switch.chosen.connect(partial(self._show, "narrow"))
        self.middle.chosen.connect(partial(self._show, "middle"))
        self.narrow_changed.connect(lambda _: self._lay_out())
        self._theme.changed.connect(self._lay_out)
        keys = {"N": self._new_here, "F2": self._edit, "Ctrl+Tab": self._to_next, "Esc": self._close}
        self.bind_keys(keys)

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        """The lists are the community's; the node is only remembered."""
        self.presenter.show_scope(scope)

    def open_record(self, kind: str, record: bytes) -> None:
        """Show one of the lists' records, as the search leads to it."""
        self._show("narrow", kind)
        self.switch.choose(kind)
        if kind in (RESOURCE, TASK):
            self._show("middle", kind)
            self.middle.choose(kind)
        self.presenter.choose(kind, record)

    def first_focus(self) -> QWidget | None:
        return self.columns[NEED].table if not self.is_narrow else self.columns[self._shown["narrow"]].table

    # What the presenter tells

    def show_board(self, board: Board) -> None:
        for column in self.columns.values():
            column.new_button.setVisible(board.may_change)
        self._show_lines()
        self.set_scope_line(() if board.may_change else (self._wording("lists.read_only"),))

    def _show_lines(self) -> None:
        board, chosen, say, today = (
            self.presenter.board,
            self.presenter.chosen,
            self._wording,
            self._source.today(),
        )
        if board is None:
            return
        linked = chosen.linked if chosen is not None else frozenset()
        counts, funnel = board.counts, board.funnel
        shown = {
            NEED: (
                [need_line(r, say, today, linked) for r in board.needs],
                counts.open_needs,
                counts.unmatched_needs,
            ),
            RESOURCE: (
                [resource_line(r, say, linked) for r in board.resources],
                counts.open_resources,
                counts.idle_resources,
            ),
            TASK: (
                [task_line(r, say, today, linked) for r in board.tasks],
                sum(row.state == "published" for row in board.tasks),
                counts.unclaimed_tasks,
            ),
            PROJECT: (
                [project_line(r, say, linked) for r in board.projects],
                funnel.submitted,
                funnel.approved,
            ),
        }
        self._quiet = True  # rows that come again are not chosen again
        for kind, (lines, n, out) in shown.items():
            self.columns[kind].show_lines(lines, say(f"lists.count.{kind}", n=n, out=out))
        self._point_at(self.presenter.wanted)
        self._quiet = False

    def _point_at(self, wanted: tuple[str, bytes] | None) -> None:
        """The row of what is shown below is the current one of its list."""
        for kind, column in self.columns.items():
            if wanted is None or kind != wanted[0]:
                column.table.clearSelection()  # one record is chosen, in one list
        if wanted is None:
            return
        table = self.columns[wanted[0]].table
        at = next((n for n, line in enumerate(table.lines()) if line.key == wanted[1]), None)
        if at is not None and table.current_key() != wanted[1]:
            table.choose(at)

    def show_chosen(self, chosen: Chosen | None) -> None:
        board = self.presenter.board
        self._show_lines()
        if chosen is None or board is None:
            self.card.show_record(Told(self._wording("lists.pick"), (), ()), ())
        else:
            self.card.show_record(told(chosen, board, self._wording), self.acts.verbs(chosen, board))

    def told(self, words: str, done: Done) -> None:
        if done.changes:
            offer_undo(self, self._wording, words, done)
            self.changed.emit(done.changes)

    # What the person does

    def _choose(self, kind: str, record: object) -> None:
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

    def _new(self, kind: str) -> None:
        board = self.presenter.board
        if board is not None and board.may_change:
            self.acts.new(kind, board)

    def _new_here(self) -> None:
        """In the list that has the keys."""
        here = next((kind for kind, column in self.columns.items() if column.table.hasFocus()), NEED)
        self._new(here)

    def _edit(self) -> None:
        board, chosen = self.presenter.board, self.presenter.chosen
        if board is not None and chosen is not None and board.may_change:
            self.acts.edit(chosen, board)

    def _first_verb(self) -> None:
        if self.card.verbs:
            self.card.verbs[0].setFocus()

    def _close(self) -> None:
        self.presenter.close()

    def _to_next(self) -> None:
        """The next list that is shown gets the keys; in a narrow page it is shown first."""
        if self.is_narrow:
            self.switch.choose(KINDS[(KINDS.index(self._shown["narrow"]) + 1) % len(KINDS)])
            self._show("narrow", str(self.switch.current()))
        shown = [column for column in self.columns.values() if column.isVisible()]
        at = next((n for n, column in enumerate(shown) if column.table.hasFocus()), -1)
        shown[(at + 1) % len(shown)].table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # How it is laid out

    def _show(self, where: str, kind: str) -> None:
        self._shown[where] = kind
        self._lay_out()

    def _lay_out(self) -> None:
        """Three lists beside each other; one at a time in a narrow page."""
        wide = {NEED, self._shown["middle"], PROJECT}
        for kind, column in self.columns.items():
            column.setVisible(kind == self._shown["narrow"] if self.is_narrow else kind in wide)
        self.switch.setVisible(self.is_narrow)
        self.middle.setVisible(not self.is_narrow)
