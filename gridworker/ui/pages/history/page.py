"""The page of recent acts: what was done on this computer in 30 days, or what happened to one household, in full; the
chosen act can be taken back. Widgets only; what happens is the presenter's."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPlainTextEdit, QStackedWidget, QWidget

from gridworker.changes import Changes
from gridworker.services.undo import Undone
from gridworker.store.queries.history import ActEntry
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.page import PageFrame
from gridworker.ui.pages.history.presenter import Acts, HistoryPresenter
from gridworker.ui.pages.history.words import act_name, details, moment, state, subject
from gridworker.ui.pages.undoing import left_words
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.lines_table import Line, LineColumn, LinesTable
from gridworker.wording import Wording


class HistoryPage(PageFrame):
    """`changed(Changes)` after an act was taken back · `left` when Esc leads back."""

    changed = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme, wording: Wording, background: Background, source: Acts) -> None:
        super().__init__(theme, wording, wording("history.title"))
        self._acts: tuple[ActEntry, ...] = ()
        self.all_button = Button(theme, wording("history.show_own"))
        self.undo_button = Button(theme, wording("history.undo"), "primary", icon="undo-2", key="Ctrl+Z")
        self.table = LinesTable(theme, wording("history.title"), _columns(wording))
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setAccessibleName(wording("history.details"))
        self.presenter = HistoryPresenter(
            source, partial(background.run, owner=self), self, self.changed.emit
        )
        self._fill()
        self._connect()
        self.show_acts((), "")

    def _fill(self) -> None:
        self.add_control(self.all_button)
        self.add_control(self.undo_button)
        listed = Card(self._theme, flush=True)
        self._listed = QStackedWidget()
        self._listed.addWidget(self.table)
        self._listed.addWidget(EmptyState(self._theme, "history", self._wording("history.empty")))
        listed.body.addWidget(self._listed)
        told = Card(self._theme)
        told.add_header(CardHeader(self._theme, self._wording("history.details"), ()))
        told.body.addWidget(self.details)
        self._columns = QHBoxLayout()
        self._columns.setSpacing(SIZES.gap_3)
        self._columns.addWidget(listed, 3)
        self._columns.addWidget(told, 2)
        self.body.addLayout(self._columns, 1)

    def _connect(self) -> None:
        self.table.chosen.connect(self._show_details)
        self.table.opened.connect(lambda _: self.details.setFocus())
        self.table.left.connect(self.left)
        self.undo_button.clicked.connect(self._undo)
        self.all_button.clicked.connect(self.presenter.show_own)
        self.narrow_changed.connect(self._arrange)
        self._arrange(self.is_narrow)
        self.bind_keys({"Ctrl+Z": self._undo, "Esc": self.left.emit})
        names = {"↑ ↓": "choose", "Ctrl+Z": "undo", "Esc": "back"}
        self.set_hints([KeyHint(key, self._wording(f"history.hint.{name}")) for key, name in names.items()])

    def _arrange(self, narrow: bool) -> None:
        """Where it is narrow the details stand below."""
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._columns.setDirection(way)

    # -- what the window tells -------------------------------------------------------------------------------------

    def first_focus(self) -> QWidget:
        return self.table

    def page_shown(self) -> None:
        self.presenter.read()

    def show_scope(self, _scope: Scope) -> None:
        """What this person did does not depend on the selected node."""

    def records_changed(self, _changes: Changes) -> None:
        if self.isVisible():
            self.presenter.read()

    # -- what the presenter tells ----------------------------------------------------------------------------------

    def show_acts(self, acts: tuple[ActEntry, ...], subject_name: str) -> None:
        """List `acts`, newest first; `subject_name` is the household they are about, "" for all."""
        self._acts = acts
        said = subject_name or self._wording("history.own")
        self.set_scope_line([said, self._wording("history.kept", n=len(acts))])
        self.all_button.setVisible(bool(subject_name))
        self.table.show_lines([self._line(place, act) for place, act in enumerate(acts)])
        self._listed.setCurrentIndex(0 if acts else 1)
        self.table.rest_on_first()
        self._show_details(self.table.current_key())

    def _line(self, place: int, act: ActEntry) -> Line:
        cells = (
            moment(act.at),
            act_name(self._wording, act),
            subject(act),
            act.who,
            state(self._wording, act),
        )
        return Line(place, cells, " ".join(filter(None, cells)), dim=act.undone)

    def tell_undone(self, undone: Undone, act: ActEntry) -> None:
        """Say what was taken back, and what somebody has changed since."""
        key = "history.undone_but" if undone.left else "history.undone_now"
        fields = left_words(self._wording, undone)
        self.undo_bar.tell(self._wording(key, act=act_name(self._wording, act), fields=fields), None)

    # -- what the person does --------------------------------------------------------------------------------------

    def _chosen(self) -> ActEntry | None:
        place = self.table.current_key()
        return self._acts[place] if isinstance(place, int) and place < len(self._acts) else None

    def _show_details(self, _key: object) -> None:
        act = self._chosen()
        self.details.setPlainText("\n".join(details(self._wording, act)) if act else "")
        why = None if act and act.own and not act.undone else "cannot" if act else "nothing"
        self.undo_button.say_why_disabled(self._wording(f"history.{why}") if why else None)

    def _undo(self) -> None:
        act = self._chosen()
        if act is not None and act.own and not act.undone:
            self.presenter.undo(act)


def _columns(wording: Wording) -> tuple[LineColumn, ...]:
    usual = {
        "at": "11-20 09:00",
        "act": wording("history.act.plan_carried_out"),
        "subject": "JY1-10-2-3302",
        "who": "演示王演示",
        "state": wording("history.from_elsewhere"),
    }
    return tuple(
        LineColumn(
            wording(f"history.column.{name}"),
            text,
            wide=name == "subject",
            gives_way={"who": 2, "state": 1}.get(name, 0),  # a line that was undone is pale as well
        )
        for name, text in usual.items()
    )
