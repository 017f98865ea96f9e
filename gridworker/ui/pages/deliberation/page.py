"""The page of deliberation: issues by stage 提 审 议 落, meetings and resolutions side by side; the chosen record
stands below with what can be done now. Widgets only; what happens is the presenter's."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal

from gridworker.models.deliberation import STAGES
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.choosing_page import ChoosingPage, RecordColumn
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
from gridworker.ui.pages.lists.shown import numbered
from gridworker.ui.pages.words import scope_facts
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.lines_table import LineColumn
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


def _column(theme: Theme, wording: Wording, kind: str) -> RecordColumn:
    usual = "夜间停车位不够用" if kind != MEETING else "↔ 12-30 14:30 红色议事会"
    columns = (
        LineColumn(wording(f"deliberation.column.{kind}"), usual, wide=True),
        *(LineColumn(wording(f"deliberation.column.{n}"), u, gives_way=g) for n, u, g in _BETWEEN[kind]),
        LineColumn(wording("lists.column.state"), wording(f"deliberation.usual.{kind}")),
    )
    # Resolutions are made by a meeting.
    new = wording(f"deliberation.new.{kind}") if kind != RESOLUTION else ""
    title, empty = wording(f"deliberation.{kind}"), wording(f"deliberation.empty.{kind}")
    return RecordColumn(theme, title, _ICONS[kind], columns, empty, new)


class DeliberationPage(ChoosingPage):
    """`changed(Changes)` · `paper_wanted(name, record)`. The window tells it `show_scope` and `records_changed`."""

    presenter: DeliberationPresenter
    paper_wanted = Signal(str, bytes)

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        source: DeliberationSource,
        *,
        simple: bool = False,
    ) -> None:
        columns = {kind: _column(theme, wording, kind) for kind in KINDS}
        super().__init__(theme, wording, wording("deliberation.title"), columns, ISSUE, simple=simple)
        self._source = source
        self.presenter = DeliberationPresenter(source, partial(background.run, owner=self), self)
        papers = self.paper_wanted.emit
        self.acts = DeliberationActs(theme, wording, source, self.presenter, self, papers)
        stages = [(stage, wording(f"deliberation.stage.{stage}")) for stage in (ALL, *STAGES)]
        self.stages = Segment(theme, stages, name=wording("deliberation.stages"), small=True)
        self.stages.choose(ALL)
        self.stages.chosen.connect(self._show_stage)
        self.fill(self.stages, (4, 3, 3), wording("deliberation.pick"))
        self.connect_lists()
        self.number_verbs()
        self.lay_out()

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        self.presenter.show_scope(scope)
        self.set_scope_line(scope_facts(scope, narrow=self.is_narrow))

    def make_room(self, kind: str) -> None:
        """An issue may be at any stage."""
        self.stages.choose(ALL)
        self._show_stage(ALL)

    # What the presenter tells

    def show_board(self, board: Board) -> None:
        self.show_new_buttons(lambda kind: self.acts.may_change(kind, board))
        self.lay_out()
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
        rated = (
            say("deliberation.rate", done=rate.done, total=rate.total, percent=rate.percent)
            if rate.total
            else "",
            say("deliberation.overdue_count", n=rate.overdue) if rate.overdue else "",
        )
        issues, all_of_them = self.presenter.issues(), self.presenter.counts()[self.presenter.stage]
        shown = {
            ISSUE: (
                [issue_line(row, say, linked) for row in issues],
                (str(all_of_them),),
            ),
            MEETING: (
                [meeting_line(row, say, today, linked) for row in board.meetings],
                (say("deliberation.coming", n=board.coming),),
            ),
            RESOLUTION: (
                [resolution_line(row, say, today, linked) for row in self.presenter.resolutions()],
                tuple(filter(None, rated)),
            ),
        }
        self.fill_columns(shown)

    def show_chosen(self, chosen: Chosen | None) -> None:
        board = self.presenter.board
        self._show_lines()
        if chosen is None or board is None:
            self.show_nothing_chosen()
        else:
            self.show_linked(chosen.linked)
            self.card.show_record(told(chosen, self._wording), numbered(self.acts.verbs(chosen, board)))

    # What the person does

    def new_of(self, kind: str) -> None:
        board = self.presenter.board
        if board is not None and self.acts.may_change(kind, board):
            self.acts.new(kind, board)

    def new_here(self) -> None:
        """A meeting where the list of meetings has the keys, else an issue."""
        self.new_of(MEETING if self.columns[MEETING].has_keys() else ISSUE)

    def edit_chosen(self) -> None:
        board, chosen = self.presenter.board, self.presenter.chosen
        if board is not None and chosen is not None and self.acts.may_change(chosen.kind, board):
            self.acts.edit(chosen, board)

    # How it is laid out

    def _show_stage(self, stage: str) -> None:
        self.presenter.show_stage(stage)
        self._show_lines()

    def lay_out(self) -> None:
        """Three lists beside each other; one at a time in a narrow page."""
        for kind, column in self.columns.items():
            column.setVisible(not self.one_at_a_time or kind == self.narrow)
        self.switch.setVisible(self.one_at_a_time)
        self.stages.setVisible(not self.one_at_a_time or self.narrow == ISSUE)
        for stage, n in self.presenter.counts().items():
            self.stages.set_text(stage, self._stage_words(stage, n))
