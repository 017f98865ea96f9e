"""The page of deliberation: issues by stage 提 审 议 落, meetings and resolutions side by side; the chosen record
stands below with what can be done now. Widgets only; what happens is the presenter's."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from gridworker.models.deliberation import STAGES
from gridworker.services.acts import Done
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.deliberation.acting import DeliberationActs
from gridworker.ui.pages.deliberation.presenter import ALL, DeliberationPresenter
from gridworker.ui.pages.deliberation.rows import issue_line, meeting_line, resolution_line
from gridworker.ui.pages.deliberation.source import (
    ISSUE,
    MEETING,
    RESOLUTION,
    Board,
    Chosen,
    DeliberationSource,
)
from gridworker.ui.pages.deliberation.telling import told
from gridworker.ui.pages.lists.card import ChosenCard
from gridworker.ui.pages.lists.shown import Told
from gridworker.ui.pages.records_page import RecordsPage
from gridworker.ui.pages.undoing import offer_undo
from gridworker.ui.pages.words import scope_facts
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.lines_table import Line, LineColumn, LinesTable
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

KINDS = (ISSUE, MEETING, RESOLUTION)
_ICONS = {ISSUE: "vote", MEETING: "users", RESOLUTION: "list-checks"}
#: Of each list: what stands between name and state, with the words it usually holds and what gives way first.
_BETWEEN = {
    ISSUE: (("done", "12/12", 1),),
    MEETING: (("place", "小区会客厅", 1),),
    RESOLUTION: (("owner", "演示·物业公司", 2), ("due", "12-30", 1)),
}
_BY_KEYS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_KEYS = (("N", "new"), ("F2", "edit"), ("Ctrl+Tab", "next"), ("Esc", "close"))


class StageColumn(Card):
    """One list: its header with counts, its lines, and the button for a new one where there is one."""

    def __init__(self, theme: Theme, wording: Wording, kind: str) -> None:
        super().__init__(theme, flush=True)
        usual = "夜间停车位不够用" if kind != MEETING else "↔ 12-30 14:30 红色议事会"
        columns = (
            LineColumn(wording(f"deliberation.column.{kind}"), usual, wide=True),
            *(LineColumn(wording(f"deliberation.column.{n}"), u, gives_way=g) for n, u, g in _BETWEEN[kind]),
            LineColumn(wording("lists.column.state"), wording(f"deliberation.usual.{kind}")),
        )
        self.table = LinesTable(theme, wording(f"deliberation.{kind}"), columns)
        self.new_button: Button | None = None
        if kind != RESOLUTION:
            self.new_button = Button(theme, wording(f"deliberation.new.{kind}"), icon="plus", small=True)
        controls = [self.new_button] if self.new_button is not None else []
        self.header = CardHeader(theme, wording(f"deliberation.{kind}"), icon=_ICONS[kind], controls=controls)
        self.add_header(self.header)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(EmptyState(theme, _ICONS[kind], wording(f"deliberation.empty.{kind}")))
        self.body.addWidget(self._stack)

    def show_lines(self, lines: list[Line], counts: tuple[str, ...]) -> None:
        self.table.show_lines(lines)
        self._stack.setCurrentIndex(0 if lines else 1)
        self.header.facts.show_facts(counts)


class DeliberationPage(RecordsPage):
    """`changed(Changes)` · `paper_wanted(name, record)`. The window tells it `show_scope` and `records_changed`."""

    presenter: DeliberationPresenter
    changed = Signal(object)
    paper_wanted = Signal(str, bytes)

    def __init__(
        self, theme: Theme, wording: Wording, background: Background, source: DeliberationSource
    ) -> None:
        super().__init__(theme, wording, wording("deliberation.title"))
        self._source, self._quiet, self._shown = source, False, ISSUE
        self.presenter = DeliberationPresenter(source, partial(background.run, owner=self), self)
        papers = self.paper_wanted.emit
        self.acts = DeliberationActs(theme, wording, source, self.presenter, self, papers)
        self.columns = {kind: StageColumn(theme, wording, kind) for kind in KINDS}
        self.card = ChosenCard(theme, wording)
        stages = [(stage, wording(f"deliberation.stage.{stage}")) for stage in (ALL, *STAGES)]
        self.stages = Segment(theme, stages, name=wording("deliberation.stages"), small=True)
        names = [(kind, wording(f"deliberation.{kind}")) for kind in KINDS]
        self.switch = Segment(theme, names, name=wording("lists.switch"), small=True)
        self.stages.choose(ALL)
        self.switch.choose(ISSUE)
        self._fill()
        self._connect()
        self._lay_out()

    def _fill(self) -> None:
        lists = QHBoxLayout()
        lists.setSpacing(SIZES.gap_3)
        for kind, column in self.columns.items():
            lists.addWidget(column, 4 if kind == ISSUE else 3)
        whole = QVBoxLayout()
        whole.setSpacing(SIZES.gap_3)
        whole.addLayout(lists, 3)
        whole.addWidget(self.card, 2)
        self.add_view_switch(self.switch)
        self.add_view_switch(self.stages)
        self.body.addLayout(whole, 1)
        self.card.show_record(Told(self._wording("deliberation.pick"), (), ()), ())
        self.set_hints([KeyHint(key, self._wording(f"lists.hint.{name}")) for key, name in _KEYS])

    def _connect(self) -> None:
        for kind, column in self.columns.items():
            column.table.chosen.connect(partial(self._choose, kind))
            column.table.clicked.connect(partial(self._choose_current, kind))
            column.table.installEventFilter(self)
            column.table.left.connect(self.presenter.close)
            column.table.opened.connect(lambda _: self._first_verb())
            if column.new_button is not None:
                column.new_button.clicked.connect(partial(self._new, kind))
        self.switch.chosen.connect(self._show)
        self.stages.chosen.connect(self._show_stage)
        self.narrow_changed.connect(lambda _: self._lay_out())
        self._theme.changed.connect(self._lay_out)
        keys = {"N": self._new_here, "F2": self._edit, "Ctrl+Tab": self._to_next, "Esc": self.presenter.close}
        self.bind_keys(keys)

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        self.presenter.show_scope(scope)
        self.set_scope_line(scope_facts(scope, narrow=self.is_narrow))

    def open_record(self, kind: str, record: bytes) -> None:
        """Show an issue, meeting or resolution, as the search leads to it."""
        self.stages.choose(ALL)
        self._show_stage(ALL)
        self.switch.choose(kind)
        self._show(kind)
        self.presenter.choose(kind, record)

    def first_focus(self) -> QWidget | None:
        return self.columns[self._shown if self.is_narrow else ISSUE].table

    # What the presenter tells

    def show_board(self, board: Board) -> None:
        for kind, column in self.columns.items():
            if column.new_button is not None:
                column.new_button.setVisible(self.acts.may_change(kind, board))
        self._lay_out()
        self._show_lines()

    def _stage_words(self, stage: str, n: int) -> str:
        name = self._wording(f"deliberation.stage.{stage}")
        return name if self.is_narrow else self._wording("deliberation.counted", name=name, n=n)

    def _show_lines(self) -> None:
        board, chosen, say = self.presenter.board, self.presenter.chosen, self._wording
        if board is None:
            return
        today, rate = self._source.today(), board.rate
        linked = chosen.linked if chosen is not None else frozenset()
        coming = sum(row.state in ("planned", "called") for row in board.meetings)
        rated = (
            say("deliberation.rate", done=rate.done, total=rate.total, percent=rate.percent)
            if rate.total
            else "",
            say("deliberation.overdue_count", n=rate.overdue) if rate.overdue else "",
        )
        issues = self.presenter.issues()
        shown = {
            ISSUE: ([issue_line(row, say, linked) for row in issues], (str(len(issues)),)),
            MEETING: (
                [meeting_line(row, say, today, linked) for row in board.meetings],
                (say("deliberation.coming", n=coming),),
            ),
            RESOLUTION: (
                [resolution_line(row, say, today, linked) for row in self.presenter.resolutions()],
                tuple(filter(None, rated)),
            ),
        }
        self._quiet = True  # rows that come again are not chosen again
        for kind, (lines, counts) in shown.items():
            self.columns[kind].show_lines(lines, counts)
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
            self.card.show_record(Told(self._wording("deliberation.pick"), (), ()), ())
        else:
            self.card.show_record(told(chosen, self._wording), self.acts.verbs(chosen, board))

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
        if board is not None and self.acts.may_change(kind, board):
            self.acts.new(kind, board)

    def _new_here(self) -> None:
        """A meeting where the list of meetings has the keys, else an issue."""
        self._new(MEETING if self.columns[MEETING].table.hasFocus() else ISSUE)

    def _edit(self) -> None:
        board, chosen = self.presenter.board, self.presenter.chosen
        if board is not None and chosen is not None and self.acts.may_change(chosen.kind, board):
            self.acts.edit(chosen, board)

    def _first_verb(self) -> None:
        if self.card.verbs:
            self.card.verbs[0].setFocus()

    def _to_next(self) -> None:
        """The next list that is shown gets the keys; in a narrow page it is shown first."""
        if self.is_narrow:
            self.switch.choose(KINDS[(KINDS.index(self._shown) + 1) % len(KINDS)])
            self._show(str(self.switch.current()))
        shown = [column for column in self.columns.values() if column.isVisible()]
        at = next((n for n, column in enumerate(shown) if column.table.hasFocus()), -1)
        shown[(at + 1) % len(shown)].table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # How it is laid out

    def _show_stage(self, stage: str) -> None:
        self.presenter.stage = stage
        self._show_lines()

    def _show(self, kind: str) -> None:
        self._shown = kind
        self._lay_out()

    def _lay_out(self) -> None:
        """Three lists beside each other; one at a time in a narrow page."""
        for kind, column in self.columns.items():
            column.setVisible(not self.is_narrow or kind == self._shown)
        self.switch.setVisible(self.is_narrow)
        self.stages.setVisible(not self.is_narrow or self._shown == ISSUE)
        for stage, n in self.presenter.counts().items():
            self.stages.set_text(stage, self._stage_words(stage, n))
