"""Form fields: label above, quiet default at its right, the control, the error under it with how to fix it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import IconButton
from gridworker.ui.widgets.labels import IconLabel, TextLabel, row
from gridworker.wording import Wording


class FieldRow(QWidget):
    """One labelled control. The label is the control's buddy and accessible name."""

    def __init__(
        self, theme: Theme, label: str, control: QWidget, *, note: str = "", trailing: QWidget | None = None
    ) -> None:
        super().__init__()
        self._theme = theme
        self.control = control
        self.label = TextLabel(theme, label, "body_bold", "text2")
        self.label.setBuddy(control)
        self.note = TextLabel(theme, note, "caption", "text2")
        control.setAccessibleName(label)
        self._error_icon = IconLabel(theme, "circle-alert", "late", SIZES.icon_small)
        self._error = TextLabel(theme, "", "caption", "late", wrap=True)
        self._error_line = QWidget()
        line = row(self._error_icon, self._error, gap=SIZES.gap_1)
        line.setAlignment(self._error_icon, Qt.AlignmentFlag.AlignTop)
        line.setStretch(1, 1)
        self._error_line.setLayout(line)
        self._error_line.hide()
        self._build(trailing)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _build(self, trailing: QWidget | None) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SIZES.gap_1)
        parts: list[QWidget | None] = [self.label, self.note, None]
        layout.addLayout(row(*parts, *([trailing] if trailing else [])))
        layout.addWidget(self.control)
        layout.addWidget(self._error_line)
        layout.addStretch(0)  # fields side by side keep their tops in line when one has an error

    def show_error(self, text: str) -> None:
        """What is wrong and how to fix it, read out with the control; an empty text takes it away."""
        self._error.setText(text)
        self._error_line.setVisible(bool(text))
        self.control.setAccessibleDescription(text)

    def error(self) -> str:
        return self._error.text()

    def set_note(self, text: str) -> None:
        self.note.setText(text)

    def _restyle(self) -> None:
        fit_control(self._theme, self.control)


class PassphraseEdit(QWidget):
    """A passphrase with a show/hide button inside the same row."""

    submitted = Signal()
    edited = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.edit = QLineEdit()
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.edit.returnPressed.connect(self.submitted)
        self.edit.textEdited.connect(self.edited)
        self._eye = IconButton(theme, "eye", wording("widgets.passphrase.show"))
        self._eye.setCheckable(True)
        self._eye.toggled.connect(self._reveal)
        layout = row(self.edit, self._eye, gap=SIZES.gap_1)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.setFocusProxy(self.edit)
        theme.changed.connect(self._restyle)
        self._restyle()

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.edit.setAccessibleName(name)

    def setAccessibleDescription(self, text: str) -> None:
        super().setAccessibleDescription(text)
        self.edit.setAccessibleDescription(text)

    def _restyle(self) -> None:
        fit_control(self._theme, self.edit)

    def text(self) -> str:
        return self.edit.text()

    def clear(self) -> None:
        self.edit.clear()

    def _reveal(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.edit.setEchoMode(mode)
        key = "widgets.passphrase.hide" if shown else "widgets.passphrase.show"
        self._eye.show_icon("eye-off" if shown else "eye", self._wording(key))


class NoteEdit(QPlainTextEdit):
    """A few lines of free text with the field edge. Tab leaves the field, as in every other field."""

    def __init__(self, theme: Theme, *, lines: int = 3) -> None:
        super().__init__()
        self._theme, self._lines = theme, lines
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self._restyle)
        self._restyle()

    def sizeHint(self) -> QSize:
        return QSize(240, self.minimumHeight())

    def _restyle(self) -> None:
        self.setFont(self._theme.font())
        pitch = self._theme.metrics().lineSpacing()
        self.setMinimumHeight(self._lines * pitch + 2 * SIZES.gap_3)


def fit_control(theme: Theme, control: QWidget, px: int = SIZES.control) -> None:
    """Give a one-line control its token height (a text field of several lines keeps its own)."""
    if isinstance(control, QPlainTextEdit | QLabel | QAbstractButton) or control.layout() is not None:
        return
    control.setFont(theme.font())
    control.setFixedHeight(theme.height(px))
    if isinstance(control, QLineEdit):
        control.setTextMargins(SIZES.gap_1 + 1, 0, SIZES.gap_1, 0)
    elif isinstance(control, QComboBox):
        icon = theme.tokens.icon(SIZES.icon)
        control.setIconSize(QSize(icon, icon))
