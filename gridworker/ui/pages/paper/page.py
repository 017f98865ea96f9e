"""The paper page: the grid of lines, how many are filled in, one save for all and one undo. Widgets only; what happens
is the presenter's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QComboBox, QWidget

from gridworker.changes import Changes
from gridworker.models.days import Week
from gridworker.services.visits import Logged
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.page import PageFrame
from gridworker.ui.pages.paper.grid import PaperGrid, PaperModel
from gridworker.ui.pages.paper.lines import COLUMNS, PaperLine, PaperSheet
from gridworker.ui.pages.paper.presenter import PaperPresenter, Papers
from gridworker.ui.pages.words import reason_words, scope_facts
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.wording import Wording

#: What was typed is on the disk at most this long after a key was pressed (and the time of one write).
KEEP_MS = 500
#: So much of the name of a sheet is seen however narrow the page.
_SHEET_LETTERS = 12


class PaperPage(PageFrame):
    """`changed(Changes)` after the save, `left` when Esc leads back. The window tells it `keep_now` before it locks."""

    changed = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme, wording: Wording, background: Background, source: Papers) -> None:
        super().__init__(theme, wording, wording("paper.title"))
        self._source = source
        self.presenter = PaperPresenter(source, partial(background.run, owner=self), self)
        self.model = PaperModel(theme, wording, self.presenter)
        self.grid = PaperGrid(theme, wording, self.model)
        self.save_button = Button(theme, wording("paper.save"), "primary", icon="save", key="Ctrl+↵")
        self._keeping = QTimer(self, singleShot=True, interval=KEEP_MS)
        self._held_keys = False
        card = Card(theme, flush=True)
        card.body.addWidget(self.grid)
        self.sheets = QComboBox()
        self.sheets.setAccessibleName(wording("paper.sheet"))
        self.sheets.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.sheets.setMinimumContentsLength(_SHEET_LETTERS)
        self.sheet_row = QWidget()
        self.sheet_row.setLayout(
            row(TextLabel(theme, wording("paper.sheet"), "body_bold", "text2"), self.sheets, None)
        )
        self.body.addWidget(TextLabel(theme, wording("paper.how"), "body", "text2", wrap=True))
        self.body.addWidget(self.sheet_row)
        self.body.addWidget(card, 1)
        self.add_control(self.save_button)
        self.undo_bar.undo_button.set_label(wording("paper.void_all"))
        self._connect()
        self._fit_sheets()
        self._count()

    def _connect(self) -> None:
        self.model.edited.connect(self._edited)
        self._theme.changed.connect(self._fit_sheets)
        self.save_button.clicked.connect(self._save)
        self.sheets.activated.connect(lambda _: self.presenter.choose_sheet(str(self.sheets.currentData())))
        self._keeping.timeout.connect(self.presenter.keep)
        self.bind_keys({"Ctrl+Return": self._save, "Ctrl+Enter": self._save, "Esc": self.left.emit})
        names = {"1–5": "outcome", "↵": "next_line", "Tab": "next_cell", "Ctrl+↵": "save", "Esc": "back"}
        hints = [KeyHint(key, self._wording(f"paper.hint.{name}")) for key, name in names.items()]
        self.set_hints(hints, in_status=True)

    def _fit_sheets(self) -> None:
        fit_control(self._theme, self.sheets)

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        """The node whose doors are meant."""
        self.presenter.show_scope(scope)
        self.set_scope_line(scope_facts(scope, narrow=True))

    def records_changed(self, changes: Changes) -> None:
        if changes.concerns("plan_item", "visit"):
            self.presenter.reload()

    def keep_now(self) -> None:
        """Put what was typed on the disk before this returns."""
        self._keeping.stop()
        self.presenter.keep_now()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._keeping.isActive():
            self._keeping.stop()
            self.presenter.keep()

    def first_focus(self) -> QWidget | None:
        return self.grid

    # What the presenter tells

    def show_lines(self, lines: Sequence[PaperLine]) -> None:
        self.model.show_lines()
        self.grid.begin()
        self._count()

    def show_sheets(self, sheets: Sequence[PaperSheet], shown: str) -> None:
        """The sheets that were printed here, newest first, then the plan of the week; none, no choice."""
        self.sheets.clear()
        for sheet in sheets:
            period = Week.parse(sheet.period).number if "W" in sheet.period else sheet.period[5:]
            name = "paper.sheet_week" if "W" in sheet.period else "paper.sheet_day"
            self.sheets.addItem(
                self._wording(name, period=period, node=sheet.node, count=sheet.doors), sheet.key
            )
        self.sheets.addItem(self._wording("paper.sheet_plan"), "")
        self.sheets.setCurrentIndex(max(self.sheets.findData(shown), 0))
        self.sheet_row.setVisible(bool(sheets))
        self.sheets.setEnabled(True)

    def show_faults(self, faults: dict[int, dict[str, str]]) -> None:
        self.model.show_faults(faults)
        if not faults:
            return
        place = min(faults)
        column = min(faults[place], key=COLUMNS.index)
        self.grid.setCurrentIndex(self.model.index(place, COLUMNS.index(column)))
        self.grid.setFocus()
        wording = self._wording
        words = wording(
            "paper.fault",
            line=self.presenter.lines[place].no or place + 1,
            door=self.presenter.lines[place].door or "—",
            field=wording(f"paper.column.{column}"),
            reason=reason_words(wording, faults[place][column]),
        )
        self.undo_bar.tell_error(words, "field_invalid")

    def show_saving(self, saving: bool) -> None:
        held = self.grid.hasFocus() or self.save_button.hasFocus()
        self._held_keys = held if saving else self._held_keys
        self.grid.setEnabled(not saving)
        self.save_button.setEnabled(not saving)
        if (
            not saving and self._held_keys
        ):  # what is switched off loses the keys to whatever comes next in order
            self.grid.setFocus()

    def saved(self, logged: Sequence[Logged]) -> None:
        key = "paper.saved_alone" if self._source.alone() else "paper.saved"
        words = self._wording(key, count=len(logged), first=logged[0].no, last=logged[-1].no)
        self.undo_bar.tell(words, lambda: self.presenter.void(logged, self._wording("paper.void_reason")))

    def records_saved(self, changes: Changes) -> None:
        if changes:
            self.changed.emit(changes)

    # What the person does

    def _edited(self) -> None:
        self._count()
        self.sheets.setEnabled(False)  # what was typed belongs to this sheet
        if not self._keeping.isActive():  # not put off by further typing
            self._keeping.start()

    def _save(self) -> None:
        self.grid.setFocus()  # what is being typed is taken
        self._keeping.stop()
        self.presenter.save()

    def _count(self) -> None:
        count = self.presenter.filled
        self.save_button.set_label(self._wording("paper.save_count", count=count))
        self.save_button.say_why_disabled(None if count else self._wording("paper.nothing_yet"))
