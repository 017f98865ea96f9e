"""The page of what other units referred here: what arrived, joint submissions, and what stays of demands that were
routed away; the chosen record stands below. Widgets only; what happens is the presenter's."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal

from gridworker.models.demand_machine import PACKAGE_MACHINE, REFERRAL_MACHINE
from gridworker.store.queries.referrals import ReferralRow
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.choosing_page import ChoosingPage, RecordColumn
from gridworker.ui.pages.referrals.acting import ReferralActs
from gridworker.ui.pages.referrals.presenter import ReferralsPresenter
from gridworker.ui.pages.referrals.rows import package_line, referral_line, stub_line
from gridworker.ui.pages.referrals.source import (
    PACKAGE,
    PENDING,
    RECEIVED,
    STUB,
    Board,
    Chosen,
    ReferralsSource,
)
from gridworker.ui.pages.referrals.telling import told, told_several
from gridworker.ui.pages.words import scope_facts
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.lines_table import LineColumn
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

_KEYS = (
    ("1–4", "step"), ("J", "package"), ("O", "open"), ("Shift+↑ ↓", "several"), ("Ctrl+Tab", "next"),
    ("Esc", "close"),
)  # fmt: skip
_PENDING, _EVERY = "pending", "every"


def _columns(theme: Theme, wording: Wording) -> dict[str, RecordColumn]:
    what = LineColumn(wording("referrals.column.title"), "电动车坡道太陡", wide=True)
    words = (
        wording(f"choices.{entity}.state.{state}")
        for entity, machine in ((RECEIVED, REFERRAL_MACHINE), (PACKAGE, PACKAGE_MACHINE))
        for state in machine.states
    )
    state = LineColumn(
        wording("referrals.column.state"), f"　{max(words, key=theme.metrics().horizontalAdvance)}"
    )
    received = (
        what,
        LineColumn(wording("referrals.column.from"), "转派 · 1702 微网格", gives_way=1),
        state,
        LineColumn(wording("referrals.column.due"), f"　{wording('states.clock.over_hours', hours=23)}"),
    )
    members = LineColumn(
        wording("referrals.column.members"), wording("referrals.members", count=12), gives_way=1
    )
    stub = (LineColumn(wording("referrals.column.no"), "S26-02-0001", wide=True), state)
    made = {RECEIVED: received, PACKAGE: (what, members, state), STUB: stub}
    icons = {RECEIVED: "inbox", PACKAGE: "list-checks", STUB: "map-pin"}
    return {
        kind: RecordColumn(
            theme, wording(f"referrals.{kind}"), icons[kind], columns, wording(f"referrals.empty.{kind}"),
            several=kind == RECEIVED,
        )
        for kind, columns in made.items()
    }  # fmt: skip


class ReferralsPage(ChoosingPage):
    """`demand_wanted(demand_id)` leads to a demand that is here, `left` back to the own ones."""

    presenter: ReferralsPresenter

    demand_wanted = Signal(bytes)

    def __init__(
        self, theme: Theme, wording: Wording, background: Background, source: ReferralsSource
    ) -> None:
        super().__init__(theme, wording, wording("referrals.title"), _columns(theme, wording), RECEIVED)
        self._source = source
        self.presenter = ReferralsPresenter(source, partial(background.run, owner=self), self)
        self.acts = ReferralActs(theme, wording, source, self.presenter, self, self.demand_wanted.emit)
        kinds = [(key, wording(f"referrals.show.{key}")) for key in (_PENDING, _EVERY)]
        self.every = Segment(theme, kinds, name=wording("referrals.show.name"), small=True)
        self.every.choose(_PENDING)
        self.every.chosen.connect(self._show_every)
        self.fill(self.every, (6, 3, 3), wording("referrals.pick"))
        self.connect_lists()
        self.columns[RECEIVED].table.picked.connect(lambda _: self._show_several())
        self.bind_keys(
            {
                "J": partial(self._press, "J"),
                "O": partial(self._press, "O"),
                **{str(number): partial(self._press, str(number)) for number in range(1, 5)},
            }
        )
        self.set_hints([KeyHint(key, wording(f"referrals.hint.{name}")) for key, name in _KEYS])
        self.lay_out()

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        """Limit the lists to a node."""
        self._source.scope = scope
        self.presenter.show_scope(scope)
        self._show_scope_line()

    # What the presenter tells

    def show_board(self, board: Board) -> None:
        self._show_lines()
        self._show_scope_line()

    def _show_lines(self) -> None:
        board, say = self.presenter.board, self._wording
        if board is None:
            return
        waiting = sum(row.state == "open" for row in board.received)
        pending = sum(row.state in PENDING for row in board.received)
        open_ones = sum(row.state != "fed_back" for row in board.packages)
        self.fill_columns(
            {
                RECEIVED: (
                    [referral_line(row, say, board.now) for row in board.received],
                    (say("referrals.count.referral", n=pending, out=waiting),),
                ),
                PACKAGE: (
                    [package_line(row, say) for row in board.packages],
                    (say("referrals.count.demand_package", n=open_ones),),
                ),
                STUB: ([stub_line(row, say) for row in board.stubs], ()),
            }
        )

    def show_chosen(self, chosen: Chosen | None) -> None:
        board = self.presenter.board
        self._show_lines()
        if chosen is None or board is None:
            self.show_nothing_chosen()
        elif len(self._several()) > 1:
            self._show_several()
        else:
            self.card.show_record(told(chosen, board, self._wording), self.acts.verbs(chosen, board))

    def _several(self) -> list[ReferralRow]:
        """What is chosen together, in the order of the list."""
        board, keys = self.presenter.board, set(self.columns[RECEIVED].table.chosen_keys())
        return [row for row in board.received if row.id in keys] if board is not None else []

    def _show_several(self) -> None:
        rows, board = self._several(), self.presenter.board
        if board is not None and len(rows) > 1:
            self.card.show_record(told_several(rows, self._wording), self.acts.verbs_for_several(rows, board))

    # What the person does

    def _press(self, key: str) -> None:
        """Take the verb that bears this key."""
        board, chosen, rows = self.presenter.board, self.presenter.chosen, self._several()
        if board is None or chosen is None:
            return
        several = len(rows) > 1
        verbs = self.acts.verbs_for_several(rows, board) if several else self.acts.verbs(chosen, board)
        verb = next((one for one in verbs if one.key == key), None)
        if verb is not None:
            verb.do()

    def new_here(self) -> None:
        """Nothing is made here from nothing: what was chosen is put into a joint submission."""
        self._press("J")

    def new_of(self, kind: str) -> None:
        self.new_here()

    def edit_chosen(self) -> None:
        """On to what may be done with the chosen record."""
        if self.card.verbs:
            self.card.verbs[0].setFocus()

    def _show_every(self, key: str) -> None:
        self._source.every = key == _EVERY
        self.presenter.reload()

    # How it is laid out

    def _show_scope_line(self) -> None:
        if self.presenter.scope is not None:
            self.set_scope_line(scope_facts(self.presenter.scope, narrow=True))

    def lay_out(self) -> None:
        """Three lists beside each other; one at a time in a narrow page."""
        for kind, column in self.columns.items():
            column.setVisible(kind == self.narrow if self.is_narrow else True)
        self.switch.setVisible(self.is_narrow)
        self._show_scope_line()
