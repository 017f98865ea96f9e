"""The page of the three lists: needs, resources or tasks, projects side by side; the chosen record stands below, and
what hangs together with it is marked in the others. Widgets only; what happens is the presenter's."""

from __future__ import annotations

from functools import partial

from gridworker.errors import FieldInvalid
from gridworker.services.acts import Done
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.choosing_page import ChoosingPage, RecordColumn
from gridworker.ui.pages.lists.acting import ListActs
from gridworker.ui.pages.lists.presenter import ListsPresenter
from gridworker.ui.pages.lists.rows import need_line, project_line, resource_line, task_line
from gridworker.ui.pages.lists.shown import numbered
from gridworker.ui.pages.lists.source import NEED, PROJECT, RESOURCE, TASK, Board, Chosen, ListsSource
from gridworker.ui.pages.lists.telling import told
from gridworker.ui.pages.undoing import offer_undo
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.lines_table import LineColumn
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


def _column(theme: Theme, wording: Wording, kind: str) -> RecordColumn:
    second, usual = _SECOND[kind]
    columns = (
        LineColumn(wording("lists.column.what"), "夜间停车位不够用了", wide=True),
        LineColumn(wording(f"lists.column.{second}"), usual, gives_way=1),
        LineColumn(wording("lists.column.state"), wording("lists.unmatched")),
    )
    empty, new = wording(f"lists.empty.{kind}"), wording(f"lists.new.{kind}")
    return RecordColumn(theme, wording(f"lists.{kind}"), _ICONS[kind], columns, empty, new)


class ListsPage(ChoosingPage):
    """The window tells it `show_scope` and `records_changed`. Resources and tasks take turns in the middle."""

    presenter: ListsPresenter

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        source: ListsSource,
        *,
        simple: bool = False,
    ) -> None:
        columns = {kind: _column(theme, wording, kind) for kind in KINDS}
        super().__init__(theme, wording, wording("lists.title"), columns, NEED, simple=simple)
        self._source, self._between = source, RESOURCE
        self.presenter = ListsPresenter(source, partial(background.run, owner=self), self)
        self.acts = ListActs(theme, wording, source, self.presenter, self)
        names = [(kind, wording(f"lists.{kind}")) for kind in (RESOURCE, TASK)]
        self.middle = Segment(theme, names, name=wording("lists.middle"), small=True)
        self.middle.choose(RESOURCE)
        self.middle.chosen.connect(self._show_between)
        self.fill(self.middle, (1, 1, 1, 1), wording("lists.pick"))
        self.connect_lists()
        self.number_verbs()
        self.lay_out()

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        """The lists are the community's; the node is only remembered."""
        self.presenter.show_scope(scope)

    def make_room(self, kind: str) -> None:
        self.bring(kind)

    def bring(self, kind: str) -> None:
        """Resources and tasks take turns."""
        if kind in (RESOURCE, TASK):
            self.middle.choose(kind)
            self._show_between(kind)

    # What the presenter tells

    def show_board(self, board: Board) -> None:
        self.show_new_buttons(lambda _: board.may_change)
        self._show_lines()
        self.set_scope_line(() if board.may_change else (self._wording("lists.read_only"),))
        self.acts.requests.follow(self._answered)

    def _answered(self, words: str, done: Done, granted: bool) -> None:
        """The server has answered a promise or claim: it stands and may be taken back, or somebody else has it."""
        if granted:
            offer_undo(self, self._wording, words, done)
        else:
            self.undo_bar.tell_error(words, "")

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
                counts.open_tasks,
                counts.unclaimed_tasks,
            ),
            PROJECT: (
                [project_line(r, say, linked) for r in board.projects],
                funnel.submitted,
                funnel.approved,
            ),
        }
        self.fill_columns({
            kind: (lines, (say(f"lists.count.{kind}", n=n, out=out),)) for kind, (lines, n, out) in shown.items()
        })  # fmt: skip

    def show_chosen(self, chosen: Chosen | None) -> None:
        board = self.presenter.board
        self._show_lines()
        if chosen is None or board is None:
            self.show_nothing_chosen()
        else:
            self.show_linked(chosen.linked)
            self.card.show_record(
                told(chosen, board, self._wording), numbered(self.acts.verbs(chosen, board))
            )

    # What the person does

    def new_of(self, kind: str) -> None:
        board = self.presenter.board
        if board is not None and board.may_change:
            self.acts.new(kind, board)

    def new_here(self) -> None:
        """In the list that has the keys."""
        self.new_of(next((kind for kind, column in self.columns.items() if column.has_keys()), NEED))

    def edit_chosen(self) -> None:
        board, chosen = self.presenter.board, self.presenter.chosen
        if board is None or chosen is None or not board.may_change:
            return
        if chosen.project is not None and chosen.project.year_closed:
            no = chosen.project.row.no
            self.show_error(FieldInvalid(entity=PROJECT, record=no, field="year", reason="year_closed"))
        else:
            self.acts.edit(chosen, board)

    # How it is laid out

    def _show_between(self, kind: str) -> None:
        self._between = kind
        self.lay_out()

    def lay_out(self) -> None:
        """Three lists beside each other; one at a time in a narrow page."""
        wide = {NEED, self._between, PROJECT}
        for kind, column in self.columns.items():
            column.setVisible(kind == self.narrow if self.one_at_a_time else kind in wide)
        self.switch.setVisible(self.one_at_a_time)
        self.middle.setVisible(not self.one_at_a_time)
