"""The frame of the pages before the window: one centred card with a title, its fields and its acts."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.labels import IconLabel, TextLabel, row
from gridworker.ui.widgets.practice_mark import PracticeMark
from gridworker.ui.widgets.progress_panel import ProgressPanel
from gridworker.wording import Wording

_WIDTH = 480


class FormPage(QWidget):
    """Add fields to `form`, buttons to `acts`. `problem` is the place for an error that belongs to no field."""

    def __init__(self, theme: Theme, wording: Wording, title: str, text: str, *, practice: bool) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.card = Card(theme, padding=SIZES.gap_6)
        self.title = TextLabel(theme, title, "page", wrap=True)
        self.text = TextLabel(theme, text, "body", "text2", wrap=True)
        self.form = QVBoxLayout()
        self.form.setSpacing(SIZES.gap_3)
        self.acts = QHBoxLayout()
        self.acts.setSpacing(SIZES.gap_3)
        self.progress = ProgressPanel(theme, wording)
        self.problem = TextLabel(theme, "", "body", "late", wrap=True)
        self._problem_line = QWidget()
        mark = IconLabel(theme, "circle-alert", "late")
        line = row(mark, self.problem)
        line.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        line.setStretch(1, 1)
        self._problem_line.setLayout(line)
        self._problem_line.hide()
        self._build(practice)
        theme.changed.connect(self._fit)
        self._fit()

    def _build(self, practice: bool) -> None:
        body = self.card.body
        body.setSpacing(SIZES.gap_3)
        head = row(self.title)
        head.setStretch(0, 1)
        if practice:
            head.addWidget(PracticeMark(self._theme, self._wording("shell.practice_mark")))
        body.addLayout(head)
        body.addWidget(self.text)
        body.addLayout(self.form)
        body.addWidget(self._problem_line)
        body.addWidget(self.progress)
        body.addSpacing(SIZES.gap_1)
        body.addLayout(self.acts)
        content = QWidget()
        content.setProperty("plain", True)
        column = QVBoxLayout(content)
        column.addStretch(2)
        column.addLayout(row(None, self.card, None))  # a layout, or the height is that of the full width
        column.addStretch(3)
        area = self._area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setWidget(content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    def show_problem(self, text: str) -> None:
        """What went wrong and the next step; an empty text takes it away."""
        self.problem.setText(text)
        self._problem_line.setVisible(bool(text))
        if text:  # once it has its place: at 200 % the form is longer than the window
            QTimer.singleShot(0, self, lambda: self._area.ensureWidgetVisible(self._problem_line))

    def _fit(self) -> None:
        self.card.setFixedWidth(self._theme.tokens.width(_WIDTH))
